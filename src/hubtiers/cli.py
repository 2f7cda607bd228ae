"""The command line: results on standard output or in files, errors on standard error."""

from __future__ import annotations

import contextlib
import inspect
import os
import re
import sys
import warnings
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from hubtiers import _console
from hubtiers._completions import complete_study, complete_tiers, complete_weights
from hubtiers._hub_commands import add_hub_commands
from hubtiers._language import Commands, in_language
from hubtiers._options import (
    By,
    ByName,
    CountLevel,
    CountNames,
    CountOut,
    Credit,
    Decimal,
    Dissolve,
    Engine,
    File,
    Folder,
    IdColumn,
    Keep,
    KeepUnmatched,
    Layer,
    Layout,
    Level,
    Limits,
    Mean,
    Missing,
    More,
    Name,
    Names,
    NewDecimal,
    NewIdColumn,
    NewLevel,
    NewMissing,
    NewName,
    NewRegionColumn,
    NewRegions,
    NewSheet,
    Out,
    PackFile,
    PackIdColumn,
    PackLayer,
    PackLevel,
    PackName,
    Parent,
    ParentDigits,
    Points,
    Province,
    RecordId,
    RegionColumn,
    Regions,
    Resume,
    SchemaOut,
    Sheet,
    Show,
    Simplify,
    Table,
    Terms,
    Under,
    Units,
    Weight,
    Where,
    Within,
    Yardstick,
    Year,
)
from hubtiers._plan_commands import add_plan_commands
from hubtiers._progress import stage
from hubtiers._terminal import ready_streams, tell
from hubtiers.errors import DataError, HubtiersError, HubtiersWarning

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from typer.models import CommandInfo

    from hubtiers._trials import Trials
    from hubtiers.robustness.result import Robustness

app = typer.Typer(
    name="hubtiers",
    cls=Commands,
    help="Innovation hubs by tier: join, score, sort, map. 创新中心分级：匹配、评分、分级、制图。",
    no_args_is_help=True,
    epilog="Example: hubtiers build zhang2022 --out out/zhang2022",
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        tell(f"hubtiers {version('hubtiers')}")
        raise typer.Exit


@contextlib.contextmanager
def _warnings_told() -> Iterator[None]:
    """Tell what hubtiers warns of as sentences on standard error, each once."""
    plain = warnings.showwarning

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if issubclass(category, HubtiersWarning):
            tell(f"hubtiers: {in_language(message)}", sys.stderr)
        else:
            plain(message, category, filename, lineno, file, line)

    with warnings.catch_warnings():
        warnings.simplefilter("always", HubtiersWarning)
        warnings.showwarning = show
        yield


@app.callback()
def start(
    context: typer.Context,
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and stop.",
            is_eager=True,
            callback=_print_version,
        ),
    ] = False,
    lang: Annotated[
        str | None,
        typer.Option(
            "--lang",
            help="Language of help, messages and console: en or zh; else that of the surroundings.",
        ),
    ] = None,
) -> None:
    """Take the options that stand before every command."""
    # Both act when they are read.
    del version, lang
    context.with_resource(_warnings_told())


@app.command()
def build(
    study: Annotated[
        str,
        typer.Argument(
            help="Name of a study that ships (zhang2022), or path of a .toml file.",
            autocompletion=complete_study,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the results; out/<study> when left out, never another study's."
        ),
    ] = None,
) -> None:
    """Run a study and write scores, tiers, map and record.

    Example: hubtiers build zhang2022 --out out/zhang2022
    """
    from hubtiers._folders import results_folder
    from hubtiers._print_outcome import print_outcome
    from hubtiers.study import load_study

    chosen = load_study(study)
    # An occupied folder is refused before the work, not after it.
    folder = results_folder(chosen, out)
    with _console.stages_shown(chosen.content.output.language):
        outcome = chosen.run()
        paths = outcome.save(folder)
    for note in outcome.notes:
        tell(f"hubtiers: {note}", sys.stderr)
    console = _console.open_console()
    print_outcome(console, outcome)
    _console.print_paths(console, paths)


