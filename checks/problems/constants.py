"""Smoothness and strong convexity constants of a quadratic, enclosed with proof.

For f(x) = ½ xᵀHx with H symmetric, in the l-infinity norm:

    L  = max_{s ∈ {±1}^d} ‖Hs‖₁,          the least L with ‖∇f(x) − ∇f(y)‖₁ ≤ L ‖x − y‖_∞,
    mu = 1 / max_i (H⁻¹)_ii   (H ≻ 0),    the largest mu with f(y) ≥ f(x) + ⟨∇f(x), y−x⟩ + (mu/2) ‖y−x‖_∞²,

and in the Euclidean norm L = max |λ|, mu = λ_min.  Every entry of H is read as an exact rational (a float is
a dyadic rational), floating point only proposes, and integers, rationals or balls decide, so an `Enclosure`
contains the constant of exactly the matrix that was passed.
"""

import math
import operator
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from numbers import Rational
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np
from flint import arb_mat, ctx, fmpq, fmpq_mat, fmpz, fmpz_mat

from signproof.checks.numbers.exact import to_float
from signproof.theory.arithmetic import Matrix, Scalar

Ends = TypeVar("Ends", float, np.ndarray)

NORMS = ("inf", "2")
Norm: TypeAlias = str | float
"""A norm by name, or by its order."""
ENUMERATION_LIMIT = 24  # largest d whose 2^(d-1) sign vectors `smoothness` enumerates
EXACT_ENUMERATION_LIMIT = 16  # the same for `exact_smoothness`, which works in Python integers
EXACT_INVERSE_LIMIT = 32  # largest d whose inverse `strong_convexity` takes in rationals, not balls

# Choices of effort: none affects whether an enclosure is right, only how fast it comes and how tight it is.
_BLOCK = 2**15  # values enumerated at a time: two arrays of 128 or 256 KiB, which stay in a 1 MiB L2 cache
_LONGEST = 12  # signs of the second half: rows of 2^12 values, long enough for vector instructions
_TIES = 4096  # near-maximal sign vectors re-evaluated in integers before we settle for an enclosure
_BALL_BITS = 128  # the least precision of a ball
_BALL_ACCURACY = 64  # bits asked of a ball: 11 more than a float has, so only the last rounding shows
_RELAXATION_STEPS = 500
_STARTS = 32


@dataclass(frozen=True)
class Enclosure(Generic[Ends]):
    """A closed interval [lower, upper], proved to contain a constant: an upper end for L, a lower end for mu
    keeps every bound valid.

    Arguments: `lower` and `upper`, floats or NumPy arrays of one shape (then one interval per entry).
    Raises ValueError when the shapes differ, or an end is NaN, or lower > upper anywhere.
    """

    lower: Ends
    upper: Ends

    def __post_init__(self) -> None:
        if np.shape(self.lower) != np.shape(self.upper):
            raise ValueError(
                f"the ends have shapes {np.shape(self.lower)} and {np.shape(self.upper)}; pass equal shapes"
            )
        wrong = np.atleast_1d(~np.asarray(self.lower <= self.upper))  # written so that NaN fails too
        if wrong.any():
            lower, upper = (np.ravel(end)[wrong.ravel().argmax()] for end in (self.lower, self.upper))
            raise ValueError(f"not an interval: need lower <= upper, got {lower} and {upper}")

    @property
    def width(self) -> Ends:
        """upper − lower (in floating point; for display, not for proof)."""
        return self.upper - self.lower

    @property
    def exact(self) -> bool | np.ndarray:
        """Whether the constant is known exactly: lower == upper."""
        return self.lower == self.upper

    def __contains__(self, value: Scalar) -> bool:
        """Whether lower <= value <= upper, decided exactly, for one float, int, Fraction or fmpq."""
        if isinstance(value, fmpq | fmpz):
            value = _fraction(value)
        elif isinstance(value, np.generic):
            value = value.item()  # NumPy would round the ends to a narrower type
        return float(self.lower) <= value <= float(self.upper)  # Python compares float with Fraction exactly


