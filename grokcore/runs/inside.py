"""What is found inside a network that learned a group.

Of a run that ships, it was measured when the run was recorded; its weights stay behind.
"""

from __future__ import annotations

import numpy as np

from grokcore.analysis.groups import inside as look
from grokcore.runs import files
from grokcore.runs.stored_run import Run

__all__ = ["INSIDE_FILE", "inside", "keep", "measure"]

#: Where a recorded run keeps what was found in its last weights.
INSIDE_FILE = "inside.npz"


def inside(run: Run) -> dict[str, float]:
    """Return what :func:`grokcore.analysis.groups.inside.measures` finds at the end.

    Args:
        run: of an MLP on a group; one that ships with what was found, or one that has
            its weights.

    Raises:
        ValueError: if there are no weights, or the network is of another kind.

    >>> from grokcore.studies import STUDIES
    >>> found = inside(STUDIES["groups"].runs()["S5"][0])
    >>> 0.98 < found["accuracy"] <= 1
    True
    """
    path = run.folder / INSIDE_FILE
    if not path.exists():
        return measure(run)
    return {name: float(column[0]) for name, column in files.read_table(path).items()}


def measure(run: Run) -> dict[str, float]:
    """Measure the last weights of a run; see :func:`inside`."""
    if not run.whole_snapshots:
        raise ValueError(
            f"{run.folder.name} has its history alone, no weights; "
            f"run.experiment.run() trains it"
        )
    table = run.experiment.task.table()
    return look.measures(run.at(run.whole_snapshots[-1]), table)


def keep(found: dict[str, float], run: Run) -> None:
    """Write beside a run what was found in its weights."""
    columns = {name: np.array([number]) for name, number in found.items()}
    files.write_table(run.folder / INSIDE_FILE, columns, packed=True)
