"""Assumption 2: what is said of it after it, and what it forces.

Xu and Kamilov, "signProx: One-bit proximal algorithm for nonconvex stochastic optimization", Assumption 2 and the
paragraph after it (which writes "(b) and (d)" where it needs (b) and (c)).

`separable`: for all x, y, |grad d(x)_i - grad d(y)_i| <= L_i |x_i - y_i| makes grad d(x)_i a function of x_i alone. So
every second derivative off the diagonal vanishes, d is a sum of functions of one coordinate each, and so is every r_j.
Total variation and phase retrieval, the paper's own example, are outside of Theorem 2.
"""

from __future__ import annotations

from sympy import And, Eq, Ge, Le, Ne, Or, Symbol, Tuple
from sympy.core.symbol import Str

from signproof.theory.assumptions.composite import (
    CoordinateLipschitz,
    CoordinateVariance,
    LargestEntry,
    LipschitzGradient,
)
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Lemma
from signproof.theory.norms import L2
from signproof.theory.papers.signprox import PAPER
from signproof.theory.papers.signprox.eq_9 import COORDINATES, EUCLIDEAN, gamma, hypothesis, lemma, s, t
from signproof.theory.papers.signprox.theorem_2 import SIGMA, sigma_i, sums
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import L, i
from signproof.theory.terms.expectations import Total, coordinate, mean
from signproof.theory.terms.proximal import COMPONENT, D, deviation, squared
from signproof.theory.terms.vectors import dual_norm, gradient, norm

B = Symbol("B", real=True)
"""Size of the mini-batch, a whole number."""
WHERE = "after Assumption 2"
largest, variance = LargestEntry(COORDINATES, L), CoordinateVariance(gamma, SIGMA)
one_draw = Le(mean(squared(deviation(s, gamma)), s), gamma**2 * Total(sigma_i**2, i))


def lipschitz(of: Str | Tuple) -> tuple[Step, ...]:
    """||grad g(s) - grad g(t)||_2 <= L ||s - t||_2, L the largest L_i."""
    assumption, name = CoordinateLipschitz(of, COORDINATES), f"of {of if of == D else 'r_j'}"
    slopes, apart = gradient(s, of) - gradient(t, of), s - t
    slopes_i, apart_i = coordinate(slopes, i), coordinate(apart, i)
    each = hypothesis(f"each coordinate {name}", assumption, s, t)
    entries = hypothesis(f"L = ||L||_inf, {name}", largest)
    square = Step(f"squares {name}", Le(slopes_i**2, L**2 * apart_i**2), by=Decide(each, entries))
    total = sums(square, f"sum of squares {name}")
    long = dual_norm(EUCLIDEAN, slopes), norm(EUCLIDEAN, apart)
    lengths = (
        lemma(f"slopes {name}", "Euclidean norm", slopes),
        lemma(f"slopes in coordinates {name}", "inner product in coordinates", slopes, slopes),
        lemma(f"distance {name}", "Euclidean norm", apart),
        lemma(f"distance, dual {name}", "self-dual norm", apart),
        lemma(f"distance in coordinates {name}", "inner product in coordinates", apart, apart),
    )
    a, b, c, e, f = lengths
    dual = Step(f"square of the distance {name}", Eq(long[1] ** 2, squared(apart)), by=Decide(c, e))
    shorter = Step(
        f"squared norms {name}",
        Le(long[0] ** 2, L**2 * long[1] ** 2),
        by=Combination({total: 1, a: -1, b: 1, dual: -(L**2), f: -(L**2)}),
    )
    signs = (
        lemma(f"|slopes| >= 0 {name}", "non-negative norm", long[0]),
        lemma(f"|distance| >= 0 {name}", "non-negative norm", long[1]),
    )
    conclude = Step(
        f"Lipschitz gradient {name}",
        LipschitzGradient(of, L, L2).statement(s, t),
        by=Decide(shorter, *signs, entries),
    )
    return each, entries, square, total, *lengths, dual, shorter, *signs, conclude


def standard() -> Proof:
    """Assumption 1 from Assumption 2."""
    d, r = lipschitz(D), lipschitz(COMPONENT)
    w = deviation(s, gamma)
    w_i = coordinate(w, i)
    split = lemma("|^P - P|^2", "inner product in coordinates", w, w)
    in_mean = Step(
        "its mean",
        Eq(mean(squared(w), s), mean(Total(w_i**2, i), s)),
        by=Lemma("expectation of equals", squared(w), Total(w_i**2, i), s, using=(split,)),
    )
    each = hypothesis("Assumption 2(d)", variance, s)
    total = sums(each, "its sum")
    bounded = Step("sigma^2", one_draw, by=Combination({total: 1, in_mean: 1}))
    conclude = Step("Assumption 1", And(d[-1].statement, r[-1].statement, one_draw), by=Decide(d[-1], r[-1], bounded))
    return Proof(*d, *r, split, in_mean, each, total, bounded, conclude)


assumption_2_lipschitz = Claim(
    id="signprox/assumption-2.lipschitz",
    source=Source(PAPER, WHERE),
    about=(
        "Assumption 2 implies Assumption 1 with L = max L_i, for d and for every r_j, and sigma^2 = sum of sigma_i^2."
    ),
    statement=And(
        LipschitzGradient(D, L, L2).statement(s, t), LipschitzGradient(COMPONENT, L, L2).statement(s, t), one_draw
    ),
    assumptions=(CoordinateLipschitz(D, COORDINATES), CoordinateLipschitz(COMPONENT, COORDINATES), largest, variance),
    domain=(gamma > 0,),
    proof=standard,
)

_one = hypothesis("one draw", variance, s)
_enough = Step("B >= 1", Ge(B, 1), by=Decide())
_batch = lemma("B draws", "Bienaymé", gamma, B, s, using=(_enough,))
_reduced = Le(_batch.statement.lhs, gamma**2 * sigma_i**2 / B)

assumption_2_minibatch = Claim(
    id="signprox/assumption-2.minibatch",
    source=Source(PAPER, WHERE),
    about="A mini-batch of B draws divides the bound on the variance of each coordinate by B.",
    statement=_reduced,
    assumptions=(variance,),
    domain=(gamma > 0, B >= 1),
    proof=Proof(_one, _enough, _batch, Step("variance", _reduced, by=Combination({_one: 1 / B, _batch: 1}))),
)

_smooth = CoordinateLipschitz(D, COORDINATES)
_slopes = coordinate(gradient(s, D), i), coordinate(gradient(t, D), i)
_alone = Or(Ne(coordinate(s, i), coordinate(t, i)), Eq(*_slopes))
_each = hypothesis("Assumption 2(b)", _smooth, s, t)

assumption_2_separable = Claim(
    id="signprox/assumption-2.separable",
    source=Source(PAPER, "Assumption 2(b)"),
    about="Coordinate i of grad d is a function of coordinate i alone: d is a sum of functions of one coordinate each.",
    statement=_alone,
    assumptions=(_smooth,),
    proof=Proof(_each, Step("grad d(x)_i depends on x_i alone", _alone, by=Decide(_each))),
)
