"""Runs are trained once, loaded ever after, and survive whatever happens to them."""

import json
import logging
import os
import pickle
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import grokcore as gc
from grokcore import runs
from grokcore.backend import devices
from grokcore.recording import compare, ship
from grokcore.runs import Run, StoreError, files
from grokcore.studies import STUDIES

HERE = Path(__file__).parent


def trained_again(state):
    pytest.fail("a stored run was trained again")


def history_of(run):
    return {name: column.tolist() for name, column in run.history.items()}


def assert_same_bits(run, expected):
    """Histories, and the weights of every snapshot."""
    assert run.status == expected.status == "finished"
    assert run.history.equals(expected.history)
    assert run.snapshots == expected.snapshots
    for step in run.snapshots:
        ours, theirs = run.weights(step), expected.weights(step)
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def files_of(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


@pytest.fixture
def elsewhere(tmp_path):
    """A second store, for the uninterrupted run to compare with."""
    return tmp_path / "elsewhere"


# -- storing and loading -----------------------------------------------------------


def test_the_second_call_loads_what_the_first_one_stored(tiny):
    first = tiny(snapshots=4).run()
    second = tiny(snapshots=4).run(callbacks=[trained_again])
    assert_same_bits(second, first)
    assert second.folder == first.folder
    assert second.provenance == first.provenance


def test_another_experiment_has_another_folder(tiny, store):
    one, two = tiny().run(), tiny(seed=1).run()
    assert one.folder != two.folder
    assert {one.folder.parent, two.folder.parent} == {store}


def test_a_finished_run_is_its_description_its_history_and_its_weights(tiny):
    run = tiny(snapshots=(0, 10)).run(resume_every=0)
    assert files_of(run.folder) == [
        "experiment.json",
        "history.npz",
        "snapshots/0.safetensors",
        "snapshots/10.safetensors",
        "snapshots/30.safetensors",
    ]
    content = json.loads((run.folder / "experiment.json").read_text())
    assert gc.Experiment.from_json(json.dumps(content["experiment"])) == tiny(
        snapshots=(0, 10)
    )


def test_the_history_is_a_frame_of_one_row_an_evaluation(tiny):
    history = tiny().run().history
    assert list(history.columns) == [
        "step",
        "epoch",
        "train_loss",
        "train_accuracy",
        "val_loss",
        "val_accuracy",
        "weight_norm",
    ]
    assert history.step.tolist() == history.epoch.tolist() == [0, 10, 20, 30]
    assert history.step.dtype == history.epoch.dtype == int


def test_the_model_of_a_run_gives_the_last_row_of_its_history(tiny):
    run = tiny(precision="float32").run()
    table = run.experiment.task.data()
    with torch.no_grad():
        logits = run.model(table.tokens[table.val])
    loss = torch.nn.functional.cross_entropy(logits.double(), table.targets[table.val])
    assert loss.item() == pytest.approx(run.history.val_loss.iloc[-1], rel=1e-6)
    norm = sum((p.double() ** 2).sum() for p in run.model.parameters()) ** 0.5
    assert norm.item() == pytest.approx(run.history.weight_norm.iloc[-1], rel=1e-5)
    assert not run.model.training


def test_a_snapshot_is_the_model_as_it_was(tiny):
    run = tiny(snapshots=(0,)).run()
    untrained = run.experiment.model.build(run.experiment.task, run.experiment.seed)
    for name, weights in run.at(0).state_dict().items():
        assert torch.equal(weights, untrained.state_dict()[name])


def test_the_provenance_says_where_a_run_comes_from(tiny):
    provenance = tiny().run().provenance
    assert provenance["torch"] == torch.__version__
    assert provenance["threads"] == torch.get_num_threads()
    assert provenance["seconds"] > 0
    assert {"date", "grokcore", "python", "numpy", "device"} <= provenance.keys()
    assert provenance["processor"]
    assert provenance["float32_products"] in {"oneDNN", "torch"}


def test_a_run_prints_as_its_name_status_and_last_step(tiny):
    run = tiny().run()
    assert repr(run) == f"<Run {run.folder.name}: finished at step 30>"


def test_nothing_is_stored_of_what_was_never_run(tiny):
    assert tiny().stored() is None
    assert runs.stored_runs() == []


def test_the_runs_of_a_store_are_listed_without_the_damaged_ones(tiny, caplog):
    for seed in range(3):
        tiny(seed=seed, epochs=1).run()
    broken = tiny(seed=1, epochs=1).stored().folder / "experiment.json"
    broken.write_text("{")
    found = {run.experiment.seed for run in runs.stored_runs()}
    assert found == {0, 2}
    assert str(broken) in caplog.text


def test_the_delay_of_a_run_is_read_off_its_history(tiny):
    run = tiny().run()
    delay = run.delay(threshold=0.5)
    reached = run.history[run.history.train_accuracy >= 0.5]
    assert delay.train_epoch == reached.epoch.iloc[0]
    assert delay.last_epoch == 30


def test_the_store_is_where_the_environment_says(monkeypatch):
    monkeypatch.setenv("GROKCORE_STORE", "/some/where")
    assert runs.store() == Path("/some/where")
    monkeypatch.setenv("GROKCORE_STORE", "~/runs")
    assert runs.store() == Path.home() / "runs"
    monkeypatch.setenv("GROKCORE_STORE", "here")
    assert runs.store() == Path.cwd() / "here"
    monkeypatch.delenv("GROKCORE_STORE")
    assert runs.store().parts[-2:] == ("grokcore", "runs")


# -- interruption ------------------------------------------------------------------


INTERRUPTED = {
    "full batch": {"epochs": 60, "snapshots": 6},
    "mini-batches and dropout": {
        "batch_size": 7,
        "dropout": 0.3,
        "warmup": 20,
        "snapshots": (0, 9, 33),
        "eval_every": 3,
    },
    "chosen parameters": {
        "snapshots": (0, 10, 17, 20),
        "snapshot_parameters": ("embed.W_E",),
    },
}


@pytest.mark.parametrize("name", INTERRUPTED)
@pytest.mark.parametrize("stop", [0, 1, 10, 17, 29])
def test_an_interrupted_run_is_kept_and_resumes_to_the_same_bits(
    tiny, elsewhere, name, stop
):
    experiment = tiny(**INTERRUPTED[name])

    def interrupt(state):
        if state.step == stop:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=f"step {stop}. Nothing is lost"):
        experiment.run(callbacks=[interrupt])
    run = experiment.stored()
    assert run.status == "interrupted"
    assert run.snapshots[-1] == stop
    assert run.model is not None
    steps = []
    resumed = experiment.run(callbacks=[lambda state: steps.append(state.step)])
    assert steps[0] == stop
    expected = runs.run(experiment, root=elsewhere)
    assert_same_bits(resumed, expected)
    assert files_of(resumed.folder) == files_of(expected.folder)


