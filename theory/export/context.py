"""What the steps of a theorem have in common, and a step that is being written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from signproof.theory.export.spelling import (
    COMPONENT,
    DRAW,
    INDEX,
    PRODUCT,
    STATE,
    SUM,
    TIME,
    WORKER,
    FlowSpelling,
    K,
    Names,
    RandomSpelling,
    Spelling,
    Variable,
    slug,
    variables,
)
from signproof.theory.kernel.form import Stated, StepForm
from signproof.theory.kernel.reading import Tree, nodes

INTRODUCED = {K: "k", INDEX: "i i_d", STATE: "s", DRAW: "g", COMPONENT: "j", WORKER: "m m_d"}
"""Names of variables in proofs."""


OF_FLOWS = frozenset(
    {"monotonicity", "Grönwall", "comparison with a Riccati equation", "decrease over time", "least over time"}
)
"""Lemmas that need their premises at all times."""


class Context:
    """What the steps of a theorem have in common."""

    def __init__(self, claim: Stated, steps: list[StepForm], fixed: set[Variable], theorems: Mapping[str, Any]):
        self.claim, self.steps, self.fixed, self.theorems = claim, steps, fixed, theorems
        self.names = Names(() if claim.rule is None else ("x", "t", "u") if claim.timed else "x")
        self.random = claim.rule is not None and claim.rule.draws == "estimate"
        """Whether it is about a run with stochastic gradients."""
        self.workers = claim.rule.workers if claim.rule is not None else None
        sizes = [node[3] for step in steps for node in nodes(step.says) if node[0] == "sampled_mapping"]
        whole = dict.fromkeys(size[1] for size in (*sizes, self.workers) if size and size[0] == "symbol")
        self.whole = [*([] if claim.horizon is None else [claim.horizon]), *whole]
        """Parameters that are whole numbers: the horizon, the size of a mini-batch, how many workers there are."""
        kind = FlowSpelling if claim.timed else Spelling
        random = RandomSpelling(self.names, self.whole, self.workers) if self.random else None
        self.write: Spelling = random or kind(self.names, self.whole)
        self.draw = "vec" if random is None else random.draw
        """The type of what is drawn in an iteration."""
        self.how_many = "" if random is None or self.workers is None else random.count("m")[0]
        """How many workers draw, if it is not one."""
        self.at_all_times = _behind_flows(steps) if claim.timed else set()
        """The steps that lemmas about flows rest on: they are for all t >= 0, others for the t of the domain."""
        self.step_names = [f"s{number}_{slug(step.name)}".rstrip("_") for number, step in enumerate(steps)]
        self.known: list[tuple[str, list]] = []
        """What is known of the parameters, without denominators where that is possible: its name, and what it says."""
        self.positive: list[tuple[str, bool]] = []
        """The names of facts that denominators are positive, and whether for every k."""
        self.of_time: list[tuple[str, list]] = []
        """What is known of the time t."""
        self.in_space = False
        """Whether there is a number d of coordinates."""

    def quantified(self, statement: Tree) -> list[Variable]:
        """The variables over which a statement runs, in their order."""
        found = variables(statement, self.random) - self.fixed - (set() if self.claim.timed else {TIME})
        return sorted(found, key=lambda one: (one != K, one != STATE, one != INDEX, one == DRAW, one))

    def closed(self, statement: Tree, over: Iterable[Variable], always: bool = False) -> str:
        """A statement for all values of variables; of the time, for those of the domain or for all times."""
        time = "0 <= t -> " if always else "".join(f"{self.write.statement(says)} -> " for _, says in self.of_time)
        before = {
            K: "forall k : nat, ",
            INDEX: "forall i : nat, (i < d)%nat -> ",
            STATE: f"forall s : history {self.draw}, ",
            DRAW: f"forall g : {self.draw}, ",
            COMPONENT: "forall j : nat, ",
            WORKER: f"forall m : nat, (m < {self.how_many})%nat -> ",
            TIME: f"forall t : R, {time}",
        }
        found = [before.get(one) or f"forall {self.names.of(*one)} : vec, " for one in over]
        return "".join(found) + self.write.statement(statement)

    def introduced(self, over: Iterable[Variable], always: bool = False) -> str:
        """The tactic that introduces them, and what is known of the denominators for this k."""
        over = [*over]
        given = INTRODUCED | {TIME: "t t_d" if always else " ".join(["t", *(name for name, _ in self.of_time)])}
        names = [given.get(one) or self.names.of(*one) for one in over]
        at_k = [f"pose proof ({name} k) as {name}_k. " for name, every in self.positive if every and K in over]
        return "".join([f"intros {' '.join(names)}. " if names else "", *at_k])

    @property
    def nothing_drawn(self) -> str:
        """What may be drawn in an iteration."""
        return "zero" if self.workers is None else "(fun _ : nat => zero)"

    def some(self, one: Variable) -> str:
        """A tactic that takes some iteration, coordinate and so on, when a step about all is used for a number."""
        if one in (INDEX, WORKER):
            of = "d d_positive" if one == INDEX else f"{self.how_many} workers_positive"
            return f"destruct (some_coordinate {of}) as [{INTRODUCED[one]}]."
        any_of = {K: "0%nat", COMPONENT: "0%nat", STATE: f"(x_0, @nil {self.draw})", DRAW: self.nothing_drawn}
        return f"pose proof {any_of.get(one, 'zero')} as {INTRODUCED.get(one) or self.names.of(*one)}."

    def used(self, number: int, over: Iterable[Variable], at: Mapping[Variable, str] | None = None) -> str:
        """An earlier step, for the variables at hand or given; for others, at any of their values."""
        found = self.step_names[number]
        here = {one: INTRODUCED.get(one) or self.names.of(*one) for one in over}
        if TIME in here:
            here[TIME] = (
                "t ltac:(lra)" if number in self.at_all_times else f"t {' '.join(name for name, _ in self.of_time)}"
            )
        here |= at or {}
        some = {K: "0%nat", COMPONENT: "0%nat", INDEX: "0%nat d_positive", STATE: "(x_0, nil)"}
        some |= {WORKER: "0%nat workers_positive", DRAW: self.nothing_drawn}
        for one in self.quantified(self.steps[number].says):
            found += f" {here.get(one) or some.get(one, 'zero')}"
        return f"({found})"


def _behind_flows(steps: list[StepForm]) -> set[int]:
    """The numbers of steps that are premises of lemmas about flows, and of those behind them."""
    found: set[int] = set()
    for step in steps:
        if step.by[0] == "lemma" and step.by[1] in OF_FLOWS:
            found |= {*step.by[3]}
    pending = [*found]
    while pending:
        behind = _rests_on(steps[pending.pop()].by) - found
        found |= behind
        pending += behind
    return found


def _rests_on(by: list) -> set[int]:
    rule, *arguments = by
    if rule == "combination":
        return {number for number, _ in arguments[0]} | {*arguments[1]}
    if rule == "instance":
        return {arguments[0]}
    return {*arguments[-1]} if rule in ("lemma", "identity", "decide", "theorem") else set()


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
        said: set[Variable] = set().union(
            *(self.context.quantified(self.says(number)) for number in numbers if number not in every)
        )
        others = sorted(said - {*self.over})
        lines = [self.context.some(one) for one in others]
        for number in numbers:
            used = self.context.used(number, [*self.over, *others], {INDEX: "i i_d"} if number in every else None)
            before = "fun (i : nat) (i_d : (i < d)%nat) => " if number in every else ""
            lines.append(f"pose proof {f'({before}{used})' if before else used} as H{number}.")
        names = [*(name for name, _ in self.facts()), *(f"H{number}" for number in numbers), *keep]
        names += [
            f"{name}_k" if every else name for name, every in self.context.positive if not every or K in self.over
        ]
        if K in self.over:
            lines.append("pose proof (pos_INR k) as k_whole.")
            names.append("k_whole")
        if INDEX in self.over or INDEX in others:
            names.append("i_d")
        if WORKER in self.over or WORKER in others:
            names.append("m_d")
        if self.context.in_space:
            names.append("d_positive")
        if self.context.workers is not None:
            names.append("workers_positive")
        lines.append(f"clear - {' '.join(dict.fromkeys(names))}." if names else "idtac.")
        return [" ".join(lines)]

    def facts(self) -> list[tuple[str, list]]:
        """What is known of the parameters, and of the time if the step is about one."""
        if TIME not in self.over:
            return self.context.known
        always = self.number in self.context.at_all_times
        return [*self.context.known, *([("t_d", ["le", "0", ["symbol", "t"]])] if always else self.context.of_time)]

    def known(self, numbers: Iterable[int]) -> list[tuple[str, list]]:
        """What is known of numbers when these steps are used, by the names that `use` gives."""
        found = [*self.facts(), *((f"H{number}", self.says(number)) for number in dict.fromkeys(numbers))]
        return [*found, ("k_whole", ["le", "0", ["symbol", "k"]])] if K in self.over else found

    def says(self, number: int) -> list:
        return self.context.steps[number].says

    def gap(self, statement: list) -> tuple[str, str]:
        """A relation as a number that is not negative, positive or 0, and its sign."""
        relation, left, right = statement
        if relation in ("ge", "gt"):
            left, right = right, left
        return f"({self.write.number(right, SUM)} - {self.write.number(left, PRODUCT)})", relation
