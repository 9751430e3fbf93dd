"""Trees of a document as Coq's terms: numbers, vectors, statements."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from signproof.theory.kernel.reading import Tree, nodes
from signproof.theory.misuse import Misuse

ITERATION, RUNNING, COORDINATE = "k", "l", "i"
"""The iteration, the index of sums over iterations, and that of coordinates."""
PAIRS = {"inf": "(linf d)", "2": "(l2 d)", "any": "p", "op": "p_op"}
"""Dual pairs, by their names in a document; a theorem about `p` is about every norm, and so is one about `p_op`."""
RESERVED = frozenset(
    """
    Axiom Definition Lemma Prop Set Theorem Type as at cofix else end exists exists2 fix for forall fun if in let match
    mod return struct then using where with I O R S INR Rabs Rmax Rmin Rinv PI cos e exp ln sin sqrt pow nat vec d f
    grad f_star V add sub scale zero dot total largest least unit norm dual_norm maximizer sign sgn linf l2 norm_1
    norm_2 norm_inf smooth convex infimum induction comparison logarithm exchange p p_op rule k l i j s g m n
    mapping vote_of lean_of swing_of H M N E Q P expected x_star velocity rate flow frechet history process advance
    moved oracle law mean state sum given image family draws mean_draw accumulated least_so_far incomplete_beta
    probability mean_vote
    """.split()  # noqa: SIM905 -- a list would take a line for each
)
"""Coq's words, and names of the library and of the file itself."""
_RELATIONS = {"eq": "=", "ne": "<>", "le": "<=", "lt": "<", "ge": ">=", "gt": ">"}
_ATOMS = {
    "iterate", "minimizer", "point", "gradient", "maximizer", "unit", "corner", "estimate", "trajectory", "velocity",
    "gradient_mapping", "sampled_mapping", "majority", "lean", "swing",
}  # fmt: skip
"""Vectors that are no combinations of others."""
_SCALARS = {
    "value", "suboptimality", "inner", "norm", "dual_norm", "coordinate", "total", "sum", "least", "expectation",
    "mean_vote", "probability", "beta_function", "incomplete_beta",
    "suboptimality_at", "suboptimality_rate", "accumulated", "least_so_far", "entry",
}  # fmt: skip
_VOTES = {"majority": "vote_of", "lean": "lean_of", "swing": "swing_of"}
_FUNCTIONS = {"abs": "Rabs", "exp": "exp", "log": "ln", "sin": "sin", "cos": "cos", "sign": "sgn"}
_PARTS = {"add", "mul", "pow", "max", "min", "and", "or", "not", "true", "false", "symbol", "name", "tuple", "pi", "e"}
DRAWN = {"estimate", "sampled_mapping", "majority", "lean", "swing"}
"""What is drawn in an iteration."""
SPATIAL = _ATOMS | {"value", "inner", "norm", "dual_norm", "coordinate", "total"}
"""What there is in R^d alone."""
KNOWN = _RELATIONS.keys() | _ATOMS | _SCALARS | _FUNCTIONS.keys() | _PARTS
Variable = tuple[str, str]
K, INDEX = ("symbol", ITERATION), ("symbol", COORDINATE)
TIME, COMPONENT, WORKER = ("symbol", "t"), ("symbol", "j"), ("symbol", "m")
CURRENT = ["iterate", ["symbol", ITERATION]]
"""x_k"""
STATE, DRAW = ("state", "s"), ("draw", "g")
"""What has happened before iteration k of a run with stochastic gradients, and what is drawn in it."""
ANY, SUM, PRODUCT, FACTOR, POWER, BASE, APPLIED, ARGUMENT = range(8)
"""How tightly a term binds, or what stands around it."""


class ExportError(Misuse):
    """A document that has no counterpart in the Coq library; the message says what is missing."""


def is_vector(tree: Tree) -> bool:
    """Whether a tree is a vector."""
    if isinstance(tree, str):
        return False
    return tree[0] in _ATOMS or (tree[0] in ("add", "mul") and any(map(is_vector, tree[1:])))