def test_a_run_lists_where_it_was_resumed(tiny):
    for step in (3, 8):
        with pytest.raises(KeyboardInterrupt):
            tiny().run(callbacks=stop_at(step, KeyboardInterrupt))
    assert tiny().run().provenance["resumed_at"] == [3, 8]
    assert tiny(seed=1).run().provenance["resumed_at"] == []


def test_a_real_signal_waits_for_the_end_of_the_step(tiny, elsewhere):
    experiment = tiny()
    before = signal.getsignal(signal.SIGINT)

    def interrupt(state):
        if state.step == 7:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt, match="stopped at step 7"):
        experiment.run(callbacks=[interrupt])
    assert signal.getsignal(signal.SIGINT) is before
    assert_same_bits(experiment.run(), runs.run(experiment, root=elsewhere))


def test_ctrl_c_in_a_terminal_keeps_the_run(tiny, store, tmp_path, elsewhere):
    experiment = tiny(epochs=1_000, snapshots=5)
    (tmp_path / "experiment.json").write_text(experiment.to_json())
    code = """
import sys, pathlib, time
from grokcore import Experiment
experiment = Experiment.from_json(pathlib.Path(sys.argv[1]).read_text())

def tell(state):
    if state.step == 100:
        print("training", flush=True)
    if state.step >= 100:
        time.sleep(0.02)

try:
    experiment.run(callbacks=[tell], device="cpu")
except KeyboardInterrupt as error:
    print(error)
"""
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "experiment.json")],
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout.readline() == "training\n"
        child.send_signal(signal.SIGINT)
        assert "Nothing is lost" in child.communicate(timeout=120)[0]
    assert child.returncode == 0
    stopped = experiment.stored()
    assert stopped.status == "interrupted"
    assert 100 <= stopped.snapshots[-1] < 1_000
    assert_same_bits(experiment.run(), runs.run(experiment, root=elsewhere))


