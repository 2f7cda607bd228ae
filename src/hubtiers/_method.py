"""What a method says of itself, so that no other room needs to know it by its name."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

__all__ = [
    "About",
    "CompiledForm",
    "asked_for",
    "both_directions",
    "by_direction",
    "counts_regions",
    "number_in_formula",
    "on_scale",
    "own_fact",
    "scaled_both_ways",
    "score_unit",
    "uses_data",
]

_MORE, _LESS = "(+)  ", "(−)  "
"""What stands before a line of a formula that holds where more, or less, of an indicator is
better."""


@dataclass(frozen=True)
class About:
    """What a method is called and what it does, in Chinese and English.

    Attributes
    ----------
    zh, en
        Its name, as a caption or a table holds it.
    says_zh, says_en
        One sentence that says what it does.
    formula
        Its formula, with `_{…}` and `^{…}` for what stands low and high; empty where it has none.
        Lines are parted by line ends. A class says it in general; what its objects say of
        themselves in a property `stated` has their own options in it.
    """

    zh: str
    en: str
    says_zh: str
    says_en: str
    formula: str = ""

    def replaced(self, **parts: str) -> About:
        """Return the same with some parts said otherwise."""
        return dataclasses.replace(self, **parts)


def number_in_formula(number: float) -> str:
    """Return a number as it stands in a formula.

    >>> number_in_formula(100.0), number_in_formula(-0.5)
    ('100', '−0.5')
    """
    return f"{number:.12g}".replace("-", "−")


def on_scale(low: float, high: float, share: str) -> str:
    """Return the formula of a share of the way from `low` to `high`.

    >>> on_scale(0.0, 1.0, "z"), on_scale(1.0, 100.0, "z")
    ('z', '1 + 99 · z')
    """
    if (low, high) == (0.0, 1.0):
        return share
    return f"{number_in_formula(low)} + {number_in_formula(high - low)} · {share}"


def both_directions(more: str, less: str) -> str:
    """Return the lines of a formula for indicators of which more, and of which less, is better."""
    return f"{_MORE}{more}\n{_LESS}{less}"


def scaled_both_ways(low: float, high: float, from_low: str, from_high: str) -> str:
    """Return the formula that scales to a range, from the share of the way from either end.

    >>> scaled_both_ways(0.0, 10.0, "z", "(1 − z)").splitlines()
    ['(+)  y_{ij} = 0 + 10 · z', '(−)  y_{ij} = 0 + 10 · (1 − z)']
    """
    more, less = (f"y_{{ij}} = {on_scale(low, high, share)}" for share in (from_low, from_high))
    return both_directions(more, less)


def by_direction(formula: str, directions: Collection[int]) -> str:
    """Return a formula without the lines for directions that no indicator has.

    >>> by_direction(both_directions("y = x", "y = −x"), {1})
    'y = x'
    """
    lines = []
    for line in formula.split("\n"):
        if len(directions) == 1 and line.startswith((_MORE, _LESS)):
            holds = line.startswith(_MORE) == (1 in directions)
            lines += [line[len(_MORE) :]] if holds else []
        else:
            lines.append(line)
    return "\n".join(lines)


class CompiledForm(NamedTuple):
    """Which rule of the compiled loop gives what the method gives, and the option of that rule."""

    rule: str
    option: float = 0.0


def own_fact(method: object, name: str, default: Any = None) -> Any:
    """Return what the class of a method says under a name, or the default where it says nothing.

    What a parent class says does not count: a subclass may compute something else, and a fact about
    its parent, such as the compiled form, would then be wrong.

    Examples
    --------
    >>> class Mine:
    ...     cuts = "fixed"
    >>> own_fact(Mine(), "cuts"), own_fact(type("Other", (Mine,), {})(), "cuts")
    ('fixed', None)
    """
    return getattr(method, name) if name in vars(type(method)) else default


def score_unit(method: object) -> Any:
    """Return in which unit a treatment, normalisation or aggregation puts the scores.

    A number means the same under two methods only where this is equal. A class says so as
    `score_unit`: the weighted means do, which form one family, since each lies between the smallest
    and the largest of the values that it is taken of, and in their unit. A method that says nothing
    shares its unit with none but its equals: min–max scaling from 0 to 100 is not that from 0 to 1.
    """
    return own_fact(method, "score_unit", default=method)


def uses_data(method: object) -> bool:
    """Return whether a weighting takes its weights from the data.

    One that does not say so counts as if it did.
    """
    return bool(getattr(method, "uses_data", True))


def counts_regions(method: object, *, default: bool = True) -> bool:
    """Return whether a method counts every region in what it learns, as a mean or a rank does.

    Then the same region twice is not the same as once. A class says so as `counts_regions`; one
    that says nothing has the default.
    """
    return bool(own_fact(method, "counts_regions", default))


def asked_for(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of the parameters of a `fit` or `apply` after the values."""
    # Bound methods are made anew at each look-up; the function below them is what can be
    # remembered.
    plain = getattr(function, "__func__", None)
    return _names(function, 1) if plain is None else _names(plain, 2)


@lru_cache(maxsize=256)
def _names(function: Callable[..., Any], first: int) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)[first:]
