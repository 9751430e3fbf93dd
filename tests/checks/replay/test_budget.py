"""A witness with numbers, steps or formulas beyond what is computed is refused with the figure, within seconds."""

from __future__ import annotations

import copy
import json
import random
import time

import pytest

from signproof.checks.replay.witness import WitnessError, load
from signproof.checks.runs.exact import TooLong
from signproof.counterexamples import corpus
from signproof.theory.catalog import catalog
from signproof.theory.terms.formula import parse

RUN = {
    "schema": "signproof-witness/1",
    "claim": "mine/x",
    "statement": {
        "domain": [],
        "algorithm": {"name": "SignGD", "step_size": "1/4"},
        "assumptions": [{"name": "Smooth", "constant": "L", "norm": "2"}],
        "measure": {"name": "MinDualGradientNorm", "power": 2, "norm": "inf"},
        "bound": "L*V_0/2",
    },
    "kind": "violation",
    "level": "exact",
    "problem": {"family": "DiagonalQuadratic", "diagonal": ["1"]},
    "parameters": {"L": "1"},
    "start": ["1"],
    "k": 0,
    "measured": "1",
    "bound": "1/4",
}


def edited(**changes):
    data = copy.deepcopy(RUN)
    for name, value in changes.items():
        (data["statement"] if name in ("domain", "algorithm") or name == "formula" else data)[name] = value
    if "formula" in changes:
        data["statement"]["bound"] = data["statement"].pop("formula")
    return data


def test_the_plain_one_is_confirmed():
    assert load(edited(), {}, "w").replay().confirmed


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"formula": "2**(2**(2**(k+5)))"}, "powers of powers"),
        ({"formula": "V_0*2**(-2**(2**(k+5)))"}, "powers of powers"),
        ({"formula": "exp(exp(exp(exp(k+5))))"}, "powers of powers"),
        ({"formula": "2**(2**k)", "k": 100}, "bits at k = 100; numbers of"),
        ({"formula": "V_0*(1/2)**(L**3)", "parameters": {"L": "1e400"}}, "may have more than 1e300 bits"),
        ({"domain": ["2**(2**(2**(L+50))) > L"]}, "powers of powers"),
        ({"algorithm": {"name": "SignGD", "step_size": "2**(2**(2**(k+5)))"}}, "powers of powers"),
        ({"start": ["1e9_9_9_9_9"]}, "is not a finite rational number"),
        ({"start": ["1e99999"]}, "is not a finite rational number"),
        ({"start": ["٣"]}, "is not a finite rational number"),
        ({"start": ["7" * 2_000_000]}, "has 2000000 characters"),
        ({"start": ["7" * 900_000] * 9}, "bits, more than"),
        ({"k": 10**9}, "1000000"),
    ],
)
def test_what_is_too_large_is_refused_at_once(changes, why):
    begun = time.process_time()
    with pytest.raises(WitnessError) as raised:
        load(edited(**changes), {}, "w")
    assert why in str(raised.value) and len(str(raised.value)) < 400 and time.process_time() - begun < 5


@pytest.mark.slow
def test_a_long_run_ends_with_the_figure():
    begun = time.process_time()
    with pytest.raises(TooLong, match="the run is too long to follow: at k = "):
        load(edited(k=10**6), {}, "w").replay()
    assert time.process_time() - begun < 60


def test_a_run_whose_numbers_grow_ends_with_the_figure(monkeypatch):
    monkeypatch.setattr("signproof.checks.runs.exact.LARGEST", 1000)
    data = edited(k=1000, algorithm={"name": "GradientDescent", "step_size": "1/3"})
    with pytest.raises(TooLong, match=r"at k = \d+ its numbers have \d+ bits, and they may have 1000"):
        load(data, {}, "w").replay()


def test_formulas_that_are_written_in_papers_are_read():
    for text in ("(1 - mu*alpha)**k*V_0", "(1/2)**(2**k)", "exp(-mu*t)*V_0", "V_0/(k + 1)**(1/2)", "x**900*y**900"):
        parse(text)


@pytest.mark.parametrize("number", [40, pytest.param(600, marks=pytest.mark.slow)])
def test_mutated_witnesses_are_read_or_refused_in_one_line(number, record_property):
    seed = random.randrange(2**32)
    record_property("said", f"mutated witnesses: seed {seed}, {number}")
    draw = random.Random(seed)
    paths = corpus.paths()
    strange = [None, [], {}, "", -1, 10**30, "1e9_9_9", "1e400", "2**(2**(2**(k+5)))", "x" * 10_000, True, "1/0", [[]]]
    for _ in range(number):
        data = json.loads(draw.choice(paths).read_text(encoding="utf-8"))
        part = data
        while True:
            place = draw.choice(list(part) if isinstance(part, dict) else range(len(part)))
            if isinstance(part[place], dict | list) and part[place] and draw.random() < 0.8:
                part = part[place]
                continue
            if draw.random() < 0.3:
                del part[place]
            else:
                part[place] = draw.choice(strange)
            break
        begun = time.process_time()
        try:
            load(data, catalog() if draw.random() < 0.5 else {}, "w")
        except WitnessError as error:
            assert "\n" not in str(error), seed
        assert time.process_time() - begun < 20, seed
