"""The commands about layouts: propose one, compare two, check one, let knowledge spread."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hubtiers import _console
from hubtiers._completions import (
    complete_balance,
    complete_layout,
    complete_level,
    complete_study,
)
from hubtiers._progress import stage

if TYPE_CHECKING:
    import geopandas as gpd

    from hubtiers.hubs.layout import HubLayout
    from hubtiers.hubs.propose import ProposedLayout
    from hubtiers.study import Study

__all__ = ["add_hub_commands"]

StudyName = Annotated[
    str,
    typer.Argument(
        help="Name of a study that ships (cities2023), or path of a .toml file.",
        autocompletion=complete_study,
    ),
]
LayoutName = Annotated[
    str,
    typer.Argument(
        help="Name of a layout that ships (zhang2022), or a .toml or .gpkg file.",
        autocompletion=complete_layout,
    ),
]
LayoutLevel = Annotated[
    str,
    typer.Option(help="Level of the regions that it is made of.", autocompletion=complete_level),
]
LayoutRegions = Annotated[
    Path | None, typer.Option("--regions", help="Layer of your own, in place of a level.")
]


def add_hub_commands(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (propose, layouts, layout, diffuse):
        app.command()(command)


def propose(
    study: StudyName,
    *,
    balance: Annotated[
        str | None,
        typer.Option(
            help="Division to balance over (four, seven, a column of the regions).",
            autocompletion=complete_balance,
        ),
    ] = None,
    spacing: Annotated[
        float | None, typer.Option(help="Least distance between leads, in km.")
    ] = None,
    draws: Annotated[
        int | None, typer.Option(min=0, help="Draws of the stability; 0 leaves it out.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the files; out/<study> when left out.")
    ] = None,
) -> None:
    """Propose a layout of hubs from the scores of a study.

    Example: hubtiers propose cities2023 --balance four --draws 500
    """
    from hubtiers._folders import results_folder, save_command
    from hubtiers._hub_files import write_findings
    from hubtiers.study import load_study

    chosen = load_study(study)
    given = {"balance": balance, "spacing": spacing, "draws": draws}
    changes = {name: value for name, value in given.items() if value is not None}
    folder = results_folder(chosen, out)
    with _console.stages_shown(chosen.content.output.language):
        found = chosen.propose(**changes)
        proposed = found.proposed
        assert proposed is not None
        assert proposed.proposal is not None
        paths = save_command(
            folder,
            "propose",
            study=chosen,
            regions=proposed.proposal.regions,
            write=lambda staging: write_findings(found, staging),
        )
    console = _console.open_console()
    _print_hubs(console, proposed)
    for text in (found.stability, found.comparison):
        if text is not None:
            console.print(repr(text).strip("<>"), soft_wrap=True)
    _console.print_paths(console, paths)


def _print_hubs(console: Any, proposed: ProposedLayout) -> None:
    from rich.table import Table

    assert proposed.proposal is not None
    table = Table(title="Proposed layout", title_justify="left")
    for column in ("hub", "tier", "cores", "members"):
        table.add_column(column, justify="right" if column == "members" else "left")
    for hub in proposed.hubs:
        name = f"{hub.name_en} {hub.name_zh}" if hub.name_zh != hub.name_en else hub.name_en
        members = str(len(hub.extent) or len(hub.cores))
        _console.add_row(table, (name, hub.tier, ", ".join(hub.cores), members))
    console.print(table)
    console.print(repr(proposed.proposal).strip("<>"))
    windows = Table(title="How far each number may move before the cores change")
    for column in ("number", "value", "low", "high"):
        windows.add_column(column, justify="left" if column == "number" else "right")
    found = proposed.proposal.windows
    for number, row in zip(found.index, found.to_dict("records"), strict=True):
        cells = (f"{row[column]:.4g}" for column in ("value", "low", "high"))
        _console.add_row(windows, [number, *("–" if cell == "nan" else cell for cell in cells)])
    console.print(windows)


def layouts(
    first: LayoutName,
    second: LayoutName,
    *,
    level: LayoutLevel = "city",
    regions: LayoutRegions = None,
) -> None:
    """Compare two layouts: which hubs are the same, and what differs.

    Example: hubtiers layouts zhang2022 out/cities2023/layout.toml
    """
    from rich.table import Table

    from hubtiers.hubs.compare_layouts import compare_layouts
    from hubtiers.hubs.layout import load_layout

    frame = _regions(level, regions)
    found = compare_layouts(load_layout(first), load_layout(second), frame)
    console = _console.open_console()
    table = Table(title=f"{first} and {second}", title_justify="left")
    columns = ("hub_a", "hub_b", "matched_by", "tier_a", "tier_b", "kept", "gained", "lost")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in found.hubs.to_dict("records"):
        _console.add_row(table, [row[column] for column in columns])
    console.print(table)
    console.print(repr(found).strip("<>"), soft_wrap=True)


def layout(
    file: LayoutName,
    *,
    level: LayoutLevel = "city",
    regions: LayoutRegions = None,
) -> None:
    """Check a layout: exit status 1 and a sentence when something is wrong.

    Example: hubtiers layout my-layout.toml
    """
    from hubtiers.hubs.layout import load_layout

    frame, loaded = _regions(level, regions), load_layout(file)
    _require_known(loaded, frame)
    console = _console.open_console()
    console.print(repr(loaded).strip("<>"), soft_wrap=True)
    for row in loaded.overlaps(frame).to_dict("records"):
        shared = row["shared"].replace(";", ", ")
        text = f"The extents of {row['hub_a']} and {row['hub_b']} share {shared}."
        console.print(text, soft_wrap=True)


def _regions(level: str, regions: Path | None) -> gpd.GeoDataFrame:
    from hubtiers.regions.boundaries import load_regions
    from hubtiers.regions.read import read_regions

    return load_regions(level) if regions is None else read_regions(regions)


def _require_known(loaded: HubLayout, frame: gpd.GeoDataFrame) -> None:
    """Refuse a layout that names a unit which is none of the regions, with proposals."""
    from hubtiers.errors import UnknownOptionError
    from hubtiers.hubs.layout import layout_members

    known = set(map(str, frame.index))
    named = [(f"the hub {hub.id!r}", (*hub.cores, *hub.extent)) for hub in loaded.hubs]
    named += [(f"the corridor {each.id!r}", each.members) for each in loaded.corridors]
    for part, ids in named:
        for unit in layout_members(ids, known):
            if unit not in known:
                raise UnknownOptionError(f"unit of {part}:", unit, known)


def _layout_of(study: Study) -> HubLayout:
    """Return the layout that a study proposes, or else names."""
    loaded = study.load_layout()
    if study.content.propose is not None or loaded is None:
        loaded = study.propose(draws=0).proposed
    assert loaded is not None
    return loaded


def diffuse(
    study: StudyName,
    *,
    sources: Annotated[
        list[str], typer.Option("--from", help="Region that has it first; can stand several times.")
    ],
    decay: Annotated[float, typer.Option(help="Exponent of distance.")] = 1.0,
    receptive: Annotated[
        float, typer.Option(help="Exponent of the score of the place that takes it up.")
    ] = 1.0,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the table; out/<study> when left out.")
    ] = None,
) -> None:
    """Let knowledge spread over the layout of a study: order and relative time, never years.

    Example: hubtiers diffuse cities2023 --from 北京 --decay 1
    """
    from hubtiers._folders import results_folder, save_command
    from hubtiers._storage import write_csv
    from hubtiers.hubs.diffusion import simulate_diffusion
    from hubtiers.study import load_study

    chosen = load_study(study)
    folder = results_folder(chosen, out)
    with _console.stages_shown(chosen.content.output.language):
        stage("read")
        table = chosen.load_table()
        stage("score")
        result, loaded = chosen.scheme.run(table), _layout_of(chosen)
        stage("diffuse")
        found = simulate_diffusion(
            result, loaded, sources=sources, decay=decay, receptive=receptive
        )
        paths = save_command(
            folder,
            "diffuse",
            study=chosen,
            regions=result.table.regions,
            write=lambda staging: write_csv(found.to_frame(), staging / "diffusion.csv"),
        )
    console = _console.open_console()
    console.print(repr(found).strip("<>"), soft_wrap=True)
    names = found.names["name_en"]
    first = ", ".join(str(names[region]) for region in found.at(float("inf"))[:12])
    console.print(f"First: {first}.", soft_wrap=True)
    _console.print_paths(console, paths)
