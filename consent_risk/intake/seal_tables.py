"""From a checked batch of one canonical file to rows of its sealed table.

Each `seal_*` takes the values of rows without a fault (checking.read_values), seals the identifiers, sets rows aside
that fit no other row, writes the rest and returns how many of the rows were not used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import polars as pl
import pyarrow as pa

from consent_risk.intake.columns import CANONICAL_FILES
from consent_risk.intake.delivery import Delivery
from consent_risk.intake.faults import no_bad_rows
from consent_risk.intake.known_keys import KnownKeys
from consent_risk.intake.sealing import record_names
from consent_risk.vocabulary import IdentifierType, RecordState

_Id = TypeVar("_Id")
_Flags = list[bool] | np.ndarray[Any, np.dtype[np.bool_]]
NO_RECORD = "no record with this tenant_id and source_id"
_ONCE = "Keep one of the rows."
_BEFORE = "Leave out what was delivered before."
_IDENTIFIERS = {IdentifierType.EMAIL: "e-mail addresses", IdentifierType.PHONE: "phone numbers"}


def seal_tenants(values: pl.DataFrame, file: str, delivery: Delivery) -> int:
    """Tenants; one that stands twice or was delivered before is refused."""
    ids = values["tenant_id"].to_list()
    twice = _seen_twice(ids, delivery.tenants)
    before = [tenant in delivery.tenants_before for tenant in ids]
    unused = _refuse(values, file, delivery, "tenant_id", twice, before)
    delivery.write("tenants", _used(values, twice, before))
    return unused


def seal_agreements(values: pl.DataFrame, file: str, delivery: Delivery) -> int:
    """Agreements; the same agreement_id of the same tenant must not stand twice."""
    ids = list(values.select("tenant_id", "agreement_id").iter_rows())
    twice = _seen_twice(ids, delivery.agreements)
    before = [pair in delivery.agreements_before for pair in ids]
    unused = _refuse(values, file, delivery, "agreement_id", twice, before)
    used = _used(values, twice, before)
    _count_tenants(used, delivery.agreements_by_tenant)
    delivery.write("agreements", used)
    return unused


def seal_records(values: pl.DataFrame, file: str, delivery: Delivery) -> pl.DataFrame:
    """Records; identifiers become keys, and a record that stands twice or was delivered before is refused.

    E-mails and phones are texts, or lists of texts. Returns the rows that were used, with their `record_key`.
    """
    names = record_names(values["tenant_id"], values["source_id"])
    keys = delivery.sealer.seal(names)
    numbers = keys.to_numpy()
    before = delivery.records_before.contain(numbers)
    twice = ~delivery.records.learn(numbers) & ~before
    delivery.keys_of_records.learn(names.hash().to_numpy(), numbers)
    _refuse(values, file, delivery, "source_id", twice, before)
    used = _used(values.with_columns(keys.alias("record_key")), twice, before)
    _count_tenants(used, delivery.records_by_tenant)
    delivery.write(
        "records",
        used.with_columns(
            _key_lists(used, IdentifierType.EMAIL, file, delivery).alias("email_keys"),
            _key_lists(used, IdentifierType.PHONE, file, delivery).alias("phone_keys"),
            pl.col("created_at").alias("created_on"),
            pl.col("last_activity_at").alias("last_activity_on"),
        ),
    )
    return used


def note_no_addresses(identifiers: pl.Series, kind: IdentifierType, file: str, delivery: Delivery) -> None:
    """Count the e-mail addresses (text, or lists of texts) without an `@`: hashed, encrypted or broken.

    Whether they are used all the same is for the profile to say; `strict-1` takes them as they are.
    """
    if kind is not IdentifierType.EMAIL:
        return
    is_list = isinstance(identifiers.dtype, pl.List)
    texts = identifiers.explode(empty_as_null=True, keep_nulls=True) if is_list else identifiers
    without = int((~texts.cast(pl.String).str.contains("@", literal=True)).sum())  # blank is neither
    delivery.faults.note(file, "e-mail addresses that are no addresses", without)


def with_deletions(records: pl.DataFrame, delivery: Delivery) -> pl.DataFrame:
    """The values of records, of which those that a file of deletions names are deleted, whatever their own row says."""
    if not len(delivery.deleted):
        return records
    keys = delivery.sealer.seal_records(records["tenant_id"], records["source_id"]).to_numpy()
    deleted = delivery.deleted.contain(keys)
    delivery.deleted_found.learn(keys[deleted])
    state = pl.lit(RecordState.DELETED.value).cast(records.schema["record_state"])
    flags = pl.lit(pl.Series(deleted, dtype=pl.Boolean))
    return records.with_columns(pl.when(flags).then(state).otherwise("record_state").alias("record_state"))


def seal_consents(values: pl.DataFrame, file: str, delivery: Delivery) -> int:
    """Consent events; one without a record is set aside."""
    values, known = _with_record_keys(values, delivery)
    raw = [pl.lit(None, dtype=pl.String).alias(n) for n in ("raw_field", "raw_value") if n not in values.columns]
    delivery.write("consents", values.filter(known).with_columns(raw))
    return _set_orphans_aside(values.filter(~known), file, delivery)


def seal_interactions(values: pl.DataFrame, file: str, delivery: Delivery) -> int:
    """Message counts; without a source_id they are the tenant's, with one that is no record they are set aside."""
    values, known = _with_record_keys(values, delivery)
    known = known | values["source_id"].is_null()
    delivery.write("interactions", values.filter(known))
    return _set_orphans_aside(values.filter(~known), file, delivery)


