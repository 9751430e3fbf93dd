"""The ascent of a search: gradients of log(measured / bound) through the unrolled run, many restarts at once.

A quadratic is given by its inverse Hessian BB' + eps (tr BB'/d) I or, diagonal, by the logarithms of its curvatures,
and by the gradient at the start, so that it is one whatever the numbers, and with a condition number that is bounded:
with an absolute floor instead of a relative one the ascent would drive it to where floats mean nothing. Parameters are
positions in their ranges, kept off the ends. The constants are computed anew for each candidate, and gradients flow
through them: nothing can leave the claim's assumptions. The sign has no gradient; what it multiplies has.

What comes back are instances in small whole numbers near the best restarts: the factor of the Hessian is rounded, not
the Hessian, so that it stays positive definite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from time import monotonic
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flint import fmpq, fmpq_mat
from sympy import Expr, Symbol, oo
from sympy.logic.boolalg import BooleanAtom

from signproof.checks.numbers.arrays import FLOATS
from signproof.checks.numbers.exact import rational, rationals
from signproof.checks.posing import domain
from signproof.checks.posing.domain import Range
from signproof.checks.problems.base import Problem, nearest
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.replay.bounds import bound_at
from signproof.checks.runs.over_arrays import along
from signproof.checks.runs.plans import plan
from signproof.checks.runs.scan import read, scanned
from signproof.checks.search.proposals import Proposal, pose
from signproof.checks.trials.batch import promises_decrease
from signproof.theory.arithmetic import evaluate
from signproof.theory.assumptions.objective import Constant, Dimension, PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.border.steps import move
from signproof.theory.claim import Claim
from signproof.theory.norms import L2, LINF
from signproof.theory.symbols import V0, k

STEPS = 8
"""How long a run is followed."""
CHUNK, CHUNKS = 100, 4
"""Iterations of Adam between two looks at the clock, and how many times."""
RATE = 0.05
"""Adam's step size, which a cosine takes to zero."""
LARGEST_GRADIENT = 1.0
FLOOR = 1e-6
"""Least eigenvalue of an inverse Hessian, in relation to the mean."""
THETA = 0.02
"""How far the positions of parameters stay from 0 and 1: a step size that tends to 0 attains most bounds."""
BEST = 40
"""Restarts of which instances are made."""
DENOMINATORS = (8, 64, 1024)
"""The largest entry of a start's gradient, in whole numbers."""
NONPOSITIVE = 50.0
"""Score of a measure above a bound that is not positive."""
NOWHERE = -1e3
"""Score where there is nothing to compare."""


class Shape(NamedTuple):
    """A kind of quadratics, how many coordinates they have, and how many restarts one ascent has."""

    dense: bool
    dimension: int
    restarts: int


SHAPES = (
    *(Shape(False, d, 256) for d in (2, 1, 3)), *(Shape(True, d, 256) for d in (2, 3, 4)), Shape(True, 8, 32),
)  # fmt: skip
"""In the order in which they are tried; each is compiled anew, which takes most of the time."""


def supports(claim: Claim) -> bool:
    """Whether the constants that a bound claim assumes are known as formulas of a quadratic."""
    known = (Smooth, StronglyConvex, PolyakLojasiewicz, Dimension)
    return all(isinstance(a, Constant) and type(a) in known and a.norm in (LINF, L2) for a in claim.assumptions)


