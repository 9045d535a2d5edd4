"""`make fuzz`: thousands of damaged exports through `consent-risk check --json`, each read or refused in words.

A failure is: an exception that is not for users, more than the seconds allowed, the death of the process, a message
that is empty or of several lines, a raw identifier in anything printed, or a file left behind. Each comes with the
command that repeats it. Exit code 1 if there is any.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import functools
import gzip
import inspect
import io
import json
import multiprocessing
import multiprocessing.connection
import os
import re
import resource
import shutil
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from mutations import CANARY_EMAIL, CANARY_NAME, CANARY_PHONE, Mutant, mutant, read_sources, table_of  # noqa: E402

CASE = """\
case: fuzz
as_of: 2026-03-31
provider: {name: Provider}
acquirer: {name: Acquirer, named_as: [Acquirer]}
purposes: [DirectMarketing]
"""
READ, REFUSED, FAILED = "read", "refused", "failed"
LONGEST_MESSAGE = 2_000


# One export through the product. This is the only place that knows how.


def check(target: Path, options: tuple[str, ...]) -> tuple[str, str]:
    """What `check TARGET --json` does: read or refused, and everything printed. Other exceptions go through."""
    from consent_risk import cli
    from consent_risk.errors import UserError

    words = ["check", str(target), *options, "--json"]
    if "tenant" not in inspect.signature(cli.check).parameters:  # it takes folders with a case.yaml only
        if target.is_file():
            folder = target.with_name(".case")
            folder.mkdir()
            shutil.copy(target, folder)
            target = folder
        (target / "case.yaml").write_text(CASE, encoding="utf-8")
        words = ["check", str(target), "--json", "--set-aside"]
    out, err = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = _command()(words, standalone_mode=False)
    except UserError as error:
        return REFUSED, "\n".join([out.getvalue(), err.getvalue(), *_checked_lines(error)])
    return (REFUSED if code == cli.USER_ERROR else READ), out.getvalue() + err.getvalue()


@functools.cache
def _command() -> Any:
    """The command line, put together once: this takes typer longer than many a check."""
    from typer.main import get_command

    from consent_risk import cli

    return get_command(cli.app)


def _checked_lines(error: Any) -> list[str]:
    """The lines of a refusal; each has to be one line that a reader can take in."""
    lines: list[str] = error.lines()
    for line in lines:
        if not line.strip() or len(line) > LONGEST_MESSAGE or not line.replace("\u00a0", " ").isprintable():
            raise GarbledError(f"a message of {len(line)} characters, empty, too long or not printable: {line[:200]!r}")
    if not lines:
        raise GarbledError("no message")
    return lines


class GarbledError(Exception):
    """A refusal that cannot be read."""


# What must not be printed

# Bounded, since an open start makes the search of one long word quadratic.
_EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}\.[\w.-]{1,63}")
_PHONE = re.compile(r"\+\d(?:[\s()./-]?\d){7,}")
_DIGITS = re.compile(r"(?<![0-9A-Za-z.:_-])\d{9,}(?![0-9A-Za-z.:_-])")
_PERSON = re.compile(r"(property_)?(first|last|full|display)[ _]?name( \*)?|name|subject", re.IGNORECASE)
_ID = re.compile(
    r"id|(record|contact|customer|source|external)[ _]id|leid|euid|\(do not modify\) contact", re.IGNORECASE
)
_NUMBER = re.compile("phone|mobile|whatsapp|fax", re.IGNORECASE)
_SHORTEST_NAME, _SHORTEST_ID, _SHORTEST_NUMBER = 4, 8, 9


@dataclass(frozen=True)
class Identifiers:
    """Raw identifiers: e-mails (lower case), phones (digits), names and ids of persons, as they stand."""

    emails: frozenset[str]
    phones: frozenset[str]
    words: frozenset[str]

    def __or__(self, other: Identifiers) -> Identifiers:
        return Identifiers(self.emails | other.emails, self.phones | other.phones, self.words | other.words)


def identifiers_in(content: bytes) -> Identifiers:
    """The identifiers in a file, also within gzip and zip."""
    text = _text(content)
    emails = {found.lower() for found in _EMAIL.findall(text)}
    pairs = _named_values(content, text)
    # Bare digits are a number only where a column says so: ids and instants look like that too.
    numbers = [cell for name, cell in pairs if _NUMBER.search(name)] + _PHONE.findall(text)
    phones = {digits for number in numbers if len(digits := re.sub(r"\D", "", number)) >= _SHORTEST_NUMBER}
    return Identifiers(frozenset(emails), frozenset(phones), frozenset(_words_of_persons(pairs)))


def _text(content: bytes) -> str:
    with contextlib.suppress(Exception):
        if content[:2] == b"\x1f\x8b":
            return _text(gzip.decompress(content))
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return "\n".join(_text(archive.read(name)) for name in archive.namelist())
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return content.decode("utf-16")
    return content.decode("utf-8", errors="replace")


def _named_values(content: bytes, text: str) -> list[tuple[str, str]]:
    """Cells with their header, and texts in JSON with their key."""
    pairs = [(key, value) for key, value in re.findall(r'"(\w+)"+\s*:\s*"+([^"\\]{4,60})"', text)]
    if content[:2] not in (b"PK", b"\x1f\x8b") and content[:1] not in (b"{", b"[") and (table := table_of(content)):
        header = table.rows[0] if table.rows else []
        pairs += [(name, cell) for row in table.rows[1:] for name, cell in zip(header, row, strict=False)]
    return [(name.strip(), value.strip()) for name, value in pairs]


def _words_of_persons(pairs: list[tuple[str, str]]) -> set[str]:
    """Names and ids under headers and keys that hold them."""
    names = {cell for name, cell in pairs if _PERSON.fullmatch(name) and len(cell) >= _SHORTEST_NAME}
    ids = {cell for name, cell in pairs if _ID.fullmatch(name) and len(cell) >= _SHORTEST_ID}
    return {word for word in names | ids if not word.isascii() or not word.islower() or len(word) >= _SHORTEST_ID}


def leaks(printed: str, known: Identifiers, header: str) -> set[str]:
    """The kinds of identifiers found in what was printed. Of the first line of the file only words that are
    recognisable as identifiers may not be shown: whether a name stands in a header nobody can tell."""
    found = set()
    if any(word.lower() in known.emails for word in _EMAIL.findall(printed)):
        found.add("e-mail")
    numbers = {re.sub(r"\D", "", word) for word in _PHONE.findall(printed)} | set(_DIGITS.findall(printed))
    if numbers & known.phones:
        found.add("phone")
    if any(word in printed and word not in header and _stands_alone(word, printed) for word in known.words):
        found.add("name or id")
    return found


def _stands_alone(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


CANARIES = Identifiers(
    frozenset({CANARY_EMAIL}), frozenset({re.sub(r"\D", "", CANARY_PHONE)}), frozenset({CANARY_NAME})
)


# One mutant


@dataclass
class Result:
    """What became of a mutant. `trouble` says what failed, with a traceback where there is one."""

    number: int
    source: str
    kinds: tuple[str, ...]
    outcome: str
    seconds: float = 0.0
    leaks: tuple[str, ...] = ()
    trouble: str = ""
    megabytes: int = 0


class Fuzzer:
    """Makes mutants by number and tries them, in one process."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._sources = read_sources()
        self._identifiers: dict[str, Identifiers] = {}

    def mutant(self, number: int) -> Mutant:
        return mutant(self._sources, self._seed, number)

    def original(self, number: int) -> Mutant:
        """The source itself, as it is."""
        return self._sources[number]

    def count(self) -> int:
        """How many sources there are."""
        return len(self._sources)

    def try_one(self, number: int, made: Mutant) -> Result:
        """Check one export and look at everything that came of it."""
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            target, scratch = Path(folder) / "in", Path(folder) / "tmp"
            scratch.mkdir()
            _write(made, target)
            result = self._checked(number, made, target / made.target, scratch)
            if left := [path.name for path in scratch.rglob("*")]:
                result.outcome, result.trouble = FAILED, f"left behind in the temporary folder: {left[:5]}"
        result.megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        return result

    def _checked(self, number: int, made: Mutant, target: Path, scratch: Path) -> Result:
        result = Result(number, made.source, made.kinds, FAILED)
        before, tempfile.tempdir = tempfile.tempdir, str(scratch)
        began = time.perf_counter()
        try:
            with _streams_caught(scratch.with_name("streams")) as streams:
                result.outcome, printed = check(target, made.options)
            printed += streams()
            if "panicked at" in printed or "Traceback (most" in printed:
                result.outcome, result.trouble = FAILED, printed[-3000:]
        except KeyboardInterrupt:
            raise
        except BaseException:  # a panic of Rust code is no Exception
            printed, result.trouble = "", traceback.format_exc()[-4000:]
        finally:
            tempfile.tempdir = before
            result.seconds = time.perf_counter() - began
        header = _text(made.content)[:20_000].partition("\n")[0]
        result.leaks = tuple(sorted(leaks(printed, self._known(made), header)))
        return result

    def _known(self, made: Mutant) -> Identifiers:
        if made.source not in self._identifiers:
            original = [source for source in self._sources if source.source == made.source]
            known = CANARIES
            for content in {content for source in original for content in source.files.values()}:
                known |= identifiers_in(content)
            self._identifiers[made.source] = known
        given = {option.lower() for option in made.options}
        known = self._identifiers[made.source] | identifiers_in(made.content)
        return Identifiers(known.emails - given, known.phones, known.words)


