"""The vocabulary in which the table of lemmas is read by the kernel: names for forms and statements."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from signproof.theory.kernel import forms
from signproof.theory.kernel.forms import Argument, Joined, Number, Relation, Vector, Wrong, symbol
from signproof.theory.kernel.lemmas import MEANINGS


def make(tag: str) -> Callable[..., Any]:
    """What builds terms of a tag from arguments of the right kinds. Raises Wrong for others."""
    kinds = forms.MAKE[tag][0].replace("?", "")

    def of(*args: Any) -> Any:
        if len(args) > len(kinds):
            raise Wrong(f"{tag} has too many arguments")
        return forms.build(tag, *(_KINDS[kind](arg) for kind, arg in zip(kinds, args, strict=False)))

    return of


def _vector(arg: Any) -> Vector:
    if not isinstance(arg, Vector):
        raise Wrong("a number stands where a vector should")
    return arg


def letter(arg: Argument) -> str:
    """The name of a symbol."""
    found = arg.only("symbol") if isinstance(arg, Number) else None
    if found is None:
        raise Wrong("an index should be a letter")
    return found.args[0]


_KINDS = {"s": forms.number, "v": _vector, "n": lambda arg: arg, "i": letter}


def _related(kind: str) -> Any:
    def of(left: Any, right: Any) -> Relation:
        if not isinstance(left, Vector) and not isinstance(right, Vector):
            return Relation(forms.number(left), kind, forms.number(right))
        return Relation(_vector(left), kind, _vector(right))

    return of


def _ranged(tag: str) -> Any:
    return lambda term, limits: forms.build(tag, term, letter(limits[0]), forms.number(limits[1]), limits[2])


def _over_time(tag: str) -> Any:
    return lambda term: forms.build(tag, term, "s", Number(), symbol("t"))


def _at(term: Any, **values: Any) -> Any:
    return forms.replace(term, forms.symbols(**values))


def needs(assumption: Any, *names: str) -> str:  # an assumption, or what stands in its place
    """The name of an assumption, if it is one of these and says what it must. Raises Wrong if not."""
    if getattr(assumption, "name", None) not in names:
        raise Wrong(f"it needs the assumption {' or '.join(names)}")
    if any(each in assumption.atoms for name in assumption.fields for each in forms.inside(getattr(assumption, name))):
        raise Wrong(f"a field of {assumption.name} is about the points of which it speaks")
    if not forms.same(assumption.says, MEANINGS[assumption.name](TERMS, assumption, *assumption.places)):
        raise Wrong(f"the assumption called {assumption.name} says something else")
    if assumption.name == "StronglyConvex":
        positive = _related(">")(assumption.constant, 0)
        value = forms.number(assumption.constant).constant
        if not any(forms.same(each, positive) for each in assumption.conditions) and (value is None or value <= 0):
            raise Wrong("a function is strongly convex with a constant that is positive")
    return assumption.name


def _speaks_of_minimizer(assumption: Any) -> bool:
    """Whether an assumption is about x*, so that there is one."""
    said = () if getattr(assumption, "says", None) is None else forms.sides(assumption.says)
    return any(forms.vector("minimizer", ()).parts[0][0] in forms.inside(side) for side in said)


_points = tuple(forms.vector("point", name) for name in ("u", "v", "y"))
_letters = {name: symbol(name) for name in ["i", "j", "k", "l", "m", "s", "t"]}
ANYWHERE = frozenset(point.parts[0][0] for point in _points)
"""Any points at all: what is proved of them is proved of all, so nothing that is assumed may be about one of them."""

TERMS = SimpleNamespace(
    **{tag: make(tag) for tag in forms.MAKE if tag not in ("total", "expectation")},
    **_letters,
    f_star=symbol("f_*"),
    Le=_related("<="),
    Ge=_related(">="),
    Gt=_related(">"),
    Eq=_related("="),
    And=lambda *parts: Joined("and", parts),
    Abs=forms.absolute,
    sign=forms.sign,
    exp=lambda term: forms.atom("exp", term),
    log=lambda term: forms.atom("log", term),
    Rational=lambda p, q: forms.number(p) / q,
    Integer=forms.number,
    Tuple=lambda *parts: parts,
    Str=lambda name: name,
    pair=lambda name: name,
    Total=make("total"),
    Sum=_ranged("sum"),
    Least=_ranged("least"),
    Accumulated=_over_time("accumulated"),
    LeastSoFar=_over_time("least_so_far"),
    mean=lambda term, *given: forms.expectation(forms.number(term), tuple(map(_vector, given))),
    squared=lambda v: forms.inner(v, v),
    deviation=lambda x, step, size=1: (
        step * make("gradient_mapping")(x, step) - step * make("sampled_mapping")(x, step, size)
    ),
    regularizer=lambda step: ("r", step),
    COMPONENT=("r_j", symbol("j")),
    D="d",
    g_t=make("gradient")(make("trajectory")(symbol("t"))),
    x_star=forms.vector("minimizer", ()),
    u=_points[0],
    v=_points[1],
    anywhere=_points[2],
    ANYWHERE=ANYWHERE,
    INDICES=tuple(map(symbol, forms.INDICES)),
    at=_at,
    has=lambda term, *letters: bool(forms.free(term) & {letter(each) for each in letters}),
    needs=needs,
    speaks_of_minimizer=_speaks_of_minimizer,
    needs_independence=lambda assumption: None,  # what it says is all that the lemma gives
    closed_convex=lambda g: ("ClosedConvex", g),
    known=forms.known,
    is_whole=lambda term, least=None: forms.whole(forms.number(term), least),
    is_constant=forms.steady,
    is_norm=lambda term: bool(term.only("norm") or term.only("dual_norm")),
    is_count=lambda power: power.constant is not None and power.constant.denominator == 1 and power.constant >= 1,
    is_fraction=lambda term: (constant := forms.number(term).constant) is not None and constant.denominator != 1,
    is_plain=lambda term: not any(map(forms.is_term, forms.inside(term))),
    is_about=lambda term, *points: any(each in points for each in forms.inside(term)),
)
