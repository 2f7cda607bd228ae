"""How far a plan has come: target indicators between base and target, by linear pace."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hubtiers._storage import data_path, read_text
from hubtiers.errors import DataError, MissingColumnError, UnknownOptionError, listing
from hubtiers.framework import Framework
from hubtiers.table.indicators import source_texts

__all__ = ["Attainment", "attainment", "load_targets", "read_plan", "read_rows"]

_KEY = ["region", "indicator"]
_KNOWN = ("reached", "on course", "behind")
_NUMBERS = ("base_year", "base", "year", "value", "expected", "target_year", "target")
# A value that lies on the line but for the last bits is on course.
_CLOSE = 1e-9


@dataclass(frozen=True, repr=False, eq=False)
class Attainment:
    """How far a plan has come, as `attainment` gives it.

    Attributes
    ----------
    table
        One row by target: `region` (where the values name some), `indicator`, names, `base_year`,
        `base`, `year`, `value`, `expected` (by linear pace), `target_year`, `target`, `share` of
        the way from base to target, `pace` (the share that is due), `on_course` (missing where it
        cannot be said) and `status`: ``"reached"``, ``"on course"``, ``"behind"``, ``"no base"`` or
        ``"no value"``.
    missing
        What cannot be said, one row each: `region`, `code`, names and `reason`: ``"no value"``,
        ``"no base"``, ``"no target"``, or ``"empty slot"`` for what no indicator of the framework
        fills.
    year
        The year that is looked at.
    """

    table: pd.DataFrame
    missing: pd.DataFrame
    year: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row by target."""
        return self.table.copy()

    def _head(self) -> str:
        status = self.table["status"]
        counts = [
            (kind, int((status == kind).sum())) for kind in ("reached", "on course", "behind")
        ]
        told = ", ".join(f"{count} {kind}" for kind, count in counts)
        return f"Attainment {self.year}: {len(status)} targets, {told}; {len(self.missing)} missing"

    def __repr__(self) -> str:
        return f"<{self._head()}>"

    def _repr_html_(self) -> str:
        tables = (self.table, self.missing)
        shown = "".join(each.to_html(index=False, escape=True, na_rep="–") for each in tables)
        return f"<p>{escape(self._head())}</p>{shown}"


def attainment(
    values: pd.DataFrame,
    targets: pd.DataFrame,
    year: int,
    *,
    framework: Framework | None = None,
) -> Attainment:
    """Say how far a plan has come, indicator by indicator (目标完成进度).

    Choose it for the targets of a plan that are to be reached by a year from a base. A target to
    stay where one is has no way to go, and is no case for it.

    Parameters
    ----------
    values
        One row by value, with the columns `indicator`, `value` and `year`; `region` where there are
        several.
    targets
        One row by target: `indicator`, `target` and `target_year`, and, where they differ by it,
        `region`. `base_year` says from when the way is counted; left out or empty, it is the first
        year before the target's with a value.
    year
        Year whose values are looked at.
    framework
        Brings names, and says which slots of the plan hold no indicator.

    Returns
    -------
    Attainment

    Raises
    ------
    MissingColumnError
        When a table lacks a column.
    DataError
        When a row stands twice or a number is not finite; a base year has no value, a target's year
        is not after its base, or its target equals the base; `year` lies outside a plan; or values
        of several regions meet targets of none.

    Notes
    -----
    share = (value − base) / (target − base), which holds for targets that fall, too; above 1 the
    target is surpassed, below 0 the value has moved away from it. pace = (year − base year) /
    (target year − base year), the share due if the way is gone in equal steps; on course is who has
    gone at least as far. No plan promises equal steps: the pace is a yardstick, not a forecast.
    **Missing values**: a target without a value in `year`, or without a base, stays as a row
    without a share, and is listed in `missing` with what has no target and the slots that are
    empty. Nothing is filled from the years around.

    Examples
    --------
    >>> values = pd.DataFrame(
    ...     {
    ...         "indicator": ["rd", "rd", "energy", "energy"],
    ...         "year": [2020, 2023, 2020, 2023],
    ...         "value": [2.0, 2.9, 50.0, 46.0],
    ...     }
    ... )
    >>> targets = pd.DataFrame(
    ...     {"indicator": ["rd", "energy"], "target": [3.0, 40.0], "target_year": [2025, 2025]}
    ... )
    >>> found = attainment(values, targets, 2023)
    >>> found
    <Attainment 2023: 2 targets, 0 reached, 1 on course, 1 behind; 0 missing>
    >>> found.table[["share", "pace", "status"]].round(2).values.tolist()
    [[0.9, 0.6, 'on course'], [0.4, 0.6, 'behind']]
    """
    known, wanted = _read(values, targets)
    rows = [_row(target, known, year) for target in wanted.to_dict("records")]
    columns = [*_KEY, "name_zh", "name_en", *_NUMBERS, "share", "pace", "on_course", "status"]
    table = pd.DataFrame(rows, columns=columns)
    codes = [] if framework is None else framework.codes
    names = _names(framework, {*table["indicator"], *known["indicator"], *codes})
    for name in ("name_zh", "name_en"):
        table[name] = table["indicator"].map(names[name])
    for name in ("base_year", "year", "target_year"):
        table[name] = table[name].astype("Int64")
    table["on_course"] = table["on_course"].astype("boolean")
    if not table["region"].any():
        table = table.drop(columns="region")
    return Attainment(table, _missing(table, known, names, framework), year)


