"""Write the figures of results.json into README.md here and at the top, and draw growth.svg.

It is the end of `make bench`.
"""

from __future__ import annotations

import hashlib
import json
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS, PAGE, PICTURE = HERE / "results.json", HERE / "README.md", HERE / "growth.svg"
FRONT = HERE.parent / "README.md"
END = "<!-- end -->\n"
EVEN = 0.95
"""Times as long below which another one is called faster."""
OWN = "hubtiers"
NAMES = {
    "hubtiers": "hubtiers",
    "geopandas": "geopandas.sjoin",
    "duckdb": "DuckDB spatial",
    "sedonadb": "SedonaDB",
    "mapclassify": "mapclassify",
    "jenkspy": "jenkspy",
    "ckmeans": "ckmeans",
    "kmeans1d": "kmeans1d",
    "partition": "hubtiers, partition alone",
    "pymcdm": "pymcdm",
    "scikit-criteria": "scikit-criteria",
}
PEERS = {
    "points": ("geopandas", "duckdb", "sedonadb"),
    "breaks": ("mapclassify", "jenkspy", "ckmeans", "kmeans1d"),
    "scoring": ("pymcdm", "scikit-criteria"),
}
POWERS = {"10000": "1e4", "100000": "1e5", "1000000": "1e6", "10000000": "1e7"}
STAGES = {
    "start": "start and imports",
    "read": "read",
    "score": "score",
    "compare": "compare",
    "draws": "draws",
    "save": "write data",
    "map": "map",
    "figures": "figures",
    "tables": "tables",
    "report": "report and brief",
}

Costs = Mapping[str, Mapping[str, float]]
"""Seconds and processor seconds by contender."""


def time_said(seconds: float) -> str:
    """Return a time in the unit that suits it, to two digits."""
    if seconds >= 1:
        value, unit = seconds, "s"
    elif seconds >= 1e-3:
        value, unit = 1e3 * seconds, "ms"
    else:
        value, unit = 1e6 * seconds, "µs"
    return f"{value:.0f} {unit}" if value >= 10 else f"{value:.1f} {unit}"


def times_said(ratio: float) -> str:
    """Return how many times as long, in bold where that is less than once."""
    if ratio < EVEN:
        return f"**{ratio:.2g} ×**"
    return f"{ratio:.0f} ×" if ratio >= 10 else f"{ratio:.1f} ×"


def row_of(costs: Costs, names: Iterable[str], clock: str) -> list[str]:
    """Return the cells of one line: the time of hubtiers, then ratio and time of the others."""
    own = costs[OWN][clock]
    cells = [time_said(own)]
    for name in names:
        theirs = costs[name][clock] if name in costs else None
        cells.append(f"{times_said(theirs / own)} ({time_said(theirs)})" if theirs else "–")
    return cells


def table_of(heads: list[str], lines: Iterable[list[str]]) -> str:
    """Return a table whose first column is text and whose others are numbers."""
    marks = ["---", *["--:"] * (len(heads) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, marks, *lines)) + "\n"


def paragraph(text: str) -> str:
    """Return a paragraph in lines of the width that the pages have."""
    lines = textwrap.wrap(text, 130, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines) + "\n"


def surroundings_said(part: Mapping[str, Any]) -> str:
    """Return day, machine and versions as a paragraph."""
    versions = dict(part["versions"])
    python = versions.pop("python")
    listed = ", ".join(f"{name} {version}" for name, version in versions.items())
    return "\n" + paragraph(
        f"{part['date']}, {part['processor']} with {part['cores']} cores, {part['system']}; "
        f"Python {python}, {listed}."
    )


def missing_said(kind: str, part: Mapping[str, Any]) -> str:
    """Return a sentence on the peers that were not installed, if there are any."""
    gone = [NAMES[name] for name in PEERS[kind] if name not in part["versions"]]
    return f"\nNot installed when this was measured: {', '.join(gone)}.\n" if gone else ""


