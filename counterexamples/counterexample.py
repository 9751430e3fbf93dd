"""What a named counterexample is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from signproof.checks.replay.witness import Witness
from signproof.counterexamples.corpus import witnesses
from signproof.theory.claim import Claim


@dataclass(frozen=True)
class Curve:
    """Points of a picture, joined; a bound is dashed."""

    name: str
    x: Sequence[float]
    y: Sequence[float | None]
    dashed: bool = False


@dataclass(frozen=True)
class Picture:
    """Curves with the titles of their axes, and which of these are logarithmic."""

    curves: tuple[Curve, ...]
    x: str
    y: str
    log_x: bool = False
    log_y: bool = False


def expectation_and_bound(series: Mapping[str, Any], equation: str) -> Picture:
    """E V_k of a witness (`checks.series.expected_series`) beside the bound that it breaks."""
    curves = (
        Curve("E V_k of the witness", series["k"], series["measured"]),
        Curve(f"the bound ({equation})", series["k"], series["bound"], dashed=True),
    )
    return Picture(curves, "iteration k", "expected suboptimality", log_y=True)


@dataclass(frozen=True)
class Shown:
    """What a run of a counterexample showed.

    Attributes: whether it shows what it should, decided by exact numbers or by balls; at which level ("exact",
    "enclosed"); the numbers, as sentences; how large it is ("d = 1, 2 steps"); a picture.
    """

    holds: bool
    level: str
    numbers: tuple[str, ...]
    size: str
    picture: Picture


@dataclass(frozen=True, eq=False)
class Counterexample:
    """A run that shows what does not hold.

    Arguments: a name; where it comes from; the hope that it ends, as a sentence; what happens, as a sentence; a
    function that runs it; the claim that states the run, or that it refutes. Its witnesses are in the corpus under the
    claim's ID.
    """

    name: str
    source: str
    ends_the_hope: str
    shows: str
    run: Callable[[], Shown]
    claim: Claim | None = None

    @property
    def witnesses(self) -> list[Witness]:
        return [] if self.claim is None else witnesses(self.claim.id, {self.claim.id: self.claim})
