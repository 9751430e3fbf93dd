"""Automatic proofs for gradient descent in the mean: x+ = x - alpha ~g, in the Euclidean norm.

What is known of one step, given x_k, is linear in f(x_k) - f*, in sums of squares and products of coordinates, and in
their means: the descent lemma, |x_{k+1} - x*|^2 multiplied out, what is assumed of the draws, convexity and the
Polyak-Lojasiewicz inequality. A linear programme finds the multipliers. Exact gradients are a draw without noise.

[Bottou, Curtis, Nocedal (2018), section 4; Ghadimi, Lan (2013), Theorem 2.1]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Add, Basic, Dummy, Eq, Expr, Ge, Integer, Le, Mul, Pow, cancel, expand, true

from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.gradients import Unbiased
from signproof.theory.assumptions.objective import Assumption, PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.border.opaque import Recursion
from signproof.theory.claim import Claim
from signproof.theory.derivation.steps import Combination, Decide, Definition, Hypothesis, Identity, Instance, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.assumed import TWO, assumed, squared_start, start_within
from signproof.theory.elaboration.facts import Facts, NoProof, V, V_next, Values, gap, multipliers
from signproof.theory.elaboration.multipliers import Unknown
from signproof.theory.elaboration.over_run import OverRun
from signproof.theory.misuse import named
from signproof.theory.norms import L2
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, f_star, i, k
from signproof.theory.terms.expectations import Total, coordinate, estimate, expectation, mean
from signproof.theory.terms.vectors import (
    dual_norm,
    g_k,
    gradient,
    inner,
    iterate,
    norm,
    terms,
    value,
    x_k,
    x_next,
    x_star,
)

X, X_next = x_k - x_star, x_next - x_star
FAR, FAR_NEXT = inner(X, X), inner(X_next, X_next)


def in_the_mean(claim: Claim, rule: Recursion) -> Proof:
    """A bound r^k A + c on E V_k or E |x_k - x*|^2, or one on the mean or least over the run of E V_l or E |g_l|^2.

    Raises NoProof if none is found.
    """
    assert claim.measure is not None
    step = Drawn(claim, rule)
    over = OverRun.of(claim.measure.symbol, step.noisy)
    if over is None or over.term not in (V, dual_norm(TWO, g_k) ** 2):
        return contraction(claim, step)
    return average(claim, step, over)


def products(u: Expr, v: Expr) -> Expr:
    """<u, v> as a sum over the coordinates."""
    return Total(coordinate(u, i) * coordinate(v, i), i)


class Drawn:
    """What is known of one step given x_k. Raises NoProof for another rule."""

    def __init__(self, claim: Claim, rule: Recursion):
        assert claim.algorithm is not None
        self.claim, self.facts, self.noisy = claim, Facts(), claim.algorithm.stochastic
        self.draw = estimate(x_k) if self.noisy else g_k
        parts = terms(rule.after - x_k)
        if rule.later or [*parts] != [self.draw]:
            raise NoProof("the step is not along the gradient that is drawn")
        self.step_size = -parts[self.draw]
        if self.step_size.has(k) or self.step_size.atoms(dual_norm, norm, inner):
            raise NoProof("the length of the step changes from one iteration to the next")
        self.smooth, self.dominated = (assumed(claim, kind, L2) for kind in (Smooth, PolyakLojasiewicz))
        self.strong = assumed(claim, StronglyConvex, L2)
        self.convex = self.strong or assumed(claim, Convex)
        self.start_within = start_within(claim)
        self.values = Values(self.facts, self.noisy)
        speaks = self.start_within if self.strong is None else self.strong
        self.attained = None if speaks is None or self.convex is None else self._minimizer(speaks)
        self.update = self.facts.prove("update rule", Eq(x_next, rule.after), Definition())
        self._objective()
        self._draws()
        self.known = self._order()
        self._moves()

    def average(self, term: Expr) -> Expr:
        """E[term | x_k], if anything is drawn."""
        return mean(term, x_k) if self.noisy else term

    def altogether(self, term: Expr) -> Expr:
        """E[term], if anything is drawn."""
        return mean(term) if self.noisy else term

    # ------------------------------------------------------------------------------------------ coordinates

    def spelled(self, term: Expr) -> tuple[Expr, dict[Step, Expr]]:
        """A term in coordinates, and equations, each with a factor, that say so."""
        out, by = expand(term), dict[Step, Expr]()
        for each in sorted(out.atoms(expectation), key=str):
            if each.args[1] != (x_k,):
                continue
            inside, why = self.spelled(each.args[0])
            if why:
                same = self._equal(f"{each.args[0]}", each.args[0], inside, why)
                lifted = Lemma("expectation of equals", each.args[0], inside, x_k, using=(same,))
                step = self.facts.prove(f"mean of {each.args[0]}", Eq(each, mean(inside, x_k)), lifted)
                out = self._exchange(out, each, mean(inside, x_k), step, by)
        for each in sorted(_outside(out), key=str):
            if isinstance(each, Pow):
                written, step = self._square(each)
            elif isinstance(each, inner):
                written, step = self._product(*each.args)
            elif each == value(x_k):
                out = self._exchange(out, each, V + f_star, self.values.value, by, -1)
                continue
            elif each == value(x_star) and self.attained is not None:
                written, step = f_star, self.attained
            else:
                continue
            out = self._exchange(out, each, written, step, by)
        return out, by

    @staticmethod
    def _exchange(out: Expr, one: Expr, other: Expr, step: Step, by: dict[Step, Expr], sign: int = 1) -> Expr:
        factor = out.coeff(one)
        by[step] = by.get(step, Integer(0)) + sign * factor
        return expand(out - factor * one + factor * other)

    def _equal(self, name: str, one: Expr, other: Expr, by: dict[Step, Expr]) -> Step:
        return self.facts.prove(f"{name}, in coordinates", Eq(one, other), Combination(by))

    def _product(self, u: Expr, v: Expr) -> tuple[Expr, Step]:
        """<u, v> in coordinates."""
        product, written = inner(u, v), products(u, v)
        by = Lemma("inner product in coordinates", u, v)
        return written, self.facts.prove(f"{product}", Eq(product, written), by)

    def _square(self, power: Expr) -> tuple[Expr, Step]:
        """||u||^2 in coordinates."""
        length, u, prove = power.base, power.base.args[1], self.facts.prove
        written, product = self._product(u, u)
        euclidean = prove(f"square of {u}", conclusion("Euclidean norm", u), Lemma("Euclidean norm", u))
        by: dict[Step, Expr] = {euclidean: Integer(-1), product: Integer(1)}
        if isinstance(length, norm):
            own = prove(f"norm of {u}", conclusion("self-dual norm", u), Lemma("self-dual norm", u))
            by[own] = length + dual_norm(TWO, u)
        return written, prove(f"{power}", Eq(power, written), Combination(by))

    def _lemma(self, name: str, which: str, *terms: Any) -> Step:  # what the lemma takes
        return self.facts.prove(name, conclusion(which, *terms), Lemma(which, *terms))

    def fact(self, name: str, raw: Step, cost: float = 1) -> Step:
        """A comparison in coordinates, for the linear programme."""
        out, by = self.spelled(gap(raw))
        relation = Eq if isinstance(raw.statement, Eq) else Ge
        if relation is Eq:  # with the left side in the place of what is equal to 0
            return self.facts.prove(f"{name}, in coordinates", Eq(-out, 0), Combination({raw: 1, **by}), True, cost)
        return self.facts.prove(f"{name}, in coordinates", Ge(out, 0), Combination({raw: 1, **by}), True, cost)

    # ------------------------------------------------------------------------------------------ what is known

    def _minimizer(self, speaks: Assumption) -> Step:
        by = Lemma("minimizer" if self.strong is None else "attained minimum", speaks)
        return self.facts.prove("attained minimum", Eq(value(x_star), f_star), by)

    def _objective(self) -> None:
        """Convexity, the Polyak-Lojasiewicz inequality, ||g||^2 <= 2 L V, and squares."""
        prove = self.facts.prove
        squares = [g_k, X, *([g_k - self.strong.constant * X] if self.strong is not None else [])]
        for u in squares if self.attained is not None else [g_k]:
            known = prove(f"square of {u}", conclusion("Euclidean norm", u), Lemma("Euclidean norm", u))
            self.fact(f"|{u}|^2 >= 0", prove(f"|{u}|^2 >= 0", Ge(inner(u, u), 0), Decide(known)))
        if self.convex is not None and self.attained is not None:
            raw = prove("growth", self.convex.statement(x_star, x_k), Hypothesis(self.convex, x_star, x_k))
            self.growth = self.fact("growth", raw)
        if self.smooth is None:
            return
        L, smooth = self.smooth.constant, self.smooth
        there = x_k - g_k / L
        lower = self._lemma("value below", "descent lemma", smooth, there, x_k)
        least = prove("infimum below", Ge(value(there), f_star), Lemma("infimum", there))
        raw = prove("gradient", Ge(gap(lower) + gap(least), 0), Combination({lower: 1, least: 1}))
        self.short = self.fact("gradient's square", raw)
        if self.convex is not None and self.attained is not None:
            resting = Lemma("stationary minimizer", using=(self.attained,))
            still = prove("gradient at x*", Eq(gradient(x_star), 0), resting)
            ways = []
            for one, other in ((x_star, x_k), (x_k, x_star)):
                raw = self._lemma(f"interpolation from {other}", "interpolation", smooth, self.convex, one, other)
                left, by = expand(gap(raw)), dict[Step, Expr]({raw: Integer(1)})
                for each in sorted(left.atoms(inner), key=str):
                    if each.has(gradient(x_star)):
                        at_rest = each.xreplace({gradient(x_star): Integer(0)})
                        flat = prove(f"{each}", Eq(each, at_rest), Identity(still))
                        left = self._exchange(left, each, flat.statement.rhs, flat, by)
                bare = prove(f"interpolation from {other}, at rest", Ge(left, 0), Combination(by))
                ways.append(self.fact(f"interpolation from {other}", bare))
            both = expand(Add(*map(gap, ways)))
            prove("interpolation, both ways", Ge(both, 0), Combination(dict.fromkeys(ways, 1)), True, 1 / 10)

    def _draws(self) -> None:
        """What is assumed at one point: of the gradient and of the draws."""
        prove = self.facts.prove
        self.domination: Step | None = None
        for each in self.claim.assumptions:
            if isinstance(each, Unbiased) and not each.workers and self.noisy:
                raw = prove("unbiased", each.statement(x_k), Hypothesis(each, x_k))
                for u in (g_k, X) if self.attained is not None else (g_k,):
                    drawn, plain = self.average(products(u, self.draw)), products(u, g_k)
                    prove(f"E<{u}, ~g>", Eq(drawn, plain), Identity(raw), use=True)
                continue
            if each.points != 1:
                continue
            try:
                said = each.statement(x_k)
                if not isinstance(said, Le | Ge | Eq):
                    continue
                raw = prove(f"{each}", said, Hypothesis(each, x_k))
                fact = self.fact(f"{each}", self._squared(f"{each}", raw))
            except Exception as error:  # what a user's statement raises
                raise NoProof(f"{each} cannot be read: {named(error)}") from None
            self.domination = fact if each is self.dominated else self.domination

    def _squared(self, name: str, raw: Step) -> Step:
        """||u|| <= c as ||u||^2 <= c^2; another statement as it is."""
        said, prove = raw.statement, self.facts.prove
        if not isinstance(said, Le | Ge):
            return raw
        length, most = (said.lts, said.gts)
        if not isinstance(length, norm | dual_norm) or most.atoms(norm, dual_norm, inner, expectation, value):
            return raw
        positive = prove(f"{length} >= 0", Ge(length, 0), Lemma("non-negative norm", length))
        return prove(f"{name}, squared", Le(length**2, most**2), Decide(raw, positive))

    def _order(self) -> tuple[Step, ...]:
        """mu <= L, as 2 mu V <= ||g||^2 <= 2 L V and E V_0 > 0."""
        prove, left, bounds = self.facts.prove, self.domination, self.strong or self.dominated
        if self.smooth is None or bounds is None:
            return ()
        L, mu = self.smooth.constant, bounds.constant
        if self.strong is not None:
            square = next(each for each in self.facts.usable if each.name.startswith(f"|{g_k - mu * X}|^2"))
            by = Combination({self.growth: 2 * mu, square: 1})
            left = prove("domination", Ge(products(g_k, g_k) - 2 * mu * V, 0), by, use=True)
        assert left is not None
        surplus = 2 * (L - mu) * V
        between = prove("between", Ge(surplus, 0), Combination({left: 1, self.short: 2 * L}))
        first = prove("between at the start", Ge(surplus.subs(k, 0), 0), Instance(between, 0))
        if self.noisy:
            lifted = Lemma("monotone expectation", Integer(0), surplus.subs(k, 0), using=(first,))
            first = prove("between, in the mean", Ge(mean(surplus.subs(k, 0)), 0), lifted)
        return (prove("mu <= L", Le(mu, L), Decide(first, self.begun())),)

    def begun(self) -> Step:
        """E V_0 = V_0."""
        return self.values.start

    def _lift(self, name: str, one: Expr, other: Expr, step: Step) -> Step:
        """From a <= b, or a = b, to means given x_k."""
        if not self.noisy:
            return step
        relation, by = (Eq, "expectation of equals") if isinstance(step.statement, Eq) else (Le, "monotone expectation")
        lifted = Lemma(by, one, other, x_k, using=(step,))
        return self.facts.prove(f"{name}, given x_k", relation(mean(one, x_k), mean(other, x_k)), lifted)

    def _moves(self) -> None:
        """E[V_{k+1} | x_k] and E[|x_{k+1} - x*|^2 | x_k]."""
        prove, values, a = self.facts.prove, self.values, self.step_size
        if self.smooth is not None:
            smooth, half, move = self.smooth, self.smooth.constant / 2, x_next - x_k
            said = conclusion("descent lemma", smooth, x_next, x_k)
            raw = prove("smoothness", said, Lemma("descent lemma", smooth, x_next, x_k))
            slope = prove("slope", Eq(inner(g_k, move), -a * inner(g_k, self.draw)), Identity(self.update))
            _, square = self._square(norm(TWO, move) ** 2)
            size = prove("size", Eq(products(move, move), a**2 * inner(self.draw, self.draw)), self._size(move))
            down = -a * inner(g_k, self.draw) + half * a**2 * inner(self.draw, self.draw)
            by = {raw: 1, slope: 1, square: half, size: half, values.value: -1, values.next_value: 1}
            one = prove("decrease", Le(V_next - V, down), Combination(by))
            self.fact("decrease", self._lift("decrease", V_next - V, down, one))
        if self.attained is not None:
            far = FAR - 2 * a * inner(self.draw, X) + a**2 * inner(self.draw, self.draw)
            one = prove("distance", Eq(FAR_NEXT, far), Identity(self.update))
            lifted = self._lift("distance", FAR_NEXT, far, one)
            after, by = self.spelled(lifted.statement.rhs)
            prove("distance, in coordinates", Eq(lifted.statement.lhs, after), Combination({lifted: 1, **by}), use=True)

    def _size(self, move: Expr) -> Combination:
        """The sum of squares of the move is alpha^2 |~g|^2."""
        prove, a = self.facts.prove, self.step_size
        back = self._lemma("move", "inner product in coordinates", move, move)
        size = Eq(inner(move, move), a**2 * inner(self.draw, self.draw))
        plain = prove("move by the rule", size, Identity(self.update))
        return Combination({back: -1, plain: 1})

    # ------------------------------------------------------------------------------------------ the start

    def near(self) -> tuple[Step, Expr]:
        """E |x_0 - x*|^2 <= R^2, and R^2. Raises NoProof if the claim does not say how near the start is."""
        squared, R = squared_start(self.claim, self.facts)
        prove, far = self.facts.prove, iterate(0) - x_star
        _, square = self._square(norm(TWO, far) ** 2)
        _, product = self._product(far, far)
        by = Combination({squared: 1, square: -1, product: 1})
        at_start = prove("start, by products", Le(inner(far, far), R**2), by)
        if self.noisy:
            lifted = Lemma("monotone expectation", inner(far, far), R**2, using=(at_start,))
            at_start = prove("start, in the mean", Le(mean(inner(far, far)), R**2), lifted)
        return at_start, R**2

    def not_negative(self, potential: Expr, by: dict[Step, Expr]) -> Step:
        """A potential is not negative, in the mean."""
        step = self.facts.prove("potential >= 0", Ge(potential, 0), Combination(by))
        if not self.noisy:
            return step
        lifted = Lemma("monotone expectation", Integer(0), potential, using=(step,))
        return self.facts.prove("potential >= 0 in the mean", Ge(mean(potential), 0), lifted)

    def altered(self, one: Step, now: Expr, after: Expr, right: Expr) -> Step:
        """From E[P_{k+1} | x_k] <= right to E P_{k+1} <= E right."""
        prove = self.facts.prove
        if not self.noisy:
            return one
        by = Lemma("monotone expectation", mean(after, x_k), right, using=(one,))
        means = prove("one step, in the mean", Le(mean(mean(after, x_k)), mean(right)), by)
        tower = prove("tower property", conclusion("tower property", after, x_k), Lemma("tower property", after, x_k))
        return prove("one step", Le(mean(after), mean(right)), Combination({means: 1, tower: -1}))


# ---------------------------------------------------------------------------------------------- kinds of bounds


def contraction(claim: Claim, step: Drawn) -> Proof:
    """E P_k <= r^k A + c, where P is f(x) - f* or |x - x*|^2, by E P_{k+1} <= r E P_k + (1 - r) c."""
    assert claim.measure is not None and claim.bound is not None
    prove, facts = step.facts.prove, step.facts
    symbol = claim.measure.symbol
    if claim.horizon is not None:
        raise NoProof("its number of steps is fixed")
    now, after, same = _measured(step, symbol)
    rate, factor, floor = _recursive(claim.bound)
    start = step.begun() if now == V else step.near()[0]
    unknowns = [Unknown("n", Integer(1), rooms=(Integer(-1),)), *facts.unknowns()]
    room = expand((1 - rate) * floor)
    spent = rate * _in_coordinates(now) - step.average(after)
    found = multipliers(claim, spent, unknowns, [room], known=[each.statement for each in step.known])
    noise = found.get("n", Integer(0))
    right = rate * now + noise
    by = {**facts.multiplied(found), **_back(step, now, rate)}
    one = prove("one step given x_k", Le(step.average(after), right), Combination(by, step.known))
    recursion = step.altered(one, now, after, right)
    bound = rate**k * factor + floor
    enough = Le(noise, (1 - rate) * floor)
    small = {} if enough == true else {prove("noise", enough, Decide(*step.known)): 1}
    P, P_next = step.altogether(now), step.altogether(after)
    wider = prove("recursion", Le(P_next, rate * P + (1 - rate) * floor), Combination({recursion: 1, **small}))
    sign = prove("rate >= 0", Ge(rate, 0), Decide(*step.known))
    base = prove("base case", Le(P.subs(k, 0), bound.subs(k, 0)), Decide(start, *step.known))
    equal = prove("the bound iterates", Eq(bound.subs(k, k + 1), rate * bound + (1 - rate) * floor), Identity())
    least = prove("at least", Ge(bound.subs(k, k + 1), rate * bound + (1 - rate) * floor), Combination({equal: 1}))
    lemma = Lemma("comparison", P, bound, rate, (1 - rate) * floor, using=(wider, sign, least, base))
    last = prove("bound on the potential", Le(P, bound), lemma)
    prove("bound", claim.conclusion, Combination({last: 1, **({same: 1} if same is not None else {})}))
    return facts.proof()


def average(claim: Claim, step: Drawn, over: OverRun) -> Proof:
    """The mean or the least over the run, by a potential w V + v |x - x*|^2 that falls by c times what is taken."""
    facts, prove = step.facts, step.facts.prove
    rooms = over.rooms(claim)
    of_value = over.term == V
    taken = V if of_value else products(g_k, g_k)
    start: list[tuple[Expr, Expr, Step, Expr]] = []
    if step.smooth is not None:
        start.append((V, V_next, step.begun(), V0))
    if step.attained is not None and step.start_within is not None:
        start.append((FAR, FAR_NEXT, *step.near()))
    if not start:
        raise NoProof("nothing is known of a potential that falls")
    fixed, *others = reversed(start) if of_value else start
    weighed = [fixed, *others]
    falls = [_in_coordinates(now) - step.average(after) for now, after, _, _ in weighed]
    unknowns = [
        Unknown("c", -taken, rooms=tuple(promised for promised, _, _ in rooms), cost=1 / 1000),
        Unknown("r", Integer(1), rooms=tuple(-steps for _, _, steps in rooms)),
        *(
            Unknown(f"w{place}", fall, rooms=tuple(-share * most for _, share, _ in rooms))
            for place, (fall, (_, _, _, most)) in enumerate(zip(falls[1:], others, strict=True))
        ),
        *facts.unknowns(),
    ]
    found = multipliers(
        claim, falls[0], unknowns, [-share * fixed[3] for _, share, _ in rooms],
        known=[each.statement for each in step.known],
    )  # fmt: skip
    c, r = found.get("c", Integer(0)), found.get("r", Integer(0))
    if c == 0:
        raise NoProof("no combination of what is known of one step gives the bound")
    weights = [Integer(1), *(found.get(f"w{place}", Integer(0)) for place in range(len(others)))]
    pairs = [(w, *each) for w, each in zip(weights, weighed, strict=True) if w != 0]
    now, after = Add(*(w * one for w, one, *_ in pairs)), Add(*(w * other for w, _, other, *_ in pairs))
    right = now - c * over.term + r
    by = facts.multiplied(found)
    if not of_value:
        _, square = step._square(over.term)
        by |= {square: c}
    for w, one, *_ in pairs:
        by |= {why: w * share for why, share in _back(step, one, Integer(1)).items()}
    one = prove("one step given x_k", Le(step.average(after), right), Combination(by, step.known))
    recursion = step.altered(one, now, after, right)
    T, potential = step.altogether(over.term), step.altogether(now) - r * k
    later = step.altogether(after) - r * (k + 1)
    decrease = prove("decrease of the potential", Le(c * T, potential - later), Combination({recursion: 1}))
    summed = over.summed(facts, c, T, potential, later, decrease)
    shares = {_positive(step, part): w for w, part, *_ in pairs}
    sign = step.not_negative(now, shares)
    if over.count != k:
        sign = prove("potential >= 0 after", Ge(step.altogether(after), 0), Instance(sign, k + 1))
    begun = {begin: w for w, _, _, begin, _ in pairs}
    most = Add(*(w * first for w, _, _, _, first in pairs)) + r * over.count
    everything = prove("total", Le(summed.statement.lhs, most), Combination({summed: 1, sign: 1, **begun}))
    over.end(claim, facts, T, c, everything, step.known)
    return facts.proof()


def _measured(step: Drawn, symbol: Expr) -> tuple[Expr, Expr, Step | None]:
    """What is measured at k and at k + 1, and why the claim's own spelling is that. Raises NoProof for another."""
    if symbol == step.altogether(V) and step.smooth is not None:
        return V, V_next, None
    length = norm(TWO, X) ** 2
    if symbol != step.altogether(length) or step.attained is None:
        raise NoProof(f"nothing is known about the measure {step.claim.measure}")
    prove = step.facts.prove
    _, square = step._square(length)
    _, product = step._product(X, X)
    same = prove("distance by products", Eq(length, FAR), Combination({square: 1, product: -1}))
    if step.noisy:
        lemma = Lemma("expectation of equals", length, FAR, using=(same,))
        same = prove("distance by products, in the mean", Eq(mean(length), mean(FAR)), lemma)
    return FAR, FAR_NEXT, same