def _write(made: Mutant, folder: Path) -> None:
    for name, content in made.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@contextlib.contextmanager
def _streams_caught(path: Path) -> Any:
    """What libraries write to the process's own stdout and stderr goes to a file; yields how to read it."""
    saved = os.dup(1), os.dup(2)
    with path.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            yield lambda: path.read_text(encoding="utf-8", errors="replace")
        finally:
            for number, descriptor in enumerate(saved, 1):
                os.dup2(descriptor, number)
                os.close(descriptor)


# Workers and the watchdog


def _work(pipe: multiprocessing.connection.Connection, seed: int, folder: str) -> None:
    tempfile.tempdir = folder
    warnings.simplefilter("error")
    fuzzer = Fuzzer(seed)
    for number in (0, fuzzer.count() - 1):  # imports and first calls take their time, which is no mutant's
        fuzzer.try_one(-1, fuzzer.original(number))
    pipe.send(None)
    while (number := pipe.recv()) is not None:
        pipe.send(fuzzer.try_one(number, fuzzer.mutant(number)))


@dataclass
class _Worker:
    process: Any
    pipe: multiprocessing.connection.Connection
    number: int | None = None
    began: float = field(default_factory=time.monotonic)
    ready: bool = False


def _start(seed: int, folder: str) -> _Worker:
    # Not fork: Polars and Arrow have threads. One thread each: the workers are as many as the cores.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, seed, folder), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def fuzz(seed: int, count: int, seconds: float, workers: int) -> list[Result]:
    """Try `count` mutants. A worker that takes longer than `seconds` for one, or dies of it, is replaced.

    What takes too long is tried once more, since the machine may have been busy with something else.
    """
    memory = Path("/dev/shm")  # so that no disk has to be waited for
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=memory if memory.is_dir() else None) as folder:
        return _fuzz(seed, count, seconds, workers, folder)


