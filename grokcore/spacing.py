"""Moments at which to look: early ones matter as much as late ones."""

from collections.abc import Sequence

__all__ = ["log_spaced"]


def log_spaced(count: int, last: int) -> Sequence[int]:
    """Up to ``count`` different steps from 0 to ``last``, evenly spread on a log scale.

    >>> log_spaced(5, 1000)
    [0, 1, 10, 100, 1000]
    """
    if count < 2:
        return [last][:count]
    spread = (
        last ** (i / (count - 2)) if count > 2 else last for i in range(count - 1)
    )
    return sorted({0, *(round(step) for step in spread)})
