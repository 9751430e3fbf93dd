"""The simplest example against `interpretation`, which computes the same terms in numbers with code of its own."""

from __future__ import annotations

from contextlib import nullcontext
from itertools import product

import pytest
from interpretation import Composites, Interpretation, Quadratic, Trajectory
from interpretation.composites import identity
from sympy import And, Eq, Ge, Gt, Rational, Symbol
from sympy.core.symbol import Str

from signproof import Claim
from signproof.checks.facts.simplest import Example
from signproof.checks.numbers.exact import RATIONALS, Balls, rational, rationals
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.verdicts.exhibit import exhibit
from signproof.theory.algebra.decide import follows, truth
from signproof.theory.assumptions import (
    Assumption,
    BoundedGradient,
    Dimension,
    PolyakLojasiewicz,
    Smooth,
    StronglyConvex,
)
from signproof.theory.assumptions.composite import (
    ClosedConvex,
    Composite,
    Convex,
    CoordinateVariance,
    ProximalAverage,
    ProximalVariance,
)
from signproof.theory.assumptions.gradients import BoundedVariance
from signproof.theory.catalog import catalog
from signproof.theory.measures.flows import SuboptimalityOverTime
from signproof.theory.measures.proximal import MeanGradientMapping
from signproof.theory.methods.flows import SignFlow
from signproof.theory.methods.proximal import SPGM
from signproof.theory.norms import ANY, L2, OPERATOR
from signproof.theory.papers.ghadimi_lan_2013.theorem_2_1 import EuclideanVariance
from signproof.theory.papers.scaled_sign.proposition_2 import proposition_2_1
from signproof.theory.symbols import V0, L, beta, d, f_star, k, mu, sigma, t
from signproof.theory.terms.proximal import OBJECTIVE
from signproof.theory.terms.vectors import dual_norm, gradient, iterate, norm, point, value

CLAIMS = [claim for claim in catalog().values() if claim.kind in ("implication", "flow", "comparison")]
CLAIMS += [catalog()[name] for name in ("own/example-2.rate", "signprox/theorem-1", "signprox/theorem-2")]
ASSUMPTIONS = list(dict.fromkeys(assumption for claim in catalog().values() for assumption in claim.assumptions))
NUMBERED = [assumption for assumption in ASSUMPTIONS if getattr(assumption, "norm", None) not in (ANY, OPERATOR)]


def norms(claim):
    return {getattr(assumption, "norm", None) for assumption in claim.assumptions}


GRID = [(1,), (0,), (-2,), ("1/3",), ("-7/2",)]
PLANE = [(0, 0), (1, 0), (0, -2), (1, 1), ("1/2", -3)]
VALUES = {1: ("-1", "99/100", "1", "2"), 2: ("-1", "1", "2")}
DIRECTIONS = {"scaled-sign/theorem-3.vote", "own/theorem-3.vote.ties", "shen-2025/descent", "cutkosky-2020/lemma-2"}
"""Of signs alone, or of directions in other norms than the maximum norm, which the example does not know."""
WHATEVER = (BoundedVariance, EuclideanVariance, Composite, ProximalAverage, ProximalVariance, CoordinateVariance)
"""Met by the example whatever their constants."""


def arithmetic(assumption):
    """Rationals, or balls where there are roots; a statement that is broken is so surely."""
    if isinstance(assumption, ClosedConvex):
        return nullcontext(RATIONALS)
    said = assumption.statement(*(point(Str(name)) for name in "uv"[: assumption.points]))
    roots = any(term.args[0].name == "2" for term in said.atoms(norm, dual_norm))
    return Balls(128) if roots else nullcontext(RATIONALS)


def interpreted(assumption, parameters, constants, start, points, xp):
    """The example in numbers, with named points."""
    n = len(start)
    points = {name: rationals(list(x)) for name, x in points.items()}
    if type(assumption).__module__.endswith("composite"):
        of_mean = "of" not in vars(assumption) and OBJECTIVE in _names(assumption)
        part = Quadratic(identity(n) * rational("1" if of_mean else "1/2"), rationals([0] * n))
        smooth = Quadratic(identity(n) * rational("1/2"), rationals([0] * n))
        numbers = {"gamma": 1} | parameters
        return Composites(None, smooth, [part], [rational("1")], constants, numbers, rationals(start), 0, xp, points)
    points |= {letter: rationals(entries) for letter, entries in constants.items()}
    problem = DiagonalQuadratic(rationals([1] * n))
    if type(assumption).__module__.endswith("flows"):
        example = Trajectory(proposition_2_1, problem, {"beta": 1} | parameters, rationals(start), xp)
        example.points |= {name: xp.number(x) for name, x in points.items()}
    else:
        example = Interpretation(None, problem, parameters, rationals(start), 0, xp, points=points)
    example.symbols[f_star] = xp.rational(0, 1)
    return example


