"""Transformations of whole indicators: logarithm and Box–Cox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._checks import (
    calculable,
    chosen_columns,
    require_domain,
    require_every_column,
    require_varied,
    same_columns,
)
from hubtiers._method import About, number_in_formula
from hubtiers.errors import SpecError
from hubtiers.scoring.treat.untouched import touched_values

__all__ = ["BoxCox", "FittedBoxCox", "FittedLogTransform", "LogTransform"]


@dataclass(frozen=True)
class LogTransform:
    """Take the natural logarithm (对数变换).

    Choose it for sizes that span orders of magnitude, where ratios matter and differences do not.

    Parameters
    ----------
    indicators
        Which ones; None takes all.
    offset
        Constant added before the logarithm, in the indicator's unit; 1 is usual for counts with
        zeros.

    Notes
    -----
    y = ln(x + offset). All x + offset must be positive. A constant indicator is accepted.

    **Missing values** stay missing.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1.0, 100.0], "b": [1.0, 2.0]})
    >>> LogTransform(("a",)).fit(values).apply(values).round(3).values.tolist()
    [[0.0, 1.0], [4.605, 2.0]]
    """

    indicators: Sequence[str] | None = None
    offset: float = 0.0
    about: ClassVar[About] = About(
        zh="对数变换",
        en="logarithm",
        says_zh="数值取自然对数。",
        says_en="Values become natural logarithms.",
        formula="x′_{ij} = ln(x_{ij} + offset)",
    )
    counts_regions: ClassVar[bool] = False

    @property
    def stated(self) -> About:
        """What it says of itself with these options."""
        inside = "x_{ij}"
        if self.offset:
            inside = f"x_{{ij}} + {number_in_formula(self.offset)}"
        return self.about.replaced(formula=f"x′_{{ij}} = ln({inside})")

    def __post_init__(self) -> None:
        object.__setattr__(self, "indicators", _as_names(self.indicators, "LogTransform"))
        if not 0 <= self.offset < np.inf:
            raise SpecError(
                f"LogTransform(offset={self.offset}) needs an offset of 0 or a positive number, "
                "such as 1."
            )

    def fit(self, values: pd.DataFrame) -> FittedLogTransform:
        """Check that the logarithm can be taken.

        Raises
        ------
        DomainError
            When a value plus the offset is 0 or negative.
        UnknownOptionError
            When an indicator is not in the table.
        """
        numbers = calculable(values, "LogTransform()")
        fitted = FittedLogTransform(
            self,
            numbers.columns,
            chosen_columns(self.indicators, numbers.columns, "LogTransform()"),
        )
        fitted.apply(numbers)
        return fitted


@dataclass(frozen=True, eq=False)
class FittedLogTransform:
    """Columns of the fit, and those that are transformed."""

    method: LogTransform
    columns: pd.Index
    chosen: list[str]

    def apply(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the values with the logarithm taken of the chosen indicators.

        Raises
        ------
        NotComparableError
            When the columns are not those of the fit.
        DomainError
            When a value plus the offset is 0 or negative.
        """
        numbers = same_columns(self.columns, values, "LogTransform()")
        part = numbers[self.chosen]
        shifted = part.to_numpy() + self.method.offset
        require_domain(
            part,
            shifted > 0,
            method=f"LogTransform(offset={self.method.offset:g})",
            needs="values above the negative offset",
            way_out=(
                "Give a larger offset, for example LogTransform(offset=1) for counts, or name "
                "other indicators."
            ),
        )
        return numbers.assign(**dict(zip(self.chosen, np.log(shifted).T, strict=True)))

    def report(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return one row per value that `apply` changes.

        Region, indicator, before, after, action.
        """
        return touched_values(values, self.apply(values), dict.fromkeys(self.chosen, "log"))


def box_cox(x: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    """Return (x^λ − 1) / λ, and ln x for λ = 0."""
    return np.asarray(np.log(x) if exponent == 0 else np.expm1(exponent * np.log(x)) / exponent)


@dataclass(frozen=True)
class BoxCox:
    """Box–Cox transformation (Box–Cox 变换): the power that makes an indicator most nearly normal.

    Choose it when skew should be removed and no power is known beforehand.

    Parameters
    ----------
    indicators
        Which ones; None takes all.
    exponent
        λ, −5 to 5. None estimates it for each indicator by maximum likelihood, between −5 and 5.

    Notes
    -----
    y = (x^λ − 1) / λ, and ln x for λ = 0. Values must be positive; a constant indicator is refused
    when λ is estimated.

    **Missing values** are left out of the estimate, and stay missing.

    References
    ----------
    Box and Cox (1964), doi:10.1111/j.2517-6161.1964.tb00553.x.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1.0, 4.0, 9.0]})
    >>> BoxCox(exponent=0.5).fit(values).apply(values)["a"].round(12).tolist()
    [0.0, 2.0, 4.0]
    """

    indicators: Sequence[str] | None = None
    exponent: float | None = None
    about: ClassVar[About] = About(
        zh="Box–Cox 变换",
        en="Box–Cox transformation",
        says_zh="以使指标最接近正态的幂次变换。",
        says_en="The power that makes an indicator most nearly normal.",
        formula="x′_{ij} = (x_{ij}^{λ_{j}} − 1) / λ_{j};  λ_{j} = 0: x′_{ij} = ln x_{ij}",
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "indicators", _as_names(self.indicators, "BoxCox"))
        if self.exponent is not None and not abs(self.exponent) <= _STEEPEST:
            raise SpecError(
                f"BoxCox(exponent={self.exponent}) needs a number between −5 and 5, or None to "
                "estimate it."
            )

    def fit(self, values: pd.DataFrame) -> FittedBoxCox:
        """Estimate the exponents, unless one is given.

        Raises
        ------
        DomainError
            When a value is 0 or negative.
        DataError
            When an indicator has no value at all, or a result is too large to compute with.
        ConstantIndicatorError
            When an indicator is constant and its exponent is to be estimated.
        UnknownOptionError
            When an indicator is not in the table.
        """
        numbers = calculable(values, "BoxCox()")
        chosen = chosen_columns(self.indicators, numbers.columns, "BoxCox()")
        part = numbers[chosen]
        _require_positive(part)
        if self.exponent is None:
            require_every_column(part, "BoxCox()")
            require_varied(part, "BoxCox()")
            exponents = {code: _likeliest(part[code].dropna().to_numpy()) for code in chosen}
        else:
            exponents = dict.fromkeys(chosen, float(self.exponent))
        fitted = FittedBoxCox(
            self, numbers.columns, pd.Series(exponents, name="exponent", dtype=float)
        )
        fitted.apply(numbers)
        return fitted


_STEEPEST = 5.0


def _likeliest(x: NDArray[np.float64]) -> float:
    from scipy.optimize import minimize_scalar

    logs = np.sort(
        np.log(x)
    )  # sums, and with them the answer, must not depend on the order of the regions
    logs -= logs.mean()  # the likelihood does not depend on the unit; this keeps powers near 1

    def badness(exponent: float) -> float:
        with np.errstate(over="ignore", invalid="ignore"):  # powers out of range are no candidates
            spread = np.var(box_cox(np.exp(logs), exponent))
        return float(0.5 * np.log(spread)) if 0 < spread < np.inf else np.inf

    return float(
        minimize_scalar(
            badness, bounds=(-_STEEPEST, _STEEPEST), method="bounded", options={"xatol": 1e-10}
        ).x
    )


def _require_positive(part: pd.DataFrame) -> None:
    require_domain(
        part,
        part.to_numpy() > 0,
        method="BoxCox()",
        needs="positive values",
        way_out="Use Winsorise() or LogTransform(offset=1), or name other indicators.",
    )


@dataclass(frozen=True, eq=False)
class FittedBoxCox:
    """Columns of the fit, and the exponents of those that are transformed."""

    method: BoxCox
    columns: pd.Index
    exponents: pd.Series

    @property
    def parameters(self) -> dict[str, pd.Series]:
        """Exponent by indicator, missing where nothing is transformed."""
        return {"λ_{j}": self.exponents.reindex(self.columns)}

    def apply(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the values with the chosen indicators transformed.

        Raises
        ------
        NotComparableError
            When the columns are not those of the fit.
        DomainError
            When a value is 0 or negative.
        DataError
            When a result is too large to compute with.
        """
        numbers = same_columns(self.columns, values, "BoxCox()")
        _require_positive(numbers[list(self.exponents.index)])
        with np.errstate(over="ignore"):
            powers = {
                code: box_cox(numbers[code].to_numpy(), value)
                for code, value in self.exponents.items()
            }
        return calculable(
            numbers.assign(**{str(code): power for code, power in powers.items()}),
            "BoxCox()",
            rows=False,
        )

    def report(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return one row per value that `apply` changes.

        Region, indicator, before, after, action.
        """
        action = {
            str(code): f"Box–Cox, exponent {value:.4g}" for code, value in self.exponents.items()
        }
        return touched_values(values, self.apply(values), action)


def _as_names(indicators: Sequence[str] | None, method: str) -> tuple[str, ...] | None:
    if indicators is None:
        return None
    names = (indicators,) if isinstance(indicators, str) else tuple(indicators)
    if not names or len(set(names)) < len(names):
        raise SpecError(
            f"{method}(indicators={indicators!r}) needs at least one indicator, each once, or None "
            "for all."
        )
    return names
