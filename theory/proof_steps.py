"""Proofs as data: steps, each a statement and why it holds, and what the kernel says of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sympy import Rational, Symbol
from sympy.logic.boolalg import Boolean


@dataclass(frozen=True, eq=False)
class Step:
    """A statement and why it holds. The name is the paper's equation number where there is one."""

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
    """A proof that the kernel accepted, and the lemmas it rests on, those of the claims that it uses included."""

    proof: Proof
    lemmas: tuple[str, ...]


@dataclass(frozen=True)
class Rejection:
    """A proof that the kernel did not accept: the number and name of the step, and the reason."""

    number: int
    step: str
    reason: str
    hint: dict[Symbol, Rational] = field(default_factory=dict, compare=False)
    """Values of the parameters at which the step may fail, for whoever looks for an instance."""

    def __str__(self):
        return f"step {self.number} ({self.step}): {self.reason}"


class Justification:
    """Why a statement holds. `check` raises Rejected if it does not follow; `words` says it to a reader."""

    @property
    def premises(self) -> tuple[Step, ...]:
        """The earlier steps that it rests on."""
        return getattr(self, "using", ())

    @property
    def sources(self) -> tuple[Any, ...]:
        """What else it rests on: assumptions, lemmas of the table, other claims."""
        return ()

    def check(self, statement: Boolean, kernel: Any) -> None:
        raise NotImplementedError

    @property
    def words(self) -> str:
        raise NotImplementedError
