"""How many threads a run on a CPU computes with, beside whatever else runs there.

The threads of an operation wait for each other at its end. Where another process holds
one of the cores, all wait for the thread that does not get to run, in each of hundreds
of operations a step: two threads beside one busy process take several times as long as
one thread does. So a run takes as many threads as there are cores that others leave
free, and looks again while it goes on. Where the system does not tell how busy its
cores are, a run keeps the threads it has. Sweeps, the census and the speedrun's race
fix a number of their own.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import torch

from grokcore.backend import devices

__all__ = ["are_fixed", "for_free_cores", "sharing"]

#: What torch chose when it was loaded.
_DEFAULT = torch.get_num_threads()

#: Seconds between two looks with all threads, and at first with fewer. Each time a run
#: gets fewer, the latter doubles, so that it will not go back and forth all the time.
_SOON, _LATER = 0.5, 5.0

#: Of the times that a system counts, those in which nothing is computed, and those of
#: guests, which stand in another one as well.
_NO_WORK = {"idle", "iowait", "guest", "guest_nice"}


@contextmanager
def sharing(device: torch.device) -> Iterator[Callable[[], None]]:
    """Yield a function to call at every step: it sets torch's number of threads.

    At the end the number is what it was before. Where it is fixed, or the device is
    not the CPU, the function does nothing.

    >>> with sharing(torch.device("cpu")) as look:
    ...     look()
    """
    before = torch.get_num_threads()
    if device.type != "cpu" or are_fixed() or _seconds_worked() is None:
        yield lambda: None
        return
    try:
        yield _Watch().look
    finally:
        torch.set_num_threads(before)


def are_fixed() -> bool:
    """Whether somebody chose the number of threads, or there is but one.

    Somebody did if the environment has OMP_NUM_THREADS or MKL_NUM_THREADS, or if torch
    has another number than when grokcore was imported.
    """
    chosen = {"OMP_NUM_THREADS", "MKL_NUM_THREADS"} & os.environ.keys()
    return bool(chosen) or torch.get_num_threads() != _DEFAULT or _DEFAULT == 1


def for_free_cores(cores: int, others: float, most: int) -> int:
    """Return how many threads fit: one for each core that is free, from 1 to ``most``.

    Args:
        cores: that this process may use.
        others: how many of them other processes kept busy, on average.
        most: threads with no one else there.

    >>> [for_free_cores(8, others, most=8) for others in (0.1, 1.0, 3.4, 8.0)]
    [8, 7, 5, 1]
    """
    return max(1, min(most, int(cores - others + 0.5)))


class _Watch:
    """Looks now and then how busy others keep the cores."""

    def __init__(self) -> None:
        self.most = torch.get_num_threads()
        self.patience = _LATER
        self._start()

    def _start(self) -> None:
        self.since = time.perf_counter()
        self.worked, self.own = _seconds_worked(), time.process_time()
        fewer = torch.get_num_threads() < self.most
        self.until = self.since + (self.patience if fewer else _SOON)

    def look(self) -> None:
        """Set the number of threads, if it is time to."""
        now = time.perf_counter()
        if now < self.until:
            return
        own = time.process_time() - self.own
        others = (_seconds_worked() - self.worked - own) / (now - self.since)
        had = torch.get_num_threads()
        threads = for_free_cores(devices.cores(), others, self.most)
        if threads != had:
            torch.set_num_threads(threads)
        self._start()
        if threads < had:
            self.patience *= 2


def _seconds_worked() -> float | None:
    """How long this process's cores have worked for anyone, if the system tells."""
    try:
        every = psutil.cpu_times(percpu=True)
        # Where a process cannot be tied to cores, all of them are its own.
        tied = getattr(psutil.Process(), "cpu_affinity", lambda: range(len(every)))()
        times = [every[core]._asdict() for core in tied]
    except (OSError, IndexError, psutil.Error):  # as inside of some containers
        return None
    return sum(t for core in times for name, t in core.items() if name not in _NO_WORK)
