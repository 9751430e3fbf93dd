"""Documents written by hand to prove what does not follow: the kernel refuses each of them, in one line."""

from __future__ import annotations

import time

import pytest

from signproof.theory.algebra.kept import certificate
from signproof.theory.document.sentence import sentence
from signproof.theory.kernel.check import Checked, Refused, check, complete
from signproof.theory.kernel.form import SCHEMA, Document, DocumentError, canonical, read, version
from signproof.theory.kernel.lemmas import TABLE
from signproof.theory.kernel.reading import ordered


def s(name):
    return ["symbol", name]


def add(*terms):
    return ordered(["add", *terms])


def mul(*terms):
    return ordered(["mul", *terms])


def point(name):
    return ["point", ["name", name]]


def iterate(count):
    return ["iterate", count]


def gradient(x, *of):
    return ["gradient", x, *of]


def mean(term, *given):
    return ["expectation", term, ["tuple", *given]]


k, alpha, V0 = s("k"), s("alpha"), s("V_0")
x_k, x_next, x, y = iterate(k), iterate(add("1", k)), point("x"), point("y")
V_k, V_next = ["suboptimality", k], ["suboptimality", add("1", k)]
FALSE = ["gt", "0", "1"]


def rule(step, **more):
    return {"name": "Method", "draws": "gradient", "step": step, "needs": [], "workers": None, **more}


def assumed(says, name="Mine", points=0, fields=(), conditions=()):
    return {
        "name": name, "fields": dict(fields), "points": points, "says": says, "conditions": list(conditions)
    }  # fmt: skip


def claim(conclusion, kind="bound", **parts):
    found = {
        "id": "mine", "kind": kind, "parameters": [], "assumptions": [], "domain": [], "conclusion": conclusion,
        "rule": rule(x_k) if kind == "bound" else None, "orbit": None, "horizon": None, "steps": None,
        "timed": kind == "flow", **parts,
    }  # fmt: skip
    conditions = [each for assumption in found["assumptions"] for each in assumption["conditions"]]
    return {"premises": [*found["domain"], *conditions], **found}


def written(claim, *steps, theorems=None):
    """A document as plain data. Arguments: the claim, then for each step what it says and its justification."""
    rest = theorems or {}
    used = [by for _, by in steps]
    used += [step["by"] for theorem in rest.values() for step in theorem["steps"]]
    return {
        "schema": SCHEMA, "claim": claim, "end": [], "theorems": rest,
        "steps": [
            {"name": f"step {number}", "says": says, "by": by, "certificates": []}
            for number, (says, by) in enumerate(steps)
        ],
        "lemmas": {by[1]: version(TABLE[by[1]].text) for by in used if by[0] == "lemma"},
    }  # fmt: skip


def verdict(data):
    """What the kernel says of a document, once certificates are found for it."""
    try:
        form = read(canonical(data), "p.json").form
    except DocumentError as error:
        return Refused(0, "document", str(error))
    found = complete(form, certificate)
    if isinstance(found, Refused):
        return found
    checked = check(read(Document(form).bytes, "p.json"))
    assert not isinstance(checked, Refused) or "certificate" in checked.reason
    return checked


def refused(claim, *steps, **more):
    found = verdict(written(claim, *steps, **more))
    assert isinstance(found, Refused) or found.open, "it is accepted"
    assert "\n" not in str(found)
    return str(found)


def accepted(claim, *steps, **more):
    found = verdict(written(claim, *steps, **more))
    assert isinstance(found, Checked) and not found.open, str(found)


# ---------------------------------------------------------------------------------------------- false theorems

DECIDE = ["decide", []]
EVERY_K = ["ge", k, "0"]
t, one, g = s("t"), s("u"), gradient(x_k)
x_t, V_t, V_start = ["trajectory", t], ["suboptimality_at", t], ["suboptimality_at", "0"]
first, second, w = point("point 0"), point("point 1"), point("w")
OWN = ["own", "N", "Scalar"]
FLAT = assumed(["eq", "0", "0"], conditions=[["le", k, "0"]])


def minus(term):
    return mul("-1", term)


def norm(tag, v):
    return [tag, ["name", "2"], v]


def drawn(v, by=x):
    return ["inner", ["estimate", v], by]


def orbit(points, function, *coordinates):
    return {"function": function, "coordinates": list(coordinates or ("u",)), "points": points, "formula": []}


