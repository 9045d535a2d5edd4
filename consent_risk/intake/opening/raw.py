"""The bytes of an export, wherever they lie: in a file of its own, in a gzip file, or in a member of a ZIP archive.

Archives are unpacked while they are read and never to the disk. A guard counts what comes out.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any, BinaryIO, Protocol

from consent_risk.intake.opening.export import OnBytes
from consent_risk.intake.opening.limits import BOMB_FROM_BYTES, BOMB_RATIO, IN_MEMORY_BYTES
from consent_risk.intake.opening.refusing import COPY_AGAIN, refused

_KIND_BYTES = 1 << 16
_DAMAGE = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, ValueError, NotImplementedError)


class Readable(Protocol):
    """The part of a file that readers use."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end."""


class Raw(Protocol):
    """Bytes that can be read again and again. `file` is the innermost file's name, `name` how messages call it."""

    @property
    def name(self) -> str: ...

    @property
    def file(self) -> str: ...

    @contextmanager
    def open(self, on_bytes: OnBytes, digest: Any = None) -> Iterator[Readable]:
        """The bytes from the start; `on_bytes` and `digest` hear of bytes of the file that was handed in."""

    def seekable(self) -> BinaryIO:
        """The bytes for readers that jump."""


class Guard:
    """Stops an archive that unpacks to far more than it is. One guard for all members of one reading."""

    def __init__(self, name: str, packed: int) -> None:
        self._name = name
        self._most = max(BOMB_FROM_BYTES, packed * BOMB_RATIO)
        self._unpacked = 0

    def add(self, count: int) -> None:
        """`count` more bytes came out. Raises UserError where it is too much."""
        self._unpacked += count
        if self._unpacked > self._most:
            reason = f"it unpacks to more than {self._most >> 20} MB, over {BOMB_RATIO} times its size: an archive bomb"
            raise refused(self._name, reason, "Hand in the files unpacked, if they are what you expect.")


class PlainFile:
    """A file as it lies there. It is read up to the size that it had at first, even while it grows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = self.file = path.name
        self.size = size_of(path)

    @contextmanager
    def open(self, on_bytes: OnBytes, digest: Any = None) -> Iterator[Readable]:
        """See Raw."""
        with open_file(self.path) as file:
            yield _Counted(file, self.size, on_bytes, digest)

    def seekable(self) -> BinaryIO:
        """See Raw."""
        return open_file(self.path)


class GzipFile:
    """The one file inside a gzip file."""

    def __init__(self, plain: PlainFile) -> None:
        self.path = plain.path
        self.size = plain.size
        self.name = plain.name
        self.file = plain.name[:-3] if plain.name.lower().endswith(".gz") else plain.name

    @contextmanager
    def open(self, on_bytes: OnBytes, digest: Any = None) -> Iterator[Readable]:
        """See Raw. Raises UserError for damage, also while reading."""
        guard = Guard(self.name, self.size)
        with open_file(self.path) as file:
            packed: Any = _Counted(file, self.size, on_bytes, digest)
            unpacked = gzip.GzipFile(fileobj=packed, mode="rb")
            yield Unpacked(unpacked, self.name, "gzip file", guard)

    def seekable(self) -> BinaryIO:
        """See Raw."""
        return in_memory(self)


class Unpacked:
    """What comes out of an archive, guarded, its damage told as UserError."""

    def __init__(self, stream: Any, name: str, what: str, guard: Guard) -> None:
        self._stream = stream
        self._name = name
        self._what = what
        self._guard = guard

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end."""
        try:
            chunk: bytes = self._stream.read(size)
        except EOFError:
            raise refused(self._name, f"the {self._what} is cut off", COPY_AGAIN) from None
        except RuntimeError:
            raise refused(self._name, f"the {self._what} is encrypted", "Hand it in without a password.") from None
        except _DAMAGE:
            raise refused(self._name, f"the {self._what} is damaged", COPY_AGAIN) from None
        self._guard.add(len(chunk))
        return chunk


def size_of(path: Path) -> int:
    """The bytes of the file. Raises UserError where it is not there."""
    with open_file(path) as file:
        return os.fstat(file.fileno()).st_size


def open_file(path: Path) -> BinaryIO:
    """The file, for reading. Raises UserError where that cannot be."""
    try:
        return path.open("rb")
    except OSError:
        mend = "Check its name, place and permissions."
        raise refused(path.name, "the file cannot be read", mend) from None


def in_memory(raw: Raw) -> BinaryIO:
    """All bytes of a file inside an archive. Raises UserError where they are too many."""
    buffer = io.BytesIO()
    with raw.open(lambda _count: None) as stream:
        while chunk := stream.read(1 << 20):
            if buffer.tell() + len(chunk) > IN_MEMORY_BYTES:
                reason = f"unpacked it is larger than {IN_MEMORY_BYTES >> 20} MB"
                raise refused(raw.name, reason, "Hand it in unpacked.")
            buffer.write(chunk)
    buffer.seek(0)
    return buffer


def head_of(raw: Raw) -> bytes:
    """The first bytes, by which kinds of files are told apart."""
    with raw.open(lambda _count: None) as stream:
        return stream.read(_KIND_BYTES)


def stem_of(raw: Raw) -> str:
    """The stem of the innermost file's name."""
    return PurePath(raw.file).stem


def hash_of(plain: PlainFile) -> str:
    """The SHA-256 of the file as it lies there."""
    digest = hashlib.sha256()
    with plain.open(lambda _count: None) as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


class _Counted:
    """A file that tells of the bytes read, and ends after `size` of them."""

    def __init__(self, file: BinaryIO, size: int, on_bytes: OnBytes, digest: Any) -> None:
        self._file = file
        self._left = size
        self._on_bytes = on_bytes
        self._digest = digest

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(chunk)
        if self._digest:
            self._digest.update(chunk)
        self._on_bytes(len(chunk))
        return chunk
