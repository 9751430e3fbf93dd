"""The 2 x 2 minors of a matrix with two rows, for the operator norm in every arithmetic."""

from __future__ import annotations

import numpy as np

from signproof.theory.arithmetic import Vector


def minors(a: Vector, b: Vector) -> tuple[Vector, np.ndarray, np.ndarray]:
    """The minors a_i b_j - a_j b_i with i < j of the matrix with rows a and b, shape (n, ...).

    Returns them in a vector, shape (n (n - 1) / 2, ...), and for each entry of [[0, W], [-W, 0]], W the antisymmetric
    matrix of them, its place in the vector and its sign, shape (2n, 2n) and (2n, 2n, 1, ...).
    """
    n = a.shape[0]
    first, second = np.triu_indices(n, 1)
    places, signs = np.zeros((n, n), dtype=int), np.zeros((n, n), dtype=int)
    places[first, second] = places[second, first] = np.arange(len(first))
    signs[first, second], signs[second, first] = 1, -1
    signs = np.kron([[0, 1], [-1, 0]], signs).reshape(2 * n, 2 * n, *(1 for _ in a.shape[1:]))
    return a[first] * b[second] - a[second] * b[first], np.tile(places, (2, 2)), signs
