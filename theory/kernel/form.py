"""The form of a document: a claim and the steps of its proof, as JSON of one canonical spelling.

Same proof, same bytes: keys are sorted, terms have one spelling (`reading`), and nothing of an author's program is in
it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from functools import cached_property
from typing import Any, Literal

import msgspec

from signproof.theory.kernel.forms import Wrong
from signproof.theory.kernel.reading import LARGEST, checked
from signproof.theory.misuse import Misuse

SCHEMA: Literal["signproof-proof/2"] = "signproof-proof/2"
BYTES = 50_000_000
"""The largest file that is read."""


class DocumentError(Misuse):
    """A proof that cannot be written as a document, or a file that is not one; the message says what and where."""


class Unwritable(DocumentError):
    """A proof about what no document can say yet: a method that looks into coordinates."""


class Assumed(msgspec.Struct, forbid_unknown_fields=True):
    """An assumption: its class, its fields, and what it says of points named "point 0", "point 1", ...

    `says` is null if that is no statement about numbers; lemmas may need the assumption all the same.
    """

    name: str
    fields: dict[str, Any]
    points: int
    says: list | None
    conditions: list[list]


class Rule(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A method: its class, whether it draws its gradients, and one step from x_k (of a flow, the velocity at x(t)).

    `step` is null for a method that no proof in vectors is about: it looks into coordinates. What a method remembers
    has numbers: `later` is what it is after step k, `begun` what it is before the first.
    """

    name: str
    draws: Literal["gradient", "estimate"]
    step: list | str | None
    needs: list[list]
    workers: list | str | None
    later: list[list | str] = []
    begun: list[list | str] = []


class Points(msgspec.Struct, forbid_unknown_fields=True):
    """An orbit: the function of the coordinates, and the points or the formula."""

    function: list | str
    coordinates: list[str]
    points: list[list]
    formula: list


class Stated(msgspec.Struct, forbid_unknown_fields=True):
    """What is claimed: under the assumptions, for all parameters in the domain and whatever meets the premises, the
    conclusion."""

    id: str
    kind: str
    parameters: list[str]
    assumptions: list[Assumed]
    domain: list[list]
    premises: list[list]
    conclusion: list
    rule: Rule | None
    orbit: Points | None
    horizon: str | None
    """The number of steps fixed before the run, if the claim is about its end alone."""
    steps: str | None
    """The number of steps of a run, if the measure is one of the whole run."""
    timed: bool
    """Whether it is about flows, at times t."""


class StepForm(msgspec.Struct, forbid_unknown_fields=True):
    """A step: its name, what it says, and why, as a rule of the kernel with its arguments; earlier steps are numbers
    from 0."""

    name: str
    says: list
    by: list
    certificates: list
    """Why what it leaves to real arithmetic follows, question by question; null where only solvers say so."""


class Proved(msgspec.Struct, forbid_unknown_fields=True):
    """A claim with the steps of its proof."""

    claim: Stated
    steps: list[StepForm]
    end: list
    """The certificates of what the conclusion needs to have a value."""


class DocumentForm(msgspec.Struct, forbid_unknown_fields=True):
    """A whole document. `lemmas` has the versions of those that are used, `theorems` the claims that steps rest on."""

    schema: Literal["signproof-proof/2"]
    claim: Stated
    steps: list[StepForm]
    end: list
    lemmas: dict[str, str]
    theorems: dict[str, Proved]


class Document:
    """A proof as bytes, and what they say."""

    def __init__(self, form: DocumentForm):
        self.form = form

    @cached_property
    def bytes(self) -> bytes:
        """The document, in its one spelling."""
        return canonical(msgspec.to_builtins(self.form))

    @property
    def sha256(self) -> str:
        """The hash of the bytes, in hexadecimal digits."""
        return hashlib.sha256(self.bytes).hexdigest()

    @property
    def packed(self) -> str:
        """The bytes, compressed, as letters: what a ledger carries."""
        return base64.b64encode(zlib.compress(self.bytes, 9)).decode()


def unpacked(text: str) -> bytes:
    """The bytes of a document that a ledger carries. Raises DocumentError if there are none, or too many."""
    try:
        inflating = zlib.decompressobj()
        data = inflating.decompress(base64.b64decode(text, validate=True), BYTES)
    except (ValueError, zlib.error) as error:
        raise DocumentError(f"it carries no document: {error}") from None
    if not inflating.eof:
        raise DocumentError(f"it carries a document that is cut, or of more than {BYTES} bytes")
    return data


