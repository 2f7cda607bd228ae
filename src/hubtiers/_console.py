"""What the command line prints of outcomes, comparisons and robustness."""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.cells import cell_len
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from hubtiers._progress import hearing_stages
from hubtiers._terminal import visible
from hubtiers.baselines import best_baseline, compare_baselines
from hubtiers.robustness._shares import share_text
from hubtiers.tiers.agreement import Agreement, agreement

if TYPE_CHECKING:
    from hubtiers._trials import Trials
    from hubtiers.compare import Comparison
    from hubtiers.outcome import Outcome
    from hubtiers.robustness.result import Robustness
    from hubtiers.scheme import Result
    from hubtiers.show.pages.print_table import PrintTable
    from hubtiers.show.words import Text as WordText
    from hubtiers.years.moves import TierMoves
    from hubtiers.years.panel import TierPanel

__all__ = [
    "open_console",
    "print_datasets",
    "print_frame",
    "print_outcome",
    "print_paths",
    "print_robustness",
    "print_trials",
    "stages_shown",
]

_MOST_ROWS = 40
_WIDEST_TEXT = 28
_STAGES = {
    "read": "stage_read",
    "score": "stage_score",
    "draws": "stage_draws",
    "map": "stage_map",
    "figures": "stage_figures",
    "tables": "stage_tables",
    "report": "stage_report",
}
_SCHEME_WIDTH = 24
"""Columns of the screen that the name of a scheme has, however many measures follow."""


def _word(key: str, language: str = "en") -> str:
    """Return a term of the book of words; the book is loaded when something is printed."""
    from hubtiers.show.words import say

    return say(key, language)


