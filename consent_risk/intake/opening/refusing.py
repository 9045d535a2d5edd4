"""The error of a file that cannot be used."""

from __future__ import annotations

from consent_risk.errors import Problem, UserError

AGAIN = "Export it again."
COPY_AGAIN = "Copy or export it again."
CHANGED = "the file changed while it was read"
WAIT = "Wait until it is complete."


def refused(name: str, reason: str, mend: str = AGAIN, line: int | None = None) -> UserError:
    """What is wrong with the file `name`, at `line` where that is known, and how to mend it."""
    return UserError(Problem(name, reason, mend, line, place="line"))
