"""Proofs as they are written: each step is checked by SymPy, Z3 and the table of lemmas.

What holds here is written as a document, and the kernel checks that; this check finds slips early, and says where.

A proof is a list of steps. Each step is a statement with its justification:

- `Definition`: the update rule, `V_k = f(x_k) - f*`, V_0; for a flow the velocity, `V(t) = f(x(t)) - f*`, V(0);
- `Hypothesis`: an instance of one of the claim's assumptions;
- `Lemma`: an entry of `signproof.theory.derivation.table`, whose premises are earlier steps;
- `Identity`: equal in SymPy's normal form, after rewriting with earlier equations;
- `Combination`: a sum of earlier steps with multipliers that are proved nonnegative;
- `Decide`: polynomial arithmetic over the domain and named earlier steps, by Z3;
- `Instance`: an earlier step at another iteration;
- `Theorem`: another claim about parameters, itself accepted by the kernel, at values that meet its premises.

Every statement is for all integers k >= 0 (of a flow: for all times t >= 0) and all parameters in the claim's domain,
and must be defined for all of them: a step that might divide by zero is rejected, however it came about. The kernel
knows no claim by name, imports no numerical code, and answers with a certificate, or with the failing step and the
reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sympy import (
    Basic,
    Eq,
    Expr,
    Ge,
    Gt,
    Integer,
    Limit,
    Ne,
    Symbol,
    Tuple,
    preorder_traversal,
    sympify,
    true,
)
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.theory.algebra.decide import conditions, follows
from signproof.theory.bodies import Statement
from signproof.theory.border.opaque import Recursion, recursion, velocity_of
from signproof.theory.claim import Claim, Orbit
from signproof.theory.derivation import table as lemmas
from signproof.theory.derivation.normal import Rejected, _gap, _vanishes, normal, same
from signproof.theory.derivation.turns import Remembers, Turn, turn
from signproof.theory.methods.flows import Flow
from signproof.theory.methods.gradient import Algorithm, MajorityVote
from signproof.theory.norms import DualPair
from signproof.theory.proof_steps import Certificate, Justification, Proof, Rejection, Step
from signproof.theory.symbols import V0, f_star, k, m, t
from signproof.theory.terms.exact_types import check_leaves, of_package
from signproof.theory.terms.expectations import Random, Total, estimate, free_indices, mean
from signproof.theory.terms.flows import check_velocity, suboptimality_at, trajectory, velocity, x_t
from signproof.theory.terms.formula import text
from signproof.theory.terms.vectors import (
    Scalar,
    VectorAtom,
    about_vectors,
    check_statement,
    check_term,
    dual_norm,
    gradient,
    iterate,
    memory,
    norm,
    point,
    remembered,
    suboptimality,
    value,
    x_k,
)

if TYPE_CHECKING:
    from signproof.theory.assumptions.objective import Assumption

PLAIN = (str, int, bool, type(None))
"""Fields of assumptions that are compared as they are."""
TABLE = lemmas.TABLE


def check(claim: Claim) -> Certificate | Rejection:
    """Re-check the claim's proof. Raises ValueError if it has none, or none can be built; never fails otherwise."""
    proof = claim.proof
    if type(proof) is not Proof:
        raise ValueError(f"{claim.id} carries no proof")
    return _check(claim, proof, {claim: None})


def by_arithmetic(claim: Claim) -> Proof:
    """A proof of a claim about parameters that takes one step: real arithmetic over the domain."""
    return Proof(Step("statement", claim.conclusion, by=Decide()))


