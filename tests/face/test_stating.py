"""What "How to state it" shows can be stated, measured and written down."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import fmpq

import signproof
from signproof import Claim, ClaimError
from signproof.checks.numbers.exact import Balls, rationals, to_float
from signproof.checks.numbers.floats import NUMPY
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.replay.bounds import run
from signproof.checks.replay.stated import part, part_from
from signproof.checks.runs.instance import Instance
from signproof.checks.runs.over_arrays import along
from signproof.checks.verdicts.exhibit import exhibit
from signproof.theory.algorithms import GradientDescent, ScaledSignGD, SignGD
from signproof.theory.assumptions import Assumption, PolyakLojasiewicz, Smooth
from signproof.theory.measures import Measure, Suboptimality
from signproof.theory.norms import L2
from signproof.theory.symbols import V0, L, alpha, k, mu
from signproof.theory.terms.formula import parse, tex, text

PAGE = (Path(signproof.__file__).parents[1] / "docs" / "stating.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
TABLES = dict(re.findall(r"^## (Measures|Bounds|Assumptions)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))
ROW = re.compile(r"^\| [^`\n]*?(?:`k >= 1`[^`\n]*)?\| `(.*?)` \|$", re.MULTILINE)
EXAMPLES = {name: ROW.findall(page) for name, page in TABLES.items()}


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": __name__}
    for block in BLOCKS:
        exec(block, space)
    return space


def claim(measure, bound, **parts):
    return Claim(**{"id": "own", "algorithm": GradientDescent(alpha), "domain": (alpha > 0, k >= 1), "measure": measure,
                    "assumptions": (Smooth(L, L2), PolyakLojasiewicz(mu, L2)), "bound": bound} | parts)  # fmt: skip


def followed(claim, steps):
    parameters = {"alpha": fmpq(1, 5), "L": fmpq(3), "mu": fmpq(1)}
    with Balls(128) as balls:
        problem = DiagonalQuadratic(rationals(["1", "3"]))
        return [*islice(run(Instance(claim, problem, parameters, (fmpq(2), fmpq(-1))), balls), steps)]


def test_the_tables_are_read_in_full():
    lines = {name: [line for line in page.split("\n") if line.startswith("| ")] for name, page in TABLES.items()}
    rows = {name: sum("write |" not in line and "---" not in line for line in found) for name, found in lines.items()}
    assert rows == {name: len(found) for name, found in EXAMPLES.items()} and min(rows.values()) > 5


@pytest.mark.parametrize("example", EXAMPLES["Measures"])
def test_a_measure_can_be_stated_measured_and_written_down(example, names):
    measure = eval(example, names)
    found = followed(claim(measure, V0 / k), 4)
    assert isinstance(measure, Measure) and all(here.measured is not None for here in found[1:])
    assert part_from(part(measure), Measure, ()) == measure
    assert text(measure.symbol) and tex(measure.symbol)


@pytest.mark.parametrize("example", EXAMPLES["Bounds"])
def test_a_bound_has_the_same_value_exactly_and_on_arrays(example, names):
    bound = eval(example, names)
    found = followed(claim(Suboptimality(), bound), 4)
    values = {V0: np.array([3.5]), alpha: np.array([0.2]), L: np.array([3.0]), mu: np.array([1.0])}
    arrays = np.broadcast_to(along(bound, values, 3, 1, NUMPY), (4, 1))[:, 0]
    assert arrays == pytest.approx([to_float(here.bound[0]) for here in found])
    assert parse(str(bound)) == bound


@pytest.mark.parametrize("example", EXAMPLES["Assumptions"])
def test_an_assumption_has_an_instance_and_is_written_down(example, names):
    assumption = eval(example, names)
    stated = claim(Suboptimality(), V0, assumptions=(assumption,), domain=(alpha > 0,))
    assert exhibit(stated) is not None
    assert part_from(part(assumption), Assumption, ()) == assumption


def test_formulas_and_the_method_are_claims(names):
    assert names["begun"].kind == "bound"
    for name in ("discounted", "lyapunov"):
        assert all(here.measured is not None for here in followed(claim(names[name], V0), 3))


@pytest.mark.parametrize("bound", ["V0 / k", "log(k) * V0", "V0 * k ** Rational(-1, 2)"])
def test_a_bound_without_a_value_at_the_start_is_refused_with_the_fix(bound, names):
    formula = eval(bound, names)
    for method in (SignGD(alpha), ScaledSignGD(alpha)):
        with pytest.raises(ClaimError, match="no value at k = 0: add k >= 1 to the domain"):
            claim(Suboptimality(), formula, algorithm=method, domain=(alpha > 0,))
        assert claim(Suboptimality(), formula, algorithm=method)


def test_a_measure_without_a_value_at_the_start_is_refused_with_the_fix(names):
    with pytest.raises(ClaimError, match=r"MeanDualGradientNorm, .* has no value at k = 0: add k >= 1 to the domain"):
        claim(eval("MeanDualGradientNorm(1, LINF, k - 1)", names), V0, domain=(alpha > 0,))


def test_a_weight_that_nothing_binds_is_refused_with_the_fix(names):
    with pytest.raises(ClaimError, match=r"sigma in the measure Potential is unbound: name it in the domain"):
        claim(eval("sigma * Suboptimality()", names), V0)
