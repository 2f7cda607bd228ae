"""A folder of files that belong together: written apart, then put in its place all at once.

A folder of results is one run's, and of one study; what a run of before has left goes.

Where the system can exchange two folders in one step (Linux, in a folder that one may write to),
nothing lies between the old results and the new ones. Elsewhere (a mount point, a link to another
disk, a folder with folders of the user inside) the files are moved one after the other: the old
ones aside, then the new ones in, and a mark says which of them are complete, so that the next run
ends what a killed one began.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hubtiers._storage import telling_path, umask
from hubtiers.errors import DataError, listing

__all__ = ["RunCheck", "check_run", "digest", "require_own", "run_folder"]

_NEW, _COMPLETE, _OLD = ".hubtiers-new-", ".hubtiers-complete", ".hubtiers-old"
_AT_FDCWD = -100
_EXCHANGE = 2
_LARGEST_RECORD = 50_000_000
_NAMES = ("origin", "study")
"""What a record calls its study: in full, and by its name alone."""


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def run_folder(
    folder: str | Path, record: str = "", *, inputs: Sequence[Path] = ()
) -> Iterator[Path]:
    """Yield an empty folder whose files become those of `folder`, all of them or none.

    Parameters
    ----------
    folder
        Where the results shall lie; it is made where it does not exist.
    record
        Name of the JSON file that tells of the run. It gets the hash of every other file, and is
        the last to be in its place. Without one, as for a study to start from or a pack, all files
        of before stay that are not replaced.
    inputs
        Files that the run has read, which it must not replace.

    Raises
    ------
    DataError
        When the folder is a file or holds the results of another study, a file of the results would
        replace an input or a folder, or the folder cannot be written.

    Notes
    -----
    What an earlier run has left, as its own record says, goes unless somebody has changed it since.
    Files that no record knows stay.
    """
    target = Path(os.path.realpath(folder))
    if target.exists() and not target.is_dir():
        raise DataError(f"{folder} is a file; the results need a folder. Choose another one.")
    with telling_path(folder, target, _NEW):
        yield from _filled(folder, target, record, inputs)


def _filled(
    folder: str | Path, target: Path, record: str, inputs: Sequence[Path]
) -> Iterator[Path]:
    made = [parent for parent in target.parents if not parent.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        _clear_leftovers(target)
        with _staging(target) as staging:
            yield staging
            if record:
                _seal(staging, record)
            if target.exists():
                own = _read_record(staging / record) if record else {}
                require_own(folder, *(str(own[key]) for key in _NAMES if key in own))
                _require_free(staging, target, folder, inputs)
                with _alone(target):
                    _put_in_place(staging, target, record)
            else:
                staging.chmod(0o777 & ~umask())
                staging.rename(target)
    finally:
        for parent in made:
            # A folder that now holds something stays; one made for a run that failed goes again.
            with contextlib.suppress(OSError):
                parent.rmdir()


def require_own(folder: str | Path, *names: str) -> None:
    """Raise where a folder holds the results of another study than one of these names.

    Without a name nothing is of another study.
    """
    for path in sorted(Path(folder).glob("*.json")):
        content = _read_record(path)
        # Records of earlier versions have the name alone, and no hashes.
        held = next((str(content[key]) for key in _NAMES if content.get(key)), None)
        is_record = path.name == "run.json" or _files_of(content)
        if names and is_record and held is not None and held not in names:
            raise DataError(
                f"{folder} holds the results of another study, {held}, which would be overwritten "
                f"by those of {names[0]}. Choose another folder (on the command line --out), or "
                "remove this one."
            )


@contextlib.contextmanager
def _staging(target: Path) -> Iterator[Path]:
    """Yield a folder of this run's own: beside the target where that can be, else inside."""
    beside = not target.exists() or _can_exchange(target)
    prefix = f".{target.name}{_NEW}" if beside else _NEW
    staging = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent if beside else target))
    handle = _lock(staging, wait=True)
    try:
        yield staging
    finally:
        _unlock(handle)
        shutil.rmtree(staging, ignore_errors=True)


def _can_exchange(target: Path) -> bool:
    """Say whether the folder may be put in the place of another one as a whole."""
    parent = target.parent
    return (
        sys.platform == "linux"
        and os.access(parent, os.W_OK | os.X_OK)
        and not os.path.ismount(target)
        and target.stat().st_dev == parent.stat().st_dev
        # Who stands in the folder would be left in the old one.
        and not _stands_in(target)
        and all(path.is_file() and not path.is_symlink() for path in target.iterdir())
    )


