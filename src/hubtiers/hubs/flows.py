"""What a table of flows between places says: who hangs on whom, how fast distance wears it down."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, MissingColumnError, SpecError, UnknownOptionError, listing
from hubtiers.regions.pairs import square_pairs

__all__ = [
    "FittedDecay",
    "core_periphery",
    "disparity",
    "fit_decay",
    "interlocking_links",
    "largest_links",
    "square_flows",
]

Floats = NDArray[np.float64]

_MOST_STEPS = 100
_CLOSE = 1e-10


def square_flows(flows: pd.DataFrame) -> pd.DataFrame:
    """Return flows as a square frame, origins in rows and destinations in columns.

    Parameters
    ----------
    flows
        Square, or long with origin, destination and flow, as `square_pairs` takes them.

    Returns
    -------
    pandas.DataFrame
        Places × places in the order in which they come, strings; the diagonal is 0. A pair that the
        long form does not list has a flow of 0.

    Raises
    ------
    DataError
        When a flow is negative, missing or no number, or a pair stands twice.

    Examples
    --------
    >>> long = pd.DataFrame({"from": ["a", "b"], "to": ["b", "a"], "flow": [3.0, 1.0]})
    >>> square_flows(long).loc["a"].to_dict()
    {'a': 0.0, 'b': 3.0}
    """
    square, is_long = square_pairs(flows, "flow")
    numbers = square.fillna(0.0).to_numpy() if is_long else square.to_numpy()
    if not np.isfinite(numbers).all():
        row, column = (int(i) for i in np.argwhere(~np.isfinite(numbers))[0])
        raise DataError(
            f"The flow from {square.index[row]!r} to {square.columns[column]!r} is missing. Give "
            "every pair a flow; 0 says that nothing flows."
        )
    if (numbers < 0).any():
        row, column = (int(i) for i in np.argwhere(numbers < 0)[0])
        raise DataError(
            f"The flow from {square.index[row]!r} to {square.columns[column]!r} is "
            f"{numbers[row, column]:g}, but a flow cannot be negative."
        )
    return pd.DataFrame(numbers, square.index, square.columns)


def largest_links(flows: pd.DataFrame, *, size: pd.Series | None = None) -> pd.DataFrame:
    """Largest links (最大联系流): which place each place hangs on.

    Choose it to draw which places lie in the sphere of which centre when flows are known.

    Parameters
    ----------
    flows
        Flows between places, as `square_flows` takes them.
    size
        Size by place; left out, a place is as large as what flows into it.

    Returns
    -------
    pandas.DataFrame
        By place: `to`, the place that its largest outgoing flow goes to (missing when it has none),
        `flow`, and `terminal`, whether it is an end of its own: its largest flow goes to a place
        that is not larger, or nowhere.

    Raises
    ------
    DataError
        When the flows are none, or `size` lacks a place.

    Notes
    -----
    Nystuen and Dacey (1961, doi:10.1007/BF01969070). Of equal flows the one to the larger place
    counts, of equal sizes the place that comes first in the alphabet of ids. The forest that comes
    out serves to draw spheres; it ranks nobody under anybody.

    Examples
    --------
    >>> square = pd.DataFrame([[0, 5, 1], [9, 0, 2], [1, 4, 0]], list("abc"), list("abc"))
    >>> largest_links(square)["to"].to_dict()
    {'a': 'b', 'b': 'a', 'c': 'b'}
    >>> largest_links(square)["terminal"].to_dict()
    {'a': True, 'b': False, 'c': False}
    """
    square = square_flows(flows)
    sizes = square.sum() if size is None else _sizes(size, square.index)
    # In this order the first of the largest flows is the one to the larger place.
    order = sorted(square.columns, key=lambda place: (-sizes[place], place))
    ordered = square[order]
    top, flow = ordered.idxmax(axis=1), ordered.max(axis=1)
    to = top.where(flow > 0)
    height = {place: number for number, place in enumerate(order)}
    onward = to.map(height).fillna(len(height)).to_numpy()
    larger = onward < square.index.to_series().map(height).to_numpy()
    terminal = pd.Series(~larger, square.index)
    return pd.DataFrame({"to": to, "flow": flow, "terminal": terminal}).rename_axis("region_id")


def _sizes(size: pd.Series, places: pd.Index) -> pd.Series:
    named = size.set_axis(size.index.astype("str")).reindex(places)
    if named.isna().any():
        absent = listing(named.index[named.isna()])
        raise DataError(f"`size` has no value for {absent}. Give every place of the flows a size.")
    return named.astype("float64")


@dataclass(frozen=True, repr=False, eq=False)
class FittedDecay:
    """A gravity model fitted to flows, as `fit_decay` gives it.

    Attributes
    ----------
    decay
        Exponent (power) or rate by unit of distance (exponential); positive when flows fall off.
    decay_error
        Its standard error from the Poisson model, which counts too small when flows vary more than
        a Poisson count does.
    constant, origin, destination
        ln of the constant, and the exponents of the two masses.
    deviance_explained
        Share of the deviance of a model with a constant alone that this one explains.
    n, form
        How many pairs were used; the form of the decay.
    """

    decay: float
    decay_error: float
    constant: float
    origin: float
    destination: float
    deviance_explained: float
    n: int
    form: str

    def to_frame(self) -> pd.DataFrame:
        """Return the estimates as one row."""
        return pd.DataFrame([{name: getattr(self, name) for name in self.__dataclass_fields__}])

    def __repr__(self) -> str:
        return (
            f"<FittedDecay: {self.form} {self.decay:.3f} ± {self.decay_error:.3f}, masses "
            f"{self.origin:.2f} and {self.destination:.2f}, {self.n} pairs, deviance explained "
            f"{self.deviance_explained:.2f}>"
        )

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self)[1:-1])}</p>{self.to_frame().to_html(index=False)}"


def fit_decay(
    flows: pd.DataFrame,
    *,
    origin: str = "origin",
    destination: str = "destination",
    distance: str = "distance",
    flow: str = "flow",
    form: str = "power",
) -> FittedDecay:
    """Fit how fast flows fall off with distance (距离衰减拟合), by Poisson likelihood.

    Choose it to take the decay of a `Gravity` model from observed flows. All pairs count, those
    without a flow too: a table that leaves out weak links gives too small a decay.

    Parameters
    ----------
    flows
        One row by pair.
    origin, destination, distance, flow
        Names of its columns: the two masses and the distance, all positive, and the flow, at least
        0.
    form
        ``"power"`` or ``"exponential"``.

    Returns
    -------
    FittedDecay

    Raises
    ------
    MissingColumnError, UnknownOptionError
        When a column is not there, or the form is unknown.
    DataError
        When a mass or distance is not positive, a flow is negative, fewer than five pairs are left,
        or the pairs do not tell the four estimates apart.

    Notes
    -----
    ln μ = k + a·ln origin + c·ln destination − b·ln distance (or − b·distance), by Newton's method
    on the Poisson likelihood (Santos Silva and Tenreyro 2006, doi:10.1162/rest.88.4.641). Ordinary
    least squares of logarithms would drop the pairs without a flow and gives another number.
    **Missing values**: a pair with one is left out, and `n` says how many are used.

    Examples
    --------
    >>> m, n = np.meshgrid([1.0, 2.0, 4.0], [1.0, 3.0])
    >>> d = np.array([1.0, 2.0, 5.0, 3.0, 4.0, 2.0])
    >>> pairs = pd.DataFrame({"origin": m.ravel(), "destination": n.ravel(), "distance": d})
    >>> round(fit_decay(pairs.assign(flow=100 * m.ravel() * n.ravel() / d**2)).decay, 6)
    2.0
    """
    if form not in ("power", "exponential"):
        raise UnknownOptionError("form of the decay:", form, ("power", "exponential"))
    table = _pairs(flows, [origin, destination, distance, flow])
    logs = np.log(table[:, :2])
    away = np.log(table[:, 2]) if form == "power" else table[:, 2]
    design = np.column_stack([np.ones(len(table)), logs, away])
    estimates, errors = _poisson(design, table[:, 3])
    return FittedDecay(
        decay=-float(estimates[3]),
        decay_error=float(errors[3]),
        constant=float(estimates[0]),
        origin=float(estimates[1]),
        destination=float(estimates[2]),
        deviance_explained=_explained(table[:, 3], np.exp(design @ estimates)),
        n=len(table),
        form=form,
    )


def _pairs(flows: pd.DataFrame, columns: list[str]) -> Floats:
    if absent := [name for name in columns if name not in flows.columns]:
        raise MissingColumnError(absent, "the flows", map(str, flows.columns))
    table = flows[columns].astype("float64").dropna().to_numpy()
    for place, name in enumerate(columns[:3]):
        if (table[:, place] <= 0).any():
            low = table[:, place].min()
            raise DataError(
                f"The column {name!r} of the flows holds {low:g}, but masses and distances must be "
                "positive. Leave out flows from a place to itself."
            )
    if (table[:, 3] < 0).any():
        raise DataError(f"The column {columns[3]!r} holds the negative flow {table[:, 3].min():g}.")
    if len(table) <= len(columns):
        raise DataError(
            f"A decay needs at least five pairs with masses, distance and flow, but there are "
            f"{len(table)}."
        )
    return table


def _poisson(design: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Return the Poisson estimates of ln μ = design · β, and their standard errors."""
    if np.linalg.matrix_rank(design) < design.shape[1] or not counts.any():
        raise DataError(
            "The pairs do not tell masses and distance apart, or nothing flows. Give pairs of "
            "different masses and distances."
        )
    mean = np.log(counts.mean())
    estimates = np.zeros(design.shape[1])
    # Deviations from the mean of each column keep the first steps small.
    centred = design - np.r_[0.0, design[:, 1:].mean(axis=0)]
    estimates[0] = mean
    for _ in range(_MOST_STEPS):
        expected = np.exp(centred @ estimates)
        information = centred.T @ (centred * expected[:, None])
        step = np.linalg.solve(information, centred.T @ (counts - expected))
        estimates = estimates + step
        if np.abs(step).max() < _CLOSE:
            errors = np.sqrt(np.diag(np.linalg.inv(information)))
            estimates[0] -= float(design[:, 1:].mean(axis=0) @ estimates[1:])
            return estimates, errors
    raise DataError(
        "The decay could not be fitted: the likelihood has no maximum. Too few pairs have a flow."
    )


