"""Recipes of shops, newsletters, open-source CRMs and consent managers: each reads its own export, and no other's.

Everybody in the exports is invented and has an address at example.com or example.org.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest

from consent_risk.errors import UserError
from consent_risk.intake import recipes, seal_folder
from consent_risk.intake.manifest import Input, Manifest
from consent_risk.intake.recipes import built_in_recipes, parse_recipe
from consent_risk.intake.sealing import Sealer

KEY = bytes(range(32))
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample exports are not beside the checkout")
NO_RECORD = "no record with this tenant_id and source_id"
# Strings of the IAB's own tests: purposes 3 to 9 for seven vendors; an opt-out of US states that nobody used.
TC_STRING = (
    "COrEAV4OrXx94ACABBENAHCIAD-AAAAAAACAAxAAAAgAIAwgAgAAAAEAgQAAAAAEAYQAQAAAACAAAABAAA.IBAgAAAgAIAwgAgAAAAEAAAACA"
)
GPP_STRING = "DBABTA~1YNN"


@dataclass(frozen=True)
class Invented:
    """An export, and what must be read from it: records, statements by state, rows set aside, unmapped statements."""

    recipe: str
    file: str
    text: str
    records: int = 0
    states: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[str, int] = field(default_factory=dict)
    unmapped: Mapping[str, int] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "-".join([self.recipe, *self.options, self.file])


def lines(*rows: str) -> str:
    return "\n".join(rows) + "\n"


def json_lines(*documents: Mapping[str, object]) -> str:
    return lines(*(json.dumps(document) for document in documents))


SHOPIFY = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,"
    "Default Address City,Default Address Country Code,Default Address Zip,Default Address Phone,Phone,"
    "Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags,Accepts WhatsApp Marketing"
)
KANTARA = {
    "version": "KI-CR-v1.1.0",
    "jurisdiction": "DE",
    "collectionMethod": "web form",
    "consentReceiptID": "r1",
    "piiPrincipalId": "p1",
    "piiControllers": [{"piiController": "Example Shop", "email": "shop@example.com"}],
    "policyUrl": "https://example.com/policy/3",
    "sensitive": False,
    "spiCat": [],
}


def receipt(timestamp: int, *purposes: Mapping[str, object], **more: object) -> dict[str, object]:
    return (
        KANTARA | {"consentTimestamp": timestamp, "services": [{"service": "Shop", "purposes": list(purposes)}]} | more
    )


def purpose(kind: str, category: str, **more: object) -> dict[str, object]:
    return {"purposeCategory": [category], "consentType": kind, "thirdPartyDisclosure": False} | more


def usercentrics(action: str, kind: str, **more: object) -> dict[str, object]:
    return {
        "settingsId": "set1",
        "controllerId": "dev1",
        "timestamp": 1700000000000,
        "action": action,
        "type": kind,
    } | more


def didomi(enabled: bool, **more: object) -> dict[str, object]:
    return {
        "id": "e1",
        "organization_id": "org1",
        "created_at": "2023-04-05T06:07:08Z",
        "updated_at": "2023-04-05T06:07:08Z",
        "user": {"id": "device", "organization_user_id": "ana@example.com"},
        "consents": {"purposes": [{"id": "analytics", "enabled": enabled}]},
    } | more


def onetrust(*purposes: Mapping[str, object], **more: object) -> dict[str, object]:
    return {
        "identifier": "ana@example.com",
        "identifierType": "Email",
        "interactionDate": "2023-04-05T06:07:08Z",
        "requestInformation": "eyJhbGciOiJSUzUxMiJ9.e30.c2ln",
        "purposes": list(purposes),
        "test": False,
    } | more


INVENTED = [
    Invented(
        "shopify",
        "customers_export.csv",
        lines(
            SHOPIFY,
            "'1001,Ana,Adler,ana@example.com,yes,,Ringstr. 1,Bonn,DE,'53111,'+4930901820,,no,12.50,1,,no,,yes",
            "'1002,Bo,Berg,bo@example.com,no,,,,SE,,,,,0.00,0,,no,,",
            "'1003,Cy,Cole,cy@example.com,,,,,US,,,,,0.00,0,,yes,,",
        ),
        records=3,
        states={"given": 2, "none_recorded": 2, "unknown": 1},  # Cy's cells are blank, which says nothing
    ),
    Invented(
        "shopify",
        "old_shop.csv",
        lines(
            "First Name,Last Name,Email,Company,Address1,City,Country Code,Zip,Phone,Accepts Marketing,Total Spent,"
            "Total Orders,Tags,Note,Tax Exempt",
            "Ana,Adler,ana@example.com,,,,DE,,,yes,1.00,1,,,no",
            "Bo,Berg,,,,,SE,,'+46812345678,maybe,0.00,0,,,no",
        ),
        records=2,
        states={"given": 1, "unknown": 1},
        unmapped={"Accepts Marketing": 1},
    ),
    Invented(
        "shopify_connector",
        "customer.csv",
        lines(
            "id,email,orders_count,email_marketing_consent_state,email_marketing_consent_opt_in_level,"
            "email_marketing_consent_updated_at,sms_marketing_consent_state,sms_marketing_consent_opt_in_level,"
            "data_sale_opt_out",
            "1,ana@example.com,1,SUBSCRIBED,CONFIRMED_OPT_IN,2021-01-02 03:04:05,PENDING,SINGLE_OPT_IN,FALSE",
            "2,bo@example.com,0,not_subscribed,CONFIRMED_OPT_IN,,UNSUBSCRIBED,,TRUE",
            "3,,0,REDACTED,,,,,",
            "4,di@example.com,0,SNOOZED,,,,,",
        ),
        records=3,
        states={"given": 1, "requested": 1, "none_recorded": 2, "withdrawn": 1, "objected": 1, "unknown": 1},
        rejected={"erased in Shopify": 1},
        unmapped={"email_marketing_consent_state": 1},
    ),
    Invented(
        "prestashop",
        "customers.csv",
        lines(
            "Customer ID;Active (0/1);Titles ID (Mr = 1, Ms = 2, else 0);Email *;Password *;Birthday (yyyy-mm-dd);"
            "Last Name *;First Name *;Newsletter (0/1);Opt-in (0/1);Registration date (yyyy-mm-dd);"
            "Groups (x,y,z...);Default group ID",
            "1;1;2;ana@example.com;hidden;1990-02-03;Adler;Ana;1;1;2020-01-01;Customer;3",
            "2;0;1;bo@example.com;hidden;0000-00-00;Berg;Bo;0;0;2020-01-01;Customer, Guest;3",
            "3;1;0;cy@example.com;hidden;;Cole;Cy;;;2020-01-01;Customer;3",
        ),
        records=3,
        states={"given": 2, "none_recorded": 2, "unknown": 1},
        dropped=("Password *",),
    ),
    Invented(
        "magento",
        "customer_composite.csv",
        lines(
            "email,_website,_store,created_at,dob,firstname,lastname,password_hash,rp_token,_address_city,"
            "_address_country_id,_address_street,_address_telephone",
            "ana@example.com,base,default,2020-01-01 10:00:00,1990-02-03,Ana,Adler,hash,tok,Bonn,DE,Ringstr. 1,",
            ",,,,,,,,,Köln,DE,Domplatz 1,",
            "ana@example.com,second,default,2020-01-01 10:00:00,,Ana,Adler,hash,tok,,,,",
        ),
        records=2,
        states={"unknown": 2},
        rejected={"continues the row above": 1},
        dropped=("password_hash", "rp_token"),
    ),
    Invented(
        "magento_subscribers",
        "subscribers.csv",
        lines(
            "ID,Email,Type,Customer First Name,Customer Last Name,Status,Web Site,Store,Store View",
            "1,ana@example.com,Customer,Ana,Adler,Subscribed,Main Website,Main Store,Default",
            "2,bo@example.com,Guest,----,----,Not Activated,Main Website,Main Store,Default",
            "3,cy@example.com,Guest,----,----,Unsubscribed,Main Website,Main Store,Default",
            "4,di@example.com,Guest,----,----,Unconfirmed,Main Website,Main Store,Default",
            "5,ed@example.com,Guest,----,----,Paused,Main Website,Main Store,Default",
        ),
        records=5,
        states={"given": 1, "requested": 2, "withdrawn": 1, "unknown": 1},
        unmapped={"Status": 1},
    ),
    Invented(
        "ghost",
        "site.csv",
        lines(
            "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,"
            "labels,tiers",
            "m1,ana@example.com,Ana,=1+1,true,false,,2020-01-01T00:00:00.000Z,,,Free",
            "m2,bo@example.com,Bo,,false,false,,9999-01-01T00:00:00.000Z,,,",
            "m3,cy@example.com,Cy,,true,false,,2020-01-01T00:00:00.000Z,2021-01-01T00:00:00.000Z,,",
        ),
        records=3,
        states={"given": 2, "none_recorded": 1},
    ),
    Invented(
        "ghost_list",
        "members.2021-12-01.csv",
        lines("email,name", "ana@example.com,Ana", "ana@example.com,Ana"),
        records=2,
        states={"unknown": 2},
    ),
    Invented(
        "civicrm",
        "contacts.csv",
        lines(
            "Contact ID,Contact Type,First Name,Last Name,Email,Do Not Email,Do Not Phone,Do Not Mail,Do Not Sms,"
            "Do Not Trade,No Bulk Emails (User Opt Out)",
            *(
                f"{number},Individual,Ana,Adler,ana{number}@example.com,{said},,,,,"
                for number, said in enumerate(("0", "FALSE", "false", "no", "NO", "1", "TRUE", "true", "yes", "YES"))
            ),
            "20,Individual,Bo,Berg,bo@example.com,,No,Yes,,Yes,Yes",
            "21,Organization,,,office@example.com,,,,,,",
            "22,Individual,Cy,Cole,cy@example.com,,,,,,peut-être",
        ),
        records=13,
        states={"none_recorded": 6, "objected": 8, "unknown": 2},
        unmapped={"No Bulk Emails (User Opt Out)": 1},
    ),
    Invented(
        "suitecrm",
        "contacts.csv",
        lines(
            "id,first_name,last_name,email1,lawful_basis,date_reviewed,lawful_basis_source,email_opt_out,do_not_call,"
            "confirm_opt_in,confirm_opt_in_date,deleted",
            'c1,Ana,Adler,ana@example.com,"^consent^,^contract^",2021-05-01,website,0,0,confirmed-opt-in,'
            "2021-05-02 10:00:00,0",
            'c2,Bo,Berg,bo@example.com,"^consent^,^withdrawn^",2021-06-01,third_party,1,,opt-in,,0',
            "c3,Cy,Cole,cy@example.com,Consentement retiré,,,,,,,1",
        ),
        records=3,
        states={"given": 4, "none_recorded": 2, "withdrawn": 1, "objected": 1, "requested": 1, "unknown": 1},
        unmapped={"lawful_basis": 1},
    ),
    Invented(
        "unomi_profile",
        "profiles.json",
        json.dumps(
            [
                {
                    "itemId": "p1",
                    "itemType": "profile",
                    "properties": {"email": "ana@example.com", "emailNotificationsDisabled": "false"},
                    "systemProperties": {},
                    "segments": [],
                    "consents": {
                        "shop/newsletter": {"typeIdentifier": "newsletter", "status": "GRANTED", "scope": "shop"},
                        "shop/analytics": {"typeIdentifier": "analytics", "status": "DENIED", "scope": "shop"},
                        "shop/mascot": {"typeIdentifier": "mascot", "status": "REVOKED", "scope": "shop"},
                    },
                },
                {"itemId": "p2", "itemType": "profile", "properties": {}, "segments": [], "consents": {}},
                {"itemId": "p3", "itemType": "persona", "properties": {}, "segments": [], "consents": {}},
            ]
        ),
        records=2,
        states={"given": 1, "refused": 1, "withdrawn": 1, "none_recorded": 1, "unknown": 1},
        rejected={"a persona, which is no person": 1},
        unmapped={"purpose (consents{}.typeIdentifier)": 1},
    ),
    Invented(
        "unomi_context",
        "context.json",
        json.dumps(
            {
                "profileId": "p1",
                "sessionId": "s1",
                "profileProperties": {},
                "consents": {"shop/newsletter": {"typeIdentifier": "newsletter", "status": "GRANTED"}},
            }
        ),
        states={"given": 1},
        rejected={NO_RECORD: 1},
    ),
    Invented(
        "unomi_event",
        "events.jsonl",
        json_lines(
            {
                "eventType": "modifyConsent",
                "scope": "shop",
                "profileId": "p1",
                "properties": {"consent": {"typeIdentifier": "newsletter", "status": "REVOKED"}},
            },
            {"eventType": "view", "scope": "shop", "profileId": "p2", "properties": {}},
        ),
        states={"withdrawn": 1},
        rejected={NO_RECORD: 1},  # the other event says nothing about consent
    ),
    Invented(
        "onetrust",
        "receipts.jsonl",
        json_lines(
            onetrust(
                {"Id": "11111111-2222-3333-4444-555555555555", "Version": 2, "TransactionType": "CONFIRMED"},
                {"Id": "x", "Name": "Newsletter", "Version": 1, "TransactionType": "PENDING"},
                {"Id": "x", "Name": "Analytics", "TransactionType": "IMPLICIT"},
                {"Id": "x", "Name": "Advertising", "TransactionType": "NOTGIVEN"},
                {"Id": "x", "Name": "Profiling", "TransactionType": "HARD_OPT_OUT"},
                {"Id": "x", "Name": "Newsletter", "TransactionType": "CHANGE_PREFERENCES"},
                {"Id": "x", "Name": "Newsletter", "TransactionType": "NO_CHOICE"},
            ),
            onetrust({"Id": "x", "Name": "Newsletter", "TransactionType": "CONFIRMED"}, test=True),
            onetrust(
                {"id": "x", "name": "Newsletter", "transactionType": "WITHDRAWN"},
                {"id": "x", "name": "Newsletter", "transactionType": "EXTEND"},
            ),
        ),
        states={"given": 2, "renewed": 1, "requested": 1, "refused": 1, "objected": 1, "withdrawn": 1, "unknown": 1},
        rejected={"a test receipt": 1, NO_RECORD: 2},
        unmapped={"purpose (purposes[].Name)": 1},
        dropped=("requestInformation",),
    ),
    Invented(
        "onetrust",
        "receipts_in_capitals.json",
        json.dumps(
            {
                "Identifier": "ana@example.com",
                "InteractionDate": "2021-04-05T06:07:08",
                "Purposes": [{"Id": "x", "Name": "Newsletter", "TransactionType": "EXPIRED"}],
                "consentString": {"type": "TCF_EU", "content": TC_STRING},
            }
        ),
        # Expired; of TCF purposes 3 to 9 are given, 1, 2, 10 and 11 are not.
        states={"expired": 1, "given": 7, "none_recorded": 4},
        rejected={NO_RECORD: 1},
    ),
    Invented(
        "didomi",
        "events.jsonl",
        json_lines(
            didomi(True),
            didomi(False, status="confirmed", regulation="gdpr"),
            didomi(True, status="pending_approval"),
            didomi(True, regulation="cpra"),
            didomi(False, regulation="cpra"),
            didomi(True, consents={"purposes": [{"id": "mascot-Xy1", "enabled": True}]}),
        ),
        states={"given": 2, "refused": 1, "requested": 1, "none_recorded": 1, "objected": 1},
        rejected={NO_RECORD: 6},
        unmapped={"purpose (consents.purposes[].id)": 1},
    ),
    Invented(
        "usercentrics",
        "choices.jsonl",
        json_lines(
            usercentrics(
                "onUpdateServices", "explicit", categories={"essential": True, "marketing": False, "functional": True}
            ),
            usercentrics("onInitialPageLoad", "implicit", categories={"essential": True, "marketing": True}),
            usercentrics("onNonEURegion", "explicit", categories={"marketing": True}),
            usercentrics("onAcceptAllServices", "EXPLICIT", services={"Google Analytics": True, "Mascot": True}),
        ),
        # Essential services are no choice; without categories the services are read.
        states={"given": 3, "refused": 1, "unknown": 2},
        rejected={NO_RECORD: 4},
        unmapped={"purpose (services{}.@key)": 1},
    ),
    Invented(
        "fides",
        "report.json",
        json.dumps(
            [
                {
                    "preference": preference,
                    "notice_key": key,
                    "privacy_notice_history_id": "n1",
                    "fides_user_device_id": "dev1",
                    "email": "ana@example.com",
                    "method": "save",
                    "request_timestamp": "2021-04-05T06:07:08Z",
                    "consent_mechanism": mechanism,
                }
                for preference, key, mechanism in (
                    ("opt_in", "analytics", "opt_in"),
                    ("opt_out", "analytics", "opt_in"),
                    ("opt_in", "marketing", "opt_out"),
                    ("opt_out", "marketing", None),
                    ("acknowledge", "functional", "notice_only"),
                    ("opt_in", "mascot", None),
                )
            ]
        ),
        states={"given": 1, "refused": 1, "none_recorded": 3, "objected": 1},
        rejected={NO_RECORD: 6},
        unmapped={"purpose (notice_key)": 1},
    ),
    Invented(
        "fides_tcf",
        "lookup.json",
        json.dumps(
            {
                "preferences": [],
                "purpose_consent_preferences": [
                    {"id": 1, "preference": "opt_in"},
                    {"id": 4, "preference": "opt_out"},
                    {"id": 10, "preference": "opt_in"},
                ],
                "vendor_consent_preferences": [{"id": 755, "preference": "opt_in"}],
                "purpose_legitimate_interests_preferences": [
                    {"id": 2, "preference": "opt_in"},
                    {"id": 3, "preference": "opt_in"},
                    {"id": 7, "preference": "opt_out"},
                ],
            }
        ),
        states={"given": 3, "refused": 1, "unknown": 1, "objected": 1},
        rejected={NO_RECORD: 1},
    ),
    Invented(
        "fides_tcf",
        "nobody.json",
        json.dumps(
            {
                "purpose_consent_preferences": [{"id": 1, "preference": "opt_in"}],
                "purpose_legitimate_interests_preferences": [],
                "vendor_consent_preferences": [{"id": 755, "preference": "opt_out"}],
            }
        ),
        states={"none_recorded": 1},
        rejected={NO_RECORD: 1},
    ),
    Invented(
        "kantara",
        "receipts.jsonl",
        json_lines(
            receipt(
                1600000000,
                purpose("EXPLICIT", "6 - Marketing", thirdPartyDisclosure=True, thirdPartyName="Example Ads"),
                purpose("IMPLICIT", "Personalize Experience"),
                purpose("N/A", "2 - Contracted Service"),
                purpose("N/A", "6 - Marketing"),
                purpose("EXPLICIT", "99 - Mascot"),
            )
        ),
        states={"given": 4, "unknown": 1},
        rejected={NO_RECORD: 1},
        unmapped={"purpose (services[].purposes[].purposeCategory[])": 1},
    ),
    Invented(
        "kantara_wso2",
        "wso2.jsonl",
        json_lines(
            receipt(
                1600000000000, purpose("EXPLICIT", "6 - Marketing"), state="ACTIVE", tenantDomain="shop.example.com"
            ),
            receipt(
                1600000000000, purpose("EXPLICIT", "6 - Marketing"), state="REVOKED", tenantDomain="shop.example.com"
            ),
        ),
        states={"given": 1, "withdrawn": 1},
        rejected={NO_RECORD: 2},
    ),
    Invented(
        "dpv",
        "consent_records.jsonl",
        json_lines(
            {
                "dpv:hasDataSubject": {"dpv:hasIdentifier": "p1"},
                "dpv:hasProcess": [
                    {
                        "dpv:hasPurpose": "dpv:DirectMarketing",
                        "dpv:hasDataController": "ex:Shop",
                        "dpv:hasConsentStatus": {
                            "@type": "dpv:ConsentWithdrawn",
                            "dpv:isIndicatedAtTime": "2021-01-02T03:04:05Z",
                        },
                    },
                    {"dpv:hasPurpose": "dpv:EnforceSecurity", "dpv:hasConsentStatus": {"@type": "dpv:ConsentGiven"}},
                ],
            }
        ),
        states={"withdrawn": 1, "given": 1},
        rejected={NO_RECORD: 1},
        unmapped={"purpose (@row.purpose)": 1},
    ),
    Invented(
        "tcf",
        "strings.csv",
        lines("customer_id,site,tc_string", f"c1,shop,{TC_STRING}", "c2,shop,not a string", "c3,shop,"),
        states={"given": 7, "none_recorded": 4, "unknown": 1},
        rejected={NO_RECORD: 3},
        unmapped={"tc_string": 1},
    ),
    Invented(
        "tcf_decoded",
        "decoded.json",
        json.dumps(
            [
                {
                    "id": 2,
                    "name": "tcfeuv2",
                    "data": {
                        "PurposeConsents": [True, True, False],
                        "PurposeLegitimateInterests": [],
                        "VendorConsents": [740],
                        "VendorLegitimateInterests": [],
                        "LastUpdated": "2021-02-26T00:00:00.000Z",
                    },
                }
            ]
        ),
        states={"given": 2, "none_recorded": 9},
        rejected={NO_RECORD: 1},
    ),
    Invented(
        "gpp",
        "strings.jsonl",
        json_lines({"external_id": "c1", "gppString": GPP_STRING}, {"external_id": "c2", "gppString": "DBAA"}),
        states={"none_recorded": 1},  # not opted out of the sale, which is no consent; the other string is empty
        rejected={NO_RECORD: 2},
    ),
    Invented(
        "consent_strings",
        "vectors.json",
        json.dumps({"vectors": [{"id": "v1", "format": "gpp", "string": GPP_STRING}]}),
        states={"none_recorded": 1},
        rejected={NO_RECORD: 1},
    ),
    Invented(
        "nationbuilder",
        "people.csv",
        lines(
            "nationbuilder_id,first_name,last_name,email,email_opt_in,mobile_opt_in,unsubscribed_at,do_not_call,"
            "do_not_contact,federal_donotcall,is_deceased,party",
            "1,Ana,Adler,ana@example.com,true,TRUE,,false,false,false,false,D",
            "2,Bo,Berg,bo@example.com,false,,2021-01-02T03:04:05+00:00,TRUE,true,TRUE,false,",
        ),
        records=2,
        states={"unknown": 2, "none_recorded": 4, "withdrawn": 1, "objected": 3},
    ),
    Invented(
        "trustcommander",
        "hits.csv",
        lines(
            "id_hit,id_tagcommander,id_privacy,version,cookie,tcpid,date_hit,privacy_action,type_action,device",
            '1,77,3,12,"1,2",abc,2021-01-02 03:04:05,optin,banner,3',
            "2,77,3,12,,def,2021-01-02 03:04:05,optout,banner,3",
        ),
        states={"unknown": 1},
        rejected={NO_RECORD: 2},
    ),
    Invented(
        "trustcommander",
        "hits.csv",
        lines(
            "id_hit,id_tagcommander,id_privacy,version,cookie,tcpid,date_hit,privacy_action,type_action,device",
            '1,77,3,12,"Analytics,2",abc,2021-01-02 03:04:05,optin,banner,3',
        ),
        states={"unknown": 1, "given": 1},
        rejected={NO_RECORD: 1},
        unmapped={"purpose (cookie)": 1},
        options=("accepted_categories",),
    ),
    Invented(
        "fides",
        "report.json",
        json.dumps(
            [{"preference": "opt_in", "notice_key": "analytics", "fides_user_device_id": "dev1", "email": None}]
        ),
        states={"none_recorded": 1, "given": 1},
        rejected={NO_RECORD: 1},
        options=("every_notice_asks",),
    ),
]
OURS = sorted({invented.recipe for invented in INVENTED})
each = pytest.mark.parametrize("invented", INVENTED, ids=str)


def read(intake, invented: Invented) -> Input:
    case = f"exports: {{{invented.file}: {{options: [{', '.join(invented.options)}]}}}}" if invented.options else ""
    manifest = intake.seal({invented.file: invented.text}, case=case, set_aside=True, without_records=True)
    (given,) = manifest.inputs
    assert {rejected.reason: rejected.rows for rejected in manifest.rejects} == invented.rejected
    return given


@pytest.mark.parametrize("name", OURS)
def test_each_recipe_loads_strictly(name: str) -> None:
    text = (files(recipes) / f"{name}.yaml").read_text(encoding="utf-8")
    assert parse_recipe(text, f"{name}.yaml").name == name
    with pytest.raises(UserError, match="unknown key"):
        parse_recipe(text + "tenant: shop\n", f"{name}.yaml")


@each
def test_an_invented_export_is_read_as_expected(intake, invented: Invented) -> None:
    given = read(intake, invented)
    seen = (given.recipe, given.records, given.states, given.unmapped, given.dropped)
    assert seen == (invented.recipe, invented.records, invented.states, invented.unmapped, invented.dropped)


@each
def test_an_export_is_recognised_by_no_other_recipe(intake, invented: Invented, monkeypatch) -> None:
    others = {name: recipe for name, recipe in built_in_recipes().items() if name != invented.recipe}
    monkeypatch.setattr("consent_risk.intake.recognising.built_in_recipes", lambda: others)
    (problem,) = intake.problems({invented.file: invented.text}, without_records=True)
    assert problem.startswith(f"{invented.file}: no recipe recognises this file.")


@pytest.mark.parametrize("name", OURS)
def test_what_no_export_says_is_asked(name: str) -> None:
    assert built_in_recipes()[name].asks


def sample(intake, path: str, as_of: str = "2026-01-01") -> tuple[Manifest, Input]:
    case = intake.case().model_copy(update={"as_of": pl.Series([as_of]).str.to_date()[0]})
    manifest = seal_folder([SAMPLES / path], case, Sealer(KEY), intake.staging, set_aside=True, without_records=True)
    (given,) = manifest.inputs
    return manifest, given


@needs_samples
def test_the_shopify_sample(intake) -> None:
    _, given = sample(intake, "shopify/shopify_gql_customer_data.csv")
    assert (given.recipe, given.records) == ("shopify_connector", 10)
    assert given.states == {"given": 5, "withdrawn": 2, "none_recorded": 3}
    levels = intake.table("consents").filter(pl.col("event_state") == "given")["evidence_level"]
    assert (levels == 5).sum() == 2


@needs_samples
@pytest.mark.parametrize(
    ("file", "recipe", "records", "persons", "states", "placeholders"),
    [
        ("valid-members-import.csv", "ghost", 2, 2, {"given": 1, "none_recorded": 1}, 0),
        ("members-duplicate-emails.csv", "ghost_list", 2, 1, {"unknown": 2}, 0),
        ("members-future-created-at.csv", "ghost_list", 1, 1, {"unknown": 1}, 1),
    ],
)
def test_the_ghost_samples(
    intake, file: str, recipe: str, records: int, persons: int, states, placeholders: int
) -> None:
    _, given = sample(intake, f"ghost/{file}")
    assert (given.recipe, given.records, given.states) == (recipe, records, states)
    assert intake.table("records")["email_keys"].explode().n_unique() == persons
    assert sum(found.placeholders for found in given.dates) == placeholders
    if recipe == "ghost":
        assert intake.table("records")["created_on"].null_count() == 1


@needs_samples
@pytest.mark.parametrize(
    ("file", "recipe"), [("context_response_with_consent", "unomi_context"), ("modify_consent_event", "unomi_event")]
)
def test_the_unomi_samples_of_one_consent(intake, file: str, recipe: str) -> None:
    for as_of, state in (("2019-01-01", "given"), ("2020-05-21", "given"), ("2026-01-01", "expired")):
        _, given = sample(intake, f"unomi/{file}.json", as_of)
        assert (given.recipe, given.states, given.effective) == (recipe, {"given": 1}, {state: 1})
    ranges = {found.field: (str(found.first), str(found.last)) for found in given.dates}
    assert ranges == {"event_time": ("2018-05-22", "2018-05-22"), "valid_until": ("2020-05-21", "2020-05-21")}


@needs_samples
def test_the_unomi_samples_of_profiles(intake) -> None:
    _, given = sample(intake, "unomi/profile_with_consents.json")
    # Two consents, and the text "true" that switches mails off, which is an objection.
    assert (given.records, given.states) == (1, {"given": 2, "objected": 1})
    assert given.effective == {"expired": 2, "objected": 1}
    assert sample(intake, "unomi/profile_with_consents.json", "2021-05-14")[1].effective == given.states
    manifest, persona = sample(intake, "unomi/persona_no_consents.json")
    assert (persona.recipe, persona.records, persona.states) == ("unomi_profile", 0, {})
    assert intake.rejected(manifest) == [("persona_no_consents.json", "a persona, which is no person", 1)]


@needs_samples
def test_the_fides_samples(intake) -> None:
    _, notices = sample(intake, "fides/consent-lookup.json")
    assert (notices.recipe, notices.states) == ("fides", {"objected": 4, "none_recorded": 1})
    assert notices.unmapped == {"purpose (preferences[].notice_key)": 1}
    _, tcf = sample(intake, "fides/tcf-consent-lookup.json")
    # Purposes 1 and 3; 3 alone makes up none of ours. Legitimate interest for purpose 1 is against the policy.
    assert (tcf.recipe, tcf.states) == ("fides_tcf", {"given": 2, "unknown": 1})
    assert tcf.unmapped == {"purpose (purpose_consent_preferences[].id)": 1}
    assert tcf.tallies == {
        "vendors with consent": 0,
        "systems with consent": 2,
        "legitimate interest claimed for a TCF purpose that policy allows on consent alone": 1,
    }


@needs_samples
def test_the_sample_of_a_decoded_tcf_string(intake) -> None:
    _, given = sample(intake, "tcf/mock_decoded_tcf.json")
    seen = {(said.event_state.value, said.legal_basis.value): said.statements for said in given.understood}
    assert seen == {
        ("given", "consent"): 3,  # purposes 1, 3 and 4
        ("given", "legitimate_interest"): 4,  # 2, 7, 8 and 10
        ("none_recorded", "none_recorded"): 4,  # 5, 6, 9 and 11
    }
    assert given.tallies["policy version: 5"] == 1


@needs_samples
def test_the_sample_of_consent_strings(intake) -> None:
    _, given = sample(intake, "tcf/vectors_a.json")
    assert (given.recipe, given.rows) == ("consent_strings", 12)
    by_format = {"gpp": 5, "gpp_section_usca": 1, "tcf_v1": 2, "tcf_v2": 4}
    assert given.tallies == {f"strings by format: {name}": number for name, number in by_format.items()}
    assert given.unmapped == {}  # every string could be read


@needs_samples
def test_the_samples_of_consent_records(intake) -> None:
    _, given = sample(intake, "iso27560_dpv/SEP-01b.json")
    assert (given.recipe, given.states) == ("dpv", {"given": 1, "refused": 1})
    assert given.effective == {"expired": 1, "refused": 1}
    assert [str(found.last) for found in given.dates if found.field == "valid_until"] == ["2024-05-05"]
    assert any("refers to parties that the record does not describe" in warning for warning in given.warnings)
    assert sample(intake, "iso27560_dpv/SEP-01b.json", "2024-05-05")[1].effective == {"given": 1, "refused": 1}
    _, given = sample(intake, "iso27560_dpv/AUG23.json")
    assert given.states == {"given": 3}  # requested at the same instant, and storage durations end no consent
    assert given.effective == {"given": 3}


def test_statements_find_their_records(intake) -> None:
    records = lines("tenant_id,source_id,email", "Example Shop,p1,ana@example.com", "org1,u1,ana@example.com")
    receipts = json_lines(
        receipt(
            1600000000, purpose("EXPLICIT", "6 - Marketing", thirdPartyDisclosure=True, thirdPartyName="Example Ads")
        )
    )
    events = json_lines(didomi(False))
    intake.seal({"records.csv": records, "receipts.jsonl": receipts, "events.jsonl": events})
    columns = ["tenant_id", "purpose", "event_state", "legal_basis", "evidence_level", "recipients", "event_time"]
    seen = intake.table("consents").with_columns(pl.col("event_time").dt.strftime("%Y-%m-%dT%H:%M:%S"))
    assert sorted(seen.select(columns).rows()) == [
        ("Example Shop", "DirectMarketing", "given", "explicit_consent", 4, "example ads", "2020-09-13T12:26:40"),
        ("org1", "Analytics", "refused", "consent", 3, None, "2023-04-05T06:07:08"),
    ]


def test_a_tcf_consent_names_its_vendors_and_only_purposes_given_in_full(intake) -> None:
    strings = lines("customer_id,site,tc_string", f"c1,shop,{TC_STRING}")
    intake.seal({"records.csv": lines("tenant_id,source_id", "shop,c1"), "strings.csv": strings})
    given = intake.table("consents").filter(pl.col("event_state") == "given")
    # Purposes 3 and 4, 5 and 6, 8 and 9 are given; 7 without 2 makes up nothing.
    assert sorted(given["purpose"].cast(pl.String).unique()) == [
        "Analytics",
        "Personalisation",
        "PersonalisedAdvertising",
    ]
    assert given["recipients"].str.contains("iab-vendor-23").all()


def test_who_forbids_trade_objects_to_any_transfer(intake) -> None:
    text = next(invented.text for invented in INVENTED if invented.recipe == "civicrm")
    intake.seal({"contacts.csv": text}, set_aside=True)
    objected = intake.table("consents").filter(pl.col("transfer_objection"))
    assert objected.select("purpose", "event_state", "raw_value").rows() == [
        ("DisclosureToThirdParty", "objected", "Yes")
    ]
    persons = intake.table("records").filter(pl.col("is_natural_person").not_())
    assert persons.height == 1


def test_unomi_events_belong_to_the_tenant_of_the_profiles(intake) -> None:
    by_recipe = {invented.recipe: invented for invented in INVENTED}
    profiles, events = by_recipe["unomi_profile"], by_recipe["unomi_event"]
    manifest = intake.seal({"profiles.json": profiles.text, "events.jsonl": events.text}, set_aside=True)
    assert set(intake.table("consents")["tenant_id"]) == {"profiles"}
    assert intake.table("consents").filter(pl.col("event_state") == "withdrawn")["purpose"].to_list() == [
        "DirectMarketing"
    ]
    assert intake.rejected(manifest) == [("profiles.json", "a persona, which is no person", 1)]


def test_how_well_a_consent_is_proven(intake) -> None:
    by_recipe = {invented.recipe: invented for invented in INVENTED}
    for recipe, expected in (
        # Reviewed and from the website 3, from a third party 2; a confirmed opt-in with its day 5; plain flags 1.
        ("suitecrm", [("confirmed-opt-in", 5), ("^consent^", 2), ("^consent^", 3), ("^contract^", 3)]),
        # Subscribed and confirmed. The other customer has the level, but not the state.
        ("shopify_connector", [("SUBSCRIBED", 5)]),
    ):
        intake.seal({by_recipe[recipe].file: by_recipe[recipe].text}, set_aside=True)
        given = intake.table("consents").filter(pl.col("event_state") == "given")
        assert sorted(given.select("raw_value", "evidence_level").rows()) == sorted(expected)
    levels = intake.table("consents").select("raw_value", "evidence_level").rows()
    assert ("not_subscribed", 1) in levels


def test_a_member_who_was_deleted_is_sealed_as_deleted(intake) -> None:
    given = read(intake, next(invented for invented in INVENTED if invented.recipe == "ghost"))
    states = intake.table("records")["record_state"].cast(pl.String).to_list()
    assert (given.deleted, states) == (1, ["active", "active", "deleted"])


def test_place_holders_and_secrets_of_a_shop(intake) -> None:
    shop = next(invented for invented in INVENTED if invented.recipe == "prestashop")
    given = read(intake, shop)
    born = next(found for found in given.dates if found.field == "birth_date")
    assert (born.placeholders, born.unreadable) == (1, 0)
    assert intake.table("records")["birth_date"].null_count() == 2
    assert all("hidden" not in path.read_bytes().decode("latin-1") for path in intake.staging.iterdir())
