"""Instances that meet what is assumed, and claims that have none."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from flint import fmpq_mat
from sympy import Eq, Ge, Rational, Symbol, exp, log, oo
from sympy.core.symbol import Str

from signproof import Claim, verify
from signproof.checks.constants import is_positive_semidefinite, smoothness, strong_convexity
from signproof.checks.numbers.exact import rational
from signproof.checks.problems.families import families
from signproof.checks.problems.matrices import MatrixLeastSquares
from signproof.checks.verdicts.exhibit import WHOLE, exhibit
from signproof.checks.verdicts.verdict import UNKNOWN
from signproof.pytest_results import _remark
from signproof.report.ledger import because, entry, ledger, unexhibited
from signproof.report.site import write_site
from signproof.theory.algebra.decide import contradict, follows, satisfiable, simplest, truth
from signproof.theory.algebra.limits import Limit
from signproof.theory.algorithms import GradientDescent, MajorityVote, ScaledSignGD, ScaledSignSGD
from signproof.theory.assumptions import Assumption, Constant, Dimension, PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.assumptions.composite import BatchSize, Composite, ProximalVariance
from signproof.theory.assumptions.flows import SublevelRadius
from signproof.theory.assumptions.gradients import NormSignMargin, SignMargin, Unbiased, VoteMargin
from signproof.theory.catalog import catalog
from signproof.theory.claim import ClaimError, Orbit
from signproof.theory.derivation.steps import Forever, Run, transition
from signproof.theory.elaboration.vacuity import contradiction, unmeetable
from signproof.theory.measures import ExpectedSuboptimality, Suboptimality
from signproof.theory.measures.flows import SuboptimalityOverTime
from signproof.theory.measures.proximal import MeanGradientMapping
from signproof.theory.methods.flows import GradientFlow, SignFlow
from signproof.theory.methods.proximal import SPGM
from signproof.theory.norms import ANY, L2, LINF, OPERATOR
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, K, L, alpha, beta, d, eta, f_star, k, mu, sigma, t
from signproof.theory.terms.vectors import norm, point, value


def slow_claim(assumption=PolyakLojasiewicz, domain=(), bound=V0, norms=(LINF, LINF), largest=L):
    return Claim(
        id="mine/slow",
        algorithm=ScaledSignGD(alpha),
        assumptions=(Smooth(largest, norms[0]), assumption(mu, norms[1])),
        domain=(alpha > 0, alpha < 1 / L, *domain),
        measure=Suboptimality(),
        bound=bound,
    )


def assumes(claim):
    """Whether a claim supposes anything: in words it says nothing that could be met."""
    return claim.kind != "words" and bool(claim.premises or claim.assumptions)


def test_nearly_every_claim_assumes_something():
    others = {claim.id for claim in catalog().values() if not assumes(claim) and claim.kind != "words"}
    assert others == {"own/example-4.mu"}  # two inequalities in one variable


@pytest.mark.parametrize("claim", catalog().values(), ids=str)
def test_every_claim_of_the_papers_has_an_instance(claim, verdicts):
    found = [piece for piece in verdicts[claim.id].evidence if piece.kind == "instance"]
    if not assumes(claim):
        assert found == []
        return
    (found,) = found
    assert found.level == "exact"
    values = {Symbol(name, real=True): Rational(value) for name, value in found.facts["parameters"].items()}
    assert set(values) == claim.parameters - {k}
    met = [all(truth(part.subs({k: at, V0: values.get(V0, 1)}), values) for part in claim.premises) for at in WHOLE]
    assert any(met)


@pytest.mark.parametrize("assumption", [PolyakLojasiewicz, StronglyConvex])
def test_the_constants_of_an_instance_are_those_of_its_problem(assumption):
    found = exhibit(slow_claim(assumption, domain=(mu < L / 3,)))
    assert found.text.startswith("diagonal quadratics: diagonal [1, 10]; L = 11, alpha = ")
    assert "mu = 1; from (1, 0)" in found.text


def test_a_special_class_of_families_is_named():
    named = [family for family in families()[:6] if not family.costly]  # other tests may have defined some
    ours = {family.family for family in named if family is not MatrixLeastSquares}  # it is about another norm
    assert set(exhibit(slow_claim()).facts["families"]) >= ours
    found = exhibit(slow_claim(StronglyConvex))
    assert ours - set(found.facts["families"]) == {"sums of x^2 + a sin^2 x"}
    assert "only these families meet all assumptions: diagonal quadratics, dense" in found.text


def test_a_verdict_exhibits_its_instance():
    (piece,) = (piece for piece in verify(slow_claim(StronglyConvex)).evidence if piece.kind == "instance")
    assert piece.text == exhibit(slow_claim(StronglyConvex)).text


def test_constants_may_be_looser_than_the_best():
    found = exhibit(slow_claim(domain=(L > 1000 * mu,)))
    assert rational(found.facts["parameters"]["L"]) > 1000 * rational(found.facts["parameters"]["mu"])
    assert exhibit(slow_claim(largest=2 * L)) is not None
    assert exhibit(slow_claim(largest=Rational(7, 2))) is not None


def test_a_domain_may_speak_of_the_iteration_or_of_the_start():
    assert exhibit(slow_claim(domain=(k >= 1,))).facts["parameters"]["mu"] == "1"
    found = exhibit(slow_claim(domain=(eta > V0, eta < 2 * V0)))
    start, diagonal = rational(found.facts["start"][0]), 1  # f = x^2/2
    assert diagonal * start**2 / 2 < rational(found.facts["parameters"]["eta"]) < diagonal * start**2


@pytest.mark.parametrize("assumption", [PolyakLojasiewicz, StronglyConvex])
@pytest.mark.parametrize("bound", [V0, (1 - 9 * mu / L) ** k * V0], ids=["provable", "false"])
def test_a_claim_about_nothing_is_vacuous_whatever_it_says(assumption, bound):
    verdict = verify(slow_claim(assumption, domain=(mu > L,), bound=bound))
    assert verdict.status == "vacuous"
    assert verdict.evidence[-1].text == "the assumptions force mu <= L, and that contradicts the domain"
    assert verdict.witness is None


def test_what_is_not_proved_to_be_vacuous_is_not_called_so():
    assert contradiction(slow_claim(domain=(mu >= L,))) == ""  # f = x^2/2 meets it
    assert verify(slow_claim(domain=(mu >= L,))).status == "proved"
    other = slow_claim(domain=(mu > L,), norms=(L2, LINF))
    assert contradiction(other) == ""  # and rightly: x^2 + y^2 is 2-smooth, and ||g||_1^2 >= 2 * 2 (f - f*)
    assert contradiction(dataclasses.replace(other, assumptions=other.assumptions[:1])) == ""


def test_the_lemma_on_every_family():
    """mu <= L in the same norm: the lower end of mu is never above the upper end of L."""
    compared = 0
    for family in families():
        for problem, _ in family.samples(np.random.default_rng(3), 1):
            for pair in (LINF, L2):
                upper = problem.constant(Smooth(L, pair))
                for kind in (StronglyConvex, PolyakLojasiewicz):
                    lower = problem.constant(kind(mu, pair))
                    if upper is not None and lower is not None:
                        assert (np.asarray(lower.lower) <= np.asarray(upper.upper)).all()
                        compared += 1
    assert compared > 10


def test_the_simplest_model_is_a_model_and_simple():
    premises = (alpha > 0, alpha < 1 / L, L > 0, mu > 4 * L)
    answer = simplest(premises)
    assert answer.holds is False and all(truth(premise, answer.model) for premise in premises)
    assert answer.model[L] == 1 and answer.model[alpha] == Rational(1, 2)
    assert simplest((alpha > 1, alpha < 0)).holds


# ------------------------------------------------------------------------------------------------- every kind

nu, c, p, M, R, T, n = (Symbol(letter, real=True) for letter in ("nu", "c", "p", "M", "R", "T", "n"))


def run(*assumptions, domain=()):
    return Claim(id="mine/run", algorithm=ScaledSignGD(alpha), assumptions=assumptions, domain=(alpha > 0, *domain),
                 measure=Suboptimality(), bound=V0)  # fmt: skip


def drawn(*assumptions, domain=(), algorithm=None):
    return Claim(id="mine/drawn", algorithm=algorithm or ScaledSignSGD(alpha), assumptions=assumptions,
                 domain=(alpha > 0, *domain), measure=ExpectedSuboptimality(), bound=V0)  # fmt: skip


def implied(*assumptions, domain=()):
    statement = Ge(norm(Str("2"), point(Str("x"))), 0)
    return Claim(id="mine/implied", assumptions=assumptions, domain=domain, statement=statement)


def flow(*assumptions, domain=(), rival=None):
    return Claim(id="mine/flow", algorithm=SignFlow(beta), rival=rival, assumptions=assumptions,
                 domain=(beta > 0, t >= 0, *domain), measure=SuboptimalityOverTime(),
                 bound=V0 if rival is None else None)  # fmt: skip


def compared(*assumptions, domain=()):
    return flow(*assumptions, domain=domain, rival=GradientFlow(beta))


def algebraic(*assumptions, domain=()):
    return Claim(id="mine/algebraic", assumptions=assumptions, domain=domain, statement=mu >= 0)


def orbit(*assumptions, domain=()):
    x = Symbol("x", real=True)
    return Claim(id="mine/orbit", algorithm=ScaledSignGD(alpha), assumptions=assumptions,
                 domain=(alpha > 0, alpha < 1, *domain),
                 orbit=Orbit(x**2 / 2, (x,), ((1,),), ((1 - alpha) ** k,)))  # fmt: skip


def proximal(*domain, batch=1):
    gamma = Symbol("gamma", real=True)
    return Claim(id="mine/proximal", algorithm=SPGM(gamma, batch),
                 assumptions=(Composite(gamma), ProximalVariance(gamma, sigma)), domain=(gamma > 0, sigma > 0, *domain),
                 measure=MeanGradientMapping(gamma, T, 2, L2), bound=V0)  # fmt: skip


def horizon(*domain):
    return Claim(id="mine/horizon", algorithm=ScaledSignGD(alpha), assumptions=(Smooth(L),),
                 domain=(alpha > 0, *domain), measure=Suboptimality(), bound=V0, horizon=K)  # fmt: skip


KINDS = (run, drawn, implied, flow, compared, algebraic, orbit)
VACUOUS = [
    *(kind(Smooth(L), StronglyConvex(mu), domain=(mu > L,)) for kind in KINDS),
    *(kind(Smooth(L), StronglyConvex(mu), Dimension(d), domain=(d * mu > L,)) for kind in KINDS if kind is not orbit),
    *(kind(Smooth(L, L2), StronglyConvex(mu), Dimension(Rational(3, 2))) for kind in KINDS),
    run(Smooth(L), PolyakLojasiewicz(mu), PolyakLojasiewicz(nu, L2), domain=(nu > L,)),
    flow(Smooth(L), PolyakLojasiewicz(mu, OPERATOR), domain=(mu > L,)),
    compared(Smooth(L, OPERATOR), PolyakLojasiewicz(mu, L2), domain=(mu > L,)),
    implied(Smooth(L, L2), StronglyConvex(mu), domain=(mu > L,)),
    implied(Smooth(L, ANY), StronglyConvex(mu, ANY), domain=(mu > L,)),
    run(Smooth(1), Smooth(L, L2), StronglyConvex(2, OPERATOR)),
    run(Smooth(L, OPERATOR), StronglyConvex(mu), domain=(2 * mu > L,)),
    run(Smooth(L), StronglyConvex(mu, OPERATOR), domain=(4 * mu > L,)),
    run(Smooth(L, L2), PolyakLojasiewicz(mu), Dimension(3), domain=(mu > 3 * L,)),
    run(Smooth(L, L2), PolyakLojasiewicz(mu, OPERATOR), domain=(mu > 2 * L,)),
    run(Smooth(L), StronglyConvex(mu, L2), Dimension(d), domain=(d > 1, 2 * mu > L)),
    run(Smooth(L), Dimension(d), Dimension(n), domain=(d > n,)),
    run(Smooth(L), Dimension(2 * n), domain=(n > 1, 2 * n < 3)),
    run(Smooth(L, OPERATOR), Dimension(5)),
    run(Smooth(L, OPERATOR), Dimension(d), domain=(d < 4,)),
    orbit(Dimension(2)),
    flow(Smooth(L), SublevelRadius(R), domain=(V0 > L * R**2 / 2,)),
    flow(Smooth(L), SublevelRadius(R, L2), domain=(V0 > L * R**2 / 2,)),
    flow(Smooth(L, L2), SublevelRadius(R), Dimension(d), domain=(V0 > d * L * R**2 / 2,)),
    drawn(Smooth(L), Unbiased(), SignMargin(c), domain=(c > 1,)),
    drawn(Smooth(L), Unbiased(True), SignMargin(c, True), VoteMargin(p), domain=(p > 1,)),
]
"""Claims about nothing, whether or not they carry a proof."""
MET = [
    run(Smooth(L, L2), StronglyConvex(mu), PolyakLojasiewicz(nu), Dimension(3), domain=(nu > 2 * L, nu <= 3 * L)),
    run(Smooth(L), StronglyConvex(mu, L2), Dimension(d), domain=(d * mu >= L, d > 1)),
    run(Smooth(L, OPERATOR), StronglyConvex(mu, L2), domain=(2 * mu >= L,)),
    run(Smooth(L, ANY), StronglyConvex(mu, L2), domain=(mu > L,)),
    implied(Smooth(L), PolyakLojasiewicz(mu), domain=(mu > L,)),  # a constant
    implied(SignMargin(c), domain=(c > 1,)),
    flow(Smooth(L), SublevelRadius(R), domain=(V0 >= L * R**2 / 2,)),
    flow(Smooth(L, L2), SublevelRadius(R), domain=(V0 > L * R**2 / 2,)),
    drawn(Smooth(L), Unbiased(), SignMargin(c), NormSignMargin(n), domain=(c >= 1, n > 1)),
    drawn(Smooth(L), SignMargin(c), domain=(c >= 1, M >= 2), algorithm=MajorityVote(alpha, M)),
    orbit(Dimension(1)),
    proximal(T > 10, T < 12),
    horizon(K > 0, K < 2),
]


def names(claim):
    return f"{claim.kind}: {', '.join(map(str, (*claim.assumptions, *claim.domain)))}"


@pytest.mark.parametrize("claim", VACUOUS, ids=names)
def test_assumptions_and_domain_exclude_each_other(claim):
    assert contradiction(claim)


@pytest.mark.parametrize("claim", MET, ids=names)
def test_nothing_that_is_possible_is_excluded(claim):
    assert contradiction(claim) == ""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_verdict_of_every_kind_is_vacuous(kind):
    verdict = verify(kind(Smooth(L), StronglyConvex(mu), domain=(mu > L,)))
    assert verdict.status == "vacuous" and verdict.instance == "none"
    assert verdict.evidence[-1].text == "the assumptions force mu <= L, and that contradicts the domain"


def test_a_certificate_does_not_outweigh_a_contradiction():
    verdict = verify(slow_claim(domain=(mu > L,)))
    assert verdict.status == "vacuous" and verdict.certificate is not None


def test_an_assumption_is_known_by_what_it_says():
    class Curved(Assumption):
        points, words = 2, "curved"
        conditions, formulas = (mu > 0,), (mu,)

        def statement(self, x, y):
            convex = StronglyConvex(mu, L2).statement(y, x)
            return Ge(2 * convex.lhs, 2 * convex.rhs)

    assert contradiction(run(Smooth(L), Curved(), domain=(mu > L,)))


def test_what_is_forced_is_said_in_a_sentence():
    said = contradiction(run(Smooth(L), StronglyConvex(mu, L2), Dimension(d), domain=(d > 1, 2 * mu > L)))
    assert said == "the assumptions force d*mu <= L, where d is a whole number, and that contradicts the domain"
    said = contradiction(run(Smooth(L), Dimension(Rational(3, 2))))
    assert said == "3/2 must be an integer, 1 or more, and no values meet that"


@pytest.mark.parametrize(
    "make",
    [
        lambda: horizon(K > 0, K < 1),
        lambda: horizon(K**2 > 2, K**2 < 3),
        lambda: drawn(Smooth(L), domain=(M > 1, M < 2), algorithm=MajorityVote(alpha, M)),
        lambda: proximal(n > 1, n < 2, batch=n),
        lambda: proximal(T > 1, T < 2),
        lambda: run(Smooth(L), domain=(k > 2, k < 3)),
        lambda: implied(Dimension(d), domain=(d > 1, d < 2)),
        lambda: flow(domain=(log(V0) > V0,)),
        lambda: run(Smooth(L), domain=(exp(L) < 2 * L,)),
    ],
)
def test_an_empty_domain_is_refused(make):
    with pytest.raises(ClaimError, match="the domain is empty"):
        make()


# ------------------------------------------------------------------------------- no valid instance is excluded


def definite(rng, size):
    while True:
        factor = rng.integers(-3, 4, (size, size))
        H = factor @ factor.T
        if H.any() and is_positive_semidefinite(fmpq_mat(H.tolist())):
            return H


def geometries(H, columns):
    """The constants of f(X) = 1/2 tr(X'HX) with two rows (`columns` > 0) or of f(x) = 1/2 x'Hx, as assumptions."""
    wide = np.kron(H, np.eye(columns, dtype=int)) if columns else H
    found = [Dimension(len(wide))]
    least = Rational(strong_convexity(H, "2").lower)
    for pair in (LINF, L2):
        found.append(Smooth(Rational(smoothness(wide, pair.name).upper), pair))
        lower = Rational(strong_convexity(wide, pair.name).lower)
        found += [kind(lower, pair) for kind in (StronglyConvex, PolyakLojasiewicz) if lower > 0]
    if columns:
        found.append(Smooth(Rational(int(np.trace(H))), OPERATOR))
        found += [kind(least, OPERATOR) for kind in (StronglyConvex, PolyakLojasiewicz) if least > 0]
    return found


@pytest.mark.parametrize("seed", range(12))
def test_no_quadratic_is_excluded(seed):
    """All that is true of a quadratic at once, its constants sharp; in the second half of matrices with two rows."""
    rng = np.random.default_rng(seed)
    size, columns = (int(rng.integers(1, 5)), 0) if seed < 6 else (2, int(rng.integers(2, 4)))
    assumptions = geometries(definite(rng, size), columns)
    assert contradiction(run(*assumptions)) == ""
    assert contradiction(implied(*assumptions)) == ""


@pytest.mark.parametrize("columns", [0, 2, 3])
def test_the_lemmas_are_attained(columns):
    """Of f = 1/2 ||x||_2^2 they cannot be better."""
    assumptions = geometries(np.eye(2, dtype=int), columns)
    assert contradiction(run(*assumptions)) == ""
    upper = [assumption for assumption in assumptions if isinstance(assumption, Smooth)]
    for worse in upper if columns else upper[:1]:  # in the plane, L = 2 = d mu in the maximum norm
        smaller = Smooth(worse.constant * Rational(999, 1000), worse.norm)
        assert contradiction(run(*(smaller if each is worse else each for each in assumptions)))


# ------------------------------------------------------------------------------------------- whole numbers


def test_whole_numbers_are_told_apart_in_questions():
    assert contradict((n > 1, n < 2), {n}) and not contradict((n > 1, n < 2))
    assert satisfiable((n > Rational(1, 2), n < Rational(5, 2), alpha * n > 1), {n}).model[n] in (1, 2)
    assert follows(n * (n - 1) >= 0, (), {n}).holds and not follows(n * (n - 1) >= 0).holds
    answer = simplest((10 < n, n < 12, alpha > n), whole={n})
    assert answer.model[n] == 11


def test_an_exhibited_instance_has_whole_numbers_where_they_count():
    assert exhibit(horizon(K > Rational(5, 2), K < Rational(7, 2))).facts["parameters"]["K"] == "3"
    assert exhibit(proximal(T > 10, T < 12)).facts["parameters"]["T"] == "11"
    votes = drawn(Smooth(L), domain=(M > 2, M < 4), algorithm=MajorityVote(alpha, M))
    assert exhibit(votes).facts["parameters"]["M"] == "3"
    assert exhibit(implied(Dimension(d), domain=(d > Rational(3, 2),))).facts["parameters"]["d"] == "2"


def test_an_algebraic_claim_about_dimensions_is_about_whole_ones():
    def claim(statement):
        return Claim(id="mine/between", assumptions=(Dimension(d),), statement=statement)

    assert verify(claim((d - 1) * (d - 2) >= 0)).status == "proved"
    refuted = verify(claim((d - 1) * (d - 3) >= 0))
    assert refuted.status == "refuted" and refuted.witness.parameters == {"d": rational("2")}


# --------------------------------------------------------------------------------------- no instance is known


class Odd(Assumption):
    """Something that no example here meets, and that nothing excludes: f(2 x) = 3 f(x)."""

    points, words = 1, "odd"

    def statement(self, x):
        from signproof.theory.terms.vectors import value

        return Eq(value(2 * x), 3 * value(x))


def test_a_verdict_says_where_no_instance_is_known(tmp_path):
    verdict = verify(slow_claim(domain=(alpha < 1,)))
    assert verdict.instance == "exhibited" and UNKNOWN not in str(verdict)
    claim = slow_claim()
    unknown = verify(dataclasses.replace(claim, assumptions=(*claim.assumptions, Odd())))
    assert (unknown.status, unknown.instance, unknown.unexhibited) == ("proved", "none known", True)
    assert str(unknown).endswith(UNKNOWN)
    told = entry(unknown)
    assert told["instance"] == "none known" and unexhibited(told) and because(told).endswith(UNKNOWN)
    assert _remark(told) == UNKNOWN
    write_site(ledger([told], "quick", 0), tmp_path)
    assert any(UNKNOWN in page.read_text(encoding="utf-8") for page in tmp_path.rglob("*slow*.html"))


def test_a_point_of_a_domain_with_logarithms_is_found():
    x, y = Symbol("x", real=True), Symbol("y", real=True)
    for domain in ((log(x) > 2,), (exp(-x) > Rational(1, 3), 2 * x > 1), (log(x) > x / 3,), (x > 0, x**y > 2)):
        claim = Claim(id="mine/logarithms", domain=domain, statement=x > -1)
        values = {Symbol(name, real=True): Rational(v) for name, v in exhibit(claim).facts["parameters"].items()}
        assert all(truth(part, values) for part in domain)


def test_what_assumes_nothing_needs_no_instance():
    x = Symbol("x", real=True)
    assert verify(Claim(id="mine/nothing", statement=x**2 - x + 1 > 0)).instance == "none needed"


def test_the_function_of_an_orbit_is_not_taken_to_meet_what_is_assumed():
    assert exhibit(orbit()) is not None and exhibit(orbit(Dimension(1))) is not None
    assert exhibit(orbit(Smooth(L))) is None


def test_no_claim_of_the_papers_is_excluded():
    assert [claim.id for claim in catalog().values() if contradiction(claim)] == []


def test_the_place_that_is_named_is_where_nothing_is():
    """f(x) - f* >= c at all x fails at the minimizer, and nowhere else."""

    class Gap(Constant):
        points, words = 1, "above the minimum"

        def statement(self, x):
            return Ge(value(x) - f_star, self.constant)

    gap = Symbol("c", real=True)
    claim = Claim(
        id="own", algorithm=GradientDescent(alpha), assumptions=(Smooth(L, L2), StronglyConvex(mu, L2), Gap(gap, L2)),
        domain=(0 < alpha, alpha < 1 / L), measure=Suboptimality(), bound=V0,
    )  # fmt: skip
    assert unmeetable(claim).endswith("impossible at the minimizer")


@pytest.mark.parametrize(("size", "statement", "false"), [
    (lambda n: BatchSize(2 * n), lambda n: (2 * n - 1) * (2 * n - 2) >= 0, False),
    (lambda n: Dimension(n + 1), lambda n: (n - 1) * (n - 2) >= 0, False),
    (lambda n: Dimension(2 * n), lambda n: (2 * n - 1) * (2 * n - 2) >= 0, False),
    (lambda n: Dimension(2 * n), lambda n: (2 * n - 1) * (2 * n - 3) >= 0, True),
    (lambda n: Dimension(n), lambda n: (n - 1) * (n - 3) >= 0, True),
])  # fmt: skip
def test_a_formula_that_is_counted_is_whole(size, statement, false):
    n = Symbol("n", real=True)
    verdict = verify(Claim(id="own", assumptions=(size(n),), domain=(n > 0,), statement=statement(n)))
    assert verdict.status == ("refuted" if false else "proved")


@pytest.mark.parametrize("assumption", [Smooth(Rational(1, 2), L2), StronglyConvex(5, L2), PolyakLojasiewicz(mu, L2)])
def test_an_orbit_shows_nothing_of_what_its_function_is_assumed_to_meet(assumption):
    """z^2/2 has L = mu = 1, and nobody looked: the orbit is there, but no instance of the claim is known."""
    z = Symbol("z", real=True)
    orbit = Orbit(z**2 / 2, (z,), ((alpha,), (-alpha,)))
    parts = {"id": "own", "algorithm": GradientDescent(2), "domain": (alpha > 0,), "orbit": orbit}
    steps = [Step(str(n), transition(GradientDescent(2), orbit, n), Run(n)) for n in range(2)]
    proof = Proof(*steps, Step("for ever", Claim(**parts).conclusion, Forever(*steps)))
    shown = verify(Claim(**parts))
    assert shown.status == "supported" and shown.instance == "exhibited"
    proved = verify(Claim(**parts, assumptions=(assumption,), proof=proof))
    assert proved.status == "proved" and proved.instance != "exhibited" and proved.witness is None
    unproved = verify(Claim(**parts, assumptions=(assumption,)))
    assert unproved.status == "open" and "is not known" in unproved.evidence[-1].text
    assert not dataclasses.replace(shown.witness, claim=unproved.claim).replay().confirmed


def test_the_height_of_a_start_is_positive_in_statements_too():
    x = Symbol("x", real=True)
    for statement in ((1 - x) * V0 <= V0, V0 / (1 + x * V0) <= V0):
        assert verify(Claim(id="own", statement=statement, domain=(x > 0, x < 1))).status == "proved"
    broken = verify(Claim(id="own", statement=V0 <= 1, domain=(x > 0, V0 <= 2 + x)))
    assert broken.status == "refuted" and broken.witness.parameters["V_0"] > 1
    negative = dataclasses.replace(broken.witness, claim=Claim(id="own", statement=V0 > x, domain=(x >= 1,)),
                                   parameters={"V_0": rational("-1"), "x": rational("1")})  # fmt: skip
    assert not negative.replay().confirmed


def test_a_statement_without_parameters_is_refuted():
    n = Symbol("n", real=True)
    false = Claim(id="own", statement=Limit(n / (1 + n), n, oo) < 1)
    assert verify(false).status == "refuted"
    assert verify(dataclasses.replace(false, statement=Limit(n / (1 + n), n, oo) <= 1)).status == "proved"
