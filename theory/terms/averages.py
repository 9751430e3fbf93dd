"""Averages of iterates, as a vector of its own."""

from __future__ import annotations

from signproof.theory.symbols import k
from signproof.theory.terms.vectors import VectorAtom, subscripted


class average(VectorAtom):
    """The mean of x_0, ..., x_n. Argument: n, which is k or k - 1."""

    nargs = 1

    def check(self):
        if self.args[0] not in (k, k - 1) and not self.args[0].is_Integer and not self.args[0].is_Symbol:
            raise TypeError(f"{self.args[0]} in {self} is not the last of the iterates: write k or k - 1")

    def _sympystr(self, printer):
        return f"mean(x_0, ..., {subscripted('x', self.args[0])})"

    def _latex(self, printer, exp=None):
        return rf"\bar x_{{{printer._print(self.args[0])}}}"