def test_true_claims_are_accepted():
    accepted(claim(["le", V_k, V_k]), (["eq", x_next, x_k], ["definition"]), (["le", V_k, V_k], DECIDE))
    square = ["eq", ["pow", add("1", alpha), "2"], add("1", mul("2", alpha), ["pow", alpha, "2"])]
    accepted(claim(square, "algebraic", parameters=["alpha"]), (square, ["identity", []]))


def test_a_condition_of_an_assumption_does_not_restrict_k():
    assert "parameters alone" in refused(claim(["le", k, "0"], assumptions=[FLAT]), (["le", k, "0"], DECIDE))
    refused(
        claim(["le", add("1", k), "0"], assumptions=[FLAT]),
        (["le", k, "0"], DECIDE),
        (["le", add("1", k), "0"], ["instance", 0, add("1", k)]),
    )


@pytest.mark.parametrize("workers", ["1/2", "0", k, V0, s("M"), add("1", alpha)])
def test_the_number_of_workers_is_a_parameter_or_whole(workers):
    count = ["total", "1", s("m")]
    stated = claim(["eq", count, workers], rule=rule(x_k, workers=workers), parameters=["alpha"])
    assert "workers" in refused(stated, (["eq", count, workers], ["definition"]))


def test_half_a_worker_proves_nothing():
    count = ["total", "1", s("m")]
    refused(
        claim(FALSE, rule=rule(x_k, workers="1/2")),
        (["eq", count, "1/2"], ["definition"]),
        (["ge", "1", "0"], DECIDE),
        (["le", "1", count], ["lemma", "one of a sum", ["1", s("m")], [1]]),
        (FALSE, ["decide", [0, 2]]),
    )


def test_two_draws_at_equal_points_are_two_draws():
    says = ["eq", drawn(x_next), drawn(x_k)]
    refused(
        claim(says, rule=rule(x_k, draws="estimate")), (["eq", x_next, x_k], ["definition"]), (says, ["identity", [0]])
    )


def test_what_is_given_to_an_expectation_is_not_rewritten():
    says = ["eq", mean(drawn(x_k), x_next), mean(drawn(x_k), x_k)]
    refused(
        claim(says, rule=rule(x_k, draws="estimate")), (["eq", x_next, x_k], ["definition"]), (says, ["identity", [0]])
    )


def test_what_is_assumed_of_points_is_not_assumed_of_draws():
    unbiased = assumed(["eq", mean(drawn(first, second), first), ["inner", gradient(first), second]], points=2)
    says = ["eq", mean(drawn(x, ["estimate", x]), x), ["inner", gradient(x), ["estimate", x]]]
    assert "not known" in refused(
        claim(says, assumptions=[unbiased], rule=rule(x_k, draws="estimate")),
        (says, ["hypothesis", 0, [x, ["estimate", x]]]),
    )
    says = ["eq", mean(drawn(x, y), x), ["inner", gradient(x), y]]
    accepted(claim(says, assumptions=[unbiased]), (says, ["hypothesis", 0, [x, y]]))


def test_a_mean_at_every_point_is_not_the_mean_at_a_random_one():
    unbiased = assumed(["eq", mean(drawn(first, w)), ["inner", gradient(first), w]], points=1)
    says = ["eq", mean(drawn(x_k, w)), ["inner", gradient(x_k), w]]
    refused(claim(says, assumptions=[unbiased]), (says, ["hypothesis", 0, [x_k]]))


def test_a_constant_does_not_depend_on_the_points_that_are_compared():
    slopes, distance = add(gradient(first), minus(gradient(second))), norm("norm", add(first, minus(second)))
    fields = {"constant": ["value", first], "norm": ["norm_named", "2"]}
    smooth = assumed(["le", norm("dual_norm", slopes), mul(["value", first], distance)], "Smooth", 2, fields)
    step = add(y, minus(x))
    quadratic = mul("1/2", ["value", first], ["pow", norm("norm", step), "2"])
    says = ["le", ["value", y], add(["value", x], ["inner", gradient(x), step], quadratic)]
    assert "a field of Smooth" in refused(
        claim(says, "implication", assumptions=[smooth]),
        (says, ["lemma", "descent lemma", [["assumption", 0], y, x], []]),
    )


