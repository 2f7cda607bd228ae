"""A result shows itself: methods for map, figure and report that hand over to `show/`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd

from hubtiers.errors import HubtiersError, SpecError
from hubtiers.table.indicator_table import IndicatorTable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from hubtiers.show.pages.report import Report
    from hubtiers.show.web.webmap import TierMap

__all__ = ["Drawn", "require_result"]


class Drawn:
    """What draws itself: a result with a table of regions."""

    table: IndicatorTable

    @property
    def language(self) -> str:
        """The language of its names: `"zh"` where they are in Chinese, else `"en"`."""
        from hubtiers.show.language import language_of

        return language_of(self, None)  # type: ignore[arg-type]

    def map(self, **options: Any) -> TierMap:
        """Return the result as a map for the browser; `tier_map` tells the options.

        The language is that of the reader's browser when left out, of those that the names are in.

        Raises
        ------
        DataError
            When the result has no geometry.
        """
        from hubtiers.show.web.webmap import tier_map

        return tier_map(self, **options)  # type: ignore[arg-type]

    def figure(self, **options: Any) -> Figure:
        """Return the result as a map for print; `tier_figure` tells the options.

        The language is that of the names when left out, or English where no installed font
        can write it.

        Raises
        ------
        DataError
            When the result has no geometry.
        """
        from hubtiers.show.figures.figure import tier_figure
        from hubtiers.show.fonts import drawable_language

        asked = options.pop("language", None) or drawable_language(self.language)
        return tier_figure(self, language=asked, **options)  # type: ignore[arg-type]

    def report(self, **options: Any) -> Report:
        """Return the report on the result; `build_report` tells the options.

        The language is that of the names when left out.
        """
        from hubtiers.show.pages.report import build_report

        return build_report(self, **options)  # type: ignore[arg-type]

    def brief(self, **options: Any) -> Report:
        """Return what the result says on one page; `build_brief` tells the options.

        The language is that of the names when left out.
        """
        from hubtiers.show.pages.brief import build_brief

        return build_brief(self, **options)  # type: ignore[arg-type]

    def _map_html(self) -> str:
        """Return the map as a notebook shows it; empty where there is nothing to draw."""
        if not isinstance(self.table.regions, gpd.GeoDataFrame):
            return ""
        try:
            return str(self.map()._repr_html_())
        except HubtiersError:
            return ""


def require_result(result: object, method: str) -> None:
    """Raise a sentence when something else is given where a result is drawn, such as a frame."""
    if not isinstance(result, Drawn):
        raise SpecError(
            f"{method} draws a Result, but this is {type(result).__name__}. Score it first, with "
            'Scheme().run(table) or score_regions(frame, ["…"]).'
        )
