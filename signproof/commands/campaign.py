"""`signproof campaign`: many small units of work on claims, for a night or on a cluster, kept in a file."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from functools import partial
from os import cpu_count
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from signproof.commands.targets import Targets
from signproof.interruption import exit_code
from signproof.terminal import CHANGED, check_outputs, console, escape, notice, progress, put, table, told, write_all
from signproof.theory.misuse import Misuse

if TYPE_CHECKING:
    from signproof.campaigns.book import Book
    from signproof.campaigns.conduct import Campaign
    from signproof.campaigns.executors import Executor, Worked
    from signproof.theory.claim import Claim

EPILOG = (
    "Examples:  signproof campaign run night.sqlite 'scaled-sign/*' --blocks 100 --jobs 8  |  signproof campaign "
    "status night.sqlite  |  signproof campaign resume night.sqlite --scheduler tcp://HOST:8786"
)
MEGABYTE = 2**20
TOLD = 3
"""Units that found nothing out of which the reason is told; `export --parquet` has all."""
LATELY = 30.0
"""Seconds between two lines on how far a campaign is, where there is no terminal."""

app = typer.Typer(
    rich_markup_mode="rich",
    no_args_is_help=True,
    help="Try claims with many seeds: in processes or on a cluster, kept in a file, to be resumed.",
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="The campaign.")]
Jobs = Annotated[int | None, typer.Option(min=1, help="Processes; by default one for each core.")]
Scheduler = Annotated[
    str | None, typer.Option(metavar="tcp://HOST:PORT", help="Work on the cluster of this scheduler of Dask instead.")
]
UnitSeconds = Annotated[float, typer.Option(min=1, help="Seconds that a unit may take.")]
ClaimSeconds = Annotated[
    float | None, typer.Option(min=0, help="Begin no more units of a claim after so many seconds of work on it.")
]
Memory = Annotated[int | None, typer.Option(min=256, metavar="MIB", help="Memory that a process may take (Linux).")]
Share = Annotated[
    str, typer.Option(metavar="I/N", help="Work every N-th unit alone, from the I-th on: for N machines, then `merge`.")
]


@app.command(epilog=EPILOG)
def run(
    file: File,
    targets: Targets = None,
    blocks: Annotated[int, typer.Option(min=1, help="How often each part of a claim is tried, with other seeds.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Random seed.")] = 0,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    unit_seconds: UnitSeconds = 600.0,
    claim_seconds: ClaimSeconds = None,
    memory: Memory = None,
    share: Share = "1/1",
) -> None:
    """Begin a campaign, and work until it is done. Exit 1 if a claim is broken. Ctrl-C loses only what is under way."""
    from signproof.campaigns.book import Book
    from signproof.campaigns.plan import planned
    from signproof.loading import load

    part, executor = _share(share), _executor(jobs, scheduler, unit_seconds, memory)
    given = list(targets or [])
    claims = load(given)
    with closing(Book.create(file, planned(given, claims, blocks, seed))) as book:
        _work(book, {claim.id: claim for claim in claims}, executor, claim_seconds, part)


@app.command()
def resume(
    file: File,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    unit_seconds: UnitSeconds = 600.0,
    claim_seconds: ClaimSeconds = None,
    memory: Memory = None,
    share: Share = "1/1",
) -> None:
    """Go on with a campaign that was cut short, with whatever workers there are now."""
    from signproof.campaigns.book import Book
    from signproof.campaigns.work import loaded

    part, executor = _share(share), _executor(jobs, scheduler, unit_seconds, memory)
    with closing(Book(file)) as book:
        _work(book, loaded(book.plan), executor, claim_seconds, part)


@app.command()
def status(file: File) -> None:
    """How far a campaign is, claim by claim; also while it runs."""
    from signproof.campaigns.book import Book

    with closing(Book(file)) as book:
        _show(book)


@app.command()
def merge(
    file: File,
    others: Annotated[list[Path], typer.Argument(metavar="OTHER...", help="Campaigns of the same plan.")],
) -> None:
    """Take the rows of other campaigns of the same plan into one: those of several machines that had a share each."""
    from signproof.campaigns.book import Book
    from signproof.campaigns.outcome import merged

    with closing(Book(file)) as book:
        book.hold()
        sources = [Book(other) for other in others]
        new = merged(book, sources)
        for source in sources:
            source.close()
        notice(f"{new} units taken; {sum(book.done())} of {len(book.plan)} are done")


@app.command()
def export(
    file: File,
    json: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="Judge the claims, and write a ledger.")
    ] = None,
    parquet: Annotated[Path | None, typer.Option(metavar="FILE.parquet", help="Write the rows as a table.")] = None,
) -> None:
    """Write what a campaign found: a ledger for `signproof report`, or all rows for pandas, Polars and DuckDB."""
    from signproof.campaigns.book import Book

    if json is None and parquet is None:
        raise Misuse("nothing to write: name --json FILE.json, --parquet FILE.parquet, or both")
    for place in (json, parquet):
        check_outputs(place, None, "--json" if place is json else "--parquet")
    with closing(Book(file)) as book:
        outputs = [partial(_ledger, book, json)] if json is not None else []
        outputs += [partial(_parquet, book, parquet)] if parquet is not None else []
        write_all(outputs)


def _ledger(book: Book, place: Path) -> None:
    from signproof.campaigns.outcome import ledger_of
    from signproof.campaigns.work import loaded
    from signproof.report.ledger import keep

    claims = list(loaded(book.plan).values())
    with progress(len(claims)) as bar:
        found = ledger_of(book, claims, bar.say, bar.advance)
    told(keep(found, place), place)


def _parquet(book: Book, place: Path) -> None:
    from signproof.campaigns.outcome import write_parquet

    rows = write_parquet(book, place)
    notice(f"{rows} rows; written: {place}")


def _share(text: str) -> tuple[int, int]:
    """Which of how many shares, counted from 0."""
    which, slash, of = text.partition("/")
    if not slash or not which.isdigit() or not of.isdigit() or not 1 <= int(which) <= int(of):
        raise Misuse(f"--share {text} is no share: write --share 1/4 for the first of four")
    return int(which) - 1, int(of)


def _work(
    book: Book,
    claims: dict[str, Claim],
    executor: Executor,
    claim_seconds: float | None,
    share: tuple[int, int],
) -> None:
    """Work what is left, say how it goes, and show what it came to."""
    from signproof.campaigns.conduct import Campaign
    from signproof.workers import Lost

    book.hold()
    campaign = Campaign(book, claims, claim_seconds, share)
    ended, code = "", 0
    try:
        _go(campaign, executor)
    except KeyboardInterrupt as interruption:
        ended, code = "interrupted", exit_code(interruption)
    except Lost as lost:
        ended, code = str(lost), lost.code
    _show(book)
    if ended:
        notice(f"{ended}; all that was worked is kept: `signproof campaign resume {book.path}` goes on")
    if code or campaign.stops:
        raise typer.Exit(code or CHANGED)


def _executor(jobs: int | None, scheduler: str | None, seconds: float, memory: int | None) -> Executor:
    """Who works the units. Raises Misuse for options that do not go together."""
    if scheduler is not None and (jobs is not None or memory is not None):
        raise Misuse("--jobs and --memory are for processes of this machine; a cluster's workers have their own")
    if scheduler is not None:
        from signproof.campaigns.cluster import Cluster

        return Cluster(scheduler, seconds)
    from signproof.campaigns.executors import Processes

    return Processes(jobs or cpu_count() or 1, seconds, None if memory is None else memory * MEGABYTE)


def _go(campaign: Campaign, executor: Executor) -> None:
    """Work, with a bar on a terminal, elsewhere a line now and then."""
    plan, left = campaign.book.plan, campaign.left
    notice(f"{len(plan)} units, {left} of them to do")
    begun = spoken = monotonic()
    count = instances = 0
    with progress(left) as bar:

        def told(worked: Worked) -> None:
            nonlocal count, instances, spoken
            from signproof.campaigns.work import Row

            count += 1
            instances += worked.row.instances if isinstance(worked.row, Row) else 0
            passed = monotonic() - begun
            bar.advance()
            bar.say(f"{instances / passed:,.0f} instances/s")
            if monotonic() - spoken > LATELY and not console().is_terminal:
                spoken = monotonic()
                remains = (left - count) * passed / count
                notice(f"{count} of {left} units, {instances / passed:,.0f} instances/s, about {remains:.0f} s left")
            unit = plan.unit(worked.number)
            if campaign.stops.get(unit.claim) == worked.number:
                notice(f"broken: {unit}")

        campaign.go(executor, told)


def _show(book: Book) -> None:
    from signproof.campaigns.outcome import outcomes

    rows = table("claim", "units", "instances", "held", "undecided", "measured / bound", "found")
    for found in outcomes(book):
        ratio = "–" if found.ratio is None else f"{found.ratio:.6g}"
        words = "broken" if found.witness else f"{found.failed} failed" if found.failed else "–"
        style = "[red]broken[/]" if found.witness else words
        numbers: Iterable[object] = (found.instances, found.held, found.undecided)
        rows.add_row(escape(found.claim), f"{found.done}/{found.units}", *map(str, numbers), ratio, style)
    put(rows)
    for number, why in book.failures(TOLD):
        notice(f"{book.plan.unit(number)} found nothing out: {why}")
