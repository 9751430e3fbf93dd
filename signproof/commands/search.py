"""`signproof search`: look for a counterexample."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from signproof.interruption import exit_code
from signproof.terminal import CHANGED, check_outputs, console, escape, notice, patient, progress
from signproof.theory.misuse import Misuse, named

if TYPE_CHECKING:
    from signproof.checks.search.search import Found
    from signproof.theory.claim import Claim

EPILOG = (
    "Examples:  signproof search scaled-sign/theorem-2.2 --out witness.json  |  signproof search my_claims.py "
    "--seconds 300"
)


def command(
    target: Annotated[str, typer.Argument(metavar="ID | FILE.py", help="One claim.")],
    seconds: Annotated[float, typer.Option(min=0, help="Start nothing new after this many seconds.")] = 60.0,
    seed: Annotated[int, typer.Option(min=0, help="Random seed.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE.json", help="Write the witness or, failing that, the closest instance here."),
    ] = None,
) -> None:
    """Search for an instance that breaks a claim. Exit 1 if there is one, 0 if none is found. Ctrl-C keeps the best."""
    from signproof.checks.kind import kind_of
    from signproof.checks.search.search import Stopped, search
    from signproof.loading import load

    if not isfinite(seconds):
        raise Misuse("--seconds must be finite: Ctrl-C also ends a search and keeps the best so far")
    check_outputs(out, None, "--out")
    claims = load([target])
    if len(claims) != 1:
        raise Misuse(f'"{target}" names {len(claims)} claims; name one')
    why = kind_of(claims[0]).unsearched
    if why:
        raise Misuse(f"{claims[0].id} {why}: no instance can break it; try `signproof verify`")
    code = 0
    begun, told = monotonic(), 0
    with progress(total=int(seconds)) as bar, patient() as look:

        def advance(text: str) -> None:
            nonlocal told
            look()
            bar.say(text)
            passed = min(int(monotonic() - begun), int(seconds))
            bar.advance(passed - told)
            told = passed

        try:
            found = search(claims[0], seconds, seed, advance)
        except Stopped as stopped:
            found, code = stopped.found, exit_code(stopped)
        except (Misuse, KeyboardInterrupt):
            raise
        except BaseException as error:  # whatever a user's classes raise
            raise Misuse(f"{claims[0].id}: the search failed: {named(error)}") from None
    _explain(claims[0], found)
    if out is not None:
        _write(out, found)
    if found.witness is not None:
        code = code or CHANGED
    if code:
        raise typer.Exit(code)


def _explain(claim: Claim, found: Found) -> None:
    from signproof.checks.search.shrink import size
    from signproof.theory.terms.formula import text

    out = console()
    out.print(f"[bold]{escape(claim.id)}[/] says: {escape(text(claim.conclusion))}")
    tried = f"{found.words}; {found.tried} instances were run exactly" if found.tried else found.words
    if found.witness is None:
        out.print(f"[green]no counterexample[/] in {found.seconds:.1f} s: {escape(tried)}")
        if found.nearest is not None:
            out.print(f"  closest, measured / bound = {found.ratio:.6g}: {escape(found.nearest.describe())}")
        return
    coordinates, steps, digits = size(found.witness)
    out.print(f"[red]broken[/] after {found.seconds:.1f} s: {escape(tried)}")
    out.print(f"  {escape(found.witness.describe())}")
    if found.witness.problem is not None:
        out.print(f"  size: {coordinates} coordinates, k = {steps}, {digits} digits")


def _write(out: Path, found: Found) -> None:
    from json import dumps

    from signproof.theory.files import write_atomically

    kept = found.witness or found.nearest
    if kept is None:
        notice(f"nothing to write to {out}")
        return
    write_atomically(out, dumps(kept.to_json(), indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    notice(f"written: {out}" + ("" if found.witness else " (it breaks nothing)"))
