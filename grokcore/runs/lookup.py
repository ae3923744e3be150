"""Where runs are kept, and every way to look one up.

A run that is asked for is loaded if it is there, resumed if it was cut short, and
trained otherwise. Two processes that ask for the same run train it once.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path

import platformdirs

from grokcore.backend import rounding
from grokcore.catalogue import CATALOGUE
from grokcore.experiments import Experiment
from grokcore.runs import checkpoints, files
from grokcore.runs.files import RECORDED, StoreError
from grokcore.runs.locks import lock
from grokcore.runs.stored_run import Run
from grokcore.training import Callback, Trainer, TrainingDiverged

__all__ = [
    "RECORDED",
    "SHIPPED",
    "find",
    "load",
    "run",
    "store",
    "stored",
    "stored_runs",
]

#: Runs of studies that ship with the package, by the names of their experiments.
SHIPPED = RECORDED / "studies"

_log = logging.getLogger("grokcore")


def store() -> Path:
    """Return the folder of all runs: ``$GROKCORE_STORE``, or the user's cache.

    With another rounding (:mod:`grokcore.backend.rounding`) it is a folder inside of
    that.
    """
    given = os.environ.get("GROKCORE_STORE")
    if given:
        folder = Path(given).expanduser().absolute()
    else:
        folder = platformdirs.user_cache_path("grokcore") / "runs"
    other = rounding.chosen()
    return folder / f"rounding-{other}" if other else folder


def run(
    experiment: Experiment,
    *,
    progress: bool | None = None,
    callbacks: Iterable[Callback] = (),
    device: str | None = None,
    resume_every: float = 20.0,
    root: Path | str | None = None,
) -> Run:
    """Return the run of an experiment, training what of it is missing.

    If it starts with the weights of another experiment, that one's run comes first, and
    is stored as well.

    Args:
        experiment: what to do.
        progress: show a bar; ``None`` shows it in terminals and live kernels.
        callbacks: called once a step, see
            :class:`grokcore.training.trainer.TrainingState`. A run that is loaded calls
            none.
        device: "cuda", "mps" or "cpu"; ``None`` takes the best there is.
        resume_every: seconds between two resume points.
        root: the folder of runs; ``None`` is :func:`grokcore.runs.lookup.store`.

    Raises:
        ValueError: if that is no experiment.
        TrainingDiverged: if the loss stops being a number;
            :func:`grokcore.runs.lookup.stored` has the run up to there.
        StoreError: if a file cannot be read or written.
        KeyboardInterrupt: after everything so far was stored; the same call goes on.

    >>> from grokcore import ModularTask, TransformerConfig
    >>> task = ModularTask("add", p=7, train_fraction=0.5)
    >>> small = Experiment(task, TransformerConfig(width=8, heads=2), epochs=3)
    >>> run(small, progress=False).history.epoch.tolist()  # looked at twice
    [0, 3]
    """
    if not isinstance(experiment, Experiment):
        raise ValueError(
            f"{experiment!r} is no experiment; Experiment(…) makes one, and CATALOGUE "
            f"has {', '.join(CATALOGUE)}"
        )
    root = None if root is None else Path(root)
    folder = (root or store()) / experiment.name
    done = stored(experiment, root)
    if done is None or done.status == "interrupted":
        with lock(folder):
            # Another process may have trained it while this one waited.
            done = stored(experiment, root)
            if done is None or done.status == "interrupted":
                trainer = Trainer(experiment, device)
                if not checkpoints.resumable(folder):
                    _begin(trainer, progress, device, root)
                checkpoints.train(trainer, folder, callbacks, progress, resume_every)
                done = Run(folder)
    if done.status == "diverged":
        raise TrainingDiverged(done.provenance["error"])
    return done


def _begin(
    trainer: Trainer, progress: bool | None, device: str | None, root: Path | None
) -> None:
    """Give a trainer the weights that its experiment starts with, if any."""
    if (start := trainer.experiment.start_from) is not None:
        first = run(start.experiment, progress=progress, device=device, root=root)
        trainer.begin_with(first.weights(first.snapshots[-1]))


def load(what: str | Path | Experiment) -> Run:
    """Return a run that ships with the package or is stored.

    Args:
        what: its name in the catalogue, such as "nanda-p113"; its experiment; or the
            name or the path of its folder.

    Raises:
        ValueError: if there is none of that name.
        StoreError: if there is none of that experiment, or it cannot be read.

    >>> load("nanda-p113").delay().val_epoch
    12200
    """
    if isinstance(what, Experiment):
        if (found := find(what)) is None:
            raise StoreError(
                f"no finished run of {what.name} ships with grokcore or is stored; "
                f"experiment.run() trains it, or goes on where it stopped"
            )
        return found
    path = Path(what)
    if os.sep not in str(what):
        for folder in (store(), RECORDED, SHIPPED):
            if files.exists(folder / path / "experiment.json"):
                return Run(folder / path)
        if what in CATALOGUE and (found := stored(CATALOGUE[what])):
            return found
    if os.sep in str(what) or path.is_dir():
        if not files.exists(path / "experiment.json"):
            if path.is_file():
                raise ValueError(f"{what} is a file; name the folder of its run")
            if not path.is_dir():
                raise ValueError(f"there is no folder {what}")
            raise ValueError(f"{what} is no run: it has no experiment.json")
        return Run(path)
    recorded = sorted(p.parent.name for p in RECORDED.glob("*/experiment.json"))
    hint = f"; grokcore train {what} trains it" if what in CATALOGUE else ""
    raise ValueError(
        f"no run {what!r} is recorded or stored; recorded are {recorded}, and "
        f"grokcore list shows the stored ones{hint}"
    )


def find(experiment: Experiment) -> Run | None:
    """Return the run of an experiment that ships with the package, or is stored.

    One that was interrupted does not count: nobody knows yet how it ends. One that
    diverged does.

    Raises:
        StoreError: if it cannot be read.
    """
    found = stored(experiment, SHIPPED) or _of_the_catalogue(experiment)
    found = found or stored(experiment)
    return None if found is None or found.status == "interrupted" else found


def _of_the_catalogue(experiment: Experiment) -> Run | None:
    """The run that ships under the experiment's name in the catalogue."""
    for name, described in CATALOGUE.items():
        folder = RECORDED / name
        if described == experiment and (folder / "experiment.json").exists():
            found = Run(folder)
            return found if found.experiment == experiment else None
    return None


def stored(experiment: Experiment, root: Path | None = None) -> Run | None:
    """Return what the store, or another folder of runs, has of an experiment.

    Raises:
        StoreError: if it cannot be read, or the folder belongs to another experiment.
    """
    folder = (root or store()) / experiment.name
    if not files.exists(folder / "experiment.json"):
        return None
    found = Run(folder)
    if found.experiment != experiment:
        raise StoreError(
            f"{folder / 'experiment.json'} describes another experiment than the "
            f"folder's name says. {files.train_again(folder)}"
        )
    return found


def stored_runs() -> list[Run]:
    """Return all runs of the store that can be read, by name.

    Raises:
        StoreError: if the store itself cannot be looked into.
    """
    found = []
    for folder in files.within(store()):
        if not files.exists(folder / "experiment.json"):
            continue
        try:
            found.append(Run(folder))
        except StoreError as error:
            _log.warning("%s", error)
    return found
