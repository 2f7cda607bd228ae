"""What is said of the scale that several years share."""

from __future__ import annotations

from hubtiers.show.words import Text, word
from hubtiers.years.panel import TierPanel

__all__ = ["scale_text"]


def scale_text(panel: TierPanel) -> Text:
    """Return on which scale the years of a panel stand, in a few words."""
    if panel.fit_on == "all":
        return word("year_scale_all")
    if panel.is_refit:
        return word("year_scale_each")
    return word("year_scale_of").fill(year=panel.fit_on)
