"""The loss around a network, against Hessians that are written down."""

import math

import pytest
import torch
from torch.func import functional_call

import grokcore as gc
from grokcore.analysis import landscape
from grokcore.losses import cross_entropy


@pytest.fixture
def network():
    """A tiny network on its table, in float64, a little way from its start."""
    task = gc.ModularTask("add", p=5, train_fraction=0.6)
    config = gc.EmbeddingMLPConfig(width=None, mlp_width=4, layers=2, biases="none")
    model, data = config.build(task, seed=0), task.data()
    loss = landscape.loss_of(model, data.tokens, data.targets)
    at = {n: 2 * w for n, w in landscape.weights_of(model).items()}
    return loss, at, model, data


def flat(weights):
    return torch.cat([w.flatten() for w in weights.values()])


def written_down(loss, at):
    """The Hessian, entry by entry."""
    shapes = {n: w.shape for n, w in at.items()}

    def of_one_vector(x):
        parts = x.split([s.numel() for s in shapes.values()])
        named = zip(shapes.items(), parts, strict=True)
        return loss({n: part.view(s) for (n, s), part in named})

    return torch.autograd.functional.hessian(of_one_vector, flat(at))


def test_a_loss_is_that_of_the_model_with_those_weights(network):
    loss, at, model, data = network
    logits = functional_call(model, at, data.tokens)
    assert loss(at) == cross_entropy(logits, data.targets)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(at[name])
    expected = cross_entropy(model(data.tokens), data.targets).item()
    assert loss(at).item() == pytest.approx(expected, rel=1e-5)


def test_products_are_those_with_the_hessian(network):
    loss, at, *_ = network
    H = written_down(loss, at)
    for seed in range(3):
        v = landscape.direction(at, seed)
        product = landscape.hessian_vector_product(loss, at, v)
        assert torch.allclose(flat(product), H @ flat(v), atol=1e-12)


def test_a_loss_that_is_linear_in_some_weights_bends_nowhere_there():
    at = {"a": torch.ones(2, dtype=torch.float64), "b": torch.ones(3).double()}
    product = landscape.hessian_vector_product(
        lambda w: w["a"].square().sum() + w["b"].sum(), at, at
    )
    assert torch.equal(product["a"], 2 * at["a"]) and not product["b"].any()


def test_the_top_eigenvalue_is_the_largest_in_size(network):
    loss, at, *_ = network
    values = torch.linalg.eigvalsh(written_down(loss, at))
    expected = values[values.abs().argmax()].item()
    found = landscape.top_eigenvalue(loss, at, rounds=2_000, tolerance=1e-9)
    assert found == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("values", [(3.0, -8.0, 1.0), (0.5, 2.0, 1.0)])
def test_the_top_eigenvalue_of_a_bowl_has_its_sign(values):
    curve = torch.tensor(values, dtype=torch.float64) / 2
    at = {"w": torch.ones(3, dtype=torch.float64)}
    found = landscape.top_eigenvalue(
        lambda w: (curve * w["w"].square()).sum(), at, tolerance=1e-9
    )
    assert found == pytest.approx(max(values, key=abs))
    assert landscape.top_eigenvalue(lambda w: w["w"].sum(), at) == 0


def test_the_trace_is_within_its_error(network):
    loss, at, *_ = network
    exact = written_down(loss, at).trace().item()
    found, error = landscape.trace(loss, at, draws=2_000)
    assert abs(found - exact) < 4 * error < 0.2 * abs(exact)


def test_the_pull_is_the_cosine_of_descent_and_weights(network):
    loss, at, *_ = network
    x = flat(at).clone().requires_grad_()
    shapes = [w.shape for w in at.values()]
    parts = x.split([s.numel() for s in shapes])
    named = {n: q.view(s) for n, q, s in zip(at, parts, shapes, strict=True)}
    (slope,) = torch.autograd.grad(loss(named), x)
    expected = torch.cosine_similarity(-slope, flat(at), dim=0).item()
    assert landscape.pull(loss, at) == pytest.approx(expected, rel=1e-9)


def test_directions_have_filters_of_the_networks_own_length():
    at = {
        "matrix": torch.randn(7, 3).double(),
        "heads": torch.randn(2, 7, 3).double(),
        "biases": torch.randn(5).double(),
    }
    found = landscape.direction(at, seed=1)
    for name in ("matrix", "heads"):
        assert torch.allclose(found[name].norm(dim=-2), at[name].norm(dim=-2))
    assert found["biases"].norm().item() == pytest.approx(at["biases"].norm().item())
    assert found["matrix"].shape == (7, 3)
    other = landscape.direction(at, seed=2)
    assert not torch.allclose(found["matrix"], other["matrix"])
    plain = landscape.direction(at, seed=1, normalize=False)
    assert flat(plain).norm().item() == pytest.approx(1)


def test_a_filter_of_zeros_is_not_moved():
    at = {"w": torch.tensor([[0.0, 1.0], [0.0, 1.0]])}
    found = landscape.direction(at, seed=0)["w"]
    assert found.isfinite().all() and found[:, 0].abs().max() < 1e-30


def test_slices_of_a_rescaled_network_are_the_same(network):
    """ReLUs without biases: what is taken from one matrix may be given to another."""
    loss, at, *_ = network
    factors = {"embed.W_E": 4, "unembed.W_U": 0.25}
    other = {n: w * factors.get(n, 1) for n, w in at.items()}
    places = torch.linspace(-1, 1, 11)
    one, two = (
        landscape.line(loss, w, landscape.direction(w, 0), places) for w in (at, other)
    )
    assert torch.allclose(one, two, rtol=1e-12)
    raw = [
        landscape.line(loss, w, landscape.direction(w, 0, normalize=False), places)
        for w in (at, other)
    ]
    assert not torch.allclose(*raw, rtol=1e-3)


def test_a_plane_has_its_lines(network):
    loss, at, *_ = network
    x, y = (landscape.direction(at, s) for s in (0, 1))
    places = torch.tensor([-1.0, 0.0, 0.5])
    plane = landscape.plane(loss, at, x, y, places)
    assert torch.allclose(plane[1], landscape.line(loss, at, x, places))
    assert torch.allclose(plane[:, 1], landscape.line(loss, at, y, places))
    turned = landscape.turned(x, y, math.pi / 2)
    assert torch.allclose(plane[:, 1], landscape.line(loss, at, turned, places))


def test_roughness_does_not_depend_on_the_grid():
    for n in (11, 41):
        x = torch.linspace(-2, 2, n, dtype=torch.float64)
        assert landscape.roughness(3 * x.square() + x, x) == pytest.approx(6)
        assert landscape.roughness(-x.square(), x) == pytest.approx(2)


@pytest.mark.parametrize(
    ("heights", "places", "message"),
    [
        ([1, 2], [0, 1], "at least 3"),
        ([1, 2, 3], [0, 1], r"\[3\] and \[2\]"),
        ([1, 2, 3], [0, 1, 3], "all by the same step"),
        ([1, 2, 3], [2, 1, 0], "must rise"),
    ],
)
def test_roughness_wants_an_even_slice(heights, places, message):
    with pytest.raises(ValueError, match=message):
        landscape.roughness(heights, places)


def test_too_few_rounds_and_draws_are_refused(network):
    loss, at, *_ = network
    with pytest.raises(ValueError, match="rounds=0"):
        landscape.top_eigenvalue(loss, at, rounds=0)
    with pytest.raises(ValueError, match="draws=1"):
        landscape.trace(loss, at, draws=1)
