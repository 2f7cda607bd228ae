"""Several schemes over one table: ranks, scores and tiers side by side, and how far they agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hubtiers._overlaps import telling_overlaps
from hubtiers._storage import as_texts, replacing, without_clock, write_csv
from hubtiers.diagnose import correlation
from hubtiers.errors import DataError, HubtiersError, SpecError, UnknownOptionError
from hubtiers.indicator_structure import effective_correlated
from hubtiers.scheme import Result, Scheme
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers._chance import best_by_chance
from hubtiers.tiers.agreement import agreement

__all__ = ["BestOfMany", "Comparison", "compare_schemes"]

_MOST_ROWS = 12


@dataclass(frozen=True, repr=False, eq=False)
class Comparison:
    """What several schemes say of the same regions, as `compare_schemes` gives it.

    Attributes
    ----------
    results
        Result by the name of the scheme, in the order given.
    reference
        Tier by region to hold them against, or None.
    titles
        What a scheme is called in a table, by name and language (`"zh"`, `"en"`), where that is
        more than its name.
    """

    results: Mapping[str, Result]
    reference: pd.Series | None = None
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Names of the schemes."""
        return list(self.results)

    def title(self, name: str, language: str = "en") -> str:
        """Return what a scheme is called in a table: its title, or its name."""
        return self.titles.get(name, {}).get(language, name)

    @cached_property
    def scores(self) -> pd.DataFrame:
        """Regions × schemes: composite score."""
        return pd.DataFrame({name: result.scores for name, result in self.results.items()})

    @cached_property
    def ranks(self) -> pd.DataFrame:
        """Regions × schemes: rank, 1 is best."""
        return pd.DataFrame({name: result.rank for name, result in self.results.items()})

    @cached_property
    def tiers(self) -> pd.DataFrame:
        """Regions × schemes: tier, each column an ordered categorical."""
        return pd.DataFrame({name: result.tier for name, result in self.results.items()})

    @cached_property
    def kendall(self) -> pd.DataFrame:
        """Schemes × schemes: Kendall's tau-b of the scores, over the regions that both score."""
        return self._between(lambda a, b: _correlate(a.scores, b.scores, "kendall"))

    @cached_property
    def spearman(self) -> pd.DataFrame:
        """Rank correlation of the scores, schemes × schemes.

        Spearman's rank correlation of the scores, over the regions that both score.
        """
        return self._between(lambda a, b: _correlate(a.scores, b.scores, "spearman"))

    @cached_property
    def same_tier(self) -> pd.DataFrame:
        """Schemes × schemes: share of the regions scored by both that are in the same tier."""
        return self._between(lambda a, b: _share_equal(a.tier, b.tier))

    @cached_property
    def with_reference(self) -> pd.DataFrame | None:
        """Agreement with the reference by scheme; None without one.

        The columns of `Agreement.to_frame`, such as `n`, `matches`, `share`, `kappa`, `p_value`.
        """
        if self.reference is None:
            return None
        rows = {
            name: agreement(result.tier, self.reference).to_frame()
            for name, result in self.results.items()
        }
        return pd.concat(rows, names=["scheme"]).droplevel(1)

    def best_of_many(self, *, draws: int = 4_999, rng: int = 42) -> BestOfMany:
        """Say what the best agreement of so many schemes is worth (多重比较).

        Choose it before the best of many combinations is reported: with enough of them, one agrees
        well by chance.

        Parameters
        ----------
        draws
            How many permutations of the reference.
        rng
            Their seed.

        Returns
        -------
        BestOfMany

        Raises
        ------
        DataError
            When there is no reference.

        Notes
        -----
        The reference is dealt out anew to its regions, the same for all schemes, and the best
        number of matches is kept: its distribution is that of the best of schemes which are as
        alike as these are (Westfall and Young 1993).

        **Missing values**: a region without a tier matches nothing.
        """
        found = self.with_reference
        if self.reference is None or found is None:
            raise DataError(
                "There is no reference to agree with. Give compare_schemes a reference."
            )
        theirs = self.reference.astype("object").dropna()
        labels = {label: number for number, label in enumerate(pd.unique(theirs))}
        tiers = [_places(result.tier, theirs.index, labels) for result in self.results.values()]
        reference = np.array([labels[label] for label in theirs], dtype=np.int64)
        chance = best_by_chance(np.array(tiers), reference, draws, rng)
        best = int(found["matches"].max())
        names = tuple(str(name) for name in found.index[found["matches"] == best])
        return BestOfMany(
            tried=len(self.results),
            best=best,
            n=int(found["n"].max()),
            names=names,
            lowest=int(found["matches"].min()),
            chance_mean=float(chance.mean()),
            chance_high=float(np.quantile(chance, 0.95)),
            p_value=(1 + int((chance >= best).sum())) / (1 + draws),
            draws=draws,
        )

    def moves(self, base: str | None = None) -> pd.DataFrame:
        """Return the regions that another scheme ranks or places otherwise (位次变动).

        Parameters
        ----------
        base
            Name of the scheme to compare with; the first when left out.

        Returns
        -------
        pandas.DataFrame
            One row per region and other scheme with a difference: names, ranks and tiers under
            both, `rank_change` (positive: places gained) and `new_tier` (whether the tier differs).
            Largest shifts first, scheme by scheme.

        Raises
        ------
        UnknownOptionError
            When there is no scheme of that name.

        Notes
        -----
        **Missing values**: a region that only one of the two scores is listed, with a missing
        change.
        """
        base = self.names[0] if base is None else base
        if base not in self.results:
            raise UnknownOptionError("scheme of the comparison:", base, self.results)
        frames = [self._moves(base, name) for name in self.names if name != base]
        return pd.concat(frames, ignore_index=True) if frames else self._moves(base, base)

    def _moves(self, base: str, name: str) -> pd.DataFrame:
        before, after = self.results[base], self.results[name]
        frame = before.table.regions[["name_zh", "name_en"]].rename_axis("region_id").reset_index()
        frame.insert(0, "scheme", name)
        frame = frame.assign(
            rank_before=before.rank.to_numpy(),
            rank_after=after.rank.to_numpy(),
            rank_change=(before.rank - after.rank).to_numpy(),
            tier_before=before.tier.astype("object").to_numpy(),
            tier_after=after.tier.astype("object").to_numpy(),
        )
        old, new = frame["tier_before"], frame["tier_after"]
        frame["new_tier"] = (old != new) & ~(old.isna() & new.isna())
        one_sided = frame["rank_before"].isna() != frame["rank_after"].isna()
        shift = frame["rank_change"].abs().fillna(0)
        moved = frame[frame["new_tier"] | one_sided | (shift > 0)]
        return moved.loc[shift[moved.index].sort_values(ascending=False, kind="stable").index]

    def to_frame(self) -> pd.DataFrame:
        """Return names, then rank, score and tier under every scheme (`equal_rank`, …).

        In the order of the first. With a reference, its tier stands in the column `reference`.
        """
        first = next(iter(self.results.values()))
        frame = first.to_frame()[["name_zh", "name_en"]]
        for name, result in self.results.items():
            frame[f"{name}_rank"] = result.rank
            frame[f"{name}_score"] = result.scores
            frame[f"{name}_tier"] = result.tier
        if self.reference is not None:
            frame["reference"] = self.reference.astype("object").reindex(frame.index)
        return frame

    def summary(self) -> pd.DataFrame:
        """Return one row per scheme, with its agreement.

        Agreement with the first, fit of its tiers, effective number of indicators by weight alone
        and with their correlation counted, agreement with the reference.
        """
        return self._summary.copy()

    @cached_property
    def _summary(self) -> pd.DataFrame:
        base = self.names[0]
        effective = {name: result.effective_indicators for name, result in self.results.items()}
        columns: dict[str, Any] = {
            "kendall": self.kendall[base],
            "spearman": self.spearman[base],
            "same_tier": self.same_tier[base],
            "gvf": {name: result.breaks.gvf for name, result in self.results.items()},
            "effective_indicators": effective,
            "effective_correlated": {n: effective_correlated(r) for n, r in self.results.items()},
        }
        frame = pd.DataFrame(columns).rename_axis("scheme")
        if self.with_reference is not None:
            frame[["reference_matches", "reference_n"]] = self.with_reference[["matches", "n"]]
        return frame

    def save_csv(self, path: str | Path) -> Path:
        """Write `to_frame()` as UTF-8 with a byte order mark.

        Text that would start a formula is neutralised.
        """
        return write_csv(self.to_frame(), path)

    def save_xlsx(self, path: str | Path) -> Path:
        """Write a workbook with a sheet for each table.

        The regions, the summary, the moves, and the matrices scheme × scheme.
        """
        sheets = {
            "regions": self.to_frame(),
            "summary": self.summary(),
            "moves": self.moves().set_index("scheme"),
        }
        sheets |= {"kendall": self.kendall, "spearman": self.spearman, "same_tier": self.same_tier}
        with replacing(path) as temporary:
            with pd.ExcelWriter(temporary, engine="openpyxl") as book:
                for title, frame in sheets.items():
                    as_texts(frame).to_excel(book, sheet_name=title)
            without_clock(temporary)
        return Path(path)

    def __repr__(self) -> str:
        regions = int(self.scores.notna().all(axis=1).sum())
        frame = self.to_frame()
        shown = frame[[c for c in frame.columns if not c.endswith("_score")]]
        more = f"\n… and {len(shown) - _MOST_ROWS} more regions" if len(shown) > _MOST_ROWS else ""
        head = f"<Comparison: {len(self.results)} schemes over {regions} regions>"
        summary = self.summary().round(3).to_string()
        table = shown.head(_MOST_ROWS).to_string(na_rep="–")
        return f"{head}\n{summary}\n\n{table}{more}"

    def _repr_html_(self) -> str:
        head = escape(repr(self).split("\n", maxsplit=1)[0].strip("<>"))
        tables = (self.summary(), self.to_frame())
        body = "".join(
            t.to_html(escape=True, na_rep="–", float_format="{:.3f}".format) for t in tables
        )
        return f"<p>{head}</p>{body}"

    def _between(self, measure: Callable[[Result, Result], float]) -> pd.DataFrame:
        columns = {}
        for name, other in self.results.items():
            columns[name] = [measure(result, other) for result in self.results.values()]
        index = pd.Index(self.names, name="scheme")
        return pd.DataFrame(columns, index=index, columns=self.names)


