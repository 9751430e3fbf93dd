"""Whoever writes against a function can read off what it takes: every public argument has a type."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from places import ROOT

ROOMS = ("theory", "checks", "counterexamples", "report", "signproof")


def is_public(name: str) -> bool:
    """Whether a name is for others to use; what Python's own syntax calls is."""
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def untyped(node: ast.AST) -> Iterator[str]:
    """Public functions with an argument that has no type, but for those inside of functions: line, name, arguments."""
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            lacking = [argument.arg for argument in arguments(part.args) if argument.annotation is None]
            lacking = [name for name in lacking if name not in ("self", "cls")]
            if lacking and is_public(part.name):
                yield f"{part.lineno} {part.name}({', '.join(lacking)})"
        elif not isinstance(part, ast.ClassDef) or is_public(part.name):
            yield from untyped(part)


def arguments(given: ast.arguments) -> list[ast.arg]:
    rest = [argument for argument in (given.vararg, given.kwarg) if argument is not None]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *rest]


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_argument_has_a_type(room):
    files = sorted((ROOT / room).rglob("*.py"))
    assert files
    found = [
        f"{file.relative_to(ROOT)}:{line}" for file in files for line in untyped(ast.parse(file.read_text("utf-8")))
    ]
    assert not found, "\n".join(found)


def test_arguments_of_every_kind_are_seen():
    source = """
def free(a, /, b: int, *c, d, **e):
    def inside(x): ...
def _hidden(x): ...
class Open:
    def method(self, x): ...
    @classmethod
    def __new__(cls, x): ...
    class _Inner:
        def method(self, x): ...
if True:
    async def late(x): ...
"""
    assert [line.partition(" ")[2] for line in untyped(ast.parse(source))] == [
        "free(a, d, c, e)", "method(x)", "__new__(x)", "late(x)",
    ]  # fmt: skip
