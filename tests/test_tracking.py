"""What trackers are given can be read back, without a network."""

import json
import struct
import sys
import types

import pytest

from grokcore.tracking import TensorBoard, WandB

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def test_tensorboard_has_every_row_of_the_history(tiny, tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = tiny().run(callbacks=[TensorBoard(tmp_path / "logs")])
    events = EventAccumulator(str(tmp_path / "logs" / run.experiment.name))
    events.Reload()
    assert sorted(events.Tags()["scalars"]) == sorted(run.history.columns)
    for column in run.history:
        scalars = events.Scalars(column)
        assert [s.step for s in scalars] == run.history.step.tolist()
        assert [s.value for s in scalars] == pytest.approx(
            run.history[column].tolist(), rel=1e-6
        )


def records_of(content):
    """Read wandb's file: LevelDB's log format after a header of 7 bytes.

    Blocks of 32 KiB hold pieces of records: 4 bytes checksum, 2 length, 1 kind (whole,
    first, middle or last); a block's last 6 bytes or fewer are padding.
    """
    assert content[:4] == b":W&B"
    position, record = 7, b""
    while position < len(content):
        if (rest := 32_768 - position % 32_768) < 7:
            position += rest
            continue
        length, kind = struct.unpack_from("<HB", content, position + 4)
        position += 7 + length
        record += content[position - length : position]
        if kind in (1, 4):
            yield record
            record = b""


def test_wandb_offline_has_the_experiment_and_every_row(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    from wandb.proto import wandb_internal_pb2

    run = tiny().run(callbacks=[WandB("grokking", dir=str(tmp_path))])
    (file,) = (tmp_path / "wandb").glob("offline-run-*/run-*.wandb")
    rows, config = [], {}
    for data in records_of(file.read_bytes()):
        record = wandb_internal_pb2.Record()
        record.ParseFromString(data)
        for update in record.run.config.update:
            config[update.key or ".".join(update.nested_key)] = json.loads(
                update.value_json
            )
        if record.HasField("history"):
            rows.append(
                {
                    item.key or ".".join(item.nested_key): json.loads(item.value_json)
                    for item in record.history.item
                }
            )
    experiment = json.loads(run.experiment.to_json())
    assert {name: config[name] for name in experiment} == experiment
    assert [row["_step"] for row in rows] == run.history.step.tolist()
    for column in run.history:
        assert [row[column] for row in rows] == run.history[column].tolist()


class Remembers:
    """A callback that writes down what it is told, and when it is closed."""

    def __init__(self):
        self.told = []

    def __call__(self, state):
        self.told.append(state.step)

    def close(self):
        self.told.append("closed")


def test_callbacks_are_closed_however_training_ends(tiny):
    from grokcore import SGD, TrainingDiverged

    def stop(state):
        if state.step == 3:
            raise KeyboardInterrupt

    ends, diverges, stops = Remembers(), Remembers(), Remembers()
    tiny(epochs=2).run(callbacks=[ends])
    assert ends.told == [0, 1, 2, "closed"]
    with pytest.raises(TrainingDiverged):
        tiny(optimizer=SGD(lr=1e20), loss="mse").run(callbacks=[diverges])
    with pytest.raises(KeyboardInterrupt):
        tiny(epochs=7).run(callbacks=[stops, stop])
    assert diverges.told[-1] == stops.told[-1] == "closed"


def test_a_class_is_no_callback(tiny):
    """Called with a state, it would make a tracker that is told nothing."""
    with pytest.raises(
        TypeError, match=r"has TensorBoard, a class; pass TensorBoard\("
    ):
        tiny(epochs=2).run(callbacks=[TensorBoard])


def test_one_tracker_makes_a_run_for_each_training(tiny, tmp_path):
    tracker = TensorBoard(tmp_path)
    runs = [tiny(seed=seed, epochs=3).run(callbacks=[tracker]) for seed in (0, 1)]
    assert {p.name for p in tmp_path.iterdir() if p.is_dir()} >= {
        run.experiment.name for run in runs
    }


def test_a_run_that_cannot_be_ended_is_not_gone_on_with(tiny, monkeypatch):
    begun = []

    class Unreachable:
        def __init__(self):
            self.steps = []
            begun.append(self)

        def log(self, row, step):
            self.steps.append(step)

        def finish(self):
            raise TimeoutError("no answer")

    wandb = types.ModuleType("wandb")
    wandb.init = lambda **options: Unreachable()
    monkeypatch.setitem(sys.modules, "wandb", wandb)
    tracker = WandB()
    for seed in (0, 1):
        tiny(seed=seed, epochs=10).run(callbacks=[tracker])
    assert [run.steps for run in begun] == [[0, 10], [0, 10]]


def test_what_cannot_be_closed_costs_no_run_and_keeps_nobody_else_open(tiny):
    class Sulks(Remembers):
        def close(self):
            raise ConnectionError("no network")

    after = Remembers()
    with pytest.warns(UserWarning, match="Sulks could not be closed: ConnectionError"):
        run = tiny(epochs=2).run(callbacks=[Sulks(), after])
    assert run.status == "finished" and after.told[-1] == "closed"
