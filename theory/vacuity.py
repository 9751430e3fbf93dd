"""Claims about nothing: assumptions and a domain that no objective meets together.

Lemma. Let f be L-smooth, and strongly convex or Polyak-Lojasiewicz with mu, both in the same norm. If f(x) > f* at
some x, then mu <= L.

Proof. Let g be the gradient at x, v the unit vector with <g, v> = ||g||_*, and x+ = x - (||g||_*/L) v. By the descent
lemma f* <= f(x+) <= f(x) - ||g||_*^2/(2L), so ||g||_*^2 <= 2L (f(x) - f*). The PL inequality at x says
2 mu (f(x) - f*) <= ||g||_*^2; divide by f(x) - f* > 0. Strong convexity implies the PL inequality with the same mu:
minimize both sides of f(y) >= f(x) + <g, y - x> + (mu/2) ||y - x||^2 over y.

The lemma speaks of every objective that a claim is about, since a claim is about starts with f(x_0) > f*.
"""

from __future__ import annotations

from sympy import Le
from sympy.core.relational import Relational

from signproof.theory.assumptions import Constant, PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.claim import Claim
from signproof.theory.decide import satisfiable


def consequences(claim: Claim) -> tuple[Relational, ...]:
    """mu <= L for each pair of assumptions that the lemma is about."""
    constants = [assumption for assumption in claim.assumptions if isinstance(assumption, Constant)]
    smooth = [constant for constant in constants if type(constant) is Smooth]
    convex = [constant for constant in constants if type(constant) in (StronglyConvex, PolyakLojasiewicz)]
    return tuple(Le(lower.constant, upper.constant) for lower in convex for upper in smooth if lower.norm is upper.norm)


def contradiction(claim: Claim) -> str:
    """Why no objective meets the assumptions and the domain of a claim about a run; empty if that is not proved."""
    if claim.kind != "bound":
        return ""
    implied = consequences(claim)
    if not implied or satisfiable((*claim.premises, *implied)).holds is not False:
        return ""
    return f"the assumptions force {' and '.join(map(str, implied))}, and that contradicts the domain"
