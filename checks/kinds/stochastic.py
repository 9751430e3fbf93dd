"""Bounds in expectation, on runs of methods that draw their gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signproof.checks.kinds.run import Run
from signproof.checks.numbers.exact import Irrational, to_float
from signproof.checks.posing.domain import Unsupported
from signproof.checks.trials import exact_noise, moment_search, product_search
from signproof.checks.trials.drawn_noise import Sampled
from signproof.checks.trials.drawn_noise import try_out as try_draws
from signproof.checks.trials.exact_noise import Noise
from signproof.checks.trials.exact_noise import try_out as try_noise
from signproof.checks.trials.tally import Trials
from signproof.checks.trials.tightness import Reached
from signproof.checks.verdicts.inquiry import Inquiry
from signproof.checks.verdicts.verdict import Evidence
from signproof.theory.bodies import StochasticBound
from signproof.theory.terms.formula import text as formula_text

if TYPE_CHECKING:
    from signproof.checks.search.search import Hunt

UNABLE = (Unsupported, Irrational)
"""What trials and searches raise for a claim that they are not for, or whose numbers are not those of their
arithmetic."""
UNTRIED = "not refuted with exact gradients; noisy gradients were not tested"


class Stochastic(Run):
    """E[measure(k)] <= bound along every run."""

    body = StochasticBound

    def further(self, inquiry: Inquiry, trials: Trials) -> dict[str, Any]:
        if trials.witness is not None:
            return {}
        noise = try_and_search(inquiry, trials)
        if trials.witness is not None:
            return {}
        drawn = try_drawn(inquiry, trials)
        if drawn is not None and drawn.violation:
            return {"statistics": Evidence("statistics", "statistical", drawn.violation, drawn.facts)}
        return {"untried": UNTRIED if noise is None and drawn is None and trials.tallies else ""}

    def search_further(self, hunt: Hunt) -> None:
        for name, attempt in (
            ("small laws of stochastic gradients", exact_noise.try_out),
            ("the moment search", moment_search.search),
            ("a search of product laws", product_search.search),
        ):
            hunt.begin(name)
            try:
                found = attempt(hunt.claim, hunt.advance)
            except UNABLE as unsupported:
                hunt.stages[-1] = f"skipped {name}: {unsupported}"
                continue
            hunt.take(found.witness)


def try_and_search(inquiry: Inquiry, trials: Trials) -> Noise | None:
    """Try noise on small problems, then look for noise that breaks the claim. What the trials showed, if there were
    any."""
    claim = inquiry.claim
    noise = None
    try:
        noise = try_noise(claim, inquiry.advance)
        trials.tallies += noise.tallies
        trials.series += noise.series.values()
        trials.witness = noise.witness
        trials.elsewhere = Reached(noise.largest, noise.instance, f"k = {noise.step}")
    except UNABLE as unsupported:
        inquiry.add("note", "sampled", f"no noise was tested: {unsupported}")
    if trials.witness is not None:
        return noise
    products = product_search.assumes_products(claim)
    try:
        found = (product_search if products else moment_search).search(claim, inquiry.advance)
    except UNABLE as unsupported:
        inquiry.add("note", "sampled", f"no noise was searched for: {unsupported}")
        return noise
    if found.witness is None:
        text = f"{found.tried} oracles drive E[V_k] up to {found.largest:.4g} of the bound in floats, "
        text += "none above it" if found.largest <= 1 else "not confirmed by any exact run"
    else:
        text = f"the last of {found.tried} oracles breaks the claim; it meets the assumptions given x, for every x"
        trials.witness = found.witness
        ratio = found.witness.measured[0] / found.witness.bound[1]
        broken = Reached(to_float(ratio), found.witness.describe(), f"k = {found.witness.k}")
        trials.elsewhere = max(trials.elsewhere, broken)
    facts = {"tried": found.tried, "largest_ratio": found.largest}
    inquiry.add("search", "sampled", f"{'product laws' if products else 'moment search'}: {text}", facts)
    return noise


def try_drawn(inquiry: Inquiry, trials: Trials) -> Sampled | None:
    """Try gradients drawn from continuous laws, and say of which the claim says nothing. None if none was tried."""
    try:
        drawn = try_draws(inquiry.claim, inquiry.profile, inquiry.seed, inquiry.error, inquiry.advance)
    except UNABLE as unsupported:
        inquiry.add("note", "sampled", f"no gradients were drawn: {unsupported}")
        return None
    trials.tallies += drawn.tallies
    trials.series += drawn.series
    for law, why in drawn.refused.items():
        inquiry.add("refused", "enclosed", f"the claim does not cover {law}: {why}")
    if drawn.tallies and not drawn.violation:
        facts, measure = drawn.facts, inquiry.claim.measure
        assert measure is not None
        text = (
            f"seed {facts['seed']}, {facts['runs']} runs per instance; no lower confidence bound on "
            f"{formula_text(measure.symbol)} exceeds the bound; error probability {facts['error_of_each']:.2g} each, "
            f"{facts['error']:.2g} in total"
        )
        inquiry.add("draws", "statistical", text, facts)
    return drawn if drawn.tallies else None