def _check(claim: Claim, proof: Proof, known: dict[Claim, Certificate | Rejection | None]) -> Certificate | Rejection:
    """`known` holds what was found of the claims met so far, None for those whose check is not finished."""
    kernel = _Kernel(claim, known)
    number, name = 0, "proof"
    try:
        for number, step in enumerate(proof.steps, start=1):  # noqa: B007 -- the number of the step that fails
            name = str(step.name)
            kernel.accept(step)
        if not kernel.accepted:
            raise Rejected("it has no steps")
        kernel.require_readable(claim.conclusion)
        kernel.require_defined(claim.conclusion)
        if not same(kernel.accepted[-1][1], claim.conclusion):
            raise Rejected(f"the last step is not the claim, which says {claim.conclusion}")
    except Rejected as rejected:
        return Rejection(number, name, str(rejected), rejected.hint)
    except Exception as error:  # whatever SymPy or Z3 stumble over, the step is not proved
        return Rejection(number, name, f"it cannot be read: {error}")
    return Certificate(proof, tuple(sorted(kernel.lemmas)))


class _Kernel:
    """The state of a check: the claim's premises and the steps accepted so far."""

    def __init__(self, claim: Claim, known: dict[Claim, Certificate | Rejection | None] | None = None):
        self.claim = claim
        self.known: dict[Claim, Certificate | Rejection | None] = {claim: None} if known is None else known
        self.premises = claim.premises
        self.accepted: list[tuple[Step, Boolean]] = []
        self.lemmas: set[str] = set()
        self.defined: set[Boolean] = set()

    def accept(self, step: Step) -> None:
        if type(step) is not Step:
            raise Rejected(f"{type(step).__name__} is not a Step")
        if type(step.by) not in JUSTIFICATIONS:
            raise Rejected(f"{type(step.by).__name__} is not a justification that the kernel knows")
        self.require_readable(step.statement)
        statement = step.statement
        step.by.check(statement, self)
        numbers = tuple(s for s in map(self.proved, step.by.premises) if not about_vectors(s))
        self.require_defined(statement, using=numbers)
        self.accepted.append((step, statement))  # what was proved, whatever becomes of the step

    def proved(self, step: Step) -> Boolean:
        """The statement of an earlier step."""
        for earlier, statement in self.accepted:
            if step is earlier:
                return statement
        raise Rejected(f"it uses {step.name}, which is not proved before it")

    def assumed(self, assumption: Any) -> bool:
        """Whether the claim makes an assumption."""
        # an assumption of one's own could call itself equal to any other, or leave its constant out of the comparison
        return any(
            assumption is other or (type(assumption) is type(other) and _same_fields(vars(assumption), vars(other)))
            for other in self.claim.assumptions
        )

    def require(self, goal: Boolean, using: tuple[Boolean, ...] = (), what: str = "") -> None:
        """Let Z3 prove a goal from the claim's premises and the given statements."""
        if any(about_vectors(statement) for statement in (goal, *using)):
            raise Rejected("real arithmetic needs numbers, but one of the statements is about vectors")
        answer = follows(goal, (*self.premises, *using))
        if answer.holds:
            return
        raise Rejected(f"{what or f'{goal} does not follow'}: {answer.reason}", answer.model or answer.hint)

    def require_defined(self, *terms: Basic, using: tuple[Boolean, ...] = ()) -> None:
        """Expressions and statements must have a value for all parameters in the domain."""
        self.require_values([condition for term in terms for condition in conditions(term)], using)

    def require_values(self, needs: Iterable[Boolean], using: tuple[Boolean, ...] = ()) -> None:
        """What expressions need to have a value must hold for all parameters in the domain."""
        for condition in needs:
            if condition in self.defined:  # as the statements that it was proved from, it holds once and for all
                continue
            what = f"it divides by {condition.lhs}, which may be zero" if isinstance(condition, Ne) else ""
            self.require(condition, using, what or f"it has a value only if {condition}")
            self.defined.add(condition)

    def require_readable(self, statement: Basic) -> None:
        """A statement must be made of real numbers and vectors, and of symbols that the claim binds."""
        check_statement(statement)
        if statement.has(Limit):
            raise Rejected(f"{statement}: limits are evaluated only for whole statements, not in a proof")
        why = self.claim.body.unreadable(statement, self.claim.parameters)
        if why:
            raise Rejected(why)

    def require_rule(self, step: Recursion, name: str) -> None:
        """What a rule makes must be a vector that has a value, before anything in it cancels."""
        check_term(step.after, vector=True)
        made = [(term, x_k) for term in (step.after, *step.later)] + [(term, iterate(0)) for term in step.begun]
        for term, here in made:
            _refuse_anywhere(term, name)
            free, others = free_indices(term), term.atoms(iterate) - {here}
            others |= {each for each in term.atoms(memory, remembered) if here != x_k or each.args[0] != k}
            if free or others:
                raise Rejected(f"{name} leads to {term}, which involves {min(map(str, free | others))}")
        norms = set().union(*(need.atoms(norm, dual_norm) for need in step.needs))
        self.lemmas |= {"non-negative norm"} if norms else set()
        self.require_values(step.needs, tuple(Ge(length, 0) for length in sorted(norms, key=str)))
        self.require_defined(*(term for term, _ in made))

    def instance(self, assumption: Any, points: tuple[Expr, ...]) -> Boolean:
        """What an assumption says at some points."""
        if len(points) != assumption.points:
            raise Rejected(f"{assumption} is about {assumption.points} points, not {len(points)}")
        places = [point(Str(f"point {number}")) for number in range(len(points))]
        pattern = assumption.statement(*places)
        check_statement(pattern)
        for part in preorder_traversal(pattern):
            bound = [part.index] if isinstance(part, Total) else []
            bound += part.variables if isinstance(part, ExprWithLimits) else []
            for index in bound:
                if any(x.has(index) for x in points):
                    raise Rejected(f"{assumption} runs over {index}, and a point in it depends on {index}")
        _refuse_anywhere(pattern, str(assumption))
        # what it says is read off one statement: it cannot depend on which points it is asked about
        return pattern.xreplace(dict(zip(places, points, strict=True)))

    def require_theorem(self, claim: Claim) -> None:
        """Another claim must be accepted, by its own proof or, if it carries none, by arithmetic."""
        if claim not in self.known:
            self.known[claim] = None
            proof = claim.proof
            self.known[claim] = _check(claim, proof if isinstance(proof, Proof) else by_arithmetic(claim), self.known)
        outcome = self.known[claim]
        if outcome is None:
            raise Rejected(f"{claim.id} rests on itself")
        if isinstance(outcome, Rejection):
            raise Rejected(f"it rests on {claim.id}, which is not proved: {outcome}")
        self.lemmas.update(outcome.lemmas)

    def is_last(self, index: Expr) -> bool:
        """Whether an index is the last iteration of a run of T >= 1 steps, T - 1, if the claim is about such a run."""
        horizon = None if self.claim.measure is None else self.claim.measure.horizon
        if horizon is None or horizon not in self.claim.parameters or index != horizon - 1:
            return False
        self.require(Ge(horizon, 1), what=f"the run may have no step: {horizon} >= 1 does not follow")
        return True

    def definitions(self, statement: Boolean) -> bool:
        """Whether the statement is the update rule, V_k = f(x_k) - f* at some iteration, V_0 or how many workers."""
        if not isinstance(statement, Eq):
            return False
        left = statement.lhs
        algorithm = self.claim.algorithm
        if isinstance(algorithm, Flow):
            return self.flow_definitions(algorithm, statement)
        stochastic = algorithm is not None and algorithm.stochastic
        if left == (mean(suboptimality(0)) if stochastic else suboptimality(0)) and statement.rhs == V0:
            return True
        if left == Total(Integer(1), m) and isinstance(algorithm, MajorityVote):
            return not sympify(algorithm.workers).has(k) and same(statement, Eq(left, algorithm.workers))
        if isinstance(left, suboptimality):
            return same(statement, Eq(left, value(iterate(left.args[0])) - f_star))
        if isinstance(left, iterate | memory | remembered) and algorithm is not None:
            return self.follows_rule(algorithm, statement)
        return False

    def follows_rule(self, algorithm: Algorithm, statement: Eq) -> bool:
        """Whether the statement is the update rule at some iteration: of the iterate or of what is remembered, or what
        is remembered first."""
        left = statement.lhs
        index = left.args[0] - 1
        first = index == -1 and not isinstance(left, iterate)
        if not (first or _is_iteration(index)):
            return False
        rule = recursion(algorithm, estimate if algorithm.stochastic else gradient)
        _require_draws(rule, algorithm)
        self.require_rule(rule, str(algorithm))
        if isinstance(left, iterate):
            return same(statement, Eq(left, rule.after.subs(k, index)))
        place = int(left.args[1])
        if place >= len(rule.begun):
            return False
        return same(statement, Eq(left, rule.begun[place] if first else rule.later[place].subs(k, index)))

    def flow_definitions(self, flow: Flow, statement: Eq) -> bool:
        """Whether the statement is the velocity of the flow, V(t) = f(x(t)) - f* or V(0)."""
        left = statement.lhs
        if left == suboptimality_at(0) and statement.rhs == V0:
            return True
        if isinstance(left, suboptimality_at):
            return same(statement, Eq(left, value(trajectory(*left.args)) - f_star))
        if left == velocity(t):
            step = velocity_of(flow, x_t, gradient)
            check_velocity(step.after)
            self.require_rule(step, str(flow))
            return same(statement, Eq(left, step.after))
        return False


