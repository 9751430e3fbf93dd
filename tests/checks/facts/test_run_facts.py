"""What a claim assumes of the start or of the run: an instance that does not meet it is none; norms that have a meaning
in some dimensions only."""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from sympy import And, Ge, Integer, Le, Lt, Rational, Symbol
from sympy.core.symbol import Str

from signproof import Claim
from signproof.checks.constants import Enclosure
from signproof.checks.facts.runs import fits
from signproof.checks.numbers.exact import rationals
from signproof.checks.posing import special
from signproof.checks.posing.domain import ranges
from signproof.checks.problems.base import BATCH, Problem
from signproof.checks.problems.families import families
from signproof.checks.problems.matrices import MatrixLeastSquares
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.replay.bounds import replay
from signproof.checks.runs.instance import Instance
from signproof.checks.search.proposals import Proposal, follow
from signproof.checks.trials.batch import compare, prepare
from signproof.checks.trials.bounds import Watch, positions, try_out
from signproof.checks.trials.tally import PROFILES
from signproof.checks.verdicts.exhibit import exhibit
from signproof.theory.algorithms import GradientDescent, SteepestDescent
from signproof.theory.assumptions import Assumption, Constant, PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.measures import MinDualGradientNorm, Suboptimality
from signproof.theory.norms import L2, LINF, OPERATOR
from signproof.theory.symbols import V0, L, f_star, i, k, mu
from signproof.theory.terms.expectations import coordinate
from signproof.theory.terms.proximal import D
from signproof.theory.terms.vectors import dual_norm, gradient, iterate, norm, suboptimality, value, x_star

R = Symbol("R", real=True)
NORM = {pair: Str(pair.name) for pair in (LINF, L2, OPERATOR)}


@dataclass(frozen=True, eq=False)
class Dish(Problem):
    """f = ||x||_2^2 / 2 in R^4; `reach` is what it says of the start for whichever assumption of a start."""

    reach: Any
    family, shapes, convex = "dishes", ((4,),), True
    dimension = 4

    def gradient(self, x, xp):
        return x

    def suboptimality(self, x, xp):
        return xp.sum(x * x) * xp.rational(1, 2)

    def constant(self, assumption):
        ones = np.ones(self.reach.shape[1:])
        if type(assumption) is Smooth and assumption.norm is L2:
            return Enclosure(ones, ones)
        return Enclosure(self.reach[0], self.reach[0]) if isinstance(assumption, OfStart) else None

    @classmethod
    def batch(cls, shape, rng, spread=1.0):
        reach = np.full((1, BATCH), 2.0)
        return cls(reach), np.round(4 * rng.standard_normal((*shape, BATCH))) / 2


class OfStart(Constant):
    largest, points, words = False, 0, "of such a start"


def of_start(said, points=0):
    """An assumption of a start, with a constant, that says so of it."""
    return type("Mine", (OfStart,), {"statement": lambda self, *x: said(self.constant, *x), "points": points})


