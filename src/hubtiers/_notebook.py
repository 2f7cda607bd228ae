"""Tables as a notebook shows them: folded where they are long, numbers without exponents."""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape

import pandas as pd

__all__ = ["folded_html", "pairs_html", "plain_number"]

_FIRST, _LAST = 20, 3


def folded_html(frame: pd.DataFrame) -> str:
    """Return a table as HTML: of a long one the first 20 rows, how many are left out, the last.

    >>> html = folded_html(pd.DataFrame({"score": range(100)}))
    >>> html.count("<tr"), "77 rows left out" in html
    (25, True)
    """
    heads = "".join(f"<th>{escape(str(name))}</th>" for name in frame.columns)
    body = ""
    if len(frame) <= _FIRST + _LAST + 1:
        body = _rows_html(frame)
    else:
        hidden = len(frame) - _FIRST - _LAST
        told = f'<tr><td colspan="{len(frame.columns)}">… {hidden} rows left out</td></tr>'
        body = _rows_html(frame.head(_FIRST)) + told + _rows_html(frame.tail(_LAST))
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def pairs_html(pairs: Iterable[tuple[str, str]]) -> str:
    """Return names and what they stand for as a table."""
    rows = [f"<tr><th>{escape(name)}</th><td>{escape(said)}</td></tr>" for name, said in pairs]
    return f"<table><tbody>{''.join(rows)}</tbody></table>"


def plain_number(value: float) -> str:
    """Return a number without an exponent: three digits after the point, none from 1,000 on.

    >>> plain_number(561400.0), plain_number(0.12345), plain_number(float("nan"))
    ('561,400', '0.123', '–')
    """
    if not math.isfinite(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3f}"


def _rows_html(frame: pd.DataFrame) -> str:
    rows = []
    for row in frame.astype("object").to_numpy().tolist():
        cells = "".join(f"<td>{escape(_cell(value))}</td>" for value in row)
        rows.append(f"<tr>{cells}</tr>")
    return "".join(rows)


def _cell(value: object) -> str:
    if value is None or value is pd.NA or value is pd.NaT:
        return "–"
    return plain_number(value) if isinstance(value, float) else str(value)
