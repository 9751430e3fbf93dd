"""A family, an assumption, a measure and a method that a user adds, each in one place: they are tried, searched,
replayed and shown, and what is answered wrongly for one of the package's families is found out.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from signproof import verify
from signproof.checks.facts.families import doubt, refusals
from signproof.checks.problems.base import answers, exactly_known, known
from signproof.checks.problems.constants import Enclosure
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.loading import read_file
from signproof.report.ledger import read
from signproof.theory.assumptions import Smooth
from signproof.theory.norms import L2

FILE = Path(__file__).parent / "own_parts" / "secant.py"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return Path(shutil.copy(FILE, tmp_path_factory.mktemp("own")))


@pytest.fixture
def ledger(place, run):
    path = place.with_name("ledger.json")
    if not path.exists():
        assert run("verify", place, "--json", path, "--html", path.with_name("site"))[0] == 1
    return path


def test_all_of_them_are_tried_and_shown(ledger):
    true, false = read(ledger)["claims"]
    assert (true["verdict"], false["verdict"]) == ("supported", "refuted")
    tried = {piece["family"]: piece for piece in true["evidence"] if piece["kind"] == "run"}
    assert {"one-sided quadratics", "diagonal quadratics"} <= tried.keys()
    assert all(piece["held"] > 100 and not piece["broken"] for piece in tried.values())
    assert true["statement"]["text"].startswith("||g_k||_2") and "RestrictedSecant(mu, norm=2)" in str(true)
    assert any("diagonal quadratics" in piece["text"] for piece in true["evidence"] if piece["kind"] == "instance")
    pages = [page.read_text(encoding="utf-8") for page in ledger.with_name("site").rglob("*.html")]
    assert sum("RestrictedSecant" in page and "one-sided quadratics" in page for page in pages) >= 1


def test_the_witness_is_searched_and_replayed(ledger, place, run, tmp_path):
    assert run("replay", ledger, "--with", place)[0] == 0
    alone = tmp_path / "alone.py"
    text = place.read_text(encoding="utf-8")
    alone.write_text("\n".join(line for line in text.splitlines() if not line.startswith("true =")), encoding="utf-8")
    code, out, _ = run("search", alone, "--seconds", "5", "--out", tmp_path / "witness.json")
    assert code == 1 and "broken" in out
    assert json.loads((tmp_path / "witness.json").read_text())["statement"]["measure"]["name"] == "HalfSquaredGradient"


@pytest.fixture(scope="module")
def parts(place):
    true, _ = read_file(place)
    return true, type(true.assumptions[1])


def test_an_answer_is_that_of_the_family_in_floats_and_exactly(parts):
    _, secant = parts
    problem = next(iter(DiagonalQuadratic.drawn(np.random.default_rng(0), 1)))[0]
    one = problem.one(3)
    assert float(known(problem, secant(1, L2)).lower[3]) == float(min(map(float, problem.diagonal[:, 3])))
    assert exactly_known(one, secant(1, L2)) == min(one.diagonal)
    assert known(problem, secant(1)) is None


def test_a_derived_family_with_other_functions_has_no_such_answer(parts):
    _, secant = parts

    class Doubled(DiagonalQuadratic):
        def gradient(self, x, xp):
            return 2 * super().gradient(x, xp)

        def constant(self, assumption):
            return None

        def exact_constant(self, assumption):
            return None

        def hessian(self):
            return None

        convex = separable = True

    one = Doubled(DiagonalQuadratic.batch((2,), np.random.default_rng(0))[0].diagonal).one(0)
    assert exactly_known(one, secant(1, L2)) is None


def test_a_wrong_answer_for_one_of_our_families_is_found_out(place, tmp_path):
    text = place.read_text(encoding="utf-8")
    right = "np.asarray(problem.diagonal, dtype=float).min(axis=0)"
    assert right in text
    wrong = tmp_path / "wrong.py"
    wrong.write_text(text.replace(right, f"2 * {right}"), encoding="utf-8")
    true, _ = read_file(wrong)
    assert "RestrictedSecant" in doubt(DiagonalQuadratic, true.assumptions)
    assert DiagonalQuadratic in refusals(true)
    verdict = verify(true)
    assert verdict.status == "supported" and "diagonal quadratics" not in {
        piece.facts.get("family") for piece in verdict.evidence if piece.kind == "run"
    }


def test_what_ours_say_of_ours_is_ours_to_say():
    def generous(problem, assumption):
        return Enclosure(problem.diagonal[0] * 0, problem.diagonal[0] * 0)

    with pytest.raises(TypeError, match="DiagonalQuadratic and Smooth both belong to signproof"):
        answers(DiagonalQuadratic, Smooth)(generous)


def test_a_family_without_shapes_says_what_to_write(place, tmp_path):
    path = tmp_path / "shapeless.py"
    path.write_text(place.read_text(encoding="utf-8").replace("    shapes = ((1,), (4,))\n", ""), encoding="utf-8")
    true, _ = read_file(path)
    (why,) = refusals(true).values()
    assert why.endswith("write, for example, shapes = ((1,), (4,))")
