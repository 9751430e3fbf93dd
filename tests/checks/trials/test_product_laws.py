"""The search over product laws: nothing against what is proved, and a witness where a bound is too low."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from planted import planted

from signproof.checks.gradients.laws import ANYWHERE, LawReader
from signproof.checks.posing.domain import Unsupported
from signproof.checks.trials import lattice, product_search
from signproof.checks.trials.product_search import search
from signproof.theory.assumptions.gradients import IndependentCoordinates, IndependentNormAndSigns
from signproof.theory.catalog import catalog
from signproof.theory.symbols import sigma

repaired = catalog()["own/theorem-3.repaired"]
printed = catalog()["scaled-sign/theorem-2.1"]
_independent = dataclasses.replace(printed, assumptions=(*printed.assumptions, IndependentCoordinates()), proof=None)


@pytest.fixture(autouse=True)
def fewer(monkeypatch):
    monkeypatch.setattr(lattice, "STEP_SIZES", ("1/25",))
    monkeypatch.setattr(lattice, "OTHERS", ("4/5", "1/2"))


@pytest.mark.parametrize("claim", [repaired, _independent], ids=["theorem 3", "theorem 2"])
def test_nothing_is_found_against_independent_coordinates(claim):
    found = search(claim)
    assert found.witness is None and found.tried >= 2
    assert 0.1 < found.largest <= (0.5 if claim is repaired else 1)


def test_a_floor_that_is_too_low_falls_to_a_product_law():
    low = dataclasses.replace(repaired, bound=repaired.bound.subs(sigma, sigma / 3), proof=None)
    witness = search(low).witness
    assert witness.replay().confirmed and witness.measured[0] > witness.bound[1]
    *_, independence = repaired.assumptions
    values = {symbol: witness.parameters[str(symbol)] for symbol in repaired.parameters if str(symbol) != "k"}
    laws = [(g, law) for g, law in witness.oracle.table.items() if g[0]][:3]
    for g, law in laws:
        assert len(law.values) > 2
        assert LawReader(g, law, values, 1).holds(independence.statement(ANYWHERE))


def test_the_largest_floor_is_that_of_one_coordinate_alone(monkeypatch):
    """own/theorem-2.1.sharp says that no more than half the floor is reached."""
    for name in ("STEP_SIZES", "OTHERS"):
        monkeypatch.setattr(lattice, name, ())
    found = search(repaired)
    assert found.witness is None and 0.44 < found.largest <= 0.5
    witness = search(planted("own/theorem-3.repaired, floor")).witness
    assert witness.replay().confirmed
    assert not any(value[1] for law in witness.oracle.table.values() for value in law.values)


def test_the_laws_of_a_pair_meet_what_is_assumed():
    parameters = next(p for p in lattice.parameters(repaired) if p["sigma"] == 4 and 4 * p["I_p"] == 3)
    relations = lattice.relations(repaired, "", product_search.INDEPENDENCE)
    pair = product_search._Pair(repaired, relations, parameters)
    assert pair.solve(4, 4)
    joint = np.einsum("pu,pw->puw", pair.one, pair.other)
    assert joint.sum(axis=(1, 2)) == pytest.approx(1)
    for gap in pair.equal:
        assert (joint * gap).sum(axis=(1, 2)) == pytest.approx(0, abs=1e-6)
    for gap in pair.below:
        assert (joint * gap).sum(axis=(1, 2)).max() <= 1e-6
    assert len(pair.below) >= 2 and pair.equal
    assert pair.one @ np.array(product_search.FIRST) == pytest.approx(pair.starts[0, :, 0], abs=1e-7)


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        (printed, "does not assume independent coordinates"),
        (catalog()["signprox/theorem-1"], r"claims about E\[V_k\]"),
        (
            dataclasses.replace(_independent, assumptions=(*_independent.assumptions, IndependentNormAndSigns())),
            "not linear",
        ),
        (
            dataclasses.replace(_independent, algorithm=catalog()["scaled-sign/theorem-2.2"].algorithm),
            "without a constant step size",
        ),
    ],
)
def test_other_claims_are_refused(claim, reason):
    with pytest.raises(Unsupported, match=reason):
        search(claim)
