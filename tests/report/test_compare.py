"""What changed between two ledgers, and how it is marked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from signproof.report.compare import RANK, compare
from signproof.report.site import VERDICTS

ENTRIES = st.builds(
    lambda verdict, ratio: {"verdict": verdict, "tightness": None if ratio is None else {"ratio": ratio}},
    st.sampled_from(sorted(RANK)),
    st.none() | st.floats(0.1, 2),
)
LEDGERS = st.dictionaries(st.sampled_from("abcd"), ENTRIES).map(
    lambda found: {"claims": [{"id": id, **entry} for id, entry in found.items()]}
)
OPPOSITE = {"better": "worse", "worse": "better", "new": "gone", "gone": "new"}


def entry(verdict, ratio=None):
    return {"claims": [{"id": "a", "verdict": verdict, "tightness": ratio and {"ratio": ratio}}]}


def marks(old, new):
    return [(change.mark, change.verdict) for change in compare(old, new)]


def test_every_verdict_has_a_rank():
    assert set(RANK) == set(VERDICTS)


def test_marks():
    nothing = {"claims": []}
    assert marks(entry("open"), entry("proved")) == [("better", True)]
    assert marks(entry("supported"), entry("open")) == [("worse", True)]
    assert marks(entry("refuted"), entry("not reproduced")) == [("verdict changed", True)]
    assert marks(nothing, entry("refuted")) == [("new", False)]
    assert marks(entry("proved"), nothing) == [("gone", True)]
    assert marks(entry("proved", 0.5), entry("proved", 0.9)) == [("better", False)]
    assert marks(entry("proved", 0.9), entry("proved", 0.895)) == [("", False)]
    assert marks(entry("proved", 0.9), entry("proved", 0.85)) == [("worse", False)]
    assert marks(entry("refuted", 3.0), entry("refuted", 30.0)) == [("", False)]


@given(LEDGERS, LEDGERS)
def test_what_is_better_one_way_is_worse_the_other(old, new):
    there = {change.id: change.mark for change in compare(old, new)}
    back = {change.id: change.mark for change in compare(new, old)}
    assert {id: OPPOSITE.get(mark, mark) for id, mark in there.items()} == back
    assert not any(change.mark or change.verdict for change in compare(old, old))
