"""The sheet that a figure is drawn on.

Fonts and settings of its own, and files with text that stays text.

matplotlib is imported here, so this module is itself imported only inside the functions that draw.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from hubtiers._storage import replacing
from hubtiers.errors import SpecError, UnknownOptionError
from hubtiers.show.figures.outlines import take_place
from hubtiers.show.figures.sheet import Sheet
from hubtiers.show.figures.vector import small_textures
from hubtiers.show.fonts import Lettering, find_lettering

__all__ = ["Board", "PrintFigure", "blank_sheet", "drawing", "save_figure", "svg_text"]

FORMATS = ("png", "svg", "pdf", "tiff")
_UNDATED: dict[str, dict[str, None]] = {
    "svg": {"Date": None},
    "pdf": {"CreationDate": None, "ModDate": None},
    "png": {},
    "tiff": {},
}

INK = "#22262a"
QUIET = "#5b636a"
RULE = "#c9cdd1"


class PrintFigure(Figure):
    """A matplotlib figure whose files hold text as text, and are the same at every writing."""

    lettering: Lettering | None = None

    def savefig(self, fname: Any, *, transparent: bool | None = None, **options: Any) -> None:
        """Write the figure; takes what matplotlib's `savefig` takes."""
        kind = str(options.get("format") or Path(str(fname)).suffix.lstrip(".") or "png").lower()
        if kind in ("svg", "pdf"):
            # A date in the file would make two runs differ.
            options["metadata"] = {**_UNDATED[kind], **(options.get("metadata") or {})}
        with rc_context(_file_settings(self)):
            super().savefig(fname, transparent=transparent, **options)

    def _repr_png_(self) -> bytes:
        memory = io.BytesIO()
        self.savefig(memory, format="png", dpi=110)
        return memory.getvalue()


@dataclass(frozen=True, eq=False)
class Board:
    """Where one picture is drawn, and with which letters."""

    figure: Figure
    axes: Any
    lettering: Lettering
    language: str
    own: bool
    sheet: Sheet = field(default_factory=Sheet)

    def text(self, string: object) -> str:
        """Return text that the fonts of the figure can draw."""
        return self.lettering.text(string)

    def settle(self) -> None:
        """Give the figure its layout and its ticks while its fonts are in force.

        From then on everything has its size in pixels.
        """
        if not self.own:
            # Only a drawing settles whatever else the owner of the figure has put on it.
            self.figure.draw_without_rendering()
            return
        engine = self.figure.get_layout_engine()
        if engine is not None:
            engine.execute(self.figure)
        for axes in self.figure.axes:
            take_place(axes)
            for axis in (axes.xaxis, axes.yaxis):
                axis.get_ticklabels(which="both")
            for text in axes.texts:
                # One that is shifted from its point knows where it stands once it is asked.
                text.get_window_extent()


@contextlib.contextmanager
def drawing(
    language: str,
    ax: Axes | None,
    *,
    size: tuple[float, float],
    projection: str | None = None,
    sheet: Sheet | None = None,
) -> Iterator[Board]:
    """Give a board to draw on.

    The axes of the caller, or a figure of its own of this size in inches; `sheet` says how large
    its letters are.
    """
    lettering = find_lettering(language)
    if ax is not None and not isinstance(ax, Axes):
        raise SpecError(
            f"ax is {type(ax).__name__}, not matplotlib Axes. Leave it out, or make some with "
            "subplots()."
        )
    with rc_context(_settings(lettering)):
        if ax is None:
            figure: Figure = _new_figure(size, lettering)
            axes = figure.add_subplot(projection=projection)
        else:
            axes, figure = ax, _root(ax)
            _dress(axes, lettering)
        board = Board(figure, axes, lettering, language, ax is None, sheet or Sheet())
        yield board
        board.settle()


def _new_figure(size: tuple[float, float], lettering: Lettering) -> PrintFigure:
    figure = PrintFigure(figsize=size, dpi=150, facecolor="white")
    figure.lettering = lettering
    # It keeps its renderer: without one, each question for a size would make another.
    FigureCanvasAgg(figure)
    return figure


def blank_sheet(size: tuple[float, float], language: str) -> Axes:
    """Return axes that fill a sheet of this size in inches, for what draws on given axes."""
    figure = _new_figure(size, find_lettering(language))
    return figure.add_axes((0.004, 0.004, 0.992, 0.992))


