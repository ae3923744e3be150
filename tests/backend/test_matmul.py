"""Products are x @ weight + bias, whoever multiplies, and so are their derivatives."""

import pytest
import torch
import torch.nn.functional as F

from grokcore.backend import matmul
from grokcore.backend.matmul import affine, relu_network

SHAPES = [(5, 3, 4), (1, 1, 1), (64, 128, 17), (7, 200, 3), (0, 3, 4), (2, 3, 0)]


@pytest.fixture(params=["by size", "oneDNN", "fallback"], autouse=True)
def either_library(request, monkeypatch):
    if request.param == "oneDNN":
        monkeypatch.setattr(matmul, "_SMALLEST", 1)
    if request.param == "fallback":
        monkeypatch.setattr(matmul, "_onednn_works", lambda: False)


def random(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator)


def factors(rows, n, m, bias=True):
    return random(rows, n), random(n, m, seed=1), random(m, seed=2) if bias else None


def plain(x, weight, bias=None):
    return x @ weight if bias is None else x @ weight + bias


def values_and_derivatives(function, *tensors):
    """The result, its gradients, and the gradients of the gradients' squares."""
    leaves = [t.detach().clone().requires_grad_() for t in tensors if t is not None]
    out = function(*leaves)
    upstream = random(*out.shape, seed=3).requires_grad_()
    first = torch.autograd.grad(out, leaves, upstream, create_graph=True)
    squares = sum((g * g).sum() for g in first)
    second = torch.autograd.grad(squares, [upstream, *leaves], allow_unused=True)
    return [out, *first, *second]


def assert_alike(ours, theirs):
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        if a is None or b is None:  # nothing depends on it: no gradient, or all zeros
            assert not any(t.any() for t in (a, b) if t is not None)
            continue
        assert a.dtype == torch.float32
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_values_and_derivatives_are_those_of_torch(shape, bias):
    tensors = factors(*shape, bias=bias)
    assert_alike(
        values_and_derivatives(affine, *tensors),
        values_and_derivatives(plain, *tensors),
    )


@pytest.mark.parametrize("leading", [(), (2, 5), (3, 1, 4), (2, 0)])
def test_any_number_of_leading_dimensions(leading):
    x, (_, weight, bias) = random(*leading, 6), factors(1, 6, 4)
    ours = values_and_derivatives(affine, x, weight, bias)
    assert ours[0].shape == (*leading, 4)
    assert_alike(ours, values_and_derivatives(plain, x, weight, bias))


def test_views_are_multiplied_as_what_they_show():
    wide = random(12, 20)
    views = {
        "transposed": (wide.T, random(9, 12, seed=1).T),
        "every other column": (wide[:, ::2], random(20, 9, seed=1)[::2]),
        "a part": (wide[2:7, 3:11], random(30, 30, seed=1)[5:13, 4:6]),
        "repeated": (wide[:1].expand(4, 20), random(20, 1, seed=1).expand(20, 3)),
    }
    for x, weight in views.values():
        expected = plain(x.contiguous(), weight.contiguous())
        torch.testing.assert_close(affine(x, weight), expected, rtol=1e-5, atol=1e-5)


def test_only_the_gradients_asked_for_are_taken():
    x, weight, bias = factors(5, 3, 4)
    for asked in (x, weight, bias):
        asked.requires_grad_()
        (gradient,) = torch.autograd.grad(affine(x, weight, bias).sum(), [asked])
        assert gradient.shape == asked.shape
        asked.requires_grad_(False)
    assert not affine(x, weight, bias).requires_grad


def test_float64_stays_float64():
    x, weight, bias = (t.double() for t in factors(5, 3, 4))
    torch.testing.assert_close(
        affine(x, weight, bias), plain(x, weight, bias), rtol=1e-14, atol=1e-14
    )


def test_under_autocast_torch_multiplies_in_bfloat16():
    x, weight, bias = factors(5, 3, 4)
    with torch.autocast("cpu", torch.bfloat16):
        out = affine(x, weight, bias)
        assert torch.equal(out, F.linear(x, weight.T, bias))
    assert out.dtype == torch.bfloat16


def network_tensors(rows, n, m, c):
    shapes = [(rows, n), (n, m), (m,), (m, c), (n, c), (c,)]
    return [random(*shape, seed=i) for i, shape in enumerate(shapes)]


def plain_network(x, W_in, b_in, W_out, W_past, b_out):
    return torch.relu(x @ W_in + b_in) @ W_out + x @ W_past + b_out


NETWORKS = [(5, 3, 4, 2), (1, 1, 1, 1), (40, 16, 30, 7), (3, 8, 1, 5), (0, 3, 4, 2)]


@pytest.mark.parametrize("shape", NETWORKS)
def test_a_network_and_its_derivatives_are_those_of_torch(shape):
    tensors = network_tensors(*shape)
    assert_alike(
        values_and_derivatives(relu_network, *tensors),
        values_and_derivatives(plain_network, *tensors),
    )


@pytest.mark.parametrize("shape", NETWORKS)
def test_a_network_s_gradients_are_the_same_with_and_without_a_second_derivative(shape):
    leaves = [t.requires_grad_() for t in network_tensors(*shape)]
    out = relu_network(*leaves)
    upstream = random(*out.shape, seed=9)
    before = upstream.clone()
    first = torch.autograd.grad(out, leaves, upstream, retain_graph=True)
    again = torch.autograd.grad(out, leaves, upstream, retain_graph=True)
    to_derive = torch.autograd.grad(out, leaves, upstream, create_graph=True)
    assert torch.equal(upstream, before)
    for a, b, c in zip(first, again, to_derive, strict=True):
        assert torch.equal(a, b)
        torch.testing.assert_close(a, c, rtol=1e-5, atol=1e-5)


def test_a_network_learns_where_some_of_its_weights_are_frozen():
    tensors = network_tensors(5, 3, 4, 2)
    for asked in tensors:
        asked.requires_grad_()
        expected = torch.autograd.grad(plain_network(*tensors).sum(), [asked])
        for derive in (False, True):
            found = torch.autograd.grad(
                relu_network(*tensors).sum(), [asked], create_graph=derive
            )
            torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
        asked.requires_grad_(False)
    assert not relu_network(*tensors).requires_grad


@pytest.mark.parametrize(
    "broken", ["absent", "changed", "wrong", "without ReLU", "of another shape"]
)
def test_a_private_operator_that_is_not_what_it_was_is_not_used(broken, monkeypatch):
    def stand_in(x, weight, bias, then="none"):
        match broken:
            case "absent":
                raise AttributeError("no attribute '_linear_pointwise'")
            case "changed":
                raise RuntimeError("expected at most 4 arguments")
            case "wrong":
                return plain(x, weight)
            case "without ReLU":
                return plain(x, weight, bias)
        return plain(x, weight, bias).T

    monkeypatch.undo()
    monkeypatch.setattr(matmul, "_onednn", stand_in)
    matmul._onednn_works.cache_clear()
    try:
        assert matmul.library(torch.device("cpu")) == "torch"
        x, weight, bias = factors(5, 3, 4)
        torch.testing.assert_close(affine(x, weight, bias), plain(x, weight, bias))
    finally:
        matmul._onednn_works.cache_clear()


def test_the_choice_can_be_left_to_torch(python):
    code = """
import os, sys
os.environ["GROKCORE_PRODUCTS"] = sys.argv[1]
import torch
from grokcore.backend import matmul
print(matmul.library(torch.device("cpu")))
"""
    assert python(code, "torch").strip() == "torch"
    assert python(code, "").strip() in ("oneDNN", "torch")
