"""What a term, a relation or a number is: the class itself, and nothing derived from it.

SymPy asks `isinstance` everywhere, so a class derived from a relation or from a term of the kernel would be taken for
what it is derived from, whatever it says of itself. Here a class counts only if it is one of those named, or one of
the package's. A user may add terms of their own, derived directly from `VectorAtom`, `Random` or `Scalar`: names of
quantities of which nothing is known but what the claim assumes.
"""

from __future__ import annotations

import sys
from typing import Any

from sympy import Abs as Absolute
from sympy import (
    Add,
    And,
    Basic,
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    Max,
    Min,
    Mul,
    Ne,
    Not,
    Or,
    Pow,
    Symbol,
    Tuple,
    cos,
    exp,
    log,
    preorder_traversal,
    sign,
    sin,
)
from sympy.core.numbers import (
    Catalan,
    EulerGamma,
    Exp1,
    GoldenRatio,
    Half,
    Integer,
    NegativeOne,
    One,
    Pi,
    Rational,
    TribonacciConstant,
    Zero,
)
from sympy.core.symbol import Str

RELATIONS = (Eq, Ne, Le, Lt, Ge, Gt)
CONNECTIVES = (And, Or, Not)
FUNCTIONS = (Add, Mul, Pow, Absolute, sign, Max, Min, exp, log, sin, cos)
RATIONALS = (Rational, Integer, Half, Zero, One, NegativeOne)
CONSTANTS = (Pi, Exp1, EulerGamma, GoldenRatio, Catalan, TribonacciConstant)
NAMES = (Str, Tuple)
"""Arguments of terms that are no terms: a name, or a name with what it depends on."""
LEAVES = (Symbol, *NAMES)
PACKAGE = "signproof.theory"
PRINTED = ("_sympystr", "_latex", "_sympyrepr", "_pretty")
OVERRIDABLE = {"nargs", "_nargs", "check", "deterministic", "bounded", *PRINTED}
"""What a user's term may say anew of what all terms have."""
ASSUMED_BY_SYMPY = ("_explicit_class_assumptions", "default_assumptions")
ADDED_BY_SYMPY = {*ASSUMED_BY_SYMPY, "_prop_handler"}


def is_real_symbol(term: Basic) -> bool:
    """Whether it is a symbol that is real and nothing more."""
    return type(term) is Symbol and term == Symbol(term.name, real=True)


def check_leaves(term: Basic) -> None:
    """Raises TypeError unless the symbols, numbers and names inside of a term, those of its indices included, are what
    they seem: of the exact classes, and fractions in lowest terms."""
    for part in preorder_traversal(term):
        if isinstance(part, Rational):
            exact = type(part) in RATIONALS and part == Rational(part.p, part.q)
        else:
            exact = type(part) in LEAVES or not isinstance(part, LEAVES)
        if not exact:
            raise TypeError(f"{part} ({type(part).__name__}) in {term} is not a plain symbol, number or name")


def of_package(kind: type) -> bool:
    """Whether a class is one of this package's own, under its own name."""
    module = sys.modules.get(kind.__module__)
    inside = kind.__module__ == PACKAGE or kind.__module__.startswith(f"{PACKAGE}.")
    return inside and getattr(module, kind.__qualname__, None) is kind


def check_own(kind: type) -> None:
    """Raises TypeError unless a user's class of terms is derived from one that is `open_to_users`, directly, and is a
    name for something real, of which SymPy knows nothing: no facts, no rules of rewriting, no equality of its own."""
    bases = [base for base in kind.__mro__ if of_package(base)]
    parent: type = bases[0] if bases else object
    if not vars(parent).get("open_to_users"):
        raise TypeError(
            f"{kind.__name__} is derived from {parent.__name__}, which gives it no meaning: derive your own term "
            "from VectorAtom, Random or Scalar directly"
        )
    users = kind.__mro__[: kind.__mro__.index(parent)]
    known: Any = (kind, parent)
    explicit, deduced = ([getattr(each, name) for each in known] for name in ASSUMED_BY_SYMPY)
    if explicit[0] != explicit[1] or dict(deduced[0]) != dict(deduced[1]):
        raise TypeError(f"{kind.__name__} must be real and nothing more: state signs etc. as assumptions")
    for base in users:
        for name, entry in vars(base).items():
            rule = name.startswith("_eval") or name in ("eval", "__new__", "__init__")
            changed = hasattr(parent, name) and entry is not getattr(parent, name) and not name.startswith("__")
            compared = name in ("__eq__", "__ne__", "__hash__", "__getattribute__", "__getattr__")
            plain = name in OVERRIDABLE | ADDED_BY_SYMPY or entry == getattr(parent, name, None)
            if (rule or changed or compared) and not plain:
                raise TypeError(f"{kind.__name__}.{name}: your own term is only a name; remove its rules")
