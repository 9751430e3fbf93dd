"""What a document proves, as a sentence that a mathematician signs; read off the document alone."""

from __future__ import annotations

from typing import Any

from sympy import Basic
from sympy.core.symbol import Str

from signproof.theory.document.terms import term, tree
from signproof.theory.kernel import forms
from signproof.theory.kernel.form import Assumed, Document, DocumentError, Stated
from signproof.theory.kernel.forms import LARGEST_POWER, Wrong
from signproof.theory.kernel.polynomials import limited
from signproof.theory.kernel.reading import RELATIONS, form, nodes, number, stated
from signproof.theory.terms.formula import text
from signproof.theory.terms.vectors import point

LETTERS = ("x", "y", "z", "u", "v", "w")
"""What the points of an assumption are called, unless it is about other points of these names."""
LONGEST, WORK = 5_000, 1_000_000
"""How many nodes a term has at most that is printed, and how much work it may be to multiply it out."""
BY_NAME = {
    "IndependentDraws": "the workers draw independently of each other, no (~g^m(x))_i is 0 where (grad f(x))_i is not",
}
"""What lemmas know of assumptions beside what they say."""


def sentence(document: Document) -> str:
    """The theorem: for every dimension, every function, every start, all parameters and every k, the conclusion.

    Raises DocumentError for a claim with terms that are not as they are printed, such as x/x.
    """
    claim = document.form.claim
    return f"{_quantified(claim)}: {_shown(claim.conclusion)}{_along(claim)}."


def _quantified(claim: Stated) -> str:
    parts = []
    of_run = claim.rule is not None and claim.orbit is None
    if claim.orbit is not None:
        parts.append(f"f({', '.join(claim.orbit.coordinates)}) = {_shown(claim.orbit.function)}")
    if of_run or claim.assumptions:
        parts.append(f"every d >= 1, {_objects(claim)}")
    premises = set().union(*(forms.free(side) for each in claim.premises for side in forms.sides(stated(each))))
    if of_run:
        parts.append("every start x_0" + (" with V_0 = f(x_0) - f* > 0" if "V_0" in premises else ""))
    elif "V_0" in premises:
        parts.append("every V_0 > 0")
    parts += _numbers(claim)
    if claim.timed:
        parts.append("every t >= 0 in the domain")
    elif claim.horizon is not None:
        parts.append(f"k = {claim.horizon}")
    elif "k" in premises and "k" in _free(claim):
        parts.append("every k >= 0")
    return f"For {', '.join(parts)}" if parts else "Always"


def _numbers(claim: Stated) -> list[str]:
    """The parameters: first the whole numbers among them, then the others, and what restricts them."""
    whole = [name for name in (claim.horizon, claim.steps) if name is not None]
    found = [f"every whole number {name} of steps" for name in whole]
    workers = None if claim.rule is None else claim.rule.workers
    if workers is not None:
        whole += [] if isinstance(workers, str) else [workers[1]]
        found.append(
            f"every whole number {workers[1]} of workers" if isinstance(workers, list) else f"{workers} workers"
        )
    bound = {*whole, "k", "V_0"} | ({"t"} if claim.timed else set())
    others = [name for name in sorted({*claim.parameters, *_free(claim)}) if name not in bound]
    where = [_shown(each) for each in claim.domain]
    where += [_shown(each) for assumed in claim.assumptions for each in assumed.conditions]
    if others:
        found.append(f"all real {', '.join(others)}")
    if where:
        found.append(f"{found.pop() + ' with ' if found else ''}{', '.join(dict.fromkeys(where))}")
    return found


def _free(claim: Stated) -> frozenset[str]:
    """The symbols in the conclusion that are no indices."""
    free = frozenset().union(*map(forms.free, forms.sides(stated(claim.conclusion))))
    return free - {*forms.INDICES, "l", "f_*"}


