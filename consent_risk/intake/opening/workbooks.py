"""XLSX and XLS workbooks: every sheet with data is an export.

A sheet must fit into memory; how large it is is looked up in the workbook's XML first. Cells become text: days and
times in ISO 8601, whole numbers without a fraction, formulas as the value that was stored with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from consent_risk.intake.csv_reading import BATCH_ROWS
from consent_risk.intake.faults import no_bad_rows
from consent_risk.intake.opening.export import Batch, Export, OnBytes, places_in
from consent_risk.intake.opening.layouts import Layout, layout_of
from consent_risk.intake.opening.limits import COLUMNS, PREAMBLE_ROWS, SAMPLE_ROWS
from consent_risk.intake.opening.raw import Raw, stem_of
from consent_risk.intake.opening.refusing import refused
from consent_risk.intake.opening.workbook_parts import SheetPart, check_old_workbook, is_old, parts_of
from consent_risk.intake.opening.workbook_reading import SheetCells, sheet_of, sheets_of
from consent_risk.intake.personal import is_id_of_person

_KEPT_BYTES = 32 << 20  # a sheet this small is not parsed again for its rows
_ERRORS = "cells with an Excel error such as #REF! were read as blank"
_BLANK = "blank rows were left out"


@dataclass(frozen=True)
class Sheet:
    """The table on one sheet, which stands for `share` bytes of the file. `kept` are its cells, where they are few."""

    raw: Raw
    index: int
    header: tuple[str, ...]
    first_row: int
    share: int
    kept: SheetCells | None = field(repr=False)

    def batches(self, wanted: Sequence[str], on_bytes: OnBytes, *, strict: bool) -> Iterator[Batch]:
        """See export.Content."""
        sheet = self.kept or sheet_of(self.raw, self.index)
        frame = sheet.frame
        rows = frame.slice(self.first_row)
        filled = rows.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
        places = [frame.columns[place] for place in places_in(self.header, wanted).values()]
        cells = rows.select(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("row"), *places).filter(filled)
        cells = cells.rename(dict(zip(places, wanted, strict=True)))
        last = max(filled.arg_true().to_list(), default=-1) + 1
        notes = {what: count for what, count in ((_ERRORS, sheet.errors), (_BLANK, last - cells.height)) if count}
        for start in range(0, cells.height, BATCH_ROWS):
            yield Batch(cells.slice(start, BATCH_ROWS), no_bad_rows(), notes)
            notes = {}
        on_bytes(self.share)


def open_workbook(raw: Raw) -> list[Export]:
    """An export for each sheet that holds something; hidden ones only where there are no others.

    CRMs keep what they need to read a workbook back in hidden sheets.

    Raises UserError for a workbook that is damaged, protected with a password, or too large to be read.
    """
    old = is_old(raw)
    if old:
        check_old_workbook(raw)
    parts = {} if old else parts_of(raw)
    with raw.seekable() as file:
        share = file.seek(0, 2) // max(len(parts), 1)
    exports: list[Export] = []
    sheets = list(sheets_of(raw))
    shown = [sheet for sheet in sheets if sheet.is_shown]
    for sheet in shown or sheets:
        if export := _open_sheet(raw, sheet, parts.get(sheet.name, SheetPart()), share):
            name = f"{raw.name}/{_shown(sheet)}" if exports else raw.name
            exports.append(replace(export, name=name, format="XLS" if old else "XLSX"))
    if exports and shown and len(shown) < len(sheets):
        left_out = f"hidden sheets left out: {len(sheets) - len(shown)}"
        exports[0] = replace(exports[0], notes=(*exports[0].notes, left_out))
    if not exports:
        raise refused(raw.name, "the workbook holds no data", "Export it again, or leave it out.")
    return exports


def _shown(sheet: SheetCells) -> str:
    """The sheet's name, or its number where the name carries an address or a phone number."""
    return f"sheet {sheet.index + 1}" if pl.select(is_id_of_person(pl.lit(sheet.name))).item() else sheet.name


def _open_sheet(raw: Raw, sheet: SheetCells, part: SheetPart, share: int) -> Export | None:
    """The sheet as an export, null where it is empty."""
    frame = sheet.frame
    sample = frame.head(PREAMBLE_ROWS + SAMPLE_ROWS).rows()
    filled = [number for number, row in enumerate(sample) if any(row)]
    if not filled:
        return None
    layout = layout_of([[cell or "" for cell in sample[number]] for number in filled])
    assert layout is not None, "there is a record"
    header = _trimmed(layout.header, frame)
    if len(header) > COLUMNS:
        raise refused(raw.name, f"the header has more than {COLUMNS} columns", "Export fewer columns.")
    first_row = filled[layout.rows_from - 1] + 1
    kept = sheet if frame.estimated_size() <= _KEPT_BYTES else None
    content = Sheet(raw, sheet.index, header, first_row, share, kept)
    return Export(raw.name, stem_of(raw), header, "XLSX", content, notes=_notes(layout, part, is_shown=sheet.is_shown))


def _trimmed(header: Sequence[str], frame: pl.DataFrame) -> tuple[str, ...]:
    """The header without blank names at its end under which nothing stands."""
    used = [bool(name) or not frame.to_series(index).is_null().all() for index, name in enumerate(header)]
    return tuple(header[: max((index for index, is_used in enumerate(used, 1) if is_used), default=0)])


def _notes(layout: Layout, part: SheetPart, *, is_shown: bool) -> tuple[str, ...]:
    before, blank = layout.position, part.formulas_without_value
    stored = part.formulas - blank
    found = {
        f"{before} line{'s' if before > 1 else ''} before the header skipped": before,
        "a row under the header that describes the columns was skipped": layout.description,
        "the sheet is hidden": not is_shown,
        f"merged cells ({part.merged}): the value stands in the first of them": part.merged,
        f"formulas ({stored}) were read as the values stored with them": stored,
        f"formulas without a stored value ({blank}) were read as blank": blank,
    }
    return tuple(what for what, holds in found.items() if holds)
