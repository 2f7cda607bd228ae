"""The weights explorer.

What the browser needs to score regions anew under other weights, as Python would.

The matrix of normalised values, the hierarchy and ready weightings travel with the map;
`assets/scoring.js` holds the same formulas as `hubtiers._hierarchy`,
`hubtiers._rounding.round_significant` and `hubtiers.tiers`.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from hubtiers._hierarchy import by_level, fit_weights, groups_upwards
from hubtiers._method import own_fact, uses_data
from hubtiers._methods import METHODS, describe, make_step, to_spec
from hubtiers._steps import Given
from hubtiers.errors import HubtiersError, SpecError
from hubtiers.framework import TIERS
from hubtiers.scheme import Result
from hubtiers.scoring.aggregate import Arithmetic, Geometric
from hubtiers.show.methods import method_text
from hubtiers.show.text import toml_tables, toml_value
from hubtiers.show.web.live import live_content
from hubtiers.show.words import Text, node_text, reason_text, word
from hubtiers.tiers.breaks import NaturalBreaks, Quantiles, Thresholds

if TYPE_CHECKING:
    from hubtiers.robustness.result import Robustness

__all__ = ["Explorer", "can_explore", "explorer_content", "score_groups"]

_PRESETS: Mapping[str, Any] = {
    "equal": "equal",
    "function": {"method": "equal", "per": "function"},
    "framework": "framework",
    "entropy": "entropy",
    "critic": "critic",
    "variation": "variation",
    "pca": "pca",
}
# Two presets are one method with other options; every other one has the name of its method.
_PRESET_NAMES = {"equal": "equal_indicators", "function": "equal_functions"}
# The rules that the browser can learn anew.
_RULES: Mapping[type, str] = {NaturalBreaks: "natural", Quantiles: "quantiles"}
_COPIED = ("denominate", "impute", "treat", "normalise")
"""Steps that the copied text takes from the scheme; the browser adds the others as they are chosen
there."""
_AGGREGATIONS: Mapping[str, Any] = {"Arithmetic": Arithmetic(), "Geometric": Geometric()}


@dataclass(frozen=True)
class Explorer:
    """Choices of the weights explorer (权重实验).

    Which weightings it offers, and the study it copies.

    Choose it in place of `explorer=True` when the copied text should be a whole study file, or
    other weightings are wanted.

    Parameters
    ----------
    presets
        Ready weightings, of `equal`, `function`, `framework`, `entropy`, `critic`, `variation`,
        `pca`. One that cannot be fitted to the data is shown with its reason.
    study
        Plain values of a study file beside its method: `{"title_zh": …, "data": {…}, "layout":
        {…}}`. They are put before the method when it is copied.

    Raises
    ------
    SpecError
        When a weighting is not known.

    Examples
    --------
    >>> Explorer(presets=("equal", "entropy")).presets
    ('equal', 'entropy')
    """

    presets: tuple[str, ...] = tuple(_PRESETS)
    study: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if odd := [name for name in self.presets if name not in _PRESETS]:
            raise SpecError(
                f"Explorer(presets=…) knows no weighting {odd[0]!r}. Choose from "
                f"{', '.join(_PRESETS)}."
            )


def explorer_content(
    result: Result, options: Explorer, robustness: Robustness | None = None
) -> dict[str, Any]:
    """Return what the weights explorer needs, as plain values.

    Parameters
    ----------
    result
        Scores of a scheme whose aggregation is `Arithmetic`, `Geometric` or a tuple of them, with
        the same weights for all regions.
    options
        Weightings and study.
    robustness
        The draws that the page runs again when the sliders rest.

    Raises
    ------
    SpecError
        When the scheme has another aggregation, or weights of its own for every region.

    Notes
    -----
    **Missing values** travel as NaN and hand their weight on, level by level, as in Python.
    """
    _require_means(result)
    matrix = np.ascontiguousarray(result.normalised.to_numpy("<f8"))
    known = matrix[~np.isnan(matrix)]
    presets, unavailable = _presets(result, options)
    return {
        "matrix": base64.b64encode(matrix.tobytes()).decode(),
        "groups": score_groups(result),
        "weights": [float(w) for w in result.weights.reindex(result.normalised.columns)],
        "presets": presets,
        "unavailable": unavailable,
        "aggregations": _aggregations(result, positive=bool((known > 0).all())),
        "rules": _rules(result),
        "ownRule": bool(result.breaks.breaks) or _reads_table(result),
        "ownFirst": _own_first(result),
        "toml": _toml_head(result, options),
        "live": live_content(result, robustness),
    }


def _method_name(method: Any) -> Text:
    """Return the name of a method, or of one for each level, as an entry of a list."""
    name = method_text(method)
    return Text(name.zh, name.en[:1].upper() + name.en[1:])


def can_explore(result: Result) -> bool:
    """Say whether the weights of this result can be explored in the browser."""
    try:
        _require_means(result)
    except SpecError:
        return False
    return True


def _require_means(result: Result) -> None:
    for method in by_level(result.fitted.scheme.aggregate):
        if type(method) not in (Arithmetic, Geometric):
            raise SpecError(
                "The weights explorer computes arithmetic and geometric means, but this scheme "
                f"aggregates with {describe(method)}. Leave out explorer=True, or aggregate with "
                "Arithmetic() or Geometric()."
            )
    if result.fitted.hierarchy.by_region:
        raise SpecError(
            "The weights explorer needs one set of weights for all regions, but "
            f"{describe(result.fitted.scheme.weight)} gives every region its own. Leave out "
            "explorer=True, or choose another weighting."
        )


def score_groups(result: Result) -> list[dict[str, Any]]:
    """Return the groups from the lowest up, the score last.

    Children, and the indicators below each child.
    """
    framework = result.fitted.framework
    place = {code: number for number, code in enumerate(framework.codes)}
    order = {group.code: number for number, group in enumerate(groups_upwards(framework))}
    groups = []
    for group in groups_upwards(framework):
        # An indicator by its column, a group by ~number, as arcs are reversed in shapes.
        children = [place[c] if c in place else ~order[c] for c in group.children]
        name = node_text(result, group.code) if group.code in framework.node else Text("", "")
        groups.append(
            {
                "id": group.code,
                "name_zh": name.zh,
                "name_en": name.en,
                "height": group.level,
                "children": children,
                "leaves": list(map(list, group.leaves)),
            }
        )
    return groups


def _presets(
    result: Result, options: Explorer
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    ready, unavailable = [], []
    framework = result.fitted.framework
    given = Given(result.table)
    for name in options.presets:
        method = make_step("weight", _PRESETS[name])
        own = _PRESET_NAMES.get(name)
        names = (word(own) if own else _method_name(method)).to_plain()
        if uses_data(method) and result.table.overlaps:
            unavailable.append({"names": names, "reason": word("overlapping").to_plain()})
            continue
        try:
            fitted = fit_weights(method, result.normalised, given)
        except HubtiersError as problem:
            unavailable.append({"names": names, "reason": reason_text(problem).to_plain()})
        else:
            weights = fitted.weights.reindex(framework.codes)
            ready.append({"id": name, "names": names, "weights": [float(w) for w in weights]})
    return ready, unavailable


def _aggregations(result: Result, *, positive: bool) -> list[dict[str, Any]]:
    """Return the choices of aggregation, the scheme's own first.

    Kinds by level, and the text for a study file.
    """
    own = [type(method).__name__ for method in by_level(result.fitted.scheme.aggregate)]
    others = [[name] for name in _AGGREGATIONS if [name] != own]
    choices = []
    for kinds in (own, *others):
        methods = tuple(_AGGREGATIONS[kind] for kind in kinds)
        choices.append(
            {
                "names": _method_name(methods).to_plain(),
                "kinds": kinds,
                "possible": positive or "Geometric" not in kinds,
                "toml": toml_value(kinds[0] if len(kinds) == 1 else kinds),
            }
        )
    return choices


def _rules(result: Result) -> list[dict[str, Any]]:
    """Return the tier rules, the scheme's own first where the browser knows it."""
    scale = result.breaks
    rules = [_natural_rule(result), _quantile_rule(result)]
    if scale.breaks:
        own = result.fitted.scheme.tier
        fixed = {"method": "Thresholds", "breaks": scale.breaks, **_own_labels(result)}
        if isinstance(own, Thresholds):
            fixed = to_spec("tier", own)
        names = word("fixed_breaks").to_plain()
        toml = toml_value(fixed)
        rules.append({"id": "fixed", "names": names, "breaks": list(scale.breaks), "toml": toml})
    if _reads_table(result):
        own = result.fitted.scheme.tier
        toml = toml_value(to_spec("tier", own))
        rules.append({"id": "kept", "names": _method_name(own).to_plain(), "toml": toml})
        return sorted(rules, key=lambda rule: rule["id"] != "kept")
    first = (
        _RULES.get(type(result.fitted.scheme.tier), "fixed") if _learnt_here(result) else "fixed"
    )
    return sorted(rules, key=lambda rule: rule["id"] != first)


