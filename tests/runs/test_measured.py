"""What is computed from snapshots: progress measures, and which moment to look at."""

import numpy as np
import pytest
import torch

import grokcore as gc
from grokcore.analysis import fourier, progress
from grokcore.runs.measured import PROGRESS_FILE, measure, part_norms


def test_only_whole_snapshots_make_a_model(tiny):
    assert tiny(snapshots=(0, 10)).run().whole_snapshots[:2] == (0, 10)
    parts = tiny(snapshots=(0, 10), snapshot_parameters=("embed.W_E",)).run()
    assert parts.snapshots == (0, 10, 30) and parts.whole_snapshots == (30,)
    recorded = gc.load("nanda-p113")
    assert 1 < len(recorded.whole_snapshots) < len(recorded.snapshots)


def test_the_last_generalized_snapshot_is_the_last_that_is_good_enough(tiny):
    run = tiny(snapshots=8).run()
    table = run.experiment.task.data()
    accuracy = {
        step: float(
            (run.at(step)(table.tokens).argmax(-1) == table.targets)[table.val]
            .double()
            .mean()
        )
        for step in run.whole_snapshots
    }
    for threshold in {*accuracy.values()} - {0.0}:
        step = run.last_generalized(threshold)
        assert accuracy[step] >= threshold
        assert all(accuracy[s] < threshold for s in accuracy if s > step)
    with pytest.raises(ValueError, match=r"no snapshot of .* validation accuracy 2"):
        run.last_generalized(2)


def test_measures_of_a_run_are_those_of_its_snapshots(tiny):
    run = tiny(snapshots=4).run()
    frame = gc.progress_measures(run)
    assert tuple(frame.step) == run.whole_snapshots
    # The history's validation loss, evaluated by training itself.
    history = run.history.set_index("step")
    for row in frame[frame.step.isin(history.index)].itertuples():
        assert row.val_loss == pytest.approx(history.val_loss[row.step], rel=1e-4)
        norm = history.weight_norm[row.step]
        assert row.sum_of_squares == pytest.approx(norm**2, rel=1e-4)


def test_a_task_without_a_whole_table_is_refused(tiny):
    task = gc.ModularTask("add", p=7, train_fraction=0.5, sample=20)
    run = tiny(snapshots=2).replace(task=task).run()
    with pytest.raises(ValueError, match=r"20 rows here, .* 7 × 7"):
        gc.progress_measures(run)


def test_what_ships_agrees_with_the_weights_that_ship():
    """Measured on dense snapshots in float32, checked on the few in float16."""
    run = gc.load("nanda-p113")
    shipped = gc.progress_measures(run)
    assert (run.folder / PROGRESS_FILE).exists() and len(shipped) > 90
    again = measure(run)
    assert tuple(again.pop("frequencies")) == shipped.attrs["frequencies"]
    at = shipped.set_index("step").loc[again["step"]]
    for name in set(again) - {"step"}:
        np.testing.assert_allclose(again[name], at[name], rtol=0.02, atol=2e-6)


def test_what_ships_agrees_with_the_history_that_ships():
    run = gc.load("nanda-p113")
    history = run.history.set_index("step")
    shipped = gc.progress_measures(run).set_index("step")
    both = history.index.intersection(shipped.index)
    assert len(both) > 15
    np.testing.assert_allclose(
        shipped.val_loss[both], history.val_loss[both], rtol=1e-3
    )


def test_measures_do_not_depend_on_how_they_are_computed():
    """Against the formulas, written out with torch.fft on one class at a time."""
    p, keys = 29, (3, 14)
    logits = torch.randn(p, p, p, generator=torch.manual_seed(0)).double()
    spectrum = torch.fft.fft2(logits, dim=(0, 1))
    mask = torch.zeros(p, p, 1)
    for k in keys:
        mask[k, k] = mask[p - k, p - k] = 1  # waves of a + b
    projection = torch.fft.ifft2(spectrum * mask, dim=(0, 1)).real
    torch.testing.assert_close(
        progress.restricted(logits, keys), projection + logits.mean((0, 1))
    )
    torch.testing.assert_close(progress.excluded(logits, keys), logits - projection)
    assert fourier.frequencies(p)[-1] == 14


def test_norms_of_parts_are_those_of_their_weights(tiny):
    run = tiny(snapshots=(0, 10)).run()
    table = part_norms(run)
    assert table.step.tolist() == list(run.whole_snapshots)
    assert {"embed", "pos_embed", "attn", "mlp", "unembed"} <= {*table}
    for step, row in table.set_index("step").iterrows():
        weights = run.weights(int(step))
        attn = [w for name, w in weights.items() if ".attn." in name]
        expected = torch.cat([w.flatten() for w in attn]).norm().item()
        assert row.attn == pytest.approx(expected, rel=1e-5)
    whole = table.drop(columns=["step", "epoch"]).pow(2).sum(axis=1).pow(0.5)
    history = run.history.set_index("step").weight_norm
    assert whole.tolist() == pytest.approx(history[table.step].tolist(), rel=1e-5)


def test_norms_need_weights(tiny):
    run = tiny(snapshots=(0,), snapshot_parameters=("embed.W_E",), epochs=1).run()
    assert part_norms(run).step.tolist() == [1]  # the end is always whole
    for step in run.snapshots:
        (run.folder / "snapshots" / f"{step}.safetensors").unlink()
    with pytest.raises(ValueError, match="history alone"):
        part_norms(gc.load(run.folder))
