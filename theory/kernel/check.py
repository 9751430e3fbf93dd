"""The kernel: it checks a document, step by step, and trusts nothing of whoever wrote it.

Every statement is for all integers k >= 0 (of a flow: for all times t >= 0) and all parameters in the claim's domain,
and must be defined for all of them: a denominator is to be shown not zero. The kernel knows no claim and no method by
name. What it trusts: this room, Python's integers and fractions, and the lemmas of the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from signproof.theory.kernel.arithmetic import Question
from signproof.theory.kernel.claims import require_claim
from signproof.theory.kernel.form import Document, DocumentForm, Proved, one_line, version
from signproof.theory.kernel.forms import Wrong, same
from signproof.theory.kernel.lemmas import TABLE
from signproof.theory.kernel.polynomials import limited
from signproof.theory.kernel.reading import Said, stated
from signproof.theory.kernel.rules import RULES
from signproof.theory.kernel.state import Search, State

WORK = 10_000_000
"""How much work a document may take to check."""


@dataclass(frozen=True)
class Checked:
    """A document that the kernel accepts: the lemmas that it rests on, and what only solvers say."""

    lemmas: tuple[str, ...]
    open: tuple[Question, ...]


@dataclass(frozen=True)
class Refused:
    """A document that the kernel does not accept: the number of the step from 1, its name, and the reason."""

    number: int
    step: str
    reason: str

    def __str__(self) -> str:
        return one_line(f"step {self.number} ({self.step[:80]}): {self.reason}")


def check(document: Document) -> Checked | Refused:
    """Whether a document proves what it says."""
    return _checked(document.form, None)


def complete(form: DocumentForm, search: Search) -> Checked | Refused:
    """The same of a document without certificates; they are searched for, and written into it."""
    return _checked(form, search)


def _checked(form: DocumentForm, search: Search | None) -> Checked | Refused:
    known: dict[str, State | None] = {}

    def theorem(id: str) -> State:
        if id not in form.theorems:
            raise Wrong(f"it rests on {id[:60]!r}, which is not in the document")
        if id not in known:
            known[id] = None
            known[id] = _State(form.theorems[id], theorem, search).run()
        state = known[id]
        if state is None:
            raise Wrong(f"{id} rests on itself")
        if state.claim.kind != "algebraic":
            raise Wrong(f"{id} is not about parameters only")
        return state

    for name, written in form.lemmas.items():
        if name not in TABLE or written != version(TABLE[name].text):
            return Refused(0, "lemmas", f"this version has no lemma {name[:40]!r} with that text")
    state: Any = _State  # as long as the claim is not read
    try:
        with limited(WORK):
            state = _State(Proved(form.claim, form.steps, form.end), theorem, search)
            state.run()
    except Wrong as wrong:
        return Refused(state.number, state.name, str(wrong))
    except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError, RecursionError) as error:
        return Refused(state.number, state.name, f"it cannot be read ({type(error).__name__}: {error!s:.80})")
    return Checked(tuple(sorted(state.lemmas)), tuple(state.open))


class _State(State):
    """A proof on its way through the kernel."""

    number, name = 0, "claim"

    def run(self) -> State:
        require_claim(self.claim)
        for number, step in enumerate(self.proved.steps, start=1):
            self.number, self.name = number, step.name
            self.left, self.certificates, self.every_k = list(step.certificates), [], True
            self.require_readable(step.says)
            said = Said.of(step.says)
            rule, *arguments = step.by
            if rule not in RULES:
                raise Wrong(f"there is no rule {str(rule)[:40]!r}")
            RULES[rule](self, said, *arguments)
            numbers = [each for each in self.earlier(_used(step.by)) if not each.about_vectors]
            self.require_all(said.needs, numbers)
            self._settle(step.certificates)
            if not self.every_k:
                self.for_some_k.add(len(self.accepted))
            self.accepted.append(said)
        self.name, self.left, self.certificates = "conclusion", list(self.proved.end), []
        if not self.accepted or not same(self.accepted[-1].statement, stated(self.claim.conclusion)):
            raise Wrong("the last step is not the claim")
        self.require_readable(self.claim.conclusion)
        self.require_defined(self.claim.conclusion)
        self._settle(self.proved.end)
        return self

    def _settle(self, written: list[Any]) -> None:
        """All certificates are used; those found are written down."""
        if self.searching:
            written[:] = self.certificates
        elif self.left:
            raise Wrong("it has a certificate for nothing")


def _used(by: list[Any]) -> list[int]:
    """The earlier steps that a justification names."""
    rule = by[0]
    if rule == "combination":
        return [*(step for step, _ in by[1]), *by[2]]
    if rule == "instance":
        return [by[1]]
    return by[-1] if rule in ("lemma", "identity", "decide", "theorem", "forever") else []
