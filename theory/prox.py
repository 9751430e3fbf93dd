"""Stochastic proximal-gradient methods: the terms, assumptions, algorithms and measures of composite objectives.

f = d + r. The components r_j are closed, proper and convex, with weights theta_j >= 0 that sum to one, and r is the
closed, proper and convex function with sum over j of theta_j prox_{gamma r_j} = prox_{gamma r}: it depends on the
step size gamma, and so does f. The gradient mapping G is the term that the others are made of:

    P(x) = x - gamma G(x) = prox_{gamma r}(x - gamma grad d(x)),    ^P(x) = x - gamma ^G(x),

where ^P is the mean over a mini-batch of B components that are drawn with the weights' probabilities.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sympy import Abs, And, Eq, Expr, Ge, Integer, Le, Sum, Symbol, Tuple, sympify
from sympy.core.symbol import Str

from signproof.theory.algorithms import Algorithm
from signproof.theory.assumptions import Assumption
from signproof.theory.expectations import Random, Total, coordinate, mean
from signproof.theory.measures import Measure
from signproof.theory.norms import DualPair
from signproof.theory.symbols import i, j, l, xi
from signproof.theory.vectors import Scalar, VectorAtom, check_term, dual_norm, gradient, inner, iterate, norm, value

ONE = Integer(1)
"""The size of a mini-batch of a single draw."""
D = Str("d")
"""The smooth part of the objective."""
COMPONENT = Tuple(Str("r_j"), j)
"""The component number j of the regularizer."""


def regularizer(step_size: Expr) -> Tuple:
    """r, the regularizer that the components make together at a step size."""
    return Tuple(Str("r"), sympify(step_size))


class _AtPoint(VectorAtom):
    """A vector that belongs to a point, which comes first among the arguments; numbers follow."""

    @property
    def letter(self) -> str:
        return type(self).__name__

    def check(self):
        x, *numbers = self.args
        check_term(x, vector=True)
        for number in numbers:
            if not isinstance(number, Str | Tuple):
                check_term(number)

    def _sympystr(self, printer):
        return f"{self.letter}({printer._print(self.args[0])})"

    def _latex(self, printer, exp=None):
        return rf"{self.tex}\left({printer._print(self.args[0])}\right)"

    @property
    def tex(self) -> str:
        return self.letter


class gradient_mapping(_AtPoint):
    """G(x) = (x - P(x)) / gamma.  [signprox, Definition 1]  Arguments: x, gamma."""

    nargs = 2
    letter = "G"


class sampled_mapping(_AtPoint, Random):
    """^G(x) = (x - ^P(x)) / gamma, with a mini-batch drawn at x.  [signprox (10)]  Arguments: x, gamma, its size."""

    nargs = 3

    @property
    def letter(self):
        return "^G" if self.args[2] == 1 else f"^G_{self.args[2]}"

    @property
    def tex(self):
        return r"\hat G" if self.args[2] == 1 else rf"\hat G_{{{self.args[2]}}}"


class prox(_AtPoint):
    """prox_{gamma g}(z).  [signprox (6)]  Arguments: z, gamma, the function's name."""

    nargs = 3

    def _sympystr(self, printer):
        z, _, name = self.args
        return f"prox_{_name(name)}({printer._print(z)})"

    def _latex(self, printer, exp=None):
        z, _, name = self.args
        return rf"\operatorname{{prox}}_{{\gamma {_name(name)}}}\left({printer._print(z)}\right)"


class mean_prox(_AtPoint):
    """sum over j of theta_j prox_{gamma r_j}(z).  [signprox (8)]  Arguments: z, gamma."""

    nargs = 2
    letter = "mean prox"
    tex = r"\overline{\operatorname{prox}}"


