"""A row of the history: how good a model is, on rows it was shown and on all others.

When one is taken is a matter of :mod:`grokcore.training.moments`.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.utils import parameters_to_vector

from grokcore.tasks import Table

__all__ = ["COLUMNS", "Answers", "evaluate"]

#: The columns of a history. Losses in nats, accuracies in [0, 1]; a row is taken with
#: the weights after ``step`` steps. Train figures are those of the step's own rows.
COLUMNS = (
    "step",
    "epoch",
    "train_loss",
    "train_accuracy",
    "val_loss",
    "val_accuracy",
    "weight_norm",
)

#: Validation rows that go through the model at once.
_EVALUATION_ROWS = 16_384


class Answers(NamedTuple):
    """What a model answers to some rows, and how bad that is.

    Attributes:
        logits: [B, C].
        targets: [B] the right answers.
        loss: mean over the rows.
    """

    logits: Tensor
    targets: Tensor
    loss: Tensor

    @property
    def right(self) -> Tensor:
        """How many answers are right."""
        return (self.logits.argmax(-1) == self.targets).sum()


@torch.no_grad()
def evaluate(
    train: Answers,
    answer: Callable[[Tensor, Tensor], Answers],
    table: Table,
    parameters: Iterable[Tensor],
) -> list[float]:
    """Return the figures of a row, from train_loss to weight_norm.

    The only place where the host waits for the device.

    Args:
        train: the answers to the rows of this step.
        answer: asks the model, given operands and targets.
        table: whose validation rows are asked.
        parameters: of the model.
    """
    val_loss = val_right = 0
    for rows in table.val.split(_EVALUATION_ROWS):
        val = answer(table.operands[rows], table.targets[rows])
        val_loss = val_loss + val.loss * len(rows)
        val_right = val_right + val.right
    norm = parameters_to_vector(parameters).norm()
    figures = (train.loss.detach(), train.right, val_loss, val_right, norm)
    on_host = torch.stack([figure.to(train.loss) for figure in figures]).tolist()
    train_loss, train_right, val_loss, val_right, norm = on_host
    # Divided here, in float64: in float32, 19 / 20 is less than 0.95.
    n_train, n_val = len(train.targets), len(table.val)
    return [
        train_loss,
        train_right / n_train,
        val_loss / n_val,
        val_right / n_val,
        norm,
    ]
