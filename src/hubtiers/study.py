"""A study file: data, method, layout and outputs in one TOML file that anyone can run again."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import platform
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hubtiers._methods import find_method, make_step
from hubtiers._storage import cell_text, data_path
from hubtiers._study_file import StudyFile, read_study_file
from hubtiers.compare import Comparison, compare_schemes
from hubtiers.diagnose import correlate_with
from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.framework import Framework, load_framework
from hubtiers.hubs.layout import HubLayout, load_layout
from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.read import read_regions
from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.result import Robustness
from hubtiers.robustness.variation import Variation
from hubtiers.scheme import Result, Scheme
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.table.indicators import load_indicators
from hubtiers.table.join import join_indicators
from hubtiers.table.roll_up import roll_up
from hubtiers.table.yearbook.read import read_indicators
from hubtiers.tiers.agreement import Agreement, agreement, tiers_from_ranking

__all__ = ["Outcome", "Study", "load_study", "weights_by_tiers"]

_JOINT = " · "
_PACKAGES = ("hubtiers", "numpy", "pandas", "geopandas", "shapely", "folium")


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
        values = self._load_values(framework)
        regions = self._load_regions(values)
        if data.roll_up:
            values = roll_up(values, regions, framework=framework, partial=data.partial)
        table = join_indicators(regions, values, framework=framework, unmatched=data.unmatched, year=data.year)
        return table.without(data.exclude)

    def _load_values(self, framework: Framework) -> pd.DataFrame:
        data = self.content.data
        if not _is_file_name(data.indicators):
            return load_indicators(data.indicators, edition=data.edition)
        year = data.year if isinstance(data.year, int) else None
        return read_indicators(self._path(data.indicators), framework=framework, sheet=data.sheet, year=year).values

    def _load_regions(self, values: pd.DataFrame) -> gpd.GeoDataFrame:
        data = self.content.data
        if data.regions == "listed":
            return load_regions(list(dict.fromkeys(values["region"].astype(str))))
        if not _is_file_name(data.regions):
            return load_regions(data.regions)
        return read_regions(
            self._path(data.regions), id_column=data.id_column, name_zh=data.name_zh, name_en=data.name_en, crs=data.crs
        )

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
        reference = self._reference(table, layout)
        weights = self.content.compare.weights
        comparison = compare_schemes(table, self.schemes(weights), reference=reference) if weights else None
        robustness = self._assess(table, reference) if self.content.robustness.draws else None
        outcome = Outcome(self, result, layout, reference, comparison, robustness)
        if out is not None:
            outcome.save(out)
        return outcome

    def assess_robustness(
        self, *, draws: int | None = None, seed: int | None = None, engine: str = "local", progress: bool = False
    ) -> Robustness:
        """Say how sure the tiers are, by the section `[robustness]` of the study, with other draws or another seed.

        `engine` is that of `hubtiers.assess_robustness`, such as the address of a dask scheduler.
        """
        table = self.load_table()
        reference = self._reference(table, self.load_layout())
        return self._assess(table, reference, draws=draws, seed=seed, engine=engine, progress=progress)

    def _assess(
        self,
        table: IndicatorTable,
        reference: pd.Series | None,
        *,
        draws: int | None = None,
        seed: int | None = None,
        engine: str = "local",
        progress: bool = False,
    ) -> Robustness:
        section = self.content.robustness
        return assess_robustness(
            self.scheme,
            table,
            Variation.from_spec(section.variation),
            draws=section.draws if draws is None else draws,
            rng=section.seed if seed is None else seed,
            tiers=section.tiers,
            reference=reference,
            engine=engine,
            progress=progress,
        )

    def schemes(self, weights: Iterable[str], *, tiers: Iterable[str] = ()) -> dict[str, Scheme]:
        """Return the study's scheme under other weights, and under other tier rules where some are named.

        Parameters
        ----------
        weights, tiers
            Names of methods, long or short. The study's own method keeps the options that the study gives it; others
            have their defaults, and as many tiers as the study.

        Raises
        ------
        UnknownOptionError
            When a name is not known.
        """
        weighted = {name: self.scheme.replace(weight=self._variant("weight", name)) for name in weights}
        if not (rules := list(tiers)):
            return weighted
        return {
            f"{weight}{_JOINT}{rule}": scheme.replace(tier=self._variant("tier", rule))
            for weight, scheme in weighted.items()
            for rule in rules
        }

    def compare(
        self, weights: Iterable[str], *, tiers: Iterable[str] = (), unfit: dict[str, str] | None = None
    ) -> Comparison:
        """Run the study under several weights, and tier rules, and put what they say side by side.

        Schemes that do not fit the data are an error, or go into the dictionary `unfit` with the reason.
        """
        table = self.load_table()
        schemes = self.schemes(weights, tiers=tiers)
        if unfit is not None:
            for name, scheme in schemes.items():
                try:
                    scheme.run(table)
                except DataError as error:
                    unfit[name] = str(error)
            schemes = {name: scheme for name, scheme in schemes.items() if name not in unfit}
        return compare_schemes(table, schemes, reference=self._reference(table, self.load_layout()))

    def _variant(self, step: str, name: str) -> Any:
        own = getattr(self.scheme, step)
        kind = find_method(step, name)
        if isinstance(own, kind):
            return own
        takes_k = any(field.name == "k" for field in dataclasses.fields(kind))
        as_many = {"k": own.k} if step == "tier" and takes_k and hasattr(own, "k") else {}
        return make_step(step, {"method": name, **as_many})

    def _reference(self, table: IndicatorTable, layout: HubLayout | None) -> pd.Series | None:
        compared = layout is not None and self.content.layout is not None and self.content.layout.compare
        return layout.reference_tiers(table.members()) if layout is not None and compared else None

    def _path(self, name: str) -> str:
        """Return a path relative to the study file, or the name of something that ships unchanged."""
        return str(self.folder / name) if _is_file_name(name) else name

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
        The study under each weighting that it names; None where it names none.
    robustness
        How sure the tiers are; None where the study asks for no draws.
    """

    study: Study
    result: Result
    layout: HubLayout | None
    reference: pd.Series | None
    comparison: Comparison | None
    robustness: Robustness | None

    @property
    def agreement(self) -> Agreement | None:
        """Agreement of the tiers with the layout."""
        return None if self.reference is None else agreement(self.result.tier, self.reference)

    @cached_property
    def outside(self) -> pd.DataFrame:
        """One row per outside variable that the study names: correlation with the score, agreement of tiers.

        The variables are partial lists of leading cities, so the correlation is among those; the tiers of a ranking are
        as large as those of the result among the regions that both cover.
        """
        shipped = load_indicators("checks")
        rows = []
        for check in self.study.content.compare.outside:
            found = shipped[(shipped["indicator"] == check.indicator) & (shipped["year"] == check.year)]
            if found.empty:
                raise UnknownOptionError("outside variable", check.indicator, shipped["indicator"].unique())
            values = found.drop_duplicates("region").set_index("region")["value"]
            sign = -1.0 if check.smaller_is_better else 1.0
            correlated = correlate_with(self.result.scores, sign * values).iloc[0].to_dict()
            theirs = tiers_from_ranking(self.result.tier, values, smaller_is_better=check.smaller_is_better)
            same = agreement(self.result.tier, theirs)
            rows.append({"outside": f"{check.indicator} {check.year}", **correlated, "same_tier": same.matches})
        return pd.DataFrame(rows)

    def save(self, out: str | Path) -> list[Path]:
        """Write all files into a folder, or none."""
        target = Path(out)
        if target.exists() and not target.is_dir():
            raise DataError(f"{target} is a file; the results need a folder. Choose another --out.")
        made = [folder for folder in target.parents if not folder.exists()]
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
            for folder in made:
                # A folder that now holds something stays; one made for a run that failed goes again.
                with contextlib.suppress(OSError):
                    folder.rmdir()
        return [target / name for name in names]

    def _write(self, folder: Path) -> None:
        from hubtiers.show.web.explorer import Explorer, can_explore
        from hubtiers.show.web.webmap import tier_map

        output, title = self.study.content.output, self.title
        write_scores(self.result, folder / "scores.csv", robustness=self.robustness)
        (folder / "tiers.geojson").write_text(_geojson(self.result), encoding="utf-8")
        web = tier_map(
            self.result,
            layout=self.layout,
            robustness=self.robustness,
            explorer=Explorer(study=self._sections()) if output.explorer and can_explore(self.result) else False,
            title=title,
            language=output.language,
        )
        web.save(str(folder / "map.html"))
        if output.figures:
            self._write_figures(folder)
        if output.tables:
            from hubtiers.show.pages.tables import save_tables

            save_tables(self.result, folder / "tables.xlsx", robustness=self.robustness, comparison=self.comparison)
        if output.report:
            from hubtiers.show.pages.report import build_report

            report = build_report(self, robustness=self.robustness, language=output.language, approval=output.approval)
            report.save(folder / "report.html")
        record = json.dumps(self._record(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
        (folder / "run.json").write_text(record, encoding="utf-8")

    @property
    def notes(self) -> list[str]:
        """What a reader of the files should know: figures that could not be drawn in the language asked for."""
        from hubtiers.show.figures.fonts import drawable_language

        output = self.study.content.output
        if not (output.figures or output.report) or drawable_language(output.language) == output.language:
            return []
        note = (
            "No installed font has Chinese characters, so the figures are in English. Install Noto Sans CJK (Debian "
            "and Ubuntu: apt-get install fonts-noto-cjk) and build again for Chinese."
        )
        return [note]

    def _sections(self) -> dict[str, Any]:
        """Return what the study file says beside its method: the explorer copies it into the study it writes."""
        return self.study.content.model_dump(mode="json", exclude_none=True, exclude={"method"})

    def _write_figures(self, folder: Path) -> None:
        from hubtiers.show.figures.figure import save_figure, tier_figure
        from hubtiers.show.figures.fonts import drawable_language

        output = self.study.content.output
        language = drawable_language(output.language)
        figure = tier_figure(
            self.result, layout=self.layout, title=self.title, language=language, approval=output.approval
        )
        for name in ("map.png", "map.svg"):
            save_figure(figure, folder / name)

    @property
    def title(self) -> dict[str, str]:
        """Title of the study in both languages, as far as it has them."""
        content = self.study.content
        return {"zh": content.title_zh or content.title_en, "en": content.title_en or content.title_zh}

    def _record(self) -> dict[str, Any]:
        found = self.agreement
        return {
            "study": self.study.name,
            "content": self.study.content.model_dump(mode="json") | {"method": self.study.scheme.to_spec()},
            "versions": {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES},
            "seed": self.study.content.robustness.seed,
            "inputs": _hash_inputs(self.study),
            "join": self.result.table.report.to_text().splitlines(),
            "breaks": list(self.result.breaks.breaks),
            "gvf": self.result.breaks.gvf,
            "weights": self.result.weights.to_dict(),
            "empty_slots": self.result.table.framework.empty_slots()["code"].tolist(),
            "agreement": _plain(found.to_frame().to_dict("records")[0]) if found else None,
            "outside": [_plain(row) for row in self.outside.to_dict("records")],
        }


def weights_by_tiers(comparison: Comparison, measure: str = "matches") -> pd.DataFrame:
    """Return a measure of agreement with the reference, weightings × tier rules.

    Parameters
    ----------
    comparison
        What `Study.compare` gave with weights and tiers.
    measure
        A column of `Comparison.with_reference`: `matches`, `share`, `kappa`, `adjusted_rand`.

    Raises
    ------
    DataError
        When there is no reference to agree with.

    Notes
    -----
    **Missing values**: a combination that does not fit the data is missing.
    """
    found = comparison.with_reference
    if found is None:
        raise DataError("There is no layout to agree with. Give the study a [layout] with compare = true.")
    pairs = [str(name).split(_JOINT) for name in found.index]
    weights, tiers = (list(dict.fromkeys(pair[i] for pair in pairs)) for i in (0, 1))
    cells = {tuple(pair): value for pair, value in zip(pairs, found[measure], strict=True)}
    table = [[cells.get((weight, tier), np.nan) for tier in tiers] for weight in weights]
    return pd.DataFrame(table, index=pd.Index(weights, name="weights"), columns=tiers)


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
    content = read_study_file(path)
    try:
        scheme = Scheme.from_spec(content.method)
        for name in content.compare.weights:
            find_method("weight", name)
    except SpecError as error:
        raise SpecError(f"The study {path.name} is not valid: {error}") from None
    return Study(path.stem, path.parent, content, scheme)


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row as JSON has it: what is no number is null."""
    return {str(key): None if isinstance(cell, float) and not np.isfinite(cell) else cell for key, cell in row.items()}


def _is_file_name(name: str) -> bool:
    """Names of what ships have no dot; names of files have a suffix."""
    return "." in name


def write_scores(result: Result, path: Path, *, robustness: Robustness | None = None) -> None:
    """Write the scores as UTF-8 with a byte order mark, which spreadsheets need to show Chinese.

    With `robustness` the columns `tier_probability` (of the tier that the region has) and `rank_low`, `rank_high` (90 %
    of the draws) are added.
    """
    frame = result.to_frame()
    if robustness is not None:
        certain = robustness.confidence.reindex(frame.index)
        frame["tier_probability"] = certain
        frame["rank_low"] = robustness.rank_interval["low"].reindex(frame.index)
        frame["rank_high"] = robustness.rank_interval["high"].reindex(frame.index)
    for column in ("name_zh", "name_en"):
        frame[column] = frame[column].map(cell_text)
    frame.index = frame.index.map(cell_text)
    frame.to_csv(path, encoding="utf-8-sig", float_format="%.13g", lineterminator="\n")


def _geojson(result: Result) -> str:
    frame = result.to_geodataframe()
    frame["tier"] = frame["tier"].astype("str").where(frame["tier"].notna(), None)
    frame["rank"] = frame["rank"].astype("float64")
    text: str = frame.reset_index().to_json(ensure_ascii=False, drop_id=True)
    return text


def _hash_inputs(study: Study) -> dict[str, str]:
    """Return the SHA-256 of every file that the result depends on, by the name it has in the study."""
    content = study.content
    layout = content.layout.name if content.layout else None
    own = [name for name in (content.data.indicators, content.data.framework, content.data.regions, layout) if name]
    paths = {name: study.folder / name for name in own if _is_file_name(name)}
    for name in (content.data.indicators, content.data.framework):
        paths |= {f"{name}/{f.name}": f for f in sorted(data_path("indicators", name).glob("*.csv"))}
    for name in ("city.geojson", "province.geojson", "consortia.csv", "gazetteer.csv"):
        paths[f"boundaries/{name}"] = data_path("boundaries", "china", name)
    if layout and not _is_file_name(layout):
        paths[f"layouts/{layout}"] = data_path("layouts", f"{layout}.toml")
    return {key: hashlib.sha256(path.read_bytes()).hexdigest() for key, path in paths.items() if path.is_file()}
