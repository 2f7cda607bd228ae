"""What a list calls its regions.

Names, codes and addresses, each read once for a layer of regions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from hubtiers.regions._addresses import Address, read_address, unit_of_code
from hubtiers.regions._names import name_key
from hubtiers.regions._postal import units_of_postal_code, units_of_postal_codes
from hubtiers.regions.gazetteer import match_names
from hubtiers.regions.layer_names import match_layer
from hubtiers.regions.pack import source_of
from hubtiers.table.corrections import SET_ASIDE
from hubtiers.table.name_report import PlaceRead

__all__ = ["read_places", "read_postal_codes"]

# Shorter texts are names; what is longer is tried as an address first, which is cheaper than to
# look for close names.
_LONGEST_NAME = 6


def read_places(
    pairs: Sequence[tuple[str, str]],
    regions: pd.DataFrame,
    given: Mapping[str, str],
    *,
    is_told: bool,
) -> list[PlaceRead]:
    """Return the region of each pair of text and province, without numbers of records.

    `given` holds corrections; `is_told` says whether the provinces come from a column that the
    user named.
    """
    found: dict[tuple[str, str], PlaceRead] = {}
    reader = _Reader(regions)
    # Of a layer of one's own only the layer knows what its regions lie in.
    homes = _home_ids([home for _, home in pairs], is_told=is_told and reader.is_shipped)
    rest: list[tuple[str, str]] = []
    for pair in pairs:
        text, home = pair
        if not text:
            found[pair] = PlaceRead("", 0, "", "missing", "", "")
        elif text in given:
            aside = given[text] == SET_ASIDE
            found[pair] = PlaceRead(
                text, 0, "" if aside else given[text], "set aside" if aside else "corrected", "", ""
            )
        elif homes[home] is None:
            found[pair] = PlaceRead(text, 0, "", "unmatched", "", f"its province {home!r} is none")
        elif len(text) > _LONGEST_NAME and (place := reader.by_address(text, homes[home] or "")):
            found[pair] = place
        else:
            rest.append(pair)
    found |= reader.by_name(rest, {home: homes[home] or "" for _, home in rest})
    return [found[pair] for pair in pairs]


def read_postal_codes(
    pairs: Sequence[tuple[str, str]], regions: pd.DataFrame, given: Mapping[str, str]
) -> list[PlaceRead]:
    """Return the region of each postal code, with its province beside it where one is told.

    A layer without units of the gazetteer may have postal codes as its ids.
    """
    ids = {str(region) for region in regions.index}
    if ids.isdisjoint(units_of_postal_codes()):
        return [_postal_place(text, "", ids, given, codes=ids) for text, _ in pairs]
    homes = _home_ids([home for _, home in pairs], is_told=False)
    return [_postal_place(text, homes[home] or "", ids, given) for text, home in pairs]


def _postal_place(
    text: str,
    home: str,
    ids: set[str],
    given: Mapping[str, str],
    codes: Collection[str] = (),
) -> PlaceRead:
    """Return the region of a postal code; `codes` are those that are ids themselves."""
    if not text:
        return PlaceRead("", 0, "", "missing", "", "")
    if text in given:
        aside = given[text] == SET_ASIDE
        rule = "set aside" if aside else "corrected"
        return PlaceRead(text, 0, "" if aside else given[text], rule, "", "")
    if text in codes:
        return PlaceRead(text, 0, text, "id", "", "")
    units = units_of_postal_code(text)
    if home and units and units[-1] != home:
        note = "the postal code lies outside its province"
        return PlaceRead(text, 0, "", "unmatched", "", note)
    region = next((unit for unit in units if unit in ids), "")
    if region:
        return PlaceRead(text, 0, region, "postal code", "", "")
    note = "no postal code" if not units else "no region of the layer alone has its postal district"
    return PlaceRead(text, 0, "", "unmatched", "", note)


def _home_ids(homes: Sequence[str], *, is_told: bool) -> dict[str, str | None]:
    """Return the province of each text: empty for anywhere, None where it should be one.

    A column that was only found by its header is no promise: what is none there decides nothing.
    """
    texts = list(dict.fromkeys(homes))
    matched = match_names([text for text in texts if text], level="province").frame
    known = dict(zip(matched["name"], matched["region_id"], strict=True))
    found: dict[str, str | None] = {"": ""}
    for text, region in known.items():
        is_known = isinstance(region, str) and region != ""
        found[str(text)] = str(region) if is_known else None if is_told else ""
    return found


class _Reader:
    """Finds the regions of one layer by address and by name."""

    def __init__(self, regions: pd.DataFrame) -> None:
        self.regions = regions
        self.is_shipped = source_of(regions).in_gazetteer
        self.ids = {str(region) for region in regions.index}
        self.own = self._own_names()
        self.longest = max(map(len, self.own), default=0)

    def _own_names(self) -> dict[str, str]:
        """Return the ids of names that only one region of the layer has."""
        meanings: dict[str, set[str]] = {}
        for column in ("name_zh", "name_en"):
            for region, name in (
                self.regions[column].items() if column in self.regions.columns else ()
            ):
                if len(key := name_key(str(name))) > 1:
                    meanings.setdefault(key, set()).add(str(region))
        return {key: next(iter(ids)) for key, ids in meanings.items() if len(ids) == 1}

    def by_address(self, text: str, home: str) -> PlaceRead | None:
        """Return the region of a text that goes on behind the name of a unit, or None."""
        address = read_address(text)
        if address is None:
            return None
        if home and address.province != home:
            note = f"it begins with {address.shown}, which lies outside its province"
            return PlaceRead(text, 0, "", "unmatched", "", note)
        for region in (address.city, address.province):
            if region in self.ids and address.rest:
                return PlaceRead(address.shown, 0, region, "address", "", "")
        return self._by_own_name(address)

    def _by_own_name(self, address: Address) -> PlaceRead | None:
        rest = address.rest
        for length in range(min(self.longest, len(rest)), 1, -1):
            if region := self.own.get(rest[:length]):
                return PlaceRead(f"{address.shown}{rest[:length]}", 0, region, "address", "", "")
        return None

    def by_name(
        self, pairs: Sequence[tuple[str, str]], homes: Mapping[str, str]
    ) -> dict[tuple[str, str], PlaceRead]:
        """Return the regions of names, each within its province where there is one."""
        if self.is_shipped:
            return self._matched(pairs, [homes[home] for _, home in pairs])
        # Names of one's own layer need what they lie in only where it decides.
        found = self._matched(pairs, [""] * len(pairs))
        unclear = [pair for pair in pairs if found[pair].rule == "ambiguous" and pair[1]]
        return found | self._matched(unclear, [home for _, home in unclear])

    def _matched(
        self, pairs: Sequence[tuple[str, str]], within: Sequence[str]
    ) -> dict[tuple[str, str], PlaceRead]:
        if not pairs:
            return {}
        texts = [text for text, _ in pairs]
        matched = match_layer(texts, self.regions, within=within if any(within) else None)
        rows = matched.to_dict("records")
        return {pair: self._place(pair[0], row) for pair, row in zip(pairs, rows, strict=True)}

    def _place(self, text: str, row: Mapping[Any, Any]) -> PlaceRead:
        region, rule, note = (str(row[key]) for key in ("region_id", "rule", "note"))
        if region:
            return PlaceRead(text, 0, region, rule, "", note if rule == "former" else "")
        if rule == "unmatched" and (units := unit_of_code(text)):
            inside = next((unit for unit in units if unit in self.ids), "")
            if inside:
                return PlaceRead(text, 0, inside, "code", "", "")
        if rule == "unmatched" and len(text) <= _LONGEST_NAME:
            place = self.by_address(text, "")
            if place is not None:
                return place
        return PlaceRead(text, 0, "", rule, str(row["candidates"]), note)
