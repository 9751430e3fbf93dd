"""A claim, written once as data.

The same object is a formula in the report, a proof obligation for the kernel, a test for pytest, and a target
for the search that tries to break it. There are seven kinds:

- a bound on a run: algorithm, assumptions, domain, measure and bound;
- a bound on a flow: the same, with a flow as the algorithm;
- a comparison of two flows: from the same start, the measure of one never exceeds that of its rival;
- an algebraic claim: a statement about parameters over a domain;
- an implication: a statement about vectors and functions that follows from assumptions, at all points;
- an orbit: an algorithm on one function, and the points it visits in turn for ever;
- words: a statement that no formula here expresses, such as the outcome of an experiment, and what would decide it.

To add another kind, write a body and a kind (`signproof.checks.kind.Kind`) in a file of your own.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from functools import cached_property
from numbers import Number
from typing import TYPE_CHECKING, Any

from sympy import (
    Basic,
    Expr,
    Ge,
    Limit,
    Rational,
    Symbol,
    SympifyError,
    Tuple,
    sympify,
    true,
)
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Boolean, BooleanFalse, BooleanTrue, Not, Or

from signproof.theory.algebra.decide import contradict
from signproof.theory.assumptions.objective import Assumption
from signproof.theory.bodies import Body, body_of
from signproof.theory.border.consistency import inconsistencies, stands_for
from signproof.theory.border.counts import counted
from signproof.theory.border.home import is_ours, made_at
from signproof.theory.border.purity import examine
from signproof.theory.measures.flows import OverTimeMeasure, SuboptimalityOverTime
from signproof.theory.measures.runs import Measure
from signproof.theory.methods.flows import Flow
from signproof.theory.methods.gradient import Algorithm, MajorityVote, Method
from signproof.theory.misuse import Misuse, named
from signproof.theory.norms import ANY, L2, LINF, OPERATOR, DualPair
from signproof.theory.orbit import Orbit
from signproof.theory.symbols import V0, K, k, t
from signproof.theory.terms.formula import LARGEST_BITS
from signproof.theory.terms.vectors import (
    Scalar,
    VectorAtom,
    check_statement,
    check_term,
    iterate,
    suboptimality,
)

if TYPE_CHECKING:
    from signproof.theory.proof_steps import Proof


class ClaimError(Misuse):
    """A claim that is empty or ambiguous; the message says what is wrong, where, and the fix."""


@dataclass(frozen=True)
class Source:
    """The source of a claim: the paper's key and the place in it."""

    paper: str
    where: str


class _Built:
    """The field `proof`: a function given in a proof's place is called when the proof is first asked for, and what it
    returns is kept."""

    def __get__(self, claim: Claim | None, owner: type) -> Proof | None:
        if claim is None:
            return None  # the default of the field
        given = claim.__dict__["proof"]
        if callable(given):
            proof = _build(claim, given)
            if claim.__dict__["proof"] is given:  # else the function has asked for the proof itself: the first stays
                claim.__dict__["proof"] = proof
        return claim.__dict__["proof"]

    def __set__(self, claim: Claim, given: Proof | Callable[[], Proof] | None) -> None:
        claim.__dict__["proof"] = given


def _build(claim: Claim, function: Callable[[], Proof]) -> Proof:
    from signproof.theory.proof_steps import Proof

    try:
        proof = function()
    except ClaimError:
        raise
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit, too, and whatever else it may raise
        raise ClaimError(f"{claim.id}: the function given as its proof raises {named(error)}") from error
    if not isinstance(proof, Proof):
        raise ClaimError(f"{claim.id}: the function given as its proof returns {proof!r}, not a Proof")
    return proof


