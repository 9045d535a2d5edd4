# ruff: noqa: E501, DTZ001 - cells are as wide as they are; a workbook knows no time zone
"""Makes the twelve exports again, the same bytes each time: `python tests/data/exports/make_exports.py`."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from datetime import datetime
from pathlib import Path

import xlsxwriter

HERE = Path(__file__).parent


def write(path: str, content: bytes) -> None:
    """Write one export, in the folder of its shape."""
    target = HERE / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def lines(*rows: str, end: str = "\n") -> str:
    """The rows as text, each with its line end."""
    return "".join(row + end for row in rows)


def prestashop() -> None:
    header = (
        "Customer ID;Active (0/1);Titles ID (Mr = 1, Ms = 2, else 0);Email *;Password *;Birthday (yyyy-mm-dd);Last Name *;"
        "First Name *;Newsletter (0/1);Opt-in (0/1);Registration date (yyyy-mm-dd);Groups (x,y,z...);Default group ID"
    )
    text = lines(
        header,
        "1;1;2;ada.prest@example.com;invented-hash-1;1985-04-12;Prestleigh;Ada;1;1;2021-03-04;1, 3;3",
        "2;1;1;benoit.sel@example.org;invented-hash-2;1979-11-30;Selkirk;Benoît;1;0;2021-04-18;3;3",
        "3;1;0;cosima.dahl@example.com;invented-hash-3;0000-00-00;Dahlgren;Cosima;0;0;2022-01-09;2, 3;3",
        "4;1;1;dario.fenn@example.org;invented-hash-4;1990-07-01;Fenwick;Dario;0;1;2022-06-21;3;3",
        "5;1;2;edda.grau@example.com;invented-hash-5;1968-02-17;Grauert;Edda;;;2023-02-02;1, 2, 3;3",
        "6;1;2;ADA.Prest@example.com;invented-hash-6;1985-04-12;Prestleigh;Ada;1;0;2023-08-14;2;2",
        "7;0;1;falk.hoyer@example.org;invented-hash-7;2013-05-05;Hoyerman;Falk;1;0;2024-10-10;3;3",
    )
    write("01-prestashop-semicolon/export/customers.csv", text.encode())


def dynamics() -> None:
    header = (
        "(Do Not Modify) Contact",
        "(Do Not Modify) Row Checksum",
        "(Do Not Modify) Modified On",
        "Full Name",
        "Prénom",
        "Email",
        "Business Phone",
        "Do not allow Emails",
        "Do not allow Bulk Emails",
    )
    yes, no = "Allow", "Do Not Allow"
    people = (
        ("Gwen Ashby", "gwen.ashby@example.com", "+44 20 7946 0101", yes, yes),
        ("Hugo Birk", "hugo.birk@example.org", "+44 20 7946 0102", no, no),
        ("Isla Crome", "isla.crome@example.com", "+44 20 7946 0103", yes, no),
        ("Juno Deering", "juno.deering@example.org", "", "", ""),
        ("Gwen Ashby-Lund", "gwen.lund@example.org", "+442079460101", no, yes),
    )
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2026, 3, 1), "author": "export"})
        sheet, hidden = book.add_worksheet("Active Contacts"), book.add_worksheet("hiddenSheet")
        day = book.add_format({"num_format": "m/d/yyyy h:mm"})
        sheet.set_column(0, 2, None, None, {"hidden": True})
        sheet.write_row(0, 0, header)
        for row, (name, email, phone, emails, bulk) in enumerate(people, 1):
            sheet.write_string(row, 0, f"{row:08x}-0000-4000-8000-000000000000")
            sheet.write_string(row, 1, f"c2hlZXRjaGVja3N1b{row}==")
            sheet.write_datetime(row, 2, datetime(2026, 2, row, 10, 30), day)
            sheet.write_row(row, 3, (name, name.split()[0], email, phone, emails, bulk))
        hidden.write_row(0, 0, ("contact:options", "Allow", "Do Not Allow"))
        hidden.very_hidden()
    write("02-dynamics-xlsx/export/Active Contacts.xlsx", buffer.getvalue())


def civicrm() -> None:
    text = lines(
        "Contact ID, First Name, Last Name, Email, do_not_email, do_not_phone, do_not_trade, is_opt_out",
        "11, Kim, Ashdown, kim.ashdown@example.org, yes, no, 0, false",
        "12, Lou, Brede, lou.brede@example.com , Yes, No, FALSE, 0",
        '13, Mona, "Carrow, MD", mona.carrow@example.org, YES, NO, TRUE, false',
        "14, Nils, Dorn, nils.dorn@example.com, 1, 0, 1, true",
        '15, Orla, "Eck, Jr", orla.eck@example.org  , true, false, no, No',
        "16, Piet, Faber, piet.faber@example.com, TRUE, FALSE, NO, 1.0",
        "17, Quinn, Gale, quinn.gale@example.org, , , , ",
        "18, Kim, Ashdown-Hale, kim.ashdown@example.org , No, , , ",
    )
    write("03-civicrm-spaces/export/contacts.csv", text.encode())


def magento() -> None:
    header = (
        "email,_website,_store,confirmation,created_at,created_in,dob,firstname,gender,group_id,lastname,password_hash,"
        "rp_token,store_id,website_id,interests,_address_city,_address_country_id,_address_firstname,_address_lastname,"
        "_address_postcode,_address_street,_address_telephone"
    )
    known = "{email},{site},default,,2024-0{n}-11 09:00:00,Default Store View,,{first},,1,{last},invented-hash-{n},token{n},1,{n},"
    nora = known.format(email="nora.haym@example.com", site="base", n=1, first="Nora", last="Haym")
    omar = known.format(email="omar.ivers@example.org", site="base", n=2, first="Omar", last="Ivers")
    again = known.format(email="nora.haym@example.com", site="outlet", n=3, first="Nora", last="Haym")
    pia = known.format(email="pia.jost@example.com", site="outlet", n=4, first="Pia", last="Jost")
    blank = "," * 16
    text = lines(
        header,
        nora + "garden|books,Norwick,GB,Nora,Haym,NW1 0AA,1 Long Lane,+44 20 7946 0111",
        blank + "Easton,GB,Nora,Haym,EA1 0AA,2 Short Lane,+44 20 7946 0112",
        omar + "books,Weston,GB,Omar,Ivers,WE1 0AA,3 Mill Road,+44 20 7946 0113",
        again + ",Norwick,GB,Nora,Haym,NW1 0AA,1 Long Lane,+44 20 7946 0114",
        blank + "Suffield,GB,Nora,Haym,SU1 0AA,4 High Road,+44 20 7946 0115",
        pia + "garden|tools|books,Nordham,GB,Pia,Jost,NO1 0AA,5 Low Road,+44 20 7946 0116",
    )
    write("04-magento-continuation/export/customer_composite.csv", text.encode())


def mailchimp() -> None:
    header = (
        '"Email Address","First Name","Last Name",MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,'
        "LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS"
    )
    unsubscribed = ",UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,UNSUB_CAMPAIGN_ID,UNSUB_REASON"

    def member(first: str, last: str, n: int, optin: str, confirm: str, tags: str = "") -> str:
        address = f"{first}.{last}@example.com".lower()
        ips = ("192.0.2.10" if optin else "", "192.0.2.11" if confirm else "")
        times = f"{optin},{ips[0]},{confirm},{ips[1]}"
        return f'"{address}","{first}","{last}",2,{times},,,,,,GB,,2025-01-0{n} 08:00:00,90{n},euid{n},,{tags}'

    both = ("2024-05-0{} 08:00:00", "2024-05-0{} 08:05:00")
    gone = ",2025-01-0{} 08:00:00,Spring,c1,NO_LONGER_INTERESTED,,c1,NO_LONGER_INTERESTED"
    tags = '"""VIP"",""Blog"""'
    files = {
        "subscribed": lines(
            header,
            member("Rosa", "Kemp", 1, both[0].format(1), both[1].format(1), tags),
            member("Silas", "Lorn", 2, "", "2024-05-02 08:05:00"),
            member("Tilda", "Marsh", 3, both[0].format(3), both[1].format(3), '"""Blog"""'),
            member("Ugo", "Nesbit", 4, "", ""),
        ),
        "unsubscribed": lines(
            header + unsubscribed,
            member("Vera", "Oakes", 5, both[0].format(5), both[1].format(5)) + gone.format(5),
            member("Wim", "Pratt", 6, "", "2024-05-06 08:05:00") + gone.format(6),
        ),
        "cleaned": lines(header, member("Xenia", "Quill", 7, both[0].format(7), both[1].format(7))),
        "nonsubscribed": lines(header),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for state, text in files.items():
            entry = zipfile.ZipInfo(f"{state}_members_export_8f3a2c.csv", (2026, 3, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)
    write("05-mailchimp-zip/export/audience.zip", buffer.getvalue())


def suitecrm() -> None:
    def quoted(*cells: str) -> str:
        return ",".join(f'"{cell}"' for cell in cells)

    text = lines(
        "id,first_name,last_name,email1,description,lawful_basis,date_reviewed,lawful_basis_source,email_opt_out,do_not_call",
        quoted("a1", "Yann", "O’Rell", "yann.orell@example.com", "€ 20 voucher", "^consent^,^contract^", "2024-02-01", "website", "0", "0"),
        quoted("a2", "Zoë", "Quist", "zoe.quist@example.org", "", "^withdrawn^,^contract^", "2024-03-01", "phone", "1", "0"),
        quoted("a3", "Arno", "Rück", "arno.rueck@example.com", "", "^legitimate_interest^", "2024-04-01", "third_party", "0", "1"),
        quoted("a4", "Bria", "Søndal", "bria.sondal@example.org", "", "", "", "", "", ""),
        quoted("a5", "Cleo", "Tüür", "cleo.tuur@example.com", "", "^Suostumus kumottu^", "2024-05-01", "email", "0", "0"),
        quoted("a6", "Dov", "Ünal", "dov.unal@example.org", "", "^consent^", "2024-06-01", "website", "0", ""),
        end="\r\n",
    )  # fmt: skip
    write("06-suitecrm-carets/export/Contacts.csv", text.encode("cp1252"))


def hubspot() -> None:
    header = (
        "Record ID",
        "First Name",
        "Last Name",
        "Email",
        "Phone Number",
        "Legal basis for processing contact's data",
        "Unsubscribed from all email",
        "Opted out of email: Newsletter",
        "Lifecycle Stage",
        "Merged Contact IDs",
    )
    described = (
        "Number of the contact",
        "First name of the contact (required)",
        "Last name of the contact",
        "E-mail of the contact (required)",
        "Telephone with country code",
        "One or several of the list",
        "TRUE if opted out",
        "TRUE if opted out",
        "Stage of the list",
        "Numbers joined with ;",
    )
    bases = "Freely given consent from contact;Performance of a contract"
    prospect = "Legitimate interest - prospect/lead"
    people = (
        ("501", "Ines", "Upham", "ines.upham@example.com", "", bases, "FALSE", "FALSE", "Customer", ""),
        ("502", "Jon", "Vance", "jon.vance@example.org", "", "Not applicable", "true", "TRUE", "Lead", ""),
        ("503", "Kaya", "Wells", "kaya.wells@example.com", "", "", "TRUE", "", "Lead", ""),
        ("504", "Lars", "Yorke", "lars.yorke@example.org", "", "", "", "", "Subscriber", ""),
        ("505", "Mia", "Zander", "mia.zander@example.com", "", prospect, "false", "FALSE", "Lead", "506"),
        ("506", "Mia", "Zander-Old", "mia.zander.old@example.com", "", "", "", "", "Lead", ""),
    )
    text = lines(*("\t".join(row) for row in (header, described, *people)), end="\r\n")
    write("07-hubspot-utf16/export/all-contacts.csv", b"\xff\xfe" + text.encode("utf-16-le"))


def shopify() -> None:
    header = (
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,"
        "Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,"
        "Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags,"
        "Accepts WhatsApp Marketing"
    )
    text = lines(
        header,
        "'7001,Nell,Arden,nell.arden@example.com,yes,,1 Quay,,Porthaven,,GB,'0123,,'+44 20 7946 0131,yes,10.00,1,,no,\"vip, spring\",yes",
        "'7002,Otto,Brandis,otto.brandis@example.org,yes,,2 Quay,,Porthaven,,GB,'1234AB,,+44 20 7946 0132,no,0.00,0,,no,,no",
        "'7003,Pola,Crewe,pola.crewe@example.com,no,,3 Quay,,Porthaven,,GB,'0125,,,no,5.50,1,,no,,no",
        "'7004,Remy,Dunmore,remy.dunmore@example.org,,,4 Quay,,Porthaven,,GB,'0126,,,,0.00,0,,no,,",
        "'7005,Otto,Brandis,,no,,2 Quay,,Porthaven,,GB,'1234AB,,'+44 20 7946 0132,yes,7.25,1,,no,,",
    )
    write("08-shopify-apostrophes/export/customers_export.csv", b"\xef\xbb\xbf" + text.encode())


def didomi() -> None:
    def event(n: int, user: int, day: str, **purposes: bool) -> str:
        said = [{"id": purpose, "enabled": enabled} for purpose, enabled in purposes.items()]
        return json.dumps(
            {
                "id": f"event-{n}",
                "organization_id": "org-lumen",
                "created_at": f"{day}T08:0{n}:00.000Z",
                "updated_at": f"{day}T08:0{n}:00.000Z",
                "user": {"id": f"didomi-{user}", "organization_user_id": f"user-{user}", "country": "FR"},
                "consents": {"purposes": said, "vendors": []},
                "regulation": "gdpr",
                "metadata": {},
            }
        )

    first = lines(
        event(1, 1, "2026-03-01", cookies=True, advertising_personalization=True),
        event(2, 2, "2026-03-01", cookies=False, advertising_personalization=False),
        event(3, 3, "2026-03-01"),
    )
    second = lines(
        event(4, 1, "2026-03-02", cookies=True, advertising_personalization=False),
        event(5, 4, "2026-03-02", cookies=True),
        "",
    )
    folder = "09-didomi-hive/export/export-id=7d1f"
    write(f"{folder}/date=2026-03-01/part-0000.ndjson.gz", gzip.compress(first.encode(), mtime=0))
    write(f"{folder}/date=2026-03-02/part-0001.ndjson.gz", gzip.compress(second.encode(), mtime=0))


def salesforce() -> None:
    header = [
        "ID",
        "FIRSTNAME",
        "LASTNAME",
        "EMAIL",
        "PHONE",
        "HASOPTEDOUTOFEMAIL",
        "DONOTCALL",
        "HASOPTEDOUTOFFAX",
        "LASTMODIFIEDDATE",
        *(f"FIELD_{n:03}__C" for n in range(1, 301)),
    ]
    day = "2025-10-13T20:00:38.000+0000"

    def row(*cells: str, last: str = "") -> str:
        filled = [*cells, *[""] * (len(header) - len(cells) - 1), last]
        return ",".join('"' + cell.replace('"', '""') + '"' if cell else "" for cell in filled)

    def contact(n: int, first: str, last: str, flags: tuple[str, str, str], note: str) -> str:
        address = f"{last}.{n}@example.com".lower()
        return row(f"003A00000000{n:03}AAA", first, last, address, f"+44 20 7946 015{n}", *flags, day, last=note)

    def pasted(n: int, first: str, last: str) -> str:
        address = f"{last}.{n}@example.org".lower()
        identity = (first, last, address, f"+44 20 7946 015{n}", f"003A00000000{n:03}AAA")
        return row(*identity, day, "false", "false", "true")

    text = lines(
        ",".join(header),
        contact(1, '=HYPERLINK("http://example.com","Ana")', "Alder", ("false", "false", "false"), "=1+1"),
        contact(2, "Bo", "Birch", ("true", "false", "false"), "@mention"),
        contact(3, "Cy", "Cedar", ("false", "true", ""), "+ asks for a call"),
        contact(4, "Di", "Elm", ("", "", ""), "-none-"),
        contact(5, "Ed", "Fir", ("true", "true", "true"), "=cmd|' /C calc'!A0"),
        pasted(6, "Flo", "Hazel"),
        pasted(7, "Gus", "Larch"),
        pasted(8, "Hal", "Maple"),
    )
    write("10-salesforce-wide/export/extract.csv", text.encode())


def zoho() -> None:
    text = lines(
        "Record_Id|First_Name|Last_Name|Email|Mobile|Email_Opt_Out|Data_Processing_Basis|Consent_Date|Description|",
        "zcrm_1001|Ivo|Nord|ivo.nord@example.com|+44 20 7946 0161|false|Obtained|2024-02-03|met at a fair|",
        "zcrm_1002|Jil|Oster|jil.oster@example.org||true|Pending|||",
        "zcrm_1003|Kai|Pohl|kai.pohl@example.com",
        "zcrm_1004|Lea|Ried|lea.ried@example.org||||||",
        "zcrm_1005|Max|Sand|max.sand@example.com|+44 20 7946 0165",
        'zcrm_1006|Nia|Tann|nia.tann@example.org||true|Contract||"likes tea|coffee"|',
        "zcrm_1007|Oda|Uhl|oda.uhl@example.com||false|Not applicable|||",
    )
    write("11-zoho-pipe/export/Contacts.csv", text.encode())


def zendesk() -> None:
    def user(n: int, name: str, email: str, more: str = "") -> str:
        return (
            f'{{"id": {n}, "name": "{name}", "email": "{email}", "phone": null, "role": "end-user", "active": true,'
            f' "suspended": false, "verified": true, "shared": false, "tags": ["newsletter"], "user_fields": {{"plan": "basic"}},'
            f' "organization_id": 77, "external_id": "x{n}", "created_at": "2024-01-0{n}T09:00:00Z",'
            f' "updated_at": "2025-01-0{n}T09:00:00Z"{more}}}'
        )

    users = (
        user(1, "Pia Vogt", "pia.vogt@example.com", ', "email": "pia.second@example.com"'),
        user(2, "Ray West", "ray.west@example.org"),
        user(3, "Sue Abel", "sue.abel@example.com", ', "verified": false'),
        user(4, "Tom Beck", "tom.beck@example.org"),
    )
    write("12-zendesk-duplicate-keys/export/users.json", ("[\n" + ",\n".join(users) + "\n]\n").encode())


def main() -> None:
    """Make all twelve."""
    for make in (
        prestashop,
        dynamics,
        civicrm,
        magento,
        mailchimp,
        suitecrm,
        hubspot,
        shopify,
        didomi,
        salesforce,
        zoho,
        zendesk,
    ):
        make()


if __name__ == "__main__":
    main()
