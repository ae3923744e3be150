"""What is found inside a network that learned a group, while it learned.

Of a run that ships, it was measured when the run was recorded; its weights stay behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from grokcore.analysis.groups import inside as look
from grokcore.runs import files
from grokcore.runs.stored_run import Run

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["INSIDE_FILE", "inside", "keep", "measure"]

#: Where a recorded run keeps what was found in its snapshots.
INSIDE_FILE = "inside.npz"


def inside(run: Run) -> pd.DataFrame:
    """Return what was found in the weights of a run, one row a snapshot.

    Args:
        run: of an MLP on a group; one that ships with what was found, or one that has
            its weights.

    Returns:
        ``step``, and the columns of :func:`grokcore.analysis.groups.inside.measures`;
        accuracies are those of the products that were never shown.

    Raises:
        ValueError: if there are no weights, or the network is of another kind.

    >>> from grokcore.studies import STUDIES
    >>> found = inside(STUDIES["groups"].runs()["S5"][0])
    >>> bool(found.accuracy.iloc[-1] > 0.98), len(found)
    (True, 15)
    """
    import pandas as pd

    path = run.folder / INSIDE_FILE
    return pd.DataFrame(files.read_table(path) if path.exists() else measure(run))


def measure(run: Run) -> dict[str, np.ndarray]:
    """Measure the weights that a run kept; see :func:`inside`."""
    if not run.whole_snapshots:
        raise ValueError(
            f"{run.folder.name} has its history alone, no weights; "
            f"run.experiment.run() trains it"
        )
    task = run.experiment.task
    table, unseen = task.table(), torch.zeros(task.numbers**2, dtype=torch.bool)
    unseen[task.data().val] = True
    rows = [
        {"step": step, **look.measures(run.at(step), table, unseen.view_as(table))}
        for step in run.whole_snapshots
    ]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def keep(found: dict[str, np.ndarray], run: Run) -> None:
    """Write beside a run what was found in its weights."""
    files.write_table(run.folder / INSIDE_FILE, found, packed=True)
