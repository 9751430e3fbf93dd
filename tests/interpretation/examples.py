"""Hypothesis strategies: small examples that meet a claim's assumptions, with constants that are sharp or nearly so."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import isqrt
from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st
from sympy import Eq, Integer, Rational, Symbol
from sympy.core.symbol import Str

from interpretation.composites import Composites, Quadratic, regularizer
from interpretation.flows import Trajectory
from interpretation.runs import Interpretation
from signproof.checks.numbers.exact import RATIONALS, rational, rationals
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.theory.algorithms import MajorityVote
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth
from signproof.theory.assumptions.composite import Entries
from signproof.theory.assumptions.gradients import l1
from signproof.theory.claim import Claim
from signproof.theory.papers.signprox.eq_9 import gamma
from signproof.theory.symbols import L, i, k, m, mu
from signproof.theory.terms.expectations import coordinate, estimate, mean
from signproof.theory.terms.proximal import deviation
from signproof.theory.terms.vectors import g_k, point, x_k

numbers = st.fractions(-4, 4, max_denominator=8).map(rational)
positive = st.fractions(Fraction(1, 8), 4, max_denominator=8).map(rational)
shares = st.fractions(Fraction(1, 16), Fraction(15, 16), max_denominator=16).map(rational)
slacks = st.sampled_from([fmpq(1), fmpq(9, 8), fmpq(3)])
"""How far an assumed constant is from the best one."""


def vectors(dimension: int, entries=numbers):
    return st.lists(entries, min_size=dimension, max_size=dimension).map(rationals)


@st.composite
def quadratics(draw, largest: int = 3):
    """A diagonal or a dense strongly convex quadratic of dimension 1 up to `largest`, and a start above its minimum."""
    dimension = draw(st.integers(1, largest))
    if draw(st.booleans()):
        problem: Any = DiagonalQuadratic(draw(vectors(dimension, positive)))
    else:
        # a factor with a dominant diagonal is regular
        rows = [
            draw(vectors(dimension, st.fractions(-1, 1, max_denominator=4).map(rational))) for _ in range(dimension)
        ]
        for number, row in enumerate(rows):
            row[number] = dimension + draw(positive)
        problem = LeastSquares(rationals(rows))
    start = draw(vectors(dimension))
    return problem, start if any(start) else start + fmpq(1)


@st.composite
def runs(draw, claim: Claim, steps: int, xp: Any = RATIONALS):
    """A run of the claim's algorithm with exact gradients; the step size is inside (0, 2/L)."""
    problem, start = draw(quadratics())
    parameters = {}
    for assumption in claim.assumptions:
        best, slack = problem.exact_constant(assumption), draw(slacks)
        parameters[str(assumption.constant)] = best / slack if assumption.largest else best * slack
    parameters["alpha"] = draw(shares) * 2 / parameters.get("L", fmpq(1))
    points = {"y": draw(vectors(len(start)))}
    return Interpretation(claim, problem, parameters, start, steps + 1, xp, points=points)


