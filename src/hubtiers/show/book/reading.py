"""How the files of a study were read."""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "reading_table": Text("读取记录", "How the files were read"),
    "read_as": Text("读作", "Read as"),
    "read_column": Text("列", "Column"),
    "read_file": Text("文件", "File"),
    "read_flag": Text("数值标记", "Flag"),
    "read_footnote_mark": Text("去除的脚注标记", "Footnote mark removed"),
    "read_footnote_row": Text("表下注释", "Note below the table"),
    "read_ignored": Text("未读取", "Not read"),
    "read_layout": Text("版式", "Layout"),
    "read_missing": Text("缺失标记", "Mark of a missing value"),
    "read_note": Text("说明", "Note"),
    "read_region_column": Text("区域列", "Column of regions"),
    "read_set_aside": Text("剔除的合计", "Total set aside"),
    "read_title_row": Text("表题", "Title"),
    "read_what": Text("内容", "What"),
    "read_where": Text("位置", "Where"),
    "read_written": Text("原文", "As written"),
}
