"""Runs of an algorithm on a problem, with exact or with stochastic gradients, of one worker or of several."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from flint import fmpq
from sympy import Integer, Symbol

from interpretation.terms import At, Example, Law, _whole, named
from signproof.checks.numbers.exact import RATIONALS, rational, rationals
from signproof.theory.arithmetic import evaluate
from signproof.theory.symbols import V0, f_star, i, k, m
from signproof.theory.terms.cube import corner, unit
from signproof.theory.terms.expectations import estimate
from signproof.theory.terms.proximal import entry
from signproof.theory.terms.vectors import gradient, iterate, minimizer, suboptimality, value
from signproof.theory.terms.votes import lean, majority, swing

INFIMUM = rational("7/3")
"""f* of every run: nothing that is proved depends on it."""


class Rule:
    """The arithmetic that an update rule runs in, with what the example draws for it."""

    def __init__(self, example: Interpretation, xp: Any, at: At, x):
        self.example, self.xp, self.at, self.x = example, xp, at, x

    def __getattr__(self, name: str):
        return getattr(self.xp, name)

    def votes(self, draw, point, workers):
        """The mean l1 norm and the majority of the signs of all workers' draws."""
        signs = [self.xp.sign(draw(point, Integer(number))) for number in range(int(workers.p))]
        sizes = [self.xp.sum(self.xp.abs(draw(point, Integer(number)))) for number in range(int(workers.p))]
        return sum(sizes[1:], start=sizes[0]) / workers, self.xp.sign(sum(signs[1:], start=signs[0]))


class Interpretation(Example):
    """A run of a claim's algorithm from a start, and the terms of the kernel on it.

    Arguments: the claim, which needs an algorithm only; the problem; numbers by name; the start, or a law of starts;
    the number of steps; the arithmetic; the law of a stochastic gradient, a function of the gradient (exact gradients
    unless given); how many workers draw from it; values of the points by name.
    """

    def __init__(self, claim, problem, parameters: dict[str, Any], start, steps: int, xp: Any = RATIONALS, law=None,
                 workers: int = 1, points: dict[str, Any] | None = None):  # fmt: skip
        starts: Law = start if isinstance(start, list) and isinstance(start[0], tuple) else [(fmpq(1), start)]
        self.starts = [(probability, xp.number(rationals(list(x)))) for probability, x in starts]
        super().__init__(xp, len(self.starts[0][1]), workers)
        self.algorithm, self.steps, self.problem = getattr(claim, "algorithm", None), steps, problem.over(xp)
        self.law = law or (lambda g: [(fmpq(1), g)])
        self.points = {name: xp.number(rationals(list(x))) for name, x in (points or {}).items()}
        self.symbols = {Symbol(name, real=True): xp.number(rational(n)) for name, n in parameters.items()}
        levels = [self._fraction(p) * self.problem.suboptimality(x, xp) for p, x in self.starts]
        self.symbols |= {f_star: xp.number(INFIMUM), V0: sum(levels[1:], start=levels[0])}
        self._iterates: dict[tuple, Any] = {}

    def scalar(self, term, at):
        if isinstance(term, suboptimality):
            return self.problem.suboptimality(self._iterate(_whole(term.args[0], at), at), self.xp)
        if isinstance(term, value) and len(term.args) == 1:
            return self.problem.suboptimality(self.vector(term.args[0], at), self.xp) + self.symbols[f_star]
        if isinstance(term, entry):
            return self.points[term.args[0].name][at[i]]
        return super().scalar(term, at)

    def atom(self, atom, at):
        if isinstance(atom, iterate):
            return self._iterate(_whole(atom.args[0], at), at)
        if isinstance(atom, minimizer):
            return self.zero
        if isinstance(atom, gradient) and len(atom.args) == 1:
            return self.problem.gradient(self.vector(atom.args[0], at), self.xp)
        if isinstance(atom, estimate):
            return self._drawn(named(atom, at), self.vector(atom.args[0], at), at)
        if isinstance(atom, majority | lean | swing):
            return self._ballot(atom, *named(atom, at).args, at=at)
        if isinstance(atom, unit):
            result = self.zero
            result[int(at[i])] = self.xp.rational(1, 1)
            return result
        if isinstance(atom, corner):
            return self._corner(*(self.vector(argument, at) for argument in atom.args))
        return super().atom(atom, at)

    def _ballot(self, kind, x, worker=None, *, at: At) -> np.ndarray:
        """The vote, or what it comes to with one worker's sign turned to +1 and to -1."""
        signs = [self.xp.sign(self.atom(estimate(x, Integer(number)), at)) for number in range(self.sizes[m])]
        if worker is None:
            return self.xp.sign(sum(signs[1:], start=signs[0]))
        others = sum((signs[number] for number in range(len(signs)) if number != worker), start=self.zero)
        yes, no = self.xp.sign(others + self.xp.rational(1, 1)), self.xp.sign(others - self.xp.rational(1, 1))
        return (yes + no if isinstance(kind, lean) else yes - no) * self.xp.rational(1, 2)

    def _drawn(self, key, x, at: At) -> np.ndarray:
        return self.draw(key, self.law(self.problem.gradient(x, self.xp)), at)

    def _iterate(self, number: int, at: At) -> np.ndarray:
        if number > self.steps:
            raise IndexError(f"the run has {self.steps} steps")
        if number == 0:
            return self.draw(iterate(0), self.starts, at)
        drawn = frozenset((key, n) for key, n in at.items() if not key.is_Symbol and self._made_by(key, number))
        if (number, drawn) not in self._iterates:
            x, here = self._iterate(number - 1, at), iterate(number - 1)
            values = self.symbols | {k: self.xp.rational(number - 1, 1)}
            now = {name: evaluate(formula, values, self.xp) for name, formula in self.algorithm.parameters.items()}
            rule = self.algorithm.at(**now)
            after, memory = self.update(rule, x, here, at)
            assert memory == (), "what a method remembers has no value here"
            # only now it is known which draws it takes
            self._iterates[number, drawn] = after
        return self._iterates[number, drawn]

    def update(self, rule, x, here, at: At):
        def slope(point, worker=None):
            if not rule.stochastic:
                return self.problem.gradient(point, self.xp)
            return self._drawn(estimate(here) if worker is None else estimate(here, worker), point, at)

        xp = Rule(self, self.xp, at, x)
        return rule.update(x, slope, rule.init(x, xp), xp)

    def _made_by(self, key, number: int) -> bool:
        """Whether a draw is part of the past of an iterate."""
        made = [int(x.args[0]) for x in key.atoms(iterate)]
        return isinstance(key, iterate) or (bool(made) and max(made) < number)

    def _corner(self, x, u):
        corners = [x + self.xp.number(rationals(list(signs))) for signs in product((-1, 1), repeat=len(x))]
        return max(corners, key=lambda z: self.problem.suboptimality(z, self.xp) - self.xp.sum(u * z))
