"""The package as installed: light to import, complete as a wheel, typed names that all exist."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

import hubtiers

ROOT = Path(__file__).resolve().parents[1]


def test_every_public_name_exists():
    tree = ast.parse((ROOT / "src" / "hubtiers" / "__init__.pyi").read_text(encoding="utf-8"))
    names = [
        alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    ]
    assert set(names) == set(hubtiers.__all__)
    # Type checkers take only names in `__all__` of a stub for public.
    listed = next(node.value for node in tree.body if isinstance(node, ast.Assign))
    assert sorted(ast.literal_eval(listed)) == sorted(names)
    for name in names:
        assert getattr(hubtiers, name) is not None


def test_every_method_has_a_public_name():
    from hubtiers._methods import METHODS

    names = {method.__name__ for methods in METHODS.values() for method in methods}
    assert names <= set(hubtiers.__all__)


def test_import_is_light():
    """`import hubtiers` loads no heavy library; they come with the first name that needs them."""
    heavy = [
        "folium",
        "matplotlib",
        "sklearn",
        "numba",
        "openpyxl",
        "pydantic",
        "typer",
        "rich",
        "scipy",
    ]
    code = f"import sys, hubtiers; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_the_help_of_the_command_line_is_light():
    """What a command needs is loaded when it runs: `hubtiers --help` answers at once."""
    heavy = ["geopandas", "numpy", "pandas", "pydantic", "scipy", "shapely"]
    code = f"import sys, hubtiers.cli; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_the_path_to_a_result_needs_no_drawing_library():
    code = (
        "import sys, hubtiers as ht; v = ht.load_indicators('zhang2022');"
        "t = ht.join_indicators(ht.load_regions(v['region'].unique()), v, framework=ht.load_framework('zhang2022'));"
        "ht.Scheme(tier=ht.NaturalBreaks(3)).run(t).to_frame();"
        "print([m for m in ('folium', 'matplotlib', 'sklearn', 'numba') if m in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_the_version_stands_once():
    assert hubtiers.__version__ == version("hubtiers")
    assert re.fullmatch(r"\d+\.\d+\.\d+", hubtiers.__version__)


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    """The source archive, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    unpack = ["tar", "-xzf", str(next(folder.glob("*.tar.gz"))), "-C", str(folder)]
    subprocess.run(unpack, check=True, timeout=120)
    return next(path for path in folder.iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def tracked():
    """The names of the files of the checkout; a copy has none, and may lack what an archive needs."""
    found = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\0")
    if not found[0]:
        pytest.skip("not a git checkout")
    return found


def test_the_sdist_has_every_file_of_the_checkout(tracked, sdist):
    """What ships as source is what is tested here, byte for byte: its tests need not run once more."""
    files = [name for name in tracked if name and (ROOT / name).is_file()]
    assert len(files) > 500
    absent = [name for name in files if not (sdist / name).is_file()]
    assert [name for name in absent if not name.startswith(".ci/")] == []
    others = [name for name in files if name not in absent]
    assert [n for n in others if (sdist / n).read_bytes() != (ROOT / n).read_bytes()] == []


@pytest.mark.slow
def test_the_sdist_runs_tests_of_its_own(sdist):
    """Data, version and names are found where the source lies."""
    chosen = ["tests/test_package.py", "tests/unit/test_framework.py", "src/hubtiers/framework.py"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "not slow", "-p", "no:cacheprovider", *chosen],
        cwd=sdist, env=os.environ | {"PYTHONPATH": str(sdist / "src")}, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout


@pytest.mark.slow
def test_a_wheel_runs_elsewhere(tmp_path):
    """Build a wheel, unpack it into an environment that knows nothing of the checkout, and build the demonstration."""
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        # What builds it is installed for the tests, so that nothing is fetched.
        "--no-build-isolation",
        "--wheel-dir",
        str(tmp_path),
        str(ROOT),
    ]
    subprocess.run(build, check=True, capture_output=True, timeout=300)
    wheel = next(tmp_path.glob("hubtiers-*.whl"))
    assert wheel.stat().st_size < 5_000_000
    with zipfile.ZipFile(wheel) as archive:
        data = [name for name in archive.namelist() if name.startswith("hubtiers/data/")]
    assert data
    assert [name for name in data if name.endswith(".py")] == [], (
        "recipes are for those who make the data"
    )
    # The libraries are those of this environment; only hubtiers itself is the wheel's.
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / "bin" / "python"
    site = Path(
        subprocess.check_output(
            [python, "-c", "import site; print(site.getsitepackages()[0])"], text=True
        ).strip()
    )
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(site)], check=True)
    import numpy

    (site / "libraries.pth").write_text(str(Path(numpy.__file__).parents[1]))
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    code = "import hubtiers; print(hubtiers.__file__)"
    assert str(site) in subprocess.check_output(
        [python, "-c", code], text=True, cwd=tmp_path, env=clean
    )
    run = subprocess.run(
        [python, "-m", "hubtiers.cli", "build", "zhang2022", "--out", "here"],
        cwd=tmp_path, env=clean, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "14 个区域中 14 个同级" in run.stdout
    assert (tmp_path / "here" / "map.html").is_file()