def _require_draws(rule: Recursion, algorithm: Any) -> None:
    """What a rule draws it draws at x_k, so that no two steps have a draw in common."""
    made = Tuple(rule.after, *rule.later, *rule.begun)
    for drawn in sorted(made.atoms(Random), key=str):
        if drawn.args[0] != x_k:
            raise Rejected(f"{algorithm} draws {drawn} away from x_k: a later step would draw it again")
    for term in sorted(made.atoms(VectorAtom, Scalar), key=str):
        if not (term.deterministic or of_package(type(term))):
            raise Rejected(f"{algorithm} contains the random term {term}: its only draws may be gradient(x)")


@dataclass(frozen=True)
class Definition(Justification):
    """The update rule of the claim's algorithm, V_k = f(x_k) - f*, or V_0; the same of a flow."""

    def check(self, statement: Boolean, kernel: _Kernel) -> None:
        if not kernel.definitions(statement):
            raise Rejected(f"{statement} is not the definition of V_k, V_0 or {kernel.claim.algorithm}")

    @property
    def words(self):
        return "definition"


@dataclass(frozen=True)
class Hypothesis(Justification):
    """An instance of one of the claim's assumptions, at the given points."""

    assumption: Any
    points: tuple[Expr, ...]

    def __init__(self, assumption: Assumption, *points: Expr) -> None:
        object.__setattr__(self, "assumption", assumption)
        object.__setattr__(self, "points", points)

    @property
    def sources(self):
        return (self.assumption,)

    def check(self, statement: Boolean, kernel: _Kernel) -> None:
        if not kernel.assumed(self.assumption):
            raise Rejected(f"it needs the hypothesis {self.assumption}, which the claim does not make")
        kernel.require_defined(*self.points)
        instance = kernel.instance(self.assumption, self.points)
        check_statement(instance)
        if not same(statement, instance):
            raise Rejected(f"the hypothesis says {instance}, not {statement}")

    @property
    def words(self):
        return f"assumption {self.assumption}"


