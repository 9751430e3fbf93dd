"""What a bound is about: of runs here, of proximal methods and flows in files of their own."""

from signproof.theory.measures.combined import (
    BestSuboptimality,
    Expected,
    Formula,
    MeanOverRun,
    MinOverRun,
    Potential,
    SumOverRun,
)
from signproof.theory.measures.distances import Distance, SuboptimalityAtAverage
from signproof.theory.measures.runs import (
    DualGradientNorm,
    ExpectedSuboptimality,
    MeanDualGradientNorm,
    Measure,
    MinDualGradientNorm,
    Suboptimality,
    is_mean,
)

__all__ = [
    "BestSuboptimality",
    "Distance",
    "DualGradientNorm",
    "Expected",
    "ExpectedSuboptimality",
    "Formula",
    "MeanDualGradientNorm",
    "MeanOverRun",
    "Measure",
    "MinDualGradientNorm",
    "MinOverRun",
    "Potential",
    "Suboptimality",
    "SuboptimalityAtAverage",
    "SumOverRun",
    "is_mean",
]
