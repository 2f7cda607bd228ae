"""What is measured: indicators, the hierarchy that groups them, Zhang's tiers and functions.

A framework is a table that an analyst edits in a spreadsheet, one row per node. A row with a
`direction` is an indicator; a row without one is a group, for example one of the four functions of
an innovation centre.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from hubtiers._notebook import folded_html
from hubtiers._result_columns import RESERVED
from hubtiers._storage import as_texts, data_path, plain_text, read_text, replacing
from hubtiers.errors import DataError, MissingColumnError, SpecError, UnknownOptionError, listing

__all__ = [
    "CATEGORIES",
    "FUNCTIONS",
    "TIERS",
    "TIER_NAMES_ZH",
    "Framework",
    "Group",
    "Indicator",
    "framework_file",
    "load_framework",
    "location_factors",
    "template_names",
]

TIERS = ("international", "national", "regional", "local")
"""Zhang's four tiers of innovation centres, highest first."""

TIER_NAMES_ZH: Mapping[str, str] = {
    "international": "国际",
    "national": "国家",
    "regional": "区域",
    "local": "地方",
}

FUNCTIONS: Mapping[str, str] = {
    "research": "科学研究",
    "technology": "技术创新",
    "industry": "产业驱动",
    "culture": "文化引领",
}
"""The four functions of an innovation centre (Zhang 2022, section 1.1)."""

CATEGORIES: Mapping[str, str] = {
    "resources": "科技资源",
    "organisations": "创新组织与机构",
    "talent": "科技人才",
    "input": "创新投入",
    "output": "创新产出与效率",
    "radiation": "创新辐射力",
    "value_chain": "创新价值链",
    "industrialisation": "产业化能力",
}
"""The eight categories of indicators (Zhang 2022, section 3)."""

_DIRECTIONS = {
    "1": 1,
    "+1": 1,
    "+": 1,
    "正": 1,
    "正向": 1,
    "-1": -1,
    "-": -1,
    "−": -1,
    "负": -1,
    "负向": -1,
}
_KINDS = ("extensive", "intensive")
_SLOT = "slot"
_REMARK = "comment"
"""Column for the reader of the file, which the program does not read."""
_REQUIRED = ("code", "parent", "direction")


@dataclass(frozen=True, slots=True)
class Group:
    """A node that gathers others: a function, or any level of a user's own hierarchy.

    With `slot` it is a place that a template leaves to be filled: by indicators below it, or by one
    that takes its place.
    """

    code: str
    name_zh: str = ""
    name_en: str = ""
    parent: str = ""
    weight: float = 1.0
    slot: bool = False

    @property
    def kind(self) -> str:
        """What the column `kind` of a file says of it."""
        return _SLOT if self.slot else ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """A measured quantity.

    `direction` is +1 when more is better and -1 when less is. `kind` is *extensive* when the values
    of members add up to the value of their union (a count), *intensive* when they do not (a share,
    a rate). `weight` counts among the siblings under `parent`. `denominator` names the quantity
    that the indicator refers to: under `Denominate()` an extensive one is divided by it, and an
    intensive one, which has been divided already, is weighted by it when members are brought up to
    a region. `unit_en` is the unit in English, where `unit` is not.
    """

    code: str
    name_zh: str = ""
    name_en: str = ""
    parent: str = ""
    category: str = ""
    direction: int = 1
    unit: str = ""
    kind: str = "extensive"
    weight: float = 1.0
    denominator: str = ""
    source: str = ""
    unit_en: str = ""