def strongly_convex(constant, *conditions):
    fields = {"constant": constant, "norm": ["norm_named", "2"]}
    step, slope = add(first, minus(second)), gradient(second)
    growth = mul("1/2", constant, ["pow", norm("norm", step), "2"])
    says = ["ge", add(["value", first], minus(["value", second])), add(["inner", slope, step], growth)]
    return assumed(says, "StronglyConvex", 2, fields, conditions)


def test_a_function_that_is_only_convex_may_not_attain_its_infimum():
    says = ["eq", ["value", ["minimizer", ["tuple"]]], s("f_*")]
    by = ["lemma", "attained minimum", [["assumption", 0]], []]
    for constant in ("0", "-1", alpha):
        convex = strongly_convex(constant)
        assert "positive" in refused(claim(says, assumptions=[convex], parameters=["alpha"]), (says, by))
    for convex in (strongly_convex("2"), strongly_convex(alpha, ["gt", alpha, "0"])):
        accepted(claim(says, assumptions=[convex], parameters=["alpha"]), (says, by))


@pytest.mark.parametrize("name", ["i", "j", "m", "xi", "l", "f_*"])
def test_no_parameter_has_the_name_of_an_index(name):
    says = ["ge", s(name), "1"]
    assert "index" in refused(claim(says, parameters=[name], domain=[says]), (says, DECIDE))


def test_the_length_of_a_run_is_a_parameter():
    for name in ("V_0", "k", "T"):
        assert "length" in refused(claim(EVERY_K, horizon=name, premises=[EVERY_K]), (EVERY_K, DECIDE))
        assert "length" in refused(claim(EVERY_K, steps=name, premises=[EVERY_K]), (EVERY_K, DECIDE))


@pytest.mark.parametrize(
    "parts",
    [
        {"kind": "bound", "rule": None},
        {"kind": "algebraic", "rule": rule(x_k)},
        {"kind": "bound", "orbit": orbit([["0"]], "0")},
        {"kind": "orbit", "rule": rule(x_k)},
        {"kind": "flow", "timed": False, "rule": rule(x_k)},
        {"kind": "words"},
    ],
)
def test_a_claim_has_the_parts_of_its_kind(parts):
    assert "step 0 (claim)" in refused(claim(["ge", "1", "0"], **parts), (["ge", "1", "0"], DECIDE))


def test_a_flow_is_watched_from_its_start():
    velocity, slope = mul("-1", add("-1", t), gradient(x_t)), gradient(x_t)
    rate, square = ["suboptimality_rate", t], ["pow", norm("dual_norm", slope), "2"]
    assert "restricts times" in refused(
        claim(["le", V_t, V_start], "flow", parameters=["t"], domain=[["ge", t, "1"]], rule=rule(velocity)),
        (["eq", ["velocity", t], velocity], ["definition"]),
        (["eq", rate, ["inner", slope, ["velocity", t]]], ["lemma", "chain rule", [], []]),
        (["eq", ["inner", slope, slope], square], ["lemma", "Euclidean norm", [slope], []]),
        (["eq", rate, mul("-1", add("-1", t), square)], ["identity", [1, 0, 2]]),
        (["le", rate, "0"], ["decide", [3]]),
        (["le", V_t, V_start], ["lemma", "monotonicity", [], [4]]),
    )


def stays(point, function, step, *coordinates, **more):
    """That a run stays at a point for ever."""
    says = ["repeats", ["tuple", *point]]
    parts = {"orbit": orbit([point], function, *coordinates), "rule": rule(step, **more)}
    return claim(says, "orbit", **parts), (["eq", "0", "0"], ["run", 0]), (says, ["forever", [0]])


def test_a_method_has_a_value_along_its_orbit():
    accepted(*stays(["0"], ["pow", one, "2"], x_k))
    length = norm("norm", g)
    refused(*stays(["0"], ["pow", one, "2"], add(x_k, mul("-1", length, ["pow", length, "-1"], g))))
    refused(*stays(["0"], ["pow", one, "2"], x_k, needs=[["lt", "1", "0"]]))
    refused(*stays(["0"], ["pow", ["pow", one, "1/2"], "2"], x_k))  # of nothing below 0
    refused(*stays(["0"], ["abs", one], add(x_k, minus(g))))


def test_the_coordinates_of_an_orbit_have_names_of_their_own():
    refused(*stays(["0", "1"], ["pow", one, "2"], x_k, "u", "u"))
    refused(*stays(["0"], ["pow", k, "2"], x_k, "k"))
    refused(*stays([k], "0", x_k))
    refused(*stays(["0"], OWN, x_k))


