"""signproof: find out whether a convergence claim about a sign-type optimizer is true.

    from signproof import Claim, verify

State a claim once, as data; `verify` checks its proof with an exact kernel, tries it on problems whose constants
are known, and replays every violation in exact arithmetic.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from signproof.moved import find_moved_modules

if TYPE_CHECKING:
    from signproof.checks.replay.witness import Witness
    from signproof.checks.variants.ask import conforms
    from signproof.checks.variants.row import Row
    from signproof.checks.verdicts.verdict import Evidence, Status, Tightness, Verdict
    from signproof.judging import verify
    from signproof.theory.claim import Claim, ClaimError, Source
    from signproof.theory.proof_steps import Proof, Step

# the public names and where they live: nothing heavy is imported until one of them is asked for
_HOME = {
    "Claim": "signproof.theory.claim",
    "ClaimError": "signproof.theory.claim",
    "Source": "signproof.theory.claim",
    "Proof": "signproof.theory.proof_steps",
    "Step": "signproof.theory.proof_steps",
    "verify": "signproof.judging",
    "conforms": "signproof.checks.variants.ask",
    "Row": "signproof.checks.variants.row",
    "Evidence": "signproof.checks.verdicts.verdict",
    "Status": "signproof.checks.verdicts.verdict",
    "Tightness": "signproof.checks.verdicts.verdict",
    "Verdict": "signproof.checks.verdicts.verdict",
    "Witness": "signproof.checks.replay.witness",
}

__all__ = [
    "Claim",
    "ClaimError",
    "Evidence",
    "Proof",
    "Row",
    "Source",
    "Status",
    "Step",
    "Tightness",
    "Verdict",
    "Witness",
    "conforms",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'signproof' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


find_moved_modules()
