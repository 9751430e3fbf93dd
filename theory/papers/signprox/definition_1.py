"""Definition 1: the gradient mapping vanishes exactly at the critical points.

Xu and Kamilov, "signProx: One-bit proximal algorithm for nonconvex stochastic optimization", Definition 1 and the
sentence after it. Stated for the f = d + r of both theorems, where every r_j and so r has a Lipschitz gradient. The
proof says more: ||G(x)|| <= ||grad f(x)|| <= (1 + gamma L) ||G(x)||, so that bounds on G are bounds on the gradient.
"""

from __future__ import annotations

from sympy import And, Eq, Ge, Le, Ne, Or

from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Identity
from signproof.theory.norms import L2
from signproof.theory.papers.signprox import PAPER
from signproof.theory.papers.signprox.eq_9 import EUCLIDEAN, gamma, lemma, positive, s
from signproof.theory.papers.signprox.regularizer import (
    average,
    basics,
    convex_components,
    convexity,
    lipschitz,
    slope,
    smooth_components,
)
from signproof.theory.papers.signprox.theorem_1 import optimality
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import L
from signproof.theory.terms.proximal import D, gradient_mapping, squared
from signproof.theory.terms.vectors import dual_norm, gradient, inner

G = gradient_mapping(s, gamma)
s_tilde = s - gamma * G
slopes = gradient(s, D) + slope(s)
"""grad f = grad d + grad r."""
size, steepness = dual_norm(EUCLIDEAN, G), dual_norm(EUCLIDEAN, slopes)
statement = And(Or(Ne(size, 0), Eq(steepness, 0)), Or(Ne(steepness, 0), Eq(size, 0)))


def proof() -> Proof:
    """With h = grad r(s) - grad r(s~): grad f(s) = G + h, <G, h> >= 0 and ||h|| <= gamma L ||G||."""
    proximal = optimality(s)
    h = slope(s) - slope(s_tilde)
    split = Step("grad f = G + h", Eq(G, slopes - h), by=Identity(proximal[-1]))
    inherited = lipschitz(s, s_tilde)
    dual_G = lemma("|G|", "self-dual norm", G)
    triangle = lemma("triangle inequality", "triangle inequality", L2, slopes - h, h)
    named = Step("|grad f - h| = |G|", Eq(dual_norm(EUCLIDEAN, slopes - h), size), by=Identity(proximal[-1]))
    upper = Step(
        "|grad f| <= (1 + gamma L) |G|",
        Le(steepness, (1 + gamma * L) * size),
        by=Decide(triangle, named, inherited[-1], dual_G, positive),
    )
    up, down = convexity("from s~ to s", s, s_tilde), convexity("from s to s~", s_tilde, s)
    monotone = Step("monotone", Ge(inner(h, s - s_tilde), 0), by=Combination({up: 1, down: 1}))
    square = lemma("|G|^2", "Euclidean norm", G)
    Cauchy = lemma("Cauchy-Schwarz", "Hölder", L2, slopes, G)
    mixed = Step("<grad f, G>", Eq(inner(slopes, G), squared(G) + inner(h, G)), by=Identity(proximal[-1]))
    lower = Step(
        "|G|^2 <= |grad f| |G|",
        Le(size**2, steepness * size),
        by=Combination({Cauchy: 1, dual_G: steepness, mixed: -1, square: -1, monotone: 1 / gamma}, given=(positive,)),
    )
    signs = lemma("|G| >= 0", "non-negative norm", size), lemma("|grad f| >= 0", "non-negative norm", steepness)
    conclude = Step("Definition 1", statement, by=Decide(upper, lower, *signs))
    return Proof(
        *basics, *proximal, split, *inherited, dual_G, triangle, named, upper, up, down, monotone, square, Cauchy,
        mixed, lower, *signs, conclude,
    )  # fmt: skip


definition_1 = Claim(
    id="signprox/definition-1",
    source=Source(PAPER, "Definition 1"),
    about="The gradient mapping is zero exactly at the critical points of f.",
    statement=statement,
    assumptions=(average, convex_components, smooth_components),
    domain=(gamma > 0,),
    proof=proof,
)
