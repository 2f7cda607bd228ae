"""The command line: results on standard output or in files, progress and errors on standard error."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hubtiers._methods import METHODS, short_name
from hubtiers.errors import HubtiersError, listing
from hubtiers.tiers.agreement import agreement

if TYPE_CHECKING:
    from hubtiers.compare import Comparison
    from hubtiers.robustness.result import Robustness
    from hubtiers.study import Outcome

_MOST_ROWS = 40

app = typer.Typer(
    name="hubtiers",
    help="Innovation hubs by tier: join, score, sort, map. 创新中心分级：匹配、评分、分级、制图。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def build(
    study: Annotated[str, typer.Argument(help="Name of a study that ships (zhang2022), or path of a .toml file.")],
    out: Annotated[Path | None, typer.Option(help="Folder for the results; out/<study> when left out.")] = None,
) -> None:
    """Run a study and write scores, tiers, map and record.

    Example: hubtiers build zhang2022 --out out/zhang2022
    """
    from hubtiers.study import load_study

    chosen = load_study(study)
    folder = out or Path("out") / chosen.name
    outcome = chosen.run()
    paths = outcome.save(folder)
    for note in outcome.notes:
        print(f"hubtiers: {note}", file=sys.stderr)
    console = _console()
    console.print(_tier_table(outcome))
    if outcome.agreement and outcome.layout:
        found = outcome.agreement
        console.print(
            f"Agreement with the layout {outcome.layout.id}: {found.matches} of {found.n} regions in the same tier, "
            f"weighted kappa {found.kappa:.3f}.",
            markup=False,
        )
    if outcome.comparison:
        _print_comparison(console, outcome.comparison, "The same study under other weights")
    for row in outcome.outside.to_dict("records"):
        console.print(
            f"Against {row['outside']}: Spearman {row['spearman']:.3f}, Kendall {row['kendall']:.3f} over "
            f"{row['n']:.0f} regions; {row['same_tier']} in the tier that this ranking would give.",
            markup=False,
        )
    for path in paths:
        console.print(str(path), markup=False, soft_wrap=True)


@app.command()
def compare(
    study: Annotated[str, typer.Argument(help="Name of a study that ships (cities2023), or path of a .toml file.")],
    weights: Annotated[str, typer.Option(help="Weighting methods, separated by commas; all for every one.")],
    tiers: Annotated[str, typer.Option(help="Tier rules, separated by commas; all for every one.")] = "",
    out: Annotated[Path | None, typer.Option(help="Folder for the tables; out/<study> when left out.")] = None,
) -> None:
    """Put ranks and tiers under several weights side by side, and say how far they agree.

    Example: hubtiers compare cities2023 --weights equal,entropy,critic,pca,variation
    """
    from hubtiers.study import load_study, weights_by_tiers

    chosen = load_study(study)
    unfit: dict[str, str] = {}
    tolerant = unfit if "all" in (weights, tiers) else None
    comparison = chosen.compare(_methods("weight", weights), tiers=_methods("tier", tiers), unfit=tolerant)
    folder = out or Path("out") / chosen.name
    paths = [comparison.save_csv(folder / "comparison.csv"), comparison.save_xlsx(folder / "comparison.xlsx")]
    console = _console()
    title = f"{chosen.content.title_en or chosen.name}: how far the schemes agree"
    if tiers and comparison.reference is not None:
        matrix = weights_by_tiers(comparison, "matches")
        n = int(comparison.with_reference["n"].max()) if comparison.with_reference is not None else 0
        console.print(_matrix_table(matrix, f"{title} with the layout: regions in the same tier, of {n}"))
        paths.append(_write_table(matrix, folder / "agreement.csv"))
    else:
        console.print(_rank_table(comparison))
        _print_comparison(console, comparison, title)
    for name, reason in unfit.items():
        print(f"{name} does not fit: {reason}", file=sys.stderr)
    for path in paths:
        console.print(str(path), markup=False, soft_wrap=True)


@app.command()
def robustness(
    study: Annotated[str, typer.Argument(help="Name of a study that ships (zhang2022), or path of a .toml file.")],
    draws: Annotated[int, typer.Option(min=1, help="How many times everything is drawn.")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same answer.")] = 42,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables; out/<study> when left out.")] = None,
    engine: Annotated[str, typer.Option(help="local, or the address of a dask scheduler (tcp://…).")] = "local",
) -> None:
    """Say how sure the tiers are: their probabilities, rank intervals, and which choice moves them most.

    What is varied stands in the section [robustness] of the study; weights alone when it has none.

    Example: hubtiers robustness zhang2022 --draws 10000 --seed 42 --out out/robust
    """
    from hubtiers.study import load_study

    chosen = load_study(study)
    robust = chosen.assess_robustness(draws=draws, seed=seed, engine=engine, progress=sys.stderr.isatty())
    folder = out or Path("out") / chosen.name
    paths = [
        _write_table(_named(robust.tier_probability, robust), folder / "tier_probability.csv"),
        _write_table(_named(robust.rank_interval, robust), folder / "rank_interval.csv"),
        _write_table(robust.drivers, folder / "drivers.csv"),
    ]
    console = _console()
    console.print(_certainty_table(robust))
    # The summary of the object without its table, which stands above in full.
    for line in repr(robust).splitlines()[:5]:
        console.print(line.strip("<>").strip(), markup=False)
    for path in paths:
        console.print(str(path), markup=False, soft_wrap=True)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A yearbook table (.csv, .xlsx, .xls), or a .txt with one name a line.")],
    level: Annotated[str, typer.Option(help="province, city, consortium or any.")] = "city",
    within: Annotated[str | None, typer.Option(help="Province that all names lie in.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
) -> None:
    """Show what the names of a file would match, and what not; exit status 1 when something is unmatched.

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
    points: Annotated[Path, typer.Argument(help="Point records: .csv, .csv.gz, .parquet or .geoparquet.")],
    out: Annotated[Path, typer.Option(help="CSV file for the counts.")],
    level: Annotated[str, typer.Option(help="province, city or consortium, or a file of boundaries.")] = "city",
    by: Annotated[str | None, typer.Option(help="Column with the kind of each record.")] = None,
    weight: Annotated[str | None, typer.Option(help="Column with a weight for each record.")] = None,
    engine: Annotated[str, typer.Option(help="local, or the address of a dask scheduler (tcp://…).")] = "local",
) -> None:
    """Count point records per region.

    Example: hubtiers count laboratories.csv --level city --by kind --out counts.csv
    """
    from hubtiers._storage import cell_text, replacing
    from hubtiers.regions.boundaries import load_regions
    from hubtiers.regions.read import read_regions
    from hubtiers.table.points.count import count_points

    regions = read_regions(level) if "." in level else load_regions(level)
    counts = count_points(points, regions, by=by, weight=weight, engine=engine, progress=sys.stderr.isatty())
    table = (
        regions[["name_zh", "name_en"]].map(lambda name: cell_text(str(name))).join(counts.rename(columns=cell_text))
    )
    with replacing(out) as temporary:
        table.to_csv(temporary, encoding="utf-8-sig", lineterminator="\n")
    print(str(counts.attrs["report"]).strip("<>"))
    print(out)


