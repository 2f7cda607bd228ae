"""The console: how wide it is, what it shows of foreign texts, and tables that fit it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from hubtiers._language import in_language, language
from hubtiers._progress import hearing_stages
from hubtiers._terminal import visible

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "MOST_ROWS",
    "add_row",
    "open_console",
    "print_datasets",
    "print_fitting",
    "print_frame",
    "print_paths",
    "print_rest",
    "stages_shown",
    "word_of",
]

MOST_ROWS = 40
_WIDEST_TEXT = 28


class _VisibleConsole(Console):
    """A console on which control characters of names are shown instead of obeyed."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(visible(in_language(text)), **options)


def open_console() -> Console:
    """Return the console: as wide as the screen, 120 characters where it goes into a file."""
    width = None if sys.stdout.isatty() else 120
    return _VisibleConsole(width=width, markup=False, emoji=False)


@contextlib.contextmanager
def stages_shown(spoken: str | None = None) -> Iterator[None]:
    """Show on standard error which part of the work goes on; nothing where it is no terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None)

        def begins(name: str) -> None:
            nonlocal task
            shown.remove_task(task)
            # A task that is added is drawn at once, so that a part is seen however short it is.
            task = shown.add_task(word_of(f"stage_{name}", spoken), total=None)

        def advances(share: float) -> None:
            shown.update(task, total=1.0, completed=share)

        with hearing_stages(begins, advances):
            yield


def print_paths(console: Console, paths: Iterable[Path]) -> None:
    """Print where files were written, one a line."""
    for path in paths:
        console.print(str(path), soft_wrap=True)


def print_rest(console: Console, number: int, file: str, language: str) -> None:
    """Print how many regions are not in the table above, and where they are."""
    from hubtiers.show.words import word

    if number > MOST_ROWS:
        said = word("console_more").fill(n=number - MOST_ROWS, file=file)
        console.print(said.say(language))


def print_datasets(console: Console, sets: pd.DataFrame) -> None:
    """Print what ships, with titles in both languages and terms."""
    table = Table()
    for column in ("kind", "name", "title", "terms"):
        table.add_column(column, overflow="fold")
    for row in sets.to_dict("records"):
        title = f"{row['title_en']}\n{row['title_zh']}".strip()
        add_row(table, [row["kind"], row["name"], title, row["terms"]])
    console.print(table)


def print_frame(console: Console, frame: pd.DataFrame, title: str) -> None:
    """Print a table as it is, numbers to the right and what is missing as a dash."""
    table = Table(title=title, title_justify="left")
    for name, dtype in frame.dtypes.items():
        table.add_column(str(name), justify="right" if dtype.kind in "fi" else "left")
    for row in frame.itertuples(index=False):
        add_row(table, [_printed(cell) for cell in row])
    console.print(table)


def _printed(cell: object) -> str:
    import pandas as pd

    if pd.isna(cell):  # type: ignore[call-overload]
        return "–"
    return f"{cell:.4g}" if isinstance(cell, float) else str(cell)


def print_fitting(console: Console, table: Table, *, lead: int) -> None:
    """Print a table as it is, or in parts side by side no longer than the screen is wide.

    A cut number would be another number. The first columns, `lead` of them, name the rows of every
    part.
    """
    needed = [_needed(column) for column in table.columns]
    # Three more for the edges of a cell, and one for the last edge.
    room = console.width - 1 - sum(width + 3 for width in needed[:lead])
    parts: list[list[int]] = [[]]
    for place in range(lead, len(needed)):
        taken = sum(needed[other] + 3 for other in parts[-1])
        if parts[-1] and taken + needed[place] + 3 > room:
            parts.append([])
        parts[-1].append(place)
    for part in parts:
        kept = [*range(lead), *part]
        console.print(_part_of(table, kept, _shared_out(table, kept, needed, console.width)))


def _needed(column: Column) -> int:
    """Return how wide a column must be for its numbers in one line and its words uncut."""
    texts = [column.header, *column.cells] if column.justify != "right" else [*column.cells]
    plain = [text.plain if isinstance(text, Text) else str(text) for text in texts]
    heads = str(column.header).split()
    if column.justify == "right":
        return max(map(cell_len, [*plain, *heads]), default=1)
    most = max(map(cell_len, plain), default=1)
    return min(most, column.max_width or _WIDEST_TEXT)


def _shared_out(table: Table, kept: Sequence[int], needed: list[int], screen: int) -> list[int]:
    """Return the widths of some columns: what they need, and what is left, the first ones first."""
    left = screen - 1 - sum(needed[place] + 3 for place in kept)
    widths = []
    for place in kept:
        more = min(max(left, 0), _natural(table.columns[place]) - needed[place])
        widths.append(needed[place] + more)
        left -= more
    return widths


def _natural(column: Column) -> int:
    """Return how wide a column would be with nothing in two lines."""
    texts = [column.header, *column.cells]
    return max(cell_len(text.plain if isinstance(text, Text) else str(text)) for text in texts)


def _part_of(table: Table, kept: Sequence[int], widths: Sequence[int]) -> Table:
    part = Table(title=table.title, title_justify="left")
    for place, width in zip(kept, widths, strict=True):
        column = table.columns[place]
        part.add_column(column.header, justify=column.justify, overflow="fold", width=width)
    for row in zip(*(list(table.columns[place].cells) for place in kept), strict=True):
        part.add_row(*row)
    return part


def add_row(table: Table, cells: Iterable[object]) -> None:
    """Add cells as plain text: nothing in a name is read as markup."""
    table.add_row(*(Text(visible(cell)) for cell in cells))


def word_of(key: str, in_which: str | None = None) -> str:
    """Return a term of the book of words, in the language of the command line if none is given.

    The book is loaded when something is printed.
    """
    from hubtiers.show.words import say

    return say(key, in_which or language())
