"""Example 2 repaired: its first formulas hold away from the minimizer, where sign(0) = 0 stops the run."""

from __future__ import annotations

from dataclasses import replace

from sympy import Ne

from signproof.theory.claim import Claim, Source
from signproof.theory.papers.own import PAPER
from signproof.theory.papers.scaled_sign import example_2


def _away_from_zero(claim: Claim, where: str, about: str) -> Claim:
    return replace(
        claim,
        id=f"own/{claim.id.removeprefix('scaled-sign/')}.repaired",
        source=Source(PAPER, f"{where}, repaired"),
        about=about,
        domain=(*claim.domain, Ne(example_2.x, 0)),
        erratum="",
        repairs=claim,
    )


example_2_eq_7_repaired = _away_from_zero(
    example_2.example_2_eq_7, "Example 2, eq. (7)", "The square of the next iterate, for every iterate but 0."
)
example_2_eq_8_repaired = _away_from_zero(
    example_2.example_2_eq_8,
    "Example 2, eq. (8)",
    "If the squares of all iterates sum to at most B, the next square is bounded below, for every iterate but 0.",
)
