"""A family from one file judges only the claims of that file."""

import dataclasses
import os
import pickle
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import fmpq

from signproof import Claim
from signproof.checks.constants import Enclosure
from signproof.checks.posing.cases import cases
from signproof.checks.problems.base import Problem
from signproof.checks.problems.families import families, family_named
from signproof.checks.replay.witness import Witness, from_json
from signproof.loading import read_file
from signproof.theory.algorithms import ScaledSignGD
from signproof.theory.assumptions import Smooth
from signproof.theory.catalog import catalog
from signproof.theory.measures import Suboptimality
from signproof.theory.norms import ANY
from signproof.theory.symbols import V0, L, alpha

OURS = families()

FAMILY = """
from dataclasses import dataclass
from typing import Any
import numpy as np
from signproof import Claim
from signproof.checks.constants import Enclosure
from signproof.checks.problems.base import Problem
from signproof.theory.algorithms import ScaledSignGD
from signproof.theory.assumptions import Smooth
from signproof.theory.measures import Suboptimality
from signproof.theory.symbols import V0, L, alpha

@dataclass(frozen=True, eq=False)
class Bowl(Problem):
    heights: Any
    family = "NAME"
    shapes = ((2,),)
    def gradient(self, x, xp):
        return FACTOR * self.heights * x
    def suboptimality(self, x, xp):
        return FACTOR * xp.sum(self.heights * x * x) * xp.rational(1, 2)
    def constant(self, assumption):
        h = FACTOR * self.heights.sum(axis=0)
        return Enclosure(h, h) if type(assumption) is Smooth else None
    @classmethod
    def batch(cls, shape, rng, spread=1.0):
        return cls(np.round(10 ** rng.uniform(0, 1, (*shape, 8)))), np.round(9 * rng.standard_normal((*shape, 8)))
"""
CLAIM = """
parts = dict(algorithm=ScaledSignGD(alpha), assumptions=(Smooth(L),), domain=(0 < alpha, alpha < 1 / L),
             measure=Suboptimality())
claim = Claim(id="mine/NAME", bound=BOUND * V0, **parts)
"""


def text(name: str, factor: int = 1, bound: str = "1", code: str = FAMILY + CLAIM) -> str:
    return code.replace("NAME", name).replace("FACTOR", str(factor)).replace("BOUND", bound)


@pytest.fixture
def file(tmp_path):
    def write(name: str, code: str) -> Path:
        path = tmp_path / f"{name}.py"
        path.write_text(code)
        return path

    return write


def own(claim: Claim) -> list[str]:
    return [family.family for family in families(claim) if family not in OURS]


def test_classes_of_the_same_name_in_two_files_are_not_mixed_up(file):
    (one,), (other,) = (read_file(file(name, text(name, factor))) for name, factor in (("one", 1), ("other", 2)))
    assert own(one) == ["one"] and own(other) == ["other"]
    (again,) = read_file(file("one", text("again")))  # the file, changed: the claims read before keep their classes
    assert own(one) == ["one"] and own(again) == ["again"]
    assert families() == OURS and families(catalog()["scaled-sign/theorem-1.1"]) == OURS


@pytest.mark.parametrize(
    "line",
    ["from kept_apart import Bowl", "from kept_apart import *", "import kept_apart", "import kept_apart as theirs",
     "from kept_apart import Bowl as Dish", "from between import Bowl"],
)  # fmt: skip
def test_a_family_may_come_from_a_module_that_the_file_imports(file, line, monkeypatch, tmp_path):
    name = f"kept_apart_{abs(hash(line))}"
    file(name, text("helper", code=FAMILY))
    file("between", f"from {name} import Bowl")
    monkeypatch.delitem(sys.modules, "between", raising=False)
    head = FAMILY.split("@dataclass")[0]
    (claim,) = read_file(file("uses", head + line.replace("kept_apart", name) + text("uses", code=CLAIM)))
    (bare,) = read_file(file("bare", head + text("bare", code=CLAIM)))
    assert own(claim) == ["helper"] and own(bare) == []


def test_a_claim_made_by_a_helper_is_its_callers_too(file):
    file("factories", FAMILY.split("@dataclass")[0] + "def make(id):\n    " + CLAIM.strip().replace(
        "\n", "\n    ").replace('"mine/NAME"', "id").replace("BOUND", "1") + "\n    return claim\n")  # fmt: skip
    code = "from factories import make\n" + text("caller", code=FAMILY) + '\nclaim = make("mine/made")\n'
    (claim,) = read_file(file("caller", code))
    assert own(claim) == ["caller"]


def bound(**parts) -> Claim:
    parts = {"id": "here", "algorithm": ScaledSignGD(alpha), "domain": (0 < alpha, alpha < 1 / L)} | parts
    return Claim(assumptions=(Smooth(L),), measure=Suboptimality(), bound=V0, **parts)


