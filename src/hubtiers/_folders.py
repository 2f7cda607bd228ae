"""Where a command writes the results of a study: never over those of another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from hubtiers.errors import DataError

if TYPE_CHECKING:
    from hubtiers.study import Study

__all__ = ["results_folder"]


def results_folder(study: Study, out: Path | None) -> Path:
    """Return the folder for the results of a study: `out`, or `out/<study>` when left out.

    Raises
    ------
    DataError
        When it holds the results of another study.
    """
    folder = out or Path("out") / study.folder_name
    other = _held(folder)
    if other is not None and other not in (study.origin, study.name):
        raise DataError(
            f"{folder} holds the results of another study, {other}, which would be overwritten by "
            f"those of {study.origin or study.name}. Choose another folder with --out, or remove "
            "this one."
        )
    return folder


def _held(folder: Path) -> str | None:
    """Return the study whose record lies in a folder; None for none, or no record of ours."""
    try:
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(record, dict) or "study" not in record:
        return None
    # Records of earlier versions have the name alone.
    return str(record.get("origin") or record["study"])
