"""Words of the book (`show/book/`), and names of regions, tiers, indicators, in both languages."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hubtiers.errors import SpecError
from hubtiers.framework import TIER_NAMES_ZH, Indicator
from hubtiers.scheme import Result
from hubtiers.show.bilingual import LANGUAGES, Text, require_language
from hubtiers.show.book import BOOK, BROWSER
from hubtiers.tiers.scale import GroupedTiers, TierScale

__all__ = [
    "LANGUAGES",
    "Text",
    "break_note",
    "break_texts",
    "browser_words",
    "direction_text",
    "figures_text",
    "has_chinese",
    "in_languages",
    "join_texts",
    "node_name",
    "node_text",
    "number_text",
    "reason_text",
    "region_names",
    "region_text",
    "require_language",
    "say",
    "tier_name",
    "tier_text",
    "title_texts",
    "unit_text",
    "word",
    "yardstick_text",
]

# The sixteen winds, clockwise from north.
_WINDS = tuple(
    Text(zh, en)
    for zh, en in (
        ("北", "N"),
        ("东北偏北", "NNE"),
        ("东北", "NE"),
        ("东北偏东", "ENE"),
        ("东", "E"),
        ("东南偏东", "ESE"),
        ("东南", "SE"),
        ("东南偏南", "SSE"),
        ("南", "S"),
        ("西南偏南", "SSW"),
        ("西南", "SW"),
        ("西南偏西", "WSW"),
        ("西", "W"),
        ("西北偏西", "WNW"),
        ("西北", "NW"),
        ("西北偏北", "NNW"),
    )
)


def word(key: str) -> Text:
    """Return a word of the book in both languages."""
    return BOOK[key]


def say(key: str, language: str, **values: object) -> str:
    """Return a word of the book in one of the two languages, with values in its places.

    >>> say("rank", "zh"), say("counted", "en", n=3)
    ('位次', '3 regions')
    """
    require_language(language)
    found = word(key)
    return (found.fill(**values) if values else found).say(language)


def has_chinese(text: str) -> bool:
    """Return whether a text has a Chinese character.

    >>> has_chinese("武汉 (Wuhan)"), has_chinese("Wuhan")
    (True, False)
    """
    return any("\u3400" <= sign <= "\u9fff" for sign in text)


def browser_words() -> dict[str, dict[str, Any]]:
    """Return the part of the book that the web map says, by language.

    A word with a singular as both its forms.
    """
    chinese = {key: said.zh for key, said in BROWSER.items()}
    english = {key: _forms(said) for key, said in BROWSER.items()}
    return {"zh": chinese, "en": english}


def in_languages(content: Any, languages: Sequence[str]) -> Any:
    """Return plain values without what is said in a language that is not shown.

    >>> names = {"id": "BY", "name_zh": "巴伐利亚", "name_en": "Bavaria", "title": {"zh": "州"}}
    >>> in_languages(names, ["en"])
    {'id': 'BY', 'name_en': 'Bavaria', 'title': {}}
    """
    dropped = tuple(code for code in LANGUAGES if code not in languages)
    return _without(content, dropped) if dropped else content


def _without(content: Any, dropped: Sequence[str]) -> Any:
    if isinstance(content, Mapping):
        endings = tuple(f"_{code}" for code in dropped)
        kept = {key: value for key, value in content.items() if not str(key).endswith(endings)}
        return {key: _without(value, dropped) for key, value in kept.items() if key not in dropped}
    if isinstance(content, list):
        return [_without(value, dropped) for value in content if not _is_foreign(value, dropped)]
    return content


def _is_foreign(value: Any, dropped: Sequence[str]) -> bool:
    """Return whether one of several names is in Chinese, which is not shown."""
    return "zh" in dropped and isinstance(value, str) and has_chinese(value)


def _forms(said: Text) -> str | dict[str, str]:
    return {"one": said.one, "other": said.en} if said.one else said.en


def join_texts(parts: Sequence[Text], mark: str = "comma") -> Text:
    """Return texts in a row, with the mark of each language between them.

    >>> join_texts([Text("熵值法", "entropy weights"), Text("等权", "equal weights")]).zh
    '熵值法，等权'
    """
    between = word(mark)
    chinese = between.zh.join([part.zh for part in parts])
    english = between.en.join([part.en for part in parts])
    return Text(chinese, english)


def title_texts(title: Mapping[str, str] | str | None, default: Text) -> Text:
    """Return a title in both languages.

    As given, one language standing in for the other, or the default.
    """
    if isinstance(title, str):
        return Text.same(title) if title else default
    if title is None:
        return default
    if not isinstance(title, Mapping):
        raise SpecError(f'The title is {title!r}. Give a text, or {{"zh": "…", "en": "…"}}.')
    for key in title:
        require_language(key)
    zh, en = title.get("zh") or "", title.get("en") or ""
    return Text(zh or en or default.zh, en or zh or default.en)


def tier_text(label: object) -> Text:
    """Return the name of a tier as people read it.

    Zhang's tiers in both languages, any other as it is.

    >>> tier_text("national")
    Text(zh='国家级', en='National', one='')
    """
    name = str(label)
    if name not in TIER_NAMES_ZH:
        return Text.same(name)
    return word("tier_name").fill(zh=TIER_NAMES_ZH[name], en=name.capitalize())


def reason_text(error: Exception) -> Text:
    """Return why something is not shown: the sentence of an error, in Chinese by the book."""
    reasons = {
        "reason_radar": word("reason_radar"),
        "reason_no_scores": word("reason_no_scores"),
    }
    told = reasons.get(getattr(error, "key", ""), word("reason_other"))
    return Text(told.zh, str(error))


def tier_name(label: object, language: str) -> str:
    """Return the name of a tier in one language."""
    return tier_text(label).say(language)


def node_text(result: Result, code: str) -> Text:
    """Return the name of an indicator or a group, or its code where it has none."""
    node = result.table.framework[code]
    return Text(node.name_zh or node.name_en or code, node.name_en or node.name_zh or code)


def unit_text(node: Indicator) -> Text:
    """Return the unit of an indicator; the one that is given stands in for the other."""
    return Text(node.unit or node.unit_en, node.unit_en or node.unit)


def node_name(result: Result, code: str, language: str) -> str:
    """Return the name of an indicator or a group in one language."""
    return node_text(result, code).say(language)


def region_names(result: Result, language: str) -> pd.Series:
    """Return the name of every region: the short one in Chinese, where it has one."""
    regions = result.table.regions
    short = language == "zh" and "short_zh" in regions.columns
    column = "short_zh" if short else ("name_zh", "name_en")[require_language(language)]
    return regions[column].astype("str").rename("name")


def region_text(result: Result, regions: Sequence[str]) -> Text:
    """Return the names of regions in a row, in both languages."""
    chinese, english = (region_names(result, language).to_dict() for language in LANGUAGES)
    return Text("、".join(chinese[r] for r in regions), ", ".join(english[r] for r in regions))


def number_text(value: object, digits: int = 3) -> str:
    """Return a number for print, with a true minus and a dash for what is missing.

    >>> number_text(-0.5), number_text(float("nan")), number_text(12, 0)
    ('−0.500', '–', '12')
    """
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        return "–"
    return f"{value:.{digits}f}".replace("-", "−")


def figures_text(value: object, figures: int) -> str:
    """Return a number with so many significant figures, without an exponent.

    >>> figures_text(123456.789, 8), figures_text(-0.00123, 8), figures_text(2.0, 8)
    ('123456.79', '−0.00123', '2')
    """
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        return "–"
    size = math.floor(math.log10(abs(value))) if value else 0
    text = f"{value:.{max(figures - 1 - size, 0)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−")


def direction_text(bearing: float) -> Text | None:
    """Return the wind that is nearest to a bearing in degrees, with the degrees; None for none.

    >>> direction_text(202.8)
    Text(zh='西南偏南（203°）', en='SSW (203°)', one='')
    """
    if not math.isfinite(bearing):
        return None
    wind, degrees = _WINDS[round(bearing / 22.5) % 16], round(bearing) % 360
    return Text(f"{wind.zh}（{degrees}°）", f"{wind.en} ({degrees}°)")


def break_texts(scale: TierScale, language: str) -> list[str]:
    """Return the range of scores of each tier, highest first.

    With as many digits as tell the ends apart; an outermost tier without a region has one end only.

    >>> from hubtiers.tiers.breaks import NaturalBreaks, Thresholds
    >>> scores = pd.Series([0.1, 0.2, 0.8, 0.9])
    >>> break_texts(NaturalBreaks(2).fit(scores), "en")
    ['0.800–0.900', '0.100–0.200']
    >>> break_texts(Thresholds((0.5, 0.95), closed="below").fit(scores), "en")
    ['0.950 and above', '0.500–0.950', '0.100–0.500']
    """
    frame = scale.to_frame()
    digits = _digits([*frame["lower"], *frame["upper"]])
    above, up_to = ("range_above", "range_up_to")
    if scale.closed == "below":
        above, up_to = ("range_from", "range_below")
    texts = []
    for lower, upper in zip(frame["lower"], frame["upper"], strict=True):
        low, high = number_text(float(lower), digits), number_text(float(upper), digits)
        if low == high == "–":
            texts.append("–")
        elif high == "–":
            texts.append(say(above, language, n=low))
        elif low == "–":
            texts.append(say(up_to, language, n=high))
        else:
            texts.append(f"{low}–{high}")
    return texts


def break_note(scale: TierScale) -> Text:
    """Return what a reader must know of the ranges: what they are, or which end is closed."""
    if isinstance(scale, GroupedTiers):
        return Text("", "")
    if scale.shows_ranges:
        return word("break_ranges")
    return word("break_below" if scale.closed == "below" else "break")


def yardstick_text(result: Result) -> Text | None:
    """Return what a reader must know of the yardstick; None where there is none.

    Its score as 100 with the cut-points in per cent of it where the tiers are relative to it, and
    otherwise its score.

    >>> from hubtiers.scheme import Scheme
    >>> from hubtiers.table.indicator_table import IndicatorTable
    >>> from hubtiers.tiers.breaks import RelativeTo
    >>> frame = pd.DataFrame({"rd": [0.0, 3.0, 4.0, 2.0]}, index=["a", "b", "c", "EU"])
    >>> table = IndicatorTable.from_frame(frame, yardstick="EU")
    >>> yardstick_text(Scheme(tier=RelativeTo((50, 120), yardstick="EU")).run(table)).en
    'EU = 100 (score 0.500), cut-points at 50, 120'
    """
    rule = result.fitted.scheme.tier
    is_measure = getattr(rule, "yardstick", None) is not None
    # Cut-points stay those of the fit, whose yardstick may be that of another year.
    found = result.fitted.yardstick if is_measure else result.yardstick
    if found is None:
        return None
    name = Text(found.name_zh, found.name_en)
    if found.problem:
        return word("yardstick_unscored").fill(name=name)
    frame = result.breaks.to_frame()
    score = number_text(found.score, _digits([*frame["lower"], *frame["upper"]]))
    if not is_measure:
        return word("yardstick_beside").fill(name=name, score=score)
    percent = [f"{cut:g}" for cut in getattr(rule, "percent", ())]
    told = Text("、".join(percent), ", ".join(percent))
    return word("yardstick_scale").fill(name=name, score=score, percent=told)


def _digits(values: Sequence[float]) -> int:
    distinct = {value for value in values if math.isfinite(value)}
    for digits in range(3, 12):
        if len({f"{value:.{digits}f}" for value in distinct}) == len(distinct):
            return digits
    return 3
