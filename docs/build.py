"""Write the pages of the documentation that are computed: `make docs`."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from tai import chapter

from hubtiers._methods import METHODS, short_name
from hubtiers._storage import replacing
from hubtiers._trials import Trials
from hubtiers.baselines import best_baseline, compare_baselines
from hubtiers.show.pages.position_tables import window_table
from hubtiers.study import load_study
from hubtiers.table.indicators import load_indicators
from hubtiers.tiers.agreement import agreement, compare_levels
from hubtiers.tiers.breaks import NaturalBreaks

HERE = Path(__file__).parent

INTRODUCTION = """\
# Weights and tier rules: how far each combination agrees with Zhang's layout

Computed by `make docs`, from the same command that anyone can run:
`hubtiers compare zhang2022 --weights all --tiers all`. A cell counts the regions that stand in the tier of Table 2. A dash is
a combination that does not fit the data; the reasons stand below the table. Rules have as many tiers as the study and else
their defaults, which are the library's own: Zhang (2022) gives no threshold.
"""

STORIES = {
    "zhang2022": """\
## Zhang's own table

Fourteen disjoint regions, ten indicators. Equal weights per indicator with natural breaks give the whole layout. The *order* of
regions hardly changes between weightings; the cut-points do. Three tiers are taken from the layout, not from the data: silhouette and
gap statistic prefer two, and the cut between national and regional lies in a gap no wider than the median one. With one set of
weights for all regions, no other rule comes closer than eleven: quantiles ask for tiers of equal size, and the range cut evenly leaves the middle tier nearly empty, since three regions
stand far above the other eleven. Benefit of the doubt gives each region the weights that suit it best, which draws the scores
together.
""",
    "cities2023": """\
## Cities

296 cities of the yearbook by 21 indicators, of which Zhang names twenty as cores; Hong Kong and Macao have no data. The study places
them by **rules of position**: a city is international where it holds 4 % of the total in two of the three functions research,
technology and industry, national with 2 % or among the first two of its macro-region, regional with 1 % or first in its province.
“International” is the top class of the cities compared, for no indicator compares with abroad. Weights play no part in such a tier,
so that its column below holds one number.

International: Beijing, Shanghai, Shenzhen. National: Hangzhou, Suzhou, Guangzhou, Nanjing, Xi'an, Chengdu, Wuhan, Tianjin, Shenyang,
Dalian. Against Zhang, Guangzhou stands one tier lower (its share of technology is 3.86 % where the bar is 4), Chongqing, Jinan and
Qingdao one lower, and Fuzhou local. One reason is that he places consortia: Chongqing stands with Chengdu, and two cities share
Shandong. Cities that he leaves unnamed because they lie inside a consortium cost nothing in “15 of 20”: Hangzhou, Suzhou, Nanjing and
Tianjin are national here, and under natural breaks there are eleven such cities.

Culture is one of Zhang's functions, but none of his criteria of level. Where it counts, Zhengzhou and Harbin become national and
Fuzhou regional; the agreement is then 15 of 20, too (weighted kappa 0.68 for 0.71). Shares of 3.5, 1.5 and 1 % would agree better:
bars fitted to the reference, and no evidence. Leaving out one indicator moves at most four cities, but nine without exports:
Shenzhen is then national.

Rules that put a fixed share of all cities into each tier (quantiles), or measure from the mean of a skewed distribution (standard
deviations, per cent of the mean), call far more cities international than a layout of hubs can.
""",
}


def easy(step: str) -> list[str]:
    """Return the short names of the methods of a step that need no options."""
    names = []
    for method in METHODS[step]:
        try:
            method()
        except (TypeError, ValueError):
            continue
        names.append(short_name(method))
    return names


def markdown(frame: pd.DataFrame) -> str:
    """Return a frame as a Markdown table."""
    head = [frame.index.name or "", *map(str, frame.columns)]
    rows = [[str(name), *(_cell(cell) for cell in row)] for name, row in frame.iterrows()]
    lines = [head, ["---", *["--:"] * len(frame.columns)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(cell: object) -> str:
    if isinstance(cell, str):
        return cell
    return "–" if pd.isna(cell) else f"{cell:g}"


def section(name: str) -> str:
    """Return the table of one study, with the combinations that do not fit."""
    trials = load_study(name).try_out(easy("weight"), tiers=easy("tier"), tolerant=True)
    assert trials.comparison.with_reference is not None
    n = int(trials.comparison.with_reference["n"].max())
    parts = [
        STORIES[name],
        f"Regions in the tier of the layout, of {n}:\n",
        markdown(trials.by_weight_and_tier("matches")),
    ]
    parts += ["\nWeighted kappa:\n", markdown(trials.by_weight_and_tier("kappa").round(2))]
    parts.append(worth(trials))
    reasons: dict[str, list[str]] = {}
    for choice, reason in trials.unfit.items():
        reasons.setdefault(reason, []).append(str(choice))
    parts += [
        f"\n*{', '.join(combinations)}*: {reason}" for reason, combinations in reasons.items()
    ]
    return "\n".join(parts) + "\n"


def worth(trials: Trials) -> str:
    """Return what the best of so many combinations is worth, and what one indicator alone gives."""
    comparison = trials.comparison
    many = comparison.best_of_many()
    base = next(iter(comparison.results.values()))
    compared = compare_baselines(base, comparison.reference)
    best = best_baseline(compared)
    alone = int(compared.loc[best, "matches"])
    return (
        f"\n**{many.tried} combinations were tried**, and {many.lowest} to {many.best} of {many.n} agree. With the layout dealt out "
        f"to its regions at random, the best of them has {many.chance_mean:.1f} on average and {many.chance_high:g} or more in one of "
        f"twenty; {many.best} or more in {many.p_value:.2g} of permutations. Picking the best afterwards flatters. Of single "
        f"indicators the best, `{best}`, gives {alone} by itself."
    )


BASELINES = """\
## Is that better than one column?

