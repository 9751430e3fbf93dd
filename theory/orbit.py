"""Orbits: a function of few coordinates, and where a run on it is at every iteration."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from sympy import Abs, Expr, Gt, Max, Min, Ne, Pow, Symbol, diff, preorder_traversal, sign, sympify
from sympy.logic.boolalg import Boolean


@dataclass(frozen=True)
class Orbit:
    """A function of the coordinates, and the position of a run on it at every iteration.

    Arguments: the objective; its coordinates; the points, each with one formula for each coordinate. The run
    starts at the first point. It either visits the others in turn and returns to the first after the last, for ever,
    or follows `formula`: formulas in k for the coordinates of x_k.
    """

    function: Expr
    coordinates: tuple[Symbol, ...]
    points: tuple[tuple[Expr, ...], ...]
    formula: tuple[Expr, ...] = ()

    def __post_init__(self):
        object.__setattr__(self, "function", sympify(self.function))
        object.__setattr__(self, "points", tuple(tuple(map(sympify, point)) for point in self.points))
        object.__setattr__(self, "formula", tuple(map(sympify, self.formula)))

    @property
    def gradient(self) -> tuple[Expr, ...]:
        return tuple(diff(self.function, coordinate) for coordinate in self.coordinates)

    def smooth_at(self, point: tuple[Expr, ...]) -> tuple[Boolean, ...]:
        """Conditions under which the function has a gradient at a point where it has a value: it is at no kink."""
        found: list[Boolean] = []
        for part in preorder_traversal(self.function):
            if not part.has(*self.coordinates):
                continue
            if isinstance(part, Abs | sign):
                found.append(Ne(part.args[0], 0))
            elif isinstance(part, Max | Min):
                found += [Ne(one, other) for one, other in combinations(part.args, 2)]
            elif isinstance(part, Pow) and not part.exp.is_Integer:
                found.append(Gt(part.base, 0))
        at = dict(zip(self.coordinates, point, strict=True))
        return tuple(condition.xreplace(at) for condition in found)
