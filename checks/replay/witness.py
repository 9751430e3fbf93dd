"""Witnesses: violations as plain data, replayed in exact arithmetic.

A witness holds everything that its replay needs: the claim's own data beside the problem, the parameters and the
start. It is written as JSON with rationals as "p/q", so that it can be sent to the author of the claim.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from flint import fmpq

from signproof.checks.gradients.finite import TableOracle
from signproof.checks.kind import kind_of
from signproof.checks.numbers.exact import RATIONALS, Number, rational, rationals, to_float
from signproof.checks.posing.displaced import depends_on_origin
from signproof.checks.problems.base import Problem
from signproof.checks.problems.composite import CompositeProblem
from signproof.checks.problems.families import composite_named, load_problem
from signproof.checks.replay.budget import refuse_beyond
from signproof.checks.replay.form import SCHEMA, WitnessForm
from signproof.checks.replay.replay import Replay
from signproof.checks.replay.stated import claim_from, stated
from signproof.checks.runs.instance import Instance
from signproof.theory.border.home import made_at
from signproof.theory.claim import Claim, ClaimError
from signproof.theory.misuse import Misuse
from signproof.theory.reading import read_json
from signproof.theory.symbols import V0, k

WIDER, ROUNDED = 2, 2**64
"""How much wider than those of a run the ends may be that a witness states: in relation to theirs, and to the number.
A wide interval would agree with every run."""


class WitnessError(Misuse):
    """A witness that cannot be read; the message says what is wrong, where, and the fix."""


@dataclass(frozen=True, eq=False)
class Witness(Instance):
    """An instance on which a claim fails at step k or, of a flow, at time t, or on which a run repeats itself.

    For a composite problem k is the number of steps. `measured` and `bound` are exact, or ends of a ball (a pair).
    """

    k: int
    measured: tuple[fmpq, fmpq] = (fmpq(0), fmpq(0))
    bound: tuple[fmpq, fmpq] = (fmpq(0), fmpq(0))
    level: str = "exact"
    oracle: TableOracle | None = field(default=None, kw_only=True)
    """The law of its stochastic gradients; `measured` is then an expectation."""
    exhibit: bool = False
    """Whether it shows that an orbit claim is true instead of breaking a claim."""

    @classmethod
    def of(cls, instance: Instance, steps: int, found: Replay) -> Witness:
        """The witness that a replay after so many steps of an instance is."""
        assert found.measured is not None and found.bound is not None
        parts = instance.claim, instance.problem, instance.parameters, instance.start
        oracle = instance.oracle
        assert oracle is None or isinstance(oracle, TableOracle)
        numbers = steps, found.measured, found.bound, found.level
        return cls(*parts, *numbers, oracle=oracle, minimizer=instance.minimizer)

    def replay(self) -> Replay:
        """Run the algorithm again in exact arithmetic and compare, assumptions and domain included.

        It is confirmed only if every number the witness states matches the run.
        """
        found = kind_of(self.claim).replay(self)
        why = self._misstated(found) if found.confirmed else ""
        return dataclasses.replace(found, confirmed=False, why=why) if why else found

    def _misstated(self, found: Replay) -> str:
        """What the witness states but the run does not confirm; empty if there is nothing."""
        claim = self.claim
        known = claim.parameters if claim.statement is None else claim.parameters | claim.statement.free_symbols
        strange = sorted(set(self.parameters) - {str(symbol) for symbol in known})
        if strange:
            return f"the claim has no parameter {strange[0]}"
        if self.minimizer is not None and not depends_on_origin(claim):
            return "the claim says the same wherever the minimizer is, so that a witness names no place of it"
        return kind_of(claim).strange(self) or self._misstated_height() or self._misstated_numbers(found)

    def _misstated_height(self) -> str:
        """Whether V_0, if it is among the parameters, is that of the run."""
        height = self.parameters.get(str(V0))
        if height is None or not isinstance(self.problem, Problem):
            return ""
        start = rationals(list(self.start))
        known = self.problem.over(RATIONALS).suboptimality(start, RATIONALS) if self.problem.rational else None
        return "" if height == known else f"V_0 at the start is not {height}"

    def _misstated_numbers(self, found: Replay) -> str:
        zero = (fmpq(0), fmpq(0))  # what is stated where there is nothing to measure
        stated = ((self.measured, found.measured or zero), (self.bound, found.bound or zero))
        return "" if all(_agree(*pair) for pair in stated) else "the witness's numbers differ from the run's"

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return self.form(statement=stated(self.claim))

    def form(self, **about: Any) -> dict[str, Any]:  # more fields of the form
        """The instance as plain data, and what was found there; in `about` stands what it is about, beside a claim's
        ID."""
        form = WitnessForm(
            schema=SCHEMA,
            claim=self.claim.id,
            kind="exhibit" if self.exhibit else "violation",
            level=self.level,
            problem=None if self.problem is None else self.problem.data(),
            oracle=None if self.oracle is None else self.oracle.form(),
            parameters={name: str(number) for name, number in self.parameters.items()},
            start=[*map(str, self.start)],
            minimizer=None if self.minimizer is None else [*map(str, self.minimizer)],
            k=self.k,
            measured=_pair(self.measured),
            bound=_pair(self.bound),
            **about,
        )
        return msgspec.to_builtins(form)

    def describe(self) -> str:
        """One line for the reader."""
        return kind_of(self.claim).describe(self)

    @property
    def told(self) -> str:
        """The parameters in words."""
        return ", ".join(f"{name} = {number}" for name, number in self.parameters.items()) or "no parameters"

    @property
    def origin(self) -> str:
        """The start in words, and where the minimizer is, unless it is the origin."""
        if self.minimizer is None:
            return f"from ({', '.join(map(str, self.start))})"
        start = (x + place for x, place in zip(self.start, self.minimizer, strict=True))
        return f"minimizer ({', '.join(map(str, self.minimizer))}), from ({', '.join(map(str, start))})"


# -------------------------------------------------------------------------------------------------- reading

LARGEST_FILE = 2**26
"""Bytes of a witness's file."""


