"""The counts that leave the engine: group-bys over the decided records, small whatever the size of the data.

`person_i` is the code of the person gate for purpose number i, `way_i` a (tenant, person outcome) pair as one
number: tenant_no * 8 + severity of the outcome.
"""

from __future__ import annotations

from ibis import Table
from ibis.expr.types import IntegerValue

from consent_risk.case import Case
from consent_risk.measure.codes import Codes
from consent_risk.tables import LIST_SEPARATOR

WAY_BASE = 8


def _numbers(case: Case) -> range:
    return range(len(case.purposes))


def _way(decided: Table, number: int, codes: Codes) -> IntegerValue:
    severity = codes.severity(decided[f"person_{number}"]).cast("int64")
    return decided.tenant_no * WAY_BASE + severity


def _with_ways(decided: Table, case: Case, codes: Codes) -> Table:
    return decided.mutate(**{f"way_{number}": _way(decided, number, codes) for number in _numbers(case)})


def records_by_outcome(decided: Table, case: Case) -> Table:
    """Records and stored bytes by country, tenant, link, novelty, whether single, and the code of each purpose."""
    keys = ["country", "tenant_no", "link", "novelty", "single", *(f"person_{number}" for number in _numbers(case))]
    return decided.group_by(keys).aggregate(
        records=decided.count(), stored_bytes=decided.stored_bytes.sum().coalesce(0).cast("int64")
    )


def persons_with_several_records(decided: Table, case: Case, codes: Codes) -> Table:
    """Persons with several records by country, link, novelty and the set of ways for each purpose."""
    several = _with_ways(decided.filter(~decided.single), case, codes)
    return _counted_by_sets(several, ["person_id"], [], case, "persons")


def categories_of_persons(decided: Table, case: Case, codes: Codes) -> Table:
    """Data points of persons with several records, by category and the set of ways that hold it."""
    several = decided.filter(~decided.single & (decided.data_categories != ""))
    held = _with_ways(several, case, codes).mutate(category=several.data_categories.split(LIST_SEPARATOR).unnest())
    return _counted_by_sets(held, ["person_id", "category"], ["category"], case, "data_points")


def _counted_by_sets(rows: Table, of: list[str], by: list[str], case: Case, measure: str) -> Table:
    """First the set of ways of each thing counted, then how many have the same sets."""
    sets = {f"set_{number}": rows[f"way_{number}"].collect(distinct=True).sort() for number in _numbers(case)}
    each = rows.group_by(of).aggregate(
        country=rows.country.max(), link=rows.link.max(), novelty=rows.novelty.max(), **sets
    )
    return each.group_by(["country", "link", "novelty", *by, *sets]).aggregate(**{measure: each.count()})


def categories_of_single_records(decided: Table, case: Case, codes: Codes) -> Table:
    """Persons with one record by country, link, novelty, categories held (a list) and the way of each purpose."""
    single = _with_ways(decided.filter(decided.single & (decided.data_categories != "")), case, codes)
    keys = ["country", "link", "novelty", "data_categories", *(f"way_{number}" for number in _numbers(case))]
    return single.group_by(keys).aggregate(persons=single.count())


def messages_by_channel(interactions: Table, decided: Table, case: Case, codes: Codes) -> Table:
    """Messages of in-scope records by country, link, novelty, channel and the way of each purpose."""
    ways = _with_ways(decided, case, codes).select(
        "record_key", "country", "link", "novelty", *(f"way_{number}" for number in _numbers(case))
    )
    sent = interactions.filter(interactions.record_key.notnull()).select("record_key", "channel", "count")
    joined = sent.join(ways, "record_key")
    keys = ["country", "link", "novelty", "channel", *(f"way_{number}" for number in _numbers(case))]
    return joined.group_by(keys).aggregate(messages=joined["count"].sum().cast("int64"))
