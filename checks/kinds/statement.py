"""Claims about parameters alone: Z3 proves them or finds a model against them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flint import fmpq
from sympy import And, Dummy, Symbol

from signproof.checks.kind import Kind
from signproof.checks.numbers.cover import cover
from signproof.checks.posing.domain import Unsupported
from signproof.checks.replay.bounds import replay_statement
from signproof.checks.replay.witness import Witness
from signproof.checks.verdicts.exhibit import parameters_alone, simplest_example
from signproof.checks.verdicts.verdict import Evidence, Status, Verdict
from signproof.theory.algebra.decide import follows, simplest
from signproof.theory.bodies import Statement as Body
from signproof.theory.border.counts import whole_numbers
from signproof.theory.claim import Claim
from signproof.theory.terms.formula import parse

if TYPE_CHECKING:
    from signproof.checks.replay.replay import Replay
    from signproof.checks.verdicts.inquiry import Inquiry


class Statement(Kind):
    """A relation between parameters."""

    body = Body
    mark = "relations"

    def judge(self, inquiry: Inquiry) -> Verdict:
        claim = inquiry.claim
        assert claim.statement is not None
        if inquiry.certificate is not None:
            return inquiry.verdict(Status.PROVED)
        inquiry.begin("Z3")
        numbers, whole = whole_numbers(claim)
        formulas = [relation for number, _, said in numbers if not isinstance(number, Symbol) for relation in said]
        premises = (*claim.premises, *formulas)
        answer = follows(claim.statement, claim.premises)
        if answer.holds is not True and whole & claim.statement.free_symbols.union(*(p.free_symbols for p in premises)):
            answer = follows(claim.statement, premises, whole)
        if answer.holds is None and not claim.premises:
            answer = cover(claim.statement)
            if answer.holds:
                inquiry.add("cover", "enclosed", answer.reason, {"accepted": True, "checkers": ["Arb"]})
                return inquiry.verdict(Status.PROVED)
        if answer.holds:
            facts = {"accepted": True, "checkers": ["Z3"]}
            inquiry.add("proof", "exact", "Z3: no exception in the whole domain", facts)
            return inquiry.verdict(Status.PROVED)
        if answer.holds is False:
            model = simplest(premises, claim.statement, whole).model or answer.model
            parameters = {str(s): fmpq(int(n.p), int(n.q)) for s, n in model.items() if not isinstance(s, Dummy)}
            witness = Witness(claim, None, parameters, (), 0)
            found = witness.replay()
            if found.confirmed:
                return inquiry.broken(witness)
            inquiry.add("note", "exact", f"undecided: {found.why} ({witness.describe()})")
            return inquiry.verdict(Status.OPEN)
        inquiry.add("note", "exact", f"undecided: {answer.reason}")
        return inquiry.verdict(Status.OPEN)

    def exhibit(self, claim: Claim, seed: int) -> Evidence | None:
        return simplest_example(claim) if claim.assumptions else parameters_alone(claim)

    def replay(self, witness: Witness) -> Replay:
        return replay_statement(witness.claim, witness.parameters)

    def series(self, witness: Witness) -> dict[str, Any]:
        raise Unsupported(f"{witness.claim.id} is about parameters only: there is no run to draw")

    def strange(self, witness: Witness) -> str:
        return (
            "the claim is about parameters only, but the witness has a start"
            if witness.start
            else (super().strange(witness))
        )

    def state(self, claim: Claim) -> dict[str, Any]:
        relations = claim.statement.args if isinstance(claim.statement, And) else (claim.statement,)
        return {"relations": [str(part) for part in relations]}

    def read(self, data: Mapping[str, Any], homes: tuple[str, ...]) -> dict[str, Any]:
        return {"statement": And(*(parse(text) for text in data["relations"]))}