def variables(tree: Tree, random: bool = False) -> set[Variable]:
    """What is free in a tree and stands for anything: indices, the time, ("point", a name), STATE and DRAW.

    In a random run points are what has been reached before an iteration; those after it depend on what is drawn in it.
    """
    if isinstance(tree, str):
        return set()
    tag, *arguments = tree
    if tag == "symbol":
        return {("symbol", arguments[0])} & {K, INDEX, TIME, COMPONENT, WORKER}
    if tag == "point":
        return {("point", arguments[0][1])}
    found = set().union(*(variables(argument, random) for argument in arguments)) if arguments else set()
    if tag in DRAWN:
        found |= {DRAW}
    if tag == "total":
        found = variables(arguments[0], random) - {("symbol", arguments[1][1])}
    if tag == "expectation":
        found -= {DRAW} if arguments[1][1:] else {DRAW, STATE}
    if random and tag in ("iterate", "suboptimality"):
        found |= {STATE} if arguments[0] == ["symbol", ITERATION] else {STATE, DRAW}
    return found


def slug(name: str) -> str:
    """The letters and digits of a name, with underscores between them."""
    return re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")


def comment(text: str) -> str:
    """Text as a comment, in which nothing ends it, opens another or opens a string."""
    plain = text.replace('"', "'").replace("(*", "( *").replace("*)", "* )")
    return f"(* {plain} *)"


_OF_STEPS = re.compile(r"[sHMPENQFGKXDCTVtRAI]\d\w*")
"""Names that tactics give."""


