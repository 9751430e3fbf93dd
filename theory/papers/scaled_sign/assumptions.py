"""Assumptions 1-3 beside the Euclidean ones and separable smoothness.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", after Assumption 3. Separable
smoothness is that of Bernstein et al., "signSGD: Compressed Optimisation for Non-Convex Problems", Assumption 2,
with non-negative constants, not all 0: |f(y) - f(x) - <grad f(x), y - x>| <= (1/2) sum over i of L_i (y_i - x_i)^2.
"""

from __future__ import annotations

from sympy import And, Expr, Ge, Le, Not, Or
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.theory.assumptions.gradients import l1
from signproof.theory.assumptions.objective import L_i, PolyakLojasiewicz, SeparablySmooth, StronglyConvex, weighted
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Hypothesis, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.norms import L2, LINF
from signproof.theory.papers.scaled_sign import PAPER
from signproof.theory.papers.scaled_sign.norms_compared import euclidean_below_sum, maximum, maximum_below_euclidean
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import L, i, mu
from signproof.theory.terms.expectations import Total, coordinate
from signproof.theory.terms.vectors import gradient, inner, maximizer, point, value

x, y = point(Str("x")), point(Str("y"))


def implies(premise: Boolean, consequence: Boolean) -> Or:
    return Or(Not(premise), consequence)


strong = implies(StronglyConvex(mu, L2).statement(x, y), StronglyConvex(mu).statement(x, y))
dominated = implies(PolyakLojasiewicz(mu, L2).statement(x), PolyakLojasiewicz(mu).statement(x))
smooth = Le(l1(gradient(x) - gradient(y)), L * maximum(x - y))


def strong_convexity() -> tuple[Step, ...]:
    """||x - y||_inf <= ||x - y||_2 makes the growth smaller."""
    steps = maximum_below_euclidean(x - y)
    length = Step("norms of x - y", conclusion("self-dual norm", x - y), by=Lemma("self-dual norm", x - y))
    return *steps, length, Step("Assumption 1", strong, by=Decide(steps[-1], length))


def domination() -> tuple[Step, ...]:
    """||g||_2 <= ||g||_1."""
    steps = euclidean_below_sum(gradient(x))
    return *steps, Step("Assumption 2", dominated, by=Decide(steps[-1]))


def smoothness() -> tuple[Step, ...]:
    """With delta = grad f(x) - grad f(y), four instances of the assumption, from x and from y to (x + y)/2 +- w, add
    up to 2 <delta, w> <= 2 |w|^2 + |x - y|^2/2, |v|^2 the weighted sum of squares; w = (||delta||_1/(2L)) sign(delta).
    """
    delta = gradient(x) - gradient(y)
    s, N, r = maximizer(Str("inf"), delta), l1(delta), maximum(x - y)
    t = N / (2 * L)
    instances, halves = [], []
    for z, name in (((x + y) / 2 + t * s, "m + w"), ((x + y) / 2 - t * s, "m - w")):
        for start in (x, y):
            instance = separable.statement(z, start)
            instances.append(Step(f"from {start} to {name}", instance, by=Hypothesis(separable, z, start)))
            gap = value(z) - value(start) - inner(gradient(start), z - start)
            # above from one end, below from the other, so that the values at x, y and z cancel
            upper = (start == y) == (name == "m + w")
            half = Le(gap if upper else -gap, weighted(z - start) / 2)
            halves.append(Step(f"from {start} to {name}, one side", half, by=Decide(instances[-1])))
    aligned = Step(
        "<delta, s>", conclusion("attained dual norm", LINF, delta), by=Lemma("attained dual norm", LINF, delta)
    )
    four = Step(
        "sum of the four",
        Le(2 * t * N, weighted(x - y) / 2 + 2 * t**2 * weighted(s)),
        by=Combination(dict.fromkeys(halves, 1) | {aligned: -2 * t}),
    )
    nonnegative, total = (
        Step(name, said, by=Decide(instances[0]))
        for name, said in zip(("L_i >= 0", "sum of L_i"), separable.constants(), strict=True)
    )
    short = _weighted_below(s, 1, nonnegative)
    entry = Step("|x_i - y_i|", conclusion("coordinate of a vector", x - y), by=Lemma("coordinate of a vector", x - y))
    distance = _weighted_below(x - y, r**2, nonnegative, entry)
    N_positive = Step("||delta||_1 >= 0", Ge(N, 0), by=Lemma("non-negative norm", N))
    r_positive = Step("||x - y||_inf >= 0", Ge(r, 0), by=Lemma("non-negative norm", r))
    squared = Step(
        "squares",
        Le(N**2, L**2 * r**2),
        by=Combination({four: 2 * L, short[-1]: 4 * t**2 * L, distance[-1]: L, total: L * r**2 + 4 * t**2 * L}),
    )
    return (
        *(step for pair in zip(instances, halves, strict=True) for step in pair),
        aligned, four, nonnegative, total, *short, entry, *distance, N_positive, r_positive, squared,
        Step("Assumption 3", smooth, by=Decide(squared, N_positive, r_positive)),
    )  # fmt: skip


def _weighted_below(v: Expr, square: Expr, *using: Step) -> tuple[Step, Step]:
    """The sum over i of L_i v_i^2 is at most the sum of L_i times a bound on v_i^2."""
    entry = coordinate(v, i) ** 2
    each = Step(f"L_i ({v})_i^2", Le(L_i * entry, L_i * square), by=Decide(*using))
    lemma = Lemma("sum of inequalities", L_i * entry, L_i * square, i, using=(each,))
    return each, Step(f"sum of L_i ({v})_i^2", Le(weighted(v), Total(L_i * square, i)), by=lemma)


def all_three() -> Proof:
    parts = strong_convexity(), domination(), smoothness()
    conclude = Step("all three", And(strong, dominated, smooth), by=Decide(*(steps[-1] for steps in parts)))
    return Proof(*(step for steps in parts for step in steps), conclude)


separable = SeparablySmooth(L)

relaxed_strong_convexity = Claim(
    id="scaled-sign/assumptions.relaxed.strong-convexity",
    source=Source(PAPER, "after Assumption 3"),
    about="Euclidean strong convexity implies Assumption 1 with the same mu.",
    statement=strong,
    domain=(mu > 0,),
    proof=lambda: Proof(*strong_convexity()),
)

relaxed_domination = Claim(
    id="scaled-sign/assumptions.relaxed.pl",
    source=Source(PAPER, "after Assumption 3"),
    about="The Euclidean PL inequality implies Assumption 2 with the same mu.",
    statement=dominated,
    domain=(mu > 0,),
    proof=lambda: Proof(*domination()),
)

relaxed = Claim(
    id="scaled-sign/assumptions.relaxed",
    source=Source(PAPER, "after Assumption 3"),
    about="Euclidean strong convexity and the Euclidean PL inequality imply Assumptions 1 and 2 with the same mu, "
    "whatever the function; separable smoothness, assumed here, implies Assumption 3 with the sum of its constants.",
    statement=And(strong, dominated, smooth),
    assumptions=(separable,),
    domain=(mu > 0,),
    proof=all_three,
)