def _names(assumption):
    said = assumption.statement(*(point(Str(name)) for name in "uv"[: assumption.points]))
    return {of for term in said.atoms(value, gradient) for of in term.args[1:]}


def holds(example, assumption, names):
    if isinstance(assumption, ClosedConvex):
        assumption = Convex(assumption.of)
    return example.holds(assumption.statement(*(point(Str(name)) for name in names)))


def everywhere(assumption, parameters, constants, start, points):
    """Whether an assumption holds at all of the points."""
    named = {f"u{number}": x for number, x in enumerate(points)}
    count = Convex.points if isinstance(assumption, ClosedConvex) else assumption.points
    with arithmetic(assumption) as xp:
        example = interpreted(assumption, parameters, constants, start, named, xp)
        return all(holds(example, assumption, names) for names in product(named, repeat=count))


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS if ANY not in norms(claim)], ids=str)
def test_what_is_exhibited_meets_the_assumptions(claim):
    found = exhibit(claim)
    assert found.kind == "instance" and found.level == "exact" and found.text.startswith("f = x^2/2 on the line")
    facts = found.facts
    for assumption in claim.assumptions:
        assert everywhere(assumption, facts["parameters"], facts["constants"], facts["start"], GRID), assumption
    values = {Symbol(name, real=True): Rational(number) for name, number in facts["parameters"].items()}
    values |= {V0: Rational(facts["start"][0]) ** 2 / 2, k: Rational(1)}
    assert values[V0] > 0 and all(truth(premise, values) for premise in claim.premises)


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS if claim.kind == "implication"], ids=str)
def test_what_is_claimed_holds_of_the_example(claim):
    example, facts = Example(1), exhibit(claim).facts
    try:
        said = example.statement(claim.statement)
    except Unsupported:
        assert claim.id in DIRECTIONS
        return
    values = {f"{letter}_1": entries[0] for letter, entries in facts["constants"].items()} | facts["parameters"]
    assert follows(said, [Eq(Symbol(name, real=True), Rational(number)) for name, number in values.items()]).holds


@pytest.mark.parametrize("dimension", [1, 2])
@pytest.mark.parametrize("assumption", NUMBERED, ids=str)
def test_z3_and_numbers_agree_on_what_the_example_meets(assumption, dimension):
    """Constants that are good enough and others: what Z3 says of all points, `interpretation` finds at points."""
    example = Example(dimension)
    said, points = example.states(assumption)
    vectors = [entry for vector in example.vectors.values() for entry in vector]
    symbols = sorted(assumption.symbols | {*vectors}, key=str)
    start, tried = [1] + [0] * (dimension - 1), GRID if dimension == 1 else PLANE
    verdicts = set()
    for numbers in product(map(Rational, VALUES[dimension]), repeat=len(symbols)):
        values = dict(zip(symbols, numbers, strict=True))
        answer = follows(said, [Eq(symbol, number) for symbol, number in (values | {example.s: 1}).items()])
        verdicts.add(answer.holds)
        parameters = {str(symbol): str(number) for symbol, number in values.items() if symbol not in vectors}
        constants = {letter: [str(values[entry]) for entry in v] for letter, v in example.vectors.items()}
        if answer.holds:
            assert everywhere(assumption, parameters, constants, start, tried), values
            continue
        failure = {f"u{number}": [str(answer.model.get(entry, 0)) for entry in x] for number, x in enumerate(points)}
        with arithmetic(assumption) as xp:
            failing = interpreted(assumption, parameters, constants, start, failure, xp)
            assert answer.holds is False and not holds(failing, assumption, failure), values
    # the gradient of the example is not bounded
    assert True in verdicts or (dimension > 1 and not symbols) or isinstance(assumption, BoundedGradient)
    assert False in verdicts or not symbols or isinstance(assumption, WHATEVER)


