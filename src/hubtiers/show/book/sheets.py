"""What the workbook says: sheets of values, method and sources, and short names of sheets."""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "boundaries": Text("界线", "Boundaries"),
    "column_in_en": Text("{name}（英文）", "{name} (English)"),
    "column_in_zh": Text("{name}（中文）", "{name} (Chinese)"),
    "cut_points": Text("断点", "Cut-points"),
    "made_with": Text("软件", "Made with"),
    "method_column": Text("方法或数值", "Method or value"),
    "steps_note": Text(
        "工作表“原始数值”按上列各步依次处理，即得“标准化数值”与得分；权重见“各级权重”。",
        "The sheet of raw values, taken through these steps in order, gives that of normalised "
        "values and the scores; the weights are in “Weights by level”.",
    ),
    "method_table": Text("方法说明", "Method"),
    "normalised_note": Text(
        "权重所作用的数值；空格为缺失。", "What the weights are applied to; empty where missing."
    ),
    "normalised_table": Text("标准化数值", "Normalised values"),
    "raw_note": Text(
        "读入时的数值，未除以规模、未插补；空格为缺失。",
        "As they were read: not divided by size, no gap filled; empty where missing.",
    ),
    "raw_table": Text("原始数值", "Raw values"),
    "regions_scored": Text("计分区域数", "Regions scored"),
    "sheet_by_option": Text("各选项下的层级", "Tiers by option"),
    "sheet_certainty": Text("层级概率与位次", "Tier probabilities and ranks"),
    "sheet_gaps": Text("缺失的影响", "What gaps did"),
    "sheet_positions": Text("位置规则的区域", "Regions by rules of position"),
    "sheet_hub_windows": Text("核心数的区间", "Windows of the hub numbers"),
    "sheet_sizes": Text("各选项的区域数", "Tier sizes by option"),
    "sheet_stability": Text("核心的稳定性", "How sure the cores are"),
    "sheet_windows": Text("位置规则的区间", "Windows of the rules"),
    "source_table": Text("数据来源", "Sources"),
    "step_column": Text("步骤", "Step"),
}
