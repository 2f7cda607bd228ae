"""Whose work the shapes of a map are: of the layer that is drawn, and of what lies around."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd

from hubtiers.regions.pack import WORLD_PACK, Pack, load_pack, source_of
from hubtiers.show.words import Text, word

__all__ = ["attribution", "boundary_note", "coordinate_note"]


def boundary_note(regions: gpd.GeoDataFrame, links: Sequence[str] = ()) -> Text:
    """Return the credit line of a layer and of what is drawn around it.

    A layer whose source is not known is credited to nobody. `links` are the sources of the links
    that are drawn over it.
    """
    said = _credit_note(regions)
    if not links:
        return said
    return word("links_note").fill(boundaries=said, sources="; ".join(links))


def _credit_note(regions: gpd.GeoDataFrame) -> Text:
    source = source_of(regions)
    pack = source.load_pack()
    around = _context_credit(pack)
    if not source.credit_zh and not source.credit_en:
        return word("context_note").fill(context=around)
    credit = Text(source.credit("zh").rstrip("。. "), source.credit("en").rstrip("。. "))
    if pack and pack.id == WORLD_PACK:
        return word("credit_note").fill(credit=credit)
    return word("boundary_note").fill(credit=credit, context=around)


def attribution(regions: gpd.GeoDataFrame) -> str:
    """Return the shortest form of the credit, for the corner of a map."""
    source = source_of(regions)
    pack = source.load_pack()
    own = (pack.attribution if pack else "") or source.credit("en")
    names = ("hubtiers", own, _context_credit(pack).en)
    return " · ".join(dict.fromkeys(filter(None, names)))


def coordinate_note(regions: gpd.GeoDataFrame) -> Text | None:
    """Return what the pack says of tiles under its boundaries; None where it says nothing."""
    pack = source_of(regions).load_pack()
    if pack is None or not pack.coordinates.get("en"):
        return None
    return Text(pack.coordinates["zh"], pack.coordinates["en"])


def _context_credit(pack: Pack | None) -> Text:
    """Return whose work the countries around a pack are."""
    if pack and pack.context_file:
        return Text.same(pack.context_credit)
    return Text.same(load_pack(WORLD_PACK).attribution)