def ascend(claim: Claim, ranges: list[Range], shape: Shape, seed: int, deadline: float) -> Iterator[Proposal]:
    """Instances near the best restarts of one ascent, the best first.

    Arguments: a claim that is supported, as `trials.cases` gives it; the ranges of its free parameters; the quadratics;
    the seed of the restarts; when to stop climbing, as `time.monotonic` tells it.
    """
    with jax.enable_x64(True):
        optimizer, climb = _compiled(claim, tuple(ranges), shape)
        points = _restarts(np.random.default_rng(seed), ranges, shape)
        inner = jax.tree.map(
            lambda leaf: np.zeros((shape.restarts, *leaf.shape), leaf.dtype), optimizer.init(_one(points))
        )
        state = _State(points, inner, np.arange(shape.restarts) % 3, points, np.full(shape.restarts, -np.inf))
        for _ in range(CHUNKS):
            state = climb(state)
            jax.block_until_ready(state.scores)
            if monotonic() > deadline:
                break
        scores, points = np.asarray(state.scores), jax.tree.map(np.asarray, state.best)
    order = [int(index) for index in np.argsort(-scores)[:BEST] if scores[index] > NOWHERE]
    for denominator in DENOMINATORS:
        for index in order:
            point = jax.tree.map(lambda array, index=index: array[index], points)
            yield from _rounded(claim, ranges, shape, point, denominator)


def _one(points: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: array[0] for name, array in points.items()}


class _State(NamedTuple):
    points: Any
    optimizer: Any
    modes: Any
    best: Any
    scores: Any


@cache
def _compiled(claim: Claim, ranges: tuple[Range, ...], shape: Shape) -> tuple[Any, Callable[[_State], _State]]:
    """The optimizer of one restart, and a function that climbs CHUNK iterations."""
    schedule = optax.cosine_decay_schedule(RATE, CHUNK * CHUNKS)
    optimizer = optax.chain(optax.clip_by_global_norm(LARGEST_GRADIENT), optax.adam(schedule))
    ascent = jax.vmap(jax.value_and_grad(_Objective(claim, ranges, shape), has_aux=True))

    def once(state: _State, _: object) -> tuple[_State, None]:
        (_, score), slopes = ascent(state.points, state.modes)
        slopes = jax.tree.map(lambda slope: -jnp.nan_to_num(slope, posinf=0.0, neginf=0.0), slopes)
        updates, inner = jax.vmap(optimizer.update)(slopes, state.optimizer, state.points)
        better = score > state.scores

        def keep(new, old):
            return jnp.where(better.reshape(-1, *(1 for _ in new.shape[1:])), new, old)

        best = jax.tree.map(keep, state.points, state.best)
        points = optax.apply_updates(state.points, updates)
        return _State(points, inner, state.modes, best, jnp.where(better, score, state.scores)), None

    return optimizer, jax.jit(lambda state: jax.lax.scan(once, state, length=CHUNK)[0])


def _restarts(rng: np.random.Generator, ranges: list[Range], shape: Shape) -> dict[str, np.ndarray]:
    d, n = shape.dimension, shape.restarts
    matrix = rng.standard_normal((n, d, d) if shape.dense else (n, d))
    slope = rng.standard_normal((n, d))
    # half of them begin where one entry of the gradient is much larger than the others
    slope[1::2, 1:] *= 10.0 ** rng.uniform(-3, 0, (len(slope[1::2]), 1))
    return {"matrix": matrix, "slope": slope, "positions": 1.5 * rng.standard_normal((n, len(ranges)))}


@dataclass(frozen=True)
class _Quadratic:
    """A quadratic in floats, with an axis of length 1 for the batch, and its start."""

    problem: Problem
    start: Any
    inverse: Any
    """The inverse Hessian, or its diagonal."""
    curvature: Any
    """The Hessian, or its diagonal."""


def _quadratic(point: Mapping[str, Any], shape: Shape) -> _Quadratic:
    d = shape.dimension
    if not shape.dense:
        h = jnp.exp(point["matrix"]) + FLOOR * jnp.exp(point["matrix"].max())
        return _Quadratic(DiagonalQuadratic(h[:, None]), (point["slope"] / h)[:, None], 1 / h, h)
    B = point["matrix"]
    C = B @ B.T
    C = C + FLOOR * jnp.trace(C) / d * jnp.eye(d)
    A = jax.scipy.linalg.solve_triangular(jnp.linalg.cholesky(C), jnp.eye(d), lower=True)
    return _Quadratic(LeastSquares(A[:, :, None]), (C @ point["slope"])[:, None], C, A.T @ A)


