"""Witnesses: plain data that replays exactly, and files that are none."""

from __future__ import annotations

import dataclasses
import json

import pytest
from flint import fmpq

from signproof import Claim, verify
from signproof.checks.numbers.exact import Undecided, rationals
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.problems.sine import SineSum
from signproof.checks.replay.bounds import replay
from signproof.checks.replay.series import along_run
from signproof.checks.replay.stated import stated
from signproof.checks.replay.witness import Witness, WitnessError, from_json, read
from signproof.checks.runs.instance import Instance
from signproof.theory.algorithms import ScaledSignGD
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth
from signproof.theory.catalog import catalog
from signproof.theory.measures import Suboptimality
from signproof.theory.symbols import V0, L, alpha, k, mu


def too_fast(factor=4):
    return Claim(
        id="mine/too-fast",
        algorithm=ScaledSignGD(alpha),
        assumptions=(Smooth(L), PolyakLojasiewicz(mu)),
        domain=(alpha > 0, alpha < 2 / L),
        measure=Suboptimality(),
        bound=(1 - factor * mu * alpha * (1 - L * alpha / 2)) ** k * V0,
    )


@pytest.fixture(scope="module")
def data():
    return verify(too_fast()).witness.to_json()


def test_a_witness_is_plain_data_and_carries_its_claim(data):
    assert json.loads(json.dumps(data)) == data
    again = from_json(data, {})  # the claim is not known: it is read from the witness
    assert again.claim.bound.equals(too_fast().bound)
    assert again.claim.domain == too_fast().domain
    assert again.replay().confirmed
    assert again.to_json() == data


def test_its_numbers_are_those_of_the_run(data):
    # d = 1, H = 1: x_1 = (1 - alpha) x_0 and V = x^2 / 2
    a, x = fmpq(*map(int, data["parameters"]["alpha"].split("/"))), fmpq(data["start"][0])
    assert data["problem"] == {"family": "DiagonalQuadratic", "diagonal": ["1"]}
    assert fmpq(*map(int, data["measured"].split("/"))) == ((1 - a) * x) ** 2 / 2
    assert fmpq(*map(int, data["bound"].split("/"))) == (1 - 4 * a * (1 - a / 2)) * x**2 / 2


def claim_of(data, **changes):
    return from_json(data | changes, {})


def test_what_does_not_violate_is_not_confirmed(data):
    statement = data["statement"] | {"bound": str(too_fast(2).bound)}
    outcome = claim_of(data, statement=statement).replay()
    assert not outcome.confirmed and "within the bound" in outcome.why


def test_numbers_that_were_edited_are_noticed(data):
    outcome = claim_of(data, measured="17").replay()
    assert not outcome.confirmed and "numbers differ" in outcome.why


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        ({"L": "1/2"}, "does not meet Smooth(L)"),
        ({"mu": "2"}, "does not meet PolyakLojasiewicz(mu)"),
        ({"alpha": "2"}, "outside the domain"),
        ({"alpha": "-1/3"}, "outside the domain"),
    ],
)
def test_a_replay_checks_assumptions_and_domain(data, parameters, why):
    outcome = claim_of(data, parameters=data["parameters"] | parameters).replay()
    assert not outcome.confirmed and why in outcome.why


def test_a_start_of_another_dimension_is_no_violation(data):
    for start, diagonal in ((["1", "1", "1"], ["1"]), (["1"], ["1", "2"])):
        outcome = claim_of(data, start=start, problem=data["problem"] | {"diagonal": diagonal}).replay()
        assert not outcome.confirmed and "coordinates" in outcome.why


def test_a_step_outside_the_domain_is_no_violation(data):
    late = data["statement"] | {"domain": [*data["statement"]["domain"], "k >= 5"]}
    outcome = claim_of(data, statement=late).replay()
    assert not outcome.confirmed and "k >= 5 does not hold" in outcome.why


def test_a_statement_without_a_value_is_not_false():
    claim = Claim(id="mine/pole", statement=1 / alpha >= 0, domain=(alpha >= 0,))
    verdict = verify(claim)
    assert verdict.status == "open" and "no value" in verdict.evidence[-1].text


def test_a_start_at_the_minimum_is_no_violation(data):
    outcome = claim_of(data, start=["0"]).replay()
    assert not outcome.confirmed and "above the minimum" in outcome.why


def test_dense_rational_instances_replay_exactly():
    problem = LeastSquares(rationals([[1, 1], [0, 1]]))
    parameters = {
        "L": problem.exact_constant(Smooth(L)),
        "mu": problem.exact_constant(PolyakLojasiewicz(mu)),
        "alpha": fmpq(1, 5),
    }
    assert parameters["L"] == 5 and parameters["mu"] == fmpq(1, 2)
    outcome = replay(Instance(too_fast(2), problem, parameters, (fmpq(1), fmpq(1))), 3)
    assert outcome.level == "exact" and not outcome.confirmed


