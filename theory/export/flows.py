"""Flows in Coq: the trajectory, its velocity, and lemmas about what falls along it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from signproof.theory.export.context import Writing
from signproof.theory.export.premises import by_premises
from signproof.theory.export.spelling import ARGUMENT, ExportError, Spelling, is_vector
from signproof.theory.kernel.reading import Tree, nodes

_Lemma = Callable[[Writing, list, list[int]], list[str]]
_ALONG = "V rate V_continuous V_rises"


def velocity(write: Spelling, step: Any) -> tuple[str, str, str]:  # the tree of a rule
    """The set of velocities, why V rises with their product with the gradient, and the velocity that is written."""
    parts = step[1:] if step[0] == "mul" else [step]
    (atom,) = (part for part in parts if is_vector(part)) if step[0] != "add" else (step,)
    scalars = [part for part in parts if part is not atom]
    gradient = ["gradient", ["trajectory", ["symbol", "t"]]]
    if any(node[0] != "symbol" for part in scalars for node in nodes(part) if node[0] not in ("mul", "add", "pow")):
        raise ExportError("the Coq library lacks: flows whose velocity has a factor that depends on the point")
    factor: Tree = scalars[0] if len(scalars) == 1 else ["mul", *scalars] if scalars else "1"
    c = f"(fun _ : vec => {write.number(factor)})"
    if atom == gradient:
        return f"gradient_flow d {c} grad", f"rises_along_gradient_flow d f grad f_star x V {c}", write.vector(step)
    if atom[0] == "maximizer" and atom[2] == gradient:
        pair = write.pair(atom[1][1])
        rises = f"rises_along_steepest_flow d f grad f_star x V {c}"
        return f"steepest_flow {pair} {c} grad", f"{rises} gradient_of_f V_is {pair}", write.vector(step)
    raise ExportError("the Coq library lacks: flows along other vectors than gradients and their directions")


def prologue(write: Spelling, step: Any) -> list[str]:  # the tree of a rule
    """Tactics that say what V' is along a trajectory."""
    _, rises, written = velocity(write, step)
    known = rises if "V_is" in rises else f"{rises} gradient_of_f V_is"
    return [
        f"pose (velocity := fun t : R => {written}).",
        "pose (rate := fun t : R => dot d (grad (x t)) (velocity t)).",
        "assert (V_continuous : continuous_in_time V).",
        "{ exact (continuous_suboptimality d f grad x gradient_of_f (proj1 flow) f_star V V_is). }",
        "assert (V_rises : forall t : R, 0 <= t -> rises V (rate t) t).",
        f"{{ intros t t_d. exact ({known} t flow t_d). }}",
        f"assert (velocity_is : forall t : R, velocity t = {written}) by reflexivity.",
        "assert (rate_is : forall t : R, rate t = dot d (grad (x t)) (velocity t)) by reflexivity.",
        "clearbody rate velocity.",
    ]


def definition(writing: Writing, left: list) -> list[str]:
    """Tactics for V(t) = f(x(t)) - f*, V(0) = V_0 or the velocity."""
    if left == ["suboptimality_at", "0"] and writing.form.says[2] == ["symbol", "V_0"]:
        return ["reflexivity."]
    name = {"suboptimality_at": "V_is", "velocity": "velocity_is"}.get(left[0])
    if name is None:
        raise ExportError(f"the Coq library lacks: the definition of {left[0]}")
    return [f"pose proof ({name} {writing.write.number(left[1], ARGUMENT)}) as H. by_instance H."]


def _function(writing: Writing, inside: Tree) -> str:
    return f"(fun t : R => {writing.write.number(inside)})"


def _everywhere(lemma: str, premises: list[str], arguments: Callable[[Writing, list], str]) -> _Lemma:
    """A lemma whose conclusion is about every time, with premises among the earlier steps."""

    def write(writing: Writing, given: list, using: list[int]) -> list[str]:
        whole = f"{lemma} {arguments(writing, given)}"
        return by_premises(writing, whole, premises, using, " t ltac:(lra)")

    return write


def _continuous(writing: Writing, inside: Tree) -> str:
    return f"assert (C : continuous_in_time {_function(writing, inside)}) by continuous_along gradient_continuous flow."


def _decrease(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    factor, inside = arguments
    c = writing.write.number(factor, ARGUMENT)
    first = _continuous(writing, inside)
    lemma = f"accumulated_decrease {_ALONG} {c} {_function(writing, inside)} C"
    return [first, *by_premises(writing, lemma, ["u u_d"], using, " t ltac:(lra)")]


def _least(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    inside, power = arguments
    first = _continuous(writing, inside)
    name, of = ("accumulated_least_itself", "") if power == "1" else ("accumulated_least", f" {power}%nat")
    lemma = f"fun P => {name} {_function(writing, inside)}{of} t C P ltac:(lra)"
    return [first, *by_premises(writing, lemma, ["u u_d"], using)]


FLOWS: Mapping[str, _Lemma] = {
    "chain rule": lambda writing, arguments, using: ["pose proof (rate_is t) as H. by_instance H."],
    "monotonicity": _everywhere("monotonicity", ["u u_d"], lambda writing, given: _ALONG),
    "Grönwall": _everywhere(
        "Gronwall", ["u u_d"], lambda writing, given: f"{_ALONG} {writing.write.number(given[0], ARGUMENT)}"
    ),
    "comparison with a Riccati equation": _everywhere(
        "Riccati",
        ["u u_d", "", ""],
        lambda writing, given: f"{_ALONG} {writing.write.number(given[0], ARGUMENT)}",
    ),
    "decrease over time": _decrease,
    "least over time": _least,
}
"""How a lemma about flows is used in Coq, by its name in the table."""
