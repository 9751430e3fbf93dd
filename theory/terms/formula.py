"""Formulas for readers, and formulas from text.

`text` and `tex` write a formula the way papers do, 1 - 2 mu alpha rather than -2 mu alpha + 1. `parse` reads what
`str` wrote into a file that anybody may have sent, so nothing in it is executed.
"""

from __future__ import annotations

import ast
import operator
import re
from keyword import kwlist
from typing import Any

import sympy
from sympy import Basic, Expr, Integer, Rational, Symbol, latex
from sympy.printing.str import StrPrinter

from signproof.theory.terms.sizes import magnitude

_FUNCTIONS = ("Abs", "Max", "Min", "sqrt", "exp", "log", "sin", "cos", "sign")
_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_COMPARISONS = {ast.Lt: sympy.Lt, ast.LtE: sympy.Le, ast.Gt: sympy.Gt, ast.GtE: sympy.Ge, ast.Eq: sympy.Eq}
_WORDS = [word for word in kwlist if word.islower()]
_RESERVED, _SYMBOL = re.compile(rf"\b({'|'.join(_WORDS)})\b"), "\N{LATIN LETTER DENTAL CLICK}"
"""Words of Python, such as lambda, that may name a symbol, and what is written before them meanwhile."""
ORDER = "rev-lex"
"""Of the terms of a sum: low degrees first."""
LONGEST = 10_000
"""Characters of the longest formula that is read."""
SMALL, LARGEST_VALUE = 3, 10_000_000
"""The power of two up to which symbols are looked at in a formula, and the bits that its value may have then."""
LARGEST_EXPONENT, LARGEST_BITS = 1000, 10_000
"""The largest exponent, and the size of the largest number, that is read."""


class _Text(StrPrinter):
    def _print_Relational(self, expression):
        sign = "=" if isinstance(expression, sympy.Eq) else expression.rel_op
        return f"{self._print(expression.lhs)} {sign} {self._print(expression.rhs)}"

    def _print_Limit(self, expression):
        inside, variable, point = (self._print(part) for part in expression.args[:3])
        return f"lim_{{{variable} -> {point}}} {inside}"

    def _print_And(self, expression):
        return " and ".join(self._print(part) for part in expression.args)

    def _print_Or(self, expression):
        return "(" + " or ".join(self._print(part) for part in expression.args) + ")"


def text(statement: Basic) -> str:
    """A formula or a statement for the reader, as text."""
    return _Text({"order": ORDER}).doprint(statement)


def tex(statement: Basic) -> str:
    """A formula or a statement for the reader, as LaTeX."""
    return latex(statement, order=ORDER)


def unrolled(formula: Expr) -> Expr:
    """A formula with its sums and products over whole numbers written out; an empty sum is 0, an empty product 1."""
    for part in formula.atoms(sympy.Sum, sympy.Product):
        (index, first, last), *others = part.limits
        if others or not (first.is_Integer and last.is_Integer):
            continue
        each = [unrolled(part.function.xreplace({index: Integer(n)})) for n in range(int(first), int(last) + 1)]
        formula = formula.xreplace({part: (sympy.Add if isinstance(part, sympy.Sum) else sympy.Mul)(*each)})
    return formula


def parse(text: str) -> Expr:
    """The formula or relation that `str` wrote; symbols are real.

    Only numbers, symbols, + - * / **, comparisons and a few functions are read. Raises ValueError otherwise, and for
    what is no real number.
    """
    try:
        if len(text) > LONGEST:
            raise ValueError(f"longer than {LONGEST} characters")
        found = _relation(ast.parse(_RESERVED.sub(rf"{_SYMBOL}\1", text), mode="eval").body)
        if magnitude(found, {}, SMALL) > LARGEST_VALUE:
            raise ValueError(f"powers of powers that have more than {LARGEST_VALUE} bits where symbols are small")
        return found
    except _UNREADABLE as error:
        raise ValueError(f"cannot read the formula {str(text)[:80]!r}: {error}") from None


_UNREADABLE = (SyntaxError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError, MemoryError)