def root_above(square: fmpq) -> fmpq:
    """A rational number that is at least the square root, and little more."""
    return fmpq(isqrt(int(square.p * 4096 // square.q)) + 1, 64) if square else fmpq(0)


# ---------------------------------------------------------------------------------------------- stochastic gradients

Factors = list[tuple[fmpq, np.ndarray]]
"""The law of a vector R with mean (1, ..., 1): ~g_i = R_i g_i is unbiased."""


@st.composite
def factors(draw, dimension: int, independent: bool) -> Factors:
    """A law of factors, each of them negative with probability 1/2 at most; in one draw or independent."""
    spreads = st.sampled_from(list(map(rational, ("1/8", "1/2", "3/4", "3/2", "2", "3"))))
    chances = st.sampled_from([fmpq(1, 2), fmpq(3, 4)])
    spread = [draw(spreads) for _ in range(dimension)]
    if independent:
        law: list[tuple[fmpq, list]] = [(fmpq(1), [])]
        for e in spread:
            p = draw(chances)
            values = ((p, 1 + e * (1 - p) / p), (1 - p, 1 - e))
            law = [(weight * q, [*entries, r]) for weight, entries in law for q, r in values]
        return [(weight, rationals(entries)) for weight, entries in law]
    e, p = rationals(spread) * rationals([draw(st.sampled_from([1, -1])) for _ in spread]), draw(chances)
    return [(p, 1 + e * ((1 - p) / p)), (1 - p, 1 - e)]


def milder(law: Factors) -> Factors:
    """The same with factors near 1, all positive."""
    return [(p, 1 + (R - 1) / 8) for p, R in law]


def oracle(law: Factors):
    """The law of ~g as a function of g; where g_i = 0, it is 1 or -1 by a fair coin of its own."""

    def of_gradient(g):
        drawn = [(p, R * g) for p, R in law]
        for number in (number for number, entry in enumerate(g) if entry == 0):
            unit = rationals([int(number == other) for other in range(len(g))])
            drawn = [(p / 2, x + sign * unit) for p, x in drawn for sign in (1, -1)]
        return drawn

    return of_gradient


def _sign(number) -> fmpq:
    return fmpq((number > 0) - (number < 0))


def long_margin(law: Factors) -> fmpq:
    """A c for (N): g_i E[||~g||_1 sign(~g_i)] is |g_i| times the sum over j of |g_j| E[|R_j| sign(R_i)]."""
    n = len(law[0][1])
    return min(sum(p * abs(R[j]) * _sign(R[i]) for p, R in law) for i in range(n) for j in range(n))


def sign_margin(law: Factors) -> fmpq:
    """E sign(R_i) at its least."""
    return min(sum(p * _sign(R[i]) for p, R in law) for i in range(len(law[0][1])))


def vote_margin(law: Factors, workers: int) -> fmpq:
    """E sign(sum over m of sign(R^m_i)) at its least."""
    margins = []
    for entry in range(len(law[0][1])):
        total = fmpq(0)
        for draws in product(law, repeat=workers):
            chance = fmpq(1)
            for p, _ in draws:
                chance *= p
            total += chance * _sign(sum(_sign(R[entry]) for _, R in draws))
        margins.append(total)
    return min(margins)


@st.composite
def noisy_runs(draw, claim: Claim, steps: int):
    """A run with stochastic gradients inside the claim's domain; sigma is sharp on the points that it reaches."""
    voting = isinstance(claim.algorithm, MajorityVote)
    problem, start = draw(quadratics(largest=2))
    workers = draw(st.integers(1, 4 - len(start))) if voting else 1
    law = draw(factors(len(start), voting))
    margin = vote_margin(law, workers) if voting else long_margin(law)
    if not 0 < margin <= 1 or any(0 in R for _, R in law):
        law, margin = milder(law), fmpq(1)
    margin = margin / draw(slacks)
    smooth, dominated = problem.exact_constant(Smooth(L)), problem.exact_constant(PolyakLojasiewicz(mu))
    parameters: dict[str, Any] = {"L": smooth * draw(slacks), "mu": dominated / draw(slacks)}
    if voting:
        parameters |= {"M": workers, "I_p": (1 + margin) / 2}
    else:
        parameters |= {"c": margin, "k_0": 6 * parameters["L"] / (parameters["mu"] * margin**2) * draw(slacks)}
    parameters["alpha"] = draw(shares) * margin / parameters["L"]
    starts: Any = start
    if draw(st.booleans()):  # the start may be drawn, too
        starts = [(fmpq(1, 3), start), (fmpq(2, 3), start * 2)]

    def run(sigma):
        numbers = {**parameters, "sigma": sigma}
        return Interpretation(claim, problem, numbers, starts, steps + 1, law=oracle(law), workers=workers)

    noise = l1(estimate(x_k, *([m] if voting else [])) - g_k)
    variance = mean(noise**2, x_k)
    free = run(fmpq(0))
    reached = [
        number
        for iteration in range(steps)
        for _, number in free.outcomes(
            lambda at: free.number(variance, at), {k: Integer(iteration), **({m: Integer(0)} if voting else {})}
        )
    ]
    return run(root_above(max(reached)))


@st.composite
def drawn_points(draw):
    """A stochastic gradient with independent coordinates at any point x."""
    problem, x = draw(quadratics())
    law = draw(factors(len(x), independent=True))
    parameters = {"c": sign_margin(law) * draw(shares | st.just(fmpq(1))), "p": draw(shares | st.just(fmpq(1)))}
    return Interpretation(None, problem, parameters, x, 0, law=oracle(law), points={"x": x})


# ---------------------------------------------------------------------------------------------- proximal operators


@st.composite
def composites(draw, claim: Claim, xp: Any = RATIONALS, separable: bool = False, steps: int = 1):
    """d + r with quadratic parts, convex components with weights, and constants that are sharp or nearly so."""
    n, count = draw(st.integers(1, 2)), draw(st.integers(1, 3 if claim.algorithm is None else 2))
    parts = []
    for _ in range(count):
        H = RATIONALS.number(np.diag(draw(vectors(n, positive))))
        if not separable and n == 2 and draw(st.booleans()):
            H = H + draw(positive)  # and a multiple of (1, 1)(1, 1)'
        parts.append(Quadratic(H, draw(vectors(n))))
    shares_of = [draw(st.integers(0 if number else 1, 3)) for number in range(count)]
    weights = [fmpq(share, sum(shares_of)) for share in shares_of]
    each = [max(f.H[j, j] for f in parts) * draw(slacks) for j in range(n)]
    sizes = each if separable else [max(sum(map(abs, row)) for f in parts for row in f.H) * draw(slacks)]
    summed = any(isinstance(assumption, Entries) for assumption in claim.assumptions)
    parameters: dict[str, Any] = {"L": sum(sizes[1:], start=sizes[0]) if summed else max(sizes)}
    root = draw(st.integers(1, 2))
    chosen = {relation.lhs: relation.rhs for relation in claim.domain if isinstance(relation, Eq)}.get(gamma)
    parameters["T"] = fmpq(root**2)
    parameters["B"] = fmpq(count) if claim.id == "signprox/eq-12" else fmpq(draw(st.integers(1, 3)))
    gamma_value = draw(positive)
    if chosen is not None:
        at = {L: _sympy(parameters["L"]), Symbol("T", real=True): Integer(root**2)}
        gamma_value = rational(str(chosen.subs(at)))
    parameters["gamma"] = gamma_value
    r, _ = regularizer(parts, weights, gamma_value)
    bent = draw(st.sampled_from([r.H * fmpq(-3, 4), r.H * 0, parts[0].H]))  # d need not be convex
    d = Quadratic(bent, draw(vectors(n)))
    points = {name: draw(vectors(n)) for name in "stuv"}
    start = draw(vectors(n))

    def example(sigma, deviations, arithmetic):
        constants = {"L": each, "sigma": deviations}
        numbers = {**parameters, "sigma": sigma}
        return Composites(claim, d, parts, weights, constants, numbers, start, steps + 1, arithmetic, points)

    free = example(fmpq(0), [fmpq(0)] * n, RATIONALS)
    x = x_k if claim.algorithm is not None else point(Str("s"))
    w = deviation(x, gamma)
    reached = []
    for iteration in range(steps if claim.algorithm is not None else 1):
        for term in [mean(coordinate(w, i) ** 2, x)]:
            reached.append([
                max(number for _, number in free.outcomes(
                    lambda at, term=term: free.number(term, at), {k: Integer(iteration), i: Integer(j)}))
                for j in range(n)
            ])  # fmt: skip
    scatter = [max(numbers) / gamma_value**2 for numbers in zip(*reached, strict=True)]
    deviations = list(map(root_above, scatter))
    sigma = sum(deviations[1:], start=deviations[0]) if summed else root_above(sum(scatter[1:], start=scatter[0]))
    return example(sigma, deviations, xp)


def _sympy(number: fmpq) -> Rational:
    return Rational(int(number.p), int(number.q))


# ---------------------------------------------------------------------------------------------- flows

dyadic = st.integers(-32, 32).map(lambda number: fmpq(number, 8))
"""Balls hold these exactly, so that a coordinate which arrives at 0 is 0."""


@st.composite
def trajectories(draw, claim: Claim, xp):
    """A flow on a diagonal quadratic, with radii that are nearly the least."""
    n = draw(st.integers(1, 3))
    h = draw(vectors(n, st.integers(1, 16).map(lambda number: fmpq(number, 4))))
    start = draw(vectors(n, dyadic))
    start = start if any(start) else start + fmpq(1)
    radius = root_above((h * start * start).sum() / min(h))
    speed, time = (draw(st.integers(1, 12).map(lambda number: fmpq(number, 4))) for _ in range(2))
    parameters = {"beta": speed, "t": time, "D_1": radius, "D_2": radius}
    return Trajectory(claim, DiagonalQuadratic(h), parameters, start, xp)
