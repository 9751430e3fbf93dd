"""What is known while a proof is checked: the claim, the steps accepted so far, and the certificates that are left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from signproof.theory.kernel import forms
from signproof.theory.kernel.arithmetic import Question
from signproof.theory.kernel.certificate import Certificate, refutes
from signproof.theory.kernel.form import Assumed, Proved, Rule
from signproof.theory.kernel.forms import Argument, Joined, Number, Relation, Replaced, Stated, Vector, Wrong, symbol
from signproof.theory.kernel.polynomials import limited, spend
from signproof.theory.kernel.reading import Said, Tree, conditions, form, named, stated, vector
from signproof.theory.kernel.vocabulary import ANYWHERE

Made: TypeAlias = Any
"""A number or a vector as a form."""

TRUE = Joined("and", ())
FLOWS = frozenset(["value", "inner", "norm", "dual_norm", "gradient", "maximizer", "minimizer"])
TIMED = frozenset(["trajectory", "velocity", "suboptimality_at", "suboptimality_rate", "accumulated", "least_so_far"])
MOST_POINTS = 6
Search = Callable[[Question], Any]
"""Finds a certificate for a question, as plain data, or None."""


class Assumption:
    """An assumption of the claim: its name, its fields as attributes, and what it says."""

    def __init__(self, assumed: Assumed) -> None:
        self.name, self.points = assumed.name, assumed.points
        if not 0 <= self.points <= MOST_POINTS:
            raise Wrong(f"an assumption speaks of at most {MOST_POINTS} points")
        self.places = [forms.vector("point", f"point {number}") for number in range(assumed.points)]
        self.atoms, self.fields = [place.parts[0][0] for place in self.places], tuple[str, ...]()
        self.says = None if assumed.says is None else stated(assumed.says)
        self.conditions = [stated(each) for each in assumed.conditions]
        for name, field in assumed.fields.items():
            if not hasattr(self, name):
                setattr(self, name, _field(field))
                self.fields += (name,)
        if self.says is not None:
            refuse_anywhere(self.says)

    def statement(self, *points: Vector) -> Stated:
        if self.says is None or len(points) != self.points:
            raise Wrong(f"{self.name} says nothing of {len(points)} points")
        by: dict[Any, Any] = dict(zip(self.atoms, points, strict=True))
        for each in (each for part in forms.sides(self.says) for each in forms.inside(part)):
            if each.tag == "expectation":
                given = forms.replace(each.args[1], by)
                inside = [by[place] for place in forms.inside(each.args[0]) if place in by]
                if not all(x in given or forms.known(x, given) for x in inside):
                    raise Wrong(f"{self.name} is about points, and one of these is not known to its expectation")
        return forms.replace(self.says, by)


def _field(field: Any) -> Any:
    if isinstance(field, list):
        return field[1] if field[:1] == ["norm_named"] else named(field)
    return form(field) if isinstance(field, str) and field[:1] in "-0123456789" else field


def refuse_anywhere(thing: Replaced) -> None:
    """What is known of one point only must not be about a point that stands for all of them."""
    for part in forms.sides(thing):
        if any(each in ANYWHERE for each in forms.inside(part)):
            raise Wrong("it is about a point that lemmas use for an arbitrary one: rename it")


def argument(state: State, given: Any) -> Any:  # whatever a document has there; what a lemma takes
    """An argument of a lemma: an assumption by its number, a norm by its name, a term."""
    if isinstance(given, list) and given[:1] == ["assumption"]:
        return state.assumption(given[1])
    if isinstance(given, list) and given[:1] == ["norm_named"]:
        return given[1]
    return named(given)


def _shows(certificate: Certificate, question: Question) -> bool:
    """Whether a certificate answers a question."""
    cases = list(question.cases())
    return len(certificate.parts) == len(cases) and all(
        refutes(known, part, len(question.atoms)) for known, part in zip(cases, certificate.parts, strict=True)
    )


class State:
    """The premises of a claim and the steps accepted so far. `search` finds certificates that the proof lacks."""

    def __init__(self, proved: Proved, theorem: Callable[[str], State], search: Search | None) -> None:
        self.proved, self.claim, self._theorem, self._search = proved, proved.claim, theorem, search
        self.of_run = proved.claim.kind in ("bound", "flow", "comparison")
        self.domain = [Said.of(tree) for tree in proved.claim.domain]
        self.domain_forms = [(*forms.sides(Joined("and", (x.statement, *x.needs, *x.facts))),) for x in self.domain]
        self.premises = tuple(map(Said.of, proved.claim.premises))
        of_k = {each for each, form in zip(self.domain, self.domain_forms, strict=True) if "k" in forms.free(form)}
        free_of_k = tuple(each for each in self.premises if each not in of_k)
        self.premise_sets = (free_of_k, self.premises) if of_k else (self.premises,)
        self.every_k, self.for_some_k = True, set[int]()
        self.assumptions = [Assumption(each) for each in proved.claim.assumptions]
        self.accepted: list[Said] = []
        self.turn_of: dict[int, int] = {}
        self.lemmas: set[str] = set()
        self.defined: set[Stated] = set()
        self.certificates: list[Any] = []
        self.left: list[Any] = []
        self.open: list[Question] = []

    # ------------------------------------------------------------------------------------------ what is known

    def earlier(self, steps: Sequence[int]) -> tuple[Said, ...]:
        """The statements of earlier steps."""
        spend(len(steps))
        if not all(type(step) is int and 0 <= step < len(self.accepted) for step in steps):
            raise Wrong("it uses a step that is not proved before it")
        self.every_k &= self.for_some_k.isdisjoint(steps)
        return tuple(self.accepted[step] for step in steps)

    def assumption(self, which: int) -> Assumption:
        if type(which) is not int or not 0 <= which < len(self.assumptions):
            raise Wrong("it needs an assumption that the claim does not make")
        return self.assumptions[which]

    def require_assumed(self, name: str, of: Argument) -> None:
        """The claim makes an assumption of that name about a function."""
        named = [each for each in self.assumptions if each.name == name and each.says is None]
        if not any(getattr(each, "of", None) == of for each in named):
            raise Wrong(f"it needs the assumption {name}, which the claim does not make")

    def theorem(self, id: str) -> State:
        """Another claim, accepted by its proof in the document."""
        other = self._theorem(id)
        self.lemmas |= other.lemmas
        self.open += other.open
        return other

    @property
    def searching(self) -> bool:
        return self._search is not None

    # ------------------------------------------------------------------------------------------ arithmetic

    def require(self, goal: Said, given: Iterable[Said] = ()) -> None:
        """A goal holds and has a value wherever the premises and the given statements hold.

        Where the domain restricts k, that it holds for every k >= 0 is tried first; `every_k` says if all of it did.
        """
        given = tuple(given)
        questions = [Question.of(goal, (*each, *given)) for each in self.premise_sets]
        plain = next((place for place, question in enumerate(questions) if not any(question.cases())), None)
        if plain is not None:
            self.every_k &= plain == 0
            return
        if self._search is not None:
            with limited(None):
                found = (self._search(question) for question in questions)
                self.certificates.append(next((each for each in found if each is not None), None))
        elif not self.left:
            raise Wrong("it needs a certificate that the document does not have")
        else:
            self.certificates.append(self.left.pop(0))
        written = self.certificates[-1]
        if written is None:
            self.open.append(questions[-1])
            self.every_k &= len(questions) == 1
            return
        try:
            certificate = Certificate.read(written)
        except ValueError as error:
            raise Wrong(str(error)) from None
        shown = next((place for place, question in enumerate(questions) if _shows(certificate, question)), None)
        if shown is None:
            raise Wrong("its certificate does not show that it follows")
        self.every_k &= shown == 0

    def require_relation(self, relation: Relation, given: Iterable[Said], *trees: Tree) -> None:
        """A comparison of the terms of trees follows and has a value."""
        needs = tuple(dict.fromkeys(each for tree in trees for each in conditions(tree)))
        self.require(Said(relation, tuple(each for each in needs if each not in self.defined), ()), given)

    def require_defined(self, tree: Tree, given: Iterable[Said] = ()) -> None:
        """A term or a statement has a value for all parameters in the domain."""
        self.require_all(conditions(tree), given)

    def require_all(self, needs: Iterable[Stated], given: Iterable[Said] = ()) -> None:
        """What terms need to have a value holds for all parameters in the domain."""
        new = tuple(need for need in dict.fromkeys(needs) if need not in self.defined)
        if new:
            before, self.every_k = self.every_k, True
            self.require(Said(TRUE, new, ()), given)
            self.every_k &= before
            if self.every_k:  # as the statements that they were proved from, they hold once and for all
                self.defined.update(new)

    # ------------------------------------------------------------------------------------------ methods

    def step(self, rule: Rule) -> Vector:
        """Where a rule leads from x_k, once it is seen to have a value there and to draw nothing elsewhere."""
        assert rule.step is not None
        after = vector(rule.step)
        self._require_made(after, symbol("k"))
        self._require_rule(rule)
        return after

    def remembers(self, rule: Rule, place: int, first: bool, read: Callable[[Tree], Any]) -> Made:
        """What a method remembers in a place after step k, or before the first one."""
        made = read((rule.begun if first else rule.later)[place])
        self._require_made(made, Number() if first else symbol("k"))
        self._require_rule(rule)
        return made

    def _require_made(self, made: Argument, index: Number) -> None:
        """What a rule makes is of the iterate of that number, and of what was remembered and is drawn there."""
        x = forms.vector("iterate", index)
        refuse_anywhere(made)
        if forms.free(made) & {*forms.INDICES, "l", *(() if index.terms else ("k",))}:
            raise Wrong("the rule depends on an index, or what it begins with on k")
        for each in forms.inside(made):
            if (each.tag in forms.OF_RUN and each.args[0] != index) or (each.tag in forms.KEPT and not index.terms):
                raise Wrong("the rule looks at another iterate")
            if (each.tag in forms.RANDOM and (each.args[0] != x or not index.terms)) or each.tag == "own":
                raise Wrong("the rule draws away from x_k")

    def velocity(self, rule: Rule) -> Vector:
        """The right-hand side of a flow: continuous vectors and maximizers of such, with continuous factors."""
        assert rule.step is not None
        after = vector(rule.step)
        refuse_anywhere(after)
        for each, factor in after.parts:
            if not forms.continuous(factor) or not forms.continuous(each.args[1] if each.tag == "maximizer" else each):
                raise Wrong("the velocity is not known to be continuous")
        self._require_rule(rule)
        return after

    def _require_rule(self, rule: Rule) -> None:
        lengths = [each for need in rule.needs for part in forms.sides(stated(need)) for each in forms.inside(part)]
        known = [
            Relation(forms.plain(each), ">=", Number())
            for each in dict.fromkeys(lengths)
            if each.tag in ("norm", "dual_norm")
        ]
        self.lemmas |= {"non-negative norm"} if known else set()
        given = [Said(each, (), (each,)) for each in known]
        for need in rule.needs:
            said = Said.of(need)
            self.require_all((*said.needs, said.statement), given)
        for tree in (rule.step, *rule.later, *rule.begun):
            assert tree is not None
            self.require_defined(tree, given)
        if not self.every_k:
            raise Wrong("the rule is not known to have a value at every k >= 0, through which each run goes")

    def is_end(self, index: Number) -> bool:
        """Whether an index is the end of a run of K steps, or the last iteration, T - 1, of one of T >= 1."""
        if self.claim.horizon is not None and index == symbol(self.claim.horizon):
            return True
        if self.claim.steps is None or index != symbol(self.claim.steps) - 1:
            return False
        self.require(Said(Relation(symbol(self.claim.steps), ">=", forms.number(1)), (), ()))
        return True

    # ------------------------------------------------------------------------------------------ statements

    def require_readable(self, tree: Tree) -> None:
        """A statement is about what the claim is about, in symbols that the claim binds."""
        said = stated(tree)
        parts = [each for part in forms.sides(said) for each in forms.inside(part)]
        tags, free = {each.tag for each in parts}, frozenset().union(*map(forms.free, forms.sides(said)))
        claim, bound = self.claim, {*self.claim.parameters, "V_0", "f_*"}
        if claim.timed:
            strange = {tag for tag in tags if tag in forms.MAKE or tag in forms.RANGED} - FLOWS - TIMED
            lost = free - bound - {"t"}
        else:
            strange = tags & TIMED
            lost = free - bound - {"k", *forms.INDICES} if self.of_run else frozenset[str]()
            if claim.kind == "implication":
                strange |= tags & {*forms.OF_RUN} | free & {"l"}
                strange |= free & {"k"} if not self.has_k else set()
            elif not self.of_run and not isinstance(said, forms.Repeats):
                strange |= {each.tag for each in parts if forms.is_term(each) or each.tag in forms.RANGED}
                strange |= free & {"k", "l"}
        if strange or lost:
            raise Wrong(f"it is about {min(strange | lost)}, which the claim does not bind")

    @property
    def has_k(self) -> bool:
        return "k" in frozenset().union(*map(forms.free, forms.sides(stated(self.claim.conclusion))))
