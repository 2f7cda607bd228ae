"""What a robustness analysis found."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._notebook import folded_html
from hubtiers.errors import SpecError
from hubtiers.robustness._by_option import (
    SizeEffect,
    probabilities_by_option,
    size_effects,
    sizes_by_option,
)
from hubtiers.robustness._counts import Counts, Reference
from hubtiers.robustness._evaluate import DrawEvaluator, Evaluated
from hubtiers.robustness._plan import BLOCK, Draws, Plan
from hubtiers.robustness._separation import Separation, own_tiers, separate
from hubtiers.robustness._shares import percent_text
from hubtiers.robustness.certainty import (
    SETTLED_FROM,
    likeliest_tiers,
    mark_certainty,
    require_settled_from,
)
from hubtiers.robustness.sensitivity import sensitivity_of
from hubtiers.robustness.variation import Variation
from hubtiers.scheme import Result

__all__ = ["FIRST_DRAWS", "Robustness"]

_STABLE = 0.95
_SHARES = (0.05, 0.5, 0.95)
_NAMES = ("low", "median", "high")
FIRST_DRAWS = 8 * BLOCK
"""How many draws are looked at again where not all of them need be."""
_SAMPLES = 512
_FEWEST_SAMPLES = 64


@dataclass(frozen=True, repr=False, eq=False)
class Robustness:
    """How sure tiers and ranks are, as `assess_robustness` gives it.

    Attributes
    ----------
    base
        The result of the scheme itself.
    plan, counts, against
        What the draws were, what was counted, and the reference; the properties below read them.
    settled_from
        Share of the draws from which a tier is settled, above 0.5 (see `certainty`).

    Notes
    -----
    A probability is the share of the draws that gave something, under a uniform choice among the
    options that the variation names: no posterior, and another one under other options (see
    `by_option`). Shares of draws have the standard error √(p·(1 − p) / draws): it says how far the
    number of draws lets one know the share, not how far the share would differ under another
    variation. A share that no draw has shown is printed as below 1 − 0.05^(1 / draws), its upper
    bound with 95 % confidence.
    """

    base: Result
    plan: Plan
    counts: Counts
    against: Reference
    settled_from: float = SETTLED_FROM

    def __post_init__(self) -> None:
        require_settled_from(self.settled_from)

    @property
    def variation(self) -> Variation:
        """What was varied."""
        return self.plan.variation

    @property
    def draws(self) -> int:
        """How many draws were counted."""
        return self.counts.draws

    @property
    def _index(self) -> pd.Index:
        return self.base.table.values.index

    @cached_property
    def _times_scored(self) -> NDArray[np.float64]:
        times = self.counts.ranks.sum(axis=1).astype(float)
        return np.where(times > 0, times, np.nan)

    @property
    def scored(self) -> pd.Series:
        """Share of the draws in which each region has a score."""
        return pd.Series(
            self.counts.ranks.sum(axis=1) / self.draws, index=self._index, name="scored"
        )

    @cached_property
    def tier_probability(self) -> pd.DataFrame:
        """Regions × tiers, highest first: share of the draws in which a region has each tier.

        Rows sum to 1. The tiers are those that the result or any draw may have: one that the result
        lacks has a column as well (`only_drawn` names them), and one that no draw gives is 0.

        A region without a score in any draw has missing values.
        """
        shares = self.counts.tiers / self._times_scored[:, None]
        return pd.DataFrame(
            shares, index=self._index, columns=pd.Index(self.plan.labels, name="tier")
        )

    @property
    def only_drawn(self) -> tuple[str, ...]:
        """Tiers that draws may have and the result has not, highest first."""
        own = self.base.breaks.labels
        return tuple(label for label in self.plan.labels if label not in own)

    @cached_property
    def by_option(self) -> pd.DataFrame:
        """Tier probabilities under each option that was varied, from the same draws.

        One row for each `step`, `option`, `region_id` and `tier`: `probability` among the `draws`
        that took the option and gave the region a score. Weights that are drawn from a
        distribution, noise and redrawn gaps have no options; without any option there are no rows.
        """
        return probabilities_by_option(self.plan, self.counts)

    @cached_property
    def sizes_by_option(self) -> pd.DataFrame:
        """Mean number of regions in each tier by `step` and `option`, and the `draws` of each."""
        return sizes_by_option(self.plan, self.counts)

    @cached_property
    def size_effects(self) -> tuple[SizeEffect, ...]:
        """Where one option makes a tier at least ten times as large as another option does.

        Probabilities of that tier then say mostly how often the option was drawn.
        """
        return size_effects(self.plan, self.counts)

    @cached_property
    def standard_error(self) -> pd.DataFrame:
        """Monte-Carlo standard error of every tier probability."""
        p = self.tier_probability
        return (p * (1.0 - p)).div(self._times_scored, axis=0) ** 0.5

    @cached_property
    def rank_interval(self) -> pd.DataFrame:
        """Rank at 5, 50 and 95 % of the draws: columns `low` (best), `median`, `high`.

        A region without a score in any draw has missing values.
        """
        never = np.isnan(self._times_scored)
        times = np.nan_to_num(self._times_scored)[:, None]
        # In how many draws a region has this rank or a better one.
        up_to = self.counts.ranks.cumsum(axis=1)
        columns = {}
        for name, share in zip(_NAMES, _SHARES, strict=True):
            rank = (up_to >= share * times).argmax(axis=1) + 1.0
            columns[name] = np.where(never, np.nan, rank)
        return pd.DataFrame(columns, index=self._index).astype("Int64")

    @cached_property
    def mean_rank(self) -> pd.Series:
        """Mean rank over the draws."""
        places = np.arange(1, len(self._index) + 1)
        return pd.Series(
            self.counts.ranks @ places / self._times_scored, index=self._index, name="mean_rank"
        )

    @cached_property
    def neighbours(self) -> pd.DataFrame:
        """By region, best first: the regions above and below it, and how often it beats them.

        Above and below in the scheme's ranking. Columns `above`, `beats_above`, `below`,
        `beats_below`. Ties count as not beaten, and so do draws in which one of the two has no
        score.
        """
        order = self._ranked
        before, behind = self.counts.duels[:, : len(order)] / self.draws
        frame = pd.DataFrame(index=order)
        frame["above"] = pd.Series(order[:-1], index=order[1:], dtype=object)
        frame["beats_above"] = pd.Series(behind[:-1], index=order[1:])
        frame["below"] = pd.Series(order[1:], index=order[:-1], dtype=object)
        frame["beats_below"] = pd.Series(before[:-1], index=order[:-1])
        return frame

    @property
    def _ranked(self) -> pd.Index:
        return (
            self.base.scores.dropna().sort_index().sort_values(ascending=False, kind="stable").index
        )

    @property
    def beats_next(self) -> pd.Series:
        """Share of draws in which a region scores above the next one in the scheme's ranking.

        Missing for the last.
        """
        return self.neighbours["beats_below"].reindex(self._index).rename("beats_next")

    @property
    def reference(self) -> pd.Series:
        """The tiers that draws are held against, those of the highest tier first."""
        return self.against.tier

    def _share(self, row: int) -> float:
        return float(self.counts.sums[row] / self.draws)

    def _share_error(self, share: float) -> float:
        return float(np.sqrt(share * (1.0 - share) / self.draws))

    @property
    def reference_share(self) -> float:
        """Share of draws that give every region of the reference its tier."""
        return self._share(0)

    @property
    def reference_share_error(self) -> float:
        """Standard error of `reference_share`."""
        return self._share_error(self.reference_share)

    @property
    def order_share(self) -> float:
        """Share of draws that keep the order of the reference's tiers.

        Every region of a higher tier then scores above all of the lower ones.
        """
        return self._share(1)

    @property
    def order_share_error(self) -> float:
        """Standard error of `order_share`."""
        return self._share_error(self.order_share)

    @property
    def reference_agreement(self) -> float:
        """Mean share of the reference's regions that a draw puts into their tier."""
        return float(self._share(2) / len(self.against.members))

    @property
    def reference_agreement_error(self) -> float:
        """Standard error of `reference_agreement`."""
        variance = max(self._share(3) - self._share(2) ** 2, 0.0)
        return float(np.sqrt(variance / self.draws) / len(self.against.members))

    @cached_property
    def confidence(self) -> pd.Series:
        """Probability of the tier that the scheme itself gives each region; missing without."""
        own = own_tiers(self.plan, self.base)
        known = own >= 0
        found = np.full(len(own), np.nan)
        found[known] = self.tier_probability.to_numpy()[known, own[known]]
        return pd.Series(found, index=self._index, name="confidence")

    @cached_property
    def certainty(self) -> pd.Series:
        """How sure the tier of each region is: `"settled"`, `"leaning"` or `"open"`.

        Settled: the region has its tier in at least nine draws of ten (`settled_from`). Leaning: in
        fewer, but no other tier is likelier. Open: another tier is, which `likeliest` names. A
        region without a score has no mark.
        """
        return mark_certainty(self.tier_probability, self.base.tier, self.settled_from)

    @cached_property
    def likeliest(self) -> pd.Series:
        """The tier that each region has in most draws; its own where that is one of several."""
        return likeliest_tiers(self.tier_probability, self.base.tier)

    @property
    def stable_core(self) -> list[str]:
        """Regions that keep the tier of the scheme in at least 95 % of the draws, best first."""
        return [str(region) for region in self._ranked if self.confidence[region] >= _STABLE]

    @cached_property
    def _separation(self) -> Separation:
        return separate(self.plan, self.base, min(self.draws, FIRST_DRAWS))

    @property
    def separation(self) -> pd.DataFrame:
        """Regions × indicators: how far the weights differ where a region leaves its tier.

        Mean weight in draws with another tier minus mean weight in draws with the scheme's tier, in
        standard deviations of the weight over all draws. Missing for regions that never, or always,
        leave their tier, and where no weights are drawn. Computed when first asked for, from the
        first 4,096 draws.
        """
        return self._separation.difference

    @property
    def pivotal(self) -> pd.DataFrame:
        """By region that changes tier, best first: the indicator whose weight tells most of it.

        Columns `indicator`, `separation` (as in `separation`; positive: the region leaves its tier
        when the weight is large), `weight_kept` and `weight_changed` (mean weights), `changed`
        (share of draws).
        """
        return self._separation.strongest(self._ranked)

    @cached_property
    def drivers(self) -> pd.DataFrame:
        """Which choice moves tiers and ranks most: Sobol indices of every factor.

        `sensitivity` gives more.

        Index `target` (`tier_flips`, `rank_shift`) and `factor`; columns `first`, `first_low`,
        `first_high`, `total`, `total_low`, `total_high`. Computed when first asked for, with 512
        samples, or fewer (at least 64) where every draw has values of its own and 512 would take
        longer than the draws; never from the draws counted here.
        """
        targets = ("tier_flips", "rank_shift")
        samples = _SAMPLES
        if self.plan.data_varies:
            affordable = self.draws // (2 * len(self.plan.factors) + 2)
            while samples > max(affordable, _FEWEST_SAMPLES):
                samples //= 2
        return sensitivity_of(self.plan, self.base, targets=targets, samples=samples).to_frame()

    @cached_property
    def weights_drawn(self) -> pd.DataFrame:
        """What the weights drawn imply for each function (each node right below the score).

        By node: `own`, its share of the weight in the scheme; `mean`, `low` and `high`, its mean
        share over the draws and the shares at 5 and 95 %. From the first 4,096 draws; no rows where
        no weights are drawn.
        """
        columns = ["own", "mean", "low", "high"]
        if not self.plan.draws_weights:
            return pd.DataFrame(columns=columns, index=pd.Index([], name="node"), dtype=float)
        framework, weights = self.plan.table.framework, self._first_weights
        rows = {}
        for node in framework.filled_children():
            below = framework.leaves(node) or [node]
            share = weights[below].sum(axis=1)
            own = float(self.plan.weights[below].sum())
            rows[node] = (own, share.mean(), *share.quantile([0.05, 0.95]))
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("node")

    def dominated(self, weight: float = 0.4) -> float:
        """Return the share of draws in which some indicator weighs more than this.

        From the first 4,096 draws; missing where no weights are drawn.
        """
        if not self.plan.draws_weights:
            return float("nan")
        return float((self._first_weights.max(axis=1) > weight).mean())

    @cached_property
    def _first_weights(self) -> pd.DataFrame:
        return self.weights_of(range(min(self.draws, FIRST_DRAWS)))

    def replay(self, draw: int) -> Result:
        """Return what the plain path, `scheme.replace(…).run(table)`, gives for a draw.

        Parameters
        ----------
        draw
            Number of the draw, from 0.

        Raises
        ------
        SpecError
            When there is no draw of this number.
        """
        draws = self._draws_of([draw])
        return DrawEvaluator(dataclasses.replace(self.plan, table=self.base.table)).result(draws, 0)

    def scores_of(self, draws: int | Iterable[int]) -> pd.DataFrame:
        """Return the scores that the compiled loop gives for some draws (draws × regions)."""
        return self._rows_of(draws, lambda drawn: drawn.scores)

    def ranks_of(self, draws: int | Iterable[int]) -> pd.DataFrame:
        """Return the ranks in some draws (draws × regions), 0 for none."""
        return self._rows_of(draws, lambda drawn: drawn.ranks)

    def tiers_of(self, draws: int | Iterable[int]) -> pd.DataFrame:
        """Return the tiers in some draws (draws × regions), None for none."""
        numbers = self._rows_of(draws, lambda drawn: drawn.classes)
        return numbers.map(lambda c: None if c < 0 else self.plan.labels[c])

    def weights_of(self, draws: int | Iterable[int]) -> pd.DataFrame:
        """Return the weights drawn (draws × indicators); no columns where none are drawn."""
        index = _numbers(draws)
        weights = self._draws_of(index).weights
        codes = None if weights is None else self.plan.table.framework.codes
        return pd.DataFrame(weights, index=index, columns=codes)

    def choices_of(self, draws: int | Iterable[int]) -> pd.DataFrame:
        """Return what each of some draws chose, in words (draws × factors with options)."""
        index = _numbers(draws)
        chosen = [self.plan.options(row) for row in self._draws_of(index).choices]
        return pd.DataFrame(chosen, index=index, columns=[f.name for f in self.plan.discrete])

    def _draws_of(self, numbers: Iterable[int]) -> Draws:
        # Draws are made block by block: neighbours come from the same one.
        kept: dict[int, Draws] = {}
        parts = []
        for number in numbers:
            if not 0 <= number < self.draws:
                raise SpecError(
                    f"There is no draw {number}; they are numbered 0 to {self.draws - 1}."
                )
            block = number // BLOCK
            if block not in kept:
                kept[block] = self.plan.block(block)
            parts.append(kept[block].take([number % BLOCK]))
        choices = [part.choices for part in parts]
        weights = [part.weights for part in parts if part.weights is not None]
        keys = [part.keys for part in parts]
        return Draws(
            np.vstack(choices),
            np.vstack(weights) if weights else None,
            np.vstack(keys),
            np.array(list(numbers)),
        )

    def _rows_of(
        self, draws: int | Iterable[int], what: Callable[[Evaluated], NDArray[Any] | None]
    ) -> pd.DataFrame:
        """Return one row by draw of what the compiled loop gives."""
        index = _numbers(draws)
        rows: list[NDArray[Any]] = [np.empty(0)] * len(index)
        for drawn in DrawEvaluator(self.plan).evaluate(self._draws_of(index), scores=True):
            values = what(drawn)
            assert values is not None
            for position, number in enumerate(drawn.which):
                # Draws that give the same share their only row.
                rows[number] = values[position if len(values) > 1 else 0]
        return pd.DataFrame(np.array(rows), index=index, columns=self._index)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per region, best first, regions without a score last.

        Names, `rank`, `rank_low`, `rank_median`, `rank_high`, `tier`, `confidence` (probability of
        that tier) with its `standard_error`, `probability_…` of every tier, `beats_next`, `scored`.
        """
        base = self.base.to_frame()
        frame = base[["name_zh", "name_en", "rank"]].join(self.rank_interval.add_prefix("rank_"))
        frame["tier"] = base["tier"]
        frame["confidence"] = p = self.confidence
        frame["standard_error"] = np.sqrt(p * (1.0 - p) / self._times_scored)
        frame = frame.join(self.tier_probability.add_prefix("probability_"))
        return frame.join([self.beats_next, self.scored])

    def _lines(self) -> list[str]:
        is_own = self.against.tier.equals(self._own_tiers)
        whose = "the scheme's own tiers" if is_own else "the reference"
        exact = percent_text(self.reference_share, self.reference_share_error, self.draws)
        ordered = percent_text(self.order_share, self.order_share_error, self.draws)
        agreement = percent_text(
            self.reference_agreement, self.reference_agreement_error, self.draws
        )
        core = f"{len(self.stable_core)} of {len(self._ranked)} regions"
        lines = [
            f"{whose} exactly: {exact} of draws",
            f"order of the tiers kept: {ordered} of draws",
            f"regions in their tier, on average: {agreement}",
            f"stable core (own tier in at least 95 % of draws): {core}",
        ]
        if self.only_drawn:
            lines.append(f"tiers in draws only, not in the result: {', '.join(self.only_drawn)}")
        if self.against.absent:
            lines.append(f"not in the table, not compared: {', '.join(self.against.absent)}")
        return [*lines, *(f"Caution: {effect}" for effect in self.size_effects)]

    @property
    def _own_tiers(self) -> pd.Series:
        return (
            self.base.tier.astype(object)
            .dropna()
            .reindex(self.against.tier.index)
            .rename("reference")
        )

    @property
    def summary(self) -> tuple[str, ...]:
        """What was drawn and what came of it, one sentence each, with cautions at the end."""
        return (self._head(), *self._lines())

    def _head(self) -> str:
        return f"{self.draws} draws of {'; '.join(self.variation.words)}"

    def __repr__(self) -> str:
        lines = "\n".join(f"  {line}" for line in self._lines())
        rows = self.to_frame()[["name_en", "rank", "rank_low", "rank_high", "tier", "confidence"]]
        return f"<Robustness: {self._head()}>\n{lines}\n{rows.head(8)}"

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{escape(line)}</li>" for line in self._lines())
        table = folded_html(self.to_frame())
        return f"<p>{escape(self._head())}</p><ul>{items}</ul>{table}"


def _numbers(draws: int | Iterable[int]) -> pd.Index:
    """Return the numbers of draws, of which one alone may be given as it is."""
    one = isinstance(draws, (int, np.integer))
    return pd.Index([draws] if one else list(draws), name="draw")  # type: ignore[arg-type]
