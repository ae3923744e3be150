"""The loop is the textbook's, evaluated when it says, and stops when asked to.

That it goes on with the same bits after a stop: tests/test_contracts.py, tests/runs.
"""

import random

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F

from grokcore import CATALOGUE, SGD, Adam, AdamW, EmbeddingMLPConfig, TransformerConfig
from grokcore.analysis.delay import grokking_delay
from grokcore.backend import devices
from grokcore.training import COLUMNS, Trainer, TrainingDiverged
from grokcore.training.moments import log_spaced


def trained(experiment, *callbacks, double=False):
    trainer = Trainer(experiment, device="cpu")
    if double:
        trainer.model.double()
    trainer.train(callbacks)
    return trainer


def epochs_of(trainer):
    return [row["epoch"] for row in trainer.history]


# -- the numbers -------------------------------------------------------------------


def plain_history(experiment, make_optimizer):
    """What a dozen lines of torch make of an experiment, in float64."""
    table = experiment.task.data()
    model = experiment.model.build(experiment.task, experiment.seed).double()
    optimizer = make_optimizer(model.parameters())

    def measure(rows):
        logits = model.forward_plain(table.tokens[rows])
        logits = logits[:, -1] if logits.ndim == 3 else logits
        right = table.targets[rows]
        if experiment.loss == "mse":
            loss = ((logits - F.one_hot(right, logits.shape[1])) ** 2).mean()
        else:
            loss = -logits.log_softmax(-1)[torch.arange(len(rows)), right].mean()
        return loss, (logits.argmax(-1) == right).double().mean()

    rows = []
    for epoch in range(experiment.epochs + 1):
        loss, accuracy = measure(table.train)
        if epoch % 10 == 0:
            with torch.no_grad():
                val = measure(table.val)
            norm = sum((p.detach() ** 2).sum() for p in model.parameters()) ** 0.5
            figures = [loss.detach(), accuracy, *val, norm]
            rows.append([epoch, epoch, *(f.item() for f in figures)])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return np.array(rows)


@pytest.mark.parametrize(
    ("changes", "make_optimizer"),
    [
        (
            {"optimizer": AdamW(lr=1e-2, weight_decay=0.5)},
            lambda w: torch.optim.AdamW(
                w, lr=1e-2, weight_decay=0.5, betas=(0.9, 0.98), foreach=False
            ),
        ),
        (
            {
                "optimizer": Adam(lr=1e-3, weight_decay=0.01),
                "model": TransformerConfig(layers=2, width=8, heads=2, norm="pre"),
                "token_format": "a ∘ b =",
            },
            lambda w: torch.optim.Adam(
                w, lr=1e-3, weight_decay=0.01, betas=(0.9, 0.98), foreach=False
            ),
        ),
        (
            {
                "optimizer": SGD(lr=0.5, momentum=0.9, nesterov=True),
                "model": EmbeddingMLPConfig(width=8, mlp_width=16),
                "loss": "mse",
            },
            lambda w: torch.optim.SGD(w, lr=0.5, momentum=0.9, nesterov=True),
        ),
    ],
    ids=["adamw", "adam-two-layers", "nesterov-mlp-mse"],
)
def test_the_history_is_that_of_a_plain_loop(tiny, changes, make_optimizer):
    if "model" in changes:
        experiment = tiny(model=changes.pop("model"))
    else:
        experiment = tiny()
    experiment = experiment.replace(epochs=60, **changes)
    history = trained(experiment, double=True).history
    expected = plain_history(experiment, make_optimizer)
    assert [tuple(row) for row in history] == [COLUMNS] * 7
    np.testing.assert_allclose(
        np.array([list(row.values()) for row in history]), expected, rtol=1e-7
    )


def test_the_loss_of_float32_weights_is_taken_in_float64(tiny):
    trainer = trained(tiny(epochs=1))
    assert all(p.dtype == torch.float32 for p in trainer.parameters.values())
    loss = trainer.history[-1]["train_loss"]
    assert loss != float(np.float32(loss))


