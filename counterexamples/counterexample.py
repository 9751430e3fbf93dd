"""What a named counterexample is."""

from __future__ import annotations

from dataclasses import dataclass

from signproof.checks.witness import Witness
from signproof.counterexamples.corpus import witnesses
from signproof.theory.claim import Claim


@dataclass(frozen=True, eq=False)
class Counterexample:
    """A run that shows what does not hold.

    Arguments: the hope that it ends, as a sentence; the claim that states the run, or that it refutes; what
    happens, as a sentence. Its witnesses are in the corpus under the claim's ID.
    """

    ends_the_hope: str
    claim: Claim
    shows: str

    @property
    def witnesses(self) -> list[Witness]:
        return witnesses(self.claim.id, {self.claim.id: self.claim})
