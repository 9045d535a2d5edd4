"""The counts of `consent_risk.measure` as SQL written by hand for DuckDB, to judge what Ibis costs.

Same plan, same five results: fold the events, decide the gates, group. Codes come from the rulebook, everything else
is text. Only the rules that can fire on the generated case are left to be evaluated by both; none is left out.
"""

from __future__ import annotations

from datetime import date

import duckdb
import polars as pl

from consent_risk.case import Case
from consent_risk.dates import months_before
from consent_risk.law.purposes import SERVICE, covering
from consent_risk.law.rulebook import AgeOfConsent
from consent_risk.measure.codes import Codes

_SHIFT = (date(1970, 1, 1) - date(1900, 1, 1)).days * 86_400_000_000 + 1


def counts_by_hand(
    connection: duckdb.DuckDBPyConnection, case: Case, tenants: pl.DataFrame, codes: Codes, ages: AgeOfConsent
) -> dict[str, pl.DataFrame]:
    """The frames that `consent_risk.measure.counts` makes, by the same names."""
    connection.register("numbers", tenants.select("tenant_id", "tenant_no").to_arrow())
    connection.execute(_decided_sql(case, codes, ages))
    numbers = range(len(case.purposes))
    ways = ", ".join(f"tenant_no * 8 + {_severity(f'person_{n}', codes)} AS way_{n}" for n in numbers)
    persons = ", ".join(f"person_{n}" for n in numbers)
    way = ", ".join(f"way_{n}" for n in numbers)
    sets = ", ".join(f"list_sort(list_distinct(list(way_{n}))) AS set_{n}" for n in numbers)
    held = "max(country) AS country, max(link) AS link, max(novelty) AS novelty"
    queries = {
        "records": f"""SELECT country, tenant_no, link, novelty, single, {persons}, count(*) AS records,
            coalesce(sum(stored_bytes), 0)::BIGINT AS stored_bytes FROM decided GROUP BY ALL""",
        "persons": f"""SELECT country, link, novelty, {", ".join(f"set_{n}" for n in numbers)}, count(*) AS persons
            FROM (SELECT {held}, {sets} FROM (SELECT *, {ways} FROM decided WHERE NOT single) GROUP BY person_id)
            GROUP BY ALL""",
        "single_categories": f"""SELECT country, link, novelty, data_categories, {way}, count(*) AS persons
            FROM (SELECT *, {ways} FROM decided WHERE single AND data_categories != '') GROUP BY ALL""",
        "categories": f"""SELECT country, link, novelty, category, {", ".join(f"set_{n}" for n in numbers)},
              count(*) AS data_points
            FROM (SELECT {held}, category, {sets} FROM (
                SELECT *, unnest(string_split(data_categories, ';')) AS category, {ways}
                FROM decided WHERE NOT single AND data_categories != '') GROUP BY person_id, category)
            GROUP BY ALL""",
        "messages": f"""SELECT country, link, novelty, channel, {way}, sum(count)::BIGINT AS messages
            FROM interactions JOIN (SELECT record_key, country, link, novelty, {ways} FROM decided) USING (record_key)
            GROUP BY ALL""",
    }
    return {name: connection.sql(query).pl() for name, query in queries.items()}


