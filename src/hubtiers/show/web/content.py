"""What the page of a map says: names, numbers and shapes as plain values, each of them once."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, MissingColumnError, NotComparableError, listing
from hubtiers.explain import standouts
from hubtiers.framework import Indicator
from hubtiers.hubs.layout import HubLayout
from hubtiers.regions.gazetteer import gazetteer
from hubtiers.regions.pack import Pack
from hubtiers.scheme import Result
from hubtiers.show.certainty_marks import marks_note, settled_from
from hubtiers.show.gap_text import gap_texts
from hubtiers.show.style import (
    PROBABILITY_RAMP,
    SCORE_RAMP,
    TEXTURE,
    drawn_colours,
    texture_colour,
    tier_colours,
)
from hubtiers.show.web.diffusion_content import diffusion_content
from hubtiers.show.web.ground import Ground, lay_ground
from hubtiers.show.web.hub_content import drawn_units, layout_content
from hubtiers.show.web.network_content import draws_content, network_content
from hubtiers.show.web.overlay import Overlay, layout_names, require_overlay
from hubtiers.show.web.roles_content import roles_content
from hubtiers.show.web.surroundings import context_content, view_content
from hubtiers.show.web.topology import build_topology
from hubtiers.show.words import (
    Text,
    browser_words,
    node_text,
    tier_text,
    title_texts,
    unit_text,
    word,
    yardstick_text,
)

if TYPE_CHECKING:
    from hubtiers.robustness.result import Robustness

__all__ = ["function_codes", "map_content", "tier_ranges", "tier_rows"]

_RANKS = ["low", "median", "high"]


def map_content(
    result: Result,
    layout: HubLayout | None,
    robustness: Robustness | None,
    title: Mapping[str, str] | str | None,
    extent: tuple[float, float, float, float] | None = None,
    *,
    over: Overlay | None = None,
    said: Sequence[Text] = (),
) -> dict[str, Any]:
    """Return everything a page draws and says, but for its language, basemap and explorer.

    `over` has what lies over the layout, `said` the sentences of the headline.

    Raises
    ------
    DataError
        When the result has no geometry, the robustness is of other regions or tiers, or what lies
        over the tiers is of another layout or other regions.
    """
    ground = lay_ground(result)
    overlay = replace(over or Overlay(), layout=layout)
    require_overlay(overlay, result)
    hubs = layout_content(overlay.layout, ground)
    other = overlay.other_layout and layout_content(overlay.other_layout, ground)
    units = drawn_units(hubs, ground) | (drawn_units(other, ground) if other else set())
    return {
        "title": title_texts(title, word("tier_title")).to_plain(),
        "subtitle": _subtitle(result, ground).to_plain(),
        "words": browser_words(),
        "headline": list(map(Text.to_plain, said)),
        **_certainty(robustness),
        **_shapes(ground),
        **_scores(result, robustness, ground),
        **hubs,
        **_overlay_parts(result, overlay, ground),
        "layoutNames": layout_names(overlay),
        "other": other,
        **view_content(result, ground, sorted(units), extent),
        **context_content(ground, overlay.network.sources if overlay.network else ()),
    }


def _overlay_parts(result: Result, overlay: Overlay, ground: Ground) -> dict[str, Any]:
    """Return links, diffusion and shares of draws; None for what was not given."""
    layout, network, diffusion = overlay.layout, overlay.network, overlay.diffusion
    draws, division, links = overlay.stability, overlay.division, None
    if layout is not None and network is not None:
        links = network_content(network, layout, result, ground)
    roles = {}
    if layout is not None and division is not None:
        roles = roles_content(division, layout, result)
    return {
        "network": links,
        "diffusion": None if diffusion is None else diffusion_content(diffusion, result),
        "draws": None if draws is None else draws_content(draws),
        "roles": roles,
    }


def _certainty(robustness: Robustness | None) -> dict[str, Any]:
    """Return what the marks mean, and the share from which a tier is settled.

    The page marks tiers itself, as it also does under other weights.
    """
    if robustness is None:
        return {"certainty": None}
    note = marks_note(robustness).to_plain()
    return {"certainty": note, "settledFrom": settled_from(robustness)}


def _subtitle(result: Result, ground: Ground) -> Text:
    scale = result.breaks
    unscored = int(result.scores.reindex(ground.area.study.index).isna().sum())
    said = word("subtitle").fill(
        n=int(result.scores.notna().sum()),
        k=len(scale.labels),
        gvf=f"{scale.gvf:.3f}",
        missing=word("subtitle_missing").fill(n=unscored) if unscored else "",
    )
    measure = yardstick_text(result)
    if measure is None:
        return said
    return Text(f"{said.zh}；{measure.zh}", f"{said.en}; {measure.en}")


def _shapes(ground: Ground) -> dict[str, Any]:
    """Return what is drawn: units as polygons of shared lines, their names, whose they are."""
    units, aliases = ground.units, _aliases(ground.pack)
    in_provinces = ground.bundled and "province" in units.columns
    return {
        "shapes": build_topology(units.geometry).to_plain(),
        "units": [_place_names(row, aliases) for row in units.reset_index().to_dict("records")],
        "provinceOf": _numbers(units["province"]) if in_provinces else None,
        "regionOf": ground.owner,
    }


def _numbers(groups: pd.Series) -> list[int]:
    codes: list[int] = pd.factorize(groups)[0].tolist()
    return codes


def _scores(result: Result, robustness: Robustness | None, ground: Ground) -> dict[str, Any]:
    """Return what the regions are coloured by, and what is told of them."""
    gaps = gap_texts(result)
    # Many regions lack the same indicators: each sentence travels once.
    sentences = dict.fromkeys(text for texts in gaps.values() for text in texts)
    number = {text: place for place, text in enumerate(sentences)}
    rows = _region_rows(result, robustness, ground)
    for row in rows:
        if row["id"] in gaps:
            row["gaps"] = [number[text] for text in gaps[row["id"]]]
    return {
        "regions": rows,
        "gapTexts": list(map(Text.to_plain, sentences)),
        "functions": [_function_row(result, code) for code in function_codes(result)],
        "indicators": list(map(_indicator_row, result.table.framework.indicators)),
        "tiers": tier_rows(result, result.breaks.labels),
        # Tiers that another year has may follow those of the result.
        "ownTiers": len(result.breaks.labels),
        "drawnTiers": _drawn_rows(result, robustness),
        "breaks": list(result.breaks.breaks),
        "closed": result.breaks.closed,
        "ramp": list(SCORE_RAMP),
        "chances": list(PROBABILITY_RAMP),
        "texture": TEXTURE,
    }


def _place_names(row: Mapping[Any, Any], aliases: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return names and, for the search, the other names of a place: pinyin and former ones."""
    names = {
        "id": str(row["region_id"]),
        "name_zh": str(row["name_zh"]),
        "name_en": str(row["name_en"]),
    }
    known = aliases.get(names["id"])
    return {**names, "aliases": list(known)} if known else dict(names)


