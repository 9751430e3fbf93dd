"""Assumptions of a user's own that no function meets at all points, and others like them that some function meets."""

from __future__ import annotations

import pytest
from sympy import Abs, Eq, Ge, Le, Or, Rational, Symbol, sqrt
from sympy.core.symbol import Str

from signproof import Claim, verify
from signproof.checks.verdicts.exhibit import exhibit
from signproof.theory.algorithms import ScaledSignGD, ScaledSignSGD
from signproof.theory.assumptions import Assumption, Constant, PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.gradients import BoundedVariance, OracleAssumption, Unbiased
from signproof.theory.elaboration.recognized import recognized
from signproof.theory.elaboration.vacuity import contradiction, unmeetable
from signproof.theory.measures import ExpectedSuboptimality, Suboptimality
from signproof.theory.measures.flows import SuboptimalityOverTime
from signproof.theory.methods.flows import GradientFlow, SignFlow
from signproof.theory.norms import ANY, L2
from signproof.theory.symbols import V0, L, alpha, beta, f_star, i, mu, sigma, t
from signproof.theory.terms.expectations import coordinate, estimate, mean
from signproof.theory.terms.vectors import dual_norm, gradient, inner, iterate, norm, point, value, x_star

B, G, R, c = (Symbol(letter, real=True) for letter in ("B", "G", "R", "c"))
x = point(Str("x"))


def own(name, said, points=1, kind=Constant):
    """A class of assumptions as a user would write one."""
    return type(name, (kind,), {"statement": said, "points": points, "largest": False, "words": name})


class OfDraws(OracleAssumption):
    def __init__(self, constant):
        object.__setattr__(self, "constant", constant)

    @property
    def formulas(self):
        return (self.constant,)

    def __str__(self):
        return f"{type(self).__name__}({self.constant})"


def length(a, v):
    return norm(Str(a.norm.name), v)


def slope(a, v):
    return dual_norm(Str(a.norm.name), v)


NearMinimizer = own("NearMinimizer", lambda a, x: Le(length(a, x - x_star), a.constant))
NearZero = own("NearZero", lambda a, x: Ge(a.constant, length(a, x)))
NearStart = own("NearStart", lambda a, x: Le(length(a, x - iterate(0)), a.constant))
Diameter = own("Diameter", lambda a, x, y: Le(length(a, x - y), a.constant), 2)
NearEntry = own("NearEntry", lambda a, x: Le(Abs(coordinate(x - x_star, i)), a.constant))
Flat = own("Flat", lambda a, x: Le(slope(a, gradient(x)), a.constant))
FlatEntry = own("FlatEntry", lambda a, x: Le(Abs(coordinate(gradient(x), i)), a.constant))
Lipschitz = own("Lipschitz", lambda a, x, y: Le(value(x) - value(y), a.constant * length(a, x - y)), 2)
Low = own("Low", lambda a, x: Le(value(x) - f_star, a.constant))
Below = own("Below", lambda a, x: Le(value(x), a.constant))
Steep = own("Steep", lambda a, x: Ge(slope(a, gradient(x)), a.constant))
Growing = own("Growing", lambda a, x: Ge(2 * value(x) - 2 * f_star, a.constant * length(a, x - x_star) ** 2))
Upper = own("Upper", lambda a, x, y: Le(2 * value(x), 2 * value(y) + 2 * inner(gradient(y), x - y)
                                        + a.constant * length(a, x - y) ** 2), 2)  # fmt: skip
Monotone = own("Monotone", lambda a, x, y: Ge(inner(gradient(x) - gradient(y), x - y),
                                              a.constant * length(a, x - y) ** 2), 2)  # fmt: skip
Bound = own("Bound", lambda a, x: Le(length(a, x - x_star), a.constant * slope(a, gradient(x))))
SecondMoment = own("SecondMoment", lambda a, x: Le(mean(dual_norm(Str("inf"), estimate(x)) ** 2, x), a.constant**2),
                   kind=OfDraws)  # fmt: skip
Euclidean = own("Euclidean", lambda a, x: Le(mean(inner(estimate(x), estimate(x)), x), a.constant), kind=OfDraws)
Entries = own("Entries", lambda a, x: Le(mean(coordinate(estimate(x), i) ** 2, x), a.constant), kind=OfDraws)
Relative = own("Relative", lambda a, x: Le(mean(dual_norm(Str("inf"), estimate(x)) ** 2, x),
                                           a.constant * dual_norm(Str("inf"), gradient(x)) ** 2),
               kind=OfDraws)  # fmt: skip


def run(*assumptions, domain=()):
    return Claim(id="mine/run", algorithm=ScaledSignGD(alpha), assumptions=assumptions, domain=(alpha > 0, *domain),
                 measure=Suboptimality(), bound=V0)  # fmt: skip


