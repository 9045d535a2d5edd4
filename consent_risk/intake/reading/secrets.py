"""Which columns are secrets. They are never read, only listed as dropped."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

_INSIDE = ("password", "passwd", "passphrase", "passwort", "csrf", "xsrf", "apikey", "privatekey", "accesskey")
_WORDS = {"secret", "secrets", "token", "tokens", "pwd", "salt", "credential", "credentials", "jwt", "otp"}


def secret_columns(header: Sequence[str], named: Collection[str] = ()) -> tuple[str, ...]:
    """The columns of the header that hold secrets: those `named`, and those whose name says so.

    >>> secret_columns(["Email", "Password *", "rp_token", "passwordHash", "apiKey"])
    ('Password *', 'rp_token', 'passwordHash', 'apiKey')
    """
    return tuple(name for name in header if name in named or _is_secret(name))


def _is_secret(name: str) -> bool:
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())
    joined = "".join(words)
    return any(part in joined for part in _INSIDE) or not _WORDS.isdisjoint(words)