def _in_coordinates(now: Expr) -> Expr:
    return products(X, X) if now == FAR else now


def _back(step: Drawn, now: Expr, factor: Expr) -> dict[Step, Expr]:
    """|x_k - x*|^2 as an inner product again."""
    return {step._product(X, X)[1]: -factor} if now == FAR else {}


def _positive(step: Drawn, now: Expr) -> Step:
    if now == V:
        return step.values.here
    return next(each for each in step.facts.steps if each.statement == Ge(FAR, 0))


def _outside(term: Expr) -> Iterator[Basic]:
    """Squares of Euclidean norms, inner products and values in a term, but in no expectation."""
    for part in Add.make_args(term):
        for each in Mul.make_args(part):
            if isinstance(each, Pow) and isinstance(each.base, norm | dual_norm) and each.exp == 2:
                if each.base.args[0] == TWO:
                    yield each
            elif isinstance(each, inner | value):
                yield each


def _recursive(bound: Expr) -> tuple[Expr, Expr, Expr]:
    """r, A and c of a bound r^k A + c. Raises NoProof for another."""
    powers = [each for each in bound.atoms(Pow) if each.exp.has(k)]
    if len(powers) != 1 or powers[0].exp != k or powers[0].base.has(k):
        raise NoProof("the bound is not r^k A + c")
    (power,) = powers
    letter = Dummy()
    out = expand(bound.xreplace({power: letter}))
    factor, floor = out.coeff(letter, 1), out.coeff(letter, 0)
    if cancel(out - factor * letter - floor) != 0 or factor.has(k) or floor.has(k):
        raise NoProof("the bound is not r^k A + c")
    return power.base, factor, floor
