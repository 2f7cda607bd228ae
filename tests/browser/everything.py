"""A map of a made-up country with every control that a page can have, in both languages."""

from __future__ import annotations

import numpy as np
import pandas as pd
from isles import isles_text, write_isles

import hubtiers as ht

STATES = {"N": "Northland", "M": "Midland", "S": "Southland"}
PLACES = {
    f"{state.lower()}{n}": (f"{name} {n + 1}", state)
    for state, name in (("N", "Ahn"), ("M", "Bex"), ("S", "Cul"))
    for n in range(6)
}
GROUPS = (
    ht.Group("know", name_zh="知识", name_en="Knowledge"),
    ht.Group("make", name_zh="产业", name_en="Industry"),
)
INDICATORS = (
    ht.Indicator("rd", parent="know", name_zh="研发", name_en="Research", unit="%"),
    ht.Indicator("papers", parent="know", name_zh="论文", name_en="Papers"),
    ht.Indicator("firms", parent="make", name_zh="企业", name_en="Firms"),
    ht.Indicator("jobs", parent="make", name_zh="岗位", name_en="Jobs"),
)
SPREAD = {"channels": {"neighbour": 1.0, "hierarchical": 0.0, "peer": 0.0}}


def write_everything(folder):
    """Write the map into a folder and return its path."""
    pack = write_isles(folder / "isles", STATES, PLACES, isles_text(), width=6)
    regions = ht.load_regions("county", pack=pack)
    regions["name_zh"] = [
        "甲乙丙"["NMS".index(PLACES[i][1])] + str(n) for n, i in enumerate(regions.index)
    ]
    framework = ht.Framework(INDICATORS, GROUPS)
    rng = np.random.default_rng(8)
    values = pd.DataFrame(
        rng.gamma(1.5, 2.0, size=(len(regions), 4)).round(2),
        index=regions.index,
        columns=[i.code for i in INDICATORS],
    )
    tables = {}
    for year in (2016, 2018, 2020):
        long = values.reset_index(names="region").melt("region", var_name="indicator")
        tables[year] = ht.join_indicators(regions, long, framework=framework)
        values = (values * rng.uniform(0.7, 1.5, values.shape)).round(2)
    panel = ht.tier_panel(
        ht.Scheme(normalise=ht.MinMax(1, 100), tier=ht.NaturalBreaks(3)), tables, fit_on="last"
    )
    result = panel.results[2020]
    counts = {"international": 2, "national": 2, "regional": 2}
    layout = ht.propose_layout(result, counts=counts, spacing=60)
    hubs = tuple(
        ht.Hub(f"own-{h.id}", h.tier, h.cores, name_zh="甲", name_en="A") for h in layout.hubs[:3]
    )
    robust = ht.assess_robustness(
        result.fitted.scheme, result.table, ht.Variation(weights="dirichlet"), draws=80, rng=1
    )
    web = ht.tier_map(
        result,
        layout=layout,
        other_layout=ht.HubLayout("plan", hubs, title_zh="规划", title_en="Plan"),
        network=ht.build_network(layout, result=result),
        diffusion=ht.simulate_diffusion(result, layout, sources=["m4"], **SPREAD),
        robustness=robust,
        panel=panel,
        explorer=True,
        title={"zh": "群岛", "en": "Isles"},
    )
    path = folder / "everything.html"
    web.save(str(path))
    return path
