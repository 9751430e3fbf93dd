"""The one place where a rule of a user's is asked: for a start of its memory, for a step, for a measure.

Whatever it is given are copies, and what it gives is copied: a rule that is written in place gets the verdict of the
same rule written otherwise. And a stochastic method draws once in a step: a second gradient would be the same draw to
whoever takes `gradient` for a function, and another to whoever thinks of a sample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from inspect import getattr_static, signature
from itertools import count
from typing import Any

from sympy import Integer, Symbol

from signproof.theory.arithmetic import Arithmetic, Gradient, Memory, Scalar, Vector, evaluate
from signproof.theory.border.copies import copied
from signproof.theory.measures.runs import Measure, Objective
from signproof.theory.methods.flows import Flow
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.methods.proximal import ProximalOracle
from signproof.theory.misuse import Misuse
from signproof.theory.symbols import k

LONG_INIT = 4
"""Parameters of `init(self, x, gradient, xp)`."""


class Unruly(Misuse):
    """A rule that is no function of what it is given."""


class Kept(Unruly):
    """A rule that keeps something where it is not looked for: on its arithmetic, or on the method with its numbers."""


class Unheard(Unruly):
    """A method that lets others vote than its own workers."""


class DrawnTwice(Unruly):
    """A stochastic method that asks for more than one draw in a step."""


def begin(algorithm: Algorithm, x: Vector, xp: Arithmetic, gradient: Gradient | None = None) -> Memory:
    """What a method remembers before its first step, from x.

    Arguments: the method, its formulas numbers; the start; the arithmetic; the gradient of the first step, for a method
    whose `init` is `init(self, x, gradient, xp)`: of a stochastic one it is the draw that the first step makes. Raises
    TypeError if such a method gets none, DrawnTwice if it draws more than once.
    """
    if not begins_with_gradient(type(algorithm)):
        return copied(algorithm.init(copied(x, xp.copy), xp), xp.copy)
    if gradient is None:
        raise TypeError(f"the init of {type(algorithm).__name__} asks for the first gradient, which is not known here")
    source, numbers = counted(algorithm, gradient, xp) if algorithm.stochastic else (_copying(gradient, xp), xp)
    init: Any = algorithm.init
    return copied(init(copied(x, xp.copy), source, numbers), xp.copy)


def begins_with_gradient(kind: type[Algorithm]) -> bool:
    """Whether a method begins from the first gradient, too: its `init` takes x, the gradient and the arithmetic."""
    try:
        return len(signature(kind.init).parameters) == LONG_INIT
    except (TypeError, ValueError):
        return False


def move(
    algorithm: Algorithm, x: Vector, gradient: Gradient | ProximalOracle, memory: Memory, xp: Arithmetic
) -> tuple[Vector, Memory]:
    """One step of a method, its formulas numbers: the next iterate and the next memory.

    Arguments are those of `Algorithm.update`, and stay as they are. Raises DrawnTwice if a stochastic method draws
    more than once, TypeError if `update` returns no pair, or writes into an array that allows no writing.
    """
    source, numbers = counted(algorithm, gradient, xp) if algorithm.stochastic else (_copying(gradient, xp), xp)
    name = type(algorithm).__name__
    holders = {"its arithmetic": xp, name: algorithm}
    held = {place: {*getattr(holder, "__dict__", {})} for place, holder in holders.items()}
    try:
        after = algorithm.update(copied(x, xp.copy), source, copied(memory, xp.copy), numbers)
    except TypeError as error:
        if "item assignment" not in str(error):
            raise
        raise TypeError(
            f"the update of {name} assigns to array entries (x[...] = ...), which JAX arrays and balls do not allow: "
            "build a new array, x = x - ..."
        ) from error
    for place, holder in holders.items():
        for mark in {*getattr(holder, "__dict__", {})} - held[place]:
            if isinstance(getattr_static(type(holder), mark, None), cached_property):
                continue
            object.__delattr__(holder, mark)
            where = f"{place}.{mark}" if place == name else f"{mark} on {place}"
            fix = "keep a method's state in `memory`, returned by init and update"
            raise Kept(f"the update of {name} changes {where}: {fix}")
    if not isinstance(after, tuple) or len(after) != 2:
        raise TypeError(f"the update of {name} returns {after!r:.60}: return x, memory")
    return copied(after[0], xp.copy), copied(after[1], xp.copy)


def states(
    algorithm: Algorithm, x: Vector, gradient: Gradient, values: Mapping[Symbol, Scalar], xp: Arithmetic
) -> Iterator[tuple[Any, Any]]:
    """The iterates x_0 = x, x_1, ..., each with what the method remembers there.

    Arguments: the method, with formulas for its parameters; the start; the gradient at a point; values of all symbols
    in the formulas but k; the arithmetic.
    """

    def at(iteration: int) -> Algorithm:
        here = {**values, k: xp.rational(iteration, 1)}
        return algorithm.at(**{name: evaluate(formula, here, xp) for name, formula in algorithm.parameters.items()})

    memory = begin(at(0), x, xp, gradient)
    for iteration in count():
        yield x, memory
        x, memory = move(at(iteration), x, gradient, memory, xp)


def counted(algorithm: Algorithm, gradient: Gradient | ProximalOracle, xp: Arithmetic) -> tuple[Any, Any]:
    """What a stochastic method is to ask for its draw in one step, and the arithmetic for that step.

    A gradient, the workers' votes and a mini-batch are one draw each. Raises DrawnTwice when there is a second.
    """
    draws = Draws(algorithm)
    numbers = _Numbers(xp, draws)
    if isinstance(gradient, ProximalOracle):
        return _Batch(gradient, draws), numbers
    return _Drawn(gradient, draws, xp), numbers


class Draws:
    """How often a method drew in a step."""

    def __init__(self, algorithm: Algorithm, most: int = 1):
        self.count, self._algorithm, self._most = 0, algorithm, most

    def draw(self) -> None:
        """Count one more. Raises DrawnTwice if it is one too many."""
        self.count += 1
        if self.count > self._most:
            raise DrawnTwice(
                f"{type(self._algorithm).__name__} asks for more than one stochastic gradient in a step: "
                "draw once, g = gradient(x), and reuse g"
            )

    def hear(self, workers: Scalar) -> None:
        """Raises Unheard unless these are as many as the method has: as many draw, and as many the theorems count."""
        own = getattr(self._algorithm, "workers", None)
        if workers is own:
            return
        if not (isinstance(workers, int | Integer) and isinstance(own, int | Integer) and workers == own):
            raise Unheard(
                f"{type(self._algorithm).__name__} lets {workers} workers vote, which differs from its field "
                "`workers`: write xp.votes(gradient, x, self.workers)"
            )


def flowing(flow: Flow, x: Vector, gradient: Gradient, xp: Arithmetic) -> Vector:
    """The velocity of a flow at a point, its speed a number."""
    return copied(flow.velocity(copied(x, xp.copy), _copying(gradient, xp), xp), xp.copy)


class Guarded:
    """A problem whose functions are given copies and give copies."""

    def __init__(self, problem: Any):  # of whatever family; what is not said here is asked of it
        self._problem = problem

    def gradient(self, x: Vector, xp: Arithmetic) -> Vector:
        return copied(self._problem.gradient(copied(x), xp), xp.copy)

    def suboptimality(self, x: Vector, *more: Scalar | Arithmetic) -> Scalar:
        return copied(self._problem.suboptimality(copied(x), *more))

    def state(self, x: Vector) -> Vector:
        return copied(self._problem.state(copied(x)))

    def __getattr__(self, name: str) -> Any:  # whatever the problem has
        return getattr(self._problem, name)


def measured(measure: Measure, problem: Objective, x: Vector, xp: Arithmetic) -> Scalar:
    """A measure's quantity at a point of a problem."""
    return copied(measure.quantity(Guarded(problem), copied(x), xp))


