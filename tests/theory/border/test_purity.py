"""Rules of users that are written in place, that remember, that draw twice, that are not what their classes say."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import random
import time as clock
from collections import deque
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from flint import fmpq
from sympy import Eq, Ge, Integer, Le, Symbol

from signproof import Claim, verify
from signproof.checks.facts.purity import examine as examine_claim
from signproof.checks.facts.purity import examine_family
from signproof.checks.gradients.finite import TableOracle
from signproof.checks.numbers.arrays import FLOATS
from signproof.checks.numbers.exact import RATIONALS, Balls, rational, rationals
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.replay.bounds import run, trajectory
from signproof.checks.replay.orbits import replay_orbit
from signproof.checks.replay.replay import Replay
from signproof.checks.runs.exact import along_orbit
from signproof.checks.runs.expected import Chain, expectations
from signproof.checks.runs.instance import Instance
from signproof.checks.trials.lattice import PROBLEM, OnLattice
from signproof.theory.algorithms import Algorithm, GradientDescent, ScaledSignGD, ScaledSignSGD
from signproof.theory.assumptions import Smooth
from signproof.theory.assumptions.gradients import OracleAssumption, SignMargin, Unbiased, l1
from signproof.theory.border import state
from signproof.theory.border.opaque import Vector
from signproof.theory.border.purity import Impure, examine
from signproof.theory.border.steps import DrawnTwice, begin, move
from signproof.theory.claim import ClaimError, Orbit
from signproof.theory.derivation.steps import transition
from signproof.theory.elaboration.automatic import prove
from signproof.theory.measures import ExpectedSuboptimality, Suboptimality
from signproof.theory.measures.flows import SuboptimalityOverTime
from signproof.theory.measures.proximal import MeanGradientMapping
from signproof.theory.methods.flows import Flow, GradientFlow
from signproof.theory.methods.proximal import SPGM
from signproof.theory.norms import L2
from signproof.theory.proof_steps import Certificate, Rejection
from signproof.theory.symbols import V0, L, alpha, beta, sigma, t
from signproof.theory.terms.expectations import estimate, mean
from signproof.theory.terms.vectors import gradient, iterate, norm, x_k

x = Symbol("x", real=True)


def method(update: Any, init: Any = None, **facts: Any) -> Algorithm:
    """A method with a rule, its class made as users make theirs."""
    parts = {"__annotations__": {"step_size": Any}, "update": update, "__module__": __name__, **facts}
    parts |= {} if init is None else {"init": init}
    return dataclass(frozen=True)(type("Own", (Algorithm,), parts))(alpha)


def claim(algorithm: Any, **changes: Any) -> Claim:
    parts: dict[str, Any] = {"id": "own", "algorithm": algorithm, "assumptions": (Smooth(L, L2),),
                             "domain": (alpha > 0, alpha < 1 / L), "measure": Suboptimality(), "bound": V0}  # fmt: skip
    return Claim(**parts | changes)


def stochastic(algorithm: Any, **changes: Any) -> Claim:
    noisy = {"measure": ExpectedSuboptimality(), "assumptions": (Smooth(L, L2), Unbiased())}
    return claim(algorithm, **noisy | changes)


# ----------------------------------------------------------------------------------- rules written in place


def otherwise(self, x, gradient, memory, xp):
    g = gradient(x)
    mean = memory * xp.rational(1, 2) + g
    return x - self.step_size * mean, mean


def subtracted(self, x, gradient, memory, xp):
    memory *= xp.rational(1, 2)
    memory += gradient(x)
    x -= self.step_size * memory
    return x, memory


def entry_by_entry(self, x, gradient, memory, xp):
    g = gradient(x)
    for i in range(len(x)):
        memory[i] = memory[i] * xp.rational(1, 2) + g[i]
        x[i] = x[i] - self.step_size * memory[i]
    return x, memory


def whole(self, x, gradient, memory, xp):
    memory[:] = memory * xp.rational(1, 2) + gradient(x)
    x[:] = x - self.step_size * memory
    return x, memory


def by_numpy(self, x, gradient, memory, xp):
    np.multiply(memory, xp.rational(1, 2), out=memory)
    np.add(memory, gradient(x), out=memory)
    np.subtract(x, self.step_size * memory, out=x)
    return x, memory


def spoiling_the_gradient(self, x, gradient, memory, xp):
    g = gradient(x)
    g += memory * xp.rational(1, 2)
    memory = g
    g = g * 1
    g *= self.step_size
    x -= g
    return x, memory


def writing_into_the_gradient(self, x, gradient, memory, xp):
    g = gradient(x)
    g[:] = g + memory * xp.rational(1, 2)
    return x - self.step_size * g, g


def keeping_the_old(self, x, gradient, memory, xp):
    """`old` stays what it was: as on JAX's arrays, `x -= ...` makes another x."""
    old, mean = x, memory * xp.rational(1, 2) + gradient(x)
    x -= xp.rational(1, 1)
    return old - self.step_size * mean, mean


