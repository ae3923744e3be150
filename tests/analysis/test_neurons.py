"""Planted neurons belong to their frequency; parts of a table add up to the whole."""

import math

import pytest
import torch

import grokcore as gc
from grokcore.analysis import neurons
from grokcore.analysis.activations import table_neurons
from grokcore.analysis.neurons import fit_frequencies


def angle(p, k):
    return 2 * math.pi * k * torch.arange(p, dtype=torch.float64) / p


@pytest.mark.parametrize("p", [15, 16, 59])
def test_a_relu_of_waves_belongs_to_their_frequency(p):
    """Clock neurons; frequencies that share a divisor with p are among them."""
    frequencies = range(1, p // 2 + 1)
    planted = torch.stack(
        [
            torch.relu(
                torch.cos(angle(p, k) - 0.4)[:, None] + torch.cos(angle(p, k) - 0.4)
            )
            for k in frequencies
        ],
        dim=2,
    )
    fit = fit_frequencies(planted)
    assert fit.frequency.tolist() == list(frequencies)
    assert fit.active.all()
    assert (fit.share > 0.8).all()
    assert (fit.second_order > 0.05).all()


@pytest.mark.parametrize(("p", "k"), [(11, 5), (12, 6), (12, 4), (59, 29)])
def test_sums_are_of_first_order_and_products_of_second(p, k):
    a, b = angle(p, k).cos()[:, None], angle(p, k).cos()
    together = (angle(p, k)[:, None] + angle(p, k)).cos()
    fit = fit_frequencies(torch.stack([a + b + 3, a * b - 1, together, a + 0 * b], 2))
    assert fit.frequency.tolist() == [k] * 4
    torch.testing.assert_close(fit.share, torch.ones(4, dtype=torch.float64))
    expected = torch.tensor([0, 1, 1, 0], dtype=torch.float64)
    torch.testing.assert_close(fit.second_order, expected)


def test_products_of_two_frequencies_belong_to_neither():
    a, b = angle(11, 2).cos()[:, None], angle(11, 3).cos()
    fit = fit_frequencies((2 * a + b + 1 * a * b)[:, :, None])
    powers = [4 / 2, 1 / 2, 1 / 4]
    assert fit.frequency.item() == 2
    assert fit.share.item() == pytest.approx(powers[0] / sum(powers))
    assert fit.second_order.item() == pytest.approx(0, abs=1e-12)


def test_dead_neurons_have_no_frequency():
    table = torch.randn(7, 7, 3)
    table[:, :, 0] = 0
    table[:, :, 1] = 0.1
    fit = fit_frequencies(table)
    assert fit.active.tolist() == [False, False, True]
    assert fit.frequency[:2].tolist() == [0, 0]
    assert fit.share[:2].tolist() == fit.second_order[:2].tolist() == [0, 0]
    assert fit.frequency[2] > 0


@pytest.mark.parametrize("p", [9, 10])
def test_the_share_is_that_of_the_part_which_is_kept(p):
    table = torch.randn(p, p, 4, dtype=torch.float64)
    fit = fit_frequencies(table)
    variance = table.var((0, 1), correction=0)
    shares = torch.stack(
        [
            neurons.keep(table, [k]).var((0, 1), correction=0) / variance
            for k in range(1, p // 2 + 1)
        ]
    )
    torch.testing.assert_close(fit.share, shares.amax(0))
    assert torch.equal(fit.frequency, shares.argmax(0) + 1)


def test_shares_are_those_of_torch_fft():
    """Of a real table, a product of waves of frequency k sits at (±k or 0)."""
    p, k = 13, 4
    table = torch.randn(p, p, dtype=torch.float64)
    power = torch.fft.fft2(table).abs().square()
    places = [0, k, p - k]
    own = sum(power[i, j] for i in places for j in places) - power[0, 0]
    second = sum(power[i, j] for i in places[1:] for j in places[1:])
    kept = neurons.keep(table, [k])
    centered = kept - kept.mean()
    assert centered.square().sum().item() == pytest.approx(own.item() / p**2)
    fit = fit_frequencies(kept[:, :, None])
    assert fit.second_order.item() == pytest.approx((second / own).item())


@pytest.mark.parametrize(
    ("p", "frequencies"), [(9, [4, 3]), (10, [5, 2]), (2, [1]), (11, range(1, 6))]
)
@pytest.mark.parametrize("shape", [(), (3,), (2, 2)])
def test_keep_and_remove_are_complementary_projections(p, frequencies, shape):
    x = torch.randn(p, p, *shape, dtype=torch.float64)
    kept, rest = neurons.keep(x, frequencies), neurons.remove(x, frequencies)
    mean = x.mean((0, 1))
    torch.testing.assert_close(kept + rest, x + mean)
    torch.testing.assert_close(neurons.keep(kept, frequencies), kept)
    torch.testing.assert_close(neurons.remove(rest, frequencies), rest)
    torch.testing.assert_close(neurons.keep(rest, frequencies), mean.expand_as(x))
    torch.testing.assert_close(kept.mean((0, 1)), mean)
    torch.testing.assert_close(rest.mean((0, 1)), mean)


def test_no_frequency_at_all_leaves_the_mean():
    x = torch.randn(5, 5, 2)
    torch.testing.assert_close(neurons.keep(x, []), x.mean((0, 1)).expand_as(x))
    assert torch.equal(neurons.remove(x, ()), x)


def test_type_and_argument_stay():
    x = torch.randn(7, 7, 2, requires_grad=True)
    before = x.detach().clone()
    for part in (neurons.keep(x, [2]), neurons.remove(x, [2])):
        assert part.dtype == torch.float32
        assert not part.requires_grad
    assert torch.equal(x, before)


@pytest.mark.parametrize(("p", "rows"), [(9, 8), (10, 8), (2, 3)])
def test_products_are_orthonormal(p, rows):
    table = neurons.products(p, [1])
    assert table.shape == (rows, p, p)
    flat = neurons.products(p, range(1, p // 2 + 1)).flatten(1)
    torch.testing.assert_close(flat @ flat.T, torch.eye(len(flat), dtype=flat.dtype))
    torch.testing.assert_close(flat.sum(1), torch.zeros_like(flat[:, 0]))


@pytest.mark.parametrize("call", [neurons.keep, neurons.remove])
@pytest.mark.parametrize(
    ("frequencies", "message"),
    [
        ([0], r"frequencies \[0\] do not exist; 7 numbers have 1 … 3"),
        ([4], r"frequencies \[4\] do not exist"),
        ([2, 2], r"frequencies \(2, 2\) name one twice"),
    ],
)
def test_impossible_frequencies_are_refused(call, frequencies, message):
    with pytest.raises(ValueError, match=message):
        call(torch.zeros(7, 7), frequencies)


def test_what_is_no_table_is_refused():
    with pytest.raises(ValueError, match=r"shape \(7, 6, 2\); expected \[p, p, …\]"):
        neurons.keep(torch.zeros(7, 6, 2), [1])
    with pytest.raises(ValueError, match=r"shape \(7, 7\); expected \[p, p, M\]"):
        fit_frequencies(torch.zeros(7, 7))


def test_a_swap_changes_what_treats_a_and_b_differently():
    a = torch.randn(7, 1, 3, generator=torch.manual_seed(0))
    b = a.transpose(0, 1)
    assert neurons.swapped(a * b + 3) == pytest.approx(0)
    assert neurons.swapped(a - b) == pytest.approx(1)
    assert neurons.swapped(torch.cat([a + 0 * b, b + 0 * a], 2)) == pytest.approx(0.5)
    assert neurons.swapped(torch.ones(4, 4)) == 0
    with pytest.raises(ValueError, match="a table has shape"):
        neurons.swapped(torch.ones(4, 5))


@pytest.mark.parametrize("layout", ["a b =", "a ∘ b ="])
def test_each_kind_of_network_shows_what_its_logits_are_made_of(layout):
    task = gc.ModularTask(p=7, train_fraction=0.5, token_format=layout)
    kinds = (
        gc.TransformerConfig(width=8, heads=2),
        gc.EmbeddingMLPConfig(8, 9, 2),
        gc.EmbeddingMLPConfig(None, 9, activation="square"),
        gc.LSTMConfig(2, 8, 9),
    )
    for kind in kinds:
        model = kind.build(task, seed=1)
        found = table_neurons(model)
        assert found.shape[:2] == (7, 7)
        if kind.kind != "transformer":
            logits = (found @ model.unembed.W_U).flatten(0, 1)
            torch.testing.assert_close(logits, model(task.data().tokens))


def test_an_mlp_shows_each_of_its_layers():
    task = gc.ModularTask(p=7, train_fraction=0.5)
    model = gc.EmbeddingMLPConfig(8, 9, 2).build(task, seed=1)
    first = table_neurons(model, 1)
    second = torch.relu(first @ model.deeper[0].W_in + model.deeper[0].b_in)
    torch.testing.assert_close(second, table_neurons(model))
    with pytest.raises(ValueError, match="layers=3; allowed: 1 to 2"):
        table_neurons(model, 3)
    with pytest.raises(ValueError, match="allowed: None"):
        table_neurons(gc.LSTMConfig().build(task, seed=1), 1)
