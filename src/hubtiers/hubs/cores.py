"""Which places share the lead of a hub: one core or several (成都-重庆)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from hubtiers.errors import SpecError

__all__ = ["CoCores", "CoreRule", "LargestGap", "SingleCore"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class AroundLead(NamedTuple):
    """What a rule of cores sees of one lead.

    Attributes
    ----------
    lead
        Its place.
    scores
        Score by place, NaN for none.
    distance
        Distance from the lead by place.
    beside
        Which places may share its lead: in its field and its group, not a lead themselves.
    """

    lead: int
    scores: Floats
    distance: Floats
    beside: Flags


class CoreRule(Protocol):
    """A rule that says which places share the lead of a hub."""

    def second_cores(self, around: AroundLead) -> list[int]:
        """Return the further cores of a lead, best first."""
        ...


@dataclass(frozen=True)
class SingleCore:
    """One core by hub: its lead (单核心)."""

    def second_cores(self, around: AroundLead) -> list[int]:
        """Return none."""
        del around
        return []


@dataclass(frozen=True)
class CoCores:
    """Cores of nearly the same score (多核心): at least `ratio` of the lead's, within a distance.

    Choose it for hubs of two cities that are level with each other. A ratio is a knife's edge: say
    how far it may move (`Proposal.windows`).

    Parameters
    ----------
    ratio
        Least share of the lead's score, between 0 (exclusive) and 1.
    within
        Largest distance from the lead, in km or the unit of the distances given.

    Notes
    -----
    A core also lies in the lead's gravity field and, where the layout is balanced over a division,
    in its group. Ratios need scores of a ratio scale: z-scores are refused by `propose_layout`.
    **Missing values**: a place without a score is no core.

    Examples
    --------
    >>> CoCores(ratio=0.9)
    CoCores(ratio=0.9, within=400.0)
    """

    ratio: float = 0.85
    within: float = 400.0

    def __post_init__(self) -> None:
        if not 0 < self.ratio <= 1:
            raise SpecError(
                f"CoCores(ratio={self.ratio!r}) must lie above 0 and be at most 1: the share "
                "of the lead's score that a core has at least."
            )
        _require_distance("CoCores", self.within)

    def second_cores(self, around: AroundLead) -> list[int]:
        """Return the places beside the lead whose score is near its own, best first."""
        least = self.ratio * around.scores[around.lead]
        near = around.beside & (around.distance <= self.within)
        return _best_first(around.scores, near & (around.scores >= least))


@dataclass(frozen=True)
class LargestGap:
    """Cores above the largest gap (最大落差): where the scores around the lead fall off most.

    Choose it when no ratio can be defended.

    Parameters
    ----------
    within
        Largest distance from the lead, in km or the unit of the distances given.

    Notes
    -----
    Scores of the places within the distance, in the lead's field and group, are put in order with
    the lead's; the largest difference between neighbours parts cores from the rest. **Missing
    values**: a place without a score is no core.
    """

    within: float = 400.0

    def __post_init__(self) -> None:
        _require_distance("LargestGap", self.within)

    def second_cores(self, around: AroundLead) -> list[int]:
        """Return the places above the largest gap, best first."""
        known = ~np.isnan(around.scores)
        line = _best_first(around.scores, around.beside & (around.distance <= self.within) & known)
        if not line:
            return []
        steps = -np.diff(around.scores[[around.lead, *line]])
        return line[: int(np.argmax(steps))]


def _best_first(scores: Floats, chosen: Flags) -> list[int]:
    places = np.flatnonzero(chosen)
    return [int(p) for p in places[np.lexsort((places, -scores[places]))]]


def _require_distance(name: str, within: float) -> None:
    if not within > 0:
        raise SpecError(f"{name}(within={within!r}) must be a distance above 0.")
