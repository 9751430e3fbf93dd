"""`signproof verify`: judge claims."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from signproof.commands.targets import ProfileName, Targets
from signproof.terminal import (
    CHANGED,
    INCONSISTENT,
    INTERRUPTED,
    STYLES,
    check_outputs,
    console,
    notice,
    progress,
    ratio_of,
    table,
)

if TYPE_CHECKING:
    from signproof.theory.claim import Claim

EPILOG = (
    "Examples:  signproof verify  |  signproof verify 'scaled-sign/theorem-1.*'  |  "
    "signproof verify my_claims.py --json ledger.json --html report"
)


def command(
    targets: Targets = None,
    profile: Annotated[ProfileName, typer.Option(help="How much to try: seconds, or minutes.")] = ProfileName.quick,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the ledger here.")] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the report, a site to open from disk, into this folder.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all randomness.")] = 0,
    jobs: Annotated[int, typer.Option(min=1, help="Claims judged at the same time, in processes.")] = 1,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Make these verdicts the ones that later runs are compared with.")
    ] = False,
):
    """Judge claims: check their proofs, try them on problems, replay every violation exactly."""
    from signproof.loading import is_file, load

    targets = targets or []
    check_outputs(json, html)
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
        from signproof.report.site import write_site

        with progress(len(entries)) as bar:
            write_site(found, html, bar.advance)
    _print_table(entries)
    spent = [piece for entry in entries for piece in entry["evidence"] if piece["level"] == "statistical"]
    if spent:
        from signproof.checks.statistics import ERROR

        notice(
            f"statistics: an error probability of {ERROR:g} in the whole run, {ERROR / len(claims):.2g} for each claim "
            f"and {spent[0]['error_of_each']:.2g} for each of its comparisons"
        )
    for place in (json, html and html / "index.html"):
        if place is not None and place.exists():
            notice(f"written: {place}")
    if interrupted:
        notice(f"interrupted after {len(entries)} of {len(claims)} claims; what was judged is kept, marked partial")
        raise typer.Exit(INTERRUPTED)
    if any(entry["verdict"] == "inconsistent" for entry in entries):
        notice("a proved claim is broken by an exact witness: one of the two is our defect, please report it")
        raise typer.Exit(INCONSISTENT)
    files = [target for target in targets if is_file(target)]
    own = {claim.id for claim in load(files)} if files else set()
    built_in = [entry for entry in entries if entry["id"] not in own]
    if update_baseline:
        baseline.update(built_in, str(profile))
        notice(f"baseline updated: {len(built_in)} verdicts, profile {profile}")
        return
    changed = baseline.changes(built_in, str(profile))
    for line in changed:
        notice(f"changed: {line}")
    if changed or any(entry["verdict"] == "refuted" for entry in entries if entry["id"] in own):
        raise typer.Exit(CHANGED)


def _judge(targets: list[str], claims: list[Claim], profile: str, seed: int, jobs: int) -> tuple[list[dict], bool]:
    """The entries that were judged, and whether the run was interrupted; a progress bar while it works."""
    from signproof.judging import judge

    entries: list[dict[str, Any]] = []
    with progress(len(claims)) as bar:
        try:
            for entry in judge(targets, claims, profile, seed, jobs, bar.say):
                entries.append(entry)
                bar.advance()
        except KeyboardInterrupt:
            return entries, True
    return entries, False


def _print_table(entries: list[dict[str, Any]]):
    from signproof.report.ledger import because, deciding

    rows = table("claim", "verdict", "evidence", "tightness", "because")
    for entry in entries:
        verdict = entry["verdict"]
        style = STYLES.get(verdict, "")
        rows.add_row(
            escape(entry["id"]),
            f"[{style}]{verdict}[/]" if style else verdict,
            deciding(entry)[1],
            ratio_of(entry),
            escape(because(entry)),
        )
    console().print(rows)