def _stands_in(target: Path) -> bool:
    try:
        return Path.cwd().is_relative_to(target)
    except OSError:
        return True


def _seal(staging: Path, record: str) -> None:
    """Write the hash of every file into the record."""
    path = staging / record
    content = json.loads(path.read_text(encoding="utf-8"))
    files = sorted(each for each in staging.iterdir() if each.name != record)
    content["files"] = {each.name: digest(each) for each in files}
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _require_free(staging: Path, target: Path, folder: str | Path, inputs: Sequence[Path]) -> None:
    """Raise where a new file would take the place of an input or of a folder."""
    read = {Path(os.path.realpath(path)) for path in inputs}
    names = sorted(path.name for path in staging.iterdir())
    if taken := [name for name in names if target / name in read]:
        raise DataError(
            f"The results would replace what they were made from: {listing(taken)} in {folder}. "
            "Choose another folder."
        )
    if folders := [name for name in names if (target / name).is_dir()]:
        raise DataError(
            f"{folder} has a folder where a file of the results belongs: {listing(folders)}. "
            "Rename it, or choose another folder."
        )


def _put_in_place(staging: Path, target: Path, record: str) -> None:
    """Make the new files those of the target, and drop what earlier runs have left."""
    stale = _stale(target, staging, record)
    if staging.parent == target.parent and _exchanged(staging, target, stale):
        return
    if staging.parent == target.parent:
        inside = Path(tempfile.mkdtemp(prefix=_NEW, dir=target))
        for path in staging.iterdir():
            shutil.move(path, inside / path.name)
        staging = inside
    _set_aside(target, [*stale, *(path.name for path in staging.iterdir())])
    staging.rename(target / _COMPLETE)
    _finish(target, record)


def _stale(target: Path, staging: Path, record: str) -> list[str]:
    """Return the files of earlier runs, as they left them, that this run does not write.

    What another command made of the same study and the same inputs stays.
    """
    if not record:
        return []
    new = {path.name for path in staging.iterdir()}
    own = _read_record(staging / record)
    stale = []
    for path in sorted(target.glob("*.json")):
        content = _read_record(path)
        is_beside = path.name != record and content.get("made_of") == own.get("made_of")
        if is_beside or not _files_of(content):
            continue
        left = [path.name, *_as_left(target, content)]
        stale += [name for name in left if name not in new]
    return list(dict.fromkeys(stale))


def _as_left(target: Path, content: Mapping[str, Any]) -> list[str]:
    """Return the files of a record that nobody has changed since."""
    return [
        name
        for name, known in _files_of(content).items()
        if (target / name).is_file() and digest(target / name) == known
    ]


def _read_record(path: Path) -> dict[str, Any]:
    """Return the content of a record; nothing where the file is none."""
    try:
        if path.stat().st_size > _LARGEST_RECORD:
            return {}
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _files_of(content: Mapping[str, Any]) -> dict[str, str]:
    """Return the files that a record lists, with their hashes."""
    files = content.get("files")
    if not isinstance(files, dict):
        return {}
    return {name: str(known) for name, known in files.items() if Path(name).name == name}


def _exchanged(staging: Path, target: Path, stale: Sequence[str]) -> bool:
    """Put the folder in the place of the target in one step; False where that cannot be."""
    new = {path.name for path in staging.iterdir()}
    own = [path for path in target.iterdir() if path.name not in new and path.name not in stale]
    linked = []
    try:
        for path in own:
            os.link(path, staging / path.name)
            linked.append(staging / path.name)
        staging.chmod(target.stat().st_mode)
    except OSError:
        # A disk without hard links; the files of the user stay where they are.
        for path in linked:
            path.unlink()
        return False
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None or renameat2(
        _AT_FDCWD, os.fsencode(staging), _AT_FDCWD, os.fsencode(target), _EXCHANGE
    ):
        for path in linked:
            path.unlink()
        return False
    return True


