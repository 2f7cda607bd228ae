"""Pages of the documentation that the code writes of itself: keys, methods, data sets."""

from __future__ import annotations

import dataclasses
import inspect
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import choosing_pages

from hubtiers._key_texts import FRAMEWORK_COLUMNS, METHOD_STEPS, VARIATION_PARTS, key_text
from hubtiers._methods import METHODS
from hubtiers._storage import data_path
from hubtiers._study_file import StudyFile, sections_of
from hubtiers._study_schema import option_texts, study_schema
from hubtiers.datasets import list_datasets
from hubtiers.regions.pack import load_pack, pack_names
from hubtiers.show.methods import formula_html

__all__ = ["pages"]

ENGLISH, CHINESE = 0, 1

STUDY_HEADS = (
    """\
# Every key of a study file

A study is one TOML file: data, method, and what is to come of them. This page is made from the models that check the file, and
so is the schema by which an editor completes it: `hubtiers new` puts `study.schema.json` beside a study, and `hubtiers schema` prints it.
A key that is not listed is an error that proposes the nearest one.

The shortest study names its indicators; everything else has a default:

```toml
[data]
indicators = "values.csv"
regions = "province"
```

[The same in Chinese](zh/study-file.md) · [From a yearbook to a map](tutorial.md)
""",
    """\
# 研究文件的全部键

一个研究就是一个 TOML 文件：数据、方法与产出。本页由检查该文件的模型自动生成，与编辑器所用的 schema 同源：\
`hubtiers new` 会把 `study.schema.json` 放在研究旁边，`hubtiers schema` 可将其打印出来。未列出的键会报错，并提示最接近的键。

最短的研究只需指明指标，其余均有默认值：

```toml
[data]
indicators = "values.csv"
regions = "province"
```

[英文版](../study-file.md) · [教程：从年鉴到地图](tutorial.md)
""",
)

PLACES: Mapping[str, tuple[str, str]] = {
    "StudyFile": ("Top of the file", "文件顶部"),
    "DataSection": ("`[data]`", "`[data]`"),
    "PointsSection": ("`[data.points.CODE]`", "`[data.points.代码]`"),
    "SourceSection": ("A table of `indicators`", "`indicators` 中的一个表"),
    "MembersSection": ("`[data] members`", "`[data] members`"),
    "DeflateSection": ("`[data] deflate`", "`[data] deflate`"),
    "PanelSection": ("`[panel]`", "`[panel]`"),
    "LayoutSection": ("`[layout]`", "`[layout]`"),
    "CompareSection": ("`[compare]`", "`[compare]`"),
    "BaselineSection": ("A table of `[compare] baseline`", "`[compare] baseline` 中的一个表"),
    "ReferenceFile": ("`[compare] reference`", "`[compare] reference`"),
    "OutsideCheck": ("A table of `[compare] outside`", "`[compare] outside` 中的一个表"),
    "RobustnessSection": ("`[robustness]`", "`[robustness]`"),
    "OutputSection": ("`[output]`", "`[output]`"),
    "FigureSection": ("`[output.figure]`", "`[output.figure]`"),
    "ProposeSection": ("`[propose]`", "`[propose]`"),
    "NetworkSection": ("`[network]`", "`[network]`"),
    "DiffusionSection": ("`[diffusion]`", "`[diffusion]`"),
    "PlanSection": ("`[plan]`", "`[plan]`"),
}

HEADINGS = (
    ("key", "kind", "default", "says"),
    ("键", "类型", "默认值", "含义"),
)
KINDS: Mapping[str, tuple[str, str]] = {
    "string": ("text", "文字"),
    "integer": ("whole number", "整数"),
    "number": ("number", "数字"),
    "boolean": ("true, false", "true、false"),
    "object": ("table", "表"),
    "any": ("anything", "任意"),
}
MUST = ("must be given", "必填")
OR = (" or ", " 或 ")
LIST_OF = ("list of {}", "{} 的列表")
LIST_OF_THESE = ("list of these", "它们的列表")


