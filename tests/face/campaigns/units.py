"""Claims of a kind of its own, whose units hold, break, raise, hang, die or eat memory, as their names say."""

import os
import signal
import time
from dataclasses import dataclass

from flint import fmpq
from sympy import Le

from signproof import Claim
from signproof.checks.kind import Kind
from signproof.checks.numbers.exact import rationals
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.replay.replay import Replay
from signproof.checks.replay.stated import parts, parts_from
from signproof.checks.replay.witness import Witness
from signproof.checks.runs.instance import Instance
from signproof.checks.trials.attempt import Attempt
from signproof.checks.verdicts.verdict import Status
from signproof.theory.assumptions import Smooth
from signproof.theory.bodies import Body
from signproof.theory.methods.gradient import Algorithm, GradientDescent
from signproof.theory.norms import L2
from signproof.theory.symbols import L, alpha, k
from signproof.theory.terms.vectors import suboptimality

WHERE = os.environ.get("UNITS_WHERE", "")


@dataclass(frozen=True)
class Unit(Body):
    """V_(k+1) <= V_k, for units that do something else."""

    algorithm: Algorithm
    word, of_run = "unit", True

    @property
    def conclusion(self):
        return Le(suboptimality(k + 1), suboptimality(k))

    @property
    def premises(self):
        return (k >= 0,)

    @property
    def here(self):
        return frozenset({k})


class Units(Kind):
    body = Unit
    mark = "unit"

    def judge(self, inquiry):
        return inquiry.verdict(Status.OPEN)

    def state(self, claim):
        return {"unit": parts(claim)}

    def read(self, data, homes):
        found = parts_from(data["unit"], homes)
        return {"says": Unit(found["algorithm"]), "assumptions": found["assumptions"]}

    def replay(self, witness):
        return Replay(True, "exact", "it breaks", (fmpq(2), fmpq(2)), (fmpq(1), fmpq(1)))

    def parts(self, claim):
        return {"mine/two": ("first", "second"), "mine/false": ("breaks late",)}.get(claim.id, (claim.about,))

    def attempt(self, claim, part, seed):
        if part == "raises":
            raise ValueError("no such thing")
        if part == "hangs":
            time.sleep(60)
        if part == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        if part == "dies once" and WHERE and not os.path.exists(WHERE):
            open(WHERE, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        if part == "eats":
            return Attempt(len(bytearray(2**34)))
        if part == "busy":
            until = time.process_time() + 1
            while time.process_time() < until:
                pass
        if part == "slow":
            time.sleep(0.2)
        witness = None
        if part == "breaks late" and seed % 3 == 0:
            instance = Instance(claim, DiagonalQuadratic(rationals([1])), {"L": fmpq(1), "alpha": fmpq(1)}, (fmpq(1),))
            witness = Witness.of(instance, 0, self.replay(None))
        return Attempt(1 + seed % 7, 10, 9, 1, 1 / (1 + seed % 5), f"instance {seed % 1000}", witness)


def claim(name, part):
    return Claim(
        id=f"mine/{name}",
        about=part,
        says=Unit(GradientDescent(alpha)),
        assumptions=(Smooth(L, L2),),
        domain=(alpha > 0, L > 0),
    )


two = claim("two", "two parts")
false = claim("false", "breaks late")
raises, hangs, dies, once, eats, slow, busy = (
    claim(part.replace(" ", "-"), part) for part in ("raises", "hangs", "dies", "dies once", "eats", "slow", "busy")
)
