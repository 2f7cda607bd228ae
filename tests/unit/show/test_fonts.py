import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from matplotlib import font_manager

from hubtiers.show import fonts

ASK = """
from matplotlib.font_manager import fontManager
from hubtiers.show import fonts
print(any(entry.name in fonts.CJK_FONTS for entry in fontManager.ttflist))
print(fonts.drawable_language("zh"), fonts.find_lettering("zh").families[0])
"""


def test_a_font_that_was_installed_after_matplotlib_made_its_list_is_found(tmp_path):
    name = f"fontlist-v{font_manager.FontManager.__version__}.json"
    font_manager.json_dump(font_manager.fontManager, tmp_path / name)
    stale = json.loads((tmp_path / name).read_text(encoding="utf-8"))
    new = {entry["fname"] for entry in stale["ttflist"] if entry["name"] in fonts.CJK_FONTS}
    assert new
    stale["ttflist"] = [entry for entry in stale["ttflist"] if entry["fname"] not in new]
    (tmp_path / name).write_text(json.dumps(stale), encoding="utf-8")
    told = subprocess.run(
        [sys.executable, "-c", ASK],
        env={**os.environ, "MPLCONFIGDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split(maxsplit=2)[:2] == ["False", "zh"]
    assert told.stdout.splitlines()[1].removeprefix("zh ") == fonts.find_lettering("zh").families[0]


@pytest.fixture
def manager(monkeypatch):
    """A list of fonts that can be changed, and a look at the system's fonts that is counted."""
    listed = [SimpleNamespace(name="DejaVu Sans", fname="/known.ttf")]
    seen = SimpleNamespace(looks=0, added=[], ttflist=listed)

    def look():
        seen.looks += 1
        return ["/known.ttf", "/broken.ttf", "/new.otf"]

    def add(path):
        seen.added.append(path)
        if path == "/broken.ttf":
            raise RuntimeError("unknown file format")
        listed.append(SimpleNamespace(name="Noto Sans SC", fname=path))

    monkeypatch.setattr(font_manager, "fontManager", SimpleNamespace(ttflist=listed, addfont=add))
    monkeypatch.setattr(font_manager, "findSystemFonts", look)
    fonts._installed.cache_clear()
    yield seen
    fonts._installed.cache_clear()


def test_the_system_is_looked_through_once_and_damaged_files_are_passed_over(manager):
    assert fonts.drawable_language("zh") == "zh"
    assert fonts.drawable_language("zh") == "zh"
    assert manager.looks == 1
    assert manager.added == ["/broken.ttf", "/new.otf"]


def test_the_system_is_not_looked_through_when_the_list_has_a_chinese_font(manager):
    manager.ttflist.append(SimpleNamespace(name="SimHei", fname="/simhei.ttf"))
    assert fonts.drawable_language("zh") == "zh"
    assert manager.looks == 0
