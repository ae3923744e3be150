"""Statistics of proof, on networks and histories that are the same everywhere."""

import math

import pandas as pd
import pytest

import grokcore as gc
from grokcore import ModularTask, models
from grokcore.analysis import activations, fourier, logits
from grokcore.census import STATISTICS, proof

NAMES = [n for n, s in STATISTICS.items() if s.measure.__module__ == proof.__name__]
P = 31


class Planted:
    """What a specimen is asked for, of a model that is given."""

    def __init__(self, model, keys, p=P, run=None):
        self.task, self.keys, self.model, self.run = ModularTask(p=p), keys, model, run
        self.table, self.W_E = self.task.data(), model.W_E[:p]
        self.inside = activations.activations(model)
        self.delay = run.delay() if run else None


@pytest.fixture(scope="module")
def recorded():
    run = gc.load("nanda-p113")
    return Planted(run.model, fourier.key_frequencies(run.model.W_E[:113]), 113, run)


@pytest.mark.parametrize("name", NAMES)
def test_every_statistic_is_a_number(recorded, name):
    assert math.isfinite(STATISTICS[name].measure(recorded))


def test_the_recorded_network_is_as_the_chapter_describes_it(recorded):
    assert proof.keys_cut(recorded) < 0.05
    assert proof.others_cut(recorded) > 0.99 < proof.keys_kept(recorded)
    assert proof.clean_logits(recorded) < 1 < proof.clean_embedding(recorded)
    assert proof.deeper_cut(recorded) > 10 and proof.not_missed(recorded) == 4
    assert proof.restricted_at_end(recorded) < 1 < proof.excluded_at_end(recorded)
    assert proof.restricted_first(recorded) < 0.01 and proof.overlap(recorded) < 0.2
    assert proof.excluded_lowest(recorded) < 1e-4 and proof.steps_back(recorded) == 0
    assert proof.memorization_end(recorded) < 0.2 < proof.formation_end(recorded)
    assert proof.formation_end(recorded) < 1.1 < proof.cleanup_end(recorded)
    assert proof.half_irrelevance(recorded) < 0.9


def test_what_was_built_breaks_where_it_was_planted():
    keys = (2, 5, 11)
    for algorithm in ("clock", "pizza"):
        built = Planted(models.by_hand(P, keys, algorithm=algorithm), keys)
        assert proof.keys_cut(built) < 0.3
        assert proof.others_cut(built) == proof.keys_kept(built) == 1
        assert proof.second_order(built) == pytest.approx(0.22, abs=0.005)
    assert proof.symmetricity(built) > 0.999 and proof.irrelevance(built) < 0.01


@pytest.mark.parametrize("place", proof.PLACES)
def test_nothing_cut_is_nothing_changed(place):
    built = Planted(models.by_hand(P, (2, 5, 11)), (2, 5, 11))
    whole, every = logits.evaluate(built.inside.logits), fourier.frequencies(P)
    assert proof.cut(built, place, "remove", []).loss == pytest.approx(whole.loss)
    assert proof.cut(built, place, "keep", every).accuracy == whole.accuracy == 1


def test_restricted_loss_is_read_at_two_moments(monkeypatch):
    measures = pd.DataFrame(
        {
            "step": [0, 100, 200, 300, 400],
            "val_loss": [3.4, 20.0, 15.0, 4.0, 0.1],
            "restricted_val": [3.4, 3.0, 2.0, 0.5, 0.1],
            "restricted_unseen": [3.4, 5.0, 1.0, math.nan, 0.1],
            "excluded_train": [3.4, 0.1, 0.5, 4.0, 6.0],
            "sum_of_squares": [10.0, 40.0, 35.0, 30.0, 12.0],
        }
    )
    monkeypatch.setattr(proof, "progress_measures", lambda run: measures)
    network = Planted(models.by_hand(P, (2,)), (2,))
    last = proof.restricted_first(network)
    assert last == pytest.approx(0.5 / math.log(P))
    assert proof.unseen_first(network) == pytest.approx(1.0 / math.log(P))
    gone = proof.overlap(network)
    assert gone == pytest.approx(1 - 3.0 / math.log(P))
    assert proof.unseen_overlap(network) == pytest.approx(1 - 5.0 / math.log(P))