class _VisibleConsole(Console):
    """A console on which control characters of names are shown instead of obeyed."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(visible(text), **options)


def open_console() -> Console:
    """Return the console: as wide as the screen, 120 characters where it goes into a file."""
    return _VisibleConsole(width=None if sys.stdout.isatty() else 120)


@contextlib.contextmanager
def stages_shown(language: str | None) -> Iterator[None]:
    """Show on standard error which part of the work goes on; nothing where it is no terminal."""
    if not sys.stderr.isatty():
        yield
        return
    with Console(stderr=True).status("") as status:

        def show(name: str) -> None:
            status.update(_word(_STAGES[name], language or "en"))

        with hearing_stages(show):
            yield


def print_paths(console: Console, paths: Iterable[Path]) -> None:
    """Print where files were written, one a line."""
    for path in paths:
        console.print(str(path), markup=False, soft_wrap=True)


def print_outcome(console: Console, outcome: Outcome) -> None:
    """Print the regions by rank, and how far the tiers agree with layout and outside variables.

    All in the language of the study.
    """
    from hubtiers.show.language import language_of

    result = outcome.result
    language = language_of(result, outcome.content.output.language)
    title = outcome.title[language] or outcome.name
    _print_headline(console, outcome, language)
    console.print(_tier_table(result, title, language, outcome.robustness))
    _print_rest(console, len(result.scores), "scores.csv", language)
    _print_windows(console, result, language)
    _print_yardstick(console, result, language)
    _print_reference(console, outcome, language)
    if outcome.comparison:
        _print_comparison(console, outcome.comparison, _word("console_weights", language), language)
    if outcome.panel is not None:
        _print_panel(console, outcome.panel, outcome.moves, language)
    if outcome.robustness is not None:
        _print_cautions(console, outcome.robustness, language)
    for row in outcome.outside.to_dict("records"):
        console.print(_outside_text(row).say(language), markup=False)


def _print_rest(console: Console, number: int, file: str, language: str) -> None:
    """Print how many regions are not in the table above, and where they are."""
    from hubtiers.show.words import word

    if number > _MOST_ROWS:
        said = word("console_more").fill(n=number - _MOST_ROWS, file=file)
        console.print(said.say(language), markup=False)


def _print_headline(console: Console, outcome: Outcome, language: str) -> None:
    """Print what the numbers say, a sentence a line."""
    from hubtiers.show.headline import headline_of

    for said in headline_of(outcome):
        console.print(said.say(language), markup=False, highlight=False)


def _print_reference(console: Console, outcome: Outcome, language: str) -> None:
    """Print how far the tiers, and a single indicator, agree with layout or published groups."""
    from hubtiers.show.words import word

    found, compared = outcome.agreement, outcome.baseline_agreement
    against = outcome.reference_name or (outcome.layout.id if outcome.layout else "")
    if not found or compared is None or not against:
        return
    key = "console_reference" if outcome.reference_name else "console_agreement"
    said = word(key).fill(layout=against, told=_agreement_text(compared.iloc[0]))
    console.print(said.say(language), markup=False)
    titles = outcome.baseline_titles
    _print_baselines(console, compared, outcome.result, found, titles=titles, language=language)


def _print_cautions(console: Console, robust: Robustness, language: str) -> None:
    """Print which options make a tier ten times as large as others do."""
    from hubtiers.show.pages.sections_doubt import size_effect_text

    for effect in robust.size_effects:
        console.print(size_effect_text(robust, effect).say(language), markup=False)


def _outside_text(row: Mapping[Any, Any]) -> WordText:
    """Return how the score goes with an outside variable."""
    from hubtiers.show.words import number_text, word

    return word("console_outside").fill(
        name=row["outside"],
        pearson=_with_interval(row, "pearson"),
        spearman=_with_interval(row, "spearman"),
        kendall=number_text(row["kendall"]),
        regions=f"{row['n']:.0f}",
        same=row["same_tier"],
    )


def _with_interval(row: Mapping[Any, Any], measure: str) -> WordText:
    """Return a correlation and its interval of 95 %."""
    from hubtiers.show.words import number_text, word

    r, low, high = (number_text(row[name]) for name in (measure, *_ends_of(measure)))
    if pd.isna(row[f"{measure}_low"]):
        return word("console_no_interval").fill(r=r)
    return word("console_with_interval").fill(r=r, low=low, high=high)


def _ends_of(measure: str) -> tuple[str, str]:
    return f"{measure}_low", f"{measure}_high"


def _agreement_text(row: pd.Series) -> WordText:
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


def _print_baselines(
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
        said = word("console_baseline").fill(name=single, told=_agreement_text(row))
        console.print(said.say(language), markup=False)
    if len(found.unnamed_high):
        regions = sorted(found.unnamed_high.index, key=lambda region: result.rank[region])
        tiers = join_texts([tier_text(label) for label in found.high_tiers], "or")
        names = _names_text(result, regions, language, most=12)
        said = word("console_unnamed").fill(n=len(regions), tiers=tiers, names=names)
        console.print(said.say(language), markup=False)


def _names_text(result: Result, regions: Iterable[str], language: str, *, most: int) -> str:
    """Return the names of regions in a row, at most so many, and how many more there are."""
    from hubtiers.show.pages.report_html import names_text
    from hubtiers.show.words import region_names

    names = region_names(result, language)
    return names_text([str(names[region]) for region in regions], language, most=most)


def _print_table(console: Console, printed: PrintTable, language: str) -> None:
    """Print a table of the report."""
    table = Table(title=printed.title.say(language), title_justify="left")
    columns, _ = printed.shown(language)
    for column in columns:
        justify: Any = "left" if column.digits is None else "right"
        table.add_column(column.heading.say(language), justify=justify, overflow="fold")
    for texts in printed.texts(language):
        _add_row(table, texts)
    _print_fitting(console, table, lead=1)


def _print_windows(console: Console, result: Result, language: str) -> None:
    """Print how far the numbers of rules of position may move; nothing for other tier rules."""
    from hubtiers.show.pages.position_tables import has_positions, window_table

    if has_positions(result):
        _print_table(console, window_table(result), language)


def _print_yardstick(console: Console, result: Result, language: str) -> None:
    from hubtiers.show.words import yardstick_text

    said = yardstick_text(result)
    if said is not None:
        full_stop = _word("full_stop", language)
        console.print(f"{said.say(language)}{full_stop}", markup=False)


def _print_panel(
    console: Console, panel: TierPanel, moves: TierMoves | None, language: str
) -> None:
    """Print how many regions each tier holds by year, the scale, and who moved how surely."""
    from hubtiers.show.pages.sections_years import mover_words, scale_words, tiers_by_year
    from hubtiers.show.words import Text as Words

    _print_table(console, tiers_by_year(panel), language)
    for told in (scale_words(panel), mover_words(panel, moves)):
        console.print(Words(*told).say(language), markup=False)


def print_trials(console: Console, trials: Trials, title: str) -> None:
    """Print agreement by weighting and tier rule where both vary, else rank and tier by scheme."""
    comparison = trials.comparison
    if not trials.has_matrix:
        _print_fitting(console, _rank_table(comparison), lead=1)
        number = len(next(iter(comparison.results.values())).scores)
        _print_rest(console, number, "comparison.csv", "en")
        _print_comparison(console, comparison, title, "en")
        _print_many(console, comparison)
        return
    assert comparison.with_reference is not None
    compared = int(comparison.with_reference["n"].max())
    matrix = trials.by_weight_and_tier()
    title = f"{title} with the reference: regions in the same tier, of {compared}"
    _print_fitting(console, _matrix_table(matrix, title), lead=1)
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
            markup=False,
        )
    base = next(iter(comparison.results.values()))
    compared = compare_baselines(base, comparison.reference)
    found = agreement(base.tier, comparison.reference)
    _print_baselines(console, compared, base, found, titles={}, language="en")


def print_robustness(console: Console, robust: Robustness) -> None:
    """Print how sure the tiers are, region by region, and on the whole."""
    _print_fitting(console, _certainty_table(robust), lead=4)
    ranked = int(robust.base.scores.notna().sum())
    _print_rest(console, ranked, "tier_probability.csv", "en")
    for line in robust.summary:
        console.print(line, markup=False)
    if len(robust.sizes_by_option):
        _print_fitting(console, _sizes_table(robust), lead=2)
    _print_fitting(console, _drivers_table(robust), lead=2)


def print_datasets(console: Console, sets: pd.DataFrame) -> None:
    """Print what ships, with titles in both languages and terms."""
    table = Table()
    for column in ("kind", "name", "title", "terms"):
        table.add_column(column, overflow="fold")
    for row in sets.to_dict("records"):
        title = f"{row['title_en']}\n{row['title_zh']}".strip()
        _add_row(table, [row["kind"], row["name"], title, row["terms"]])
    console.print(table)


def print_frame(console: Console, frame: pd.DataFrame, title: str) -> None:
    """Print a table as it is, numbers to the right and what is missing as a dash."""
    table = Table(title=Text(title), title_justify="left")
    for name, dtype in frame.dtypes.items():
        table.add_column(str(name), justify="right" if dtype.kind in "fi" else "left")
    for row in frame.itertuples(index=False):
        _add_row(table, [_printed(cell) for cell in row])
    console.print(table)


def _printed(cell: object) -> str:
    import pandas as pd

    if pd.isna(cell):  # type: ignore[call-overload]
        return "–"
    return f"{cell:.4g}" if isinstance(cell, float) else str(cell)


def _print_fitting(console: Console, table: Table, *, lead: int) -> None:
    """Print a table as it is, or in parts side by side no longer than the screen is wide.

    A cut number would be another number. The first columns, `lead` of them, name the rows of every
    part.
    """
    needed = [_needed(column) for column in table.columns]
    # Three more for the edges of a cell, and one for the last edge.
    room = console.width - 1 - sum(width + 3 for width in needed[:lead])
    parts: list[list[int]] = [[]]
    for place in range(lead, len(needed)):
        taken = sum(needed[other] + 3 for other in parts[-1])
        if parts[-1] and taken + needed[place] + 3 > room:
            parts.append([])
        parts[-1].append(place)
    for part in parts:
        kept = [*range(lead), *part]
        console.print(_part_of(table, kept, _shared_out(table, kept, needed, console.width)))


def _needed(column: Column) -> int:
    """Return how wide a column must be for its numbers in one line and its words uncut."""
    texts = [column.header, *column.cells] if column.justify != "right" else [*column.cells]
    plain = [text.plain if isinstance(text, Text) else str(text) for text in texts]
    heads = str(column.header).split()
    if column.justify == "right":
        return max(map(cell_len, [*plain, *heads]), default=1)
    most = max(map(cell_len, plain), default=1)
    return min(most, column.max_width or _WIDEST_TEXT)


def _shared_out(table: Table, kept: Sequence[int], needed: list[int], screen: int) -> list[int]:
    """Return the widths of some columns: what they need, and what is left, the first ones first."""
    left = screen - 1 - sum(needed[place] + 3 for place in kept)
    widths = []
    for place in kept:
        more = min(max(left, 0), _natural(table.columns[place]) - needed[place])
        widths.append(needed[place] + more)
        left -= more
    return widths


def _natural(column: Column) -> int:
    """Return how wide a column would be with nothing in two lines."""
    texts = [column.header, *column.cells]
    return max(cell_len(text.plain if isinstance(text, Text) else str(text)) for text in texts)


def _part_of(table: Table, kept: Sequence[int], widths: Sequence[int]) -> Table:
    part = Table(title=table.title, title_justify="left")
    for place, width in zip(kept, widths, strict=True):
        column = table.columns[place]
        part.add_column(column.header, justify=column.justify, overflow="fold", width=width)
    for row in zip(*(list(table.columns[place].cells) for place in kept), strict=True):
        part.add_row(*row)
    return part


def _add_row(table: Table, cells: Iterable[object]) -> None:
    """Add cells as plain text: nothing in a name is read as markup."""
    table.add_row(*(Text(visible(cell)) for cell in cells))


def _tier_table(
    result: Result, title: str, language: str, robustness: Robustness | None = None
) -> Table:
    from hubtiers.show.words import region_names, say, tier_name

    table = Table(title=Text(visible(title)), title_justify="left")
    for key in ("rank", "region", "score", "tier"):
        justify = "right" if key in ("rank", "score") else "left"
        table.add_column(say(key, language), justify=justify)  # type: ignore[arg-type]
    sure = _sureness_cells(result, robustness, language)
    if sure:
        table.add_column(say("probability", language), justify="right")
        table.add_column(say("certainty", language))
    names = region_names(result, language)
    for row in result.to_frame().head(_MOST_ROWS).reset_index().to_dict("records"):
        name = names[row["region_id"]]
        if math.isnan(row["score"]):
            _add_row(table, ["", name, "", say("no_data", language)])
        else:
            tier = tier_name(row["tier"], language)
            cells = [row["rank"], name, f"{row['score']:.4f}", tier]
            _add_row(table, [*cells, *sure.get(row["region_id"], ())])
    return table


def _sureness_cells(
    result: Result, robustness: Robustness | None, language: str
) -> dict[str, tuple[str, str]]:
    """Return by region the probability of its tier and its mark; nothing without draws."""
    from hubtiers.show.certainty_marks import certainty_frame, mark_text

    if robustness is None:
        return {}
    found, scored_in = {}, robustness.scored
    for region, row in certainty_frame(result, robustness).iterrows():
        told = mark_text(row["certainty"], row["likeliest"])
        if told is not None:
            scored = max(1, round(robustness.draws * scored_in[str(region)]))
            found[str(region)] = share_text(row["probability"], scored), told.say(language)
    return found


def _rank_table(comparison: Comparison) -> Table:
    """Rank and tier of the first regions under every scheme; the files hold all of them."""
    table = Table(title=f"Rank and tier, first {_MOST_ROWS} regions", title_justify="left")
    table.add_column(_word("region"), overflow="fold")
    for name in comparison.names:
        table.add_column(name, justify="right")
    for row in comparison.to_frame().head(_MOST_ROWS).to_dict("records"):
        cells = [f"{row['name_en']} {row['name_zh']}"]
        for name in comparison.names:
            rank, tier = row[f"{name}_rank"], row[f"{name}_tier"]
            cells.append(_word("no_data") if pd.isna(rank) else f"{rank} {tier}")
        _add_row(table, cells)
    return table


def _matrix_table(matrix: pd.DataFrame, title: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("weights")
    for column in matrix.columns:
        table.add_column(column, justify="right", overflow="fold")
    for name, row in matrix.iterrows():
        _add_row(table, [name, *("–" if pd.isna(cell) else f"{cell:g}" for cell in row)])
    return table


def _certainty_table(robust: Robustness) -> Table:
    """Mark, probability of every tier and the interval of ranks, for the first regions."""
    from hubtiers.show.certainty_marks import mark_text

    labels = list(robust.tier_probability.columns)
    table = Table(title="How sure the tiers are", title_justify="left")
    heads = [_word("rank"), "90 % of draws", _word("region"), _word("tier"), _word("certainty")]
    for place, head in enumerate([*heads, *labels]):
        worded = place in (2, 3, 4)
        table.add_column(head, justify="left" if worded else "right", overflow="fold")
    first = robust.to_frame().dropna(subset=["rank"]).head(_MOST_ROWS)
    for region, row in zip(first.index, first.to_dict("records"), strict=True):
        told = mark_text(robust.certainty[region], robust.likeliest[region])
        mark = "" if told is None else told.en
        interval = f"{row['rank_low']:.0f}–{row['rank_high']:.0f}"
        name = f"{row['name_en']} {row['name_zh']}"
        scored = max(1, round(robust.draws * row["scored"]))
        shares = [share_text(row[f"probability_{label}"], scored) for label in labels]
        _add_row(table, [row["rank"], interval, name, row["tier"], mark, *shares])
    return table


def _sizes_table(robust: Robustness) -> Table:
    """Mean number of regions in each tier under each option."""
    sizes = robust.sizes_by_option
    labels = [str(label) for label in sizes.columns[:-1]]
    table = Table(title="Regions in each tier, on average, by option", title_justify="left")
    for place, head in enumerate(("step", "option", *labels, "draws")):
        table.add_column(head, justify="left" if place < 2 else "right", overflow="fold")
    for row in sizes.reset_index().to_dict("records"):
        numbers = [f"{row[label]:.1f}" for label in labels]
        _add_row(table, [row["step"], row["option"], *numbers, int(row["draws"])])
    return table


def _drivers_table(robust: Robustness) -> Table:
    """Sobol indices of every factor, with their intervals."""
    table = Table(title="What moves tiers and ranks: Sobol indices", title_justify="left")
    for place, head in enumerate(("target", "factor", "first (95 %)", "total (95 %)")):
        table.add_column(head, justify="left" if place < 2 else "right")
    for row in robust.drivers.reset_index().to_dict("records"):
        told = []
        for kind in ("first", "total"):
            ends = f"{row[f'{kind}_low']:.2f} to {row[f'{kind}_high']:.2f}"
            told.append(f"{row[kind]:.2f} ({ends})")
        _add_row(table, [row["target"], row["factor"], *told])
    return table


def _print_comparison(console: Console, comparison: Comparison, title: str, language: str) -> None:
    """Print counts, fit and agreement of each scheme, then what differs from the reference."""
    from hubtiers.show.words import word

    _print_fitting(console, _summary_table(comparison, title, language), lead=1)
    if comparison.reference is None:
        return
    for name, result in comparison.results.items():
        regions = agreement(result.tier, comparison.reference).disagreements.index
        if len(regions):
            names = _names_text(result, regions, language, most=8)
            called = _scheme_called(comparison, name, language)
            said = word("console_differs").fill(scheme=called, names=names)
            console.print(said.say(language), markup=False)


def _scheme_called(comparison: Comparison, name: str, language: str) -> str:
    """Return what a scheme was named; its title, where the name is but that in one language."""
    is_title = name in comparison.titles.get(name, {}).values()
    return comparison.title(name, language) if is_title else name


def _scheme_name(comparison: Comparison, name: str, language: str) -> str:
    """Return a scheme as it was named, and what it is where that says more."""
    called, title = _scheme_called(comparison, name, language), comparison.title(name, language)
    return called if called == title else f"{called}{_word('colon', language)}{title}"


def _summary_table(comparison: Comparison, title: str, language: str) -> Table:
    from hubtiers.show.words import say, tier_name

    summary = comparison.summary()
    counts = [result.tier_counts for result in comparison.results.values()]
    labels = list(dict.fromkeys(label for tiers in counts for label in tiers))
    measures = [name for name in summary.columns if not name.startswith("reference")]
    table = Table(title=Text(visible(title)), title_justify="left")
    table.add_column(_word("scheme", language), overflow="fold", max_width=_SCHEME_WIDTH)
    # All tiers share a column: one for each would leave the others too narrow for their headings.
    heads = [" / ".join([tier_name(label, language) for label in labels])]
    heads += [_word(measure, language) for measure in measures]
    if comparison.reference is not None:
        heads.append(_word("reference_matches", language))
    for head in heads:
        table.add_column(head, justify="right", overflow="fold")
    for (name, row), tiers in zip(summary.iterrows(), counts, strict=True):
        cells = [_scheme_name(comparison, str(name), language)]
        cells.append(" / ".join([str(tiers.get(label, 0)) for label in labels]))
        cells += [f"{row[measure]:.3f}" for measure in measures]
        if comparison.reference is not None:
            matches, compared = int(row["reference_matches"]), int(row["reference_n"])
            cells.append(say("console_of", language, matches=matches, n=compared))
        _add_row(table, cells)
    return table
