"""What the numbers of a study say, in a few sentences that claim no more than they carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from hubtiers.compare import Comparison
from hubtiers.robustness.certainty import MARKS
from hubtiers.robustness.result import Robustness
from hubtiers.scheme import Result
from hubtiers.show.certainty_marks import certainty_frame, often_text
from hubtiers.show.methods import method_text
from hubtiers.show.words import (
    Text,
    join_texts,
    node_text,
    region_text,
    tier_text,
    title_texts,
    word,
)
from hubtiers.tiers.rules import PositionTiers

if TYPE_CHECKING:
    from hubtiers.outcome import Outcome

__all__ = ["certainty_frame", "headline", "headline_of", "reference_text"]

_MOST_NAMES = 5
_MOST_MOVERS = 3
_MOST_SCHEMES = 3


def headline(
    result: Result,
    *,
    robustness: Robustness | None = None,
    comparison: Comparison | None = None,
    compared: pd.DataFrame | None = None,
    reference: Text | None = None,
    titles: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Text]:
    """Return what a study found, a sentence each, the most important first (要点).

    Parameters
    ----------
    result
        Tiers and scores.
    robustness
        How sure they are; without it no sentence says so.
    comparison
        The result under other schemes; without it no sentence says who moves.
    compared
        What `compare_baselines` gave; without it, or without `reference`, no sentence is on
        agreement.
    reference
        What the reference is called, as `reference_text` gives it.
    titles
        What each baseline is called, by its code and language.

    Returns
    -------
    list of Text
        Sentences in both languages: how many regions are in the highest tiers; how many of them
        keep it in nine draws of ten; how many are settled, leaning and open; who moves under which
        weights; agreement beside that of the best single baseline, also where it is better.

    Notes
    -----
    The highest tiers are the upper half of them, at most two. A scheme of the comparison that
    differs in more than its weights, or more than its tier rule, has no sentence: the move could
    not be laid to one choice.

    **Missing values**: a region without a score is not counted.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> print(headline(load_study("zhang2022").run().result)[0].en[:45])
    Of 14 regions scored, 3 are International (Ya
    """
    said = [_tier_sentence(result)]
    if robustness is not None:
        said += _sureness(result, certainty_frame(result, robustness), often_text(robustness))
    if comparison is not None:
        said += _moves(result, comparison)
    if compared is not None and reference is not None:
        said.append(_agreement(result, compared, reference, titles or {}))
    return said


def headline_of(outcome: Outcome) -> list[Text]:
    """Return what a study found, with all that it asked for; see `headline`."""
    reference = reference_text(outcome)
    return headline(
        outcome.result,
        robustness=outcome.robustness,
        comparison=outcome.comparison,
        compared=None if reference is None else outcome.baseline_agreement,
        reference=reference,
        titles=outcome.baseline_titles,
    )


def reference_text(outcome: Outcome) -> Text | None:
    """Return what the tiers are held against: published groups or a layout; None for nothing."""
    if outcome.reference is None:
        return None
    if outcome.reference_name:
        return Text.same(outcome.reference_name)
    layout = outcome.layout
    if layout is None:
        return None
    known = {"zh": layout.title_zh, "en": layout.title_en}
    return word("headline_layout").fill(title=title_texts(known, Text.same(layout.id)))


def _highest(result: Result) -> list[str]:
    """Return the tiers that the headline counts, highest first."""
    labels = list(result.breaks.labels)
    return labels[: min(2, (len(labels) + 1) // 2)]


def _in_tiers(result: Result, tiers: Sequence[str]) -> list[str]:
    """Return the regions of some tiers, best first."""
    ranked = result.rank.dropna().sort_values(kind="stable").index
    inside = set(result.tier.index[result.tier.isin(tiers)])
    return [str(region) for region in ranked if region in inside]


def _tier_sentence(result: Result) -> Text:
    """Return how many regions are in the highest tiers."""
    labels = [str(label) for label in result.breaks.labels]
    everything = _in_tiers(result, labels)
    if not everything:
        return word("headline_unscored")
    if len(everything) == 1:
        tier = tier_text(result.tier[everything[0]])
        return word("headline_only").fill(name=region_text(result, everything), tier=tier)
    parts = []
    named = False
    for label in _highest(result):
        regions = _in_tiers(result, [label])
        # Those of one tier are named: all of two would be a table.
        names = _names(result, regions, named=named)
        named = named or bool(regions)
        key = "headline_tier" if regions else "headline_no_tier"
        parts.append(word(key).fill(tier=tier_text(label), n=len(regions), names=names))
    told = join_texts(parts, "headline_and")
    return word("headline_tiers").fill(n=len(everything), parts=told)


def _names(result: Result, regions: Sequence[str], *, named: bool) -> Text:
    """Return the names of a tier's regions in brackets; nothing for many, or for a second tier."""
    if named or not regions or len(regions) > _MOST_NAMES:
        return Text.same("")
    return word("headline_names").fill(names=region_text(result, regions))


def _sureness(result: Result, marks: pd.DataFrame, often: Text) -> list[Text]:
    """Return how many regions keep their tier, and which of the highest are open."""
    marked = marks["certainty"].dropna()
    if marked.empty:
        return []
    highest = [region for region in _in_tiers(result, _highest(result)) if region in marked.index]
    said = []
    if highest:
        said.append(_keepers(marked[highest], often))
    if len(marked) > len(highest):
        counts = {mark: int((marked == mark).sum()) for mark in MARKS}
        key = "headline_marks" if counts["open"] else "headline_marks_closed"
        said.append(word(key).fill(n=len(marked), often=often, **counts))
    unsure = [region for region in highest if marked[region] == "open"]
    if unsure:
        likeliest = marks["likeliest"]
        rather = [_likelier(result, region, likeliest[region]) for region in unsure]
        said.append(word("headline_open").fill(names=_some(rather, _MOST_MOVERS)))
    return said


def _keepers(marked: pd.Series, often: Text) -> Text:
    """Return how many of some regions keep their tier."""
    settled = int((marked == "settled").sum())
    if settled == len(marked):
        return word("headline_keep_all").fill(n=settled, often=often)
    if not settled:
        return word("headline_keep_none").fill(n=len(marked), often=often)
    return word("headline_keep").fill(n=settled, all=len(marked), often=often)


def _likelier(result: Result, region: str, tier: object) -> Text:
    """Return the name of a region with the tier that it has more often."""
    name = region_text(result, [region])
    return word("headline_rather").fill(name=name, tier=tier_text(tier))


def _some(parts: Sequence[Text], most: int) -> Text:
    """Return the first texts in a row, and how many more there are."""
    listed, rest = join_texts(parts[:most], "enumeration"), len(parts) - most
    if rest <= 0:
        return listed
    return word("names_more").fill(names=listed, all=len(parts), rest=rest)


def _moves(result: Result, comparison: Comparison) -> list[Text]:
    """Return who changes tier where one choice differs: the weights, or the tier rule."""
    by_position = isinstance(result.breaks, PositionTiers)
    moved: dict[str, tuple[Text, list[Text]]] = {}
    untouched = False
    for name, other in comparison.results.items():
        what = _what_differs(result, comparison, name)
        if what is None:
            continue
        if by_position and other.fitted.scheme.tier == result.fitted.scheme.tier:
            untouched = True
            continue
        moved[name] = what, _movers(result, other)
    said = [word("headline_position")] if untouched else []
    if moved:
        said.append(_as_sentence(_move_clauses(list(moved.values()))))
    return said


def _what_differs(result: Result, comparison: Comparison, name: str) -> Text | None:
    """Return the weights, or the tier rule, of a scheme that differs in nothing else."""
    own, other = result.fitted.scheme, comparison.results[name].fitted.scheme
    if other.replace(weight=own.weight) == own and other.weight != own.weight:
        called = comparison.titles.get(name, {})
        # A title that says the tier rule as well would say what does not differ.
        if called and not _rules_vary(comparison):
            return title_texts(called, method_text(other.weight))
        return method_text(other.weight)
    if other.replace(tier=own.tier) == own and other.tier != own.tier:
        return method_text(other.tier)
    return None


def _rules_vary(comparison: Comparison) -> bool:
    rules = [found.fitted.scheme.tier for found in comparison.results.values()]
    return any(rule != rules[0] for rule in rules)


def _movers(result: Result, other: Result) -> list[Text]:
    """Return the regions that have another tier, with that tier, the best first."""
    theirs = other.tier.astype("object").reindex(result.tier.index)
    own = result.tier.astype("object")
    differs = own.notna() & theirs.notna() & (own != theirs)
    ranked = result.rank[differs].sort_values(kind="stable").index
    found = []
    for region in ranked:
        name = region_text(result, [str(region)])
        found.append(word("headline_to").fill(name=name, tier=tier_text(theirs[region])))
    return found


def _move_clauses(moved: Sequence[tuple[Text, list[Text]]]) -> Text:
    """Return a clause for each scheme, one for schemes that move the same; of many, the ends."""
    alike: dict[tuple[Text, ...], list[Text]] = {}
    for what, movers in moved:
        alike.setdefault(tuple(movers), []).append(what)
    if len(alike) > _MOST_SCHEMES:
        counts = [len(movers) for _, movers in moved]
        what, movers = moved[counts.index(max(counts))]
        names = _some(movers, _MOST_MOVERS)
        return word("headline_moves_range").fill(
            tried=len(moved), low=min(counts), high=max(counts), what=what, names=names
        )
    clauses = [_clause(_either(what), movers) for movers, what in alike.items()]
    return join_texts(clauses, "semicolon")


def _either(parts: Sequence[Text]) -> Text:
    """Return texts in a row with an “or” before the last."""
    last = parts[-1]
    if len(parts) == 1:
        return last
    return join_texts([join_texts(parts[:-1], "enumeration"), last], "or")


def _clause(what: Text, movers: Sequence[Text]) -> Text:
    if not movers:
        return word("headline_moves_none").fill(what=what)
    names = _some(movers, _MOST_MOVERS)
    return word("headline_moves").fill(what=what, n=len(movers), names=names)


def _as_sentence(told: Text) -> Text:
    """Return a clause as a sentence: with a capital letter and a full stop."""
    stop = word("full_stop")
    return Text(told.zh + stop.zh, told.en[:1].upper() + told.en[1:] + stop.en)


def _agreement(
    result: Result,
    compared: pd.DataFrame,
    reference: Text,
    titles: Mapping[str, Mapping[str, str]],
) -> Text:
    """Return how far the tiers agree with the reference, and what a baseline would give."""
    own = compared[compared["kind"] == "score"].iloc[0]
    baseline: Text | str = ""
    others = compared[compared["kind"] != "score"]
    if len(others):
        # Both by the share, as baselines need not have all regions; kappa breaks ties.
        best = others.sort_values(["share", "kappa"], ascending=False, kind="stable").iloc[0]
        baseline = _baseline(result, compared, best, own, titles)
    return word("headline_agreement").fill(
        n=int(own["n"]), matches=int(own["matches"]), reference=reference, baseline=baseline
    )


def _baseline(
    result: Result,
    compared: pd.DataFrame,
    best: pd.Series,
    own: pd.Series,
    titles: Mapping[str, Mapping[str, str]],
) -> Text:
    """Return how far the best single baseline agrees, and whether better than the study."""
    name: Any = best.name
    called = _baseline_name(result, str(name), titles)
    if best["kind"] == "indicator":
        tried = int((compared["kind"] == "indicator").sum())
        called = word("best_alone").fill(name=called, n=tried)
    else:
        called = word("alone").fill(name=called)
    key = "headline_equal"
    if best["share"] != own["share"]:
        key = "headline_better" if best["share"] > own["share"] else "headline_worse"
    return word(key).fill(name=called, matches=int(best["matches"]), n=int(best["n"]))


def _baseline_name(result: Result, name: str, titles: Mapping[str, Mapping[str, str]]) -> Text:
    if name in titles:
        return title_texts(titles[name], Text.same(name))
    return node_text(result, name) if name in result.table.framework.node else Text.same(name)
