"""Whether users' rules are functions of what they are given, asked in numbers where formulas do not reach.

A claim's method, flow, measure and assumptions are asked in formulas when the claim is made (`theory.purity`). What a
rule needs that formulas have not, rationals and floats may have. A family of problems is asked before it is tried.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from sympy import Expr, true
from sympy.core.symbol import Str

from signproof.checks.facts.families import exact
from signproof.checks.facts.measures import examine_measure
from signproof.checks.facts.simplest import Example
from signproof.checks.numbers.arrays import FLOATS
from signproof.checks.numbers.exact import RATIONALS, rational, rationals
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.base import Problem
from signproof.checks.problems.families import families
from signproof.theory.algebra.decide import follows
from signproof.theory.assumptions.gradients import OracleAssumption
from signproof.theory.border import purity, state
from signproof.theory.border.opaque import traced
from signproof.theory.border.purity import FORMULAS, Ground, Impure, first
from signproof.theory.border.steps import Guarded, Unruly
from signproof.theory.claim import Claim
from signproof.theory.declared import said_of
from signproof.theory.measures.runs import Measure
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.terms.expectations import estimate
from signproof.theory.terms.vectors import gradient, point

SCALES = (1, 10**12)
"""Near the minimizer and far from it, where a rule may do something else."""
DIMENSIONS = (1, 2)
"""Dimensions of the simplest example on which assumptions are read."""
# without rounding, numbers may grow long in a step
RATIONAL = Ground(RATIONALS, lambda entries: rationals([*entries]), rational, Fraction(0), steps=2)
SEVERAL = Ground(FLOATS, lambda entries: jnp.array([[*map(float, entries)]] * 3).T, float, Fraction(1, 10**9))
FLOAT = Ground(FLOATS, lambda entries: jnp.array([*map(float, entries)]), float, Fraction(1, 10**9))


def examine(claim: Claim) -> None:
    """Raises Impure or Unruly, in one line with the fix, if a part of a claim is not what its class says."""
    for part in _parts(claim):
        with jax.enable_x64(True):
            any(purity.examine(part, ground) for ground in (FORMULAS, RATIONAL, FLOAT))
        if isinstance(part, Algorithm) and state.own(type(part)):
            _examine_arithmetics(part)
        if isinstance(part, Measure):
            examine_measure(part)
        if isinstance(part, OracleAssumption) and state.own(type(part)):
            _examine_noiseless(part)


def reachable(claim: Claim) -> state.State:
    """What users' classes hold that a judgement of a claim may use."""
    own = [family for family in families(claim) if state.own(family)]
    return state.state(*(part for part in _parts(claim) if state.own(type(part))), *own)


def examine_family(problem: Problem, start: np.ndarray) -> None:
    """Ask a family of a user's twice for gradients and values at points of one instance.

    Arguments: the instance and a start, their numbers floats. Raises Impure if it answers differently, or if something
    that it can reach has changed.
    """
    family = type(problem)
    if not state.own(family):
        return
    before = state.state(family)
    with exact(problem.one(0)) as xp:
        posed = problem.one(0).over(xp)
        guarded = Guarded(posed)
        a = xp.number(rationals(list(np.asarray(start)[:, 0])))
        asked: tuple[Callable[[Any], Any], ...] = (
            lambda x: guarded.gradient(x, xp),
            lambda x: guarded.suboptimality(x, xp),
            guarded.state,
        )
        held = state.state(posed)
        for ask in asked:
            first, _, again = ask(a), ask(a * 2 + xp.rational(1, 3)), ask(a)
            if repr(first) != repr(again):
                raise Impure(f"{family.__name__} returns different values for two calls at the same point: {_FIX}")
        changed = state.change(held, state.state(posed)) or state.change(before, state.state(family))
    if changed:
        raise Impure(f"{family.__name__} changes {changed}: {_FIX}")


_FIX = "a problem must not change between calls (cache what is slow with functools.cache)"


def _parts(claim: Claim) -> list[Any]:
    return [part for part in (claim.algorithm, claim.rival, claim.measure, *claim.assumptions) if part is not None]


def _examine_arithmetics(algorithm: Algorithm) -> None:
    """That the rule is one and the same in all arithmetics: what is proved of it in one is what runs in another.

    A step with exact gradients on f = 1/2 ||x||^2 is compared, in the arithmetics that know what the rule needs.
    """
    for scale in SCALES:
        _compare_arithmetics(algorithm, scale)


def _compare_arithmetics(algorithm: Algorithm, scale: int) -> None:
    found: dict[str, list[Fraction]] = {}
    with jax.enable_x64(True):
        for name, first_step in (
            ("formulas", lambda: first(algorithm, FORMULAS, scale)),
            ("the kernel", lambda: _of_the_kernel(algorithm, scale)),
            ("rationals", lambda: first(algorithm, RATIONAL, scale)),
            ("floats", lambda: first(algorithm, FLOAT, scale)),
            ("floats of several runs at once", lambda: first(algorithm, SEVERAL, scale)[:, 0]),
        ):
            try:
                found[name] = [Fraction(str(entry)) for entry in map(_number, first_step())]
            except Unruly:
                raise
            except Exception:  # the arithmetic does not know what the rule needs
                continue
    for (one, here), (other, there) in pairwise(found.items()):
        # what the step takes away from the point leaves the rounding error of the point
        size = max(abs(Fraction(entry)) for entry in purity.POINTS[0]) * scale if other.startswith("floats") else 0
        if any(abs(a - b) > FLOAT.close * (1 + abs(a) + size) for a, b in zip(here, there, strict=True)):
            raise Impure(
                f"the update of {type(algorithm).__name__} takes a different step in {other} than in {one}: write one "
                "rule for all arithmetics, without checking which one is in use"
            )


def _of_the_kernel(algorithm: Algorithm, scale: int) -> Any:
    """The same step as the kernel sees it, its terms read on the example."""
    example, here = Example(len(purity.POINTS[0])), point(Str("any 0"))
    example.place(here, tuple(FORMULAS.vector([Fraction(entry) * scale for entry in purity.POINTS[0]])))
    now = purity.with_numbers(algorithm, FORMULAS, 0)
    step = traced(now, here, estimate if algorithm.stochastic else gradient)
    example.workers = int(getattr(now, "workers", 1))
    return example.vector(step.after)


def _number(entry: Any) -> Any:
    if isinstance(entry, Expr):
        return entry.evalf(purity.DIGITS)
    return float(entry) if isinstance(entry, jax.Array) else entry


def _examine_noiseless(assumption: OracleAssumption) -> None:
    """That exact gradients meet the statement where `noiseless` holds: Z3 looks for an exception on one example.

    Raises Impure if it finds one.
    """
    if not said_of(type(assumption), "noiseless", "statement"):
        return
    conditions = tuple(each for each in (*assumption.conditions, *assumption.noiseless) if each != true)
    for dimension in DIMENSIONS:
        try:
            said, _ = Example(dimension).states(assumption)
            answer = None if said == true else follows(said, conditions)
        except (Unsupported, TypeError):
            continue
        if answer is not None and answer.model:
            at = ", ".join(f"{symbol} = {number}" for symbol, number in answer.model.items())
            raise Impure(
                f"{type(assumption).__name__}: its `noiseless` says that the exact gradient meets it, and on "
                f"f = 1/2 ||x||^2 it does not, at {at}: correct `noiseless`, or leave it out"
            )
