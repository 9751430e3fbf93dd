"""The pytest plugin, by pytest's own plugin tester.

Runs in this process find all modules loaded, as pytester takes those away that its runs have loaded; runs with JAX, and
what is said of the modules that a run loads, are in processes of their own.
"""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from math import exp, log
from pathlib import Path

import pytest

import signproof.pytest_claims
import signproof.pytest_fixture
import signproof.report.site
from signproof.checks.numbers.confidence import ERROR
from signproof.checks.replay import witness
from signproof.checks.replay.witness import from_json
from signproof.checks.variants import ask as variants
from signproof.checks.variants.row import Row
from signproof.checks.verdicts.verdict import Evidence, Status, Verdict
from signproof.report import ledger
from signproof.report.variant_baseline import NAME, SCHEMA

PLUGIN = ("-p", "signproof.pytest_plugin")
LIGHT = 50
"""Milliseconds that the plugin may add to a run that needs nothing of it."""

HEAD = """
from sympy import Symbol
from signproof import Claim, Proof, Step
from signproof.theory.symbols import L, V0, alpha, k, mu

"""
RIGHT = 'right = Claim(id="mine/right", statement=alpha > 0, domain=(alpha > 1,))\n'
WRONG = 'wrong = Claim(id="mine/wrong", statement=alpha > 2, domain=(alpha > 1,))\n'
BOUND = """
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth
from signproof.theory.algorithms import ScaledSignGD
from signproof.theory.measures import Suboptimality

too_fast = Claim(
    id="mine/too-fast",
    algorithm=ScaledSignGD(alpha),
    assumptions=(Smooth(L), PolyakLojasiewicz(mu)),
    domain=(0 < alpha, alpha < 2 / L),
    measure=Suboptimality(),
    bound=(1 - 4 * mu * alpha * (1 - L * alpha / 2)) ** k * V0,
)
"""


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """The runs that the tests start use the package that is tested, and no other plugin."""
    monkeypatch.setenv("PYTHONPATH", str(Path(signproof.__file__).parents[1]))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


@pytest.fixture
def run(pytester):
    def run(text, *options, name="test_mine.py", process=False):
        pytester.makepyfile(**{name.removesuffix(".py"): HEAD + text})
        start = pytester.runpytest_subprocess if process else pytester.runpytest_inprocess
        return start(*PLUGIN, *options)

    return run


def test_a_claim_is_collected_under_its_name(run):
    found = run(RIGHT + "_hidden = Claim(id='mine/hidden', statement=alpha > 2, domain=(alpha > 1,))", "--co", "-q")
    found.stdout.fnmatch_lines(["test_mine.py::right::proof", "test_mine.py::right::check"], consecutive=True)
    found.stdout.no_fnmatch_line("*hidden*")


def test_a_claim_with_two_names_is_collected_once_and_a_paper_s_not_at_all(run):
    text = "from signproof.theory.papers.scaled_sign.theorem_1 import zeta_range\nagain = right\n"
    import signproof.theory.papers.scaled_sign.theorem_1 as module

    name = next(iter(signproof.pytest_claims.claims_of(module)))
    assert signproof.pytest_claims.is_built_in(name)
    found = run(RIGHT + text.replace("zeta_range", "*"), "--co", "-q")
    assert [line for line in found.outlines if "::" in line] == [
        "test_mine.py::right::proof",
        "test_mine.py::right::check",
    ]


def test_only_test_files_hold_tests(run, pytester):
    pytester.makepyfile(claims=HEAD + WRONG)
    run(RIGHT).assert_outcomes(passed=2)


def test_claims_of_another_file_are_tested_where_they_are_imported(run, pytester):
    pytester.makepyfile(theory_of_mine=HEAD + RIGHT)
    pytester.syspathinsert()
    run("from theory_of_mine import right").assert_outcomes(passed=2)