def smoothness(H: Matrix, norm: Norm = "inf") -> Enclosure[float]:
    """The smoothness constant L of f(x) = ½ xᵀHx: the least L with ‖H(x−y)‖_* ≤ L ‖x−y‖ for all x, y.

    norm="inf": L = max_{s,t ∈ {±1}^d} tᵀHs = max_s ‖Hs‖₁, which is max_s sᵀHs when H ⪰ 0.  L adds up over
    the connected components of the non-zero entries.  A component of any size is exact when some
    D = diag(±1) makes DHD entrywise non-negative (then L = Σ|H_ij|), and one of d ≤ ENUMERATION_LIMIT is
    unless thousands of sign vectors tie (see `_enumerate`).  For the others local search gives the lower end
    and a verified dual bound the upper.
    norm="2": L = max |λ(H)|, to adjacent floats.

    Arguments: `H`, a symmetric d×d matrix of ints, floats, Fractions or fmpq, or a sparse one of SciPy; `norm`, "inf"
    or "2", or its order, `np.inf` or 2.
    Returns an `Enclosure` of L with float ends rounded outward; lower == upper when L was found exactly and
    is a float.
    Raises ValueError when H is empty, not square, not symmetric, not finite or not real, or norm is unknown.
    """
    norm = _named(norm)
    components = list(_components(_rational_matrix(H)))
    if norm == "2":
        radii = [_spectral_radius(block) for block, _ in components]
        return Enclosure(max(lower for lower, _ in radii), max(upper for _, upper in radii))
    ends = [_infinity_smoothness(block, balanced) for block, balanced in components]
    return outward(sum((lower for lower, _ in ends), fmpq(0)), sum((upper for _, upper in ends), fmpq(0)))


def strong_convexity(H: Matrix, norm: Norm = "inf") -> Enclosure[float]:
    """The strong convexity constant mu of f(x) = ½ xᵀHx: the largest mu with xᵀHx ≥ mu ‖x‖² for all x.

    norm="inf": minimising xᵀHx over x_i = 1 gives 1/(H⁻¹)_ii, so mu = 1 / max_i (H⁻¹)_ii for H ≻ 0.  As
    max_g gᵀH⁻¹g / ‖g‖₁² is attained at a coordinate vector, mu is also the Polyak–Łojasiewicz constant in the
    dual norm: ‖∇f(x)‖₁² ≥ 2 mu (f(x) − min f).
    norm="2": mu = λ_min(H), to adjacent floats.
    A singular H ⪰ 0 has mu = 0 exactly (its Polyak–Łojasiewicz constant may be larger).

    Arguments: `H`, a symmetric positive semidefinite d×d matrix of ints, floats, Fractions or fmpq, or a sparse one of
    SciPy; `norm`, "inf" or "2", or its order, `np.inf` or 2.
    Returns an `Enclosure` of mu with float ends rounded outward; lower == upper when mu was found exactly and
    is a float.
    Raises ValueError when H is not positive semidefinite, empty, not square, not symmetric, not finite or not
    real, or norm is unknown.
    """
    norm = _named(norm)
    blocks = [block for block, _ in _components(_rational_matrix(H))]
    if _convex(map(_definiteness, blocks)) == 0:
        return Enclosure(0.0, 0.0)
    if norm == "2":
        least = [_least_eigenvalue(block) for block in blocks]
        return Enclosure(min(lower for lower, _ in least), min(upper for _, upper in least))
    ends = [_infinity_strong_convexity(block) for block in blocks]
    return outward(min(lower for lower, _ in ends), min(upper for _, upper in ends))


