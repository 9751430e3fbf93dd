"""What a measure is to the kernel and what is measured are one number."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sympy import Sum, sqrt
from sympy.core.symbol import Str

from signproof import Claim, verify
from signproof.checks.measure_facts import examine_measure
from signproof.theory.algorithms import GradientDescent
from signproof.theory.assumptions import Smooth
from signproof.theory.expectations import mean
from signproof.theory.measures import ExpectedSuboptimality, Measure, MinDualGradientNorm, Suboptimality
from signproof.theory.norms import L2, LINF, OPERATOR
from signproof.theory.purity import Impure
from signproof.theory.symbols import V0, L, alpha, k, l
from signproof.theory.vectors import Least, dual_norm, gradient, iterate, norm, suboptimality, x_star

INF, TWO = Str("inf"), Str("2")


def made(term, read, least: bool = False) -> Measure:
    """A measure with this term for its symbol, and this function of problem, point and arithmetic for its quantity."""

    @dataclass(frozen=True)
    class Own(Measure):
        least_so_far = least

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
    "expected": made(3 * mean(suboptimality(k)), lambda *at: 3 * value(*at)),
}
WRONG = {
    "l_inf for l1": made(dual_norm(INF, gradient(iterate(k))), lambda f, x, xp: xp.max(xp.abs(f.gradient(x, xp)))),
    "square for norm": made(norm(TWO, iterate(k) - x_star), lambda problem, x, xp: xp.sum(x * x)),
    "half": made(suboptimality(k), lambda *at: value(*at) / 2),
    "last for least": made(Least(suboptimality(l), (l, 0, k)), value),
    "least for last": made(suboptimality(k), value, least=True),
    "first for last": made(suboptimality(0), value),
    "mean for last": made(Sum(suboptimality(l), (l, 0, k)) / (k + 1), value),
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