def test_an_error_in_a_callback_loses_nothing_that_was_stored(tiny, elsewhere):
    experiment = tiny(snapshots=4)

    def fail(state):
        if state.step == 20:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        experiment.run(callbacks=[fail], resume_every=0)
    steps = []
    resumed = experiment.run(callbacks=[lambda state: steps.append(state.step)])
    assert steps[0] == 19
    assert_same_bits(resumed, runs.run(experiment, root=elsewhere))


# -- where a run was ---------------------------------------------------------------


@pytest.fixture
def move(monkeypatch):
    """Go on with another processor."""
    return lambda name: monkeypatch.setattr(devices, "processor", lambda: name)


def stop_at(step, error):
    def stop(state):
        if state.step == step:
            raise error

    return [stop]


def places(run):
    return [(m["from_step"], m["processor"]) for m in run.provenance["machines"]]


def test_a_run_lists_the_machine_that_made_it(tiny, move):
    move("A")
    provenance = tiny().run().provenance
    (machine,) = provenance["machines"]
    assert machine.pop("from_step") == 0
    assert machine.items() <= provenance.items()
    assert {"processor", "device", "threads", "torch", "date"} <= machine.keys()


def test_what_ships_says_once_that_it_had_one_machine(tiny, tmp_path):
    run = tiny().run()
    lists = ("machines", "resumed_at")
    said = {k: v for k, v in run.provenance.items() if k not in lists}
    assert ship(run, tmp_path / "once").provenance == said


def test_what_ships_keeps_where_a_run_was_cut_short(tiny, tmp_path):
    run = tiny().run()
    path = run.folder / "experiment.json"
    content = files.read_json(path)
    content["provenance"]["resumed_at"] = [3]
    files.write_json(path, content)
    assert ship(run, tmp_path / "twice").provenance == content["provenance"]


@pytest.mark.parametrize("interrupted", [True, False], ids=["interrupted", "killed"])
def test_a_run_that_moves_lists_every_machine_it_had(tiny, move, interrupted):
    # Whatever is not an interruption leaves what a kill does: the last resume point.
    error = KeyboardInterrupt if interrupted else ZeroDivisionError
    moved = [(0, "A")]
    for step, there in [(10, "B"), (20, "C")]:
        move(moved[-1][1])
        with pytest.raises(error):
            tiny().run(callbacks=stop_at(step, error), resume_every=0)
        moved.append((step if interrupted else step - 1, there))
        stored = tiny().stored()
        assert (places(stored) == moved[:-1]) if interrupted else (stored is None)
    move("C")
    run = tiny().run()
    assert places(run) == moved
    assert run.provenance["processor"] == "C"


def test_a_machine_is_listed_once_and_only_if_it_made_a_step(tiny, move):
    for step, there in [(10, "A"), (10, "B"), (20, "A")]:
        move(there)
        with pytest.raises(KeyboardInterrupt):
            tiny().run(callbacks=stop_at(step, KeyboardInterrupt))
    assert places(tiny().run()) == [(0, "A")]


def test_another_number_of_threads_is_listed(tiny):
    before = torch.get_num_threads()

    def change(state):
        torch.set_num_threads(before + (10 <= state.step < 12))

    machines = tiny().run(callbacks=[change]).provenance["machines"]
    assert [(m["from_step"], m["threads"]) for m in machines] == [
        (0, before),
        (10, before + 1),
        (12, before),
    ]


