"""Generated canonical CSV files for `bench/intake.py`: invented people, all at example.com.

Events stand in no order of their records, as in an export sorted by time.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parent))
from generate import AGREEMENTS, CASE, MACROS, TENANTS

_RECORDS = """
SELECT tenant_of(i) AS tenant_id, 'S' || i AS source_id,
  CASE WHEN u(i, 70) < 0.9 THEN 'person' || person_id || '.' || (hash(person_id) % 9999) || '@example.com' END AS email,
  CASE WHEN u(i, 71) < 0.5 THEN '+49 151 ' || lpad((person_id % 100000000)::VARCHAR, 8, '0') END AS phone,
  CASE WHEN u(i, 72) < 0.9 THEN 'true' END AS is_natural_person, country_of(person_id) AS country,
  CASE WHEN u(i, 73) < 0.2 THEN pick(['BE','BY','HH','75','NW'], i, 74) END AS region,
  CASE WHEN u(i, 4) < 0.3 THEN DATE '1950-01-01' + CAST(u(i, 5) * 22000 AS INTEGER) END AS birth_date,
  strftime(TIMESTAMP '2018-01-01' + to_seconds(CAST(u(i, 6) * 170000000 AS BIGINT)), '%Y-%m-%dT%H:%M:%SZ')
    AS created_at,
  CASE WHEN u(i, 7) < 0.9 THEN
    strftime(TIMESTAMP '2020-01-01' + to_seconds(CAST(u(i, 8) * 190000000 AS BIGINT)), '%Y-%m-%dT%H:%M:%SZ') END
    AS last_activity_at,
  pick(['active','active','active','active','','suspended','erasure_requested'], i, 2) AS record_state,
  pick(['Identifying','EmailAddress;Identifying','EmailAddress;Identifying;PurchaseHistory',
        'Behavioural;EmailAddress;Location','CommunicationContent;Identifying;TelephoneNumber','Financial',''],
       i, 9) AS data_categories,
  yes_no_blank(i, 10) AS has_special_category, CAST(u(i, 11) * 10000 AS BIGINT) AS stored_bytes
FROM (SELECT range AS i, CASE WHEN range % 10 < 2 THEN range - range % 10 ELSE range END AS person_id
      FROM range({records}))
"""

_CONSENTS = """
SELECT tenant_of(r) AS tenant_id, 'S' || r AS source_id,
  pick(['PersonalisedAdvertising','PersonalisedAdvertising','Analytics','ServiceProvision','Marketing',
        'Advertising','DirectMarketing','AllProcessing'], i, 20) AS purpose,
  pick(['email','sms','whatsapp',''], i, 75) AS channel,
  pick(['given','given','given','given','renewed','refused','withdrawn','objected','requested','none_recorded',
        'unknown','expired'], i, 21) AS event_state,
  pick(['consent','consent','consent','explicit_consent','implied_consent','contract','legitimate_interest',
        'none_recorded'], i, 22) AS legal_basis,
  CASE WHEN u(i, 23) < 0.95 THEN
    strftime(TIMESTAMP '2021-01-01' + to_seconds(CAST(u(i, 24) * 160000000 AS BIGINT)), '%Y-%m-%dT%H:%M:%SZ') END
    AS event_time,
  CASE WHEN u(i, 25) < 0.1 THEN DATE '2025-01-01' + CAST(u(i, 26) * 900 AS INTEGER) END AS valid_until,
  pick(['form','import','api','phone','pre_ticked','bundled'], i, 27) AS collection_method,
  pick(['single','confirmed','pending',NULL], i, 28) AS double_opt_in,
  pick(['privacy-2021','privacy-2022','privacy-2024',NULL], i, 76) AS notice_version,
  pick(['Generated Social','Generated Social;Partners','Partners',NULL,''], i, 29) AS recipients,
  yes_no_blank(i, 77) AS third_party_disclosure, CASE WHEN u(i, 30) < 0.02 THEN true END AS transfer_objection,
  yes_no_blank(i, 31) AS parental_authorisation, yes_no_blank(i, 32) AS covers_combination,
  CAST(u(i, 34) * 6 AS INTEGER) % 6 AS evidence_level
FROM (SELECT range AS i, CAST(floor(u(range, 35) * {records}) AS BIGINT) AS r FROM range({consents}))
"""

_QUERIES = {"tenants": TENANTS, "agreements": AGREEMENTS, "records": _RECORDS, "consents": _CONSENTS}


def generate_csv(folder: Path, records: int) -> None:
    """Write case.yaml and four canonical CSV files: `records` records and twice as many consent events."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(MACROS)
        for table, query in _QUERIES.items():
            sql = query.format(records=records, consents=2 * records)
            connection.execute(f"COPY ({sql}) TO '{folder / table}.csv' (HEADER)")
    (folder / "case.yaml").write_text(CASE, encoding="utf-8")


if __name__ == "__main__":
    generate_csv(Path(sys.argv[1]), int(sys.argv[2]))
