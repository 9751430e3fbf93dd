"""Terms and statements in normal form: what two spellings of the same have in common, and all algebra that is free.

A number is a polynomial, with powers of either sign, in atoms: symbols, and terms such as a norm, which are known by
their arguments alone. A vector is a combination of vector atoms. Inner products, coordinates, sums and expectations
are linear here, norms homogeneous; |a|^2 is a^2, and the q-th power of a q-th root is what it is the root of.
Everything else is the business of rules and lemmas. Cancelling loses no condition: what a term needs to have a value
is read off its tree as it was written, before it becomes a form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from itertools import starmap
from math import gcd, lcm
from typing import Any, TypeAlias

from signproof.theory.kernel.polynomials import Monomial, Polynomial, Wrong, spend

LARGEST_POWER = 100
"""Largest exponent that is multiplied out."""
LARGEST_PRODUCT = 1_000_000
"""Largest number of terms that are multiplied at once."""
LETTERS = 8
"""How many letters of a key are as much work as a multiplication."""
HIGHEST = 10_000
"""Largest power of an atom in a product."""
INDICES = ("i", "j", "m", "xi")
"""The letters of sums: coordinates, components, workers, draws of a mini-batch."""


Operand: TypeAlias = Any
"""A number as a form, or one of Python's; what is neither is refused when it becomes a form."""
Argument: TypeAlias = Any
"""What atoms are made of: a form, an atom, a name, a whole number, or a tuple of these."""
Replaced: TypeAlias = Any
"""A form, a statement or a tuple of them; replacing in it gives another of the kind."""


class Atom:
    """A term that is not made of others by arithmetic. Equal atoms have equal keys."""

    __slots__ = ("args", "free", "key", "tag")

    def __init__(self, tag: str, *args: Argument) -> None:
        self.tag, self.args = tag, args
        self.key = f"{tag}({','.join(map(_key, args))})"
        spend(1 + len(self.key) // LETTERS)
        if tag == "symbol":
            self.free: frozenset[str] = frozenset(args)
        else:
            bound = {args[1]} if tag in ("total", *RANGED) else set()
            self.free = frozenset(args[place] for place in _places(tag, "i") if place < len(args)) - bound
            self.free = self.free.union(*map(free, args)) - bound

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Atom) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __lt__(self, other: Atom) -> bool:
        return self.key < other.key

    def __repr__(self) -> str:
        return self.key

    @property
    def fold(self) -> int:
        """The power of it that is something else: the square of |a|, the q-th power of a q-th root; 0 for others."""
        return 2 if self.tag == "abs" else self.args[1] if self.tag == "root" else 0