def _copying(gradient: Any, xp: Arithmetic) -> Any:  # of points, or the oracle of a proximal method
    return gradient if isinstance(gradient, ProximalOracle) else _Copying(gradient, xp)


class _Copying:
    """A gradient that is given copies and gives copies; so does the value of f - f*, if it has one."""

    def __init__(self, gradient: Any, xp: Arithmetic):
        self._gradient, self._xp = gradient, xp

    def __call__(self, *at: Any) -> Any:
        return copied(self._gradient(*map(copied, at)), self._xp.copy)

    def value(self, *at: Any) -> Any:
        return copied(self._gradient.value(*map(copied, at)), self._xp.copy)

    def posed(self) -> Any:  # the problem and its minimizer's place, if the gradient says
        return self._gradient.posed()


class _Drawn:
    """A stochastic gradient, which is drawn when it is asked for."""

    def __init__(self, source: Callable[..., Any], draws: Draws, xp: Any):
        self.source, self._draws = _copying(source, xp), draws

    def __call__(self, *at: Any) -> Any:
        self._draws.draw()
        return self.source(*at)


class _Batch(ProximalOracle):
    """A mini-batch, which is drawn when a proximal step is asked for."""

    def __init__(self, given: ProximalOracle, draws: Draws):
        super().__init__(given.problem, given.drawn)
        object.__setattr__(self, "_draws", draws)

    def proximal_step(self, x: Vector, step_size: Any, xp: Arithmetic) -> Any:
        self._draws.draw()  # type: ignore[attr-defined]
        return super().proximal_step(copied(x), step_size, xp)


class _Numbers:
    """An arithmetic in which votes and the kernel's proximal steps are draws."""

    def __init__(self, xp: Any, draws: Draws):
        self._xp, self._draws = xp, draws

    def __getattr__(self, name: str) -> Any:
        operation = getattr(self._xp, name)
        if name != "proximal_step":
            return operation

        def drawn(*given: Any) -> Any:
            self._draws.draw()
            return operation(*given)

        return drawn

    def votes(self, gradient: Gradient | ProximalOracle, x: Vector, workers: Scalar) -> tuple[Any, Any]:
        self._draws.draw()
        self._draws.hear(workers)
        return self._xp.votes(gradient.source if isinstance(gradient, _Drawn) else gradient, x, workers)