start = iterate(0)
SPELLINGS = {
    "maximum norm": (of_start(lambda c: Le(norm(NORM[LINF], start - x_star), c)), [1, 2, -2, 0], [1, 3, 0, 0]),
    "Euclidean norm": (of_start(lambda c: Le(norm(NORM[L2], start - x_star), c)), [1, 1, 1, 1], [1, 1, 1, 2]),
    "operator norm": (of_start(lambda c: Le(norm(NORM[OPERATOR], start), c)), [1, 0, 0, 1], [1, 1, 1, 2]),
    "x_0 alone": (of_start(lambda c: c >= norm(NORM[LINF], start)), [0, 2, 0, 0], [0, 0, 0, 5]),
    "x* - x_0": (of_start(lambda c: Le(norm(NORM[LINF], x_star - start), c)), [2, 0, 0, 0], [0, -3, 0, 0]),
    "squared": (of_start(lambda c: Le(norm(NORM[L2], start) ** 2, c**2)), [2, 0, 0, 0], [2, 1, 0, 0]),
    "strictly": (of_start(lambda c: Lt(norm(NORM[LINF], start), c)), [1, 0, 0, 0], [3, 1, 0, 0]),
    "V_0": (of_start(lambda c: Le(V0, c)), [2, 0, 0, 0], [2, 1, 0, 0]),
    "V(0)": (of_start(lambda c: Le(suboptimality(0), c)), [2, 0, 0, 0], [2, 1, 0, 0]),
    "f(x_0) - f*": (of_start(lambda c: Le(value(start) - f_star, c)), [1, 1, 1, 1], [2, 1, 0, 0]),
    "the gradient": (of_start(lambda c: Le(dual_norm(NORM[LINF], gradient(start)), c)), [1, 1, 0, 0], [1, 1, 1, 0]),
    "each coordinate": (of_start(lambda c: Le(coordinate(start, i), c)), [2, -9, 2, 0], [0, 0, 3, 0]),
    "two things": (of_start(lambda c: And(Le(V0, c), Ge(coordinate(start, i), 0))), [1, 1, 1, 1], [1, -1, 1, 1]),
    "at any point": (of_start(lambda c, x: Le(V0 + value(x) - value(x), c), 1), [2, 0, 0, 0], [2, 1, 0, 0]),
}


def claim(*assumptions: Any, **parts: Any) -> Claim:
    parts = {"algorithm": GradientDescent(1 / (2 * L)), "measure": Suboptimality(), "bound": V0} | parts
    return Claim(id="own", assumptions=(Smooth(L, L2), *assumptions), **parts)


def inside(posed: Claim, *points: list[int]) -> list[bool]:
    x = np.array(points, dtype=float).T
    free = ranges(posed)
    thetas = positions(free, x.shape[1], np.random.default_rng(0))
    return prepare(posed, free, Dish(np.full((1, x.shape[1]), 2.0)), x, thetas).inside.tolist()


def confirmed(posed: Claim, x: list[int], steps: int = 1, **parameters: fmpq):
    return replay(Instance(posed, Dish(rationals([2])), {"L": fmpq(1)} | parameters, tuple(map(fmpq, x))), steps)


@pytest.mark.parametrize("constant", [R, Integer(2)], ids=["symbol", "number"])
@pytest.mark.parametrize("name", SPELLINGS)
def test_a_start_that_is_not_assumed_is_no_instance(name, constant):
    kind, near, far = SPELLINGS[name]
    posed = claim(kind(constant, L2), bound=V0 / 9)  # broken from everywhere
    own = constant is R and special.of_start(posed.assumptions[1]) is not None  # then R is that of each start
    assert inside(posed, near, far) == [True, own]
    parameters = {"R": fmpq(2)} if constant is R else {}
    assert confirmed(posed, near, **parameters).confirmed
    found = confirmed(posed, far, **parameters)
    assert not found.confirmed and found.why.startswith("the start does not meet Mine(")
    shown = follow(Proposal(posed, Dish(rationals([2])), {"L": fmpq(1)} | parameters, tuple(map(fmpq, far)), 2))
    assert shown.witness is None and not shown.broken
    assert follow(Proposal(posed, Dish(rationals([2])), {"L": fmpq(1)} | parameters, tuple(map(fmpq, near)), 2)).broken


class Cone(Assumption):
    """The start has no negative coordinate: it has no constant, and no family has to answer for it."""

    points, words = 0, "in the cone"

    def statement(self):
        return Ge(coordinate(iterate(0), i), 0)


def test_a_cone_is_met_by_the_starts_that_are_in_it():
    posed = claim(Cone(), bound=V0 / 9)
    assert inside(posed, [1, 0, 2, 3], [1, 0, -1, 3]) == [True, False]
    assert confirmed(posed, [1, 0, 2, 3]).confirmed and "Cone" in confirmed(posed, [1, 0, -1, 3]).why
    found = exhibit(claim(Cone(), algorithm=GradientDescent(1 / L), bound=V0))
    begins = found.text.split("from (")[1].split(")")[0]
    assert found.facts["families"] and all(fmpq(*map(int, n.split("/"))) >= 0 for n in begins.split(", "))


