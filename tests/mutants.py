"""Mutants of claims and their proofs, made by machine, and a referee that knows some of them to be false.

The mutants are systematic: every number, symbol and relation of every formula, every assumption and condition,
every step, premise, multiplier and argument is changed in turn. The referee shares no code with the kernel's
reasoning: it computes exact runs on a few quadratics, and asks a solver for the values at which an algebraic
statement is false. It can show that a statement is false, never that it is true.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import combinations, cycle, product
from math import ceil
from types import SimpleNamespace
from typing import Any

from flint import fmpq
from interpretation import Interpretation
from second_opinion import second_opinion
from sympy import Basic, Ge, Gt, Integer, Le, Lt, Rational, Symbol, preorder_traversal, sympify
from sympy.core.relational import Relational
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.checks.domain import holds
from signproof.checks.exact import RATIONALS, rational, rationals
from signproof.checks.quadratic import DiagonalQuadratic
from signproof.checks.replay import replay_orbit
from signproof.theory.algorithms import Algorithm
from signproof.theory.arithmetic import evaluate
from signproof.theory.assumptions import Assumption, Smooth
from signproof.theory.claim import Claim, ClaimError
from signproof.theory.decide import follows, recording
from signproof.theory.norms import ANY, L2, LINF, DualPair
from signproof.theory.proof import Certificate, Justification, Lemma, Proof, Rejection, Step, check
from signproof.theory.symbols import V0, k
from signproof.theory.vectors import Repeats

RELATIONS = (Le, Lt, Ge, Gt)
PAIRS = (LINF, L2, ANY)


@dataclass(frozen=True, eq=False)
class Mutant:
    """A claim with a proof, one thing in them changed; `kind` says what, `change` says how."""

    kind: str
    change: str
    claim: Claim


def mutants(claim: Claim, most: int | None = None) -> Iterator[Mutant]:
    """Every mutant of a claim that carries a proof, or so many of each kind, evenly spread.

    What makes no claim (an empty domain, say) is left out.
    """
    kinds: dict[str, list] = {}
    for kind, change, make in _changes(claim):
        kinds.setdefault(kind, []).append((change, make))
    for kind, changes in kinds.items():
        for change, make in changes[:: 1 if most is None else ceil(len(changes) / most)]:
            try:
                yield Mutant(kind, change, make())
            except (ClaimError, TypeError, ValueError, AttributeError, ZeroDivisionError):
                continue


def _changes(claim: Claim) -> Iterator[tuple[str, str, Callable[[], Claim]]]:
    yield from _formulas_changed(claim)
    yield from _parts_dropped(claim)
    steps = claim.proof.steps
    for step in steps:
        for kind, change, new in _step_changed(step, claim):
            yield kind, f"{step.name}: {change}", partial(_with_step, claim, step, new)
    for number, step in enumerate(steps):
        left = Proof(*steps[:number], *steps[number + 1 :])
        yield "step dropped", step.name, partial(with_proof, claim, left)
    for i, j in combinations(range(len(steps)), 2):
        order = list(steps)
        order[i], order[j] = order[j], order[i]
        change = f"{steps[i].name} and {steps[j].name}"
        yield "steps swapped", change, partial(with_proof, claim, Proof(*order))


# ---------------------------------------------------------------------------------------------- formulas


def formula_changes(formula: Basic, symbols: Iterable[Symbol]) -> Iterator[tuple[str, Basic, Basic]]:
    """What may be put in place of a part of a formula: the kind of change, the part, and the other part."""
    symbols = sorted(symbols, key=str)
    for kind, other in _atom_changes(formula, symbols):
        yield kind, formula, other
    # in an order that does not change from one run to the next: SymPy keeps some arguments in sets
    for node in dict.fromkeys(preorder_traversal(formula, keys=str)):
        for argument in sorted(set(node.args), key=str):
            for kind, other in _atom_changes(argument, symbols):
                try:
                    yield kind, node, node.func(*(other if part == argument else part for part in node.args))
                except (TypeError, ValueError, AttributeError):
                    continue
        if isinstance(node, RELATIONS):
            yield from (("relation", node, kind(*node.args)) for kind in RELATIONS if kind is not type(node))


def _atom_changes(atom: Basic, symbols: list[Symbol]) -> Iterator[tuple[str, Basic]]:
    if isinstance(atom, Rational):
        others = dict.fromkeys((atom + 1, atom - 1, -atom, 2 * atom, atom / 2))
        yield from (("number", other) for other in others if other != atom)
    elif isinstance(atom, Symbol) and atom in symbols:
        yield from (("symbol", other) for other in symbols if other != atom)


def _formulas_changed(claim: Claim) -> Iterator[tuple[str, str, Callable[[], Claim]]]:
    """Formulas of the claim changed: in the claim alone, and in its proof alike."""
    symbols = claim.parameters | ({k, V0} if claim.kind == "bound" else set())
    changes = (change for formula in _formulas(claim) for change in formula_changes(formula, symbols))
    for kind, old, new in dict.fromkeys(changes):

        def replace(part: Basic, old=old, new=new) -> Basic:
            return part.xreplace({old: new})

        yield f"{kind} in the claim", f"{old} -> {new}", lambda replace=replace: with_formulas(claim, replace)
        yield (
            f"{kind} in claim and proof",
            f"{old} -> {new}",
            lambda replace=replace: with_formulas(claim, replace, mutate(claim.proof, replace)),
        )


def _formulas(claim: Claim) -> Iterator[Basic]:
    yield from claim.domain
    yield from (part for part in (claim.bound, claim.statement) if part is not None)
    yield from (assumption.constant for assumption in claim.assumptions)
    if claim.algorithm is not None:
        yield from claim.algorithm.parameters.values()
    if claim.orbit is not None:
        yield claim.orbit.function
        yield from (entry for point in claim.orbit.points for entry in point)


def with_formulas(claim: Claim, replace: Callable[[Basic], Basic], proof: Proof | None = None) -> Claim:
    """The claim with `replace` applied to every formula; the proof as given, or as it was."""
    algorithm, orbit = claim.algorithm, claim.orbit
    if algorithm is not None:
        algorithm = algorithm.at(**{name: replace(formula) for name, formula in algorithm.parameters.items()})
    if orbit is not None:
        points = tuple(tuple(map(replace, map(sympify, point))) for point in orbit.points)
        orbit = dataclasses.replace(orbit, function=replace(orbit.function), points=points)
    return dataclasses.replace(
        claim,
        algorithm=algorithm,
        orbit=orbit,
        assumptions=tuple(dataclasses.replace(a, constant=replace(a.constant)) for a in claim.assumptions),
        domain=tuple(map(replace, claim.domain)),
        bound=None if claim.bound is None else replace(claim.bound),
        statement=None if claim.statement is None else replace(claim.statement),
        proof=proof or claim.proof,
    )


def _parts_dropped(claim: Claim) -> Iterator[tuple[str, str, Callable[[], Claim]]]:
    for relation in claim.domain:
        # a symbol that nothing else binds stays bound
        bound = tuple(Ge(symbol**2, -1, evaluate=False) for symbol in sorted(relation.free_symbols, key=str))
        domain = tuple(other for other in claim.domain if other is not relation) + bound
        yield "condition dropped", str(relation), lambda domain=domain: dataclasses.replace(claim, domain=domain)
    for assumption in claim.assumptions:
        left = tuple(other for other in claim.assumptions if other is not assumption)
        domain = (*claim.domain, *assumption.conditions)
        yield (
            "assumption dropped",
            str(assumption),
            lambda left=left, domain=domain: dataclasses.replace(claim, assumptions=left, domain=domain),
        )


# ---------------------------------------------------------------------------------------------- steps


def _step_changed(step: Step, claim: Claim) -> Iterator[tuple[str, str, Step]]:
    symbols = claim.parameters | ({k, V0} if claim.kind == "bound" else set())
    statements = [
        (f"{kind} in a step", f"{old} -> {new}", step.statement.xreplace({old: new}))
        for kind, old, new in formula_changes(step.statement, symbols)
    ]
    justifications = list(justification_changes(step, claim))
    for kind, change, statement in statements:
        yield kind, change, Step(step.name, statement, step.by)
    for kind, change, by in justifications:
        yield kind, change, Step(step.name, step.statement, by)
    # all pairs would be too many: every statement with one of the justifications in turn
    for (_, change, statement), (_, other, by) in zip(statements, cycle(justifications), strict=False):
        yield "statement and justification", f"{change}; {other}", Step(step.name, statement, by)


def justification_changes(step: Step, claim: Claim) -> Iterator[tuple[str, str, Justification]]:
    """Other justifications of a step: each of its fields changed, its premises dropped or exchanged."""
    by, earlier = step.by, claim.proof.steps[: claim.proof.steps.index(step)]
    for name, entry in vars(by).items():
        for kind, change, other in _field_changes(entry, claim, earlier):
            yield kind, f"{name}: {change}", changed(by, **{name: other})
    if isinstance(by, Lemma):
        for pair in PAIRS:
            arguments = tuple(pair if isinstance(argument, DualPair) else argument for argument in by.arguments)
            if arguments != by.arguments:
                yield "argument", f"norm {pair.name}", changed(by, arguments=arguments)


def _field_changes(entry: Any, claim: Claim, earlier: tuple[Step, ...]) -> Iterator[tuple[str, str, Any]]:
    symbols = claim.parameters | {k}
    if isinstance(entry, dict):
        for premise, multiplier in entry.items():
            multiplier = sympify(multiplier)
            left = {other: factor for other, factor in entry.items() if other is not premise}
            yield "premise", f"without {premise.name}", left
            for other in (-multiplier, 2 * multiplier, multiplier + 1, multiplier - 1, Integer(0)):
                yield "multiplier", f"{other} times {premise.name}", {**entry, premise: other}
            for _, old, new in formula_changes(multiplier, symbols):
                other = multiplier.xreplace({old: new})
                yield "multiplier", f"{other} times {premise.name}", {**entry, premise: other}
            for other in earlier:
                if other not in entry:
                    yield "premise", f"{other.name} for {premise.name}", {**left, other: multiplier}
    elif isinstance(entry, tuple):
        for number, part in enumerate(entry):
            kind = "premise" if isinstance(part, Step) else "argument"
            yield kind, f"without {part}", entry[:number] + entry[number + 1 :]
            for _, change, other in _field_changes(part, claim, earlier):
                yield kind, change, (*entry[:number], other, *entry[number + 1 :])
    elif isinstance(entry, Step):
        yield from (("premise", f"{other.name} for {entry.name}", other) for other in earlier if other is not entry)
    elif entry in claim.assumptions:
        yield from (("argument", f"{other} for {entry}", other) for other in claim.assumptions if other != entry)
    elif isinstance(entry, Basic | int):
        for _, old, new in formula_changes(sympify(entry), symbols):
            other = sympify(entry).xreplace({old: new})
            yield "argument", f"{other} for {entry}", int(other) if isinstance(entry, int) else other


def mutate(proof: Proof, replace: Callable[[Basic], Basic]) -> Proof:
    """The proof with `replace` applied to every formula in it; references between steps follow."""
    steps: dict[Step, Step] = {}

    def mapped(part):
        if isinstance(part, Step):
            return steps[part]
        if isinstance(part, tuple):
            return tuple(map(mapped, part))
        if isinstance(part, dict):
            return {mapped(key): mapped(entry) for key, entry in part.items()}
        if dataclasses.is_dataclass(part) and isinstance(getattr(part, "constant", None), Basic):
            return dataclasses.replace(part, constant=replace(part.constant))
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


# ---------------------------------------------------------------------------------------------- the referee


class Referee:
    """Shows statements to be false, under the domain and the assumptions of mutants of one claim."""

    def __init__(self, claim: Claim):
        self.original = claim
        self.proved = {step.statement for step in claim.proof.steps}

    def false_one(self, mutant: Claim, outcome: Certificate | Rejection) -> Boolean | None:
        """A false statement that the kernel let pass, be it a step or the claim, if there is one."""
        steps = mutant.proof.steps
        statements = [step.statement for step in steps]
        statements = [*statements, mutant.conclusion] if _passed(outcome) else statements[: outcome.number - 1]
        if self.says_the_same(mutant):
            statements = [statement for statement in statements if statement not in self.proved]
        return next((statement for statement in dict.fromkeys(statements) if self.is_false(statement, mutant)), None)

    def says_the_same(self, mutant: Claim) -> bool:
        """Whether only the proof is another."""
        return all(getattr(mutant, part) == getattr(self.original, part) for part in PARTS)

    def is_false(self, statement: Boolean, claim: Claim) -> bool:
        """Whether a statement about the claim's runs or parameters is shown to be false."""
        if claim.kind == "bound":
            statement = statement.xreplace({Str(ANY.name): Str(LINF.name)})
            return any(fails(statement, run) for run in self.runs(claim))
        if statement.has(Repeats):
            return orbit_is_left(claim)
        return has_counterexample(statement, claim.premises)

    def runs(self, claim: Claim) -> tuple[Interpretation, ...]:
        """Runs on a few quadratics that meet the claim's assumptions, with parameters in its domain."""
        algorithm, *assumptions = map(_in_numbers, (claim.algorithm, *claim.assumptions))
        scaled = tuple(_in_numbers(assumption) for assumption in self.original.assumptions)
        return _runs(algorithm, tuple(assumptions), claim.domain, scaled)


