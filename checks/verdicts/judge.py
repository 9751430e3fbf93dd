"""How a claim is judged: the kernel on its proof, trials on every family that fits, then a verdict."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from flint import fmpq
from sympy import Dummy, Symbol

from signproof.checks.experiments.experiment import Criterion, Setting
from signproof.checks.experiments.experiment import known as experiments
from signproof.checks.facts.families import refusals
from signproof.checks.facts.purity import examine, reachable
from signproof.checks.numbers.confidence import ERROR
from signproof.checks.numbers.cover import cover
from signproof.checks.numbers.exact import to_float
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.base import Problem
from signproof.checks.replay.series import witness_series
from signproof.checks.replay.witness import Witness
from signproof.checks.trials.bounds import loosest, try_out, worst_run
from signproof.checks.trials.drawn_noise import Sampled
from signproof.checks.trials.drawn_noise import try_out as try_draws
from signproof.checks.trials.exact_noise import Noise
from signproof.checks.trials.exact_noise import try_out as try_noise
from signproof.checks.trials.flows import race, try_flow
from signproof.checks.trials.moment_search import search
from signproof.checks.trials.product_search import assumes_products
from signproof.checks.trials.product_search import search as search_products
from signproof.checks.trials.proximal import Proximal
from signproof.checks.trials.proximal import try_out as try_proximal
from signproof.checks.trials.tally import PROFILES, Profile, Trials
from signproof.checks.trials.tightness_map import NoMap, tightness_map
from signproof.checks.verdicts import exhibit
from signproof.checks.verdicts.by_kind import judge_body
from signproof.checks.verdicts.orbits import judge_orbit
from signproof.checks.verdicts.verdict import LEVELS, Evidence, Status, Tightness, Verdict, exceeded, exceeded_by
from signproof.theory.algebra.decide import follows, simplest
from signproof.theory.bodies import (
    Comparison,
    FlowBound,
    Implication,
    OrbitBody,
    ProximalBound,
    RunBound,
    Statement,
    StochasticBound,
    Words,
)
from signproof.theory.border.counts import whole_numbers
from signproof.theory.border.purity import Impure
from signproof.theory.border.state import change
from signproof.theory.border.steps import Unruly
from signproof.theory.claim import Claim
from signproof.theory.elaboration.automatic import prove
from signproof.theory.elaboration.vacuity import contradiction, unmeetable
from signproof.theory.misuse import named
from signproof.theory.proof_steps import Certificate

DIMENSIONS, RATIOS = (2, 8), (1, 2, 8, 80, 8000)
"""Dimensions and values of L/mu at which the tightness of a bound is mapped."""


def verify(
    claim: Claim,
    profile: str = "quick",
    seed: int = 0,
    advance: Callable[[str], None] = lambda text: None,
    known: Sequence[Witness] = (),
    error: float = ERROR,
) -> Verdict:
    """Judge a claim; `signproof.verify` is the door to it, which knows the corpus and the budget of error.

    Arguments:
        claim: what to judge.
        profile: "quick" (seconds) or "full" (more instances, longer runs).
        seed: of all randomness; the same seed gives the same verdict.
        advance: called with a few words whenever a part of the work begins.
        known: violations of just this claim, or of a case of it, that were found before: they are replayed first, and
            one that is confirmed decides.
        error: the probability that statistics may refute a claim that is true.
    Returns the verdict: status, evidence, lemmas, tightness and, if the claim fails, a witness.
    Raises ValueError for an unknown profile.
    """
    if profile not in PROFILES:
        raise ValueError(f"there is no profile {profile!r}; choose {' or '.join(PROFILES)}")
    before = reachable(claim)
    try:
        examine(claim)
        verdict = _judge(claim, profile, seed, advance, known, error)
    except (Impure, Unruly) as why:
        return Verdict(claim, Status.OPEN, (Evidence("note", "exact", f"not judged: {why}"),))
    changed = change(before, reachable(claim))
    if changed:
        text = f"the verdict is void, as {changed} changed meanwhile: what a method remembers goes into `memory`"
        return Verdict(claim, Status.OPEN, (Evidence("note", "exact", text),))
    return verdict


def _judge(claim: Claim, profile: str, seed: int, advance, known: Sequence[Witness], error: float) -> Verdict:
    """The verdict on a claim whose rules are functions of what they are given."""
    evidence: list[Evidence] = []
    certificate = _check_proof(claim, evidence, advance)
    nothing = contradiction(claim) or unmeetable(claim)
    if nothing:
        evidence.append(Evidence("vacuity", "exact", nothing))
        return Verdict(claim, Status.VACUOUS, tuple(evidence), certificate)
    if claim.body.of_run:
        for refused, why in refusals(claim).items():
            text = f"a family is left out, for it declares what is wrong: {why}"
            evidence.append(Evidence("refused", "enclosed", text, {"family": refused.__name__}))
    exhibited = exhibit.exhibit(claim, seed)
    if exhibited is not None:
        evidence.append(exhibited)
    for witness in known:
        if witness.replay().confirmed:
            return _refuted(claim, certificate, evidence, witness)
    found = judge_body(claim.body, claim, certificate, evidence, PROFILES[profile], seed, error, advance)
    return _with_excess(found)


def _with_excess(verdict: Verdict) -> Verdict:
    """The verdict; where it is that the claim fails, its tightness says by how much, not what trials came to before."""
    if verdict.status not in (Status.REFUTED, Status.INCONSISTENT):
        return verdict
    found = None if verdict.witness is None else exceeded_by(verdict.witness)
    for piece in verdict.evidence:
        if piece.kind == "statistics":
            low, bound = (fmpq(*piece.facts[name].as_integer_ratio()) for name in ("measured_at_least", "bound"))
            found = exceeded(low, bound, piece.text)
    return dataclasses.replace(verdict, tightness=found)


def _refuted(claim: Claim, certificate: Certificate | None, evidence: list[Evidence], witness: Witness) -> Verdict:
    """The verdict that a confirmed witness gives."""
    evidence.append(Evidence("witness", witness.level, witness.describe()))
    series = () if claim.body.of_parameters else (witness_series(witness),)
    status = Status.REFUTED if certificate is None else Status.INCONSISTENT
    return Verdict(claim, status, tuple(evidence), certificate, exceeded_by(witness), witness, series)


def _check_proof(claim: Claim, evidence: list[Evidence], advance) -> Certificate | None:
    if claim.proof is None and not isinstance(claim.body, RunBound):
        return None
    advance(f"{claim.id}: proof")
    outcome = prove(claim)
    if isinstance(outcome, Certificate):
        found = "" if claim.proof is not None else " of an automatic proof"
        count = len(outcome.proof.steps)
        text = f"{f'all {count} steps' if count > 1 else 'the one step'}{found} accepted"
        evidence.append(Evidence("proof", "exact", text, {"accepted": True}))
        return outcome
    if claim.proof is not None:
        facts = {"accepted": False, "failed": outcome.number}
        evidence.append(Evidence("proof", "exact", f"proof rejected at {outcome}", facts))
    else:
        hint = {str(symbol): str(value) for symbol, value in outcome.hint.items()}
        evidence.append(Evidence("note", "exact", f"no proof was found automatically: {outcome}", {"hint": hint}))
    return None


@judge_body.register(RunBound)
@judge_body.register(FlowBound)
def _judge_bound(body, claim, certificate, evidence, profile: Profile, seed, error, advance) -> Verdict:
    flow = claim.body.timed
    trials = (try_flow if flow else try_out)(claim, profile, seed, advance)
    noise: Noise | Proximal | None = None
    drawn = None
    if isinstance(claim.body, ProximalBound):
        noise = _try_proximal(claim, trials, evidence, seed, advance)
    elif trials.witness is None and isinstance(claim.body, StochasticBound):
        noise = _try_noise(claim, trials, evidence, advance)
        if trials.witness is None:
            drawn = _try_draws(claim, trials, evidence, profile, seed, error, advance)
    for tally in trials.tallies:
        evidence.append(Evidence("run", "sampled", tally.text, tally.facts))
    for where, error in trials.failures.items():
        evidence.append(Evidence("note", "sampled", f"not tried to the end on {where}: {named(error)}"))
    if trials.dismissed:
        text = f"{trials.dismissed} apparent violations were not confirmed by exact replay and do not count"
        evidence.append(Evidence("replay", "exact", text))
    series = tuple(trials.series)
    if trials.witness is not None:
        evidence.append(Evidence("witness", trials.witness.level, trials.witness.describe()))
        status = Status.REFUTED if certificate is None else Status.INCONSISTENT
        if isinstance(trials.witness.problem, Problem):
            series = (witness_series(trials.witness), *series)
    elif drawn is not None and drawn.violation:
        evidence.append(Evidence("statistics", "statistical", drawn.violation, drawn.facts))
        status = Status.REFUTED if certificate is None else Status.INCONSISTENT
    elif certificate is not None:
        status = Status.PROVED
        if trials.reason:
            evidence.append(Evidence("note", "sampled", f"proved, but not tried: {trials.reason}"))
    elif isinstance(claim.body, StochasticBound) and noise is None and drawn is None:
        status = Status.OPEN
        evidence.append(Evidence("note", "sampled", "not refuted with exact gradients; noisy ones were not tried"))
    elif any(tally.broken for tally in trials.tallies):
        status = Status.OPEN
        broken, of = (sum(getattr(tally, name) for tally in trials.tallies) for name in ("broken", "comparisons"))
        text = f"undecided: {broken} of {of} comparisons are above the bound, on instances of which no exact replay "
        evidence.append(Evidence("note", "sampled", f"{text}confirms that they meet all that is assumed"))
    elif any(tally.held for tally in trials.tallies):
        status = Status.SUPPORTED
    else:
        status = Status.OPEN
        reason = trials.reason or "every comparison lies within the rounding error of the run"
        reason = "; ".join([reason, *(piece.text for piece in evidence if "family" in piece.facts)])
        evidence.append(Evidence("note", "sampled", f"nothing decided: {reason}"))
    if trials.witness is None:
        series = (*worst_run(trials, profile.steps), *series)
    cells = _map(claim, seed, advance) if profile.mapped and trials.tallies and not flow else ()
    return Verdict(claim, status, tuple(evidence), certificate, tightness(trials), trials.witness, series, cells)


def _try_noise(claim: Claim, trials: Trials, evidence: list[Evidence], advance) -> Noise | None:
    """Try noise on small problems, then look for noise that breaks the claim. What the trials showed, if there were
    any."""
    noise = None
    try:
        noise = try_noise(claim, advance)
        trials.tallies += noise.tallies
        trials.series += noise.series.values()
        trials.witness = noise.witness
        trials.elsewhere = (noise.largest, noise.instance)
    except Unsupported as unsupported:
        evidence.append(Evidence("note", "sampled", f"no noise was tried: {unsupported}"))
    if trials.witness is not None:
        return noise
    products = assumes_products(claim)
    try:
        found = search_products(claim, advance) if products else search(claim, advance)
    except Unsupported as unsupported:
        evidence.append(Evidence("note", "sampled", f"no noise was searched for: {unsupported}"))
        return noise
    if found.witness is None:
        text = f"{found.tried} oracles drive E[V_k] up to {found.largest:.4g} of the bound in floats, "
        text += "none above it" if found.largest <= 1 else "which no exact run confirms"
    else:
        text = f"of {found.tried} oracles the last breaks the claim; it meets what is assumed given x, at all x"
        trials.witness = found.witness
        ratio = found.witness.measured[0] / found.witness.bound[1]
        trials.elsewhere = max(trials.elsewhere, (to_float(ratio), found.witness.describe()))
    facts = {"tried": found.tried, "largest_ratio": found.largest}
    evidence.append(Evidence("search", "sampled", f"{'product laws' if products else 'moment search'}: {text}", facts))
    return noise


def _try_proximal(claim: Claim, trials: Trials, evidence: list[Evidence], seed, advance) -> Proximal | None:
    """Try a proximal method on composite objectives, every expectation exact. None if none was tried."""
    try:
        found = try_proximal(claim, seed, advance)
    except Unsupported as unsupported:
        evidence.append(Evidence("note", "sampled", f"no proximal runs: {unsupported}"))
        return None
    trials.reason = ""
    trials.tallies += found.tallies
    trials.series += found.series
    trials.elsewhere = max(trials.elsewhere, (found.largest, found.instance))
    if found.violation is not None:
        problem, parameters, z, length, seen = found.violation
        assert seen.measured is not None and seen.bound is not None
        trials.witness = Witness(claim, problem, parameters, z, length, seen.measured, seen.bound)
    return found


def _try_draws(claim: Claim, trials: Trials, evidence: list[Evidence], profile, seed, error, advance) -> Sampled | None:
    """Try gradients drawn from continuous laws, and say of which the claim says nothing. None if none was tried."""
    try:
        drawn = try_draws(claim, profile, seed, error, advance)
    except Unsupported as unsupported:
        evidence.append(Evidence("note", "sampled", f"no gradients were drawn: {unsupported}"))
        return None
    trials.tallies += drawn.tallies
    trials.series += drawn.series
    for law, why in drawn.refused.items():
        evidence.append(Evidence("refused", "enclosed", f"the claim says nothing of {law}: {why}"))
    if drawn.tallies and not drawn.violation:
        facts = drawn.facts
        text = (
            f"seed {facts['seed']}, {facts['runs']} runs of each instance; no lower confidence bound on E[V_k] is "
            f"above the bound, each of error probability {facts['error_of_each']:.2g}, together {facts['error']:.2g}"
        )
        evidence.append(Evidence("draws", "statistical", text, facts))
    return drawn if drawn.tallies else None


@judge_body.register(Comparison)
def _judge_comparison(body, claim, certificate, evidence, profile, seed, error, advance) -> Verdict:
    advance(f"{claim.id}: trajectories")
    try:
        tally, witness = race(claim)
    except Unsupported as unsupported:
        evidence.append(Evidence("note", "exact", f"not tried: {unsupported}"))
        return Verdict(claim, Status.PROVED if certificate else Status.OPEN, tuple(evidence), certificate)
    text = f"{tally.family}: {tally.held} of {tally.comparisons} comparisons held, {tally.broken} broken"
    evidence.append(Evidence("run", "enclosed", text, tally.facts))
    if witness is not None:
        evidence.append(Evidence("witness", witness.level, witness.describe()))
        status = Status.INCONSISTENT if certificate else Status.REFUTED
        return Verdict(claim, status, tuple(evidence), certificate, None, witness, (witness_series(witness),))
    if certificate is not None:
        return Verdict(claim, Status.PROVED, tuple(evidence), certificate)
    return Verdict(claim, Status.SUPPORTED if tally.held else Status.OPEN, tuple(evidence))


def tightness(trials: Trials) -> Tightness | None:
    shares = {theta: best for theta, best in trials.shares.items() if best.instance}
    if shares:
        theta = loosest(trials)
        by_step_size = tuple((theta, best.value) for theta, best in shares.items())
        what = "share of the decrease promised for the first step that is all that happens"
        return Tightness(shares[theta].value, shares[theta].instance, what, by_step_size)
    value, instance = max((trials.ratio.value, trials.ratio.instance), trials.elsewhere)
    return Tightness(value, instance, "largest measured / bound") if instance else None


def _map(claim: Claim, seed: int, advance) -> tuple[dict[str, Any], ...]:
    """Cells of a map of tightness; none for a claim that has no such map."""
    advance(f"{claim.id}: map of tightness")
    try:
        return tuple(cell.data() for cell in tightness_map(claim, DIMENSIONS, RATIOS, seed=seed))
    except NoMap:
        return ()


@judge_body.register(Statement)
def _judge_algebraic(body, claim, certificate, evidence, profile, seed, error, advance) -> Verdict:
    if certificate is not None:
        return Verdict(claim, Status.PROVED, tuple(evidence), certificate)
    advance(f"{claim.id}: Z3")
    numbers, whole = whole_numbers(claim)
    formulas = [relation for number, _, said in numbers if not isinstance(number, Symbol) for relation in said]
    premises = (*claim.premises, *formulas)
    answer = follows(claim.statement, claim.premises)
    if answer.holds is not True and whole & claim.statement.free_symbols.union(*(p.free_symbols for p in premises)):
        answer = follows(claim.statement, premises, whole)
    if answer.holds is None and not claim.premises:
        answer = cover(claim.statement)
        if answer.holds:
            evidence.append(Evidence("cover", "enclosed", answer.reason, {"accepted": True}))
            return Verdict(claim, Status.PROVED, tuple(evidence))
    if answer.holds:
        evidence.append(Evidence("proof", "exact", "Z3: no exception in the whole domain", {"accepted": True}))
        return Verdict(claim, Status.PROVED, tuple(evidence))
    if answer.holds is False:
        model = simplest(premises, claim.statement, whole).model or answer.model
        parameters = {str(s): fmpq(int(n.p), int(n.q)) for s, n in model.items() if not isinstance(s, Dummy)}
        witness = Witness(claim, None, parameters, (), 0)
        found = witness.replay()
        if found.confirmed:
            evidence.append(Evidence("witness", "exact", witness.describe()))
            return Verdict(claim, Status.REFUTED, tuple(evidence), witness=witness)
        evidence.append(Evidence("note", "exact", f"undecided: {found.why} ({witness.describe()})"))
        return Verdict(claim, Status.OPEN, tuple(evidence))
    evidence.append(Evidence("note", "exact", f"undecided: {answer.reason}"))
    return Verdict(claim, Status.OPEN, tuple(evidence))


@judge_body.register(Implication)
def _judge_implication(body, claim, certificate, evidence, profile, seed, error, advance) -> Verdict:
    if certificate is None and claim.proof is None:
        evidence.append(Evidence("note", "exact", "undecided: it carries no proof"))
    return Verdict(claim, Status.OPEN if certificate is None else Status.PROVED, tuple(evidence), certificate)


judge_body.register(OrbitBody, judge_orbit)


@judge_body.register(Words)
def _judge_words(body, claim: Claim, certificate, evidence, profile, seed, error, advance) -> Verdict:
    experiment = experiments().get(claim.id)
    if experiment is not None and (profile.costly or not experiment.costly):
        return conduct(claim, Setting(profile.name, seed), advance)
    why = f"it awaits {claim.awaits}" + (f", signproof experiment {claim.id}" if experiment else "")
    evidence.append(Evidence("note", "exact", f"not decided: {why}"))
    return Verdict(claim, Status.OPEN, tuple(evidence))


def conduct(claim: Claim, setting: Setting, advance: Callable[[str], None] = lambda text: None) -> Verdict:
    """Run the experiment of a claim in words: `reproduced` if every criterion holds.

    Raises ValueError if the claim has no experiment, or the setting cannot be used.
    """
    experiment = experiments().get(claim.id)
    if experiment is None:
        raise ValueError(f"no experiment decides {claim.id}: there is one for {', '.join(sorted(experiments()))}")
    outcome = experiment.run(setting, advance)
    evidence = [
        Evidence("experiment", criterion.level, str(criterion), criterion.facts) for criterion in outcome.criteria
    ]
    for covered in outcome.coverage:
        conditions = [condition.facts for condition in covered.conditions]
        facts = {"theorem": covered.theorem, "holds": covered.holds, "conditions": conditions}
        evidence.append(Evidence("coverage", _weakest(covered.conditions), str(covered), facts))
    for choice in outcome.choices:
        evidence.append(Evidence("choice", "exact", str(choice), {"what": choice.what, "chosen": choice.chosen}))
    for reading in outcome.readings:
        criteria = [criterion.facts for criterion in reading.criteria]
        facts = {"reading": reading.name, "holds": reading.holds, "criteria": criteria}
        evidence.append(Evidence("reading", _weakest(reading.criteria), str(reading), facts))
    evidence += [Evidence("note", "sampled", note) for note in outcome.notes]
    status = Status.REPRODUCED if outcome.reproduced else Status.NOT_REPRODUCED
    pictures = tuple(picture.data for picture in outcome.pictures)
    return Verdict(claim, status, tuple(evidence), series=outcome.series, pictures=pictures)


def _weakest(criteria: Sequence[Criterion]) -> str:
    """The level of what rests on all of several criteria."""
    return max((criterion.level for criterion in criteria), key=LEVELS.index, default="sampled")
