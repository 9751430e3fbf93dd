"""Verdicts on orbits."""

from __future__ import annotations

from flint import fmpq
from sympy import Symbol

from signproof.checks.numbers.exact import RATIONALS, Undecided, rational
from signproof.checks.posing.domain import Range, Unsupported, ranges
from signproof.checks.replay.orbits import replay_course, replay_orbit, unsettled, without_gradient
from signproof.checks.replay.replay import Replay, outside_domain, symbols
from signproof.checks.replay.series import witness_series
from signproof.checks.replay.witness import Witness
from signproof.checks.verdicts.verdict import Evidence, Status, Verdict
from signproof.theory.arithmetic import evaluate
from signproof.theory.bodies import OrbitBody
from signproof.theory.claim import Claim

ORBIT_POSITIONS = ("1/2", "1/3", "9/10", "1/100")
"""Positions in the parameters' ranges at which an orbit is run exactly; 1/2 of an open range is 1."""


ORBIT_TURNS = 50
"""How often an orbit is run through."""


COURSE = 100
"""Steps for which a run is compared with its formula."""


def judge_orbit(body: OrbitBody, claim: Claim, certificate, evidence, profile, seed, error, advance) -> Verdict:
    advance(f"{claim.id}: exact runs")
    assert claim.orbit is not None
    try:
        why = unsettled(claim)
        if why:
            raise Unsupported(why)
        instances = [_at(free, rational(position)) for free in [ranges(claim)] for position in ORBIT_POSITIONS]
        instances = [parameters for parameters in instances if not outside_domain(claim, symbols(parameters))]
        if not instances:
            raise Unsupported("no parameters in the domain were found")
        if claim.orbit.formula:
            return _judge_course(claim, certificate, instances[0], evidence)
        return _judge_turns(claim, certificate, instances, evidence)
    except (Unsupported, TypeError, ZeroDivisionError) as refused:
        reason = str(refused) or "the orbit has no value at parameters in the domain"
        evidence.append(Evidence("note", "exact", f"not run: {reason}"))
        return Verdict(claim, Status.PROVED if certificate else Status.OPEN, tuple(evidence), certificate)


def _judge_turns(claim: Claim, certificate, instances: list[dict[str, fmpq]], evidence) -> Verdict:
    """Run through the points of an orbit in turn, in rationals."""
    assert claim.orbit is not None
    witness, points = None, len(claim.orbit.points)
    steps = ORBIT_TURNS * points
    for parameters in instances:
        why = without_gradient(claim, parameters)
        if why:
            raise Unsupported(why)
        start = tuple(evaluate(p, _symbols(parameters), RATIONALS) for p in claim.orbit.points[0])
        found = replay_orbit(claim, parameters, steps, exhibit=False)
        if found.confirmed:
            broken = _orbit_witness(claim, parameters, start, steps, found, exhibit=False)
            evidence.append(Evidence("witness", "exact", f"{broken.describe()}: {found.why}"))
            status = Status.INCONSISTENT if certificate else Status.REFUTED
            series = (witness_series(broken),)
            return Verdict(claim, status, tuple(evidence), certificate, None, broken, series)
        once = replay_orbit(claim, parameters, points)
        if witness is None and once.confirmed:
            witness = _orbit_witness(claim, parameters, start, points, once, exhibit=True)
    text = f"{steps} exact steps at {len(instances)} values of the parameters stay on the orbit"
    evidence.append(Evidence("orbit", "exact", text))
    if witness is not None:
        evidence.append(Evidence("witness", "exact", witness.describe()))
    status = Status.PROVED if certificate else Status.SUPPORTED
    return Verdict(claim, status, tuple(evidence), certificate, witness=witness)


def _judge_course(claim: Claim, certificate, parameters: dict[str, fmpq], evidence) -> Verdict:
    """Compare a run with its formula step by step, in balls."""
    assert claim.orbit is not None
    for steps in range(COURSE + 1):
        try:
            found = replay_course(claim, parameters, steps)
        except Undecided as undecided:
            evidence.append(Evidence("note", "enclosed", f"undecided: {undecided}"))
            return Verdict(claim, Status.PROVED if certificate else Status.OPEN, tuple(evidence), certificate)
        if found.confirmed:
            assert found.measured is not None and found.bound is not None
            start = tuple(evaluate(p, _symbols(parameters), RATIONALS) for p in claim.orbit.points[0])
            witness = Witness(claim, None, parameters, start, steps, found.measured, found.bound, found.level)
            evidence.append(Evidence("witness", found.level, witness.describe()))
            status = Status.INCONSISTENT if certificate else Status.REFUTED
            return Verdict(claim, status, tuple(evidence), certificate, None, witness, (witness_series(witness),))
    evidence.append(Evidence("orbit", "enclosed", f"{COURSE} steps in balls do not leave the formula"))
    return Verdict(claim, Status.PROVED if certificate else Status.SUPPORTED, tuple(evidence), certificate)


def _orbit_witness(claim, parameters, start, steps: int, found: Replay, exhibit: bool) -> Witness:
    assert found.measured is not None and found.bound is not None
    return Witness(claim, None, parameters, start, steps, found.measured, found.bound, exhibit=exhibit)


def _at(free: list[Range], theta: fmpq) -> dict[str, fmpq]:
    values: dict[Symbol, fmpq] = {}
    for interval in free:
        values[interval.symbol] = interval.at(theta, values, RATIONALS)
    return {str(symbol): number for symbol, number in values.items()}


def _symbols(parameters: dict[str, fmpq]) -> dict[Symbol, fmpq]:
    return {Symbol(name, real=True): number for name, number in parameters.items()}
