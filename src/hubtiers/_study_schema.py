"""The JSON schema of a study file, by which editors complete and check it.

It is made from the models that check the file and from the methods that are known, so that it
cannot say anything else than they do.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
from collections.abc import Mapping
from typing import Any, get_type_hints

from pydantic import BaseModel, BeforeValidator, TypeAdapter

from hubtiers._key_texts import METHOD_STEPS, VARIATION_PARTS, key_text
from hubtiers._methods import BY_LEVEL, METHODS, short_name
from hubtiers._study_file import StudyFile, sections_of

__all__ = ["SCHEMA_FILE", "SCHEMA_LINE", "option_texts", "schema_text", "study_schema"]

SCHEMA_FILE = "study.schema.json"
SCHEMA_LINE = f"#:schema ./{SCHEMA_FILE}\n"
"""First line of a study file, by which editors with Taplo (Even Better TOML) find its schema."""

_PARAMETERS = re.compile(r"^Parameters\n-+\n(.*?)(?=^\S[^\n]*\n-+\n|\Z)", re.MULTILINE | re.DOTALL)
Schema = dict[str, Any]


def schema_text() -> str:
    """Return the schema as a file holds it, the same bytes each time."""
    return json.dumps(study_schema(), ensure_ascii=False, indent=1) + "\n"


def study_schema() -> Schema:
    """Return the JSON schema (draft 2020-12) of a study file, with the methods known here.

    Returns
    -------
    dict
        What a file may hold: each key with what it says in both languages, each method of each step
        with its options. A name of a method stands as the class or its short name is written; the
        program takes it in other capitals, too.

    Examples
    --------
    >>> schema = study_schema()
    >>> schema["$defs"]["OutputSection"]["properties"]["language"]["enum"]
    ['zh', 'en']
    """
    schema: Schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    schema |= StudyFile.model_json_schema()
    definitions = schema["$defs"]
    for model in sections_of(StudyFile):
        part = schema if model is StudyFile else definitions[model.__name__]
        part["description"] = (inspect.getdoc(model) or "").split("\n", 1)[0]
        _describe_keys(model, part)
    # Values come from tables, from counted points, or from both.
    sources: list[Schema] = [{"required": ["indicators"]}, {"required": ["points"]}]
    definitions["DataSection"]["anyOf"] = sources
    for step in METHODS:
        definitions[f"step_{step}"] = _step_schema(step)
    schema["properties"]["method"] |= _method_section()
    definitions["RobustnessSection"]["properties"]["variation"] |= _variation()
    schema["title"] = "hubtiers study"
    return schema


def _describe_keys(model: type[BaseModel], part: Schema) -> None:
    """Put what each key says into the schema of a section, and take out what no file can hold."""
    for key, field in model.model_fields.items():
        found = _plain(part["properties"][key])
        if any(isinstance(rule, BeforeValidator) for rule in field.metadata):
            found = _with_short_forms(found)
        part["properties"][key] = {"description": _both(key_text(model, key)), **found}
    part.pop("title", None)


def _with_short_forms(found: Schema) -> Schema:
    """Return the schema of a key whose tables may be texts, and whose list may be one of them.

    That is what the validators before these keys bring into form.
    """
    default = {key: value for key, value in found.items() if key == "default"}
    if found.get("type") != "array":
        table = {key: value for key, value in found.items() if key not in default}
        return {"anyOf": [{"type": "string"}, table], **default}
    one = [{"type": "string"}, found["items"]]
    several = {**found, "items": {"anyOf": one}}
    several.pop("default", None)
    return {"anyOf": [*one, several], **default}


def _both(texts: tuple[str, str]) -> str:
    return "\n".join(texts)


def _plain(found: Any) -> Any:
    """Return a schema without titles, which repeat the keys, and without null, which TOML lacks."""
    if isinstance(found, list):
        return [_plain(member) for member in found if member != {"type": "null"}]
    if not isinstance(found, dict):
        return found
    kept = {
        key: _plain(value)
        for key, value in found.items()
        if key != "title" and (key, value) != ("default", None)
    }
    choices = kept.get("anyOf", ())
    if len(choices) == 1:
        kept = {**choices[0], **{key: value for key, value in kept.items() if key != "anyOf"}}
    return kept


def _method_section() -> Schema:
    properties = {}
    for step, texts in METHOD_STEPS.items():
        one: Schema = {"$ref": f"#/$defs/step_{step}"}
        choices = [one, {"type": "array", "items": one, "minItems": 1}]
        properties[step] = {
            "description": _both(texts),
            **({"anyOf": choices} if step in BY_LEVEL else one),
        }
    return {"properties": properties, "additionalProperties": False}


def _step_schema(step: str) -> Schema:
    """Return what may be written for one method of a step: its name, or a table with options."""
    names = [name for method in METHODS[step] for name in _names(method)]
    choices: list[Schema] = [{"enum": names}]
    choices += [_method_table(method) for method in METHODS[step]]
    if step == "denominate":
        choices.append({"type": "boolean"})
    return {"anyOf": choices}


def _names(method: type) -> list[str]:
    """Return the names of a method as they are usually written, each once."""
    return list(dict.fromkeys((method.__name__, short_name(method))))


def _method_table(method: type) -> Schema:
    hints = get_type_hints(method)
    texts = option_texts(method)
    properties: Schema = {"method": {"enum": _names(method)}}
    for option in dataclasses.fields(method):
        if not option.init or option.metadata.get("data"):
            continue
        nested = option.metadata.get("step")
        found = (
            {"type": "array", "items": {"$ref": f"#/$defs/step_{nested}"}}
            if nested
            else _plain(TypeAdapter(hints[option.name]).json_schema())
        )
        properties[option.name] = {"description": texts.get(option.name, ""), **found}
    return {
        "type": "object",
        "description": (inspect.getdoc(method) or "").split("\n", 1)[0],
        "properties": properties,
        "required": ["method"],
        "additionalProperties": False,
    }


def option_texts(method: type) -> Mapping[str, str]:
    """Return what the docstring of a method says of each of its options.

    Examples
    --------
    >>> from hubtiers.scoring.normalise import MinMax
    >>> sorted(option_texts(MinMax))
    ['high', 'low']
    """
    text = inspect.getdoc(method) or ""
    section = _PARAMETERS.search(text)
    texts: dict[str, str] = {}
    named: list[str] = []
    for line in (section[1] if section else "").splitlines():
        if line and not line.startswith(" "):
            named = [name.strip() for name in line.split(":")[0].split(",")]
            texts |= dict.fromkeys(named, "")
        for name in named if line.startswith(" ") else ():
            texts[name] = f"{texts[name]} {line.strip()}".strip()
    return texts


def _variation() -> Schema:
    """Return what may vary: methods by name or with options, of which `vary` lists several."""
    method = {
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "properties": {
                    "method": {"type": "string"},
                    "vary": {"type": "object", "additionalProperties": {"type": "array"}},
                },
                "required": ["method"],
            },
        ]
    }
    # A list may hold lists: one method for each level.
    by_level = {"anyOf": [*method["anyOf"], {"type": "array", "items": method}]}
    several = {"anyOf": [*method["anyOf"], {"type": "array", "items": by_level}]}
    special: Schema = {
        "redraw_gaps": {"type": "boolean"},
        "leave_one_out": {"type": "boolean"},
        "noise": {
            "type": "object",
            "properties": {"percent": {"type": "number"}, "of": {"enum": ["value", "spread"]}},
            "additionalProperties": False,
        },
    }
    properties = {
        part: {"description": _both(texts), **special.get(part, several)}
        for part, texts in VARIATION_PARTS.items()
    }
    return {"properties": properties, "additionalProperties": False}
