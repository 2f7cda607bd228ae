"""Counts of single files kept on disk, so that an interrupted count need not begin anew."""

from __future__ import annotations

import hashlib
import io
import json
import re
from dataclasses import astuple
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hubtiers._storage import replacing
from hubtiers.table.points.counter import Counter
from hubtiers.table.points.records import Request
from hubtiers.table.points.region_index import RegionIndex

if TYPE_CHECKING:
    from hubtiers.table.points.pieces import Piece

__all__ = ["Partials", "partials_in"]

_FORM = 1
"""Goes up when a partial count of another version must not be taken for one of this."""

_SUM = hashlib.sha256().digest_size
_NO_FILE_NAME = re.compile(r"[^\w.-]")


def partials_in(folder: str | Path, index: RegionIndex, request: Request) -> Partials:
    """Return where the counts of these regions and options are kept."""
    said = hashlib.sha256(
        json.dumps([_FORM, index.border, index.region_ids, *astuple(request)]).encode()
    )
    for array in (index.grid.frame, index.grid.cells, index.grid.lists, index.grid.edges):
        said.update(repr(array.shape).encode())
        said.update(np.ascontiguousarray(array).data)
    return Partials(str(Path(folder).absolute()), said.hexdigest())


class Partials(NamedTuple):
    """A folder of partial counts, and the hash of what they count: regions and options.

    A partial count is named by that hash and the one of the file's bytes. It ends with a hash of
    its own, so that one that was cut off is counted anew.
    """

    folder: str
    asked: str

    def load(self, piece: Piece) -> Counter | None:
        """Return the count of a piece, None where there is none that is whole."""
        try:
            data = self._place(piece).read_bytes()
        except FileNotFoundError:
            return None
        body, end = data[:-_SUM], data[-_SUM:]
        if hashlib.sha256(body).digest() != end:
            return None
        with np.load(io.BytesIO(body), allow_pickle=False) as kept:
            about = json.loads(str(kept["about"]))
            totals = kept["totals"]
        counter = Counter()
        counter.totals = dict(zip(about["labels"], totals, strict=True))
        counter.figures = about["figures"]
        counter.examples = tuple(about["examples"])
        counter.encodings = tuple(about["encodings"])
        return counter

    def save(self, piece: Piece, counter: Counter) -> None:
        """Keep the count of a piece, whole or not at all."""
        about = {
            "labels": list(counter.totals),
            "figures": counter.figures,
            "examples": counter.examples,
            "encodings": counter.encodings,
        }
        body = io.BytesIO()
        totals = np.array(list(counter.totals.values()), np.int64)
        np.savez_compressed(body, about=json.dumps(about), totals=totals)
        data = body.getvalue()
        with replacing(self._place(piece)) as path:
            path.write_bytes(data + hashlib.sha256(data).digest())

    def _place(self, piece: Piece) -> Path:
        stat = Path(piece.path).stat()
        content = _hash_of(piece.path, stat.st_size, stat.st_mtime_ns)
        about = [self.asked, content, piece.groups, piece.is_alone, piece.name]
        # What is repeated depends on the other files, too.
        repeated = piece.repeated
        about += [] if repeated is None else [hashlib.sha256(repeated.tobytes()).hexdigest()]
        said = json.dumps(about).encode()
        name = _NO_FILE_NAME.sub("_", Path(piece.path).name)[:60]
        return Path(self.folder) / f"{name}.{hashlib.sha256(said).hexdigest()[:32]}"

    def ids_place(self, piece: Piece, column: str) -> Path:
        """Return where the ids of a piece are kept, which depend on its file and nothing else."""
        asked = f"ids {_FORM} {column}"
        place = self._replace(asked=asked)._place(piece._replace(name="", is_alone=True))
        return place.with_name(f"{place.name}.ids")


@lru_cache(maxsize=64)
def _hash_of(path: str, size: int, changed: int) -> str:  # noqa: ARG001 - they make it this file
    """Return the hash of a file's bytes, read once for all its pieces."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
