"""Optimization algorithms: the name under which users import them."""

from signproof.theory.methods.gradient import (
    SGD,
    AdaGradNorm,
    Algorithm,
    ErrorFeedbackSignGD,
    GradientDescent,
    MajorityVote,
    Method,
    ScaledSignGD,
    ScaledSignSGD,
    ShiftedErrorFeedbackSignGD,
    SignAdaGradNorm,
    SignAdaGradSignNorm,
    SignGD,
    Signum,
    SteepestDescent,
    dimension,
)

__all__ = [
    "SGD",
    "AdaGradNorm",
    "Algorithm",
    "ErrorFeedbackSignGD",
    "GradientDescent",
    "MajorityVote",
    "Method",
    "ScaledSignGD",
    "ScaledSignSGD",
    "ShiftedErrorFeedbackSignGD",
    "SignAdaGradNorm",
    "SignAdaGradSignNorm",
    "SignGD",
    "Signum",
    "SteepestDescent",
    "dimension",
]
