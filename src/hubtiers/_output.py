"""The folder of a study: its files, whole or not at all, and the record of their making."""

from __future__ import annotations

import hashlib
import json
import math
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from hubtiers._hub_files import drawn_layout, drawn_parts, write_findings
from hubtiers._progress import stage
from hubtiers._result_columns import DOUBTS, GAPS
from hubtiers._run_folder import digest, run_folder
from hubtiers._storage import write_csv
from hubtiers._study_file import StudyFile
from hubtiers.errors import listing
from hubtiers.outcome import Outcome
from hubtiers.robustness._shares import unseen_bound
from hubtiers.robustness.result import Robustness
from hubtiers.scheme import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from hubtiers.hubs.diffusion import Diffusion
    from hubtiers.show.pages.paper import Report
    from hubtiers.show.pages.report_page import Material

__all__ = [
    "brief_of",
    "by_option_table",
    "digests",
    "made_of",
    "notes_of",
    "save_outcome",
    "versions",
    "write_record",
    "write_scores",
]

_PACKAGES = ("hubtiers", "numpy", "pandas", "geopandas", "shapely", "folium")
_MARK_LENGTH = 12
_NO_FONT = (
    "No installed font has Chinese characters, so the figures are in English. Install Noto Sans "
    "CJK (Debian and "
    "Ubuntu: apt-get install fonts-noto-cjk) and build again for Chinese."
)


def save_outcome(outcome: Outcome, folder: Path) -> list[Path]:
    """Write all files of an outcome into a folder, or none.

    Raises
    ------
    DataError
        As `run_folder` does.
    """
    with run_folder(folder, "run.json", inputs=list(outcome.inputs.values())) as staging:
        _write_files(outcome, staging)
        names = sorted(path.name for path in staging.iterdir())
    return [folder / name for name in names]


def made_of(origin: str, content: StudyFile, inputs: Mapping[str, str]) -> str:
    """Return a mark of what results depend on: the study but for its output, and its inputs."""
    said = content.model_dump(mode="json", exclude={"output"})
    text = json.dumps([origin, said, inputs], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that results depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}


def write_record(record: Mapping[str, Any], path: Path) -> None:
    """Write what tells of a run as JSON."""
    text = json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def notes_of(outcome: Outcome) -> list[str]:
    """Return what a reader of the files should know.

    Figures in another language than asked, and published names that belong to no region.
    """
    from hubtiers.show.fonts import drawable_language

    output = outcome.content.output
    draws = output.figures or output.report or output.brief
    language = _language(outcome)
    notes = [
        f"{file}: names that belong to no region and are left out: {listing(names)}."
        for file, names in outcome.left_out.items()
    ]
    report = outcome.result.table.report
    if len(dropped := report.unmatched):
        names = listing(dropped["name"].map(repr))
        notes.append(f"names of the data that belong to no region and are left out: {names}.")
    for read in report.reading:
        notes += [f"{read.file}: {decision}" for decision in read.decisions()]
    for code, counted in report.counted.items():
        notes.append(f"{code}: {'; '.join(map(str.strip, counted.to_text().splitlines()))}.")
    if draws and drawable_language(language) != language:
        notes.append(_NO_FONT)
    return notes


def _language(outcome: Outcome) -> str:
    """Return the language of the files: as the study says, else that of its names."""
    from hubtiers.show.language import language_of

    return language_of(outcome.result, outcome.content.output.language)


def _write_files(outcome: Outcome, folder: Path) -> None:
    output = outcome.content.output
    record = _record(outcome)
    run, map_drawing = _mark(record), ""
    material = _material(outcome, run)
    write_scores(outcome.result, folder / "scores.csv", robustness=outcome.robustness)
    (folder / "tiers.geojson").write_text(_geojson(outcome.result), encoding="utf-8")
    if outcome.panel is not None:
        write_csv(outcome.panel.to_frame(), folder / "panel.csv", index=False)
    stage("map")
    _write_map(outcome, folder / "map.html")
    if output.figures:
        stage("figures")
        map_drawing = _write_figures(material, outcome, folder)
    if output.tables:
        stage("tables")
        _write_tables(material, outcome, folder / "tables.xlsx")
    if len(outcome.result.gap_effects):
        write_csv(outcome.result.gap_effects.set_index("region_id"), folder / "gaps.csv")
    if outcome.robustness is not None and len(outcome.robustness.by_option):
        write_csv(by_option_table(outcome.robustness), folder / "by_option.csv")
    write_findings(outcome.hubs, folder)
    mark = made_of(outcome.origin, outcome.content, record["inputs"])
    write_record(record | {"made_of": mark, "run": run}, folder / "run.json")
    stage("report")
    _write_pages(material, outcome, map_drawing, folder)


def _mark(record: Mapping[str, Any]) -> str:
    """Return the mark by which a printed page names its run; it stands in `run.json` as well.

    The start of the SHA-256 of what the record says of the study, its inputs and results.
    """
    text = json.dumps(record, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:_MARK_LENGTH]


