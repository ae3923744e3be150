"""A drawing with sliders, for readers who have a kernel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from grokcore.progress_bar import switched_off
from grokcore.show.picture import Picture

__all__ = ["live"]


def live(draw: Callable[..., Picture], **choices: Sequence[Any]) -> Any:
    """Draw anew whenever a reader moves a slider.

    A stored page has no kernel: where it is made (``GROKCORE_PROGRESS=0``), a sentence
    stands in for the sliders. What they show there belongs into a ``Flipbook``.

    Args:
        draw: takes a value for each choice, by name, and returns a Picture.
        choices: for each argument of ``draw`` the values to choose from; the middle one
            comes first.

    Raises:
        ValueError: if there is nothing to choose from.

    >>> from grokcore.show import lines
    >>> def draw(slope):
    ...     return lines({"y": [0, slope]}, x=[0, 1])
    >>> panel = live(draw, slope=[1, 2, 3])
    """
    if not choices or not all(len(values) for values in choices.values()):
        raise ValueError(f"choices={choices} must give each argument values")
    if switched_off():
        return _Sentence(tuple(choices))

    import ipywidgets
    from IPython.display import display

    def show(**chosen: Any) -> None:
        display(draw(**chosen))

    sliders = {
        name: ipywidgets.SelectionSlider(
            options=list(values),
            value=values[len(values) // 2],
            description=name,
            continuous_update=False,
        )
        for name, values in choices.items()
    }
    return ipywidgets.interactive(show, **sliders)


class _Sentence:
    """What a stored page has instead of sliders."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.text = f"In a live notebook there are sliders here: {', '.join(names)}."

    def _repr_markdown_(self) -> str:
        return f"*{self.text}*"

    def __repr__(self) -> str:
        return self.text
