"""What the page, its tour and its questions say is true of the recorded network."""

import json
import math
import re

import numpy as np
import pytest
import torch

from follow.build import HERE, USUAL
from follow.moments import MOMENTS, keys, moment, shown
from follow.network import Network
from grokcore.analysis import fourier, neurons
from inpage.assembling import text

PAGE = text(HERE, "page.html")
TOUR = json.loads(text(HERE, "tour.json"))
BOOK = text(HERE.parent / "book", "follow.md")
P = 113
n = np.arange(P)
SUMS = (n[:, None] + n) % P


@pytest.fixture(scope="module")
def network():
    return Network(moment("generalized").halves)


def right_without(network, k):
    """The share of sums that are right without a frequency in the embedding."""
    network.load()
    embedding = network.view("embedding", np.float32, P + 1, 128)
    embedding[:P] = fourier.remove(torch.tensor(embedding[:P]), [k])
    network.prepare()
    return float((network.answers() == SUMS).mean())


def turns(numbers):
    """Where numbers stand on the six clocks, as points of the unit circle."""
    at = 2 * math.pi * torch.as_tensor(numbers)[..., None] * torch.tensor(keys()) / P
    return torch.polar(torch.ones_like(at), at).to(torch.complex128)


def hands(name):
    """The waves of the key frequencies in all logits: complex, [p, p, keys]."""
    logits = moment(name).inside.logits
    return 2 / P * logits.to(torch.complex128) @ turns(n)


def misses(found):
    """How many degrees hands are from where the sum stands, [p, p, keys]."""
    return (found / turns(SUMS)).angle().abs() * 180 / math.pi


def test_the_tour_leads_to_pictures_that_are_there():
    stages = re.findall(r'data-stage="(\w+)"', PAGE)
    for step in TOUR:
        assert step["at"] in stages
        assert step["set"].keys() <= USUAL.keys()
    assert "47 + 85" in TOUR[0]["text"] and (USUAL["a"], USUAL["b"]) == (47, 85)


def test_the_tour_goes_back_to_the_epoch_that_it_names():
    (back,) = [step for step in TOUR if "moment" in step["set"]]
    epoch = list(MOMENTS.values())[back["set"]["moment"]]
    assert f"epoch {epoch:,}" in back["text"]
    assert float(shown().double().mean()) == pytest.approx(0.3, abs=1e-3)


def test_a_key_clock_is_missed_and_another_frequency_is_not(network):
    (cut,) = TOUR[-1]["set"]["cut"]
    assert cut == "clock-41" and right_without(network, 41) < 0.5
    others = [k for k in range(1, 57) if k not in keys()]
    assert min(right_without(network, k) for k in others[::6]) > 0.999


def test_the_clock_that_is_needed_most_has_the_longest_hand(network):
    left = {k: right_without(network, k) for k in keys()}
    long = hands("generalized").abs().mean((0, 1)).tolist()
    long = dict(zip(keys(), long, strict=True))
    assert min(left, key=left.get) == max(long, key=long.get) == 41


def test_a_clock_that_says_nothing_helps_another(network):
    assert "Clock 38 hardly says a word" in BOOK
    said = hands("generalized").abs()
    assert said[..., keys().index(38)].max() < 0.5
    assert right_without(network, 38) == 1
    logits = torch.tensor(network.logits()).double()
    wave = torch.cos(2 * math.pi * 19 * torch.tensor(SUMS[..., None] - n) / P)
    left = (2 / P * (logits * wave).sum(-1)).abs()
    assert (left < said[..., keys().index(19)] / 2).double().mean() > 0.1


def test_hands_find_their_marks_when_it_has_generalized():
    late, early = hands("generalized"), hands("memorized")
    loud = [keys().index(k) for k in (8, 19, 41, 54)]
    assert misses(late)[..., loud].median() < 10
    unseen = ~shown() & ~shown().T
    assert misses(early)[unseen].median() > 60


def test_half_way_some_sums_are_wrong_though_the_strongest_hands_are_right():
    found = hands("half-way")
    strongest = found.abs().argsort(-1, descending=True)[..., :2]
    good = misses(found).gather(-1, strongest).amax(-1) < 15
    wrong = moment("half-way").inside.logits.argmax(-1) != torch.tensor(SUMS)
    assert (good & wrong).sum() > 100


def test_swapping_the_numbers_changes_the_heads_and_not_the_hands():
    inside = moment("generalized").inside
    taken = inside.pattern[..., 0]
    assert (taken[47, 85] - taken[85, 47]).abs().min() > 0.5
    found = hands("generalized")
    assert (found[47, 85] - found[85, 47]).abs().max() < 0.1


def test_many_neurons_by_lot_may_hurt_more_than_a_team(network):
    teams = neurons.fit_frequencies(moment("generalized").inside.neurons).frequency
    team = (teams == 8).nonzero()[:, 0].tolist()
    others = (teams != 8).nonzero()[:, 0].tolist()

    def right(gone):
        network.load()
        network.view("spared", np.float32, 512)[gone] = 0
        network.prepare()
        return float((network.answers() == SUMS).mean())

    draws = [np.random.default_rng(i).permutation(others) for i in range(5)]
    by_lot = [right(gone[: len(team)]) for gone in draws]
    assert min(by_lot) < right(team) < max(by_lot)


def test_the_book_shows_all_pieces():
    for name in ("part", "moments", "recorded"):
        assert f":file: ../dist/follow/{name}.html" in BOOK
    toc = text(HERE.parent, "_toc.yml")
    assert "file: book/lab\n      - file: book/follow\n" in toc
