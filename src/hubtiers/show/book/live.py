"""What the web map says of draws that run again in it."""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text

__all__ = ["FILLED", "WORDS"]

WORDS: Mapping[str, Text] = {
    "live": Text("实时置信度", "Live certainty"),
    "live_waits": Text("滑块停下后重新抽取。", "Draws run again when the sliders rest."),
    "live_draws": Text("正在重新抽取：{percent}%", "Drawing again: {percent} %"),
    "live_done": Text(
        "置信度已按当前选择重算：{draws} 次抽取（种子 {seed}），{what}；{rule}。",
        "Certainty follows the choices: {draws} draws (seed {seed}), {what}; {rule}.",
    ),
    "live_few": Text(
        "有的抽取中不同得分太少，无法分级。",
        "some draws have too few different scores for the tiers.",
    ),
    "live_holds": Text(
        "权重的抽取与滑块无关，原置信度仍然成立。",
        "Weights are drawn whatever the sliders say: certainty stays as it was found.",
    ),
    "live_not": Text(
        "置信度不随滑块变动：{reason}已算得的置信度属于原研究的权重。",
        "Certainty does not follow the sliders: {reason} What was found holds for the study's own "
        "weights.",
    ),
    "live_no_worker": Text(
        "此浏览器不在后台计算。", "this browser computes nothing behind a page."
    ),
    "live_positive": Text(
        "几何平均需要正的标准化值。", "a geometric mean needs normalised values above 0."
    ),
    "live_own": Text(
        "属于各层级的概率（原研究权重）", "Probability of each tier, under the study's own weights"
    ),
}

# Filled here, before the browser gets them.
FILLED: Mapping[str, Text] = {
    "live_varies": Text(
        "原研究还变动{what}，本页无法重算。",
        "the study also varies what the page cannot draw: {what}.",
    ),
    "live_other": Text(
        "置信度出自另一种方法或另一份数据。",
        "it was assessed with another scheme or on other data.",
    ),
    "live_large": Text(
        "区域或选项太多，本页无法重算。", "there are too many regions or options to draw here."
    ),
}
