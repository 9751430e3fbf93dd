"""Certificates found before, by their questions: those of the papers' proofs come with the package.

They are data that the kernel checks each time; what is not here is searched for. `make certificates` writes the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from signproof.theory.algebra.certifying import find
from signproof.theory.kernel.arithmetic import Question
from signproof.theory.kernel.polynomials import Fact, Formula

FILE = "papers/certificates.json"


def certificate(question: Question) -> Any:  # plain data, as `Certificate.plain` gives it
    """A certificate of a question as plain data, kept or found; None if none is found."""
    named = name(question)
    if named not in kept():
        found = _found(question)
        return None if found is None else json.loads(found)
    return kept()[named]


@cache
def _found(question: Question) -> str | None:
    found = find(question)
    return None if found is None else json.dumps(found.plain())


@cache
def kept() -> Mapping[str, Any]:
    """All certificates that came with the package, by the names of their questions."""
    file = files("signproof.theory") / FILE
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def name(question: Question) -> str:
    """What a question is called: the hash of what it says, whatever its atoms stand for."""
    parts = (question.assumptions, question.conditions, question.goals)
    said = repr([[_plain(formula) for formula in each] for each in parts])
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _plain(formula: Formula) -> Any:
    if isinstance(formula, Fact):
        return formula.kind, [(str(number), monomial) for monomial, number in formula.polynomial.terms]
    return type(formula).__name__, [*map(_plain, formula.parts)]
