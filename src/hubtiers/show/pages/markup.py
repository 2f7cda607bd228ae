"""Tables of a result as Markdown and as LaTeX, with every text shown as it was written."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from hubtiers.compare import Comparison
from hubtiers.errors import UnknownOptionError
from hubtiers.scheme import Result
from hubtiers.show.pages.print_table import PrintTable
from hubtiers.show.pages.result_tables import list_tables

__all__ = ["latex_text", "markdown_text", "to_latex", "to_markdown"]

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SHORTCODE = re.compile(r":(?=[\w+-]+:)")
_SPACE = re.compile(r"[\t\r\n]+")
_LONG_TABLE = 40

# Entities, not backslashes, for what page generators read as templates, formulas or code.
_ENTITIES = {ord(c): f"&#{ord(c)};" for c in "&<>|${}`\\"}
_BACKSLASHED = {ord(c): f"\\{c}" for c in "*_[]#~^"}

_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "%": r"\%",
        "_": r"\_",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        "`": r"\textasciigrave{}",
        "'": r"\textquotesingle{}",
        '"': r"\textquotedbl{}",
        # After the end of a row these would be read as its options.
        "[": "{[}",
        "]": "{]}",
        "*": "{*}",
    }
)


def to_markdown(
    result: Result,
    *,
    table: str = "scores",
    language: str = "zh",
    comparison: Comparison | pd.DataFrame | None = None,
) -> str:
    """Return one table of a result as Markdown (GitHub's form), shown as it was written.

    Parameters
    ----------
    result
        What to print.
    table
        `"indicators"`, `"scores"`, `"tiers"` or `"weights"`; with a comparison also `"comparison"`,
        and `"ranks"`.
    language
        `"zh"`, `"en"` or `"both"`.
    comparison
        What `compare_schemes` gave, or a frame with one row per scheme.

    Raises
    ------
    UnknownOptionError
        When the table or the language is not known.

    Notes
    -----
    **Missing values** are dashes.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> result = load_study("zhang2022").run().result
    >>> to_markdown(result, table="tiers", language="en").splitlines()[4]
    '| International | 0.5065 | 0.7853 | 3 |'
    """
    chosen = _find_table(result, table, comparison)
    columns, _ = chosen.shown(language)
    heads = [column.heading.say(language) for column in columns]
    rulers = ["---" if column.digits is None else "---:" for column in columns]
    lines = [f"**{markdown_text(chosen.title.say(language))}**", ""]
    lines += [_markdown_row(map(markdown_text, heads)), _markdown_row(rulers)]
    lines += [_markdown_row(map(markdown_text, row)) for row in chosen.texts(language)]
    # Two spaces at the end of a line keep the next note on a line of its own.
    notes = "  \n".join(markdown_text(note.say(language)) for note in chosen.notes)
    return "\n".join([*lines, "", notes]).rstrip() + "\n"


def _markdown_row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def to_latex(
    result: Result,
    *,
    table: str = "scores",
    language: str = "zh",
    comparison: Comparison | pd.DataFrame | None = None,
) -> str:
    r"""Return one table of a result as LaTeX with the rules of `booktabs`, shown as it was written.

    Parameters
    ----------
    result
        What to print.
    table
        `"indicators"`, `"scores"`, `"tiers"` or `"weights"`; with a comparison also `"comparison"`,
        and `"ranks"`.
    language
        `"zh"`, `"en"` or `"both"`.
    comparison
        What `compare_schemes` gave, or a frame with one row per scheme.

    Raises
    ------
    UnknownOptionError
        When the table or the language is not known.

    Notes
    -----
    The preamble needs `booktabs`, `longtable` for more than 40 rows, and for Chinese `ctex` with
    XeLaTeX or LuaLaTeX.

    **Missing values** are dashes.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> result = load_study("zhang2022").run().result
    >>> print(to_latex(result, table="tiers", language="en").splitlines()[6])
    International & 0.5065 & 0.7853 & 3 \\
    """
    chosen = _find_table(result, table, comparison)
    columns, _ = chosen.shown(language)
    heads = [column.heading.say(language) for column in columns]
    shape = "".join("l" if column.digits is None else "r" for column in columns)
    caption = rf"\caption{{{latex_text(chosen.title.say(language))}}}"
    rows = [_latex_row(row) for row in chosen.texts(language)]
    wrap = _long_table if len(rows) > _LONG_TABLE else _short_table
    notes = [rf"\par\footnotesize {latex_text(note.say(language))}" for note in chosen.notes]
    return "\n".join(wrap(shape, caption, _latex_row(heads), rows, notes)) + "\n"


def _latex_row(cells: Iterable[str]) -> str:
    return " & ".join(map(latex_text, cells)) + r" \\"


def _short_table(
    shape: str, caption: str, head: str, rows: list[str], notes: list[str]
) -> list[str]:
    """Return a table that floats, on one page."""
    return [
        r"\begin{table}[htbp]",
        r"\centering",
        caption,
        rf"\begin{{tabular}}{{{shape}}}",
        rf"\toprule {head}",
        r"\midrule",
        *rows,
        r"\bottomrule",
        r"\end{tabular}",
        *notes,
        r"\end{table}",
    ]


def _long_table(
    shape: str, caption: str, head: str, rows: list[str], notes: list[str]
) -> list[str]:
    """Return a table that runs over pages, its heading at the top of each."""
    return [
        rf"\begin{{longtable}}{{{shape}}}",
        caption + r" \\",
        r"\toprule",
        head,
        r"\midrule",
        r"\endhead",
        r"\bottomrule",
        r"\endfoot",
        *rows,
        r"\end{longtable}",
        *notes,
    ]


def _find_table(
    result: Result, name: str, comparison: Comparison | pd.DataFrame | None
) -> PrintTable:
    tables = list_tables(result, comparison=comparison)
    if name not in tables:
        raise UnknownOptionError("table", name, tables)
    return tables[name]


def markdown_text(text: object) -> str:
    r"""Return text for a cell or a line of Markdown.

    >>> markdown_text("a|b {{7*7}}")
    'a&#124;b &#123;&#123;7\\*7&#125;&#125;'
    """
    return _SHORTCODE.sub("&#58;", _one_line(text).translate(_ENTITIES | _BACKSLASHED))


def latex_text(text: object) -> str:
    r"""Return text for LaTeX.

    >>> latex_text("R&D_1")
    'R\\&D\\_1'
    """
    # Two hyphens in a row would become a dash.
    return re.sub("-(?=-)", "-{}", _one_line(text).translate(_LATEX))


def _one_line(text: object) -> str:
    return _CONTROL.sub("\ufffd", _SPACE.sub(" ", str(text)))