@app.command()
def compare(
    study: Annotated[
        str,
        typer.Argument(
            help="Name of a study that ships (cities2023), or path of a .toml file.",
            autocompletion=complete_study,
        ),
    ],
    weights: Annotated[
        str,
        typer.Option(
            help="Weighting methods, separated by commas; all for every one.",
            autocompletion=complete_weights,
        ),
    ],
    tiers: Annotated[
        str,
        typer.Option(
            help="Tier rules, separated by commas; all for every one.",
            autocompletion=complete_tiers,
        ),
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the tables; out/<study> when left out."),
    ] = None,
) -> None:
    """Put ranks and tiers under several weights side by side, and say how far they agree.

    Example: hubtiers compare cities2023 --weights equal,entropy,critic,pca
    """
    from hubtiers._folders import results_folder, save_command
    from hubtiers._print_trials import print_trials
    from hubtiers.study import load_study

    if not _methods("weight", weights):
        raise typer.BadParameter("--weights names no method. Name one or more, or all.")
    chosen = load_study(study)
    folder = results_folder(chosen, out)
    with _console.stages_shown(chosen.content.output.language):
        trials = chosen.try_out(
            _methods("weight", weights),
            tiers=_methods("tier", tiers),
            tolerant="all" in (weights, tiers),
        )
        base = next(iter(trials.comparison.results.values()))
        paths = save_command(
            folder,
            "compare",
            study=chosen,
            regions=base.table.regions,
            write=lambda staging: _write_trials(trials, staging),
        )
    console = _console.open_console()
    title = f"{chosen.content.title_en or chosen.name}: how far the schemes agree"
    print_trials(console, trials, title)
    for choice, reason in trials.unfit.items():
        tell(f"{choice} does not fit: {reason}", sys.stderr)
    _console.print_paths(console, paths)


def _write_trials(trials: Trials, folder: Path) -> None:
    from hubtiers._storage import write_csv

    comparison = trials.comparison
    comparison.save_csv(folder / "comparison.csv")
    comparison.save_xlsx(folder / "comparison.xlsx")
    if trials.has_matrix:
        write_csv(trials.by_weight_and_tier(), folder / "agreement.csv")


@app.command()
def robustness(
    study: Annotated[
        str,
        typer.Argument(
            help="Name of a study that ships (zhang2022), or path of a .toml file.",
            autocompletion=complete_study,
        ),
    ],
    draws: Annotated[
        int,
        typer.Option(min=1, help="How many times everything is drawn."),
    ] = 10_000,
    seed: Annotated[
        int,
        typer.Option(min=0, help="The same seed gives the same answer."),
    ] = 42,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the tables; out/<study> when left out."),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(help="local, or the address of a dask scheduler (tcp://…)."),
    ] = "local",
) -> None:
    """Say how sure the tiers are: probabilities, rank intervals, which choice moves them most.

    What is varied stands in the section [robustness] of the study; weights alone when it has none.

    Example: hubtiers robustness zhang2022 --draws 10000 --out out/robust
    """
    from hubtiers._folders import results_folder, save_command
    from hubtiers._print_robustness import print_robustness
    from hubtiers.study import load_study

    chosen = load_study(study)
    folder = results_folder(chosen, out)
    with _console.stages_shown(chosen.content.output.language):
        robust = chosen.assess_robustness(draws=draws, seed=seed, engine=engine)
        paths = save_command(
            folder,
            "robustness",
            study=chosen,
            regions=robust.base.table.regions,
            write=lambda staging: _write_doubt(robust, staging),
        )
    console = _console.open_console()
    print_robustness(console, robust)
    _console.print_paths(console, paths)


def _write_doubt(robust: Robustness, folder: Path) -> None:
    from hubtiers._output import by_option_table
    from hubtiers._storage import write_csv

    write_csv(_named(robust.tier_probability, robust), folder / "tier_probability.csv")
    write_csv(_named(robust.rank_interval, robust), folder / "rank_interval.csv")
    write_csv(by_option_table(robust), folder / "by_option.csv")
    write_csv(robust.drivers, folder / "drivers.csv")