IN_PLACE = [
    subtracted, entry_by_entry, whole, by_numpy, spoiling_the_gradient, writing_into_the_gradient, keeping_the_old,
]  # fmt: skip


def zero(self, x, xp):
    return x - x


def begun_in_place(self, x, xp):
    x *= 0
    x[:] = x
    return x


class Own(DiagonalQuadratic):
    """A family that gives away its own array, and spoils its point."""

    family = "own quadratics"

    def constant(self, assumption):
        return None

    def exact_constant(self, assumption):
        return None

    def hessian(self):
        return None

    convex = separable = False

    def gradient(self, x, xp):
        if isinstance(x, np.ndarray):
            x[:] = self.diagonal * x
            return x
        return self.diagonal * x

    def suboptimality(self, x, xp):
        if isinstance(x, np.ndarray):
            x[:] = x * x
            return xp.sum(self.diagonal * x) / 2
        return xp.sum(self.diagonal * x * x) / 2


PARAMETERS = {"alpha": fmpq(1, 3)}
START = (fmpq(3), fmpq(-2))


@pytest.mark.parametrize("family", [DiagonalQuadratic, Own])
@pytest.mark.parametrize("start", [zero, begun_in_place])
@pytest.mark.parametrize("update", IN_PLACE)
def test_a_run_of_a_rule_in_place_is_that_of_the_rule_written_otherwise(update, start, family):
    problem = family(rationals([1, 2]))
    with Balls(128) as balls:
        for xp in (RATIONALS, balls):
            runs = []
            for algorithm in (method(otherwise, zero), method(update, start)):
                posed = claim(algorithm)
                points = trajectory(Instance(posed, problem, PARAMETERS, START), 4, xp)
                found = [*itertools.islice(run(Instance(posed, problem, PARAMETERS, START), xp), 4)]
                runs.append(([[*map(str, point)] for point in points], [(f.measured, f.bound) for f in found]))
            assert runs[0] == runs[1]
            assert runs[0][1][0][0] == (fmpq(17, 2), fmpq(17, 2))  # V_0, read before the run


@pytest.mark.parametrize("update", IN_PLACE)
def test_orbits_of_a_rule_in_place(update):
    """From 3 the run goes to 3 - 3 alpha; that is nowhere near 3 again."""
    orbit = Orbit(x**2 / 2, (x,), ((Integer(3),), (3 - 3 * alpha,)))
    expected, found = (claim(made, orbit=orbit, measure=None, bound=None, assumptions=(), domain=(alpha > 0,))
                       for made in (method(otherwise, zero), method(update, zero)))  # fmt: skip
    runs = [along_orbit(made, {alpha: fmpq(1, 3)}, RATIONALS) for made in (expected, found)]
    assert all([*x] == [*y] for x, y in itertools.islice(zip(*runs, strict=True), 6))
    assert replay_orbit(found, PARAMETERS, 1, exhibit=False) == replay_orbit(expected, PARAMETERS, 1, exhibit=False)
    assert isinstance(replay_orbit(found, PARAMETERS, 2), Replay)


def scaled(self, x, gradient, memory, xp):
    g = gradient(x)
    length = self.norm.dual(g, xp)
    g /= length + xp.rational(1, 1)
    g *= -1
    g *= length + xp.rational(1, 1)
    x += self.step_size * length * self.norm.maximizer(g, xp)
    return x, memory


def scaled_into(self, x, gradient, memory, xp):
    g = gradient(x)
    x[:] = x - self.step_size * self.norm.dual(g, xp) * self.norm.maximizer(g, xp)
    g[:] = g * 0
    return x, memory


@dataclass(frozen=True)
class Minus(ScaledSignSGD):
    update = scaled


@dataclass(frozen=True)
class Into(ScaledSignSGD):
    update = scaled_into


