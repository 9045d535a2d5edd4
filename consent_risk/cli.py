"""The command line: the verbs of the app without a browser.

Exit codes: 0 done, 2 the input or the call needs mending (said in words, nothing half-written), 1 our own mistake.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from consent_risk import __version__
from consent_risk.assessment import Assessment
from consent_risk.case import ExportSettings
from consent_risk.errors import Problem, UserError
from consent_risk.intake import exports_in
from consent_risk.intake.exports import files_in
from consent_risk.intake.file_report import Report
from consent_risk.intake.proposal_text import proposal_text
from consent_risk.intake.recipes import built_in_recipes
from consent_risk.numbers import counted_text
from consent_risk.report.check_text import check_text
from consent_risk.report.recipe_words import delivers_text, recipe_words, recipes_text
from consent_risk.report.text import finding_text
from consent_risk.workspace.cases import CASE_FILE, new_case, read_case, read_case_text
from consent_risk.workspace.checks import check_drop, check_drops, check_files, neutral_case
from consent_risk.workspace.drops import add_drop, list_drops
from consent_risk.workspace.keys import case_key, forget_key, new_key
from consent_risk.workspace.recipes import (
    named_recipe,
    own_recipes,
    propose_recipe,
    read_recipe,
    recipe_text,
    write_new,
)
from consent_risk.workspace.runs import open_run

USER_ERROR = 2
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
SAMPLES = ("quillmere", "harbourlight")  # the app opens the first
_HERE = Path(__file__).resolve().parent

app = typer.Typer(
    help="How much of a CRM provider's customer data could an acquirer really take over, and is that significant?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
recipes = typer.Typer(help="Recipes: how the export of a system is read.", no_args_is_help=True)
app.add_typer(recipes, name="recipe")

Folder = Annotated[Path, typer.Argument(help="A folder with case.yaml and the exports beside it.")]
CaseFolder = Annotated[Path, typer.Argument(metavar="CASE", help="A case folder, made with `new`.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Pdf = Annotated[Path | None, typer.Option("--pdf", metavar="FILE", help="Write the assessment as a PDF.")]
RecipeName = Annotated[
    str | None, typer.Option("--recipe", metavar="NAME|FILE", help="The recipe of files that are not canonical.")
]
Tenant = Annotated[str | None, typer.Option(metavar="ID", help="The tenant of files that name none.")]
Encoding = Annotated[str | None, typer.Option(metavar="E", help="The encoding, where it is found out wrongly.")]
Delimiter = Annotated[
    str | None,
    typer.Option(metavar="D", help="What separates the columns: a character, or comma, semicolon, tab, pipe."),
]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", metavar="DAY", formats=["%Y-%m-%d"], help="The day for which consents are counted."),
]
SetAside = Annotated[
    bool, typer.Option("--set-aside", help="Set rows that cannot be used aside, listed and counted, and go on.")
]


@app.command()
def run(
    folder: Folder,
    as_json: AsJson = False,
    pdf: Pdf = None,
    keep: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep the sealed case as this new folder; otherwise it is removed."),
    ] = None,
    set_aside: SetAside = False,
) -> None:
    """Go the whole way for FOLDER: seal, measure, assess, print the finding. FOLDER stays as it was."""
    text = read_case_text(folder)
    case = read_case(folder)
    _check_writable(pdf)
    with _workspace(keep) as case_dir:
        (case_dir / CASE_FILE).write_text(text, encoding="utf-8")
        own = own_recipes(case, folder)
        for name, recipe in own.items():
            write_new(case_dir / name, recipe.text)
        # A case that is not kept needs no key afterwards, so none is written anywhere.
        key = case_key(case_dir) if keep else new_key()
        with _progress("sealing") as progress:
            add_drop(
                case_dir,
                case,
                exports_in(folder),
                key=key,
                set_aside=set_aside,
                progress=progress,
                own=own,
                now=datetime.now(UTC),
            )
        _report(_assess(case_dir), as_json, pdf)


@app.command()
def new(case: CaseFolder) -> None:
    """Make the folder CASE with a case.yaml to fill in."""
    path = new_case(case, as_of=datetime.now(UTC).date().isoformat())
    typer.echo(f"Made {path}. Fill it in, then: consent-risk add {case} FILES…")


@app.command()
def add(
    case: CaseFolder,
    files: Annotated[list[Path], typer.Argument(help="Export files, or folders of them.")],
    recipe: RecipeName = None,
    tenant: Tenant = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    as_json: AsJson = False,
    set_aside: SetAside = False,
) -> None:
    """Seal FILES into a new data drop of CASE: all of them or, if anything is wrong, none."""
    read = read_case(case)
    chosen, own = named_recipe(recipe) if recipe else (None, {})
    with _progress("sealing") as progress:
        drop = add_drop(
            case,
            read,
            files_in(files),
            key=case_key(case),
            set_aside=set_aside,
            progress=progress,
            recipe=chosen,
            settings=_settings(tenant, encoding, delimiter),
            own={**own_recipes(read, case), **own},
            now=datetime.now(UTC),
        )
    report = check_drop(drop, list_drops(case), read)
    typer.echo(_checked(report, as_json) if as_json else f"Drop {drop.id}\n\n{_checked(report, as_json)}")


@app.command()
def check(
    paths: Annotated[list[Path], typer.Argument(metavar="CASE|FOLDER|FILE…", help="A case, or exports.")],
    recipe: RecipeName = None,
    tenant: Tenant = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
    set_aside: SetAside = False,
) -> None:
    """Say what was understood, and what was not: of the drops of a case, or of exports.

    Nothing is kept of exports that are looked at; rows that cannot be used are always set aside and counted.
    """
    settings = _settings(tenant, encoding, delimiter)
    folder = paths[0] if len(paths) == 1 and (paths[0] / CASE_FILE).is_file() else None
    case = read_case(folder) if folder else neutral_case(datetime.now(UTC).date())
    if folder and (drops := list_drops(folder)):
        _check_no_settings(folder, recipe, settings, as_of)
        report = check_drops(drops, case)
    else:
        chosen, own = named_recipe(recipe) if recipe else (None, {})
        with _progress("reading") as progress:
            report = check_files(
                files_in(paths),
                case.model_copy(update={"as_of": as_of.date()}) if as_of else case,
                progress=progress,
                recipe=chosen,
                settings=settings,
                own={**(own_recipes(case, folder) if folder else {}), **own},
            )
    typer.echo(_checked(report, as_json))


@app.command()
def assess(case: CaseFolder, as_json: AsJson = False, pdf: Pdf = None) -> None:
    """Measure and assess the drops of CASE and print the finding."""
    assessment = _assess(case)
    _check_writable(pdf)
    _report(assessment, as_json, pdf)


@app.command()
def report(case: CaseFolder, pdf: Annotated[Path | None, typer.Option(metavar="FILE")] = None) -> None:
    """Write the assessment of CASE as a PDF (default: CASE/report.pdf)."""
    target = pdf or case / "report.pdf"
    assessment = _assess(case)
    _check_writable(target)
    _write_pdf(assessment, target)
    typer.echo(f"Wrote {target}")


@app.command()
def serve(
    workspace: Annotated[Path, typer.Option(help="The folder of the case folders.")] = Path("workspace"),
    sample: Annotated[bool, typer.Option("--sample", help="Load the sample cases if they are not there.")] = False,
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8501,
) -> None:
    """Open the web app on 127.0.0.1 for the cases of a workspace."""
    if sample:
        _load_samples(workspace)
    elif not workspace.is_dir():
        mend = "Name the folder that holds your case folders, or add --sample."
        raise UserError(Problem(str(workspace), "there is no such folder", mend))
    script = _HERE.parent / "app.py"
    if not script.exists():
        raise UserError(Problem("app.py", "the web app is not beside the package", "Run it from a checkout."))
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port), "--server.headless", "true"]
    _check_free(port)
    typer.echo(f"The app is at http://127.0.0.1:{port} (stop it with Ctrl-C).")
    sys.stdout.flush()
    environment = {**os.environ, "CONSENT_RISK_WORKSPACE": str(workspace.resolve())}
    os.chdir(script.parent)
    os.execve(sys.executable, command, environment)  # so that who stops this process stops the app


@recipes.command("list")
def list_recipes(as_json: AsJson = False) -> None:
    """The recipes that come with the program: name, system, title and what they deliver."""
    rows = [
        {"name": name, "system": recipe.system, "title": recipe.title, "delivers": delivers_text(recipe)}
        for name, recipe in sorted(built_in_recipes().items())
    ]
    typer.echo(json.dumps(rows, indent=2, ensure_ascii=False) if as_json else recipes_text(rows))


@recipes.command("show")
def show_recipe(name: Annotated[str, typer.Argument(help="The name of a recipe that comes with the program.")]) -> None:
    """Print the YAML of a recipe, to read it or to start from it."""
    typer.echo(recipe_text(name), nl=False)


@recipes.command("check")
def check_recipe(file: Annotated[Path, typer.Argument(help="A recipe of your own.")]) -> None:
    """Check a recipe strictly and say in words what it reads."""
    typer.echo(recipe_words(read_recipe(file).recipe))


@recipes.command("propose")
def propose_a_recipe(
    file: Annotated[Path, typer.Argument(help="An export that no recipe recognises.")],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the recipe to this new file.")] = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    as_json: AsJson = False,
) -> None:
    """Propose a recipe for an export from its header and a sample. What is not proven stays open, with a question."""
    said = _settings(None, encoding, delimiter) or ExportSettings()
    proposal = propose_recipe(file, encoding=said.encoding, delimiter=said.delimiter)
    text = proposal_text(proposal)
    if out:
        write_new(out, text)
    if as_json:
        data = {"recipe": text, "open": proposal.questions, "unread": proposal.unread, "remarks": proposal.remarks}
        typer.echo(json.dumps(data, indent=2, ensure_ascii=False))
    elif out:
        left = counted_text(len(proposal.questions), "question")
        typer.echo(f"Wrote {out}; {left} left open. Then: consent-risk recipe check {out}")
    else:
        typer.echo(text, nl=False)


@app.command()
def version() -> None:
    """Print the version of the program."""
    typer.echo(__version__)


def main() -> None:
    """The console script: errors meant for users are shown without a traceback."""
    try:
        app(standalone_mode=True)
    except UserError as error:
        for line in error.lines():
            typer.echo(line, err=True)
        sys.exit(USER_ERROR)
    except OSError as error:
        typer.echo(
            f"{error.filename or 'file'}: {(error.strerror or 'failed').lower()}. Check its name, place and rights.",
            err=True,
        )
        sys.exit(USER_ERROR)
    except KeyboardInterrupt:
        sys.exit(130)


def _check_no_settings(
    folder: Path, recipe: str | None, settings: ExportSettings | None, as_of: datetime | None
) -> None:
    if recipe or settings or as_of:
        reason = "the case has drops, and they were read when they were added"
        raise UserError(Problem(str(folder), reason, "Leave the options out, or name the export files."))


def _settings(tenant: str | None, encoding: str | None, delimiter: str | None) -> ExportSettings | None:
    """What was said about the files on the command line; it goes before what the case says."""
    said = {"tenant": tenant, "encoding": encoding, "delimiter": _DELIMITERS.get(delimiter or "", delimiter)}
    given = {name: value for name, value in said.items() if value is not None}
    if len(given.get("delimiter") or "x") != 1:
        raise UserError(Problem("--delimiter", "not one character", "Write it, or comma, semicolon, tab or pipe."))
    return ExportSettings.model_validate(given) if given else None


def _assess(case_dir: Path) -> Assessment:
    with _status("measuring"):
        return open_run(case_dir).assessment()


def _report(assessment: Assessment, as_json: bool, pdf: Path | None) -> None:
    if pdf:
        _write_pdf(assessment, pdf)
    if as_json:
        typer.echo(json.dumps(assessment.to_json_data(), indent=1, ensure_ascii=False))
    else:
        typer.echo(finding_text(assessment))
        if pdf:
            typer.echo(f"\nWrote {pdf}")


def _write_pdf(assessment: Assessment, target: Path) -> None:
    from consent_risk.report.pdf import render_pdf  # typst and the chart engine take a while to load

    with _status("writing the PDF"):
        content = render_pdf(assessment)
        staging = target.with_name(f".{target.stem[:32]}.part")
        try:
            staging.write_bytes(content)
            staging.replace(target)
        finally:
            staging.unlink(missing_ok=True)


def _check_writable(pdf: Path | None) -> None:
    if pdf is None:
        return
    folder = pdf.absolute().parent
    if pdf.suffix.lower() != ".pdf" or pdf.is_dir():
        raise UserError(Problem(str(pdf), "not the name of a PDF", "Name a file, such as assessment.pdf."))
    if not folder.is_dir():
        raise UserError(Problem(str(pdf), "its folder does not exist", "Make the folder first."))
    if not os.access(folder, os.W_OK):
        raise UserError(Problem(str(pdf), "its folder cannot be written to", "Name another place."))


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            mend = "Stop what listens there, or name another with --port."
            raise UserError(Problem(f"port {port}", "it is in use or not allowed", mend)) from None


def _checked(report: Report, as_json: bool) -> str:
    return json.dumps(report.to_json_data(), indent=2, ensure_ascii=False) if as_json else check_text(report)


def _load_samples(workspace: Path) -> None:
    for name in SAMPLES:
        source, target = _HERE.parent / "sample_data" / name, workspace / name
        if target.exists():
            continue
        typer.echo(f"Loading the sample case {name} …")
        with _new_folder(target) as case_dir:
            shutil.copyfile(source / CASE_FILE, case_dir / CASE_FILE)
            with _progress("sealing") as progress:
                add_drop(
                    case_dir,
                    read_case(case_dir),
                    exports_in(source),
                    key=case_key(case_dir),
                    progress=progress,
                    now=datetime.now(UTC),
                )
            open_run(case_dir)


@contextmanager
def _workspace(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="consent-risk-") as folder:
            yield Path(folder)
    elif keep.exists():
        raise UserError(Problem(str(keep), "the folder exists already", "Name one that does not."))
    else:
        with _new_folder(keep) as folder:
            yield folder


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """A folder that is removed again if anything goes wrong before it is complete."""
    topmost = [path for path in (folder, *folder.parents) if not path.exists()][-1]
    folder.mkdir(parents=True)
    try:
        yield folder
    except BaseException:
        forget_key(folder)
        shutil.rmtree(topmost, ignore_errors=True)
        raise


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar in bytes on a terminal, nothing in a pipe."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


@contextmanager
def _status(what: str) -> Iterator[None]:
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(f"{what} …"):
        yield
