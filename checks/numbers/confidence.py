"""Lower confidence bounds on an expectation from independent draws, and the error probability that a run may spend.

Nothing but V >= 0 is assumed of the law: E V >= E min(V, C) for every C, and min(V, C) is bounded. The C is chosen with
draws of a pilot, which are not used again.
"""

from __future__ import annotations

from math import log, sqrt

import numpy as np

ERROR = 1e-9
"""The probability that a whole run of `signproof verify` holds a statistical refutation that is wrong."""
HALVINGS = 12
"""How often the largest draw of the pilot is halved where C is chosen."""


def lower_bound(draws: np.ndarray, pilot: np.ndarray, error: float) -> float:
    """A number that is below E V with probability 1 - error or more.

    Arguments: independent draws of V >= 0, shape (n,), n >= 2; others, to choose C with; the error probability.
    Raises ValueError if a draw is negative or not finite, or if there are too few.
    """
    for sample in (draws, pilot):
        if sample.size < 2 or not np.isfinite(sample).all() or sample.min() < 0:
            raise ValueError(f"needs at least two draws, all finite and nonnegative; got {sample.size}")
    largest = float(pilot.max())
    ceilings = [largest / 2**n for n in range(HALVINGS)]
    ceiling = max(ceilings, key=lambda c: empirical_bernstein(np.minimum(pilot, c), c, error, len(draws)))
    return max(0.0, empirical_bernstein(np.minimum(draws, ceiling), ceiling, error, len(draws)))


def empirical_bernstein(draws: np.ndarray, ceiling: float, error: float, n: int) -> float:
    """The bound for n draws with values in [0, ceiling], with the mean and variance of those given.

    Maurer and Pontil, "Empirical Bernstein bounds and sample-variance penalization", COLT 2009, Theorem 4.
    """
    price = log(2 / error)
    return float(draws.mean()) - sqrt(2 * float(draws.var(ddof=1)) * price / n) - 7 * ceiling * price / (3 * (n - 1))