@app.command()
def check(  # noqa: PLR0913 - each is an option of its own
    file: File,
    *,
    level: Level = "city",
    within: Within = None,
    sheet: Sheet = None,
    regions: Regions = None,
    id_column: IdColumn = None,
    name: Name = None,
    layer: Layer = None,
    names: Names = None,
    region_column: RegionColumn = None,
    year: Year = None,
    units: Units = None,
    layout: Layout = "auto",
    keep: Keep = None,
    decimal: Decimal = None,
    missing: Missing = None,
    limits: Limits = None,
    yardstick: Yardstick = None,
    show: Show = False,
) -> None:
    """Show what the names of a file would match; exit status 1 when something is unmatched.

    Example: hubtiers check yearbook.xlsx --level city --within 辽宁 --show

    Of a folder of results, say whether its files are those that were written.

    Example: hubtiers check out/zhang2022
    """
    from hubtiers._check import match_written, names_of, reading_of, without_yardstick
    from hubtiers.regions.gazetteer import LEVELS

    if Path(file).is_dir():
        _check_folder(Path(file))
        return
    said = {"sheet": sheet, "region_column": region_column, "year": year, "units": units}
    said |= {"layout": layout, "keep": keep, "decimal": decimal, "missing": missing}
    with _told_as_options(), _console.stages_shown():
        stage("read")
        written, account = names_of(file, reading_of(said | {"limits": limits}), names)
        # Levels that the gazetteer does not list are matched as the layers that they are.
        regions = regions or (None if level in LEVELS else level)
        own = None if regions is None else _own_layer(regions, id_column, name, layer)
        if yardstick is not None:
            written = without_yardstick(written, account, yardstick, own)
        title = Path(regions or "").name
        stage("check")
        report = match_written(written, own, level=level, within=within, title=title)
    if account is not None:
        # The preview is what was asked for; else the account of the reading is an aside.
        tell(account.preview() if show else account, sys.stdout if show else sys.stderr)
    tell(report.to_text(most=1_000))
    if not report.is_complete:
        raise typer.Exit(1)


def _check_folder(folder: Path) -> None:
    """Say whether the files of a folder are those that its runs have written."""
    from hubtiers._run_folder import check_run

    found = check_run(folder)
    tell(found.to_text())
    if not found.holds:
        raise typer.Exit(1)


def _own_layer(
    regions: str, id_column: str | None, name: str | None, layer: str | None
) -> gpd.GeoDataFrame:
    """Return a layer of the user's own: a file, a pack's folder, or a level that ships."""
    from hubtiers.regions.boundaries import load_regions
    from hubtiers.regions.pack import load_pack
    from hubtiers.regions.read import read_regions

    if Path(regions).is_dir():
        pack = load_pack(regions)
        return load_regions(layer or pack.units, pack=pack)
    if "." not in regions:
        return load_regions(regions)
    return read_regions(regions, id_column=id_column, name=name, layer=layer)


@app.command()
def pack(  # noqa: PLR0913 - each is an option of its own
    file: PackFile,
    *,
    out: Out,
    id_column: PackIdColumn = None,
    name: PackName = None,
    credit: Credit = "",
    terms: Terms = "",
    level: PackLevel = "region",
    layer: PackLayer = None,
    where: Where = None,
    under: Under = "",
    parent: Parent = "",
    parent_digits: ParentDigits = 0,
    simplify: Simplify = None,
    dissolve: Dissolve = False,
) -> None:
    """Make a pack of boundaries from any layer, with an account of what is no region.

    Example: hubtiers pack counties.zip --id GEOID --credit "© Census" --out usa
    """
    from hubtiers.regions.make_pack import Recipe, make_pack

    recipe = Recipe(
        id_column=id_column,
        name=name,
        credit=credit,
        terms=terms,
        level=level,
        layer=layer,
        where=where,
        under=under,
        parent=parent,
        parent_digits=parent_digits,
        simplify=simplify,
        dissolve=dissolve,
    )
    with _told_as_options(), _console.stages_shown():
        stage("pack")
        made = make_pack(file, out, recipe)
    tell(made)
    tell(out)


