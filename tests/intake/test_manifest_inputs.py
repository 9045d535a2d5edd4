"""The manifest tells of every canonical file what was understood, as it does of other exports."""

from __future__ import annotations

from readings import states

RECORDS = "tenant_id,source_id,created_at,birth_date,record_state,password\n"
CONSENTS = "tenant_id,source_id,purpose,event_state,legal_basis,event_time,valid_until\n"


def test_a_canonical_delivery(intake) -> None:
    records = RECORDS + "T,1,2020-01-02,1990-05-06,,x\nT,2,2021-01-02,,deleted,y\n"
    consents = (
        CONSENTS
        + "T,1,DirectMarketing,given,consent,2020-01-01,2021-01-01\n"
        + "T,2,DirectMarketing,given,consent,2030-01-01,\n"
        + "T,9,DirectMarketing,refused,consent,,\n"
    )
    manifest = intake.seal({"records.csv": records, "consents.csv": consents})
    of_records, of_consents = manifest.inputs
    assert (of_records.records, of_records.deleted, of_records.dropped, of_records.states) == (2, 1, ("password",), {})
    assert [(one.field, str(one.first), str(one.last)) for one in of_records.dates] == [
        ("birth_date", "1990-01-01", "1990-01-01"),
        ("created_at", "2020-01-02", "2021-01-02"),
    ]
    assert states(of_consents) == {"given": 2, "refused": 1}
    assert {state.value: number for state, number in of_consents.effective.items()} == {"expired": 1, "refused": 1}
    assert [(one.field, one.raw_value, one.statements) for one in of_consents.understood] == [
        ("event_state", "given", 2),
        ("event_state", "refused", 1),
    ]
    assert [(one.column, one.filled) for one in of_consents.fields if one.field == "event_time"] == [("event_time", 2)]
    assert (of_consents.events, of_consents.orphans) == (2, 1)


def test_what_no_recipe_lists_is_never_in_the_manifest(intake) -> None:
    header = "Record ID,Email,Unsubscribed from all email,Legal basis for processing contact's data"
    rows = "1,ana@example.com,Ana Example,bob@example.com\n2,,TRUE,+49 170 1234567\n"
    text = intake.seal({"portal.csv": f"{header}\n{rows}"}).to_json()
    assert not any(cell in text for cell in ("Ana", "bob@", "ana@", "170"))
