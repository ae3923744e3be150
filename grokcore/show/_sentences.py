"""Alt text of a history: sentences computed from the numbers that are drawn."""

from __future__ import annotations

from collections.abc import Callable

from grokcore.show._history import Curve
from grokcore.show._words import count, listed, number, percent, quantity, sentence

_CLEARLY = 1.2
"""How far a peak must stand above both ends to be told: noise is not news."""

_WELL_BELOW = 0.9
"""A fall below this share of the threshold, after reaching it, is told."""

_SURGE = 10
"""A rise to this many times an earlier low is told: a decade on the log axis."""


def accuracy_sentences(
    train: Curve, validation: Curve, unit: str, threshold: float
) -> list[str]:
    """Say when each accuracy reaches the threshold, and how the run ends."""
    level = percent(threshold)
    at_train, at_val = train.first_reach(threshold), validation.first_reach(threshold)
    last = validation.end[0]
    if at_train is not None and at_val is not None:
        gap = quantity(abs(at_val - at_train), unit)
        order = f"a delay of {gap}" if at_val >= at_train else f"{gap} earlier"
        first = (
            f"Training accuracy reaches {level} at {unit} {count(at_train)}, "
            f"validation accuracy at {unit} {count(at_val)}, {order}."
        )
    else:
        first = sentence(
            f"training accuracy {_arrival(at_train, level, last, unit)}, "
            f"validation accuracy {_arrival(at_val, level, last, unit)}"
        )
    falls = [
        sentence(f"{name} accuracy {' and '.join(fall)}")
        for name, curve in (("training", train), ("validation", validation))
        if (fall := _fall(curve, threshold, unit))
    ]
    final_train, final_val = percent(train.end[1]), percent(validation.end[1])
    return [
        first,
        *falls,
        f"The run ends at {unit} {count(last)} with training accuracy {final_train} "
        f"and validation accuracy {final_val}.",
    ]


def arrival_sentence(name: str, curve: Curve, unit: str, threshold: float) -> str:
    """Say of one accuracy when it reaches the threshold and where it ends."""
    last, final = curve.end
    arrival = _arrival(curve.first_reach(threshold), percent(threshold), last, unit)
    events = [arrival, *_fall(curve, threshold, unit), f"ends at {percent(final)}"]
    return sentence(f"{name} {listed(events)}")


def course_sentence(
    name: str, curve: Curve, unit: str, tell: Callable[[float], str] = number
) -> str:
    """Say where a curve starts and ends and where it turns: peak, trough, surge.

    ``tell`` writes a value of the curve in words.
    """
    y, last = curve.y, len(curve.y) - 1
    turns = {}
    low, high = curve.rise()
    if 0 < low < high < last and y[high] >= _SURGE * y[low]:
        turns |= {low: "falls to", high: "rises to"}
    if y.max() > _CLEARLY * max(y[0], y[last]):
        turns[int(y.argmax())] = "peaks at"
    ends = tell(y[0]), tell(y[last])
    if y.min() * _CLEARLY < min(y[0], y[last]) and tell(y.min()) not in ends:
        turns[int(y.argmin())] = "is lowest at"
    told = [(0, "starts at"), *sorted(turns.items()), (last, "ends at")]
    events = [
        f"{verb} {tell(y[row])} at {unit} {number(curve.x[row])}" for row, verb in told
    ]
    return sentence(f"{name} {listed(events)}")


def mark_sentences(
    train: Curve, validation: Curve, unit: str, threshold: float
) -> list[str]:
    """Say what the vertical lines mark, if there are any."""
    reached = {
        name: f"{unit} {count(at)}"
        for name, curve in (("training", train), ("validation", validation))
        if (at := curve.first_reach(threshold)) is not None
    }
    if not reached:
        return []
    lines, verb = ("line marks", "es") if len(reached) == 1 else ("lines mark", "")
    return [
        f"Thin vertical {lines} {' and '.join(reached.values())}, where "
        f"{' and '.join(reached)} accuracy reach{verb} {percent(threshold)}."
    ]


def _fall(curve: Curve, threshold: float, unit: str) -> list[str]:
    """Tell the deepest fall after the threshold was reached, if it is a clear one."""
    low = curve.low_after(threshold)
    if low is None or curve.y[low] >= _WELL_BELOW * threshold:
        return []
    fall = f"falls back to {percent(curve.y[low])} at {unit} {count(curve.x[low])}"
    return [fall, "recovers"] if curve.y[low:].max() >= threshold else [fall]


def _arrival(at: float | None, level: str, last: float, unit: str) -> str:
    if at is None:
        return f"does not reach {level} within {quantity(last, unit)}"
    return f"reaches {level} at {unit} {count(at)}"
