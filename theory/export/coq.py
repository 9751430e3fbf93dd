"""From a document to Coq: the theorem, and a proof with an assertion for every step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import Basic, Expr, Ge, Gt, Le, Rational, expand, fraction, together
from sympy.core.symbol import Str

from signproof.theory.algebra.decide import follows
from signproof.theory.document.sentence import sentence
from signproof.theory.document.terms import term, tree
from signproof.theory.export import flows
from signproof.theory.export.arithmetic import SEARCH, decided
from signproof.theory.export.context import Context, Writing
from signproof.theory.export.flows import FLOWS
from signproof.theory.export.hypotheses import at_points, is_random, place
from signproof.theory.export.lemmas import LEMMAS
from signproof.theory.export.orbits import Orbit
from signproof.theory.export.spelling import (
    ARGUMENT,
    ITERATION,
    KNOWN,
    SPATIAL,
    TIME,
    ExportError,
    K,
    comment,
    function_of,
    slug,
    variables,
)
from signproof.theory.export.steps import justified
from signproof.theory.export.tactics import block
from signproof.theory.export.votes import VOTES
from signproof.theory.export.workers import independent_draws
from signproof.theory.kernel.form import Assumed, Document, Proved, Stated, StepForm
from signproof.theory.kernel.reading import nodes
from signproof.theory.symbols import f_star, k
from signproof.theory.terms.vectors import dual_norm, gradient, inner, norm, point, value

BOUND = {"k", "l", "i", "j", "V_0", "f_*"}
"""Symbols that stand for an index, or for a number that belongs to the run; all others are any real numbers."""
_MODULES = dict.fromkeys(VOTES, "Voters") | dict.fromkeys(FLOWS, "Trajectories")
"""Files of the library beside Steps.v that a lemma needs."""
_OBJECTIVE = ["(f : vec -> R) (grad : vec -> vec) (gradient_of_f : differentiable d f grad)"]
_TIMED_OBJECTIVE = [
    "(f : vec -> R) (grad : vec -> vec) (gradient_of_f : forall y : vec, frechet d f (grad y) y)",
    "(gradient_continuous : continuous_gradient d grad)",
]
"""The objective; along flows it is continuously differentiable."""
KINDS = ("bound", "algebraic", "implication", "flow")
"""Kinds of claims that have a counterpart in Coq: bounds along runs on exact gradients, and statements about numbers
and points."""


def coq(document: Document) -> str:
    """A Coq file that states what a document proves, and proves it step by step.

    Raises ExportError, in one line, if the Coq library lacks something that the document needs.
    """
    form = document.form
    lacking = sorted(form.lemmas.keys() - LEMMAS.keys())
    if lacking:
        raise ExportError(f"the Coq library lacks: {', '.join(lacking)}")
    if form.claim.kind == "orbit":
        name = theorem_name(form.claim.id)
        orbit = Orbit(Proved(form.claim, form.steps, form.end), name, _about_parameters(form.claim))
        return _file(document, [orbit.text], name)
    theorems: dict[str, _Theorem] = {}
    pending = dict(form.theorems)
    while pending:
        ready = sorted(id for id, proved in pending.items() if not _rests_on(proved) & pending.keys())
        if not ready:
            raise ExportError("the theorems of the document rest on each other")
        for id in ready:
            theorems[id] = _Theorem(pending.pop(id), theorems)
    last = _Theorem(Proved(form.claim, form.steps, form.end), theorems)
    return _file(document, [theorem.text for theorem in (*theorems.values(), last)], last.name)


def _file(document: Document, theorems: list[str], last: str) -> str:
    """A Coq file of theorems, of which the last one is what the document proves."""
    says = [document.form.claim.conclusion, *(step.says for step in document.form.steps)]
    random = any(node[0] in ("expectation", "estimate") for part in says for node in nodes(part))
    rule = document.form.claim.rule
    needed = {_MODULES[name] for name in document.form.lemmas if name in _MODULES}
    needed |= {"Process"} if random else set()
    needed |= {"Workers"} if rule is not None and rule.workers is not None else set()
    modules = sorted(needed)
    parts = [comment(sentence(document)), comment(f"from the document with sha256 {document.sha256}")]
    derivatives = "From Coquelicot Require Import Coquelicot.\n" if document.form.claim.kind == "orbit" else ""
    required = f"From Signproof Require Import {' '.join(['Steps', *modules])}.\n"
    parts.append(f"{derivatives}{required}Open Scope R_scope.\n")
    return "\n".join([*parts, *theorems, f"Print Assumptions {last}.\n"])


def _functions(found: list[list]) -> list[str]:
    """Functions other than the objective, with their gradients."""
    functions = {str(node[2]): node[2] for node in found if node[0] in ("value", "gradient") and len(node) > 2}
    lines = []
    for name, component in map(function_of, functions.values()):
        of, every = ("nat -> ", "forall j : nat, ") if component else ("", "")
        at = " j" if component else ""
        both = (f"f_{name}{at}", f"grad_{name}{at}")
        one, other = (f"({each})" if component else each for each in both)
        lines.append(f"(f_{name} : {of}vec -> R) (grad_{name} : {of}vec -> vec)")
        lines.append(f"(gradient_of_{name} : {every}differentiable d {one} {other})")
    return lines


def _about_parameters(claim: Stated) -> list[list]:
    """The premises of a claim that are about its parameters."""
    return [premise for premise in claim.premises if premise != ["ge", ["symbol", ITERATION], "0"]]


def theorem_name(id: str) -> str:
    """The name of a claim's theorem, and of its file."""
    name = slug(id)
    return name if name[:1].isalpha() else f"claim_{name}"


