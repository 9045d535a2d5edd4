"""An export read by a recipe: its rows become canonical records, and what it says about consent consent events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

import polars as pl

from consent_risk.case import ExportSettings
from consent_risk.errors import Problem, UserError
from consent_risk.intake.checking import ignored_note, read_values, shown_names
from consent_risk.intake.codes import Codes
from consent_risk.intake.columns import RECORDS
from consent_risk.intake.delivery import Delivery
from consent_risk.intake.exports import Export
from consent_risk.intake.faults import no_bad_rows
from consent_risk.intake.json_cells import Node
from consent_risk.intake.reading.account import Contradictions, FileAccount
from consent_risk.intake.reading.clock import Clock
from consent_risk.intake.reading.deletions import deletions_in_file
from consent_risk.intake.reading.merges import MERGED, merges_in_file, merges_in_records, no_merges
from consent_risk.intake.reading.misaligned import MEND as MISALIGNED_MEND
from consent_risk.intake.reading.misaligned import REASON as MISALIGNED
from consent_risk.intake.reading.misaligned import misaligned
from consent_risk.intake.reading.places import FILE, Rows, Scope, Source
from consent_risk.intake.reading.records import read_records, record_fields, record_times
from consent_risk.intake.reading.secrets import secret_columns
from consent_risk.intake.reading.snapshots import EARLIER, Snapshots, with_taken_back
from consent_risk.intake.reading.statements import (
    Column,
    events_of,
    live_columns,
    read_statements,
    statement_fields,
)
from consent_risk.intake.reading.subjects import ABOUT, find_records, read_subjects
from consent_risk.intake.reading.tallies import Tallies
from consent_risk.intake.recipes import Recipe
from consent_risk.intake.recipes.model import FILE_NAME, Statement, Time
from consent_risk.intake.seal_tables import NO_RECORD, known_records, note_no_addresses, seal_records, with_deletions
from consent_risk.vocabulary import IdentifierType, RecordState

CONTINUES = "continues the row above"
_GONE = (RecordState.DELETED.value, RecordState.ERASURE_REQUESTED.value)
_SEALED_BEFORE = "deletions of records of an earlier drop, which stay as they were sealed"
_NO_WINNER = "records were set aside as merged into a record that was not handed in"


class RecipeReading:
    """An export with the recipe that reads it. `tenant` is the tenant of an export that names none."""

    def __init__(self, export: Export, recipe: Recipe, settings: ExportSettings, as_of: date) -> None:
        groups = recipe.file_name_groups(export.stem) or {}
        if not recipe.recognises(export.header, export.stem):
            raise UserError(_misfits(export, recipe))
        self.recipe = recipe.name
        self.system = recipe.system
        self.tenant = settings.tenant or export.stem
        self.dropped = secret_columns(export.header, recipe.secret)
        self._file = export.name
        self._header = export.header
        self._map = recipe
        self._settings = settings
        self._source = Source(
            stem=export.stem,
            columns=_without(export.header, self.dropped),
            groups=groups,
            json_columns=frozenset(recipe.json_columns),
            is_json=is_json(export),
        )
        on = [said for said in recipe.consents if said.option is None or said.option in settings.options]
        self._live = live_columns(on, self._source)
        self._off = live_columns([said for said in recipe.consents if said not in on], self._source)
        self._off_filled: dict[str, int] = {}
        self.columns = self._columns_read()
        self.delivers = tuple(table for table in recipe.delivers if table != "consents" or self._live)
        self.account = FileAccount(as_of)
        self._tallies = Tallies(recipe)
        self._clock = Clock(
            export.name,
            date_order=settings.date_order or recipe.date_order,
            time_zone=settings.time_zone or recipe.time_zone,
        )
        self._contradictions = Contradictions()
        self._merges = no_merges()
        self._deletions: list[pl.DataFrame] = []
        self._snapshots: Snapshots | None = None
        self._codes = Codes()

    @property
    def names_no_tenant(self) -> bool:
        """Does no column say who the tenant is?"""
        return self._tenant_place == FILE_NAME

    @property
    def takes_tenant(self) -> bool:
        """Does neither a column nor the case say who the tenant is?"""
        return self.names_no_tenant and not self._settings.tenant

    @property
    def _guesses_tenant(self) -> bool:
        """Is the tenant read from the file's name alone?"""
        place = self._tenant_place
        others = [] if place is None or isinstance(place, str) else [one for one in place if one != FILE]
        by_file = self.names_no_tenant or (place is not None and FILE in place)
        return by_file and not self._settings.tenant and not any(self._source.has(one) for one in others)

    def share_tenant(self, tenant: str) -> None:
        """The tenant of the system's records, for an export that names none."""
        self.tenant = tenant

    @property
    def has_records(self) -> bool:
        """Are the rows records?"""
        return self._map.records is not None

    @property
    def tells_fates(self) -> bool:
        """Do the rows say what became of records: merged, or deleted?"""
        return bool(self._map.merged or self._map.deleted) and not self.has_records

    @property
    def asks_contact_points(self) -> bool:
        """Are the rows about whoever holds an e-mail address or a phone number?"""
        subject = self._map.subject
        return subject is not None and bool(subject.email or subject.phone)

    @property
    def ignored_columns(self) -> tuple[str, ...]:
        """The columns that are not read, as they may be shown."""
        return shown_names(self._header, set(self._header).difference(self.columns, self.dropped))

    def ignored(self) -> str | None:
        """A note on the columns that are not read."""
        unread = self.ignored_columns
        return ignored_note(unread, len(unread))

    def prepare(self, export: Export, delivery: Delivery) -> None:
        """Look through the file for the order of its days, the records that others stand for, and the latest snapshots.

        Raises UserError where the order of days cannot be told.
        """
        self._look_through(export, delivery)
        snapshot, subject = self._map.snapshot, self._map.subject
        if snapshot and subject and self._has_any(snapshot.time):
            self._snapshots = Snapshots(snapshot, self._clock, delivery.sealer)
            for batch in export.batches(self.columns, lambda _count: None):
                rows = self._rows(batch.cells)
                rows = rows.keep(~rows.rows.is_in(self._set_aside(rows)["row"].implode()))
                self._snapshots.survey(rows, self._about(rows))

    def _look_through(self, export: Export, delivery: Delivery) -> None:
        times = [(each, time) for each, time in self._times() if self._clock.wants(time)]
        merged = self._map.merged if self._map.records else None
        if not times and not merged:
            return
        places = [place for each, time in times for place in (*time.columns, *([each] if each else []))]
        if merged and self._map.records:
            own = self._map.records.tenant_id
            places += [*merged.columns, *self._map.records.source_id, *(own if own != FILE_NAME else ())]
        for batch in export.batches(self._in_order(self._source.columns_of(places)), lambda _count: None):
            rows = self._rows(batch.cells)
            for each, time in times:
                self._clock.survey(rows.entries(each) if each else rows, time)
            if merged and self._map.records:
                ids = rows.first(self._map.records.source_id)
                found = merges_in_records(rows, merged, self._tenants(rows), ids, delivery)
                delivery.merged_away.learn(found["loser"].to_numpy())
        self._clock.check()

    def seal(self, cells: pl.DataFrame, delivery: Delivery) -> int:
        """Seal a batch; the number of its rows that were not used."""
        rows = self._rows(cells)
        aside = self._set_aside(rows)
        taken_back = pl.Series(dtype=pl.Int64)
        if self._snapshots:
            again, taken_back = self._snapshots.earlier(rows, self._about(rows))
            aside = pl.concat([aside, _aside(again, EARLIER)]).unique("row", keep="first", maintain_order=True)
        unused = delivery.faults.set_rows_aside(self._file, aside) if aside.height else 0
        rows = rows.keep(~rows.rows.is_in(aside["row"].implode()))
        shifted = misaligned(rows, self._map)
        unused += delivery.faults.add_bad_rows(self._file, _bad(rows.rows.filter(shifted), MISALIGNED, MISALIGNED_MEND))
        rows = rows.keep(~shifted)
        self._tallies.add(rows.keep(~rows.rows.is_in(taken_back.implode())))
        self._codes.add(rows, self._map.refers_to)
        if self._map.explains:
            delivery.explained.setdefault(self.system, Codes()).add(rows, self._map.explains)
        self._count_fields(rows)
        if self._map.records:
            return unused + self._seal_records(rows, delivery)
        unused += delivery.faults.add_bad_rows(self._file, rows.bad)
        rows = rows.keep(~rows.rows.is_in(rows.bad["row"].implode()))
        if self._map.subject:
            return unused + self._seal_statements(rows, taken_back, delivery)
        if self._map.merged:
            found = merges_in_file(rows, self._map.merged, self._tenants(rows), delivery)
            delivery.merged_away.learn(found["loser"].to_numpy())
            self._merges = pl.concat([self._merges, found])
        if self._map.deleted:
            self._deletions.append(deletions_in_file(rows, self._map.deleted, self._tenants(rows), delivery))
        return unused

    def finish(self, delivery: Delivery) -> int:
        """What can be told only once every file is read; the number of rows that turned out not to be used."""
        account = self.account
        account.numbers["contradictions"] = self._contradictions.count()
        self._ask()
        for name, number in self._codes.missing_in(delivery.explained.get(self.system, Codes())).items():
            account.warnings[f"{name} that no file explains"] += number
        return self._finish_merges(delivery) + self._finish_deletions(delivery)

    def _finish_merges(self, delivery: Delivery) -> int:
        if self._merges.is_empty():
            return 0
        account = self.account
        handed_in = delivery.merged_found.contain(self._merges["loser"].to_numpy())
        orphans = self._merges.filter(~pl.Series(handed_in, dtype=pl.Boolean))
        rest = self._merges.filter(pl.Series(handed_in, dtype=pl.Boolean))
        without = rest.filter(~known_records(rest["winner"], delivery))["loser"].n_unique()
        if without:
            account.warnings[_NO_WINNER] += without
        return self._set_orphans_aside(
            orphans.filter(~pl.col("row").is_in(rest["row"].implode()))["row"].unique().sort(), delivery
        )

    def _finish_deletions(self, delivery: Delivery) -> int:
        """Records of earlier drops are sealed: a deletion that comes later does not reach them, which is told."""
        if not self._deletions:
            return 0
        deletions = pl.concat(self._deletions)
        keys = deletions["record_key"].fill_null(0).to_numpy()
        named = deletions["record_key"].is_not_null()
        found = named & pl.Series(delivery.deleted_found.contain(keys), dtype=pl.Boolean)
        before = named & ~found & pl.Series(delivery.records_before.contain(keys), dtype=pl.Boolean)
        if before.any():
            self.account.warnings[_SEALED_BEFORE] += int(before.sum())
        return self._set_orphans_aside(deletions["row"].filter(~found & ~before), delivery)

    def _set_orphans_aside(self, rows: pl.Series, delivery: Delivery) -> int:
        self.account.numbers["orphans"] += len(rows)
        return delivery.faults.set_rows_aside(self._file, _aside(rows, NO_RECORD)) if len(rows) else 0

    def told(self) -> dict[str, Node]:
        """The fields of manifest.Input that the reading knows."""
        account = self.account
        return account.as_input() | {
            "ignored": self.ignored_columns,
            "dropped": shown_names(self._header, self.dropped),
            "dates": self._clock.ranges.told(),
            "tallies": self._tallies.figures(),
        }

    def _seal_records(self, rows: Rows, delivery: Delivery) -> int:
        read, bad_states = read_records(rows, self._map, self._tenants(rows), self._clock, delivery, self._file)
        values, bad_records = read_values(read, RECORDS.columns)
        self._note_regions(read, values, delivery)
        statements = self._statements(rows)
        told_of = read.filter(pl.col("row").is_in(statements["row"].implode()))
        delivery.learn_consent_tenants(told_of["tenant_id"])
        bad = pl.concat([rows.bad, bad_records, bad_states])
        unused = delivery.faults.add_bad_rows(self._file, bad)
        records = with_deletions(values.join(bad, on="row", how="anti", maintain_order="left"), delivery)
        kept, merged = self._without_merged(records, delivery)
        sealed = seal_records(kept, self._file, delivery)
        self._learn_other_ids(rows, sealed, delivery)
        self._count_records(kept, sealed, merged)
        statements = statements.filter(pl.col("row").is_in(sealed["row"].implode()))
        self.account.add_silent(sealed.height - statements["row"].n_unique())
        self._count_statements(statements)
        records = sealed.select(pl.col("row").alias("at"), "record_key", "tenant_id")
        self._write(statements.with_columns(pl.col("row").alias("at")), records, delivery)
        return unused + merged + kept.height - sealed.height

    def _seal_statements(self, rows: Rows, taken_back: pl.Series, delivery: Delivery) -> int:
        """Statements about records of other files. A row without a record is set aside, but counted."""
        subject = self._map.subject
        assert subject is not None
        if subject.lies_in_entries:
            statements = self._statements(rows, self._about).with_row_index("at")
            subjects = statements
        else:
            statements = self._statements(rows).with_columns(pl.col("row").alias("at"))
            if len(taken_back):
                statements = with_taken_back(statements, taken_back)
            subjects = self._about(rows).with_columns(rows.rows, rows.rows.alias("at"))
        self._count_statements(statements)
        spoken = subjects.filter(pl.col("row").is_in(statements["row"].implode()))
        delivery.learn_consent_tenants(spoken["tenant_id"])
        note_no_addresses(subjects["email"], IdentifierType.EMAIL, self._file, delivery)
        found = find_records(subjects, delivery)
        self._write(statements.drop(ABOUT, strict=False), found, delivery)
        known = subjects.filter(pl.col("at").is_in(found["at"].implode()))["row"]
        asked = rows.rows.is_in(subjects["row"].implode())  # a row whose entries say nothing is about nobody
        orphans = rows.rows.filter(asked & ~rows.rows.is_in(known.implode()))
        return self._set_orphans_aside(orphans, delivery)

    def _write(self, statements: pl.DataFrame, records: pl.DataFrame, delivery: Delivery) -> None:
        """The events of the statements, about the records (at, record_key, tenant_id) that they belong to."""
        events = events_of(statements).join(records, on="at", maintain_order="left")
        self._contradictions.add(events)
        schema = delivery.store["consents"].columns
        blanks = [pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in events.columns]
        delivery.write("consents", events.with_columns(blanks))

    def _about(self, scope: Scope) -> pl.DataFrame:
        """Whom each row (or entry) is about, see subjects.ABOUT."""
        subject = self._map.subject
        assert subject is not None
        return read_subjects(scope, subject, self._tenants(scope))

    def _statements(self, rows: Rows, about: Callable[[Scope], pl.DataFrame] | None = None) -> pl.DataFrame:
        for column in self._off:
            filled = _filled_off(rows, column)
            option = column.statement.option
            assert option is not None
            self._off_filled[option] = self._off_filled.get(option, 0) + filled
        return read_statements(rows, self._live, self._clock, self.account, self._settings.purposes, about)

    def _count_statements(self, statements: pl.DataFrame) -> None:
        self.account.add_statements(statements)
        self.account.add_unmapped(statements["unmapped"])

    def _learn_other_ids(self, rows: Rows, sealed: pl.DataFrame, delivery: Delivery) -> None:
        if self._map.records and self._map.records.other_ids:
            ids = pl.DataFrame({"row": rows.rows, "ids": rows.all(self._map.records.other_ids)})
            delivery.other_ids.learn(
                sealed.select("row", "tenant_id", "record_key").join(ids, on="row"), delivery.sealer
            )

    def _count_records(self, kept: pl.DataFrame, sealed: pl.DataFrame, merged: int) -> None:
        numbers = self.account.numbers
        numbers["duplicates"] += kept.height - sealed.height
        numbers["deleted"] += int(sealed["record_state"].cast(pl.String).is_in(_GONE).sum())
        numbers["merged"] += merged

    def _without_merged(self, records: pl.DataFrame, delivery: Delivery) -> tuple[pl.DataFrame, int]:
        """The records that no other record stands for, and the number of the others, which are set aside."""
        if not len(delivery.merged_away):
            return records, 0
        keys = delivery.sealer.seal_records(records["tenant_id"], records["source_id"]).to_numpy()
        away = pl.Series(delivery.merged_away.contain(keys), dtype=pl.Boolean)
        if not away.any():
            return records, 0
        delivery.merged_found.learn(keys[away.to_numpy()])
        return records.filter(~away), delivery.faults.set_rows_aside(
            self._file, _aside(records["row"].filter(away), MERGED)
        )

    def _rows(self, cells: pl.DataFrame) -> Rows:
        if marker := self._map.text_marker:
            text = pl.col(pl.String).str.strip_prefix(marker).str.strip_chars()
            cells = cells.with_columns(text).with_columns(pl.when(pl.col(pl.String) != "").then(pl.col(pl.String)))
        return Rows(cells, self._source)

    def _set_aside(self, rows: Rows) -> pl.DataFrame:
        """Rows that continue others, and those that the recipe leaves out (faults.BAD_ROWS)."""
        found = [no_bad_rows()]
        if self._map.continuation_rows and self._map.records:
            blank = rows.first(self._map.records.source_id).is_null()
            found.append(_aside(rows.rows.filter(blank), CONTINUES))
        for rule in self._map.set_aside:
            found.append(_aside(rows.rows.filter(rows.meets(rule.when)), rule.reason))
        return pl.concat(found).unique("row", keep="first", maintain_order=True)

    def _tenants(self, rows: Scope) -> pl.Series:
        place = self._tenant_place
        if place is None or isinstance(place, str):
            return pl.repeat(self.tenant, rows.height, dtype=pl.String, eager=True)
        if not self._settings.tenant:
            return rows.first(place)
        return rows.first([one for one in place if one != FILE]).fill_null(self._settings.tenant)

    @property
    def _tenant_place(self) -> str | tuple[str, ...] | None:
        whose = self._map.records or self._map.subject or self._map.merged or self._map.deleted
        return whose.tenant_id if whose else None

    def _count_fields(self, rows: Rows) -> None:
        """In how many rows each place is filled. Of lists only the list itself is counted."""
        columns = [(one.field, one.statement.each or one.place or "", "consent") for one in self._live]
        for shown, place, field in dict.fromkeys(
            [*((place, place, field) for place, field in self._fields()), *columns]
        ):
            if self._source.resolve(place):
                self.account.fields[shown, field] += int(rows.filled([place]).sum())

    def _fields(self) -> Iterator[tuple[str, str]]:
        yield from record_fields(self._map)
        if subject := self._map.subject:
            for field, places in (
                ("tenant_id", () if subject.tenant_id == FILE_NAME else subject.tenant_id),
                ("source_id", subject.source_id),
                ("email", subject.email),
                ("phone", subject.phone),
            ):
                yield from ((place, field) for place in places)
        if merged := self._map.merged:
            yield from ((place, "merged") for place in (*merged.columns, *merged.loser, *merged.winner))
        if deleted := self._map.deleted:
            yield from ((place, "deleted") for place in deleted.source_id)
        if snapshot := self._map.snapshot:
            yield from ((place, "snapshot") for place in (*snapshot.columns, *snapshot.lists))
        for tally in self._map.tallies:
            yield from ((place, f"tally: {tally.name}") for place in tally.columns)
        yield from statement_fields(self._live)
        for name, columns in (*self._map.explains.items(), *self._map.refers_to.items()):
            yield from ((place, f"codes: {name}") for place in columns)

    def _times(self) -> Iterator[tuple[str | None, Time]]:
        """The times that are read, with the list that they stand in; what a decoder gives is in one order."""
        if self._map.records:
            yield from ((None, time) for _, time in record_times(self._map.records) if self._has_any(time))
        for column in self._live:
            said = column.statement
            for time in (said.time, said.valid_until):
                if time and self._has_any(time) and not (said.decoder and all(p.startswith(".") for p in time.columns)):
                    yield said.each if any(place.startswith(".") for place in time.columns) else None, time

        if snapshot := self._map.snapshot:
            yield from [(None, snapshot.time)] if self._has_any(snapshot.time) else []

    def _has_any(self, time: Time) -> bool:
        return any(self._source.has(place) for place in time.columns)

    def _columns_read(self) -> tuple[str, ...]:
        """The header's names that the recipe reads; a JSON path reads its column."""
        places = [place for place, _ in self._fields()]
        read = [*self._live, *self._off]
        places += [place for column in read for place in (column.place, column.statement.each) if place]
        places += [place for place, _ in statement_fields(read)]
        if self.tells_fates and not isinstance(self._tenant_place, str):
            places += self._tenant_place or ()
        rules = [condition for rule in self._map.set_aside for condition in rule.when]
        rules += [condition for tally in self._map.tallies for condition in tally.when]
        places += [place for condition in rules for place in condition.columns]
        return self._in_order(self._source.columns_of(places))

    def _in_order(self, wanted: Iterable[str]) -> tuple[str, ...]:
        names = set(wanted)
        return tuple(name for name in self._header if name in names)

    def _note_regions(self, read: pl.DataFrame, values: pl.DataFrame, delivery: Delivery) -> None:
        filled = read.join(values.select("row"), on="row", how="semi")["region"].count()
        what = "regions not kept: not two or three capital letters or digits"
        delivery.faults.note(self._file, what, filled - values["region"].count())

    def _ask(self) -> None:
        """The questions that the file leaves open."""
        account = self.account
        if self._guesses_tenant:
            account.ask(
                f"No column names the tenant: it was read as `{self.tenant}`. Say another under `tenant` of the "
                "file's `exports` in case.yaml."
            )
        for option, filled in self._off_filled.items():
            if filled:
                account.ask(
                    f"The option `{option}` is off, although its columns are filled in {filled} rows: "
                    f"{self._map.options[option]} Switch it on under `options` of the file's `exports` in case.yaml."
                )
        if self._clock.without_zone and not self._settings.time_zone:
            account.ask(
                f"Times without a zone were read as {self._map.time_zone}. Say another under `time_zone` of the file's "
                "`exports` in case.yaml."
            )
        for question in self._map.asks:
            account.ask(question)


