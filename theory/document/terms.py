"""Terms as plain trees, and back: what a document is made of.

A rational is a string, "p" or "p/q" in lowest terms; anything else is a list of a tag and its arguments, such as
["add", ["symbol", "L"], "1/2"]. Arguments of sums, products and other commutative tags are sorted, so that equal terms
are equal trees. A symbol is real and nothing more. A term of a user's own is ["own", class, name of its base, ...].
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from math import gcd
from typing import Any

import sympy
from sympy import Basic, Rational, Symbol, Tuple
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.symbol import Str
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from signproof.theory.misuse import Misuse
from signproof.theory.terms import cube, expectations, flows, proximal, vectors, votes
from signproof.theory.terms.exact_types import CONSTANTS, check_leaves, of_package

Tree = str | list
"""A term: a rational as a string, or a tag with its arguments."""

DEEPEST, LARGEST, DIGITS = 200, 1_000_000, 5_000
"""How deep a tree is, how many nodes a document has, and how many digits a number has at most."""

COMMUTATIVE = {"add", "mul", "max", "min", "and", "or"}
"""Tags whose arguments are sorted."""

_PLAIN: dict[str, type[Basic]] = {
    "add": sympy.Add, "mul": sympy.Mul, "pow": sympy.Pow, "abs": sympy.Abs, "sign": sympy.sign, "max": sympy.Max,
    "min": sympy.Min, "exp": sympy.exp, "log": sympy.log, "sin": sympy.sin, "cos": sympy.cos,
    "and": sympy.And, "or": sympy.Or, "not": sympy.Not, "tuple": Tuple,
}  # fmt: skip
_RELATIONS: dict[str, type[Basic]] = {
    "eq": sympy.Eq, "ne": sympy.Ne, "le": sympy.Le, "lt": sympy.Lt, "ge": sympy.Ge, "gt": sympy.Gt,
}  # fmt: skip
_RANGED: dict[str, type[ExprWithLimits]] = {
    "sum": sympy.Sum,
    "least": vectors.Least,
    "accumulated": flows.Accumulated,
    "least_so_far": flows.LeastSoFar,
}
"""Tags of terms with an index: the term, the index, its first and its last value."""
_CONSTANTS = {str(constant()).lower(): constant() for constant in CONSTANTS}
_TERMS: dict[str, type[Basic]] = {
    name.lower(): kind
    for module in (vectors, expectations, flows, proximal, votes, cube)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and issubclass(kind, sympy.Function) and of_package(kind) and not name.startswith("_")
}
"""The terms of the package, by their class names in lower case."""
_TAGS = {kind: tag for table in (_PLAIN, _RELATIONS, _RANGED, _TERMS) for tag, kind in table.items()}


class DocumentError(Misuse):
    """A proof that cannot be written as a document, or a file that is not one; the message says what and where."""


def tree(term: Basic) -> Tree:
    """A term or statement as a tree. Raises DocumentError for what no document has."""
    check_leaves(term)
    return _tree(term)


def _tree(term: Basic) -> Tree:
    kind = type(term)
    if isinstance(term, Rational):
        return str(term)
    if isinstance(term, BooleanTrue | BooleanFalse):
        return [str(term).lower()]
    if kind is Symbol:
        return ["symbol", term.name]
    if kind is Str:
        return ["name", term.name]
    if kind in CONSTANTS:
        return [str(term).lower()]
    if kind in _TAGS and isinstance(term, ExprWithLimits):
        if len(term.limits) != 1 or len(term.limits[0]) != 3:
            raise DocumentError(f"{term} has other limits than one index from a first to a last value")
        return [_TAGS[kind], *map(_tree, (term.function, *term.limits[0]))]
    if kind in _TAGS:
        return ordered([_TAGS[kind], *map(_tree, term.args)])
    base = next((base for base in kind.__mro__ if of_package(base)), None)
    if base is not None and vars(base).get("open_to_users"):
        return ["own", kind.__name__, base.__name__, *map(_tree, term.args)]
    raise DocumentError(f"{str(term)[:80]} ({kind.__name__}) is no term that a document has")


def ordered(node: list) -> list:
    """A node with the arguments of a commutative tag sorted."""
    return [node[0], *sorted(node[1:], key=json.dumps)] if node[0] in COMMUTATIVE else node


def term(tree: Tree) -> Basic:
    """The term of a tree that `checked` has passed, as SymPy's. A user's own terms are functions of that name."""
    if isinstance(tree, str):
        return Rational(tree)
    tag, *arguments = tree
    if tag in _LEAVES:
        return _LEAVES[tag](arguments[0])
    if tag in ("true", "false"):
        return sympy.true if tag == "true" else sympy.false
    if tag in _CONSTANTS:
        return _CONSTANTS[tag]
    if tag == "own":
        return sympy.Function(arguments[0])(*map(term, arguments[2:]))
    parts = [term(argument) for argument in arguments]
    if tag in _RANGED:
        return _RANGED[tag](parts[0], tuple(parts[1:]))
    if tag in _RELATIONS:
        return _RELATIONS[tag](*parts, evaluate=False)  # as it was written, even if it is plainly true
    return (_PLAIN.get(tag) or _TERMS[tag])(*parts)


_LEAVES: dict[str, Callable[[str], Basic]] = {"symbol": lambda name: Symbol(name, real=True), "name": Str}
_ARITY: Mapping[str, tuple[int, ...]] = {
    **dict.fromkeys(("pow", *_RELATIONS), (2,)),
    **dict.fromkeys(("abs", "sign", "exp", "log", "sin", "cos", "not"), (1,)),
    **dict.fromkeys(_RANGED, (4,)),
    **dict.fromkeys(("true", "false", *_CONSTANTS), (0,)),
}
"""How many arguments a tag has; other tags have any number of them, or as many as the class of the term has."""


def nodes(tree: Tree) -> Iterator[list]:
    """The inner nodes of a tree, from the root."""
    if isinstance(tree, list):
        yield tree
        for argument in tree[1:]:
            yield from nodes(argument)


def checked(tree: Any) -> int:
    """How many nodes a tree has. Raises DocumentError, in one line, if it is not one that `tree` writes."""
    return _checked(tree, 1)


def _checked(node: Any, depth: int) -> int:
    if depth > DEEPEST:
        raise DocumentError(f"a term is more than {DEEPEST} deep")
    if isinstance(node, str):
        _check_rational(node)
        return 1
    if not isinstance(node, list) or not node or not isinstance(node[0], str):
        raise DocumentError(f"{str(node)[:40]!r} is no term")
    tag, arguments = node[0], node[1:]
    if tag in _LEAVES:
        if len(arguments) != 1 or not isinstance(arguments[0], str) or not arguments[0]:
            raise DocumentError(f"{str(node)[:40]} is not a {tag}")
        return 1
    if tag == "own":
        if len(arguments) < 2 or not all(isinstance(name, str) and name.isidentifier() for name in arguments[:2]):
            raise DocumentError(f"{str(node)[:40]} does not say what term of one's own it is")
        arguments = arguments[2:]
    elif tag not in _ARITY and tag not in _PLAIN and tag not in _TERMS:
        raise DocumentError(f"there is no term {tag[:40]!r}")
    elif not _fits(tag, len(arguments)):
        raise DocumentError(f"{tag!r} has {len(arguments)} arguments")
    if ordered(node) != node:
        raise DocumentError(f"the arguments of {tag!r} are not sorted")
    return 1 + sum(_checked(argument, depth + 1) for argument in arguments)


def _fits(tag: str, count: int) -> bool:
    if tag in _ARITY:
        return count in _ARITY[tag]
    if tag in _PLAIN:
        return count >= 2 or tag == "tuple"
    known = _TERMS[tag].nargs
    return known is None or count in known


def _is_whole(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and (digits == "0" or digits[0] != "0")


def _check_rational(text: str) -> None:
    """A rational is written in one way: lowest terms, no sign but "-", no leading zeros."""
    if len(text) > DIGITS:
        raise DocumentError(f"a number has more than {DIGITS} digits")
    p, slash, q = text.partition("/")
    whole = p.removeprefix("-")
    plain = _is_whole(whole) and p != "-0"
    if slash:
        plain = plain and _is_whole(q) and int(q) > 1 and gcd(int(whole), int(q)) == 1
    if not plain:
        raise DocumentError(f"{text[:40]!r} is no rational in lowest terms")
