"""What is found inside a network that learned a group, and ships in place of it."""

import pytest
import torch

import grokcore as gc
from grokcore import recording
from grokcore.analysis.groups.inside import measures
from grokcore.runs import Run
from grokcore.runs.inside import INSIDE_FILE, inside
from grokcore.studies import STUDIES, Study


@pytest.fixture
def small():
    return gc.Experiment(
        task=gc.GroupTask("S3"),
        model=gc.EmbeddingMLPConfig(width=8, mlp_width=8),
        optimizer=gc.AdamW(lr=1e-2),
        epochs=20,
        snapshots=(0, 10),
    )


def test_a_row_is_that_of_a_snapshot_on_products_never_shown(small):
    run = small.run()
    found = inside(run)
    assert found.step.tolist() == [0, 10, 20]
    table, data = small.task.table(), small.task.data()
    unseen = torch.ones(6, 6, dtype=torch.bool)
    unseen[tuple(data.operands[data.train].T)] = False
    expected = measures(run.at(10), table, unseen)
    assert found.iloc[1].drop("step").to_dict() == expected
    right = (
        run.at(10).answer(data.operands[data.val]).argmax(-1) == data.targets[data.val]
    )
    assert expected["accuracy"] == pytest.approx(right.double().mean().item())


def test_it_ships_without_the_weights(small, tmp_path):
    run = small.run()
    study = Study("?", {"": (small,)}, 20, weights="inside")
    assert recording.record_study(study, into=tmp_path) == []
    shipped = Run(tmp_path / small.name)
    assert shipped.snapshots == () and (shipped.folder / INSIDE_FILE).exists()
    assert inside(shipped).equals(inside(run))
    assert sum(f.stat().st_size for f in shipped.folder.iterdir()) < 12_000


def test_without_weights_it_says_so(small, tmp_path):
    run = recording.ship(small.run(), tmp_path / "alone")
    with pytest.raises(ValueError, match="has its history alone, no weights"):
        inside(run)


def test_progress_of_sums_is_not_measured_of_groups(small):
    with pytest.raises(ValueError, match="progress is measured on tables modulo p"):
        gc.progress_measures(small.run())


def test_what_ships_is_of_all_looks():
    for run in STUDIES["groups"].runs()["S5"]:
        found = inside(run)
        looks = dict.fromkeys((*run.experiment.snapshots, run.experiment.last_step))
        assert found.step.tolist() == [*looks]
        history = run.history.set_index("step").val_accuracy
        for row in found.itertuples():
            assert row.accuracy == pytest.approx(history[row.step], abs=1e-3)
