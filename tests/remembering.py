"""The kernel with a memory: mutants differ in one place, so most of their steps have been checked before.

A step's check is a function of the step, of what its premises say, and of the parts of the claim that the check reads.
Where these are the same, so is the outcome. Which parts a check reads is not written down here but noted as it happens.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from signproof.theory import claim as claims
from signproof.theory.algebra import decide
from signproof.theory.claim import Claim
from signproof.theory.derivation import steps as proof
from signproof.theory.derivation.normal import Rejected
from signproof.theory.derivation.steps import _Kernel
from signproof.theory.proof_steps import Step


def remember(patch: pytest.MonkeyPatch):
    """Let the kernel remember what it has checked, and what Z3 and SymPy said, until the patch is undone."""
    patch.setattr(proof, "_Kernel", _remembering())
    patch.setattr(proof, "follows", cache(proof.follows))
    patch.setattr(proof, "conditions", cache(decide.conditions))
    patch.setattr(decide, "conditions", cache(decide.conditions))
    patch.setattr(decide, "together", cache(decide.together))
    patch.setattr(proof, "same", cache(proof.same))
    patch.setattr(claims, "contradict", cache(decide.contradict))


class _Read:
    """A claim that notes which of its parts are read."""

    def __init__(self, claim: Claim):
        self.claim, self.parts = claim, {}
        self.read: set[str] = set()

    def part(self, name: str) -> Any:
        if name not in self.parts:
            self.parts[name] = getattr(self.claim, name)
        return self.parts[name]

    def __getattr__(self, name: str) -> Any:
        part = self.part(name)
        self.read.add(name)
        return part


def _remembering() -> type[_Kernel]:
    memory: dict[tuple, list[tuple[dict[str, Any], set[str], Exception | None]]] = {}

    class Remembering(_Kernel):
        def __init__(self, claim, known=None):
            super().__init__(claim, known)
            self.claim = _Read(claim)

        @property
        def premises(self):
            return self.claim.premises

        @premises.setter
        def premises(self, premises):
            assert premises is self.claim.premises

        def accept(self, step: Step):
            outcomes = memory.setdefault(self._key(step), [])
            known = (outcome for outcome in outcomes if self._has_not_changed(outcome[0]))
            outcome = next(known, None)
            if outcome is None:
                outcome = self._checked(step)
                outcomes.append(outcome)
            _, lemmas, error = outcome
            if error is not None:
                raise Rejected(str(error))
            self.lemmas |= lemmas
            if not any(step is earlier for earlier, _ in self.accepted):
                self.accepted.append((step, step.statement))

        def _has_not_changed(self, read: dict[str, Any]) -> bool:
            return all(self.claim.part(name) == part for name, part in read.items())

        def _checked(self, step: Step) -> tuple[dict[str, Any], set[str], Exception | None]:
            """What the kernel reads of the claim to check a step, the lemmas that it uses, and why it fails, if so."""
            lemmas, self.lemmas, self.claim.read, error = self.lemmas, set(), set(), None
            try:
                super().accept(step)
            except Exception as raised:  # the kernel rejects whatever SymPy or Z3 stumble over
                error = raised
            used, self.lemmas = self.lemmas, lemmas
            return {name: self.claim.part(name) for name in self.claim.read}, used, error

        def _key(self, step: Step) -> tuple:
            accepted = {id(step) for step, _ in self.accepted}

            def key(part: Any) -> Any:
                if isinstance(part, Step):
                    return id(part) in accepted, part.statement
                if isinstance(part, tuple):
                    return tuple(map(key, part))
                if isinstance(part, dict):
                    return tuple((key(name), key(entry)) for name, entry in part.items())
                return type(part), part

            fields = tuple((name, key(entry)) for name, entry in vars(step.by).items())
            return step.statement, type(step.by), fields

    return Remembering
