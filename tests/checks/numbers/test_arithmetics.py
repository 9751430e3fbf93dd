"""Every arithmetic has every operation: it does it, or it says in a sentence that it cannot."""

from __future__ import annotations

import inspect
import math
from fractions import Fraction
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sympy import Expr, Matrix, Symbol

from signproof.checks.experiments.race import _Votes
from signproof.checks.flows.taylor import Series
from signproof.checks.numbers.arrays import BALLS, FLOATS, Ball, ball
from signproof.checks.numbers.exact import RATIONALS, Balls, Rationals, rational, rationals
from signproof.checks.numbers.floats import NUMPY, NumPy
from signproof.checks.posing.domain import Unsupported
from signproof.checks.runs.drawn import _Drawing
from signproof.checks.runs.expected import Drawing
from signproof.checks.trials.lattice import _Drawn
from signproof.theory.algorithms import (
    ErrorFeedbackSignGD,
    GradientDescent,
    MajorityVote,
    ScaledSignGD,
    SignAdaGradNorm,
    SignGD,
    Signum,
    SteepestDescent,
)
from signproof.theory.arithmetic import Arithmetic
from signproof.theory.border.opaque import Opaque
from signproof.theory.border.purity import FORMULAS
from signproof.theory.border.steps import begin, move
from signproof.theory.derivation.turns import Formulas
from signproof.theory.elaboration.blocks import Blocks
from signproof.theory.methods.coordinates import COORDINATES, Column
from signproof.theory.norms import L2, LINF, OPERATOR
from signproof.theory.terms.vectors import gradient, x_k

ENTRIES = tuple(map(Fraction, ("1/2", "-1/3", "3/4", "1/5")))
OPERATIONS = {name for name, entry in vars(Arithmetic).items() if inspect.isfunction(entry) and name[0] != "_"}
MATRIX = ((1, 2, 0, 1), (0, 1, 3, 0))


@pytest.fixture(autouse=True)
def _in_64_bits():
    with jax.enable_x64(True):
        yield


def _floats(entries):
    return np.array([*map(float, entries)])


ARITHMETICS = {
    "floats": (FLOATS, lambda e: jnp.asarray(_floats(e))),
    "balls of floats": (BALLS, lambda e: ball(_floats(e))),
    "rationals": (RATIONALS, rationals),
    "balls": (Balls(128), lambda e: Balls(128).number(rationals(e))),
    "NumPy": (NUMPY, _floats),
    "rationals of a draw": (Drawing([rationals(ENTRIES)]), rationals),
    "floats of a draw": (_Drawn(_floats(ENTRIES)), _floats),
    "floats of runs": (_Drawing(None, None, None, None), lambda e: jnp.asarray(_floats(e))),
    "floats of a race": (_Votes(lambda x: x[None]), lambda e: jnp.asarray(_floats(e))),
    "power series": (Series(128), lambda e: Balls(128).number(rationals(e))),
    "columns": (COORDINATES, lambda e: Column([RATIONAL(n) for n in e])),
    "rounded columns": (FORMULAS.xp, lambda e: Column([RATIONAL(n) for n in e])),
    "blocks": (Blocks(1, 1, 1, 1), lambda e: Column([RATIONAL(n) for n in e])),
    "vectors of the kernel": (Opaque(), lambda e: Opaque().vector(gradient(x_k))),
    "formulas along an orbit": (Formulas(), lambda e: Formulas().column([RATIONAL(n) for n in e])),
}


def RATIONAL(number: Fraction) -> Expr:
    return COORDINATES.rational(number.numerator, number.denominator)


def _arguments(operation: str, xp: Any, x: Any) -> tuple:
    half = len(ENTRIES) // 2
    return {
        "rational": lambda: (1, 3),
        "interval": lambda: (xp.rational(1, 3), xp.rational(1, 3)),
        "larger": lambda: (x, x),
        "matvec": lambda: (_matrix(x), x),
        "minors": lambda: (x[:half], x[half:]),
        "power": lambda: (x, 2),
        "log": lambda: (x * x,),
        "sqrt": lambda: (x * x,),
        "votes": lambda: (lambda *at: x, x, 1),
    }.get(operation, lambda: (x,))()