@pytest.mark.parametrize("kind", [Minus, Into])
def test_expectations_and_lattices_of_a_rule_in_place(kind):
    problem, oracle = DiagonalQuadratic(rationals([1, 2])), TableOracle({})
    found = []
    for algorithm in (ScaledSignSGD(alpha), kind(alpha)):
        chain = Chain(algorithm, problem, oracle, PARAMETERS, START)
        found.append([*itertools.islice(expectations(chain, Suboptimality(), problem), 4)])
    assert found[0] == found[1] and found[0][0] == fmpq(17, 2)

    class At(OnLattice):
        lattice = 5

        def probabilities(self): ...

        def exact(self, point, g): ...

    draws = np.array([[1.0, 2.0, -1.0], [0.0, 1.0, 2.0]])[:, None, :]
    after = [At(stochastic(each), [], PARAMETERS).stepped(draws) for each in (ScaledSignSGD(alpha), kind(alpha))]
    assert np.allclose(*after) and after[0].shape == (5, 3) and PROBLEM.dimension == 2


def test_memories_of_all_shapes_are_copied():
    @dataclass
    class Kept:
        array: Any
        inner: dict

    def start(self, x, xp):
        return Kept(x, {"list": [x, (x, deque([x]))]})

    def update(self, x, gradient, memory, xp):
        memory.array[:] = memory.array * 2
        memory.inner["list"][0][0] = xp.rational(7, 1)
        memory.inner["list"][1][1][0][1] = xp.rational(9, 1)
        memory.inner["new"] = 1
        return x, memory

    own, start_at = method(update, start), rationals([1, 2])
    before = begin(own, start_at, RATIONALS)
    _, after = move(own, start_at, lambda at: at, before, RATIONALS)
    assert [*start_at] == [1, 2] and [*before.array] == [1, 2] and before.inner.keys() == {"list"}
    assert [*after.array] == [2, 4] and [*before.inner["list"][0]] == [1, 2]
    assert [*after.inner["list"][0]] == [7, 2] and [*after.inner["list"][1][1][0]] == [1, 9]


def test_where_nothing_may_be_written_into_an_array_that_is_said():
    with pytest.raises(TypeError, match=r"assigns to array entries .* build a new array"):
        move(method(whole, zero).at(step_size=0.5), jnp.ones(2), lambda at: at, jnp.ones(2), FLOATS)
    with pytest.raises(TypeError, match="return x, memory"):
        move(method(lambda self, x, g, memory, xp: x), rationals([1]), lambda at: at, (), RATIONALS)


# ----------------------------------------------------------------------------------------- rules that remember

CALLS: list[int] = []
COUNT = 0
TABLE = {"n": 0}
COUNTER = itertools.count()
GENERATOR = np.random.default_rng(0)
PLACE = np.zeros(1)
QUEUE: deque = deque([0], maxlen=2)


class Box:
    n = 0


BOX = Box()
REMEMBERING: dict[str, tuple[Any, str]] = {}


def remembers(place: str):
    def note(update):
        REMEMBERING[update.__name__] = update, place
        return update

    return note


def helper():
    global COUNT
    COUNT += 1
    return COUNT


@remembers("CALLS")
def a_list(self, x, gradient, memory, xp):
    CALLS.append(1)
    return x - self.step_size * gradient(x), memory


@remembers("COUNT")
def a_global_of_a_helper(self, x, gradient, memory, xp):
    helper()
    return x - self.step_size * gradient(x), memory


@remembers(r"TABLE\['n'\]")
def a_dict(self, x, gradient, memory, xp):
    TABLE["n"] += 1
    return x - self.step_size * gradient(x), memory


@remembers("Own.calls")
def its_class(self, x, gradient, memory, xp):
    type(self).calls = getattr(type(self), "calls", 0) + 1
    return x - self.step_size * gradient(x), memory


@remembers("Own.last")
def its_instance(self, x, gradient, memory, xp):
    object.__setattr__(self, "last", x)
    return x - self.step_size * gradient(x), memory


@remembers("the iterator COUNTER")
def an_iterator(self, x, gradient, memory, xp):
    next(COUNTER)
    return x - self.step_size * gradient(x), memory


@remembers("GENERATOR")
def a_generator(self, x, gradient, memory, xp):
    GENERATOR.random()
    return x - self.step_size * gradient(x), memory


@remembers("the state of Python's random numbers")
def random_numbers(self, x, gradient, memory, xp):
    return x - self.step_size * gradient(x) * (1 + 0 * int(random.random())), memory


@remembers("the state of NumPy's random numbers")
def random_numbers_of_numpy(self, x, gradient, memory, xp):
    return x - self.step_size * gradient(x) * (1 + 0 * int(np.random.rand())), memory


@remembers("random numbers")
def random_numbers_of_an_import(self, x, gradient, memory, xp):
    import random as luck

    luck.random()
    return x - self.step_size * gradient(x), memory


@remembers("default 1 of a_default")
def a_default(self, x, gradient, memory, xp, seen=[]):  # noqa: B006
    seen.append(1)
    return x - self.step_size * gradient(x), memory


