"""Experiments: claims in words, decided by criteria in numbers that are stated beside what was measured.

An experiment is found by the ID of its claim in the modules of `checks/experiments`. Its verdict is `reproduced` if
every criterion holds on the reading that the paper prints; other readings and further data are told beside it, and so
is whether a theorem of the paper says anything of the experiment at all.
"""

from __future__ import annotations

import io
import pkgutil
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from signproof.checks.experiments import figures


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

    @property
    def facts(self) -> dict[str, Any]:
        """As plain data."""
        return {"asked": self.asked, "measured": self.measured, "holds": self.holds}


@dataclass(frozen=True)
class Choice:
    """A setting that the paper leaves open, and what it is here."""

    what: str
    chosen: str

    def __str__(self):
        return f"{self.what}: {self.chosen}"


@dataclass(frozen=True)
class Reading:
    """Another reading of the paper, or other data, with its criteria; it does not decide."""

    name: str
    criteria: tuple[Criterion, ...]

    @property
    def holds(self) -> bool:
        return all(criterion.holds for criterion in self.criteria)

    def __str__(self):
        return f"{self.name}: it {'holds' if self.holds else 'does not hold'}; " + "; ".join(map(str, self.criteria))


@dataclass(frozen=True)
class Coverage:
    """Whether a theorem says anything of an experiment: what it assumes, in numbers, each as a criterion."""

    theorem: str
    conditions: tuple[Criterion, ...]

    @property
    def holds(self) -> bool:
        return bool(self.conditions) and all(condition.holds for condition in self.conditions)

    def __str__(self):
        missed = [str(condition) for condition in self.conditions if not condition.holds]
        return f"{self.theorem} {'covers' if self.holds else 'does not cover'} this experiment" + (
            f": {missed[0]} is not met" if missed else ""
        )


@dataclass(frozen=True)
class Picture:
    """A greyscale image, 0 black and 1 white: its name, what else is told of it, pixels of shape (rows, columns)."""

    name: str
    says: str
    pixels: np.ndarray

    @property
    def data(self) -> dict[str, Any]:
        """As plain data, the image as a PNG in base64. Values beyond black and white become these."""
        from PIL import Image

        grey = np.rint(np.clip(np.nan_to_num(self.pixels), 0, 1) * 255).astype(np.uint8)
        file = io.BytesIO()
        Image.fromarray(grey).save(file, "PNG", optimize=True)
        rows, columns = grey.shape
        png = b64encode(file.getvalue()).decode()
        return {"name": self.name, "says": self.says, "width": columns, "height": rows, "png": png}


@dataclass(frozen=True)
class Outcome:
    """What an experiment showed: the criteria that decide, notes, series for the charts, the choices that the paper
    leaves open, other readings, which theorems cover it, and pictures."""

    criteria: tuple[Criterion, ...]
    notes: tuple[str, ...] = ()
    series: tuple[dict[str, Any], ...] = field(default=())
    choices: tuple[Choice, ...] = ()
    readings: tuple[Reading, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    pictures: tuple[Picture, ...] = ()

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
    modules = [import_module(f"{figures.__name__}.{each.name}") for each in pkgutil.iter_modules(figures.__path__)]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Experiment)]
    return {experiment.claim: experiment for experiment in found}
