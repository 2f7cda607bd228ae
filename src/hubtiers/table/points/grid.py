"""Compiled kernels behind `points`: a grid over the regions, an exact point location, an exact sum.

Only `points` imports this module, and only inside the functions that use it, because numba is slow
to import. The kernels release the interpreter lock and use no fast-math: rounding is part of what
they prove.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hubtiers._compiled import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Ints32 = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]


class Buckets(NamedTuple):
    """Edges by region and row.

    Region `k` has the buckets base[k] … base[k + 1], from row first[k] upwards.
    """

    first: Ints32
    base: Ints
    start: Ints
    edges: Floats


class Grid(NamedTuple):
    """All that locating a point needs.

    `frame` is low x, low y, columns and rows per degree, high x, high y.
    """

    frame: Floats
    shape: tuple[int, int]
    cells: Ints32
    lists: Ints32
    edges: Floats


OUTSIDE, INSIDE, BORDER, SHARED, OVERLAP = 0, 1, 2, 3, 4
"""Where a point lies.

In no region, in one, on the border of one, on the border of several, inside several.
"""

TINY = 1e-100
"""Coordinates below this are zero.

Products of all others keep every bit within the range of a double.
"""

_SPLITTER = 134217729.0
_ORIENT_BOUND = 3.3306690738754716e-16
_PAD = 1e-6

LIMBS = 9
"""Words of an exact sum.

Weights from 2**-100 to 2**100 have all their bits between 2**-153 and 2**100.
"""

LIMB_SHIFT = 153
_LOW = 0xFFFFFFFF


@compiled
def _two_product(a: float, b: float) -> tuple[float, float]:
    """Return the rounded product and its exact error."""
    product = a * b
    c = _SPLITTER * a
    a_high = c - (c - a)
    a_low = a - a_high
    c = _SPLITTER * b
    b_high = c - (c - b)
    b_low = b - b_high
    return product, a_low * b_low - (
        ((product - a_high * b_high) - a_low * b_high) - a_high * b_low
    )


@compiled
def _exact_orientation(x1: float, y1: float, x2: float, y2: float, x: float, y: float) -> float:
    """Return the sign of the determinant from its six products, added without any rounding."""
    total = np.zeros(12)
    count = 0
    for factor, other in ((x1, y2), (-y1, x2), (x2, y), (-y2, x), (x, y1), (-y, x1)):
        high, low = _two_product(factor, other)
        for part in (low, high):
            carry = part
            for i in range(count):
                whole = carry + total[i]
                rest = whole - carry
                total[i] = (carry - (whole - rest)) + (total[i] - rest)
                carry = whole
            total[count] = carry
            count += 1
    for i in range(count - 1, -1, -1):
        if total[i] != 0.0:
            return float(total[i])
    return 0.0


@compiled
def orientation(x1: float, y1: float, x2: float, y2: float, x: float, y: float) -> float:
    """Return a number with the exact sign of the turn from edge 1 → 2 to the point.

    + left, 0 on it, - right.
    """
    left = (x1 - x) * (y2 - y)
    right = (y1 - y) * (x2 - x)
    turn = left - right
    # A zero factor is an exact zero, and terms of opposite sign cannot cancel: the sign stands.
    if left == 0.0 or right == 0.0 or (left > 0.0) != (right > 0.0):
        return turn
    if abs(turn) > _ORIENT_BOUND * (abs(left) + abs(right)):
        return turn
    return _exact_orientation(x1, y1, x2, y2, x, y)


@compiled
def _snapped(value: float) -> float:
    return 0.0 if abs(value) < TINY else value


@compiled
def _slot(value: float, low: float, scale: float, count: int) -> int:
    """Return the row or column of a coordinate.

    Monotone, so an edge never misses the row of a point on it.
    """
    return min(max(int((value - low) * scale), 0), count - 1)


@compiled
def _side(edges: Floats, start: int, stop: int, x: float, y: float) -> int:
    """Return 1 inside, 0 on the border, -1 outside.

    From the edges of one region in the row of the point.
    """
    inside = False
    for i in range(start, stop):
        y1, y2 = edges[i, 1], edges[i, 3]
        if y < y1 or y > y2:
            continue
        x1, x2 = edges[i, 0], edges[i, 2]
        if x > x1 and x > x2:
            continue
        # Edges point upwards and own their lower end only: a vertex on the ray counts once.
        if x < x1 and x < x2:
            inside ^= y < y2
            continue
        turn = orientation(x1, y1, x2, y2, x, y)
        if turn == 0.0:
            return 0
        inside ^= turn > 0.0 and y < y2
    return 1 if inside else -1


@compiled
def upward_edges(coordinates: Floats, ring: Ints, region: Ints) -> tuple[Floats, Ints32]:
    """Return the edges of rings (n × 4, lower end first) and the number of each one's region."""
    edges = np.empty((len(ring), 4))
    owner = np.empty(len(ring), np.int32)
    count = 0
    for i in range(1, len(ring)):
        if ring[i] != ring[i - 1]:
            continue
        low, high = (i - 1, i) if coordinates[i - 1, 1] <= coordinates[i, 1] else (i, i - 1)
        for end, at in ((0, low), (2, high)):
            for axis in range(2):
                edges[count, end + axis] = _snapped(coordinates[at, axis])
        owner[count] = region[ring[i]]
        count += 1
    return edges[:count], owner[:count]


