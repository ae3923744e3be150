"""Sweeps run on any executor of processes, report failures and keep the rest."""

import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor

import pytest
import torch

import grokcore as gc
from grokcore import SGD
from grokcore.backend import devices
from grokcore.runs import StoreError, TrainingDiverged, run, store
from grokcore.sweeps import processes, sweep


@pytest.fixture
def grid(tiny):
    return tiny(epochs=10, snapshots=2).grid(seed=range(3))


@pytest.fixture
def hopeless(tiny):
    return tiny(epochs=10, optimizer=SGD(lr=1e18), loss="mse")


def assert_as_if_run_here(runs, grid, tmp_path):
    assert [r.experiment for r in runs] == grid
    assert len({r.folder for r in runs}) == len(grid)
    for found in runs:
        alone = run(found.experiment, root=tmp_path / "alone", device="cpu")
        assert found.status == "finished"
        assert found.history.equals(alone.history)
        for step in alone.snapshots:
            ours, theirs = found.weights(step), alone.weights(step)
            assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_a_sweep_without_an_executor_runs_one_after_the_other(grid, tmp_path):
    runs = sweep(grid)
    assert_as_if_run_here(runs, grid, tmp_path)
    assert runs.failures == {}
    assert repr(runs) == "<Sweep: 3 runs, 0 failed>"


def test_what_is_stored_is_not_trained_again(grid):
    dates = {
        r.folder: (r.folder / "history.npz").stat().st_mtime_ns for r in sweep(grid)
    }
    again = sweep(grid)
    assert dates == {
        r.folder: (r.folder / "history.npz").stat().st_mtime_ns for r in again
    }


def test_an_experiment_asked_for_twice_is_one_run(grid):
    assert len(sweep([*grid, grid[0]])) == 3


def test_a_failed_run_is_reported_and_the_others_kept(grid, hopeless):
    experiments = [grid[0], hopeless, grid[1]]
    with pytest.warns(UserWarning, match=f"{hopeless.name} failed: TrainingDiverged"):
        runs = sweep(experiments)
    assert [r.experiment for r in runs] == [grid[0], grid[1]]
    assert runs.failures.keys() == {hopeless}
    assert isinstance(runs.failures[hopeless], TrainingDiverged)
    assert hopeless.stored().status == "diverged"


def test_processes_of_a_pool_give_the_same_bits_and_report_failures(
    grid, hopeless, tmp_path
):
    spawn = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(2, mp_context=spawn) as pool,
        pytest.warns(UserWarning, match=f"{hopeless.name} failed: TrainingDiverged"),
    ):
        runs = gc.sweep([hopeless, *grid], executor=pool, threads=1)
    assert_as_if_run_here(runs, grid, tmp_path)
    assert isinstance(runs.failures[hopeless], TrainingDiverged)
    assert {r.provenance["threads"] for r in runs} == {1}


