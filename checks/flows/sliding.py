"""The sign flow x' = -speed v, v_i the sign of g_i = (grad f(x))_i and in [-1, 1] where g_i = 0, on quadratics: exact.

On f = 1/2 x'Hx with H >= 0 it is piecewise linear, and every event is at a rational time; see `slide`. What is no
quadratic is in `filippov`, which asks `selection`, too, where a flow goes on from a surface.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from flint import arb, fmpq, fmpq_mat

from signproof.checks.flows.paths import Trajectory, hull
from signproof.checks.numbers.exact import RATIONALS, Exact, Undecided, rationals

PIVOTS = 1000
"""Pivots after which the search for a sliding velocity is given up."""


@dataclass
class Broken(Trajectory):
    """A line broken at given times: from the n-th time on the point moves with the n-th velocity."""

    times: list[fmpq]
    points: list[np.ndarray]
    velocities: list[np.ndarray]

    def at(self, time: fmpq | arb, xp: Exact) -> np.ndarray:
        if not isinstance(time, arb):
            return xp.number(self._on(bisect_right(self.times, time) - 1, time))
        low, high = xp.ends(time)
        first, last = (max(bisect_right(self.times, end) - 1, 0) for end in (low, high))
        met = [self._on(first, max(low, self.times[0])), *self.points[first + 1 : last + 1], self._on(last, high)]
        return np.array([hull(entries) for entries in zip(*met, strict=True)], dtype=object)

    def _on(self, piece: int, time: fmpq) -> np.ndarray:
        return self.points[piece] + self.velocities[piece] * (time - self.times[piece])


def slide(hessian: fmpq_mat, start: np.ndarray, speed: fmpq) -> Broken:
    """The sign flow on f = 1/2 x'Hx with H >= 0, in Filippov's sense, in rationals.

    Of the v allowed the flow takes one with the least v'Hv. Its optimality conditions say that with w = Hv, so that
    g' = -speed w,
        w_i = 0 or (v_i = 1 and w_i <= 0) or (v_i = -1 and w_i >= 0) wherever g_i = 0:
    coordinate i slides along the surface g_i = 0, or leaves it to the side where v_i is the sign of g_i. So the v found
    serves until another g_i becomes 0, an event, whose time is a quotient of rationals; then it is chosen anew.

    Where H is singular, more than one v may do. V(t) and the gradient do not depend on the choice: of two solutions x
    and y, with selections v and u, d/dt (x - y)'H(x - y)/2 = -speed <Hx - Hy, v - u> <= 0, for v and u are subgradients
    of the convex ||.||_1 at Hx and Hy.

    Raises Undecided if the sliding velocity is not found.
    """
    H = np.array(hessian.tolist(), dtype=object)
    x, g, time = start, H.dot(start), fmpq(0)
    broken = Broken([], [], [])
    while True:
        v = selection(H, g)
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


def selection(H: np.ndarray, g: np.ndarray) -> np.ndarray:
    """A v of `slide`: the least of v'Hv over the box of those allowed, by an active-set method, in rationals.

    Some coordinates are free, at first none. From v one goes towards the v that is least in these, as far as the box
    allows; there a coordinate stops being free. A v that is least in them is the result unless some w_i, w = Hv, has
    the wrong sign; then that i is freed. For H >= 0 the block H_FF of the free ones is never singular, though H may
    be: if H_FF y = 0, then H (y, 0) = 0 and 0 = (y, 0)'w = y_i w_i for the last i that was freed, so that y_i = 0.
    Where H has negative curvature, as of objectives that are not convex, the result is the least in its neighbourhood.

    Raises Undecided if the search is given up.
    """
    if not any(g):
        return rationals([0] * len(g))
    v = RATIONALS.sign(g)
    surface = [i for i in range(len(g)) if g[i] == 0]
    v[surface] = fmpq(1)
    free: list[int] = []
    for _ in range(PIVOTS):
        w = H.dot(v)
        if not any(w[free]):
            wrong = next((i for i in surface if i not in free and v[i] * w[i] > 0), None)
            if wrong is None:
                return v
            free = sorted([*free, wrong])
        block = fmpq_mat([[H[i, j] for j in free] for i in free])
        try:
            solved = block.solve(fmpq_mat([[-entry] for entry in w[free]]))
        except ZeroDivisionError:
            raise Undecided("no sliding velocity was found where the Hessian is singular") from None
        step = rationals([row[0] for row in solved.tolist()])
        downwards = w[free].dot(step) < 0
        if not downwards:  # the curvature is negative: there is no least value before the end of the box
            step = -step
        ends = [(RATIONALS.sign(by) - v[i]) / by if by else fmpq(2) for i, by in zip(free, step, strict=True)]
        length = min([fmpq(1), *ends] if downwards else ends)
        v[free] = v[free] + step * length
        if length in ends:
            free.remove(free[ends.index(length)])
    raise Undecided(f"no sliding velocity was found in {PIVOTS} pivots")
