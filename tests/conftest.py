"""What several test files share."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from pathlib import Path

import pytest
from coq_library import compiled

from signproof import cli
from signproof.judging import BUDGET, entry_of, verdict_on
from signproof.theory.catalog import catalog

TOGETHER = {
    "test_library.py": "the compiled Coq library",
    "test_coq.py": "the compiled Coq library",
    "test_errata.py": "a run of all claims",
    "test_readme.py": "a run of all claims",
    "test_papers.py": "a run of all claims",
    "test_vacuity.py": "a run of all claims",
    "test_mutants.py": "mutants of all claims",
    "test_oracles.py": "a search",
    "test_own_kind.py": "a run of claims of an own kind",
    "test_own_parts.py": "a run of claims with own parts",
    "test_counterexamples.py": "a run of all counterexamples",
    "test_documents.py": "all proofs",
    "test_certified.py": "all proofs",
    "test_graph.py": "all proofs",
}
"""Test files whose tests share what takes long, and what that is."""


@pytest.fixture(scope="session")
def verdicts():
    """The verdicts of a quick run over all claims of the papers, by ID."""
    share = BUDGET.share(len(catalog()))
    return {id: verdict_on(claim, "quick", 0, share) for id, claim in catalog().items()}


@pytest.fixture(scope="session")
def entries(verdicts):
    """The ledger's entries of that run."""
    return [entry_of(verdict) for verdict in verdicts.values()]


@pytest.fixture(scope="session")
def coq_library(tmp_path_factory):
    """The compiled Coq library: its folder, and what coqc printed of each file."""
    folder = tmp_path_factory.mktemp("coq")
    return folder, compiled(folder)


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command line in this process: exit code, standard output, standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["signproof", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit:
            cli.main()
        captured = capsys.readouterr()
        return exit.value.code, captured.out, captured.err

    return run


@pytest.fixture
def misuse(run):
    """Run something wrong: exit code 2 and exactly one line on standard error."""

    def misuse(*arguments):
        code, _, err = run(*arguments)
        assert code == 2, err
        assert err.count("\n") == 1 and err.startswith("signproof: "), err
        return err

    return misuse


def pytest_configure(config):
    """What JAX compiles in one of the test processes, or in a program that a test starts, serves all of this run."""
    os.environ["SIGNPROOF_NO_STORE"] = "1"  # tests judge; those of the store have one of their own
    if not hasattr(config, "workerinput"):
        directory = tempfile.TemporaryDirectory(prefix="signproof-compiled-")
        config.add_cleanup(directory.cleanup)
        os.environ["JAX_COMPILATION_CACHE_DIR"] = directory.name
        os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
        # An entry that another process is still writing is a miss, for programs that a test starts as well.
        os.environ["PYTHONWARNINGS"] = "ignore:Error reading persistent compilation cache entry:UserWarning"


def pytest_collection_finish(session):
    """Modules, tests and what they are made of stay to the end: they are not looked through for garbage again and
    again, a tenth of the time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Run in parallel, tests that look at one and the same long computation stay with one process."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return TOGETHER.get(Path(nodeid.split("::")[0]).name, nodeid)

    return Scheduling(config, log)


def pytest_terminal_summary(terminalreporter):
    """What tests have to say of their own counts, by `record_property("said", ...)`."""
    reports = (report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind))
    words = [text for report in reports for name, text in report.user_properties if name == "said"]
    if words:
        terminalreporter.section("counts")
        terminalreporter.write_line("\n".join(words))
