"""Studies: named experiments, their runs, and how these come into the package."""

import json
import math

import pytest
import torch
from typer.testing import CliRunner

import grokcore as gc
from grokcore import cli, recording
from grokcore.cli import commands
from grokcore.runs import SHIPPED, Run, StoreError, files, find, load, lookup
from grokcore.runs.measured import NORMS_FILE, PROGRESS_FILE, part_norms
from grokcore.studies import STUDIES, Study
from grokcore.training.moments import log_spaced


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A folder of recorded runs of our own."""
    folder = tmp_path / "recorded"
    monkeypatch.setattr(lookup, "RECORDED", folder)
    monkeypatch.setattr(lookup, "SHIPPED", folder / "studies")
    return folder


@pytest.fixture
def study(tiny):
    arms = {"one": (tiny(seed=0),), "other": (tiny(seed=1), tiny(seed=2))}
    return Study("Which?", arms, budget=30)


# -- finding runs ------------------------------------------------------------------


def test_a_study_finds_its_runs_arm_by_arm(study, shipped):
    for experiment in study.experiments:
        experiment.run()
    runs = study.runs()
    assert [[r.experiment.seed for r in arm] for arm in runs.values()] == [[0], [1, 2]]


def test_a_run_that_ships_is_preferred_to_a_stored_one(study, shipped):
    first = study.experiments[0]
    first.run()
    recording.record_study(study, into=shipped / "studies")
    assert load(first).folder == shipped / "studies" / first.name


def test_a_recorded_run_of_the_catalogue_is_found_by_its_description(
    tiny, shipped, monkeypatch
):
    monkeypatch.setattr(lookup, "CATALOGUE", {"small": tiny(), "other": tiny(seed=5)})
    recording.ship(tiny().run(root=shipped / "elsewhere"), shipped / "small")
    assert find(tiny()).folder == shipped / "small"
    assert find(tiny(seed=5)) is None
    # Once the catalogue says otherwise, what is recorded is no run of it any more.
    monkeypatch.setattr(lookup, "CATALOGUE", {"small": tiny(lr=0.5)})
    assert find(tiny()) is None and find(tiny(lr=0.5)) is None


def test_a_missing_run_is_named(study, shipped):
    name = study.experiments[0].name
    with pytest.raises(
        StoreError, match=rf"no finished run of {name} ships .*run\(\) trains it"
    ):
        study.runs()


# -- recording ---------------------------------------------------------------------


def test_histories_ship_alone(study, shipped):
    done, *rest = study.experiments
    done.run()
    assert recording.record_study(study, into=shipped / "studies") == rest
    run = Run(shipped / "studies" / done.name)
    assert run.snapshots == () and run.experiment == done
    assert run.history.equals(done.stored().history)


def test_the_last_step_without_a_mistake_ships_whole(tiny, shipped, monkeypatch):
    experiment = tiny(epochs=40, snapshots=(0, 10, 20, 30))
    experiment.run()
    monkeypatch.setattr(Run, "last_generalized", lambda self, accuracy=1.0: 20)
    study = Study("?", {"": (experiment,)}, 40, weights="generalized")
    assert recording.record_study(study, into=shipped / "studies") == []
    run = load(experiment)
    assert run.folder.parent == shipped / "studies"
    assert run.whole_snapshots == run.snapshots == (20,)
    steps = gc.progress_measures(run).step.tolist()
    assert steps == [0, 10, 20, 30, 40] and (run.folder / PROGRESS_FILE).exists()


def test_a_run_that_never_generalized_does_not_ship_as_if_it_had(tiny, shipped):
    experiment = tiny(epochs=1, snapshots=(0,))
    experiment.run()
    study = Study("?", {"": (experiment,)}, 1, weights="generalized")
    with pytest.raises(
        ValueError, match=r"no snapshot of .* has validation accuracy 1"
    ):
        recording.record_study(study, into=shipped / "studies")


def test_embeddings_ship_from_all_snapshots(tiny, shipped):
    experiment = tiny(snapshots=(0, 10, 20))
    experiment.run()
    study = Study("?", {"": (experiment,)}, 30, weights="embedding")
    recording.record_study(study, into=shipped / "studies")
    run = load(experiment)
    assert run.snapshots == (0, 10, 20, 30) and run.whole_snapshots == ()
    assert list(run.weights(20)) == ["embed.W_E"]


def test_a_specimen_ships_with_all_weights_of_its_end(tiny, shipped):
    experiment = tiny(snapshots=(0, 10, 20))
    end = experiment.run().weights(30)
    study = Study("?", {"": (experiment,)}, 30, weights="specimen")
    recording.record_study(study, into=shipped / "studies")
    run = load(experiment)
    assert run.snapshots == (0, 10, 20, 30) and run.whole_snapshots == (30,)
    assert run.weights(30).keys() == end.keys()


def test_norms_ship_without_the_weights(tiny, shipped):
    experiment = tiny(snapshots=(0, 10, 20))
    before = part_norms(experiment.run())
    study = Study("?", {"": (experiment,)}, 30, weights="norms")
    recording.record_study(study, into=shipped / "studies")
    run = load(experiment)
    assert run.snapshots == () and (run.folder / NORMS_FILE).exists()
    assert part_norms(run).equals(before)


def test_the_command_records_a_study_and_says_what_is_not_trained(
    study, shipped, monkeypatch
):
    monkeypatch.setattr(commands, "STUDIES", {"small": study})
    first, *rest = study.experiments
    first.run()
    command = ["record", "small", "--into", str(shipped)]
    done = CliRunner().invoke(cli.app, command)
    assert done.exit_code == 1
    assert all(f"not trained yet: {e.name}" in done.output for e in rest)
    assert (shipped / "studies" / first.name / "history.npz").exists()
    for experiment in rest:
        experiment.run()
    assert CliRunner().invoke(cli.app, command).exit_code == 0


def test_strays_are_runs_that_nothing_describes_any_more(
    study, tiny, shipped, monkeypatch
):
    monkeypatch.setattr(recording, "CATALOGUE", {"small": tiny()})
    monkeypatch.setattr(recording, "STUDIES", {"one": study})
    recording.ship(tiny().run(), shipped / "small")
    for experiment in study.experiments:
        experiment.run()
    recording.record_study(study, into=shipped / "studies")
    assert recording.strays(shipped) == []

    recording.ship(tiny().run(), shipped / "renamed")
    recording.ship(tiny(seed=3).run(), shipped / "studies" / tiny(seed=3).name)
    changed = study.experiments[0]
    recording.ship(tiny(seed=4).run(), shipped / "studies" / changed.name)
    damaged = shipped / "small" / "experiment.json"
    files.write_json(damaged, json.loads(damaged.read_text()) | {"status": "odd"})
    gone, small, *rest = recording.strays(shipped)
    assert gone.startswith("recorded/renamed belongs to no experiment")
    assert small.startswith("recorded/small cannot be read")
    assert len(rest) == 2
    assert any("another experiment" in s and changed.name in s for s in rest)
    assert any("no experiment" in s and tiny(seed=3).name in s for s in rest)


# -- the studies of the book -------------------------------------------------------


def test_studies_and_the_catalogue_share_no_name():
    assert not STUDIES.keys() & gc.CATALOGUE.keys()


#: Half an hour a run, and none of them gets there: a second seed would say no more.
#: What is told of these says that it is one seed.
SINGLE = {"functions-dropout"}


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_repeats_each_arm_over_seeds(name):
    for arm in STUDIES[name].arms.values():
        assert len({e.seed for e in arm}) == len(arm)
        assert len(arm) >= 3 or name in SINGLE


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_stays_within_its_budget(name):
    steps = {e.last_step for e in STUDIES[name].experiments}
    assert max(steps) == STUDIES[name].budget or name == "grokfast-factorial"


def test_a_run_ships_for_one_purpose():
    weights = {}
    for study in STUDIES.values():
        for experiment in study.experiments:
            assert weights.setdefault(experiment, study.weights) == study.weights


@pytest.mark.parametrize("name", STUDIES)
def test_all_studies_ship_completely(name):
    missing = []
    for experiment in STUDIES[name].experiments:
        folder = SHIPPED / experiment.name
        if not (folder / "experiment.json").exists():
            missing.append(experiment.name)
            continue
        run = Run(folder)
        assert run.experiment == experiment and run.status != "interrupted"
        if STUDIES[name].weights == "generalized":
            assert run.last_generalized() in run.whole_snapshots
            assert (folder / PROGRESS_FILE).exists()
        if STUDIES[name].weights == "embedding":
            steps = log_spaced(experiment.snapshots, experiment.last_step)
            end = int(run.history.step.iloc[-1])  # where it stopped
            assert run.snapshots == tuple(steps or [end])
    assert not missing, f"grokcore record {name}, once they are trained"


def test_no_recorded_run_is_a_stray():
    assert recording.strays() == []


def test_optimizers_that_are_compared_take_the_same_off_a_weight():
    """Measured: what is left of a weight without a gradient after 600 steps.

    To first order: momentum of 0.9 adds 9 / 100 to a pull of 1 / 100.
    """
    arms = STUDIES["mlp-optimizers"].arms
    for name, (experiment, *_) in arms.items():
        w = torch.nn.Parameter(torch.ones(1, dtype=torch.float64))
        optimizer = experiment.optimizer.build({"w": w})
        for _ in range(600):
            w.grad = torch.zeros_like(w)
            optimizer.step()
        left = -math.log(w.item())
        expected = 0 if "no decay" in name else 6
        assert left == pytest.approx(expected, rel=0.1), name


def test_a_law_of_lifetimes_gets_as_many_of_them_everywhere():
    for arm in STUDIES["mlp-law"].arms.values():
        optimizer, steps = arm[0].optimizer, arm[0].last_step
        lifetimes = steps * optimizer.lr * optimizer.weight_decay
        assert lifetimes == pytest.approx(9, rel=0.01) or steps == 1_000
        assert len({(e.seed, e.task.split_seed) for e in arm}) == 5