def test_functions_that_leave_the_rationals_replay_in_balls():
    problem = SineSum(rationals([1]), rationals(3))
    parameters = {
        "L": problem.exact_constant(Smooth(L)),
        "mu": problem.exact_constant(PolyakLojasiewicz(mu)),
        "alpha": fmpq(1, 20),
    }
    for factor, confirmed in ((2, False), (400, True)):
        outcome = replay(Instance(too_fast(factor), problem, parameters, (fmpq(1),)), 1)
        assert outcome.level == "enclosed" and outcome.confirmed is confirmed


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": "other/1"}, "is not a witness"),
        ({"claim": "nobody/knows", "statement": None}, "there is no claim"),
        ({"k": -1}, r"Expected `int` >= 0 - at `\$.k`"),
        ({"k": 2.5}, r"Expected `int`, got `float` - at `\$.k`"),
        ({"start": ["nan"]}, "not a finite rational"),
        ({"start": ["1/0"]}, "not a finite rational"),
        ({"start": []}, "the start has no coordinates"),
        ({"statement": {"domain": [], "assumptions": [], "algorithm": {"name": "Mine"}}}, "--with FILE.py"),
        ({"parameters": {"L": "1", "mu": "1"}}, "the parameter alpha has no value"),
        ({"problem": {"family": "Nothing"}}, "there is no family"),
        ({"problem": {"family": "DiagonalQuadratic"}}, "lacks the field 'diagonal'"),
        ({"problem": []}, "names no family"),
        ({"parameters": []}, r"Expected `object`, got `array` - at `\$.parameters`"),
        ({"oracle": {}}, "Expected `array | null`, got `object`"),
        ({"oracle": []}, "the oracle has no laws"),
    ],
)
def test_a_file_that_is_no_witness_says_so_in_one_line(data, tmp_path, change, message):
    path = tmp_path / "witness.json"
    path.write_text(json.dumps(data | change))
    with pytest.raises(WitnessError, match=message) as error:
        read(path, {})
    assert "\n" not in str(error.value) and str(path) in str(error.value)


def test_missing_fields_truncation_and_absence(data, tmp_path):
    path = tmp_path / "witness.json"
    for field in ("claim", "k", "parameters", "start", "measured", "bound", "problem"):
        path.write_text(json.dumps({name: entry for name, entry in data.items() if name != field}))
        with pytest.raises(WitnessError, match=f"missing required field `{field}`"):
            read(path, {})
    path.write_text(json.dumps(data)[:-20])
    with pytest.raises(WitnessError, match="not JSON"):
        read(path, {})
    with pytest.raises(WitnessError, match="No such file"):
        read(tmp_path / "absent.json", {})


@pytest.mark.parametrize(
    "claim",
    [claim for claim in catalog().values() if claim.body.of_run],
    ids=lambda claim: claim.id,
)
def test_a_witness_states_its_claim(data, claim):
    """Names of functions, horizons and norms that are left open included: nothing but the file is needed to read it."""
    parameters = {str(symbol): "1" for symbol in claim.parameters}
    statement = json.loads(json.dumps(stated(claim)))
    again = from_json(data | {"claim": "another", "statement": statement, "parameters": parameters}, {}).claim
    for part in ("algorithm", "assumptions", "measure", "bound", "rival", "horizon"):
        assert getattr(again, part) == getattr(claim, part)
    assert {*again.domain} == {*claim.domain}


def test_nothing_in_a_file_is_executed(data, tmp_path):
    path, trace = tmp_path / "witness.json", tmp_path / "trace"
    hostile = f"__import__('pathlib').Path({str(trace)!r}).touch()"
    path.write_text(json.dumps(data | {"statement": data["statement"] | {"bound": hostile}}))
    with pytest.raises(WitnessError, match="cannot read the formula"):
        read(path, {})
    assert not trace.exists()


def test_diagonal_problems_refuse_what_is_none():
    with pytest.raises(ValueError, match="positive"):
        DiagonalQuadratic(rationals([1, 0])).exact_constant(Smooth(L))


# -------------------------------------------------------------------------------------------------- series


@pytest.mark.parametrize("problem", [DiagonalQuadratic(rationals([1, 3])), SineSum(rationals([1]), fmpq(3))])
@pytest.mark.parametrize("domain", [(), (k >= 2,), (k < 3,)])
def test_a_series_has_at_every_step_what_a_replay_of_that_step_has(problem, domain):
    """The series replays the run once; it is empty where the claim says nothing, and where nothing tells two balls
    apart, as at k = 0."""
    claim = dataclasses.replace(too_fast(3), domain=(alpha > 0, alpha < 2 / L, *domain))
    parameters = {"L": fmpq(9), "mu": fmpq(1, 20), "alpha": fmpq(1, 9)}
    start = (fmpq(1), fmpq(1, 2))[: problem.dimension]
    found = along_run(Witness(claim, problem, parameters, start, 5))
    assert len(found) == 6
    for step, here in enumerate(found):
        try:
            alone = replay(Instance(claim, problem, parameters, start), step)
        except Undecided:
            alone = None
        if alone is None or alone.measured is None:
            assert here is None
        elif problem.rational:
            assert (here.measured, here.bound) == (alone.measured, alone.bound)
        else:
            ends = [(one, other) for one, other in ((here.measured, alone.measured), (here.bound, alone.bound))]
            assert all(one[0] <= other[1] and other[0] <= one[1] for one, other in ends)
    assert sum(here is not None for here in found) >= 2
