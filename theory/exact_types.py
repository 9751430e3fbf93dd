"""What a term, a relation or a number is: the class itself, and nothing derived from it.

SymPy asks `isinstance` everywhere, so a class derived from a relation or from a term of the kernel would be taken for
what it is derived from, whatever it says of itself. Here a class counts only if it is one of those named, or one of
the package's. A user may add terms of their own, derived directly from `VectorAtom`, `Random` or `Scalar`: names of
quantities of which nothing is known but what the claim assumes.
"""

from __future__ import annotations

import sys

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
PACKAGE = "signproof.theory"
PRINTED = ("_sympystr", "_latex", "_sympyrepr", "_pretty")
OVERRIDABLE = {"nargs", "_nargs", "check", "deterministic", "bounded", *PRINTED}
"""What a user's term may say anew of what all terms have."""
ADDED_BY_SYMPY = {"default_assumptions", "_prop_handler", "_explicit_class_assumptions"}


def is_real_symbol(term: Basic) -> bool:
    """Whether it is a symbol that is real and nothing more."""
    return type(term) is Symbol and term == Symbol(term.name, real=True)


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
            f"{kind.__name__} is derived from {parent.__name__}, and means nothing for that: derive a term of your own "
            "from VectorAtom, Random or Scalar directly"
        )
    users = kind.__mro__[: kind.__mro__.index(parent)]
    if kind._explicit_class_assumptions != parent._explicit_class_assumptions:  # type: ignore[attr-defined]
        raise TypeError(f"{kind.__name__} must be real and nothing more: state signs and the like as assumptions")
    for base in users:
        for name, entry in vars(base).items():
            rule = name.startswith("_eval") or name in ("eval", "__new__", "__init__")
            changed = hasattr(parent, name) and entry is not getattr(parent, name) and not name.startswith("__")
            compared = name in ("__eq__", "__ne__", "__hash__", "__getattribute__", "__getattr__")
            plain = name in OVERRIDABLE | ADDED_BY_SYMPY or entry == getattr(parent, name, None)
            if (rule or changed or compared) and not plain:
                raise TypeError(f"{kind.__name__}.{name}: a term of your own is a name, it has no rules of its own")
