"""How a choice is said that only the reader of a message can make."""

from __future__ import annotations

import re

__all__ = ["choice", "in_study", "on_command_line"]

_SAID = re.compile(
    r"[a-z_]+=(?:\[[^\]]*\]|[^\s\[]\S*) "
    r"\(in a study file (?P<study>[^()]+), on the command line (?P<option>[^()]+)\)"
)


def choice(argument: str, value: str | int = "…") -> str:
    """Return an argument with its value, and the key and the option that say the same.

    >>> choice("year", 2020)
    'year=2020 (in a study file year = 2020, on the command line --year 2020)'
    """
    in_python = repr(value) if value != "…" else "…"
    in_file = f'"{value}"' if isinstance(value, str) and value != "…" else value
    option = argument.replace("_", "-")
    in_study = f"in a study file {argument} = {in_file}"
    return f"{argument}={in_python} ({in_study}, on the command line --{option} {value})"


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