def _explained(counts: Floats, expected: Floats) -> float:
    """Return the share of deviance explained."""
    return float(1.0 - _deviance(counts, expected) / _deviance(counts, counts.mean()))


def _deviance(counts: Floats, expected: Floats | float) -> float:
    seen = counts > 0
    ratio = np.where(seen, counts, 1.0) / np.where(seen, expected, 1.0)
    return float(2.0 * (counts * np.log(ratio) - (counts - expected)).sum())


def interlocking_links(values: pd.DataFrame) -> pd.DataFrame:
    """Interlocking network (互锁网络): links of cities through the firms that sit in both.

    Parameters
    ----------
    values
        Cities × firms: service values, at least 0 (0: the firm is not there).

    Returns
    -------
    pandas.DataFrame
        Cities × cities: Σ over firms of the product of both service values; 0 on the diagonal. Row
        sums are the connectivity of a city.

    Raises
    ------
    DataError
        When a value is negative.

    Notes
    -----
    Taylor (2001, doi:10.1111/j.1538-4632.2001.tb00443.x). **Missing values** count as “not there”.

    Examples
    --------
    >>> services = pd.DataFrame({"x": [5, 3, 0], "y": [2, 0, 1]}, index=list("ABC"))
    >>> interlocking_links(services).sum(axis=1).to_dict()
    {'A': 17.0, 'B': 15.0, 'C': 2.0}
    """
    numbers = values.fillna(0.0).to_numpy(dtype=np.float64)
    if (numbers < 0).any():
        raise DataError(f"A service value is {numbers.min():g}, but it cannot be negative.")
    links = numbers @ numbers.T
    np.fill_diagonal(links, 0.0)
    return pd.DataFrame(links, values.index, values.index)


