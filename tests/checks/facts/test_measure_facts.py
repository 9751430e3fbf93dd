"""What a measure is to the kernel and what is measured are one number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sympy import Sum, Symbol, sqrt
from sympy.core.symbol import Str

from signproof import Claim, verify
from signproof.checks.facts.measures import examine_measure
from signproof.theory.algorithms import GradientDescent
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth
from signproof.theory.border.purity import Impure
from signproof.theory.measures import ExpectedSuboptimality, Measure, MinDualGradientNorm, Suboptimality, is_mean
from signproof.theory.norms import L2, LINF, OPERATOR
from signproof.theory.symbols import V0, L, alpha, k, l, mu
from signproof.theory.terms.expectations import mean
from signproof.theory.terms.vectors import Least, dual_norm, gradient, iterate, norm, suboptimality, x_star

INF, TWO = Str("inf"), Str("2")


def made(term, read, least: bool = False, mean: bool = False, total: bool = False) -> Measure:
    """A measure with this term for its symbol, and this function of problem, point and arithmetic for its quantity."""

    @dataclass(frozen=True)
    class Own(Measure):
        least_so_far, mean_so_far, sum_so_far = least, mean, total

        @property
        def symbol(self):
            return term

        def quantity(self, problem, x, xp):
            return read(problem, x, xp)

    return Own()


def l1(problem, x, xp):
    return xp.sum(xp.abs(problem.gradient(x, xp)))


def value(problem, x, xp):
    return problem.suboptimality(x, xp)


RIGHT = {
    "l1 norm of the gradient": made(dual_norm(INF, gradient(iterate(k))), l1),
    "its least": made(Least(dual_norm(INF, gradient(iterate(l))), (l, 0, k)), l1, least=True),
    "its square": made(dual_norm(INF, gradient(iterate(k))) ** 2, lambda *at: l1(*at) ** 2),
    "distance": made(norm(TWO, iterate(k) - x_star), lambda problem, x, xp: xp.sqrt(xp.sum(x * x))),
    "root": made(sqrt(suboptimality(k)), lambda problem, x, xp: xp.sqrt(problem.suboptimality(x, xp))),
    "mean": made(Sum(suboptimality(l), (l, 0, k)) / (k + 1), value, mean=True),
    "mean before": made(Sum(suboptimality(l), (l, 0, k - 1)) / k, value, mean=True),
    "sum": made(Sum(suboptimality(l), (l, 0, k)), value, total=True),
    "expected": made(3 * mean(suboptimality(k)), lambda *at: 3 * value(*at)),
}
WRONG = {
    "l_inf for l1": made(dual_norm(INF, gradient(iterate(k))), lambda f, x, xp: xp.max(xp.abs(f.gradient(x, xp)))),
    "square for norm": made(norm(TWO, iterate(k) - x_star), lambda problem, x, xp: xp.sum(x * x)),
    "max for l_inf": made(1 - norm(INF, iterate(k) - x_star), lambda problem, x, xp: 1 - xp.max(x)),
    "min for l_inf": made(1 - norm(INF, iterate(k) - x_star), lambda problem, x, xp: 1 - xp.max(-x)),
    "half": made(suboptimality(k), lambda *at: value(*at) / 2),
    "last for least": made(Least(suboptimality(l), (l, 0, k)), value),
    "least for last": made(suboptimality(k), value, least=True),
    "first for last": made(suboptimality(0), value),
    "mean for last": made(Sum(suboptimality(l), (l, 0, k)) / (k + 1), value),
    "last for mean": made(suboptimality(k), value, mean=True),
    "sum for mean": made(Sum(suboptimality(l), (l, 0, k)) / (k + 1), value, total=True),
    "mean for sum": made(Sum(suboptimality(l), (l, 0, k)), value, mean=True),
    "geometry": made(dual_norm(TWO, gradient(iterate(k))) ** 2, lambda *at: l1(*at) ** 2),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_measure_that_is_what_it_says_is_one(name):
    examine_measure(RIGHT[name])


@pytest.mark.parametrize("name", WRONG)
def test_a_measure_that_measures_something_else_is_refused(name):
    with pytest.raises(Impure, match="give Own the symbol of what it measures"):
        examine_measure(WRONG[name])


@pytest.mark.parametrize("kind", [MinDualGradientNorm, Suboptimality, ExpectedSuboptimality])
def test_a_class_that_changes_nothing_measures_the_same(kind):
    own = dataclass(frozen=True)(type("Own", (kind,), {"__module__": __name__}))
    for measure in [own(1, LINF), own(2, L2), own(1, OPERATOR)] if kind is MinDualGradientNorm else [own()]:
        examine_measure(measure)


def test_no_verdict_rests_on_a_measure_that_is_two():
    claim = Claim(
        id="own", algorithm=GradientDescent(alpha), assumptions=(Smooth(L, L2),), domain=(0 < alpha, alpha < 1 / L),
        measure=WRONG["half"], bound=V0 / 2,
    )  # fmt: skip
    verdict = verify(claim)
    assert verdict.status == "open" and "give Own the symbol" in verdict.evidence[-1].text


def test_the_square_of_a_mean_is_no_mean():
    """(E V)^2 is not E[V^2]: noise is tried on means alone."""

    @dataclass(frozen=True)
    class Squared(ExpectedSuboptimality):
        symbol = property(lambda self: mean(suboptimality(k)) ** 2)
        noiseless = property(lambda self: self)

        def quantity(self, problem, x, xp):
            return problem.suboptimality(x, xp) ** 2

    @dataclass(frozen=True)
    class Tripled(ExpectedSuboptimality):
        symbol = property(lambda self: 3 * mean(suboptimality(k)))
        noiseless = property(lambda self: self)

        def quantity(self, problem, x, xp):
            return 3 * problem.suboptimality(x, xp)

    @dataclass(frozen=True)
    class Best(ExpectedSuboptimality):
        least_so_far = True
        symbol = property(lambda self: mean(Least(suboptimality(l), (l, 0, k))))

    @dataclass(frozen=True)
    class Average(ExpectedSuboptimality):
        symbol = property(lambda self: mean(Sum(suboptimality(l), (l, 0, k))) / (k + 1))

    assert not is_mean(Best()) and not is_mean(Average())
    assert is_mean(ExpectedSuboptimality()) and is_mean(Tripled()) and not is_mean(Squared())
    assert not is_mean(Suboptimality()) and not is_mean(None)


@dataclass(frozen=True)
class MeanOfRun(Measure):
    steps: Any

    @property
    def horizon(self):
        return self.steps

    @property
    def symbol(self):
        return Sum(suboptimality(l), (l, 0, self.steps - 1)) / self.steps

    def quantity(self, problem, x, xp):
        return problem.suboptimality(x, xp)


def test_a_number_of_a_whole_run_is_not_read_at_one_iterate():
    """A true claim: V_l <= (1 - mu alpha)^l V_0, and a geometric sum."""
    T = Symbol("T", real=True)
    claim = Claim(
        id="own", algorithm=GradientDescent(alpha), assumptions=(Smooth(L, L2), PolyakLojasiewicz(mu, L2)),
        domain=(0 < alpha, alpha < 1 / L, T >= 1), measure=MeanOfRun(T), bound=V0 / (mu * alpha * T),
    )  # fmt: skip
    verdict = verify(claim)
    assert verdict.status == "open" and "of a whole run" in verdict.evidence[-1].text
