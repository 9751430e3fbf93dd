"""Transformations to chain with optax: `signproof.checks.variants.transformations` under a shorter name."""

from signproof.checks.variants.transformations import (
    AdaGradNormState,
    ErrorFeedbackState,
    adagrad_norm,
    error_feedback,
    error_feedback_sign_gd,
    majority_vote,
    scale_by_adagrad_norm,
    scale_by_dual_norm_sign,
    scale_by_majority_vote,
    scaled_sign_gd,
    sign_adagrad_norm,
    slope_point,
)

__all__ = [
    "AdaGradNormState",
    "ErrorFeedbackState",
    "adagrad_norm",
    "error_feedback",
    "error_feedback_sign_gd",
    "majority_vote",
    "scale_by_adagrad_norm",
    "scale_by_dual_norm_sign",
    "scale_by_majority_vote",
    "scaled_sign_gd",
    "sign_adagrad_norm",
    "slope_point",
]