def test_a_false_claim_fails_with_its_witness_and_the_command_that_replays_it(run, pytester):
    found = run(RIGHT + WRONG, "--signproof-json=out/ledger.json")
    found.assert_outcomes(passed=2, failed=1, skipped=1)
    found.stdout.fnmatch_lines(
        [
            "mine/wrong is refuted",
            "  claims   alpha > 2",
            "  witness  (exact) false at alpha = 2",
            "  replay   signproof replay .pytest_cache/d/signproof/mine-wrong.json",
            "proved * mine/right",
            "refuted * mine/wrong",
            "1 proved, 1 refuted",
            "FAILED test_mine.py::wrong::check - *mine/wrong is refuted",
        ]
    )
    assert "Traceback" not in found.stdout.str()
    assert "judge.py" not in found.stdout.str()
    written = ledger.read(pytester.path / "out" / "ledger.json")
    assert {entry["id"]: entry["verdict"] for entry in written["claims"]} == {
        "mine/right": "proved",
        "mine/wrong": "refuted",
    }
    replayed = pytester.run(sys.executable, "-m", "signproof", "replay", ".pytest_cache/d/signproof/mine-wrong.json")
    assert replayed.ret == 0
    replayed.stdout.fnmatch_lines(["confirmed*"])


def test_without_a_cache_the_replay_needs_a_ledger(run):
    found = run(WRONG, "-p", "no:cacheprovider")
    found.stdout.fnmatch_lines(
        ["  replay   rerun with --signproof-json ledger.json, then signproof replay ledger.json"]
    )
    found = run(WRONG, "-p", "no:cacheprovider", "--signproof-json=ledger.json")
    found.stdout.fnmatch_lines(["  replay   signproof replay ledger.json"])


def test_a_rejected_proof_fails_and_a_missing_one_does_not(run):
    text = "from signproof.theory.derivation.steps import Decide\n"
    text += WRONG.replace(",))", ",), proof=Proof(Step('two', alpha > 2, by=Decide())))")
    found = run(text)
    found.assert_outcomes(failed=2)
    found.stdout.fnmatch_lines(["mine/wrong: proof rejected at step 1 *"])
    found = run(WRONG, "-rs")
    found.assert_outcomes(failed=1, skipped=1)
    found.stdout.fnmatch_lines(["SKIPPED*test_mine.py:5: no proof was found automatically*"])


def test_what_is_open_is_skipped_with_the_reason(run):
    text = "claim = Claim(id='mine/words', words='it is fast', awaits='an experiment: time it')"
    found = run(text, "-rs")
    found.assert_outcomes(skipped=2)
    found.stdout.fnmatch_lines(["1 open", "SKIPPED*nothing decided: not decided: it awaits an experiment: time it"])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = Claim(id='mine/x', statement=alpha > 0, domain=(alpha > 1, alpha < 0))", "5: mine/x: the domain *"),
        ("\nx = Claim(id='mine/x', statement=alpha > 0, domain=(0 < alpha < 1,))", "6: SymPy cannot chain *"),
    ],
)
def test_a_claim_that_says_nothing_is_one_line(run, text, line):
    found = run(text)
    found.assert_outcomes(errors=1)
    found.stdout.fnmatch_lines(["*ERROR collecting test_mine.py*", f"test_mine.py, line {line}"])
    assert "signproof/theory" not in found.stdout.str()


BREAKS = """
from dataclasses import dataclass
from sympy import Expr
from signproof.theory.algorithms import Algorithm
from signproof.theory.assumptions import Smooth
from signproof.theory.measures import Suboptimality

@dataclass(frozen=True)
class Mine(Algorithm):
    step_size: Expr

    def update(self, x, gradient, state, xp):
        raise RuntimeError("out of ideas")

claim = Claim(
    id="mine/breaks", algorithm=Mine(alpha), assumptions=(Smooth(L),), domain=(0 < alpha, alpha < 1 / L),
    measure=Suboptimality(), bound=V0,
)
"""


def test_an_error_in_the_user_s_algorithm_shows_the_user_s_lines_alone(run):
    found = run(BREAKS)
    assert found.parseoutcomes()["failed"] >= 1
    found.stdout.fnmatch_lines(['>*raise RuntimeError("out of ideas")', "test_mine.py:*: RuntimeError"])
    assert "checks/" not in found.stdout.str()
    assert "jax" not in found.stdout.str()