def _objects(claim: Stated) -> str:
    """The function and the stochastic gradients, and what is assumed of them."""
    rule = claim.rule
    terms: list[Any] = [claim.conclusion, *(assumed.says for assumed in claim.assumptions if assumed.says is not None)]
    terms += [] if rule is None or rule.step is None else [rule.step, *rule.later, *rule.begun]
    tags = {(node[0], len(node)) for part in terms for node in nodes(part)}
    least = "infimum f*, attained at x*," if ("minimizer", 2) in tags else "infimum f*"
    smooth = "differentiable " if tags & {("gradient", 2), ("estimate", 2)} else ""
    draws = {tag for tag, _ in tags} & {"estimate", "majority", "lean", "swing"}
    draws |= {"estimate"} if rule is not None and rule.draws == "estimate" else set()
    drawn = " and all stochastic gradients ~g" if draws else ""
    such = f" such that {'; '.join(map(_said, claim.assumptions))}" if claim.assumptions else ""
    return f"every {smooth}f: R^d -> R with {least}{drawn}{such}"


def _said(assumed: Assumed) -> str:
    """What an assumption says, for all points; of one that says nothing, its name and its fields."""
    if assumed.says is None:
        of = [f"{name} = {_field(field)}" for name, field in sorted(assumed.fields.items())]
        return assumed.name + (f" with {', '.join(of)}" if of else "")
    own = [f"{BY_NAME[assumed.name]} ({assumed.name}), and"] if assumed.name in BY_NAME else []
    taken = {node[1] for node in nodes(assumed.says) if node[0] == "name"}
    names = [letter for letter in LETTERS if letter not in taken][: assumed.points]
    names += [f"x_{number}" for number in range(len(names), assumed.points)]
    points = {point(Str(f"point {number}")): point(Str(name)) for number, name in enumerate(names)}
    said: Basic = _term(assumed.says).xreplace(points)
    return " ".join([*own, text(said), *([f"for all {', '.join(names)}"] if names else [])])


def _field(field: Any) -> str:
    if isinstance(field, list):
        return field[1] if field[:1] == ["norm_named"] else text(_term(field))
    return str(field)


def _along(claim: Stated) -> str:
    """By which rule the run goes on."""
    if claim.rule is None or claim.rule.step is None:
        return "" if claim.rule is None else f", along {claim.rule.name}"
    goes = _shown(claim.rule.step)
    if claim.timed:
        return f", where x'(t) = {goes}"
    parts = [f"x_(k+1) = {goes}"]
    used = {node[2] for tree in (claim.rule.step, *claim.rule.later) for node in nodes(tree) if node[0] in forms.KEPT}
    for place, (later, begun) in enumerate(zip(claim.rule.later, claim.rule.begun, strict=True)):
        if str(place) in used:
            letter = "m" + "'" * place
            parts.append(f"{letter}_(k+1) = {_shown(later)} and {letter}_0 = {_shown(begun)}")
    return ", where " + ", ".join(parts)


# ------------------------------------------------------------------------------------------------ as it is written


def _shown(written: Any) -> str:
    return text(_term(written))


def _term(written: Any) -> Any:
    """A term as SymPy's, if SymPy changes nothing in it: else what is printed would hide what it needs to be defined.

    From the leaves to the root, so that nothing large is computed on the way.
    """
    parts = list(nodes(written))
    if len(parts) > LONGEST:
        raise DocumentError(f"a term of {len(parts)} parts is too long to be printed")
    try:
        with limited(WORK):
            _formed(written)
        for part in reversed(parts):
            if part[0] == "pow" and _large(part[2]):
                raise DocumentError(f"an exponent is too large to be printed: {part[2]}")
            if part[0] != "norm_named" and tree(term(part)) != part:
                raise DocumentError(f"{str(part)[:60]} is not as it is printed: {text(term(part))[:60]}")
    except Wrong as wrong:
        raise DocumentError(f"a term of the claim cannot be printed: {wrong}") from None
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        if isinstance(error, DocumentError):
            raise
        raise DocumentError(f"a term of the claim cannot be printed ({type(error).__name__})") from None
    return term(written)


def _formed(written: Any) -> None:
    """Multiplies a term out, as the kernel does."""
    tag = written[0] if isinstance(written, list) else ""
    if tag in (*RELATIONS, "and", "or", "not", "repeats"):
        stated(written)
    elif tag not in ("name", "tuple", "follows", "inwords", "true", "false"):
        form(written)


def _large(exponent: Any) -> bool:
    value = number(exponent).constant
    return value is not None and max(abs(value.numerator), value.denominator) > LARGEST_POWER
