"""The section on a plan: how far each target has come, and what cannot be said."""

from __future__ import annotations

from typing import Any

from hubtiers._study_hubs import HubFindings
from hubtiers.hubs.plan import Attainment
from hubtiers.show.pages.print_table import PrintTable, column, number_at, print_table, whole_at
from hubtiers.show.pages.report_html import paragraph
from hubtiers.show.pages.report_page import Material, Page
from hubtiers.show.words import Text, word

__all__ = ["plan_section", "plan_tables"]


def plan_section(material: Material, page: Page) -> str:
    """Return how far the plan of the study has come; nothing without one."""
    found = material.hubs.plan
    if found is None:
        return ""
    status = found.table["status"].value_counts()
    lead = word("plan_lead").fill(
        year=found.year,
        targets=len(found.table),
        reached=status.get("reached", 0),
        course=status.get("on course", 0),
        behind=status.get("behind", 0),
        missing=len(found.missing),
    )
    tables = [page.table(table) for table in plan_tables(material.hubs)]
    return "".join([paragraph(lead.say(page.language)), *tables])


def plan_tables(found: HubFindings) -> list[PrintTable]:
    """Return the targets, and what cannot be said of the plan; nothing without one."""
    plan = found.plan
    return [] if plan is None else [_target_table(plan), _gap_table(plan)]


def _target_table(plan: Attainment) -> PrintTable:
    columns = [
        column("plan_indicator", of=_named),
        column("plan_base_year", of=whole_at("base_year"), digits=0),
        column("plan_base", of=number_at("base"), significant=6),
        column("plan_value", of=number_at("value"), significant=6),
        column("plan_expected", of=number_at("expected"), significant=6),
        column("plan_target", of=number_at("target"), significant=6),
        column("plan_target_year", of=whole_at("target_year"), digits=0),
        column("plan_share", of=number_at("percent"), digits=1),
        column("plan_status", of=lambda row: _status(row["status"])),
    ]
    # One region needs no column; several are told apart by what the plan calls them.
    if "region" in plan.table.columns and plan.table["region"].nunique() > 1:
        columns.insert(1, column("region", of=lambda row: str(row["region"])))
    rows = plan.table.assign(percent=100 * plan.table["share"].astype("float64"))
    return print_table("plan", "plan_table", columns, rows.to_dict("records"))


def _gap_table(plan: Attainment) -> PrintTable:
    columns = (
        column("plan_indicator", of=_named),
        column("plan_reason", of=lambda row: _status(row["reason"])),
    )
    return print_table("plan_gaps", "plan_gaps", columns, plan.missing.to_dict("records"))


def _named(row: Any) -> Text:
    return Text(str(row["name_zh"]), str(row["name_en"]))


def _status(said: str) -> Text:
    words = {
        "reached": word("plan_reached"),
        "on course": word("plan_on_course"),
        "behind": word("plan_behind"),
        "no base": word("plan_no_base"),
        "no value": word("plan_no_value"),
        "no target": word("plan_no_target"),
        "empty slot": word("plan_empty_slot"),
    }
    return words[said]