def kept(count):
    """The number that a method remembers."""
    return ["remembered", count, "0"]


def test_what_a_method_remembers_along_an_orbit_is_of_the_step_before():
    square, more = ["pow", one, "2"], {"later": [k], "begun": ["0"]}
    refused(*stays(["1"], square, add(x_k, mul(kept(k), add(kept(k), minus(k)), g)), **more))  # k - 1 is remembered
    accepted(*stays(["1"], square, add(x_k, mul(k, kept(k), add("1", kept(k), minus(k)), g)), **more))
    vectors = {"later": [mul(k, g)], "begun": [mul(k, gradient(iterate("0")))]}
    refused(*stays(["1"], square, add(x_k, ["memory", k, "0"], minus(mul(k, g))), **vectors))


def test_what_a_method_begins_with_is_one_thing():
    assert "begins" in refused(
        claim(FALSE, rule=rule(x_k, later=["0"], begun=[k])),
        (["eq", kept("0"), k], ["definition"]),
        (["eq", kept("0"), "0"], ["instance", 0, "0"]),
        (["eq", kept("0"), "1"], ["instance", 0, "1"]),
        (FALSE, ["decide", [1, 2]]),
    )


def test_runs_go_through_iterations_outside_of_the_domain():
    late, start = {"domain": [["ge", k, "1"]]}, iterate("0")
    stands = rule(add(x_k, minus(mul(k, g))), needs=[["ge", k, "1"]])
    says = ["eq", iterate("1"), start]
    assert "every k" in refused(claim(says, rule=stands, **late), (says, ["definition"]))
    inverse = ["pow", k, "-1"]
    step = add(x_k, mul("-1", inverse, g))
    says = ["eq", "0", ["inner", gradient(start), gradient(start)]]
    scaled = ["eq", mul(k, x_next), add(mul(k, x_k), minus(g))]
    assert "every k" in refused(
        claim(says, rule=rule(step), **late),
        (["ge", k, "1"], DECIDE),
        (["ge", inverse, inverse], ["combination", [], [0]]),
        (["eq", x_next, step], ["definition"]),
        (scaled, ["identity", [2]]),
        (["eq", mul("0", iterate("1")), minus(gradient(start))], ["instance", 3, "0"]),
        (says, ["identity", [4]]),
    )


@pytest.mark.parametrize("hidden", [mul(k, ["pow", k, "-1"]), ["pow", ["pow", k, "-1"], "0"]])
def test_a_domain_restricts_k_by_what_it_needs(hidden):
    refused(
        claim(FALSE, domain=[["ge", hidden, "1"]]),
        (["ne", k, "0"], DECIDE),
        (["ne", "0", "0"], ["instance", 0, "0"]),
        (FALSE, ["decide", [1]]),
    )


def hiding(term):
    """A condition that is true by its form and, to have a value, needs that a number is positive."""
    return ["ge", ["pow", ["log", term], "0"], "1"]


def test_what_restricts_parameters_hides_nothing_in_what_it_needs():
    says = ["gt", V_k, "0"]
    assert "parameters alone" in refused(claim(says, domain=[hiding(V_k)]), (says, DECIDE))
    assert "parameters alone" in refused(
        claim(FALSE, assumptions=[assumed(["eq", "0", "0"], conditions=[hiding(k)])]),
        (["gt", k, "0"], DECIDE),
        (["gt", "0", "0"], ["instance", 0, "0"]),
        (FALSE, ["decide", [1]]),
    )
    says, late = ["ge", t, "1"], [hiding(add("-1", t))]
    flow = claim(says, "flow", parameters=["t"], domain=late, rule=rule(minus(gradient(x_t))))
    assert "restricts times" in refused(flow, (says, DECIDE))


def test_what_is_defined_because_of_some_k_is_not_for_every_k():
    inverse, late = ["pow", k, "-1"], {"domain": [["ge", k, "1"]]}
    says, zero = ["eq", inverse, inverse], ["eq", mul(k, inverse), "1"]
    used = (["ge", k, "1"], DECIDE), (["ge", inverse, inverse], ["combination", [], [0]])
    assert "every k" in refused(
        claim(["le", k, mul("2", k)], **late),
        *used,
        (zero, ["identity", []]),
        (["le", "0", "0"], ["combination", [], [2]]),
        (["le", mul("0", k), "0"], ["lemma", "induction", ["0", "1"], [3]]),
        (says, ["identity", []]),
    )


