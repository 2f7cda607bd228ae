"""Where a command writes the results of a study, and how: never over those of another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hubtiers._output import digests, made_of, versions, write_record
from hubtiers._progress import stage
from hubtiers._run_folder import require_own, run_folder

if TYPE_CHECKING:
    import pandas as pd

    from hubtiers.study import Study

__all__ = ["results_folder", "save_command"]


def results_folder(study: Study, out: Path | None) -> Path:
    """Return the folder for the results of a study: `out`, or `out/<study>` when left out.

    It is refused before the work where it holds the results of another study.
    """
    folder = out or Path("out") / study.folder_name
    require_own(folder, study.origin, study.name)
    return folder


def save_command(
    folder: Path,
    command: str,
    *,
    study: Study,
    regions: pd.DataFrame,
    write: Callable[[Path], object],
) -> list[Path]:
    """Write the files of a command other than build into a folder, or none.

    What `build` or another command has made there of the same study and inputs stays.
    """
    inputs = study.input_files(regions)
    marks = digests(inputs)
    record = {
        "command": command,
        "study": study.name,
        "origin": study.origin,
        "versions": versions(),
        "inputs": marks,
        "made_of": made_of(study.origin, study.content, marks),
    }
    with run_folder(folder, f"{command}.json", inputs=list(inputs.values())) as staging:
        stage("tables")
        write(staging)
        write_record(record, staging / f"{command}.json")
        names = sorted(path.name for path in staging.iterdir())
    return [folder / name for name in names]
