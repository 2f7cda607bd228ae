"""Certainty that follows the sliders: what the page needs to run the draws of a study again.

`assets/chances.js` draws as `hubtiers.robustness` does, from the same streams of random numbers.
What it cannot draw is refused here with its reason, which the page shows.
"""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hubtiers._steps import Given, prepare
from hubtiers.robustness.variation import Dirichlet, UniformAround, Variation, tree_of
from hubtiers.scheme import Result
from hubtiers.scoring.weight import GivenWeights
from hubtiers.show.methods import method_text
from hubtiers.show.web.ziggurat import exponential_widths, normal_widths
from hubtiers.show.words import Text, join_texts, word

if TYPE_CHECKING:
    from hubtiers.framework import Framework
    from hubtiers.robustness._plan import Plan
    from hubtiers.robustness.result import Robustness

__all__ = ["live_content"]

Floats = NDArray[np.float64]
Options = Mapping[str, tuple[Any, ...]]

_MATRICES = ("impute", "treat", "normalise")
"""Steps whose options are other normalised values: the page takes those as they are."""

_MOST_NUMBERS = 60_000
"""Normalised values of all options together, at most: they travel with the page."""

_MOST_REGIONS = 4_000
"""Regions, at most: the page counts each rank of each of them."""


def live_content(result: Result, robustness: Robustness | None) -> dict[str, Any] | None:
    """Return what the page needs to draw again, or the reason why it cannot.

    Nothing where no draws have been made at all.
    """
    plan: Plan | None = getattr(robustness, "plan", None)
    if robustness is None or plan is None:
        return None
    base = robustness.base
    alike = base.fitted.scheme == result.fitted.scheme
    if not alike or not base.normalised.equals(result.normalised):
        return {"reason": word("live_other").to_plain(), "holds": False}
    reason = _refusal(robustness)
    if reason is not None:
        return {"reason": reason.to_plain(), "holds": _holds(plan)}
    spread, options = _spread(plan), _options(plan.variation)
    return {
        "draws": robustness.draws,
        "seed": [part for number in plan.seed for part in _words_of(number)],
        "seedText": ", ".join(map(str, plan.seed)),
        "fixed": plan.fixed is not None,
        "what": _what(plan.variation, options).to_plain(),
        "spread": spread,
        "options": list(map(len, options.values())),
        "matrices": list(_matrices(result, options)),
        "exponential": _sent(exponential_widths()),
        "normal": _sent(normal_widths()) if spread.get("concentration") else "",
    }


def _refusal(robustness: Robustness) -> Text | None:
    """Return why the page cannot draw again, or None."""
    variation, base = robustness.plan.variation, robustness.base
    if unknown := [word(key) for key in _unknown(variation)]:
        return word("live_varies").fill(what=join_texts(unknown, "enumeration"))
    matrices = np.prod([len(options) for options in _options(variation).values()], dtype=int)
    if len(base.scores) > _MOST_REGIONS or matrices * base.normalised.size > _MOST_NUMBERS:
        return word("live_large")
    return None


def _holds(plan: Plan) -> bool:
    """Say whether the draws are the same whatever weights the scheme has, and so are the tiers."""
    draw = plan.variation.weights
    drawn = isinstance(draw, Dirichlet) and (draw.concentration is None or draw.around is not None)
    return plan.fixed is None and (drawn or isinstance(draw, tuple))


def _unknown(variation: Variation) -> Iterator[str]:
    """Yield the words of what varies and the page cannot draw."""
    if variation.weights is not None and type(variation.weights) not in (Dirichlet, UniformAround):
        yield "step_weight"
    for step in ("aggregate", "tier"):
        if getattr(variation, step):
            yield f"step_{step}"
    if variation.redraw_gaps:
        yield "factor_gaps"
    if variation.noise is not None:
        yield "factor_noise"
    if variation.leave_one_out:
        yield "factor_leave_out"


def _options(variation: Variation) -> dict[str, tuple[Any, ...]]:
    """Return the options of the steps that make the normalised values, in the order of draws."""
    return {step: tuple(found) for step in _MATRICES if (found := getattr(variation, step))}


def _spread(plan: Plan) -> dict[str, Any]:
    """Return how weights are drawn."""
    draw, framework = plan.variation.weights, plan.table.framework
    if draw is None:
        return {"kept": True}
    if isinstance(draw, UniformAround):
        tree = _tree(framework) if draw.of == "node" else None
        return {"reach": draw.percent / 100.0, "tree": tree}
    around = None
    if draw.around is not None:
        given = GivenWeights(draw.around).fit(plan.table.values, framework=framework).weights
        around = [float(weight) for weight in given.reindex(framework.codes)]
    tree = _tree(framework) if draw.per == "function" else None
    return {"concentration": draw.concentration, "around": around, "tree": tree}


def _tree(framework: Framework) -> dict[str, Any]:
    """Return the nodes that are varied, as `NodeTree` has them; `below` is a list for each."""
    tree = tree_of(framework)
    return {
        "order": tree.order.tolist(),
        "edges": tree.edges.tolist(),
        "above": tree.above.tolist(),
        "leaves": tree.leaves.tolist(),
        "below": [np.flatnonzero(column).tolist() for column in tree.below.T],
    }


def _matrices(result: Result, options: Options) -> Iterator[str]:
    """Yield the normalised values under each combination, nothing for those of the scheme."""
    own, given = result.normalised, Given(result.table)
    for chosen in itertools.product(*options.values()):
        steps = dict(zip(options, chosen, strict=True))
        values = own
        if steps:
            values = prepare(result.fitted.scheme.replace(**steps), given).normalised[own.columns]
        yield "" if values.equals(own) else _sent(values.to_numpy(float))


def _what(variation: Variation, options: Options) -> Text:
    """Return what is varied, in both languages."""
    draw = variation.weights
    parts = [] if draw is None else [Text(draw.words_zh, str(draw))]
    for step, members in options.items():
        names = join_texts([method_text(member) for member in members], "or")
        parts.append(join_texts([word(f"step_{step}"), names], "colon"))
    return join_texts(parts, "semicolon")


def _words_of(number: int) -> list[int]:
    """Return a whole number in words of 32 bits, the lowest first."""
    size = max(1, -(-number.bit_length() // 32))
    return [number >> 32 * place & 0xFFFF_FFFF for place in range(size)]


def _sent(values: Floats) -> str:
    return base64.b64encode(np.ascontiguousarray(values, "<f8").tobytes()).decode()
