"""The command line: results on standard output or in files, progress and errors on standard error."""

from __future__ import annotations

import math
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


@app.callback()
def _main() -> None:
    """Keep `build` a command of its own while it is the only one."""


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
    console = Console(width=None if sys.stdout.isatty() else 120)
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
        print(f"hubtiers: {error}", file=sys.stderr)  # noqa: T201
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
