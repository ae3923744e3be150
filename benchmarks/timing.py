"""Interleaved measurement: A B A B …, so that a slow minute is slow for both sides."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

#: A side is called as often as fits into this many seconds, and timed as one block.
BLOCK_SECONDS = 0.3

Action = Callable[[], object]


@dataclass(frozen=True)
class Times:
    """Seconds a call, one number a repeat; repeat i of all sides are neighbors."""

    seconds: Mapping[str, list[float]]

    def median(self, side: str) -> float:
        return median(self.seconds[side])

    def milliseconds(self) -> dict[str, float]:
        return {f"{side}_ms": 1e3 * self.median(side) for side in self.seconds}

    def ratio(self, over: str, under: str) -> float:
        """Median of the ratios of neighbors."""
        return median_ratio(self.seconds[over], self.seconds[under])


def interleaved(sides: Mapping[str, Action], repeats: int) -> Times:
    """Time each side ``repeats`` times, taking turns, after a warm-up."""
    calls = {name: _calls_a_block(action) for name, action in sides.items()}
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(repeats):
        for name, action in sides.items():
            seconds[name].append(seconds_of(action, calls[name]) / calls[name])
    return Times(seconds)


def seconds_of(action: Action, calls: int = 1) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        action()
    return time.perf_counter() - start


def median_ratio(over: list[float], under: list[float]) -> float:
    return median(a / b for a, b in zip(over, under, strict=True))


def _calls_a_block(action: Action) -> int:
    """Warm up, then say how many calls fill a block."""
    warm_up = 5
    seconds_of(action, warm_up)
    return max(2, round(BLOCK_SECONDS * warm_up / seconds_of(action, warm_up)))
