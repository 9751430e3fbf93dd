"""Witnesses against variants: the instance as plain data, in the form of all witnesses, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
from sympy import Integer, sympify

from signproof.checks.posing.cases import cases
from signproof.checks.replay.form import VariantForm
from signproof.checks.replay.witness import Witness, load
from signproof.checks.variants.layout import laying_of
from signproof.checks.variants.variant import DTYPES, Factory, Rule, Variant
from signproof.theory.claim import Claim
from signproof.theory.misuse import Misuse


def on_variant(case: Claim, rule: Rule, shift: int, stored: str = "") -> Claim:
    """A case of a claim, with a variant in place of its method and the minimizer where `shift` says, in each
    coordinate; in floats its parameters and gradients may be stored in a narrower dtype."""
    step_size = sympify(getattr(case.algorithm, "step_size", None))  # those that are asked have one: `ask.unasked`
    return replace(case, algorithm=Variant(step_size, Integer(shift), rule, stored), proof=None)


def variant_data(witness: Witness, claim: Claim) -> dict[str, Any]:
    """A witness against a variant as plain data; the start is told from the minimizer.

    Arguments: the witness, whose claim `on_variant` made; the claim that the variant was asked.
    """
    variant = witness.claim.algorithm
    assert isinstance(variant, Variant)
    return witness.form(variant=VariantForm(claim.id, variant.rule.dtype, str(variant.shift)))


def load_variant(data: Mapping[str, Any], claims: Mapping[str, Claim], factory: Factory, where: str) -> Witness:
    """The witness that `variant_data` wrote, against the transformation that a factory makes.

    Raises Misuse, in one line that begins with `where`, if it is none, or if its claim is not known.
    """
    try:
        told = msgspec.convert(data["variant"], VariantForm)
        claim, dtype, shift = claims[told.of], told.dtype, int(told.minimizer)
    except (KeyError, ValueError, msgspec.ValidationError) as error:
        raise Misuse(f"{where}: the field 'variant' does not name a claim, a dtype and a minimizer: {error}") from None
    if dtype not in DTYPES:
        raise Misuse(f"{where}: there is no dtype {dtype!r}; choose {', '.join(DTYPES)}")
    case = next((case for case in cases(claim) if case.id == data.get("claim")), None)
    if case is None:
        raise Misuse(f"{where}: {data.get('claim')!r} is no case of {claim.id}")
    posed = on_variant(case, Rule(factory, dtype, laying_of(case)), shift)
    return load(data, {posed.id: posed}, where)
