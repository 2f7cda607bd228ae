"""A scheme that fits a framework with one indicator fewer."""

from __future__ import annotations

import dataclasses
from typing import Any

from hubtiers.scheme import Scheme
from hubtiers.scoring.treat import NoTreatment

__all__ = ["scheme_without"]


def scheme_without(scheme: Scheme, code: str | None) -> Scheme:
    """Return the scheme whose treatment does not name an indicator that is left out.

    A treatment that names its indicators, such as `LogTransform(("patents",))`, refuses one that
    the table lacks, as it should: the name may be mistyped. Here it is known to be gone.
    """
    treat: Any = scheme.treat
    named = getattr(treat, "indicators", None)
    if not isinstance(named, tuple) or code not in named:
        return scheme
    rest = tuple(name for name in named if name != code)
    if not rest:
        return scheme.replace(treat=NoTreatment())
    without: Any = dataclasses.replace(treat, indicators=rest)
    return scheme.replace(treat=without)