@dataclass(frozen=True)
class BestOfMany:
    """What the best agreement of many schemes is worth, as `Comparison.best_of_many` gives it.

    Attributes
    ----------
    tried
        How many schemes were held against the reference.
    best, n
        Most regions in the tier of the reference, of so many that can be compared.
    names
        The schemes that reach it.
    lowest
        Fewest regions in the tier of the reference.
    chance_mean, chance_high
        Mean and 95th percentile of the best number when the reference is dealt out at random.
    p_value
        Share of these in which some scheme reaches `best`; never 0.
    draws
        How many there were.
    """

    tried: int
    best: int
    n: int
    names: tuple[str, ...]
    lowest: int
    chance_mean: float
    chance_high: float
    p_value: float
    draws: int


def compare_schemes(
    table: IndicatorTable, schemes: Mapping[str, Scheme], *, reference: pd.Series | None = None
) -> Comparison:
    """Run several schemes over one table and compare what they say (方案比较).

    Choose it to see how much a ranking or a layout of tiers owes to one choice, such as the
    weights.

    Parameters
    ----------
    table
        What is scored.
    schemes
        Scheme by name; the others are compared with the first. Such as
        `{"equal": scheme, "entropy": scheme.replace(weight=EntropyWeights())}`.
    reference
        A published tier by region, to hold all of them against.

    Returns
    -------
    Comparison

    Raises
    ------
    SpecError
        When there is no scheme, or something else than a scheme.
    HubtiersError
        When a scheme does not fit the table; the message names the scheme.

    Notes
    -----
    **Missing values**: correlations and shares use the regions that both schemes score.

    Examples
    --------
    >>> from hubtiers.scoring.weight import EntropyWeights
    >>> from hubtiers.tiers.breaks import NaturalBreaks
    >>> columns = {"rd": [1.0, 2.0, 4.0], "patents": [9.0, 0.0, 7.0]}
    >>> frame = pd.DataFrame(columns, index=["a", "b", "c"])
    >>> equal = Scheme(tier=NaturalBreaks(2))
    >>> schemes = {"equal": equal, "entropy": equal.replace(weight=EntropyWeights())}
    >>> compare_schemes(IndicatorTable.from_frame(frame), schemes).ranks.to_dict("list")
    {'equal': [2, 3, 1], 'entropy': [2, 3, 1]}
    """
    if not schemes:
        raise SpecError(
            "There is no scheme to compare. Give at least one, such as {'equal': Scheme()}."
        )
    results: dict[str, Result] = {}
    with telling_overlaps(table, ["the agreement of the schemes over all regions"]):
        for name, scheme in schemes.items():
            results[str(name)] = _run(str(name), scheme, table)
    return Comparison(results, reference)