PARTS = ("algorithm", "assumptions", "domain", "bound", "statement", "orbit")
"""What a claim says."""
QUADRATICS = (((1,), (1,)), ((1, 3), (3, -1)), ((2, 5), (1, 0)), ((1, 1), (1, "1/100")))
"""Diagonals and starts; on the last two Theorem 1 is tight or nearly so."""
FACTORS = tuple(map(rational, ("1/4", "1", "2")))
"""Values of an assumption's constant, as multiples of the best one; those that are not valid are left out."""
STEP_SIZES = tuple(map(rational, ("-1", "0", "1/10", "1", "19/10", "2", "5/2")))
"""Values of other parameters, as multiples of 1/L; those outside the domain are left out."""
ITERATIONS, STEPS = 2, 5


@cache
def _runs(algorithm, assumptions, domain, scaled) -> tuple[Interpretation, ...]:
    """`scaled` are assumptions whose constants give the scale of their symbols, made or not."""
    symbols = set().union(*(part.free_symbols for part in domain), *(a.symbols for a in (*assumptions, *scaled)))
    parameters, found = sorted(symbols - {k, V0}, key=str), []
    for number, (diagonal, _) in enumerate(QUADRATICS):
        problem = DiagonalQuadratic(rationals(diagonal))
        best = {assumption.constant: problem.exact_constant(assumption) for assumption in scaled}
        step_sizes = [theta / problem.exact_constant(Smooth(1)) for theta in STEP_SIZES]
        grids = [[factor * best[s] for factor in FACTORS] if best.get(s) else step_sizes for s in parameters]
        for numbers in product(*grids):
            values = dict(zip(parameters, numbers, strict=True))
            if all(_meets(problem, a, values) for a in assumptions) and _inside(domain, values):
                found.append(_run(algorithm, number, tuple(values.items())))
    return tuple(found)


