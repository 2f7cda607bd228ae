import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import Polygon, box

from hubtiers.regions.boundaries import load_regions
from hubtiers.show.web.topology import build_topology, encode_line


def decode(topology, unit):
    lines = []
    for steps in topology.arcs:
        lines.append(np.cumsum(np.array(steps).reshape(-1, 2), axis=0) / 10_000)
    parts = []
    for polygon in topology.polygons[unit]:
        rings = []
        for refs in polygon:
            points = [lines[ref] if ref >= 0 else lines[~ref][::-1] for ref in refs]
            rings.append(np.concatenate([points[0], *[p[1:] for p in points[1:]]]))
        parts.append(Polygon(rings[0], rings[1:]))
    return shapely.union_all(parts)


def test_shared_borders_are_written_once():
    layer = gpd.GeoSeries([box(0, 0, 1, 1), box(1, 0, 2, 1)])
    topology = build_topology(layer)
    assert len(topology.arcs) == 3
    assert sorted(topology.owners) == [[0], [0, 1], [1]]
    assert decode(topology, 0).equals(layer[0])
    assert decode(topology, 1).equals(layer[1])


def test_enclave_is_the_hole_of_its_neighbour():
    outer = Polygon(box(0, 0, 3, 3).exterior, [box(1, 1, 2, 2).exterior])
    layer = gpd.GeoSeries([outer, box(1, 1, 2, 2)])
    topology = build_topology(layer)
    assert len(topology.arcs) == 2
    assert decode(topology, 0).equals(outer)


def test_cities_come_back_exactly():
    cities = load_regions("city")
    topology = build_topology(cities.geometry)
    for unit in range(len(cities)):
        assert decode(topology, unit).equals_exact(
            cities.geometry.iloc[unit].normalize(), 1e-9
        ) or decode(topology, unit).symmetric_difference(
            cities.geometry.iloc[unit]
        ).area == pytest.approx(0, abs=1e-12)


def test_layers_that_are_no_coverage_come_back_too():
    layer = gpd.GeoSeries([box(0, 0, 2, 2), box(1, 1, 3, 3)])
    topology = build_topology(layer)
    assert decode(topology, 0).equals(layer[0])
    assert decode(topology, 1).equals(layer[1])


def test_encode_line_is_first_point_and_steps():
    assert encode_line(np.array([[100.0, 30.0], [100.0001, 30.0], [100.0001, 29.9998]])) == [
        1000000,
        300000,
        1,
        0,
        0,
        -2,
    ]
