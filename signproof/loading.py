"""From what a user types to claims: IDs, patterns and files."""

from __future__ import annotations

import fnmatch
import glob
import importlib.util
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.machinery import FileFinder, SourceFileLoader
from itertools import count
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from signproof.contained import contained
from signproof.opened import watched
from signproof.theory.catalog import catalog, claims_of, is_built_in
from signproof.theory.claim import Claim
from signproof.theory.misuse import Misuse, named

_readings = count(1)
CHAINED = "cannot determine truth value of Relational"
"""How SymPy refuses `0 < alpha < 2 / L`."""


def is_file(target: str) -> bool:
    """Whether a target is a Python file rather than an ID."""
    return target.endswith(".py")


def load(targets: Sequence[str], taken: Sequence[str] | None = None) -> list[Claim]:
    """The claims that targets name: files, IDs, or patterns of IDs such as "scaled-sign/*"; all if there are none.

    Argument: the IDs of the papers' claims, if they are known without loading these.
    Raises Misuse, in one line, if a target names nothing or a file cannot be used.
    """
    if not targets:
        return list(catalog().values())
    claims: dict[str, Claim] = {}
    origin: dict[str, str] = dict.fromkeys(_listed() if taken is None else taken, "the claims of the papers")
    for target in targets:
        if is_file(target):
            for claim in read_file(Path(target)):
                if claim.id in origin:
                    raise Misuse(f"{target}: the ID {claim.id!r} is taken by {origin[claim.id]}; choose another")
                claims[claim.id], origin[claim.id] = claim, target
        else:
            claims |= {claim.id: claim for claim in matching(target)}
    return list(claims.values())


def _listed() -> list[str]:
    """The IDs of the papers' claims: those of the baseline, which has them all, as to load them takes seconds."""
    from signproof.report import baseline

    try:
        found = {id for verdicts in baseline.read().values() for id in verdicts}
    except Misuse:
        found = set()
    return list(found or catalog())


def matching(pattern: str) -> list[Claim]:
    """The built-in claims with an ID or a pattern of IDs. Raises Misuse with the nearest IDs if there is none."""
    known = catalog()
    found = [known[id] for id in known if fnmatch.fnmatchcase(id, pattern)]
    if not found:
        near = [*_wider(pattern, list(known)), *get_close_matches(pattern, known, n=3)][:3]
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise Misuse(f'no claim "{pattern}".{hint} `signproof list` shows all claims.')
    return found


def _wider(pattern: str, known: Sequence[str]) -> list[str]:
    """A pattern that has what was typed in it, if there are claims with that, and how many."""
    core = pattern.strip("*")
    for wider in (f"{core}*", f"*{core}*"):
        count = len(fnmatch.filter(known, wider))
        if core and count:
            return [f"'{wider}' ({count} claim{'s' if count > 1 else ''})"]
    return []


def read_file(path: Path) -> list[Claim]:
    """The claims that a Python file defines at module level. Raises Misuse if it cannot be used."""
    module = _imported(path)
    # a built-in claim that the file imports, to rest on it, is none of its own
    held = [claim for value in vars(module).values() for claim in _in_collection(value)]
    claims = [claim for claim in dict.fromkeys([*claims_of(module), *held]) if not is_built_in(claim)]
    if not claims:
        raise Misuse(f"{path} defines no Claim at module level: write `claim = Claim(id=..., ...)`")
    seen: set[str] = set()
    for claim in claims:
        if claim.id in seen:
            raise Misuse(f"{path} has two claims with the ID {claim.id!r}; choose another for one of them")
        seen.add(claim.id)
    return claims


def asked(target: str) -> list[Claim]:
    """The claims that an option names: IDs or a pattern of IDs, FILE.py or a pattern of files, and of these, after a
    colon, those with a pattern of IDs: `mine.py`, `claims/*.py`, `mine.py:mine/fast-*`.

    Raises Misuse, in one line, if there are none, or if a file cannot be used.
    """
    place, in_file, pattern = target.partition(".py:")
    if not in_file and not is_file(target):
        return matching(target)
    place = f"{place}.py" if in_file else target
    files = [Path(place)] if Path(place).exists() or not glob.has_magic(place) else sorted(map(Path, glob.glob(place)))
    if not files:
        raise Misuse(f"no file {place}")
    found = load(list(map(str, files)))
    chosen = [claim for claim in found if fnmatch.fnmatchcase(claim.id, pattern or "*")]
    if not chosen:
        near = get_close_matches(pattern, [claim.id for claim in found], n=1)
        hint = f" Did you mean {near[0]}?" if near else f" It has {', '.join(claim.id for claim in found[:3])}."
        raise Misuse(f'{place} has no claim "{pattern}".{hint}')
    return chosen


def _in_collection(value: object) -> list[Claim]:
    """The claims in a list, a tuple or a dictionary."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [part for part in parts if isinstance(part, Claim)]


def factory_in(target: str, numpy: bool = False) -> tuple[Callable[..., Any], str]:
    """The factory that "FILE.py:NAME" names, and its name; if `numpy`, NAME may be a step on NumPy's arrays.

    Raises Misuse if there is none.
    """
    place, colon, name = target.rpartition(":")
    if not colon or not place.endswith(".py") or not name.isidentifier():
        raise Misuse(f"{target} names no factory: write FILE.py:NAME, where NAME is a function of a step size")
    module = _imported(Path(place))
    factory = getattr(module, name, None)
    if hasattr(factory, "init") and hasattr(factory, "update"):
        raise Misuse(
            f"{place}: {name} is an optimizer, whose step size is fixed; signproof needs a function that makes it: "
            f"def make_{name}(step_size): return ..."
        )
    if not callable(factory):
        known = [key for key, entry in vars(module).items() if callable(entry) and not key.startswith("_")]
        near = get_close_matches(name, known, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise Misuse(f"{place} has no function {name!r}.{hint}")
    if numpy:
        from signproof.checks.variants.stepping import is_step, stepping

        return (stepping(factory) if is_step(factory) else factory), name
    return factory, name


@dataclass(frozen=True)
class Executed:
    """A user's module as it was executed: its name, its file, and what was in it."""

    name: str
    path: str
    source: bytes


