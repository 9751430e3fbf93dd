"""Example 5: logistic regression on the epsilon data.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Example 5, Figures 2 and 3. The
objective is f(x) = (1/n) (sum over i of log(1 + exp(-b_i <a_i, x>))) + ||x||_2^2/(2n) with n = 400000, d = 2000; runs
start at x_0 ~ N(0, I) and are averaged.
"""

from __future__ import annotations

from signproof.theory.claim import Claim, Source
from signproof.theory.papers.scaled_sign import PAPER

constant = Claim(
    id="scaled-sign/example-5.constant",
    source=Source(PAPER, "Example 5, Figure 2(a)"),
    about="Measured: the mean of f(x_k) - f* over k, for each method.",
    words="With constant step 2, scaled SignSGD does as well as SGD and EF-SignSGD, better than SignSGD and SignSGDM.",
    awaits="an experiment: the five methods on the epsilon data, repeated runs",
)

diminishing = Claim(
    id="scaled-sign/example-5.diminishing",
    source=Source(PAPER, "Example 5, Figure 2(b)"),
    about="Measured: the mean of f(x_k) - f* over k, for both step sizes.",
    words="With the diminishing step 6n/(k + 1), scaled SignSGD is slower than with the constant step 2.",
    awaits="an experiment: scaled SignSGD with both step sizes on the epsilon data, repeated runs",
)

workers = Claim(
    id="scaled-sign/example-5.workers",
    source=Source(PAPER, "Example 5, Figure 3"),
    about="Measured: the mean of f(x_k) - f* over k, for both numbers of workers.",
    words="Algorithm 3 with three workers does better than with one.",
    awaits="an experiment: Algorithm 3 with 1 and 3 workers on the epsilon data, repeated runs",
)
