"""`signproof verify`: judge claims."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from signproof.commands.targets import ProfileName, Targets
from signproof.interruption import exit_code
from signproof.terminal import (
    CHANGED,
    INCONSISTENT,
    MISUSE,
    STYLES,
    check_outputs,
    console,
    notice,
    progress,
    table,
    told,
)
from signproof.theory.misuse import Misuse, named

if TYPE_CHECKING:
    from signproof.theory.claim import Claim

EPILOG = (
    "Examples:  signproof verify  |  signproof verify 'scaled-sign/theorem-1.*'  |  "
    "signproof verify my_claims.py --json ledger.json --html report"
)


def command(
    targets: Targets = None,
    profile: Annotated[
        ProfileName, typer.Option(help="Effort per claim: quick (seconds) or full (minutes).")
    ] = ProfileName.quick,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the ledger to this file.")] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the report, a site to open from disk, to this folder.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Random seed.")] = 0,
    jobs: Annotated[int, typer.Option(min=1, help="Claims judged in parallel, in processes.")] = 1,
    coq: Annotated[
        bool, typer.Option("--coq", help="Put accepted proofs to Coq as well, if there is a coqc: minutes for all.")
    ] = False,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Make these verdicts the baseline for later runs.")
    ] = False,
) -> None:
    """Judge claims: check their proofs, test them on problems, replay every violation exactly."""
    from signproof.loading import load
    from signproof.theory.catalog import is_built_in

    targets = targets or []
    check_outputs(json, html)
    claims = load(targets)
    entries, cut = _judge(targets, claims, str(profile), seed, jobs)

    from signproof.report import baseline
    from signproof.report.ledger import error_spent, keep, ledger, unjudged

    order = {claim.id: number for number, claim in enumerate(claims)}
    entries.sort(key=lambda entry: order[entry["id"]])
    if coq and cut is None:
        cut = _put_to_coq(entries)
    found = ledger(entries, str(profile), seed, partial=cut is not None)
    written = []
    if json is not None:
        written.append((keep(found, json), json))
    if html is not None and entries:
        from signproof.report.site import keep_site

        with progress(len(entries)) as bar:
            written.append((keep_site(found, html, bar.advance), html / "index.html"))
    _print_table(entries)
    spent = error_spent(entries)
    if spent:
        together, each = sum(error for error, _ in spent), max(each for _, each in spent)
        notice(
            f"error probability of the statistics: {together:.2g} for the whole run, at most "
            f"{max(error for error, _ in spent):.2g} for each claim and {each:.2g} for each of its comparisons"
        )
    for place, meant in written:
        told(place, meant)
    for entry in filter(unjudged, entries):
        notice(f"{entry['id']}: {unjudged(entry)}")
    if cut is not None:
        notice(f"{cut.why} after {len(entries)} of {len(claims)} claims; the verdicts so far were kept, marked partial")
        raise typer.Exit(cut.code)
    if any(entry["verdict"] == "inconsistent" for entry in entries):
        notice("a proved claim was broken by an exact witness: a bug in signproof, please report it")
        raise typer.Exit(INCONSISTENT)
    own = {claim.id for claim in claims if not is_built_in(claim)}
    built_in = [entry for entry in entries if entry["id"] not in own]
    if update_baseline:
        baseline.update(built_in, str(profile))
        notice(f"baseline updated: {len(built_in)} verdicts, profile {profile}")
        return
    changed = baseline.changes(built_in, str(profile))
    for line in changed:
        notice(f"changed: {line}")
    refuted = any(entry["verdict"] == "refuted" for entry in entries if entry["id"] in own)
    if changed or refuted or any(map(unjudged, entries)):
        raise typer.Exit(CHANGED)


@dataclass(frozen=True)
class Cut:
    """What ended a run early, in words, and the exit code that says so."""

    why: str
    code: int


def _put_to_coq(entries: list[dict[str, Any]]) -> Cut | None:
    """Have Coq check what the kernel accepted, and tell of what it did not; what cut this short."""
    from signproof.report.coq import by_coq
    from signproof.theory.export import coqc

    if not coqc.found():
        notice(
            "there is no coqc here: proofs were checked by the kernel alone; Debian has it as coq, libcoq-coquelicot"
        )
        return None
    try:
        with progress() as bar:
            left = by_coq(entries, bar.say)
    except KeyboardInterrupt as interruption:
        return Cut("interrupted while Coq was checking", exit_code(interruption))
    for id, why in left.items():
        notice(f"{id}: accepted by the kernel, not by Coq: {why}")
    return None


def _judge(
    targets: list[str], claims: list[Claim], profile: str, seed: int, jobs: int
) -> tuple[list[dict[str, Any]], Cut | None]:
    """The entries that were judged, and what cut the run short; a progress bar while it works."""
    from signproof.judging import judge
    from signproof.workers import Lost

    entries: list[dict[str, Any]] = []
    with progress(len(claims)) as bar:
        try:
            for entry in judge(targets, claims, profile, seed, jobs, bar.say):
                entries.append(entry)
                bar.advance()
        except KeyboardInterrupt as interruption:
            return entries, Cut("interrupted", exit_code(interruption))
        except Lost as lost:
            return entries, Cut(f"{lost}: ended", lost.code)
        except BaseException as error:  # whatever it is, what was judged is not lost
            if not entries and isinstance(error, Misuse):
                raise
            return entries, Cut(f"{named(error)}: ended", MISUSE if isinstance(error, Misuse) else CHANGED)
    return entries, None


def _print_table(entries: list[dict[str, Any]]) -> None:
    from signproof.report.ledger import because, deciding, ratio_text

    rows = table("claim", "verdict", "evidence", "tightness", "because")
    for entry in entries:
        verdict = entry["verdict"]
        style = STYLES.get(verdict, "")
        rows.add_row(
            escape(entry["id"]),
            f"[{style}]{verdict}[/]" if style else verdict,
            deciding(entry)[1],
            ratio_text(entry),
            escape(because(entry)),
        )
    console().print(rows)
