"""Automatic proofs for steps along the direction v(D) of a dual pair, where D is made of gradients and memory.

Normalized and sign methods, with momentum or without: smoothness bounds what a step gains, the error D_k - g_k what
it loses, and the error obeys a recursion, which is read off the traced rule. A potential V_k + w ||D_k - g_k||_*, its
weight and all multipliers come out of a linear programme.

[the argument is that of Cutkosky and Mehta (2020) and Sun et al. (2023), in any norm]
"""

from __future__ import annotations

from sympy import Abs, Add, Dummy, Eq, Expr, Ge, Integer, Le, Mul, cancel, expand, linsolve, sqrt
from sympy.core.symbol import Str

from signproof.theory.algebra.decide import follows
from signproof.theory.assumptions.objective import Constant
from signproof.theory.border.opaque import Recursion
from signproof.theory.claim import Claim
from signproof.theory.derivation.steps import Combination, Decide, Definition, Hypothesis, Identity, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.facts import Facts, NoProof, V, V_next, Values, g_next, multipliers
from signproof.theory.elaboration.multipliers import Unknown
from signproof.theory.elaboration.over_run import OverRun
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, f_star, k
from signproof.theory.terms.vectors import (
    dual_norm,
    g_k,
    gradient,
    inner,
    iterate,
    maximizer,
    memory,
    norm,
    remembered,
    suboptimality,
    terms,
    value,
    x_k,
    x_next,
)


