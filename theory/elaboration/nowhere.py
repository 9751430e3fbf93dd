"""Assumptions that no function meets, because they are to hold at all points of R^d.

A point x is chosen, and what is assumed is written down there in a few numbers: V = f(x) - f*, the norms r of
u = x - x* (of u = x where no minimizer is spoken of), the dual norms N of the gradient, P = <grad f(x), u>, one
coordinate of each, and unknowns for all else. The choices are

- a point far from x*, and one near to it, along the first coordinate, where r is the same in the three norms;
- the minimizer, if there is one, and a point with V and N as small as one likes (Ekeland's principle for f);
- where f(x_0) > f*: the start; a point with a gradient that is not 0; one with V > 0 as small as one likes, since f is
  continuous; one with V as large as one likes if f is Polyak-Lojasiewicz (Ekeland's principle for -f: were V bounded,
  the gradient would be as small as one likes at points with V >= V_0), or if f is convex: it grows on the ray through
  x_0 from any lower point, and on the one from x*, V >= (r / r_0) V_0.

"As large as one likes" is beyond a power of a number M that no parameter, no inverse of a positive one and no norm of a
fixed vector exceeds. If Z3 finds no numbers for one of these points, no function meets the assumptions. What is not
understood here is an unknown of its own, and excludes nothing. So is a quotient or a root where it may have no value,
such as behind an Or, and a power with an exponent that is no number: 0^p = 0 for p > 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from sympy import (
    Abs,
    Add,
    And,
    Basic,
    Dummy,
    Eq,
    Expr,
    Ge,
    Gt,
    Integer,
    Le,
    Not,
    Or,
    Pow,
    Rational,
    Symbol,
    Tuple,
    exp,
    log,
    sign,
)
from sympy.core.relational import Relational
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanTrue

from signproof.theory.algebra.decide import conditions, contradict, follows
from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.gradients import Unbiased
from signproof.theory.assumptions.objective import Assumption, PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.border.counts import size
from signproof.theory.claim import Claim
from signproof.theory.elaboration.recognized import ORDER, largest_ratio, recognized
from signproof.theory.norms import ANY, L2, LINF, OPERATOR
from signproof.theory.symbols import V0, f_star, i
from signproof.theory.terms.expectations import Total, coordinate, estimate, expectation
from signproof.theory.terms.flows import trajectory
from signproof.theory.terms.vectors import (
    Scalar,
    VectorAtom,
    about_vectors,
    dual_norm,
    gradient,
    inner,
    iterate,
    minimizer,
    norm,
    point,
    suboptimality,
    terms,
    value,
    x_star,
)
from signproof.theory.terms.votes import majority

U = point(Str(" u"))
"""The point x, less the minimizer if there is one; no one else names a point like this."""
POWER = 6
"""What is as large as one likes is at least 2 M^6: more than products of six parameters and inverses of such."""
Assumed = Sequence[tuple[Assumption, Assumption | None]]
"""Assumptions, each with the one of the product's own that says the same."""
INSIDE = (LINF.name, OPERATOR.name, L2.name)
"""Names of the norms that are the same along a coordinate."""


def nowhere(claim: Claim, facts: Sequence[Boolean], whole: frozenset[Symbol]) -> str:
    """Why no function meets the assumptions at all points, in a sentence; empty if that is not proved.

    Arguments: the claim; what else is known of its parameters; the symbols that stand for whole numbers.
    """
    assumed = [(assumption, recognized(assumption, claim.premises)) for assumption in claim.assumptions]
    if not any(known is None and _foreign(assumption) for assumption, known in assumed):
        return ""  # what the product's own assumptions exclude is known without a look at points

    def excluded(place: str, assumptions: Assumed) -> bool:
        known = Point(claim, assumptions).at(place)
        return known is not None and contradict((*claim.premises, *facts, *known), whole)

    for place in PLACES:
        if excluded(place, assumed):
            needed = assumed
            for part in assumed:
                others = [other for other in needed if other is not part]
                needed = others if excluded(place, others) else needed
            names = " and ".join(str(assumption) for assumption, _ in needed)
            return f"no function meets {names} at all points: impossible {place}"
    return ""


def _foreign(assumption: Assumption) -> bool:
    """Whether an assumption about points is of a user's own making."""
    return bool(assumption.points) and not type(assumption).__module__.startswith("signproof.")


