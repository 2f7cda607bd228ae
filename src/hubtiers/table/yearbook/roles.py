"""What a column beside the names is for: values, a key, a year, a rank."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from hubtiers.errors import DataError, listing
from hubtiers.table.yearbook.blocks import Block
from hubtiers.table.yearbook.cells import as_text
from hubtiers.table.yearbook.paths import Level, header_paths
from hubtiers.table.yearbook.places import is_code
from hubtiers.table.yearbook.words import KEYS, header_keys, role_of

__all__ = ["Roles", "find_roles", "why_aside"]

# A run of 1, 2, 3 … in the order of the rows is a serial number from this length on.
_SHORTEST_SERIES = 5
_COMMON_CODES = 0.8


@dataclass(frozen=True)
class Roles:
    """The columns of a block by what they hold; `keys` are no indicators, with the reason."""

    block: Block
    paths: dict[int, tuple[Level, ...]]
    named: dict[str, list[int]] = field(default_factory=dict)
    keys: dict[int, str] = field(default_factory=dict)

    def header(self, column: int) -> str:
        """Return what stands above a column, as one line."""
        return " ".join(level.text for level in self.paths.get(column, ()))

    def one(self, role: str, where: str) -> int | None:
        """Return the one column of a role, or nothing."""
        columns = self.named.get(role, [])
        if len(columns) > 1:
            seen = listing(f"{self.block.grid.letter(c)} ({self.header(c)!r})" for c in columns)
            raise DataError(
                f"{where} has more than one column of the {role}: {seen}. Rename or remove one."
            )
        return columns[0] if columns else None

    @property
    def code(self) -> int | None:
        """The column of codes of regions."""
        return next(
            (
                c
                for c, reason in self.keys.items()
                if reason == "a code" and _holds_codes(self.block, c)
            ),
            None,
        )


def find_roles(block: Block) -> Roles:
    """Find what the columns of a block are for, by what stands above them and by what they hold."""
    paths = header_paths(block.grid, block.header_rows, block.columns)
    roles = Roles(block, paths)
    for column, levels in paths.items():
        if len(levels) == 1 and (role := role_of("\n".join(levels[0].texts))):
            roles.named.setdefault(role, []).append(column)
        elif reason := _key(block, column, levels):
            roles.keys[column] = reason
    return roles


def _key(block: Block, column: int, levels: Sequence[Level]) -> str:
    """Return why a column is no indicator, or nothing."""
    rows = [row for row in block.rows if not row.aside]
    cells = block.grid.parsed_rows((row.number for row in rows), column)
    numbers = [float(cell.value) for cell in cells if cell.value is not None]
    is_whole = bool(numbers) and all(value == int(value) for value in numbers)
    for reason, known in KEYS.items():
        if _is_called(levels, reason, known) and _looks_like(reason, numbers, is_whole=is_whole):
            return reason
    if is_whole and _holds_codes(block, column):
        return "a code"
    return "a serial number" if is_whole and _is_run(numbers, len(rows)) else ""


def _is_run(numbers: Sequence[float], rows: int) -> bool:
    """Return whether numbers count the rows: 1, 2, 3 … without a gap, from 0 or 1."""
    if len(numbers) < max(_SHORTEST_SERIES, rows) or numbers[0] not in (0, 1):
        return False
    return all(later == earlier + 1 for earlier, later in pairwise(numbers))


def _is_called(levels: Sequence[Level], reason: str, known: re.Pattern[str]) -> bool:
    """Return whether the header says so: any level for a rank (位次), the last for a key."""
    asked = levels if reason == "a rank" else levels[-1:]
    keys: set[str] = set()
    for level in asked:
        keys |= header_keys("\n".join(level.texts))
    return any(known.fullmatch(key) for key in keys)


def _looks_like(reason: str, numbers: Sequence[float], *, is_whole: bool) -> bool:
    """Return whether the values of a column can be what its header says."""
    if reason == "a coordinate":
        return is_whole or all(abs(value) <= 180 for value in numbers)
    if reason == "a serial number":
        is_rising = all(earlier < later for earlier, later in pairwise(numbers))
        return is_whole and (is_rising or _is_batch(numbers))
    if reason == "a rank":
        return is_whole and min(numbers, default=1) >= 1
    return is_whole or not numbers


def _is_batch(numbers: Sequence[float]) -> bool:
    """Return whether a few small numbers stand in many rows, as those of batches do."""
    return len(set(numbers)) * 2 <= len(numbers) and max(numbers, default=0) < 100


def _holds_codes(block: Block, column: int) -> bool:
    rows = [row for row in block.rows if not row.aside]
    texts = [as_text(block.grid.raw(row.number, column)).strip() for row in rows]
    written = [text for text in texts if text]
    known = sum(is_code(text) for text in written)
    return bool(known) and known >= _COMMON_CODES * len(written)


def why_aside(reason: str) -> str:
    """Say why a column is set aside, and what to do for one that is meant."""
    if reason == "a rank":
        return "a rank, of which less is more: keep=… reads it, and a framework with direction = -1"
    return f"{reason}, no indicator: keep=… reads it all the same"
