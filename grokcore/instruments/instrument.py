"""What an instrument is: a measure, who it is from, and what its readings speak for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from grokcore.instruments.specimen import Specimen

__all__ = ["NANDA", "OURS", "ZHONG", "Instrument"]

#: Whom most of them are from.
NANDA, ZHONG, OURS = "Nanda et al. 2023", "Zhong et al. 2023", "this course"


@dataclass(frozen=True)
class Instrument:
    """A measure.

    Attributes:
        name: for people.
        what: what it is, in a sentence.
        source: who it is from.
        chapter: the file's number of the chapter that introduces it.
        section: the heading there.
        speaks: which readings its source takes for those of a mechanism: high ones, low
            ones, or, if it tells mechanisms apart, either.
        form: how a reading is written, as in ``format(reading, form)``.
        read: the measure, of a :class:`~grokcore.instruments.specimen.Specimen`.
        inside: whether it needs a network; else a table of logits is enough.
    """

    name: str
    what: str
    source: str
    chapter: str
    section: str
    speaks: Literal["high", "low", "either"]
    form: str
    read: Callable[[Specimen], float]
    inside: bool = False
