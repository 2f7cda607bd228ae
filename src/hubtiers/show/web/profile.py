"""What the page needs to take a score apart, and to score a region with another value.

The normalised values travel once: raw ones are computed back from them by what the fit has learnt,
and only those that this does not give are told. `assets/profile.js` holds the same formulas as
`hubtiers.scoring.treat` and `hubtiers.scoring.normalise`.
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._hierarchy import by_level
from hubtiers.framework import Indicator
from hubtiers.scheme import Result
from hubtiers.scoring.impute import RequireCoverage
from hubtiers.scoring.normalise import FittedLinear, FittedLogMinMax, FittedPercentileRank
from hubtiers.scoring.normalise.linear import FittedMinMax
from hubtiers.scoring.treat import FittedBoxCox, FittedLogTransform, FittedWinsorise, NoTreatment
from hubtiers.show.web.explorer import can_explore, score_groups
from hubtiers.show.words import word

__all__ = ["profile_content"]

Floats = NDArray[np.float64]

_NEAR = 1e-9
"""Relative difference up to which a value that is computed back is the one of the data."""


def profile_content(result: Result, *, explored: bool) -> dict[str, Any]:
    """Return values, scales and bounds by indicator, as plain values.

    Parameters
    ----------
    result
        What is drawn.
    explored
        Whether normalised values and hierarchy travel with the explorer anyhow.

    Notes
    -----
    `why` says why no other value can be tried, where that is so; `lines` has None for an indicator
    of which that holds alone.

    **Missing values** travel as NaN among the normalised values and None among the raw ones; filled
    ones are None among the raw ones.
    """
    scale = _scale(result)
    lines = _lines(result, scale)
    means = can_explore(result)
    content: dict[str, Any] = {
        "scale": scale,
        "lines": lines,
        "raw": _untold(result, scale, lines),
        "why": _obstacle(result, scale, means=means),
    }
    if not explored:
        matrix = np.ascontiguousarray(result.normalised.to_numpy("<f8"))
        content["matrix"] = base64.b64encode(matrix.tobytes()).decode()
        content["groups"] = None
        if means:
            content["groups"] = score_groups(result)
            weights = result.weights.reindex(result.normalised.columns)
            content["weights"] = [float(w) for w in weights]
            levels = by_level(result.fitted.scheme.aggregate)
            content["kinds"] = [type(method).__name__ for method in levels]
    return content


def _obstacle(result: Result, scale: dict[str, Any], *, means: bool) -> dict[str, str] | None:
    """Return why the page cannot score a region with another value; None where it can."""
    if not means:
        return word("whatif_no_means").to_plain()
    if scale["kind"] == "other":
        return word("whatif_scale").to_plain()
    # What fills a gap may look at all values of a region.
    fills = type(result.fitted.scheme.impute) is not RequireCoverage
    if fills and bool(result.imputed.to_numpy().any()):
        return word("whatif_filled").to_plain()
    return None


def _scale(result: Result) -> dict[str, Any]:
    """Return what the normaliser has in common for all indicators."""
    fitted: Any = result.fitted.normalise
    treat = result.fitted.treat
    if type(treat) not in (NoTreatment, FittedWinsorise, FittedLogTransform, FittedBoxCox):
        return {"kind": "other"}
    if type(fitted) in (FittedLinear, FittedMinMax):
        return {"kind": "line", **_line_scale(fitted)}
    if type(fitted) is FittedLogMinMax:
        return {"kind": "log", "offset": fitted.method.offset, **_line_scale(fitted.line)}
    if type(fitted) is FittedPercentileRank and _is_own_field(result, fitted):
        ties = {"mean": 0.5, "lowest": 0.0}.get(fitted.method.ties, fitted.method.ties)
        return {"kind": "rank", "ties": ties, "start": 0.0, "span": 1.0}
    return {"kind": "other"}


def _line_scale(line: FittedLinear) -> dict[str, Any]:
    return {"start": line.start, "span": line.span, "clip": line.clip}


def _is_own_field(result: Result, fitted: FittedPercentileRank) -> bool:
    """Say whether the ranks were learnt from the very values that are drawn."""
    treated = result.fitted.treat.apply(result.complete).to_numpy()
    signed = treated * fitted.direction.to_numpy()
    own = (np.sort(column[~np.isnan(column)]) for column in signed.T)
    return all(map(np.array_equal, own, fitted.fields))


def _lines(result: Result, scale: dict[str, Any]) -> list[dict[str, Any] | None]:
    """Return by indicator its steps, its line and its bounds; None where no value can be tried."""
    if scale["kind"] == "other":
        return [None] * result.normalised.shape[1]
    # A total that is divided by size moves with its denominator, and a denominator moves others.
    pairs = result.fitted.denominate.pairs
    divided = {*pairs, *pairs.values()}
    found: list[dict[str, Any] | None] = []
    for indicator in result.table.framework.indicators:
        line = None
        if indicator.code not in divided:
            line = {
                "steps": _steps(result.fitted.treat, indicator.code),
                **_own_line(result.fitted.normalise, indicator.code),
                **_bounds(result.table.values[indicator.code], indicator),
            }
        found.append(line)
    return found


def _own_line(fitted: Any, code: str) -> dict[str, float]:
    line = fitted.line if isinstance(fitted, FittedLogMinMax) else fitted
    own = {"direction": float(line.direction[code])}
    if isinstance(line, FittedLinear):
        own |= {"origin": float(line.origin[code]), "spread": float(line.spread[code])}
    if isinstance(fitted, FittedLogMinMax):
        own["side"] = float(fitted.side[code])
    return own


def _steps(treat: Any, code: str) -> list[list[Any]]:
    """Return what the treatment does to an indicator: a kind and its numbers."""
    if isinstance(treat, FittedLogTransform) and code in treat.chosen:
        return [["log", treat.method.offset, 0.0]]
    if isinstance(treat, FittedBoxCox) and code in treat.exponents.index:
        return [["power", float(treat.exponents[code])]]
    if isinstance(treat, FittedWinsorise):
        action = treat.details.loc[code, "action"]
        if action == "log":
            return [["log", float(treat.log_shift[code]), float(treat.lowest[code])]]
        if action == "winsorised":
            caps = treat.details[["lower", "upper"]].loc[code].to_numpy(float)
            return [["clip", *caps.tolist()]]
    return []


def _bounds(values: pd.Series, indicator: Indicator) -> dict[str, Any]:
    """Return between which values an indicator can lie at all, and whether it counts things."""
    known = values.dropna()
    low = 0.0 if bool((known >= 0).all()) else None
    share = "%" in indicator.unit and low is not None and bool((known <= 100).all())
    whole = indicator.kind == "extensive" and bool((known % 1 == 0).all())
    return {"low": low, "high": 100.0 if share else None, "whole": whole}


def _untold(
    result: Result, scale: dict[str, Any], lines: list[dict[str, Any] | None]
) -> list[list[float | None] | dict[int, float | None] | None]:
    """Return the raw values that cannot be computed back, by indicator.

    A dict of them by the number of the region, all of them as a list, or None where there is none.
    """
    raw = result.table.values[result.normalised.columns].to_numpy(float)
    back = _back(result, scale)
    differs = np.abs(back - raw) > _NEAR * np.maximum(np.abs(raw), np.abs(back))
    # A filled value has a normalised one and none of its own.
    wrong = differs | (np.isnan(back) != np.isnan(raw))
    found: list[list[float | None] | dict[int, float | None] | None] = []
    for j, line in enumerate(lines):
        places = np.flatnonzero(wrong[:, j])
        if line is None or len(places) > len(raw) / 4:
            found.append(_plain(raw[:, j]))
        else:
            told = dict(zip(places.tolist(), _plain(raw[places, j]), strict=True))
            found.append(told or None)
    return found


def _plain(values: Floats) -> list[float | None]:
    return [None if np.isnan(x) else _shortest(x) for x in values.tolist()]


def _shortest(x: float) -> float | int:
    return int(x) if x == int(x) and abs(x) < 1e15 else x


def _back(result: Result, scale: dict[str, Any]) -> Floats:
    """Return what the page computes back from the normalised values; NaN where it cannot."""
    fitted: Any = result.fitted.normalise
    treat = result.fitted.treat
    if scale["kind"] not in ("line", "log"):
        return np.full(result.normalised.shape, np.nan)
    back = fitted.invert(result.normalised)
    undone = {}
    for code in back.columns:
        column = back[code].to_numpy(float)
        for kind, number, *more in _steps(treat, str(code)):
            column = _undo(kind, number, more, column)
        undone[code] = column
    return pd.DataFrame(undone).to_numpy(float)


def _undo(kind: str, number: float, more: list[float], y: Floats) -> Floats:
    if kind == "clip":
        return y
    if kind == "log":
        return np.asarray(np.exp(y) - number + more[0])
    if number == 0:
        return np.asarray(np.exp(y))
    with np.errstate(invalid="ignore"):
        return np.asarray(np.exp(np.log1p(number * y) / number))