def _matrix(x: Any) -> Any:
    if isinstance(x, Ball):
        return ball(np.array(MATRIX, dtype=float))
    if not hasattr(x, "dtype"):
        return Matrix(MATRIX)
    return rationals(MATRIX) if x.dtype == object else np.array(MATRIX, dtype=float)


def test_all_arithmetics_are_here():
    def below(kind):
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    shared = ("_Objects", "Scalars")
    abstract = {kind for kind in below(Arithmetic) if inspect.isabstract(kind) or kind.__name__ in shared}
    ours = {kind for kind in below(Arithmetic) if kind.__module__.startswith("signproof.")}
    assert ours - abstract == {type(xp) for xp, _ in ARITHMETICS.values()}


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
@pytest.mark.parametrize("name", ARITHMETICS)
def test_an_operation_is_done_or_refused_in_a_sentence(name, operation):
    xp, vector = ARITHMETICS[name]
    x = vector(ENTRIES)
    if name == "floats of runs" and operation == "votes":
        return  # its workers draw around a problem's gradient: see test_sampled
    try:
        arguments = _arguments(operation, xp, x)
    except TypeError:  # a vector of the kernel has no halves
        assert name == "vectors of the kernel"
        arguments = (x,) if operation in ("log", "sqrt") else (x, x)
    try:
        found = getattr(xp, operation)(*arguments)
    except (TypeError, Unsupported) as refused:
        assert len(str(refused).split()) >= 5, refused
    else:
        assert found is not None


FUNCTIONS = {
    "abs": abs, "exp": math.exp, "sin": math.sin, "cos": math.cos, "expm1": math.expm1,
    "exp_remainder": lambda t: math.expm1(t) - t, "log1p": math.log1p,
    "sign": lambda t: (t > 0) - (t < 0), "sqrt": lambda t: math.sqrt(abs(t)), "log": lambda t: math.log(abs(t)),
}  # fmt: skip


def _as_floats(found: Any) -> list[float]:
    if isinstance(found, Ball):
        return np.ravel(found.middle).tolist()
    entries = list(found) if isinstance(found, Matrix) else np.ravel(np.asarray(found, dtype=object)).tolist()
    return [float(rational(entry)) if type(entry).__name__ == "fmpq" else float(entry) for entry in entries]


def test_operations_mean_the_same_in_all_arithmetics():
    reached = 0
    for name, (xp, vector) in ARITHMETICS.items():
        if name in ("vectors of the kernel", "power series", "formulas along an orbit"):
            continue
        x = vector(ENTRIES)
        square = x * x
        expected: dict[str, tuple] = {
            operation: ((square if operation in ("sqrt", "log") else x,), [function(float(t)) for t in ENTRIES])
            for operation, function in FUNCTIONS.items()
        }
        expected["sqrt"] = ((square,), [abs(float(t)) for t in ENTRIES])
        expected["log"] = ((square,), [2 * math.log(abs(float(t))) for t in ENTRIES])
        length = math.sqrt(sum(float(t) ** 2 for t in ENTRIES))
        expected["normalized"] = ((x,), [float(t) / length for t in ENTRIES])
        expected["sum"] = ((x,), [float(sum(ENTRIES))])
        expected["max"] = ((x,), [0.75])
        expected["larger"] = ((x, -x), [abs(float(t)) for t in ENTRIES])
        expected["power"] = ((x, 3), [float(t) ** 3 for t in ENTRIES])
        expected["matvec"] = (
            (_matrix(x), x),
            [sum(m * float(t) for m, t in zip(r, ENTRIES, strict=True)) for r in MATRIX],
        )
        expected["dimension"] = ((x,), [4.0])
        for operation, (given, numbers) in expected.items():
            try:
                found = getattr(xp, operation)(*given)
            except TypeError as refused:
                assert isinstance(xp, Rationals), (name, operation, refused)
                continue
            assert _as_floats(found) == pytest.approx(numbers, rel=1e-13, abs=1e-13), (name, operation)
            reached += 1
    assert reached > 150


