"""Variants: optax gradient transformations, tested against bounds that are claimed of other methods.

A variant is a function `factory(step_size)` that returns an `optax.GradientTransformation`. It is followed as an
algorithm of this package (`transformed`): the trials of a claim run it on balls, on every family that meets the
assumptions, and what looks broken is replayed exactly. A claim applies to it if it is a bound on a run whose measure
and assumptions concern only the objective, and whose method has no parameter but a step size; a claim about stochastic
gradients is tested with exact ones, which it allows (sigma = 0).

In float64 the rule itself is judged, as it stands on paper. In a narrower dtype the balls also hold every run in that
dtype; what its rounding could turn is looked up in the run that ships. "Broken as shipped" is that run if it makes less
than half of the progress promised, while the exact rule, its parameters stored in that dtype, makes more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase

import numpy as np

from signproof.checks.kind import kind_of
from signproof.checks.numbers.floats import NUMPY
from signproof.checks.posing import domain
from signproof.checks.posing.cases import cases
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.trials.tally import PROFILES, Profile
from signproof.checks.variants.findings import Findings
from signproof.checks.variants.layout import laying_of
from signproof.checks.variants.layout import rows as as_rows
from signproof.checks.variants.row import NO_RUN, Row
from signproof.checks.variants.traced import Drawn, Unfollowed
from signproof.checks.variants.variant import DTYPES, Factory, Misbehaves, Rule, shipped
from signproof.theory.catalog import catalog
from signproof.theory.claim import Claim
from signproof.theory.measures.runs import MinDualGradientNorm, Suboptimality
from signproof.theory.misuse import Misuse, named
from signproof.theory.norms import ANY, L2, LINF, OPERATOR, DualPair

VERSION = "variant/2"
"""Of the check: ratios of different versions do not compare."""
SHIFTS = (0, 1, -3)
"""Each coordinate of the minimizer; others than 0 are tried on variants that look at their parameters. Weight decay
draws towards the origin, which is no good sign if the minimizer happens to be there."""
IN_NORM = {LINF: "in the maximum norm", L2: "in the Euclidean norm", OPERATOR: "in the operator norm"}
"""The norms in which a claim about every norm is asked."""
PROBED = (3.0, -1.0, 0.5, 2.0, -1.0, 0.125)
"""A gradient whose directions of steepest descent are well apart."""
ALIKE = 0.95
"""The cosine from which two directions are taken for the same."""
PROBE = 2
"""Coordinates of the points with which a variant is looked at before the trials."""


def conforms(
    factory: Factory,
    claims: str | Claim | Iterable[Claim] = "*",
    *,
    dtype: str = "float64",
    seed: int = 0,
    profile: str = "quick",
    advance: Callable[[str], None] | None = None,
    name: str = "",
) -> list[Row]:
    """Test whether an optimizer obeys claims; one row per claim.

    Arguments:
        factory: a function that maps a step size to an `optax.GradientTransformation`.
        claims: a pattern of IDs such as "scaled-sign/theorem-1.*", or claims.
        dtype: "float64", "float32" or "bfloat16", for parameters, gradients and state.
        seed: the random seed. profile: "quick" or "full". advance: called with progress messages.
        name: the variant's name; by default, the factory's name.

    The rows report whatever the variant does wrong. Raises Misuse if there is no such claim, dtype or profile.
    """
    return list(rows(factory, claims, dtype=dtype, seed=seed, profile=profile, advance=advance, name=name))


def rows(
    factory: Factory,
    claims: str | Claim | Iterable[Claim] = "*",
    *,
    dtype: str = "float64",
    seed: int = 0,
    profile: str = "quick",
    advance: Callable[[str], None] | None = None,
    name: str = "",
) -> Iterator[Row]:
    """The rows of `conforms`, each when it is there."""
    if not callable(factory):
        raise Misuse(
            f"{factory!r:.60} is not a factory: write a function that maps a step size to a GradientTransformation"
        )
    if dtype not in DTYPES:
        raise Misuse(f"there is no dtype {dtype!r}; choose {', '.join(DTYPES)}")
    if profile not in PROFILES:
        raise Misuse(f"there is no profile {profile!r}; choose {' or '.join(PROFILES)}")
    rule, asked = Rule(factory, dtype), chosen(claims)  # both are looked at before the first row
    name = name or getattr(factory, "__name__", type(factory).__name__)
    check = f"{VERSION} {dtype} {profile} seed {seed}"
    return (
        replace(ask(claim, rule, PROFILES[profile], seed, advance or (lambda text: None)), check=check, variant=name)
        for claim in asked
    )


def chosen(claims: str | Claim | Iterable[Claim]) -> list[Claim]:
    """The claims that a pattern of IDs names, or those given. Raises Misuse if there are none."""
    if isinstance(claims, str):
        found = [claim for id, claim in catalog().items() if fnmatchcase(id, claims)]
        if not found:
            raise Misuse(f'no claim "{claims}". `signproof list` shows all claims.')
        return found
    return [claims] if isinstance(claims, Claim) else list(claims)


def unasked(claim: Claim) -> str:
    """Why a claim cannot be asked of a variant; empty if it can."""
    if not kind_of(claim).bounds_runs:
        return NO_RUN
    if not isinstance(claim.measure, Suboptimality | MinDualGradientNorm):
        return f"its measure, {type(claim.measure).__name__}, depends on the method"
    assert claim.algorithm is not None
    if getattr(claim.algorithm, "step_size", None) is None:
        return f"{claim.algorithm} has no step size"
    others = [name for name in claim.algorithm.noiseless.parameters if name != "step_size"]
    if others:
        return f"{claim.algorithm} has a parameter {others[0]} besides its step size"
    try:
        for case in cases(claim):
            domain.ranges(case)
    except Unsupported as unsupported:
        return str(unsupported)
    return ""


def ask(claim: Claim, rule: Rule, profile: Profile, seed: int, advance: Callable[[str], None]) -> Row:
    """One claim, asked of one variant."""
    why = unasked(claim)
    if why:
        return Row(claim.id, "not applicable", reason=why)
    try:
        posed = cases(claim)
        if not of_every_norm(claim):
            return _asked(claim, posed, Rule(rule.factory, rule.dtype, laying_of(posed[0])), profile, seed, advance)
        found = []
        for pair in _norms_of(rule):
            own = [case for case in posed if _norm_of(case) is pair]
            posing = Rule(rule.factory, rule.dtype, laying_of(own[0]))
            row = _asked(claim, own, posing, profile, seed, advance)
            found.append(replace(row, reason=f"{IN_NORM[pair]}: {row.reason}"))
            if row.status == "holds":
                return found[-1]
        return found[0]
    except Misbehaves as error:
        return Row(claim.id, "failed", step=error.step, instance=error.instance, reason=str(error))
    except Drawn as error:
        return Row(claim.id, "not applicable", reason=str(error))
    except Unfollowed as error:
        reason = f"{error} has no counterpart in the exact arithmetics, so the run cannot be enclosed"
        return Row(claim.id, "failed", reason=reason)
    except Exception as error:  # whatever else a variant meets in JAX: the others are asked nevertheless
        reason = f"it could not be judged: {named(error)}"[:400]
        return Row(claim.id, "failed", reason=reason)


def _asked(
    claim: Claim, posed: list[Claim], rule: Rule, profile: Profile, seed: int, advance: Callable[[str], None]
) -> Row:
    """Cases of a claim, all in one norm. Raises what the rule raises."""
    found = Findings(rule, profile, seed)
    # a narrow dtype rounds least near 0: there, too, a minimizer at the origin is no fair trial
    everywhere = rule.trace(PROBE).looks_at_parameters
    shifts = SHIFTS if everywhere else SHIFTS[: 1 if rule.dtype == "float64" else 2]
    for case in posed:
        for shift in shifts:
            found.ask(case, shift, advance)
            if found.broken is not None:
                return found.row(claim)
    return found.row(claim)


def of_every_norm(claim: Claim) -> bool:
    """Whether a claim is one for each norm."""
    return any(getattr(part, "norm", None) is ANY for part in (claim.algorithm, claim.measure, *claim.assumptions))


def _norm_of(case: Claim) -> DualPair | None:
    return next((pair for part in case.assumptions if (pair := getattr(part, "norm", None)) is not None), None)


def _norms_of(rule: Rule) -> tuple[DualPair, ...]:
    """The norm whose steepest descent the first step of a rule is nearest to; each, if it is near to none.

    Its parameters are a matrix of two rows, on which all three directions are told apart. Raises Misbehaves.
    """
    start = np.asarray(PROBED)
    problem = DiagonalQuadratic(np.ones(len(start)))
    try:
        first = shipped(Rule(rule.factory, laying=as_rows), problem, start, [2.0**-10], 0.0)
    except Exception:  # whatever it says of matrices: it is asked as it is
        first = shipped(rule, problem, start, [2.0**-10], 0.0)
    step = first[0] - first[1]
    likeness = {pair: _cosine(step, np.asarray(pair.maximizer(start, NUMPY))) for pair in IN_NORM}
    best = max(likeness, key=lambda pair: likeness[pair])
    return (best,) if likeness[best] > ALIKE else tuple(IN_NORM)


def _cosine(x: np.ndarray, y: np.ndarray) -> float:
    size = float(np.linalg.norm(x) * np.linalg.norm(y))
    return float(x @ y) / size if size > 0 else 0.0
