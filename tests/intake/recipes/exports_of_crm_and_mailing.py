"""Invented exports of CRM, help desk and mailing systems, each with the reading that was written down for it.

The people are at example.com and example.org. An event is written as in the table of consents: purpose, channel, state,
legal basis, evidence level, time (a day, or nothing) and its quality.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Event = tuple[str, str | None, str, str, int, str | None, str]


@dataclass(frozen=True)
class Sample:
    """An export and how it is to be read. `beside` are the files that it is handed in with, by name.

    `rejected` are the rows set aside by reason. `exports` are the settings of the case for the file, as YAML.
    """

    recipe: str
    file: str
    text: str
    states: Mapping[str, int]
    records: int = 0
    events: tuple[Event, ...] = ()
    rejected: Mapping[str, int] = field(default_factory=dict)
    unmapped: Mapping[str, int] = field(default_factory=dict)
    orphans: int = 0
    tallies: Mapping[str, int] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)
    exports: str = ""
    name: str = ""

    def __str__(self) -> str:
        return self.name or self.recipe


def as_json(**document: Any) -> str:
    return json.dumps(document)


NO_RECORD = "no record with this tenant_id and source_id"
MAIL = ("DirectMarketing", "email")
OBJECTED = ("objected", "none_recorded")
NOTHING = ("none_recorded", "none_recorded")
UNKNOWN = ("unknown", "none_recorded")
GIVEN = ("given", "consent")
UNTIMED = (None, "none")

HUBSPOT_CONTACTS = {"portal.csv": "Record ID,Email\n1,ana@example.com\n2,ben@example.com\n3,cy@example.org\n"}
SALESFORCE_CONTACTS = {
    "org.csv": "ID,EMAIL,HASOPTEDOUTOFEMAIL,INDIVIDUALID\n"
    "003A,ana@example.com,false,0PKA\n003B,ben@example.com,false,0PKB\n"
}
DYNAMICS_CONTACTS = {"crm.csv": "contactid,emailaddress1,donotbulkemail\nc1,ana@example.com,0\nc2,ben@example.com,0\n"}
ITERABLE_USERS = {
    "user_history.csv": "email,signup_source,iterable_user_id,_fivetran_id\n"
    "ana@example.com,API,1,u1\nben@example.com,API,2,u2\n"
}
MARKETO_LEADS = {
    "marketo_lead.csv": "id,created_at,updated_at,email,first_name,last_name\n"
    "1,2020-01-01 10:00:00,,ana@example.com,Ana,A\n2,2020-01-01 10:00:00,,ben@example.com,Ben,B\n"
}

HUBSPOT = [
    Sample(
        recipe="hubspot",
        file="portal.csv",
        text="Record ID,Email,Marketing contact status,Lifecycle Stage,Legal basis for processing contact's data,"
        "Unsubscribed from all email,Opted out of email: News,Enrichment opt out,Enrichment opt out timestamp,"
        "Ads Consent from Forms\n"
        "1,ana@example.com,Marketing contact,Subscriber,,,,,,\n"
        "2,ben@example.com,Marketing contact,Customer,Freely given consent from contact;Not applicable,FALSE,,,,yes\n"
        "3,cy@example.org,,,,TRUE,TRUE,TRUE,2021-03-04T05:06:07Z,\n"
        "4,di@example.org,,,,perhaps,,FALSE,,\n",
        states={"unknown": 2, "given": 1, "none_recorded": 3, "objected": 3},
        records=4,
        events=(
            (*MAIL, *GIVEN, 1, *UNTIMED),
            (*MAIL, *NOTHING, 1, *UNTIMED),
            (*MAIL, *NOTHING, 1, *UNTIMED),
            (*MAIL, *OBJECTED, 1, *UNTIMED),
            (*MAIL, *OBJECTED, 1, *UNTIMED),
            ("Profiling", None, *OBJECTED, 2, "2021-03-04", "exact"),
            ("Profiling", None, *NOTHING, 1, *UNTIMED),
            (*MAIL, *UNKNOWN, 1, *UNTIMED),
        ),
        unmapped={"Unsubscribed from all email": 1},
        tallies={"contacts with an ads consent from forms": 1},
    ),
    Sample(
        recipe="hubspot_preferences",
        file="preferences.json",
        text=as_json(
            status="COMPLETE",
            results=[
                {
                    "channel": "EMAIL",
                    "source": "form",
                    "status": "SUBSCRIBED",
                    "subscriberIdString": "ana@example.com",
                    "subscriptionId": 7,
                    "subscriptionName": "News",
                    "timestamp": "2021-01-02T03:04:05Z",
                    "businessUnitId": 0,
                    "legalBasis": "CONSENT_WITH_NOTICE",
                    "legalBasisExplanation": "box on the form of May",
                },
                {
                    "channel": "EMAIL",
                    "status": "UNSUBSCRIBED",
                    "subscriberIdString": "ben@example.com",
                    "subscriptionId": 7,
                    "timestamp": "2021-02-03T03:04:05Z",
                    "businessUnitId": 0,
                },
                {
                    "channel": "EMAIL",
                    "status": "NOT_SPECIFIED",
                    "subscriberIdString": "ben@example.com",
                    "subscriptionId": 8,
                    "subscriptionName": "Customer Service Communication",
                    "businessUnitId": 0,
                },
                {
                    "channel": "EMAIL",
                    "source": "import",
                    "status": "SUBSCRIBED",
                    "subscriberIdString": "cy@example.org",
                    "subscriptionId": 7,
                    "timestamp": "2021-01-02T03:04:05Z",
                    "businessUnitId": 0,
                    "legalBasis": "NON_GDPR",
                },
                {"status": "SUBSCRIBED", "subscriberIdString": "gone@example.org", "subscriptionId": 7},
            ],
        ),
        beside=HUBSPOT_CONTACTS,
        states={"given": 2, "objected": 1, "unknown": 2},
        events=(
            (*MAIL, *GIVEN, 4, "2021-01-02", "exact"),
            (*MAIL, *OBJECTED, 2, "2021-02-03", "exact"),
            ("CustomerCare", "email", *UNKNOWN, 1, *UNTIMED),
            (*MAIL, *UNKNOWN, 3, "2021-01-02", "exact"),
        ),
        orphans=1,
        rejected={NO_RECORD: 1},
        tallies={"preferences of business unit: 0": 4},
    ),
    Sample(
        recipe="hubspot_unsubscribes",
        file="unsubscribes.csv",
        text="Email,Portal Bounce,Portal Unsubscribe,Portal Spam Report,Global Bounce,Marketing Information,Spring\n"
        "ana@example.com,mailbox full,TRUE,FALSE,FALSE,FALSE,\n"
        "ben@example.com,,FALSE,TRUE,FALSE,FALSE,TRUE\n"
        "gone@example.org,,TRUE,FALSE,TRUE,FALSE,\n",
        beside=HUBSPOT_CONTACTS,
        states={"objected": 4, "none_recorded": 4},
        events=(
            (*MAIL, *OBJECTED, 1, *UNTIMED),
            (*MAIL, *NOTHING, 1, *UNTIMED),
            (*MAIL, *NOTHING, 1, *UNTIMED),
            (*MAIL, *OBJECTED, 1, *UNTIMED),
            (*MAIL, *NOTHING, 1, *UNTIMED),
            (*MAIL, *OBJECTED, 1, *UNTIMED),
        ),
        orphans=1,
        rejected={NO_RECORD: 1},
        tallies={"addresses with a bounce in this portal": 1},
    ),
    Sample(
        recipe="hubspot_merges",
        file="contact_merge_audit.csv",
        text="canonical_vid,contact_id,vid_to_merge\n1,1,2\n1,1,9\n",
        beside=HUBSPOT_CONTACTS,
        states={},
        orphans=1,
        rejected={NO_RECORD: 1},
    ),
    Sample(
        recipe="hubspot_lists",
        file="contact_list_member.csv",
        text="contact_id,contact_list_id,_fivetran_deleted\n1,7,false\n2,7,true\n2,8,FALSE\n",
        beside=HUBSPOT_CONTACTS,
        states={},
        tallies={"list: 7": 2, "list: 8": 1, "current memberships": 2},
    ),
]

SALESFORCE = [
    Sample(
        recipe="salesforce",
        name="salesforce, Data Loader",
        file="contacts.csv",
        text="ID,EMAIL,HASOPTEDOUTOFEMAIL,DONOTCALL,HASOPTEDOUTOFFAX,ISDELETED,CREATEDDATE,"
        "INDIVIDUAL.HASOPTEDOUTPROCESSING,INDIVIDUAL.SHOULDFORGET,INDIVIDUAL.DEATHDATE\n"
        "003A,ana@example.com,false,true,false,false,2020-10-13T20:00:38.000+0000,false,false,\n"
        "003B,ben@example.com,true,false,false,true,2020-10-13T20:00:38.000+0000,true,true,\n"
        "003C,,,,,,,,,\n"
        "003D,di@example.org,false,,,,,,,2021-01-01\n",
        states={"objected": 3, "none_recorded": 5, "unknown": 1},
        records=3,
        events=(
            (*MAIL, *NOTHING, 1, *UNTIMED),
            ("DirectMarketing", "voice", *OBJECTED, 1, *UNTIMED),
            ("DirectMarketing", "custom", *NOTHING, 1, *UNTIMED),
            ("AllProcessing", None, *NOTHING, 1, *UNTIMED),
            (*MAIL, *OBJECTED, 1, *UNTIMED),
            ("DirectMarketing", "voice", *NOTHING, 1, *UNTIMED),
            ("DirectMarketing", "custom", *NOTHING, 1, *UNTIMED),
            ("AllProcessing", None, *OBJECTED, 1, *UNTIMED),
        ),
        rejected={"a date of death is recorded": 1},
    ),
    Sample(
        recipe="salesforce",
        name="salesforce, report",
        file="report.csv",
        text="Contact ID,First Name,Email,Email Opt Out,Fax Opt Out,Do Not Call,Don't Market\n"
        "003A,Ana,ana@example.com,0,0,1,0\n003B,Ben,ben@example.com,maybe,,,1\n",
        states={"none_recorded": 3, "objected": 2, "unknown": 1},
        records=2,
        events=(
            (*MAIL, *NOTHING, 1, *UNTIMED),
            ("DirectMarketing", "custom", *NOTHING, 1, *UNTIMED),
            ("DirectMarketing", "voice", *OBJECTED, 1, *UNTIMED),
            ("DirectMarketing", None, *NOTHING, 1, *UNTIMED),
            (*MAIL, *UNKNOWN, 1, *UNTIMED),
            ("DirectMarketing", None, *OBJECTED, 1, *UNTIMED),
        ),
        unmapped={"Email Opt Out": 1},
    ),
    Sample(
        recipe="salesforce",
        name="salesforce, connector with custom fields",
        file="contact.csv",
        text="id,email,has_opted_out_of_email,email_opt_in_explicit_c,email_opt_in_implicit_c,sales_email_opt_out_c,"
        "sales_email_opt_out_date_time_c\n"
        "003A,ana@example.com,FALSE,TRUE,,,\n003B,ben@example.com,TRUE,TRUE,TRUE,TRUE,2021-05-06T07:08:09Z\n",
        exports="{contact.csv: {options: [custom_opt_in, custom_opt_out]}}",
        states={"given": 3, "none_recorded": 1, "objected": 2},
        records=2,
        events=(
            (*MAIL, *NOTHING, 1, *UNTIMED),
            (*MAIL, "given", "explicit_consent", 1, *UNTIMED),
            (*MAIL, *OBJECTED, 1, *UNTIMED),
            (*MAIL, "given", "explicit_consent", 1, *UNTIMED),
            (*MAIL, "given", "implied_consent", 1, *UNTIMED),
            (*MAIL, *OBJECTED, 2, "2021-05-06", "exact"),
        ),
        tallies={"contacts with a custom opt-in field set": 2},
    ),
    Sample(
        recipe="salesforce",
        name="salesforce, options off",
        file="contact.csv",
        text="id,email,has_opted_out_of_email,email_opt_in_explicit_c,sales_email_opt_out_c\n"
        "003A,ana@example.com,FALSE,TRUE,TRUE\n",
        states={"none_recorded": 1},
        records=1,
        events=((*MAIL, *NOTHING, 1, *UNTIMED),),
        tallies={"contacts with a custom opt-in field set": 1},
    ),
    Sample(
        recipe="salesforce_individual",
        file="individual.csv",
        text="Id,LastName,HasOptedOutTracking,HasOptedOutProfiling,HasOptedOutProcessing,HasOptedOutSolicit,ShouldForget,"
        "SendIndividualData,CanStorePiiElsewhere\n"
        "0PKA,A,true,false,true,false,true,true,false\n0PKZ,Z,false,false,false,true,false,false,true\n",
        beside=SALESFORCE_CONTACTS,
        states={"objected": 4, "none_recorded": 5},
        events=(
            ("AllProcessing", None, *OBJECTED, 1, *UNTIMED),
            ("Profiling", None, *NOTHING, 1, *UNTIMED),
            ("Tracking", None, *OBJECTED, 1, *UNTIMED),
            ("DirectMarketing", None, *NOTHING, 1, *UNTIMED),
            ("AllProcessing", None, *OBJECTED, 1, *UNTIMED),
        ),
        orphans=1,
        rejected={NO_RECORD: 1},
        tallies={"may be stored outside the person's legislation area": 1, "asked for a copy of the data": 1},
    ),
    Sample(
        recipe="salesforce_consent",
        file="contactpointtypeconsent.csv",
        text="ID,PARTYID,CONTACTPOINTTYPE,PRIVACYCONSENTSTATUS,CAPTUREDATE,CAPTURESOURCE,CAPTURECONTACTPOINTTYPE,"
        "EFFECTIVETO,DOUBLECONSENTCAPTUREDATE,DATAUSEPURPOSEID,BUSINESSBRANDID\n"
        "1,0PKA,Email,OptIn,2021-01-02T03:04:05.000+0000,Sign-up form,Web,,,,\n"
        "2,0PKA,Phone,OptIn,2021-01-02T03:04:05.000+0000,Call,Phone,2022-06-30,2021-01-03T00:00:00.000+0000,Marketing,B1\n"
        "3,0PKB,Email,OptOut,2021-02-03T03:04:05.000+0000,Preference page,Web,,,0ZWX,B1\n"
        "4,0PKB,MailingAddress,Seen,,,,,,,\n"
        "5,0PKB,Email,NotSeen,,,,,,,\n"
        "6,0PKB,Email,OptIn,2021-02-03T03:04:05.000+0000,Preference page,Web,,,0ZWX,B1\n",
        beside=SALESFORCE_CONTACTS,
        states={"given": 3, "objected": 1, "requested": 1, "unknown": 1},
        events=(
            (*MAIL, *OBJECTED, 3, "2021-02-03", "exact"),
            (*MAIL, *GIVEN, 3, "2021-01-02", "exact"),
            ("DirectMarketing", "postal", "requested", "consent", 1, *UNTIMED),
            (*MAIL, *UNKNOWN, 1, *UNTIMED),
            ("DirectMarketing", "voice", *GIVEN, 5, "2021-01-02", "exact"),
        ),
        unmapped={"purpose (DataUsePurpose.Name)": 1},
        tallies={
            "consents for brand: B1": 3,
            "consents for purpose: 0ZWX": 2,
            "consents for purpose: Marketing": 1,
        },
    ),
    Sample(
        recipe="salesforce_authorization",
        file="authorizationformconsent.csv",
        text="Id,ConsentGiverId,AuthorizationFormTextId,Status,ConsentCapturedDateTime,ConsentCapturedSourceType,"
        "ConsentExpirationDateTime,DocumentVersionId\n"
        "1,003A,0cMA,Signed,2021-01-02T03:04:05.000+0000,InPerson,2023-01-01T00:00:00.000+0000,V1\n"
        "2,003A,0cMB,Signed,2021-01-02T03:04:05.000+0000,Web,,V1\n"
        "3,003B,0cMA,Seen,2021-01-02T03:04:05.000+0000,Web,,V1\n"
        "4,003B,0cMA,Rejected,2021-01-03T03:04:05.000+0000,Web,,V1\n"
        "5,003B,0cMA,Faxed,2021-01-04T03:04:05.000+0000,Web,,V1\n",
        beside=SALESFORCE_CONTACTS,
        exports="{authorizationformconsent.csv: {purposes: {0cMA: DirectMarketing}}}",
        states={"given": 2, "requested": 1, "refused": 1, "unknown": 1},
        events=(
            ("DirectMarketing", None, *GIVEN, 5, "2021-01-02", "exact"),
            ("DirectMarketing", None, "requested", "consent", 4, "2021-01-02", "exact"),
            ("DirectMarketing", None, "refused", "none_recorded", 4, "2021-01-03", "exact"),
            ("DirectMarketing", None, *UNKNOWN, 4, "2021-01-04", "exact"),
        ),
        unmapped={"Status": 1, "purpose (AuthorizationFormText.Name)": 1},
        tallies={"consents to form text: 0cMA": 4, "consents to form text: 0cMB": 1},
    ),
]

DYNAMICS = [
    Sample(
        recipe="dynamics",
        name="dynamics, logical names",
        file="contacts.csv",
        text="contactid,emailaddress1,donotbulkemail,donotemail,donotphone,donotsendmm,followemail,msdyn_gdproptout,"
        "modifiedon,statecode,msgdpr_gdprconsent\n"
        "c1,ana@example.com,0,False,True,0,1,0,2021-06-07T08:09:10Z,0,587030001\n"
        "c2,ben@example.com,1,,,1,0,1,2021-06-07T08:09:10Z,1,\n"
        "c3,cy@example.org,,,,,,,,0,\n",
        states={"none_recorded": 5, "objected": 5, "unknown": 1},
        records=3,
        events=(
            (*MAIL, *NOTHING, 1, "2021-06-07", "last_change_only"),
            (*MAIL, *NOTHING, 1, "2021-06-07", "last_change_only"),
            ("DirectMarketing", "voice", *OBJECTED, 1, "2021-06-07", "last_change_only"),
            ("DirectMarketing", None, *NOTHING, 1, "2021-06-07", "last_change_only"),
            ("Tracking", "email", *NOTHING, 1, "2021-06-07", "last_change_only"),
            ("AllProcessing", None, *NOTHING, 1, "2021-06-07", "last_change_only"),
            (*MAIL, *OBJECTED, 1, "2021-06-07", "last_change_only"),
            ("DirectMarketing", None, *OBJECTED, 1, "2021-06-07", "last_change_only"),
            ("Tracking", "email", *OBJECTED, 1, "2021-06-07", "last_change_only"),
            ("AllProcessing", None, *OBJECTED, 1, "2021-06-07", "last_change_only"),
        ),
        tallies={"contacts with a GDPR consent level": 1},
    ),
    Sample(
        recipe="dynamics",
        name="dynamics, labels of Excel",
        file="Active Contacts.csv",
        text="(Do Not Modify) Contact,(Do Not Modify) Row Checksum,(Do Not Modify) Modified On,Full Name,Email,"
        "Do not allow Bulk Emails,Do not allow Bulk Mails,Send Marketing Materials,Allow Emails?,Follow Email Activity,"
        "Status\n"
        "c1,aa==,6/22/2021 10:00 AM,Ana A,ana@example.com,Allow,No,Send,Allow,Allow,Active\n"
        "c2,bb==,6/22/2021 10:05 AM,Ben B,ben@example.com,Do Not Allow,Yes,Do Not Send,Do Not Allow,Do Not Allow,"
        "Inactive\n"
        "c3,cc==,6/22/2021 10:05 AM,Cy C,cy@example.org,,,,Yes,,Active\n",
        states={"none_recorded": 5, "objected": 5, "unknown": 1},
        records=3,
        events=(
            (*MAIL, *NOTHING, 1, "2021-06-22", "last_change_only"),
            ("DirectMarketing", "postal", *NOTHING, 1, "2021-06-22", "last_change_only"),
            ("DirectMarketing", None, *NOTHING, 1, "2021-06-22", "last_change_only"),
            (*MAIL, *NOTHING, 1, "2021-06-22", "last_change_only"),
            ("Tracking", "email", *NOTHING, 1, "2021-06-22", "last_change_only"),
            (*MAIL, *OBJECTED, 1, "2021-06-22", "last_change_only"),
            ("DirectMarketing", "postal", *OBJECTED, 1, "2021-06-22", "last_change_only"),
            ("DirectMarketing", None, *OBJECTED, 1, "2021-06-22", "last_change_only"),
            (*MAIL, *OBJECTED, 1, "2021-06-22", "last_change_only"),
            ("Tracking", "email", *OBJECTED, 1, "2021-06-22", "last_change_only"),
            (*MAIL, *UNKNOWN, 1, "2021-06-22", "last_change_only"),
        ),
        unmapped={"Allow Emails?": 1},
    ),
    Sample(
        recipe="dynamics_consent",
        file="contactpointconsents.csv",
        text="msdynmkt_contactpointvalue,msdynmkt_contactpointtype,msdynmkt_value,msdynmkt_purposeid,msdynmkt_source,"
        "modifiedon,statecode\n"
        "ana@example.com,534120000,534120001,Commercial,534120004,2021-01-02T03:04:05Z,0\n"
        "ana@example.com,534120001,534120001,p9,534120000,2021-01-02T03:04:05Z,0\n"
        "ben@example.com,534120000,534120002,p9,534120007,2021-02-03T03:04:05Z,0\n"
        "ben@example.com,534120000,534120000,Commercial,534120003,2021-02-03T03:04:05Z,1\n"
        "gone@example.org,534120000,534120002,Commercial,534120000,2021-02-03T03:04:05Z,0\n",
        beside=DYNAMICS_CONTACTS,
        states={"given": 2, "objected": 2, "unknown": 1},
        events=(
            (*MAIL, *OBJECTED, 3, "2021-02-03", "exact"),
            (*MAIL, *GIVEN, 3, "2021-01-02", "exact"),
            (*MAIL, *UNKNOWN, 2, "2021-02-03", "exact"),
        ),
        unmapped={"purpose (msdynmkt_purposeidname)": 1},
        orphans=1,
        rejected={NO_RECORD: 1},
        tallies={
            "consents for purpose: Commercial": 3,
            "consents for purpose: p9": 2,
            "consents that are inactive": 1,
        },
    ),
    Sample(
        recipe="dynamics_customers",
        file="CustomersV3.csv",
        text="CUSTOMERACCOUNT,DATAAREAID,PARTYTYPE,PERSONFIRSTNAME,PRIMARYCONTACTEMAIL,ADDRESSVALIDTO\n"
        "C1,usmf,Person,Ana,ana@example.com,12/31/2154 23:59\nC1,demf,Person,Ben,ben@example.com,12/31/2154 23:59\n"
        "C2,usmf,Organization,,office@example.org,12/31/2154 23:59\n",
        states={"unknown": 3},
        records=3,
    ),
]

HELP_DESKS = [
    Sample(
        recipe="zendesk",
        name="zendesk, API",
        file="users.json",
        text=as_json(
            users=[
                {
                    "id": 1,
                    "name": "Ana",
                    "email": "ana@example.com",
                    "role": "end-user",
                    "active": True,
                    "suspended": False,
                    "verified": True,
                    "shared_phone_number": True,
                    "tags": ["newsletter"],
                },
                {
                    "id": 2,
                    "name": "Ben",
                    "email": "ben@example.com",
                    "role": "agent",
                    "active": True,
                    "suspended": False,
                    "verified": True,
                },
                {
                    "id": 3,
                    "name": "Cy",
                    "email": "cy@example.org",
                    "role": "end-user",
                    "active": False,
                    "suspended": True,
                    "verified": False,
                },
            ],
            count=3,
        ),
        states={"unknown": 2},
        records=2,
        rejected={"staff of the tenant, not an end customer": 1},
        tallies={"users with a phone number that several people share": 1},
    ),
    Sample(
        recipe="zendesk",
        name="zendesk, connector",
        file="user.csv",
        text="id,active,authenticity_token,email,role,suspended,verified,created_at\n"
        "1,TRUE,abc,ana@example.com,end-user,FALSE,TRUE,2020-02-26 22:55:12\n",
        states={"unknown": 1},
        records=1,
        dropped=("authenticity_token",),
    ),
    Sample(
        recipe="intercom",
        name="intercom, connector",
        file="contact_history.csv",
        text="id,workspace_id,role,email,unsubscribed_from_emails,unsubscribed_from_emails_at,marked_email_as_spam,"
        "has_hard_bounced,created_at,_fivetran_active\n"
        "i1,w1,lead,ana@example.com,FALSE,,FALSE,TRUE,2020-06-04 13:23:07,TRUE\n"
        "i2,w1,user,ben@example.com,TRUE,2021-03-04 05:06:07,TRUE,FALSE,2020-06-04 13:23:07,TRUE\n"
        "i2,w1,user,ben@example.com,FALSE,,FALSE,FALSE,2020-06-04 13:23:07,FALSE\n"
        "i3,w2,user,cy@example.org,,,,,,TRUE\n",
        states={"none_recorded": 1, "objected": 2, "unknown": 1},
        records=3,
        events=(
            (*MAIL, *NOTHING, 1, *UNTIMED),
            (*MAIL, *OBJECTED, 2, "2021-03-04", "exact"),
            (*MAIL, *OBJECTED, 1, *UNTIMED),
        ),
        rejected={"an earlier version of the contact": 1},
    ),
    Sample(
        recipe="intercom",
        name="intercom, API",
        file="contacts.json",
        text=as_json(
            type="list",
            data=[
                {
                    "type": "contact",
                    "id": "i1",
                    "workspace_id": "w1",
                    "email": "ana@example.com",
                    "unsubscribed_from_emails": True,
                    "created_at": 1571672154,
                    "location": {"country": "Ireland"},
                },
            ],
        ),
        states={"objected": 1},
        records=1,
        events=((*MAIL, *OBJECTED, 1, *UNTIMED),),
    ),
    Sample(
        recipe="freshdesk",
        file="contacts.json",
        text=json.dumps(
            [
                {
                    "id": 1,
                    "active": False,
                    "email": "ana@example.com",
                    "other_emails": ["a@example.org"],
                    "mobile": None,
                    "unique_external_id": None,
                    "custom_fields": {"optin": True},
                    "tags": [],
                },
                {
                    "id": 2,
                    "active": True,
                    "email": "ben@example.com",
                    "other_emails": [],
                    "unique_external_id": "b",
                    "deleted": True,
                },
            ]
        ),
        states={"unknown": 2},
        records=2,
    ),
    Sample(
        recipe="freshsales",
        name="freshsales, choices not known",
        file="contacts.json",
        text=as_json(
            contacts=[
                {"id": 1, "email": "ana@example.com", "subscription_status": 1, "sms_subscription_status": 2},
                {"id": 2, "email": "ben@example.com", "subscription_status": 7, "do_not_disturb": True},
            ]
        ),
        states={"unknown": 2},
        records=2,
        tallies={
            "contacts with subscription status: 1": 1,
            "contacts with subscription status: 7": 1,
            "contacts with SMS subscription status: 2": 1,
        },
    ),
    Sample(
        recipe="freshsales",
        name="freshsales, status in words",
        file="contacts.csv",
        text="id,email,subscription_status,sms_subscription_status,do_not_disturb\n"
        "1,ana@example.com,Subscribed,,false\n2,ben@example.com,Unsubscribed,Unsubscribed,true\n3,cy@example.org,1,,\n",
        exports="{contacts.csv: {options: [status_in_words, do_not_disturb]}}",
        states={"unknown": 2, "objected": 3, "none_recorded": 1},
        records=3,
        events=(
            (*MAIL, *UNKNOWN, 1, *UNTIMED),
            (*MAIL, *OBJECTED, 1, *UNTIMED),
            (*MAIL, *UNKNOWN, 1, *UNTIMED),
            ("DirectMarketing", "sms", *OBJECTED, 1, *UNTIMED),
            ("DirectMarketing", None, *NOTHING, 1, *UNTIMED),
            ("DirectMarketing", None, *OBJECTED, 1, *UNTIMED),
        ),
        unmapped={"subscription_status": 1},
        tallies={
            "contacts with subscription status: Subscribed": 1,
            "contacts with subscription status: Unsubscribed": 1,
            "contacts with subscription status: 1": 1,
            "contacts with SMS subscription status: Unsubscribed": 1,
        },
    ),
    Sample(
        recipe="zoho",
        name="zoho, API",
        file="contacts.json",
        text=as_json(
            data=[
                {
                    "id": "z1",
                    "Email": "ana@example.com",
                    "Email_Opt_Out": False,
                    "Data_Processing_Basis": "Consent - Obtained",
                    "Data_Processing_Basis_Details": {
                        "Data_Processing_Basis": "Obtained",
                        "Consent_Date": "2021-04-05",
                        "Consent_Through": "Email",
                        "Contact_Through_Email": True,
                        "Contact_Through_Phone": False,
                    },
                },
                {
                    "id": "z2",
                    "Email": "ben@example.com",
                    "Email_Opt_Out": True,
                    "$stop_processing": True,
                    "Data_Processing_Basis_Details": {"Data_Processing_Basis": "Waiting"},
                },
                {
                    "id": "z3",
                    "Email": "cy@example.org",
                    "Email_Opt_Out": None,
                    "Data_Processing_Basis": "Not Applicable",
                },
                {"id": "z4", "Email": "di@example.org", "Email_Opt_Out": None, "Data_Processing_Basis": "Something"},
                {
                    "id": "z5",
                    "Email": "ed@example.org",
                    "Email_Opt_Out": None,
                    "Data_Processing_Basis_Details": {"Data_Processing_Basis": "Obtained"},
                },
                {
                    "id": "z6",
                    "Email": "flo@example.org",
                    "Email_Opt_Out": None,
                    "Data_Processing_Basis": "Consent - Obtained",
                    "Data_Processing_Basis_Details": {"Contact_Through_Email": False, "Contact_Through_Phone": False},
                },
            ]
        ),
        states={"given": 2, "none_recorded": 2, "requested": 1, "objected": 2, "unknown": 2},
        records=6,
        events=(
            (*MAIL, *GIVEN, 3, "2021-04-05", "day"),
            ("DirectMarketing", None, *GIVEN, 1, *UNTIMED),
            ("DirectMarketing", None, *NOTHING, 1, *UNTIMED),
            ("DirectMarketing", None, *UNKNOWN, 1, *UNTIMED),
            ("DirectMarketing", None, "requested", "consent", 1, *UNTIMED),
            ("AllProcessing", None, *OBJECTED, 1, *UNTIMED),
            (*MAIL, *NOTHING, 1, *UNTIMED),
            (*MAIL, *OBJECTED, 1, *UNTIMED),
        ),
        unmapped={"Data_Processing_Basis": 1},
    ),
    Sample(
        recipe="zoho",
        name="zoho, labels",
        file="Contacts_2021.csv",
        text="Record Id,First Name,Email,Email Opt Out,Data Processing Basis\n"
        "zcrm_1,Ana,ana@example.com,false,Legitimate Interests\n"
        "zcrm_2,Ben,ben@example.com,true,Consent - Not Responded\n",
        states={"given": 1, "none_recorded": 1, "objected": 1, "unknown": 1},
        records=2,
        events=(
            ("DirectMarketing", None, "given", "legitimate_interest", 1, *UNTIMED),
            ("DirectMarketing", None, "unknown", "consent", 1, *UNTIMED),
            (*MAIL, *NOTHING, 1, *UNTIMED),
            (*MAIL, *OBJECTED, 1, *UNTIMED),
        ),
    ),
]

MAILCHIMP_HEADER = (
    "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,CC,LAST_CHANGED,LEID,EUID"
)

MAILING = [
    Sample(
        recipe="mailchimp",
        name="mailchimp, subscribed",
        file="subscribed_members_export_0a1b2c.csv",
        text=f"{MAILCHIMP_HEADER}\n"
        "ana@example.com,Ana,2,2020-01-02 03:04:05,192.0.2.1,2020-01-02 04:04:05,192.0.2.1,DE,2020-01-02 04:04:05,1,"
        "e1\n"
        "ben@example.com,Ben,2,2020-01-03 03:04:05,192.0.2.1,,,DE,2020-01-02 04:04:05,2,e2\n"
        "cy@example.org,Cy,2,,,2020-01-04 03:04:05,192.0.2.9,FR,2020-01-02 04:04:05,3,e3\n",
        states={"given": 3},
        records=3,
        events=(
            (*MAIL, *GIVEN, 5, "2020-01-02", "exact"),
            (*MAIL, *GIVEN, 2, "2020-01-03", "exact"),
            (*MAIL, *GIVEN, 1, "2020-01-04", "import_time"),
        ),
        tallies={"contacts of audience: 0a1b2c": 3},
    ),
    Sample(
        recipe="mailchimp",
        name="mailchimp, unsubscribed, with headers that stand twice",
        file="unsubscribed_members_export_0a1b2c.csv",
        text=f"{MAILCHIMP_HEADER},UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_CAMPAIGN_ID,"
        "UNSUB_REASON,UNSUB_REASON_OTHER\n"
        "di@example.org,Di,2,2020-01-02 03:04:05,192.0.2.1,,,DE,2021-02-03 04:05:06,4,e4,2021-02-03 04:05:06,Sale,c1,"
        "N/A,c1,N/A,\n",
        states={"withdrawn": 1},
        records=1,
        events=((*MAIL, "withdrawn", "consent", 2, "2021-02-03", "exact"),),
        tallies={"contacts of audience: 0a1b2c": 1},
    ),
    Sample(
        recipe="mailchimp",
        name="mailchimp, cleaned",
        file="cleaned_members_export_0a1b2c.csv",
        text=f"{MAILCHIMP_HEADER}\ned@example.org,Ed,2,2020-01-02 03:04:05,192.0.2.1,,,DE,2020-01-02 04:04:05,5,e5\n",
        states={"unknown": 1},
        records=1,
        tallies={"contacts of audience: 0a1b2c": 1},
    ),
    Sample(
        recipe="mailchimp",
        name="mailchimp, renamed",
        file="audience.csv",
        text=f"{MAILCHIMP_HEADER}\nflo@example.org,Flo,2,2020-01-02 03:04:05,192.0.2.1,,,DE,2020-01-02 04:04:05,6,e6\n",
        states={"unknown": 1},
        records=1,
    ),
    Sample(
        recipe="mailchimp_api",
        file="members.json",
        text=as_json(
            members=[
                {
                    "id": "m1",
                    "list_id": "L1",
                    "email_address": "ana@example.com",
                    "unique_email_id": "u1",
                    "status": "subscribed",
                    "timestamp_signup": "2020-01-02T03:04:05+00:00",
                    "ip_signup": "192.0.2.1",
                    "timestamp_opt": "2020-01-02T04:04:05+00:00",
                    "ip_opt": "192.0.2.1",
                    "last_changed": "2020-05-06T00:00:00+00:00",
                    "marketing_permissions": [
                        {"marketing_permission_id": "p1", "text": "Email", "enabled": True},
                        {"marketing_permission_id": "p2", "text": "Customized Online Advertising", "enabled": False},
                        {"marketing_permission_id": "p3", "text": "Share my data", "enabled": True},
                    ],
                },
                {
                    "id": "m2",
                    "list_id": "L1",
                    "email_address": "ben@example.com",
                    "unique_email_id": "u2",
                    "status": "unsubscribed",
                    "timestamp_opt": "2020-01-02T04:04:05+00:00",
                    "last_changed": "2021-05-06T00:00:00+00:00",
                },
                {
                    "id": "m3",
                    "list_id": "L2",
                    "email_address": "cy@example.org",
                    "unique_email_id": "u3",
                    "status": "pending",
                    "timestamp_signup": "2020-01-02T03:04:05+00:00",
                },
                {
                    "id": "m4",
                    "list_id": "L2",
                    "email_address": "di@example.org",
                    "unique_email_id": "u4",
                    "status": "cleaned",
                },
                {
                    "id": "m5",
                    "list_id": "L2",
                    "email_address": "ed@example.org",
                    "unique_email_id": "u5",
                    "status": "brand-new",
                },
            ],
            total_items=5,
        ),
        states={"given": 3, "none_recorded": 1, "withdrawn": 1, "requested": 1, "unknown": 2},
        records=5,
        events=(
            (*MAIL, *GIVEN, 5, "2020-01-02", "exact"),
            (*MAIL, "withdrawn", "consent", 2, "2021-05-06", "last_change_only"),
            (*MAIL, "requested", "consent", 1, "2020-01-02", "exact"),
            (*MAIL, *UNKNOWN, 0, *UNTIMED),
            (*MAIL, *UNKNOWN, 0, *UNTIMED),
            (*MAIL, *GIVEN, 4, "2020-05-06", "last_change_only"),
            ("PersonalisedAdvertising", "custom", *NOTHING, 4, "2020-05-06", "last_change_only"),
        ),
        unmapped={"purpose (marketing_permissions[].text)": 1, "status": 1},
    ),
    Sample(
        recipe="klaviyo",
        file="profiles.json",
        text=as_json(
            data=[
                {
                    "type": "profile",
                    "id": "k1",
                    "attributes": {
                        "email": "ana@example.com",
                        "subscriptions": {
                            "email": {
                                "marketing": {
                                    "can_receive_email_marketing": True,
                                    "consent": "SUBSCRIBED",
                                    "double_optin": True,
                                    "consent_timestamp": "2021-02-21T20:07:38+00:00",
                                    "method": "PREFERENCE_PAGE",
                                    "suppression": [],
                                    "list_suppressions": [],
                                }
                            }
                        },
                    },
                    "relationships": {},
                },
                {
                    "type": "profile",
                    "id": "k2",
                    "attributes": {
                        "email": "ben@example.com",
                        "subscriptions": {
                            "email": {
                                "marketing": {
                                    "can_receive_email_marketing": True,
                                    "consent": "NEVER_SUBSCRIBED",
                                    "suppression": [],
                                }
                            },
                            "sms": {
                                "marketing": {"consent": "SUBSCRIBED", "consent_timestamp": "2021-02-21T20:07:38+00:00"}
                            },
                        },
                    },
                    "relationships": {},
                },
                {
                    "type": "profile",
                    "id": "k3",
                    "attributes": {
                        "email": "cy@example.org",
                        "subscriptions": {
                            "email": {
                                "marketing": {
                                    "can_receive_email_marketing": False,
                                    "consent": "UNSUBSCRIBED",
                                    "last_updated": "2021-03-21T20:07:38+00:00",
                                    "suppression": [
                                        {"reason": "HARD_BOUNCE", "timestamp": "2021-03-22T00:00:00+00:00"},
                                        {"reason": "SPAM_COMPLAINT", "timestamp": "2021-03-23T00:00:00+00:00"},
                                    ],
                                }
                            }
                        },
                    },
                    "relationships": {},
                },
                {"type": "profile", "id": "k4", "attributes": {"email": "di@example.org"}, "relationships": {}},
            ]
        ),
        states={"given": 2, "unknown": 2, "withdrawn": 1, "objected": 1},
        records=4,
        events=(
            (*MAIL, *GIVEN, 5, "2021-02-21", "exact"),
            (*MAIL, *UNKNOWN, 1, *UNTIMED),
            (*MAIL, "withdrawn", "consent", 1, "2021-03-21", "exact"),
            ("DirectMarketing", "sms", *GIVEN, 2, "2021-02-21", "exact"),
            (*MAIL, *OBJECTED, 2, "2021-03-23", "exact"),
        ),
        tallies={"can receive e-mail (no consent)": 2, "profiles exported with their subscriptions": 3},
    ),
    Sample(
        recipe="klaviyo_connector",
        file="person.csv",
        text="id,email,created,custom_consent,custom_consent_timestamp,custom_consent_method,custom_consent_form_id,"
        "custom_consent_form_version,custom_accepts_marketing\n"
        'k1,ana@example.com,2021-01-01 00:00:00,"[""email""]",2021-02-03 04:05:06,Klaviyo Form,F1,7,\n'
        "k2,ben@example.com,2021-01-01 00:00:00,,,Klaviyo Form,F1,7,\n"
        "k3,cy@example.org,2021-01-01 00:00:00,sms,,,,,true\n"
        "k4,di@example.org,2021-01-01 00:00:00,anything,,,,,false\n",
        states={"given": 3, "unknown": 2, "none_recorded": 1},
        records=4,
        events=(
            (*MAIL, *GIVEN, 4, "2021-02-03", "exact"),
            ("DirectMarketing", "sms", *GIVEN, 1, *UNTIMED),
            ("DirectMarketing", "custom", *UNKNOWN, 1, *UNTIMED),
            (*MAIL, *GIVEN, 1, *UNTIMED),
            (*MAIL, *NOTHING, 1, *UNTIMED),
        ),
        unmapped={"custom_consent": 1},
    ),
    Sample(
        recipe="braze",
        file="users.jsonl",
        text="\n".join(
            json.dumps(user)
            for user in (
                {
                    "external_id": "b1",
                    "braze_id": "x1",
                    "email": "ana@example.com",
                    "email_subscribe": "opted_in",
                    "email_opted_in_at": "2021-02-03T04:05:06.000Z",
                    "push_subscribe": "subscribed",
                    "country": "DE",
                    "push_tokens": [{"token": "secret"}],
                    "subscription_groups": [
                        {"subscription_group_id": "g1", "subscription_state": "subscribed"},
                        {"subscription_group_id": "g2", "subscription_state": "unsubscribed"},
                    ],
                },
                {"external_id": "b2", "braze_id": "x2", "email": "ben@example.com", "email_subscribe": "unsubscribed"},
                {"external_id": "b3", "braze_id": "x3", "email": "cy@example.org", "email_subscribe": "subscribed"},
                {"external_id": "b4", "braze_id": "x4", "email": "di@example.org"},
            )
        ),
        states={"given": 1, "unknown": 4, "objected": 2},
        records=4,
        events=(
            (*MAIL, *GIVEN, 2, "2021-02-03", "exact"),
            (*MAIL, *OBJECTED, 1, *UNTIMED),
            (*MAIL, *UNKNOWN, 0, *UNTIMED),
            ("DirectMarketing", "custom", *UNKNOWN, 0, *UNTIMED),
            ("DirectMarketing", None, *UNKNOWN, 1, *UNTIMED),
            ("DirectMarketing", None, *OBJECTED, 1, *UNTIMED),
        ),
        dropped=("push_tokens",),
    ),
    Sample(
        recipe="iterable",
        file="user_history.csv",
        text="email,updated_at,first_name,signup_date,signup_source,email_list_ids,iterable_user_id\n"
        'ana@example.com,2021-06-03 08:18:30.000,Ana,2021-06-03 08:14:55.000,Import,"[826724,884398]",1\n'
        "not an address,2021-06-03 08:18:30.000,Ben,2021-06-03 08:14:55.000,API,[],2\n",
        states={"unknown": 2},
        records=2,
    ),
    Sample(
        recipe="iterable_unsubscribed",
        name="iterable opt-outs, snapshot",
        file="user_unsubscribed_channel.csv",
        text="_fivetran_id,channel_id,_fivetran_synced\nu1,11,2023-08-10 05:52:56\nu1,12,2023-08-10 05:52:56\n"
        "u9,11,2023-08-10 05:52:56\n",
        beside=ITERABLE_USERS,
        states={"objected": 3},
        events=(
            ("DirectMarketing", None, *OBJECTED, 1, *UNTIMED),
            ("DirectMarketing", None, *OBJECTED, 1, *UNTIMED),
        ),
        orphans=1,
        rejected={NO_RECORD: 1},
        tallies={
            "users opted out": 2,
            "channels opted out of": 2,
            "opt-outs of channel: 11": 2,
            "opt-outs of channel: 12": 1,
        },
    ),
    Sample(
        recipe="iterable_unsubscribed",
        name="iterable opt-outs, history",
        file="user_unsubscribed_message_type_history.csv",
        text="email,message_type_id,updated_at\nben@example.com,5,2020-09-28 06:16:07.000\n",
        beside=ITERABLE_USERS,
        states={"objected": 1},
        events=(("DirectMarketing", None, *OBJECTED, 2, "2020-09-28", "last_change_only"),),
        tallies={"users opted out": 1, "message types opted out of": 1, "opt-outs of message type: 5": 1},
    ),
    Sample(
        recipe="iterable_unsubscribed",
        name="iterable opt-outs, several snapshots",
        file="user_unsubscribed_channel_history.csv",
        text="email,channel_id,updated_at\n"
        "ana@example.com,11,2020-09-01 06:16:07.000\n"
        "ana@example.com,12,2020-09-01 06:16:07.000\n"
        "Ana@example.com,11,2020-09-28 06:16:07.000\n"
        "ben@example.com,12,2020-09-01 06:16:07.000\n",
        beside=ITERABLE_USERS,
        states={"objected": 2, "none_recorded": 1},
        events=(
            ("DirectMarketing", None, *NOTHING, 2, "2020-09-01", "last_change_only"),
            ("DirectMarketing", None, *OBJECTED, 2, "2020-09-28", "last_change_only"),
            ("DirectMarketing", None, *OBJECTED, 2, "2020-09-01", "last_change_only"),
        ),
        rejected={"of an earlier snapshot, and listed again in a later one": 1},
        tallies={
            "users opted out": 2,
            "channels opted out of": 2,
            "opt-outs of channel: 11": 1,
            "opt-outs of channel: 12": 1,
        },
    ),
    Sample(
        recipe="iterable_channels",
        file="channel.csv",
        text="id,name,channel_type,message_medium\n11,News,Marketing,Email\n12,Receipts,Transactional,Email\n",
        beside=ITERABLE_USERS,
        states={},
        tallies={
            "channel: 11": 1,
            "channel: 12": 1,
            "channels of type: Marketing": 1,
            "channels of type: Transactional": 1,
        },
    ),
    Sample(
        recipe="marketo",
        file="marketo_leads.csv",
        text="id,createdAt,email,firstName,lastName,unsubscribed,unsubscribedReason,emailInvalid,doNotCall\n"
        "1,2020-01-01T10:00:00Z,ana@example.com,Ana,A,false,,true,false\n"
        "2,2020-01-01T10:00:00Z,ben@example.com,Ben,B,true,too many,false,true\n"
        "3,2020-01-01T10:00:00Z,cy@example.org,Cy,C,,,,\n",
        states={"none_recorded": 2, "objected": 2, "unknown": 1},
        records=3,
        events=(
            (*MAIL, *NOTHING, 1, *UNTIMED),
            (*MAIL, *OBJECTED, 1, *UNTIMED),
            ("DirectMarketing", "voice", *NOTHING, 1, *UNTIMED),
            ("DirectMarketing", "voice", *OBJECTED, 1, *UNTIMED),
        ),
    ),
    Sample(
        recipe="marketo_columns",
        file="Smart List.csv",
        text="Id,First Name,Email Address,Unsubscribed,Unsubscribed Reason,Email Invalid\n"
        "1,Ana,ana@example.com,0,,0\n2,Ben,ben@example.com,1,too many,0\n",
        states={"none_recorded": 1, "objected": 1},
        records=2,
        events=((*MAIL, *NOTHING, 1, *UNTIMED), (*MAIL, *OBJECTED, 1, *UNTIMED)),
    ),
    Sample(
        recipe="marketo_unsubscribes",
        file="activity_unsubscribe_email.csv",
        text="id,activity_date,activity_type_id,lead_id,client_ip_address,referrer_url,user_agent,webform_id\n"
        "9,2021-05-06 07:08:09.000,9,1,192.0.2.1,https://www.example.com/?token=abc,Browser,4\n"
        "10,2021-05-07 07:08:09.000,9,77,,,,\n",
        beside=MARKETO_LEADS,
        states={"objected": 2},
        events=((*MAIL, *OBJECTED, 3, "2021-05-06", "exact"),),
        orphans=1,
        rejected={NO_RECORD: 1},
        dropped=("client_ip_address", "referrer_url"),
    ),
    Sample(
        recipe="marketo_deletes",
        file="activity_delete_lead.csv",
        text="id,activity_date,activity_type_id,lead_id\n"
        "1,2021-05-06 07:08:09.000,29,2\n2,2021-05-07 07:08:09.000,29,77\n3,2021-05-07 07:08:09.000,9,1\n",
        beside=MARKETO_LEADS,
        states={},
        orphans=1,
        rejected={NO_RECORD: 1, "an activity of another type": 1},
        tallies={"leads deleted": 2},
    ),
    Sample(
        recipe="marketo_merges",
        file="activity_merge_leads.csv",
        text='id,activity_date,activity_type_id,lead_id,merge_ids\n1,2021-05-06 07:08:09.000,32,1,"[2, 77]"\n'
        '2,2021-05-06 07:08:09.000,32,88,"[99]"\n',
        beside=MARKETO_LEADS,
        states={},
        orphans=1,
        rejected={NO_RECORD: 1},
    ),
    Sample(
        recipe="pardot",
        file="prospect.csv",
        text="id,email,is_do_not_email,is_do_not_call,opted_out,password,recent_interaction,_fivetran_deleted\n"
        "1,ana@example.com,,,,hunter2,Never active.,FALSE\n2,ben@example.com,FALSE,TRUE,TRUE,,,TRUE\n",
        states={"unknown": 1, "none_recorded": 1, "objected": 2},
        records=2,
        events=(
            (*MAIL, *OBJECTED, 1, *UNTIMED),
            (*MAIL, *NOTHING, 1, *UNTIMED),
            ("DirectMarketing", "voice", *OBJECTED, 1, *UNTIMED),
        ),
        dropped=("password",),
    ),
]

SAMPLES = [*HUBSPOT, *SALESFORCE, *DYNAMICS, *HELP_DESKS, *MAILING]
