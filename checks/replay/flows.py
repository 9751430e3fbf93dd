"""Replays of flows: one instance at one time, and what that says about the claim.

The trajectory is exact or enclosed (`trajectories`), so measure and bound are, too. V(t) is read off x(t). A minimum
over 0 <= s <= t is enclosed between the least of upper ends at points of a grid, for the minimum is at most its value
anywhere, and the least of lower ends over the pieces between them, each the measure of a box around that piece.

No grid is needed where the flow is steepest descent in the norm of the measure and f is convex: there ||grad f||_* does
not increase, and its minimum is its last value. For x' = -speed v with v a subgradient of ||.||_* at g (of half its
square, for the gradient flow in the Euclidean norm), the chain rule gives (||g||_*)' = <v, g'> almost everywhere, and
-speed <v, g'> = <x', g'> >= 0 because the gradient of a convex function is monotone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

from flint import fmpq
from sympy import Gt, Rational

from signproof.checks.facts.families import ROUNDING, asked, doubt_of, unmet_at
from signproof.checks.facts.runs import outside_start
from signproof.checks.flows.paths import Trajectory
from signproof.checks.flows.trajectories import trajectory
from signproof.checks.numbers.exact import RATIONALS, Balls, Undecided, rationals, root_above
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.base import Problem, exactly_known, is_convex
from signproof.checks.replay.bounds import at_start, beyond
from signproof.checks.replay.replay import PRECISIONS, Replay, outside_domain
from signproof.checks.runs.instance import Instance, by_symbol
from signproof.theory.algebra.decide import truth
from signproof.theory.arithmetic import Vector, evaluate
from signproof.theory.assumptions.flows import Convex, SublevelRadius
from signproof.theory.assumptions.objective import Assumption, Constant, PolyakLojasiewicz
from signproof.theory.border.home import is_ours
from signproof.theory.border.runs import about_run_and_points
from signproof.theory.border.steps import Guarded, measured
from signproof.theory.claim import Claim
from signproof.theory.measures.runs import MinDualGradientNorm
from signproof.theory.methods.flows import Flow, GradientFlow, SignFlow
from signproof.theory.norms import L2, LINF
from signproof.theory.symbols import V0, t

PIECES_PER_BIT = 8
"""A grid has one piece for so many bits of the precision: 16 at 128 bits."""
RADIUS_BITS = 20
"""Bits to which a radius of a sublevel set is rounded up."""
BITS = 128
"""Precision in which V_0 is enclosed where it is not rational."""

PARTS = 8
"""Parts of a segment and of a trajectory, at whose ends what is declared of a user's function is read."""

Ends = tuple[fmpq, fmpq]


def replay_flow(instance: Instance) -> Replay:
    """Compare measure and bound at the time `t` of the parameters or, of a comparison, V(t) along its flow and its
    rival; in rationals or in balls of growing precision.

    Raises Undecided if no precision tells.
    """
    return at_times(instance)(instance.parameters[str(t)])


def at_times(instance: Instance) -> Callable[[fmpq], Replay]:
    """What a replay finds at a time, for many times on the same trajectories: of a claim about a flow its measure and
    its bound, of a comparison V(t) along its flow and along its rival. What is found raises Undecided if no precision
    tells.
    """
    claim, problem, why = instance.claim, instance.objective, unmet(instance)
    flows = [flow for flow in (claim.algorithm, claim.rival) if flow is not None]
    paths: list[Trajectory] = []
    try:
        if not why:
            paths = [trajectory(moving(flow, instance.parameters), problem, instance.start) for flow in flows]
    except Unsupported as unsupported:
        why = str(unsupported)
    if why:
        return lambda time: Replay(False, "exact", why)
    if claim.rival is None:
        return lambda time: compare(at_time(instance, time), *paths)
    return lambda time: _raced(at_time(instance, time), paths)


def at_time(instance: Instance, time: fmpq) -> Instance:
    """The same instance at another time."""
    parameters = {**instance.parameters, str(t): time}
    return Instance(instance.claim, instance.problem, parameters, instance.start)


def compare(instance: Instance, path: Trajectory) -> Replay:
    """The same for an instance that meets the claim's assumptions, with its trajectory."""
    return _decided(lambda xp: _compare(instance, path, xp), instance.objective, path)