@dataclass(frozen=True)
class Lemma(Justification):
    """A lemma of the trusted table, for the given terms; its premises are among the earlier steps `using`."""

    name: str
    arguments: tuple[Any, ...]
    using: tuple[Step, ...] = ()

    def __init__(
        self,
        name: str,
        *arguments: Any,  # terms, relations, assumptions or norms, as the lemma has it
        using: Iterable[Step] = (),
    ) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "arguments", arguments)
        object.__setattr__(self, "using", tuple(using))

    @property
    def sources(self):
        assumption = TABLE[self.name].use(*self.arguments).assumption
        return (TABLE[self.name],) if assumption is None else (TABLE[self.name], assumption)

    def check(self, statement: Boolean, kernel: _Kernel) -> None:
        if self.name not in TABLE:
            raise Rejected(f"there is no lemma {self.name!r}; the table has {', '.join(TABLE)}")
        try:
            use = TABLE[self.name].use(*self.arguments)
        except lemmas.LemmaError as error:
            raise Rejected(f"the lemma {self.name!r} does not apply: {error}") from None
        needed = [part for part in self.arguments if isinstance(part, lemmas.Assumption)]
        for assumption in needed if use.assumption is None else [use.assumption, *needed]:
            if not kernel.assumed(assumption):
                raise Rejected(f"the lemma {self.name!r} needs {assumption}, which the claim does not assume")
        if use.every_k and any(relation.has(k) for relation in kernel.claim.domain):
            raise Rejected(f"the lemma {self.name!r} needs every k >= 0, but the domain restricts k")
        have = [kernel.proved(step) for step in self.using]
        numbers = tuple(statement for statement in have if not about_vectors(statement))
        kernel.require_defined(*(part for part in self.arguments if isinstance(part, Basic)), using=numbers)
        for premise in use.premises:
            if premise != true and not any(same(premise, statement) for statement in have):
                raise Rejected(f"the lemma {self.name!r} needs {premise}, which is not among its premises")
        if not same(statement, use.conclusion):
            raise Rejected(f"the lemma {self.name!r} gives {use.conclusion}, not {statement}")
        kernel.lemmas.add(self.name)

    @property
    def words(self):
        return f"lemma: {self.name}" + _from(self.using)


