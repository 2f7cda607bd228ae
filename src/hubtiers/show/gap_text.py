"""What gaps did, in words: which indicators a region lacks, and where their weight went."""

from __future__ import annotations

from dataclasses import dataclass

from hubtiers.scheme import Result
from hubtiers.show.words import Text, join_texts, node_text, word

__all__ = ["GapEffect", "gap_marks", "gap_texts", "list_gap_effects", "names_of", "percent"]

_MOST_NAMES = 3


@dataclass(frozen=True)
class GapEffect:
    """Indicators that a region lacks and whose weight went the same way.

    Attributes
    ----------
    region
        Its id.
    missing, taken_over_by
        Codes of the indicators that are missing, and of those that count for more instead.
    filled
        Whether the gaps were filled, so that no weight went anywhere.
    heaviest
        The indicator that counts for most among those; None where there is none.
    before, now
        Its weight in the score without any gap, and as it is.
    """

    region: str
    missing: tuple[str, ...]
    taken_over_by: tuple[str, ...]
    filled: bool
    heaviest: str | None
    before: float
    now: float


def list_gap_effects(result: Result) -> list[GapEffect]:
    """Return what gaps did, one entry by region and way that the weight went."""
    grouped: dict[tuple[str, str, bool], list[dict[str, object]]] = {}
    for row in result.gap_effects.to_dict("records"):
        way = (str(row["region_id"]), str(row["taken_over_by"]), bool(row["filled"]))
        grouped.setdefault(way, []).append({str(key): cell for key, cell in row.items()})
    effects = []
    for (region, takers, filled), rows in grouped.items():
        first = rows[0]
        heaviest = first["heaviest"] if isinstance(first["heaviest"], str) else None
        before, now = (first["weight_before"], first["weight_now"]) if heaviest else (0.0, 0.0)
        effects.append(
            GapEffect(
                region=region,
                missing=tuple(str(row["indicator"]) for row in rows),
                taken_over_by=tuple(filter(None, takers.split(";"))),
                filled=filled,
                heaviest=heaviest,
                before=float(str(before)),
                now=float(str(now)),
            )
        )
    return effects


def gap_texts(result: Result) -> dict[str, list[Text]]:
    """Return by region with gaps a sentence for each way that their weight went."""
    parts: dict[str, list[Text]] = {}
    for effect in list_gap_effects(result):
        parts.setdefault(effect.region, []).append(_effect_text(result, effect))
    return parts


def gap_marks(result: Result) -> dict[str, Text]:
    """Return by region with gaps the names of the indicators that are missing."""
    missing: dict[str, list[str]] = {}
    for effect in list_gap_effects(result):
        missing.setdefault(effect.region, []).extend(effect.missing)
    return {region: names_of(result, codes) for region, codes in missing.items()}


def names_of(result: Result, codes: list[str] | tuple[str, ...]) -> Text:
    """Return the names of indicators in a row, some of many."""
    shown = join_texts([node_text(result, code) for code in codes[:_MOST_NAMES]], "enumeration")
    if len(codes) <= _MOST_NAMES:
        return shown
    return word("names_more").fill(names=shown, all=len(codes), rest=len(codes) - _MOST_NAMES)


def _effect_text(result: Result, effect: GapEffect) -> Text:
    missing = names_of(result, effect.missing)
    if effect.filled:
        return word("gap_cell_filled").fill(missing=missing)
    if effect.heaviest is None:
        return word("gap_cell_alone").fill(missing=missing)
    places = {
        "missing": missing,
        "to": names_of(result, effect.taken_over_by),
        "share": percent(effect.now),
        "own": percent(effect.before),
    }
    if len(effect.taken_over_by) == 1:
        return word("gap_cell_one").fill(**places)
    return word("gap_cell").fill(**places, heaviest=node_text(result, effect.heaviest))


def percent(share: float) -> Text:
    """Return a share in whole per cent, as each language writes it."""
    return Text(f"{share * 100:.0f}%", f"{share * 100:.0f} %")
