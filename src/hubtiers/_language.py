"""The language of the command line: as `--lang` says, else that of the surroundings."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text
from typer import rich_utils
from typer.core import TyperGroup

from hubtiers._catalogue import translated
from hubtiers.errors import UnknownOptionError

__all__ = ["Commands", "asked_language", "in_language", "language"]

_LANGUAGES = ("en", "zh")
_OPTION = "--lang"
# Headings of the help, which are typer's.
_TITLES = (
    *("ARGUMENTS_PANEL_TITLE", "COMMANDS_PANEL_TITLE", "ERRORS_PANEL_TITLE"),
    *("OPTIONS_PANEL_TITLE", "REQUIRED_LONG_STRING", "DEFAULT_STRING", "RICH_HELP"),
)
_ENGLISH = {name: getattr(rich_utils, name) for name in _TITLES}

_asked: str | None = None
_chosen = "en"


def asked_language() -> str | None:
    """Return the language that `--lang` asks for; nothing where it is left to others."""
    return _asked


def language() -> str:
    """Return the language that the command line speaks: `en` or `zh`."""
    return _chosen


def in_language(text: object) -> str:
    """Return what the code says in the language of the command line."""
    return translated(str(text), _chosen)


def _surrounding(variables: Mapping[str, str]) -> str:
    """Return the language of the surroundings, by the variables that say it, in their order."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if variables.get(name):
            return "zh" if variables[name].lower().startswith("zh") else "en"
    return "en"


def _without_option(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """Return the language that is asked for, wherever it stands, and the other words."""
    end = words.index("--") if "--" in words else len(words)
    left, said = [], None
    waits = False
    for word in words[:end]:
        if waits:
            said, waits = word, False
        elif word == _OPTION:
            waits = True
        elif word.startswith(f"{_OPTION}="):
            said = word.partition("=")[2]
        else:
            left.append(word)
    return "" if waits else said, [*left, *words[end:]]


class _FoldingTable(Table):
    """A table of options that folds a text without blanks, as Chinese is, where it would cut it."""

    def add_row(self, *cells: Any, **how: Any) -> None:
        super().add_row(*cells, **how)
        for column in self.columns:
            column.overflow = "fold"


def _in_one_line(parts: Sequence[Text]) -> Text:
    """Return what is said of an option, which a table of its own would cut as well."""
    return Text(" ").join(parts)


class Commands(TyperGroup):
    """The commands, whose help and whose complaints are in the language of the reader."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        global _asked, _chosen  # noqa: PLW0603 - a program speaks one language at a time
        _asked, words = _without_option(args)
        _chosen = _surrounding(os.environ)
        if _asked is not None and _asked not in _LANGUAGES:
            raise UnknownOptionError("language", _asked, _LANGUAGES)
        _chosen = _asked or _chosen
        for name, title in _ENGLISH.items():
            setattr(rich_utils, name, in_language(title))
        vars(rich_utils).update(Table=_FoldingTable, Columns=_in_one_line)
        if _chosen != "en":
            _put_into_language(self)
        with _usage_told():
            return super().make_context(info_name, words, parent, **extra)

    def invoke(self, ctx: Any) -> Any:
        with _usage_told():
            return super().invoke(ctx)


def _put_into_language(group: TyperGroup) -> None:
    """Let the help of all commands and options be in the language."""
    for command in (group, *group.commands.values()):
        for name in ("help", "short_help", "epilog"):
            text = getattr(command, name, None)
            if text:
                setattr(command, name, _help_in_language(text))
        context = command.context_class(command, info_name=command.name)
        for parameter in command.get_params(context):
            text = getattr(parameter, "help", None)
            if text:
                vars(parameter)["help"] = in_language(text)


def _help_in_language(text: str) -> str:
    """Translate a help paragraph by paragraph; of an example its first word."""
    parts = [part.partition("Example: ") for part in text.split("\n\n")]
    heads = [in_language(head) if head else in_language(word) for head, word, _ in parts]
    return "\n\n".join(head + tail for head, (_, _, tail) in zip(heads, parts, strict=True))


@contextlib.contextmanager
def _usage_told() -> Iterator[None]:
    """Tell wrong usage in the language; typer says it in English."""
    try:
        yield
    except Exception as error:
        # The class is click's or typer's own, by the version.
        if hasattr(error, "format_message") and isinstance(getattr(error, "message", None), str):
            told = in_language(error.format_message())
            vars(error)["format_message"] = lambda: told
        raise
