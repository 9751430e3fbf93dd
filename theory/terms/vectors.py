"""Vectors, gradients, inner products and norms as SymPy terms, for any dimension and any norm at once.

A vector is a linear combination of vector atoms (`iterate(k)`, `gradient(x)`, ...) with scalar coefficients.
`inner`, `norm` and `dual_norm` turn vectors into scalars and keep themselves in a normal form: inner products
are expanded bilinearly, norms pull out the factor of a single atom. Nothing else is simplified here: every
inequality between these terms is the kernel's business.

`check_term` and `check_statement` are the grammar: what they let through is a real number, a vector or a statement
about them, wherever it is defined at all.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

from sympy import (
    Abs,
    Add,
    Basic,
    Eq,
    Expr,
    Float,
    Function,
    Integer,
    Limit,
    Mul,
    Product,
    S,
    Sum,
    Symbol,
    Tuple,
    expand,
    oo,
)
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.relational import Relational
from sympy.core.symbol import Str
from sympy.logic.boolalg import BooleanFalse, BooleanTrue
from sympy.printing.precedence import PRECEDENCE

from signproof.theory.symbols import k, l
from signproof.theory.terms.exact_types import (
    CONNECTIVES,
    CONSTANTS,
    FUNCTIONS,
    NAMES,
    RATIONALS,
    RELATIONS,
    check_leaves,
    check_own,
    is_real_symbol,
    of_package,
)

if TYPE_CHECKING:
    from sympy.printing.printer import Printer


class Term:
    """Part of the grammar: `check` raises TypeError if its arguments are not what they should be."""

    def check(self) -> None:
        for argument in self.args:  # type: ignore[attr-defined]
            if type(argument) not in NAMES:
                check_term(argument, vector=True)


class OfIteration(Term):
    """A term whose first argument is the number of an iteration; of what is remembered, the second is its place."""

    def check(self):
        number, *places = self.args  # type: ignore[attr-defined]
        if not all(isinstance(place, Integer) and place >= 0 for place in places):
            raise TypeError(f"{self}: what is remembered is numbered 0, 1, ...")
        if not any(isinstance(shift, Integer) and shift >= 0 for shift in (number, number - k, number - l)):
            raise TypeError(f"{number} in {self} is not an iteration for every k")


class VectorAtom(Term, Function):
    """An element of R^d that is not a combination of others.

    A user's own class of vectors is drawn at random unless it says `deterministic = True`: then a vector is fixed once
    its arguments are.
    """

    is_real = True
    deterministic = False
    open_to_users = True

    def _eval_power(self, exponent):
        raise TypeError(f"vectors have no powers, products or quotients: {self} stands for all coordinates at once")


class iterate(OfIteration, VectorAtom):
    """x_k, the iterate number k."""

    nargs = 1

    def _sympystr(self, printer):
        return subscripted("x", self.args[0])

    def _latex(self, printer, exp=None):
        return f"x_{{{self.args[0]}}}"


class memory(OfIteration, VectorAtom):
    """m_k, a vector that a method remembers before step k. Arguments: k, its number among all that is remembered."""

    nargs = 2

    def _sympystr(self, printer):
        return subscripted(_remembered(self.args[1]), self.args[0])

    def _latex(self, printer, exp=None):
        return f"{_remembered(self.args[1], braces=True)}_{{{self.args[0]}}}"


class minimizer(VectorAtom):
    """x*, a point where the objective attains its infimum; the argument tells several apart."""

    nargs = 1

    def _sympystr(self, printer):
        return "x*"

    def _latex(self, printer, exp=None):
        return "x^{*}"


class point(VectorAtom):
    """Any vector at all. Argument: its name."""

    nargs = 1

    def _sympystr(self, printer):
        return self.args[0].name

    def _latex(self, printer, exp=None):
        return self.args[0].name


class gradient(VectorAtom):
    """The gradient at a point. Arguments: the point and, of a function that is not the objective, its name."""

    nargs = (1, 2)

    def _sympystr(self, printer):
        x, *of = self.args
        if isinstance(x, iterate) and not of:
            return subscripted("g", x.args[0])
        return f"grad {_function(of)}({printer._print(x)})"

    def _latex(self, printer, exp=None):
        x, *of = self.args
        if isinstance(x, iterate) and not of:
            return f"g_{{{x.args[0]}}}"
        return rf"\nabla {_function(of)}\left({printer._print(x)}\right)"


class maximizer(VectorAtom):
    """v(g): a vector of norm at most one with <g, v(g)> = ||g||_*. Arguments: norm's name, g."""

    nargs = 2

    @classmethod
    def eval(cls, pair: Basic, g: Expr) -> Expr | None:
        return None if type(pair) is Str and pair.name in _NAMES else cls(_norm_named(pair), g)

    def _sympystr(self, printer):
        name = "sign" if self.args[0].name == "inf" else "v"
        return f"{name}({printer._print(self.args[1])})"

    def _latex(self, printer, exp=None):
        name = r"\operatorname{sign}" if self.args[0].name == "inf" else "v"
        return rf"{name}\left({printer._print(self.args[1])}\right)"