def faster_said(kind: str, rows: Iterable[Costs]) -> str:
    """Return a sentence on who is faster, in how many lines and how much at most."""
    found = []
    lines = list(rows)
    for name in PEERS[kind]:
        shares = [costs[OWN]["cpu"] / costs[name]["cpu"] for costs in lines if name in costs]
        ahead = [share for share in shares if share > 1 / EVEN]
        if ahead:
            said = f"in {len(ahead)} of {len(shares)} lines (up to {max(ahead):.1f} × as fast)"
            found.append(f"{NAMES[name]} {said}")
    told = f"Faster than hubtiers: {'; '.join(found)}." if found else "None is faster."
    return "\n" + paragraph(told)


def points_block(part: Mapping[str, Any]) -> str:
    """Return both tables of points, what was tried, and where others are faster."""
    rows = {POWERS[size]: costs for size, costs in part["rows"].items()}
    heads = ["Points", *(NAMES[name] for name in (OWN, *PEERS["points"]))]
    worked = [[size, *row_of(costs, PEERS["points"], "cpu")] for size, costs in rows.items()]
    passed = [[size, *row_of(costs, PEERS["points"], "seconds")] for size, costs in rows.items()]
    tried = [
        f"{NAMES[engine]}: " + ", ".join(f"{way} {time_said(s)}" for way, s in ways.items())
        for engine, ways in part["tried"].items()
    ]
    return (
        f"{part['regions']:,} regions of {part['vertices']} vertices on the mean. "
        "Processor seconds, all cores added up:\n\n"
        + table_of(heads, worked)
        + faster_said("points", rows.values())
        + "\n"
        + paragraph(f"Seconds that passed. {cores_said(list(rows.values())[-1], part['cores'])}")
        + "\n"
        + table_of(heads, passed)
        + "\n"
        + paragraph(
            "Ways to read that were tried with a million points, in processor seconds, of which the "
            "fastest was taken: "
            f"{'; '.join(tried)}."
        )
        + missing_said("points", part)
        + surroundings_said(part)
    )


def cores_said(costs: Costs, cores: int) -> str:
    """Return how many cores each had, which is what was free, and what it would take with all."""
    had = [f"{NAMES[name]} {cost['cpu'] / cost['seconds']:.1f}" for name, cost in costs.items()]
    own = costs[OWN]["cpu"]
    best = [
        f"{NAMES[name]} {costs[name]['cpu'] / cores / own:.1f}"
        for name in ("duckdb", "sedonadb")
        if name in costs
    ]
    told = (
        f"Of {cores} cores the largest count had on the mean: {', '.join(had)}; the rest went to "
        "other work, or was not asked for. "
    )
    if best:
        told += (
            f"With {cores} cores to themselves and nothing lost between them they would take, "
            f"times the seconds of hubtiers on one: {', '.join(best)}."
        )
    return told


def breaks_block(part: Mapping[str, Any]) -> str:
    """Return the table of breaks, who is faster, and who misses the optimum."""
    names = [*PEERS["breaks"], "partition"]
    heads = ["Values", NAMES[OWN], *(NAMES[name] for name in names)]
    rows = {f"{int(size):,}": costs for size, costs in part["rows"].items()}
    missed = [f"{where} (by {share:.0e} of it)" for where, share in part["missed"].items()]
    told = f"\nThe least sum of squares is missed by {'; '.join(missed)}.\n" if missed else ""
    return (
        table_of(heads, [[size, *row_of(costs, names, "cpu")] for size, costs in rows.items()])
        + faster_said("breaks", rows.values())
        + told
        + missing_said("breaks", part)
        + surroundings_said(part)
    )


def scoring_block(part: Mapping[str, Any]) -> str:
    """Return the table of scores and weights by size."""
    heads = ["Regions × indicators", "Work", *(NAMES[name] for name in (OWN, *PEERS["scoring"]))]
    lines, rows = [], []
    for size, jobs in part["rows"].items():
        for job, costs in jobs.items():
            lines.append([size, job, *row_of(costs, PEERS["scoring"], "cpu")])
            if len(costs) > 1:
                rows.append(costs)
    return (
        table_of(heads, lines)
        + faster_said("scoring", rows)
        + missing_said("scoring", part)
        + surroundings_said(part)
    )