def _fuzz(seed: int, count: int, seconds: float, workers: int, folder: str) -> list[Result]:
    results: list[Result] = []
    fuzzer, waiting, again = Fuzzer(seed), list(reversed(range(count))), set[int]()
    running = [_start(seed, folder) for _ in range(min(workers, count))]
    while running:
        multiprocessing.connection.wait([worker.pipe for worker in running], timeout=0.2)
        for worker in list(running):
            over, dead = time.monotonic() - worker.began > (seconds if worker.ready else 120), False
            try:
                if worker.pipe.poll():
                    if (result := worker.pipe.recv()) is not None:
                        results.append(result)
                    worker.ready, worker.number, worker.began = (
                        True,
                        waiting.pop() if waiting else None,
                        time.monotonic(),
                    )
                    worker.pipe.send(worker.number)
                    if worker.number is None:
                        worker.process.join(10)
                        running.remove(worker)
                    continue
            except (EOFError, OSError):
                dead = True
            if over or dead:
                running.remove(worker)
                worker.process.kill()
                worker.process.join()
                if worker.number is None:
                    raise RuntimeError("a worker died or hung before its first mutant")
                running.append(_start(seed, folder))
                if over and worker.number not in again:
                    again.add(worker.number)
                    waiting.append(worker.number)
                    continue
                made = fuzzer.mutant(worker.number)
                trouble = (
                    f"no end after {seconds:g} s" if over else f"the process died, exit code {worker.process.exitcode}"
                )
                took = time.monotonic() - worker.began
                results.append(Result(worker.number, made.source, made.kinds, FAILED, took, trouble=trouble))
    return sorted(results, key=lambda result: result.number)


