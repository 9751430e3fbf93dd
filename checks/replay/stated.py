"""A claim as plain data in a witness, and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from sympy import Expr, Symbol, Tuple
from sympy.core.symbol import Str

from signproof.theory import norms
from signproof.theory.assumptions.objective import Assumption
from signproof.theory.border.home import is_ours, members
from signproof.theory.claim import Claim, Orbit
from signproof.theory.measures.runs import Measure
from signproof.theory.methods.flows import Flow
from signproof.theory.methods.gradient import Method
from signproof.theory.terms.formula import parse


def stated(claim: Claim) -> dict[str, Any]:
    """The claim as plain data, as far as the parts are the package's own."""
    data: dict[str, Any] = {"domain": [str(relation) for relation in claim.domain]}
    if claim.statement is not None:
        return data | {"relations": [str(part) for part in _conjuncts(claim.statement)]}
    assert claim.algorithm is not None
    data["algorithm"] = _part(claim.algorithm)
    data["assumptions"] = [_part(assumption) for assumption in claim.assumptions]
    if claim.orbit is not None:
        return data | {
            "function": str(claim.orbit.function),
            "coordinates": [str(coordinate) for coordinate in claim.orbit.coordinates],
            "points": [[str(entry) for entry in point] for point in claim.orbit.points],
            "formula": [str(entry) for entry in claim.orbit.formula],
        }
    data["measure"] = _part(claim.measure)
    if claim.horizon is not None:
        data["horizon"] = str(claim.horizon)
    return data | ({"bound": str(claim.bound)} if claim.rival is None else {"rival": _part(claim.rival)})


def _claim_from(id: str, data: Any, homes: tuple[str, ...]) -> Claim:
    if not isinstance(data, Mapping):
        raise ValueError(f"there is no claim {id!r}, and the file does not state it")
    conditions = tuple(parse(text) for text in data["domain"])
    if "relations" in data:
        from sympy import And

        return Claim(id=id, domain=conditions, statement=And(*(parse(text) for text in data["relations"])))
    algorithm = _part_from(data["algorithm"], Method, homes)
    assumed = tuple(_part_from(part, Assumption, homes) for part in data["assumptions"])
    if "points" in data:
        coordinates = tuple(Symbol(name, real=True) for name in data["coordinates"])
        points = tuple(tuple(parse(entry) for entry in point) for point in data["points"])
        formula = tuple(parse(entry) for entry in data.get("formula", ()))
        orbit = Orbit(parse(data["function"]), coordinates, points, formula)
        return Claim(id=id, algorithm=algorithm, domain=conditions, orbit=orbit)
    return Claim(
        id=id,
        algorithm=algorithm,
        assumptions=assumed,
        domain=conditions,
        measure=_part_from(data["measure"], Measure, homes),
        rival=_part_from(data["rival"], Flow, homes) if "rival" in data else None,
        bound=parse(data["bound"]) if "bound" in data else None,
        horizon=Symbol(data["horizon"], real=True) if "horizon" in data else None,
    )


def _part(part: Any) -> dict[str, Any]:
    """An algorithm, an assumption or a measure: its class and its fields."""
    return {"name": type(part).__name__} | {
        entry.name: _entry(getattr(part, entry.name)) for entry in dataclasses.fields(part)
    }


def _entry(entry: Any) -> Any:
    """A field as plain data: a norm by its name, the name of a function apart from a formula."""
    if isinstance(entry, norms.DualPair):
        return entry.name
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


def _entry_from(data: Any) -> Any:
    if isinstance(data, list):
        return Tuple(*map(_entry_from, data))
    if isinstance(data, Mapping):
        return Str(data["function"])
    return data if isinstance(data, int) else parse(data)


def _part_from(data: Any, kind: type, homes: tuple[str, ...]) -> Any:
    """The object that `_part` wrote; its class is one of the package or, of a user's claim, of one of these modules."""
    name = data.get("name") if isinstance(data, Mapping) else data
    # two classes may share a name, such as Convex
    named = [child for child in _descendants(kind) if child.__name__ == name and _fields(child) == {*data} - {"name"}]
    known = [child for child in named if is_ours(child.__module__) or members(child, homes)]
    users = {child.__module__ for child in known if not is_ours(child.__module__)}
    if len(users) > 1:
        raise ValueError(f"{' and '.join(sorted(users))} each have a {name!r}: name the file of the claim alone")
    if not known:
        raise ValueError(f"there is no {kind.__name__.lower()} {name!r}; name the file that defines it: --with FILE.py")
    fields = {
        name: _norm(entry) if name == "norm" else _entry_from(entry) for name, entry in data.items() if name != "name"
    }
    return known[-1](**fields)


def _fields(part: Any) -> set[str]:
    return {entry.name for entry in dataclasses.fields(part)}


def _descendants(kind: type) -> list[type]:
    children: list[type] = kind.__subclasses__()
    return children + [grandchild for child in children for grandchild in _descendants(child)]


def _conjuncts(statement: Any) -> tuple[Expr, ...]:
    from sympy import And

    return statement.args if isinstance(statement, And) else (statement,)
