"""The options of the commands with many of them: what each is, and what its help says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hubtiers._completions import complete_level

__all__ = [
    "By",
    "ByName",
    "CountLevel",
    "CountNames",
    "CountOut",
    "Credit",
    "Dissolve",
    "Engine",
    "File",
    "Folder",
    "IdColumn",
    "Keep",
    "KeepUnmatched",
    "Layer",
    "Layout",
    "Level",
    "Limits",
    "More",
    "Name",
    "Names",
    "NewIdColumn",
    "NewLevel",
    "NewName",
    "NewRegionColumn",
    "NewRegions",
    "NewSheet",
    "Out",
    "PackFile",
    "PackIdColumn",
    "PackLayer",
    "PackLevel",
    "PackName",
    "Parent",
    "ParentDigits",
    "Points",
    "Province",
    "RecordId",
    "RegionColumn",
    "Regions",
    "SchemaOut",
    "Sheet",
    "Show",
    "Simplify",
    "Table",
    "Terms",
    "Under",
    "Units",
    "Weight",
    "Where",
    "Within",
    "Yardstick",
    "Year",
]

File = Annotated[
    Path,
    typer.Argument(help="A yearbook table (.csv, .xlsx, .xls), or a .txt with one name a line."),
]
Level = Annotated[
    str,
    typer.Option(
        help="province, city, county, consortium, country or any.", autocompletion=complete_level
    ),
]
Within = Annotated[
    str | None,
    typer.Option(help="What all names lie in: a province, or a region of the layer."),
]
Sheet = Annotated[str | None, typer.Option(help="Sheet of a workbook.")]
Regions = Annotated[
    str | None,
    typer.Option(help="A layer of your own, a pack's folder, or country, instead of a level."),
]
IdColumn = Annotated[
    str | None,
    typer.Option("--id", help="Column of the layer that identifies a region."),
]
Name = Annotated[str | None, typer.Option(help="Column of the layer with the names.")]
Layer = Annotated[
    str | None,
    typer.Option(help="Layer of a file with several, or level of a pack."),
]
Names = Annotated[
    Path | None,
    typer.Option(help="Corrections of names: a CSV file with name and region_id."),
]
RegionColumn = Annotated[
    str | None,
    typer.Option(help="Column of the table with the regions, by header or letter."),
]
Year = Annotated[
    int | None,
    typer.Option(help="Year of the values for which the table states none."),
]
Yardstick = Annotated[
    str | None,
    typer.Option(help="Row that others are measured by and that is no region, such as EU27."),
]
Units = Annotated[
    list[str] | None,
    typer.Option(help="Unit of a column, as HEADER=UNIT; may be repeated."),
]
Layout = Annotated[str, typer.Option(help="wide, long or auto.")]
Keep = Annotated[
    list[str] | None,
    typer.Option(help="A column to read although it looks like a key; may be repeated."),
]
Decimal = Annotated[
    str | None,
    typer.Option(help="The sign before decimals: , or a point."),
]
Missing = Annotated[
    list[str] | None,
    typer.Option(help="A number or text that means missing, as --missing=-999; may be repeated."),
]
Limits = Annotated[
    list[str] | None,
    typer.Option(help="A limit of the file, such as max_cells=10000000; may be repeated."),
]
Show = Annotated[
    bool,
    typer.Option("--show", help="Print the table as it is understood."),
]
PackFile = Annotated[
    Path,
    typer.Argument(
        help="A layer: .geojson, .topojson, .shp, .gpkg, .fgb, .parquet, or a .zip of one."
    ),
]
Out = Annotated[Path, typer.Option(help="Folder to make, or the pack that a level is added to.")]
PackIdColumn = Annotated[
    str | None,
    typer.Option("--id", help="Column that identifies a region; found when left out."),
]
PackName = Annotated[
    str | None,
    typer.Option(help="Column with the names; found when left out."),
]
Credit = Annotated[str, typer.Option(help="Whom a map of these boundaries must name.")]
Terms = Annotated[str, typer.Option(help="Terms of use, for lists of what there is.")]
PackLevel = Annotated[str, typer.Option(help="Name of the level, such as state.")]
PackLayer = Annotated[str | None, typer.Option(help="Layer of a file with several.")]
Where = Annotated[
    str | None,
    typer.Option(help='Rows to take, such as "LEVL_CODE == 2".'),
]
Under = Annotated[
    str,
    typer.Option(help="Level of the pack that this one lies under."),
]
Parent = Annotated[str, typer.Option(help="Column with the id of the region above.")]
ParentDigits = Annotated[
    int,
    typer.Option(min=0, help="How many first signs of an id are the id of the region above."),
]
Simplify = Annotated[
    float | None,
    typer.Option(min=0, help="Tolerance in metres; as far as a screen shows when left out."),
]
Dissolve = Annotated[
    bool,
    typer.Option("--dissolve", help="Rows with the same id are parts of one region."),
]
Points = Annotated[
    Path,
    typer.Argument(
        help="Point records: .csv, .csv.gz, .parquet, .geoparquet or a folder of them; "
        "with --by-name any list.",
    ),
]
CountOut = Annotated[Path, typer.Option(help="CSV file for the counts.")]
SchemaOut = Annotated[
    Path | None, typer.Option(help="File for the schema, in place of standard output.")
]
CountLevel = Annotated[
    str,
    typer.Option(
        help="province, city or consortium, or a file of boundaries.",
        autocompletion=complete_level,
    ),
]
ByName = Annotated[
    str | None,
    typer.Option(help="Column with the name, code or address of the region of each record."),
]
Province = Annotated[
    str | None,
    typer.Option(help="With --by-name: column with the province of each record."),
]
CountNames = Annotated[
    Path | None,
    typer.Option(help="With --by-name: a CSV file of corrections, name and region_id."),
]
KeepUnmatched = Annotated[
    bool,
    typer.Option(
        "--keep-unmatched",
        help="With --by-name: count the others when names match nothing.",
    ),
]
By = Annotated[
    list[str] | None,
    typer.Option(help="Column with the kind of each record; again for kind and year together."),
]
RecordId = Annotated[
    str | None,
    typer.Option(
        help="Column with the id of each record: of those with the same id the first counts."
    ),
]
Mean = Annotated[
    bool,
    typer.Option("--mean", help="With --weight: the mean of the column, not its sum."),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Keep the count of each file in a folder beside --out, and go on from what is there.",
    ),
]
Weight = Annotated[
    str | None,
    typer.Option(help="Column with a weight for each record."),
]
Engine = Annotated[
    str,
    typer.Option(help="local, or the address of a dask scheduler (tcp://…)."),
]
Folder = Annotated[Path, typer.Argument(help="Folder to make; it must not exist yet.")]
More = Annotated[
    list[Path] | None,
    typer.Argument(help="With --from: more tables for the same study."),
]
Table = Annotated[
    list[Path] | None,
    typer.Option("--from", help="A table of indicators to make the study from."),
]
NewLevel = Annotated[
    str | None,
    typer.Option(
        help="With --from: province, city or another level; found when left out.",
        autocompletion=complete_level,
    ),
]
NewRegions = Annotated[
    Path | None,
    typer.Option(help="With --from: a file of boundaries, instead of a level."),
]
NewIdColumn = Annotated[
    str | None,
    typer.Option("--id", help="With --from: column of the layer that identifies a region."),
]
NewName = Annotated[
    str | None, typer.Option(help="With --from: column of the layer with the names.")
]
NewSheet = Annotated[str | None, typer.Option(help="With --from: sheet of the workbook.")]
NewRegionColumn = Annotated[
    str | None,
    typer.Option(help="With --from: column of the regions, by header or letter."),
]
NewDecimal = Annotated[
    str | None,
    typer.Option("--decimal", help="With --from: the sign before decimals, a comma or a point."),
]
NewMissing = Annotated[
    list[str] | None,
    typer.Option("--missing", help="With --from: a number or text that means missing."),
]