@compiled
def bucket_edges(edges: Floats, owner: Ints32, frame: Floats, rows: int, regions: int) -> Buckets:
    """Sort edges (n × 4, upwards, grouped by region) into the rows that they pass through."""
    bottom, top = _rows_of_edges(edges, frame, rows)
    first, base = _buckets_of_regions(owner, bottom, top, rows, regions)
    start = _bucket_starts(owner, bottom, top, first, base)
    place = start.copy()
    placed = np.empty((start[-1], 4))
    for i in range(len(edges)):
        shift = base[owner[i]] - first[owner[i]]
        for row in range(bottom[i], top[i] + 1):
            for j in range(4):
                placed[place[shift + row], j] = edges[i, j]
            place[shift + row] += 1
    return Buckets(first, base, start, placed)


@compiled
def _rows_of_edges(edges: Floats, frame: Floats, rows: int) -> tuple[Ints32, Ints32]:
    """Return the lowest and the highest row that each edge passes through."""
    bottom, top = np.empty(len(edges), np.int32), np.empty(len(edges), np.int32)
    for i in range(len(edges)):
        bottom[i] = _slot(edges[i, 1], frame[1], frame[3], rows)
        top[i] = _slot(edges[i, 3], frame[1], frame[3], rows)
    return bottom, top


@compiled
def _buckets_of_regions(
    owner: Ints32, bottom: Ints32, top: Ints32, rows: int, regions: int
) -> tuple[Ints32, Ints]:
    """Return the lowest row of each region, and its first bucket: it has one for each row."""
    first, last = np.full(regions, rows, np.int32), np.full(regions, -1, np.int32)
    for i in range(len(owner)):
        first[owner[i]] = min(first[owner[i]], bottom[i])
        last[owner[i]] = max(last[owner[i]], top[i])
    base = np.zeros(regions + 1, np.int64)
    for k in range(regions):
        base[k + 1] = base[k] + last[k] - first[k] + 1
    return first, base


@compiled
def _bucket_starts(owner: Ints32, bottom: Ints32, top: Ints32, first: Ints32, base: Ints) -> Ints:
    """Return where the edges of each bucket begin, and behind the last one where they end."""
    start = np.zeros(base[-1] + 1, np.int64)
    for i in range(len(owner)):
        # Counts stand one place further, so that their sums are the beginnings.
        shift = base[owner[i]] - first[owner[i]] + 1
        for row in range(bottom[i], top[i] + 1):
            start[shift + row] += 1
    return np.cumsum(start)


@compiled
def _mark(
    touched: Bytes, edges: Floats, start: int, stop: int, row: int, frame: Floats
) -> tuple[int, int]:
    """Mark the columns of one row that the edges in its bucket touch.

    With a margin above any rounding. Returns the first and the last of them.
    """
    bottom = frame[1] + (row - _PAD) / frame[3]
    top = frame[1] + (row + 1 + _PAD) / frame[3]
    margin = _PAD / frame[2]
    first, last = len(touched), -1
    for i in range(start, stop):
        low, high = _part_between(edges[i], bottom, top)
        left = _slot(low - margin, frame[0], frame[2], len(touched))
        right = _slot(high + margin, frame[0], frame[2], len(touched))
        first, last = min(first, left), max(last, right)
        for column in range(left, right + 1):
            touched[column] = 1
    return first, last


