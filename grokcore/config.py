"""What tasks, models, optimizers and experiments share: they are checked data.

A description is a frozen dataclass. An impossible value is refused when it is built,
with the value given and the values allowed.
"""

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, TypeVar, Union, dataclass_transform, get_args

import numpy as np
from pydantic import BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass, rebuild_dataclass
from pydantic_core import PydanticCustomError

__all__ = [
    "any_of",
    "description",
    "kinds",
    "may_be_none",
    "one_of",
    "refusing",
    "resolved",
    "without_defaults",
]

_Class = TypeVar("_Class", bound=type)


@dataclass_transform(frozen_default=True, field_specifiers=(Field,))
def description(cls: _Class) -> _Class:
    """Make a class a frozen dataclass that takes no wrong type and no unknown field.

    Lists and ranges are taken where a tuple is meant, numpy's numbers where Python's
    are.

    >>> @description
    ... class Point:
    ...     x: float = Field(0.0, ge=0)
    ...     steps: tuple[int, ...] = ()
    >>> Point(np.float32(0.5), steps=[1, 2])
    Point(x=0.5, steps=(1, 2))
    >>> Point(x=-1)
    Traceback (most recent call last):
    ValueError: x: Input should be greater than or equal to 0 (given: -1)
    """
    config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
    return _telling(dataclass(frozen=True, config=config)(cls))


def resolved(*classes: type) -> None:
    """Complete descriptions that name each other, once all of them are there."""
    for cls in classes:
        rebuild_dataclass(cls, force=True)
    for cls in classes:
        _telling(cls)


def _telling(cls: _Class) -> _Class:
    """Take lists and numpy's numbers, and say what is wrong in a line a problem."""
    build = cls.__init__

    @functools.wraps(build)
    def __init__(self, *values: Any, **fields: Any) -> None:
        values = map(_plain, values)
        fields = {name: _plain(value) for name, value in fields.items()}
        allowed = [f.name for f in dataclasses.fields(cls) if f.name != "kind"]
        if len(values := [*values]) > len(allowed):
            raise ValueError(
                f"{cls.__name__} takes {len(allowed)} values: {', '.join(allowed)}; "
                f"{len(values)} were given"
            )
        if unknown := [*{*fields} - {*allowed, "kind"}]:
            raise ValueError(
                f"{unknown[0]!r} is no field of {cls.__name__}; allowed: "
                f"{', '.join(allowed)}"
            )
        with refusing():
            # By name, so that what is wrong is named.
            build(self, **dict(zip(allowed, values, strict=False)), **fields)

    cls.__init__ = __init__
    return cls


def one_of(registry: Mapping[str, Any]) -> Any:
    """Return the type of the names in a registry, for the field of a description.

    >>> @description
    ... class Journey:
    ...     by: one_of({"train": 1, "boat": 2}) = "train"
    >>> Journey(by="plane")
    Traceback (most recent call last):
    ValueError: by: should be one of 'train', 'boat' (given: 'plane')
    """

    def _known(name: Any) -> Any:
        if not isinstance(name, str) or name not in registry:
            names = ", ".join(map(repr, registry))
            raise PydanticCustomError("one_of", f"should be one of {names}")
        return name

    return Annotated[str, BeforeValidator(_known)]


def any_of(*classes: type, kind: str | None = None) -> Any:
    """Return the type of any of these descriptions, told apart by ``kind`` in JSON.

    Args:
        classes: the descriptions, each with a ``kind`` of its own.
        kind: of JSON that does not say it.

    >>> from grokcore.filters import Gain, OrthoGrad
    >>> @description
    ... class Journey:
    ...     through: any_of(Gain, OrthoGrad) = OrthoGrad()
    >>> Journey(through="orthograd")
    Traceback (most recent call last):
    ValueError: through: should be one of Gain(…), OrthoGrad(…) (given: 'orthograd')
    """

    def _checked(value: Any) -> Any:
        if isinstance(value, dict):  # from JSON, which has no tuples
            value = {name: _plain(given) for name, given in value.items()}
            return value if kind is None else {"kind": kind} | value
        if not isinstance(value, classes):
            names = ", ".join(f"{cls.__name__}(…)" for cls in classes)
            raise PydanticCustomError("any_of", f"should be one of {names}")
        return value

    told_apart = Field(discriminator="kind") if len(classes) > 1 else Field()
    return Annotated[Union[classes], told_apart, BeforeValidator(_checked)]  # noqa: UP007


def kinds(union: Any) -> dict[str, type]:
    """Return the descriptions of a union that ``kind`` tells apart, by their kind.

    >>> from grokcore.filters import Projection
    >>> [*kinds(Projection)]
    ['fixed_norm']
    """
    union, *_ = get_args(union)
    return {_kind(cls): cls for cls in get_args(union) or (union,)}


def may_be_none(cls: type) -> set[str]:
    """Return the fields of a description that may be left empty.

    >>> from grokcore import TransformerConfig
    >>> may_be_none(TransformerConfig)
    {'mlp_width'}
    """
    fields = cls.__pydantic_fields__.items()
    return {name for name, field in fields if type(None) in get_args(field.annotation)}


def _kind(cls: type) -> str:
    (kind,) = (f for f in dataclasses.fields(cls) if f.name == "kind")
    return _default(kind)


@contextmanager
def refusing() -> Iterator[None]:
    """Shorten what pydantic complains about to a line a problem."""
    try:
        yield
    except ValidationError as error:
        lines = map(_line, error.errors())
        raise ValueError("\n".join(lines)) from None


def _line(problem: Any) -> str:
    if problem["type"] == "value_error":  # from a __post_init__: says it all
        return str(problem["ctx"]["error"])
    # Of the kinds that pydantic tried, only the fields are for people.
    places = map(str, problem["loc"])
    where = ".".join(x for x in places if x.isidentifier() or x.isdigit())
    complaint = f"{problem['msg']} (given: {problem['input']!r})"
    return f"{where}: {complaint}" if where else complaint


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    many = list | tuple | range
    return tuple(map(_plain, value)) if isinstance(value, many) else value


def without_defaults(part: Any) -> dict[str, Any]:
    """Return a description as a dictionary, kinds and what is not default alone."""
    content = {"kind": part.kind} if hasattr(part, "kind") else {}
    for field in dataclasses.fields(part):
        value = getattr(part, field.name)
        if field.name == "kind" or value == _default(field):
            continue
        content[field.name] = _canonical(value)
    return content


def _canonical(value: Any) -> Any:
    """Equal values alike: -0.0 equals 0.0, but reads otherwise."""
    if dataclasses.is_dataclass(value):
        return without_defaults(value)
    if isinstance(value, tuple):
        return [_canonical(item) for item in value]
    return value + 0.0 if isinstance(value, float) else value


def _default(field: dataclasses.Field) -> Any:
    # pydantic keeps a default that was given with its bounds inside a FieldInfo.
    return getattr(field.default, "default", field.default)
