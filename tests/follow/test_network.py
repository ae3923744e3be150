"""The network of the page, run by wasmtime, against grokcore's own."""

import copy

import numpy as np
import pytest
import torch

import grokcore as gc
from follow.moments import MOMENTS, RUN, keys, moment
from follow.network import Network
from grokcore.analysis import fourier
from grokcore.analysis.activations import activations

CLOSE = 1e-2


@pytest.fixture(scope="module", params=MOMENTS)
def both(request):
    """A moment of the recorded run, and the page's network with its weights."""
    theirs = moment(request.param)
    return theirs, Network(theirs.halves)


def model(name="generalized"):
    return copy.deepcopy(gc.load(RUN).at(MOMENTS[name]))


def test_all_logits_of_all_moments_are_grokcores(both):
    theirs, network = both
    expected = theirs.inside.logits.numpy()
    assert expected.shape == (113, 113, 113)
    assert abs(network.logits() - expected).max() < CLOSE


def test_so_are_attention_and_neurons(both):
    theirs, network = both
    for a, b in [(0, 0), (47, 85), (112, 112), (3, 110)]:
        network.answer(a, b)
        pattern = network.view("pattern", np.float32, 4, 3)
        np.testing.assert_allclose(pattern, theirs.inside.pattern[a, b], atol=1e-4)
        neurons = network.view("neurons", np.float32, 512)
        np.testing.assert_allclose(neurons, theirs.inside.neurons[a, b], atol=CLOSE)


def test_its_answers_are_those_with_the_highest_logits(both):
    _, network = both
    assert (network.answers() == network.logits().argmax(-1)).all()


def test_every_float16_becomes_itself():
    numbers = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    numbers = numbers[np.isfinite(numbers)]
    network = Network(moment("untrained").halves)
    halves = network.view("halves", np.float16, network.count())
    embedding = network.view("embedding", np.float32, 114 * 128)
    for part in np.array_split(numbers, 8):
        halves[: len(part)] = part
        network.load()
        assert (embedding[: len(part)] == part.astype(np.float32)).all()


def test_votes_are_what_neurons_add_to_the_logits():
    network, theirs = Network(moment("generalized").halves), model()
    expected = theirs.blocks[0].mlp.W_out @ theirs.unembed.W_U
    votes = network.view("votes", np.float32, 512, 120)
    np.testing.assert_allclose(votes[:, :113], expected.detach(), atol=1e-5)
    assert (votes[:, 113:] == 0).all()


# -- cuts ----------------------------------------------------------------------------


def test_a_head_is_cut_as_if_it_passed_on_nothing():
    network, theirs = Network(moment("generalized").halves), model()
    network.view("channels", np.float32, 4, 32)[1] = 0
    network.prepare()
    with torch.no_grad():
        theirs.blocks[0].attn.W_O[1] = 0
    assert abs(network.logits() - activations(theirs).logits.numpy()).max() < CLOSE


def test_neurons_are_cut_as_if_they_never_fired():
    network, theirs = Network(moment("generalized").halves), model()
    gone = [0, 7, 511]
    network.view("spared", np.float32, 512)[gone] = 0
    with torch.no_grad():
        theirs.blocks[0].mlp.W_out[gone] = 0
    assert abs(network.logits() - activations(theirs).logits.numpy()).max() < CLOSE
    network.answer(1, 2)
    assert (network.view("neurons", np.float32, 512)[gone] == 0).all()


def test_a_cut_in_the_embedding_changes_the_network_as_it_does_grokcores():
    network, theirs = Network(moment("generalized").halves), model()
    numbers = fourier.remove(theirs.W_E[:113].detach(), [keys()[0]])
    network.view("embedding", np.float32, 114, 128)[:113] = numbers
    network.prepare()
    with torch.no_grad():
        theirs.embed.W_E[:113] = numbers
    assert abs(network.logits() - activations(theirs).logits.numpy()).max() < CLOSE


def test_loading_again_undoes_every_cut():
    theirs = moment("half-way")
    network = Network(theirs.halves)
    before = network.answers()
    network.view("channels", np.float32, 128)[:] = 0
    network.view("spared", np.float32, 512)[:] = 0
    network.view("embedding", np.float32, 114 * 128)[:] = 0
    network.prepare()
    assert not (network.answers() == before).all()
    network.load()
    network.prepare()
    assert (network.answers() == before).all()