class Scalar(Term, Function):
    """A real number that depends on vectors or on the iteration; one of a user's own is random, as vectors are."""

    is_real = True
    deterministic = False
    open_to_users = True


class value(Scalar):
    """f(x). Arguments: the point and, of a function that is not the objective, its name."""

    nargs = (1, 2)

    def _sympystr(self, printer):
        return f"{_function(self.args[1:])}({printer._print(self.args[0])})"

    def _latex(self, printer, exp=None):
        return _powered(rf"{_function(self.args[1:])}\left({printer._print(self.args[0])}\right)", exp)


class suboptimality(OfIteration, Scalar):
    """V_k = f(x_k) - f*."""

    nargs = 1

    def _sympystr(self, printer):
        return subscripted("V", self.args[0])

    def _latex(self, printer, exp=None):
        return _powered(f"V_{{{self.args[0]}}}", exp)


class remembered(OfIteration, Scalar):
    """A number that a method remembers before step k. Arguments: k, its number among all that is remembered."""

    nargs = 2

    def _sympystr(self, printer):
        return subscripted(_remembered(self.args[1]), self.args[0])

    def _latex(self, printer, exp=None):
        return _powered(f"{{{_remembered(self.args[1], braces=True)}_{{{self.args[0]}}}}}", exp)


class inner(Scalar):
    """<u, v>, expanded over the atoms of u and v."""

    nargs = 2

    @classmethod
    def eval(cls, u: Expr, v: Expr) -> Expr | None:
        left, right = terms(u), terms(v)
        if _is_atom(u) and _is_atom(v):
            return None if u.sort_key() <= v.sort_key() else cls(v, u)
        return Add(*(a * b * cls(s, t) for s, a in left.items() for t, b in right.items()))

    def _sympystr(self, printer):
        return f"<{printer._print(self.args[0])}, {printer._print(self.args[1])}>"

    def _latex(self, printer, exp=None):
        u, v = (printer._print(argument) for argument in self.args)
        return _powered(rf"\left\langle {u},\, {v}\right\rangle", exp)


def _norm_named(given: Any) -> Str:
    """The name of a norm, of which SymPy makes a number, a symbol or a function if it is given as text.

    Raises TypeError for another.
    """
    name = getattr(given, "__name__", str(given))
    name = {"oo": "inf"}.get(name, name)
    if name not in _NAMES:
        raise TypeError(f"there is no norm {name!r}: it is one of {', '.join(map(repr, _NAMES))}")
    return Str(name)


class _Norm(Scalar):
    nargs = 2

    @classmethod
    def eval(cls, pair, v):
        if type(pair) is not Str or pair.name not in _NAMES:
            return cls(_norm_named(pair), v)
        parts = terms(v)
        if not parts:
            return S.Zero
        if len(parts) == 1:
            ((atom, factor),) = parts.items()
            return None if factor == 1 else Abs(factor) * cls(pair, atom)
        normal = Add(*(factor * atom for atom, factor in parts.items()))
        if normal.could_extract_minus_sign():
            normal = -normal
        return None if normal == v else cls(pair, normal)


class norm(_Norm):
    """||v||. Arguments: the norm's name, v."""

    def _sympystr(self, printer):
        return f"||{_forward(printer, self.args[1])}||_{_NAMES[self.args[0].name][0]}"

    def _latex(self, printer, exp=None):
        subscript = _NAMES[self.args[0].name][1]
        return _powered(rf"\left\lVert {_forward(printer, self.args[1])}\right\rVert{subscript}", exp)


