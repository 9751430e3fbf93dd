"""All problem families, including the user's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from inspect import isabstract

from signproof.checks.problems import composition, logistic, matrices, piecewise, quadratic, separable, sine, softplus
from signproof.checks.problems.base import Problem
from signproof.checks.problems.composite import CompositeProblem
from signproof.theory.border.home import holders, holds, is_ours, loaded, members
from signproof.theory.claim import Claim


def families(claim: Claim | None = None) -> list[type[Problem]]:
    """The families that a claim is tested on, simplest first: those of the package in their order, then those of the
    claim's home. Without a claim, those of the package."""
    own: list[type[Problem]] = [
        quadratic.DiagonalQuadratic,
        quadratic.LeastSquares,
        sine.SineSum,
        composition.ComposedSine,
        softplus.SoftplusSum,
        composition.ComposedSoftplus,
        matrices.MatrixLeastSquares,
        logistic.LogisticRegression,
        logistic.Digits3Against8,
        logistic.DigitsEvenAgainstOdd,
        piecewise.PiecewiseQuadratic,
        softplus.LogisticSum,
    ]
    return own if claim is None else own + _at_home(claim)


def _at_home(claim: Claim) -> list[type[Problem]]:
    """The families that the modules have which made a claim, or which hold it under a name."""
    for _ in loaded(claim.home):  # a process that a claim was sent to has yet to import them
        pass
    found = [f for f in dict.fromkeys(_subclasses(Problem)) if _is_users(f) and not isabstract(f)]
    home = {*claim.home}
    places = holders(claim) if found else []  # looked for once: there are thousands of modules
    return [
        family
        for family in found
        if home & {*family.home} or members(family, claim.home) or any(holds(place, family) for place in places)
    ]


def _is_users(family: type[Problem]) -> bool:
    return not is_ours(family.__module__) or bool(family.home)


def family_named(name: str, claim: Claim | None = None, others: Iterable[Claim] = ()) -> type[Problem]:
    """The family with the given class name: from the claim's home or the package, otherwise from other claims' homes.

    Raises ValueError if there is none, or if other homes have several.
    """
    at_home = families(claim)
    for family in reversed(at_home):  # a user's class goes before one of the package with its name
        if family.__name__ == name:
            return family
    found = [family for other in others for family in families(other) if family.__name__ == name]
    if len({*found}) > 1:
        modules = " and ".join(sorted({family.__module__ for family in found}))
        raise ValueError(f"{modules} each have a family of problems {name!r}: name only the claim's file")
    if found:
        return found[0]
    known = ", ".join(family.__name__ for family in at_home)
    raise ValueError(
        f"there is no family of problems {name!r}; known are {known}; to use a family from a file, add --with FILE.py"
    )


def load_problem(data: object, claim: Claim | None = None, others: Iterable[Claim] = ()) -> Problem:
    """The instance that `Problem.data` wrote, of any family that `family_named` knows.

    Raises ValueError if there is none.
    """
    if not isinstance(data, dict) or not isinstance(data.get("family"), str):
        raise ValueError("the problem names no family")
    problem = family_named(data["family"], claim, others).from_data(data)
    problem.check()
    return problem


def _subclasses(family: type) -> Iterator[type[Problem]]:
    children: list[type] = family.__subclasses__()
    for child in children:
        yield child
        yield from _subclasses(child)


def composite_named(name: str) -> type[CompositeProblem] | None:
    """The family of composite objectives with the given class name, if there is one."""
    known: list[type[CompositeProblem]] = [separable.QuadraticComposite, separable.HuberComposite]
    return next((family for family in known if family.__name__ == name), None)
