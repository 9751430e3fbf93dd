"""The steps of a document as assertions of Coq: one tactic for each rule of the kernel, one for each lemma."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sympy import Add, Basic, Eq, Mul, expand, sympify

from signproof.theory.document.form import Stated, StepForm
from signproof.theory.document.terms import Tree, nodes, term, tree
from signproof.theory.export.arithmetic import SEARCH, decided, replaced
from signproof.theory.export.spelling import (
    ARGUMENT,
    COORDINATE,
    ITERATION,
    PRODUCT,
    SUM,
    ExportError,
    Names,
    Spelling,
    is_vector,
    slug,
    variables,
)
from signproof.theory.export.tactics import block
from signproof.theory.symbols import i
from signproof.theory.terms.expectations import Total
from signproof.theory.terms.vectors import terms

Variable = tuple[str, str]
K, INDEX = ("symbol", ITERATION), ("symbol", COORDINATE)


class Context:
    """What the steps of a theorem have in common."""

    def __init__(self, claim: Stated, steps: list[StepForm], fixed: set[Variable], theorems: Mapping[str, Any]):
        self.claim, self.steps, self.fixed, self.theorems = claim, steps, fixed, theorems
        self.names = Names(() if claim.rule is None else "x")
        self.write = Spelling(self.names, claim.horizon)
        self.step_names = [f"s{number}_{slug(step.name)}".rstrip("_") for number, step in enumerate(steps)]
        self.known: list[tuple[str, list]] = []
        """What is known of the parameters, without denominators where that is possible: its name, and what it says."""
        self.in_space = False
        """Whether there is a number d of coordinates."""

    def quantified(self, statement: Tree) -> list[Variable]:
        """The variables over which a statement runs, in their order."""
        return sorted(variables(statement) - self.fixed, key=lambda one: (one != K, one != INDEX, one))

    def closed(self, statement: Tree, over: Iterable[Variable]) -> str:
        """A statement for all values of variables."""
        before = {K: "forall k : nat, ", INDEX: "forall i : nat, (i < d)%nat -> "}
        found = [before.get(one) or f"forall {self.names.of(*one)} : vec, " for one in over]
        return "".join(found) + self.write.statement(statement)

    def introduced(self, over: Iterable[Variable]) -> str:
        """The tactic that introduces them."""
        names = [{K: "k", INDEX: "i i_d"}.get(one) or self.names.of(*one) for one in over]
        return f"intros {' '.join(names)}. " if names else ""

    def used(self, number: int, over: Iterable[Variable], at: Mapping[Variable, str] | None = None) -> str:
        """An earlier step, for the variables at hand or given; for others, at any of their values."""
        found = self.step_names[number]
        here = {one: {K: "k", INDEX: "i i_d"}.get(one) or self.names.of(*one) for one in over}
        here |= at or {}
        for one in self.quantified(self.steps[number].says):
            found += f" {here.get(one) or {K: '0%nat', INDEX: '0%nat d_positive'}.get(one, 'zero')}"
        return f"({found})"


class Writing:
    """A step that is being written."""

    def __init__(self, context: Context, number: int, over: list[Variable]):
        self.context, self.number, self.over = context, number, over
        self.write = context.write
        self.form = context.steps[number]
        self.before: list[str] = []
        """Tactics before the assertion."""

    def use(self, numbers: Iterable[int], keep: Iterable[str] = (), every: Iterable[int] = ()) -> list[str]:
        """Tactics that give earlier steps the names H0, H1, ... and forget what is not used.

        Some are used in every coordinate i."""
        numbers = [*dict.fromkeys(numbers)]
        lines = []
        for number in numbers:
            used = self.context.used(number, self.over, {INDEX: "i i_d"} if number in every else None)
            before = "fun (i : nat) (i_d : (i < d)%nat) => " if number in every else ""
            lines.append(f"pose proof {f'({before}{used})' if before else used} as H{number}.")
        names = [*(name for name, _ in self.context.known), *(f"H{number}" for number in numbers), *keep]
        if K in self.over:
            lines.append("pose proof (pos_INR k) as k_whole.")
            names.append("k_whole")
        if INDEX in self.over:
            names.append("i_d")
        if self.context.in_space:
            names.append("d_positive")
        lines.append(f"clear - {' '.join(dict.fromkeys(names))}." if names else "idtac.")
        return [" ".join(lines)]

    def known(self, numbers: Iterable[int]) -> list[tuple[str, list]]:
        """What is known of numbers when these steps are used, by the names that `use` gives."""
        found = [*self.context.known, *((f"H{number}", self.says(number)) for number in dict.fromkeys(numbers))]
        return [*found, ("k_whole", ["le", "0", ["symbol", ITERATION]])] if K in self.over else found

    def says(self, number: int) -> list:
        return self.context.steps[number].says

    def gap(self, statement: list) -> tuple[str, str]:
        """A relation as a number that is not negative, positive or 0, and its sign."""
        relation, left, right = statement
        if relation in ("ge", "gt"):
            left, right = right, left
        return f"({self.write.number(right, SUM)} - {self.write.number(left, PRODUCT)})", relation


def justified(writing: Writing) -> list[str]:
    """The tactics that prove a step by its rule."""
    rule, *arguments = writing.form.by
    if rule not in _RULES:
        raise ExportError(f"the Coq library lacks: the rule {rule}")
    return _RULES[rule](writing, *arguments)


# -------------------------------------------------------------------------------------------------------- rules


def _definition(writing: Writing) -> list[str]:
    _, left, _ = writing.form.says
    index = left[1]
    if left == ["suboptimality", "0"] and writing.form.says[2] == ["symbol", "V_0"]:
        return ["reflexivity."]
    if left[0] == "suboptimality":
        return [f"pose proof (V_is {writing.write.index(index)}) as H. by_instance H."]
    if left[0] == "iterate":
        return [f"pose proof (rule {_before(writing, index)}) as H. first [exact H | rewrite H; same_vector]."]
    raise ExportError(f"the Coq library lacks: the definition of {left[0]}")


def _before(writing: Writing, index: Tree) -> str:
    """The index before one."""
    if isinstance(index, str):
        return f"{int(index) - 1}%nat"
    shift, rest = index[1:]
    less = int(shift) - 1
    return writing.write.index(rest if less == 0 else ["add", str(less), rest])


def _hypothesis(writing: Writing, number: int, points: list[Tree]) -> list[str]:
    assumed = writing.context.claim.assumptions[number]
    at = " ".join(writing.write.vector(point, ARGUMENT) for point in points)
    sums: list[Tree] = []
    if assumed.says is not None:
        if INDEX in variables(assumed.says):
            at += " i i_d" if INDEX in writing.over else " 0%nat d_positive"
        places = {str(_place(place)): point for place, point in enumerate(points)}
        sums = [_at_points(node[1], places) for node in nodes(assumed.says) if node[0] == "total"]
    lines = [f"pose proof (assumption_{number + 1} {at}) as H. cbn beta in H."]
    return [*lines, *_expanded(writing, sums, "H"), "by_instance H."]


def _place(number: int) -> Tree:
    return ["point", ["name", f"point {number}"]]


def _at_points(found: Any, places: Mapping[str, Tree]) -> Any:
    """A tree at the points that are put in for places, with nothing carried out."""
    if isinstance(found, str):
        return found
    return places.get(str(found)) or [found[0], *(_at_points(part, places) for part in found[1:])]


def _lemma(writing: Writing, name: str, arguments: list, using: list[int]) -> list[str]:
    return LEMMAS[name](writing, arguments, using)


def _identity(writing: Writing, using: list[int]) -> list[str]:
    _, left, right = writing.form.says
    each = [number for number in using if INDEX in variables(writing.says(number)) and INDEX not in writing.over]
    lines = writing.use(using, every=each)
    equations = [term(writing.says(number)) for number in using]
    if each:
        rest = [writing.says(number) for number in using if number not in each]
        lines += _rewritten_sums(writing, [writing.form.says, *rest], equations, each)
        using = [number for number in using if number not in each]
    lengths: dict[str, list] = {}
    for node in nodes(writing.form.says):
        if node[0] in ("norm", "dual_norm"):
            lengths.setdefault(str(node), node)
    rewrites = " ".join(f"try rewrite H{number}; expanded;" for number in using)
    for place, node in enumerate(lengths.values()):
        vector = after = term(node[2])
        for equation in equations:
            assert isinstance(equation, Eq)
            after = after.xreplace({equation.lhs: equation.rhs})
        if after == vector:
            continue
        written, pair = writing.write.number(node, SUM), writing.write.pair(node[1][1])
        atoms = terms(after)
        tactic, factor = "same_part", ""
        rest = writing.write.vector(tree(after), ARGUMENT)
        if len(atoms) == 1:
            (atom,) = atoms
            coefficient = _coefficient(after, atom)
            coefficient = -coefficient if coefficient.could_extract_minus_sign() else coefficient
            c = writing.write.number(tree(coefficient), ARGUMENT)
            tactic, factor, rest = f"scaled_norm {c}", f"Rabs {c} * ", writing.write.vector(tree(atom), ARGUMENT)
        lines.append(f"assert (N{place} : {written} = {factor}{node[0]} {pair} {rest}).")
        lines.append(f"{{ {rewrites} {tactic}. }}")
        lines.append(f"rewrite ?N{place}.")
    finish = "same_vector" if is_vector(left) or is_vector(right) else "equal"
    return [*lines, f"{rewrites} {finish}."]


def _rewritten_sums(writing: Writing, statements: list[list], equations: list, each: list[int]) -> list[str]:
    """Tactics that use equations about every coordinate in the sums over coordinates of the goal and of others."""
    lines = []
    found = {str(node): node for says in statements for node in nodes(says) if node[0] == "total"}
    for place, node in enumerate(found.values()):
        before: Any = term(node[1])
        after = before
        for equation in equations:
            after = after.xreplace({equation.lhs: equation.rhs})
        if after != before:
            how = " ".join(f"rewrite ?(H{number} i i_d)." for number in each)
            how = f"apply total_ext; intros i i_d; cbn beta. {how} at_coordinate; fraction."
            lines += _sum_of_parts(writing, f"T{place}", node[1], after, how)
            lines.append(f"rewrite ?T{place} in *.")
    return lines


def _sum_of_parts(writing: Writing, name: str, before: Tree, after: Any, how: str) -> list[str]:
    """Tactics that say that a sum over coordinates is what SymPy makes of it, with constant factors outside."""
    parts = []
    for summand in Add.make_args(expand(after)):
        factors = Mul.make_args(summand)
        pair = (Mul(*(each for each in factors if each.has(i) == inner)) for inner in (False, True))
        parts.append(" * ".join(writing.write.number(tree(each), ARGUMENT) for each in pair))
    body = f"total d (fun i : nat => {' + '.join(parts)})"
    left = f"total d {_function(writing, 'i', before)}"
    lines = [f"assert ({name} : {left} = {writing.write.number(tree(Total(after, i)), SUM)})."]
    return [*lines, *block([f"transitivity ({body}).", *block([how]), "rewrite ?total_add, ?total_scale; equal."])]


def _coefficient(vector: Any, atom: Basic) -> Any:
    """The coefficient of an atom in a combination, as it is written there."""
    if vector == atom:
        return sympify(1)
    if isinstance(vector, Add):
        return Add(*(_coefficient(part, atom) for part in vector.args))
    if isinstance(vector, Mul) and vector.has(atom):
        (inner,) = (part for part in vector.args if part.has(atom) and is_vector(tree(part)))
        return Mul(*(part for part in vector.args if part is not inner)) * _coefficient(inner, atom)
    return sympify(0)


def _combination(writing: Writing, pairs: list, given: list[int]) -> list[str]:
    lines = writing.use([*(number for number, _ in pairs), *given])
    strict = writing.form.says[0] in ("lt", "gt")
    known = writing.known(given)
    summands = []
    for number, multiplier in pairs:
        gap, relation = writing.gap(writing.says(number))
        factor = writing.write.number(multiplier, ARGUMENT)
        summands.append(f"{factor} * {gap}")
        if relation == "eq":
            lines.append(f"pose proof (scaled_eq {factor} _ _ H{number}) as P{number}.")
            continue
        zero, how = f"0 <= {factor}", f"scaled_{relation}"
        signs = _sign(writing, ["le", "0", multiplier], known)
        if strict and relation in ("lt", "gt"):
            sharper = _sign(writing, ["lt", "0", multiplier], known)
            if sharper != SEARCH:
                zero, how, signs = f"0 < {factor}", f"strictly_scaled_{relation}", sharper
        lines += [f"assert (M{number} : {zero}).", *block(signs)]
        lines.append(f"pose proof ({how} _ _ _ M{number} H{number}) as P{number}.")
    gap, relation = writing.gap(writing.form.says)
    lines.append(f"assert (E : {gap} = {' + '.join(summands) or '0'}) by (powers; fraction).")
    lines.append("combined E.")
    return lines


def _sign(writing: Writing, says: list, known: list[tuple[str, list]]) -> list[str]:
    return ["lra."] if isinstance(says[2], str) else decided(writing.write, says, known)


def _decide(writing: Writing, using: list[int]) -> list[str]:
    lines = writing.use(using)
    return [*lines, *decided(writing.write, writing.form.says, writing.known(using))]


def _instance(writing: Writing, number: int, at: Tree) -> list[str]:
    used = writing.context.used(number, writing.over, {K: writing.write.index(at)})
    return [f"pose proof {used} as H. by_instance H."]


def _theorem(writing: Writing, id: str, values: Mapping[str, Tree], using: list[int]) -> list[str]:
    theorem = writing.context.theorems[id]
    if theorem.claim.kind != "algebraic":
        raise ExportError(f"the Coq library lacks: theorems inside of others that are about more than numbers ({id})")
    lines = writing.use(using)
    at = [writing.write.number(values.get(name, ["symbol", name]), ARGUMENT) for name in theorem.parameters]
    lines.append(f"pose proof ({' '.join((theorem.name, *at))}) as H.")
    known, symbols = writing.known(using), {name: values.get(name, ["symbol", name]) for name in theorem.parameters}
    for premise in theorem.premises:
        lines += ["premise H.", *block(decided(writing.write, replaced(premise, symbols), known))]
    return [*lines, "by_instance H."]


_RULES: Mapping[str, Callable[..., list[str]]] = {
    "definition": _definition,
    "hypothesis": _hypothesis,
    "lemma": _lemma,
    "identity": _identity,
    "combination": _combination,
    "decide": _decide,
    "instance": _instance,
    "theorem": _theorem,
}

# -------------------------------------------------------------------------------------------------------- lemmas


def _instance_of(writing: Writing, lemma: str) -> list[str]:
    return [f"pose proof ({lemma}) as H. by_instance H."]


def _by_premises(
    writing: Writing, lemma: str, premises: list[str], using: list[int], at: str = "", sums: Iterable[Tree] = ()
) -> list[str]:
    """A lemma whose premises are among the earlier steps. Each premise is what is to be introduced in it.

    Sums over coordinates in the conclusion are those of the given terms.
    """
    context = writing.context
    lines = [f"pose proof ({lemma}) as H."]
    for introduced in premises:
        given = {"n": {K: "n"}, "i i_d": {INDEX: "i i_d"}, "j j_d": {INDEX: "j j_d"}}.get(introduced, {})
        tries = [f"(pose proof {context.used(number, writing.over, given)} as Q; by_instance Q)" for number in using]
        intro = f"intros {introduced}. " if introduced else ""
        lines.append(f"premise H. {{ {intro}at_coordinate. first [{' | '.join([*tries, 'decide_step'])}]. }}")
    lines.append(f"pose proof (H{at}) as Q. cbn beta in Q.")
    return [*lines, *_expanded(writing, sums, "Q"), "by_instance Q."]


def _expanded(writing: Writing, sums: Iterable[Tree], hypothesis: str) -> list[str]:
    """Tactics that expand sums over coordinates of these terms, as the kernel does, in a hypothesis."""
    lines = []
    for place, inside in enumerate(sums):
        number: Any = term(inside)
        if f"total d {_function(writing, 'i', inside)}" != writing.write.number(tree(Total(number, i)), SUM):
            lines += _sum_of_parts(writing, f"T{place}", inside, number, "same_sum.")
            lines.append(f"try rewrite T{place} in {hypothesis}.")
    return lines


def _function(writing: Writing, index: str, tree: Tree) -> str:
    return f"(fun {index} : nat => {writing.write.number(tree)})"


def _vectors(writing: Writing, *trees: Tree) -> str:
    return " ".join(writing.write.vector(each, ARGUMENT) for each in trees)


def _of_pair(lemma: str) -> Callable[[Writing, list, list[int]], list[str]]:
    """A lemma about a dual pair and vectors."""

    def write(writing: Writing, arguments: list, using: list[int]) -> list[str]:
        pair, *rest = arguments
        return _instance_of(writing, f"{lemma} {writing.write.pair(pair[1])} {_vectors(writing, *rest)}")

    return write


def _non_negative_norm(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    kind, pair, vector = arguments[0]
    return _instance_of(writing, f"non_negative_{kind} {writing.write.pair(pair[1])} {_vectors(writing, vector)}")


def _smoothness(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    number = arguments[0][1]
    assumed = writing.context.claim.assumptions[number]
    if assumed.name != "Smooth":
        raise ExportError(f"the Coq library lacks: the descent lemma under {assumed.name}")
    pair, constant = assumed.fields["norm"][1], assumed.fields["constant"]
    p, c = writing.write.pair(pair), writing.write.number(constant, ARGUMENT)
    points = _vectors(writing, *arguments[1:])
    return _instance_of(writing, f"descent_lemma {p} f grad {c} gradient_of_f assumption_{number + 1} {points}")


def _attained_minimum(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    star = writing.write.vector(writing.form.says[1][1])
    return [f"exact {star}_attains."]


def _induction(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    sequence, rate = arguments
    lemma = f"induction {_function(writing, 'k', sequence)} {writing.write.number(rate, ARGUMENT)}"
    return _by_premises(writing, lemma, ["", "n"], using, " k")


def _telescoping_sum(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    factor, *sequences = arguments
    lemma = f"telescoping_sum {writing.write.number(factor, ARGUMENT)} "
    lemma += " ".join(_function(writing, "k", sequence) for sequence in sequences)
    return _by_premises(writing, lemma, ["n"], using, " k")


def _least_of_a_sum(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    return _instance_of(writing, f"least_of_a_sum {_function(writing, 'k', arguments[0])} k")


def _least_square(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    sequence, bound = arguments
    lemma = f"least_square {_function(writing, 'k', sequence)} k {writing.write.number(bound, ARGUMENT)}"
    return _by_premises(writing, lemma, ["n", ""], using)


def _comparison(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    lemma = f"comparison {' '.join(_function(writing, 'k', sequence) for sequence in arguments)}"
    return _by_premises(writing, lemma, ["n", "n", "n", ""], using, " k")


def _inner_product(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    inside = ["mul", *(["coordinate", vector, ["symbol", COORDINATE]] for vector in arguments)]
    left = f"dot d {_vectors(writing, *arguments)}"
    return _in_coordinates(writing, left, inside)


def _l1_norm(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    inside = ["abs", ["coordinate", arguments[0], ["symbol", COORDINATE]]]
    return _in_coordinates(writing, f"dual_norm (linf d) {_vectors(writing, *arguments)}", inside)


def _in_coordinates(writing: Writing, left: str, inside: Tree) -> list[str]:
    """What is a sum over coordinates by definition."""
    lines = [f"assert (H : {left} = total d {_function(writing, 'i', inside)}) by reflexivity."]
    return [*lines, *_expanded(writing, [inside], "H"), "by_instance H."]


def _coordinate_of_a_vector(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    index = "i i_d" if INDEX in writing.over else "0%nat d_positive"
    lemma = f"coordinate_of_a_vector d {_vectors(writing, arguments[0])} {index}"
    return [
        f"pose proof ({lemma}) as H. change (norm_inf d) with (norm (linf d)) in H.",
        "at_coordinate_in H. by_instance H.",
    ]


def _largest_coordinate(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    vector, bound = arguments
    lemma = (
        f"largest_coordinate_of_some d {_vectors(writing, vector)} {writing.write.number(bound, ARGUMENT)} d_positive"
    )
    return _by_premises(writing, lemma, ["i i_d"], using)


def _sum_of_inequalities(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    one, other, index = arguments
    _require_coordinates(index)
    lemma = f"sum_of_inequalities d {_function(writing, 'i', one)} {_function(writing, 'i', other)}"
    return _by_premises(writing, lemma, ["i i_d"], using, sums=(one, other))


def _one_of_a_sum(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    one, index = arguments
    _require_coordinates(index)
    lemma = f"one_of_a_sum d {_function(writing, 'i', one)}"
    at = " i i_d" if INDEX in writing.over else " 0%nat d_positive"
    return _by_premises(writing, lemma, ["j j_d"], using, at, [one])


def _corners(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    center, slope, gain = arguments
    name = writing.write.vector(["corner", center, slope])
    c = writing.write.number(gain, ARGUMENT)
    given = {INDEX: "i i_d", ("point", "y"): "y"}
    tries = [f"(pose proof {writing.context.used(number, (), given)} as Q; by_instance Q)" for number in using]
    writing.before = [
        f"  assert ({name}_premise : forall (y : vec) (i : nat), (i < d)%nat ->",
        f"    f (y + unit i)%V + f (y - unit i)%V >= 2 * f y + 2 * {c}).",
        f"  {{ intros y i i_d. first [{' | '.join([*tries, 'decide_step'])}]. }}",
        f"  destruct (corner_exists d f {c} {name}_premise {_vectors(writing, center, slope)})",
        f"    as [{name} [{name}_unit {name}_gain]].",
    ]
    return [f"pose proof {name}_gain as H. by_instance H."]


def _corner_of_a_cube(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    return [f"pose proof {writing.write.vector(['corner', *arguments])}_unit as H. by_instance H."]


def _require_coordinates(index: Tree) -> None:
    if index != ["symbol", COORDINATE]:
        raise ExportError(f"the Coq library lacks: sums over {index[1]}")


def _unit_vector(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    return _instance_of(writing, "unit_vector d i i_d" if INDEX in writing.over else "unit_vector d 0%nat d_positive")


def _logarithm(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    return _by_premises(writing, f"logarithm {writing.write.number(arguments[0], ARGUMENT)}", [""], using)


LEMMAS: Mapping[str, Callable[[Writing, list, list[int]], list[str]]] = {
    "non-negative norm": _non_negative_norm,
    "Hölder": _of_pair("hoelder"),
    "attained dual norm": _of_pair("attained_dual_norm"),
    "unit maximizer": _of_pair("unit_maximizer"),
    "triangle inequality": _of_pair("triangle_inequality"),
    "Euclidean norm": lambda writing, arguments, using: _instance_of(
        writing, f"euclidean_dual_norm d {_vectors(writing, *arguments)}"
    ),
    "self-dual norm": lambda writing, arguments, using: _instance_of(
        writing, f"self_dual_norm d {_vectors(writing, *arguments)}"
    ),
    "infimum": lambda writing, arguments, using: _instance_of(
        writing, f"infimum f f_star infimum_of_f {_vectors(writing, *arguments)}"
    ),
    "descent lemma": _smoothness,
    "attained minimum": _attained_minimum,
    "induction": _induction,
    "telescoping sum": _telescoping_sum,
    "least of a sum": _least_of_a_sum,
    "least square": _least_square,
    "comparison": _comparison,
    "inner product in coordinates": _inner_product,
    "l1 norm in coordinates": _l1_norm,
    "coordinate of a vector": _coordinate_of_a_vector,
    "largest coordinate": _largest_coordinate,
    "sum of inequalities": _sum_of_inequalities,
    "one of a sum": _one_of_a_sum,
    "unit vector": _unit_vector,
    "corner of a cube": _corner_of_a_cube,
    "induction over coordinates": _corners,
    "logarithm": _logarithm,
}
"""How a lemma of the kernel's table is used in Coq, by its name in the table."""
