"""Automatic proofs in the Euclidean norm, for steps linear in gradients and memory: everything is an inner product.

Facts are the interpolation inequalities of smooth (strongly) convex functions among x_k, x_{k+1} and x*, the descent
lemma, the Polyak-Lojasiewicz inequality, and squares. A potential of f(x_k) - f*, squares of what is remembered and of
x_k - x*, its weights and the multipliers come out of a linear programme.

[Taylor, Hendrickx, Glineur (2017); Taylor, Bach (2019), potentials; Bansal, Gupta (2019)]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

from sympy import Add, Basic, Eq, Expr, Ge, Integer, Le, Mul, Pow, cancel, expand

from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.objective import PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.border.opaque import Recursion
from signproof.theory.claim import Claim
from signproof.theory.derivation.steps import Combination, Decide, Definition, Hypothesis, Identity, Instance, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.assumed import TWO, assumed, squared_start, start_within
from signproof.theory.elaboration.facts import Facts, NoProof, V, V_next, Values, g_next, gap, multipliers
from signproof.theory.elaboration.multipliers import Unknown
from signproof.theory.norms import L2
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, f_star, k
from signproof.theory.terms.vectors import (
    dual_norm,
    g_k,
    gradient,
    inner,
    iterate,
    memory,
    norm,
    suboptimality,
    terms,
    value,
    x_k,
    x_next,
    x_star,
)


def square(vector: Expr) -> Expr:
    """|u|^2 = <u, u>."""
    return inner(vector, vector)


class Quadratic:
    """What is known of one step, in f(x) - f* and inner products at x_k. Raises NoProof for another rule."""

    def __init__(self, claim: Claim, rule: Recursion):
        self.claim, self.rule, self.facts = claim, rule, Facts()
        self.smooth = assumed(claim, Smooth, L2)
        self.convex = assumed(claim, StronglyConvex, L2) or assumed(claim, Convex)
        if self.smooth is None:
            raise NoProof("it needs a smooth objective, in the Euclidean norm")
        speaks = start_within(claim) if not isinstance(self.convex, StronglyConvex) else self.convex
        self.minimizer = speaks if self.convex is not None else None
        self._values()
        self.known = self._order() if isinstance(self.convex, StronglyConvex) else ()
        self._run()
        self._functions()

    # ------------------------------------------------------------------------------------------ the run

    def _values(self) -> None:
        """V_k, V_{k+1}, V_0 and, if there is one, what f and its gradient are at the minimizer."""
        prove, values = self.facts.prove, Values(self.facts)
        self.start = values.start
        self.values = {value(x_k): (V + f_star, values.value), value(x_next): (V_next + f_star, values.next_value)}
        self.by: dict[Basic, Expr] = {}
        self.rewriting: list[Step] = []
        if self.minimizer is not None:
            if isinstance(self.convex, StronglyConvex):
                by = Lemma("attained minimum", self.convex)
            else:
                by = Lemma("minimizer", self.minimizer)
            attained = prove("attained minimum", Eq(value(x_star), f_star), by)
            still = prove("gradient at x*", Eq(gradient(x_star), 0), Lemma("stationary minimizer", using=(attained,)))
            self.rewriting.append(still)
            self.by[gradient(x_star)] = Integer(0)
            self.values[value(x_star)] = (f_star, attained)

    def _run(self) -> None:
        """The rule, and first that its roots have values: it may take mu <= L for that."""
        prove = self.facts.prove
        for root in sorted(self.rule.after.atoms(Pow), key=str) if self.known else ():
            if root.exp.is_Rational and not root.exp.is_Integer:
                prove(f"{root}", Ge(root, 0), Decide(*self.known))
        self.by[x_next] = self.rule.after
        self.rewriting.append(prove("update rule", Eq(x_next, self.rule.after), Definition()))
        self.memory = []
        for place, (later, begun) in enumerate(zip(self.rule.later, self.rule.begun, strict=True)):
            if begun != 0:
                raise NoProof("what is remembered does not begin with 0")
            self.by[memory(k + 1, place)] = later
            self.rewriting.append(prove(f"memory {place}", Eq(memory(k + 1, place), later), Definition()))
            self.memory.append(memory(k, place))
        for made in (self.rule.after, *self.rule.later):
            if not all(type(part) in (iterate, gradient, memory) for part in terms(made)):
                raise NoProof("the step is not linear in gradients and memory")

    @property
    def order(self) -> list[Le]:
        """mu <= L, if that is known."""
        return [step.statement for step in self.known]

    def vectors(self) -> list[Expr]:
        """What inner products are made of."""
        return [*([x_k - x_star] if self.minimizer is not None else []), g_k, g_next, *self.memory]

    def written_out(self, u: Expr) -> Expr:
        """A vector in terms of x_k, gradients and what is remembered before the step."""
        parts = [factor * self.by.get(atom, atom) for atom, factor in terms(u).items()]
        return expand(Add(*parts))

    def product(self, u: Expr, v: Expr) -> tuple[Expr, Step | None]:
        """<u, v> written out, and why; no step if nothing is to be written out."""
        plain = inner(u, v)
        out = expand(inner(self.written_out(u), self.written_out(v)))
        if plain == out:
            return out, None
        return out, self.facts.prove(f"{plain}", Eq(plain, out), Identity(*self.rewriting))

    def reduced(self, name: str, raw: Step) -> Step:
        """A fact in f(x) - f* and inner products at x_k, from one in values and products of any points."""
        left, by = expand(gap(raw)), {raw: Integer(1)}
        for atom in sorted(left.atoms(value), key=str):
            written, step = self.values[atom]
            factor = left.coeff(atom)
            left = expand(left.xreplace({atom: written}))
            by[step] = by.get(step, Integer(0)) - factor if atom != value(x_star) else factor
        for atom in sorted((part for part in left.atoms(inner)), key=str):
            written, same = self.product(*atom.args)
            if same is not None:
                by[same] = left.coeff(atom)
                left = expand(left.xreplace({atom: written}))
        return self.facts.prove(name, Ge(left, 0), Combination(by), use=True)

    # ------------------------------------------------------------------------------------------ what is known

    def _functions(self) -> None:
        prove, smooth = self.facts.prove, self.smooth
        here = {"x_k": x_k, "x_{k+1}": x_next, **({"x*": x_star} if self.minimizer is not None else {})}
        ways, grown = dict[tuple[str, str], Step](), dict[tuple[str, str], Step]()
        for (one, x), (other, y) in permutations(here.items(), 2):
            if self.convex is not None:
                name = f"interpolation of {one} and {other}"
                said = conclusion("interpolation", smooth, self.convex, x, y)
                raw = prove(name, said, Lemma("interpolation", smooth, self.convex, x, y))
                ways[one, other] = self.reduced(f"{name}, written out", raw)
                self._both(name, ways, one, other)
            if isinstance(self.convex, StronglyConvex):
                name = f"growth from {other} to {one}"
                raw = prove(name, self.convex.statement(x, y), Hypothesis(self.convex, x, y))
                grown[one, other] = self._without_norm(f"{name}, written out", raw, x - y)
                self._both(name, grown, one, other)
            if x_star not in (x, y):
                name = f"descent from {other} to {one}"
                raw = prove(name, conclusion("descent lemma", smooth, x, y), Lemma("descent lemma", smooth, x, y))
                self._without_norm(f"{name}, written out", raw, x - y)
        dominated = assumed(self.claim, PolyakLojasiewicz, L2)
        for name, x in (("x_k", x_k), ("x_{k+1}", x_next)):
            if dominated is None:
                break
            raw = prove(f"PL inequality at {name}", dominated.statement(x), Hypothesis(dominated, x))
            euclidean = prove(
                f"|grad f({name})|^2", conclusion("Euclidean norm", gradient(x)), Lemma("Euclidean norm", gradient(x))
            )
            lengths = expand(gap(raw)).xreplace({dual_norm(TWO, gradient(x)) ** 2: square(gradient(x))})
            plain = prove(f"PL at {name}", Ge(lengths, 0), Combination({raw: 1, euclidean: -1}))
            self.reduced(f"PL at {name}, written out", plain)

    def _order(self) -> tuple[Step, ...]:
        """mu <= L, as L/2 |x_0 - x*|^2 >= V_0 >= mu/2 |x_0 - x*|^2 and V_0 > 0."""
        prove, smooth, convex, x_0 = self.facts.prove, self.smooth, self.convex, iterate(0)
        assert isinstance(smooth, Smooth) and isinstance(convex, StronglyConvex)
        length = norm(TWO, x_0 - x_star)
        first = prove("value at the start", Eq(suboptimality(0), value(x_0) - f_star), Definition())
        above = conclusion("descent lemma", smooth, x_0, x_star)
        raw = prove("smoothness from x*", above, Lemma("descent lemma", smooth, x_0, x_star))
        below = prove("growth from x*", convex.statement(x_0, x_star), Hypothesis(convex, x_0, x_star))
        still, attained = self.rewriting[0], self.values[value(x_star)][1]
        level = prove("slope at x*", Eq(inner(gradient(x_star), x_0 - x_star), 0), Identity(still))
        most, least = smooth.constant * length**2 / 2, convex.constant * length**2 / 2
        up = Combination({raw: 1, level: 1, attained: 1, first: 1, self.start: -1})
        down = Combination({below: 1, level: -1, attained: -1, first: -1, self.start: 1})
        bounds = prove("V_0 from above", Le(V0, most), up), prove("V_0 from below", Ge(V0, least), down)
        return (prove("mu <= L", Le(convex.constant, smooth.constant), Decide(*bounds)),)

    def _both(self, name: str, ways: dict[tuple[str, str], Step], one: str, other: str) -> None:
        """What two points know of each other, added: values cancel, and less is divided by."""
        if (other, one) in ways:
            pair = ways[one, other], ways[other, one]
            both = expand(gap(pair[0]) + gap(pair[1]))
            by = Combination(dict.fromkeys(pair, 1))
            self.facts.prove(f"{name}, both ways", Ge(both, 0), by, use=True, cost=1 / 10)

    def _without_norm(self, name: str, raw: Step, u: Expr) -> Step:
        """A fact in which ||u||^2 stands, with <u, u> in its place."""
        length = norm(TWO, u)
        same = self._square(u)
        factor = expand(gap(raw)).coeff(length**2)
        plain = expand(gap(raw)).xreplace({length**2: square(u)})
        bare = name.removesuffix(", written out")
        products = self.facts.prove(f"{bare}, by products", Ge(plain, 0), Combination({raw: 1, same: factor}))
        return self.reduced(name, products)

    def _square(self, u: Expr) -> Step:
        """||u||^2 = <u, u>."""
        prove, length, dual = self.facts.prove, norm(TWO, u), dual_norm(TWO, u)
        own = prove(f"norm of {u}", conclusion("self-dual norm", u), Lemma("self-dual norm", u))
        euclidean = prove(f"square of {u}", conclusion("Euclidean norm", u), Lemma("Euclidean norm", u))
        return prove(f"|{u}|^2", Eq(length**2, square(u)), Combination({own: length + dual, euclidean: -1}))

    def near(self) -> tuple[Step, Expr]:
        """<x_0 - x*, x_0 - x*> <= R^2, and R. Raises NoProof if the claim does not say how near the start is."""
        squared, radius = squared_start(self.claim, self.facts)
        X = iterate(0) - x_star
        by = {squared: 1, self._square(X): -1}
        return self.facts.prove("start, by products", Le(square(X), radius**2), Combination(by)), radius

    def squares(self, steps: Sequence[Expr] = (), more: Sequence[Expr] = ()) -> None:
        """|u|^2 >= 0 for vectors that proofs are known to leave over."""
        L = self.smooth.constant  # type: ignore[union-attr]
        mu = self.convex.constant if isinstance(self.convex, StronglyConvex) else None
        found = [
            *self.vectors(),
            *(one - other for one, other in combinations(self.vectors()[-len(self.memory) - 2 :], 2)),
        ]
        if self.minimizer is not None:
            found += [g_k - factor * (x_k - x_star) for factor in (mu, L, *steps) if factor is not None]
        for u in (*found, *more):
            product = square(u)
            known = self.facts.prove(f"square of {u}", conclusion("Euclidean norm", u), Lemma("Euclidean norm", u))
            self.facts.prove(f"|{u}|^2 >= 0", Ge(product, 0), Decide(known), use=True)


# ---------------------------------------------------------------------------------------------- kinds of bounds


@dataclass(frozen=True)
class Measured:
    """What contracts: f(x_k) - f* or |x_k - x*|^2, now and after a step; its first value is at most `first`.

    `start` says so, `change` why the measure after a step is what is written here, and `root` is the root of `first` if
    the claim's measure is ||x_k - x*|| itself.
    """

    now: Expr
    after: Expr
    change: Step | None
    first: Expr
    start: Step
    root: Expr | None = None

    @classmethod
    def of(cls, claim: Claim, step: Quadratic) -> Measured:
        """What a claim measures. Raises NoProof if it is something else."""
        assert claim.measure is not None
        symbol, X = claim.measure.symbol, x_k - x_star
        if symbol == V:
            return cls(V, V_next, None, V0, step.start)
        if symbol not in (norm(TWO, X), norm(TWO, X) ** 2) or step.minimizer is None:
            raise NoProof(f"nothing is known about the measure {claim.measure}")
        near, radius = step.near()
        after, change = step.product(x_next - x_star, x_next - x_star)
        return cls(square(X), after, change, radius**2, near, radius if symbol == norm(TWO, X) else None)


def contraction(claim: Claim, step: Quadratic, among: Sequence[str] = (), leftover: Sequence[Expr] = ()) -> Proof:
    """A measure is at most r^k times what it begins with, by a potential with w |m_k|^2 that contracts by r.

    Where it is known how, only facts are used whose names begin so, and squares of vectors that are left over.
    Raises NoProof if none is found.
    """
    assert claim.bound is not None
    measured = Measured.of(claim, step)
    own = _geometric(claim.bound, measured.first if measured.root is None else measured.root)
    bases = own if measured.root is None else own * 2
    rate = _multiplied(*bases)
    step.squares(_steps(step), leftover)
    if among or leftover:
        names = (*among, *(f"|{u}|^2" for u in leftover))
        step.facts.usable = {each: cost for each, cost in step.facts.usable.items() if each.name.startswith(names)}
    kept = [square(m) for m in step.memory]
    after = [step.product(memory(k + 1, place), memory(k + 1, place)) for place in range(len(kept))]
    unknowns = [
        *(
            Unknown(f"w{place}", rate * one - other)
            for place, (one, (other, _)) in enumerate(zip(kept, after, strict=True))
        ),
        *step.facts.unknowns(),
    ]
    found = multipliers(claim, rate * measured.now - measured.after, unknowns, known=step.order)
    weights = [found.get(f"w{place}", Integer(0)) for place in range(len(kept))]
    potential = measured.now + Add(*(w * one for w, one in zip(weights, kept, strict=True)))
    prove = step.facts.prove
    by = step.facts.multiplied(found) | ({measured.change: Integer(1)} if measured.change is not None else {})
    by |= {why: w for (_, why), w in zip(after, weights, strict=True) if why is not None and w != 0}
    contracts = prove("contraction", Le(potential.subs(k, k + 1), rate * potential), Combination(by, step.known))
    at_start = potential.subs(k, 0)
    begun: dict[Step, Expr] = {measured.start: Integer(1)}
    kept_positive: dict[Step, Expr] = {}
    for place, w in enumerate(weights):
        if w != 0:
            nothing = memory(Integer(0), place)
            steps = prove(f"{nothing}", Eq(nothing, 0), Definition())
            begun[prove(f"|{nothing}|^2", Eq(square(nothing), 0), Identity(steps))] = w
            kept_positive[_not_negative(step.facts, square(memory(k, place)))] = w
    relation = Eq if isinstance(measured.start.statement, Eq) else Le
    start = prove("potential at the start", relation(at_start, measured.first), Combination(begun))
    sign = _rate(step, rate, potential, contracts, start, kept_positive)
    iteration = prove(
        "iteration", Le(potential, rate**k * at_start), Lemma("induction", potential, rate, using=(contracts, sign))
    )
    given = [] if relation is Eq else [_power(step.facts, rate, sign)]
    spelled = {same: factor * measured.first for same, factor in _powers(step.facts, bases).items()}
    most = {iteration: Integer(1), start: rate**k, **kept_positive, **spelled}
    bound = Mul(*(base**k for base in bases)) * measured.first
    bounded = prove("bound", Le(measured.now, bound), Combination(most, tuple(given)))
    if measured.now != V:
        _of_distance(claim, step, bounded, [] if measured.root is None else own)
    return step.facts.proof()


def _powers(facts: Facts, bases: Sequence[Expr]) -> dict[Step, Expr]:
    """Equations, each with a factor, of which the sum says (a b c ...)^k = a^k b^k c^k ..."""
    found, product = dict[Step, Expr](), bases[0]
    for place, base in enumerate(bases[1:], start=2):
        by = Lemma("power of a product", product, base)
        both = _multiplied(product, base)
        step = facts.prove(f"power of {both}", Eq(both**k, product**k * base**k), by)
        found[step] = Mul(*(rest**k for rest in bases[place:]))
        product = both
    return found


def in_value(claim: Claim, step: Quadratic) -> Proof:
    """Gradient descent in value at the rate (1 - alpha mu)^2 or, with long steps, (alpha L - 1)^2.

    Three interpolation inequalities leave two squares over. Raises NoProof where that is no proof.
    [Taylor, Hendrickx, Glineur (2018), Theorem 3.3]
    """
    assert claim.measure is not None and isinstance(step.smooth, Smooth)
    along, X = _steps(step), x_k - x_star
    if not along or step.memory or not isinstance(step.convex, StronglyConvex) or claim.measure.symbol != V:
        raise NoProof("it is not gradient descent on a strongly convex function, in value")
    alpha, L, mu = 1 / along[0], step.smooth.constant, step.convex.constant
    pairs = ("x_k and x_{k+1}", "x* and x_k", "x* and x_{k+1}")
    squares = (
        g_k - mu * X,
        g_k - L * X,
        g_next + (alpha * (L + mu) - 1) * g_k - alpha * L * mu * X,
        g_next + g_k - L * (2 - alpha * L) * X,
    )
    return contraction(claim, step, [f"interpolation of {pair}, written" for pair in pairs], squares)


def _multiplied(*bases: Expr) -> Expr:
    """A product, multiplied out where nothing is divided by: a fraction would no longer be the product of fractions."""
    product = Mul(*bases)
    return expand(product) if all(base.is_polynomial() for base in bases) else product


def _power(facts: Facts, rate: Expr, sign: Step) -> Step:
    """r^k >= 0, as r >= 0."""
    by = Lemma("comparison", Integer(0), rate**k, rate, Integer(0), using=(sign,))
    return facts.prove(f"({rate})^k >= 0", Ge(rate**k, 0), by)


def _of_distance(claim: Claim, step: Quadratic, squared: Step, bases: Sequence[Expr]) -> None:
    """From |x_k - x*|^2 as an inner product to the distance or, without bases, to its square."""
    prove, length, same = step.facts.prove, norm(TWO, x_k - x_star), step._square(x_k - x_star)
    bound = squared.statement.rhs
    if not bases:
        prove("bound", claim.conclusion, Combination({squared: 1, same: 1}))
        return
    by_norm = prove("bound on the square", Le(length**2, bound), Combination({squared: 1, same: 1}))
    positive = prove("distance >= 0", Ge(length, 0), Lemma("non-negative norm", length))
    signs = [prove(f"{base} >= 0", Ge(base, 0), Decide(*step.known)) for base in dict.fromkeys(bases)]
    powers = [_power(step.facts, base, sign) for base, sign in zip(dict.fromkeys(bases), signs, strict=True)]
    prove("bound", claim.conclusion, Decide(by_norm, positive, *powers))


def _rate(
    step: Quadratic, rate: Expr, potential: Expr, contracts: Step, start: Step, kept_positive: dict[Step, Expr]
) -> Step:
    """r >= 0: from mu <= L or, if that is not known, from 0 <= P_1 <= r P_0 and P_0 = V_0 > 0."""
    prove = step.facts.prove
    if step.known or not isinstance(start.statement, Eq):
        return prove("rate >= 0", Ge(rate, 0), Decide(*step.known))
    here = {_not_negative(step.facts, V): Integer(1), **kept_positive}
    positive = prove("potential >= 0", Ge(potential, 0), Combination(here))
    after = prove("potential >= 0 after a step", Ge(potential.subs(k, 1), 0), Instance(positive, 1))
    first = prove("first step", Le(potential.subs(k, 1), rate * potential.subs(k, 0)), Instance(contracts, 0))
    least = prove("rate times V_0", Ge(rate * V0, 0), Combination({first: 1, after: 1, start: rate}))
    return prove("rate >= 0", Ge(rate, 0), Decide(least))


def potential_with_distance(claim: Claim, step: Quadratic) -> Proof:
    """V_k <= R^2/A_k with ||x_0 - x*|| <= R, by a potential A_k V_k + b_k |g_k|^2 + c |x_k - x*|^2 that never grows.

    A_k and b_k are polynomials in k. Raises NoProof if none is found.
    """
    assert claim.bound is not None
    if step.memory:
        raise NoProof("it needs a method without memory")
    near, radius = step.near()
    grown = cancel(radius**2 / claim.bound)
    if not grown.is_polynomial(k) or grown.has(V0):
        raise NoProof("the bound is not R^2 over a polynomial in k")
    step.squares(_steps(step))
    prove, facts, X = step.facts.prove, step.facts, x_k - x_star
    X_next, moved = step.product(x_next - x_star, x_next - x_star)
    later = grown.subs(k, k + 1)
    at_start = {
        atoms: prove(f"{fact.name} at the start", fact.statement.subs(k, 0), Instance(fact, 0))
        for atoms, fact in enumerate(facts.usable)
    }
    X_0, g_0 = iterate(0) - x_star, gradient(iterate(0))
    unknowns = [
        Unknown("c", square(X) - X_next - square(X_0)),
        *(
            Unknown(
                f"b{power}",
                k**power * square(g_k) - (k + 1) ** power * square(g_next) - Integer(0) ** power * square(g_0),
            )
            for power in range(3)
        ),
        Unknown("near", -gap(near)),
        *(
            Unknown(f"{place}:{power}", -expand(k**power * gap(fact)))
            for place, fact in enumerate(facts.usable)
            for power in range(2)
        ),
        *(Unknown(f"0:{place}", -gap(fact)) for place, fact in at_start.items()),
    ]
    target = grown * V - later * V_next + radius**2 - grown.subs(k, 0) * suboptimality(0)
    found = multipliers(claim, target, unknowns, known=step.order, letters=(k,))
    c = found.get("c", Integer(0))
    b = Add(*(found.get(f"b{power}", Integer(0)) * k**power for power in range(3)))
    potential = grown * V + b * square(g_k) + c * square(X)
    by: dict[Step, Expr] = {} if moved is None else {moved: c}
    for place, fact in enumerate(facts.usable):
        factor = Add(*(found.get(f"{place}:{power}", Integer(0)) * k**power for power in range(2)))
        if factor != 0:
            by[fact] = factor
    falls = prove("decrease of the potential", Le(potential.subs(k, k + 1), potential), Combination(by))
    one = prove("1 >= 0", Ge(Integer(1), 0, evaluate=False), Decide())
    iteration = prove(
        "iteration", Le(potential, potential.subs(k, 0)), Lemma("induction", potential, Integer(1), using=(falls, one))
    )
    begun = {fact: found[f"0:{place}"] for place, fact in at_start.items() if f"0:{place}" in found}
    most = prove(
        "potential at the start",
        Le(potential.subs(k, 0), radius**2),
        Combination({near: found.get("near", 0), **begun}),
    )
    last = {iteration: 1 / grown, most: 1 / grown}
    for weight, part in ((b, g_k), (c, X)):
        if weight != 0:
            last[_not_negative(facts, square(part))] = weight / grown
    prove("bound", Le(V, claim.bound), Combination(last))
    return facts.proof()


def _not_negative(facts: Facts, product: Expr) -> Step:
    return next(step for step in facts.usable if step.statement == Ge(product, 0))


def _steps(step: Quadratic) -> list[Expr]:
    """1/alpha for a step x - alpha g."""
    along = terms(step.rule.after).get(g_k, Integer(0))
    return [-1 / along] if along != 0 else []


def _geometric(bound: Expr, start: Expr) -> list[Expr]:
    """The bases a, b, ... of a bound a^k b^k ... start. Raises NoProof for another."""
    bases: list[Expr] = []
    for part in Mul.make_args(bound / start) if bound != start else ():
        count = cancel(part.exp / k) if isinstance(part, Pow) else k
        if not count.is_Integer or count < 1 or part.base.has(k):
            raise NoProof("the bound is not r^k times what the measure begins with")
        bases += [part.base] * int(count)
    return bases or [Integer(1)]