@pytest.mark.parametrize("token_format", ["a b =", "a ∘ b ="])
def test_a_loss_at_every_position_is_that_of_a_plain_loop(tiny, token_format):
    trainer = Trainer(
        tiny(loss_positions="all", outputs="vocabulary", token_format=token_format),
        device="cpu",
    )
    answers = trainer.forward()
    table, model = trainer.table, trainer.model
    losses, last = [], []
    for row in table.train:
        equation = [*table.tokens[row].tolist(), table.targets[row].item()]
        for end in range(1, len(equation)):
            # Only the tokens so far, so that nothing can be copied from what follows.
            x = model.embed.W_E[equation[:end]] + model.pos_embed.W_pos[:end]
            for block in model.blocks:
                x = block(x[None])[0]
            logits = model.read_answer(x[-1]).double()
            losses.append(logits.logsumexp(0) - logits[equation[end]])
        last.append(logits)
    assert answers.loss.item() == pytest.approx(torch.stack(losses).mean().item())
    assert torch.allclose(answers.logits.double(), torch.stack(last), atol=1e-5)


def test_where_an_operand_cannot_be_known_the_loss_has_a_floor(tiny):
    """Of all rows of a, each b is shown equally often: ln p over the positions."""
    short = tiny(
        loss_positions="all", outputs="vocabulary", weight_decay=0.0, epochs=400
    )
    trainer = Trainer(short, device="cpu")
    trainer.train()
    shown = torch.bincount(trainer.table.operands[trainer.table.train, 0], minlength=7)
    floor = (shown * shown.clamp(min=1).log()).sum().item() / shown.sum().item() / 3
    assert floor <= trainer.history[-1]["train_loss"] < floor + 0.02


def test_an_accuracy_is_a_count_over_a_count(tiny):
    # 19 of 20 is 95 %: in float32 it would be less, and not count as reached.
    for row in trained(tiny(train_fraction=0.83)).history:
        for accuracy, rows in (
            (row["train_accuracy"], 40),
            (row["val_accuracy"], 9),
        ):
            assert accuracy == round(accuracy * rows) / rows


def test_training_twice_gives_the_same_bits(tiny):
    experiment = tiny(batch_size=5, dropout=0.2, epochs=5)
    one, two = trained(experiment), trained(experiment)
    assert one.history == two.history
    for name, weights in one.parameters.items():
        assert torch.equal(weights, two.parameters[name])


@pytest.mark.parametrize("change", [{"seed": 1}, {"split_seed": 1}])
def test_another_seed_gives_another_history(tiny, change):
    assert trained(tiny()).history != trained(tiny(**change)).history


def test_the_global_random_state_is_left_alone(tiny):
    torch.manual_seed(3)
    np.random.seed(3)  # noqa: NPY002 - the global state is what this is about
    random.seed(3)
    states = (
        torch.get_rng_state().tolist(),
        str(np.random.get_state()),  # noqa: NPY002
        random.getstate(),
    )
    trained(tiny(batch_size=5, dropout=0.5, epochs=2))
    assert states == (
        torch.get_rng_state().tolist(),
        str(np.random.get_state()),  # noqa: NPY002
        random.getstate(),
    )


def test_dropout_does_not_depend_on_the_global_random_state(tiny):
    torch.manual_seed(1)
    one = trained(tiny(dropout=0.5)).history
    torch.manual_seed(2)
    assert trained(tiny(dropout=0.5)).history == one


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_the_global_random_state_of_a_gpu_is_left_alone(tiny):
    before = torch.cuda.get_rng_state()
    for device in ("cpu", "cuda"):
        Trainer(tiny(dropout=0.5, epochs=2), device=device).train()
        assert torch.equal(torch.cuda.get_rng_state(), before)