def _rests_on(proved: Proved) -> set[str]:
    return {step.by[1] for step in proved.steps if step.by[0] == "theorem"}


class _Theorem:
    """A claim and its proof, as a theorem of Coq."""

    def __init__(self, proved: Proved, theorems: Mapping[str, _Theorem]):
        claim = proved.claim
        self.claim, self.steps = claim, proved.steps
        self.name = theorem_name(claim.id)
        _require_kind(claim)
        self.parameters = claim.parameters
        self.premises = _about_parameters(claim)
        if any(K in variables(premise) for premise in self.premises):
            raise ExportError("the Coq library lacks: domains that depend on k")
        self.context = Context(claim, self.steps, self._fixed(), theorems)
        self.write = self.context.write
        statement = self._statement()
        self.text = f"Theorem {self.name}\n{statement}\nProof.\n{self._proof()}\nQed.\n"

    # ---------------------------------------------------------------------------------------------- statement

    def _trees(self) -> list[Any]:
        """What the claim says, in all its parts."""
        claim = self.claim
        found: list[Any] = [claim.conclusion, *claim.premises]
        found += [assumed.says for assumed in claim.assumptions if assumed.says is not None]
        if claim.rule is not None:
            found.append(claim.rule.step)
        return found

    def _fixed(self) -> set[tuple[str, str]]:
        """Points that are the same throughout: those of assumptions and premises, and those that a corner is of."""
        of_claim = [assumed.says for assumed in self.claim.assumptions if assumed.says is not None]
        found = set().union(*map(variables, [*of_claim, *self.claim.premises]))
        found = {one for one in found if one[0] == "point" and not one[1].startswith("point ")}
        corners = [node for step in self.steps for node in nodes(step.says) if node[0] == "corner"]
        return found | set().union(*map(variables, corners))

    def _statement(self) -> str:
        claim, context, write = self.claim, self.context, self.write
        everything = [*self._trees(), *(step.says for step in self.steps)]
        found = [node for part in everything for node in nodes(part)]
        tags = {node[0] for node in found}
        if tags - KNOWN:
            raise ExportError(f"the Coq library lacks: the terms {', '.join(sorted(tags - KNOWN))}")
        step_sizes = {str(node[2]) for node in found if node[0] in ("gradient_mapping", "sampled_mapping")}
        if len(step_sizes) > 1 or tags >= {"estimate", "sampled_mapping"}:
            raise ExportError("the Coq library lacks: gradient mappings of several step sizes, or beside other draws")
        norms = {node[1][1] for node in found if node[0] in ("norm", "dual_norm", "maximizer")}
        lines: list[str] = []
        if claim.kind != "algebraic" and (tags & SPATIAL or claim.rule is not None):
            lines.append("(d : nat) (d_positive : (0 < d)%nat)")
            context.in_space = True
        lines += [f"({name} : DualPair d)" for key, name in (("any", "p"), ("op", "p_op")) if key in norms]
        lines += _functions(found)
        of_objective = any(node[0] in ("value", "gradient") and len(node) == 2 for node in found)
        if claim.rule is not None or of_objective or ["symbol", "f_*"] in found:
            lines += _TIMED_OBJECTIVE if claim.timed else _OBJECTIVE
            lines.append("(f_star : R) (infimum_of_f : is_infimum f f_star)")
        symbols = {node[1] for node in found if node[0] == "symbol"} - BOUND - ({"m"} if context.how_many else set())
        symbols -= {"t", "s"} if claim.timed else set()
        others = {*context.whole, *(("t",) if claim.timed else ())}
        real = [context.names.of("symbol", name) for name in sorted({*claim.parameters, *symbols} - others)]
        lines += [f"({' '.join(real)} : R)"] if real else []
        lines += [f"({context.names.of('symbol', name)} : nat)" for name in context.whole]
        if context.how_many:
            lines.append(f"(workers_positive : (0 < {context.how_many})%nat)")
        entries = sorted({node[1][1] for node in found if node[0] == "entry"})
        lines += [f"({' '.join(context.names.of('entry', name) for name in entries)} : vec)"] if entries else []
        chances = {str(node[-1]): node[-1] for node in found if node[0] in ("mean_vote", "probability")}
        for chance in chances.values():
            lines.append(f"({write.chance(chance)} : 0 <= {write.number(chance)} <= 1)")
        points = sorted(name for _, name in context.fixed if self._in_statement(name))
        if points:
            lines.append(f"({' '.join(context.names.of('point', name) for name in points)} : vec)")
        if claim.timed:
            assert claim.rule is not None
            nearest = any(node[0] == "minimizer" and len(node[1]) == 3 for node in found)
            lines += ["(x_star : vec -> vec)"] if nearest else []
            lines.append("(x : R -> vec) (V : R -> R) (V_is : forall t : R, V t = f (x t) - f_star)")
            lines.append(f"(flow : follows d ({flows.velocity(write, claim.rule.step)[0]}) x)")
        if context.random:
            lines.append(f"(oracle : nat -> history {context.draw} -> expectation {context.draw})")
        elif tags & {"estimate", "expectation"}:
            lines.append("(law : vec -> expectation vec)")
        if "gradient_mapping" in tags:
            lines.append(f"(mapping : vec -> vec) {comment('G')}")
        if any(step.by[:2] == ["lemma", "Bienaymé"] for step in self.steps):
            lines.append("(mapping_is : forall (x : vec) (i : nat), (i < d)%nat -> law x (fun g => g i) = mapping x i)")
        for number, assumed in enumerate(claim.assumptions, start=1):
            lines.append(f"(assumption_{number} : {self._assumption(assumed)}) {comment(assumed.name)}")
            if assumed.name == "IndependentDraws":
                lines.append(independent_draws(write, number))
        if context.random:
            lines += self._random_run()
        elif claim.rule is not None and not claim.timed:
            step: Any = claim.rule.step
            lines.append("(x : nat -> vec) (V : nat -> R) (V_is : forall k : nat, V k = f (x k) - f_star)")
            lines.append(f"(rule : forall k : nat, x (S k) = {write.vector(step)})")
        for number, premise in enumerate(self.premises, start=1):
            if claim.timed and TIME in variables(premise):
                context.of_time.append((f"premise_{number}", premise))
                continue
            lines.append(f"(premise_{number} : {write.statement(premise)})")
        goal = context.closed(claim.conclusion, context.quantified(claim.conclusion))
        return "\n".join(f"  {line}" for line in lines) + f" :\n  {goal}."

    def _random_run(self) -> list[str]:
        """A run with stochastic gradients: the start, what happens in an iteration, expectations before iteration k."""
        assert self.claim.rule is not None and self.claim.rule.step is not None
        draw = self.context.draw
        return [
            f"(x_0 : vec) (moved : nat -> history {draw} -> {draw} -> vec)",
            f"(rule : forall (k : nat) (s : history {draw}) (g : {draw}),",
            f"  moved k s g = {self.write.vector(self.claim.rule.step)})",
            "(expected := process x_0 moved oracle)",
            f"(V : history {draw} -> R) (V_is : forall s : history {draw}, V s = f (fst s) - f_star)",
        ]

    def _in_statement(self, name: str) -> bool:
        return any(("point", name) in variables(part) for part in self._trees())

    def _assumption(self, assumed: Assumed) -> str:
        if assumed.says is None:
            raise ExportError(f"the Coq library lacks: the assumption {assumed.name}, which is no statement of numbers")
        shape = _SHAPES.get(assumed.name)
        if shape is not None and set(assumed.fields) == {"constant", "norm"}:
            pair, constant = assumed.fields["norm"][1], assumed.fields["constant"]
            if assumed.says == tree(shape[1](Str(pair), term(constant))):
                return shape[0].format(p=self.write.pair(pair), c=self.write.number(constant, ARGUMENT))
        if self.context.random and is_random(assumed.says):
            if assumed.points != 1:
                raise ExportError(f"the Coq library lacks: the assumption {assumed.name} along a run")
            says = at_points(assumed.says, {str(place(0)): ["iterate", ["symbol", ITERATION]]})
            return self.context.closed(says, self.context.quantified(says))
        over = [("point", f"point {number}") for number in range(assumed.points)]
        rest = [one for one in self.context.quantified(assumed.says) if one not in over]
        return self.context.closed(assumed.says, [*over, *rest])

    # ---------------------------------------------------------------------------------------------- proof

    def _proof(self) -> str:
        context = self.context
        inside = [name for _, name in sorted(context.fixed) if not self._in_statement(name)]
        lines = [
            f"  pose ({name} := zero). clearbody {name}."
            for name in (context.names.of("point", each) for each in inside)
        ]
        lines += self._denominators() + self._minimizers()
        for name in context.whole:
            whole = context.names.of("symbol", name)
            lines.append(f"  pose proof (pos_INR {whole}) as {whole}_whole.")
            context.known.append((f"{whole}_whole", ["le", "0", ["symbol", name]]))
        if self.claim.timed and self.claim.rule is not None:
            lines += [f"  {line}" for line in flows.prologue(self.write, self.claim.rule.step)]
        lines += self._positive_denominators()
        for number, step in enumerate(self.steps):
            lines += self._step(number, step)
        over = context.quantified(self.claim.conclusion)
        last = context.used(len(self.steps) - 1, over)
        lines += [f"  {comment('what was claimed')}"]
        lines += [f"  {context.introduced(over)}pose proof {last} as H. by_instance H."]
        return "\n".join(lines)

    def _denominators(self) -> list[str]:
        """Premises such as alpha < 2 / L without the denominator, where it is positive."""
        lines = []
        statements: list[Any] = [term(premise) for premise in self.premises]
        for number, premise in enumerate(self.premises, start=1):
            name = f"premise_{number}"
            if (name, premise) in self.context.of_time:
                continue
            self.context.known.append((name, premise))
            if premise[0] not in ("lt", "le", "gt", "ge", "eq"):
                continue
            left, right = term(premise[1]), term(premise[2])
            above, below = fraction(together(left - right))
            if below.is_number:
                continue
            others = [*statements[: number - 1], *statements[number:]]
            if not follows(Gt(below, 0), others).holds:
                continue
            cleared = [premise[0], tree(expand(above)), "0"]
            a, b, q, n = (self.write.number(tree(part), ARGUMENT) for part in (left, right, below, expand(above)))
            lines.append(f"  assert (cleared_{number} : {self.write.statement(cleared)}).")
            kept = [f"premise_{place}" for place in range(1, len(self.premises) + 1) if place != number]
            positive = [
                (each, says)
                for each, says in zip(kept, self.premises[: number - 1] + self.premises[number:], strict=True)
            ]
            known = [each for each in positive if not any(n[0] == "pow" and n[2][:1] == "-" for n in nodes(each[1]))]
            decides = " ".join(decided(self.write, ["gt", tree(below), "0"], known))
            lines.append(f"  {{ assert (q : {self.write.statement(['gt', tree(below), '0'])}). {{ {decides} }}")
            lines.append(
                f"    apply (cleared_{premise[0]} {a} {b} {q} {n} q); [clear - q; field; nonzero_by q|exact {name}]. }}"
            )
            self.context.known[-1] = (f"cleared_{number}", cleared)
        return lines

    def _positive_denominators(self) -> list[str]:
        """That denominators in the steps are positive, where that is so for all parameters and every k."""
        lines: list[str] = []
        found = {
            str(node[1]): node[1]
            for step in self.steps
            for node in nodes(step.says)
            if node[0] == "pow" and node[2][:1] == "-" and isinstance(node[1], list) and node[1][0] in ("add", "mul")
        }
        premises: list[Any] = [term(premise) for premise in self.premises]
        for base in found.values():
            if any(node[0] not in ("add", "mul", "pow", "symbol") for node in nodes(base)):
                continue
            number: Any = term(base)
            if self.claim.timed and TIME in variables(base):
                continue
            if not follows(Gt(number, 0), [*premises, k >= 0]).holds:
                continue
            says, every = ["gt", base, "0"], K in variables(base)
            known = [*self.context.known, *([("k_whole", ["le", "0", ["symbol", ITERATION]])] if every else [])]
            how = decided(self.write, says, known)
            if how == SEARCH:
                continue
            name = f"positive_{len(self.context.positive)}"
            before = ["intros k. pose proof (pos_INR k) as k_whole."] if every else []
            quantified = "forall k : nat, " if every else ""
            lines.append(f"  assert ({name} : {quantified}{self.write.statement(says)}).")
            lines += [f"  {line}" for line in block([*before, *how])]
            self.context.positive.append((name, every))
        return lines

    def _minimizers(self) -> list[str]:
        """The minimizers that steps are about: points where f is f*, if a step rests on there being one."""
        lines = []
        minimizers = [node for step in self.steps for node in nodes(step.says) if node[0] == "minimizer"]
        stars = {str(node): node for node in minimizers if len(node[1]) < 3}
        attained = [step.by[2][0][1] for step in self.steps if step.by[:2] == ["lemma", "attained minimum"]]
        for star in stars.values():
            name = self.write.vector(star)
            if attained:
                assumption = self.claim.assumptions[attained[0]]
                pair, constant = assumption.fields["norm"][1], assumption.fields["constant"]
                p, mu = self.write.pair(pair), self.write.number(constant, ARGUMENT)
                found = f"attained_minimum {p} f grad f_star {mu} assumption_{attained[0] + 1} ltac:(lra) infimum_of_f"
                lines.append(f"  destruct ({found}) as [{name} {name}_attains].")
            else:
                lines.append(f"  pose ({name} := zero). clearbody {name}.")
        return lines

    def _step(self, number: int, step: StepForm) -> list[str]:
        context = self.context
        over = context.quantified(step.says)
        writing = Writing(context, number, over)
        body, always = justified(writing), number in context.at_all_times
        claim = f"  assert ({context.step_names[number]} : {context.closed(step.says, over, always)})."
        lines = [context.introduced(over, always) + body[0], *body[1:]]
        return [f"  {comment(step.name)}", *writing.before, claim, "  { " + "\n    ".join(lines) + " }"]


