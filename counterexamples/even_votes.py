"""With an even number of workers a vote may be tied; sent to +1, as common implementations do, ties undo the vote.

scaled-sign/theorem-3.vote, E[vote] sign(g) = 2 I_p(kappa, kappa) - 1, holds for even M because sign(0) = 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise

from flint import fmpq
from sympy import Integer, Rational

from signproof.checks.gradients.finite import FiniteOracle
from signproof.checks.numbers.exact import rationals, to_float
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.runs.expected import Chain, expectations
from signproof.counterexamples.counterexample import Counterexample, Curve, Picture, Shown
from signproof.theory.arithmetic import Arithmetic, Gradient, Memory, Vector
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.methods.gradient import MajorityVote

STEPS = 60
RIGHT = Fraction(3, 5)
STEP_SIZE = Rational(1, 100)


@dataclass(frozen=True)
class TiesUp(MajorityVote):
    """Algorithm 3 with ties sent to +1."""

    translates = True

    def update(self, x: Vector, gradient: Gradient, memory: Memory, xp: Arithmetic) -> tuple[Vector, Memory]:
        length, vote = xp.votes(gradient, x, self.workers)
        return x - self.step_size * length * (vote + 1 - xp.abs(vote)), memory


def expected(algorithm: MajorityVote) -> list[fmpq]:
    """E V_k on x^2/2 from -1, ~g = 5 g with probability 3/5 and -5 g with probability 2/5."""
    oracle = FiniteOracle((RIGHT, 1 - RIGHT), ((Fraction(5),), (Fraction(-5),)), ((Fraction(0),),) * 2)
    problem = DiagonalQuadratic(rationals([1]))
    chain = Chain(algorithm, problem, oracle, {}, (fmpq(-1),))
    return [*islice(expectations(chain, Suboptimality(), problem), STEPS + 1)]


def run() -> Shown:
    fair, up = expected(MajorityVote(STEP_SIZE, Integer(2))), expected(TiesUp(STEP_SIZE, Integer(2)))
    p = RIGHT
    vote, tied_up = p**2 - (1 - p) ** 2, p**2 - (1 - p**2)
    down = all(b < a for a, b in pairwise(fair))
    grows = all(b > a for a, b in pairwise(up))
    return Shown(
        holds=down and grows and vote > 0 > tied_up,
        level="exact",
        numbers=(
            f"Two workers, each sign right with probability {p}, g < 0: E[vote] sign(g) = {vote} with sign(0) = 0, and "
            f"{tied_up} with ties sent to +1.",
            f"On x^2/2 from -1, after {STEPS} steps, E V is {to_float(fair[-1] / fair[0]):.4f} V_0 with the former and "
            f"{to_float(up[-1] / up[0]):.4f} V_0 with the latter.",
        ),
        size=f"d = 1, M = 2, {STEPS} steps",
        picture=Picture(
            (
                Curve("ties are 0", range(STEPS + 1), [to_float(value) for value in fair]),
                Curve("ties are +1", range(STEPS + 1), [to_float(value) for value in up]),
            ),
            "iteration k",
            "expected suboptimality",
            log_y=True,
        ),
    )


even_votes = Counterexample(
    name="Ties of an even vote",
    source="scaled-sign/theorem-3.vote, with ties as in public implementations",
    ends_the_hope="It does not matter how a majority vote breaks ties.",
    shows="With two workers and ties sent to +1, a run from the left of the minimizer diverges.",
    run=run,
)
