"""What a claim assumes, as automatic proofs look for it."""

from __future__ import annotations

from typing import TypeVar

from sympy import Expr, Ge, Le
from sympy.core.symbol import Str

from signproof.theory.assumptions.objective import Assumption
from signproof.theory.assumptions.start import StartDistance
from signproof.theory.claim import Claim
from signproof.theory.derivation.steps import Decide, Hypothesis, Lemma
from signproof.theory.elaboration.facts import Facts, NoProof
from signproof.theory.elaboration.recognized import recognized
from signproof.theory.norms import L2, DualPair
from signproof.theory.proof_steps import Step
from signproof.theory.terms.vectors import iterate, norm, x_star

TWO = Str(L2.name)
Kind = TypeVar("Kind", bound=Assumption)


def assumed(claim: Claim, kind: type[Kind], pair: DualPair | None = None) -> Kind | None:
    """The claim's assumption of that class, in that norm if one is given and it has one."""
    for assumption in claim.assumptions:
        # of a subclass nothing is known: it may say something else
        if type(assumption) is kind and (pair is None or getattr(assumption, "norm", pair) is pair):
            return assumption
    return None


def start_within(claim: Claim) -> Assumption | None:
    """What says that ||x_0 - x*||_2 <= R, in whatever words."""
    return next((each for each in claim.assumptions if _distance(each) is not None), None)


def squared_start(claim: Claim, facts: Facts) -> tuple[Step, Expr]:
    """||x_0 - x*||_2^2 <= R^2, and R. Raises NoProof if the claim does not say how near the start is."""
    within = start_within(claim)
    said = None if within is None else _distance(within)
    if within is None or said is None:
        raise NoProof("it needs ||x_0 - x*|| <= R")
    prove, length, radius = facts.prove, norm(TWO, iterate(0) - x_star), said.constant
    near = prove("start", within.statement(), Hypothesis(within))
    positive = prove("distance >= 0", Ge(length, 0), Lemma("non-negative norm", length))
    return prove("squared distance", Le(length**2, radius**2), Decide(near, positive)), radius


def _distance(assumption: Assumption) -> StartDistance | None:
    found = recognized(assumption, ())
    return found if isinstance(found, StartDistance) and found.norm is L2 else None
