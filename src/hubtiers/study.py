"""A study file: data, method, layout and outputs in one TOML file that anyone can run again."""

from __future__ import annotations

import hashlib
import io
import json
import platform
import shutil
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hubtiers._storage import cell_text, data_path, read_text
from hubtiers.errors import DataError, SpecError, UnknownOptionError, did_you_mean, listing
from hubtiers.framework import load_framework
from hubtiers.hubs.layout import HubLayout, load_layout
from hubtiers.regions.boundaries import load_regions
from hubtiers.scheme import Result, Scheme, make_step
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.table.indicators import load_indicators
from hubtiers.table.join import join_indicators
from hubtiers.tiers.agreement import Agreement, agreement

__all__ = ["Outcome", "Study", "load_study"]

_PACKAGES = ("hubtiers", "numpy", "pandas", "geopandas", "shapely", "folium")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DataSection(_Section):
    """What is joined: regions, indicators, framework."""

    indicators: str
    framework: str
    regions: str = "listed"
    edition: str = "printed"
    year: int | str | None = None
    unmatched: str = "raise"
    exclude: tuple[str, ...] = ()


class LayoutSection(_Section):
    """The layout that is drawn, and whether the tiers are held against it."""

    name: str
    compare: bool = False


class CompareSection(_Section):
    """Alternative methods that are run beside the study's own."""

    weights: tuple[str, ...] = ()


class StudyFile(_Section):
    """The content of a study file."""

    data: DataSection
    method: dict[str, Any] = Field(default_factory=dict)
    layout: LayoutSection | None = None
    compare: CompareSection = CompareSection()
    title_zh: str = ""
    title_en: str = ""
    description: str = ""


@dataclass(frozen=True, repr=False, eq=False)
class Study:
    """A study, checked and ready to run.

    Attributes
    ----------
    name
        Name of the file without its suffix.
    folder
        Where relative paths in the file start.
    content
        What the file says.
    scheme
        The method it declares.
    """

    name: str
    folder: Path
    content: StudyFile
    scheme: Scheme

    def load_table(self) -> IndicatorTable:
        """Read and join the data.

        Raises
        ------
        HubtiersError
            When a name, a file or a column does not fit; the message says which.
        """
        data = self.content.data
        framework = load_framework(self._path(data.framework))
        source = self._path(data.indicators)
        values = _read_values(source, data.edition)
        level: Any = data.regions
        if level == "listed":
            level = list(dict.fromkeys(values["region"].astype(str)))
        regions = load_regions(level)
        table = join_indicators(regions, values, framework=framework, unmatched=data.unmatched, year=data.year)
        return table.without(data.exclude)

    def load_layout(self) -> HubLayout | None:
        """Read the layout, if the study names one."""
        return load_layout(self._path(self.content.layout.name)) if self.content.layout else None

    def run(self, out: str | Path | None = None) -> Outcome:
        """Score, sort into tiers and compare; with `out`, write the files there.

        Parameters
        ----------
        out
            Folder for `scores.csv`, `tiers.geojson`, `map.html` and `run.json`. They are written beside it and moved
            there only when all of them are complete.
        """
        table, layout = self.load_table(), self.load_layout()
        result = self.scheme.run(table)
        reference = _reference(layout, table) if self.content.layout and self.content.layout.compare else None
        comparison = _compare(self, result, reference)
        outcome = Outcome(self, result, layout, reference, comparison)
        if out is not None:
            outcome.save(out)
        return outcome

    def _path(self, name: str) -> str:
        """Return a path relative to the study file, or the name of something that ships unchanged."""
        return str(self.folder / name) if "." in name else name

    def __repr__(self) -> str:
        return f"<Study {self.name}: {self.content.title_en or self.content.title_zh}>"


@dataclass(frozen=True, repr=False, eq=False)
class Outcome:
    """What a study gave.

    Attributes
    ----------
    result
        Scores, ranks and tiers.
    layout, reference
        The layout, and its tier for each region; None where the study names none.
    comparison
        One row per weighting: counts by tier, fit, and agreement with the reference.
    """

    study: Study
    result: Result
    layout: HubLayout | None
    reference: pd.Series | None
    comparison: pd.DataFrame

    @property
    def agreement(self) -> Agreement | None:
        """Agreement of the tiers with the layout."""
        return None if self.reference is None else agreement(self.result.tier, self.reference)

    def save(self, out: str | Path) -> list[Path]:
        """Write all files into a folder, or none."""
        target = Path(out)
        if target.exists() and not target.is_dir():
            raise DataError(f"{target} is a file; the results need a folder. Choose another --out.")
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        try:
            self._write(staging)
            staging.chmod(0o755)
            names = sorted(path.name for path in staging.iterdir())
            target.mkdir(exist_ok=True)
            for name in names:
                (staging / name).replace(target / name)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        return [target / name for name in names]

    def _write(self, folder: Path) -> None:
        from hubtiers.show.webmap import tier_map

        write_scores(self.result, folder / "scores.csv")
        (folder / "tiers.geojson").write_text(_geojson(self.result), encoding="utf-8")
        content = self.study.content
        title = {"zh": content.title_zh, "en": content.title_en}
        tier_map(self.result, layout=self.layout, title=title).save(str(folder / "map.html"))
        record = json.dumps(self._record(), ensure_ascii=False, indent=2) + "\n"
        (folder / "run.json").write_text(record, encoding="utf-8")

    def _record(self) -> dict[str, Any]:
        found = self.agreement
        return {
            "study": self.study.name,
            "content": self.study.content.model_dump(mode="json") | {"method": self.study.scheme.to_spec()},
            "versions": {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES},
            "seed": None,
            "inputs": _hash_inputs(self.study),
            "join": self.result.table.report.to_text().splitlines(),
            "breaks": list(self.result.breaks.breaks),
            "gvf": self.result.breaks.gvf,
            "weights": self.result.weights.to_dict(),
            "empty_slots": self.result.table.framework.empty_slots()["code"].tolist(),
            "agreement": found.to_frame().iloc[0].to_dict() if found else None,
        }


