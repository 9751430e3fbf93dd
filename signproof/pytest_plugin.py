"""The pytest plugin: claims of test files are tests, and a fixture judges claims and optimizer variants.

Every run of pytest imports this file, so nothing heavy may be imported here: the claims themselves wait in
`pytest_claims`, which is imported when a test file holds one.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Generator
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from signproof.pytest_results import ATTRIBUTE, RECORDS, Results, shown

if TYPE_CHECKING:
    from signproof.pytest_fixture import Signproof

MARKERS = (
    "theorem: the test checks a theorem; set on every ::proof",
    "counterexample: the test shows or searches for an instance that breaks a claim; set on every ::search",
    "slow: the test takes more than a few seconds",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("signproof", "convergence claims (signproof)")

    def add(name: str, help: str, **how: Any) -> None:
        group.addoption(f"--signproof-{name}", help=help, **how)

    add("profile", "effort per claim: quick (seconds) or full (minutes)", choices=("quick", "full"), default="quick")
    add("seed", "random seed", type=_at_least(0, int), default=0, metavar="N")
    add("json", "write the ledger of all verdicts to this file", type=Path, metavar="FILE")
    add("html", "write the report to this folder", type=Path, metavar="DIR")
    add("update", "make the results the baseline, signproof-baseline.json beside the tests", action="store_true")
    add("update-new", "add missing entries to the baseline and change nothing else", action="store_true")
    add(
        "tolerance",
        "relative increase of a ratio over the baseline that is tolerated (default 1e-6)",
        type=_at_least(0, float),
        metavar="X",
    )
    add(
        "jobs",
        "claims judged in parallel, in processes; with -n, pytest-xdist decides",
        type=_at_least(1, int),
        default=1,
        metavar="N",
    )


def _at_least(least: int, kind: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            number = kind(text)
        except ValueError:
            number = None
        if number is None or not least <= number < float("inf"):
            raise argparse.ArgumentTypeError(f"{text} is not a number of at least {least}")
        return number

    return read


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if hasattr(config, "workerinput"):
        return  # what is written is written by the first process
    option = config.option
    if option.signproof_json or option.signproof_html:
        from signproof.terminal import check_outputs
        from signproof.theory.misuse import Misuse

        try:
            check_outputs(option.signproof_json, option.signproof_html, "--signproof-json", "--signproof-html")
        except Misuse as error:
            raise pytest.UsageError(str(error)) from None
    config.pluginmanager.register(Results(config), "signproof-results")


def pytest_report_header(config: pytest.Config) -> str:
    option = config.option
    return f"signproof {version('signproof')}: profile {option.signproof_profile}, seed {option.signproof_seed}"


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> pytest.Collector | None:
    """A claim under a name of its own becomes tests; a name with an underscore, or one of a paper's, does not."""
    claims = sys.modules.get("signproof.theory.claim")  # where nobody has imported it, there is no claim
    if claims is None or not isinstance(obj, claims.Claim) or not isinstance(collector, pytest.Module):
        return None
    from signproof.pytest_claims import ClaimTests, own_names

    return ClaimTests.from_parent(collector, name=name, claim=obj) if name in own_names(collector.obj) else None


def pytest_collection_finish(session: pytest.Session) -> None:
    """See that the baselines can be read; begin to judge claims in other processes, if there are to be any."""
    results = session.config.pluginmanager.get_plugin("signproof-results")
    if results is not None:
        users = [item for item in session.items if "signproof" in getattr(item, "fixturenames", ())]
        results.check_baselines({item.path.parent for item in users})
    jobs, option = session.config.option.signproof_jobs, session.config.option
    claims = sys.modules.get("signproof.pytest_claims")
    if jobs > 1 and claims is not None and not option.collectonly and not hasattr(session.config, "workerinput"):
        claims.judge_ahead(session, jobs)


@pytest.hookimpl(tryfirst=True)
def pytest_exception_interact(
    node: pytest.Item | pytest.Collector,
    call: pytest.CallInfo[Any],
    report: pytest.CollectReport | pytest.TestReport,
) -> None:
    """A claim that says nothing definite, in a test file, is one line and no traceback."""
    misuse = sys.modules.get("signproof.theory.misuse")
    if misuse is None or call.excinfo is None or not isinstance(report, pytest.CollectReport):
        return
    error = call.excinfo.value
    from signproof.loading import explain, is_chained

    if isinstance(node, pytest.Module) and (isinstance(error, misuse.Misuse) or is_chained(error)):
        report.longrepr = explain(error, shown(node.path))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    records = item.stash.get(RECORDS, [])
    if records:
        setattr(report, ATTRIBUTE, json.dumps(records))
        report.user_properties += [(f"signproof {record['name']}", record["verdict"]) for record in records]
        item.stash[RECORDS] = []
    line = item.reportinfo()[1] if type(item).__module__ == "signproof.pytest_claims" else None
    if line is not None and report.skipped and isinstance(report.longrepr, tuple):
        report.longrepr = (str(item.path), line + 1, report.longrepr[2])  # the claim's place, not ours
    return report


@pytest.fixture(name="signproof")
def _signproof(request: pytest.FixtureRequest) -> Signproof:
    """Judges claims, `signproof.verify(claim)`, and variants of optimizers, `signproof.conforms(factory)`."""
    from signproof.pytest_fixture import Signproof

    return Signproof(request)
