"""A made-up experiment as it stands in a ledger, for the tests of the report; its numbers are nobody's findings."""

from __future__ import annotations

from typing import Any

import numpy as np

from signproof.checks.experiments.experiment import (
    Choice,
    Coverage,
    Criterion,
    Experiment,
    Outcome,
    Picture,
    Reading,
    Setting,
)
from signproof.checks.kinds import words
from signproof.report.ledger import entry
from signproof.theory.claim import Claim, Source

PIXELS = np.linspace(-0.1, 1.1, 12).reshape(3, 4)
CLAIM = Claim(
    id="signprox/figure-9",
    source=Source("signprox", "Figure 9"),
    about="Measured: f over k.",
    words="It falls <b>fast</b>.",
    awaits="an experiment",
)


def outcome() -> Outcome:
    met, missed = Criterion("f(x_k) falls", "to 1e-3", True), Criterion("rho <= 1", "<i>2</i>", False, "enclosed")
    run = {"instance": "SPGM", "k": [0, 1, 2], "measured": [1.0, 0.1, 1e-3], "bound": [None] * 3}
    return Outcome(
        (met, missed),
        ("a note",),
        (run,),
        (Choice("start", "0.2 everywhere"),),
        (Reading("as printed elsewhere", (met,)),),
        (Coverage("Theorem 9", (met, missed)),),
        (Picture("the phantom", "what is to be found", PIXELS),),
    )


def shown(monkeypatch) -> dict[str, Any]:
    """Its entry in a ledger."""
    made = Experiment(CLAIM.id, lambda setting, advance: outcome())
    monkeypatch.setattr(words, "experiments", lambda: {CLAIM.id: made})
    return entry(words.conduct(CLAIM, Setting()))
