"""Unit vectors and the corners of a cube around a point, as vectors of the kernel."""

from __future__ import annotations

from signproof.theory.symbols import i
from signproof.theory.terms.vectors import VectorAtom


class unit(VectorAtom):
    """e_i, the unit vector of coordinate i. Argument: the index i."""

    nargs = 1

    def check(self):
        if self.args[0] != i:
            raise TypeError(f"{self.args[0]} in {self} is not a coordinate: write i")

    def _sympystr(self, printer):
        return f"e_{self.args[0]}"

    def _latex(self, printer, exp=None):
        return f"e_{{{self.args[0]}}}"


class corner(VectorAtom):
    """Of the points x + s with a vector s of signs, one where f(z) - <u, z> is largest. Arguments: x, u."""

    nargs = 2

    def _sympystr(self, printer):
        return f"corner({', '.join(map(printer._print, self.args))})"

    def _latex(self, printer, exp=None):
        return rf"z\left({', '.join(map(printer._print, self.args))}\right)"
