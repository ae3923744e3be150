"""What seconds are compared with, timed on the same machine, since machines differ.

The unit is a step of the chapters' recipe. The other is a training as it is usually
written: the Grokking demo of TransformerLens, as long as its own log says it takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.util import find_spec

import torch
from torch import Tensor

from grokcore import lens
from grokcore.experiments import Experiment
from grokcore.losses import cross_entropy
from grokcore.optimizers import AdamW
from grokcore.training import Trainer

__all__ = ["DEMO_EPOCHS", "demo_epoch", "has_demo", "reference_step", "seconds_of"]

#: Epochs after which the demo has grokked, by its own log.
DEMO_EPOCHS = 13_800


def reference_step(experiment: Experiment) -> Callable[[], None]:
    """Return what takes one step of an experiment, evaluation left out."""
    trainer = Trainer(experiment, device="cpu")

    def step() -> None:
        trainer.backward(trainer.forward())
        trainer.update()

    return step


def has_demo() -> bool:
    """Whether TransformerLens is installed, which the demo's loop needs."""
    return find_spec("transformer_lens") is not None


def demo_epoch(experiment: Experiment) -> Callable[[], None]:
    """Return what does an epoch as the demo does, on a task and model of ours.

    A TransformerLens model at all positions, loss in float64, then all validation rows.
    The optimizer is torch's fused AdamW with the demo's settings.

    Raises:
        ImportError: if TransformerLens is not installed.
    """
    table = experiment.task.data()
    model = lens.to_bridge(experiment.model.build(experiment.task, experiment.seed))
    weights = {
        # The demo's attention has no biases; TransformerLens always makes them.
        name: parameter.requires_grad_(not _is_bias_of_attention(name))
        for name, parameter in model.named_parameters()
    }
    optimizer = AdamW(lr=1e-3, weight_decay=1.0).build(
        {name: p for name, p in weights.items() if p.requires_grad}
    )

    def loss_on(rows: Tensor) -> Tensor:
        return cross_entropy(model(table.tokens[rows])[:, -1], table.targets[rows])

    def epoch() -> None:
        loss = loss_on(table.train)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        loss.item()
        with torch.inference_mode():
            loss_on(table.val).item()

    return epoch


def _is_bias_of_attention(name: str) -> bool:
    return ".attn." in name and name.endswith(".bias")


def seconds_of(action: Callable[[], None], calls: int) -> float:
    """Return the mean seconds of a call."""
    start = time.perf_counter()
    for _ in range(calls):
        action()
    return (time.perf_counter() - start) / calls
