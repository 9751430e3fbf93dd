"""What of a claim can be computed with: at numbers of steps and of workers, without noise, in each geometry."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields, replace
from typing import Any

from sympy import Eq, Expr, Ge, Symbol, false, nan, true, zoo
from sympy.logic.boolalg import Boolean

from signproof.checks.posing.domain import Unsupported
from signproof.checks.posing.special import special
from signproof.theory.assumptions.composite import Entries
from signproof.theory.assumptions.gradients import OracleAssumption
from signproof.theory.assumptions.objective import Assumption, Constant
from signproof.theory.border.consistency import draws
from signproof.theory.border.runs import about_run, stated
from signproof.theory.claim import Claim, ClaimError
from signproof.theory.measures.runs import Measure
from signproof.theory.norms import ANY, L2, LINF, OPERATOR, DualPair
from signproof.theory.symbols import k
from signproof.theory.terms.proximal import entry

HORIZONS = (0, 1, 8)
"""Numbers of steps fixed before the run that are tried; each is compiled anew."""


WORKERS = (1, 2, 3, 5, 8, 25, 100, 1000)
"""Numbers of workers, of which the first are tried that the domain allows."""


WORKERS_TRIED = 3


def cases(claim: Claim) -> list[Claim]:
    """The claim itself or what of it can be computed with: at some numbers of steps and of workers, without noise, in
    numbers.

    Raises Unsupported if it assumes something that is not about constants of the objective, or if its domain has none
    of the numbers of workers that are tried.
    """
    if claim.measure is not None and claim.measure.horizon is not None:
        raise Unsupported(
            f"{claim.measure.symbol} is a quantity of a whole run; such claims are tested for proximal methods only"
        )
    return [posed for fixed in at_horizons(claim) for voted in at_workers(fixed) for posed in in_numbers(voted)]


def at_horizons(claim: Claim, numbers: Sequence[int] = HORIZONS) -> list[Claim]:
    """The claim itself or, if it is about a number of steps fixed before the run, its case for each of some numbers.

    Raises Unsupported if the domain has none of the numbers.
    """
    if claim.horizon is None:
        return [claim]
    fixed = _fixed(claim, claim.horizon, numbers, (*claim.domain, Eq(k, claim.horizon)))
    if not fixed:
        raise Unsupported(f"none of the numbers of steps {', '.join(map(str, numbers))} is in the domain")
    return fixed


def at_workers(claim: Claim) -> list[Claim]:
    """The claim itself or, if the number of its workers is a parameter, its case for each of some whole numbers; for
    one if it does not depend on the number.

    Without noise the number is no part of the algorithm, and would be drawn as any real number in its range.
    Raises Unsupported if the domain has none of the numbers.
    """
    workers = getattr(claim.algorithm, "workers", None)
    if not isinstance(workers, Symbol):
        return [claim]
    assert claim.bound is not None
    assumed = any(workers in assumption.symbols for assumption in claim.assumptions)
    matters = assumed or claim.bound.has(workers) or any({workers} < relation.free_symbols for relation in claim.domain)
    fixed = _fixed(claim, workers, WORKERS, claim.domain)
    if not fixed:
        raise Unsupported(f"none of the numbers of workers {', '.join(map(str, WORKERS))} is in the domain")
    return fixed[:WORKERS_TRIED] if matters else [replace(fixed[0], id=claim.id)]


def _fixed(claim: Claim, symbol: Symbol, numbers: Sequence[int], relations: Sequence[Boolean]) -> list[Claim]:
    """The claim on a domain with each number that this allows in place of a symbol."""
    assert claim.algorithm is not None and claim.bound is not None
    fixed = []
    for number in numbers:
        at = {symbol: number}
        try:
            domain = [relation.subs(at) for relation in relations]
        except TypeError:  # SymPy's way to say that a side has no value there
            continue
        if false in domain or any(relation.has(zoo, nan) for relation in domain):
            continue
        with suppress(ClaimError):  # the domain, whose other parameters may decide, is empty there
            fixed.append(
                replace(
                    claim,
                    id=f"{claim.id} ({symbol} = {number})",
                    algorithm=claim.algorithm.at(**{n: e.subs(at) for n, e in claim.algorithm.parameters.items()}),
                    assumptions=tuple(_assumed(assumption, at) for assumption in claim.assumptions),
                    domain=tuple(relation for relation in domain if relation != true),
                    bound=claim.bound.subs(at),
                    horizon=None if symbol == claim.horizon else claim.horizon,
                    proof=None,
                )
            )
    return fixed


def _assumed(assumption: Assumption, at: dict[Symbol, int]) -> Assumption:
    """An assumption with a number in place of a symbol. Raises Unsupported if its fields do not tell where."""
    if not assumption.symbols & at.keys():
        return assumption
    entries = {field.name: getattr(assumption, field.name) for field in fields(assumption)}
    fixed = replace(assumption, **{name: entry.subs(at) for name, entry in entries.items() if isinstance(entry, Expr)})
    if fixed.symbols & at.keys():
        raise Unsupported(f"{', '.join(map(str, at))} in {assumption} cannot be replaced by a number")
    return fixed


def in_numbers(claim: Claim) -> list[Claim]:
    """The claim itself or what of it can be computed with: with exact gradients in place of stochastic ones, and if it
    is about every norm, in each that has numbers.

    Raises Unsupported if it assumes something that is not about constants of the objective.
    """
    claim = noiseless(claim)
    for assumption in claim.assumptions:
        if not isinstance(assumption, Constant) and not about_run(assumption) and special(assumption) is None:
            raise Unsupported(f"no family of problems can tell whether it meets {assumption}")
    parts = (claim.algorithm, *claim.assumptions)
    if all(getattr(part, "norm", None) is not ANY for part in parts) and ANY not in _norms(claim.measure):
        return [claim]

    def pose(part: Any, pair: DualPair) -> Any:
        return replace(part, norm=pair) if getattr(part, "norm", None) is ANY else part

    return [
        replace(
            claim,
            id=f"{claim.id} (norm {pair.name})",
            algorithm=pose(claim.algorithm, pair),
            measure=None if claim.measure is None else claim.measure.in_norm(pair),
            assumptions=tuple(pose(assumption, pair) for assumption in claim.assumptions),
            proof=None,
        )
        for pair in (LINF, L2, OPERATOR)
    ]


def _norms(measure: Measure | None) -> tuple[DualPair, ...]:
    return () if measure is None else measure.norms


def noiseless(claim: Claim) -> Claim:
    """A claim about stochastic gradients in the case that they are exact, as its assumptions allow.

    Raises Unsupported if one of them does not say whether it does.
    """
    assert claim.algorithm is not None
    if not claim.algorithm.stochastic:
        return claim
    if claim.measure is None:
        raise Unsupported("a claim without a measure says nothing about exact gradients")
    for assumption in claim.assumptions:
        told = isinstance(assumption, OracleAssumption) and assumption.met_exactly is not None
        if not told and (isinstance(assumption, OracleAssumption) or draws(assumption)):
            raise Unsupported(f"{type(assumption).__name__} is not known to be met by exact gradients")
    oracle = [assumption for assumption in claim.assumptions if isinstance(assumption, OracleAssumption)]
    levels = [assumption for assumption in claim.assumptions if _sum_alone(claim, assumption, oracle)]
    conditions = [each for assumption in oracle for each in (*assumption.conditions, *(assumption.met_exactly or ()))]
    conditions += [Ge(total, 0) for level in levels for total in level.formulas]
    named: set[Symbol] = set().union(*(each.free_symbols for each in (*conditions, *claim.domain)))
    # what nothing else is said of stays bound: a constant that is not negative is a case of the claim
    conditions += [Ge(symbol, 0) for symbol in sorted(set().union(*(a.symbols for a in oracle)) - named, key=str)]
    if false in conditions:
        raise Unsupported("exact gradients do not meet all assumptions on stochastic gradients")
    try:
        return replace(
            claim,
            id=f"{claim.id} (exact gradients)",
            algorithm=claim.algorithm.noiseless,
            measure=claim.measure.noiseless,
            assumptions=tuple(assumption for assumption in claim.assumptions if assumption not in (*oracle, *levels)),
            domain=(*claim.domain, *(condition for condition in conditions if condition != true)),
            proof=None,
        )
    except ClaimError as error:
        raise Unsupported(f"no such claim can be made about exact gradients: {error}") from None


def _sum_alone(claim: Claim, assumption: Assumption, oracle: Sequence[Assumption]) -> bool:
    """Whether it gives numbers for each coordinate of which, but for the noise, only the sum is told: there are such
    numbers, whatever their sum."""
    if not isinstance(assumption, Entries) or claim.measure is None:
        return False
    others = [stated(each) for each in claim.assumptions if each not in (*oracle, assumption)]
    said = [claim.measure.symbol, claim.bound, *claim.domain, *others]
    return all(term.args[0] != assumption.constants for part in said for term in part.atoms(entry))