def exact_smoothness(H: fmpq_mat) -> fmpq:
    """L = max_{s ∈ {±1}^d} ‖Hs‖₁ (l-infinity norm), by plain enumeration in integers, with no floats at all.

    Arguments: `H`, a symmetric d×d rational matrix, d ≤ EXACT_ENUMERATION_LIMIT.
    Returns L.
    Raises ValueError when d is larger, or H is empty, not square or not symmetric.
    """
    numerators, denominator = _rational_matrix(H).numer_denom()
    columns = [list(map(int, column)) for column in numerators.tolist()]
    d = len(columns)
    if d > EXACT_ENUMERATION_LIMIT:
        raise ValueError(f"H is {d}×{d}: exact enumeration stops at {EXACT_ENUMERATION_LIMIT}; use smoothness")
    signs = [1] * d
    gradient = [sum(column) for column in columns]  # H·1
    largest = sum(map(abs, gradient))
    for step in range(1, 2 ** (d - 1)):
        # A Gray code flips one sign at a time and never the last: s and −s give the same value.
        flipped = (step & -step).bit_length() - 1
        change = -2 * signs[flipped]
        signs[flipped] = -signs[flipped]
        gradient = [g + change * h for g, h in zip(gradient, columns[flipped], strict=True)]
        largest = max(largest, sum(map(abs, gradient)))
    return fmpq(largest, denominator)


def exact_strong_convexity(H: fmpq_mat) -> fmpq:
    """mu = 1 / max_i (H⁻¹)_ii for H ≻ 0, and 0 for singular H ⪰ 0 (l-infinity norm), in rationals throughout.

    Arguments: `H`, a symmetric positive semidefinite rational matrix.
    Returns mu.
    Raises ValueError when H is not positive semidefinite, or empty, not square or not symmetric.
    """
    H = _rational_matrix(H)
    if _convex([_exact_definiteness(H)]) == 0:
        return fmpq(0)
    inverse = H.inv()
    return 1 / max(inverse[i, i] for i in range(H.nrows()))


def is_positive_semidefinite(H: fmpq_mat) -> bool:
    """Whether H ⪰ 0, decided exactly by symmetric elimination (LDLᵀ) in integers.

    Arguments: `H`, a symmetric rational matrix.
    Returns True or False.
    Raises ValueError when H is empty, not square or not symmetric.
    """
    return _exact_definiteness(_rational_matrix(H)) >= 0


# ------------------------------------------------------------------------------------------------------------
# Reading the matrix
# ------------------------------------------------------------------------------------------------------------


def _named(norm: Norm) -> str:
    """The name of a norm that is also called by its order, as NumPy does. Raises ValueError if it is unknown."""
    name = norm if isinstance(norm, str) else next((name for name in NORMS if norm == float(name)), None)
    if name is None or name not in NORMS:
        raise ValueError(f"unknown norm {norm!r}; choose one of {', '.join(map(repr, NORMS))}")
    return name


def _rational_matrix(H: Any) -> fmpq_mat:
    """H with every entry as an exact rational; raises ValueError unless it is real, finite and symmetric."""
    rows: Any
    shape: tuple[int, ...]
    if isinstance(H, fmpq_mat | fmpz_mat):
        rows, shape = H.tolist(), (H.nrows(), H.ncols())
    else:
        dense = H.toarray() if hasattr(H, "toarray") else H  # SciPy's sparse matrices and arrays
        array = np.asarray(dense, dtype=object)  # any other type may round: [[2**63, -1]] would become floats
        rows, shape = array.tolist(), array.shape
    if 0 in shape:
        raise ValueError(f"H is empty (shape {shape}); pass a square matrix with at least one entry")
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ValueError(f"H is not square (shape {shape}); pass d rows of d entries")
    exact = [[_rational(x, i, j) for j, x in enumerate(row)] for i, row in enumerate(rows)]
    for i, row in enumerate(exact):
        for j in range(i):
            if row[j] != exact[j][i]:
                raise ValueError(
                    f"H is not symmetric: H[{j}, {i}] = {rows[j][i]} but H[{i}, {j}] = {rows[i][j]}; pass (H + H.T) / 2"
                )
    return fmpq_mat(exact)


