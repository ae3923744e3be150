"""Training into a folder so that nothing is lost, whatever happens.

Snapshots and resume points are written while training goes on; an interruption waits
for the end of a step.
"""

from __future__ import annotations

import json
import platform
import signal
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from grokcore.backend import devices, matmul
from grokcore.experiments import TRAINING_REVISION
from grokcore.progress_bar import progress_bar
from grokcore.runs import files
from grokcore.training import (
    COLUMNS,
    Callback,
    Trainer,
    TrainingDiverged,
    TrainingState,
)

__all__ = ["Keeper", "resumable", "train"]

#: The tensor of a resume point that holds the machines and resumes so far, as JSON.
_MACHINES = "machines"


def train(
    trainer: Trainer,
    folder: Path,
    callbacks: Iterable[Callback],
    progress: bool | None,
    resume_every: float,
) -> None:
    """Train from the resume point, if there is one, and leave a run in the folder.

    Raises:
        KeyboardInterrupt: after everything so far was written.
    """
    _check_snapshot_parameters(trainer)
    keeper = Keeper(trainer, folder, resume_every)
    files.remove_leftovers(folder)
    resume = _resume_point(folder)
    if resume.exists():
        tensors = files.read_tensors(resume)
        with files.reading(resume):
            try:
                trainer.restore(tensors)
                keeper.remember(tensors)
            except RuntimeError as error:
                raise ValueError(f"of another experiment: {error}") from error
    keeper.note_machine()
    with _interrupt_sets(keeper.interrupted), _Bar(trainer, progress) as bar:
        try:
            trainer.train([*callbacks, bar, keeper])
        except KeyboardInterrupt:
            keeper.snapshot(whole=True)
            keeper.resume_point()
            keeper.finish("interrupted")
            raise KeyboardInterrupt(
                f"stopped at step {trainer.step:,}. Nothing is lost: the same call "
                f"goes on from there, and experiment.stored() is the run so far."
            ) from None
        except TrainingDiverged as error:
            keeper.snapshot(whole=True)
            keeper.finish("diverged", error=str(error))
            resume.unlink(missing_ok=True)
            return
    keeper.finish("finished")
    resume.unlink(missing_ok=True)


def resumable(folder: Path) -> bool:
    """Whether training was cut short there, so that it goes on."""
    return _resume_point(folder).exists()


def _resume_point(folder: Path) -> Path:
    return folder / "resume.safetensors"


