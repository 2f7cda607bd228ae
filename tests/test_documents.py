"""The documents are run: what README prints is what it says it prints, and the architecture page names every room."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import run_notebooks
from typer.testing import CliRunner

from hubtiers._methods import METHODS
from hubtiers.cli import app

ROOT = Path(__file__).resolve().parents[1]


def blocks(path, *languages):
    text = (ROOT / path).read_text(encoding="utf-8")
    return re.findall(
        rf"^```({'|'.join(languages)})\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL
    )


PAGES = [
    page.relative_to(ROOT).as_posix()
    for page in sorted((ROOT / "docs").rglob("*.md"))
    if "_build" not in page.parts
]


@pytest.mark.parametrize("path", [*sorted(p.name for p in ROOT.glob("README*.md")), *PAGES])
def test_pages_print_what_they_show(path, tmp_path, monkeypatch):
    """Python blocks run in order, in an empty folder; a text block is what the block before it printed.

    In a tutorial the commands run between them.
    """
    monkeypatch.chdir(tmp_path)
    for step, methods in METHODS.items():
        # What a page registers is forgotten after it.
        monkeypatch.setitem(METHODS, step, methods)
    namespace: dict[str, object] = {}
    printed = ""
    for language, block in blocks(path, "python", "text", "console"):
        if language == "console":
            commands = block.splitlines() if path.endswith("tutorial.md") else []
            for command in (line for line in commands if line.startswith("hubtiers ")):
                run = CliRunner().invoke(app, shlex.split(command)[1:])
                assert run.exit_code == 0, f"{command}\n{run.output}"
        elif language == "python":
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(block, path, "exec"), namespace)
            printed = "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())
        else:
            assert block == printed


def test_readme_shows_its_results():
    assert len(blocks("README.md", "text")) == 6


def test_readme_commands_run(built, hubtiers, tmp_path):
    commands = [
        line.split("#")[0].strip()
        for _, block in blocks("README.md", "console")
        for line in block.splitlines()
        if line.startswith("hubtiers ")
    ]
    assert len(commands) >= 2
    # Two of the commands have run, word for word, for the tests that read their files.
    shared = {build.words: build.run for build in (built("zhang2022"), built("provinces2022"))}
    for command in commands:
        words = tuple(shlex.split(command)[1:])
        run = shared.pop(words, None) or hubtiers(*words, cwd=tmp_path, timeout=300)
        assert run.returncode == 0, f"{command}\n{run.stderr}"
    assert not shared
    assert (built("zhang2022").folder / "map.html").is_file()


def test_the_page_of_results_names_every_key_of_the_record(built):
    page = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?) \|", page, flags=re.MULTILINE)
    named = [key for row in rows for key in re.findall(r"`(\w+)`", row)]
    text = (built("zhang2022").folder / "run.json").read_text(encoding="utf-8")
    record = json.loads(text)
    assert sorted(named) == sorted(record)
    told = {key: part for key, part in record.items() if key not in ("made_of", "run", "files")}
    plain = json.dumps(told, ensure_ascii=False)
    assert record["run"] == hashlib.sha256(plain.encode("utf-8")).hexdigest()[:12]


def test_make_targets_named_in_the_documents_exist():
    targets = set(
        re.findall(
            r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE
        )
    )
    for path in ("README.md", "CONTRIBUTING.md"):
        for _, block in blocks(path, "console"):
            named = set(re.findall(r"^make ([a-z]+)", block, flags=re.MULTILINE))
            assert named <= targets, (path, named - targets)


def test_architecture_page_names_every_room():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = {
        f"{path.name}/" if path.is_dir() else path.name
        for path in (ROOT / "src" / "hubtiers").iterdir()
        if ((path.is_dir() and (path / "__init__.py").is_file()) or path.suffix == ".py")
        and not path.name.startswith("_")
    }
    missing = {room for room in rooms if f"`{room}`" not in page}
    assert not missing


def test_architecture_page_says_what_holds_copies_of_a_formula_together():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page.split("## Where a formula stands more than once")[1]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    assert len(rows) > 8
    for formula, places, tests in rows[1:]:
        files = re.findall(r"`([\w./]+\.(?:py|js))`", places)
        held = re.findall(r"`([\w./]+)::(\w+)`", tests)
        assert files, formula
        assert held, formula
        for file in files:
            assert (ROOT / "src" / "hubtiers" / file).is_file(), (formula, file)
        for file, test in held:
            assert re.search(
                rf"^ *def {test}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE
            ), test


NOTEBOOKS = {
    "01_zhang_reproduced.ipynb": [
        "14 of 14 regions in the same tier",
        "46 of 180 cells with a fault",
        "10 indicators, which count as 1.7",
    ],
    "02_testing_weighting_schemes.ipynb": [
        "28 of 31 provinces keep their tier under all six schemes",
        "exactly these tiers: 15.3% of draws",
        "18 of 19 can go without any change of tier",
    ],
    "03_tiers_of_300_cities.ipynb": [
        "296 of 372 cities have a score",
        "above local: 29 of 39 settled",
        "patent_applicants         indicator       16",
    ],
    "04_your_own_yearbook.ipynb": [
        "did you mean 230000 黑龙江省?",
        "155 of 155 values came back",
        "19 of 26 cities have both figures and a tier",
    ],
    "05_from_tiers_to_a_hub_layout.ipynb": [
        "balance costs 1.72% of the summed score",
        "every upper hub of Zhang hit in 41% ± 2% of 1000 draws",
        "336 of 336 regions reached",
    ],
    "06_another_country.ipynb": [
        "11 of 23 ranks as published, none off by more than 8",
        "23 of 23 ranks as published, none off by more than 0",
        "23 of 23 scores are the same, to the last digit",
    ],
    "07_tiers_over_the_years.ipynb": [
        "of 13 changes of tier from 2012 to 2022, 9 go the same way in at least 90 % of them",
        "every year its own     1     7",
        "127.3 km towards 199°",
    ],
}
"""What each notebook prints."""


@pytest.fixture(scope="module")
def kernel():
    kernel = run_notebooks.open_kernel()
    yield kernel
    kernel.shutdown_kernel(now=True)


@pytest.mark.parametrize("path", run_notebooks.PATHS, ids=lambda path: path.name)
def test_notebooks_print_what_they_keep(path, kernel, tmp_path):
    import nbformat

    kept = run_notebooks.parts(nbformat.read(path, as_version=4), "code")
    ran = run_notebooks.parts(run_notebooks.run(path, tmp_path, kernel), "code")
    assert [run_notebooks.shown(cell) for cell in ran] == [
        run_notebooks.shown(cell) for cell in kept
    ], f"{path.name} is out of date: make notebooks"
    printed = "".join(map(run_notebooks.shown, ran))
    for sentence in NOTEBOOKS[path.name]:
        assert sentence in printed


@pytest.mark.parametrize("path", run_notebooks.PATHS, ids=lambda path: path.name)
def test_notebooks_read_without_being_run(path):
    """A question first, what was not shown last; prose whose numbers stand beside it; and light."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    prose, code = (run_notebooks.parts(notebook, kind) for kind in ("markdown", "code"))
    assert prose[0] == notebook.cells[0]
    assert "?" in prose[0].source
    assert "？" in prose[0].source
    assert prose[-1] == notebook.cells[-1]
    assert prose[-1].source.startswith("## What this did not show\n")
    assert len(prose) >= len(code) / 2
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    assert {output.get("name", "stdout") for output in outputs} == {"stdout"}
    text = path.read_text(encoding="utf-8")
    assert "Warning" not in "".join(map(run_notebooks.shown, code))
    assert not re.search(r"/(tmp|home|Users)/", text)
    assert "image/png" in text
    assert path.stat().st_size < 800_000
    assert run_notebooks.unfounded(notebook) == []


