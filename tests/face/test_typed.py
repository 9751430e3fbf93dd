"""Whoever writes against a function can read off what it takes: public arguments have a type, and `Any` a reason."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from itertools import pairwise
from tokenize import COMMENT

import pytest
from places import ROOT

ROOMS = ("theory", "checks", "counterexamples", "report", "signproof")


def is_public(name: str) -> bool:
    """Whether a name is for others to use; what Python's own syntax calls is."""
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def public(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Public functions, but for those inside of functions."""
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            if is_public(part.name):
                yield part
        elif not isinstance(part, ast.ClassDef) or is_public(part.name):
            yield from public(part)


def untyped(node: ast.AST) -> Iterator[str]:
    """Public functions with an argument that has no type: line, name, arguments."""
    for function in public(node):
        lacking = [argument.arg for argument in arguments(function.args) if argument.annotation is None]
        lacking = [name for name in lacking if name not in ("self", "cls")]
        if lacking:
            yield f"{function.lineno} {function.name}({', '.join(lacking)})"


def unexplained(source: str) -> Iterator[tuple[int, str]]:
    """Arguments and results of public functions that may be anything while no comment in their line says why: the
    line, the function and the argument."""
    comments = (token for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.type == COMMENT)
    said = {token.start[0] for token in comments if not token.string.startswith(("# type:", "# fmt:", "# noqa"))}
    for function in public(ast.parse(source)):
        types = [(argument.arg, argument.annotation) for argument in arguments(function.args)]
        for name, kind in (*types, ("->", function.returns)):
            if kind is not None and is_anything(kind) and kind.lineno not in said:
                yield kind.lineno, f"{function.name}({name})"


def is_anything(kind: ast.expr) -> bool:
    return ast.unparse(kind) in ("Any", "typing.Any", "'Any'")


def undescribed(tree: ast.Module) -> Iterator[str]:
    """Other names that a module has for `Any`, of which no docstring says what they are for."""
    for part, after in pairwise([*tree.body, ast.Pass()]):
        if isinstance(part, ast.Assign | ast.AnnAssign) and part.value is not None and is_anything(part.value):
            described = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            if not described:
                yield f"{part.lineno} {ast.unparse(part)}"


def arguments(given: ast.arguments) -> list[ast.arg]:
    rest = [argument for argument in (given.vararg, given.kwarg) if argument is not None]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *rest]


def sources(room: str) -> list[tuple[str, str]]:
    """The files of a room: name and text."""
    files = sorted((ROOT / room).rglob("*.py"))
    assert files
    return [(file.relative_to(ROOT).as_posix(), file.read_text("utf-8")) for file in files]


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_argument_has_a_type(room):
    found = [f"{name}:{line}" for name, source in sources(room) for line in untyped(ast.parse(source))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("room", ROOMS)
def test_what_may_be_anything_says_why(room):
    found = [f"{name}:{line} {argument}" for name, source in sources(room) for line, argument in unexplained(source)]
    found += [f"{name}:{alias}" for name, source in sources(room) for alias in undescribed(ast.parse(source))]
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


def test_reasons_are_seen_where_they_are():
    source = """
def said(x: Any) -> Any: ...  # whatever there is
def unsaid(x: Any, y: int) -> Any: ...  # type: ignore
def parted(
    x: Any,  # whatever there is
    **more: "Any",
) -> list[Any]: ...
def _hidden(x: Any): ...
Tree = Any
'''Arrays in tuples.'''
Thing: TypeAlias = Any
def named(x: Tree, y: Thing): ...
"""
    assert [*unexplained(source)] == [(3, "unsaid(x)"), (3, "unsaid(->)"), (6, "parted(more)")]
    assert [*undescribed(ast.parse(source))] == ["11 Thing: TypeAlias = Any"]