def _require_kind(claim: Stated) -> None:
    lacking = ""
    if claim.kind not in KINDS:
        lacking = f"claims of the kind {claim.kind}"
    elif claim.steps is not None:
        lacking = "runs with a number of steps that is fixed before"
    elif claim.rule is not None and claim.rule.workers is not None and claim.rule.draws != "estimate":
        lacking = "workers that do not draw stochastic gradients"
    elif claim.rule is not None and claim.rule.step is None:
        lacking = f"the method {claim.rule.name}, which looks into coordinates"
    elif claim.rule is not None and claim.rule.later:
        lacking = f"the method {claim.rule.name}, which remembers something"
    if lacking:
        raise ExportError(f"the Coq library lacks: {lacking}")


_first, _second = point(Str("point 0")), point(Str("point 1"))
_SHAPES: Mapping[str, tuple[str, Callable[[Str, Expr], Basic]]] = {
    "Smooth": (
        "smooth {p} grad {c}",
        lambda pair, c: Le(dual_norm(pair, gradient(_first) - gradient(_second)), c * norm(pair, _first - _second)),
    ),
    "StronglyConvex": (
        "strongly_convex {p} f grad {c}",
        lambda pair, c: Ge(
            value(_first) - value(_second),
            inner(gradient(_second), _first - _second) + c * Rational(1, 2) * norm(pair, _first - _second) ** 2,
        ),
    ),
    "PolyakLojasiewicz": (
        "polyak_lojasiewicz {p} f grad f_star {c}",
        lambda pair, c: Ge(dual_norm(pair, gradient(_first)) ** 2, 2 * c * (value(_first) - f_star)),
    ),
}
"""Assumptions that the library defines: its name for them, and what they say at two points."""
