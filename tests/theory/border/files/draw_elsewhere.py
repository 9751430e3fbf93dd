# expect: not proved
"""A draw at a point that is the same in every step: each step draws afresh, and the proof takes them for one draw, so
that x_(k+2) = x_k. In truth the run is a random walk, and E V_k grows with k on |x|^2 / 2.
"""

from dataclasses import dataclass
from typing import Any

from sympy import Eq, Ge, Integer, Le, Symbol

from signproof import Claim, Proof, Step
from signproof.theory.assumptions import Assumption
from signproof.theory.assumptions.gradients import OracleAssumption
from signproof.theory.derivation.steps import Combination, Decide, Definition, Hypothesis, Identity, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.measures import ExpectedSuboptimality
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.symbols import V0, alpha, f_star, k
from signproof.theory.terms.expectations import estimate, mean
from signproof.theory.terms.vectors import VectorAtom, iterate, suboptimality, value

c = Symbol("c", real=True)


@dataclass(frozen=True)
class Anchored(Algorithm):
    """x+ = alpha ~g(0) - x, with a draw at the origin in every step."""

    step_size: Any
    stochastic = True

    def update(self, x, gradient, memory, xp):
        return self.step_size * gradient(x - x) - x, memory


@dataclass(frozen=True)
class LikeASquare(Assumption):
    """f(u - x) - f* <= 2 (f(x) - f*) + 2 (f(u) - f*)."""

    points = 2
    words = "like a square"

    def statement(self, x, u):
        return Le(value(u - x) - f_star, 2 * (value(x) - f_star) + 2 * (value(u) - f_star))


@dataclass(frozen=True)
class ShortDraws(OracleAssumption):
    """f(alpha ~g(x)) - f* <= c for every draw."""

    constant: Any
    words = "of short draws"

    @property
    def formulas(self):
        return (self.constant, alpha)

    def statement(self, x):
        return Le(value(alpha * estimate(x)), self.constant + f_star)


class compressed(VectorAtom):
    """C(x), drawn at random as every vector is of which nobody says otherwise."""

    nargs = 1


@dataclass(frozen=True)
class Compressed(Algorithm):
    """x+ = C(0) - x + 0 ~g, with a compression at the origin in every step."""

    step_size: Any
    stochastic = True

    def update(self, x, gradient, memory, xp):
        return compressed(Integer(0)) - x + 0 * gradient(x), memory


@dataclass(frozen=True)
class ShortCompressions(Assumption):
    """f(C(x)) - f* <= c."""

    constant: Any
    points = 1
    words = "of short compressions"

    @property
    def formulas(self):
        return (self.constant,)

    def statement(self, x):
        return Le(value(compressed(x)), self.constant + f_star)


def proof(draw, short):
    origin = Integer(0)
    square = LikeASquare()
    V = suboptimality
    step = Step("step", Eq(iterate(k + 1), draw - iterate(k)), by=Definition())
    next_step = Step("next step", Eq(iterate(k + 2), draw - iterate(k + 1)), by=Definition())
    back = Step("back", Eq(iterate(k + 2), iterate(k)), by=Identity(next_step, step))
    heights = [Step(f"V_k+{n}", Eq(V(k + n), value(iterate(k + n)) - f_star), by=Definition()) for n in range(3)]
    again = Step("again", Eq(V(k + 2), V(k)), by=Identity(heights[2], back, heights[0]))
    both = V(k) + V(k + 1)
    kept = Step("kept", Le(both.subs(k, k + 1), both), by=Combination({again: 1}))
    ever = Step("ever", Le(both, V(0) + V(1)), by=Lemma("induction", both, Integer(1), using=(kept,)))
    above = Step("above", Ge(value(iterate(k + 1)), f_star), by=Lemma("infimum", iterate(k + 1)))
    positive = Step("positive", Ge(V(k + 1), 0), by=Combination({above: 1, heights[1]: -1}))
    first = Step("x_1", Eq(iterate(1), draw - iterate(0)), by=Definition())
    split = Step("split", square.statement(iterate(0), draw), by=Hypothesis(square, iterate(0), draw))
    drawn = Step("drawn", short.statement(origin), by=Hypothesis(short, origin))
    begun = Step("V_0", Eq(V(0), value(iterate(0)) - f_star), by=Definition())
    one = Step("V_1", Eq(V(1), value(iterate(1)) - f_star), by=Definition())
    moved = Step("V_1'", Eq(V(1), value(draw - iterate(0)) - f_star), by=Identity(one, first))
    low = Step("low", Le(V(1), 2 * V(0) + 2 * c), by=Combination({moved: 1, split: 1, drawn: 2, begun: -2}))
    total = Step("total", Le(V(k), 3 * V(0) + 2 * c), by=Combination({ever: 1, positive: 1, low: 1}))
    rule = ("monotone expectation", V(k), 3 * V(0) + 2 * c)
    expected = Step("expected", conclusion(*rule), by=Lemma(*rule, using=(total,)))
    start = Step("start", Eq(mean(V(0)), V0), by=Definition())
    goal = Step("goal", Le(mean(V(k)), 3 * V0 + 2 * c), by=Decide(expected, start))
    steps = [step, next_step, back, *heights, again, kept, ever, above, positive, first, split, drawn, begun, one]
    return Proof(*steps, moved, low, total, expected, start, goal)


def claimed(name, rule, draw, short):
    return Claim(
        id=f"border/{name}",
        algorithm=rule,
        assumptions=(LikeASquare(), short),
        domain=(alpha > 0, c > 0),
        measure=ExpectedSuboptimality(),
        bound=3 * V0 + 2 * c,
        proof=lambda: proof(draw, short),
    )


anchored = claimed("draw-elsewhere", Anchored(alpha), alpha * estimate(Integer(0)), ShortDraws(c))
own = claimed("own-draw-elsewhere", Compressed(alpha), compressed(Integer(0)), ShortCompressions(c))
