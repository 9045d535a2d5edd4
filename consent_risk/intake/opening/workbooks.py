"""XLSX and XLS workbooks: every sheet with data is an export.

calamine reads them (by way of fastexcel). It needs the workbook and one sheet of it in memory; how much that may be
is looked up in the workbook's XML first. Cells become text: days and times in ISO 8601, whole numbers without a
fraction, formulas as the value that was stored with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import fastexcel
import polars as pl

from consent_risk.errors import UserError
from consent_risk.intake.csv_reading import BATCH_ROWS, blank_as_null
from consent_risk.intake.faults import no_bad_rows
from consent_risk.intake.opening.export import Batch, Export, OnBytes
from consent_risk.intake.opening.layouts import Layout, layout_of
from consent_risk.intake.opening.limits import COLUMNS, PREAMBLE_ROWS, SAMPLE_ROWS
from consent_risk.intake.opening.raw import PlainFile, Raw, stem_of
from consent_risk.intake.opening.refusing import COPY_AGAIN, refused
from consent_risk.intake.opening.workbook_parts import SheetPart, check_old_workbook, is_old, parts_of
from consent_risk.intake.personal import is_id_of_person

_KEPT_BYTES = 32 << 20  # a sheet this small is not parsed again for its rows
_ERRORS = "cells with an Excel error such as #REF! were read as blank"
_BLANK = "blank rows were left out"
_MIDNIGHT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) 00:00:00$"
_TIME = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?)$"
_T = TypeVar("_T")


@dataclass(frozen=True)
class Sheet:
    """The table on one sheet. `share` is the part of the file's bytes that reading it stands for."""

    raw: Raw
    index: int
    header: tuple[str, ...]
    first_row: int
    share: int
    kept: tuple[pl.DataFrame, int] | None = field(repr=False)

    def batches(self, wanted: Sequence[str], on_bytes: OnBytes, *, strict: bool) -> Iterator[Batch]:
        """See export.Content."""
        frame, errors = self.kept or _load(self.raw, self.index)
        rows = frame.slice(self.first_row)
        filled = rows.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
        places = [frame.columns[self.header.index(name)] for name in wanted]
        cells = rows.select(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("row"), *places).filter(filled)
        cells = cells.rename(dict(zip(places, wanted, strict=True)))
        last = filled.arg_true()[-1] + 1 if filled.any() else 0
        notes = {what: count for what, count in ((_ERRORS, errors), (_BLANK, last - cells.height)) if count}
        for start in range(0, cells.height, BATCH_ROWS):
            yield Batch(cells.slice(start, BATCH_ROWS), no_bad_rows(), notes)
            notes = {}
        on_bytes(self.share)


def open_workbook(raw: Raw) -> list[Export]:
    """An export for each sheet that holds something.

    Raises UserError for a workbook that is damaged, protected with a password, or too large to be read.
    """
    old = is_old(raw)
    if old:
        check_old_workbook(raw)
    parts = {} if old else parts_of(raw)
    reader = _translated(raw, lambda: fastexcel.read_excel(_source(raw)))
    with raw.seekable() as file:
        share = file.seek(0, 2) // max(len(reader.sheet_names), 1)
    exports: list[Export] = []
    for index, sheet in enumerate(reader.sheet_names):
        if export := _open_sheet(raw, reader, index, parts.get(sheet, SheetPart()), share):
            name = f"{raw.name}/{_shown(sheet, index)}" if exports else raw.name
            exports.append(replace(export, name=name, format="XLS" if old else "XLSX"))
    if not exports:
        raise refused(raw.name, "the workbook holds no data", "Export it again, or leave it out.")
    return exports


def _shown(sheet: str, index: int) -> str:
    """The sheet's name, or its number where the name carries an address or a phone number."""
    return f"sheet {index + 1}" if pl.select(is_id_of_person(pl.lit(sheet))).item() else sheet


