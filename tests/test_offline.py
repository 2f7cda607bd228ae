"""No reader asks the network: all tests run where each attempt is refused and noted, and these show that it is."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import warnings

import geopandas as gpd
import pytest
from pyogrio.errors import DataSourceError

import hubtiers as ht
from hubtiers.errors import HubtiersError

# An address that is for documents only.
FAR = "192.0.2.1"


def noted(notes):
    """Return what was noted, and forget it, so that it fails no test."""
    text = notes.read_text(encoding="utf-8")
    notes.write_text("", encoding="utf-8")
    return text


@pytest.mark.parametrize("host", [FAR, "2001:db8::1", "example.org"])
def test_this_process_is_refused(calls_out, host):
    with pytest.raises(ConnectionRefusedError, match=f"offline, and {host} was asked for"):
        socket.create_connection((host, 80), timeout=5)
    assert host in noted(calls_out)


def test_a_process_that_it_begins_is_refused(calls_out):
    code = f"import socket; socket.create_connection(({FAR!r}, 80), timeout=5)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert run.returncode == 1
    assert FAR in noted(calls_out)


@pytest.mark.filterwarnings("ignore:HTTP response code")
def test_a_library_in_c_is_noted(calls_out):
    with pytest.raises(DataSourceError, match=r"CURL|HTTP"):
        gpd.read_file(f"/vsicurl/http://{FAR}/x.geojson")
    assert f"http://{FAR}/x.geojson" in noted(calls_out)


def test_loopback_is_here():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as client,
    ):
        assert client.getpeername() == server.getsockname()


LINKS = {
    "link": {"type": "link", "properties": {"href": f"http://{FAR}/crs", "type": "ogcwkt"}},
    "type last": {"properties": {"type": "ogcwkt", "href": f"http://{FAR}/crs"}, "type": "link"},
    "name": {"type": "name", "properties": {"name": f"http://{FAR}/crs"}},
    "url": {"type": "url", "properties": {"url": f"http://{FAR}/crs"}},
}


def layer_with(link, place="collection"):
    feature = {
        "type": "Feature",
        "properties": {"id": "a", "name": "Ay"},
        "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]},
    }
    layer = {"type": "FeatureCollection", "features": [feature]}
    (layer if place == "collection" else feature)["crs"] = link
    return json.dumps(layer)


def test_a_link_is_followed_by_who_does_not_guard_against_it(tmp_path, calls_out):
    (tmp_path / "layer.geojson").write_text(layer_with(LINKS["link"]), encoding="utf-8")
    with contextlib.suppress(Exception), warnings.catch_warnings(action="ignore"):
        gpd.read_file(tmp_path / "layer.geojson")
    assert f"http://{FAR}/crs" in noted(calls_out)


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("place", ["collection", "feature"])
@pytest.mark.parametrize("spelt", ["plain", "escaped"])
def test_a_layer_that_links_to_its_system_asks_nobody(tmp_path, link, place, spelt):
    text = layer_with(LINKS[link], place)
    if spelt == "escaped":
        text = text.replace('"crs"', '"\\u0063rs"').replace('"link"', '"l\\u0069nk"')
    (tmp_path / "layer.geojson").write_text(text, encoding="utf-8")
    # Whether the layer is refused or read, `calls_out` sees that nobody is asked.
    with contextlib.suppress(HubtiersError):
        found = ht.read_regions(tmp_path / "layer.geojson", id_column="id", name="name")
        assert list(found.index) == ["a"]