@pytest.mark.parametrize(
    ("assumption", "best"),
    [
        (Smooth(L), 2),
        (Smooth(L, L2), 1),
        (StronglyConvex(mu), 1),
        (StronglyConvex(mu, L2), 1),
        (PolyakLojasiewicz(mu), 1),
        (Dimension(d), 2),
    ],
    ids=str,
)
def test_the_best_constants_in_the_plane(assumption, best):
    said, _ = Example(2).states(assumption)
    (symbol,) = assumption.symbols
    sides = {sign: follows(said.subs(symbol, best + sign * Rational(1, 1000))).holds for sign in (-1, 0, 1)}
    closed = {-1: assumption.largest, 0: True, 1: not assumption.largest}
    assert sides == (closed if not isinstance(assumption, Dimension) else {-1: False, 0: True, 1: False})


def implication(assumptions, domain=()):
    return Claim(
        id="mine/any", statement=Ge(norm(Str("2"), point(Str("x"))), 0), assumptions=assumptions, domain=domain
    )


def test_the_example_has_as_many_dimensions_as_are_assumed():
    found = exhibit(implication((Smooth(L), StronglyConvex(mu), Dimension(d)), (d >= 2,)))
    assert found.text == "f = ||x||_2^2/2 in R^2; L = 2, d = 2, mu = 1"
    found = exhibit(implication((Smooth(L, ANY), Dimension(3))))
    assert found.text == "f = ||x||_2^2/2 in R^3; in the Euclidean norm; L = 1"


def test_what_the_example_does_not_meet_is_not_exhibited():
    assert exhibit(implication((Smooth(L), StronglyConvex(mu)), (mu > L,))) is None
    assert exhibit(implication((Smooth(Rational(1, 2)),))) is None
    assert exhibit(implication((Dimension(Rational(3, 2)),))) is None
    assert exhibit(implication((Smooth(L), Dimension(d)), (L < d,))) is None


class Somewhere(Assumption):
    """Says of one point at most what the test wants."""

    def __init__(self, said, points=1):
        object.__setattr__(self, "said", said)
        type(self).points = points

    def statement(self, *points):
        return self.said(*points)


def test_assumptions_of_ones_own_are_read():
    def steep(x):
        return Ge(dual_norm(Str("inf"), gradient(x)), mu)

    assert exhibit(implication((Somewhere(steep),), (mu > 0,))) is None  # at 0 it is not
    assert exhibit(implication((Somewhere(steep),), (mu <= 0,))) is not None

    def elsewhere(x):
        return Gt(value(iterate(k)), 0)

    assert exhibit(implication((Somewhere(elsewhere),))) is None  # where a run is, is not told

    def except_at_seven(x):
        return Ge((value(x) - Rational(49, 2)) ** 2, mu)

    assert exhibit(implication((Somewhere(except_at_seven),), (mu > 0,))) is None
    assert exhibit(implication((Somewhere(lambda x: And(Eq(mu, 1), Ge(1 / value(x), 0))),), (mu > 0,))) is None


def test_numbers_of_steps_are_whole():
    T, gamma = Symbol("T", real=True), Symbol("gamma", real=True)
    claim = Claim(
        id="mine/steps",
        algorithm=SPGM(gamma),
        assumptions=(Composite(gamma), ProximalVariance(gamma, sigma)),
        domain=(gamma > 0, T > Rational(5, 2), sigma > 0),
        measure=MeanGradientMapping(gamma, T, 2, L2),
        bound=V0,
    )
    assert exhibit(claim).facts["parameters"] == {"T": "10", "gamma": "1", "sigma": "1"}


def test_a_flow_starts_above_the_minimum():
    def claim(*domain):
        return Claim(
            id="mine/flow",
            algorithm=SignFlow(beta),
            domain=(beta > 0, t > 0, *domain),
            measure=SuboptimalityOverTime(),
            bound=V0,
        )

    assert exhibit(claim()).text == "f = x^2/2 on the line; beta = 1, t = 1; from (1)"
    assert exhibit(claim(Eq(V0, 2))).text == "f = x^2/2 on the line; V_0 = 2, beta = 1, t = 1; from (2)"
