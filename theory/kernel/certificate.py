"""Certificates: why a goal follows from premises, as plain data that a small checker verifies without Z3.

A certificate refutes "the premises hold and the goal fails". It is a tree of cases; in each case stand derived facts,
and at its end a combination: positive multiples of products of facts that hold, plus multiples of equations, whose
sum is identically zero although one of its terms is positive. How it was found does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from signproof.theory.kernel.polynomials import All, Fact, Formula, Polynomial, Some, spend


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
    def read(cls, data: Any) -> Certificate:  # whatever a document has there
        """What `plain` wrote. Raises ValueError for anything else."""
        try:
            return cls(tuple(_refutation(part) for part in data))
        except (TypeError, ValueError, KeyError, ZeroDivisionError, RecursionError) as error:
            raise ValueError(f"this is no certificate: {error}") from None


# ---------------------------------------------------------------------------------------------- the checker


def refutes(known: Iterable[Formula], refutation: Refutation, atoms: int) -> bool:
    """Whether a refutation shows that the formulas cannot all hold."""
    try:
        return _Known(atoms).assuming(*known).refuted(refutation)
    except (_Wrong, RecursionError, TypeError, ValueError, AttributeError):  # the latter of what has another form
        return False


class _Wrong(Exception):
    """A step of a certificate is not what it says."""


class _Known:
    """What holds in a case: facts, and alternatives of which one holds. Both have numbers, in order of arrival."""

    def __init__(self, atoms: int, facts: Iterable[Fact] = (), alternatives: Iterable[tuple[Formula, ...]] = ()):
        self.atoms, self.facts, self.alternatives = atoms, list(facts), list(alternatives)
        spend(1 + len(self.facts) + len(self.alternatives))

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
        tuple(
            (tuple((_whole(atom), _whole(power)) for atom, power in pairs), _rational(number)) for number, pairs in data
        )
    )


def _rational(data: Any) -> Fraction:
    if not isinstance(data, str) or not re.fullmatch(r"-?[0-9]+(/[0-9]+)?", data):
        raise ValueError(f"{data!r} is no rational number")
    return Fraction(data)


def _whole(data: Any) -> int:
    if type(data) is not int:
        raise ValueError(f"{data!r} is no whole number")
    return data


def _combination(data: Any) -> Combination:
    products = tuple(
        Product(_rational(factor), tuple(map(_whole, facts)), tuple(map(_polynomial, squares)))
        for factor, facts, squares in data["products"]
    )
    return Combination(products, tuple((_whole(number), _polynomial(part)) for number, part in data["equations"]))


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
    of = end["cases"] if type(end["cases"]) is int else _polynomial(end["cases"])
    return Refutation(lemmas, Cases(of, tuple(map(_refutation, end["branches"]))))
