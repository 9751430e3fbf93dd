"""Problem families: objectives whose constants are known, in batches.

A family answers assumptions, and nothing else refers to it: a claim is tested on every family that can supply all of
its assumptions. To add one, subclass `Problem`: a user's is found automatically, the package's own are listed in
`families`. A user's family serves the claims of the modules that define or import it, and what it declares is tested
before it is believed (`facts/families.py`).
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from inspect import isfunction
from itertools import islice
from typing import Any, ClassVar, Self

import numpy as np
from flint import fmpq

from signproof.checks.numbers.exact import Exact, each, rational, rationals
from signproof.checks.problems.constants import Enclosure
from signproof.theory.arithmetic import Arithmetic, Numbers, Scalar, Vector
from signproof.theory.assumptions.objective import Constant, Dimension, SeparablySmooth, Smooth, StronglyConvex
from signproof.theory.border.copies import copied
from signproof.theory.border.home import is_ours
from signproof.theory.declared import owner, said_of
from signproof.theory.norms import L2, LINF

MOST_BATCHES = 1000
"""Batches of a family after which no more are asked for."""
BATCH = 240
"""Instances in one batch; a multiple of the number of step sizes tried, so that each is tried equally often."""


@dataclass(frozen=True, eq=False)
class Instances(ABC):
    """A batch of objectives, one for each entry of the last axis, as data.

    The dataclass fields are arrays of exact data: a field's floats are taken as exact rationals. Fields named in
    `shared` have no batch axis. Points have shape (d, batch); for one instance, as `one` returns it, (d,). The engine
    also takes points of shape (d, groups, starts) with fields (..., groups, 1) that a group's starts share.
    """

    family: ClassVar[str]
    """The family's name in tables, in the plural."""
    shared: ClassVar[tuple[str, ...]] = ()
    scalable: ClassVar[tuple[str, ...]] = ()
    """Fields whose entries may each be multiplied by a positive number: the result is still an instance."""
    rational: ClassVar[bool] = True
    """Whether gradients and values at rational points are rational."""
    costly: ClassVar[bool] = False
    """Whether it is tested only in the full profile."""
    convex: ClassVar[bool] = False
    """Whether every instance is convex; strongly convex families need not declare it."""
    separable: ClassVar[bool] = False
    """Whether f is a sum of functions of one coordinate each."""
    home: ClassVar[tuple[str, ...]] = ()
    """For a family that the package makes for a user: the modules it was made for."""

    def hessian(self) -> np.ndarray | None:
        """For one instance of a family of quadratics f = 1/2 x'Hx: H, of shape (d, d), rational; otherwise None."""
        return None

    shapes: ClassVar[tuple[tuple[int, ...], ...]] = ()
    """The few shapes in which batches are drawn, smallest first: runs are compiled once per shape."""

    @classmethod
    def batch(cls, shape: tuple[int, ...], rng: np.random.Generator, spread: float = 1.0) -> tuple[Self, np.ndarray]:
        """A batch of one shape with a start for each instance, drawn at random.

        Arguments: one of `shapes`; a generator; the spread, from 0 (well conditioned, starts of moderate size) to 1
        (as extreme as the family allows). Raises NotImplementedError if the family only has `samples`.
        """
        raise NotImplementedError(f"{cls.__name__} draws no batches: it has neither `batch` nor `samples`")

    @classmethod
    def samples(cls, rng: np.random.Generator, batches: int) -> Iterator[tuple[Self, np.ndarray]]:
        """Batches with a start for each instance, the simplest first; shapes repeat so that compilation need not.

        Arguments: a generator; how many random batches to draw of each shape.
        """
        for shape in cls.shapes:
            for _ in range(batches):
                yield cls.batch(shape, rng)

    @classmethod
    def drawn(cls, rng: np.random.Generator, batches: int) -> Iterator[tuple[Self, np.ndarray]]:
        """What `samples` draws, or its first batches if it never ends."""
        return islice(cls.samples(rng, batches), MOST_BATCHES)

    def rounded(self, denominator: int) -> Self:
        """For one instance: the same with simpler numbers, if the family has any."""
        return self

    def without(self, coordinate: int) -> Self | None:
        """For one instance of two coordinates or more: the same without one of them; None if there is no such thing."""
        return None

    def scaled(self, height: np.ndarray, width: np.ndarray) -> Self:
        """Of a batch: f at the given multiples, and where a family has lengths of its own, stretched along x.

        Arguments: positive numbers, shape (batch,). `scalable` fields are multiplied unless it is overridden.
        """
        fields = {name: self.arrays()[name] * height for name in self.scalable}
        return dataclasses.replace(self, **fields)

    def _nearest(self, denominator: int) -> Self:
        """For one instance: the same, of the same class, with the nearest fractions with that denominator."""
        near = {name: nearest(np.asarray(field), denominator) for name, field in self.arrays().items()}
        return dataclasses.replace(self, **near)

    @property
    def dimension(self) -> int:
        """How many coordinates a point has: the length of the first batched field, unless overridden."""
        return next(iter(self.batched().values())).shape[0]

    def arrays(self) -> dict[str, np.ndarray]:
        """The fields by name."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    def pick(self, index: int) -> Self:
        """The instance with the given number, with its numbers unchanged."""
        return self._map(lambda field: field[..., index])

    def one(self, index: int) -> Self:
        """The instance with the given number, as exact rationals."""
        picked = self.pick(index)
        return dataclasses.replace(picked, **{name: rationals(field) for name, field in picked.arrays().items()})

    def over(self, xp: Exact) -> Self:
        """For one instance: its data as numbers of the exact arithmetic `xp`."""
        return dataclasses.replace(self, **{name: xp.number(field) for name, field in self.arrays().items()})

    def data(self) -> dict[str, Any]:
        """For one instance: its data as JSON, rationals as strings."""
        return {"family": type(self).__name__, **{name: _plain(field) for name, field in self.arrays().items()}}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """The instance that `data` wrote. Raises ValueError if a field is missing or is not rational."""
        names = [field.name for field in dataclasses.fields(cls)]
        missing = [name for name in names if name not in data]
        if missing:
            raise ValueError(f"the problem lacks the field {missing[0]!r}")
        return cls(**{name: rationals(data[name]) for name in names})

    def describe(self) -> str:
        """For one instance: a few words for the reader."""
        parts = (f"{name} {_plain(field)}" for name, field in self.batched().items())
        return f"{self.family}: " + ", ".join(parts).replace("'", "")

    def batched(self) -> dict[str, np.ndarray]:
        """The fields with a batch axis, by name."""
        return {name: field for name, field in self.arrays().items() if name not in self.shared}

    def holding(self, fields: Mapping[str, Any]) -> Self:
        """The same with other fields."""
        return dataclasses.replace(self, **fields)

    def _map(self, function: Callable[[Any], Any]) -> Self:
        return self.holding({name: function(field) for name, field in self.batched().items()})


@dataclass(frozen=True, eq=False)
class Problem(Instances):
    """A batch of objectives f with minimum value f* and known constants.

    The minimizer, or a point that stands for it, is the origin. A family derived from another that overrides gradient
    or suboptimality must also redefine whatever the other declares about its functions (TypeError if not).
    """

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        cls.family = getattr(cls, "family", cls.__name__)
        for name in ("gradient", "suboptimality"):
            function = getattr(cls, name)
            if isfunction(function) and not is_ours(function.__module__) and not hasattr(function, "on_copies"):
                setattr(cls, name, _on_copies(function))
        for fact in ("constant", "exact_constant", "hessian", "convex", "is_convex", "separable"):
            other = owner(cls, fact)
            if other not in Problem.__mro__ and not said_of(cls, fact, "gradient", "suboptimality"):
                raise TypeError(
                    f"{cls.__name__} overrides functions of {other.__name__}, whose {fact!r} does not apply to them: "
                    f"define {fact!r} in {cls.__name__}, too"
                )

    @abstractmethod
    def gradient(self, x: Vector, xp: Arithmetic) -> Vector:
        """The gradient, of the same shape as x."""

    @abstractmethod
    def suboptimality(self, x: Vector, xp: Arithmetic) -> Scalar:
        """`f(x) - f*`, of the shape of the batch, in a form that does not cancel near the minimizer."""

    @abstractmethod
    def constant(self, assumption: Constant) -> Enclosure | None:
        """An enclosure of each instance's best constant, as arrays of shape (batch,); None if it does not apply."""

    def exact_constant(self, assumption: Constant) -> fmpq | None:
        """For one instance: a rational constant with which the assumption surely holds, as sharp as known.

        Raises ValueError if the instance does not belong to the family, or if its numbers are not exactly floats, so
        that ends computed for floats say nothing about it.
        """
        floats = self._map(lambda field: field.astype(float)[..., None])
        if any((rationals(field[..., 0]) != getattr(self, name)).any() for name, field in floats.batched().items()):
            raise ValueError("the instance's numbers are not floats")
        ends = _constant(floats, assumption)
        if ends is None:
            return None
        end = np.asarray(ends.lower if assumption.largest else ends.upper).reshape(-1)[0]
        return rational(float(end))

    def is_convex(self) -> bool | np.ndarray:
        """Whether it is known to be convex without being strongly convex, for one instance, or for each of a batch.

        `convex` unless overridden; `convexity` asks for strong convexity, too.
        """
        return self.convex

    def off_centre(self) -> float:
        """How far the origin may be from a minimizer, in the Euclidean norm: 0 where it is one."""
        return 0.0

    def from_nearest(self, start: np.ndarray) -> np.ndarray:
        """Of a batch: starts from which the run is the same, told from a minimizer near them; the same ones unless
        overridden. Shape (d, batch)."""
        return start

    def check(self) -> None:
        """For one instance: raises ValueError, in one line, if it does not belong to the family."""

    def state(self, x: Vector) -> Vector:
        """For one instance: the part of a point that determines value and gradient, linear in the point; the point
        itself unless overridden."""
        return x