def test_an_assumption_of_later_iterates_is_read_along_the_run():
    class Bounded(OfStart):
        def statement(self):
            return Le(norm(NORM[LINF], iterate(k) - x_star), self.constant)

    class Falling(OfStart):
        def statement(self):
            return Le(norm(NORM[LINF], iterate(k + 1)), norm(NORM[LINF], iterate(k)))

    away = GradientDescent(-1 / L)  # x_{k+1} = 2 x_k
    posed = claim(Bounded(R, L2), algorithm=away, bound=V0 / 9)
    found = confirmed(posed, [1, 0, 0, 0], 1, R=fmpq(2))
    assert not found.confirmed and "is not known" in found.why  # it does leave later
    found = confirmed(posed, [1, 0, 0, 0], 2, R=fmpq(2))
    assert not found.confirmed and "iterate 2 does not meet Bounded" in found.why
    slow = confirmed(claim(Falling(R, L2), bound=V0 / 9), [1, 0, 0, 0], 1, R=fmpq(2))
    assert not slow.confirmed and "is not known" in slow.why  # who knows what it does later
    at_once = claim(Falling(R, L2), algorithm=GradientDescent(1 / L), bound=V0 / 9)
    assert not confirmed(at_once, [1, 0, 0, 0], 1, R=fmpq(2)).confirmed
    assert confirmed(at_once, [1, 0, 0, 0], 0, R=fmpq(2)).confirmed  # at the minimizer it stays
    found = confirmed(claim(Falling(R, L2), algorithm=away, bound=V0 / 9), [1, 0, 0, 0], 1, R=fmpq(2))
    assert not found.confirmed and "does not meet Falling" in found.why


def test_what_cannot_be_asked_of_a_start_is_not_tried():
    kind = of_start(lambda c: Le(dual_norm(NORM[LINF], gradient(start, D)), c))
    trials = try_out(claim(kind(R, L2)), PROFILES["quick"])
    assert trials.tallies == [] and "gradient has no value" in trials.reason
    assert "not known" in confirmed(claim(kind(R, L2), bound=V0 / 9), [1, 0, 0, 0], R=fmpq(2)).why


def test_trials_and_ascents_stay_within_it(monkeypatch):
    """On |x_0| <= R, V_k <= L R^2; the ascent moves the starts, and is not to move them out."""
    monkeypatch.setattr("signproof.checks.trials.bounds.believed", lambda claim: [Dish])
    kind = of_start(lambda c: Le(norm(NORM[L2], start - x_star), c))
    trials = try_out(claim(kind(R, L2), bound=L * R**2), PROFILES["quick"])
    assert trials.witness is None and trials.tallies[0].instances == BATCH  # R is how far each start is
    assert trials.dismissed == 0 and trials.ratio.value <= Rational(1, 2)
    trials = try_out(claim(kind(R, L2), bound=L * R**2 / 4), PROFILES["quick"])
    witness = trials.witness
    assert witness is not None and sum(x * x for x in witness.start) <= witness.parameters["R"] ** 2


# ------------------------------------------------------------------------------------ norms and dimensions

GEOMETRIES = (LINF, L2, OPERATOR)
SECOND = (None, PolyakLojasiewicz, StronglyConvex)


def mixed(method, smooth, other, measure, kind=None) -> Claim:
    assumptions = (Smooth(L, smooth), *([] if kind is None else [kind(mu, other)]))
    return Claim(id="own", algorithm=SteepestDescent(1 / (20 * L), method), assumptions=assumptions,
                 measure=MinDualGradientNorm(2, measure), bound=8000 * L * V0 / (k + 1))  # fmt: skip


