"""The JSON form of a witness, against a claim or a variant: one schema, read and written by msgspec.

Rationals are strings "p/q". Statements and problems stay plain data here: classes of claims and families of problems
read their own.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from signproof.checks.gradients.finite import LawForm
from signproof.checks.numbers.exact import Number

SCHEMA: Literal["signproof-witness/1"] = "signproof-witness/1"
LONGEST = 1_000_000
"""Steps of the longest run that is replayed."""


class VariantForm(msgspec.Struct):
    """What a variant was asked: the ID of a claim, whose case the witness names; its dtype; where the minimizer is."""

    of: str
    dtype: str
    minimizer: str


class WitnessForm(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A witness as plain data; its fields are those of `Witness`."""

    schema: Literal["signproof-witness/1"]
    claim: str
    statement: Any = None
    variant: VariantForm | None = None
    kind: Literal["violation", "exhibit", ""] = ""
    level: str = ""
    problem: Any = None
    oracle: list[LawForm] | None = None
    parameters: dict[str, Number]
    start: list[Number]
    """Told from the minimizer, like all points."""
    minimizer: list[Number] | None = None
    """Where the method has it; None if that is the origin."""
    k: Annotated[int, msgspec.Meta(ge=0, le=LONGEST)]
    measured: Number | list[Number]
    bound: Number | list[Number]
