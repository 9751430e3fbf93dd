"""Copies of what a rule of a user's is given and gives back.

A rule may be written in place (`x -= step`, `memory["m"] *= beta`): it then changes the very objects that it was
handed. So it is handed copies, and its results are copied, too, lest it change them at a later call.
"""

from __future__ import annotations

import copy
from collections import deque
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from sympy import Basic

_NEVER_CHANGE = (Basic, type, FunctionType, BuiltinFunctionType, MethodType, ModuleType, str, bytes, int, float)
_IMMUTABLE_LIBRARIES = ("jax", "jaxlib", "flint")
"""Of these libraries no number and no array ever changes: what looks like a change in place makes another one."""


def copied(given: Any) -> Any:
    """The same value in objects of its own: arrays, columns, tuples, lists, dicts, sets and objects with attributes.

    What never changes is returned as it is; of an object that can be neither seen through nor copied, so is that.
    """
    if isinstance(given, _NEVER_CHANGE) or type(given).__module__.partition(".")[0] in _IMMUTABLE_LIBRARIES:
        return given
    if isinstance(given, tuple):
        parts = map(copied, given)
        return type(given)(*parts) if hasattr(given, "_fields") else tuple(parts)
    if isinstance(given, list | set):
        return type(given)(map(copied, given))
    if isinstance(given, dict):
        made = copy.copy(given)
        made.update({name: copied(part) for name, part in given.items()})
        return made
    if isinstance(given, deque):
        return deque(map(copied, given), given.maxlen)
    if hasattr(type(given), "__copy__"):  # arrays
        return copy.copy(given)
    if hasattr(given, "copy") and hasattr(given, "shape"):  # SymPy's matrices
        return given.copy()
    if hasattr(given, "__dict__"):
        made = copy.copy(given)
        for name, part in vars(given).items():
            object.__setattr__(made, name, copied(part))
        return made
    return given