def disparity(weights: pd.DataFrame) -> pd.DataFrame:
    """Disparity filter: how likely so strong a link is if a place shared out its weight at random.

    Parameters
    ----------
    weights
        Places × places, symmetric, at least 0; 0 is no link.

    Returns
    -------
    pandas.DataFrame
        α of each link, (1 − w_ij/s_i)^(k_i − 1), the smaller of both ends; missing without a
        link. A link with α below .05 stands out.

    Raises
    ------
    DataError
        When the weights are not symmetric or one is negative.

    Notes
    -----
    Serrano, Boguñá and Vespignani (2009, doi:10.1073/pnas.0808904106). A place with one link cannot
    tell whether it stands out: α is 1 at its end.

    Examples
    --------
    >>> w = pd.DataFrame([[0, 8, 1, 1], [8, 0, 0, 0], [1, 0, 0, 1], [1, 0, 1, 0]], list("abcd"))
    >>> round(float(disparity(w.set_axis(list("abcd"), axis=1)).loc["a", "b"]), 4)
    0.04
    """
    square = _symmetric(weights)
    numbers = square.to_numpy()
    strength = numbers.sum(axis=1, keepdims=True)
    degree = (numbers > 0).sum(axis=1, keepdims=True)
    share = np.divide(numbers, strength, out=np.zeros_like(numbers), where=strength > 0)
    alpha = (1.0 - share) ** np.maximum(degree - 1, 0)
    both = np.minimum(alpha, alpha.T)
    return pd.DataFrame(np.where(numbers > 0, both, np.nan), square.index, square.columns)


