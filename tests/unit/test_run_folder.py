"""A folder of results is one run's, whatever ends the run and whatever lies in the folder."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hubtiers import _run_folder
from hubtiers._run_folder import check_run, run_folder
from hubtiers._storage import replacing
from hubtiers.errors import DataError


def write(folder, files, *, study="s", made_of="m", record="run.json", read=()):
    with run_folder(folder, record, inputs=read) as staging:
        for name, text in files.items():
            (staging / name).write_text(text)
        content = {"study": study, "origin": f"in/{study}", "made_of": made_of}
        (staging / record).write_text(json.dumps(content))


def texts(folder):
    names = sorted(path.name for path in folder.iterdir())
    return {name: (folder / name).read_text() for name in names if not name.endswith(".json")}


def hidden(folder):
    around = [*folder.iterdir(), *folder.parent.iterdir()]
    return sorted(path.name for path in around if path.name.startswith("."))


@pytest.fixture(params=["exchange", "move"])
def way(request, monkeypatch):
    """Both ways into place: folders exchanged, and files moved one after the other."""
    if request.param == "move":
        monkeypatch.setattr(_run_folder, "_can_exchange", lambda _target: False)
    elif sys.platform != "linux":
        pytest.skip("only Linux exchanges folders")
    return request.param


def test_a_run_replaces_the_one_before_and_leaves_what_is_not_its(tmp_path, way):
    out = tmp_path / "deep" / "out"
    write(out, {"a.csv": "a1", "b.csv": "b1", "edited.csv": "e1"})
    (out / "mine.txt").write_text("mine")
    (out / "edited.csv").write_text("by hand")
    write(out, {"a.csv": "a2", "c.csv": "c2"})
    expected = {"a.csv": "a2", "c.csv": "c2", "edited.csv": "by hand", "mine.txt": "mine"}
    assert texts(out) == expected
    assert hidden(out) == []
    found = check_run(out)
    assert (found.right, found.changed, found.absent) == (("a.csv", "c.csv"), (), ())
    assert found.unknown == ("edited.csv", "mine.txt")
    assert found.holds


def test_another_command_adds_to_the_same_run_and_replaces_one_before(tmp_path, way):
    out = tmp_path / "out"
    write(out, {"a.csv": "a1"}, made_of="1")
    write(out, {"doubt.csv": "d"}, made_of="1", record="robustness.json")
    assert texts(out) == {"a.csv": "a1", "doubt.csv": "d"}
    assert check_run(out).records == ("robustness.json", "run.json")
    write(out, {"a.csv": "a2"}, made_of="2")
    assert texts(out) == {"a.csv": "a2"}
    assert [path.name for path in out.glob("*.json")] == ["run.json"]


@pytest.mark.parametrize("record", ["run.json", "robustness.json"])
def test_the_results_of_another_study_are_not_replaced(tmp_path, way, record):
    out = tmp_path / "out"
    write(out, {"a.csv": "a1"}, record=record)
    match = "out holds the results of another study, in/s, which would be overwritten by those of"
    with pytest.raises(DataError, match=f"{match} in/t. Choose another folder"):
        write(out, {"a.csv": "a2"}, study="t")
    assert texts(out) == {"a.csv": "a1"}
    assert hidden(out) == []
    # Any other JSON is the user's, whatever it says.
    (out / "mine.json").write_text('{"study": "u", "origin": "in/u"}')
    write(out, {"a.csv": "a2"}, record=record)
    assert texts(out) == {"a.csv": "a2"}


def test_a_folder_without_a_record_is_filled_whole_or_not_at_all(tmp_path, way):
    out = tmp_path / "a" / "b"
    with pytest.raises(ValueError, match="half"), run_folder(out) as staging:
        (staging / "x.txt").write_text("new")
        raise ValueError("half")
    assert list(tmp_path.iterdir()) == []
    out.mkdir(parents=True)
    (out / "x.txt").write_text("old")
    (out / "mine.txt").write_text("mine")
    with run_folder(out) as staging:
        (staging / "x.txt").write_text("new")
        assert (out / "x.txt").read_text() == "old"
    assert texts(out) == {"x.txt": "new", "mine.txt": "mine"}
    assert hidden(out) == []


def test_the_rights_of_a_folder_are_those_of_any_new_one(tmp_path):
    (tmp_path / "plain").mkdir()
    with run_folder(tmp_path / "made") as staging:
        (staging / "x.txt").write_text("new")
    rights = [(tmp_path / name).stat().st_mode for name in ("plain", "made")]
    assert rights[0] == rights[1]


def test_a_failure_leaves_the_folder_before(tmp_path, way):
    out = tmp_path / "deep" / "out"
    with pytest.raises(RuntimeError), run_folder(out, "run.json") as staging:
        (staging / "a.csv").write_text("half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    write(out, {"a.csv": "a1"})
    before = (out / "run.json").read_text()
    with pytest.raises(RuntimeError), run_folder(out, "run.json") as staging:
        (staging / "a.csv").write_text("half")
        raise RuntimeError
    assert texts(out) == {"a.csv": "a1"}
    assert (out / "run.json").read_text() == before
    assert hidden(out) == []


def test_inputs_files_and_folders_are_not_replaced(tmp_path, way):
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.csv").write_text("input")
    with pytest.raises(DataError, match=r"would replace what they were made from: a\.csv in"):
        write(out, {"a.csv": "new"}, read=[tmp_path / "x" / ".." / "out" / "a.csv"])
    (out / "b.csv").mkdir()
    with pytest.raises(DataError, match=r"has a folder where a file of the results belongs: b"):
        write(out, {"b.csv": "new"})
    with pytest.raises(DataError, match="is a file; the results need a folder"):
        write(out / "a.csv", {"b.csv": "new"})
    assert (out / "a.csv").read_text() == "input"
    assert hidden(out) == []


def test_a_file_that_cannot_be_moved_leaves_all_as_it_was(tmp_path, monkeypatch):
    out = tmp_path / "out"
    write(out, {"a.csv": "a1", "b.csv": "b1", "c.csv": "c1"})
    monkeypatch.setattr(_run_folder, "_can_exchange", lambda _target: False)
    rename = Path.rename

    def locked(self, target):
        if self.name == "b.csv":
            raise PermissionError(1, "Operation not permitted", str(self))
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", locked)
        with pytest.raises(DataError, match=r"b\.csv cannot be replaced \(Operation not permi"):
            write(out, {"a.csv": "a2", "b.csv": "b2", "c.csv": "c2"})
    assert texts(out) == {"a.csv": "a1", "b.csv": "b1", "c.csv": "c1"}
    assert hidden(out) == []
    assert check_run(out).holds


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of a process")
@pytest.mark.parametrize("kind", ["exchange", "move"])
def test_a_full_disk_is_told_by_the_path_that_was_given(tmp_path, kind):
    out = tmp_path / "out"
    assert killed(out, "one", kind, 10_000) == 0
    limited = (
        f"import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n{RUN}".replace(
            "with _run_folder",
            "resource.setrlimit(resource.RLIMIT_FSIZE, (50, 50))\nwith _run_folder",
        )
    )
    command = [sys.executable, "-c", limited, "out", "two" * 100, kind, "10000"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    last = said.stderr.strip().splitlines()[-1]
    assert last == (
        "hubtiers.errors.DataError: out cannot be written: File too large. Free space there, or "
        "choose another place."
    )
    assert set(texts(out).values()) == {"one"}
    assert hidden(out) == []


@pytest.mark.parametrize("given", ["file/out", "file/deeper/out"])
def test_a_path_that_cannot_be_is_told_as_it_was_given(tmp_path, monkeypatch, given):
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    match = f"^{given} cannot be written: .+ Check the path and its rights, or choose another"
    with pytest.raises(DataError, match=match):
        write(given, {"a.csv": "a"})
    with pytest.raises(DataError, match=match), replacing(given) as temporary:
        temporary.write_text("a")
    # What the work itself lacks is another matter.
    with pytest.raises(FileNotFoundError, match="absent"), run_folder("good"):
        Path("absent").read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


RUN = """
import json, os, sys
from pathlib import Path
from hubtiers import _run_folder
if sys.argv[3] == "move":
    _run_folder._can_exchange = lambda _target: False