def _rational(x: Any, i: int, j: int) -> fmpq:
    """The entry x = H[i, j] as an exact rational."""
    if isinstance(x, fmpq | fmpz):
        return fmpq(x)
    try:
        ratio = (x.numerator, x.denominator) if isinstance(x, Rational) else x.as_integer_ratio()
    except (OverflowError, ValueError):  # infinity and NaN
        raise ValueError(f"H[{i}, {j}] = {x} is not finite; remove or replace it") from None
    except AttributeError:
        raise ValueError(f"H[{i}, {j}] = {x!r} is not a real number; pass ints, floats, Fractions or fmpq") from None
    return fmpq(*map(int, ratio))


def _components(H: fmpq_mat) -> Iterator[tuple[fmpq_mat, bool]]:
    """The diagonal blocks of H on the connected components of its non-zero entries, each with whether it is
    balanced: D·block·D entrywise non-negative for some D = diag(±1).

    Colouring i by D_ii, an edge asks D_ii sign(H_ij) D_jj = 1, so a spanning tree fixes D up to a global sign
    and the block is balanced when D then fits every entry, the diagonal included.
    """
    signs = [[(x > 0) - (x < 0) for x in row] for row in H.tolist()]
    unseen = set(range(len(signs)))
    while unseen:
        root = min(unseen)
        colour = {root: 1}
        queue = [root]
        for i in queue:
            for j, sign in enumerate(signs[i]):
                if sign and j not in colour:
                    colour[j] = colour[i] * sign
                    queue.append(j)
        unseen -= colour.keys()
        queue.sort()
        balanced = all(colour[i] * signs[i][j] * colour[j] >= 0 for i in queue for j in queue)
        yield fmpq_mat([[H[i, j] for j in queue] for i in queue]), balanced


def _fixed_point(H: fmpq_mat, dtype: type[np.floating] = np.float64) -> tuple[np.ndarray, fmpq, fmpq]:
    """A float matrix M of integers with Σ|M_ij| ≤ 2^p, a unit u, and r = Σ|H_ij − u M_ij| exactly.

    p is the precision of `dtype`, 53 bits or 24.  Sums of ±M_ij are then integers of at most 2^p in absolute value,
    so floating point adds them without rounding, and matrix products with sign vectors are exact in any order, with
    or without fused operations.
    For all sign vectors tᵀHs differs from u tᵀMs by at most r, which is the only rounding allowance that
    enumeration needs, and is 0 when the entries fit.
    """
    numerators, denominator = H.numer_denom()
    entries = [[int(x) for x in row] for row in numerators.tolist()]
    # Σ|N_ij| < 2^(k+p-1), so Σ|M_ij| < 2^(p-1) + d²/2 when each N_ij / 2^k is rounded to the nearest integer.
    k = max(0, sum(abs(x) for row in entries for x in row).bit_length() - np.finfo(dtype).nmant)
    rounded = [[(2 * x + 2**k) >> (k + 1) for x in row] for row in entries]
    residual = sum(
        abs(x - (m << k)) for row, row_ in zip(entries, rounded, strict=True) for x, m in zip(row, row_, strict=True)
    )
    return np.array(rounded, dtype=dtype), fmpq(2**k, denominator), fmpq(residual, denominator)


# ------------------------------------------------------------------------------------------------------------
# Rounding
# ------------------------------------------------------------------------------------------------------------


def _fraction(q: fmpq | fmpz) -> Fraction:
    return Fraction(int(q.numerator), int(q.denominator))


def _exact(x: float) -> fmpq:
    return fmpq(*float(x).as_integer_ratio())


def outward(lower: fmpq, upper: fmpq) -> Enclosure[float]:
    """The narrowest float interval around [lower, upper]; a rational that is a float stays as it is."""
    down, up = to_float(lower), to_float(upper)
    return Enclosure(
        math.nextafter(down, -math.inf) if down > _fraction(lower) else down,
        math.nextafter(up, math.inf) if up < _fraction(upper) else up,
    )


