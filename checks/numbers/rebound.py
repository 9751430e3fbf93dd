"""NumPy's arrays without augmented assignment in place.

On JAX's arrays and on formulas `x -= step` makes another x, and whoever kept the old one has it still. A rule is to
mean the same in every arithmetic, so it does on these, too.
"""

from __future__ import annotations

import numpy as np

from signproof.theory.arithmetic import Numbers


class Rebound(np.ndarray):
    """An array for which `x -= step` is `x = x - step`; `x[...] = ...` writes into it, as ever."""

    def __array_wrap__(self, array: np.ndarray, context: object = None, return_scalar: bool = False) -> Numbers:
        """What a function of NumPy gives: a sum of all entries is a number, and no array without axes."""
        return array[()] if array.ndim == 0 else array.view(Rebound)

    def __iadd__(self, other: Numbers) -> Numbers:  # type: ignore[misc]
        return self + other

    def __isub__(self, other: Numbers) -> Numbers:  # type: ignore[misc]
        return self - other

    def __imul__(self, other: Numbers) -> Numbers:  # type: ignore[misc]
        return self * other

    def __itruediv__(self, other: Numbers) -> Numbers:  # type: ignore[misc]
        return self / other

    def __ipow__(self, other: Numbers) -> Numbers:  # type: ignore[misc, override]
        return self**other


def rebound(array: Numbers) -> Numbers:
    """The same numbers in such an array of its own; a single number as it is."""
    return np.array(array, subok=False).view(Rebound) if isinstance(array, np.ndarray) else array
