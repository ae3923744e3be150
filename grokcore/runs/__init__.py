"""What an experiment leaves behind, and the store that keeps it."""

from grokcore.experiments import Experiment
from grokcore.runs.files import StoreError
from grokcore.runs.lookup import (
    RECORDED,
    SHIPPED,
    find,
    load,
    run,
    store,
    stored,
    stored_runs,
)
from grokcore.runs.measured import part_norms, progress_measures
from grokcore.runs.stored_run import Run
from grokcore.training import TrainingDiverged

__all__ = [
    "RECORDED",
    "SHIPPED",
    "Run",
    "StoreError",
    "TrainingDiverged",
    "find",
    "load",
    "part_norms",
    "progress_measures",
    "run",
    "store",
    "stored",
    "stored_runs",
]

# An experiment is data, and knows of nobody who runs it. Whoever does so gives it the
# two methods that a reader wants to find there.
Experiment.run = run
Experiment.stored = stored
