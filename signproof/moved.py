"""Modules under the names that they had in version 0.1, so that files written for it still load.

Nothing of the package imports by these names. A module that was divided is the sum of its parts.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

MOVED = {
    "theory": {
        "automatic": "elaboration.automatic",
        "blocks": "elaboration.blocks",
        "consistency": "border.consistency",
        "coordinates": "methods.coordinates",
        "copies": "border.copies",
        "counts": "border.counts",
        "cube": "terms.cube",
        "decide": "algebra.decide",
        "elementary": "algebra.elementary",
        "exact_types": "terms.exact_types",
        "expectations": "terms.expectations",
        "flows": "terms.flows methods.flows assumptions.flows measures.flows",
        "formula": "terms.formula",
        "graph": "elaboration.graph",
        "home": "border.home",
        "lemmas": "derivation.table",
        "limits": "algebra.limits",
        "nowhere": "elaboration.nowhere",
        "opaque": "border.opaque",
        "oracles": "assumptions.gradients",
        "proof": "derivation.steps derivation.normal proof_steps",
        "prox": "terms.proximal methods.proximal assumptions.composite measures.proximal",
        "purity": "border.purity",
        "recognized": "elaboration.recognized",
        "runs": "border.runs",
        "state": "border.state",
        "steps": "border.steps",
        "turns": "derivation.turns",
        "vacuity": "elaboration.vacuity",
        "vectors": "terms.vectors",
        "votes": "terms.votes",
    },
    "checks": {
        "arrays": "numbers.arrays",
        "ascent": "trials.ascent",
        "batch": "trials.batch",
        "composite": "problems.composite problems.families",
        "composition": "problems.composition",
        "conformance": "variants.row",
        "cover": "numbers.cover",
        "data": "problems.data",
        "densities": "gradients.densities",
        "distributed_worker": "distributed.worker",
        "domain": "posing.domain",
        "engine": "runs.engine",
        "erm": "experiments.erm",
        "erm_kernel": "experiments.erm_kernel",
        "exact": "numbers.exact",
        "example": "facts.simplest",
        "expected": "runs.expected",
        "experiment": "experiments.experiment",
        "family_facts": "facts.families",
        "filippov": "flows.filippov",
        "finite_noise": "gradients.finite_drawn",
        "floats": "numbers.floats",
        "instance": "verdicts.exhibit",
        "judge": "verdicts.judge verdicts.tried kinds.words kinds.orbit",
        "keys": "numbers.keys",
        "lattice": "trials.lattice",
        "laws": "gradients.laws",
        "likely_path": "trials.path_search",
        "logistic": "problems.logistic",
        "logistic_data": "experiments.logistic_data",
        "matrices": "problems.matrices",
        "measure_facts": "facts.measures",
        "minibatch": "runs.minibatch",
        "minors": "numbers.minors",
        "moments": "trials.moment_search",
        "noise": "trials.exact_noise",
        "noisy": "gradients.drawn",
        "oracles": "gradients.finite",
        "paths": "flows.paths",
        "phase": "experiments.phase",
        "problem": "problems.base problems.families",
        "processes": "distributed.processes",
        "product_laws": "trials.product_search",
        "proposals": "search.proposals",
        "proximal": "runs.proximal replay.proximal",
        "proximal_trials": "trials.proximal",
        "purity": "facts.purity",
        "quadratic": "problems.quadratic",
        "race": "experiments.race",
        "reading": "facts.reading",
        "rebound": "numbers.rebound",
        "replay_flows": "replay.flows",
        "run_facts": "facts.runs",
        "sampled": "trials.drawn_noise",
        "sampling": "runs.drawn",
        "search_ascent": "search.ascent",
        "search_grid": "search.grid",
        "search_proximal": "search.proximal",
        "search_random": "search.hypothesis",
        "separable": "problems.separable",
        "series": "replay.series",
        "shrink": "search.shrink",
        "sine": "problems.sine",
        "sliding": "flows.sliding",
        "softplus": "problems.softplus",
        "spread": "trials.spread",
        "statistics": "numbers.confidence",
        "strategies": "testing.strategies",
        "taylor": "flows.taylor",
        "tightness": "trials.tightness",
        "tightness_map": "trials.tightness_map",
        "total_variation": "experiments.total_variation",
        "traced": "variants.traced",
        "trajectories": "flows.trajectories",
        "transformations": "variants.transformations",
        "transformed": "variants.variant",
        "verdict": "verdicts.verdict",
        "witness": "replay.witness replay.stated",
    },
}
"""Where what a module held is now, by the room and the module's name."""


class _Sum(Loader):
    """A module without contents of its own."""

    def __init__(self, parts: tuple[str, ...]):
        self.parts = parts

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        def look_up(name: str) -> Any:
            if name == "__all__":
                return sorted(
                    {each for part in map(import_module, self.parts) for each in vars(part) if each[0] != "_"}
                )
            for part in map(import_module, self.parts if not name.startswith("__") else ()):
                if hasattr(part, name):
                    return getattr(part, name)
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")

        module.__getattr__ = look_up  # type: ignore[method-assign]


class _Moved(MetaPathFinder):
    """Finds what is nowhere else: it is asked last."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        package, *rest = name.split(".")
        if package != "signproof" or len(rest) != 2:
            return None
        room, module = rest
        parts = MOVED.get(room, {}).get(module)
        if parts is None:
            return None
        return ModuleSpec(name, _Sum(tuple(f"signproof.{room}.{part}" for part in parts.split())))


def find_moved_modules() -> None:
    """Let Python find modules by their names of version 0.1."""
    if not any(isinstance(finder, _Moved) for finder in sys.meta_path):
        sys.meta_path.append(_Moved())
