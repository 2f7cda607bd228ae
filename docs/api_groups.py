"""The public names in the order of the work: Prepare, Score, Tier, Test, Connect, Show."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import hubtiers
from hubtiers._methods import METHODS

__all__ = ["GROUPS", "group_of_method", "grouped", "pages"]

GROUPS: Mapping[str, tuple[str, Mapping[str, str]]] = MappingProxyType(
    {
        "Prepare": (
            "Regions, tables and frameworks, brought together.",
            {
                "Regions": "load_regions read_regions load_pack Pack load_context gazetteer "
                "match_names MatchReport expand_members overlaps gcj02_suspicion gcj02_to_wgs84 "
                "wgs84_to_gcj02",
                "Indicators": "load_indicators compare_editions read_indicators IndicatorFile "
                "ReadReport ReadLimits PriceIndex roll_up",
                "Framework": "load_framework Framework Indicator Group location_factors FUNCTIONS "
                "CATEGORIES TIERS",
                "Joining": "join_indicators join_years IndicatorTable JoinReport",
                "Counting records": "count_points PointFiles MeanOf count_by_name NameReport",
                "What ships": "list_datasets new_study",
            },
        ),
        "Score": (
            "From indicators to a score: the scheme and the methods of its steps.",
            {
                "Scheme": "Scheme FittedScheme Result score_regions Study load_study Outcome "
                "register FittedWeights",
                "Why a score is what it is": "Explanation gap_effects obstacle_degree "
                "coupling_coordination weights_to_rise",
            },
        ),
        "Tier": (
            "From a score to tiers, and from year to year.",
            {
                "Scales and numbers of tiers": "TierScale choose_k preferred_k cut_gaps "
                "function_shares macro_regions",
                "Agreement": "agreement Agreement compare_levels tiers_from_ranking",
                "Over the years": "tier_panel TierPanel assess_moves TierMoves tier_transitions "
                "TierTransitions spatial_transitions SpatialTransitions centre_path CentrePath",
            },
        ),
        "Test": (
            "How sure it is, and what it depends on.",
            {
                "Robustness": "assess_robustness Robustness Variation Dirichlet UniformAround Noise "
                "sensitivity sobol_indices leave_one_out",
                "Other methods": "compare_schemes Comparison BestOfMany compare_baselines "
                "score_residuals compare_scales ScaleComparison",
                "Is the index sound?": "describe_indicators IndicatorStructure cronbach_alpha "
                "correlation_flags correlate_with pca_diagnostics",
                "In space": "morans_i MoransI local_moran general_g getis_ord contiguity",
                "Concentration": "herfindahl shannon_diversity effective_number gini theil Theil",
                "Errors and warnings": "HubtiersError SpecError UnknownOptionError DataError "
                "MissingColumnError DuplicateRegionError ConstantIndicatorError DomainError "
                "OverlapError JoinError CRSError NotComparableError MissingDependencyError "
                "HubtiersWarning OverlapWarning",
            },
        ),
        "Connect": (
            "From scores to a layout of hubs, their links, and how knowledge spreads.",
            {
                "Layouts": "load_layout HubLayout Hub Corridor propose_layout ProposedLayout "
                "Proposal compare_layouts LayoutComparison assess_layout LayoutStability p_median",
                "Cores and extents": "CoCores LargestGap SingleCore FieldExtent HuffExtent "
                "ProvinceExtent LargestLinkExtent NoExtent field_strength huff_shares "
                "breakpoint_distance",
                "Links": "build_network HubNetwork Gravity ModifiedGravity ObservedFlows "
                "Interlocking Contiguous Within StrongLinks DisparityLinks gravity "
                "interlocking_links largest_links disparity fit_decay FittedDecay",
                "Distances and flows": "distances load_distances read_distances load_flows "
                "accessibility Accessibility mean_centre deviation_ellipse Ellipse",
                "Roles and structure": "division_of_labour DivisionOfLabour core_periphery "
                "describe_structure primacy rank_size RankSize",
                "Diffusion": "simulate_diffusion Diffusion",
                "Plans": "attainment Attainment load_targets read_plan",
            },
        ),
        "Show": (
            "Maps, figures, reports and tables.",
            {
                "Map": "tier_map Explorer set_language",
                "Figures": "tier_figure save_figure rank_size_figure weight_figure radar_figure "
                "rank_interval_figure tier_probability_figure tier_number_figure "
                "correlation_figure years_figure diffusion_figure",
                "Report and tables": "build_report build_brief save_tables to_markdown to_latex",
            },
        ),
    }
)
"""Group → what it is for, and its sections with their names; methods join by their step."""


def group_of_method(step: str) -> str:
    """Return the group of the methods of a step."""
    return "Tier" if step == "tier" else "Score"


def grouped() -> dict[str, dict[str, list[str]]]:
    """Return every public name by group and section."""
    found = {
        group: {section: names.split() for section, names in sections.items()}
        for group, (_, sections) in GROUPS.items()
    }
    for step, methods in METHODS.items():
        names = [m.__name__ for m in methods if m.__name__ in hubtiers.__all__]
        found[group_of_method(step)][f"Methods: {step}"] = names
    return found


def pages() -> dict[str, str]:
    """Return the pages of the API, from which autodoc makes the reference, by file name."""
    return {
        f"api/{group.lower()}.rst": _page(group, sections) for group, sections in grouped().items()
    }


def _page(group: str, sections: Mapping[str, list[str]]) -> str:
    parts = [group, "=" * len(group), "", GROUPS[group][0], ""]
    for section, names in sections.items():
        parts += [section, "-" * len(section), ""]
        parts += [_entry(name) for name in names]
    return "\n".join(parts)


def _entry(name: str) -> str:
    value: Any = getattr(hubtiers, name)
    if not (inspect.isclass(value) or callable(value)):
        return f".. autodata:: hubtiers.{name}\n   :no-value:\n"
    if not inspect.isclass(value):
        return f".. autofunction:: hubtiers.{name}\n"
    kind = "autoexception" if issubclass(value, BaseException) else "autoclass"
    return f".. {kind}:: hubtiers.{name}\n   :members:\n"
