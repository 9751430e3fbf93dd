"""Questions of the kernel that have no certificate, put to Z3 and to cvc5: both must say that it follows."""

from __future__ import annotations

from functools import cache

from signproof.theory.kernel.arithmetic import Question
from signproof.theory.kernel.polynomials import All, Fact, Formula, Some

Z3_WORK, CVC5_WORK = 20_000_000, 10_000_000
"""The solvers' own counts of work, after which a question is given up; unlike seconds, they are repeatable."""


def agree(question: Question) -> bool:
    """Whether both solvers say that the goal follows from the premises."""
    text = smtlib(question)
    return _z3(text) == "unsat" and second_opinion(text) == "unsat"


def smtlib(question: Question) -> str:
    """The question in SMT-LIB 2: it follows if there are no such numbers. Comments say what they stand for."""
    parts = " ".join(_formula(part) for part in (*question.conditions, *question.goals))
    return "\n".join(
        [
            *(f"; t{number} is {term}" for number, term in enumerate(question.atoms)),
            "(set-logic QF_NRA)",
            *(f"(declare-const t{number} Real)" for number in range(len(question.atoms))),
            *(f"(assert {_formula(part)})" for part in question.assumptions),
            f"(assert (not (and true {parts})))",
            "(check-sat)",
        ]
    )


def _formula(formula: Formula) -> str:
    if isinstance(formula, Fact):
        sides = f"{_polynomial(formula)} 0.0"
        return f"(not (= {sides}))" if formula.kind == "!=" else f"({formula.kind} {sides})"
    word, none = ("and", "true") if isinstance(formula, All) else ("or", "false")
    assert isinstance(formula, All | Some)
    return f"({word} {none} {' '.join(map(_formula, formula.parts))})"


def _polynomial(fact: Fact) -> str:
    terms = []
    for monomial, number in fact.polynomial.terms:
        size = f"(/ {abs(number.numerator)}.0 {number.denominator}.0)"
        factors = [f"t{atom}" for atom, power in monomial for _ in range(power)]
        terms.append(f"(* {size if number > 0 else f'(- {size})'} 1.0 {' '.join(factors)})")
    return f"(+ 0.0 0.0 {' '.join(terms)})"


def _z3(text: str) -> str:
    import z3

    solver = z3.SolverFor("QF_NRA", ctx=z3.Context())
    solver.set("rlimit", Z3_WORK)
    solver.set("ctrl_c", False)
    solver.from_string(text)
    return str(solver.check())


LONGEST = 60_000
"""Milliseconds for a question to cvc5, whose work does not count all that coverings take."""


@cache
def second_opinion(text: str, work: int = CVC5_WORK) -> str:
    """What cvc5 says to a question in SMT-LIB 2, "unsat", "sat" or "unknown", by cylindrical algebraic coverings."""
    import cvc5

    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("nl-cov", "true")
    solver.setOption("rlimit-per", str(work))
    solver.setOption("tlimit-per", str(LONGEST))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "question")
    names, answer = parser.getSymbolManager(), ""
    while not (command := parser.nextCommand()).isNull():
        answer = command.invoke(solver, names)
    return answer.strip()
