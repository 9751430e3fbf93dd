"""What a bound is about: of runs here, of proximal methods and flows in files of their own."""

from signproof.theory.measures.runs import (
    ExpectedSuboptimality,
    Measure,
    MinDualGradientNorm,
    Suboptimality,
    is_mean,
)

__all__ = [
    "ExpectedSuboptimality",
    "Measure",
    "MinDualGradientNorm",
    "Suboptimality",
    "is_mean",
]
