"""Alt text of a history: sentences computed from the numbers that are drawn."""

from __future__ import annotations

from grokcore.show._history import Curve
from grokcore.show._words import count, number, percent, quantity, sentence

_CLEARLY = 1.2
"""How far a peak must stand above both ends to be told: noise is not news."""


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
    final_train, final_val = percent(train.end[1]), percent(validation.end[1])
    return [
        first,
        f"The run ends at {unit} {count(last)} with training accuracy {final_train} "
        f"and validation accuracy {final_val}.",
    ]


def arrival_sentence(name: str, curve: Curve, unit: str, threshold: float) -> str:
    """Say of one accuracy when it reaches the threshold and where it ends."""
    last, final = curve.end
    arrival = _arrival(curve.first_reach(threshold), percent(threshold), last, unit)
    return sentence(f"{name} {arrival} and ends at {percent(final)}")


def course_sentence(name: str, curve: Curve, unit: str) -> str:
    """Say where a curve starts, where it peaks or bottoms out, and where it ends."""
    (start, begin), (last, end) = (curve.x[0], curve.y[0]), curve.end
    parts = [f"{name} starts at {number(begin)} at {unit} {count(start)}"]
    top, bottom = curve.y.argmax(), curve.y.argmin()
    if curve.y[top] > _CLEARLY * max(begin, end):
        parts.append(f"peaks at {number(curve.y[top])} at {unit} {count(curve.x[top])}")
    if curve.y[bottom] * _CLEARLY < min(begin, end):
        low = f"at {number(curve.y[bottom])} at {unit} {count(curve.x[bottom])}"
        parts.append(f"is lowest {low}")
    parts.append(f"ends at {number(end)} at {unit} {count(last)}")
    return sentence(", ".join(parts[:-1]) + " and " + parts[-1])


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


def _arrival(at: float | None, level: str, last: float, unit: str) -> str:
    if at is None:
        return f"does not reach {level} within {quantity(last, unit)}"
    return f"reaches {level} at {unit} {count(at)}"
