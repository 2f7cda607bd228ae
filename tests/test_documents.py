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

ROOT = Path(__file__).resolve().parents[1]


def blocks(path, *languages):
    text = (ROOT / path).read_text(encoding="utf-8")
    return re.findall(
        rf"^```({'|'.join(languages)})\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL
    )


@pytest.mark.parametrize(
    "path", ["README.md", *sorted(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))]
)
def test_pages_print_what_they_show(path, tmp_path, monkeypatch):
    """Python blocks run in order, in an empty folder; a text block is what the block before it printed."""
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {}
    printed = ""
    for language, block in blocks(path, "python", "text"):
        if language == "python":
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
    "01_zhang_reproduced.ipynb": ["14 of 14 regions in the same tier"],
    "05_from_tiers_to_a_hub_layout.ipynb": [
        "balance costs 1.72% of the summed score",
        "every upper hub of Zhang hit in 41% ± 2% of 1000 draws",
        "336 of 336 regions reached",
    ],
}
"""What each notebook prints in the end."""


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.name)
def test_notebooks_run(path, tmp_path):
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    # The notebook's own kernel runs in the interpreter of the tests, in an empty folder.
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    )
    client.execute()
    printed = "".join(
        output.get("text", "")
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )
    for sentence in NOTEBOOKS[path.name]:
        assert sentence in printed


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
