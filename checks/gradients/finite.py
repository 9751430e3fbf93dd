"""Stochastic gradients with finitely many outcomes: every expectation is a finite sum, exact in rationals.

Claims about stochastic methods speak of the mean of ~g, of E||~g - g||_1^2 and of the probability that a sign is
right. For a law with a few outcomes all three are known exactly, so that a claim can be tried, and a proof's lemma
tested, without sampling error.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import msgspec
from flint import fmpq
from sympy import Rational, Symbol

from signproof.checks.gradients.laws import ANYWHERE, Law, LawReader, listed
from signproof.checks.numbers.exact import Number, rational, rationals
from signproof.theory.algebra.decide import truth
from signproof.theory.assumptions.gradients import (
    Independence,
    IndependentCoordinates,
    IndependentDraws,
    OracleAssumption,
)


class LawForm(msgspec.Struct):
    """The law of ~g where the gradient is g, as plain data."""

    gradient: list[Number]
    probabilities: list[Number]
    values: list[list[Number]]


class Oracle(ABC):
    """A stochastic gradient whose law at a point depends on the gradient there."""

    @abstractmethod
    def law(self, g: tuple[fmpq, ...]) -> Law:
        """The law of ~g where the gradient is g, shape (d,)."""


def dependent(assumption: OracleAssumption, reader: LawReader, law: Law) -> bool:
    """Whether something that is assumed to be independent is not.

    Proofs use of independence only what the statement says, that a mean of a product is the product of the means. What
    breaks a claim has to meet all of what the words say.
    """
    if not isinstance(assumption, Independence):
        return False
    if not all(reader.independent(*pair) for pair in assumption.pairs(ANYWHERE)):
        return True
    if isinstance(assumption, IndependentDraws) and any(
        p and entry == 0 != slope
        for p, value in zip(law.probabilities, law.values, strict=True)
        for entry, slope in zip(value, reader.g, strict=True)
    ):
        return True
    return isinstance(assumption, IndependentCoordinates | IndependentDraws) and not law.is_product()


@dataclass(frozen=True, eq=False)
class TableOracle(Oracle):
    """Laws at the listed gradients; at all other points the stochastic gradient is the gradient itself."""

    table: Mapping[tuple[fmpq, ...], Law]

    def law(self, g: tuple[fmpq, ...]) -> Law:
        return self.table.get(g) or Law((fmpq(1),), rationals([list(g)]))

    def unmet(self, assumption: OracleAssumption, values: Mapping[Symbol, fmpq], workers: int) -> str:
        """Why an assumption does not hold at some point, decided exactly; empty if it holds at all points."""
        exactly = assumption.met_exactly
        if exactly is None:
            return f"{type(assumption).__name__} is not known to be met by exact gradients"
        parameters = {symbol: Rational(int(number.p), int(number.q)) for symbol, number in values.items()}
        for condition in (*assumption.conditions, *exactly):
            if truth(condition, parameters) is not True:
                return f"exact gradients do not meet {assumption}: {condition} does not hold"
        for g, law in self.table.items():
            reader = LawReader(g, law, values, workers)
            if not reader.holds(assumption.statement(ANYWHERE)) or dependent(assumption, reader, law):
                return f"the stochastic gradient does not meet {assumption} where the gradient is {listed(g)}"
        return ""

    def form(self) -> list[LawForm]:
        """As plain data, a row for each gradient."""
        return [
            LawForm([*map(str, g)], [*map(str, law.probabilities)], [[*map(str, value)] for value in law.values])
            for g, law in self.table.items()
        ]

    @classmethod
    def from_form(cls, form: Sequence[LawForm]) -> TableOracle:
        """The oracle that `form` wrote. Raises ValueError if it is none."""
        rows = [
            (tuple(rationals(row.gradient)), Law(tuple(rationals(row.probabilities)), rationals(row.values)))
            for row in form
        ]
        if not rows:
            raise ValueError("the oracle has no laws")
        if any(law.values.shape != (len(law.probabilities), len(g)) for g, law in rows):
            raise ValueError("the oracle's values and gradients differ in shape")
        if len(dict(rows)) < len(rows):
            raise ValueError("the oracle has two laws for one gradient")
        return cls(dict(rows))

    def describe(self) -> str:
        """A few words for the reader: the law in the middle of the table."""
        g, law = [*self.table.items()][len(self.table) // 2]
        outcomes = ", ".join(
            f"{listed(value)} with probability {probability}"
            for probability, value in zip(law.probabilities, law.values, strict=True)
        )
        return f"oracle with {len(self.table)} laws; where g = {listed(g)}, ~g is {outcomes}"


@dataclass(frozen=True)
class FiniteOracle(Oracle):
    """~g_i = factors[s][i] g_i + offsets[s][i] with probability probabilities[s], given the gradient g at a point.

    Arguments: for each outcome s its probability, and a row of d factors and of d offsets; all rational.
    Raises ValueError if the probabilities are not positive or do not add up to 1, if a row has another length than
    the first, or if the law is biased: the mean factor must be 1 and the mean offset 0 in every coordinate, so that
    E ~g = g wherever g is. `unbiased` makes such laws.
    """

    probabilities: tuple[Fraction, ...]
    factors: tuple[tuple[Fraction, ...], ...]
    offsets: tuple[tuple[Fraction, ...], ...]

    def __post_init__(self):
        if not self.probabilities or min(self.probabilities) <= 0 or sum(self.probabilities) != 1:
            raise ValueError(f"the probabilities must be positive and add up to 1, not {self._listed()}")
        d = {len(row) for row in (*self.factors, *self.offsets)}
        if len(d) != 1 or {len(self.factors), len(self.offsets)} != {len(self.probabilities)}:
            raise ValueError("every outcome needs a factor and an offset for each coordinate")
        self._refuse_bias()

    def _refuse_bias(self) -> None:
        for name, rows, mean in (("factor", self.factors, 1), ("offset", self.offsets, 0)):
            for i, column in enumerate(zip(*rows, strict=True)):
                if self._mean(column) != mean:
                    raise ValueError(f"biased: the mean {name} of coordinate {i} is {self._mean(column)}, not {mean}")

    @classmethod
    def unbiased(
        cls,
        probabilities: Sequence[Fraction],
        factors: Sequence[Sequence[Fraction]],
        offsets: Sequence[Sequence[Fraction]],
    ) -> FiniteOracle:
        """The law whose last outcome is the one that makes it unbiased: it has a probability, but no rows."""
        *others, last = map(Fraction, probabilities)

        def balanced(rows, mean):
            columns = zip(*rows, strict=True)
            ending = [(mean - sum(p * x for p, x in zip(others, column, strict=True))) / last for column in columns]
            return (*(tuple(map(Fraction, row)) for row in rows), tuple(ending))

        return cls((*others, last), balanced(factors, 1), balanced(offsets, 0))

    @classmethod
    def exact(cls, d: int) -> FiniteOracle:
        """The oracle that returns the gradient itself."""
        return cls((Fraction(1),), ((Fraction(1),) * d,), ((Fraction(0),) * d,))

    @property
    def dimension(self) -> int:
        return len(self.factors[0])

    def outcomes(self, gradient: Sequence[Fraction]) -> list[tuple[Fraction, tuple[Fraction, ...]]]:
        """Each outcome's probability and its ~g, at a point where the gradient is the given one."""
        rows = zip(self.probabilities, self.factors, self.offsets, strict=True)
        return [
            (p, tuple(a * g + b for a, b, g in zip(factor, offset, gradient, strict=True)))
            for p, factor, offset in rows
        ]

    def law(self, g: tuple[fmpq, ...]) -> Law:
        draws = self.outcomes([Fraction(int(entry.p), int(entry.q)) for entry in g])
        return Law(tuple(rational(p) for p, _ in draws), rationals([draw for _, draw in draws]))

    def variance(self, gradient: Sequence[Fraction]) -> Fraction:
        """E||~g - g||_1^2, the sigma^2 of scaled-sign's Assumption 4 at that point."""
        return self._mean(
            [
                sum((abs(e - g) for e, g in zip(draw, gradient, strict=True)), start=Fraction(0)) ** 2
                for _, draw in self.outcomes(gradient)
            ]
        )

    def p_min(self, gradient: Sequence[Fraction]) -> Fraction:
        """The least probability that ~g_i has the sign of g_i, over the coordinates with g_i != 0; 1 if there is none.

        [scaled-sign, Theorem 2]
        """
        draws = self.outcomes(gradient)
        right = [sum(p for p, draw in draws if draw[i] * g > 0) for i, g in enumerate(gradient) if g != 0]
        return Fraction(min(right, default=1))

    def _mean(self, numbers: Sequence[Fraction]) -> Fraction:
        return sum((p * x for p, x in zip(self.probabilities, numbers, strict=True)), start=Fraction(0))

    def _listed(self) -> str:
        return f"({', '.join(map(str, self.probabilities))})"


class BiasedOracle(FiniteOracle):
    """The same with whatever mean, for claims that do not assume that there is no bias."""

    def _refuse_bias(self) -> None:
        pass