def test_the_fixture_judges_and_counts(run):
    text = """
def test_right(signproof):
    verdict = signproof.verify(Claim(id="mine/right", statement=alpha > 0, domain=(alpha > 1,)))
    assert verdict.status == "proved"

@pytest.mark.counterexample
def test_wrong(signproof):
    assert signproof.verify(Claim(id="mine/wrong", statement=alpha > 2, domain=(alpha > 1,))).witness.replay().confirmed
"""
    found = run("import pytest\n" + text, "--strict-markers", "--signproof-json=ledger.json")
    found.assert_outcomes(passed=2)
    found.stdout.fnmatch_lines(["proved*mine/right", "refuted*mine/wrong", "1 proved, 1 refuted"])
    assert len(json.loads(Path("ledger.json").read_text())["claims"]) == 2


def test_what_a_search_breaks_is_refuted_in_the_ledger_whatever_the_check_says(run, monkeypatch):
    """A planted search: the check, of a profile that tries nothing, finds the claim supported."""
    monkeypatch.setattr("signproof.checks.verdicts.judge.verify", lambda claim, **_: Verdict(claim, Status.SUPPORTED))
    found = run(BOUND, "--signproof-json=ledger.json")
    found.assert_outcomes(passed=1, failed=1, skipped=1)
    found.stdout.fnmatch_lines(["1 refuted", "FAILED*::search*"])
    (claim,) = ledger.read(Path("ledger.json"))["claims"]
    assert claim["verdict"] == "refuted"
    assert from_json(claim["witness"], {}).replay().confirmed
    assert witness.read(Path(".pytest_cache/d/signproof/mine-too-fast.search.json"), {}).replay().confirmed


def test_what_is_proved_and_broken_is_inconsistent(run, monkeypatch):
    monkeypatch.setattr("signproof.checks.verdicts.judge.verify", lambda claim, **_: Verdict(claim, Status.PROVED))
    run(BOUND).stdout.fnmatch_lines(["1 inconsistent"])


@pytest.mark.parametrize(
    ("status", "outcomes", "line"),
    [
        ("refuted", {"failed": 2}, "FAILED*right::proof*"),
        ("inconsistent", {"failed": 2}, "FAILED*right::proof*"),
        ("vacuous", {"skipped": 2}, "SKIPPED*vacuous: because of that"),
        ("open", {"skipped": 2}, "SKIPPED*nothing decided: because of that"),
        ("supported", {"passed": 1, "skipped": 1}, "SKIPPED*no proof was found automatically; supported: *"),
    ],
)
def test_an_accepted_proof_alone_passes_nothing(run, monkeypatch, status, outcomes, line):
    pieces = Evidence("proof", "exact", "all 2 steps accepted", {"accepted": True}), Evidence("note", "exact", WHY)
    monkeypatch.setattr(
        "signproof.checks.verdicts.judge.verify", lambda claim, **_: Verdict(claim, Status(status), pieces)
    )
    found = run(RIGHT, "-rsf")
    found.assert_outcomes(**outcomes)
    found.stdout.fnmatch_lines([f"*{line}"])
    assert run(RIGHT, "-m", "theorem").parseoutcomes().get("passed", 0) == 0


WHY = "because of that"


def test_a_claim_is_judged_once_for_both_of_its_tests(run, monkeypatch):
    judged = []
    monkeypatch.setattr("signproof.checks.verdicts.judge.verify", lambda claim, error, **_: noted(judged, claim, error))
    run(RIGHT + WRONG).assert_outcomes(passed=4)
    assert [id for id, _ in judged] == ["mine/right", "mine/wrong"]
    assert len({error for _, error in judged}) == 1 and sum(error for _, error in judged) < ERROR


def noted(judged, claim, error):
    judged.append((claim.id, error))
    return Verdict(claim, Status.PROVED)


def test_all_ways_into_pytest_know_the_corpus(run, monkeypatch):
    asked = []

    def noting(claim, known, **_):
        asked.append(known)
        return Verdict(claim, Status.PROVED)

    monkeypatch.setattr("signproof.counterexamples.corpus.against", lambda claim: [claim.id])
    monkeypatch.setattr("signproof.checks.verdicts.judge.verify", noting)
    run(RIGHT + "def test_it(signproof):\n    signproof.verify(right)\n").assert_outcomes(passed=3)
    assert asked == [["mine/right"]] * 2


AWAY = "import multiprocessing, signal; multiprocessing.parent_process() and "
"""A rule is asked where its claim is made, too: what follows is done in another process alone."""