class exchange(_AtPoint):
    """The point with coordinate i of x and all other coordinates of y. Arguments: x, y, i."""

    nargs = 3

    def check(self):
        x, y, index = self.args
        check_term(x, vector=True)
        check_term(y, vector=True)
        if index != i:
            raise TypeError(f"{index} in {self} is no coordinate: write i")

    def _sympystr(self, printer):
        x, y, index = map(printer._print, self.args)
        return f"({y} with {index} from {x})"

    def _latex(self, printer, exp=None):
        x, y, index = map(printer._print, self.args)
        return rf"\left({y}\right)^{{{index} \leftarrow {x}}}"


class weight(Scalar):
    """theta_j, the probability of component j. Argument: j."""

    nargs = 1

    def check(self):
        if self.args != (j,):
            raise TypeError(f"{self.args[0]} in {self} is no component: write j")

    def _sympystr(self, printer):
        return f"theta_{self.args[0]}"

    def _latex(self, printer, exp=None):
        latex = rf"\theta_{{{self.args[0]}}}"
        return latex if exp is None else f"{latex}^{{{exp}}}"


class entry(Scalar):
    """The entry of a vector of constants, such as L_i. Arguments: its letter, i."""

    nargs = 2

    def check(self):
        if self.args[1] != i:
            raise TypeError(f"{self.args[1]} in {self} is no coordinate: write i")

    def _sympystr(self, printer):
        return f"{self.args[0].name}_{self.args[1]}"

    def _latex(self, printer, exp=None):
        name = self.args[0].name
        latex = rf"{name if len(name) == 1 else chr(92) + name}_{{{self.args[1]}}}"
        return latex if exp is None else f"{latex}^{{{exp}}}"


# ---------------------------------------------------------------------------------------------- assumptions


@dataclass(frozen=True)
class _WithFormulas(Assumption):
    def __post_init__(self):
        for name, field in vars(self).items():
            if isinstance(field, int | Expr):
                object.__setattr__(self, name, sympify(field))

    @property
    def formulas(self):
        return tuple(field for field in vars(self).values() if isinstance(field, Expr))

    def __str__(self):
        return f"{type(self).__name__}({', '.join(map(_name, vars(self).values()))})"


@dataclass(frozen=True)
class Composite(_WithFormulas):
    """f = d + r, where r is the regularizer of `ProximalAverage`.  [signprox (1)]"""

    step_size: Any
    points = 1
    words = "composite"

    def statement(self, x):
        return Eq(value(x), value(x, D) + value(x, regularizer(self.step_size)))


@dataclass(frozen=True)
class ProximalAverage(_WithFormulas):
    """r is closed, proper and convex, with sum over j of theta_j prox_{gamma r_j} = prox_{gamma r}.  [signprox (9)]"""

    step_size: Any
    points = 1
    words = "with an averaged regularizer"

    def statement(self, z):
        return Eq(mean_prox(z, self.step_size), prox(z, self.step_size, regularizer(self.step_size)))


@dataclass(frozen=True)
class Convex(_WithFormulas):
    """A function g that is closed, proper, convex and differentiable: g(y) >= g(x) + <grad g(x), y - x>.

    [signprox, Assumption 1(c)]
    """

    of: Str | Tuple
    points = 2
    words = "convex"

    def statement(self, y, x):
        return Ge(value(y, self.of), value(x, self.of) + inner(gradient(x, self.of), y - x))


@dataclass(frozen=True)
class ClosedConvex(_WithFormulas):
    """A function that is closed, proper and convex; it may be infinite somewhere.  [signprox, after (7)]"""

    of: Str | Tuple
    points = 0
    words = "closed, proper and convex"

    def statement(self):
        raise TypeError("values that may be infinite are no numbers")


@dataclass(frozen=True)
class LipschitzGradient(_WithFormulas):
    """||grad g(x) - grad g(y)||_* <= L ||x - y|| for all x, y.  [signprox, Assumption 1(b, c)]

    Arguments: the function g, L, the geometry.
    """

    of: Str | Tuple
    constant: Any
    norm: DualPair
    points = 2
    words = "smooth in its parts"

    @property
    def conditions(self):
        return (self.constant > 0,)

    def statement(self, x, y):
        pair = Str(self.norm.name)
        return Le(dual_norm(pair, gradient(x, self.of) - gradient(y, self.of)), self.constant * norm(pair, x - y))