def read(path: Path, claims: Mapping[str, Claim]) -> Witness:
    """The witness in a JSON file. `claims` are those known by ID; others are taken from the file itself.

    Raises WitnessError in one line if the file is not a witness.
    """
    try:
        data = read_json(path, LARGEST_FILE)
    except OSError as error:
        raise WitnessError(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise WitnessError(f"{path} is not JSON, perhaps truncated: {error}") from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        found = data.get("schema") if isinstance(data, dict) else type(data).__name__
        raise WitnessError(f"{path} is not a witness: its schema is {found!r}, not {SCHEMA!r}")
    return load(data, claims, str(path))


def load(data: Mapping[str, Any], claims: Mapping[str, Claim], where: str) -> Witness:
    """The witness in plain data. Raises WitnessError, in one line that begins with `where`, if it is none."""
    try:
        return from_json(data, claims)
    except KeyError as error:
        raise WitnessError(f"{where}: the statement lacks the field {error.args[0]!r}") from None
    except (ValueError, TypeError, ClaimError) as error:
        raise WitnessError(f"{where}: {error}") from None


def from_json(data: Mapping[str, Any], claims: Mapping[str, Claim]) -> Witness:
    """The witness that `Witness.to_json` wrote. Raises KeyError or ValueError if the data is not one."""
    try:
        form = msgspec.convert(data, WitnessForm)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None
    claim = claims.get(form.claim) or claim_from(form.claim, form.statement, _homes(claims))
    if not form.start and claim.body.of_run:
        raise ValueError("the start has no coordinates")
    parameters = {name: rational(str(number)) for name, number in form.parameters.items()}
    # of a run V_0 is that of its start
    known = {k, V0} if claim.body.of_run else {k}
    missing = sorted({str(symbol) for symbol in claim.parameters - known} - set(parameters))
    if missing:
        raise ValueError(f"the parameter {missing[0]} has no value")
    start = tuple(rational(str(entry)) for entry in form.start)
    refuse_beyond(claim, parameters, start, form.k)
    return Witness(
        claim=claim,
        problem=_problem(form.problem, claim, claims) if claim.body.of_run else None,
        parameters=parameters,
        start=start,
        k=form.k,
        measured=_from_pair(form.measured),
        bound=_from_pair(form.bound),
        level=form.level or "exact",
        oracle=None if form.oracle is None else TableOracle.from_form(form.oracle),
        exhibit=form.kind == "exhibit",
        minimizer=None if form.minimizer is None else tuple(rational(str(entry)) for entry in form.minimizer),
    )


def _problem(data: Any, claim: Claim, claims: Mapping[str, Claim]) -> Problem | CompositeProblem:
    if data is None:
        raise ValueError("Object missing required field `problem`")
    composite = composite_named(str(data.get("family"))) if isinstance(data, dict) else None
    return load_problem(data, claim, claims.values()) if composite is None else composite.from_data(data)


def shown(ends: tuple[fmpq, fmpq]) -> str:
    """A number for the reader: as it is if it is short, else as a decimal."""
    low, high = ends
    if low == high and len(str(low)) <= 24:
        return str(low)
    return f"{to_float(low):.12g}" if abs(low) < 10**300 else str(low)[:24] + "..."


def _agree(stated: tuple[fmpq, fmpq], found: tuple[fmpq, fmpq]) -> bool:
    """Whether ends that are stated are those of a run, which other versions may enclose a little more widely."""
    overlap = stated[0] <= found[1] and found[0] <= stated[1]
    room = WIDER * (found[1] - found[0]) + max(map(abs, found)) / ROUNDED
    return overlap and 0 <= stated[1] - stated[0] <= room


def _pair(ends: tuple[fmpq, fmpq]) -> Number | list[Number]:
    return str(ends[0]) if ends[0] == ends[1] else [str(ends[0]), str(ends[1])]


def _from_pair(data: Number | list[Number]) -> tuple[fmpq, fmpq]:
    low, high = data if isinstance(data, list) and len(data) == 2 else (data, data)
    return rational(str(low)), rational(str(high))


def _homes(claims: Mapping[str, Claim]) -> tuple[str, ...]:
    """The modules whose classes a witness may name: those of known claims, and who reads it."""
    return (*dict.fromkeys(home for claim in claims.values() for home in claim.home), *made_at())
