"""Weights from people: pairwise judgements, and points that experts hand out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._checks import calculable, named_pairs
from hubtiers._method import About
from hubtiers.errors import SpecError, listing
from hubtiers.framework import Framework
from hubtiers.scoring.weight.fitted import FittedWeights, nested_weights

__all__ = ["AhpWeights", "BudgetAllocation", "priority_vector"]

_Matrix = tuple[tuple[float, ...], ...]

_RANDOM_INDEX = (
    0.0,
    0.0,
    0.0,
    0.58,
    0.90,
    1.12,
    1.24,
    1.32,
    1.41,
    1.45,
    1.49,
    1.51,
    1.48,
    1.56,
    1.57,
    1.59,
)
"""Saaty's mean consistency index of random matrices, by their size (0 to 15)."""

_RECIPROCAL_TOLERANCE = 0.02
"""How far a·b may be from 1 for judgements a and b of the same pair: 1/3 is often written as 0.33.
"""


def priority_vector(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], float, float]:
    """Return principal eigenvector (sum 1), largest eigenvalue and consistency ratio.

    The ratio is (λ − n) / (n − 1) over Saaty's random index; 0 for n ≤ 2, which cannot be
    inconsistent.
    """
    values, vectors = np.linalg.eig(matrix)
    largest = int(np.argmax(values.real))
    vector = np.abs(vectors[:, largest].real)
    n, eigenvalue = len(matrix), float(values[largest].real)
    ratio = max((eigenvalue - n) / (n - 1), 0.0) / _RANDOM_INDEX[n] if n > 2 else 0.0
    return vector / vector.sum(), eigenvalue, ratio


@dataclass(frozen=True)
class AhpWeights:
    """Analytic hierarchy process (层次分析法): weights from judgements of pairs.

    Choose it when experts can say of two indicators which matters more, and how much, on Saaty's
    scale of 1 to 9.

    Parameters
    ----------
    matrix
        Square: row i, column j says how many times i matters as much as j. Numbers, or fractions
        such as `"1/3"`.
    codes
        Indicators or groups in the order of the rows; left out, the indicators in the order of the
        framework.
    below
        Further pairs of (codes, matrix), for other levels or other groups of the framework.
    max_ratio
        Largest consistency ratio accepted, for every matrix. Above 0.1 judgements contradict each
        other too much, by Saaty's rule; give a larger number only to replay somebody else's.

    Notes
    -----
    The weights are the principal eigenvector. Codes of groups count level by level; siblings of
    which none is judged share equally.

    **Missing values** do not matter; the weights do not depend on the data.

    References
    ----------
    Saaty (1980), The Analytic Hierarchy Process.

    Examples
    --------
    >>> ahp = AhpWeights([[1, 3], ["1/3", 1]], codes=["patents", "papers"])
    >>> values = pd.DataFrame({"patents": [1.0, 2.0], "papers": [0.0, 4.0]})
    >>> ahp.fit(values).weights.round(2).tolist()
    [0.75, 0.25]
    >>> ahp.consistency_ratio
    0.0
    """

    matrix: Any
    codes: tuple[str, ...] | None = None
    below: tuple[tuple[tuple[str, ...], _Matrix], ...] = ()
    max_ratio: float = 0.1
    uses_data: ClassVar[bool] = False
    about: ClassVar[About] = About(
        zh="层次分析法",
        en="analytic hierarchy process",
        says_zh="权重为判断矩阵的主特征向量，一致性比率不超过上限。",
        says_en=(
            "Weights are the principal eigenvector of judgements of pairs, whose consistency ratio "
            "is bounded."
        ),
        formula="A w = λ_{max} w",
    )

    def __post_init__(self) -> None:
        if not 0 <= self.max_ratio < np.inf:
            raise SpecError(
                f"AhpWeights(max_ratio={self.max_ratio}) needs a number of 0 or more, such as 0.1."
            )
        codes, matrix = _as_judgements((self.codes, self.matrix), self.max_ratio)
        object.__setattr__(self, "matrix", matrix)
        object.__setattr__(self, "codes", codes)
        object.__setattr__(
            self, "below", tuple(_as_judgements(entry, self.max_ratio) for entry in self.below)
        )

    @classmethod
    def from_upper(
        cls,
        upper: Iterable[Iterable[float | str]],
        *,
        codes: Iterable[str] | None = None,
        max_ratio: float = 0.1,
    ) -> AhpWeights:
        """Make the method from the upper triangle.

        The first row without its 1, then the second, and so on.

        Examples
        --------
        >>> AhpWeights.from_upper([[2, 4], [2]]).priorities.round(3).tolist()
        [0.571, 0.286, 0.143]
        """
        rows = [list(row) for row in upper]
        n = len(rows) + 1
        if [len(row) for row in rows] != list(range(n - 1, 0, -1)):
            raise SpecError(
                f"An upper triangle has rows of {n - 1} to 1 judgements, but these have "
                f"{[*map(len, rows)]}."
            )
        matrix = np.eye(n)
        for i, row in enumerate(rows):
            for j, judgement in enumerate(row, start=i + 1):
                matrix[i, j] = _number(judgement)
                matrix[j, i] = 1.0 / matrix[i, j]
        return cls(
            matrix.tolist(), codes=None if codes is None else tuple(codes), max_ratio=max_ratio
        )

    @property
    def priorities(self) -> pd.Series:
        """Principal eigenvector of the (first) matrix, scaled to sum 1."""
        return pd.Series(
            priority_vector(np.array(self.matrix))[0], index=self.codes, name="priority"
        )

    @property
    def eigenvalue(self) -> float:
        """Largest eigenvalue λ of the (first) matrix."""
        return priority_vector(np.array(self.matrix))[1]

    @property
    def consistency_ratio(self) -> float:
        """Consistency ratio CR of the (first) matrix."""
        return priority_vector(np.array(self.matrix))[2]

    def fit(self, values: pd.DataFrame, *, framework: Framework | None = None) -> FittedWeights:
        """Share the priorities out over the indicators.

        Raises
        ------
        DataError
            When there is no indicator.
        SpecError
            When the matrix does not fit the indicators, or some siblings are judged and some not.
        """
        columns = calculable(values, "AhpWeights()", rows=False).columns
        codes = self.codes or tuple(columns)
        if len(codes) != len(self.matrix):
            raise SpecError(
                f"AhpWeights() has a matrix of {len(self.matrix)} rows for the {len(codes)} "
                f"indicators {listing(codes)}. Name the rows with codes=…, or correct the matrix."
            )
        stated: dict[str, float] = {}
        for names, matrix in ((codes, self.matrix), *self.below):
            stated |= dict(zip(names, priority_vector(np.array(matrix))[0].tolist(), strict=True))
        return FittedWeights(
            self, nested_weights(stated, columns, framework, method="AhpWeights()")
        )


