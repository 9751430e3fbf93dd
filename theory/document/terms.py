"""SymPy's terms as the plain trees of a document, and back."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import sympy
from sympy import Basic, Rational, Symbol, Tuple
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.symbol import Str
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from signproof.theory.kernel.form import DocumentError
from signproof.theory.kernel.reading import Tree, ordered
from signproof.theory.terms import cube, expectations, flows, proximal, vectors, votes
from signproof.theory.terms.exact_types import CONSTANTS, check_leaves, of_package

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


def term(tree: Tree) -> Basic:
    """The term of a tree that `checked` has passed, as SymPy's. A user's own terms are known by their names alone."""
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
        return _own(arguments[0], arguments[1])(*map(term, arguments[2:]))
    parts = [term(argument) for argument in arguments]
    if tag in _RANGED:
        return _RANGED[tag](parts[0], tuple(parts[1:]))
    if tag in _RELATIONS:
        return _RELATIONS[tag](*parts, evaluate=False)  # as it was written, even if it is plainly true
    return (_PLAIN.get(tag) or _TERMS[tag])(*parts)


@cache
def _own(name: str, base: str) -> type[Basic]:
    if base not in _OWN:
        raise DocumentError(f"{name} is derived from {base}, which gives it no meaning")
    return type(name, (_OWN[base],), {})


_OWN: dict[str, type[Basic]] = {
    each.__name__: each for each in (vectors.Scalar, vectors.VectorAtom, expectations.Random)
}
_LEAVES: dict[str, Callable[[str], Basic]] = {"symbol": lambda name: Symbol(name, real=True), "name": Str}
