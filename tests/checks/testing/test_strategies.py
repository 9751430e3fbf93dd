"""The strategies: what they draw, that claims hold or break on it, and that a failure is small and can be replayed."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import runpy
import subprocess
import sys
import textwrap
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from places import ROOT
from sympy import Rational

from signproof import Claim
from signproof.checks.gradients.finite import FiniteOracle
from signproof.checks.problems.families import families
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.replay.witness import from_json
from signproof.checks.runs import engine
from signproof.checks.testing import strategies
from signproof.checks.testing.strategies import (
    Sample,
    Start,
    Violation,
    _meets,
    _posed,
    holds,
    oracles,
    pl_problems,
    problems,
    quadratics,
    samples,
    starts,
    step_sizes,
)
from signproof.theory.algorithms import ScaledSignGD
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.catalog import catalog
from signproof.theory.measures import Suboptimality
from signproof.theory.symbols import V0, L, alpha, k, mu

VERDICTS = json.loads((ROOT / "report" / "baseline.json").read_text(encoding="utf-8"))["profiles"]["quick"]
POSED, UNPOSED = {}, {}
for id, claim in catalog().items():
    if claim.kind == "bound":
        try:
            POSED[id] = problems(claim), step_sizes(claim)
        except ValueError as error:
            UNPOSED[id] = str(error)

quick = settings(max_examples=25, deadline=None)
runs = settings(
    max_examples=4,
    deadline=None,
    database=None,
    derandomize=True,
    report_multiple_bugs=False,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
shrinking = settings(runs, max_examples=20, phases=[Phase.generate, Phase.shrink])
THEOREM_1 = catalog()["scaled-sign/theorem-1.1"]


def broken(claim, drawn, thetas, examples=runs):
    """Try a claim on what is drawn; the violation that Hypothesis reports, and the sample that it shrank to."""
    seen = []

    @examples
    @given(drawn, thetas)
    def check(sample, thetas):
        seen.append(sample)
        holds(claim, sample, thetas)

    try:
        check()
    except Violation as violation:
        return violation, seen[-1]
    return None, None


BY_NOISE_ALONE = (
    *(f"scaled-sign/theorem-{part}" for part in ("2.1", "2.1.strongly-convex", "3", "3.strongly-convex")),
    "bottou-2018/theorem-4.6.without-first-moment",
)
"""Claims that hold with exact gradients, which is all that strategies try; see test_oracles."""


NOT_BY_QUADRATICS = ("polyak-1964/theorem-9.as-quoted",)
"""Claims that hold on quadratics, and are false elsewhere."""


def assert_judged(id, drawn, thetas, examples=runs, but=()):
    violation, _ = broken(catalog()[id], drawn, thetas, examples)
    assert (violation is not None) == (VERDICTS[id] == "refuted" and id not in (*BY_NOISE_ALONE, *but)), violation
    assert violation is None or violation.witness.replay().confirmed


ON_QUADRATICS = [
    id
    for id in POSED
    if any(
        all(_meets(DiagonalQuadratic, shape, posed.assumptions) for shape in DiagonalQuadratic.shapes)
        for posed in _posed(catalog()[id])
    )
]
HORIZONS = [id for id in ON_QUADRATICS if catalog()[id].horizon is not None]
"""Claims that are compiled anew for each number of steps."""


@pytest.mark.parametrize(
    "id", [pytest.param(id, marks=pytest.mark.slow if id in HORIZONS else ()) for id in ON_QUADRATICS]
)
def test_bounds_on_diagonal_quadratics_hold_unless_they_are_refuted(id):
    assert_judged(id, samples((DiagonalQuadratic,)), POSED[id][1], but=NOT_BY_QUADRATICS)


@pytest.mark.slow
@pytest.mark.parametrize("id", POSED)
def test_bounds_on_all_families_hold_unless_they_are_refuted(id):
    assert_judged(id, *POSED[id], settings(runs, max_examples=30))


def test_what_cannot_be_drawn_says_why():
    nowhere = {id for id, why in UNPOSED.items() if "no family of problems" in why}
    assert UNPOSED.keys() - nowhere == {"own/example-2.rate", "signprox/theorem-1", "signprox/theorem-2"}
    # the cube, separable smoothness; and moments that quadratics do not have
    assert nowhere <= {id for id, verdict in VERDICTS.items() if verdict == "proved"} and len(nowhere) < 8
    assert "the domain depends on V_0" in UNPOSED["own/example-2.rate"]
    assert "of a whole run" in UNPOSED["signprox/theorem-1"]
    with pytest.raises(ValueError, match="a claim of kind 'algebraic' has no runs"):
        problems(catalog()["scaled-sign/theorem-1.zeta"])


def faster(factor):
    """Theorem 1, which is tight, with another factor in its rate."""
    rate = 1 - factor * mu * alpha * (1 - L * alpha / 2)
    return dataclasses.replace(THEOREM_1, id="mine/faster", bound=rate**k * V0, proof=None)


def test_one_percent_too_fast_is_found_and_shrinks_to_a_small_witness():
    claim = faster(Rational(202, 100))
    violation, sample = broken(claim, problems(claim), step_sizes(claim), shrinking)
    assert sample == Sample(DiagonalQuadratic, (8,), seed=0, spread=0.0)
    witness = violation.witness
    assert witness.level == "exact" and witness.replay().confirmed
    # all curvatures are 1 and the step is in the middle of its range, 0 < alpha < 2/L = 1/4
    assert witness.problem.data()["diagonal"] == ["1"] * 8
    assert witness.parameters == {"L": 8, "mu": 1, "alpha": Rational(1, 8)}
    assert len(json.dumps(witness.to_json())) < 1500
    assert witness.k == 1


def test_a_failure_prints_its_witness_ready_to_paste(capsys):
    claim = faster(4)
    with pytest.raises(Violation) as failure:
        holds(claim, Sample(LeastSquares, (2, 2)), {alpha: Fraction(1, 2)})
    text = str(failure.value)
    data = json.loads(text.splitlines()[2])
    assert from_json(data, {}).replay().confirmed
    exec("\n".join(text.splitlines()[-2:]), {})
    assert capsys.readouterr().out.startswith("Replay(confirmed=True, level='exact'")


def test_the_example_of_the_docstring_runs(tmp_path):
    lines = strategies.__doc__.splitlines()
    first, last = (
        next(i for i, line in enumerate(lines) if part in line) for part in ("from dataclasses", "holds(claim")
    )
    code = textwrap.dedent("\n".join(lines[first : last + 1]))
    path = tmp_path / "test_mine.py"
    path.write_text(code.replace("@settings(", "@settings(max_examples=1, database=None, "), encoding="utf-8")
    runpy.run_path(str(path))["test_rate"]()


def test_only_the_strategies_need_hypothesis():
    files = [
        path
        for room in ("signproof", "theory", "checks", "report", "counterexamples")
        for path in ROOT.glob(f"{room}/**/*.py")
    ]
    needing = {path.name for path in files if re.search(r"^\s*(import|from) hypothesis\b", path.read_text(), re.M)}
    assert needing == {"strategies.py", "hypothesis.py"}
    naming = {path.name for path in files if "testing.strategies" in path.read_text()}
    assert naming == {"strategies.py", "hypothesis.py", "moved.py"}


@quick
@given(st.one_of(quadratics(), pl_problems()))
def test_a_sample_is_the_batch_that_its_parameters_say(sample):
    again = eval(repr(sample), {family.__name__: family for family in families()} | {"Sample": Sample})
    assert again == sample
    for name, field in sample.problem.arrays().items():
        np.testing.assert_array_equal(field, again.problem.arrays()[name])
    np.testing.assert_array_equal(sample.start, again.start)


def answered(family):
    """The assumptions that a family knows the constants of, in its first shape."""
    problem = Sample(family, family.shapes[0]).problem if family.shapes else None
    return [] if problem is None else [a for a in (PolyakLojasiewicz(1), Smooth(1)) if problem.constant(a) is not None]


def test_all_families_and_shapes_are_drawn():
    drawn = set()

    @settings(max_examples=300, deadline=None, database=None, derandomize=True)
    @given(pl_problems())
    def draw(sample):
        drawn.add((sample.family, sample.shape))

    draw()
    package = [family for family in families() if family.__module__.startswith("signproof.")]
    meeting = [family for family in package if PolyakLojasiewicz(1) in answered(family)]
    assert drawn >= {(family, shape) for family in meeting for shape in family.shapes}


def test_only_families_that_meet_the_assumptions_are_drawn():
    convex = Claim(
        id="mine/convex",
        algorithm=ScaledSignGD(alpha),
        assumptions=(Smooth(L), StronglyConvex(mu)),
        domain=(0 < alpha, alpha < 1 / L),
        measure=Suboptimality(),
        bound=V0,
    )

    @quick
    @given(problems(convex))
    def draw(sample):
        assert sample.problem.constant(StronglyConvex(1)) is not None

    draw()


@quick
@given(quadratics(), starts())
def test_the_arrays_of_a_sample_are_those_of_its_problem(sample, start):
    x = start.at(sample.start.shape)
    assert x.shape == sample.start.shape and (np.abs(x).max(axis=0) > 0).all()
    # f is homogeneous of degree two: 2 f(x) = <f'(x), x>
    product = (sample.gradient(x) * x).sum(axis=0)
    np.testing.assert_allclose(sample.suboptimality(x), product / 2, rtol=1e-6)


def test_starts_of_ones_own_are_taken():
    start = Start(seed=3, scale=0.01, zeros=0.75)
    sample = Sample(DiagonalQuadratic, (8,))
    (found,) = holds(THEOREM_1, sample, {alpha: Fraction(1, 2)}, start)
    points = start.at(sample.start.shape)
    assert ((points == 0).mean(axis=0) > 0).any()
    wanted = (sample.problem.diagonal * points**2).sum(axis=0) / 2
    np.testing.assert_allclose(found.value[0][0], wanted, rtol=1e-12)


@quick
@given(step_sizes(THEOREM_1))
def test_positions_are_inside_their_range(thetas):
    assert set(thetas) == {alpha} and 0 < thetas[alpha] < 1


def test_the_simplest_draws():
    assert find(quadratics(), lambda sample: True) == Sample(DiagonalQuadratic, (8,), 0, 0.0)
    assert find(step_sizes(THEOREM_1), lambda thetas: True) == {alpha: Fraction(1, 2)}
    assert find(oracles(2), lambda oracle: True) == FiniteOracle.exact(2)


def test_a_sample_that_does_not_meet_the_claim_is_refused():
    with pytest.raises(ValueError, match=r"draw it from problems\(claim\)"):
        holds(THEOREM_1, Sample(LeastSquares, (2, 4)), {alpha: Fraction(1, 2)})


gradients = st.lists(st.fractions(-5, 5, max_denominator=6), min_size=3, max_size=3)


@quick
@given(oracles(3), gradients)
def test_an_oracle_is_unbiased_and_knows_its_variance(oracle, g):
    draws = oracle.outcomes(g)
    assert sum(p for p, _ in draws) == 1
    assert [sum(p * draw[i] for p, draw in draws) for i in range(3)] == g
    assert oracle.variance(g) >= 0
    assert (oracle.variance(g) == 0) == all(list(draw) == g for _, draw in draws)
    assert 0 <= oracle.p_min(g) <= 1


def test_the_oracle_that_breaks_theorem_2():
    """design: with probability 0.6 (11/6 g_1, 5/3 g_2), with 0.2 each (-1/4 g_1, +-10); g = (1, 1)."""
    F = Fraction
    probabilities = (F(3, 5), F(1, 5), F(1, 5))
    oracle = FiniteOracle.unbiased(probabilities, [(F(11, 6), F(5, 3)), (F(-1, 4), 0)], [(0, 0), (0, 10)])
    assert oracle.factors[-1] == (F(-1, 4), 0) and oracle.offsets[-1] == (0, -10)
    g = (F(1), F(1))
    assert oracle.p_min(g) == F(3, 5)
    assert oracle.p_min((F(0), F(1))) == F(4, 5) and oracle.p_min((F(0), F(0))) == 1
    by_hand = F(3, 5) * (F(5, 6) + F(2, 3)) ** 2 + F(1, 5) * (F(5, 4) + 9) ** 2 + F(1, 5) * (F(5, 4) + 11) ** 2
    assert oracle.variance(g) == by_hand


@pytest.mark.parametrize(
    ("probabilities", "factors", "offsets", "message"),
    [
        (("1/2", "1/3"), ((1,), (1,)), ((0,), (0,)), r"add up to 1, not \(1/2, 1/3\)"),
        (("1/2", "1/2"), ((1,), (2,)), ((0,), (0,)), "the mean factor of coordinate 0 is 3/2, not 1"),
        (("1/2", "1/2"), ((1,), (1,)), ((0,), (1,)), "the mean offset of coordinate 0 is 1/2, not 0"),
        (("1",), ((1, 1),), ((0,),), "a factor and an offset for each coordinate"),
    ],
)
def test_a_law_that_is_none_is_refused(probabilities, factors, offsets, message):
    with pytest.raises(ValueError, match=message):
        FiniteOracle(tuple(map(Fraction, probabilities)), factors, offsets)


def test_all_batches_of_one_shape_share_one_compiled_run():
    """The engine compiles for the method, the family and the shape; not for the claim, the constants or the starts."""
    holds(THEOREM_1, Sample(LeastSquares, (2, 2)), {alpha: Fraction(1, 2)})
    before = engine._run._cache_size()
    for seed in range(3):
        sample, thetas = Sample(LeastSquares, (2, 2), seed, seed / 2), {alpha: Fraction(1, seed + 3)}
        holds(THEOREM_1, sample, thetas)
        holds(catalog()["scaled-sign/theorem-1.3"], sample, thetas, Start(seed))
    assert engine._run._cache_size() == before


SLOW = """
import time
from hypothesis import given, settings, strategies as st
BEFORE
from signproof.checks.testing.strategies import SEEDS

@settings(max_examples=2, database=None)
@given(st.integers())
def test(n):
    time.sleep(0.3)

test()
"""


@pytest.mark.parametrize("before", ["", "settings.register_profile('own', deadline=100); settings.load_profile('own')"])
def test_the_first_run_of_a_new_user_meets_no_deadline_and_a_chosen_one_stays(before):
    environment = {name: value for name, value in os.environ.items() if name != "CI"}  # there Hypothesis sets none
    command = [sys.executable, "-c", SLOW.replace("BEFORE", before)]
    finished = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (finished.returncode == 0) == (before == "")
    assert ("DeadlineExceeded" in finished.stderr) == (before != "")
