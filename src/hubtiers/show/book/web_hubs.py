"""What the web map says of hubs, links and diffusion."""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text

__all__ = ["FILLED", "WORDS"]

WORDS: Mapping[str, Text] = {
    "arrival": Text("扩散到达时间", "Arrival of knowledge"),
    "arrival_at": Text("到达（相对时间）", "Reached at (relative time)"),
    "arrival_place": Text("{time}（第 {n} 个）", "{time} (no. {n})"),
    "carried_by": Text("由何渠道传来", "Carried by"),
    "colour_is_order": Text(
        "颜色按到达先后，每四分之一段含同样多的区域；下方为各分位的相对时间。",
        "Colour follows the order of arrival, a quarter of the regions in each quarter of the "
        "scale; below it the relative times.",
    ),
    "computed_tier": Text("按得分的层级", "Tier by its score"),
    "core_draws": Text("成为核心的抽取占比", "Core in draws"),
    "diffusion": Text("创新扩散", "Diffusion"),
    "draws_ring": Text(
        "圆环：{n} 次抽取中成为核心的占比", "Ring: share of {n} draws in which it is a core"
    ),
    "draws_shown": Text("抽取占比（圆环）", "Share of draws (rings)"),
    "flip": Text("布局方案", "Layout"),
    "joined_cores": Text("同一中心的其他核心", "Further core of the same hub"),
    "lead_draws": Text("成为主核的抽取占比", "Lead in draws"),
    "lead_mark": Text("主核（内有星）", "Lead (star inside)"),
    "least_weight": Text("最小强度", "Least weight"),
    "link_between": Text("{a} — {b}", "{a} – {b}"),
    "link_km": Text("距离", "Distance"),
    "links": Text("中心间联系", "Links between hubs"),
    "links_shown": Text("{n} / {all} 条，≥ {weight}", "{n} of {all}, ≥ {weight}"),
    "never_reached": Text("始终未到达", "Never reached"),
    "not_yet": Text("此时尚未到达", "Not reached by then"),
    "own_weights": Text(
        "布局、联系与扩散仍按原研究的权重计算。",
        "Layout, links and diffusion are still those of the study's own weights.",
    ),
    "pause": Text("暂停", "Pause"),
    "play": Text("播放", "Play"),
    "reached_by": Text(
        "相对时间 {time}：{all} 个区域中 {n} 个已到达", "Relative time {time}: {n} of {all} reached"
    ),
    "runs_interval": Text("随机运行 5%–95%", "5–95 % of runs"),
    "runs_reach": Text("到达的运行占比", "Runs that reach it"),
    "step_back": Text("上一步", "Step back"),
    "step_on": Text("下一步", "Step on"),
    "strongest": Text("最强的联系", "Its strongest links"),
    "time_is_relative": Text(
        "时间只表示先后与相对长短，绝不是年份。",
        "Time is relative: order and proportion, never years.",
    ),
    "time_slider": Text("相对时间", "Relative time"),
    "took_no_part": Text("未参与（无得分）", "Takes no part (no score)"),
    "weight_of_most": Text("强度（占最强的比例）", "Weight (of the strongest)"),
}

# Filled here, before the browser gets them.
FILLED: Mapping[str, Text] = {
    "channel_anywhere": Text("任意层级", "any tier"),
    "channel_downwards": Text("仅向下层级", "lower tiers only"),
    "channel_of_all": Text("同层级的所有区域", "all places of a tier"),
    "channel_of_hubs": Text("仅限核心之间", "cores of hubs only"),
    "channel_rate": Text("{name}联系 {rate}", "{name} {rate}"),
    "diffusion_parameters": Text(
        "起点：{sources}。渠道速率：{channels}。距离衰减 {decay}（{nearest} 以内不计），"
        "发出指数 {emissive}，接受指数 {receptive}；同级渠道：{peers}；"
        "邻近渠道：{neighbour}{runs}。",
        "From {sources}. Rates of channels: {channels}. Decay {decay} (from {nearest} on), "
        "emissive exponent {emissive}, receptive exponent {receptive}; peer channel: {peers}; "
        "neighbour channel: {neighbour}{runs}.",
    ),
    "diffusion_runs": Text("；随机运行 {n} 次", "; {n} random runs", one="; {n} random run"),
    "leads_in": Text(
        "在{hub}内以{role}见长（区位商 {quotient}）",
        "Within the hub {hub} it stands out in {role} (location quotient {quotient})",
    ),
    "network_note": Text(
        "模型 {model}；邻近 {near}；强 {strong}。", "Model {model}; near {near}; strong {strong}."
    ),
    "numbered": Text("{name}（{n}）", "{name} ({n})"),
}
