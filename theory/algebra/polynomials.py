"""Statements about real numbers as comparisons of polynomials with zero, for `certificate` and `certifying`.

What SymPy terms mean is said here, and trusted: they become polynomials in atoms, one atom for each term that is no
polynomial, and an atom is known by its definition alone. A certificate thus says something about the statements that
`decide` asks Z3 about: the same premises, the same conditions of having a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from sympy import (
    Abs,
    Add,
    And,
    Basic,
    Eq,
    Expr,
    Ge,
    Gt,
    Le,
    Limit,
    Lt,
    Max,
    Min,
    Mul,
    Ne,
    Not,
    Or,
    Pow,
    Rational,
    Sum,
    Symbol,
    exp,
    log,
    sign,
)
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanTrue

from signproof.theory.algebra.decide import LARGEST_POWER, boolean, conditions, with_value
from signproof.theory.algebra.limits import without_limits

Monomial: TypeAlias = tuple[tuple[int, int], ...]
"""The atoms of a product, in order, each with its power (1, 2, ...)."""


# ---------------------------------------------------------------------------------------------- polynomials


@dataclass(frozen=True)
class Polynomial:
    """A polynomial with rational coefficients, none of them zero: a tuple of (monomial, coefficient) in order."""

    terms: tuple[tuple[Monomial, Fraction], ...] = ()

    @classmethod
    def of(cls, terms: dict[Monomial, Fraction]) -> Polynomial:
        return cls(tuple(sorted((monomial, number) for monomial, number in terms.items() if number)))

    @classmethod
    def number(cls, value: int | Fraction) -> Polynomial:
        return cls.of({(): Fraction(value)})

    def __add__(self, other: Polynomial) -> Polynomial:
        result = dict(self.terms)
        for monomial, number in other.terms:
            result[monomial] = result.get(monomial, Fraction(0)) + number
        return Polynomial.of(result)

    def __mul__(self, other: Polynomial) -> Polynomial:
        result: dict[Monomial, Fraction] = {}
        for left, first in self.terms:
            for right, second in other.terms:
                powers = dict(left)
                for atom, power in right:
                    powers[atom] = powers.get(atom, 0) + power
                monomial = tuple(sorted(powers.items()))
                result[monomial] = result.get(monomial, Fraction(0)) + first * second
        return Polynomial.of(result)

    def __neg__(self) -> Polynomial:
        return Polynomial(tuple((monomial, -number) for monomial, number in self.terms))

    def __sub__(self, other: Polynomial) -> Polynomial:
        return self + -other

    def __pow__(self, count: int) -> Polynomial:
        result = Polynomial.number(1)
        for _ in range(count):
            result *= self
        return result

    def valid(self, atoms: int) -> bool:
        """Whether this is the one spelling of a polynomial in atoms 0, ..., atoms - 1."""
        try:
            for monomial, number in self.terms:
                if type(number) is not Fraction or not all(
                    type(atom) is type(power) is int and 0 <= atom < atoms and power > 0 for atom, power in monomial
                ):
                    return False
            # one place for each monomial, and one for each atom in it
            return Polynomial.of(dict(self.terms)) == self and all(
                tuple(sorted(dict(monomial).items())) == monomial for monomial, _ in self.terms
            )
        except (TypeError, ValueError):
            return False


# ---------------------------------------------------------------------------------------------- statements


@dataclass(frozen=True)
class Fact:
    """A polynomial and how it compares with zero: "=", ">=", ">" or "!="."""

    polynomial: Polynomial
    kind: str


@dataclass(frozen=True)
class All:
    """Every part holds."""

    parts: tuple[Formula, ...] = ()


@dataclass(frozen=True)
class Some:
    """At least one part holds."""

    parts: tuple[Formula, ...] = ()


Formula: TypeAlias = Fact | All | Some


def negation(formula: Formula) -> Formula:
    """What holds where the formula does not."""
    if isinstance(formula, All):
        return Some(tuple(map(negation, formula.parts)))
    if isinstance(formula, Some):
        return All(tuple(map(negation, formula.parts)))
    if formula.kind in ("=", "!="):
        return Fact(formula.polynomial, "!=" if formula.kind == "=" else "=")
    return Fact(-formula.polynomial, ">" if formula.kind == ">=" else ">=")


class _Atoms:
    """SymPy to polynomials in atoms. What is known of the atoms is in `axioms`, true of all real numbers."""

    def __init__(self) -> None:
        self.numbers: dict[Any, int] = {}
        self.axioms: list[Formula] = []

    def formula(self, statement: Boolean) -> Formula:
        if isinstance(statement, BooleanTrue | BooleanFalse):
            return All() if statement else Some()
        if isinstance(statement, And | Or):
            parts = tuple(self.formula(part) for part in statement.args)
            return All(parts) if isinstance(statement, And) else Some(parts)
        if isinstance(statement, Not):
            return negation(self.formula(statement.args[0]))
        if not isinstance(statement, Eq | Ne | Le | Lt | Ge | Gt):
            raise TypeError(f"{statement} is not a statement about real numbers")
        left, right = self.polynomial(statement.lhs), self.polynomial(statement.rhs)
        difference = right - left if isinstance(statement, Le | Lt) else left - right
        return Fact(difference, {Eq: "=", Ne: "!=", Le: ">=", Ge: ">=", Lt: ">", Gt: ">"}[type(statement)])

    def polynomial(self, term: Expr) -> Polynomial:
        if isinstance(term, Rational):
            return Polynomial.number(Fraction(int(term.p), int(term.q)))
        if isinstance(term, Add | Mul):
            first, *rest = (self.polynomial(part) for part in term.args)
            for part in rest:
                first = first + part if isinstance(term, Add) else first * part
            return first
        if isinstance(term, Pow) and isinstance(term.exp, Rational):
            if max(abs(term.exp.p), term.exp.q) <= LARGEST_POWER:
                return self._power(self.polynomial(term.base), term.exp)
        elif isinstance(term, Abs | sign | Max | Min):
            return self._piecewise(type(term), tuple(self.polynomial(part) for part in term.args))
        if not (isinstance(term, Symbol) or term.is_real or isinstance(term, Pow | exp | log | Sum)):
            raise TypeError(f"{term} is not known to be a real number")
        atom, new = self._atom(term)
        if new and isinstance(term, exp):
            self.axioms.append(Fact(atom, ">"))
        return atom

    def _power(self, base: Polynomial, exponent: Rational) -> Polynomial:
        """base^(p/q): the p-th power of the q-th root, or of the inverse of that."""
        if exponent.q > 1:
            root, new = self._atom(("root", exponent.q, base))
            if new:
                known = All((Fact(root, ">="), Fact(root ** int(exponent.q) - base, "=")))
                self.axioms.append(Some((Fact(-base, ">"), known)))
            base = root
        if exponent < 0:
            inverse, new = self._atom(("inverse", base))
            if new:
                self.axioms.append(Some((Fact(base, "="), Fact(inverse * base - Polynomial.number(1), "="))))
            base = inverse
        return base ** abs(int(exponent.p))

    def _piecewise(self, kind: type, parts: tuple[Polynomial, ...]) -> Polynomial:
        """|x|, sign(x), or the largest or smallest of some terms, by cases; and what holds in all of them."""
        atom, new = self._atom((kind.__name__, *parts))
        if not new:
            return atom
        first, one = parts[0], Polynomial.number(1)
        if kind is Abs:
            self.axioms += [Fact(atom, ">="), Fact(atom - first, ">="), Fact(atom + first, ">=")]
            self.axioms.append(Fact(atom**2 - first**2, "="))
            cases: list[tuple[Fact, ...]] = [(Fact(part, ">="), Fact(atom - part, "=")) for part in (first, -first)]
        elif kind is sign:
            self.axioms += [Fact(one - atom, ">="), Fact(one + atom, ">="), Fact(atom * first, ">=")]
            cases = [(Fact(part, ">"), Fact(atom - one * value, "=")) for part, value in ((first, one), (-first, -one))]
            cases.append((Fact(first, "="), Fact(atom, "=")))
        else:
            up = Polynomial.number(1 if kind is Max else -1)
            beyond = tuple(Fact(up * (atom - part), ">=") for part in parts)
            self.axioms += beyond
            cases = [(Fact(atom - part, "="),) for part in parts]
        self.axioms.append(Some(tuple(All(case) for case in cases)))
        return atom

    def _atom(self, term: Basic | tuple) -> tuple[Polynomial, bool]:
        """The atom of a term, and whether it is new. Equal polynomials have equal roots, inverses and so on."""
        new = term not in self.numbers
        number = self.numbers.setdefault(term, len(self.numbers))
        return Polynomial.of({((number, 1),): Fraction(1)}), new


@dataclass(frozen=True)
class Question:
    """What to refute: for each part of a goal, the assumptions and the negation of the part.

    The conditions of having a value come first, each after those that it may need; the goals need them all.
    """

    atoms: int
    assumptions: tuple[Formula, ...]
    conditions: tuple[Formula, ...]
    goals: tuple[Formula, ...]

    @classmethod
    def of(cls, goal: Boolean | bool, premises: Iterable[Boolean | bool]) -> Question:
        """The question that `decide.follows` asks: the goal holds and has a value where the premises do."""
        stated, given = boolean(goal), [boolean(premise) for premise in premises]
        if any(premise.has(Limit) for premise in given):
            raise TypeError("a limit may be claimed, but not assumed")
        goal = without_limits(stated)
        facts = dict.fromkeys(part for premise in given for part in with_value(premise))
        goals = dict.fromkeys(goal.args if isinstance(goal, And) else (goal,))
        needed = dict.fromkeys((*conditions(stated), *conditions(goal)))
        atoms = _Atoms()
        assumed = [atoms.formula(fact) for fact in facts]
        before = [atoms.formula(part) for part in needed if part not in facts]
        claimed = [atoms.formula(part) for part in goals if part not in facts and part not in needed]
        return cls(len(atoms.numbers), (*assumed, *atoms.axioms), tuple(before), tuple(claimed))

    def cases(self) -> Iterator[tuple[Formula, ...]]:
        """What each part of a certificate refutes."""
        for number, part in enumerate(self.conditions):
            yield (*self.assumptions, *self.conditions[:number], negation(part))
        for part in self.goals:
            yield (*self.assumptions, *self.conditions, negation(part))