def _set_aside(target: Path, names: Sequence[str]) -> None:
    """Move the old files aside, or, where one of them cannot be moved, none."""
    aside = target / _OLD
    aside.mkdir(exist_ok=True)
    moved: list[str] = []
    try:
        for name in dict.fromkeys(names):
            if (target / name).exists():
                (target / name).rename(aside / name)
                moved.append(name)
    except OSError as error:
        for done in moved:
            (aside / done).rename(target / done)
        aside.rmdir()
        raise DataError(
            f"{target / name} cannot be replaced ({error.strerror}), so that nothing was written. "
            "Close it where it is open, or choose another folder."
        ) from None


def _finish(target: Path, record: str = "") -> None:
    """Move complete new files in, the record last, and drop the old ones."""
    complete = target / _COMPLETE
    if complete.is_dir():
        names = sorted(path.name for path in complete.iterdir())
        for name in sorted(names, key=lambda name: name == record or name.endswith(".json")):
            (complete / name).replace(target / name)
        complete.rmdir()
        shutil.rmtree(target / _OLD, ignore_errors=True)


def _clear_leftovers(target: Path) -> None:
    """End what killed runs have begun: complete results go in, others go."""
    if target.exists():
        with _alone(target):
            _finish(target)
            aside = target / _OLD
            if aside.is_dir():
                # The run ended before its results were complete: the old files go back.
                for path in aside.iterdir():
                    path.replace(target / path.name)
                aside.rmdir()
    left = [*target.glob(f"{_NEW}*"), *target.parent.glob(f".{target.name}{_NEW}*")]
    for path in left:
        handle = _lock(path, wait=False)
        # The lock of a run that lives cannot be had.
        if handle is not None:
            shutil.rmtree(path, ignore_errors=True)
            _unlock(handle)


@contextlib.contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Wait until no other run puts its files into the folder, and keep others waiting."""
    handle = _lock(target, wait=True)
    try:
        yield
    finally:
        _unlock(handle)


def _lock(folder: Path, *, wait: bool) -> int | None:
    """Lock a folder until its handle is closed; None where another run holds the lock."""
    try:
        import fcntl
    except ImportError:
        return None
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(handle)
        return None
    return handle


def _unlock(handle: int | None) -> None:
    if handle is not None:
        os.close(handle)


@dataclass(frozen=True)
class RunCheck:
    """Whether the files of a folder are those that its runs have written.

    Attributes
    ----------
    records
        The records that were found, such as ``run.json``.
    right, changed, absent
        Names of files: as recorded, with other content, and not there.
    unknown
        Files that no record lists.
    interrupted
        Whether a run was interrupted while its files were put in place.
    """

    records: tuple[str, ...]
    right: tuple[str, ...]
    changed: tuple[str, ...]
    absent: tuple[str, ...]
    unknown: tuple[str, ...]
    interrupted: bool

    @property
    def holds(self) -> bool:
        """Whether every recorded file is as it was written."""
        return not (self.changed or self.absent or self.interrupted)

    def to_text(self) -> str:
        """Return what was found, a line each."""
        lines = [f"{len(self.right)} files are as {' and '.join(self.records)} recorded them."]
        for names, said in (
            (self.changed, "have been changed since"),
            (self.absent, "are missing"),
            (self.unknown, "are of no run"),
        ):
            if names:
                lines.append(f"{len(names)} {said}: {listing(names)}.")
        if self.interrupted:
            lines.append("A run was interrupted while its files were put in place. Build again.")
        return "\n".join(lines)


def check_run(folder: str | Path) -> RunCheck:
    """Compare the files of a folder with what the records of its runs say.

    Raises
    ------
    DataError
        When the folder has no record with hashes.
    """
    target = Path(folder)
    known: dict[str, set[str]] = {}
    records = []
    for path in sorted(target.glob("*.json")):
        if files := _files_of(_read_record(path)):
            records.append(path.name)
            for name, mark in files.items():
                # Two commands may write a file of one name; the last one did.
                known.setdefault(name, set()).add(mark)
    interrupted = (target / _COMPLETE).exists() or (target / _OLD).exists()
    if not records and not interrupted:
        raise DataError(
            f"{folder} has no run.json with the hashes of its files, so that nothing can be "
            "checked. Name a folder that hubtiers build has written."
        )
    there = {path.name for path in target.iterdir() if path.is_file()} - set(records)
    same = {name for name in there & set(known) if digest(target / name) in known[name]}
    groups = (same, (there & set(known)) - same, set(known) - there, there - set(known))
    right, changed, absent, unknown = (tuple(sorted(names)) for names in groups)
    return RunCheck(tuple(records), right, changed, absent, unknown, interrupted)
