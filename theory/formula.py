"""Formulas as text and back: a claim's data in a file that anybody may send, so nothing in it is executed."""

from __future__ import annotations

import ast
import operator

import sympy
from sympy import Expr, Integer, Rational, Symbol

_FUNCTIONS = ("Abs", "Max", "Min", "sqrt", "exp", "log", "sin", "cos", "sign")
_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_COMPARISONS = {ast.Lt: sympy.Lt, ast.LtE: sympy.Le, ast.Gt: sympy.Gt, ast.GtE: sympy.Ge, ast.Eq: sympy.Eq}
LONGEST = 10_000
"""Characters of the longest formula that is read."""


def parse(text: str) -> Expr:
    """The formula or relation that `str` wrote; symbols are real.

    Only numbers, symbols, + - * / **, comparisons and a few functions are read. Raises ValueError otherwise.
    """
    try:
        if len(text) > LONGEST:
            raise ValueError(f"longer than {LONGEST} characters")
        return _read(ast.parse(text, mode="eval").body)
    except (SyntaxError, TypeError, ValueError, RecursionError, OverflowError) as error:
        raise ValueError(f"cannot read the formula {text[:80]!r}: {error}") from None


def _read(node: ast.AST) -> Expr:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return Integer(node.value)
    if isinstance(node, ast.Name):
        return Symbol(node.id, real=True)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_read(node.operand)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _read(node.left), _read(node.right)
        if isinstance(node.op, ast.Pow) and isinstance(right, Rational) and abs(right) > 1000:
            raise ValueError("an exponent above 1000")
        return _OPERATORS[type(node.op)](left, right)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS:
        return _COMPARISONS[type(node.ops[0])](_read(node.left), _read(node.comparators[0]))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        arguments = [_read(argument) for argument in node.args]
        if node.func.id in _FUNCTIONS:
            return getattr(sympy, node.func.id)(*arguments)
        if node.func.id in ("Eq", "Ne") and len(arguments) == 2:
            return getattr(sympy, node.func.id)(*arguments)
    raise ValueError(f"{ast.dump(node)[:60]} is not arithmetic")
