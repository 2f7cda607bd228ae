"""What a study file may hold, checked key by key; the first thing wrong is a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from hubtiers._storage import read_toml
from hubtiers._study_hubs import DiffusionSection, NetworkSection, ProposeSection
from hubtiers._study_plan import PlanSection
from hubtiers._study_points import PointsSection
from hubtiers.errors import SpecError, did_you_mean
from hubtiers.robustness.certainty import SETTLED_FROM

__all__ = [
    "BaselineSection",
    "CompareSection",
    "DataSection",
    "DeflateSection",
    "LayoutSection",
    "MembersSection",
    "OutputSection",
    "OutsideCheck",
    "PanelSection",
    "ReaderSection",
    "RobustnessSection",
    "SourceSection",
    "StudyFile",
    "is_file_name",
    "read_study_file",
]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ReaderSection(_Section):
    """How files of indicators are read: the arguments of `read_indicators`, under their names."""

    sheet: str | None = None
    region_column: str | None = None
    units: dict[str, str] = Field(default_factory=dict)
    layout: Literal["auto", "wide", "long"] = "auto"
    keep: tuple[str, ...] = ()
    decimal: Literal[".", ","] | None = None
    missing: tuple[float | str, ...] = ()
    limits: dict[str, float] = Field(default_factory=dict)


class SourceSection(ReaderSection):
    """Where indicators come from: a file, a set that ships, or a column of the layer itself.

    What a file does not say of itself here is as `[data]` says. `year` is that of values for which
    the file states none; `only` lists the codes of the indicators that are taken from it.
    """

    file: str = ""
    column: str = ""
    year: int | None = None
    only: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if bool(self.file) == bool(self.column):
            raise ValueError("it needs either file = … or column = …")
        return self


class MembersSection(_Section):
    """The smaller regions of which values are told, and the column that says what they lie in.

    `file` is a layer, or a table (.csv) without shapes; `parent` the column with the id of the
    region of the study; `id_column` and `name` say how the smaller regions are identified and
    called.
    """

    file: str
    parent: str
    id_column: str | None = None
    name: str | None = None


def _as_sources(value: Any) -> Any:
    """Return what stands under `indicators` as a list of sources.

    It is a name, a table, or a list of both; a list of plain names means columns of the layer.
    """
    given = list(value) if isinstance(value, (list, tuple)) else [value]
    names = [one for one in given if isinstance(one, str)]
    is_columns = isinstance(value, (list, tuple)) and names == given
    key = "column" if is_columns and not any(map(is_file_name, names)) else "file"
    return tuple({key: one} if isinstance(one, str) else one for one in given)


def _as_written(sources: tuple[SourceSection, ...]) -> Any:
    """Return sources as a study file has them: names where there is nothing else to say."""
    written = [source.model_dump(mode="json", exclude_defaults=True) for source in sources]
    if all(set(one) == {"column"} for one in written):
        return [one["column"] for one in written]
    short = [one["file"] if set(one) == {"file"} else one for one in written]
    if len(short) == 1 and isinstance(short[0], str):
        return short[0]
    # In a list of plain names, one without a suffix would be a column of the layer.
    are_files = any(not isinstance(one, str) or is_file_name(one) for one in short)
    return short if are_files else written


class DeflateSection(_Section):
    """A price index: its file, and what `PriceIndex.read` takes."""

    file: str
    base: int | None = None
    form: Literal["fixed", "previous-year"] = "fixed"
    indicators: tuple[str, ...] | None = None


def _as_deflate(value: Any) -> Any:
    return {"file": value} if isinstance(value, str) else value


class DataSection(ReaderSection):
    """What is joined: regions, indicators, framework.

    `regions` is a level that ships or of `pack`, `"listed"` for the regions that the indicators
    name (by id, or by name at `level`), or a file of boundaries, of which `layer`, `where`,
    `id_column`, `name` (or `name_zh` and `name_en`), `credit` and `crs` say what `read_regions`
    takes. Of these regions only those count that lie `within` what is named, are among `only`, and
    not among `exclude`.

    `indicators` is a set that ships, a file, or a list of these, each as its name or as a table
    `{ file = …, region_column = …, year = … }`; a list of plain names means columns of the layer
    itself. `sheet`, `region_column`, `units`, `layout`, `keep`, `decimal`, `missing` and `limits`
    say what `read_indicators` takes, for every file that does not say it itself. `names` is a file
    with corrections of names; with `leading_zeros` a number may lack the zeros of its id; with
    `merged = "add"` counts of units that are one region today are added up. Without `framework`
    every indicator counts, more being better but where `direction` says -1.

    `points` holds a section for each indicator that is counted from point records, under its code:
    `[data.points.laboratories]`. With it `indicators` may be left out.

    With `years` the study is a panel: each of them is scored, and map and tables are those of
    `year`, which is the last of them when left out. `deflate` is a list of prices by year that
    brings money to the prices of one year: a file, or a table `{ file = …, base = 2015, form =
    "previous-year", indicators = […] }`.

    With `roll_up` the values of smaller regions are brought up to the regions, those of a pack or
    the `members` of a layer of one's own; with `partial` also where some members have none.
    `yardstick` is a row of the data that is no region but what others are measured by; the tier
    rule may name it as well.
    """

    indicators: Annotated[
        tuple[SourceSection, ...],
        Field(min_length=1),
        BeforeValidator(_as_sources),
        PlainSerializer(_as_written),
    ] = ()
    points: dict[str, PointsSection] | None = None
    framework: str | None = None
    regions: str = "listed"
    edition: str = "printed"
    year: int | str | None = None
    years: tuple[int, ...] = ()
    deflate: Annotated[DeflateSection | None, BeforeValidator(_as_deflate)] = None
    unmatched: str = "raise"
    merged: str = "raise"
    exclude: tuple[str, ...] = ()
    roll_up: bool = False
    partial: bool = False
    members: MembersSection | None = None
    id_column: str | None = None
    name_zh: str | None = None
    name_en: str | None = None
    crs: str | None = None
    name: str | None = None
    layer: str | None = None
    where: str | None = None
    credit: str | dict[str, str] | None = None
    pack: str | None = None
    level: str | None = None
    within: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    names: str | None = None
    leading_zeros: bool = False
    direction: dict[str, Literal[1, -1]] = Field(default_factory=dict)
    yardstick: str | None = None

    @model_validator(mode="after")
    def _has_values(self) -> Self:
        if not self.indicators and not self.points:
            raise ValueError(
                "the key 'data.indicators' is missing, and so is a section [data.points.CODE]"
            )
        return self

    @model_validator(mode="after")
    def _years_fit(self) -> Self:
        if not self.years:
            if self.deflate is not None:
                raise ValueError("deflate = … needs years = […]: money of one year has its prices")
            return self
        if len(set(self.years)) < max(2, len(self.years)):
            raise ValueError("years = […] needs at least two years, each once")
        if self.year is not None and self.year not in self.years:
            raise ValueError(f"year = {self.year!r} is none of the years = {list(self.years)}")
        return self

    @property
    def shown_year(self) -> int | str | None:
        """The year of map and tables: that of `year`, else the last of `years`."""
        return self.year if self.year is not None or not self.years else max(self.years)


class PanelSection(_Section):
    """How the years of a panel share a scale, as `tier_panel` takes it.

    `fit_on = "year"` is the year of the map, so that its tiers are the same in map and panel;
    `"all"`, `"first"`, `"last"` or a year name another scale. `draws` is how many draws say how
    often a change of tier happens; as many as in `[robustness]` when left out.
    """

    fit_on: Literal["year", "all", "first", "last"] | int = "year"
    refit: bool = False
    draws: int | None = Field(default=None, ge=0, le=1_000_000)


class LayoutSection(_Section):
    """The layout that is drawn, and whether the tiers are held against it."""

    name: str
    compare: bool = False


class OutsideCheck(_Section):
    """A variable that the result is held against (Handbook, step 9).

    It is one of the set `checks`, by `indicator` and `year`, or a `column` of a file, found when it
    is the only one of numbers. Of ranks the smaller is better: so it is taken where the column is
    called one, unless `smaller_is_better` says otherwise.
    """

    indicator: str = ""
    year: int | None = None
    file: str = ""
    column: str = ""
    region_column: str = ""
    smaller_is_better: bool | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if bool(self.file) == bool(self.indicator):
            raise ValueError("it needs either file = … or indicator = … with its year")
        if self.indicator and self.year is None:
            raise ValueError(f"the indicator {self.indicator} needs its year = …")
        return self


class ReferenceFile(_Section):
    """A file of published groups, with the columns that are not found by what they hold."""

    file: str
    column: str = ""
    region_column: str = ""


def _as_file(value: Any) -> Any:
    return {"file": value} if isinstance(value, str) else value


def _as_checks(value: Any) -> Any:
    given = value if isinstance(value, (list, tuple)) else [value]
    return tuple(map(_as_file, given))


class BaselineSection(_Section):
    """A column of the data, such as population, that the score must do better than.

    `indicator` is its code in what `[data] indicators` names, whether the framework scores it or
    not; more counts as better. `year` is that of its values, the newest when left out and there is
    none for the year of the study.
    """

    indicator: str
    name_zh: str = ""
    name_en: str = ""
    year: int | None = None

    @property
    def title(self) -> dict[str, str]:
        """Its name in both languages, one standing in for the other, or its code."""
        zh, en = self.name_zh, self.name_en
        return {"zh": zh or en or self.indicator, "en": en or zh or self.indicator}


def _as_baselines(value: Any) -> Any:
    """Return what stands under `baseline` as a list: a code, a table, or a list of both."""
    given = list(value) if isinstance(value, (list, tuple)) else [value]
    return tuple({"indicator": one} if isinstance(one, str) else one for one in given)


class CompareSection(_Section):
    """Methods that are run beside the study's own, and what the result is held against.

    Every weighting of `weights` is run with every tier rule of `tiers`, or with that of the study.
    `reference` is a file with the group of each region; `groups` says what its groups are called
    from the highest to the lowest, or the tier that each stands for, where they are not called as
    the tiers are. `baseline` names columns of the data, such as population; `outside` outside
    variables.
    """

    weights: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    baseline: Annotated[tuple[BaselineSection, ...], BeforeValidator(_as_baselines)] = ()
    reference: Annotated[ReferenceFile | None, BeforeValidator(_as_file)] = None
    groups: tuple[str, ...] | dict[str, str] | None = None
    outside: Annotated[tuple[OutsideCheck, ...], BeforeValidator(_as_checks)] = ()


class RobustnessSection(_Section):
    """How the certainty of tiers is found; `draws = 0` leaves it out.

    `variation` is what `Variation.from_spec` takes; by default every set of weights is as likely as
    any other. A tier that a region has in `settled_from` of the draws is settled.
    """

    draws: int = Field(default=1_000, ge=0, le=10_000_000)
    seed: int = Field(default=42, ge=0)
    tiers: str = "refit"
    settled_from: float = Field(default=SETTLED_FROM, gt=0.5, le=1.0)
    variation: dict[str, Any] = Field(default_factory=lambda: {"weights": "dirichlet"})


class FigureSection(_Section):
    """How figures are printed, as `tier_figure` takes it, and in which kinds of files.

    `width` is in millimetres, or `"column"` or `"page"`; `font_size` in points; `dpi` counts for
    PNG and TIFF.
    """

    width: float | Literal["column", "page"] | None = Field(default=None)
    font_size: float | None = None
    formats: tuple[Literal["png", "svg", "pdf", "tiff"], ...] = ("png", "svg")
    caption: bool = True
    dpi: int = Field(default=200, ge=50, le=1200)


class OutputSection(_Section):
    """What is written beside `scores.csv`, `tiers.geojson`, `map.html` and `run.json`.

    `author` and `date` are printed in brief and report, as they are to be cited.
    """

    figures: bool = True
    figure: FigureSection = FigureSection()
    tables: bool | Literal["zh", "en", "both"] = True
    report: bool = True
    brief: bool = True
    explorer: bool = True
    language: Literal["zh", "en"] | None = None
    approval: str | None = None
    author: str = ""
    date: str = ""


class StudyFile(_Section):
    """The content of a study file.

    `description` (and `description_zh`) say what the study does, `notes_en` and `notes_zh` what its
    scores do not say.
    """

    data: DataSection
    panel: PanelSection | None = None
    method: dict[str, Any] = Field(default_factory=dict)
    layout: LayoutSection | None = None
    compare: CompareSection = CompareSection()
    robustness: RobustnessSection = RobustnessSection()
    output: OutputSection = OutputSection()
    propose: ProposeSection | None = None
    network: NetworkSection | None = None
    diffusion: DiffusionSection | None = None
    plan: PlanSection | None = None
    title_zh: str = ""
    title_en: str = ""
    description: str = ""
    description_zh: str = ""
    notes_zh: tuple[str, ...] = ()
    notes_en: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _panel_has_years(self) -> Self:
        if self.panel is not None and not self.data.years:
            raise ValueError("[panel] needs years = […] in [data]")
        return self


def read_study_file(path: Path) -> StudyFile:
    """Read and check a study file.

    Raises
    ------
    SpecError
        When it is no TOML, or a key is unknown, missing or of a wrong kind; the message names file
        and key.
    """
    content = read_toml(path, f"the study {path.name}")
    try:
        return StudyFile.model_validate(content)
    except ValidationError as error:
        raise SpecError(f"The study {path.name} is not valid: {_first_problem(error)}") from None


def is_file_name(name: str) -> bool:
    """Say whether a name is that of a file: it has a suffix, names of what ships have no dot."""
    return "." in name


def _first_problem(error: ValidationError) -> str:
    # A misspelt key is reported before the key that is missing because of it.
    problem = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
    place = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        known = _known_keys(problem["loc"][:-1])
        return f"it has the unknown key {place!r}. {did_you_mean(problem['loc'][-1], known)}"
    if problem["type"] == "missing":
        return f"the key {place!r} is missing."
    if problem["type"] == "value_error":
        # The sentence is one of this module, and says itself what does not fit.
        return f"{place}: {problem['ctx']['error']}." if place else f"{problem['ctx']['error']}."
    return f"{place!r} is {problem['input']!r}: {problem['msg'].lower()}."


def _known_keys(place: tuple[int | str, ...]) -> list[str]:
    """Return the keys that a section may have; those of the file itself for no place."""
    model: type[BaseModel] = StudyFile
    for part in place:
        # The place in a list is a number: what stands there is of the kind that the list holds.
        # Under `points` sections have names of their own.
        if isinstance(part, str) and part in model.model_fields:
            model = _section_of(model.model_fields[part].annotation)
    return list(model.model_fields)


def _section_of(annotation: Any) -> type[BaseModel]:
    """Return the kind of section in `LayoutSection | None` or `tuple[OutsideCheck, ...]`."""
    held = [inner for kind in get_args(annotation) for inner in get_args(kind)]
    for kind in (annotation, *get_args(annotation), *held):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    raise AssertionError(f"{annotation} holds no section")
