"""Baselines of variants: what is worse, what is stale, and what is never touched."""

from __future__ import annotations

import json
from dataclasses import replace
from math import log

import pytest

from signproof.checks.variants.row import Row
from signproof.report import variant_baseline
from signproof.report.variant_baseline import FORMER, SCHEMA, BaselineError, add_new, compare, read, update
from signproof.report.variant_baseline import _entry as entry_of

HOLDS = Row("paper/theorem-1", "holds", 0.99, 0.98, instance="f = x^2", check="variant/1 quick", variant="mine")
BROKEN = Row("paper/theorem-2", "broken", 1.5, step=3, instance="f = 2 x^2", check="variant/1 quick", variant="mine")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "tests" / variant_baseline.NAME
    update(path, [HOLDS, BROKEN])
    return path


def test_what_is_written_is_read(path):
    assert read(path)["mine"]["paper/theorem-2"] == {
        "status": "broken", "log_ratio": round(log(1.5), 12), "tightness": None, "step": 3, "instance": "f = 2 x^2",
        "check": "variant/1 quick",
    }  # fmt: skip
    assert json.loads(path.read_text())["schema"] == SCHEMA
    found = compare([HOLDS, BROKEN], read(path))
    assert (found.differences, found.stale, found.new) == ((), (), ())
    assert [child.name for child in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (replace(HOLDS, ratio=0.995), "mine, paper/theorem-1: ratio 0.995, was 0.99 in the baseline (f = x^2)"),
        (replace(HOLDS, tightness=0.99), "mine, paper/theorem-1: tightness 0.99, was 0.98 in the baseline (f = x^2)"),
        (
            replace(HOLDS, status="broken", ratio=4.59e306),
            "mine, paper/theorem-1: status broken, ratio 10^306.7; was holds, ratio 0.99 in the baseline (f = x^2)",
        ),
        (
            replace(HOLDS, status="broken", ratio=1.1),
            "mine, paper/theorem-1: status broken, ratio 1.1; was holds, ratio 0.99 in the baseline (f = x^2)",
        ),
    ],
)
def test_what_is_worse_is_a_difference_with_both_numbers_and_the_instance(path, now, words):
    assert [str(difference) for difference in compare([now, BROKEN], read(path)).differences] == [words]


def test_what_is_better_or_within_the_tolerance_is_none(path):
    assert not compare([replace(HOLDS, ratio=0.5), BROKEN], read(path)).differences
    assert not compare([replace(HOLDS, ratio=0.995), BROKEN], read(path), tolerance=0.01).differences
    assert compare([replace(HOLDS, ratio=0.995), BROKEN], read(path), tolerance=0.001).differences


def test_what_is_broken_earlier_is_worse_and_what_is_broken_by_more_is_not(path):
    assert not compare([HOLDS, replace(BROKEN, ratio=4.59e306)], read(path)).differences
    assert not compare([HOLDS, replace(BROKEN, step=4)], read(path)).differences
    [worse] = compare([HOLDS, replace(BROKEN, step=2)], read(path)).differences
    assert str(worse) == "mine, paper/theorem-2: step 2, was 3 in the baseline (f = 2 x^2)"


def test_no_number_of_a_baseline_is_huge(path):
    update(path, [replace(BROKEN, ratio=4.59e306), replace(HOLDS, ratio=0.0)])
    entries = read(path)["mine"]
    assert 706 < entries["paper/theorem-2"]["log_ratio"] < 707 and entries["paper/theorem-1"]["log_ratio"] is None


def test_a_baseline_of_version_1_is_read(path):
    former = {"status": "holds", "ratio": 0.99, "tightness": 0.98, "check": "variant/1 quick"}
    path.write_text(json.dumps({"schema": FORMER, "variants": {"mine": {"paper/theorem-1": former}}}))
    assert not compare([HOLDS], read(path)).differences
    assert compare([replace(HOLDS, ratio=0.995)], read(path)).differences
    path.write_text(json.dumps({"schema": FORMER, "variants": {"mine": {"paper/theorem-1": {"status": "holds"}}}}))
    with pytest.raises(BaselineError, match="is damaged"):
        read(path)


def test_stale_and_new_entries_are_told(path):
    found = compare([HOLDS, replace(BROKEN, claim="paper/theorem-3")], read(path))
    assert found.stale == ("mine, paper/theorem-2: no longer tested",)
    assert [row.claim for row in found.new] == ["paper/theorem-3"] and not found.differences
    assert not compare([HOLDS], read(path), complete=False).stale


def test_ratios_of_another_check_are_not_compared_but_verdicts_are(path):
    other = replace(HOLDS, check="variant/2 quick", ratio=0.999)
    found = compare([other, BROKEN], read(path))
    assert not found.differences and found.stale == (
        "mine, paper/theorem-1: measured by 'variant/1 quick', now by 'variant/2 quick'",
    )
    assert compare([replace(other, status="failed"), BROKEN], read(path)).differences


def test_an_update_keeps_other_variants_and_unless_complete_other_claims(path):
    update(path, [replace(HOLDS, variant="other"), replace(HOLDS, ratio=0.5)])
    assert read(path)["mine"]["paper/theorem-1"]["log_ratio"] == round(log(0.5), 12) and len(read(path)["mine"]) == 2
    update(path, [HOLDS], complete=True)
    assert {*read(path)["mine"]} == {"paper/theorem-1"} and "other" in read(path)


def test_adding_what_is_new_changes_nothing_else(path):
    new = replace(HOLDS, claim="paper/theorem-3")
    assert add_new(path, [replace(HOLDS, ratio=0.1), new]) == [new]
    assert (
        read(path)["mine"]["paper/theorem-1"]["log_ratio"] == round(log(0.99), 12)
        and "paper/theorem-3" in read(path)["mine"]
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not JSON"),
        (json.dumps({"schema": "signproof-variant-baseline/3", "variants": {}}), "signproof-variant-baseline/3"),
        (json.dumps([1]), "has the schema 'list'"),
        (json.dumps({"schema": SCHEMA, "variants": {"mine": {"paper/theorem-1": {"status": "holds"}}}}), "is damaged"),
        (json.dumps({"schema": SCHEMA}), "is damaged"),
        *(
            (json.dumps({"schema": SCHEMA, "variants": {"mine": {"paper/theorem-1": entry | other}}}), "is damaged")
            for entry in (entry_of(HOLDS),)
            for other in (
                {"log_ratio": "0.9"},
                {"tightness": True},
                {"log_ratio": float("nan")},
                {"status": None},
                {"step": 1.5},
                {"instance": None},
            )
        ),
    ],
)
def test_what_is_no_baseline_is_said_in_a_line_and_stays_untouched(path, text, words):
    path.write_text(text)
    for action in (read, lambda path: update(path, [HOLDS]), lambda path: add_new(path, [HOLDS])):
        with pytest.raises(BaselineError, match=words) as error:
            action(path)
        assert "\n" not in str(error.value) and path.read_text() == text


def test_a_missing_baseline_is_empty(tmp_path):
    assert read(tmp_path / "none.json") == {}
