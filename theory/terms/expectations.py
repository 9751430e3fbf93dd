"""Coordinates, sums over them, stochastic gradients and expectations, as SymPy terms.

They keep themselves in a normal form, and that is all the algebra that the kernel gets for nothing: coordinates are
linear in the vector; sums and expectations are linear, what does not depend on the index (or is known already) comes
out of them, and a sum comes out of an expectation. Monotonicity, the tower property, Jensen's inequality and
products are lemmas of the table.

A claim about expectations supposes that all expectations in it are finite: of the start and, given a point, of the
stochastic gradient the second moments are. `check` lets nothing through that grows faster than a square.
"""

from __future__ import annotations

from collections.abc import Iterable

from sympy import (
    Abs,
    Add,
    Basic,
    Expr,
    Integer,
    Mul,
    Pow,
    Rational,
    Sum,
    Symbol,
    Tuple,
    expand,
    oo,
    preorder_traversal,
    sign,
)
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.symbol import Str
from sympy.printing.precedence import PRECEDENCE

from signproof.theory.symbols import i, j, m, xi
from signproof.theory.terms.averages import average
from signproof.theory.terms.exact_types import of_package
from signproof.theory.terms.vectors import (
    Least,
    OfIteration,
    Scalar,
    VectorAtom,
    check_term,
    inner,
    iterate,
    maximizer,
    suboptimality,
    subscripted,
    terms,
    value,
)

INDICES = (i, j, m, xi)
"""The letters of sums: coordinates, components, workers, draws of a mini-batch. How many there are of one kind says
nothing of another."""


class Random(VectorAtom):
    """A vector that is drawn at a point: all of an iteration's draws are made given its point."""

    bounded = False
    """Whether no coordinate ever exceeds a fixed number."""
    open_to_users = True


class estimate(Random):
    """A stochastic gradient, drawn at a point. Arguments: the point and, of several workers, which one."""

    nargs = (1, 2)

    def check(self):
        check_term(self.args[0], vector=True)
        if self.args[1:] not in ((), (m,)):
            raise TypeError(f"{self.args[1]} in {self} is not a worker: write m")

    def _sympystr(self, printer):
        worker = f"^{self.args[1]}" if len(self.args) > 1 else ""
        point = self.args[0]
        if isinstance(point, iterate):
            return subscripted("~g", point.args[0]) + worker
        return f"~g{worker}({printer._print(point)})"

    def _latex(self, printer, exp=None):
        worker = f"^{{{self.args[1]}}}" if len(self.args) > 1 else ""
        point = self.args[0]
        if isinstance(point, iterate):
            return rf"\tilde g_{{{point.args[0]}}}{worker}"
        return rf"\tilde g{worker}\left({printer._print(point)}\right)"


class coordinate(Scalar):
    """v_i, linear in v; of sign(v) it is the sign of v_i. Arguments: the vector, the index i."""

    nargs = 2

    @classmethod
    def eval(cls, vector: Expr, index: Symbol) -> Expr | None:
        parts = terms(vector)
        if list(parts.values()) != [1]:
            return Add(*(factor * cls(atom, index) for atom, factor in parts.items()))
        (atom,) = parts
        if isinstance(atom, maximizer) and atom.args[0] == Str("inf"):
            return sign(cls(atom.args[1], index))
        return None if atom == vector else cls(atom, index)

    def check(self):
        check_term(self.args[0], vector=True)
        if self.args[1] != i:
            raise TypeError(f"{self.args[1]} in {self} is not a coordinate: write i")

    def _sympystr(self, printer):
        return f"({printer._print(self.args[0])})_{self.args[1]}"

    def _latex(self, printer, exp=None):
        latex = rf"\left({printer._print(self.args[0])}\right)_{{{self.args[1]}}}"
        return latex if exp is None else f"{latex}^{{{exp}}}"


class Total(Scalar):
    """The sum of a term over all coordinates, components, workers or draws. Arguments: the term, the index."""

    nargs = 2
    precedence = PRECEDENCE["Mul"]

    @classmethod
    def eval(cls, term: Expr, index: Symbol) -> Expr | None:
        summands = Add.make_args(expand(term))
        if len(summands) > 1:
            return Add(*(cls(summand, index) for summand in summands))
        factors = Mul.make_args(summands[0])
        inside = Mul(*(factor for factor in factors if factor.has(index)))
        outside = Mul(*(factor for factor in factors if not factor.has(index)))
        return None if outside == 1 and inside == term else outside * cls(inside, index)

    @property
    def function(self) -> Expr:
        return self.args[0]

    @property
    def index(self) -> Symbol:
        return self.args[1]

    def check(self):
        if self.index not in INDICES:
            raise TypeError(f"{self.index} in {self} is not a coordinate i, component j, worker m or draw xi")
        check_term(self.function)

    def _sympystr(self, printer):
        return f"sum_{self.index} {printer.parenthesize(self.function, PRECEDENCE['Mul'])}"

    def _latex(self, printer, exp=None):
        latex = rf"\sum_{{{self.index}}} {printer._print(self.function)}"
        return latex if exp is None else rf"\left({latex}\right)^{{{exp}}}"


