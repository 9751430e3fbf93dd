"""The trusted table of lemmas in SymPy's terms, in which proofs are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType, SimpleNamespace
from typing import Any

import sympy
from sympy import Basic, Expr, preorder_traversal
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.theory import symbols
from signproof.theory.assumptions.composite import (
    ClosedConvex,
    CoordinateLipschitz,
    LipschitzGradient,
    ProximalAverage,
)
from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.gradients import Independence, IndependentDraws
from signproof.theory.assumptions.objective import Assumption, Smooth, StronglyConvex
from signproof.theory.kernel.lemmas import TABLE as TEXTS
from signproof.theory.kernel.lemmas import LemmaError, Use
from signproof.theory.norms import DualPair
from signproof.theory.terms import cube, expectations, flows, proximal, vectors, votes
from signproof.theory.terms.expectations import INDICES, known
from signproof.theory.terms.flows import is_constant
from signproof.theory.terms.vectors import Scalar, VectorAtom, dual_norm, norm, point
from signproof.theory.terms.votes import is_whole

u, v, anywhere = point(Str("u")), point(Str("v")), point(Str("y"))
ANYWHERE = (u, v, anywhere)
"""Any points at all: what is proved of them is proved of all, so no assumption may be about one of them."""


@dataclass(frozen=True)
class Lemma:
    """A named fact. `use` takes the lemma's terms; `text` says it in words; `source` says who proved it."""

    name: str
    text: str
    source: str
    use: Callable[..., Use]


def _at(term: Expr, **values: Any) -> Expr:
    """A term with other values of symbols."""
    return term.subs({getattr(symbols, name): value for name, value in values.items()})


def _needs(assumption: Assumption, *names: str) -> str:
    """The name of an assumption, if it is one of these. Raises LemmaError if not."""
    kind = type(assumption)
    if kind.__name__ not in names or kind not in _KNOWN:
        raise LemmaError(f"it needs the assumption {' or '.join(names)}, not {assumption}")
    return kind.__name__


def _needs_independence(assumption: Assumption) -> None:
    if not isinstance(assumption, Independence):
        raise LemmaError(f"it needs an independence, not {assumption}")


def _speaks_of_minimizer(assumption: Assumption) -> bool:
    places = [point(Str(f"point {number}")) for number in range(assumption.points)]
    return bool(assumption.statement(*places).has(vectors.x_star))


def _has(term: Basic, *names: Basic) -> bool:
    return term.has(*names)


_SYMPY = ("Le", "Ge", "Gt", "Eq", "And", "Abs", "Sum", "exp", "log", "sign", "Rational", "Integer", "Tuple")
_KNOWN = (Smooth, LipschitzGradient, StronglyConvex, Convex, CoordinateLipschitz, ProximalAverage, IndependentDraws)
_TERMS = {
    name: kind
    for module in (vectors, expectations, flows, proximal, votes, cube)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and kind.__module__ == module.__name__
}
TERMS = SimpleNamespace(
    **{name: getattr(sympy, name) for name in _SYMPY},
    **_TERMS,
    **{name: getattr(symbols, name) for name in ["f_star", "i", "j", "k", "l", "m", "s", "t"]},
    Str=Str,
    pair=lambda pair: Str(pair.name if isinstance(pair, DualPair) else pair),
    mean=expectations.mean,
    squared=proximal.squared,
    deviation=proximal.deviation,
    regularizer=proximal.regularizer,
    COMPONENT=proximal.COMPONENT,
    D=proximal.D,
    g_t=flows.g_t,
    x_star=vectors.x_star,
    u=u,
    v=v,
    anywhere=anywhere,
    ANYWHERE=ANYWHERE,
    INDICES=INDICES,
    at=_at,
    has=_has,
    needs=_needs,
    needs_independence=_needs_independence,
    speaks_of_minimizer=_speaks_of_minimizer,
    closed_convex=ClosedConvex,
    known=known,
    is_whole=is_whole,
    is_constant=is_constant,
    is_norm=lambda length: type(length) in (norm, dual_norm),
    is_count=lambda power: power.is_Integer and power >= 1,
    is_fraction=lambda batch: batch.is_number and not batch.is_Integer,
    is_plain=lambda term: not term.atoms(Scalar, VectorAtom),
    is_about=lambda term, *points: any(part in points for part in preorder_traversal(term)),
)
"""The vocabulary of SymPy's terms."""


def conclusion(name: str, *arguments: object) -> Boolean:
    """What a lemma concludes for the given terms: to write a step without repeating the formula."""
    return TABLE[name].use(*arguments).conclusion


TABLE: Mapping[str, Lemma] = MappingProxyType(
    {name: Lemma(name, each.text, each.source, partial(each.of, TERMS)) for name, each in TEXTS.items()}
)
"""All lemmas by name; it is complete and stays as it is."""