Natural breaks in four tiers on a single column, held against the same twenty cities. **Population alone gives 13 of 20.** Patent
applicants alone give 16, one more than either rule of the study: agreement with a layout of large cities is cheap, and was no guide in
choosing the indicators. `cities2023-lists` is the study of version 0.1.0, in which GDP per head made Ordos and Karamay national
centres; both are local now.
"""

COLUMNS = {
    "resident_population_10k": "population alone",
    "gdp_100m_cny": "GDP alone",
    "hightech_firms": "high-tech firms alone",
    "patent_applicants": "patent applicants alone",
}


def baselines() -> str:
    """Return how far single columns, and the studies of cities, agree with the layout."""
    values = load_indicators("cities").pivot_table("value", "region", "indicator")
    study = load_study("cities2023")
    outcome = study.run()
    assert outcome.reference is not None
    found = {}
    for code, name in COLUMNS.items():
        known = values[code].dropna()
        tier = NaturalBreaks(4).fit(known).apply(known)
        found[name] = agreement(tier.reindex(outcome.result.tier.index), outcome.reference)
    assert outcome.agreement is not None
    found["`cities2023`, rules of position"] = outcome.agreement
    rule = study.scheme.replace(tier=NaturalBreaks(4)).run(outcome.result.table)
    found["`cities2023`, natural breaks"] = agreement(rule.tier, outcome.reference)
    lists = load_study("cities2023-lists").run()
    assert lists.agreement is not None
    found["`cities2023-lists`, natural breaks"] = lists.agreement
    rows = {name: (a.matches, round(a.kappa, 2)) for name, a in found.items()}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["of 20", "weighted kappa"])
    return f"{BASELINES}\n{markdown(table.rename_axis('tiers from'))}\n"


WINDOWS = """\
## How firm the numbers of the rules are

Each number of the rules may move within its window, the others staying, before any city changes its tier (`result.breaks.windows`). A
share may fall to just above the lower bound. `vary` in a study file lets them move together, every combination as likely as any other:

```toml
[robustness.variation]
noise = { percent = 5 }
tier = { method = "PositionRules", vary = { international_share = [3, 4, 5], national_share = [1.5, 2, 2.5] } }
```
"""


def windows() -> str:
    """Return the windows of sensitivity of the study of cities."""
    table = window_table(load_study("cities2023").run().result).to_frame()
    return f"{WINDOWS}\n{markdown(table.set_index(table.columns[0]))}\n"


LEVELS = """\
## Cities against their provinces

`compare_levels` puts the tier of every city of `cities2023` beside that of its province in `provinces2022`. Both are relative to
their own fields, cities to cities and provinces to provinces.
"""


def levels() -> str:
    """Return how the tiers of cities and provinces meet."""
    cities, provinces = (load_study(name).run().result for name in ("cities2023", "provinces2022"))
    found = compare_levels(cities.tier, provinces.tier, cities.table.regions["province"])
    steps = found.to_frame()["steps"].dropna()
    table = pd.DataFrame(
        {"cities": [int((steps > 0).sum()), int((steps == 0).sum()), int((steps < 0).sum())]},
        index=pd.Index(["higher than the province", "the same", "lower"], name="tier of the city"),
    )
    return f"{LEVELS}\n{markdown(table)}\n"


def pages() -> dict[str, str]:
    """Return every computed page by its file name."""
    return {
        "weights-and-tiers.md": "\n".join(
            [
                INTRODUCTION,
                *(section(name) for name in STORIES),
                baselines(),
                windows(),
                levels(),
            ]
        ),
        "tai.md": f"{chapter().rstrip()}\n",
    }


def main() -> None:
    """Write every computed page."""
    for name, text in pages().items():
        with replacing(HERE / name) as temporary:
            temporary.write_text(text, encoding="utf-8")
        print(HERE / name)


if __name__ == "__main__":
    main()
