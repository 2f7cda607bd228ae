"""What every recipe shares: reading working tables, names to ids, tidy rows, files that never differ between runs."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]

STATUSES = (
    "official",
    "compiled",
    "single-source",
    "substituted",
    "partial-year",
    "suspected-error",
    "printed",
    "computed",
)

VALUE_COLUMNS = ("region", "indicator", "value", "year", "unit", "source", "status")
SOURCE_COLUMNS = ("source_id", "publisher", "title", "terms", "intermediate")
FRAMEWORK_COLUMNS = (
    "code",
    "name_zh",
    "name_en",
    "parent",
    "category",
    "direction",
    "unit",
    "kind",
    "weight",
    "denominator",
    "source",
    "unit_en",
)

COMPUTED_FROM_POPULATION = (
    "computed-population",
    "hubtiers",
    "computed from this set: over the resident population",
    "",
    "",
)

# Units in English, by indicator: 个 counts universities here and firms there.
UNITS_EN: Mapping[str, str] = {
    "double_first_class_universities": "universities",
    "national_laboratories": "laboratories",
    "national_key_laboratories": "laboratories",
    "rd_basic_10k_cny": "10,000 yuan",
    "sci_papers": "papers",
    "rd_expenditure_100m_cny": "100 million yuan",
    "rd_personnel_fte": "person-years",
    "invention_grants": "patents",
    "tech_contract_output_10k_cny": "10,000 yuan",
    "hightech_mfg_revenue_100m_cny": "100 million yuan",
    "industrial_firms_with_rd_institution": "firms",
    "incubatee_firms": "firms",
    "maker_spaces": "spaces",
    "undergraduate_universities": "universities",
    "patent_publications": "patents",
    "patent_applicants": "applicants",
    "gdp_100m_cny": "100 million yuan",
    "national_hightech_zones": "zones",
    "gdp_per_capita_cny": "yuan",
    "state_key_labs_academic": "laboratories",
    "state_key_labs_enterprise": "laboratories",
    "science_employees": "people",
    "higher_education_teachers": "people",
    "science_employees_per_10k": "people per 10,000",
    "technology_contracts_10k_cny": "10,000 yuan",
    "invention_grants_per_10k": "patents per 10,000",
    "hightech_firms": "firms",
    "ict_employees": "people",
    "goods_exports_10k_cny": "10,000 yuan",
    "higher_education_students": "students",
    "fiscal_science_expenditure_10k_cny": "10,000 yuan",
    "patent_grants": "patents",
    "hightech_firms_per_10k": "firms per 10,000",
    "library_holdings_10k": "10,000 volumes",
    "museums": "museums",
    "culture_employees": "people",
}

PROVINCES: Mapping[str, str] = {
    "北京": "110000",
    "天津": "120000",
    "河北": "130000",
    "山西": "140000",
    "内蒙古": "150000",
    "辽宁": "210000",
    "吉林": "220000",
    "黑龙江": "230000",
    "上海": "310000",
    "江苏": "320000",
    "浙江": "330000",
    "安徽": "340000",
    "福建": "350000",
    "江西": "360000",
    "山东": "370000",
    "河南": "410000",
    "湖北": "420000",
    "湖南": "430000",
    "广东": "440000",
    "广西": "450000",
    "海南": "460000",
    "重庆": "500000",
    "四川": "510000",
    "贵州": "520000",
    "云南": "530000",
    "西藏": "540000",
    "陕西": "610000",
    "甘肃": "620000",
    "青海": "630000",
    "宁夏": "640000",
    "新疆": "650000",
}

FUNCTION_ROWS: tuple[dict[str, object], ...] = (
    {"code": "research", "name_zh": "科学研究", "name_en": "Research"},
    {"code": "technology", "name_zh": "技术创新", "name_en": "Technology"},
    {"code": "industry", "name_zh": "产业驱动", "name_en": "Industry"},
    {"code": "culture", "name_zh": "文化引领", "name_en": "Culture"},
)


@dataclass(frozen=True)
class Row:
    """One value of one indicator in one region."""

    region: str
    indicator: str
    value: float
    year: int
    unit: str
    source: str
    status: str


def read(folder: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of a working table."""
    with (folder / name).open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def number(value: float) -> str:
    """Write a number with at most ten significant digits and without exponent."""
    text = f"{value:.10g}"
    if "e" in text:
        text = f"{value:.0f}" if abs(value) >= 1 else f"{value:.12f}".rstrip("0")
    return text