def _as_judgements(entry: Any, max_ratio: float) -> tuple[tuple[str, ...] | None, _Matrix]:
    try:
        codes, matrix = entry
        rows = matrix.to_numpy() if isinstance(matrix, pd.DataFrame) else matrix
        numbers = tuple(tuple(map(_number, row)) for row in rows)
        codes = tuple(str(code) for code in codes) if codes is not None else None
        if codes is None and isinstance(matrix, pd.DataFrame):
            codes = tuple(str(code) for code in matrix.columns)
    except (TypeError, ValueError) as error:
        raise SpecError(
            f"AhpWeights() needs a square matrix of judgements with its codes: {error}."
        ) from None
    _require_judgements(numbers, codes, max_ratio)
    return codes, numbers


def _number(judgement: object) -> float:
    try:
        value = float(Fraction(judgement)) if isinstance(judgement, str) else float(judgement)  # type: ignore[arg-type]
    except (TypeError, ValueError, ZeroDivisionError):
        value = np.nan
    if not 0 < value < np.inf:
        raise SpecError(
            f"AhpWeights() has the judgement {judgement!r}. Use positive numbers, or fractions "
            "such as '1/3'."
        )
    return value


def _require_judgements(matrix: _Matrix, codes: tuple[str, ...] | None, max_ratio: float) -> None:
    n = len(matrix)
    if n == 0 or {len(row) for row in matrix} != {n}:
        raise SpecError(
            f"AhpWeights() needs a square matrix, but its {n} rows have "
            f"{[len(row) for row in matrix]} cells."
        )
    if n >= len(_RANDOM_INDEX):
        raise SpecError(
            f"AhpWeights() compares at most 15 things at a time, but the matrix has {n}. Form "
            "groups."
        )
    if codes is not None and (len(codes) != n or len(set(codes)) != n):
        raise SpecError(
            f"AhpWeights() needs one code for each of {n} rows, each once, but has "
            f"{listing(codes, most=15)}."
        )
    for i in range(n):
        for j in range(i, n):
            if abs(matrix[i][j] * matrix[j][i] - 1.0) > _RECIPROCAL_TOLERANCE:
                raise SpecError(
                    f"AhpWeights() needs mirrored judgements to be reciprocal, but row {i + 1}, "
                    f"column {j + 1} is {matrix[i][j]:g} and row {j + 1}, column {i + 1} is "
                    f"{matrix[j][i]:g}."
                )
    ratio = priority_vector(np.array(matrix))[2]
    if ratio > max_ratio:
        raise SpecError(
            f"AhpWeights() has a consistency ratio of {ratio:.3f}, above {max_ratio:g}: the "
            "judgements contradict each other. Revise them, or accept them with max_ratio=…."
        )


