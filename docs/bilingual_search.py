"""Search in English and Chinese at once, offline: English words by their stems, Chinese by pairs.

Chinese has no spaces between words. A list of words splits a page and a question differently, so that what stands
on the page is not found; every two neighbouring characters are found wherever they stand, without a list.
"""

from __future__ import annotations

import re

from sphinx.search.en import SearchEnglish

__all__ = ["BilingualSearch"]

_WORD = re.compile(r"\w+")
_RUN = re.compile("[\u3400-\u9fff]+|[^\u3400-\u9fff]+")


def _is_chinese(run: str) -> bool:
    return "\u3400" <= run[0] <= "\u9fff"


def _pairs(run: str) -> list[str]:
    """Return every two neighbouring characters, and each alone: a question may be one character."""
    return [run[at : at + 2] for at in range(len(run) - 1)] + list(dict.fromkeys(run))


class BilingualSearch(SearchEnglish):
    """The index: stems of English words, pairs of Chinese characters."""

    lang = "en-zh"
    # Of the stemmer, which the page calls by this name.
    language_name = "English"
    # As above, but that a question of several characters asks for its pairs only.
    js_splitter_code = r"""
var splitQuery = function (query) {
  const terms = [];
  for (const word of query.match(/[\p{L}\p{N}_]+/gu) || []) {
    for (const run of word.match(/[\u3400-\u9fff]+|[^\u3400-\u9fff]+/g)) {
      if (run.length > 1 && /^[\u3400-\u9fff]/.test(run)) {
        for (let at = 0; at + 1 < run.length; at += 1) terms.push(run.slice(at, at + 2));
      } else {
        terms.push(run);
      }
    }
  }
  return terms;
};
"""

    def split(self, input: str) -> list[str]:  # noqa: A002 - Sphinx calls it so
        """Return the terms of a text."""
        terms: list[str] = []
        for word in _WORD.findall(input):
            for run in _RUN.findall(word):
                terms += _pairs(run) if _is_chinese(run) else [run]
        return terms
