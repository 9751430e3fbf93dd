"""Objectives d + r whose parts are quadratics: proximal operators, their mean and its regularizer in closed form."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import reduce
from itertools import product
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from sympy import Integer, Symbol
from sympy.core.symbol import Str

from interpretation.runs import Interpretation
from interpretation.terms import At, named
from signproof.checks.numbers.exact import RATIONALS, rational
from signproof.theory.symbols import f_star, i, j, xi
from signproof.theory.terms.proximal import (
    COMPONENT,
    OBJECTIVE,
    D,
    entry,
    exchange,
    gradient_mapping,
    linearization,
    mean_prox,
    prox,
    sampled_mapping,
    weight,
)
from signproof.theory.terms.vectors import gradient, value


@dataclass(frozen=True, eq=False)
class Quadratic:
    """f(x) = 1/2 x'Hx + <b, x>, in rationals: object arrays."""

    H: np.ndarray
    b: np.ndarray

    def value(self, x) -> Any:
        return x.dot(self.H.dot(x)) / 2 + self.b.dot(x)

    def gradient(self, x) -> np.ndarray:
        return self.H.dot(x) + self.b

    def prox(self, z, step_size) -> np.ndarray:
        """The x with x + step_size grad f(x) = z."""
        return inverse(identity(len(z)) + step_size * self.H).dot(z - step_size * self.b)

    @property
    def minimum(self) -> Any:
        return self.value(-inverse(self.H).dot(self.b))

    def __add__(self, other: Quadratic) -> Quadratic:
        return Quadratic(self.H + other.H, self.b + other.b)

    def __mul__(self, factor) -> Quadratic:
        return Quadratic(self.H * factor, self.b * factor)


class Sampling:
    """The arithmetic that a proximal method runs in, once a mini-batch is drawn."""

    def __init__(self, xp: Any, mapping: np.ndarray):
        self.sign, self.mapping = xp.sign, mapping

    def proximal_step(self, x, step_size, batch):
        return x - step_size * self.mapping


def identity(n: int) -> np.ndarray:
    return RATIONALS.number(np.eye(n))


def inverse(matrix: np.ndarray) -> np.ndarray:
    n = len(matrix)
    rows = fmpq_mat(n, n, list(matrix.ravel())).inv().tolist()
    return RATIONALS.number(np.array(rows, dtype=object))


def regularizer(components: list[Quadratic], weights: list[fmpq], step_size: fmpq) -> tuple[Quadratic, Quadratic]:
    """r with prox_{gamma r} = p, the mean of the proximal operators, and the potential whose gradient p is."""
    n = len(components[0].b)
    origin = RATIONALS.number(np.zeros(n))
    b = _sum(w * f.prox(origin, step_size) for w, f in zip(weights, components, strict=True))
    H = _sum(w * inverse(identity(n) + step_size * f.H) for w, f in zip(weights, components, strict=True))
    back = inverse(H)
    return Quadratic((back - identity(n)) / step_size, -back.dot(b) / step_size), Quadratic(H, b)


def _sum(parts) -> Any:
    return reduce(lambda a, b: a + b, parts)


