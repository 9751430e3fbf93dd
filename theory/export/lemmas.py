"""The lemmas of the kernel's table as Coq's: one tactic for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from signproof.theory.export.context import INTRODUCED, Writing
from signproof.theory.export.flows import FLOWS
from signproof.theory.export.means import MEANS
from signproof.theory.export.premises import by_premises
from signproof.theory.export.spelling import ARGUMENT, COORDINATE, INDEX, ExportError
from signproof.theory.export.sums import expanded, function
from signproof.theory.export.votes import VOTES
from signproof.theory.export.workers import WORKERS
from signproof.theory.kernel.reading import Tree


def _instance_of(writing: Writing, lemma: str) -> list[str]:
    return [f"pose proof ({lemma}) as H. by_instance H."]


def _vectors(writing: Writing, *trees: Tree) -> str:
    return " ".join(writing.write.vector(each, ARGUMENT) for each in trees)


def _of_pair(lemma: str) -> Callable[[Writing, list, list[int]], list[str]]:
    """A lemma about a dual pair and vectors."""

    def write(writing: Writing, arguments: list, using: list[int]) -> list[str]:
        pair, *rest = arguments
        return _instance_of(writing, f"{lemma} {writing.write.pair(pair[1])} {_vectors(writing, *rest)}")

    return write


def _non_negative_norm(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    kind, pair, vector = arguments[0]
    return _instance_of(writing, f"non_negative_{kind} {writing.write.pair(pair[1])} {_vectors(writing, vector)}")


def _smoothness(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    number = arguments[0][1]
    assumed = writing.context.claim.assumptions[number]
    if assumed.name != "Smooth":
        raise ExportError(f"the Coq library lacks: the descent lemma under {assumed.name}")
    pair, constant = assumed.fields["norm"][1], assumed.fields["constant"]
    p, c = writing.write.pair(pair), writing.write.number(constant, ARGUMENT)
    points = _vectors(writing, *arguments[1:])
    return _instance_of(writing, f"descent_lemma {p} f grad {c} gradient_of_f assumption_{number + 1} {points}")


def _attained_minimum(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    star = writing.write.vector(writing.form.says[1][1])
    return [f"exact {star}_attains."]


def _induction(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    sequence, rate = arguments
    lemma = f"induction {function(writing, 'k', sequence)} {writing.write.number(rate, ARGUMENT)}"
    return by_premises(writing, lemma, ["", "n"], using, " k")


def _telescoping_sum(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    factor, *sequences = arguments
    lemma = f"telescoping_sum {writing.write.number(factor, ARGUMENT)} "
    lemma += " ".join(function(writing, "k", sequence) for sequence in sequences)
    return by_premises(writing, lemma, ["n"], using, " k")


def _least_of_a_sum(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    return _instance_of(writing, f"least_of_a_sum {function(writing, 'k', arguments[0])} k")


def _least_square(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    sequence, bound = arguments
    lemma = f"least_square {function(writing, 'k', sequence)} k {writing.write.number(bound, ARGUMENT)}"
    return by_premises(writing, lemma, ["n", ""], using)


def _comparison(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    lemma = f"comparison {' '.join(function(writing, 'k', sequence) for sequence in arguments)}"
    return by_premises(writing, lemma, ["n", "n", "n", ""], using, " k")


def _inner_product(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    inside = ["mul", *(["coordinate", vector, ["symbol", COORDINATE]] for vector in arguments)]
    left = f"dot d {_vectors(writing, *arguments)}"
    return _in_coordinates(writing, left, inside)


def _l1_norm(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    inside = ["abs", ["coordinate", arguments[0], ["symbol", COORDINATE]]]
    return _in_coordinates(writing, f"dual_norm (linf d) {_vectors(writing, *arguments)}", inside)


def _in_coordinates(writing: Writing, left: str, inside: Tree) -> list[str]:
    """What is a sum over coordinates by definition."""
    lines = [f"assert (H : {left} = total d {function(writing, 'i', inside)}) by reflexivity."]
    return [*lines, *expanded(writing, [inside], "H"), "by_instance H."]


def _coordinate_of_a_vector(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    index = "i i_d" if INDEX in writing.over else "0%nat d_positive"
    lemma = f"coordinate_of_a_vector d {_vectors(writing, arguments[0])} {index}"
    return [
        f"pose proof ({lemma}) as H. change (norm_inf d) with (norm (linf d)) in H.",
        "at_coordinate_in H. by_instance H.",
    ]


def _largest_coordinate(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    vector, bound = arguments
    lemma = (
        f"largest_coordinate_of_some d {_vectors(writing, vector)} {writing.write.number(bound, ARGUMENT)} d_positive"
    )
    return by_premises(writing, lemma, ["i i_d"], using)


def _sum_of_inequalities(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    one, other, (_, index) = arguments
    count, name = writing.write.count(index)
    lemma = f"sum_of_inequalities {count} {function(writing, name, one)} {function(writing, name, other)}"
    return by_premises(writing, lemma, [INTRODUCED["symbol", index]], using, sums=(one, other), index=index)


def _one_of_a_sum(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    one, (_, index) = arguments
    count, name = writing.write.count(index)
    lemma = f"one_of_a_sum {count} {function(writing, name, one)}"
    of_worker = index != COORDINATE
    some = " 0%nat workers_positive" if of_worker else " 0%nat d_positive"
    at = f" {INTRODUCED['symbol', index]}" if ("symbol", index) in writing.over else some
    return by_premises(writing, lemma, ["w w_d" if of_worker else "e e_d"], using, at, [one], index)


def _corners(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    center, slope, gain = arguments
    name = writing.write.vector(["corner", center, slope])
    c = writing.write.number(gain, ARGUMENT)
    given = {INDEX: "i i_d", ("point", "y"): "y"}
    tries = [f"(pose proof {writing.context.used(number, (), given)} as Q; by_instance Q)" for number in using]
    writing.before = [
        f"  assert ({name}_premise : forall (y : vec) (i : nat), (i < d)%nat ->",
        f"    f (y + unit i)%V + f (y - unit i)%V >= 2 * f y + 2 * {c}).",
        f"  {{ intros y i i_d. first [{' | '.join([*tries, 'decide_step'])}]. }}",
        f"  destruct (corner_exists d f {c} {name}_premise {_vectors(writing, center, slope)})",
        f"    as [{name} [{name}_unit {name}_gain]].",
    ]
    return [f"pose proof {name}_gain as H. by_instance H."]


def _corner_of_a_cube(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    return [f"pose proof {writing.write.vector(['corner', *arguments])}_unit as H. by_instance H."]


def _unit_vector(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    return _instance_of(writing, "unit_vector d i i_d" if INDEX in writing.over else "unit_vector d 0%nat d_positive")


def _logarithm(writing: Writing, arguments: list, using: list[int]) -> list[str]:
    return by_premises(writing, f"logarithm {writing.write.number(arguments[0], ARGUMENT)}", [""], using)


LEMMAS: Mapping[str, Callable[[Writing, list, list[int]], list[str]]] = {
    "non-negative norm": _non_negative_norm,
    "Hölder": _of_pair("hoelder"),
    "attained dual norm": _of_pair("attained_dual_norm"),
    "unit maximizer": _of_pair("unit_maximizer"),
    "triangle inequality": _of_pair("triangle_inequality"),
    "Euclidean norm": lambda writing, arguments, using: _instance_of(
        writing, f"euclidean_dual_norm d {_vectors(writing, *arguments)}"
    ),
    "self-dual norm": lambda writing, arguments, using: _instance_of(
        writing, f"self_dual_norm d {_vectors(writing, *arguments)}"
    ),
    "infimum": lambda writing, arguments, using: _instance_of(
        writing, f"infimum f f_star infimum_of_f {_vectors(writing, *arguments)}"
    ),
    "descent lemma": _smoothness,
    "attained minimum": _attained_minimum,
    "induction": _induction,
    "telescoping sum": _telescoping_sum,
    "least of a sum": _least_of_a_sum,
    "least square": _least_square,
    "comparison": _comparison,
    "inner product in coordinates": _inner_product,
    "l1 norm in coordinates": _l1_norm,
    "coordinate of a vector": _coordinate_of_a_vector,
    "largest coordinate": _largest_coordinate,
    "sum of inequalities": _sum_of_inequalities,
    "one of a sum": _one_of_a_sum,
    "unit vector": _unit_vector,
    "corner of a cube": _corner_of_a_cube,
    "induction over coordinates": _corners,
    "logarithm": _logarithm,
    **MEANS,
    **VOTES,
    **WORKERS,
    **FLOWS,
}
"""How a lemma of the kernel's table is used in Coq, by its name in the table."""
