"""The annexes behind that on data quality: inputs and hashes, method and glossary, what the finding is not."""

from __future__ import annotations

from consent_risk.assessment import Assessment
from consent_risk.numbers import NONE, bytes_text
from consent_risk.report.blocks import Cell, Column, Writer, bold, italic, lines, number_column
from consent_risk.report.wording import purpose_name
from consent_risk.vocabulary import Scenario

GLOSSARY = (
    ("provider", "the CRM provider, the target of the transaction"),
    ("acquirer", "the buyer's group"),
    ("tenant", "a business customer of the provider; the controller of its records"),
    ("record", "what one tenant holds about one end customer"),
    ("person", "a natural person behind one or more records; records that share an identifier are one person"),
    ("data point", "a pair of a person and a data category: ‘this person's purchase history is held’"),
    ("message", "one interaction over a channel"),
    ("purpose", "a planned use, a term of the W3C Data Privacy Vocabulary (dpv)"),
    ("outcome", "what a gate answers: accessible, unknown, re-askable, processor only, barred"),
    ("gate", "one of four questions asked of a record: agreement, person, link, novelty"),
    ("rule", "a dated, cited piece of law or contract practice that decides an outcome"),
    ("limb", "one question of the significance assessment"),
    ("scenario", "a set of assumptions under which gates are passed"),
    ("transferable", "passes both the agreement and the person gate"),
    ("additional", "transferable, and new to the acquirer"),
    ("as-of day", "the day for which every question is asked"),
)


def write_inputs(writer: Writer, assessment: Assessment) -> None:
    """Annex B: every file with its hash."""
    writer.annex("Inputs")
    writer.para(
        "The assessment rests on the following files. Whoever holds a file can compute its SHA-256 and see whether "
        "it is the one that was assessed."
    )
    if not assessment.inputs:
        return
    columns = [Column("File and its SHA-256", 1), Column("Read as", "auto"), number_column("Size")]
    rows: list[list[Cell]] = [
        [lines(bold(i.file), {"k": "hash", "s": i.sha256}), i.table, bytes_text(i.bytes)] for i in assessment.inputs
    ]
    writer.table("Inputs and their SHA-256", columns, rows)


def write_method(writer: Writer, assessment: Assessment) -> None:
    """Annex C: the method in brief, how each figure is computed, and the words used."""
    writer.annex("Method in brief and glossary")
    writer.sub("Method")
    writer.para(
        "The files are read by recipes that say what each column means, and checked; what cannot be read is rejected "
        "and counted. Identifiers are normalised, then sealed by a keyed hash. Records that share a sealed identifier "
        "are one person, across tenants."
    )
    writer.para(
        "One pass over the sealed tables asks each record the four questions and folds the answers into a table of "
        "counts without personal data (the “cube”). Every figure in this document is arithmetic on the cube."
    )
    writer.para(
        "A person or data point counts under a scenario with the probability that at least one of its records passes "
        "both gates. Tenants answer independently of each other, and one answer holds for all records of a tenant; a "
        "person is asked once."
    )
    writer.para(
        "This file carries the whole assessment as machine-readable data, in the attachment assessment.json: every "
        "figure with its bounds, the rows it was computed from, the rules and the assumptions it rests on. The same "
        "assessment always gives the same file, byte for byte."
    )
    _write_figures(writer, assessment)
    writer.sub("Glossary")
    writer.para("The words are used in these senses throughout:")
    writer.points([[italic(word), f": {meaning}."] for word, meaning in GLOSSARY])


def _write_figures(writer: Writer, assessment: Assessment) -> None:
    """How each figure is computed as it stands, for the purpose of the finding; the attachment has the rest."""
    main = assessment.finding.purpose
    shown = [
        figure
        for figure in assessment.figures
        if figure.country is None and figure.scenario is Scenario.K0 and figure.purpose in (main, None)
    ]
    if not shown:
        return
    writer.sub("How each figure is computed")
    writer.para(
        f"The table says how the figures for {purpose_name(main)} are computed as it stands, and from which rows of "
        "the cube. Other purposes, scenarios and countries are computed likewise; the attachment spells them out."
    )
    rows: list[list[Cell]] = [[f.id, f.computed or NONE, f.rows or NONE] for f in shown]
    columns = [Column("Figure", 1), Column("Computed as", 1.3), Column("From", 1.1)]
    writer.table(f"How each figure is computed, {purpose_name(main)}, as it stands (K0)", columns, rows)


def write_notices(writer: Writer, assessment: Assessment) -> None:
    """Annex D: what the finding is not."""
    writer.annex("What this finding is not")
    for notice in assessment.notices:
        writer.para(notice)