@pytest.mark.parametrize(
    ("deed", "how"),
    [
        ("signal.raise_signal(9)", "was killed by SIGKILL"),
        pytest.param("__import__('os')._exit(3)", "ended with exit code 3", marks=pytest.mark.slow),
    ],
)
def test_a_process_that_dies_is_no_silence(run, deed, how):
    text = BREAKS.replace('raise RuntimeError("out of ideas")', f"{AWAY}{deed}") + RIGHT
    found = run(text, "--signproof-jobs=2", "--signproof-json=ledger.json", "-k", "proof or check", process=True)
    assert found.parseoutcomes()["failed"] >= 2
    found.stdout.fnmatch_lines([f"mine/breaks was not judged: the process that judged mine/breaks {how}"])
    assert ledger.read(Path("ledger.json"))["partial"]


def test_marks_choose_proofs(run):
    run(RIGHT, "-m", "theorem").assert_outcomes(passed=1, deselected=1)


@pytest.mark.parametrize("mark", ["skip(reason='later')", "xfail"])
def test_marks_of_the_file_hold_for_its_claims(run, mark):
    found = run(f"import pytest\npytestmark = pytest.mark.{mark}\n" + WRONG)
    assert "failed" not in found.parseoutcomes()


def test_a_ledger_that_was_asked_for_is_written_even_if_there_are_no_claims(run):
    run("def test_nothing(): pass", "--signproof-json=ledger.json").assert_outcomes(passed=1)
    assert ledger.read(Path("ledger.json"))["claims"] == []


def test_the_page_is_written(run):
    run(RIGHT, "--signproof-html=report").assert_outcomes(passed=2)
    (page,) = Path("report/claims").glob("*right*.html")
    assert "right</h1>" in page.read_text() and page.name in Path("report/index.html").read_text()


ASKS = """
def mine(step_size):
    raise NotImplementedError

def test_mine(signproof):
    signproof.conforms(mine, claims="scaled-sign/theorem-1.*")
"""


@pytest.fixture
def asked(run, monkeypatch):
    """Runs a test that asks a variant; what is found out about it is given, as it is the plugin that is tested."""

    def asked(*rows, options=(), text=ASKS):
        def conforms(factory, claims, *, name, **_):
            return [dataclasses.replace(row, variant=name) for row in rows]

        monkeypatch.setattr(variants, "conforms", conforms)
        return run(text, *options)

    return asked


CHECK = "variant/1 float64 quick seed 0"
HOLDS = Row("scaled-sign/theorem-1.1", "holds", 0.5, instance="f = x^2", check=CHECK)
BROKEN = Row("scaled-sign/theorem-1.1", "broken", 1.5, step=3, instance="f = x^2", reason="too long", check=CHECK)
OTHER = dataclasses.replace(HOLDS, claim="scaled-sign/theorem-1.2")


def kept():
    return json.loads(Path(NAME).read_text())["variants"]


def test_a_variant_that_breaks_a_claim_fails_and_nothing_is_written(asked):
    asked(HOLDS).assert_outcomes(passed=1)
    found = asked(BROKEN)
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines(
        [
            "E * mine: 1 of 1 claims broken or changed from the baseline",
            "E * > scaled-sign/theorem-1.1: broken at k = 3, measured/bound up to 1.5",
            "E * f = x^2",
            "E * too long",
            "broken * mine: scaled-sign/theorem-1.1 * measured/bound 1.5000",
        ]
    )
    assert "pytest_fixture.py" not in found.stdout.str()
    assert not Path(NAME).exists()


def test_only_update_changes_the_baseline(asked):
    asked(HOLDS, options=["--signproof-update"]).stdout.fnmatch_lines([f"baseline updated: {NAME}"])
    before = Path(NAME).read_bytes()
    assert exp(kept()["mine"][HOLDS.claim]["log_ratio"]) == pytest.approx(0.5)
    asked(dataclasses.replace(HOLDS, ratio=0.4)).assert_outcomes(passed=1)
    assert Path(NAME).read_bytes() == before
    found = asked(dataclasses.replace(HOLDS, ratio=0.7), OTHER, options=["--signproof-update-new"])
    found.assert_outcomes(failed=1)  # it adds and compares
    found.stdout.fnmatch_lines([f"1 entries added to the baseline {NAME}"])
    assert {claim: entry["log_ratio"] for claim, entry in kept()["mine"].items()} == dict.fromkeys(
        (HOLDS.claim, OTHER.claim), round(log(0.5), 12)
    )
    asked(dataclasses.replace(HOLDS, ratio=0.7), options=["--signproof-update"]).assert_outcomes(passed=1)
    assert exp(kept()["mine"][HOLDS.claim]["log_ratio"]) == pytest.approx(0.7)


