"""What stands beside `refuted`: measured / bound of the instance that refutes the claim, which is more than 1."""

from __future__ import annotations

import dataclasses
import json
from math import inf

import pytest
from flint import fmpq

from signproof.checks.numbers.confidence import ERROR
from signproof.checks.trials.exact_noise import Noise
from signproof.checks.trials.tally import Trials
from signproof.checks.verdicts.judge import verify
from signproof.checks.verdicts.verdict import Evidence, Status, Verdict, exceeded
from signproof.pytest_results import _both
from signproof.report.latex import write_latex
from signproof.report.ledger import entry, ledger, ratio_text
from signproof.report.markdown import markdown
from signproof.report.site import write_site
from signproof.theory.algorithms import ScaledSignGD
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth
from signproof.theory.catalog import catalog
from signproof.theory.claim import Claim
from signproof.theory.measures import Suboptimality
from signproof.theory.symbols import V0, L, alpha, k, mu

_false = Claim(
    id="mine/false",
    algorithm=ScaledSignGD(alpha),
    assumptions=(Smooth(L), PolyakLojasiewicz(mu)),
    domain=(0 < alpha, alpha < 2 / L),
    measure=Suboptimality(),
    bound=V0 * (1 - 3 * mu * alpha * (1 - L * alpha / 2)) ** k,
)


@pytest.mark.parametrize(
    "bound",
    [_false.bound, _false.bound / 2, -V0 * 2**-k, V0 - k * L, 0 * V0],
    ids=["a wrong rate", "broken from the start", "below 0", "below 0 after a while", "0"],
)
def test_it_is_that_of_the_witness(bound):
    verdict = verify(dataclasses.replace(_false, bound=bound))
    assert verdict.status == "refuted"
    measured, limit = verdict.witness.measured[0], verdict.witness.bound[1]
    found = entry(verdict)
    if limit > 0:
        assert verdict.tightness == pytest.approx(
            float(measured.p) / float(measured.q) * float(limit.q) / float(limit.p)
        )
        assert verdict.tightness > 1 and found["tightness"]["ratio"] == verdict.tightness.ratio
    else:
        assert verdict.tightness == inf and found["tightness"]["ratio"] is None and ratio_text(found) == "∞"
    assert verdict.tightness.instance == verdict.witness.describe() and not verdict.tightness.by_step_size
    json.dumps(found, allow_nan=False)


def test_by_statistics_it_is_that_of_the_confidence_bound(monkeypatch):
    monkeypatch.setattr("signproof.checks.trials.bounds.try_out", lambda *arguments: Trials())
    monkeypatch.setattr("signproof.checks.kinds.stochastic.try_and_search", lambda *arguments: Noise())
    repaired = catalog()["own/theorem-2.1.repaired"]
    verdict = verify(dataclasses.replace(repaired, bound=repaired.bound / 8, proof=None), error=ERROR)
    assert verdict.status == "refuted" and verdict.witness is None
    facts = verdict.evidence[-1].facts
    assert verdict.tightness == facts["measured_at_least"] / facts["bound"] > 1


def refuted(tightness):
    witness = Evidence("witness", "exact", "false there")
    return entry(Verdict(_false, Status.REFUTED, (witness,), tightness=tightness))


@pytest.mark.parametrize(
    ("measured", "bound", "shown", "latex"),
    [
        (fmpq(3), fmpq(2), "1.5000", "1.5000"),
        (fmpq(10**9 + 1), fmpq(10**9), "1 + 1e-09", r"1 + $1 \cdot 10^{-9}$"),
        (fmpq(10**40 + 1), fmpq(10**40), "1 + 2e-16", r"1 + $2 \cdot 10^{-16}$"),
        (fmpq(10**9), fmpq(1), "1e+09", r"$1 \cdot 10^{9}$"),
        (fmpq(10**400), fmpq(1), "∞", r"$\infty$"),
        (fmpq(1), fmpq(0), "∞", r"$\infty$"),
        (fmpq(1), fmpq(-1), "∞", r"$\infty$"),
    ],
)
def test_no_page_shows_1_or_less_beside_refuted(tmp_path, measured, bound, shown, latex):
    found = refuted(exceeded(measured, bound, "there"))
    whole = ledger([found], "quick", 0)
    assert ratio_text(found) == shown
    assert f"| {shown} |" in markdown(whole)
    assert f"& {latex} &" in write_latex(whole, tmp_path / "v.tex")[0].read_text(encoding="utf-8")
    page = write_site(whole, tmp_path / "site").read_text(encoding="utf-8")
    cell = page.partition('data-label="tightness">')[2].partition("</td>")[0]
    assert cell == "∞" if shown == "∞" else cell.replace("1 + ", "") not in ("1", "–")


def test_what_pytest_s_search_refutes_has_the_search_s_number():
    below = refuted(exceeded(fmpq(3), fmpq(2), ""))
    below |= {"verdict": "supported", "tightness": below["tightness"] | {"ratio": 0.53}}
    check = {"part": "check", "verdict": "supported", "entry": below, "witness": None}
    above = refuted(exceeded(fmpq(5), fmpq(2), "there"))
    search = {"part": "search", "verdict": "refuted", "entry": above, "witness": None}
    for pair in ((check, search), (search, check)):
        both = _both(*pair)
        assert both["verdict"] == "refuted" and ratio_text(both["entry"]) == "2.5000"