def brief_of(outcome: Outcome) -> Report:
    """Return the brief of a study, in its language and with the mark of its run."""
    from hubtiers.show.pages.brief import build_brief

    return build_brief(
        outcome,
        language=_language(outcome),
        approval=outcome.content.output.approval,
        run=_mark(_record(outcome)),
    )


def write_scores(result: Result, path: Path, *, robustness: Robustness | None = None) -> None:
    """Write the scores, a row for each region.

    With `robustness` the columns `tier_probability` (of the tier that the region has),
    `rank_low`, `rank_high` (90 % of the draws), `certainty` (its mark) and `likeliest_tier` are
    added.
    """
    frame = _without_marks(result.to_frame())
    if robustness is not None:
        ranks = robustness.rank_interval.reindex(frame.index)
        found = (
            robustness.confidence.reindex(frame.index),
            ranks["low"],
            ranks["high"],
            robustness.certainty.reindex(frame.index).astype("object"),
            robustness.likeliest.reindex(frame.index),
        )
        for name, column in zip(DOUBTS, found, strict=True):
            frame[name] = column
    write_csv(frame, path)


def by_option_table(robustness: Robustness) -> pd.DataFrame:
    """Return tier probabilities by step, option and region, with a column for each tier."""
    labels = list(robustness.plan.labels)
    found = robustness.by_option
    # The tiers of a region stand below each other; an option that is named twice stands twice.
    shares = found["probability"].to_numpy(float).reshape(-1, len(labels))
    rows = found.iloc[:: len(labels)].reset_index(drop=True)
    names = robustness.base.table.regions[["name_zh", "name_en"]].astype("str")
    told = rows[["step", "option", "region_id"]].join(names, on="region_id")
    told["draws"] = rows["draws"]
    return told.join(pd.DataFrame(shares, columns=labels)).set_index("step")


_Frame = TypeVar("_Frame", bound=pd.DataFrame)


def _without_marks(frame: _Frame) -> _Frame:
    """Return the frame without what gaps did, which stands in a file of its own.

    A column that is there for some studies only would change what reads the file.
    """
    return frame.drop(columns=list(GAPS), errors="ignore")


def _geojson(result: Result) -> str:
    frame = _without_marks(result.to_geodataframe())
    frame["tier"] = frame["tier"].astype("str").where(frame["tier"].notna(), None)
    frame["rank"] = frame["rank"].astype("float64")
    text: str = frame.reset_index().to_json(ensure_ascii=False, drop_id=True)
    return text


def _write_map(outcome: Outcome, path: Path) -> None:
    from hubtiers.show.headline import headline_of
    from hubtiers.show.web.explorer import Explorer, can_explore
    from hubtiers.show.web.webmap import tier_map

    output = outcome.content.output
    explorer: Explorer | bool = False
    if output.explorer and can_explore(outcome.result):
        # The explorer puts the method of its own sliders after the other sections of the study.
        sections = outcome.content.model_dump(mode="json", exclude_none=True, exclude={"method"})
        explorer = Explorer(study=sections)
    web = tier_map(
        outcome.result,
        **drawn_parts(outcome),
        robustness=outcome.robustness,
        panel=outcome.panel,
        explorer=explorer,
        reference=outcome.reference,
        title=outcome.title,
        language=output.language,
        headline=headline_of(outcome),
    )
    web.save(str(path))


def _write_figures(material: Material, outcome: Outcome, folder: Path) -> str:
    """Write the figures; return the map as the report shows it, empty where that is another."""
    from hubtiers.show.figures.figure import Printing, draw_tiers, save_figure
    from hubtiers.show.figures.hub_marks import hub_layers
    from hubtiers.show.figures.scene import make_scene
    from hubtiers.show.figures.years import years_figure
    from hubtiers.show.fonts import drawable_language

    options, hubs = outcome.content.output.figure, outcome.hubs
    printed: dict[str, Any] = {
        "title": outcome.title,
        "language": drawable_language(_language(outcome)),
        "caption": options.caption,
        "width": options.width,
        "font_size": options.font_size,
    }
    layout = drawn_layout(outcome)
    layers = hub_layers(layout, hubs.network, hubs.stability)
    is_same = layout is material.layout
    scene = material.scene if is_same else make_scene(outcome.result, layout)
    printing = Printing(approval=outcome.content.output.approval, **printed)
    drawn = draw_tiers(outcome.result, scene, layers, printing, robustness=outcome.robustness)
    figures = {"map": drawn}
    if outcome.panel is not None:
        figures["years"] = years_figure(outcome.panel, **printed)
    for name, figure in figures.items():
        for kind in dict.fromkeys(options.formats):
            save_figure(figure, folder / f"{name}.{kind}", dpi=options.dpi)
    if hubs.diffusion is not None:
        _write_diffusion_figure(outcome, hubs.diffusion, folder)
    return _map_for_report(outcome, drawn, folder / "map.svg") if is_same else ""