class Slope:
    """The gradient of a problem in an arithmetic, a function of points; `value` is f - f*."""

    def __init__(self, problem: Any, xp: Arithmetic):  # a problem, or what stands for it
        self._problem, self._xp = problem, xp

    def __call__(self, x: Vector) -> Vector:
        return self._problem.gradient(x, self._xp)

    def value(self, x: Vector) -> Scalar:
        return self._problem.suboptimality(x, self._xp)

    def posed(self) -> tuple[Any, Any]:
        """The problem, or what stands for it, and where its minimizer is in the coordinates of points."""
        return self._problem, 0


Answer = Callable[[Any, Any], "Enclosure | None"]
"""From a batch of a family and an assumption to what `Problem.constant` returns."""
_ANSWERS: dict[tuple[type[Problem], type[Constant]], Answer] = {}


def answers(family: type[Problem], assumption: type[Constant]) -> Callable[[Answer], Answer]:
    """A decorator: the function returns the best constants of a batch of that family for that assumption.

    So an assumption that is new to a family brings its answers in its own file. The function takes precedence over
    `Problem.constant`, also for derived families with the same functions. A user's answer is tested before it is
    believed (`facts/families.py`), whoever wrote the family. Raises TypeError if the function is a user's while family
    and assumption are the package's.
    """

    def register(function: Answer) -> Answer:
        key = family, assumption
        if is_ours(family.__module__) and is_ours(assumption.__module__) and not is_ours(function.__module__):
            raise TypeError(
                f"{family.__name__} and {assumption.__name__} both belong to signproof: answer for your own only"
            )
        _ANSWERS[key] = function
        return function

    return register


