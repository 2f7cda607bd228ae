"""Names that do not say enough: the province beside a city decides, and so does a code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hubtiers.errors import DataError, listing
from hubtiers.table.yearbook.blocks import Block
from hubtiers.table.yearbook.cells import as_text
from hubtiers.table.yearbook.choices import choice
from hubtiers.table.yearbook.grid import Grid
from hubtiers.table.yearbook.notes import Notes
from hubtiers.table.yearbook.places import known_as, official_name, place_of
from hubtiers.table.yearbook.rows import Row
from hubtiers.table.yearbook.words import chinese_part

__all__ = ["settle_names"]


def settle_names(
    block: Block, code: int | None, where: str, notes: Notes, *, is_chosen: bool
) -> Block:
    """Write the full name where a name is ambiguous, and refuse what is contradicted.

    `is_chosen` says that the column of names was asked for: then it stands against codes and
    provinces.
    """
    block = replace(block, rows=tuple(_in_one_language(row) for row in block.rows))
    if block.panel.province is not None:
        block = _settle(block, _provinces(block), "province", where, notes, is_chosen=is_chosen)
    if code is not None:
        block = _settle(block, _codes(block, code), "code", where, notes, is_chosen=is_chosen)
    return block


def _in_one_language(row: Row) -> Row:
    region = _one_language(row.region)
    return row if region == row.region else replace(row, region=region)


def _one_language(name: str) -> str:
    """Return the Chinese half of a bilingual name (北京 Beijing), where it is known."""
    part = chinese_part(name)
    return part if part != name and known_as(part) else name


def _provinces(block: Block) -> dict[int, str]:
    """Return the province of every row, carried down over blanks."""
    told, last = {}, ""
    for row in block.rows:
        assert block.panel.province is not None
        last = block.grid.name(row.number, block.panel.province)[0] or last
        told[row.number] = place_of(last, "province")
    return told


def _codes(block: Block, column: int) -> dict[int, str]:
    return {row.number: place_of(_cell(block.grid, row.number, column)) for row in block.rows}


def _cell(grid: Grid, row: int, column: int) -> str:
    return as_text(grid.filled.get((row, column), grid.raw(row, column))).strip()


def _settle(
    block: Block, told: dict[int, str], by: str, where: str, notes: Notes, *, is_chosen: bool
) -> Block:
    """Let what is told beside a name decide between its meanings."""
    meant: Callable[[str, str], str | None] = _by_province if by == "province" else _by_code
    rows, against, decided = [], [], {}
    for row in block.rows:
        beside = told.get(row.number, "")
        region = meant(row.region, beside) if beside and not row.aside else ""
        if region is None:
            against.append(f"{row.region} (row {row.number}: {official_name(beside)})")
        elif region and region not in (place_of(row.region, "city"), place_of(row.region)):
            decided[row.region] = official_name(region)
        is_decided = bool(region) and row.region in decided
        rows.append(replace(row, region=official_name(region)) if region and is_decided else row)
    if against and not is_chosen:
        raise DataError(
            f"{where} has {len(against)} names that the {by} beside them contradicts: "
            f"{listing(against)}. Correct "
            f"them, or say which column counts with {choice('region_column')}."
        )
    if against:
        notes.say(
            f"the {by} beside them contradicts {len(against)} names, which were kept: "
            f"{listing(against)}"
        )
    if decided:
        pairs = listing((f"{name} is {full}" for name, full in decided.items()), most=12)
        notes.say(f"the {by} beside them decided {len(decided)} names: {pairs}")
    return replace(block, rows=tuple(rows))


def _by_province(name: str, province: str) -> str | None:
    """Return what a name means in a province: empty when open, None when elsewhere."""
    known = {*known_as(name, "city"), *known_as(name)}
    within = known_as(name, "city", province) or tuple(known & {province})
    if len(within) == 1:
        return within[0]
    return "" if within or not known else None


def _by_code(name: str, code: str) -> str | None:
    """Return the region of a code: empty for unknown names, None for another's name."""
    known = {*known_as(name, "city"), *known_as(name)}
    if not known:
        return ""
    return code if code in known else None