@compiled
def _part_between(edge: Floats, bottom: float, top: float) -> tuple[float, float]:
    """Return the lowest and the highest x of the part of an edge between two heights."""
    x1, y1, x2, y2 = edge[0], edge[1], edge[2], edge[3]
    a, b = x1, x2
    if y1 < bottom:
        a = x1 + (x2 - x1) * ((bottom - y1) / (y2 - y1))
    if y2 > top:
        b = x1 + (x2 - x1) * ((top - y1) / (y2 - y1))
    # Rounding may lead beyond the ends of a steep edge.
    return max(min(a, b), min(x1, x2)), min(max(a, b), max(x1, x2))


@compiled
def _cells_of_row(
    touched: Bytes, edges: Floats, start: int, stop: int, row: int, frame: Floats
) -> tuple[int, int]:
    """Set the columns of a row to 0 outside, 1 touched, 2 wholly inside.

    Return the first and the last touched.
    """
    first, last = _mark(touched, edges, start, stop, row, frame)
    y = frame[1] + (row + 0.5) / frame[3]
    known = 0
    for column in range(first, last + 1):
        if touched[column]:
            known = 0
            continue
        # No edge lies between neighbours that none touches: one test answers the whole run.
        if known == 0:
            x = frame[0] + (column + 0.5) / frame[2]
            known = _side(edges, start, stop, x, y)
        if known > 0:
            touched[column] = 2
    return first, last


@compiled
def _grown(values: Ints32, needed: int) -> Ints32:
    """Return the array, or a copy with room for `needed` values and as many again."""
    if needed <= len(values):
        return values
    larger = np.empty(2 * needed, np.int32)
    larger[: len(values)] = values
    return larger


@compiled
def rasterise(
    buckets: Buckets, frame: Floats, shape: tuple[int, int], order: Ints
) -> tuple[Ints32, Ints32]:
    """Pair cells with regions, region after region.

    Number `k` where its border touches, `~k` where it covers.
    """
    cells, codes = np.empty(1024, np.int32), np.empty(1024, np.int32)
    touched = np.zeros(shape[1], np.uint8)
    count = 0
    for k in order:
        for bucket in range(buckets.base[k], buckets.base[k + 1]):
            row = buckets.first[k] + bucket - buckets.base[k]
            start, stop = buckets.start[bucket], buckets.start[bucket + 1]
            left, right = _cells_of_row(touched, buckets.edges, start, stop, row, frame)
            cells, codes = _grown(cells, count + shape[1]), _grown(codes, count + shape[1])
            for column in range(left, right + 1):
                if touched[column]:
                    cells[count] = row * shape[1] + column
                    codes[count] = k if touched[column] == 1 else ~k
                    count += 1
                touched[column] = 0
    return cells[:count], codes[:count]


@compiled
def gather(cells: Ints32, codes: Ints32, total: int) -> tuple[Ints, Ints32]:
    """Return where the list of each cell begins, and all lists.

    Within one the order of the pairs stays.
    """
    begin = np.zeros(total + 1, np.int64)
    for cell in cells:
        begin[cell + 1] += 1
    begin = np.cumsum(begin)
    place = begin.copy()
    lists = np.empty(len(codes), np.int32)
    for i in range(len(cells)):
        lists[place[cells[i]]] = codes[i]
        place[cells[i]] += 1
    return begin, lists


@compiled
def conflicts(begin: Ints, lists: Ints32) -> Ints32:
    """Return pairs of regions (n × 2) of which one covers a cell that the other reaches.

    They share territory.
    """
    pairs = np.empty(1024, np.int32)
    count = 0
    for cell in range(len(begin) - 1):
        first, last = begin[cell], begin[cell + 1]
        if last - first < 2:
            continue
        cover = first
        while cover < last and lists[cover] >= 0:
            cover += 1
        for i in range(first, last if cover < last else first):
            if i != cover:
                pairs = _grown(pairs, count + 2)
                pairs[count], pairs[count + 1] = ~lists[cover], max(lists[i], ~lists[i])
                count += 2
    return pairs[:count].reshape(-1, 2)