def _relation(node: ast.AST) -> Expr:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS:
        sides = _read(node.left), _read(node.comparators[0])
        # a comparison of irrational numbers stays as it was written
        numbers = any(side.has(sympy.sin, sympy.cos) for side in sides) and not any(side.free_symbols for side in sides)
        return _COMPARISONS[type(node.ops[0])](*sides, **({"evaluate": False} if numbers else {}))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr):
        connective = sympy.And if isinstance(node.op, ast.BitAnd) else sympy.Or
        return connective(_condition(node.left), _condition(node.right))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        return sympy.Not(_condition(node.operand))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Eq", "Ne"):
        left, right = map(_read, node.args)
        return getattr(sympy, node.func.id)(left, right)
    return _read(node)


def _condition(node: ast.AST) -> Any:
    condition = _relation(node)
    if isinstance(condition, Expr):
        raise ValueError(f"{condition} is a number, not a condition")
    return condition


def _read(node: ast.AST) -> Expr:
    """The formula of a node, checked at every step: numbers stay small, so that no short text takes long."""
    formula = _built(node)
    if formula.xreplace({limit: Integer(0) for limit in formula.atoms(sympy.Limit)}).has(
        sympy.I, sympy.oo, -sympy.oo, sympy.zoo, sympy.nan
    ):
        raise ValueError(f"{formula} is not a real number")
    if isinstance(formula, Rational) and max(_bits(formula.p), _bits(formula.q)) > LARGEST_BITS:
        raise ValueError(f"a number of more than {LARGEST_BITS} bits")
    return formula


def _built(node: ast.AST) -> Expr:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return Integer(node.value)
    if isinstance(node, ast.Name):
        return Symbol(node.id.removeprefix(_SYMBOL), real=True)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_read(node.operand)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _read(node.left), _read(node.right)
        if isinstance(node.op, ast.Pow):
            _check_power(left, right)
        return _OPERATORS[type(node.op)](left, right)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Sum", "Product"):
        return _over_run(node, node.func.id)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args and not node.keywords:
        arguments = [_read(argument) for argument in node.args]
        if node.func.id == "exp":
            _check_power(sympy.E, *arguments)
        if node.func.id in _FUNCTIONS:
            return getattr(sympy, node.func.id)(*arguments)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Limit":
        return _limit(node)
    raise ValueError(f"{ast.unparse(node)[:60]} is not arithmetic")


def _limit(node: ast.Call) -> Expr:
    expression, variable, point = node.args
    sides = [keyword.value.value for keyword in node.keywords if isinstance(keyword.value, ast.Constant)]
    if not isinstance(variable, ast.Name) or len(sides) != len(node.keywords) or not {*sides} <= {"+", "-", "+-"}:
        raise ValueError("a limit that is not of the form Limit(expression, symbol, point, dir='-')")
    at = sympy.oo if isinstance(point, ast.Name) and point.id == "oo" else _read(point)
    return sympy.Limit(_read(expression), _read(variable), at, *sides)


def _over_run(node: ast.Call, name: str) -> Expr:
    function, limits = node.args
    if not isinstance(limits, ast.Tuple) or len(limits.elts) != 3 or node.keywords:
        raise ValueError(f"a sum that is not of the form {name}(expression, (symbol, first, last))")
    index, first, last = map(_read, limits.elts)
    if index != Symbol("l", real=True) or first != 0:
        raise ValueError(f"{ast.unparse(limits)} does not range over l from 0 on")
    if last.is_number and not (last.is_Integer and last <= LARGEST_EXPONENT):
        raise ValueError(f"a sum up to {str(last)[:40]}, which is not a whole number up to {LARGEST_EXPONENT}")
    inside = _read(function)
    return sympy.Sum(inside, (index, first, last)) if name == "Sum" else sympy.Product(inside, (index, first, last))


def _check_power(base: Expr, exponent: Expr) -> None:
    if not exponent.is_number:
        return
    if not isinstance(exponent, Rational) or abs(exponent) > LARGEST_EXPONENT:
        raise ValueError(f"an exponent that is not a rational number up to {LARGEST_EXPONENT}")
    if isinstance(base, Rational) and max(_bits(base.p), _bits(base.q)) * abs(exponent) > LARGEST_BITS:
        raise ValueError(f"a power of more than {LARGEST_BITS} bits")
    if isinstance(base, sympy.Pow | sympy.exp):
        _check_power(base.base, base.exp * exponent)


def _bits(number: int) -> int:
    return int(number).bit_length()
