"""Questions about real numbers: does a goal follow from premises? Forms become polynomials in numbered atoms.

An atom is known by its definition alone: what is proved of every real number is proved of it. What is true of |x|,
sign(x), the largest or smallest of some numbers, roots, inverses and exp(x) is said by axioms, case by case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from signproof.theory.kernel.forms import Atom, Joined, Number, Relation, Stated, Wrong
from signproof.theory.kernel.polynomials import All, Fact, Formula, Polynomial, Some, negation
from signproof.theory.kernel.reading import Said

Defined: TypeAlias = Any
"""What an atom is known by: a form, or a tag with polynomials."""


class Atoms:
    """Forms to polynomials in numbered atoms. What is known of the atoms is in `axioms`, true of all real numbers."""

    def __init__(self) -> None:
        self.numbers: dict[Any, int] = {}
        self.axioms: list[Formula] = []

    def formula(self, statement: Stated) -> Formula:
        if isinstance(statement, Joined):
            parts = tuple(map(self.formula, statement.parts))
            if statement.word == "not":
                return negation(parts[0])
            return All(parts) if statement.word == "and" else Some(parts)
        if not isinstance(statement, Relation) or statement.about_vectors:
            raise Wrong("real arithmetic needs numbers, but one of the statements is about vectors")
        gap, kind = statement.gap
        return Fact(self.polynomial(gap), kind)

    def polynomial(self, form: Number) -> Polynomial:
        total = Polynomial()
        for monomial, number in form.terms:
            part = Polynomial.number(number)
            for atom, power in monomial:
                value = self._value(atom)
                part *= value**power if power > 0 else self.inverse(value) ** -power
            total += part
        return total

    def _value(self, atom: Atom) -> Polynomial:
        if atom.tag == "inverse":
            return self.inverse(self.polynomial(atom.args[0]))
        if atom.tag == "root":
            return self.root(self.polynomial(atom.args[0]), atom.args[1])
        if atom.tag in ("abs", "sign", "max", "min"):
            return self.piecewise(atom.tag, tuple(map(self.polynomial, atom.args)))
        value, new = self.atom(atom)
        if new and atom.tag == "exp":
            self.axioms.append(Fact(value, ">"))
        return value

    def inverse(self, base: Polynomial) -> Polynomial:
        inverse, new = self.atom(("inverse", base))
        if new:
            self.axioms.append(Some((Fact(base, "="), Fact(inverse * base - Polynomial.number(1), "="))))
        return inverse

    def root(self, base: Polynomial, count: int) -> Polynomial:
        root, new = self.atom(("root", count, base))
        if new:
            known = All((Fact(root, ">="), Fact(root**count - base, "=")))
            self.axioms.append(Some((Fact(-base, ">"), known)))
        return root

    def piecewise(self, tag: str, parts: tuple[Polynomial, ...]) -> Polynomial:
        """|x|, sign(x), or the largest or smallest of some terms, by cases; and what holds in all of them."""
        atom, new = self.atom((tag, *parts))
        if not new:
            return atom
        first, one = parts[0], Polynomial.number(1)
        if tag == "abs":
            self.axioms += [Fact(atom, ">="), Fact(atom - first, ">="), Fact(atom + first, ">=")]
            self.axioms.append(Fact(atom**2 - first**2, "="))
            cases: list[tuple[Fact, ...]] = [(Fact(part, ">="), Fact(atom - part, "=")) for part in (first, -first)]
        elif tag == "sign":
            self.axioms += [Fact(one - atom, ">="), Fact(one + atom, ">="), Fact(atom * first, ">=")]
            cases = [(Fact(part, ">"), Fact(atom - one * value, "=")) for part, value in ((first, one), (-first, -one))]
            cases.append((Fact(first, "="), Fact(atom, "=")))
        else:
            up = Polynomial.number(1 if tag == "max" else -1)
            self.axioms += [Fact(up * (atom - part), ">=") for part in parts]
            cases = [(Fact(atom - part, "="),) for part in parts]
        self.axioms.append(Some(tuple(All(case) for case in cases)))
        return atom

    def atom(self, term: Defined) -> tuple[Polynomial, bool]:
        """The atom of a term, and whether it is new. Equal polynomials have equal roots, inverses and so on."""
        new = term not in self.numbers
        number = self.numbers.setdefault(term, len(self.numbers))
        return Polynomial.of({((number, 1),): Fraction(1)}), new


@dataclass(frozen=True)
class Question:
    """What to refute: for each part of a goal, the assumptions and the negation of the part.

    The conditions of having a value come first, each after those that it may need; the goals need them all.
    """

    atoms: tuple[str, ...]
    """What the numbered atoms stand for."""
    assumptions: tuple[Formula, ...]
    conditions: tuple[Formula, ...]
    goals: tuple[Formula, ...]

    @classmethod
    def of(cls, goal: Said, premises: Iterable[Said]) -> Question:
        """Whether the goal holds and has a value where the premises do."""
        facts = dict.fromkeys(fact for premise in premises for fact in premise.facts)
        said = goal.statement
        goals = dict.fromkeys(said.parts if isinstance(said, Joined) and said.word == "and" else (said,))
        atoms = Atoms()
        assumed = [atoms.formula(fact) for fact in facts]
        before = [atoms.formula(part) for part in dict.fromkeys(goal.needs) if part not in facts]
        claimed = [atoms.formula(part) for part in goals if part not in facts and part not in goal.needs]
        names = tuple(str(getattr(term, "key", term)) for term in atoms.numbers)
        open_ = [tuple(part for part in parts if not evident(part)) for parts in (before, claimed)]
        return cls(names, (*assumed, *atoms.axioms), *open_)

    def cases(self) -> Iterator[tuple[Formula, ...]]:
        """What each part of a certificate refutes."""
        for number, part in enumerate(self.conditions):
            yield (*self.assumptions, *self.conditions[:number], negation(part))
        for part in self.goals:
            yield (*self.assumptions, *self.conditions, negation(part))


def evident(formula: Formula) -> bool:
    """Whether a formula is true of numbers alone, or of no part at all."""
    if isinstance(formula, All):
        return all(map(evident, formula.parts))
    if isinstance(formula, Some):
        return any(map(evident, formula.parts))
    if not all(monomial == () for monomial, _ in formula.polynomial.terms):
        return False
    value = formula.polynomial.terms[0][1] if formula.polynomial.terms else 0
    return {"=": value == 0, "!=": value != 0, ">=": value >= 0, ">": value > 0}[formula.kind]
