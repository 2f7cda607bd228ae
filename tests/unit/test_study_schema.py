"""The schema of a study file says what the program takes, key by key and method by method."""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from hubtiers._key_texts import (
    FRAMEWORK_COLUMNS,
    METHOD_STEPS,
    SECTION_KEYS,
    VARIATION_PARTS,
    key_text,
)
from hubtiers._methods import METHODS, find_method, register, unregister
from hubtiers._storage import data_path
from hubtiers._study_file import StudyFile, read_study_file, sections_of
from hubtiers._study_schema import SCHEMA_LINE, option_texts, schema_text, study_schema
from hubtiers.datasets import new_study
from hubtiers.errors import SpecError
from hubtiers.framework import _REMARK, Indicator
from hubtiers.robustness.variation import Variation

DOCS = Path(__file__).parents[2] / "docs"
STUDIES = sorted(data_path("studies").glob("*.toml"))
_BLOCK = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
LEAST = '[data]\nindicators = "values.csv"\n'


@pytest.fixture(scope="module")
def schema():
    return study_schema()


@pytest.fixture(scope="module")
def faults(schema):
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)

    def find(text: str) -> list[str]:
        content = tomllib.loads(text)
        return [error.json_path for error in validator.iter_errors(content)]

    return find


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_shipped_studies_fit(path, faults):
    assert faults(path.read_text(encoding="utf-8")) == []


def test_studies_on_the_pages_fit(schema):
    """A block of TOML that has sections of a study is one, or a part that lacks its indicators."""
    validator = Draft202012Validator(schema)
    tried = 0
    pages = [page for page in sorted(DOCS.rglob("*.md")) if "_build" not in page.parts]
    for page in pages:
        for block in _BLOCK.findall(page.read_text(encoding="utf-8")):
            content = tomllib.loads(block)
            has_section = any(isinstance(part, dict) for part in content.values())
            if has_section and set(content) <= set(StudyFile.model_fields):
                content.setdefault("data", {}).setdefault("indicators", "values.csv")
                found = [error.message for error in validator.iter_errors(content)]
                assert found == [], (page.name, block)
                tried += 1
    assert tried >= 10


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (LEAST + "yaer = 2022\n", "$.data"),
        (LEAST + "years = [2020, 'x']\n", "$.data.years[1]"),
        (LEAST + 'leading_zeros = "yes"\n', "$.data.leading_zeros"),
        (LEAST + 'layout = "tall"\n', "$.data.layout"),
        (LEAST + "direction = { rd = 2 }\n", "$.data.direction.rd"),
        (LEAST + "[robustness]\ndraws = -1\n", "$.robustness.draws"),
        (LEAST + "[robustness.variation]\nwieghts = 1\n", "$.robustness.variation"),
        (LEAST + "[output.figure]\nformats = ['gif']\n", "$.output.figure.formats[0]"),
        (LEAST + '[method]\nwieght = "equal"\n', "$.method"),
        (LEAST + '[method]\nweight = "eqaul"\n', "$.method.weight"),
        (LEAST + '[method]\ntier = { method = "NaturalBreaks", k = "4" }\n', "$.method.tier"),
        (LEAST + '[method]\ntier = { method = "NaturalBreaks", n = 4 }\n', "$.method.tier"),
        ("[data]\nregions = 'city'\n", "$.data"),
        ("[output]\nlanguage = 'zh'\n", "$"),
    ],
)
def test_wrong_keys_and_kinds_do_not_fit(text, place, faults, tmp_path):
    assert faults(text) == [place]


def test_every_method_fits_by_each_of_its_names(schema, faults):
    for step, methods in METHODS.items():
        names = schema["$defs"][f"step_{step}"]["anyOf"][0]["enum"]
        assert len(names) == len(set(names))
        for method in methods:
            assert method.__name__ in names
            assert faults(f'{LEAST}[method]\n{step} = "{method.__name__}"\n') == []
            for option in dataclasses.fields(method):
                if option.init and not option.metadata.get("data"):
                    assert option_texts(method).get(option.name), (method, option.name)
    assert (
        faults(LEAST + '[method]\nweight = ["equal", { method = "entropy", shift = 0.1 }]\n') == []
    )
    assert faults(LEAST + "[method]\ndenominate = true\n") == []
    assert faults(LEAST + '[method]\ntier = ["NaturalBreaks"]\n') == ["$.method.tier"]


def test_names_in_the_schema_are_names_of_the_program(schema):
    for step, methods in METHODS.items():
        names = schema["$defs"][f"step_{step}"]["anyOf"][0]["enum"]
        assert {find_method(step, name) for name in names} == set(methods)


def test_a_registered_method_joins_the_schema():
    @dataclasses.dataclass(frozen=True)
    class HalfWeights:
        """Half of everything.

        Parameters
        ----------
        share
            How much of it.
        """

        share: float = 0.5

        def fit(self, values):
            return values

    register("weight", HalfWeights)
    try:
        step = study_schema()["$defs"]["step_weight"]["anyOf"]
    finally:
        unregister("weight", HalfWeights)
    assert step[0]["enum"][-2:] == ["HalfWeights", "half"]
    assert step[-1]["description"] == "Half of everything."
    share = step[-1]["properties"]["share"]
    assert (share["description"], share["type"]) == ("How much of it.", "number")


def test_every_key_says_what_it_is_in_both_languages(schema):
    used = set()
    for section in sections_of(StudyFile):
        part = schema if section is StudyFile else schema["$defs"][section.__name__]
        for key in section.model_fields:
            english, chinese = key_text(section, key)
            used |= {
                (kind.__name__, key) for kind in section.__mro__ if kind.__name__ in SECTION_KEYS
            }
            assert part["properties"][key]["description"] == f"{english}\n{chinese}"
            assert english.endswith("."), (section, key)
            assert chinese.endswith("。"), (section, key)
    told = {(name, key) for name, texts in SECTION_KEYS.items() for key in texts}
    assert told <= used
    assert list(METHOD_STEPS) == list(METHODS)
    assert list(VARIATION_PARTS) == [part.name for part in dataclasses.fields(Variation)]
    columns = [field.name for field in dataclasses.fields(Indicator)]
    assert sorted(FRAMEWORK_COLUMNS) == sorted([*columns, _REMARK])


def test_no_key_may_be_null_and_none_repeats_its_name(schema):
    text = json.dumps(schema)
    assert '"null"' not in text
    assert '"title": "Region Column"' not in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[data]\nregions = 'city'\n[data.points.laboratories]\n",
            r"'data.points.laboratories.file' is missing. file: A file of point records",
        ),
        (LEAST + "exclude = 3\n", "'data.exclude' is 3: .* exclude: Regions that do not count"),
        (LEAST + "[output.figure]\ndpi = 3\n", "dpi: Dots per inch of PNG and TIFF"),
    ],
)
def test_messages_say_what_a_key_is(text, message, tmp_path):
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SpecError, match=message):
        read_study_file(tmp_path / "study.toml")


def test_a_new_study_names_the_schema_beside_it(tmp_path):
    made = new_study(tmp_path / "mine")
    first = made[0].read_text(encoding="utf-8").splitlines()[0]
    assert first == "#:schema ./study.schema.json" == SCHEMA_LINE.strip()
    assert made[-1].read_text(encoding="utf-8") == schema_text()


def test_the_command_writes_the_schema(hubtiers, tmp_path):
    run = hubtiers("schema", "--out", "here.json", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "here.json").read_text(encoding="utf-8") == schema_text()
    assert json.loads(schema_text())["title"] == "hubtiers study"
