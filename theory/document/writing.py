"""From a claim and its proof to a document."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from sympy import Basic, sympify
from sympy.core.symbol import Str

from signproof.theory.assumptions.objective import Assumption
from signproof.theory.border.opaque import Recursion, recursion, velocity_of
from signproof.theory.claim import Claim
from signproof.theory.derivation.steps import (
    Combination,
    Decide,
    Definition,
    Forever,
    Hypothesis,
    Identity,
    Instance,
    Lemma,
    Run,
    Theorem,
    by_arithmetic,
)
from signproof.theory.derivation.table import TABLE
from signproof.theory.document.terms import tree
from signproof.theory.kernel.claims import KINDS
from signproof.theory.kernel.form import (
    SCHEMA,
    Assumed,
    Document,
    DocumentError,
    DocumentForm,
    Points,
    Proved,
    Rule,
    Stated,
    StepForm,
    Unwritable,
    version,
)
from signproof.theory.methods.flows import Flow
from signproof.theory.methods.gradient import MajorityVote
from signproof.theory.norms import DualPair
from signproof.theory.proof_steps import Justification, Proof, Step
from signproof.theory.terms.expectations import estimate
from signproof.theory.terms.flows import x_t
from signproof.theory.terms.vectors import gradient, point


def document(claim: Claim, proof: Proof) -> Document:
    """The document of a proof, the claims it rests on included.

    Raises DocumentError if the claim or the proof has something that no document has.
    """
    theorems: dict[str, Claim] = {}
    proved = _proved(claim, proof, theorems)
    rest: dict[str, Proved] = {}
    while theorems.keys() - rest.keys():
        for id in theorems.keys() - rest.keys():
            theorem = theorems[id]
            own = theorem.proof if isinstance(theorem.proof, Proof) else by_arithmetic(theorem)
            rest[id] = _proved(theorem, own, theorems)
    used = {step.by[1] for each in (proved, *rest.values()) for step in each.steps if step.by[0] == "lemma"}
    lemmas = {name: version(TABLE[name].text) for name in used}
    return Document(DocumentForm(SCHEMA, proved.claim, proved.steps, proved.end, lemmas, rest))


def _proved(claim: Claim, proof: Proof, theorems: dict[str, Claim]) -> Proved:
    numbers = {id(step): number for number, step in enumerate(proof.steps)}
    steps = [
        StepForm(str(step.name), _relation(step.statement), _by(step.by, claim, numbers, theorems), [])
        for step in proof.steps
    ]
    return Proved(_stated(claim), steps, [])


def _stated(claim: Claim) -> Stated:
    run = None if claim.measure is None else claim.measure.horizon
    return Stated(
        id=claim.id,
        kind=_kind(claim),
        parameters=sorted(map(str, claim.parameters)),
        assumptions=[_assumed(assumption) for assumption in claim.assumptions],
        domain=_trees(claim.domain),
        premises=_trees(claim.premises),
        conclusion=_relation(claim.conclusion),
        rule=None if claim.algorithm is None else _rule(claim),
        orbit=None if claim.orbit is None else _orbit(claim),
        horizon=None if claim.horizon is None else str(claim.horizon),
        steps=None if run is None else str(run),
        timed=claim.body.timed,
    )


def _kind(claim: Claim) -> str:
    """The kind that the kernel knows; of a user's own kind, that of which it has the parts."""
    body = claim.body
    if claim.kind in KINDS:
        return claim.kind
    if body.timed:
        return "flow"
    return "bound" if body.of_run else "algebraic" if body.of_parameters else claim.kind


def _relation(statement: Basic) -> list[Any]:
    found = tree(statement)
    assert isinstance(found, list)  # only a number is none
    return found


def _trees(terms: Iterable[Any]) -> list[Any]:
    return [tree(sympify(term)) for term in terms]


def _assumed(assumption: Any) -> Assumed:
    places = [point(Str(f"point {number}")) for number in range(assumption.points)]
    says: list[Any] | None
    try:
        says = _relation(assumption.statement(*places))
    except TypeError:
        says = None
    return Assumed(
        name=type(assumption).__name__,
        fields={entry.name: _field(getattr(assumption, entry.name)) for entry in dataclasses.fields(assumption)},
        points=assumption.points,
        says=says,
        conditions=_trees(assumption.conditions),
    )


