"""Retabulate the shipped indicator sets from a folder of working tables.

Usage: python data/indicators/build.py FOLDER [SET …]

The same folder gives the same files byte for byte. The recipe stops with a sentence when a table is not what it
expects; it fills nothing.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

SETS = (
    "zhang2022",
    "provinces",
    "cities",
    "cities-lists",
    "checks",
    "beijing_cooperation",
    "beijing_plan",
    "city-years",
)


def main(arguments: list[str]) -> None:
    """Build the named sets, or all of them."""
    if not arguments or not Path(arguments[0]).is_dir():
        raise SystemExit(__doc__)
    for name in arguments[1:] or SETS:
        if name not in SETS:
            raise SystemExit(f"Unknown set {name!r}. Known: {', '.join(SETS)}.")
        recipe = importlib.import_module(f"recipe.{name.replace('-', '_')}")
        count = recipe.build(Path(arguments[0]))
        print(f"{name}: {count} values")


if __name__ == "__main__":
    main(sys.argv[1:])