def seal_acquirer_identifiers(values: pl.DataFrame, file: str, delivery: Delivery) -> int:
    """The acquirer's identifiers, raw or hashed, each key once.

    One that the profile cannot use is set aside; one of which nothing is left is a fault.
    """
    unused = 0
    for kind in IdentifierType:
        of_kind = values.filter(pl.col("identifier_type").cast(pl.String) == kind.value)
        raw = of_kind["value"].filter(~delivery.sealer.are_hashed(of_kind["value"]))
        note_no_addresses(raw, kind, file, delivery)
        keys = delivery.sealer.seal_raw_or_hashed(of_kind["value"], kind)
        unused += _set_unusable_aside(of_kind.filter(keys.is_null()), kind, file, delivery)
        _note_hashed(of_kind["value"], file, delivery)
        present = keys.drop_nulls()
        new = delivery.acquirer_keys.setdefault(kind.value, KnownKeys()).learn(present.to_numpy())
        delivery.faults.note(file, "identifiers that stand in the list more than once", int((~new).sum()))
        rows = pl.DataFrame({"key": present.filter(pl.Series(new, dtype=pl.Boolean))})
        delivery.write("acquirer_keys", rows.with_columns(pl.lit(kind.value).alias("identifier_type")))
    return unused


def seal_holders(values: pl.DataFrame, file: str, delivery: Delivery) -> int:
    """Other holders of comparable data, as they are."""
    delivery.write("holders", values)
    return 0


SEAL: dict[str, Callable[[pl.DataFrame, str, Delivery], int]] = {
    "tenants": seal_tenants,
    "records": lambda values, file, delivery: values.height - seal_records(values, file, delivery).height,
    "agreements": seal_agreements,
    "consents": seal_consents,
    "interactions": seal_interactions,
    "acquirer_identifiers": seal_acquirer_identifiers,
    "holders": seal_holders,
}
assert list(SEAL) == list(CANONICAL_FILES)


def note_tenants_without_file(delivery: Delivery) -> None:
    """Where no tenants file was handed in: count the tenants known from their records alone.

    They get no row in `tenants`, so a tenants file may still come later.
    """
    new = delivery.records_by_tenant.keys() - delivery.tenants_before
    delivery.faults.note("tenants", "tenants known from records alone: no tenants file was handed in", len(new))


def note_unlisted_tenants(delivery: Delivery) -> None:
    """Where a tenants file was handed in: count the rows of tenants that it does not list."""
    listed = delivery.tenants | delivery.tenants_before
    for what, counts in (("records", delivery.records_by_tenant), ("agreements", delivery.agreements_by_tenant)):
        rows = sum(count for tenant, count in counts.items() if tenant not in listed)
        delivery.faults.note("tenants", f"{what} kept although their tenant is not in the tenants file", rows)


def _seen_twice(ids: list[_Id], seen: set[_Id]) -> list[bool]:
    twice = []
    for one in ids:
        twice.append(one in seen)
        seen.add(one)
    return twice


def _refuse(values: pl.DataFrame, file: str, delivery: Delivery, column: str, twice: _Flags, before: _Flags) -> int:
    """Report rows whose key stands in an earlier row or drop; the number of them."""
    name = column if column == "tenant_id" else f"tenant_id and {column}"
    bad = [
        _bad(
            values.filter(pl.Series(twice, dtype=pl.Boolean)),
            column,
            f"the same {name} stands in an earlier row",
            _ONCE,
        ),
        _bad(
            values.filter(pl.Series(before, dtype=pl.Boolean)),
            column,
            f"this {name} came with an earlier drop",
            _BEFORE,
        ),
    ]
    return delivery.faults.add_bad_rows(file, pl.concat(bad))


def _bad(rows: pl.DataFrame, column: str, reason: str, mend: str) -> pl.DataFrame:
    if rows.is_empty():
        return no_bad_rows()
    return rows.select(
        "row", pl.lit(column).alias("column"), pl.lit(reason).alias("reason"), pl.lit(mend).alias("mend")
    )


