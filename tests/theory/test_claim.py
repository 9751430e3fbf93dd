"""Claims: what says nothing is refused with what, where and the fix; formulas as text; what theory may import."""

from __future__ import annotations

import ast
import dataclasses
import os
import pickle
import pkgutil
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import (
    Abs,
    Add,
    And,
    Eq,
    Function,
    Ge,
    Gt,
    I,
    Integer,
    Le,
    Lt,
    Max,
    Min,
    Mul,
    Ne,
    Or,
    Pow,
    Rational,
    Symbol,
    cos,
    exp,
    false,
    log,
    nan,
    oo,
    sign,
    sin,
    sqrt,
    tan,
    true,
    zoo,
)
from sympy.core.symbol import Str

from signproof import theory
from signproof.theory.algorithms import Algorithm, GradientDescent, ScaledSignGD, SignGD, SteepestDescent
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.assumptions.gradients import BoundedVariance
from signproof.theory.catalog import catalog
from signproof.theory.claim import Claim, ClaimError, Orbit, Source
from signproof.theory.derivation.steps import Decide, check
from signproof.theory.measures import MinDualGradientNorm, Suboptimality
from signproof.theory.misuse import Misuse
from signproof.theory.norms import ANY, L2, LINF, EuclideanNorm
from signproof.theory.proof_steps import Certificate, Proof, Step
from signproof.theory.symbols import V0, L, alpha, eta, f_star, k, l, mu
from signproof.theory.terms.formula import LARGEST_EXPONENT, LONGEST, parse
from signproof.theory.terms.vectors import dual_norm, g_k, suboptimality

x, y = Symbol("x", real=True), Symbol("y", real=True)

CONTRACT = {
    "id": "mine/too-fast",
    "algorithm": ScaledSignGD(alpha),
    "assumptions": (Smooth(L), PolyakLojasiewicz(mu)),
    "domain": (alpha > 0, alpha < 2 / L),
    "measure": Suboptimality(),
    "bound": (1 - 4 * mu * alpha * (1 - L * alpha / 2)) ** k * V0,
}
"""A bound on a run."""
ALGEBRAIC = {"id": "mine/range", "domain": (x > 0, y > x), "statement": x / y < 1}
ORBIT = {
    "id": "mine/orbit",
    "algorithm": SignGD(alpha),
    "domain": (alpha > 0,),
    "orbit": Orbit(x**2, (x,), ((alpha / 2,), (-alpha / 2,))),
}


# ---------------------------------------------------------------------------------------------- claims that are


def test_the_contract_example_is_a_claim():
    claim = Claim(**CONTRACT)
    assert claim.kind == "bound"
    assert claim.parameters == {alpha, L, mu}
    assert set(claim.premises) == {alpha > 0, alpha < 2 / L, L > 0, mu > 0, k >= 0, V0 > 0}
    assert claim.conclusion == Le(suboptimality(k), claim.bound)
    assert repr(claim) == "Claim('mine/too-fast')"


def test_an_algebraic_claim_is_about_its_statement():
    claim = Claim(**ALGEBRAIC)
    assert claim.kind == "algebraic" and claim.conclusion == claim.statement
    assert claim.premises == claim.domain


def test_an_orbit_claim_is_about_its_points():
    claim = Claim(**ORBIT)
    assert claim.kind == "orbit" and claim.premises == (alpha > 0,)
    assert claim.orbit.gradient == (2 * x,)
    assert "runs through" in str(claim.conclusion)


@pytest.mark.parametrize("id", catalog())
def test_a_claim_of_the_papers_can_be_stated_again(id):
    claim = catalog()[id]
    again = dataclasses.replace(claim, id="again")
    assert again.premises == claim.premises and again.conclusion == claim.conclusion


