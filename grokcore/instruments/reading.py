"""What the instruments read, and which of them are fooled."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from grokcore.instruments.instrument import Instrument
from grokcore.instruments.measures import INSTRUMENTS
from grokcore.instruments.specimen import Specimen

__all__ = ["fooled", "readings", "written"]


def readings(of: Iterable[Specimen]) -> pd.DataFrame:
    """Return what each instrument reads on each specimen, a row an instrument.

    NaN where an instrument looks inside and there is no network.
    """
    return pd.DataFrame(
        {
            s.name: {
                i.name: math.nan if i.inside and s.network is None else i.read(s)
                for i in INSTRUMENTS
            }
            for s in of
        }
    )


def written(instrument: Instrument, reading: float) -> str:
    """Return a reading as it is written; a dash where there is none."""
    if math.isnan(reading):
        return "–"
    text = format(reading, instrument.form).replace("-", "−")
    # Minus nothing is nothing.
    return text.removeprefix("−") if not any(c in text for c in "123456789") else text


def _value(instrument: Instrument, reading: float) -> float:
    """A reading, as far as it is written."""
    text = written(instrument, reading).replace("−", "-").replace(",", "")
    return math.nan if text == "–" else float(text.rstrip("%"))


def fooled(read: pd.DataFrame, of: Iterable[Specimen]) -> dict[str, list[str]]:
    """Return which specimens that do not add read like one that does, by instrument.

    Like one that does is: no worse than the worst of these, in the direction in which
    the measure is meant to speak; within their range, if it is meant to tell them
    apart. Readings are compared as they are written, since what differs less than that
    is not told apart.

    Args:
        read: what :func:`readings` returned.
        of: the specimens.

    >>> import pandas as pd, torch
    >>> kinds = {"a": "trained", "b": "built", "c": "memory"}
    >>> trio = [Specimen(n, k, None, torch.empty(0), ()) for n, k in kinds.items()]
    >>> rows = ["accuracy, shown", "restricted loss", "evenness"]
    >>> seen = {"a": [1.0, 0.1, 0.4], "b": [0.9, 0.2, 0.8], "c": [0.95, 0.3, 0.9]}
    >>> fooled(pd.DataFrame(seen, rows), trio)
    {'accuracy, shown': ['c'], 'restricted loss': [], 'evenness': []}
    """
    names: dict[bool, list[str]] = {True: [], False: []}
    for specimen in of:
        names[specimen.adds].append(specimen.name)
    return {
        i.name: _like(i, read.loc[i.name, names[True]], read.loc[i.name, names[False]])
        for i in INSTRUMENTS
        if i.name in read.index
    }


def _like(instrument: Instrument, adding: pd.Series, others: pd.Series) -> list[str]:
    """Names of the others that read like those that add."""
    values = [v for x in adding if not math.isnan(v := _value(instrument, x))]
    low, high = min(values), max(values)
    low = -math.inf if instrument.speaks == "low" else low
    high = math.inf if instrument.speaks == "high" else high
    return [name for name, x in others.items() if low <= _value(instrument, x) <= high]
