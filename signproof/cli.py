"""The command line. Heavy imports wait until a command needs them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from signproof.theory.claim import Claim

OK, CHANGED, MISUSE, INCONSISTENT, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes."""
PIPE_WIDTH = 120
"""Columns of a table that goes to a file or a pipe."""
LARGEST_RATIO = 1000
"""Ratios up to which a table shows decimals."""
STYLES = {
    "proved": "green",
    "supported": "cyan",
    "refuted": "red",
    "vacuous": "magenta",
    "open": "yellow",
    "inconsistent": "bold red",
}

app = typer.Typer(
    add_completion=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Find out whether a convergence claim about a sign-type optimizer is true.",
    epilog="Exit codes: 0 as expected, 1 a verdict changed or a claim of yours was refuted, 2 misuse, "
    "3 proof and witness contradict each other, 130 interrupted.",
)


class ProfileName(StrEnum):
    quick = "quick"
    full = "full"


Targets = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[FILE.py | ID-GLOB]...", help="Python files, claim IDs or patterns of IDs; all claims if none."
    ),
]


@app.callback(invoke_without_command=True)
def _signproof(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
):
    if version:
        from importlib.metadata import version as installed

        print(f"signproof {installed('signproof')}")
        raise typer.Exit()
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command(
    epilog="Examples:  signproof verify  |  signproof verify 'scaled-sign/theorem-1.*'  |  "
    "signproof verify my_claims.py --json ledger.json --html report"
)
def verify(
    targets: Targets = None,
    profile: Annotated[ProfileName, typer.Option(help="How much to try: seconds, or minutes.")] = ProfileName.quick,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the ledger here.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="DIR", help="Write the report page into this folder.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all randomness.")] = 0,
    jobs: Annotated[int, typer.Option(min=1, help="Claims judged at the same time, in processes.")] = 1,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Make these verdicts the ones that later runs are compared with.")
    ] = False,
):
    """Judge claims: check their proofs, try them on problems, replay every violation exactly."""
    from signproof.loading import is_file, load

    targets = targets or []
    _check_outputs(json, html)
    claims = load(targets)
    entries, interrupted = _judge(targets, claims, str(profile), seed, jobs)

    from signproof.report import baseline
    from signproof.report.ledger import ledger, write

    order = {claim.id: number for number, claim in enumerate(claims)}
    entries.sort(key=lambda entry: order[entry["id"]])
    found = ledger(entries, str(profile), seed, partial=interrupted)
    if json is not None:
        write(found, json)
    if html is not None and entries:
        from signproof.report.page import write_page

        write_page(found, html)
    _print_table(entries)
    for place in (json, html and html / "index.html"):
        if place is not None and place.exists():
            _notice(f"written: {place}")
    if interrupted:
        _notice(f"interrupted after {len(entries)} of {len(claims)} claims; what was judged is kept, marked partial")
        raise typer.Exit(INTERRUPTED)
    if any(entry["verdict"] == "inconsistent" for entry in entries):
        _notice("a proved claim is broken by an exact witness: one of the two is our defect, please report it")
        raise typer.Exit(INCONSISTENT)
    files = [target for target in targets if is_file(target)]
    own = {claim.id for claim in load(files)} if files else set()
    built_in = [entry for entry in entries if entry["id"] not in own]
    if update_baseline:
        baseline.update(built_in, str(profile))
        _notice(f"baseline updated: {len(built_in)} verdicts, profile {profile}")
        return
    changed = baseline.changes(built_in, str(profile))
    for line in changed:
        _notice(f"changed: {line}")
    if changed or any(entry["verdict"] == "refuted" for entry in entries if entry["id"] in own):
        raise typer.Exit(CHANGED)


@app.command("list", epilog="Example:  signproof list 'scaled-sign/*'")
def list_claims(targets: Targets = None):
    """List claims: ID, place in the paper, what it says."""
    from signproof.loading import load
    from signproof.theory.formula import text

    table = _table("claim", "where", "says")
    for claim in load(targets or []):
        where = f"{claim.source.paper}, {claim.source.where}" if claim.source else ""
        table.add_row(escape(claim.id), escape(where), escape(claim.about or text(claim.conclusion)))
    _console().print(table)


@app.command(epilog="Example:  signproof show scaled-sign/theorem-1.2")
def show(
    targets: Annotated[list[str], typer.Argument(metavar="ID | FILE.py...", help="Claims to show.")],
):
    """Show a claim: statement, assumptions, proof steps with their justification, and what the kernel says."""
    from signproof.loading import load

    for claim in load(targets):
        _show(claim)


