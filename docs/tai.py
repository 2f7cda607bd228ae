"""Print the chapter on the Technology Achievement Index, table by table, as Markdown: published beside computed.

The data are those of the OECD/JRC Handbook on Constructing Composite Indicators (2008); `tests/oracles/data/SOURCES.md`
says which table each file comes from.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from hubtiers.diagnose import cronbach_alpha
from hubtiers.scoring.aggregate import Arithmetic, Geometric
from hubtiers.scoring.normalise import Goalposts, MinMax, ZScore
from hubtiers.scoring.weight import (
    AhpWeights,
    BenefitOfDoubt,
    BudgetAllocation,
    EqualWeights,
    GivenWeights,
    PcaWeights,
)
from hubtiers.scoring.weight.components import principal_loadings, varimax_rotation

DATA = Path(__file__).resolve().parents[1] / "tests" / "oracles" / "data"

SETS = 500  # of values within rounding

JUDGEMENTS = [
    [2, 3, 2, 5, 5, 1, 3],
    [2, "1/2", 4, 4, "1/2", 3],
    ["1/4", 2, 2, "1/5", "1/2"],
    [4, 4, "1/2", 3],
    [1, "1/5", "1/2"],
    ["1/5", "1/2"],
    [4],
]
PRINTED = {
    "eigenvalue": [3.3, 1.7, 1.0, 0.9, 0.5, 0.3, 0.2, 0.1],
    "explained": [2.64, 1.39, 1.19, 1.76],
    "alpha_without": [0.704, 0.645, 0.636, 0.774, 0.603, 0.624, 0.662, 0.706],
    "pca": [0.17, 0.15, 0.11, 0.07, 0.08, 0.12, 0.14, 0.16],
    "ahp": [0.229, 0.135, 0.059, 0.176, 0.039, 0.039, 0.252, 0.072],
    "ahp_rounded": [0.09, 0.10, 0.07, 0.21, 0.05, 0.06, 0.18, 0.25],
    "budget": [11, 11, 11, 18, 10, 6, 15, 18],
}

Section = tuple[str, str, pd.DataFrame]


@cache
def values() -> pd.DataFrame:
    """Return 23 countries × 8 indicators."""
    return pd.read_csv(DATA / "tai_indicators.csv", index_col="country").astype(float)


@cache
def published() -> pd.DataFrame:
    """Return the published ranks and scores, countries in the order of `values`."""
    return pd.read_csv(DATA / "tai_published_results.csv", index_col="country").loc[values().index]


@cache
def on_goalposts() -> pd.DataFrame:
    """Return the values between the published goalposts, capped."""
    posts = pd.read_csv(DATA / "tai_goalposts.csv", index_col="indicator")
    bounds = dict(
        zip(posts.index, posts[["lower", "upper"]].itertuples(index=False, name=None), strict=True)
    )
    return Goalposts(bounds).fit(values()).apply(values())


def named(numbers: list[float]) -> dict[str, float]:
    """Return numbers by indicator."""
    return dict(zip(values().columns, numbers, strict=True))


def rank(scores: pd.Series) -> pd.Series:
    """Return ranks, the highest score first."""
    return scores.rank(ascending=False, method="min").astype(int)


def components() -> Iterator[Section]:
    """Tables 7, 9 and 17: eigenvalues, and what the rotated factors explain."""
    eigenvalues, loadings = principal_loadings(np.corrcoef(values().to_numpy(), rowvar=False))
    table = pd.DataFrame(
        {"published": PRINTED["eigenvalue"], "computed": eigenvalues.round(2)}, index=range(1, 9)
    )
    yield "Table 7", "Eigenvalues of the correlation matrix.", table.rename_axis("component")
    rotated = pd.DataFrame(
        varimax_rotation(loadings[:, :4]), index=values().columns, columns=[1, 2, 3, 4]
    )
    rotated *= np.where(rotated.sum() < 0, -1.0, 1.0)  # the sign of a factor is a convention
    text = "Varimax loadings of four components, with Kaiser's scaling; signs so that each factor sums to more than 0."
    yield "Table 9", text, rotated.round(2).rename_axis("indicator")
    possible = np.array([explained(other) for other in within_rounding()])
    columns = {
        "published": sorted(PRINTED["explained"], reverse=True),
        "computed": explained(values().to_numpy()).round(2),
        "least": possible.min(axis=0).round(2),
        "most": possible.max(axis=0).round(2),
    }
    text = (
        "Variance that the rotated factors explain, largest first. The data are printed with few digits; `least` and "
        f"`most` are what {SETS} sets of values give that print the same."
    )
    yield "Table 17", text, pd.DataFrame(columns, index=range(1, 5)).rename_axis("factor")


def explained(numbers: np.ndarray) -> np.ndarray:
    """Return the variance that four rotated components explain, largest first."""
    _, loadings = principal_loadings(np.corrcoef(numbers, rowvar=False))
    return np.sort((varimax_rotation(loadings[:, :4]) ** 2).sum(axis=0))[::-1]


def within_rounding() -> Iterator[np.ndarray]:
    """Yield sets of values that would be printed as the table has them."""
    printed = pd.read_csv(DATA / "tai_indicators.csv", index_col="country", dtype=str)
    digits = printed.apply(lambda column: column.str.partition(".")[2].str.len().max())
    half, rng = 0.5 * 10.0 ** -digits.to_numpy(float), np.random.default_rng(0)
    for _ in range(SETS):
        yield values().to_numpy() + half * rng.uniform(-1, 1, printed.shape)


def reliability() -> Iterator[Section]:
    """Table 11: Cronbach's alpha."""
    alpha = cronbach_alpha(values())
    table = pd.DataFrame(
        {"published": named(PRINTED["alpha_without"]), "computed": alpha.without.round(3)}
    )
    text = (
        f"Cronbach's alpha, published .70, computed {alpha.alpha:.3f}; and without each indicator."
    )
    yield "Table 11", text, table.rename_axis("indicator")


