"""Moves over draws: each draw is the plain scheme on all years."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import hubtiers as ht
from hubtiers.years.moves import _ways_of, assess_moves
from hubtiers.years.panel import tier_panel

RNG = np.random.default_rng(4)
EARLY = pd.DataFrame(RNG.random((12, 3)), [f"r{n}" for n in range(12)], list("xyz"))
LATE = EARLY + 0.4 * RNG.random((12, 3))
SCHEME = ht.Scheme(tier=ht.NaturalBreaks(3))
MANY = ht.Variation(weights="dirichlet", normalise=(ht.MinMax(), ht.ZScore()))
LEVEL = {label: number for number, label in enumerate(ht.TIERS)}


def tables(early=EARLY, late=LATE):
    return {y: ht.IndicatorTable.from_frame(v) for y, v in {2012: early, 2022: late}.items()}


def plain(panel, scheme):
    """Return the tiers of a scheme on all years of a panel, as numbers."""
    own = {year: result.table for year, result in panel.results.items()}
    options = {"refit": True} if panel.is_refit else {"fit_on": panel.fit_on}
    tiers = tier_panel(scheme, own, **options).tiers
    return {year: tiers[year].map(LEVEL).astype(float).fillna(-1).to_numpy(int) for year in tiers}


@pytest.mark.parametrize("options", [{}, {"fit_on": "last"}, {"fit_on": 2012}, {"refit": True}])
@pytest.mark.parametrize("aggregate", [ht.Arithmetic(), ht.Geometric(), ht.Topsis()])
def test_a_draw_is_the_plain_scheme_on_all_years(options, aggregate):
    normalise = ht.MinMax(0.1, 1.0) if options.get("fit_on") is None else ht.ZScore(10.0, 1.0)
    scheme = SCHEME.replace(aggregate=aggregate, normalise=normalise)
    panel = tier_panel(scheme, tables(), **options)
    ways = _ways_of(panel, ht.Variation(weights="dirichlet"), (7,))
    found = ways.classes(0, 6)
    plan = getattr(ways, "plan", None) or ways.plans[2012]
    for number, weights in enumerate(plan.block(0).weights[:6]):
        given = ht.GivenWeights(dict(zip("xyz", weights.tolist(), strict=True)))
        expected = plain(panel, scheme.replace(weight=given))
        for year in (2012, 2022):
            assert found[year][number].tolist() == expected[year].tolist(), (number, year)


@pytest.mark.parametrize("options", [{}, {"fit_on": "last"}, {"refit": True}])
def test_shares_are_those_of_the_draws(options):
    panel = tier_panel(SCHEME, tables(), **options)
    moves = assess_moves(panel, MANY, draws=600, rng=3)
    ways = _ways_of(panel, MANY, (3,))
    blocks = [ways.classes(0, 512), ways.classes(1, 88)]
    before, after = (np.vstack([block[year] for block in blocks]) for year in (2012, 2022))
    assert moves.frame["climbs"].tolist() == pytest.approx((after < before).mean(axis=0).tolist())
    assert moves.frame["falls"].tolist() == pytest.approx((after > before).mean(axis=0).tolist())
    assert moves.frame[["climbs", "stays", "falls"]].sum(axis=1).tolist() == pytest.approx([1] * 12)
    # Otherwise the shares would be the same for every region.
    assert moves.frame["climbs"].nunique() > 4
    assert assess_moves(panel, MANY, draws=600, rng=3).frame.equals(moves.frame)


def test_movers_have_the_share_of_their_own_way():
    panel = tier_panel(SCHEME, tables())
    moves = assess_moves(panel, MANY, draws=300)
    shares = moves.frame.set_index("region_id")
    assert len(moves.movers) > 1
    for row in moves.movers.to_dict("records"):
        way = "climbs" if row["tier_change"] > 0 else "falls"
        assert row["probability"] == shares.loc[row["region_id"], way]
    assert moves.moved["probability"].tolist() == moves.movers["probability"].tolist()
    assert moves.to_frame().columns.tolist()[:3] == ["region_id", "name_zh", "name_en"]
    assert "300 draws, varied: weights" in repr(moves)
    assert "r1" in moves._repr_html_()


@pytest.mark.parametrize("options", [{}, {"fit_on": "last"}, {"refit": True}])
def test_noise_and_gaps_from_other_years(options):
    gap = LATE.copy()
    gap.loc["r3", "x"] = np.nan
    scheme = SCHEME.replace(impute=ht.LatestYear())
    panel = tier_panel(scheme, tables(late=gap), **options)
    assert panel.carried["region_id"].tolist() == ["r3"]
    moves = assess_moves(panel, ht.Variation(weights="dirichlet", noise=ht.Noise(1)), draws=20)
    assert moves.frame["stays"].notna().all()


def test_a_region_of_one_year_has_no_share():
    panel = tier_panel(SCHEME, tables(late=LATE.drop(index="r3")))
    shares = assess_moves(panel, MANY, draws=50).frame.set_index("region_id")
    assert shares.loc["r3", ["climbs", "stays", "falls"]].isna().all()
    assert shares.drop(index="r3")["stays"].notna().all()


def test_refusals():
    with pytest.raises(ht.SpecError, match="assess_moves takes a TierPanel, but got dict"):
        assess_moves(tables(), MANY)
    panel = tier_panel(SCHEME, tables())
    with pytest.raises(ht.SpecError, match=r"assess_moves\(draws=0\) needs a whole number"):
        assess_moves(panel, MANY, draws=0)
    with pytest.raises(ht.SpecError, match="The variation is 'weights'"):
        assess_moves(panel, "weights")
