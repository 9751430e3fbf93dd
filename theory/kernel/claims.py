"""What a claim may be: the parts of its kind, symbols that mean one thing, and premises that it states."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from signproof.theory.kernel import forms
from signproof.theory.kernel.form import Points, Rule, Stated
from signproof.theory.kernel.forms import Number, Relation, Wrong, same, symbol
from signproof.theory.kernel.reading import conditions, number, stated

KINDS = {
    "algebraic": False, "implication": False, "orbit": True, "bound": True, "flow": True, "comparison": True,
}  # fmt: skip
"""The kinds of claims that can be proved, and whether they have a method."""
RUNS = ("bound", "flow", "comparison")
"""Kinds of claims about runs from a start with V_0 > 0."""
TIMED = ("flow", "comparison")
BOUND = ("k", "V_0")
"""Symbols that are bound whether or not they are called parameters."""


def require_claim(claim: Stated) -> None:
    """Raises Wrong for a claim that could be read in two ways, or whose proof could take for granted what it hides."""
    kind, run = claim.kind, claim.kind in RUNS
    if kind not in KINDS:
        raise Wrong(f"claims of the kind {kind[:40]!r} are not proved")
    if claim.timed != (kind in TIMED):
        raise Wrong("only flows and comparisons are about times")
    if (claim.rule is not None) != KINDS[kind] or (claim.orbit is not None) != (kind == "orbit"):
        raise Wrong("a method goes with runs and orbits, an orbit with claims about orbits")
    free = {*claim.parameters} - {*BOUND} - ({"t"} if claim.timed else set())
    taken = [name for name in free if run and name[:2] in _printed(claim)]  # as the terms of a run are printed
    reserved = {*taken, *BOUND, *forms.INDICES, "l", "f_*"} | ({"t", "s"} if claim.timed else set())
    if len(free | {*claim.parameters}) < len(claim.parameters) or free & reserved:
        raise Wrong("a parameter has the name of another or of an index, or is named twice")
    for name in (claim.horizon, claim.steps):
        if name is not None and (kind != "bound" or name not in free):
            raise Wrong("the length of a run is no parameter of a bound")
    if claim.horizon is not None and claim.steps is not None:
        raise Wrong("a run has two lengths")
    if claim.rule is not None:
        _require_workers(claim.rule, free)
    if claim.orbit is not None:
        _require_orbit(claim.orbit, free | reserved, free)
    _require_numbers(claim.domain, free | {"V_0"} | ({"k"} if run else set()) | ({"t"} if claim.timed else set()))
    _require_numbers((each for assumed in claim.assumptions for each in assumed.conditions), free | {"f_*"})
    times = [Relation(symbol("t"), kind, Number()) for kind in (">", ">=")]
    for said in _said(claim.domain if claim.timed else ()):
        if any("t" in forms.free(part) for part in forms.sides(said)) and not any(same(said, each) for each in times):
            raise Wrong("the domain restricts times")
    _require_premises(claim)


def _printed(claim: Stated) -> tuple[str, ...]:
    """How the names of the terms of a run begin."""
    return ("V_", "g_", "x_", *(("m_", "m'") if claim.rule is not None and claim.rule.later else ()))


def _said(trees: Iterable[Any]) -> Iterable[Any]:
    """What restrictions say: that they have a value, too, as x^0 >= 1 does not show that x = 1/k has one."""
    return (said for tree in trees for said in (stated(tree), *conditions(tree)))


def _require_numbers(trees: Iterable[Any], symbols: set[str]) -> None:
    """What restricts the parameters is about them alone."""
    for part in (part for said in _said(trees) for part in forms.sides(said)):
        if not forms.free(part) <= symbols or any(map(forms.is_term, forms.inside(part))):
            raise Wrong("the domain, or a condition of what is assumed, is not about parameters alone")


def _require_workers(rule: Rule, free: set[str]) -> None:
    """The number of workers is a parameter or 1, 2, ..."""
    if rule.workers is not None and rule.workers not in [["symbol", name] for name in free]:
        count = number(rule.workers).constant
        if count is None or count.denominator > 1 or count < 1:
            raise Wrong("the number of workers is neither a parameter nor 1, 2, ...")


def _require_orbit(orbit: Points, taken: set[str], free: set[str]) -> None:
    """Coordinates are named once and like nothing else; function and points are formulas in them and the parameters."""
    names = set(orbit.coordinates)
    if len(names) < len(orbit.coordinates) or names & taken or not orbit.points:
        raise Wrong("a coordinate of the orbit has the name of another or of a parameter, or it has no points")
    for tree in (orbit.function, *(entry for point in orbit.points for entry in point)):
        form = number(tree)
        known = free | names if tree is orbit.function else free
        if not forms.free(form) <= known or any(map(forms.is_term, forms.inside(form))):
            raise Wrong("the orbit is about something that is no parameter")


def _require_premises(claim: Stated) -> None:
    """What is taken for granted is in the domain, or a condition of an assumption, or goes with the kind."""
    known = [*claim.domain, *(each for assumed in claim.assumptions for each in assumed.conditions)]
    if claim.kind in (*RUNS, "algebraic", "implication"):
        known.append(["gt", ["symbol", "V_0"], "0"])
    if claim.kind in ("bound", "algebraic", "implication"):
        known.append(["ge", ["symbol", "k"], "0"])
    if claim.horizon is not None:
        known.append(["ge", ["symbol", claim.horizon], "0"])
    if claim.rule is not None and isinstance(claim.rule.workers, list):
        known.append(["ge", claim.rule.workers, "1"])
    if not set(map(str, claim.premises)) <= set(map(str, known)):
        raise Wrong("a premise is neither in the domain nor a condition of what is assumed")