def answered(family: type[Problem], assumption: Constant) -> Answer | None:
    """The function that answers an assumption on a family's behalf."""
    for base in family.__mro__:
        function = _ANSWERS.get((base, type(assumption)))
        if function is not None:
            same = all(getattr(family, name) is getattr(base, name) for name in ("gradient", "suboptimality"))
            return function if same else None
    return None


def known(problem: Problem, assumption: Constant) -> Enclosure | None:
    """An enclosure of the best constant of each instance of a batch; for the dimension, the dimension itself.

    Raises ValueError if the batch is empty or one of its numbers is not finite.
    """
    for name, field in problem.batched().items():
        if field.size == 0:
            raise ValueError(f"{problem.family}: the field {name!r} is empty (shape {field.shape})")
        if field.dtype.kind == "f" and not np.isfinite(field).all():
            *entry, instance = np.argwhere(~np.isfinite(field))[0].tolist()
            raise ValueError(f"{problem.family}: {name}{entry} of instance {instance} is not finite; leave it out")
    if type(assumption) is Dimension:
        return Enclosure(np.array([float(problem.dimension)]), np.array([float(problem.dimension)]))
    found = _constant(problem, assumption)
    if not isinstance(found, Enclosure | None):
        name = type(problem).__name__
        raise ValueError(f"{name}.constant returns an Enclosure(lower, upper) or None, not {type(found).__name__}")
    return found


