"""The web map: one file that opens without a network, drawn from what the result says."""

from __future__ import annotations

import hashlib
import importlib.metadata
import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import folium
import pandas as pd
from branca.element import Figure, MacroElement
from folium.template import Template

from hubtiers._drawing import require_result
from hubtiers.errors import MissingDependencyError, SpecError
from hubtiers.hubs.layout import HubLayout
from hubtiers.scheme import Result
from hubtiers.show.credits import coordinate_note
from hubtiers.show.headline import headline as sentences_of
from hubtiers.show.language import asked_language, languages_of
from hubtiers.show.text import html_text, script_json
from hubtiers.show.web.content import map_content, tier_rows
from hubtiers.show.web.explorer import Explorer, explorer_content
from hubtiers.show.web.overlay import Overlay
from hubtiers.show.web.places import place_content
from hubtiers.show.web.profile import profile_content
from hubtiers.show.web.sights import sight_content
from hubtiers.show.web.years import years_content
from hubtiers.show.words import Text, in_languages, require_language

if TYPE_CHECKING:
    from hubtiers.hubs.diffusion import Diffusion
    from hubtiers.hubs.network import HubNetwork
    from hubtiers.hubs.roles import DivisionOfLabour
    from hubtiers.hubs.stability import LayoutStability
    from hubtiers.robustness.result import Robustness
    from hubtiers.years.panel import TierPanel

__all__ = ["TierMap", "tier_map"]

_ASSETS = Path(__file__).parent / "assets"
_SCRIPTS = (
    "base",
    "scoring",
    "draws",
    "chances",
    "certainty",
    "profile",
    "isolate",
    "symbols",
    "fills",
    "outlines",
    "layers",
    "labels",
    "hubs",
    "links",
    "diffusion",
    "popup",
    "search",
    "ranking",
    "movers",
    "compare",
    "whatif",
    "panels",
    "live",
    "explorer",
    "years",
    "picture",
    "takeaway",
    "recall",
    "address",
    "map",
)
_STYLES = ("map", "panels", "hubs", "explore", "takeaway", "years")
# Signs that may stand in an address in an attribute: all printable ones but those that end either.
_AS_THEY_ARE = "".join(sign for sign in map(chr, range(32, 127)) if sign not in '%#"&<>`')
_SWITCH = ("other_language", "other_short")
_BASEMAPS = {
    "osm": ("https://tile.openstreetmap.org/{z}/{x}/{y}.png", "© OpenStreetMap contributors")
}


class TierMap(folium.Map):
    """A `folium.Map` that carries its scripts and styles and asks the network for nothing."""

    def __init__(self) -> None:
        super().__init__(
            tiles=None, prefer_canvas=True, zoom_snap=0.25, zoom_delta=0.5, attribution_control=True
        )
        # Lists of this map's own: folium's add_js_link would otherwise change the defaults of every
        # later map.
        self.default_js = [
            ("leaflet", _package_file("XStatic-Leaflet", "leaflet.js")),
            ("jquery", _package_file("XStatic-jQuery", "jquery.min.js")),
            *((f"hubtiers_{name}", _own_file(f"{name}.js")) for name in _SCRIPTS),
        ]
        self.default_css = [
            ("leaflet_css", _package_file("XStatic-Leaflet", "leaflet.css")),
            *((f"hubtiers_{name}_css", _own_file(f"{name}.css")) for name in _STYLES),
        ]


