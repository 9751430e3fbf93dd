"""The steps of a document as assertions of Coq: one tactic for each rule of the kernel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import Add, Basic, Eq, Mul, sympify

from signproof.theory.document.terms import term, tree
from signproof.theory.export import flows
from signproof.theory.export.arithmetic import SEARCH, decided, replaced
from signproof.theory.export.context import Writing
from signproof.theory.export.hypotheses import hypothesis
from signproof.theory.export.lemmas import LEMMAS
from signproof.theory.export.spelling import ARGUMENT, INDEX, SUM, ExportError, K, is_vector, variables
from signproof.theory.export.sums import sum_of_parts
from signproof.theory.export.tactics import block
from signproof.theory.kernel.reading import Tree, nodes
from signproof.theory.terms.vectors import terms


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
    if writing.context.random:
        return _random_definition(writing, left)
    if writing.context.claim.timed:
        return flows.definition(writing, left)
    if left == ["suboptimality", "0"] and writing.form.says[2] == ["symbol", "V_0"]:
        return ["reflexivity."]
    if left[0] == "suboptimality":
        return [f"pose proof (V_is {writing.write.index(index)}) as H. by_instance H."]
    if left[0] == "iterate":
        return [f"pose proof (rule {_before(writing, index)}) as H. first [exact H | rewrite H; same_vector]."]
    raise ExportError(f"the Coq library lacks: the definition of {left[0]}")


def _random_definition(writing: Writing, left: list) -> list[str]:
    if left == ["total", "1", ["symbol", "m"]]:
        return ["rewrite total_const; first [ring | cbn; ring]."]
    if left == ["expectation", ["suboptimality", "0"], ["tuple"]]:
        return ["reflexivity."]
    if left[0] == "suboptimality":
        written = writing.write.number(left)
        return [f"pose proof (V_is {written.removeprefix('V ')}) as H. by_instance H."]
    if left == ["iterate", ["add", "1", ["symbol", "k"]]]:
        return ["pose proof (rule k s g) as H. first [exact H | rewrite H; same_vector]."]
    raise ExportError(f"the Coq library lacks: the definition of {left[0]}")


def _before(writing: Writing, index: Tree) -> str:
    """The index before one."""
    if isinstance(index, str):
        return f"{int(index) - 1}%nat"
    shift, rest = index[1:]
    less = int(shift) - 1
    return writing.write.index(rest if less == 0 else ["add", str(less), rest])


def _lemma(writing: Writing, name: str, arguments: list, using: list[int]) -> list[str]:
    return LEMMAS[name](writing, arguments, using)


def _identity(writing: Writing, using: list[int]) -> list[str]:
    _, left, right = writing.form.says
    each = [number for number in using if INDEX in variables(writing.says(number)) and INDEX not in writing.over]
    lines = writing.use(using, every=each)
    equations = [term(writing.says(number)) for number in using]
    if each:
        others = [writing.says(number) for number in using if number not in each]
        lines += _rewritten_sums(writing, [writing.form.says, *others], equations, each)
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
        written, pair = writing.write.number(node, SUM), writing.write.pair(str(node[1][1]))
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
    sums = [node for says in statements for node in nodes(says) if node[0] == "total" and node[2] == [*INDEX]]
    found = {str(node): node for node in sums}
    for place, node in enumerate(found.values()):
        before: Any = term(node[1])
        after = before
        for equation in equations:
            after = after.xreplace({equation.lhs: equation.rhs})
        if after != before:
            how = " ".join(f"rewrite ?(H{number} i i_d)." for number in each)
            how = f"apply total_ext; intros i i_d; cbn beta. {how} at_coordinate; fraction."
            lines += sum_of_parts(writing, f"T{place}", node[1], after, how)
            lines.append(f"rewrite ?T{place} in *.")
    return lines


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
    "hypothesis": hypothesis,
    "lemma": _lemma,
    "identity": _identity,
    "combination": _combination,
    "decide": _decide,
    "instance": _instance,
    "theorem": _theorem,
}
