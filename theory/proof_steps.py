"""Proofs as data: steps, each a statement with its justification, and the kernel's answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sympy import Rational, Symbol
from sympy.logic.boolalg import Boolean


@dataclass(frozen=True, eq=False)
class Step:
    """A statement and its justification. The name is the paper's equation number where there is one."""

    name: str
    statement: Boolean
    by: Justification

    def __repr__(self):
        return f"Step({self.name!r})"


@dataclass(frozen=True, eq=False, init=False)
class Proof:
    """Steps in order; the last one is the claim."""

    steps: tuple[Step, ...]

    def __init__(self, *steps: Step):
        object.__setattr__(self, "steps", steps)

    def __repr__(self):
        return f"Proof of {len(self.steps)} steps"


@dataclass(frozen=True)
class Certificate:
    """A proof that the kernel accepted, with the lemmas it rests on, including those of the claims it uses."""

    proof: Proof
    lemmas: tuple[str, ...]


@dataclass(frozen=True)
class Rejection:
    """A proof that the kernel did not accept: the number and name of the step, and the reason."""

    number: int
    step: str
    reason: str
    hint: dict[Symbol, Rational] = field(default_factory=dict, compare=False)
    """Parameter values at which the step may fail, as a hint for the search for an instance."""

    def __str__(self):
        return f"step {self.number} ({self.step}): {self.reason}"


class Justification:
    """Why a statement holds. `check` raises Rejected if it does not follow; `words` describes it to a reader."""

    @property
    def premises(self) -> tuple[Step, ...]:
        """The earlier steps that it rests on."""
        return getattr(self, "using", ())

    @property
    def sources(self) -> tuple[Any, ...]:
        """The other sources it rests on: assumptions, lemmas of the table, other claims."""
        return ()

    def check(self, statement: Boolean, kernel: Any) -> None:  # the kernel is made of what is here
        raise NotImplementedError

    @property
    def words(self) -> str:
        raise NotImplementedError
