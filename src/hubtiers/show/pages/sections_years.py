"""The section of the report on years: tiers by year, passages between them, movers, the centre."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from hubtiers.errors import HubtiersError
from hubtiers.scheme import Result
from hubtiers.show.figures.years import years_caption, years_figure
from hubtiers.show.pages.print_table import (
    REGION,
    Column,
    PrintTable,
    column,
    number_at,
    print_table,
    text_at,
    tier_at,
    whole_at,
)
from hubtiers.show.pages.report_html import names_text
from hubtiers.show.pages.report_page import FIRST_ROWS, Material, Page
from hubtiers.show.words import (
    Text,
    direction_text,
    join_texts,
    node_name,
    node_text,
    number_text,
    region_names,
    tier_text,
    word,
)
from hubtiers.years.centre import centre_path
from hubtiers.years.moves import TierMoves
from hubtiers.years.panel import TierPanel
from hubtiers.years.transitions import TierTransitions, tier_transitions

__all__ = ["mover_words", "scale_words", "tiers_by_year", "years_section", "years_tables"]

_MOST_MAPS = 6


def years_tables(panel: TierPanel, moves: TierMoves | None) -> dict[str, PrintTable]:
    """Return the tables of a panel that may be too long for the text: changes of tier."""
    tables = (moved_table(panel, moves), mover_table(panel, moves))
    return {table.name: table for table in tables}


def years_section(material: Material, page: Page) -> str:
    """Return the section on years."""
    panel = material.panel
    assert panel is not None
    return "".join(
        [
            page.text(*scale_words(panel)),
            _other_scale(material, page),
            _money(material, page),
            _maps(panel, page),
            page.table(tiers_by_year(panel)),
            page.table(filled_table(panel)),
            _passages(panel, page),
            page.heading("mover_heading"),
            page.text(*mover_words(panel, material.moves)),
            page.table(material.tables["moved"], most=FIRST_ROWS),
            page.table(material.tables["movers"], most=FIRST_ROWS),
            _centres(material, page),
        ]
    )


def _maps(panel: TierPanel, page: Page) -> str:
    """Return the years as small maps; of many years the first, the last and some between."""
    years = list(panel.years)
    step = -(-(len(years) - 1) // (_MOST_MAPS - 1)) if len(years) > _MOST_MAPS else 1
    shown = sorted({*years[::-1][::step], years[0]})
    caption = years_caption(panel, shown, None).say(page.language)
    return page.figure(
        lambda: years_figure(panel, years=shown, language=page.drawn_language, caption=False),
        caption,
    )


def scale_words(panel: TierPanel) -> tuple[str, str]:
    """Return in Chinese and English on which scale the years stand."""
    first, last = panel.years[0], panel.years[-1]
    span_zh, span_en = f"{first} 至 {last} 年共 {len(panel.years)} 个年份", f"{first} to {last}"
    if panel.is_refit:
        zh = f"{span_zh}，每年各自确定界限、权重与断点：层级相对于当年各区域，得分不能跨年比较。"
        en = (
            f"{len(panel.years)} years, {span_en}. Every year has bounds, weights and cut-points "
            "of its own: tiers are relative to the regions of the year, and scores do not compare "
            "between years."
        )
        return zh, en
    scale_zh, scale_en = f" {panel.fit_on} 年", f"those of {panel.fit_on}"
    if panel.fit_on == "all":
        scale_zh, scale_en = "全部年份合并", "those of all years together"
    zh = f"{span_zh}，各年均用同一尺度计分定级：界限、权重与断点取自{scale_zh}，可以跨年比较。"
    en = (
        f"{len(panel.years)} years, {span_en}, on one scale: bounds, weights and cut-points are "
        f"{scale_en}, so that years can be compared."
    )
    return zh, en


def _other_scale(material: Material, page: Page) -> str:
    """Return which regions stand otherwise here than in the rest of the report, if any do."""
    panel, result = material.panel, material.result
    assert panel is not None
    year = result.year
    if year not in panel.results:
        return ""
    tiers = panel.tiers[year].astype("object")
    own = result.tier.astype("object").reindex(tiers.index)
    apart = tiers.index[(tiers != own) & tiers.notna() & own.notna()]
    if not len(apart):
        return ""
    names = region_names(result, page.language)
    listed = names_text([str(names[region]) for region in apart], page.language)
    return page.text(
        f"地图与上文各表按 {year} 年自身的尺度定级；在本节的尺度下，{year} 年有 {len(apart)} "
        f"个区域层级不同：{listed}。",
        f"Map and tables above use the scale of {year} alone. On the scale of this section "
        f"{len(apart)} regions have another tier in {year}: {listed}.",
    )


def _money(material: Material, page: Page) -> str:
    """Return at which prices money stands."""
    panel, result = material.panel, material.result
    assert panel is not None
    text = ""
    if panel.deflated is not None:
        framework, prices = result.table.framework, panel.deflated
        codes = [code for code in prices.applies_to(framework) if code in framework.codes]
        listed = _named(result, codes, page)
        source = prices.source or page.say("使用者提供", "given by the user")
        text += page.text(
            f"以下指标已按价格指数（{source}）换算为 {prices.base} 年不变价：{listed}。",
            f"At prices of {prices.base}, by the price index {source}: {listed}.",
        )
    if nominal := panel.nominal_money:
        listed = _named(result, nominal, page)
        text += page.text(
            f"以下指标为当年价的货币值，未扣除价格变动：{listed}。其增长含物价上涨，"
            "层级上升可能只是价格所致。（判断依据：计量单位为货币。）",
            f"Money at the prices of each year, not deflated: {listed}. Its growth includes rising "
            "prices, and so may a rise in tier. (Told by the unit, which is a currency.)",
        )
    return f'<div class="caveat">{text}</div>' if text else ""


def _named(result: Result, codes: Sequence[str], page: Page) -> str:
    names = [node_name(result, code, page.language) for code in codes]
    return names_text(names, page.language, most=24)


def tiers_by_year(panel: TierPanel) -> PrintTable:
    """Return how many regions are in each tier, year by year, and how many have none."""
    rows = []
    for year in panel.years:
        counts = panel.tiers[year].value_counts()
        missing = panel.presence[year].value_counts()
        row: dict[str, Any] = {label: int(counts.get(label, 0)) for label in panel.labels}
        row |= {"year": str(year), "": int(missing.get("no data", 0))}
        rows.append(row | {"absent": int(missing.get("absent", 0))})
    columns = [column("year", of=text_at("year"))]
    columns += [column(tier_text(label), of=whole_at(label), digits=0) for label in panel.labels]
    columns.append(column("no_data", of=whole_at(""), digits=0))
    if any(row["absent"] for row in rows):
        columns.append(column("absent", of=whole_at("absent"), digits=0))
    return print_table("tiers_by_year", "tiers_by_year_table", columns, rows)


def filled_table(panel: TierPanel) -> PrintTable:
    """Return how many values were taken from which years, by indicator and year."""
    result = panel.results[panel.years[-1]]
    keys = ["indicator", "year", "years"]
    counted = panel.carried[keys].value_counts(sort=False).reset_index(name="n")
    rows = [
        {"node": node_text(result, row["indicator"]), **row} for row in counted.to_dict("records")
    ]
    columns = (
        column("indicator_both", of=lambda row: row["node"]),
        column("year", of=text_at("year")),
        column("carried_from", of=text_at("years")),
        column("count", of=whole_at("n"), digits=0),
    )
    return print_table("filled", "filled_table", columns, rows)


def _passages(panel: TierPanel, page: Page) -> str:
    body = page.heading("transition_heading")
    try:
        found = tier_transitions(panel)
    except HubtiersError as error:
        return body + page.text(f"未计算转移矩阵：{error}", f"No transition matrix: {error}")
    return body + page.text(*_transition_words(found)) + page.table(transition_table(found))


def _transition_words(found: TierTransitions) -> tuple[str, str]:
    steps, length = int(found.counts.to_numpy().sum()), found.step or 0
    zh = f"相隔 {length} 年的前后两年之间共 {steps} 次转移；括号内为按行计算的概率。"
    en = (
        f"{steps} passages from one year to the next, {length} "
        f"{'year' if length == 1 else 'years'} apart; in brackets the share of the row."
    )
    if found.left_out:
        zh += f"另有 {found.left_out} 次因一端无层级而不计。"
        en += f" {found.left_out} more have no tier at one end and are not counted."
    if found.steady_state is None:
        return (
            zh + "这些概率没有唯一的稳态。",
            f"{en} These probabilities have no single steady state.",
        )
    known = found.steady_state.dropna()
    parts = [(tier_text(label), f"{share:.0%}") for label, share in known.items()]
    listed = join_texts([Text(f"{t.zh} {share}", f"{t.en} {share}") for t, share in parts])
    zh += f"若概率不变，最终的层级构成为：{listed.zh}。这是对样本期的概括，不是预测。"
    en += (
        f" If they stayed as they are, tiers would in the end hold: {listed.en}. This sums up the "
        "years and is no forecast."
    )
    return zh, en


def transition_table(found: TierTransitions) -> PrintTable:
    """Return the transition matrix: counts, and shares of the row in brackets."""
    columns = [column("tier_from_to", of=lambda row: tier_text(row[0]))]
    columns += [
        column(tier_text(label), of=partial(_passage, found, label)) for label in found.counts
    ]
    rows = found.counts.sum(axis=1)
    columns.append(column("passages", of=lambda row: int(row[1]), digits=0))
    return print_table("transitions", "transition_table", columns, rows.items())


def _passage(found: TierTransitions, end: object, row: tuple[object, int]) -> str | None:
    if not row[1]:
        return None
    place = found.counts.index.get_loc(row[0]), found.counts.columns.get_loc(end)
    share = number_text(float(found.probabilities.to_numpy()[place]), 3)
    return f"{found.counts.to_numpy()[place]} ({share})"


def mover_words(panel: TierPanel, moves: TierMoves | None) -> tuple[str, str]:
    """Return in Chinese and English how many regions changed tier, and what a probability is."""
    moved = panel.moved()
    up = int((moved["tier_change"] > 0).sum())
    first, last = panel.years[0], panel.years[-1]
    zh = f"{first} 至 {last} 年，{up} 个区域层级上升，{len(moved) - up} 个下降。"
    en = f"From {first} to {last}, {up} regions rose and {len(moved) - up} fell."
    if moves is None:
        return zh, en
    zh += (
        f"概率为 {moves.draws} 次随机变动方法选择的计算中层级在同样两年之间同向变动的比例，"
        "每次变动对所有年份相同。逐年变动的概率较低：换一种选择，同一变动可能落在前后的年份。"
    )
    en += (
        f" The probability is the share of {moves.draws} draws in which the tier goes the same way "
        "between the same two years; a draw holds for all years. It is lower from year to year, "
        "since under other choices a change may fall into a year before or after."
    )
    return zh, en


def moved_table(panel: TierPanel, moves: TierMoves | None) -> PrintTable:
    """Return the regions whose tier in the last year is not that of the first."""
    frame = panel.moved() if moves is None else moves.moved
    title = word("moved_table").fill(first=panel.years[0], last=panel.years[-1])
    columns, rows = _change_columns(frame), frame.to_dict("records")
    table = print_table("moved", "moved_table", (*REGION, *columns), rows, headings=2)
    return replace(table, title=title)


def mover_table(panel: TierPanel, moves: TierMoves | None) -> PrintTable:
    """Return every change of tier from one year to the next; empty for two years."""
    frame = panel.movers if moves is None else moves.movers
    rows = frame.to_dict("records") if len(panel.years) > 2 else []
    years = column("years", of=lambda row: f"{row['year_from']}–{row['year_to']}")
    columns = (*REGION, years, *_change_columns(frame))
    return print_table("movers", "movers_table", columns, rows, headings=2)


def _change_columns(frame: pd.DataFrame) -> list[Column]:
    columns = [column(key, of=tier_at(key)) for key in ("tier_before", "tier_after")]
    columns += [column(key, of=whole_at(key), digits=0) for key in ("rank_before", "rank_after")]
    if "probability" in frame:
        columns.append(column("move_probability", of=number_at("probability"), digits=3))
    return columns


def _centres(material: Material, page: Page) -> str:
    """Return how the centre of weight of each quantity moved, and which have none."""
    panel, result = material.panel, material.result
    assert panel is not None
    nodes = [node for node in result.table.framework.indicators if node.kind == "extensive"]
    rows, reasons = [], []
    for node in nodes:
        try:
            rows.append(_centre_row(panel, result, node.code))
        except HubtiersError as error:
            reasons.append(f"{node_name(result, node.code, page.language)}: {error}")
    body = page.table(_centre_table(panel, rows))
    if reasons:
        listed = "; ".join(reasons)
        body += page.text(f"未计算重心：{listed}", f"No centre of weight: {listed}")
    return page.heading("centre_heading") + body if body else ""


def _centre_row(panel: TierPanel, result: Result, code: str) -> dict[str, Any]:
    # Between the ends the path may skip a year for which nothing was published.
    values = panel.values(code)
    between = [year for year in panel.years[1:-1] if values[year].isna().all()]
    path = centre_path(values.drop(columns=between), result.table.regions)
    ends = path.frame[["lon", "lat"]].iloc[[0, -1]].to_numpy().ravel().tolist()
    row = dict(zip(("lon_from", "lat_from", "lon_to", "lat_to"), ends, strict=True))
    towards = direction_text(path.bearing)
    known = {"node": node_text(result, code), "km": path.km, "n": len(path.regions)}
    return row | known | {"towards": towards}


def _centre_table(panel: TierPanel, rows: Sequence[Mapping[str, Any]]) -> PrintTable:
    columns = [column("indicator_both", of=lambda row: row["node"])]
    for end, year in (("from", panel.years[0]), ("to", panel.years[-1])):
        columns.append(column(word("lon_in").fill(year=year), of=number_at(f"lon_{end}"), digits=2))
        columns.append(column(word("lat_in").fill(year=year), of=number_at(f"lat_{end}"), digits=2))
    columns += [
        column("km_moved", of=number_at("km"), digits=1),
        column("towards", of=lambda row: row["towards"]),
        column("count", of=whole_at("n"), digits=0),
    ]
    return print_table("centres", "centre_table", columns, rows, notes=[word("centre_note")])
