"""Whether a user's rule is a function of what it is given, and does what its class says of it.

A rule is asked at a point, at another, and at the first again: the answers at the first are to be equal, and nothing
that the rule can reach may have changed meanwhile. Then what its class declares (`stochastic`, `translates`,
`noiseless`, `parameters`) is tried at a few points. Of what no arithmetic here can run nothing is found out: then it
is for the numeric arithmetics to find it (`checks.purity`), or for the run itself.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import zip_longest
from math import isqrt
from typing import Any
from weakref import WeakKeyDictionary

from sympy import Add, Basic, Expr, Float, Integer, Matrix, Rational, expand, sympify
from sympy.core.relational import Relational
from sympy.core.symbol import Str

from signproof.theory.arithmetic import Vector
from signproof.theory.assumptions.objective import Assumption
from signproof.theory.border import state
from signproof.theory.border.opaque import traced
from signproof.theory.border.steps import Unruly, begin, flowing, measured, move
from signproof.theory.declared import owner
from signproof.theory.measures.runs import Measure
from signproof.theory.methods.coordinates import Column, Coordinates
from signproof.theory.methods.flows import Flow
from signproof.theory.methods.gradient import Algorithm, Method, SomeMethod
from signproof.theory.misuse import Misuse
from signproof.theory.norms import ANY, LINF
from signproof.theory.symbols import V0, k
from signproof.theory.terms.expectations import estimate
from signproof.theory.terms.flows import trajectory
from signproof.theory.terms.proximal import sampled_mapping
from signproof.theory.terms.vectors import gradient, iterate, point, x_k, x_star
from signproof.theory.terms.votes import majority

POINTS = (("3/2", "-2/3", "5/7", "-1/5"), ("-5", "7/4", "1/3", "9/2"), ("40", "-1/50", "-8", "13/3"))
"""Points at which a rule is asked: of four coordinates, as the operator norm is one of matrices with two rows."""
DIMENSIONS = (1, 2, 3, 4, 9)
"""Of the points at which a method without noise is compared with its `noiseless`."""
SHIFTS = ("2/3", "-11", "1000")
"""By how much points are moved for a rule that is to depend on gradients alone."""
SLOPES = (("1", "-3/2", "2/5", "-1/7"), ("-1/4", "2", "-6", "5/3"), ("1/9", "1/8", "-3", "4"))
"""Gradients that do not depend on the point."""
STEPS = 3
"""How long a rule is followed."""
CLOSE = Fraction(1, 10**20)
"""What is closer is the same number, where formulas have more than one form."""
DIGITS = 40
CLOSE_FLOATS = Rational(1, 10**9)
"""The same where a rule has floats in it."""


class Impure(Misuse):
    """A rule that remembers what it was asked before, or that is not what its class says."""


@dataclass(frozen=True)
class Ground:
    """An arithmetic to ask a rule in.

    Arguments: the arithmetic; a vector of it, from rationals; a number; how close equal numbers are; steps of a run.
    """

    xp: Any
    vector: Callable[[Sequence[Fraction]], Any]
    number: Callable[[Fraction], Any]
    close: Fraction = CLOSE
    steps: int = STEPS


class Rounded(Coordinates):
    """Columns of rationals, in which irrational numbers are rounded: formulas for them would grow without end."""

    def power(self, base: Column | Expr, exponent: Expr) -> Column | Expr:
        return _each_rounded(super().power(base, exponent))

    def sqrt(self, x: Column | Expr) -> Column | Expr:
        return _each_rounded(x, _root)

    def exp(self, x: Column | Expr) -> Column | Expr:
        return _each_rounded(super().exp(x))

    def log(self, x: Column | Expr) -> Column | Expr:
        return _each_rounded(super().log(x))

    def sin(self, x: Column | Expr) -> Column | Expr:
        return _each_rounded(super().sin(x))

    def cos(self, x: Column | Expr) -> Column | Expr:
        return _each_rounded(super().cos(x))

    def expm1(self, x: Column | Expr) -> Column | Expr:
        return _each_rounded(super().expm1(x))

    def log1p(self, x: Column | Expr) -> Column | Expr:
        return _each_rounded(super().log1p(x))

    def exp_remainder(self, x: Column | Expr) -> Column | Expr:
        return _each_rounded(super().exp_remainder(x))

    def normalized(self, g: Column) -> Column:
        length = self.sqrt(self.sum(g * g))
        return g if length == 0 else _each_rounded(g / length)


def _rounded(number: Expr) -> Expr:
    short = isinstance(number, Rational) and max(abs(number.p), number.q).bit_length() < 8 * DIGITS
    return number if short else Rational(str(number.evalf(DIGITS)))


def _root(number: Rational) -> Expr:
    """A square root, rounded down to DIGITS digits and more."""
    p, q = int(number.p), int(number.q)
    scale = 2 ** (4 * DIGITS + q.bit_length())
    return _rounded(Rational(isqrt(p * scale**2 // q), scale))


def _each_rounded(x: Any, function: Callable[[Any], Expr] = _rounded) -> Any:
    return x.applyfunc(function) if isinstance(x, Matrix) else function(x)


def _short(given: Any) -> Any:
    """The same columns with shorter numbers: those of a rule that takes powers would fill the memory."""
    if isinstance(given, tuple | list):
        return type(given)(map(_short, given)) if type(given) in (tuple, list) else given
    return given.applyfunc(_rounded) if isinstance(given, Column) else given


FORMULAS = Ground(Rounded(), lambda entries: Column([_rational(n) for n in entries]), lambda n: _rational(n))


def examine(part: object, ground: Ground = FORMULAS) -> bool:
    """Ask a method, flow, measure or assumption of a user's in one arithmetic; whether all was answered.

    Raises Impure, in one line with the fix, if it is no function of what it is given, or not what its class says;
    Unruly if it draws more than once in a step, or keeps something on its arithmetic. The package's own are not asked.
    """
    if not state.own(type(part)):
        return True
    known, key = _ASKED.setdefault(type(part), {}), _but_for_formulas(part, ground)
    if key in known:
        return known[key]
    answered = True
    before, luck = state.state(part), random.getstate()
    asked = state.clock(type(part))
    if asked:
        raise Impure(f"{_what(part)} uses {asked}, which may change between calls: a rule must be a formula")
    held = state.iterators(before)
    if held:
        raise Impure(f"{_what(part)} uses the iterator {held}, which changes with each use: {_FIX}")
    for question in _questions(part, ground):
        try:
            question()
        except (Impure, Unruly, KeyboardInterrupt):
            raise
        except BaseException:  # the arithmetic does not know what the rule needs; or the rule raises in a run, too
            answered = False
        finally:
            before = unchanged(part, before)  # with what a cache keeps by now
    if random.getstate() != luck:
        raise Impure(f"{_what(part)} draws its own random numbers: {_FIX}")
    known[key] = answered
    return answered


_ASKED: WeakKeyDictionary[type, dict[Any, bool]] = WeakKeyDictionary()
"""What was asked and found in order, by class: trials pose a claim many times, with other formulas."""


def _but_for_formulas(part: Any, ground: Ground) -> tuple:
    """What there is of a part besides its formulas, and the arithmetic."""
    fields = ((field.name, getattr(part, field.name)) for field in dataclasses.fields(part))
    others = ((name, repr(entry)) for name, entry in fields if not (isinstance(entry, Expr) and entry.free_symbols))
    return type(ground.xp), *others


def unchanged(part: object, before: state.State) -> state.State:
    """What a part can reach. Raises Impure if that is no longer as it was."""
    after = state.state(part)
    changed = state.change(before, after)
    if changed:
        raise Impure(f"{_what(part)} changes {changed}: {_FIX}")
    return after


_FIX = "keep a method's state in `memory`, returned by init and update"


def _what(part: Any) -> str:
    rule = {Algorithm: "update", Flow: "velocity", Measure: "quantity", Assumption: "statement", Method: "rule"}
    name = next((word for kind, word in rule.items() if isinstance(part, kind)), "gradient")
    return f"the {name} of {type(part).__name__}"


def _questions(part: Any, ground: Ground) -> Iterator[Callable[[], None]]:
    if isinstance(part, Algorithm):
        yield lambda: _same_fields(part)
        yield lambda: _asked_twice(part, ground)
        yield lambda: _translates(part, ground)
        yield lambda: _noiseless(part, ground)
    elif isinstance(part, Flow):
        yield lambda: _same_fields(part)
        yield lambda: _flow_asked_twice(part, ground)
    elif isinstance(part, Measure):
        yield lambda: _measured_twice(part, ground)
    elif isinstance(part, Assumption):
        yield lambda: _stated_twice(part)
    if isinstance(part, Algorithm) and ground is FORMULAS:
        yield lambda: _asked_of_the_kernel(part)


# ----------------------------------------------------------------------------------------------- methods


def _same_fields(method: Method) -> None:
    """`parameters` are the formulas among the fields, and `at` puts numbers in their place and changes nothing else."""
    name, said = type(method).__name__, method.parameters
    fields = Method.parameters.fget(method)  # type: ignore[attr-defined]
    if said != fields:
        raise Impure(
            f"the parameters of {name} are {said}, but its formula fields are {fields}: "
            "inherit `parameters` and use one field per formula"
        )
    numbers: dict[str, Any] = {each: Rational(1, 3 + place) for place, each in enumerate(said)}
    made = method.at(**numbers)
    if type(made) is not type(method) or _fields(made) != _fields(method) | numbers:
        raise Impure(f"{name}.at({numbers}) is not the same method with these numbers: inherit `at`")


def _fields(method: Method) -> dict[str, Any]:
    return {field.name: getattr(method, field.name) for field in dataclasses.fields(method)}


def with_numbers(method: SomeMethod, ground: Ground, iteration: int) -> SomeMethod:
    """A method with numbers for its symbols, the same number for the same symbol in every method."""
    numbers: dict[str, Any] = {"norm": LINF} if getattr(method, "norm", None) is ANY else {}
    for name, formula in method.parameters.items():
        if name in ("workers", "batch"):
            numbers[name] = Integer(2) if ground is FORMULAS else 2
            continue
        values = {symbol: Rational(1, 2 + sum(map(ord, symbol.name)) % 7) for symbol in formula.free_symbols}
        value: Any = _rounded(sympify(formula.subs(values | {k: iteration, V0: 1})))
        numbers[name] = ground.number(Fraction(int(value.p), int(value.q)))
    return method.at(**numbers)


def _run(algorithm: Algorithm, ground: Ground, start: Any, slope: Callable[[Any], Any]) -> list[tuple[Any, Any]]:
    """The iterates and memories of a run with exact gradients."""
    x, memory = start, begin(with_numbers(algorithm, ground, 0), start, ground.xp, slope)
    found = [(x, memory)]
    for iteration in range(ground.steps):
        x, memory = map(_short, move(with_numbers(algorithm, ground, iteration), x, slope, memory, ground.xp))
        found.append((x, memory))
    return found


def first(algorithm: Algorithm, ground: Ground, scale: int = 1) -> Vector:
    """Where the first step goes from a multiple of the first of the points, on f = 1/2 ||x||^2 with exact gradients."""
    now, x = with_numbers(algorithm, ground, 0), _points(ground)[0] * ground.number(Fraction(scale))
    return move(now, x, lambda at: at, begin(now, x, ground.xp, lambda at: at), ground.xp)[0]


def _asked_twice(algorithm: Algorithm, ground: Ground) -> None:
    asked = [0]
    numbers = _Counting(ground.xp, asked)

    def slope(x):
        asked[0] += 1
        return _slope_at(x, ground)

    counting = replace(ground, xp=numbers)
    a, b, *_ = _points(ground)
    first = _run(algorithm, counting, a, slope)
    _run(algorithm, counting, b, slope)
    again = _run(algorithm, counting, a, slope)
    if not _equal(first, again, Fraction(0)):
        raise Impure(f"{_what(algorithm)} takes different steps in two calls at the same point: {_FIX}")
    _check_draws(algorithm, asked[0], numbers.voted)


def _check_draws(algorithm: Algorithm, asked: Any, voted: bool) -> None:
    name = type(algorithm).__name__
    if algorithm.stochastic and not asked:
        raise Impure(f"{name} says stochastic = True, but its update draws no gradient: omit `stochastic`")
    if voted and not algorithm.stochastic:
        raise Impure(f"the update of {name} asks for votes, which are drawn: say stochastic = True in {name}")


class _Counting:
    """An arithmetic that notes whether votes were asked for, and counts them among the gradients asked for."""

    def __init__(self, xp: Any, asked: list[int]):
        self._xp, self._asked, self.voted = xp, asked, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._xp, name)

    def votes(self, *given: Any) -> Any:
        self._asked[0] += 1
        self.voted = True
        return self._xp.votes(*given)


def _asked_of_the_kernel(algorithm: Algorithm) -> None:
    """The same in the arithmetic of the kernel, which knows mini-batches, too."""
    asked = [0]

    def draw(*at: Expr) -> Expr:
        asked[0] += 1
        return (estimate if algorithm.stochastic else gradient)(*at)

    first, _, again = (traced(algorithm, point(Str(name)), draw) for name in "aba")
    found, other = ((step.after, step.memory) for step in (first, again))
    if not _equal(found, other, Fraction(0)):
        raise Impure(f"{_what(algorithm)} takes different steps in two calls at the same point: {_FIX}")
    drawn = [part for part in _flat(found) if isinstance(part, Expr)]
    if not any(part.has(sampled_mapping) for part in drawn):
        _check_draws(algorithm, asked[0], any(part.has(majority) for part in drawn))


def _translates(algorithm: Algorithm, ground: Ground) -> None:
    kind = owner(type(algorithm), "update")
    if not vars(kind).get("translates", False) or not state.own(kind):
        return
    for start, shift in zip(_points(ground), SHIFTS, strict=True):
        there = start + ground.number(Fraction(shift))
        here, moved = (_run(algorithm, ground, x, _scripted(ground)) for x in (start, there))
        steps, others = ([x - run[0][0] for x, _ in run] for run in (here, moved))
        if not _equal(steps, others, ground.close):
            raise Impure(
                f"{kind.__name__} says translates = True, but x+ - x depends on x itself, not through gradients "
                "only: omit `translates`"
            )


def _noiseless(algorithm: Algorithm, ground: Ground) -> None:
    kind = owner(type(algorithm), "noiseless")
    quiet = algorithm.noiseless
    if quiet is algorithm or not state.own(kind):
        return
    if not isinstance(quiet, Algorithm):
        raise Impure(f"the noiseless of {kind.__name__} is {quiet!r:.60}, not a method")
    for entries in _of_each_dimension():
        start = ground.vector(entries)
        try:
            run, other = (_run(each, ground, start, lambda x: _slope_at(x, ground)) for each in (algorithm, quiet))
        except ValueError:
            if len(entries) == len(POINTS[0]):
                raise
            continue  # in a geometry of matrices, points of one or three entries are none
        if not _equal([x for x, _ in run], [x for x, _ in other], ground.close):
            raise Impure(
                f"with exact gradients {type(algorithm).__name__} takes other steps than its noiseless, "
                f"{type(quiet).__name__}: correct or omit `noiseless`"
            )


def _of_each_dimension() -> Iterator[list[Fraction]]:
    """Points of some dimensions."""
    for size in DIMENSIONS:
        for entries in POINTS:
            yield [Fraction(entries[place % len(entries)]) for place in range(size)]


def _points(ground: Ground) -> list[Any]:
    return [ground.vector([Fraction(entry) for entry in entries]) for entries in POINTS]


def _slope_at(x: Any, ground: Ground) -> Any:
    """The gradient of a quadratic with other curvatures in each coordinate, nowhere zero at the points here."""
    curvatures = ground.vector([Fraction(place + 1, 2) for place in range(len(x))])
    offsets = ground.vector([Fraction((-1) ** place, place + 3) for place in range(len(x))])
    return curvatures * x + offsets


def _scripted(ground: Ground) -> Callable[[Any], Any]:
    """Gradients that are the same wherever they are asked for: the first ones, the next ones, ..."""
    asked = [0]

    def slope(x):
        entries = SLOPES[asked[0] % len(SLOPES)]
        asked[0] += 1
        return ground.vector([Fraction(entry) for entry in entries])

    return slope


# ----------------------------------------------------------------------------- flows, measures, assumptions


def _flow_asked_twice(flow: Flow, ground: Ground) -> None:
    now = with_numbers(flow, ground, 0)
    a, b, c = _points(ground)
    one, other = ground.number(Fraction(1, 3)), ground.number(Fraction(2))
    curvatures = _slope_at(a, ground) * _slope_at(a, ground)
    asked: tuple[Callable[[Any, Any], Any], ...] = (
        lambda x, time: flowing(now, x, lambda at: _slope_at(at, ground), ground.xp),
        lambda x, time: now.on_quadratic(curvatures, x, time, ground.xp),
    )
    for ask in asked:
        first, _, _, again = ask(a, one), ask(b, other), ask(c, one), ask(a, one)
        if not _equal(first, again, Fraction(0)):
            raise Impure(f"{_what(flow)} returns different values in two calls: a flow must be stateless")


class _Bowl:
    """f(x) = 1/2 sum of j x_j^2, for a measure to be read on."""

    def __init__(self, ground: Ground):
        self._ground = ground

    def gradient(self, x: Any, xp: Any) -> Any:
        return self._curvatures(x) * x

    def suboptimality(self, x: Any, xp: Any) -> Any:
        return xp.sum(self._curvatures(x) * x * x) * self._ground.number(Fraction(1, 2))

    def _curvatures(self, x: Any) -> Any:
        return self._ground.vector([Fraction(place + 1) for place in range(len(x))])


def _measured_twice(measure: Measure, ground: Ground) -> None:
    def ask(measure: Measure, x: Any) -> Any:
        return measured(measure, _Bowl(ground), x, ground.xp)

    a, b, c = _points(ground)
    first, second, _, again = ask(measure, a), ask(measure, b), ask(measure, c), ask(measure, a)
    if not _equal(first, again, Fraction(0)):
        raise Impure(f"{_what(measure)} returns different values in two calls: a measure must be stateless")
    quiet = measure.noiseless
    if quiet is not measure and not _equal([first, second], [ask(quiet, a), ask(quiet, b)], ground.close):
        raise Impure(
            f"{type(measure).__name__} has another quantity than its noiseless, {type(quiet).__name__}: "
            "correct or omit `noiseless`"
        )


def _stated_twice(assumption: Assumption) -> None:
    """Whether an assumption says the same of all points: what it says of others is the same with other names."""
    anywhere = [point(Str(f"any {number}")) for number in range(assumption.points)]
    pattern = assumption.statement(*anywhere)
    known = (x_k, iterate(0), x_star, iterate(k + 1), trajectory(0), point(Str("y")), *anywhere)
    for place in range(len(known)):
        points = [known[(place + 3 * number) % len(known)] for number in range(assumption.points)]
        try:
            said, expected = assumption.statement(*points), pattern.xreplace(dict(zip(anywhere, points, strict=True)))
        except TypeError:  # it is not about such a point
            continue
        if not _says_the_same(said, expected):
            raise Impure(
                f"{type(assumption).__name__} asserts of {', '.join(map(str, points))} what it does not assert of all "
                f"points, {said}: use the same formula at every point"
            )


def _says_the_same(one: Any, other: Any) -> bool:
    if one == other:
        return True
    if type(one) is not type(other) or not isinstance(one, Basic):
        return False
    if isinstance(one, Relational):
        return expand(Add(one.lhs, -one.rhs, -other.lhs, other.rhs)) == 0
    pairs = zip_longest(one.args, other.args)
    return not isinstance(one, Expr) and all(_says_the_same(*pair) for pair in pairs)


# ------------------------------------------------------------------------------------------- equal answers


def _rational(number: Fraction) -> Rational:
    return Rational(number.numerator, number.denominator)


def _equal(one: Any, other: Any, close: Fraction) -> bool:
    """Whether two answers are the same; their numbers up to `close`, if that is not zero."""
    parts = [*_flat(one)], [*_flat(other)]
    return len(parts[0]) == len(parts[1]) and all(_same(a, b, close) for a, b in zip(*parts, strict=True))


def _flat(given: Any) -> Iterator[Any]:
    """The numbers and names in an answer."""
    if isinstance(given, dict):
        for name, part in given.items():
            yield name
            yield from _flat(part)
    elif isinstance(given, list | tuple | Matrix):
        for part in given:
            yield from _flat(part)
    elif hasattr(given, "tolist"):
        yield from _flat(given.tolist())
    elif hasattr(given, "__dict__") and not isinstance(given, Basic | type) and not callable(given):
        yield from _flat(vars(given))
    else:
        yield given


def _same(one: Any, other: Any, close: Fraction) -> bool:
    if one is other or bool(one == other):
        return True
    if not close:
        return repr(one) == repr(other)  # balls and none-numbers are not equal to themselves
    if isinstance(one, Expr) and isinstance(other, Expr):
        limit = CLOSE_FLOATS * (1 + abs(one)) if one.has(Float) or other.has(Float) else _rational(close)
        return bool(abs((one - other).evalf(DIGITS)) < limit)
    return isinstance(one, float) and isinstance(other, float) and abs(one - other) <= close * (1 + abs(one))
