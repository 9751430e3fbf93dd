"""Constants of quadratics, enclosed: the name under which users import them."""

from signproof.checks.problems.constants import (
    Enclosure,
    exact_smoothness,
    exact_strong_convexity,
    is_positive_semidefinite,
    outward,
    smoothness,
    strong_convexity,
)

__all__ = [
    "Enclosure",
    "exact_smoothness",
    "exact_strong_convexity",
    "is_positive_semidefinite",
    "outward",
    "smoothness",
    "strong_convexity",
]
