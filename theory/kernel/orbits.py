"""One step of a method along an orbit, in coordinates: where its rule leads from a point, and what that needs."""

from __future__ import annotations

from typing import Any

from signproof.theory.kernel import forms
from signproof.theory.kernel.form import Points, Rule
from signproof.theory.kernel.forms import Atom, Joined, Number, Relation, Vector, Wrong, symbol
from signproof.theory.kernel.reading import conditions, form, number, stated, vector


def turn(orbit: Points, rule: Rule, start: int) -> tuple[list[Relation], list[Any]]:
    """An equation for each coordinate, and what must hold for the function to have a gradient at the point.

    What the method remembers there is what the step before left or, at the first point, also what it begins with.
    Raises Wrong if what a step leaves depends on more than the point that it was made from.
    """
    function, here = number(orbit.function), _Place(orbit, start, symbol("k"))
    there = [number(entry) for entry in orbit.points[(start + 1) % len(orbit.points)]]
    if not len(here.x) == len(there) == len(orbit.coordinates):
        raise Wrong("a point of the orbit has not an entry for each coordinate")
    needs = [forms.replace(_near(each), here.at) for each in conditions(orbit.function)]
    needs += [Relation(forms.replace(kink, here.at), "!=", Number()) for kink in _kinks(function)]
    before = _Place(orbit, start - 1, symbol("k"))
    memories = [[before.value(tree, symbol("k") - 1) for tree in rule.later]]
    if start == 0 and rule.later:
        memories.append([_Place(orbit, 0, Number()).value(tree, Number()) for tree in rule.begun])
    assert rule.step is not None
    made = [rule.step, *rule.later, *rule.begun]
    noted = [each for tree in made for each in conditions(tree)]
    noted += [part for need in rule.needs for part in (*conditions(need), stated(need))]
    relations = []
    for here.memory in memories:
        needs += [here.there(each) for each in noted]
        after = here.entries(vector(rule.step))
        relations += [Relation(one, "=", other) for one, other in zip(after, there, strict=True)]
    return relations, needs


def _near(condition: Any) -> Any:
    """What must hold for a condition to hold all around a point."""
    return Relation(condition.left, ">", condition.right) if getattr(condition, "kind", "") == ">=" else condition


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


class _Place:
    """A point of the orbit, where the run is at iteration `index`; `memory` has what is remembered there."""

    memory: list[Any]

    def __init__(self, orbit: Points, which: int, index: Number):
        self.x = [number(entry) for entry in orbit.points[which % len(orbit.points)]]
        self.at: dict[Any, Any] = {Atom("symbol", name): x for name, x in zip(orbit.coordinates, self.x, strict=True)}
        self.slope = [forms.replace(derivative(number(orbit.function), name), self.at) for name in orbit.coordinates]
        self.iterate, self.memory = forms.vector("iterate", index), []

    def value(self, tree: Any, iteration: Number) -> Any:
        """The coordinates of a vector, or a number; of what depends on k, at that iteration."""
        made, at = form(tree), forms.symbols(k=iteration)
        if isinstance(made, Vector):
            return [forms.replace(entry, at) for entry in self.entries(made)]
        return forms.replace(self.number(made), at)

    def there(self, statement: Any) -> Any:
        """What the rule needs, at the point."""
        if isinstance(statement, Joined):
            return Joined(statement.word, tuple(map(self.there, statement.parts)))
        left, right = (self.number(forms.number(side)) for side in (statement.left, statement.right))
        return Relation(left, statement.kind, right)

    def entries(self, v: Vector) -> list[Number]:
        """The coordinates of a vector at the point."""
        total = [Number() for _ in self.x]
        for atom, factor in v.parts:
            value = self.number(factor)
            total = [one + value * other for one, other in zip(total, self._atom(atom), strict=True)]
        return total

    def _atom(self, atom: Atom) -> list[Number]:
        if atom == self.iterate.parts[0][0]:
            return self.x
        if atom.tag == "gradient" and atom.args == (self.iterate,):
            return self.slope
        if atom.tag == "maximizer" and atom.args[0] == "inf":
            return [forms.sign(entry) for entry in self.entries(atom.args[1])]
        if atom.tag == "memory":
            return self._remembered(atom, list, [Number() for _ in self.x])
        raise Wrong(f"{atom.tag} has no coordinates here")

    def _remembered(self, atom: Atom, kind: type, zero: Any) -> Any:
        index, place = atom.args
        if self.iterate != forms.vector("iterate", index) or place.constant >= len(self.memory):
            raise Wrong("the method remembers more than the point its last step started from")
        found = self.memory[int(place.constant)]
        found = zero if isinstance(found, Number) and not found.terms else found
        if not isinstance(found, kind):
            raise Wrong("the method remembers a number in the place of a vector, or a vector in that of a number")
        return found

    def number(self, made: Number) -> Number:
        """A number at the point."""
        by: dict[Any, Any] = {}
        for atom in made.atoms:
            if atom.tag in ("norm", "dual_norm"):
                entries = self.entries(atom.args[1])
                if atom.args[0] == "2":
                    by[atom] = forms.root(sum((entry**2 for entry in entries), start=Number()), 2)
                elif (atom.tag, atom.args[0]) == ("dual_norm", "inf"):
                    by[atom] = sum(map(forms.absolute, entries), start=Number())
                else:
                    raise Wrong("that norm is not known in coordinates")
            elif atom.tag == "remembered":
                by[atom] = self._remembered(atom, Number, Number())
            elif any(map(forms.is_term, forms.inside(atom))):
                raise Wrong(f"{atom.tag} is not known in coordinates")
        return forms.replace(made, by)