def _decided(compared: Callable[[Any], Replay], problem: Problem, *paths: Trajectory) -> Replay:
    """What a comparison finds in the first arithmetic that tells: in rationals where it can be, else in balls."""
    if problem.rational:
        try:
            return compared(RATIONALS)
        except TypeError:  # the trajectory or the bound leaves the rationals
            pass
    why = "no precision was tried"
    for bits in PRECISIONS:
        if bits <= min(path.finest for path in paths):
            with Balls(bits) as balls:
                try:
                    return compared(balls)
                except Undecided as undecided:
                    why = str(undecided)
    raise Undecided(why)


def _compare(instance: Instance, path: Trajectory, xp: Any) -> Replay:
    claim, problem, time = instance.claim, instance.objective, instance.parameters[str(t)]
    assert claim.bound is not None
    start_value = Guarded(problem.over(xp)).suboptimality(xp.number(rationals(list(instance.start))), xp)
    if not xp.ends(start_value)[0] > 0:
        return Replay(False, xp.level, "the start is not provably above the minimum")
    try:
        limit = xp.ends(evaluate(claim.bound, {**instance.values(xp), V0: start_value}, xp))
    except ZeroDivisionError:
        return Replay(False, xp.level, "the bound is undefined there")
    found = _measured(claim, problem, path, time, xp)
    if found[0] > limit[1]:
        why = _untrue(instance, _along([path], time, xp), xp)
        if why:
            return Replay(False, xp.level, why)
        return Replay(True, xp.level, "the measure is above the bound", found, limit)
    if found[1] <= limit[0]:
        return Replay(False, xp.level, "the measure is within the bound", found, limit)
    raise Undecided("the balls of measure and bound overlap")


def _measured(claim: Claim, problem: Problem, path: Trajectory, time: fmpq, xp: Any) -> Ends:
    """Ends of the measure at a time."""
    measure, posed = claim.measure, problem.over(xp)
    assert measure is not None

    def there(when: Any) -> Ends:
        return xp.ends(measured(measure, posed, path.at(when, xp), xp))

    if not measure.least_so_far or _falls(claim, problem):
        return there(time)
    if xp is RATIONALS:
        raise TypeError("a minimum over time is enclosed: use balls")
    pieces = xp.bits // PIECES_PER_BIT
    grid = [time * j / pieces for j in range(pieces + 1)]
    high = min(there(when)[1] for when in grid)
    low = min(_lower(there, xp.interval(*ends)) for ends in pairwise(grid))
    return min(low, high), high


def _lower(there: Any, when: Any) -> fmpq:
    """A lower end of a power of a norm; 0 if the box is too wide for another."""
    try:
        return max(there(when)[0], fmpq(0))
    except Undecided:
        return fmpq(0)


def _falls(claim: Claim, problem: Problem) -> bool:
    """Whether the dual norm of the gradient surely does not increase along the flow."""
    steepest = {GradientFlow: L2, SignFlow: LINF}.get(type(claim.algorithm))
    measure = claim.measure
    if not isinstance(measure, MinDualGradientNorm) or type(measure).quantity is not MinDualGradientNorm.quantity:
        return False
    return measure.norm is steepest and is_convex(problem)


# --------------------------------------------------------------------------------------------- comparisons


def _raced(instance: Instance, paths: list[Trajectory]) -> Replay:
    claim, problem, time = instance.claim, instance.objective, instance.parameters[str(t)]

    def compared(xp: Any) -> Replay:
        low, high = (_measured(claim, problem, path, time, xp) for path in paths)
        if low[0] > high[1]:
            why = _untrue(instance, _along(paths, time, xp), xp)
            if why:
                return Replay(False, xp.level, why)
            return Replay(True, xp.level, f"V(t) is above that of {claim.rival}", low, high)
        if low[1] <= high[0]:
            return Replay(False, xp.level, f"V(t) is at most that of {claim.rival}", low, high)
        raise Undecided("the balls of the two values overlap")

    return _decided(compared, problem, *paths)


# ------------------------------------------------------------------------------- instances and assumptions


def moving(flow: Flow, parameters: Mapping[str, fmpq]) -> Flow:
    """A flow with numbers in place of formulas. Raises Unsupported if its speed is not rational."""
    values = by_symbol(parameters)
    try:
        return flow.at(**{name: evaluate(formula, values, RATIONALS) for name, formula in flow.parameters.items()})
    except TypeError:
        raise Unsupported(f"the speed of {flow} is not rational") from None