class Along:
    """The facts about one step x+ = x + a v(D), for a smooth objective. Raises NoProof for another rule."""

    def __init__(self, claim: Claim, rule: Recursion, smooth: Constant):
        self.claim, self.rule, self.smooth = claim, rule, smooth
        self.pair, self.L, self.facts = smooth.norm, smooth.constant, Facts()
        self.name = Str(self.pair.name)
        self.N = dual_norm(self.name, g_k)
        self.direction, self.factor = self._direction()
        self.error = expand(self.direction - g_k)
        self.error_norm = dual_norm(self.name, self.error) if self.error != 0 else Integer(0)
        self.values = Values(self.facts)
        self.non_negative("gradient's norm", self.N)
        self.update = self.facts.prove("update rule", Eq(x_next, self.rule.after), Definition())
        self._descent()
        if self.error != 0:
            self._memory()

    def _direction(self) -> tuple[Expr, Expr]:
        parts = terms(self.rule.after - x_k)
        if len(parts) != 1:
            raise NoProof("the step is a combination of several directions")
        ((along, factor),) = parts.items()
        if not isinstance(along, maximizer) or along.args[0] != self.name:
            raise NoProof(f"the step is not along a direction v(D) of the norm {self.pair.name}")
        if factor.has(k) or any(map(factor.has, (dual_norm, norm, inner, remembered))):
            raise NoProof("the length of the step changes from one iteration to the next")
        return along.args[1], factor

    def non_negative(self, name: str, length: Expr) -> Step:
        """||u|| >= 0. The kernel writes ||b u|| as |b| ||u||, and the lemma is about a norm alone."""
        bare = type(length)(self.name, _primitive(length.args[1]))
        if bare == length:
            return self.facts.prove(name, Ge(length, 0), Lemma("non-negative norm", length), use=True)
        alone = self.facts.prove(f"{name}, without a factor", Ge(bare, 0), Lemma("non-negative norm", bare))
        return self.facts.prove(name, Ge(length, 0), Decide(alone), use=True)

    def size(self, number: Expr) -> Expr:
        """|a|, as a or -a where one of these is not negative. Raises NoProof if the sign is not known."""
        for size in (number, -number):
            if size >= 0 if size.is_Rational else follows(Ge(size, 0), self.claim.premises).holds:
                return size
        raise NoProof(f"the sign of {number} is not known")

    def _descent(self) -> None:
        """V_{k+1} - V_k <= a <g, v> + (L/2) a^2, and <g, v> >= ||D|| - ||D - g|| >= ||g|| - 2 ||D - g||."""
        prove, D, a = self.facts.prove, self.direction, self.factor
        v = maximizer(self.name, D)
        size = self.size(a)
        if size != -a:
            raise NoProof("the step is not against its direction")
        upper = prove(
            "smoothness",
            conclusion("descent lemma", self.smooth, x_next, x_k),
            Lemma("descent lemma", self.smooth, x_next, x_k),
        )
        length = norm(self.name, v)
        positive = prove("direction's norm", Ge(length, 0), Lemma("non-negative norm", length))
        unit = prove("unit direction", Le(length, 1), Lemma("unit maximizer", self.pair, D))
        slope = prove("slope", Eq(inner(g_k, x_next - x_k), a * inner(g_k, v)), Identity(self.update))
        stretched = prove("length", Eq(norm(self.name, x_next - x_k), Abs(a) * length), Identity(self.update))
        self.length = prove("step's norm", Le(norm(self.name, x_next - x_k), size), Decide(stretched, unit, positive))
        moved = self.non_negative("step's norm >= 0", norm(self.name, x_next - x_k))
        square = prove("squared length", Le(norm(self.name, x_next - x_k) ** 2, size**2), Decide(self.length, moved))
        prove(
            "decrease",
            Le(V_next - V, a * inner(g_k, v) + self.L / 2 * size**2),
            Combination({self.values.next_value: 1, self.values.value: -1, upper: 1, slope: 1, square: self.L / 2}),
            use=True,
        )
        attained = prove(
            "alignment",
            conclusion("attained dual norm", self.pair, D),
            Lemma("attained dual norm", self.pair, D),
            use=self.error == 0,
        )
        if self.error == 0:
            return
        self.off = off = self.non_negative("error", self.error_norm)
        hoelder = prove(
            "Hölder", conclusion("Hölder", self.pair, self.error, v), Lemma("Hölder", self.pair, self.error, v)
        )
        prove(
            "slope along the direction",
            Ge(inner(g_k, v), dual_norm(self.name, D) - self.error_norm),
            Combination({attained: -1, hoelder: 1, unit: self.error_norm}, given=(off,)),
            use=True,
        )
        prove(
            "triangle",
            conclusion("triangle inequality", self.pair, D, -self.error),
            Lemma("triangle inequality", self.pair, D, -self.error),
            use=True,
        )

    def _memory(self) -> None:
        """The recursion of the error: ||D_{k+1} - g_{k+1}|| <= c ||D_k - g_k|| + c' ||g_{k+1} - g_k||."""
        prove, change = self.facts.prove, g_next - g_k
        self.next_error = dual_norm(self.name, self.error.xreplace({k: k + 1}))
        unfolded, kept = self._unfolded(1)
        one, other = _combined(unfolded, self.error, change)
        sizes = [self.size(number) for number in (one, other)]
        grown = prove("error unfolded", Eq(self.next_error, dual_norm(self.name, unfolded)), Identity(*kept))
        split = prove(
            "error split",
            conclusion("triangle inequality", self.pair, one * self.error, other * change),
            Lemma("triangle inequality", self.pair, one * self.error, other * change),
        )
        turned = dual_norm(self.name, change)
        stretched = [
            prove(f"error split, part {place}", Eq(dual_norm(self.name, number * part), size * length), Decide())
            for place, (number, part, size, length) in enumerate(
                ((one, self.error, sizes[0], self.error_norm), (other, change, sizes[1], turned)), start=1
            )
        ]
        prove(
            "error recursion",
            Le(self.next_error, sizes[0] * self.error_norm + sizes[1] * turned),
            Combination({grown: 1, split: 1, **dict.fromkeys(stretched, 1)}),
            use=True,
        )
        self.next_off = self.non_negative("next error", self.next_error)
        self.non_negative("change of the gradient", turned)
        lipschitz = prove("smooth gradient", self.smooth.statement(x_next, x_k), Hypothesis(self.smooth, x_next, x_k))
        size = self.length.statement.rhs
        prove("change", Le(turned, self.L * size), Combination({lipschitz: 1, self.length: self.L}), use=True)

    def _unfolded(self, index: int) -> tuple[Expr, list[Step]]:
        """The error of iteration k + 1, or of the first one for 0, with what is remembered written out, and the steps
        that say so."""
        at = k + 1 if index else Integer(0)
        error, steps = self.error.xreplace({k: at}), list[Step]()
        for _ in range(9):
            atoms = sorted(error.atoms(memory, remembered), key=str)
            atoms = [atom for atom in atoms if atom.args[0] == at]
            if not atoms:
                return expand(error), steps
            for atom in atoms:
                made = (self.rule.later if index else self.rule.begun)[int(atom.args[1])]
                steps.append(self.facts.prove(f"{atom}", Eq(atom, made), Definition()))
                error = expand(error.xreplace({atom: made}))
        raise NoProof("what is remembered does not come to an end")

    def first_error(self) -> tuple[Step, Expr]:
        """A bound of the first error, by V_0 if the first gradient is in it: ||g_0||_*^2 <= 2 L V_0."""
        prove = self.facts.prove
        unfolded, kept = self._unfolded(0)
        g_0, start = gradient(iterate(0)), dual_norm(self.name, self.error.xreplace({k: Integer(0)}))
        if unfolded == 0:
            return prove("first error", Eq(start, 0), Identity(*kept)), Integer(0)
        (factor,) = _combined(unfolded, g_0)
        size, N_0 = self.size(factor), dual_norm(self.name, g_0)
        sized = prove("factor of the first gradient", Eq(Abs(factor), size), Decide())
        same = prove("first error unfolded", Eq(start, Abs(factor) * N_0), Identity(*kept))
        bounded = self._first_gradient(N_0)
        most = size * bounded.statement.rhs
        return prove("first error", Le(start, most), Combination({same: 1, sized: N_0, bounded: size})), most

    def _first_gradient(self, N_0: Expr) -> Step:
        prove, x_0 = self.facts.prove, iterate(0)
        positive = prove("first gradient's norm", Ge(N_0, 0), Lemma("non-negative norm", N_0))
        first = prove("value at the start", Eq(suboptimality(0), value(x_0) - f_star), Definition())
        g_0, most, double = gradient(x_0), 2 * self.L * V0, 2 * self.L
        v = maximizer(self.name, g_0)
        there, length = x_0 - N_0 / self.L * v, norm(self.name, v)  # as far down as smoothness lets it go
        below = Lemma("descent lemma", self.smooth, there, x_0)
        upper = prove("value below", conclusion("descent lemma", self.smooth, there, x_0), below)
        attained = Lemma("attained dual norm", self.pair, g_0)
        along = prove("first alignment", conclusion("attained dual norm", self.pair, g_0), attained)
        unit = prove("first direction", Le(length, 1), Lemma("unit maximizer", self.pair, g_0))
        above = prove("first direction's norm", Ge(length, 0), Lemma("non-negative norm", length))
        square = prove("its square", Le(length**2, 1), Decide(unit, above))
        least = prove("infimum below", Ge(value(there), f_star), Lemma("infimum", there))
        by = {upper: double, along: -2 * N_0, square: N_0**2, least: double, first: -double, self.values.start: double}
        squared = prove("first gradient's square", Le(N_0**2, most), Combination(by))
        return prove("first gradient", Le(N_0, sqrt(most)), Decide(positive, squared))


