"""Rule "decide" for Coq: told by which products it follows where that is found, else by Coq's own search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

from sympy import Abs, Add, Basic, Expr, Mul, Poly, Pow, Rational, Symbol, exp, expand, sympify

from signproof.theory.document.terms import term, tree
from signproof.theory.export.certified import certified
from signproof.theory.export.contradictions import Contradiction, Fact, contradiction
from signproof.theory.export.spelling import ARGUMENT, ExportError, Spelling
from signproof.theory.kernel.reading import Tree
from signproof.theory.symbols import k

SEARCH = ["decide_step."]
"""Coq's own search."""
_SIGNS = {"le": ">=", "ge": ">=", "lt": ">", "gt": ">", "eq": "="}


SIGNS = (1, -1, -2)
"""What is put before a monomial in the square of it and 1."""
MOST_PAIRS = 20
"""Of two monomials, of which the sum or the difference is squared."""
MOST_SQUARES = 4
"""Of squares that are tried, before those of sums and differences of two."""


LARGEST = 80
"""Of the terms of all inequalities together: for more, products are not looked for here."""


class _Unfit(Exception):
    """Something that no products of facts are looked for."""


def decided(write: Spelling, goal: list, known: Iterable[tuple[str, list]]) -> list[str]:
    """Tactics for a goal, from what is known under the given names."""
    if goal == ["true"]:
        return ["exact I."]
    known = list(known)
    try:
        return ["powers.", *_parts(write, goal, known)]
    except (_Unfit, ExportError):
        pass
    try:
        return certified(write, goal, known)
    except ExportError:
        return SEARCH


def _parts(write: Spelling, goal: list, known: list[tuple[str, list]]) -> list[str]:
    if goal[0] == "and":
        first, *rest = goal[1:]
        others = rest[0] if len(rest) == 1 else ["and", *rest]
        lines = ["split."]
        for part in (first, others):
            lines.append("{ " + " ".join(_parts(write, part, known)) + " }")
        return lines
    if goal[0] == "eq":
        left, right = goal[1:]
        both = [" ".join(_parts(write, ["le", *pair], known)) for pair in ((left, right), (right, left))]
        return ["apply Rle_antisym.", *("{ " + each + " }" for each in both)]
    if goal[0] not in _SIGNS:
        raise _Unfit
    return _Question(write, goal, known).lines


