"""A study file: data, method, layout and outputs in one TOML file that anyone can run again."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from hubtiers._inputs import input_files
from hubtiers._methods import describe, find_method, make_step
from hubtiers._outside import against_outside
from hubtiers._overlaps import telling_overlaps
from hubtiers._progress import stage
from hubtiers._storage import data_path
from hubtiers._study_data import StudyData, told_as_keys
from hubtiers._study_file import PanelSection, StudyFile, is_file_name, read_study_file
from hubtiers._study_hubs import HubFindings, ProposeSection, find_hubs
from hubtiers._study_plan import assess_plan
from hubtiers._trials import Choice, Trials, equal_weights, scheme_titles, try_schemes
from hubtiers.compare import Comparison
from hubtiers.errors import DataError, SpecError, UnknownOptionError, listing
from hubtiers.framework import TIERS
from hubtiers.hubs.layout import HubLayout, load_layout
from hubtiers.hubs.plan import Attainment
from hubtiers.hubs.stability import LayoutStability, assess_layout
from hubtiers.outcome import Outcome
from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.result import Robustness
from hubtiers.robustness.variation import Variation
from hubtiers.scheme import Result, Scheme
from hubtiers.scoring.impute import takes_years
from hubtiers.table.deflate import PriceIndex
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.groups import tier_by_group
from hubtiers.years.moves import TierMoves, assess_moves
from hubtiers.years.panel import TierPanel, require_whole_ratios, tier_panel

__all__ = ["Study", "load_study"]


@dataclass(frozen=True, eq=False)
class _Read:
    """What was read: the table of map and tables, and those of all years where there are several.

    The scheme is that of the study, whose way to fill gaps knows the other years.
    """

    scheme: Scheme
    table: IndicatorTable
    tables: Mapping[int, IndicatorTable]
    prices: PriceIndex | None


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
    source
        What `load_study` was given: the name of a study that ships, or a path; empty for a study
        that no file holds.
    """

    name: str
    folder: Path
    content: StudyFile
    scheme: Scheme
    source: str = ""

    @property
    def command(self) -> str:
        """The words that build the study at a command line; empty where no file holds it."""
        if not self.source:
            return ""
        # A path that starts with a dash would be read as an option.
        study = f"./{self.source}" if self.source.startswith("-") else self.source
        return shlex.join(["hubtiers", "build", study, "--out", f"out/{self.folder_name}"])

    @property
    def origin(self) -> str:
        """What tells the study from others: its name and that of its folder, or what ships."""
        if Path(self.source).suffix != ".toml":
            return self.source or self.name
        return f"{self.folder.resolve().name}/{self.name}"

    @property
    def folder_name(self) -> str:
        """What the folder of its results is called: as the study, or as where `study.toml` lies."""
        lies_in = self.folder.resolve().name
        return lies_in if self.name == "study" and self.source and lies_in else self.name

    def input_files(self, regions: pd.DataFrame) -> dict[str, Path]:
        """Return every file that results of the study depend on, by the name in its record."""
        return input_files(self.content, self.folder, regions)

    def load_table(self) -> IndicatorTable:
        """Read and join the data.

        Raises
        ------
        HubtiersError
            When a name, a file or a column does not fit; the message says which.
        """
        return self._data().load()

    def _data(self) -> StudyData:
        """Return the data, with the yardstick that the tier rule names."""
        section, named = self.content.data, getattr(self.scheme.tier, "yardstick", None)
        if section.yardstick is None and named is not None:
            section = section.model_copy(update={"yardstick": named})
        return StudyData(section, self.folder)

    def load_baselines(self, table: IndicatorTable) -> dict[str, pd.Series]:
        """Read the columns that `[compare] baseline` names, and the denominators of the table.

        Returns
        -------
        dict
            Value by region of the table, by the code of the column.

        Raises
        ------
        HubtiersError
            When the data have no such column, or no value of it.
        """
        data = self._data()
        named = self.content.compare.baseline
        found = {one.indicator: data.load_column(one, table) for one in named}
        sizes = [code for code in table.values.columns if code not in table.framework.codes]
        return found | {code: table.values[code] for code in sizes if code not in found}

    def load_layout(self) -> HubLayout | None:
        """Read the layout, if the study names one."""
        layout = self.content.layout
        if layout is None:
            return None
        # A layout without tiers of its own is one of the study's.
        labels = getattr(self.scheme.tier, "labels", None)
        return load_layout(self._path(layout.name), tiers=labels)

    def run(self, out: str | Path | None = None) -> Outcome:
        """Score, sort into tiers and compare; with `out`, write the files there.

        Parameters
        ----------
        out
            Folder for `scores.csv`, `tiers.geojson`, `map.html` and `run.json`, for `panel.csv`
            where the study names several years, for `gaps.csv` and `by_option.csv` where there are
            gaps and options, and for `map.png`, `map.svg`, `tables.xlsx`, `brief.html` and
            `report.html` unless the study leaves them out. They are written beside it and moved
            there only when all of them are complete.
        """
        read, layout = self._read(), self.load_layout()
        # What the parts of a study count twice is told once, when all have been run.
        with telling_overlaps(read.table, ()):
            outcome = self._outcome(read, layout)
        if out is not None:
            outcome.save(out)
        return outcome

    def _outcome(self, read: _Read, layout: HubLayout | None) -> Outcome:
        stage("score")
        table, result = read.table, read.scheme.run(read.table)
        panel = self._panel(read)
        data = self._data()
        reference = self._reference(data, table, layout)
        return Outcome(
            name=self.name,
            origin=self.origin,
            command=self.command,
            content=self.content,
            result=result,
            layout=layout,
            reference=reference,
            reference_name=self._reference_name(table),
            comparison=self._compare_weights(read, reference),
            robustness=self._assess(read, reference) if self.content.robustness.draws else None,
            panel=panel,
            moves=self._moves(panel),
            outside=self._against_outside(result, data),
            left_out=self._left_out(data),
            baselines=self.load_baselines(table),
            inputs=self.input_files(table.regions),
            hubs=dataclasses.replace(self._find_hubs(result, layout), plan=self._plan()),
        )

    def _plan(self) -> Attainment | None:
        section = self.content.plan
        return None if section is None else assess_plan(section, self.folder)

    def propose(self, **changes: Any) -> HubFindings:
        """Propose a layout as the section `[propose]` says, with some keys changed.

        A study without the section takes its defaults.

        Raises
        ------
        HubtiersError
            When a key or value is wrong, or no such layout exists.
        """
        section = (self.content.propose or ProposeSection()).model_dump() | changes
        layout = self.load_layout()
        read = self._read()
        stage("score")
        return self._find_hubs(read.scheme.run(read.table), layout, section)

    def _find_hubs(
        self, result: Result, layout: HubLayout | None, propose: dict[str, Any] | None = None
    ) -> HubFindings:
        content = self.content
        if propose or content.propose or content.network or content.diffusion:
            stage("layout")
        varied = Variation.from_spec(content.robustness.variation)
        # Of what the tiers are tried with, a layout takes the weights: other normalisations, such
        # as z-scores, are no masses.
        variation = Variation(weights=varied.weights or "dirichlet")

        def assess(draws: int, **options: Any) -> LayoutStability:
            seed, regions = content.robustness.seed, gpd.GeoDataFrame(result.table.regions)
            return assess_layout(
                result.fitted.scheme,
                result.table,
                variation,
                draws=draws,
                rng=seed,
                regions=regions,
                **options,
            )

        return find_hubs(
            result,
            layout,
            propose=content.propose if propose is None else ProposeSection(**propose),
            network=content.network,
            diffusion=content.diffusion,
            folder=self.folder,
            assess=assess,
        )

    def assess_robustness(
        self,
        *,
        draws: int | None = None,
        seed: int | None = None,
        engine: str = "local",
        progress: bool = False,
    ) -> Robustness:
        """Say how sure the tiers are, by the section `[robustness]` or with other draws or seed.

        `engine` is that of `hubtiers.assess_robustness`, such as the address of a dask scheduler.
        """
        read = self._read()
        reference = self._reference(self._data(), read.table, self.load_layout())
        return self._assess(
            read, reference, draws=draws, seed=seed, engine=engine, progress=progress
        )

    def _read(self) -> _Read:
        """Read the data; what fills gaps from other years then knows these."""
        stage("read")
        data, fills = self._data(), takes_years(self.scheme.impute)
        if not self.content.data.years and not fills:
            return _Read(self.scheme, data.load(), {}, None)
        tables = data.load_years(others=fills)
        scheme = self.scheme.knowing_years(tables)
        year = self.content.data.shown_year
        if not isinstance(year, int):
            raise SpecError(
                f"{describe(self.scheme.impute)} fills gaps of one year from others. Name the "
                "year in [data]: year = …, or several: years = […]."
            )
        if year not in tables:
            raise DataError(
                f"The data have no value for {year}; they have {listing(tables, most=20)}."
            )
        prices = data.prices()
        if prices is not None:
            with told_as_keys():
                require_whole_ratios(scheme, prices, tables[year])
        return _Read(scheme, tables[year], tables, prices)

    def _panel(self, read: _Read) -> TierPanel | None:
        """Score every year, if the study names several."""
        years = self.content.data.years
        if not years:
            return None
        section = self.content.panel or PanelSection()
        shown = self.content.data.shown_year
        assert isinstance(shown, int)
        panel = tier_panel(
            read.scheme,
            read.tables,
            years=years,
            refit=section.refit,
            fit_on=shown if section.fit_on == "year" else section.fit_on,
        )
        # The tables are at the prices of one year already.
        return dataclasses.replace(panel, deflated=read.prices)

    def _moves(self, panel: TierPanel | None) -> TierMoves | None:
        section, robustness = self.content.panel or PanelSection(), self.content.robustness
        draws = robustness.draws if section.draws is None else section.draws
        if panel is None or not draws:
            return None
        stage("draws")
        variation = Variation.from_spec(robustness.variation)
        return assess_moves(panel, variation, draws=draws, rng=robustness.seed)

    def _assess(
        self,
        read: _Read,
        reference: pd.Series | None,
        *,
        draws: int | None = None,
        seed: int | None = None,
        engine: str = "local",
        progress: bool = False,
    ) -> Robustness:
        stage("draws")
        section = self.content.robustness
        found = assess_robustness(
            read.scheme,
            read.table,
            Variation.from_spec(section.variation),
            draws=section.draws if draws is None else draws,
            rng=section.seed if seed is None else seed,
            tiers=section.tiers,
            reference=reference,
            engine=engine,
            progress=progress,
        )
        return dataclasses.replace(found, settled_from=section.settled_from)

    def schemes(self, weights: Iterable[str], *, tiers: Iterable[str] = ()) -> dict[str, Scheme]:
        """Return the scheme under other weights, and under other tier rules where some are named.

        Parameters
        ----------
        weights, tiers
            Names of methods, long or short; `"equal-per-indicator"` (the same as `"equal"`) and
            `"equal-per-function"` tell the two kinds of equal weights apart. A method of the
            study's own keeps the options that the study gives it; others have their defaults, and
            as many tiers as the study.

        Raises
        ------
        UnknownOptionError
            When a name is not known.
        """
        choices = self._schemes(self.scheme, weights, tiers)
        return {str(choice): scheme for choice, scheme in choices.items()}

    def compare(self, weights: Iterable[str], *, tiers: Iterable[str] = ()) -> Comparison:
        """Run the study under each weighting, and each tier rule that is named, and compare.

        The study's own scheme stands first, whether it is named or not: as what it is named, or as
        its weighting in words, such as `"framework weights (this study)"`.

        Parameters
        ----------
        weights, tiers
            As for `schemes`.

        Raises
        ------
        HubtiersError
            When a name is not known, or a scheme does not fit the data.
        """
        return self.try_out(weights, tiers=tiers).comparison

    def try_out(
        self, weights: Iterable[str], *, tiers: Iterable[str] = (), tolerant: bool = False
    ) -> Trials:
        """Run the study once under each weighting and tier rule, and keep which gave what.

        Parameters
        ----------
        weights, tiers
            As for `schemes`.
        tolerant
            Whether a choice that does not fit the data is kept with its reason, or is an error.

        Raises
        ------
        HubtiersError
            When a name is not known, or a scheme does not fit the data.
        """
        read = self._read()
        reference = self._reference(self._data(), read.table, self.load_layout())
        return self._tried(read, reference, weights, tiers=tiers, tolerant=tolerant)

    def _tried(
        self,
        read: _Read,
        reference: pd.Series | None,
        weights: Iterable[str],
        *,
        tiers: Iterable[str] = (),
        tolerant: bool = False,
    ) -> Trials:
        """Run what is named, the study's own scheme first."""
        stage("compare")
        schemes = self._schemes(read.scheme, weights, tiers)
        base = self._own_name(schemes)
        titles = {}
        for choice, scheme in schemes.items():
            titles[str(choice)] = scheme_titles(scheme, rule=bool(choice.tier))
        rules = any(choice.tier for choice in schemes)
        titles[base] = scheme_titles(self.scheme, rule=rules, own=True)
        return try_schemes(
            read.table,
            schemes,
            reference=reference,
            tolerant=tolerant,
            base=(base, read.scheme),
            titles=titles,
        )

    def _own_name(self, schemes: Mapping[Choice, Scheme]) -> str:
        """Return what the study's own scheme is named among others; in words where it is none."""
        for choice, scheme in schemes.items():
            if scheme.weight is self.scheme.weight and scheme.tier is self.scheme.tier:
                return str(choice)
        rules = any(choice.tier for choice in schemes)
        return scheme_titles(self.scheme, rule=rules, own=True)["en"]

    def _schemes(
        self, scheme: Scheme, weights: Iterable[str], tiers: Iterable[str]
    ) -> dict[Choice, Scheme]:
        rules = list(tiers)
        schemes: dict[Choice, Scheme] = {}
        for weight in weights:
            weighted = scheme.replace(weight=self._variant("weight", weight))
            if not rules:
                schemes[Choice(weight)] = weighted
            for rule in rules:
                schemes[Choice(weight, rule)] = weighted.replace(tier=self._variant("tier", rule))
        return schemes

    def _variant(self, step: str, name: str) -> Any:
        own = getattr(self.scheme, step)
        if step == "weight" and (equal := equal_weights(name)) is not None:
            return own if own == equal else equal
        kind = find_method(step, name)
        if isinstance(own, kind):
            return own
        spec: dict[str, Any] = {"method": name}
        if step == "tier" and hasattr(own, "k") and _has_option(kind, "k"):
            spec["k"] = own.k
        return make_step(step, spec)

    def _compare_weights(self, read: _Read, reference: pd.Series | None) -> Comparison | None:
        section = self.content.compare
        if not section.weights:
            return None
        return self._tried(read, reference, section.weights, tiers=section.tiers).comparison

    def _against_outside(self, result: Result, data: StudyData) -> pd.DataFrame:
        checks = self.content.compare.outside
        if not checks:
            return pd.DataFrame()
        with told_as_keys():
            return against_outside(result, checks, data.published)

    def _left_out(self, data: StudyData) -> dict[str, tuple[str, ...]]:
        """Return by file the published names that belong to no region; none without such files."""
        compare = self.content.compare
        return dict(data.published.left_out) if compare.reference or compare.outside else {}

    def _reference(
        self, data: StudyData, table: IndicatorTable, layout: HubLayout | None
    ) -> pd.Series | None:
        """Return the tiers that the result is held against: published groups, or the layout."""
        compare, section = self.content.compare, self.content.layout
        if compare.reference is not None:
            given = compare.reference
            with told_as_keys():
                return data.published.tiers(
                    given.file,
                    self._tier_labels(table),
                    compare.groups,
                    column=given.column,
                    region_column=given.region_column,
                )
        if layout is None or section is None or not section.compare:
            return None
        labels = getattr(self.scheme.tier, "labels", None) or TIERS
        known = TIERS if set(labels) <= set(TIERS) else labels
        if odd := [hub.tier for hub in layout.hubs if hub.tier not in known]:
            raise SpecError(
                "[layout] compare = true holds the tiers of the study against those of the layout "
                f"{layout.id!r}, but {listing(map(repr, dict.fromkeys(odd)))} is none of the "
                f"study's ({listing(known, most=9)}). Call them alike, or write compare = false."
            )
        return layout.reference_tiers(table.members())

    def _tier_labels(self, table: IndicatorTable) -> tuple[str, ...]:
        """Return the tiers that there may be, highest first."""
        stated: tuple[str, ...] | None = getattr(self.scheme.tier, "possible_tiers", None)
        # A rule of a user's own may say its tiers only when it has been fitted.
        return stated or self.scheme.run(table).breaks.labels

    def _reference_name(self, table: IndicatorTable) -> str:
        """Return what the published groups are called, and what they stand for."""
        compare = self.content.compare
        if compare.reference is None:
            return ""
        labels = self._tier_labels(table)
        stands_for = tier_by_group(labels, compare.groups) if compare.groups else {}
        told = [f"{group} = {tier}" for group, tier in stands_for.items() if group != tier]
        return compare.reference.file + (f" ({', '.join(told)})" if told else "")

    def _path(self, name: str) -> str:
        """Return a path relative to the study file; the name of what ships stays as it is."""
        return str(self.folder / name) if is_file_name(name) else name

    def __repr__(self) -> str:
        return f"<Study {self.name}: {self.content.title_en or self.content.title_zh}>"

    def _repr_html_(self) -> str:
        title = self.content.title_en or self.content.title_zh or self.name
        about = self.content.description or self.content.description_zh
        return f"<h4>{escape(title)}</h4><p>{escape(about)}</p>{self.scheme._repr_html_()}"


