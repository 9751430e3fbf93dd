"""Sums over coordinates and workers as SymPy makes them: constant factors outside, a sum for each summand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy import Add, Mul, Symbol, expand

from signproof.theory.document.terms import term, tree
from signproof.theory.export.context import Writing
from signproof.theory.export.spelling import ARGUMENT, COORDINATE, SUM
from signproof.theory.export.tactics import block
from signproof.theory.kernel.reading import Tree
from signproof.theory.terms.expectations import Total


def function(writing: Writing, index: str, tree: Tree) -> str:
    return f"(fun {index} : nat => {writing.write.number(tree)})"


def total(writing: Writing, inside: Tree, index: str = COORDINATE) -> str:
    """The sum of a term over coordinates or workers, as it is."""
    count, name = writing.write.count(index)
    return f"total {count} {function(writing, name, inside)}"


def expanded(writing: Writing, sums: Iterable[Tree], hypothesis: str, index: str = COORDINATE) -> list[str]:
    """Tactics that expand sums of these terms over coordinates or workers, as the kernel does, in a hypothesis."""
    lines = []
    for place, inside in enumerate(sums):
        number: Any = term(inside)
        if total(writing, inside, index) != writing.write.number(tree(Total(number, Symbol(index, real=True))), SUM):
            lines += sum_of_parts(writing, f"T{place}", inside, number, "same_sum.", index)
            lines.append(f"try rewrite T{place} in {hypothesis}.")
    return lines


def sum_of_parts(
    writing: Writing,
    name: str,
    before: Tree,
    after: Any,  # a tree that is a sum
    how: str,
    index: str = COORDINATE,
) -> list[str]:
    """Tactics that say that a sum is what SymPy makes of it, with constant factors outside."""
    parts, letter = [], Symbol(index, real=True)
    for summand in Add.make_args(expand(after)):
        factors = Mul.make_args(summand)
        pair = (Mul(*(each for each in factors if each.has(letter) == inner)) for inner in (False, True))
        parts.append(" * ".join(writing.write.number(tree(each), ARGUMENT) for each in pair))
    count, bound = writing.write.count(index)
    body = f"total {count} (fun {bound} : nat => {' + '.join(parts)})"
    left = total(writing, before, index)
    lines = [f"assert ({name} : {left} = {writing.write.number(tree(Total(after, letter)), SUM)})."]
    return [*lines, *block([f"transitivity ({body}).", *block([how]), "rewrite ?total_add, ?total_scale; equal."])]
