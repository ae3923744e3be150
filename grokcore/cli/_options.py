"""Fields of an experiment as options: ``--p 97 --train-fraction .5``.

All other options are parameters of the commands in :mod:`grokcore.cli.commands`.
"""

import ast
import json
import re
from contextlib import suppress
from typing import Any

from grokcore.catalogue import CATALOGUE
from grokcore.config import kinds, may_be_none
from grokcore.experiments import Experiment, Start
from grokcore.filters import Filter, Projection
from grokcore.models import Model
from grokcore.optimizers import Optimizer
from grokcore.runs import load
from grokcore.tasks import Task

__all__ = ["KINDS", "layout", "pairs", "parts", "split", "value"]

#: Parts of an experiment that come in kinds, and what each is called.
KINDS: dict[str, dict[str, type]] = {
    "task": kinds(Task),
    "model": kinds(Model),
    "optimizer": kinds(Optimizer),
    "filter": kinds(Filter) | {"none": type(None)},
    "projection": kinds(Projection) | {"none": type(None)},
}

#: Fields that "none" leaves empty; of the others it may be a word.
_MAY_BE_NONE = may_be_none(Experiment).union(
    *(
        may_be_none(cls)
        for part in (Task, Model, Optimizer, Filter, Projection)
        for cls in kinds(part).values()
    )
)


def split(name: str, arguments: list[str]) -> tuple[str, list[str]]:
    """Tell a name from an option that stands in its place."""
    if name.startswith("--"):
        return "live-p113", [name, *arguments]
    return name, arguments


def pairs(arguments: list[str]) -> list[tuple[str, str]]:
    """Read ``--field value`` and ``--field=value``."""
    pairs, rest = [], iter(arguments)
    for option in rest:
        field, equals, value = option.partition("=")
        if not field.startswith("--"):
            raise ValueError(f"{option!r} is not an option; options look like --p 97")
        value = value if equals else next(rest, None)
        if value is None:
            raise ValueError(f"{option} has no value, as in --p 97")
        pairs.append((field.removeprefix("--").replace("-", "_"), value))
    return pairs


def parts(text: str) -> list[str]:
    """Split at commas, but leave a [list] whole."""
    return [text] if text.startswith("[") else text.split(",")


def value(field: str, text: str) -> Any:
    """Numbers, true, null and [lists] as in JSON; kinds by name; else a word."""
    if field in _MAY_BE_NONE and text.lower() == "none":
        return None
    if field == "start_from":
        return _start(text)
    if field in KINDS:
        if text not in KINDS[field]:
            raise ValueError(f"{field} {text!r} is not one of {sorted(KINDS[field])}")
        return KINDS[field][text]()
    # Python's literals as well: .5, 5., [.9,.98].
    for read in (json.loads, ast.literal_eval):
        with suppress(ValueError, SyntaxError):
            return _plain(read(text))
    return text


def _plain(value: Any) -> Any:
    """Whole numbers as such, however they are written: 1e3."""
    if isinstance(value, list | tuple):
        return tuple(map(_plain, value))
    whole = isinstance(value, float) and value.is_integer()
    return int(value) if whole else value


def _start(text: str) -> Start:
    """An experiment of the catalogue, or that of a run, and the parts after a colon."""
    name, _, words = text.partition(":")
    experiment = CATALOGUE[name] if name in CATALOGUE else load(name).experiment
    return Start(experiment, tuple(words.split("+")) if words else None)


def layout(text: str) -> tuple[int | None, ...]:
    """Read ``a,b,113``: letters stand for operands, numbers for constant tokens."""
    places = [place.strip() for place in text.split(",")]
    if wrong := [p for p in places if not re.fullmatch(r"[a-zA-Z]|\d+", p)]:
        raise ValueError(
            f"--layout has {wrong[0]!r}; write a letter for an operand and a number "
            f"for a constant token, such as a,b,113"
        )
    return tuple(int(p) if p.isdecimal() else None for p in places)
