"""The columns of the results, each named once: what writes them takes the names from here."""

from __future__ import annotations

__all__ = ["COVERAGE", "DOUBTS", "GAPS", "GEOMETRY", "NAMES", "REGION_ID", "RESERVED", "SCORED"]

REGION_ID = "region_id"
NAMES = ("name_zh", "name_en")
SCORED = ("score", "rank", "tier")
COVERAGE = "coverage"
GAPS = ("missing", "heaviest_weight")
"""What gaps did to a region, where there are any."""

DOUBTS = ("tier_probability", "rank_low", "rank_high", "certainty", "likeliest_tier")
"""How sure rank and tier are, in the file of a study that draws."""

GEOMETRY = "geometry"

RESERVED = (REGION_ID, *NAMES, *SCORED, COVERAGE, *DOUBTS, *GAPS, GEOMETRY)
"""Columns of the results, whose names no group of a framework may have."""
