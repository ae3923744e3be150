"""Statistics of waves, on networks and embeddings of which the answer is known."""

from types import SimpleNamespace

import pytest
import torch

from grokcore.analysis import fourier
from grokcore.census import STATISTICS, Specimen
from grokcore.census import frequencies as found
from grokcore.models.by_hand import by_hand
from grokcore.tasks import ModularTask

P, KEYS = 31, (2, 5, 11)


def specimen(**known):
    """A network of which only some things are known."""
    network = Specimen.__new__(Specimen)
    vars(network).update(task=ModularTask("add", p=P, split_seed=0), **known)
    return network


@pytest.fixture(scope="module")
def built():
    """A network built of three frequencies, each a circle, and nothing else."""
    model = by_hand(P, KEYS)
    noise = torch.randn(P + 1, 128, generator=torch.manual_seed(0))
    return specimen(model=model, untrained=SimpleNamespace(W_E=noise))


def test_a_network_built_of_waves_needs_them_and_nothing_else(built):
    assert built.keys == KEYS and found.key_count(built) == 3
    assert found.key_share(built) == pytest.approx(1)
    assert found.intact(built) == found.keys_only(built) == 1
    assert found.without_others(built) == 1
    assert found.without_keys(built) < 0.1  # of noise, the answer is any
    assert found.no_sines(built) < 0.2


def test_its_pairs_are_circles(built):
    assert found.pair_lengths(built) == pytest.approx(1, abs=1e-4)
    assert found.pair_tilt(built) == pytest.approx(0, abs=1e-4)


def test_an_ellipse_is_told_from_a_circle(built):
    W = built.model.W_E[:P].double()
    cosine, sine = fourier.basis(P)[3:5]  # of frequency 2
    longer = W + torch.outer(cosine, cosine @ W)
    tilted = W + torch.outer(sine, cosine @ W)
    assert found.pair_lengths(specimen(W_E=longer)) == pytest.approx(2, abs=1e-4)
    assert found.pair_tilt(specimen(W_E=tilted)) == pytest.approx(0.5**0.5, abs=1e-4)


def test_before_training_the_keys_are_as_any(built):
    strongest = fourier.spectrum(built.untrained.W_E[:P]).topk(3).indices + 1
    share = fourier.share(built.untrained.W_E[:P], strongest.tolist())
    assert found.untrained_share(built) == share < 0.3
    assert found.keys_before(built) == pytest.approx(1, abs=0.3)
    assert found.gini_before(built) < 0.1
    assert found.gini_at_end(built) == pytest.approx(1 - 3 / 15)


def of(powers):
    """An embedding in which each frequency has the power it is given."""
    W = torch.zeros(P, 40, dtype=torch.float64)
    for k, power in powers.items():
        pair = fourier.basis(P)[2 * k - 1 : 2 * k + 1]
        W[:, 2 * k - 2 : 2 * k] = pair.T * (power / 2) ** 0.5
    return W


@pytest.fixture
def trained():
    """A network that keeps 2, and on the way takes 5 for a candidate."""
    even = dict.fromkeys(fourier.frequencies(P), 1.0)
    kept = {
        0: of(even),
        10: of(dict.fromkeys(even, 2.0) | {2: 9.0, 5: 9.0}),
        30: of(even | {2: 12.0, 5: 6.0}),
        40: of(dict.fromkeys(even, 0.5) | {2: 12.0}),
        50: of({2: 12.0, 3: 0.35}),
    }
    run = SimpleNamespace(snapshots=(*kept,), weights=lambda s: {"embed.W_E": kept[s]})
    delay = SimpleNamespace(train_epoch=5, val_epoch=61)
    return specimen(run=run, delay=delay, W_E=kept[50])


def test_how_a_frequency_is_chosen(trained):
    assert trained.keys == (2,)
    assert found.early_share(trained) == 1  # by epoch 10
    assert found.candidates(trained) == 2 and found.dropped(trained) == 1
    trained.delay.train_epoch = 4
    assert found.early_share(trained) == 0


def test_whose_power_grows(trained):
    assert found.least_raised(trained) == pytest.approx(2)
    assert found.others_raised(trained) == pytest.approx((13 * 2 + 9) / 14)
    assert found.others_halfway(trained) == pytest.approx((13 + 6) / 35)
    assert found.others_left(trained) == pytest.approx(0.35 / 35)
    trained.delay.val_epoch = 40  # a new story: halfway is epoch 10
    found._story.cache_clear()
    assert found.others_risen(trained) == pytest.approx(14 * 0.5 / 35)
    assert found.keys_risen(trained) == pytest.approx(12 / 9)


def test_what_never_generalizes_is_measured_at_its_end(trained):
    trained.delay.val_epoch = trained.delay.train_epoch = None
    ours = [s for s in STATISTICS.values() if s.measure.__module__ == found.__name__]
    assert found.early_share(trained) == 0 and found.others_risen(trained) == 1
    assert len(ours) > 20
