"""Claims about nothing: assumptions and a domain that no objective meets together.

A claim about a run, a flow or two flows is about objectives with f(x_0) > f*; what follows from that is used of no
other claim. The geometries stand in a row: ||.||_inf <= ||.||_op <= ||.||_2, and for the duals the other way round.
For norms p, q let c(p, q) be the largest ||x||_p^2 / ||x||_q^2, which is also the largest ratio of the squared dual
norms of q and p: 1 if p = q or p comes first, 2 for p = 2, q = op (there are two singular values), else the dimension
d. Of the arbitrary norm nothing is known beside itself.

Lemma 1 (gradients). f is p-smooth with L and q-Polyak-Lojasiewicz with mu, f(x) > f* at some x: mu <= c(p, q) L.
Proof. With x+ = x - (||g||_p* / L) v, where v is p's maximizer of the gradient g at x, the descent lemma says
f* <= f(x+) <= f(x) - ||g||_p*^2 / (2L). With V = f(x) - f*,
2 mu V <= ||g||_q*^2 <= c(p, q) ||g||_p*^2 <= 2 c(p, q) L V.

Lemma 2 (distances). f is smooth with L and strongly convex with mu, each in any of the three norms or both in the same
one: mu <= L. Proof. Let y = x + e with e of norm 1 in both, such as the first unit vector: all three norms of it are 1.
Then mu <= <grad f(y) - grad f(x), y - x> <= L.

Lemma 3 (corners). f is p-smooth with L and strongly convex with mu in one of the three norms: n mu <= L, where n = d
for p = inf and n = 2 for p = op. Proof. For signs s, z = x + sum of s_j e_j over the d coordinates, or over two entries
of a matrix in different rows and columns, has p-distance 1 from x. Go there one coordinate after another, each time
with the s_j that the gradient's change does not oppose: f(z) - f(x) - <grad f(x), z - x> >= n mu/2; it is <= L/2.

Lemma 4 (radius). f is p-smooth with L and {f <= f(x_0)} has q-radius D: V_0 <= c(p, q) L D^2 / 2. Proof. Where x* is a
minimizer nearest to x_0, V_0 <= (L/2) ||x_0 - x*||_p^2, as the gradient at x* is 0. The same of f with x_0 within the
q-distance D of a minimizer.

Lemma 5 (signs). Where f(x_0) > f*, some gradient is not 0: f is not constant. A coordinate g_i != 0 of it has
c |g_i| <= g_i E[sign] <= |g_i| for a margin c of signs, so c <= 1; of votes 2 I - 1 <= 1.

Iterations, horizons, workers, draws and dimensions are whole numbers. Of assumptions that are none of the product's own
`unmeetable` asks whether they can hold at all points.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from sympy import Dummy, Eq, Expr, Ge, Integer, Le, Symbol
from sympy.logic.boolalg import Boolean

from signproof.theory.algebra.decide import contradict
from signproof.theory.assumptions.flows import SublevelRadius
from signproof.theory.assumptions.gradients import SignMargin, VoteMargin
from signproof.theory.assumptions.objective import Assumption, PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.assumptions.start import StartDistance
from signproof.theory.border.counts import size, whole_numbers
from signproof.theory.claim import Claim
from signproof.theory.elaboration.nowhere import nowhere
from signproof.theory.elaboration.recognized import largest_ratio, recognized
from signproof.theory.norms import ANY, LINF, OPERATOR, DualPair
from signproof.theory.symbols import V0, i


@dataclass(frozen=True)
class Fact:
    """What follows from assumptions, and how that is told; or what is so of a number by what it counts."""

    relation: Boolean
    words: str
    forced: bool = True


def contradiction(claim: Claim) -> str:
    """Why nothing meets the assumptions and the domain of a claim, in a sentence; empty if the lemmas do not say so."""
    if claim.body.in_words:
        return ""
    facts, whole = consequences(claim)
    if not _excluded(claim, facts, whole):
        return ""
    return _told(claim, _needed(claim, facts, whole), whole)


def unmeetable(claim: Claim) -> str:
    """Why no function meets the assumptions of a claim at all points, in a sentence; empty if that is not found."""
    facts, whole = consequences(claim)
    return nowhere(claim, [fact.relation for fact in facts], whole)


def consequences(claim: Claim) -> tuple[list[Fact], frozenset[Symbol]]:
    """What the assumptions force, and the symbols in that and in the claim that stand for whole numbers."""
    known = [fact for assumption in claim.assumptions if (fact := recognized(assumption, claim.premises)) is not None]
    dimensions = [number for assumption in claim.assumptions if (number := size(assumption, i)) is not None]
    matrices = OPERATOR in _norms(claim)
    facts = [*_of_constants(known, dimensions, matrices, claim.body.of_run), *_of_runs(claim, known, dimensions)]
    facts += [_same(one, other) for one, other in pairwise(dimensions)]
    if claim.orbit is not None:
        facts += [_same(number, Integer(len(claim.orbit.coordinates))) for number in dimensions]
    numbers, whole = whole_numbers(claim)
    for number, least, said in numbers:
        words = f"{number} must be an integer, {least} or more"
        facts += [Fact(relation, words, False) for relation in said]
    for number in dimensions if matrices else ():
        half = Dummy("n", real=True)
        whole |= {half}
        words = f"{number} must be the number of entries of a matrix with two rows, 4, 6, ..."
        facts.append(Fact(Eq(number, 2 * half, evaluate=False), words, False))
        facts.append(Fact(Ge(number, 4, evaluate=False), words, False))
    return facts, whole


# ------------------------------------------------------------------------------------------------- the lemmas


def _of_constants(known: Sequence[Assumption], dimensions: Sequence[Expr], matrices: bool, run: bool) -> Iterator[Fact]:
    """Lemmas 1 to 3, for each pair of assumptions that they are about."""
    sizes = [*dimensions, *([Integer(4)] if matrices else [])] or [Integer(1)]
    for lower, upper in product(known, known):
        if not isinstance(upper, Smooth):
            continue
        if isinstance(lower, PolyakLojasiewicz) and run:
            for dimension in dimensions or [None]:
                ratio = largest_ratio(upper.norm, lower.norm, dimension)
                if ratio is not None:
                    yield _below(lower.constant, ratio * upper.constant)
        if isinstance(lower, StronglyConvex) and (lower.norm is upper.norm or ANY not in (lower.norm, upper.norm)):
            factors = sizes if upper.norm is LINF else [Integer(2 if upper.norm is OPERATOR else 1)]
            for factor in factors:
                yield _below(factor * lower.constant, upper.constant)


def _of_runs(claim: Claim, known: Sequence[Assumption], dimensions: Sequence[Expr]) -> Iterator[Fact]:
    """Lemmas 4 and 5."""
    for radius, smooth in product(known, known):
        if isinstance(radius, SublevelRadius | StartDistance) and isinstance(smooth, Smooth) and claim.body.of_run:
            for dimension in dimensions or [None]:
                ratio = largest_ratio(smooth.norm, radius.norm, dimension)
                if ratio is not None:
                    yield _below(V0, ratio * smooth.constant * radius.constant**2 / 2)
    if claim.body.of_run or any(isinstance(assumption, StronglyConvex) for assumption in known):
        for margin in known:
            if isinstance(margin, SignMargin | VoteMargin):
                yield _below(margin.constant, Integer(1))


def _below(lower: Expr, upper: Expr) -> Fact:
    relation = Le(lower, upper, evaluate=False)
    return Fact(relation, str(relation))


def _same(one: Expr, other: Expr) -> Fact:
    relation = Eq(one, other, evaluate=False)
    return Fact(relation, f"{one} = {other}")


def _norms(claim: Claim) -> set[DualPair]:
    """The geometries that a claim is about."""
    parts = [part for part in (claim.algorithm, *claim.assumptions) if part is not None]
    entries = [entry for part in parts for entry in vars(part).values()]
    measured = () if claim.measure is None else claim.measure.norms
    return {*measured, *(entry for entry in entries if isinstance(entry, DualPair))}


# --------------------------------------------------------------------------------------------------- the answer


def _excluded(claim: Claim, facts: Iterable[Fact], whole: frozenset[Symbol]) -> bool:
    return contradict((*claim.premises, *(fact.relation for fact in facts)), whole)


def _needed(claim: Claim, facts: list[Fact], whole: frozenset[Symbol]) -> list[Fact]:
    """Of facts that contradict the domain, some without which the others do not."""
    for fact in tuple(facts):
        others = [other for other in facts if other is not fact]
        if _excluded(claim, others, whole):
            facts = others
    return facts


def _told(claim: Claim, facts: list[Fact], whole: frozenset[Symbol]) -> str:
    forced = " and ".join(dict.fromkeys(fact.words for fact in facts if fact.forced))
    told = [fact.words for fact in facts if not fact.forced]
    for symbol in sorted(claim.whole, key=str):
        if not any(fact.relation.has(symbol) for fact in facts if not fact.forced):
            told += [] if _excluded(claim, facts, whole - {symbol}) else [f"{symbol} is a whole number"]
    given = " and ".join(dict.fromkeys(told))
    said = ", where ".join(part for part in (f"the assumptions force {forced}" if forced else "", given) if part)
    if not said:
        return f"no values meet all of {', '.join(map(str, claim.premises))}"
    positive = [premise for premise in claim.premises if premise not in claim.domain]
    alone = contradict((*positive, *(fact.relation for fact in facts)), whole)
    return f"{said}, and {'no values meet that' if alone else 'that contradicts the domain'}"
