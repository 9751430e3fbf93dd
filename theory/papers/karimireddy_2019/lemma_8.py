"""The scaled sign as a compressor: C(v) = (||v||_1/d) sign(v).

Karimireddy, Rebjock, Stich, Jaggi, "Error Feedback Fixes SignSGD and other Gradient Compression Schemes", ICML 2019:
C is a phi-approximate compressor with phi = ||v||_1^2/(d ||v||_2^2), that is
||C(v) - v||_2^2 <= (1 - phi) ||v||_2^2. The proof holds for every vector.
"""

from __future__ import annotations

from sympy import Expr, Integer, Le
from sympy.core.symbol import Str

from signproof.theory.assumptions.gradients import l1
from signproof.theory.assumptions.objective import Dimension
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Hypothesis, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.facts import Facts
from signproof.theory.norms import LINF
from signproof.theory.papers.karimireddy_2019 import PAPER
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import d, i
from signproof.theory.terms.expectations import Total, coordinate
from signproof.theory.terms.vectors import inner, maximizer, point

dimension = Dimension(d)


def compressed(v: Expr) -> Expr:
    """(||v||_1/d) sign(v)."""
    return l1(v) / d * maximizer(Str("inf"), v)


def short_signs(facts: Facts, s: Expr) -> Step:
    """<s, s> <= d for a vector s of signs."""
    prove, square = facts.prove, coordinate(s, i) ** 2
    product = prove(
        f"<{s}, {s}>",
        conclusion("inner product in coordinates", s, s),
        Lemma("inner product in coordinates", s, s),
    )
    size = prove("R^d", dimension.statement(), Hypothesis(dimension))
    each = prove(f"square of ({s})_i", Le(square, 1), Decide())
    summed = prove(
        f"squares of ({s})_i",
        Le(Total(square, i), Total(Integer(1), i)),
        Lemma("sum of inequalities", square, Integer(1), i, using=(each,)),
    )
    return prove(f"<{s}, {s}> <= d", Le(inner(s, s), d), Combination({product: 1, summed: 1, size: 1}))


def contraction(facts: Facts, v: Expr) -> Step:
    """<C(v) - v, C(v) - v> <= <v, v> - ||v||_1^2/d."""
    prove, s, N = facts.prove, maximizer(Str("inf"), v), l1(v)
    short = short_signs(facts, s)
    aligned = prove(f"<{v}, sign>", conclusion("attained dual norm", LINF, v), Lemma("attained dual norm", LINF, v))
    off = compressed(v) - v
    return prove(
        f"|C({v}) - {v}|^2",
        Le(inner(off, off), inner(v, v) - N**2 / d),
        Combination({short: N**2 / d**2, aligned: -2 * N / d}),
    )


def _proof() -> Proof:
    facts = Facts()
    contraction(facts, v)
    return Proof(*facts.steps)


v = point(Str("v"))

lemma_8 = Claim(
    id="karimireddy-2019/lemma-8",
    source=Source(PAPER, "Lemma 8"),
    about="The scaled sign is a compressor: ||C(v) - v||_2^2 <= (1 - ||v||_1^2/(d ||v||_2^2)) ||v||_2^2. From memory.",
    statement=Le(inner(compressed(v) - v, compressed(v) - v), inner(v, v) - l1(v) ** 2 / d),
    assumptions=(dimension,),
    proof=_proof,
)