def load_study(source: str | Path) -> Study:
    """Load a study that ships with hubtiers, by name, or your own, by the path of a TOML file.

    Raises
    ------
    UnknownOptionError
        When no study of that name ships.
    SpecError
        When the file is not valid: the message names the file, the key and what was expected.

    Examples
    --------
    >>> load_study("zhang2022")
    <Study zhang2022: Zhang (2022): does Table 1 give the layout of Table 2?>
    """
    path = Path(source)
    if path.suffix != ".toml":
        shipped = data_path("studies", f"{source}.toml")
        if not shipped.is_file():
            raise UnknownOptionError("study", str(source), [p.stem for p in data_path("studies").glob("*.toml")])
        path = shipped
    if not path.is_file():
        raise DataError(f"There is no study file {path}. Check the path, or name a study that ships with hubtiers.")
    text, _ = read_text(path)
    try:
        content = StudyFile.model_validate(tomllib.loads(text))
        scheme = Scheme.from_spec(content.method)
        for name in content.compare.weights:
            make_step("weight", name)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"The study {path.name} is not valid TOML: {error}.") from None
    except ValidationError as error:
        raise SpecError(f"The study {path.name} is not valid: {_first_problem(error)}") from None
    except SpecError as error:
        raise SpecError(f"The study {path.name} is not valid: {error}") from None
    return Study(path.stem, path.parent, content, scheme)


def write_scores(result: Result, path: Path) -> None:
    """Write the scores as UTF-8 with a byte order mark, which spreadsheets need to show Chinese."""
    frame = result.to_frame()
    for column in ("name_zh", "name_en"):
        frame[column] = frame[column].map(cell_text)
    frame.index = frame.index.map(cell_text)
    frame.to_csv(path, encoding="utf-8-sig", float_format="%.13g", lineterminator="\n")


def _read_values(source: str, edition: str) -> pd.DataFrame:
    if not source.endswith(".csv"):
        return load_indicators(source, edition=edition)
    path = Path(source)
    if not path.is_file():
        raise DataError(f"There is no indicator file {path}. Check `indicators` in the study file.")
    text, _ = read_text(path)
    return pd.read_csv(io.StringIO(text), dtype={"region": "str"})


def _reference(layout: HubLayout | None, table: IndicatorTable) -> pd.Series | None:
    if layout is None:
        return None
    return layout.reference_tiers(table.members())


def _compare(study: Study, result: Result, reference: pd.Series | None) -> pd.DataFrame:
    """Run the study again under each weighting that it names."""
    rows = []
    for name in study.content.compare.weights:
        method = make_step("weight", name)
        same = type(method) is type(study.scheme.weight)
        other = result if same else study.scheme.replace(weight=method).run(result.table)
        row: dict[str, Any] = {"weights": name}
        row |= dict(zip(other.breaks.labels, other.breaks.counts, strict=True))
        row |= {"gvf": other.breaks.gvf, "effective_indicators": other.effective_indicators}
        if reference is not None:
            found = agreement(other.tier, reference)
            row |= {"matches": found.matches, "compared": found.n, "kappa": found.kappa}
            row["different"] = listing((result.table.label(r) for r in found.disagreements.index), most=8)
        rows.append(row)
    return pd.DataFrame(rows)


def _geojson(result: Result) -> str:
    frame = result.to_geodataframe()
    frame["tier"] = frame["tier"].astype("str").where(frame["tier"].notna(), None)
    frame["rank"] = frame["rank"].astype("float64")
    text: str = frame.reset_index().to_json(ensure_ascii=False, drop_id=True)
    return text


def _hash_inputs(study: Study) -> dict[str, str]:
    data = study.content.data
    paths: dict[str, Path] = {}
    for name, folder in ((data.indicators, "indicators"), (data.framework, "indicators")):
        local = study.folder / name
        shipped = data_path(folder, name)
        files = sorted(shipped.glob("*.csv")) if shipped.is_dir() else [local]
        paths |= {f"{name}/{f.name}" if shipped.is_dir() else name: f for f in files}
    for level in ("city.geojson", "province.geojson", "consortia.csv"):
        paths[f"boundaries/{level}"] = data_path("boundaries", level)
    if study.content.layout:
        name = study.content.layout.name
        paths[f"layout/{name}"] = study.folder / name if "." in name else data_path("layouts", f"{name}.toml")
    return {key: hashlib.sha256(path.read_bytes()).hexdigest() for key, path in paths.items() if path.is_file()}


def _first_problem(error: ValidationError) -> str:
    # A misspelt key is reported before the key that is missing because of it.
    problem = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
    place = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        known = _known_keys(problem["loc"][:-1])
        return f"it has the unknown key {place!r}. {did_you_mean(problem['loc'][-1], known)}"
    if problem["type"] == "missing":
        return f"the key {place!r} is missing."
    return f"{place!r} is {problem['input']!r}: {problem['msg'].lower()}."


def _known_keys(loc: tuple[int | str, ...]) -> list[str]:
    sections: Mapping[str, type[BaseModel]] = {"data": DataSection, "layout": LayoutSection, "compare": CompareSection}
    model = sections.get(str(loc[0]), StudyFile) if loc else StudyFile
    return list(model.model_fields)
