"""The arithmetic of the kernel: vectors stay atoms, so that what is derived holds in every dimension."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, Integer
from sympy.core.symbol import Str

from signproof.theory.expectations import Total
from signproof.theory.prox import sampled_mapping
from signproof.theory.symbols import i, m
from signproof.theory.vectors import dual_norm, maximizer, norm
from signproof.theory.votes import majority


class Opaque:
    """Update rules run on it: what they return are terms of `vectors` and `expectations`."""

    opaque = True

    def norm(self, name: str, x: Expr) -> Expr:
        return norm(Str(name), x)

    def dual_norm(self, name: str, g: Expr) -> Expr:
        return dual_norm(Str(name), g)

    def maximizer(self, name: str, g: Expr) -> Expr:
        return maximizer(Str(name), g)

    def sign(self, g: Expr) -> Expr:
        return maximizer(Str("inf"), g)

    def proximal_step(self, x: Expr, step_size: Expr, batch: Expr) -> Expr:
        return x - step_size * sampled_mapping(x, step_size, batch)

    def votes(self, gradient: Callable[..., Expr], x: Expr, workers: Expr) -> tuple[Expr, Expr]:
        return Total(self.dual_norm("inf", gradient(x, m)), m) / workers, majority(x)

    def dimension(self, x: Expr) -> Expr:
        return Total(Integer(1), i)