def _without(header: Sequence[str], dropped: Iterable[str]) -> tuple[str, ...]:
    left_out = frozenset(dropped)
    return tuple(name for name in header if name not in left_out)


def is_json(export: Export) -> bool:
    """Is the export JSON, so that any of its cells may hold lists and objects?"""
    return export.format.startswith("JSON")


def _filled_off(rows: Rows, column: Column) -> int:
    said: Statement = column.statement
    scope: Scope = rows.entries(said.each) if said.each else rows
    if said.decoder or column.place is None:
        return int(scope.rows.n_unique()) if said.each else int(scope.meets(said.when).sum())
    return int(scope.rows.filter(scope.filled([column.place]) & scope.meets(said.when)).n_unique())


def _aside(rows: pl.Series, reason: str) -> pl.DataFrame:
    return _bad(rows, reason, "", "source_id" if reason in (MERGED, NO_RECORD) else None)


def _bad(rows: pl.Series, reason: str, mend: str, column: str | None = None) -> pl.DataFrame:
    where = pl.lit(column, dtype=pl.String).alias("column")
    return rows.alias("row").to_frame().select("row", where, pl.lit(reason).alias("reason"), pl.lit(mend).alias("mend"))


def _misfits(export: Export, recipe: Recipe) -> Sequence[Problem]:
    reason = f"the header does not fit the recipe {recipe.name}"
    mends = [f"It needs one of the columns {', '.join(line)}." for line in recipe.lacking(export.header)]
    if not mends:
        mends = ["Its name does not fit the recipe's `file_name`: rename the file as the system named it."]
    return [Problem(export.name, reason, mend) for mend in mends]