@pytest.mark.parametrize(
    "changes",
    [
        {"domain": [alpha > 0]},
        {"domain": alpha > 0},
        {"domain": (Ne(alpha, 0),)},
        {"domain": (alpha > 0, k >= 2)},
        {"domain": (alpha > 0, V0 < 1)},
        {"domain": (alpha > 0, eta > 0), "assumptions": (Smooth(L + eta), PolyakLojasiewicz(mu))},
        {"assumptions": [Smooth(Rational(1, 2)), PolyakLojasiewicz(mu)], "bound": V0},
        {"algorithm": SignGD(alpha / sqrt(k + 1)), "bound": V0},
        {"algorithm": SignGD(1), "bound": V0},
        {"measure": MinDualGradientNorm(power=1, norm=L2)},
        {"algorithm": SteepestDescent(alpha, ANY), "assumptions": (Smooth(L, ANY),), "bound": V0},
        {"bound": 0},
        {"source": Source("paper", "Theorem 1"), "about": "Too good to be true."},
    ],
    ids=str,
)
def test_a_claim_may_also_be(changes):
    assert Claim(**CONTRACT | changes).kind == "bound"


# ---------------------------------------------------------------------------------------------- claims that are not


@dataclass(frozen=True)
class Momentum(Algorithm):
    """A method with a float in it."""

    step_size: Any
    decay: Any

    def update(self, x, gradient, memory, xp):
        return x, memory


class Late(PolyakLojasiewicz):
    """The PL inequality, and on the side that k is large: what is proved for large k only would count for all."""

    @property
    def conditions(self):
        return (*super().conditions, k >= 5)


class Doubled(Suboptimality):
    """Twice the suboptimality, whose symbol says that it is V_k."""

    def quantity(self, problem, x, xp):
        return 2 * problem.suboptimality(x, xp)


