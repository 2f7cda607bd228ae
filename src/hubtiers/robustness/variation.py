"""What a robustness analysis varies: weights, methods, data, and any subset of these together."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._checks import require_choice
from hubtiers._methods import BY_LEVEL, describe, make_steps, to_plain
from hubtiers.errors import HubtiersError, SpecError, UnknownOptionError, listing
from hubtiers.framework import Framework
from hubtiers.scoring.weight import GivenWeights

__all__ = [
    "Dirichlet",
    "Noise",
    "PerLevel",
    "UniformAround",
    "Variation",
    "WeightDraw",
    "tree_of",
]

Floats = NDArray[np.float64]

_MANY = 6
"""From so many options on, messages name some of them only."""


class WeightDraw(Protocol):
    """A way to draw weights."""

    def draw(
        self, rng: np.random.Generator, size: int, *, base: pd.Series, framework: Framework
    ) -> Floats:
        """Return weights, draws × indicators."""

    def from_uniform(self, u: Floats, *, base: pd.Series, framework: Framework) -> Floats:
        """Return weights from numbers between 0 and 1, draws × `width`."""

    def width(self, framework: Framework) -> int:
        """Return how many numbers one draw takes."""


@dataclass(frozen=True)
class Dirichlet:
    """Weights from a Dirichlet distribution: any weights at all, or those near given ones.

    Choose it without a concentration when nothing is known of the weights: then every set of
    weights is as likely as any other. With a concentration it says how far experts may differ.

    Parameters
    ----------
    concentration
        c: the parameters of the distribution are c·w, so that the weight w varies with the standard
        deviation √(w·(1 − w) / (c + 1)) around the scheme's own. None draws evenly from the
        simplex, whatever weights the scheme has.
    around
        Weights by indicator to draw around, as a mapping; those of the scheme when left out.
    per
        `"indicator"`: one draw over all indicators, so that a function with more indicators counts
        more; `"function"`: level by level, functions among themselves and indicators within theirs.

    Notes
    -----
    **What the default implies.** `Dirichlet()` is even over indicators, not over functions. A
    function with k of m indicators has the share k / m of the weight on average, whatever share the
    study gives it. And with many indicators hardly any draw has a dominant one: the largest of m
    weights exceeds .4 in about m · .6^(m − 1) of the draws, which is 22 % for 8 indicators, 10 %
    for 10 and .2 % for 19. `Dirichlet(per="function")` gives each of f functions 1 / f on average,
    and `Dirichlet(50)` the study's own shares. `Robustness.weights_drawn` and `.dominated` say it
    of a run.

    With `per="function"` the children of every node have weights of their own from a Dirichlet
    distribution, evenly or with the parameters c·(share of the child), and an indicator's weight is
    the product on its way up.

    **Missing values** do not matter.

    Examples
    --------
    >>> str(Dirichlet(concentration=50))
    'weights near those of the scheme (Dirichlet, concentration 50)'
    >>> str(Dirichlet(per="function"))
    'weights, evenly over all there are at every level (Dirichlet)'
    """

    concentration: float | None = None
    around: Mapping[str, float] | tuple[tuple[str, float], ...] | None = None
    per: str = "indicator"

    def __post_init__(self) -> None:
        require_choice("unit of Dirichlet(per=…)", self.per, ("indicator", "function"))
        if self.concentration is not None and not 0 < self.concentration < np.inf:
            raise SpecError(
                f"Dirichlet(concentration={self.concentration!r}) needs a positive number, or None."
            )
        if self.around is not None:
            if self.concentration is None:
                raise SpecError(
                    "Dirichlet(around=…) needs a concentration, such as 50: how near the weights "
                    "stay."
                )
            object.__setattr__(self, "around", GivenWeights(self.around).weights)

    def width(self, framework: Framework) -> int:
        """Return how many numbers one draw takes: one by indicator, or by node that is drawn."""
        return len(_varied(framework, "node" if self.per == "function" else "indicator"))

    def draw(
        self, rng: np.random.Generator, size: int, *, base: pd.Series, framework: Framework
    ) -> Floats:
        """Return weights, draws × indicators."""
        shape, width = self._shape(base, framework), self.width(framework)
        raw = (
            rng.standard_exponential((size, width))
            if shape is None
            else rng.standard_gamma(shape, (size, width))
        )
        return self._weights(raw, framework)

    def from_uniform(self, u: Floats, *, base: pd.Series, framework: Framework) -> Floats:
        """Return weights from numbers between 0 and 1, draws × `width`."""
        from scipy.special import gammaincinv

        shape = self._shape(base, framework)
        if shape is None:
            return self._weights(-np.log1p(-u), framework)
        # What has the weight 0 keeps it: the inverse is not defined there.
        counts = shape > 0
        raw = np.where(counts, gammaincinv(np.where(counts, shape, 1.0), u), 0.0)
        return self._weights(raw, framework)

    def _weights(self, raw: Floats, framework: Framework) -> Floats:
        """Return effective weights from independent gamma numbers by indicator, or by node."""
        return _nested_shares(raw, framework) if self.per == "function" else _shares(raw)

    def _shape(self, base: pd.Series, framework: Framework) -> Floats | None:
        """Return the parameters by indicator, or by node; None where each of them is 1."""
        if self.concentration is None:
            return None
        centre = base
        if self.around is not None:
            blank = pd.DataFrame(columns=framework.codes, dtype=float)
            centre = GivenWeights(self.around).fit(blank, framework=framework).weights
        own = centre.to_numpy(float)
        shares = _shares_of_nodes(own, framework) if self.per == "function" else own
        return np.asarray(self.concentration * shares)

    @property
    def words_zh(self) -> str:
        """What is varied, in Chinese."""
        levels = "逐层" if self.per == "function" else ""
        if self.concentration is None:
            return f"权重：{levels}在全部可能的权重中均匀抽取（狄利克雷分布）"
        near = "给定权重" if self.around else "本研究权重"
        spread = f"集中度 {self.concentration:g}"
        return f"权重：{levels}围绕{near}抽取（狄利克雷分布，{spread}）"

    def __str__(self) -> str:
        levels = " at every level" if self.per == "function" else ""
        if self.concentration is None:
            return f"weights, evenly over all there are{levels} (Dirichlet)"
        near = "those of the scheme" if self.around is None else "given ones"
        spread = f"concentration {self.concentration:g}"
        return f"weights near {near}{levels} (Dirichlet, {spread})"


@dataclass(frozen=True)
class UniformAround:
    """The scheme's weights, each up or down by at most some per cent.

    Choose it to ask whether modest doubt about the weights matters.

    Parameters
    ----------
    percent
        Largest change of a weight, in per cent of it, before the weights are scaled to sum 1 again.
    of
        `"node"`: at every level of the framework, indicators within their groups and groups within
        theirs; `"indicator"`: the effective weights of the indicators only.

    Examples
    --------
    >>> str(UniformAround(25))
    'weights ± 25 % at every level'
    """

    percent: float = 25.0
    of: str = "node"

    def __post_init__(self) -> None:
        if not 0 < self.percent <= 100:
            raise SpecError(
                f"UniformAround(percent={self.percent!r}) needs per cent above 0 and at most 100."
            )
        if self.of not in ("node", "indicator"):
            raise UnknownOptionError(
                "choice for UniformAround(of=…)", self.of, ("node", "indicator")
            )

    def width(self, framework: Framework) -> int:
        """Return how many numbers one draw takes: one by node that is varied."""
        return len(_varied(framework, self.of))

    def draw(
        self, rng: np.random.Generator, size: int, *, base: pd.Series, framework: Framework
    ) -> Floats:
        """Return weights, draws × indicators."""
        width = len(tree_of(framework).order) if self.of == "node" else len(base)
        return self.from_uniform(rng.random((size, width)), base=base, framework=framework)

    def from_uniform(self, u: Floats, *, base: pd.Series, framework: Framework) -> Floats:
        """Return weights from numbers between 0 and 1, draws × `width`."""
        centre, reach = base.to_numpy(float), self.percent / 100.0
        if self.of == "indicator":
            return _shares(centre * (1.0 + (2.0 * u - 1.0) * reach))
        # numba is slow to import and only needed here.
        from hubtiers.robustness._node_weights import nested_kernel

        tree, weights = tree_of(framework), np.empty((len(u), len(centre)))
        mass = (centre[:, None] * tree.below).sum(axis=0)
        nested_kernel(
            np.ascontiguousarray(u),
            reach,
            mass,
            tree.order,
            tree.edges,
            tree.above,
            tree.leaves,
            weights,
        )
        return weights

    @property
    def words_zh(self) -> str:
        """What is varied, in Chinese."""
        return f"权重 ± {self.percent:g}%{'（各层级）' if self.of == 'node' else ''}"

    def __str__(self) -> str:
        return f"weights ± {self.percent:g} %{' at every level' if self.of == 'node' else ''}"


def _varied(framework: Framework, of: str) -> list[str]:
    """Return the nodes whose weight is varied, indicators first."""
    groups = [g.code for g in framework.groups if framework.leaves(g.code)]
    return [*framework.codes, *groups] if of == "node" else framework.codes


@dataclass(frozen=True, eq=False)
class NodeTree:
    """Nodes that are varied, from the top down, with siblings side by side.

    `order` brings the nodes into that order; `edges` say where siblings start, `above` where in the
    order their parent stands (the number of nodes for the whole) and `leaves` where each indicator
    does; `below` says which indicators lie below each node (indicators × nodes).
    """

    order: NDArray[np.int64]
    edges: NDArray[np.int64]
    above: NDArray[np.int64]
    leaves: NDArray[np.int64]
    below: NDArray[np.bool_]


_LATEST: list[tuple[Framework, NodeTree]] = []


def tree_of(framework: Framework) -> NodeTree:
    """Return the nodes whose weights are varied level by level."""
    # Every block of draws asks again, and hashing a framework would take as long as finding the
    # answer.
    for known, tree in _LATEST:
        if known is framework:
            return tree
    tree = _make_tree(framework)
    _LATEST[:] = [(framework, tree)]
    return tree


def _make_tree(framework: Framework) -> NodeTree:
    varied = _varied(framework, "node")

    def level_and_parent(node: str) -> tuple[int, str]:
        return framework.depth(node), framework[node].parent

    nodes = sorted(varied, key=level_and_parent)
    place = {node: position for position, node in enumerate(nodes)}
    parents = [framework[node].parent for node in nodes]
    order = [varied.index(node) for node in nodes]
    starts = [n for n in range(len(nodes)) if n == 0 or parents[n] != parents[n - 1]]
    above = [place.get(parents[start], len(nodes)) for start in starts]
    leaves = [place[code] for code in framework.codes]
    below = [_lies_below(framework, code, nodes) for code in framework.codes]
    return NodeTree(
        order=np.array(order),
        edges=np.array([*starts, len(nodes)]),
        above=np.array(above),
        leaves=np.array(leaves),
        below=np.array(below),
    )


def _lies_below(framework: Framework, code: str, nodes: list[str]) -> list[bool]:
    """Say of each node whether an indicator lies below it, or is it."""
    way = {code, *framework.ancestors(code)}
    return [node in way for node in nodes]


def _nested_shares(raw: Floats, framework: Framework) -> Floats:
    """Return effective weights (draws × indicators) from numbers by node, shared out by level."""
    tree = tree_of(framework)
    weight = np.ones((len(raw), len(tree.order) + 1))
    weight[:, :-1] = raw[:, tree.order]
    for first, end, above in zip(tree.edges[:-1], tree.edges[1:], tree.above, strict=True):
        total = weight[:, first:end].sum(axis=1)
        part = np.divide(weight[:, above], total, out=np.zeros(len(raw)), where=total > 0)
        weight[:, first:end] *= part[:, None]
    return np.ascontiguousarray(weight[:, tree.leaves])


def _shares_of_nodes(own: Floats, framework: Framework) -> Floats:
    """Return the share of each node among its siblings, in the order of `_varied`."""
    tree = tree_of(framework)
    mass = (own[:, None] * tree.below).sum(axis=0)
    shares = np.zeros(len(mass))
    for first, end in zip(tree.edges[:-1], tree.edges[1:], strict=True):
        total = mass[first:end].sum()
        shares[first:end] = mass[first:end] / total if total > 0 else 0.0
    by_node = np.empty(len(mass))
    by_node[tree.order] = shares
    return by_node


def _shares(raw: Floats) -> Floats:
    return np.asarray(raw / raw.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class PerLevel:
    """Aggregation that varies at each level by itself.

    Parameters
    ----------
    levels
        The options of each level, from the lowest up; the last serves all higher levels.

    Examples
    --------
    >>> from hubtiers.scoring.aggregate import Arithmetic, Geometric
    >>> str(PerLevel(((Arithmetic(), Geometric()), (Arithmetic(),))))
    'level 1: Arithmetic() or Geometric(); level 2: Arithmetic()'
    """

    levels: Any

    def __post_init__(self) -> None:
        if not isinstance(self.levels, (list, tuple)) or not self.levels:
            raise SpecError(
                f"PerLevel({self.levels!r}) needs the options of each level, such as ((a, b), "
                "(a,))."
            )
        kept = tuple(_options("aggregate", level) for level in self.levels)
        if any(isinstance(option, tuple) for level in kept for option in level):
            raise SpecError("PerLevel() takes single methods at each level, not tuples of them.")
        object.__setattr__(self, "levels", kept)

    def __str__(self) -> str:
        return "; ".join(
            f"level {n}: {_either(level)}" for n, level in enumerate(self.levels, start=1)
        )


@dataclass(frozen=True)
class Noise:
    """Errors of measurement in the values of the table.

    Parameters
    ----------
    percent
        Size of the error, in per cent.
    of
        `"value"`: each value is multiplied by exp(ε·percent/100), ε standard normal, so that it
        keeps its sign; `"spread"`: ε·percent/100 standard deviations of the indicator are added.

    Notes
    -----
    Errors are independent. An indicator keeps its domain: where no known value is negative, or
    where the unit says that it is a share (%, ‰) and all known values are, an error that would lead
    outside is mirrored at the end; where all known values are whole numbers the result is rounded,
    so that errors below half a unit vanish. **Missing values** stay missing.

    Examples
    --------
    >>> str(Noise(5))
    'noise of 5 % of each value'
    """

    percent: float = 5.0
    of: str = "value"

    def __post_init__(self) -> None:
        if not 0 < self.percent <= 100:
            raise SpecError(
                f"Noise(percent={self.percent!r}) needs per cent above 0 and at most 100."
            )
        if self.of not in ("value", "spread"):
            raise UnknownOptionError("choice for Noise(of=…)", self.of, ("value", "spread"))

    def apply(self, values: Floats, rng: np.random.Generator) -> Floats:
        """Return values (regions × indicators) with one draw of errors."""
        error = rng.standard_normal(values.shape) * (self.percent / 100.0)
        if self.of == "value":
            return np.asarray(values * np.exp(error))
        known = np.maximum((~np.isnan(values)).sum(axis=0), 1)
        away = np.nan_to_num(values - np.nansum(values, axis=0) / known)
        return np.asarray(
            values + error * np.sqrt((away**2).sum(axis=0) / np.maximum(known - 1, 1))
        )

    @property
    def words_zh(self) -> str:
        """What is varied, in Chinese."""
        base = "各数值" if self.of == "value" else "标准差"
        return f"测量误差：{base}的 {self.percent:g}%"

    def __str__(self) -> str:
        base = "value" if self.of == "value" else "standard deviation"
        return f"noise of {self.percent:g} % of each {base}"


@dataclass(frozen=True)
class Variation:
    """What is varied in a robustness analysis; everything not named stays as the scheme has it.

    Parameters
    ----------
    weights
        `Dirichlet(…)`, `UniformAround(…)`, or a tuple of weighting methods (or their names) of
        which each draw takes one. The word `"dirichlet"` stands for `Dirichlet()`.
    normalise, treat, impute, tier
        Methods (or their names) of which each draw takes one. Name the scheme's own, too, if it is
        to stay among them. A mapping with `method`, its options and `vary` stands for the method
        with every combination of the values that `vary` lists by option.
    aggregate
        The same; an option may be a tuple from the lowest level up. `PerLevel(…)` varies each level
        by itself.
    redraw_gaps
        Whether filled gaps are drawn anew: the value that the scheme fills in with one of the
        errors that the same method makes where the value is known (multiple imputation). An
        indicator keeps its domain: where no known value is negative, errors are ratios (of odds for
        shares, which stay between 0 and the whole), else differences; where all known values are
        whole numbers, so are the drawn ones.
    noise
        `Noise(…)` on the values of the table.
    leave_one_out
        Whether each draw leaves out one indicator, or none, all equally likely.

    Notes
    -----
    The options of a step are equally likely, and all choices are independent.

    Examples
    --------
    >>> print(Variation(weights=Dirichlet(), normalise=("MinMax", "PercentileRank")))
    weights, evenly over all there are (Dirichlet)
    normalise: MinMax(low=0.0, high=1.0) or PercentileRank(ties='mean')
    """

    weights: Any = None
    normalise: tuple[Any, ...] = ()
    treat: tuple[Any, ...] = ()
    aggregate: tuple[Any, ...] | PerLevel = ()
    tier: tuple[Any, ...] = ()
    impute: tuple[Any, ...] = ()
    redraw_gaps: bool = False
    noise: Any = None
    leave_one_out: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", _as_weights(self.weights))
        for step in ("normalise", "treat", "aggregate", "tier", "impute"):
            object.__setattr__(self, step, _as_options(step, getattr(self, step)))
        if isinstance(self.noise, Mapping):
            object.__setattr__(self, "noise", _made(Noise, self.noise))
        if self.noise is not None and not isinstance(self.noise, Noise):
            raise SpecError(
                f"Variation(noise={self.noise!r}) is no Noise. Write for example Noise(percent=5)."
            )
        if not self.words:
            raise SpecError(
                "The Variation varies nothing. Name what varies, such as "
                "Variation(weights=Dirichlet())."
            )

    @property
    def words(self) -> tuple[str, ...]:
        """What is varied, one sentence each."""
        parts: list[str] = []
        if isinstance(self.weights, tuple):
            parts.append(f"weights: {_either(self.weights)}")
        elif self.weights is not None:
            parts.append(str(self.weights))
        for step in ("normalise", "treat", "aggregate", "tier", "impute"):
            options = getattr(self, step)
            if options:
                parts.append(
                    f"{step}: {options if isinstance(options, PerLevel) else _either(options)}"
                )
        parts += self.words_of_data
        parts += ["one indicator left out, or none"] if self.leave_one_out else []
        return tuple(parts)

    @property
    def words_of_data(self) -> tuple[str, ...]:
        """What is varied in the data themselves, one sentence each."""
        parts = ["filled gaps, by the errors of the filling"] if self.redraw_gaps else []
        parts += [str(self.noise)] if self.noise is not None else []
        return tuple(parts)

    def to_spec(self) -> dict[str, Any]:
        """Return the variation as plain values, as they stand in a study file."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {
            name: to_plain(value)
            for name, value in values.items()
            if value not in (None, (), False)
        }

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> Variation:
        """Make a variation from plain values, as they stand in a study file.

        Such as `{"weights": "dirichlet", "noise": {"percent": 5}}`.

        Raises
        ------
        UnknownOptionError, SpecError
        """
        known = [f.name for f in fields(cls)]
        for name in spec:
            if name not in known:
                raise UnknownOptionError("part of a variation", name, known)
        return cls(**{str(name): value for name, value in spec.items()})

    def __str__(self) -> str:
        return "\n".join(self.words)


