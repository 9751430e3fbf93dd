"""A witness that is edited, or made up, is not confirmed: a replay checks all that the claim assumes."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

import pytest
from flint import fmpq
from sympy import Integer, Rational, Symbol

from signproof.checks.gradients.finite import LawForm, TableOracle
from signproof.checks.gradients.laws import Law
from signproof.checks.numbers.exact import RATIONALS, rational, rationals
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.families import load_problem
from signproof.checks.problems.matrices import MatrixLeastSquares
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.problems.softplus import SoftplusSum
from signproof.checks.replay.witness import Witness, from_json
from signproof.checks.runs.expected import Chain
from signproof.checks.trials.exact_noise import try_out
from signproof.counterexamples import corpus
from signproof.theory.algorithms import MajorityVote, ScaledSignSGD
from signproof.theory.catalog import catalog
from signproof.theory.symbols import V0, alpha

ONE = fmpq(1)
repaired, theorem_1 = catalog()["own/theorem-2.1.repaired"], catalog()["scaled-sign/theorem-1.2"]
vote = catalog()["scaled-sign/theorem-3"]


def told(claim, problem, parameters, start, oracle=None, k=1):
    numbers = {name: rational(str(number)) for name, number in parameters.items()}
    found = Witness(claim, problem, numbers, tuple(rationals(start)), k, oracle=oracle).replay()
    assert not found.confirmed
    return found.why


CONSTANTS = {"L": 1, "mu": 1, "sigma": 1, "c": 1}


def test_noise_is_no_excuse_for_a_method_without_any():
    wild = TableOracle({(ONE,): Law((ONE,), rationals([[-5]]))})
    why = told(theorem_1, DiagonalQuadratic(rationals([1])), {"L": 1, "mu": 1, "alpha": 1}, [1], wild)
    assert "of stochastic methods" in why


def test_the_start_has_the_dimension_of_the_problem():
    parameters = CONSTANTS | {"alpha": "99/100"}
    assert "40 coordinates" in told(repaired, DiagonalQuadratic(rationals([1])), parameters, [1] * 40, TableOracle({}))


def test_so_do_the_gradients_of_the_law():
    oracle = TableOracle({(ONE, ONE): Law((ONE,), rationals([[1, 1]]))})
    why = told(repaired, DiagonalQuadratic(rationals([1])), CONSTANTS | {"alpha": "1/2"}, [1], oracle)
    assert "do not have the problem's 1 coordinates" in why


@pytest.mark.parametrize(
    ("problem", "start", "said"),
    [
        (SoftplusSum(rationals([1]), rationals([0]), rationals(["1/2"] * 20)), [1], "as many weights"),
        (SoftplusSum(rationals([1, -1]), rationals([0, 0]), rationals(["1/2"] * 2)), [1, 1], "positive weights"),
        (MatrixLeastSquares(rationals([["1/10", 0, 1], [0, 1, 0], [1, 0, "-1/10"]])), [1] * 6, "two rows"),
        (DiagonalQuadratic(rationals([1, -1])), [1, 1], "positive entries"),
    ],
)
def test_the_problem_is_one_of_its_family(problem, start, said):
    assert said in told(theorem_1, problem, {"L": 1, "mu": 1, "alpha": 1}, start)
    flow = catalog()["scaled-sign/proposition-2.2"]
    assert said in told(flow, problem, {"beta": 1, "t": 1}, start)
    with pytest.raises(ValueError, match=said):
        load_problem(problem.data())


def test_no_parameter_stands_for_the_height_of_the_start():
    claim = dataclasses.replace(repaired, domain=(*repaired.domain, alpha * V0 < Rational(1, 10)), proof=None)
    parameters = CONSTANTS | {"alpha": "1/2", "V_0": "1/1000"}
    why = told(claim, DiagonalQuadratic(rationals([1])), parameters, [1], TableOracle({}))
    assert why == "outside the domain: V_0*alpha < 1/10 does not hold"


def test_assumptions_on_votes_are_those_of_as_many_workers_as_run():
    """With three workers that are right three times in ten the vote is right less often than that."""
    law = Law((fmpq(3, 10), fmpq(7, 10)), rationals([[8], [-2]]))
    low = Rational(3, 10)
    domain = tuple(relation for relation in vote.domain if not relation.has(Symbol("M", real=True)))
    claim = dataclasses.replace(
        vote,
        algorithm=MajorityVote(alpha, Integer(3)),
        domain=tuple(relation for relation in domain if not relation.has(Symbol("I_p", real=True))),
        proof=None,
    )
    parameters = {"L": 1, "mu": 1, "sigma": 10, "I_p": low, "alpha": "1/2"}
    why = told(claim, DiagonalQuadratic(rationals([1])), parameters, [1], TableOracle({(ONE,): law}))
    assert "does not meet VoteMargin" in why


def test_workers_are_whole():
    parameters = {"L": 1, "mu": 1, "sigma": 1, "I_p": 1, "alpha": "1/2", "M": "5/2"}
    why = told(vote, DiagonalQuadratic(rationals([1])), parameters, [1], TableOracle({}))
    assert why == "there cannot be 5/2 workers: their number is 1, 2, ..."
    assert told(vote, DiagonalQuadratic(rationals([1])), parameters, [1]) == why  # without an oracle, too


@dataclass(frozen=True)
class LookingAhead(ScaledSignSGD):
    step_size: Any

    def update(self, x, gradient, memory, xp):
        return x - self.step_size * gradient(x + self.step_size * x), memory


@dataclass(frozen=True)
class Remembering(ScaledSignSGD):
    step_size: Any

    def init(self, x, xp):
        return Name("x")


@dataclass(frozen=True)
class Name:
    """What cannot be compared."""

    letters: str


@pytest.mark.parametrize(("method", "said"), [(LookingAhead, "away from"), (Remembering, "remembers more")])
def test_methods_that_are_not_followed_exactly_are_refused(method, said):
    claim = dataclasses.replace(repaired, algorithm=method(alpha), proof=None)
    with pytest.raises(Unsupported, match=said):
        try_out(claim)
    why = told(claim, DiagonalQuadratic(rationals([1])), CONSTANTS | {"alpha": "1/4"}, [1], TableOracle({}))
    assert said in why


def test_a_function_of_ones_own_does_not_inherit_what_a_state_is():
    @dataclass(frozen=True, eq=False)
    class Ridge(LeastSquares):
        convex = True

        def constant(self, assumption):
            return None

        exact_constant = constant

        def hessian(self):
            return None

        def gradient(self, x, xp):
            return super().gradient(x, xp) + x

    law = Law((fmpq(1, 2), fmpq(1, 2)), rationals([[1, 1], [1, -1]]))
    for family, states in ((LeastSquares, 1), (Ridge, 2)):
        problem, start = family(rationals([[1, 0]])), (ONE, fmpq(0))
        g = tuple(problem.gradient(rationals(list(start)), RATIONALS))
        chain = Chain(ScaledSignSGD(Rational(1, 4)), problem, TableOracle({g: law}), {}, start)
        chain.advance()
        assert len(chain.law) == states


# ------------------------------------------------------------------------------- every number that a witness states


def kept(id):
    """The witness of a claim in the corpus, as data."""
    return json.loads(corpus.paths(id)[0].read_text(encoding="utf-8"))


ORBIT, COURSE, FLOWS = "scaled-sign/example-1", "scaled-sign/example-3.eq-10", "scaled-sign/appendix.comparison"
NUMBERS, RUN, DRAWN = "scaled-sign/remark-6", "scaled-sign/remark-3.signgd", "scaled-sign/theorem-2.1"
EDITS = [
    (ORBIT, {"start": ["999"]}),
    (ORBIT, {"start": ["1/2"]}),
    (ORBIT, {"start": ["1/2", "1/2", "0"]}),
    (ORBIT, {"start": ["-1/2", "-1/2"]}),
    (ORBIT, {"start": []}),
    (ORBIT, {"k": 0}),
    (ORBIT, {"k": 3}),
    (ORBIT, {"kind": "violation"}),
    (ORBIT, {"measured": "1"}),
    (ORBIT, {"bound": "1/4"}),
    (ORBIT, {"measured": ["0", "1"]}),
    (ORBIT, {"parameters": {"alpha": "1", "beta": "2"}}),
    (ORBIT, {"parameters": {"alpha": "2"}}),
    (COURSE, {"start": ["1/3"]}),
    (COURSE, {"start": ["1/2", "0"]}),
    (COURSE, {"k": 24}),
    (COURSE, {"k": 26}),
    (COURSE, {"kind": "exhibit"}),
    (COURSE, {"measured": "1/5"}),
    (COURSE, {"bound": ["-1", "1"]}),
    (COURSE, {"measured": ["-1000000", "1000000"]}),
    (COURSE, {"parameters": {"eta": "1", "L": "1"}}),
    (FLOWS, {"k": 1}),
    (FLOWS, {"start": ["2", "0"]}),
    (FLOWS, {"measured": ["1/3", "2/3"]}),
    (FLOWS, {"bound": ["0", "1/2"]}),
    (FLOWS, {"parameters": {"beta": "1", "t": "1", "mu": "1"}}),
    (NUMBERS, {"k": 7}),
    (NUMBERS, {"start": ["1"]}),
    (NUMBERS, {"measured": "5"}),
    (NUMBERS, {"bound": "5"}),
    (RUN, {"k": 1}),
    (RUN, {"start": ["1", "1"]}),
    (RUN, {"measured": ["0", "10"]}),
    (RUN, {"measured": ["10", "0"]}),
    (RUN, {"bound": ["0", "1/3"]}),
    (RUN, {"kind": "exhibit"}),
    (DRAWN, {"k": 81}),
    (DRAWN, {"bound": "1/5"}),
    (DRAWN, {"measured": ["0", "1"]}),
]


@pytest.mark.parametrize("id", dict.fromkeys(id for id, _ in EDITS))
def test_a_witness_as_it_is_kept_is_confirmed(id):
    assert from_json(kept(id), catalog()).replay().confirmed


@pytest.mark.parametrize(("id", "changes"), EDITS)
def test_what_a_witness_states_is_what_its_replay_finds(id, changes):
    assert not from_json(kept(id) | changes, catalog()).replay().confirmed


@pytest.mark.parametrize("id", [ORBIT, COURSE, FLOWS, NUMBERS, RUN])
def test_no_witness_has_parameters_or_laws_that_the_claim_has_not(id):
    data = kept(id)
    edited = from_json(data | {"parameters": data["parameters"] | {"unheard_of": "1"}}, catalog())
    assert edited.replay().why == "the claim has no parameter unheard_of"
    assert not from_json(data | {"oracle": kept(DRAWN)["oracle"]}, catalog()).replay().confirmed


def test_a_start_is_as_high_as_a_witness_says():
    domain = (*theorem_1.domain, V0 < 10)
    claim = dataclasses.replace(theorem_1, id="mine/high", domain=domain, bound=theorem_1.bound / 2, proof=None)
    numbers = dict.fromkeys(("L", "mu", "alpha"), ONE)
    problem, start = DiagonalQuadratic(rationals([1])), (ONE,)
    half = (fmpq(1, 2), fmpq(1, 2))

    def replayed(**stated):
        witness = Witness(claim, problem, numbers | stated, start, 0, half, (fmpq(1, 4), fmpq(1, 4)))
        return from_json(witness.to_json(), {claim.id: claim}).replay()

    assert replayed().confirmed and replayed(V_0=fmpq(1, 2)).confirmed
    assert replayed(V_0=fmpq(1, 3)).why == "V_0 at the start is not 1/3"


def test_two_laws_for_one_gradient_are_no_oracle():
    rows = [LawForm(gradient=["1"], probabilities=["1"], values=[[value]]) for value in ("1", "2")]
    with pytest.raises(ValueError, match="two laws for one gradient"):
        TableOracle.from_form(rows)
