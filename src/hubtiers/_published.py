"""What others published of the regions of a study: groups and rankings, read from files."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from hubtiers.errors import DataError, JoinError, MissingColumnError, listing
from hubtiers.regions._names import name_key
from hubtiers.regions.layer_names import match_layer, pad_zeros
from hubtiers.table._missing import is_missing_mark
from hubtiers.table._totals import mark_totals
from hubtiers.table.corrections import correct_names
from hubtiers.table.join import unmatched_sentence
from hubtiers.table.records import read_rows
from hubtiers.table.report import JoinReport
from hubtiers.table.yearbook.cells import parse_number
from hubtiers.tiers.groups import (
    Groups,
    group_key,
    in_tiers,
    require_one_group,
    tier_by_group,
)

__all__ = ["PublishedFiles", "is_rank"]

_RANK = re.compile(
    r"(?:.*(?:位次|排名|名次|排位|位序)|(?:.*[^a-z])?rank(?:ing)?)"
    # A year behind it, as in “GII rank (2023)”, changes nothing.
    r"[\W_]*(?:(?:of|in|for)?[\W_]*(?:19|20)\d{2}年?[\W_]*)?"
)
_LOOKED_AT, _FEWEST = 100, 0.5


def is_rank(column: str) -> bool:
    """Say whether a column holds ranks, by its header: the first is then the best.

    >>> is_rank("排名"), is_rank("GII rank"), is_rank("Rank (2023)"), is_rank("score")
    (True, True, True, False)
    """
    return _RANK.fullmatch(column.strip().lower()) is not None


@dataclass(frozen=True, eq=False)
class PublishedFiles:
    """Files that say something of the regions of a study, with names as in its data.

    Attributes
    ----------
    folder
        Where relative paths start.
    regions
        The whole layer: what others publish may cover more of it than the study.
    names
        Corrections of names.
    aside
        Names that are no region, such as that of the yardstick.
    keeps_unmatched
        Whether names that belong to no region are passed over.
    leading_zeros
        Whether a number may lack the zeros of its id.
    left_out
        By file the names that were passed over, as far as the files have been read.
    """

    folder: Path
    regions: pd.DataFrame
    names: Mapping[str, str] = field(default_factory=dict)
    aside: tuple[str, ...] = ()
    keeps_unmatched: bool = False
    leading_zeros: bool = False
    left_out: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def tiers(
        self,
        file: str,
        labels: Sequence[str],
        groups: Groups = None,
        *,
        column: str = "",
        region_column: str = "",
    ) -> pd.Series:
        """Return the tier by region that published groups stand for.

        Raises
        ------
        HubtiersError
            When the file cannot be read, a column is not found, or a name or a group is not known.
        """
        frame = self._rows(file, column or region_column)
        region = self._region_column(frame, file, region_column)
        known = {group_key(group) for group in tier_by_group(labels, groups)}
        chosen = column or _column_of_groups(frame.drop(columns=region), file, known)
        _require(frame, chosen, file)
        texts = self._placed(frame, file, region, chosen)
        return in_tiers(require_one_group(texts, file), labels, groups).rename("reference")

    def ranking(
        self, file: str, *, column: str = "", region_column: str = ""
    ) -> tuple[pd.Series, str]:
        """Return numbers by region, and the column that they are from.

        Raises
        ------
        HubtiersError
            When the file cannot be read, a column is not found, a name is not known, or a cell is
            no number.
        """
        frame = self._rows(file, column or region_column)
        region = self._region_column(frame, file, region_column)
        chosen = column or _column_of_numbers(frame.drop(columns=region), file)
        _require(frame, chosen, file)
        texts = self._placed(frame, file, region, chosen)
        if commas := [text for text in texts if parse_number(text).european]:
            raise DataError(
                f"{file}: the column {chosen!r} has numbers with a decimal comma, or with points "
                f"between thousands: {listing(map(repr, commas))}. Write them with a point before "
                "decimals."
            )
        numbers = texts.map(_number)
        if numbers.isna().any():
            odd = listing(map(repr, texts[numbers.isna()]))
            raise DataError(f"{file}: the column {chosen!r} holds what is no number: {odd}.")
        if numbers.index.has_duplicates:
            twice = listing(numbers.index[numbers.index.duplicated()].unique())
            raise DataError(f"{file} has {twice} more than once. Keep one row for each region.")
        return numbers.rename(chosen), chosen

    def _rows(self, file: str, column: str) -> pd.DataFrame:
        frame = read_rows(self.folder / file, column)
        frame.columns = frame.columns.astype(str).str.strip()
        return frame.map(lambda cell: "" if pd.isna(cell) else str(cell).strip())

    def _region_column(self, frame: pd.DataFrame, file: str, named: str) -> str:
        """Return the column that names the regions: as it is said, or most of whose cells do."""
        if named:
            _require(frame, named, file)
            return named
        shares = {column: self._share_known(frame[column]) for column in frame.columns}
        best = max(shares, key=lambda column: shares[column], default="")
        if not best or shares[best] < _FEWEST:
            have = listing(map(repr, frame.columns), most=12) or "none"
            raise DataError(
                f"No column of {file} names the regions of the study; it has {have}. Say which "
                'one does, with region_column = "…" beside file.'
            )
        return best

    def _share_known(self, texts: pd.Series) -> float:
        names = [text for text in texts.unique() if text][:_LOOKED_AT]
        if not names:
            return 0.0
        return float((self._matched(names)["rule"] != "unmatched").mean())

    def _matched(self, names: list[str]) -> pd.DataFrame:
        padded = pad_zeros(names, self.regions) if self.leading_zeros else {}
        found = match_layer([padded.get(name, name) for name in names], self.regions)
        return found.assign(name=names)

    def _placed(self, frame: pd.DataFrame, file: str, region: str, column: str) -> pd.Series:
        """Return the cells of a column by region id, those that say nothing left out."""
        rows = pd.DataFrame({"region": frame[region], "cell": frame[column]})
        blank = rows["cell"].map(is_missing_mark) | (rows["region"] == "")
        aside = rows["region"].map(name_key).isin([name_key(name) for name in self.aside])
        rows, _ = correct_names(rows[~blank & ~aside], self.names)
        matched = self._matched(list(dict.fromkeys(rows["region"])))
        matched = mark_totals(matched, self.regions)
        unmatched = matched[(matched["region_id"] == "") & (matched["rule"] != "total")]
        if len(unmatched) and self.keeps_unmatched:
            self.left_out[file] = tuple(unmatched["name"])
        elif len(unmatched):
            sentence = unmatched_sentence(unmatched)
            raise JoinError(f"{file}: {sentence[0].lower()}{sentence[1:]}", JoinReport(matched))
        ids = dict(zip(matched["name"], matched["region_id"], strict=True))
        index = rows["region"].map(ids)
        cells = rows["cell"].set_axis(pd.Index(index, name="region_id"))
        cells = cells[cells.index != ""]
        if cells.empty:
            raise DataError(f"{file} says nothing of the regions of the study in {column!r}.")
        return cells


def _number(text: str) -> float:
    """Return the number of a cell; NaN where it is none, or a share of something."""
    parsed = parse_number(text)
    return math.nan if parsed.value is None or parsed.sign else float(parsed.value)


def _require(frame: pd.DataFrame, column: str, file: str) -> None:
    if column not in frame.columns:
        raise MissingColumnError([column], file, frame.columns)


def _column_of_groups(frame: pd.DataFrame, file: str, known: set[str]) -> str:
    """Return the only column whose cells are groups."""
    found = []
    for column in frame.columns:
        keys = {group_key(text) for text in frame[column] if not is_missing_mark(text)}
        if keys and keys <= known:
            found.append(column)
    if len(found) == 1:
        return str(found[0])
    have = listing(map(repr, frame.columns), most=12) or "no other"
    if found:
        raise DataError(
            f"{file} has several columns of groups, {listing(map(repr, found))}. Say which one is "
            'meant, with column = "…" beside file.'
        )
    raise DataError(
        f"No column of {file} holds the tiers of the study; beside the regions it has {have}. Say "
        'which one is meant, with column = "…" beside file, and what its groups are called from '
        'the highest to the lowest, with groups = ["…"].'
    )


def _column_of_numbers(frame: pd.DataFrame, file: str) -> str:
    """Return the only column of numbers."""
    found = []
    for column in frame.columns:
        texts = frame[column][~frame[column].map(is_missing_mark)]
        if len(texts) and texts.map(_number).notna().all():
            found.append(str(column))
    if len(found) == 1:
        return found[0]
    have = listing(map(repr, found or frame.columns), most=12)
    what = "several columns of numbers" if found else "no column of numbers"
    raise DataError(f'{file} has {what}: {have}. Say which one, with column = "…" beside file.')