def _map_for_report(outcome: Outcome, figure: Figure, file: Path) -> str:
    """Return the printed map without its caption, where the report draws the same one."""
    from hubtiers.show.figures.canvas import svg_text
    from hubtiers.show.figures.figure import without_caption

    hubs, options = outcome.hubs, outcome.content.output.figure
    links_or_rings = hubs.network is not None or hubs.stability is not None
    if links_or_rings or options.width is not None or options.font_size is not None:
        return ""
    drawing = file.read_text(encoding="utf-8") if file.exists() else svg_text(figure)
    return without_caption(figure, drawing)


def _write_diffusion_figure(outcome: Outcome, diffusion: Diffusion, folder: Path) -> None:
    from hubtiers.show.figures.diffusion import diffusion_figure
    from hubtiers.show.figures.figure import save_figure
    from hubtiers.show.fonts import drawable_language

    figure = diffusion_figure(
        outcome.result,
        diffusion,
        layout=drawn_layout(outcome),
        language=drawable_language(_language(outcome)),
        approval=outcome.content.output.approval,
    )
    for name in ("diffusion.png", "diffusion.svg"):
        save_figure(figure, folder / name)


def _material(outcome: Outcome, run: str) -> Material:
    from hubtiers.show.pages.report import material_of

    return material_of(outcome, language=_language(outcome), run=run)


def _write_tables(material: Material, outcome: Outcome, path: Path) -> None:
    from hubtiers.show.pages.workbook import write_workbook

    asked = outcome.content.output.tables
    language = asked if isinstance(asked, str) else _language(outcome)
    tables = material.listed.values()
    write_workbook(outcome.result, tables, path, language=language, hubs=outcome.hubs)


def _write_pages(material: Material, outcome: Outcome, map_drawing: str, folder: Path) -> None:
    """Write brief and report, as far as they are asked for."""
    output = outcome.content.output
    if not output.report:
        if output.brief:
            brief_of(outcome).save(folder / "brief.html")
        return
    from hubtiers.show.pages.report import build_pages

    brief, report = build_pages(material, _language(outcome), map_drawing=map_drawing)
    report.save(folder / "report.html")
    if output.brief:
        brief.save(folder / "brief.html")


def _record(outcome: Outcome) -> dict[str, Any]:
    """Return how the result came about: enough to write the study file that gives it again."""
    result, found = outcome.result, outcome.agreement
    method = result.fitted.scheme.to_spec()
    agreed = None if found is None else _plain(found.to_frame().to_dict("records")[0])
    return {
        "study": outcome.name,
        "origin": outcome.origin,
        "content": outcome.content.model_dump(mode="json") | {"method": method},
        "versions": versions(),
        "seed": outcome.content.robustness.seed,
        "inputs": digests(outcome.inputs),
        "join": result.table.report.to_text().splitlines(),
        "reading": [read.to_text().splitlines() for read in result.table.report.reading],
        "breaks": list(result.breaks.breaks),
        "gvf": result.breaks.gvf,
        "weights": result.weights.to_dict(),
        "yardstick": _yardstick_record(result),
        "empty_slots": result.table.framework.empty_slots()["code"].tolist(),
        "agreement": agreed,
        "robustness": _doubt(outcome.robustness),
        "gaps": _rows(result.gap_effects.set_index("region_id")),
        "outside": [_plain(row) for row in outcome.outside.to_dict("records")],
    }


def _doubt(robustness: Robustness | None) -> dict[str, Any] | None:
    """Return how sure the tiers are: shares, sizes by option, and what moves them."""
    if robustness is None:
        return None
    return {
        "draws": robustness.draws,
        "exactly": robustness.reference_share,
        "order_kept": robustness.order_share,
        "in_their_tier": robustness.reference_agreement,
        "unseen_below": unseen_bound(robustness.draws),
        "sizes_by_option": _rows(robustness.sizes_by_option),
        "drivers": _rows(robustness.drivers),
        "weights_drawn": _rows(robustness.weights_drawn),
        "cautions": [str(effect) for effect in robustness.size_effects],
    }


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [_plain(row) for row in frame.reset_index().to_dict("records")]


def _yardstick_record(result: Result) -> dict[str, Any] | None:
    """Return name and score of the yardstick, and its values as they were scored."""
    found = result.yardstick
    if found is None:
        return None
    values = _plain({code: float(value) for code, value in found.complete.items()})
    return {"name": found.name} | _plain({"score": found.score}) | {"values": values}


def digests(files: Mapping[str, Path]) -> dict[str, str]:
    """Return the SHA-256 of each file."""
    return {name: digest(path) for name, path in files.items()}


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row as JSON has it: what is no number is null."""
    return {str(key): None if _is_no_number(cell) else cell for key, cell in row.items()}


def _is_no_number(cell: object) -> bool:
    return isinstance(cell, float) and not math.isfinite(cell)
