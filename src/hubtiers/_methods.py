"""Every method by its step, and the way between method objects and plain values."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, overload

import numpy as np

from hubtiers import tiers
from hubtiers.errors import HubtiersError, SpecError, UnknownOptionError, listing
from hubtiers.scoring import aggregate, denominate, impute, normalise, treat, weight

_Method = TypeVar("_Method", bound=type)

METHODS: dict[str, tuple[type, ...]] = {
    "denominate": denominate.METHODS,
    "impute": impute.METHODS,
    "treat": treat.METHODS,
    "normalise": normalise.METHODS,
    "weight": weight.METHODS,
    "aggregate": aggregate.METHODS,
    "tier": tiers.METHODS,
}
"""Every method by its step, in the order of the steps. Each room lists its own; `register` adds a
user's."""

BY_LEVEL = ("weight", "aggregate")
"""Steps that may be a tuple of methods, from the lowest level of the framework up."""

_TAKEN = {
    "all": "stands for every method on the command line",
    "dirichlet": "is a way to draw weights",
    "uniformaround": "is a way to draw weights",
    "perlevel": "stands for one method by level",
}
"""Names that mean something else where a method may be named."""


@overload
def register(step: str, method: _Method) -> _Method: ...


@overload
def register(step: str) -> Callable[[_Method], _Method]: ...


def register(step: str, method: _Method | None = None) -> _Method | Callable[[_Method], _Method]:
    """Make a method of your own known by its name (注册方法), as the bundled ones are.

    Choose it to use the method in study files, in `Scheme.from_spec` and on the command line of
    your own script. A scheme takes the object without it.

    Parameters
    ----------
    step
        The step that the method is for: `denominate`, `impute`, `treat`, `normalise`, `weight`,
        `aggregate` or `tier`.
    method
        The class: a frozen dataclass whose `fit` learns from values. Left out, `register` is a
        decorator.

    Returns
    -------
    type
        The class.

    Raises
    ------
    UnknownOptionError
        When there is no such step.
    SpecError
        When the class is no frozen dataclass with a `fit`, or its name is taken in that step.

    Notes
    -----
    The name is known in this process only. A class that is defined again, as in a notebook, takes
    the place of the one before. **Missing values** are treated as the method says.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from hubtiers.scoring.weight import FittedWeights
    >>> @register("weight")
    ... @dataclass(frozen=True)
    ... class FirstOnlyWeights:
    ...     uses_data = False
    ...     def fit(self, values):
    ...         return FittedWeights(self, values.iloc[0] * 0.0 + np.eye(len(values.columns))[0])
    >>> make_step("weight", "first only")
    FirstOnlyWeights()
    >>> unregister("weight", FirstOnlyWeights)
    """
    if step not in METHODS:
        raise UnknownOptionError("step of a scheme", step, METHODS)

    def add(added: _Method) -> _Method:
        if added in METHODS[step]:
            return added
        _require_registrable(step, added)
        kept = [known for known in METHODS[step] if not _same_place(known, added)]
        _refuse_taken_name(step, added, kept)
        METHODS[step] = (*kept, added)
        return added

    return add if method is None else add(method)


def unregister(step: str, method: type) -> None:
    """Forget a method that was registered."""
    METHODS[step] = tuple(known for known in METHODS[step] if known is not method)


def _require_registrable(step: str, method: Any) -> None:
    start = f"register({step!r}, {getattr(method, '__name__', repr(method))})"
    if not isinstance(method, type):
        raise SpecError(
            f"{start} got an object. Give the class itself, which stands before the brackets."
        )
    frozen = getattr(method, "__dataclass_params__", None)
    if frozen is None or not frozen.frozen:
        raise SpecError(
            f"{start} needs a frozen dataclass, so that its options can be written down and "
            "compared. Put @dataclass(frozen=True) above the class."
        )
    if not callable(getattr(method, "fit", None)):
        raise SpecError(f"{start} finds no `fit` in the class. Write one that takes the values.")
    if "method" in _options_of(method):
        raise SpecError(
            f"{start}: an option may not be called 'method', which names the method itself. Rename "
            "it."
        )
    home = step_of(method)
    if home not in (None, step):
        raise SpecError(
            f"{start}: it is a method of the step {home!r} already. Write a class of its own for "
            "this one."
        )


def _same_place(known: type, added: type) -> bool:
    """Say whether a class is the same one, defined again."""
    return (known.__module__, known.__qualname__) == (added.__module__, added.__qualname__)


def _refuse_taken_name(step: str, method: type, others: list[type]) -> None:
    start = f"register({step!r}, {method.__name__})"
    taken = {key: other for other in others for key in _keys(other)}
    for key in _keys(method):
        if key in taken:
            raise SpecError(
                f"{start}: the name {key!r} is that of {taken[key].__name__} already. Choose "
                "another class name."
            )
        if key in _TAKEN:
            raise SpecError(f"{start}: the name {key!r} {_TAKEN[key]}. Choose another class name.")


def step_of(method: type) -> str | None:
    """Return the step that a class, or one that it is derived from, is a method of.

    None for one of a user's own.
    """
    for kind in method.__mro__:
        for step, methods in METHODS.items():
            if kind in methods:
                return step
    return None