def write(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write a CSV file: UTF-8, line feeds, the given columns, rows in the given order; absent cells stay empty.

    A name that ends in .gz is compressed; the same rows give the same bytes.
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n", restval="")
    writer.writeheader()
    for row in rows:
        writer.writerow({k: number(v) if isinstance(v, float) else v for k, v in row.items()})
    content = text.getvalue().encode()
    if path.suffix == ".gz":
        content = gzip.compress(content, compresslevel=9, mtime=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def write_values(
    name: str, rows: Iterable[Row], order: Sequence[str], file: str = "values.csv"
) -> int:
    """Write the values of a data set, sorted by indicator in the given order, then year, then region."""
    place = {code: position for position, code in enumerate(order)}
    listed = sorted(rows, key=lambda r: (place[r.indicator], r.year, r.region))
    keys = [(r.region, r.indicator, r.year) for r in listed]
    if len(set(keys)) != len(keys):
        raise SystemExit(f"{name}: a region has an indicator twice in one year")
    for row in listed:
        if row.status not in STATUSES:
            raise SystemExit(f"{name}: {row.status!r} is not a status")
    write(HERE / name / file, VALUE_COLUMNS, (vars(r) for r in listed))
    return len(listed)


def counted(
    units: Iterable[str], counts: Mapping[str, int], total: int, what: str
) -> Iterator[tuple[str, float]]:
    """Give every unit its count on a complete list, which is zero for those that are not on it."""
    known = list(units)
    if sum(counts.values()) != total or set(counts) - set(known):
        raise SystemExit(
            f"{what} adds up to {sum(counts.values())}, expected {total} in known units"
        )
    for unit in known:
        yield unit, float(counts.get(unit, 0))


def group_nodes(groups: Iterable[Sequence[object]]) -> list[dict[str, object]]:
    """Return groups, given as code, names, parent and weight, as rows of a framework."""
    columns = ("code", "name_zh", "name_en", "parent", "weight")
    return [dict(zip(columns, group, strict=True)) for group in groups]


def indicator_node(
    said: Sequence[str], unit: str, source: str, denominator: str, *, intensive: bool
) -> dict[str, object]:
    """Return an indicator, given as code, names, parent and category, as a row of a framework."""
    row: dict[str, object] = dict(
        zip(("code", "name_zh", "name_en", "parent", "category"), said, strict=True)
    )
    row |= {"direction": 1, "weight": 1, "unit": unit, "source": source}
    row |= {"kind": "intensive" if intensive else "extensive", "denominator": denominator}
    return row


def describe_source(sources: Iterable[Sequence[str]], source: str) -> str:
    """Return publisher and title of a source by its id."""
    return next(s[1] + ": " + s[2] for s in sources if s[0] == source)


def write_framework(
    name: str,
    indicators: Iterable[Mapping[str, object]],
    *,
    groups: Iterable[Mapping[str, object]] = (),
    functions: Mapping[str, float] | None = None,
) -> None:
    """Write `framework.csv`: Zhang's four functions (with their weights), groups, indicators."""
    weights = functions or {}
    tops = [{**row, "weight": weights.get(str(row["code"]), "")} for row in FUNCTION_ROWS]
    rows = [dict.fromkeys(FRAMEWORK_COLUMNS, "") | dict(n) for n in (*tops, *groups, *indicators)]
    for row in rows:
        row["unit_en"] = UNITS_EN.get(str(row["code"]), "")
    write(HERE / name / "framework.csv", FRAMEWORK_COLUMNS, rows)


def write_sources(name: str, sources: Iterable[Sequence[str]]) -> None:
    """Write `sources.csv` of a data set, sorted by id."""
    rows = (dict(zip(SOURCE_COLUMNS, source, strict=True)) for source in sorted(sources))
    write(HERE / name / "sources.csv", SOURCE_COLUMNS, rows)