def test_of_a_term_of_ones_own_nothing_is_known():
    cube = ["eq", mean(["pow", OWN, "3"]), mean(["pow", OWN, "3"])]
    assert "no finite expectation" in refused(claim(cube), (cube, ["identity", []]))
    rate = [assumed(["le", V_next, mul(OWN, V_k)]), assumed(["ge", OWN, "0"])]
    says = ["le", V_k, mul(["pow", OWN, k], ["suboptimality", "0"])]
    refused(
        claim(says, assumptions=rate),
        (["le", V_next, mul(OWN, V_k)], ["hypothesis", 0, []]),
        (["ge", OWN, "0"], ["hypothesis", 1, []]),
        (says, ["lemma", "induction", [V_k, OWN], [0, 1]]),
    )
    term = ["sum", ["own", "N", "Scalar", s("l")], s("l"), "0", k]
    says = ["eq", mean(mul(term, OWN)), mul(term, mean(OWN))]
    refused(claim(says), (says, ["identity", []]))
    refused(claim(["eq", OWN, OWN], "algebraic"), (["eq", OWN, OWN], ["identity", []]))


def test_the_inverse_of_something_bounded_may_have_no_expectation():
    vote = ["inner", ["majority", x], ["majority", x]]
    says = ["eq", mean(["pow", vote, "-1"], x), mean(["pow", vote, "-1"], x)]
    assert "no finite expectation" in refused(claim(says), (says, ["identity", []]))


@pytest.mark.parametrize(
    "arguments",
    [[["name", "1"], "1"], [["tuple", "1"], "1"], [x, "1"], [["assumption", 0], "1"], [["norm_named", None], "1"], []],
)
def test_lemmas_are_about_terms_of_their_kinds(arguments):
    says = ["le", V_k, V_k]
    refused(claim(says, assumptions=[assumed(EVERY_K)]), (says, ["lemma", "induction", arguments, []]))


# ---------------------------------------------------------------------------------------------- what is hidden


def said(claim):
    return sentence(read(canonical(written(claim)), "p.json"))


def test_the_sentence_tells_all_that_is_taken_for_granted():
    hidden = ["lt", "1", "0"]
    assert "1 < 0" in said(claim(EVERY_K, domain=[hidden]))
    assert "1 < 0" in said(claim(EVERY_K, assumptions=[assumed(EVERY_K, conditions=[hidden])]))
    assert "every V_0 > 0" in said(claim(["gt", V0, "0"], "algebraic", premises=[["gt", V0, "0"]]))
    assert "3 workers" in said(claim(EVERY_K, rule=rule(x_k, workers="3")))
    assert "whole number M of workers" in said(claim(EVERY_K, rule=rule(x_k, workers=s("M")), parameters=["M"]))
    assert "whole number T of steps" in said(claim(EVERY_K, steps="T", parameters=["T"]))
    assert "whole number K of steps, k = K" in said(claim(EVERY_K, horizon="K", parameters=["K"]))
    convex = assumed(None, "ClosedConvex", fields={"of": ["name", "r"]})
    assert "ClosedConvex with of = r" in said(claim(EVERY_K, assumptions=[convex]))
    flat = {"orbit": orbit([["0"]], ["pow", one, "2"]), "assumptions": [assumed(["lt", "1", "0"])]}
    assert "1 < 0" in said(claim(["repeats", ["tuple", "0"]], "orbit", rule=rule(x_k), **flat))


@pytest.mark.parametrize(
    "term",
    [
        mul(alpha, ["pow", alpha, "-1"]),
        mul("0", ["pow", alpha, "-1/2"]),
        ["pow", ["pow", alpha, "1/2"], "2"],
        ["pow", "10", ["pow", "10", "10"]],
        ["pow", alpha, "1000000000"],
        mul(ordered(["add", alpha, "1"]), "2"),
    ],
)
def test_the_sentence_tells_terms_as_they_are_or_not_at_all(term):
    with pytest.raises(DocumentError):
        said(claim(["ne", alpha, "0"], "algebraic", parameters=["alpha"], domain=[["eq", term, term]]))


