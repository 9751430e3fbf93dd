"""Remark 5: mini-batches and the signs of stochastic gradients.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Remark 5.

Assumption 4 bounds the variance in ||.||_1, where the mean of n independent estimates does not have an n-th of it: the
coordinates of the errors cancel one by one, not together. Stated here is the case n = 2 in R^2 with errors that take
the values u, -u, v, -v with equal probability, the vectors being arbitrary.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from sympy import Abs, Eq, Expr, Gt, Le, Or, Rational, Symbol, sign
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.theory.assumptions.gradients import OracleAssumption
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Decide, Hypothesis, Lemma
from signproof.theory.papers.scaled_sign import PAPER
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import i
from signproof.theory.terms.expectations import coordinate, estimate, mean
from signproof.theory.terms.vectors import gradient, point

Vector = tuple[Expr, ...]

u, v = ((Symbol(f"{name}_1", real=True), Symbol(f"{name}_2", real=True)) for name in "uv")
errors = (u, tuple(-entry for entry in u), v, tuple(-entry for entry in v))
"""The values of the error of one estimate, all of the same probability."""


def second_moment(outcomes: list[Vector]) -> Expr:
    """E ||e||_1^2 for a uniform law."""
    return sum((sum(map(abs, outcome)) ** 2 for outcome in outcomes), start=Rational(0)) / len(outcomes)


means = [tuple((a + b) / 2 for a, b in zip(*pair, strict=True)) for pair in product(errors, repeat=2)]

remark_5_minibatch = Claim(
    id="scaled-sign/remark-5.minibatch",
    source=Source(PAPER, "Remark 5"),
    about=(
        "The mean of two independent estimates has half the variance in the sense of Assumption 4 when each "
        "error is u, -u, v or -v with equal probability: the smallest case of the remark, n = 2 in two "
        "dimensions."
    ),
    erratum=(
        "A mean of n estimates has 1/n of the variance in the Euclidean norm, in which variances of "
        "independent errors add up. In ||.||_1, the norm of Assumption 4, they do not add up in two or more "
        "dimensions."
    ),
    statement=Le(second_moment(means), second_moment(list(errors)) / 2),
    domain=tuple(entry <= 1 for entry in (*u, *v)),
)


def slope(x: Expr) -> Expr:
    return coordinate(gradient(x), i)


def drawn(x: Expr) -> Expr:
    return coordinate(estimate(x), i)


def mirrored(x: Expr) -> Expr:
    """The mirror image of ~g_i at g_i."""
    return 2 * slope(x) - drawn(x)


def right(number: Expr, x: Expr) -> Expr:
    """1 if a number has the sign of g_i, or else 0; g_i is not 0."""
    agreement = sign(number) * sign(slope(x))
    return (agreement + agreement**2) / 2


def near(x: Expr) -> Expr:
    """1 if ~g_i is nearer to g_i than 0 is, or else 0."""
    closer = sign(Abs(slope(x)) - Abs(drawn(x) - slope(x)))
    return (closer + closer**2) / 2


@dataclass(frozen=True)
class Symmetric(OracleAssumption):
    """The law of ~g_i given x is symmetric about g_i: ~g_i and its mirror image are as often of the right sign."""

    words = "symmetric"
    noiseless = ()

    def statement(self, x: Expr) -> Boolean:
        return Eq(mean(right(drawn(x), x), x), mean(right(mirrored(x), x), x))


@dataclass(frozen=True)
class Unimodal(OracleAssumption):
    """The law of ~g_i given x has its mode at g_i: every interval around g_i has a positive probability.

    It does if the law is unimodal in the usual sense, that P(~g_i <= t) is convex below g_i and concave above: an
    interval without probability around the mode would leave none anywhere farther off.
    """

    words = "unimodal"
    noiseless = ()

    def statement(self, x: Expr) -> Boolean:
        return Or(Eq(slope(x), 0), Gt(mean(near(x), x), 0))


x = point(Str("x"))
symmetric, unimodal = Symmetric(), Unimodal()
statement = Or(Eq(slope(x), 0), Gt(mean(right(drawn(x), x), x), Rational(1, 2)))


def success() -> Proof:
    """One of ~g_i and its mirror image always has the right sign; both have, if ~g_i is near g_i."""
    equal = Step("symmetric law", symmetric.statement(x), by=Hypothesis(symmetric, x))
    positive = Step("unimodal law", unimodal.statement(x), by=Hypothesis(unimodal, x))
    # where g_i = 0 nothing is claimed, and both sides are 0
    less, both = sign(slope(x)) ** 2 * (1 + near(x)), right(drawn(x), x) + right(mirrored(x), x)
    one = Step("one or both are right", Le(less, both), by=Decide())
    means = Step(
        "means", Le(mean(less, x), mean(both, x)), by=Lemma("monotone expectation", less, both, x, using=(one,))
    )
    return Proof(equal, positive, one, means, Step("success", statement, by=Decide(equal, positive, means)))


remark_5_success = Claim(
    id="scaled-sign/remark-5.success",
    source=Source(PAPER, "Remark 5"),
    about="If the law of ~g_i is unimodal and symmetric about g_i != 0, its sign is right with probability above 1/2.",
    statement=statement,
    assumptions=(symmetric, unimodal),
    proof=success,
)
