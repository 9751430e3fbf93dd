"""What a user's family says of its functions, tested before it is believed.

A family declares its gradient, its constants, that it is convex, and so on; trials and replays rely on each of these,
and a wrong one would refute a true theorem. So a few instances of every shape are looked at before any trial: at the
origin, at points of the axes, the start, random ones near and far, and where the gradient leads, every declared fact is
read with exact numbers, an assumption by its own statement. Only what is surely violated counts. A family that fails
is left out of the claim, by name and with the points that show it. The package's own families are covered by its tests.

Constants computed in floats may be off by their last digits: `ROUNDING` of them is forgiven here, and nothing in an
exact replay, which reads the assumptions anew at the points of the run (`unmet_at`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from itertools import islice, pairwise
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from flint import fmpq, fmpq_mat
from sympy import Ge, Le, Rational, Symbol
from sympy.core.symbol import Str

from signproof.checks.facts.reading import Reading, Unvalued, told, told_vector
from signproof.checks.numbers.exact import RATIONALS, Balls, Exact, Undecided, rational, rationals, to_float
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.base import Instances, Problem, answered, exactly_known, in_coordinates, known, nearest
from signproof.checks.problems.families import families
from signproof.theory.assumptions.flows import Convex, SublevelRadius
from signproof.theory.assumptions.objective import Assumption, Constant, Dimension, SeparablySmooth, Smooth
from signproof.theory.border.home import is_ours
from signproof.theory.border.runs import NAMES, speaks_of_run, stated
from signproof.theory.claim import Claim
from signproof.theory.declared import owner
from signproof.theory.misuse import named
from signproof.theory.norms import ANY, L2, LINF, OPERATOR
from signproof.theory.terms.vectors import gradient, inner, norm, point, value

BITS = 256
"""Precision where numbers are not rational."""
BATCHES, OF_EACH = 8, 2
"""Batches that are looked at, and instances of each, spread over it."""
DENOMINATOR = 64
"""Of the points' coordinates and of rounded instances."""
ROUNDING = fmpq(1, 2**40)
"""How far, relatively, a constant may be off: the rounding of some thousand operations in floats."""
STEP, STEPS = 2, 8
"""Points where the gradient leads: factors between step sizes, and how many steps."""
NEAR, NEARER = fmpq(1, 2**20), fmpq(1, 2**60)
"""Lengths over which difference quotients are taken; from one to the other their error has to fall."""
FALLS = 16
"""By how much at least."""
PAIRS = 100
"""Pairs of points at which an assumption about two points is read; as many points of one about one."""
MULTIPLES = (fmpq(1, 64), fmpq(1, 8), fmpq(8), fmpq(64))
"""Factors of the smallest and the largest start."""
LEVELS, NEIGHBOURS = 8, 40
"""How often the segment between two points of a run is halved, and of how many neighbours if there are more."""
SEGMENTS = 6
"""Segments from the origin on which a jump is looked for."""
HALVINGS, TOLD, SURE = 24, 10, 40
"""How often a segment is halved; powers of 2: the share of a slope that is told, and what is lost in floats."""
SHAPED = 20
"""Points of a run at which the shape of the function is looked at."""
SCALES = (fmpq(3), fmpq(1, 2), fmpq(1))
"""Factors of the entries of fields that are `scalable`, and their reciprocals."""
GRID = tuple(fmpq(2) ** power for power in range(-6, 7))
"""Multiples of a declared constant at which it is seen whether larger ones are weaker."""
CONSTANT = Symbol("its constant", real=True)


class Wrong(Exception):
    """A declared fact is wrong; the message says where."""


def believed(claim: Claim) -> list[type[Problem]]:
    """The families that a claim is tried on, without those of which a declared fact is wrong."""
    refused = refusals(claim)
    return [family for family in families(claim) if family not in refused and _has_instances(family)]


def _has_instances(family: type[Problem]) -> bool:
    """Whether it says how its instances are drawn: a class that others are derived from may not."""
    return any(owner(family, name) is not Instances for name in ("batch", "samples"))


def refusals(claim: Claim) -> dict[type[Problem], str]:
    """The user's families that are left out of a claim, and why, in one line each."""
    return {family: why for family in families(claim) if (why := doubt(family, asked(claim)))}