# ------------------------------------------------------------------------------------------------------------
# Definiteness
# ------------------------------------------------------------------------------------------------------------


def _convex(signs: Iterable[int]) -> int:
    """The least of some `_definiteness` signs; raises ValueError when it is −1."""
    sign = min(signs)
    if sign < 0:
        raise ValueError(
            "H is not positive semidefinite, so f is not convex and has no strong convexity constant;"
            " pass H with no negative eigenvalue"
        )
    return sign


def _definiteness(H: fmpq_mat) -> int:
    """1 when H ≻ 0, 0 when H ⪰ 0 is singular, −1 otherwise: by balls, or by integers if balls cannot tell."""
    numerators, _ = H.numer_denom()
    least = _BALL_BITS + 2 * H.nrows()  # balls widen by a bit or two with every pivot
    for bits in (least, 4 * least):
        with ctx.workprec(bits):
            sign = _elimination_sign(arb_mat(numerators).tolist(), operator.truediv)
        if sign is not None:
            return sign
    return _exact_definiteness(H)


def _exact_definiteness(H: fmpq_mat) -> int:
    """`_definiteness` by integers alone."""
    numerators, _ = H.numer_denom()
    sign = _elimination_sign(numerators.tolist(), operator.floordiv)
    assert sign is not None  # integers always compare
    return sign


def _elimination_sign(matrix: list[list[Any]], divide: Callable[[Any, Any], Any]) -> int | None:
    """The sign that `_definiteness` describes, or None when balls are too wide to tell.

    Fraction-free LDLᵀ (Bareiss): eliminating the pivot p, the last diagonal entry, turns a_ij into
    (p a_ij − b_i b_j) / p', where b is the pivot's row and p' > 0 the pivot before, a division that leaves no
    remainder.  The result is a positive multiple of the Schur complement, which is definite, or semidefinite,
    exactly when the matrix is.  A zero pivot in a semidefinite matrix has a zero row, which can be dropped:
    next to a non-zero entry b_i the 2×2 minor is −b_i² < 0.  So no pivot needs to be looked for.  Comparing
    balls is True only when all their members agree, so each return below is proved.
    """
    rows = [row[: i + 1] for i, row in enumerate(matrix)]
    sign, previous = 1, fmpz(1)
    while rows:
        row = rows.pop()
        pivot = row.pop()
        if pivot > 0:
            rows = [
                [divide(pivot * a - b_i * b_j, previous) for a, b_j in zip(a_i, row, strict=False)]
                for a_i, b_i in zip(rows, row, strict=True)
            ]
            previous = pivot
        elif pivot < 0 or (pivot == 0 and any(b != 0 for b in row)):
            return -1
        elif pivot == 0 and all(b == 0 for b in row):
            sign = 0
        else:
            return None
    return sign


# ------------------------------------------------------------------------------------------------------------
# The l-infinity norm
# ------------------------------------------------------------------------------------------------------------


def _infinity_smoothness(H: fmpq_mat, balanced: bool) -> tuple[fmpq, fmpq]:
    """Ends around max_s ‖Hs‖₁ for one connected component."""
    if balanced:
        total = sum(map(abs, H.entries()), fmpq(0))
        return total, total
    if H.nrows() <= ENUMERATION_LIMIT:
        return _enumerate(H)
    return _local_search_and_dual(H)


