"""Every method by its step, and the way between method objects and the plain values of a study file."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from hubtiers.errors import HubtiersError, SpecError, UnknownOptionError
from hubtiers.scoring.aggregate import (
    Arithmetic,
    Copeland,
    Geometric,
    GreyRelation,
    Harmonic,
    MazziottaPareto,
    PowerMean,
    Topsis,
    Vikor,
)
from hubtiers.scoring.denominate import Denominate, NoDenominate
from hubtiers.scoring.impute import (
    GroupMean,
    GroupMedian,
    KNearest,
    LatestYear,
    LinearInTime,
    MeanImpute,
    MedianImpute,
    RequireCoverage,
)
from hubtiers.scoring.normalise import (
    DistanceToReference,
    Goalposts,
    LogMinMax,
    MinMax,
    PercentileRank,
    RobustScale,
    VectorNorm,
    ZScore,
)
from hubtiers.scoring.treat import BoxCox, LogTransform, NoTreatment, Winsorise
from hubtiers.scoring.weight import (
    AhpWeights,
    BenefitOfDoubt,
    BudgetAllocation,
    CombinedWeights,
    CriticWeights,
    EntropyWeights,
    EqualWeights,
    FrameworkWeights,
    GivenWeights,
    PcaWeights,
    VariationWeights,
)
from hubtiers.tiers.breaks import (
    EqualIntervals,
    HeadTail,
    NaturalBreaks,
    Quantiles,
    RelativeTo,
    StandardDeviation,
    Thresholds,
)
from hubtiers.tiers.clusters import GaussianMixture, Hierarchical, KMeans
from hubtiers.tiers.rules import PositionRules

METHODS: Mapping[str, tuple[type, ...]] = {
    "denominate": (NoDenominate, Denominate),
    "impute": (
        RequireCoverage,
        MeanImpute,
        MedianImpute,
        GroupMean,
        GroupMedian,
        LatestYear,
        LinearInTime,
        KNearest,
    ),
    "treat": (NoTreatment, Winsorise, LogTransform, BoxCox),
    "normalise": (
        MinMax,
        ZScore,
        PercentileRank,
        Goalposts,
        DistanceToReference,
        LogMinMax,
        VectorNorm,
        RobustScale,
    ),
    "weight": (
        EqualWeights,
        FrameworkWeights,
        GivenWeights,
        EntropyWeights,
        CriticWeights,
        VariationWeights,
        PcaWeights,
        AhpWeights,
        BenefitOfDoubt,
        CombinedWeights,
        BudgetAllocation,
    ),
    "aggregate": (
        Arithmetic,
        Geometric,
        Harmonic,
        PowerMean,
        Topsis,
        Vikor,
        GreyRelation,
        MazziottaPareto,
        Copeland,
    ),
    "tier": (
        NaturalBreaks,
        Quantiles,
        EqualIntervals,
        HeadTail,
        StandardDeviation,
        Thresholds,
        RelativeTo,
        KMeans,
        Hierarchical,
        GaussianMixture,
        PositionRules,
    ),
}
"""Every method by its step, in the order of the steps: a new method is one line here."""

LADDERS = ("weight", "aggregate")
"""Steps that may be a tuple of methods, from the lowest level of the framework up."""


def make_step(step: str, spec: Any) -> Any:
    """Return the method object that a study file or the command line names.

    Parameters
    ----------
    step
        One of the keys of `METHODS`.
    spec
        A name (`"EntropyWeights"`, or short `"entropy"`), or a mapping with `method` and its options. The step
        `denominate` also takes true or false.

    Raises
    ------
    UnknownOptionError, SpecError

    Examples
    --------
    >>> make_step("tier", {"method": "NaturalBreaks", "k": 3}).k
    3
    >>> make_step("denominate", True)
    Denominate(missing='keep')
    """
    if step not in METHODS:
        raise UnknownOptionError("step of a scheme", step, METHODS)
    if step == "denominate" and isinstance(spec, bool):
        return Denominate() if spec else NoDenominate()
    options = {str(key): value for key, value in spec.items()} if isinstance(spec, Mapping) else {"method": spec}
    name = options.pop("method", None)
    if name is None:
        raise SpecError(f"The step {step!r} has no method. Write for example {METHODS[step][0].__name__!r}.")
    method = find_method(step, str(name))
    # An option that holds methods itself, such as those of CombinedWeights, names their step in its metadata.
    known = {f.name: f.metadata.get("step") for f in dataclasses.fields(method) if f.init}
    for option in options:
        if option not in known:
            raise UnknownOptionError(f"option of {method.__name__}:", option, known)
    options = {k: make_ladder(nested, v) if (nested := known[k]) else _frozen(v) for k, v in options.items()}
    try:
        return method(**options)
    except HubtiersError:
        raise
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise SpecError(f"{method.__name__} cannot be made from {options}: {error}.") from None


def make_ladder(step: str, spec: Any) -> Any:
    """Return a method object, or a tuple of them when a list of methods is given."""
    if isinstance(spec, (list, tuple)):
        return tuple(make_step(step, member) for member in spec)
    return make_step(step, spec)


def find_method(step: str, name: str) -> type:
    """Return the class of a method by its name or short name; case and punctuation do not matter."""
    by_key = {key: method for method in METHODS[step] for key in (_key(method.__name__), _key(short_name(method)))}
    method = by_key.get(_key(name))
    if method is None:
        raise UnknownOptionError(f"method for the step {step!r}:", name, [m.__name__ for m in METHODS[step]])
    return method


def short_name(method: type) -> str:
    """Return the short name of a weighting method: `EntropyWeights` is `entropy`."""
    return method.__name__.removesuffix("Weights").lower()


def describe(method: Any) -> str:
    """Return a method object, or a tuple of them, as a person would write it.

    >>> describe((EqualWeights(), CriticWeights()))
    "EqualWeights(per='indicator') then CriticWeights()"
    """
    return " then ".join(map(describe, method)) if isinstance(method, tuple) else repr(method)


def to_plain(value: Any) -> Any:
    """Return a method object, or an option of one, as it stands in a study file: mappings, lists, numbers and text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        options = {f.name: getattr(value, f.name) for f in dataclasses.fields(value) if f.init}
        plain = {name: to_plain(option) for name, option in options.items() if option is not None}
        return {"method": type(value).__name__, **plain}
    if isinstance(value, (tuple, list)):
        return [to_plain(member) for member in value]
    if isinstance(value, Mapping):
        return {str(key): to_plain(member) for key, member in value.items()}
    return value.item() if isinstance(value, np.generic) else value


def offered(function: Callable[..., Any], offers: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the offers that a step asks for by the names of its parameters."""
    # Bound methods are made anew at each look-up; the function below them is what can be remembered.
    wanted = _parameters(getattr(function, "__func__", function))
    return {name: offers[name] for name in wanted if name in offers}


@lru_cache(maxsize=256)
def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


def _key(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def _frozen(value: Any) -> Any:
    return tuple(_frozen(member) for member in value) if isinstance(value, list) else value
