"""The indicator sets that ship with hubtiers, as tidy frames.

Every value with its year, unit, source and status.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from hubtiers._storage import data_path
from hubtiers.errors import SpecError, UnknownOptionError

__all__ = [
    "EDITIONS",
    "STATUSES",
    "compare_editions",
    "load_indicators",
    "source_texts",
    "values_file",
]

STATUSES = (
    "official",
    "compiled",
    "single-source",
    "substituted",
    "partial-year",
    "suspected-error",
    "printed",
    "computed",
)
"""What is known about a value: where it comes from, and what is doubtful about it."""

EDITIONS = ("printed", "official")

_COLUMNS = ["region", "indicator", "value", "year", "unit", "source", "status"]


def load_indicators(name: str, *, edition: str = "printed") -> pd.DataFrame:
    """Load a shipped set of indicators as a tidy frame (指标数据).

    Parameters
    ----------
    name
        A set that ships with hubtiers: ``"zhang2022"``, ``"provinces"``, ``"cities"``,
        ``"cities-lists"``, ``"beijing_cooperation"`` or ``"beijing_plan"``. What was called
        ``"cities"`` up to version 0.1.0 is ``"cities-lists"``.
    edition
        ``"printed"`` gives every value as its source has it. ``"official"`` puts the official
        figure in place of a value whose status is *suspected-error*, where an official figure is
        known; only ``"zhang2022"`` has any.

    Returns
    -------
    DataFrame
        One row per value, with the columns `region` (id), `indicator`, `value`, `year` (int),
        `unit`, `source` (text) and `status` (one of `STATUSES`).

    Raises
    ------
    UnknownOptionError
        When no such set or edition exists.
    SpecError
        When the official edition is asked of a set that has only one.

    Notes
    -----
    A value that is not known has no row; nothing is filled. A zero is a count of nothing on a
    complete list.

    Examples
    --------
    >>> values = load_indicators("zhang2022")
    >>> beijing = (values["region"] == "110000") & (values["indicator"] == "rd_intensity_pct")
    >>> values.loc[beijing, "value"].item()
    6.53
    >>> official = load_indicators("zhang2022", edition="official")
    >>> official.loc[beijing, "value"].item()
    6.44
    """
    if edition not in EDITIONS:
        raise UnknownOptionError("edition", edition, EDITIONS)
    cells = _cells(name)
    if edition == "official":
        cells = _with_official(cells, name)
    cells["source"] = cells["source"].map(source_texts(name))
    return cells[_COLUMNS].reset_index(drop=True)


def compare_editions(name: str = "zhang2022") -> pd.DataFrame:
    """Return every value of a set with two editions beside its official figure.

    With the reason for its status.

    Parameters
    ----------
    name
        A shipped set with an official edition: ``"zhang2022"``.

    Returns
    -------
    DataFrame
        One row per value: `region`, `indicator`, `printed`, `year`, `status`, `official`,
        `official_year`, `official_source`, `replaced` (whether the official edition takes the
        official figure) and `note`.

    Raises
    ------
    SpecError
        When the set has only one edition.

    Notes
    -----
    Where no official figure is known, `official` and `official_year` are missing and `replaced` is
    False.

    Examples
    --------
    >>> cells = compare_editions("zhang2022")
    >>> guangdong = cells[(cells["region"] == "440000") & cells["replaced"]]
    >>> guangdong[["indicator", "printed", "official"]].values.tolist()
    [['double_first_class_universities', 4.0, 8.0], ['rd_intensity_pct', 3.01, 3.14]]
    """
    cells = _require_official(_cells(name), name)
    frame = cells[["region", "indicator", "value", "year", "status"]].rename(
        columns={"value": "printed"}
    )
    frame["official"] = cells["official_value"]
    frame["official_year"] = cells["official_year"]
    frame["official_source"] = cells["official_source"].map(source_texts(name)).fillna("")
    frame["replaced"] = _replaced(cells)
    frame["note"] = cells["note"].fillna("")
    return frame


def _folder(name: str) -> Path:
    folder = data_path("indicators", name)
    if not values_file(folder).is_file():
        known = [p.parent.name for p in data_path("indicators").glob("*/values.csv*")]
        raise UnknownOptionError("indicator set", name, known)
    return folder


def values_file(folder: Path) -> Path:
    """Return the file with the values of a set, which is compressed where it is long."""
    packed = folder / "values.csv.gz"
    return packed if packed.is_file() else folder / "values.csv"


def _cells(name: str) -> pd.DataFrame:
    cells = pd.read_csv(values_file(_folder(name)), dtype="str")
    # Python's own parser is exact to the last bit in every version of pandas.
    for column in cells.columns.intersection(["value", "official_value"]):
        cells[column] = cells[column].map(float)
    cells["year"] = cells["year"].astype("int64")
    if "official_year" in cells:
        cells["official_year"] = pd.to_numeric(cells["official_year"]).astype("Int64")
    return cells


def source_texts(name: str) -> dict[str, str]:
    """Return publisher and title of each source of a set, by its id."""
    table = pd.read_csv(_folder(name) / "sources.csv", dtype="str", keep_default_na=False)
    texts = table["publisher"] + ": " + table["title"]
    texts = texts.where(table["intermediate"] == "", texts + " (via " + table["intermediate"] + ")")
    return dict(zip(table["source_id"], texts, strict=True))


def _require_official(cells: pd.DataFrame, name: str) -> pd.DataFrame:
    if "official_value" not in cells:
        raise SpecError(
            f"The set {name!r} has only one edition: its values are the official or compiled ones "
            "already. Leave the edition out, or load 'zhang2022'."
        )
    return cells


def _replaced(cells: pd.DataFrame) -> pd.Series[bool]:
    return (cells["status"] == "suspected-error") & cells["official_value"].notna()


def _with_official(cells: pd.DataFrame, name: str) -> pd.DataFrame:
    replaced = _replaced(_require_official(cells, name))
    for column in ("value", "year", "source", "status"):
        cells.loc[replaced, column] = cells.loc[replaced, f"official_{column}"]
    return cells