def canonical(data: Any) -> bytes:  # lists, dictionaries, text and whole numbers
    """Plain data as JSON: sorted keys, no spaces, one line."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def one_line(text: str) -> str:
    """A text as one line of letters that can be printed, cut if it is long."""
    return "".join(letter if letter.isprintable() else " " for letter in text[:500])


def version(text: str) -> str:
    """The version of a lemma: the beginning of the hash of its text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read(data: bytes, where: str) -> Document:
    """The document in a file's bytes. `where` names the file.

    Raises DocumentError, in one line, if it is not one, is cut, is of another version or not in its one spelling.
    """
    if len(data) > BYTES:
        raise DocumentError(f"{where}: more than {BYTES} bytes: no proof is as long")
    try:
        form = msgspec.json.decode(data, type=DocumentForm)
        _check(form)
        document = Document(form)
        same = document.bytes == data
    except RecursionError:
        raise DocumentError(f"{where}: too deep for a proof") from None
    except Wrong as error:
        raise DocumentError(f"{where}: {one_line(str(error))}") from None
    except (msgspec.MsgspecError, ValueError) as error:
        raise DocumentError(f"{where}: not a proof that `signproof export` wrote: {one_line(str(error))}") from None
    if not same:
        raise DocumentError(f"{where}: not in the spelling that `signproof export` writes, perhaps edited")
    return document


def _check(form: DocumentForm) -> None:
    proved: list[Any] = [form, *form.theorems.values()]
    rests = [step.by for each in proved for step in each.steps if step.by[:1] in _RESTING]
    for rule, kept in (("lemma", form.lemmas), ("theorem", form.theorems)):
        if {str(by[1:2]) for by in rests if by[0] == rule} != {str([name]) for name in kept}:
            raise Wrong(f"its steps rest on other {rule}s than it lists")
    count = 0
    for each in proved:
        claim = each.claim
        terms: list[Any] = [claim.conclusion, *claim.domain, *claim.premises]
        for assumed in claim.assumptions:
            terms += assumed.conditions if assumed.says is None else [assumed.says, *assumed.conditions]
            terms += [field for field in assumed.fields.values() if isinstance(field, list) and not _names(field)]
        if claim.rule is not None:
            terms += [part for part in (claim.rule.step, claim.rule.workers) if part is not None]
            terms += [*claim.rule.needs, *claim.rule.later, *claim.rule.begun]
        if claim.orbit is not None:
            terms += [claim.orbit.function, *(entry for point in claim.orbit.points for entry in point)]
            terms += claim.orbit.formula
        for number, step in enumerate(each.steps):
            terms += [step.says, *_terms_of(step.by, number)]
        for term in terms:
            count += checked(term)
            if count > LARGEST:
                raise Wrong(f"more than {LARGEST} terms: no proof is as long")


_RESTING = (["lemma"], ["theorem"])
_RULES = {
    "definition": (), "hypothesis": ("assumption", "terms"), "lemma": ("name", "arguments", "steps"),
    "identity": ("steps",), "combination": ("multipliers", "steps"), "decide": ("steps",), "instance": ("step", "term"),
    "theorem": ("name", "values", "steps"), "run": ("number",), "forever": ("steps",),
}  # fmt: skip
"""The rules of the kernel, by what stands after their names."""


def _terms_of(by: list, number: int) -> list[Any]:
    """The terms in a justification, whose form is checked. Argument: the number of its step."""
    if not by or not isinstance(by[0], str) or by[0] not in _RULES or len(by) != 1 + len(_RULES[by[0]]):
        raise Wrong(f"step {number}: there is no rule {str(by)[:40]}")
    found: list[Any] = []
    for kind, part in zip(_RULES[by[0]], by[1:], strict=True):
        if not _is(kind, part, number):
            raise Wrong(f"step {number}: {str(part)[:40]} is no {kind} of the rule {by[0]}")
        if kind == "terms":
            found += part
        elif kind == "term":
            found.append(part)
        elif kind == "arguments":
            found += [entry for entry in part if not _names(entry)]
        elif kind == "multipliers":
            found += [multiplier for _, multiplier in part]
        elif kind == "values":
            found += part.values()
    return found


def _is(kind: str, part: Any, number: int) -> bool:
    if kind in ("name", "term"):
        return isinstance(part, str if kind == "name" else str | list)
    if kind in ("step", "assumption", "number"):
        return type(part) is int and 0 <= part and (kind != "step" or part < number)
    if kind == "values":
        return isinstance(part, dict)
    if not isinstance(part, list):
        return False
    if kind == "steps":
        return all(_is("step", entry, number) for entry in part)
    if kind == "multipliers":
        return all(isinstance(pair, list) and len(pair) == 2 and _is("step", pair[0], number) for pair in part)
    return True


def _names(argument: Any) -> bool:
    """Whether an argument of a lemma is no term, but an assumption by its number or a norm by its name."""
    return isinstance(argument, list) and len(argument) == 2 and argument[0] in ("assumption", "norm_named")
