"""The house: its picture is drawn from the code, no room is too large, the kernel imports what its charter lists, and
names of version 0.1 still load."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import io
import re
import sys
import tokenize
from types import ModuleType

import pytest
from places import ROOT, script

from signproof import moved
from signproof.theory.kernel.lemmas import TABLE

LARGEST = 0.15
"""The share of all lines that no room exceeds."""
CHARTER = ("kernel", "misuse")
"""What the kernel may import of `theory`: itself, and how misuse is told."""
BUDGET = 2200
"""Lines of code of the kernel, beside the table of lemmas, that it does not exceed."""
OLD = [
    (f"signproof.{room}.{name}", parts.split())
    for room, modules in moved.MOVED.items()
    for name, parts in modules.items()
]


@pytest.fixture(scope="module")
def drawer() -> ModuleType:
    return script(ROOT / "docs" / "drawing" / "rooms.py")


def test_the_picture_shows_the_rooms_there_are(drawer):
    lines, arrows = drawer.rooms()
    assert drawer.layers(lines, arrows)  # no circle
    drawn = drawer.PICTURE.read_text(encoding="utf-8")
    assert set(re.findall(r"fill=\"white\">(\S+) <tspan", drawn)) == lines.keys(), "run `make rooms`"
    assert drawn.count("<path") == drawer.drawing(lines, arrows).count("<path"), "run `make rooms`"
    told = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    untold = [room for room in lines if room.rpartition(".")[2] not in told]
    assert not untold, "docs/architecture.md has a line for each room"


def test_no_room_is_most_of_the_house(drawer):
    lines, _ = drawer.rooms()
    assert {room for room, number in lines.items() if number > LARGEST * sum(lines.values())} == set()


def test_the_kernel_imports_nothing_but_what_its_charter_lists():
    kernel = ROOT / "theory" / "kernel"
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(kernel.glob("*.py"))]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    found = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    found |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    ours = {name.removeprefix("signproof.theory.") for name in found if name.startswith("signproof.")}
    assert {name for name in ours if not name.startswith(CHARTER)} == set()
    others = {name.split(".")[0] for name in found if not name.startswith("signproof.")}
    assert others - sys.stdlib_module_names == {"msgspec"}


def test_the_kernel_stays_small():
    files = [path for path in (ROOT / "theory" / "kernel").glob("*.py") if path.name != "lemmas.py"]
    assert sum(code_lines(path.read_text(encoding="utf-8")) for path in files) <= BUDGET


def code_lines(source: str) -> int:
    """Lines with code on them: no comments, no docstrings, no empty lines."""
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    idle = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    tree = ast.parse(source)
    texts = {
        node.value for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    told = {line for text in texts for line in range(text.lineno, (text.end_lineno or text.lineno) + 1)}
    used = {line for token in tokens if token.type not in idle for line in range(token.start[0], token.end[0] + 1)}
    return len(used - told)


def test_circles_and_rooms_are_told_apart(drawer):
    with pytest.raises(ValueError, match="in a circle among a, b"):
        drawer.layers({"a": 1, "b": 1, "c": 1}, {("a", "b"), ("b", "a"), ("b", "c")})
    assert drawer.layers({"a": 1, "b": 1, "c": 1}, {("a", "b"), ("a", "c")}) == [["a"], ["b", "c"]]
    assert drawer._direct({("a", "b"), ("b", "c"), ("a", "c")}) == {("a", "b"), ("b", "c")}


@pytest.mark.parametrize(("name", "parts"), OLD, ids=[name for name, _ in OLD])
def test_a_module_loads_by_its_old_name(name, parts):
    module = importlib.import_module(name)
    room = name.rpartition(".")[0]
    held: dict[str, object] = {}
    for new in [importlib.import_module(f"{room}.{part}") for part in reversed(parts)]:
        held |= {each: thing for each, thing in vars(new).items() if not each.startswith("__")}
    assert held and all(getattr(module, each) is thing for each, thing in held.items())


def test_what_was_never_there_is_not_there():
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("signproof.theory.nothing")
    with pytest.raises(ImportError, match="nothing"):
        exec("from signproof.theory.vectors import nothing")
    old = importlib.import_module("signproof.theory.prox")
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = old.nothing


def test_everything_of_a_module_is_imported_by_its_old_name():
    names: dict[str, object] = {}
    exec("from signproof.theory.prox import *", names)
    assert {"SPGM", "Composite", "prox", "MeanGradientMapping"} <= names.keys() and "_name" not in names


def test_a_divided_module_is_the_sum_of_its_parts():
    from signproof.theory.flows import Convex, GradientFlow, SuboptimalityOverTime, trajectory
    from signproof.theory.proof import Combination, Proof, check

    assert {
        kind.__module__.rpartition(".")[0] for kind in (Convex, GradientFlow, SuboptimalityOverTime, trajectory)
    } == {f"signproof.theory.{room}" for room in ("assumptions", "methods", "measures", "terms")}
    assert Proof is sys.modules["signproof.theory.proof_steps"].Proof and callable(check) and Combination


def test_a_lemma_is_a_function_whose_name_says_its_conclusion():
    names = [lemma.of.__name__ for lemma in TABLE.values()]
    assert len({*names}) == len(names) and all(name.count("_") >= 1 and name.isidentifier() for name in names)
