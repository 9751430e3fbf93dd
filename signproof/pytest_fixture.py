"""The fixture `signproof`: judge claims and optimizer variants from within a test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

from signproof.checks.variants.row import FAULTS, NO_RUN, Row, readable
from signproof.checks.verdicts.verdict import Verdict
from signproof.judging import entry_of, verify
from signproof.pytest_claims import found
from signproof.pytest_results import record
from signproof.report import variant_baseline
from signproof.report.variant_baseline import Difference
from signproof.theory.claim import Claim
from signproof.theory.misuse import Misuse


class Signproof:
    """The fixture; profile, seed and tolerance come from the command line."""

    def __init__(self, request: pytest.FixtureRequest):
        self._item = request.node
        self._option = request.config.option

    def __repr__(self):
        return f"profile {self._option.signproof_profile}, seed {self._option.signproof_seed}"

    def verify(self, claim: Claim) -> Verdict:
        """Judge a claim and count it in the summary of the run. It never fails, whatever the verdict.

        Returns the verdict: `.status`, `.evidence`, `.tightness`, `.witness`.
        """
        verdict = verify(claim, self._option.signproof_profile, self._option.signproof_seed)
        record(self._item, found(claim, "check", entry_of(verdict)))
        return verdict

    def conforms(
        self,
        factory: Callable[[Any], Any],
        claims: str | Claim | Iterable[Claim] = "*",
        *,
        dtype: str = "float64",
        name: str = "",
    ) -> list[Row]:
        """Test whether an optimizer obeys claims, and compare the results with the baseline in the test's folder.

        Arguments:
            factory: a function that maps a step size to an `optax.GradientTransformation`.
            claims: a pattern of IDs such as "scaled-sign/theorem-1.*", or claims.
            dtype: "float64", "float32" or "bfloat16", for parameters, gradients and state.
            name: the variant's name in the baseline; by default, the factory's name.
        Returns a row for each claim. Raises AssertionError, with a table, if a claim is broken or the variant fails
        and the baseline does not already say so; if a result differs from the baseline, or a ratio grows by more than
        the tolerance; and if no claim applies to the variant.
        """
        __tracebackhide__ = True
        from signproof.checks.variants import ask as variants

        name = name or self._name(factory, dtype)
        option = self._option
        path = self._item.path.parent / variant_baseline.NAME
        try:
            rows = variants.conforms(
                factory,
                claims,
                dtype=dtype,
                seed=option.signproof_seed,
                profile=option.signproof_profile,
                name=name,
            )
            baseline = variant_baseline.read(path)
        except Misuse as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None
        for row in rows:
            record(self._item, {"name": f"{row.variant} {row.claim}", "verdict": row.status, "row": row.data()})
        if option.signproof_update:
            return rows
        tolerance = option.signproof_tolerance
        tolerance = variant_baseline.TOLERANCE if tolerance is None else tolerance
        compared = variant_baseline.compare(rows, baseline, tolerance, complete=False)
        unknown = () if option.signproof_update_new else compared.new
        faults = [row for row in unknown if row.status in FAULTS]
        if faults or compared.differences:
            raise AssertionError(_table(name, rows, faults, compared.differences))
        if all(row.status == "not applicable" for row in rows):
            raise AssertionError(_table(f"{name}: none of the claims applies to it", rows))
        return rows

    def _name(self, factory: Any, dtype: str) -> str:
        name = getattr(factory, "__name__", type(factory).__name__)
        name = self._item.name if name == "<lambda>" else name
        return variant_baseline.named(name, dtype)


def _table(name: str, rows: list[Row], faults: Sequence[Row] = (), differences: Sequence[Difference] = ()) -> str:
    """What was found, claim by claim; what is wrong has a mark, the instance, and the numbers before and now."""
    wrong = {*(row.claim for row in faults), *(difference.claim for difference in differences)}
    lines = [f"{name}: {len(wrong)} of {len(rows)} claims broken or changed from the baseline" if wrong else name]
    for row in rows:
        if row.reason == NO_RUN:
            continue
        step = "" if row.step is None else f" at k = {row.step}"
        ratio = "" if row.ratio is None else f", measured/bound up to {row.ratio:.6g}"
        mark = ">" if row.claim in wrong else " "
        lines.append(f"{mark} {row.claim}: {row.status}{step}{ratio}")
        for worse in differences:
            if worse.claim == row.claim:
                before, now = map(_exact, (worse.before, worse.now))
                lines.append(f"    {worse.what}: {now}, was {before} in the baseline")
        if row.claim in wrong:
            lines += [f"    {readable(text)}" for text in (row.instance, row.reason) if text]
        elif row.status == "not applicable":
            lines.append(f"    {row.reason}")
    return "\n".join(lines)


def _exact(number: float | str) -> str:
    return f"{number:.12g}" if isinstance(number, float) else number