def _own_first(result: Result) -> bool:
    """Say whether the first rule is the scheme's own, and not its cut-points in place of it."""
    return (
        _reads_table(result)
        or _learnt_here(result)
        or own_fact(result.fitted.scheme.tier, "cuts") == "fixed"
    )


def _reads_table(result: Result) -> bool:
    """Say whether the tiers are read from the table, so that no weight moves them."""
    own = result.fitted.scheme.tier
    return own_fact(own, "table_form") is not None and type(own) in METHODS["tier"]


def _natural_rule(result: Result) -> dict[str, Any]:
    own = result.fitted.scheme.tier
    log = isinstance(own, NaturalBreaks) and own.scale == "log"
    spec = {"method": "NaturalBreaks", "k": len(result.breaks.labels), **_own_labels(result)}
    if log:
        spec["scale"] = "log"
    names = _method_name(NaturalBreaks(2)).to_plain()
    return {"id": "natural", "names": names, "log": log, "toml": toml_value(spec)}


def _quantile_rule(result: Result) -> dict[str, Any]:
    spec = {"method": "Quantiles", "k": len(result.breaks.labels), **_own_labels(result)}
    names = _method_name(Quantiles(2)).to_plain()
    return {"id": "quantiles", "names": names, "toml": toml_value(spec)}


def _own_labels(result: Result) -> dict[str, Any]:
    """Return the labels as an option of a tier rule, where they are not the usual ones."""
    labels = result.breaks.labels
    return {} if labels == TIERS[: len(labels)] else {"labels": labels}


def _learnt_here(result: Result) -> bool:
    """Return whether the cut-points come from these scores, and not from those of another table."""
    own = result.fitted.scheme.tier
    if not isinstance(own, (NaturalBreaks, Quantiles)):
        return False
    return own.fit(result.scores).breaks == result.breaks.breaks


def _toml_head(result: Result, options: Explorer) -> str:
    """Return the study file up to what the browser adds: aggregation, tiers and weights."""
    scheme = result.fitted.scheme
    try:
        method = {step: to_spec(step, getattr(scheme, step)) for step in _COPIED}
    except SpecError as problem:
        # A method of one's own that nobody has registered: the text says so where the method would
        # stand.
        written = f"# {problem}"
    else:
        written = toml_tables({"method": method})
    study = {key: value for key, value in options.study.items() if key != "method"}
    text = toml_tables(study)
    return (f"{text}\n\n" if text else "") + written + "\n"
