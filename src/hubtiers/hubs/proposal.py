"""What stands behind a proposed layout: roles, reasons, the cost of balance, windows of numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from hubtiers.errors import HubtiersError, UnknownOptionError
from hubtiers.framework import TIER_NAMES_ZH
from hubtiers.hubs._rounds import Chosen, Ground, Rules, choose_hubs
from hubtiers.hubs.selection import NOBODY
from hubtiers.regions.pack import source_of

__all__ = ["Proposal"]

_STEP = 1.02
"""Windows are looked for in steps of 2 %, and then halved."""

_FARTHEST = 4.0
_CLOSE = 1e-4

_REASONS = {
    "lead": ("得分最高且满足间距", "best score that keeps the spacing"),
    "core": ("得分与主核接近", "score near that of the lead"),
    "member": ("位于{}的范围内", "in the extent of {}"),
    "near": ("与{}的距离为 {:.0f} {}，近于间距", "kept out by {}, {:.0f} {}"),
    "reserved": ("名额留给尚无中心的大区", "place kept for a part without a hub"),
    "lacking": ("{}的百分位不足", "lacks {}"),
    "below": ("得分排在名额之外", "below the count"),
    "excluded": ("按要求排除", "excluded"),
    "no data": ("无得分", "no score"),
}

_SAID = {
    "zh": {
        "round": "{}：主核间距 {:g} {}",
        "own": "层级取各主核自身的层级",
        "none": "无",
        "cores": "次核规则：{!r}",
        "extent": "范围规则：{!r}",
        "balance": "均衡所依据的分区：{}",
        "rest": "后续层级各功能的最低百分位：{}；求解：{}；无得分区域：{}",
        "short": "{}级：要求 {} 个，符合条件的只有 {} 个",
    },
    "en": {
        "round": "{}: leads at least {:g} {} apart",
        "own": "tiers are those of the leads",
        "none": "none",
        "cores": "cores: {!r}",
        "extent": "extent: {!r}",
        "balance": "balanced over: {}",
        "rest": "least percentile of later hubs: {}; solved: {}; regions without a score: {}",
        "short": "{}: {} asked for, only {} fit",
    },
}


class _Dial(NamedTuple):
    """One number of the rules that can be turned."""

    name: str
    value: float
    most: float
    turned: Callable[[float], Rules]


@dataclass(frozen=True, repr=False, eq=False)
class Proposal:
    """Why each place is what it is in a proposed layout.

    Attributes
    ----------
    ground, rules, chosen
        Scores and distances, every free choice, and the hubs on arrays.
    names
        Short names by region and language.
    functions
        Functions in the order of the percentiles.
    unit
        Unit of distances.
    regions
        All regions, in the order of the ground.
    """

    ground: Ground
    rules: Rules
    chosen: Chosen
    names: pd.DataFrame
    functions: tuple[str, ...]
    unit: str
    regions: gpd.GeoDataFrame

    def to_frame(self, language: str = "en") -> pd.DataFrame:
        """Return one row per region, best first.

        Returns
        -------
        pandas.DataFrame
            By region: `name`, `score`, `rank`, `role` (lead, core, member or empty), `hub` (id of
            its lead), `tier` of the hub, `reason`.

        Raises
        ------
        UnknownOptionError
            When the language is neither ``"en"`` nor ``"zh"``.

        Notes
        -----
        **Missing values**: a region without a score has no rank and stands at the end.
        """
        _require_language(language)
        ground = self.ground
        scores = pd.Series(ground.scores, pd.Index(ground.ids, name="region_id"), name="score")
        rows = [self._row(place, language) for place in range(len(scores))]
        frame = pd.DataFrame(rows, scores.index, columns=["role", "hub", "tier", "reason"])
        frame.insert(0, "name", self.names[language].to_numpy())
        frame.insert(1, "score", scores)
        frame.insert(2, "rank", scores.rank(ascending=False, method="min").astype("Int64"))
        return frame.sort_values("rank", kind="stable", na_position="last")

    def _row(self, place: int, language: str) -> tuple[str, str, str, str]:
        chosen, ids = self.chosen, self.ground.ids
        hub = int(chosen.owner[place])
        role = "" if hub == NOBODY else "core" if place in chosen.cores[hub] else "member"
        if place in chosen.leads:
            hub, role = chosen.leads.index(place), "lead"
        reason = self._reason(place, role, hub, 0 if language == "zh" else 1)
        if hub == NOBODY:
            return role, "", "", reason
        return role, ids[chosen.leads[hub]], chosen.tiers[hub], reason

    def _reason(self, place: int, role: str, hub: int, spoken: int) -> str:
        ground, chosen = self.ground, self.chosen
        names = self.names[("zh", "en")[spoken]]
        rival = int(chosen.kept_out_by[place])
        # The first that holds says why.
        fitting: list[tuple[bool, str, tuple[object, ...]]] = [
            (role in ("lead", "core"), role, ()),
            (bool(np.isnan(ground.scores[place])), "no data", ()),
            (not ground.allowed[place], "excluded", ()),
            (rival != NOBODY, "near", (names.iloc[rival], ground.row(rival)[place], self.unit)),
            (role == "member", "member", (names.iloc[chosen.leads[hub]],)),
            (bool(chosen.reserved[place]), "reserved", ()),
            (chosen.lacking[place] != NOBODY, "lacking", (self._lacking(place),)),
        ]
        key, words = next(((key, words) for holds, key, words in fitting if holds), ("below", ()))
        return _REASONS[key][spoken].format(*words)

    def _lacking(self, place: int) -> str:
        return self.functions[int(self.chosen.lacking[place])] if self.functions else ""

    @cached_property
    def unbalanced(self) -> Chosen:
        """The hubs that the same rules give without balance."""
        if self.ground.groups is None:
            return self.chosen
        return choose_hubs(self.ground, replace(self.rules, balanced=False))

    @property
    def balance_cost(self) -> float:
        """What balance costs: 1 − Σ scores of the leads / Σ without balance, of the first choice.

        0 where no balance was asked for.
        """
        with_it, without = (self._sum_of(each) for each in (self.chosen, self.unbalanced))
        return float(1.0 - with_it / without)

    def _sum_of(self, chosen: Chosen) -> float:
        return float(self.ground.scores[list(chosen.leads[: chosen.first])].sum())

    @property
    def balance_changes(self) -> pd.DataFrame:
        """Leads that balance brings and those that it costs: `name_zh`, `name_en`, `change`."""
        now = set(self.chosen.leads[: self.chosen.first])
        before = set(self.unbalanced.leads[: self.unbalanced.first])
        rows = [(place, "gained") for place in sorted(now - before)]
        rows += [(place, "lost") for place in sorted(before - now)]
        index = pd.Index([self.ground.ids[place] for place, _ in rows], name="region_id")
        names = self.names.iloc[[place for place, _ in rows]]
        return pd.DataFrame(
            {
                "name_zh": names["zh"].to_numpy(),
                "name_en": names["en"].to_numpy(),
                "change": [change for _, change in rows],
            },
            index,
        )

    @cached_property
    def windows(self) -> pd.DataFrame:
        """How far each number may move, the others held, before the cores chosen first change.

        Returns
        -------
        pandas.DataFrame
            By number: `value`; `low` and `high`, the least and largest value that keep the cores,
            missing where nothing changes within a quarter and four times the value; `at_low` and
            `at_high`, which places come (+) and go (−) beyond, in Chinese where they have such
            names, and `at_low_en`, `at_high_en`.

        Notes
        -----
        Looked for in steps of 2 % and then halved to one part in ten thousand. A change that comes
        and goes within one step is missed.
        """
        rows = {dial.name: self._window(dial) for dial in self._dials()}
        columns = ["value", "low", "high", "at_low", "at_high", "at_low_en", "at_high_en"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("number")

    def _dials(self) -> Iterator[_Dial]:
        """Yield the numbers that decide the cores of the first choice."""
        first = replace(self.rules, rounds=self.rules.rounds[:1])
        upper = first.rounds[0]

        def spaced(value: float) -> Rules:
            return replace(first, rounds=(upper._replace(spacing=value),))

        yield _Dial("spacing", upper.spacing, np.inf, spaced)
        for rule, names in (("cores", ("ratio", "within")), ("extent", ("decay", "mass_exponent"))):
            method: Any = getattr(first, rule)
            for name in names:
                value = getattr(method, name, None)
                if isinstance(value, (int, float)) and value > 0:
                    yield _Dial(name, float(value), _most(name), _turning(first, rule, name))

    def _window(self, dial: _Dial) -> tuple[float | str, ...]:
        low, at_low = self._edge(dial, 1.0 / _STEP)
        high, at_high = self._edge(dial, _STEP)
        return dial.value, low, high, at_low[0], at_high[0], at_low[1], at_high[1]

    def _edge(self, dial: _Dial, factor: float) -> tuple[float, tuple[str, str]]:
        """Return the last value that keeps the cores in one direction, and what changes beyond."""
        same, value = dial.value, dial.value
        while 1.0 / _FARTHEST < value / dial.value < _FARTHEST and value <= dial.most:
            value = min(value * factor, dial.most)
            if self._keeps(dial, value):
                if value == dial.most:
                    break
                same = value
                continue
            while abs(value - same) > _CLOSE * dial.value:
                middle = (value + same) / 2.0
                same, value = (middle, value) if self._keeps(dial, middle) else (same, middle)
            return same, self._change(dial, value)
        return np.nan, ("", "")

    def _keeps(self, dial: _Dial, value: float) -> bool:
        found = self._try(dial, value)
        return found is not None and found.core_sets(first=True) == self.chosen.core_sets(
            first=True
        )

    def _try(self, dial: _Dial, value: float) -> Chosen | None:
        try:
            return choose_hubs(self.ground, dial.turned(value))
        except HubtiersError:
            return None

    def _change(self, dial: _Dial, value: float) -> tuple[str, str]:
        """Return what comes and goes at a value, in Chinese and in English."""
        found = self._try(dial, value)
        if found is None:
            return "可选的中心不足", "fewer hubs fit"
        now, then = (_cores_of(each) for each in (self.chosen, found))
        chinese = self.names["zh"].where(self.names["zh"] != "", self.names["en"])
        said = []
        for names in (chinese, self.names["en"]):
            come = [f"+{names.iloc[place]}" for place in sorted(then - now)]
            go = [f"−{names.iloc[place]}" for place in sorted(now - then)]
            said.append(" ".join([*come, *go]))
        return said[0] or "核心的组合不同", said[1] or "other pairs"

    def statements(self, language: str = "en") -> list[str]:
        """Return every free choice in words, one a line, and tiers of which fewer hubs fit.

        Raises
        ------
        UnknownOptionError
            When the language is neither ``"en"`` nor ``"zh"``.
        """
        _require_language(language)
        rules, said = self.rules, _SAID[language]
        names = TIER_NAMES_ZH if language == "zh" else {}
        parts = ", ".join(self._parts(language)) or said["none"]
        lines = []
        for each in rules.rounds:
            counted = ", ".join(f"{names.get(tier, tier)} {n}" for tier, n in each.counts.items())
            lines.append(said["round"].format(counted or said["own"], each.spacing, self.unit))
        lines += [said["cores"].format(rules.cores), said["extent"].format(rules.extent)]
        lines.append(said["balance"].format(parts))
        lines.append(said["rest"].format(rules.require, rules.solve, rules.no_data))
        for tier, (asked, fit) in self.shortfall.items():
            lines.append(said["short"].format(names.get(tier, tier), asked, fit))
        return lines

    def _parts(self, language: str) -> list[str]:
        """Return the parts that are balanced over, by the names that their pack gives them."""
        names = self.ground.group_names
        pack = source_of(self.regions).load_pack()
        for grouping in pack.groupings.values() if pack is not None else ():
            places = {place.id: place for place in grouping.groups}
            if set(names) <= set(places):
                said = {name: getattr(places[name], f"name_{language}") for name in names}
                return [said[name] or name for name in names]
        return list(names)

    @property
    def shortfall(self) -> dict[str, tuple[int, int]]:
        """Tiers of later rounds of which fewer hubs fit than asked for: how many of each."""
        asked = Counter[str]()
        for each in self.rules.rounds:
            asked.update(each.counts)
        found = Counter(self.chosen.tiers)
        return {tier: (n, found[tier]) for tier, n in asked.items() if found[tier] < n}

    def __repr__(self) -> str:
        leads = len(self.chosen.leads)
        cost = f"; balance costs {self.balance_cost:.2%}" if self.ground.groups is not None else ""
        short = [f"; {fit} of {n} {tier}" for tier, (n, fit) in self.shortfall.items()]
        return f"<Proposal: {leads} hubs of {len(self.ground.ids)} regions{cost}{''.join(short)}>"

    def _repr_html_(self) -> str:
        table = self.to_frame().head(30).to_html(escape=True, na_rep="–")
        return f"<p>{escape(repr(self)[1:-1])}</p>{table}"


def _require_language(language: str) -> None:
    if language not in _SAID:
        raise UnknownOptionError("language", language, list(_SAID))


def _most(name: str) -> float:
    return 1.0 if name == "ratio" else np.inf


def _turning(rules: Rules, rule: str, name: str) -> Callable[[float], Rules]:
    """Return what gives the rules with one number of a method changed."""

    def turned(value: float) -> Rules:
        method: Any = replace(getattr(rules, rule), **{name: value})
        changed: dict[str, Any] = {rule: method}
        return replace(rules, **changed)

    return turned


def _cores_of(chosen: Chosen) -> set[int]:
    return {place for cores in chosen.cores[: chosen.first] for place in cores}
