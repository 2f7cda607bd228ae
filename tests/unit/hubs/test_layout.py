import pytest

from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.hubs.layout import Hub, HubLayout, load_layout
from hubtiers.regions.membership import expand_members


@pytest.fixture(scope="module")
def zhang():
    return load_layout("zhang2022")


def test_zhang_layout_is_table_2(zhang):
    """Zhang 2022, Table 2 and section 4.3: three international, five national, eight regional centres; 22 cities in all."""
    tiers = [hub.tier for hub in zhang.hubs]
    assert (tiers.count("international"), tiers.count("national"), tiers.count("regional")) == (
        3,
        5,
        8,
    )
    cores = [core for hub in zhang.hubs for core in hub.cores]
    # Section 4: 北京 上海 广州 深圳 香港 澳门 武汉 成都 重庆 沈阳 大连 西安 济南 青岛 and eight regional ones.
    assert len(cores) == len(set(cores)) == 22
    assert zhang.hub("chengdu-chongqing").cores == ("510100", "500000")
    assert len(zhang.hub("greater-bay-area").units) == 11


def test_every_id_is_known(zhang):
    for hub in zhang.hubs:
        assert set(expand_members(hub.cores)) <= set(hub.units)
    for corridor in zhang.corridors:
        assert expand_members(corridor.members) == corridor.members


def test_extents_are_disjoint(zhang):
    seen = [unit for hub in zhang.hubs for unit in expand_members(hub.extent)]
    assert len(seen) == len(set(seen))


def test_reference_tier_is_the_highest_core_inside(zhang):
    members = {
        "yangtze-delta": expand_members(["yangtze-delta"]),
        "350000": expand_members(["350000"]),
        "x": ["540100"],
    }
    reference = zhang.reference_tiers(members)
    assert reference.astype("object").where(reference.notna(), None).tolist() == [
        "international",
        "regional",
        None,
    ]


def test_wrong_layouts_are_refused(tmp_path):
    with pytest.raises(
        UnknownOptionError, match="tier of the hub 'a'.*'nationl'. Did you mean 'national'"
    ):
        Hub("a", "nationl", ("110000",))
    with pytest.raises(SpecError, match="hub 'a' has no core"):
        Hub("a", "national", ())
    twin = Hub("a", "national", ("110000",))
    with pytest.raises(SpecError, match="'a' more than once"):
        HubLayout("l", (twin, twin))
    with pytest.raises(UnknownOptionError, match="Unknown layout 'zhang'"):
        load_layout("zhang")
    with pytest.raises(DataError, match="no layout file"):
        load_layout(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[hub]\n", "not valid TOML"),
        ('[[hub]]\nid = "a"\n', "Hub in the layout 'l' is incomplete"),
        (
            '[[hubs]]\nid = "a"\ntier = "national"\ncores = ["110000"]\n',
            "Unknown key of the layout .*: 'hubs'. Did you mean 'hub'",
        ),
        (
            '[[corridors]]\nid = "a"\nmembers = []\n',
            "Unknown key of the layout .*: 'corridors'. Did you mean 'corridor'",
        ),
        (
            '[[hub]]\nid = "a"\ncore = ["110000"]\n',
            "Unknown key of a Hub.*'core'. Did you mean 'cores'",
        ),
    ],
)
def test_wrong_files_are_refused(tmp_path, text, message):
    path = tmp_path / "l.toml"
    path.write_text(text)
    with pytest.raises(SpecError, match=message):
        load_layout(path)


def test_unknown_hub(zhang):
    with pytest.raises(UnknownOptionError, match="Unknown hub 'wuhn'. Did you mean 'wuhan'"):
        zhang.hub("wuhn")


def test_frame_and_repr(zhang):
    frame = zhang.to_frame()
    assert frame["hub"].tolist()[:3] == ["beijing", "shanghai", "greater-bay-area"]
    assert (
        repr(zhang)
        == "<HubLayout zhang2022: 3 international, 5 national, 8 regional hubs, 3 corridors>"
    )
    assert "Wuhan" in zhang._repr_html_()


def test_a_layout_of_a_layer_of_ones_own():
    layout = HubLayout("own", (Hub("m", "national", ("DE21",)), Hub("b", "regional", ("DE30",))))
    tiers = layout.reference_tiers({"DE21": ["DE21"], "DE30": ["DE30"], "DE40": ["DE40"]})
    assert tiers.astype("object").where(tiers.notna(), None).to_dict() == {
        "DE21": "national",
        "DE30": "regional",
        "DE40": None,
    }
    with pytest.raises(UnknownOptionError, match="Unknown region id 'DE21'"):
        layout.reference_tiers({"DE40": ["DE40"]})
