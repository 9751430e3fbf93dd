"""Trials of flows: claims about trajectories, tried on every family that meets their assumptions.

Each instance is followed exactly, or with an error bound, to a grid of times, and its measure is compared with the
bound at each; see `replay/flows.py`. What is found broken there is broken: nothing has to be replayed to count.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from flint import fmpq
from sympy import Symbol

from signproof.checks.facts.families import believed
from signproof.checks.flows.paths import Trajectory
from signproof.checks.flows.taylor import Taylor
from signproof.checks.flows.trajectories import trajectory
from signproof.checks.numbers.exact import RATIONALS, Balls, Undecided, rational, rationals, to_float
from signproof.checks.numbers.floats import NUMPY
from signproof.checks.posing.domain import Range, Unsupported, constants, ranges
from signproof.checks.problems.base import Problem, is_convex, nearest
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.replay.flows import BITS, at_time, best_constant, compare, moving, replay_flow, unmet
from signproof.checks.replay.replay import Replay
from signproof.checks.replay.witness import Witness
from signproof.checks.runs.instance import Instance
from signproof.checks.trials.batch import short
from signproof.checks.trials.spread import Spread
from signproof.checks.trials.tally import Profile, Tally, Trials
from signproof.checks.trials.tightness import Reached
from signproof.theory.arithmetic import evaluate
from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.objective import Constant, Smooth
from signproof.theory.border.steps import flowing
from signproof.theory.claim import Claim
from signproof.theory.measures.flows import SuboptimalityOverTime
from signproof.theory.methods.flows import Flow
from signproof.theory.norms import ANY, L2
from signproof.theory.symbols import V0, t

BETWEEN = 4
"""At how many times between two of those a chart shows a bound."""
CURVATURES, STARTS = ("1", "1/2", "4"), ("1", "2", "1/3", "-5")
"""Entries of the diagonals and of the starting points on which two flows are compared."""
DIMENSIONS = (1, 2)
POSITIONS = ("1/2", "1/3", "9/10")
"""Positions of the parameters in their ranges; 1/2 of an open range is 1."""
TIMES = ("1/64", "1/16", "1/8", "1/4", "1/2", "3/4", "1", "3/2", "2", "4", "16", "256")
"""Times at which measure and bound are compared, in multiples of the start's own, see `_scale`."""
SHARE = "promised decrease divided by the actual one, (V_0 - bound(t)) / (V_0 - V(t))"
RATIO = "largest measured / bound over t > 0"
"""How tight a bound on V(t), and one on something else, is."""
LATER = 0.25
"""The multiple from which on measured / bound says something of a bound on V(t): at 0 it is 1."""
PER_BATCH = 4
"""Instances of each batch that are followed, spread over it."""
DENOMINATOR = 1024
"""The largest denominator of their numbers."""
LONGEST = 8
"""Multiples of 1 / (speed L) up to which a trajectory is integrated: its enclosure grows by exp(speed L t)."""


def try_flow(
    claim: Claim, profile: Profile, seed: int = 0, advance: Callable[[str], None] = lambda text: None
) -> Trials:
    """Try a claim about a flow on all families; stop at the first violation.

    Arguments: the claim; how much to try; the seed of all randomness; `advance` is told what is under way.
    """
    trials, reasons = Trials(what=SHARE if _of_value(claim) else RATIO), []
    try:
        free = _free(claim)
    except Unsupported as unsupported:
        trials.reason = str(unsupported)
        return trials
    for number, family in enumerate(believed(claim)):
        if family.costly and not profile.costly:
            continue
        tally, followed = Tally(family.family, 0, spread=Spread("t")), []
        advance(f"{claim.id}: {family.family}")
        for turn, (problem, start) in enumerate(_instances(family, [seed, number], profile.batches)):
            try:
                posed = _posed_on(claim, free, problem, start, rational(POSITIONS[turn % len(POSITIONS)]))
                if posed is None:
                    continue
                followed.append(_follow(posed, tally, trials))
            except ValueError:
                continue  # not an instance of the family, or its constants are not known exactly
            except Unsupported as unsupported:
                reasons.append(str(unsupported))
                break  # the family's other instances are like this one
            if trials.witness is not None:
                break
        if tally.comparisons:
            trials.tallies.append(tally)
            trials.series.append(max(followed, key=lambda run: run[0])[1])
        if trials.witness is not None:
            break
    if not trials.tallies:
        needs = " and ".join(str(assumption) for assumption in claim.assumptions) or "the domain"
        trials.reason = (
            "; ".join(dict.fromkeys(reasons)) or f"no family of problems meets {needs} with parameters in the domain"
        )
    return trials


def _free(claim: Claim) -> list[Range]:
    """The ranges of the parameters that neither the problem nor the grid of times supplies.

    Raises Unsupported if the claim assumes something that no family can tell, or if a condition cannot be solved.
    """
    for assumption in claim.assumptions:
        if not isinstance(assumption, Constant | Convex) or getattr(assumption, "norm", None) is ANY:
            raise Unsupported(f"no family of problems can tell whether it meets {assumption}")
    return [interval for interval in ranges(_posed(claim)) if interval.symbol != t]


