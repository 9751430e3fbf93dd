"""What automatic proofs share: steps as they are noted, what is known of f(x) - f*, and multipliers of facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sympy import Basic, Eq, Expr, Ge, Le, Rational, Symbol

from signproof.theory.claim import Claim
from signproof.theory.derivation.steps import Combination, Definition, Lemma
from signproof.theory.elaboration.multipliers import Unknown, points, solve
from signproof.theory.proof_steps import Justification, Proof, Step
from signproof.theory.symbols import V0, f_star, k
from signproof.theory.terms.expectations import mean
from signproof.theory.terms.vectors import Scalar, VectorAtom, gradient, suboptimality, value, x_k, x_next

V, V_next = suboptimality(k), suboptimality(k + 1)
g_next = gradient(x_next)
NEARLY = Rational(101, 100)


class NoProof(Exception):
    """The reason why no proof is assembled."""


@dataclass
class Facts:
    """Steps in order, and those of them that are comparisons for a linear programme."""

    steps: list[Step] = field(default_factory=list)
    usable: dict[Step, float] = field(default_factory=dict)
    """With what each costs in the programme."""

    def prove(self, name: str, statement: Basic, by: Justification, use: bool = False, cost: float = 1) -> Step:
        """Notes a step; with `use`, as a fact that may be multiplied."""
        step = Step(name, statement, by=by)
        self.steps.append(step)
        if use:
            self.usable[step] = cost
        return step

    def proof(self) -> Proof:
        """A proof of the last step: the steps that it rests on, and those about parameters alone, which may say that a
        formula has a value."""
        kept, wanted = list[Step](), {self.steps[-1]}
        for step in reversed(self.steps):
            if step in wanted or not step.statement.atoms(VectorAtom, Scalar):
                kept.append(step)
                wanted.update(step.by.premises)
        return Proof(*reversed(kept))

    def unknowns(self) -> list[Unknown]:
        """The multipliers of the usable facts."""
        return [
            Unknown(str(place), -gap(step), free=isinstance(step.statement, Eq), cost=cost)
            for place, (step, cost) in enumerate(self.usable.items())
        ]

    def multiplied(self, found: dict[str, Expr]) -> dict[Step, Expr]:
        """The usable facts with the multipliers that were found."""
        return {step: found[str(place)] for place, step in enumerate(self.usable) if str(place) in found}


class Values:
    """The steps that say what V_k, V_{k+1} and V_0, the mean of V at the start, are; the first two are not negative."""

    def __init__(self, facts: Facts, drawn: bool = False):
        prove = facts.prove
        self.value = prove("V_k", Eq(V, value(x_k) - f_star), Definition())
        self.next_value = prove("V_{k+1}", Eq(V_next, value(x_next) - f_star), Definition())
        self.start = prove("V_0", Eq(mean(suboptimality(0)) if drawn else suboptimality(0), V0), Definition())
        infimum = [prove(f"infimum at {x}", Ge(value(x), f_star), Lemma("infimum", x)) for x in (x_k, x_next)]
        self.here = prove("V_k >= 0", Ge(V, 0), Combination({self.value: -1, infimum[0]: 1}), use=True)
        self.next = prove("V_{k+1} >= 0", Ge(V_next, 0), Combination({self.next_value: -1, infimum[1]: 1}), use=True)


def gap(step: Step) -> Expr:
    """What is >= 0, or 0, by a comparison."""
    statement = step.statement
    if isinstance(statement, Ge):
        return statement.lhs - statement.rhs
    return statement.rhs - statement.lhs


def multipliers(
    claim: Claim,
    target: Expr,
    unknowns: Sequence[Unknown],
    rooms: Sequence[Expr] = (),
    known: Iterable[Le] = (),
    letters: Iterable[Symbol] = (),
) -> dict[str, Expr]:
    """What `solve` finds over a claim's domain, where `known` holds besides. Raises NoProof if that is nothing."""
    symbols, known = {*claim.parameters, V0} - {k}, list(known)
    domain = (*claim.premises, *known, *(symbol > 0 for symbol in symbols))
    # first where mu <= L nearly is an equation: what divides by L - mu costs much there
    tight = [Le(each.rhs, NEARLY * each.lhs) for each in known]
    sample = [*(points(symbols, (*domain, *tight), 1) if tight else ()), *points(symbols, domain)]
    found = solve(target, unknowns, rooms, sample, letters)
    if found is None:
        raise NoProof("no combination of what is known of one step gives the bound")
    return found