def drawn(*assumptions, domain=()):
    return Claim(id="mine/drawn", algorithm=ScaledSignSGD(alpha), assumptions=assumptions,
                 domain=(alpha > 0, *domain), measure=ExpectedSuboptimality(), bound=V0)  # fmt: skip


def implied(*assumptions):
    return Claim(id="mine/implied", assumptions=assumptions, statement=Ge(norm(Str("2"), x), 0))


def flow(*assumptions, rival=None):
    bound = V0 if rival is None else None
    return Claim(id="mine/flow", algorithm=SignFlow(beta), rival=rival, assumptions=assumptions,
                 domain=(beta > 0, t >= 0), measure=SuboptimalityOverTime(), bound=bound)  # fmt: skip


EXCLUDED = [
    run(Smooth(L), NearMinimizer(R)),
    run(Smooth(L), NearZero(R, L2)),
    run(NearStart(R)),
    implied(Diameter(R)),
    implied(NearMinimizer(R, ANY)),
    flow(Convex(), NearEntry(R)),
    run(StronglyConvex(mu), Flat(G)),
    run(PolyakLojasiewicz(mu), Flat(G, L2)),
    run(PolyakLojasiewicz(mu), FlatEntry(G)),
    implied(StronglyConvex(mu, ANY), Flat(G, ANY)),
    flow(StronglyConvex(mu), Flat(G)),
    flow(StronglyConvex(mu), Flat(G), rival=GradientFlow(beta)),
    run(StronglyConvex(mu), Lipschitz(G)),
    run(StronglyConvex(mu), Below(B)),
    run(PolyakLojasiewicz(mu), Low(B)),
    flow(Convex(), Low(B)),
    run(Steep(G)),
    run(Smooth(L), Growing(mu), domain=(mu > L,)),
    run(StronglyConvex(mu), Upper(L), domain=(mu > L,)),
    run(Smooth(L), Monotone(mu), domain=(mu > L,)),
    run(Smooth(L), Bound(R), domain=(L * R < 1,)),
    drawn(StronglyConvex(mu), Unbiased(), SecondMoment(G)),
    drawn(PolyakLojasiewicz(mu), Unbiased(), Euclidean(G)),
    drawn(StronglyConvex(mu), Unbiased(), Entries(G)),
    drawn(Smooth(L), Unbiased(), Relative(c), domain=(c < 1,)),
]
"""Claims about nothing."""
MET = [
    run(Smooth(L), Flat(G)),  # log cosh
    run(Smooth(L), Low(B)),  # a bounded function
    run(Smooth(L), Lipschitz(G)),
    flow(Convex(), Flat(G)),
    implied(Steep(G)),  # a linear function, which has no infimum
    implied(PolyakLojasiewicz(mu), Flat(G)),  # a constant
    run(StronglyConvex(mu), Growing(c), Bound(R)),
    run(Smooth(L), Monotone(mu), domain=(mu >= L,)),
    run(StronglyConvex(mu), Upper(L), domain=(mu >= L,)),
    run(Smooth(L), Bound(R), domain=(L * R >= 1,)),
    drawn(Smooth(L), Unbiased(), SecondMoment(G)),
    drawn(StronglyConvex(mu), SecondMoment(G)),  # biased
    drawn(Smooth(L), PolyakLojasiewicz(mu), Unbiased(), BoundedVariance(sigma)),
    drawn(Smooth(L), Unbiased(), Relative(c), domain=(c >= 1,)),
]
"""Claims about something."""


def names(claim):
    return f"{claim.kind}: {', '.join(map(str, claim.assumptions))}"


@pytest.mark.parametrize("claim", EXCLUDED, ids=names)
def test_what_holds_nowhere_is_noticed(claim):
    assert contradiction(claim) or unmeetable(claim).startswith("no function meets ")


@pytest.mark.parametrize("claim", MET, ids=names)
def test_what_some_function_meets_is_not_excluded(claim):
    assert contradiction(claim) == "" and unmeetable(claim) == ""


nu, p, theta = (Symbol(letter, real=True) for letter in ("nu", "p", "theta"))


def plain(name, said, *formulas, points=1):
    """An assumption with several formulas, of which it says nothing."""
    return type(name, (Assumption,), {"statement": lambda a, *at: said(*at), "points": points, "words": name,
                                      "formulas": formulas})()  # fmt: skip


def size(v):
    return norm(Str("2"), v)


def steepness(v):
    return dual_norm(Str("2"), v)


def angle(x):
    return inner(gradient(x), x - x_star) / (steepness(gradient(x)) * size(x - x_star))


