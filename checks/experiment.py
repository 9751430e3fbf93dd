"""Experiments: claims in words, decided by criteria in numbers that are stated beside what was measured.

An experiment is found by the ID of its claim in the modules of `checks/experiments`. Its verdict is `reproduced` if
every criterion holds on the reading that the paper prints; other readings and further data are told as notes.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from signproof.checks import experiments


@dataclass(frozen=True)
class Setting:
    """How an experiment is run; None leaves a choice to the experiment and its profile.

    data: a file in LIBSVM format. samples, features: size of synthetic data. batch: samples of a mini-batch. repeats:
    independent runs. steps: iterations of each. folder: where a long run keeps its state, so that it can be resumed.
    """

    profile: str = "quick"
    seed: int = 0
    data: Path | None = None
    samples: int | None = None
    features: int | None = None
    batch: int | None = None
    repeats: int | None = None
    steps: int | None = None
    folder: Path | None = None

    def choose(self, name: str, quick: int, full: int) -> int:
        """A number that was asked for, or that of the profile."""
        given = getattr(self, name)
        return given if given is not None else full if self.profile == "full" else quick


@dataclass(frozen=True)
class Criterion:
    """What is asked, what was measured, and whether that meets it."""

    asked: str
    measured: str
    holds: bool
    level: str = "sampled"

    def __str__(self):
        return f"{self.asked}: {self.measured}"


@dataclass(frozen=True)
class Outcome:
    """What an experiment showed: the criteria that decide, notes (other readings, the choices made, what the theorems
    say of it), and series for the charts."""

    criteria: tuple[Criterion, ...]
    notes: tuple[str, ...] = ()
    series: tuple[dict[str, Any], ...] = field(default=())

    @property
    def reproduced(self) -> bool:
        return all(criterion.holds for criterion in self.criteria)


@dataclass(frozen=True)
class Experiment:
    """The experiment that decides a claim; `run` takes the setting and a function to tell progress to.

    One that is `costly` is not part of the quick profile.
    """

    claim: str
    run: Callable[[Setting, Callable[[str], None]], Outcome]
    costly: bool = False


@cache
def known() -> dict[str, Experiment]:
    """All experiments by the ID of their claim."""
    modules = [
        import_module(f"{experiments.__name__}.{each.name}") for each in pkgutil.iter_modules(experiments.__path__)
    ]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Experiment)]
    return {experiment.claim: experiment for experiment in found}
