"""In which language a study is shown: that of its names, unless somebody says another."""

from __future__ import annotations

from hubtiers.framework import Framework
from hubtiers.regions.pack import DEFAULT_PACK, LayerSource, source_of
from hubtiers.scheme import Result
from hubtiers.show.words import LANGUAGES, has_chinese, require_language

__all__ = ["asked_language", "language_of", "language_with", "languages_of", "set_language"]

_SETTING: dict[str, str | None] = {"language": None}


def set_language(language: str | None) -> None:
    """Choose the language of everything that is drawn and written where none is named.

    Parameters
    ----------
    language
        `"zh"`, `"en"`, or None for the language of each study's own names. A `language=…` of a call
        and that of a study file go before it, and a study that has no names in it keeps its own.

    Raises
    ------
    UnknownOptionError
        When the language is not known.

    Examples
    --------
    >>> set_language("en")
    >>> set_language(None)
    """
    if language is not None:
        require_language(language)
    _SETTING["language"] = language


def asked_language(result: Result) -> str | None:
    """Return the language that `set_language` chose, where the study can be shown in it."""
    chosen = _SETTING["language"]
    return chosen if chosen in languages_of(result) else None


def language_of(result: Result, language: str | None) -> str:
    """Return the language of a result: as said, else Chinese where its names are, else English.

    Raises
    ------
    UnknownOptionError
        When the language is not known.
    """
    if language is None:
        return asked_language(result) or languages_of(result)[0]
    require_language(language)
    return language


def language_with(result: Result | None, language: str | None) -> str:
    """Return the language of a picture whose names come from a result that may not be there."""
    if result is not None:
        return language_of(result, language)
    spoken = language or _SETTING["language"] or LANGUAGES[0]
    require_language(spoken)
    return spoken


def languages_of(result: Result) -> tuple[str, ...]:
    """Return the languages that a study can be shown in, its own first.

    The names of the indicators decide. A study in Chinese can also be shown in English where the
    regions or the indicators have English names; one in English has nothing Chinese to show.
    """
    named = _named(result.table.framework)
    source = source_of(result.table.regions)
    if not named:
        return _of_regions(result, source)
    if "zh" not in named:
        return ("en",)
    return LANGUAGES if "en" in (*named, *source.languages) else ("zh",)


def _of_regions(result: Result, source: LayerSource) -> tuple[str, ...]:
    """Return the languages of regions, first the one in which the data name them."""
    if len(source.languages) < len(LANGUAGES):
        return source.languages or ("en",)
    written = result.table.report.matches["name"].astype("str")
    if source.pack == DEFAULT_PACK or any(map(has_chinese, written)):
        return LANGUAGES
    return LANGUAGES[::-1]


def _named(framework: Framework) -> tuple[str, ...]:
    """Return the languages that the indicators have names in; none where there are only codes."""
    found = set()
    for node in framework.indicators:
        chinese = has_chinese(node.name_zh)
        if chinese:
            found.add("zh")
        if node.name_en and node.name_en != node.code and not has_chinese(node.name_en):
            found.add("en")
        if node.name_zh and not chinese and node.name_zh != node.code:
            found.add("en")
    return tuple(language for language in LANGUAGES if language in found)