def exactly_known(problem: Problem, assumption: Constant) -> fmpq | None:
    """For one instance: a rational constant with which the assumption surely holds."""
    if type(assumption) is Dimension:
        return fmpq(problem.dimension)
    if type(assumption) is SeparablySmooth:
        return exactly_known(problem, in_coordinates(assumption)) if problem.separable else None
    if answered(type(problem), assumption) is not None:
        return Problem.exact_constant(problem, assumption)
    return problem.exact_constant(assumption)


def _constant(problem: Problem, assumption: Constant) -> Enclosure | None:
    if type(assumption) is SeparablySmooth:
        return _constant(problem, in_coordinates(assumption)) if problem.separable else None
    answer = answered(type(problem), assumption)
    return problem.constant(assumption) if answer is None else answer(problem, assumption)


def in_coordinates(assumption: SeparablySmooth) -> Smooth:
    """What separable smoothness is of a sum of functions of one coordinate each: both constants are the sum of theirs.
    Other families do not answer it: their constants would take one number for each coordinate."""
    return Smooth(assumption.constant, LINF)


def convexity(problem: Problem) -> bool | np.ndarray:
    """Which instances of a batch are known to be convex, shape (batch,), or True or False for all of them."""
    found = problem.is_convex()
    if np.all(found):
        return True
    for pair in (L2, LINF):
        ends = known(problem, StronglyConvex(1, pair))
        found = found if ends is None else found | (np.asarray(ends.lower) > 0)
    return found


def is_convex(problem: Problem) -> bool:
    """Whether one instance is known to be convex."""
    if problem.is_convex():
        return True
    strongly = (exactly_known(problem, StronglyConvex(1, pair)) for pair in (L2, LINF))
    return any(mu is not None and mu > 0 for mu in strongly)


def in_numbers_of(xp: Arithmetic, field: Numbers) -> Numbers:
    """A field of a problem as numbers of an arithmetic: operations among fields then track their rounding errors, too.

    A field combined with a point does not need this.
    """
    return xp.interval(field, field)


def nearest(numbers: np.ndarray, denominator: int) -> np.ndarray:
    """Rationals near the given ones with at most the given denominator."""
    from fractions import Fraction

    result = np.empty(numbers.shape, dtype=object)
    for index, number in np.ndenumerate(numbers):
        exact = rational(number)
        near = Fraction(int(exact.p), int(exact.q)).limit_denominator(denominator)
        result[index] = fmpq(near.numerator, near.denominator)
    return result


def _on_copies(function: Callable[..., Any]) -> Callable[..., Any]:
    """A user's function of a point: what it writes into its arguments, or others into what it returns, is in vain."""

    @wraps(function)
    def called(self: Any, x: Any, xp: Any) -> Any:
        return copied(function(self, copied(x), xp))

    called.on_copies = True  # type: ignore[attr-defined]
    return called


def _plain(field: Any) -> Any:
    return each(lambda entry: str(rational(entry)), np.asarray(field, dtype=object)).tolist()
