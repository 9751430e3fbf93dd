"""Bounds with a wrong constant planted in them: 1 % off where the bound is tight, a factor 2 elsewhere.

Noise floors are the exception, see FLOORS.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Rational, sqrt

from signproof.theory.catalog import catalog
from signproof.theory.symbols import V0, L, alpha, k, mu, sigma

OFF = Rational(101, 100)


def _contraction(id, gain):
    """The rate 1 - gain with 1 % more gain."""
    return id, lambda bound: (1 - OFF * gain) ** k * V0


def _smaller(id, factor):
    return id, lambda bound: bound / factor


GAIN = 2 * mu * alpha * (1 - L * alpha / 2)
TIGHT = {
    f"{id}, 1 % off": change
    for id, change in (
        _contraction("scaled-sign/theorem-1.1", GAIN),
        _contraction("scaled-sign/theorem-1.2", GAIN),
        _contraction("own/theorem-1.dual-norms.1", GAIN),
        _contraction("own/theorem-1.dual-norms", GAIN),
        _contraction("scaled-sign/remark-1.gradient-descent", GAIN),
        _smaller("scaled-sign/theorem-1.3", OFF),
        _smaller("own/theorem-1.dual-norms.3", OFF),
        _smaller("scaled-sign/remark-3.max-norm", OFF),
        _smaller("own/remark-3.signgd.repaired", OFF),
        _smaller("signprox/theorem-1", OFF),
        _smaller("scaled-sign/proposition-1.1", OFF),
        _smaller("scaled-sign/proposition-2.1", OFF),
    )
}
"""By what is done: how the bound changes."""


def _decay(bound):
    """Half the part of a bound that the start gives, from k = 1 on."""
    without = bound.subs(V0, 0)
    return without + (bound - without) / 2


HALF = Rational(5, 2)
"""A factor for signprox/theorem-2, whose best ratio tends to 1/2 with T and is 0.477 at T = 256."""
LOOSE = {
    **{f"{id}, half": change for id, change in (_smaller(f"scaled-sign/proposition-{n}.2", 2) for n in (1, 2))},
    "signprox/theorem-2, T >= 256": lambda bound: bound / HALF,
    "own/theorem-2.1.repaired, decay": _decay,
    "own/theorem-2.2.repaired, decay": _decay,
    "own/theorem-3.repaired, decay": _decay,
}
UNPLANTED = {"own/example-2.rate": "about one start in one dimension, which no search varies"}
"""Bounds without a planted constant, and why; what is false as it stands needs none."""


def _floor(factor):
    """A smaller floor, in which sigma^2 is divided."""
    return lambda bound: bound.subs(sigma, sigma / sqrt(factor))


FLOORS = {
    "own/theorem-2.1.sharp, floor": _floor(Rational(11, 10)),
    "own/theorem-2.1.repaired, floor": _floor(Rational(22, 10)),
    "own/theorem-3.repaired, floor": _floor(Rational(23, 10)),
}
"""The floor of own/theorem-2.1.sharp is attained in the limit of short steps. That of the repaired theorems is at
least twice as high: half of it is no wrong constant, but implied by the sharp one, and for one worker of theorem 3 also
there, where independent coordinates imply (N)."""


def planted(name):
    """The claim with the wrong constant of that name, without its proof."""
    change = (TIGHT | LOOSE | FLOORS)[name]
    claim = catalog()[name.split(", ")[0]]
    timed = claim.horizon is not None or claim.kind == "flow"
    domain = claim.domain if timed else (*claim.domain, k >= 1)
    if name in TIGHT and mu in claim.parameters:
        domain += (L >= 2 * mu,)  # else the bound is negative at alpha = 1/L, and nothing has to be found
    if name.endswith("T >= 256"):
        domain = (*claim.domain, claim.measure.steps >= 256)
    elif claim.id.startswith("signprox/"):
        domain = claim.domain
    return replace(claim, id=f"planted/{claim.id}", bound=change(claim.bound), domain=domain, proof=None)