REFUSED = [
    # the parts
    (CONTRACT, {"id": ""}, "a claim's id must be one nonempty line"),
    (CONTRACT, {"id": " mine"}, "without spaces at its ends"),
    (CONTRACT, {"id": None}, "a claim's id must be one nonempty line"),
    (CONTRACT, {"algorithm": None}, "algorithm is missing"),
    (CONTRACT, {"measure": None}, "measure is missing"),
    (CONTRACT, {"bound": None}, "bound is missing"),
    (ORBIT, {"algorithm": None}, "algorithm is missing"),
    (ALGEBRAIC, {"statement": None}, "an algebraic claim needs a statement"),
    (CONTRACT, {"algorithm": "sign"}, "algorithm must be an instance of Algorithm, not 'sign'"),
    (CONTRACT, {"algorithm": ScaledSignGD}, "algorithm must be an instance of Algorithm"),
    (CONTRACT, {"measure": V0}, "measure must be an instance of Measure, not V_0"),
    (CONTRACT, {"assumptions": (L > 0,)}, r"is not an assumption; write, for example, assumptions=\(Smooth\(L\),\)"),
    (ALGEBRAIC, {"assumptions": 5}, "5 is not an assumption"),
    (CONTRACT, {"bound": "V_0"}, "the bound must be a SymPy expression, not 'V_0'"),
    (CONTRACT, {"bound": V0 > 0}, "the bound must be a SymPy expression"),
    (ALGEBRAIC, {"algorithm": SignGD(x)}, "an algebraic claim has a statement and a domain, but no algorithm"),
    (ALGEBRAIC, {"bound": x}, "but no bound"),
    (ALGEBRAIC, {"statement": True}, "the statement must be a SymPy relation"),
    (ALGEBRAIC, {"statement": x < x + 1}, "decides at once"),
    (ALGEBRAIC, {"statement": x}, "the statement must be a SymPy relation"),
    (ORBIT, {"orbit": "two points"}, "orbit must be an instance of Orbit"),
    (ORBIT, {"orbit": Orbit(x**2, (x,), ())}, "each with a formula for every coordinate"),
    (ORBIT, {"orbit": Orbit(x**2, (x,), ((alpha, alpha),))}, "each with a formula for every coordinate"),
    (ORBIT, {"orbit": Orbit(x**2, (x, x), ((alpha, alpha),))}, "each with a formula for every coordinate"),
    (ORBIT, {"orbit": Orbit(x**2, (x**2,), ((alpha,),))}, "must be symbols other than parameters"),
    (ORBIT, {"orbit": Orbit(alpha**2, (alpha,), ((alpha,),))}, "must be symbols other than parameters"),
    (CONTRACT, {"algorithm": SteepestDescent(alpha, EuclideanNorm("inf"))}, "choose LINF, L2, OPERATOR"),
    (CONTRACT, {"measure": MinDualGradientNorm(2, EuclideanNorm("mine"))}, "choose LINF, L2, OPERATOR"),
    (
        CONTRACT,
        {"assumptions": (Smooth(L, EuclideanNorm("2")), PolyakLojasiewicz(mu))},
        "choose LINF, L2, OPERATOR",
    ),
    (CONTRACT, {"assumptions": (Smooth(L, "inf"), PolyakLojasiewicz(mu))}, "norm of Smooth is 'inf', not a geometry"),
    (CONTRACT, {"measure": Doubled()}, "Doubled defines quantity but inherits symbol"),
    (CONTRACT, {"assumptions": (Smooth(L), Late(mu))}, r"k in the condition k >= 5 of Late\(mu\) has no meaning there"),
    # the domain
    (CONTRACT, {"domain": (False,)}, "the domain is empty: one of its conditions is always false"),
    (CONTRACT, {"domain": (false, alpha > 0)}, "the domain is empty"),
    (CONTRACT, {"domain": (true, alpha > 0)}, "is always true"),
    (CONTRACT, {"domain": (True,)}, "is always true"),
    (CONTRACT, {"domain": (alpha > 0, alpha < 0)}, "the domain is empty: no values meet all of alpha > 0, alpha < 0"),
    (CONTRACT, {"domain": (alpha > 0, alpha < 2 / L, L < 0)}, "the domain is empty"),
    (CONTRACT, {"domain": (alpha > 0, k < 0)}, "the domain is empty"),
    (CONTRACT, {"domain": (alpha > 0, V0 < 0)}, "the domain is empty"),
    (CONTRACT, {"domain": (alpha > 0, sqrt(alpha) < 0)}, "the domain is empty"),
    (ALGEBRAIC, {"domain": (x > 1, x**2 < 1)}, "the domain is empty"),
    (CONTRACT, {"domain": (alpha,)}, "the domain contains alpha, which is not a relation such as 0 < alpha"),
    (CONTRACT, {"domain": ("alpha > 0",)}, "which is not a relation"),
    (CONTRACT, {"domain": (And(alpha > 0, alpha < 1),)}, "which is not a relation"),
    # symbols
    (CONTRACT, {"domain": (L > 0,)}, "the symbol alpha in the step size is unbound"),
    (CONTRACT, {"assumptions": (PolyakLojasiewicz(mu),), "domain": (alpha > 0,)}, "the symbol L in the bound"),
    (CONTRACT, {"bound": eta * V0}, r"the symbol eta in the bound is unbound.*such as eta > 0"),
    (CONTRACT, {"bound": Symbol("V_0") * L}, "the symbol V_0 must be real and nothing more"),
    (ORBIT, {"orbit": Orbit(x**2, (x,), ((eta,),))}, "the symbol eta in the point 0 of the orbit"),
    (ORBIT, {"orbit": Orbit(eta * x**2, (x,), ((alpha,),))}, "the symbol eta in the function of the orbit"),
    (ORBIT, {"orbit": Orbit(x**2, (x,), ((k * alpha,),))}, "k in the point 0 of the orbit has no meaning there"),
    (ORBIT, {"algorithm": SignGD(alpha * k)}, "k in the step size has no meaning there"),
    (ORBIT, {"domain": (alpha > 0, k > 0)}, "k in the condition k > 0 of the domain has no meaning"),
    (ALGEBRAIC, {"statement": x > k}, "k in the statement has no meaning there"),
    (ALGEBRAIC, {"statement": x > l}, "l in the statement has no meaning there"),
    (CONTRACT, {"domain": (alpha > 0, l > 0)}, "l in the condition l > 0 of the domain has no meaning"),
    (CONTRACT, {"domain": (alpha > 0, f_star > 0)}, r"f_\* in the condition f_\* > 0 of the domain has no meaning"),
    (CONTRACT, {"bound": V0 + f_star}, r"f_\* in the bound has no meaning there"),
    (CONTRACT, {"assumptions": (Smooth(L * k), PolyakLojasiewicz(mu))}, "k in the constant of .* has no meaning"),
    (CONTRACT, {"bound": suboptimality(0)}, "the bound refers to a run; only parameters may occur there"),
    (CONTRACT, {"domain": (alpha * dual_norm(Str("inf"), g_k) < 1,)}, "refers to a run"),
    # numbers
    (CONTRACT, {"bound": 0.5 * V0}, "0.5.* is a floating-point number: write a rational"),
    (CONTRACT, {"domain": (alpha > 0.1,)}, "is a floating-point number"),
    (CONTRACT, {"algorithm": SignGD(0.1)}, "in the step size: 0.1.* is a floating-point number"),
    (CONTRACT, {"algorithm": Momentum(alpha, 0.9)}, "in the decay: 0.9.* is a floating-point number"),
    (CONTRACT, {"assumptions": (Smooth(1.5), PolyakLojasiewicz(mu))}, "is a floating-point number"),
    (CONTRACT, {"algorithm": SignGD(Decimal("0.1"))}, "the step size Decimal.* is not a SymPy number"),
    (CONTRACT, {"algorithm": SignGD(Fraction(1, 3))}, "is not a SymPy number: write it as a Rational"),
    (CONTRACT, {"algorithm": SignGD("alpha")}, "the step size must be a SymPy expression, not 'alpha'"),
    (CONTRACT, {"algorithm": SignGD(None)}, "the step size must be a SymPy expression, not None"),
    (CONTRACT, {"bound": V0 * Integer(10) ** 4000}, "the bound contains a number of more than 10000 bits"),
    (ALGEBRAIC, {"statement": x > Rational(1, 10**4000)}, "the statement contains a number of more than 10000 bits"),
    (CONTRACT, {"bound": oo}, "oo is not a real number"),
    (CONTRACT, {"bound": nan}, "nan is not a real number"),
    (CONTRACT, {"bound": V0 + I}, "I is not a real number"),
    (CONTRACT, {"bound": V0 * tan(alpha)}, r"an unknown function \(tan\)"),
    (CONTRACT, {"bound": V0 * Function("f")(alpha)}, "unknown function"),
    (ALGEBRAIC, {"statement": x > Symbol("p", positive=True)}, "the symbol p must be real and nothing more"),
    (CONTRACT, {"assumptions": (Smooth(-1), PolyakLojasiewicz(mu)), "bound": V0}, "must be positive"),
    (CONTRACT, {"assumptions": (Smooth(0), PolyakLojasiewicz(mu)), "bound": V0}, "must be positive"),
]


