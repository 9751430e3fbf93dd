"""Minimizers away from the origin: the same runs, told from the minimizer.

Every family has its minimizer at the origin, and most methods cannot tell where that is. One with weight decay can: on
f(x - c) it is drawn away from the minimizer. Instead of moving f, the method is: told from the minimizer c, its iterate
x is x + c, and the gradient that it asks for at y is that of f at y - c. So values, constants and measures are those of
the family, whatever c is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from sympy import Basic, Expr, expand
from sympy.core.relational import Relational
from sympy.core.symbol import Str

from signproof.theory.arithmetic import Arithmetic, Gradient, Memory, Vector
from signproof.theory.border.runs import stated
from signproof.theory.border.steps import begins_with_gradient
from signproof.theory.claim import Claim
from signproof.theory.declared import owner
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.terms.flows import trajectory
from signproof.theory.terms.vectors import gradient, iterate, minimizer, point, suboptimality, terms, value

Numbers: TypeAlias = Any
"""A number or a point in whatever arithmetic is at work."""

PLACES = (iterate, minimizer, point, trajectory)
_SHIFT = point(Str("a shift of all places"))


@dataclass(frozen=True, eq=False)
class Displaced(Algorithm):
    """A method told from a minimizer.

    Arguments: the method; the minimizer in its coordinates, of the shape of a point.
    """

    method: Algorithm
    minimizer: Any

    @property
    def stochastic(self):  # type: ignore[override]
        return self.method.stochastic

    @property
    def parameters(self):
        return self.method.parameters

    def at(self, **numbers: Numbers) -> Displaced:
        return type(self)(self.method.at(**numbers), self.minimizer)

    def init(self, x: Vector, xp: Arithmetic) -> Memory:
        return self.method.init(x + self.minimizer, xp)

    def update(self, x: Vector, gradient: Gradient, memory: Memory, xp: Arithmetic) -> tuple[Vector, Memory]:
        after, memory = self.method.update(x + self.minimizer, _From(gradient, self.minimizer), memory, xp)
        return after - self.minimizer, memory

    def __getattr__(self, name: str) -> Any:  # such as the number of its workers
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.method, name)


class _From:
    """A gradient, and f - f* if it has that, in the method's coordinates."""

    def __init__(self, gradient: Any, minimizer: Any):
        self._gradient, self._minimizer = gradient, minimizer

    def __call__(self, x: Vector, *more: Any) -> Vector:
        return self._gradient(x - self._minimizer, *more)

    def value(self, x: Vector) -> Any:
        return self._gradient.value(x - self._minimizer)

    def posed(self) -> tuple[Any, Any]:
        problem, place = self._gradient.posed()
        return problem, place + self._minimizer


class DisplacedWithGradient(Displaced):
    """The same of a method whose memory begins with the first gradient."""

    def init(self, x: Vector, gradient: Gradient, xp: Arithmetic) -> Memory:  # type: ignore[override]
        first: Any = self.method.init
        return first(x + self.minimizer, _From(gradient, self.minimizer), xp)


def displaced(algorithm: Algorithm, place: Numbers) -> Algorithm:
    """The method told from a minimizer at that place, numbers of the arithmetic of its runs; itself if it is None."""
    if place is None:
        return algorithm
    kind = DisplacedWithGradient if begins_with_gradient(type(algorithm)) else Displaced
    return kind(algorithm, place)


def translates(algorithm: Algorithm) -> bool:
    """Whether it moves alike wherever the origin is, as says the class that has the update rule; a subclass with a rule
    of its own has to say so itself."""
    return bool(vars(owner(type(algorithm), "update")).get("translates", False))


@lru_cache(1024)
def depends_on_origin(claim: Claim) -> bool:
    """Whether a claim about runs may be true or false by where the minimizer is, because its method knows the origin.

    Not if the measure or an assumption speaks of the origin, too, or of what is not known to depend on f alone: such a
    claim is tried where the minimizer is the origin.
    """
    if claim.algorithm is None or claim.measure is None or translates(claim.algorithm):
        return False
    try:
        said = [claim.measure.symbol, *map(stated, claim.assumptions)]
        return all(map(_invariant, said))
    except (TypeError, NotImplementedError):  # it has no formula, or places are not combined as vectors
        return False


def _invariant(said: Basic) -> bool:
    sides = said.atoms(Relational) if not isinstance(said, Expr) else {said}
    return all(_same(part, _shifted(part)) for part in sides)


def _same(one: Basic, other: Basic) -> bool:
    if isinstance(one, Expr):
        return expand(one) == expand(other)
    return all(_same(a, b) for a, b in zip(one.args, other.args, strict=True))


def _shifted(term: Basic) -> Basic:
    """The term where all places are moved alike, and f with them. Raises TypeError where f is asked at no place."""
    if isinstance(term, PLACES):
        return term + _SHIFT
    if isinstance(term, suboptimality):
        return term
    if isinstance(term, gradient | value):
        if sum(factor for atom, factor in terms(term.args[0]).items() if isinstance(atom, PLACES)) != 1:
            raise TypeError(f"{term} is not at a place")
        return term
    return term.func(*map(_shifted, term.args)) if term.args else term
