"""Statements about one real number with sines in them, decided for the whole line by a cover with balls.

An inequality F(x) >= 0 is cut in two. For |x| > R Z3 decides it, with sin x = s and cos x = c any two numbers with
s^2 + c^2 = 1. On [-R, R] pieces are cut in three until each has a lower end that is not negative: with radius r and
middle c, F(x) >= F(c) + F'(c) t + m t^2/2 for all |t| <= r, where m is a lower end of F'' on the piece. The middles
stay exact rationals, so that F(0) = F'(0) = 0 is seen as such.
"""

from __future__ import annotations

from flint import arb, fmpq
from sympy import Add, Dummy, Expr, Gt, Mul, Pow, Rational, Symbol, cos, diff, preorder_traversal, sin
from sympy.core.relational import Ge, Le, Lt, Relational
from sympy.logic.boolalg import And, Boolean

from signproof.checks.numbers.exact import Balls, Undecided, to_float
from signproof.theory.algebra.decide import Answer, follows
from signproof.theory.arithmetic import evaluate

REACHES = (1, 2, 4, 8, 16, 32)
"""Values of R, tried in turn."""
MOST_PIECES = 10_000
"""Pieces after which the question is given up."""
BITS = 128


def cover(statement: Boolean) -> Answer:
    """Whether relations between numbers and one real symbol hold for all its values.

    `holds` is None where the statement is of another kind, or pieces or precision do not suffice; `model` is a
    rational point where it surely fails.
    """
    reasons = []
    for part in And.make_args(statement):
        if not isinstance(part, Ge | Gt | Le | Lt) or len(part.free_symbols) > 1 or not _smooth(part.lhs - part.rhs):
            return Answer(None, reason=f"{part} is not a smooth inequality in one variable")
        try:
            answer = _everywhere(part)
        except (TypeError, Undecided) as error:
            return Answer(None, reason=str(error))
        if not answer.holds:
            return answer
        reasons.append(answer.reason)
    return Answer(True, reason="; ".join(reason for reason in reasons if reason))


def _everywhere(relation: Relational) -> Answer:
    strict, F = isinstance(relation, Gt | Lt), relation.gts - relation.lts
    x = next(iter(F.free_symbols), Dummy(real=True))
    if not F.free_symbols:
        low, high = _ends(F, {})
        holds = low > 0 or (low == 0 and not strict) or (None if high >= 0 else False)
        return Answer(holds, reason="" if holds else f"{relation} is false, or too close to decide")
    reach = next((reach for reach in REACHES if _tail(relation, x, reach)), None)
    if reach is None:
        return Answer(None, reason=f"Z3 does not prove {relation} for all large {x}")
    return within(F, x, reach, strict, f"Z3 for |{x}| > {reach}, ")


def _smooth(formula: Expr) -> bool:
    """Whether a formula is a polynomial in a number and in sines and cosines, which may be nested."""
    return all(
        isinstance(part, Add | Mul | sin | cos | Symbol | Rational)
        or (isinstance(part, Pow) and part.exp.is_Integer and part.exp > 0)
        for part in preorder_traversal(formula)
    )


def _tail(relation: Relational, x: Symbol, reach: int) -> bool:
    """Whether the relation holds for |x| > reach because s^2 + c^2 = 1."""
    circle: list[Boolean] = []
    names: dict[Expr, Symbol] = {}
    for angle in {term.args[0] for term in relation.atoms(sin, cos)}:
        s, c = Dummy("s", real=True), Dummy("c", real=True)
        names |= {sin(angle): s, cos(angle): c}
        circle.append(Le(s**2 + c**2, 1) & Ge(s**2 + c**2, 1))
    return follows(relation.xreplace(names), (Gt(x**2, reach**2), *circle)).holds is True


def within(F: Expr, x: Symbol, reach: int, strict: bool = False, so_far: str = "") -> Answer:
    """Whether F(x) >= 0, or F(x) > 0 if `strict`, for all x in [-reach, reach]; the reason follows what is said so far.

    Raises TypeError for functions that balls do not have.
    """
    slope, curvature = diff(F, x), diff(F, x, 2)
    pieces, done = [(fmpq(0), fmpq(reach))], 0
    while pieces:
        middle, radius = pieces.pop()
        done += 1
        if done > MOST_PIECES:
            return Answer(None, reason=f"undecided near {x} = {to_float(middle)}")
        low, high = _ends(F, {x: middle})
        if high < 0 or (strict and high == 0):
            return Answer(False, {x: Rational(int(middle.p), int(middle.q))}, f"it fails at {x} = {middle}")
        steepest = max(map(abs, _ends(slope, {x: middle})))
        m = _ends(curvature, {x: (middle, radius)})[0]
        # the least value of -steepest t + m t^2/2 over 0 <= t <= radius
        inside = m > 0 and steepest <= m * radius
        least = low - (steepest**2 / (2 * m) if inside else steepest * radius - m * radius**2 / 2)
        if least > 0 or (least == 0 and not strict):
            continue
        third = radius / 3
        pieces += [(middle + shift * 2 * third, third) for shift in (-1, 0, 1)]
    return Answer(True, reason=f"{so_far}balls on {done} pieces of [-{reach}, {reach}]")


def _ends(formula: Expr, values: dict) -> tuple[fmpq, fmpq]:
    """Rationals below and above a formula's values at a rational, or on (middle, radius)."""
    with Balls(BITS) as balls:
        at = {x: arb(*point) if isinstance(point, tuple) else arb(point) for x, point in values.items()}
        found = evaluate(formula, at, balls)
        return balls.ends(found)
