# expect: refused
"""The letter of the workers for the components of a regularizer: their numbers differ."""

from sympy import Eq, Ge, Integer, Symbol

from signproof import Claim
from signproof.theory.assumptions.composite import BatchSize
from signproof.theory.derivation.steps import Decide, Hypothesis, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import m
from signproof.theory.terms.expectations import Total
from signproof.theory.terms.proximal import weight

B = Symbol("B", real=True)
size = Step("draws", Eq(Total(Integer(1), m), B), by=Hypothesis(BatchSize(B)))
one = Step("weights", Eq(Total(weight(m), m), 1), by=Lemma("weights sum to one"))
squares = Step("squares", conclusion("mean of squares", weight(m)), by=Lemma("mean of squares", weight(m)))
goal = Ge(Total(weight(m) ** 2, m) * B, 1)
claim = Claim(
    id="border/one-letter-for-two",
    assumptions=(BatchSize(B),),
    domain=(B >= 1,),
    statement=goal,
    proof=Proof(size, one, squares, Step("goal", goal, by=Decide(size, one, squares))),
)