def load_study(source: str | Path) -> Study:
    """Load a study that ships with hubtiers, by name, or your own, by the path of a TOML file.

    Parameters
    ----------
    source
        Name of a study that ships, such as `"zhang2022"`, or the path of a `.toml` file.

    Returns
    -------
    Study

    Raises
    ------
    UnknownOptionError
        When no study of that name ships.
    DataError
        When there is no such file.
    SpecError
        When the file is not valid: the message names the file, the key and what was expected.

    Examples
    --------
    >>> load_study("zhang2022")
    <Study zhang2022: Zhang (2022): does Table 1 give the layout of Table 2?>
    """
    path = Path(source)
    if path.suffix != ".toml":
        path = _shipped_study(str(source))
    if not path.is_file():
        raise DataError(
            f"There is no study file {path}. Check the path, or name a study that ships with "
            "hubtiers."
        )
    content = read_study_file(path)
    try:
        scheme = Scheme.from_spec(content.method)
        for name in content.compare.weights:
            if equal_weights(name) is None:
                find_method("weight", name)
        for name in content.compare.tiers:
            find_method("tier", name)
        _require_one_reference(content)
        _require_one_yardstick(content.data.yardstick, getattr(scheme.tier, "yardstick", None))
    except SpecError as error:
        raise SpecError(f"The study {path.name} is not valid: {error}") from None
    return Study(path.stem, path.parent, content, scheme, str(source))


def _require_one_reference(content: StudyFile) -> None:
    layout, compare = content.layout, content.compare
    if compare.reference is not None and layout is not None and layout.compare:
        raise SpecError(
            f"it names two references, the layout {layout.name!r} (compare = true) and "
            f"{compare.reference.file!r} ([compare] reference). Keep one."
        )
    if compare.groups is not None and compare.reference is None:
        raise SpecError(
            "[compare] groups = … says what groups a file has, but there is no reference = … to "
            "name it."
        )


def _require_one_yardstick(data: str | None, rule: str | None) -> None:
    if data is not None and rule is not None and data != rule:
        raise SpecError(
            f"[data] says yardstick = {data!r}, and its tier rule {rule!r}. Name one and the same, "
            "in either place."
        )


def _shipped_study(name: str) -> Path:
    path = data_path("studies", f"{name}.toml")
    if not path.is_file():
        known = [study.stem for study in data_path("studies").glob("*.toml")]
        raise UnknownOptionError("study", name, known)
    return path


def _has_option(kind: type, name: str) -> bool:
    return any(field.name == name for field in dataclasses.fields(kind))
