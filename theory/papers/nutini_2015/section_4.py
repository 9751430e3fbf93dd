"""Section 4: the Gauss-Southwell rule, with strong convexity measured in the l1 norm.

Nutini, Schmidt, Laradji, Friedlander, Koepke, "Coordinate descent converges faster with the Gauss-Southwell rule than
random selection", eq. (10), from memory: x_i+ = x_i - g_i/L where |g_i| is largest, which is steepest descent in the l1
norm. A convex function that is L-smooth along every coordinate is L-smooth in the l1 norm: then no entry of its Hessian
is above L. It is stated for every norm, of which this is one; ties are broken in any way.
"""

from __future__ import annotations

from signproof.theory.assumptions.objective import Smooth, StronglyConvex
from signproof.theory.claim import Claim, Source
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.methods.gradient import SteepestDescent
from signproof.theory.norms import ANY
from signproof.theory.papers.nutini_2015 import PAPER
from signproof.theory.symbols import V0, L, k, mu

gauss_southwell = Claim(
    id="nutini-2015/gauss-southwell",
    source=Source(PAPER, "(10)"),
    about="Steepest descent on a strongly convex function in any norm; the Gauss-Southwell rule is its case of the l1 "
    "norm. From memory, re-derived.",
    algorithm=SteepestDescent(1 / L, ANY),
    assumptions=(Smooth(L, ANY), StronglyConvex(mu, ANY)),
    measure=Suboptimality(),
    bound=(1 - mu / L) ** k * V0,
)
