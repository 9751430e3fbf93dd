"""Laws of finite support, and what statements about stochastic gradients say of them.

Whether a law meets an assumption is decided exactly, from the assumption's own statement: its terms are read with the
law's values in place of the stochastic gradient, its expectations are sums.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from itertools import product
from operator import add, mul
from typing import Any

import numpy as np
from flint import fmpq
from sympy import Abs, Add, And, Basic, Eq, Expr, Ge, Gt, Le, Lt, Mul, Ne, Pow, Rational, Symbol, Tuple, sign
from sympy.core.relational import Relational
from sympy.core.symbol import Str

from signproof.checks.numbers.exact import RATIONALS, rationals
from signproof.checks.posing.domain import Unsupported
from signproof.theory.arithmetic import Arithmetic, Scalar, Vector
from signproof.theory.norms import L2, LINF
from signproof.theory.symbols import i, m
from signproof.theory.terms.expectations import Total, coordinate, estimate, expectation
from signproof.theory.terms.vectors import dual_norm, gradient, maximizer, norm, point, terms
from signproof.theory.terms.votes import lean, majority, swing

ANYWHERE = point(Str("x"))
"""The point at which an assumption is stated."""


@dataclass(frozen=True, eq=False)
class Law:
    """A random vector with finitely many values.

    Arguments: `probabilities`, S rationals; `values`, shape (S, d). Raises ValueError if they do not make a law.
    """

    probabilities: tuple[fmpq, ...]
    values: np.ndarray

    def __post_init__(self):
        if len(self.probabilities) != len(self.values):
            raise ValueError(f"{len(self.probabilities)} probabilities for {len(self.values)} values")
        for probability in self.probabilities:
            if probability < 0:
                raise ValueError(f"the probability {probability} is negative")
        total = sum(self.probabilities, start=fmpq(0))
        if total != 1:
            raise ValueError(f"the probabilities add up to {total}, not to 1")

    def is_product(self) -> bool:
        """Whether the coordinates are independent."""
        joint: dict[tuple, fmpq] = {}
        for p, value in zip(self.probabilities, self.values, strict=True):
            joint[tuple(value)] = joint.get(tuple(value), fmpq(0)) + p
        single = [_summed(joint, lambda value, n=n: value[n]) for n in range(self.values.shape[1])]
        return all(
            joint.get(values, fmpq(0)) == reduce(mul, (law[v] for law, v in zip(single, values, strict=True)))
            for values in product(*single)
        )

    def draws(self, workers: int = 1) -> list[tuple[fmpq, list[np.ndarray]]]:
        """All outcomes of so many independent draws, with their probabilities."""
        outcomes = [*zip(self.probabilities, self.values, strict=True)]
        return [
            (reduce(mul, (p for p, _ in drawn)), [value for _, value in drawn])
            for drawn in product(outcomes, repeat=workers)
        ]


Draws = Sequence[Vector]
"""What each worker drew."""


class Reader(ABC):
    """Terms about a stochastic gradient, read with numbers: `g` is the gradient, `values` the parameters.

    Vectors have their coordinates along axis 0; numbers are those of the arithmetic `xp`.
    """

    def __init__(self, g: Vector, values: Mapping[Symbol, Any], xp: Arithmetic, workers: int = 1):
        self.g, self.values, self.xp = g, values, xp
        self.sizes = {i: len(g), m: workers}

    @abstractmethod
    def mean(self, term: Expr, at: Mapping[Symbol, int]) -> Scalar:
        """E[term]."""

    def number(self, term: Expr, at: Mapping[Symbol, int], draws: Draws | None = None) -> Scalar:
        """The value of a scalar term; `at` are numbers of coordinates and workers, `draws` what each worker drew.

        Raises Unsupported for a term that says nothing about stochastic gradients.
        """
        if isinstance(term, Symbol):
            if term not in self.values:
                raise Unsupported(f"{term} has no value for a law of stochastic gradients")
            return self.values[term]
        if isinstance(term, Rational):
            return self.xp.rational(int(term.p), int(term.q))
        if isinstance(term, expectation):
            return self.mean(term.args[0], at)
        if isinstance(term, Total) and term.index in self.sizes:
            counts = range(self.sizes[term.index])
            return reduce(add, (self.number(term.function, {**at, term.index: n}, draws) for n in counts))
        if isinstance(term, coordinate):
            return self.vector(term.args[0], at, draws)[at[i]]
        if isinstance(term, norm | dual_norm):
            pair = {LINF.name: LINF, L2.name: L2}.get(term.args[0].name)
            if pair is None:
                raise Unsupported(f"{term} is neither in the maximum norm nor in the Euclidean one")
            vector = self.vector(term.args[1], at, draws)
            return pair.dual(vector, self.xp) if isinstance(term, dual_norm) else pair.norm(vector, self.xp)
        if isinstance(term, Pow) and term.exp.is_Integer:
            root = term.base
            if isinstance(root, norm | dual_norm) and root.args[0].name == L2.name and term.exp % 2 == 0:
                vector = self.vector(root.args[1], at, draws)  # rational where the norm itself need not be
                return self.xp.sum(vector * vector) ** (int(term.exp) // 2)
            return self.number(term.base, at, draws) ** int(term.exp)
        operation = {Add: add, Mul: mul}.get(term.func)
        if operation is not None:
            return reduce(operation, (self.number(part, at, draws) for part in term.args))
        if isinstance(term, Abs | sign):
            part = self.number(term.args[0], at, draws)
            return abs(part) if isinstance(term, Abs) else self.xp.sign(part)
        raise Unsupported(f"{type(term).__name__} has no value for a law of stochastic gradients")

    def vector(self, term: Expr, at: Mapping[Symbol, int], draws: Draws | None) -> Vector:
        """The value of a vector term."""
        parts = [self.atom(atom, at, draws) * self.number(factor, at, draws) for atom, factor in _terms(term).items()]
        return reduce(add, parts)

    def atom(self, atom: Expr, at: Mapping[Symbol, int], draws: Draws | None) -> Vector:
        if isinstance(atom, gradient) and len(atom.args) == 1:
            return self.g
        if draws is None:
            raise Unsupported(f"{atom} is random outside an expectation")
        if isinstance(atom, estimate):
            return draws[at[m] if len(atom.args) > 1 else 0]
        if isinstance(atom, maximizer) and atom.args[0].name == LINF.name:
            return self.xp.sign(self.vector(atom.args[1], at, draws))
        signs = [self.xp.sign(drawn) for drawn in draws]
        if isinstance(atom, majority):
            return self.xp.sign(reduce(add, signs))
        if isinstance(atom, lean | swing):
            others = reduce(add, (s for n, s in enumerate(signs) if n != at[m]), 0 * self.g)
            up, down = self.xp.sign(others + self.xp.rational(1, 1)), self.xp.sign(others - self.xp.rational(1, 1))
            return (up + down if isinstance(atom, lean) else up - down) * self.xp.rational(1, 2)
        raise Unsupported(f"{type(atom).__name__} has no value for a law of stochastic gradients")


class LawReader(Reader):
    """At one gradient, with one law, in rationals: expectations are sums over all outcomes."""

    def __init__(self, g: tuple[fmpq, ...], law: Law, values: Mapping[Symbol, fmpq], workers: int = 1):
        super().__init__(rationals(list(g)), values, RATIONALS, workers)
        self._outcomes = law.draws(workers)

    def mean(self, term: Expr, at: Mapping[Symbol, int]) -> Scalar:
        return reduce(add, (p * self.number(term, at, draws) for p, draws in self._outcomes))

    def holds(self, statement: Basic) -> bool:
        """Whether a statement holds, for all coordinates and workers."""
        return all(
            _compare(relation, self.number(relation.lhs, at), self.number(relation.rhs, at))
            for relation, at in instances(statement, self.sizes)
        )

    def independent(self, one: Expr, other: Expr) -> bool:
        """Whether two random terms are independent, for all coordinates and workers."""
        for _, at in instances(Tuple(one, other), self.sizes):
            drawn = [(p, (self.number(one, at, draws), self.number(other, at, draws))) for p, draws in self._outcomes]
            if not Law(tuple(p for p, _ in drawn), np.array([pair for _, pair in drawn], dtype=object)).is_product():
                return False
        return True


class OutcomeReader(Reader):
    """At outcomes, each as if it were certain: E[term] is the term there.

    What is affine in expectations is, for a law, the mean of what is read at the law's outcomes.
    """

    def __init__(self, g: Vector, draws: Vector, values: Mapping[Symbol, Any], xp: Arithmetic):
        super().__init__(g, values, xp)
        self._draws = [draws]

    def mean(self, term: Expr, at: Mapping[Symbol, int]) -> Scalar:
        return self.number(term, at, self._draws)


def instances(statement: Basic, sizes: Mapping[Symbol, int]) -> list[tuple[Any, dict[Symbol, int]]]:
    """The relations that a statement consists of, each for every coordinate and worker that it is about."""
    relations = statement.args if isinstance(statement, And) else (statement,)
    found = []
    for relation in relations:
        indices = [index for index in sizes if index in relation.free_symbols]
        for numbers in product(*(range(sizes[index]) for index in indices)):
            found.append((relation, dict(zip(indices, numbers, strict=True))))
    return found


def _summed(law: dict[tuple, fmpq], part: Any) -> dict[Any, fmpq]:
    """The law of a part of what has the given law."""
    found: dict[Any, fmpq] = {}
    for value, p in law.items():
        found[part(value)] = found.get(part(value), fmpq(0)) + p
    return found


def is_affine(relation: Relational) -> bool:
    """Whether expectations enter a relation linearly, so that it is linear in the probabilities of a law."""

    def degree(term: Any) -> int:
        if isinstance(term, expectation):
            return 1
        if isinstance(term, Mul):
            return sum(map(degree, term.args))
        if isinstance(term, Pow):
            return 2 * degree(term.base)
        if isinstance(term, Add | Total):
            return max((degree(part) for part in term.args), default=0)
        return 2 * max((degree(part) for part in term.args), default=0)

    return degree(relation.lhs) <= 1 and degree(relation.rhs) <= 1


def _compare(relation: Any, left: Any, right: Any) -> bool:
    compared = {
        Eq: left == right,
        Ne: left != right,
        Le: left <= right,
        Lt: left < right,
        Ge: left >= right,
        Gt: left > right,
    }
    return bool(compared[relation.func])


def listed(vector: Vector) -> str:
    return f"({', '.join(map(str, vector))})"


_terms = cache(terms)
