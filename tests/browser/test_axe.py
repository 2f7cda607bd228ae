"""Map, report and brief judged by axe-core: nothing serious for those who see little, or use no mouse."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from isles import isles_text, write_isles

import hubtiers as ht
from hubtiers.show.web.explorer import Explorer

pytestmark = pytest.mark.browser

STATES = {"N": "Northland", "S": "Southland"}
COUNTIES = {
    "n1": ("Ahn", "N"),
    "n2": ("Bex", "N"),
    "n3": ("Cul", "N"),
    "s1": ("Dun", "S"),
    "s2": ("Elm", "S"),
    "s3": ("Fay", "S"),
}
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def isles(tmp_path_factory):
    """A made-up country in English: result and draws."""
    folder = write_isles(tmp_path_factory.mktemp("isles"), STATES, COUNTIES, isles_text())
    regions = ht.load_regions("county", pack=folder)
    values = pd.DataFrame(
        np.random.default_rng(4).random((6, 3)), index=regions.index, columns=["rd", "firms", "pct"]
    )
    long = values.reset_index(names="region").melt("region", var_name="indicator")
    table = ht.join_indicators(regions, long.assign(year=2022))
    result = ht.Scheme(tier=ht.NaturalBreaks(3)).run(table)
    robust = ht.assess_robustness(
        result.fitted.scheme, table, ht.Variation(weights="dirichlet"), draws=60, rng=1
    )
    return result, robust


@pytest.fixture
def judged(chromium, tmp_path):
    """Open a page and return what axe-core finds serious in it."""
    contexts = []

    def judge(page_or_map, *, size=(1280, 900), scheme="light", language="en-GB"):
        path = tmp_path / "page.html"
        page_or_map.save(str(path))
        # The policy of the pages lets no script run, that of the judge neither.
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            offline=True,
            color_scheme=scheme,
            locale=language,
            bypass_csp=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(path.as_uri())
        page.wait_for_timeout(600)
        found = Axe().run(page).response["violations"]
        return [
            f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in found
            if one["impact"] in SERIOUS
            for node in one["nodes"]
        ]

    yield judge
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 900), (390, 844)])
@pytest.mark.parametrize("kind", ["map", "report", "brief"])
def test_shipped_study_in_chinese(judged, zhang_outcome, kind, size, scheme):
    one = zhang_outcome
    if kind == "map":
        page = ht.tier_map(
            one.result, layout=one.layout, robustness=one.robustness, explorer=Explorer()
        )
    else:
        make = {"report": ht.build_report, "brief": ht.build_brief}[kind]
        page = make(one, language="zh")
    assert judged(page, size=size, scheme=scheme, language="zh-CN") == []


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)])
@pytest.mark.parametrize("kind", ["map", "report", "brief"])
def test_made_up_country_in_english(judged, isles, kind, size):
    result, robust = isles
    if kind == "map":
        page = ht.tier_map(result, robustness=robust, explorer=Explorer(), language="en")
    else:
        make = {"report": ht.build_report, "brief": ht.build_brief}[kind]
        page = make(result, robustness=robust, language="en")
    assert judged(page, size=size) == []
