"""Certificates (theory/algebra) as proofs of Coq: cases, derived facts, and sums of products that cannot be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sympy import And, Basic, Ne, Symbol, exp

from signproof.theory.algebra.certifying import find
from signproof.theory.algebra.decide import conditions, with_value
from signproof.theory.document.terms import term, tree
from signproof.theory.export.polynomials import TermAtoms, question
from signproof.theory.export.spelling import ARGUMENT, ExportError, Spelling
from signproof.theory.export.tactics import block
from signproof.theory.kernel.certificate import Certificate, Combination, Lemma, Product, Refutation
from signproof.theory.kernel.polynomials import All, Fact, Formula, Polynomial, Some, negation

_KIND = {"=": "{} = 0", ">=": "0 <= {}", ">": "0 < {}", "!=": "{} <> 0"}


def certified(write: Spelling, goal: list, known: Iterable[tuple[str, list]], depth: int = 0) -> list[str]:
    """Tactics for a goal, from what is known under the given names. Raises ExportError if there is no certificate.

    The depth is that of goals that are proved on the way to others.
    """
    premises = [(name, says) for name, says in known if says != ["true"]]
    lines, values = _values(write, premises, depth)
    premises += values
    try:
        certificate = find(question(term(goal), [term(says) for _, says in premises]))
    except (TypeError, ValueError) as error:
        raise ExportError(f"no certificate: {error}") from None
    if certificate is None:
        raise ExportError("no certificate was found")
    return [*lines, *_Proof(write, term(goal), premises, certificate).lines]


def _values(write: Spelling, premises: list[tuple[str, list]], depth: int) -> tuple[list[str], list]:
    """That all of the premises have a value, from those that do not say so."""
    statements: list[tuple[str, Any]] = [(name, term(says)) for name, says in premises]
    values = dict.fromkeys(part for _, statement in statements for part in conditions(statement))
    lines: list[str] = []
    found: list[tuple[str, list]] = []
    for value in values:
        if (isinstance(value, Ne) and isinstance(value.lhs, Symbol)) or any(
            value == statement for _, statement in statements
        ):
            continue
        name, says = f"V{depth}_{len(found)}", tree(value)
        assert isinstance(says, list)
        others = [pair for pair, (_, own) in zip(premises, statements, strict=True) if value not in conditions(own)]
        inside = certified(write, says, [*others, *found], depth + 1)
        lines += [f"assert ({name} : {write.statement(says)}).", *block(inside)]
        found.append((name, says))
    return lines, found


class _Proof:
    """The refutation of a goal's negation in Coq. Formulas are compared with those that the certificate is about."""

    def __init__(self, write: Spelling, goal: Any, premises: list[tuple[str, list]], certificate: Certificate):
        self.write, self.made = write, 0
        statements: list[Any] = [term(says) for _, says in premises]
        parts: list[Any] = [*goal.args] if isinstance(goal, And) else [goal]
        self.atoms = TermAtoms()
        facts = dict.fromkeys(part for statement in statements for part in with_value(statement))
        assumed = [(fact, self.atoms.formula(fact)) for fact in facts]
        needed = [part for part in dict.fromkeys(conditions(goal)) if part not in facts]
        before = [self.atoms.formula(part) for part in needed]
        others = [part for part in dict.fromkeys(parts) if part not in facts and part not in needed]
        claimed = [self.atoms.formula(part) for part in others]
        self.names = {number: f"t{number}_" for number in self.atoms.numbers.values()}
        self.lines: list[str] = []
        self._atoms([name for name, _ in premises])
        sources = {statement: name for statement, (name, _) in zip(statements, premises, strict=True)}
        known = _Known()
        for fact, formula in assumed:
            known = self._assumed(known, fact, formula, sources, statements)
        for number, (formula, source) in enumerate(zip(self.atoms.axioms, self._sources(), strict=True)):
            self._say(f"assert (X{number} : {self._formula(formula)}) by from_premise {source}.")
            known = self._enter(known, f"X{number}", formula)
        refutations = iter(certificate.parts)
        for number, formula in enumerate(before):
            self._part(known, f"D{number}", formula, next(refutations))
            known = self._enter(known, f"D{number}", formula)
        for number, formula in enumerate(claimed):
            self._part(known, f"G{number}", formula, next(refutations))
        self._say("by_polynomials.")

    def _say(self, line: str) -> None:
        self.lines.append(line)

    @contextmanager
    def _block(self) -> Iterator[None]:
        """What is said meanwhile stands in braces."""
        outside, self.lines = self.lines, []
        yield
        self.lines = [*outside, *block(self.lines)]

    # ---------------------------------------------------------------------------------------------- atoms

    def _atoms(self, names: list[str]) -> None:
        """Names for what is no polynomial: in Coq, variables of which the axioms alone are known."""
        opaque: list[tuple[str, str, bool]] = []
        structured: list[tuple[int, tuple]] = []
        for key, number in self.atoms.numbers.items():
            if isinstance(key, tuple):
                structured.append((number, key))
                continue
            text = self.write.number(tree(key), ARGUMENT)
            same = next((name for other, name, _ in opaque if other == text), None)
            if text.isidentifier() or same:
                self.names[number] = same or text
            else:
                opaque.append((text, self.names[number], isinstance(key, exp)))
        self._say(f"revert {' '.join(names)}." if names else "idtac.")
        for text, name, positive in sorted(opaque, key=lambda each: -len(each[0])):
            known = f" pose proof (exp_pos _ : 0 < {name}) as A_{name}." if positive else ""
            self._say(f"set ({name} := {text}).{known} clearbody {name}.")
        self._say("unfold Rdiv; rewrite <- ?pow_inv.")
        for number, key in structured:
            kind, *parts = key
            if kind == "root" and parts.pop(0) != 2:
                raise ExportError("the Coq library lacks: roots other than square roots")
            if len(parts) > 2:
                raise ExportError("the Coq library lacks: maxima of more than two numbers")
            inside = " ".join(f"({self._polynomial(part)})" for part in parts)
            name = self.names[number]
            self._say(f"named_{kind} {name} {inside} as A_{name}.")
        self._say(f"intros {' '.join(names)}." if names else "idtac.")

    def _sources(self) -> list[str]:
        """For each axiom, the name of what Coq knows of the atom that it is about; in their order."""
        found = []
        for key, number in self.atoms.numbers.items():
            if isinstance(key, tuple):
                kind, *parts = key
                count = {"abs": 5, "sign": 4, "max": len(parts) + 1, "min": len(parts) + 1}.get(kind, 1)
                found += [f"A_{self.names[number]}"] * count
            elif isinstance(key, exp):
                found.append(f"A_{self.names[number]}")
        return found

    # ---------------------------------------------------------------------------------------------- formulas

    def _polynomial(self, polynomial: Polynomial) -> str:
        found = ""
        for monomial, number in sorted(polynomial.terms, key=lambda each: each[1] < 0):
            size = abs(number)
            factors = [self.names[atom] + (f" ^ {power}" if power > 1 else "") for atom, power in monomial]
            if size != 1 or not factors:
                factors.insert(0, str(size) if size.denominator == 1 else f"({size.numerator} / {size.denominator})")
            text = " * ".join(factors)
            if found:
                found += f" - {text}" if number < 0 else f" + {text}"
            else:
                found = f"- ({text})" if number < 0 else text
        return found or "0"

    def _formula(self, formula: Formula) -> str:
        if isinstance(formula, Fact):
            text = self._polynomial(formula.polynomial)
            return _KIND[formula.kind].format(f"({text})" if formula.kind in (">=", ">") else text)
        if not formula.parts:
            return "True" if isinstance(formula, All) else "False"
        sign = " /\\ " if isinstance(formula, All) else " \\/ "
        return sign.join(f"({self._formula(part)})" for part in formula.parts)

    def _assumed(
        self, known: _Known, fact: Basic, formula: Formula, sources: dict[Any, str], statements: list[Any]
    ) -> _Known:
        """A premise, or a part of one, or that one has a value."""
        name = self._fresh("K")
        text = self._formula(formula)
        source = next((sources[each] for each in statements if fact == each or fact in And.make_args(each)), None)
        if source is not None:
            self._say(f"assert ({name} : {text}) by from_premise {source}.")
        else:
            self._say(f"assert ({name} : {text}) by has_value.")
        return self._enter(known, name, formula)

    def _enter(self, known: _Known, name: str, formula: Formula) -> _Known:
        """What is known with a formula; in Coq, it is under a name."""
        if isinstance(formula, All):
            rest = name
            for part in formula.parts[:-1]:
                one, rest_ = self._fresh("K"), self._fresh("K")
                self._say(f"destruct {rest} as [{one} {rest_}].")
                known, rest = self._enter(known, one, part), rest_
            return self._enter(known, rest, formula.parts[-1]) if formula.parts else known
        if isinstance(formula, Some):
            return known.alternative(name, formula.parts)
        if formula.kind == "!=":
            self._say(f"apply apart in {name}.")
            ways = (Fact(formula.polynomial, ">"), Fact(-formula.polynomial, ">"))
            return known.alternative(name, ways)
        return known.fact(name, formula)

    def _fresh(self, letter: str) -> str:
        self.made += 1
        return f"{letter}{self.made}_"

    # ---------------------------------------------------------------------------------------------- refutations

    def _part(self, known: _Known, name: str, formula: Formula, refutation: Refutation) -> None:
        if formula == All():
            self._say(f"assert ({name} : True) by exact I.")
            return
        self._say(f"assert ({name} : {self._formula(formula)}).")
        with self._block():
            negated, fails = self._fresh("N"), self._fresh("N")
            says = negation(formula)
            self._say(f"by_contradiction {negated}.")
            self._say(f"assert ({fails} : {self._formula(says)}) by (from_negation {negated}).")
            self._refute(self._enter(known, fails, says), refutation)

    def _refute(self, known: _Known, refutation: Refutation) -> None:
        for lemma in refutation.lemmas:
            name = self._fresh("F")
            self._say(f"assert ({name} : {self._formula(lemma.fact)}).")
            with self._block():
                self._shown(known, lemma)
            known = known.fact(name, lemma.fact)
        end = refutation.end
        if isinstance(end, Combination):
            self._sum(known, end)
            return
        case = self._fresh("C")
        if isinstance(end.of, Polynomial):
            self._say(f"destruct (three_cases ({self._polynomial(end.of)})) as [{case}|[{case}|{case}]].")
            ways: tuple[Formula, ...] = (Fact(end.of, ">"), Fact(end.of, "="), Fact(-end.of, ">"))
        else:
            of, ways = known.alternatives[end.of]
            pattern = case if ways else "[]"
            for _ in ways[1:]:
                pattern = f"[{case}|{pattern}]"
            self._say(f"destruct {of} as {pattern}.")
        for way, branch in zip(ways, end.branches, strict=True):
            with self._block():
                self._say(f"assert ({case}_ : {self._formula(way)}) by from_premise {case}.")
                self._refute(self._enter(known, f"{case}_", way), branch)

    def _shown(self, known: _Known, lemma: Lemma) -> None:
        if isinstance(lemma.reason, Combination):
            self._sum(known, lemma.reason)
            return
        negated = self._fresh("N")
        self._say(f"by_contradiction {negated}.")
        fact = lemma.fact
        fails: list[Fact] = [Fact(-fact.polynomial, ">=" if fact.kind == ">" else ">")]
        if fact.kind == "=":
            fails.insert(0, Fact(fact.polynomial, ">"))
            self._say(f"apply apart in {negated}. destruct {negated} as [{negated}|{negated}].")
        for way, refutation in zip(fails, lemma.reason, strict=True):
            name = self._fresh("N")
            with self._block():
                self._say(f"assert ({name} : {self._formula(way)}) by (from_negation {negated}).")
                self._refute(known.fact(name, way), refutation)

    def _sum(self, known: _Known, combination: Combination) -> None:
        used: list[str] = []
        for product in combination.products:
            name = self._product(known, product)
            used += [name] if name else []
        for number, multiplier in combination.equations:
            fact, name = known.facts[number][0], self._fresh("Q")
            if not multiplier.terms or multiplier.terms[-1][0] == ():
                used.append(fact)
                continue
            self._say(f"multiple {fact} ({self._polynomial(multiplier)}) as {name}.")
            used.append(name)
        self._say(f"clear - {' '.join(dict.fromkeys(used))}; lra." if used else "lra.")

    def _product(self, known: _Known, product: Product) -> str:
        """The name of the fact that a product is not negative, or positive."""
        factors = [known.facts[number][0] for number in product.facts]
        for root in product.squares:
            name = self._fresh("S")
            self._say(f"pose proof (pow2_ge_0 ({self._polynomial(root)})) as {name}.")
            factors.append(name)
        last = factors[0] if factors else ""
        for each in factors[1:]:
            name = self._fresh("Q")
            self._say(f"product {last} {each} as {name}.")
            last = name
        return last


class _Known:
    """Names in Coq of what the checker of certificates has numbers for."""

    def __init__(self) -> None:
        self.facts: list[tuple[str, Fact]] = []
        self.alternatives: list[tuple[str, tuple[Formula, ...]]] = []

    def fact(self, name: str, fact: Fact) -> _Known:
        return self._with([(name, fact)], [])

    def alternative(self, name: str, ways: tuple[Formula, ...]) -> _Known:
        return self._with([], [(name, ways)])

    def _with(self, facts: list, alternatives: list) -> _Known:
        known = _Known()
        known.facts, known.alternatives = [*self.facts, *facts], [*self.alternatives, *alternatives]
        return known
