"""Running totals of point records per region and kind, the same in whatever order added."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from hubtiers.errors import DataError, listing
from hubtiers.table.points.point_report import PointReport
from hubtiers.table.points.records import BETWEEN, Records
from hubtiers.table.points.region_index import RegionIndex, locate

__all__ = ["Counter", "means", "sums"]

MAX_KINDS = 1000
"""Most columns of a result; more are a sign that `by` names a column of ids or texts."""

_HEAVIEST = 2.0**100

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Counter:
    """Running totals over chunks, per kind and region.

    Adding chunks in any order gives the same totals.
    """

    def __init__(self) -> None:
        self.totals: dict[str, Ints] = {}
        self.figures = dict.fromkeys(PointReport._fields[: PointReport._fields.index("rule")], 0)
        self.examples: tuple[str, ...] = ()
        self.encodings: tuple[str, ...] = ()

    def add(self, records: Records, index: RegionIndex) -> None:
        """Locate and add a chunk."""
        number, lie = locate(records.x, records.y, index)
        fresh = np.ones(len(number), bool) if records.repeated is None else ~records.repeated
        known = fresh & ~np.isnan(records.x + records.y)
        has_kind = known if records.kind is None else known & (records.kind >= 0)
        has_all = has_kind if records.weight is None else has_kind & _weighted(records)
        inside = number >= 0
        counted, outside = has_all & inside, np.flatnonzero(has_all & ~inside)
        unreadable, located, with_kind, complete = map(
            _count, (records.unreadable & fresh, known, has_kind, has_all)
        )
        found = {
            "records": len(number),
            "repeated": len(number) - _count(fresh),
            "without_id": records.without_id,
            "counted": complete - len(outside),
            "outside": len(outside),
            "missing_coordinates": _count(fresh) - located - unreadable,
            "unreadable_coordinates": unreadable,
            "missing_kind": located - with_kind,
            "missing_weight": with_kind - complete,
            **_places(lie[counted], records.x[outside], records.y[outside], index),
        }
        for name, figure in found.items():
            self.figures[name] += figure
        self.figures["chunks"] += 1
        self.examples = (self.examples + records.examples)[:5]
        self._add_totals(records, number[counted], counted, len(index.region_ids))

    def merge(self, other: Counter) -> None:
        """Add the totals of other chunks, which come after those counted so far."""
        for name, figure in other.figures.items():
            self.figures[name] += figure
        self.examples = (self.examples + other.examples)[:5]
        self.encodings = tuple(sorted({*self.encodings, *other.encodings}))
        self._require_few_kinds(tuple(other.totals))
        for name, total in other.totals.items():
            self._add_total(name, total)

    def carry(self) -> None:
        """Bring the words of exact sums below 32 bits, so that there is room to merge many."""
        for total in self.totals.values():
            for place in range(total.shape[1] - 2):
                total[:, place + 1] += total[:, place] >> 32
                total[:, place] &= 0xFFFFFFFF

    def _add_totals(self, records: Records, number: Ints, counted: Mask, regions: int) -> None:
        labels: tuple[str, ...]
        labels, used, place = ("count",), np.zeros(1, np.int64), number
        if records.kind is not None:
            # A kind whose records all lie outside keeps its column of zeros.
            labels, used = records.labels, np.unique(records.kind[records.kind >= 0])
            place = np.searchsorted(used, records.kind[counted]) * regions + number
        if not len(used):
            return
        names = [labels[k] for k in used]
        self._require_few_kinds(names)
        weight = None if records.weight is None else records.weight[counted]
        totals = _totals(place, len(used) * regions, weight)
        for name, total in zip(names, totals.reshape(len(used), regions, -1), strict=True):
            self._add_total(name, total)

    def _require_few_kinds(self, names: Sequence[str]) -> None:
        if len({*self.totals, *names}) > MAX_KINDS:
            said = listing(name.replace(BETWEEN, ", ") for name in names)
            raise DataError(
                f"There are more than {MAX_KINDS:,} kinds (MAX_KINDS), such as {said}. "
                "Take `by` from a column with few different labels."
            )

    def _add_total(self, name: str, total: Ints) -> None:
        self.totals[name] = self.totals[name] + total if name in self.totals else total


def _count(mask: npt.NDArray[Any]) -> int:
    return int(np.count_nonzero(mask))


def _places(lie: npt.NDArray[np.uint8], x: Floats, y: Floats, index: RegionIndex) -> dict[str, int]:
    """Tell how counted records lie, and what may be wrong with those outside at `x`, `y`."""
    from hubtiers.table.points import grid

    shared = _count(lie == grid.SHARED)
    return {
        "border": _count(lie == grid.BORDER) + shared,
        "shared_border": shared,
        "overlap": _count(lie == grid.OVERLAP),
        "swapped": _count(locate(y, x, index)[0] >= 0),
        "impossible": _count((np.abs(x) > 180) | (np.abs(y) > 90)),
    }


def _totals(place: Ints, places: int, weight: Floats | None) -> Ints:
    """Return the number of records in each place; before it the words of the sum of weights."""
    from hubtiers.table.points import grid

    number = np.bincount(place, minlength=places).astype(np.int64)
    if weight is None:
        return number
    words = np.zeros((places, grid.LIMBS + 1), np.int64)
    grid.add_exactly(words, place, weight)
    words[:, grid.LIMBS] = number
    return words


def sums(total: Ints) -> Floats:
    """Return exact sums, rounded once to the nearest number."""
    found = np.zeros(len(total))
    for i in np.flatnonzero(total[:, :-1].any(axis=1)):
        found[i] = float(_exact(total[i]))
    return found


def means(total: Ints) -> Floats:
    """Return exact means, rounded once to the nearest number; NaN without records."""
    found = np.full(len(total), np.nan)
    for i in np.flatnonzero(total[:, -1]):
        found[i] = float(_exact(total[i]) / int(total[i, -1]))
    return found


def _exact(words: Ints) -> Fraction:
    from hubtiers.table.points import grid

    whole = sum(int(word) << 32 * place for place, word in enumerate(words[:-1]))
    return Fraction(whole, 1 << grid.LIMB_SHIFT)


def _weighted(records: Records) -> Mask:
    """Tell which records have a weight; refuse those that no sum of parts can mean."""
    weight = records.weight
    assert weight is not None
    wrong = np.flatnonzero(
        (weight < 0) | (weight > _HEAVIEST) | ((weight > 0) & (weight < 1 / _HEAVIEST))
    )
    if len(wrong):
        raise DataError(
            f"Record {records.row + wrong[0] + 1} has the weight {weight[wrong[0]]}. Weights are 0 "
            "or lie between 1e-30 and 1e30; correct the record, or change the unit."
        )
    return ~np.isnan(weight)
