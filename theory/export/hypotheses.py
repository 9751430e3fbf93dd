"""What assumptions of a claim say, at points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from signproof.theory.export.context import Writing
from signproof.theory.export.spelling import ARGUMENT, COMPONENT, INDEX, WORKER, ExportError, variables
from signproof.theory.export.sums import expanded
from signproof.theory.kernel.reading import Tree, nodes


def hypothesis(writing: Writing, number: int, points: list[Tree]) -> list[str]:
    """Tactics that use an assumption, by its number, at points."""
    assumed = writing.context.claim.assumptions[number]
    at = " ".join(writing.write.vector(point, ARGUMENT) for point in points)
    if writing.context.random and is_random(assumed.says):
        if points != [["iterate", ["symbol", "k"]]]:
            raise ExportError("the Coq library lacks: stochastic gradients at other points than x_k")
        at = "k s"
    of_sums: list[list] = []
    if assumed.says is not None:
        if INDEX in variables(assumed.says):
            at += " i i_d" if INDEX in writing.over else " 0%nat d_positive"
        at += " j" if COMPONENT in variables(assumed.says) else ""
        if WORKER in variables(assumed.says):
            at += " m m_d" if WORKER in writing.over else " 0%nat workers_positive"
        places = {str(place(n)): point for n, point in enumerate(points)}
        of_sums = [node for node in nodes(assumed.says) if node[0] == "total"]
    lines = [f"pose proof (assumption_{number + 1} {at}) as H. cbn beta in H."]
    for index in dict.fromkeys(node[2][1] for node in of_sums):
        sums = [at_points(node[1], places) for node in of_sums if node[2][1] == index]
        lines += expanded(writing, sums, "H", index)
    return [*lines, "by_instance H."]


def is_random(says: list | None) -> bool:
    """Whether an assumption is about stochastic gradients."""
    return says is not None and any(node[0] in ("estimate", "expectation") for node in nodes(says))


def place(number: int) -> Tree:
    """The point with this number in what an assumption says."""
    return ["point", ["name", f"point {number}"]]


def at_points(found: Any, places: Mapping[str, Tree]) -> Any:  # a part of a tree, and what it becomes
    """A tree at the points that are put in for places, with nothing carried out."""
    if isinstance(found, str):
        return found
    return places.get(str(found)) or [found[0], *(at_points(part, places) for part in found[1:])]
