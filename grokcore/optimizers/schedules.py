"""How the learning rate changes over a run: shares of its value, step by step."""

import math
from collections.abc import Callable

from grokcore.config import one_of

__all__ = ["SCHEDULES", "ScheduleName", "share"]

#: What is left of the learning rate when the fall has come so far, from 0 to 1.
SCHEDULES: dict[str, Callable[[float], float]] = {
    "constant": lambda fallen: 1.0,
    "linear": lambda fallen: 1.0 - fallen,
    "cosine": lambda fallen: (1.0 + math.cos(math.pi * fallen)) / 2,
}

#: A name in that table.
ScheduleName = one_of(SCHEDULES)


def share(
    schedule: str, step: int, last_step: int, *, fall_from: float, warmup: int
) -> float:
    """Return which share of the learning rate the update after ``step`` has.

    A function of the step alone, so that a run that goes on elsewhere has nothing to
    remember. The last update still has a little: the fall would end one step later.

    Args:
        schedule: "constant", "linear" or "cosine".
        step: updates made before, from 0 to ``last_step`` - 1; beyond, a rate that
            has fallen stays at 0.
        last_step: updates in all, if nothing stops the run before.
        fall_from: share of the run at which the fall begins, in [0, 1).
        warmup: updates over which the rate rises linearly to its value.

    >>> [share("linear", s, 8, fall_from=0.5, warmup=2) for s in (0, 1, 4, 6, 7)]
    [0.5, 1.0, 1.0, 0.5, 0.25]
    """
    risen = min(1.0, (step + 1) / warmup) if warmup else 1.0
    fallen = (step / last_step - fall_from) / (1 - fall_from)
    return risen * SCHEDULES[schedule](min(1.0, max(0.0, fallen)))