@dataclass(frozen=True, repr=False)
class Framework:
    """The hierarchy of indicators under one composite score.

    Parameters
    ----------
    indicators
        The measured leaves, in the order of the columns of every table made with this framework.
    groups
        The inner nodes, highest first. A node whose `parent` is empty stands directly under the
        score. With a slot among them there may be no indicator yet: the framework is a template.

    Raises
    ------
    SpecError
        When a code stands twice, a parent is unknown or the hierarchy has a cycle, a weight is not
        positive, or there is neither indicator nor slot.

    Examples
    --------
    >>> framework = load_framework("zhang2022")
    >>> len(framework.indicators)
    10
    >>> framework.empty_slots()["code"].tolist()
    ['culture', 'talent', 'radiation', 'value_chain']
    """

    indicators: tuple[Indicator, ...]
    groups: tuple[Group, ...] = ()

    def __post_init__(self) -> None:
        _check_codes(self)
        _check_parents(self)

    @classmethod
    def from_csv(cls, path: str | Path) -> Framework:
        """Read a framework from a CSV file (UTF-8 or GB18030) with one row per node.

        Parameters
        ----------
        path
            A file with the columns `code`, `parent` and `direction`, and any of `name_zh`,
            `name_en`, `category`, `unit`, `kind` (extensive or intensive), `weight`, `denominator`,
            `source`, `unit_en`, `comment` (not read). Rows without a direction are groups, and
            those among them of the kind `slot` places to be filled. Empty cells take the default:
            weight 1, kind extensive. Cells are parted by commas, semicolons or tabs.

        Raises
        ------
        MissingColumnError
            When a column that must be there is not.
        SpecError
            When a column is not known or stands twice, a row has more cells than the header, a
            quotation mark is lost, or a cell is not what its column holds.
        """
        text, _ = read_text(path)
        title = Path(path).name
        nodes = [_parse_row(cells, where) for where, cells in _read_rows(text, title)]
        groups = tuple(node for node in nodes if isinstance(node, Group))
        return cls(tuple(node for node in nodes if isinstance(node, Indicator)), groups)

    def to_csv(self, path: str | Path) -> None:
        """Write the framework as a CSV file that `from_csv` reads back as an equal framework.

        It is for spreadsheets: with a mark of its encoding, and what starts a formula as text.
        """
        with replacing(path) as temporary:
            rows = as_texts(self.to_frame())
            rows.to_csv(temporary, index=False, encoding="utf-8-sig", lineterminator="\n")

    def to_frame(self) -> pd.DataFrame:
        """Return one row per node, groups first, with the columns of the CSV file."""
        names = [f.name for f in fields(Indicator)]
        rows = [_row_of(node, names) for node in self.nodes]
        return pd.DataFrame(rows, columns=names)

    @cached_property
    def codes(self) -> list[str]:
        """Codes of the indicators, in order."""
        return [i.code for i in self.indicators]

    @cached_property
    def denominators(self) -> list[str]:
        """Codes that totals are divided by and are no indicators themselves.

        `Denominate` needs them as columns.
        """
        named = (i.denominator for i in self.indicators if i.kind == "extensive" and i.denominator)
        return [code for code in dict.fromkeys(named) if code not in self.codes]

    @cached_property
    def nodes(self) -> tuple[Group | Indicator, ...]:
        """Every node, groups first."""
        return (*self.groups, *self.indicators)

    @cached_property
    def node(self) -> Mapping[str, Group | Indicator]:
        """Every node by its code."""
        return {n.code: n for n in self.nodes}

    def __getitem__(self, code: str) -> Group | Indicator:
        if code not in self.node:
            raise UnknownOptionError("indicator or group", code, self.node)
        return self.node[code]

    def children(self, code: str = "") -> list[str]:
        """Return the codes directly under a group, or under the score for the empty code."""
        return [n.code for n in self.nodes if n.parent == code]

    def leaves(self, code: str = "") -> list[str]:
        """Return the codes of all indicators below a node, in order."""
        return [i.code for i in self.indicators if code in self.ancestors(i.code)]

    def ancestors(self, code: str) -> list[str]:
        """Return the codes above a node, nearest first, ending with the empty code of the score."""
        chain = [self[code].parent]
        while chain[-1]:
            chain.append(self.node[chain[-1]].parent)
        return chain

    def depth(self, code: str) -> int:
        """Return how many steps lie between a node and the score; the score itself has depth 0."""
        return len(self.ancestors(code)) if code else 0

    def levels(self) -> list[list[str]]:
        """Return the groups that hold indicators, level by level from the lowest up.

        The score comes last.
        """
        by_depth: dict[int, list[str]] = {}
        for group in self.groups:
            if self.leaves(group.code):
                by_depth.setdefault(self.depth(group.code), []).append(group.code)
        deepest_first = sorted(by_depth, reverse=True)
        return [*(by_depth[depth] for depth in deepest_first), [""]]

    def filled_children(self, code: str = "") -> list[str]:
        """Return the children of a node that are indicators or lead to some."""
        children = self.children(code)
        return [c for c in children if isinstance(self.node[c], Indicator) or self.leaves(c)]

    def select(self, codes: Iterable[str]) -> Framework:
        """Return the framework with only these indicators.

        Groups stay, even when they become empty.
        """
        wanted = list(codes)
        for code in wanted:
            if code not in self.codes:
                raise UnknownOptionError("indicator", code, self.codes)
        return Framework(tuple(i for i in self.indicators if i.code in set(wanted)), self.groups)

    def without(self, codes: Iterable[str]) -> Framework:
        """Return the framework without these indicators."""
        gone = set(codes)
        for code in gone:
            if code not in self.codes:
                raise UnknownOptionError("indicator", code, self.codes)
        return self.select(c for c in self.codes if c not in gone)

    def fill(self, indicators: Iterable[Indicator] | Mapping[str, Indicator]) -> Framework:
        """Return the framework with these indicators added.

        Choose it to fill a template.

        Parameters
        ----------
        indicators
            Indicators below slots or groups, by their `parent`; or by slot the indicator that takes
            its place, which stands where the slot stood unless it names a parent itself.

        Raises
        ------
        SpecError
            When a code stands twice, or what an indicator is to take the place of is no empty slot.

        Examples
        --------
        >>> template = load_framework("hub-plan")
        >>> rd = Indicator("rd_intensity", name_en="R&D intensity", parent="science_centre")
        >>> filled = template.fill({"target_01": rd})
        >>> filled.leaves("science_centre"), len(filled.empty_slots())
        (['rd_intensity'], 15)
        """
        if not isinstance(indicators, Mapping):
            return Framework((*self.indicators, *indicators), self.groups)
        used = {node.parent for node in self.nodes}
        slots = {g.code: g for g in self.groups if g.slot and g.code not in used}
        added = []
        for code, indicator in indicators.items():
            if code not in slots:
                raise UnknownOptionError("empty slot", code, slots)
            added.append(replace(indicator, parent=indicator.parent or slots[code].parent))
        groups = tuple(group for group in self.groups if group.code not in indicators)
        return Framework((*self.indicators, *added), groups)

    def require_indicators(self) -> None:
        """Refuse a template that nobody has filled.

        Raises
        ------
        SpecError
            When there is no indicator.
        """
        if not self.indicators:
            slots = sum(group.slot for group in self.groups)
            raise SpecError(
                f"The framework is a template: {slots} slots and no indicator. Write it with "
                "to_csv() (on the command line `hubtiers framework NAME --out FILE`), give rows a "
                "direction or add indicators below the slots, and load that file."
            )

    def empty_slots(self) -> pd.DataFrame:
        """Return the slots, groups and categories of Zhang that no indicator fills.

        What a score does not cover. `slot` says which of the three it is; a group counts as empty
        when nothing below it holds an indicator.
        """
        used = {i.category for i in self.indicators}
        bare = [group for group in self.groups if not self.leaves(group.code)]
        rows = [(g.kind or "group", g.code, g.name_zh, g.name_en) for g in bare]
        if used & set(CATEGORIES):
            empty = [code for code in CATEGORIES if code not in used]
            rows += [("category", code, CATEGORIES[code], code.replace("_", " ")) for code in empty]
        return pd.DataFrame(rows, columns=["slot", "code", "name_zh", "name_en"])

    def __repr__(self) -> str:
        empty = [g.code for g in self.groups if g.slot and not self.leaves(g.code)]
        others = [g.code for g in self.groups if g.code not in empty]
        named = listing((f"{code} ({len(self.leaves(code))})" for code in others), most=8)
        to_fill = f"; {len(empty)} slots to fill" if empty else ""
        return f"<Framework: {len(self.indicators)} indicators in {named or 'no groups'}{to_fill}>"

    def _repr_html_(self) -> str:
        names = {node.code: node.name_en or node.name_zh or node.code for node in self.groups}
        rows = [
            {
                "group": names.get(node.parent, ""),
                "indicator": node.name_en or node.name_zh or node.code,
                "指标": node.name_zh or node.name_en or node.code,
                "unit": node.unit_en or node.unit,
                "better": "more" if node.direction > 0 else "less",
            }
            for node in self.indicators
        ]
        head = f"{len(self.indicators)} indicators in {len(self.groups)} groups"
        return f"<p>Framework: {head}</p>{folded_html(pd.DataFrame(rows))}"


