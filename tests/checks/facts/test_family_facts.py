"""What a user's family declares is tested before it is believed; package families pass the same tests."""

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from sympy import And, Le, Rational, Symbol
from sympy.core.symbol import Str

from signproof import Claim
from signproof.checks.constants import Enclosure
from signproof.checks.facts import families as family_facts
from signproof.checks.facts.families import asked, believed, doubt, doubt_of, refusals
from signproof.checks.facts.purity import examine_family
from signproof.checks.numbers.exact import RATIONALS, rationals
from signproof.checks.problems.base import BATCH, Problem, known, nearest
from signproof.checks.problems.families import families
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.replay.bounds import replay
from signproof.checks.replay.witness import Witness, from_json
from signproof.checks.runs.instance import Instance
from signproof.checks.verdicts.exhibit import exhibit
from signproof.theory.algorithms import GradientDescent, ScaledSignGD
from signproof.theory.assumptions import Constant, PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.assumptions.flows import Convex
from signproof.theory.measures import Suboptimality
from signproof.theory.norms import ANY, L2, LINF, OPERATOR
from signproof.theory.symbols import V0, L, alpha, k, mu
from signproof.theory.terms.vectors import dual_norm, gradient, inner, norm, value

ASKED = (*(kind(L, pair) for pair in (LINF, L2) for kind in (Smooth, StronglyConvex, PolyakLojasiewicz)), Convex())


@dataclass(frozen=True, eq=False)
class Bowl(Problem):
    """f = 1/2 sum of h_i x_i^2, all of it right; the sum of floats is off by its rounding."""

    heights: Any

    family = "bowls"
    shapes = ((3,), (1,))
    scalable = ("heights",)
    convex = separable = True

    def gradient(self, x, xp):
        return self.heights * x

    def suboptimality(self, x, xp):
        return xp.sum(self.heights * x * x) * xp.rational(1, 2)

    def hessian(self):
        return np.diag(self.heights)

    def constant(self, assumption):
        h = self.heights
        best = {Smooth: h.max(axis=0) if assumption.norm is L2 else h.sum(axis=0)}
        best = best.get(type(assumption), h.min(axis=0))
        known = type(assumption) in (Smooth, StronglyConvex, PolyakLojasiewicz) and assumption.norm in (LINF, L2)
        return Enclosure(best, best) if known else None

    @classmethod
    def batch(cls, shape, rng, spread=1.0):
        return cls(10 ** rng.uniform(-1, 1, (*shape, BATCH))), rng.standard_normal((*shape, BATCH))


@dataclass(frozen=True, eq=False)
class Chain(Bowl):
    """f = 1/2 ||Ax||^2 with A = (h_1, ..., h_d), of rank 1: other functions, declared rightly."""

    convex, separable = True, False
    scalable = ("heights",)

    def gradient(self, x, xp):
        return self.heights * xp.sum(self.heights * x)

    def suboptimality(self, x, xp):
        product = xp.sum(self.heights * x)
        return product * product * xp.rational(1, 2)

    def hessian(self):
        return np.outer(self.heights, self.heights)

    def state(self, x):
        return np.array([(self.heights * x).sum()], dtype=object)

    def constant(self, assumption):
        h = np.abs(self.heights)
        if type(assumption) is not Smooth or assumption.norm not in (LINF, L2):
            return None
        best = h.sum(axis=0) ** 2 if assumption.norm is LINF else (h * h).sum(axis=0)
        return Enclosure(best, best * (1 + 2.0**-40))

    def exact_constant(self, assumption):
        if type(assumption) is not Smooth or assumption.norm not in (LINF, L2):
            return None
        return self.heights.sum() ** 2 if assumption.norm is LINF else (self.heights * self.heights).sum()


@dataclass(frozen=True, eq=False)
class Catenary(Problem):
    """f = sum of h_i (e^{x_i} + e^{-x_i} - 2), in balls; it has no L, and mu = 2 min h in the Euclidean norm."""

    heights: Any

    family = "catenaries"
    shapes = ((2,),)
    rational = False
    convex = separable = True

    def gradient(self, x, xp):
        return self.heights * (xp.exp(x) - xp.exp(-x))

    def suboptimality(self, x, xp):
        return xp.sum(self.heights * (xp.exp_remainder(x) + xp.exp_remainder(-x)))

    def constant(self, assumption):
        if type(assumption) not in (StronglyConvex, PolyakLojasiewicz) or assumption.norm not in (LINF, L2):
            return None
        return Enclosure(2 * self.heights.min(axis=0), 2 * self.heights.min(axis=0))

    batch = Bowl.__dict__["batch"]


