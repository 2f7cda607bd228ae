"""The commands about plans: a framework and what it leaves open, and how far a plan has come."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hubtiers import _console
from hubtiers._completions import complete_framework, complete_plan

__all__ = ["add_plan_commands"]


def add_plan_commands(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (framework, attain):
        app.command()(command)


def framework(
    name: Annotated[
        str,
        typer.Argument(
            help="Framework or template that ships (hub-plan), or a .csv file.",
            autocompletion=complete_framework,
        ),
    ],
    *,
    out: Annotated[
        Path | None, typer.Option(help="File to write it to, for a spreadsheet.")
    ] = None,
) -> None:
    """Show what a framework measures and which of its slots are empty; write it to be filled.

    Example: hubtiers framework location-factors --out factors.csv
    """
    from hubtiers.framework import load_framework

    found = load_framework(name)
    console = _console.open_console()
    console.print(repr(found).strip("<>"), soft_wrap=True)
    empty = found.empty_slots()
    _console.print_frame(console, empty, f"{len(empty)} places that no indicator fills")
    if out is not None:
        found.to_csv(out)
        _console.print_paths(console, [out])


def attain(
    plan: Annotated[
        str,
        typer.Argument(
            help="Plan that ships (beijing_plan), or a .csv file of a plan or values.",
            autocompletion=complete_plan,
        ),
    ],
    *,
    targets: Annotated[
        str | None, typer.Option(help="File of targets, where the first file holds values alone.")
    ] = None,
    year: Annotated[int, typer.Option(help="Year whose values are looked at.")],
    framework: Annotated[
        str | None,
        typer.Option(
            help="Framework of the plan: brings names and empty slots.",
            autocompletion=complete_framework,
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File for the table.")] = None,
) -> None:
    """Say how far a plan has come: share of the way, and whether on course by linear pace.

    Example: hubtiers attain plan.csv --year 2023

    Example: hubtiers attain values.csv --targets targets.csv --year 2023
    """
    from hubtiers._storage import write_csv
    from hubtiers._study_plan import load_plan
    from hubtiers.hubs.plan import attainment

    values, wanted, own = load_plan(plan, targets, framework, Path())
    found = attainment(values, wanted, year, framework=own)
    console = _console.open_console()
    told = ["indicator", "name_en", "base", "value", "expected", "target", "share", "status"]
    _console.print_frame(console, found.table[told], repr(found).strip("<>"))
    _console.print_frame(console, found.missing, "What cannot be said")
    if out is not None:
        write_csv(found.table, out, index=False)
        _console.print_paths(console, [out])
