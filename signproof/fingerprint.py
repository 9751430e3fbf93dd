"""All that decides a verdict, as one hash: the claim, its code and its judge's, what is installed, what was asked.

Where it cannot be told what a verdict depends on, there is none, and the claim is judged anew.
"""

from __future__ import annotations

import ast
import json
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import cache
from hashlib import sha256
from importlib.metadata import distributions
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

Thing: TypeAlias = Any
"""Anything that a claim is made of."""

if TYPE_CHECKING:
    from signproof.loading import Executed
    from signproof.theory.claim import Claim

FORM = "signproof-verdict/1"
SAME_EVERYWHERE = {
    *("__future__", "abc", "collections", "contextlib", "copy", "dataclasses", "decimal", "enum", "fractions"),
    *("functools", "itertools", "math", "cmath", "numbers", "operator", "re", "string", "textwrap", "types", "typing"),
    *("warnings", "flint", "jax", "mpmath", "numpy", "optax", "scipy", "signproof", "sympy"),
}
"""Modules that a user's code may import: what they compute depends on what they are given and on their version."""
CHANGING = {"open", "input", "__import__", "exec", "eval", "compile", "breakpoint", "id", "hash"}
"""Functions of Python that may give another result in another process."""
DRAWING = {"rvs", "randMatrix", "randprime", "random_poly"}
"""Attributes of libraries that draw at random without being told from where."""
LARGEST = 2**30
"""Bytes of a file of data that is hashed."""
SETTINGS = ("JAX_", "XLA_", "NUMBA_", "SIGNPROOF_")
"""How variables of the environment begin that may change what is computed."""
NO_SETTINGS = ("JAX_COMPILATION_CACHE", "JAX_PERSISTENT_CACHE", "SIGNPROOF_STORE", "SIGNPROOF_NO_STORE")


class Unkeyed(Exception):
    """It cannot be told what a verdict depends on."""


def package() -> str:
    """A hash of the package's code and data, as they are on the disk now."""
    found, folder = sha256(), Path(__file__).parent
    for room in sorted(folder.iterdir()):
        inside = room.resolve().rglob("*") if room.is_dir() else [room]
        for place in sorted(inside):
            if place.suffix in (".py", ".json") and place.is_file():
                found.update(f"{room.name}/{place.name}\\0{place.stat().st_size}\\0".encode() + place.read_bytes())
    return found.hexdigest()


@cache
def surroundings() -> str:
    """A hash of what is installed, of the interpreter and of settings."""
    installed = sorted({(str(each.metadata["Name"]), each.version) for each in distributions()})
    settings = sorted(
        (name, value)
        for name, value in os.environ.items()
        if name.startswith(SETTINGS) and not name.startswith(NO_SETTINGS)
    )
    machine = platform.python_implementation(), sys.version, platform.system(), platform.machine(), sys.flags.optimize
    return _hash([FORM, installed, settings, machine])


def asked(profile: str, seed: int) -> str:
    """A hash of what decides every verdict of a run, besides the claim."""
    return _hash([package(), surroundings(), profile, seed])


def key(base: str, id: str) -> str:
    """The key of a verdict on a claim of the catalogue, of which nothing else is to be known. Argument: what `asked`
    gave."""
    return _hash([base, "catalogue", id])


def key_of(base: str, claim: Claim) -> str | None:
    """The key of a verdict on a claim; None if it cannot be told what that depends on."""
    from signproof.loading import EXECUTED, READ
    from signproof.theory.catalog import is_built_in

    if is_built_in(claim):
        return key(base, claim.id)
    try:
        files = [name for name in claim.home if name in READ]
        if not files or not {*claim.home} <= EXECUTED.keys():
            return None
        modules = _all_modules(claim.home)
        data = sorted((_content(path), path) for name in files for path in READ[name] if path not in _paths(modules))
        if not data and len(modules) == 1 and _holds_claims_alone(modules[0]):
            with suppress(Unkeyed):
                return _hash([base, "claim", canonical(claim)])
        sources = sorted((sha256(module.source).hexdigest(), Path(module.path).name) for module in modules)
        return _hash([base, "file", claim.id, sources, data])
    except (Unkeyed, OSError, RecursionError):
        return None


def is_known_to_the_end(claim: Claim, opened: set[str]) -> bool:
    """Whether a claim's key stands for all that was read while it was judged. Argument: the files that were."""
    from signproof.loading import EXECUTED, READ
    from signproof.theory.catalog import is_built_in

    known = {os.path.realpath(module.path) for module in EXECUTED.values()}
    return is_built_in(claim) or opened <= known.union(*(READ.get(name, ()) for name in claim.home))


def _paths(modules: list[Executed]) -> set[str]:
    return {os.path.realpath(module.path) for module in modules}


# ------------------------------------------------------------------------------------- a user's modules


def _all_modules(names: tuple[str, ...]) -> list[Executed]:
    """The user's modules that some modules are made of. Raises Unkeyed for what depends on more than their sources."""
    from signproof.loading import EXECUTED

    found: dict[str, Executed] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = EXECUTED[name]
        for imported in imports(ast.parse(EXECUTED[name].source), name):
            top = imported.partition(".")[0]
            inner = [each for each in EXECUTED if each.partition(".")[0] == top]
            if not inner and top not in SAME_EVERYWHERE:
                raise Unkeyed(f"it imports {imported}")
            waiting += inner
    return list(found.values())