def load_framework(source: str | Path) -> Framework:
    """Load a framework that ships with hubtiers, by name, or your own, by the path of a CSV file.

    Two of those that ship are templates with slots and no indicator: ``"location-factors"`` (see
    `location_factors`) and ``"hub-plan"``, the three dimensions of the plan of an innovation hub
    (科学中心, 创新高地, 创新生态) with slots for its fourteen target indicators. The paper that
    tells of the plan (Zhuang, Wu and Tan 2024) neither names the fourteen nor says which dimension
    has how many, so that the slots have no name and no dimension until you fill them.

    Examples
    --------
    >>> load_framework("zhang2022")
    <Framework: 10 indicators in research (5), technology (2), industry (3), culture (0)>
    """
    path = Path(source)
    if path.suffix == ".csv" or path.is_file():
        if not path.is_file():
            raise DataError(
                f"There is no framework file {path}. Check the path, or name one that ships with "
                "hubtiers."
            )
        return Framework.from_csv(path)
    shipped = framework_file(str(source))
    if not shipped.is_file():
        names = [p.parent.name for p in data_path("indicators").glob("*/framework.csv")]
        names += template_names()
        raise UnknownOptionError("framework", source, names)
    return Framework.from_csv(shipped)


def framework_file(name: str) -> Path:
    """Return the file of a framework that ships: that of a set of indicators, or a template."""
    template = data_path("frameworks", f"{name}.csv")
    return template if template.is_file() else data_path("indicators", name, "framework.csv")


