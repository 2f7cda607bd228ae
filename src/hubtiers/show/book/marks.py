"""Marks between the members of a row."""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "colon": Text("：", ": "),
    "comma": Text("，", ", "),
    "enumeration": Text("、", ", "),
    "or": Text("或", " or "),
    "sentence_end": Text("。", ". "),
    "semicolon": Text("；", "; "),
    "then": Text("，再", ", then "),
}
