"""`signproof verify`: judge claims."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from signproof.commands.targets import ProfileName, Targets
from signproof.interruption import exit_code
from signproof.terminal import (
    CHANGED,
    INCONSISTENT,
    MISUSE,
    STYLES,
    check_outputs,
    console,
    escape,
    line,
    notice,
    progress,
    table,
    told,
    told_to,
    visible,
    write_all,
)
from signproof.theory.misuse import Misuse, named

if TYPE_CHECKING:
    from signproof.recalled import Memory
    from signproof.theory.claim import Claim

EPILOG = (
    "Examples:  signproof verify  |  signproof verify 'scaled-sign/theorem-1.*'  |  "
    "signproof verify my_claims.py --json ledger.json --html report"
)

HEADINGS = ("claim", "verdict", "evidence", "tightness", "because")
WIDE = 110
"""Columns of a terminal from which on the reasons have a column of their own."""
WIDTHS = (14, 11, 13)
"""Characters of verdict, evidence and tightness in a line; the last column takes what it needs."""


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
    store: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar="SIGNPROOF_STORE",
            show_envvar=False,
            help="Keep verdicts here, and answer from here what has not changed; by default in your cache folder.",
        ),
    ] = None,
    no_store: Annotated[
        bool,
        typer.Option(
            "--no-store", envvar="SIGNPROOF_NO_STORE", show_envvar=False, help="Neither keep verdicts nor recall them."
        ),
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Judge anew what is in the store, too, and keep the new verdicts.")
    ] = False,
    require: Annotated[
        str | None,
        typer.Option(metavar="VERDICTS", help="Exit with 1 unless each verdict is one of these: proved,supported."),
    ] = None,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Make these verdicts the baseline for later runs.")
    ] = False,
) -> None:
    """Judge claims: check their proofs, test them on problems, replay every violation exactly."""
    targets = targets or []
    required = _required(require)
    check_outputs(json, html)
    shown = told_to(json)
    if not shown.is_terminal:  # a word at once, before what takes a second to import
        line(shown, f"signproof {version('signproof')}: profile {profile}, seed {seed}")
    from signproof.recalled import Memory
    from signproof.store import FILE, folder

    place = store if store is not None or no_store else folder() / FILE
    memory = Memory(place, str(profile), seed, fresh, notice)
    run = Run(targets, str(profile), seed, jobs, memory)
    rows = Rows(shown, run.ids)
    entries, cut = run.judged(rows.add)
    memory.close()

    from signproof.report import baseline
    from signproof.report.ledger import because, error_spent, ledger, unjudged

    entries.sort(key=lambda entry: run.ids.index(entry["id"]))
    if coq and cut is None:
        cut = _put_to_coq(entries)
    failed = rows.end(entries)
    if run.recalled:
        notice(f"{len(run.recalled)} from store, {len(entries) - len(run.recalled)} judged")
    spent = error_spent(entries)
    if spent:
        together, each = sum(error for error, _ in spent), max(each for _, each in spent)
        notice(
            f"error probability of the statistics: {together:.2g} for the whole run, at most "
            f"{max(error for error, _ in spent):.2g} for each claim and {each:.2g} for each of its comparisons"
        )
    for entry in filter(unjudged, entries):
        notice(f"{entry['id']}: {unjudged(entry)}")
    _write(ledger(entries, str(profile), seed, partial=cut is not None), json, html, failed)
    if cut is not None:
        notice(
            f"{cut.why} after {len(entries)} of {len(run.ids)} claims; the verdicts so far were kept, marked partial"
        )
        raise typer.Exit(cut.code)
    if any(entry["verdict"] == "inconsistent" for entry in entries):
        notice("a proved claim was broken by an exact witness: a bug in signproof, please report it")
        raise typer.Exit(INCONSISTENT)
    built_in = [entry for entry in entries if entry["id"] not in run.own]
    if update_baseline:
        baseline.update(built_in, str(profile))
        notice(f"baseline updated: {len(built_in)} verdicts, profile {profile}")
        return
    lacking = [entry for entry in entries if required and entry["verdict"] not in required]
    for entry in lacking:
        notice(f"required {require}: {entry['id']} is {entry['verdict']}: {because(entry)}")
    changed = baseline.changes(built_in, str(profile))
    for change in changed:
        notice(f"changed: {change}")
    refuted = any(entry["verdict"] == "refuted" for entry in entries if entry["id"] in run.own)
    if changed or refuted or lacking or any(map(unjudged, entries)):
        raise typer.Exit(CHANGED)


def _required(require: str | None) -> set[str]:
    """The verdicts that are asked for. Raises Misuse if one of them is none."""
    asked = {verdict.strip() for verdict in (require or "").split(",")} - {""}
    for verdict in sorted(asked - STYLES.keys()):
        raise Misuse(f"--require: {verdict!r} is no verdict; choose from {', '.join(STYLES)}")
    if require is not None and not asked:
        raise Misuse("--require names no verdict; write --require proved,supported")
    return asked


def _write(found: dict[str, Any], json: Path | None, html: Path | None, failed: OSError | None) -> None:
    """Write what was asked for, all that can be written. Raises Misuse, in one line, if something cannot be, the table
    included."""
    from signproof.report.ledger import keep

    def table() -> None:
        if failed is not None:
            raise failed

    def ledger(place: Path) -> None:
        told(keep(found, place), place)

    def site(folder: Path) -> None:
        from signproof.report.site import keep_site

        with progress(len(found["claims"])) as bar:
            written = keep_site(found, folder, bar.advance)
        told(written, folder / "index.html")

    outputs = [table]
    outputs += [] if json is None else [partial(ledger, json)]
    outputs += [] if html is None or not found["claims"] else [partial(site, html)]
    write_all(outputs)


class Rows:
    """What a run says of each claim: on a terminal a table at its end, elsewhere a line as soon as it is judged."""

    def __init__(self, shown: Console, ids: list[str]):
        self.shown = shown
        self.failed: OSError | None = None
        self.widths = (max(map(len, map(visible, ids)), default=5), *WIDTHS)
        if not shown.is_terminal:
            self._say(*HEADINGS)

    def add(self, entry: dict[str, Any]) -> None:
        """A claim was judged."""
        if not self.shown.is_terminal:
            self._say(*_cells(entry))

    def end(self, entries: list[dict[str, Any]]) -> OSError | None:
        """All were. Returns what came in the way of printing, as on a disk that is full."""
        if self.shown.is_terminal:
            _print_table(entries, self.shown)
        return self.failed

    def _say(self, *cells: str) -> None:
        padded = (f"{visible(cell):<{width}}" for cell, width in zip(cells, (*self.widths, 0), strict=True))
        try:
            line(self.shown, "  ".join(padded).replace("\n", " ").rstrip())
        except OSError as error:
            self.failed = error  # what is judged is not lost for that


def _print_table(entries: list[dict[str, Any]], shown: Console | None = None) -> None:
    shown = shown or console()
    if shown.width < WIDE:
        return _print_narrow(entries, shown)
    rows = table(*HEADINGS)
    for entry in entries:
        id, verdict, *rest = map(escape, _cells(entry))
        style = STYLES.get(verdict, "")
        rows.add_row(id, f"[{style}]{verdict}[/]" if style else verdict, *rest)
    shown.print(rows)


def _print_narrow(entries: list[dict[str, Any]], shown: Console) -> None:
    """Two lines for each claim, or a few more: what it is and its verdict, then the reason."""
    from rich.padding import Padding

    for entry in entries:
        id, verdict, level, tight, reason = map(escape, _cells(entry))
        told = "  ".join(part for part in (level, f"tightness {tight}" if tight else "") if part != "–")
        shown.print(f"[{STYLES.get(verdict, 'default')}]{verdict}[/]  [bold]{id}[/]  {told}".rstrip(), highlight=False)
        shown.print(Padding(reason, (0, 0, 0, 4)), highlight=False)


def _cells(entry: dict[str, Any]) -> tuple[str, str, str, str, str]:
    from signproof.report.ledger import because, deciding, tightness_text

    return entry["id"], entry["verdict"], deciding(entry)[1], tightness_text(entry), because(entry)


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


class Run:
    """The claims that a run is about: those that need not be judged again, and those that have to be.

    Attributes: the IDs of all, in order; those of a user's own claims; the entries that the store had, by ID.
    Raises Misuse if the targets name no claims.
    """

    def __init__(self, targets: list[str], profile: str, seed: int, jobs: int, memory: Memory):
        from signproof.fingerprint import key
        from signproof.judging import BUDGET

        self.targets, self.profile, self.seed, self.jobs, self.memory = targets, profile, seed, jobs, memory
        self.claims: list[Claim] | None = None
        self.own: set[str] = set()
        ids = memory.catalogue(targets)
        if ids is None:
            ids, keys = self._loaded()
        else:
            keys = {id: key(memory.base, id) for id in ids}
        self.ids, self.error = ids, BUDGET.share(len(ids))
        self.recalled = memory.recall(keys, self.error)
        if self.claims is not None and memory.listed() is None:  # the next run need not load them
            memory.learn()

    def _loaded(self) -> tuple[list[str], dict[str, str]]:
        from signproof.fingerprint import key_of
        from signproof.loading import load
        from signproof.theory.catalog import is_built_in

        claims = self.claims = load(self.targets, self.memory.listed())
        self.own = {claim.id for claim in claims if not is_built_in(claim)}
        base = self.memory.base
        if not base:
            return [claim.id for claim in claims], {}
        keys = {claim.id: found for claim in claims if (found := key_of(base, claim)) is not None}
        return [claim.id for claim in claims], keys

    def judged(self, tell: Callable[[dict[str, Any]], None]) -> tuple[list[dict[str, Any]], Cut | None]:
        """The entries, each told of at once, and what cut the run short; a progress bar while it works."""
        from signproof.judging import judge
        from signproof.workers import Lost

        entries: list[dict[str, Any]] = []
        memory = self.memory
        with progress(len(self.ids)) as bar:

            def found(entry: dict[str, Any]) -> None:
                entries.append(entry)
                tell(entry)
                bar.advance()

            try:
                for id in self.ids:
                    if id in self.recalled:
                        found(self.recalled[id])
                if len(entries) == len(self.ids):
                    return entries, None
                left = [claim for claim in self._claims() if claim.id not in self.recalled]
                asked = self.targets, left, self.profile, self.seed, min(self.jobs, len(left)), bar.say, self.error
                for entry in judge(*asked, memory.base, lambda key, entry: memory.keep(key, entry, self.error)):
                    found(entry)
            except KeyboardInterrupt as interruption:
                return entries, Cut("interrupted", exit_code(interruption))
            except Lost as lost:
                return entries, Cut(f"{lost}: ended", lost.code)
            except BaseException as error:  # whatever it is, what was judged is not lost
                if not entries and isinstance(error, Misuse):
                    raise
                return entries, Cut(f"{named(error)}: ended", MISUSE if isinstance(error, Misuse) else CHANGED)
        return entries, None

    def _claims(self) -> list[Claim]:
        if self.claims is None:
            from signproof.loading import load

            self.claims = load(self.targets)
        return self.claims
