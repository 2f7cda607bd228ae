"""What is told on a terminal: texts from files cannot steer it, and any encoding can say them."""

from __future__ import annotations

import re
import sys
from typing import TextIO

__all__ = ["ready_streams", "tell", "visible"]

# Control characters but for tab and line feed, and the marks that turn the direction of a text.
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible(text: object) -> str:
    r"""Return a text whose control characters are shown as they would be written.

    A name in a foreign file could otherwise set the title of the window, clear the screen, or read
    as another name.

    >>> visible("a\x1b]0;mine\x07b")
    'a\\x1b]0;mine\\x07b'
    """
    return _STEERING.sub(_escaped, str(text))


def _escaped(found: re.Match[str]) -> str:
    number = ord(found.group())
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"


def tell(text: object, file: TextIO | None = None) -> None:
    """Print a text, on standard output or elsewhere, that may hold names from files."""
    print(visible(text), file=sys.stdout if file is None else file)


def ready_streams() -> None:
    """Let what the encoding of the terminal lacks appear as a question mark.

    Without this a word in Chinese ends the run on a terminal in a Western encoding, when all is
    done.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
