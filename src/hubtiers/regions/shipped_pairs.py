"""The tables of pairs that ship: observed flows, and distances that are travel times."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._storage import data_path
from hubtiers.errors import SpecError, UnknownOptionError
from hubtiers.regions.pairs import square_pairs

__all__ = ["load_distances", "load_flows", "pair_file", "pair_names"]

Floats = NDArray[np.float64]

_ENDS = ["origin", "destination"]


def load_flows(name: str) -> pd.DataFrame:
    """Load flows between places that were observed and ship with hubtiers (城市间流量).

    Choose it for `ObservedFlows`, `largest_links` and `fit_decay` where you have no table of your
    own.

    Parameters
    ----------
    name
        ``"china-travel-2023"``: travel between city units in a holiday week, the largest flow 1.
        The table is cut: pairs with less than 0.0006 are not in it, so that a decay fitted to it
        is too small (see Notes). ``"china-rail-2016"``: direct fast trains in a timetable.

    Returns
    -------
    pandas.DataFrame
        One row by directed pair: `origin`, `destination` (ids of regions) and `flow`. ``attrs``
        has `unit`, `year`, `source`, `terms` and `description`.

    Raises
    ------
    UnknownOptionError
        When no such flows ship.

    Notes
    -----
    By least squares of logarithms the full table of travel gave a decay of 2.30; the cut one gives
    1.56, since the far pairs that it still holds are those with unusually much travel. `fit_decay`
    gives 1.54 on the listed pairs and 1.79 when the others count as 0. **Missing values**: a pair
    that is not listed has no row.

    Examples
    --------
    >>> flows = load_flows("china-travel-2023")
    >>> flows.nlargest(1, "flow").values.tolist()
    [['440100', '440600', 1.0]]
    """
    about = _about(name, "flow")
    table = _table(name)[[*_ENDS, about["flow"]]].set_axis([*_ENDS, "flow"], axis=1)
    table.attrs.update(_said(about, about.get("flow_unit", about["unit"])))
    return table


def load_distances(name: str, *, change: float | None = None) -> pd.DataFrame:
    """Load distances between places that are no kilometres and ship with hubtiers (通达时间).

    Parameters
    ----------
    name
        ``"china-rail-2016"``: minutes of the fastest direct train between city units, in 2016.
    change
        Minutes that a change of trains takes, at least 0. With it, the time of a pair is that of
        the quickest chain of direct trains, changes included. Left out, a pair without a direct
        train is missing: that there is none does not say how far.

    Returns
    -------
    pandas.DataFrame
        Places × places, 0 on the diagonal. ``attrs`` has `unit` (``"min"``), `year`, `source`,
        `terms`, `description`, and `left_out`: with `change`, the places of the smaller networks
        that no train joins to the largest; these are not in the table, so that it has no gaps.

    Raises
    ------
    UnknownOptionError
        When no such distances ship.
    SpecError
        When a change takes less than no time.

    Notes
    -----
    A pair that is listed one way only is taken for both. Numbers such as `spacing` are then in
    minutes. **Missing values** are refused by what takes distances: ask for a `change`, and let
    `propose_layout` leave out the regions that the table lacks,
    ``exclude=regions.index.difference(table.index)``.

    Examples
    --------
    >>> minutes = load_distances("china-rail-2016")
    >>> minutes.loc["110000", ["120000", "460100"]].tolist()
    [33.0, nan]
    >>> whole = load_distances("china-rail-2016", change=30)
    >>> len(minutes), len(whole), int(whole.isna().sum().sum())
    (205, 180, 0)
    """
    about = _about(name, "distance")
    table = _table(name)[[*_ENDS, about["distance"]]]
    square, _ = square_pairs(table.set_axis([*_ENDS, "distance"], axis=1), "distance")
    square = square.where(square.notna(), square.T)
    left_out: list[str] = []
    if change is not None:
        if not np.isfinite(change) or change < 0:
            raise SpecError(
                f"load_distances(change={change!r}) must be a number of minutes of at least 0."
            )
        square = _with_changes(square, change)
        # Places that the best linked one reaches.
        known = square.notna().to_numpy()
        kept = square.index[known[known.sum(axis=1).argmax()]]
        left_out = [place for place in square.index if place not in set(kept)]
        square = square.loc[kept, kept]
    square.attrs.update(_said(about, about["unit"]) | {"left_out": left_out})
    return square


def _with_changes(square: pd.DataFrame, change: float) -> pd.DataFrame:
    """Return the quickest chains of direct trains; NaN where none leads."""
    from scipy.sparse.csgraph import csgraph_from_dense, shortest_path

    # Every leg carries the change before it, and the first one gives it back.
    legs = square.to_numpy() + change
    np.fill_diagonal(legs, np.nan)
    graph = csgraph_from_dense(legs, null_value=np.nan)
    quickest = np.asarray(shortest_path(graph, method="D")) - change
    quickest[~np.isfinite(quickest)] = np.nan
    np.fill_diagonal(quickest, 0.0)
    return pd.DataFrame(quickest, square.index, square.columns)


def pair_file(name: str) -> Path:
    """Return the file of a table of pairs that ships."""
    return data_path("pairs", f"{name}.csv.gz")


def pair_names(kind: str) -> list[str]:
    """Return the names of the tables that hold flows (``"flow"``) or distances (``"distance"``)."""
    paths = sorted(data_path("pairs").glob("*.toml"))
    return [path.stem for path in paths if kind in _described(path)]


def _about(name: str, kind: str) -> dict[str, Any]:
    """Return what is said of a table; it must hold what is asked of it."""
    known = pair_names(kind)
    if name not in known:
        what = "table of flows" if kind == "flow" else "table of distances"
        raise UnknownOptionError(what, name, known)
    return _described(data_path("pairs", f"{name}.toml"))


def _described(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _table(name: str) -> pd.DataFrame:
    import gzip

    text = gzip.decompress(pair_file(name).read_bytes()).decode("utf-8")
    table = pd.read_csv(io.StringIO(text), dtype=dict.fromkeys(_ENDS, "str"))
    numbers = table.columns.difference(_ENDS)
    return table.astype(dict.fromkeys(numbers, "float64"))


def _said(about: dict[str, Any], unit: str) -> dict[str, Any]:
    keys = ("year", "source", "terms", "description")
    return {"unit": unit} | {key: about[key] for key in keys}