@dataclass(frozen=True)
class BudgetAllocation:
    """Budget allocation (预算分配法).

    Experts hand out points, and the mean of their shares is the weight.

    Choose it when the people who use a score should say what counts, and ten or so indicators are
    to be weighed.

    Parameters
    ----------
    points
        Points by expert and code: a frame with one row per expert, or a mapping of mappings; kept
        as nested tuples. Codes are indicators or groups, the same for all experts. Each expert's
        points are scaled to sum 1.

    Notes
    -----
    w_j = mean over the experts of their shares. Codes of groups count level by level. `opinions`
    shows how far experts agree.

    **Missing values** in the data do not matter. A gap in an expert's table is refused: write 0 for
    what counts not.

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators, step 6.

    Examples
    --------
    >>> points = {"Li": {"patents": 60, "papers": 40}, "Wang": {"patents": 8, "papers": 2}}
    >>> values = pd.DataFrame({"patents": [1.0, 2.0], "papers": [0.0, 4.0]})
    >>> BudgetAllocation(points).fit(values).weights.round(2).tolist()
    [0.7, 0.3]
    """

    points: Any
    uses_data: ClassVar[bool] = False
    about: ClassVar[About] = About(
        zh="预算分配法",
        en="budget allocation",
        says_zh="权重为各专家分配份额的均值。",
        says_en="The weight is the mean share of the points that experts hand out.",
    )

    def __post_init__(self) -> None:
        points = self.points
        if isinstance(points, pd.DataFrame):
            points = {str(expert): row.to_dict() for expert, row in points.iterrows()}
        rows = tuple(
            (expert, _as_points(expert, given))
            for expert, given in named_pairs(points, "BudgetAllocation()")
        )
        first = {code for code, _ in rows[0][1]}
        for expert, given in rows:
            if odd := first ^ {code for code, _ in given}:
                raise SpecError(
                    "BudgetAllocation() needs the same codes from every expert, but "
                    f"{rows[0][0]!r} and {expert!r} differ in {listing(sorted(odd))}. Write 0 for "
                    "what counts nothing."
                )
        object.__setattr__(self, "points", rows)

    @property
    def opinions(self) -> pd.DataFrame:
        """Share of each code by expert (experts × codes); rows sum to 1."""
        frame = pd.DataFrame({expert: dict(given) for expert, given in self.points}).T
        return frame.div(frame.sum(axis=1), axis=0)

    def fit(self, values: pd.DataFrame, *, framework: Framework | None = None) -> FittedWeights:
        """Share the mean opinion out over the indicators.

        Raises
        ------
        DataError
            When there is no indicator.
        SpecError
            When an indicator or a sibling of a named node has no points.
        """
        columns = calculable(values, "BudgetAllocation()", rows=False).columns
        stated = {str(code): float(share) for code, share in self.opinions.mean().items()}
        return FittedWeights(
            self, nested_weights(stated, columns, framework, method="BudgetAllocation()")
        )


def _as_points(expert: str, given: Mapping[str, float] | Any) -> tuple[tuple[str, float], ...]:
    pairs = named_pairs(given, f"BudgetAllocation() for {expert!r}")
    for code, points in pairs:
        if (
            isinstance(points, bool)
            or not isinstance(points, (int, float, np.number))
            or not 0 <= points < np.inf
        ):
            raise SpecError(
                f"BudgetAllocation() needs points of 0 or more, but {expert!r} gives {code!r} "
                f"{points!r}."
            )
    if sum(points for _, points in pairs) <= 0:
        raise SpecError(
            f"BudgetAllocation() has an expert who hands out no points: {expert!r}. Leave the row "
            "out."
        )
    return tuple((code, float(points)) for code, points in pairs)