@pytest.mark.parametrize("kind", SECOND, ids=str)
def test_norms_without_a_meaning_in_a_dimension_leave_it_out(kind):
    batches = [next(family.samples(np.random.default_rng(0), 1)) for family in families() if not family.costly]
    batches += [next(LeastSquares.samples(np.random.default_rng(0), 1))]
    tried = 0
    for pairs in product(GEOMETRIES, repeat=4 if kind else 3):
        posed = mixed(*pairs[:2], pairs[-1], pairs[2], kind)
        for problem, begin in batches:
            batch = prepare(posed, [], problem, begin, {})
            matrices = len(begin) >= 4 and len(begin) % 2 == 0
            assert batch is None or matrices or OPERATOR not in pairs
            tried += batch is not None
    assert tried > 50


@pytest.mark.parametrize("dimension", [1, 2, 3, 4, 5, 6])
def test_the_operator_norm_is_that_of_matrices(dimension):
    for place in range(3):
        pairs = [OPERATOR if n == place else L2 for n in range(3)]
        assert fits(mixed(pairs[0], pairs[1], L2, pairs[2]), dimension) == (dimension in (4, 6))
    assert fits(mixed(L2, LINF, L2, L2, StronglyConvex), dimension)

    class Stated(Assumption):
        """Its norm stands in what it says alone."""

        points, words = 1, "stated"

        def statement(self, x):
            return Le(norm(NORM[OPERATOR], x), 1)

    assert fits(claim(Stated()), dimension) == (dimension in (4, 6))


def test_replays_and_proposals_leave_it_out_too():
    posed = mixed(OPERATOR, L2, L2, L2)
    problem, x = DiagonalQuadratic(rationals([1, 2])), (fmpq(1), fmpq(1))
    assert "not matrices" in replay(Instance(posed, problem, {"L": fmpq(2)}, x), 1).why
    assert follow(Proposal(posed, problem, {"L": fmpq(2)}, x, 1)).witness is None


@pytest.mark.parametrize("method, smooth, measure", [(OPERATOR, L2, L2), (L2, LINF, OPERATOR), (LINF, OPERATOR, L2)])
def test_mixed_geometries_run_where_there_are_matrices(method, smooth, measure):
    posed = mixed(method, smooth, L2, measure)
    found = exhibit(posed)
    assert found is not None and len(found.facts["start"]) % 2 == 0
    family = MatrixLeastSquares if smooth is OPERATOR else LeastSquares
    held = 0
    for problem, begin in family.samples(np.random.default_rng(0), 1):
        batch = prepare(posed, [], problem, begin, {})
        if batch is not None:
            seen = compare(posed, batch, 2)
            held += int(seen.held.sum())
            assert not seen.broken.any()
    assert held


# ------------------------------------------------------------------------------------ what users' code raises


@dataclass(frozen=True)
class Lacking(SteepestDescent):
    """It calls what no arithmetic has."""

    def update(self, x, gradient, memory, xp):
        return x - self.step_size * xp.softsign(gradient(x)), memory


def test_what_a_method_raises_on_every_family_is_raised():
    posed = Claim(
        id="own", algorithm=Lacking(1 / L, L2), assumptions=(Smooth(L, L2),), measure=Suboptimality(), bound=V0
    )
    with pytest.raises(AttributeError, match="softsign"):
        try_out(posed, PROFILES["quick"], watch=Watch(ascent=False))


@dataclass(frozen=True)
class Picky(GradientDescent):
    """It has no step in some dimension."""

    def update(self, x, gradient, memory, xp):
        if len(x) == 8:
            raise TypeError("eight is too many")
        return super().update(x, gradient, memory, xp)


def test_what_it_raises_on_one_family_is_named(monkeypatch):
    monkeypatch.setattr("signproof.checks.trials.bounds.believed", lambda claim: [DiagonalQuadratic, Dish])
    posed = claim(algorithm=Picky(1 / (2 * L)))
    trials = try_out(posed, PROFILES["quick"], watch=Watch(ascent=False))
    assert [tally.family for tally in trials.tallies] == ["diagonal quadratics", "dishes"]
    assert list(trials.failures) == ["diagonal quadratics"]
    assert "eight is too many" in str(trials.failures["diagonal quadratics"])
