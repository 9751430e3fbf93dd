"""Whose a claim or a class is: the modules outside the package that made it.

A family of problems, an algorithm or an assumption from one file says nothing about the claims of another. So a claim
remembers its home: the modules at work when it was made, from the nearest one outward to the one that was being
imported, if one was. A claim that the package derives from another by `dataclasses.replace` keeps the home of that.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from types import FrameType, ModuleType
from typing import Any

PACKAGE = __name__.partition(".")[0]
_WITHOUT_CLAIMS = {PACKAGE, "flint", "hypothesis", "jax", "jaxlib", "llvmlite", "mpmath", "numba", "numpy", "optax",
                   "scipy", "sklearn", "sympy", "z3"}  # fmt: skip
"""Packages that hold nothing of a user's, to which most of the thousands of modules belong: they are not looked at."""
_COPIERS = ("dataclasses", "copy")
_CONSTRUCTORS = ("__init__", "__post_init__")


def is_ours(module: str) -> bool:
    """Whether a module, named, is one of the package."""
    return module.partition(".")[0] == PACKAGE


def made_at(given: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The home of what is being constructed: the modules outside the package on the stack, up to one being imported.

    Argument: the home of what it is derived from. It stays as it is if the package derives, and is added to otherwise.
    """
    maker = _maker()
    if given and maker is not None and is_ours(_module(maker)):
        return given
    return (*dict.fromkeys((*_outside(maker), *given)),)


def members(kind: type, homes: Iterable[str]) -> bool:
    """Whether a class is one of these modules: defined there, and not since defined anew, or imported there."""
    if kind.__module__ in homes:
        return not _replaced(kind)
    return any(_imports(module, kind) for module in loaded(homes))


def holders(thing: object) -> list[ModuleType]:
    """The modules outside the package, and those that it is built on, that hold something under a name of their own."""
    modules = [module for name, module in list(sys.modules.items()) if name.partition(".")[0] not in _WITHOUT_CLAIMS]
    return [module for module in modules if _named(module, thing)]


def holds(module: ModuleType, kind: type) -> bool:
    """Whether a module defines a class, or has it under a name of its own."""
    return _named(module, kind) or _defines(module, kind)


def _maker() -> FrameType | None:
    """Who calls the constructor that asks."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and (_constructs(frame) or _module(frame) in _COPIERS):
        frame = frame.f_back
    return frame


def _constructs(frame: FrameType) -> bool:
    return is_ours(_module(frame)) and frame.f_code.co_name in _CONSTRUCTORS


def _outside(frame: FrameType | None) -> Iterator[str]:
    while frame is not None:
        if not is_ours(_module(frame)):
            yield _module(frame)
        if frame.f_code.co_name == "<module>":
            return
        frame = frame.f_back


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "builtins"))  # as Python names the module of a class


def loaded(homes: Iterable[str]) -> Iterator[ModuleType]:
    """The modules; where one is not loaded, because a claim was sent to this process, it is imported if it can be."""
    for name in homes:
        if name not in sys.modules:
            with suppress(Exception):
                import_module(name)
        if name in sys.modules:
            yield sys.modules[name]


def _defines(module: ModuleType, kind: type) -> bool:
    return getattr(module, "__name__", "") == kind.__module__ and not _replaced(kind)


def _imports(module: ModuleType, kind: type) -> bool:
    """Whether a module has a class under a name, or a module that defines it or has it."""
    inner = [entry for entry in list(vars(module).values()) if isinstance(entry, ModuleType)]
    inner = [entry for entry in inner if not is_ours(entry.__name__)]
    return _named(module, kind) or any(entry.__name__ == kind.__module__ or _named(entry, kind) for entry in inner)


def _named(module: Any, thing: Any) -> bool:
    return id(thing) in map(id, list(getattr(module, "__dict__", {}).values()))


def _replaced(kind: type) -> bool:
    """Whether its module has another class under its name by now: it was reloaded, or the class defined again."""
    there: Any = sys.modules.get(kind.__module__)
    for name in kind.__qualname__.split("."):
        there = getattr(there, name, None)  # None within a function
    return isinstance(there, type) and there is not kind
