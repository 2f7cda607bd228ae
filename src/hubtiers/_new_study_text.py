"""The text of a study file that is made from tables, with comments in their language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hubtiers._guesses import has_chinese
from hubtiers.show.text import toml_tables, toml_value

__all__ = ["study_text"]

_HEAD_ZH = """\
# 由表格生成的研究。构建：{command}
#
# framework.csv 每行一个指标，请逐行核对：
#   code 代码；name_zh、name_en 名称，按它在表中找列；parent 所属功能，留空则直接计入总分，
#   要分组就为每个功能加一行（direction 留空），再把它的 code 填进 parent；
#   direction 1 越大越好、-1 越小越好；kind extensive 是可相加的总量，intensive 是比率；
#   unit 单位，数值换算成它；weight 同组之内的权重；comment 说明猜测的理由，程序不读。
# names.csv（如有）是不属于任何单一区域的名称：在 region_id 填区域代码，留空或填 - 表示搁置。
"""
_HEAD_EN = """\
# A study made from tables. Build it with: {command}
#
# framework.csv has a row for each indicator; go through all of them:
#   code;
#   name_zh and name_en, by which its column is found in the table;
#   parent, the function it belongs to, left empty for directly below the score: to group them,
#     add a row for each function (direction empty) and write its code into parent;
#   direction, 1 when more is better and -1 when less is;
#   kind, extensive for counts that add up and intensive for rates;
#   unit, to which values are converted; weight among the siblings;
#   comment, the reason for what was guessed, which the program does not read.
# names.csv, if there is one, lists names that belong to no single region: write the id into
# region_id, or leave it empty, or a dash, to set the name aside.
"""
_LEFT_OUT = {
    "zh": "# 各区域数值相同，未列入：",
    "en": "# Left out, because it has one value in all regions: ",
}
_DATA_COMMENTS = {
    "zh": '# year 可为年份或 "latest"；unmatched = "keep" 则不因其他未匹配的名称停下；\n'
    '# merged = "add" 把合并地区的总量相加。',
    "en": '# year is a year or "latest"; unmatched = "keep" goes on without other names that\n'
    '# match nothing; merged = "add" adds the counts of units that are one region today.',
}
_METHOD_COMMENTS = {
    "zh": "# share：一个区域至少要有这一比例的指标才评分。k：层级数。",
    "en": "# share: a region is scored with this share of indicators. k: the number of tiers.",
}


def study_text(
    *,
    title: str,
    data: Mapping[str, Any],
    share: float,
    k: int,
    language: str,
    command: str,
    left_out: Sequence[str],
) -> str:
    """Return a study file: equal weights, natural breaks, and comments in its language."""
    head = (_HEAD_ZH if language == "zh" else _HEAD_EN).format(command=command)
    gone = [f"{_LEFT_OUT[language]}{' '.join(name.split())}" for name in left_out]
    method = {
        "impute": {"method": "RequireCoverage", "share": share},
        "normalise": "MinMax",
        "weight": "EqualWeights",
        "aggregate": "Arithmetic",
        "tier": {"method": "NaturalBreaks", "k": k},
    }
    key = "title_zh" if has_chinese(title) else "title_en"
    parts = [
        head + "".join(f"{line}\n" for line in gone) + f"{key} = {toml_value(title)}",
        f"{_DATA_COMMENTS[language]}\n{_data_table(data)}",
        f"{_METHOD_COMMENTS[language]}\n{toml_tables({'method': method})}",
        toml_tables({"output": {"language": language}}),
    ]
    return "\n\n".join(parts) + "\n"


def _data_table(data: Mapping[str, Any]) -> str:
    """Return the section with several tables one a line, which is easier to go through."""
    tables = data["indicators"]
    if isinstance(tables, str):
        return toml_tables({"data": data})
    lines = "\n".join(f"    {toml_value(table)}," for table in tables)
    rest = toml_tables({"data": {key: value for key, value in data.items() if key != "indicators"}})
    return f"{rest}\nindicators = [\n{lines}\n]"