def normalisation() -> Iterator[Section]:
    """Table 15: one indicator under several normalisations."""
    schooling = values()[["schooling"]]
    table = pd.DataFrame(
        {
            "years": schooling["schooling"],
            "min–max": MinMax().fit(schooling).apply(schooling)["schooling"].round(2),
            "z-score": ZScore().fit(schooling).apply(schooling)["schooling"].round(2),
        }
    )
    yield (
        "Table 15",
        "Years of schooling by min–max and by z-score (n − 1).",
        table.rename_axis("country"),
    )


def weighting() -> Iterator[Section]:
    """Tables 18, 19 and 20: weights from components, benefit of the doubt, and judgements."""
    table = pd.DataFrame(
        {
            "published": named(PRINTED["pca"]),
            "computed": PcaWeights().fit(values()).weights.round(3),
        }
    )
    text = (
        "Weights from principal components. Exports load on two factors; they go to the one of whose variance they "
        "make up the larger share, which gives the published ranks of Table 23."
    )
    yield "Table 18", text, table.rename_axis("indicator")
    normalised = MinMax().fit(values()).apply(values())
    multipliers = BenefitOfDoubt(lower=0.10, upper=0.15).fit(normalised).by_region
    assert multipliers is not None
    scores = (multipliers * normalised).sum(axis=1)
    table = pd.DataFrame({"published": published()["bod_score_10_15"], "computed": scores.round(3)})
    text = "Benefit of the doubt, each weight 10 to 15 per cent of their sum, min–max over the 23 countries."
    yield "Table 19", text, table.rename_axis("country")
    ahp = AhpWeights.from_upper(JUDGEMENTS, codes=values().columns)
    table = pd.DataFrame({"published": named(PRINTED["ahp"]), "computed": ahp.priorities.round(3)})
    text = (
        f"Analytic hierarchy process: largest eigenvalue {ahp.eigenvalue:.3f} (published 8.211), consistency ratio "
        f"{ahp.consistency_ratio:.3f} (published .021)."
    )
    yield "Table 20", text, table.rename_axis("indicator")


def ranks() -> Iterator[Section]:
    """Tables 23 and 38: ranks under four sets of weights, and under geometric aggregation."""
    methods = {
        "equal": EqualWeights(),
        "factor_analysis": PcaWeights(),
        "budget_allocation": BudgetAllocation({"mean": named(PRINTED["budget"])}),
        "ahp": GivenWeights(named(PRINTED["ahp_rounded"])),
    }
    board, hits = {}, []
    for name, method in methods.items():
        weights = method.fit(values()).weights
        board[name] = rank(Arithmetic().fit(on_goalposts(), weights=weights).apply(on_goalposts()))
        board[f"{name}, published"] = published()[f"rank_{name}"]
        hits.append(f"{name} {(board[name] == board[f'{name}, published']).sum()} of 23")
    text = (
        f"Ranks by weighting, values between goalposts and capped at 1: {', '.join(hits)}. The weights of the hierarchy "
        "process are printed with two digits only, which moves three countries."
    )
    yield "Table 23", text, pd.DataFrame(board).rename_axis("country")
    computed = rank(Geometric().fit(values()).apply(values()))
    expected = published()["rank_geometric_equal"]
    text = f"Geometric aggregation of the raw values, equal weights: {(computed == expected).sum()} of 23."
    table = pd.DataFrame({"published": expected, "computed": computed})
    yield "Table 38", text, table.rename_axis("country")


def markdown(frame: pd.DataFrame) -> str:
    """Return a frame as a Markdown table."""
    header = [str(frame.index.name), *map(str, frame.columns)]
    lines = ["| " + " | ".join(header) + " |", "|---" + "|---:" * frame.shape[1] + "|"]
    lines += [
        "| " + " | ".join([str(key), *(f"{cell:g}" for cell in row)]) + " |"
        for key, *row in frame.itertuples()
    ]
    return "\n".join(lines)


def chapter() -> str:
    """Return the whole chapter."""
    parts = [
        "# The Technology Achievement Index, table by table",
        "Computed by `docs/tai.py` from the OECD/JRC *Handbook on Constructing Composite Indicators* (2008).",
    ]
    for sections in (components(), reliability(), normalisation(), weighting(), ranks()):
        for title, text, table in sections:
            parts += [f"## {title}", text, markdown(table)]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    print(chapter(), end="")
