"""Statistics of circles, on embeddings of which the answer is known."""

import math
from types import SimpleNamespace

import pytest
import torch

import grokcore as gc
from grokcore.analysis import fourier
from grokcore.census import Specimen, circles

P, WIDTH = 31, 64


def of(sizes, turn=0):
    """An embedding of circles, each in a plane of its own: (long, short) a frequency.

    ``turn`` moves all of them to other dimensions.
    """
    W = torch.zeros(P, WIDTH, dtype=torch.float64)
    for i, (k, (long, short)) in enumerate(sizes.items()):
        cosine, sine = fourier.basis(P)[2 * k - 1 : 2 * k + 1]
        W[:, 2 * i + turn] = long * cosine
        W[:, 2 * i + 1 + turn] = short * sine
    return W


def noise(seed=0):
    generator = torch.manual_seed(seed)
    return torch.randn(P, WIDTH, generator=generator, dtype=torch.float64) / 10


def specimen(path, val_95=20):
    """A network of which the embeddings are known, step by step."""
    experiment = gc.Experiment(
        task=gc.ModularTask(p=P, train_fraction=0.5),
        model=gc.TransformerConfig(width=WIDTH, heads=2),
        optimizer=gc.AdamW(lr=0.1, weight_decay=0.5),
        epochs=40,
    )
    weights = {t: {"embed.W_E": x} for t, x in path.items()}
    run = SimpleNamespace(
        experiment=experiment, snapshots=tuple(path), weights=weights.__getitem__
    )
    network = Specimen.__new__(Specimen)
    vars(network).update(
        run=run,
        task=experiment.task,
        W_E=path[max(path)],
        delay=SimpleNamespace(val_epoch=val_95),
    )
    return network


def test_one_circle_larger_than_others_is_seen():
    network = specimen({0: noise(), 40: of({3: (5, 5), 7: (4, 4)})})
    assert circles.circle(network) == pytest.approx(1)
    assert circles.ring_fit(network) == pytest.approx(1)
    assert circles.circle_lead(network) == pytest.approx(25 / 16)
    assert circles.circle_own(network) == pytest.approx(1)


def test_of_two_oval_circles_the_components_show_one_wave_each():
    network = specimen({0: noise(), 40: of({3: (5, 4), 7: (4.9, 4)})})
    assert circles.circle(network) < 1e-6
    assert 0.3 < circles.ring_fit(network) < 0.7
    assert circles.circle_own(network) > 0.95


def test_a_circle_is_timed_and_may_be_lost_again():
    oval = of({3: (5, 4), 7: (4.9, 4)})
    path = {0: noise(), 10: of({3: (5, 5)}), 20: oval, 40: of({7: (5, 5)})}
    network = specimen(path)
    assert circles.circle_out(network) == 10
    assert circles.circle_lowest(network) < 1e-6
    assert circles.circle_lowest(specimen(path, val_95=30)) == pytest.approx(1)
    never = specimen({0: noise(), 40: noise(1)})
    assert circles.circle_out(never) == math.inf


def test_what_is_built_on_the_start_remembers_it():
    start, left = noise(), (1 - 0.1 * 0.5) ** 40
    waves = fourier.basis(P)[5:7]  # of frequency 3
    again = 50 * waves.T @ (waves @ start)
    remembers = specimen({0: start, 40: again + left * start})
    assert circles.memory(remembers) == pytest.approx(1)
    assert circles.ring_at_start(remembers) > 0.7
    elsewhere = specimen({0: start, 40: of({3: (5, 5)})})
    assert abs(circles.memory(elsewhere)) < 0.5


def test_winners_are_ranked_and_weighed():
    start = noise()
    order = (fourier.spectrum(start).argsort(descending=True) + 1).tolist()
    end = of({order[0]: (5, 5), order[4]: (5, 5)}) + 0.5 * start
    network = specimen({0: start, 40: end})
    assert network.keys == tuple(sorted((order[0], order[4])))
    assert circles.rank_at_start(network) == 3
    assert circles.key_growth(network) > 10
    assert circles.rest_left(network) == pytest.approx(0.25, abs=0.01)


def test_the_largest_of_untrained_networks_is_below_a_circle():
    config, task = gc.TransformerConfig(width=WIDTH, heads=2), gc.ModularTask(p=P)
    few, more = (circles.largest_untrained(task, config, n) for n in (5, 20))
    assert 0.05 < few <= more < 0.6
