"""The command line: results on standard output or in files, errors on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hubtiers import _console
from hubtiers._methods import METHODS, short_name
from hubtiers.errors import DataError, HubtiersError

if TYPE_CHECKING:
    import pandas as pd

    from hubtiers._trials import Trials
    from hubtiers.robustness.result import Robustness

app = typer.Typer(
    name="hubtiers",
    help="Innovation hubs by tier: join, score, sort, map. 创新中心分级：匹配、评分、分级、制图。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"hubtiers {version('hubtiers')}")
        raise typer.Exit


@app.callback()
def start(
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
) -> None:
    """Take the options that stand before every command."""


@app.command()
def build(
    study: Annotated[
        str,
        typer.Argument(help="Name of a study that ships (zhang2022), or path of a .toml file."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the results; out/<study> when left out."),
    ] = None,
) -> None:
    """Run a study and write scores, tiers, map and record.

    Example: hubtiers build zhang2022 --out out/zhang2022
    """
    from hubtiers.study import load_study

    chosen = load_study(study)
    outcome = chosen.run()
    paths = outcome.save(out or Path("out") / chosen.name)
    for note in outcome.notes:
        print(f"hubtiers: {note}", file=sys.stderr)
    console = _console.open_console()
    _console.print_outcome(console, outcome)
    _console.print_paths(console, paths)


@app.command()
def compare(
    study: Annotated[
        str,
        typer.Argument(help="Name of a study that ships (cities2023), or path of a .toml file."),
    ],
    weights: Annotated[
        str,
        typer.Option(help="Weighting methods, separated by commas; all for every one."),
    ],
    tiers: Annotated[
        str,
        typer.Option(help="Tier rules, separated by commas; all for every one."),
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the tables; out/<study> when left out."),
    ] = None,
) -> None:
    """Put ranks and tiers under several weights side by side, and say how far they agree.

    Example: hubtiers compare cities2023 --weights equal,entropy,critic,pca,variation
    """
    from hubtiers.study import load_study

    chosen = load_study(study)
    trials = chosen.try_out(
        _methods("weight", weights),
        tiers=_methods("tier", tiers),
        tolerant="all" in (weights, tiers),
    )
    folder = out or Path("out") / chosen.name
    paths = _write_trials(trials, folder)
    console = _console.open_console()
    title = f"{chosen.content.title_en or chosen.name}: how far the schemes agree"
    _console.print_trials(console, trials, title)
    for choice, reason in trials.unfit.items():
        print(f"{choice} does not fit: {reason}", file=sys.stderr)
    _console.print_paths(console, paths)


def _write_trials(trials: Trials, folder: Path) -> list[Path]:
    comparison = trials.comparison
    paths = [
        comparison.save_csv(folder / "comparison.csv"),
        comparison.save_xlsx(folder / "comparison.xlsx"),
    ]
    if trials.has_matrix:
        paths.append(_write_table(trials.by_weight_and_tier(), folder / "agreement.csv"))
    return paths


@app.command()
def robustness(
    study: Annotated[
        str,
        typer.Argument(help="Name of a study that ships (zhang2022), or path of a .toml file."),
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

    Example: hubtiers robustness zhang2022 --draws 10000 --seed 42 --out out/robust
    """
    from hubtiers.study import load_study

    chosen = load_study(study)
    robust = chosen.assess_robustness(
        draws=draws,
        seed=seed,
        engine=engine,
        progress=sys.stderr.isatty(),
    )
    folder = out or Path("out") / chosen.name
    paths = [
        _write_table(_named(robust.tier_probability, robust), folder / "tier_probability.csv"),
        _write_table(_named(robust.rank_interval, robust), folder / "rank_interval.csv"),
        _write_table(robust.drivers, folder / "drivers.csv"),
    ]
    console = _console.open_console()
    _console.print_robustness(console, robust)
    _console.print_paths(console, paths)