class expectation(Scalar):
    """E[term], or E[term | x] with all that happened before x. Arguments: the term, a tuple with x or empty."""

    nargs = 2

    @classmethod
    def eval(cls, term: Expr, given: Tuple) -> Expr | None:
        summands = Add.make_args(expand(term))
        if len(summands) > 1:
            return Add(*(cls(summand, given) for summand in summands))
        factors = Mul.make_args(summands[0])
        outside = Mul(*(factor for factor in factors if known(factor, given)))
        random = [factor for factor in factors if not known(factor, given)]
        inside = Mul(*random)
        for total in sorted((factor for factor in random if isinstance(factor, Total)), key=order):
            rest = Mul(*(factor for factor in random if factor is not total))
            if not rest.has(total.index) and not given.has(total.index):
                return outside * Total(cls(total.function * rest, given), total.index)
        if inside == 1:
            return outside
        return None if outside == 1 and inside == term else outside * cls(inside, given)

    def check(self):
        term, given = self.args
        if not isinstance(given, Tuple) or len(given) > 1:
            raise TypeError(f"{given} in {self} is not a point: write Tuple(x) or Tuple()")
        for point in given:
            check_term(point, vector=True)
        check_term(term)
        if degree(term) > 2:
            raise TypeError(f"{term} may have no finite expectation: it is not known to grow at most quadratically")

    def _sympystr(self, printer):
        given = "".join(f" | {printer._print(point)}" for point in self.args[1])
        return f"E[{printer._print(self.args[0])}{given}]"

    def _latex(self, printer, exp=None):
        given = "".join(rf" \mid {printer._print(point)}" for point in self.args[1])
        latex = rf"\mathbb{{E}}\left[{printer._print(self.args[0])}{given}\right]"
        return latex if exp is None else f"{latex}^{{{exp}}}"


def known(term: Basic, given: Iterable[Expr]) -> bool:
    """Whether a term is fixed once the points `given` are: it is made of them alone."""
    if isinstance(term, iterate):
        return term in given
    if isinstance(term, OfIteration):
        return iterate(term.args[0]) in given  # type: ignore[attr-defined]
    if isinstance(term, Random | average):
        return False
    if isinstance(term, VectorAtom | Scalar) and not (of_package(type(term)) or term.deterministic):
        return False  # of a user's own term nobody has said that it is fixed
    if isinstance(term, expectation):
        return all(known(point, given) for point in term.args[1])
    if isinstance(term, ExprWithLimits):
        return not any(isinstance(part, VectorAtom | Scalar) for part in preorder_traversal(term))
    return all(known(argument, given) for argument in term.args)


def free_indices(term: Basic) -> set[Basic]:
    """The indices in a term over which it does not sum: it is another for each coordinate, worker and so on."""
    if isinstance(term, Total):
        return free_indices(term.function) - {term.index}
    if term in INDICES:
        return {term}
    return set().union(*map(free_indices, term.args))


def degree(term: Expr) -> Expr:
    """How fast a term grows at most with the points and draws in it: 1 like a norm, 2 like its square; or infinity."""
    if isinstance(term, Symbol | Rational | sign):
        return Integer(0)
    if isinstance(term, VectorAtom):
        bounded = isinstance(term, maximizer) or (isinstance(term, Random) and term.bounded)
        return Integer(0) if bounded else Integer(1)
    if isinstance(term, suboptimality | value):
        return Integer(2)
    if isinstance(term, Add):
        return max(map(degree, term.args))
    if isinstance(term, Mul):
        return Add(*map(degree, term.args))
    if isinstance(term, inner):
        return degree(term.args[0]) + degree(term.args[1])
    if isinstance(term, Pow) and term.exp.is_Integer and term.exp > 0:
        return term.exp * degree(term.base)
    if isinstance(term, Abs | coordinate | expectation | Total | Least | Sum):
        return degree(term.args[0])
    if isinstance(term, Scalar) and of_package(type(term)):  # a norm; its first argument names it
        return degree(term.args[-1])
    if not any(isinstance(part, VectorAtom | Scalar) for part in preorder_traversal(term)):
        return Integer(0)
    return oo


def order(total: Total) -> tuple:
    """In which order sums come out of an expectation."""
    return str(total.index), total.sort_key()


def mean(term: Expr, *given: Expr) -> Expr:
    """E[term | given], or E[term]."""
    return expectation(term, Tuple(*given))
