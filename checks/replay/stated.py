"""A claim as plain data in a witness, and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sympy import Expr, Symbol, Tuple
from sympy.core.symbol import Str

from signproof.checks.kind import kind_of, kind_reading
from signproof.theory import norms
from signproof.theory.assumptions.objective import Assumption
from signproof.theory.border.home import is_ours, members
from signproof.theory.claim import Claim, ClaimError
from signproof.theory.document.terms import term, tree
from signproof.theory.kernel.form import DocumentError
from signproof.theory.kernel.forms import Wrong
from signproof.theory.kernel.reading import checked
from signproof.theory.measures.runs import Measure
from signproof.theory.methods.flows import Flow
from signproof.theory.methods.gradient import Method
from signproof.theory.terms.formula import parse
from signproof.theory.terms.vectors import Scalar as ScalarTerm
from signproof.theory.terms.vectors import VectorAtom


def stated(claim: Claim) -> dict[str, Any]:
    """The claim as plain data, as far as the parts are the package's own."""
    return {"domain": [str(relation) for relation in claim.domain]} | kind_of(claim).state(claim)


def claim_from(id: str, data: object, homes: tuple[str, ...]) -> Claim:
    """The claim that `stated` wrote. Raises KeyError, TypeError or ValueError if the data is not one."""
    if not isinstance(data, Mapping):
        raise ValueError(f"there is no claim {id!r}, and the file does not state it")
    try:
        conditions = tuple(parse(text) for text in data["domain"])
        return Claim(id=id, domain=conditions, **kind_reading(data).read(data, homes))
    except ClaimError:
        raise
    except ValueError as error:
        said = str(error)
        unread = said.startswith("cannot read the formula")
        raise ValueError(f"{said}; or name the file of the claim: --with FILE.py" if unread else said) from None


def parts(claim: Claim) -> dict[str, Any]:
    """What a claim about a method is made of, as plain data: those of its parts that are there."""
    data = {"algorithm": part(claim.algorithm), "assumptions": [part(assumption) for assumption in claim.assumptions]}
    if claim.measure is not None:
        data["measure"] = part(claim.measure)
    if claim.horizon is not None:
        data["horizon"] = str(claim.horizon)
    if claim.bound is not None:
        data["bound"] = str(claim.bound)
    return data | ({} if claim.rival is None else {"rival": part(claim.rival)})


def parts_from(data: Mapping[str, Any], homes: tuple[str, ...]) -> dict[str, Any]:
    """What `parts` wrote, as arguments of `Claim`."""
    found = {
        "algorithm": part_from(data["algorithm"], Method, homes),
        "assumptions": tuple(part_from(entry, Assumption, homes) for entry in data["assumptions"]),
    }
    readers = {
        "measure": lambda entry: part_from(entry, Measure, homes),
        "horizon": lambda entry: Symbol(entry, real=True),
        "bound": parse,
        "rival": lambda entry: part_from(entry, Flow, homes),
    }
    return found | {name: reader(data[name]) for name, reader in readers.items() if name in data}


def part(part: Method | Assumption | Measure) -> dict[str, Any]:
    """An algorithm, an assumption or a measure: its class and its fields."""
    return {"name": type(part).__name__} | {
        entry.name: _entry(getattr(part, entry.name)) for entry in dataclasses.fields(part)
    }


def _entry(entry: Any) -> Any:
    """A field as plain data: a norm by its name, the name of a function apart from a formula."""
    if isinstance(entry, norms.DualPair):
        return entry.name
    if isinstance(entry, Measure):
        return {"measure": part(entry)}
    if isinstance(entry, tuple) and not isinstance(entry, Tuple):
        return {"tuple": [_entry(one) for one in entry]}
    if isinstance(entry, Expr) and entry.has(VectorAtom, ScalarTerm):
        with suppress(DocumentError):  # what no document has is read from the claim's file alone
            return {"term": tree(entry)}
    if isinstance(entry, Str):
        return {"function": entry.name}
    if isinstance(entry, Tuple):
        return [_entry(one) for one in entry]
    return entry if isinstance(entry, int) else str(entry)


def _norm(name: Any) -> norms.DualPair:
    for pair in (norms.LINF, norms.L2, norms.OPERATOR, norms.ANY):
        if pair.name == name:
            return pair
    raise ValueError(f"there is no norm {str(name)[:40]!r}")


def _entry_from(data: Any, homes: tuple[str, ...]) -> Any:
    if isinstance(data, list):
        return Tuple(*(_entry_from(one, homes) for one in data))
    if isinstance(data, Mapping) and "measure" in data:
        return part_from(data["measure"], Measure, homes)
    if isinstance(data, Mapping) and "tuple" in data:
        return tuple(_entry_from(one, homes) for one in data["tuple"])
    if isinstance(data, Mapping) and "term" in data:
        return _term_from(data["term"])
    if isinstance(data, Mapping):
        return Str(data["function"])
    return data if isinstance(data, int) else parse(data)


def _term_from(data: Any) -> Expr:
    """A term from its tree. Raises ValueError for what is none."""
    try:
        checked(data)
        found = term(data)
    except (DocumentError, Wrong, TypeError) as error:
        raise ValueError(str(error)) from None
    if not isinstance(found, Expr):
        raise ValueError(f"{str(found)[:60]} is not a number")
    return found


def part_from(data: Any, kind: type, homes: tuple[str, ...]) -> Any:  # an object of that kind, which may be abstract
    """The object that `part` wrote; its class is one of the package or, of a user's claim, of one of these modules."""
    name = data.get("name") if isinstance(data, Mapping) else data
    # two classes may share a name, such as Convex
    named = [child for child in _descendants(kind) if child.__name__ == name and _fields(child) == {*data} - {"name"}]
    known = [child for child in named if is_ours(child.__module__) or members(child, homes)]
    users = {child.__module__ for child in known if not is_ours(child.__module__)}
    if len(users) > 1:
        raise ValueError(f"{' and '.join(sorted(users))} each have a {name!r}: name only the claim's file")
    if not known:
        raise ValueError(f"there is no {kind.__name__.lower()} {name!r}; name the file that defines it: --with FILE.py")
    entries = {name: entry for name, entry in data.items() if name != "name"}
    fields = {name: _norm(e) if name == "norm" else _entry_from(e, homes) for name, e in entries.items()}
    return known[-1](**fields)


def _fields(part: Any) -> set[str]:
    return {entry.name for entry in dataclasses.fields(part)}


def _descendants(kind: type) -> list[type]:
    children: list[type] = kind.__subclasses__()
    return children + [grandchild for child in children for grandchild in _descendants(child)]
