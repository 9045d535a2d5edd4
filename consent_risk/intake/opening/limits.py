"""How much a file may hold. What is larger is refused with a message, before it is read whole."""

from __future__ import annotations

HEAD_BYTES = 1 << 20  # looked at to tell the kind of file, its delimiter and its header
CHUNK_BYTES = 1 << 20
COLUMNS = 20_000
SAMPLE_ROWS = 50  # on which a delimiter is verified
PREAMBLE_ROWS = 20
DOCUMENT_BYTES = 64 << 20  # one JSON document, in characters

# An archive is a bomb where this much has come out and it is this many times the archive.
BOMB_RATIO = 200
BOMB_FROM_BYTES = 64 << 20
MEMBERS = 1_000
# Workbooks and Parquet need all their bytes at once: inside an archive they are unpacked in memory.
IN_MEMORY_BYTES = 512 << 20
WORKBOOK_BYTES = 2 << 30  # of a workbook's parts, unpacked
WORKBOOK_CELLS = 30_000_000  # rows × columns from the first to the last cell of a sheet
WORKBOOK_SECONDS = 2  # of computing time to read a workbook, and two more for each MB of it
WORKBOOK_MEMORY_BYTES = 3 << 30
