"""Assumptions: on the objective here, on stochastic gradients, composite objectives and flows in files of their own."""

from signproof.theory.assumptions.objective import (
    Assumption,
    Constant,
    Dimension,
    OfConstant,
    PolyakLojasiewicz,
    Smooth,
    StronglyConvex,
)

__all__ = [
    "Assumption",
    "Constant",
    "Dimension",
    "OfConstant",
    "PolyakLojasiewicz",
    "Smooth",
    "StronglyConvex",
]
