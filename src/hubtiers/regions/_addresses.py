"""Addresses (地址) that begin with a province or a city: which of the bundled units they lie in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from hubtiers.regions._names import name_key, read_code
from hubtiers.regions._tables import Place, city_units, provinces
from hubtiers.regions.gazetteer import match_names

__all__ = ["Address", "read_address", "unit_of_code"]

# What stands before the province: a postal code, the country.
_BEFORE = re.compile(r"(?:邮编|邮政编码|postcode)?[0-9]{6}(?=[^0-9])|中华人民共和国|中国")
# Streets, squares and stations are called after provinces and cities that lie elsewhere.
_STREET = re.compile(
    r"(?:[东西南北中]|[一二三四五六七八九十]+)?(?:路|街|大道|大街|道|巷|弄|里|胡同|桥|站|大厦|广场)"
)
_OTHER_UNIT = re.compile(r"区|县|镇|乡|村|街道|市|旗")
_DISTRICT = re.compile(r"[\u4e00-\u9fff]{1,4}?(?:区|县|市|旗)")
_FORMER = re.compile(r"[\u4e00-\u9fff]{2,12}?(?:市|州|盟|地区)")
# Longer than a postal code, a province and the longest city together.
_LONGEST = 32


class Address(NamedTuple):
    """What an address begins with, and the key of the rest; empty for what is not stated."""

    province: str
    city: str
    rest: str

    @property
    def shown(self) -> str:
        """The units by name, for an account."""
        names = [provinces()[self.province].name_zh] if self.province else []
        if self.city and self.city != self.province:
            names.append(city_units()[self.city].name_zh)
        return "".join(names)


class _Prefixes(NamedTuple):
    """Names by their keys: of provinces, full and (by province) short ones of city units."""

    provinces: dict[str, tuple[str, bool]]
    full: dict[str, str]
    short: dict[str, dict[str, str]]
    unique: dict[str, str]
    longest: int


def read_address(text: str) -> Address | None:
    """Return the province and the city unit that a text begins with, or None.

    A name of a street is none of a city; a short name of a city needs its province, or a district
    behind it.

    >>> read_address("江苏省南京市玄武区北京东路41号")
    Address(province='320000', city='320100', rest='玄武区北京东路41号')
    >>> read_address("100084 北京海淀区").city, read_address("南京西路1000号")
    ('110000', None)
    """
    key = name_key(text[:_LONGEST])
    while before := _BEFORE.match(key):
        key = key[before.end() :]
    names = _prefixes()
    city = _longest(key, names.full, names.longest)
    province = _longest(key, names.provinces, names.longest)
    if city and len(city) > len(province):
        unit = city_units()[names.full[city]]
        return Address(unit.province, unit.region_id, key[len(city) :])
    if province:
        return _in_province(key, province, names)
    city = _longest(key, names.unique, names.longest)
    rest = key[len(city) :]
    if city and not _STREET.match(rest) and _DISTRICT.match(rest):
        unit = city_units()[names.unique[city]]
        return Address(unit.province, unit.region_id, rest)
    return None


def _in_province(key: str, written: str, names: _Prefixes) -> Address | None:
    """Read on behind the name of a province."""
    (province, is_full), rest = names.provinces[written], key[len(written) :]
    if not is_full and (_STREET.match(rest) or _OTHER_UNIT.match(rest)):
        return None
    if province in city_units():
        return Address(province, province, rest)
    full = _longest(rest, names.full, names.longest)
    if full and city_units()[names.full[full]].province == province:
        return Address(province, names.full[full], rest[len(full) :])
    short = _longest(rest, names.short[province], names.longest)
    if short and not _STREET.match(rest[len(short) :]):
        return Address(province, names.short[province][short], rest[len(short) :])
    former = _FORMER.match(rest)
    if former and (unit := _former_unit(former.group(), province)):
        return Address(province, unit, rest[former.end() :])
    return Address(province, "", rest)


@lru_cache(maxsize=10_000)
def _former_unit(name: str, province: str) -> str:
    found = match_names([name], level="city", within=province).frame.iloc[0]
    return str(found["region_id"]) if found["rule"] == "former" else ""


def _longest(key: str, names: Mapping[str, object], longest: int) -> str:
    """Return the longest name that a key begins with, or nothing."""
    for length in range(min(longest, len(key)), 1, -1):
        if key[:length] in names:
            return key[:length]
    return ""


@lru_cache(maxsize=1)
def _prefixes() -> _Prefixes:
    heads: dict[str, tuple[str, bool]] = {}
    for place in provinces().values():
        heads |= dict.fromkeys(_forms(place), (place.region_id, False))
        heads[name_key(place.name_zh)] = (place.region_id, True)
    full = {name_key(place.name_zh): place.region_id for place in city_units().values()}
    short: dict[str, dict[str, str]] = {place.region_id: {} for place in provinces().values()}
    meanings: dict[str, set[str]] = {}
    for place in city_units().values():
        for form in _forms(place):
            short[place.province][form] = place.region_id
            meanings.setdefault(form, set()).add(place.region_id)
    unique = {
        form: next(iter(ids))
        for form, ids in meanings.items()
        if len(ids) == 1 and form not in heads
    }
    refused = match_names(unique, level="city").refused()["name"]
    for form in refused:
        del unique[str(form)]
    longest = max(map(len, [*heads, *full, *unique]))
    return _Prefixes(heads, full, short, unique, longest)


def _forms(place: Place) -> list[str]:
    """Return the keys of the Chinese names of a place, but for its full name."""
    keys = [name_key(name) for name in (place.short_zh, *place.aliases)]
    return [
        key for key in keys if len(key) > 1 and not key.isascii() and key != name_key(place.name_zh)
    ]


def unit_of_code(text: str) -> tuple[str, str] | None:
    """Return the city unit and the province in which a code of a county or district lies, or None.

    >>> unit_of_code("110108"), unit_of_code("320102"), unit_of_code("北京")
    (('110000', '110000'), ('320100', '320000'), None)
    """
    code = read_code(text)
    if code is None:
        return None
    full = code.ljust(6, "0")
    province = full[:2] + "0000"
    if province not in provinces():
        return None
    unit = next((i for i in (full, full[:4] + "00", province) if i in city_units()), "")
    return unit, province
