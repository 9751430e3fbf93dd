"""signproof: find out whether a convergence claim about a sign-type optimizer is true.

    from signproof import Claim, ScaledSignGD, Smooth, Suboptimality, verify

State a claim once, as data; `verify` checks its proof with an exact kernel, tries it on problems whose constants
are known, and replays every violation in exact arithmetic. What claims are written with comes from here: methods,
assumptions, measures, norms and symbols. The rarer ones are in `signproof.theory`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from signproof.moved import find_moved_modules

if TYPE_CHECKING:
    from signproof.checks.replay.witness import Witness
    from signproof.checks.variants.ask import conforms
    from signproof.checks.variants.row import Row
    from signproof.checks.verdicts.verdict import Evidence, Status, Tightness, Verdict
    from signproof.judging import verify
    from signproof.theory.algorithms import (
        Algorithm,
        GradientDescent,
        MajorityVote,
        ScaledSignGD,
        ScaledSignSGD,
        SignGD,
        Signum,
        SteepestDescent,
    )
    from signproof.theory.assumptions import (
        Assumption,
        BoundedGradient,
        Constant,
        Convex,
        Dimension,
        MinimizerSize,
        PolyakLojasiewicz,
        SeparablySmooth,
        Smooth,
        StartDistance,
        StartSize,
        StronglyConvex,
    )
    from signproof.theory.assumptions.gradients import BoundedVariance, SignMargin, Unbiased
    from signproof.theory.claim import Claim, ClaimError, Source
    from signproof.theory.measures import (
        BestSuboptimality,
        Distance,
        DualGradientNorm,
        Expected,
        ExpectedSuboptimality,
        Formula,
        MeanDualGradientNorm,
        MeanOverRun,
        Measure,
        MinDualGradientNorm,
        MinOverRun,
        Potential,
        Suboptimality,
        SuboptimalityAtAverage,
        SumOverRun,
    )
    from signproof.theory.norms import ANY, L2, LINF, OPERATOR
    from signproof.theory.orbit import Orbit
    from signproof.theory.proof_steps import Proof, Step
    from signproof.theory.symbols import V0, K, L, R, alpha, beta, d, eta, f_star, k, mu, sigma, t

# where the public names live: nothing heavy is imported until one of them is asked for
_HOMES = {
    "checks.replay.witness": "Witness",
    "checks.variants.ask": "conforms",
    "checks.variants.row": "Row",
    "checks.verdicts.verdict": "Evidence Status Tightness Verdict",
    "judging": "verify",
    "theory.algorithms": "Algorithm GradientDescent MajorityVote ScaledSignGD ScaledSignSGD SignGD Signum "
    "SteepestDescent",
    "theory.assumptions": "Assumption BoundedGradient Constant Convex Dimension MinimizerSize PolyakLojasiewicz "
    "SeparablySmooth Smooth StartDistance StartSize StronglyConvex",
    "theory.assumptions.gradients": "BoundedVariance SignMargin Unbiased",
    "theory.claim": "Claim ClaimError Source",
    "theory.measures": "BestSuboptimality Distance DualGradientNorm Expected ExpectedSuboptimality Formula "
    "MeanDualGradientNorm MeanOverRun Measure MinDualGradientNorm MinOverRun Potential Suboptimality "
    "SuboptimalityAtAverage SumOverRun",
    "theory.norms": "ANY L2 LINF OPERATOR",
    "theory.orbit": "Orbit",
    "theory.proof_steps": "Proof Step",
    "theory.symbols": "K L R V0 alpha beta d eta f_star k mu sigma t",
}
_HOME = {name: f"signproof.{home}" for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "ANY",
    "L2",
    "LINF",
    "OPERATOR",
    "V0",
    "Algorithm",
    "Assumption",
    "BestSuboptimality",
    "BoundedGradient",
    "BoundedVariance",
    "Claim",
    "ClaimError",
    "Constant",
    "Convex",
    "Dimension",
    "Distance",
    "DualGradientNorm",
    "Evidence",
    "Expected",
    "ExpectedSuboptimality",
    "Formula",
    "GradientDescent",
    "K",
    "L",
    "MajorityVote",
    "MeanDualGradientNorm",
    "MeanOverRun",
    "Measure",
    "MinDualGradientNorm",
    "MinOverRun",
    "MinimizerSize",
    "Orbit",
    "PolyakLojasiewicz",
    "Potential",
    "Proof",
    "R",
    "Row",
    "ScaledSignGD",
    "ScaledSignSGD",
    "SeparablySmooth",
    "SignGD",
    "SignMargin",
    "Signum",
    "Smooth",
    "Source",
    "StartDistance",
    "StartSize",
    "Status",
    "SteepestDescent",
    "Step",
    "StronglyConvex",
    "Suboptimality",
    "SuboptimalityAtAverage",
    "SumOverRun",
    "Tightness",
    "Unbiased",
    "Verdict",
    "Witness",
    "alpha",
    "beta",
    "conforms",
    "d",
    "eta",
    "f_star",
    "k",
    "mu",
    "sigma",
    "t",
    "verify",
]


def __getattr__(name: str) -> Any:  # whatever has that name
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'signproof' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


find_moved_modules()
