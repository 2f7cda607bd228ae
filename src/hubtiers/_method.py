"""What a method says of itself, so that no other room needs to know it by its name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

__all__ = ["About", "CompiledForm", "asked_for", "own_fact", "uses_data"]


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
    """

    zh: str
    en: str
    says_zh: str
    says_en: str
    formula: str = ""


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


def uses_data(method: object) -> bool:
    """Return whether a weighting takes its weights from the data.

    One that does not say so counts as if it did.
    """
    return bool(getattr(method, "uses_data", True))


def asked_for(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of the parameters of a `fit` or `apply` after the values."""
    # Bound methods are made anew at each look-up; the function below them is what can be
    # remembered.
    plain = getattr(function, "__func__", None)
    return _names(function, 1) if plain is None else _names(plain, 2)


@lru_cache(maxsize=256)
def _names(function: Callable[..., Any], first: int) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)[first:]