@remembers("the default seen of a_named_default")
def a_named_default(self, x, gradient, memory, xp, *, seen={}):  # noqa: B006
    seen[len(seen)] = 1
    return x - self.step_size * gradient(x), memory


@remembers("its_own_attribute.n")
def its_own_attribute(self, x, gradient, memory, xp):
    its_own_attribute.n = getattr(its_own_attribute, "n", 0) + 1
    return x - self.step_size * gradient(x), memory


@remembers("PLACE")
def an_array(self, x, gradient, memory, xp):
    PLACE[0] += 1
    return x - self.step_size * gradient(x), memory


@remembers("QUEUE")
def a_queue(self, x, gradient, memory, xp):
    QUEUE.append(QUEUE[-1] + 1)
    return x - self.step_size * gradient(x), memory


@remembers("Box.n")
def an_object(self, x, gradient, memory, xp):
    BOX.n += 1
    return x - self.step_size * gradient(x), memory


@remembers("Box.n")
def another_class(self, x, gradient, memory, xp):
    Box.n += 1
    return x - self.step_size * gradient(x), memory


def _counting():
    n = 0

    def a_closure(self, x, gradient, memory, xp):
        nonlocal n
        n += 1
        return x - self.step_size * gradient(x), memory

    return a_closure


REMEMBERING["a_closure"] = _counting(), "changes n"


@pytest.mark.parametrize("name", REMEMBERING)
def test_what_a_rule_keeps_outside_its_memory_is_refused_with_the_fix(name):
    update, place = REMEMBERING[name]
    with pytest.raises(ClaimError, match=rf"own: the update of Own .*{place}.*state in `memory`"):
        claim(method(update))
    with pytest.raises(ClaimError):  # asked again, it is refused again
        claim(method(update))


def test_what_init_keeps_is_refused_too():
    def start(self, x, xp):
        CALLS.append(0)
        return x

    with pytest.raises(ClaimError, match="CALLS"):
        claim(method(otherwise, start))


def test_an_iterator_in_the_memory_is_no_memory():
    def start(self, x, xp):
        return iter((1, 2, 3, 4, 5, 6, 7, 8, 9))

    def update(self, x, gradient, memory, xp):
        return x - xp.rational(next(memory), 1) * gradient(x), memory

    def shared(self, x, xp, forever=itertools.count()):  # noqa: B008
        return forever

    with pytest.raises(ClaimError, match="iterator"):
        claim(method(update, shared))
    with pytest.raises(ClaimError, match="takes different steps"):
        claim(method(update, start))


FACTOR, CURVATURES = 3, np.array([1, 2])


@functools.lru_cache
def half(n):
    return n // 2


def legal_constants(self, x, gradient, memory, xp):
    return x - self.step_size * gradient(x) / (FACTOR * half(4) * int(CURVATURES[1])), memory


def legal_on_numpy(self, x, gradient, memory, xp):
    return x - self.step_size * np.sign(gradient(x)), memory


def legal_on_jax(self, x, gradient, memory, xp):
    return x - self.step_size * jnp.sign(gradient(x)), memory


def legal_with_random_numbers_elsewhere(self, x, gradient, memory, xp):
    def never():
        return 0

    return x - self.step_size * gradient(x) + never(), memory


@pytest.mark.parametrize(
    "update", [legal_constants, legal_on_numpy, legal_on_jax, legal_with_random_numbers_elsewhere, *IN_PLACE]
)
def test_functions_are_not_refused(update):
    assert claim(method(update, zero if update in IN_PLACE else None)).kind == "bound"


def test_what_is_remembered_where_nobody_asked_makes_the_verdict_void():
    def update(self, x, gradient, memory, xp):
        if x.shape[0] == 1:  # the points asked at have four coordinates
            CALLS.append(1)
        return x - self.step_size * gradient(x), memory

    orbit = Orbit(x**2 / 2, (x,), ((alpha,), (-alpha,)))
    verdict = verify(
        Claim(id="own", algorithm=method(update).at(step_size=Integer(2)), domain=(alpha > 0,), orbit=orbit)
    )
    assert verdict.status == "open" and "void because CALLS changed" in verdict.evidence[-1].text