def test_the_sentence_tells_of_a_minimizer():
    best = ["minimizer", ["tuple"]]
    says = ["eq", ["value", best], s("f_*")]
    there = assumed(["ge", norm("norm", best), "0"])
    by = (says, ["lemma", "minimizer", [["assumption", 0]], []])
    accepted(claim(says, assumptions=[there]), by)
    assert "with infimum f*, attained at x*, such that" in said(claim(says, assumptions=[there]))
    hidden = assumed(["ge", mul("0", norm("norm", best)), "0"])
    assert "does not speak of a minimizer" in refused(claim(says, assumptions=[hidden]), by)


def test_the_sentence_tells_what_is_drawn():
    says = ["eq", drawn(x_k, w), drawn(x_k, w)]
    assert "all stochastic gradients" in said(claim(says))


def test_points_for_all_are_told_from_fixed_ones():
    downhill = assumed(["le", ["inner", gradient(first), x], "0"], points=1)
    assert "<grad f(y), x> <= 0 for all y" in said(claim(EVERY_K, assumptions=[downhill]))


@pytest.mark.parametrize("name", ["x) <= 0: f(x", "V_k <= 0", "a*b", "a b", "", "-a", "a\n"])
def test_names_are_no_formulas(name):
    says = ["eq", s(name), s(name)]
    assert "is not a symbol" in refused(claim(says, parameters=[name]), (says, ["identity", []]))


def test_a_parameter_is_not_called_like_a_term_of_the_run():
    says = ["le", s("V_k"), "0"]
    refused(claim(says, parameters=["V_k"], domain=[says]), (says, DECIDE))


def test_convexity_is_not_hidden_behind_another_statement():
    r = ["name", "r"]
    hidden = assumed(["eq", "0", "0"], "ClosedConvex", fields={"of": r})
    at_x, at_y = ["prox", x, "1", r], ["prox", y, "1", r]
    far = add(at_y, minus(at_x))
    phi = ["tuple", ["name", "phi"], "1", r]
    below = add(["value", x, phi], ["inner", at_x, add(y, minus(x))], mul("1/2", ["inner", far, far]))
    says = ["ge", ["value", y, phi], below]
    by = ["lemma", "Moreau's potential", [r, "1", y, x], []]
    assert "ClosedConvex" in refused(claim(says, "implication", assumptions=[hidden]), (says, by))
    accepted(claim(says, "implication", assumptions=[{**hidden, "says": None}]), (says, by))


# ------------------------------------------------------------------------------------------------ bounded work


def test_work_is_bounded():
    deep, doubled = alpha, alpha
    for _ in range(20):
        deep, doubled = ["pow", deep, "100"], ["pow", add("1", doubled), add("1", k)]
    many = add(*(s(f"a{number}") for number in range(300)))
    three = "3"
    for _ in range(6):
        three = ["pow", three, "100"]
    for term in (deep, doubled, three, ["pow", many, "100"], mul(*[many] * 20)):
        began = time.process_time()
        refused(claim(["eq", term, term], parameters=["alpha"]), (["eq", term, term], ["identity", []]))
        assert time.process_time() - began < 60


@pytest.mark.parametrize(
    "part",
    [
        {"domain": [alpha]},
        {"domain": [["eq", point("x"), "1"]]},
        {"assumptions": [assumed(None, fields={"constant": ""})]},
        {"assumptions": [assumed(None, fields={"constant": "1/0"})]},
        {"assumptions": [assumed(["eq", "0", "0"], points=-1)]},
        {"assumptions": [assumed(["eq", "0", "0"], points=10**12)]},
        {"id": "a\nb", "kind": "x\ny"},
        {"rule": rule("1/3", workers=alpha)},
    ],
)
def test_whatever_cannot_be_read_is_refused_in_a_line(part):
    refused({**claim(["eq", "0", "0"]), **part}, (["eq", "0", "0"], ["identity", []]))


@pytest.mark.parametrize("text", ['{"a":' * 800 + "1" + "}" * 800, '"\\ud800"', "[" * 900 + "]" * 900, "1e999", "NaN"])
def test_strange_json_is_refused_in_a_line(text):
    data = canonical(written(claim(["eq", "0", "0"], assumptions=[assumed(None, fields={"a": 12345})])))
    with pytest.raises(DocumentError) as found:
        read(data.replace(b"12345", text.encode()), "p.json")
        raise DocumentError("a field that is read")  # what it says is nobody's business but of lemmas
    assert "\n" not in str(found.value)
