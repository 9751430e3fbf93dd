"""Majority votes of several workers, and of independent signs in general, as terms of the kernel.

The vote is the sign of the sum of the workers' signs, coordinate by coordinate, with sign(0) = 0. As a function of one
worker's sign s it is a + b s: `lean` is a, what the others' signs come to, `swing` is b, what the one sign adds.
"""

from __future__ import annotations

from sympy import Expr, Poly

from signproof.theory.symbols import k, m
from signproof.theory.terms.expectations import Random
from signproof.theory.terms.vectors import Scalar, check_term


class Ballot(Random):
    """What the signs of the stochastic gradients at a point come to: a vector with entries in [-1, 1]."""

    bounded = True

    def _sympystr(self, printer):
        return f"{self.name}({', '.join(map(printer._print, self.args))})"

    def _latex(self, printer, exp=None):
        point, *worker = map(printer._print, self.args)
        above = f"^{{{worker[0]}}}" if worker else ""
        return rf"\operatorname{{{self.name}}}{above}\left({point}\right)"


class majority(Ballot):
    """sign(sum over workers of sign(estimate)). Argument: the point."""

    nargs = 1
    name = "vote"


class _OfWorker(Ballot):
    nargs = 2

    def check(self):
        check_term(self.args[0], vector=True)
        if self.args[1] != m:
            raise TypeError(f"{self.args[1]} in {self} is not a worker: write m")


class lean(_OfWorker):
    """The mean of the two votes that there would be with the sign +1 and with -1 of worker m. Arguments: point, m."""

    name = "lean"


class swing(_OfWorker):
    """Half the difference of the two votes that there would be with the sign +1 and with -1 of worker m. Arguments:
    point, m."""

    name = "swing"


class OfSigns(Scalar):
    """A number that belongs to n independent signs, each of which is 1 with probability p and -1 otherwise."""

    whole: tuple[int, ...]
    """Which arguments are whole numbers."""

    def check(self):
        for number, argument in enumerate(self.args):
            check_term(argument)
            if number in self.whole and not is_whole(argument):
                raise TypeError(f"{argument} in {self} is not an integer for every k")


class mean_vote(OfSigns):
    """E[sign(s_1 + ... + s_n)]. Arguments: n, p."""

    nargs = 2
    whole = (0,)

    def _sympystr(self, printer):
        n, p = map(printer._print, self.args)
        return f"E_{p}[sign(s_1 + ... + s_{{{n}}})]"

    def _latex(self, printer, exp=None):
        n, p = map(printer._print, self.args)
        return rf"\mathbb{{E}}_{{{p}}}\left[\operatorname{{sign}}\left(s_1 + \dots + s_{{{n}}}\right)\right]"


class probability(OfSigns):
    """P(s_1 + ... + s_n = j). Arguments: j, n, p."""

    nargs = 3
    whole = (0, 1)

    def _sympystr(self, printer):
        j, n, p = map(printer._print, self.args)
        return f"P_{p}(s_1 + ... + s_{{{n}}} = {j})"

    def _latex(self, printer, exp=None):
        j, n, p = map(printer._print, self.args)
        return rf"\mathbb{{P}}_{{{p}}}\left(s_1 + \dots + s_{{{n}}} = {j}\right)"


class beta_function(OfSigns):
    """B(a, b), the integral of t^(a-1) (1-t)^(b-1) over [0, 1]. Arguments: a, b."""

    nargs = 2
    whole = (0, 1)

    def _sympystr(self, printer):
        return f"B({', '.join(map(printer._print, self.args))})"

    def _latex(self, printer, exp=None):
        return rf"B\left({', '.join(map(printer._print, self.args))}\right)"


class incomplete_beta(OfSigns):
    """I_p(a, b), the integral of t^(a-1) (1-t)^(b-1) over [0, p] divided by B(a, b). Arguments: p, a, b."""

    nargs = 3
    whole = (1, 2)

    def _sympystr(self, printer):
        p, a, b = map(printer._print, self.args)
        return f"I_{p}({a}, {b})"

    def _latex(self, printer, exp=None):
        p, a, b = map(printer._print, self.args)
        return rf"I_{{{p}}}\left({a}, {b}\right)"


def is_whole(number: Expr, least: int | None = None) -> bool:
    """Whether a number is whole whatever k = 0, 1, ... and, if `least` is given, at least so large; if not sure, no."""
    if not number.is_polynomial(k) or number.free_symbols - {k}:
        return False
    *growth, start = Poly(number, k).all_coeffs()
    whole = all(factor.is_Integer for factor in (*growth, start))
    return whole and (least is None or (start >= least and all(factor >= 0 for factor in growth)))