def _posed(claim: Claim) -> Claim:
    """The claim with those assumptions only that have constants."""
    kept = tuple(assumption for assumption in claim.assumptions if isinstance(assumption, Constant))
    return replace(claim, assumptions=kept, proof=None)


def _instances(family: type[Problem], seed: list[int], batches: int) -> Iterator[tuple[Problem, tuple[fmpq, ...]]]:
    for batch, starts in family.drawn(np.random.default_rng(seed), batches):
        for index in np.linspace(0, starts.shape[1] - 1, PER_BATCH).astype(int):
            yield batch.one(int(index)).rounded(DENOMINATOR), tuple(nearest(starts[:, index], DENOMINATOR))


def _posed_on(
    claim: Claim, free: list[Range], problem: Problem, start: tuple[fmpq, ...], position: fmpq
) -> Instance | None:
    """The instance with constants valid for a problem and parameters in the domain, all but the time; None if there
    are none."""
    if any(isinstance(assumption, Convex) for assumption in claim.assumptions) and not is_convex(problem):
        return None
    values: dict[Symbol, fmpq] = {}
    for symbol, assumptions in constants(_posed(claim)).items():
        answers = [best_constant(problem, assumption, start) for assumption in assumptions]
        found = [answer for answer in answers if answer is not None]
        if len(found) < len(answers):
            return None
        values[symbol] = min(found) if assumptions[0].largest else max(found)
    for interval in free:
        values[interval.symbol] = interval.at(position, values, RATIONALS)
    posed = Instance(claim, problem, {str(symbol): number for symbol, number in values.items()}, start)
    return None if unmet(at_time(posed, fmpq(1))) else posed


def _follow(instance: Instance, tally: Tally, trials: Trials) -> tuple[float, dict[str, Any]]:
    """Compare measure and bound along a trajectory. Returns the largest ratio seen, and the run for a chart."""
    problem, start = instance.objective, instance.start
    flow = moving(instance.claim.algorithm, instance.parameters)
    path = trajectory(flow, problem, start)
    about = ", ".join(f"{name} = {to_float(number):.6g}" for name, number in instance.parameters.items())
    words = f"{short(problem)}, {about}"
    run: dict[str, Any] = {"instance": words, "t": [], "measured": [], "bound": []}
    ratios: dict[float, float] = {}
    best = Reached(-np.inf, words, "")
    begins, of_value = _start_value(problem, start), _of_value(instance.claim)
    for multiple, time in _times(flow, problem, start, path).items():
        here = at_time(instance, time)
        try:
            found = compare(here, path)
        except Undecided as undecided:
            tally.undecided += 1
            tally.comparisons += 1
            tally.undecided_because = str(undecided)
            continue
        if found.measured is None or found.bound is None:
            continue
        tally.comparisons += 1
        tally.held += not found.confirmed
        run["t"].append(to_float(time))
        run["measured"].append(_middle(found.measured))
        run["bound"].append(_middle(found.bound))
        if found.bound[1] > 0:
            ratios[multiple] = to_float(found.measured[0] / found.bound[1])
        tight = _tight(found, begins) if of_value else ratios.get(multiple, -np.inf)
        best = max(best, Reached(tight, words, f"t = {to_float(time):.4g}"))
        if found.confirmed:
            tally.broken += 1
            trials.witness = Witness.of(here, 0, found)
            break
    if run["t"]:
        tally.instances += 1
        tally.spread.follow(ratios, best.value)
        later = {multiple: ratio for multiple, ratio in ratios.items() if multiple >= LATER}
        if later and (tally.largest_ratio is None or max(later.values()) > tally.largest_ratio):
            tally.largest_ratio, tally.worst = max(*later.values(), 0.0), words
        trials.elsewhere = max(trials.elsewhere, best)
    return best.value, _densely(instance, begins, run)


def _densely(instance: Instance, begins: tuple[fmpq, fmpq], run: dict[str, Any]) -> dict[str, Any]:
    """The run with its bound at times between those at which it was measured, too, so that a chart shows its curve."""
    times = np.array(run["t"])
    if len(times) < 2 or instance.claim.bound is None:
        return run
    between = np.exp(np.linspace(np.log(times[:-1]), np.log(times[1:]), BETWEEN + 2, axis=1)[:, 1:-1]).ravel()
    values = {symbol: to_float(number) for symbol, number in instance.values().items()}
    try:
        with np.errstate(all="ignore"):
            bound = evaluate(instance.claim.bound, values | {t: between, V0: to_float(begins[0])}, NUMPY)
    except (TypeError, ZeroDivisionError):
        return run
    bounds = np.broadcast_to(np.asarray(bound, float), between.shape)
    rows = [*zip(run["t"], run["measured"], run["bound"], strict=True)]
    rows += [(float(time), None, float(value)) for time, value in zip(between, bounds, strict=True)]
    rows.sort(key=lambda row: row[0])
    return run | dict(zip(("t", "measured", "bound"), map(list, zip(*rows, strict=True)), strict=True))