def test_what_an_earlier_version_left_is_read_and_resumed(tiny, move):
    move("A")
    with pytest.raises(KeyboardInterrupt):
        tiny().run(callbacks=stop_at(10, KeyboardInterrupt))
    folder = tiny().stored().folder
    content = files.read_json(folder / "experiment.json")
    del content["provenance"]["machines"]
    files.write_json(folder / "experiment.json", content)
    tensors = files.read_tensors(folder / "resume.safetensors")
    del tensors["machines"]
    files.write_tensors(folder / "resume.safetensors", tensors)
    assert tiny().stored().provenance["processor"] == "A"
    move("B")
    assert places(tiny().run()) == [(10, "B")]


# -- kill -9 -----------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")
def test_killed_at_any_moment_a_run_ends_with_the_same_bits(tiny, python, tmp_path):
    recipes = tmp_path / "recipes"
    recipes.mkdir()
    experiments = {
        "full": tiny(epochs=60, snapshots=12, eval_every=5),
        "batches": tiny(
            epochs=15, batch_size=7, dropout=0.2, warmup=9, snapshots=9, eval_every=2
        ),
    }
    for name, experiment in experiments.items():
        (recipes / f"{name}.json").write_text(experiment.to_json())
    driver = (HERE / "kill_driver.py").read_text(encoding="utf-8")
    stores = tmp_path / "stores"
    report = python(driver, recipes, stores, 20)
    for line in report.splitlines():
        name, kills, resumed = line.split()
        assert int(kills) >= 20
        whole = Run(stores / name / "whole" / experiments[name].name)
        for i in range(int(resumed)):
            run = Run(stores / name / str(i) / experiments[name].name)
            assert_same_bits(run, whole)
            # A kill may fall between the run's last word and the end of its last
            # resume point.
            files = [f for f in files_of(run.folder) if f != "resume.safetensors"]
            assert files == files_of(whole.folder)
    assert len(report.splitlines()) == len(experiments)


# -- two processes -----------------------------------------------------------------


def test_two_processes_that_ask_for_one_run_train_it_once(tiny, tmp_path, monkeypatch):
    experiment = tiny()
    (tmp_path / "experiment.json").write_text(experiment.to_json())
    waiting = tmp_path / "waiting"
    code = """
import sys, pathlib, time
from grokcore import Experiment
experiment = Experiment.from_json(pathlib.Path(sys.argv[1]).read_text())
waiting = pathlib.Path(sys.argv[2])

def wait_for_the_other(state):
    if state.step == 15:
        print("training", flush=True)
        end = time.monotonic() + 100
        while not waiting.exists() and time.monotonic() < end:
            time.sleep(0.01)

run = experiment.run(callbacks=[wait_for_the_other], device="cpu")
print(run.status, flush=True)
"""
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "experiment.json"), str(waiting)],
        stdout=subprocess.PIPE,
        text=True,
    )

    class Tell(logging.Handler):
        def emit(self, record):
            message = record.getMessage()
            assert "another process is training" in message
            assert f"process {child.pid} on {socket.gethostname()}, since" in message
            assert ".lock and call again" in message
            waiting.touch()

    handler = Tell(logging.WARNING)
    logger = logging.getLogger("grokcore")
    logger.addHandler(handler)
    try:
        with child:
            assert child.stdout.readline() == "training\n"
            run = experiment.run(callbacks=[trained_again])
            assert child.communicate(timeout=100)[0] == "finished\n"
    finally:
        logger.removeHandler(handler)
    assert waiting.exists()
    assert run.status == "finished"
    assert files_of(run.folder)[:2] == ["experiment.json", "history.npz"]


# -- a full disk -------------------------------------------------------------------