class _Question:
    """A goal that is one inequality."""

    def __init__(self, write: Spelling, goal: list, known: list[tuple[str, list]]):
        self.write = write
        self.lines: list[str] = []
        self.atoms: dict[Expr, Symbol] = {}
        self.facts: list[Fact] = []
        self.roots: dict[str, Expr] = {}
        relations: list[tuple[str, list]] = []
        for name, says in known:
            relations += self._flat(name, says)
        gaps = [(name, _gap(says), _SIGNS[says[0]]) for name, says in relations]
        rest = -_gap(goal)
        opposite = "<" if goal[0] in ("le", "ge") else "<="
        gaps, rest = self._substituted(relations, gaps, rest)
        if sum(len(Add.make_args(expand(gap))) for gap in (rest, *(gap for _, gap, _ in gaps))) > LARGEST:
            raise _Unfit
        self.lines.append("negated N.")
        for name, gap, sign in gaps:
            self._enter(f"F_{name}", gap, sign, f"fact {name} F_{name}.")
        self._enter("F_N", rest, ">" if opposite == "<" else ">=", "fact N F_N.")
        self.facts.append(self.facts.pop([fact.name for fact in self.facts].index("F_N")))
        self._squares()
        found = contradiction(self.facts)
        if found is None:
            raise _Unfit
        self.lines += self._written(found)

    def _flat(self, name: str, says: list) -> list[tuple[str, list]]:
        if says == ["true"]:
            return []
        if says[0] == "and":
            first, *rest = says[1:]
            others = rest[0] if len(rest) == 1 else ["and", *rest]
            self.lines.append(f"destruct {name} as [{name}_ {name}'].")
            return [*self._flat(f"{name}_", first), *self._flat(f"{name}'", others)]
        if says[0] not in _SIGNS:
            raise _Unfit
        return [(name, says)]

    def _substituted(self, relations: Any, gaps: list, rest: Expr) -> tuple[list, Expr]:
        """Equations whose left side is an atom, used from left to right in everything else."""
        for place, (name, says) in enumerate(relations):
            if says[0] != "eq":
                continue
            left, right = term(says[1]), term(says[2])
            if isinstance(left, Add | Mul | Pow | Rational) or right.has(left, Abs) or isinstance(left, Symbol):
                continue
            self.lines.append(f"try rewrite {name} in *.")
            gaps = [(n, None if gap is None else gap.xreplace({left: right}), s) for n, gap, s in gaps]
            gaps[place] = (name, None, "=")
            rest = rest.xreplace({left: right})
        return [each for each in gaps if each[1] is not None], rest

    def _enter(self, name: str, gap: Expr, sign: str, how: str) -> None:
        number = self._polynomial(gap)
        self.lines.append(how)
        self.facts.append(Fact(name, number, sign))

    def _polynomial(self, number: Expr) -> Expr:
        """A number as a polynomial in symbols, those of atoms included."""
        if isinstance(number, Rational):
            return number
        if isinstance(number, Add | Mul):
            return number.func(*map(self._polynomial, number.args))
        if isinstance(number, Pow):
            base, exponent = number.args
            if isinstance(exponent, Rational):
                if exponent.is_Integer and exponent > 0:
                    return self._polynomial(base) ** exponent
                if exponent.is_Integer:
                    return self._inverse(base) ** -exponent
                if exponent == Rational(1, 2):
                    return self._root(base)
                raise _Unfit
            shift = exponent - k
            if shift.is_Integer and shift > 0:
                return self._polynomial(base) ** shift * self._atom(Pow(base, k))
            return self._atom(number)
        if isinstance(number, Abs):
            return self._absolute(number)
        if isinstance(number, exp):
            if number not in self.atoms:
                symbol = self._atom(number)
                name = f"X{len(self.atoms)}"
                self.lines.append(f"pose proof (exp_pos {self._spelled(number.args[0], ARGUMENT)}) as {name}.")
                self.facts.append(Fact(name, symbol, ">"))
            return self._atom(number)
        if number.func.__name__ in ("sign", "Max", "Min"):
            raise _Unfit
        return number if isinstance(number, Symbol) else self._atom(number)

    def _atom(self, number: Expr) -> Symbol:
        if number not in self.atoms:
            self.atoms[number] = Symbol(f"atom {len(self.atoms)}", real=True)
        return self.atoms[number]

    def _spelled(self, number: Basic, around: int) -> str:
        """A number as Coq writes it; atoms are put in for their symbols as they are, so that nothing cancels."""
        atoms = {symbol.name: tree(atom) for atom, symbol in self.atoms.items()}
        return self.write.number(replaced(tree(sympify(number)), atoms), around)

    def _inverse(self, base: Expr) -> Expr:
        number = Pow(base, -1)
        if number in self.atoms:
            return self.atoms[number]
        inside = self._polynomial(base)
        symbol = self._atom(number)
        name, q = f"I{len(self.atoms)}", self._spelled(base, ARGUMENT)
        positive = self._proved(f"{name}_", inside, f"0 < {q}", ">")
        lemma = "inverse_of_positive"
        if not positive:
            positive = self._proved(f"{name}_", -inside, f"{q} < 0", ">")
            lemma = "inverse_of_negative"
        if not positive:
            raise _Unfit
        self.lines.append(f"destruct ({lemma} {q} {name}_) as [{name} {name}'].")
        self.facts.append(Fact(name, symbol if lemma == "inverse_of_positive" else -symbol, ">"))
        self.facts.append(Fact(f"{name}'", inside * symbol - 1, "="))
        self.lines.append(f"fact {name} {name}. fact {name}' {name}'.")
        return symbol

    def _root(self, base: Expr) -> Expr:
        number = Pow(base, Rational(1, 2))
        if number in self.atoms:
            return self.atoms[number]
        inside = self._polynomial(base)
        symbol = self._atom(number)
        name, r = f"R{len(self.atoms)}", self._spelled(base, ARGUMENT)
        if not self._proved(f"{name}_", inside, f"0 <= {r}", ">="):
            raise _Unfit
        self.lines.append(f"destruct (sqrt_facts {r} {name}_) as [{name} {name}'].")
        self.facts += [Fact(name, symbol, ">="), Fact(f"{name}'", symbol**2 - inside, "=")]
        self.lines.append(f"fact {name} {name}. fact {name}' {name}'.")
        return symbol

    def _absolute(self, number: Abs) -> Expr:
        if number in self.atoms:
            return self.atoms[number]
        inside = self._polynomial(number.args[0])
        symbol = self._atom(number)
        a, r = f"A{len(self.atoms)}", self._spelled(number.args[0], ARGUMENT)
        names = [f"{a}_{place}" for place in range(4)]
        self.lines.append(f"destruct (abs_facts {r}) as [{names[0]} [{names[1]} [{names[2]} {names[3]}]]].")
        numbers = (symbol, symbol**2 - inside**2, symbol - inside, symbol + inside)
        for name, fact, sign in zip(names, numbers, (">=", "=", ">=", ">="), strict=True):
            self.lines.append(f"fact {name} {name}.")
            self.facts.append(Fact(name, fact, sign))
        return symbol

    def _proved(self, name: str, number: Expr, says: str, sign: str) -> bool:
        """Whether a number is positive, or not negative, by the facts so far; then it is said under that name."""
        if number.is_number:
            self.lines += [f"assert ({name} : {says}) by lra."] if number.is_positive else []
            return bool(number.is_positive)
        opposite = Fact("F_M", -number, ">=" if sign == ">" else ">")
        found = contradiction([*self.facts, opposite], deepest=3)
        if found is None:
            return False
        inside = " ".join(["negated M. fact M F_M.", *self._written(found)])
        self.lines.append(f"assert ({name} : {says}). {{ {inside} }}")
        return True

    def _squares(self) -> None:
        """Squares of monomials in the symbols of the goal, and of sums and differences of two."""
        last = self.facts[-1].number
        symbols = sorted(last.free_symbols, key=str)
        if not symbols:
            return
        halves = [
            Mul(*(one ** (exponent // 2) for one, exponent in zip(symbols, exponents, strict=True)))
            for number in (last, *(fact.number for fact in self.facts if fact.sign == "="))
            if number.free_symbols <= set(symbols)
            for exponents, _ in Poly(number, *symbols).terms()
        ]
        lines = [*symbols] if len(symbols) <= 4 else []
        planes = [one * other for one, other in combinations(lines, 2)]
        roots = [*dict.fromkeys([root for root in halves if root != 1][:MOST_SQUARES] + lines + planes)]
        pairs = [1 + sign * root for root in roots for sign in SIGNS]
        pairs += [one + sign * other for one, other in combinations(roots, 2) for sign in (1, -1)][:MOST_PAIRS]
        self.roots = {f"S{place}": root for place, root in enumerate([*roots, *pairs])}
        self.facts[-1:-1] = [Fact(name, expand(root**2), "^2") for name, root in self.roots.items()]

    def _written(self, found: Contradiction) -> list[str]:
        lines, made = [], 0
        for name in sorted({name for names in found.products for name in names} & self.roots.keys()):
            root = self._spelled(self.roots[name], ARGUMENT)
            lines.append(f"pose proof (pow2_ge_0 {root}) as {name}.")
        for names in found.products:
            last = names[0]
            for name in names[1:]:
                lines.append(f"product {last} {name} as Q{made}.")
                last, made = f"Q{made}", made + 1
        for name, monomial in found.multiples:
            if monomial != 1:
                factor = self._spelled(monomial, ARGUMENT)
                lines.append(f"multiple {name} {factor} as Q{made}.")
                made += 1
        return [" ".join([*lines, "contradiction_of_sums."])]


def _gap(says: list) -> Expr:
    """An inequality as a number that is not negative, an equation as one that is 0."""
    relation, left, right = says
    one, other = term(left), term(right)
    return one - other if relation in ("ge", "gt") else other - one


def replaced(found: Any, atoms: Mapping[str, Tree]) -> Any:  # a part of a tree, and what it becomes
    """A tree with others for some of its symbols."""
    if isinstance(found, str):
        return found
    if found[0] == "symbol":
        return atoms.get(found[1], found)
    return [found[0], *(replaced(part, atoms) for part in found[1:])]
