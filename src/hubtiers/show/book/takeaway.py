"""What the map says of what a reader takes away from it, and of its address."""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "address_hint": Text(
        "打开此链接即见此处所见：布局、图层、图例、语言、权重、年份、时间、表格、面板、区域和视野。",
        "Opens what is seen here: layout, layers, classes, language, weights, year, time, table, "
        "panels, region and view.",
    ),
    "address_link": Text("链接", "Link"),
    "address_refused": Text(
        "链接中有本图没有的内容，未采用：{what}", "The link asks for what this map lacks: {what}"
    ),
    "take": Text("下载与分享", "Take away"),
    "take_copy": Text("复制链接", "Copy the link"),
    "take_csv": Text("数据表（CSV）", "Table (CSV)"),
    "take_failed": Text("无法生成图片，请下载矢量图。", "No picture could be made. Take the SVG."),
    "take_hint": Text(
        "所见即所得：当前图层、语言、权重和视野，附标题、图例与来源。",
        "What is seen: fill, language, weights and view, with title, legend and sources.",
    ),
    "take_png": Text("图片（PNG）", "Picture (PNG)"),
    "take_svg": Text("矢量图（SVG）", "Drawing (SVG)"),
    "take_tiles": Text("底图瓦片不在图片中。", "Tiles are not in the picture."),
    "take_weights": Text("权重：{list}", "Weights: {list}"),
    "taken": Text("已下载：{name}", "Downloaded: {name}"),
}
