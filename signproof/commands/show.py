"""`signproof show`: statement and proof of claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from signproof.commands.targets import completed
from signproof.terminal import console, escape, table

if TYPE_CHECKING:
    from signproof.theory.claim import Claim

EPILOG = "Example:  signproof show scaled-sign/theorem-1.2"


def command(
    targets: Annotated[
        list[str], typer.Argument(metavar="ID | FILE.py...", help="Claims to show.", autocompletion=completed)
    ],
) -> None:
    """Show a claim: statement, assumptions, proof steps with their justification, and the kernel's verdict."""
    from signproof.loading import load

    for claim in load(targets):
        _show(claim)


def _show(claim: Claim) -> None:
    from signproof.theory.derivation.table import TABLE
    from signproof.theory.elaboration.proven import Proven, proven
    from signproof.theory.proof_steps import Proof
    from signproof.theory.terms.formula import text

    out = console()
    where = f"  ({escape(claim.source.paper)}, {escape(claim.source.where)})" if claim.source else ""
    out.print(f"[bold]{escape(claim.id)}[/]{where}")
    if claim.about:
        out.print(escape(claim.about))
    parts = {
        "claims": text(claim.conclusion),
        "algorithm": claim.algorithm and str(claim.algorithm),
        "assuming": ", ".join(map(str, claim.assumptions)),
        "for": ", ".join(map(text, claim.domain)),
        "repairs": claim.repairs and claim.repairs.id,
    }
    for name, part in parts.items():
        if part:
            out.print(f"  {name:<12}{escape(part)}")
    outcome = proven(claim)
    proof = outcome.proof if isinstance(outcome, Proven) else claim.proof
    if isinstance(proof, Proof):
        failed = 0 if isinstance(outcome, Proven) else outcome.number
        rows = table("", "step", "statement", "because")
        for number, step in enumerate(proof.steps, 1):
            row = (str(number), escape(step.name), escape(text(step.statement)), escape(step.by.words))
            rows.add_row(*row, style="red" if number == failed else None)
        out.print(rows)
    if isinstance(outcome, Proven):
        lemmas, who = outcome.lemmas, "the kernel accepts" if outcome.accepted else "SymPy and Z3 accept"
        found = "" if claim.proof is not None else " of an automatic proof"
        rests = "these lemmas:" if lemmas else "no lemmas"
        out.print(f"[green]proved[/]: {who} every step{found}; it rests on {rests}")
        if lemmas:
            rows = table("lemma", "says", "source")
            for name in lemmas:
                rows.add_row(escape(name), escape(TABLE[name].text), escape(TABLE[name].source))
            out.print(rows)
    else:
        given = "the proof fails" if claim.proof is not None else "no proof is given, and none was found automatically"
        out.print(f"[yellow]not proved[/]: {given}: {escape(str(outcome))}; `signproof verify` tests the claim")
    out.print()
