"""`signproof report`: a ledger as a site, as LaTeX, as Markdown."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from signproof.terminal import CHANGED, check_outputs, notice, progress
from signproof.theory.misuse import Misuse

EPILOG = (
    "Examples:  signproof report out/ledger.json --out site  |  "
    "signproof report --latex verdicts.tex --figures 'scaled-sign/theorem-*'  |  signproof report --markdown pr.md"
)
LEDGER, SITE = Path("out/ledger.json"), Path("out/report")


def command(
    ledger: Annotated[
        Path, typer.Argument(metavar="[LEDGER.json]", help="A ledger written by `signproof verify --json`.")
    ] = LEDGER,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Write the site to this folder; out/report if no output is named.",
        ),
    ] = None,
    latex: Annotated[
        Path | None,
        typer.Option(metavar="F.tex", help="Write a LaTeX table of the claims here, with PDF figures beside it."),
    ] = None,
    figures: Annotated[str, typer.Option(metavar="ID-GLOB", help="Claims for which --latex makes figures.")] = "*",
    markdown: Annotated[
        Path | None, typer.Option(metavar="F.md", help="Write a summary for a pull request here.")
    ] = None,
    again: Annotated[
        bool,
        typer.Option("--recheck", help="First check what the ledger calls proved or refuted, as `signproof recheck`."),
    ] = False,
) -> None:
    """Turn a ledger into a site to open from disk, a table for a paper, or a summary for a pull request."""
    from signproof.report.ledger import read

    for file, option in ((latex, "--latex"), (markdown, "--markdown")):
        check_outputs(file, None, option)
    if out is None and latex is None and markdown is None:
        out = SITE
    check_outputs(None, out, folder="--out")
    if ledger == LEDGER and not ledger.exists():
        raise Misuse(f"no ledger {ledger}: name one, or create it with `signproof verify --json {ledger}`")
    found = read(ledger)
    if again and not _holds(found):
        notice(f"written nothing: {ledger} has verdicts that do not hold; see signproof recheck {ledger}")
        raise typer.Exit(CHANGED)
    try:
        if out is not None:
            from signproof.report.site import write_site

            with progress(len(found["claims"])) as bar:
                notice(f"written: {write_site(found, out, bar.advance, checked=again)}")
        if latex is not None:
            from signproof.report.latex import write_latex

            for path in write_latex(found, latex, figures):
                notice(f"written: {path}")
        if markdown is not None:
            from signproof.report.markdown import markdown as rendered
            from signproof.theory.files import write_atomically

            write_atomically(markdown, rendered(found))
            notice(f"written: {markdown}")
    except Misuse as error:
        raise Misuse(f"{ledger}: {error}") from None
    except OSError as error:
        raise Misuse(f"cannot write {error.filename or out}: {error.strerror}") from None


def _holds(found: dict[str, Any]) -> bool:
    """Whether nothing that a ledger calls proved or refuted fails to be so."""
    from signproof.report.recheck import recheck
    from signproof.theory.catalog import catalog

    holds = True
    with progress(len(found["claims"])) as bar:
        for entry in found["claims"]:
            holds = recheck(entry, catalog()).holds is not False and holds
            bar.advance()
    return holds