@dataclass(frozen=True)
class CoordinateLipschitz(_WithFormulas):
    """|grad g(x)_i - grad g(y)_i| <= L_i |x_i - y_i| for all x, y, i.  [signprox, Assumption 2(b, c)]

    Arguments: the function g, the letter of the vector (L_1, ..., L_n).
    """

    of: Str | Tuple
    constants: Str
    points = 2
    words = "smooth in each coordinate"

    def statement(self, x, y):
        slopes = coordinate(gradient(x, self.of) - gradient(y, self.of), i)
        return Le(Abs(slopes), entry(self.constants, i) * Abs(coordinate(x - y, i)))


@dataclass(frozen=True)
class Entries(_WithFormulas):
    """L_i >= 0 for every i, and L_1 + ... + L_n is the given number.  Arguments: the letter, the sum."""

    constants: Str
    total: Any
    points = 0
    words = "with a constant for each coordinate"

    def statement(self):
        each = entry(self.constants, i)
        return And(Ge(each, 0), Eq(Total(each, i), self.total))


@dataclass(frozen=True)
class LargestEntry(_WithFormulas):
    """0 <= L_i <= the given number, for every i.  Arguments: the letter, the number."""

    constants: Str
    largest: Any
    points = 0
    words = "with a constant for each coordinate"

    def statement(self):
        each = entry(self.constants, i)
        return And(Ge(each, 0), Le(each, self.largest))


@dataclass(frozen=True)
class ProximalVariance(_WithFormulas):
    """E[||P_k(x) - P(x)||_2^2] <= gamma^2 sigma^2 for every x.  [signprox, Assumption 1(d)]"""

    step_size: Any
    constant: Any
    points = 1
    words = "of bounded variance"

    def statement(self, x):
        return Le(mean(squared(deviation(x, self.step_size)), x), self.step_size**2 * self.constant**2)


@dataclass(frozen=True)
class CoordinateVariance(_WithFormulas):
    """E[(P_k(x)_i - P(x)_i)^2] <= gamma^2 sigma_i^2 for every x and i.  [signprox, Assumption 2(d)]"""

    step_size: Any
    constants: Str
    points = 1
    words = "of bounded variance in each coordinate"

    def statement(self, x):
        noise = coordinate(deviation(x, self.step_size), i)
        return Le(mean(noise**2, x), self.step_size**2 * entry(self.constants, i) ** 2)


OBJECTIVE = Tuple(Str("f_xi"), xi)
"""Of an objective that is a mean of functions, the one that draw number xi of a mini-batch picks."""


def linearization(x: Expr) -> Tuple:
    """The function r_xi that is the linearization of f_xi at x."""
    return Tuple(Str("r_xi"), xi, x)


@dataclass(frozen=True)
class Linearized(_WithFormulas):
    """r_xi(y) = f_xi(x) + <grad f_xi(x), y - x>, of every draw xi.  [signprox (11)]"""

    points = 2
    words = "linearized"

    def statement(self, y, x):
        return Eq(value(y, linearization(x)), value(x, OBJECTIVE) + inner(gradient(x, OBJECTIVE), y - x))


@dataclass(frozen=True)
class LinearizedSlope(_WithFormulas):
    """grad r_xi(y) = grad f_xi(x): the gradient of the linearization.  [signprox (11)]"""

    points = 2
    words = "of the slope of its linearization"

    def statement(self, y, x):
        return Eq(gradient(y, linearization(x)), gradient(x, OBJECTIVE))


@dataclass(frozen=True)
class BatchSize(_WithFormulas):
    """There are B draws in a mini-batch."""

    size: Any
    points = 0
    words = "with mini-batches"

    def statement(self):
        return Eq(Total(Integer(1), xi), self.size)