steps = int(sys.argv[4])
def stop(event, arguments):
    global steps
    if event in ("os.rename", "os.link", "os.mkdir", "os.rmdir", "os.remove", "shutil.rmtree"):
        if any(sys.argv[1] in str(each) for each in arguments):
            if steps == 0:
                os.kill(os.getpid(), 9)
            steps -= 1
sys.addaudithook(stop)
with _run_folder.run_folder(sys.argv[1], "run.json") as staging:
    for name in "abcdef":
        (staging / name).write_text(sys.argv[2])
    (staging / "run.json").write_text(json.dumps({"study": "s", "inputs": {}}))
"""


def killed(out, text, kind, steps):
    command = [sys.executable, "-c", RUN, str(out), text, kind, str(steps)]
    return subprocess.run(command, check=False, timeout=60).returncode


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize("kind", ["exchange", "move"])
def test_a_kill_at_any_step_leaves_no_mixture(tmp_path, kind):
    out = tmp_path / "out"
    assert killed(out, "one", kind, 10_000) == 0
    (out / "mine.txt").write_text("mine")
    (out / "old").write_text("of the first run")
    ended = 0
    for steps in range(60):
        before = texts(out)
        code = killed(out, f"run {steps}", kind, steps)
        assert code in (0, -signal.SIGKILL)
        there = {name: text for name, text in texts_of(out).items() if name in set("abcdef")}
        # All of one run, and where the files are moved perhaps not yet all of them.
        assert len(set(there.values())) <= 1, there
        if kind == "exchange":
            assert len(there) == 6
        assert (out / "mine.txt").read_text() == before["mine.txt"]
        ended += code == 0
        # The next run ends what was begun, and leaves nothing of it.
        assert killed(out, "again", kind, 10_000) == 0
        assert {name: text for name, text in texts(out).items() if len(name) == 1} == dict.fromkeys(
            "abcdef", "again"
        )
        assert hidden(out) == []
        assert check_run(out).holds
        if ended == 2:
            return
    pytest.fail("no run was long enough to end")


def texts_of(folder):
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not locked there")
@pytest.mark.parametrize("kind", ["exchange", "move"])
def test_runs_at_once_leave_one_of_them(tmp_path, kind):
    out = tmp_path / "out"
    command = [sys.executable, "-c", RUN, str(out)]
    runs = [subprocess.Popen([*command, f"run {i}", kind, "10000"]) for i in range(4)]
    assert [run.wait(60) for run in runs].count(0) >= 1
    assert len(set(texts(out).values())) == 1
    assert set(texts(out)) == set("abcdef")
    assert hidden(out) == []
    assert check_run(out).holds


def test_a_link_to_a_folder_leads_on(tmp_path):
    (tmp_path / "disk").mkdir()
    out = tmp_path / "out"
    out.symlink_to(tmp_path / "disk" / "runs")
    write(out, {"a.csv": "a1"})
    write(out, {"a.csv": "a2"})
    assert out.is_symlink()
    assert texts(tmp_path / "disk" / "runs") == {"a.csv": "a2"}


def test_who_stands_in_the_folder_stays_there(tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.chdir(out)
    write(Path(), {"a.csv": "a1"})
    write(Path(), {"a.csv": "a2"})
    assert Path("a.csv").read_text() == "a2"
    assert hidden(out) == []


def test_check_says_what_changed(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(DataError, match=r"has no run\.json with the hashes of its files"):
        check_run(out)
    write(out, {"a.csv": "a", "b.csv": "b", "c.csv": "c"})
    (out / "b.csv").write_text("other")
    (out / "c.csv").unlink()
    (out / "new").write_text("n")
    found = check_run(out)
    assert not found.holds
    assert found.to_text().splitlines() == [
        "1 files are as run.json recorded them.",
        "1 have been changed since: b.csv.",
        "1 are missing: c.csv.",
        "1 are of no run: new.",
    ]


def test_a_record_names_nothing_outside_its_folder(tmp_path):
    out, other = tmp_path / "out", tmp_path / "other.csv"
    write(out, {"a.csv": "a"})
    other.write_text("other")
    record = json.loads((out / "run.json").read_text())
    record["files"]["../other.csv"] = _run_folder.digest(other)
    (out / "run.json").write_text(json.dumps(record))
    write(out, {"b.csv": "b"})
    assert other.read_text() == "other"
    assert texts(out) == {"b.csv": "b"}
