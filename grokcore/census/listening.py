"""Gradients, written down at every step: what a network hears while it learns."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from grokcore.experiments import Experiment
from grokcore.runs import Run, files, run, store, stored
from grokcore.training import TrainingState

__all__ = ["Heard", "listen"]

_FILE = "gradients.safetensors"


@dataclass(frozen=True)
class Heard:
    """A training, and what its gradients were.

    Attributes:
        run: its history and its weights at the end.
        gradients: [steps, N] some entries of the gradient at each step, before any
            filter.
    """

    run: Run
    gradients: Tensor

    @property
    def experiment(self) -> Experiment:
        """What was trained."""
        return self.run.experiment

    @property
    def provenance(self) -> dict[str, Any]:
        """Where it was trained."""
        return self.run.provenance


def listen(
    experiment: Experiment,
    entries: int = 2_000,
    *,
    progress: bool | None = None,
    root: Path | None = None,
) -> Heard:
    """Return the run of an experiment and its gradients, training it if need be.

    A run that was cut short is trained anew: what nobody listened to is not written
    down. Which entries are chosen is the same for all experiments with a model of one
    size.

    Args:
        experiment: what to do.
        entries: how many numbers of the gradient to keep, chosen at random.
        progress: show a bar; ``None`` shows it in terminals and live kernels.
        root: the folder of runs; ``None`` is :func:`grokcore.runs.lookup.store`.

    Raises:
        ~grokcore.training.trainer.TrainingDiverged: if the loss stops being a number.
        ~grokcore.runs.files.StoreError: if a file cannot be read or written.

    >>> from grokcore import ModularTask, TransformerConfig
    >>> small = Experiment(
    ...     task=ModularTask("add", p=5, train_fraction=0.5),
    ...     model=TransformerConfig(width=8, heads=2),
    ...     epochs=3,
    ... )
    >>> listen(small, entries=100).gradients.shape
    torch.Size([3, 100])
    """
    folder = (root or store()) / experiment.name
    path = folder / _FILE
    known = stored(experiment, root)
    if known is not None and known.status == "finished" and path.exists():
        gradients = files.read_tensors(path)["gradients"]
        if gradients.shape[1] == entries:
            return Heard(known, gradients)
    shutil.rmtree(folder, ignore_errors=True)
    ear = _Ear(entries)
    found = run(experiment, progress=progress, callbacks=[ear], root=root)
    gradients = torch.stack(ear.heard)
    files.write_tensors(path, {"gradients": gradients})
    return Heard(found, gradients)


class _Ear:
    """A callback that writes down entries of each gradient."""

    def __init__(self, entries: int) -> None:
        self.entries = entries
        self.heard: list[Tensor] = []
        self.chosen: Tensor | None = None

    def __call__(self, state: TrainingState) -> None:
        if state.last:
            return
        weights = [*state.model.parameters()]
        if self.chosen is None:
            self.chosen = _choose(weights, self.entries)
        gradient = torch.cat([w.grad.flatten() for w in weights])
        self.heard.append(gradient[self.chosen].cpu())


def _choose(weights: list[nn.Parameter], entries: int) -> Tensor:
    count = sum(w.numel() for w in weights)
    dice = torch.Generator().manual_seed(0)
    return torch.randperm(count, generator=dice)[:entries].to(weights[0].device)