def asked(claim: Claim) -> tuple[Assumption, ...]:
    """What a claim assumes of the objective, in every norm where it is about any."""
    return tuple(posed for assumption in claim.assumptions for posed in _in_numbers(assumption))


def doubt(family: type[Problem], assumptions: Sequence[Assumption]) -> str:
    """Which fact that a family declares is wrong, and where; empty if none is found to be. It is found once."""
    assumptions = _users(family, assumptions)
    if is_ours(family.__module__) and not assumptions:
        return ""
    return _once(_FOUND.setdefault(family, {}), assumptions, lambda: _doubt(family, assumptions))


def _users(family: type[Problem], assumptions: Sequence[Assumption]) -> Sequence[Assumption]:
    """The assumptions that a user answers for a family: of the package's own, those that another file answers."""
    if not is_ours(family.__module__):
        return assumptions
    found = [(each, answered(family, each)) for each in assumptions if isinstance(each, Constant)]
    return [each for each, answer in found if answer is not None and not is_ours(answer.__module__)]


_FOUND: WeakKeyDictionary[type, dict[Any, str]] = WeakKeyDictionary()
"""What was found of a family, for as long as there is that family."""


def doubt_of(problem: Problem, assumptions: Sequence[Assumption]) -> str:
    """The same of one instance in rationals, with nothing forgiven."""
    assumptions = _users(type(problem), assumptions)
    if is_ours(type(problem).__module__) and not assumptions:
        return ""

    def found() -> str:
        try:
            _test(problem, [], assumptions, fmpq(0))
        except Wrong as wrong:
            return f"{type(problem).__name__}: {wrong}"
        except ValueError as error:  # it is none of its family
            return str(error)
        return ""

    return _once(vars(problem).setdefault("_doubts", {}), assumptions, found)


def _once(kept: dict[Any, str], assumptions: Sequence[Assumption], found: Callable[[], str]) -> str:
    """What was found of a family or of an instance under these assumptions; it is found once."""
    key = tuple((type(assumption), repr(vars(assumption))) for assumption in assumptions)
    if key not in kept:
        kept[key] = found()
    return kept[key]


def unmet_at(
    problem: Problem, assumptions: Sequence[Assumption], values: dict[Symbol, fmpq], points: list[Any], xp: Exact
) -> str:
    """Which assumption or declared fact an instance of a user's family does not meet at points of a run; empty if none.

    Arguments: the instance, what is assumed of the objective, the numbers that are assumed, points in the arithmetic
    `xp`, of which neighbours are compared with each other, and all of them with the origin and the last. Between
    neighbours the segment is bisected towards where the gradient differs most.
    """
    assumptions = _users(type(problem), assumptions)
    if is_ours(type(problem).__module__) and not assumptions:
        return ""
    plain = [np.array([_middle(xp, entry) for entry in x], dtype=object) for x in points]
    origin = plain[0] * fmpq(0)
    points = _without_unknown(problem, _decided(problem, _distinct([origin, *plain])))
    if not points:
        return ""
    ends = [(points[0], x) for x in points] + [(x, points[-1]) for x in points]
    pairs = [pair for pair in (*pairwise(points), *ends) if pair[0] is not pair[1]]
    try:
        _function(problem, points)
        _shape(problem, _spread(points, SHAPED))
        for x, y in pairwise(points):
            _continuous(problem, x, y)
        read = [each for each in assumptions if isinstance(each, Constant) and not speaks_of_run(each)]
        if any(assumption.points > 0 for assumption in read):
            closer = [pair for neighbours in _spread_pairs(problem, points) for pair in _closer(problem, *neighbours)]
            pairs += closer
            points = points + [x for x, _ in closer]
        for assumption in read:
            both = pairs + [(y, x) for x, y in pairs] if assumption.points > 1 else [(x, x) for x in points]
            _holds(problem, assumption, values, both or [(points[0], points[0])])
    except Wrong as wrong:
        return f"{type(problem).__name__}: {wrong}"
    return ""


def _spread(things: list, most: int) -> list:
    """At most so many of them, the first and the last included."""
    if len(things) <= most:
        return things
    return [things[int(n)] for n in np.linspace(0, len(things) - 1, most)]


