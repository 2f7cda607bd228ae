"""What the command line prints of the outcome of a study, in the language of the study."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from hubtiers._console import MOST_ROWS, add_row, print_fitting, print_rest, word_of
from hubtiers._language import asked_language
from hubtiers._print_trials import agreement_text, print_baselines, print_comparison
from hubtiers.robustness._shares import share_text

if TYPE_CHECKING:
    from hubtiers.outcome import Outcome
    from hubtiers.robustness.result import Robustness
    from hubtiers.scheme import Result
    from hubtiers.show.pages.print_table import PrintTable
    from hubtiers.show.words import Text as WordText
    from hubtiers.years.moves import TierMoves
    from hubtiers.years.panel import TierPanel

__all__ = ["print_outcome"]


def print_outcome(console: Console, outcome: Outcome) -> None:
    """Print the regions by rank, and how far the tiers agree with layout and outside variables.

    All in the language that is asked for, else that of the study.
    """
    from hubtiers.show.language import language_of

    result = outcome.result
    language = asked_language() or language_of(result, outcome.content.output.language)
    name = outcome.title[language] or outcome.name
    _print_headline(console, outcome, language)
    console.print(_tier_table(result, name, language, outcome.robustness))
    print_rest(console, len(result.scores), "scores.csv", language)
    _print_windows(console, result, language)
    _print_yardstick(console, result, language)
    _print_reference(console, outcome, language)
    if outcome.comparison:
        print_comparison(
            console, outcome.comparison, word_of("console_weights", language), language
        )
    if outcome.panel is not None:
        _print_panel(console, outcome.panel, outcome.moves, language)
    if outcome.robustness is not None:
        _print_cautions(console, outcome.robustness, language)
    for row in outcome.outside.to_dict("records"):
        console.print(_outside_text(row).say(language))


def _print_headline(console: Console, outcome: Outcome, language: str) -> None:
    """Print what the numbers say, a sentence a line."""
    from hubtiers.show.headline import headline_of

    for said in headline_of(outcome):
        console.print(said.say(language), highlight=False)


def _print_reference(console: Console, outcome: Outcome, language: str) -> None:
    """Print how far the tiers, and a single indicator, agree with layout or published groups."""
    from hubtiers.show.words import word

    found, compared = outcome.agreement, outcome.baseline_agreement
    against = outcome.reference_name or (outcome.layout.id if outcome.layout else "")
    if not found or compared is None or not against:
        return
    key = "console_reference" if outcome.reference_name else "console_agreement"
    said = word(key).fill(layout=against, told=agreement_text(compared.iloc[0]))
    console.print(said.say(language))
    titles = outcome.baseline_titles
    print_baselines(console, compared, outcome.result, found, titles=titles, language=language)


def _print_cautions(console: Console, robust: Robustness, language: str) -> None:
    """Print which options make a tier ten times as large as others do."""
    from hubtiers.show.pages.sections_doubt import size_effect_text

    for effect in robust.size_effects:
        console.print(size_effect_text(robust, effect).say(language))


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


def _print_table(console: Console, printed: PrintTable, language: str) -> None:
    """Print a table of the report."""
    table = Table(title=printed.title.say(language), title_justify="left")
    columns, _ = printed.shown(language)
    for column in columns:
        justify: Any = "left" if column.digits is None else "right"
        table.add_column(column.heading.say(language), justify=justify, overflow="fold")
    for texts in printed.texts(language):
        add_row(table, texts)
    print_fitting(console, table, lead=1)


def _print_windows(console: Console, result: Result, language: str) -> None:
    """Print how far the numbers of rules of position may move; nothing for other tier rules."""
    from hubtiers.show.pages.position_tables import has_positions, window_table

    if has_positions(result):
        _print_table(console, window_table(result), language)


def _print_yardstick(console: Console, result: Result, language: str) -> None:
    from hubtiers.show.words import yardstick_text

    said = yardstick_text(result)
    if said is not None:
        full_stop = word_of("full_stop", language)
        console.print(f"{said.say(language)}{full_stop}")


def _print_panel(
    console: Console, panel: TierPanel, moves: TierMoves | None, language: str
) -> None:
    """Print how many regions each tier holds by year, the scale, and who moved how surely."""
    from hubtiers.show.pages.sections_years import mover_words, scale_words, tiers_by_year
    from hubtiers.show.words import Text as Words

    _print_table(console, tiers_by_year(panel), language)
    for told in (scale_words(panel), mover_words(panel, moves)):
        console.print(Words(*told).say(language))


def _tier_table(
    result: Result, title: str, language: str, robustness: Robustness | None = None
) -> Table:
    from hubtiers.show.words import region_names, say, tier_name

    table = Table(title=title, title_justify="left")
    for key in ("rank", "region", "score", "tier"):
        justify = "right" if key in ("rank", "score") else "left"
        table.add_column(say(key, language), justify=justify)  # type: ignore[arg-type]
    sure = _sureness_cells(result, robustness, language)
    if sure:
        table.add_column(say("probability", language), justify="right")
        table.add_column(say("certainty", language))
    names = region_names(result, language)
    for row in result.to_frame().head(MOST_ROWS).reset_index().to_dict("records"):
        name = names[row["region_id"]]
        if math.isnan(row["score"]):
            add_row(table, ["", name, "", say("no_data", language)])
        else:
            tier = tier_name(row["tier"], language)
            cells = [row["rank"], name, f"{row['score']:.4f}", tier]
            add_row(table, [*cells, *sure.get(row["region_id"], ())])
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
