"""cvc5's answer to a question that was put to Z3."""

from __future__ import annotations

from functools import cache

import cvc5

WORK = 10_000_000
"""cvc5's own count of work, after which a question is given up; the hardest question here takes less than a tenth."""


@cache
def second_opinion(text: str, work: int = WORK) -> str:
    """What cvc5 says to a question in SMT-LIB 2, "unsat", "sat" or "unknown", by cylindrical algebraic coverings."""
    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("nl-cov", "true")
    solver.setOption("rlimit-per", str(work))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "question")
    names, answer = parser.getSymbolManager(), ""
    while not (command := parser.nextCommand()).isNull():
        answer = command.invoke(solver, names)
    return answer.strip()
