"""What all tests share: a store of their own, small runs, repeatable examples."""

import os
import subprocess
import sys

import pytest
from hypothesis import settings

# Before torch is imported, and for every process a test starts: tiny models gain
# nothing from threads, and a bar would only fill the logs.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["GROKCORE_PROGRESS"] = "0"

# Cells of notebooks, which the tests run, and the tests of the built book, which
# `make test-browser` calls by name.
collect_ignore = ["browser", "hostile", "wrong_answers"]

# The same examples every time, on machines of any speed.
settings.register_profile(
    "repeatable", deadline=None, derandomize=True, database=None, max_examples=40
)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    """An empty run store; no test sees the user's."""
    folder = tmp_path / "store"
    monkeypatch.setenv("GROKCORE_STORE", str(folder))
    return folder


@pytest.fixture
def tiny():
    """Make an experiment that trains in a fraction of a second."""
    from grokcore import AdamW, Experiment, ModularTask, TransformerConfig

    experiment = Experiment(
        task=ModularTask("add", p=7, train_fraction=0.5),
        model=TransformerConfig(width=16, heads=2),
        optimizer=AdamW(lr=1e-2),
        epochs=30,
    )
    return lambda **changes: experiment.replace(**changes)


@pytest.fixture
def cut_at():
    """Train an experiment, stop it at a step, and let a new trainer go on to the end.

    Returns that trainer's model.
    """
    from grokcore.training import Trainer

    def cut(experiment, step: int):
        def stop(state):
            if state.step == step:
                raise KeyboardInterrupt

        first, second = (Trainer(experiment, device="cpu") for _ in range(2))
        with pytest.raises(KeyboardInterrupt):
            first.train([stop])
        second.restore(first.state())
        second.train()
        return second.model

    return cut


@pytest.fixture
def python(store):
    """Run code in a new process; return what it printed."""

    def run(code: str, *arguments: object, timeout: float = 240) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
