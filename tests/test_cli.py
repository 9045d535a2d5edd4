"""The commands as a user types them: what they print, what they leave behind, and how they refuse."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from pipeline import differences

from consent_risk import cli

EXAMPLE = Path(__file__).parent / "data" / "worked_example"


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


Command = Callable[..., Said]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """Runs `consent-risk` with these words; keys go below tmp_path."""
    monkeypatch.setenv("CONSENT_RISK_KEYS", str(tmp_path / "keys"))

    def run(*words: str | Path) -> Said:
        monkeypatch.setattr(sys, "argv", ["consent-risk", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        printed = capsys.readouterr()
        return Said(int(stopped.value.code or 0), printed.out, printed.err)

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the worked example to damage."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "folder"))


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def change(path: Path, old: str, new: str, count: int = 1) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")


def test_run_prints_the_finding_with_its_figures(command: Command, folder: Path) -> None:
    said = command("run", folder)
    assert (said.code, said.err) == (0, "")
    assert "Suggested finding: NOT SIGNIFICANT (thresholds" in said.out
    assert "default of this tool" in said.out
    assert "  persons: new to the acquirer                                 5           5          11\n" in said.out
    assert "not legal advice" in said.out


def test_run_writes_the_pdf_and_leaves_the_folder_alone(command: Command, folder: Path, tmp_path: Path) -> None:
    before = files_below(folder)
    said = command("run", folder, "--pdf", tmp_path / "a.pdf")
    assert said.code == 0
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert files_below(folder) == before


def test_run_keeps_the_sealed_case_where_it_is_told(command: Command, folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    assert command("run", folder, "--keep", kept).code == 0
    assert {"case.yaml", "drops", "runs"} == {path.name for path in kept.iterdir()}
    assert command("assess", kept).code == 0
    again = command("run", folder, "--keep", kept)
    assert (again.code, again.err) == (2, f"{kept}: the folder exists already. Name one that does not.\n")


def test_the_steps_give_what_run_gives(command: Command, tmp_path: Path) -> None:
    case = tmp_path / "case"
    assert command("new", case).code == 0
    shutil.copyfile(EXAMPLE / "case.yaml", case / "case.yaml")
    exports = [path for path in EXAMPLE.glob("*.csv") if path.name != "interactions.csv"]
    assert command("add", case, *exports).code == 0
    assert command("add", case, EXAMPLE / "interactions.csv").code == 0
    assessed = command("assess", case, "--json")
    found = {
        (f["id"], f["purpose"], f["scenario"]): (f["value"], f["lower"], f["upper"])
        for f in json.loads(assessed.out)["figures"]
        if f["country"] is None
    }
    assert differences(found, json.loads((EXAMPLE / "expected.json").read_text(encoding="utf-8"))) == []
    report = command("report", case)
    assert (report.code, report.out) == (0, f"Wrote {case / 'report.pdf'}\n")
    checked = command("check", case)
    assert "consents.csv" in checked.out and "canonical" in checked.out


def test_a_tenants_file_may_come_after_the_records(command: Command, tmp_path: Path) -> None:
    case = tmp_path / "case"
    command("new", case)
    shutil.copyfile(EXAMPLE / "case.yaml", case / "case.yaml")
    assert command("add", case, EXAMPLE / "records.csv").code == 0
    later = [path for path in EXAMPLE.glob("*.csv") if path.name != "records.csv"]
    assert command("add", case, *later).code == 0
    stepwise, at_once = (json.loads(command(*words, "--json").out) for words in (("assess", case), ("run", EXAMPLE)))
    assert stepwise["figures"] == at_once["figures"]


def test_check_reads_a_folder_without_keeping_anything(command: Command, folder: Path) -> None:
    before = files_below(folder)
    said = command("check", folder, "--json")
    assert said.code == 0
    report = json.loads(said.out)
    assert {given["file"]: given["rows"] for given in report["files"]}["records.csv"] == 600
    assert files_below(folder) == before


def test_check_looks_at_files_without_a_case(command: Command, tmp_path: Path) -> None:
    export = tmp_path / "contacts.csv"
    export.write_text("Record ID;Email;Unsubscribed from all email\nR1;ana@example.com;TRUE\nR2;;no\nR2;;\n", "utf-8")
    said = command("check", export, "--as-of", "2026-03-31", "--tenant", "shop", "--json")
    assert said.code == 0
    (file,) = json.loads(said.out)["files"]
    assert (file["recipe"], file["delimiter"], file["rows"], file["records"]) == ("hubspot", ";", 3, 2)
    assert (file["as_of"], file["states"]) == ("2026-03-31", {"objected": 1, "none_recorded": 1})
    assert list(file["rejected"].values()) == [1]
    assert sorted(tmp_path.iterdir()) == [export]
    text = command("check", tmp_path).out
    assert "contacts.csv  (hubspot, CSV, utf-8, semicolon" in text
    assert max(map(len, text.splitlines())) <= 100


def test_a_file_that_cannot_be_read_at_all_is_refused(command: Command, tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("colour,size\nred,38\n", encoding="utf-8")
    said = command("check", tmp_path / "odd.csv")
    assert (said.code, said.out) == (2, "")
    assert "odd.csv: no recipe recognises this file." in said.err
    assert command("check", tmp_path / "missing.csv").code == 2


def test_check_of_drops_takes_no_options_for_exports(command: Command, tmp_path: Path) -> None:
    command("run", EXAMPLE, "--keep", tmp_path / "kept")
    said = command("check", tmp_path / "kept", "--tenant", "T1")
    assert (said.code, said.out) == (2, "")
    assert "they were read when they were added" in said.err


def test_persons_are_told_apart_within_each_tenant(command: Command, tmp_path: Path) -> None:
    rows = "tenant_id,source_id,email,phone\nT1,S1,ana@example.com,\nT1,S2,ana@example.com,\nT2,S1,ana@example.com,\n"
    (tmp_path / "records.csv").write_text(rows, encoding="utf-8")
    (file,) = json.loads(command("check", tmp_path / "records.csv", "--json").out)["files"]
    assert (file["records"], file["persons"]) == (3, 2)  # one of T1, one of T2


def test_the_drops_of_a_case_are_reported_with_what_contradicts_itself(command: Command, tmp_path: Path) -> None:
    case = tmp_path / "case"
    command("new", case)
    shutil.copyfile(EXAMPLE / "case.yaml", case / "case.yaml")
    consents = "tenant_id,source_id,purpose,event_state,legal_basis,event_time\nT1,S1,Marketing,{},consent,2021-01-01\n"
    for name, text in {
        "records.csv": "tenant_id,source_id\nT1,S1\n",
        "consents.csv": consents.format("given"),
        "more/consents.csv": consents.format("withdrawn"),
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    command("add", case, tmp_path / "records.csv", tmp_path / "consents.csv")
    added = json.loads(command("add", case, tmp_path / "more", "--json").out)
    assert [(file["file"], file["states"]) for file in added["files"]] == [("consents.csv", {"withdrawn": 1})]
    report = json.loads(command("check", case, "--json").out)
    files = {(file["file"], tuple(file["states"])) for file in report["files"]}
    assert files == {("records.csv", ()), ("consents.csv", ("given",)), ("consents.csv", ("withdrawn",))}
    assert {file["drop"] for file in report["files"]} == {1, 2}  # which is which depends on the clock
    assert report["contradictions"] == 1


OWN_RECIPE = """name: ours
title: Members of our club
system: ours
recognise: [[Member]]
records:
  tenant_id: file_name
  source_id: [Member]
  email: [Mail]
