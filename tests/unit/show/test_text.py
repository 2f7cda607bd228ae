import html
import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Template

from hubtiers.errors import SpecError
from hubtiers.show.text import html_text, script_json, toml_tables, toml_value

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


@given(
    st.recursive(
        st.text() | st.integers() | st.none() | st.floats(allow_nan=False, allow_infinity=False),
        st.lists,
    )
)
def test_any_plain_value_reads_back(value):
    assert json.loads(Template(script_json({"v": value})).render()) == {"v": value}


def test_not_a_number_is_never_written():
    with pytest.raises(ValueError, match="not JSON compliant"):
        script_json({"score": float("nan")})


@pytest.mark.parametrize("text", [*HOSTILE, 'tab\t "quotes" \\ back', "\x00\x1f\x7f", "é 中文"])
def test_toml_reads_back(text):
    content = {
        "title": text,
        text: 1,
        "data": {text: [text, 0.1, 1e-7, True, 3], "inner": {text: {"a": text}}},
    }
    assert tomllib.loads(toml_tables(content)) == content


@given(
    st.dictionaries(
        st.text(),
        st.text() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.booleans(),
    )
)
def test_any_table_reads_back(table):
    assert tomllib.loads(toml_tables({"t": table})) == {"t": table}


def test_what_toml_cannot_hold_is_refused():
    assert toml_tables({"a": None, "t": {"b": None, "c": 1}}) == "[t]\nc = 1"
    with pytest.raises(SpecError, match="cannot be written to a study file"):
        toml_value({1, 2})


def test_halves_of_characters_become_replacement_signs():
    assert html_text("a\udc00") == "a\ufffd"
    assert json.loads(script_json(["\ud83d"])) == ["\ufffd"]
    assert toml_value("\ud800") == '"\ufffd"'
