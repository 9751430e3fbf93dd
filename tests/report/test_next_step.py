"""What is open says what to do, and what is proved with a reservation says which."""

from __future__ import annotations

import re

import pytest

from signproof.report.ledger import because
from signproof.report.next_step import ELSE, STEPS, next_step, reservations


def entry(verdict="open", *evidence, **more):
    pieces = [{"level": "sampled"} | piece for piece in evidence]
    return {"id": "mine/rate", "verdict": verdict, "evidence": pieces, "instance": "exhibited"} | more


@pytest.mark.parametrize(
    ("said", "step"),
    [
        ("not decided: it awaits an experiment: x, signproof experiment a/b", "signproof experiment a/b"),
        ("not decided: it awaits a linear rate", "as a claim of its own"),
        ("undecided: 3 of 9 comparisons exceed the bound, but no exact replay confirms", "signproof search mine/rate"),
        ("nothing decided: none of the instances drawn is guaranteed to meet A() and the domain", "add a family"),
        ("nothing decided: every comparison lies within the rounding error of the run", "--profile full"),
        ("it could not be judged: ValueError: no", "mend what the code raised"),
        ("of a kind that nobody foresaw", ELSE),
    ],
)
def test_an_open_claim_says_why_and_what_to_do(said, step):
    found = entry("open", {"kind": "note", "text": said})
    assert step in next_step(found) and because(found) == f"{said}. Next: {next_step(found)}"
    assert next_step(found | {"verdict": "supported"}) == ""


def test_every_step_that_is_advised_is_a_command_with_its_options(run):
    for _, step in STEPS:
        for command, option in re.findall(r"signproof (\w+)(?: \S+)?(?: (--\w+))?", step):
            code, out, _ = run(command, "--help")
            assert code == 0 and (not option or option in out)


def test_reservations_stand_together():
    proof = {"kind": "proof", "text": "", "accepted": True, "solved": 2, "checkers": ["kernel"]}
    told = reservations(entry("proved", proof, instance="none known"))
    assert len(told) == 2 and "no instance is known" in told[0] and "2 questions" in told[1]
    assert reservations(entry("proved", proof | {"solved": 0})) == []
    assert reservations(entry("proved", proof | {"solved": 0, "checkers": ["SymPy", "Z3"]})) != []
