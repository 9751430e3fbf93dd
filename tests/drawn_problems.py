"""Problems with simple rational numbers, drawn by Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from signproof.checks.numbers.exact import rationals
from signproof.checks.problems.quadratic import LeastSquares

entries = st.fractions(-3, 3, max_denominator=4)


@st.composite
def least_squares(draw, widest: int = 3):
    """A dense quadratic, perhaps singular, and a start."""
    d = draw(st.integers(1, widest))
    m = draw(st.integers(1, d))
    rows = draw(st.lists(st.lists(entries, min_size=d, max_size=d), min_size=m, max_size=m))
    return LeastSquares(rationals(rows)), rationals(draw(st.lists(entries, min_size=d, max_size=d)))
