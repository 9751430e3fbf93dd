"""One step of a method along an orbit, in coordinates: where its rule leads from a point, and what that needs."""

from __future__ import annotations

from typing import Any

from signproof.theory.kernel import forms
from signproof.theory.kernel.form import Points, Rule
from signproof.theory.kernel.forms import Atom, Joined, Number, Relation, Vector, Wrong, symbol
from signproof.theory.kernel.reading import conditions, number, stated, vector


def turn(orbit: Points, rule: Rule, start: int) -> tuple[list[Relation], list[Any]]:
    """An equation for each coordinate, and what must hold for the function to have a gradient at the point."""
    function, here = number(orbit.function), [number(entry) for entry in orbit.points[start]]
    there = [number(entry) for entry in orbit.points[(start + 1) % len(orbit.points)]]
    if not len(here) == len(there) == len(orbit.coordinates):
        raise Wrong("a point of the orbit has not an entry for each coordinate")
    at: dict[Any, Any] = {Atom("symbol", name): entry for name, entry in zip(orbit.coordinates, here, strict=True)}
    needs = [forms.replace(_near(each), at) for each in conditions(orbit.function)]
    needs += [Relation(forms.replace(kink, at), "!=", Number()) for kink in _kinks(function)]
    slope = [forms.replace(derivative(function, name), at) for name in orbit.coordinates]
    assert rule.step is not None
    for each in (*conditions(rule.step), *(part for need in rule.needs for part in (*conditions(need), stated(need)))):
        needs.append(_there(each, here, slope))
    after = _entries(vector(rule.step), here, slope)
    return [Relation(one, "=", other) for one, other in zip(after, there, strict=True)], needs


def _near(condition: Any) -> Any:
    """What must hold for a condition to hold all around a point."""
    return Relation(condition.left, ">", condition.right) if getattr(condition, "kind", "") == ">=" else condition


def _there(statement: Any, here: list[Number], slope: list[Number]) -> Any:
    """What the rule needs, at a point."""
    if isinstance(statement, Joined):
        return Joined(statement.word, tuple(_there(part, here, slope) for part in statement.parts))
    left, right = (_scalar(forms.number(side), here, slope) for side in (statement.left, statement.right))
    return Relation(left, statement.kind, right)


def _kinks(function: Number) -> list[Number]:
    """What must not be zero where the function has a gradient."""
    return [each.args[0] for each in forms.inside(function) if each.tag in ("abs", "root", "inverse")]


def derivative(function: Number, name: str) -> Number:
    """The derivative with respect to a coordinate."""
    total = Number()
    for monomial, factor in function.terms:
        for atom, power in monomial:
            if name in atom.free:
                others = tuple(pair for pair in monomial if pair[0] != atom)
                rest = Number(((others, factor),)) * power * forms.plain(atom) ** (power - 1)
                total = total + rest * _slope(atom, name)
    return total


def _slope(atom: Atom, name: str) -> Number:
    if atom.tag == "symbol":
        return forms.number(1)
    inner = derivative(atom.args[0], name)
    if atom.tag == "abs":
        return forms.sign(atom.args[0]) * inner
    if atom.tag == "inverse":
        return -inner / atom.args[0] ** 2
    if atom.tag == "root":
        return inner * forms.plain(atom) / (atom.args[0] * atom.args[1])
    raise Wrong(f"no derivative of {atom.tag} is known")


def _entries(v: Vector, here: list[Number], slope: list[Number]) -> list[Number]:
    """The coordinates of a vector at a point, given the gradient there."""
    total = [Number() for _ in here]
    for atom, factor in v.parts:
        each = _atom(atom, here, slope)
        value = _scalar(factor, here, slope)
        total = [one + value * other for one, other in zip(total, each, strict=True)]
    return total


def _atom(atom: Atom, here: list[Number], slope: list[Number]) -> list[Number]:
    x_k = forms.vector("iterate", symbol("k"))
    if atom.tag == "iterate" and atom.args == x_k.parts[0][0].args:
        return here
    if atom.tag == "gradient" and atom.args == (x_k,):
        return slope
    if atom.tag == "maximizer" and atom.args[0] == "inf":
        return [forms.sign(entry) for entry in _entries(atom.args[1], here, slope)]
    raise Wrong(f"{atom.tag} has no coordinates here")


def _scalar(form: Number, here: list[Number], slope: list[Number]) -> Number:
    by: dict[Any, Any] = {}
    for atom in form.atoms:
        if atom.tag in ("norm", "dual_norm"):
            entries = _entries(atom.args[1], here, slope)
            if atom.args[0] == "2":
                by[atom] = forms.root(sum((entry**2 for entry in entries), start=Number()), 2)
            elif (atom.tag, atom.args[0]) == ("dual_norm", "inf"):
                by[atom] = sum(map(forms.absolute, entries), start=Number())
            else:
                raise Wrong("that norm is not known in coordinates")
        elif any(map(forms.is_term, forms.inside(atom))):
            raise Wrong(f"{atom.tag} is not known in coordinates")
    return forms.replace(form, by)
