"""Mutants of claims and their proofs, made by machine.

They are systematic: every number, symbol, point and relation of every formula, every assumption and condition, every
step, premise, multiplier and argument, and every claim that a proof uses is changed in turn.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, combinations, cycle, zip_longest
from typing import Any

from sympy import (
    Basic,
    Eq,
    Ge,
    Gt,
    Integer,
    Le,
    Lt,
    Rational,
    Symbol,
    default_sort_key,
    preorder_traversal,
    sympify,
    true,
)
from sympy.core.symbol import Str

from signproof.theory.claim import Claim, ClaimError
from signproof.theory.derivation.steps import Lemma, Theorem
from signproof.theory.norms import ANY, L2, LINF, DualPair
from signproof.theory.proof_steps import Justification, Proof, Step
from signproof.theory.symbols import V0, k, t
from signproof.theory.terms.vectors import point

RELATIONS = (Le, Lt, Ge, Gt)
PAIRS = (LINF, L2, ANY)
Change = tuple[str, tuple, Callable[[], Any]]
"""The kind of a change, the words that say what is changed, and the outcome, made when it is asked for."""


@dataclass(frozen=True, eq=False)
class Mutant:
    """A claim with a proof, one thing in them changed; `kind` says what, `change` says how."""

    kind: str
    change: str
    claim: Claim


def mutants(claim: Claim, most: int | None = None) -> Iterator[Mutant]:
    """Every mutant of a claim that carries a proof, or so many of each kind, evenly spread; one of each kind in turn.

    What makes no claim (an empty domain, say) is left out.
    """
    kinds: dict[str, list[Change]] = {}
    for change in _changes(claim, most):
        kinds.setdefault(change[0], []).append(change)
    for turn in zip_longest(*(spread(changes, most) for changes in kinds.values())):
        for kind, words, make in filter(None, turn):
            try:
                yield Mutant(kind, " ".join(map(str, words)), make())
            except (ClaimError, TypeError, ValueError, AttributeError, ZeroDivisionError):
                continue


def spread(entries: Iterable, most: int | None) -> list:
    """All entries, or so many of them, evenly spread."""
    entries = list(entries)
    if most is None or len(entries) <= most:
        return entries
    return [entries[(2 * number + 1) * len(entries) // (2 * most)] for number in range(most)]


def _changes(claim: Claim, most: int | None) -> Iterator[Change]:
    """All changes, or those of so many steps."""
    steps = claim.proof.steps
    yield from _formulas_changed(claim)
    yield from _parts_dropped(claim)
    # the statements of long proofs are long, too
    for step in spread(steps, None if most is None else 4 * most):
        for kind, words, new in _step_changed(step, claim):
            yield kind, (f"{step.name}:", *words), lambda step=step, new=new: _with_step(claim, step, new())
        if isinstance(step.by, Theorem):
            yield from _theorem_changed(claim, step)
    for number, step in enumerate(steps):
        left = Proof(*steps[:number], *steps[number + 1 :])
        yield "step dropped", (step.name,), partial(with_proof, claim, left)
    for i, j in combinations(range(len(steps)), 2):
        yield "steps swapped", (steps[i].name, "and", steps[j].name), partial(_with_swapped, claim, i, j)


def _with_swapped(claim: Claim, i: int, j: int) -> Claim:
    steps = list(claim.proof.steps)
    steps[i], steps[j] = steps[j], steps[i]
    return with_proof(claim, Proof(*steps))


# ---------------------------------------------------------------------------------------------- formulas


def formula_changes(formula: Basic, symbols: Iterable[Symbol]) -> Iterator[tuple[str, Basic, Basic]]:
    """What may be put in place of a part of a formula: the kind of change, the part, and the other part.

    Points change places with the other points of the formula.
    """
    atoms = sorted({*symbols, *formula.atoms(point)}, key=default_sort_key)
    for kind, other in _atom_changes(formula, atoms):
        yield kind, formula, other
    # in an order that does not change from one run to the next: SymPy keeps some arguments in sets
    for node in dict.fromkeys(preorder_traversal(formula, keys=True)):
        for argument in sorted(set(node.args), key=default_sort_key):
            for kind, other in _atom_changes(argument, atoms):
                try:
                    yield kind, node, node.func(*(other if part == argument else part for part in node.args))
                except (TypeError, ValueError, AttributeError):
                    continue
        if isinstance(node, RELATIONS):
            yield from (("relation", node, kind(*node.args)) for kind in RELATIONS if kind is not type(node))
        if isinstance(node, (*RELATIONS, Eq)):
            left, right = node.args
            yield "factor", node, node.func(2 * left, right, evaluate=False)
            yield "factor", node, node.func(left, 2 * right, evaluate=False)


def _atom_changes(atom: Basic, atoms: list[Basic]) -> Iterator[tuple[str, Basic]]:
    if isinstance(atom, Rational):
        others = dict.fromkeys((atom + 1, atom - 1, -atom, 2 * atom, atom / 2))
        yield from (("number", other) for other in others if other != atom)
    elif atom in atoms:
        kind = "symbol" if isinstance(atom, Symbol) else "point"
        yield from ((kind, other) for other in atoms if other != atom and isinstance(other, type(atom)))


def _symbols(claim: Claim) -> set[Symbol]:
    return claim.parameters | {"bound": {k, V0}, "flow": {t, V0}}.get(claim.kind, set())


def _formulas_changed(claim: Claim) -> Iterator[Change]:
    """Formulas of the claim changed: in the claim alone, and in its proof alike."""
    changes = (change for formula in _formulas(claim) for change in formula_changes(formula, _symbols(claim)))
    for kind, old, new in dict.fromkeys(changes):

        def changed_claim(everywhere: bool, old=old, new=new) -> Claim:
            def replace(part):
                return part.xreplace({old: new})

            return with_formulas(claim, replace, mutate(claim.proof, replace) if everywhere else None)

        yield f"{kind} in the claim", (old, "->", new), partial(changed_claim, False)
        yield f"{kind} in claim and proof", (old, "->", new), partial(changed_claim, True)


def _formulas(claim: Claim) -> Iterator[Basic]:
    yield from claim.domain
    yield from (part for part in (claim.bound, claim.statement) if part is not None)
    for part in (*claim.assumptions, claim.algorithm, claim.measure):
        yield from _fields(part).values()
    if claim.orbit is not None:
        yield claim.orbit.function
        yield from (entry for point in claim.orbit.points for entry in point)


def with_formulas(claim: Claim, replace: Callable[[Basic], Basic], proof: Proof | None = None) -> Claim:
    """The claim with `replace` applied to every formula; the proof as given, or as it was."""
    orbit = claim.orbit
    if orbit is not None:
        points = tuple(tuple(map(replace, map(sympify, point))) for point in orbit.points)
        orbit = dataclasses.replace(orbit, function=replace(orbit.function), points=points)
    return dataclasses.replace(
        claim,
        algorithm=_replaced(claim.algorithm, replace),
        orbit=orbit,
        assumptions=tuple(_replaced(assumption, replace) for assumption in claim.assumptions),
        domain=tuple(map(replace, claim.domain)),
        measure=_replaced(claim.measure, replace),
        bound=None if claim.bound is None else replace(claim.bound),
        statement=None if claim.statement is None else replace(claim.statement),
        proof=proof or claim.proof,
    )


def _fields(part: Any) -> dict[str, Basic]:
    """The formulas among the fields of an assumption, an algorithm or a measure."""
    fields = () if part is None else ((field.name, getattr(part, field.name)) for field in dataclasses.fields(part))
    return {name: entry for name, entry in fields if isinstance(entry, Basic) and not isinstance(entry, Str)}


def _replaced(part: Any, replace: Callable[[Basic], Basic]) -> Any:
    fields = {name: replace(entry) for name, entry in _fields(part).items()}
    return dataclasses.replace(part, **fields) if fields else part


def _parts_dropped(claim: Claim) -> Iterator[Change]:
    for relation in claim.domain:
        # a symbol that nothing else binds stays bound
        bound = tuple(Ge(symbol**2, -1, evaluate=False) for symbol in sorted(relation.free_symbols, key=str))
        domain = tuple(other for other in claim.domain if other is not relation) + bound
        yield "condition dropped", (relation,), partial(dataclasses.replace, claim, domain=domain)
    for assumption in claim.assumptions:
        left = tuple(other for other in claim.assumptions if other is not assumption)
        domain = (*claim.domain, *(condition for condition in assumption.conditions if condition != true))
        yield (
            "assumption dropped",
            (assumption,),
            partial(dataclasses.replace, claim, assumptions=left, domain=domain),
        )


# ---------------------------------------------------------------------------------------------- steps


def _step_changed(step: Step, claim: Claim) -> Iterator[Change]:
    def rewritten(old: Basic, new: Basic, by: Justification = step.by) -> Step:
        return Step(step.name, step.statement.xreplace({old: new}), by)

    statements = list(formula_changes(step.statement, _symbols(claim)))
    justifications = list(justification_changes(step, claim))
    for kind, old, new in statements:
        yield f"{kind} in a step", (old, "->", new), partial(rewritten, old, new)
    for kind, words, by in justifications:
        yield kind, words, partial(Step, step.name, step.statement, by)
    # all pairs would be too many: every statement with one of the justifications in turn
    for (_, old, new), (_, words, by) in zip(statements, cycle(justifications), strict=False):
        yield "statement and justification", (old, "->", new, ";", *words), partial(rewritten, old, new, by)


def _theorem_changed(claim: Claim, step: Step) -> Iterator[Change]:
    """Another theorem, with the proof of the one that is used; the step, and the claim if it was the last one, say
    what would follow.
    """
    theorem, values = step.by.claim, {symbol: sympify(term) for symbol, term in step.by.values.items()}
    changes = (change for part in _formulas(theorem) for change in formula_changes(part, theorem.parameters))
    for _, old, new in dict.fromkeys(changes):

        def other(old=old, new=new) -> Claim:
            used = with_formulas(theorem, lambda part: part.xreplace({old: new}))
            follows = Step(step.name, used.conclusion.xreplace(values), changed(step.by, claim=used))
            mutant = _with_step(claim, step, follows)
            if claim.statement is None or step is not claim.proof.steps[-1]:
                return mutant
            return dataclasses.replace(mutant, statement=follows.statement)

        yield "theorem that is used", (f"{step.name}:", old, "->", new), other


def justification_changes(step: Step, claim: Claim) -> Iterator[tuple[str, tuple, Justification]]:
    """Other justifications of a step: each of its fields changed, its premises dropped or exchanged."""
    by, earlier = step.by, claim.proof.steps[: claim.proof.steps.index(step)]
    for name, entry in vars(by).items():
        for kind, words, other in _field_changes(entry, claim, earlier):
            yield kind, (f"{name}:", *words), changed(by, **{name: other})
    if isinstance(by, Lemma):
        for pair in PAIRS:
            arguments = tuple(pair if isinstance(argument, DualPair) else argument for argument in by.arguments)
            if arguments != by.arguments:
                yield "argument", ("norm", pair.name), changed(by, arguments=arguments)


def _field_changes(entry: Any, claim: Claim, earlier: tuple[Step, ...]) -> Iterator[tuple[str, tuple, Any]]:
    symbols = claim.parameters | {k}
    if isinstance(entry, dict):
        for premise, multiplier in entry.items():
            multiplier = sympify(multiplier)
            if not isinstance(premise, Step):  # a value for a parameter of another claim
                for _, old, new in formula_changes(multiplier, symbols):
                    other = multiplier.xreplace({old: new})
                    yield "argument", (premise, "=", other), {**entry, premise: other}
                continue
            left = {other: factor for other, factor in entry.items() if other is not premise}
            yield "premise", ("without", premise.name), left
            others = (-multiplier, 2 * multiplier, multiplier + 1, multiplier - 1, Integer(0))
            changes = (multiplier.xreplace({old: new}) for _, old, new in formula_changes(multiplier, symbols))
            for other in dict.fromkeys(chain(others, changes)):
                yield "multiplier", (other, "times", premise.name), {**entry, premise: other}
            for other in earlier:
                if other not in entry:
                    yield "premise", (other.name, "for", premise.name), {**left, other: multiplier}
    elif isinstance(entry, tuple):
        for number, part in enumerate(entry):
            kind = "premise" if isinstance(part, Step) else "argument"
            yield kind, ("without", part), entry[:number] + entry[number + 1 :]
            for _, words, other in _field_changes(part, claim, earlier):
                yield kind, words, (*entry[:number], other, *entry[number + 1 :])
    elif isinstance(entry, Step):
        yield from (("premise", (other.name, "for", entry.name), other) for other in earlier if other is not entry)
    elif entry in claim.assumptions:
        yield from (("argument", (other, "for", entry), other) for other in claim.assumptions if other != entry)
    elif isinstance(entry, Basic | int):
        for _, old, new in formula_changes(sympify(entry), symbols):
            other = sympify(entry).xreplace({old: new})
            yield "argument", (other, "for", entry), int(other) if isinstance(entry, int) else other


def mutate(proof: Proof, replace: Callable[[Basic], Basic]) -> Proof:
    """The proof with `replace` applied to every formula in it; references between steps follow."""
    steps: dict[Step, Step] = {}

    def mapped(part):
        if isinstance(part, Step):
            return steps[part]
        if isinstance(part, tuple):
            return tuple(map(mapped, part))
        if isinstance(part, dict):
            return {mapped(key) if isinstance(key, Step) else key: mapped(entry) for key, entry in part.items()}
        if dataclasses.is_dataclass(part) and not isinstance(part, Claim | DualPair):
            return _replaced(part, replace)
        return replace(sympify(part)) if isinstance(part, Basic | int) else part

    for step in proof.steps:
        by = changed(step.by, **{name: mapped(entry) for name, entry in vars(step.by).items()})
        steps[step] = Step(step.name, replace(step.statement), by)
    return Proof(*steps.values())


def changed(by: Justification, **fields) -> Justification:
    """A copy of a justification with other fields."""
    by = copy.copy(by)
    for name, entry in fields.items():
        object.__setattr__(by, name, entry)
    return by


def with_step(proof: Proof, old: Step, new: Step) -> Proof:
    """The proof with one step in place of another, later references included."""
    steps = {old: new}

    def mapped(part):
        if isinstance(part, tuple):
            return tuple(map(mapped, part))
        if isinstance(part, dict):
            return {mapped(key): entry for key, entry in part.items()}
        return steps.get(part, part) if isinstance(part, Step) else part

    for step in proof.steps:
        if step is not old:
            by = changed(step.by, **{name: mapped(entry) for name, entry in vars(step.by).items()})
            steps[step] = Step(step.name, step.statement, by)
    return Proof(*(steps[step] for step in proof.steps))


def _with_step(claim: Claim, old: Step, new: Step) -> Claim:
    return with_proof(claim, with_step(claim.proof, old, new))


def with_proof(claim: Claim, proof: Proof) -> Claim:
    """The claim with another proof; as it was checked when it was made, it is not checked again."""
    claim = copy.copy(claim)
    object.__setattr__(claim, "proof", proof)
    return claim