def test_worse_beyond_the_tolerance_fails_with_both_numbers_and_the_instance(asked):
    asked(HOLDS, options=["--signproof-update"])
    worse = dataclasses.replace(HOLDS, ratio=0.51, instance="f = 2x^2")
    found = asked(worse)
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines(["E *ratio: 0.51, was 0.5 in the baseline", "E *f = 2x^2"])
    asked(worse, options=["--signproof-tolerance=0.019"]).assert_outcomes(failed=1)
    asked(worse, options=["--signproof-tolerance=0.021"]).assert_outcomes(passed=1)


def test_a_changed_verdict_fails_and_a_known_fault_does_not(asked):
    asked(BROKEN, options=["--signproof-update"]).assert_outcomes(passed=1)
    asked(BROKEN).assert_outcomes(passed=1)
    found = asked(HOLDS)
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines(["E *status: holds, was broken in the baseline"])


def test_a_variant_of_which_nothing_can_be_asked_fails(asked):
    found = asked(Row(HOLDS.claim, "not applicable", reason="it has no step size"))
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines(["E *mine: none of the claims applies to it", "E *it has no step size"])


def test_stale_entries_are_reported_where_all_was_run(asked):
    asked(HOLDS, OTHER, options=["--signproof-update"])
    variants = kept()
    variants["gone"] = variants["mine"]
    Path(NAME).write_text(json.dumps({"schema": SCHEMA, "variants": variants}))
    found = asked(HOLDS)
    found.assert_outcomes(passed=1)
    lines = [f"stale in {NAME}: mine, {OTHER.claim}: no longer tested", f"stale in {NAME}: gone: no longer tested"]
    found.stdout.fnmatch_lines(lines)
    asked(HOLDS, options=["test_mine.py"]).stdout.no_fnmatch_line("stale*")
    found = asked(dataclasses.replace(HOLDS, check="variant/2 float64 quick seed 0"))
    found.stdout.fnmatch_lines([f"stale in {NAME}: mine, {HOLDS.claim}: measured by *"])


def test_a_lambda_is_called_by_its_test_and_a_dtype_is_named(asked):
    text = """
def test_mine(signproof):
    signproof.conforms(lambda step_size: None, dtype="float32")
"""
    asked(HOLDS, options=["--signproof-update"], text=text).assert_outcomes(passed=1)
    assert list(kept()) == ["test_mine (float32)"]


@pytest.mark.parametrize(
    ("content", "line"), [("{", "is not JSON"), ('{"schema": "signproof-variant-baseline/3"}', "has the schema")]
)
@pytest.mark.parametrize("options", [(), ("--signproof-update",), ("-p", "xdist", "-n1")])
def test_a_baseline_that_cannot_be_read_ends_the_run_in_one_line(run, content, line, options):
    Path(NAME).write_text(content)
    found = run(ASKS, *options, process="xdist" in options)
    assert found.ret == pytest.ExitCode.USAGE_ERROR
    found.stderr.fnmatch_lines([f"ERROR: the baseline {NAME} {line}*"])
    assert Path(NAME).read_text() == content


def test_what_cannot_be_asked_is_one_line(run):
    found = run(ASKS.replace("theorem-1.*", "theorem-1.*', dtype='float8").replace('"', "'"))
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines(["there is no dtype 'float8'; choose float64, float32, bfloat16"])
    found.stdout.no_fnmatch_line("*During handling*")


def test_a_baseline_that_cannot_be_written_is_one_line(asked, monkeypatch):
    def refuses(path, text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ledger, "write_atomically", refuses)
    found = asked(HOLDS, options=["--signproof-update"])
    assert found.ret == pytest.ExitCode.USAGE_ERROR
    found.stdout.fnmatch_lines([f"cannot write the baseline *{NAME}: No space left on device"])
    assert "INTERNALERROR" not in found.stdout.str() + found.stderr.str()


