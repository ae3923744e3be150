"""What is computed from the weights that a run kept along the way.

Measuring takes dense snapshots, which are large. For a run that ships with the package
it was done when the run was recorded: the results ship, most of the snapshots do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from grokcore.analysis import fourier, norms, progress
from grokcore.runs import files
from grokcore.runs.stored_run import Run
from grokcore.tasks import Task

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "NORMS_FILE",
    "PROGRESS_FILE",
    "measurable",
    "measure",
    "measure_norms",
    "part_norms",
    "progress_measures",
]

#: Where a recorded run keeps what was measured on all of its snapshots.
PROGRESS_FILE = "progress.npz"

#: Where it keeps the norms of its parts.
NORMS_FILE = "norms.npz"


def progress_measures(run: Run) -> pd.DataFrame:
    """Return how the mechanism grew during a run, one row a snapshot.

    The key frequencies are those of the embedding at the last snapshot that answers
    every validation question, or the last one at all if none does. They are in
    ``frame.attrs["frequencies"]``.

    Args:
        run: of a model with two operands, on a task that has each answer equally
            often, as (a + b) mod p does.

    Returns:
        Columns step, epoch; train_loss, val_loss, restricted_train, restricted_val,
        restricted_all, restricted_unseen, excluded_train, excluded_all (nats; see
        :func:`grokcore.analysis.progress.measures`); sum_of_squares of all weights;
        gini, the Gini coefficient of the amplitudes of the embedding's frequencies;
        key_count, how many frequencies are key by then.

    Raises:
        ValueError: if the run kept no whole weights, or for another task.

    >>> import grokcore as gc
    >>> measures = progress_measures(gc.load("nanda-p113"))
    >>> measures.attrs["frequencies"]
    (8, 19, 36, 38, 41, 54)
    >>> bool(measures.restricted_val.iloc[-1] < measures.val_loss.iloc[-1])
    True
    """
    import pandas as pd

    path = run.folder / PROGRESS_FILE
    columns = files.read_table(path) if path.exists() else measure(run)
    chosen = columns.pop("frequencies")
    frame = pd.DataFrame(columns)
    frame.attrs["frequencies"] = tuple(int(k) for k in chosen)
    return frame


def measurable(task: Task) -> bool:
    """Whether a task has key directions: a whole table, each answer equally often.

    >>> from grokcore import ModularTask
    >>> measurable(ModularTask("add", p=7)), measurable(ModularTask("multiply", p=7))
    (True, False)
    """
    if task.kind != "modular":
        return False
    answers = task.data().targets
    counts = answers.bincount(minlength=task.numbers)
    return bool(len(answers) == task.numbers**2 and (counts == task.numbers).all())


@torch.no_grad()
def measure(run: Run) -> dict[str, np.ndarray]:
    """Measure all whole snapshots of a run; see :func:`progress_measures`.

    ``frequencies`` stand beside the columns, as an array of their own length.
    """
    task = run.experiment.task
    if task.kind != "modular":
        raise ValueError(f"{task.formula}: progress is measured on tables modulo p")
    if not measurable(task):
        counts = task.data().targets.bincount(minlength=task.numbers)
        raise ValueError(
            f"{task.formula} has {int(counts.sum()):,} rows here, and answers occur "
            f"{int(counts.min())} to {int(counts.max())} times; progress is measured "
            f"on whole tables of {task.numbers} × {task.numbers} that have each answer "
            f"equally often, as with add and subtract"
        )
    if not run.whole_snapshots:
        raise ValueError(_no_weights(run))
    table, shape = task.data(), (task.numbers, task.numbers)
    train = torch.zeros(len(table.targets), dtype=torch.bool)
    train[table.train] = True
    answers, train = table.targets.view(shape), train.view(shape)
    final = run.at(_moment(run))
    chosen = fourier.key_frequencies(final.W_E[: task.numbers])
    rows = []
    for step in run.whole_snapshots:
        model = run.at(step)
        W_E = model.W_E[: task.numbers]
        logits = model(table.tokens).view(*shape, -1)
        rows.append(
            {
                "step": step,
                "epoch": step / run.experiment.steps_per_epoch,
                **progress.measures(logits, answers, train, chosen),
                "sum_of_squares": norms.sum_of_squares(model.parameters()),
                "gini": norms.gini(fourier.amplitudes(W_E).norm(dim=1)),
                "key_count": len(fourier.key_frequencies(W_E)),
            }
        )
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return {**columns, "frequencies": np.array(chosen)}


def part_norms(run: Run) -> pd.DataFrame:
    """Return how long the weights of each part are during a run, one row a snapshot.

    Args:
        run: with whole snapshots, or recorded with their norms.

    Returns:
        Columns step, epoch, and one for each part: the norm of all its weights. Parts
        are what names of parameters begin with, those of blocks what comes next:
        "embed", "attn", "mlp", "unembed".

    Raises:
        ValueError: if the run kept no whole weights.

    >>> from grokcore.studies import STUDIES
    >>> run, *_ = STUDIES["attention-norms"].runs()["calm"]
    >>> bool(part_norms(run).attn.gt(0).all())
    True
    """
    import pandas as pd

    path = run.folder / NORMS_FILE
    columns = files.read_table(path) if path.exists() else measure_norms(run)
    return pd.DataFrame(columns)


def measure_norms(run: Run) -> dict[str, np.ndarray]:
    """Measure the parts of all whole snapshots of a run; see :func:`part_norms`."""
    if not run.whole_snapshots:
        raise ValueError(_no_weights(run))
    rows = []
    for step in run.whole_snapshots:
        squares: dict[str, float] = {}
        for name, w in run.weights(step).items():
            part = _part(name)
            squares[part] = squares.get(part, 0.0) + norms.sum_of_squares([w])
        lengths = {part: np.sqrt(total) for part, total in sorted(squares.items())}
        epoch = step / run.experiment.steps_per_epoch
        rows.append({"step": step, "epoch": epoch, **lengths})
    return {name: np.array([row[name] for row in rows], "f4") for name in rows[0]}


def _part(name: str) -> str:
    """``blocks.0.attn.W_Q`` belongs to "attn", ``pos_embed.W_pos`` to "pos_embed"."""
    first, *others = name.split(".")
    return others[1] if first == "blocks" else first


def _no_weights(run: Run) -> str:
    return (
        f"{run.folder.name} has its history alone, no weights; "
        f"run.experiment.run() trains it, with those that its snapshots ask for"
    )


def _moment(run: Run) -> int:
    try:
        return run.last_generalized()
    except ValueError:
        return run.whole_snapshots[-1]
