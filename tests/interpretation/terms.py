"""Statements and terms on any example: arithmetic, coordinates, sums over an index, expectations over finite laws.

What is random is drawn when it is first asked for: reading a term raises `Undrawn`, and whoever asked goes through the
law's values. An expectation given a point keeps the draws that were made before that point, and forgets all others.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from functools import cache, reduce
from itertools import product
from math import comb
from typing import Any

import numpy as np
from flint import fmpq
from sympy import (
    Abs,
    Add,
    And,
    Basic,
    Eq,
    Ge,
    Gt,
    Integer,
    Le,
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

from signproof.theory.norms import L2, LINF
from signproof.theory.symbols import i, k, m
from signproof.theory.terms.expectations import Random, Total, coordinate, expectation
from signproof.theory.terms.vectors import Least, dual_norm, inner, is_vector, iterate, maximizer, norm, point, terms
from signproof.theory.terms.votes import OfSigns, beta_function, incomplete_beta, mean_vote

PAIRS = {pair.name: pair for pair in (LINF, L2)}
RELATIONS = {
    Le: (operator.le, operator.gt),
    Lt: (operator.lt, operator.ge),
    Ge: (operator.ge, operator.lt),
    Gt: (operator.gt, operator.le),
    Eq: (operator.eq, operator.ne),
    Ne: (operator.ne, operator.eq),
}
"""What makes a relation surely true, and what surely false; of balls neither may be the case."""
At = dict[Basic, Any]
"""Values of k, l, of indices, of s, t, and the numbers of what was drawn."""
Law = list[tuple[fmpq, Any]]
"""Probabilities and values."""


class Undrawn(Exception):
    """A random term has no value yet: its name and how many values its law has."""

    def __init__(self, key: Basic, law: Law):
        self.key, self.law = key, law


class Example:
    """One example: an arithmetic, numbers for the symbols, vectors for the points; atoms are up to the kinds.

    Statements are true or false in rationals; in balls, `holds` is false only where a statement surely is.
    """

    symbols: dict[Symbol, Any]
    points: dict[str, np.ndarray]

    def __init__(self, xp: Any, dimension: int, workers: int = 1):
        self.xp, self.sizes = xp, {i: dimension, m: workers}
        self._expectations: dict[tuple, Any] = {}

    def holds(self, statement, iteration: int = 0, **times: Any) -> bool:
        """Whether a statement holds at k = `iteration`, for all coordinates and workers, whatever is drawn."""
        at: At = {k: Integer(iteration)} | {Symbol(name, real=True): time for name, time in times.items()}
        indices = [index for index in self.sizes if index in getattr(statement, "free_symbols", ())]
        return all(
            kept
            for numbers in product(*(range(self.sizes[index]) for index in indices))
            for _, kept in self.outcomes(
                lambda here: not self.surely(statement, here, False),
                at | {index: Integer(number) for index, number in zip(indices, numbers, strict=True)},
            )
        )

    def surely(self, statement, at: At, truth: bool) -> bool:
        """Whether a statement is surely true, or surely false."""
        if statement in (True, False):
            return bool(statement) is truth
        if isinstance(statement, Not):
            return self.surely(statement.args[0], at, not truth)
        if isinstance(statement, And | Or):
            parts = (self.surely(part, at, truth) for part in statement.args)
            return all(parts) if isinstance(statement, And) is truth else any(parts)
        compare = RELATIONS[type(statement)][0 if truth else 1]
        sides = statement.lhs, statement.rhs
        if any(map(is_vector, sides)):
            assert isinstance(statement, Eq)
            entries = [compare(a, b) for a, b in zip(*(self.vector(side, at) for side in sides), strict=True)]
            return all(entries) if truth else any(entries)
        return bool(compare(*(self.number(side, at) for side in sides)))

    # ------------------------------------------------------------------------------------------ chance

    def outcomes(self, read: Callable[[At], Any], at: At) -> Iterator[tuple[fmpq, Any]]:
        """What is read with all draws that it asks for, with their probabilities."""
        try:
            value = read(at)
        except Undrawn as undrawn:
            for number, (probability, _) in enumerate(undrawn.law):
                for share, value in self.outcomes(read, at | {undrawn.key: number}):
                    yield probability * share, value
        else:
            yield fmpq(1), value

    def draw(self, key: Basic, law: Law, at: At) -> Any:
        """The value of what is drawn under this name."""
        if len(law) == 1:
            return law[0][1]
        if key not in at:
            raise Undrawn(key, law)
        return law[at[key]][1]

    def _expectation(self, term, given, at: At):
        for x in given:
            self.vector(x, at)  # what happened before x is drawn outside
        past = {key: drawn for key, drawn in at.items() if key.is_Symbol or self._before(key, given, at)}
        name = term, given, frozenset(past.items())
        if name not in self._expectations:
            parts = [self._fraction(p) * a for p, a in self.outcomes(lambda here: self.number(term, here), past)]
            self._expectations[name] = sum(parts[1:], start=parts[0])
        return self._expectations[name]

    def _before(self, key: Basic, given, at: At) -> bool:
        """Whether something was drawn before the points `given`: the start, or a draw at an earlier iterate."""
        reached = [_whole(x.args[0], at) for x in given.atoms(iterate)]
        if isinstance(key, iterate):
            return bool(reached)
        made = [int(x.args[0]) for x in key.atoms(iterate)]
        return bool(reached and made) and max(made) < max(reached)

    def _fraction(self, number: fmpq):
        return self.xp.rational(int(number.p), int(number.q))

    # ------------------------------------------------------------------------------------------ terms

    def number(self, term, at: At) -> Any:
        """The value of a scalar term."""
        if isinstance(term, Symbol):
            if term not in at:
                return self.symbols[term]
            return self.xp.rational(int(at[term]), 1) if isinstance(at[term], Integer) else at[term]
        if isinstance(term, Rational):
            return self.xp.rational(int(term.p), int(term.q))
        if isinstance(term, Pow):
            base = self.number(term.base, at)
            if term.exp.is_Rational and term.exp.q == 2:
                return self._root(base) ** int(term.exp.p)
            return base ** _whole(term.exp, at)
        if isinstance(term, Total):
            numbers = [self.number(term.function, at | {term.index: Integer(n)}) for n in range(self.sizes[term.index])]
            return sum(numbers[1:], start=numbers[0])
        if isinstance(term, expectation):
            return self._expectation(*term.args, at)
        if isinstance(term, Sum | Least):
            ((index, first, last),) = term.limits
            span = range(self._index(first, at), self._index(last, at) + 1)
            parts = [self.number(term.function, at | {index: Integer(number)}) for number in span]
            if not parts and isinstance(term, Sum):  # no iteration before the first
                return self.number(Integer(0), at)
            return sum(parts[1:], start=parts[0]) if isinstance(term, Sum) else reduce(self._smaller, parts)
        if isinstance(term, coordinate):
            return self.vector(term.args[0], at)[int(at[term.args[1]])]
        if isinstance(term, inner):
            u, v = (self.vector(argument, at) for argument in term.args)
            return self.xp.sum(u * v)
        if isinstance(term, norm | dual_norm):
            pair, v = PAIRS[term.args[0].name], self.vector(term.args[1], at)
            return pair.norm(v, self.xp) if isinstance(term, norm) else pair.dual(v, self.xp)
        if isinstance(term, OfSigns):
            return self._of_signs(term, at)
        if not isinstance(term, tuple(FUNCTIONS)):
            return self.scalar(term, at)
        parts = [self.number(argument, at) for argument in term.args]
        return FUNCTIONS[term.func](self, parts)

    def _of_signs(self, term, at: At) -> Any:
        """By going through all signs, or through the terms of the integrand."""
        rational = self.xp.rational
        if isinstance(term, beta_function | incomplete_beta):
            *p, a, b = term.args
            end = self.number(p[0], at) if p else rational(1, 1)
            a, b = _whole(a, at), _whole(b, at)
            area = sum(
                (end ** (a + j) * rational((-1) ** j * comb(b - 1, j), a + j) for j in range(b)), start=rational(0, 1)
            )
            return area / self._of_signs(beta_function(a, b), at) if p else area
        *j, n, p = term.args
        p, total = self.number(p, at), rational(0, 1)
        for signs in product((-1, 1), repeat=_whole(n, at)):
            chance = reduce(operator.mul, (p if s > 0 else 1 - p for s in signs), rational(1, 1))
            vote = (sum(signs) > 0) - (sum(signs) < 0)
            total += chance * (vote if isinstance(term, mean_vote) else int(sum(signs) == _whole(j[0], at)))
        return total

    def scalar(self, term, at: At) -> Any:
        """The value of a term that this kind of example has."""
        raise KeyError(f"{type(term).__name__} has no value here")

    def vector(self, term, at: At) -> np.ndarray:
        """The value of a vector term."""
        total = self.zero
        for vector, factor in _parts(term).items():
            total = total + self.atom(vector, at) * self.number(factor, at)
        return total

    @property
    def zero(self) -> np.ndarray:
        return np.array([self.xp.rational(0, 1)] * self.sizes[i], dtype=object)

    def atom(self, atom, at: At) -> np.ndarray:
        """The value of an atom; random ones are drawn."""
        if isinstance(atom, maximizer):
            return PAIRS[atom.args[0].name].maximizer(self.vector(atom.args[1], at), self.xp)
        assert isinstance(atom, point), f"{type(atom).__name__} has no value here"
        return self.points[atom.args[0].name]

    def _index(self, number, at: At) -> int:
        """A whole number, be it made of parameters."""
        if number.free_symbols <= set(at):
            return _whole(number, at)
        exact = self.xp.ends(self.number(number, at))[0]
        assert exact.q == 1, f"{number} is no whole number"
        return int(exact.p)

    def _root(self, number):
        """The square root, rational if possible."""
        if isinstance(number, fmpq):
            root = fmpq(number.p.sqrtrem()[0], number.q.sqrtrem()[0]) if number >= 0 else None
            assert root is not None and root * root == number, "the root is not rational"
            return root
        return self.xp.sqrt(number)

    def _smaller(self, a, b):
        return -self.xp.larger(-a, -b)


FUNCTIONS: dict[type, Callable] = {
    Add: lambda _, parts: reduce(operator.add, parts),
    Mul: lambda _, parts: reduce(operator.mul, parts),
    Abs: lambda _, parts: abs(parts[0]),
    sign: lambda example, parts: example.xp.sign(parts[0]),
    exp: lambda example, parts: example.xp.exp(parts[0]),
    log: lambda example, parts: example.xp.log(parts[0]),
    Max: lambda example, parts: reduce(example.xp.larger, parts),
    Min: lambda example, parts: -reduce(example.xp.larger, [-part for part in parts]),
}


def named(atom: Random | iterate, at: At) -> Basic:
    """The name under which something is drawn: the atom with numbers for k and the other indices."""
    return atom.xreplace({key: number for key, number in at.items() if isinstance(number, Integer) and key.is_Symbol})


def _whole(number, at: At) -> int:
    number = number.xreplace({key: drawn for key, drawn in at.items() if key.is_Symbol})
    assert number.is_Integer, f"{number} is no whole number"
    return int(number)


_parts = cache(terms)