class Composites(Interpretation):
    """A run of a proximal method on d + r, r the regularizer of the components, and the terms of the kernel on it.

    Arguments: the claim; d; the components r_m and their weights; vectors of constants by letter; the other
    parameters, the step size gamma among them; the start; the arithmetic; vectors for the points.
    """

    def __init__(self, claim, d: Quadratic, components: list[Quadratic], weights: list[fmpq], constants: dict[str, Any],
                 parameters: dict[str, Any], start, steps: int, xp: Any = RATIONALS, points=None):  # fmt: skip
        step_size = rational(parameters["gamma"])
        self.components, self.weights, self.d = components, weights, d
        self.r, self.potential = regularizer(components, weights, step_size)
        self.step_size, self.objective = step_size, d + self.r
        self.constants = constants
        self.least = self.objective.minimum
        super().__init__(claim, self, {}, start, steps, xp, points=points)
        self.sizes |= {j: len(components), xi: len(components)}  # every component is drawn once
        self.symbols |= {Symbol(name, real=True): xp.number(rational(n)) for name, n in parameters.items()}
        self.symbols[f_star] = xp.number(self.least)

    # ------------------------------------------------------------------- the objective, as runs know problems

    def over(self, xp):
        return self

    def suboptimality(self, x, xp):
        return self.objective.value(x) - self.least

    # ------------------------------------------------------------------------------------------ terms

    def scalar(self, term, at):
        if isinstance(term, weight):
            return self.xp.number(self.weights[int(at[j])])
        if isinstance(term, entry):
            return self.xp.number(self.constants[term.args[0].name][int(at[i])])
        if isinstance(term, value):
            x, *of = term.args
            f, offset = self._function(of, at)
            return f.value(self.vector(x, at)) + offset
        return super().scalar(term, at)

    def atom(self, atom, at):
        if isinstance(atom, gradient):
            x, *of = atom.args
            return self._function(of, at)[0].gradient(self.vector(x, at))
        if isinstance(atom, prox):
            z, step_size, of = atom.args
            return self._function((of,), at)[0].prox(self.vector(z, at), self._same(step_size, at))
        if isinstance(atom, mean_prox):
            return self._mean(self.vector(atom.args[0], at), self._same(atom.args[1], at))
        if isinstance(atom, gradient_mapping):
            self._same(atom.args[1], at)
            return self._mapping(self.vector(atom.args[0], at))
        if isinstance(atom, sampled_mapping):
            return self._sampled(named(atom, at), self.vector(atom.args[0], at), self._index(atom.args[2], at), at)
        if isinstance(atom, exchange):
            x, y = (self.vector(argument, at) for argument in atom.args[:2])
            y = y.copy()
            y[int(at[i])] = x[int(at[i])]
            return y
        return super().atom(atom, at)

    def update(self, rule, x, here, at):
        key = sampled_mapping(here, self.algorithm.step_size, self.algorithm.batch)  # in symbols, as in statements
        drawn = self._sampled(key, x, self._index(self.algorithm.batch, at), at)
        return rule.update(x, None, (), Sampling(self.xp, drawn))

    def _same(self, step_size, at: At) -> fmpq:
        """The step size, of which all functions here are; the term must say the same."""
        if self.number(step_size, at) != self.step_size:  # of balls, surely so
            raise KeyError(f"{step_size} is not the step size")
        return self.step_size

    def _function(self, of, at: At) -> tuple[Quadratic, Any]:
        """The function of a name, and a constant that is added to it."""
        if not of:
            return self.objective, fmpq(0)
        (name,) = of
        if name == D:
            return self.d, fmpq(0)
        if name in (COMPONENT, OBJECTIVE):
            return self.components[int(at[j if name == COMPONENT else xi])], fmpq(0)
        letter = name[0]
        if letter == Str("r"):
            return self.r, fmpq(0)
        if letter == Str("phi"):
            step_size, f = self._same(name[1], at), self._function((name[2],), at)[0]
            return regularizer([f], [fmpq(1)], step_size)[1], fmpq(0)
        if letter == Str("mean"):
            parts = [self._function((name[1],), at | {j: Integer(n)})[0] * w for n, w in enumerate(self.weights)]
            return _sum(parts), fmpq(0)
        assert name == linearization(name[2]), f"{name} is no function here"
        x = self.vector(name[2], at)
        f = self.components[int(at[xi])]
        slope = f.gradient(x)
        return Quadratic(f.H * 0, slope), f.value(x) - slope.dot(x)

    def _mean(self, z, step_size):
        return _sum(w * f.prox(z, step_size) for w, f in zip(self.weights, self.components, strict=True))

    def _mapping(self, x):
        return (x - self._mean(x - self.step_size * self.d.gradient(x), self.step_size)) / self.step_size

    def _sampled(self, key, x, size: int, at: At) -> np.ndarray:
        """^G(x), drawn: mini-batches with the same components are one value."""
        z = x - self.step_size * self.d.gradient(x)
        chances: Counter = Counter()
        for batch in product(range(len(self.weights)), repeat=size):
            chances[tuple(sorted(batch))] += reduce(lambda a, b: a * b, (self.weights[n] for n in batch))
        steps = [f.prox(z, self.step_size) for f in self.components]
        law = [
            (chance, (x - _sum(steps[n] for n in batch) / size) / self.step_size) for batch, chance in chances.items()
        ]
        return self.draw(key, law, at)
