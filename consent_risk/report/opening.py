"""Sections 1 and 2: the question and the finding; the parties and the data received."""

from __future__ import annotations

from consent_risk.assessment import Assessment, DecidedFinding, Figure
from consent_risk.numbers import NONE, counted_text, day_text, number_text, range_text, share_of, share_text
from consent_risk.report.blocks import Cell, Column, Writer, bold, italic, number_column
from consent_risk.report.figures import Figures
from consent_risk.report.text import states_text
from consent_risk.report.wording import purpose_name, purpose_term, purpose_title, with_range
from consent_risk.vocabulary import Purpose, Unit


def write_finding(writer: Writer, assessment: Assessment, figures: Figures) -> None:
    """Section 1: what was asked, what is suggested and why, and what the analyst decided."""
    finding = assessment.finding
    writer.section("The question and the finding")
    writer.sub("The question")
    writer.para(
        f"{assessment.acquirer} (the “acquirer”) would acquire {assessment.provider} (the “provider”), "
        "which keeps data about end customers on behalf of its business customers (the “tenants”). The question is: ",
        italic("how much of that data could the acquirer take over for its own use, and is it significant?"),
    )
    writer.para(
        f"It is answered for the state of agreements and consents at the end of {day_text(assessment.as_of)} "
        f"(the “as-of day”), for {_listed([purpose_term(p) for p in assessment.purposes])}. "
        f"The finding concerns {purpose_name(finding.purpose)}."
    )
    writer.sub("The finding suggested")
    writer.para(
        "The finding suggested by the decision table ",
        italic(finding.table),
        " is: ",
        bold(f"{finding.suggested}"),
        ".",
    )
    writer.para(finding.headline)
    if finding.reasons:
        writer.para("The reasons are:")
        writer.points(finding.reasons)
    if finding.needs:
        writer.para("What would settle or narrow the finding:")
        writer.points(finding.needs)
    writer.sub("The finding decided")
    _write_decided(writer, finding.decided)
    writer.sub("The figures in brief")
    _write_brief(writer, assessment, figures)


def _write_decided(writer: Writer, decided: DecidedFinding | None) -> None:
    if decided is None:
        writer.para("The analyst has not yet decided. What stands above is a suggestion only.")
        return
    writer.para(
        f"On {day_text(decided.on)}, {decided.by} decided: ", bold(f"{decided.decision}"), ". The reasons given are:"
    )
    writer.points([decided.reasons])


def _write_brief(writer: Writer, assessment: Assessment, figures: Figures) -> None:
    columns = [
        Column("Purpose", 1.3),
        number_column("In scope", 0.7),
        number_column("Transferable", 1),
        number_column("Additional", 1),
        number_column("Additional, of the acquirer's persons", 1),
    ]
    number = writer.table(
        "Persons as it stands (K0); in brackets the lower and the upper bound",
        columns,
        [_brief_row(assessment, figures, purpose) for purpose in assessment.purposes],
    )
    writer.para(
        f"Table {number} gives the persons behind the finding. A person is transferable if at least one record passes "
        "both the agreement and the person gate, and additional if the acquirer does not know that person yet. "
        "The value counts what is proven. The upper bound also counts what is unknown; unknown is never taken as a yes."
    )


def _brief_row(assessment: Assessment, figures: Figures, purpose: Purpose) -> list[Cell]:
    scope = figures.find("persons.in_scope", purpose)
    passed = figures.find("persons.transferable", purpose)
    new = figures.find("persons.additional", purpose)
    return [
        purpose_title(purpose),
        with_range(scope) if scope else NONE,
        with_range(passed) if passed else NONE,
        with_range(new) if new else NONE,
        _share_range(new, assessment.acquirer_persons),
    ]


def _share_range(figure: Figure | None, whole: int) -> str:
    if figure is None:
        return NONE
    return range_text(share_of(figure.lower, whole), share_of(figure.upper, whole), Unit.SHARE)


def write_parties(writer: Writer, assessment: Assessment, figures: Figures) -> None:
    """Section 2: who they are, and what was handed in."""
    writer.section("The parties and the data received")
    writer.sub("The parties")
    writer.para(
        f"{assessment.provider} is the provider of customer relationship management software. Its tenants decide on "
        "the data about their end customers; it keeps that data under its agreements with them."
    )
    reach = (
        f"It is stated to reach {number_text(assessment.acquirer_persons)} persons already."
        if assessment.acquirer_persons
        else "How many persons it reaches already was not stated."
    )
    writer.para(f"{assessment.acquirer} is the acquirer. {reach}")
    writer.sub("The data received")
    columns = [
        Column("File", 1.6),
        Column("Read as", 1),
        Column("Recipe", 0.8),
        *(number_column(title, 0.6) for title in ("Rows", "Used", "Not used")),
    ]
    rows: list[list[Cell]] = [
        [i.file, i.table, i.recipe, number_text(i.rows), number_text(i.used), number_text(i.rows - i.used)]
        for i in assessment.inputs
    ]
    writer.para(
        f"The assessment rests on {number_text(len(assessment.inputs))} files. Identifiers were replaced by keyed "
        "hashes when the files were read; no name, address, e-mail or telephone number of an end customer is kept. "
        "What could not be used is listed in Annex A, the hash of every file in Annex B."
    )
    if rows:
        writer.table("Files received", columns, rows)
    events = assessment.delivered.consent_events
    writer.para(
        f"The delivery concerns {counted_text(assessment.delivered.tenants, 'tenant')} and holds "
        f"{counted_text(sum(events.values()), 'consent event')}, by state: {states_text(events)}."
    )
    _write_scope(writer, figures)


def _write_scope(writer: Writer, figures: Figures) -> None:
    total, scope, out = (figures.find(f"records.{part}") for part in ("total", "in_scope", "out_of_scope"))
    if not (total and scope and out):
        return
    persons = figures.find("persons.in_scope")
    behind = f" Behind them stand {number_text(persons.value)} persons." if persons else ""
    share = share_text(share_of(out.value, total.value))
    writer.para(
        f"The files hold {number_text(total.value)} records. {number_text(out.value)} of them ({share}) are out of "
        "scope: they concern organisations, or are deleted, deceased or test records. They are in no figure below. "
        f"{number_text(scope.value)} records are in scope.{behind}"
    )


def _listed(items: list[str]) -> str:
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
