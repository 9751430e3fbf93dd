"""What a class says about functions of its own, and who may rely on it.

A class that says something of its update rule, such as what the method is without noise, does not say it of the rule
of a subclass: whoever overrides the function has to say it anew.
"""

from __future__ import annotations

from typing import Any


def owner(kind: type, name: str) -> type:
    """The class, of a class and those it is derived from, that has an attribute's definition."""
    return next(base for base in kind.__mro__ if name in vars(base))


def said_of_another(kind: type, function: str, *facts: str) -> str:
    """The first of some facts that a class has from another class than the function that it is about; empty if none.

    A fact may be said above, where the function is still abstract, and be first said below. What is said of one
    function is not said of another that takes its place, and is not unsaid of the same.
    """
    below = owner(kind, function)
    for fact in facts:
        said = owner(kind, fact)
        other = getattr(said, function, None)
        replaced = said is not below and said in below.__mro__ and not abstract(other)
        unsaid = said is not below and below in said.__mro__ and hasattr(below, fact)
        if replaced or unsaid:
            return fact
    return ""


def abstract(function: object) -> bool:
    """Whether a method or property is declared only, or not at all."""
    return function is None or bool(getattr(function, "__isabstractmethod__", getattr(function, "optional", False)))


def optional(function: Any) -> Any:  # a method
    """Mark a method that a class need not have: in its base it is declared only."""
    function.optional = True
    return function


def said_of(kind: type, fact: str, *functions: str) -> bool:
    """Whether what the attribute `fact` says is meant of these functions as the class has them.

    It is, unless one of them is overridden in a class derived from the one that says it.
    """
    # not `issubclass`: of a class that is still being made, Python's abstract classes remember what its base was told
    return all(owner(kind, name) in owner(kind, fact).__mro__ for name in functions)
