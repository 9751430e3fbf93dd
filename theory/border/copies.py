"""Copies of what a rule of a user's is given and gives back.

A rule may be written in place (`x -= step`, `memory["m"] *= beta`): it then changes the very objects that it was
handed. So it is handed copies, and its results are copied, too, lest it change them at a later call.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, TypeVar

from sympy import Basic

Held = TypeVar("Held")
"""What a rule may be given or give."""
_NEVER_CHANGE = (Basic, type, FunctionType, BuiltinFunctionType, MethodType, ModuleType, str, bytes, int, float)
_IMMUTABLE_LIBRARIES = ("jax", "jaxlib", "flint")
"""Of these libraries no number and no array ever changes: what looks like a change in place makes another one."""


def copied(given: Held, array: Callable[[Any], Any] = copy.copy) -> Held:
    """The same value in objects of its own: arrays, columns, tuples, lists, dicts, sets and objects with attributes.

    Arguments: the value; how an array is copied. What never changes is returned as it is; of an object that can be
    neither seen through nor copied, so is that.
    """
    return _copied(given, array)


def _copied(given: Any, array: Callable[[Any], Any]) -> Any:
    if isinstance(given, _NEVER_CHANGE) or type(given).__module__.partition(".")[0] in _IMMUTABLE_LIBRARIES:
        return given
    if getattr(type(given), "never_changes", False):  # terms in the hands of a rule
        return given
    within = partial(_copied, array=array)
    if isinstance(given, tuple):
        parts = map(within, given)
        return type(given)(*parts) if hasattr(given, "_fields") else tuple(parts)
    if isinstance(given, list | set):
        return type(given)(map(within, given))
    if isinstance(given, dict):
        made = copy.copy(given)
        made.update({name: within(part) for name, part in given.items()})
        return made
    if isinstance(given, deque):
        return deque(map(within, given), given.maxlen)
    if hasattr(given, "shape") and hasattr(type(given), "__copy__"):
        return array(given)
    if hasattr(type(given), "__copy__"):
        return copy.copy(given)
    if hasattr(given, "copy") and hasattr(given, "shape"):  # SymPy's matrices
        return given.copy()
    if hasattr(given, "__dict__"):
        made = copy.copy(given)
        for name, part in vars(given).items():
            object.__setattr__(made, name, within(part))
        return made
    return given
