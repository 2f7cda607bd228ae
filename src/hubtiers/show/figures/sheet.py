"""How wide a printed picture is, and how large its letters are."""

from __future__ import annotations

from dataclasses import dataclass

from hubtiers.errors import SpecError, UnknownOptionError

__all__ = ["WIDTHS", "Sheet", "sheet_of"]

WIDTHS = {"column": 85.0, "page": 175.0}
"""Widths in millimetres that most journals take: of one column, and of the whole page."""

_MM_AN_INCH = 25.4
_PLAIN_POINTS = 8.0
_NARROWEST, _WIDEST = 50.0, 1200.0
_SMALLEST, _LARGEST = 4.0, 30.0
_NARROW_INCHES = 4.75


@dataclass(frozen=True)
class Sheet:
    """The sheet of a picture.

    Attributes
    ----------
    inches
        Its width.
    letters
        How large its letters are, of those that a figure has by itself.
    """

    inches: float = 9.0
    letters: float = 1.0

    @property
    def is_narrow(self) -> bool:
        """Whether legends on the map would hide what it shows, so that they stand below it."""
        return self.inches < _NARROW_INCHES

    def points(self, size: float) -> float:
        """Return a size of letters on this sheet."""
        return size * self.letters

    def characters(self, most: int) -> int:
        """Return how many characters a line holds that holds `most` on a sheet of 9 inches."""
        return max(12, int(most * self.inches / 9.0 / self.letters))


def sheet_of(width: float | str | None, font_size: float | None) -> Sheet:
    """Return the sheet of a width in millimetres and a size of letters in points.

    Parameters
    ----------
    width
        Millimetres, `"column"` (85) or `"page"` (175); nothing for 9 inches.
    font_size
        Points of the legend; title and caption go with it. Nothing for 8 points, and for 6.5 in a
        column.

    Raises
    ------
    UnknownOptionError
        When `width` is another word.
    SpecError
        When a size is none that can be printed.

    Examples
    --------
    >>> sheet_of("page", None).inches == 175 / 25.4, sheet_of(127, 16).letters
    (True, 2.0)
    """
    if isinstance(width, str):
        if width not in WIDTHS:
            raise UnknownOptionError("width of a figure", width, list(WIDTHS))
        width = WIDTHS[width]
    if width is not None and not _NARROWEST <= width <= _WIDEST:
        raise SpecError(
            f"The width of a figure is {width:g} mm. Give {_NARROWEST:g} to {_WIDEST:g}, or "
            '"column" (85) or "page" (175).'
        )
    if font_size is not None and not _SMALLEST <= font_size <= _LARGEST:
        raise SpecError(
            f"The font size of a figure is {font_size:g} points. Give {_SMALLEST:g} to "
            f"{_LARGEST:g}."
        )
    inches = 9.0 if width is None else width / _MM_AN_INCH
    plain = 6.5 if inches < _NARROW_INCHES else _PLAIN_POINTS
    return Sheet(inches, (font_size or plain) / _PLAIN_POINTS)