def test_measures_flows_and_assumptions_are_asked_twice_too():
    @dataclass(frozen=True)
    class Counted(Suboptimality):
        @property
        def symbol(self):
            return super().symbol

        def quantity(self, problem, x, xp):
            CALLS.append(1)
            return problem.suboptimality(x, xp)

    @dataclass(frozen=True)
    class Moving(Flow):
        def velocity(self, x, gradient, xp):
            CALLS.append(1)
            return -self.speed * gradient(x)

        def on_quadratic(self, curvatures, x, time, xp):
            return x

    class Here(Smooth):
        """It says something of x_k alone."""

        def statement(self, x, y):
            said = super().statement(x, y)
            return Le(norm(said.lhs.args[0], x - y), 0) if x == x_k else said

    class Alternating(Smooth):
        def statement(self, x, y):
            CALLS.append(1)
            return super().statement(x, y)

    class OfTheStart(Smooth):
        def statement(self, x, y):
            return super().statement(x, iterate(0))

    with pytest.raises(ClaimError, match="the quantity of Counted changes CALLS"):
        claim(GradientDescent(alpha), measure=Counted())
    with pytest.raises(ClaimError, match="the velocity of Moving changes CALLS"):
        claim(Moving(beta), measure=SuboptimalityOverTime(), domain=(beta > 0, t > 0), assumptions=())
    with pytest.raises(ClaimError, match=r"Here asserts of x_k, .* what it does not assert of all points"):
        claim(GradientDescent(alpha), assumptions=(Here(L, L2),))
    with pytest.raises(ClaimError, match="the statement of Alternating changes CALLS"):
        claim(GradientDescent(alpha), assumptions=(Alternating(L, L2),))
    assert claim(GradientDescent(alpha), assumptions=(OfTheStart(L, L2),)).kind == "bound"
    assert claim(GradientFlow(beta), measure=SuboptimalityOverTime(), domain=(beta > 0, t > 0)).kind == "flow"


@pytest.mark.parametrize("place", ["an array", "a class", "its data"])
def test_families_that_remember_are_refused(place):
    class Remembering(Own):
        seen = 0

        def gradient(self, x, xp):
            if place == "an array":
                CALLS.append(1)
            elif place == "a class":
                type(self).seen += 1
            else:
                self.diagonal[0] += 1
            return self.diagonal * x

        def suboptimality(self, x, xp):
            return xp.sum(self.diagonal * x * x) / 2

        def constant(self, assumption):
            return None

        def exact_constant(self, assumption):
            return None

        def hessian(self):
            return None

        convex = separable = False

    batch = Remembering(np.array([[1.0], [2.0]]))
    with pytest.raises(Impure, match=r"Remembering (changes|returns different values)"):
        examine_family(batch, np.ones((2, 1)))
    examine_family(Own(np.array([[1.0], [2.0]])), np.ones((2, 1)))


def test_the_package_is_not_asked():
    assert not any(state.own(type(part)) for part in (GradientDescent(alpha), Suboptimality(), Smooth(L), None, 1, [1]))
    assert not state.own(DiagonalQuadratic) and state.own(Own) and state.own(type("Made", (GradientDescent,), {}))
    pretender = type("GradientDescent", (Algorithm,), {"__module__": "signproof.theory.methods.gradient"})
    assert state.own(pretender)


# ------------------------------------------------------------------------------------------ a second draw


def drawn_twice(self, x, gradient, memory, xp):
    return x - self.step_size * (gradient(x) + gradient(x)) / 2, memory


def drawn_for_the_length_and_for_the_sign(self, x, gradient, memory, xp):
    return x - self.step_size * xp.sum(xp.abs(gradient(x))) * xp.sign(gradient(x)), memory


def drawn_ahead(self, x, gradient, memory, xp):
    ahead = x - self.step_size * gradient(x)
    return x - self.step_size * gradient(ahead), memory


def votes_and_a_gradient(self, x, gradient, memory, xp):
    length, vote = xp.votes(gradient, x, self.workers)
    return x - self.step_size * (length * vote + gradient(x)), memory


def votes_twice(self, x, gradient, memory, xp):
    length, _ = xp.votes(gradient, x, self.workers)
    _, vote = xp.votes(gradient, x, self.workers)
    return x - self.step_size * length * vote, memory


TWICE = [drawn_twice, drawn_for_the_length_and_for_the_sign, drawn_ahead, votes_and_a_gradient, votes_twice]


@pytest.mark.parametrize("update", TWICE)
def test_a_second_draw_is_refused_everywhere(update):
    own = method(update, stochastic=True, workers=3)
    with pytest.raises(ClaimError, match=r"own: Own asks for more than one stochastic gradient .* g = gradient\(x\)"):
        stochastic(own)
    at, problem = own.at(step_size=fmpq(1, 2)), DiagonalQuadratic(rationals([1, 2]))
    with pytest.raises(DrawnTwice):
        move(at, rationals([1, 2]), lambda x: x, (), RATIONALS)
    with pytest.raises(DrawnTwice):
        Chain(own, problem, TableOracle({}), PARAMETERS, START).advance()
    if update not in (votes_and_a_gradient, votes_twice):  # an orbit has no votes
        with pytest.raises(DrawnTwice):
            transition(own, Orbit(x**2, (x,), ((Integer(1),), (Integer(-1),))), 0)


