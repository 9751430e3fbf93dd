"""The named counterexamples show what they say, and the page about them is what a fresh run prints."""

from __future__ import annotations

import itertools
import re

import pytest
from places import ROOT

from signproof.commands.counterexamples import described, kept
from signproof.counterexamples import example_1, example_2, example_3
from signproof.counterexamples.even_votes import TiesUp
from signproof.counterexamples.gallery import gallery
from signproof.report.gallery import drawing, page
from signproof.theory.algorithms import MajorityVote

DOCS = ROOT / "docs"
PAGE = (DOCS / "counterexamples.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def shown():
    """What a run of each counterexample shows, by its key."""
    return {key: counterexample.run() for key, counterexample in gallery().items()}


def test_every_counterexample_shows_what_it_should(shown, record_property):
    assert len(shown) == 13
    for key, outcome in shown.items():
        assert outcome.holds and outcome.level in ("exact", "enclosed"), key
        record_property("said", f"counterexample {key}: {outcome.level}; {outcome.size}")


def test_the_corpus_as_a_table(record_property):
    rows = kept()
    assert len({row["claim"] for row in rows}) == len(rows) >= 18
    for row in rows:
        sizes = f"{row['coordinates']} coordinates, k = {row['steps']}, {row['digits']} digits"
        record_property("said", f"witness of {row['claim']}: {row['level']}; {sizes}")


def test_the_page_is_that_of_a_fresh_run(shown):
    entries = [described(key, counterexample, shown[key]) for key, counterexample in gallery().items()]
    assert page(entries, kept(), "figures") == PAGE, "run `make counterexamples`"


def test_the_pictures_are_those_of_a_fresh_run(shown):
    """Their curves, to a tenth of a pixel: where the labels stand depends on the fonts of the machine."""
    assert {path.stem for path in (DOCS / "figures").glob("*.svg")} == set(shown)
    for key, outcome in shown.items():
        text = (DOCS / "figures" / f"{key}.svg").read_text(encoding="utf-8")
        assert f"(figures/{key}.svg)" in PAGE
        assert curves(drawing(outcome.picture)) == pytest.approx(curves(text), abs=0.1), f"{key}: make counterexamples"


def test_iterations_are_counted_in_whole_numbers():
    for path in (DOCS / "figures").glob("*.svg"):
        words = re.search(r'aria-label="X-axis titled \'iteration k\' for a linear scale [^"]*"', path.read_text())
        labels = re.findall(r">([^<>]*e[+-]\d+)<", path.read_text().split("Y-axis")[0]) if words else []
        assert not labels, (path.name, labels)


def curves(svg):
    """The coordinates of all points of an SVG's lines."""
    paths = re.findall(r'aria-roledescription="line mark"[^>]*? d="([^"]*)"', svg)
    paths += re.findall(r' d="([^"]*)"[^>]*?aria-roledescription="line mark"', svg)
    found = [float(number) for path in paths for number in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", path)]
    assert found, "no curve"
    return found


def test_example_1_returns_for_ever():
    (witness,) = example_1.example_1.witnesses
    assert witness.k == 2 and witness.exhibit
    assert witness.replay().measured == witness.replay().bound


def test_floats_end_at_zero_and_balls_do_not():
    assert example_2.lands_on_zero() == 5650
    points, tops = example_2.envelope()
    assert len(points) == 10_002 and all(0 not in point for point in points[5600:5700])
    for fewer, more in itertools.pairwise(tops):
        assert 0.31 < more / fewer < 0.37


def test_the_formula_fails_at_25():
    (witness,) = example_3.example_3.witnesses
    assert witness.k == 25


def test_ties_up_differs_in_ties_alone():
    """As one worker is never tied, the two rules are one."""

    class Votes:
        def __init__(self, vote):
            self.vote = vote

        def votes(self, gradient, x, workers):
            return 1, self.vote

        def abs(self, x):
            return abs(x)

    for vote in (-1, 0, 1):
        xp = Votes(vote)
        ((fair, _), (up, _)) = (kind(1, 2).update(5, None, (), xp) for kind in (MajorityVote, TiesUp))
        assert fair == 5 - vote and up == (4 if vote == 0 else fair)
