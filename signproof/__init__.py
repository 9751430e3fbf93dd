"""signproof: find out whether a convergence claim about a sign-type optimizer is true.

    from signproof import Claim, verify

State a claim once, as data; `verify` checks its proof with an exact kernel, tries it on problems whose constants
are known, and replays every violation in exact arithmetic.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from signproof.checks.conformance import Row
    from signproof.checks.variants import conforms
    from signproof.checks.verdict import Evidence, Status, Tightness, Verdict
    from signproof.checks.witness import Witness
    from signproof.judging import verify
    from signproof.theory.claim import Claim, ClaimError, Source
    from signproof.theory.proof import Proof, Step

# the public names and where they live: nothing heavy is imported until one of them is asked for
_HOME = {
    "Claim": "signproof.theory.claim",
    "ClaimError": "signproof.theory.claim",
    "Source": "signproof.theory.claim",
    "Proof": "signproof.theory.proof",
    "Step": "signproof.theory.proof",
    "verify": "signproof.judging",
    "conforms": "signproof.checks.variants",
    "Row": "signproof.checks.conformance",
    "Evidence": "signproof.checks.verdict",
    "Status": "signproof.checks.verdict",
    "Tightness": "signproof.checks.verdict",
    "Verdict": "signproof.checks.verdict",
    "Witness": "signproof.checks.witness",
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
