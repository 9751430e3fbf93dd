"""A kind of claims that signproof does not have: f falls in every step of every run. Its body, all that depends on it,
and two claims of it, in one file.
"""

from dataclasses import dataclass
from itertools import islice, pairwise, product

from flint import fmpq
from sympy import Le

from signproof import Claim
from signproof.checks.kind import Kind
from signproof.checks.numbers.exact import RATIONALS, rationals
from signproof.checks.posing.domain import ranges
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.replay.bounds import outside
from signproof.checks.replay.replay import Replay
from signproof.checks.replay.series import told
from signproof.checks.replay.stated import parts, parts_from
from signproof.checks.replay.witness import Witness, shown
from signproof.checks.runs.exact import iterates
from signproof.checks.runs.instance import Instance
from signproof.checks.trials.batch import exact_parameters
from signproof.checks.verdicts.exhibit import of_families
from signproof.checks.verdicts.verdict import Status
from signproof.theory.assumptions import Smooth
from signproof.theory.bodies import Body
from signproof.theory.methods.gradient import Algorithm, GradientDescent
from signproof.theory.norms import L2
from signproof.theory.symbols import L, alpha, k
from signproof.theory.terms.vectors import suboptimality

STEPS = 4
POSITIONS = (fmpq(1, 2), fmpq(9, 10), fmpq(99, 100))


@dataclass(frozen=True)
class Descends(Body):
    """f(x_(k+1)) <= f(x_k) along every run of a method."""

    algorithm: Algorithm
    word, of_run = "descent", True

    @property
    def conclusion(self):
        return Le(suboptimality(k + 1), suboptimality(k))

    @property
    def premises(self):
        return (k >= 0,)

    @property
    def here(self):
        return frozenset({k})


class Descent(Kind):
    body = Descends
    mark = "descends"
    numbers = True

    def judge(self, inquiry):
        held = 0
        for instance in _instances(inquiry.claim):
            found = [*_along(instance, STEPS)]
            for step, pair in enumerate(found):
                witness = Witness.of(instance, step, _told(*pair))
                if witness.replay().confirmed:
                    return inquiry.broken(witness)
            held += len(found)
        inquiry.add("note", "exact", f"f falls in {held} steps on diagonal quadratics")
        return inquiry.verdict(Status.SUPPORTED)

    def exhibit(self, claim, seed):
        return of_families(claim, seed)

    def replay(self, witness):
        why = outside(witness, witness.k)
        if why:
            return Replay(False, "exact", why)
        *_, last = _along(witness, witness.k + 1)
        return _told(*last)

    def series(self, witness):
        return told(witness, [_told(*pair) for pair in _along(witness, witness.k + 1)])

    def describe(self, witness):
        return (
            f"{witness.problem.describe()}; {witness.told}; {witness.origin}: f(x_{witness.k}) - f* is "
            f"{shown(witness.bound)}, and after the next step {shown(witness.measured)}"
        )

    def strange(self, witness):
        return "the claim is about exact gradients" if witness.oracle is not None else ""

    def state(self, claim):
        return {"descends": parts(claim)}

    def read(self, data, homes):
        found = parts_from(data["descends"], homes)
        return {"says": Descends(found["algorithm"]), "assumptions": found["assumptions"]}


def _instances(claim):
    for diagonal, start, theta in product(((1,), (1, 4)), (1, 3), POSITIONS):
        problem = DiagonalQuadratic(rationals(list(diagonal)))
        best = exact_parameters(claim, [], problem, {})
        values = {assumption.constant: best[str(assumption.constant)] for assumption in claim.assumptions}
        for interval in ranges(claim):
            values[interval.symbol] = interval.at(theta, values, RATIONALS)
        parameters = {str(symbol): number for symbol, number in values.items()}
        yield Instance(claim, problem, parameters, (fmpq(start),) * len(diagonal))


def _along(instance, steps):
    """V_k and V_(k+1), for k = 0, ..., steps - 1."""
    run = islice(iterates(instance, RATIONALS), steps + 1)
    return pairwise(instance.problem.suboptimality(x, RATIONALS) for x in run)


def _told(before, after):
    words = "rises" if after > before else "does not rise"
    return Replay(after > before, "exact", f"f {words}", (after, after), (before, before))


def claim_up_to(largest, name):
    return Claim(
        id=f"mine/{name}",
        says=Descends(GradientDescent(alpha)),
        assumptions=(Smooth(L, L2),),
        domain=(0 < alpha, alpha < largest / L),
    )


true = claim_up_to(2, "descent")
false = claim_up_to(3, "too-far")
