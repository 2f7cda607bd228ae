"""Frameworks as CSV: columns in any order, quotes, separators and encodings, misspelt headers, lost quotation marks, damage."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
from fuzz.trial import chance, damaged, pick, require, told

from hubtiers.framework import Framework, Group, Indicator, load_framework

KIND = "frameworks"
COLUMNS = (
    "code", "name_zh", "name_en", "parent", "category", "direction", "unit", "kind", "weight",
    "denominator", "source", "unit_en",
)  # fmt: skip
NAMES = (
    "Output, total",
    '"Big" labs',
    "科研机构",
    "R&D; all",
    "Größe",
    "semi;colon",
    "line\nbreak",
    "a'b",
)
ODD = (
    "",
    " ",
    "0",
    "-1",
    "nan",
    "inf",
    "1e999",
    "１",
    "1,5",
    "code",
    "=1+1",
    "\u202eabc",
    "\x1b[2J",
    "x" * 3000,
)
MISSPELT = {
    "weight": ("weights", "Weight", "wieght"),
    "kind": ("type", "Kind"),
    "parent": ("parents",),
}


def made(rng: np.random.Generator) -> Framework:
    """Return a framework of some groups, perhaps within others, and indicators."""
    groups: list[Group] = []
    for place in range(int(rng.integers(1, 5))):
        above = pick(rng, [group.code for group in groups]) if groups and chance(rng, 0.3) else ""
        weight = float(rng.integers(1, 9))
        groups.append(Group(f"g{place}", pick(rng, NAMES), pick(rng, NAMES), above, weight))
    # A group holds groups or indicators: the deepest ones have the latter.
    holders = {group.parent for group in groups}
    leaves = [group.code for group in groups if group.code not in holders]
    indicators = []
    for place in range(int(rng.integers(len(leaves), 12))):
        code = f"i{place}"
        indicators.append(
            Indicator(
                code,
                pick(rng, NAMES),
                pick(rng, NAMES),
                parent=leaves[place % len(leaves)],
                unit=pick(rng, ("", "件", "%", "km²")),
                kind=pick(rng, ("extensive", "intensive")),
                weight=float(rng.integers(1, 9)) / 4,
                direction=pick(rng, (1, -1)),
                source=pick(rng, NAMES),
            )
        )
    return Framework(tuple(indicators), tuple(groups))


def rows_of(rng: np.random.Generator, framework: Framework) -> list[list[str]]:
    """Return the cells of the file, header first, with columns in any order."""
    columns = [str(name) for name in rng.permutation(COLUMNS)]
    rows = [columns]
    for node in (*framework.groups, *framework.indicators):
        is_group = isinstance(node, Group)
        cells: dict[str, Any] = {name: getattr(node, name, "") for name in columns}
        cells["kind"] = "" if is_group else cells["kind"]
        rows.append([str(cells[name]) for name in columns])
    return rows


def text_of(rng: np.random.Generator, rows: list[list[str]]) -> bytes:
    """Return the bytes of the file."""
    stream = io.StringIO()
    end = pick(rng, ("\n", "\r\n", "\r"))
    # Python quotes a text with a line break only where the break is the end of its own lines.
    quoting = csv.QUOTE_ALL if end == "\r" else pick(rng, (csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    delimiter = pick(rng, ",,;\t")
    writer = csv.writer(stream, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerows(rows)
    return stream.getvalue().encode(pick(rng, ("utf-8", "utf-8-sig", "gb18030")))


def facts(framework: Framework) -> dict[str, tuple[Any, ...]]:
    """Return what a score depends on, by code."""
    found: dict[str, tuple[Any, ...]] = {g.code: (g.parent, g.weight) for g in framework.groups}
    for each in framework.indicators:
        require(each.code not in found, f"{each.code} stands twice")
        names = " ".join(each.name_en.split())
        found[each.code] = (each.parent, each.weight, each.kind, each.direction, each.unit, names)
    return found


def trial(rng: np.random.Generator, folder: Path) -> str:
    """Write one framework, spoilt in one way or not at all, and read it."""
    framework = made(rng)
    rows = rows_of(rng, framework)
    way = pick(rng, ("whole", "whole", "misspelt", "quote", "cell", "row", "bytes", "bytes"))
    if way == "misspelt":
        right = pick(rng, MISSPELT)
        rows[0][rows[0].index(right)] = pick(rng, MISSPELT[right])
    if way == "cell":
        row = pick(rng, rows)
        row[int(rng.integers(len(row)))] = pick(rng, ODD)
    if way == "row":
        rows.insert(int(rng.integers(1, len(rows) + 1)), pick(rng, (pick(rng, rows), ["a", "b"])))
    content = text_of(rng, rows)
    if way == "quote":
        places = [place for place, byte in enumerate(content) if byte == ord('"')]
        if places:
            at = pick(rng, places)
            content = content[:at] + content[at + 1 :]
    if way == "bytes":
        content = damaged(rng, content)
    path = folder / "framework.csv"
    path.write_bytes(content)
    found, said = told(lambda: load_framework(path))
    if said:
        require(way != "whole", said)
        return "refused"
    require(way != "misspelt", "a misspelt column was passed over")
    if way == "whole":
        require(facts(found) == facts(framework), f"{facts(found)} is not {facts(framework)}")
        return "right"
    if way == "quote":
        # Where a text reads the same without the mark, it may be read; nothing else may be lost.
        require(facts(found).keys() == facts(framework).keys(), "a lost mark dropped a row")
    repr(found)
    return "read"