"""


def test_a_recipe_beside_the_case_reads_its_exports_and_is_kept(command: Command, tmp_path: Path) -> None:
    case = (EXAMPLE / "case.yaml").read_text(encoding="utf-8") + "recipe: ours.yaml\n"
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, text in {
        "case.yaml": case,
        "ours.yaml": OWN_RECIPE,
        "club.csv": "Member,Mail\nM1,ana@example.com\n",
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    assert command("run", folder, "--keep", tmp_path / "kept").code == 0
    (path,) = tmp_path.glob("kept/drops/*/manifest.json")
    manifest = json.loads(path.read_text(encoding="utf-8"))
    assert [given["recipe"] for given in manifest["inputs"]] == ["ours"]
    assert [(kept["file"], kept["text"]) for kept in manifest["recipes"]] == [("ours.yaml", OWN_RECIPE)]
    assert manifest["recipes"][0]["sha256"] == hashlib.sha256(OWN_RECIPE.encode()).hexdigest()
    (tmp_path / "guests.csv").write_text("Member,Mail\nM2,bo@example.com\n", encoding="utf-8")
    assert command("add", tmp_path / "kept", tmp_path / "guests.csv").code == 0
    (folder / "ours.yaml").unlink()
    assert command("run", folder).err.startswith("ours.yaml: there is no such recipe file.")


@pytest.mark.parametrize("place", ["../ours.yaml", "sub/../../ours.yaml"])
def test_a_recipe_outside_the_case_is_not_read(command: Command, folder: Path, place: str) -> None:
    (folder.parent / "ours.yaml").write_text(OWN_RECIPE, encoding="utf-8")
    (folder / "case.yaml").write_text(
        (folder / "case.yaml").read_text("utf-8") + f"recipe: {place}\n", encoding="utf-8"
    )
    said = command("run", folder)
    assert said.code == 2
    assert "lies outside the folder of the case. Copy it beside case.yaml" in said.err


def test_a_recipe_named_on_the_command_line_reads_the_files(command: Command, tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(OWN_RECIPE, encoding="utf-8")
    (tmp_path / "club.csv").write_text("Member,Mail\nM1,ana@example.com\n", encoding="utf-8")
    checked = json.loads(command("check", tmp_path / "club.csv", "--recipe", tmp_path / "ours.yaml", "--json").out)
    assert [(file["recipe"], file["records"]) for file in checked["files"]] == [("ours", 1)]
    said = command("check", tmp_path / "club.csv", "--recipe", "hubspott")
    assert said.err.startswith("hubspott: there is no recipe of this name. Did you mean `hubspot`?")


def test_recipes_are_listed_and_shown(command: Command) -> None:
    listed = json.loads(command("recipe", "list", "--json").out)
    assert {"name", "system", "title", "delivers"} == listed[0].keys()
    assert all(recipe["name"] in command("recipe", "list").out for recipe in listed)
    assert "polarity: mapped" in command("recipe", "show", "hubspot").out
    assert command("recipe", "show", "nobody").code == 2


def test_every_recipe_that_comes_with_the_program_is_told_in_words(command: Command, tmp_path: Path) -> None:
    for recipe in json.loads(command("recipe", "list", "--json").out):
        path = tmp_path / f"{recipe['name']}.yaml"
        path.write_text(command("recipe", "show", recipe["name"]).out, encoding="utf-8")
        said = command("recipe", "check", path)
        assert (said.code, said.err) == (0, "")
        assert said.out.startswith(f"{recipe['name']}: {recipe['title']}")


def test_a_recipe_with_a_slip_is_refused_with_its_line(command: Command, tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(OWN_RECIPE.replace("source_id", "sourceid"), encoding="utf-8")
    said = command("recipe", "check", tmp_path / "ours.yaml")
    assert (said.code, said.out) == (2, "")
    assert "ours.yaml, line 7, key records.sourceid: unknown key. Did you mean `source_id`?" in said.err


def test_a_recipe_is_proposed_and_refused_until_its_questions_are_answered(command: Command, tmp_path: Path) -> None:
    export, out = tmp_path / "club.csv", tmp_path / "ours.yaml"
    export.write_text("Member ID,Email,Newsletter abo\nM1,ana@example.com,ja\nM2,,nein\n", encoding="utf-8")
    said = command("recipe", "propose", export, "--out", out)
    assert (said.code, said.out) == (0, f"Wrote {out}; 1 question left open. Then: consent-risk recipe check {out}\n")
    refused = command("check", export, "--recipe", out)
    assert refused.code == 2
    assert "polarity: the key is missing" in refused.err
    answered = out.read_text(encoding="utf-8")
    answered = answered.replace('# polarity: "+"', 'polarity: "+"').replace("# purpose:", "purpose:")
    answered = answered.replace('# "yes": []', '"yes": [ja]').replace('# "no": []', '"no": [nein]')
    out.write_text(answered, encoding="utf-8")
    assert "`ja` claims consent, `nein` says that none is recorded" in command("recipe", "check", out).out
    (file,) = json.loads(command("check", export, "--recipe", out, "--json").out)["files"]
    assert file["states"] == {"given": 1, "none_recorded": 1}
    again = command("recipe", "propose", export, "--out", out)
    assert (again.code, again.err) == (2, f"{out}: the file exists already. Name one that does not.\n")


def test_no_recipe_is_proposed_for_a_file_that_one_reads(command: Command, tmp_path: Path) -> None:
    (tmp_path / "contacts.csv").write_text("Record ID,Email\nR1,ana@example.com\n", encoding="utf-8")
    said = command("recipe", "propose", tmp_path / "contacts.csv")
    assert said.code == 2
    assert "the recipe hubspot reads this file already. See it with `consent-risk recipe show hubspot`." in said.err


def test_a_changed_drop_is_refused_and_a_damaged_cube_is_measured_again(command: Command, tmp_path: Path) -> None:
    case = tmp_path / "kept"
    first = command("run", EXAMPLE, "--keep", case, "--json").out
    (cube,) = (case / "runs").iterdir()
    (cube / "persons.parquet").write_bytes(b"")
    assert command("assess", case, "--json").out == first
    (records,) = case.glob("drops/*/records.parquet")
    shutil.rmtree(case / "runs")
    records.chmod(0o644)
    records.write_bytes(records.read_bytes() + b"x")
    said = command("assess", case)
    assert said.code == 2
    assert "records.parquet: the sealed file is missing or was changed." in said.err


def test_the_same_inputs_give_the_same_assessment(command: Command, folder: Path) -> None:
    change(folder / "records.csv", "T3,S0,", "T3,S0x,")  # so that rows are set aside too
    assert command("run", folder, "--json").out == command("run", folder, "--json").out


def test_a_folder_without_exports_is_no_delivery(command: Command, tmp_path: Path) -> None:
    command("new", tmp_path / "case")
    said = command("add", tmp_path / "case", tmp_path / "case")
    assert said.code == 2
    assert "there are no exports in it" in said.err


@pytest.mark.parametrize("name", ["2024", "null", "true", "1e3", "Some Case"])
def test_a_new_case_of_any_name_can_be_read(name: str, command: Command, tmp_path: Path) -> None:
    command("new", tmp_path / name)
    assert "the case has no data yet" in command("assess", tmp_path / name).err


def test_a_place_that_cannot_be_written_is_said_in_words(command: Command, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for words in (("new", tmp_path / "file" / "case"), ("run", folder, "--keep", tmp_path / "file" / "kept")):
        said = command(*words)
        assert (said.code, said.out) == (2, "")
        assert said.err.endswith("not a directory. Check its name, place and rights.\n")


def test_a_new_case_is_never_made_over_another(command: Command, folder: Path) -> None:
    said = command("new", folder)
    assert said.code == 2
    assert "there is a case already" in said.err


BAD_INPUT = {
    "a missing file": (
        lambda folder: (folder / "records.csv").unlink(),
        "records.csv: the file is missing",
    ),
    "a missing column": (
        lambda folder: change(folder / "consents.csv", "purpose,", "puprose,"),
        "consents.csv, column purpose: the column is missing. Rename the column `puprose` to it.",
    ),
    "an unknown enum value": (
        lambda folder: change(folder / "agreements.csv", "joint_controller", "Joint controller"),
        "agreements.csv, row 5, column provider_role: not one of the values allowed. Did you mean `joint_controller`?",
    ),
    "a wrong date": (
        lambda folder: change(folder / "agreements.csv", "2018-11-07", "2018-31-07"),
        "agreements.csv, row 1, column effective_date: not a day. Write it as YYYY-MM-DD.",
    ),
    "a duplicated key": (
        lambda folder: change(folder / "records.csv", "\nT0,S1,", "\nT3,S0,"),
        "records.csv, row 2, column source_id: the same tenant_id and source_id stands in an earlier row. "
        "Keep one of the rows.",
    ),
    "an empty file": (
        lambda folder: (folder / "tenants.csv").write_bytes(b""),
        "tenants.csv: the file is empty. Export it again, or leave it out.",
    ),
    "a file that is not what its ending says": (
        lambda folder: (folder / "tenants.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64)),
        "tenants.csv: a PNG picture, which cannot be read.",
    ),
    "an unknown key in case.yaml": (
        lambda folder: change(folder / "case.yaml", "gatekeeper:", "gatekeper:"),
        "case.yaml, line 9, key acquirer.gatekeper: unknown key. Did you mean `gatekeeper`?",
    ),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_refused_with_its_place_and_nothing_is_half_written(
    name: str, command: Command, folder: Path, tmp_path: Path
) -> None:
    damage, said_in_error = BAD_INPUT[name]
    damage(folder)
    before = files_below(folder)
    said = command("run", folder, "--pdf", tmp_path / "a.pdf", "--keep", tmp_path / "kept")
    assert said.code == 2
    assert said.out == ""
    assert said_in_error in said.err
    assert "Traceback" not in said.err
    assert files_below(folder) == before
    assert not (tmp_path / "a.pdf").exists()
    assert not (tmp_path / "kept").exists()
    assert not list((tmp_path / "keys").glob("*"))


def test_rows_set_aside_are_counted_and_named(command: Command, folder: Path) -> None:
    change(folder / "records.csv", "T3,S0,", "T3,S0x,")  # its events become orphans
    change(folder / "records.csv", ",FR,", ",XX,")
    said = command("check", folder, "--set-aside", "--json")
    assert said.code == 0
    records = next(given for given in json.loads(said.out)["files"] if given["file"] == "records.csv")
    assert (records["rows"], records["used"]) == (600, 599)
    assert records["rejected"] == {"not an ISO 3166-1 country code": 1}
    assert records["places"] == [{"row": 1, "column": "country", "reason": "not an ISO 3166-1 country code"}]
    assert "1  not an ISO 3166-1 country code: row 1, column country" in command("check", folder).out


def test_the_name_of_a_file_is_kept_so_it_may_not_name_a_person(command: Command, folder: Path) -> None:
    shutil.copyfile(folder / "tenants.csv", folder / "ana@example.com.csv")
    said = command("run", folder)
    assert said.code == 2
    assert "its name carries an e-mail address" in command("check", folder).err
    assert "ana" not in said.err


def test_the_app_refuses_a_workspace_that_is_not_there(command: Command, tmp_path: Path) -> None:
    said = command("serve", "--workspace", tmp_path / "nowhere")
    assert said.code == 2
    assert "there is no such folder. Name the folder that holds your case folders, or add --sample." in said.err


def test_a_pdf_that_cannot_be_written_is_refused_before_the_work(command: Command, folder: Path) -> None:
    said = command("run", folder, "--pdf", folder / "nowhere" / "a.pdf")
    assert said.code == 2
    assert "its folder does not exist. Make the folder first." in said.err


def test_a_real_kustomer_export_named_by_its_recipe(command: Command, tmp_path: Path) -> None:
    export = Path(__file__).parents[2] / "shared" / "samples" / "kustomer" / "customers.csv"
    if not export.exists():
        pytest.skip("../shared is not beside the checkout")
    shutil.copyfile(export, tmp_path / "customers.csv")
    (tmp_path / "case.yaml").write_text(
        "case: kustomer\nas_of: 2023-06-01\nprovider: {name: A provider}\nacquirer: {name: An acquirer}\n"
        "purposes: [PersonalisedAdvertising]\nrecipes: {customers.csv: kustomer}\n",
        encoding="utf-8",
    )
    said = command("run", tmp_path, "--json")
    assessment = json.loads(said.out)
    assert (assessment["delivered"]["records"], assessment["delivered"]["tenants"]) == (20, 20)
    assert not any(assessment["delivered"]["consent_events"].values())
    of_person = {f["id"]: f["value"] for f in assessment["figures"] if f["id"].startswith("records.person.")}
    assert of_person == {
        "records.person.accessible": 0,
        "records.person.unknown": 20,
        "records.person.re_askable": 0,
        "records.person.processor_only": 0,
        "records.person.barred": 0,
    }
