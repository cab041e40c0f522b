"""A loss that a learner types: read by Python's own parser, then only what is on the list, so nothing else can run.

Forward-mode differentiation (every value travels with its slope), with PyTorch's habits at kinks: |e| has slope 0 at 0.
"""

import ast
from collections.abc import Callable

import numpy as np

from core.problem import Problem

LIMIT = 120  # characters


class Dual:
    """A value and its slope with respect to e, two arrays of one shape. A slope of None marks a constant."""

    def __init__(self, value, slope=None):
        self.value, self.slope = np.asarray(value, dtype=float), slope

    def through(self, value, slope) -> "Dual":
        """f(self), from f's value here and f's slope here (the chain rule)."""
        return Dual(value, None if self.slope is None else slope * self.slope)


def _slope(x: Dual):
    return 0.0 if x.slope is None else x.slope


def _sum(a: Dual, b: Dual, sign: float = 1.0) -> Dual:
    both = None if a.slope is None and b.slope is None else _slope(a) + sign * _slope(b)
    return Dual(a.value + sign * b.value, both)


def _product(a: Dual, b: Dual) -> Dual:
    both = None if a.slope is None and b.slope is None else _slope(a) * b.value + a.value * _slope(b)
    return Dual(a.value * b.value, both)


def _quotient(a: Dual, b: Dual) -> Dual:
    return _product(a, b.through(1 / b.value, -1 / b.value**2))


def _power(a: Dual, b: Dual) -> Dual:
    value, slope = a.value**b.value, None
    if a.slope is not None:
        slope = np.where(b.value == 0, 0.0, b.value * a.value ** (b.value - 1)) * a.slope
    if b.slope is not None:
        slope = (0.0 if slope is None else slope) + value * np.log(a.value) * b.slope
    return Dual(value, slope)


def _pick(condition, a: Dual, b: Dual) -> Dual:
    """a where the condition holds, else b; the slope is that of the branch taken."""
    both = None if a.slope is None and b.slope is None else np.where(condition, _slope(a), _slope(b))
    return Dual(np.where(condition, a.value, b.value), both)


def _greater(a: Dual, b: Dual) -> Dual:
    """maximum(a, b); where they are equal each gives half of its slope, as in PyTorch."""
    halves = 0.5 * (_slope(a) + _slope(b))
    picked = _pick(a.value > b.value, a, b)
    return picked if picked.slope is None else Dual(picked.value, np.where(a.value == b.value, halves, picked.slope))


def _softplus(x: Dual) -> Dual:
    return x.through(np.logaddexp(0, x.value), 0.5 * (1 + np.tanh(0.5 * x.value)))


FUNCTIONS: dict[str, tuple[int, Callable]] = {  # name: (how many arguments, what it does)
    "abs": (1, lambda x: x.through(np.abs(x.value), np.sign(x.value))),
    "exp": (1, lambda x: x.through(np.exp(x.value), np.exp(x.value))),
    "log": (1, lambda x: x.through(np.log(x.value), 1 / x.value)),
    "sqrt": (1, lambda x: x.through(np.sqrt(x.value), 0.5 / np.sqrt(x.value))),
    "tanh": (1, lambda x: x.through(np.tanh(x.value), 1 - np.tanh(x.value) ** 2)),
    "softplus": (1, _softplus),
    "maximum": (2, _greater),
    "minimum": (2, lambda a, b: _negative(_greater(_negative(a), _negative(b)))),
    "where": (3, lambda condition, a, b: _pick(condition.value != 0, a, b)),
}


def _negative(x: Dual) -> Dual:
    return x.through(-x.value, -1.0)


OPERATORS = {ast.Add: _sum, ast.Sub: lambda a, b: _sum(a, b, -1.0), ast.Mult: _product, ast.Div: _quotient}
OPERATORS |= {ast.Pow: _power}
SIGNS = {ast.USub: _negative, ast.UAdd: lambda x: x}
COMPARISONS = {ast.Lt: np.less, ast.LtE: np.less_equal, ast.Gt: np.greater, ast.GtE: np.greater_equal}


def parse(text: str) -> Callable:
    """The loss that `text` describes: a function of errors e (any shape) that returns (values, slopes), float64.

    Allowed: e, numbers, + - * / **, comparisons, and calls to FUNCTIONS. Raises Problem: expression_empty,
    expression_too_long, expression_syntax, expression_name, expression_call, expression_arity, expression_part.
    """
    text = text.strip()
    if not text:
        raise Problem("expression_empty")
    if len(text) > LIMIT:
        raise Problem("expression_too_long", length=len(text), limit=LIMIT)
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Problem("expression_syntax", text=text.replace("`", "'")) from None
    rule = compiled(tree)

    def loss(e):
        e = np.asarray(e, dtype=float)
        with np.errstate(all="ignore"):
            out = rule(Dual(e, np.ones_like(e)))
            return np.broadcast_to(out.value, e.shape), np.broadcast_to(_slope(out), e.shape)

    return loss


def compiled(node: ast.AST) -> Callable[[Dual], Dual]:
    """The allow-list: one branch for each thing that may stand in an expression, everything else is refused."""
    match node:
        case ast.Name(id="e"):
            return lambda e: e
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return lambda e: Dual(float(number))
        case ast.UnaryOp(op, operand) if type(op) in SIGNS:
            inner = compiled(operand)
            return lambda e: SIGNS[type(op)](inner(e))
        case ast.BinOp(left, op, right) if type(op) in OPERATORS:
            a, b = compiled(left), compiled(right)
            return lambda e: OPERATORS[type(op)](a(e), b(e))
        case ast.Compare(left, [op], [right]) if type(op) in COMPARISONS:
            a, b = compiled(left), compiled(right)
            return lambda e: Dual(COMPARISONS[type(op)](a(e).value, b(e).value))
        case ast.Call(ast.Name(id=name), arguments, []) if name in FUNCTIONS:
            wanted, function = FUNCTIONS[name]
            if len(arguments) != wanted:
                raise Problem("expression_arity", name=name, wanted=wanted, given=len(arguments))
            inner = [compiled(argument) for argument in arguments]
            return lambda e: function(*(one(e) for one in inner))
        case ast.Call(ast.Name(id=name)):
            raise Problem("expression_call", name=name, valid=", ".join(FUNCTIONS))
        case ast.Name(id=name):
            raise Problem("expression_name", name=name)
    raise Problem("expression_part", text=ast.unparse(node)[:60])
