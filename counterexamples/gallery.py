"""All named counterexamples, in the order in which the documentation shows them."""

from __future__ import annotations

from importlib import import_module

from signproof.counterexamples.counterexample import Counterexample

NAMES = (
    "example_1", "example_2", "example_3", "remark_1", "example_4", "theorem_2_1", "theorem_2_2", "theorem_3",
    "even_votes", "error_feedback_1", "error_feedback_2", "error_feedback_3", "skewed_noise",
)  # fmt: skip
"""The modules; each holds one under its own name."""


def gallery() -> dict[str, Counterexample]:
    """The counterexamples by the names of their modules."""
    return {name: getattr(import_module(f"signproof.counterexamples.{name}"), name) for name in NAMES}