def deviation(x: Expr, step_size: Expr, batch: Expr = ONE) -> Expr:
    """^P(x) - P(x)."""
    return step_size * gradient_mapping(x, step_size) - step_size * sampled_mapping(x, step_size, batch)


def squared(v: Expr) -> Expr:
    """||v||_2^2."""
    return inner(v, v)


def _name(field: Any) -> str:
    if isinstance(field, Tuple):
        return field[0].name
    return field.name if isinstance(field, Str | DualPair) else str(field)


# ---------------------------------------------------------------------------------------------- algorithms, measures


@dataclass(frozen=True)
class ProximalOracle:
    """What a proximal method asks of a composite problem in numbers, in place of a gradient.

    Arguments: a problem with `smooth_gradient(x, xp)`, grad d of the shape of x, `proxes(z, gamma, xp)`, all
    prox_{gamma r_j}(z), shape (M, d, ...), and `weights`, shape (M, ...); the weights of a mini-batch, of the same
    shape, or None for the problem's own: then ^P is P.
    """

    problem: Any
    drawn: Any = None

    def proximal_step(self, x: Any, step_size: Any, xp: Any) -> Any:
        """^P(x) = sum over j of w_j prox_{gamma r_j}(x - gamma grad d(x)).  [signprox (10)]"""
        weights = self.problem.weights if self.drawn is None else self.drawn
        z = x - step_size * self.problem.smooth_gradient(x, xp)
        return xp.sum(weights[:, None] * self.problem.proxes(z, step_size, xp))


@dataclass(frozen=True)
class SPGM(Algorithm):
    """x+ = ^P(x): the stochastic proximal-gradient method with mini-batches.  [signprox, Algorithm 1]

    In numbers, what `update` calls the gradient is a `ProximalOracle`, which holds the draw.
    """

    step_size: Any
    batch: Any = ONE
    stochastic = True

    def update(self, x, gradient: Callable[[Any], Any] | ProximalOracle, memory, xp):
        return self.estimate(x, gradient, xp), memory

    def estimate(self, x: Any, oracle: Any, xp: Any) -> Any:
        """^P(x). Raises TypeError if the oracle knows no proximal operators."""
        if hasattr(xp, "proximal_step"):  # the kernel's vectors
            return xp.proximal_step(x, self.step_size, self.batch)
        if not isinstance(oracle, ProximalOracle):
            raise TypeError(f"{self} needs proximal operators: give it a ProximalOracle, not a gradient")
        return oracle.proximal_step(x, self.step_size, xp)


@dataclass(frozen=True)
class SignProx(SPGM):
    """x+ = x - gamma sign(x - ^P(x)), with sign(0) = 0.  [signprox, Algorithm 2]"""

    def update(self, x, gradient, memory, xp):
        return x - self.step_size * xp.sign(x - self.estimate(x, gradient, xp)), memory


@dataclass(frozen=True)
class MeanGradientMapping(Measure):
    """The mean over l < T of E ||G(x_l)||_*^power, for a run of T steps whose step size may depend on T.

    Arguments: the step size of G, T, the power, the geometry.
    """

    step_size: Any
    steps: Symbol
    power: int
    norm: DualPair

    @property
    def horizon(self):
        return self.steps

    @property
    def symbol(self):
        length = dual_norm(Str(self.norm.name), gradient_mapping(iterate(l), self.step_size))
        return Sum(mean(length**self.power), (l, 0, self.steps - 1)) / self.steps

    def quantity(self, problem, x, xp):
        """||G(x)||_*^power on a composite problem, where the step size is a number; `mean over l < T` is the run's.

        Raises TypeError for a problem without proximal operators.
        """
        if not hasattr(problem, "gradient_mapping"):
            raise TypeError(f"{type(problem).__name__} has no proximal operators, so no gradient mapping")
        G = problem.gradient_mapping(x, self.step_size, xp)
        return self.norm.dual_squared(G, xp) if self.power == 2 else xp.power(self.norm.dual(G, xp), self.power)
