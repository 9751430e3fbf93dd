"""What a method does and what an assumption says, for the reader: formulas, and a sentence in plain words."""

from __future__ import annotations

import inspect
import re
from typing import Any

from signproof.theory.assumptions.objective import Assumption
from signproof.theory.claim import Claim
from signproof.theory.methods.gradient import Method
from signproof.theory.terms.formula import tex, text
from signproof.theory.terms.vectors import point

LETTERS = "xyzuvw"
"""What the points of an assumption are called."""
PLAIN = {
    "Smooth": "Smooth: the gradient changes at most L times as much as the point, in this norm and its dual.",
    "StronglyConvex": "Strongly convex: f lies above each tangent by at least mu/2 times the squared distance.",
    "PolyakLojasiewicz": "Polyak-Lojasiewicz: a small gradient means a value near the minimum; f need not be convex.",
    "Convex": "Convex: f lies above each of its tangents.",
    "Dimension": "The space has d coordinates.",
    "StartDistance": "The run starts within R of a minimizer, in this norm.",
    "SublevelRadius": "All points no higher than the start lie within this distance of a minimizer.",
    "BoundedGradient": "Bounded gradients: the gradient is nowhere longer than this.",
    "Unbiased": "Unbiased: the mean of the stochastic gradient is the gradient.",
    "BoundedVariance": "Bounded variance: the mean squared error of the stochastic gradient is at most sigma^2.",
    "SignMargin": "Each sign is right more often than wrong, by a margin of c.",
    "VoteMargin": "The workers' majority has each sign right more often than wrong, by a margin.",
    "NormSignMargin": "Signs are right also where the stochastic gradient is long: norm and signs do not conspire.",
    "IndependentCoordinates": "The coordinates of the stochastic gradient are drawn independently.",
    "IndependentDraws": "All coordinates of all workers are drawn independently.",
    "SuccessProbabilities": "The i-th sign is right with probability rho_i at least.",
}
"""Assumptions of the package in a sentence, by class."""
PHRASES = {
    "Smooth": "f is {c}-smooth in {norm}",
    "StronglyConvex": "f is {c}-strongly convex in {norm}",
    "PolyakLojasiewicz": "f satisfies the Polyak-Lojasiewicz inequality with {c} in {norm}",
    "Convex": "f is convex",
    "Dimension": "f is a function of {c} variables",
    "StartDistance": "x_0 is within {c} of a minimizer in {norm}",
    "SublevelRadius": "all points no higher than the start are within {c} of a minimizer in {norm}",
    "BoundedGradient": "gradients are at most {c} long in the dual of {norm}",
    "Unbiased": "stochastic gradients are unbiased",
    "BoundedVariance": "the mean of ||~g - grad f(x)||_1^2 is at most {c}^2",
    "SignMargin": "each sign of ~g is right with a margin of {c}",
    "VoteMargin": "each sign of the vote is right with the margin that {c} gives",
    "NormSignMargin": "norm and signs of ~g are together right with a margin of {c}",
    "IndependentCoordinates": "the coordinates of ~g are independent",
    "IndependentDraws": "all coordinates of all workers are independent",
    "SuccessProbabilities": "the i-th sign is right with probability rho_i",
}
"""How a theorem says what it assumes, by class; `{c}` is the constant, `{norm}` the norm."""
NORMS = {
    "inf": "the maximum norm",
    "2": "the Euclidean norm",
    "op": "the operator norm",
    "any": "the norm ||.||, whichever it is",
}


def assumption_told(assumption: Assumption) -> dict[str, str]:
    """An assumption as the ledger has it: its class with its constants, what it says at all points, as LaTeX and as
    text, and what that means; of one that cannot be written down, its class alone."""
    told = {"text": str(assumption)}
    try:
        says = assumption.statement(*(point(letter) for letter in LETTERS[: assumption.points]))
        told |= {"says": text(says), "latex": tex(says)}
    except Exception:  # whatever a user's class raises, or what has no number
        pass
    kind = type(assumption)
    ours = kind.__module__.startswith("signproof.theory.")
    meaning = PLAIN.get(kind.__name__, "") if ours else ""
    told |= {"meaning": meaning or _first(kind)}
    phrase = PHRASES.get(kind.__name__, "") if ours and meaning else ""
    return told | ({"phrase": phrase.format(c=_constant(assumption), norm=_norm(assumption))} if phrase else {})


def _constant(assumption: Assumption) -> str:
    constant = getattr(assumption, "constant", None)
    written = "" if constant is None else text(constant)
    return written if re.fullmatch(r"\w*", written) else f"({written})"


def _norm(assumption: Assumption) -> str:
    name = getattr(getattr(assumption, "norm", None), "name", "")
    return NORMS.get(name, f"the norm {name}")


def rule_told(method: Method) -> str:
    """The update rule in the words of the method's class, and its parameters here; empty if it has no words."""
    rule = _first(type(method))
    if not rule:
        return ""
    here = {name: text(value) for name, value in method.parameters.items()}
    named = ", ".join(
        f"{name.replace('_', ' ')} {value}"
        for name, value in here.items()
        if value != name and not re.search(rf"\b{re.escape(value)}\b", rule)
    )
    return f"{rule.rstrip('.')}, with {named}." if named else rule


def _first(kind: type) -> str:
    """The first paragraph of a class's own documentation, in one line, without backquotes and sources."""
    written = inspect.cleandoc(kind.__dict__.get("__doc__") or "")
    if written.startswith(f"{kind.__name__}("):  # what `dataclass` writes
        return ""
    first = " ".join(written.split("\n\n")[0].split())
    return re.sub(r"\s*\[[\w-]+[^\[\]]*\]$", "", first).replace("`", "")


def facts(claim: Claim) -> dict[str, Any]:
    """The fields of a claim's entry that tell its method and its assumptions."""
    horizon = {} if claim.horizon is None else {"horizon": str(claim.horizon)}
    return horizon | {
        "algorithm": None if claim.algorithm is None else str(claim.algorithm),
        "rule": "" if claim.algorithm is None else rule_told(claim.algorithm),
        "assumptions": [assumption_told(assumption) for assumption in claim.assumptions],
    }