_ARGUMENT = re.compile(
    r"\b(?P<key>id_column|name|layer|where|region_column|sheet|within|province)=(?=[…'\"])"
)
# Arguments that the command line says with a file or a word of its own.
_TOLD = {
    "names={name: region id}": "--names FILE",
    'unmatched="keep"': "--keep-unmatched",
    "regions=… (on the command line --regions FILE)": "--regions FILE",
    "`within` names": "--within names",
    "units names": "--units names",
    "keep names": "--keep names",
    "`within` 中的": "--within 中的",
    "units 中的": "--units 中的",
    "keep 中的": "--keep 中的",
    "record_id=…": "--record-id",
    "with PointFiles(points, partials=…)": "with --resume",
    # What a layer is read into is nothing that was written.
    "The GeoDataFrame": "The layer",
}


@contextlib.contextmanager
def _told_as_options() -> Iterator[None]:
    """Tell the way out of an error as options of the command line, not as arguments of Python."""
    try:
        yield
    except HubtiersError as error:
        from hubtiers.table.yearbook.choices import on_command_line

        # Arguments keep their names in each language.
        told = on_command_line(in_language(error))
        for argument, option in _TOLD.items():
            told = told.replace(argument, option)
        told = _ARGUMENT.sub(lambda match: f"{_option(match['key'])} ", told)
        error.args = (told, *error.args[1:])
        raise


def _option(key: str) -> str:
    return "--id" if key == "id_column" else f"--{key.replace('_', '-')}"


@app.command()
def count(  # noqa: PLR0913 - each is an option of its own
    points: Points,
    *,
    out: CountOut,
    level: CountLevel = "city",
    regions: Regions = None,
    id_column: IdColumn = None,
    name: Name = None,
    by_name: ByName = None,
    province: Province = None,
    names: CountNames = None,
    keep_unmatched: KeepUnmatched = False,
    by: By = None,
    weight: Weight = None,
    mean: Mean = False,
    record_id: RecordId = None,
    engine: Engine = "local",
    resume: Resume = False,
) -> None:
    """Count records per region: by their coordinates, or by the name of their region.

    Example: hubtiers count labs.csv --level city --by kind --out counts.csv

    Example: hubtiers count firms.xlsx --by-name 城市 --out counts.csv

    Example: hubtiers count folder --by kind --by year --resume --out counts.csv
    """
    from hubtiers._storage import require_other, write_csv

    if weight is None:
        _refuse({"--mean": mean}, "--weight COLUMN")
    require_other(out, [path for path in (points, names, regions) if path is not None])
    if points.is_dir() and out.resolve().is_relative_to(points.resolve()):
        raise DataError(
            f"{out} lies in the folder {points}, whose files are all counted. "
            "Name a file elsewhere."
        )
    if by_name is not None:
        several = by is not None and len(by) > 1
        only_by_place: dict[str, object] = {"--mean": mean, "--resume": resume}
        only_by_place["--record-id"] = record_id
        only_by_place["A second --by"] = several
        _refuse(only_by_place, "coordinates, not with --by-name")
    else:
        only_by_name = {"--province": province, "--names": names}
        _refuse(only_by_name | {"--keep-unmatched": keep_unmatched}, "--by-name COLUMN")
    with _told_as_options(), _console.stages_shown():
        stage("read")
        layer = _own_layer(regions or level, id_column, name, None)
        stage("count")
        if by_name is None:
            from hubtiers.table.points.count import MeanOf, PointFiles, count_points

            # Beside the output, never within the folder of points: there they would be counted.
            partials = out.with_name(f"{out.name}.partials") if resume else None
            counts = count_points(
                PointFiles(points, partials),
                layer,
                by=by,
                weight=MeanOf(weight) if mean and weight is not None else weight,
                record_id=record_id,
                engine=engine,
            )
        else:
            from hubtiers.table.by_name import count_by_name

            counts = count_by_name(
                points,
                layer,
                column=by_name,
                by=by[0] if by else None,
                weight=weight,
                province=province,
                names=names,
                unmatched="keep" if keep_unmatched else "raise",
            )
    report = counts.attrs["report"]
    if counts.columns.nlevels > 1:
        counts.columns = counts.columns.map(" | ".join)
    write_csv(_with_names(layer, counts), out)
    tell(report.to_text())
    tell(out)


def _refuse(options: dict[str, object], other: str) -> None:
    """Raise wrong usage for the first option that is given without the one that it goes with."""
    given = [option for option, value in options.items() if value]
    if given:
        raise typer.BadParameter(f"{given[0]} goes with {other}.")


