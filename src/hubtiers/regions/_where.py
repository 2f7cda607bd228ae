"""Choosing rows by a condition: a language of comparisons, so that a study file runs nothing."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import MissingColumnError, SpecError

__all__ = ["rows_where"]

_EXAMPLE = "Write such as: CNTR_CODE in ('DE', 'FR') and LEVL_CODE == 2"
_WORDS = {"and", "or", "not", "in", "is"}
_EMPTY = {"null": "None", "none": "None"}

Mask = NDArray[np.bool_]


def rows_where(frame: pd.DataFrame, condition: str, where: str) -> Mask:
    """Return which rows meet a condition.

    It compares columns with texts and numbers by ``= == != <> < <= > >= in``, ``is null``, and
    joins comparisons with ``and``, ``or``, ``not`` and brackets. Missing values meet only ``is
    null``. A text that is compared with a column of numbers is read as a number, and the other way
    round.

    Raises
    ------
    SpecError
        When the condition is not such a one.
    MissingColumnError
        When it names a column that does not exist.

    Examples
    --------
    >>> layer = pd.DataFrame({"country": ["DE", "FR", None], "level": [2, 1, 2]})
    >>> rows_where(layer, "country in ('DE', 'FR') and level = 2", "the layer").tolist()
    [True, False, False]
    """
    try:
        tree = ast.parse(_as_python(condition), mode="eval")
        return _evaluate(tree.body, frame, where)
    except (SyntaxError, tokenize.TokenError, RecursionError):
        raise SpecError(f"where={condition!r} is no condition. {_EXAMPLE}.") from None
    except _NoConditionError as error:
        raise SpecError(f"where={condition!r} is no condition: {error}. {_EXAMPLE}.") from None


class _NoConditionError(Exception):
    """A part of an expression that is no comparison."""


def _as_python(condition: str) -> str:
    """Return the condition as Python has it: `=` as `==`, `<>` as `!=`, words in small letters."""
    tokens = []
    for token in tokenize.generate_tokens(io.StringIO(" ".join(condition.split())).readline):
        text = token.string
        if token.type == tokenize.NAME and text.lower() in _WORDS:
            text = text.lower()
        elif token.type == tokenize.NAME and text.lower() in _EMPTY:
            text = _EMPTY[text.lower()]
        elif token.type == tokenize.OP and text == "=":
            text = "=="
        tokens.append("!=" if text == "<>" else text)
    return re.sub(r"<\s*>", "!=", " ".join(tokens)).strip()


def _evaluate(node: ast.expr, frame: pd.DataFrame, where: str) -> Mask:
    if isinstance(node, ast.BoolOp):
        masks = [_evaluate(value, frame, where) for value in node.values]
        join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        return np.asarray(join.reduce(masks), dtype=bool)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return ~_evaluate(node.operand, frame, where)
    if (
        isinstance(node, ast.Compare)
        and len(node.ops) == 1
        and isinstance(node.left, (ast.Name, ast.Constant))
    ):
        return _compare(node, frame, where)
    raise _NoConditionError(f"{ast.unparse(node)} compares no column")


def _compare(node: ast.Compare, frame: pd.DataFrame, where: str) -> Mask:
    values = _column(node.left, frame, where)
    operation, wanted = node.ops[0], _constant(node.comparators[0])
    if isinstance(operation, (ast.Is, ast.IsNot)) and wanted is None:
        empty = values.isna() | (values.astype("str").str.strip() == "")
        return np.asarray(empty if isinstance(operation, ast.Is) else ~empty, dtype=bool)
    if isinstance(operation, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)):
        return _ordered(values, operation, wanted)
    if not isinstance(operation, (ast.In, ast.NotIn, ast.Eq, ast.NotEq)):
        raise _NoConditionError(f"{ast.unparse(node)} is no comparison")
    options = wanted if isinstance(wanted, tuple) else (wanted,)
    found: Mask = np.logical_or.reduce([_equal(values, option) for option in options])
    if isinstance(operation, (ast.In, ast.Eq)):
        return found
    return ~found & values.notna().to_numpy()


def _column(node: ast.expr, frame: pd.DataFrame, where: str) -> pd.Series:
    # A column whose name is no word of Python stands in quotes on the left.
    column = node.id if isinstance(node, ast.Name) else str(getattr(node, "value", ""))
    if column not in frame.columns:
        raise MissingColumnError([column], where, map(str, frame.columns))
    values: pd.Series = frame[column]
    return values


def _equal(values: pd.Series, wanted: object) -> Mask:
    if pd.api.types.is_numeric_dtype(values) and not isinstance(wanted, (int, float)):
        wanted = pd.to_numeric(str(wanted), errors="coerce")
    elif not pd.api.types.is_numeric_dtype(values):
        values, wanted = values.astype("str").where(values.notna(), None), str(wanted)
    return np.asarray((values == wanted).fillna(value=False), dtype=bool)


_ORDERS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
}


def _ordered(values: pd.Series, operation: ast.cmpop, wanted: object) -> Mask:
    if isinstance(wanted, (tuple, str, type(None))):
        raise _NoConditionError(f"{values.name} is not compared with a number")
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return np.asarray(_ORDERS[type(operation)](numbers, wanted), dtype=bool)


def _constant(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
    ):
        return -node.operand.value  # type: ignore[operator]
    if isinstance(node, (ast.Tuple, ast.List)):
        return tuple(_constant(item) for item in node.elts)
    raise _NoConditionError(f"{ast.unparse(node)} is no text and no number")