def _spread_pairs(problem: Problem, points: list[np.ndarray]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Neighbours, all of them if there are few; else those between which the gradient is steepest, and some others."""
    pairs = list(pairwise(points))
    if len(pairs) <= NEIGHBOURS:
        return pairs
    slopes = [_middles(problem, x)[0] for x in points]
    steep = [
        max(map(abs, h - g)) / max(map(abs, y - x)) for (x, y), (g, h) in zip(pairs, pairwise(slopes), strict=True)
    ]
    first = sorted(range(len(pairs)), key=steep.__getitem__, reverse=True)[: NEIGHBOURS // 2]
    return [pairs[n] for n in dict.fromkeys([*first, *_spread([*range(len(pairs))], NEIGHBOURS // 2)])]


def _closer(problem: Problem, x: np.ndarray, y: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pairs on a segment, each half of the one before: that half over which the gradient differs more."""
    found: list[tuple[np.ndarray, np.ndarray]] = []
    with suppress(Undecided):
        g, h = _middles(problem, x)[0], _middles(problem, y)[0]
        for _ in range(LEVELS):
            middle = (x + y) / 2
            between = _middles(problem, middle)[0]
            if max(map(abs, between - g)) >= max(map(abs, h - between)):
                y, h = middle, between
            else:
                x, g = middle, between
            found.append((x, y))
    return found


def _continuous(problem: Problem, x: np.ndarray, y: np.ndarray) -> None:
    """The suboptimality has no jump on a segment, nor a stretch that its gradient knows nothing of.

    The segment is halved again and again towards where it differs most from what the gradient says; there its slope is
    between those at the ends. Raises Wrong.
    """
    with suppress(Undecided):
        ends = [(x, *_middles(problem, x)), (y, *_middles(problem, y))]
        for _ in range(HALVINGS):
            middle = (ends[0][0] + ends[1][0]) / 2
            here = (middle, *_middles(problem, middle))
            ends = max([ends[0], here], [here, ends[1]], key=lambda half: _off(*half))
        (x, g, before), (y, h, after) = ends
        change, said = after - before, [(slope * (y - x)).sum() for slope in (g, h)]
        excess = max(change - max(said), min(said) - change)
        if excess > max(map(abs, (change, *said))) / 2**TOLD and excess > (abs(before) + abs(after)) / 2**SURE:
            raise Wrong(
                f"its suboptimality jumps, or is steeper than its gradient, between x = {told_vector(x)} and a "
                f"point at a distance of {to_float(max(map(abs, y - x))):.1g}: from {told(before)} to {told(after)}"
            )


def _off(one: tuple[np.ndarray, np.ndarray, fmpq], other: tuple[np.ndarray, np.ndarray, fmpq]) -> fmpq:
    """By how much the change of the value differs from what the mean of two gradients says."""
    (x, g, before), (y, h, after) = one, other
    return abs(after - before - ((g + h) * (y - x)).sum() / 2)


def _in_numbers(assumption: Assumption) -> Iterator[Assumption]:
    """An assumption of the objective, in every norm if it is about any."""
    if getattr(assumption, "norm", None) is ANY:
        yield from (dataclasses.replace(assumption, norm=pair) for pair in (LINF, L2, OPERATOR))  # type: ignore[call-arg]
    elif type(assumption) is SeparablySmooth:
        yield in_coordinates(assumption)
    elif isinstance(assumption, Constant | Convex) and not isinstance(assumption, SublevelRadius):
        yield assumption


def _doubt(family: type[Problem], assumptions: Sequence[Assumption]) -> str:
    name = f"{family.__name__} ({family.family})" if hasattr(family, "family") else family.__name__
    try:
        for problem, starts, ends in _instances(family, assumptions):
            _test(problem, starts, assumptions, ROUNDING, ends)
    except Wrong as wrong:
        return f"{name}: {wrong}"
    except Exception as error:  # whatever a user's class raises
        return f"{name}: it raises {named(error)}"
    return ""


def _instances(
    family: type[Problem], assumptions: Sequence[Assumption]
) -> Iterator[tuple[Problem, list[Any], dict[int, fmpq]]]:
    """A few instances of every shape in rationals, as they are drawn, with simpler numbers and scaled; a start, the
    smallest and the largest of its batch, and the constants that the batch declares."""
    shapes: set[tuple] = set()
    if not family.shapes and owner(family, "batch") is not Instances and owner(family, "samples") is Instances:
        raise Wrong("it has a `batch` but no shapes to draw: write, for example, shapes = ((1,), (4,))")
    try:
        drawn = list(islice(family.samples(np.random.default_rng(0), 1), BATCHES))
    except NotImplementedError:
        return
    for batch, starts in drawn:
        shape = tuple(field.shape[:-1] for field in batch.batched().values())
        again = shape in shapes
        shapes.add(shape)
        sizes = np.nan_to_num(np.abs(np.asarray(starts, dtype=float)).max(axis=0))
        extremes = [nearest(starts[:, int(index)], DENOMINATOR) for index in (sizes.argmin(), sizes.argmax())]
        for index in np.linspace(0, starts.shape[1] - 1, 1 if again else OF_EACH).astype(int):
            problem, several = batch.one(int(index)), [*extremes, nearest(starts[:, index], DENOMINATOR)]
            yield problem, several, _ends(batch, assumptions, int(index))
            if index or again:
                continue
            for other in (problem.rounded(DENOMINATOR), _scaled(problem, 1), _scaled(problem, -1)):
                if other is not problem and not _is_none(other):
                    yield other, several, {}


def _ends(batch: Problem, assumptions: Sequence[Assumption], index: int) -> dict[int, fmpq]:
    """The valid ends of what a batch declares for one of its instances."""
    found: dict[int, fmpq] = {}
    for assumption in assumptions:
        ends = known(batch, assumption) if isinstance(assumption, Constant) else None
        if ends is not None and isinstance(assumption, Constant):
            valid = np.asarray(ends.lower if assumption.largest else ends.upper, dtype=float)
            end = float(valid.ravel()[index if valid.size > 1 else 0])
            found |= {id(assumption): rational(end)} if np.isfinite(end) else {}
    return found


def _is_none(problem: Problem) -> bool:
    """Whether it says itself that it is no instance."""
    try:
        problem.check()
    except ValueError:
        return True
    return False


def _scaled(problem: Problem, power: int) -> Problem:
    fields = {name: problem.arrays()[name] for name in problem.scalable}
    if not fields:
        return problem
    scales = np.array([scale**power for scale in SCALES], dtype=object)
    factors = {name: np.resize(scales, np.shape(field)) for name, field in fields.items()}
    return dataclasses.replace(problem, **{name: field * factors[name] for name, field in fields.items()})


def _test(problem: Problem, starts: list[Any], assumptions: Sequence[Assumption], room: fmpq, ends: Any = None) -> None:
    """Look at everything that is declared of one instance. Raises Wrong."""
    problem.check()
    d = problem.dimension
    if starts and len(starts[-1]) != d:
        raise Wrong(f"its dimension is {d}, but its starts have {len(starts[-1])} coordinates")
    points = _decided(problem, _points(d, starts))
    fields = {name: np.array(field, dtype=object, copy=True) for name, field in problem.arrays().items()}
    points = _without_unknown(problem, points + _led(problem, points))
    _function(problem, points)
    _shape(problem, points)
    for x in _spread(points[1:], SEGMENTS):
        _continuous(problem, points[0], x)
    for assumption in assumptions:
        if isinstance(assumption, Convex):
            continue  # of it the family says `convex`, which is part of its shape
        if type(assumption) is Dimension or speaks_of_run(assumption):
            continue
        for declared in dict.fromkeys([_declared(problem, assumption), (ends or {}).get(id(assumption))]):
            _constants(problem, assumption, declared, points, room)
    changed = [
        name for name, field in problem.arrays().items() if (np.asarray(field, dtype=object) != fields[name]).any()
    ]
    if changed:
        raise Wrong(f"its field {changed[0]!r} changes while its functions are called")


# ------------------------------------------------------------------------------------------------- points


def _points(d: int, starts: list[Any]) -> list[np.ndarray]:
    """The origin, points of the axes, corners of cubes, points at random, near, far and close together, the starts and
    multiples of them."""
    rng = np.random.default_rng(d)
    axes = np.eye(d, dtype=int)[:6]
    corners = [rng.choice([-1, 1], d) for _ in range(min(2 ** (d - 1), 6))]
    scattered = [rng.integers(-DENOMINATOR, DENOMINATOR, d) for _ in range(4)]
    found = [rationals(x) for x in (np.zeros(d, dtype=int), *axes, *corners)]
    found += [rationals(x) * fmpq(2 * 3**n, DENOMINATOR) for n, x in enumerate(scattered)]
    found += [found[-1] + corner * fmpq(1, 2**12) for corner in found[-6:-4]] + [found[1] * fmpq(-100)]
    given = [rationals(start) for start in starts]
    multiples = [start * factor for start in _distinct(given[:-1]) for factor in MULTIPLES]
    return _distinct([*found[:-1], *multiples, *given[:-1], found[-1], *given[-1:]])


def _distinct(points: Sequence[Any]) -> list[Any]:
    return list({tuple(map(str, x)): x for x in points}.values())


def _decided(problem: Problem, points: list[np.ndarray]) -> list[np.ndarray]:
    """The points at which gradient and value are known; the origin is the first of `points`, and stays."""
    found = points[:1]
    with exact(problem) as xp:
        posed = problem.over(xp)
        for x in points[1:]:
            with suppress(Undecided):
                numbers = [*posed.gradient(xp.number(x), xp), posed.suboptimality(xp.number(x), xp)]
                if all(xp.ends(number) for number in numbers):
                    found.append(x)
    return found


def _without_unknown(problem: Problem, points: list[np.ndarray]) -> list[np.ndarray]:
    """The points; without the origin, the first of them, if the sign of something is not known there."""
    with exact(problem) as xp:
        posed, origin = problem.over(xp), xp.number(points[0])
        try:
            posed.gradient(origin, xp), posed.suboptimality(origin, xp)
        except Undecided:
            return points[1:]
    return points


def _led(problem: Problem, points: list[np.ndarray]) -> list[np.ndarray]:
    """Points where the gradient leads: down the function, where it is flattest, and out where gradients differ most."""
    found: list[np.ndarray] = []
    for x in (points[1], points[-1], points[-2]):
        with suppress(Undecided):
            found += _down(problem, x)
    origin = points[0]
    for corner in points[1:4]:
        with suppress(Undecided):
            found += _out(problem, corner, origin)
    return _decided(problem, [origin, *(x for x in found if any(x))])[1:]


def _down(problem: Problem, x: np.ndarray) -> Iterator[np.ndarray]:
    step = None
    for _ in range(STEPS):
        g, height = _middles(problem, x)
        square = (g * g).sum()
        if not square > 0:
            return
        step = step or abs(height) / square or fmpq(1)
        tried = [_near(x - g * size) for size in (step / STEP, step, step * STEP)]
        heights = [_middles(problem, y)[1] for y in tried]
        best = min(range(3), key=heights.__getitem__)
        x, step = tried[best], step * (fmpq(1, STEP), 1, STEP)[best]
        yield x


def _out(problem: Problem, corner: np.ndarray, origin: np.ndarray) -> Iterator[np.ndarray]:
    for turn in range(3):
        slope = _middles(problem, corner)[0]
        largest = max(map(abs, slope))
        if not largest > 0:
            return
        signs = np.array([fmpq(1 if entry >= 0 else -1) for entry in slope], dtype=object)
        corner = origin + (signs if turn % 2 == 0 else _near(slope / largest))
        yield corner


def _near(x: np.ndarray) -> np.ndarray:
    """Shorter numbers near the given ones, with as many bits whatever their size."""
    largest = max(map(abs, x))
    size = fmpq(2) ** (int(largest.p).bit_length() - int(largest.q).bit_length()) if largest else fmpq(1)
    return nearest(x / size, DENOMINATOR) * size


def _middles(problem: Problem, x: np.ndarray) -> tuple[np.ndarray, fmpq]:
    """About the gradient and the value, in rationals."""
    with exact(problem) as xp:
        posed, here = problem.over(xp), xp.number(x)
        g, height = posed.gradient(here, xp), posed.suboptimality(here, xp)
        return np.array([_middle(xp, entry) for entry in g], dtype=object), _middle(xp, height)


def _middle(xp: Exact, number: Any) -> fmpq:
    low, high = xp.ends(number)
    return low if low == high else rational(to_float((low + high) / 2))


def exact(problem: Problem) -> AbstractContextManager[Exact]:
    """The arithmetic for an instance: rationals, unless it has other numbers."""
    return nullcontext(RATIONALS) if _is_rational(problem) else Balls(BITS)


def _is_rational(problem: Problem) -> bool:
    """Whether gradient and value are rational, as far as is seen at one point. Raises Wrong if they are floats."""
    if not problem.rational:
        return False
    x = rationals(np.arange(1, problem.dimension + 1)) / 7
    try:
        numbers = [*problem.over(RATIONALS).gradient(x, RATIONALS), problem.over(RATIONALS).suboptimality(x, RATIONALS)]
    except TypeError:  # it should say `rational = False`, and is replayed in balls all the same
        return False
    strange = [number for number in numbers if not isinstance(number, fmpq | int)]
    if strange:
        raise Wrong(f"on rationals its functions return {type(strange[0]).__name__}: write rational = False")
    return True


# ------------------------------------------------------------------------------------------------- the function


def _function(problem: Problem, points: list[np.ndarray]) -> None:
    """Gradient and suboptimality: least at the origin, there 0, alike when asked again, and the slope of the other."""
    with exact(problem) as xp:
        posed = problem.over(xp)

        def value(x: np.ndarray) -> Any:
            return posed.suboptimality(xp.number(x), xp)

        origin = points[0] * fmpq(0)
        with suppress(Undecided):  # then it is not known
            if _nonzero(value(origin)):
                raise Wrong(f"its suboptimality at the origin is {told(value(origin))}, not 0")
        slopes = [(x, posed.gradient(xp.number(x), xp)) for x in points]
        with suppress(Undecided):
            for entry in posed.gradient(xp.number(origin), xp):
                if _nonzero(entry):
                    raise Wrong(f"its gradient at the origin, the minimizer, has the entry {told(entry)}, not 0")
        for x, g in slopes:
            if len(g) != len(x):
                raise Wrong(f"its gradient has {len(g)} entries at points of {len(x)} coordinates")
            if value(x) < 0:
                raise Wrong(f"its suboptimality at x = {told_vector(x)} is {told(value(x))}, below the minimum 0")
            if any(_nonzero(a - b) for a, b in zip(g, posed.gradient(xp.number(x), xp), strict=True)):
                raise Wrong(f"its gradient at x = {told_vector(x)} differs between two calls")
            for u in _directions(len(x)):
                with suppress(Undecided):
                    _slope(xp, value, x, g, u)


def _directions(d: int) -> list[np.ndarray]:
    rng = np.random.default_rng(d)
    axis = np.eye(d, dtype=int)[rng.integers(0, d)]
    return [rationals(axis), -rationals(axis), rationals(rng.integers(1, 9, d))]


def _slope(xp: Exact, value: Callable[[Any], Any], x: np.ndarray, g: Any, u: np.ndarray) -> None:
    """The quotient (f(x + hu) - f(x)) / h tends to <grad f(x), u>: its error falls with h."""
    promised = xp.sum(g * xp.number(u))
    errors = [(value(x + u * h) - value(x)) / h - promised for h in (NEAR, NEARER)]
    if abs(errors[1]) * FALLS > abs(errors[0]) and _nonzero(errors[1]):
        # what falls slowly, but is small beside the slope, is the rounding of balls
        raise Wrong(
            f"its gradient does not match its suboptimality: at x = {told_vector(x)} along {told_vector(u)} the slope "
            f"is {told(errors[1] + promised)}, the gradient says {told(promised)}"
        )


def _nonzero(number: Any) -> bool:
    """Whether a number surely is not 0."""
    return bool(number > 0 or number < 0)


def _shape(problem: Problem, points: list[np.ndarray]) -> None:
    """What is said of the function as a whole: `hessian`, `convex`, `separable`, `state`."""
    with exact(problem) as xp:
        posed = problem.over(xp)
        values = [posed.suboptimality(xp.number(x), xp) for x in points]
        slopes = [posed.gradient(xp.number(x), xp) for x in points]
        hessian, convex = problem.hessian(), problem.is_convex()
        for x, height, g in zip(points, values, slopes, strict=True):
            if hessian is not None:
                product = xp.number(np.asarray(rationals(hessian)).dot(x))
                wrong = _nonzero(xp.sum(xp.number(x) * product) / 2 - height)
                if wrong or any(_nonzero(a - b) for a, b in zip(g, product, strict=True)):
                    raise Wrong(f"its hessian does not match its functions at x = {told_vector(x)}")
            if problem.separable:
                parts = [x * axis for axis in rationals(np.eye(len(x), dtype=int))]
                with suppress(Undecided):
                    apart = [posed.suboptimality(xp.number(part), xp) for part in parts]
                    if _nonzero(sum(apart[1:], start=apart[0]) - height):
                        raise Wrong(f"it is not separable: see x = {told_vector(x)}")
            for y, there in zip(points, values, strict=True):
                if convex and there < height + xp.sum(g * xp.number(y - x)):
                    raise Wrong(f"it is not convex: see x = {told_vector(x)}, y = {told_vector(y)}")
        _state(problem, points, values, slopes, xp)


def _state(problem: Problem, points: list[np.ndarray], values: list[Any], slopes: list[Any], xp: Exact) -> None:
    """Points with the same state have the same value and gradient; the state is linear in the point."""
    if type(problem).state is Problem.state:
        return
    columns = [np.asarray(problem.state(unit), dtype=object) for unit in rationals(np.eye(len(points[0]), dtype=int))]
    matrix = np.array(columns, dtype=object).T
    for x in points:
        if (np.asarray(problem.state(x), dtype=object) != matrix.dot(x)).any():
            raise Wrong(f"its state is not linear in the point: see x = {told_vector(x)}")
    posed = problem.over(xp)
    for free in _kernel(matrix):
        for x, height, g in zip(points, values, slopes, strict=True):
            other = xp.number(x + free)
            try:
                moved = [posed.suboptimality(other, xp) - height, *(posed.gradient(other, xp) - g)]
            except Undecided:
                continue
            if any(_nonzero(number) for number in moved):
                raise Wrong(
                    f"x = {told_vector(x)} and y = {told_vector(x + free)} have one state but not one value or gradient"
                )


def _kernel(matrix: np.ndarray) -> Iterator[np.ndarray]:
    """Vectors that span what the matrix maps to 0."""
    rows, count = matrix.shape
    echelon, rank = fmpq_mat(rows, count, [rational(entry) for entry in matrix.ravel()]).rref()
    reduced = np.array(echelon.tolist(), dtype=object)
    pivots = [next(n for n in range(count) if reduced[row, n] != 0) for row in range(rank)]
    for free in (n for n in range(count) if n not in pivots):
        vector = rationals(np.zeros(count, dtype=int))
        vector[free] = fmpq(1)
        for row, pivot in enumerate(pivots):
            vector[pivot] = -reduced[row, free]
        yield vector


# ------------------------------------------------------------------------------------------------- constants


def _constants(
    problem: Problem, assumption: Assumption, declared: fmpq | None, points: list[np.ndarray], room: fmpq
) -> None:
    """An assumption with the constant that is declared for it, at pairs of points."""
    assert isinstance(assumption, Constant)
    if declared is None or not declared > 0:  # nothing is said; or it is not used, for constants are positive
        return
    probe = dataclasses.replace(assumption, constant=CONSTANT)
    generous = declared * (1 - room) if assumption.largest else declared * (1 + room)
    pairs = (
        [(x, y) for x in points for y in points if x is not y] if assumption.points > 1 else [(x, x) for x in points]
    )
    chosen = (
        [pairs[n] for n in np.random.default_rng(0).permutation(len(pairs))[:PAIRS]] if len(pairs) > PAIRS else pairs
    )
    _monotone(problem, probe, declared, chosen)
    _holds(problem, probe, {CONSTANT: generous}, chosen, declared)


def _declared(problem: Problem, assumption: Assumption) -> fmpq | None:
    """The constant that an instance declares, the valid end of its enclosure if it knows no better."""
    assert isinstance(assumption, Constant)
    try:
        return exactly_known(problem, assumption)
    except ValueError:  # of numbers that are no floats, nothing is said
        return None


def _holds(
    problem: Problem, assumption: Constant, values: dict[Symbol, fmpq], pairs: list, declared: Any = None
) -> None:
    """Read an assumption at pairs of points. Raises Wrong where it is surely violated, or cannot be read at all."""
    statements = (stated(assumption), *_implied(assumption))
    for xp, reading in _readings(problem, pairs[0][0]):
        numbers = {symbol: xp.number(number) for symbol, number in values.items()}
        vectors = {id(x): xp.number(x) for pair in pairs for x in pair}
        try:
            for x, y in pairs:
                here = reading.at(numbers, dict(zip(NAMES, (vectors[id(x)], vectors[id(y)]), strict=False)))
                said = next((each for each in statements if here.truth(each)[1]), None)
                if said is not None:
                    number = declared if declared is not None else assumption.constant.subs(_plain(values))
                    where = [f"x = {told_vector(x)}", f"y = {told_vector(y)}"][: assumption.points]
                    sides = here.sides(said)
                    raise Wrong(
                        f"{type(assumption).__name__}(.., norm={assumption.norm.name}) with the constant "
                        f"{told(number) if isinstance(number, fmpq) else number} does not hold at {', '.join(where)}"
                        + (f": there it reads {sides}" if sides else "")
                    )
            return
        except Unvalued:
            return  # it has other parameters: it is read where they are known
        except Unsupported as unsupported:
            raise Wrong(f"{type(assumption).__name__} cannot be tested: {unsupported}") from None
        except ValueError:
            return  # a norm has no meaning in that dimension
        except TypeError:
            continue  # it leaves the rationals


def _implied(assumption: Constant) -> tuple[Any, ...]:
    """What follows for f from a Lipschitz gradient: |f(y) - f(x) - <grad f(x), y - x>| <= (L/2) ||y - x||^2."""
    if type(assumption) is not Smooth:
        return ()
    x, y = (point(Str(name)) for name in NAMES[:2])
    beyond = value(y) - value(x) - inner(gradient(x), y - x)
    most = assumption.constant * Rational(1, 2) * norm(Str(assumption.norm.name), y - x) ** 2
    return Le(beyond, most), Ge(beyond, -most)


def _plain(values: dict[Symbol, fmpq]) -> dict[Symbol, Any]:
    return {symbol: Rational(int(number.p), int(number.q)) for symbol, number in values.items()}


def _readings(problem: Problem, x: np.ndarray) -> Iterator[tuple[Any, Reading]]:
    """The instance in rationals, if it is rational, then in balls."""
    if _is_rational(problem):
        yield RATIONALS, Reading(problem.over(RATIONALS), RATIONALS, {}, {"x": RATIONALS.number(x)})
    with Balls(BITS) as balls:
        yield balls, Reading(problem.over(balls), balls, {}, {"x": balls.number(x)})


def _monotone(problem: Problem, probe: Constant, declared: fmpq, pairs: list) -> None:
    """Whether larger constants are weaker, or stronger, as the assumption's class says. The package's are."""
    if is_ours(type(probe).__module__):
        return
    said = stated(probe)
    for xp, reading in _readings(problem, pairs[0][0]):
        try:
            for x, y in pairs[:: max(1, len(pairs) // 10)]:
                here = reading.at({}, dict(zip(NAMES, (xp.number(x), xp.number(y)), strict=False)))
                truths = [(c, here.at({CONSTANT: xp.number(declared * c)}, {}).truth(said)) for c in GRID]
                true = [c for c, (surely, _) in truths if surely]
                false = [c for c, (_, surely) in truths if surely]
                against = true and false and (max(false) > min(true) if not probe.largest else min(false) < max(true))
                if against:
                    weaker = "stronger" if probe.largest else "weaker"
                    raise Wrong(
                        f"{type(probe).__name__} says largest = {probe.largest}, but larger constants are not {weaker}"
                    )
            return
        except (Unsupported, ValueError, Undecided):
            return
        except TypeError:
            continue