@pytest.mark.parametrize("family", [Bowl, Chain, Catenary])
def test_what_is_right_is_believed(family):
    assert doubt(family, ASKED) == ""


@pytest.mark.parametrize("family", [DiagonalQuadratic, LeastSquares])
def test_the_package_passes_the_same_tests(family):
    assert family_facts._doubt(family, ASKED) == ""


def constants(**best):
    """A `constant` that answers for the named assumptions alone, in the given norms."""

    def constant(self, assumption):
        found = best.get(type(assumption).__name__)
        return None if found is None else Enclosure(found(self.heights), found(self.heights))

    return constant


MAX, MIN, MEAN = (lambda h: h.max(axis=0)), (lambda h: h.min(axis=0)), (lambda h: h.mean(axis=0))
ASSUMED = {
    "the Euclidean L for the maximum norm": ({"Smooth": MAX}, Smooth(L), "Smooth"),
    "an L below all curvatures": ({"Smooth": MIN}, Smooth(L, L2), "Smooth"),
    "an L a little too small": ({"Smooth": lambda h: 0.99 * h.max(axis=0)}, Smooth(L, L2), "Smooth"),
    "a mu that is the mean": ({"StronglyConvex": MEAN}, StronglyConvex(mu, L2), "StronglyConvex"),
    "the largest curvature for mu": ({"PolyakLojasiewicz": MAX}, PolyakLojasiewicz(mu), "PolyakLojasiewicz"),
    "a mu of 2 h": ({"PolyakLojasiewicz": lambda h: 2 * h.min(axis=0)}, PolyakLojasiewicz(mu, L2), "PolyakLojasiewicz"),
    "any norm": ({"Smooth": MAX}, Smooth(L, ANY), "Smooth"),
    "a number": ({"Smooth": MAX}, Smooth(7), "Smooth"),
}


@pytest.mark.parametrize("name", ASSUMED)
def test_a_wrong_constant_is_named_with_the_points_that_show_it(name):
    best, assumption, word = ASSUMED[name]
    wrong = type("Wrong", (Bowl,), {"constant": constants(**best), "__module__": __name__, "family": "wrong ones"})
    claim = Claim(id="own", algorithm=ScaledSignGD(alpha), assumptions=(assumption,), domain=(alpha > 0, alpha < 1),
                  measure=Suboptimality(), bound=V0)  # fmt: skip
    why = doubt(wrong, asked(claim))
    assert why.startswith(f"Wrong (wrong ones): {word}(..") and "x = (" in why and "there it reads" in why
    assert ", y = (" in why or assumption.points == 1


def wrong_family(base=Bowl, **parts):
    return type("Wrong", (base,), {"constant": Bowl.constant, "exact_constant": Problem.exact_constant,
                                   "hessian": base.hessian, "convex": base.convex, "separable": base.separable,
                                   "__module__": __name__} | parts)  # fmt: skip


