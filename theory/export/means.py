"""Lemmas about expectations, and expectations as SymPy makes them: linear, with what is known already outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import Add, Mul, Tuple, expand

from signproof.theory.document.terms import term, tree
from signproof.theory.export.context import Writing
from signproof.theory.export.hypotheses import hypothesis
from signproof.theory.export.spelling import ARGUMENT, DRAW, INDEX, STATE, SUM, ExportError, variables
from signproof.theory.export.tactics import block
from signproof.theory.kernel.reading import Tree
from signproof.theory.terms.expectations import Total, expectation, known, order


class _Mean:
    """E[a | x] in Coq, for the a of a lemma."""

    def __init__(self, writing: Writing, inside: Tree, given: list[Tree], beside: Tree = "0"):
        self.writing, self.inside, self.given = writing, inside, given
        self.law, self.function = writing.write.mean(inside, given)
        if not variables(inside, writing.context.random):  # a number, which is its own mean by any law
            self.law = writing.write.mean(beside, given)[0]
        self.nested = False
        """Whether sums in sums come out of the mean."""
        self.over = DRAW if given else STATE
        self.variable = "g" if given else "s"
        if not given and DRAW in variables(inside, writing.context.random):
            raise ExportError("the Coq library lacks: lemmas about means over several iterations")

    @property
    def text(self) -> str:
        return f"{self.law} {self.function}"

    def expanded(self, name: str, hypothesis: str) -> list[str]:
        """Tactics that write the mean as SymPy does, in a hypothesis."""
        number: Any = term(self.inside)
        given: Any = Tuple(*(term(point) for point in self.given))
        after = self.writing.write.number(tree(expectation(number, given)), SUM)
        if after == self.text:
            return []
        body, moves = self._linear(number, given)
        function = f"{self.function.partition('=>')[0]}=> {body})"
        pointwise = [
            f"apply expectation_of_equals; intros {self.variable}; cbn beta.",
            *moves,
            "at_coordinate; fraction.",
        ]
        linear = "nested_means" if self.nested else "linear_means"
        lines = [f"transitivity ({self.law} {function}).", *block(pointwise), f"{linear}; equal_sums."]
        return [f"assert ({name} : {self.text} = {after}).", *block(lines), f"rewrite {name} in {hypothesis}."]

    def _linear(self, number: Any, given: Any) -> tuple[str, list[str]]:
        """A sum of multiples, of which the first factors are known, and tactics that take factors into sums."""
        parts: list[str] = []
        moves: list[str] = []
        for summand in Add.make_args(expand(number)):
            factors = Mul.make_args(summand)
            outside = Mul(*(factor for factor in factors if known(factor, given)))
            random = [factor for factor in factors if not known(factor, given)]
            found = _outermost_sum(random, given)
            if not random:
                parts.append(self._number(outside))
                continue
            if found is None:
                parts.append(self._multiple(outside, self._number(Mul(*random))))
                continue
            total, rest = found
            inside, deeper = self._linear(total.function * rest, given)
            if len(Add.make_args(expand(total.function * rest))) > 1:
                raise ExportError("the Coq library lacks: means of sums of sums")
            if deeper and ("symbol", total.index.name) in self.writing.over:
                raise ExportError(f"the Coq library lacks: means of sums of sums for every {total.index}")
            self.nested = self.nested or bool(deeper)
            count, index = self.writing.write.count(total.index.name)
            over = f"(fun {index} : nat => {self.writing.write.number(tree(total.function))})"
            name, before = f"S{len(moves)}", f"total {count} (fun {index} : nat => {inside})"
            parts.append(self._multiple(outside, before))
            moves.append(f"assert ({name} : {before} = {self._number(rest)} * total {count} {over}).")
            bound = f"intros {index} ?." if deeper else "intros."
            moves += block([f"rewrite <- total_scale. apply total_ext. {bound} cbn beta.", *deeper, "fraction."])
            moves.append(f"rewrite {name}.")
        return " + ".join(parts), moves

    def _multiple(self, factor: Any, text: str) -> str:
        return text if factor == 1 else f"{self._number(factor)} * {text}"

    def _number(self, number: Any) -> str:
        return self.writing.write.number(tree(number), ARGUMENT)


def _outermost_sum(factors: list, given: Any) -> tuple[Any, Any] | None:
    """The sum that comes out of the mean of a product first, as in `expectation`, and the other factors."""
    for total in sorted((factor for factor in factors if isinstance(factor, Total)), key=order):
        rest = Mul(*(factor for factor in factors if factor is not total))
        if not rest.has(total.index) and not given.has(total.index):
            return total, rest
    return None


def _ordered(lemma: str) -> Callable[[Writing, list, list[int]], list[str]]:
    """A lemma that takes means of both sides of a step."""

    def write(writing: Writing, arguments: list, using: list[int]) -> list[str]:
        one, other, *given = arguments
        left, right = _Mean(writing, one, given, other), _Mean(writing, other, given, one)
        lines = [f"pose proof ({lemma} {_mean_argument(left.law)} {left.function} {right.function}) as H."]
        over = [*writing.over, left.over]
        tries = [f"(pose proof {writing.context.used(number, over)} as Q; by_instance Q)" for number in using]
        tries.append("decide_step")
        lines += ["premise H.", *block([f"intros {left.variable}; cbn beta.", f"first [{' | '.join(tries)}]."])]
        lines += [*left.expanded("T0", "H"), *right.expanded("T1", "H")]
        return [*lines, "by_instance H."]

    return write


def _mean_argument(law: str) -> str:
    return law if law.startswith("(") else f"({law})"


def _jensen(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    inside, *given = arguments
    left, right = _Mean(writing, inside, given), _Mean(writing, tree(abs(term(inside))), given)
    lines = [f"pose proof (Jensen {_mean_argument(left.law)} {left.function}) as H. cbn beta in H."]
    return [*lines, *left.expanded("T0", "H"), *right.expanded("T1", "H"), "by_instance H."]


def _tower(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    return ["reflexivity."]


def _independent(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    (_, number), *points = arguments
    return hypothesis(writing, number, points)


def _bienayme(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    step_size, batch, point = arguments
    c, n, x = (
        writing.write.number(step_size, ARGUMENT),
        writing.write.index(batch),
        writing.write.vector(point, ARGUMENT),
    )
    index = "i i_d" if INDEX in writing.over else "0%nat d_positive"
    lines = [f"assert (whole : (0 < {n})%nat) by (apply INR_lt; rewrite INR_zero; lra)."]
    lines.append(f"pose proof (variance_of_draws (law {x}) (mapping {x}) {c} {n} {index.split()[0]} whole) as H.")
    return [*lines, f"premise H. {{ exact (mapping_is {x} {index}). }}", "by_instance H."]


MEANS: Mapping[str, Callable[[Writing, list, list[int]], list[str]]] = {
    "monotone expectation": _ordered("mean_monotone"),
    "expectation of equals": _ordered("expectation_of_equals"),
    "Jensen": _jensen,
    "tower property": _tower,
    "product of expectations": _independent,
    "Bienaymé": _bienayme,
}
"""How a lemma about expectations is used in Coq, by its name in the table."""
