"""Instances: a problem, constants, parameters and a start that meet all that a claim assumes.

A claim that holds because nothing meets its assumptions says nothing. So each verdict exhibits an instance, decided
exactly: the problem is rational data, its constants are known, and Z3 finds parameters in the domain for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import numpy as np
from flint import fmpq
from sympy import Eq, Ge, Le, Rational
from sympy.logic.boolalg import Boolean

from signproof.checks.domain import Unsupported
from signproof.checks.exact import RATIONALS, Balls, Undecided, rationals
from signproof.checks.problem import Problem, families, nearest
from signproof.checks.trials import in_numbers
from signproof.checks.verdict import Evidence
from signproof.theory.assumptions import Constant
from signproof.theory.claim import Claim
from signproof.theory.decide import Answer, satisfiable, simplest
from signproof.theory.symbols import V0, k

PER_BATCH = 4
"""Instances of each batch that are tried, spread over it."""
DENOMINATORS = (1, 16)
"""Denominators tried when an instance is rounded, before its floats are taken as they are."""
ITERATIONS = (0, 1, 10)
"""Iterations tried for a domain that speaks of k."""
BITS = 128
"""Precision at which a value at a start that is not rational is told from the minimum."""


def exhibit(claim: Claim, seed: int = 0) -> Evidence | None:
    """An instance of a bound claim that meets its assumptions and domain, with f(x_0) > f*; None if none is found.

    Every family is asked, and the evidence says which can supply one if not all can.
    """
    try:
        posed = in_numbers(claim)[0]
    except Unsupported:
        return None
    able: list[str] = []
    words, facts = "", {}
    for number, family in enumerate(families()):
        for problem, start, sharp in _candidates(family, [seed, number]):
            values = _parameters(posed, problem, start, sharp, satisfiable if able else simplest)
            if values is None:
                continue
            if not able:
                words = f"{problem.describe()}; {_listed(values)}; from ({', '.join(map(str, start))})"
                facts = {"parameters": values, "start": [str(entry) for entry in start]}
            able.append(family.family)
            break
    if not able:
        return None
    if len(able) < len(families()):
        words += f"; of the families only these meet all that is assumed: {', '.join(able)}"
    label = posed.id.removeprefix(claim.id).strip()
    return Evidence("instance", "exact", f"{label} {words}".strip(), facts | {"families": able})


def parameters(claim: Claim) -> Evidence | None:
    """Values of the parameters that meet the domain of a claim; None if none are found."""
    answer = simplest(claim.premises)
    if not answer.model:
        return None
    values = {str(symbol): str(value) for symbol, value in answer.model.items()}
    return Evidence("instance", "exact", f"the domain holds {_listed(values)}", {"parameters": values})


def _candidates(family: type[Problem], seed: list[int]) -> Iterator[tuple[Problem, tuple[fmpq, ...], bool]]:
    """Problems and starts, and whether their constants shall be the best ones: first all that are, then all again."""
    for sharp in (True, False):
        for batch, starts in family.samples(np.random.default_rng(seed), 1):
            for index in np.linspace(0, starts.shape[1] - 1, PER_BATCH).astype(int):
                problem = batch.one(int(index))
                for denominator in DENOMINATORS:
                    yield problem.rounded(denominator), tuple(nearest(starts[:, index], denominator)), sharp
                yield problem, tuple(nearest(starts[:, index], 2**60)), sharp


def _parameters(
    claim: Claim, problem: Problem, start: tuple[fmpq, ...], sharp: bool, find: Callable[[list[Boolean]], Answer]
) -> dict[str, str] | None:
    """Constants valid for a problem, the best ones if they shall be sharp, and other parameters in the domain."""
    constants = cast(tuple[Constant, ...], claim.assumptions)
    try:
        best = {assumption: problem.exact_constant(assumption) for assumption in constants}
        above = _above(claim, problem, start)
    except (ValueError, TypeError, ZeroDivisionError, Undecided):
        return None  # not an instance of the family, or its start is not told from the minimum
    if above is None or None in best.values():
        return None
    known = [*above, *(_valid(assumption, constant, sharp) for assumption, constant in best.items())]
    for iteration in ITERATIONS:
        answer = find([part.subs(k, iteration) for part in (*claim.premises, *known)])
        if answer.model:
            return {str(symbol): str(value) for symbol, value in answer.model.items() if symbol != V0}
        if not any(relation.has(k) for relation in claim.domain):
            break
    return None


def _valid(assumption: Constant, best: Any, sharp: bool) -> Boolean:
    relation = Eq if sharp else Le if assumption.largest else Ge
    return relation(assumption.constant, Rational(int(best.p), int(best.q)))


def _above(claim: Claim, problem: Problem, start: tuple[fmpq, ...]) -> tuple[Boolean, ...] | None:
    """What is known of V_0; None if the start is a minimizer, or if V_0 is not exact and the domain needs it."""
    with Balls(BITS) as balls:
        xp = RATIONALS if problem.rational else balls
        low, high = xp.ends(problem.over(xp).suboptimality(xp.number(rationals(list(start))), xp))
    if not low > 0 or (low < high and any(relation.has(V0) for relation in claim.domain)):
        return None
    return (Eq(V0, Rational(int(low.p), int(low.q))),) if low == high else ()


def _listed(values: dict[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values.items())