@pytest.mark.parametrize("norm", [LINF, L2, OPERATOR], ids=lambda pair: pair.name)
def test_norms_are_the_same_in_all_arithmetics(norm):
    reference = None
    for name in ("floats", "balls of floats", "balls", "NumPy", "columns", "rounded columns"):
        xp, vector = ARITHMETICS[name]
        x = vector(ENTRIES)
        found = [*_as_floats(norm.norm(x, xp)), *_as_floats(norm.dual(x, xp)), *_as_floats(norm.maximizer(x, xp))]
        reference = reference or found
        assert found == pytest.approx(reference, rel=1e-12), name


ALPHA, BETA = Fraction(1, 7), Fraction(2, 3)
METHODS = [
    (GradientDescent, (ALPHA,)), (SignGD, (ALPHA,)), (ScaledSignGD, (ALPHA,)), (ErrorFeedbackSignGD, (ALPHA,)),
    (SignAdaGradNorm, (ALPHA,)), (Signum, (ALPHA, BETA)), (MajorityVote, (ALPHA, 3)),
    (lambda alpha: SteepestDescent(alpha, L2), (ALPHA,)), (lambda alpha: SteepestDescent(alpha, OPERATOR), (ALPHA,)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "numbers"), METHODS, ids=lambda part: getattr(part, "__name__", ""))
def test_every_method_makes_the_same_steps_in_all_arithmetics(kind, numbers):
    runs = {}
    for name in ("floats", "balls of floats", "balls", "rationals", "NumPy", "columns", "rounded columns"):
        xp, vector = ARITHMETICS[name]
        method = kind(*(n if isinstance(n, int) else xp.rational(n.numerator, n.denominator) for n in numbers))
        x = vector(ENTRIES)
        try:
            memory = begin(method, x, xp)
            for _ in range(2):
                x, memory = move(method, x, lambda at: at + at, memory, xp)
        except TypeError as refused:
            assert name == "rationals" and "not rational" in str(refused)
            continue
        runs[name] = _as_floats(x)
    assert len(runs) >= 5
    for name, run in runs.items():
        assert run == pytest.approx(runs["columns"], rel=1e-12), name


def test_sums_of_rebound_arrays_are_numbers():
    for x in (rationals([1, 2]), NUMPY.copy(np.ones(2))):
        for found in (x.sum(), np.sum(x), x @ x, x.dot(x), np.max(x), x[0], (x * x).sum(axis=0)):
            assert not isinstance(found, np.ndarray), type(found)
        old = y = NUMPY.copy(x)
        y -= x
        assert old[0] == x[0] == 1 and not y.any() and (rationals([[1, 2]]).sum(axis=0) == [1, 2]).all()


def test_a_number_of_the_kernel_has_functions_and_a_vector_none():
    xp, a = Opaque(), Symbol("a", real=True)
    assert xp.sqrt(a**2).term == abs(a) and xp.rational(1, 2) * 2 == 1 and xp.expm1(0 * a).term == 0
    for operation in ("abs", "sqrt", "exp", "log", "sin", "cos", "expm1", "log1p", "exp_remainder", "sum", "max"):
        for vector in (gradient(x_k), xp.vector(gradient(x_k))):
            with pytest.raises(TypeError, match=r"knows no|have no operation"):
                getattr(xp, operation)(vector)


def test_columns_are_multiplied_entry_by_entry_like_all_vectors():
    a, b = Symbol("a", real=True), Symbol("b", real=True)
    x, y = Column([a, 2]), Column([b, 3])
    assert (
        list(x * y) == [a * b, 6] and list(x / y) == [a / b, Fraction(2, 3)] and list(1 / x) == [1 / a, Fraction(1, 2)]
    )
    assert list(2 - x) == [2 - a, 0] and list(a * x) == list(x * a) == [a**2, 2 * a] and list(-x) == [-a, -2]
    x[:] = y
    assert list(x) == [b, 3] and list(x[1:]) == [3] and isinstance(NumPy().copy(np.ones(2)), np.ndarray)