def load_targets(name: str) -> pd.DataFrame:
    """Load the targets of a plan that ships (规划目标).

    Parameters
    ----------
    name
        ``"beijing_plan"``, whose values `load_indicators` gives.

    Returns
    -------
    pandas.DataFrame
        `region`, `indicator`, `target`, `target_year`, `unit` and `source` (text).

    Raises
    ------
    UnknownOptionError
        When no such plan ships.

    Examples
    --------
    >>> load_targets("beijing_plan")[["target", "target_year"]].values.tolist()[0]
    [500, 2025]
    """
    folder = data_path("indicators")
    if not (folder / name / "targets.csv").is_file():
        names = [path.parent.name for path in folder.glob("*/targets.csv")]
        raise UnknownOptionError("plan", name, names)
    targets = read_rows(folder / name / "targets.csv")
    return targets.assign(source=targets["source"].map(source_texts(name)))


def read_plan(source: str | Path | pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read a plan that has one row by target (规划指标表), as values and targets.

    Parameters
    ----------
    source
        A CSV file or a frame with the columns `indicator`, `base_year`, `base`, `target_year` and
        `target`; where there are some, `year` and `value` of a later state, and `region`. An
        indicator may stand in several rows with the same base and target, one for each `year`.

    Returns
    -------
    tuple
        Values and targets, as `attainment` takes them.

    Raises
    ------
    MissingColumnError
        When a column is not there.
    DataError
        When there is no such file.

    Notes
    -----
    **Missing values**: an empty cell of `base`, `value` or `target` gives no row.

    Examples
    --------
    >>> plan = pd.DataFrame({"indicator": ["rd"], "base_year": [2020], "base": [2.0]})
    >>> plan = plan.assign(year=2023, value=2.9, target_year=2025, target=3.0)
    >>> attainment(*read_plan(plan), 2023).table["status"].tolist()
    ['on course']
    """
    rows = source if isinstance(source, pd.DataFrame) else read_rows(source)
    needed = ("indicator", "base_year", "base", "target_year", "target")
    if absent := [name for name in needed if name not in rows.columns]:
        raise MissingColumnError(absent, "The plan", map(str, rows.columns))
    key = [name for name in _KEY if name in rows.columns]
    base = rows[[*key, "base_year", "base"]].set_axis([*key, "year", "value"], axis=1)
    later = [rows[[*key, "year", "value"]]] if {"year", "value"} <= set(rows.columns) else []
    values = pd.concat([base.drop_duplicates(), *later], ignore_index=True)
    targets = rows[[*key, "base_year", "target_year", "target"]].drop_duplicates()
    return values.dropna(subset="value"), targets.dropna(subset="target")


def read_rows(source: str | Path) -> pd.DataFrame:
    """Return a CSV file of values or targets, with ids as texts.

    Raises
    ------
    DataError
        When there is no such file, or it is no CSV file.
    """
    path = Path(source)
    if not path.is_file() or path.suffix.lower() != ".csv":
        raise DataError(
            f"{path} is no CSV file with values or targets. Check the path, or save the table as "
            "CSV."
        )
    text, _ = read_text(path)
    try:
        rows = pd.read_csv(io.StringIO(text), dtype={"region": "str", "indicator": "str"})
    except ValueError as error:
        # Empty, or with more cells in a row than the header has: pandas says which row.
        raise DataError(
            f"{path} is no table with a header and rows of as many cells: {str(error).strip()}. "
            "Save it as CSV anew."
        ) from None
    if not isinstance(rows.index, pd.RangeIndex):
        # pandas takes what is too much on the left for names of rows, and shifts all columns.
        raise DataError(
            f"{path} has rows with more cells than its header, {listing(map(repr, rows.columns))}. "
            "Give each column a header."
        )
    return rows


def _read(values: pd.DataFrame, targets: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return values and targets as numbers by region and indicator; no region is an empty text."""
    known = _checked(values, ("value", "year"), "the values", twice=[*_KEY, "year"])
    own = targets if "base_year" in targets.columns else targets.assign(base_year=np.nan)
    wanted = _checked(own, ("target", "target_year"), "the targets", twice=_KEY)
    wanted["base_year"] = pd.to_numeric(own["base_year"], errors="coerce").to_numpy()
    places = list(dict.fromkeys(known["region"]))
    if not wanted["region"].any():
        if len(places) > 1:
            raise DataError(
                f"The values are of several regions ({listing(places)}), but the targets name "
                "none. Give the targets a column 'region', or the values of one region."
            )
        wanted["region"] = places[0] if places else ""
    elif not any(places):
        raise DataError(
            "The targets name regions, but the values do not. Give the values a column 'region'."
        )
    return known, wanted


def _checked(
    frame: pd.DataFrame, numbers: tuple[str, ...], what: str, *, twice: list[str]
) -> pd.DataFrame:
    """Return region, indicator and columns of numbers, each row once and every number finite."""
    if absent := [name for name in ("indicator", *numbers) if name not in frame.columns]:
        raise MissingColumnError(absent, what.capitalize(), map(str, frame.columns))
    found = pd.DataFrame({"indicator": frame["indicator"].astype("str")})
    region = frame["region"] if "region" in frame.columns else pd.Series("", frame.index)
    found.insert(0, "region", region.fillna("").astype("str"))
    for name in numbers:
        found[name] = pd.to_numeric(frame[name], errors="coerce").astype("float64")
        is_year = name.endswith("year")
        bad = ~np.isfinite(found[name]) | (is_year & (found[name] % 1 != 0))
        if bad.any():
            kind = "whole year" if is_year else "finite number"
            raise DataError(
                f"The column {name!r} of {what} holds no {kind} for "
                f"{listing(map(repr, found.loc[bad, 'indicator']))}. Write one, or leave the row "
                "out."
            )
    _require_once(found, twice, what)
    return found.reset_index(drop=True)


def _require_once(found: pd.DataFrame, twice: list[str], what: str) -> None:
    again = found[found.duplicated(twice)]
    if len(again):
        texts = again[twice].map(lambda cell: f"{cell:g}" if isinstance(cell, float) else cell)
        rows = (" ".join(filter(None, row)) for row in texts.itertuples(index=False))
        raise DataError(f"More than one row of {what} is of {listing(rows)}. Leave one of each.")


def _row(target: dict[Any, Any], known: pd.DataFrame, year: int) -> dict[str, Any]:
    """Return what is known of one target."""
    code, region = target["indicator"], target["region"]
    own = known[(known["indicator"] == code) & (known["region"] == region)]
    series = dict(zip(own["year"].astype(int), own["value"], strict=True))
    end, goal = int(target["target_year"]), float(target["target"])
    start = _base_year(target, series, year)
    row = {"region": region, "indicator": code, "target_year": end, "target": goal, "year": year}
    _require_inside(code, start, year, end)
    if start is None:
        status = "no base" if series else "no value"
        return row | {"value": series.get(year, np.nan), "status": status}
    base = series[start]
    _require_way(code, start, base, goal)
    pace = (year - start) / (end - start)
    row |= {"base_year": start, "base": base, "pace": pace, "expected": base + pace * (goal - base)}
    if year not in series:
        return row | {"status": "no value"}
    share = (series[year] - base) / (goal - base)
    return row | {"value": series[year], "share": share} | _standing(share, pace)


def _standing(share: float, pace: float) -> dict[str, Any]:
    on_course = share >= pace - _CLOSE
    status = "reached" if share >= 1 - _CLOSE else "on course" if on_course else "behind"
    return {"on_course": on_course, "status": status}


def _base_year(target: dict[Any, Any], series: dict[int, float], year: int) -> int | None:
    """Return the year from which the way is counted; None where no value can be the base."""
    if np.isnan(target["base_year"]):
        before = [known for known in series if known < min(year, int(target["target_year"]))]
        return min(before, default=None)
    start = int(target["base_year"])
    if series and start not in series:
        raise DataError(
            f"The values have no {target['indicator']!r} of its base year {start}; they have "
            f"{listing(sorted(series))}. Give that value, or another base_year."
        )
    if start >= target["target_year"]:
        raise DataError(
            f"The target of {target['indicator']!r} is for {target['target_year']:.0f}, which is "
            f"not after its base year {start}. Give a later target_year."
        )
    return start if series else None


def _require_way(code: str, start: int, base: float, goal: float) -> None:
    if base == goal:
        raise DataError(
            f"The target of {code!r} is {goal:g}, which is its base in {start}: there is no way to "
            "go. Leave it out, or give another base_year."
        )


def _require_inside(code: str, start: int | None, year: int, end: int) -> None:
    if year > end or (start is not None and year <= start):
        known = f"after {start} and up to {end}" if start is not None else f"up to {end}"
        raise DataError(
            f"The year {year} lies outside the plan of {code!r}, which can be looked at {known}. "
            "Choose such a year, or leave the target out."
        )


def _names(framework: Framework | None, codes: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return what indicators are called in both languages; their code where nobody says."""
    nodes = {} if framework is None else framework.node
    zh = {code: nodes[code].name_zh or code if code in nodes else code for code in codes}
    en = {code: nodes[code].name_en or code if code in nodes else code for code in codes}
    return {"name_zh": zh, "name_en": en}


def _missing(
    table: pd.DataFrame,
    known: pd.DataFrame,
    names: dict[str, dict[str, str]],
    framework: Framework | None,
) -> pd.DataFrame:
    """Return what cannot be said, and why."""
    unsaid = table[table["on_course"].isna()]
    places = unsaid["region"] if "region" in unsaid.columns else [""] * len(unsaid)
    rows = list(zip(places, unsaid["indicator"], unsaid["status"], strict=True))
    aimed = set(table["indicator"])
    codes = framework.codes if framework is not None else known["indicator"]
    rows += [("", code, "no target") for code in dict.fromkeys(codes) if code not in aimed]
    called = []
    for place, code, reason in rows:
        called.append((place, code, names["name_zh"][code], names["name_en"][code], reason))
    if framework is not None:
        slots = framework.empty_slots().query("slot != 'category'").to_dict("records")
        called += [("", s["code"], s["name_zh"], s["name_en"], "empty slot") for s in slots]
    return pd.DataFrame(called, columns=["region", "code", "name_zh", "name_en", "reason"])
