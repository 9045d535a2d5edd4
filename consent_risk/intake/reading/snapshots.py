"""Snapshots: rows that list, each time something changed, all that held for a subject then.

Of what several snapshots list only the last listing counts. What the subject's latest snapshot lists stands; what only
earlier ones list was taken back.
"""

from __future__ import annotations

import polars as pl

from consent_risk.intake.reading.clock import Clock
from consent_risk.intake.reading.places import Rows
from consent_risk.intake.recipes.model import Snapshot
from consent_risk.intake.sealing import Sealer
from consent_risk.vocabulary import EventState, LegalBasis

EARLIER = "of an earlier snapshot, and listed again in a later one"
_LISTED: dict[str, type[pl.DataType] | pl.DataType] = {
    "row": pl.Int64,
    "subject": pl.Int64,
    "listed": pl.Int64,
    "time": pl.Datetime("us"),
}
_SEPARATOR = "\x1f"


class Snapshots:
    """Which rows of a file still stand. It is looked through once (`survey`) before its rows are asked about.

    Subjects and what is listed are kept as keys of 64 bits. A row without a subject or a readable time is in no
    snapshot, and stands.
    """

    def __init__(self, snapshot: Snapshot, clock: Clock, sealer: Sealer) -> None:
        self._snapshot = snapshot
        self._clock = clock
        self._sealer = sealer
        self._seen: list[pl.DataFrame] = []
        self._last: tuple[pl.DataFrame, pl.DataFrame] | None = None

    def survey(self, rows: Rows, about: pl.DataFrame) -> None:
        """Learn from a batch. `about` says whom its rows are about (subjects.ABOUT)."""
        self._seen.append(_latest(self._listed(rows, about), "subject", "listed"))
        self._last = None

    def earlier(self, rows: Rows, about: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
        """The numbers of the rows that a later snapshot lists again, and of those that were taken back."""
        if self._last is None:
            seen = pl.concat([pl.DataFrame(schema=_LISTED).drop("row"), *self._seen])
            self._seen = [_latest(seen, "subject", "listed")]
            self._last = _latest(seen, "subject"), _latest(seen, "listed")
        by_subject, by_listed = self._last
        rows_then = self._listed(rows, about)
        rows_then = rows_then.join(by_subject, on="subject", suffix="_of_subject", maintain_order="left")
        rows_then = rows_then.join(by_listed, on="listed", suffix="_of_listed", maintain_order="left")
        again = pl.col("time") < pl.col("time_of_listed")
        gone = ~again & (pl.col("time") < pl.col("time_of_subject"))
        return rows_then.filter(again)["row"], rows_then.filter(gone)["row"]

    def _listed(self, rows: Rows, about: pl.DataFrame) -> pl.DataFrame:
        """The rows that are in a snapshot: keys of the subject and of what is listed, and the time (see _LISTED)."""
        address = pl.coalesce(pl.col("email").list.first().str.to_lowercase(), pl.col("phone").list.first())
        who = about.select(pl.coalesce("source_id", address).alias("who")).to_series()
        places = [rows.first([place]).alias(str(number)) for number, place in enumerate(self._snapshot.lists)]
        what = pl.DataFrame([who, *places]).select(
            pl.concat_str("who", pl.exclude("who").fill_null(""), separator=_SEPARATOR)
        )
        return pl.DataFrame(
            {
                "row": rows.rows,
                "subject": self._sealer.seal_records(about["tenant_id"], who),
                "listed": self._sealer.seal_records(about["tenant_id"], what.to_series()),
                "time": self._clock.times(rows, self._snapshot.time),
            },
            schema=_LISTED,
        ).drop_nulls()


def with_taken_back(statements: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """The statements, of which those of the rows that were taken back say that nothing is recorded."""
    back = pl.col("row").is_in(rows.implode())
    nothing = {
        "event_state": EventState.NONE_RECORDED.value,
        "legal_basis": LegalBasis.NONE_RECORDED.value,
        "transfer_objection": None,
    }
    return statements.with_columns(
        pl.when(back).then(pl.lit(word)).otherwise(name).alias(name) for name, word in nothing.items()
    )


def _latest(listed: pl.DataFrame, *by: str) -> pl.DataFrame:
    return listed.group_by(by).agg(pl.col("time").max())