def unmet(instance: Instance) -> str:
    """Why an instance does not meet a claim's assumptions or its domain; empty if it does."""
    claim, problem, start = instance.claim, instance.objective, instance.start
    values = at_start(instance)
    if isinstance(values, str):
        return values
    if not any(start):
        return "the start is a minimizer"
    distrusted = doubt_of(problem, asked(claim))
    if distrusted:
        return distrusted
    for flow in (claim.algorithm, claim.rival):
        if flow is not None and truth(Gt(flow.speed, 0), values) is not True:
            return f"the speed {flow.speed} is not positive"
    for assumption in claim.assumptions:
        if type(assumption) is Convex:
            try:
                met = is_convex(problem)
            except ValueError as error:  # it is none of its family
                return str(error)
            if not met:
                return f"{problem.family} are not {assumption.words}"
            continue
        if not isinstance(assumption, Constant):
            return f"it is not known whether the problem meets {assumption}"
        known = type(assumption) is SublevelRadius or not about_run_and_points(assumption)
        best = best_constant(problem, assumption, start) if known else None
        if best is None:
            return f"it is not known whether the problem meets {assumption}"
        why = beyond(best, assumption, values)
        if why:
            return why
    return (
        outside_start(claim, problem, start, values)
        or outside_domain(claim, values)
        or _untrue(instance, _towards_the_minimizer(start), RATIONALS)
    )


def _towards_the_minimizer(start: tuple[fmpq, ...]) -> list[Any]:
    """Points of the segment from a start to the minimizer, the origin."""
    factors = [fmpq(n, PARTS) for n in range(PARTS, 0, -1)] + [fmpq(1, PARTS**power) for power in range(2, 5)]
    return [rationals(list(start)) * factor for factor in factors]


def _along(paths: Sequence[Trajectory], time: fmpq, xp: Any) -> list[Any]:
    """Points of trajectories up to a time, as far as they are known."""
    found = []
    for path in paths:
        for part in range(PARTS + 1):
            with suppress(Undecided, TypeError):
                found.append(path.at(time * part / PARTS, xp))
    return found


def _untrue(instance: Instance, points: list[Any], xp: Any) -> str:
    """What is assumed or declared and does not hold at some points; empty if nothing is found.

    Trajectories rest on it that there is a PL constant, whether the claim assumes one or not, and radii on its number.
    """
    claim, problem = instance.claim, instance.objective
    if is_ours(type(problem).__module__) or not points:
        return ""
    rested: list[Assumption] = [each for each in claim.assumptions if type(each) is not SublevelRadius]
    rooms = {L2: ROUNDING} | {each.norm: fmpq(0) for each in claim.assumptions if isinstance(each, SublevelRadius)}
    for pair, room in rooms.items():
        mu = exactly_known(problem, PolyakLojasiewicz(1, pair))
        if mu is not None and mu > 0:
            mu *= 1 - room
            rested.append(PolyakLojasiewicz(Rational(int(mu.p), int(mu.q)), pair))
    return unmet_at(problem, rested, instance.values(), points, xp)


def best_constant(problem: Problem, assumption: Assumption, start: Vector) -> fmpq | None:
    """A rational constant with which an assumption surely holds of an instance and, of a sublevel set, of its start.

    Of a sublevel set, D = sqrt(2 V_0 / mu) with the PL constant mu in the same norm, rounded up. From any y with
    V(y) <= V_0, steepest descent y' = -v(grad f(y)) with unit speed has V' = -||grad f||_* <= -sqrt(2 mu V), so that
    it is at a minimizer by the time, and therefore within the distance, sqrt(2 V(y) / mu). On a quadratic with H > 0
    nothing less will do: it is sqrt(2 V_0 / lambda_min) in the Euclidean norm, sqrt(2 V_0 max_i (H^-1)_ii) in the
    maximum norm.
    """
    assert isinstance(assumption, Constant)
    if type(assumption) is not SublevelRadius:
        return exactly_known(problem, assumption)
    mu = exactly_known(problem, PolyakLojasiewicz(1, assumption.norm))
    if mu is None or not mu > 0:
        return None
    with Balls(BITS) as balls:
        xp: Any = RATIONALS if problem.rational else balls
        height = xp.ends(Guarded(problem.over(xp)).suboptimality(xp.number(rationals(list(start))), xp))[1]
    return root_above(2 * height / mu, RADIUS_BITS)
