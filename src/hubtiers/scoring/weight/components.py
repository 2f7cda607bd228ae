"""Weights from principal components: what the indicators share, and which of them carry it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._checks import calculable, require_every_column, require_varied
from hubtiers._method import About
from hubtiers.errors import DataError, SpecError
from hubtiers.framework import Framework
from hubtiers.scoring.weight.fitted import FittedWeights, as_weights, scaled

__all__ = ["PcaWeights", "principal_loadings", "varimax_rotation"]

_MOST_SWEEPS = 200
_STILL = 1e-10
"""Angle, in radians, below which a turn no longer matters."""


def principal_loadings(
    correlation: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return eigenvalues (largest first) and loadings (indicators × components)."""
    values, vectors = np.linalg.eigh(correlation)
    values, vectors = np.clip(values[::-1], 0.0, None), vectors[:, ::-1]
    return values, vectors * np.sqrt(values)


def varimax_rotation(loadings: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return loadings turned by varimax, rows scaled to length 1 while turning (Kaiser 1958).

    Each pair of factors is turned in its plane by the angle that is best for it, until no angle is
    left.
    """
    length = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    turned = loadings / np.where(length > 0, length, 1.0)
    factors = turned.shape[1]
    for _ in range(_MOST_SWEEPS):
        largest = 0.0
        for i in range(factors):
            for j in range(i + 1, factors):
                angle = _best_angle(turned[:, i], turned[:, j])
                largest = max(largest, abs(angle))
                turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
                turned[:, [i, j]] = turned[:, [i, j]] @ turn
        if largest < _STILL:
            break
    return np.asarray(turned * length)


def _best_angle(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    u, v = x**2 - y**2, 2 * x * y
    rise = 2 * (u @ v) - 2 * u.sum() * v.sum() / len(x)
    run = u @ u - v @ v - (u.sum() ** 2 - v.sum() ** 2) / len(x)
    return float(np.arctan2(rise, run) / 4)


def component_weights(rotated: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weights from rotated loadings (indicators × factors).

    An indicator belongs to the factor of whose variance it makes up the largest share, l² / Σ l²;
    that share times the factor's share of all the variance is its weight, before scaling to sum 1.
    """
    squared = rotated**2
    explained = squared.sum(axis=0)
    shares = squared / np.where(explained > 0, explained, 1.0)
    home = shares.argmax(axis=1)
    rows = np.arange(len(squared))
    return scaled(shares[rows, home] * explained[home] / explained.sum())


@dataclass(frozen=True)
class PcaWeights:
    """Weights from principal components (主成分分析法).

    An indicator counts for what it shows of the common variance.

    Choose it to correct for indicators that say the same; it does not measure importance, and it
    needs many more regions than indicators to be stable.

    Parameters
    ----------
    components
        How many to keep. Left out, the Handbook's rule decides: those that each explain at least
        `least_share` of the variance, and as many as reach `least_total` together.
    least_share, least_total
        Shares of the variance, 0 to 1.

    Notes
    -----
    Principal components of the correlation matrix, turned by varimax with Kaiser's scaling; squared
    rotated loadings, never signed eigenvectors. Each indicator belongs to the factor of whose
    variance it makes up the largest share; its weight is that share times the factor's share of the
    variance explained, scaled to sum 1. A constant indicator is refused.

    **Missing values**: correlations are computed from the regions that have every indicator.

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators, step 6 and tables 17 and 18;
    after Nicoletti, Scarpetta and Boylaud (2000), doi:10.1787/215182844604.

    Examples
    --------
    >>> rows = [[0.0, 1.0, 1.0], [1.0, 0.0, -1.0], [2.0, 2.0, 2.0], [3.0, 3.5, 0.0]]
    >>> values = pd.DataFrame(rows, columns=["a", "b", "c"])
    >>> PcaWeights().fit(values).weights.round(3).tolist()
    [0.336, 0.311, 0.354]
    """

    components: int | None = None
    least_share: float = 0.1
    least_total: float = 0.6
    uses_data: ClassVar[bool] = True
    about: ClassVar[About] = About(
        zh="主成分分析法",
        en="weights from principal components",
        says_zh="由旋转后因子载荷的平方导出权重。",
        says_en="Weights come from squared rotated loadings.",
    )

    def __post_init__(self) -> None:
        if self.components is not None and not (
            isinstance(self.components, int) and self.components >= 1
        ):
            raise SpecError(
                f"PcaWeights(components={self.components!r}) needs a whole number of at least 1."
            )
        if not (0 <= self.least_share <= 1 and 0 <= self.least_total <= 1):
            raise SpecError(
                f"PcaWeights(least_share={self.least_share}, least_total={self.least_total}) needs "
                "shares of 0 to 1."
            )

    def fit(self, values: pd.DataFrame, *, framework: Framework | None = None) -> FittedWeights:
        """Compute the weights from normalised values (regions × indicators).

        Raises
        ------
        DataError
            When an indicator has no value, or fewer than three regions have every indicator.
        ConstantIndicatorError
            When an indicator is constant over those regions.
        SpecError
            When more components are asked for than there are indicators.
        """
        del framework
        numbers = calculable(values, "PcaWeights()")
        require_every_column(numbers, "PcaWeights()")
        complete = numbers.dropna()
        if len(complete) < 3:
            raise DataError(
                "PcaWeights() needs at least three regions with every indicator, but there are "
                f"{len(complete)}. Impute the gaps, or drop indicators that are mostly missing."
            )
        require_varied(complete, "PcaWeights()", spread=complete.std(ddof=1))
        if complete.shape[1] == 1:
            return FittedWeights(self, as_weights(np.ones(1), numbers.columns))
        eigenvalues, loadings = principal_loadings(np.corrcoef(complete.to_numpy(), rowvar=False))
        rotated = varimax_rotation(loadings[:, : self.kept(eigenvalues)])
        return FittedWeights(self, as_weights(component_weights(rotated), numbers.columns))

    def kept(self, eigenvalues: NDArray[np.float64]) -> int:
        """Return how many components are kept, given all eigenvalues, largest first.

        Raises
        ------
        SpecError
            When more components are asked for than there are.
        """
        if self.components is not None:
            if self.components > len(eigenvalues):
                raise SpecError(
                    f"PcaWeights(components={self.components}) asks for more components than the "
                    f"{len(eigenvalues)} indicators have. Ask for fewer."
                )
            return self.components
        share = eigenvalues / eigenvalues.sum()
        enough = int(np.searchsorted(np.cumsum(share), self.least_total - 1e-9)) + 1
        # Loadings of components without variance are all 0: they can be turned to anything.
        return min(
            max(int((share >= self.least_share).sum()), enough, 1), int((share > 1e-12).sum())
        )