@pytest.mark.parametrize(("parts", "changes", "message"), REFUSED, ids=lambda entry: str(entry)[:50])
def test_a_claim_that_says_nothing_definite_is_refused_in_one_line(parts, changes, message):
    with pytest.raises(ClaimError, match=message) as caught:
        Claim(**parts | changes)
    assert "\n" not in str(caught.value)
    if changes.get("id", parts["id"]) == parts["id"]:
        assert str(caught.value).startswith(f"{parts['id']}: ")


@pytest.mark.parametrize("kind", [Smooth, PolyakLojasiewicz, BoundedVariance])
def test_a_constant_that_is_no_formula_is_refused(kind):
    with pytest.raises(Misuse, match=f"{kind.__name__}: its constant must be a SymPy expression, not None"):
        kind(None)


def test_replacing_a_part_checks_the_claim_again():
    with pytest.raises(ClaimError, match="the domain is empty"):
        dataclasses.replace(Claim(**CONTRACT), domain=(alpha > 0, alpha < -1))


# ---------------------------------------------------------------------------------------------- formulas as text

leaves = st.one_of(
    st.sampled_from([alpha, L, mu, V0, k, x]),
    st.integers(-20, 20).map(Integer),
    st.fractions(-3, 3, max_denominator=9).map(lambda number: Rational(number.numerator, number.denominator)),
)


def larger(children):
    return st.one_of(
        st.builds(Add, children, children),
        st.builds(Mul, children, children),
        st.builds(Pow, children, st.sampled_from([2, 3, -1, -2, Rational(1, 2), Rational(-1, 3), k])),
        st.builds(Max, children, children),
        st.builds(Min, children, children),
        *(st.builds(function, children) for function in (Abs, sign, exp, log, sin, cos, sqrt)),
    )


def readable(formula) -> bool:
    """Real, and without numbers that have names of their own: pi and e are written as symbols are."""
    return not formula.has(oo, -oo, zoo, nan, I) and not any(atom.is_NumberSymbol for atom in formula.atoms())


def comparable(term) -> bool:
    return term.is_extended_real is not False


formulas = st.deferred(lambda: st.recursive(leaves, _larger, max_leaves=6))