class Point:
    """The numbers that belong to a point x, and what is known of them.

    Arguments: the claim; its assumptions, or some of them. `fixed` are unknowns that do not depend on x, by the term
    that they stand for.
    """

    def __init__(self, claim: Claim, assumed: Assumed):
        self.claim, self.known = claim, [known for _, known in assumed]
        self.others = [assumption for assumption, known in assumed if known is None]
        self.run = claim.body.of_run
        said = [self._said(assumption, U, point(Str("y"))) for assumption, _ in assumed] + [claim.statement]
        convex = self._of(StronglyConvex)
        self.attained = bool(convex) or any(part is not None and part.has(minimizer) for part in said)
        self.unique = bool(convex)
        self.below = self.run or self.attained or any(part is not None and part.has(f_star) for part in said)
        self.x = x_star + U if self.attained else U
        self.V, self.P, self.slope, self.step, self.large = (Dummy(name, real=True) for name in "VPgut")
        spoken = {name.name for part in said if part is not None for name in part.atoms(Str)}
        self.inside = tuple(name for name in INSIDE if name != OPERATOR.name or name in spoken)
        self.names = (*self.inside, *({ANY.name} & spoken))
        self.r = {name: Dummy(f"r_{name}", real=True) for name in self.names}
        self.N = {name: Dummy(f"N_{name}", real=True) for name in self.names}
        self.fixed: dict[Expr, Symbol] = {}
        self.relations: list[Boolean] = []
        sizes = [number for assumption in self.others if (number := size(assumption, i)) is not None]
        self.dimension = sizes[0] if sizes else self._unknown(Total(Integer(1), i))

    def at(self, place: str) -> list[Boolean] | None:
        """All that is known at a place; None if there may be no such place."""
        chosen = PLACES[place](self)
        if chosen is None:
            return None
        self.relations += [*chosen, *self._always(), *self._assumed()]
        largest = Dummy("M", real=True)
        bounded = {*self.fixed.values(), *self.claim.parameters, f_star, *([V0] if self.run else [])}
        self.relations += [_ge(largest, 2), _ge(self.large, 2 * largest**POWER)]
        for number in sorted(bounded, key=str):
            self.relations += [
                _ge(largest, number),
                _ge(largest, -number),
                Or(_le(number, 0), _ge(largest * number, 1)),
            ]
        return [relation for relation in self.relations if not isinstance(relation, BooleanTrue)]

    # -------------------------------------------------------------------------------------------- places

    def far(self) -> list[Boolean]:
        return list(self._along(self.large))

    def near(self) -> list[Boolean]:
        small = Dummy("r", real=True)
        value = [_le(self.V * self.large, 1)] if self.attained else []  # f is continuous
        return [Gt(small, 0), _le(small * self.large, 1), *value, *self._along(small)]

    def _along(self, distance: Expr) -> Iterator[Boolean]:
        """u is so many times the first unit vector."""
        yield from (Eq(self.r[name], distance) for name in self.inside)
        if ANY.name in self.names:
            yield Eq(self.r[ANY.name], distance * self._positive(norm(Str(ANY.name), point(Str(" e")))))
        yield Eq(self.step, distance)
        yield Eq(self.P, distance * self.slope)

    def least(self) -> list[Boolean] | None:
        if not self.attained:
            return None
        return [Eq(number, 0) for number in (self.V, self.P, self.slope, self.step, *self.r.values(), *self.N.values())]

    def lowest(self) -> list[Boolean] | None:
        if not self.below:
            return None
        return [_le(number * self.large, 1) for number in (self.V, *self.N.values())]

    def low(self) -> list[Boolean] | None:
        if not (self.run or self.unique):
            return None
        return [Gt(self.V, 0), _le(self.V * self.large, 1), *self._steepest()]

    def high(self) -> list[Boolean] | None:
        if not (self.unique or (self.run and (self._of(PolyakLojasiewicz) or self._of(Convex)))):
            return None
        return [_ge(self.V, self.large), *self._steepest()]

    def moving(self) -> list[Boolean] | None:
        if not (self.run or self.unique):
            return None
        return [Gt(Abs(self.slope), 0), *self._steepest()]

    def start(self) -> list[Boolean] | None:
        if not self.run:
            return None
        return [Eq(self.V, V0), *(Eq(self.r[name], self._first(name)) for name in self.names), *self._steepest()]

    def ray(self) -> list[Boolean] | None:
        if not (self.run and self.attained and (self.unique or self._of(Convex))):
            return None
        lengths = (Eq(self.r[name], self.large * self._first(name)) for name in self.names)
        return [_ge(self.V, self.large * V0), *lengths, *self._steepest()]

    def _first(self, name: str) -> Symbol:
        """||x_0 - x*||, which is not 0, or ||x_0||."""
        begun = self._begun - x_star if self.attained else self._begun
        return self._positive(norm(Str(name), begun)) if self.attained else self._length(norm(Str(name), begun))

    def _steepest(self) -> list[Boolean]:
        """The coordinate that is looked at is the largest of the gradient."""
        return [_le(self.N[LINF.name], self.dimension * Abs(self.slope))]

    # ------------------------------------------------------------------------------------- what is known

    def _always(self) -> Iterator[Boolean]:
        """Inequalities between norms; Hölder's; what the product's own assumptions say of V, r, N and P."""
        V, P, r, N = self.V, self.P, self.r, self.N
        yield from (_ge(number, 0) for number in (V, *r.values(), *N.values()))
        yield _ge(self.dimension, 1)
        pairs = {pair.name: pair for pair in ORDER}
        for less, more in pairwise(self.inside):
            ratio = largest_ratio(pairs[more], pairs[less], self.dimension)
            yield from (_le(r[less], r[more]), _le(N[more], N[less]))
            yield from (_le(r[more] ** 2, ratio * r[less] ** 2), _le(N[less] ** 2, ratio * N[more] ** 2))
        for name in self.names:
            yield from (_le(P, N[name] * r[name]), _ge(P, -N[name] * r[name]))
        yield from (_le(Abs(self.slope), N[name]) for name in self.inside)
        yield _le(Abs(self.step), r[LINF.name])
        for a in (r, N) if ANY.name in self.names else ():
            # all norms of R^d are equivalent
            factor = self._positive(norm(Str(ANY.name), point(Str(" E"))))
            yield from (_le(a[ANY.name], factor * a[L2.name]), _le(a[L2.name], factor * a[ANY.name]))
        for smooth in self._of(Smooth) if self.below else ():
            name, constant = smooth.norm.name, smooth.constant
            yield _le(N[name] ** 2, 2 * constant * V)
            if self.attained:
                yield from (_le(N[name], constant * r[name]), _le(2 * V, constant * r[name] ** 2))
                yield _le(P, constant * r[name] ** 2)
        for lower in (*self._of(StronglyConvex), *self._of(PolyakLojasiewicz)):
            yield _ge(N[lower.norm.name] ** 2, 2 * lower.constant * V)
        for convex in self._of(StronglyConvex):
            growth = convex.constant * r[convex.norm.name] ** 2 / 2
            yield from (_ge(V, growth), _ge(P, V + growth))
        if self.attained and self._of(Convex):
            yield _ge(P, V)

    def _assumed(self) -> Iterator[Boolean]:
        """The other assumptions, at x and, if they are about two points, at x and the minimizer or a fixed point."""
        other = x_star if self.attained else self._begun
        for assumption in self.others:
            for points in dict.fromkeys(((self.x, other), (other, self.x), (self.x, self._begun))):
                said = self._said(assumption, *points)
                if said is not None:
                    yield self._statement(said)

    @property
    def _begun(self) -> Expr:
        return trajectory(Integer(0)) if self.claim.timed else iterate(Integer(0))

    def _said(self, assumption: Assumption, *points: Expr) -> Basic | None:
        """What an assumption says of the first of the points; None if it is about more points, or raises."""
        if assumption.points > len(points):
            return None
        try:
            return assumption.statement(*points[: assumption.points])
        except Exception:  # what a user's statement raises is said where it is needed
            return None

    def _of(self, kind: type) -> list[Any]:
        return [known for known in self.known if isinstance(known, kind)]

    # ------------------------------------------------------------------------------------------- reading

    def _statement(self, said: Basic) -> Boolean:
        if isinstance(said, BooleanTrue | BooleanFalse):
            return said
        if isinstance(said, And | Or | Not):
            return said.func(*map(self._statement, said.args))
        if not isinstance(said, Relational):
            return BooleanTrue()
        if about_vectors(said):
            return Eq(self._number(dual_norm(Str(L2.name), said.lhs - said.rhs)), 0)
        return said.func(self._number(said.lhs), self._number(said.rhs))

    def _number(self, term: Any) -> Expr:
        read: Callable[..., Expr | None] | None = READ.get(type(term))
        found = read(self, *term.args) if read is not None else None
        if found is not None:
            return found
        if isinstance(term, log) or (isinstance(term, Pow) and not isinstance(term, exp)):
            return self._partial(term)
        if isinstance(term, Add | Abs) or (term.args and not _opaque(term)):
            return term.func(*map(self._number, term.args))
        return self._unknown(term) if term.args else term

    def _partial(self, term: Expr) -> Expr:
        """A power or a logarithm; where it may have no value, an unknown that is the root or the quotient if it has."""
        parts = [self._number(part) for part in term.args]
        needed = conditions(term.func(*parts, evaluate=False))
        if all(self._sure(condition) for condition in needed):
            return term.func(*parts)
        found = self._unknown(term)
        if isinstance(term, Pow) and isinstance(parts[1], Rational):
            base, (p, q) = parts[0], (Integer(parts[1].p), Integer(parts[1].q))
            product = (found**q, base**p) if p > 0 else (found**q * base**-p, Integer(1))
            known = Eq(*product, evaluate=False)
            known = known if q == 1 else And(_ge(found, 0), known)
            self.relations.append(Or(*(Not(condition) for condition in needed), known))
        return found

    def _sure(self, condition: Boolean) -> bool:
        """Whether a condition follows from what is said of the parameters."""
        if isinstance(condition, BooleanTrue | BooleanFalse):
            return bool(condition)
        premises = self.claim.premises
        return not condition.atoms(Dummy) and (condition in premises or follows(condition, premises).holds is True)

    def _unknown(self, term: Expr) -> Symbol:
        """A number of which nothing is known; the same for the same term if that does not depend on x."""
        if term.has(U):
            return Dummy("y", real=True)
        return self.fixed.setdefault(term, Dummy("c", real=True))

    def _length(self, term: Expr) -> Symbol:
        found = self._unknown(term)
        self.relations.append(Ge(found, 0))
        return found

    def _positive(self, term: Expr) -> Symbol:
        found = self._unknown(term)
        self.relations.append(Gt(found, 0))
        return found

    def _value(self, x, *of):
        if of or not self.below:
            return None
        if x == self.x:
            return f_star + self.V
        if x == self._begun and self.run:
            return f_star + V0
        return f_star if isinstance(x, minimizer) else None

    def _suboptimality(self, number):
        return V0 if number == 0 and self.run else None

    def _vector(self, v: Expr) -> tuple[Expr, Expr, Expr]:
        """How often u and the gradient at x occur in a vector, and what else does; at a minimizer the gradient is 0."""
        parts = terms(v)
        if self.unique:
            merged: dict[Expr, Expr] = {}
            for atom, factor in parts.items():
                atom = x_star if isinstance(atom, minimizer) else atom
                merged[atom] = merged.get(atom, Integer(0)) + factor
            parts = merged
        u, slope, rest = Integer(0), Integer(0), Integer(0)
        for atom, factor in parts.items():
            if atom == U:
                u = factor
            elif atom == gradient(self.x):
                slope = factor
            elif not (isinstance(atom, gradient) and len(atom.args) == 1 and isinstance(atom.args[0], minimizer)):
                rest += factor * atom
        return u, slope, rest

    def _norm(self, name, v):
        return self._size(name.name, self.r, v, norm)

    def _dual_norm(self, name, v):
        return self._size(name.name, self.N, v, dual_norm)

    def _size(self, name: str, sizes: dict[str, Symbol], v: Expr, kind: type[Expr]) -> Expr:
        """A norm of a vector: known of multiples of u (or of the gradient), between two numbers if more is added."""
        u, slope, rest = self._vector(v)
        if name == L2.name and kind is norm and not u:
            sizes = self.N
        factor, other = (u, slope) if sizes is self.r else (slope, u)
        if name not in sizes or other or rest.has(U) or not factor.is_Rational:
            return self._length(kind(Str(name), v)) if v.has(U) else self._length(kind(Str(name), rest))
        own = abs(factor) * sizes[name]
        if rest == 0:
            return own
        alone = kind(Str(name), rest)
        beside = self._length(alone) if isinstance(alone, kind) else self._number(alone)
        if not factor:
            return beside
        found = self._length(kind(Str(name), v))
        self.relations += [Le(found, own + beside), Ge(found, own - beside), Ge(found, beside - own)]
        return found

    def _inner(self, a, b):
        (u, s, rest), (v, w, other) = self._vector(a), self._vector(b)
        if rest or other:
            return Integer(0) if (u, s, rest) == (0, 0, 0) or (v, w, other) == (0, 0, 0) else None
        return u * v * self.r[L2.name] ** 2 + (u * w + s * v) * self.P + s * w * self.N[L2.name] ** 2

    def _coordinate(self, v, index):
        u, slope, rest = self._vector(v)
        if rest.has(U) or index != i:
            return None
        beside = self._unknown(coordinate(rest, index)) if rest else Integer(0)
        return u * self.step + slope * self.slope + beside

    def _total(self, term, index):
        if index != i:
            return None
        if term == 1:
            return self.dimension
        base, exponent = term.as_base_exp()
        inside = base.args[0] if isinstance(base, Abs) else base
        if isinstance(inside, coordinate) and exponent == 2:
            return self._number(inner(inside.args[0], inside.args[0]))
        if isinstance(base, Abs) and isinstance(inside, coordinate) and exponent == 1:
            return self._number(dual_norm(Str(LINF.name), inside.args[0]))
        if isinstance(base, expectation) and exponent == 1:
            # the mean of a sum is the sum of the means
            return self._mean(_summed(base.args[0]), base.args[1])
        return None

    def _mean(self, term: Expr | None, given: Tuple) -> Expr | None:
        """What is known of a mean given x: of signs and votes it is in [-1, 1], of squares and norms it is not below 0.

        Of what grows convexly with an unbiased draw it is at least that of the gradient (Jensen).
        """
        if term is None or tuple(given) != (self.x,):
            return None
        draws = {draw for draw in term.atoms(estimate) if draw.args[0] == self.x}
        draw = draws.pop() if len(draws) == 1 else None
        unbiased = draw is not None and (len(draw.args) > 1) in [known.workers for known in self._of(Unbiased)]
        if unbiased and term == coordinate(draw, i):
            return self._number(coordinate(gradient(self.x), i))
        found = Dummy("E", real=True)
        if isinstance(term, sign) or (isinstance(term, coordinate) and isinstance(term.args[0], majority)):
            self.relations += [_le(found, 1), _ge(found, -1)]
        if _nonnegative(term):
            self.relations.append(_ge(found, 0))
        if unbiased and _convex(term, draw):
            self.relations.append(_ge(found, self._number(term.xreplace({draw: gradient(self.x)}))))
        return found


