"""Words about a plan: its targets, how far it has come, and what cannot be said."""

from __future__ import annotations

from hubtiers.show.bilingual import Text

__all__ = ["WORDS"]

WORDS = {
    "plan_section": Text("规划完成进度", "How far the plan has come"),
    "plan_lead": Text(
        "{year} 年，{targets} 项目标中 {reached} 项已达到，{course} 项符合进度，{behind} 项落后；"
        "另有 {missing} 项无法判断，列于其后。进度按基期到目标年等步推算，仅为衡量尺度，不是预测。",
        "Targets reached in {year}: {reached} of {targets}; on course: {course}; behind: {behind}. "
        "What cannot be said is listed below ({missing}). The pace is that of equal steps from "
        "base to target: a yardstick, not a forecast.",
    ),
    "plan_table": Text("规划目标的完成进度", "Targets of the plan and how far they are attained"),
    "plan_gaps": Text("规划中无法判断的内容", "What cannot be said of the plan"),
    "plan_indicator": Text("目标指标", "Target indicator"),
    "plan_base": Text("基期值", "Base"),
    "plan_base_year": Text("基期", "Base year"),
    "plan_value": Text("现值", "Present value"),
    "plan_expected": Text("按进度应达", "Due by linear pace"),
    "plan_target": Text("目标值", "Target"),
    "plan_target_year": Text("目标年", "Target year"),
    "plan_share": Text("完成比例（%）", "Share of the way (%)"),
    "plan_status": Text("判断", "Standing"),
    "plan_reached": Text("已达到", "reached"),
    "plan_on_course": Text("符合进度", "on course"),
    "plan_behind": Text("落后", "behind"),
    "plan_no_base": Text("无基期值", "no base"),
    "plan_no_value": Text("无现值", "no value"),
    "plan_no_target": Text("无目标", "no target"),
    "plan_empty_slot": Text("待填指标", "empty slot"),
    "plan_reason": Text("缺少", "What is lacking"),
}