EXECUTED: dict[str, Executed] = {}
"""The modules of users that this process has read, by name."""


class _AsItIs(SourceFileLoader):
    """A file is read as it is now. Python's own bytecode would stand for it if it was changed within a second to a text
    of the same length."""

    def get_code(self, fullname: str) -> CodeType:
        source = self.get_data(self.path)
        code = self.source_to_code(source, self.path)
        EXECUTED[fullname] = Executed(fullname, self.path, source)
        return code


@contextmanager
def _beside_as_they_are(folder: Path) -> Iterator[None]:
    """The modules in a folder, and in its packages, are read as they are now, too."""
    made = FileFinder.path_hook((_AsItIs, [".py"]))

    def inside(place: str) -> Any:
        if folder not in (here := Path(place).resolve(), *here.parents):
            raise ImportError
        return made(place)

    def forget() -> None:
        for place in [place for place in sys.path_importer_cache if folder in (Path(place), *Path(place).parents)]:
            del sys.path_importer_cache[place]

    sys.path_hooks.insert(0, inside)
    forget()
    try:
        yield
    finally:
        sys.path_hooks.remove(inside)
        forget()


def _imported(path: Path) -> ModuleType:
    """A Python file as a module. Raises Misuse, in one line, if it cannot be used."""
    if not path.is_file():
        raise Misuse(f"no file {path}")
    folder = path.resolve().parent
    _refuse_namesakes(path, folder)
    # a name of its own, each time: the classes and claims of one reading of a file are no others'
    module_name = f"signproof_claims_{path.stem}_{next(_readings)}"
    spec = importlib.util.spec_from_file_location(module_name, path, loader=_AsItIs(module_name, str(path)))
    if spec is None or spec.loader is None:
        raise Misuse(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    before, known = list(sys.path), {*sys.modules}
    sys.path.insert(0, str(folder))
    try:
        with contained(path), _beside_as_they_are(folder), watched() as opened:
            spec.loader.exec_module(module)
        READ[module_name] = opened
    except SyntaxError as error:
        where = path if error.lineno is None else f"{path}, line {error.lineno}"
        raise Misuse(f"{where}: {error.msg}") from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit, too, and what pytest skips with
        raise Misuse(explain(error, path)) from None
    finally:
        sys.path[:] = before
        _note_beside(folder, {*sys.modules} - known)
    return module


READ: dict[str, set[str]] = {}
"""The files that were read while a file of claims was, by the name of its module."""
_BESIDE: dict[str, tuple[Path, ModuleType]] = {}
"""Modules that files imported from beside themselves, by name: where each lies, and what it is."""


def _beside(folder: Path, name: str) -> Path | None:
    """Where a folder has a module, if it has one: a file, or a folder with Python files in it."""
    if (folder / f"{name}.py").is_file():
        return folder / f"{name}.py"
    package = folder / name
    return package if package.is_dir() and any(package.glob("*.py")) else None


def _note_beside(folder: Path, names: set[str]) -> None:
    for name in {name.partition(".")[0] for name in names}:
        place, module = _beside(folder, name), sys.modules.get(name)
        if place is not None and module is not None and _lies_at(module, place):
            _BESIDE[name] = place, module


def _lies_at(module: ModuleType, place: Path) -> bool:
    found = getattr(module, "__file__", None)
    held = [Path(found)] if found else [Path(each) / "any" for each in getattr(module, "__path__", ())]
    return any(place == each.resolve() or place in each.resolve().parents for each in held)


def _refuse_namesakes(path: Path, folder: Path) -> None:
    """Raises Misuse if the folder of a file has a module of the same name as one that another file brought: Python has
    one module of a name, and this file would be given that one."""
    for name, (place, module) in _BESIDE.items():
        other = _beside(folder, name)
        if other is not None and other.resolve() != place and sys.modules.get(name) is module:
            raise Misuse(
                f"{path}: {other.name} lies beside it, and another file imported {place}; Python allows one module "
                f"named {name}: judge the two files in separate runs, or rename one module"
            )


def explain(error: BaseException, path: Path) -> str:
    """In one line, what an error says that arose while a file was loaded, and at which of its lines."""
    files = (str(path), str(path.absolute()), str(path.resolve()))
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]
    where = f", line {lines[-1]}" if lines else ""
    reason = " ".join(str(error).split()) if isinstance(error, Misuse) else named(error)
    if is_chained(error):
        reason = "SymPy cannot chain comparisons: write (0 < alpha, alpha < 2 / L) instead of 0 < alpha < 2 / L"
    return f"{path}{where}: {reason}"


def is_chained(error: BaseException | None) -> bool:
    """Whether it is SymPy's refusal of `0 < alpha < 2 / L`."""
    return isinstance(error, TypeError) and CHAINED in named(error)
