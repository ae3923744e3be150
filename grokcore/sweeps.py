"""Many runs, on this machine or on any cluster that has an executor."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, overload

import torch

from grokcore.backend import devices, rounding
from grokcore.experiments import Experiment
from grokcore.progress_bar import progress_bar
from grokcore.runs import Run, StoreError, run, store

__all__ = ["Sweep", "processes", "sweep"]

#: Seconds between two looks at jobs that have not ended.
_PAUSE = 0.05

#: Tells the sweeps of this process apart.
_numbers = itertools.count()


class Sweep(Sequence[Run]):
    """The runs of a sweep in the order of its experiments, failed ones left out.

    Attributes:
        failures: what went wrong, by experiment.
    """

    def __init__(
        self, runs: Iterable[Run], failures: dict[Experiment, Exception]
    ) -> None:
        self._runs = tuple(runs)
        self.failures = failures

    @overload
    def __getitem__(self, i: int) -> Run: ...
    @overload
    def __getitem__(self, i: slice) -> Sequence[Run]: ...
    def __getitem__(self, i: int | slice) -> Run | Sequence[Run]:
        return self._runs[i]

    def __len__(self) -> int:
        return len(self._runs)

    def __repr__(self) -> str:
        return f"<Sweep: {len(self)} runs, {len(self.failures)} failed>"


def sweep(
    experiments: Iterable[Experiment],
    executor: Executor | None = None,
    *,
    progress: bool | None = None,
    threads: int | None = None,
) -> Sweep:
    """Run experiments side by side, each into its own folder of the store.

    Stored runs are loaded, and an experiment that is there twice is run once. What
    others start with is run before them, whether it is asked for or not. A failed
    run is reported with a warning, and kept as far as it got; the others go on. Where a
    worker was killed and the pool with it, what had not ended is tried once more, each
    experiment in a process of its own. An interruption stops them all.

    Args:
        experiments: for example :meth:`~grokcore.experiments.Experiment.grid`.
        executor: whatever has ``submit`` and works in other processes: a
            ``ProcessPoolExecutor`` that spawns, a Dask client, submitit's executors,
            mpi4py's. Its workers must share the store. ``None`` runs one experiment
            after the other in this process.
        progress: show one bar for all; ``None`` shows it in terminals and live kernels.
        threads: torch threads a worker, if there is an executor; ``None`` is cores //
            workers where it tells how many workers it has, and 1 where not.

    Raises:
        TypeError: for what is no experiment or no executor, and for an executor whose
            workers share this process (torch's random state and thread count are
            global).
        KeyboardInterrupt: after everything so far was stored; the same call goes on.

    >>> from grokcore import ModularTask, TransformerConfig
    >>> small = Experiment(
    ...     task=ModularTask("add", p=5, train_fraction=0.5),
    ...     model=TransformerConfig(width=8, heads=2),
    ...     epochs=10,
    ... )
    >>> runs = sweep(small.grid(seed=range(2)))
    >>> [r.experiment.seed for r in runs]
    [0, 1]

    Side by side, in a script (workers that spawn import it, hence the last two lines)::

        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        import grokcore as gc

        def main():
            grid = gc.Experiment().grid(train_fraction=[0.3, 0.4], seed=range(3))
            with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
                for run in gc.sweep(grid, pool):
                    print(run.experiment.task.train_fraction, run.delay())

        if __name__ == "__main__":
            main()
    """
    experiments = _experiments(experiments)
    _refuse_what_is_no_executor(executor)
    waves = _waves(experiments)
    runs: dict[Experiment, Run] = {}
    failures: dict[Experiment, Exception] = {}
    total = sum(map(len, waves))
    try:
        with (
            closing(_results(waves, executor, threads)) as results,
            progress_bar(show=progress, total=total, desc="sweep", unit="run") as bar,
        ):
            for experiment, result in results:
                try:
                    result()
                    runs[experiment] = _stored(experiment)
                except (Exception, CancelledError) as error:
                    failures[experiment] = error
                    told = f"{experiment.name} failed: {_told(error)}"
                    warnings.warn(told, stacklevel=2)
                bar.update()
    except KeyboardInterrupt as error:
        raise KeyboardInterrupt(
            str(error) or "stopped. Nothing is lost: the same call goes on from there."
        ) from None
    return Sweep((runs[e] for e in experiments if e in runs), failures)


def processes(workers: int) -> ProcessPoolExecutor:
    """Return a pool for :func:`sweep`, whose workers end quietly with an interruption.

    >>> with processes(2) as pool:
    ...     runs = sweep([], pool)
    """
    return ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        # While one trains, the interruption waits for the end of a step, as ever.
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_DFL),
    )


def _experiments(given: Iterable[Experiment]) -> list[Experiment]:
    """All of them once."""
    experiments = [given] if isinstance(given, Experiment) else [*dict.fromkeys(given)]
    for wrong in experiments:
        if not isinstance(wrong, Experiment):
            raise TypeError(
                f"{wrong!r} is no Experiment; pass a list of them, such as "
                f"experiment.grid(seed=range(3)); gc.CATALOGUE has them by name"
            )
    return experiments


def _told(error: BaseException) -> str:
    if isinstance(error, BrokenExecutor):
        return (
            "its process was killed twice, the second time alone, which is most often "
            "for memory; a smaller batch_size, task or model needs less"
        )
    told = f"{type(error).__name__}: {error}"
    if isinstance(error, CancelledError):
        return f"{told}it was called off before it began; the same call trains it"
    return told


def _waves(experiments: list[Experiment]) -> list[list[Experiment]]:
    """All that has to be run, those that others start with in waves before them."""
    waves = [experiments]
    while starts := [e.start_from.experiment for e in waves[0] if e.start_from]:
        waves.insert(0, [*dict.fromkeys(starts)])
    seen: set[Experiment] = set()
    ordered = []
    for wave in waves:
        ordered.append([e for e in wave if e not in seen])
        seen.update(wave)
    return [wave for wave in ordered if wave]


#: An experiment, and a function that waits for its run or raises what went wrong.
_Result = tuple[Experiment, Callable[[], object]]


def _results(
    waves: list[list[Experiment]], executor: Executor | None, threads: int | None
) -> Iterator[_Result]:
    for wave in waves:
        if executor is None:
            yield from _here(wave)
        else:
            yield from _elsewhere(wave, executor, threads)


def _here(experiments: list[Experiment]) -> Iterator[_Result]:
    for experiment in experiments:
        yield experiment, partial(run, experiment, progress=False)


def _stored(experiment: Experiment) -> Run:
    found = experiment.stored()
    if found is None:
        raise StoreError(
            f"{store()} does not have it: the workers have another store. Point "
            f"GROKCORE_STORE to a folder that they and this process share."
        )
    return found


def _elsewhere(
    experiments: list[Experiment], executor: Executor, threads: int | None
) -> Iterator[_Result]:
    if hasattr(executor, "get_executor"):  # a Dask client
        executor = executor.get_executor()
    _refuse_what_shares_a_process(executor)
    if threads is None:
        cores = devices.cores()
        threads = max(1, cores // (getattr(executor, "_max_workers", None) or cores))
    asked_by = (_process(), next(_numbers))
    here = (str(store()), rounding.chosen(), threads, asked_by)
    jobs, left, cut_off = [], list(experiments), []
    try:
        while left:
            jobs.append((left[0], executor.submit(_work, left[0], *here)))
            left.pop(0)
    except BrokenExecutor:
        cut_off = left
    except Exception as error:
        if not jobs:
            raise
        # A cluster that takes no more of them: those that it took go on.
        yield from ((experiment, partial(_fail, error)) for experiment in left)
    for experiment, job in _as_they_end(jobs):
        if isinstance(_error(job), BrokenExecutor):
            cut_off.append(experiment)
        else:
            yield experiment, job.result
    yield from _one_by_one(cut_off, here)


def _one_by_one(experiments: list[Experiment], here: tuple) -> Iterator[_Result]:
    """So that what takes its worker with it takes nothing else."""
    waiting = iter(experiments)
    spawn = multiprocessing.get_context("spawn")
    broken = True
    while broken:
        broken = False
        with ProcessPoolExecutor(1, mp_context=spawn) as pool:
            for experiment in waiting:
                job = pool.submit(_work, experiment, *here)
                broken = isinstance(job.exception(), BrokenExecutor)
                yield experiment, job.result
                if broken:
                    break


def _as_they_end(jobs: list[tuple[Experiment, Any]]) -> Iterator[tuple]:
    """Look at the jobs again and again: not all are concurrent.futures' own."""
    try:
        while jobs:
            ended = [pair for pair in jobs if pair[1].done()]
            yield from ended
            jobs = [pair for pair in jobs if pair not in ended]
            if jobs and not ended:
                time.sleep(_PAUSE)
    finally:  # also when nobody waits for the rest
        for _, job in jobs:
            if isinstance(job, Future):  # a cluster's jobs go on without this process
                job.cancel()