_DRAWS: Mapping[str, type] = {"dirichlet": Dirichlet, "uniformaround": UniformAround}


def _as_weights(weights: Any) -> Any:
    """Return a way to draw weights, a tuple of methods, or None."""
    if weights is None or isinstance(weights, tuple(_DRAWS.values())):
        return weights
    options = weights if isinstance(weights, Mapping) else {"method": weights}
    name = options.get("method")
    kind = _DRAWS.get(name.lower().replace("_", "")) if isinstance(name, str) else None
    return _options("weight", weights) if kind is None else _made(kind, options)


def _as_options(step: str, options: Any) -> Any:
    if isinstance(options, Mapping) and options.get("method") == "PerLevel":
        return _made(PerLevel, options)
    if isinstance(options, PerLevel) or options in ((), [], None):
        return options
    return _options(step, options)


def _options(step: str, options: Any) -> tuple[Any, ...]:
    """Return methods from method objects, names or study-file mappings; one counts as a tuple."""
    members = options if isinstance(options, (tuple, list)) else (options,)
    spread = [one for member in members for one in _spread(step, member)]
    made = tuple(_as_method(step, member) for member in spread)
    if not made:
        raise SpecError(
            f"The Variation names no option for {step!r}. Give at least one, or leave it out."
        )
    return made


