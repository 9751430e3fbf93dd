"""What a document proves, as a sentence that a mathematician signs; read off the document alone."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Ge, Gt, Symbol
from sympy.core.symbol import Str

from signproof.theory.document.terms import term
from signproof.theory.kernel.form import Assumed, Document, Stated
from signproof.theory.kernel.reading import nodes
from signproof.theory.symbols import V0, f_star, k
from signproof.theory.terms.expectations import INDICES
from signproof.theory.terms.formula import text
from signproof.theory.terms.vectors import point

LETTERS = ("x", "y", "z", "u", "v", "w")
"""What the points of an assumption are called."""


def sentence(document: Document) -> str:
    """The theorem: for every dimension, every function, every start, all parameters and every k, the conclusion."""
    claim = document.form.claim
    return f"{_quantified(claim)}: {text(term(claim.conclusion))}{_along(claim)}."


def _quantified(claim: Stated) -> str:
    parts = []
    of_run = claim.rule is not None and claim.orbit is None
    premises = set().union(*(term(premise).free_symbols for premise in claim.premises))
    if claim.orbit is not None:
        parts.append(f"f({', '.join(claim.orbit.coordinates)}) = {text(term(claim.orbit.function))}")
    elif of_run or claim.assumptions:
        parts.append(f"every d >= 1, {_objects(claim)}")
    if of_run:
        parts.append("every start x_0" + (" with V_0 = f(x_0) - f* > 0" if V0 in premises else ""))
    names = sorted({*claim.parameters, *_free(claim)})
    if names:
        told = dict.fromkeys(term(premise) for premise in claim.premises if not of_run or term(premise) != Gt(V0, 0))
        where = ", ".join(text(premise) for premise in told if premise != Ge(k, 0))
        parts.append(f"all real {', '.join(names)}{' with ' + where if where else ''}")
    if claim.timed:
        parts.append("every t >= 0 in the domain")
    elif claim.horizon is not None:
        parts.append(f"k = {claim.horizon}")
    elif claim.steps is None and k in premises:
        parts.append("every k >= 0")
    return f"For {', '.join(parts)}" if parts else "Always"


def _free(claim: Stated) -> set[str]:
    """The numbers besides parameters that a claim about no run is about."""
    if claim.rule is not None:
        return set()
    letters = {k, f_star, *INDICES}
    return {symbol.name for symbol in term(claim.conclusion).free_symbols - letters if isinstance(symbol, Symbol)}


def _objects(claim: Stated) -> str:
    """The function and the stochastic gradients, and what is assumed of them."""
    rule = claim.rule
    terms: list[Any] = [claim.conclusion, *(assumed.says for assumed in claim.assumptions if assumed.says is not None)]
    terms += [] if rule is None or rule.step is None else [rule.step]
    tags = {(node[0], len(node)) for part in terms for node in nodes(part)}
    smooth = "differentiable " if tags & {("gradient", 2), ("estimate", 2)} else ""
    drawn = " and all stochastic gradients ~g" if rule is not None and rule.draws == "estimate" else ""
    such = f" such that {'; '.join(map(_said, claim.assumptions))}" if claim.assumptions else ""
    return f"every {smooth}f: R^d -> R with infimum f*{drawn}{such}"


def _said(assumed: Assumed) -> str:
    """What an assumption says, for all points."""
    if assumed.says is None:
        return assumed.name
    names = LETTERS[: assumed.points]
    points = {point(Str(f"point {number}")): point(Str(name)) for number, name in enumerate(names)}
    said: Basic = term(assumed.says)
    return text(said.xreplace(points)) + (f" for all {', '.join(names)}" if names else "")


def _along(claim: Stated) -> str:
    """By which rule the run goes on."""
    if claim.rule is None or claim.rule.step is None:
        return "" if claim.rule is None else f", along {claim.rule.name}"
    goes: Any = text(term(claim.rule.step))
    return f", where x'(t) = {goes}" if claim.timed else f", where x_(k+1) = {goes}"