def pages() -> dict[str, str]:
    """Return every page that the code writes of itself, by its file name."""
    return {
        "study-file.md": study_page(ENGLISH),
        "zh/study-file.md": study_page(CHINESE),
        "methods.md": methods_page(),
        "datasets.md": datasets_page(),
        **choosing_pages.pages(),
    }


def study_page(language: int) -> str:
    """Return the page of the keys of a study file and of the columns of a framework."""
    schema = study_schema()
    parts = [STUDY_HEADS[language]]
    for section in sections_of(StudyFile):
        found = schema if section is StudyFile else schema["$defs"][section.__name__]
        parts.append(f"## {PLACES[section.__name__][language]}\n")
        parts.append(_key_table(section, found, language))
        if section.__name__ == "DataSection":
            parts.append(_method_table(language))
        if section.__name__ == "RobustnessSection":
            parts.append("### `[robustness.variation]`\n")
            parts.append(_texts_table(VARIATION_PARTS, language))
    parts.append(FRAMEWORK_HEADS[language])
    parts.append(_texts_table(FRAMEWORK_COLUMNS, language))
    return "\n".join(parts).rstrip() + "\n"


def _key_table(section: Any, found: Mapping[str, Any], language: int) -> str:
    required = found.get("required", ())
    rows = []
    for key in section.model_fields:
        about = found["properties"][key]
        default = MUST[language] if key in required else _written(about.get("default"))
        said = key_text(section, key)[language]
        rows.append((f"`{key}`", _kind(about, language), default, said))
    return _table(HEADINGS[language], rows)


def _written(default: Any) -> str:
    """Return a default as it stands in a study file; nothing where leaving out has no value."""
    if default in (None, "", [], {}) or isinstance(default, dict):
        return ""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, str):
        return f'`"{default}"`'
    return f"`{str(default).replace(chr(39), chr(34))}`"


def _kind(about: Mapping[str, Any], language: int) -> str:
    """Return which kinds of values a key takes, in words."""
    if "$ref" in about:
        name = about["$ref"].rsplit("/", 1)[-1]
        return PLACES[name][language] if name in PLACES else KINDS["string"][language]
    if "enum" in about:
        return ", ".join(f"`{_quoted(one)}`" for one in about["enum"])
    if "const" in about:
        return f"`{_quoted(about['const'])}`"
    if "anyOf" in about:
        kinds = [_kind(choice, language) for choice in about["anyOf"]]
        *singles, last = dict.fromkeys(kinds)
        if singles and last == LIST_OF[language].format(OR[language].join(singles)):
            last = LIST_OF_THESE[language]
        return OR[language].join([*singles, last])
    kind = about.get("type", "any")
    if kind == "array":
        return LIST_OF[language].format(_kind(about.get("items", {}), language))
    return KINDS[kind][language]