@dataclass(frozen=True, eq=False)
class Claim:
    """A claim about an algorithm or about parameters.

    Arguments:
        id: a permanent name, such as "scaled-sign/theorem-1.1".
        algorithm: the method, with symbols for its step sizes; or a flow.
        assumptions: assumptions on the objective; each binds the symbol of its constant.
        domain: relations between parameters, as a tuple: `(0 < alpha, alpha < 2 / L)`.
        measure, bound: measure(k) <= bound for every k >= 0, every objective and start with f(x_0) > f*, and
            all parameters in the domain. The bound may use k and V0 besides the parameters. For a flow, time t
            replaces k; the domain must say t > 0 or t >= 0 and nothing else about t.
        horizon: a symbol for a number of steps fixed before the run; the claim is then only about k = horizon.
        rival: for a comparison, a flow; at every t, the measure along the algorithm is at most that along the rival.
        statement: for an algebraic claim, a relation (or And, Or of relations) that holds on the domain; for an
            implication, one between terms of `vectors`, `expectations` and `votes`, for all its points and k >= 0.
        orbit: for an orbit claim, the function and the points.
        words, awaits: for a claim in words, the statement, and what would decide it ("an experiment: ...").
        says: for a claim of your own kind, its body (`signproof.theory.bodies.Body`), from which algorithm, measure
            and any other parts are read.
        proof: steps for the kernel (`signproof.theory.proof_steps.Proof`), or a function without arguments that returns
            them: it is called once, when the proof is first asked for.
        source: where the claim stands.
        about: one sentence for the reader.
        erratum: for a false claim, what is wrong with it, addressed to its authors.
        repairs: the false claim that this one corrects.
        home: the modules that define it, whose problem families it is tested on; filled in automatically.

    Raises ClaimError if the domain is empty, if a symbol is unbound, or if the parts do not make up one of
    the kinds.
    """

    id: str
    algorithm: Any = None
    assumptions: tuple[Assumption, ...] = ()
    domain: tuple[Relational, ...] = ()
    measure: Measure | None = None
    bound: Expr | None = None
    horizon: Symbol | None = None
    statement: Boolean | None = None
    orbit: Orbit | None = None
    words: str = ""
    awaits: str = ""
    rival: Flow | None = None
    says: Body | None = None
    proof: _Built = _Built()
    source: Source | None = None
    about: str = ""
    erratum: str = ""
    repairs: Claim | None = None
    home: tuple[str, ...] = ()

    def __post_init__(self):
        if type(self) is not Claim:
            raise ClaimError(f"{type(self).__name__} is derived from Claim; use Claim itself")
        object.__setattr__(self, "home", made_at(self.home))
        if not isinstance(self.id, str) or not re.fullmatch(r"\S(.*\S)?", self.id):
            raise ClaimError(f"a claim's id must be one nonempty line without spaces at its ends, not {self.id!r}")
        for name in ("assumptions", "domain"):
            given = getattr(self, name)
            object.__setattr__(self, name, tuple(given) if isinstance(given, tuple | list) else (given,))
        if self.bound is not None:
            object.__setattr__(self, "bound", self._formula(self.bound, "bound"))
        if self.says is not None:
            self._read_parts()
        self._check_parts()
        self._check_norms()
        self._check_domain()
        self._check_orbit()
        self._check_formulas()
        self._check_premises()
        for reason in inconsistencies(self):
            raise ClaimError(f"{self.id}: {reason}")
        self._check_rules()

    @property
    def kind(self) -> str:
        """The word for its kind: bound, flow, comparison, algebraic, implication, orbit, words, or your own."""
        return self.body.word

    @cached_property
    def body(self) -> Body:
        """Its content besides domain and assumptions, by its kind."""
        return self.says or body_of(self)

    @property
    def timed(self) -> bool:
        """Whether it is about flows."""
        return self.body.timed

    @property
    def parameters(self) -> set[Symbol]:
        """The symbols that domain and assumptions bind."""
        bound = {symbol for relation in self.domain for symbol in relation.free_symbols}
        bound |= set() if self.horizon is None else {self.horizon}
        return bound.union(*(assumption.symbols for assumption in self.assumptions))

    @cached_property
    def whole(self) -> frozenset[Symbol]:
        """The symbols that stand for integers, such as k."""
        return frozenset(number for number in counted(self) if isinstance(number, Symbol))

    @cached_property
    def premises(self) -> tuple[Boolean, ...]:
        """What may be assumed of the parameters: the domain, positive constants and, for a run, k >= 0 and V0 > 0."""
        conditions = tuple(condition for a in self.assumptions for condition in a.conditions if condition != true)
        conditions += () if self.horizon is None else (self.horizon >= 0,)
        if isinstance(self.algorithm, MajorityVote) and isinstance(self.algorithm.workers, Symbol):
            conditions += (Ge(self.algorithm.workers, 1),)
        return self.domain + conditions + self.body.premises

    @cached_property
    def conclusion(self) -> Boolean:
        """What is to be proved."""
        return self.body.conclusion

    def __repr__(self):
        return f"Claim({self.id!r})"

    def __getstate__(self):
        return {**self.__dict__, "proof": self.proof}  # of functions, few can be pickled

    def _formula(self, given: Any, name: str) -> Expr:
        try:
            formula = given if isinstance(given, str) else sympify(given)
        except SympifyError:
            formula = given
        if not isinstance(formula, Expr):
            raise ClaimError(f"{self.id}: the {name} must be a SymPy expression, not {given!r}")
        return formula

    def _read_parts(self):
        """Take over what a body of another kind has for parts."""
        if not isinstance(self.says, Body) or is_ours(type(self.says).__module__):
            raise ClaimError(
                f"{self.id}: `says` takes a body of your own kind, not {self.says!r}; write algorithm, measure and "
                "bound, or a statement"
            )
        bases = [base for base in type(self.says).__mro__ if base is not Body and issubclass(base, Body)]
        ours = [base.__name__ for base in bases if is_ours(base.__module__)]
        if ours:
            raise ClaimError(f"{self.id}: {type(self.says).__name__} is derived from {ours[0]}: derive it from Body")
        for name in ("algorithm", "measure", "bound", "horizon", "statement", "orbit", "rival", "words", "awaits"):
            given, said = getattr(self, name), getattr(self.says, name, None)
            if given not in (None, "") and given is not said:
                raise ClaimError(f"{self.id}: the {name} is read from `says`; give it only there")
            if said is not None:
                object.__setattr__(self, name, said)

    def _check_parts(self):
        for assumption in self.assumptions:
            if not isinstance(assumption, Assumption):
                raise ClaimError(
                    f"{self.id}: {assumption!r} is not an assumption; write, for example, assumptions=(Smooth(L),)"
                )
        assumed = any(stands_for(assumption, K) for assumption in self.assumptions)
        if self.horizon is not None and (self.horizon != K or assumed or self.measure is None):
            raise ClaimError(f"{self.id}: the horizon of a run must be the symbol K, used only for the number of steps")
        if self.says is not None:
            return self._check_types()
        if self.words or self.awaits:
            others = (self.algorithm, self.measure, self.bound, self.statement, self.orbit, self.proof)
            if not (self.words and self.awaits) or any(part is not None for part in others):
                raise ClaimError(f"{self.id}: a claim in words needs words and what it awaits, and no formulas")
            return
        if self.statement is not None:
            extra = [
                name for name in ("algorithm", "measure", "bound", "orbit", "rival") if getattr(self, name) is not None
            ]
            if extra:
                raise ClaimError(f"{self.id}: an algebraic claim has a statement and a domain, but no {extra[0]}")
            if not isinstance(self.statement, Relational | And | Or | Not):
                raise ClaimError(
                    f"{self.id}: the statement must be a SymPy relation between symbols, or And, Or, Not of relations, "
                    f"not {self.statement!r}; a string is not one, nor is a relation that SymPy decides at once"
                )
            return
        wanted = ("algorithm", "orbit") if self.orbit is not None else ("algorithm", "measure", "bound")
        if self.rival is not None:
            wanted = ("algorithm", "measure")
        missing = [name for name in wanted if getattr(self, name) is None]
        if missing:
            raise ClaimError(
                f"{self.id}: {missing[0]} is missing; a claim about a run needs algorithm, measure and bound, "
                "an algebraic claim needs a statement"
            )
        if isinstance(self.algorithm, MajorityVote):
            workers = sympify(self.algorithm.workers)
            if not (isinstance(workers, Symbol) and workers not in (k, V0)) and not (
                workers.is_Integer and workers > 0
            ):
                raise ClaimError(f"{self.id}: {workers} workers: their number must be a separate symbol or 1, 2, ...")
        self._check_types()
        flow = isinstance(self.algorithm, Flow)
        if flow != isinstance(self.measure, OverTimeMeasure) or (flow and self.orbit is not None):
            raise ClaimError(
                f"{self.id}: a flow, and only a flow, needs a measure over time, such as SuboptimalityOverTime()"
            )
        if self.rival is not None and not (
            flow and isinstance(self.measure, SuboptimalityOverTime) and (self.bound, self.orbit) == (None, None)
        ):
            raise ClaimError(f"{self.id}: a comparison needs two flows and SuboptimalityOverTime(), without a bound")

    def _check_types(self):
        flow = isinstance(self.algorithm, Flow)
        kinds = {"algorithm": Flow if flow else Algorithm, "measure": Measure, "orbit": Orbit, "rival": Flow}
        for name, kind in kinds.items():
            part = getattr(self, name)
            exact = type(part) is kind or kind is not Orbit
            if part is not None and not (isinstance(part, kind) and exact):
                raise ClaimError(f"{self.id}: {name} must be an instance of {kind.__name__}, not {part!r}")

    def _check_domain(self):
        for relation in self.domain:
            if relation in (False, BooleanFalse()):
                raise ClaimError(f"{self.id}: the domain is empty: one of its conditions is always false")
            if relation in (True, BooleanTrue()):
                raise ClaimError(
                    f"{self.id}: a condition of the domain is always true; "
                    "use the plain real symbols of signproof.theory.symbols"
                )
            if not isinstance(relation, Relational) or relation.has(Limit):
                raise ClaimError(
                    f"{self.id}: the domain contains {relation!r}, which is not a relation such as 0 < alpha"
                )
            if self.timed and relation.has(t) and relation not in (t > 0, t >= 0):
                raise ClaimError(f"{self.id}: {relation} restricts the time; the domain may only say t > 0")
        if self.timed and not {t > 0, t >= 0} & {*self.domain}:
            raise ClaimError(f"{self.id}: the domain of a claim about a flow must say t > 0 or t >= 0")

    def _check_orbit(self):
        if self.orbit is None:
            return
        coordinates = set(self.orbit.coordinates)
        if not all(isinstance(coordinate, Symbol) for coordinate in coordinates) or coordinates & self.parameters:
            raise ClaimError(f"{self.id}: the coordinates of the orbit must be symbols other than parameters")
        points = self.orbit.points + ((self.orbit.formula,) if self.orbit.formula else ())
        if {len(point) for point in points} != {len(coordinates)}:
            raise ClaimError(f"{self.id}: the orbit needs points, each with a formula for every coordinate")
        if self.orbit.formula and len(self.orbit.points) != 1:
            raise ClaimError(f"{self.id}: a run that follows a formula must have one point, its start")

    def _formulas(self) -> Iterator[tuple[str, Basic, Set[Symbol]]]:
        """Everything that is written in symbols: its name, the formula, and the symbols that are bound there."""
        reserved = self.body.reserved
        for relation in self.domain:
            yield f"condition {relation} of the domain", relation, relation.free_symbols - reserved | self.body.here
        for assumption in self.assumptions:
            for formula in assumption.formulas:
                yield f"constant of {assumption}", formula, assumption.symbols - reserved
            for condition in assumption.conditions:
                if isinstance(condition, BooleanTrue | BooleanFalse):
                    continue
                yield f"condition {condition} of {assumption}", condition, assumption.symbols - reserved
        yield from self.body.formulas(self.parameters - reserved)

    def _check_norms(self):
        for part in (self.algorithm, *_nested(self.measure), *self.assumptions):
            for name, entry in _fields(part).items():
                if name == "norm" and not isinstance(entry, DualPair):
                    raise ClaimError(
                        f"{self.id}: the norm of {type(part).__name__} is {entry!r}, not a geometry; "
                        "choose LINF, L2, OPERATOR or ANY"
                    )
                if isinstance(entry, DualPair) and _NORMS.get(entry.name) is not entry:
                    raise ClaimError(
                        f"{self.id}: {entry} is not a geometry that proofs know; choose LINF, L2, OPERATOR or ANY"
                    )

    def _check_formulas(self):
        for part in (self.algorithm, self.rival):
            for name, entry in _fields(part).items():
                name = name.replace("_", " ")
                if isinstance(entry, Number) and not isinstance(entry, Expr | int | float):
                    raise ClaimError(f"{self.id}: the {name} {entry!r} is not a SymPy number: write it as a Rational")
                if name in ("step size", "speed") and not isinstance(entry, Expr | int | float):
                    raise ClaimError(f"{self.id}: the {name} must be a SymPy expression, not {entry!r}")
        for name, formula, bound in self._formulas():
            if any(max(abs(n.p), n.q).bit_length() > LARGEST_BITS for n in formula.atoms(Rational)):
                raise ClaimError(f"{self.id}: the {name} contains a number of more than {LARGEST_BITS} bits")
            for part in formula if isinstance(formula, Tuple) else (formula,):
                try:
                    check_statement(part) if isinstance(part, Relational | And | Or | Not) else check_term(part)
                except TypeError as error:
                    raise ClaimError(f"{self.id}: in the {name}: {error}") from None
                of_run = (iterate, suboptimality) if name == "statement" else (VectorAtom, Scalar)
                if part.has(*of_run):
                    raise ClaimError(f"{self.id}: the {name} refers to a run; only parameters may occur there")
            free = formula.free_symbols - bound
            if free & self.body.reserved:
                raise ClaimError(
                    f"{self.id}: {min(map(str, free & self.body.reserved))} in the {name} has no meaning there"
                )
            if free:
                symbol = min(map(str, free))
                raise ClaimError(
                    f"{self.id}: the symbol {symbol} in the {name} is unbound: "
                    + _BINDING.get(symbol, f"name it in the domain (such as {symbol} > 0) or in an assumption")
                )

    def _check_premises(self):
        for assumption in self.assumptions:
            if BooleanFalse() in assumption.conditions:
                raise ClaimError(f"{self.id}: the constant of {assumption} must be positive")
        if contradict(self.premises, self.whole):
            conditions = ", ".join(map(str, self.premises))
            raise ClaimError(f"{self.id}: the domain is empty: no values meet all of {conditions}")

    def _check_rules(self):
        """What a user's classes say and do is tried before it is believed."""
        for part in (self.algorithm, self.rival, self.measure, *self.assumptions):
            try:
                examine(part)
            except Misuse as misuse:
                raise ClaimError(f"{self.id}: {misuse}") from None


_BINDING = {
    "d": "for the number of coordinates, assume Dimension(d)",
    "K": "for a number of steps fixed before the run, write horizon=K",
    # in the domain alone they would be any number, of no objective and no start, and every bound false
    "R": "for the distance of the start from the minimizer, assume StartDistance(R), for a flow SublevelRadius(R)",
    "L": "assume Smooth(L)",
    "mu": "assume StronglyConvex(mu) or PolyakLojasiewicz(mu)",
    "sigma": "assume BoundedVariance(sigma)",
}
"""How symbols with a meaning of their own are bound."""
_NORMS = {pair.name: pair for pair in (LINF, L2, OPERATOR, ANY)}


def _nested(part: Any) -> Iterator[Measure]:
    """A measure and the measures in it."""
    if isinstance(part, Measure):
        yield part
        part = tuple(_fields(part).values())
    for entry in part if isinstance(part, tuple) else ():
        yield from _nested(entry)


def _fields(part: Method | Measure | Assumption | None) -> dict[str, Any]:
    return {} if part is None else {field.name: getattr(part, field.name) for field in dataclasses.fields(part)}
