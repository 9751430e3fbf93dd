"""From the trees of a document to forms: what they say, and what they need to have a value.

A rational is a string, "p" or "p/q" in lowest terms; anything else is a list of a tag and its arguments, such as
["add", ["symbol", "L"], "1/2"]. Arguments of commutative tags are sorted, so that equal terms are equal trees.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import Any, TypeAlias

from signproof.theory.kernel import forms
from signproof.theory.kernel.forms import Argument, Form, Joined, Number, Relation, Repeats, Stated, Vector, Wrong

Tree: TypeAlias = str | list
"""A term: a rational as a string, or a tag with its arguments."""

DEEPEST, LARGEST, DIGITS = 200, 1_000_000, 4_000
"""How deep a tree is, how many nodes a document has, and how many digits a number has at most."""
LARGEST_MEMORY = 50_000
"""Terms that are remembered at most."""
COMMUTATIVE = frozenset(("add", "mul", "max", "min", "and", "or"))
"""Tags whose arguments are sorted."""
RELATIONS = {"eq": "=", "ne": "!=", "le": "<=", "lt": "<", "ge": ">=", "gt": ">"}
LEAVES = ("symbol", "name")
SPELLING: dict[str, Callable[[str], Any]] = {
    "symbol": lambda name: name.isidentifier() or name == "f_*",
    "name": re.compile(r"\w+( \w+)?['*]*").fullmatch,
}
"""How leaves are called: like nothing that could be taken for a formula."""
OPEN = ("own", "tuple", "repeats", "follows", "inwords")
"""Tags with any number of arguments."""
ARITY: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("pow", *RELATIONS), (2,)),
    **dict.fromkeys(("abs", "sign", "exp", "log", "sin", "cos", "not"), (1,)),
    **dict.fromkeys(forms.RANGED, (4,)),
    **dict.fromkeys(("true", "false", *forms.CONSTANTS), (0,)),
    **{
        tag: tuple({len(kinds.replace("?", "")), len(kinds) - 2 * kinds.count("?")})
        for tag, (kinds, _) in forms.MAKE.items()
    },
}


def ordered(node: list) -> list:
    """A node with the arguments of a commutative tag sorted."""
    return [node[0], *sorted(node[1:], key=json.dumps)] if node[0] in COMMUTATIVE else node


def nodes(tree: Any) -> Iterator[list]:  # a tree, or what stands in its place
    """The inner nodes of a tree, from the root."""
    if isinstance(tree, list):
        yield tree
        for argument in tree[1:]:
            yield from nodes(argument)


def checked(node: Any, depth: int = 1) -> int:  # whatever a document has there
    """How many nodes a tree has. Raises Wrong, in one line, if it is not in its one spelling."""
    if depth > DEEPEST:
        raise Wrong(f"a term is more than {DEEPEST} deep")
    if isinstance(node, str):
        _check_rational(node)
        return 1
    if not isinstance(node, list) or not node or not isinstance(node[0], str):
        raise Wrong(f"{str(node)[:40]!r} is no term")
    tag, arguments = node[0], node[1:]
    if tag in LEAVES:
        if len(arguments) != 1 or not isinstance(arguments[0], str) or not SPELLING[tag](arguments[0]):
            raise Wrong(f"{str(node)[:40]} is not a {tag}")
        return 1
    if tag == "own":
        if len(arguments) < 2 or not all(isinstance(name, str) and name.isidentifier() for name in arguments[:2]):
            raise Wrong(f"{str(node)[:40]} does not say what term of one's own it is")
        arguments = arguments[2:]
    elif tag in COMMUTATIVE and len(arguments) < 2:
        raise Wrong(f"{tag!r} has {len(arguments)} arguments")
    elif tag not in COMMUTATIVE and tag not in OPEN and len(arguments) not in ARITY.get(tag, ()):
        raise Wrong(f"{tag!r} has {len(arguments)} arguments" if tag in ARITY else f"there is no term {tag[:40]!r}")
    if ordered(node) != node:
        raise Wrong(f"the arguments of {tag!r} are not sorted")
    return 1 + sum(checked(argument, depth + 1) for argument in arguments)


def _check_rational(text: str) -> None:
    """A rational is written in one way: lowest terms, no sign but "-", no leading zeros."""
    if len(text) > DIGITS:
        raise Wrong(f"a number has more than {DIGITS} digits")
    p, slash, q = text.partition("/")
    whole = p.removeprefix("-")
    plain = _is_whole(whole) and p != "-0"
    if slash:
        plain = plain and _is_whole(q) and int(q) > 1 and gcd(int(whole), int(q)) == 1
    if not plain:
        raise Wrong(f"{text[:40]!r} is no rational in lowest terms")


def _is_whole(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and (digits == "0" or digits[0] != "0")


# ---------------------------------------------------------------------------------------------- terms


def form(tree: Tree) -> Form:
    """The number or the vector that a tree is."""
    if isinstance(tree, str):
        return forms.number(Fraction(tree))
    tag, *arguments = tree
    if tag == "symbol":
        return forms.symbol(arguments[0])
    if tag in forms.CONSTANTS:
        return forms.atom(tag)
    if tag == "add":
        parts: Any = [form(argument) for argument in arguments]
        if len({*map(type, parts)}) > 1:
            raise Wrong("a number and a vector are added")
        return type(parts[0]).sum(parts)
    if tag == "mul":
        product: Any = forms.number(1)
        for argument in arguments:
            product = product * form(argument) if isinstance(product, Number) else number(argument) * product
        return product
    if tag in forms.ELEMENTARY:
        return forms.ELEMENTARY[tag](*map(number, arguments))
    if tag in forms.RANGED:
        function, index, first, last = arguments
        return forms.build(tag, number(function), _letter(index), number(first), number(last))
    if tag == "own":
        return forms.build(tag, *arguments[:2], *map(named, arguments[2:]))
    if tag not in forms.MAKE:
        raise Wrong(f"{tag!r} stands where a number or a vector should")
    if (found := _made.get(written := repr(tree))) is None:
        kinds = forms.MAKE[tag][0].replace("?", "")
        found = forms.build(tag, *(_READ[kind](argument) for kind, argument in zip(kinds, arguments, strict=False)))
        if len(_made) >= LARGEST_MEMORY:
            _made.clear()
        _made[written] = found
    return found


_made: dict[str, Form] = {}
"""Forms of terms that were read before."""


def number(tree: Tree) -> Number:
    found = form(tree)
    if not isinstance(found, Number):
        raise Wrong(f"{str(tree)[:60]} is a vector where a number should be")
    return found


def vector(tree: Tree) -> Vector:
    found = form(tree)
    if isinstance(found, Number) and not found.terms:
        return Vector()
    if not isinstance(found, Vector):
        raise Wrong(f"{str(tree)[:60]} is a number where a vector should be")
    return found


def _letter(tree: Tree) -> str:
    if tree[0] != "symbol":
        raise Wrong(f"{str(tree)[:60]} is no index")
    return tree[1]


def named(tree: Tree) -> Argument:
    """A name, a tuple of names and terms, or a term."""
    if tree[0] == "name":
        return tree[1]
    return tuple(map(named, tree[1:])) if tree[0] == "tuple" else form(tree)


_READ: dict[str, Any] = {"s": number, "v": vector, "i": _letter, "n": named}


# ---------------------------------------------------------------------------------------------- statements


def stated(tree: Any) -> Stated:  # a tree that is a list
    """What a tree says."""
    tag, *arguments = tree
    if tag in RELATIONS:
        left, right = map(form, arguments)
        if isinstance(left, Vector) != isinstance(right, Vector):
            left, right = vector(arguments[0]), vector(arguments[1])
        if isinstance(left, Vector) and tag != "eq":
            raise Wrong("vectors have no order")
        return Relation(left, RELATIONS[tag], right)
    if tag in ("and", "or", "not"):
        return Joined(tag, tuple(map(stated, arguments)))
    if tag in ("true", "false"):
        return Joined("and" if tag == "true" else "or", ())
    if tag == "repeats":
        return Repeats(tuple(tuple(map(number, point[1:])) for point in arguments))
    raise Wrong(f"{str(tree)[:60]} is no statement about numbers and vectors")


def conditions(tree: Tree) -> list[Stated]:
    """What must hold for a term or a statement to have a value, everything inside it included.

    The iteration number k and the index of a sum are whole and not negative, so that r^k needs nothing (0^0 = 1).
    """
    return list(dict.fromkeys(_conditions(tree)))


def _conditions(tree: Tree) -> Iterator[Stated]:
    if isinstance(tree, str) or tree[0] in LEAVES:
        return
    tag, *arguments = tree
    if tag in forms.RANGED:
        function, index, _, last = arguments
        yield from _conditions(last)
        letter, upper = forms.symbol(_letter(index)), number(last)
        beyond = (Relation(letter, "<", Number()), Relation(letter, ">", upper))
        for condition in _conditions(function):
            yield Joined("or", (*beyond, condition))
        return
    for argument in arguments[2:] if tag == "own" else arguments:
        yield from _conditions(argument)
    if tag == "log":
        yield Relation(number(arguments[0]), ">", Number())
    if tag == "pow":
        base, exponent = map(number, arguments)
        constant = exponent.constant
        if constant is None:
            if not forms.counts(exponent):
                yield Relation(base, ">", Number())
        elif constant.denominator > 1:
            yield Relation(base, ">" if constant < 0 else ">=", Number())
        elif constant < 0:
            yield Relation(base, "!=", Number())


@dataclass(frozen=True)
class Said:
    """A statement with what it needs to have a value, and what is known where it holds."""

    statement: Stated
    needs: tuple[Stated, ...]
    facts: tuple[Stated, ...]

    @classmethod
    def of(cls, tree: Tree) -> Said:
        return cls(stated(tree), tuple(conditions(tree)), tuple(_facts(tree)))

    def replaced(self, by: dict[Any, Form]) -> Said:
        return Said(*(forms.replace(part, by) for part in (self.statement, self.needs, self.facts)))

    @property
    def about_vectors(self) -> bool:
        return self.statement.about_vectors


def _facts(tree: Tree) -> Iterator[Stated]:
    """A statement and what follows from its having a value; of one side of an "or" that is so if that side is true."""
    if tree[0] == "and":
        for part in tree[1:]:
            yield from _facts(part)
    elif tree[0] == "or":
        yield Joined("or", tuple(Joined("and", tuple(_facts(part))) for part in tree[1:]))
    else:
        yield stated(tree)
        yield from conditions(tree)
