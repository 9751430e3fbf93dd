"""An arithmetic for functions of any number of coordinates that come in blocks of alike ones.

A vector of R^d is a column with one entry for each block; the sizes of the blocks, which add up to d, are formulas.
It stays of that form under every rule that treats coordinates alike. With blocks of size 1 it is R^n, n written out.
"""

from __future__ import annotations

from sympy import Add, Expr, Matrix, Symbol, diff, sfield, sympify

from signproof.theory.arithmetic import Memory
from signproof.theory.border.steps import begin, move
from signproof.theory.methods.coordinates import Column, Coordinates
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.norms import LINF


class Blocks(Coordinates):
    """The arithmetic. Arguments: how many coordinates there are in each block."""

    opaque = True
    """Norms and the dimension are asked of the arithmetic itself: a column's length is not the dimension."""

    def __init__(self, *sizes: Expr | int):
        self.sizes = tuple(map(sympify, sizes))

    def sum(self, x: Column) -> Expr:
        return Add(*(size * entry for size, entry in zip(self.sizes, x, strict=True)))

    def norm(self, name: str, x: Matrix) -> Expr:
        _only_maximum(name)
        return self.max(self.abs(x))

    def dual_norm(self, name: str, g: Matrix) -> Expr:
        _only_maximum(name)
        return self.sum(self.abs(g))

    def maximizer(self, name: str, g: Matrix) -> Matrix:
        _only_maximum(name)
        return self.sign(g)

    def dimension(self, x: Matrix) -> Expr:
        return Add(*self.sizes)


def _only_maximum(name: str) -> None:
    if name != LINF.name:
        raise TypeError(f"blocks know the maximum norm, not {name}")


class Function:
    """A function that does not change when coordinates of one block change places.

    Arguments: its value where each block is one number; the symbols of these numbers; the sizes of the blocks.
    """

    def __init__(self, value: Expr, coordinates: tuple[Symbol, ...], *sizes: Expr | int):
        self.formula, self.coordinates, self.xp = value, coordinates, Blocks(*(sizes or (1,) * len(coordinates)))

    def value(self, x: Matrix) -> Expr:
        """f(x)."""
        return self._at(self.formula, x)

    def gradient(self, x: Matrix) -> Matrix:
        """In each block, the derivative in one of its coordinates: what all of them do together, divided by their
        number; in lowest terms."""
        pairs = zip(self.coordinates, self.xp.sizes, strict=True)
        slopes = (self._at(diff(self.formula, symbol) / size, x) for symbol, size in pairs)
        # the same as SymPy's `cancel`, three times as fast
        return Column([slope if slope.is_number else sfield(slope)[1].as_expr() for slope in slopes])

    def step(self, algorithm: Algorithm, x: Matrix, memory: Memory | None = None) -> tuple[Matrix, Memory]:
        """The next iterate and memory of an algorithm, by its own update rule; by default it is the first step."""
        x = Column(x)
        memory = begin(algorithm, x, self.xp, self.gradient) if memory is None else memory
        return move(algorithm, x, self.gradient, memory, self.xp)

    def _at(self, formula: Expr, x: Matrix) -> Expr:
        return formula.xreplace(dict(zip(self.coordinates, map(sympify, x), strict=True)))
