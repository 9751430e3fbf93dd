"""What a claim rests on: assumptions, lemmas, other claims and the steps of its proof, read off the objects."""

from __future__ import annotations

from typing import Any

from signproof.theory.assumptions.objective import Assumption
from signproof.theory.claim import Claim
from signproof.theory.derivation.table import Lemma
from signproof.theory.proof_steps import Proof


def graph(claim: Claim, proof: Proof | None, failed: int | None = None) -> dict[str, Any]:
    """The dependency graph of a claim with a proof, as plain data.

    Arguments: the claim; its proof; the number of the step that the kernel rejects, from 1, if it rejects one.

    Returns: `nodes`, each with its kind ("assumption", "lemma", "claim" or "step") and name: first what comes from
    outside, then the steps in order, last the claim itself. `edges` are pairs of positions among the nodes, [a, b]
    for a rests on b; b comes before a. Without a proof the claim is the only node. `failed` is the position of the
    step that is rejected, if one is.
    """
    steps = () if proof is None else proof.steps
    outside = list(dict.fromkeys(_node(source) for step in steps for source in step.by.sources))
    place = {node: number for number, node in enumerate(sorted(outside, key=lambda node: KINDS.index(node[0])))}
    number = {step: len(place) + index for index, step in enumerate(steps)}
    nodes = [*place, *(("step", step.name) for step in steps), _node(claim)]
    edges = []
    for step in steps:
        rests_on = [place[_node(source)] for source in step.by.sources]
        rests_on += [number[premise] for premise in step.by.premises if premise in number]
        edges += [[number[step], other] for other in dict.fromkeys(rests_on)]
    if steps:
        edges.append([len(nodes) - 1, number[steps[-1]]])
    found = {"nodes": [{"kind": kind, "name": name} for kind, name in nodes], "edges": edges}
    return found if failed is None else found | {"failed": len(place) + failed - 1}


KINDS = ("assumption", "lemma", "claim")
"""What comes from outside a proof."""


def _node(source: Assumption | Lemma | Claim) -> tuple[str, str]:
    if isinstance(source, Claim):
        return "claim", source.id
    return ("lemma", source.name) if isinstance(source, Lemma) else ("assumption", str(source))
