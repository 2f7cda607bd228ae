"""Fonts that can draw Chinese, found among those installed.

And text that contains only what they can draw.
"""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from hubtiers.errors import HubtiersError
from hubtiers.show.words import require_language

__all__ = ["CJK_FONTS", "Lettering", "drawable_language", "find_lettering"]

CJK_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Heiti SC",
    "Sarasa Gothic SC",
    "Arial Unicode MS",
    # Older matplotlib sees only the first face of a collection; its Chinese characters are there,
    # in Japanese forms.
    "Noto Sans CJK JP",
    "Source Han Sans",
    "Droid Sans Fallback",
)
"""Sans-serif families with simplified Chinese, the preferred ones first."""

_LATIN_FONTS = ("Noto Sans", "Source Sans 3", "Helvetica", "Arial", "Liberation Sans")
_LAST = "DejaVu Sans"


@dataclass(frozen=True)
class Lettering:
    """Families in the order in which a character is looked for.

    Attributes
    ----------
    families
        Names of installed families; the last one ships with matplotlib.
    """

    families: tuple[str, ...]

    def text(self, string: object) -> str:
        """Return text that these families can draw.

        A character that none of them has is written out, such as `[U+1F600]`; so are control
        characters, and line breaks become spaces.
        """
        plain = " ".join(str(string).split("\n"))
        return "".join(c if self._draws(c) else f"[U+{ord(c):04X}]" for c in plain)

    def is_truetype(self, texts: Iterable[str]) -> bool:
        """Return whether all families that these texts are drawn with have TrueType outlines."""
        used = {self._family(c) for c in set("".join(texts))}
        return not any(_has_postscript_outlines(_path(family)) for family in used if family)

    def _draws(self, character: str) -> bool:
        is_control = unicodedata.category(character) in ("Cc", "Cs", "Cf", "Zl", "Zp")
        return not is_control and self._family(character) != ""

    def _family(self, character: str) -> str:
        return next((name for name in self.families if ord(character) in _characters(name)), "")


def find_lettering(language: str) -> Lettering:
    """Return the families for a language.

    Raises
    ------
    HubtiersError
        When Chinese is asked for and no font with Chinese characters is installed.
    """
    require_language(language)
    installed = _installed()
    chinese = [name for name in CJK_FONTS if name in installed][:1]
    latin = [name for name in _LATIN_FONTS if name in installed][:1]
    if language == "zh":
        if not chinese:
            raise HubtiersError(
                "A figure with Chinese text needs a font with Chinese characters, and none is "
                "installed. Install Noto Sans CJK (Debian and Ubuntu: apt-get install "
                "fonts-noto-cjk; macOS and Windows: "
                'download it from Google Fonts as "Noto Sans SC"), or draw the figure with '
                'language="en".'
            )
        return Lettering((*chinese, _LAST))
    return Lettering((*latin, *chinese, _LAST))


def drawable_language(language: str) -> str:
    """Return the language, or English when no installed font can draw Chinese.

    For builds that must not stop there.
    """
    require_language(language)
    return language if language == "en" or any(name in _installed() for name in CJK_FONTS) else "en"


@lru_cache(maxsize=1)
def _installed() -> frozenset[str]:
    """Return the families that matplotlib can draw with.

    Its list of fonts is kept in a file and not renewed when a font is installed afterwards. Where
    the list has no Chinese family, the fonts of the system are looked through once.
    """
    from matplotlib.font_manager import fontManager

    families = frozenset(entry.name for entry in fontManager.ttflist)
    if families.isdisjoint(CJK_FONTS):
        _add_new_fonts()
        families = frozenset(entry.name for entry in fontManager.ttflist)
    return families


def _add_new_fonts() -> None:
    """Tell matplotlib of the font files that are not on its list."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    listed = {entry.fname for entry in fontManager.ttflist}
    for path in sorted(set(findSystemFonts()) - listed):
        # A damaged font file, or one of a kind that matplotlib cannot read, is passed over, as
        # matplotlib does.
        with contextlib.suppress(OSError, RuntimeError, ValueError):
            fontManager.addfont(path)


def _path(family: str) -> str:
    from matplotlib.font_manager import FontProperties, findfont

    return str(findfont(FontProperties(family=family)))


@lru_cache(maxsize=16)
def _characters(family: str) -> frozenset[int]:
    from matplotlib.font_manager import get_font

    return frozenset(get_font(_path(family)).get_charmap())


@lru_cache(maxsize=16)
def _has_postscript_outlines(path: str) -> bool:
    """Return whether a font file holds CFF outlines, which a PDF cannot carry as TrueType."""
    with Path(path).open("rb") as file:
        head = file.read(16)
        if head[:4] == b"ttcf":
            file.seek(int.from_bytes(head[12:16], "big"))
            head = file.read(4)
    return head[:4] == b"OTTO"
