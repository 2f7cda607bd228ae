"""The one place where strings of a user become HTML or script data (`_storage.cell_text` is that for spreadsheets).

folium and branca escape little, and branca compiles its own output as a Jinja template a second time, so that `{{…}}`
in a region's name would be evaluated as Python. Every sink goes through one of these functions.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

__all__ = ["html_text", "script_json"]

_HTML_TRAPS = {ord(c): f"&#{ord(c)};" for c in "`${}\\"}
_JSON_TRAPS = {ord(c): f"\\u{ord(c):04x}" for c in "<>&'`${}\u2028\u2029"}
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def html_text(text: object) -> str:
    """Return text as HTML that shows exactly these characters, in an element or a quoted attribute.

    >>> html_text("{{7*7}} <b>")
    '&#123;&#123;7*7&#125;&#125; &lt;b&gt;'
    """
    return html.escape(str(text), quote=True).translate(_HTML_TRAPS)


def script_json(content: Any) -> str:
    r"""Return plain values as JSON that is inert inside a script element and inside a Jinja template.

    >>> script_json({"name": "</script>{{7*7}}"})
    '{"name":"\\u003c/script\\u003e\\u007b\\u007b7*7\\u007d\\u007d"}'
    """
    plain = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _JSON_STRING.sub(lambda match: match.group().translate(_JSON_TRAPS), plain)
