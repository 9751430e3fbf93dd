"""The simplest example, f(x) = 1/2 ||x||_2^2 in R^n, and what statements of the kernel say of it.

A statement becomes a formula in the coordinates of its points, so that Z3 can tell whether it holds for all points.

Stochastic gradients are exact and there is one worker. Runs and trajectories begin at (s, 0, ..., 0) with s > 0. As a
composite, f = d + r with d = r = f/2, and r is its own only component: prox_{gamma r} is the mean of the components'
operators whatever gamma. As a mean of functions, f is its only one. Where any norm will do, it is the Euclidean one.
All these functions are continuously differentiable, convex and finite, and attain their infimum 0; both flows exist.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Abs, And, Basic, Dummy, Eq, Expr, Integer, Max, Not, Or, Rational, Symbol, Tuple, sign, sqrt
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.relational import Relational
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanTrue

from signproof.checks.posing.domain import Unsupported
from signproof.theory.assumptions.composite import ClosedConvex, Convex
from signproof.theory.assumptions.objective import Assumption
from signproof.theory.norms import ANY, LINF, OPERATOR
from signproof.theory.symbols import V0, f_star, i, m
from signproof.theory.terms.expectations import Total, coordinate, estimate, expectation
from signproof.theory.terms.flows import trajectory
from signproof.theory.terms.proximal import (
    COMPONENT,
    OBJECTIVE,
    D,
    entry,
    gradient_mapping,
    linearization,
    mean_prox,
    prox,
    sampled_mapping,
    weight,
)
from signproof.theory.terms.vectors import (
    Scalar,
    VectorAtom,
    about_vectors,
    dual_norm,
    gradient,
    inner,
    iterate,
    maximizer,
    minimizer,
    norm,
    point,
    terms,
    value,
)
from signproof.theory.terms.votes import lean, majority, swing

HALF = Rational(1, 2)
Vector = tuple[Expr, ...]


class Example:
    """The example in R^n.

    There are `workers` workers, who all know the gradient. `vectors` are the constants with an entry for each
    coordinate that were met so far, by letter; `remarks` say what else of the example was looked at, `begun` whether
    its start was.
    """

    def __init__(self, dimension: int):
        self.dimension, self.workers = dimension, 1
        self.s = Symbol("x_0", real=True)
        self.vectors: dict[str, Vector] = {}
        self.remarks: dict[str, None] = {}
        self.begun = False
        self._points: dict[str, Vector] = {}

    @property
    def start(self) -> Vector:
        return (self.s, *self._zero[1:])

    @property
    def height(self) -> Expr:
        """V_0 at the start."""
        return self.s**2 / 2

    def states(self, assumption: Assumption) -> tuple[Boolean, tuple[Vector, ...]]:
        """What an assumption says of the example, and the points for all of which it says so.

        Raises Unsupported if it speaks of something that the example does not have.
        """
        if isinstance(assumption, ClosedConvex):  # what is finite and differentiable is so if it is convex
            assumption = Convex(assumption.of)
        names = [f"any {number}" for number in range(assumption.points)]
        for name in names:
            self._points[name] = tuple(Dummy(name, real=True) for _ in range(self.dimension))
        said = self.statement(assumption.statement(*(point(Str(name)) for name in names)))
        return said, tuple(self._points[name] for name in names)

    def place(self, name: Expr, coordinates: Vector) -> None:
        """Say where a point is."""
        self._points[name.args[0].name] = coordinates

    def vector(self, term: Expr) -> Vector:
        """A vector in its coordinates. Raises Unsupported if it speaks of what the example does not have."""
        return self._vector(term, 0)

    def statement(self, said: Basic) -> Boolean:
        """A statement about the example, for all coordinates."""
        indices = range(self.dimension) if said.has(i) else range(1)
        return And(*(self._truth(said, index) for index in indices))

    def _truth(self, said: Any, index: int) -> Boolean:
        if isinstance(said, BooleanTrue | BooleanFalse):
            return said
        if isinstance(said, And | Or | Not):
            return said.func(*(self._truth(part, index) for part in said.args))
        if not isinstance(said, Relational):
            raise Unsupported(f"{said} is not a relation")
        if about_vectors(said):
            sides = zip(*(self._vector(side, index) for side in (said.lhs, said.rhs)), strict=True)
            return And(*(Eq(a, b) for a, b in sides))
        return said.func(self._number(said.lhs, index), self._number(said.rhs, index))

    # ------------------------------------------------------------------------------------------ numbers

    def _number(self, term: Any, index: int) -> Expr:
        if term in (V0, f_star):
            return self.height if term == V0 else Integer(0)
        read = NUMBERS.get(type(term))
        if read is not None:
            return read(self, index, *term.args)
        if isinstance(term, Scalar | VectorAtom | ExprWithLimits):
            raise Unsupported(f"{type(term).__name__} has no value in the simplest example")
        return term.func(*(self._number(part, index) for part in term.args)) if term.args else term

    def _value(self, index, x, *of):
        if of and self._linear(of[0]):
            base, y = self._vector(of[0][2], index), self._vector(x, index)
            return _dot(base, base) / 2 + _dot(base, tuple(a - b for a, b in zip(y, base, strict=True)))
        return self._factor(of) * self._square(index, x) / 2

    def _square(self, index, x):
        v = self._vector(x, index)
        return _dot(v, v)

    def _norm(self, index, name, x):
        if name.name == OPERATOR.name:
            raise Unsupported("the simplest example has no matrices")
        if name.name == ANY.name and self.dimension > 1:
            self.remarks["in the Euclidean norm"] = None
        if self.dimension > 1 and name.name != LINF.name:
            return sqrt(self._square(index, x))
        return Max(*map(Abs, self._vector(x, index)))

    def _dual_norm(self, index, name, x):
        if name.name != LINF.name:
            return self._norm(index, name, x)
        return sum(map(Abs, self._vector(x, index)))

    def _total(self, index, term, over):
        indices = range(self.dimension) if over == i else (index,) * (self.workers if over == m else 1)
        return sum(self._number(term, each) for each in indices)

    # ------------------------------------------------------------------------------------------ vectors

    def _vector(self, term: Any, index: int) -> Vector:
        total = self._zero
        for atom, factor in terms(term).items():
            number = self._number(factor, index)
            total = tuple(a + number * b for a, b in zip(total, self._atom(atom, index), strict=True))
        return total

    def _atom(self, atom: VectorAtom, index: int) -> Vector:
        read = VECTORS.get(type(atom))
        if read is None:
            raise Unsupported(f"{type(atom).__name__} has no value in the simplest example")
        return read(self, index, *atom.args)

    @property
    def _zero(self) -> Vector:
        return (Integer(0),) * self.dimension

    def _gradient(self, index, x, *of):
        if of and self._linear(of[0]):
            return self._vector(of[0][2], index)
        return _times(self._factor(of), self._vector(x, index))

    def _estimate(self, index, x, *worker):
        self.remarks["exact gradients"] = None
        return self._vector(x, index)

    def _vote(self, index, x, *worker):
        return tuple(map(sign, self._estimate(index, x)))

    def _maximizer(self, index, name, x):
        if name.name != LINF.name:
            raise Unsupported("directions are known in the maximum norm only")
        return tuple(map(sign, self._vector(x, index)))

    def _point(self, index, name):
        return self._points[name.name] if name.name in self._points else self._constants(name)

    def _constants(self, name: Str) -> Vector:
        letter = name.name
        names = (f"{letter}_{number + 1}" for number in range(self.dimension))
        return self.vectors.setdefault(letter, tuple(Symbol(each, real=True) for each in names))

    def _begin(self, index, time):
        if time != 0:
            raise Unsupported("later iterates are not known")
        self.begun = True
        return self.start

    def _prox(self, index, z, step_size, *of):
        if of and self._linear(of[0]):
            slope = _times(self._number(step_size, index), self._vector(of[0][2], index))
            return tuple(a - b for a, b in zip(self._vector(z, index), slope, strict=True))
        factor = self._factor(of) if of else HALF
        return _times(1 / (1 + self._number(step_size, index) * factor), self._vector(z, index))

    def _mapping(self, index, x, step_size, *size):
        gamma = self._number(step_size, index)
        here = self._vector(x, index)
        forward = _times(1 - gamma * self._factor((D,)), here)
        after = _times(1 / (1 + gamma * HALF), forward)
        return tuple((a - b) / gamma for a, b in zip(here, after, strict=True))

    # ---------------------------------------------------------------------------------------- functions

    def _factor(self, of: tuple) -> Expr:
        """Of the function with that name (of f without one), which is a multiple of 1/2 ||x||_2^2, the factor."""
        if not of:
            return Integer(1)
        if of == (OBJECTIVE,):
            self.remarks["f_1 = f"] = None
            return Integer(1)
        regularizer = isinstance(of[0], Tuple) and len(of[0]) == 2 and of[0][0] == Str("r")
        if of[0] not in (D, COMPONENT) and not regularizer:
            raise Unsupported(f"{of[0]} is not a function of the simplest example")
        self.remarks["d = r = r_1 = f/2"] = None
        return HALF

    def _linear(self, name: Basic) -> bool:
        """Whether it is the name of the linearization of the component f_1 of the objective at a point."""
        return isinstance(name, Tuple) and len(name) == 3 and name == linearization(name[2])


def _dot(u: Vector, v: Vector) -> Expr:
    return sum((a * b for a, b in zip(u, v, strict=True)), start=Integer(0))


def _times(factor: Expr, v: Vector) -> Vector:
    return tuple(factor * a for a in v)


NUMBERS: dict[type, Callable[..., Expr]] = {
    value: Example._value,
    inner: lambda example, index, u, v: _dot(example._vector(u, index), example._vector(v, index)),
    norm: Example._norm,
    dual_norm: Example._dual_norm,
    coordinate: lambda example, index, v, _: example._vector(v, index)[index],
    entry: lambda example, index, letter, _: example._constants(letter)[index],
    weight: lambda example, index, _: Integer(1),
    Total: Example._total,
    expectation: lambda example, index, term, _: example._number(term, index),
}
"""Terms with a value, and how it is read off."""
VECTORS: dict[type, Callable[..., Vector]] = {
    gradient: Example._gradient,
    estimate: Example._estimate,
    majority: Example._vote,
    lean: lambda example, index, x, _: example._zero,
    swing: lambda example, index, x, _: (Integer(1),) * example.dimension,
    maximizer: Example._maximizer,
    minimizer: lambda example, index, _: example._zero,
    point: Example._point,
    iterate: Example._begin,
    trajectory: Example._begin,
    prox: Example._prox,
    mean_prox: Example._prox,
    gradient_mapping: Example._mapping,
    sampled_mapping: Example._mapping,
}
