"""Assumptions: on the objective here, on stochastic gradients, composite objectives and flows in files of their own."""

from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.objective import (
    Assumption,
    BoundedGradient,
    Constant,
    Dimension,
    OfConstant,
    PolyakLojasiewicz,
    SeparablySmooth,
    Smooth,
    StronglyConvex,
)
from signproof.theory.assumptions.start import MinimizerSize, StartDistance, StartSize

__all__ = [
    "Assumption",
    "BoundedGradient",
    "Constant",
    "Convex",
    "Dimension",
    "MinimizerSize",
    "OfConstant",
    "PolyakLojasiewicz",
    "SeparablySmooth",
    "Smooth",
    "StartDistance",
    "StartSize",
    "StronglyConvex",
]
