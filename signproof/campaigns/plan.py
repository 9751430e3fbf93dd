"""The plan of a campaign: all its units of work, by number.

A unit is one part of what can be tried of a claim (`Kind.parts`), in one block. Its row is a function of the plan and
its number alone: the same unit gives the same row, wherever and whenever it is worked. Units are not listed but
computed, block after block, so that every claim has its turn early, and a plan of a million units is as small as one of
ten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from signproof.fingerprint import package
from signproof.loading import is_file
from signproof.theory.claim import Claim
from signproof.theory.misuse import Misuse

SEEDS = 2**63
LARGEST = 10**8
"""Units of a campaign: of each there is a byte in memory."""


class Unit(NamedTuple):
    """One part of a claim, in one block."""

    claim: str
    part: str
    block: int

    def __str__(self) -> str:
        return f"{self.claim} ({self.part}, block {self.block})"


@dataclass(frozen=True)
class Plan:
    """What a campaign is about.

    Attributes: the targets that its claims are loaded from, files by their absolute paths; pairs of a claim's ID and
    one of its parts; how many blocks there are; the seed of all randomness; the IDs of all its claims, those that have
    no parts included; a hash of signproof's code and of the users' files (`code`).
    """

    targets: tuple[str, ...]
    parts: tuple[tuple[str, str], ...]
    blocks: int
    seed: int
    claims: tuple[str, ...]
    code: str

    def __len__(self) -> int:
        return len(self.parts) * self.blocks

    def unit(self, number: int) -> Unit:
        """The unit with a number from 0 to the length of the plan."""
        block, index = divmod(number, len(self.parts))
        return Unit(*self.parts[index], block)

    def seed_of(self, unit: Unit) -> int:
        """The seed of a unit's randomness."""
        return int.from_bytes(sha256(f"{self.seed} {unit.block}".encode()).digest()[:8]) % SEEDS

    def data(self) -> dict[str, Any]:
        """The plan as plain data."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Plan:
        """What `data` gave. Raises TypeError or ValueError for something else."""
        known = dict(data)
        known["targets"], known["claims"] = tuple(map(str, known["targets"])), tuple(map(str, known["claims"]))
        known["parts"] = tuple((str(claim), str(part)) for claim, part in known["parts"])
        if not all(isinstance(known[name], int) and known[name] >= 0 for name in ("blocks", "seed")):
            raise ValueError("blocks and seed are whole numbers")
        plan = cls(**known)
        if not 0 < len(plan) <= LARGEST:
            raise ValueError(f"it has {len(plan)} units, not 1 to {LARGEST}")
        return plan


def planned(targets: Sequence[str], claims: Sequence[Claim], blocks: int, seed: int) -> Plan:
    """The plan of a campaign on claims. Raises Misuse if none of them has anything to be tried."""
    from signproof.checks.kind import kind_of

    parts = tuple((claim.id, part) for claim in claims for part in kind_of(claim).parts(claim))
    if not parts:
        raise Misuse("none of these claims has trials with a seed: `signproof verify` judges them once and for all")
    kept = tuple(str(Path(target).resolve()) if is_file(target) else target for target in targets)
    plan = Plan(kept, parts, blocks, seed, tuple(claim.id for claim in claims), code(kept))
    if len(plan) > LARGEST:
        raise Misuse(f"--blocks {blocks} makes {len(plan)} units; a campaign has at most {LARGEST}")
    return plan


def code(targets: Sequence[str]) -> str:
    """A hash of signproof's code, and of the users' files among the targets. Raises Misuse if one cannot be read."""
    found = sha256(package().encode())
    for target in filter(is_file, targets):
        try:
            found.update(sha256(Path(target).read_bytes()).digest())
        except OSError as error:
            raise Misuse(f"cannot read {target}: {error.strerror}") from None
    return found.hexdigest()
