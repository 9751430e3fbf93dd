"""How often the engine compiles while claims are tried: once for each rule and each shape of a family's batches."""

import pytest

from signproof.checks.problems.families import families
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.runs import engine
from signproof.checks.trials import bounds as trials
from signproof.checks.trials.bounds import try_out
from signproof.checks.trials.tally import Profile
from signproof.theory.catalog import catalog

PROFILE = Profile("two batches of each shape", 2, 8)
CLAIMS = (
    "scaled-sign/theorem-1.1",
    "scaled-sign/theorem-1.3",
    "own/theorem-1.dual-norms.3",
    "own/theorem-2.2.repaired",
    "own/remark-3.signgd.repaired",
    "scaled-sign/remark-3.max-norm",
)
"""Step sizes that are constant, a schedule, dependent on V_0, dependent on the number of steps; two norms."""


@pytest.mark.parametrize(
    "tried",
    [pytest.param([DiagonalQuadratic], id="diagonal"), pytest.param(families(), id="all", marks=pytest.mark.slow)],
)
def test_the_engine_compiles_once_for_each_rule_family_and_shape(tried, monkeypatch, record_property):
    asked, run = [], engine.run

    def recorded(algorithm, problem, start, *rest, **named):
        norm = getattr(algorithm, "norm", None)
        asked.append((engine._rule(algorithm).__class__, norm, type(problem), start.shape))
        return run(algorithm, problem, start, *rest, **named)

    monkeypatch.setattr(trials, "believed", lambda claim: tried)
    monkeypatch.setattr(engine, "run", recorded)
    monkeypatch.setattr(engine, "BRIEF", 0)  # else none of these is compiled
    engine._run.clear_cache()
    for id in CLAIMS:
        assert try_out(catalog()[id], PROFILE).tallies
    compiled, different = engine._run._cache_size(), len(set(asked))
    assert 0 < compiled <= different < len(asked) / 2
    record_property("said", f"{len(asked)} runs on the engine, {different} rules and shapes, {compiled} compilations")