def average(claim: Claim, along: Along, over: OverRun) -> Proof:
    """From facts about a step to a bound on the least or the mean ||g||_*^power of the run."""
    facts, term = along.facts, along.N**over.power
    start: list[tuple[Step, Expr]] = [along.first_error()] if along.error != 0 else []
    weighed = [along.error_norm] if along.error != 0 else []
    after = [along.next_error] if along.error != 0 else []
    first = [most for _, most in start]
    rooms = over.rooms(claim)
    unknowns = [
        Unknown("c", -term, rooms=tuple(promised for promised, _, _ in rooms), cost=-1 / 1000),
        Unknown("r", Integer(1), rooms=tuple(-steps for _, _, steps in rooms)),
        *(
            Unknown(f"w{place}", one - other, rooms=tuple(-start * most for _, start, _ in rooms))
            for place, (one, other, most) in enumerate(zip(weighed, after, first, strict=True))
        ),
        *facts.unknowns(),
    ]
    found = multipliers(claim, V - V_next, unknowns, [-start * V0 for _, start, _ in rooms])
    c, r = found.get("c", Integer(0)), found.get("r", Integer(0))
    weights = [found.get(f"w{place}", Integer(0)) for place in range(len(weighed))]
    potential = V + sum(w * e for w, e in zip(weights, weighed, strict=True)) - r * k
    prove, after_potential = facts.prove, potential.subs(k, k + 1)
    falls = Le(c * term, potential - after_potential)
    decrease = prove("decrease of the potential", falls, Combination(facts.multiplied(found)))
    before = over.count == k
    telescoped = over.summed(facts, c, term, potential, after_potential, decrease)
    values, positive = along.values, dict[Step, Expr]()
    for w in weights:
        if w != 0:
            positive[along.off if before else along.next_off] = w
    begun = {step: w for (step, _), w in zip(start, weights, strict=True) if w != 0}
    most = V0 + sum(w * e for w, e in zip(weights, first, strict=True)) + r * over.count
    by = {telescoped: 1, values.here if before else values.next: 1, values.start: 1, **positive, **begun}
    over.end(claim, facts, term, c, prove("total", Le(telescoped.statement.lhs, most), Combination(by)))
    return facts.proof()


def _primitive(vector: Expr) -> Expr:
    """A vector without the product that all its coefficients have in common."""
    parts = [term.as_powers_dict() for factor in terms(vector).values() for term in Add.make_args(expand(factor))]
    common = {base: min(part.get(base, Integer(0)) for part in parts) for base in parts[0] if not base.is_Rational}
    return expand(vector / Mul(*(base**power for base, power in common.items() if power.is_Integer and power > 0)))


def _combined(vector: Expr, *others: Expr) -> list[Expr]:
    """A vector as a combination of others. Raises NoProof if it is none."""
    names = [Dummy() for _ in others]
    left = terms(expand(vector - sum(name * other for name, other in zip(names, others, strict=True))))
    (answer,) = linsolve(list(left.values()), names) or ((),)
    if len(answer) != len(names) or any(entry.has(*names) for entry in answer):
        raise NoProof("what is remembered does not follow the gradients by a recursion of its error")
    return [cancel(entry) for entry in answer]