def template_names() -> list[str]:
    """Return the names of the templates that ship, in alphabetical order."""
    return sorted(path.stem for path in data_path("frameworks").glob("*.csv"))


def location_factors() -> Framework:
    """Location factors of innovation centres (区位因素): a template to fill.

    Choose it to see which of the factors that Zhang (2022, section 2) names your data speak of, and
    which they leave out.

    Returns
    -------
    Framework
        Three levels, macro, meso and micro (宏观, 中观, 微观), with six, four and four slots
        and no indicator; `empty_slots()` of what you `fill` says what is not covered.

    Notes
    -----
    The paper names factors, not indicators: which measure stands for which factor is a choice of
    who fills it. The micro factors are those of districts inside a city, and need data of such.

    References
    ----------
    Zhang (2022), doi:10.16418/j.issn.1000-3045.20220925002, section 2.

    Examples
    --------
    >>> factors = location_factors()
    >>> factors.children()
    ['macro', 'meso', 'micro']
    >>> filled = factors.fill([Indicator("flights", parent="flows_and_hubs")])
    >>> filled.empty_slots()["code"].tolist()[:4]
    ['macro', 'micro', 'economy', 'culture']
    """
    return load_framework("location-factors")


def _row_of(node: Group | Indicator, names: list[str]) -> list[object]:
    # Groups lack some of the columns; their cells are empty.
    return [getattr(node, name, "") for name in names]


def _read_rows(text: str, title: str) -> list[tuple[str, dict[str, str]]]:
    """Return where each row of a framework file stands, and its cells by column.

    What a spelling mistake would drop in silence, with the weights of all others, is an error.
    """
    records = _records(text, title)
    header = [name.strip() for name in records[0][1]] if records else []
    if absent := [name for name in _REQUIRED if name not in header]:
        raise MissingColumnError(absent, f"The framework {title}", header)
    _check_header(header, title)
    rows = []
    for number, cells in records[1:]:
        where = f"{title}, line {number}"
        beyond = [cell.strip() for cell in cells[len(header) :]]
        if any(beyond):
            raise SpecError(
                f"{where}: the row has {len(cells)} cells, but the header {len(header)}. Put texts "
                "with commas in quotation marks, and check that none of these is lost."
            )
        # A row that is cut off would take defaults for what it lost, weights among them.
        if any(header[len(cells) :]):
            raise SpecError(
                f"{where}: the row has {len(cells)} cells, but the header {len(header)}. Check "
                "that the file is whole, and leave cells empty rather than out."
            )
        written = [plain_text(cell.strip()) for cell in cells]
        rows.append((where, dict(zip(header, written, strict=False))))
        if rows[-1][1].get("", ""):
            raise SpecError(
                f"{where}: {rows[-1][1]['']!r} stands in a column without a header. Name the "
                "column, or empty the cell."
            )
    return rows


