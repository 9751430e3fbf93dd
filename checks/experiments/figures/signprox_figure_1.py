"""Figure 1 of signProx: a phantom from the squares of random projections, under dense and under sparse noise.

Xu and Kamilov, "signProx: One-bit proximal algorithm for nonconvex stochastic optimization", Section 3, Figure 1.
f(x) = 1/2 ||y - |Hx|^2||^2 + tau TV(x) for the 50 x 50 Shepp-Logan phantom, H of m = 3000 rows, and ^P(x) = P(x) + e
with e_i from rho N(0, sigma_e^2) + (1 - rho) delta_0. "The standard deviation of the noise is kept constant to the
product of gamma and sigma = 0.1" is read as that of e_i, sqrt(rho) sigma_e = gamma sigma, which decides; the other
reading, sigma_e = gamma sigma, is told beside it. The paper does not print tau, the start, the number of steps, or
the anisotropy of TV; what is chosen here is among the choices. f* is the least value that any run here reaches, full
proximal-gradient runs from the start and from the phantom among them. Every step size of a grid is tried, and the best
final objective counts.

What the text says of the figure: its images are outputs of both methods (dense: read as that both reconstruct), that
signProx "can converge similarly or even faster" (dense: similarly; sparse: faster), and that the rate of SPGM is the
same in both settings. How many steps it takes decides the first of these: the noise asks for small step sizes, and
with these few steps do not reach far: both methods reconstruct after 3000 steps, but not after 1000, although without
noise 300 are enough.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from signproof.checks.experiments.experiment import (
    Choice,
    Coverage,
    Criterion,
    Experiment,
    Outcome,
    Picture,
    Reading,
    Setting,
)
from signproof.checks.experiments.phase import PhaseRetrieval
from signproof.checks.experiments.total_variation import prox, start
from signproof.checks.numbers.arrays import FLOATS
from signproof.theory.catalog import catalog

SIDE, MEASUREMENTS, NOISE = 50, 3000, 0.1
STRENGTH, LEVEL, STEPS = 3e-3, 0.2, (300, 3000)
"""tau, the constant image at which runs start, and how many steps they take, in the quick and in the full profile."""
FEWER = (300, 1000)
"""Numbers of steps after which longer runs are looked at, too."""
GRIDS = {
    "SPGM": tuple(0.2 / 2**halvings for halvings in range(6)),
    "signProx": tuple(0.016 / 2**halvings for halvings in range(8)),
}
INNER, FULL = 25, 1500
"""Iterations of each proximal operator, started where the last one ended; steps of the runs that look for f*."""
SPARSE = 0.1
RECONSTRUCTED, ALIKE, SIMILAR, FASTER = 1 / 3, 0.05, 2, 5
"""Relative error, up to sign, of a reconstruction; decades between objectives that are alike; factors between those of
methods that converge similarly, and between those of methods of which one is faster."""
TOTAL, ENTRY = "sqrt(rho) sigma_e = gamma sigma", "sigma_e = gamma sigma"
READINGS = {TOTAL: ((1.0, 1.0), (SPARSE, SPARSE**-0.5)), ENTRY: ((1.0, 1.0), (SPARSE, 1.0))}
"""rho and sigma_e / (gamma sigma) of the dense and of the sparse noise."""
MARK = 10
"""Steps from one value of the objective to the next."""


@dataclass(frozen=True)
class Best:
    """A method's best run: its step size, (f - f*) / (f(x_0) - f*) over the marks, the relative error of its last
    image, the largest duality gap of a proximal step, and that image, of the sign that is nearer to the phantom."""

    step_size: float
    course: np.ndarray
    error: float
    gap: float
    image: np.ndarray

    @property
    def final(self) -> float:
        return float(self.course[-1])


@dataclass(frozen=True)
class Runs:
    """All runs: method, noise and step size of each, and as in `Best` the rest, over the marks first where it changes.

    A noise is rho and the deviation of its entries that are not 0, over gamma sigma.
    """

    cells: list[tuple[str, tuple[float, float], float]]
    courses: np.ndarray
    points: np.ndarray
    gaps: np.ndarray
    phantom: np.ndarray

    def best(self, reading: str, steps: int) -> dict[tuple[str, float], Best]:
        """The best run of each method under each density of the noise, after some steps."""
        mark, found = steps // MARK, {}
        for method in GRIDS:
            for noise in READINGS[reading]:
                chosen = [number for number, cell in enumerate(self.cells) if cell[:2] == (method, noise)]
                best = min(chosen, key=lambda number: np.nan_to_num(self.courses[mark, number], nan=np.inf))
                image, truth = self.points[mark, :, best].reshape(self.phantom.shape), self.phantom
                if np.linalg.norm(image + truth) < np.linalg.norm(image - truth):
                    image = -image
                error = np.linalg.norm(image - truth) / np.linalg.norm(truth)
                course = self.courses[: mark + 1, best]
                found[method, noise[0]] = Best(self.cells[best][2], course, float(error), float(self.gaps[best]), image)
        return found


def _follow(problem, x, dual, step_size, deviation, rho, key, signed, mark):
    """MARK steps of a batch of runs, shape (n, batch); the largest gap of their proximal steps."""
    shape = (*problem.image.shape, x.shape[1])

    def step(carry, index):
        x, dual, gap = carry
        z = x - step_size * problem.smooth_gradient(x, FLOATS)
        image, dual, now = prox(z.reshape(shape), step_size * problem.strength, dual, INNER)
        # the same noise for all runs, scaled
        keys = jax.random.split(jax.random.fold_in(key, mark * MARK + index))
        drawn = jax.random.normal(keys[0], (x.shape[0], 1)) * deviation
        hit = jax.random.uniform(keys[1], (x.shape[0], 1)) < rho
        estimate = image.reshape(x.shape) + jnp.where(hit, drawn, 0.0)
        after = jnp.where(signed, x - step_size * jnp.sign(x - estimate), estimate)
        return (after, dual, jnp.maximum(gap, now)), None

    (x, dual, gap), _ = jax.lax.scan(step, (x, dual, jnp.zeros(x.shape[1])), jnp.arange(MARK))
    return x, dual, gap, problem.objective(x, FLOATS)


@cache
def _follower():
    return jax.jit(
        lambda fields, *arguments: _follow(PhaseRetrieval(**fields), *arguments),
    )


def _runs(problem, steps, step_sizes, deviations, rho, signed, seed, tell, begin=None):
    """Objectives at the marks, shape (marks + 1, batch), the points there, (marks + 1, n, batch) in 32-bit, and the
    largest gaps."""
    fields = {name: jnp.asarray(getattr(problem, name)) for name in problem.shared}
    count = len(step_sizes)
    x = jnp.full((problem.dimension, count), LEVEL) if begin is None else jnp.asarray(begin)
    dual, gaps = start(jnp.zeros((*problem.image.shape, count))), np.zeros(count)
    values, points = [np.asarray(problem.objective(x, FLOATS))], [np.asarray(x, np.float32)]
    arguments = [jnp.asarray(array) for array in (step_sizes, deviations, rho)]
    key, signs = jax.random.key(seed), jnp.asarray(signed)
    for mark in range(steps // MARK):
        x, dual, gap, value = _follower()(fields, x, dual, *arguments, key, signs, mark)
        gaps = np.maximum(gaps, np.asarray(gap))
        values.append(np.asarray(value))
        points.append(np.asarray(x, np.float32))
        tell(f"step {(mark + 1) * MARK} of {steps}")
    return np.array(values), np.array(points), gaps


@cache
def _problem(seed: int) -> PhaseRetrieval:
    from skimage.data import shepp_logan_phantom
    from skimage.transform import resize

    image = resize(shepp_logan_phantom(), (SIDE, SIDE), anti_aliasing=True)
    return PhaseRetrieval.around(image, MEASUREMENTS, np.random.default_rng(seed), STRENGTH)


@cache
def _measured(setting: Setting, tell: Callable[[str], None] = lambda text: None) -> Runs:
    """Runs of both methods under all noises."""
    with jax.enable_x64(True):
        problem = _problem(setting.seed)
        least, first = _least(setting, tell)
        noises = dict.fromkeys(noise for reading in READINGS.values() for noise in reading)
        cells = [(name, noise, size) for name, grid in GRIDS.items() for noise in noises for size in grid]
        sizes = np.array([size for *_, size in cells])
        rhos, deviations = np.array([noise for _, noise, _ in cells]).T
        signed = np.array([name == "signProx" for name, *_ in cells])
        values, points, gaps = _runs(
            problem, _steps(setting), sizes, sizes * NOISE * deviations, rhos, signed, setting.seed, tell
        )
    least = min(least, float(np.nanmin(values)))
    with np.errstate(all="ignore"):
        courses = (values - least) / (first - least)
    return Runs(cells, courses, points, gaps, problem.image)


def _steps(setting: Setting) -> int:
    return setting.choose("steps", *STEPS)


@cache
def _least(setting: Setting, tell: Callable[[str], None]) -> tuple[float, float]:
    """The least objective that full proximal-gradient runs reach, from the start and from the phantom; f(x_0)."""
    problem = _problem(setting.seed)
    begin = np.stack([np.full(problem.dimension, LEVEL), problem.image.ravel()], axis=1)
    sizes, none = np.array([0.05, 0.05]), np.zeros(2)
    steps = FULL if setting.steps is None else min(FULL, 5 * setting.steps)
    values, *_ = _runs(
        problem, steps, sizes, none, none, np.zeros(2, dtype=bool), 0, lambda text: tell(f"f*, {text}"), begin
    )
    return float(np.nanmin(values)), float(values[0, 0])


def _dense(found: dict[tuple[str, float], Best]) -> list[Criterion]:
    ours, theirs = found["signProx", 1.0].final, found["SPGM", 1.0].final
    return [
        *(
            Criterion(
                f"{method}, rho = 1: the relative error of the last image is at most {RECONSTRUCTED:.3g}",
                f"{best.error:.3g} (gamma = {best.step_size:g}, normalized objective {best.final:.3g})",
                best.error <= RECONSTRUCTED,
            )
            for (method, rho), best in found.items()
            if rho == 1
        ),
        Criterion(
            f"with rho = 1 signProx's final normalized objective is at most {SIMILAR} times SPGM's",
            f"{ours:.3g} and {theirs:.3g}",
            bool(ours <= SIMILAR * theirs),
        ),
    ]


def _sparse(found: dict[tuple[str, float], Best]) -> list[Criterion]:
    ours, dense_ours = found["signProx", SPARSE].final, found["signProx", 1.0].final
    theirs, dense_theirs = found["SPGM", SPARSE].final, found["SPGM", 1.0].final
    with np.errstate(all="ignore"):
        apart = abs(np.log10(theirs / dense_theirs))
    return [
        Criterion(
            f"SPGM's final normalized objective with rho = {SPARSE} is within {ALIKE} decades of that with rho = 1",
            f"{theirs:.3g} and {dense_theirs:.3g}",
            bool(apart <= ALIKE),
        ),
        Criterion(
            f"with rho = {SPARSE} signProx's is smaller than SPGM's by a factor of {FASTER}",
            f"{ours:.3g} and {theirs:.3g}",
            bool(FASTER * ours <= theirs),
        ),
        Criterion(
            f"signProx's with rho = {SPARSE} is smaller than with rho = 1 by a factor of {FASTER}",
            f"{ours:.3g} and {dense_ours:.3g}",
            bool(FASTER * ours <= dense_ours),
        ),
    ]


def _judge(setting: Setting, advance: Callable[[str], None], criteria_of: Callable[..., Any]) -> Outcome:
    runs, steps = _measured(setting, advance), _steps(setting)
    found = runs.best(TOTAL, steps)
    gap = max(best.gap for best in found.values())
    ends = [
        f"{method}, rho = {rho:g}, gamma = {best.step_size:g}"
        for (method, rho), best in found.items()
        if best.step_size in (min(GRIDS[method]), max(GRIDS[method]))
    ]
    readings = [
        Reading(f"after {fewer} steps", tuple(criteria_of(runs.best(TOTAL, fewer)))) for fewer in FEWER if fewer < steps
    ]
    readings.append(Reading(f"the deviation of the noise read as {ENTRY}", tuple(criteria_of(runs.best(ENTRY, steps)))))
    grids = "; ".join(f"{name} {', '.join(f'{size:g}' for size in grid)}" for name, grid in GRIDS.items())
    choices = (
        Choice("tau", f"{STRENGTH}, anisotropic TV"),
        Choice("start", f"{LEVEL} everywhere (0 is a critical point of the data term)"),
        Choice("steps", str(steps)),
        Choice("step sizes", f"the best of {grids}"),
        Choice("deviation of the noise", TOTAL),
        Choice("arithmetic", f"float64, seed {setting.seed}"),
    )
    notes = [f"proximal steps: {INNER} iterations each, duality gap at most {gap:.1g}"]
    if ends:
        notes.append(f"best at an end of the step sizes that were tried: {'; '.join(ends)}")
    series = [
        {
            "instance": f"{method}, rho = {rho:g}, gamma = {best.step_size:g}",
            "k": list(range(0, len(best.course) * MARK, MARK)),
            "measured": [float(value) if np.isfinite(value) else None for value in best.course],
            "bound": [None] * len(best.course),
        }
        for (method, rho), best in found.items()
    ]
    return Outcome(
        tuple(criteria_of(found)),
        tuple(notes),
        tuple(series),
        choices,
        tuple(readings),
        _coverage(setting.seed),
        _pictures(runs.phantom, found),
    )


def _coverage(seed: int) -> tuple[Coverage, ...]:
    """What the theorems assume of the objective, and why this one does not meet it."""
    claims, problem = catalog(), _problem(seed)
    found = []
    for name, id in (("Theorem 1", "signprox/theorem-1"), ("Theorem 2", "signprox/theorem-2")):
        unmet = {str(assumption): problem.unmet(assumption) for assumption in claims[id].assumptions}
        conditions = (Criterion(asked, why, False, "exact") for asked, why in unmet.items() if why)
        found.append(Coverage(name, tuple(conditions)))
    return tuple(found)


def _pictures(phantom: np.ndarray, found: dict[tuple[str, float], Best]) -> tuple[Picture, ...]:
    runs = (
        Picture(f"{method}, rho = {rho:g}", f"the last image, of relative error {best.error:.3g}", best.image)
        for (method, rho), best in found.items()
    )
    begin = Picture("the start", f"{LEVEL} everywhere", np.full_like(phantom, LEVEL))
    return (Picture("the phantom", "what is to be found", phantom), begin, *runs)


dense = Experiment("signprox/figure-1.dense", partial(_judge, criteria_of=_dense), costly=True)
sparse = Experiment("signprox/figure-1.sparse", partial(_judge, criteria_of=_sparse), costly=True)
