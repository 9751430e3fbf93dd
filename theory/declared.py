"""What a class says about functions of its own, and who may rely on it.

A class that says something of its update rule, such as what the method is without noise, does not say it of the rule
of a subclass: whoever overrides the function has to say it anew.
"""

from __future__ import annotations


def owner(kind: type, name: str) -> type:
    """The class, of a class and those it is derived from, that has an attribute's definition."""
    return next(base for base in kind.__mro__ if name in vars(base))


def said_of(kind: type, fact: str, *functions: str) -> bool:
    """Whether what the attribute `fact` says is meant of these functions as the class has them.

    It is, unless one of them is overridden in a class derived from the one that says it.
    """
    return all(issubclass(owner(kind, fact), owner(kind, name)) for name in functions)
