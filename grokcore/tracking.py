"""Callbacks that send a run's history to experiment trackers (extra ``track``)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grokcore.training import TrainingState

__all__ = ["TensorBoard", "WandB"]


@contextmanager
def _installed(tracker: str, package: str) -> Iterator[None]:
    """Say how to get what is not there."""
    try:
        yield
    except ImportError as error:
        raise ImportError(
            f'{error}; {tracker} needs {package}: pip install "grokcore[track]"'
        ) from error


class WandB:
    """Log every evaluation to Weights & Biases, with the experiment as its config.

    Used for several trainings, it makes a run for each.

    Args:
        project: of Weights & Biases.
        **options: for ``wandb.init``: ``mode="offline"``, ``name=…``, ``dir=…``.

    Raises:
        ImportError: when called first, if wandb is not installed.

    Example::

        from grokcore.tracking import WandB

        experiment.run(callbacks=[WandB("grokking", mode="offline")])
    """

    def __init__(self, project: str = "grokking", **options: Any) -> None:
        self.project = project
        self.options = options
        self._run = None

    def __call__(self, state: TrainingState) -> None:
        """Log this step's row, if it has one."""
        if self._run is None:
            with _installed("WandB", "wandb"):
                import wandb

            config = json.loads(state.trainer.experiment.to_json())
            self._run = wandb.init(project=self.project, config=config, **self.options)
        if state.row is not None:
            self._run.log(state.row, step=state.step)

    def close(self) -> None:
        """End the run there, however training ended; the next one gets its own."""
        ended, self._run = self._run, None  # also if it cannot be ended
        if ended is not None:
            ended.finish()


class TensorBoard:
    """Log every evaluation as TensorBoard scalars.

    Args:
        folder: where the event files go, in a folder for each run.

    Raises:
        ImportError: when called first, if tensorboard is not installed.

    Example::

        from grokcore.tracking import TensorBoard

        experiment.run(callbacks=[TensorBoard("logs")])
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = folder
        self._writer = None

    def __call__(self, state: TrainingState) -> None:
        """Log this step's row, if it has one."""
        if self._writer is None:
            with _installed("TensorBoard", "tensorboard"):
                from torch.utils.tensorboard import SummaryWriter

            name = state.trainer.experiment.name
            self._writer = SummaryWriter(str(Path(self.folder) / name))
        for name, value in (state.row or {}).items():
            self._writer.add_scalar(name, value, state.step)

    def close(self) -> None:
        """End the file, however training ended; the next run gets its own."""
        ended, self._writer = self._writer, None
        if ended is not None:
            ended.close()
