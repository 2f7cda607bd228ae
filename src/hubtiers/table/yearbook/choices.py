"""How a choice is said that only the reader of a message can make."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

__all__ = ["choice", "choice_of_several", "in_study", "on_command_line"]

# A word of a shell: what is quoted in it may hold brackets and blanks.
_WORD = r"""(?:'[^']*'|"[^"]*"|[^\s()'"])+"""
_OPTION = rf"--[a-z-]+(?:[= ]{_WORD})?"
_SAID = re.compile(
    r"(?P<argument>[a-z_]+)=(?:(?! \(in a study file ).)+ "
    r"\(in a study file (?P<study>(?P=argument) = (?:(?!, on the command line ).)+), "
    rf"on the command line (?P<option>{_OPTION}(?: {_OPTION})*)\)",
    re.DOTALL,
)
_SPECIAL = re.compile(r"""[\s()\[\]{}'"$&;|<>*?!#`~\\]""")


def choice(argument: str, value: str | int = "…") -> str:
    """Return an argument with its value, and the key and the option that say the same.

    >>> choice("year", 2020)
    'year=2020 (in a study file year = 2020, on the command line --year 2020)'
    """
    in_python = repr(value) if value != "…" else "…"
    in_file = f'"{value}"' if isinstance(value, str) and value != "…" else value
    return _said(argument, in_python, in_file, f"{_option(argument)} {_word(value)}")


def choice_of_several(argument: str, values: Sequence[str], *, are_texts: bool = True) -> str:
    """Return an argument that takes a list, and the key and the options that say the same.

    >>> choice_of_several("keep", ["a"])
    "keep=['a'] (in a study file keep = ['a'], on the command line --keep=a)"
    """
    inside = ", ".join(map(repr, values) if are_texts else values)
    options = " ".join(f"{_option(argument)}={_word(value)}" for value in values)
    return _said(argument, f"[{inside}]", f"[{inside}]", options)


def _said(argument: str, in_python: object, in_file: object, options: str) -> str:
    in_study = f"in a study file {argument} = {in_file}"
    return f"{argument}={in_python} ({in_study}, on the command line {options})"


def _option(argument: str) -> str:
    return f"--{argument.replace('_', '-')}"


def _word(value: object) -> str:
    """Return a value as one word of a shell."""
    text = str(value)
    return shlex.quote(text) if _SPECIAL.search(text) else text


def in_study(message: str) -> str:
    """Return a message with only what a study file says.

    >>> in_study(f"Settle it with {choice('sheet', 'a')}.")
    'Settle it with sheet = "a" in [data].'
    """
    return _SAID.sub(r"\g<study> in [data]", message)


def on_command_line(message: str) -> str:
    """Return a message with only the options of the command line.

    >>> on_command_line(f"Settle it with {choice('sheet', 'a')}.")
    'Settle it with --sheet a.'
    """
    return _SAID.sub(r"\g<option>", message)
