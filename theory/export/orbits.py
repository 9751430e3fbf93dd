"""Orbits in Coq: a method on one function, coordinate by coordinate, from point to point for ever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Basic, Symbol, diff

from signproof.theory.document.terms import term, tree
from signproof.theory.export.arithmetic import decided, replaced
from signproof.theory.export.spelling import SUM, ExportError, Names, Spelling, comment
from signproof.theory.export.tactics import block
from signproof.theory.kernel.form import Proved, StepForm
from signproof.theory.kernel.reading import Tree, nodes
from signproof.theory.symbols import i
from signproof.theory.terms.expectations import coordinate
from signproof.theory.terms.vectors import gradient, x_k

COORDINATEWISE = {"add", "mul", "pow", "symbol", "iterate", "gradient", "maximizer", "name"}
"""Tags of rules that do the same in each coordinate."""


class Orbit:
    """The theorem that a run repeats the points of an orbit, and its proof."""

    def __init__(self, proved: Proved, name: str, premises: list[list]):
        claim = proved.claim
        assert claim.orbit is not None and claim.rule is not None
        self.claim, self.steps, self.name, self.premises = claim, proved.steps, name, premises
        self.orbit: Any = claim.orbit
        self.parameters = claim.parameters
        self._require()
        self.step: Any = claim.rule.step
        self.write = Spelling(Names(("x", "y", "start")))
        self.known = [(f"premise_{number}", premise) for number, premise in enumerate(premises, start=1)]
        self.count = len(self.orbit.points)
        self.text = f"Theorem {name}\n{self._statement()}\nProof.\n{self._proof()}\nQed.\n"

    def _require(self) -> None:
        assert self.claim.rule is not None
        step = self.claim.rule.step
        lacking = ""
        if self.orbit.formula:
            lacking = "orbits that do not repeat"
        elif self.claim.conclusion[0] != "repeats":
            lacking = f"orbits that are claimed as {self.claim.conclusion[0]}"
        elif step is None or self.claim.rule.draws != "gradient":
            lacking = f"orbits of {self.claim.rule.name}"
        elif {node[0] for node in nodes(step)} - COORDINATEWISE or any(
            node[0] == "maximizer" and node[1] != ["name", "inf"] for node in nodes(step)
        ):
            lacking = f"orbits of {self.claim.rule.name}, which looks at all coordinates at once"
        if lacking:
            raise ExportError(f"the Coq library lacks: {lacking}")

    # ---------------------------------------------------------------------------------------------- statement

    def _statement(self) -> str:
        write, d = self.write, len(self.orbit.coordinates)
        lines = (
            [f"({' '.join(write.names.of('symbol', each) for each in self.parameters)} : R)"] if self.parameters else []
        )
        lines.append("(f : vec -> R) (grad : vec -> vec)")
        lines.append(f"(f_is : forall y : vec, f y = {write.number(self._at_y(self.orbit.function), SUM)})")
        lines.append(f"(gradient_of_f : differentiable {d} f grad)")
        rule = write.vector(self.step).replace("(linf d)", f"(linf {d})")
        lines.append(f"(x : nat -> vec) (rule : forall k : nat, x (S k) = {rule})")
        lines.append(f"(start : {self._at('x 0%nat', 0)})")
        lines += [f"({name} : {write.statement(says)})" for name, says in self.known]
        claimed = [point[1:] for point in self.claim.conclusion[1:]]
        goal = " /\\ ".join(f"({self._is(f'x {self._number(place)}', point)})" for place, point in enumerate(claimed))
        return "\n".join(f"  {line}" for line in lines) + f" :\n  forall k : nat, {goal}."

    def _number(self, place: int) -> str:
        """The number of an iteration that is at a point."""
        found = f"({self.count} * k)%nat"
        for _ in range(place):
            found = f"(S {found})"
        return found

    def _at(self, vector: str, place: int) -> str:
        """That a vector is a point of the orbit."""
        return self._is(vector, self.orbit.points[place % self.count])

    def _is(self, vector: str, point: list[Tree]) -> str:
        """That a vector has these coordinates."""
        return " /\\ ".join(f"{vector} {n}%nat = {self.write.number(entry, SUM)}" for n, entry in enumerate(point))

    def _at_y(self, formula: Tree) -> Tree:
        """A formula in the coordinates, of the vector y."""
        y = ["point", ["name", "y"]]
        self.write.names.given[("point", "y")] = "y"
        return replaced(formula, {name: ["coordinate", y, str(n)] for n, name in enumerate(self.orbit.coordinates)})

    # ---------------------------------------------------------------------------------------------- proof

    def _proof(self) -> str:
        lines = []
        for n, name in enumerate(self.orbit.coordinates):
            slope = tree(diff(term(self.orbit.function), Symbol(name, real=True)))
            lines.append(
                f"assert (slope_{n} : forall y : vec, grad y {n}%nat = {self.write.number(self._at_y(slope), SUM)})."
            )
            lines += block(["intros y.", f"partial_derivative gradient_of_f f_is {n}%nat."])
        rules: dict[str, Callable[[StepForm], list[str]]] = {"run": self._turn, "forever": self._forever}
        for step in self.steps:
            lines.append(comment(step.name))
            how = rules.get(step.by[0])
            if how is None:
                raise ExportError(f"the Coq library lacks: the rule {step.by[0]} in orbits")
            lines += how(step)
        return "\n".join(f"  {line}" for line in lines)

    def _turn(self, step: StepForm) -> list[str]:
        """From one point to the next."""
        place = step.by[1] % self.count
        here, there = (self.orbit.points[n % self.count] for n in (place, place + 1))
        names = [f"A{n}" for n in range(len(here))]
        pattern = names[-1]
        for name in reversed(names[:-1]):
            pattern = f"[{name} {pattern}]"
        slopes = " ".join(f"rewrite ?slope_{n}." for n in range(len(here)))
        lines = [f"intros k {pattern}. rewrite rule. at_coordinate. {slopes} rewrite ?{', ?'.join(names)}."]
        goals = []
        for n, (entry, after) in enumerate(zip(here, there, strict=True)):
            goal = ["eq", tree(self._moved(n, entry, here)), after]
            goals.append(
                block(
                    [
                        "clear - " + " ".join(name for name, _ in self.known) + ".",
                        *decided(self.write, goal, self.known),
                    ]
                )
            )
        lines += ["repeat split.", *(line for goal in goals for line in goal)]
        says = f"forall k : nat, {self._at('x k', place)} -> {self._at('x (S k)', place + 1)}"
        return [f"assert (turn_{place} : {says}).", *block(lines)]

    def _moved(self, n: int, entry: Tree, here: list[Tree]) -> Basic:
        """A coordinate of the next point, as the rule makes it."""
        at = {Symbol(name, real=True): term(each) for name, each in zip(self.orbit.coordinates, here, strict=True)}
        slope = diff(term(self.orbit.function), Symbol(self.orbit.coordinates[n], real=True)).xreplace(at)
        moved: Any = coordinate(term(self.step), i)
        return moved.subs(coordinate(gradient(x_k), i), slope).subs(coordinate(x_k, i), term(entry))

    def _forever(self, step: StepForm) -> list[str]:
        again = "IH"
        for place in range(self.count):
            again = f"(turn_{place} _ {again})"
        lines = [f"assert (points : forall k : nat, {self._at(f'x {self._number(0)}', 0)})."]
        lines += block(
            ["induction k as [|k IH].", "{ exact start. }", f"rewrite times_successor; cbn [Nat.add]. exact {again}."]
        )
        found, parts = "(points k)", []
        for place in range(self.count):
            parts.append(found)
            found = f"(turn_{place} _ {found})"
        whole = parts[-1]
        for part in reversed(parts[:-1]):
            whole = f"(conj {part} {whole})"
        return [*lines, f"intros k. exact {whole}."]
