"""What a user's code keeps: everything that its functions can reach and that could change from one call to the next.

A verdict is about an update rule, a function of what it is given. So what its class, its instance and the names it
uses hold is looked at before and after it is asked, and nothing of it may have changed.
"""

from __future__ import annotations

import gc
import inspect
import random
import site
import sys
import sysconfig
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dis import get_instructions
from functools import cache, cached_property, partial
from hashlib import blake2b
from pathlib import Path
from queue import Queue
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from sympy import Basic

State = dict[str, list[Any]]
"""What was found, by where: `Counting.calls`."""

_REACHING = {"globals", "vars", "setattr", "exec", "eval", "modules", "__dict__", "__globals__"}
"""Names by which a function gets at names that it does not name."""
_PLAIN = (Basic, str, bytes, int, float, complex, type(None), range, slice)
_HELD = (*_PLAIN, dict, list, set, bytearray, deque)
"""What of a library's module is looked at."""
_CACHED = type(cache(len))
_OUTSIDE = {"datetime", "os", "secrets", "socket", "subprocess", "threading", "time", "uuid"}
"""Modules of Python that tell something else at each call."""
_OUTSIDE_NAMES = {"input", "open"}
_KEPT = "what is kept by "
_LIBRARIES = tuple(
    Path(place).resolve()
    for place in (
        *(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")),
        *site.getsitepackages(),
        site.getusersitepackages(),
    )
)


def state(*parts: object) -> State:
    """What the classes, functions and attributes of some objects hold, and all that they can reach.

    Arguments: users' classes, and instances of them, such as a method; of the package's own nothing is told.
    """
    return _looked_at(*parts).found


def _looked_at(*parts: Any) -> _Look:
    """A look at classes, and at instances of them, and at all that they can reach."""
    kinds = [part if isinstance(part, type) else type(part) for part in parts]
    look = _Look({_package(base) for kind in kinds for base in kind.__mro__ if _home(base) is None} - {""})
    for kind, part in zip(kinds, parts, strict=True):
        look.at(kind.__name__, part)
    return look


def change(before: State, after: State) -> str:
    """The first place in which two states differ; empty if there is none. What a cache keeps may become more."""
    places = (*before, *(place for place in after if not place.startswith(_KEPT)))
    return next((place for place in places if not _same(before.get(place), after.get(place))), "")


def own(kind: type) -> bool:
    """Whether a class, or one that it is derived from, is a user's."""
    return any(_home(base) is None for base in kind.__mro__)


def names_used(kind: type) -> frozenset[str]:
    """The names in the functions of a user's class and in those that they use."""
    return frozenset(_looked_at(kind).names)


def clock(kind: type) -> str:
    """What a user's class uses that is another each time it is asked, without a trace; empty if nothing is found."""
    look = _looked_at(kind)
    for name, thing in look.used:
        home = thing.__name__ if isinstance(thing, ModuleType) else getattr(thing, "__module__", None)
        if str(home).partition(".")[0] in _OUTSIDE:
            return name
    return min(look.names & _OUTSIDE_NAMES, default="")


class _Look:
    """A look at what can be reached. Argument: the packages that the classes come from: they are a user's."""

    def __init__(self, packages: set[str]):
        self.found: State = {}
        self.names: set[str] = set()
        self.used: list[tuple[str, Any]] = []
        """Names in functions, and what the global ones among them stand for."""
        self._packages = packages
        self._seen: dict[int, Any] = {}  # what was looked at stays alive, so that its id stays its own

    def at(self, place: str, part: Any) -> None:
        """Note what a part holds."""
        if isinstance(part, _PLAIN):
            self._note(place, (type(part), part))
            return
        if id(part) in self._seen:
            return
        self._seen[id(part)] = part
        for name, inner in self._parts(place, part):
            self.at(name, inner)

    def _note(self, place: str, what: Any) -> None:
        self.found.setdefault(place, []).append(what)

    def _users(self, module: str | None) -> bool:
        """Whether what is defined in a module was written by a user."""
        package = str(module).partition(".")[0]
        if package in self._packages or package == "__main__":
            return True
        return package not in _OURS and not _in_library(sys.modules.get(str(module)))

    def _has_users(self, kind: type) -> bool:
        """Whether a class was written by a user."""
        return _home(kind) is None and (_package(kind) in {*self._packages, ""} or self._users(kind.__module__))

    def _parts(self, place: str, part: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(part, type):
            yield from self._of_class(part)
        elif isinstance(part, FunctionType):
            yield from self._of_function(part)
        elif isinstance(part, MethodType | BuiltinFunctionType):
            if part.__self__ is not None and not isinstance(part.__self__, ModuleType):
                yield place, part.__self__
            if isinstance(part, MethodType):
                yield place, part.__func__
        elif isinstance(part, property):
            yield from ((place, function) for function in (part.fget, part.fset) if function is not None)
        elif isinstance(part, staticmethod | classmethod):
            yield place, part.__func__
        elif isinstance(part, cached_property):
            yield place, part.func
        elif isinstance(part, partial):
            yield from ((place, inner) for inner in (part.func, part.args, part.keywords))
        elif isinstance(inspect.getattr_static(part, "__wrapped__", None), FunctionType):
            yield place, part.__wrapped__
            if isinstance(part, _CACHED):
                yield from _kept(place, part)
        else:
            yield from self._of_value(place, part)

    def _of_class(self, kind: type) -> Iterator[tuple[str, Any]]:
        for base in kind.__mro__:
            if not self._has_users(base):
                continue
            for name, inner in vars(base).items():
                if not (name.startswith("__") and name.endswith("__")) and name != "_abc_impl":
                    yield f"{base.__name__}.{name}", inner

    def _of_function(self, function: FunctionType) -> Iterator[tuple[str, Any]]:
        if not self._users(function.__globals__.get("__name__")):
            inner = vars(function).get("__wrapped__")
            if isinstance(inner, FunctionType):  # a user's function in a wrapper of the package
                yield function.__qualname__, inner
            return
        name = function.__qualname__.rpartition("<locals>.")[2]
        for number, default in enumerate(function.__defaults__ or ()):
            yield f"default {number + 1} of {name}", default
        for argument, default in (function.__kwdefaults__ or {}).items():
            yield f"the default {argument} of {name}", default
        for variable, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            try:
                yield variable, cell.cell_contents
            except ValueError:  # nothing is in it yet
                continue
        for attribute, inner in vars(function).items():
            yield f"{name}.{attribute}", inner
        names = _names(function.__code__)
        self.names |= names
        if names & _REACHING:  # it may name any global there is
            known = {name: held for name, held in function.__globals__.items() if isinstance(held, _PLAIN)}
            yield from ((name, held) for name, held in sorted(known.items()) if not name.startswith("__"))
        for used in sorted(names & function.__globals__.keys()):
            yield from self._of_name(used, function.__globals__[used], names)
        for used in sorted(names & sys.modules.keys() - function.__globals__.keys()):  # imported inside of it
            yield from self._of_name(used, sys.modules[used], names)

    def _of_name(self, used: str, named: Any, names: frozenset[str]) -> Iterator[tuple[str, Any]]:
        """What a global name stands for; of a module what of it is named, too."""
        self.used.append((used, named))
        if not isinstance(named, ModuleType):
            yield used, named
        elif not self._users(named.__name__):
            yield from _generators(named, names)
            plain = {name: vars(named)[name] for name in sorted(vars(named).keys() & names)}
            yield from ((f"{used}.{name}", held) for name, held in plain.items() if isinstance(held, _HELD))
        elif id(named) not in self._seen:
            self._seen[id(named)] = named
            for name in sorted(vars(named).keys() & names):
                yield from self._of_name(f"{used}.{name}", vars(named)[name], names)

    def _of_value(self, place: str, part: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(part, dict):
            self._note(place, [*map(repr, part)])
            yield from ((f"{place}[{name!r}]", inner) for name, inner in [*part.items()])
        elif isinstance(part, list | tuple | deque):
            self._note(place, len(part))
            yield from ((f"{place}[{number}]", inner) for number, inner in enumerate([*part]))
        elif isinstance(part, set | frozenset):
            self._note(place, sorted(map(repr, part)))
        elif isinstance(part, random.Random):
            self._note(place, part.getstate())
        elif self._has_users(type(part)):
            yield f"class {type(part).__name__}", type(part)
            for name, inner in [*getattr(part, "__dict__", {}).items(), *_slots(part)]:
                if not isinstance(inspect.getattr_static(type(part), name, None), cached_property):
                    yield f"{type(part).__name__}.{name}", inner
        else:
            self._note(place, _shown(part))


def _shown(part: Any) -> Any:
    """What an object of a library holds, as far as it is known how to see it; else the object itself."""
    if isinstance(part, bytearray):
        return bytes(part)
    if hasattr(part, "__next__"):
        return _Iterator(part)
    try:
        if hasattr(part, "tobytes") and hasattr(part, "shape"):  # an array
            entries = part.tolist() if part.dtype == object else blake2b(part.tobytes()).digest()
            return part.shape, str(part.dtype), repr(entries)
        if hasattr(part, "bit_generator"):  # NumPy's generators
            return repr(part.bit_generator.state)
        if hasattr(part, "get_state"):
            return repr(part.get_state())
        if isinstance(part, ContextVar):
            return repr(part.get(None))
        if isinstance(part, Mapping | Iterable) and hasattr(part, "__len__"):  # weak dictionaries, arrays, UserDict
            return repr([*part.items()] if isinstance(part, Mapping) else [*part])
        if isinstance(part, Queue):
            return repr([*part.queue])
        if type(part).__module__.partition(".")[0] in sys.stdlib_module_names and hasattr(part, "__dict__"):
            return repr(sorted(vars(part).items()))
        if hasattr(part, "raw"):  # of ctypes
            return bytes(part.raw)
    except Exception:  # it is like none of these
        return part
    return part


class _Iterator:
    """An iterator: whoever asks it changes it, and where it is cannot be seen."""

    def __init__(self, part: Any):
        self.part = part


def iterators(found: State) -> str:
    """Where there is an iterator among what was found; empty if there is none."""
    return next((place for place, noted in found.items() for part in noted if isinstance(part, _Iterator)), "")


def _kept(place: str, cached: Any) -> Iterator[tuple[str, Any]]:
    """What a functools.cache keeps, by what it was asked."""
    for held in gc.get_referents(cached):
        if isinstance(held, dict):
            yield from ((f"{_KEPT}{place} for {key!r:.60}", value) for key, value in [*held.items()])


def _generators(module: ModuleType, names: frozenset[str]) -> Iterator[tuple[str, Any]]:
    """The generators of random numbers of a library that a function names."""
    if module is random:
        yield "the state of Python's random numbers", random.getstate()
    elif (module.__name__ == "numpy" and "random" in names) or module.__name__ == "numpy.random":
        yield "the state of NumPy's random numbers", repr(sys.modules["numpy"].random.get_state())


def _names(code: CodeType) -> frozenset[str]:
    """The names in a function, those inside of it included, and which of `is`, `try` and `match` by kinds it has."""
    inner = (_names(part) for part in code.co_consts if isinstance(part, CodeType))
    words = {_WORDS[step.opname] for step in get_instructions(code) if step.opname in _WORDS}
    return frozenset(code.co_names).union(words, *inner)


_IDENTITIES = {"IS_OP", "POP_JUMP_IF_NONE", "POP_JUMP_IF_NOT_NONE"}
_IDENTITIES |= {f"POP_JUMP_{way}_IF_{what}" for way in ("FORWARD", "BACKWARD") for what in ("NONE", "NOT_NONE")}
_WORDS = {
    **dict.fromkeys(_IDENTITIES, "is"),
    "PUSH_EXC_INFO": "try",
    **dict.fromkeys(("MATCH_CLASS", "MATCH_KEYS", "MATCH_MAPPING", "MATCH_SEQUENCE"), "match"),
}
"""Words of Python that leave no name, by the instructions that they become."""


def _slots(part: Any) -> Iterator[tuple[str, Any]]:
    for base in type(part).__mro__:
        slots = vars(base).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(part, name) and name not in ("__dict__", "__weakref__"):
                yield name, getattr(part, name)


_OURS = ("signproof", "builtins")
_MADE_BY_PYTHON = 1 << 9
"""The flag of classes that are made while Python runs, Py_TPFLAGS_HEAPTYPE."""


@cache
def _home(kind: type) -> ModuleType | None:
    """The module of Python or of this package that has a class; none if a user wrote it, whatever it says of itself."""
    if not kind.__flags__ & _MADE_BY_PYTHON:  # it is written in C
        return sys.modules["builtins"]
    module = sys.modules.get(kind.__module__)
    package = kind.__module__.partition(".")[0]
    if module is None or not (package in _OURS or (package in sys.stdlib_module_names and _in_library(module))):
        return None
    found: Any = module
    for name in kind.__qualname__.split("."):
        found = getattr(found, name, None)
    return module if found is kind else None


def _package(kind: type) -> str:
    """The package that a user's class says it is from; nothing if that is one of Python's, as of a class made by
    `type`."""
    package = kind.__module__.partition(".")[0]
    return "" if package in _OURS or package in sys.stdlib_module_names else package


def _in_library(module: ModuleType | None) -> bool:
    """Whether a module belongs to Python or to an installed package; of one that is not known that is not so."""
    if module is None:
        return False
    file = getattr(module, "__file__", None)
    return file is None or _among_libraries(file)


@cache
def _among_libraries(file: str) -> bool:
    return any(Path(file).resolve().is_relative_to(place) for place in _LIBRARIES)


def _same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    try:
        return type(one) is type(other) and bool(one == other)
    except Exception:  # what cannot be compared is another
        return False
