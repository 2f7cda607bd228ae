import pytest

from hubtiers.errors import DataError, MissingColumnError, SpecError, UnknownOptionError
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
        HubLayout("l", (Hub("a", "nationl", ("110000",)),))
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
        == "<HubLayout zhang2022: 3 international, 5 national, 8 regional hubs, 5 corridors>"
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
    nowhere = layout.reference_tiers({"DE40": ["DE40"]})
    assert nowhere.isna().all()
    mixed = HubLayout("own", (Hub("m", "national", ("DE21", "110000")),))
    with pytest.raises(UnknownOptionError, match="Unknown region id 'DE21'"):
        mixed.reference_tiers({"DE40": ["DE40"]})


ATOLIA = """
title_en = "Plan 2035"
tiers = ["Capital", "Pole", "Outpost"]
seats = "seats.csv"
notes = ["No extents for outposts."]
notes_zh = ["边缘中心无范围。"]
[[hub]]
id = "a"
tier = "Capital"
cores = ["P07"]
extent = ["P06", "P07"]
[[hub]]
id = "b"
tier = "Outpost"
cores = ["P12"]
note = "One plan."
note_zh = "同一规划。"
[[corridor]]
id = "x"
members = ["P07", "P12"]
"""


def written(tmp_path, text=ATOLIA, seats="region_id,lon,lat\nP07,-127.4,-20.9\n"):
    (tmp_path / "seats.csv").write_text(seats)
    path = tmp_path / "atolia.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_layout_declares_its_tiers_and_its_seats(tmp_path):
    layout = load_layout(written(tmp_path))
    assert layout.tiers == ("Capital", "Pole", "Outpost")
    assert layout.seats == {"P07": (-127.4, -20.9)}
    assert (layout.hub("b").note, layout.hub("b").note_zh) == ("One plan.", "同一规划。")
    assert repr(layout) == "<HubLayout atolia: 1 Capital, 1 Outpost hubs, 1 corridors>"
    assert layout.hub("a").units == ("P06", "P07")
    tiers = layout.reference_tiers({"P07": ["P07"], "P12": ["P12"], "P01": ["P01"]})
    assert list(tiers.cat.categories) == ["Outpost", "Pole", "Capital"]
    assert tiers.dropna().to_dict() == {"P07": "Capital", "P12": "Outpost"}


def test_tiers_of_a_layout_without_its_own_are_those_of_the_study(tmp_path):
    path = written(tmp_path, ATOLIA.replace('tiers = ["Capital", "Pole", "Outpost"]\n', ""))
    with pytest.raises(UnknownOptionError, match=r"declares its own with tiers = \[…\].*'Capital'"):
        load_layout(path)
    assert load_layout(path, tiers=("Capital", "Outpost")).tiers == ("Capital", "Outpost")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('tiers = ["Capital", "Pole", "Outpost"]', 'tiers = ["Capital", "Capital"]', "each once"),
        ('tiers = ["Capital", "Pole", "Outpost"]', 'tiers = "Capital"', "each once"),
        ('cores = ["P07"]', 'cores = "P07"', "cores of the hub 'a' are 'P07'. Give a list"),
        ('cores = ["P07"]', "cores = [7]", "cores of the hub 'a' are .*each in quotes"),
        ('members = ["P07", "P12"]', 'members = "P07"', "members of the corridor 'x' are 'P07'"),
        (
            "[[corridor]]",
            "[corridor]",
            r"'corridor' of .* is no list of tables. Write \[\[corridor",
        ),
        ('id = "x"', 'id = "x"\nfocus = "y"', "Unknown key of a Corridor in .*: 'focus'"),
        ('seats = "seats.csv"', 'seat = "seats.csv"', "'seat'. Did you mean 'seats'"),
    ],
)
def test_a_wrong_key_or_value_anywhere_in_a_layout_is_an_error(tmp_path, old, new, message):
    with pytest.raises(SpecError, match=message):
        load_layout(written(tmp_path, ATOLIA.replace(old, new)))


def test_wrong_seats_are_named(tmp_path):
    with pytest.raises(DataError, match=r"seat of P07 in seats.csv is \('1', '99'\)"):
        load_layout(written(tmp_path, seats="region_id,lon,lat\nP07,1,99\n"))
    with pytest.raises(MissingColumnError, match="table of seats seats.csv lacks .*'lat'"):
        load_layout(written(tmp_path, seats="region_id,lon\nP07,1\n"))
    with pytest.raises(DataError, match="no table of seats"):
        load_layout(written(tmp_path, ATOLIA.replace("seats.csv", "none.csv")))


HUB = '[[hub]]\nid = "a"\ntier = "national"\ncores = ["420100"]\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hub = 1\n", "'hub' of the layout 'l' is no list of tables"),
        ("hub = [1]\n", "'hub' of the layout 'l' is no list of tables"),
        ("id = [1]\n" + HUB, r"'id' of the HubLayout .* is \[1\]. Write a text in quotes"),
        (
            "notes = 5\n" + HUB,
            "'notes' of the HubLayout 'l' in the layout 'l' is 5. Give a list of",
        ),
        (
            HUB.replace('"420100"', "420100"),
            r"The cores of the hub 'a' are \(420100,\)",
        ),
        (HUB + "note = nan\n", "'note' of the Hub 'a' in the layout 'l' is nan. Write a text"),
        (HUB + "name_zh = 2022-01-01\n", "'name_zh' of the Hub 'a' .* Write a text in quotes"),
        (HUB + "focus_en = [1]\n", "'focus_en' of the Hub 'a' .* Give a list of texts"),
        (HUB + "id2 = 1\n", "Unknown key of a Hub in the layout 'l': 'id2'"),
        (HUB + '[[corridor]]\nid = "c"\nmembers = 5\n', "The members of the corridor 'c' are 5"),
        ("x = " + "[" * 5000 + "]" * 5000, "not valid TOML: its values are nested too deep"),
        ("x = " + "9" * 5000, "it has a whole number of thousands of digits"),
    ],
)
def test_what_is_no_text_is_told_with_its_place(tmp_path, text, said):
    file = tmp_path / "l.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError, match=said):
        load_layout(file)
