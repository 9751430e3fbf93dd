"""Questions about SymPy's terms as comparisons of polynomials with zero, for proofs of Coq that follow certificates.

Terms become polynomials in atoms, one atom for each term that is no polynomial, as the kernel's forms do in
`theory/kernel/arithmetic.py`; here an atom is a term of SymPy's as it stands in the document, so that it has a spelling
in Coq: the kernel's forms take factors out of |x| and out of sums.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from sympy import (
    Abs,
    Add,
    And,
    Eq,
    Expr,
    Ge,
    Gt,
    Le,
    Lt,
    Max,
    Min,
    Mul,
    Ne,
    Not,
    Or,
    Pow,
    Rational,
    Sum,
    Symbol,
    exp,
    log,
    sign,
)
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanTrue

from signproof.theory.algebra.decide import LARGEST_POWER, boolean, conditions, with_value
from signproof.theory.kernel.arithmetic import Atoms, Question
from signproof.theory.kernel.polynomials import All, Fact, Formula, Polynomial, Some, negation

_TAGS = {Abs: "abs", sign: "sign", Max: "max", Min: "min"}


class TermAtoms(Atoms):
    """SymPy to polynomials in atoms, with the kernel's axioms of them."""

    def formula(self, statement: Boolean) -> Formula:
        if isinstance(statement, BooleanTrue | BooleanFalse):
            return All() if statement else Some()
        if isinstance(statement, And | Or):
            parts = tuple(self.formula(part) for part in statement.args)
            return All(parts) if isinstance(statement, And) else Some(parts)
        if isinstance(statement, Not):
            return negation(self.formula(statement.args[0]))
        if not isinstance(statement, Eq | Ne | Le | Lt | Ge | Gt):
            raise TypeError(f"{statement} is not a statement about real numbers")
        left, right = self.polynomial(statement.lhs), self.polynomial(statement.rhs)
        difference = right - left if isinstance(statement, Le | Lt) else left - right
        return Fact(difference, {Eq: "=", Ne: "!=", Le: ">=", Ge: ">=", Lt: ">", Gt: ">"}[type(statement)])

    def polynomial(self, term: Expr) -> Polynomial:
        if isinstance(term, Rational):
            return Polynomial.number(Fraction(int(term.p), int(term.q)))
        if isinstance(term, Add | Mul):
            first, *rest = (self.polynomial(part) for part in term.args)
            for part in rest:
                first = first + part if isinstance(term, Add) else first * part
            return first
        if isinstance(term, Pow) and isinstance(term.exp, Rational):
            if max(abs(term.exp.p), term.exp.q) <= LARGEST_POWER:
                return self._power(self.polynomial(term.base), term.exp)
        elif isinstance(term, Abs | sign | Max | Min):
            return self.piecewise(_TAGS[type(term)], tuple(self.polynomial(part) for part in term.args))
        if not (isinstance(term, Symbol) or term.is_real or isinstance(term, Pow | exp | log | Sum)):
            raise TypeError(f"{term} is not known to be a real number")
        atom, new = self.atom(term)
        if new and isinstance(term, exp):
            self.axioms.append(Fact(atom, ">"))
        return atom

    def _power(self, base: Polynomial, exponent: Rational) -> Polynomial:
        """base^(p/q): the p-th power of the q-th root, or of the inverse of that."""
        if exponent.q > 1:
            base = self.root(base, int(exponent.q))
        if exponent < 0:
            base = self.inverse(base)
        return base ** abs(int(exponent.p))


def question(goal: Boolean | bool, premises: Iterable[Boolean | bool]) -> Question:
    """The question that `decide.follows` asks: the goal holds and has a value where the premises do."""
    goal, given = boolean(goal), [boolean(premise) for premise in premises]
    facts = dict.fromkeys(part for premise in given for part in with_value(premise))
    goals = dict.fromkeys(goal.args if isinstance(goal, And) else (goal,))
    needed = dict.fromkeys(conditions(goal))
    atoms = TermAtoms()
    assumed = [atoms.formula(fact) for fact in facts]
    before = [atoms.formula(part) for part in needed if part not in facts]
    claimed = [atoms.formula(part) for part in goals if part not in facts and part not in needed]
    return Question(tuple(map(str, atoms.numbers)), (*assumed, *atoms.axioms), tuple(before), tuple(claimed))
