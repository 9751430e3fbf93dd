"""The sign flow x' = -speed v on objectives that are no quadratics, in Filippov's sense, enclosed by balls.

v_i is the sign of g_i = (grad f(x))_i where it is not 0, and in [-1, 1] where it is. Nothing has to be integrated.
Until the next event a coordinate i that does not slide is on a line, x_i(t) = a_i - speed v_i t with v_i = 1 or -1,
and those that slide, S, have g_S = 0, which determines x_S(t) from the others at the time t alone. So errors do not
add up: a line that begins at an event is off by what the event's time is, and no more.

On every stretch of time it is verified, for all points and times that the enclosures hold:

- At each time g_S has exactly one zero x_S in a box. Let m be a point of the box and M(x) the mean, from m to x, of
  H_SS, the Jacobian of g_S, so that g_S(x) = g_S(m) + M(x) (x - m). If x -> m - M(x)^-1 g_S(m) maps the box into
  itself, it has a fixed point, by Brouwer, and that is a zero; of two zeros x and y, 0 = M (x - y) with a mean M that
  is regular. By the implicit function theorem x_S is a smooth function of time.
- v_i g_i > 0 where i does not slide, and |v_i| < 1 in the velocity x_S' = -speed v_S where it does. Both are Taylor
  polynomials in time with Lagrange's remainder, whose coefficients come from g_S(x(t)) = 0 by implicit differentiation.
  From an event on at which g_i = 0, v_i g_i' > 0 is asked instead, or v_i g_i'' > 0 where g_i' = 0 as well.

So the curve is continuous and x' is as the flow says, but at events: it is a solution. Where f = h(Mx) with h's Hessian
positive definite and Lipschitz on bounded sets, V(t) and the gradient are those of every solution. For two of them, at
z = Mx and w = My, let E = <grad h(z) - grad h(w), z - w>, at least c ||z - w||^2 with c > 0. Its derivative is

    <grad h(z) - grad h(w), z' - w'> + <h''(z) z' - h''(w) w', z - w>
        = 2 <grad h(z) - grad h(w), z' - w'> + O(||z - w||^2),

and the product is -speed <grad f(x) - grad f(y), v - u> <= 0, because v and u are subgradients of the convex ||.||_1 at
the two gradients. Hence E' <= CE and E(0) = 0, so that E = 0 at all times, by Grönwall. Of an f that is not convex the
curve is one solution of perhaps several, and a statement about the flow is one about all of them.

An event is where a v_i g_i, or a 1 - |v_i|, becomes 0. Its time is enclosed: before, that is certainly positive, after,
certainly negative, and in between its derivative is certainly negative and all others are certainly positive. With
f = h(Mx), M rational, g = M' grad h, so that g_j = c g_i as long as S slides if the columns of M say M_j = c M_i + a
combination of M_S; of such coordinates one is looked at. Where the columns of S and i span all of them, g = 0 at the
arrival of i, and the point rests. From other surfaces `selection` proposes how the flow goes on, with the Hessian
there, and what it proposes is verified like everything else.

Where two events are not told apart in any precision the trajectory ends, and `Undecided` says why.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from math import prod
from typing import Any

import numpy as np
from flint import arb, arb_mat, fmpq, fmpq_mat

from signproof.checks.flows.paths import Trajectory, hull
from signproof.checks.flows.sliding import selection
from signproof.checks.flows.taylor import HALVINGS, TURNS, Series, composed, contains, widened
from signproof.checks.numbers.exact import Balls, Exact, Rationals, Undecided, each, rationals
from signproof.checks.problems.base import Problem
from signproof.theory.border.steps import Guarded

ORDER = 2
"""Order of the Taylor polynomials; g_i'' is looked at."""
STEPS = 1000
"""Steps after which a trajectory is given up."""
DEPTH = 10
"""Halvings of a step within which the sign of a polynomial is looked for."""
GAIN = 0.9
"""A box that is not made smaller than that, relatively, is as small as the precision has it."""
WIDE = 16
"""Next step's length, in widths of what encloses an event's time: at its end the sign is certain."""

APART = "two events of the sign flow cannot be separated"
DEPENDENT = "coupled gradient entries vanish at the same time"


@dataclass
class _Mode:
    """What holds between two events: who slides, and the lines x_i(t) = offset_i - speed signs_i t of the others."""

    sliding: list[int]
    signs: list[int]
    offsets: np.ndarray
    derivatives: dict[int, int] = field(default_factory=dict)
    """Of some g_i, which of its derivatives is not 0 at the event; the others are not 0 themselves."""


@dataclass
class _Step:
    """A stretch of a mode: on it x_S is in the box."""

    begin: fmpq
    end: fmpq
    mode: _Mode
    box: np.ndarray


class Filippov(Trajectory):
    """The sign flow from event to event."""

    finest = 256

    def __init__(self, problem: Problem, start: np.ndarray, speed: fmpq):
        self.problem, self.start, self.speed = problem, start, speed
        self._runs: dict[int, _Run] = {}

    def at(self, time: fmpq | arb, xp: Exact) -> np.ndarray:
        if isinstance(xp, Rationals):
            raise TypeError("a time at which a gradient vanishes is not rational: use balls")
        moment: arb = xp.number(time)
        for run in self._runs.values():
            if run.ended and len(run.steps) >= STEPS and not moment <= run.time:  # so it would be in any precision
                raise Undecided(run.ended)
        if xp.bits not in self._runs:
            self._runs[xp.bits] = _Run(self.problem, self.start, self.speed, xp)
        return self._runs[xp.bits].at(moment)


class _Run:
    """A trajectory in one precision, as far as it was asked for."""

    def __init__(self, problem: Problem, start: np.ndarray, speed: fmpq, xp: Balls):
        self.posed, self.speed, self.xp, self.series = Guarded(problem.over(xp)), speed, xp, Series(xp.bits)
        d = len(start)
        self.columns = [list(problem.state(unit)) for unit in rationals(np.eye(d))]
        self.rank = self._rank(range(d))
        size = max(abs(entry) for entry in start)
        self.scale = (size or fmpq(1)) / speed
        """A length of time, for first steps."""
        self.steps: list[_Step] = []
        self.rest: np.ndarray | None = None
        """Where the point rests from the end of the last step on."""
        self.ended = ""
        self.time, self.length, self.sliding_at = fmpq(0), self.scale / 8, rationals([])
        self.since = fmpq(0)
        """When the mode has surely begun."""
        self.approached: tuple[int, int] | None = None
        """The event that is not over, as is known though its condition may not be certainly positive any more."""
        x = xp.number(start)
        g = self._gradient(x)
        surface = [i for i in range(d) if g[i] == 0]
        self.mode = _Mode([], [int(self._sign(entry)) for entry in g], x)
        if surface:
            self._turn(surface, arb(0), x)

    def at(self, time: arb) -> np.ndarray:
        low, high = self.xp.ends(time)
        while self.rest is None and (not self.steps or self.time < high):
            if not self.ended:
                try:
                    self._advance()
                except Undecided as undecided:
                    self.ended = str(undecided)
            if self.ended:
                raise Undecided(self.ended)
        found = []
        for step in self.steps:
            if step.begin <= high and low <= step.end:
                within = self.xp.interval(max(low, step.begin), min(high, step.end))
                found.append(self._point(step.mode, within, self._sharpened(step.mode, within, step.box)))
        if self.rest is not None and self.time <= high:
            found.append(self.rest)
        return np.array([hull(entries) for entries in zip(*found, strict=True)], dtype=object)

    # ------------------------------------------------------------------------------------------- steps

    def _advance(self) -> None:
        """A step, up to the next event or some length before."""
        if len(self.steps) == STEPS:
            raise Undecided(f"the sign flow could not be enclosed in {STEPS} steps")
        mode, begin = self.mode, self.time
        for _ in range(HALVINGS):
            self.length = _short(self.length)
            try:
                box = self._box(mode, self.xp.interval(begin, begin + self.length))
                conditions = self._conditions(mode, begin, box)
            except (Undecided, ZeroDivisionError):  # a box too wide to tell
                pass
            else:
                reached = {key: _positive(phi, self.length, self.xp) for key, phi in conditions.items()}
                first = min(reached, key=lambda key: reached[key])
                if reached[first] == self.length:
                    self.approached = None
                    return self._accept(self.length, 2 * self.length, box)
                arrives = first[0] not in mode.derivatives
                certain = arrives and (reached[first] > 0 or conditions[first][0] > 0 or first == self.approached)
                others = min([self.length, *(reached[key] for key in reached if key != first)])
                window = _root(conditions[first], reached[first], others, self.xp) if certain else None
                if window is not None:
                    low, high, steep = window
                    noisy = 8 * self.xp.ends(conditions[first][0].rad())[1] > (high - low) * steep
                    if noisy:  # it does not become much narrower in this precision
                        return self._event(*first, begin + low, begin + high, box)
                    self.approached = first
                    if low > 0:
                        return self._accept(low, WIDE * (high - low), box)
                    self.length = min(WIDE * (high - low), self.length / 2)
                    continue
                if reached[first] > 0:
                    self.approached = None
                    return self._accept(reached[first], self.length / 2, box)
            self.length = self.length / 2
        raise Undecided(APART)

    def _accept(self, length: fmpq, following: fmpq, box: np.ndarray) -> None:
        mode, end = self.mode, self.time + length
        if end < self.since:
            raise Undecided(APART)
        self.steps.append(_Step(self.time, end, mode, box))
        self.sliding_at = self._sharpened(mode, self.xp.number(end), box)
        self.time, self.length = end, following
        x = self._point(mode, self.xp.number(end), self.sliding_at)
        self.mode = replace(mode, derivatives=self._vanished(mode, x))

    def _vanished(self, mode: _Mode, x: np.ndarray) -> dict[int, int]:
        """Those of the mode's derivatives that are needed at a later point: there v_i g_i is not certainly positive."""
        if not mode.derivatives:
            return {}
        g = self._gradient(x)
        return {i: n for i, n in mode.derivatives.items() if not g[i] * mode.signs[i] > 0}

    def _event(self, i: int, side: int, low: fmpq, high: fmpq, box: np.ndarray) -> None:
        """Go on from the event that coordinate i arrives at g_i = 0 (side 0), or stops sliding with v_i = side."""
        if low < self.since:
            raise Undecided(APART)
        mode, time = self.mode, self.xp.interval(low, high)
        self.steps.append(_Step(self.time, high, mode, box))
        x = self._point(mode, time, self._sharpened(mode, time, box))
        self.time, self.since, self.approached = low, high, None
        if side:
            return self._leave(mode, {i: (side, 2)}, [j for j in mode.sliding if j != i], time, x)
        surface = sorted([*mode.sliding, i])
        if self._rank(surface) == self.rank:
            self.rest = x
            return
        if any(self._alike(mode.sliding, i, j) for j in self._others(surface)):
            raise Undecided(DEPENDENT)
        self._turn(surface, time, x)

    def _turn(self, surface: list[int], time: arb, x: np.ndarray) -> None:
        """The mode in which the flow goes on from the surfaces that it is on, all of them."""
        if self._rank(surface) < len(surface):
            raise Undecided(DEPENDENT)
        # the others, which move on as they do, are one more coordinate, with v = 1
        units = self.xp.number(np.eye(len(x)))
        others = self.xp.number(rationals([0 if i in surface else sign for i, sign in enumerate(self.mode.signs)]))
        slopes = [self._composed([x, along])[1][surface] for along in (*units[surface], others)]
        H = rationals([[float(entry.mid()) for entry in row] + [0] for row in slopes])
        H[:-1, -1] = H[-1, :-1]
        *v, _ = selection((H + H.T) / 2, rationals([0] * len(surface) + [1]))
        proposed = dict(zip(surface, v, strict=True))
        sliding = [i for i, entry in proposed.items() if abs(entry) < 1]
        self._leave(self.mode, {i: (int(v), 1) for i, v in proposed.items() if i not in sliding}, sliding, time, x)

    def _leave(
        self, mode: _Mode, leaving: dict[int, tuple[int, int]], sliding: list[int], time: arb, x: np.ndarray
    ) -> None:
        """Some coordinates slide from now on; some leave, with a sign and the first derivative of g_i that is not 0."""
        signs, offsets = list(mode.signs), mode.offsets.copy()
        # of those that left just before, v_i g_i is positive; as velocities jump, no second derivative says so any more
        derivatives = dict.fromkeys((i for i in self._vanished(mode, x) if i not in sliding), 1)
        for i in sliding:
            signs[i] = 0
        for i, (sign, derivative) in leaving.items():
            if sign != signs[i]:
                signs[i], offsets[i] = sign, x[i] + self.speed * sign * time
            derivatives[i] = derivative
        self.mode = _Mode(sliding, signs, offsets, derivatives)
        self.sliding_at, self.length = x[sliding], self.scale / 8

    # ------------------------------------------------------------------------------- points and gradients

    def _point(self, mode: _Mode, time: arb, box: np.ndarray) -> np.ndarray:
        x = mode.offsets - rationals(mode.signs) * self.speed * time
        x[mode.sliding] = box
        return x

    def _gradient(self, x: np.ndarray) -> np.ndarray:
        return self.posed.gradient(x, self.xp)

    def _composed(self, coefficients: Any) -> np.ndarray:
        return composed(partial(self.posed.gradient, xp=self.series), coefficients)

    def _jacobian(self, x: np.ndarray, of: Any) -> np.ndarray:
        """The block of the Hessian of some coordinates: derivatives in their directions."""
        units = self.xp.number(np.eye(len(x)))
        return np.array([self._composed([x, units[j]])[1][of] for j in of], dtype=object).T

    def _box(self, mode: _Mode, span: arb) -> np.ndarray:
        """A box with exactly one zero of g_S for every time of a span, that of the curve.

        Raises Undecided or ZeroDivisionError if none is found.
        """
        box = widened(self.sliding_at)
        for _ in range(TURNS if len(box) else 0):
            reached = self._newton(mode, span, box)
            if not _finite(reached):
                break  # nothing follows from what a box that is not finite contains
            if contains(box, reached) and contains(box, self.sliding_at):
                return reached
            box = widened(np.array([hull(both) for both in zip(reached, self.sliding_at, strict=True)], dtype=object))
        if len(box):
            raise Undecided("no box contains the sliding coordinates")
        return box

    def _newton(self, mode: _Mode, span: arb, box: np.ndarray) -> np.ndarray:
        """A box with all zeros of g_S that are in the given one, for all times of a span.

        That is m - M^-1 g_S(m), but m follows the curve: m(t) is at the middle of the box in the middle of the span and
        moves with any velocity c that keeps it in the box; g_S(m(t)) is what it is there and, by its mean slope,
        (t - middle) (H_SS c + H_SN x_N').

        Raises Undecided or ZeroDivisionError if H_SS may be singular.
        """
        middle, centre = _middles(box), arb(span.mid())
        x, ahead = self._point(mode, span, box), span - centre
        H = self._jacobian(x, mode.sliding)
        drift = self._composed([x, rationals(mode.signs) * -self.speed + 0 * x])[1][mode.sliding]
        along = _middles(-_solve(H, drift))
        if not contains(box, middle + along * ahead):
            along = along * 0
        slopes = self._gradient(self._point(mode, centre, middle))[mode.sliding]
        return middle + along * ahead - _solve(H, slopes + (drift + H.dot(along)) * ahead)

    def _sharpened(self, mode: _Mode, time: arb, box: np.ndarray) -> np.ndarray:
        """The box around x_S at a time, or at some, as small as the precision has it."""
        for _ in range(HALVINGS if len(box) else 0):  # around 0 a ball can become smaller for ever
            try:
                reached = self._newton(mode, time, box)
            except (Undecided, ZeroDivisionError):
                break
            if not _finite(reached):
                break
            smaller = np.array([a.intersection(b) for a, b in zip(box, reached, strict=True)], dtype=object)
            gained = any(new.rad() < GAIN * old.rad() for new, old in zip(smaller, box, strict=True))
            box = smaller
            if not gained:
                break
        return box

    # ------------------------------------------------------------------------------------------- conditions

    def _conditions(self, mode: _Mode, begin: fmpq, box: np.ndarray) -> dict[tuple[int, int], list[arb]]:
        """What must be positive, as polynomials in the time from the beginning: v_i g_i, or a derivative of it, where i
        does not slide, with the key (i, 0); 1 - v_i and 1 + v_i where it does, with the keys (i, 1) and (i, -1)."""
        span, now = self.xp.interval(begin, begin + self.length), self.xp.number(begin)
        # where the last step ended, it is known already
        sharp = self.sliding_at if self.since < begin else self._sharpened(mode, now, box)
        x, g = self._expansion(mode, self._point(mode, now, sharp))
        for series, remainder in zip((x, g), self._expansion(mode, self._point(mode, span, box)), strict=True):
            series[-1] = remainder[-1]
        found = {}
        seen: list[int] = []
        for i in self._others(mode.sliding):
            if not any(self._alike(mode.sliding, j, i) for j in seen):
                seen.append(i)
                found[i, 0] = _derivative([entry * mode.signs[i] for entry in g[:, i]], mode.derivatives.get(i, 0))
        for i in mode.sliding:
            v = [entry / -self.speed for entry in _derivative(list(x[:, i]), 1)]
            for side in (1, -1):
                found[i, side] = [1 - side * v[0], *(-side * entry for entry in v[1:])]
        return found

    def _expansion(self, mode: _Mode, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Coefficients of Taylor's series in time of the curve through a point and of the gradient on it, up to ORDER:
        shape (ORDER + 1, d), both."""
        S = mode.sliding
        zero = x * 0
        c = [x, rationals(mode.signs) * -self.speed + zero, *(zero.copy() for _ in range(ORDER - 1))]
        if S:
            H = self._jacobian(x, S)
            for n in range(1, ORDER + 1):
                # the n-th coefficient of g_S is H_SS c_n and what the lower ones give
                c[n][S] = arb(0)
                c[n][S] = -_solve(H, self._composed(c[: n + 1])[n][S])
        return np.array(c, dtype=object), self._composed(c)

    # ------------------------------------------------------------------------------------ linear dependence

    def _others(self, indices: list[int]) -> list[int]:
        return [i for i in range(len(self.columns)) if i not in indices]

    def _rank(self, indices: Any) -> int:
        return fmpq_mat([self.columns[i] for i in indices]).rref()[1] if len(indices) else 0

    def _alike(self, sliding: list[int], i: int, j: int) -> bool:
        """Whether g_i and g_j are multiples of each other while some coordinates slide."""
        return self.rank < len(self.columns) and self._rank([*sliding, i, j]) == self._rank([*sliding, i])

    def _sign(self, slope: arb) -> fmpq:
        return fmpq(int(self.xp.ends(self.xp.sign(slope))[0]))


def _solve(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """All y with Ay = b for a matrix A and a vector b of those given.

    Raises ZeroDivisionError if A may be singular.
    """
    n = len(vector)
    solved = arb_mat(n, n, list(matrix.ravel())).solve(arb_mat(n, 1, list(vector)), algorithm="precond")
    return np.array(solved.entries(), dtype=object)


def _finite(box: np.ndarray) -> bool:
    return all(entry.is_finite() for entry in box)


def _middles(box: np.ndarray) -> np.ndarray:
    return each(lambda entry: arb(entry.mid()), box)


def _derivative(coefficients: list[arb], order: int) -> list[arb]:
    return [prod(range(n + 1, n + order + 1)) * entry for n, entry in enumerate(coefficients[order:])]


def _value(coefficients: list[arb], s: arb) -> arb:
    *lower, result = coefficients
    for coefficient in reversed(lower):
        result = result * s + coefficient
    return result


def _positive(phi: list[arb], length: fmpq, xp: Balls) -> fmpq:
    """A time up to which a polynomial is certainly positive, as near to the given one as DEPTH halvings tell."""

    def upto(low: fmpq, high: fmpq, depth: int) -> fmpq:
        if _value(phi, xp.interval(low, high)) > 0:
            return high
        if not depth:
            return low
        middle = (low + high) / 2
        reached = upto(low, middle, depth - 1)
        return upto(middle, high, depth - 1) if reached == middle else reached

    return upto(fmpq(0), length, DEPTH)


def _root(phi: list[arb], low: fmpq, high: fmpq, xp: Balls) -> tuple[fmpq, fmpq, fmpq] | None:
    """Times around the first zero, and the only one up to `high`, of a polynomial that is positive, or 0 at the most at
    the end, up to `low`, and how steeply it falls at least; None if none is found."""
    slope = _derivative(phi, 1)
    for end in (high, (low + high) / 2, low + (high - low) / 16) if low < high else ():
        falls = _value(slope, xp.interval(low, end))
        if falls < 0 and _value(phi, xp.number(end)) < 0:
            middle = (low + end) / 2
            inner = xp.ends(xp.number(middle) - _value(phi, xp.number(middle)) / falls)
            return max(low, inner[0]), min(end, inner[1]), -xp.ends(falls)[1]
    return None


def _short(length: fmpq) -> fmpq:
    """The largest power of 2 up to a length: denominators would grow from step to step."""
    power = fmpq(2) ** (int(length.p).bit_length() - int(length.q).bit_length())
    return power if power <= length else power / 2