class Names:
    """Names of Coq for those of a document, no two the same."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self.given: dict[tuple[str, str], str] = {}
        self.reserved = RESERVED | set(reserved)

    def of(self, kind: str, name: str) -> str:
        """The name of a symbol, a point or a minimizer."""
        key = (kind, name)
        if key not in self.given:
            wanted = "corner" if kind == "corner" else slug(name)
            if not wanted or not wanted[0].isalpha():
                wanted = f"{kind}_{wanted}".rstrip("_")
            while wanted in self.reserved or wanted in self.given.values() or _OF_STEPS.fullmatch(wanted):
                wanted += "_"
            self.given[key] = wanted
        return self.given[key]


class Spelling:
    """Terms of a document as Coq writes them. Argument: parameters that are whole numbers."""

    def __init__(self, names: Names, whole: Iterable[str] = ()):
        self.names = names
        self.whole = [ITERATION, RUNNING, *whole]

    def statement(self, tree: Tree) -> str:
        """A statement as a proposition."""
        assert isinstance(tree, list)
        tag, *arguments = tree
        if tag in _RELATIONS:
            left, right = arguments
            if is_vector(left) or is_vector(right):
                return f"{self.vector(left, ARGUMENT)} {_RELATIONS[tag]} {self.vector(right, ARGUMENT)}"
            return f"{self.number(left, SUM)} {_RELATIONS[tag]} {self.number(right, SUM)}"
        if tag in ("true", "false"):
            return tag.capitalize()
        if tag in ("and", "or"):
            sign = " /\\ " if tag == "and" else " \\/ "
            return sign.join(f"({self.statement(argument)})" for argument in arguments)
        if tag == "not":
            return f"~ ({self.statement(arguments[0])})"
        raise ExportError(f"the Coq library lacks: statements with {tag}")

    def number(self, tree: Tree, around: int = ANY) -> str:
        """A real number."""
        if isinstance(tree, str):
            return self._rational(tree, around)
        tag, *arguments = tree
        if tag == "symbol":
            return self._symbol(arguments[0], around)
        if tag == "add":
            return self._sum(arguments, self.number, around)
        if tag == "mul":
            return self._product(arguments, around)
        if tag == "pow":
            return self._power(arguments[0], arguments[1], around)
        if tag == "pi":
            return "PI"
        if tag == "e":
            return _within(around, APPLIED, "exp 1")
        if tag in ("max", "min"):
            first, *rest = arguments
            found = self.number(first, ARGUMENT)
            for argument in rest:
                found = f"(R{tag} {found} {self.number(argument, ARGUMENT)})"
            return found if around == ARGUMENT else found[1:-1]
        if tag in _FUNCTIONS:
            return self._applied(_FUNCTIONS[tag], (self.number(arguments[0], ARGUMENT),), around)
        return self._scalar(tag, arguments, around)

    def _scalar(self, tag: str, arguments: list, around: int) -> str:
        if tag == "value":
            return self._applied(*self._of("f", arguments), around)
        if tag == "entry":
            return self._applied(self.names.of("entry", arguments[0][1]), (self.index(arguments[1]),), around)
        if tag == "suboptimality":
            return self._applied("V", (self.index(arguments[0]),), around)
        if tag == "inner":
            return self._applied("dot d", (self.vector(part, ARGUMENT) for part in arguments), around)
        if tag in ("norm", "dual_norm"):
            pair, vector = self.pair(arguments[0][1]), self.vector(arguments[1], ARGUMENT)
            return self._applied(tag, (pair, vector), around)
        if tag == "coordinate":
            return self._applied(self.vector(arguments[0], ARGUMENT), (self.index(arguments[1]),), around)
        if tag == "total":
            term, index = arguments
            count, name = self.count(index[1])
            return self._applied(f"total {count}", (f"(fun {name} : nat => {self.number(term)})",), around)
        if tag in ("sum", "least"):
            term, index, first, last = arguments
            if first != "0" or not isinstance(index, list):
                raise ExportError("the Coq library lacks: sums that do not start at 0")
            function = f"(fun {index[1]} : nat => {self.number(term)})"
            end = self.index(last)
            return self._applied(
                *(("total", (f"(S {end})", function)) if tag == "sum" else ("least", (function, end))), around
            )
        if tag in ("mean_vote", "probability"):
            *whole, chance = arguments
            number = self.number(chance, ARGUMENT), self.chance(chance)
            indices = [self.index(whole[-1])] if tag == "mean_vote" else [f"({whole[0]})%Z", self.index(whole[-1])]
            return self._applied(tag, (*number, *indices), around)
        if tag == "beta_function":
            return self._applied("Beta.beta", map(self.index, arguments), around)
        if tag == "incomplete_beta":
            return self._applied(tag, (self.number(arguments[0], ARGUMENT), *map(self.index, arguments[1:])), around)
        if tag == "expectation":
            law, function = self.mean(arguments[0], arguments[1][1:])
            return self._applied(law, (function,), around)
        raise ExportError(f"the Coq library lacks: the term {tag}")

    def chance(self, number: Tree) -> str:
        """The name of the fact that a parameter is between 0 and 1."""
        if isinstance(number, str) or number[0] != "symbol":
            raise ExportError("the Coq library lacks: probabilities that are no parameters")
        return f"chance_{self.names.of('symbol', number[1])}"

    def count(self, index: str) -> tuple[str, str]:
        """How many values an index of sums has, and what it is called."""
        if index != COORDINATE:
            raise ExportError(f"the Coq library lacks: sums over {index}")
        return "d", "i"

    def mean(self, term: Tree, given: list[Tree]) -> tuple[str, str]:
        """An expectation, given a point if there is one: the law, and what it is applied to."""
        if len(given) != 1:
            raise ExportError("the Coq library lacks: expectations that are not given a point")
        if any(node[0] in DRAWN and node[1] != given[0] for node in nodes(term)):
            raise ExportError("the Coq library lacks: stochastic gradients at other points than the one that is given")
        law = self._applied("law", (self.vector(given[0], ARGUMENT),), ARGUMENT)
        sizes = {str(node[3]): node[3] for node in nodes(term) if node[0] == "sampled_mapping"}
        if len(sizes) > 1:
            raise ExportError("the Coq library lacks: expectations over mini-batches of several sizes")
        for size in sizes.values():
            if size != "1":
                return f"(draws {law} {self.index(size)})", f"(fun g : nat -> vec => {self.number(term)})"
        return law, f"(fun g : vec => {self.number(term)})"

    def pair(self, name: str) -> str:
        """A dual pair of norms."""
        if name not in PAIRS:
            raise ExportError(f"the Coq library lacks: the norm {name}")
        return PAIRS[name]

    def vector(self, tree: Tree, around: int = ANY) -> str:
        """A vector; combinations are put into the scope of vectors unless they are parts of others."""
        if tree == "0":
            return "zero"
        if isinstance(tree, str):
            raise ExportError(f"the number {tree} is no vector")
        if tree[0] in ("add", "mul"):
            return f"({self._combination(tree, ANY)})%V"
        return self._atom(tree, around)

    def _combination(self, tree: Tree, around: int) -> str:
        if isinstance(tree, str) or tree[0] not in ("add", "mul"):
            return self.vector(tree, FACTOR)
        if tree[0] == "add":
            return self._sum(tree[1:], self._combination, around)
        (vector,) = (part for part in tree[1:] if is_vector(part))
        scalars = [part for part in tree[1:] if part is not vector]
        factor = scalars[0] if len(scalars) == 1 else ["mul", *scalars]
        return _within(around, PRODUCT, f"{self.number(factor, ARGUMENT)} * {self._combination(vector, FACTOR)}")

    def _atom(self, tree: list, around: int) -> str:
        tag, *arguments = tree
        if tag == "iterate":
            return self._applied("x", (self.index(arguments[0]),), around)
        if tag == "gradient":
            return self._applied(*self._of("grad", arguments), around)
        if tag == "gradient_mapping":
            return self._applied("mapping", (self.vector(arguments[0], ARGUMENT),), around)
        if tag == "maximizer":
            pair, vector = self.pair(arguments[0][1]), self.vector(arguments[1], ARGUMENT)
            return self._applied("maximizer", (pair, vector), around)
        if tag == "estimate":
            return self._drawn(*arguments, around=around)
        if tag in _VOTES:
            return self._vote(tag, *arguments, around=around)
        if tag == "sampled_mapping" and arguments[2] == "1":
            return "g"
        if tag == "sampled_mapping":
            return f"(mean_draw {self.index(arguments[2])} g)"
        if tag == "unit":
            return self._applied("unit", (self.index(arguments[0]),), around)
        if tag == "point":
            return self.names.of("point", arguments[0][1])
        if tag == "minimizer":
            return self.names.of("minimizer", "x_star" + "".join(map(str, arguments[0][1:])))
        if tag == "corner":
            return self.names.of("corner", str(arguments))
        raise ExportError(f"the Coq library lacks: the vector {tag}")

    def _drawn(self, point: Tree, *worker: Tree, around: int) -> str:
        """A stochastic gradient: of several workers, that of one."""
        if worker:
            raise ExportError("the Coq library lacks: several workers outside of runs")
        return "g"

    def _vote(self, tag: str, point: Tree, *worker: Tree, around: int) -> str:
        raise ExportError("the Coq library lacks: votes outside of runs with several workers")

    def _of(self, letter: str, arguments: list) -> tuple[str, list[str]]:
        """A function, or its gradient, and what it is applied to: a component's number, the point."""
        at = [self.vector(arguments[0], ARGUMENT)]
        if len(arguments) == 1:
            return letter, at
        name, component = function_of(arguments[1])
        return f"{letter}_{name}", [*component, *at]

    def index(self, tree: Tree) -> str:
        """The number of an iteration or of a coordinate, as an argument."""
        if isinstance(tree, str) and tree.isdigit():
            return f"{tree}%nat"
        if isinstance(tree, list) and tree[0] == "symbol" and tree[1] in (*self.whole, COORDINATE):
            return self._whole(tree[1])
        if isinstance(tree, list) and tree[0] == "add" and isinstance(tree[1], str) and tree[1].isdigit():
            shift, *rest = tree[1:]
            found = self.index(rest[0] if len(rest) == 1 else ["add", *rest])
            for _ in range(int(shift)):
                found = f"(S {found})"
            return found
        if isinstance(tree, list) and tree[0] in ("add", "mul"):
            sign = " + " if tree[0] == "add" else " * "
            return f"({sign.join(map(self.index, tree[1:]))})%nat"
        raise ExportError(f"the Coq library lacks: the index or exponent {tree}")

    def _whole(self, name: str) -> str:
        return name if name in (ITERATION, RUNNING, COORDINATE) else self.names.of("symbol", name)

    # ---------------------------------------------------------------------------------------------- arithmetic

    def _symbol(self, name: str, around: int) -> str:
        if name in self.whole:
            return _within(around, APPLIED, f"INR {self._whole(name)}")
        if name == "V_0":
            return _within(around, APPLIED, "V 0%nat")
        if name == "f_*":
            return "f_star"
        return self.names.of("symbol", name)

    def _rational(self, text: str, around: int) -> str:
        digits, _, below = text.removeprefix("-").partition("/")
        found = f"{digits} / {below}" if below else digits
        if text.startswith("-"):
            return _within(around, SUM, f"- ({found})" if below else f"-{digits}")
        return _within(around, PRODUCT, found) if below else found

    def _sum(self, terms: Iterable[Tree], one: Callable[[Tree, int], str], around: int) -> str:
        """A sum, with the terms that are added before those that are subtracted."""
        parts = [(_opposite(term), term) for term in terms]
        parts.sort(key=lambda part: part[0] is not None)
        found = ""
        for opposite, term in parts:
            if not found:
                found = one(term, SUM) if opposite is None else f"- {self._negated(opposite, one)}"
            elif opposite is None:
                found += f" + {one(term, PRODUCT)}"
            else:
                found += f" - {one(opposite, PRODUCT)}"
        return _within(around, SUM, found)

    def _negated(self, opposite: Tree, one: Callable[[Tree, int], str]) -> str:
        written = one(opposite, PRODUCT)
        return f"1 * {written}" if one == self._combination else written

    def _product(self, factors: list, around: int) -> str:
        opposite = _opposite(["mul", *factors])
        if opposite is not None:
            return _within(around, SUM, f"- {self.number(opposite, PRODUCT)}")
        above: list[str] = []
        below: list[str] = []
        for factor in factors:
            if isinstance(factor, str):
                digits, _, divisor = factor.partition("/")
                above += [digits] if digits != "1" else []
                below += [divisor] if divisor else []
            elif factor[0] == "pow" and isinstance(factor[2], str) and factor[2].startswith("-"):
                below.append(self._power(factor[1], factor[2].removeprefix("-"), FACTOR))
            else:
                above.append(self.number(factor, FACTOR))
        found = " * ".join(above) or "1"
        found = " / ".join([found, *below])
        return _within(around, PRODUCT, found)

    def _power(self, base: Tree, exponent: Tree, around: int) -> str:
        if isinstance(exponent, str):
            if exponent.startswith("-"):
                inverse = self._power(base, exponent.removeprefix("-"), FACTOR)
                return _within(around, PRODUCT, f"1 / {inverse}")
            if exponent == "1":
                return self.number(base, around)
            if exponent.isdigit():
                return _within(around, POWER, f"{self.number(base, BASE)} ^ {exponent}")
            numerator, _, root = exponent.partition("/")
            if root == "2":
                found = f"sqrt {self.number(base, ARGUMENT)}"
                if numerator == "1":
                    return _within(around, APPLIED, found)
                return _within(around, POWER, f"({found}) ^ {numerator}")
            raise ExportError(f"the Coq library lacks: the power {exponent}")
        return _within(around, POWER, f"{self.number(base, BASE)} ^ {self.index(exponent)}")

    def _applied(self, function: str, arguments: Iterable[str], around: int) -> str:
        return _within(around, APPLIED, f"{function} {' '.join(arguments)}")