class Number(Polynomial):
    """A real number: a polynomial in atoms, with powers of either sign."""

    @classmethod
    def of(cls, terms: dict[Monomial, Fraction]) -> Number:
        plain: dict[Monomial, Fraction] = {}
        for monomial, number in terms.items():
            if not number:
                continue
            for atom, power in monomial:
                if abs(power) > HIGHEST:
                    raise Wrong("a power is too large")
                if (atom.fold and abs(power) >= atom.fold) or (atom.tag == "inverse" and power < 0):
                    others = tuple(pair for pair in monomial if pair[0] is not atom)
                    for other, count in (cls(((others, number),)) * _folded(atom, power)).terms:
                        plain[other] = plain.get(other, Fraction(0)) + count
                    break
            else:
                plain[monomial] = plain.get(monomial, Fraction(0)) + number
        return super().of(plain)

    def __add__(self, other: Operand) -> Number:
        return super().__add__(number(other))

    def __mul__(self, other: Operand) -> Any:  # a vector if the other is one
        if isinstance(other, Vector):
            return Vector.of({atom: self * factor for atom, factor in other.parts})
        other = number(other)
        if len(self.terms) * len(other.terms) > LARGEST_PRODUCT:
            raise Wrong("a product is too large to be multiplied out")
        return super().__mul__(other)

    def __sub__(self, other: Operand) -> Number:
        return self + -number(other)

    def __rsub__(self, other: Operand) -> Number:
        return number(other) - self

    def __truediv__(self, other: Operand) -> Number:
        return self * inverse(number(other))

    def __rtruediv__(self, other: Operand) -> Number:
        return number(other) / self

    def __pow__(self, exponent: Operand) -> Number:
        return power(self, exponent)

    __radd__, __rmul__ = __add__, __mul__

    @cached_property
    def key(self) -> str:
        spend(sum(1 + len(a.key) // LETTERS for monomial, _ in self.terms for a, _ in monomial))
        return "+".join(
            "*".join((str(number), *(f"{a.key}^{p}" for a, p in monomial))) for monomial, number in self.terms
        )

    @property
    def constant(self) -> Fraction | None:
        """Its value, if it is a rational number."""
        if not self.terms:
            return Fraction(0)
        return self.terms[0][1] if len(self.terms) == 1 and self.terms[0][0] == () else None

    @property
    def atoms(self) -> dict[Atom, None]:
        return dict.fromkeys(atom for monomial, _ in self.terms for atom, _ in monomial)

    def only(self, tag: str) -> Atom | None:
        """The atom that it is, if it is one with that tag."""
        atoms = list(self.atoms)
        return atoms[0] if len(atoms) == 1 and atoms[0].tag == tag and self == plain(atoms[0]) else None


@dataclass(frozen=True)
class Vector:
    """A combination of vector atoms."""

    parts: tuple[tuple[Atom, Number], ...] = ()

    @classmethod
    def of(cls, parts: dict[Atom, Number]) -> Vector:
        return cls(tuple(sorted(((atom, factor) for atom, factor in parts.items() if factor.terms), key=_first)))

    @classmethod
    def sum(cls, vectors: Iterable[Vector]) -> Vector:
        parts: dict[Atom, Number] = {}
        for each in vectors:
            for atom, factor in each.parts:
                parts[atom] = parts[atom] + factor if atom in parts else factor
        return cls.of(parts)

    def __add__(self, other: Vector) -> Vector:
        return self.sum((self, other))

    def __neg__(self) -> Vector:
        return Vector.of({atom: -factor for atom, factor in self.parts})

    def __sub__(self, other: Vector) -> Vector:
        return self + -other

    def __truediv__(self, other: Operand) -> Vector:
        return inverse(number(other)) * self

    def __mul__(self, other: Operand) -> Vector:
        return number(other) * self

    __rmul__ = __mul__

    @cached_property
    def key(self) -> str:
        return "&".join(f"{atom.key}:{factor.key}" for atom, factor in self.parts)


Form: TypeAlias = Number | Vector
"""What a term comes to. A name, or a tuple of a name and what it depends on, is another kind of argument."""


def _places(tag: str, kind: str) -> list[int]:
    """The places of arguments of a kind."""
    return [place for place, each in enumerate(MAKE[tag][0].replace("?", "")) if each == kind] if tag in MAKE else []


def _first(pair: tuple[Atom, Any]) -> str:
    return pair[0].key


def _key(arg: Any) -> str:
    return (
        f"[{','.join(map(_key, arg))}]"
        if isinstance(arg, tuple)
        else repr(arg)
        if isinstance(arg, str)
        else (str(arg) if isinstance(arg, int) else arg.key)
    )


def free(form: Argument) -> frozenset[str]:
    """The symbols that are free in a form."""
    if isinstance(form, Atom):
        return form.free
    if isinstance(form, Number):
        return frozenset().union(*(atom.free for atom in form.atoms))
    if isinstance(form, Vector):
        return frozenset().union(*(atom.free | free(factor) for atom, factor in form.parts))
    return frozenset().union(*map(free, form)) if isinstance(form, tuple) else frozenset()


def inside(form: Argument) -> Iterable[Atom]:
    """All atoms in a form, those in others included."""
    if isinstance(form, Atom):
        yield form
        for arg in form.args:
            yield from inside(arg)
    elif isinstance(form, Number):
        for atom in form.atoms:
            yield from inside(atom)
    elif isinstance(form, Vector):
        for atom, factor in form.parts:
            yield from inside(atom)
            yield from inside(factor)
    elif isinstance(form, tuple):
        for part in form:
            yield from inside(part)


# ---------------------------------------------------------------------------------------------- numbers


def number(value: Operand) -> Number:
    """A number as a form."""
    if isinstance(value, Number):
        return value
    if isinstance(value, Vector):
        raise Wrong("a vector stands where a number should")
    if not isinstance(value, int | Fraction):
        raise Wrong("something else stands where a number should")
    return Number(((((), Fraction(value)),)) if value else ())


def plain(atom: Atom, power: int = 1) -> Number:
    """A power of an atom as a number."""
    return Number.of({((atom, power),): Fraction(1)})


def atom(tag: str, *args: Argument) -> Number:
    return plain(Atom(tag, *args))


def symbol(name: str) -> Number:
    return atom("symbol", name)


def _folded(atom: Atom, power: int) -> Number:
    """A power of |a|, of a root or of an inverse, multiplied out."""
    base, *_ = atom.args
    if atom.tag == "inverse":
        return base**-power
    count, rest = divmod(abs(power), atom.fold)
    folded = (base**2 if atom.tag == "abs" else base) ** count
    left = ((atom, rest if power > 0 else -rest),) if rest else ()
    return (folded if power > 0 else inverse(folded)) * Number(((left, Fraction(1)),))


def _split(form: Number) -> tuple[Fraction, Monomial, Number]:
    """The content with the sign of the first term, the common monomial, and what is left."""
    first = form.terms[0][1]
    numerators, denominators = zip(*((abs(c.numerator), c.denominator) for _, c in form.terms), strict=True)
    content = Fraction(gcd(*numerators), lcm(*denominators)) * (1 if first > 0 else -1)
    powers: dict[Atom, int] = {}
    for atom in form.atoms:
        least = min(dict(monomial).get(atom, 0) for monomial, _ in form.terms)
        if least:
            powers[atom] = least
    common = tuple(sorted(powers.items()))
    rest = Number.of(
        {tuple((a, p) for a, p in _times(monomial, common, -1)): c / content for monomial, c in form.terms}
    )
    return content, common, rest


def _times(one: Monomial, other: Monomial, sign: int) -> Monomial:
    powers = dict(one)
    for atom, power in other:
        powers[atom] = powers.get(atom, 0) + sign * power
    return tuple(sorted(pair for pair in powers.items() if pair[1]))


def inverse(form: Number) -> Number:
    """1/x; that x is not 0 is for whoever writes it to show."""
    if not form.terms:
        raise Wrong("it divides by 0")
    content, common, rest = _split(form)
    powers = Number.of({tuple((atom, -power) for atom, power in common): 1 / content})
    return powers if rest.constant == 1 else powers * atom("inverse", rest)


def power(base: Operand, exponent: Operand) -> Number:
    """base^exponent. That it has a value is for whoever writes it to show; 0^0 is 1."""
    base, exponent = number(base), number(exponent)
    constant = exponent.constant
    if constant is not None:
        if max(abs(constant.numerator), constant.denominator) > LARGEST_POWER:
            return atom("pow", base, exponent)
        if constant.denominator > 1:
            base = root(base, constant.denominator)
        if constant < 0:
            base = inverse(base)
        result = number(1)
        for _ in range(abs(constant.numerator)):
            result = result * base
        return result
    if base.constant == 1:
        return base
    if not counts(exponent):
        return atom("pow", base, exponent)
    result = number(1)
    for monomial, count in exponent.terms:
        step = Number(((monomial, Fraction(1)),))
        each = base if step.constant == 1 else atom("pow", base, step)
        for _ in range(int(count)):
            result = result * each
    return result


def counts(exponent: Number) -> bool:
    """Whether an exponent is a sum of products of whole numbers that are not negative: of k, and of the index l."""
    return free(exponent) <= {"k", "l"} and all(
        c.denominator == 1 and 0 < c <= LARGEST_POWER and all(a.tag == "symbol" and p > 0 for a, p in monomial)
        for monomial, c in exponent.terms
    )


def root(base: Number, count: int) -> Number:
    value = base.constant
    if value is not None and value >= 0:
        parts = [round(part ** (1 / count)) if part < 2**50 else 0 for part in (value.numerator, value.denominator)]
        if parts[1] and Fraction(parts[0], parts[1]) ** count == value:
            return number(Fraction(parts[0], parts[1]))
    return atom("root", base, count)


def absolute(form: Operand) -> Number:
    """|x|, with a rational factor and even powers taken out."""
    form = number(form)
    if form.constant is not None:
        return number(abs(form.constant))
    content, common, rest = _split(form)
    outer = {atom: power if atom.tag in SIZES else power - power % 2 for atom, power in common}
    even = tuple((atom, power) for atom, power in outer.items() if power)
    odd = tuple((atom, power - outer[atom]) for atom, power in common if power != outer[atom])
    left = Number.of({odd: Fraction(1)}) * rest
    outside = Number.of({even: abs(content)})
    return outside if left.constant == 1 else outside * atom("abs", left)


def sign(form: Operand) -> Number:
    form = number(form)
    if form.constant is not None:
        return number((form.constant > 0) - (form.constant < 0))
    content, common, rest = _split(form)
    left = Number.of({common: Fraction(1)}) * rest
    return (1 if content > 0 else -1) * (left if left.only("sign") else atom("sign", left))


def _extreme(tag: str) -> Callable[..., Number]:
    def of(*forms: Number) -> Number:
        parts = sorted(dict.fromkeys(forms), key=lambda form: form.key)
        return parts[0] if len(parts) == 1 else atom(tag, *parts)

    return of


def cleared(form: Number) -> Number:
    """The number times what it is divided by, so that no inverse is left: 0 only if it is 0 wherever it has a value."""
    while True:
        lowest = {atom: power for monomial, _ in form.terms for atom, power in monomial if power < 0}
        for monomial, _ in form.terms:
            for atom, power in monomial:
                if power < lowest.get(atom, 0):
                    lowest[atom] = power
        inverses = sorted((atom for atom in form.atoms if atom.tag == "inverse"), key=lambda atom: len(atom.key))
        if lowest:
            factor = tuple(sorted((atom, -power) for atom, power in lowest.items()))
            form = Number.of({_times(monomial, factor, 1): c for monomial, c in form.terms})
        elif inverses:
            last = inverses[-1]
            base, most = last.args[0], max(dict(monomial).get(last, 0) for monomial, _ in form.terms)
            parts: dict[int, dict[Monomial, Fraction]] = {}
            for monomial, c in form.terms:
                rest = tuple(pair for pair in monomial if pair[0] != last)
                parts.setdefault(most - dict(monomial).get(last, 0), {})[rest] = c
            form = Number.sum(Number.of(rests) * base**count for count, rests in parts.items())
        else:
            return form


def vanishes(form: Form) -> bool:
    """Whether a number or a vector is zero wherever it has a value, by algebra alone."""
    if isinstance(form, Vector):
        return all(vanishes(factor) for _, factor in form.parts)
    return not form.terms or not cleared(form).terms


# ---------------------------------------------------------------------------------------------- vectors and scalars


def vector(tag: str, *args: Argument) -> Vector:
    return Vector(((Atom(tag, *args), number(1)),))


def inner(u: Vector, v: Vector) -> Number:
    total = number(0)
    for one, factor in u.parts:
        for other, second in v.parts:
            total = total + factor * second * atom("inner", *sorted((one, other)))
    return total


def _length(tag: str) -> Callable[[str, Vector], Number]:
    def of(name: str, v: Vector) -> Number:
        if not v.parts:
            return number(0)
        if len(v.parts) == 1:
            ((only, outside),) = v.parts
            return absolute(outside) * atom(tag, name, Vector(((only, number(1)),)))
        content, common, _ = _split(sum((factor * atom("part", each) for each, factor in v.parts), start=Number()))
        outside = Number.of({common: content})
        return absolute(outside) * atom(tag, name, v / outside)

    return of


norm, dual_norm = _length("norm"), _length("dual_norm")


def coordinate(v: Vector, index: str) -> Number:
    if index != "i":
        raise Wrong(f"{index} is not a coordinate: it is called i")
    total = number(0)
    for each, factor in v.parts:
        if each.tag == "maximizer" and each.args[0] == "inf":
            total = total + factor * sign(coordinate(each.args[1], index))
        else:
            total = total + factor * atom("coordinate", Vector(((each, number(1)),)), index)
    return total


def total(term: Number, index: str) -> Number:
    """The sum over all coordinates, components, workers or draws."""
    if index not in INDICES:
        raise Wrong(f"{index} is none of the letters of sums: {', '.join(INDICES)}")
    result = number(0)
    for monomial, c in term.terms:
        within = tuple(pair for pair in monomial if index in pair[0].free)
        outside = tuple(pair for pair in monomial if index not in pair[0].free)
        result = result + Number(((outside, c),)) * atom("total", Number(((within, Fraction(1)),)), index)
    return result


def expectation(term: Number, given: tuple[Vector, ...]) -> Number:
    """E[term | given]. All expectations are finite: nothing in them grows faster than a square."""
    if len(given) > 1:
        raise Wrong("an expectation is given one point at most")
    result = number(0)
    for monomial, c in term.terms:
        outside = tuple(pair for pair in monomial if known(pair[0], given))
        random = tuple(pair for pair in monomial if pair not in outside)
        result = result + Number(((outside, c),)) * _mean(random, given)
    return result


def _mean(random: Monomial, given: tuple[Vector, ...]) -> Number:
    if not random:
        return number(1)
    for each, power in random:
        rest = Number(((tuple(pair for pair in random if pair[0] != each), Fraction(1)),))
        if each.tag == "total" and power == 1 and each.args[1] not in free(rest) | free(given):
            return total(expectation(each.args[0] * rest, given), each.args[1])
    term = Number(((random, Fraction(1)),))
    if degree(term) > 2:
        raise Wrong(f"{term.key[:80]} may have no finite expectation: it is not known to grow at most quadratically")
    return atom("expectation", term, given)


RANDOM = ("estimate", "majority", "lean", "swing", "sampled_mapping")
KEPT = ("memory", "remembered")
"""Tags of what a method remembers: a vector, a number."""
OF_RUN = ("iterate", "suboptimality", *KEPT)
"""Tags of what a run has at an iteration, whose number is the first argument: given its iterate, it is known."""
BOUNDED = ("maximizer", "majority", "lean", "swing")


def is_term(atom: Atom) -> bool:
    """Whether it is a term of vectors, of runs, of what is drawn, or one of a user's own."""
    return atom.tag in MAKE or atom.tag == "own"


def known(form: Argument, given: tuple[Vector, ...]) -> bool:
    """Whether a term is fixed once the points `given` are: it is made of them alone."""
    if isinstance(form, Vector):
        return all(known(each, given) and known(factor, given) for each, factor in form.parts)
    if isinstance(form, Number):
        return all(known(each, given) for each in form.atoms)
    if isinstance(form, tuple):
        return all(known(part, given) for part in form)
    if not isinstance(form, Atom):
        return True
    if form.tag in OF_RUN:
        return vector("iterate", form.args[0]) in given
    if form.tag in RANDOM or form.tag == "own":
        return False
    if form.tag == "expectation":
        return known(form.args[1], given)
    if form.tag in RANGED:
        return not any(map(is_term, inside(form.args)))
    return known(form.args, given)


def degree(form: Argument) -> int:
    """How fast a term grows at most with the points and draws in it: 1 like a norm, 2 like its square; or INFINITE."""
    if isinstance(form, Vector):
        return max((degree(factor) + (0 if each.tag in BOUNDED else 1) for each, factor in form.parts), default=0)
    if isinstance(form, Number):
        return max((sum(starmap(_degree_of_power, monomial)) for monomial, _ in form.terms), default=0)
    tag, args = form.tag, form.args
    if tag in ("symbol", "sign"):
        return 0
    if tag in ("suboptimality", "value"):
        return 2
    if tag == "inner":
        return sum(0 if each.tag in BOUNDED else 1 for each in args)
    if tag in ("abs", "coordinate", "expectation", "total"):
        return degree(args[0])
    if tag in ("norm", "dual_norm"):
        return degree(args[1])
    return INFINITE if any(map(is_term, inside(form))) else 0


def _degree_of_power(atom: Atom, power: int) -> int:
    return power * degree(atom) if power > 0 else INFINITE if any(map(is_term, inside(atom))) else 0


INFINITE = 10**9
"""More than any degree that has a meaning."""
SIZES = ("abs", "root", "exp")
"""Tags of numbers that are not negative where they have a value."""


def whole(form: Number, least: int | None = None) -> bool:
    """Whether a number is whole whatever k = 0, 1, ... and, if `least` is given, at least so large; if not sure, no."""
    if not free(form) <= {"k"} or any(a.tag != "symbol" or p < 0 for monomial, _ in form.terms for a, p in monomial):
        return False
    start = dict(form.terms).get((), Fraction(0))
    growth = [c for monomial, c in form.terms if monomial]
    integers = all(c.denominator == 1 for _, c in form.terms)
    return integers and (least is None or (start >= least and all(c >= 0 for c in growth)))


def _iteration(tag: str, make: Callable[..., Form]) -> Callable[..., Form]:
    """A term of an iteration: its number is 0, 1, ... or k, k + 1, ... or l, l + 1, ..."""

    def of(count: Number) -> Form:
        if not is_iteration(count, "k", "l"):
            raise Wrong(f"{count.key} is not an iteration for every k")
        return make(tag, count)

    return of


def _remembered(make: Callable[..., Form]) -> Callable[..., Form]:
    """What a method remembers at an iteration. Arguments: that iteration, its number among all that is remembered."""

    def of(count: Number, place: Number) -> Form:
        if not is_iteration(count, "k", "l") or not is_iteration(place):
            raise Wrong("what is remembered is numbered 0, 1, ..., at an iteration")
        return make(count, place)

    return of


def is_iteration(count: Number, *letters: str) -> bool:
    shifts = [(count - (symbol(letter) if letter else 0)).constant for letter in ("", *letters)]
    return any(shift is not None and shift.denominator == 1 and shift >= 0 for shift in shifts)


def _of(tag: str, make: Callable[..., Form], check: Callable[..., bool] = lambda *_: True) -> Callable[..., Form]:
    def of(*args: Any) -> Form:
        if not check(*args):
            raise Wrong(f"there is no {tag} of {_key(args)[:80]}")
        return make(tag, *args)

    return of


def _ranged(tag: str) -> Callable[..., Number]:
    """A sum or least value over l = 0, ..., k, an integral or least value over 0 <= s <= t."""
    letter = RANGED[tag]

    def of(term: Number, index: str, first: Number, last: Number) -> Number:
        if index != letter or first.terms or (letter == "s" and last != symbol("t")):
            raise Wrong(f"{tag} ranges over {letter} from 0 on")
        if letter == "s" and not continuous(term):
            raise Wrong(f"{term.key[:80]} is not known to be continuous in time")
        return atom(tag, term, index, first, last)

    return of


def _time(*times: Number) -> Callable[..., bool]:
    return lambda time, *_: time in times


def continuous(form: Argument) -> bool:
    """Whether a term is surely a continuous function of time: made of V, f, norms, inner products and gradients."""
    if isinstance(form, Vector):
        return all(continuous(each) and continuous(factor) for each, factor in form.parts)
    if isinstance(form, Number):
        return all(continuous(each) and (p > 0 or steady(each)) for monomial, _ in form.terms for each, p in monomial)
    if isinstance(form, tuple):
        return all(map(continuous, form))
    if not isinstance(form, Atom) or steady(form) or form.tag in ("trajectory", "suboptimality_at", "symbol"):
        return True
    plain = form.tag in ("abs", "max", "min", "inner", "norm", "dual_norm")
    return (plain or (form.tag in ("value", "gradient") and len(form.args) == 1)) and continuous(form.args)


def steady(form: Argument) -> bool:
    """Whether a term is the same at all times and for all trajectories."""
    return not free(form) & {"t", "s"} and not any(is_term(each) or each.tag in RANGED for each in inside(form))


RANGED = {"sum": "l", "least": "l", "accumulated": "s", "least_so_far": "s"}
"""Tags of terms with an index, and its letter."""
_t, _s, _0 = symbol("t"), symbol("s"), Number()
NORMS = ("inf", "2", "op", "any")


def _named(make: Callable[[str, Vector], Form]) -> Callable[[str, Vector], Form]:
    def of(name: str, v: Vector) -> Form:
        if name not in NORMS:
            raise Wrong(f"there is no norm {name!r}")
        return make(name, v)

    return of


def _only(letter: str, place: int) -> Callable[..., bool]:
    return lambda *args: len(args) <= place or args[place] == letter


def _wholes(*places: int) -> Callable[..., bool]:
    return lambda *args: all(whole(args[place]) for place in places)


# The kinds of arguments: s a number, v a vector, n a name or a tuple, i an index. A trailing ? may be left out.
MAKE: dict[str, tuple[str, Callable[..., Form]]] = {
    "iterate": ("s", _iteration("iterate", vector)),
    "memory": ("ss", _remembered(partial(vector, "memory"))),
    "remembered": ("ss", _remembered(partial(atom, "remembered"))),
    "minimizer": ("n", _of("minimizer", vector)),
    "point": ("n", _of("point", vector)),
    "gradient": ("vn?", _of("gradient", vector)),
    "maximizer": ("nv", _named(lambda name, v: vector("maximizer", name, v))),
    "value": ("vn?", _of("value", atom)),
    "suboptimality": ("s", _iteration("suboptimality", atom)),
    "inner": ("vv", inner),
    "norm": ("nv", _named(norm)),
    "dual_norm": ("nv", _named(dual_norm)),
    "estimate": ("vi?", _of("estimate", vector, _only("m", 1))),
    "coordinate": ("vi", coordinate),
    "total": ("si", total),
    "expectation": ("sn", expectation),
    "majority": ("v", _of("majority", vector)),
    "lean": ("vi", _of("lean", vector, _only("m", 1))),
    "swing": ("vi", _of("swing", vector, _only("m", 1))),
    "mean_vote": ("ss", _of("mean_vote", atom, _wholes(0))),
    "probability": ("sss", _of("probability", atom, _wholes(0, 1))),
    "beta_function": ("ss", _of("beta_function", atom, _wholes(0, 1))),
    "incomplete_beta": ("sss", _of("incomplete_beta", atom, _wholes(1, 2))),
    "unit": ("i", _of("unit", vector, _only("i", 0))),
    "corner": ("vv", _of("corner", vector)),
    "trajectory": ("s", _of("trajectory", vector, _time(_t, _s, _0))),
    "velocity": ("s", _of("velocity", vector, _time(_t))),
    "suboptimality_at": ("sn?", _of("suboptimality_at", atom, _time(_t, _s, _0))),
    "suboptimality_rate": ("s", _of("suboptimality_rate", atom, _time(_t))),
    "gradient_mapping": ("vs", _of("gradient_mapping", vector)),
    "sampled_mapping": ("vss", _of("sampled_mapping", vector)),
    "prox": ("vsn", _of("prox", vector)),
    "mean_prox": ("vs", _of("mean_prox", vector)),
    "exchange": ("vvi", _of("exchange", vector, _only("i", 2))),
    "weight": ("i", _of("weight", atom, _only("j", 0))),
    "entry": ("ni", _of("entry", atom, _only("i", 1))),
}  # fmt: skip
"""Terms of vectors, of runs and of what is drawn: their arguments, and the form that they make."""
ELEMENTARY: dict[str, Callable[..., Number]] = {
    "abs": absolute, "sign": sign, "max": _extreme("max"), "min": _extreme("min"), "pow": power,
    **{tag: lambda form, tag=tag: atom(tag, form) for tag in ("exp", "log", "sin", "cos")},
}  # fmt: skip
CONSTANTS = ("pi", "e", "eulergamma", "goldenratio", "catalan", "tribonacciconstant")


# ---------------------------------------------------------------------------------------------- statements


@dataclass(frozen=True)
class Relation:
    """A comparison of two numbers, or the equality of two vectors: left, one of <=, <, >=, >, =, !=, right."""

    left: Form
    kind: str
    right: Form

    @property
    def gap(self) -> tuple[Any, str]:
        """What is >= 0, > 0, = 0 or != 0 by it."""
        if self.kind in (">=", ">"):
            return self.left - self.right, self.kind
        return self.right - self.left, {"<=": ">=", "<": ">"}.get(self.kind, self.kind)

    @property
    def about_vectors(self) -> bool:
        return isinstance(self.left, Vector)


@dataclass(frozen=True)
class Joined:
    """Statements joined by "and", "or" or "not"; true is an "and" of none."""

    word: str
    parts: tuple[Stated, ...]

    @property
    def about_vectors(self) -> bool:
        return any(part.about_vectors for part in self.parts)


@dataclass(frozen=True)
class Repeats:
    """A run visits the points, given by coordinates, in turn and for ever."""

    points: tuple[tuple[Number, ...], ...]
    about_vectors = True


Stated: TypeAlias = Relation | Joined | Repeats


def sides(thing: Replaced) -> Iterable[Any]:
    """The terms that a statement is about; of a term, itself."""
    if isinstance(thing, Relation):
        yield from (thing.left, thing.right)
    elif isinstance(thing, Joined):
        for part in thing.parts:
            yield from sides(part)
    elif isinstance(thing, Repeats):
        yield from (entry for point in thing.points for entry in point)
    else:
        yield thing


def same(one: Stated, other: Stated) -> bool:
    """Whether two statements say the same up to algebra, part by part in any order."""
    spend(1)
    if isinstance(one, Relation) and isinstance(other, Relation):
        if one.about_vectors != other.about_vectors:
            return False
        (gap, kind), (second, another) = one.gap, other.gap
        return kind == another and (vanishes(gap - second) or (kind in ("=", "!=") and vanishes(gap + second)))
    if isinstance(one, Joined) and isinstance(other, Joined) and one.word == other.word:
        left = list(other.parts)
        for part in one.parts:
            match = next((each for each in left if same(part, each)), None)
            if match is None:
                return False
            left.remove(match)
        return not left
    return one == other


# ---------------------------------------------------------------------------------------------- replacing


def replace(thing: Replaced, by: dict[Any, Form], everywhere: bool = False) -> Replaced:
    """A form or statement with other forms for some atoms, and for some whole forms, in it.

    Raises Wrong if an index would get another meaning; with `everywhere`, what replaces is equal for every index. Then
    points stay where draws are made, and what an expectation is given: what is drawn at equal points is not equal.
    """
    return _Replacing(by, everywhere)(thing)


def symbols(**values: Operand) -> dict[Any, Form]:
    """What `replace` puts for symbols, by their names."""
    return {Atom("symbol", name): number(value) for name, value in values.items()}


class _Replacing:
    def __init__(self, by: dict[Any, Form], everywhere: bool) -> None:
        self.by, self.everywhere, self.done = by, everywhere, dict[Any, Any]()
        self.fixed = frozenset() if everywhere else frozenset().union(*map(free, (*by, *by.values())))

    def __call__(self, thing: Any) -> Any:
        if isinstance(thing, Number | Vector):
            if thing not in self.done:
                self.done[thing] = self.by[thing] if thing in self.by else self._form(thing)
            return self.done[thing]
        if isinstance(thing, tuple):
            return tuple(map(self, thing))
        if isinstance(thing, Relation):
            return Relation(self(thing.left), thing.kind, self(thing.right))
        if isinstance(thing, Joined):
            return Joined(thing.word, self(thing.parts))
        return Repeats(self(thing.points)) if isinstance(thing, Repeats) else thing

    def _form(self, form: Form) -> Form:
        if isinstance(form, Vector):
            result = Vector()
            for each, factor in form.parts:
                result = result + self(factor) * self.atom(each)
            return result
        total = number(0)
        for monomial, c in form.terms:
            part = number(c)
            for each, count in monomial:
                part = part * power(self.atom(each), count)
            total = total + part
        return total

    def atom(self, each: Atom) -> Any:
        if each not in self.done:
            self.done[each] = self.by[each] if each in self.by else self._rebuilt(each)
        return self.done[each]

    def _rebuilt(self, each: Atom) -> Any:
        tag, args = each.tag, each.args
        if tag in ("symbol", *CONSTANTS):
            return plain(each)
        if tag == "inner":
            one, other = (self.atom(arg) for arg in args)
            return inner(one, other)
        if self.everywhere and tag in RANDOM:
            return vector(tag, *args)
        if self.everywhere and tag == "expectation":
            return expectation(self(args[0]), args[1])
        bound = args[1] if tag in ("total", *RANGED) else None
        if bound in self.fixed:
            raise Wrong(f"{bound}, over which a term runs, would get another meaning")
        return build(tag, *(arg if isinstance(arg, str | int) else self(arg) for arg in args))


def build(tag: str, *args: Argument) -> Form:
    """The form of a term with that tag and these arguments."""
    if tag in MAKE:
        return MAKE[tag][1](*args)
    if tag in ELEMENTARY:
        return ELEMENTARY[tag](*args)
    if tag in RANGED:
        return _ranged(tag)(*args)
    if tag == "inverse":
        return inverse(args[0])
    if tag == "root":
        return root(*args)
    if tag == "own":
        return (vector if args[1] in ("VectorAtom", "Random") else atom)(tag, *args)
    raise Wrong(f"there is no term {tag[:40]!r}")