@app.command()
def datasets() -> None:
    """List what ships: regions, indicators, layouts and studies, with their terms.

    Example: hubtiers datasets
    """
    from hubtiers.datasets import list_datasets

    table = Table()
    for column in ("kind", "name", "title", "terms"):
        table.add_column(column, overflow="fold")
    for row in list_datasets().to_dict("records"):
        title = f"{row['title_en']}\n{row['title_zh']}".strip()
        table.add_row(*(Text(str(cell)) for cell in (row["kind"], row["name"], title, row["terms"])))
    _console().print(table)


@app.command()
def new(folder: Annotated[Path, typer.Argument(help="Folder to make; it must not exist yet.")]) -> None:
    """Make a study folder to start from: study file, framework and a table of values, ready to build.

    Example: hubtiers new my-study && hubtiers build my-study/study.toml
    """
    from hubtiers.datasets import new_study

    for path in new_study(folder):
        print(path)


def _read_names(file: Path, sheet: str | None) -> tuple[list[str], str]:
    """Return the names in a file, and how it was read."""
    from hubtiers._storage import read_text
    from hubtiers.errors import DataError
    from hubtiers.table.yearbook.read import read_indicators

    if not file.is_file():
        raise DataError(f"There is no file {file}. Check the path.")
    if file.suffix.lower() == ".txt":
        text, _ = read_text(file)
        return [line.strip() for line in text.splitlines() if line.strip()], ""
    table = read_indicators(file, sheet=sheet)
    return list(dict.fromkeys(table.values["region"])), str(table.report)


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else 120)


def _tier_table(outcome: Outcome) -> Table:
    table = Table(title=Text(outcome.study.content.title_en or outcome.study.name), title_justify="left")
    for column in ("rank", "region", "", "score", "tier"):
        table.add_column(column, justify="right" if column in ("rank", "score") else "left")
    for row in outcome.result.to_frame().head(_MOST_ROWS).to_dict("records"):
        scored = not math.isnan(row["score"])
        rank, score, tier = (str(row["rank"]), f"{row['score']:.4f}", row["tier"]) if scored else ("", "", "no data")
        table.add_row(*(Text(cell) for cell in (rank, row["name_en"], row["name_zh"], score, tier)))
    return table