def _larger(children):
    return larger(children.filter(readable).filter(comparable)).filter(readable)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(formulas)
def test_a_formula_is_read_as_it_was_written(formula):
    assert parse(str(formula)) == formula


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.sampled_from([Lt, Le, Gt, Ge, Eq, Ne]), formulas.filter(comparable), formulas.filter(comparable))
def test_a_relation_is_read_as_it_was_written(kind, left, right):
    relation = kind(left, right)
    if relation not in (true, false):
        assert parse(str(relation)) == relation


@pytest.mark.parametrize("id", [id for id, claim in catalog().items() if claim.kind != "implication"])
def test_the_formulas_of_the_papers_are_read_as_they_were_written(id):
    claim = catalog()[id]
    formulas = [*claim.domain, *(() if claim.bound is None else (claim.bound,))]
    if claim.statement is not None:
        formulas += claim.statement.args if isinstance(claim.statement, And | Or) else [claim.statement]
    assert [parse(str(formula)) for formula in formulas] == formulas


HOSTILE = [
    "__import__('os')",
    "__import__('os').system('true')",
    "().__class__.__base__",
    "x.is_real",
    "alpha.__class__",
    "lambda: 1",
    "(lambda x: x)(1)",
    "[x for x in (1,)]",
    "x[0]",
    "{x}",
    "f'{x}'",
    "'x'",
    "open(x)",
    "eval(x)",
    "Symbol(x)",
    "Abs(x)(y)",
    "Abs(*x)",
    "Abs(**x)",
    "Abs(x, evaluate=x)",
    "Abs()",
    "x if y else z",
    "x and y",
    "not x",
    "x < y < z",
    "(x < 1) + 1",
    "sin(x < 1)",
    "Eq(x < 1, y < 1)",
    "Eq(x)",
    "x := 1",
    "x; y",
    "x = y",
    "x // y",
    "x % y",
    "x @ y",
    "x << y",
    "~x",
    "True",
    "None",
    "...",
    "1.5",
    "1e9",
    "2j",
    "1/0",
    "0**-1",
    "0/0",
    "log(0)",
    "sqrt(-1)",
    "x**(1/0)",
    "x**1001",
    "2**100000",
    "(2**1000)**1000",
    "((2**1000)**1000)**1000",
    "((x**1000)**1000)**1000",
    "(10**1000)**(-1000)",
    "9**9**9**9",
    "exp(exp(exp(100))) > 1",
    "Max(1, exp(exp(exp(100))))",
    "2**sqrt(2)**1000",
    "*".join(["9" * 1000] * 8),
    "9" * 5000,
    "(" * 500 + "x" + ")" * 500,
    "-" * 5000 + "x",
    "+".join(["x"] * 4000),
    "x" * (LONGEST + 1),
    "x\0",
    "",
    " ",
    5,
    None,
    ["x"],
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: str(text)[:30])
def test_hostile_text_is_refused_in_one_line(text):
    with pytest.raises(ValueError, match="cannot read the formula") as caught:
        parse(text)
    assert len(str(caught.value)) < 400


def test_the_largest_power_is_read():
    assert parse(f"x**{LARGEST_EXPONENT}") == x**LARGEST_EXPONENT


# ---------------------------------------------------------------------------------------------- theory is exact

SOURCES = sorted(Path(theory.__file__).resolve().parent.rglob("*.py"))
NUMERIC = ("numpy", "scipy", "jax", "flint", "sklearn", "mpmath")


def test_theory_pulls_in_nothing_numeric():
    """SymPy itself takes python-flint's integers and its own mpmath; with its plain integers only mpmath is left."""
    names = [module.name for module in pkgutil.walk_packages(theory.__path__, "signproof.theory.")]
    script = f"import sys, {', '.join(names)}; print([name for name in {NUMERIC} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"SYMPY_GROUND_TYPES": "python"},
    )
    assert done.stdout.strip() == "['mpmath']"


PROPOSING = {"multipliers.py": {"numpy", "scipy"}}
"""What proposes by a linear programme in floats: what it finds is solved exactly, and the kernel decides."""


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_file_of_theory_has_no_floats_and_imports_nothing_numeric(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float | complex)), node.lineno
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        numeric = {name.split(".")[0] for name in names} & {*NUMERIC}
        assert numeric <= PROPOSING.get(path.name, set()), node.lineno
        assert not any(".checks" in name for name in names), node.lineno
        called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        assert called not in ("float", "eval", "exec", "Float", "nsimplify"), node.lineno