def imports(tree: ast.Module, module: str) -> Iterator[str]:
    """What a user's module imports. Raises Unkeyed if its code may do other things in another process."""
    numpys = {"numpy", "np"}
    allowed: set[int] = set()  # the places where a generator is made from a seed, or named as a type
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            numpys |= {alias.asname or alias.name for alias in node.names if alias.name == "numpy"}
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            names = [module]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            names = []
        for name in names:
            if "random" in name.split(".") and not name.startswith("jax."):
                raise Unkeyed(f"it imports {name}")
            yield name
        if isinstance(node, ast.Name) and node.id in CHANGING:
            raise Unkeyed(f"it calls {node.id}")
        if isinstance(node, ast.Attribute) and node.attr in DRAWING:
            raise Unkeyed(f"it draws by {node.attr}")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "default_rng":
            seeded = node.args and not (isinstance(node.args[0], ast.Constant) and node.args[0].value is None)
            allowed |= {id(node.func.value)} if seeded else set()
        if isinstance(node, ast.Attribute) and node.attr == "Generator":
            allowed.add(id(node.value))
        if (
            isinstance(node, ast.Attribute)
            and node.attr == "random"
            and id(node) not in allowed
            and (isinstance(node.value, ast.Name) and node.value.id in numpys)
        ):
            raise Unkeyed("it draws by numpy.random")


def _holds_claims_alone(module: Executed) -> bool:
    """Whether nothing in a user's file can matter for one of its claims but that claim: it defines no function and no
    class, and it holds no family of problems and no data."""
    from sympy import Basic

    from signproof.theory.claim import Claim

    tree = ast.parse(module.source)
    code = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    if any(isinstance(node, code) for node in ast.walk(tree)):
        return False
    for name, entry in vars(sys.modules[module.name]).items():
        if name.startswith("__"):
            continue
        if isinstance(entry, type):
            if not _is_known(entry.__module__) or entry.__module__.startswith("signproof.checks"):
                return False
        elif not isinstance(entry, Claim | Basic | int | float | str | Fraction | ModuleType | FunctionType):
            theory_s = type(entry).__module__.startswith(("signproof.theory", "__future__"))
            if not theory_s and not (isinstance(entry, tuple) and all(isinstance(each, Basic) for each in entry)):
                return False
    return True


def _content(path: str) -> str:
    """A hash of a file of data. Raises Unkeyed if it is none, or a large one."""
    place = Path(path)
    if not place.is_file() or place.stat().st_size > LARGEST:
        raise Unkeyed(f"it reads {path}")
    return sha256(place.read_bytes()).hexdigest()


# ------------------------------------------------------------------------------------- claims as data


def canonical(thing: Thing) -> Thing:
    """Plain data that is the same for two things only if they are the same. Raises Unkeyed for what has none."""
    from sympy import Basic, Dummy, Symbol, srepr

    if thing is None or isinstance(thing, bool | int | float | str | bytes):
        return [type(thing).__name__, repr(thing)]
    if isinstance(thing, Fraction):
        return ["Fraction", str(thing)]
    if isinstance(thing, Enum):
        return ["enum", _class(type(thing)), thing.name]
    if isinstance(thing, list | tuple):
        return [type(thing).__name__, *map(canonical, thing)]
    if isinstance(thing, dict):
        return ["dict", *sorted(([canonical(name), canonical(entry)] for name, entry in thing.items()), key=json.dumps)]
    if isinstance(thing, set | frozenset):
        return ["set", *sorted(map(canonical, thing), key=json.dumps)]
    if isinstance(thing, type):
        return ["class", _class(thing)]
    if isinstance(thing, FunctionType):
        if thing.__closure__ or thing.__defaults__ or thing.__kwdefaults__:
            raise Unkeyed(f"{thing.__qualname__} is a function with something of its own")
        return ["function", _class(thing)]
    if isinstance(thing, Dummy):
        raise Unkeyed("a dummy symbol is another one in each process")
    if isinstance(thing, Symbol):
        return ["symbol", _class(type(thing)), thing.name, canonical(thing.assumptions0)]
    if isinstance(thing, Basic):
        own = {name: entry for name, entry in getattr(thing, "__dict__", {}).items() if name not in ("_mhash",)}
        args = [canonical(each) for each in thing.args] if thing.args else srepr(thing)
        return ["sympy", _class(type(thing)), args, canonical(own)]
    if is_dataclass(thing):
        held = {each.name: getattr(thing, each.name) for each in fields(thing) if each.name != "home"}
        return ["data", _class(type(thing)), canonical(held)]
    raise Unkeyed(f"{type(thing).__name__} is not known")


def _class(thing: type | FunctionType) -> str:
    """The full name of a class or a function. Raises Unkeyed for a user's own."""
    if not _is_known(thing.__module__):
        raise Unkeyed(f"{thing.__qualname__} is a user's own")
    return f"{thing.__module__}.{thing.__qualname__}"


def _is_known(module: object) -> bool:
    return isinstance(module, str) and module.partition(".")[0] in SAME_EVERYWHERE | {"builtins"}


def _hash(parts: Any) -> str:
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
