"""What a region does inside its hubs, as sentences for the page of a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hubtiers.errors import NotComparableError, listing
from hubtiers.hubs.layout import Hub, HubLayout
from hubtiers.scheme import Result
from hubtiers.show.words import Text, node_text, word

if TYPE_CHECKING:
    from hubtiers.hubs.roles import DivisionOfLabour

__all__ = ["require_division", "roles_content"]


def require_division(division: DivisionOfLabour, layout: HubLayout, result: Result) -> None:
    """Refuse the roles of other hubs, or of regions that the result does not have."""
    hubs, regions = {hub.id for hub in layout.hubs}, set(result.table.regions.index)
    odd = set(division.members["hub"]) - hubs | set(division.members["region_id"]) - regions
    if odd:
        raise NotComparableError(
            f"The division of labour is of another layout or of other regions: there is no "
            f"{listing(map(repr, sorted(odd)))}. Make it with division_of_labour(result, layout) "
            "of what is drawn."
        )


def roles_content(
    division: DivisionOfLabour, layout: HubLayout, result: Result
) -> dict[str, list[dict[str, str]]]:
    """Return by region a sentence for each hub in which it has a role."""
    from hubtiers.hubs.roles import NO_ROLE

    hubs = {hub.id: _name(hub) for hub in layout.hubs}
    found: dict[str, list[dict[str, str]]] = {}
    rows: list[dict[Any, Any]] = division.members.to_dict("records")
    for row in rows:
        if row["role"] != NO_ROLE:
            said = word("leads_in").fill(
                hub=hubs[row["hub"]],
                role=node_text(result, row["role"]),
                quotient=f"{row['quotient_' + row['role']]:.2f}",
            )
            found.setdefault(str(row["region_id"]), []).append(said.to_plain())
    return found


def _name(hub: Hub) -> Text:
    return Text(hub.name_zh or hub.name_en or hub.id, hub.name_en or hub.name_zh or hub.id)