def test_a_full_disk_is_an_error_that_names_the_file_and_the_way_out(
    tiny, python, store, tmp_path, elsewhere
):
    other = tiny(seed=5).run()
    before = {p: p.read_bytes() for p in other.folder.rglob("*") if p.is_file()}
    experiment = tiny(snapshots=(0, 10, 20), snapshot_parameters=("embed.W_E",))
    (tmp_path / "experiment.json").write_text(experiment.to_json())
    # Room for an embedding, not for all weights nor for a resume point.
    printed = python(
        """
import resource, sys, pathlib
from grokcore import Experiment
from grokcore.runs import StoreError
experiment = Experiment.from_json(pathlib.Path(sys.argv[1]).read_text())
limits = resource.getrlimit(resource.RLIMIT_FSIZE)

def fill_the_disk(state):
    if state.step == 15:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))

for resume_every in (0, 1e9):
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    try:
        experiment.run(
            callbacks=[fill_the_disk], resume_every=resume_every, device="cpu"
        )
    except StoreError as error:
        print(error)
""",
        tmp_path / "experiment.json",
    )
    resume_point, last_weights = printed.splitlines()
    folder = store / experiment.name
    assert f"cannot write {folder / 'resume.safetensors'}: " in resume_point
    assert f"cannot write {folder / 'snapshots' / '30.safetensors'}: " in last_weights
    for line in (resume_point, last_weights):
        assert "File too large" in line
        assert "GROKCORE_STORE" in line
    assert {p: p.read_bytes() for p in before} == before
    assert not [name for name in files_of(folder) if "/." in name or name[0] == "."]
    # With space again, the same call goes on.
    assert_same_bits(experiment.run(), runs.run(experiment, root=elsewhere))


