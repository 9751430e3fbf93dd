"""What the introduction promises of scaled SignSGD, on an objective where its error is known exactly.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Contributions.

On f(x) = x^2/2 in one dimension, L = mu = 1, (15) is x+ = x - alpha ~g: scaling and sign undo each other. Let
~g = x + e, where e has mean 0 and variance sigma^2 given x, so that x+ = (1 - alpha) x - alpha e and

    E V+ = (1 - alpha)^2 E V + alpha^2 s,    s = sigma^2/2.

Every p_min below 1 is possible: for x >= 0 let e be sigma sqrt((1 - p)/p) with probability p and -sigma sqrt(p/(1 - p))
otherwise, and for x < 0 its mirror image. So what is claimed for all objectives is claimed here.
"""

from __future__ import annotations

from sympy import Eq, Expr, Limit, Rational, Symbol, oo

from signproof.theory.claim import Claim, Source
from signproof.theory.papers.scaled_sign import PAPER
from signproof.theory.symbols import V0, alpha, sigma

s = sigma**2 / 2


def remaining_error(step_size: Expr) -> Expr:
    """The limit of E V_k with a constant step: the fixed point of the recursion."""
    return step_size**2 * s / (1 - (1 - step_size) ** 2)


error_order = Claim(
    id="scaled-sign/introduction.error-order",
    source=Source(PAPER, "Introduction, Contributions"),
    about=(
        "On f = x^2/2 with noise of variance sigma^2, doubling the constant step quadruples the remaining "
        "error: the simplest case of an error proportional to alpha^2."
    ),
    erratum=(
        "The error that a constant step leaves is proportional to alpha, not alpha^2: dividing L sigma^2 "
        "alpha^2 by 1 - zeta_1, which is itself of order alpha, gives the floor of eq. (19)."
    ),
    statement=Eq(remaining_error(2 * alpha), 4 * remaining_error(alpha)),
    domain=(0 < alpha, alpha < Rational(1, 2), sigma > 0),
)

n = Symbol("n", real=True)
"""The number of steps taken."""
least_error = 1 / (1 / V0 + n / s)
"""The least E V_n that any step sizes reach: (1 - alpha)^2 V + alpha^2 s >= 1/(1/V + 1/s), with equality at
alpha = V/(V + s)."""

fast_rate = Claim(
    id="scaled-sign/introduction.fast-rate",
    source=Source(PAPER, "Introduction, Contributions"),
    about=(
        "On f = x^2/2 with noise of variance sigma^2, n times the least error that any step sizes achieve in "
        "n steps tends to 0, as the rate O(ln(n)^2/n^2) requires."
    ),
    erratum=(
        "On a quadratic with noise, no choice of step sizes beats the order 1/k, which is the rate of Theorem 2(2)."
    ),
    statement=Eq(Limit(n * least_error, n, oo), 0),
    domain=(V0 > 0, sigma > 0),
)
