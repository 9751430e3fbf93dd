"""The kernel's terms on one concrete run, in exact arithmetic: what a statement says, computed.

It shares no code with the kernel: only the update rule, the problem and the norms are the package's own.
"""

from __future__ import annotations

from functools import cache, reduce
from typing import Any

import numpy as np
from sympy import Abs, Add, Eq, Ge, Gt, Integer, Le, Lt, Mul, Pow, Rational, Sum, Symbol

from signproof.checks.exact import RATIONALS, rational
from signproof.checks.replay import trajectory
from signproof.theory.norms import L2, LINF
from signproof.theory.symbols import V0, f_star, k
from signproof.theory.vectors import (
    Least,
    dual_norm,
    gradient,
    inner,
    is_vector,
    iterate,
    maximizer,
    minimizer,
    norm,
    suboptimality,
    terms,
    value,
)

PAIRS = {pair.name: pair for pair in (LINF, L2)}
INFIMUM = rational("7/3")
"""f* of every interpretation: nothing that is proved depends on it."""


class Interpretation:
    """A run of a claim's algorithm from a start, and the terms of the kernel on it.

    Statements are true or false in rationals; in balls, `holds` is false only where a statement surely is.
    """

    def __init__(self, claim, problem, parameters: dict[str, Any], start, steps: int, xp: Any = RATIONALS):
        self.xp, self.problem = xp, problem.over(xp)
        self.points = trajectory(claim, problem, parameters, start, steps, xp)
        self.symbols = {Symbol(name, real=True): xp.number(rational(n)) for name, n in parameters.items()}
        self.symbols |= {f_star: xp.number(INFIMUM), V0: self.problem.suboptimality(self.points[0], xp)}

    def holds(self, statement, iteration: int = 0) -> bool:
        """Whether a statement holds at k = `iteration`."""
        if statement in (True, False):
            return bool(statement)
        at = {k: Integer(iteration)}
        if any(is_vector(side) for side in (statement.lhs, statement.rhs)):
            assert isinstance(statement, Eq)
            return not (self.vector(statement.lhs, at) != self.vector(statement.rhs, at)).any()
        left, right = self.number(statement.lhs, at), self.number(statement.rhs, at)
        surely_false = {
            Le: lambda: left > right,
            Lt: lambda: left >= right,
            Ge: lambda: left < right,
            Gt: lambda: left <= right,
            Eq: lambda: left != right,
        }
        return not surely_false[type(statement)]()

    def number(self, term, at: dict[Symbol, Integer]) -> Any:
        """The value of a scalar term; `at` gives k, and l inside a sum."""
        if term in at:
            return self.xp.rational(int(at[term]), 1)
        if isinstance(term, Symbol):
            return self.symbols[term]
        if isinstance(term, Rational):
            return self.xp.rational(int(term.p), int(term.q))
        if isinstance(term, Pow):
            base = self.number(term.base, at)
            return self.xp.sqrt(base) if term.exp == Rational(1, 2) else base ** _whole(term.exp, at)
        if isinstance(term, Sum | Least):
            ((index, first, last),) = term.limits
            span = range(_whole(first, at), _whole(last, at) + 1)
            parts = [self.number(term.function, at | {index: Integer(number)}) for number in span]
            return sum(parts[1:], start=parts[0]) if isinstance(term, Sum) else reduce(self._smaller, parts)
        if isinstance(term, suboptimality):
            return self.problem.suboptimality(self.points[_whole(term.args[0], at)], self.xp)
        if isinstance(term, value):
            return self.problem.suboptimality(self.vector(term.args[0], at), self.xp) + self.symbols[f_star]
        if isinstance(term, inner):
            u, v = (self.vector(argument, at) for argument in term.args)
            return self.xp.sum(u * v)
        if isinstance(term, norm | dual_norm):
            pair, v = PAIRS[term.args[0].name], self.vector(term.args[1], at)
            return pair.norm(v, self.xp) if isinstance(term, norm) else pair.dual(v, self.xp)
        parts = [self.number(argument, at) for argument in term.args]
        functions = {
            Add: lambda: reduce(lambda a, b: a + b, parts),
            Mul: lambda: reduce(lambda a, b: a * b, parts),
            Abs: lambda: abs(parts[0]),
        }
        return functions[term.func]()

    def vector(self, term, at: dict[Symbol, Integer]) -> np.ndarray:
        """The value of a vector term."""
        total = self.points[0] * self.xp.rational(0, 1)
        for atom, factor in _parts(term).items():
            total = total + self._atom(atom, at) * self.number(factor, at)
        return total

    def _atom(self, atom, at) -> np.ndarray:
        if isinstance(atom, iterate):
            return self.points[_whole(atom.args[0], at)]
        if isinstance(atom, minimizer):
            return self.points[0] * self.xp.rational(0, 1)
        if isinstance(atom, gradient):
            return self.problem.gradient(self.vector(atom.args[0], at), self.xp)
        assert isinstance(atom, maximizer)
        return PAIRS[atom.args[0].name].maximizer(self.vector(atom.args[1], at), self.xp)

    def _smaller(self, a, b):
        return -self.xp.larger(-a, -b)


def _whole(number, at: dict[Symbol, Integer]) -> int:
    number = number.xreplace(at)
    assert number.is_Integer, f"{number} is no whole number"
    return int(number)


_parts = cache(terms)
