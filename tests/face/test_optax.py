"""The table over optax (docs/drawing/optax_table.py) asks all that optax has."""

from __future__ import annotations

import inspect
import re

import optax
import pytest
from places import ROOT, script

from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.trials import bounds

NOT_ASKED = {
    "chain", "named_chain",  # several at once: `identity` and wrappers stand for them
    "scale_by_zoom_linesearch",  # minutes; lbfgs has it inside
    "inject_stateful_hyperparams", "multi_transform", "measure_with_ema", "snapshot", "scale_by_lbfgs",
    "optimistic_adam", "freeze", "masked",
}  # fmt: skip
"""What is not asked under that name."""


@pytest.fixture(scope="module")
def table():
    return script(ROOT / "docs" / "drawing" / "optax_table.py")


def test_all_of_optax_is_in_the_table(table):
    transformations = {
        name
        for name, function in vars(optax).items()
        if inspect.isfunction(function)
        and not name.startswith("_")
        and "GradientTransformation" in str(inspect.signature(function).return_annotation)
    }
    assert transformations - NOT_ASKED <= {*table.factories()}


def test_a_row_says_what_comes_out(table, monkeypatch):
    monkeypatch.setattr(bounds, "believed", lambda claim: [DiagonalQuadratic])
    for family in (DiagonalQuadratic, LeastSquares):
        monkeypatch.setattr(family, "shapes", ())
    row, seconds = table.asked("clip")
    assert re.fullmatch(r"\| `clip` \| broken \| 1 \| \d+ s \|  \|", table.line("clip", row, seconds))


HOLDS = {
    "apply_if_finite", "centralize", "chain", "conditionally_mask", "conditionally_transform", "flatten", "freeze",
    "identity", "inject_hyperparams", "masked", "named_chain", "partition", "scale", "scale_by_learning_rate",
    "scale_by_schedule", "selective_transform", "sgd", "stateless", "stateless_with_tree_map",
    "with_extra_args_support", "zero_nans",
}  # fmt: skip
"""What is gradient descent, by its definition."""
RANDOM = {"add_noise", "noisy_sgd"}


def test_the_page_has_a_line_for_each_and_says_what_each_is_by_definition(table):
    text = table.PAGE.read_text(encoding="utf-8")
    lines = dict(re.findall(r"^\| `(\w+)` \| ([a-z ]+) \|", text, re.MULTILINE))
    assert {*lines} == {*table.factories()}
    assert {name for name, outcome in lines.items() if outcome == "holds"} == HOLDS
    assert {name for name, outcome in lines.items() if outcome == "not applicable"} == RANDOM
    assert {name for name, outcome in lines.items() if outcome == "failed"} <= {"sophia"}  # it asks for obj_fn


@pytest.mark.slow
def test_the_page_is_what_comes_out(table, monkeypatch):
    monkeypatch.setattr(bounds, "believed", lambda claim: [DiagonalQuadratic])
    for family in (DiagonalQuadratic, LeastSquares):
        monkeypatch.setattr(family, "shapes", ())
    text = table.PAGE.read_text(encoding="utf-8")
    for name in table.factories():
        row, seconds = table.asked(name)
        assert table.line(name, row, seconds).rpartition(" s |")[0].rpartition("|")[0] in text, name