count = iter(range(10**9))
FACTS = {
    "a missing factor 2": ({"gradient": lambda self, x, xp: self.heights * x * xp.rational(1, 2)}, "does not match"),
    "a sign": ({"gradient": lambda self, x, xp: -self.heights * x}, "gradient does not match"),
    "one coordinate wrong": (
        {"gradient": lambda self, x, xp: self.heights * x + (x - x[:1]) * xp.rational(1, 3)},
        "gradient does not match",
    ),
    "a minimum that is none": (
        {"suboptimality": lambda self, x, xp: xp.sum(self.heights * x * x - x) / 2,
         "gradient": lambda self, x, xp: self.heights * x - xp.rational(1, 2)},
        "gradient at the origin",
    ),
    "an infimum that is not reached": (
        {"suboptimality": lambda self, x, xp: Bowl.suboptimality(self, x, xp) + xp.rational(1, 3)},
        "suboptimality at the origin is 1/3",
    ),
    "below the minimum": (
        {"suboptimality": lambda self, x, xp: xp.sum(self.heights * x * x) / 2 - xp.sum(x * x * x * x) / 40,
         "gradient": lambda self, x, xp: self.heights * x - x * x * x / 10},
        "below the minimum 0",
    ),
    "not convex": (
        {"suboptimality": lambda self, x, xp: xp.sum(x * x / (x * x + 1)),
         "gradient": lambda self, x, xp: 2 * x / ((x * x + 1) * (x * x + 1)),
         "hessian": lambda self: None, "constant": lambda self, a: None},
        "it is not convex",
    ),
    "not separable": (
        {"suboptimality": Chain.suboptimality, "gradient": Chain.gradient, "hessian": lambda self: None,
         "constant": lambda self, a: None},
        "it is not separable",
    ),
    "another hessian": ({"hessian": lambda self: np.diag(2 * self.heights)}, "hessian does not match"),
    "a state that says too little": ({"state": lambda self, x: x[:1]}, "have one state"),
    "a state that is not linear": ({"state": lambda self, x: x * x}, "state is not linear"),
    "a dimension": ({"dimension": 2}, "its dimension is 2, but its starts have 3"),
    "floats": (
        {"gradient": lambda self, x, xp: np.array([float(h.p) / float(h.q) * (float(y.p) / float(y.q))
                                                   for h, y in zip(self.heights, x, strict=True)], dtype=object)},
        "write rational = False",
    ),
    "another gradient each time": (
        {"gradient": lambda self, x, xp: self.heights * x * (1 + next(count) % 2)}, "gradient"
    ),
    "a gradient with too few entries": ({"gradient": lambda self, x, xp: (self.heights * x)[:1]}, "entries"),
    "an operation that is missing": ({"gradient": lambda self, x, xp: xp.tanh(x)}, "AttributeError"),
    "an error of the user's": ({"constant": lambda self, a: 1 / 0}, "ZeroDivisionError"),
    "a field that is changed": (
        {"gradient": lambda self, x, xp: (self.heights.__setitem__(0, self.heights[0] * 2), self.heights * x)[1]},
        "gradient|changes",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FACTS)
def test_every_other_fact_is_tested_too(name):
    parts, message = FACTS[name]
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(doubt(wrong_family(**parts), (Smooth(L, L2),)))


def test_a_field_that_may_not_be_scaled_is_found():
    @dataclass(frozen=True, eq=False)
    class Stored(Problem):
        """Its L stands beside the heights, where a scaled copy keeps it."""

        heights: Any
        constants: Any

        family, shapes, scalable = "stored", ((2,),), ("heights",)
        gradient, suboptimality, convex, separable = Bowl.gradient, Bowl.suboptimality, True, True

        def constant(self, assumption):
            return Enclosure(self.constants, self.constants) if type(assumption) is Smooth else None

        @classmethod
        def batch(cls, shape, rng, spread=1.0):
            h = 10 ** rng.uniform(-1, 1, (*shape, BATCH))
            return cls(h, h.sum(axis=0) * (1 + 2.0**-40)), rng.standard_normal((*shape, BATCH))

    assert "Smooth" in doubt(Stored, (Smooth(L),))
    Stored.scalable = ()
    family_facts._FOUND.clear()
    assert doubt(Stored, (Smooth(L),)) == ""


def test_ends_and_exact_constants_are_tested_apart():
    right, wrong = (lambda self, a: sum(self.heights)), (lambda self, a: max(self.heights))
    assert doubt(wrong_family(exact_constant=right), (Smooth(L),)) == ""
    assert "Smooth" in doubt(wrong_family(exact_constant=wrong), (Smooth(L),))
    assert "Smooth" in doubt(wrong_family(exact_constant=right, constant=constants(Smooth=MAX)), (Smooth(L),))


class Growth(Constant):
    """f(x) - f* >= (c/2) ||x||^2: larger constants are stronger, whatever it says."""

    largest = False
    points = 1
    words = "of quadratic growth"

    def statement(self, x):
        from signproof.theory.symbols import f_star

        return value(x) - f_star >= self.constant / 2 * norm(Str(self.norm.name), x) ** 2


class Cocoercive(Constant):
    """||g(x) - g(y)||_*^2 <= L <g(x) - g(y), x - y>, said with larger ones as the stronger."""

    largest = True
    points = 2
    words = "co-coercive"

    def statement(self, x, y):
        g = gradient(x) - gradient(y)
        return Le(dual_norm(Str(self.norm.name), g) ** 2, self.constant * inner(g, x - y))


@pytest.mark.parametrize("kind", [Growth, Cocoercive])
def test_whether_larger_constants_are_weaker_is_tested(kind):
    best = {"Growth": MIN, "Cocoercive": MAX}
    parts = {"constant": constants(**best)}
    assert "largest = " in doubt(wrong_family(**parts), (kind(mu, L2),))
    right = type(kind.__name__, (kind,), {"largest": not kind.largest, "__module__": __name__})
    assert doubt(wrong_family(**parts), (right(mu, L2),)) == ""


def test_an_assumption_that_cannot_be_read_is_not_believed():
    class Strange(Constant):
        largest, points, words = False, 1, "strange"

        def statement(self, x):
            from signproof.theory.terms.expectations import estimate

            return Le(norm(Str("inf"), estimate(x)), self.constant)

    parts = {"constant": constants(Strange=MAX)}
    assert "Strange cannot be tested" in doubt(wrong_family(**parts), (Strange(L),))


def test_a_conjunction_and_a_number_of_roots_are_read():
    class Both(Constant):
        largest, points, words = False, 2, "smooth in two norms"

        def statement(self, x, y):
            return And(Smooth(self.constant, L2).statement(x, y), Smooth(self.constant).statement(x, y))

    assert doubt(wrong_family(constant=constants(Both=lambda h: h.sum(axis=0) * 2)), (Both(L),)) == ""
    assert "Both" in doubt(wrong_family(constant=constants(Both=MAX)), (Both(L),))


# ------------------------------------------------------------------------------------ exhibits and replays

SLOW = V0 * (2 * k + 1) / (k + 1)
"""A bound for which no proof is assembled; it holds, for V_k <= V_0."""


def claim(*assumptions, **parts) -> Claim:
    parts = {"algorithm": ScaledSignGD(alpha), "domain": (0 < alpha, alpha <= 2 / L), "bound": SLOW} | parts
    return Claim(id="own", assumptions=assumptions or (Smooth(L),), measure=Suboptimality(), **parts)


class Believed(Bowl):
    """Its L is that of another norm: a claim on it is "broken"."""

    family = "wrong bowls"

    def constant(self, assumption):
        return Enclosure(MAX(self.heights), MAX(self.heights)) if type(assumption) is Smooth else None

    def exact_constant(self, assumption):
        return max(self.heights) if type(assumption) is Smooth else None

    def rounded(self, denominator):
        return Believed(nearest(self.heights, denominator))


def test_a_witness_on_it_is_not_confirmed():
    problem, start = Believed(rationals([1, 1, 1])), (fmpq(1), fmpq(1), fmpq(1))
    parameters = {"L": fmpq(1), "alpha": fmpq(2)}
    found = replay(Instance(claim(), problem, parameters, start), 2)
    assert not found.confirmed and "Smooth" in found.why
    data = Witness(claim(), problem, parameters, start, 2).to_json()
    assert "Smooth" in from_json(json.loads(json.dumps(data)), {}).replay().why
    # on a right family the same numbers are a violation of what is not claimed there
    wide = claim(domain=(alpha > 0,))
    found = replay(Instance(wide, Bowl(rationals([1, 1, 1])), parameters | {"L": fmpq(3)}, start), 2)
    assert found.confirmed


def test_one_wrong_instance_of_a_family_is_found_by_its_replay(monkeypatch):
    """What the tests of the family did not meet, the replay's own does."""
    monkeypatch.setattr("signproof.checks.replay.bounds.doubt", lambda family, asked: "")
    problem, start = Believed(rationals([1, 1, 1])), (fmpq(1), fmpq(1), fmpq(1))
    found = replay(Instance(claim(), problem, {"L": fmpq(1), "alpha": fmpq(2)}, start), 2)
    assert not found.confirmed and found.why.startswith("Believed: Smooth(.., norm=inf) with the constant 1 does not")
    monkeypatch.setattr("signproof.checks.replay.bounds.doubt_of", lambda problem, asked: "")
    found = replay(Instance(claim(), problem, {"L": fmpq(1), "alpha": fmpq(2)}, start), 2)
    assert not found.confirmed and found.why.startswith("Believed: Smooth(.., norm=inf) with the constant 1 does not")


def test_rounding_is_forgiven_to_a_family_and_not_to_an_instance():
    assert doubt(Bowl, (Smooth(L),)) == ""
    tenths = dataclasses.replace(Bowl(np.array([[0.1], [0.2], [0.4]])).one(0))
    assert "Smooth" in doubt_of(Bowl(tenths.heights), (Smooth(L),)) or Problem.exact_constant(tenths, Smooth(L)) >= sum(
        tenths.heights
    )


def test_it_is_left_out_of_trials_and_exhibits(monkeypatch):
    posed = claim()
    monkeypatch.setattr(family_facts, "families", lambda claim: [DiagonalQuadratic, Bowl, Believed])
    assert believed(posed) == [DiagonalQuadratic, Bowl] and [*refusals(posed)] == [Believed]
    assert exhibit(posed).facts["families"] == ["diagonal quadratics", "bowls"]


def test_the_families_of_a_module_are_for_its_claims():
    assert {Bowl, Chain, Catenary, Believed} <= {*families(claim())}


@pytest.mark.parametrize("family", [Bowl, Catenary])
def test_functions_written_in_place_are_the_same_functions(family):
    def gradient(self, x, xp):
        if family is Bowl:
            x *= self.heights
            return x
        e = xp.exp(x)
        x *= -1
        e -= xp.exp(x)
        e *= self.heights
        return e

    def suboptimality(self, x, xp):
        if family is Bowl:
            x *= x
            x *= self.heights
            return xp.sum(x) * xp.rational(1, 2)
        up = xp.exp_remainder(x)
        x *= -1
        up += xp.exp_remainder(x)
        return xp.sum(self.heights * up)

    facts = {"constant": family.constant, "exact_constant": Problem.exact_constant, "hessian": family.hessian,
             "convex": True, "separable": True}  # fmt: skip
    mine = type(
        "Mine", (family,), {"gradient": gradient, "suboptimality": suboptimality, "__module__": __name__} | facts
    )
    assert doubt(mine, ASKED) == ""
    posed = claim(Smooth(L, L2), algorithm=GradientDescent(alpha), domain=(0 < alpha,))
    problem, start = Bowl(rationals([1, 2])), (fmpq(1), fmpq(-3))
    if family is Bowl:
        parameters = {"L": fmpq(2), "alpha": fmpq(Rational(7, 5).p, 5)}
        runs = [replay(Instance(posed, kind(problem.heights), parameters, start), 4) for kind in (Bowl, mine)]
        assert runs[0] == runs[1] and runs[0].measured is not None


def test_a_mixin_is_a_class_of_functions_too():
    class InPlace:
        def gradient(self, x, xp):
            x *= self.heights
            return x

    mine = type("Mine", (InPlace, Bowl), {"constant": Bowl.constant, "exact_constant": Problem.exact_constant,
                "hessian": Bowl.hessian, "convex": True, "separable": True, "__module__": __name__})  # fmt: skip
    x = rationals([1, 2, 3])
    mine(rationals([2, 2, 2])).gradient(x, None)
    assert x.tolist() == [1, 2, 3]


def test_in_the_operator_norm_constants_are_read_where_there_are_matrices():
    best = {"constant": constants(Smooth=lambda h: 3 * h.max(axis=0)), "shapes": ((3,), (4,))}
    assert doubt(wrong_family(**best), (Smooth(L, OPERATOR),)) == ""
    best["constant"] = constants(Smooth=lambda h: h.max(axis=0))
    assert "norm=op" in doubt(wrong_family(**best), (Smooth(L, OPERATOR),))


def test_what_has_other_parameters_is_read_where_they_are_known():
    B = Symbol("B", real=True)

    @dataclass(frozen=True)
    class Affine(Constant):
        more: Any = B
        largest, points, words = False, 1, "of gradients that grow"

        @property
        def formulas(self):
            return (self.constant, self.more)

        def statement(self, x):
            return Le(dual_norm(Str("inf"), gradient(x)), self.more + self.constant * norm(Str("inf"), x))

    family = wrong_family(constant=constants(Affine=lambda h: h.sum(axis=0) / 2))
    assert doubt(family, (Affine(L),)) == ""
    posed = claim(Affine(L), domain=(alpha > 0, B > 0))
    numbers = {"L": fmpq(2), "B": fmpq(1, 100), "alpha": fmpq(2)}
    problem = family(np.array([[2.0], [2.0]])).one(0)
    found = replay(Instance(posed, problem, numbers, (fmpq(1), fmpq(1))), 2)
    assert not found.confirmed and "Affine" in found.why


def huber(offset):
    """f = x^2/2 near 0 and 5/7 (|x| - offset) beyond 5/7; right for 5/14, with a jump at 5/7 otherwise."""

    def end(x, xp):
        return 0 * x + xp.rational(5, 7)

    def suboptimality(self, x, xp):
        size = xp.abs(x)
        beyond = xp.sign(xp.larger(size - end(x, xp), 0 * x))
        return xp.sum((1 - beyond) * x * x / 2 + beyond * end(x, xp) * (size - offset))

    def gradient(self, x, xp):
        return xp.larger(-end(x, xp), -xp.larger(-x, -end(x, xp)))

    facts = {"suboptimality": suboptimality, "gradient": gradient, "hessian": lambda self: None, "separable": True}
    return wrong_family(**facts, constant=lambda self, assumption: None, convex=False)


def test_a_jump_between_two_points_is_found():
    assert "suboptimality jumps, or is steeper than its gradient, between" in doubt(huber(fmpq(5, 7)), ())
    assert doubt(huber(fmpq(5, 14)), ()) == ""


def test_a_root_in_a_family_needs_no_word():
    """sqrt(1 + x^2) - 1 leaves the rationals: it is followed in balls, whether or not it says rational = False."""

    def suboptimality(self, x, xp):
        return xp.sum(xp.sqrt(1 + x * x) - 1)

    def gradient(self, x, xp):
        return x / xp.sqrt(1 + x * x)

    facts = {"suboptimality": suboptimality, "gradient": gradient, "hessian": lambda self: None}
    family = wrong_family(**facts, constant=lambda self, assumption: None)
    assert doubt(family, ()) == ""
    batch, starts = next(iter(family.samples(np.random.default_rng(0), 1)))
    examine_family(batch, starts)


def test_a_family_without_a_name_has_that_of_its_class():
    class Bowls(Bowl):
        pass

    class Dishes(Problem):
        gradient, suboptimality, constant = Bowl.gradient, Bowl.suboptimality, Bowl.constant

    assert (Bowls.family, Dishes.family) == ("bowls", "Dishes")


def test_a_constant_that_is_no_enclosure_is_named():
    family = wrong_family(constant=lambda self, assumption: np.ones(self.heights.shape[1:]))
    assert "Enclosure(lower, upper)" in doubt(family, (Smooth(L),))
    batch, _ = next(iter(family.samples(np.random.default_rng(0), 1)))
    with pytest.raises(ValueError, match=r"Wrong.constant returns an Enclosure"):
        known(batch, Smooth(L))
    with pytest.raises(ValueError, match=r"not an interval: need lower <= upper, got 2\.0 and 1\.0"):
        Enclosure(np.array([1.0, 2.0]), np.array([1.0, 1.0]))


def test_a_stretch_that_the_gradient_forgets_is_found():
    """x^2/2, less a ramp between 3 and 3 + width that the gradient knows nothing of; and |x|, whose kinks are none."""

    def ramp(x, xp, width):
        part = xp.larger(xp.abs(x) - 3, 0 * x) / width
        return -xp.larger(-part, 0 * x - 1)

    for width in (fmpq(1, 64), fmpq(1, 4096)):
        forgetful = wrong_family(
            suboptimality=lambda self, x, xp, width=width: xp.sum(x * x / 2 - ramp(x, xp, width) / 2),
            gradient=lambda self, x, xp: x, hessian=lambda self: None, constant=lambda self, assumption: None,
            convex=False, shapes=((1,),),
        )  # fmt: skip
        batch, _ = next(iter(forgetful.samples(np.random.default_rng(0), 1)))
        problem, run = batch.one(0), [rationals([10]), rationals([2])]
        assert "steeper than its gradient" in family_facts.unmet_at(problem, (), {}, run, RATIONALS)
    kinked = wrong_family(
        suboptimality=lambda self, x, xp: xp.sum(xp.larger(xp.abs(x) - 3, 0 * x) + x * x / 2),
        gradient=lambda self, x, xp: x + (xp.sign(x - 3) + 1) / 2 + (xp.sign(x + 3) - 1) / 2,
        hessian=lambda self: None, constant=lambda self, assumption: None, shapes=((1,),),
    )  # fmt: skip
    batch, _ = next(iter(kinked.samples(np.random.default_rng(0), 1)))
    assert family_facts.unmet_at(batch.one(0), (), {}, run, RATIONALS) == ""


def test_a_class_that_others_are_derived_from_is_no_family():
    class Base(Problem):
        gradient, suboptimality, constant = Bowl.gradient, Bowl.suboptimality, Bowl.constant

    class Drawn(Base):
        heights: np.ndarray
        batch, shapes = Bowl.batch, Bowl.shapes

    assert not family_facts._has_instances(Base) and family_facts._has_instances(Drawn)
