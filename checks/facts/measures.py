"""That the term of a user's measure, of which proofs speak, is the number that its `quantity` gives, which trials see.

Both are read at the points of a short run on a quadratic and on a function that is none: the term by the kernel's own
meaning of it, with the run's iterates, exact gradients and no noise; the quantity at the last iterate, or the least,
the mean or the sum of those so far.
"""

from __future__ import annotations

from contextlib import nullcontext
from functools import reduce
from itertools import cycle, product
from operator import add
from typing import Any

from sympy import Dummy, Expr, Integer, Sum

from signproof.checks.facts.reading import Reading
from signproof.checks.numbers.exact import RATIONALS, Balls, rationals, to_float
from signproof.checks.problems.base import Problem
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.problems.sine import SineSum
from signproof.theory.border.purity import Impure
from signproof.theory.border.state import own
from signproof.theory.border.steps import measured
from signproof.theory.measures.flows import OverTimeMeasure
from signproof.theory.measures.runs import Measure
from signproof.theory.symbols import k
from signproof.theory.terms.expectations import expectation
from signproof.theory.terms.vectors import Least

HEIGHTS = ("1", "3/2", "1/4", "5")
PROBLEMS: tuple[Problem, ...] = (
    DiagonalQuadratic(rationals(list(HEIGHTS))),
    SineSum(rationals(list(HEIGHTS)), rationals("2")),
)
RUN = (
    ("2", "-1", "-3", "1/2"),
    ("1/3", "1", "-1/4", "1/5"),
    ("-1", "1/2", "2", "-1/7"),
    ("1/2", "-5", "1/5", "-2"),
)
"""Of four coordinates, as a geometry may be one of matrices; neither values nor gradients fall all the way. The last
is for terms that speak of the next iterate."""
BITS = 256
VALUES = ("3/7", "5/2", "1/3", "11/4", "2/9", "7/5")
"""Of the parameters in a measure, in turn, so that no ratio or difference of them vanishes."""


def examine_measure(measure: Measure) -> None:
    """Raises Impure, in one line with the fix, if a user's measure measures something else than its symbol says."""
    read_off = type(measure).quantity is Measure.quantity  # there is nothing but the symbol
    if not own(type(measure)) or isinstance(measure, OverTimeMeasure) or measure.horizon is not None or read_off:
        return
    for problem, steps in product(PROBLEMS, range(len(RUN) - 1)):
        try:
            said, found = _both(measure, problem, steps)
        except Exception:  # the term has no value there, or the quantity raises: then trials say so
            continue
        if said[0] > found[1] or found[0] > said[1]:
            name, one, other = type(measure).__name__, to_float(found[0]), to_float(said[0])
            raise Impure(
                f"on {problem.describe()} the quantity of {name} at k = {steps} is {one:.6g}, but its symbol "
                f"{measure.symbol} is {other:.6g}: give {name} the symbol of what it measures"
            )


def _both(measure: Measure, posed: Problem, steps: int) -> tuple[Any, Any]:
    """Ends of what the symbol says after some steps, and of what is measured."""
    term = measure.symbol.replace(expectation, lambda inside, given: inside).subs(k, steps)
    for xp in (RATIONALS, Balls(BITS)):
        with xp if isinstance(xp, Balls) else nullcontext():
            try:
                problem = posed.over(xp)
                run = [xp.number(rationals(list(x))) for x in RUN]
                symbols = sorted(term.free_symbols, key=str)
                numbers = zip(symbols, cycle(rationals(list(VALUES))), strict=False)
                values = {symbol: xp.number(number) for symbol, number in numbers}
                said = _read(term, Reading(problem, xp, values, {}, run))
                quantities = [measured(measure, problem, x, xp) for x in run[: steps + 1]]
                return xp.ends(said), xp.ends(_together(measure, quantities, xp))
            except TypeError:
                if isinstance(xp, Balls):
                    raise
    raise AssertionError("one of the arithmetics answers or raises")


def _together(measure: Measure, quantities: list[Any], xp: Any) -> Any:
    """The quantities of a run as the measure takes them: their minimum, mean or sum, or the last."""
    if measure.least_so_far:
        return _least(quantities, xp)
    if measure.mean_so_far or measure.sum_so_far:
        last = next((part.limits[0][2] for part in measure.symbol.atoms(Sum)), k)
        quantities = quantities[: int(last.subs(k, len(quantities) - 1)) + 1]
        total = reduce(add, quantities)
        return total / xp.rational(len(quantities), 1) if measure.mean_so_far else total
    return quantities[-1]


def _read(term: Expr, reading: Reading) -> Any:
    """The value of a term, minima and sums over the iterations included."""
    values, plain = {}, {}
    for over in term.atoms(Least, Sum):
        (index, first, last), *_ = over.limits
        each = (over.function.subs(index, Integer(n)) for n in range(int(first), int(last) + 1))
        numbers = [_read(part, reading) for part in each]
        plain[over] = Dummy(real=True)
        values[plain[over]] = _least(numbers, reading.xp) if isinstance(over, Least) else reduce(add, numbers)
    return reading.at(values, {}).number(term.xreplace(plain), 0)


def _least(numbers: list[Any], xp: Any) -> Any:
    return reduce(lambda a, b: -xp.larger(-a, -b), numbers)