def _open_sheet(raw: Raw, reader: fastexcel.ExcelReader, index: int, part: SheetPart, share: int) -> Export | None:
    """The sheet as an export, null where it is empty."""
    frame, errors, is_shown = _translated(raw, lambda: _frame_of(reader, index))
    if frame.is_empty():
        return None
    sample = frame.head(PREAMBLE_ROWS + SAMPLE_ROWS).rows()
    filled = [number for number, row in enumerate(sample) if any(row)]
    layout = layout_of([[cell or "" for cell in sample[number]] for number in filled])
    if layout is None:
        raise refused(raw.name, "a sheet has no header among its first rows", "Remove the rows above the header.")
    header = _trimmed(layout.header, frame)
    if len(header) > COLUMNS:
        raise refused(raw.name, f"the header has more than {COLUMNS} columns", "Export fewer columns.")
    first_row = filled[layout.rows_from - 1] + 1
    kept = (frame, errors) if frame.estimated_size() <= _KEPT_BYTES else None
    content = Sheet(raw, index, header, first_row, share, kept)
    return Export(raw.name, stem_of(raw), header, "XLSX", content, notes=_notes(layout, part, hidden=not is_shown))


def _load(raw: Raw, index: int) -> tuple[pl.DataFrame, int]:
    frame, errors, _ = _translated(raw, lambda: _frame_of(fastexcel.read_excel(_source(raw)), index))
    return frame, errors


def _frame_of(reader: fastexcel.ExcelReader, index: int) -> tuple[pl.DataFrame, int, bool]:
    """The cells of a sheet from its first used one on, as text or null; how many hold an error; is the sheet shown?"""
    sheet = reader.load_sheet(index, header_row=None, dtypes="string", schema_sample_rows=1)
    is_shown = sheet.visible == "visible"
    if not sheet.height or not sheet.width:
        return pl.DataFrame(), 0, is_shown
    cells, errors = sheet.to_arrow_with_errors()
    frame = pl.DataFrame(cells)
    dated = pl.all().str.replace(_MIDNIGHT, "$1").str.replace(_TIME, "${1}T${2}")
    frame = frame.with_columns(dated)
    frame = frame.with_columns(blank_as_null(pl.col(name)) for name in frame.columns)
    return frame, len(errors.errors) if errors else 0, is_shown


def _trimmed(header: Sequence[str], frame: pl.DataFrame) -> tuple[str, ...]:
    """The header without blank names at its end under which nothing stands."""
    used = [bool(name) or not frame.to_series(index).is_null().all() for index, name in enumerate(header)]
    return tuple(header[: max((index for index, is_used in enumerate(used, 1) if is_used), default=0)])


def _notes(layout: Layout, part: SheetPart, *, hidden: bool) -> tuple[str, ...]:
    before, blank = layout.position, part.formulas_without_value
    found = {
        f"{before} line{'s' if before > 1 else ''} before the header skipped": before,
        "a row under the header that describes the columns was skipped": layout.description,
        "the sheet is hidden": hidden,
        f"merged cells ({part.merged}): the value stands in the first of them": part.merged,
        f"formulas without a stored value ({blank}) were read as blank": blank,
    }
    return tuple(what for what, holds in found.items() if holds)


def _source(raw: Raw) -> str | bytes:
    if isinstance(raw, PlainFile):
        return str(raw.path)
    with raw.seekable() as file:
        return file.read()


def _translated(raw: Raw, read: Callable[[], _T]) -> _T:
    """What calamine reads. On a damaged workbook it may fail, or even panic, in any way: all become UserError."""
    try:
        return read()
    except (KeyboardInterrupt, SystemExit, GeneratorExit, UserError):
        raise
    except BaseException as error:
        if "password" in str(error).lower():
            mend = "Open it, remove the password, and save it again."
            raise refused(raw.name, "the workbook is protected with a password", mend) from None
        raise refused(raw.name, "the workbook is damaged", COPY_AGAIN) from None
