"""Measured numbers, some of which are only bounds, and what follows from them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "NOT_REPRODUCED",
    "OPEN",
    "PARTLY",
    "REPRODUCED",
    "UNDECIDED",
    "Value",
    "Within",
    "median",
    "ordered",
]

REPRODUCED, PARTLY, NOT_REPRODUCED = "reproduced", "partly", "not reproduced"

#: Where bounds leave it open which of these it is.
UNDECIDED = "not decided"

#: In the place of a verdict, while runs are missing.
OPEN = "open"


@dataclass(frozen=True)
class Value:
    """A measured number, or a bound where a run ended before it was known.

    Attributes:
        number: the number; NaN for what cannot be said.
        bound: ">" where the true number is above it, "<" where it is below.

    >>> str(Value(4_000, ">"))
    '> 4,000'
    """

    number: float
    bound: Literal["", "<", ">"] = ""

    @property
    def ends(self) -> tuple[float, float]:
        """The interval in which the true number lies; all numbers, where it is NaN.

        >>> Value(4_000, ">").ends[0] > 4_000, Value(4_000, ">").ends[1]
        (True, inf)
        """
        low = high = self.number
        if self.bound == ">" or math.isnan(low):
            high = math.inf
        if self.bound == "<" or math.isnan(low):
            low = -math.inf
        # The end that a bound names is not among them.
        return (
            math.nextafter(low, math.inf) if self.bound == ">" else low,
            math.nextafter(high, -math.inf) if self.bound == "<" else high,
        )

    def over(self, other: Value) -> Value:
        """Return the ratio; a bound if one of both is, NaN if they leave it open.

        >>> str(Value(50_000, ">").over(Value(800))), str(Value(1).over(Value(4, ">")))
        ('> 62.5', '< 0.25')
        >>> str(Value(50_000, ">").over(Value(50_000, ">")))
        '?'
        """
        inverse = {"<": ">", ">": "<", "": ""}[other.bound]
        if {self.bound, inverse} == {"<", ">"} or math.isnan(self.number):
            return Value(math.nan)
        if other.number == 0:
            return Value(math.inf if self.number else math.nan)
        return Value(self.number / other.number, self.bound or inverse)

    def write(self, form: str = ",g") -> str:
        """Return it as text, the number by a format such as ".0%"."""
        if math.isnan(self.number):
            return "?"
        number = "∞" if math.isinf(self.number) else format(self.number, f"z{form}")
        number = number.replace("-", "−")
        return f"{self.bound} {number}".lstrip()

    def __str__(self) -> str:
        return self.write()

    @property
    def place(self) -> float:
        """Where it stands among others in order: a bound beyond all plain numbers."""
        if math.isnan(self.number) or self.bound == ">":
            return math.inf
        return -math.inf if self.bound == "<" else self.number


def ordered(values: Iterable[Value]) -> list[Value]:
    """Return them by number, bounds where they begin, what cannot be said last.

    >>> [str(value) for value in ordered([Value(4), Value(3, ">"), Value(2)])]
    ['2', '> 3', '4']
    """
    return sorted(values, key=lambda value: (math.isnan(value.number), value.number))


def median(values: Sequence[Value]) -> Value:
    """Return the middle one, the lower of two, as far as bounds let it be known.

    A number that may be larger than it stands can only move the middle up. One that
    cannot be said may stand at either end.

    >>> str(median([Value(900), Value(4_000, ">"), Value(700)]))
    '900'
    >>> str(median([Value(36), Value(29, ">"), Value(40, ">")]))
    '> 36'
    >>> str(median([Value(900), Value(math.nan), Value(700)]))
    '?'
    """
    known = ordered(value for value in values if not math.isnan(value.number))
    unsaid = len(values) - len(known)
    place = (len(values) - 1) // 2
    low, high = place - unsaid, place  # as if those stood below all others, or above
    if low < 0 or high >= len(known) or known[low] != known[high]:
        return Value(math.nan)
    middle = known[high].number
    up = any(v.bound == ">" and v.number <= middle for v in known)
    down = any(v.bound == "<" and v.number >= middle for v in known)
    if up and down:
        return Value(math.nan)
    return Value(middle, ">" if up else "<" if down else "")


@dataclass(frozen=True)
class Within:
    """What the numbers of a claim that holds lie within; called, it gives the verdict.

    *Reproduced*, if they do for every seed. *Partly*, if they do for half of the seeds,
    or for every seed within the wider limits. *Not reproduced* otherwise. *Not
    decided*, if that depends on numbers which are only bounds, or cannot be said.

    Attributes:
        low: at least this.
        high: at most this.
        partly: wider limits.

    >>> enough = Within(low=0.8, partly=Within(low=0.5))
    >>> enough([Value(0.9), Value(0.8)]), enough([Value(0.9), Value(0.7), Value(0.6)])
    ('reproduced', 'partly')
    >>> enough([Value(0.9), Value(0.4), Value(0.4)])
    'not reproduced'
    >>> enough([Value(0.4, ">"), Value(math.nan)])
    'not decided'
    """

    low: float = -math.inf
    high: float = math.inf
    partly: Within | None = None

    def __post_init__(self) -> None:
        if (self.low, self.high) == (-math.inf, math.inf):
            raise ValueError("neither low nor high is given; expected one of them")

    def holds(self, value: Value) -> bool:
        """Whether one number is known to lie within the limits."""
        low, high = value.ends
        return self.low <= low and high <= self.high

    def may_hold(self, value: Value) -> bool:
        """Whether one number may lie within the limits, for all that is known.

        >>> few = Within(high=4)
        >>> few.may_hold(Value(3, ">")), few.may_hold(Value(5, ">"))
        (True, False)
        """
        low, high = value.ends
        return low <= self.high and self.low <= high

    def __call__(self, values: Sequence[Value]) -> str:
        if not values:
            raise ValueError("no values; a verdict takes at least one")
        at_least, at_most = (
            self._verdict(values, Within.holds),
            self._verdict(values, Within.may_hold),
        )
        return at_least if at_least == at_most else UNDECIDED

    def _verdict(
        self, values: Sequence[Value], holds: Callable[[Within, Value], bool]
    ) -> str:
        held = sum(holds(self, value) for value in values)
        if held == len(values):
            return REPRODUCED
        wider = self.partly is not None and all(holds(self.partly, v) for v in values)
        return PARTLY if 2 * held >= len(values) or wider else NOT_REPRODUCED

    def write(self, form: str = ",g") -> str:
        """Return the limits as text.

        >>> Within(low=0.8, high=1.2, partly=Within(low=0.5)).write(".1f")
        'between 0.8 and 1.2 (partly: at least 0.5)'
        """
        low, high = (
            # A limit is exact: 80%, not 80.0%.
            "" if math.isinf(limit) else re.sub(r"\.0+(?!\d)", "", format(limit, form))
            for limit in (self.low, self.high)
        )
        if low and high:
            text = f"between {low} and {high}"
        else:
            text = f"at least {low}" if low else f"at most {high}"
        return text + (f" (partly: {self.partly.write(form)})" if self.partly else "")
