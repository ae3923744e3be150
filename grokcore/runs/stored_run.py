"""What an experiment leaves behind.

One folder a run::

    add-p113-transformer-1a2b3c4d/
        experiment.json       description, status and provenance
        history.npz           one row an evaluation
        snapshots/<step>.safetensors
        resume.safetensors    while it is not finished
        progress.npz          what was measured on snapshots, of a run that ships

They lie in :func:`grokcore.runs.lookup.store`, and are written by
:mod:`grokcore.runs.checkpoints` while it is trained, each file whole or not at all
(:mod:`grokcore.runs.files`).
"""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from grokcore.analysis.delay import GrokkingDelay, grokking_delay
from grokcore.experiments import Experiment
from grokcore.runs import files
from grokcore.runs.files import StoreError
from grokcore.training import COLUMNS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Run"]

_STATUSES = ("finished", "interrupted", "diverged")


class Run:
    """A trained experiment: its history, its weights, where it came from.

    Made by :func:`grokcore.runs.lookup.run`, which is also a method of experiments, and
    by :func:`grokcore.runs.lookup.load`.

    Args:
        folder: where it is stored.

    Attributes:
        experiment: what was done.
        status: "finished", "interrupted" or "diverged".
        provenance: versions, device, threads and date of the machine that ended it,
            seconds, and ``machines``: the same of each machine, or number of threads,
            that it had, with its first step; and ``resumed_at``, the steps at which it
            had been cut short and went on; and ``start``, the run with whose weights it
            began, and a digest of them. Runs of earlier versions have no such lists,
            nor do those that ship and had one machine, never cut short; one that such a
            version began lists what came later.

    Raises:
        StoreError: if the folder holds no run that can be read.

    >>> import grokcore as gc
    >>> recorded = gc.load("nanda-p113")
    >>> recorded.status, len(recorded.snapshots), recorded.model.W_E.shape
    ('finished', 105, torch.Size([114, 128]))
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        path = self.folder / "experiment.json"
        if not files.exists(path):
            raise StoreError(
                f"there is no run in {self.folder}: it has no experiment.json; "
                f"grokcore list shows the runs there are"
            )
        content = files.read_json(path)
        with files.reading(path):
            if missing := {"experiment", "status", "provenance"} - content.keys():
                raise ValueError(f"it has no {sorted(missing)}")
            self.experiment = Experiment.from_json(json.dumps(content["experiment"]))
            self.status: str = content["status"]
            if self.status not in _STATUSES:
                raise ValueError(f"status {self.status!r} is not one of {_STATUSES}")
            self.provenance: dict[str, Any] = content["provenance"]

    def __repr__(self) -> str:
        last = int(self._columns["step"][-1])
        return f"<Run {self.folder.name}: {self.status} at step {last:,}>"

    @cached_property
    def history(self) -> pd.DataFrame:
        """One row an evaluation.

        Columns: step, epoch, train_loss, train_accuracy, val_loss, val_accuracy (loss
        in nats, accuracy in [0, 1]) and weight_norm, the root of the sum of all
        squared weights. Step 0 is the untrained model.
        """
        import pandas as pd

        frame = pd.DataFrame(self._columns)
        whole = {name: int for name in ("step", "epoch") if _all_whole(frame[name])}
        return frame.astype(whole)

    @cached_property
    def _columns(self) -> dict[str, np.ndarray]:
        path = self.folder / "history.npz"
        columns = files.read_table(path)
        with files.reading(path):
            if tuple(columns) != COLUMNS:
                raise ValueError(f"columns {tuple(columns)} instead of {COLUMNS}")
        return columns

    def delay(self, threshold: float = 0.95) -> GrokkingDelay:
        """Return when training and validation accuracy first reach ``threshold``."""
        return grokking_delay(self._columns, threshold)

    @property
    def snapshots(self) -> tuple[int, ...]:
        """Steps whose weights were kept, ascending."""
        kept = files.within(self._snapshot(0).parent)
        steps = (p.stem for p in kept if p.suffix == ".safetensors")
        return tuple(sorted(int(step) for step in steps if step.isdecimal()))

    def weights(self, step: int) -> dict[str, Tensor]:
        """Return the tensors that were kept at a step, by their state-dict names.

        Raises:
            ValueError: if none were kept there.
        """
        if step not in self.snapshots:
            if not self.snapshots:
                raise ValueError(f"{self.folder.name} has no weights. {self._again}")
            near = sorted(self.snapshots, key=lambda kept: abs(kept - step))[:2]
            raise ValueError(
                f"no snapshot at step {step}; the nearest of {len(self.snapshots)} "
                f"are at {sorted(near)}, and run.snapshots has them all"
            )
        tensors = files.read_tensors(self._snapshot(step))
        return {name: tensor.float() for name, tensor in tensors.items()}

    def at(self, step: int) -> nn.Module:
        """Return the model as it was at a step, in evaluation mode.

        Raises:
            ValueError: if no snapshot was kept there, or not of all parameters.
        """
        weights = self.weights(step)
        model = self.experiment.model.build(self.experiment.task, self.experiment.seed)
        with files.reading(self._snapshot(step)):
            if foreign := weights.keys() - model.state_dict().keys():
                raise ValueError(f"weights of another model: {sorted(foreign)}")
        if not model.state_dict().keys() <= weights.keys():
            raise ValueError(
                f"step {step} kept only {sorted(weights)}, which run.weights({step}) "
                f"returns; run.whole_snapshots has the steps with all weights"
            )
        path = self._snapshot(step)
        with files.reading(path):
            try:
                model.load_state_dict(weights)
            except RuntimeError as error:
                raise ValueError(f"weights of another model: {error}") from error
        return model.eval().requires_grad_(False)

    @cached_property
    def whole_snapshots(self) -> tuple[int, ...]:
        """Those of them that hold all weights, so that :meth:`at` makes a model."""
        model = self.experiment.model.build(self.experiment.task, self.experiment.seed)
        names = model.state_dict().keys()
        return tuple(s for s in self.snapshots if names <= self.weights(s).keys())

    @torch.no_grad()
    def last_generalized(self, accuracy: float = 1.0) -> int:
        """Return the last step whose kept weights do so well on the validation rows.

        At a high learning rate training now and then slips, and may do so at its very
        end: then the last weights are not the ones to look into.

        Args:
            accuracy: what it takes, in (0, 1].

        Raises:
            ValueError: if no snapshot does.
        """
        table = self.experiment.task.data()
        operands, targets = table.operands[table.val], table.targets[table.val]
        for step in reversed(self.whole_snapshots):
            right = self.at(step).answer(operands).argmax(-1) == targets
            if right.double().mean() >= accuracy:
                return step
        raise ValueError(
            f"no snapshot of {self.folder.name} has validation accuracy {accuracy:g}"
        )

    @cached_property
    def model(self) -> nn.Module:
        """The model at the end, in evaluation mode.

        Raises:
            ValueError: if the run was recorded without weights.
        """
        if not self.snapshots:
            raise ValueError(
                f"{self.folder.name} has its history alone, no weights. {self._again}"
            )
        return self.at(self.snapshots[-1])

    @property
    def _again(self) -> str:
        return "run.experiment.run() trains it, if it is to keep any."

    def _snapshot(self, step: int) -> Path:
        return self.folder / "snapshots" / f"{step}.safetensors"


def _all_whole(column: pd.Series) -> bool:
    return bool((column == column.round()).all())