def _decided_sql(case: Case, codes: Codes, ages: AgeOfConsent) -> str:
    c = codes.by_rule
    folded, gates = [], []
    for n, purpose in enumerate(case.purposes):
        covers = ", ".join(f"'{p.value}'" for p in sorted(covering(purpose)))
        exactly, deciding = (
            f"purpose = '{purpose.value}'",
            f"purpose = '{purpose.value}' AND by_consent AND NOT negative",
        )
        folded.append(f"""
          max(rank) FILTER (negative AND purpose IN ({covers})) AS negative_{n},
          max(coded) FILTER ({deciding}) AS other_{n},
          max(rank) FILTER ({deciding} AND standing AND legal_basis != 'explicit_consent') AS not_explicit_{n},
          max(rank) FILTER ({deciding} AND standing AND NOT authorised) AS unauthorised_{n},
          bool_or({exactly} AND event_state = 'given' AND legal_basis = 'contract') AS contract_{n},
          bool_or({exactly} AND event_state = 'given'
            AND legal_basis IN ('legal_obligation', 'public_interest', 'vital_interest')) AS basis_{n},
          max(rank) FILTER ({exactly} AND event_state = 'given'
            AND legal_basis = 'legitimate_interest') AS interest_{n}""")
        gates.append(_gate_sql(n, purpose in SERVICE, case, c, ages))
    stale = months_before(case.as_of, case.consent_stale_after_months or 0)
    retention = months_before(case.as_of, case.retention_months or 0)
    names = " OR ".join(f"contains(';' || recipients || ';', ';{name};')" for name in case.acquirer.names)
    relevant = ", ".join(f"'{p.value}'" for p in sorted({p for asked in case.purposes for p in covering(asked)}))
    return f"""
    CREATE TEMP TABLE decided AS
    WITH events AS (
      SELECT record_key, purpose, event_state, legal_basis, coalesce(transfer_objection, false) AS objects,
        coalesce(epoch_us(event_time) + {_SHIFT}, 0) AS rank,
        event_state IN ('objected', 'withdrawn', 'refused') AS negative,
        event_state IN ('given', 'renewed') AS standing,
        legal_basis IN ('consent', 'explicit_consent', 'implied_consent', 'none_recorded') AS by_consent,
        coalesce(parental_authorisation, false) AS authorised,
        (coalesce(epoch_us(event_time) + {_SHIFT}, 0) << 8) | CASE
          WHEN event_state = 'unknown' THEN {c["person.state_unknown"]}
          WHEN event_state NOT IN ('given', 'renewed') THEN {c["person.no_standing_consent"]}
          ELSE greatest({c["person.consent_given"]},
            CASE WHEN valid_until < DATE '{case.as_of}' THEN {c["person.consent_expired"]} ELSE -1 END,
            CASE WHEN legal_basis = 'implied_consent' THEN {c["person.consent_implied"]} ELSE -1 END,
            CASE WHEN collection_method IN ('pre_ticked', 'bundled', 'inactivity')
              THEN {c["person.mechanism_invalid"]} ELSE -1 END,
            CASE WHEN double_opt_in = 'pending' THEN {c["person.double_opt_in_pending"]} ELSE -1 END,
            CASE WHEN coalesce({names}, false) THEN -1 ELSE {c["person.acquirer_not_named"]} END,
            CASE WHEN coalesce(evidence_level, 0) < {case.minimum_evidence}
              THEN {c["person.evidence_below_minimum"]} ELSE -1 END,
            CASE WHEN event_time IS NULL THEN {c["person.consent_untimed"]} ELSE -1 END,
            CASE WHEN event_time < TIMESTAMP '{stale}' THEN {c["person.consent_stale"]} ELSE -1 END,
            CASE WHEN coalesce(covers_combination, false) THEN -1 ELSE {c["person.combination_not_covered"]} END)
          END AS coded
      FROM consents
      WHERE (event_time IS NULL OR event_time < TIMESTAMP '{case.as_of}' + INTERVAL 1 DAY)
        AND (coalesce(transfer_objection, false) OR purpose IN ({relevant}))
    ), folded AS (
      SELECT record_key, bool_or(objects) AS transfer_objection, {",".join(folded)}
      FROM events GROUP BY record_key
    ), delivering AS (SELECT DISTINCT tenant_id, true AS delivered FROM consents),
    joined AS (
      SELECT r.*, f.* EXCLUDE (record_key), coalesce(d.delivered, false) AS delivered, tenant_no,
        coalesce(has_special_category, false) AS special,
        CASE WHEN record_state = 'erasure_requested' THEN {c["person.erasure_requested"]}
             WHEN coalesce(last_activity_on, created_on) < DATE '{retention}' THEN {c["person.retention_exceeded"]}
             WHEN f.transfer_objection THEN {c["person.transfer_objection"]} END AS bar
      FROM records r LEFT JOIN folded f ON r.record_key = f.record_key
        LEFT JOIN delivering d ON r.tenant_id = d.tenant_id JOIN numbers n ON r.tenant_id = n.tenant_id
    )
    SELECT record_key, person_id, single, tenant_no, link, novelty, data_categories, stored_bytes, {", ".join(gates)},
      person_country AS country FROM joined"""


def _gate_sql(n: int, service: bool, case: Case, c: dict[str, int], ages: AgeOfConsent) -> str:
    on = f"coalesce(make_timestamp(nullif(other_{n} >> 8, 0) - {_SHIFT})::DATE, DATE '{case.as_of}')"
    age = "CASE " + " ".join(
        f"WHEN country = '{country}'"
        + (f" AND {on} >= DATE '{dated.from_}'" if dated != values[0] else "")
        + f" THEN {dated.value}"
        for country, values in sorted(ages.countries.items())
        for dated in reversed(values)
    )
    child = f"""(year({on}) * 10000 + month({on}) * 100 + day({on})
      < year(birth_date) * 10000 + month(birth_date) * 100 + day(birth_date) + 10000 * ({age} END))"""
    contract = c["person.contract_covers_service"] if service else c["person.contract_other_purpose"]
    return f"""coalesce(bar, nullif(least(
      CASE WHEN negative_{n} IS NOT NULL AND (other_{n} IS NULL OR negative_{n} >= other_{n} >> 8)
             THEN {c["person.refused_or_withdrawn"]}
           WHEN other_{n} IS NOT NULL THEN greatest(other_{n} & 255,
             CASE WHEN not_explicit_{n} = other_{n} >> 8 AND special
               THEN {c["person.special_category_not_explicit"]} ELSE -1 END,
             CASE WHEN unauthorised_{n} = other_{n} >> 8 AND {child}
               THEN {c["person.child_not_authorised"]} ELSE -1 END)
           ELSE 255 END,
      CASE WHEN special THEN
             CASE WHEN contract_{n} OR basis_{n} OR interest_{n} IS NOT NULL
               THEN {c["person.special_category_other_basis"]} ELSE 255 END
           ELSE least(
             CASE WHEN contract_{n} THEN {contract} ELSE 255 END,
             CASE WHEN interest_{n} IS NULL THEN 255
                  WHEN negative_{n} >= interest_{n} THEN {c["person.legitimate_interest_objected"]}
                  ELSE {c["person.legitimate_interest_combination"]} END,
             CASE WHEN basis_{n} THEN {c["person.other_basis"]} ELSE 255 END) END), 255),
      CASE WHEN {service} AND country = 'US' THEN {c["person.us_consistent_use"]}
           WHEN delivered THEN {c["person.no_consent_for_purpose"]}
           ELSE {c["person.nothing_delivered"]} END)::SMALLINT AS person_{n}"""


def _severity(code: str, codes: Codes) -> str:
    ends = codes.decoder.group_by("outcome").agg(pl.col("code").max()).sort("code")["code"].to_list()
    return "(" + " + ".join(f"({code} > {end})::BIGINT" for end in ends[:-1]) + ")"