def _aliases(pack: Pack | None) -> Mapping[str, Sequence[str]]:
    """Return the other names of a pack's regions; for a layer of the user's own we know none."""
    if pack is None:
        return {}
    return _gazetteer_aliases() if pack.names.gazetteer else pack.aliases()


@cache
def _gazetteer_aliases() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for level in ("province", "city"):
        table = gazetteer(level)
        for region, names in zip(table["region_id"], table["aliases"].fillna(""), strict=True):
            if names:
                found[str(region)] = str(names).split(";")
    return found


def function_codes(result: Result) -> list[str]:
    """Return the groups that have scores, each followed by those below it."""
    framework, scored = result.table.framework, set(result.sub_scores.columns)
    found: list[str] = []

    def add_below(code: str) -> None:
        for child in framework.children(code):
            if child in scored:
                found.append(child)
                add_below(child)

    add_below("")
    return found


def _function_row(result: Result, code: str) -> dict[str, Any]:
    name = node_text(result, code)
    depth = result.table.framework.depth(code)
    return {"id": code, "name_zh": name.zh, "name_en": name.en, "depth": depth}


def _indicator_row(node: Indicator) -> dict[str, Any]:
    return {
        "id": node.code,
        "name_zh": node.name_zh or node.name_en or node.code,
        "name_en": node.name_en or node.name_zh or node.code,
        "unit": unit_text(node).to_plain(),
        "source": node.source,
    }