def _constant(quadratic: _Quadratic, assumption: Constant, shape: Shape) -> Any:
    """The best constant of an assumption."""
    H, C, d = quadratic.curvature, quadratic.inverse, shape.dimension
    if type(assumption) is Dimension:
        return jnp.asarray(float(d))
    if not shape.dense:
        if type(assumption) is Smooth:
            return H.max() if assumption.norm is L2 else H.sum()
        return H.min()
    if type(assumption) is Smooth and assumption.norm is LINF:
        signs = np.where((np.arange(2 ** (d - 1))[None, :] >> np.arange(d)[:, None]) & 1, -1.0, 1.0)
        return (signs * (H @ signs)).sum(axis=0).max()
    if assumption.norm is LINF:
        return 1 / jnp.diagonal(C).max()
    values = jnp.linalg.eigvalsh(H)
    return values[-1] if type(assumption) is Smooth else values[0]


class _Objective:
    """What is to be raised, and log(measured / bound), the largest along the run, of one restart."""

    def __init__(self, claim: Claim, ranges: tuple[Range, ...], shape: Shape):
        self.claim, self.ranges, self.shape = claim, ranges, shape
        self.bounds = [_finite(claim, step) for step in range(STEPS + 1)]

    def __call__(self, point, mode):
        claim, xp = self.claim, FLOATS
        quadratic = _quadratic(point, self.shape)
        values, inside = self._values(point, quadratic)
        values[V0] = height = quadratic.problem.suboptimality(quadratic.start, xp)[0]
        measured = self._measured(quadratic, values)
        limits, compared = [], []
        for step, formula in enumerate(self.bounds):
            compares = formula is not None and not (step == 0 and promises_decrease(claim))
            limits.append(evaluate(formula, values, xp) if compares else jnp.ones(()))
            compared.append(self._in_domain(values, step) if compares else jnp.asarray(False))
        limit, asked = jnp.stack([jnp.broadcast_to(x, ()) for x in limits]), jnp.stack(compared) & inside
        compare = asked & (measured > 0) & (limit > 0)
        logs = jnp.log(jnp.where(compare, measured, 1.0)) - jnp.log(jnp.where(compare, limit, 1.0))
        scores = jnp.where(compare, logs, jnp.where(asked & (measured > 0), NONPOSITIVE, NOWHERE))
        promised = jnp.abs(jnp.log(jnp.where(compare & (height > 0), limit / height, jnp.e)))
        relative = jnp.where(compare, logs / (promised + 1e-9), scores)
        first = jnp.where(asked[1], scores[1], scores.max())
        return jnp.select([mode == 0, mode == 1], [scores.max(), relative.max()], first), scores.max()

    def _values(self, point: Mapping[str, Any], quadratic: _Quadratic) -> tuple[dict[Symbol, Any], Any]:
        values: dict[Symbol, Any] = {}
        inside = jnp.asarray(True)
        for assumption in self.claim.assumptions:
            assert isinstance(assumption, Constant)
            best, symbol = _constant(quadratic, assumption, self.shape), assumption.constant
            if not isinstance(symbol, Symbol):
                inside &= (best >= float(symbol)) if assumption.largest else (best <= float(symbol))
            elif symbol in values:
                values[symbol] = (jnp.minimum if assumption.largest else jnp.maximum)(values[symbol], best)
            else:
                values[symbol] = best
        for interval, raw in zip(self.ranges, point["positions"], strict=True):
            theta = THETA + (1 - 2 * THETA) * jax.nn.sigmoid(raw)
            values[interval.symbol] = interval.at(theta, values, FLOATS)
        for relation in self.claim.domain:
            if not relation.has(k, V0):
                inside &= domain.holds(relation, values, FLOATS)
        return values, inside

    def _in_domain(self, values: dict[Symbol, Any], step: int) -> Any:
        met = jnp.asarray(True)
        for relation in self.claim.domain:
            if relation.has(k):
                here = relation.subs(k, step)
                met &= bool(here) if isinstance(here, BooleanAtom) else domain.holds(here, values, FLOATS)
        return met

    def _measured(self, quadratic: _Quadratic, values: dict[Symbol, Any]) -> Any:
        """The measure at k = 0, ..., STEPS."""
        claim, problem, xp = self.claim, quadratic.problem, FLOATS
        algorithm, measure = claim.algorithm, claim.measure
        assert algorithm is not None and measure is not None
        iterations = values | {k: jnp.arange(STEPS + 1.0)}
        numbers = {
            name: jnp.broadcast_to(evaluate(formula, iterations, xp), STEPS + 1)
            for name, formula in algorithm.parameters.items()
        }

        of = plan(measure)

        def advance(carry, now, past):
            x, memory = carry
            quantity = tuple(read(stream, problem, x, past, xp)[0] for stream in of.streams)
            x, memory = move(algorithm.at(**now), x, lambda at: problem.gradient(at, xp), memory, xp)
            return (x, memory), quantity

        first = partial(problem.gradient, xp=xp)
        streams = scanned(advance, algorithm, numbers, quadratic.start, xp, numbers, STEPS + 1, of.averages, first)
        return jnp.broadcast_to(along(of.quiet, values, STEPS, 0, xp, streams), STEPS + 1)