def test_a_second_mini_batch_is_refused():
    @dataclass(frozen=True)
    class Twice(SPGM):
        def update(self, x, gradient, memory, xp):
            return (self.estimate(x, gradient, xp) + self.estimate(x, gradient, xp)) / 2, memory

    T = Symbol("T", real=True)
    with pytest.raises(ClaimError, match="more than one stochastic gradient"):
        Claim(id="own", algorithm=Twice(alpha), domain=(alpha > 0, T > 0), measure=MeanGradientMapping(alpha, T, 2, L2),
              bound=V0)  # fmt: skip


def test_methods_that_draw_nothing_ask_as_often_as_they_like():
    for update in (drawn_twice, drawn_ahead):
        assert claim(method(update)).kind == "bound"


def test_draws_are_counted_in_every_step_of_a_run():
    def update(self, x, gradient, memory, xp):
        g = gradient(x)
        if isinstance(x[0], fmpq) and x[0] == 0:
            g = gradient(x)
        return x - self.step_size * g, memory

    posed = stochastic(method(update, stochastic=True))
    chain = Chain(posed.algorithm, DiagonalQuadratic(rationals([1])), TableOracle({}), {"alpha": fmpq(1)}, (fmpq(1),))
    chain.advance()
    with pytest.raises(DrawnTwice):
        chain.advance()


# ------------------------------------------------------------------------------------ what classes declare


def plain(self, x, gradient, memory, xp):
    return x - self.step_size * gradient(x), memory


def clipped(self, x, gradient, memory, xp):
    return x - self.step_size * gradient(x) - self.step_size * xp.sign(x), memory


def decayed(self, x, gradient, memory, xp):
    return x * (1 - self.step_size) - self.step_size * gradient(x), memory


def far_away(self, x, gradient, memory, xp):
    return x - self.step_size * gradient(x) * xp.sign(xp.rational(100, 1) - xp.max(x)), memory


@pytest.mark.parametrize("update", [clipped, decayed, far_away])
def test_a_rule_that_does_not_translate_may_not_say_so(update):
    assert claim(method(update)).kind == "bound"
    with pytest.raises(ClaimError, match=r"Own says translates = True, but x. - x depends on x itself"):
        claim(method(update, translates=True))
    for made in (plain, drawn_twice, drawn_ahead):
        assert claim(method(made, translates=True)).kind == "bound"


def test_a_method_that_draws_nothing_is_not_stochastic():
    def still(self, x, gradient, memory, xp):
        return x, memory

    with pytest.raises(ClaimError, match="says stochastic = True, but its update draws no gradient"):
        stochastic(method(still, stochastic=True))

    def voting(self, x, gradient, memory, xp):
        length, vote = xp.votes(gradient, x, self.workers)
        return x - self.step_size * length * vote, memory

    with pytest.raises(ClaimError, match="asks for votes, which are drawn: say stochastic = True in Own"):
        claim(method(voting, workers=3))
    assert stochastic(method(voting, workers=3, stochastic=True)).kind == "bound"


def _noiseless(made):
    return property(lambda self: made(self.step_size))


@pytest.mark.parametrize(
    ("made", "right"),
    [
        (GradientDescent, True),
        (lambda a: method(plain).at(step_size=a), True),
        (ScaledSignGD, False),
        (lambda a: GradientDescent(a / 2), False),
        (lambda a: GradientDescent(a + alpha * 0), True),
        (lambda a: 3, False),
    ],
)
def test_noiseless_is_the_method_on_exact_gradients(made, right):
    own = method(plain, stochastic=True, noiseless=_noiseless(made))
    if right:
        assert stochastic(own).kind == "bound"
    else:
        with pytest.raises(ClaimError, match="noiseless"):
            stochastic(own)


def test_noiseless_of_a_measure_has_its_quantity():
    @dataclass(frozen=True)
    class Twice(ExpectedSuboptimality):
        noiseless = Suboptimality()

        @property
        def symbol(self):
            return 2 * super().symbol

        def quantity(self, problem, x, xp):
            return 2 * problem.suboptimality(x, xp)

    with pytest.raises(ClaimError, match="Twice without noise is declared as V_k"):
        stochastic(ScaledSignSGD(alpha), measure=Twice())


