"""SignGD with a constant step does not converge, not even on x_1^2 + x_2^2.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Example 1, eq. (4).
"""

from __future__ import annotations

from signproof.counterexamples.counterexample import Counterexample
from signproof.theory.papers.scaled_sign.example_1 import example_1 as claim

example_1 = Counterexample(
    ends_the_hope="SignGD with a constant step converges on every strongly convex smooth function.",
    claim=claim,
    shows="From (alpha/2, alpha/2) it returns after two steps, for every alpha > 0: f(x_k) = alpha^2/2 for ever.",
)
