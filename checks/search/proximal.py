"""The search of claims about proximal methods: tiny composite objectives in exact arithmetic, the simplest first.

Special values are on purpose: a quadratic component that is nearly zero, so that a step is one of gradient descent;
slopes that are constant from some point on; no noise, noise of two values, noise that is rare and large; starts near
the minimum and as far from it as the steps reach together; constants that are twice the best ones; one step and many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from flint import fmpq
from sympy import sympify

from signproof.checks.numbers.exact import RATIONALS, rational, rationals
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.composite import CompositeProblem, refusal
from signproof.checks.problems.separable import HuberComposite, QuadraticComposite, Separable
from signproof.checks.replay.proximal import fitting
from signproof.checks.search.proposals import Proposal
from signproof.theory.arithmetic import evaluate
from signproof.theory.claim import Claim
from signproof.theory.measures.proximal import MeanGradientMapping
from signproof.theory.methods.proximal import SPGM

LENGTHS = (1, 4, 16, 64, 256, 1024)
"""Numbers of steps T: squares, for which the step sizes of signprox are rational."""
NOISY = 4
"""The longest of them that are followed with noise and in the plane: the points that SPGM may reach double with each
step."""
HEIGHTS, CURVATURES = ("0", "1"), ("1", "1/1000", "2")
"""Of the smooth part and of quadratic components; 1/1000 leaves little else than the smooth part."""
SLACK = (1, 2)
"""Factors of the least constants."""
NOISES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("1",), ("0",)),
    (("1/2", "1/2"), ("1/2", "-1/2")),
    (("1/2", "1/2"), ("4", "-4")),
    (("1/16", "7/16", "7/16", "1/16"), ("4", "0", "0", "-4")),
)
"""Weights and centres of quadratic components; Huber's components have those that are no farther out than 1."""
STARTS = ("1/64", "1", "-3")
WAYS = ("1/2", "5/8", "3/4", "1")
"""Where a slope stops to grow, as a share of the way to the minimum."""
COORDINATES = (("1", "1"), ("1", "1/1000"), ("0", "1"))
"""Height and curvature of a coordinate, of which two make an objective in the plane."""


def lengths(claim: Claim) -> list[int]:
    """The numbers of steps that are tried. Raises Unsupported if the domain has none of them."""
    assert isinstance(claim.measure, MeanGradientMapping)
    steps = claim.measure.steps
    alone = [relation for relation in claim.domain if relation.free_symbols == {steps}]
    found = [length for length in LENGTHS if all(relation.subs(steps, length) for relation in alone)]
    if not found:
        raise Unsupported(f"none of the numbers of steps {', '.join(map(str, LENGTHS))} is in the domain")
    return found


def check(claim: Claim) -> None:
    """Raises Unsupported, with the reason, for a claim of which no composite objective of ours can tell."""
    if not isinstance(claim.measure, MeanGradientMapping) or not isinstance(claim.algorithm, SPGM):
        raise Unsupported("composite objectives are for claims about the mean of E||G||^p of proximal methods")
    reasons = [refusal(_huber(["0"], ["1"], ["1"]), claim), refusal(_quadratic(["0"], ["1"]), claim)]
    if all(reasons):
        raise Unsupported(reasons[0])


def pose(claim: Claim, problem: CompositeProblem, z: tuple[fmpq, ...], length: int, slack: int = 1) -> list[Proposal]:
    """The proposal with the least constants, times a slack; none if the problem or the parameters do not fit."""
    try:
        if refusal(problem, claim):
            return []
        parameters = fitting(claim, problem, length, slack)
    except (ValueError, ZeroDivisionError):
        return []
    return [] if parameters is None else [Proposal(claim, problem, parameters, z, length)]


def grid(claim: Claim, length: int) -> Iterator[Proposal]:
    """The instances for a claim that passes `check`, for a number of steps T."""
    yield from _nearly_tight(claim, length)
    for slack, problem in product(SLACK if length <= NOISY else SLACK[:1], _problems(length)):
        for start in STARTS:
            yield from pose(claim, problem, (rational(start),) * problem.dimension, length, slack)


def _nearly_tight(claim: Claim, length: int) -> Iterator[Proposal]:
    """Starts that T steps of sign descent bring to the minimum exactly, of a slope that is constant far from it.

    Each of these steps decreases f by gamma ||G||_1 = ||G||_1 / (2 ||L||_1 sqrt(T)), about, so that their mean is
    2 ||L||_1 V_0 / sqrt(T): half of what signprox/theorem-2 allows, up to its 1 + ||sigma||_1, which is small beside
    ||L||_1 V_0 where T is large. The proximal step takes less of the slope where it is constant than where it grows.

    Of a quadratic smooth part, started near the minimum, one step of SPGM attains the bound of signprox/theorem-1:
    gamma = 1/L, ||G||^2 = 2 L V_0. For T steps the ratio is about 1/2 + 1/(4 sqrt(T)); `_problems` has these.
    """
    for height, share in product(HEIGHTS, WAYS):
        flat = _huber([height], ["1"], ["1"])
        posed = pose(claim, flat, (fmpq(1),), length)  # neither L nor gamma depends on the radius
        if not posed:
            continue
        gamma = _step_size(posed[0])
        way = gamma * length
        radius = way * rational(share)
        yield from pose(claim, _huber([height], ["1"], [str(radius)]), (way + gamma * radius,), length)


def _step_size(proposal: Proposal) -> fmpq:
    assert isinstance(proposal.claim.algorithm, SPGM)
    return evaluate(sympify(proposal.claim.algorithm.step_size), proposal.values(), RATIONALS)


def _problems(length: int) -> Iterator[Separable]:
    for height, curvature in product(HEIGHTS, CURVATURES):
        yield _quadratic([height], [curvature])
    if length > NOISY:
        return
    for one, other in product(COORDINATES, repeat=2):
        yield _quadratic([one[0], other[0]], [one[1], other[1]])
    for noise, height, curvature in product(NOISES[1:], HEIGHTS, CURVATURES[:2]):
        yield _quadratic([height], [curvature], *noise)
    for height in HEIGHTS:
        yield _huber([height], ["1"], ["1"], *NOISES[1])
        yield _quadratic([height] * 2, ["1"] * 2, *NOISES[1])


def _quadratic(
    heights: list[str],
    curvature: list[str],
    weights: Sequence[str] = NOISES[0][0],
    centres: Sequence[str] = NOISES[0][1],
) -> Separable:
    columns = [list(centres)] * len(heights)
    return QuadraticComposite(rationals(list(weights)), rationals(heights), rationals(columns).T, rationals(curvature))


def _huber(
    heights: list[str],
    curvatures: list[str],
    radii: list[str],
    weights: Sequence[str] = NOISES[0][0],
    centres: Sequence[str] = NOISES[0][1],
) -> HuberComposite:
    columns = [list(centres)] * len(heights)
    alike = [rationals([row] * len(weights)) for row in (curvatures, radii)]
    return HuberComposite(rationals(list(weights)), rationals(heights), rationals(columns).T, *alike)