@cache
def _run(algorithm: Algorithm, number: int, values: tuple[tuple[Symbol, fmpq], ...]) -> Interpretation:
    diagonal, start = QUADRATICS[number]
    named = {str(symbol): value for symbol, value in values}
    problem = DiagonalQuadratic(rationals(diagonal))
    return Interpretation(SimpleNamespace(algorithm=algorithm), problem, named, rationals(start), STEPS)


def _meets(problem: DiagonalQuadratic, assumption: Assumption, values: dict[Symbol, fmpq]) -> bool:
    if not assumption.symbols <= set(values):
        return False
    constant, best = evaluate(assumption.constant, values, RATIONALS), problem.exact_constant(assumption)
    if best is None:
        return False
    return constant > 0 and (constant <= best if assumption.largest else constant >= best)


def _inside(domain: tuple[Relational, ...], values: dict[Symbol, fmpq]) -> bool:
    """Whether the values are in a domain; if that takes k, V_0 or a root to tell, they are taken not to be."""
    try:
        return all(part.free_symbols <= set(values) and holds(part, values, RATIONALS) for part in domain)
    except (ZeroDivisionError, TypeError):
        return False


@cache
def fails(statement: Boolean, run: Interpretation) -> bool:
    """Whether a statement is false, or has no value, at one of the first iterations of a run; if not known, no."""
    for iteration in range(ITERATIONS):
        try:
            if not run.holds(statement, iteration):
                return True
        except ZeroDivisionError:
            return True
        except (KeyError, IndexError, AttributeError, AssertionError):  # a term that the interpretation does not know
            return False
    return False


