"""Statistics of how networks add, on networks that are the same everywhere."""

import math

import pytest
import torch

import grokcore as gc
from grokcore import ModularTask, TransformerConfig, models
from grokcore.analysis import activations, fourier, logits
from grokcore.census import STATISTICS, waves

P = 13
NAMES = [n for n, s in STATISTICS.items() if s.measure.__module__ == waves.__name__]


class Planted:
    """What a specimen is asked for, of a model that is given."""

    def __init__(self, model, keys, p=P):
        self.task, self.keys, self.model = ModularTask(p=p), keys, model
        config = TransformerConfig(width=16, heads=2)
        self.untrained = config.build(self.task, seed=0).requires_grad_(False)
        self.inside = activations.activations(model)
        self.before = activations.activations(self.untrained)


@pytest.fixture(scope="module")
def recorded():
    model = gc.load("nanda-p113").model
    return Planted(model, fourier.key_frequencies(model.W_E[:113]), 113)


@pytest.mark.parametrize("name", NAMES)
def test_every_statistic_is_a_number(recorded, name):
    assert math.isfinite(STATISTICS[name].measure(recorded))


def test_the_recorded_network_is_as_the_chapter_describes_it(recorded):
    assert waves.voices(recorded) == 5
    assert waves.silent(recorded) == waves.silent_doubles(recorded) == 1  # 38 = 2 · 19
    assert 0.9 < waves.pattern_share(recorded) < waves.score_share(recorded) < 0.97
    assert waves.key_score_share(recorded) > 0.99
    assert waves.swapped(recorded) < 1e-4
    assert waves.formula_share(recorded) > 0.97 and waves.formula_loss(recorded) < 0.5
    assert waves.half_accuracy(recorded) == pytest.approx(0.7, abs=0.02)
    assert waves.half_evenness(recorded) < 0.02 < 0.8 < waves.evenness(recorded)


def test_what_was_built_is_found():
    built = Planted(models.by_hand(P, (2, 5)), (2, 5))
    assert waves.voices(built) == 2 and waves.silent(built) == 0
    assert waves.formula_share(built) > 0.99 and waves.sum_waves(built) > 0.99
    assert waves.swapped(built) > 0.3 and waves.theorem_error(built) < 0.1


def test_a_silent_key_frequency_is_counted_and_its_half_found():
    model = models.by_hand(P, (2, 5))
    assert waves.silent(Planted(model, (2, 4, 5))) == 1  # 4 = 2 · 2
    assert waves.silent_doubles(Planted(model, (2, 4, 5))) == 1
    assert waves.silent(Planted(model, (2, 5, 6))) == 1
    assert waves.silent_doubles(Planted(model, (2, 5, 6))) == 0


def test_what_enters_the_neurons_is_what_they_cut_off(recorded):
    entering = waves._entering(recorded)
    assert torch.allclose(entering.relu(), recorded.inside.neurons, atol=1e-3)


def test_half_and_half_leaves_the_neurons_a_sum(recorded):
    half = activations.activations(recorded.model, torch.tensor([0.5, 0.5, 0.0]))
    assert waves.half_accuracy(recorded) == logits.evaluate(half.logits).accuracy
    made = Planted(recorded.model, recorded.keys, 113)
    made.inside = half
    assert waves.sum_before_relu(made) == pytest.approx(1, abs=1e-4)
