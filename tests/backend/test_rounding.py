"""Other roundings: seeded, repeatable, stored apart, no part of a key."""

import pytest
import torch

import grokcore as gc
from grokcore import runs
from grokcore.backend import rounding
from grokcore.training import Trainer


@pytest.fixture
def rounded(monkeypatch):
    return lambda number: monkeypatch.setenv(rounding.VARIABLE, str(number))


def weights(experiment) -> dict[str, torch.Tensor]:
    trainer = Trainer(experiment, device="cpu")
    trainer.train()
    return trainer.model.state_dict()


def equal(one, other) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


def test_zero_and_nothing_are_the_machines_own(tiny, rounded):
    own = weights(tiny(epochs=5))
    rounded(0)
    assert equal(weights(tiny(epochs=5)), own)


def test_a_number_is_one_machine_and_another_number_another(tiny, rounded):
    own = weights(tiny(epochs=5))
    rounded(1)
    first = weights(tiny(epochs=5))
    assert not equal(first, own) and equal(weights(tiny(epochs=5)), first)
    rounded(2)
    assert not equal(weights(tiny(epochs=5)), first)


def test_one_gradient_differs_by_the_rounding_of_float32(tiny, rounded):
    plain, other = Trainer(tiny(), device="cpu"), None
    rounded(3)
    other = Trainer(tiny(), device="cpu")
    for trainer in (plain, other):
        trainer.backward(trainer.forward())
    changes = []
    for name, weight in plain.parameters.items():
        old, new = weight.grad.double(), other.parameters[name].grad.double()
        here = old != 0
        changes.append((new[here] / old[here] - 1).abs())
    changes = torch.cat(changes)
    # Float32 has steps of 6e-8 to 1.2e-7: what is asked for is of that size.
    assert 5e-8 < changes.square().mean().sqrt() < 2e-7 and changes.max() < 1e-6


def test_noise_is_new_at_every_step():
    first, second = torch.ones(1_000), torch.ones(1_000)
    rounding.jitter([first], 1, step=0)
    rounding.jitter([second], 1, step=1)
    assert not torch.equal(first, second)


def test_runs_lie_apart_and_say_what_they_are(tiny, rounded, store):
    own = tiny(epochs=5).run()
    assert own.folder.parent == store and own.provenance["rounding"] == 0
    rounded(4)
    assert tiny(epochs=5).stored() is None
    other = tiny(epochs=5).run()
    assert other.folder.parent == store / "rounding-4"
    assert other.provenance["rounding"] == 4
    assert other.experiment.key == own.experiment.key
    assert [run.folder for run in runs.stored_runs()] == [other.folder]


def test_a_cut_run_goes_on_with_the_same_bits(tiny, rounded, cut_at):
    rounded(5)
    experiment = tiny(epochs=20)
    assert equal(cut_at(experiment, 7).state_dict(), weights(experiment))


@pytest.mark.parametrize("text", ["-1", "one", "1.5"])
def test_what_is_no_number_is_refused(rounded, text):
    rounded(text)
    with pytest.raises(ValueError, match="whole number of at least 0"):
        gc.Experiment().stored()
