"""The blocks of the brief: who is where, who moves, what would lift, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from typing import NamedTuple

import numpy as np
import pandas as pd

from hubtiers._steps_up import StepUp, tier_steps, whole_steps
from hubtiers.compare import Comparison
from hubtiers.framework import Indicator
from hubtiers.scheme import Result
from hubtiers.show.certainty_marks import certainty_frame
from hubtiers.show.gap_text import percent
from hubtiers.show.methods import method_text
from hubtiers.show.pages.report_page import Material, Page
from hubtiers.show.pages.result_tables import STATUSES, status_text
from hubtiers.show.text import html_text
from hubtiers.show.words import (
    Text,
    figures_text,
    join_texts,
    node_text,
    number_text,
    region_names,
    tier_name,
    tier_text,
    unit_text,
    word,
)
from hubtiers.show.wrapping import cut_text, text_width
from hubtiers.tiers.rules import PositionTiers

__all__ = [
    "citation_part",
    "fitting_names",
    "gap_part",
    "lift_part",
    "member_part",
    "method_part",
    "mover_part",
]

_LIFTED, _MOST_TRIED = 5, 12
"""Regions that are told what would lift them, of so many that are looked at."""

_NAME_WIDTH = 30
"""Half-width cells that the name of one region may take."""

_TITLE_WIDTH = 66
"""Half-width cells that the name of one scheme may take."""

_WHAT_WIDTH = 36
"""Half-width cells that the name of what must change may take."""

_LINE = 42
"""Half-width cells in a line beside the map."""

_MEMBER_LINES = 14
_MOVER_WIDTH = 300
_MOST_SCHEMES = 4
_CITED = 110
"""Half-width cells of a title or a source in the last lines."""

_MOST_SOURCES = 4
_MARKS = {"settled": "●", "leaning": "◐", "open": "○"}
_DOUBTFUL = ("suspected-error", "substituted", "single-source", "partial-year")


def fitting_names(
    names: Sequence[str], language: str, *, width: int, each: int = _NAME_WIDTH
) -> str:
    """Return names in a row that fits a width, and how many more there are; at least one name.

    >>> fitting_names(["Wuhan", "Xi'an", "Dalian"], "en", width=14)
    "Wuhan, Xi'an and 1 more"
    """
    comma = word("enumeration").say(language)
    taken: list[str] = []
    for name in names:
        listed = comma.join([*taken, cut_text(name, each)])
        if taken and text_width(listed) > width:
            break
        taken.append(cut_text(name, each))
    listed, rest = comma.join(taken), len(names) - len(taken)
    if rest <= 0:
        return listed
    return word("names_more").fill(names=listed, all=len(names), rest=rest).say(language)


def block(heading: str, body: str, page: Page, *, kind: str = "") -> str:
    """Return a block of the brief with its heading."""
    named = f' class="{kind}"' if kind else ""
    return f"<div{named}><h2>{html_text(page.word(heading))}</h2>{body}</div>"


def lines(texts: Iterable[str]) -> str:
    """Return sentences as a list."""
    return f"<ul>{''.join(f'<li>{html_text(text)}</li>' for text in texts)}</ul>"


def member_part(material: Material, page: Page) -> str:
    """Return the regions of each tier with the mark of their certainty, the best first."""
    result, language = material.result, page.language
    names, marks = region_names(result, language), _mark_signs(material)
    ranked = [str(region) for region in result.rank.dropna().sort_values(kind="stable").index]
    shown = [label for label in result.breaks.labels if result.tier_counts[label]]
    widths = _member_widths([int(result.tier_counts[label]) for label in shown])
    rows = []
    for label, width in zip(shown, widths, strict=True):
        inside = [r for r in ranked if result.tier[r] == label]
        named = [f"{names[r]}{marks.get(r, '')}" for r in inside]
        listed = html_text(fitting_names(named, language, width=width))
        head = html_text(f"{tier_name(label, language)} ({len(inside)})")
        rows.append(f"<dt>{head}</dt><dd>{_small_marks(listed)}</dd>")
    return block("members_heading", f"<dl>{''.join(rows)}</dl>", page, kind="members")


def _mark_signs(material: Material) -> dict[str, str]:
    if material.robustness is None:
        return {}
    found = certainty_frame(material.result, material.robustness)["certainty"].dropna()
    # A space that does not break keeps a mark beside its name.
    return {str(region): f"\u00a0{_MARKS[str(mark)]}" for region, mark in found.items()}


def _small_marks(listed: str) -> str:
    """Return names as HTML with their marks in smaller type."""
    for sign in _MARKS.values():
        listed = listed.replace(f"\u00a0{sign}", f"\u00a0<small>{sign}</small>")
    return listed


def _member_widths(counts: Sequence[int]) -> list[int]:
    """Return how wide the list of each tier may be: higher tiers get more lines than lower ones."""
    shares = [max(len(counts) - place, 1) for place in range(len(counts))]
    room = max(_MEMBER_LINES - len(counts), len(counts))
    whole = sum(shares)
    return [max(1, round(room * share / whole)) * _LINE for share in shares]


def mover_part(material: Material, page: Page) -> str:
    """Return which regions change tier under which scheme, or why nothing is known of it."""
    schemes = material.schemes
    if schemes is None or len(schemes.names) < 2:
        said = [page.word("no_schemes")]
        said += _open_regions(material, page)
        return block("movers_heading", lines(said), page)
    return block("movers_heading", lines(_scheme_lines(schemes, page)), page)


def _scheme_lines(schemes: Comparison, page: Page) -> Iterator[str]:
    """Return a line for each scheme under which regions move, and one for all the others."""
    moves = schemes.moves()
    moving = set(moves["scheme"][moves["new_tier"]])
    others = schemes.names[1:]
    moved = [name for name in others if name in moving]
    shown = moved[:_MOST_SCHEMES]
    for name in shown:
        rows = moves[(moves["scheme"] == name) & moves["new_tier"]]
        yield _scheme_line(schemes, name, rows, page, _MOVER_WIDTH // len(shown))
    if len(moved) > len(shown):
        yield word("schemes_more").fill(n=len(moved) - len(shown)).say(page.language)
    still = [schemes.title(name, page.language) for name in others if name not in moving]
    if still:
        listed = fitting_names(still, page.language, width=90, each=_TITLE_WIDTH)
        yield word("schemes_still").fill(names=listed).say(page.language)


def _scheme_line(
    schemes: Comparison, name: str, moved: pd.DataFrame, page: Page, width: int
) -> str:
    """Return who rises and who falls under a scheme."""
    title = cut_text(schemes.title(name, page.language), _TITLE_WIDTH)
    result = schemes.results[schemes.names[0]]
    # Schemes may have unlike numbers of tiers, of one order.
    order = max((result.breaks.labels, schemes.results[name].breaks.labels), key=len)
    place = {label: number for number, label in enumerate(order)}
    # A region that only one of the two scores has a tier in one of them alone.
    both = moved.dropna(subset=["tier_before", "tier_after"])
    before, after = (both[f"tier_{when}"].map(place) for when in ("before", "after"))
    names = region_names(result, page.language)
    parts = []
    for key, ids in (("moves_up", both["region_id"][after < before]),
                     ("moves_down", both["region_id"][after > before])):  # fmt: skip
        ranked = sorted(ids, key=lambda region: float(result.rank[region]))
        if ranked:
            listed = fitting_names([str(names[r]) for r in ranked], page.language, width=width // 2)
            parts.append(word(key).fill(names=listed))
    told = join_texts(parts, "semicolon")
    return word("scheme_moves").fill(scheme=title, n=len(moved), told=told).say(page.language)


def _open_regions(material: Material, page: Page) -> list[str]:
    """Return the regions of which another tier is likelier; nothing without draws."""
    if material.robustness is None:
        return []
    found = certainty_frame(material.result, material.robustness)
    rank = material.result.rank[found.index[found["certainty"] == "open"]].sort_values()
    if rank.empty:
        return [page.word("none_open")]
    names = region_names(material.result, page.language)
    said = []
    for region in rank.index:
        tier = tier_name(found["likeliest"][region], page.language)
        said.append(page.say(f"{names[region]}（{tier}）", f"{names[region]} ({tier})"))
    listed = fitting_names(said, page.language, width=_MOVER_WIDTH // 2)
    return [word("open_regions").fill(n=len(rank), names=listed).say(page.language)]


class Lift(NamedTuple):
    """What would lift a region: what must change, from where to where, and the tier it reaches."""

    region: str
    what: Text
    change: Text
    tier: str


def lift_part(material: Material, page: Page) -> str:
    """Return what would lift the five best regions below the highest tier, or why nothing can."""
    result = material.result
    ranked = result.rank[result.tier != result.breaks.labels[0]].dropna().sort_values(kind="stable")
    regions = [str(region) for region in ranked.index]
    if not regions:
        return block("lift_heading", lines([page.word("lift_none_left")]), page)
    by_position = isinstance(result.breaks, PositionTiers)
    if not by_position and not result.breaks.breaks:
        return block("lift_heading", lines([page.word("lift_undefined")]), page)
    if by_position:
        rows = [_lift_by_share(result, region) for region in regions[:_LIFTED]]
        told = page.word("lift_by_position")
    else:
        rows, beyond = _lifts_by_value(result, regions)
        told = _lift_note(result, rows, beyond, page)
    names = region_names(result, page.language)
    tiers = {row.tier for row in rows}
    if len(tiers) == 1:
        # One goal for all is said once.
        goal = word("lift_goal").fill(tier=tier_text(tiers.pop()))
        rows = [row._replace(tier="") for row in rows]
        told = f"{goal.say(page.language)}{told}"
    body = "".join(_lift_row(row, str(names[row.region]), page) for row in rows)
    table = f"<table><tbody>{body}</tbody></table>" if rows else ""
    return block("lift_heading", f'{table}<p class="key">{html_text(told)}</p>', page)


def _lifts_by_value(result: Result, regions: Sequence[str]) -> tuple[list[Lift], list[str]]:
    """Return the first five that a single value lifts, and those before them that none does."""
    rows: list[Lift] = []
    beyond: list[str] = []
    for region in regions[:_MOST_TRIED]:
        steps, _ = tier_steps(result, region)
        whole = whole_steps(result, region, steps)
        if whole:
            what, change = node_text(result, whole[0].indicator), _change_text(result, whole[0])
            rows.append(Lift(region, what, change, whole[0].tier))
        else:
            beyond.append(region)
        if len(rows) == _LIFTED:
            break
    return rows, beyond


def _lift_note(result: Result, rows: Sequence[Lift], beyond: Sequence[str], page: Page) -> str:
    """Return what the changes are, and whom no single one lifts."""
    said = [page.word("lift_note")] if rows else []
    if beyond:
        names = region_names(result, page.language)
        listed = fitting_names([str(names[r]) for r in beyond], page.language, width=70)
        said.append(word("no_single_value").fill(names=listed).say(page.language))
    return ("" if page.language == "zh" else " ").join(said)


def _lift_row(row: Lift, name: str, page: Page) -> str:
    tier = f"→ {tier_name(row.tier, page.language)}" if row.tier else ""
    what = cut_text(row.what.say(page.language), _WHAT_WIDTH)
    cells = [cut_text(name, _NAME_WIDTH), what, row.change.say(page.language), tier]
    head, *rest = map(html_text, filter(None, cells))
    return f'<tr><th scope="row">{head}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'


def _change_text(result: Result, step: StepUp) -> Text:
    node = result.table.framework[step.indicator]
    assert isinstance(node, Indicator)
    unit = unit_text(node)
    first, last = _apart(step.value, step.needed)
    return Text(f"{first} → {last} {unit.zh}".strip(), f"{first} → {last} {unit.en}".strip())


def _apart(value: float, needed: float) -> tuple[str, str]:
    """Return two numbers in the fewest figures that suffice: the second never falls short."""
    if float(value).is_integer() and float(needed).is_integer():
        return f"{value:,.0f}", f"{needed:,.0f}"
    for figures in range(3, 9):
        first, last = figures_text(value, figures), rounded_up(needed, value, figures)
        if first != last:
            return first, last
    return figures_text(value, 9), figures_text(needed, 9)


def rounded_up(needed: float, value: float, figures: int) -> str:
    """Return a number in so many figures, rounded away from the value that it is to leave.

    >>> rounded_up(2.3412, 2.1, 3), rounded_up(2.3412, 2.9, 3)
    ('2.35', '2.34')
    """
    text = figures_text(needed, figures)
    size = len(text.partition(".")[2])
    step = 10.0**-size
    printed = float(text.replace("−", "-"))
    if needed > value and printed < needed:
        printed += step
    elif needed < value and printed > needed:
        printed -= step
    return f"{printed:.{size}f}".replace("-", "−")


def _lift_by_share(result: Result, region: str) -> Lift:
    """Return the share that a region lacks of what the rule of the next tier asks for."""
    scale = result.breaks
    assert isinstance(scale, PositionTiers)
    labels, rules = list(scale.labels), scale.rules
    above = labels[labels.index(str(result.tier[region])) - 1]
    bars = (rules.international_share, rules.national_share, rules.regional_share)
    is_world = above == labels[0] and bool(rules.totals and "world" in rules.totals)
    prefix = "world_share_" if is_world else "share_"
    counting = rules.counting or [
        name.removeprefix(prefix) for name in map(str, scale.placements.columns)
        if name.startswith(prefix)
    ]  # fmt: skip
    columns = [f"{prefix}{name}" for name in counting]
    own = scale.placements.loc[[region], columns].to_numpy(float)[0]
    shares = dict(zip(columns, own.tolist(), strict=True))
    # So many functions must reach the bar: the last of them is the one that lacks least.
    lacking = sorted(shares, key=lambda name: -np.nan_to_num(shares[name]))[rules.functions - 1]
    bar = bars[labels.index(above)]
    name = node_text(result, lacking.removeprefix(prefix))
    said = word("share_lacking").fill(now=number_text(shares[lacking], 1), bar=f"{bar:g}")
    return Lift(region, word("share_of").fill(name=name), said, above)


def gap_part(material: Material, page: Page) -> str:
    """Return what the data lack."""
    said = [text.say(page.language) for text in _gaps(material, page)]
    return block("gaps_heading", lines(said or [page.word("no_gaps_at_all")]), page)


def _gaps(material: Material, page: Page) -> Iterator[Text]:
    result = material.result
    values = result.table.values[result.table.framework.codes]
    whole, absent = values.size, int(values.isna().to_numpy().sum())
    if result.no_data:
        names = region_names(result, page.language)
        listed = fitting_names([str(names[r]) for r in result.no_data], page.language, width=70)
        yield word("unscored_regions").fill(n=len(result.no_data), names=listed)
    if absent:
        yield word("values_missing").fill(n=absent, whole=whole, share=percent(absent / whole))
    filled = int(result.imputed.to_numpy().sum())
    if filled:
        yield word("values_filled").fill(n=filled)
    if doubtful := _doubtful(result):
        yield doubtful
    mixed = [code for code in values if len(set(result.table.year[code].dropna())) > 1]
    if mixed:
        yield word("mixed_years_in").fill(n=len(mixed), all=len(values.columns))
    empty = result.table.framework.empty_slots()
    if len(empty):
        slots = empty["name_zh" if page.language == "zh" else "name_en"].astype(str).tolist()
        yield word("without_indicators").fill(names=fitting_names(slots, page.language, width=70))


def _doubtful(result: Result) -> Text | None:
    """Return how many values carry a status that a reader should know of; None for none."""
    present = result.table.values.notna().to_numpy()
    counts = pd.Series(result.table.status.to_numpy()[present]).value_counts()
    told = [
        word("status_count").fill(status=status_text(status), n=int(counts[status]))
        for status in STATUSES
        if status in _DOUBTFUL and status in counts.index
    ]
    return word("doubtful_values").fill(list=join_texts(told)) if told else None


def method_part(material: Material, page: Page) -> str:
    """Return the method in three lines: what was measured, how it was joined, how it was tried."""
    result = material.result
    scheme, framework = result.fitted.scheme, result.table.framework
    functions = [code for code in framework.filled_children() if framework.leaves(code)]
    steps = (scheme.normalise, scheme.weight, scheme.aggregate, scheme.tier)
    named = join_texts([method_text(step) for step in steps], "comma")
    said = [
        word("method_measured" if functions else "method_ungrouped").fill(
            n=len(framework.codes),
            functions=len(functions),
            regions=int(result.scores.notna().sum()),
        ),
        word("method_steps").fill(steps=named),
        _how_tried(material),
    ]
    return block("method_heading", lines(text.say(page.language) for text in said), page)


def _how_tried(material: Material) -> Text:
    robust = material.robustness
    if robust is None:
        return word("method_untried")
    return word("method_tried").fill(n=robust.draws)


def citation_part(material: Material, page: Page) -> str:
    """Return how to cite the brief, where its data are from, and how to build it again."""
    facts = [(page.word("cite"), cite_text(material, page.language))]
    if sources := material.sources or _own_sources(material.result):
        facts.append((page.word("source"), _listed(sources, page.language)))
    rebuilt = Text.same(material.command) if material.command else word("no_command")
    if material.run:
        rebuilt = word("rebuilt_run").fill(command=rebuilt, run=material.run)
    facts.append((page.word("rebuild"), rebuilt.say(page.language)))
    pairs = "".join(f"<dt>{html_text(term)}</dt><dd>{html_text(said)}</dd>" for term, said in facts)
    return f"<footer><dl>{pairs}</dl></footer>"


def cite_text(material: Material, language: str) -> str:
    """Return how the page is cited: author, title, date, and the version that made it.

    What nobody said, such as an author, is left out.
    """
    title = cut_text(material.title.say(language), _CITED)
    made_with = f"hubtiers {version('hubtiers')}"
    said = [part for part in (material.author, title, material.date, made_with) if part]
    stop = word("full_stop").say(language)
    joint = stop if language == "zh" else f"{stop} "
    text = joint.join(part.rstrip(".。") for part in said)
    # A question in a title keeps its own mark.
    return text.replace(f"?{stop}", "?").replace(f"？{stop}", "？") + stop


def _own_sources(result: Result) -> tuple[str, ...]:
    """Return the sources that the framework names, each once."""
    named = [node.source for node in result.table.framework.indicators]
    return tuple(dict.fromkeys(filter(None, named)))


def _listed(sources: Sequence[str], language: str) -> str:
    """Return the first sources, and how many more there are."""
    whole = [cut_text(source.rstrip(".。"), _CITED) for source in sources]
    semicolon = word("semicolon").say(language)
    shown = semicolon.join(whole[:_MOST_SOURCES])
    rest = len(whole) - _MOST_SOURCES
    return (
        shown
        if rest <= 0
        else word("names_more").fill(names=shown, all=len(whole), rest=rest).say(language)
    )
