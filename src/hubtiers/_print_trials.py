"""What the command line prints of schemes side by side, and of what they agree with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pandas as pd
from rich.console import Console
from rich.table import Table

from hubtiers._console import MOST_ROWS, add_row, print_fitting, print_rest, word_of
from hubtiers._language import language
from hubtiers.baselines import best_baseline, compare_baselines
from hubtiers.tiers.agreement import Agreement, agreement

if TYPE_CHECKING:
    from hubtiers._trials import Trials
    from hubtiers.compare import Comparison
    from hubtiers.scheme import Result
    from hubtiers.show.words import Text as WordText

__all__ = ["agreement_text", "print_baselines", "print_comparison", "print_trials"]

_SCHEME_WIDTH = 24
"""Columns of the screen that the name of a scheme has, however many measures follow."""


def print_trials(console: Console, trials: Trials, title: str) -> None:
    """Print agreement by weighting and tier rule where both vary, else rank and tier by scheme."""
    comparison = trials.comparison
    if not trials.has_matrix:
        print_fitting(console, _rank_table(comparison), lead=1)
        number = len(next(iter(comparison.results.values())).scores)
        print_rest(console, number, "comparison.csv", language())
        print_comparison(console, comparison, title, language())
        _print_many(console, comparison)
        return
    assert comparison.with_reference is not None
    compared = int(comparison.with_reference["n"].max())
    matrix = trials.by_weight_and_tier()
    title = f"{title} with the reference: regions in the same tier, of {compared}"
    print_fitting(console, _matrix_table(matrix, title), lead=1)
    _print_many(console, comparison)


def _print_many(console: Console, comparison: Comparison) -> None:
    """Print what the best of many agreements is worth, and what one indicator alone would give."""
    if comparison.reference is None:
        return
    if len(comparison.results) > 1:
        many = comparison.best_of_many()
        console.print(
            f"{many.tried} schemes were tried: {many.lowest} to {many.best} of {many.n} agree. "
            f"With the reference dealt out at random the best of them has {many.chance_mean:.1f} "
            f"on average, and {many.best} or more in {many.p_value:.2g} of permutations. The best "
            "of many flatters; report the one that was declared beforehand.",
        )
    base = next(iter(comparison.results.values()))
    compared = compare_baselines(base, comparison.reference)
    found = agreement(base.tier, comparison.reference)
    print_baselines(console, compared, base, found, titles={}, language=language())


def print_comparison(console: Console, comparison: Comparison, title: str, language: str) -> None:
    """Print counts, fit and agreement of each scheme, then what differs from the reference."""
    from hubtiers.show.words import word

    print_fitting(console, _summary_table(comparison, title, language), lead=1)
    if comparison.reference is None:
        return
    for name, result in comparison.results.items():
        regions = agreement(result.tier, comparison.reference).disagreements.index
        if len(regions):
            names = _names_text(result, regions, language, most=8)
            called = _scheme_called(comparison, name, language)
            said = word("console_differs").fill(scheme=called, names=names)
            console.print(said.say(language))


def print_baselines(
    console: Console,
    compared: pd.DataFrame,
    result: Result,
    found: Agreement,
    *,
    titles: Mapping[str, Mapping[str, str]],
    language: str,
) -> None:
    """Print what a single indicator would agree, and the high tiers that the reference omits."""
    from hubtiers.show.pages.evidence_tables import single_text
    from hubtiers.show.words import join_texts, tier_text, word

    best = best_baseline(compared)
    shown = compared[(compared["kind"] == "other") | (compared.index == best)]
    tried = int((compared["kind"] == "indicator").sum())
    for name, row in shown.iterrows():
        single = single_text(result, str(name), row["kind"], titles, tried)
        said = word("console_baseline").fill(name=single, told=agreement_text(row))
        console.print(said.say(language))
    if len(found.unnamed_high):
        regions = sorted(found.unnamed_high.index, key=lambda region: result.rank[region])
        tiers = join_texts([tier_text(label) for label in found.high_tiers], "or")
        names = _names_text(result, regions, language, most=12)
        said = word("console_unnamed").fill(n=len(regions), tiers=tiers, names=names)
        console.print(said.say(language))


def agreement_text(row: pd.Series) -> WordText:
    """Return how far tiers agree with a reference: count, kappa, interval and permutations."""
    from hubtiers.show.words import word

    low, high = f"{row['bootstrap_low']:.3f}", f"{row['bootstrap_high']:.3f}"
    sure = word("console_interval").fill(low=low, high=high)
    if row["matches"] == row["n"]:
        sure = word("console_all_agree").fill(low=f"{row['share_low']:.3f}")
    return word("console_told").fill(
        matches=row["matches"],
        n=row["n"],
        kappa=f"{row['kappa']:.3f}",
        sure=sure,
        p=f"{row['p_value']:.2g}",
    )


def _names_text(result: Result, regions: Iterable[str], language: str, *, most: int) -> str:
    """Return the names of regions in a row, at most so many, and how many more there are."""
    from hubtiers.show.pages.report_html import names_text
    from hubtiers.show.words import region_names

    names = region_names(result, language)
    return names_text([str(names[region]) for region in regions], language, most=most)


def _rank_table(comparison: Comparison) -> Table:
    """Rank and tier of the first regions under every scheme; the files hold all of them."""
    table = Table(title=f"Rank and tier, first {MOST_ROWS} regions", title_justify="left")
    table.add_column(word_of("region"), overflow="fold")
    for name in comparison.names:
        table.add_column(name, justify="right")
    for row in comparison.to_frame().head(MOST_ROWS).to_dict("records"):
        cells = [f"{row['name_en']} {row['name_zh']}"]
        for name in comparison.names:
            rank, tier = row[f"{name}_rank"], row[f"{name}_tier"]
            cells.append(word_of("no_data") if pd.isna(rank) else f"{rank} {tier}")
        add_row(table, cells)
    return table


def _matrix_table(matrix: pd.DataFrame, title: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("weights")
    for column in matrix.columns:
        table.add_column(column, justify="right", overflow="fold")
    for name, row in matrix.iterrows():
        add_row(table, [name, *("–" if pd.isna(cell) else f"{cell:g}" for cell in row)])
    return table


def _scheme_called(comparison: Comparison, name: str, language: str) -> str:
    """Return what a scheme was named; its title, where the name is but that in one language."""
    is_title = name in comparison.titles.get(name, {}).values()
    return comparison.title(name, language) if is_title else name


def _scheme_name(comparison: Comparison, name: str, language: str) -> str:
    """Return a scheme as it was named, and what it is where that says more."""
    called, title = _scheme_called(comparison, name, language), comparison.title(name, language)
    return called if called == title else f"{called}{word_of('colon', language)}{title}"


def _summary_table(comparison: Comparison, title: str, language: str) -> Table:
    from hubtiers.show.words import say, tier_name

    summary = comparison.summary()
    counts = [result.tier_counts for result in comparison.results.values()]
    labels = list(dict.fromkeys(label for tiers in counts for label in tiers))
    measures = [name for name in summary.columns if not name.startswith("reference")]
    table = Table(title=title, title_justify="left")
    table.add_column(word_of("scheme", language), overflow="fold", max_width=_SCHEME_WIDTH)
    # All tiers share a column: one for each would leave the others too narrow for their headings.
    heads = [" / ".join([tier_name(label, language) for label in labels])]
    heads += [word_of(measure, language) for measure in measures]
    if comparison.reference is not None:
        heads.append(word_of("reference_matches", language))
    for head in heads:
        table.add_column(head, justify="right", overflow="fold")
    for (name, row), tiers in zip(summary.iterrows(), counts, strict=True):
        cells = [_scheme_name(comparison, str(name), language)]
        cells.append(" / ".join([str(tiers.get(label, 0)) for label in labels]))
        cells += [f"{row[measure]:.3f}" for measure in measures]
        if comparison.reference is not None:
            matches, compared = int(row["reference_matches"]), int(row["reference_n"])
            cells.append(say("console_of", language, matches=matches, n=compared))
        add_row(table, cells)
    return table
