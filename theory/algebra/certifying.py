"""The search for certificates: case splits, elimination, signs of factors, completed squares, linear programming.

Nothing found here is believed before the kernel's `certificate` has verified it, so that this file may guess. Products
are combined exactly, by Z3's linear arithmetic; polynomials are SymPy's, which are fast.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, combinations_with_replacement
from typing import Any

from sympy import QQ
from sympy.polys.rings import PolyElement, ring

from signproof.theory.algebra.combining import (
    ONE,
    Column,
    Multiple,
    coefficient,
    factors_of,
    fraction,
    product_of,
    single,
    solve,
    times,
    variables_of,
)
from signproof.theory.kernel.arithmetic import Question
from signproof.theory.kernel.certificate import (
    Cases,
    Certificate,
    Combination,
    Lemma,
    Product,
    Refutation,
    refutes,
)
from signproof.theory.kernel.polynomials import All, Fact, Formula, Polynomial, Some

LARGEST = 300
"""Terms of the largest polynomial that is worked on."""
COLUMNS = 2000
"""Products that are combined at most."""
WORK = 60_000
"""Looks at a polynomial's sign after which a question is given up, at most a minute of them; most need a second."""
DEEPEST = 3
"""Splits by the sign of a polynomial that no alternative asks for."""


def find(question: Question, work: int = WORK) -> Certificate | None:
    """A certificate that a goal follows from premises, or None if none was found with so much work."""
    tools, parts = _Tools(len(question.atoms), work), []
    for known in question.cases():
        try:
            part = _Case(tools).refuted(known)
        except _Late:
            return None
        if part is None or not refutes(known, part, len(question.atoms)):
            return None
        parts.append(part)
    return Certificate(tuple(parts))


class _Late(Exception):
    """The work is done, and nothing was found."""


class _Tools:
    """What all cases of a search share."""

    def __init__(self, atoms: int, work: int) -> None:
        import z3

        self.ring = ring([f"t{number}" for number in range(max(atoms, 1))], QQ)[0]
        self.work = work
        self.context = z3.Context()
        self.factored: dict[PolyElement, tuple[Any, list]] = {}


class _Closed(Exception):
    """The case is impossible; `end` says why."""

    def __init__(self, end: Combination | Cases) -> None:
        self.end = end


@dataclass(frozen=True)
class _Evidence:
    """A product whose value is a polynomial, and whether it is positive."""

    product: Product
    strict: bool

    def __mul__(self, other: _Evidence) -> _Evidence:
        return _Evidence(times(self.product, other.product), self.strict and other.strict)


@dataclass(frozen=True)
class _Rewriting:
    """An equation c v^power + ... = 0 that replaces powers of v; `c` is a number, or its sign is evident."""

    equation: int
    variable: int
    power: int
    leading: PolyElement
    sign: int
    evidence: _Evidence