def test_a_store_that_is_no_folder_is_an_error_that_says_what_to_do(
    tiny, tmp_path, monkeypatch
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GROKCORE_STORE", str(tmp_path / "file"))
    with pytest.raises(StoreError, match="Point GROKCORE_STORE to a folder"):
        tiny().run()


# -- damaged and foreign files -----------------------------------------------------


def garble(path):
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    # More than one: a date in a zip's header, say, may be any.
    for place in range(middle, middle + 16):
        content[place] ^= 0xFF
    path.write_bytes(content)


def truncate(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def replace_by_a_text(path):
    path.write_text("once upon a time")


def empty(path):
    path.write_bytes(b"")


DAMAGES = [garble, truncate, replace_by_a_text, empty]


def look_at_everything(experiment):
    run = experiment.run()
    return run.history, [run.at(step) for step in run.snapshots]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(
    "file", ["experiment.json", "history.npz", "snapshots/10.safetensors"]
)
def test_a_damaged_file_is_an_error_that_names_it_and_the_way_out(tiny, file, damage):
    other = tiny(seed=5).run()
    experiment = tiny(snapshots=(10,))
    path = experiment.run().folder / file
    damage(path)
    with pytest.raises(StoreError) as error:
        look_at_everything(experiment)
    assert str(path) in str(error.value)
    look_at_everything(other.experiment)
    assert_the_way_out_works(error, experiment)


def assert_the_way_out_works(error, experiment):
    """Delete the very folder that a message names, and see that it is enough."""
    message = str(error.value)
    assert "no other run is touched" in message
    folder = Path(re.search("Delete the folder (.+) to train", message)[1])
    assert folder.name == experiment.name
    shutil.rmtree(folder)
    steps = []
    experiment.run(callbacks=[lambda state: steps.append(state.step)])
    assert steps == list(range(31))
    look_at_everything(experiment)


@pytest.fixture
def cut_short(tiny):
    """An experiment that was interrupted at step 15."""
    experiment = tiny()

    def interrupt(state):
        if state.step == 15:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        experiment.run(callbacks=[interrupt])
    return experiment


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_resume_point_is_an_error_that_names_it(cut_short, damage):
    damage(cut_short.stored().folder / "resume.safetensors")
    with pytest.raises(StoreError, match=r"resume\.safetensors") as error:
        cut_short.run()
    assert_the_way_out_works(error, cut_short)


@pytest.mark.parametrize("change", [{"width": 32}, {"lr": 0.5}, {"seed": 3}])
def test_the_resume_point_of_another_experiment_is_an_error(cut_short, change):
    other = cut_short.replace(**change)

    def fail(state):
        if state.step == 3:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        other.run(callbacks=[fail], resume_every=0)
    folder = runs.store() / other.name
    ours = cut_short.stored().folder / "resume.safetensors"
    shutil.copy(folder / "resume.safetensors", ours)
    with pytest.raises(StoreError, match=r"resume\.safetensors: .*another experiment"):
        cut_short.run()


def test_foreign_tensors_are_errors_that_name_the_file(cut_short, tiny):
    folder = cut_short.stored().folder
    files.write_tensors(folder / "resume.safetensors", {"x": torch.ones(2)})
    with pytest.raises(StoreError, match=r"resume\.safetensors"):
        cut_short.run()
    run = tiny(seed=1).run()
    files.write_tensors(run.folder / "snapshots/30.safetensors", {"x": torch.ones(2)})
    with pytest.raises(StoreError, match=r"30\.safetensors: weights of another model"):
        _ = run.model


def test_the_snapshot_of_another_model_is_an_error(tiny):
    run, other = tiny().run(), tiny(width=32).run()
    for folder in (other.folder, run.folder):
        assert (folder / "snapshots/30.safetensors").exists()
    shutil.copy(
        other.folder / "snapshots/30.safetensors",
        run.folder / "snapshots/30.safetensors",
    )
    with pytest.raises(
        StoreError, match=r"30\.safetensors: weights of another model"
    ) as error:
        _ = run.model
    assert_the_way_out_works(error, run.experiment)


def test_a_history_of_other_columns_is_an_error(tiny):
    run = tiny().run()
    files.write_table(run.folder / "history.npz", {"loss": np.ones(3)})
    with pytest.raises(StoreError, match=r"history\.npz: columns \('loss',\)"):
        _ = tiny().run().history


def test_a_missing_history_is_an_error(tiny):
    (tiny().run().folder / "history.npz").unlink()
    with pytest.raises(StoreError, match=r"history\.npz.*No such file") as error:
        _ = tiny().run().history
    assert_the_way_out_works(error, tiny())


def test_a_folder_without_a_run_is_an_error(tmp_path):
    with pytest.raises(StoreError, match=r"there is no run in .*nowhere"):
        Run(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("status", "finishe", "'finishe' is not one of"),
        ("status", None, "None is not one of"),
        ("experiment", {"epochs": -1}, "greater than or equal to 1"),
        ("experiment", {"from_the_future": 1}, "from_the_future"),
    ],
)
def test_a_description_that_says_the_impossible_is_an_error(
    tiny, field, value, complaint
):
    path = tiny().run().folder / "experiment.json"
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content | {field: value}))
    with pytest.raises(StoreError, match=r"experiment\.json") as error:
        tiny().run()
    assert complaint in str(error.value)


def test_a_folder_of_another_experiment_is_an_error(tiny):
    run, other = tiny().run(), tiny(seed=1).run()
    shutil.copy(other.folder / "experiment.json", run.folder / "experiment.json")
    with pytest.raises(StoreError, match="describes another experiment") as error:
        tiny().run(callbacks=[trained_again])
    assert_the_way_out_works(error, tiny())
    assert tiny(seed=1).run().history.equals(other.history)


def test_files_that_are_no_snapshots_are_passed_over(tiny):
    run = tiny().run()
    for name in (".10.safetensors.123", "notes.txt", "best.safetensors"):
        (run.folder / "snapshots" / name).write_bytes(b"x")
    assert run.snapshots == (30,)
    assert run.model is not None


def test_a_run_without_weights_says_so(tiny):
    run = tiny().run()
    shutil.rmtree(run.folder / "snapshots")
    again = tiny().run()
    assert again.snapshots == ()
    assert again.history.equals(run.history)
    with pytest.raises(ValueError, match="has its history alone, no weights"):
        _ = again.model


# -- no pickle ---------------------------------------------------------------------


