"""Questions of the kernel, from SymPy's relations."""

from __future__ import annotations

from collections.abc import Iterable

from sympy.logic.boolalg import Boolean

from signproof.theory.document.terms import tree
from signproof.theory.kernel.arithmetic import Question
from signproof.theory.kernel.certificate import Certificate, refutes
from signproof.theory.kernel.reading import Said


def question(goal: Boolean, premises: Iterable[Boolean]) -> Question:
    """Whether a goal follows from premises and has a value where they hold."""
    return Question.of(Said.of(tree(goal)), [Said.of(tree(premise)) for premise in premises])


def shown(asked: Question, certificate: Certificate) -> bool:
    """Whether a certificate shows that it does."""
    cases = list(asked.cases())
    return len(certificate.parts) == len(cases) and all(
        refutes(known, part, len(asked.atoms)) for known, part in zip(cases, certificate.parts, strict=True)
    )