def _within(around: int, own: int, text: str) -> str:
    """In parentheses, if what stands around binds more tightly than the term itself."""
    return f"({text})" if around > own else text


def _opposite(tree: Tree) -> Tree | None:
    """Of a term with a minus in front, the term without it."""
    if isinstance(tree, str):
        return tree.removeprefix("-") if tree.startswith("-") else None
    if tree[0] != "mul":
        return None
    for place, factor in enumerate(tree[1:], start=1):
        if isinstance(factor, str) and factor.startswith("-"):
            rest = [*tree[1:place], *([] if factor == "-1" else [factor[1:]]), *tree[place + 1 :]]
            return rest[0] if len(rest) == 1 else ["mul", *rest]
    return None


def function_of(function: Tree) -> tuple[str, list[str]]:
    """The name of a function other than the objective, and the number of the component if it is one of several."""
    if isinstance(function, list) and function[0] == "name":
        return slug(function[1]), []
    if isinstance(function, list) and function[0] == "tuple" and function[2:] == [list(COMPONENT)]:
        return slug(function[1][1]), ["j"]
    raise ExportError(f"the Coq library lacks: the function {function[1] if isinstance(function, list) else function}")


class FlowSpelling(Spelling):
    """The same along a flow, at times t and s."""

    def _scalar(self, tag: str, arguments: list, around: int) -> str:
        if tag in ("suboptimality_at", "suboptimality_rate"):
            if len(arguments) > 1:
                raise ExportError("the Coq library lacks: rivals of a flow")
            return self._applied("V" if tag == "suboptimality_at" else "rate", (self._time(arguments[0]),), around)
        if tag in ("accumulated", "least_so_far"):
            function = f"(fun s : R => {self.number(arguments[0])})"
            return self._applied(tag, (function, "t"), around)
        return super()._scalar(tag, arguments, around)

    def _atom(self, tree: list, around: int) -> str:
        if tree[0] in ("trajectory", "velocity"):
            return self._applied("x" if tree[0] == "trajectory" else "velocity", (self._time(tree[1]),), around)
        if tree[0] == "minimizer" and len(tree[1]) == 3:  # one for each point
            return self._applied("x_star", (self.vector(tree[1][2], ARGUMENT),), around)
        return super()._atom(tree, around)

    def _symbol(self, name: str, around: int) -> str:
        if name == "V_0":
            return _within(around, APPLIED, "V 0")
        return name if name in ("t", "s") else super()._symbol(name, around)

    def _time(self, time: Tree) -> str:
        return time if isinstance(time, str) else time[1]


