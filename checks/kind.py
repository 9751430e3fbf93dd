"""What depends on the kind of a claim: one object for each kind of body, which answers all of it.

The kinds are the files of `checks/kinds`, found by the body that they name; a file of a user's own may define a kind
more, together with its body. Nothing else asks what kind a claim is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, ClassVar

from signproof.checks.posing.domain import Unsupported
from signproof.theory.bodies import Body
from signproof.theory.border.home import is_ours
from signproof.theory.claim import Claim
from signproof.theory.misuse import Misuse
from signproof.theory.terms.formula import text

if TYPE_CHECKING:  # a kind is about all of these, and each of them asks it
    from signproof.checks.replay.replay import Replay
    from signproof.checks.replay.witness import Witness
    from signproof.checks.search.search import Hunt
    from signproof.checks.trials.attempt import Attempt
    from signproof.checks.verdicts.inquiry import Inquiry
    from signproof.checks.verdicts.verdict import Evidence, Verdict

NO_LAW = "the witness has a law of stochastic gradients, but the claim has none"
NO_EXHIBIT = "an exhibit shows a run that returns to its points in turn, after one step or more"
_KINDS: dict[type[Body], Kind] = {}
_OWN: set[type[Kind]] = set()
"""The kinds in the package's files, as classes: what a class says of its module may be wrong."""


class Kind(ABC):
    """Claims whose bodies are of one class: how they are judged, replayed, drawn, exhibited, searched and written.

    A subclass names its class of bodies and is registered when it is defined. Raises Misuse if the class already has a
    kind, or if another kind uses its word.
    """

    body: ClassVar[type[Body]]
    """The class of bodies it handles."""
    mark: ClassVar[str] = ""
    """The field that identifies its statements in plain data; none if they are never read."""
    unsearched: ClassVar[str] = ""
    """Why no instance can break a claim of it, in words that follow its ID; empty if one can."""
    bounds_runs: ClassVar[bool] = False
    """Whether its claims bound a measure at step k of runs of a method, and so have cases, samples and maps."""
    numbers: ClassVar[bool] = False
    """Whether a replay has two numbers worth showing."""

    def __init_subclass__(cls, **options: object):
        super().__init_subclass__(**options)
        if "body" not in cls.__dict__:
            return
        _refuse(cls)
        _KINDS[cls.body] = cls()

    @abstractmethod
    def judge(self, inquiry: Inquiry) -> Verdict:
        """The verdict on a claim that no known witness breaks."""

    @abstractmethod
    def replay(self, witness: Witness) -> Replay:
        """Replay a witness in exact arithmetic, and say what the outcome means for the claim."""

    @abstractmethod
    def state(self, claim: Claim) -> dict[str, Any]:
        """The claim's content besides its domain, as plain data; `mark` is one of the fields."""

    @abstractmethod
    def read(self, data: Mapping[str, Any], homes: tuple[str, ...]) -> dict[str, Any]:
        """What `state` wrote, as arguments of `Claim`; classes may be those of the package, or of these modules.

        Raises KeyError, TypeError or ValueError if it is something else.
        """

    def exhibit(self, claim: Claim, seed: int) -> Evidence | None:
        """An instance that meets all of a claim's assumptions; None if none is found."""
        return None

    def series(self, witness: Witness) -> dict[str, Any]:
        """Measured and bound along the run of a witness, for a chart. Raises Unsupported if it has no run."""
        raise Unsupported(f"{witness.claim.id} is not about a run: there is nothing to draw")

    def axis(self, claim: Claim) -> str:
        """The axis title of a chart of its witnesses' series."""
        return "measured" if claim.measure is None else text(claim.measure.symbol)

    def describe(self, witness: Witness) -> str:
        """A witness in one line for the reader."""
        return f"false at {witness.told}"

    def strange(self, witness: Witness) -> str:
        """What a witness states that claims of this kind do not have; empty if there is nothing."""
        if witness.oracle is not None:
            return NO_LAW
        if witness.exhibit:
            return NO_EXHIBIT
        return "the claim is not about a step k" if witness.k else ""

    def search(self, hunt: Hunt) -> None:
        """Search for an instance that breaks a claim until the hunt is over."""
        hunt.judge()

    def parts(self, claim: Claim) -> tuple[str, ...]:
        """What a campaign tries of a claim, again and again, each time with another seed; by default nothing, as all
        that judges the claim does so once and for all."""
        return ()

    def attempt(self, claim: Claim, part: str, seed: int) -> Attempt:
        """Try one part of a claim; the same part with the same seed gives the same attempt, wherever it is made."""
        raise Unsupported(f"{claim.id} has no part {part!r}")


def kind_of(claim: Claim) -> Kind:
    """What knows all that depends on the kind of a claim. Raises Misuse if its body is of no known kind."""
    _load()
    body = type(claim.body)
    for base in (body,) if claim.says is None else body.__mro__:
        if base in _KINDS:
            return _KINDS[base]
    raise Misuse(
        f"{claim.id}: claims of kind {claim.kind!r} are unknown: derive a class from "
        f"signproof.checks.kind.Kind with body = {type(claim.body).__name__}"
    )


def kind_reading(data: Mapping[str, Any]) -> Kind:
    """The kind of the statement in plain data. Raises ValueError if it is told by no field."""
    _load()
    marks = {kind.mark: kind for kind in _KINDS.values() if "mark" in type(kind).__dict__}
    written = {"bound": 0, **data} if "algorithm" in data else data  # what states a method lacks its bound, at the most
    for mark in reversed(marks):
        if mark in written:
            return marks[mark]
    fields = ", ".join(map(repr, data)) or "none"
    raise ValueError(f"no known kind of claim has the fields {fields}; name the file that defines it: --with FILE.py")


def is_own(kind: Kind) -> bool:
    """Whether a kind is one of signproof's own."""
    _load()
    return type(kind) in _OWN


def _refuse(kind: type[Kind]) -> None:
    """Raises Misuse if a kind would take the place of another."""
    name = f"{kind.__module__}.{kind.__qualname__}"
    if is_ours(kind.__module__) and kind.body not in _KINDS:
        return
    _load()
    if is_ours(kind.body.__module__):
        raise Misuse(f"{name}: claims with a {kind.body.__name__} already have a kind; give yours its own body")
    others = {known: body for body, known in _KINDS.items() if body.__qualname__ != kind.body.__qualname__}
    if kind.body.word in {body.word for body in others.values()}:
        raise Misuse(f"{name}: another kind uses the word {kind.body.word!r}; choose another")
    if not kind.mark or kind.mark in {known.mark for known in others}:
        raise Misuse(f"{name}: its mark {kind.mark!r} must be a unique name that identifies its statements")


@cache
def _load() -> None:
    kinds = import_module("signproof.checks.kinds")  # found by name, as it stands above all that asks for a kind
    for entry in iter_modules(kinds.__path__, f"{kinds.__name__}."):
        module = import_module(entry.name)
        _OWN.update(found for found in vars(module).values() if isinstance(found, type) and issubclass(found, Kind))