def save_figure(figure: Figure, path: str | Path, *, dpi: int = 200) -> Path:
    """Write a figure as PNG, SVG, PDF or TIFF by the suffix of the path (保存图件).

    An interrupted run leaves no half file.

    Parameters
    ----------
    figure
        What a function of this package has drawn, or any matplotlib figure.
    path
        A path that ends in `.png`, `.svg`, `.pdf` or `.tiff`.
    dpi
        Pixels per inch of a PNG or TIFF.

    Raises
    ------
    UnknownOptionError
        When the suffix is another one.
    """
    target = Path(path)
    kind = target.suffix.lstrip(".").lower()
    kind = "tiff" if kind == "tif" else kind
    if kind not in FORMATS:
        raise UnknownOptionError("format of a figure", kind, FORMATS)
    if kind == "svg":
        with replacing(target) as temporary:
            temporary.write_text(_svg_of(figure), encoding="utf-8")
        return target
    with replacing(target) as temporary, rc_context(_file_settings(figure)):
        options: dict[str, Any] = {"metadata": _UNDATED[kind]}
        if kind == "tiff":
            # Journals take packed files; pixels are the same.
            options = {"pil_kwargs": {"compression": "tiff_lzw"}}
        Figure.savefig(figure, temporary, format=kind, dpi=dpi, **options)
    return target


def svg_text(figure: Figure) -> str:
    """Return a figure that is drawn for a page alone as the text of an SVG file.

    Everything on it has its place already: its layout would be found anew, which takes longer than
    to draw it.
    """
    figure.set_layout_engine("none")
    return _svg_of(figure)


def _svg_of(figure: Figure) -> str:
    memory = io.BytesIO()
    with rc_context(_file_settings(figure)):
        Figure.savefig(figure, memory, format="svg", metadata=_UNDATED["svg"])
    return small_textures(memory.getvalue().decode("utf-8"))


def _dress(ax: Axes, lettering: Lettering) -> None:
    """Give the letters of the figure to texts that the axes have already, such as the title."""
    for text in ax.findobj(Text):
        if isinstance(text, Text):
            text.set_fontfamily([*lettering.families, "sans-serif"])
            text.set_parse_math(False)


def _root(ax: Axes) -> Figure:
    """Return the figure that holds the axes, also from within subfigures."""
    figure = ax.get_figure(root=True)
    if figure is None:
        raise SpecError(
            "ax belongs to no figure any more. Leave it out, or make some with subplots()."
        )
    return figure


def _settings(lettering: Lettering) -> Any:
    return {
        # The generic name is for readers of an SVG who have none of the others.
        "font.family": [*lettering.families, "sans-serif"],
        "font.sans-serif": [lettering.families[-1]],
        "font.size": 9.0,
        # A dollar sign in a name is a dollar sign, not the start of a formula.
        "text.parse_math": False,
        "text.usetex": False,
        "text.color": INK,
        "axes.edgecolor": QUIET,
        "axes.labelcolor": INK,
        "axes.facecolor": "white",
        "axes.grid": False,
        "axes.linewidth": 0.6,
        "axes.unicode_minus": True,
        "axes.formatter.use_mathtext": False,
        "axes.formatter.useoffset": False,
        "xtick.color": QUIET,
        "ytick.color": QUIET,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "xtick.labelsize": 8.5,
        "ytick.labelsize": 8.5,
        "hatch.linewidth": 0.6,
        "legend.frameon": False,
        "figure.autolayout": False,
        "figure.constrained_layout.use": False,
    }


def _file_settings(figure: Figure) -> Any:
    texts = [artist.get_text() for artist in figure.findobj(Text) if isinstance(artist, Text)]
    lettering = figure.lettering if isinstance(figure, PrintFigure) else None
    truetype = lettering is None or lettering.is_truetype(texts)
    # Outlines in PostScript form, as those of Noto CJK, are no TrueType; readers complain when they
    # are called so.
    return {
        "font.sans-serif": ["DejaVu Sans"],
        "svg.fonttype": "none",
        "svg.hashsalt": "hubtiers",
        "pdf.fonttype": 42 if truetype else 3,
        "text.usetex": False,
        "savefig.bbox": None,
    }
