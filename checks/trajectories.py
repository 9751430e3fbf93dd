"""Where a flow is at a time: exact, in closed form, or enclosed; a trajectory never comes without its error bound.

Three ways, by what is known of the objective:

Closed form, `Flow.on_quadratic`: both flows on diagonal quadratics, and the sign flow on every sum of functions of
single coordinates that has the PL inequality. There phi_i' vanishes at minimizers of phi_i only, so that coordinate i
moves towards them at the speed beta and stays there; f and its gradient are the same at all of them.

On quadratics f = 1/2 x'Hx, H >= 0, the gradient flow is x(t) = exp(-beta t H) x, a matrix exponential in balls. The
sign flow is piecewise linear, with exact events, see `slide`.

Elsewhere, Taylor series in balls, see `Taylor`, for flows whose velocity is smooth. The sign flow of what is neither
quadratic nor separable is not integrated: `Unsupported` says so.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from dataclasses import dataclass
from math import inf
from typing import Any, ClassVar

import numpy as np
from flint import arb, arb_mat, arb_series, ctx, fmpq, fmpq_mat

from signproof.checks.constants import is_positive_semidefinite
from signproof.checks.domain import Unsupported
from signproof.checks.exact import RATIONALS, Balls, Undecided, each, rational, rationals
from signproof.checks.problem import Problem
from signproof.theory.assumptions import PolyakLojasiewicz
from signproof.theory.flows import Flow, GradientFlow, SignFlow
from signproof.theory.norms import L2

LARGEST = 16
"""Coordinates up to which trajectories that have no closed form are computed."""
PIVOTS = 1000
"""Pivots after which the search for a sliding velocity is given up."""
STEPS = 5000
"""Steps after which an integration is given up."""
HALVINGS = 60
"""Halvings of a step after which it is given up."""
TURNS = 6
"""Picard iterations after which a step is halved."""
WIDER = 1.25
"""How much wider each Picard iteration starts: what converges is then contained in what it started from."""


class Trajectory(ABC):
    """The solution of a flow from a start."""

    finest: ClassVar[float] = inf
    """The most bits for which it is worth to ask."""

    @abstractmethod
    def at(self, time: Any, xp: Any) -> Any:
        """The point at a time >= 0, shape (d,), in the exact arithmetic `xp`; of a ball of times, a box.

        Raises TypeError if `xp` cannot hold the point, Undecided if the precision does not suffice.
        """


def trajectory(flow: Flow, problem: Problem, start: Any) -> Trajectory:
    """The trajectory of a flow from a start.

    Arguments: the flow, its speed a positive rational; one instance; d rationals.
    Raises Unsupported if it cannot be computed, ValueError if the instance is none of its family.
    """
    start = rationals(list(start))
    hessian = problem.hessian()
    if hessian is not None and not is_positive_semidefinite(matrix := fmpq_mat(hessian.tolist())):
        raise ValueError("the quadratic has a negative curvature, and then no minimum: it needs positive entries")
    if type(flow) in (GradientFlow, SignFlow) and problem.separable and hessian is not None:
        return ClosedForm(flow, np.diagonal(hessian), start)
    if type(flow) is SignFlow and problem.separable and problem.exact_constant(PolyakLojasiewicz(1, L2)) is not None:
        return ClosedForm(flow, None, start)
    if len(start) > LARGEST:
        raise Unsupported(f"trajectories without a closed form are computed up to d = {LARGEST}, not {len(start)}")
    if type(flow) is SignFlow:
        if hessian is None:
            raise Unsupported(f"the sign flow is known on quadratics and separable functions, not on {problem.family}")
        return slide(matrix, start, flow.speed)
    if type(flow) is GradientFlow and hessian is not None:
        return Exponential(matrix, start, flow.speed)
    return Taylor(flow, problem, start)


@dataclass
class ClosedForm(Trajectory):
    """A flow as its `on_quadratic` gives it; the sign flow asks for no curvatures."""

    flow: Flow
    curvatures: Any
    start: np.ndarray

    def at(self, time, xp):
        curvatures = None if self.curvatures is None else xp.number(self.curvatures)
        flow = self.flow.at(speed=xp.number(self.flow.speed))
        return flow.on_quadratic(curvatures, xp.number(self.start), xp.number(time), xp)


@dataclass
class Exponential(Trajectory):
    """x(t) = exp(-speed t H) x."""

    hessian: fmpq_mat
    start: np.ndarray
    speed: fmpq

    def at(self, time, xp):
        if xp is RATIONALS:
            raise TypeError("an exponential is not rational: use balls")
        flowed = (arb_mat(self.hessian) * (xp.number(time) * -self.speed)).exp()
        return np.array(flowed.tolist(), dtype=object).dot(xp.number(self.start))


# ------------------------------------------------------------------------------------------------- sliding


@dataclass
class Broken(Trajectory):
    """A line broken at given times: from the n-th time on the point moves with the n-th velocity."""

    times: list[fmpq]
    points: list[np.ndarray]
    velocities: list[np.ndarray]

    def at(self, time, xp):
        if not isinstance(time, arb):
            return xp.number(self._on(bisect_right(self.times, time) - 1, time))
        low, high = xp.ends(time)
        first, last = (max(bisect_right(self.times, end) - 1, 0) for end in (low, high))
        met = [self._on(first, max(low, self.times[0])), *self.points[first + 1 : last + 1], self._on(last, high)]
        return np.array([_hull(entries) for entries in zip(*met, strict=True)], dtype=object)

    def _on(self, piece: int, time: fmpq) -> np.ndarray:
        return self.points[piece] + self.velocities[piece] * (time - self.times[piece])


def slide(hessian: fmpq_mat, start: np.ndarray, speed: fmpq) -> Broken:
    """The sign flow x' = -speed v on f = 1/2 x'Hx with H >= 0, in Filippov's sense, in rationals.

    v_i is the sign of g_i = (Hx)_i where it is not 0, and in [-1, 1] where it is. Of these v the flow takes one with
    the least v'Hv. Its optimality conditions say that with w = Hv, so that g' = -speed w,
        w_i = 0 or (v_i = 1 and w_i <= 0) or (v_i = -1 and w_i >= 0) wherever g_i = 0:
    coordinate i slides along the surface g_i = 0, or leaves it to the side where v_i is the sign of g_i. So the v found
    serves until another g_i becomes 0, an event, whose time is a quotient of rationals; then it is chosen anew.

    V(t) and the gradient do not depend on the choice: of two solutions x and y, with selections v and u,
    d/dt (x - y)'H(x - y)/2 = -speed <Hx - Hy, v - u> <= 0, for v and u are subgradients of the convex ||.||_1 at Hx
    and Hy.

    Raises Undecided if the sliding velocity is not found.
    """
    H = np.array(hessian.tolist(), dtype=object)
    x, g, time = start, H.dot(start), fmpq(0)
    broken = Broken([], [], [])
    while True:
        v = _selection(H, g)
        broken.times.append(time)
        broken.points.append(x)
        broken.velocities.append(v * -speed)
        w = H.dot(v) * speed
        arrivals = [a / b for a, b in zip(g, w, strict=True) if a * b > 0]
        if not arrivals:
            if any(g):
                raise Undecided("the sign flow does not stop")
            return broken
        step = min(arrivals)
        time, x, g = time + step, x - v * (speed * step), g - w * step


def _selection(H: np.ndarray, g: np.ndarray) -> np.ndarray:
    """The v of `slide`: by pivots of the first coordinate that is wrong (Murty's least-index rule)."""
    d = len(g)
    if not any(g):
        return rationals([0] * d)
    v = RATIONALS.sign(g)
    surface = [i for i in range(d) if g[i] == 0]
    free = list(surface)
    for _ in range(PIVOTS):
        v[free] = fmpq(0)
        if free:
            block = fmpq_mat([[H[i, j] for j in free] for i in free])
            try:
                solved = block.solve(fmpq_mat([[-entry] for entry in H[free].dot(v)]))
            except ZeroDivisionError:
                raise Undecided("the sliding velocity is not unique") from None
            v[free] = [row[0] for row in solved.tolist()]
        w = H.dot(v)
        wrong = next((i for i in surface if (abs(v[i]) > 1 if i in free else v[i] * w[i] > 0)), None)
        if wrong is None:
            return v
        if wrong in free:
            free.remove(wrong)
            v[wrong] = RATIONALS.sign(v[wrong])
        else:
            free = sorted([*free, wrong])
    raise Undecided(f"no sliding velocity was found in {PIVOTS} pivots")


# ------------------------------------------------------------------------------------------- Taylor series


class Series(Balls):
    """Power series in the time, with balls as coefficients; functions that jump or bend are Unsupported."""

    name = "series"

    def sqrt(self, x):
        return each(lambda entry: entry.sqrt(), x)

    def exp(self, x):
        return each(lambda entry: entry.exp(), x)

    def log(self, x):
        return each(lambda entry: entry.log(), x)

    def sin(self, x):
        return each(lambda entry: entry.sin(), x)

    def cos(self, x):
        return each(lambda entry: entry.cos(), x)

    def expm1(self, x):
        return each(lambda entry: entry.exp() - 1, x)

    def log1p(self, x):
        return each(lambda entry: (1 + entry).log(), x)

    def exp_remainder(self, x):
        return each(lambda entry: entry.exp() - 1 - entry, x)

    def _jumps(self, *x):
        raise Unsupported("a velocity that is not smooth is not integrated")

    abs = sign = max = larger = normalized = _jumps


@dataclass
class _Step:
    """A step of the integration: x(begin + s) = sum of c_n s^n, for 0 <= s <= length."""

    begin: fmpq
    length: fmpq
    coefficients: np.ndarray

    def after(self, s: Any) -> np.ndarray:
        *lower, result = self.coefficients
        for coefficient in reversed(lower):
            result = result * s + coefficient
        return result


class Taylor(Trajectory):
    """Enclosures of a solution of x' = F(x) with F smooth, by Taylor series with a remainder.

    A step of length h from a box X first finds a box B with X + [0, h] F(B) inside B: by Picard and Lindelöf every
    solution from X is in B for the time h. With c_n(X) the Taylor coefficients of the solutions from points of X,
    x(s) is in sum over n < p of c_n(X) s^n + c_p(B) s^p for 0 <= s <= h, Lagrange's remainder. The coefficients come
    from n c_n = [F(x)]_{n-1}, with F evaluated on power series. Boxes grow by about exp(h Lip F) in each step, which
    the precision has to spare.
    """

    finest = 256

    def __init__(self, flow: Flow, problem: Problem, start: np.ndarray):
        self.flow, self.problem, self.start = flow, problem, start
        self._steps: dict[int, list[_Step]] = {}

    def at(self, time, xp):
        if xp is RATIONALS:
            raise TypeError("a Taylor series is not rational: use balls")
        low, high = xp.ends(xp.number(time))
        steps = self._until(high, xp)
        first, last = (max(bisect_right(steps, end, key=lambda step: step.begin) - 1, 0) for end in (low, high))
        found = []
        for step in steps[first : last + 1]:
            begin, end = max(low, step.begin), min(high, step.begin + step.length)
            offset = xp.interval(begin - step.begin, end - step.begin)
            found.append(step.after(offset))
        return np.array([_hull(entries) for entries in zip(*found, strict=True)], dtype=object)

    def _until(self, time: fmpq, xp: Balls) -> list[_Step]:
        """The steps up to a time, the first of them made before."""
        steps = self._steps.setdefault(xp.bits, [])
        while not steps or steps[-1].begin + steps[-1].length < time:
            if len(steps) == STEPS:
                raise Undecided(f"the trajectory is not enclosed in {STEPS} steps")
            begin, x, longest = fmpq(0), xp.number(self.start), fmpq(1)
            if steps:
                last = steps[-1]
                begin, x = last.begin + last.length, last.after(xp.number(last.length))
                longest = 4 * last.length
            steps.append(self._step(begin, x, longest, xp))
        return steps

    def _step(self, begin: fmpq, x: np.ndarray, longest: fmpq, xp: Balls) -> _Step:
        length, order = longest, xp.bits // 8
        velocity = self._velocity(xp)
        for _ in range(HALVINGS):
            if _enclosure(velocity, x, length, xp) is not None:
                # a shorter step makes the remainder small
                length = _dyadic(length / 4)
                box = _enclosure(velocity, x, length, xp)
                if box is not None:
                    coefficients = self._coefficients(x, order, xp)
                    coefficients[-1] = self._coefficients(box, order, xp)[-1]
                    return _Step(begin, length, coefficients)
            length = length / 2
        raise Undecided("no step has an enclosure")

    def _velocity(self, xp: Balls):
        posed, flow, series = self.problem.over(xp), self.flow.at(speed=xp.number(self.flow.speed)), Series(xp.bits)
        return lambda x: flow.velocity(x, lambda point: posed.gradient(point, series), series)

    def _coefficients(self, x: np.ndarray, order: int, xp: Balls) -> np.ndarray:
        """c_0, ..., c_order of the solutions from x, shape (order + 1, d)."""
        velocity, found = self._velocity(xp), [x]
        before = ctx.cap
        try:
            for n in range(order):
                ctx.cap = n + 1
                rows = zip(*found, strict=True)
                series = np.empty(len(x), dtype=object)  # NumPy would take a series for a sequence
                series[:] = [arb_series(list(row), n + 1) for row in rows]
                found.append(np.array([_coefficient(entry, n) for entry in velocity(series)], dtype=object) / (n + 1))
        finally:
            ctx.cap = before
        return np.array(found, dtype=object)


def _coefficient(entry: Any, n: int) -> arb:
    if not isinstance(entry, arb_series):
        return arb(entry) if n == 0 else arb(0)
    if entry.prec <= n:  # coefficients that are not known read as 0
        raise Undecided("the velocity loses terms of its power series")
    return entry[n]


def _enclosure(velocity: Any, x: np.ndarray, length: fmpq, xp: Balls) -> np.ndarray | None:
    """A box that holds every solution from x for a time; None if none is found."""
    time, box = xp.interval(fmpq(0), length), x
    for _ in range(TURNS):
        reached = x + velocity(box) * time
        if not all(entry.is_finite() for entry in reached):
            return None
        if all(outer.contains(inner) for outer, inner in zip(box, reached, strict=True)):
            return reached
        box = each(lambda entry: arb(entry.mid(), entry.rad() * WIDER), reached)
    return None


def _dyadic(length: fmpq) -> fmpq:
    """A short rational near to a length: denominators would grow from step to step."""
    size = int(length.q).bit_length() - int(length.p).bit_length() + 4
    return fmpq(int(length * fmpq(2) ** size), 1) / fmpq(2) ** size if size > 0 else length


def _hull(entries: Any) -> arb:
    first, *others = (entry if isinstance(entry, arb) else arb(rational(entry)) for entry in entries)
    for other in others:
        first = first.union(other)
    return first
