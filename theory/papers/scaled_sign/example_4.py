"""Example 4: five methods on a nonconvex function of one variable.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Example 4, Figure 1.
"""

from __future__ import annotations

from signproof.theory.claim import Claim, Source
from signproof.theory.papers.scaled_sign import PAPER

example_4 = Claim(
    id="scaled-sign/example-4",
    source=Source(PAPER, "Example 4, Figure 1"),
    about="Measured: f(x_k) over k, for each method.",
    words="f(x) = x^2 + 3 sin(x)^2 is nonconvex and meets the PL inequality; with step 0.05 scaled SignGD, gradient "
    "descent and EF-SignGD converge linearly, SignGD and Signum oscillate near 0.",
    awaits="an experiment: f(x_k) of the five methods from several starts",
)
