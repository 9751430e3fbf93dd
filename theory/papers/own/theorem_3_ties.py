"""Theorem 3's vote with ties: which conventions keep (41).

Ties are left to a rule: `t` is the mean of what it says, times sign(g_i). With sign(0) = 0 and with a fair coin t is 0;
a rule that turns ties into +1 has t = sign(g_i), 1 or -1. An odd number of workers never ties. An even one does with a
probability that is positive for 0 < p < 1, and the mean of the vote moves by t times that: only rules with t = 0 keep
the identity for every M and p.
"""

from __future__ import annotations

from sympy import And, Eq, Expr, Integer, Symbol

from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide
from signproof.theory.papers.own import PAPER
from signproof.theory.papers.scaled_sign.theorem_3 import even, kappa, odd, p, vote
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.terms.votes import beta_function, incomplete_beta, mean_vote, probability

t = Symbol("t", real=True)
"""The mean of the rule's vote at a tie, times sign(g_i)."""
right: Expr = 2 * incomplete_beta(p, kappa, kappa) - 1
chance: Expr = 2 * p**kappa * (1 - p) ** kappa / (kappa * beta_function(kappa, kappa))
votes = {n: mean_vote(n, p) + t * probability(Integer(0), n, p) for n in (odd, even)}
statement = And(Eq(votes[odd], right), Eq(votes[even], right + t * chance))


def proof() -> Proof:
    """(41) as it is proved without a rule, and how often there is a tie."""
    known = vote().steps
    named = {step.name: step for step in known}
    plain, no_tie, tie, positive = (named[name] for name in ("(41)", "no tie of 2k + 1", "tie of 2k + 2", "B > 0"))
    of_odd = Step("(41), 2k + 1 workers", Eq(mean_vote(odd, p), right), by=Decide(plain))
    of_even = Step("(41), 2k + 2 workers", Eq(mean_vote(even, p), right), by=Decide(plain))
    without = Step("an odd number", Eq(votes[odd], right), by=Combination({of_odd: 1, no_tie: t}))
    moved = Step(
        "an even number",
        Eq(votes[even], right + t * chance),
        by=Combination({of_even: 1, tie: t}, given=(positive,)),
    )
    return Proof(*known, of_odd, of_even, without, moved, Step("both", statement, by=Decide(without, moved)))


theorem_3_ties = Claim(
    id="own/theorem-3.vote.ties",
    source=Source(PAPER, "(41) of scaled-sign, with a rule for ties"),
    about=(
        "The mean of the vote when a rule breaks ties, where t is the mean of the rule's answer times "
        "sign(g_i): 0 for sign(0) = 0 and for a fair coin, 1 or -1 for a rule that turns ties into +1. For "
        "odd M, (41) holds whatever the rule; for even M it is off by t times the probability of a tie, so +1"
        " breaks it."
    ),
    statement=statement,
    domain=(0 <= p, p <= 1, -1 <= t, t <= 1),
    proof=proof,
)