@app.command()
def datasets() -> None:
    """List what ships: regions, indicators, layouts and studies, with their terms.

    Example: hubtiers datasets
    """
    from hubtiers.datasets import list_datasets

    _console.print_datasets(_console.open_console(), list_datasets())


@app.command()
def new(  # noqa: PLR0913 - each is an option of its own
    folder: Folder,
    more: More = None,
    *,
    table: Table = None,
    level: NewLevel = None,
    regions: NewRegions = None,
    id_column: NewIdColumn = None,
    name: NewName = None,
    sheet: NewSheet = None,
    region_column: NewRegionColumn = None,
    decimal: NewDecimal = None,
    missing: NewMissing = None,
) -> None:
    """Make a study folder to start from: study file, framework and values, ready to build.

    Example: hubtiers new my-study && hubtiers build my-study/study.toml

    Example: hubtiers new my-study --from 年鉴.xlsx --level city
    """
    if not table:
        options: dict[str, object] = {"more tables": more, "--level": level, "--regions": regions}
        options |= {"--id": id_column, "--name": name, "--sheet": sheet}
        options |= {"--decimal": decimal, "--missing": missing}
        _refuse(options | {"--region-column": region_column}, "--from FILE")
        from hubtiers.datasets import new_study

        for path in new_study(folder):
            tell(path)
        return
    from hubtiers._new_study import study_from_tables

    with _told_as_options(), _console.stages_shown():
        stage("read")
        made = study_from_tables(
            folder,
            [*table, *(more or ())],
            level=level,
            regions=regions,
            id_column=id_column,
            name=name,
            sheet=sheet,
            region_column=region_column,
            decimal=decimal,
            missing=tuple(missing or ()),
        )
    for path in made.paths:
        tell(path)
    for note in made.notes:
        tell(f"hubtiers: {note}.", sys.stderr)
    tell(f"Next: {made.command}")


@app.command()
def schema(out: SchemaOut = None) -> None:
    """Print the JSON schema of a study file, by which editors complete and check it.

    A study file names it in its first line: #:schema ./study.schema.json

    Example: hubtiers schema --out my-study/study.schema.json
    """
    from hubtiers._storage import replacing
    from hubtiers._study_schema import schema_text

    text = schema_text()
    if out is None:
        tell(text.rstrip("\n"))
        return
    with replacing(out) as draft:
        draft.write_text(text, encoding="utf-8")


def _methods(step: str, names: str) -> list[str]:
    """Return the methods that a list names; for `all` those that need no options."""
    from hubtiers._methods import METHODS, short_name

    if names == "all":
        return [short_name(method) for method in METHODS[step] if not _needs_options(method)]
    return list(filter(None, map(str.strip, names.split(","))))


def _needs_options(method: type) -> bool:
    try:
        method()
    except (TypeError, HubtiersError):
        return True
    return False


def _named(frame: pd.DataFrame, robust: Robustness) -> pd.DataFrame:
    """Return a table by region with the names in front, the best region first."""
    return _with_names(robust.to_frame(), frame)


def _with_names(regions: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    return regions[["name_zh", "name_en"]].astype("str").join(frame)


add_hub_commands(app)
add_plan_commands(app)


def _say_brackets(commands: list[CommandInfo]) -> None:
    """Let help texts show what stands in brackets, such as a section of a study file.

    The help is read as markup, in which [robustness] would be a style and shown as nothing.
    """
    for command in commands:
        told = inspect.getdoc(command.callback) or ""
        command.help = told.replace("[", r"\[")


_say_brackets(app.registered_commands)


def main() -> None:
    """Run the command line: bad data end with exit status 1 and a sentence, wrong usage with 2."""
    ready_streams()
    try:
        app()
    except HubtiersError as error:
        message = str(error)
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        message = f"{error.strerror or error}{place}. Check the path and its permissions."
    except Exception as error:
        if os.environ.get("HUBTIERS_DEBUG"):
            raise
        message = (
            f"this is a fault of hubtiers, not of your data: {type(error).__name__}: {error}. "
            "Set HUBTIERS_DEBUG=1 to see where, and report it."
        )
    else:
        return
    tell(f"hubtiers: {in_language(message)}", sys.stderr)
    raise SystemExit(1)


if __name__ == "__main__":
    main()
