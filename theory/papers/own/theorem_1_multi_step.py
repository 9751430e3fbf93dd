"""Theorem 1 is tight over many steps: on some quadratics in R^3 the whole run is nearly zeta^k V_0.

For t in (0, 1/2) let f = 1/2 x'Hx, H = h (I - vv'/3) + c vv', v = (1, 1, 1), with c/h -> 0 as t -> 0, and let x_0 be
the point where the gradient is (g_1, g_2, -t). One step of scaled SignGD turns x_0 = (a, b, e) into (1 - t) (b, e, a).
The method treats coordinates alike and scales with x, so the run does that for ever: V_k = (1 - t)^(2k) V_0. The share
log(V_k/V_0) / (k log zeta) = log (1 - t)^2 / log zeta does not depend on k and tends to 1 with t -> 0.
"""

from __future__ import annotations

from sympy import And, Eq, Expr, Ge, Gt, Le, Matrix, Symbol, cancel, factor, log, ones

from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Decide, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.blocks import Function
from signproof.theory.methods.gradient import ScaledSignGD
from signproof.theory.papers.own import PAPER
from signproof.theory.papers.scaled_sign.theorem_1 import zeta as rate
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import L, alpha, mu

t, delta, r, h, c = (Symbol(name, real=True) for name in ("t", "delta", "r", "h", "c"))
x = tuple(Symbol(f"x_{number}", real=True) for number in (1, 2, 3))
z = tuple(Symbol(f"z_{number}", real=True) for number in (1, 2, 3))

shrink = 1 - t
# alpha times the entries p, p, -q of H (1, 1, -1): the step has to turn the gradient as described
p = cancel((1 - t * (1 - shrink - shrink**2)) / (2 + shrink))
q = cancel(p * (shrink + shrink**2) + t * (1 - shrink**3))
slope = Matrix([cancel(p * (1 + shrink) - shrink**2 * t), cancel(p - shrink * t), -t])
of_t = {h: cancel((p + q) / 2) / alpha, c: cancel((2 * p - q) / 3) / alpha}
"""The quadratic for each t."""
constants = {L: 8 * h / 3 + c, mu: 9 * h * c / (h + 6 * c)}
"""Its constants, for all 0 < 3c <= h."""
largest, smallest = (factor(constants[symbol].subs(of_t)) for symbol in (L, mu))
zeta = cancel(rate.subs({L: largest, mu: smallest}, simultaneous=True))


def form(v: Matrix) -> Expr:
    """v'Hv."""
    return h * (sum(entry**2 for entry in v) - sum(v) ** 2 / 3) + c * sum(v) ** 2


f = Function((form(x) / 2).subs(of_t), x)
_mean = ones(3, 1) * sum(slope) / 3
start = ((slope - _mean) / of_t[h] + _mean / (3 * of_t[c])).applyfunc(cancel)


def turned(times: int) -> Matrix:
    """The start with its coordinates moved up, cyclically."""
    return Matrix([*start[times:], *start[:times]])


def transitions() -> list[Step]:
    """From r times the start, turned 0, 1 or 2 times, to r (1 - t) times the start turned once more, and V with it."""
    found = []
    for times in range(3):
        here, there = r * turned(times), r * shrink * turned((times + 1) % 3)
        after, _ = f.step(ScaledSignGD(alpha), here)
        for number, (a, b) in enumerate(zip(after, there, strict=True), 1):
            found.append(Step(f"turn {times}, coordinate {number}", Eq(a, b, evaluate=False), by=Decide()))
        value = Eq(f.value(there), shrink**2 * f.value(here), evaluate=False)
        found.append(Step(f"turn {times}, V", value, by=Decide()))
    return found


V_0 = f.value(start)
share = Ge(log(shrink**2), (1 + delta) * log(zeta))
_run = transitions()
_positive = Step("V_0 > 0", Gt(V_0, 0), by=Decide())
_bound = Step("Theorem 1", Le(shrink**2, zeta), by=Decide())
_range = Step("alpha < 2/L", alpha < 2 / largest, by=Decide())
_condition = Step("L/mu", Ge(largest / smallest, 1 / (3 * t)), by=Decide())
_curved = Step("c > 0", Gt(of_t[c], 0), by=Decide())
_narrow = Step("3c <= h", Le(cancel(3 * of_t[c]), of_t[h]), by=Decide())
_left = Step("(1 - t)^2 > 0", Gt(shrink**2, 0), by=Decide())
_right = Step("zeta > 0", Gt(zeta, 0), by=Decide())
_below = Step("log (1 - t)^2", conclusion("logarithm", shrink**2), by=Lemma("logarithm", shrink**2, using=(_left,)))
_above = Step("log zeta", conclusion("logarithm", zeta), by=Lemma("logarithm", zeta, using=(_right,)))
_close = Step("close", Ge(1 - 1 / shrink**2, (1 + delta) * (zeta - 1)), by=Decide())
_share = Step("share", share, by=Decide(_below, _above, _close))
_parts = (*_run, _positive, _bound, _range, _condition, _curved, _narrow, _share)
statement = And(*(step.statement for step in _parts))

theorem_1_multi_step = Claim(
    id="own/theorem-1.multi-step",
    source=Source(PAPER, "Theorem 1 of scaled-sign, tight over many steps"),
    about=(
        "On a quadratic in R^3, scaled SignGD rotates and shrinks its iterate in every step, V_k = (1 - "
        "t)^(2k) V_0, with log(V_k/V_0) / (k log zeta) between 1 and 1 + delta for every k, while L/mu >= "
        "1/(3t), for any delta > 0 and t <= delta/12."
    ),
    statement=statement,
    domain=(alpha > 0, r > 0, t > 0, t <= delta / 12, delta < 1),
    proof=Proof(
        *_parts[:-1], _left, _right, _below, _above, _close, _share, Step("all", statement, by=Decide(*_parts))
    ),
)

R = Symbol("R", real=True)
_convex = [
    Step(f"Assumption 1, coordinate {number}", Ge(form(z), constants[mu] * entry**2), by=Decide())
    for number, entry in enumerate(z, 1)
]
_slopes = [h * (entry - sum(z) / 3) + c * sum(z) for entry in z]
_smooth = Step("Assumption 3", Le(sum(map(abs, _slopes)), constants[L] * R), by=Decide())
_both = And(*(step.statement for step in _convex), _smooth.statement)

theorem_1_multi_step_constants = Claim(
    id="own/theorem-1.multi-step.constants",
    source=Source(PAPER, "Theorem 1 of scaled-sign, tight over many steps: the quadratic's constants"),
    about="For H = h (I - vv'/3) + c vv', 0 < 3c <= h, and every vector z with entries up to R in absolute value, z'Hz "
    ">= mu z_i^2 for each i and ||Hz||_1 <= L R with mu = 9hc/(h + 6c), L = 8h/3 + c: it meets Assumptions 1 and 3.",
    statement=_both,
    domain=(c > 0, 3 * c <= h, *(bound for entry in z for bound in (entry <= R, entry >= -R))),
    proof=Proof(*_convex, _smooth, Step("both", _both, by=Decide(*_convex, _smooth))),
)
