"""Regions that lie inside others count twice wherever all regions are counted: told once a run."""

from __future__ import annotations

import contextlib
import inspect
import warnings
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from pathlib import Path
from types import FrameType
from typing import Any

from hubtiers._method import counts_regions
from hubtiers._methods import describe
from hubtiers.errors import CRSError, OverlapWarning
from hubtiers.table.indicator_table import IndicatorTable

__all__ = ["counted_twice", "counting_methods", "telling_overlaps", "untold"]

_STEPS = ("impute", "treat", "normalise", "aggregate", "tier")
"""Steps that may learn from all regions; a weighting that does so is refused, not told."""

_open: ContextVar[dict[str, None] | None] = ContextVar("hubtiers_counted_twice", default=None)

_OURS = (str(Path(__file__).parent), str(contextlib.__file__))


def counting_methods(chosen: Any) -> list[Any]:
    """Return the methods of a scheme or a variation that learn from a count of all regions."""
    found: list[Any] = []
    for step in _STEPS:
        # A score is made of the region's own values, unless an aggregation says otherwise.
        unsaid = step != "aggregate"
        # What is neither scheme nor variation is refused where it is used.
        methods = _single(getattr(chosen, step, ()))
        found += [method for method in methods if counts_regions(method, default=unsaid)]
    return found


def counted_twice(chosen: Any) -> list[str]:
    """Return in words what counts an overlap twice in a scheme or a variation."""
    return list(map(describe, counting_methods(chosen)))


def _single(chosen: Any) -> Iterator[Any]:
    """Yield the methods of a step one by one, however they are put together by level."""
    # Options level by level hold a tuple; an aggregation may have an option of the same name.
    levels = getattr(chosen, "levels", None)
    members = levels if isinstance(levels, tuple) else chosen
    if not isinstance(members, (tuple, list)):
        yield chosen
        return
    for member in members:
        yield from _single(member)


@contextlib.contextmanager
def telling_overlaps(table: IndicatorTable, counted: Iterable[str]) -> Iterator[None]:
    """Warn, when all is done, of what counted overlapping regions twice.

    A run inside a run adds to what the outer one tells, so that each run warns once.

    Parameters
    ----------
    table
        What is scored.
    counted
        What counts every region, in words; nothing is told when there is none.
    """
    outer = _open.get()
    if outer is not None:
        outer.update(dict.fromkeys(counted))
        yield
        return
    found = dict.fromkeys(counted)
    token = _open.set(found)
    try:
        yield
    finally:
        _open.reset(token)
    if found and (overlaps := _known_overlaps(table)):
        pairs = [(table.label(a), table.label(b)) for a, b in overlaps]
        warnings.warn(OverlapWarning(pairs, found), stacklevel=_callers_level())


def _known_overlaps(table: IndicatorTable) -> list[tuple[str, str]]:
    """Return the pairs that overlap; none where shapes without a reference system hide them."""
    try:
        return table.overlaps
    except CRSError:
        # Joining refuses such a layer; a table that was put together by hand can still be scored.
        return []


@contextlib.contextmanager
def untold() -> Iterator[None]:
    """Run without a word on overlaps: for a draw, of which the whole analysis has told."""
    token = _open.set({})
    try:
        yield
    finally:
        _open.reset(token)


def _callers_level() -> int:
    """Return how many calls above the caller of this function the user's own line stands."""
    frame: FrameType | None = inspect.currentframe()
    level = -1
    while frame is not None and frame.f_code.co_filename.startswith(_OURS):
        frame, level = frame.f_back, level + 1
    return level + 1