@cache
def has_counterexample(statement: Boolean, premises: tuple[Boolean, ...]) -> bool:
    """Whether values break an algebraic statement: found by Z3 and checked exactly, or known to exist by cvc5."""
    with recording() as questions:
        if follows(statement, premises).holds is False:
            return True
    arithmetic = not any(question.translation.opaque for question in questions)
    return arithmetic and any(second_opinion(question.smtlib()) == "sat" for question in questions)


def orbit_is_left(claim: Claim) -> bool:
    """Whether the run leaves the orbit for some parameters in the domain."""
    parameters = sorted(claim.parameters, key=str)
    for numbers in product(STEP_SIZES, repeat=len(parameters)):
        values = dict(zip(parameters, numbers, strict=True))
        if _inside(claim.domain, values):
            named = {str(symbol): number for symbol, number in values.items()}
            if replay_orbit(claim, named, 2 * len(claim.orbit.points)).why.startswith("it leaves"):
                return True
    return False


def _in_numbers(part: Any) -> Any:
    """What is said of every norm, in the maximum norm."""
    return dataclasses.replace(part, norm=LINF) if getattr(part, "norm", None) is ANY else part


def _passed(outcome: Certificate | Rejection) -> bool:
    return isinstance(outcome, Certificate)


# ---------------------------------------------------------------------------------------------- the count


@dataclass
class Count:
    """How many mutants there were and what the kernel said; `survivors` are what it should not have let pass."""

    accepted: int = 0
    rejected: int = 0
    false: int = 0
    """Mutants of the claim itself that are shown to be false."""
    survivors: list[str] = field(default_factory=list)

    def __str__(self):
        return (
            f"{self.accepted + self.rejected} mutants, {self.rejected} rejected, {self.accepted} accepted; "
            f"{self.false} are claims shown to be false; {len(self.survivors)} false survivors"
        )


def try_out(claim: Claim, most: int | None = None) -> Count:
    """Let the kernel judge mutants of a claim, all or so many of each kind, and the referee what it accepts."""
    referee, count = Referee(claim), Count()
    for mutant in mutants(claim, most):
        outcome = check(mutant.claim)
        count.accepted += _passed(outcome)
        count.rejected += not _passed(outcome)
        if not referee.says_the_same(mutant.claim):
            count.false += referee.is_false(mutant.claim.conclusion, mutant.claim)
        survivor = referee.false_one(mutant.claim, outcome)
        if survivor is not None:
            count.survivors.append(f"{claim.id}, {mutant.kind}, {mutant.change}: {survivor}")
    return count
