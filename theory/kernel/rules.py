"""The rules of proof, each a small function: how a step follows from what was proved before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from signproof.theory.kernel import forms
from signproof.theory.kernel.forms import (
    Atom,
    Joined,
    Number,
    Relation,
    Repeats,
    Stated,
    Vector,
    Wrong,
    same,
    symbol,
    vanishes,
)
from signproof.theory.kernel.lemmas import TABLE, LemmaError
from signproof.theory.kernel.orbits import turn
from signproof.theory.kernel.reading import Said, Tree, nodes, number, vector
from signproof.theory.kernel.state import Assumption, State, argument
from signproof.theory.kernel.vocabulary import TERMS

K = symbol("k")
_k = Atom("symbol", "k")


def definition(state: State, said: Said) -> None:
    """The update rule, V_k = f(x_k) - f*, V_0 or how many workers there are; of a flow, the velocity, V(t), V(0)."""
    statement, rule = said.statement, state.claim.rule
    if not isinstance(statement, Relation) or statement.kind != "=":
        raise Wrong("a definition is an equation")
    for left, right in _defined(state, rule, statement):
        if statement.left == left and same(statement, Relation(left, "=", right)):
            return
    raise Wrong("it is no definition of V_k, V_0, the number of workers or the method")


def _defined(state: State, rule: Any, statement: Relation) -> Any:
    """The definitions that an equation may be, by its left side."""
    left = statement.left
    at = TERMS.suboptimality_at
    if state.claim.timed:
        yield at(0), symbol("V_0")
        if isinstance(left, Number) and (term := left.only("suboptimality_at")) and len(term.args) == 1:
            yield left, TERMS.value(TERMS.trajectory(term.args[0])) - TERMS.f_star
        if left == TERMS.velocity(TERMS.t) and rule is not None and rule.step is not None:
            yield left, state.velocity(rule)
        return
    if state.of_run:
        start = TERMS.suboptimality(0)
        yield (TERMS.mean(start) if rule is not None and rule.draws == "estimate" else start), symbol("V_0")
        if rule is not None and rule.workers is not None and "k" not in forms.free(number(rule.workers)):
            yield TERMS.Total(1, TERMS.m), number(rule.workers)
    if isinstance(left, Number) and (term := left.only("suboptimality")):
        yield left, TERMS.value(TERMS.iterate(term.args[0])) - TERMS.f_star
    if isinstance(left, Vector) and len(left.parts) == 1 and left.parts[0][0].tag == "iterate" and rule is not None:
        index = left.parts[0][0].args[0] - 1
        if forms.is_iteration(index, "k") and rule.step is not None:
            yield left, forms.replace(state.step(rule), {_k: index})
    if rule is not None and rule.step is not None:
        yield from _remembered(state, rule, left)


def _remembered(state: State, rule: Any, left: Any) -> Any:
    """What a method remembers at an iteration: what it makes of the one before, or begins with."""
    atom, read = (left.only("remembered"), number) if isinstance(left, Number) else (None, vector)
    if isinstance(left, Vector) and len(left.parts) == 1 and left.parts[0][0].tag == "memory":
        atom = left.parts[0][0]
    if atom is None or (place := int(atom.args[1].constant)) >= min(len(rule.later), len(rule.begun)):
        return
    first = not atom.args[0].terms
    if first or forms.is_iteration(atom.args[0] - 1, "k"):
        made = state.remembers(rule, place, first, read)
        yield left, made if first else forms.replace(made, {_k: atom.args[0] - 1})


def hypothesis(state: State, said: Said, which: int, points: list[Tree]) -> None:
    """An assumption of the claim, at the given points."""
    for each in points:
        state.require_defined(each)
    if not same(said.statement, state.assumption(which).statement(*map(vector, points))):
        raise Wrong("that is not what the assumption says there")


def lemma(state: State, said: Said, name: str, arguments: list, using: list[int]) -> None:
    """A lemma of the table, for the given terms; its premises are among the steps named."""
    have = state.earlier(using)
    if name not in TABLE:
        raise Wrong(f"there is no lemma {name[:40]!r}")
    numbers = tuple(each for each in have if not each.about_vectors)
    for each in arguments:
        if not (isinstance(each, list) and each[:1] in (["assumption"], ["norm_named"], ["name"])):
            state.require_defined(each, numbers)
    try:
        use = TABLE[name].of(TERMS, *(argument(state, each) for each in arguments))
    except LemmaError as error:
        raise Wrong(f"the lemma {name!r} does not apply: {error}") from None
    except (TypeError, AttributeError, KeyError, IndexError) as error:
        raise Wrong(f"the lemma {name!r} is not about such terms ({error})") from None
    if use.assumption is not None and not isinstance(use.assumption, Assumption):
        state.require_assumed(*use.assumption)
    for premise in use.premises:
        if not plainly(premise) and not any(same(premise, each.statement) for each in have):
            if premise.about_vectors:
                raise Wrong(f"the lemma {name!r} has a premise that is not among its steps")
            state.require(Said(premise, (), ()), have)
    if use.every_k and not state.every_k:
        raise Wrong(f"the lemma {name!r} needs every k >= 0, but the domain restricts k")
    if not same(said.statement, use.conclusion):
        raise Wrong(f"the lemma {name!r} gives something else")
    state.lemmas.add(name)


def plainly(statement: Stated) -> bool:
    """Whether a statement is true by its form: of two rational numbers, or that a sum of squares and sizes is >= 0."""
    if isinstance(statement, Joined):
        return statement.word == "and" and all(map(plainly, statement.parts))
    if not isinstance(statement, Relation) or statement.about_vectors:
        return False
    gap, kind = statement.gap
    value = gap.constant
    if value is not None:
        return {"=": value == 0, "!=": value != 0, ">=": value >= 0, ">": value > 0}[kind]
    return kind == ">=" and all(
        factor > 0 and all(power % 2 == 0 or atom.tag in forms.SIZES for atom, power in monomial)
        for monomial, factor in gap.terms
    )


def identity(state: State, said: Said, using: list[int]) -> None:
    """Both sides are equal by algebra, after rewriting with earlier equations, in order, from left to right."""
    statement = said.statement
    if not isinstance(statement, Relation) or statement.kind != "=":
        raise Wrong("it is not an equation")
    sides: Any = (statement.left, statement.right)
    for each in state.earlier(using):
        equation = each.statement
        if not isinstance(equation, Relation) or equation.kind != "=":
            raise Wrong("what it rewrites with is not an equation")
        sides = forms.replace(sides, _rewriting(equation), everywhere=True)
    if not vanishes(sides[0] - sides[1]):
        raise Wrong("the two sides are not the same")


def _rewriting(equation: Relation) -> dict[Any, Any]:
    """What an equation replaces: an atom by what it is equal to, or else its whole left side."""
    left, right = equation.left, equation.right
    if isinstance(left, Vector) and len(left.parts) == 1 and left.parts[0][1].constant:
        return {left.parts[0][0]: right / left.parts[0][1]}
    if isinstance(left, Number) and len(left.terms) == 1:
        ((monomial, factor),) = left.terms
        once = [atom for atom, power in monomial if power == 1]
        if len(once) == 1 and all(power < 0 for atom, power in monomial if atom != once[0]):
            others = tuple(pair for pair in monomial if pair[0] != once[0])
            return {once[0]: right / Number(((others, factor),))}  # what it was divided by is not 0
    return {left: right}


def combination(state: State, said: Said, multipliers: list, given: list[int]) -> None:
    """A sum of earlier comparisons, each times a number; of an inequality, one that is not negative."""
    statement = said.statement
    if not isinstance(statement, Relation) or statement.about_vectors:
        raise Wrong("it is no comparison of numbers")
    target, kind = statement.gap
    known = state.earlier(given)
    total, strict, equations_only = Number(), False, True
    for (step, tree), earlier in zip(multipliers, state.earlier([step for step, _ in multipliers]), strict=True):
        premise, factor = earlier.statement, number(tree)
        if not isinstance(premise, Relation) or premise.about_vectors or premise.kind == "!=":
            raise Wrong(f"step {step} is no comparison that can be multiplied")
        gap, other = premise.gap
        if other != "=":
            equations_only = False
            state.require_relation(Relation(factor, ">=", Number()), known, tree)
            if other == ">" and kind == ">" and not strict:
                state.require_relation(Relation(factor, ">", Number()), known, tree)
                strict = True
        state.require_defined(tree, known)
        total = total + factor * gap
    if kind == "!=" or (kind == "=" and not equations_only) or (kind == ">" and not strict):
        raise Wrong("such a comparison does not follow from a sum of these")
    if not vanishes(target - total):
        raise Wrong("the sum of the multiples is something else")


def decide(state: State, said: Said, using: list[int]) -> None:
    """Real arithmetic over the premises and the steps named."""
    state.require(said, state.earlier(using))


def instance(state: State, said: Said, step: int, at: Tree) -> None:
    """An earlier step at another iteration: 0, 1, ..., k + 1, k + 2, ..., or the end of a run of given length."""
    (earlier,) = state.earlier([step])
    index = number(at)
    if not forms.is_iteration(index, "k") and not state.is_end(index):
        raise Wrong("it is not a later iteration, one of the first or the last")
    for relation, form in zip(state.domain, state.domain_forms, strict=True):
        if "k" in forms.free(form) and step in state.for_some_k:
            state.require(relation.replaced({_k: index}))
    if not same(said.statement, forms.replace(earlier.statement, {_k: index})):
        raise Wrong("the earlier step says something else there")


def theorem(state: State, said: Said, id: str, values: dict[str, Tree], using: list[int]) -> None:
    """The conclusion of another claim about parameters, whose proof is in the document, for the given values."""
    other, known = state.theorem(id), state.earlier(using)
    conclusion = Said.of(other.claim.conclusion)
    if not set(values) <= set(other.claim.parameters) | forms.free(conclusion.statement):
        raise Wrong(f"{id} has no such parameters")
    by = forms.symbols(**{name: number(tree) for name, tree in values.items()})
    for tree in values.values():
        state.require_defined(tree, known)
    for assumed in other.claim.assumptions:
        if assumed not in state.claim.assumptions or _symbols(assumed) & set(values):
            raise Wrong(f"{id} assumes {assumed.name}, which the claim does not")
    for tree in other.claim.premises:
        if any(node[0] in forms.RANGED for node in nodes(tree)):
            raise Wrong(f"{id} needs what is no plain formula")
        state.require(Said.of(tree).replaced(by), known)
    if not same(said.statement, forms.replace(conclusion.statement, by)):
        raise Wrong(f"{id} says something else")


def _symbols(assumed: Any) -> set[str]:
    trees = [*assumed.fields.values(), *assumed.conditions, assumed.says]
    return {node[1] for tree in trees for node in nodes(tree) if node[0] == "symbol"}


def run(state: State, said: Said, start: int) -> None:
    """The method takes a point of the orbit to the next, coordinate by coordinate."""
    orbit, rule = state.claim.orbit, state.claim.rule
    if orbit is None or rule is None or rule.step is None or not 0 <= start < len(orbit.points):
        raise Wrong("it needs a point of an orbit and a rule in vectors")
    relations, needs = turn(orbit, rule, start)
    parts = said.statement.parts if isinstance(said.statement, Joined) else (said.statement,)
    if isinstance(said.statement, Joined) and said.statement.word != "and":
        raise Wrong("a step of an orbit is an equation for each coordinate")
    if not all(any(same(one, part) for part in parts) or plainly(one) for one in relations) or not all(
        any(same(one, part) for one in relations) for part in parts
    ):
        raise Wrong("the rule leads somewhere else")
    state.require_all(needs)
    state.require(said)
    state.turn_of[len(state.accepted)] = start


def forever(state: State, said: Said, using: list[int]) -> None:
    """Every turn of the orbit is proved, so the run repeats it for ever."""
    orbit = state.claim.orbit
    state.earlier(using)
    if orbit is None or orbit.formula or not isinstance(said.statement, Repeats):
        raise Wrong("it needs an orbit whose points repeat")
    if {start for step in using if (start := state.turn_of.get(step)) is not None} != set(range(len(orbit.points))):
        raise Wrong("not every turn of the orbit is among its steps")
    if said.statement != Repeats(tuple(tuple(map(number, point)) for point in orbit.points)):
        raise Wrong("it is not the orbit")
    state.lemmas.add("induction")


RULES: Mapping[str, Callable[..., None]] = MappingProxyType(
    {
        each.__name__: each
        for each in (definition, hypothesis, lemma, identity, combination, decide, instance, theorem, run, forever)
    }
)
"""All rules there are, by name."""