def _records(text: str, title: str) -> list[tuple[int, list[str]]]:
    """Return the lines of a delimited text that are not empty, each with its number."""
    first = text.splitlines()[0] if text else ""
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        records = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise SpecError(
            f"{title}, line {reader.line_num}: a quotation mark is lost or stands inside a text "
            f"({error}). Put texts with commas in quotation marks, and double those within."
        ) from None
    return [(number, cells) for number, cells in records if "".join(cells).strip()]


def _check_header(header: Sequence[str], title: str) -> None:
    """Raise when a column of a framework file is not known, or stands more than once."""
    known = [*(field.name for field in fields(Indicator)), _REMARK]
    for place, name in enumerate(header):
        if name and name not in known:
            raise UnknownOptionError(f"column of the framework {title}:", name, known)
        if name and name in header[:place]:
            raise SpecError(
                f"The framework {title} has the column {name!r} more than once. Keep one of them."
            )


def _parse_row(row: dict[str, str], where: str) -> Group | Indicator:
    if not row["code"]:
        raise SpecError(
            f"{where}: the row has no code. Give every row a code of its own, or delete it."
        )
    if '"' in row["code"]:
        raise SpecError(
            f"{where}: the code {row['code']!r} holds a quotation mark. Check that none is lost "
            "before or behind it."
        )
    common: dict[str, Any] = {
        name: row.get(name, "") for name in ("code", "name_zh", "name_en", "parent")
    }
    common["weight"] = _parse_weight(row.get("weight", ""), where)
    if not row["direction"]:
        return Group(**common, slot=row.get("kind", "") == _SLOT)
    if row["direction"] not in _DIRECTIONS:
        raise SpecError(
            f"{where}: the direction of {row['code']!r} is {row['direction']!r}. Use 1 when more "
            "is better, -1 when less is better, and leave it empty for a group."
        )
    kind = row.get("kind", "") or "extensive"
    if kind == _SLOT:
        raise SpecError(
            f"{where}: {row['code']!r} has a direction, so that it is an indicator, but is of the "
            "kind 'slot'. Write 'extensive' (its values add up over regions) or 'intensive'."
        )
    if kind not in _KINDS:
        raise UnknownOptionError(f"kind of indicator in {where}:", kind, _KINDS)
    rest: dict[str, Any] = {
        name: row.get(name, "") for name in ("category", "unit", "denominator", "source", "unit_en")
    }
    return Indicator(**common, **rest, kind=kind, direction=_DIRECTIONS[row["direction"]])


def _parse_weight(text: str, where: str) -> float:
    try:
        return float(text or 1.0)
    except ValueError:
        raise SpecError(
            f"{where}: the weight is {text!r}. Use a positive number, or leave it empty for 1."
        ) from None


def _check_codes(framework: Framework) -> None:
    if not framework.indicators and not any(group.slot for group in framework.groups):
        raise SpecError(
            "The framework has no indicator. Give at least one row a direction (1 or -1)."
        )
    counts = Counter(n.code for n in framework.nodes)
    if twice := sorted(code for code, times in counts.items() if times > 1):
        raise SpecError(
            f"The framework has the code {listing(map(repr, twice))} more than once. Codes must be "
            "unique."
        )
    if taken := [g.code for g in framework.groups if g.code in RESERVED]:
        raise SpecError(
            f"The framework has a group with the code {listing(map(repr, taken))}, but the results "
            "have a column of that name themselves. Choose another code."
        )
    for n in framework.nodes:
        if not 0 < n.weight < float("inf"):
            raise SpecError(
                f"The weight of {n.code!r} is {n.weight}. Weights are positive; leave out what "
                "counts 0."
            )
    for i in framework.indicators:
        if i.direction not in (1, -1):
            raise SpecError(f"The direction of {i.code!r} is {i.direction!r}. Use 1 or -1.")


def _check_parents(framework: Framework) -> None:
    parents = {g.code: g.parent for g in framework.groups}
    for n in framework.nodes:
        if n.parent and n.parent not in parents:
            raise UnknownOptionError(f"parent of {n.code!r} in the framework:", n.parent, parents)
    for start, parent in parents.items():
        seen, here = {start}, parent
        while here:
            if here in seen:
                raise SpecError(
                    f"The framework has a cycle through {here!r}. Give one of its groups an empty "
                    "parent."
                )
            seen.add(here)
            here = parents[here]