def test_parameters_are_the_formulas_and_at_puts_numbers_in_their_place():
    hidden = method(plain, parameters=property(lambda self: {}))
    with pytest.raises(ClaimError, match="inherit `parameters`"):
        claim(hidden)
    with pytest.raises(ClaimError, match="inherit `at`"):
        claim(method(plain, at=lambda self, **numbers: self))
    with pytest.raises(ClaimError, match="inherit `at`"):
        claim(method(plain, at=lambda self, **numbers: dataclasses.replace(self, step_size=numbers["step_size"] / 2)))
    with pytest.raises(ClaimError, match="inherit `at`"):
        claim(method(plain, at=lambda self, **numbers: GradientDescent(**numbers)))


@dataclass(frozen=True)
class Noisy(OracleAssumption):
    """E ||~g||_1 >= sigma."""

    constant: Any
    words = "noisy"
    noiseless = ()

    @property
    def formulas(self):
        return (self.constant,)

    @property
    def conditions(self):
        return (self.constant > 0,)

    def statement(self, x):
        return Ge(mean(l1(estimate(x)), x), self.constant)


class Larger(SignMargin):
    """Twice the margin, with the condition of the simple one."""

    noiseless = ()

    def statement(self, x):
        return Ge(mean(l1(estimate(x)), x), 2 * self.constant * l1(gradient(x)))


class Fitting(Larger):
    @property
    def noiseless(self):
        return (Le(self.constant, Integer(1) / 2),)

    def statement(self, x):
        return super().statement(x)


@dataclass(frozen=True)
class Opposite(OracleAssumption):
    words = "opposite"
    noiseless = ()

    def statement(self, x):
        return Eq(mean(l1(estimate(x) + gradient(x)), x), 0)


@pytest.mark.parametrize(("assumption", "right"), [(Noisy(sigma), False), (Larger(sigma), False), (Opposite(), False),
                                                   (Fitting(sigma), True)], ids=str)  # fmt: skip
def test_exact_gradients_meet_an_assumption_where_its_noiseless_says_so(assumption, right):
    posed = stochastic(ScaledSignSGD(alpha), assumptions=(Smooth(L), assumption))
    if right:
        examine_claim(posed)
        return
    with pytest.raises(Impure, match=f"{type(assumption).__name__}: its `noiseless` says that the exact gradient"):
        examine_claim(posed)
    verdict = verify(posed)
    assert verdict.status == "open" and "not judged" in verdict.evidence[-1].text


def test_a_rule_without_formulas_is_asked_in_floats():
    """Formulas and rationals do not know jnp; what it remembers is found nevertheless."""

    def update(self, x, gradient, memory, xp):
        g = jnp.sign(gradient(x))
        CALLS.append(1)
        return x - self.step_size * g, memory

    own = method(update)
    assert examine(own) is False
    with pytest.raises(Impure, match="CALLS"):
        examine_claim(claim(own))
    assert rational("1/2") == fmpq(1, 2)


def asking_for_opaque(self, x, gradient, memory, xp):
    factor = 2 if getattr(xp, "opaque", False) else 1
    return x - factor * self.step_size * gradient(x), memory


def asking_for_number(self, x, gradient, memory, xp):
    return x - (2 if hasattr(xp, "number") else 1) * self.step_size * gradient(x), memory


def asking_for_the_type(self, x, gradient, memory, xp):
    return x - (1 if isinstance(x, Vector) else 2) * self.step_size * gradient(x), memory


def asking_for_arrays(self, x, gradient, memory, xp):
    return x - (1 if isinstance(x, np.ndarray) else 2) * self.step_size * gradient(x), memory


def asking_for_the_name(self, x, gradient, memory, xp):
    return x - (1 if "Vector" in type(x).__name__ else len(x)) * self.step_size * gradient(x), memory


def asking_with_a_guard(self, x, gradient, memory, xp):
    try:
        entries = len(x)
    except TypeError:
        entries = 1
    return x - (1 if entries <= 300 else -1) * self.step_size * gradient(x), memory


def asking_for_entries(self, x, gradient, memory, xp):
    entries = len(x) if hasattr(x, "__len__") else 1
    return x - (1 if entries <= 300 else -1) * self.step_size * gradient(x), memory


def adding_up(self, x, gradient, memory, xp):
    try:
        entries = sum(1 for _ in x)
    except TypeError:
        entries = 1
    return x - (1 if entries <= 300 else -1) * self.step_size * gradient(x), memory


def reading_a_vector(self, x, gradient, memory, xp):
    g = gradient(x)
    return x - (1 if "g_k" in f"{g}" or xp.norm("2", x) < 10**6 else -1) * self.step_size * g, memory


def reading_a_number(self, x, gradient, memory, xp):
    g = gradient(x)
    return x - (1 if "||" in str(xp.norm("2", g)) or xp.norm("2", x) < 10**6 else -1) * self.step_size * g, memory


