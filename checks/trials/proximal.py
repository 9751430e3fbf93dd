"""Trials of claims about proximal methods: composite objectives with simple numbers, every expectation exact."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from flint import fmpq

from signproof.checks.numbers.exact import RATIONALS, rational, to_float
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.composite import CompositeProblem, refusal
from signproof.checks.problems.separable import HuberComposite, QuadraticComposite
from signproof.checks.replay.proximal import fitting, replay_proximal
from signproof.checks.replay.witness import Witness
from signproof.checks.runs.instance import Instance
from signproof.checks.trials.tally import Tally
from signproof.theory.claim import Claim
from signproof.theory.measures.proximal import MeanGradientMapping
from signproof.theory.methods.proximal import SPGM

FAMILIES: tuple[type[CompositeProblem], ...] = (QuadraticComposite, HuberComposite)
SHAPES = ((2, 1), (2, 2), (4, 1))
"""Numbers of components and of coordinates."""
LENGTHS = (1, 4)
"""Numbers of steps T; squares."""
OF_EACH = 4
"""Instances of each family and shape."""
DENOMINATOR = 4
"""Their numbers are rounded to multiples of 1/DENOMINATOR, or nearest to it."""


@dataclass
class Proximal:
    """What the runs showed: tallies, the largest measured / bound with its instance, a witness."""

    tallies: list[Tally]
    series: list[dict[str, Any]] = field(default_factory=list)
    """Of each tally the instance that comes nearest to the bound, at every T, for a chart."""
    largest: float = 0.0
    instance: str = ""
    length: int = 0
    """The number of steps with the largest ratio."""
    witness: Witness | None = None


def try_out(claim: Claim, seed: int = 0, advance: Callable[[str], None] = lambda text: None) -> Proximal:
    """Compare the mean of E||G(x_l)||_*^power with the bound, exactly, for several T; stop at the first violation.

    Raises Unsupported, with the reason, for a claim that is not about the gradient mapping of a proximal method.
    """
    measure = claim.measure
    if not isinstance(measure, MeanGradientMapping) or not isinstance(claim.algorithm, SPGM):
        raise Unsupported("proximal runs are for claims about the mean of E||G||^p of proximal methods")
    found = Proximal([])
    for family in FAMILIES:
        tally = Tally(f"{family.family}, exact expectations", max(LENGTHS))
        shown: dict[str, Any] | None = None
        for problem, z in _instances(family, seed):
            run: dict[str, Any] = {"k": [], "measured": [], "bound": []}
            ratios: dict[int, float] = {}
            for length in LENGTHS:
                advance(f"{claim.id}: {family.family}, T = {length}")
                why = refusal(problem, claim)
                if why:
                    raise Unsupported(why)
                parameters = fitting(claim, problem, length)
                if parameters is None:
                    continue
                instance = Instance(claim, problem, parameters, z)
                seen = replay_proximal(instance, length)
                if seen.measured is None or seen.bound is None:
                    continue
                tally.instances, tally.comparisons = tally.instances + 1, tally.comparisons + 1
                tally.held, tally.broken = tally.held + (not seen.confirmed), tally.broken + seen.confirmed
                run["k"].append(length)
                run["measured"].append(to_float(seen.measured[0]))
                run["bound"].append(to_float(seen.bound[0]))
                if seen.bound[0] > 0:
                    ratios[length] = to_float(seen.measured[0] / seen.bound[0])
                    tally.spread.follow({length: ratios[length]})
                    if ratios[length] > found.largest:
                        found.largest, found.length = ratios[length], length
                        found.instance = f"{_words(problem, z)}; {_listed(parameters)}"
                if seen.confirmed:
                    found.witness = Witness.of(instance, length, seen)
                    break
            if ratios and (tally.largest_ratio is None or max(ratios.values()) > tally.largest_ratio):
                tally.largest_ratio, tally.worst = max(ratios.values()), _words(problem, z)
                shown = {"instance": f"{tally.family}, {tally.worst}"} | run
            if found.witness is not None:
                break
        if tally.instances:
            found.tallies.append(tally)
            found.series += [] if shown is None else [shown]
        if found.witness is not None:
            break
    if not found.tallies:
        raise Unsupported("no composite objective has rational parameters in the domain")
    return found


def _words(problem: CompositeProblem, z: tuple[fmpq, ...]) -> str:
    return f"{problem.describe()}; from prox(z), z = ({', '.join(map(str, z))})"


def _listed(parameters: dict[str, fmpq]) -> str:
    return ", ".join(f"{name} = {number}" for name, number in parameters.items())


def _instances(family: type[CompositeProblem], seed: int) -> Iterator[tuple[CompositeProblem, tuple[fmpq, ...]]]:
    """Instances with simple numbers, and points z that starts are made from."""
    for shape in SHAPES:
        rng = np.random.default_rng([seed, *shape])
        batch, starts = family.batch(shape, rng, 0.5)
        for index in range(OF_EACH):
            problem = batch.one(index).rounded(DENOMINATOR)
            try:
                problem.check()
            except ValueError:
                continue
            if isinstance(problem, CompositeProblem) and (problem.smoothness(RATIONALS) > 0).all():
                yield problem, tuple(rational(round(float(z) * 4)) / 4 for z in starts[:, index])