class RandomSpelling(Spelling):
    """The same along a run with stochastic gradients: x_k is what has been reached before iteration k.

    Of several workers, the last argument says how many there are.
    """

    def __init__(self, names: Names, whole: Iterable[str] = (), workers: Tree | None = None):
        super().__init__(names, whole)
        self.workers = workers
        self.draw = "vec" if workers is None else "(nat -> vec)"
        """The type of what is drawn in an iteration."""

    def count(self, index: str) -> tuple[str, str]:
        if index == "m" and self.workers is not None:
            return self.index(self.workers), index
        return super().count(index)

    def _drawn(self, point: Tree, *worker: Tree, around: int) -> str:
        self._require_current(point)
        if (self.workers is None) == bool(worker):
            raise ExportError("the Coq library lacks: runs in which one and several workers draw")
        return self._applied("g", ("m",), around) if worker else "g"

    def _vote(self, tag: str, point: Tree, *worker: Tree, around: int) -> str:
        self._require_current(point)
        return self._applied(_VOTES[tag], (self.count("m")[0], *("m" for _ in worker), "g"), around)

    def _require_current(self, point: Tree) -> None:
        if point != CURRENT:
            raise ExportError("the Coq library lacks: stochastic gradients at other points than x_k")

    def _scalar(self, tag: str, arguments: list, around: int) -> str:
        if tag == "suboptimality":
            return self._applied("V", (self._history(arguments[0]),), around)
        return super()._scalar(tag, arguments, around)

    def _atom(self, tree: list, around: int) -> str:
        if tree[0] == "iterate":
            if self._history(tree[1]) == "s":
                return self._applied("fst", ("s",), around)
            return self._applied("moved", ("k", "s", "g"), around)
        return super()._atom(tree, around)

    def _symbol(self, name: str, around: int) -> str:
        return _within(around, APPLIED, "V (x_0, nil)") if name == "V_0" else super()._symbol(name, around)

    def _history(self, index: Tree) -> str:
        if index in ("0", ["symbol", ITERATION]):
            return "s"
        if index == ["add", "1", ["symbol", ITERATION]]:
            return "(advance moved k s g)"
        raise ExportError(f"the Coq library lacks: iteration {index} of a random run")

    def mean(self, term: Tree, given: list[Tree]) -> tuple[str, str]:
        if given == [CURRENT]:
            return "oracle k s", f"(fun g : {self.draw} => {self.number(term)})"
        if given:
            raise ExportError("the Coq library lacks: expectations that are given other points than x_k")
        indices = [node[1] for node in nodes(term) if node[0] in ("iterate", "suboptimality", "estimate")]
        if all(index == "0" for index in indices):
            return "expected 0%nat", f"(fun s => {self.number(term)})"
        if DRAW not in variables(term, True):
            return "expected k", f"(fun s => {self.number(term)})"
        later = ["add", "1", ["symbol", ITERATION]]
        if all(index == later for index in indices):
            return "expected (S k)", f"(fun s => {self.number(_shifted(term))})"
        return "expected k", f"(fun s => oracle k s (fun g : {self.draw} => {self.number(term)}))"


def _shifted(tree: Tree) -> Tree:
    """A tree about iteration k + 1, about iteration k."""
    if isinstance(tree, str):
        return tree
    return ["symbol", ITERATION] if tree == ["add", "1", ["symbol", ITERATION]] else [tree[0], *map(_shifted, tree[1:])]
