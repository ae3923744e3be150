"""How the learning rate changes over a run."""

import itertools
import math

import pytest
import torch

import grokcore as gc
from grokcore.optimizers import schedules
from grokcore.training import Trainer


def rates(experiment) -> list[float]:
    """The learning rate of each update of a run, as its optimizer had it."""
    trainer, found = Trainer(experiment, device="cpu"), []
    step = trainer.optimizer.step

    def watched():
        (rate,) = {group["lr"] for group in trainer.optimizer.param_groups}
        found.append(rate)
        step()

    trainer.optimizer.step = watched
    trainer.train()
    return found


def test_a_constant_rate_is_the_default(tiny):
    assert rates(tiny(epochs=5)) == [1e-2] * 5


@pytest.mark.parametrize("fall_from", [0.0, 0.5, 0.7])
@pytest.mark.parametrize("schedule", ["linear", "cosine"])
def test_a_rate_falls_from_where_it_is_told_to_almost_nothing(
    tiny, schedule, fall_from
):
    found = rates(tiny(epochs=40, schedule=schedule, fall_from=fall_from))
    start = math.ceil(40 * fall_from)
    assert found[: start + 1] == [1e-2] * (start + 1)
    assert all(a > b > 0 for a, b in itertools.pairwise(found[start:]))
    for step in range(start, 40):
        t = (step / 40 - fall_from) / (1 - fall_from)
        share = 1 - t if schedule == "linear" else math.cos(math.pi * t / 2) ** 2
        assert found[step] == pytest.approx(1e-2 * share, rel=1e-12)


def test_torchs_own_schedulers_agree(tiny):
    weight = torch.nn.Parameter(torch.zeros(1))
    for name, theirs in {
        "linear": lambda o: torch.optim.lr_scheduler.LinearLR(o, 1.0, 0.0, 20),
        "cosine": lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 20),
    }.items():
        optimizer = torch.optim.SGD([weight], lr=1e-2)
        scheduler, expected = theirs(optimizer), []
        for _ in range(20):
            expected.append(scheduler.get_last_lr()[0])
            optimizer.step()
            scheduler.step()
        found = rates(tiny(epochs=20, schedule=name, fall_from=0.0))
        assert found == pytest.approx(expected, rel=1e-9)


def test_warmup_and_fall_go_together(tiny):
    found = rates(tiny(epochs=10, warmup=4, schedule="linear", fall_from=0.6))
    rising = [0.25, 0.5, 0.75, 1, 1, 1, 1, 0.75, 0.5, 0.25]
    assert found == pytest.approx([1e-2 * share for share in rising])


def test_a_fall_ends_with_the_last_step_and_not_with_the_epochs(tiny):
    experiment = tiny(epochs=100, max_steps=10, schedule="linear", fall_from=0.5)
    assert rates(experiment)[-1] == pytest.approx(2e-3)


def test_beyond_the_last_step_nothing_moves():
    for name in ("linear", "cosine"):
        beyond = schedules.share(name, 15, 10, fall_from=0.5, warmup=0)
        assert beyond == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("schedule", ["linear", "cosine"])
@pytest.mark.parametrize("step", [2, 9, 15])
def test_a_run_that_was_cut_goes_on_with_the_same_bits(tiny, schedule, step, cut_at):
    experiment = tiny(epochs=20, warmup=3, schedule=schedule, fall_from=0.4)
    whole = Trainer(experiment, device="cpu")
    whole.train()
    weights = cut_at(experiment, step).state_dict()
    for name, weight in whole.model.state_dict().items():
        assert torch.equal(weight, weights[name])


def test_a_rate_that_is_made_constant_forgets_where_it_fell():
    falls = gc.Experiment(schedule="linear", fall_from=0.5)
    assert falls.replace(schedule="constant") == gc.Experiment()


def test_a_schedule_is_part_of_the_key_and_its_default_is_not():
    plain = gc.Experiment()
    assert plain.replace(schedule="constant").key == plain.key
    falls = plain.replace(schedule="linear")
    keys = {plain.key, falls.key, falls.replace(fall_from=0.5).key}
    assert len(keys) == 3
    assert gc.Experiment.from_json(falls.to_json()) == falls


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"schedule": "exponential"}, "'constant', 'linear', 'cosine'"),
        ({"schedule": "linear", "fall_from": 1.0}, "less than 1"),
        ({"schedule": "linear", "fall_from": -0.1}, "greater than or equal to 0"),
        ({"fall_from": 0.5}, "fall_from=0.5 needs a schedule that falls"),
    ],
)
def test_impossible_schedules_are_refused(fields, complaint):
    with pytest.raises(ValueError, match=complaint):
        gc.Experiment(**fields)
