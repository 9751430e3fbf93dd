"""Stochastic proximal-gradient methods: the terms, assumptions, algorithms and measures of composite objectives.

f = d + r. The components r_j are closed, proper and convex, with weights theta_j >= 0 that sum to one, and r is the
closed, proper and convex function with sum over j of theta_j prox_{gamma r_j} = prox_{gamma r}: it depends on the
step size gamma, and so does f. The gradient mapping G is the term that the others are made of:

    P(x) = x - gamma G(x) = prox_{gamma r}(x - gamma grad d(x)),    ^P(x) = x - gamma ^G(x),

where ^P is the mean over a mini-batch of B components that are drawn with the weights' probabilities.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, Tuple, sympify
from sympy.core.symbol import Str

from signproof.theory.norms import DualPair
from signproof.theory.symbols import i, j, xi
from signproof.theory.terms.expectations import Random
from signproof.theory.terms.vectors import (
    Scalar,
    VectorAtom,
    check_term,
    inner,
)

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
            raise TypeError(f"{index} in {self} is not a coordinate: write i")

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
            raise TypeError(f"{self.args[0]} in {self} is not a component: write j")

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
            raise TypeError(f"{self.args[1]} in {self} is not a coordinate: write i")

    def _sympystr(self, printer):
        return f"{self.args[0].name}_{self.args[1]}"

    def _latex(self, printer, exp=None):
        name = self.args[0].name
        latex = rf"{name if len(name) == 1 else chr(92) + name}_{{{self.args[1]}}}"
        return latex if exp is None else f"{latex}^{{{exp}}}"


# ---------------------------------------------------------------------------------------------- assumptions


OBJECTIVE = Tuple(Str("f_xi"), xi)
"""Of an objective that is a mean of functions, the one that draw number xi of a mini-batch picks."""


def linearization(x: Expr) -> Tuple:
    """The function r_xi that is the linearization of f_xi at x."""
    return Tuple(Str("r_xi"), xi, x)


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
