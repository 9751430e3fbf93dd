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
    "lookahead",  # parameters of its own kind
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