@app.command(
    epilog="Examples:  signproof replay witness.json  |  signproof replay ledger.json --with my_claims.py  |  "
    "signproof replay scaled-sign/example-1"
)
def replay(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WITNESS.json | ID", help="A witness, a ledger with witnesses in it, or a claim that has some."
        ),
    ],
    with_: Annotated[
        list[Path] | None, typer.Option("--with", metavar="FILE.py", help="A file with classes that the claim uses.")
    ] = None,
):
    """Run a witness again in exact arithmetic and say what happens. Exit 1 if it does not show what it should."""
    from signproof.checks.exact import Undecided
    from signproof.checks.witness import WitnessError
    from signproof.loading import read_file
    from signproof.theory.catalog import catalog

    known = dict(catalog())
    for file in with_ or []:
        known |= {claim.id: claim for claim in read_file(file)}
    confirmed = True
    for witness in _witnesses(what, known):
        try:
            outcome = witness.replay()
        except (Undecided, ArithmeticError, ValueError) as error:
            raise WitnessError(f"{what}: it cannot be replayed: {error}") from None
        confirmed = confirmed and outcome.confirmed
        _explain(witness, outcome, claim_known=known.get(witness.claim.id) is witness.claim)
    if not confirmed:
        raise typer.Exit(CHANGED)


@app.command(epilog="Example:  signproof compare old.json new.json --fail-on-change")
def compare(
    old: Annotated[Path, typer.Argument(metavar="OLD.json", help="The earlier ledger.")],
    new: Annotated[Path, typer.Argument(metavar="NEW.json", help="The later ledger.")],
    fail_on_change: Annotated[bool, typer.Option(help="Exit 1 if a verdict differs or a claim is gone.")] = False,
):
    """Compare two ledgers: verdicts and tightness, claim by claim."""
    from signproof.report.ledger import read

    before = {entry["id"]: entry for entry in read(old)["claims"]}
    after = {entry["id"]: entry for entry in read(new)["claims"]}
    table = _table("claim", "before", "after", "")
    differ = False
    for id in [*before, *(id for id in after if id not in before)]:
        sides = [side.get(id) for side in (before, after)]
        verdicts = [entry and entry["verdict"] for entry in sides]
        mark = "gone" if sides[1] is None else "new" if sides[0] is None else ""
        if not mark and verdicts[0] != verdicts[1]:
            mark = "verdict changed"
        differ = differ or mark in ("gone", "verdict changed")
        table.add_row(escape(id), *(_verdict_and_ratio(entry) for entry in sides), mark)
    _console().print(table)
    if differ and fail_on_change:
        raise typer.Exit(CHANGED)


