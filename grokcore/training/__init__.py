"""How it is learned: one loop, what it evaluates, and who may look on."""

from grokcore.training.evaluation import COLUMNS
from grokcore.training.trainer import (
    Callback,
    Trainer,
    TrainingDiverged,
    TrainingState,
)

__all__ = ["COLUMNS", "Callback", "Trainer", "TrainingDiverged", "TrainingState"]
