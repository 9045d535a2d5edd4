"""The process of its own in which a workbook is read: a script for `workbook_reading`, which starts it.

calamine may loop for ever, panic or ask for any amount of memory when a workbook is damaged. Here it can: the system
ends the process at its limits. The workbook comes in at standard input; each sheet goes out at standard output as its
description (JSON) and its cells (Arrow), both with their length before them. Nothing is written anywhere else.
"""

from __future__ import annotations

import json
import resource
import struct
import sys

import fastexcel
import pyarrow as pa

PASSWORD, DAMAGED = 3, 4


def main(index: int, seconds: int, memory: int) -> int:
    """Hand out the sheet at `index`, or all where that is negative. The exit code says what is wrong."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        reader = fastexcel.read_excel(sys.stdin.buffer.read())
        for place in range(len(reader.sheet_names)) if index < 0 else [index]:
            _hand_out(reader, place)
    except BaseException as error:  # panics of calamine are no Exception
        return PASSWORD if "password" in str(error).lower() else DAMAGED
    return 0


def _hand_out(reader: fastexcel.ExcelReader, place: int) -> None:
    sheet = reader.load_sheet(place, header_row=None, dtypes="string", schema_sample_rows=1)
    buffer, errors = pa.BufferOutputStream(), None
    if sheet.height and sheet.width:
        cells, errors = sheet.to_arrow_with_errors()
        with pa.ipc.new_stream(buffer, cells.schema) as stream:
            stream.write_batch(cells)
    about = {
        "name": sheet.name,
        "index": place,
        "is_shown": sheet.visible == "visible",
        "errors": len(errors.errors) if errors else 0,
    }
    for part in (json.dumps(about).encode(), buffer.getvalue().to_pybytes()):
        sys.stdout.buffer.write(struct.pack(">Q", len(part)))
        sys.stdout.buffer.write(part)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
