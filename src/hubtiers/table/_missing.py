"""The marks that stand in tables and lists where there is no value: one list for all readers."""

from __future__ import annotations

__all__ = ["MISSING_MARKS", "is_missing_mark"]

_MARKS = """
- -- --- – —— — ― ―― ─ … …… ‥ ... ...... .. . · × : / \\ 空 空白 空值
无 無 无数据 暂无 暂无数据 缺 缺失 缺测 不详 未知
na n/a n.a. n.a #n/a nan null none <na>
"""

MISSING_MARKS = frozenset(["", *_MARKS.split()])
"""Marks of a missing value in lower case and without blanks; the empty text is one of them."""


def is_missing_mark(text: str) -> bool:
    """Return whether a text says that there is no value.

    >>> is_missing_mark(" N. A. "), is_missing_mark(":"), is_missing_mark("0")
    (True, True, False)
    """
    return text.casefold().replace(" ", "") in MISSING_MARKS
