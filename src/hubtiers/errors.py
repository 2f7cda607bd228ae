"""The error tree.

Every message is a sentence that names the value, the expectation and the way out.

The wording of each error stands once, in its constructor; callers pass facts. Everything that
hubtiers raises on purpose derives from `HubtiersError`: `SpecError` when a choice is wrong,
`DataError` when the data do not fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

from hubtiers._terminal import visible

__all__ = [
    "CRSError",
    "ConstantIndicatorError",
    "DataError",
    "DomainError",
    "DuplicateRegionError",
    "HubtiersError",
    "HubtiersWarning",
    "JoinError",
    "MissingColumnError",
    "MissingDependencyError",
    "NotComparableError",
    "OverlapError",
    "OverlapWarning",
    "SpecError",
    "UnknownOptionError",
    "listing",
    "printed_as",
]

_Error = TypeVar("_Error", bound="HubtiersError")


def listing(items: Iterable[object], *, most: int = 5) -> str:
    """Join items with commas, at most `most` of them, and say how many were left out.

    >>> listing(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    names = [str(item) for item in items]
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def printed_as(error: _Error, key: str) -> _Error:
    """Return an error whose reason stands in the book of words, for pages in another language.

    >>> printed_as(DataError("There is nothing to draw."), "reason_no_scores").key
    'reason_no_scores'
    """
    error.key = key
    return error


def did_you_mean(value: object, options: Iterable[str]) -> str:
    """Return a sentence that proposes the closest options, or lists them when none is close."""
    known = list(dict.fromkeys(options))
    close = get_close_matches(str(value), known, n=2, cutoff=0.6)
    if close:
        return f"Did you mean {' or '.join(repr(c) for c in close)}?"
    return f"Known: {listing(sorted(known), most=20)}." if known else "There are none."


class HubtiersError(Exception):
    """Base of every error that hubtiers raises on purpose.

    Attributes
    ----------
    key
        The word of the book that tells the reason in a page; empty for most errors.
    """

    key: str = ""

    def __str__(self) -> str:
        # KeyError would print the repr of its message; a sentence must stay a sentence.
        return visible(self.args[0]) if self.args else ""


class SpecError(HubtiersError, ValueError):
    """A choice is wrong: an option, a parameter, a line of a study file."""


class UnknownOptionError(SpecError):
    """A name that is none of the known ones."""

    def __init__(self, what: str, value: object, options: Iterable[str]) -> None:
        super().__init__(f"Unknown {what} {value!r}. {did_you_mean(value, options)}")


class DataError(HubtiersError, ValueError):
    """The data do not fit what was asked of them."""


class MissingColumnError(DataError, KeyError):
    """A table lacks columns that are needed."""

    def __init__(self, columns: Iterable[str], where: str, available: Iterable[str] = ()) -> None:
        missing = list(columns)
        have = list(available)
        noun = "column" if len(missing) == 1 else "columns"
        tail = f" It has {listing(have, most=12)}." if have else ""
        super().__init__(f"{where} lacks the {noun} {listing(map(repr, missing))}.{tail}")


class DuplicateRegionError(DataError):
    """A region stands more than once where it must stand once."""

    def __init__(self, regions: Iterable[object], where: str, way_out: str = "") -> None:
        names = list(dict.fromkeys(str(r) for r in regions))
        way_out = way_out or "Keep one row per region, or give the rows ids of their own."
        super().__init__(f"{where} has more than one row for {listing(names)}. {way_out}")


class ConstantIndicatorError(DataError):
    """An indicator has the same value everywhere, so that it can tell no region from another."""

    def __init__(self, indicators: Iterable[object], method: str) -> None:
        names = list(indicators)
        noun = "indicator" if len(names) == 1 else "indicators"
        verb = "has" if len(names) == 1 else "have"
        super().__init__(
            f"{method} needs values that differ, but the {noun} {listing(map(repr, names))} {verb} "
            f"the same value in every region. Drop the {noun} from the framework, or add regions "
            "where the values differ."
        )


class DomainError(DataError):
    """Values lie outside what a method can take."""

    def __init__(
        self,
        method: str,
        needs: str,
        indicator: object,
        value: object,
        regions: Sequence[object],
        way_out: str,
    ) -> None:
        noun = "region" if len(regions) == 1 else "regions"
        super().__init__(
            f"{method} needs {needs}, but {indicator!r} is {value} in {len(regions)} {noun} "
            f"({listing(regions, most=3)}). {way_out}"
        )


class OverlapError(DataError):
    """Regions share territory, so that data-driven weights would count it twice."""

    def __init__(self, pairs: Iterable[tuple[object, object]], method: str) -> None:
        self.pairs = [tuple(map(str, pair)) for pair in pairs]
        names = listing((f"{a} with {b}" for a, b in self.pairs), most=8)
        super().__init__(
            f"{method} takes its weights from the data, but these regions overlap and would count "
            f"twice: {names}. Keep disjoint regions (IndicatorTable.without, or `exclude` in a "
            "study file), or use weights that do not depend on the data, such as EqualWeights()."
        )


class HubtiersWarning(UserWarning):
    """Base of the warnings by which hubtiers says what a reader of the results must know."""


class OverlapWarning(HubtiersWarning):
    """Regions share territory, which counts twice in what is learnt from all regions."""

    def __init__(self, pairs: Iterable[tuple[object, object]], counted: Iterable[str]) -> None:
        self.pairs = [tuple(map(str, pair)) for pair in pairs]
        self.counted = tuple(counted)
        names = listing(f"{a} with {b}" for a, b in self.pairs)
        super().__init__(
            f"These regions overlap: {names}. What they share counts twice in "
            f"{listing(self.counted)}. Keep disjoint regions (IndicatorTable.without, or `exclude` "
            "in a study file), or take methods that do not count regions, such as MinMax() and "
            "Thresholds((…))."
        )


class JoinError(DataError):
    """Indicators and regions do not fit together; `report` holds the whole account."""

    def __init__(self, message: str, report: Any = None) -> None:
        super().__init__(message)
        self.report = report


class CRSError(DataError):
    """A layer has no coordinate reference system, or one that does not fit."""


class NotComparableError(HubtiersError, ValueError):
    """A table cannot be scored with a fit made on another one."""


class MissingDependencyError(HubtiersError, ImportError):
    """An optional package is not installed."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package!r}, which is not installed. "
            f"Install it with: pip install 'hubtiers[{extra}]'"
        )
