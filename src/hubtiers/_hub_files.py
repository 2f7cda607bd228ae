"""The files of a folder that tell of hubs: layout, cities by hub, links, comparison, diffusion."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubtiers._storage import write_csv

if TYPE_CHECKING:
    import pandas as pd

    from hubtiers._study_hubs import HubFindings
    from hubtiers.hubs.layout import HubLayout
    from hubtiers.hubs.proposal import Proposal
    from hubtiers.outcome import Outcome

__all__ = ["drawn_layout", "drawn_parts", "write_findings"]


def drawn_layout(outcome: Outcome) -> HubLayout | None:
    """Return the layout that map and figure show: the one proposed, else that of the study."""
    return outcome.hubs.proposed or outcome.layout


def drawn_parts(outcome: Outcome) -> dict[str, Any]:
    """Return what the web map draws of hubs, by the names that `tier_map` gives them.

    The layout of the study is there to flip to, beside the one proposed.
    """
    found = outcome.hubs
    return {
        "layout": drawn_layout(outcome),
        "other_layout": outcome.layout if found.proposed is not None else None,
        "network": found.network,
        "diffusion": found.diffusion,
        "stability": found.stability,
        "division": found.labour,
    }


def write_findings(found: HubFindings, folder: Path) -> None:
    """Write a file for everything that the sections about hubs gave."""
    if found.proposed is not None and found.proposed.proposal is not None:
        proposal = found.proposed.proposal
        found.proposed.save(folder / "layout.toml")
        found.proposed.save(folder / "hubs.gpkg", proposal.regions)
        write_csv(_cities_by_hub(proposal), folder / "cities_by_hub.csv")
        write_csv(proposal.windows, folder / "layout_windows.csv")
    if found.stability is not None:
        write_csv(found.stability.to_frame(), folder / "layout_stability.csv")
    if found.comparison is not None:
        write_csv(found.comparison.hubs.set_index("hub_a"), folder / "layout_comparison.csv")
    if found.network is not None:
        write_csv(found.network.to_frame().set_index("from"), folder / "links.csv")
    if found.labour is not None:
        write_csv(found.labour.members.set_index("hub"), folder / "division_of_labour.csv")
    if found.plan is not None:
        write_csv(found.plan.table.set_index("indicator"), folder / "plan.csv")
        write_csv(found.plan.missing.set_index("code"), folder / "plan_missing.csv")
    if found.diffusion is not None:
        write_csv(found.diffusion.to_frame(), folder / "diffusion.csv")


def _cities_by_hub(proposal: Proposal) -> pd.DataFrame:
    """Return what each place is and why, in both languages."""
    rows = proposal.to_frame("en").rename(columns={"reason": "reason_en"})
    rows["reason_zh"] = proposal.to_frame("zh")["reason"]
    rows = rows.join(proposal.names.add_prefix("name_"))
    facts = ["score", "rank", "role", "hub", "tier"]
    return rows[["name_zh", "name_en", *facts, "reason_zh", "reason_en"]]