HOELDER = plain(
    "Hoelder", lambda x, y: Le(steepness(gradient(x) - gradient(y)), G * size(x - y) ** nu), G, nu, points=2
)
ERROR_BOUND = plain("ErrorBound", lambda x: Ge(value(x) - f_star, c * size(x - x_star) ** p), c, p)
LOJASIEWICZ = plain("Lojasiewicz", lambda x: Ge(steepness(gradient(x)), c * (value(x) - f_star) ** theta), c, theta)
CURVED = plain(
    "Curved", lambda x, y: Ge(value(x) - value(y), inner(gradient(y), x - y) + mu / 2 * size(x - y) ** 2), mu, points=2
)
ANGLE = plain("Angle", lambda x: Or(Eq(steepness(gradient(x)) * size(x - x_star), 0), Ge(angle(x), c)), c)
LEVEL = plain("Level", lambda x: Or(Eq(size(x - x_star), 0), Le((value(x) - f_star) / size(x - x_star) ** 2, G)), G)
ROOT = plain("Root", lambda x: Ge(steepness(gradient(x)), c * sqrt(value(x) - f_star)), c)
PARTIAL = [
    run(HOELDER, StronglyConvex(mu, L2), domain=(G > 0, nu > 0, nu <= 1)),  # x^2/2 with nu = 1
    run(ERROR_BOUND, Smooth(L, L2), domain=(c > 0, p >= 2)),  # x^2/2 with p = 2
    run(LOJASIEWICZ, StronglyConvex(mu, L2), domain=(c > 0, theta >= Rational(1, 2), theta < 1)),  # theta = 1/2
    run(ROOT, Smooth(L, L2), domain=(c > 0,)),
    run(LEVEL, Flat(G), domain=(G > 0,)),  # log cosh
    run(ANGLE, domain=(c > 0, c <= 1)),  # x^2/2 on the line
    implied(CURVED, plain("Steep", lambda x: Ge(steepness(gradient(x)), G), G)),  # a linear function with mu = 0
]
"""Claims about something, with powers and quotients that have no value everywhere, and curvature that may be 0."""


@pytest.mark.parametrize("claim", PARTIAL, ids=names)
def test_what_has_no_value_somewhere_excludes_nothing(claim):
    assert contradiction(claim) == "" and unmeetable(claim) == ""


@pytest.mark.parametrize("sign", [mu < 0, mu >= 0])
def test_curvature_that_may_be_zero_or_less_is_no_strong_convexity(sign):
    """It allows bounded functions and constants; where its constant is positive it is strong convexity."""
    assert recognized(CURVED, (sign,)) is None
    assert recognized(CURVED, (mu > L, L > 0)) == StronglyConvex(mu, L2)


def test_a_root_and_a_quotient_are_known_where_they_have_a_value():
    domain = (c > 0, mu > 0)
    assert unmeetable(run(ROOT, Flat(G), StronglyConvex(mu), domain=domain)) != ""
    quotient = plain("Quotient", lambda x: Or(Eq(size(x - x_star), 0), Ge(1 / size(x - x_star), c)), c)
    assert unmeetable(run(quotient, domain=(c > 0,))) != ""
    assert unmeetable(run(plain("Root", lambda x: Le(sqrt(size(x - x_star)), c), c), domain=(c > 0,))) != ""


def test_the_verdict_names_what_excludes_each_other_and_where():
    verdict = verify(run(Smooth(L), StronglyConvex(mu), Flat(G)))
    assert verdict.status == "vacuous" and verdict.evidence[-1].text == (
        "no function meets StronglyConvex(mu) and Flat(G) at all points: impossible far away"
    )


def test_an_assumption_about_the_start_alone_is_none_about_all_points():
    class StartsNear(Constant):
        largest, points, words = False, 0, "with a start near the minimizer"

        def statement(self):
            return Le(norm(Str("inf"), iterate(0) - x_star), self.constant)

    assert unmeetable(run(Smooth(L), StartsNear(R), Growing(mu))) == ""
    far = run(Smooth(L), StartsNear(R), Growing(mu), domain=(V0 > L * R**2 / 2,))  # then nothing is met anywhere
    assert "impossible at the" in unmeetable(far)


def test_a_statement_that_raises_excludes_nothing():
    class Broken(Assumption):
        points, words = 1, "broken"

        def statement(self, x):
            raise TypeError("of a user")

    assert unmeetable(run(Smooth(L), Broken())) == ""


def test_the_simplest_example_meets_what_is_not_excluded():
    """f = x^2/2, decided by Z3 at all points, against the same assumptions in other constants."""
    claim = run(Smooth(L), StronglyConvex(mu), Upper(B), Growing(c), Bound(R), Monotone(G))
    assert exhibit(claim) is not None and unmeetable(claim) == ""