@pytest.mark.parametrize(
    ("option", "line"),
    [
        ("--signproof-seed=-1", "*argument --signproof-seed: -1 is not a number of at least 0"),
        ("--signproof-jobs=0", "*argument --signproof-jobs: 0 is not a number of at least 1"),
        ("--signproof-tolerance=nan", "*argument --signproof-tolerance: nan is not a number of at least 0"),
        ("--signproof-json=.", "ERROR: --signproof-json . is a folder; name a file"),
        ("--signproof-html=test_mine.py", "ERROR: --signproof-html test_mine.py is a file; name a folder"),
    ],
)
def test_misuse_is_one_line_and_exit_code_4(run, option, line):
    found = run(RIGHT, option)
    assert found.ret == pytest.ExitCode.USAGE_ERROR
    found.stderr.fnmatch_lines([line])


def test_the_header_is_one_short_line(run):
    found = run(RIGHT, "--signproof-seed=7", "--signproof-profile=full")
    found.stdout.re_match_lines([r"signproof \d+\.\d+\.\d+\S*: profile full, seed 7$"])


def test_help_has_one_group(run):
    found = run(RIGHT, "--help")
    (group,) = re.findall(r"\nconvergence claims \(signproof\):\n(.*?)\n\n", found.stdout.str(), re.DOTALL)
    options = ("profile", "seed", "json", "html", "update", "update-new", "tolerance", "jobs")
    assert re.findall(r"--signproof-([a-z-]+)", re.sub(r"\n {10,}.*", "", group)) == list(options)


@pytest.mark.parametrize(
    "options",
    [("-p", "xdist", "-n1"), pytest.param(("-p", "xdist", "-n2"), marks=pytest.mark.slow),
     pytest.param(("--signproof-jobs=2",), marks=pytest.mark.slow)],
)  # fmt: skip
def test_other_processes_find_the_same(run, pytester, options):
    def claims(*options, process):
        found = run(RIGHT + WRONG, *options, "--signproof-json=ledger.json", "-p", "no:cacheprovider", process=process)
        found.assert_outcomes(passed=2, failed=1, skipped=1)
        found.stdout.fnmatch_lines(["1 proved, 1 refuted"])
        return sorted(ledger.read(pytester.path / "ledger.json")["claims"], key=lambda claim: claim["id"])

    assert claims(*options, process=True) == claims(process=False)


def test_a_run_on_jax_changes_nothing_for_the_user_s_own_tests(run):
    text = """
def test_after():
    import jax
    import jax.numpy as jnp

    assert jnp.ones(1).dtype == jnp.float32
    assert not jax.config.jax_enable_x64
    assert jax.device_count() == 1
"""
    found = run(BOUND + text, "-W", "error", "-p", "no:cacheprovider", "-v", process=True)
    found.assert_outcomes(passed=1, failed=2, skipped=1)
    found.stdout.fnmatch_lines(["*too_fast::check FAILED*", "*too_fast::search FAILED*", "*test_after PASSED*"])
    found.stdout.fnmatch_lines(["mine/too-fast is refuted", "  witness  (exact) found by search: *", "1 refuted"])


def test_the_plugin_is_light(pytester):
    """The least of three times, as other programs may be at work; and that nothing heavy is loaded at all."""
    times = []
    for _ in range(3):
        found = pytester.run(sys.executable, "-X", "importtime", "-c", "import pytest, signproof.pytest_plugin")
        lines = [line.split("|") for line in found.errlines if line.startswith("import time:") and "[us]" not in line]
        loaded = {name.strip(): int(total) for _, total, name in lines}
        heavy = {"jax", "numpy", "sympy", "flint", "scipy", "rich", "typer", "hypothesis", "signproof.theory"}
        assert not heavy & loaded.keys()
        times.append(loaded["signproof.pytest_plugin"] + loaded["signproof"])
    assert min(times) < LIGHT * 1000


def test_a_run_without_claims_loads_nothing_heavy(pytester):
    pytester.makepyfile("import sys\ndef test(): assert not {'jax', 'numpy', 'sympy'} & sys.modules.keys()")
    found = pytester.runpytest_subprocess(*PLUGIN, "-p", "no:cacheprovider")
    found.assert_outcomes(passed=1)
    found.stdout.no_fnmatch_line("*= signproof =*")