def test_a_number_in_the_prose_that_nothing_beside_it_prints_is_found():
    from nbformat import v4

    said = ["In 2022 there were 31, `of 77`.", "# 99\nThen 1,200.50 and 12%.", "Last 31 and 13."]
    code = [v4.new_code_cell(source) for source in ("print(31)", "1200.5", "pass", "pass")]
    cells = [v4.new_markdown_cell(text) for text in said]
    notebook = v4.new_notebook(cells=[cells[0], code[0], code[1], cells[1], *code[2:], cells[2]])
    assert run_notebooks.unfounded(notebook) == ["12.0", "13.0"]


def test_no_registry_host_or_machine_path_is_tracked():
    files = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\n")
    if not files[0]:
        pytest.skip("not a git checkout")
    pattern = re.compile(r"https?://[^ \"]*/(simple|packages|-)/|(?<![a-z.])/(work|farm|root)/")
    for name in files:
        path = ROOT / name
        if (
            path.suffix in {".py", ".md", ".toml", ".cfg", ".yaml", ".yml", ".cff", ".ipynb", ""}
            and path.is_file()
        ):
            found = pattern.search(path.read_text(encoding="utf-8"))
            # This test names what it looks for.
            assert found is None or path == Path(__file__), (name, found)


@pytest.mark.slow
def test_computed_pages_are_current(monkeypatch):
    """`make docs` would write what stands there."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import build

    for name, text in build.pages().items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text, (
            f"{name} is out of date: make docs"
        )