def draws_block(part: Mapping[str, Any]) -> str:
    """Return what a draw takes, and COINr's published time."""
    heads = ["Regions × indicators", "A draw", "Times bare products with sorting"]
    lines = [
        [name, time_said(row["us_a_draw"] / 1e6), f"{row['times_bare']:.1f} ×"]
        for name, row in part["rows"].items()
    ]
    coinr, own = part["coinr"], part["whole_call"]
    least, most = (coinr[bound] / own for bound in ("least", "most"))
    said = (
        "For COINr's example (normalisation × weights × aggregation, 51 × 49, "
        f"{coinr['draws']:,} draws) `assess_robustness` takes {time_said(own)} of one processor. "
        f"COINr {coinr['version']} was measured with {coinr['least']} to {coinr['most']} processor "
        f"seconds, {two_digits(least)} to {two_digits(most)} times as long: **a figure of another "
        "machine of two cores and of another day**, because R is not installed here, and so only "
        "an order of magnitude."
    )
    return table_of(heads, lines) + "\n" + paragraph(said) + surroundings_said(part)


def two_digits(ratio: float) -> str:
    """Return a ratio to two digits only, for what comes from two machines."""
    return f"{float(f'{ratio:.2g}'):,.0f}"


def builds_block(part: Mapping[str, Any]) -> str:
    """Return processor seconds by stage, a column for each study, and what else a build takes."""
    rows = part["rows"]
    heads = ["Stage", *(f"{int(size):,} ({row['study']})" for size, row in rows.items())]
    lines = []
    for stage, said in STAGES.items():
        taken = [row["stages"].get(stage) for row in rows.values()]
        lines.append([said, *("–" if t is None else f"{t:.2f} s" for t in taken)])
    columns = [whole_of(row) for row in rows.values()]
    lines += [[name, *(column[name] for column in columns)] for name in columns[0]]
    return table_of(heads, lines) + surroundings_said(part)


def whole_of(row: Mapping[str, Any]) -> dict[str, str]:
    """Return what the whole of a build takes and gives."""
    total, plain, peak = sum(row["stages"].values()), row["plain_map"], row["peak_mb"]
    return {
        "**all**": f"**{total:.1f} s**",
        "a plain map": f"{plain:.2f} s",
        "all, in plain maps": f"{total / plain:.0f}",
        "indicators": str(row["indicators"]),
        "map.html": f"{row['map_mb']:.1f} MB",
        "memory at most": "–" if peak is None else f"{peak:,.0f} MB",
    }


def imports_block(part: Mapping[str, Any]) -> str:
    """Return what importing takes above starting Python."""
    rows = part["rows"]
    bare = rows["python"]
    own = rows[OWN] - bare
    lines = []
    for name, taken in rows.items():
        if name == "python":
            continue
        ratio = "" if name == OWN else times_said((taken - bare) / own)
        said = f"`{name}`" if " " in name else f"`import {name}`"
        lines.append([said, time_said(taken - bare), ratio])
    said = f"Processor seconds in a new process, less the {time_said(bare)} in which Python starts."
    return (
        f"{said}\n\n"
        + table_of(["", "Takes", "Times `import hubtiers`"], lines)
        + surroundings_said(part)
    )


BLOCKS = {
    "points": points_block,
    "breaks": breaks_block,
    "scoring": scoring_block,
    "draws": draws_block,
    "builds": builds_block,
    "imports": imports_block,
}


def headline(results: Mapping[str, Any]) -> str:
    """Return what the front page says of speed."""
    points = results["points"]
    costs = points["rows"]["10000000"]
    own = costs[OWN]["cpu"]
    peers = [name for name in PEERS["points"] if name in costs]
    others = [f"{NAMES[name]} {costs[name]['cpu'] / own:.0f}" for name in peers]
    scoring = [costs for jobs in results["scoring"]["rows"].values() for costs in jobs.values()]
    slower = {
        "few points": beaten("points", points["rows"].values()),
        "natural breaks alone": beaten("breaks", results["breaks"]["rows"].values()),
        "single scoring methods": beaten("scoring", scoring),
    }
    told = [work for work, names in slower.items() if names]
    faster = f" Others are faster at {', '.join(told)}." if told else ""
    return paragraph(
        f"Ten million points are counted in {points['regions']:,} polygons in {time_said(own)} of "
        f"one core; in processor time, others take times as much: {', '.join(others)}.{faster} "
        "[What it costs, beside others](benchmarks/README.md) has the figures, with versions, and "
        "says where another one is faster."
    )


