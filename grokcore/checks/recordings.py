"""Recorded runs that exercises are about.

They are copies of their own: where a figure is read, the answer must not change with a
recipe of the catalogue.
"""

from __future__ import annotations

from grokcore.checks.asking import fail
from grokcore.runs import RECORDED, Run

__all__ = ["recorded"]

#: Where they are, a folder each.
FOLDER = RECORDED / "exercises"


def recorded(name: str) -> Run:
    """Return a recorded run.

    Args:
        name: "ring" and "ring-too", embeddings modulo 59; "heads", a network modulo
            113; "losses", the progress measures of another one.

    Raises:
        ~grokcore.checks.CheckFailed: if there is none of that name.

    >>> recorded("heads").experiment.task.p
    113
    """
    names = sorted(path.parent.name for path in FOLDER.glob("*/experiment.json"))
    if name not in names:
        fail(f"no recorded run {name!r}; there are {', '.join(names)}")
    return Run(FOLDER / name)
