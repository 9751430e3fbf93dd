"""`signproof replay`: run witnesses again."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Annotated, Any

import typer

from signproof.terminal import CHANGED, check_outputs, console, escape, notice
from signproof.theory.misuse import Misuse, named

if TYPE_CHECKING:
    from signproof.theory.claim import Claim

AS_STATED = "as stated in this witness"
EPILOG = (
    "Examples:  signproof replay witness.json  |  signproof replay ledger.json --with my_claims.py  |  "
    "signproof replay scaled-sign/example-1"
)


def command(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WITNESS.json | ID", help="A witness, a ledger with witnesses, or a claim that has some."
        ),
    ],
    with_: Annotated[
        list[Path] | None,
        typer.Option(
            "--with",
            metavar="FILE.py",
            help="File that defines classes the claim uses; for a witness against a variant, FILE.py:factory.",
        ),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE.svg", help="Plot measured against bound to this file.")
    ] = None,
    as_test: Annotated[
        bool, typer.Option("--as-test", help="Instead, print a pytest function ready to paste.")
    ] = False,
) -> None:
    """Replay a witness in exact arithmetic and report the outcome. Exit 1 if it is not confirmed."""
    from signproof.checks.replay.witness import WitnessError

    try:
        confirmed = _replayed(what, with_ or [], plot, as_test)
    except (Misuse, KeyboardInterrupt):
        raise
    except BaseException as error:  # whatever a user's classes raise
        raise WitnessError(f"{what}: it cannot be replayed: {named(error)}") from None
    if not confirmed:
        raise typer.Exit(CHANGED)


def _replayed(what: str, files: list[Path], plot: Path | None, as_test: bool) -> bool:
    """Replay and tell; whether all witnesses show what they should."""
    from signproof.checks.replay.witness import WitnessError
    from signproof.loading import read_file
    from signproof.theory.catalog import catalog

    known, factories = dict(catalog()), [file for file in files if ".py:" in file.name]
    files = [file for file in files if file not in factories]
    for file in files:
        known |= {claim.id: claim for claim in read_file(file)}
    confirmed = True
    witnesses = _witnesses(what, known, factories)
    check_outputs(plot, None, "--plot")
    if plot is not None and len(witnesses) > 1:
        raise WitnessError(f"{what} has {len(witnesses)} witnesses: --plot draws one")
    for witness in witnesses:
        outcome = witness.replay()
        confirmed = confirmed and outcome.confirmed
        if as_test and outcome.confirmed:
            if factories:
                raise WitnessError("--as-test is for claims; to test a variant, use the pytest fixture's `conforms`")
            print(_test(witness, files))
            continue
        stands = known.get(witness.claim.id) is witness.claim
        _explain(witness, outcome, f"tested on {witness.claim.algorithm}" if factories else "" if stands else AS_STATED)
        if plot is not None and outcome.confirmed:
            _draw(witness, plot)
    return confirmed


def _witnesses(what: str, known: dict[str, Claim], factories: list[Path]) -> list[Any]:
    """The witnesses in a file, in a ledger, in rows of variants, or of a claim in the corpus."""
    from signproof.checks.replay.witness import SCHEMA as WITNESSES
    from signproof.checks.replay.witness import WitnessError, load, read
    from signproof.commands.variant import SCHEMA as VARIANTS
    from signproof.counterexamples import corpus
    from signproof.report import ledger
    from signproof.theory.reading import read_json

    path = Path(what)
    if not path.exists() and path.suffix != ".json":
        found = corpus.witnesses(what, known)
        if not found:
            raise WitnessError(f"no file {what}, and no claim with that ID has a witness in the corpus")
        return found
    try:
        data = read_json(path)
    except (OSError, ValueError):
        data = None  # `read` says what is wrong with it
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema == VARIANTS or (schema == WITNESSES and "variant" in data):
        return _of_variants(data, known, factories, what)
    if schema != ledger.SCHEMA:
        return [read(path, known)]
    entries = [entry["witness"] for entry in ledger.read(path)["claims"] if entry["witness"] is not None]
    if not entries:
        raise WitnessError(f"{path} is a ledger without witnesses")
    return [load(entry, known, what) for entry in entries]


def _of_variants(data: dict[str, Any], known: dict[str, Claim], factories: list[Path], what: str) -> list[Any]:
    """The witnesses against variants in a file of rows, or the one in a file of its own."""
    from signproof.checks.replay.witness import WitnessError
    from signproof.loading import factory_in

    entries = [data] if "variant" in data and "rows" not in data else [row["witness"] for row in data["rows"]]
    entries = [entry for entry in entries if entry is not None]
    if not entries:
        raise WitnessError(f"{what} has rows but no witness")
    if len(factories) != 1:
        name = data["variant"] if "rows" in data else "FACTORY"
        raise WitnessError(f"{what} is about a variant: name the file that makes it, --with FILE.py:{name}")
    from signproof.checks.variants.witness import load_variant

    factory, _ = factory_in(str(factories[0]))
    return [load_variant(entry, known, factory, what) for entry in entries]


def _draw(witness: Any, plot: Path) -> None:
    from signproof.checks.kind import kind_of
    from signproof.checks.posing.domain import Unsupported
    from signproof.checks.replay.series import witness_series
    from signproof.checks.replay.witness import WitnessError
    from signproof.report.charts import run_chart, svg
    from signproof.theory.files import write_atomically

    try:
        series = witness_series(witness)
    except Unsupported as unsupported:
        raise WitnessError(f"--plot: {unsupported}") from None
    write_atomically(plot, svg(run_chart(series, kind_of(witness.claim).axis(witness.claim))))
    notice(f"written: {plot}")


def _test(witness: Any, files: list[Path]) -> str:
    """A pytest function that replays the witness, which it holds as data; needs no file but those of --with."""
    from json import dumps

    name = re.sub(r"\W+", "_", witness.claim.id).strip("_").lower()
    data = indent(dumps(witness.to_json(), indent=4, ensure_ascii=False, allow_nan=False), " " * 4)
    does = "returns_for_ever" if witness.exhibit else "is_broken"
    reads = "    known = dict(catalog())\n" if files else ""
    reads += "".join(
        f"    known |= {{claim.id: claim for claim in read_file(Path({str(file)!r}))}}\n" for file in files
    )
    imports = "from signproof.checks.replay.witness import from_json\n"
    if files:
        imports = f"from pathlib import Path\n\n{imports}from signproof.loading import read_file\n"
    imports += "from signproof.theory.catalog import catalog\n"
    return (
        f"import json\n\n{imports}\n"
        f'WITNESS = r"""\n{data}\n"""\n\n\n'
        f"def test_{name}_{does}():\n{reads}"
        f"    assert from_json(json.loads(WITNESS), {'known' if files else 'catalog()'}).replay().confirmed\n"
    )


def _explain(witness: Any, outcome: Any, source: str) -> None:
    from signproof.checks.kind import kind_of
    from signproof.checks.replay.witness import shown
    from signproof.theory.terms.formula import text

    out = console()
    claim = witness.claim
    source = f", {source}," if source else ""
    out.print(f"[bold]{escape(claim.id)}[/]{escape(source)} says: {escape(text(claim.conclusion))}")
    out.print(f"  {escape(witness.describe())}")
    for name, ends in (("measured", outcome.measured), ("bound", outcome.bound)):
        if kind_of(claim).numbers and ends is not None:
            out.print(f"  {name:<10}  {escape(shown(ends))}")
    style, word = ("green", "confirmed") if outcome.confirmed else ("red", "not confirmed")
    out.print(f"[{style}]{word}[/] ({outcome.level} arithmetic): {escape(outcome.why)}")
