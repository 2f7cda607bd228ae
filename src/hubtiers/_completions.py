"""What the shell completes: names of what ships, and of methods; nothing heavy is loaded for a key.

Where no name fits, the shell completes the names of files.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from hubtiers._storage import data_path

__all__ = [
    "TIER_RULES",
    "WEIGHTINGS",
    "complete_balance",
    "complete_framework",
    "complete_layout",
    "complete_level",
    "complete_plan",
    "complete_study",
    "complete_tiers",
    "complete_weights",
]

# The methods that need no options; a test holds them to the methods that there are.
WEIGHTINGS = ("equal", "framework", "entropy", "critic", "variation", "pca", "benefitofdoubt")
TIER_RULES = (
    *("naturalbreaks", "quantiles", "equalintervals", "headtail", "standarddeviation"),
    *("relativeto", "kmeans", "hierarchical", "gaussianmixture", "positionrules"),
)

_Found = list[tuple[str, str]]


def complete_study(incomplete: str) -> _Found:
    """Return the studies that ship, with their titles."""
    return _titled(data_path("studies").glob("*.toml"), incomplete)


def complete_layout(incomplete: str) -> _Found:
    """Return the layouts that ship, with their titles."""
    return _titled(data_path("layouts").glob("*.toml"), incomplete)


def complete_framework(incomplete: str) -> list[str]:
    """Return the frameworks that ship: templates, and those of indicators."""
    templates = [path.stem for path in data_path("frameworks").glob("*.csv")]
    sets = [path.parent.name for path in data_path("indicators").glob("*/framework.csv")]
    return _fitting(sorted([*templates, *sets]), incomplete)


def complete_plan(incomplete: str) -> list[str]:
    """Return the sets that come with targets."""
    names = [path.parent.name for path in data_path("indicators").glob("*/targets.csv")]
    return _fitting(sorted(names), incomplete)


def complete_level(incomplete: str) -> _Found:
    """Return the levels of the packs that ship, with their titles."""
    levels = []
    for path in sorted(data_path("boundaries").glob("*/pack.toml")):
        levels += tomllib.loads(path.read_text(encoding="utf-8"))["level"]
    return [
        (level["id"], level["title_en"]) for level in levels if level["id"].startswith(incomplete)
    ]


def complete_balance(incomplete: str) -> _Found:
    """Return the divisions that have a short name."""
    divisions = [("four", "Macro-regions"), ("seven", "Geographic regions")]
    return [division for division in divisions if division[0].startswith(incomplete)]


def complete_weights(incomplete: str) -> list[str]:
    """Return lists of weighting methods, longer by one."""
    return _longer(WEIGHTINGS, incomplete)


def complete_tiers(incomplete: str) -> list[str]:
    """Return lists of tier rules, longer by one."""
    return _longer(TIER_RULES, incomplete)


def _fitting(names: list[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def _titled(paths: Iterable[Path], incomplete: str) -> _Found:
    """Return the names of TOML files with the English titles in them."""
    found = []
    for path in sorted(paths, key=lambda path: path.stem):
        if path.stem.startswith(incomplete):
            about = tomllib.loads(path.read_text(encoding="utf-8"))
            found.append((path.stem, str(about.get("title_en", ""))))
    return found


def _longer(names: tuple[str, ...], incomplete: str) -> list[str]:
    """Complete the last name of a list with commas by those that are not in it yet."""
    head, comma, last = incomplete.rpartition(",")
    said = head.split(",")
    left = [name for name in (*names, "all") if name not in said and name.startswith(last)]
    if comma:
        left = [name for name in left if name != "all"]
    return [f"{head}{comma}{name}" for name in left]
