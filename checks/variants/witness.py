"""Witnesses against variants: the instance as plain data, in the form of all witnesses, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sympy import Integer, sympify

from signproof.checks.posing.cases import cases
from signproof.checks.replay.witness import SCHEMA, Witness, load
from signproof.checks.variants.variant import DTYPES, Factory, Rule, Variant
from signproof.theory.claim import Claim
from signproof.theory.misuse import Misuse


def on_variant(case: Claim, rule: Rule, shift: int) -> Claim:
    """A case of a claim, with a variant in place of its method and the minimizer where `shift` says, in each
    coordinate."""
    step_size = sympify(getattr(case.algorithm, "step_size", None))  # those that are asked have one: `ask.unasked`
    return replace(case, algorithm=Variant(step_size, Integer(shift), rule), proof=None)


def variant_data(witness: Witness, claim: Claim) -> dict[str, Any]:
    """A witness against a variant as plain data; the start is told from the minimizer.

    Arguments: the witness, whose claim `on_variant` made; the claim that the variant was asked.
    """
    variant = witness.claim.algorithm
    assert isinstance(variant, Variant)
    asked = {"of": claim.id, "dtype": variant.rule.dtype, "minimizer": str(variant.shift)}
    ends = {name: [str(end) for end in getattr(witness, name)] for name in ("measured", "bound")}
    return {"schema": SCHEMA, "claim": witness.claim.id, "variant": asked} | witness.instance() | ends


def load_variant(data: Mapping[str, Any], claims: Mapping[str, Claim], factory: Factory, where: str) -> Witness:
    """The witness that `variant_data` wrote, against the transformation that a factory makes.

    Raises Misuse, in one line that begins with `where`, if it is none, or if its claim is not known.
    """
    told = data["variant"]
    try:
        claim, dtype, shift = claims[told["of"]], told["dtype"], int(told["minimizer"])
    except (KeyError, TypeError, ValueError) as error:
        raise Misuse(f"{where}: the field 'variant' does not name a claim, a dtype and a minimizer: {error}") from None
    if dtype not in DTYPES:
        raise Misuse(f"{where}: there is no dtype {dtype!r}; choose {', '.join(DTYPES)}")
    case = next((case for case in cases(claim) if case.id == data.get("claim")), None)
    if case is None:
        raise Misuse(f"{where}: {data.get('claim')!r} is no case of {claim.id}")
    posed = on_variant(case, Rule(factory, dtype), shift)
    return load(data, {posed.id: posed}, where)