def _fail(error: Exception) -> None:
    raise error


def _error(job: Any) -> BaseException | None:
    """What a job that is done ended with, if its executor says so without raising."""
    told = isinstance(job, Future) and not job.cancelled()
    return job.exception() if told else None


def _refuse_what_is_no_executor(executor: object) -> None:
    submits = callable(getattr(executor, "submit", None))
    if executor is None or (submits and not isinstance(executor, type)):
        return
    number = executor if isinstance(executor, int) else 2
    raise TypeError(
        f"executor={executor!r} is no executor, which is an object with submit(); for "
        f"{number} processes: ProcessPoolExecutor({number}, "
        f"mp_context=multiprocessing.get_context('spawn'))"
    )


def _refuse_what_shares_a_process(executor: Executor) -> None:
    if isinstance(executor, ThreadPoolExecutor):
        raise TypeError(
            "a ThreadPoolExecutor cannot run a sweep: torch's random state and thread "
            "count are global; use a process-based executor, such as "
            "ProcessPoolExecutor(mp_context=multiprocessing.get_context('spawn'))"
        )
    context = getattr(executor, "_mp_context", None)
    if context is not None and context.get_start_method() == "fork":
        raise TypeError(
            "a ProcessPoolExecutor that forks cannot run a sweep: torch's threads do "
            "not survive a fork; pass "
            "mp_context=multiprocessing.get_context('spawn')"
        )


def _work(
    experiment: Experiment,
    folder: str,
    rounded: int,
    threads: int,
    asked_by: tuple[str, int],
) -> None:
    """Train one experiment in a worker; who asked reads the run from the store."""
    process, _ = asked_by
    if _process() == process:
        raise TypeError(
            "this executor's workers are threads of the submitting process; use one "
            "whose workers are processes"
        )
    # Workers may be given several jobs at a time; torch can only do one.
    with _one_at_a_time:
        os.environ[rounding.VARIABLE] = str(rounded)
        torch.set_num_threads(threads)
        if asked_by in _interrupted:  # a pool's workers have jobs in advance
            raise KeyboardInterrupt("the sweep was stopped")
        try:
            run(experiment, progress=False, root=Path(folder))
        except KeyboardInterrupt:
            _interrupted.add(asked_by)
            raise


_one_at_a_time = threading.Lock()

#: Sweeps that were stopped while this worker trained.
_interrupted: set[tuple[str, int]] = set()


def _process() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
