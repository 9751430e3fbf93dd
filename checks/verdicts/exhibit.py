"""Instances: a problem, constants, parameters and a start that meet all that a claim assumes.

A claim that holds because nothing meets its assumptions says nothing. So each verdict exhibits an instance, decided
exactly. For a bound on a run it is a problem of a family: rational data, its constants are known, and Z3 finds
parameters in the domain for them. For flows, implications and bounds that no family can supply it is the simplest
example: Z3 finds constants and parameters with which all that is assumed holds of it at all points. For a claim about
parameters alone it is a point of the domain. Numbers of iterations, steps, workers, draws and coordinates are whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from itertools import product
from typing import Any

import numpy as np
from flint import fmpq
from sympy import Eq, Expr, Ge, Le, Rational, Symbol, false, nan, zoo
from sympy.logic.boolalg import Boolean

from signproof.checks.facts.families import asked, believed, doubt_of
from signproof.checks.facts.runs import fits, outside_start
from signproof.checks.facts.simplest import Example
from signproof.checks.kind import kind_of
from signproof.checks.numbers.exact import RATIONALS, Balls, Undecided, rationals
from signproof.checks.posing.cases import at_workers, in_numbers
from signproof.checks.posing.domain import Unsupported
from signproof.checks.posing.special import assumes_convexity, special
from signproof.checks.problems.base import Problem, is_convex, nearest
from signproof.checks.trials.batch import constant_with
from signproof.checks.verdicts.verdict import Evidence
from signproof.theory.algebra.decide import SIMPLE, Answer, follows, satisfiable, simplest, truth
from signproof.theory.algebra.elementary import bounds
from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.objective import Constant
from signproof.theory.border.counts import counted, size
from signproof.theory.border.runs import about_later, about_run_and_points
from signproof.theory.claim import Claim
from signproof.theory.symbols import V0, i, k

PER_BATCH = 4
"""Instances of each batch that are tried, spread over it."""
DENOMINATORS = (1, 16)
"""Denominators tried when an instance is rounded, before its floats are taken as they are."""
WHOLE = (1, 0, 10, 100, 1000)
"""Tried for k and other whole numbers that a domain speaks of."""
DIMENSIONS = (1, 2, 3)
"""Tried for the simplest example."""
SEARCHED = 2
"""Symbols for which simple numbers are tried where Z3 only knows bounds."""
ROUNDS = 10
"""How often new constants are tried for it."""
BITS = 128
"""Precision at which a value at a start that is not rational is told from the minimum."""


def exhibit(claim: Claim, seed: int = 0) -> Evidence | None:
    """An instance that meets the assumptions and the domain of a claim, with f(x_0) > f* of a run or a flow.

    None if none is found, and of claims that assume nothing or say it in words.
    """
    return kind_of(claim).exhibit(claim, seed)


def of_families(claim: Claim, seed: int) -> Evidence | None:
    """Every family is asked but the costly ones, and the evidence says which can supply an instance if not all can."""
    try:
        voted = at_workers(claim)[0]
        posed = in_numbers(voted)[0]
    except Unsupported:
        return None
    workers = getattr(claim.algorithm, "workers", None)
    fixed = {str(workers): str(voted.algorithm.workers)} if isinstance(workers, Symbol) else {}
    able: list[str] = []
    words, facts = "", {}
    tried = [family for family in believed(claim) if not family.costly]
    for number, family in enumerate(tried):
        for problem, start, sharp in _candidates(family, [seed, number]):
            values = _parameters(posed, problem, start, sharp, satisfiable if able else simplest)
            if values is None:
                continue
            values = dict(sorted((values | fixed).items()))
            if not able:
                words = f"{problem.describe()}; {_listed(values)}; from ({', '.join(map(str, start))})"
                facts = {"parameters": values, "start": [str(entry) for entry in start]}
            able.append(family.family)
            break
    if not able:
        return None
    if len(able) < len(tried):
        words += f"; only these families meet all assumptions: {', '.join(able)}"
    label = posed.id.removeprefix(claim.id).strip()
    return Evidence("instance", "exact", f"{label} {words}".strip(), facts | {"families": able})


def parameters_alone(claim: Claim) -> Evidence | None:
    """Numbers in the domain."""
    occurring = set().union(*(premise.free_symbols for premise in claim.premises))
    for counts in _counts(claim) if occurring else ():
        values = _values([_at(premise, counts) for premise in claim.premises], claim.whole, simplest)
        model = {symbol: number for symbol, number in ((values or {}) | counts).items() if symbol in occurring}
        if values is not None and all(truth(premise, model) for premise in claim.premises):
            parameters = _texts({symbol: number for symbol, number in model.items() if symbol != k})
            return Evidence(
                "instance", "exact", f"the domain contains {_listed(_texts(model))}", {"parameters": parameters}
            )
    return None


def _values(
    premises: Sequence[Boolean], whole: Set[Symbol], find: Callable[..., Answer]
) -> dict[Symbol, Rational] | None:
    """Values at which all premises hold: those that Z3 finds or, where logarithms and the like are only bounded for it,
    some near to them or simple ones. None if there are none, or none are found.
    """
    answer = find(premises, whole=whole)
    if answer.model or answer.holds is (find is satisfiable):
        return answer.model
    if not answer.hint:
        return None
    free = sorted(set().union(*(premise.free_symbols for premise in premises)), key=str)
    hints = [answer.hint, follows(false, (*premises, *bounds(premises)), whole).hint]
    if len(free) <= SEARCHED:
        hints += [dict(zip(free, numbers, strict=True)) for numbers in product(SIMPLE, repeat=len(free))]
    return next((hint for hint in hints if hint and all(truth(premise, hint) for premise in premises)), None)


# ------------------------------------------------------------------------------------- the simplest example


def simplest_example(claim: Claim, begins: bool = True) -> Evidence | None:
    """The example in as few dimensions as possible, with constants and parameters that Z3 finds; and, if the claim is
    about what begins somewhere, with a start.
    """
    for dimension, counts in product(DIMENSIONS, _counts(claim)):
        example = Example(dimension)
        try:
            model = _constants(claim, example, counts)
        except (Unsupported, TypeError):  # it speaks of what the example, or Z3, does not have
            return None
        if model is not None:
            return _told(claim, example, model, begins)
    return None


def _constants(claim: Claim, example: Example, counts: dict[Symbol, Rational]) -> dict[Symbol, Rational] | None:
    """Values with which the premises are true and the assumptions hold of the example at all points.

    What fails at some point is asked there of all further values; it begins with the points of 0 and 1.
    """
    run = {**counts, V0: example.height}
    workers = getattr(claim.algorithm, "workers", 1)
    known = [_at(premise, run) for premise in (*claim.premises, example.s > 0, Eq(workers, 1))]
    assumed = []
    for assumption in claim.assumptions:
        if about_later(assumption):
            raise Unsupported("later iterates are not known")
        said, points = example.states(assumption)
        if said.has(k):
            raise Unsupported(f"{assumption} must hold at every k, but constants are found for one")
        assumed.append(said)
        coordinates = [coordinate for point in points for coordinate in point]
        for corner in product((0, 1), repeat=len(coordinates)):
            known.append(_at(said, counts | dict(zip(coordinates, corner, strict=True))))
    for _ in range(ROUNDS):
        values = _values(known, claim.whole, simplest)
        if values is None:
            return None
        free = claim.parameters.union(*example.vectors.values())
        model = dict.fromkeys(free, Rational(1)) | values | counts
        model[V0] = example.height.subs(model)
        fixed = [Eq(symbol, number) for symbol, number in model.items()]
        broken = [(said, failure) for said in assumed if not (failure := follows(said, fixed)).holds]
        if not broken:
            return model if all(truth(premise, model) for premise in claim.premises) else None
        if any(failure.holds is None for _, failure in broken):
            return None
        for said, failure in broken:
            where = {symbol: number for symbol, number in failure.model.items() if symbol not in model}
            known.append(_at(said, counts | where))
    return None


def _at(said: Boolean, values: dict[Symbol, Expr]) -> Boolean:
    """A statement at some points; it is false where it has no value."""
    try:
        there = said.subs(values)
    except TypeError:  # SymPy's way to say that a side is not a real number
        return false
    return false if there.has(zoo, nan) else there


def _told(claim: Claim, example: Example, model: dict[Symbol, Rational], begins: bool) -> Evidence:
    words = ["f = x^2/2 on the line" if example.dimension == 1 else f"f = ||x||_2^2/2 in R^{example.dimension}"]
    words += example.remarks
    parameters = {symbol: model[symbol] for symbol in claim.parameters - {k}}
    constants = {symbol: model[symbol] for vector in example.vectors.values() for symbol in vector}
    words += [_listed(_texts(parameters | constants))] if parameters or constants else []
    start = [str(entry.subs(model)) for entry in example.start]
    words += [f"from ({', '.join(start)})"] if example.begun or begins else []
    facts = {
        "parameters": _texts(parameters),
        "constants": {letter: [str(model[entry]) for entry in vector] for letter, vector in example.vectors.items()},
        "start": start,
    }
    return Evidence("instance", "exact", "; ".join(words), facts)


def _counts(claim: Claim) -> Iterator[dict[Symbol, Rational]]:
    """Values to be tried for what is a whole number: k, the number of steps, of workers and of draws in a batch; if the
    domain restricts them, some that Z3 finds, too. Dimensions are not among them: problems have theirs.
    """
    sizes = {size(assumption, i) for assumption in claim.assumptions}
    least = {number: lower for number, lower in counted(claim).items() if number in (claim.parameters | {k}) - sizes}
    found = sorted(least, key=str)
    restricted = any(premise.has(*found) for premise in claim.domain)
    for numbers in product(WHOLE if restricted else WHOLE[:1], repeat=len(found)):
        if all(number >= least[symbol] for symbol, number in zip(found, numbers, strict=True)):
            yield {symbol: Rational(number) for symbol, number in zip(found, numbers, strict=True)}
    if restricted:
        enough = (Ge(symbol, lower) for symbol, lower in least.items())
        model = simplest((*claim.premises, *enough), whole=claim.whole).model
        if {*found} <= model.keys():
            yield {symbol: model[symbol] for symbol in found}


# ------------------------------------------------------------------------------------- problems of families


def _candidates(family: type[Problem], seed: list[int]) -> Iterator[tuple[Problem, tuple[fmpq, ...], bool]]:
    """Problems and starts, and whether their constants shall be the best ones: first all that are, then all again."""
    for sharp in (True, False):
        for batch, starts in family.drawn(np.random.default_rng(seed), 1):
            for index in np.linspace(0, starts.shape[1] - 1, PER_BATCH).astype(int):
                problem = batch.one(int(index))
                for denominator in DENOMINATORS:
                    yield problem.rounded(denominator), tuple(nearest(starts[:, index], denominator)), sharp
                yield problem, tuple(nearest(starts[:, index], 2**60)), sharp


def _parameters(
    claim: Claim, problem: Problem, start: tuple[fmpq, ...], sharp: bool, find: Callable[..., Answer]
) -> dict[str, str] | None:
    """Constants valid for a problem, the best ones if they shall be sharp, and other parameters in the domain."""
    constants = [a for a in claim.assumptions if isinstance(a, Constant) and not isinstance(special(a), Convex)]
    if not fits(claim, problem.dimension) or doubt_of(problem, asked(claim)):
        return None
    if any(about_later(assumption) or about_run_and_points(assumption) for assumption in claim.assumptions):
        return None  # a start and a few iterates do not show that it is met
    try:
        if assumes_convexity(claim.assumptions) and not is_convex(problem):
            return None
        best = {assumption: constant_with(problem, assumption, start) for assumption in constants}
        above = _above(claim, problem, start)
    except (ValueError, TypeError, ZeroDivisionError, Undecided):
        return None  # not an instance of the family, or its start is not told from the minimum
    if above is None or None in best.values():
        return None
    known = [*above, *(_valid(assumption, constant, sharp) for assumption, constant in best.items())]
    for counts in _counts(claim):
        found = _values([_at(part, counts) for part in (*claim.premises, *known)], claim.whole, find)
        model = (found or {}) | counts
        met = found is not None and all(truth(part, model) for part in (*claim.premises, *known))
        if met and not outside_start(claim, problem, start, {s: n for s, n in model.items() if n.is_Rational}):
            return _texts({symbol: number for symbol, number in model.items() if symbol not in (k, V0)})
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


def _texts(model: dict[Symbol, Rational]) -> dict[str, str]:
    return {str(symbol): str(model[symbol]) for symbol in sorted(model, key=str)}


def _listed(values: dict[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values.items())