def tier_ranges(result: Result, labels: Sequence[str]) -> list[dict[str, Any]]:
    """Return lowest and highest score of each tier, and how many of the shown regions it has.

    A tier that the result has not is empty.
    """
    known = {
        row["tier"]: {
            "lower": _plain(row["lower"]),
            "upper": _plain(row["upper"]),
            # Of the regions that are shown; the scale counts those it was learnt from.
            "count": result.tier_counts[row["tier"]],
        }
        for row in result.breaks.to_frame().to_dict("records")
    }
    empty = {"lower": None, "upper": None, "count": 0}
    return [known.get(label, empty) for label in labels]


def tier_rows(result: Result, labels: Sequence[str]) -> list[dict[str, Any]]:
    """Return name, look and range of each tier, highest first; one of no region is empty."""
    light, dark = tier_colours(labels), tier_colours(labels, dark=True)
    rows = []
    for label, ends in zip(labels, tier_ranges(result, labels), strict=True):
        look = {
            "names": tier_text(label).to_plain(),
            "color": light[label],
            "dark": dark[label],
            "line": texture_colour(light[label]),
            "darkLine": texture_colour(dark[label]),
        }
        rows.append({"id": label, **look, **ends})
    return rows


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _shortest(value: float) -> float | int | None:
    """Return a number that takes no more room than it needs."""
    plain = _plain(value)
    return int(plain) if plain is not None and plain.is_integer() else plain


def _region_rows(
    result: Result, robustness: Robustness | None, ground: Ground
) -> list[dict[str, Any]]:
    frame = result.to_frame().loc[result.table.regions.index]
    functions = function_codes(result)
    notable, years = _standouts(result), _years(result)
    aliases = _aliases(ground.pack)
    doubts = _doubts(result, robustness) if robustness is not None else {}
    rows = []
    for number, row in enumerate(frame.reset_index().to_dict("records")):
        region = row["region_id"]
        rows.append(
            {
                **_place_names(row, aliases),
                **_standing(row, result.breaks.labels, functions),
                **({"years": years[region]} if region in years else {}),
                **notable.get(region, {}),
                **doubts.get(region, {}),
                **ground.place_of(number),
            }
        )
    return rows


def _standing(
    row: Mapping[Any, Any], labels: tuple[str, ...], functions: list[str]
) -> dict[str, Any]:
    """Return where a region stands; rank and tier are nothing for one without a score."""
    scored = not math.isnan(row["score"])
    return {
        "score": _plain(row["score"]),
        "rank": int(row["rank"]) if scored else None,
        "tier": labels.index(row["tier"]) if scored else None,
        # Whole per cent are shown.
        "coverage": round(float(row["coverage"]), 6),
        "functions": [_plain(row[code]) for code in functions],
    }


def _years(result: Result) -> dict[str, list[int]]:
    """Return the first and the last year of each region's values."""
    years = result.table.year.astype("Float64")
    low, high = years.min(axis=1), years.max(axis=1)
    known = low.notna()
    return {region: [int(low[region]), int(high[region])] for region in years.index[known]}