def _field(entry: Any) -> Any:
    """A field of an assumption: a term, the name of a norm, or plain data."""
    if isinstance(entry, Basic):
        return tree(entry)
    if isinstance(entry, DualPair):
        return ["norm_named", entry.name]
    if entry is None or type(entry) in (bool, int, str):
        return entry
    raise DocumentError(f"the field {entry!r:.40} of an assumption is neither a formula nor plain data")


def _rule(claim: Claim) -> Rule:
    method, step = claim.algorithm, _step(claim)
    return Rule(
        name=type(method).__name__,
        draws="estimate" if _draws(method) else "gradient",
        step=None if step is None else tree(step.after),
        needs=[] if step is None else _trees(step.needs),
        workers=tree(sympify(method.workers)) if isinstance(method, MajorityVote) else None,
        later=[] if step is None else _trees(step.later),
        begun=[] if step is None else _trees(step.begun),
    )


def _draws(method: Any) -> bool:
    return not isinstance(method, Flow) and method.stochastic


def _step(claim: Claim) -> Recursion | None:
    """The method as a recursion in vectors; None if it looks into coordinates."""
    method = claim.algorithm
    assert method is not None
    try:
        if isinstance(method, Flow):
            return velocity_of(method, x_t, gradient)
        return recursion(method, estimate if _draws(method) else gradient)
    except (TypeError, ValueError):
        return None


def _orbit(claim: Claim) -> Points:
    orbit = claim.orbit
    assert orbit is not None
    return Points(
        function=tree(orbit.function),
        coordinates=[*map(str, orbit.coordinates)],
        points=[_trees(each) for each in orbit.points],
        formula=_trees(orbit.formula),
    )


def _by(by: Justification, claim: Claim, numbers: dict[int, int], theorems: dict[str, Claim]) -> list[Any]:
    """A justification as the name of a rule with its arguments."""

    def number(step: Step) -> int:
        if id(step) not in numbers:
            raise DocumentError(f"{claim.id}: the proof uses {step.name}, which is none of its steps")
        return numbers[id(step)]

    def steps(of: Iterable[Step]) -> list[int]:
        return [*map(number, of)]

    if isinstance(by, Definition):
        return ["definition"]
    if isinstance(by, Hypothesis):
        return ["hypothesis", _number(by.assumption, claim), _trees(by.points)]
    if isinstance(by, Lemma):
        return ["lemma", by.name, [_argument(argument, claim) for argument in by.arguments], steps(by.using)]
    if isinstance(by, Identity):
        return ["identity", steps(by.using)]
    if isinstance(by, Combination):
        pairs = [[number(step), tree(sympify(factor))] for step, factor in by.multipliers.items()]
        return ["combination", pairs, steps(by.given)]
    if isinstance(by, Decide):
        return ["decide", steps(by.using)]
    if isinstance(by, Instance):
        return ["instance", number(by.step), tree(sympify(by.at))]
    if isinstance(by, Theorem):
        theorems.setdefault(by.claim.id, by.claim)
        if theorems[by.claim.id] is not by.claim:
            raise DocumentError(f"two claims are called {by.claim.id}")
        return ["theorem", by.claim.id, {str(s): tree(sympify(e)) for s, e in by.values.items()}, steps(by.using)]
    if isinstance(by, Run):
        if _step(claim) is None:
            raise Unwritable(f"{claim.algorithm} remembers, or looks into coordinates, which no document says")
        return ["run", int(by.start)]
    if isinstance(by, Forever):
        return ["forever", steps(by.using)]
    raise DocumentError(f"{type(by).__name__} is no justification that the kernel knows")


def _argument(argument: Any, claim: Claim) -> Any:
    """An argument of a lemma: a term, a norm by its name, or an assumption by its number among the claim's."""
    if isinstance(argument, DualPair):
        return ["norm_named", argument.name]
    if isinstance(argument, Basic):
        return tree(argument)
    if isinstance(argument, Assumption):
        return ["assumption", _number(argument, claim)]
    return tree(sympify(argument))


def _number(assumption: Any, claim: Claim) -> int:
    """The number of an assumption among those of the claim."""
    if assumption not in claim.assumptions:
        raise DocumentError(f"{claim.id}: the proof rests on {assumption}, which the claim does not assume")
    return claim.assumptions.index(assumption)
