"""Generated sealed tables for the benchmarks: no person behind them, only hashed row numbers."""

from __future__ import annotations

from pathlib import Path

import duckdb

CASE = """
case: bench
as_of: 2026-03-31
provider: {name: Generated CRM}
acquirer:
  name: Generated Social
  named_as: [Generated Social]
  gatekeeper: true
  persons: {DE: 40000000, FR: 30000000}
  categories_held: [Identifying, EmailAddress]
  own_channels: [whatsapp, messenger]
purposes: [PersonalisedAdvertising, Analytics, ServiceProvision]
combines_data: true
minimum_evidence: 2
consent_stale_after_months: 36
retention_months: 60
assumptions: {renegotiation: {default: 0.25}, opt_in: {default: 0.1}}
"""

# u(x, salt): a number from 0 to 1 that depends on x and salt only; pick(list, u): one element of a list.
MACROS = """
CREATE MACRO u(x, salt) AS (hash(x * 1000 + salt) % 1000003) / 1000003.0;
CREATE MACRO pick(list, x, salt) AS list[1 + CAST(floor(u(x, salt) * len(list)) AS INTEGER)];
CREATE MACRO tenant_no(x) AS CAST(floor(300 * pow(u(x, 1), 3)) AS INTEGER);
CREATE MACRO tenant_of(x) AS 'T' || tenant_no(x);
CREATE MACRO country_of(x) AS pick(['DE','FR','AT','IT','ES','NL','BE','IE','PL','SE','DK','US','CH',''],
  CASE WHEN u(x, 14) < 0.85 THEN tenant_no(x) ELSE x END, 3);
CREATE MACRO yes_no_blank(x, salt) AS CASE WHEN u(x, salt) < 0.1 THEN true WHEN u(x, salt) < 0.6 THEN false END;
"""

# Of every ten rows the first two are one person's; every other row is a person of its own. Tenants are of very
# different sizes, and most of a tenant's persons live in one country.
_RECORDS = """
SELECT (hash(i) >> 1)::BIGINT AS record_key, tenant_of(i) AS tenant_id,
  pick(['active','active','active','active','active','suspended','erasure_requested'], i, 2) AS record_state,
  country_of(person_id) AS country,
  CASE WHEN u(i, 4) < 0.3 THEN DATE '1950-01-01' + CAST(u(i, 5) * 22000 AS INTEGER) END AS birth_date,
  DATE '2018-01-01' + CAST(u(i, 6) * 2000 AS INTEGER) AS created_on,
  CASE WHEN u(i, 7) < 0.9 THEN DATE '2020-01-01' + CAST(u(i, 8) * 2200 AS INTEGER) END AS last_activity_on,
  pick(['Identifying','EmailAddress;Identifying','EmailAddress;Identifying;PurchaseHistory',
        'Behavioural;EmailAddress;Location','CommunicationContent;Identifying;TelephoneNumber','Financial',''],
       i, 9) AS data_categories,
  yes_no_blank(i, 10) AS has_special_category, CAST(u(i, 11) * 10000 AS BIGINT) AS stored_bytes,
  person_id, single, country AS person_country,
  CASE WHEN u(person_id, 12) < 0.9 THEN 'yes' ELSE 'no' END AS link,
  CASE WHEN u(person_id, 12) >= 0.9 THEN 'unknown' WHEN u(person_id, 13) < 0.6 THEN 'known' ELSE 'new' END AS novelty
FROM (SELECT range AS i, CASE WHEN range % 10 < 2 THEN range - range % 10 ELSE range END AS person_id,
             range % 10 >= 2 AS single FROM range({records}))
"""

_CONSENTS = """
SELECT (hash(r) >> 1)::BIGINT AS record_key, tenant_of(r) AS tenant_id,
  pick(['PersonalisedAdvertising','PersonalisedAdvertising','Analytics','ServiceProvision','Marketing',
        'Advertising','DirectMarketing','AllProcessing'], i, 20) AS purpose,
  pick(['given','given','given','given','renewed','refused','withdrawn','objected','requested','none_recorded',
        'unknown','expired'], i, 21) AS event_state,
  pick(['consent','consent','consent','explicit_consent','implied_consent','contract','legitimate_interest',
        'none_recorded'], i, 22) AS legal_basis,
  CASE WHEN u(i, 23) < 0.95 THEN TIMESTAMP '2021-01-01' + to_seconds(CAST(u(i, 24) * 180000000 AS BIGINT)) END
    AS event_time,
  CASE WHEN u(i, 25) < 0.1 THEN DATE '2025-01-01' + CAST(u(i, 26) * 900 AS INTEGER) END AS valid_until,
  pick(['form','import','api','phone','pre_ticked','bundled'], i, 27) AS collection_method,
  pick(['single','confirmed','pending',NULL], i, 28) AS double_opt_in,
  pick(['generated social','generated social;partners','partners',NULL,''], i, 29) AS recipients,
  CASE WHEN u(i, 30) < 0.02 THEN true END AS transfer_objection,
  yes_no_blank(i, 31) AS parental_authorisation, yes_no_blank(i, 32) OR u(i, 33) < 0.5 AS covers_combination,
  CAST(u(i, 34) * 6 AS TINYINT) % 6 AS evidence_level
FROM (SELECT range AS i, CAST(floor(u(range, 35) * {records}) AS BIGINT) AS r FROM range({consents}))
"""

_INTERACTIONS = """
SELECT tenant_of(r) AS tenant_id, (hash(r) >> 1)::BIGINT AS record_key,
  pick(['email','chat','whatsapp','messenger','voice'], i, 40) AS channel, CAST(1 + u(i, 41) * 20 AS BIGINT) AS count
FROM (SELECT range AS i, CAST(floor(u(range, 42) * {records}) AS BIGINT) AS r FROM range({records}))
"""

TENANTS = """
SELECT 'T' || range AS tenant_id, pick(['micro','small','medium','large'], range, 50) AS size_class FROM range(301)
"""

AGREEMENTS = """
SELECT 'A' || range AS agreement_id, 'T' || range AS tenant_id, DATE '2020-01-01' AS effective_date,
  CASE WHEN u(range, 60) < 0.1 THEN DATE '2025-01-01' END AS expiration_date,
  pick(['processor','processor','controller','unclear'], range, 61) AS provider_role,
  pick(['prohibited','service_improvement','permitted','silent'], range, 62) AS use_for_provider_purposes,
  pick(['permitted','for_service_only','silent','prohibited'], range, 63) AS affiliate_use,
  pick(['free','silent','consent_required'], range, 64) AS anti_assignment,
  pick(['none','silent','consent'], range, 65) AS change_of_control,
  pick(['granted','refused',NULL], range, 66) AS change_of_control_response
FROM range(270)
"""


def generate(folder: Path, records: int) -> None:
    """Write the five tables that `measure` reads as Parquet: `records` records and twice as many consent events."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    connection.execute(MACROS)
    for table, query in (
        ("tenants", TENANTS),
        ("agreements", AGREEMENTS),
        ("records", _RECORDS),
        ("consents", _CONSENTS),
        ("interactions", _INTERACTIONS),
    ):
        sql = query.format(records=records, consents=2 * records)
        connection.execute(f"COPY ({sql}) TO '{folder / table}.parquet' (COMPRESSION zstd)")
    connection.close()