def test_a_killed_worker_costs_no_run(grid, tmp_path):
    """The pool breaks, and all that it had not done is done one by one."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn) as pool:
        submit, jobs = pool.submit, []

        def submit_and_kill(*arguments):
            jobs.append(submit(*arguments))
            if len(jobs) == len(grid):  # not before: a pool that grows may hang
                os.kill(next(iter(pool._processes)), signal.SIGKILL)
            return jobs[-1]

        pool.submit = submit_and_kill
        runs = sweep(grid, pool)
    assert runs.failures == {}
    assert_as_if_run_here(runs, grid, tmp_path)


def test_a_job_that_was_cancelled_is_a_failure_like_others(grid):
    class Cancels(ProcessPoolExecutor):
        def submit(self, *arguments):
            job = Future()
            job.cancel()
            job.set_running_or_notify_cancel()
            return job

    with (
        Cancels(1, mp_context=multiprocessing.get_context("spawn")) as pool,
        pytest.warns(UserWarning, match="CancelledError.*the same call trains it"),
    ):
        runs = sweep(grid, pool)
    assert [*runs.failures] == grid


def test_an_interruption_calls_off_what_has_not_begun(grid, monkeypatch):
    class Waits:
        def __init__(self):
            self.jobs = []

        def submit(self, *arguments):
            self.jobs.append(Future())
            return self.jobs[-1]

    def interrupt(seconds):
        raise KeyboardInterrupt

    executor = Waits()
    monkeypatch.setattr("grokcore.sweeps.time.sleep", interrupt)
    with pytest.raises(KeyboardInterrupt, match=r"Nothing is lost: the same call"):
        sweep(grid, executor)
    assert len(executor.jobs) == 3 and all(job.cancelled() for job in executor.jobs)


def test_a_worker_that_is_interrupted_begins_nothing_else(tiny):
    """Not even the jobs that its pool gave it in advance."""
    grid = tiny(epochs=100_000, snapshots=(0,)).grid(seed=range(4))
    begun = store() / grid[0].name / "snapshots" / "0.safetensors"

    with processes(1) as pool:

        def interrupt():
            while not begun.exists():
                time.sleep(0.05)
            for worker in [*pool._processes]:
                os.kill(worker, signal.SIGINT)

        threading.Thread(target=interrupt, daemon=True).start()
        with pytest.raises(KeyboardInterrupt, match=r"Nothing is lost: the same call"):
            sweep(grid, pool)
    assert grid[0].stored().status == "interrupted"
    assert [experiment.stored() for experiment in grid[1:]] == [None] * 3


def test_a_cluster_that_takes_no_more_keeps_what_it_took(grid):
    class Full(ProcessPoolExecutor):
        taken = 0

        def submit(self, *arguments):
            self.taken += 1
            if self.taken > 1:
                raise OSError("sbatch: too many jobs")
            return super().submit(*arguments)

    with (
        Full(1, mp_context=multiprocessing.get_context("spawn")) as pool,
        pytest.warns(UserWarning, match="OSError: sbatch: too many jobs"),
    ):
        found = sweep(grid, pool)
    assert [*found.failures] == grid[1:]
    assert [r.experiment for r in found] == grid[:1]
    Full.taken = 1
    with pytest.raises(OSError, match="too many jobs"):  # there is nothing to keep
        sweep(grid[1:], Full(1, mp_context=multiprocessing.get_context("spawn")))


@pytest.mark.parametrize("executor", ["local", 2, object(), ProcessPoolExecutor])
def test_what_is_no_executor_is_refused_with_one_that_is(grid, executor):
    with pytest.raises(TypeError, match=r"is no executor.* ProcessPoolExecutor\(2, "):
        sweep(grid, executor)


@pytest.mark.parametrize("given", [["live-p59"], {"one": 1}, [None]])
def test_what_is_no_experiment_is_refused(given):
    with pytest.raises(TypeError, match=r"is no Experiment; pass a list of them"):
        sweep(given)


def test_submitits_jobs_are_no_futures_and_do_as_well(grid, hopeless, tmp_path):
    import submitit

    executor = submitit.LocalExecutor(folder=tmp_path / "jobs")
    executor.update_parameters(timeout_min=5)
    with pytest.warns(UserWarning, match="failed"):
        runs = sweep([*grid, hopeless], executor)
    assert_as_if_run_here(runs, grid, tmp_path)
    assert [*runs.failures] == [hopeless]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_a_dask_cluster_gives_the_same_bits(grid, hopeless, tmp_path):
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            local_directory=str(tmp_path),
        ) as cluster,
        Client(cluster) as client,
        pytest.warns(UserWarning, match=f"{hopeless.name} failed: TrainingDiverged"),
    ):
        runs = sweep([*grid, hopeless], client.get_executor(), threads=1)
    assert_as_if_run_here(runs, grid, tmp_path)
    assert runs.failures.keys() == {hopeless}


def test_a_pool_of_threads_is_refused_with_the_way_out(grid):
    with (
        ThreadPoolExecutor(2) as pool,
        pytest.raises(
            TypeError, match=r"ThreadPoolExecutor cannot.*ProcessPoolExecutor"
        ),
    ):
        sweep(grid, pool)
    assert grid[0].stored() is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_pool_that_forks_is_refused_with_the_way_out(grid):
    fork = multiprocessing.get_context("fork")
    with (
        ProcessPoolExecutor(2, mp_context=fork) as pool,
        pytest.raises(TypeError, match=r"forks cannot run.*get_context\('spawn'\)"),
    ):
        sweep(grid, pool)


def test_an_executor_whose_workers_share_this_process_trains_nothing(grid):
    class Here:
        """An executor of another library, with threads that cannot be told from it."""

        def submit(self, function, *arguments):
            future = Future()
            try:
                future.set_result(function(*arguments))
            except Exception as error:
                future.set_exception(error)
            return future

    with pytest.warns(UserWarning, match="threads of the submitting process"):
        runs = sweep(grid[:1], Here())
    assert len(runs) == 0
    assert isinstance(runs.failures[grid[0]], TypeError)
    assert grid[0].stored() is None


class Elsewhere:
    """An executor whose workers keep what they train to themselves."""

    def submit(self, function, *arguments):
        future = Future()
        future.set_result(None)
        return future


def test_workers_with_a_store_of_their_own_are_failures_with_the_way_out(grid, store):
    with pytest.warns(UserWarning, match="the workers have another store"):
        runs = sweep(grid[:2], Elsewhere())
    assert len(runs) == 0
    for error in runs.failures.values():
        assert isinstance(error, StoreError)
        assert str(store) in str(error)
        assert "GROKCORE_STORE" in str(error)


def test_threads_are_the_cores_that_a_worker_has(grid, monkeypatch):
    asked = []

    class Pool(Elsewhere):
        def submit(self, function, *arguments):
            asked.append(arguments[-2])
            return super().submit(function)

    monkeypatch.setattr(devices, "cores", lambda: 9)
    for workers in (2, 20, None):
        Pool._max_workers = workers
        with pytest.warns(UserWarning, match="failed"):
            sweep(grid[:1], Pool())
    assert asked == [4, 1, 1]


def test_a_sweep_is_a_sequence(grid):
    runs = sweep(grid)
    assert runs[0].experiment == grid[0]
    assert [r.experiment for r in runs[1:]] == grid[1:]
    assert len(sweep([])) == 0


def test_one_bar_counts_all_runs(grid, capsys, monkeypatch):
    monkeypatch.setenv("GROKCORE_PROGRESS", "1")
    sweep(grid, progress=True)
    shown = capsys.readouterr().err
    assert "3/3" in shown
    assert "mod 7" not in shown


# -- what others start with ---------------------------------------------------------


@pytest.fixture
def chained(tiny):
    """A run, one that starts with it, one that starts with that, and one by itself."""
    first = tiny(epochs=6)
    second = tiny(epochs=4, start_from=gc.Start(first, ("embed",)))
    third = tiny(epochs=2, start_from=gc.Start(second))
    return [third, second, tiny(epochs=3)], first


def test_what_others_start_with_is_run_first_and_not_among_the_results(chained):
    grid, first = chained
    runs = sweep(grid)
    assert [r.experiment for r in runs] == grid
    assert runs.failures == {}
    assert first.stored().status == "finished"
    dates = [(e.stored().folder / "history.npz").stat().st_mtime_ns for e in grid]
    assert dates[1] < dates[0]


def test_workers_find_the_start_in_the_store(chained, tmp_path):
    grid, _ = chained
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn) as pool:
        runs = sweep(grid, pool, threads=1)
    assert_as_if_run_here(runs, grid, tmp_path)


def test_where_a_start_fails_so_does_what_needs_it(hopeless, tiny):
    after = tiny(start_from=gc.Start(hopeless))
    with pytest.warns(UserWarning, match="failed"):
        runs = sweep([after, tiny()])
    assert [r.experiment for r in runs] == [tiny()]
    assert runs.failures.keys() == {hopeless, after}