def failures(results: list[Result]) -> list[Result]:
    """Those that must not be."""
    return [result for result in results if result.outcome == FAILED or result.leaks]


def figures(results: list[Result], elapsed: float) -> str:
    """The figures of a run, as text."""
    outcomes = collections.Counter(result.outcome for result in results)
    kinds = collections.Counter(kind for result in results for kind in result.kinds)
    read = collections.Counter(kind for result in results if result.outcome == READ for kind in result.kinds)
    sources = collections.Counter(result.source.split("/")[0] for result in results)
    found = collections.Counter(leak for result in results for leak in result.leaks)
    slowest = sorted(results, key=lambda result: -result.seconds)[:5]
    lines = [
        f"{len(results)} mutants in {elapsed:.0f} s ({len(results) / max(elapsed, 0.001):.0f} a second)",
        f"  of: {', '.join(f'{source} {n}' for source, n in sorted(sources.items()))}",
        f"  read {outcomes[READ]}, refused {outcomes[REFUSED]}, failed {outcomes[FAILED]}, "
        f"with leaks {sum(1 for r in results if r.leaks)}",
        f"  leaks: {dict(found) or 'none'}",
        f"  slowest: {', '.join(f'{r.seconds:.1f} s (number {r.number}, {r.source})' for r in slowest)}",
        f"  peak memory of a worker: {max((r.megabytes for r in results), default=0)} MB",
        f"  {'mutation':32} {'mutants':>8} {'read':>8}",
    ]
    return "\n".join([*lines, *(f"  {kind:32} {n:8} {read[kind]:8}" for kind, n in sorted(kinds.items()))])


def told(results: list[Result], seed: int) -> str:
    """The failures, alike ones together, each with the command that repeats the first of them."""
    alike: dict[str, list[Result]] = {}
    for result in failures(results):
        last = result.trouble.strip().splitlines()[-1:] or [""]
        frames = re.findall(r'File "[^"]*(consent_risk/[^"]+)", line (\d+)', result.trouble)
        place = ":".join(frames[-1]) if frames else ""
        what = (
            f"leak of {', '.join(result.leaks)}" if result.leaks else f"{re.sub(r'[0-9]+', '#', last[0])[:90]} {place}"
        )
        alike.setdefault(what, []).append(result)
    blocks = []
    for what, group in sorted(alike.items(), key=lambda item: -len(item[1])):
        one = group[0]
        repeat = f"python bench/fuzz.py --seed {seed} --only {one.number}"
        blocks.append(f"{len(group)} × {what}\n  {one.source}, {', '.join(one.kinds)}\n  again: {repeat}")
    return "\n".join(blocks)


def _only(seed: int, number: int, keep: Path | None) -> int:
    """One mutant in this process, with everything it says."""
    fuzzer = Fuzzer(seed)
    made = fuzzer.mutant(number)
    if keep:
        _write(made, keep)
        print(f"wrote {keep / made.target}, options {list(made.options)}")
    result = fuzzer.try_one(number, made)
    print(f"{made.source}, {made.damaged}, {', '.join(made.kinds)}, {len(made.content)} bytes")
    print(f"options {list(made.options)}")
    print(f"{result.outcome} in {result.seconds:.2f} s, leaks: {', '.join(result.leaks) or 'none'}\n{result.trouble}")
    return 1 if failures([result]) else 0


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=10, help="how long one mutant may take")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", type=int, metavar="NUMBER", help="repeat one mutant")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="with --only: write the mutant there")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every result there")
    given = parser.parse_args()
    if given.only is not None:
        return _only(given.seed, given.only, given.keep)
    began = time.monotonic()
    results = fuzz(given.seed, given.count, given.seconds, given.workers)
    print(figures(results, time.monotonic() - began))
    print(told(results, given.seed) or "no failure")
    if given.json:
        given.json.write_text(json.dumps([vars(result) for result in results], indent=1), encoding="utf-8")
    return 1 if failures(results) else 0


if __name__ == "__main__":
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    sys.exit(main())