def _enumerate(H: fmpq_mat) -> tuple[fmpq, fmpq]:
    """Ends around max_s ‖Hs‖₁ by enumeration, equal unless more than _TIES sign vectors tie within rounding.

    With H ≈ uM from `_fixed_point`, the values of M are exact and those of H differ from them by at most r.
    So a maximiser of H is among the vectors whose M-value is within 2r/u of the largest, `top`; these are
    evaluated in integers.  If they are too many, [best evaluated, u·top + r] still contains the maximum.
    Single precision is twice as fast as double and mostly tells; double follows where it leaves too many.
    """
    semidefinite = _definiteness(H) >= 0
    for dtype in (np.float32, np.float64):
        M, unit, residual = _fixed_point(H, dtype)
        values, blocks, first, second = _value_table(M, semidefinite)
        largest = [values(block).max() for block in blocks]
        top = int(max(largest))
        if residual == 0:
            return unit * top, unit * top
        threshold = top - math.ceil(_fraction(2 * residual / unit))
        ties: list[np.ndarray] = []
        for block, peak in zip(blocks, largest, strict=True):
            if peak >= threshold and len(ties) <= _TIES:
                i, j = np.nonzero(values(block) >= threshold)
                ties.extend(np.hstack([first[block][i], second[j]])[: _TIES + 1 - len(ties)])
        if len(ties) <= _TIES:
            break
    lower = _largest_value(H, np.array(ties))
    return lower, lower if len(ties) <= _TIES else unit * top + residual