def make_step(step: str, spec: Any) -> Any:
    """Return the method object that a study file or the command line names.

    Parameters
    ----------
    step
        One of the keys of `METHODS`.
    spec
        A name (`"EntropyWeights"`, or short `"entropy"`), or a mapping with `method` and its
        options. The step `denominate` also takes true or false.

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
        return denominate.Denominate() if spec else denominate.NoDenominate()
    return make_named(spec, METHODS[step], f"the step {step!r}")


def make_named(spec: Any, kinds: tuple[type, ...], what: str) -> Any:
    """Return an object of one of some classes, as a study file names it.

    Parameters
    ----------
    spec
        A name, long or short, or a mapping with `method` and its options.
    kinds
        The classes that may be named.
    what
        What the method is for, as messages say it.

    Raises
    ------
    UnknownOptionError, SpecError
        When the name, an option or its value is wrong.

    Examples
    --------
    >>> make_named({"method": "entropy", "shift": 0.1}, weight.METHODS, "the step 'weight'")
    EntropyWeights(shift=0.1)
    """
    options = (
        {str(key): value for key, value in spec.items()}
        if isinstance(spec, Mapping)
        else {"method": spec}
    )
    name = options.pop("method", None)
    if name is None:
        start = what[0].upper() + what[1:]
        raise SpecError(f"{start} has no method. Write for example {kinds[0].__name__!r}.")
    method = _named_among(kinds, str(name), what)
    known = _options_of(method)
    for option in options:
        if option not in known:
            raise UnknownOptionError(f"option of {method.__name__}:", option, known)
    options = {key: _made_option(known[key], value) for key, value in options.items()}
    try:
        return method(**options)
    except HubtiersError:
        raise
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise SpecError(f"{method.__name__} cannot be made from {options}: {error}.") from None


def _options_of(method: type) -> dict[str, str | None]:
    """Return the options of a method.

    One that holds methods itself names their step in its metadata; what is data and no option says
    so there.
    """
    return {
        f.name: f.metadata.get("step")
        for f in dataclasses.fields(method)
        if f.init and not f.metadata.get("data")
    }


def _made_option(step: str | None, value: Any) -> Any:
    return _frozen(value) if step is None else make_steps(step, value)


def make_steps(step: str, spec: Any) -> Any:
    """Return a method object, or a tuple of them where a list names one for each level."""
    if step in BY_LEVEL and isinstance(spec, (list, tuple)):
        return tuple(make_step(step, member) for member in spec)
    return make_step(step, spec)


def find_method(step: str, name: str) -> type:
    """Return the class of a method by its name or short name.

    Case and punctuation do not matter.
    """
    return _named_among(METHODS[step], name, f"the step {step!r}")


def _named_among(kinds: tuple[type, ...], name: str, what: str) -> type:
    by_key = {key: method for method in kinds for key in _keys(method)}
    method = by_key.get(_key(name))
    if method is None:
        raise UnknownOptionError(f"method for {what}:", name, [m.__name__ for m in kinds])
    return method


def short_name(method: type) -> str:
    """Return the short name of a weighting method: `EntropyWeights` is `entropy`."""
    return method.__name__.removesuffix("Weights").lower()


def _keys(method: type) -> tuple[str, ...]:
    """Return what a method may be called where case and punctuation do not matter."""
    return _key(method.__name__), _key(short_name(method))


def describe(method: Any) -> str:
    """Return a method object, or a tuple of them, as a person would write it.

    >>> describe((weight.EqualWeights(), weight.CriticWeights()))
    "EqualWeights(per='indicator') then CriticWeights()"
    """
    return " then ".join(map(describe, method)) if isinstance(method, tuple) else repr(method)


def to_spec(step: str, chosen: Any) -> Any:
    """Return the methods of a step as they stand in a study file, which can be read again.

    Raises
    ------
    SpecError
        When a method has no name there, because nobody has registered it.
    """
    for method in chosen if isinstance(chosen, tuple) else (chosen,):
        _require_named(step, method)
    return to_plain(chosen)


def _require_named(step: str, method: Any) -> None:
    kind = type(method)
    if kind not in METHODS[step]:
        known = listing(m.__name__ for m in METHODS[step])
        raise SpecError(
            f"{method!r} has no name in a study file, where the step {step!r} knows {known}. Make "
            f"it known: hubtiers.register({step!r}, {kind.__name__})."
        )
    for option, nested in _options_of(kind).items():
        if nested is not None:
            to_spec(nested, getattr(method, option))


def to_plain(value: Any) -> Any:
    """Return a method object, or an option of one, as it stands in a study file.

    Mappings, lists, numbers and text.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        options = {name: getattr(value, name) for name in _options_of(type(value))}
        plain = {name: to_plain(option) for name, option in options.items() if option is not None}
        return {"method": type(value).__name__, **plain}
    if isinstance(value, (tuple, list)):
        return [to_plain(member) for member in value]
    if isinstance(value, Mapping):
        return {str(key): to_plain(member) for key, member in value.items()}
    return value.item() if isinstance(value, np.generic) else value


def _key(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def _frozen(value: Any) -> Any:
    return tuple(_frozen(member) for member in value) if isinstance(value, list) else value
