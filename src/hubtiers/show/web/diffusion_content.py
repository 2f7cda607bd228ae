"""When each region is reached, as plain values for the page of a map."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from hubtiers.hubs.diffusion import CHANNELS
from hubtiers.scheme import Result
from hubtiers.show.style import ARRIVAL_RAMP
from hubtiers.show.words import Text, join_texts, region_text, word

if TYPE_CHECKING:
    import pandas as pd

    from hubtiers.hubs.diffusion import Diffusion

__all__ = ["diffusion_content"]

_FIGURES = 5
_QUANTILES = ("arrival_5%", "arrival_50%", "arrival_95%", "reached")
_APART = -1
_PEERS = {"hubs": "channel_of_hubs", "all": "channel_of_all"}
_NEIGHBOUR = {"lower": "channel_downwards", "any": "channel_anywhere"}


def diffusion_content(diffusion: Diffusion, result: Result) -> dict[str, Any]:
    """Return arrival and shares by region, in the order of the regions of the map.

    Returns
    -------
    dict
        `arrival`: time, None for never, −1 for a region that took no part. `shares`: per cent by
        channel, None where nothing carried it. `intervals`: 5, 50 and 95 % of the runs and the
        share of runs that reach it; None without runs. `channels`: their ids. `ramp`: colours from
        the first to the last. `caption`: every free choice.
    """
    regions = result.table.regions.index.astype("str")
    arrival = diffusion.arrival.set_axis(diffusion.arrival.index.astype("str"))
    known = set(arrival.index)
    times = [_short(arrival[each]) if each in known else _APART for each in regions]
    percent = (100 * diffusion.shares).round().set_axis(arrival.index).reindex(regions)
    shares = percent[list(CHANNELS)].to_numpy(float)
    return {
        "arrival": times,
        "shares": [None if np.isnan(row).any() else row.astype(int).tolist() for row in shares],
        "intervals": _intervals(diffusion.intervals, regions),
        "channels": list(CHANNELS),
        "ramp": list(ARRIVAL_RAMP),
        "caption": _caption(diffusion, result).to_plain(),
    }


def _short(time: float) -> float | None:
    return None if math.isnan(time) else float(f"{time:.{_FIGURES}g}")


def _intervals(frame: pd.DataFrame | None, regions: pd.Index) -> list[Any] | None:
    if frame is None:
        return None
    found = frame.set_axis(frame.index.astype("str")).reindex(regions)[list(_QUANTILES)]
    return [[_short(float(value)) for value in row] for row in found.to_numpy(float)]


def _caption(diffusion: Diffusion, result: Result) -> Text:
    """Return every free choice of the simulation, and what its time is not."""
    chosen: dict[str, Any] = dict(diffusion.parameters)
    rates = [
        word("channel_rate").fill(name=word(f"link_{name}"), rate=f"{rate:g}")
        for name, rate in chosen["channels"].items()
    ]
    runs = word("diffusion_runs").fill(n=chosen["runs"]) if chosen["runs"] else Text("", "")
    return word("diffusion_parameters").fill(
        sources=region_text(result, list(chosen["sources"])),
        channels=join_texts(rates),
        decay=f"{chosen['decay']:g}",
        nearest=f"{chosen['nearest']:g}",
        emissive=f"{chosen['emissive']:g}",
        receptive=f"{chosen['receptive']:g}",
        peers=word(_PEERS[chosen["peers"]]),
        neighbour=word(_NEIGHBOUR[chosen["neighbour"]]),
        runs=runs,
    )