def _standouts(result: Result) -> dict[str, dict[str, Any]]:
    """Return strengths and weaknesses by region, as `Result.explain` names them.

    Each is the number of the indicator, its distance from the median of the tier's other regions,
    and its value. A region that is alone in its tier has neither.
    """
    number = {code: at for at, code in enumerate(result.normalised.columns)}
    peers = result.tier.map(result.tier.value_counts()).astype("Float64").fillna(0) > 1
    found: dict[str, dict[str, Any]] = {}
    for region in result.tier.index[peers]:
        found[str(region)] = {"strengths": [], "weaknesses": []}
    place = {"strength": "strengths", "weakness": "weaknesses"}
    rows: list[dict[Hashable, Any]] = standouts(result).to_dict("records")
    for row in rows:
        # Two digits of the distance are printed; the others would be half of what travels.
        distance = round(row["difference"], 9)
        entry = [number[row["indicator"]], distance, _plain(row["value"])]
        found[str(row["region_id"])][place[row["kind"]]].append(entry)
    return found


def _drawn_labels(result: Result, robustness: Robustness) -> list[str]:
    """Return the tiers of the result, and behind them those that only draws have."""
    own = result.breaks.labels
    drawn = robustness.tier_probability.columns
    return [*own, *(label for label in drawn if label not in own)]


def _drawn_rows(result: Result, robustness: Robustness | None) -> list[dict[str, Any]]:
    """Return the tiers that only draws have, with how many of the result's are above each."""
    if robustness is None:
        return []
    own, drawn = list(result.breaks.labels), list(robustness.tier_probability.columns)
    light, dark = drawn_colours(drawn, own), drawn_colours(drawn, own, dark=True)
    rows = []
    for label in _drawn_labels(result, robustness)[len(own) :]:
        above = len([one for one in drawn[: drawn.index(label)] if one in own])
        names = tier_text(label).to_plain()
        rows.append({"names": names, "color": light[label], "dark": dark[label], "above": above})
    return rows


def _doubts(result: Result, robustness: Robustness) -> dict[str, dict[str, Any]]:
    """Return tier probabilities (in the order of the labels) and rank intervals by region.

    Tiers that only draws have stand behind those of the result.
    """
    labels, scored = _drawn_labels(result, robustness), result.scores.index[result.scores.notna()]
    shares = _part(robustness.tier_probability, labels, scored, "tier_probability")
    ranks = _part(robustness.rank_interval, _RANKS, scored, "rank_interval")
    sums = shares.sum(axis=1)
    _require_whole(sums, scored)
    found = {}
    for place, region in enumerate(scored):
        # A region that no draw gave a score has no probabilities, and is shown without.
        if not np.isnan(sums[place]):
            interval = [_shortest(rank) for rank in ranks[place]]
            found[str(region)] = {"probability": shares[place].tolist(), "interval": interval}
    return found


def _part(
    frame: pd.DataFrame, columns: list[str], scored: pd.Index, name: str
) -> NDArray[np.float64]:
    """Return columns of the robustness for the scored regions."""
    if absent := [column for column in columns if column not in frame.columns]:
        raise MissingColumnError(absent, f"The {name} of the robustness", map(str, frame.columns))
    if odd := [region for region in scored if region not in frame.index]:
        raise NotComparableError(
            f"The {name} of the robustness has no row for {listing(odd)}. Assess the scheme on the "
            "table that is drawn."
        )
    return frame.loc[scored, columns].to_numpy(float, na_value=np.nan)


def _require_whole(sums: NDArray[np.float64], scored: pd.Index) -> None:
    wrong = ~np.isclose(sums, 1.0, atol=1e-6) & ~np.isnan(sums)
    if wrong.any():
        odd = [
            f"{region} ({total:.4g})"
            for region, total in zip(scored[wrong], sums[wrong], strict=True)
        ]
        raise DataError(
            f"Tier probabilities of a region sum to 1, but here are others: {listing(odd)}."
        )
