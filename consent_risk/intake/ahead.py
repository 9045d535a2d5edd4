"""Work that overlaps: Polars, pyarrow and hashlib let go of the interpreter, so that two stages keep two cores busy."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar, cast

T = TypeVar("T")
_END = object()


def ahead(items: Generator[T, None, None], count: int = 2) -> Generator[T, None, None]:
    """The same items, of which up to `count` are made in another thread before they are asked for.

    What `items` raises is raised here, in its place. When the caller stops early, so do `items`.
    """
    with ThreadPoolExecutor(1) as worker:
        pending = deque(worker.submit(next, items, _END) for _ in range(count))
        try:
            while (item := pending.popleft().result()) is not _END:
                pending.append(worker.submit(next, items, _END))
                yield cast(T, item)
        finally:
            for future in pending:
                future.cancel()
            worker.submit(items.close).result()


class Behind:
    """Runs what it is given in another thread, one after another and in order, a few steps behind the caller.

    What a step raises is raised by a later `run` or by `finish`; steps that wait already may be run before that.
    """

    def __init__(self, steps: int = 2) -> None:
        self._steps = steps
        self._pending: deque[Future[None]] = deque()
        self._worker = ThreadPoolExecutor(1)

    def run(self, step: Callable[[], None]) -> None:
        """Run the step later; waits while too many are left to do."""
        while len(self._pending) >= self._steps:
            self._pending.popleft().result()
        self._pending.append(self._worker.submit(step))

    def finish(self) -> None:
        """Wait until everything is done."""
        while self._pending:
            self._pending.popleft().result()

    def stop(self) -> None:
        """Wait for the step that is running and drop the others. `finish` comes first where all must be done."""
        self._worker.shutdown(cancel_futures=True)