@dataclass(frozen=True)
class Identity(Justification):
    """Both sides are equal in normal form, after rewriting with earlier equations, in order, from left to right."""

    using: tuple[Step, ...] = ()

    def __init__(self, *using: Step) -> None:
        object.__setattr__(self, "using", using)

    def check(self, statement: Boolean, kernel: _Kernel) -> None:
        if not isinstance(statement, Eq):
            raise Rejected(f"{statement} is not an equation")
        sides = [statement.lhs, statement.rhs]
        for step in self.using:
            equation = kernel.proved(step)
            if not isinstance(equation, Eq):
                raise Rejected(f"{step.name} is not an equation, so it cannot rewrite")
            sides = [side.xreplace({equation.lhs: equation.rhs}) for side in sides]
        difference = sides[0] - sides[1]
        if not _vanishes(difference):
            raise Rejected(f"the two sides differ by {normal(difference)}")

    @property
    def words(self):
        return "identity" + _from(self.using)


@dataclass(frozen=True)
class Combination(Justification):
    """A sum of earlier inequalities and equations, each times a multiplier.

    Multipliers of inequalities are proved nonnegative over the domain and the statements in `given`.
    """

    multipliers: dict[Step, Any]
    given: tuple[Step, ...] = ()

    @property
    def premises(self):
        return (*self.multipliers, *self.given)

    def check(self, statement: Boolean, kernel: _Kernel) -> None:
        target, kind = _gap(statement)
        given = tuple(kernel.proved(step) for step in self.given)
        total, strict, equations_only = Integer(0), False, True
        for step, multiplier in self.multipliers.items():
            multiplier = sympify(multiplier)
            check_term(multiplier)
            if about_vectors(kernel.proved(step)):
                raise Rejected(f"{step.name} is about vectors; rewrite with it by Identity")
            gap, premise_kind = _gap(kernel.proved(step))
            if premise_kind != "==":
                equations_only = False
                kernel.require(Ge(multiplier, 0), given, f"the multiplier {multiplier} of {step.name} may be negative")
                if premise_kind == ">" and not strict:
                    strict = follows(Gt(multiplier, 0), (*kernel.premises, *given)).holds is True
            kernel.require_defined(multiplier, using=given)
            total = total + multiplier * gap
        if kind == "==" and not equations_only:
            raise Rejected("an equation is not a combination of inequalities")
        if kind == ">" and not strict:
            raise Rejected("a strict inequality needs a strict one with a positive multiplier")
        if not _vanishes(target - total):
            raise Rejected(f"the combination differs from the statement by {normal(target - total)}")

    @property
    def words(self):
        parts = (f"{text(sympify(multiplier))} times {step.name}" for step, multiplier in self.multipliers.items())
        return "combination of " + ", ".join(parts)


