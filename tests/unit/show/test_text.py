import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Template

from hubtiers.show.text import html_text, script_json

HOSTILE = [
    "{{7*7}} <img src=x onerror=alert(1)> ${1}",
    "{% for x in () %}",
    "{# note",
    "100{%",
    "</script><script>alert(1)</script>",
    "`${alert(1)}`",
    "\" onload='x' ",
    "\\u003cb\\u003e",
    "&lt;b&gt;",
    "\u2028\u2029",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_html_shows_the_same_characters_after_jinja(text):
    rendered = Template(html_text(text)).render()
    assert html.unescape(rendered) == text
    assert not set("<>`${}\"'") & set(rendered)


@pytest.mark.parametrize("text", HOSTILE)
def test_json_reads_back_after_jinja(text):
    rendered = Template(script_json({"a": {"b": {text: [text, {"c": {}}]}}})).render()
    assert json.loads(rendered) == {"a": {"b": {text: [text, {"c": {}}]}}}
    assert "<" not in rendered


@given(st.recursive(st.text() | st.integers() | st.none() | st.floats(allow_nan=False, allow_infinity=False), st.lists))
def test_any_plain_value_reads_back(value):
    assert json.loads(Template(script_json({"v": value})).render()) == {"v": value}


def test_not_a_number_is_never_written():
    with pytest.raises(ValueError, match="not JSON compliant"):
        script_json({"score": float("nan")})
