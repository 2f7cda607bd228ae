"""How a choice is said that only the reader of a message can make."""

from __future__ import annotations

__all__ = ["choice"]


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
