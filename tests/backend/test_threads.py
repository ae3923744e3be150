"""A run leaves the cores to others that they are busy on, and takes what is free."""

import time

import psutil
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grokcore.backend import devices, threads
from grokcore.training import Trainer

CPU = torch.device("cpu")
SECONDS_WORKED = threads._seconds_worked


class Machine:
    """Four cores, some of them busy with something else, and a clock to set."""

    def __init__(self):
        self.now = self.worked = self.own = 0.0

    def spend(self, seconds, others):
        """Let time go by in which this process has one core and others have some."""
        self.now += seconds
        self.own += seconds
        self.worked += seconds * (1 + others)

    def perf_counter(self):
        return self.now

    def process_time(self):
        return self.own


@pytest.fixture
def machine(monkeypatch):
    before = torch.get_num_threads()
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.delenv(variable, raising=False)
    machine = Machine()
    monkeypatch.setattr(devices, "cores", lambda: 4)
    monkeypatch.setattr(threads, "_DEFAULT", 4)
    monkeypatch.setattr(threads, "time", machine)
    monkeypatch.setattr(threads, "_seconds_worked", lambda: machine.worked)
    torch.set_num_threads(4)
    yield machine
    torch.set_num_threads(before)


@given(st.integers(1, 256), st.floats(-1, 300), st.integers(1, 256))
def test_there_are_from_one_thread_to_all_and_never_more_than_cores_left(
    cores, others, most
):
    found = threads.for_free_cores(cores, others, most)
    assert 1 <= found <= most
    assert found == 1 or found <= cores - others + 0.5
    assert found == most or found + 0.5 >= cores - others


def test_threads_follow_what_others_leave(machine):
    with threads.sharing(CPU) as look:
        for others, left in [(0, 4), (1, 3), (3, 1), (9, 1), (2.1, 2), (0, 4)]:
            machine.spend(1_000, others)
            look()
            assert torch.get_num_threads() == left


def test_threads_are_given_up_soon_and_taken_back_ever_later(machine):
    with threads.sharing(CPU) as look:
        for patience in (5, 10, 20):
            machine.spend(0.4, others=3)
            look()
            assert torch.get_num_threads() == 4
            machine.spend(0.2, others=3)
            look()
            assert torch.get_num_threads() == 1
            machine.spend(patience - 0.1, others=0)
            look()
            assert torch.get_num_threads() == 1
            machine.spend(0.2, others=0)
            look()
            assert torch.get_num_threads() == 4


def test_the_number_is_restored_whatever_happens(machine):
    with pytest.raises(KeyboardInterrupt), threads.sharing(CPU) as look:
        machine.spend(1, others=3)
        look()
        assert torch.get_num_threads() == 1
        raise KeyboardInterrupt
    assert torch.get_num_threads() == 4


@pytest.mark.parametrize("fixed", ["environment", "torch", "device"])
def test_what_is_fixed_stays(fixed, machine, monkeypatch):
    match fixed:
        case "environment":
            monkeypatch.setenv("OMP_NUM_THREADS", "4")
        case "torch":
            torch.set_num_threads(3)
    before = torch.get_num_threads()
    with threads.sharing(torch.device("meta") if fixed == "device" else CPU) as look:
        machine.spend(1_000, others=9)
        look()
        assert torch.get_num_threads() == before


def test_a_run_makes_room_and_restores_the_number(machine, tiny):
    seen = []

    def step(state):
        seen.append(torch.get_num_threads())
        machine.spend(1, others=2)

    Trainer(tiny(epochs=3), device="cpu").train([step])
    assert seen == [4, 2, 2, 2]
    assert torch.get_num_threads() == 4


def test_the_system_counts_our_own_work_too():
    worked, own = threads._seconds_worked(), time.process_time()
    while time.process_time() - own < 0.3:
        pass
    assert threads._seconds_worked() - worked > 0.2


@pytest.mark.parametrize("affinity", [[7, 9], None])
def test_where_the_system_does_not_tell_threads_stay(machine, monkeypatch, affinity):
    def cpu_times(percpu):
        if affinity is None:
            raise FileNotFoundError("/proc/stat")
        return two

    two = psutil.cpu_times(percpu=True)[:1] * 2
    monkeypatch.setattr(threads.psutil, "cpu_times", cpu_times)
    monkeypatch.setattr(
        threads.psutil.Process, "cpu_affinity", lambda self: affinity, raising=False
    )
    monkeypatch.setattr(threads, "_seconds_worked", SECONDS_WORKED)
    assert threads._seconds_worked() is None
    with threads.sharing(CPU) as look:
        machine.spend(1_000, others=3)
        look()
        assert torch.get_num_threads() == 4
