"""Retabulate the shipped tables of pairs from a folder of working tables.

Usage: python data/pairs/build.py FOLDER

The same folder gives the same files byte for byte. Nothing is filled and nothing is cut here.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

TRAVEL = "city_travel_flows_2023.csv"
MINUTES = "city_rail_minutes_2016.csv"
TRAINS = "city_rail_trains_2016.csv"


def read(path: Path) -> dict[tuple[str, str], str]:
    """Return the value of each pair as it is written."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    pairs = {(row["origin"], row["destination"]): row["value"] for row in rows}
    if len(pairs) != len(rows) or any(origin == target for origin, target in pairs):
        raise SystemExit(f"{path.name}: a pair stands twice, or a place with itself")
    return pairs


def write(name: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Write a table, sorted by its ends; the same rows give the same bytes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("origin", "destination", *columns))
    writer.writerows(sorted(rows))
    (HERE / f"{name}.csv.gz").write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))
    print(f"{name}: {len(rows)} pairs")


def main(arguments: list[str]) -> None:
    """Build both tables."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        raise SystemExit(__doc__)
    folder = Path(arguments[0])
    flows = read(folder / TRAVEL)
    write("china-travel-2023", ("flow",), [(*pair, flow) for pair, flow in flows.items()])
    minutes, trains = read(folder / MINUTES), read(folder / TRAINS)
    if set(minutes) != set(trains):
        raise SystemExit("minutes and trains are not of the same pairs")
    rows = [(*pair, time, trains[pair]) for pair, time in minutes.items()]
    write("china-rail-2016", ("minutes", "trains"), rows)


if __name__ == "__main__":
    main(sys.argv[1:])
