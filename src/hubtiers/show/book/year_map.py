"""What the map says of several years."""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text

__all__ = ["FILLED", "WORDS"]

WORDS: Mapping[str, Text] = {
    "year_against": Text("对比", "Against"),
    "year_at": Text("{year} 年（{scale}）", "{year} ({scale})"),
    "year_climbed": Text("较 {year} 年上升", "Climbed since {year}"),
    "year_fell": Text("较 {year} 年下降", "Fell since {year}"),
    "year_first": Text("首年", "the first year"),
    "year_more": Text("等 {n} 个", "and {n} more"),
    "year_moves": Text("{year}：{up} 个上升，{down} 个下降", "{year}: {up} climbed, {down} fell"),
    "year_next": Text("下一年", "Next year"),
    "year_previous": Text("上一年", "Previous year"),
    "year_before": Text("前一年", "the year before"),
    "year_no_draws": Text("没有为这一年作抽取", "No draws were made for this year"),
    "year_still": Text("{year} 年为起点，无可对比", "{year}: the start, nothing to compare with"),
    "year_weights": Text("改动的权重只用于 {year} 年", "Weights as set are for {year} alone"),
}

# Said by figures, or filled here before the browser gets them.
FILLED: Mapping[str, Text] = {
    "years_caption": Text(
        "{title}，{first} 至 {last} 年，{scale}。描边者与前一幅层级不同。{source}",
        "{title}, {first} to {last}, {scale}. Outlined: another tier than in the map before. "
        "{source}",
    ),
    "years_climbed": Text("较前一幅上升 ▲", "Climbed since the map before ▲"),
    "years_fell": Text("较前一幅下降 ▼", "Fell since the map before ▼"),
    "year_scale_all": Text("全部年份同一尺度", "one scale from all years"),
    "year_scale_each": Text("当年自身的尺度", "a scale of its own"),
    "year_scale_of": Text("{year} 年的尺度", "on the scale of {year}"),
}