@dataclass(frozen=True)
class Decide(Justification):
    """Real arithmetic over the domain and the earlier steps `using`, decided by Z3."""

    using: tuple[Step, ...] = ()

    def __init__(self, *using: Step) -> None:
        object.__setattr__(self, "using", using)

    def check(self, statement: Boolean, kernel: _Kernel) -> None:
        kernel.require(statement, tuple(kernel.proved(step) for step in self.using))

    @property
    def words(self):
        return "real arithmetic (Z3)" + _from(self.using)


@dataclass(frozen=True)
class Instance(Justification):
    """An earlier step at another iteration: k replaced by 0, 1, ..., by k + 1, k + 2, ... or by the claim's horizon."""

    step: Step
    at: Any

    @property
    def premises(self):
        return (self.step,)

    def check(self, statement: Boolean, kernel: _Kernel) -> None:
        index = sympify(self.at)
        check_term(index)
        if not _is_iteration(index) and index != kernel.claim.horizon and not kernel.is_last(index):
            raise Rejected(f"{index} is not a later iteration, or one of the first")
        for relation in kernel.claim.domain:
            if relation.has(k):
                kernel.require(relation.subs(k, index))
        instance = kernel.proved(self.step).subs(k, index)
        if not same(statement, instance):
            raise Rejected(f"{self.step.name} at k = {index} says {instance}, not {statement}")

    @property
    def words(self):
        return f"{self.step.name} at k = {self.at}"


@dataclass(frozen=True)
class Theorem(Justification):
    """The conclusion of another claim about parameters, with the given terms in place of its parameters.

    The kernel must accept that claim itself, and its premises for these terms must follow from the domain and the
    earlier steps `using`. Its assumptions on the objective must be made here, too, with the same constants.
    """

    claim: Claim
    values: dict[Symbol, Any] = field(default_factory=dict)
    using: tuple[Step, ...] = ()

    @property
    def sources(self):
        return (self.claim,)

    def check(self, statement: Boolean, kernel: _Kernel) -> None:
        theorem = self.claim
        if type(theorem) is not Claim or type(theorem.body) is not Statement:
            raise Rejected(f"{theorem} is not a claim about parameters only")
        kernel.require_theorem(theorem)
        values = {symbol: sympify(term) for symbol, term in self.values.items()}
        if not set(values) <= theorem.parameters | theorem.conclusion.free_symbols:
            raise Rejected(f"{', '.join(map(str, values))} are not all parameters of {theorem.id}")
        for assumption in theorem.assumptions:
            if not kernel.assumed(assumption) or (assumption.symbols | _spoken_of(assumption)) & set(values):
                raise Rejected(f"{theorem.id} assumes {assumption}, which the claim does not")
        given = tuple(kernel.proved(step) for step in self.using)
        for term in values.values():
            check_term(term)
        kernel.require_defined(*values.values(), using=given)
        for premise in theorem.premises:
            if premise.has(ExprWithLimits):  # its index might capture a symbol
                raise Rejected(f"{theorem.id} needs {premise}, which is not a plain formula")
            kernel.require(premise.xreplace(values), given, f"{theorem.id} needs {premise.xreplace(values)}")
        instance = theorem.conclusion.xreplace(values)
        if not same(statement, instance):
            raise Rejected(f"{theorem.id} says {instance}, not {statement}")

    @property
    def words(self):
        values = ", ".join(f"{symbol} = {text(sympify(term))}" for symbol, term in self.values.items())
        return f"claim {self.claim.id}" + (f" at {values}" if values else "") + _from(self.using)