def test_nothing_of_a_run_is_read_with_pickle(tiny, cut_short, monkeypatch):
    tiny(seed=1, snapshots=3).run()

    def refuse(*_, **__):
        pytest.fail("a file was read with pickle")

    for name in ("load", "loads", "Unpickler", "_load", "_loads", "_Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    monkeypatch.setattr(torch, "load", refuse)
    monkeypatch.setattr(torch.serialization, "load", refuse)
    look_at_everything(tiny(seed=1, snapshots=3))
    cut_short.run()
    for name in recorded_names():
        run = gc.load(name)
        _ = run.history, [run.weights(step) for step in run.snapshots]


# -- recorded runs -----------------------------------------------------------------


def recorded_names():
    return sorted(p.parent.name for p in runs.RECORDED.glob("*/experiment.json"))


def test_the_papers_run_is_recorded():
    assert "nanda-p113" in recorded_names()


@pytest.mark.parametrize("name", recorded_names())
def test_a_recorded_run_is_that_of_the_catalogue(name):
    run = gc.load(name)
    assert run.status == "finished"
    assert run.experiment == gc.CATALOGUE[name]
    assert run.history.step.iloc[0] == 0
    assert np.isfinite(run.history).all(axis=None)
    assert not (run.folder / "resume.safetensors").exists()
    shapes = {
        name: weights.shape
        for name, weights in run.experiment.model.build(run.experiment.task, 0)
        .state_dict()
        .items()
    }
    for step in run.snapshots:
        weights = run.weights(step)
        assert weights
        assert all(tensor.shape == shapes[name] for name, tensor in weights.items())
        assert all(tensor.isfinite().all() for tensor in weights.values())


@pytest.mark.parametrize("name", recorded_names())
def test_a_recorded_model_has_the_accuracy_of_its_history(name):
    run = gc.load(name)
    if not run.snapshots:
        pytest.skip(f"{name} ships its history alone")
    table = run.experiment.task.data()
    with torch.no_grad():
        logits = run.model(table.tokens[table.val])
    accuracy = (logits.argmax(-1) == table.targets[table.val]).double().mean()
    last = run.history.val_accuracy.iloc[-1]
    assert accuracy.item() == pytest.approx(last, abs=2e-3)


def test_all_recorded_runs_together_stay_small():
    files = [p for p in runs.RECORDED.rglob("*") if p.is_file()]
    assert sum(p.stat().st_size for p in files) < 30e6


def test_a_run_of_a_study_is_found_by_the_name_of_its_folder():
    experiment = STUDIES["grokfast"].experiments[0]
    assert gc.load(experiment.name).experiment == experiment


@pytest.mark.parametrize("what", ["live-p59", None, [gc.Experiment()]])
def test_what_is_no_experiment_is_not_trained(what):
    with pytest.raises(ValueError, match=r"is no experiment; .* CATALOGUE has .*live-"):
        gc.run(what)


def test_a_history_alone_is_compared_as_far_as_it_goes():
    recorded = gc.load(STUDIES["grokfast"].experiments[0])
    same = compare(recorded, recorded)
    assert same.identical and same.weights is None
    assert "cannot be compared: its history alone was recorded" in str(same)


def test_a_name_that_is_not_recorded_is_refused_with_those_that_are():
    with pytest.raises(ValueError, match=r"no run 'nonsense' .*nanda-p113"):
        gc.load("nonsense")
    with pytest.raises(ValueError, match=r"grokcore train live-p59 trains it"):
        gc.load("live-p59")


# -- progress ----------------------------------------------------------------------


def test_a_bar_is_shown_if_asked_for_and_never_in_the_build(tiny, capsys, monkeypatch):
    monkeypatch.setenv("GROKCORE_PROGRESS", "1")
    tiny(seed=1).run(progress=True)
    assert "(a + b) mod 7" in capsys.readouterr().err
    tiny(seed=2).run()
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("GROKCORE_PROGRESS", "0")
    tiny(seed=3).run(progress=True)
    assert capsys.readouterr().err == ""