def _used(values: pl.DataFrame, twice: _Flags, before: _Flags) -> pl.DataFrame:
    return values.filter(~(pl.Series(twice, dtype=pl.Boolean) | pl.Series(before, dtype=pl.Boolean)))


def _set_unusable_aside(rows: pl.DataFrame, kind: IdentifierType, file: str, delivery: Delivery) -> int:
    """The acquirer's identifiers that gave no key: their number, which is also noted."""
    empty = pl.col("value").str.replace_all(r"\s", "") == ""
    nothing, reason = "nothing is left of the identifier when spaces are taken out", "not usable under the profile"
    unused = delivery.faults.add_bad_rows(file, _bad(rows.filter(empty), "value", nothing, "Leave the row out."))
    unusable = rows.filter(~empty)
    if unusable.is_empty():
        return unused
    _note_unusable(unusable.height, kind, file, delivery)
    return unused + delivery.faults.set_rows_aside(file, _bad(unusable, "value", reason, ""))


def _note_hashed(values: pl.Series, file: str, delivery: Delivery) -> None:
    what = "identifiers that came hashed and are taken as they are: it cannot be known how they were normalised"
    delivery.faults.note(file, what, int(delivery.sealer.are_hashed(values).sum()))


def _count_tenants(values: pl.DataFrame, counts: Counter[str]) -> None:
    for tenant, rows in values["tenant_id"].value_counts().iter_rows():
        counts[tenant] += rows


def _with_record_keys(values: pl.DataFrame, delivery: Delivery) -> tuple[pl.DataFrame, pl.Series]:
    """The rows with the key of each one's record, and whether that came with this delivery or an earlier drop.

    The key is null where the row names no record.
    """
    names = record_names(values["tenant_id"], values["source_id"])
    known, found = delivery.keys_of_records.find(names.hash().to_numpy())
    here = pl.Series(found, dtype=pl.Boolean) & names.is_not_null()
    keys = pl.Series("record_key", known, dtype=pl.Int64)
    if not here.all():
        keys = keys.zip_with(here, delivery.sealer.seal(names.set(here, None)))
        here = here | known_records(keys, delivery)
    return values.with_columns(keys), here


def known_records(keys: pl.Series, delivery: Delivery) -> pl.Series:
    """For each record key whether its record came with this delivery or an earlier drop. Null is not known."""
    numbers = keys.fill_null(0).to_numpy()
    known = delivery.records.contain(numbers) | delivery.records_before.contain(numbers)
    return pl.Series(np.logical_and(known, keys.is_not_null().to_numpy()), dtype=pl.Boolean)


def _set_orphans_aside(orphans: pl.DataFrame, file: str, delivery: Delivery) -> int:
    if orphans.is_empty():
        return 0
    return delivery.faults.set_rows_aside(file, _bad(orphans, "source_id", NO_RECORD, ""))


def _key_lists(records: pl.DataFrame, kind: IdentifierType, file: str, delivery: Delivery) -> pl.Series:
    """Sorted distinct keys of each row's identifiers (text, or a list of texts); an empty list where it has none."""
    identifiers = records[kind.value]
    note_no_addresses(identifiers, kind, file, delivery)
    if not isinstance(identifiers.dtype, pl.List):
        sealed = delivery.sealer.seal_identifiers(identifiers, kind, records["country"])
        _note_unusable(sealed.null_count() - identifiers.null_count(), kind, file, delivery)
        return _lists_of_one(sealed)
    columns = {"at": range(len(identifiers)), "text": identifiers, "country": records["country"]}
    flat = pl.DataFrame(columns, schema_overrides={"at": pl.Int64, "country": pl.String})
    flat = flat.explode("text", empty_as_null=True, keep_nulls=True)
    keys = flat.with_columns(delivery.sealer.seal_identifiers(flat["text"], kind, flat["country"]).alias("key"))
    _note_unusable(keys.filter(pl.col("text").is_not_null() & pl.col("key").is_null()).height, kind, file, delivery)
    grouped = keys.group_by("at", maintain_order=True).agg(pl.col("key").drop_nulls().unique().sort())
    return grouped["key"]


def _note_unusable(count: int, kind: IdentifierType, file: str, delivery: Delivery) -> None:
    delivery.faults.note(file, f"{_IDENTIFIERS[kind]} that cannot be used", count)


def _lists_of_one(keys: pl.Series) -> pl.Series:
    """Each key in a list of its own; an empty list for null."""
    ends = np.cumsum(keys.is_not_null().to_numpy())
    starts = pa.array(np.concatenate([[0], ends]), type=pa.int64())
    return pl.Series(pa.LargeListArray.from_arrays(starts, keys.drop_nulls().to_arrow()))
