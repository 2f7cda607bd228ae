"""What each method does, in both languages, for a caption, a note and a report."""

from __future__ import annotations

import dataclasses
import html
import inspect
import re
from collections.abc import Collection
from typing import Any

from hubtiers._hierarchy import GroupNode, all_at_once, by_level, groups_upwards, method_at
from hubtiers._method import About, by_direction, own_fact
from hubtiers.scheme import Result, Scheme
from hubtiers.show.words import Text, join_texts, node_text, require_language, say, word

__all__ = [
    "about",
    "describe_aggregation",
    "describe_steps",
    "formula_html",
    "method_text",
    "options_text",
]

_STEPS = ("denominate", "impute", "treat", "normalise", "weight", "aggregate", "tier")

_MARK = re.compile(r"([_^])\{([^{}]*)\}")
_MACRON = "\u0304"
_LETTERS = re.compile(f"([^\\W\\d_]+{_MACRON}?)")
_UPRIGHT = frozenset(
    (
        *("min", "max", "ln", "sgn", "best", "worst", "gap", "iqr", "range", "median", "offset"),
        *("lower", "upper", "lowest", "highest", "low", "high", "mean", "deviation", "GVF", "BIC"),
        *("Σ", "Π", "Δ"),
    )
)
"""Words and signs of formulas that stand upright, as functions do."""


def method_text(method: Any) -> Text:
    """Return the name of a method, or of a tuple of them, in both languages.

    >>> from hubtiers.scoring.weight import EntropyWeights
    >>> method_text(EntropyWeights()).zh
    '熵值法'
    """
    if isinstance(method, tuple):
        names = [_general(member) for member in method]
        return join_texts([Text(said.zh, said.en) for said in names], "then")
    words = about(method)
    return Text(words.zh, words.en)


def about(method: Any) -> About:
    """Return what a method says of itself with its options.

    For one that says nothing, its class name and the head of its docstring.
    """
    said: About | None = own_fact(method, "stated")
    return _general(method) if said is None else said


def _general(method: Any) -> About:
    """Return what the class of a method says of itself."""
    name = type(method).__name__
    head = (inspect.getdoc(method) or "").split("\n", 1)[0]
    said: About = own_fact(method, "about", default=About(name, name, head, head))
    return said


def describe_steps(
    scheme: Scheme, language: str, *, directions: Collection[int] = (1, -1)
) -> list[tuple[str, str, str, str, str]]:
    """Return each step of a scheme in order.

    Step, method, sentence, formula, and its options as text; formulas without the lines for
    directions that no indicator has.
    """
    chinese = require_language(language) == 0
    rows = []
    for step in _STEPS:
        chosen = getattr(scheme, step)
        for method in by_level(chosen):
            words = about(method)
            if isinstance(chosen, tuple):
                # Each stands at its own level, whatever it would do alone.
                words = words.replaced(zh=_general(method).zh, en=_general(method).en)
            name, sentence = (words.zh, words.says_zh) if chinese else (words.en, words.says_en)
            heading = say(f"step_{step}", language)
            formula = by_direction(words.formula, set(directions))
            rows.append((heading, name, sentence, formula, options_text(method)))
    return rows


def describe_aggregation(result: Result) -> list[Text]:
    """Return how the scores of a result came up the framework: levels, weights and gaps."""
    groups = groups_upwards(result.fitted.framework)
    chosen = result.fitted.scheme.aggregate
    said = [_hierarchy_text(result, groups)]
    if len(groups) > 1:
        said.append(word("weights_by_level"))
    if result.fitted.hierarchy.by_region:
        said.append(word("weights_by_region"))
    scored = result.scores.notna()
    gappy = int(result.normalised[scored].isna().any(axis=1).sum())
    if gappy:
        key = "gaps_handed_on_at_once" if all_at_once(chosen) else "gaps_handed_on"
        said.append(word(key).fill(n=gappy, all=int(scored.sum())))
    elif scored.any():
        said.append(word("no_gaps").fill(all=int(scored.sum())))
    return said


def _hierarchy_text(result: Result, groups: tuple[GroupNode, ...]) -> Text:
    """Return what is brought together in which order."""
    chosen = result.fitted.scheme.aggregate
    count = len(result.fitted.framework.codes)
    if len(groups) == 1:
        return word("one_level").fill(n=count)
    if all_at_once(chosen):
        return word("all_at_once").fill(n=count)
    levels = []
    for level in sorted({group.level for group in groups}):
        names = [_group_text(result, group.code) for group in groups if group.level == level]
        filled = {"names": join_texts(names, "enumeration"), "level": level + 1}
        filled["method"] = method_text((method_at(by_level(chosen), level),))
        levels.append(word("level_of_aggregation").fill(**filled))
    return word("level_by_level").fill(levels=join_texts(levels, "semicolon"))


def _group_text(result: Result, code: str) -> Text:
    return node_text(result, code) if code else word("composite_score")


def options_text(method: Any) -> str:
    """Return a method object as it is written in Python; long options are cut."""
    if not dataclasses.is_dataclass(method):
        return type(method).__name__
    options = [(f.name, getattr(method, f.name)) for f in dataclasses.fields(method) if f.init]
    texts = [f"{name}={_cut(repr(value))}" for name, value in options if value is not None]
    return f"{type(method).__name__}({', '.join(texts)})"


def formula_html(formula: str) -> str:
    """Return a line of a formula as HTML, with its sub- and superscripts.

    Variables slant; digits, signs and words such as min stand upright.

    >>> formula_html("w_{j} < x^{2}")
    '<i>w</i><sub><i>j</i></sub> &lt; <i>x</i><sup>2</sup>'
    """
    parts = [_slanted(part) for part in _LETTERS.split(formula)]
    text = "".join(parts)
    while (plain := _MARK.sub(_script, text)) != text:
        text = plain
    return text


def _slanted(part: str) -> str:
    """Return a part of a formula as HTML: letters that are no word are variables."""
    if not part[:1].isalpha() or part in _UPRIGHT:
        return html.escape(part)
    if part.endswith(_MACRON):
        # Browsers set the mark beside a slanted letter, not above it.
        return f'<i class="bar">{html.escape(part.removesuffix(_MACRON))}</i>'
    return f"<i>{html.escape(part)}</i>"


def _script(match: re.Match[str]) -> str:
    tag = "sub" if match.group(1) == "_" else "sup"
    return f"<{tag}>{match.group(2)}</{tag}>"


def _cut(text: str, most: int = 160) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