@dataclass(frozen=True)
class Run(Justification):
    """The algorithm, started at a point of the claim's orbit, goes to the next: its own rule, coordinate by
    coordinate."""

    start: int

    def check(self, statement: Boolean, kernel: _Kernel) -> None:
        orbit = kernel.claim.orbit
        if orbit is None:
            raise Rejected("it needs an orbit")
        turned = _turn(kernel.claim.algorithm, orbit, self.start)
        if statement != turned.statement:
            raise Rejected(f"the step from point {self.start} of the orbit is {turned.statement}, not {statement}")
        kernel.require_defined(_at(orbit, orbit.function, orbit.points[self.start]))
        for condition in orbit.smooth_at(orbit.points[self.start]):
            kernel.require(condition, what=f"the function may have no gradient at point {self.start} of the orbit")
        kernel.require_values(turned.needs)
        kernel.require(statement)

    @property
    def words(self):
        return f"the update rule at point {self.start}, decided by Z3"


@dataclass(frozen=True)
class Forever(Justification):
    """Every transition of the orbit is proved, so the run repeats it for ever."""

    using: tuple[Step, ...] = ()

    def __init__(self, *using: Step) -> None:
        object.__setattr__(self, "using", using)

    @property
    def sources(self):
        return (lemmas.TABLE["induction"],)

    def check(self, statement: Boolean, kernel: _Kernel) -> None:
        claim = kernel.claim
        if claim.orbit is None or claim.orbit.formula:
            raise Rejected("it needs an orbit whose points repeat")
        have = [kernel.proved(step) for step in self.using]
        for start in range(len(claim.orbit.points)):
            if transition(claim.algorithm, claim.orbit, start) not in have:
                raise Rejected(f"the step from point {start} of the orbit is not among its premises")
        if statement != claim.conclusion:
            raise Rejected("it is not the claim's orbit")
        kernel.lemmas.add("induction")

    @property
    def words(self):
        return "lemma: induction" + _from(self.using)


JUSTIFICATIONS = (Definition, Hypothesis, Lemma, Identity, Combination, Decide, Instance, Theorem, Run, Forever)
"""All that the kernel trusts: a justification of any other class, derived ones included, justifies nothing."""


def transition(algorithm: Algorithm, orbit: Orbit, start: int) -> Boolean:
    """The statement that the algorithm takes point number `start` of the orbit to the next point.

    Raises Rejected if the algorithm remembers more than the point that its last step was made from.
    """
    return _turn(algorithm, orbit, start).statement


def _turn(algorithm: Algorithm, orbit: Orbit, start: int) -> Turn:
    try:
        return turn(algorithm, orbit, start)
    except Remembers as reason:
        raise Rejected(str(reason)) from None


def _at(orbit: Orbit, formula: Expr, point: Iterable[Expr]) -> Expr:
    return formula.xreplace(dict(zip(orbit.coordinates, map(sympify, point), strict=True)))


def _spoken_of(assumption: Any) -> set[Basic]:
    """The symbols in the statement of an assumption, which may be more than those of its formulas."""
    said = assumption.statement(*(point(Str(f"point {number}")) for number in range(assumption.points)))
    return set(said.free_symbols)


def _refuse_anywhere(term: Basic, name: str) -> None:
    """What is known of one point only must not be about a point that stands for all of them."""
    for part in preorder_traversal(term):
        if part in lemmas.ANYWHERE:
            raise Rejected(f"{name} is about {part}, which lemmas use for an arbitrary point: rename it")


def _same_fields(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two assumptions of a class hold the same. Raises Rejected for a field that may call itself equal."""
    for name, entry in one.items():
        if isinstance(entry, Basic):
            check_leaves(entry)
        elif type(entry) not in PLAIN and not isinstance(entry, DualPair):
            raise Rejected(f"the field {name}, {entry!r:.40}, is neither a formula nor plain data")
    return one == other


def _is_iteration(index: Expr) -> bool:
    """Whether an index is a number of an iteration whatever k: 0, 1, 2, ... or k, k + 1, k + 2, ..."""
    return any(isinstance(shift, Integer) and shift >= 0 for shift in (index, index - k))


def _from(steps: tuple[Step, ...]) -> str:
    return f", from {', '.join(step.name for step in steps)}" if steps else ""
