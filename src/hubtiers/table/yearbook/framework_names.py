"""Which indicator of a framework a header names: by all of it, or by lines that are unique."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from hubtiers.errors import DataError, listing
from hubtiers.framework import Framework
from hubtiers.table.yearbook.headers import Header, name_key, plain_name, split_name, without_year
from hubtiers.table.yearbook.titles import title_names

__all__ = ["Names"]

_TOTAL_LINE = re.compile(r"合计|总计|总数|小计|总额|total|subtotal")
_TOTAL_END = re.compile(r"(?:合计|总计)$")


class Names:
    """The names by which a framework's indicators may be called in a header."""

    def __init__(self, framework: Framework) -> None:
        self._exact: dict[str, dict[str, str]] = {}
        self._folded: dict[str, dict[str, str]] = {}
        for indicator in framework.indicators:
            for rule in ("code", "name_zh", "name_en"):
                if text := getattr(indicator, rule).strip():
                    self._exact.setdefault(text, {}).setdefault(indicator.code, rule)
                    self._folded.setdefault(name_key(text), {}).setdefault(indicator.code, "alias")
                    bare = split_name(text, indicator.unit)
                    self._folded.setdefault(name_key(bare), {}).setdefault(indicator.code, "alias")

    def whole(self, header: Header, others: Sequence[str], where: str) -> tuple[str, str] | None:
        """Return code and rule for a header as a whole: its text, or its names in a language."""
        for form in (header, without_year(header)):
            for text in [form.text, form.name, *_whole_forms(form), *others]:
                if hit := self._one(text, where):
                    return hit
        return None

    def last_lines(self, header: Header) -> list[str]:
        """Return the codes that the last lines of a header can mean."""
        return self._codes(_last_forms(without_year(header)))

    def any_line(self, header: Header) -> list[str]:
        """Return the codes that one level of a header can mean (拖拉机驾驶员 above 年末人数)."""
        names = without_year(header).names
        return self._codes(
            [plain_name(text) for name in names for text in (name.zh, name.en) if text]
        )

    def _codes(self, texts: Iterable[str]) -> list[str]:
        codes: dict[str, None] = {}
        for text in texts:
            codes.update(dict.fromkeys(self._folded.get(name_key(text), {})))
        return list(codes)

    def titled(self, title: str, where: str) -> tuple[str, str] | None:
        """Return the code that the title of a table names, and the rule."""
        bare = split_name(title, "")
        hits = [hit for name in title_names(bare) if (hit := self._one(name, where))]
        return (hits[0][0], "title") if hits else None

    def _one(self, text: str, where: str) -> tuple[str, str] | None:
        hits = self._exact.get(text.strip()) or self._folded.get(name_key(text)) or {}
        if len(hits) > 1:
            raise DataError(
                f"{where} is called {text!r}, the name of {len(hits)} indicators of the framework: "
                f"{listing(map(repr, hits))}. Write the code of the one that is meant into the "
                "header."
            )
        return next(iter(hits.items()), None)

    def stem(self, header: Header, where: str) -> tuple[str, str] | None:
        """Return the code of a header without its last bracket, and what the bracket says."""
        found = re.search(r"\s*[(（\[【〔]([^()（）\[\]【】〔〕]*)[)）\]】〕]$", header.name)
        if not found or not header.name[: found.start()].strip():
            return None
        hit = self._one(header.name[: found.start()], where)
        return (hit[0], found.group(1)) if hit else None


def _whole_forms(header: Header) -> list[str]:
    """Return the names of all levels: in both languages, in Chinese, in English."""
    zh = "".join(name.zh for name in header.names)
    en = " ".join(name.en for name in header.names if name.en)
    forms = [header.full_name, zh if all(name.zh for name in header.names) else "", en]
    return [form for form in forms if form] + [plain_name(header.name)]


def _last_forms(header: Header) -> list[str]:
    """Return what the lower levels say, from the last one up, without marks and numbers."""
    names = list(header.names)
    if len(names) > 1 and _TOTAL_LINE.fullmatch(name_key(names[-1].text)):
        # 总投入 > 合计 is 总投入.
        names = names[:-1]
    forms: list[str] = []
    for first in range(len(names) - 1, -1, -1):
        part = names[first:]
        forms.append("".join(plain_name(name.zh) for name in part if name.zh))
        forms.append(" ".join(plain_name(name.en) for name in part if name.en))
        forms.append("".join(plain_name(name.text) for name in part))
    forms += [_TOTAL_END.sub("", form) for form in forms]
    return list(dict.fromkeys(filter(None, forms)))


def refuse_ambiguous(code: str, name: str, candidates: Iterable[str]) -> DataError:
    """Return the error for an indicator that several columns could hold."""
    seen = list(candidates)
    return DataError(
        f"{name!r} ({code!r} of the framework) could be {len(seen)} columns: {listing(seen)}. "
        "Give the indicator the "
        "whole name of its column in the framework, or write its code into the header."
    )