def _spread(step: str, member: Any) -> list[Any]:
    """Return one mapping for every combination of the options under `vary`.

    `{"method": "PositionRules", "vary": {"national_share": [1.5, 2]}}` stands for two methods.
    """
    if not isinstance(member, Mapping) or "vary" not in member:
        return [member]
    varied = member["vary"]
    are_lists = isinstance(varied, Mapping) and all(
        isinstance(values, (tuple, list)) and values for values in varied.values()
    )
    if not varied or not are_lists:
        raise SpecError(
            f"The Variation got vary={varied!r} for {step!r}. Give a list of values for each "
            "option that varies, such as vary = { national_share = [1.5, 2, 2.5] }."
        )
    same = {name: value for name, value in member.items() if name != "vary"}
    combinations = itertools.product(*varied.values())
    return [{**same, **dict(zip(varied, values, strict=True))} for values in combinations]


def _as_method(step: str, member: Any) -> Any:
    if isinstance(member, (tuple, list)) and step in BY_LEVEL:
        return tuple(_as_method(step, level) for level in member)
    if isinstance(member, (str, Mapping)):
        return make_steps(step, member)
    if isinstance(member, type) or not callable(getattr(member, "fit", None)):
        raise SpecError(
            f"The Variation got {member!r} for {step!r}, which is no method. Give objects or names."
        )
    return member