def _finite(claim: Claim, step: int) -> Expr | None:
    """The bound at a step, None where it has no value."""
    try:
        formula = bound_at(claim, step)
    except ZeroDivisionError:
        return None
    return None if formula.has(oo) else formula


def _rounded(claim: Claim, ranges: list[Range], shape: Shape, point: Any, denominator: int) -> Iterator[Proposal]:
    """Instances near a restart: the largest entry of the start's gradient is `denominator`, the others whole."""
    with jax.enable_x64(True):
        quadratic = _quadratic(jax.tree.map(jnp.asarray, point), shape)
        data = np.asarray(next(iter(quadratic.problem.arrays().values())))[..., 0]
    slope = np.asarray(point["slope"])
    scale = np.abs(slope).max()
    thetas = THETA + (1 - 2 * THETA) / (1 + np.exp(-np.asarray(point["positions"])))
    if not (np.isfinite(data).all() and np.isfinite(slope).all() and scale > 0):
        return
    largest = np.abs(data).max()
    positions = dict(zip((interval.symbol for interval in ranges), nearest(thetas, 2 * denominator), strict=True))
    whole = rationals(np.rint(slope / scale * denominator).astype(int))
    whole = np.array([w if w else fmpq(1 if s >= 0 else -1, denominator) for w, s in zip(whole, slope, strict=True)])
    # most claims do not depend on the scales of f and x; those that do are tried at the scales found, too
    for unit, size in ((rational(1), rational(1)), (_simple(scale / denominator), _simple(largest))):
        problem = _problem(data / largest, size, denominator, shape)
        hessian = problem.hessian()
        assert hessian is not None
        try:
            solved = fmpq_mat(hessian.tolist()).solve(fmpq_mat(len(slope), 1, list(whole * unit)))
        except ZeroDivisionError:
            continue
        parameters = pose(claim, ranges, problem, positions, {})
        if parameters is not None:
            start = tuple(row[0] for row in solved.tolist())
            yield Proposal(claim, problem, parameters, start, STEPS)


def _problem(data: np.ndarray, size: fmpq, denominator: int, shape: Shape) -> Problem:
    """The quadratic whose numbers, the largest of which is 1, are rounded and multiplied by a size."""
    near = nearest(data, denominator)
    least = fmpq(1, denominator)
    if not shape.dense:
        return DiagonalQuadratic(np.array([entry if entry > 0 else least for entry in near]) * size)
    for row in range(shape.dimension):
        near[row, row] = near[row, row] or least
    return LeastSquares(near * size)


def _simple(number: float) -> fmpq:
    """A power of two near a positive number."""
    exponent = int(np.rint(np.log2(number)))
    return fmpq(2) ** exponent