class Keeper:
    """A callback that writes snapshots and resume points, and stops when asked to."""

    def __init__(self, trainer: Trainer, folder: Path, resume_every: float) -> None:
        self.trainer = trainer
        self.folder = folder
        self.resume_every = resume_every
        self.interrupted = threading.Event()
        self.seconds = 0.0
        #: Where the run was trained: one entry for each machine, or number of threads
        #: on it, with the first step that it made.
        self.machines: list[dict[str, Any]] = []
        #: Steps at which it was cut short and went on.
        self.resumed_at: list[int] = []
        self._last_resume_point = time.monotonic()

    def __call__(self, state: TrainingState) -> None:
        start = time.perf_counter()
        if torch.get_num_threads() != self.machines[-1]["threads"]:
            self.note_machine()
        if state.last or state.step in self.trainer.snapshot_steps:
            self.snapshot(state.last)
        if time.monotonic() - self._last_resume_point >= self.resume_every:
            self.resume_point()
        self.seconds += time.perf_counter() - start
        if self.interrupted.is_set():
            raise KeyboardInterrupt

    def snapshot(self, whole: bool) -> None:
        """Write the weights: those that the experiment keeps, or the whole of them."""
        path = self.folder / "snapshots" / f"{self.trainer.step}.safetensors"
        wanted = self.trainer.experiment.snapshot_parameters
        weights = self.trainer.model.state_dict()
        if wanted is not None and not whole:
            weights = {name: weights[name] for name in wanted}
        files.write_tensors(path, weights)

    def resume_point(self) -> None:
        """Write all that training needs to go on from here."""
        where = {"machines": self.machines, "resumed_at": self.resumed_at}
        written = torch.tensor([*json.dumps(where).encode()], dtype=torch.uint8)
        state = self.trainer.state() | {_MACHINES: written}
        files.write_tensors(_resume_point(self.folder), state)
        self._last_resume_point = time.monotonic()

    def remember(self, resumed: dict[str, Tensor]) -> None:
        """Take over the machines that made the steps up to a resume point."""
        if _MACHINES in resumed:  # the first versions did not write it
            where = json.loads(bytes(resumed[_MACHINES].tolist()))
            if isinstance(where, list):  # a later one wrote the machines alone
                where = {"machines": where, "resumed_at": []}
            self.machines, self.resumed_at = where["machines"], where["resumed_at"]
        self.resumed_at = [*self.resumed_at, self.trainer.step]

    def note_machine(self) -> None:
        """Add where the run is from this step on, unless it was there before."""
        step, here = self.trainer.step, _machine(self.trainer)
        self.machines = [m for m in self.machines if m["from_step"] < step]
        before = self.machines[-1] if self.machines else {}
        if any(before.get(key) != here[key] for key in here if key != "date"):
            self.machines.append({"from_step": step} | here)

    def _remove_what_was_not_asked_for(self) -> None:
        """Delete the weights that were kept because of an earlier interruption.

        After a kill there may also be weights later than where the run is now.
        """
        now = self.trainer.step
        asked = {step for step in self.trainer.snapshot_steps if step < now} | {now}
        for path in (self.folder / "snapshots").glob("*.safetensors"):
            if path.stem not in map(str, asked):
                path.unlink()

    def finish(self, status: str, **extra: str) -> None:
        """Write the history, then the description that makes it a run."""
        self._remove_what_was_not_asked_for()
        rows = [list(row.values()) for row in self.trainer.history]
        columns = dict(zip(COLUMNS, np.array(rows).T, strict=True))
        files.write_table(self.folder / "history.npz", columns)
        content = {
            "status": status,
            "experiment": json.loads(self.trainer.experiment.to_json()),
            "provenance": self._provenance() | extra,
        }
        files.write_json(self.folder / "experiment.json", content)

    def _provenance(self) -> dict[str, Any]:
        """The last machine, by today's date, what was spent, and all machines."""
        last = {k: v for k, v in self.machines[-1].items() if k != "from_step"}
        return (
            last
            | {
                "date": _today(),
                "seconds": round(self.trainer.seconds, 3),
                "seconds_evaluating": round(self.trainer.seconds_evaluating, 3),
                "seconds_writing": round(self.seconds, 3),
                "machines": self.machines,
                "resumed_at": self.resumed_at,
            }
            | self._start()
        )

    def _start(self) -> dict[str, Any]:
        """The run whose weights it began with, and what tells these weights."""
        start, weights = self.trainer.experiment.start_from, self.trainer.began_with
        if start is None:
            return {}
        return {"start": {"run": start.experiment.name, "weights": weights}}


class _Bar:
    """A callback that moves a progress bar at every evaluation."""

    def __init__(self, trainer: Trainer, show: bool | None) -> None:
        self.bar = progress_bar(
            show=show,
            total=trainer.last_step,
            initial=trainer.step,
            desc=trainer.experiment.task.formula,
            unit="step",
        )

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.close()

    def __call__(self, state: TrainingState) -> None:
        if state.row is None:
            return
        self.bar.total = state.trainer.last_step
        self.bar.update(state.step - self.bar.n)
        self.bar.set_postfix(
            train=f"{state.row['train_accuracy']:.1%}",
            val=f"{state.row['val_accuracy']:.1%}",
        )


@contextmanager
def _interrupt_sets(event: threading.Event) -> Iterator[None]:
    """Let Ctrl-C, or a notebook's stop button, wait for the end of a step."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals arrive in the main thread only
        return
    previous = signal.signal(signal.SIGINT, lambda *_: event.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def _check_snapshot_parameters(trainer: Trainer) -> None:
    names = list(trainer.model.state_dict())
    wanted = trainer.experiment.snapshot_parameters or ()
    if unknown := [name for name in wanted if name not in names]:
        raise ValueError(f"snapshot_parameters has {unknown}; allowed: {names}")


def _machine(trainer: Trainer) -> dict[str, Any]:
    """Return all about this machine that may tell in the bits of a run."""
    return {
        "date": _today(),
        "grokcore": version("grokcore"),
        "training_revision": TRAINING_REVISION,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "device": devices.describe(trainer.device),
        "processor": devices.processor(),
        "float32_products": matmul.library(trainer.device),
        "threads": torch.get_num_threads(),
        "rounding": trainer.rounding,
    }


def _today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")
