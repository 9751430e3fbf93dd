"""The claims that come with the package: every `Claim` of a module under `theory/papers`, by ID."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from functools import cache
from types import ModuleType

from signproof.theory import papers
from signproof.theory.claim import Claim


@cache
def catalog() -> dict[str, Claim]:
    """All claims of the papers, in the order of their modules and of their definition there.

    Raises ValueError if two claims share an ID.
    """
    claims: dict[str, Claim] = {}
    for module in _modules(papers):
        for claim in claims_of(module):
            # a module may import a claim that its own rest on
            if claims.setdefault(claim.id, claim) is not claim:
                raise ValueError(f"two claims have the ID {claim.id!r}; the second is in {module.__name__}")
    return claims


def citations() -> dict[str, str]:
    """Authors and title of each paper, by the key that sources and IDs begin with."""
    return {paper.PAPER: " ".join(str(paper.__doc__).split()).removesuffix(".") for paper in _papers()}


def links() -> dict[str, str]:
    """Where a paper can be read, by the same key: a persistent address, of those that have one that we are sure of."""
    return {paper.PAPER: paper.LINK for paper in _papers() if hasattr(paper, "LINK")}


def _papers() -> Iterator[ModuleType]:
    for entry in pkgutil.iter_modules(papers.__path__, f"{papers.__name__}."):
        yield importlib.import_module(entry.name)


def is_built_in(claim: Claim) -> bool:
    """Whether a claim is one of the papers': whoever holds one has loaded its module."""
    loaded = [module for name, module in sys.modules.items() if name.startswith(f"{papers.__name__}.")]
    return any(entry is claim for module in loaded for entry in vars(module).values())


def claims_of(module: ModuleType) -> list[Claim]:
    """The claims that a module holds under names of its own, in order of definition."""
    found = [entry for name, entry in vars(module).items() if isinstance(entry, Claim) and not name.startswith("_")]
    return list(dict.fromkeys(found))


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for entry in sorted(pkgutil.walk_packages(package.__path__, package.__name__ + "."), key=lambda entry: entry.name):
        yield importlib.import_module(entry.name)