@app.command()
def check(
    file: Annotated[
        Path,
        typer.Argument(
            help="A yearbook table (.csv, .xlsx, .xls), or a .txt with one name a line."
        ),
    ],
    level: Annotated[str, typer.Option(help="province, city, consortium or any.")] = "city",
    within: Annotated[
        str | None,
        typer.Option(help="Province that all names lie in."),
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
) -> None:
    """Show what the names of a file would match; exit status 1 when something is unmatched.

    Example: hubtiers check yearbook.xlsx --level city --within 辽宁
    """
    from hubtiers.regions.gazetteer import match_names

    names, account = _read_names(file, sheet)
    report = match_names(names, level=level, within=within)
    if account:
        print(account, file=sys.stderr)
    print(report.to_text(most=1_000))
    if not report.is_complete:
        raise typer.Exit(1)


@app.command()
def count(
    points: Annotated[
        Path,
        typer.Argument(help="Point records: .csv, .csv.gz, .parquet or .geoparquet."),
    ],
    out: Annotated[Path, typer.Option(help="CSV file for the counts.")],
    level: Annotated[
        str,
        typer.Option(help="province, city or consortium, or a file of boundaries."),
    ] = "city",
    by: Annotated[
        str | None,
        typer.Option(help="Column with the kind of each record."),
    ] = None,
    weight: Annotated[
        str | None,
        typer.Option(help="Column with a weight for each record."),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(help="local, or the address of a dask scheduler (tcp://…)."),
    ] = "local",
) -> None:
    """Count point records per region.

    Example: hubtiers count laboratories.csv --level city --by kind --out counts.csv
    """
    from hubtiers._storage import cell_text
    from hubtiers.regions.boundaries import load_regions
    from hubtiers.regions.read import read_regions
    from hubtiers.table.points.count import count_points

    regions = read_regions(level) if "." in level else load_regions(level)
    counts = count_points(
        points,
        regions,
        by=by,
        weight=weight,
        engine=engine,
        progress=sys.stderr.isatty(),
    )
    _write_table(_with_names(regions, counts.rename(columns=cell_text)), out)
    print(str(counts.attrs["report"]).strip("<>"))
    print(out)


@app.command()
def datasets() -> None:
    """List what ships: regions, indicators, layouts and studies, with their terms.

    Example: hubtiers datasets
    """
    from hubtiers.datasets import list_datasets

    _console.print_datasets(_console.open_console(), list_datasets())


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="Folder to make; it must not exist yet.")],
) -> None:
    """Make a study folder to start from: study file, framework and values, ready to build.

    Example: hubtiers new my-study && hubtiers build my-study/study.toml
    """
    from hubtiers.datasets import new_study

    for path in new_study(folder):
        print(path)


def _read_names(file: Path, sheet: str | None) -> tuple[list[str], str]:
    """Return the names in a file, and how it was read."""
    from hubtiers._storage import read_text
    from hubtiers.table.yearbook.read import read_indicators

    if not file.is_file():
        raise DataError(f"There is no file {file}. Check the path.")
    if file.suffix.lower() == ".txt":
        lines = map(str.strip, read_text(file)[0].splitlines())
        return list(filter(None, lines)), ""
    table = read_indicators(file, sheet=sheet)
    return list(dict.fromkeys(table.values["region"])), str(table.report)


def _methods(step: str, names: str) -> Iterable[str]:
    """Return the methods that a list names; for `all` those that need no options."""
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
    from hubtiers._storage import cell_text

    names = regions[["name_zh", "name_en"]].map(lambda name: cell_text(str(name)))
    return names.join(frame)


def _write_table(table: pd.DataFrame, path: Path) -> Path:
    from hubtiers._storage import replacing

    with replacing(path) as temporary:
        table.to_csv(
            temporary,
            encoding="utf-8-sig",
            float_format="%.13g",
            lineterminator="\n",
        )
    return path


def main() -> None:
    """Run the command line: bad data end with exit status 1 and a sentence, wrong usage with 2."""
    try:
        app()
    except HubtiersError as error:
        print(f"hubtiers: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        print(
            f"hubtiers: {error.strerror or error}{place}. Check the path and its permissions.",
            file=sys.stderr,
        )
        raise SystemExit(1) from None
    except Exception as error:
        if os.environ.get("HUBTIERS_DEBUG"):
            raise
        print(
            f"hubtiers: this is a fault of hubtiers, not of your data: {type(error).__name__}: "
            f"{error}. "
            "Set HUBTIERS_DEBUG=1 to see where, and report it.",
            file=sys.stderr,
        )
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