@app.command(
    epilog="Example:  signproof tightness scaled-sign/theorem-1.1 --dimensions 2,8 --ratios 1,2,8,80 --svg map.svg"
)
def tightness(
    target: Annotated[str, typer.Argument(metavar="ID | FILE.py", help="One claim with a bound on a run.")],
    dimensions: Annotated[str, typer.Option(metavar="D,D,...", help="Dimensions.")] = "1,2,3,8",
    ratios: Annotated[str, typer.Option(metavar="R,R,...", help="Values of L/mu, rationals.")] = "1,2,3,8,80,8000",
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the map here.")] = None,
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw the map into this file.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all randomness.")] = 0,
):
    """Show where a bound is tight (1), where it is loose, and where nothing meets its assumptions."""
    from json import dumps

    from signproof.checks.domain import THETAS
    from signproof.checks.tightness_map import tightness_map
    from signproof.loading import load
    from signproof.report.ledger import write_atomically

    _check_outputs(json, None)
    _check_outputs(svg, None, "--svg")
    claims = load([target])
    if len(claims) != 1:
        raise _misuse()(f'"{target}" names {len(claims)} claims; name one')
    cells = tightness_map(
        claims[0], _numbers(dimensions, int, "--dimensions"), _numbers(ratios, Fraction, "--ratios"), THETAS, seed
    )
    table = _table("d", "L/mu", *(f"at {theta}" for theta in THETAS), "instance, or why there is none")
    for row in range(0, len(cells), len(THETAS)):
        part = cells[row : row + len(THETAS)]
        loosest = min(part, key=lambda cell: -1 if cell.value is None else cell.value)
        table.add_row(
            str(loosest.dimension),
            str(loosest.ratio),
            *(cell.text for cell in part),
            escape(loosest.reason or loosest.instance),
        )
    _console().print(table)
    if json is not None:
        found = {
            "schema": "signproof-tightness/1", "claim": claims[0].id, "seed": seed, "cells": [c.data() for c in cells]
        }  # fmt: skip
        write_atomically(json, dumps(found, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
        _notice(f"written: {json}")
    if svg is not None:
        from signproof.report.charts import svg as drawn
        from signproof.report.charts import tightness_chart

        write_atomically(svg, drawn(tightness_chart([cell.data() for cell in cells], claims[0].id)))
        _notice(f"written: {svg}")


@app.command(epilog="Example:  signproof errata out/ledger.json > docs/errata.md")
def errata(
    ledger: Annotated[Path, typer.Argument(metavar="LEDGER.json", help="What `signproof verify --json` wrote.")],
):
    """Print the list of errata: the papers' claims that a run refuted, as Markdown, with witnesses and repairs."""
    from signproof.report.errata import errata as listed
    from signproof.report.ledger import read

    print(listed(read(ledger)), end="")


def main() -> None:
    """Run the command line; whatever the user did wrong is one line on standard error and exit code 2."""
    try:
        code = app(standalone_mode=False)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except ValueError as error:
        if not _is_misuse(error):
            raise
        code = _fail(str(error))
    except Exception as error:
        message = getattr(error, "format_message", None)  # what Typer raises for a wrong option or argument
        if message is None:
            raise
        code = _fail(f"{message()} `signproof --help` shows what there is.")
    sys.exit(code if isinstance(code, int) else OK)


def _judge(targets: list[str], claims: list[Claim], profile: str, seed: int, jobs: int) -> tuple[list[dict], bool]:
    """The entries that were judged, and whether the run was interrupted; a progress bar while it works."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from signproof.judging import judge

    entries: list[dict[str, Any]] = []
    columns = (
        SpinnerColumn(),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(claims))
        try:
            for entry in judge(
                targets, claims, profile, seed, jobs, lambda text: progress.update(task, description=escape(text))
            ):
                entries.append(entry)
                progress.advance(task)
        except KeyboardInterrupt:
            return entries, True
    return entries, False


def _print_table(entries: list[dict[str, Any]]):
    table = _table("claim", "verdict", "evidence", "tightness", "because")
    for entry in entries:
        verdict = entry["verdict"]
        style = STYLES.get(verdict, "")
        level, because = _because(entry)
        table.add_row(
            escape(entry["id"]),
            f"[{style}]{verdict}[/]" if style else verdict,
            level,
            _ratio(entry),
            escape(because),
        )
    _console().print(table)


def _because(entry: dict[str, Any]) -> tuple[str, str]:
    """The level and the words of the evidence that a verdict rests on, and how much was tried."""
    from signproof.report.ledger import deciding

    pieces, level = deciding(entry)
    runs = [piece for piece in entry["evidence"] if piece["kind"] == "run"]
    held = f"held on {sum(run['instances'] for run in runs)} instances" if runs else ""
    if entry["verdict"] == "supported" and runs:
        return level, held
    rejected = [piece for piece in entry["evidence"] if piece["kind"] == "proof" and not piece["accepted"]]
    text = (pieces or rejected or entry["evidence"] or [{"text": ""}])[-1]["text"]
    return level, text + (f"; {held}" if held and entry["verdict"] == "proved" else "")


def _verdict_and_ratio(entry: dict[str, Any] | None) -> str:
    return "" if entry is None else " ".join(part for part in (entry["verdict"], _ratio(entry)) if part)


def _ratio(entry: dict[str, Any]) -> str:
    """Tightness to four digits; of what is much too large, the order of magnitude."""
    if entry["tightness"] is None or entry["tightness"]["ratio"] is None:
        return ""
    ratio = entry["tightness"]["ratio"]
    return f"{ratio:.4f}" if ratio < LARGEST_RATIO else f"{ratio:.0e}"


def _show(claim: Claim):
    from signproof.theory.automatic import prove
    from signproof.theory.formula import text
    from signproof.theory.lemmas import TABLE
    from signproof.theory.proof import Certificate, Proof

    console = _console()
    where = f"  ({escape(claim.source.paper)}, {escape(claim.source.where)})" if claim.source else ""
    console.print(f"[bold]{escape(claim.id)}[/]{where}")
    if claim.about:
        console.print(escape(claim.about))
    parts = {
        "claims": text(claim.conclusion),
        "algorithm": claim.algorithm and str(claim.algorithm),
        "assuming": ", ".join(map(str, claim.assumptions)),
        "for": ", ".join(map(text, claim.domain)),
        "repairs": claim.repairs and claim.repairs.id,
    }
    for name, part in parts.items():
        if part:
            console.print(f"  {name:<12}{escape(part)}")
    outcome = prove(claim)
    proof = outcome.proof if isinstance(outcome, Certificate) else claim.proof
    if isinstance(proof, Proof):
        failed = 0 if isinstance(outcome, Certificate) else outcome.number
        table = _table("", "step", "statement", "because")
        for number, step in enumerate(proof.steps, 1):
            row = (str(number), escape(step.name), escape(text(step.statement)), escape(step.by.words))
            table.add_row(*row, style="red" if number == failed else None)
        console.print(table)
    if isinstance(outcome, Certificate):
        found = "" if claim.proof is not None else " of an automatic proof"
        rests = "these lemmas:" if outcome.lemmas else "no lemmas"
        console.print(f"[green]proved[/]: the kernel accepts every step{found}; it rests on {rests}")
        if outcome.lemmas:
            table = _table("lemma", "says", "source")
            for name in outcome.lemmas:
                table.add_row(escape(name), escape(TABLE[name].text), escape(TABLE[name].source))
            console.print(table)
    else:
        given = "the proof fails" if claim.proof is not None else "no proof is given, and none was found automatically"
        console.print(f"[yellow]not proved[/]: {given}: {escape(str(outcome))}; `signproof verify` tries the claim")
    console.print()


def _witnesses(what: str, known: dict[str, Claim]) -> list[Any]:
    """The witnesses in a file, in a ledger, or of a claim in the corpus."""
    import json as reader

    from signproof.checks.witness import WitnessError, load, read
    from signproof.counterexamples import corpus
    from signproof.report import ledger

    path = Path(what)
    if not path.exists() and path.suffix != ".json":
        found = corpus.witnesses(what, known)
        if not found:
            raise WitnessError(f"no file {what}, and no claim with that ID has a witness in the corpus")
        return found
    try:
        data = reader.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        data = None  # `read` says what is wrong with it
    if not isinstance(data, dict) or data.get("schema") != ledger.SCHEMA:
        return [read(path, known)]
    entries = [entry["witness"] for entry in ledger.read(path)["claims"] if entry["witness"] is not None]
    if not entries:
        raise WitnessError(f"{path} is a ledger without witnesses")
    return [load(entry, known, what) for entry in entries]


def _explain(witness: Any, outcome: Any, claim_known: bool):
    from signproof.checks.witness import shown
    from signproof.theory.formula import text

    console = _console()
    claim = witness.claim
    source = "" if claim_known else ", as this witness states it,"
    console.print(f"[bold]{escape(claim.id)}[/]{source} says: {escape(text(claim.conclusion))}")
    console.print(f"  {escape(witness.describe())}")
    for name, ends in (("measured", outcome.measured), ("bound", outcome.bound)):
        if claim.kind in ("bound", "comparison") and ends is not None:
            console.print(f"  {name:<10}  {escape(shown(ends))}")
    style, word = ("green", "confirmed") if outcome.confirmed else ("red", "not confirmed")
    console.print(f"[{style}]{word}[/] ({outcome.level} arithmetic): {escape(outcome.why)}")


def _table(*columns: str):
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in ("claim", "verdict", "tightness"))
    return table


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=PIPE_WIDTH)


def _notice(text: str):
    Console(stderr=True, soft_wrap=True).print(escape(text), highlight=False)


def _numbers(text: str, kind: Callable[[str], Any], option: str) -> list[Any]:
    """The numbers of a list with commas."""
    try:
        return [kind(part.strip()) for part in text.split(",")]
    except (ValueError, ZeroDivisionError):
        raise _misuse()(f"{option} {text} is no list of numbers; write them with commas, as in 1,2,8") from None


def _check_outputs(json: Path | None, html: Path | None, option: str = "--json"):
    """A run of minutes should not end with an output that cannot be written."""
    if json is not None and json.is_dir():
        raise _misuse()(f"{option} {json} is a folder; name a file")
    if html is not None and html.exists() and not html.is_dir():
        raise _misuse()(f"--html {html} is a file; name a folder")
    for place in (json, html):
        if place is not None:
            parent = next(folder for folder in (place.absolute(), *place.absolute().parents) if folder.exists())
            if not parent.is_dir() and parent != place.absolute():
                raise _misuse()(f"{place} cannot be made: {parent} is a file")


def _misuse() -> type[ValueError]:
    from signproof.loading import Misuse

    return Misuse


def _is_misuse(error: ValueError) -> bool:
    """Errors whose message is meant for the user: those raised on purpose, not those that slipped through."""
    from signproof.checks.tightness_map import NoMap
    from signproof.checks.witness import WitnessError
    from signproof.loading import Misuse
    from signproof.report.ledger import LedgerError
    from signproof.theory.claim import ClaimError

    return isinstance(error, Misuse | NoMap | WitnessError | LedgerError | ClaimError)


def _fail(message: str) -> int:
    Console(stderr=True, soft_wrap=True).print(f"signproof: {' '.join(message.split())}", markup=False, highlight=False)
    return MISUSE