@compiled
def pack(begin: Ints, codes: Ints32, buckets: Buckets, columns: int) -> tuple[Ints32, Ints32]:
    """Lay the lists of the cells out so that a point needs one look-up, or two next to a border.

    A cell holds -1 for none, the number of the region that covers it, or -2 - the place of its list
    in the second array: a count, then for each region its number and where its edges begin and end
    (nowhere if it covers the cell).
    """
    cells = np.full(len(begin) - 1, -1, np.int32)
    lists = np.empty(len(cells) + 3 * len(codes), np.int32)
    end = 0
    for cell in range(len(cells)):
        count = begin[cell + 1] - begin[cell]
        if count == 1 and codes[begin[cell]] < 0:
            cells[cell] = ~codes[begin[cell]]
        elif count:
            cells[cell] = -2 - end
            lists[end] = count
            end += 1
            for i in range(begin[cell], begin[cell + 1]):
                k = max(codes[i], ~codes[i])
                lists[end], lists[end + 1], lists[end + 2] = k, -1, -1
                if codes[i] >= 0:
                    bucket = buckets.base[k] + cell // columns - buckets.first[k]
                    lists[end + 1], lists[end + 2] = (
                        buckets.start[bucket],
                        buckets.start[bucket + 1],
                    )
                end += 3
    return cells, lists[:end].copy()


@compiled
def _kind(within: int, on_border: int) -> int:
    if within:
        return INSIDE if within + on_border == 1 else OVERLAP
    if on_border:
        return BORDER if on_border == 1 else SHARED
    return OUTSIDE


@compiled
def _search(lists: Ints32, place: int, edges: Floats, x: float, y: float) -> tuple[int, int, int]:
    """Return the first region of a cell's list that holds the point, the next, and how it lies."""
    number, other, within, on_border = -1, -1, 0, 0
    for entry in range(place + 1, place + 1 + 3 * lists[place], 3):
        start, stop = lists[entry + 1], lists[entry + 2]
        side = 1 if start < 0 else _side(edges, start, stop, x, y)
        if side < 0:
            continue
        within += side
        on_border += 1 - side
        if number < 0:
            number = lists[entry]
        elif other < 0:
            other = lists[entry]
    return number, other, _kind(within, on_border)


@compiled
def locate(x: Floats, y: Floats, grid: Grid) -> tuple[Ints, Ints32, Bytes]:
    """Locate points.

    Returns the number of their region (-1 for none), that of the next region that holds them, and
    how they lie.
    """
    number = np.full(len(x), -1, np.int64)
    other = np.full(len(x), -1, np.int32)
    lie = np.zeros(len(x), np.uint8)
    near = np.empty(len(x), np.int64)
    # Two rounds, because look-ups that do not wait for border tests overlap in time.
    count = _look_up(x, y, grid, number, lie, near)
    for i in near[:count]:
        px, py = _snapped(x[i]), _snapped(y[i])
        number[i], other[i], lie[i] = _search(grid.lists, -2 - number[i], grid.edges, px, py)
    return number, other, lie


@compiled
def _look_up(x: Floats, y: Floats, grid: Grid, number: Ints, lie: Bytes, near: Ints) -> int:
    """Write what `pack` wrote into the cell of each point, and which points are near a border.

    Returns how many those are.
    """
    # Read once: in the loop, the processor would have to look again after every write.
    frame, cells = grid.frame, grid.cells
    low_x, low_y, scale_x, scale_y = frame[0], frame[1], frame[2], frame[3]
    high_x, high_y = frame[4], frame[5]
    rows, columns = grid.shape
    count = 0
    for i in range(len(x)):
        px, py = _snapped(x[i]), _snapped(y[i])
        if low_x <= px <= high_x and low_y <= py <= high_y:
            row, column = _slot(py, low_y, scale_y, rows), _slot(px, low_x, scale_x, columns)
            cell = cells[row * columns + column]
            number[i], lie[i] = cell, cell >= 0
            near[count] = i
            count += cell < -1
    return count


@compiled
def add_exactly(limbs: Ints, place: Ints, weights: Floats) -> None:
    """Add non-negative weights to rows of words of 32 bits (n × LIMBS), without rounding.

    So no order of adding matters.
    """
    for i in range(len(weights)):
        if weights[i] == 0.0:
            continue
        fraction, exponent = math.frexp(weights[i])
        mantissa = np.uint64(fraction * 9007199254740992.0)
        position = exponent - 53 + LIMB_SHIFT
        limb, shift = position // 32, np.uint64(position % 32)
        low = (mantissa & np.uint64(_LOW)) << shift
        high = (mantissa >> np.uint64(32)) << shift
        limbs[place[i], limb] += np.int64(low & np.uint64(_LOW))
        limbs[place[i], limb + 1] += np.int64(low >> np.uint64(32)) + np.int64(
            high & np.uint64(_LOW)
        )
        limbs[place[i], limb + 2] += np.int64(high >> np.uint64(32))