def _run(name: str, scheme: Scheme, table: IndicatorTable) -> Result:
    """Run a scheme; what goes wrong names it."""
    if not isinstance(scheme, Scheme):
        raise SpecError(f"{name!r} is {type(scheme).__name__}, not a Scheme. Give schemes by name.")
    try:
        return scheme.run(table)
    except HubtiersError as error:
        # The class says what went wrong and stays; the sentence gains which scheme it was.
        error.args = (f"Scheme {name!r}: {error}", *error.args[1:])
        raise


def _correlate(a: pd.Series, b: pd.Series, kind: str) -> float:
    both = pd.concat([a, b], axis=1).dropna()
    return correlation(both.iloc[:, 0], both.iloc[:, 1], kind) if len(both) > 1 else float("nan")


def _places(tier: pd.Series, regions: pd.Index, labels: Mapping[Any, int]) -> list[int]:
    """Return the place of the tier among labels, region by region; -1 for none of them."""
    return [labels.get(label, -1) for label in tier.astype("object").reindex(regions)]


def _share_equal(a: pd.Series, b: pd.Series) -> float:
    left, right = (t.astype("object").to_numpy() for t in (a, b))
    both = a.notna().to_numpy() & b.notna().to_numpy()
    return float(np.mean(left[both] == right[both])) if both.any() else float("nan")
