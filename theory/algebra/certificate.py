"""Certificates: why a goal follows from premises, as plain data that a small checker verifies without Z3.

A certificate refutes "the premises hold and the goal fails". It is a tree of cases; in each case stand derived facts,
and at its end a combination: positive multiples of products of facts that hold, plus multiples of equations, whose
sum is identically zero although one of its terms is positive. `certifying` finds certificates; nothing here trusts it.

Trusted are this file, Python's fractions, and what `decide` trusts too: `conditions` and `without_limits`. What SymPy
terms mean is said by `_Atoms`: they become polynomials in atoms, one atom for each term that is no polynomial, and an
atom is known by its definition alone.
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

from signproof.theory.algebra.decide import LARGEST_POWER, _boolean, _with_value, conditions
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
    """What to refute: for each goal in turn, the assumptions, the goals before it and its negation."""

    atoms: int
    assumptions: tuple[Formula, ...]
    goals: tuple[Formula, ...]

    @classmethod
    def of(cls, goal: Boolean | bool, premises: Iterable[Boolean | bool]) -> Question:
        """The question that `decide.follows` asks: the goal holds and has a value where the premises do."""
        stated, given = _boolean(goal), [_boolean(premise) for premise in premises]
        if any(premise.has(Limit) for premise in given):
            raise TypeError("a limit may be claimed, but not assumed")
        goal = without_limits(stated)
        facts = dict.fromkeys(part for premise in given for part in _with_value(premise))
        goals = goal.args if isinstance(goal, And) else (goal,)
        parts = dict.fromkeys((*conditions(stated), *conditions(goal), *goals))
        atoms = _Atoms()
        assumed = [atoms.formula(fact) for fact in facts]
        claimed = [atoms.formula(part) for part in parts if part not in facts]
        return cls(len(atoms.numbers), (*assumed, *atoms.axioms), tuple(claimed))

    def cases(self) -> Iterator[tuple[Formula, ...]]:
        """What each part of a certificate refutes."""
        for number, goal in enumerate(self.goals):
            yield (*self.assumptions, *self.goals[:number], negation(goal))


# ---------------------------------------------------------------------------------------------- certificates


@dataclass(frozen=True)
class Product:
    """A positive number times facts (by number, each ">" or ">=") times squares of polynomials: not negative."""

    factor: Fraction
    facts: tuple[int, ...] = ()
    squares: tuple[Polynomial, ...] = ()


@dataclass(frozen=True)
class Combination:
    """A sum of products and of multiples of equations (by number). As the end of a case it is 0 > 0."""

    products: tuple[Product, ...] = ()
    equations: tuple[tuple[int, Polynomial], ...] = ()


@dataclass(frozen=True)
class Cases:
    """A case for each part of a known alternative (by number), or for p > 0, p = 0 and p < 0."""

    of: int | Polynomial
    branches: tuple[Refutation, ...]


@dataclass(frozen=True)
class Lemma:
    """A fact and its reason: a combination equal to its polynomial, or a refutation of each way to fail."""

    fact: Fact
    reason: Combination | tuple[Refutation, ...]


@dataclass(frozen=True)
class Refutation:
    """Facts derived one after the other, and why what is then known is impossible."""

    lemmas: tuple[Lemma, ...]
    end: Combination | Cases


@dataclass(frozen=True)
class Certificate:
    """For each part of the goal, conditions of having a value first, a refutation of its negation."""

    parts: tuple[Refutation, ...]

    def plain(self) -> list:
        """Lists, numbers and strings, for JSON."""
        return [_plain(part) for part in self.parts]

    @classmethod
    def read(cls, data: Any) -> Certificate:
        """What `plain` wrote. Raises ValueError for anything else."""
        try:
            return cls(tuple(_refutation(part) for part in data))
        except (TypeError, ValueError, KeyError, ZeroDivisionError, RecursionError) as error:
            raise ValueError(f"this is no certificate: {error}") from None


# ---------------------------------------------------------------------------------------------- the checker


def check(goal: Boolean | bool, premises: Iterable[Boolean | bool], certificate: Certificate) -> bool:
    """Whether the certificate shows that the goal follows from the premises and has a value where they hold."""
    question = Question.of(goal, premises)
    if len(certificate.parts) != len(question.goals):
        return False
    return all(
        refutes(known, part, question.atoms) for known, part in zip(question.cases(), certificate.parts, strict=True)
    )


def refutes(known: Iterable[Formula], refutation: Refutation, atoms: int) -> bool:
    """Whether a refutation shows that the formulas cannot all hold."""
    try:
        return _Known(atoms).assuming(*known).refuted(refutation)
    except (_Wrong, RecursionError):
        return False


class _Wrong(Exception):
    """A step of a certificate is not what it says."""


class _Known:
    """What holds in a case: facts, and alternatives of which one holds. Both have numbers, in order of arrival."""

    def __init__(self, atoms: int, facts: Iterable[Fact] = (), alternatives: Iterable[tuple[Formula, ...]] = ()):
        self.atoms, self.facts, self.alternatives = atoms, list(facts), list(alternatives)

    def assuming(self, *formulas: Formula) -> _Known:
        """This and that the formulas hold."""
        known = _Known(self.atoms, self.facts, self.alternatives)
        for formula in formulas:
            known._add(formula)
        return known

    def _add(self, formula: Formula) -> None:
        if isinstance(formula, All):
            for part in formula.parts:
                self._add(part)
        elif isinstance(formula, Some):
            self.alternatives.append(formula.parts)
        elif formula.kind == "!=":
            self.alternatives.append((Fact(formula.polynomial, ">"), Fact(-formula.polynomial, ">")))
        else:
            self.facts.append(formula)

    def refuted(self, refutation: Refutation) -> bool:
        """True if what is known cannot be; raises `_Wrong` otherwise."""
        known = self.assuming()
        for lemma in refutation.lemmas:
            known._require(known._shown(lemma))
            known.facts.append(lemma.fact)
        end = refutation.end
        if isinstance(end, Combination):
            known._require(known._value(end) == (Polynomial(), True))
            return True
        if isinstance(end.of, Polynomial):
            known._require(end.of.valid(self.atoms))
            cases: tuple[Formula, ...] = (Fact(end.of, ">"), Fact(end.of, "="), Fact(-end.of, ">"))
        else:
            known._require(_among(end.of, known.alternatives))
            cases = known.alternatives[end.of]
        known._require(len(cases) == len(end.branches))
        return all(known.assuming(case).refuted(branch) for case, branch in zip(cases, end.branches, strict=True))

    def _shown(self, lemma: Lemma) -> bool:
        fact, reason = lemma.fact, lemma.reason
        if fact.kind not in ("=", ">=", ">") or not fact.polynomial.valid(self.atoms):
            return False
        if isinstance(reason, Combination):
            value, positive = self._value(reason)
            enough = {"=": not reason.products, ">=": True, ">": positive}[fact.kind]
            return enough and value == fact.polynomial
        fails: tuple[Fact, ...] = (Fact(-fact.polynomial, ">=" if fact.kind == ">" else ">"),)
        if fact.kind == "=":
            fails = (Fact(fact.polynomial, ">"), *fails)
        return len(fails) == len(reason) and all(
            self.assuming(way).refuted(refutation) for way, refutation in zip(fails, reason, strict=True)
        )

    def _value(self, combination: Combination) -> tuple[Polynomial, bool]:
        """The sum, which is not negative, and whether some product in it is positive."""
        total, positive = Polynomial(), False
        for product in combination.products:
            self._require(type(product.factor) is Fraction and product.factor > 0)
            value = Polynomial.number(product.factor)
            for number in product.facts:
                self._require(_among(number, self.facts) and self.facts[number].kind in (">=", ">"))
                value *= self.facts[number].polynomial
            for root in product.squares:
                self._require(root.valid(self.atoms))
                value = value * root * root
            total += value
            positive |= not product.squares and all(self.facts[number].kind == ">" for number in product.facts)
        for number, multiplier in combination.equations:
            self._require(_among(number, self.facts) and self.facts[number].kind == "=")
            self._require(multiplier.valid(self.atoms))
            total += multiplier * self.facts[number].polynomial
        return total, positive

    def _require(self, condition: bool) -> None:
        if not condition:
            raise _Wrong


def _among(number: Any, things: list) -> bool:
    return type(number) is int and 0 <= number < len(things)


# ---------------------------------------------------------------------------------------------- as plain data


def _plain(part: Any) -> Any:
    if isinstance(part, Polynomial):
        return [[str(number), [list(pair) for pair in monomial]] for monomial, number in part.terms]
    if isinstance(part, Product):
        return [str(part.factor), list(part.facts), [_plain(root) for root in part.squares]]
    if isinstance(part, Combination):
        return {
            "products": [_plain(product) for product in part.products],
            "equations": [[number, _plain(multiplier)] for number, multiplier in part.equations],
        }
    if isinstance(part, Cases):
        of = part.of if isinstance(part.of, int) else _plain(part.of)
        return {"cases": of, "branches": [_plain(branch) for branch in part.branches]}
    if isinstance(part, Lemma):
        reason = part.reason if isinstance(part.reason, Combination) else list(part.reason)
        return [_plain(part.fact.polynomial), part.fact.kind, _plain(reason)]
    if isinstance(part, Refutation):
        return {"lemmas": [_plain(lemma) for lemma in part.lemmas], "end": _plain(part.end)}
    return [_plain(each) for each in part]


def _polynomial(data: Any) -> Polynomial:
    return Polynomial(
        tuple((tuple((int(atom), int(power)) for atom, power in pairs), Fraction(number)) for number, pairs in data)
    )


def _combination(data: Any) -> Combination:
    products = tuple(
        Product(Fraction(factor), tuple(map(int, facts)), tuple(map(_polynomial, squares)))
        for factor, facts, squares in data["products"]
    )
    return Combination(products, tuple((int(number), _polynomial(part)) for number, part in data["equations"]))


def _refutation(data: Any) -> Refutation:
    lemmas = tuple(
        Lemma(
            Fact(_polynomial(polynomial), str(kind)),
            _combination(reason) if isinstance(reason, dict) else tuple(map(_refutation, reason)),
        )
        for polynomial, kind, reason in data["lemmas"]
    )
    end = data["end"]
    if "cases" not in end:
        return Refutation(lemmas, _combination(end))
    of = end["cases"] if isinstance(end["cases"], int) else _polynomial(end["cases"])
    return Refutation(lemmas, Cases(of, tuple(map(_refutation, end["branches"]))))
