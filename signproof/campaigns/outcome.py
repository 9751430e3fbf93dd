"""What a campaign came to: its claims one by one, a ledger, a table of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from signproof.campaigns.book import Book
from signproof.campaigns.conduct import witness_of
from signproof.campaigns.work import Row
from signproof.theory.claim import Claim
from signproof.theory.files import write_atomically
from signproof.theory.misuse import Misuse

if TYPE_CHECKING:
    from signproof.checks.verdicts.verdict import Verdict

BATCH = 10_000
"""Rows of a table that are in memory at once."""
PARQUET = {
    **{"number": int, "claim": str, "part": str, "block": int, "seconds": float, "instances": int, "comparisons": int},
    **{"held": int, "undecided": int, "ratio": float, "nearest": str, "witness": str, "failed": str},
}
"""The columns of a table, and what is in them."""


@dataclass(frozen=True)
class Outcome:
    """What the units of one claim came to.

    Attributes: its ID; how many units it has, up to the first that breaks it, and how many of them are done; how many
    of these failed; the sums of instances and comparisons, of those that held, and of those that are undecided; the
    largest measured / bound with its instance; the witness, as JSON, if it is broken.
    """

    claim: str
    units: int
    done: int
    failed: int
    instances: int
    comparisons: int
    held: int
    undecided: int
    ratio: float | None
    nearest: str
    witness: str

    @property
    def text(self) -> str:
        """One line for the reader."""
        text = f"{self.done} of {self.units} units, {self.instances} instances, "
        text += f"{self.held} of {self.comparisons} comparisons held"
        text += f", {self.undecided} undecided" if self.undecided else ""
        text += f"; {self.failed} units found nothing out" if self.failed else ""
        return text + (f"; largest measured / bound {self.ratio:.6g}: {self.nearest}" if self.ratio is not None else "")


def outcomes(book: Book) -> Iterator[Outcome]:
    """What each claim of a campaign came to, in the order of the plan.

    Of a claim that is broken only units up to the first that breaks it count, so that it does not matter how many
    others were under way.
    """
    plan = book.plan
    parts: dict[str, list[int]] = {}
    for index, (claim, _) in enumerate(plan.parts):
        parts.setdefault(claim, []).append(index)
    broken: dict[str, tuple[int, str]] = {}
    for number, witness in book.broken():
        broken.setdefault(plan.unit(number).claim, (number, witness))
    for claim in plan.claims:
        if claim not in parts:
            continue
        last, witness = broken.get(claim, (len(plan), ""))
        block, index = divmod(last, len(plan.parts))
        units = block * len(parts[claim]) + sum(part <= index for part in parts[claim]) * (last < len(plan))
        done, instances, comparisons, held, undecided, failed = map(int, book.sums(parts[claim], last))
        best = book.nearest(parts[claim], last) or Row()
        counts = done, failed, instances, comparisons, held, undecided
        yield Outcome(claim, units, *counts, best.ratio, best.nearest, witness)


def ledger_of(
    book: Book, claims: list[Claim], say: Callable[[str], None], advance: Callable[[], None]
) -> dict[str, Any]:
    """The ledger of a campaign: each claim judged as `verify` does, with what the campaign found, witnesses first.

    Arguments: the book; its claims; told what is under way; told that a claim was judged.
    Raises KeyboardInterrupt at Ctrl-C.
    """
    from signproof.judging import BUDGET, entry_of, verdict_on
    from signproof.report.ledger import ledger

    found = {outcome.claim: outcome for outcome in outcomes(book)}
    error = BUDGET.share(len(claims))
    entries = []
    for claim in claims:
        outcome = found.get(claim.id)
        known = [witness_of(claim, outcome.witness)] if outcome is not None and outcome.witness else []
        verdict = verdict_on(claim, "quick", book.plan.seed, error, say, known)
        entries.append(entry_of(verdict if outcome is None else _with(verdict, outcome)))
        advance()
    partial = any(outcome.done < outcome.units for outcome in found.values())
    return ledger(entries, "quick", book.plan.seed, partial=partial) | {"created": book.created}


def _with(verdict: Verdict, outcome: Outcome) -> Verdict:
    """A verdict with the evidence of a campaign."""
    from dataclasses import replace

    from signproof.checks.verdicts.verdict import Evidence

    names = ("units", "done", "failed", "instances", "comparisons", "held", "undecided")
    facts = {name: getattr(outcome, name) for name in names} | {"largest_ratio": outcome.ratio}
    piece = Evidence("campaign", "sampled", f"campaign: {outcome.text}", facts)
    return replace(verdict, evidence=(*verdict.evidence, piece))


def write_parquet(book: Book, path: Path) -> int:
    """Write the rows of a campaign as a Parquet file; how many there are. Raises Misuse without pyarrow."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise Misuse("Parquet needs pyarrow: pip install 'signproof[cluster]'") from None
    from dataclasses import asdict

    kinds = {int: pyarrow.int64(), float: pyarrow.float64(), str: pyarrow.string()}
    schema = pyarrow.schema([(name, kinds[kind]) for name, kind in PARQUET.items()])
    written = 0
    held: list[dict[str, Any]] = []
    table = pyarrow.BufferOutputStream()
    with parquet.ParquetWriter(table, schema) as writer:

        def flush() -> None:
            writer.write_table(pyarrow.Table.from_pylist(held, schema))
            held.clear()

        for number, seconds, row in book.rows():
            held.append({"number": number, **book.plan.unit(number)._asdict(), "seconds": seconds, **asdict(row)})
            written += 1
            if len(held) == BATCH:
                flush()
        flush()
    write_atomically(path, table.getvalue().to_pybytes())
    return written


def merged(book: Book, others: list[Book]) -> int:
    """Take the rows of other books of the same plan into one; how many are new.

    Raises Misuse if a book has another plan, or another row for the same unit.
    """
    new = 0
    done = book.done()
    for other in others:
        if other.plan != book.plan:
            raise Misuse(f"{other.path} has another plan than {book.path}: other claims, blocks, seed or code")
        for number, seconds, row in other.rows():
            if not done[number]:
                book.keep(number, row, seconds)
                done[number] = 1
                new += 1
            elif not row.failed and (mine := book.row(number)) is not None and mine != row and not mine.failed:
                raise Misuse(f"{other.path} and {book.path} have different rows for {book.plan.unit(number)}")
    return new