def _le(one: Expr | int, other: Expr | int) -> Boolean:
    """A relation that SymPy need not think about."""
    return Le(one, other, evaluate=False)


def _ge(one: Expr | int, other: Expr | int) -> Boolean:
    return Le(other, one, evaluate=False)


def _summed(term: Expr) -> Expr | None:
    """The sum over all coordinates of a term, as a square or a norm."""
    base, exponent = term.as_base_exp()
    inside = base.args[0] if isinstance(base, Abs) else base
    if isinstance(inside, coordinate) and exponent == 2:
        return inner(inside.args[0], inside.args[0])
    if isinstance(base, Abs) and isinstance(inside, coordinate) and exponent == 1:
        return dual_norm(Str(LINF.name), inside.args[0])
    return None


def _nonnegative(term: Expr) -> bool:
    base, exponent = term.as_base_exp()
    return (exponent.is_Integer and exponent % 2 == 0) or isinstance(base, Abs | norm | dual_norm)


def _convex(term: Expr, draw: Expr) -> bool:
    """Whether a term is a norm or a coordinate of a draw, in absolute value, or the square of one."""
    base, exponent = term.as_base_exp()
    entry = coordinate(draw, i)
    if term == inner(draw, draw) or term in (Abs(entry), entry**2):
        return True
    return isinstance(base, dual_norm | norm) and base.args[1] == draw and exponent in (1, 2)


def _opaque(term: Basic) -> bool:
    """Whether a term is more than arithmetic and functions of numbers."""
    return isinstance(term, Scalar | VectorAtom) or hasattr(term, "limits")


PLACES: dict[str, Callable[[Point], list[Boolean] | None]] = {
    "at the minimizer": Point.least,
    "at the start": Point.start,
    "far away": Point.far,
    "close to the minimizer, or to 0": Point.near,
    "where f(x) - f* and the gradient are small": Point.lowest,
    "where f(x) - f* is small but not 0": Point.low,
    "where f(x) - f* is large": Point.high,
    "where the gradient is not 0": Point.moving,
    "far out on the ray through the start": Point.ray,
}
"""Points that every function has, if it is one that the claim is about."""
READ: dict[type, Callable[..., Expr | None]] = {
    value: Point._value,
    suboptimality: Point._suboptimality,
    norm: Point._norm,
    dual_norm: Point._dual_norm,
    inner: Point._inner,
    coordinate: Point._coordinate,
    Total: Point._total,
    expectation: lambda here, term, given: here._mean(term, given),
}
"""Terms that are understood, and how they are read; None for one that is not understood after all."""
