"""Standard laws of noise: symmetric about 0, with distribution function and moments enclosed by balls.

Each is the law of a number xi. What claims about stochastic gradients ask of it is P(xi <= t), which decides how often
a sign is right, and E|xi| and E[xi^2], which make up the variance in the l1 norm and coordinate by coordinate.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from flint import arb

from signproof.checks.numbers.exact import rational

if TYPE_CHECKING:
    import jax


@dataclass(frozen=True)
class StandardLaw(ABC):
    """A law that is symmetric about 0; all its arguments are rational."""

    words: ClassVar[str]
    """What it is called."""

    @property
    def has_mean(self) -> bool:
        """Whether E|xi| is finite; then the mean is 0."""
        return True

    @property
    def has_variance(self) -> bool:
        """Whether E[xi^2] is finite."""
        return True

    @abstractmethod
    def at_most(self, t: arb) -> arb:
        """P(xi <= t) for t > 0, where no law has an atom, so that P(xi < t) is the same; it grows with t."""

    @abstractmethod
    def near_zero(self) -> arb:
        """P(xi <= t) as t > 0 tends to 0: half, and half of the atom at 0 besides."""

    @abstractmethod
    def size(self) -> arb:
        """E|xi|, if it is finite."""

    @abstractmethod
    def square(self) -> arb:
        """E[xi^2], if it is finite."""

    @abstractmethod
    def draw(self, key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        """Independent draws on JAX, of that shape, in the default precision of floats."""

    def __str__(self):
        return self.words


class _WithoutAtom(StandardLaw):
    def near_zero(self):
        return _ball(Fraction(1, 2))


class Gaussian(_WithoutAtom):
    """N(0, 1)."""

    words = "Gaussian"

    def at_most(self, t: arb) -> arb:
        return (1 + (t / arb(2).sqrt()).erf()) / 2

    def size(self):
        return (2 / arb.pi()).sqrt()

    def square(self):
        return arb(1)

    def draw(self, key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        import jax

        return jax.random.normal(key, shape)


class Uniform(_WithoutAtom):
    """Uniform on [-1, 1]."""

    words = "uniform"

    def at_most(self, t: arb) -> arb:
        return ((1 + t) / 2).min(arb(1))

    def size(self):
        return _ball(Fraction(1, 2))

    def square(self):
        return _ball(Fraction(1, 3))

    def draw(self, key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        import jax

        return jax.random.uniform(key, shape, minval=-1.0, maxval=1.0)


class Laplace(_WithoutAtom):
    """Density exp(-|t|) / 2."""

    words = "Laplace"

    def at_most(self, t: arb) -> arb:
        return 1 - (-t).exp() / 2

    def size(self):
        return arb(1)

    def square(self):
        return arb(2)

    def draw(self, key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        import jax

        return jax.random.laplace(key, shape)


@dataclass(frozen=True)
class StudentT(_WithoutAtom):
    """Student's t; `freedom` > 0 is its number of degrees of freedom. Raises ValueError if it is not positive."""

    freedom: Fraction

    def __post_init__(self):
        if not self.freedom > 0:
            raise ValueError(f"Student's t needs a positive number of degrees of freedom, not {self.freedom}")

    @property
    def words(self) -> str:  # type: ignore[override]
        return f"Student-t, {self.freedom} degrees of freedom,"

    @property
    def has_mean(self):
        return self.freedom > 1

    @property
    def has_variance(self):
        return self.freedom > 2

    def at_most(self, t: arb) -> arb:
        n = _ball(self.freedom)
        return 1 - (n / (n + t * t)).beta_lower(n / 2, _ball(Fraction(1, 2)), regularized=True) / 2

    def size(self):
        n = _ball(self.freedom)
        return 2 * n.sqrt() * ((n + 1) / 2).gamma() / ((n - 1) * arb.pi().sqrt() * (n / 2).gamma())

    def square(self):
        return _ball(self.freedom / (self.freedom - 2))

    def draw(self, key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        # Bailey, "Polar generation of random variates with the t-distribution", Mathematics of Computation 62 (1994)
        import jax
        import jax.numpy as jnp

        one, other = jax.random.split(key)
        u, v = 1 - jax.random.uniform(one, shape), jax.random.uniform(other, shape)  # u is not 0
        n = float(self.freedom)
        return jnp.sqrt(n * jnp.expm1(-2 / n * jnp.log(u))) * jnp.cos(2 * jnp.pi * v)


@dataclass(frozen=True)
class SparseGaussian(StandardLaw):
    """N(0, 1) with probability `share`, and otherwise 0. Raises ValueError if the share is not in (0, 1]."""

    share: Fraction

    def __post_init__(self):
        if not 0 < self.share <= 1:
            raise ValueError(f"the share of steps with noise must be in (0, 1], not {self.share}")

    @property
    def words(self) -> str:  # type: ignore[override]
        return f"sparse Gaussian, present with probability {self.share},"

    def at_most(self, t: arb) -> arb:
        return 1 - _ball(self.share) * (1 - Gaussian().at_most(t))

    def near_zero(self):
        return _ball(1 - self.share / 2)

    def size(self):
        return _ball(self.share) * Gaussian().size()

    def square(self):
        return _ball(self.share)

    def draw(self, key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        import jax
        import jax.numpy as jnp

        present, value = jax.random.split(key)
        return jnp.where(jax.random.uniform(present, shape) < float(self.share), jax.random.normal(value, shape), 0.0)


def _ball(number: Fraction) -> arb:
    return arb(rational(number))