def _made(kind: Callable[..., Any], options: Mapping[str, Any]) -> Any:
    name = getattr(kind, "__name__", str(kind))
    known = [f.name for f in fields(kind)]  # type: ignore[arg-type]
    options = {str(k): v for k, v in options.items() if k != "method"}
    for option in options:
        if option not in known:
            raise UnknownOptionError(f"option of {name}:", option, known)
    try:
        return kind(**options)
    except HubtiersError:
        raise
    except (TypeError, ValueError) as error:
        raise SpecError(f"{name} cannot be made from {options}: {error}.") from None


def _either(options: tuple[Any, ...]) -> str:
    if len(options) < _MANY:
        return " or ".join(describe(option) for option in options)
    return _by_option(options) or listing(map(describe, options))


def _by_option(options: tuple[Any, ...]) -> str:
    """Return methods of one class by the values that their options take; empty for others."""
    kind = type(options[0])
    if not is_dataclass(kind) or any(type(option) is not kind for option in options):
        return ""
    parts = []
    for field in fields(kind):
        values = list(dict.fromkeys(repr(getattr(option, field.name)) for option in options))
        if len(values) > 1:
            parts.append(f"{field.name} {', '.join(values[:-1])} or {values[-1]}")
    return f"{kind.__name__} with {'; '.join(parts)}"
