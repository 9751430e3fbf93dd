"""The fixture `signproof`: claims and variants judged from within a test."""

from __future__ import annotations

import pytest

from signproof.checks.judge import verify
from signproof.checks.verdict import Verdict
from signproof.pytest_claims import found
from signproof.pytest_results import record
from signproof.report.ledger import entry
from signproof.theory.claim import Claim


class Signproof:
    """What a test can ask; profile and seed are those of the command line."""

    def __init__(self, request: pytest.FixtureRequest):
        self._item = request.node
        self._option = request.config.option

    def verify(self, claim: Claim) -> Verdict:
        """Judge a claim, and count it in the summary of the run. It does not fail whatever the verdict is.

        Returns the verdict: `.status`, `.evidence`, `.tightness`, `.witness`.
        """
        verdict = verify(claim, self._option.signproof_profile, self._option.signproof_seed)
        judged = entry(verdict)
        record(self._item, found(claim, "check", judged["verdict"], judged))
        return verdict