def _methods(step: str, names: str) -> list[str]:
    """Return the methods that a list on the command line names; those that need no options, for `all`."""
    if names != "all":
        return [name.strip() for name in names.split(",") if name.strip()]
    return [short_name(method) for method in METHODS[step] if not _needs_options(method)]


def _needs_options(method: type) -> bool:
    try:
        method()
    except (TypeError, HubtiersError):
        return True
    return False


def _rank_table(comparison: Comparison) -> Table:
    """Rank and tier of the first regions under every scheme; the files hold all of them."""
    table = Table(title=f"Rank and tier, first {_MOST_ROWS} regions", title_justify="left")
    table.add_column("region", overflow="fold")
    for name in comparison.names:
        table.add_column(name, justify="right")
    for row in comparison.to_frame().head(_MOST_ROWS).to_dict("records"):
        cells = [f"{row['name_en']} {row['name_zh']}"]
        for name in comparison.names:
            scored = not pd.isna(row[f"{name}_rank"])
            cells.append(f"{row[f'{name}_rank']} {row[f'{name}_tier']}" if scored else "no data")
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _matrix_table(matrix: pd.DataFrame, title: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("weights")
    for column in matrix.columns:
        table.add_column(column, justify="right", overflow="fold")
    for name, row in matrix.iterrows():
        table.add_row(str(name), *("–" if pd.isna(cell) else f"{cell:g}" for cell in row))
    return table


def _certainty_table(robust: Robustness) -> Table:
    """Probability of every tier and the interval of ranks, for the first regions."""
    table = Table(title="How sure the tiers are", title_justify="left")
    labels = list(robust.tier_probability.columns)
    for column in ("rank", "90 % of draws", "region", "tier", *labels):
        table.add_column(column, justify="left" if column in ("region", "tier") else "right", overflow="fold")
    probability = robust.tier_probability.to_dict("index")
    for region, row in robust.to_frame().head(_MOST_ROWS).iterrows():
        if pd.isna(row["rank"]):
            continue
        chances = [f"{probability[region][label]:.3f}" for label in labels]
        interval = f"{row['rank_low']:.0f}–{row['rank_high']:.0f}"
        cells = (str(row["rank"]), interval, f"{row['name_en']} {row['name_zh']}", str(row["tier"]), *chances)
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _named(frame: pd.DataFrame, robust: Robustness) -> pd.DataFrame:
    """Return a table by region with the names in front."""
    from hubtiers._storage import cell_text

    names = robust.to_frame()[["name_zh", "name_en"]].map(lambda name: cell_text(str(name)))
    return names.join(frame)


def _write_table(table: pd.DataFrame, path: Path) -> Path:
    from hubtiers._storage import replacing

    with replacing(path) as temporary:
        table.to_csv(temporary, encoding="utf-8-sig", float_format="%.13g", lineterminator="\n")
    return path


def _print_comparison(console: Console, comparison: Comparison, title: str) -> None:
    """Print counts by tier, fit and agreement for each scheme, then the regions that differ from the reference."""
    table = Table(title=title, title_justify="left")
    table.add_column("scheme", overflow="fold")
    labels = list(dict.fromkeys(label for result in comparison.results.values() for label in result.breaks.labels))
    measures = [c for c in comparison.summary().columns if not c.startswith("reference")]
    for column in (*labels, *measures):
        table.add_column(column.replace("_", " "), justify="right")
    if comparison.reference is not None:
        table.add_column("as the layout", justify="right")
    for name, row in comparison.summary().iterrows():
        counts = comparison.results[str(name)].tier.value_counts()
        cells = [str(name), *(str(counts.get(label, 0)) for label in labels), *(f"{row[m]:.3f}" for m in measures)]
        if comparison.reference is not None:
            cells.append(f"{int(row['reference_matches'])} of {int(row['reference_n'])}")
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)
    for name, differing in _differing(comparison).items():
        console.print(f"{name} differs from the layout in {differing}.", markup=False)


def _differing(comparison: Comparison) -> dict[str, str]:
    if comparison.reference is None:
        return {}
    sentences = {}
    for name, result in comparison.results.items():
        regions = agreement(result.tier, comparison.reference).disagreements.index
        if len(regions):
            sentences[name] = listing((result.table.label(region) for region in regions), most=8)
    return sentences


def main() -> None:
    """Run the command line: bad data end with exit status 1 and a sentence, wrong usage with 2."""
    try:
        app()
    except HubtiersError as error:
        print(f"hubtiers: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        print(f"hubtiers: {error.strerror or error}{place}. Check the path and its permissions.", file=sys.stderr)
        raise SystemExit(1) from None
    except Exception as error:
        if os.environ.get("HUBTIERS_DEBUG"):
            raise
        print(
            f"hubtiers: this is a fault of hubtiers, not of your data: {type(error).__name__}: {error}. "
            "Set HUBTIERS_DEBUG=1 to see where, and report it.",
            file=sys.stderr,
        )
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
