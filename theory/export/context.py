"""What the steps of a theorem have in common, and a step that is being written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from signproof.theory.document.form import Stated, StepForm
from signproof.theory.document.terms import Tree
from signproof.theory.export.spelling import (
    DRAW,
    INDEX,
    PRODUCT,
    STATE,
    SUM,
    K,
    Names,
    RandomSpelling,
    Spelling,
    Variable,
    slug,
    variables,
)

INTRODUCED = {K: "k", INDEX: "i i_d", STATE: "s", DRAW: "g"}
"""Names of variables in proofs."""


_SOME = {
    K: "pose proof 0%nat as k.",
    INDEX: "destruct (some_coordinate d d_positive) as [i i_d].",
    STATE: "pose proof (x_0, @nil vec) as s.",
    DRAW: "pose proof zero as g.",
}
"""Tactics that take some iteration, or some coordinate, when a step about all of them is used for a number."""


class Context:
    """What the steps of a theorem have in common."""

    def __init__(self, claim: Stated, steps: list[StepForm], fixed: set[Variable], theorems: Mapping[str, Any]):
        self.claim, self.steps, self.fixed, self.theorems = claim, steps, fixed, theorems
        self.names = Names(() if claim.rule is None else "x")
        self.random = claim.rule is not None and claim.rule.draws == "estimate"
        """Whether it is about a run with stochastic gradients."""
        self.write: Spelling = (RandomSpelling if self.random else Spelling)(self.names, claim.horizon)
        self.step_names = [f"s{number}_{slug(step.name)}".rstrip("_") for number, step in enumerate(steps)]
        self.known: list[tuple[str, list]] = []
        """What is known of the parameters, without denominators where that is possible: its name, and what it says."""
        self.positive: list[tuple[str, bool]] = []
        """The names of facts that denominators are positive, and whether for every k."""
        self.in_space = False
        """Whether there is a number d of coordinates."""

    def quantified(self, statement: Tree) -> list[Variable]:
        """The variables over which a statement runs, in their order."""
        found = variables(statement, self.random) - self.fixed
        return sorted(found, key=lambda one: (one != K, one != STATE, one != INDEX, one == DRAW, one))

    def closed(self, statement: Tree, over: Iterable[Variable]) -> str:
        """A statement for all values of variables."""
        before = {
            K: "forall k : nat, ",
            INDEX: "forall i : nat, (i < d)%nat -> ",
            STATE: "forall s : history vec, ",
            DRAW: "forall g : vec, ",
        }
        found = [before.get(one) or f"forall {self.names.of(*one)} : vec, " for one in over]
        return "".join(found) + self.write.statement(statement)

    def introduced(self, over: Iterable[Variable]) -> str:
        """The tactic that introduces them, and what is known of the denominators for this k."""
        over = [*over]
        names = [INTRODUCED.get(one) or self.names.of(*one) for one in over]
        at_k = [f"pose proof ({name} k) as {name}_k. " for name, every in self.positive if every and K in over]
        return "".join([f"intros {' '.join(names)}. " if names else "", *at_k])

    def used(self, number: int, over: Iterable[Variable], at: Mapping[Variable, str] | None = None) -> str:
        """An earlier step, for the variables at hand or given; for others, at any of their values."""
        found = self.step_names[number]
        here = {one: INTRODUCED.get(one) or self.names.of(*one) for one in over}
        here |= at or {}
        some = {K: "0%nat", INDEX: "0%nat d_positive", STATE: "(x_0, nil)"}
        for one in self.quantified(self.steps[number].says):
            found += f" {here.get(one) or some.get(one, 'zero')}"
        return f"({found})"


class Writing:
    """A step that is being written."""

    def __init__(self, context: Context, number: int, over: list[Variable]):
        self.context, self.number, self.over = context, number, over
        self.write = context.write
        self.form = context.steps[number]
        self.before: list[str] = []
        """Tactics before the assertion."""

    def use(self, numbers: Iterable[int], keep: Iterable[str] = (), every: Iterable[int] = ()) -> list[str]:
        """Tactics that give earlier steps the names H0, H1, ... and forget what is not used.

        Some are used in every coordinate i."""
        numbers = [*dict.fromkeys(numbers)]
        said: set[Variable] = set().union(*(self.context.quantified(self.says(number)) for number in numbers if number not in every))
        others = sorted(said - {*self.over})
        lines = [_SOME.get(one) or f"pose proof zero as {self.context.names.of(*one)}." for one in others]
        for number in numbers:
            used = self.context.used(number, [*self.over, *others], {INDEX: "i i_d"} if number in every else None)
            before = "fun (i : nat) (i_d : (i < d)%nat) => " if number in every else ""
            lines.append(f"pose proof {f'({before}{used})' if before else used} as H{number}.")
        names = [*(name for name, _ in self.context.known), *(f"H{number}" for number in numbers), *keep]
        names += [f"{name}_k" if every else name for name, every in self.context.positive if not every or K in self.over]
        if K in self.over:
            lines.append("pose proof (pos_INR k) as k_whole.")
            names.append("k_whole")
        if INDEX in self.over or INDEX in others:
            names.append("i_d")
        if self.context.in_space:
            names.append("d_positive")
        lines.append(f"clear - {' '.join(dict.fromkeys(names))}." if names else "idtac.")
        return [" ".join(lines)]

    def known(self, numbers: Iterable[int]) -> list[tuple[str, list]]:
        """What is known of numbers when these steps are used, by the names that `use` gives."""
        found = [*self.context.known, *((f"H{number}", self.says(number)) for number in dict.fromkeys(numbers))]
        return [*found, ("k_whole", ["le", "0", ["symbol", "k"]])] if K in self.over else found

    def says(self, number: int) -> list:
        return self.context.steps[number].says

    def gap(self, statement: list) -> tuple[str, str]:
        """A relation as a number that is not negative, positive or 0, and its sign."""
        relation, left, right = statement
        if relation in ("ge", "gt"):
            left, right = right, left
        return f"({self.write.number(right, SUM)} - {self.write.number(left, PRODUCT)})", relation
