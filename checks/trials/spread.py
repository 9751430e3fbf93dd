"""How measured / bound is spread over the instances of a family: what a chart of the runs needs, in few numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from signproof.checks.trials.batch import Comparison

QUANTILES = {"least": 0.0, "lower": 0.25, "median": 0.5, "upper": 0.75, "largest": 1.0}
"""The curves of a band, by name."""
BINS = 20
"""Bins of the histogram, from 0 to 1; what lies above 1 is counted apart."""
POINTS = 33
"""About how many iterations a band has; of longer runs every second one, or every third, ..."""
DIGITS = 5
"""Significant digits that are kept: a chart shows no more."""


@dataclass
class Spread:
    """The ratios measured / bound of all runs on one family: lower ends, so that rounding makes no bound look tight."""

    over: str = "k"
    """What the runs go over: "k", or "t" for times in units of each run's own."""
    ratios: list[np.ndarray] = field(default_factory=list)
    """An array for each batch, of shape (steps + 1, instances), NaN where nothing is compared."""
    runs: list[Mapping[Any, float]] = field(default_factory=list)
    """Runs that were followed one by one: their ratios by k or t."""
    tightness: list[float] = field(default_factory=list)
    """How near each run comes to the bound, as tightness is told; NaN where it says nothing."""

    def add(self, found: Comparison, tightness: np.ndarray) -> None:
        """Add the runs of one batch that meet the assumptions, and how tight the bound is on each, shape (batch,)."""
        with np.errstate(all="ignore"):
            compared = found.considered & (found.limit[1] > 0)
            ratios = np.where(compared, found.measured[0] / found.limit[1], np.nan)
        self.ratios.append(np.where(np.isfinite(ratios), ratios, np.nan)[:, found.usable])
        self.tightness += [float(number) for number in tightness[found.usable]]

    def follow(self, ratios: Mapping[Any, float], tightness: float | None = None) -> None:
        """Add one run: its ratios by k or t, and how tight the bound is on it; if that is not told, the largest."""
        self.runs.append(ratios)
        self.tightness.append(max(ratios.values(), default=np.nan) if tightness is None else tightness)

    def table(self) -> tuple[list[Any], np.ndarray]:
        """Where ratios were taken, in order, and the ratios, of shape (places, instances), NaN where there is none."""
        places = sorted({place for run in self.runs for place in run})
        columns = [[run.get(place, np.nan) for place in places] for run in self.runs]
        alone = np.array(columns, dtype=float).T.reshape(len(places), len(columns))
        if not self.ratios:
            return places, alone
        ratios = np.concatenate(self.ratios, axis=1)
        return [*range(len(ratios))], ratios

    @property
    def facts(self) -> dict[str, Any]:
        """As plain data, empty if nothing was compared.

        `spread`: quantiles over the instances at every k or t at which at least half of them are compared.
        `histogram`: how tight the bound is on each run, counted in bins from 0 to 1, and how many are above 1.
        """
        places, ratios = self.table()
        known = np.isfinite(ratios)
        ratios, known = ratios[:, known.any(axis=0)], known[:, known.any(axis=0)]
        if not ratios.size:
            return {}
        facts: dict[str, Any] = {}
        tightness = np.array(self.tightness, dtype=float)
        tightness = tightness[~np.isnan(tightness)]
        if tightness.size:
            edges = np.linspace(0, 1, BINS + 1)
            counts = np.histogram(np.clip(tightness[tightness <= 1], 0, 1), edges)[0]
            facts["histogram"] = {
                "edges": [_short(edge) for edge in edges],
                "counts": [int(count) for count in counts],
                "above": int((tightness > 1).sum()),
            }
        shown = np.flatnonzero(known.sum(axis=1) * 2 >= ratios.shape[1])
        shown = shown[:: -(-len(shown) // POINTS) or 1]
        if len(shown) > 1:
            with np.errstate(all="ignore"):  # what overflows is not finite, and told as unknown
                quantiles = np.nanquantile(ratios[shown], list(QUANTILES.values()), axis=1)
            facts["spread"] = {self.over: [places[index] for index in shown]} | {
                name: [_short(value) for value in row] for name, row in zip(QUANTILES, quantiles, strict=True)
            }
        return facts


def _short(value: float) -> float | None:
    """A number with few digits; None for one that is not finite, or is rounded to none."""
    short = float(f"{value:.{DIGITS}g}")
    return short if np.isfinite(short) else None
