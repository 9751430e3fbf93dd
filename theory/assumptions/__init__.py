"""Assumptions: on the objective here, on stochastic gradients, composite objectives and flows in files of their own."""

from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.objective import (
    Assumption,
    BoundedGradient,
    Constant,
    Dimension,
    OfConstant,
    PolyakLojasiewicz,
    Smooth,
    StronglyConvex,
)
from signproof.theory.assumptions.start import StartDistance

__all__ = [
    "Assumption",
    "BoundedGradient",
    "Constant",
    "Convex",
    "Dimension",
    "OfConstant",
    "PolyakLojasiewicz",
    "Smooth",
    "StartDistance",
    "StronglyConvex",
]
