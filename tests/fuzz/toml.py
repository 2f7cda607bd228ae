"""Content of TOML files spoilt by key, type and nesting, and written out again."""

from __future__ import annotations

import copy
import datetime
import json
from typing import Any

import numpy as np
from fuzz.trial import pick

ODD = (
    '""', '" "', "0", "-1", "420100", "1e400", "nan", "-inf", "true", "2022-01-01", "[]", "[1]", "{}", "[[]]", '["a", 1]',
    '"\\u202eabc"', '"\\u001b[2J"', '"=1+1"', '"../../etc/passwd"', '"nothing.csv"', "{ a = 1 }", "9" * 5000,
    "[" * 3000 + "]" * 3000, '"' + "x" * 5000 + '"', "07:32:00", "0xff", "[nan]", '"\\u0000"',
)  # fmt: skip
VALUES = (
    "", " ", 0, -1, 3, 10**30, 0.5, float("nan"), float("inf"), True, datetime.date(2022, 1, 1), [], [1], ["a"], ["a", "a"], {},
    {"a": 1}, [[]], [{}], "a", "\u202eabc", "\x1b[2J", "=1+1", "None", "100%", "北京",
)  # fmt: skip


def text_of(content: Any) -> str:
    """Return a mapping as TOML: a line a key, tables within it on the same line."""
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in content.items())


def _key(key: object) -> str:
    return json.dumps(str(key))


def _value(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=True)
        case dict():
            parts = ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items())
            return f"{{{parts}}}"
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
        case _:
            return str(value)


def places(content: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value, tables and lists included."""
    items: Any = ()
    if isinstance(content, dict):
        items = content.items()
    elif isinstance(content, list):
        items = enumerate(content)
    found = [path] if path else []
    for key, value in items:
        found += places(value, (*path, key))
    return found


def spoilt(rng: np.random.Generator, content: Any, keep: tuple[str, ...] = ()) -> Any:
    """Return the content with one or two values, keys or tables wrong; `keep` names those left."""
    content = copy.deepcopy(content)
    for _ in range(int(rng.integers(1, 3))):
        paths = [path for path in places(content) if path[-1] not in keep]
        path = pick(rng, paths)
        holder = content
        for key in path[:-1]:
            holder = holder[key]
        _spoil(rng, holder, path[-1])
    return content


def _spoil(rng: np.random.Generator, holder: Any, key: Any) -> None:
    """Change one entry of a table or list."""
    match int(rng.integers(6)):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[f"{key}s"] = holder.pop(key)
        case 2:
            holder[key] = [holder[key]]
        case 3:
            holder[key] = {str(key): holder[key]}
        case 4 if isinstance(holder[key], str):
            holder[key] = holder[key].upper() + pick(rng, ("", "x", " "))
        case _:
            holder[key] = copy.deepcopy(pick(rng, VALUES))