def test_the_files_of_theory_are_found():
    assert len(SOURCES) > 12
    assert {"check.py", "decide.py", "theorem_1.py"} <= {path.name for path in SOURCES}


def test_descriptions_name_the_geometry_only_where_it_is_not_the_usual_one():
    assert str(Smooth(L)) == "Smooth(L)"
    assert str(StronglyConvex(mu, L2)) == "StronglyConvex(mu, norm=2)"
    assert str(GradientDescent(alpha / (k + 1))) == "GradientDescent(alpha/(k + 1))"
    assert str(SteepestDescent(alpha, LINF)) == "SteepestDescent(alpha, inf)"


# ------------------------------------------------------------------------------------ proofs that are built on demand


class Builder:
    """A function that gives another proof at every call, and counts the calls."""

    def __init__(self):
        self.calls = 0

    def __call__(self) -> Proof:
        self.calls += 1
        if self.calls > 1:
            return Proof(Step("nonsense", x > x + 1, by=Decide()))
        return Proof(Step("range", ALGEBRAIC["statement"], by=Decide()))


def test_a_proof_may_be_a_function_that_is_called_once_when_it_is_asked_for():
    build = Builder()
    claim = Claim(**ALGEBRAIC, proof=build)
    assert (repr(claim), claim.kind, build.calls) == ("Claim('mine/range')", "algebraic", 0)
    outcome = check(claim)
    assert isinstance(outcome, Certificate) and outcome.proof is claim.proof
    assert check(claim).proof is dataclasses.replace(claim, id="mine/other").proof is claim.proof
    assert build.calls == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        claim.proof = None
    assert Claim(**ALGEBRAIC).proof is None


def test_the_first_proof_stays_if_the_function_asks_for_the_proof_itself():
    proofs = []

    def build():
        proofs.append(Proof(Step("range", ALGEBRAIC["statement"], by=Decide())))
        if len(proofs) == 1:
            asked.append(claim.proof)
        return proofs[0]

    asked = []
    claim = Claim(**ALGEBRAIC, proof=build)
    assert claim.proof is asked[0] is claim.proof and len(proofs) == 2


@pytest.mark.parametrize(
    "build, reason",
    [
        (lambda: 1 / 0, "mine/range: the function given as its proof raises ZeroDivisionError: division by zero"),
        (lambda: None, "mine/range: the function given as its proof returns None, not a Proof"),
        (lambda: Builder, "mine/range: the function given as its proof returns .*, not a Proof"),
        (lambda one: Proof(), "mine/range: the function given as its proof raises TypeError"),
    ],
)
def test_a_function_that_gives_no_proof_is_refused(build, reason):
    claim = Claim(**ALGEBRAIC, proof=build)
    for ask in (lambda: claim.proof, lambda: check(claim), lambda: dataclasses.replace(claim, id="mine/other")):
        with pytest.raises(ClaimError, match=reason):
            ask()


def test_a_proof_that_rests_on_its_own_building_is_refused():
    claim = Claim(**ALGEBRAIC, proof=lambda: claim.proof)
    with pytest.raises(ClaimError, match="mine/range: the function given as its proof raises RecursionError"):
        check(claim)


def test_a_claim_goes_to_another_process_with_its_proof():
    claim = Claim(**ALGEBRAIC, proof=lambda: Proof(Step("range", ALGEBRAIC["statement"], by=Decide())))
    there = pickle.loads(pickle.dumps(claim))
    assert isinstance(check(there), Certificate)
    assert there.proof.steps[0].statement == claim.proof.steps[0].statement
    assert there.premises == claim.premises and there.conclusion == claim.conclusion


@pytest.mark.parametrize("id", ["scaled-sign/theorem-1.2", "signprox/eq-9", "scaled-sign/proposition-1.1"])
def test_so_do_claims_of_the_papers(id):
    claim = catalog()[id]
    outcome = check(pickle.loads(pickle.dumps(claim)))
    assert isinstance(outcome, Certificate) and outcome.lemmas == check(claim).lemmas
