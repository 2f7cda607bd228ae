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


def study_of(folder: Path, method: str, data: str = "", rest: str = "") -> ht.Study:
    text = (
        '[data]\nregions = "layer.gpkg"\nid_column = "code"\nname = "label"\nindicators = "values.csv"\n'
        f'framework = "framework.csv"\n{data}[method]\n{method}[robustness]\ndraws = 0\n{rest}'
    )
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return ht.load_study(folder / "study.toml")


def run(folder: Path, method: str, data: str = "") -> ht.Result:
    study = study_of(folder, method, data)
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


def printed_rank(sums: pd.Series) -> pd.Series:
    """Percentile rank with the lowest rank for ties and four digits, as the index prints it."""
    frame = sums.round(4).to_frame("sum")
    ranks: pd.Series = ht.PercentileRank(ties="lowest").fit(frame).apply(frame)["sum"]
    return ranks.round(4)


def test_social_vulnerability(tmp_path):
    """Percentile ranks with the lowest rank for ties, summed by theme and in all, and the sums ranked again.

    Income, of which less is more vulnerable, is ranked as it stands and the rank turned over. Then everything that is
    printed comes out to the last of its four digits.
    """
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
    method += 'normalise = { method = "PercentileRank", ties = "turned" }\ntier = { method = "Quantiles", k = 4 }\n'
    ranks = run(tmp_path, method).normalised.round(4).loc[printed.index]
    counted = {}
    for place, names in enumerate(THEMES.values(), 1):
        sums = ranks[names].dropna().sum(axis=1)
        theme = printed.loc[sums.index, f"RPL_THEME{place}"]
        assert (printed_rank(sums) == theme).all(), names
        counted[place] = len(sums)
    assert counted == {1: 3_141, 2: 3_142, 3: 3_142, 4: 3_142}
    total = ranks.dropna().sum(axis=1).round(4)
    assert (total == printed.loc[total.index, "SPL_THEMES"]).all()
    assert (printed_rank(total) == printed.loc[total.index, "RPL_THEMES"]).all()


GROUPS = ["Innovation Leader", "Strong Innovator", "Moderate Innovator", "Modest Innovator"]


@pytest.fixture
def scoreboard(tmp_path):
    """The published index, and its groups by the definition of the edition: per cent of the EU's own value."""
    printed = pd.read_csv(DATA / "ris2019.csv").set_index("nuts2")["rii2019"]
    layer(tmp_path, printed.index.drop("EU28").tolist())
    printed.rename_axis("nuts_id").to_csv(tmp_path / "values.csv")
    (tmp_path / "framework.csv").write_text(
        "code,name_en,parent,direction,kind\nrii2019,Index,,1,intensive\n", encoding="utf-8"
    )
    europe = printed["EU28"]
    bounds = [0, 0.5 * europe, 0.9 * europe, 1.2 * europe, np.inf]
    groups = pd.cut(printed, bounds, labels=GROUPS[::-1]).astype(str)
    groups.rename("group").rename_axis("NUTS 2").to_csv(tmp_path / "groups.csv")
    return tmp_path


def test_regional_innovation_scoreboard(scoreboard):
    """Groups stand against the EU's own value, 120, 90 and 50 per cent of it, not against the mean of the regions."""
    method = 'normalise = "AsIs"\n[method.tier]\nmethod = "RelativeTo"\npercent = [50, 90, 120]\n'
    method += 'yardstick = "EU28"\n'
    compare = f"[compare]\nreference = 'groups.csv'\ngroups = {GROUPS}\noutside = 'values.csv'\n"
    outcome = study_of(scoreboard, method, rest=compare).run(scoreboard / "out")
    result = outcome.result
    assert tuple(result.tier_counts.values()) == (22, 43, 86, 29)
    assert result.yardstick.score == pytest.approx(104.714481)
    assert (outcome.agreement.n, outcome.agreement.matches, outcome.agreement.kappa) == (
        180,
        180,
        1,
    )
    assert outcome.agreement.not_compared == ()
    assert outcome.outside["pearson"].tolist() == pytest.approx([1.0])
    # Neither ranked nor mapped, but told.
    assert len(result.scores) == 180
    folder = scoreboard / "out"
    for name in ("scores.csv", "tiers.geojson"):
        assert "EU28" not in (folder / name).read_text(encoding="utf-8-sig")
    for name in ("report.html", "map.html", "map.svg"):
        assert "EU28 = 100 (score 104.714)" in (folder / name).read_text(encoding="utf-8")
    # The mean of the regions is another yardstick, against which 54 lead.
    mean = ht.RelativeTo((50, 90, 120))
    assert mean.fit(result.scores).counts[0] == 54
    assert tuple(result.breaks.breaks) == pytest.approx((52.35724, 94.24303, 125.65738), abs=1e-5)


def test_groups_in_parts(scoreboard):
    """Subgroups with + and −, cut as in the edition of 2021, held against the four groups of that edition."""
    cuts = [34.1, 52.1, 70, 80, 90, 100, 108.3, 116.7, 125, 134.9, 144.8]
    names = [f"{group}{sign}" for group in GROUPS for sign in (" +", "", " -")]
    stands_for = {name: name.removesuffix(" +").removesuffix(" -") for name in names}
    parts = pd.read_csv(scoreboard / "values.csv", index_col=0)["rii2019"]
    relative = parts / parts["EU28"] * 100
    bounds = [0, *cuts, np.inf]
    cut = pd.cut(relative, bounds, labels=names[::-1]).astype(str)
    cut.rename("subgroup").rename_axis("region").to_csv(scoreboard / "groups.csv")
    method = 'normalise = "AsIs"\n[method.tier]\nmethod = "RelativeTo"\npercent = [70, 100, 125]\n'
    method += f'yardstick = "EU28"\nlabels = {GROUPS}\n'
    table = "\n".join(f'"{name}" = "{group}"' for name, group in stands_for.items())
    rest = f'[compare]\nreference = "groups.csv"\n[compare.groups]\n{table}\n'
    outcome = study_of(scoreboard, method, rest=rest).run()
    assert (outcome.agreement.n, outcome.agreement.matches) == (180, 180)
    assert cut.drop("EU28").nunique() == 12