class dual_norm(_Norm):
    """||v||_*, the dual norm. Arguments: the (primal) norm's name, v."""

    def _sympystr(self, printer):
        return f"||{_forward(printer, self.args[1])}||_{_NAMES[self.args[0].name][2]}"

    def _latex(self, printer, exp=None):
        subscript = _NAMES[self.args[0].name][3]
        return _powered(rf"\left\lVert {_forward(printer, self.args[1])}\right\rVert{subscript}", exp)


# norm's name: how the norm and its dual are subscripted, in text and in LaTeX
_NAMES = {
    "inf": ("inf", r"_{\infty}", "1", "_{1}"),
    "2": ("2", "_{2}", "2", "_{2}"),
    "op": ("op", r"_{\mathrm{op}}", "nuc", r"_{\mathrm{nuc}}"),
    "any": ("", "", "*", "_{*}"),
}


class Least(Term, ExprWithLimits):
    """min over l = 0, ..., k of a scalar term: `Least(term, (l, 0, k))`."""

    is_real = True
    precedence = PRECEDENCE["Mul"]

    def __new__(cls, term: Expr, limits: Tuple | tuple[Symbol, Expr | int, Expr | int]) -> Self:
        return super().__new__(cls, term, limits)

    def check(self):
        _check_range(self)

    def _eval_is_extended_real(self):
        return True

    def _sympystr(self, printer):
        index, _, last = self.limits[0]
        return f"min_{{{index} <= {printer._print(last)}}} {printer._print(self.function)}"

    def _latex(self, printer, exp=None):
        index, _, last = (printer._print(part) for part in self.limits[0])
        return _powered(rf"\min_{{{index} \le {last}}} {printer._print(self.function)}", exp)


class Repeats(Function):
    """The run visits the given points in turn, for ever: a statement, not a number."""

    def _sympystr(self, printer):
        return "x_0, x_1, ... runs through " + ", ".join(map(printer._print, self.args)) + " for ever"

    def _latex(self, printer, exp=None):
        points = r",\ ".join(printer._print(point) for point in self.args)
        return rf"x_0, x_1, \dots \text{{ runs through }} {points} \text{{ for ever}}"


class Follows(Function):
    """The run is at the given point at every iteration k: a statement, not a number. Argument: a tuple of formulas."""

    nargs = 1

    def _sympystr(self, printer):
        return f"x_k = {printer._print(_only(self.args[0]))} for every k"

    def _latex(self, printer, exp=None):
        return rf"x_k = {printer._print(_only(self.args[0]))} \text{{ for every }} k"


class InWords(Function):
    """A statement that no formula here says. Argument: its words."""

    nargs = 1

    def _sympystr(self, printer):
        return self.args[0].name

    def _latex(self, printer, exp=None):
        return rf"\text{{{self.args[0].name}}}"


def terms(vector: Expr) -> dict[VectorAtom, Expr]:
    """The coefficients of a vector, atom by atom. Raises TypeError if the expression is no vector."""
    parts: dict[VectorAtom, Expr] = {}
    for term in Add.make_args(expand(vector)):
        if term == 0:
            continue
        atoms = [factor for factor in Mul.make_args(term) if isinstance(factor, VectorAtom)]
        if len(atoms) != 1:
            raise TypeError(f"{vector} is not a linear combination of vectors: see the term {term}")
        factor = Mul(*(factor for factor in Mul.make_args(term) if factor is not atoms[0]))
        parts[atoms[0]] = parts.get(atoms[0], Integer(0)) + factor
    return {atom: factor for atom, factor in parts.items() if factor != 0}


@lru_cache(4096)
def is_vector(expression: object) -> bool:
    """Whether an expression is a linear combination of vector atoms (zero is not counted as one)."""
    if not isinstance(expression, Expr) or not _outside_scalars(expression):
        return False
    try:
        terms(expression)
    except TypeError:
        return False
    return True


def check_term(term: Basic, vector: bool = False) -> None:
    """Raises TypeError unless the term is a real number, exactly written (or else a vector, if that is asked for)."""
    _check_term(term, vector)
    check_leaves(term)


