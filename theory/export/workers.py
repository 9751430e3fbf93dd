"""Lemmas about several workers and their vote."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from signproof.theory.export.context import Writing
from signproof.theory.export.premises import by_premises
from signproof.theory.export.spelling import ARGUMENT, CURRENT, INDEX, WORKER, ExportError, Spelling, Variable
from signproof.theory.export.sums import expanded, function

_Lemma = Callable[[Writing, list, list[int]], list[str]]


def _some(writing: Writing, one: Variable) -> tuple[str, str]:
    """A worker, or a coordinate, and why there is one."""
    if one in writing.over:
        return ("m", "m_d") if one == WORKER else ("i", "i_d")
    return "0%nat", "workers_positive" if one == WORKER else "d_positive"


def _mean_of_squares(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    inside = arguments[0]
    count, name = writing.write.count("m")
    lines = [f"pose proof (mean_of_squares {count} {function(writing, name, inside)}) as H. cbn beta in H."]
    return [*lines, *expanded(writing, (inside, ["pow", inside, "2"]), "H", "m"), "by_instance H."]


def _unit_vote(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    return [f"pose proof (norm_of_vote d {writing.write.count('m')[0]} g) as H. by_instance H."]


def _split(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    (m, m_d), (i, _) = _some(writing, WORKER), _some(writing, INDEX)
    return [f"pose proof (split_vote {writing.write.count('m')[0]} {m} g {i} {m_d}) as H. by_instance H."]


def _swing(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    (m, _), (i, _) = _some(writing, WORKER), _some(writing, INDEX)
    lemma = f"swing_is_not_negative {writing.write.count('m')[0]} {m} g {i}"
    return [f"pose proof ({lemma}) as H. by_instance H."]


def independent_draws(write: Spelling, number: int) -> str:
    """What lemmas know of the assumption with this number that workers draw independently, beside what it says."""
    law, gradient = "(oracle k s)", write.vector(["gradient", CURRENT], ARGUMENT)
    count = write.count("m")[0]
    says = f"independent_workers {count} {law} /\\ no_zeros d {count} {gradient} {law}"
    return f"(draws_{number} : forall (k : nat) (s : history (nat -> vec)), {says})"


def _draws(arguments: list) -> str:
    """That workers draw independently at x_k, as an assumption says: the first argument; the second is x_k."""
    (_, number), point = arguments
    if point != CURRENT:
        raise ExportError("the Coq library lacks: votes at other points than x_k")
    return f"(draws_{number + 1} k s)"


def _without_ties(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    draws, (m, m_d), (i, i_d) = _draws(arguments), _some(writing, WORKER), _some(writing, INDEX)
    known = f"(proj1 {draws}) {m} {i} (proj2 {draws}) {m_d} {i_d}"
    return [f"pose proof (mean_of_vote_without_ties _ _ _ _ {known}) as H. by_instance H."]


def _of_the_others(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    (m, _), (i, _) = _some(writing, WORKER), _some(writing, INDEX)
    gradient = writing.write.vector(["gradient", CURRENT], ARGUMENT)
    lemma = f"mean_of_vote_of_the_others _ {gradient} _ (proj1 {_draws(arguments)}) {m} {i}"
    return by_premises(writing, lemma, ["w w_d"], using)


WORKERS: Mapping[str, _Lemma] = {
    "mean of squares": _mean_of_squares,
    "unit vote": _unit_vote,
    "one vote of many": _split,
    "swing vote": _swing,
    "vote without ties": _without_ties,
    "vote of the others": _of_the_others,
}
"""How a lemma about workers is used in Coq, by its name in the table."""
