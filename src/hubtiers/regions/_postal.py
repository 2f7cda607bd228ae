"""What a postal code (邮政编码) tells: the unit whose districts have its first digits."""

from __future__ import annotations

import re
from functools import lru_cache

from hubtiers.regions._tables import shipped_rows

__all__ = ["units_of_postal_code", "units_of_postal_codes"]

_CODE = re.compile(r"[0-9]{5,6}")


def units_of_postal_code(text: str) -> tuple[str, ...]:
    """Return the city unit and the province of a postal code, or the province alone, or nothing.

    Four digits name a postal district. Where districts of two cities share them, the code tells the
    province only; so does one that no district of the source has.

    >>> units_of_postal_code("100084"), units_of_postal_code("210018")
    (('110000', '110000'), ('320100', '320000'))
    >>> units_of_postal_code("999999"), units_of_postal_code("10008A")
    ((), ())
    """
    if not _CODE.fullmatch(text):
        return ()
    # A spreadsheet takes the leading zero of 010010 away.
    code = text.zfill(6)
    known = _prefixes()
    return known.get(code[:4]) or known.get(code[:2]) or ()


@lru_cache(maxsize=1)
def units_of_postal_codes() -> frozenset[str]:
    """Return every unit and province that some postal code tells."""
    return frozenset().union(*_prefixes().values())


@lru_cache(maxsize=1)
def _prefixes() -> dict[str, tuple[str, ...]]:
    found = {}
    for row in shipped_rows("postal_codes.csv"):
        units = (row["city"], row["province"])
        found[row["prefix"]] = tuple(unit for unit in units if unit)
    return found
