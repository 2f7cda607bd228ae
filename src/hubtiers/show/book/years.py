"""What is said of several years."""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "absent": Text("当年无此区域", "Not a region then"),
    "carried_from": Text("取自年份", "From"),
    "carried_table": Text("取自其他年份的数值", "Values taken from other years"),
    "centre_heading": Text("重心迁移", "Where the centre of weight moved"),
    "centre_note": Text(
        "经纬度为 WGS84，单位为度；距离为椭球面最短线长度。重心为各区域所在点（有驻地者取驻地）"
        "单位向量的加权平均；某年无值的区域各年均不计。",
        "Degrees of WGS84; kilometres along the shortest line on the ellipsoid. The centre is the "
        "weighted mean of unit vectors of the regions' seats, or of points inside them; a region "
        "without a value in some year counts in none.",
    ),
    "centre_table": Text("各指标重心的迁移", "Centre of weight, by indicator"),
    "filled_table": Text("取自其他年份的数值个数", "Values taken from other years, by indicator"),
    "indicator_both": Text("指标", "Indicator"),
    "km_moved": Text("移动距离（公里）", "Moved, km"),
    "lat_in": Text("{year} 年北纬", "Latitude {year}"),
    "lon_in": Text("{year} 年东经", "Longitude {year}"),
    "move_probability": Text("同向变动概率", "Probability"),
    "moved_table": Text(
        "{first} 与 {last} 年层级不同的区域", "Regions with another tier in {last} than in {first}"
    ),
    "mover_heading": Text("层级变动的区域", "Regions that changed tier"),
    "movers_table": Text("历年层级变动", "Changes of tier from year to year"),
    "passages": Text("转移次数", "Passages"),
    "rank_after": Text("后期位次", "Rank after"),
    "rank_before": Text("前期位次", "Rank before"),
    "tier_after": Text("后期层级", "Tier after"),
    "tier_before": Text("前期层级", "Tier before"),
    "tier_from_to": Text("前一年 \\ 后一年", "From \\ to"),
    "tiers_by_year_table": Text("各年各层级的区域数", "Regions in each tier, by year"),
    "towards": Text("方向", "Towards"),
    "transition_heading": Text("层级转移", "Passages between tiers"),
    "transition_table": Text(
        "层级转移矩阵：次数（概率）", "Transition matrix: passages (probability)"
    ),
    "value": Text("数值", "Value"),
    "year": Text("年份", "Year"),
    "years": Text("年份", "Years"),
    "years_section": Text("历年变化", "Change over the years"),
}
