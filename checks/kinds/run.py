"""Bounds on runs of methods with exact gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from math import inf
from typing import TYPE_CHECKING, Any

from signproof.checks.facts.runs import fits
from signproof.checks.kind import NO_EXHIBIT, NO_LAW, Kind
from signproof.checks.posing.cases import cases
from signproof.checks.posing.domain import Range, Unsupported, ranges
from signproof.checks.problems.base import Problem
from signproof.checks.replay.bounds import replay, replay_expected
from signproof.checks.replay.series import along_run, told
from signproof.checks.replay.stated import parts, parts_from
from signproof.checks.replay.witness import Witness, shown
from signproof.checks.search.grid import grid
from signproof.checks.trials.tally import PROFILES, Trials
from signproof.checks.trials.tightness_map import NoMap, tightness_map
from signproof.checks.verdicts.exhibit import of_families, simplest_example
from signproof.checks.verdicts.inquiry import Inquiry
from signproof.checks.verdicts.verdict import Evidence, Verdict
from signproof.theory.bodies import RunBound
from signproof.theory.claim import Claim
from signproof.theory.symbols import k

if TYPE_CHECKING:
    from signproof.checks.replay.replay import Replay
    from signproof.checks.search.ascent import Shape
    from signproof.checks.search.search import Hunt
    from signproof.checks.trials.attempt import Attempt

DIMENSIONS, RATIOS = (2, 8), (1, 2, 8, 80, 8000)
"""Dimensions and values of L/mu at which the tightness of a bound is mapped."""
EXAMPLES = 20
"""Batches that Hypothesis draws in one round of a search."""


class Run(Kind):
    """measure(k) <= bound along every run."""

    body = RunBound
    mark = "bound"
    bounds_runs = numbers = True

    # ------------------------------------------------------------------------------------------------- judge

    def judge(self, inquiry: Inquiry) -> Verdict:
        from signproof.checks.trials.bounds import try_out  # trials load JAX, of which replays need nothing
        from signproof.checks.verdicts.tried import concluded

        trials = try_out(inquiry.claim, inquiry.profile, inquiry.seed, inquiry.advance)
        further = self.further(inquiry, trials)
        return concluded(inquiry, trials, **further, cells=self.cells(inquiry, trials))

    def further(self, inquiry: Inquiry, trials: Trials) -> dict[str, Any]:
        """Further trials; what `concluded` is to know of them."""
        return {}

    def cells(self, inquiry: Inquiry, trials: Trials) -> tuple[dict[str, Any], ...]:
        """Cells of a map of tightness; none for a claim that has no such map."""
        if not (inquiry.profile.mapped and trials.tallies):
            return ()
        inquiry.begin("map of tightness")
        try:
            found = tightness_map(inquiry.claim, DIMENSIONS, RATIOS, seed=inquiry.seed)
        except NoMap:
            return ()
        return tuple(cell.data() for cell in found)

    def exhibit(self, claim: Claim, seed: int) -> Evidence | None:
        return of_families(claim, seed) or simplest_example(claim)

    # ---------------------------------------------------------------------------------------------- witnesses

    def replay(self, witness: Witness) -> Replay:
        return replay(witness, witness.k) if witness.oracle is None else replay_expected(witness, witness.k)

    def series(self, witness: Witness) -> dict[str, Any]:
        return told(witness, along_run(witness))

    def describe(self, witness: Witness) -> str:
        assert witness.problem is not None
        noise, mean = ("", "") if witness.oracle is None else (f"; {witness.oracle.describe()}", "expected ")
        return (
            f"{witness.problem.describe()}{noise}; {witness.told}; {witness.origin}: at k = {witness.k} the {mean}"
            f"measure is {shown(witness.measured)}, the bound {shown(witness.bound)}"
        )

    def strange(self, witness: Witness) -> str:
        if witness.oracle is not None and not isinstance(witness.problem, Problem):
            return NO_LAW
        if witness.exhibit:
            return NO_EXHIBIT
        if witness.parameters.get(str(k), witness.k) != witness.k:
            return f"the run has {witness.k} steps, not {witness.parameters[str(k)]}"
        return ""

    # ------------------------------------------------------------------------------------------------- search

    def search(self, hunt: Hunt) -> None:
        from signproof.checks.search.ascent import SHAPES  # it loads JAX, of which replays need nothing

        posed = _posed(hunt.claim)
        hunt.begin("a grid of tiny instances")
        for case, free in posed:
            hunt.follow(grid(case, free))
        self.search_further(hunt)
        for turn in count():
            self._ascents(hunt, posed, turn, SHAPES)
            self._batches(hunt, turn)

    def search_further(self, hunt: Hunt) -> None:
        """What is searched once, after the grid."""

    def _ascents(self, hunt: Hunt, posed: list[tuple[Claim, list[Range]]], turn: int, shapes: Sequence[Shape]) -> None:
        from signproof.checks.search.ascent import ascend, supports

        for shape in shapes:
            for case, free in posed:
                if supports(case) and fits(case, shape.dimension):
                    hunt.begin("ascents by gradients")
                    hunt.advance(f"{case.id}: {_ascent(shape)}")
                    hunt.follow(ascend(case, free, shape, hunt.seed + turn, hunt.deadline))

    def _batches(self, hunt: Hunt, turn: int) -> None:
        from signproof.checks.search.hypothesis import drawn
        from signproof.checks.trials.bounds import try_out

        hunt.begin("batches drawn by Hypothesis")
        hunt.advance(f"{hunt.claim.id}: Hypothesis")
        hunt.take(drawn(hunt.claim, EXAMPLES, hunt.seed + turn, hunt.deadline))
        hunt.begin("random batches of all families")
        hunt.take(try_out(hunt.claim, PROFILES["quick"], hunt.seed + turn, hunt.advance).witness)

    # ----------------------------------------------------------------------------------------------- campaign

    def parts(self, claim: Claim) -> tuple[str, ...]:
        from signproof.checks.facts.families import believed
        from signproof.checks.search.ascent import SHAPES, supports

        try:
            families, climbed = believed(claim), [case for case in cases(claim) if supports(case)]
        except Unsupported:
            return ()
        names = [family.family for family in families]
        names += [_ascent(shape) for shape in SHAPES if any(fits(case, shape.dimension) for case in climbed)]
        return tuple(dict.fromkeys(names))

    def attempt(self, claim: Claim, part: str, seed: int) -> Attempt:
        from signproof.checks.search.ascent import SHAPES
        from signproof.checks.search.search import Hunt
        from signproof.checks.trials.attempt import Attempt
        from signproof.checks.trials.bounds import Watch, try_out

        shapes = [shape for shape in SHAPES if _ascent(shape) == part]
        if not shapes:
            watch = Watch(only=part, ascent=False)
            return Attempt.of(try_out(claim, replace(PROFILES["quick"], costly=True), seed, watch=watch))
        hunt = Hunt(claim, inf, seed, lambda text: None)
        hunt.through(lambda hunt: self._ascents(hunt, _posed(claim), 0, shapes))
        nearest = "" if hunt.nearest is None else hunt.nearest.describe()
        ratio = -inf if hunt.ratio is None else hunt.ratio
        return Attempt(hunt.tried, ratio=ratio, nearest=nearest, witness=hunt.witness)

    # --------------------------------------------------------------------------------------------- plain data

    def state(self, claim: Claim) -> dict[str, Any]:
        return parts(claim)

    def read(self, data: Mapping[str, Any], homes: tuple[str, ...]) -> dict[str, Any]:
        return parts_from(data, homes)


def _posed(claim: Claim) -> list[tuple[Claim, list[Range]]]:
    """A claim's cases, each with the ranges of its parameters."""
    return [(case, ranges(case)) for case in cases(claim)]


def _ascent(shape: Shape) -> str:
    """The part of a search that ascends on quadratics of one shape."""
    return f"ascent, {'dense' if shape.dense else 'diagonal'} quadratics, d = {shape.dimension}"
