"""What printed maps say of hubs, links and diffusion."""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "caption_links": Text(
        "联系：{model}，强联系规则 {strong}；线宽随强度的平方根增加。",
        " Links: {model}, strong by {strong}; width grows with the root of the weight.",
    ),
    "caption_rings": Text(
        "圆环：在 {draws} 次抽取中成为核心的比例。",
        " Rings: share of {draws} draws in which the place is a core.",
    ),
    "cocores_shown": Text("同一中心的核心，连线相接", "Cores of one hub, joined"),
    "diffusion_caption": Text(
        "自{sources}扩散：{n} 个区域中 {reached} 个被触及；距离衰减指数 {decay}，"
        "发出指数 {emissive}，接受指数 {receptive}，最小距离 {nearest}，通道速率为{channels}；"
        "同级通道：{peers}，邻近通道：{neighbour}。颜色为到达时间，各级区域数相等；"
        "时间只有先后与相对长短，不是年份。{source}",
        "Diffusion from {sources}: {reached} of {n} regions are reached; decay {decay}, emissive "
        "exponent {emissive}, receptive exponent {receptive}, nearest {nearest}, rates of channels "
        "{channels}; peer channel: {peers}, neighbour channel: {neighbour}. Colour is the time of "
        "arrival, in classes of equally many regions; relative time, never years. {source}",
    ),
    "diffusion_figure_title": Text("创新扩散的先后", "Order of diffusion"),
    "diffusion_source_mark": Text("起点", "Source"),
    "diffusion_time_legend": Text("到达时间（相对）", "Time of arrival (relative)"),
    "lead_shown": Text("主核，内标白星", "Lead, with a white star"),
    "link_strong_line": Text("强联系（实线）", "Strong (solid)"),
    "link_weak_line": Text("弱联系（虚线）", "Weak (dashed)"),
    "links_legend": Text("联系", "Links"),
    "ring_legend": Text("在抽取中成为核心的比例", "Share of draws as a core"),
    "time_never_reached": Text("未被触及", "Not reached"),
}
