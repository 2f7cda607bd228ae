"""The command line: results on standard output or in files, progress and errors on standard error."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hubtiers.errors import HubtiersError

if TYPE_CHECKING:
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
    console = _console()
    console.print(_tier_table(outcome))
    if outcome.agreement and outcome.layout:
        found = outcome.agreement
        console.print(
            f"Agreement with the layout {outcome.layout.id}: {found.matches} of {found.n} regions in the same tier, "
            f"weighted kappa {found.kappa:.3f}.",
            markup=False,
        )
    if len(outcome.comparison):
        console.print(_comparison_table(outcome))
        for row in outcome.comparison.to_dict("records"):
            if row.get("different"):
                console.print(f"{row['weights']} differs in {row['different']}.", markup=False)
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
) -> None:
    """Count point records per region.

    Example: hubtiers count laboratories.csv --level city --by kind --out counts.csv
    """
    from hubtiers._storage import cell_text, replacing
    from hubtiers.regions.boundaries import load_regions
    from hubtiers.regions.read import read_regions
    from hubtiers.table.points import count_points

    regions = read_regions(level) if "." in level else load_regions(level)
    counts = count_points(points, regions, by=by, weight=weight, progress=sys.stderr.isatty())
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
    from hubtiers.study import new_study

    for path in new_study(folder):
        print(path)


def _read_names(file: Path, sheet: str | None) -> tuple[list[str], str]:
    """Return the names in a file, and how it was read."""
    from hubtiers._storage import read_text
    from hubtiers.errors import DataError
    from hubtiers.table.read import read_indicators

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


def _comparison_table(outcome: Outcome) -> Table:
    table = Table(title="The same study under other weights", title_justify="left")
    frame = outcome.comparison.drop(columns="different", errors="ignore")
    for column in frame.columns:
        table.add_column(column.replace("_", " "), justify="right" if frame[column].dtype.kind in "if" else "left")
    for row in frame.itertuples(index=False):
        table.add_row(*(Text(f"{cell:.3f}" if isinstance(cell, float) else str(cell)) for cell in row))
    return table


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
