"""Write the pages of the documentation that are computed: `make docs`."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from tai import chapter

from hubtiers._methods import METHODS, short_name
from hubtiers._storage import replacing
from hubtiers.study import load_study
from hubtiers.tiers.agreement import compare_levels

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
regions hardly changes between weightings; the cut-points do. With one set of weights for all regions, no other rule comes closer than
eleven: quantiles ask for tiers of equal size, and the range cut evenly leaves the middle tier nearly empty, since three regions
stand far above the other eleven. Benefit of the doubt gives each region the weights that suit it best, which draws the scores
together.
""",
    "cities2023-lists": """\
## Cities

Twenty mainland cities that Zhang names as cores, among 336 that can be scored. Hong Kong and Macao have no data. No combination
gives the layout, and four reasons can be told apart. Zhang places consortia, so that Shenyang and Dalian stand for three provinces,
while a city is scored alone. Cities that he leaves unnamed because they lie inside a consortium (Suzhou, Nanjing, Hangzhou) score
above some that he names. Counts decide most of the score, so large cities gain. And rules that put a fixed share of all cities into
each tier (quantiles) or measure from the mean of a skewed distribution (standard deviations, per cent of the mean) call far more
cities international than a layout of hubs can.
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
    rows = [
        [str(name), *("–" if pd.isna(cell) else f"{cell:g}" for cell in row)]
        for name, row in frame.iterrows()
    ]
    lines = [head, ["---", *["--:"] * len(frame.columns)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


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
    reasons: dict[str, list[str]] = {}
    for choice, reason in trials.unfit.items():
        reasons.setdefault(reason, []).append(str(choice))
    parts += [
        f"\n*{', '.join(combinations)}*: {reason}" for reason, combinations in reasons.items()
    ]
    return "\n".join(parts) + "\n"


LEVELS = """\
## Cities against their provinces

`compare_levels` puts the tier of every city of `cities2023-lists` beside that of its province in `provinces2022`. Both are relative to
their own fields, cities to cities and provinces to provinces.
"""


def levels() -> str:
    """Return how the tiers of cities and provinces meet."""
    cities, provinces = (
        load_study(name).run().result for name in ("cities2023-lists", "provinces2022")
    )
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
            [INTRODUCTION, *(section(name) for name in STORIES), levels()]
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
