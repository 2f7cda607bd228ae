"""Layouts as TOML: keys misspelt, values of other types, tables nested wrongly, cores in two hubs, damage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from fuzz.toml import ODD, spoilt, text_of
from fuzz.trial import chance, damaged, pick, require, told

from hubtiers.hubs.layout import load_layout

KIND = "layouts"
TIERS = ("international", "national", "regional")
NAMES = ("成渝", "Alba", 'Qu"ote', "São\tTab", "Zürich")


def made(rng: np.random.Generator) -> dict[str, Any]:
    """Return a layout: hubs with cores of their own, corridors, links."""
    cores = [str(core) for core in rng.permutation([f"r{number}" for number in range(20)])]
    hubs = []
    for place in range(int(rng.integers(1, 6))):
        own = [cores.pop() for _ in range(int(rng.integers(1, 3)))]
        hub = {"id": f"h{place}", "tier": pick(rng, TIERS), "cores": own}
        if chance(rng, 0.5):
            hub |= {"name_zh": pick(rng, NAMES), "name_en": pick(rng, NAMES)}
        if chance(rng, 0.5):
            hub["extent"] = [*own, cores[0]]
        if chance(rng, 0.3):
            hub |= {"kind": pick(rng, ("city", "park")), "note": pick(rng, NAMES)}
        hubs.append(hub)
    content: dict[str, Any] = {"title_en": "A plan", "hub": hubs}
    if chance(rng, 0.4):
        content["corridor"] = [{"id": "line", "members": cores[:3], "name_en": pick(rng, NAMES)}]
    if len(hubs) > 1 and chance(rng, 0.4):
        content["link"] = [{"hubs": ["h0", "h1"], "type": "peer"}]
    return content


def same(layout: Any, content: dict[str, Any]) -> None:
    """Require that the layout holds the hubs of the file, each once and in its order."""
    hubs = [(hub.id, hub.tier, hub.cores, hub.extent, hub.name_zh) for hub in layout.hubs]
    expected = [
        (
            hub["id"],
            hub["tier"],
            tuple(hub["cores"]),
            tuple(hub.get("extent", ())),
            hub.get("name_zh", ""),
        )
        for hub in content["hub"]
    ]
    require(hubs == expected, f"{hubs} is not {expected}")
    lines = [line.members for line in layout.corridors]
    require(lines == [tuple(line["members"]) for line in content.get("corridor", [])], lines)
    links = [link.hubs for link in layout.links]
    require(links == [tuple(link["hubs"]) for link in content.get("link", [])], links)


def trial(rng: np.random.Generator, folder: Path) -> str:
    """Write one layout, spoilt in one way or not at all, and read it."""
    content = made(rng)
    way = pick(rng, ("whole", "whole", "spoilt", "spoilt", "core", "bytes", "raw"))
    written = spoilt(rng, content) if way == "spoilt" else content
    if way == "core" and len(content["hub"]) > 1:
        content["hub"][0]["cores"] = content["hub"][1]["cores"][:1]
        content["hub"][0].pop("extent", None)
    data = text_of(written).encode()
    if way == "bytes":
        data = damaged(rng, data)
    if way == "raw":
        data = f"note = {pick(rng, ODD)}\n".encode() + data
    path = folder / "plan.toml"
    path.write_bytes(data)
    layout, said = told(lambda: load_layout(path), "plan", "hub", "corridor", "link", "layout")
    if said:
        require(way != "whole", said)
        return "refused"
    if way == "whole":
        same(layout, content)
        return "right"
    require(way != "core" or len(content["hub"]) < 2, "a core belongs to two hubs")
    cores = [core for hub in layout.hubs for core in hub.cores]
    require(len(set(cores)) == len(cores), f"a core is doubled: {cores}")
    repr(layout)
    layout.to_frame() if hasattr(layout, "to_frame") else None
    return "read"