def _value_table(
    M: np.ndarray, semidefinite: bool
) -> tuple[Callable[[slice], np.ndarray], list[slice], np.ndarray, np.ndarray]:
    """A function from a block of rows to the values of M at s = (first[row], second[column]), the blocks that make up
    all rows, and both halves.

    The value is ‖Ms‖₁ or, for a semidefinite matrix, where the maxima agree, sᵀMs, of which

        sᵀMs = s₁ᵀAs₁ + 2 s₁ᵀBs₂ + s₂ᵀCs₂

    makes the table one matrix product.  The last sign is +1: s and −s have one value.  The function overwrites the
    values that it returned before, because memory fresh from the system is slower to touch than to compute with.
    """
    half = max(0, len(M) - 1 - _LONGEST)
    identity = np.eye(len(M), dtype=M.dtype)
    first, images = (_all_signs(rows[:half]) for rows in (identity[:, :half], M))
    second, other_images = (_all_signs(rows[half:-1]) + rows[-1][:, None] for rows in (identity[:, half:], M))
    height = min(first.shape[1], max(1, _BLOCK // second.shape[1]))
    blocks = [slice(start, start + height) for start in range(0, first.shape[1], height)]
    table, terms = np.empty((2, height, second.shape[1]), M.dtype)

    def norms(block: slice) -> np.ndarray:
        table[:] = 0
        for image, other_image in zip(images[:, block], other_images, strict=True):
            np.add(image[:, None], other_image, out=terms)
            np.add(table, np.abs(terms, out=terms), out=table)
        return table

    if not semidefinite:
        return norms, blocks, first.T, second.T
    forms, other_forms = (first * images[:half]).sum(axis=0), (second * other_images[half:]).sum(axis=0)
    left = np.vstack([2 * first, forms, np.ones_like(forms)]).T
    right = np.vstack([other_images[:half], np.ones_like(other_forms), other_forms])
    return lambda block: np.matmul(left[block], right, out=table), blocks, first.T, second.T


def _all_signs(rows: np.ndarray) -> np.ndarray:
    """The sums ±rows[0] ± rows[1] ± ... for all choices of the signs, one a column."""
    sums = np.zeros((rows.shape[1], 1), rows.dtype)
    for row in rows:
        sums = np.hstack([sums + row[:, None], sums - row[:, None]])
    return sums


def _largest_value(H: fmpq_mat, vectors: np.ndarray) -> fmpq:
    """The largest ‖Hs‖₁ over the given sign vectors, one a row, exactly: at most L whatever they are."""
    numerators, denominator = H.numer_denom()
    images = fmpz_mat(vectors.astype(int).tolist()) * numerators
    return fmpq(max(sum(map(abs, image)) for image in images.tolist()), denominator)


def _local_search_and_dual(H: fmpq_mat) -> tuple[fmpq, fmpq]:
    """Ends around max_s ‖Hs‖₁ when there are too many sign vectors.

    Above: if D is diagonal with D − H ⪰ 0 and D + H ⪰ 0, then adding the two forms at s + t and s − t gives
    4 tᵀHs ≤ 2 sᵀDs + 2 tᵀDt = 4 tr D.  So tr D bounds L.  The three proposals for D are row sums of |H|
    (D ± H are then diagonally dominant, so no check is needed), multiples of I (the bound d·max |λ|), and
    the dual of the relaxation max ⟨U, HV⟩ over matrices with unit rows, solved by iterating V ∝ HV.
    Below: the best sign vector that local search finds from leading eigenvectors and roundings of V.
    """
    M, unit, _ = _fixed_point(H)
    d = len(M)
    randomness = np.random.default_rng(0)  # fixed, so that the same matrix gets the same enclosure
    V = randomness.standard_normal((d, math.isqrt(2 * d) + 2))  # such a rank loses nothing (Barvinok, Pataki)
    norms = np.ones(d)
    for _ in range(_RELAXATION_STEPS):
        earlier, V = norms, M @ V
        norms = np.linalg.norm(V, axis=1)
        norms = np.maximum(norms, 2.0**-40 * norms.max())  # a proposal must be positive
        V /= norms[:, None]
    _, eigenvectors = np.linalg.eigh(M)
    roundings = V @ randomness.standard_normal((V.shape[1], _STARTS))
    starts = np.hstack([eigenvectors[:, :2], eigenvectors[:, -2:], roundings])
    lower = _largest_value(H, np.array([_ascend(M, _signs(start)) for start in starts.T]))
    # U and V alternate in the loop, and each has its own dual diagonal; their mean serves both signs of H.
    upper = _dual_bound(H, M, unit, [np.ones(d), (earlier + norms) / 2])
    return lower, min(upper, sum(map(abs, H.entries()), fmpq(0)))


def _dual_bound(H: fmpq_mat, M: np.ndarray, unit: fmpq, proposals: list[np.ndarray]) -> fmpq:
    """tr D for a diagonal D, a multiple of some positive proposal, for which D − H ⪰ 0 and D + H ⪰ 0 are proved.

    The least such multiple of P is the spectral radius of P^(−½) M P^(−½).  It is estimated in floats, to choose
    the proposal with the least trace, and enlarged by a relative excess, starting near the estimate's own error,
    until the proof holds.  The loop ends, because a large enough positive diagonal dominates.
    """

    def scaled(proposal: np.ndarray) -> np.ndarray:
        root = np.sqrt(proposal)
        return proposal * np.abs(np.linalg.eigvalsh(M / np.outer(root, root))).max()

    best = min(map(scaled, proposals), key=np.sum)
    excess = 2.0**-44
    while True:
        diagonal = [_exact(x) * unit for x in best * (1 + excess)]
        D = _diagonal(diagonal)
        if _definiteness(D - H) >= 0 and _definiteness(D + H) >= 0:
            return sum(diagonal, fmpq(0))
        excess *= 16


def _diagonal(entries: list[fmpq]) -> fmpq_mat:
    return fmpq_mat([[x if i == j else fmpq(0) for j in range(len(entries))] for i, x in enumerate(entries)])


def _signs(x: np.ndarray) -> np.ndarray:
    """The signs of x, with +1 for 0."""
    return np.where(x < 0, -1.0, 1.0)


def _ascend(M: np.ndarray, s: np.ndarray) -> np.ndarray:
    """A sign vector at which neither s ← sign(Ms) nor a single flip increases ‖Ms‖₁.

    ‖Mt‖₁ ≥ sᵀMt = ‖Ms‖₁ at t = sign(Ms), so the first move never loses.  M holds integers with exact sums (see
    `_fixed_point`), so each accepted move gains at least 1 and the loop ends.
    """
    image = M @ s
    while True:
        moved = _signs(image)
        images = np.column_stack([M @ moved, image[:, None] - 2 * M * s])  # then those of flips of s_1, …, s_d
        values = np.abs(images).sum(axis=0)
        best = values.argmax()
        if values[best] <= np.abs(image).sum():
            return s
        image = images[:, best]
        s = moved if best == 0 else s * (1 - 2 * (np.arange(len(s)) == best - 1))


def _infinity_strong_convexity(H: fmpq_mat) -> tuple[fmpq, fmpq]:
    """Ends around 1 / max_i (H⁻¹)_ii for H ≻ 0, equal up to EXACT_INVERSE_LIMIT."""
    if H.nrows() <= EXACT_INVERSE_LIMIT:
        mu = exact_strong_convexity(H)
        return mu, mu
    bits = _BALL_BITS
    while True:  # ends: H is invertible, so enough bits give any accuracy
        with ctx.workprec(bits):
            try:
                inverse = arb_mat(H).inv()
            except ZeroDivisionError:  # too few bits to see that H is invertible
                diagonal = []
            else:
                diagonal = [inverse[i, i] for i in range(H.nrows())]
        if diagonal and all(x.rel_accuracy_bits() >= _BALL_ACCURACY for x in diagonal):
            ends = [(x.mid().fmpq() - x.rad().fmpq(), x.mid().fmpq() + x.rad().fmpq()) for x in diagonal]
            return 1 / max(upper for _, upper in ends), 1 / max(lower for lower, _ in ends)
        bits *= 2


# ------------------------------------------------------------------------------------------------------------
# The Euclidean norm
# ------------------------------------------------------------------------------------------------------------


def _spectral_radius(H: fmpq_mat) -> tuple[float, float]:
    """Floats around max |λ|, which is at most t when tI ± H ⪰ 0, and less than t when tI ± H ≻ 0."""
    M, unit, _ = _fixed_point(H)
    guess = to_float(_exact(np.abs(np.linalg.eigvalsh(M)).max()) * unit)
    sides = [-H] if _definiteness(H) >= 0 else [-H, H]
    return _locate(lambda t: min(_definiteness(_shifted(side, t)) for side in sides), guess)


def _least_eigenvalue(H: fmpq_mat) -> tuple[float, float]:
    """Floats around λ_min of H ≻ 0, which is at least t when H − tI ⪰ 0, and more when H − tI ≻ 0."""
    M, unit, _ = _fixed_point(H)
    guess = to_float(_exact(max(0.0, np.linalg.eigvalsh(M).min())) * unit)
    return _locate(lambda t: -_definiteness(_shifted(H, -t)), guess)


def _shifted(H: fmpq_mat, t: fmpq) -> fmpq_mat:
    """H + tI."""
    return H + _diagonal([t] * H.nrows())


def _locate(side: Callable[[fmpq], int], guess: float) -> tuple[float, float]:
    """The floats next to a number z ≥ 0, or z twice when z is a float; side(t) is the proved sign of t − z.

    Non-negative floats are ordered as their bit patterns, so the search gallops away from the guess and then
    bisects in those integers, and takes at most 64 bisections whatever the guess.
    """
    infinity = _bits(math.inf)

    @cache
    def at(bits: int) -> int:
        return 1 if bits == infinity else side(_exact(_float(bits)))

    low = high = _bits(guess)
    step = 1
    while at(high) < 0:
        low, high, step = high, min(high + step, infinity), 4 * step
    while low > 0 and at(low) > 0:
        low, high, step = max(low - step, 0), low, 4 * step
    while high - low > 1:
        middle = (low + high) // 2
        if at(middle) < 0:
            low = middle
        else:
            high = middle
    for end in (low, high):
        if at(end) == 0:
            return _float(end), _float(end)
    return _float(low), _float(high)


def _bits(x: float) -> int:
    return int(np.float64(x).view(np.int64))


def _float(bits: int) -> float:
    return float(np.int64(bits).view(np.float64))
