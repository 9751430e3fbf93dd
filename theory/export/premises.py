"""Lemmas whose premises are earlier steps."""

from __future__ import annotations

from collections.abc import Iterable

from signproof.theory.export.context import Writing
from signproof.theory.export.spelling import COORDINATE, INDEX, TIME, WORKER, K
from signproof.theory.export.sums import expanded
from signproof.theory.export.tactics import block
from signproof.theory.kernel.reading import Tree

_AT = {"n": {K: "n"}, "i i_d": {INDEX: "i i_d"}, "e e_d": {INDEX: "e e_d"}, "u u_d": {TIME: "u u_d"}}
_AT |= {"m m_d": {WORKER: "m m_d"}, "w w_d": {WORKER: "w w_d"}}
"""What a premise is introduced for: an iteration, a coordinate, a time, a worker."""


def by_premises(
    writing: Writing,
    lemma: str,
    premises: list[str],
    using: list[int],
    at: str = "",
    sums: Iterable[Tree] = (),
    index: str = COORDINATE,
) -> list[str]:
    """A lemma whose premises are among the earlier steps. Each premise is what is to be introduced in it.

    Sums in the conclusion are those of the given terms, over coordinates or workers.
    """
    context = writing.context
    lines = [f"pose proof ({lemma}) as H."]
    for place, introduced in enumerate(premises):
        given = _AT.get(introduced, {})
        order = [*using[place : place + 1], *using[:place], *using[place + 1 :]]
        tries = [f"(pose proof {context.used(number, writing.over, given)} as Q; by_instance Q)" for number in order]
        intro = [f"intros {introduced}."] if introduced else []
        intro += [
            f"pose proof ({name} n) as {name}_n." for name, every in context.positive if every and introduced == "n"
        ]
        lines += ["premise H.", *block([*intro, f"at_coordinate. first [{' | '.join([*tries, 'decide_step'])}]."])]
    lines.append(f"pose proof (H{at}) as Q. cbn beta in Q.")
    return [*lines, *expanded(writing, sums, "Q", index), "by_instance Q."]
