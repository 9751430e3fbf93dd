"""What a step along the direction of any estimate gains, in any norm.

Shen, Huang, Huang, Shen, Zhang, "On the Convergence Analysis of Muon", 2025, the first lines of their proofs: m is any
estimate of the gradient, and v(m) maximizes `<m, .>` over the unit ball of the norm: U V' for Muon, if m = U S V'.
"""

from __future__ import annotations

from sympy import Ge, Le, Symbol
from sympy.core.symbol import Str

from signproof.theory.assumptions.objective import Smooth
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.facts import Facts
from signproof.theory.norms import ANY, DualPair
from signproof.theory.papers.shen_2025 import PAPER
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import L
from signproof.theory.terms.vectors import dual_norm, gradient, maximizer, norm, point, value

eta = Symbol("eta", real=True)
x, m = point(Str("x")), point(Str("m"))


def gain(facts: Facts, pair: DualPair) -> Step:
    """f(x - eta v(m)) <= f(x) - eta ||g||_* + 2 eta ||m - g||_* + L eta^2/2."""
    prove, name, smooth = facts.prove, Str(pair.name), Smooth(L, pair)
    v, g = maximizer(name, m), gradient(x)
    y, off = x - eta * v, m - g
    upper = prove("smoothness", conclusion("descent lemma", smooth, y, x), Lemma("descent lemma", smooth, y, x))
    unit = prove("||v|| <= 1", Le(norm(name, v), 1), Lemma("unit maximizer", pair, m))
    positive = prove("||v|| >= 0", Ge(norm(name, v), 0), Lemma("non-negative norm", norm(name, v)))
    square = prove("||v||^2 <= 1", Le(norm(name, v) ** 2, 1), Decide(unit, positive))
    attained = prove("<m, v>", conclusion("attained dual norm", pair, m), Lemma("attained dual norm", pair, m))
    product = prove("Hölder", conclusion("Hölder", pair, off, v), Lemma("Hölder", pair, off, v))
    error = dual_norm(name, off)
    least = prove("||m - g|| >= 0", Ge(error, 0), Lemma("non-negative norm", error))
    split = prove(
        "triangle", conclusion("triangle inequality", pair, m, -off), Lemma("triangle inequality", pair, m, -off)
    )
    most = value(x) - eta * dual_norm(name, g) + 2 * eta * error + L * eta**2 / 2
    by = {upper: 1, square: L * eta**2 / 2, attained: -eta, product: eta, unit: eta * error, split: eta}
    return prove("gain", Le(value(y), most), Combination(by, given=(least,)))


def _proof() -> Proof:
    facts = Facts()
    gain(facts, ANY)
    return Proof(*facts.steps)


descent = Claim(
    id="shen-2025/descent",
    source=Source(PAPER, "the descent step of the proofs"),
    about="What a step of length eta along v(m) gains, m any estimate of the gradient, in any norm. From memory.",
    statement=Le(
        value(x - eta * maximizer(Str("any"), m)),
        value(x)
        - eta * dual_norm(Str("any"), gradient(x))
        + 2 * eta * dual_norm(Str("any"), m - gradient(x))
        + L * eta**2 / 2,
    ),
    assumptions=(Smooth(L, ANY),),
    domain=(eta > 0,),
    proof=_proof,
)