def core_periphery(weights: pd.DataFrame) -> tuple[list[str], float]:
    """Core and periphery (核心—边缘): the strongest places that fit the pattern best.

    Parameters
    ----------
    weights
        Places × places, symmetric, at least 0.

    Returns
    -------
    tuple
        Ids of the core, strongest first, and the correlation of the weights with the ideal pattern
        (1 where an end lies in the core, else 0).

    Raises
    ------
    DataError
        When there are fewer than three places, all links are equal, the weights are not symmetric
        or one is negative.

    Notes
    -----
    Borgatti and Everett (2000, doi:10.1016/S0378-8733(99)00019-2), the discrete form, searched over
    the first k places by strength rather than over all sets. Equal strengths are in the order of
    the ids.

    Examples
    --------
    >>> star = pd.DataFrame([[0, 1, 1], [1, 0, 0], [1, 0, 0]], list("abc"), list("abc"))
    >>> core_periphery(star)
    (['a'], 1.0)
    """
    square = _symmetric(weights)
    strength = square.sum(axis=1).to_dict()
    places = sorted(square.index, key=lambda place: (-strength[place], place))
    numbers = square.loc[places, places].to_numpy()
    above = np.triu_indices(len(places), 1)
    if len(places) < 3 or np.ptp(numbers[above]) == 0:
        raise DataError(
            "Core and periphery need at least three places with links that differ; "
            f"there are {len(places)}."
        )
    # A pair fits the ideal when its stronger end, which comes first, is in the core.
    fits = [_correlation(numbers[above], above[0] < k) for k in range(1, len(places) - 1)]
    best = int(np.argmax(fits))
    return places[: best + 1], fits[best]


def _correlation(first: Floats, second: NDArray[np.bool_]) -> float:
    return float(np.corrcoef(first, second.astype(np.float64))[0, 1])


def _symmetric(weights: pd.DataFrame) -> pd.DataFrame:
    square = square_flows(weights)
    numbers = square.to_numpy()
    if not np.allclose(numbers, numbers.T, rtol=1e-9, atol=0):
        row, column = (int(i) for i in np.argwhere(~np.isclose(numbers, numbers.T, atol=0))[0])
        raise SpecError(
            f"The links have a direction: {square.index[row]!r} to {square.columns[column]!r} is "
            f"{numbers[row, column]:g} one way and {numbers[column, row]:g} the other. Add both "
            "directions first: weights + weights.T."
        )
    return square
