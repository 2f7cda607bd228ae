"""Errors that come out of a draw say so: of which draw, and with which options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from hubtiers._methods import describe
from hubtiers.errors import HubtiersError

__all__ = ["told_of_draw"]

_WAY_OUT = (
    "The scheme itself goes through: take what does not fit out of the variation, or change the "
    "scheme so that it fits."
)


@contextmanager
def told_of_draw(
    options: Mapping[str, Any], number: int | None = None, *, words: str = ""
) -> Iterator[None]:
    """Say of an error inside that a draw of the robustness analysis made it.

    Parameters
    ----------
    options
        What the draw chose, by step.
    number
        What the draw is called by; None where it has no number.
    words
        What is varied, told where there are no options to name. Without either, an error stays as
        it is.
    """
    try:
        yield
    except HubtiersError as error:
        told = str(error)
        chosen = [f"{step}: {_named(option)}" for step, option in options.items()]
        varied = "; ".join(chosen) or words
        # What was told further in, of this draw, stands.
        if varied and not told.endswith(_WAY_OUT):
            draw = "a draw" if number is None else f"draw {number}"
            error.args = (
                f"In {draw} of the robustness analysis ({varied}): {told} {_WAY_OUT}",
                *error.args[1:],
            )
        raise


def _named(option: Any) -> str:
    """Return an option in words: a method, several by level, or the indicator left out."""
    if option is None:
        return "none"
    return option if isinstance(option, str) else describe(option)
