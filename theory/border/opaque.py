"""The arithmetic of the kernel: vectors stay atoms, so that what is derived holds in every dimension.

A rule is run on `Vector` and `Number`, not on SymPy's own objects, for two reasons. SymPy multiplies, divides and
cancels vectors as if they were numbers, g g / g = g; here a vector is added, stretched, and handed to a norm, and
nothing else. And SymPy forgets what it cancelled, ||g|| / ||g|| = 1; here every division, root and logarithm is
noted, and the kernel asks that it has a value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, NoReturn, SupportsFloat

from sympy import (
    Abs,
    Expr,
    Integer,
    Max,
    Pow,
    Rational,
    SympifyError,
    cos,
    exp,
    expand,
    false,
    log,
    sign,
    sin,
    sympify,
)
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.theory.algebra.decide import conditions
from signproof.theory.arithmetic import Arithmetic, Memory
from signproof.theory.border.state import names_used, own
from signproof.theory.border.steps import begin, move
from signproof.theory.methods.flows import Flow
from signproof.theory.methods.gradient import Algorithm, Method, SomeMethod
from signproof.theory.symbols import i, k, m
from signproof.theory.terms.expectations import Total
from signproof.theory.terms.proximal import sampled_mapping
from signproof.theory.terms.vectors import dual_norm, is_vector, iterate, maximizer, norm, remembered, x_k
from signproof.theory.terms.vectors import memory as remembered_vector
from signproof.theory.terms.votes import majority

LOOKING = {
    "__class__", "__dict__", "callable", "dir", "getattr", "hasattr", "id", "inspect", "isinstance", "issubclass",
    "match", "opaque", "repr", "try", "type", "vars", "words",
}  # fmt: skip
"""Names and words by which a rule finds out what it is run on."""


class Term:
    """A term of the kernel in the hands of a rule; `needs` collects what must hold for it to have a value."""

    def __init__(self, term: Expr, needs: list[Boolean]):
        self.term, self.needs = term, needs

    def __repr__(self):
        self.needs.append(false)  # a rule that reads its arguments may do something else in numbers
        return str(self.term)

    def __bool__(self):
        raise self.refused(f"a proof does not know whether {self.term} is zero: write the rule without branches")

    def _compared(self, other):
        raise self.refused(f"a proof cannot compare {self.term} with anything: write the rule without branches")

    def __getattr__(self, name: str) -> NoReturn:
        if not name.startswith("_"):  # names with one are asked for by libraries, to find out what it is
            self.refused("")
        raise AttributeError(f"{self.term} has no {name!r} in a proof")

    def refused(self, why: str) -> TypeError:
        """What is to be raised. A rule that catches it and goes on another way is not the rule that runs in numbers, so
        that what it then makes has no value in a proof."""
        self.needs.append(false)
        return TypeError(why)

    def _unknown(self, *given):
        raise self.refused(f"{self.term} has no entries, length or value in a proof, which covers every dimension")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _compared
    __len__ = __iter__ = __getitem__ = __contains__ = __reversed__ = __float__ = __int__ = __complex__ = _unknown
    __index__ = __round__ = __trunc__ = __floor__ = __ceil__ = __mod__ = __rmod__ = __floordiv__ = _unknown
    __rfloordiv__ = __divmod__ = __rdivmod__ = __matmul__ = __rmatmul__ = __and__ = __or__ = __xor__ = _unknown
    __setitem__ = __delitem__ = __invert__ = __lshift__ = __rshift__ = _unknown
    __hash__ = None  # type: ignore[assignment]
    __array_ufunc__ = None
    never_changes = True

    def _like(self, term: Expr) -> Any:
        return type(self)(term, self.needs)

    def __copy__(self):
        return self  # nothing in it changes

    def _sympy_(self):
        raise SympifyError(self)  # so that SymPy leaves mixed operations to it

    def __array__(self, *how: object) -> None:
        raise self.refused(f"{self.term} is not an array: a proof knows neither its coordinates nor NumPy's functions")

    def __neg__(self):
        return self._like(-self.term)

    def __pos__(self):
        return self

    def _met(self, other: Any) -> Expr:
        """Another number; of a formula that the rule brings along it is noted what it needs."""
        number = _number(other)
        if isinstance(other, Expr):
            self._note_needs(number)
        return number

    def _noted(self, formula: Expr) -> Expr:
        """A formula of which no part is evaluated yet; evaluated, once it is noted what it needs."""
        self._note_needs(formula)
        return formula.func(*formula.args)

    def _note_needs(self, formula: Expr) -> None:
        """Adds what a formula needs to be a number, each condition once."""
        self.needs += [condition for condition in conditions(formula) if condition not in self.needs]


def _with_numbers(operation: Callable[[Number, Expr], Number]) -> Callable[[Number, Any], Any]:
    """An operation with another number; with anything else it is for the other to say what it means."""

    def operate(self: Number, other: Any) -> Any:
        if isinstance(other, Vector) or not isinstance(other, Number | Expr | SupportsFloat):
            return NotImplemented
        return operation(self, self._met(other))

    return operate


class Number(Term):
    """A real number that depends on vectors."""

    @_with_numbers
    def __add__(self, other: Expr) -> Number:
        return self._like(self.term + other)

    @_with_numbers
    def __mul__(self, other: Expr) -> Number:
        return self._like(self.term * other)

    @_with_numbers
    def __sub__(self, other: Expr) -> Number:
        return self._like(self.term - other)

    @_with_numbers
    def __rsub__(self, other: Expr) -> Number:
        return self._like(other - self.term)

    @_with_numbers
    def __truediv__(self, other: Expr) -> Number:
        return self * self._like(other) ** -1

    @_with_numbers
    def __rtruediv__(self, other: Expr) -> Number:
        return self**-1 * other

    @_with_numbers
    def __pow__(self, exponent: Expr) -> Number:
        return self._like(self._noted(Pow(self.term, exponent, evaluate=False)))

    def __abs__(self):
        return self._like(Abs(self.term))

    __radd__, __rmul__ = __add__, __mul__


class Vector(Term):
    """An element of R^d, d any number."""

    def __add__(self, other: Vector | Expr | int) -> Vector:
        return self._like(self.term + _vector(other))

    def __sub__(self, other: Vector | Expr | int) -> Vector:
        return self._like(self.term - _vector(other))

    def __rsub__(self, other: Vector | Expr | int) -> Vector:
        return self._like(_vector(other) - self.term)

    def __mul__(self, factor: Number | Expr | SupportsFloat) -> Vector:
        return self._like(self.term * self._met(factor))

    def __truediv__(self, other: Number | Expr | SupportsFloat) -> Vector:
        return Number(self._met(other), self.needs) ** -1 * self

    __radd__, __rmul__ = __add__, __mul__
    __pow__ = __rpow__ = __rtruediv__ = __abs__ = Term._unknown


def _number(given: Any) -> Expr:
    if isinstance(given, Vector):
        raise given.refused(f"{given.term} is a vector: a proof knows no operation on its coordinates")
    term = given.term if isinstance(given, Number) else sympify(given, strict=True)
    if not isinstance(term, Expr) or is_vector(term):
        raise TypeError(f"{given!r} is a vector or not a number: a proof knows no operation on its coordinates")
    return term


def _vector(given: Any) -> Expr:
    if isinstance(given, Vector):
        return given.term
    if isinstance(given, Expr) and is_vector(given):  # a point of the rule's own
        return given
    if not isinstance(given, Number) and given == 0:  # where a sum begins
        return Integer(0)
    why = f"{given!r} is a number: a proof cannot add it to all coordinates of a vector"
    raise given.refused(why) if isinstance(given, Term) else TypeError(why)


class Scalars(Arithmetic):
    """The operations on single numbers, each noted with what it needs to have a value."""

    def __init__(self):
        self.needs: list[Boolean] = []

    def number(self, term: Expr) -> Number:
        return Number(term, self.needs)

    def _without(self, operation: str) -> TypeError:
        self.needs.append(false)
        return super()._without(operation)

    def rational(self, numerator: int, denominator: int) -> Expr:
        return Rational(numerator, denominator)

    def abs(self, x: Number | Expr | SupportsFloat) -> Number:
        return self.number(Abs(_number(x)))

    def sign(self, x: Term | Expr) -> Term:
        return self.number(sign(_number(x)))

    def power(self, base: Number | Expr | SupportsFloat, exponent: Number | Expr | SupportsFloat) -> Number:
        return self.number(_number(base)) ** exponent

    def sqrt(self, x: Number | Expr | SupportsFloat) -> Number:
        return self.power(x, Rational(1, 2))

    def exp(self, x: Number | Expr | SupportsFloat) -> Number:
        return self.number(exp(_number(x)))

    def log(self, x: Number | Expr | SupportsFloat) -> Number:
        argument = self.number(_number(x))
        return self.number(argument._noted(log(argument.term, evaluate=False)))

    def sin(self, x: Number | Expr | SupportsFloat) -> Number:
        return self.number(sin(_number(x)))

    def cos(self, x: Number | Expr | SupportsFloat) -> Number:
        return self.number(cos(_number(x)))

    def expm1(self, x: Number | Expr | SupportsFloat) -> Number:
        return self.exp(x) - 1

    def log1p(self, x: Number | Expr | SupportsFloat) -> Number:
        return self.log(self.number(_number(x)) + 1)

    def exp_remainder(self, x: Number | Expr | SupportsFloat) -> Number:
        return self.exp(x) - 1 - x

    def larger(self, x: Number | Expr | SupportsFloat, y: Number | Expr | SupportsFloat) -> Number:
        return self.number(Max(_number(x), _number(y)))


class Opaque(Scalars):
    """Update rules run on it: what they return are terms of `vectors` and `expectations`.

    Functions of numbers are for its scalars; a vector has none, as its coordinates are not known.
    """

    opaque = True
    words = "vectors of the kernel"

    def vector(self, term: Expr) -> Vector:
        return Vector(term, self.needs)

    def sum(self, x: Vector | Expr) -> Number:
        """Of the zero vector it is 0; of others, coordinates are not known."""
        if not isinstance(x, Vector) or x.term != 0:
            raise self._without("sum")
        return self.number(Integer(0))

    def norm(self, name: str, x: Vector | Expr) -> Number:
        return self.number(norm(Str(name), _vector(x)))

    def dual_norm(self, name: str, g: Vector | Expr) -> Number:
        return self.number(dual_norm(Str(name), _vector(g)))

    def maximizer(self, name: str, g: Term | Expr) -> Vector:
        return self.vector(maximizer(Str(name), _vector(g)))

    def sign(self, x: Term | Expr) -> Term:
        return super().sign(x) if isinstance(x, Number) else self.maximizer("inf", x)

    def normalized(self, g: Vector | Expr) -> Vector:
        return self.maximizer("2", g)

    def proximal_step(self, x: Vector, step_size: Expr, batch: Expr) -> Vector:
        mapping = sampled_mapping(_vector(x), _number(step_size), _number(batch))
        return x - step_size * self.vector(mapping)

    def votes(self, gradient: Callable[..., Vector], x: Vector, workers: Expr) -> tuple[Number, Vector]:
        length = dual_norm(Str("inf"), _vector(gradient(x, m)))
        return self.number(Total(length, m)) / workers, self.vector(majority(_vector(x)))

    def dimension(self, x: Vector) -> Number:
        return self.number(Total(Integer(1), i))


@dataclass(frozen=True)
class Traced:
    """One step of a rule as terms: the next point, what is remembered before and after, and what must hold for all of
    it to have values."""

    after: Expr
    before: Any
    memory: Any
    needs: tuple[Boolean, ...]


def traced(algorithm: Algorithm, x: Expr, gradient: Callable[..., Expr], memory: Memory | None = None) -> Traced:
    """One step of an algorithm from the vector x.

    Arguments: the algorithm; x; `gradient`, from vectors to vectors; what the method remembers, in terms; by default
    what it begins with. Raises TypeError for a rule that looks into coordinates, divides vectors or has branches, and
    DrawnTwice for a stochastic one that draws twice.
    """
    xp = Opaque()

    def ask(point: Any, *worker: Expr) -> Vector:
        return xp.vector(gradient(_vector(point), *worker))

    _refuse_looking(algorithm)
    now = with_terms(algorithm, xp)
    before = begin(now, xp.vector(x), xp, _first(algorithm, ask)) if memory is None else _wrapped(memory, xp)
    after, later = move(now, xp.vector(x), ask, before, xp)
    return Traced(_vector(after), _bare(before), _bare(later), (*_needs_of(algorithm), *xp.needs))


@dataclass(frozen=True)
class Recursion:
    """A method as a recursion: one step from x_k and what is remembered before it, and what it begins with.

    `later` is what is remembered after the step, `begun` what is before the first, in the order of `memory` and
    `remembered`; `needs` is what must hold for all of it to have values.
    """

    after: Expr
    later: tuple[Expr, ...]
    begun: tuple[Expr, ...]
    needs: tuple[Boolean, ...]


def recursion(algorithm: Algorithm, gradient: Callable[..., Expr]) -> Recursion:
    """An algorithm as a recursion in terms. Arguments as those of `traced`, which says what it raises.

    Raises TypeError for a memory that changes its form from step to step.
    """
    xp, start = Opaque(), iterate(Integer(0))
    _refuse_looking(algorithm)
    ask = _first(algorithm, lambda at: xp.vector(gradient(_vector(at))))
    first = begin(with_terms(algorithm, xp), xp.vector(start), xp, ask)
    begun, numbers = _flat(first), count()
    _require_entries(algorithm, begun)

    def place(part: Any) -> Any:
        if isinstance(part, tuple):
            return tuple(map(place, part))
        return (remembered_vector if isinstance(part, Vector) else remembered)(k, Integer(next(numbers)))

    if begun and "is" in names_used(type(algorithm)):
        raise TypeError(f"{type(algorithm).__name__} uses `is`: a rule that can tell what it remembers is not proved")
    step = traced(algorithm, x_k, gradient, place(first))
    if _shape(step.memory) != _shape(_bare(first)):
        raise TypeError(f"{algorithm} remembers more, or less, after a step than before")
    _require_entries(algorithm, _flat(step.memory))
    at_start = {k: Integer(0)}
    needs = (*(need.xreplace(at_start) for need in xp.needs), *step.needs)
    terms_begun = tuple(sympify(_bare(part), strict=True).xreplace(at_start) for part in begun)
    found = Recursion(step.after, tuple(sympify(part, strict=True) for part in _flat(step.memory)), terms_begun, needs)
    if begun:
        _require_same_first_step(found, traced(algorithm, x_k, gradient))
    return found


def _require_entries(algorithm: Algorithm, entries: tuple[Any, ...]) -> None:
    """Raises TypeError for a memory that is made of something else than numbers, vectors and tuples of them."""
    for entry in entries:
        if not isinstance(entry, Term | Expr | SupportsFloat):
            raise TypeError(
                f"{type(algorithm).__name__} has a {type(entry).__name__} in its memory: in a proof, memory must be "
                "numbers, vectors and tuples of them, () if there is nothing to remember"
            )


def _first(algorithm: Algorithm, ask: Callable[..., Any]) -> Callable[..., Any] | None:
    """The gradient that a method may begin with; none that is drawn: what is remembered at x_0 is known there."""
    return None if algorithm.stochastic else ask


def _require_same_first_step(rule: Recursion, first: Traced) -> None:
    """Raises TypeError for a rule that takes its first step by what it begins with otherwise than as a recursion."""
    by = {kind(k, Integer(number)): term for number, term in enumerate(rule.begun) for kind in _KEPT}
    here = {iterate(Integer(0)): x_k}
    for one, other in zip((rule.after, *rule.later), (first.after, *_flat(first.memory)), strict=True):
        expected = one.xreplace({atom: term.xreplace(here) for atom, term in by.items()})
        if expand(expected.xreplace({k: Integer(0)}) - sympify(other).xreplace({k: Integer(0)})) != 0:
            raise TypeError(f"the first step leads to {other}, which differs from the later ones: {expected}")


_KEPT = (remembered_vector, remembered)


def _flat(memory: Any) -> tuple[Any, ...]:
    return tuple(entry for part in memory for entry in _flat(part)) if isinstance(memory, tuple) else (memory,)


def _shape(memory: Any) -> Any:
    return tuple(map(_shape, memory)) if isinstance(memory, tuple) else "part"


def velocity_of(flow: Flow, x: Expr, gradient: Callable[[Expr], Expr]) -> Recursion:
    """The velocity of a flow at x, in place of the next point. Raises TypeError as `traced` does."""
    _refuse_looking(flow)
    xp = Opaque()
    velocity = with_terms(flow, xp).velocity(xp.vector(x), lambda point: xp.vector(gradient(_vector(point))), xp)
    return Recursion(_vector(velocity), (), (), (*_needs_of(flow), *xp.needs))


def _refuse_looking(method: Method) -> None:
    """Raises TypeError for a user's rule that may ask what it is run on, and do something else in a proof."""
    kind = type(method)
    looks = names_used(kind) & LOOKING if own(kind) else frozenset()
    if looks:
        raise TypeError(f"{kind.__name__} uses {min(looks)}: a rule that can inspect its arguments is not proved")


def with_terms(method: SomeMethod, xp: Scalars) -> SomeMethod:
    """A method whose formulas are numbers in the hands of its rule, as they are when it runs: symbols that Python would
    compare, SymPy's formulas that would cancel, are none of them."""
    return method.at(**{name: xp.number(formula) for name, formula in method.parameters.items()})


def _needs_of(method: Method) -> list[Boolean]:
    """What its formulas need: they are evaluated before they are multiplied with anything that might cancel."""
    return [condition for formula in method.parameters.values() for condition in conditions(formula)]


def _wrapped(memory: Any, xp: Opaque) -> Any:
    if isinstance(memory, tuple):
        return tuple(_wrapped(part, xp) for part in memory)
    return (xp.vector if is_vector(memory) or memory == 0 else xp.number)(memory)


def _bare(memory: Any) -> Any:
    if isinstance(memory, tuple):
        return tuple(map(_bare, memory))
    return memory.term if isinstance(memory, Term) else memory