def beaten(kind: str, rows: Iterable[Costs]) -> set[str]:
    """Return the peers that are faster somewhere."""
    return {
        name
        for costs in rows
        for name in PEERS[kind]
        if name in costs and costs[name]["cpu"] < EVEN * costs[OWN]["cpu"]
    }


def filled(text: str, blocks: Mapping[str, str]) -> str:
    """Return a page with its blocks, each between its mark and the next end."""
    for name, block in blocks.items():
        head, rest = text.split(f"<!-- {name} -->\n")
        text = f"{head}<!-- {name} -->\n{block}{END}{rest.split(END, 1)[1]}"
    return text


def written(results: Mapping[str, Any]) -> dict[Path, str]:
    """Return both pages as the results have them."""
    blocks = {name: block(results[name]) for name, block in BLOCKS.items()}
    return {
        PAGE: filled(PAGE.read_text(encoding="utf-8"), blocks),
        FRONT: filled(FRONT.read_text(encoding="utf-8"), {"speed": headline(results)}),
    }


def digest(results: Mapping[str, Any]) -> str:
    """Return what the picture carries, so that it can be told from one of other results."""
    drawn = {part: results[part]["rows"] for part in ("points", "builds")}
    return hashlib.sha256(json.dumps(drawn, sort_keys=True).encode()).hexdigest()[:16]


def draw(results: Mapping[str, Any]) -> None:
    """Draw the cost as points and as regions grow, on logarithmic axes."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": "hubtiers", "svg.fonttype": "none"}):
        figure = Figure(figsize=(12, 4.4), layout="constrained")
        left, right = figure.subplots(1, 2)
        for axes in (left, right):
            axes.set_xscale("log")
            axes.set_yscale("log")
        draw_points(left, results["points"]["rows"])
        draw_builds(right, results["builds"]["rows"])
        for axes in (left, right):
            axes.grid(color="#dddddd", linewidth=0.6)
            axes.spines[["top", "right"]].set_visible(False)
            axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
        about = {"Date": None, "Description": f"rows {digest(results)}"}
        figure.savefig(PICTURE, metadata=about)


def draw_points(axes: Any, rows: Mapping[str, Costs]) -> None:
    """Draw the processor seconds of each engine over the number of points."""
    sizes = [int(size) for size in rows]
    colours = dict(
        zip((OWN, *PEERS["points"]), ("#b2182b", "#4d4d4d", "#2166ac", "#1b7837"), strict=True)
    )
    for name, colour in colours.items():
        seconds = [costs[name]["cpu"] if name in costs else float("nan") for costs in rows.values()]
        width = 2.2 if name == OWN else 1.4
        axes.plot(sizes, seconds, marker="o", color=colour, linewidth=width, label=NAMES[name])
    axes.set(title="Points into regions", xlabel="points", ylabel="processor seconds")


def draw_builds(axes: Any, rows: Mapping[str, Any]) -> None:
    """Draw the processor seconds of a build and its larger stages over the number of regions."""
    sizes = [int(size) for size in rows]
    totals = [sum(row["stages"].values()) for row in rows.values()]
    axes.plot(sizes, totals, marker="o", color="#b2182b", linewidth=2.2, label="whole build")
    colours = {
        "read": "#4d4d4d",
        "score": "#762a83",
        "draws": "#2166ac",
        "map": "#1b7837",
        "figures": "#bf812d",
        "tables": "#5aae61",
        "report": "#35978f",
    }
    for stage, colour in colours.items():
        taken = [row["stages"][stage] for row in rows.values()]
        axes.plot(sizes, taken, marker=".", color=colour, linewidth=1.2, label=STAGES[stage])
    axes.set(title="A build by stage", xlabel="regions", ylabel="processor seconds")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes], minor=False)
    axes.minorticks_off()


def main() -> None:
    """Write pages and picture."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    for path, text in written(results).items():
        path.write_text(text, encoding="utf-8")
    draw(results)


if __name__ == "__main__":
    main()
