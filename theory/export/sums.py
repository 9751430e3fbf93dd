"""Sums over coordinates as SymPy makes them: constant factors outside, a sum for each summand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy import Add, Mul, expand

from signproof.theory.document.terms import term, tree
from signproof.theory.export.context import Writing
from signproof.theory.export.spelling import ARGUMENT, SUM
from signproof.theory.export.tactics import block
from signproof.theory.kernel.reading import Tree
from signproof.theory.symbols import i
from signproof.theory.terms.expectations import Total


def function(writing: Writing, index: str, tree: Tree) -> str:
    return f"(fun {index} : nat => {writing.write.number(tree)})"


def expanded(writing: Writing, sums: Iterable[Tree], hypothesis: str) -> list[str]:
    """Tactics that expand sums over coordinates of these terms, as the kernel does, in a hypothesis."""
    lines = []
    for place, inside in enumerate(sums):
        number: Any = term(inside)
        if f"total d {function(writing, 'i', inside)}" != writing.write.number(tree(Total(number, i)), SUM):
            lines += sum_of_parts(writing, f"T{place}", inside, number, "same_sum.")
            lines.append(f"try rewrite T{place} in {hypothesis}.")
    return lines


def sum_of_parts(
    writing: Writing,
    name: str,
    before: Tree,
    after: Any,  # a tree that is a sum
    how: str,
) -> list[str]:
    """Tactics that say that a sum over coordinates is what SymPy makes of it, with constant factors outside."""
    parts = []
    for summand in Add.make_args(expand(after)):
        factors = Mul.make_args(summand)
        pair = (Mul(*(each for each in factors if each.has(i) == inner)) for inner in (False, True))
        parts.append(" * ".join(writing.write.number(tree(each), ARGUMENT) for each in pair))
    body = f"total d (fun i : nat => {' + '.join(parts)})"
    left = f"total d {function(writing, 'i', before)}"
    lines = [f"assert ({name} : {left} = {writing.write.number(tree(Total(after, i)), SUM)})."]
    return [*lines, *block([f"transitivity ({body}).", *block([how]), "rewrite ?total_add, ?total_scale; equal."])]
