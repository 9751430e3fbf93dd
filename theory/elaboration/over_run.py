"""Measures over the run, as automatic proofs bound them: by a potential that falls by c times what is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Expr, Integer, Le, Sum, cancel, expand, sympify, true
from sympy.core.symbol import Str

from signproof.theory.claim import Claim
from signproof.theory.derivation.steps import Combination, Decide, Instance, Lemma
from signproof.theory.elaboration.facts import Facts, NoProof, V
from signproof.theory.proof_steps import Step
from signproof.theory.symbols import k, l
from signproof.theory.terms.expectations import expectation
from signproof.theory.terms.vectors import Least, dual_norm, g_k


@dataclass(frozen=True)
class OverRun:
    """The least, or the mean, over l = 0, ..., last, which is k or k - 1, of V_l or ||g_l||_*^power, or of its mean."""

    term: Expr
    """What is taken at k, without its mean."""
    least: bool
    count: Expr
    """How many iterations there are: last + 1."""

    @classmethod
    def of(cls, symbol: Expr, noisy: bool = False) -> OverRun | None:
        """What a measure's symbol is, if it is one of these; of means if there is noise."""
        for count in (k + 1, k):
            total = symbol if isinstance(symbol, Least) else symbol * count
            if not isinstance(total, Least | Sum) or total.limits[0] != (l, 0, count - 1):
                continue
            each = total.function
            if noisy and (not isinstance(each, expectation) or each.args[1]):
                return None
            over = cls((each.args[0] if noisy else each).xreplace({l: k}), isinstance(total, Least), count)
            if over.term == V or over.norm is not None:
                return over
        return None

    @property
    def power(self) -> int:
        """Of the norm."""
        return int(self.term.as_base_exp()[1])

    @property
    def norm(self) -> Str | None:
        """That of the gradient, if a power of its dual norm is taken."""
        base, power = self.term.as_base_exp()
        whole = power.is_Integer and power > 0
        return base.args[0] if whole and isinstance(base, dual_norm) and base.args[1] == g_k else None

    def rooms(self, claim: Claim) -> list[tuple[Expr, Expr, Expr]]:
        """What a bound leaves room for, as inequalities c p >= s P_0 + n r: each p, s and n.

        The bound times the count is A + D times it, so that c A >= P_0 and c D >= r; at the end of a run of K steps it
        is one inequality. Raises NoProof for a bound of another form.
        """
        bound = sympify(claim.bound)
        if claim.horizon is not None:
            count = self.count.subs(k, claim.horizon)
            return [(count * bound, Integer(1), count)]
        promised = cancel(bound * self.count)
        first, second, third = (promised.subs(k, number) for number in (1, 2, 3))
        if cancel(first - 2 * second + third) != 0 or cancel(promised - first - (k - 1) * (second - first)) != 0:
            raise NoProof("the bound is not A/(k + 1) + D")
        D = expand(second - first)
        return [(expand(first - D * self.count.subs(k, 1)), Integer(1), Integer(0)), (D, Integer(0), Integer(1))]

    def summed(self, facts: Facts, c: Expr, term: Expr, potential: Expr, later: Expr, decrease: Step) -> Step:
        """c times the sum of a term is at most what the potential, which is `later` at k + 1, has lost."""
        name, last = ("telescoping sum before k", potential) if self.count == k else ("telescoping sum", later)
        total = Sum(term.xreplace({k: l}), (l, 0, self.count - 1))
        lemma = Lemma(name, c, term, potential, using=(decrease,))
        return facts.prove("sum", Le(c * total, potential.subs(k, 0) - last), lemma)

    def end(self, claim: Claim, facts: Facts, term: Expr, c: Expr, total: Step, known: Sequence[Step] = ()) -> None:
        """From c times the sum of a term to the claim: `total` says what that is at most."""
        prove, at = facts.prove, k if claim.horizon is None else claim.horizon
        steps = [total]
        if self.least:
            indexed = term.xreplace({k: l})
            fewest = Le((k + 1) * Least(indexed, (l, 0, k)), Sum(indexed, (l, 0, k)))
            steps.append(prove("least of the sum", fewest, Lemma("least of a sum", term)))
        if claim.horizon is not None:
            steps = [prove(f"{each.name} at the end", each.statement.subs(k, at), Instance(each, at)) for each in steps]
        count = self.count.subs(k, at)
        by = {steps[0]: 1 / (c * count), **({steps[1]: 1 / count} if self.least else {})}
        room = Le(steps[0].statement.rhs, c * count * claim.bound)
        if room != true:
            by[prove("room", room, Decide(*known))] = 1 / (c * count)
        prove("bound", claim.conclusion, Combination(by, tuple(known)))
