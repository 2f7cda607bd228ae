"""Indices that others publish, by study files: goals already on one scale, percentile ranks, groups against a yardstick.

Sources stand in `data/SOURCES.md`; the layers are made up, since only ids count here.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import hubtiers as ht

DATA = Path(__file__).parent / "data"


def layer(folder: Path, ids: list[str]) -> None:
    """Write a layer of squares, each with an id."""
    n = int(np.ceil(np.sqrt(len(ids))))
    squares = [shapely.box(i % n, i // n, i % n + 1, i // n + 1) for i in range(len(ids))]
    frame = gpd.GeoDataFrame({"code": ids, "label": ids}, geometry=squares, crs=4326)
    frame.to_crs(4326).to_file(folder / "layer.gpkg")


def run(folder: Path, method: str, data: str = "") -> ht.Result:
    text = (
        '[data]\nregions = "layer.gpkg"\nid_column = "code"\nname = "label"\nindicators = "values.csv"\n'
        f'framework = "framework.csv"\n{data}[method]\n{method}[robustness]\ndraws = 0\n'
    )
    (folder / "study.toml").write_text(text, encoding="utf-8")
    study = ht.load_study(folder / "study.toml")
    return study.scheme.run(study.load_table())


@pytest.mark.parametrize(
    ("edition", "year", "states"),
    [("2019-20", 2019, 28), ("2020-21", 2020, 28), ("2023-24", 2023, 28)],
)
def test_sdg_india(tmp_path, edition, year, states):
    """The composite is the mean of the goals with a score, without goals 14 and 17; groups are those of the printed number."""
    printed = pd.read_csv(DATA / "sdg_india.csv")
    rows = printed[printed["edition"] == edition].set_index("state")
    goals = [f"goal_{number}" for number in range(1, 17) if number != 14]
    layer(tmp_path, rows.index.tolist())
    wide = rows[goals].rename_axis("region").reset_index()
    tidy = wide.melt("region", var_name="indicator", value_name="value").assign(year=year)
    tidy.to_csv(tmp_path / "values.csv", index=False)
    lines = ["code,name_en,parent,direction,kind", *(f"{goal},Goal,,1,intensive" for goal in goals)]
    (tmp_path / "framework.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    tier = 'tier = { method = "Thresholds", breaks = [50, 65, 100], closed = "below", digits = 0, '
    tier += 'labels = ["Achiever", "Front Runner", "Performer", "Aspirant"] }\n'
    result = run(
        tmp_path,
        'impute = { method = "RequireCoverage", share = 0.1 }\nnormalise = "AsIs"\n' + tier,
    )
    composite = rows["composite"]
    assert len(composite) >= states
    assert (np.floor(result.scores + 0.5)[composite.index] == composite).all()
    bounds, labels = [0, 50, 65, 100, 101], ["Aspirant", "Performer", "Front Runner", "Achiever"]
    groups = pd.cut(composite, bounds, labels=labels, right=False).astype(str)
    assert (result.tier[composite.index].astype(str) == groups).all()


THEMES = {
    "socioeconomic": ["POV", "UNEMP", "PCI", "NOHSDP"],
    "household": ["AGE65", "AGE17", "DISABL", "SNGPNT"],
    "minority": ["MINRTY", "LIMENG"],
    "housing": ["MUNIT", "MOBILE", "CROWD", "NOVEH", "GROUPQ"],
}


def test_social_vulnerability(tmp_path):
    """Percentile ranks with the lowest rank for ties, summed by theme and in all, and the sums ranked again."""
    printed = pd.read_csv(DATA / "svi2018.csv.gz", dtype={"FIPS": str}).set_index("FIPS")
    layer(tmp_path, printed.index.tolist())
    columns = {name: f"EP_{name}" for names in THEMES.values() for name in names}
    wide = printed[list(columns.values())].set_axis(list(columns), axis=1).rename_axis("region")
    tidy = wide.reset_index().melt("region", var_name="indicator", value_name="value")
    tidy.assign(year=2018).to_csv(tmp_path / "values.csv", index=False)
    lines = ["code,name_en,parent,direction,kind", *(f"{theme},{theme},,," for theme in THEMES)]
    for theme, names in THEMES.items():
        lines += [f"{name},{name},{theme},{-1 if name == 'PCI' else 1},intensive" for name in names]
    (tmp_path / "framework.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    method = 'impute = { method = "RequireCoverage", share = 0.1 }\nweight = "equal"\n'
    method += 'normalise = { method = "PercentileRank", ties = "lowest" }\ntier = { method = "Quantiles", k = 4 }\n'
    result = run(tmp_path, method)
    known = printed.index[(printed["SPL_THEMES"] >= 0) & result.scores[printed.index].notna()]
    assert len(known) >= 3_140
    # The published sums are of ranks with four digits. They turn the rank of income, not income itself, so that tied
    # counties have another end of the tie there.
    ranks = result.normalised.round(4)
    assert (ranks.loc[known].sum(axis=1) - printed.loc[known, "SPL_THEMES"]).abs().max() < 0.0011
    totals = {f"RPL_THEME{place}": names for place, names in enumerate(THEMES.values(), 1)}
    for column, names in totals.items():
        again = ht.PercentileRank(ties="lowest")
        sums = ranks.loc[known, names].sum(axis=1).round(4).to_frame()
        theme = again.fit(sums).apply(sums)[0]
        assert (theme - printed.loc[known, column]).abs().max() < 0.0011, column


def test_regional_innovation_scoreboard():
    """Groups stand against the EU's own value, 120, 90 and 50 per cent of it, not against the mean of the regions."""
    printed = pd.read_csv(DATA / "ris2019.csv").set_index("nuts2")["rii2019"]
    europe = float(printed["EU28"])
    scores = printed.drop("EU28")
    rule = ht.RelativeTo(
        (50, 90, 120), value=europe, labels=("leader", "strong", "moderate", "modest")
    )
    assert rule.fit(scores).counts == (22, 43, 86, 29)
    assert ht.RelativeTo((50, 90, 120)).fit(scores).counts[0] == 54