def family_here(name: str):
    @dataclass(frozen=True, eq=False)
    class Here(Problem):
        """f = sum of h x^2 / 2."""

        heights: Any
        family, shapes = name, ((1,),)

        def gradient(self, x, xp):
            return self.heights * x

        def suboptimality(self, x, xp):
            return xp.sum(self.heights * x * x) / 2

        def constant(self, assumption):
            return Enclosure(self.heights[0], self.heights[0]) if type(assumption) is Smooth else None

    return Here


def test_it_may_be_defined_within_a_function(file):
    here = family_here("within a function")
    assert here in families(bound()) and here in families(dataclasses.replace(bound(), id="there"))
    (elsewhere,) = read_file(file("elsewhere", text("elsewhere")))
    assert here not in families(elsewhere)
    # what a user derives from the claim of another file is the user's, too
    derived = dataclasses.replace(elsewhere, id="derived")
    assert here in families(derived) and "elsewhere" in own(derived)
    # and a claim of the papers that is derived here is of here
    assert here in families(dataclasses.replace(catalog()["scaled-sign/theorem-1.1"], id="mine"))
    assert here not in families(catalog()["scaled-sign/theorem-1.1"])


def test_cases_that_the_package_derives_keep_the_home(file):
    code = (
        text("cases")
        .replace("(Smooth(L),)", "(Smooth(L, ANY),)")
        .replace("ScaledSignGD(alpha)", "Steepest(alpha, ANY)")
    )
    imports = (
        "from signproof.theory.algorithms import SteepestDescent as Steepest\nfrom signproof.theory.norms import ANY\n"
    )
    (claim,) = read_file(file("cases", imports + code))
    assert ANY in [assumption.norm for assumption in claim.assumptions]
    assert len(cases(claim)) == 3 and all(own(case) == ["cases"] for case in cases(claim))


def test_a_class_that_was_defined_anew_is_gone(file):
    (claim,) = read_file(file("anew", text("first", code=FAMILY) + text("second")))
    assert own(claim) == ["second"]


def test_a_witness_names_a_family_of_the_home_of_its_claim(file):
    (one,), (other,) = (read_file(file(name, text(name, factor))) for name, factor in (("one", 1), ("other", 2)))
    for claim in (one, other):
        family = family_named("Bowl", claim)
        assert family.family == claim.id.removeprefix("mine/")
        problem = family(np.array([fmpq(1), fmpq(2)], dtype=object))
        data = Witness(claim, problem, {"L": fmpq(9), "alpha": fmpq(1, 9)}, (fmpq(1), fmpq(1)), 1).to_json()
        assert type(from_json(data, {one.id: one, other.id: other}).problem) is family
        # a claim that the file states is of no home: any of the files named, if it is but one
        assert type(from_json(data | {"claim": "unknown"}, {claim.id: claim}).problem) is family
        with pytest.raises(ValueError, match="each have a family of problems 'Bowl'"):
            from_json(data | {"claim": "unknown"}, {one.id: one, other.id: other})
        with pytest.raises(ValueError, match="no family of problems 'Bowl'"):
            from_json(data | {"claim": "unknown"}, {})


def test_a_family_of_the_file_goes_before_one_of_the_package_with_its_name(file):
    (claim,) = read_file(file("mine", text("mine").replace("Bowl", "DiagonalQuadratic")))
    assert family_named("DiagonalQuadratic", claim).family == "mine"
    assert family_named("DiagonalQuadratic") is OURS[0]


def test_a_claim_keeps_its_home_when_it_is_sent_elsewhere(file, tmp_path):
    file("sent", text("sent"))
    code = (
        "import pickle, sys; import sent; sys.stdout.buffer.write(pickle.dumps(sent.claim))",
        "import pickle, sys; from signproof.checks.problems.families import families;"
        "claim = pickle.loads(sys.stdin.buffer.read()); print(families(claim)[-1].family)",
    )
    sent = subprocess.run([sys.executable, "-c", code[0]], cwd=tmp_path, capture_output=True, check=True).stdout
    found = subprocess.run([sys.executable, "-c", code[1]], cwd=tmp_path, input=sent, capture_output=True, check=True)
    assert found.stdout.decode().strip() == "sent"
    assert pickle.loads(pickle.dumps(bound())).home == bound().home


def test_a_script_has_a_home(file):
    script = file("script", text("script") + "\nfrom signproof.checks.problems.families import families\n"
                  "print(claim.home, families(claim)[-1].family)")  # fmt: skip
    found = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "('__main__',) script"


def test_a_file_is_read_as_it_is_now(tmp_path, monkeypatch):
    """Changed within a second, and no longer than before: Python would take the bytecode that it kept."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = tmp_path / "claims.py"
    text = "from signproof import Claim\nfrom signproof.theory.symbols import alpha\n"
    text += 'claim = Claim(id="own/{}", statement=alpha > 0, domain=(alpha > 1,))\n'
    for name in "ab":
        path.write_text(text.format(name), encoding="utf-8")
        os.utime(path, (1, 1))
        assert [claim.id for claim in read_file(path)] == [f"own/{name}"]
    assert not (tmp_path / "__pycache__").exists()
