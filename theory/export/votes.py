"""Lemmas about votes of independent signs, beta functions included."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import Poly

from signproof.theory.document.terms import term
from signproof.theory.export.context import Writing
from signproof.theory.export.spelling import ARGUMENT, ExportError
from signproof.theory.symbols import k

_Lemma = Callable[[Writing, list, list[int]], list[str]]


def _of(lemma: str, numbers: str, less: int = 0, divides: bool = False) -> _Lemma:
    """A lemma about a probability "p", the same with its bounds "c", and whole numbers "n", each so much less than in
    the document. Some divide by the beta function of these numbers."""

    def write(writing: Writing, arguments: list, using: list[int]) -> list[str]:
        at: list[str] = []
        given = iter(arguments)
        chance: list[str] = []
        for kind in numbers:
            argument = next(given)
            if kind == "n":
                at.append(_whole(writing, argument, less))
            else:
                chance = [writing.write.number(argument, ARGUMENT)]
                chance += [writing.write.chance(argument)] if kind == "c" else []
        lines = [f"pose proof ({' '.join((lemma, *chance, *at))}) as H."]
        if divides:
            numbers_of_beta = " ".join(f"(S {number})" for number in (at if len(at) == 2 else at * 2))
            lines.append(f"pose proof (positive_beta_function {numbers_of_beta} ltac:(lia) ltac:(lia)) as B.")
            lines.append("pose proof (pos_INR k) as k_whole.")
        return [*lines, "by_instance H."]

    return write


def _whole(writing: Writing, number: Any, less: int) -> str:
    found = writing.write.index(number)
    for _ in range(less):
        if not found.startswith("(S "):
            raise ExportError(f"the Coq library lacks: the whole number {number}")
        found = found[3:-1]
    return found


def _parity(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    j, n, p = arguments
    half = Poly((term(n) - term(j) - 1) / 2, k)
    slope, start = half.coeff_monomial(k), half.coeff_monomial(1)
    m = f"({slope} * Z.of_nat k + {start})%Z" if slope else f"({start})%Z"
    at = f"{writing.write.number(p, ARGUMENT)} {writing.write.chance(p)} ({j})%Z {writing.write.index(n)} {m}"
    return [f"pose proof (odd_difference {at} ltac:(lia)) as H. by_instance H."]


def _positive_beta(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    at = " ".join(map(writing.write.index, arguments))
    return [f"pose proof (positive_beta_function {at} ltac:(lia) ltac:(lia)) as H.", "by_instance H."]


VOTES: Mapping[str, _Lemma] = {
    "one voter": _of("one_voter", "c"),
    "one more voter": _of("one_more_voter", "nc"),
    "parity": _parity,
    "mirrored signs": _of("mirrored_signs", "nc"),
    "central binomial probability": _of("tie_of_even", "nc", 1, divides=True),
    "positive beta function": _positive_beta,
    "beta function": _of("next_beta", "nn", 1, divides=True),
    "incomplete beta function at 1": _of("incomplete_beta_function_at_1", "p"),
    "incomplete beta function, first": _of("next_incomplete_beta_first", "pnn", 1, divides=True),
    "incomplete beta function, second": _of("next_incomplete_beta_second", "pnn", 1, divides=True),
}
"""How a lemma about votes is used in Coq, by its name in the table."""
