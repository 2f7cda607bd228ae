"""What is gathered while a file is read, for the report."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Notes"]


@dataclass
class Notes:
    """Sentences, footnote marks and lines, columns left out, layouts, in the order they came."""

    texts: list[str] = field(default_factory=list)
    marks: list[tuple[str, str, str]] = field(default_factory=list)
    footnote_rows: list[tuple[int, str]] = field(default_factory=list)
    ignored: list[tuple[str, str, str]] = field(default_factory=list)
    layouts: dict[str, None] = field(default_factory=dict)

    def say(self, text: str) -> None:
        """Note a sentence once."""
        if text not in self.texts:
            self.texts.append(text)

    def recognise(self, layout: str) -> None:
        """Note a layout of the trade once."""
        self.layouts[layout] = None