def _of_value(claim: Claim) -> bool:
    """Whether a claim bounds V(t)."""
    return claim.measure is not None and claim.measure.symbol == SuboptimalityOverTime().symbol


def _start_value(problem: Problem, start: tuple[fmpq, ...]) -> tuple[fmpq, fmpq]:
    """Ends of V_0."""
    with Balls(BITS) as xp:
        return xp.ends(problem.over(xp).suboptimality(xp.number(rationals(list(start))), xp))


def _tight(found: Replay, begins: tuple[fmpq, fmpq]) -> float:
    """The promised decrease divided by the actual one, (V_0 - bound(t)) / (V_0 - V(t)), at least. Unlike V(t) / bound
    it does not tend to 1 with t to 0. Only while at most half of V_0 is promised: in the end all of it is gone."""
    assert found.measured is not None and found.bound is not None
    promised, happened = begins[0] - found.bound[1], begins[1] - found.measured[0]
    telling = 0 < promised <= begins[0] / 2 and happened > 0
    return to_float(promised / happened) if telling else -np.inf


def _times(flow: Flow, problem: Problem, start: tuple[fmpq, ...], path: Trajectory) -> dict[float, fmpq]:
    """The grid of times by multiples of about the time in which the start, at its first velocity, would be at the
    origin.

    Where a trajectory is integrated, only those up to LONGEST / (speed L).
    """
    with Balls(BITS) as xp:
        posed, x = problem.over(xp), xp.number(rationals(list(start)))
        velocity = flowing(flow.at(speed=xp.number(flow.speed)), x, lambda point: posed.gradient(point, xp), xp)
        lengths = [np.linalg.norm([to_float(xp.ends(entry)[0]) for entry in vector]) for vector in (x, velocity)]
    if not lengths[1] > 0:
        return {}
    mantissa, exponent = np.frexp(lengths[0] / lengths[1])
    scale = fmpq(int(np.rint(mantissa * DENOMINATOR)), DENOMINATOR) * fmpq(2) ** int(exponent)
    times = {to_float(rational(multiple)): rational(multiple) * scale for multiple in TIMES}
    if not isinstance(path, Taylor):
        return times
    L = problem.exact_constant(Smooth(1, L2))
    return {multiple: time for multiple, time in times.items() if L is None or time * flow.speed * L <= LONGEST}


def _middle(ends: tuple[fmpq, fmpq]) -> float | None:
    """What is shown of a number between two ends; None if they are far apart."""
    low, high = map(to_float, ends)
    return (low + high) / 2 if high - low <= 0.1 * abs(high) else None


# --------------------------------------------------------------------------------------------- comparisons


def race(claim: Claim) -> tuple[Tally, Witness | None]:
    """Try a comparison on diagonal quadratics, the simplest first. Returns a tally, and a witness if it is broken.

    Raises Unsupported if nothing can be compared, say because other assumptions are made than convexity.
    """
    for assumption in claim.assumptions:
        if type(assumption) is not Convex:
            raise Unsupported(
                f"flows are compared on convex functions; it is not known whether these meet {assumption}"
            )
    tally, why = Tally(DiagonalQuadratic.family, 0, spread=Spread("t")), ""
    free = ranges(replace(claim, assumptions=()))
    for d in DIMENSIONS:
        for h, start, positions in itertools.product(
            itertools.product(CURVATURES, repeat=d),
            itertools.product(STARTS, repeat=d),
            itertools.product(POSITIONS, repeat=len(free)),
        ):
            values: dict[Symbol, fmpq] = {}
            for interval, position in zip(free, positions, strict=True):
                values[interval.symbol] = interval.at(rational(position), values, RATIONALS)
            parameters = {str(symbol): number for symbol, number in values.items()}
            problem, x = DiagonalQuadratic(rationals(list(h))), tuple(map(rational, start))
            instance = Instance(claim, problem, parameters, x)
            try:
                found = replay_flow(instance)
            except Undecided:
                tally.undecided += 1
                continue
            if found.measured is None or found.bound is None:
                why = found.why
                continue
            tally.instances += 1
            tally.comparisons += 1
            if found.confirmed:
                tally.broken += 1
                return tally, Witness.of(instance, 0, found)
            tally.held += 1
            if found.bound[1] > 0:
                ratio = to_float(found.measured[0] / found.bound[1])
                tally.spread.follow({to_float(parameters[str(t)]) if str(t) in parameters else 0.0: ratio})
                tally.largest_ratio = max(tally.largest_ratio or 0.0, ratio)
    if not tally.comparisons:
        raise Unsupported(why or "no precision separates the two flows")
    return tally, None
