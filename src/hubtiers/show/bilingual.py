"""A text in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hubtiers.errors import UnknownOptionError

__all__ = ["LANGUAGES", "Text", "require_language"]

LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Text:
    """A text in both languages.

    Attributes
    ----------
    zh, en
        The text in Chinese and in English.
    one
        English in the singular, for the value 1 of `{n}`; Chinese has one form for both.
    """

    zh: str
    en: str
    one: str = ""

    @classmethod
    def same(cls, string: object) -> Text:
        """Return a text that is the same in both languages, such as a code."""
        return cls(str(string), str(string))

    def say(self, language: str) -> str:
        """Return the text in one language; with `"both"`, both beside each other where they differ.

        >>> Text("位次", "Rank").say("both")
        '位次 Rank'
        """
        if language == "both":
            return self.zh if self.zh == self.en else f"{self.zh} {self.en}".strip()
        require_language(language)
        return self.zh if language == "zh" else self.en

    def fill(self, **values: object) -> Text:
        """Return the text with values in the places of its braces.

        A value that is a text stands there in its own language.

        >>> found = Text("{n} 个结果", "{n} results", one="{n} result")
        >>> found.fill(n=1).en, found.fill(n=2).en
        ('1 result', '2 results')
        """
        english = self.one if self.one and values.get("n") == 1 else self.en
        return Text(_filled(self.zh, values, "zh"), _filled(english, values, "en"))

    def to_plain(self) -> dict[str, str]:
        """Return the text as the browser reads names: by language."""
        return {"zh": self.zh, "en": self.en}


def _filled(template: str, values: Mapping[str, object], language: str) -> str:
    said = {}
    for name, value in values.items():
        said[name] = value.say(language) if isinstance(value, Text) else value
    return template.format(**said)


def require_language(language: str) -> int:
    """Return the place of a language in columns of names: 0 for `"zh"`, 1 for `"en"`."""
    if language not in LANGUAGES:
        raise UnknownOptionError("language", language, LANGUAGES)
    return LANGUAGES.index(language)