def _check_term(term: Basic, vector: bool = False) -> None:
    if vector:
        for atom, factor in terms(term).items():
            _check_term(factor)
            _check_part(atom)
    elif isinstance(term, Symbol):
        if not is_real_symbol(term):
            raise TypeError(f"the symbol {term} must be real and nothing more: write Symbol({term.name!r}, real=True)")
    elif isinstance(term, Term) and not isinstance(term, VectorAtom):
        _check_part(term)
    elif type(term) in (Sum, Product):
        _check_range(term)
    elif type(term) is Limit:
        for part in term.args[: 2 if term.args[2] == oo else 3]:
            _check_term(part)
    elif type(term) in FUNCTIONS:
        for argument in term.args:
            _check_term(argument)
    elif isinstance(term, Float):
        raise TypeError(f"{term} is a floating-point number: write a rational")
    elif type(term) not in RATIONALS + CONSTANTS:
        raise TypeError(f"{term} is not a real number, or uses an unknown function ({type(term).__name__})")


def _check_part(term: Basic) -> None:
    """Raises TypeError unless a vector atom or a scalar is one of the package's terms or a plain name of a user's."""
    kind: Any = type(term)
    if not of_package(kind):
        check_own(kind)
        for argument in term.args:
            if type(argument) not in NAMES:
                _check_term(argument, vector=_outside_scalars(argument))
    if of_package(kind) or kind.check is not Term.check:
        term.check()


def check_statement(statement: Basic) -> None:
    """Raises TypeError unless it is a relation between numbers, an equation between vectors, or made of these."""
    if type(statement) in CONNECTIVES:
        for part in statement.args:
            check_statement(part)
    elif type(statement) is Repeats:
        for point in statement.args:
            for entry in point:
                check_term(entry)
    elif type(statement) in RELATIONS:
        vectors = about_vectors(statement)
        if vectors and not isinstance(statement, Eq):
            raise TypeError(f"vectors have no order: {statement}")
        for side in (statement.lhs, statement.rhs):
            check_term(side, vector=vectors)
    elif type(statement) not in (BooleanTrue, BooleanFalse):
        kind = type(statement).__name__
        raise TypeError(f"{statement} ({kind}) is not a statement about numbers and vectors")


def about_vectors(statement: Basic) -> bool:
    """Whether a relation between vectors occurs in the statement."""
    return any(is_vector(side) for relation in statement.atoms(Relational) for side in (relation.lhs, relation.rhs))


x_k, x_next = iterate(k), iterate(k + 1)
"""The current and the next iterate."""
g_k = gradient(x_k)
"""The gradient at the current iterate."""
x_star = minimizer(Tuple())
"""A minimizer."""


def _check_range(term: ExprWithLimits) -> None:
    (index, first, last), *others = term.limits
    if (index, first) != (l, 0) or others:
        raise TypeError(f"{term} does not range over l = 0, ..., k")
    check_term(term.function)
    check_term(last)


def _only(point: Tuple) -> Basic:
    """The one coordinate of a point, or the point."""
    return point[0] if len(point) == 1 else point


def _outside_scalars(expression: Basic) -> bool:
    """Whether a vector atom occurs outside of inner products, norms and other scalars. It is quick to see."""
    if isinstance(expression, VectorAtom | Scalar):
        return isinstance(expression, VectorAtom)
    return any(map(_outside_scalars, expression.args))


def _is_atom(vector: Expr) -> bool:
    return isinstance(vector, VectorAtom)


def _function(of: tuple[Basic, ...]) -> str:
    return (of[0][0] if isinstance(of[0], Tuple) else of[0]).name if of else "f"


def _remembered(place: Expr, braces: bool = False) -> str:
    """The letter of what is remembered: m, or m' and so on if there is more."""
    return "m" + ("^{" + "\\prime" * int(place) + "}" if braces and place else "'" * int(place))


def subscripted(letter: str, number: Expr) -> str:
    index = str(number)
    return f"{letter}_{index}" if index.isalnum() else f"{letter}_{{{index}}}".replace(" ", "")


def _forward(printer: Printer, vector: Expr) -> str:
    """A vector inside a norm, where the sign does not matter: written without a leading minus."""
    printed = printer._print(vector)
    return printer._print(-vector) if printed.lstrip().startswith("-") else printed


def _powered(latex: str, exponent: object) -> str:
    return latex if exponent is None else f"{latex}^{{{exponent}}}"
