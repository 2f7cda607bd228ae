"""Write china/postal_codes.csv: which city unit or province the first digits of a postal code belong to.

The source is the table of the package china-region 0.0.11 (MIT licence): a postal code for each of 3,178 districts and
counties, with city and province. Run `python data/boundaries/build_postal_codes.py FOLDER`, the folder of the package.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from hubtiers.regions.gazetteer import match_names

TARGET = Path(__file__).resolve().parent / "china" / "postal_codes.csv"
# Groups of counties that no city governs: the county is the unit.
UNGOVERNED = "直辖"


def read_districts(folder: Path) -> pd.DataFrame:
    """Return postal code, city unit and province of every district that belongs to a known one."""
    source = pd.read_csv(folder / "region.csv", dtype=str).dropna(subset=["zipCode"])
    alone = source["city"].str.contains(UNGOVERNED)
    source["unit"] = source["city"].where(~alone, source["county"])
    provinces = match_names(source["province"].unique().tolist(), level="province").frame
    home = provinces.dropna(subset=["region_id"]).set_index("name")["region_id"]
    source = source[source["province"].isin(home.index)].assign(home=source["province"].map(home))
    pairs = source[["unit", "home"]].drop_duplicates()
    found = match_names(pairs["unit"].tolist(), level="city", within=pairs["home"].tolist()).frame
    known = pairs.assign(region=found["region_id"].to_numpy()).dropna(subset=["region"])
    return source.merge(known, on=["unit", "home"])


def prefixes(districts: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Return four digits with the one unit that has them, and two digits with the one province."""
    rows = []
    for digits, column in ((4, "region"), (2, "home")):
        groups = districts.groupby(districts["zipCode"].str[:digits])
        for prefix, group in groups:
            if len(set(group[column])) == 1:
                unit = group["region"].iloc[0] if digits == 4 else ""
                rows.append((str(prefix), unit, group["home"].iloc[0]))
    return rows


def main() -> None:
    """Write the table."""
    districts = read_districts(Path(sys.argv[1]))
    frame = pd.DataFrame(prefixes(districts), columns=["prefix", "city", "province"])
    frame.to_csv(TARGET, index=False, lineterminator="\n")
    print(f"{len(districts)} districts, {len(frame)} prefixes")


if __name__ == "__main__":
    main()