def reading_the_arithmetic(self, x, gradient, memory, xp):
    return x - (1 if "kernel" in xp.words or xp.norm("2", x) < 10**6 else -1) * self.step_size * gradient(x), memory


def matching_kinds(self, x, gradient, memory, xp):
    match xp.norm("2", x):
        case int() | float() as size if size > 10**6:
            return x + self.step_size * gradient(x), memory
    return x - self.step_size * gradient(x), memory


def trying(self, x, gradient, memory, xp):
    sign = -1
    try:
        x.term  # noqa: B018
    except AttributeError:
        sign = 1 if xp.norm("2", x) > 10**6 else -1
    return x + sign * self.step_size * gradient(x), memory


LOOKING = [
    asking_for_opaque, asking_for_the_type, asking_for_the_name, asking_with_a_guard, asking_for_entries, adding_up,
    reading_a_vector, reading_a_number, reading_the_arithmetic, matching_kinds, trying,
]  # fmt: skip


@pytest.mark.parametrize("update", LOOKING)
def test_a_rule_that_may_ask_what_it_isalong_orbit_is_not_proved(update):
    assert isinstance(prove(claim(method(plain))), Certificate)
    assert isinstance(prove(claim(method(update))), Rejection)


def the_time(self, x, gradient, memory, xp):
    import time

    return x - xp.rational(time.perf_counter_ns() % 1000003, 1) * gradient(x), memory


def the_hour(self, x, gradient, memory, xp):
    return x - (1 if clock.time() > 0 else 2) * self.step_size * gradient(x), memory


def the_environment(self, x, gradient, memory, xp):
    import os

    return x - (1 if os.environ.get("UPHILL") is None else -1) * self.step_size * gradient(x), memory


def a_file(self, x, gradient, memory, xp):
    with open(__file__) as file:
        return x - len(file.readline()) * self.step_size * gradient(x), memory


@pytest.mark.parametrize("update", [the_time, the_hour, the_environment, a_file])
def test_a_rule_that_asks_the_world_is_refused(update):
    with pytest.raises(ClaimError, match="which may change between calls: a rule must be a formula"):
        claim(method(update))


@functools.cache
def _store():
    return []


def in_a_cache(self, x, gradient, memory, xp):
    _store().append(1)
    return x - (1 if len(_store()) < 60 else -1) * self.step_size * gradient(x), memory


@functools.cache
def _half(number):
    return number / 2


def with_a_cache(self, x, gradient, memory, xp):
    return x - 2 * _half(3) / 3 * self.step_size * gradient(x), memory


def test_a_cache_may_grow_and_what_it_keeps_may_not_change():
    claim(method(with_a_cache))
    with pytest.raises(ClaimError, match="changes what is kept by _store"):
        claim(method(in_a_cache))


def test_flags_of_a_method_are_no_formulas():
    """A method that was found in order says nothing of another with another flag, or another number."""
    facts = {"stochastic": True, "noiseless": property(lambda self: GradientDescent(self.step_size))}

    def halved(self, x, gradient, memory, xp):
        return x - self.step_size / (2 if self.short else 1) * gradient(x), memory

    fields = [("step_size", Any), ("short", Any, False)]
    kind = dataclasses.make_dataclass(
        "Own", fields, bases=(Algorithm,), frozen=True, namespace={"update": halved} | facts
    )
    kind.__module__ = __name__
    stochastic(kind(alpha))
    for flag in (True, 1, Integer(1)):
        with pytest.raises(ClaimError, match="other steps than its noiseless"):
            stochastic(kind(alpha, flag))


def counting_numbers(self, x, gradient, memory, xp):
    return x - self.step_size * gradient(x) * (len(x) / x.size if hasattr(x, "size") else 1), memory


@pytest.mark.parametrize("update", [asking_for_number, asking_for_arrays, counting_numbers])
def test_a_rule_is_the_same_in_all_arithmetics(update):
    for facts in ({}, {"stochastic": True}):
        posed = (stochastic if facts else claim)(method(update, **facts))
        with pytest.raises(Impure, match=r"Own takes a different step in .* than in .*: write one"):
            examine_claim(posed)
    assert "not judged" in verify(claim(method(update))).evidence[-1].text


@pytest.mark.parametrize("update", [plain, decayed, drawn_ahead, legal_constants, legal_on_numpy, legal_on_jax])
def test_rules_that_are_the_same_pass(update):
    examine_claim(claim(method(update)))
    for posed in (Minus(alpha), Into(alpha)):
        examine_claim(stochastic(posed))
