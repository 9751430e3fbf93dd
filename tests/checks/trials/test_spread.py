"""How the ratios of all instances are told in few numbers."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from signproof.checks.trials.batch import Comparison
from signproof.checks.trials.spread import BINS, QUANTILES, Spread
from signproof.checks.trials.tightness import largest
from signproof.checks.trials.tightness import ratios as ratios_after

RATIOS = arrays(float, st.tuples(st.integers(2, 80), st.integers(1, 9)), elements=st.floats(0, 1.5) | st.just(np.nan))


def comparison(ratios):
    """A comparison whose measure has these ratios to a bound of 1; NaN is not compared."""
    considered, ones = np.isfinite(ratios), np.ones_like(ratios)
    measured = np.where(considered, ratios, 1)
    held = considered & (ratios <= 1)
    usable, floor = np.ones(ratios.shape[1], bool), np.full(ratios.shape[1], len(ratios))
    return Comparison(
        (ones, ones),
        (measured, measured),
        (ones, ones),
        usable,
        considered,
        considered,
        held,
        considered & ~held,
        floor,
    )


@given(st.lists(RATIOS, min_size=1, max_size=3))
def test_every_run_is_counted_and_the_curves_are_in_order(batches):
    steps = min(map(len, batches))
    batches = [ratios[:steps] for ratios in batches]
    spread = Spread()
    for ratios in batches:
        spread.add(comparison(ratios), largest(ratios_after(comparison(ratios))))
    everything = np.concatenate(batches, axis=1)
    facts = spread.facts
    if not np.isfinite(everything).any():
        assert facts == {}
        return
    later = everything[1:, np.isfinite(everything[1:]).any(axis=0)]  # at k = 0 nothing is told of a bound
    assert ("histogram" in facts) == bool(later.size)
    if later.size:
        histogram, top = facts["histogram"], np.nanmax(later, axis=0)
        assert sum(histogram["counts"]) + histogram["above"] == len(top)
        assert histogram["above"] == (top > 1).sum() and len(histogram["counts"]) == BINS
    if "spread" in facts:
        curves = np.array([facts["spread"][name] for name in QUANTILES])
        assert (np.diff(curves, axis=0) >= 0).all() and len(facts["spread"]["k"]) <= 66
        assert facts["spread"]["k"] == sorted(facts["spread"]["k"])
        for k, low, high in zip(facts["spread"]["k"], curves[0], curves[-1], strict=True):
            assert np.isclose(low, np.nanmin(everything[k]), rtol=1e-4)
            assert np.isclose(high, np.nanmax(everything[k]), rtol=1e-4)


def test_runs_followed_one_by_one_are_spread_like_a_batch():
    spread = Spread("t")
    spread.follow({0.5: 0.25, 1.0: 0.5})
    spread.follow({0.5: 0.75, 1.0: 1.5, 4.0: 0.1})
    spread.follow({0.5: 0.5})
    facts = spread.facts
    assert facts["spread"]["t"] == [0.5, 1.0]  # at 4 fewer than half are compared
    assert facts["spread"]["least"] == [0.25, 0.5] and facts["spread"]["largest"] == [0.75, 1.5]
    assert facts["spread"]["median"] == [0.5, 1.0]
    assert facts["histogram"]["above"] == 1 and sum(facts["histogram"]["counts"]) == 2