class _Drawing(MacroElement):
    """Hands the data of a map to its script. The payload is inert: see `script_json`."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <script type="application/json" id="{{ this.get_name() }}">{{ this.payload }}</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        hubtiers.start({{ this._parent.get_name() }}, "{{ this.get_name() }}");
        {% endmacro %}
        """
    )

    def __init__(self, content: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "HubtiersDrawing"
        self.payload = script_json(content)


def tier_map(  # noqa: PLR0913 -- a map has these choices, each of them simple
    result: Result,
    *,
    layout: HubLayout | None = None,
    network: HubNetwork | None = None,
    diffusion: Diffusion | None = None,
    stability: LayoutStability | None = None,
    division: DivisionOfLabour | None = None,
    other_layout: HubLayout | None = None,
    robustness: Robustness | None = None,
    panel: TierPanel | None = None,
    explorer: bool | Explorer = False,
    reference: pd.Series | None = None,
    title: Mapping[str, str] | str | None = None,
    language: str | None = None,
    basemap: str | None = None,
    extent: tuple[float, float, float, float] | None = None,
    headline: Sequence[Text] | None = None,
) -> TierMap:
    """Draw the tiers of a result on a map (层级地图) that opens on them, hubs above.

    Parameters
    ----------
    result
        What to draw; its table must have geometry.
    layout
        Hubs whose extents, cores and corridors are drawn: a published layout (`load_layout`) or a
        proposed one (`propose_layout`), whose leads are marked.
    network
        The links between these hubs, as `build_network(layout, …)` gives them: colour by type,
        width by weight, with a switch for each type and a slider for the least weight. The page
        opens with as many links as are strong, the heaviest.
    diffusion
        When each region is reached, as `simulate_diffusion(result, layout, …)` gives it: a fill of
        its own, with a slider through relative time.
    stability
        The share of draws in which each core is a core, as `assess_layout(…)` gives it for this
        layout: a ring round the core.
    division
        Who does what inside these hubs, as `division_of_labour(result, layout)` gives it: the popup
        of a region tells its role.
    other_layout
        A second layout that the page can flip to, such as the published one beside the proposal.
        Links, rings and diffusion stay those of the first.
    robustness
        Tier probabilities (regions × tiers) and rank intervals (`low`, `median`, `high`): the map
        then opens on tiers with a texture where one is leaning or open, has a layer of the
        probability of at least some tier, and tells the doubt in every popup.
    panel
        The years of which `result` is one: they add a slider, and the regions that changed tier are
        outlined. Tiers, ranks, scores and cut-points are those of the panel.
    explorer
        Whether the page has sliders for the weights, which score the regions anew in the browser.
        An `Explorer` says which weightings are offered and which study is copied.
    reference
        Tiers by region id that the result is held against, as `Outcome.reference`: they add a layer
        of where it differs. Left out, they are those of the layout's cores, where these are called
        as the tiers of the result are.
    title
        Title of the map as a text, or as `{"zh": …, "en": …}`.
    language
        `"zh"` or `"en"`: the language that the page opens in. Left out, it is that of the reader's
        browser, among those that the study has names in; a button switches. A study without Chinese
        names has a page in English alone.
    basemap
        Nothing for a page that needs no network, or `"osm"` for the tiles of OpenStreetMap beneath
        the regions.
    extent
        West, south, east and north of the opening view in degrees, for those who know better; east
        is greater than west, also across 180°. Left out, the map opens on the regions with data.
    headline
        What stands below the title: sentences in both languages. Left out, what the result and its
        robustness say of themselves; an empty list for none.

    Returns
    -------
    TierMap
        A `folium.Map`; `save("map.html")` writes one file that opens with no network.

    Raises
    ------
    DataError
        When the result has no geometry, or the robustness is not of its regions and tiers.
    NotComparableError
        When the network or the stability is of another layout, the diffusion of other regions, or
        the result of no year of the panel.
    SpecError
        When an option is not known, the extent is no box, the explorer cannot compute as the
        scheme does, or links, shares and a second layout come without a layout.

    Warns
    -----
    UserWarning
        With a basemap, because the page then asks the network for tiles.

    Notes
    -----
    Tiers, breaks, ranks and counts are those of the result; nothing is classified or rounded anew.
    Where regions of the result overlap, a city is painted with the smallest region it belongs to.

    Around the regions lie all other countries, pale. Lines and credits are those of the regions'
    pack or what the user says; a layer of which nothing is said is credited to nobody. A layer on
    both sides of 180° is drawn in one piece.

    **Missing values.** A region without a score is hatched as “no data”; a unit that belongs to no
    region of the result is left blank as “not in the study”. Of a layer that is mostly empty, so
    are the regions without any value. A region that diffusion never reaches is hatched the other
    way, one that takes no part as “no data”.

    Examples
    --------
    >>> from hubtiers.regions.boundaries import load_regions
    >>> from hubtiers.scheme import Scheme
    >>> from hubtiers.table.join import join_indicators
    >>> from hubtiers.tiers.breaks import NaturalBreaks
    >>> import pandas as pd
    >>> provinces = load_regions("province").head(3)
    >>> values = pd.DataFrame({"region": provinces.index, "indicator": "rd"})
    >>> values["value"] = [6.8, 3.5, 2.0]
    >>> web = tier_map(Scheme(tier=NaturalBreaks(2)).run(join_indicators(provinces, values)))
    >>> "https://" in web.get_root().render()
    False
    """
    require_result(result, "tier_map()")
    language = language or asked_language(result)
    if language is not None:
        require_language(language)
    over = Overlay(
        other_layout=other_layout,
        network=network,
        diffusion=diffusion,
        stability=stability,
        division=division,
    )
    said = sentences_of(result, robustness=robustness) if headline is None else headline
    content = map_content(result, layout, robustness, title, extent, over=over, said=said)
    content |= place_content(result)
    content |= sight_content(result, layout, reference)
    content["profile"] = profile_content(result, explored=bool(explorer))
    if panel is not None:
        content["years"] = years_content(result, panel)
        content["tiers"] = tier_rows(result, panel.labels)
    content["basemap"] = _basemap(basemap, coordinate_note(result.table.regions))
    if explorer:
        options = explorer if isinstance(explorer, Explorer) else Explorer()
        content["explorer"] = explorer_content(result, options, robustness)
    content = _spoken(content, language, languages_of(result))
    opening = content["language"]
    web = TierMap()
    drawing = _Drawing(content)
    # Named by what is drawn and not at random, so that the same study gives the same bytes.
    web._id = drawing._id = hashlib.sha256(drawing.payload.encode()).hexdigest()[:32]
    drawing.add_to(web)
    figure = web.get_root()
    if isinstance(figure, Figure):
        figure.title = html_text(content["title"][opening])
    return web


def _spoken(content: dict[str, Any], language: str | None, own: Sequence[str]) -> dict[str, Any]:
    """Return the content in the languages that the page can be read in, and the one it opens in."""
    languages = list(own) if language is None else list(dict.fromkeys([language, *own]))
    spoken: dict[str, Any] = in_languages(content, languages)
    if len(languages) == 1:
        # The button that switches says the other language's name, in that language.
        said = spoken["words"][languages[0]]
        spoken["words"] = {languages[0]: {k: said[k] for k in said if k not in _SWITCH}}
    # Without a language that somebody has set, the browser is asked.
    asks = {"language": languages[0], "languages": languages, "asksBrowser": language is None}
    return {**spoken, **asks}


def _basemap(name: str | None, remark: Text | None) -> dict[str, str] | None:
    if name is None:
        return None
    about = f" {remark.en}" if remark is not None else ""
    if name not in _BASEMAPS:
        known = ", ".join(map(repr, _BASEMAPS))
        raise SpecError(f"tier_map(basemap={name!r}) is not known; there is {known}.{about}")
    url, credit = _BASEMAPS[name]
    warnings.warn(
        f"With basemap={name!r} the page asks {url.split('/')[2]} for tiles: it needs a network, "
        f"and what those tiles show of borders is not ours.{about}",
        stacklevel=3,
    )
    return {"url": url, "attribution": credit}


@cache
def _own_file(name: str) -> str:
    """Return a script or style of ours as an address, without indents and lines of comment.

    They are for those who read the source, and would be a fifth of it. None of our texts goes over
    a line.
    """
    path = _ASSETS / name
    lines = map(str.strip, path.read_text(encoding="utf-8").splitlines())
    kept = [line for line in lines if line and not line.startswith("//")]
    return _as_address("\n".join(kept).encode(), path.suffix)


def _data_uri(path: Path) -> str:
    return _as_address(path.read_bytes(), path.suffix)


def _as_address(content: bytes, suffix: str) -> str:
    kind = {".js": "text/javascript", ".css": "text/css"}[suffix]
    # A quarter shorter than base64. Names of sites in comments and of languages of drawing are
    # written so that who looks for addresses in the page finds none.
    text = quote(content, safe=_AS_THEY_ARE).replace("://", "%3A//")
    return f"data:{kind};charset=utf-8,{text}"


def _package_file(package: str, name: str) -> str:
    try:
        files = importlib.metadata.files(package) or []
    except importlib.metadata.PackageNotFoundError:
        raise MissingDependencyError(package, "map", "The offline map") from None
    for entry in files:
        if entry.name == name:
            return _data_uri(Path(str(entry.locate())))
    raise MissingDependencyError(
        package, "map", f"The offline map takes {name} from its package, and it"
    )