class _Case:
    """What is known in one case, numbered as the checker does, and the lemmas derived in it."""

    def __init__(self, tools: _Tools) -> None:
        self.tools, self.ring = tools, tools.ring
        self.facts: list[tuple[PolyElement, str]] = []
        self.alternatives: list[tuple[Formula, ...]] = []
        self.lemmas: list[Lemma] = []
        self.best: dict[PolyElement, int] = {}  # the strongest inequality about each polynomial, up to its content
        self.active: dict[int, None] = {}  # facts not yet replaced by simpler ones
        self.decided: set[int] = set()  # alternatives
        self.rewritings: list[_Rewriting] = []
        self.failed: dict[PolyElement, int] = {}
        self.depth = 0

    def child(self) -> _Case:
        case = _Case(self.tools)
        case.facts, case.alternatives = list(self.facts), list(self.alternatives)
        case.best, case.active, case.decided = dict(self.best), dict(self.active), set(self.decided)
        case.rewritings, case.depth = list(self.rewritings), self.depth
        return case

    def refuted(self, known: Iterable[Formula] = ()) -> Refutation | None:
        """A refutation of the case in which the formulas hold too."""
        try:
            for formula in known:
                self.assume(formula)
            end = self.end()
        except _Closed as closed:
            end = closed.end
        return None if end is None else _needed(self.lemmas, end, len(self.facts) - len(self.lemmas))

    def end(self) -> Combination | Cases | None:
        self.simplify()
        end = self.forced()
        if end is not None:
            return end
        self.combine(1)
        pending = self.relevant()
        if pending:
            self.combine(2, 300, squares=False)
            return self.split(pending[0])
        self.leaf()
        rest = [number for number in range(len(self.alternatives)) if number not in self.decided]
        return self.split(rest[0]) if rest else self.guess()

    # ------------------------------------------------------------------------------------------ facts

    def assume(self, formula: Formula) -> None:
        if isinstance(formula, All):
            for part in formula.parts:
                self.assume(part)
        elif isinstance(formula, Some):
            self.alternatives.append(formula.parts)
        elif formula.kind == "!=":
            self.alternatives.append((Fact(formula.polynomial, ">"), Fact(-formula.polynomial, ">")))
        else:
            self.add(self.inner(formula.polynomial), formula.kind)

    def add(self, p: PolyElement, kind: str) -> int:
        number = len(self.facts)
        self.facts.append((p, kind))
        if p.is_ground:
            self.close_by_number(number)
            return number
        if kind == "=":
            self.active[number] = None
            return number
        key = p.primitive()[1]
        old = self.best.get(key)
        if old is None or (kind == ">" and self.facts[old][1] == ">="):
            self.best[key] = number
            if old is not None:
                self.active.pop(old, None)
            self.active[number] = None
        return number

    def close_by_number(self, number: int) -> None:
        p, kind = self.facts[number]
        value = fraction(p.LC) if p else Fraction(0)
        if kind == "=" and value:
            one = self.outer(self.ring(-1 / p.LC))
            raise _Closed(Combination((ONE,), ((number, one),)))
        if value < 0:
            raise _Closed(Combination((single(number), Product(-value))))
        if kind == ">" and not value:
            raise _Closed(Combination((single(number),)))

    def lemma(self, p: PolyElement, kind: str, products: Iterable[Product], equations: Iterable = ()) -> int:
        """Derive a fact that is a combination."""
        self.lemmas.append(Lemma(Fact(self.outer(p), kind), self.combination(products, equations)))
        return self.add(p, kind)

    def indirect(self, p: PolyElement, kind: str, *ends: tuple[Iterable[Product], Iterable]) -> int:
        """Derive a fact by refuting its negation, which is the fact that the number len(self.facts) stands for."""
        reason = tuple(Refutation((), self.combination(*end)) for end in ends)
        self.lemmas.append(Lemma(Fact(self.outer(p), kind), reason))
        return self.add(p, kind)

    def combination(self, products: Iterable[Product], equations: Iterable = ()) -> Combination:
        return Combination(tuple(products), tuple((number, self.outer(part)) for number, part in equations if part))

    def inner(self, p: Polynomial) -> PolyElement:
        result = {}
        for monomial, number in p.terms:
            powers = [0] * self.ring.ngens
            for atom, power in monomial:
                powers[atom] = power
            result[tuple(powers)] = QQ(number.numerator, number.denominator)
        return self.ring.from_dict(result)

    def outer(self, p: PolyElement) -> Polynomial:
        terms = {
            tuple((atom, power) for atom, power in enumerate(powers) if power): fraction(number)
            for powers, number in p.iterterms()
        }
        return Polynomial.of(terms)

    def inequalities(self) -> list[tuple[int, PolyElement, bool]]:
        return [(n, self.facts[n][0], self.facts[n][1] == ">") for n in self.active if self.facts[n][1] != "="]

    def equations(self) -> list[tuple[int, PolyElement]]:
        return [(n, self.facts[n][0]) for n in self.active if self.facts[n][1] == "="]

    def square(self, root: PolyElement) -> _Evidence:
        return _Evidence(Product(Fraction(1), (), (self.outer(root),)), False)

    def worked(self) -> None:
        """Counts one look at a polynomial; unlike seconds, the count is repeatable."""
        self.tools.work -= 1
        if self.tools.work < 0:
            raise _Late

    # ------------------------------------------------------------------------------------------ signs

    def evidence(self, p: PolyElement, effort: int = 1) -> _Evidence | None:
        """Why p >= 0 or p > 0: by a fact (0), by its terms and factors (1), linearly (2), by squares (3)."""
        self.worked()
        if p.is_ground:
            return _Evidence(Product(fraction(p.LC)), True) if p and p.LC > 0 else None
        known = self._by_fact(p)
        if effort < 1 or (known and known.strict):
            return known
        for way in (self._by_terms, self._by_factors, self._by_facts, self._by_square)[: effort + 1]:
            found = way(p, effort)
            if found and (found.strict or not known):
                known = found
            if known and known.strict:
                break
        return known

    def sign(self, p: PolyElement, effort: int = 1) -> tuple[int, _Evidence] | None:
        """+1 or -1, and why p, or -p, is >= 0 or > 0."""
        above = self.evidence(p, effort)
        if above and above.strict:
            return 1, above
        below = self.evidence(-p, effort)
        if below and (below.strict or not above):
            return -1, below
        return (1, above) if above else None

    def _by_fact(self, p: PolyElement) -> _Evidence | None:
        number = self.best.get(p.primitive()[1])
        if number is None:
            return None
        q, kind = self.facts[number]
        return _Evidence(Product(fraction(p.LC) / fraction(q.LC), (number,)), kind == ">")

    def _by_terms(self, p: PolyElement, effort: int = 1) -> _Evidence | None:
        """All its terms have the same sign."""
        found = []
        for powers, number in p.iterterms():
            term = _Evidence(Product(abs(fraction(number))), True)
            sign = 1 if number > 0 else -1
            for index, power in enumerate(powers):
                if not power:
                    continue
                x = self.ring.gens[index]
                below = self._by_fact(-x)
                above = None if below and below.strict else self._by_fact(x)
                known, of = (above, 1) if above else (below, -1)
                if power % 2:
                    if known is None:
                        return None
                    sign *= of
                    term *= known
                for _ in range(power // 2):
                    square = self.square(x)
                    term *= known * known if known and known.strict else square
            if sign < 0:
                return None
            found.append(term)
        if len(found) == 1:
            return found[0]
        strict = any(term.strict for term in found)
        number = self.lemma(p, ">" if strict else ">=", [term.product for term in found])
        return _Evidence(single(number), strict)

    def _by_factors(self, p: PolyElement, effort: int) -> _Evidence | None:
        constant, factors = self.factors(p)
        if not factors or (len(factors) == 1 and factors[0][1] == 1):
            return None
        result, value = _Evidence(Product(abs(fraction(constant))), True), 1 if constant > 0 else -1
        for f, power in factors:
            known = self.sign(f, min(effort, 2))
            if power % 2 and not known:
                return None
            if known:
                value *= known[0] ** power
                for _ in range(power):
                    result *= known[1]
            else:
                result *= self.square(f ** (power // 2))
        return result if value > 0 else None

    def _by_facts(self, p: PolyElement, effort: int = 2) -> _Evidence | None:
        """It is a sum of positive multiples of facts."""
        if self.failed.get(p) == len(self.facts):
            return None
        columns = [(self.ring(1), True, ONE)]
        columns += [(q, strict, single(number)) for number, q, strict in self.inequalities()]
        multiples = [(q, number, self.ring(1)) for number, q in self.equations()]
        found = solve(columns, multiples, self.tools.context, p)
        if found is None:
            self.failed[p] = len(self.facts)
            return None
        products, equations, strict = found
        number = self.lemma(p, ">" if strict else ">=", products, equations)
        return _Evidence(single(number), strict)

    def _by_square(self, p: PolyElement, effort: int) -> _Evidence | None:
        """p = a x^2 + b x + c with a > 0, and a c - b^2/4 is >= 0 or > 0."""
        if effort > 7 or len(p) > LARGEST:
            return None
        for index in variables_of(p):
            if p.degree(self.ring.gens[index]) != 2:
                continue
            c, b, a = (coefficient(p, index, power) for power in range(3))
            leading = self.evidence(a, 1)
            if not leading or not leading.strict:
                continue
            rest = a * c - b**2 * QQ(1, 4)
            known = self.evidence(rest, effort + 1) if rest else None
            if rest and not known:
                continue
            square = self.square(a * self.ring.gens[index] + b * QQ(1, 2)).product
            strict = bool(known and known.strict)
            negation = single(len(self.facts))
            products = [times(leading.product, negation), square, *([known.product] if known else [])]
            number = self.indirect(p, ">" if strict else ">=", (products, ()))
            return _Evidence(single(number), strict)
        return None

    def factors(self, p: PolyElement) -> tuple[Any, list[tuple[PolyElement, int]]]:
        if not p or p.is_ground or len(p) > LARGEST:
            return None, []
        content, key = p.primitive()
        if key not in self.tools.factored:
            self.tools.factored[key] = factors_of(key)
        constant, factors = self.tools.factored[key]
        return constant * content, factors

    # ------------------------------------------------------------------------------------------ simpler facts

    def simplify(self) -> None:
        """Eliminate by equations and divide by factors of known sign until nothing changes."""
        for _ in range(20):
            before = (len(self.facts), len(self.active), len(self.rewritings))
            self.rewrite()
            for number in list(self.active):
                if number in self.active:
                    self.reduce(number)
            for number, p in self.equations():
                if number in self.active:
                    self.eliminate(number, p)
            if before == (len(self.facts), len(self.active), len(self.rewritings)):
                return

    def rewrite(self) -> None:
        for number in list(self.active):
            self.rewritten(number)

    def rewritten(self, number: int) -> int:
        """The number of the fact after all rewritings."""
        for rewriting in self.rewritings:
            if number != rewriting.equation and self.facts[number][0]:
                number = self._rewritten(number, rewriting)
        return number

    def _rewritten(self, number: int, by: _Rewriting) -> int:
        p, kind = self.facts[number]
        equation, x = self.facts[by.equation][0], self.ring.gens[by.variable]
        degree = p.degree(x)
        if degree < by.power:
            return number
        multiplier, count = self.ring(0), 0
        while degree >= by.power:
            part = coefficient(p, by.variable, degree) * x ** (degree - by.power)
            if by.leading.is_ground:
                part = part * (1 / by.leading.LC)
            else:
                p, multiplier, count = p * by.leading * by.sign, multiplier * by.leading * by.sign, count + 1
                part = part * by.sign
            p, multiplier = p - part * equation, multiplier - part
            degree = p.degree(x) if p else -1
        if len(p) > LARGEST:
            return number
        self.active.pop(number, None)
        if kind == "=":
            factor = (by.leading * by.sign) ** count
            return self.lemma(p, "=", (), [(number, factor), (by.equation, multiplier)])
        product = times(single(number), *[by.evidence.product] * count)
        return self.lemma(p, kind, [product], [(by.equation, multiplier)])

    def eliminate(self, number: int, p: PolyElement) -> None:
        """Use an equation to replace a variable."""
        if len(p) > LARGEST:
            return
        choices = []
        variables = sorted(variables_of(p), reverse=True)
        for index in variables:
            degree = p.degree(self.ring.gens[index])
            leading = coefficient(p, index, degree)
            if degree == 1:
                self.sign_of_solution(number, self.ring.gens[index], leading)
                x = self.ring.gens[index]
                signed = leading.is_ground and self._by_fact(x) is not None
                choices.append((int(not leading.is_ground), signed, -index, degree, leading))
            elif leading.is_ground and index == variables[0]:
                choices.append((2, False, -index, degree, leading))
        for order, _, place, degree, leading in sorted(choices, key=lambda choice: choice[:3]):
            index = -place
            known = self.sign(leading)
            if not known or not known[1].strict:
                continue
            if order < 2:
                self.active.pop(number, None)
                # powers replaced by what has this variable in it are replaced anew, or that would go in circles
                self.rewritings = [r for r in self.rewritings if r.power == 1 or index not in self.within(r.equation)]
            elif any(rewriting.equation == number for rewriting in self.rewritings):
                return
            self.rewritings.append(_Rewriting(number, index, degree, leading, *known))
            self.rewrite()
            return

    def within(self, number: int) -> set[int]:
        return variables_of(self.facts[number][0])

    def sign_of_solution(self, number: int, x: PolyElement, c: PolyElement) -> None:
        """c x + d = 0 gives the sign of x, if those of c and d are known, or that of c."""
        d = self.facts[number][0] - c * x
        last = self.sign(d) if d else None
        known = last and self.sign(c)
        if not known or not known[1].strict:
            x, c = c, x
            known = last and self.sign(c)
        if not last or not known or not known[1].strict or x.is_ground:
            return
        x = x * -known[0] * last[0]
        old = self._by_fact(x)
        if old is not None and (old.strict or not last[1].strict):
            return
        products = [times(known[1].product, single(len(self.facts))), last[1].product]
        self.indirect(x, ">" if last[1].strict else ">=", (products, [(number, self.ring(-last[0]))]))

    def reduce(self, number: int) -> None:
        """Close the case, drop a fact that is evident, or divide it by what has a sign."""
        self.worked()
        p, kind = self.facts[number]
        if kind == "=":
            self.reduce_equation(number)
            return
        self.contradict(number)
        if len(p) > 1 or sum(next(p.itermonoms())) > 1:
            evident = self._by_terms(p) if len(p) > 1 else None
            if evident and (evident.strict or kind == ">="):
                self.active.pop(number, None)
                self.active.pop(len(self.facts) - 1, None)
                return
        constant, factors = self.factors(p)
        if not factors or (len(factors) == 1 and factors[0][1] == 1):
            return
        by, value = _Evidence(Product(abs(fraction(constant))), True), 1 if constant > 0 else -1
        rest = self.ring(1)
        for f, power in factors:
            known = self.sign(f)
            if known and not known[1].strict and kind == ">":
                self.positive_factor(number, p, f * known[0], known[1])
                known = self.sign(f)
            if known and (known[1].strict or kind == ">"):
                value *= known[0] ** power
                for _ in range(power):
                    by *= known[1]
            elif kind == ">" and power > 1:
                by *= self.square(f ** (power // 2))
                rest *= f ** (power % 2)
            else:
                rest *= f**power
        if (rest * value).primitive()[1] == p.primitive()[1]:
            return
        self.active.pop(number, None)
        if rest.is_ground and value > 0:
            return
        negation = single(len(self.facts))
        self.indirect(rest * value, kind, ([times(by.product, negation), single(number)], ()))

    def contradict(self, number: int) -> None:
        p, kind = self.facts[number]
        if kind == "=":
            known = self.sign(p)
            if known and known[1].strict:
                raise _Closed(self.combination([known[1].product], [(number, self.ring(-known[0]))]))
            return
        against = self.evidence(-p)
        if against and (against.strict or kind == ">"):
            raise _Closed(Combination((single(number), against.product)))
        if against:
            self.active.pop(number, None)
            negation = single(len(self.facts))
            self.indirect(p, "=", ([negation, against.product], ()), ([negation, single(number)], ()))

    def positive_factor(self, number: int, p: PolyElement, f: PolyElement, weak: _Evidence) -> None:
        """p > 0 has the factor f >= 0, which is then positive."""
        here = len(self.facts)
        negation, opposite = single(here), single(here + 1)
        zero = Lemma(
            Fact(self.outer(f), "="),
            (
                Refutation((), Combination((negation, opposite))),
                Refutation((), Combination((opposite, weak.product))),
            ),
        )
        cofactor = p.exquo(f)
        end = self.combination([single(number)], [(here + 1, -cofactor)])
        self.lemmas.append(Lemma(Fact(self.outer(f), ">"), (Refutation((zero,), end),)))
        self.add(f, ">")

    def reduce_equation(self, number: int) -> None:
        p = self.facts[number][0]
        self.contradict(number)
        if any(rewriting.equation == number for rewriting in self.rewritings):
            return
        constant, factors = self.factors(p)
        if not factors or (len(factors) == 1 and factors[0][1] == 1):
            return
        by, rest = _Evidence(Product(abs(fraction(constant))), True), self.ring(1)
        value = 1 if constant > 0 else -1
        for f, power in factors:
            known = self.sign(f)
            if known and known[1].strict:
                value *= known[0] ** power
                for _ in range(power):
                    by *= known[1]
            else:
                rest *= f**power
        if rest == p * value or rest.is_ground:
            return
        self.active.pop(number, None)
        other = times(by.product, single(len(self.facts)))
        self.indirect(rest, "=", ([other], [(number, self.ring(-value))]), ([other], [(number, self.ring(value))]))

    # ------------------------------------------------------------------------------------------ cases

    def forced(self) -> Cases | None:
        """An alternative of which all cases but one are plainly impossible."""
        for effort in (1, 2, 3):
            for number, parts in enumerate(self.alternatives):
                if number in self.decided:
                    continue
                closed = [self.closed(part, effort) for part in parts]
                if sum(branch is None for branch in closed) <= 1:
                    return self.split(number, closed)
        return None

    def closed(self, part: Formula, effort: int) -> Refutation | None:
        """A short refutation of a case."""
        case = self.child()
        case.decided = set(range(len(self.alternatives)))
        try:
            case.assume(part)
            for number in range(len(self.facts), len(case.facts)):
                number = case.rewritten(number)
                case.contradict(number)
                if effort > 1 and number in case.active:
                    p, kind = case.facts[number]
                    if kind != "=":
                        against = case.evidence(-p, effort)
                        if against and (against.strict or kind == ">"):
                            raise _Closed(Combination((single(number), against.product)))
        except _Closed as closed:
            return _needed(case.lemmas, closed.end, len(case.facts) - len(case.lemmas))
        return None

    def split(self, number: int, closed: list[Refutation | None] | None = None) -> Cases | None:
        parts, branches = self.alternatives[number], []
        for part, branch in zip(parts, closed or [None] * len(parts), strict=True):
            if branch is None:
                case = self.child()
                case.decided.add(number)
                branch = case.refuted([part])
            if branch is None:
                return None
            branches.append(branch)
        return Cases(number, tuple(branches))

    def relevant(self) -> list[int]:
        """Alternatives about variables of active facts, those about signs first, then those that came first."""
        here = {index for number in self.active for index in variables_of(self.facts[number][0])}
        here |= {r.variable for r in self.rewritings}
        found = []
        for number, parts in enumerate(self.alternatives):
            if number in self.decided:
                continue
            literals = [literal for part in parts for literal in _literals(part)]
            atoms = {atom for literal in literals for monomial, _ in literal.polynomial.terms for atom, _ in monomial}
            if atoms & here:
                found.append((all(literal.kind != "=" for literal in literals), number))
        return [number for _, number in sorted(found, key=lambda pair: (not pair[0], pair[1]))]

    def guess(self) -> Cases | None:
        """Split by the sign of a factor or a variable."""
        if self.depth >= DEEPEST:
            return None
        candidates: dict[PolyElement, int] = {}
        for _, p, _ in self.inequalities():
            _, factors = self.factors(p)
            for f, _ in factors if len(factors) > 1 else ():
                candidates[f] = candidates.get(f, 0) + 2
            for powers in p.itermonoms():
                for index, power in enumerate(powers):
                    if power % 2:
                        x = self.ring.gens[index]
                        candidates[x] = candidates.get(x, 0) + 1
        ranked = sorted(candidates, key=lambda f: (-candidates[f], str(f)))
        for f in [f for f in ranked if not (self.sign(f) or (0, _Evidence(ONE, False)))[1].strict][:2]:
            branches = []
            for p, kind in ((f, ">"), (f, "="), (-f, ">")):
                case = self.child()
                case.depth += 1
                branch = case.refuted([Fact(self.outer(p), kind)])
                if branch is None:
                    break
                branches.append(branch)
            if len(branches) == 3:
                return Cases(self.outer(f), tuple(branches))
        return None

    # ------------------------------------------------------------------------------------------ leaves

    def leaf(self) -> None:
        """Try what is left: raises `_Closed`, or returns."""
        self.combine(2, squares=False)
        self.squares()
        before = len(self.facts)
        self.project()
        if len(self.facts) > before:
            self.combine(1)
            self.combine(2, squares=False)
            self.squares()
        self.interval()
        self.combine(2)
        self.combine(3)

    def project(self) -> None:
        """Eliminate variables that occur linearly: a lower bound and an upper one give a fact without the variable."""
        for _ in range(20):
            for index in self.projectable():
                self.eliminate_between(index)
                self.simplify()
                break
            else:
                return

    def projectable(self) -> list[int]:
        facts, costs = self.inequalities(), []
        blocked = {index for _, p in self.equations() for index in variables_of(p)}
        for index in {index for _, p, _ in facts for index in variables_of(p)} - blocked:
            x, bounds = self.ring.gens[index], {1: 0, -1: 0}
            for _, p, _ in facts:
                degree = p.degree(x)
                known = self.sign(coefficient(p, index, 1), 2) if degree == 1 else None
                if degree > 1 or (degree == 1 and not (known and known[1].strict)):
                    break
                if known:
                    bounds[known[0]] += 1
            else:
                pairs = bounds[1] * bounds[-1]
                if pairs <= sum(bounds.values()) + 1:
                    costs.append((pairs, index))
        return [index for _, index in sorted(costs)]

    def eliminate_between(self, index: int) -> None:
        lower: list[tuple] = []
        upper: list[tuple] = []
        x = self.ring.gens[index]
        for number, p, strict in self.inequalities():
            if p.degree(x) == 1:
                c = coefficient(p, index, 1)
                known = self.sign(c, 2)
                assert known is not None  # `projectable` asks for it
                sign, evidence = known
                (lower if sign > 0 else upper).append((number, p, strict, c * sign, evidence))
        for number, *_ in (*lower, *upper):
            self.active.pop(number, None)
        for n, p, first, a, above in lower:
            for m, q, second, b, below in upper:
                products = [
                    times(below.product, single(n)),
                    times(above.product, single(m)),
                ]
                self.lemma(b * p + a * q, ">" if first or second else ">=", products)

    def squares(self) -> None:
        for number, p, strict in sorted(self.inequalities(), key=lambda fact: -fact[0]):
            if len(p) > 1:
                against = self.evidence(-p, 3)
                if against and (against.strict or strict):
                    raise _Closed(Combination((single(number), against.product)))

    def interval(self) -> None:
        """A polynomial of one variable between two numbers: products of powers of the two distances."""
        facts = self.inequalities()
        for index in sorted(self.used()):
            x = self.ring.gens[index]
            degree = max(self.facts[number][0].degree(x) for number in self.active)
            ends = [(p, strict, single(n)) for n, p, strict in facts if variables_of(p) == {index}]
            ends = [end for end in ends if end[0].degree(x) == 1]
            if degree < 3 or len(ends) < 2:
                continue
            columns = [(p, strict, single(n)) for n, p, strict in facts]
            for other in [(self.ring(1), True, ONE), *columns]:
                for count in range(degree - other[0].degree(x) + 1):
                    for chosen in combinations_with_replacement(ends, count):
                        columns.append(product_of((other, *chosen)))
            multiples = [
                (p * x**power, number, x**power)
                for number, p in self.equations()
                for power in range(max(0, degree - p.degree(x)) + 1)
            ]
            if len(columns) < COLUMNS:
                self.close_with(columns, multiples)

    # ------------------------------------------------------------------------------------------ combinations

    def combine(self, degree: int, limit: int = COLUMNS, squares: bool = True) -> None:
        """Close the case by a combination of products of so many facts."""
        self.worked()
        facts = self.inequalities()
        base: list[Column] = [(p, strict, single(number)) for number, p, strict in facts]
        columns: dict[PolyElement, Column] = {}

        def put(column: Column) -> None:
            p = column[0]
            if len(p) <= LARGEST and (p not in columns or column[1] > columns[p][1]):
                columns[p] = column

        put((self.ring(1), True, ONE))
        for count in range(1, degree + 1):
            if len(columns) > limit:
                return
            for chosen in combinations_with_replacement(base, count):
                put(product_of(chosen))
        if degree > 1:
            terms = self.evident_terms(facts)
            for column in base:
                for term in terms:
                    put(product_of((column, term)))
            for root in self.roots(facts) if squares else ():
                square: Column = (root**2, False, self.square(root).product)
                put(square)
                for column in base:
                    put(product_of((column, square)))
        multiples = []
        for number, p in self.equations():
            multipliers = {self.ring(1): None}
            if degree > 1:
                used = [self.ring.gens[index] for index in sorted(self.used())]
                multipliers |= dict.fromkeys((*used, *(q for _, q, _ in facts if len(q) < 4)))
                if len(used) <= 8:
                    multipliers |= dict.fromkeys(a * b for a in used for b in used)
            multiples += [(p * multiplier, number, multiplier) for multiplier in multipliers]
        if len(columns) <= limit:
            self.close_with(list(columns.values()), multiples)

    def used(self) -> set[int]:
        return {index for number in self.active for index in variables_of(self.facts[number][0])}

    def evident_terms(self, facts: list) -> list[Column]:
        """Monomials of the facts whose sign is known."""
        monomials = {powers for _, p, _ in facts for powers in p.itermonoms() if sum(powers)}
        used = sorted(self.used())
        if len(used) <= 3:
            for chosen in combinations_with_replacement(used, max(1, *map(sum, monomials)) - 1 if monomials else 0):
                for count in range(1, len(chosen) + 1):
                    powers = [0] * self.ring.ngens
                    for index in chosen[:count]:
                        powers[index] += 1
                    monomials.add(tuple(powers))
        found = []
        for powers in sorted(monomials)[:60]:
            p = self.ring.from_dict({powers: QQ(1)})
            known = self.sign(p, 1)
            if known:
                found.append((p * known[0], known[1].strict, known[1].product))
        return found

    def roots(self, facts: list) -> list[PolyElement]:
        """What is worth squaring: repeated factors of coefficients, differences of halved terms."""
        found: dict[PolyElement, None] = {}
        for _, p, _ in facts:
            for index in variables_of(p):
                for power in range(p.degree(self.ring.gens[index]) + 1):
                    for f, count in self.factors(coefficient(p, index, power))[1]:
                        if count > 1:
                            found[f] = None
        halves = {tuple(power // 2 for power in powers) for _, p, _ in facts for powers in p.itermonoms()}
        x = [self.ring.from_dict({powers: QQ(1)}) for powers in sorted(halves)]
        x += [self.ring.gens[index] for index in sorted(self.used()) if self.ring.gens[index] not in x]
        if len(x) <= 8:
            found |= dict.fromkeys(x)
            for a, b in combinations(x, 2):
                found |= dict.fromkeys((a - b, a + b, 2 * a - b, 2 * a + b, a - 2 * b, a + 2 * b))
        return list(found)[:100]

    def close_with(self, columns: list[Column], multiples: list[Multiple]) -> None:
        found = solve(columns, multiples, self.tools.context)
        if found:
            raise _Closed(self.combination(*found[:2]))


def _needed(lemmas: list[Lemma], end: Combination | Cases, first: int) -> Refutation:
    """A refutation without the lemmas that it does not use; the lemmas have the numbers from `first` on."""
    used, kept = _numbers(end), []
    for number in range(first + len(lemmas) - 1, first - 1, -1):
        if number in used:
            kept.append(number)
            # a refutation of its negation has numbers of its own, from that of the lemma on
            used |= {each for each in _numbers(lemmas[number - first].reason) if each < number}
    dropped = [number for number in range(first, first + len(lemmas)) if number not in used]

    def moved(part: Any, last: int | None = None) -> Any:
        """The same with the new numbers; those from `last` on are local and move as `last` does."""
        if isinstance(part, Product):
            return Product(part.factor, tuple(place(number, last) for number in part.facts), part.squares)
        if isinstance(part, Combination):
            equations = tuple((place(number, last), multiplier) for number, multiplier in part.equations)
            return Combination(tuple(moved(product, last) for product in part.products), equations)
        if isinstance(part, Cases):
            return Cases(part.of, tuple(moved(branch, last) for branch in part.branches))
        if isinstance(part, Refutation):
            return Refutation(tuple(moved(lemma, last) for lemma in part.lemmas), moved(part.end, last))
        if isinstance(part, Lemma):
            return Lemma(part.fact, moved(part.reason, last))
        return tuple(moved(each, last) for each in part)

    def place(number: int, last: int | None) -> int:
        return number - bisect_left(dropped, number if last is None else min(number, last))

    return Refutation(tuple(moved(lemmas[number - first], number) for number in reversed(kept)), moved(end))


def _numbers(part: Any) -> set[int]:
    """The facts that a part of a certificate refers to."""
    if isinstance(part, Product):
        return set(part.facts)
    if isinstance(part, Combination):
        return {number for product in part.products for number in product.facts} | {n for n, _ in part.equations}
    if isinstance(part, Cases):
        return _numbers(part.branches)
    if isinstance(part, Refutation):
        return _numbers(part.lemmas) | _numbers(part.end)
    return _numbers(part.reason) if isinstance(part, Lemma) else set().union(*map(_numbers, part))


def _literals(formula: Formula) -> Iterator[Fact]:
    if isinstance(formula, Fact):
        yield formula
    else:
        for part in formula.parts:
            yield from _literals(part)