# -- mini-batches ------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [1, 5, 8, 23, 24, 1000])
def test_mini_batches_cover_each_epoch_exactly_once(tiny, batch_size):
    trainer = Trainer(tiny(batch_size=batch_size, epochs=4), device="cpu")
    answer, batches = trainer.model.answer, []

    def watched(operands):
        if trainer.model.training:
            batches.append([tuple(row) for row in operands.tolist()])
        return answer(operands)

    trainer.model.answer = watched
    trainer.train()
    table = trainer.table
    rows = sorted(tuple(row) for row in table.operands[table.train].tolist())
    n = trainer.steps_per_epoch
    assert n == -(-len(rows) // batch_size)
    epochs = [batches[i * n : (i + 1) * n] for i in range(4)]
    for epoch in epochs:
        assert sorted(row for batch in epoch for row in batch) == rows
        assert all(len(batch) == min(batch_size, len(rows)) for batch in epoch[:-1])
    if batch_size < len(rows):
        assert len({str(epoch) for epoch in epochs}) == 4


# -- evaluation, stopping ----------------------------------------------------------


def test_evaluations_come_every_10_epochs_to_200_and_then_every_20(tiny):
    trainer = trained(tiny(epochs=250))
    assert epochs_of(trainer) == [*range(0, 201, 10), 220, 240, 250]


def test_the_cadence_can_be_set_and_the_end_is_always_evaluated(tiny):
    assert epochs_of(trained(tiny(epochs=20, eval_every=7))) == [0, 7, 14, 20]


def test_mini_batch_runs_are_evaluated_at_the_start_of_epochs(tiny):
    trainer = trained(tiny(batch_size=10, epochs=4, eval_every=2))
    assert [(r["step"], r["epoch"]) for r in trainer.history] == [
        (0, 0),
        (6, 2),
        (12, 4),
    ]


def test_the_steps_can_be_limited(tiny):
    trainer = trained(tiny(batch_size=10, epochs=4, eval_every=1, max_steps=5))
    assert [(r["step"], r["epoch"]) for r in trainer.history] == [
        (0, 0),
        (3, 1),
        (5, 5 / 3),
    ]
    assert epochs_of(trained(tiny(epochs=4, max_steps=100)))[-1] == 4


@pytest.mark.parametrize("batch_size", [None, 48])
@pytest.mark.parametrize("after", [0, 1, 7])
def test_it_stops_where_validation_accuracy_is_reached(tiny, batch_size, after):
    easy = tiny(p=11, train_fraction=0.8, lr=3e-2, batch_size=batch_size)
    whole = trained(easy.replace(epochs=60, eval_every=3)).history
    accuracies = [row["val_accuracy"] for row in whole]
    threshold = max(accuracies[:15])
    assert threshold > accuracies[0]
    first = whole[next(i for i, x in enumerate(accuracies) if x >= threshold)]
    stopped = trained(
        easy.replace(
            epochs=60,
            eval_every=3,
            stop_val_accuracy=threshold,
            epochs_after_stop=after,
        )
    ).history
    assert stopped[-1]["epoch"] == first["epoch"] + after
    same = [row for row in whole if row["epoch"] <= stopped[-1]["epoch"]]
    assert stopped[: len(same)] == same
    assert len({row["step"] for row in stopped}) == len(stopped)


def test_the_end_comes_even_if_the_stop_would_be_later(tiny):
    experiment = tiny(epochs=12, stop_val_accuracy=0.01, epochs_after_stop=500)
    assert epochs_of(trained(experiment)) == [0, 10, 12]


# -- snapshots ---------------------------------------------------------------------


@pytest.mark.parametrize("snapshots", [0, 1, 6, (3, 7), (0, 30)])
def test_snapshots_are_the_weights_at_the_steps_asked_for(tiny, snapshots):
    seen = {}

    def watch(state):
        weights = state.model.state_dict().items()
        seen[state.step] = {name: tensor.clone() for name, tensor in weights}

    run = tiny(snapshots=snapshots).run(callbacks=[watch])
    asked = log_spaced(snapshots, 30) if isinstance(snapshots, int) else snapshots
    assert run.snapshots == tuple(sorted({*asked, 30}))
    for step in run.snapshots:
        weights = run.weights(step)
        assert weights.keys() == seen[step].keys()
        assert all(torch.equal(weights[name], seen[step][name]) for name in weights)


def test_only_the_chosen_parameters_are_kept_and_all_of_the_last(tiny):
    run = tiny(snapshots=(0, 10), snapshot_parameters=("embed.W_E",)).run()
    assert run.weights(0).keys() == run.weights(10).keys() == {"embed.W_E"}
    assert run.weights(30).keys() == run.model.state_dict().keys()
    with pytest.raises(ValueError, match=r"step 10 kept only \['embed.W_E'\]"):
        run.at(10)
    with pytest.raises(ValueError, match=r"step 5; the nearest of 3 are at \[0, 10\]"):
        run.at(5)


def test_unknown_parameters_are_refused_before_training(tiny):
    with pytest.raises(ValueError, match=r"has \['W_E'\]; allowed: \['embed.W_E'"):
        tiny(snapshot_parameters=("W_E",)).run()


# -- callbacks ---------------------------------------------------------------------


def test_callbacks_see_every_step_its_gradients_and_its_rows(tiny):
    steps, rows, lasts = [], [], []

    def watch(state):
        steps.append(state.step)
        lasts.append(state.last)
        if state.row is not None:
            rows.append(state.row)
        if not state.last:
            weight = state.model.unembed.W_U
            assert weight.grad.abs().max() > 0

    trainer = trained(tiny(), watch)
    assert steps == list(range(31))
    assert lasts == [False] * 30 + [True]
    assert rows == trainer.history
    assert [row["step"] for row in rows] == [0, 10, 20, 30]


def test_gradients_in_a_callback_are_those_of_the_weights_it_sees(tiny):
    def watch(state):
        if state.last:
            return
        table, model = state.trainer.table, state.model
        logits = model.forward_plain(table.tokens[table.train])[:, -1]
        loss = F.cross_entropy(logits, table.targets[table.train])
        (expected,) = torch.autograd.grad(loss, [model.embed.W_E])
        torch.testing.assert_close(model.embed.W_E.grad, expected, rtol=1e-4, atol=1e-6)

    trained(tiny(epochs=3), watch)


# -- what goes wrong ---------------------------------------------------------------


@pytest.fixture
def hopeless(tiny):
    return tiny(optimizer=SGD(lr=1e18), loss="mse", epochs=100, snapshots=(0, 5))


def test_divergence_is_an_error_that_keeps_the_run(hopeless):
    with pytest.raises(TrainingDiverged, match=r"at step 10 with SGD.*smaller lr"):
        hopeless.run()
    run = hopeless.stored()
    assert run.status == "diverged"
    assert list(run.history.step) == [0, 10]
    assert np.isfinite(run.history.train_loss[0])
    assert not np.isfinite(run.history.train_loss[1])
    assert run.snapshots == (0, 5, 10)


def test_a_diverged_run_is_not_trained_again(hopeless):
    with pytest.raises(TrainingDiverged) as first:
        hopeless.run()
    with pytest.raises(TrainingDiverged) as second:
        hopeless.run(callbacks=[lambda state: pytest.fail("trained again")])
    assert str(second.value) == str(first.value)


# -- precision, devices ------------------------------------------------------------


def test_bfloat16_trains_weights_that_stay_float32(tiny, monkeypatch):
    monkeypatch.setattr(devices, "has_fast_bfloat16", lambda device: True)
    exact, rough = trained(tiny()), trained(tiny(precision="bfloat16"))
    assert all(p.dtype == torch.float32 for p in rough.parameters.values())
    for a, b in zip(exact.history, rough.history, strict=True):
        assert b["train_loss"] == pytest.approx(a["train_loss"], rel=0.05)
    assert rough.history[-1] != exact.history[-1]
    assert rough.history[-1]["train_loss"] < rough.history[0]["train_loss"]


def test_bfloat16_warns_where_it_would_be_slower(tiny, monkeypatch):
    monkeypatch.setattr(devices, "has_fast_bfloat16", lambda device: False)
    with pytest.warns(UserWarning, match="no bfloat16 units.*slower than 'float32'"):
        Trainer(tiny(precision="bfloat16"), device="cpu")


def test_a_device_that_is_not_there_is_refused_with_those_that_are(tiny):
    with pytest.raises(ValueError, match=r"'tpu' is not here; available:.*'cpu'"):
        Trainer(tiny(), device="tpu")


@pytest.mark.gpu
@pytest.mark.slow
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_a_gpu_the_live_recipe_groks_as_on_a_cpu():
    """Nothing but the device changes; on it sums are rounded in another order."""
    experiment = CATALOGUE["live-p113"].replace(snapshots=0, epochs=1_000)
    trainer = Trainer(experiment, device="cuda")
    assert all(w.device.type == "cuda" for w in trainer.model.parameters())
    trainer.train()
    delay = grokking_delay(pd.DataFrame(trainer.history))
    assert delay.train_epoch <= 100
    assert delay.val_epoch is not None and delay.val_epoch > 3 * delay.train_epoch


def test_training_figures_are_of_all_rows_where_asked(tiny):
    """A small batch is right by luck; what all rows say is what a plain pass says."""
    experiment = tiny(batch_size=3, epochs=20, eval_every=5, dropout=0.2)
    experiment = experiment.replace(eval_train="all")
    trainer = trained(experiment)
    table, model = trainer.table, trainer.model.eval()
    logits = model(table.tokens[table.train]).double()
    targets = table.targets[table.train]
    last = trainer.history[-1]
    right = (logits.argmax(-1) == targets).double().mean()
    assert last["train_accuracy"] == pytest.approx(right.item())
    loss = torch.nn.functional.cross_entropy(logits, targets)
    assert last["train_loss"] == pytest.approx(loss.item())
    # Looking changes nothing: the weights are those of the other way of looking.
    other = trained(experiment.replace(eval_train="step"))
    assert all(
        torch.equal(w, other.parameters[n]) for n, w in trainer.parameters.items()
    )
    assert [r["val_loss"] for r in other.history] == [
        r["val_loss"] for r in trainer.history
    ]
