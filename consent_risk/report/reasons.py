"""Sections 5 to 7: the limbs, the rules that decided with their sources, and the assumptions."""

from __future__ import annotations

from consent_risk.assessment import Assessment, Limb, Measured, Reference, RuleCount
from consent_risk.numbers import NONE, figure_text, number_text
from consent_risk.report.blocks import Cell, Column, Writer, bold, footnote, italic, lines, link, number_column
from consent_risk.report.wording import GATE_TITLES, outcome_name, purpose_name, purpose_title, verified_words
from consent_risk.vocabulary import Gate, Outcome, Purpose

PURPOSES_BESIDE = 3  # columns of records beside each other; more purposes make another table


def write_limbs(writer: Writer, assessment: Assessment) -> None:
    """Section 5: each question of the significance assessment with its figures and suggested grade."""
    writer.section("The limbs of the assessment")
    writer.para(
        "Whether data is significant was asked in earlier cases under several heads, here called limbs. For each limb: "
        "the question, the cases that asked it, the figures measured, and a grade. ",
        bold("Every grade is a default of this tool: "),
        "no authority has published a number for “significant”. The bands can be changed in the case. "
        "The case records no view of the parties; a published decision would set it beside each assessment.",
    )
    for limb in assessment.limbs:
        _write_limb(writer, limb)


def _write_limb(writer: Writer, limb: Limb) -> None:
    writer.sub(limb.title)
    writer.para(italic("The question. "), limb.question)
    if limb.cases:
        writer.para(italic("Precedents. "), f"The question was asked in {'; '.join(limb.cases)}.")
    if limb.measured:
        columns = [
            Column("Measured", 1.5),
            *(number_column(title, 0.62) for title in ("Lower", "Value", "Upper")),
            Column("Unit", 0.7),
            Column("Formula", 1.9),
        ]
        writer.table(f"{limb.title}: measured figures", columns, [_measured_row(m) for m in limb.measured])
    writer.para(
        italic("Assessment. "),
        "Suggested grade (default of this tool): ",
        bold(f"{limb.grade}"),
        f". {_sentence(limb.band)}",
    )
    if limb.remark:
        writer.para(limb.remark)


def _measured_row(measured: Measured) -> list[Cell]:
    lower, value, upper = (figure_text(v, measured.unit) for v in (measured.lower, measured.value, measured.upper))
    return [measured.label, lower, {"b": value}, upper, measured.unit.value, measured.formula]


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def write_rules(writer: Writer, assessment: Assessment) -> None:
    """Section 6: which rules decided how many records, and where the rules come from."""
    writer.section("The rules that decided")
    writer.para(
        "Every record in scope was decided by exactly one rule at the agreement gate and one at the person gate, for "
        f"each purpose. The tables count these records. The rules are those of version {assessment.rules_version}; "
        "their sources, and how well each was verified, stand in the last table of this section."
    )
    sources = _numbered_sources(assessment.rules)
    for gate in Gate:
        counts = [count for count in assessment.rules if count.gate is gate]
        if counts:
            writer.sub(GATE_TITLES[gate])
            for start in range(0, len(assessment.purposes), PURPOSES_BESIDE):
                purposes = assessment.purposes[start : start + PURPOSES_BESIDE]
                _write_gate_table(writer, gate, counts, purposes, sources)
    _write_sources(writer, assessment.rules, sources)


def _numbered_sources(rules: tuple[RuleCount, ...]) -> dict[Reference, int]:
    """Each source once, numbered in the order in which the rules name it."""
    found: dict[Reference, int] = {}
    for count in rules:
        for reference in count.references:
            found.setdefault(reference, len(found) + 1)
    return found


def _write_gate_table(
    writer: Writer,
    gate: Gate,
    counts: list[RuleCount],
    purposes: tuple[Purpose, ...],
    sources: dict[Reference, int],
) -> None:
    records = {(c.rule, c.outcome, c.purpose): c.records for c in counts}
    shown: dict[tuple[str, Outcome], RuleCount] = {}
    for count in counts:
        if count.purpose in purposes:
            shown.setdefault((count.rule, count.outcome), count)
    rows: list[list[Cell]] = []
    for (rule, outcome), count in shown.items():
        numbers: list[Cell] = [number_text(records.get((rule, outcome, purpose), 0)) for purpose in purposes]
        cited = ", ".join(str(sources[reference]) for reference in count.references)
        title = lines(bold(count.title), italic(rule), count.explanation)
        rows.append([title, outcome_name(outcome), *numbers, cited or NONE])
    sums = [sum(c.records for c in counts if c.purpose is purpose) for purpose in purposes]
    rows.append([{"b": "In scope"}, "", *({"b": number_text(total)} for total in sums), ""])
    columns = [
        Column("Rule", 2.6),
        Column("Outcome", 0.68),
        *(number_column(purpose_title(purpose), 0.68) for purpose in purposes),
        Column("Sources", 0.5),
    ]
    writer.table(f"{GATE_TITLES[gate]}: records decided by each rule", columns, rows)


def _write_sources(writer: Writer, rules: tuple[RuleCount, ...], sources: dict[Reference, int]) -> None:
    if not sources:
        return
    writer.sub("Sources of the rules")
    writer.para(
        "The sources of the rules are numbered as in the tables above.",
        footnote(
            "“Read in the primary text” means that the text cited was read; “read in a secondary source” that another "
            "source reports it. What is “not verified” must be checked before anyone relies on it."
        ),
    )
    rows: list[list[Cell]] = []
    for reference, number in sources.items():
        named = {c.rule: None for c in rules if reference in c.references}
        cited = {"spans": [link(reference.title, reference.href)]}
        rows.append([str(number), cited, verified_words(reference.verified), ", ".join(named)])
    columns = [
        Column("No.", "auto", "right"),
        Column("Source", 1.5),
        Column("Verified", 0.7),
        Column("Rules", 1.2),
    ]
    writer.table("Sources of the rules", columns, rows)


def write_assumptions(writer: Writer, assessment: Assessment) -> None:
    """Section 7: what was assumed, since no file can say it."""
    writer.section("Assumptions")
    main = purpose_name(assessment.finding.purpose)
    if not assessment.assumptions:
        writer.para("The case states no assumptions.")
        return
    writer.para(
        f"The following was set in the case and not measured. Whoever sets it otherwise gets other figures for {main} "
        "and every other purpose; the finding must be read with them."
    )
    columns = [Column("Assumption", 1), Column("Set to", 0.5), Column("Meaning", 1.4)]
    rows: list[list[Cell]] = [[a.key, a.value, a.meaning] for a in assessment.assumptions]
    writer.table("Assumptions of the case", columns, rows)
