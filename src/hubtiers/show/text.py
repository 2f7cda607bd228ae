"""Where strings of a user become HTML, script data or TOML (`_storage.cell_text`: tables).

folium and branca escape little, and branca compiles its own output as a Jinja template a second
time, so that `{{…}}` in a region's name would be evaluated as Python. Every sink goes through one
of these functions.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from typing import Any

from hubtiers.errors import SpecError

__all__ = ["html_text", "script_json", "toml_tables", "toml_value"]

_HTML_TRAPS = {ord(c): f"&#{ord(c)};" for c in "`${}\\"}
_JSON_TRAPS = {ord(c): f"\\u{ord(c):04x}" for c in "<>&'`${}\u2028\u2029"}
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_HALF_CHARACTERS = re.compile("[\ud800-\udfff]")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def html_text(text: object) -> str:
    """Return text as HTML that shows exactly these characters, in an element or a quoted attribute.

    >>> html_text("{{7*7}} <b>")
    '&#123;&#123;7*7&#125;&#125; &lt;b&gt;'
    """
    return html.escape(_whole(str(text)), quote=True).translate(_HTML_TRAPS)


def script_json(content: Any) -> str:
    r"""Return plain values as JSON that is inert inside a script element and a Jinja template.

    >>> script_json({"name": "</script>{{7*7}}"})
    '{"name":"\\u003c/script\\u003e\\u007b\\u007b7*7\\u007d\\u007d"}'
    """
    plain = _whole(json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")))
    return _JSON_STRING.sub(lambda match: match.group().translate(_JSON_TRAPS), plain)


def toml_tables(content: Mapping[str, Any]) -> str:
    """Return plain values as TOML: numbers and text, then a table for each mapping; no None.

    >>> print(toml_tables({"title": "own", "data": {"year": 2022}}))
    title = "own"
    <BLANKLINE>
    [data]
    year = 2022
    """
    present = {key: value for key, value in content.items() if value is not None}
    lines = [
        f"{_key(key)} = {toml_value(v)}" for key, v in present.items() if not isinstance(v, Mapping)
    ]
    for key, table in present.items():
        if isinstance(table, Mapping):
            rows = [f"{_key(k)} = {toml_value(v)}" for k, v in table.items() if v is not None]
            lines += [""] * bool(lines) + [f"[{_key(key)}]", *rows]
    return "\n".join(lines)


def toml_value(value: Any) -> str:
    r"""Return a plain value as TOML on one line.

    Raises
    ------
    SpecError
        When TOML has no way to write it.

    >>> toml_value({"method": "Thresholds", "breaks": (0.5, 1e-7), "own key": True})
    '{ method = "Thresholds", breaks = [0.5, 1e-07], "own key" = true }'
    """
    if isinstance(value, str):
        # JSON escapes are TOML escapes, but TOML also forbids the delete character.
        return json.dumps(_whole(value), ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_key(k)} = {toml_value(v)}" for k, v in value.items() if v is not None)
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(toml_value, value))}]"
    raise SpecError(
        f"{value!r} cannot be written to a study file. Use numbers, text, lists and mappings."
    )


def _key(name: object) -> str:
    return str(name) if _BARE_KEY.fullmatch(str(name)) else toml_value(str(name))


def _whole(text: str) -> str:
    """Replace halves of surrogate pairs, which no file can hold."""
    return _HALF_CHARACTERS.sub("\ufffd", text)