def _quoted(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


METHOD_HEADS = (
    """\
## `[method]`

Each step takes a name, or a table with `method` and its options; [Methods](methods.md) tells all of them. Without the section a
study has the defaults of `Scheme`.

```toml
[method]
normalise = "MinMax"
weight = { method = "EntropyWeights", shift = 0.0 }
tier = { method = "NaturalBreaks", k = 4 }
```
""",
    """\
## `[method]`

每一步写方法名，或写含 `method` 与参数的表；全部方法见[方法参考](../methods.md)。省略此节时取 `Scheme` 的默认方案。

```toml
[method]
normalise = "MinMax"
weight = { method = "EntropyWeights", shift = 0.0 }
tier = { method = "NaturalBreaks", k = 4 }
```
""",
)
METHOD_HEADINGS = (("step", "says", "methods"), ("步骤", "含义", "方法"))


def _method_table(language: int) -> str:
    rows = []
    for step, texts in METHOD_STEPS.items():
        names = [
            f"`{method.__name__}`" if language == ENGLISH else f"`{method.__name__}` {_zh(method)}"
            for method in METHODS[step]
        ]
        rows.append((f"`{step}`", texts[language], ", ".join(names)))
    return f"{METHOD_HEADS[language]}\n{_table(METHOD_HEADINGS[language], rows)}"


def _zh(method: Any) -> str:
    return str(method.about.zh)


FRAMEWORK_HEADS = (
    """\
## framework.csv

One row for each indicator, and one for each group of indicators; UTF-8 or GB18030, parted by commas, semicolons or tabs. The columns
`code`, `parent` and `direction` must be there, the others may. `hubtiers new --from TABLE` writes one to go through.

```none
code,name_zh,name_en,parent,direction,unit,kind,weight
research,科学研究,Research,,,,,2
rd,研发强度,R&D intensity,research,1,%,intensive,1
pollution,污染物排放量,Pollution,,-1,t,extensive,1
```
""",
    """\
## framework.csv

每个指标一行，每个指标组一行；UTF-8 或 GB18030 编码，以逗号、分号或制表符分隔。`code`、`parent`、`direction` 三列必须有，其余可选。`hubtiers new --from 表格` 会生成一份供核对。

```none
code,name_zh,name_en,parent,direction,unit,kind,weight
research,科学研究,Research,,,,,2
rd,研发强度,R&D intensity,research,1,%,intensive,1
pollution,污染物排放量,Pollution,,-1,t,extensive,1
```
""",
)
TEXT_HEADINGS = (("name", "says"), ("名称", "含义"))


def _texts_table(texts: Mapping[str, tuple[str, str]], language: int) -> str:
    rows = [(f"`{name}`", said[language]) for name, said in texts.items()]
    return _table(TEXT_HEADINGS[language], rows)


def _table(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [headings, tuple("---" for _ in headings), *rows]
    return (
        "\n".join("| " + " | ".join(_cell(part) for part in line) + " |" for line in lines) + "\n"
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


METHODS_HEAD = """\
# Methods

What each method says of itself: the names by which the field knows it, what it does, its formula, when to choose it, what it does with
missing values, and where it comes from. In formulas *i* is a region, *j* an indicator, *x* a value as it came and *y* a normalised one.
[Choosing a method](choosing.md) puts them side by side.

In a study file a method is its name, or a table with `method` and its options; in Python an object, `ht.MinMax(low=1, high=100)`; on the
command line its short name, `entropy` for `EntropyWeights`.
"""


def methods_page() -> str:
    """Return the page of all methods, step by step."""
    parts = [METHODS_HEAD]
    for step, methods in METHODS.items():
        english, chinese = METHOD_STEPS[step]
        parts.append(f"## {step}\n\n{english} {chinese}\n")
        parts += [_method_section(method) for method in methods]
    return "\n".join(parts).rstrip() + "\n"


def _method_section(method: Any) -> str:
    about = method.about
    sections = _sections(inspect.getdoc(method) or "")
    parts = [
        f"### {method.__name__}",
        f"**{about.en} · {about.zh}.** {about.says_en} {about.says_zh}",
    ]
    if about.formula:
        # A bar would end the cell of a table, were the formula to stand in one.
        lines = "<br>\n".join(formula_html(line) for line in about.formula.splitlines())
        parts.append(f'<p class="formula">{lines}</p>')
    parts.append(_choose(sections[""]))
    texts = option_texts(method)
    options = [f for f in dataclasses.fields(method) if f.init and not f.metadata.get("data")]
    rows = [(f"`{f.name}`", _default(f), _code(texts.get(f.name, ""))) for f in options]
    if rows:
        parts.append(_table(("option", "default", "says"), rows).rstrip())
    parts += [_paragraphs(sections[name]) for name in ("Notes", "References") if name in sections]
    return "\n\n".join(part for part in parts if part) + "\n"


def _default(field: dataclasses.Field[Any]) -> str:
    if field.default is dataclasses.MISSING:
        return "must be given"
    return "" if field.default is None else f"`{field.default!r}`"


def _sections(text: str) -> dict[str, str]:
    """Return the parts of a numpydoc docstring by their headings; "" is what stands above them."""
    pieces = re.split(r"^(\w[\w ]*)\n-{3,}\n", text, flags=re.MULTILINE)
    return {"": pieces[0], **dict(zip(pieces[1::2], pieces[2::2], strict=True))}


def _choose(text: str) -> str:
    """Return what stands below the first line of a docstring: when to choose the method."""
    return _paragraphs(text.partition("\n\n")[2])


def _paragraphs(text: str) -> str:
    """Return paragraphs of a docstring as Markdown, one line each; lists keep their lines."""
    found = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        is_list = paragraph.lstrip().startswith(("* ", "- "))
        found.append(_code(paragraph if is_list else " ".join(paragraph.split())))
    return "\n\n".join(found)


def _code(text: str) -> str:
    return text.replace("``", "`")


DATASETS_HEAD = """\
# Data sets

What ships, and where it comes from; `hubtiers datasets` and `ht.list_datasets()` list the same. A value has a status (official,
compiled, single-source, substituted, partial-year, suspected-error, printed, computed); `data/indicators/DATA.md` tells set by set what was
done to it, and `data/boundaries/NOTICE` the terms of the boundaries. Boundaries of China are simplified and modified: they are not an
approved map (无审图号).
"""
KINDS_OF_SETS = {
    "indicators": ("Indicators", "indicators/{}/dataset.toml"),
    "framework": ("Frameworks", "frameworks/{}.toml"),
    "flows": ("Flows between regions", "pairs/{}.toml"),
    "distances": ("Distances between regions", "pairs/{}.toml"),
    "layout": ("Layouts", "layouts/{}.toml"),
    "study": ("Studies", "studies/{}.toml"),
}


def datasets_page() -> str:
    """Return the page of what ships, from the files that describe it."""
    sets = list_datasets()
    parts = [DATASETS_HEAD, "## Regions\n", _regions_table(), _terms_of_packs()]
    for kind, (title, place) in KINDS_OF_SETS.items():
        parts.append(f"## {title}\n")
        for name in sets.loc[sets["kind"] == kind, "name"]:
            path = data_path(*place.format(name).split("/"))
            parts.append(_set_section(name, tomllib.loads(path.read_text(encoding="utf-8"))))
    return "\n".join(parts).rstrip() + "\n"


def _regions_table() -> str:
    rows = []
    for name in pack_names():
        for level in load_pack(name).levels.values():
            title = f"{level.summary or level.title_en} {level.title_zh}"
            rows.append((f"`{level.id}`", f"`{name}`", title))
    return _table(("level", "pack", "regions"), rows)


def _terms_of_packs() -> str:
    said = [f"* `{name}`: {load_pack(name).terms}" for name in pack_names()]
    return "\n".join(said) + "\n"


def _set_section(name: str, about: Mapping[str, Any]) -> str:
    lines = [f"### {name}\n", f"{about.get('title_en', '')} · {about.get('title_zh', '')}\n"]
    if description := about.get("description", ""):
        lines.append(f"{description}\n")
    years = about.get("years", [about["year"]] if "year" in about else [])
    if years:
        span = str(years[0]) if len(years) == 1 else f"{min(years)} to {max(years)}"
        lines.append(f"* Years: {span}")
    if level := about.get("level"):
        lines.append(f"* Level: {level}")
    said = [key for key in ("source", "terms") if about.get(key)]
    lines += [f"* {key.capitalize()}: {about[key]}" for key in said]
    lines += [f"* Cite: {cited}" for cited in about.get("citation", ())]
    return "\n".join(lines) + "\n"


def write(folder: Path) -> None:
    """Write every page into the folder of the documentation."""
    from hubtiers._storage import replacing

    for name, text in pages().items():
        with replacing(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(__file__).parent)
