"""Losses against formulas written out by hand."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grokcore.losses import (
    LOSSES,
    cross_entropy,
    cross_entropy_float16,
    cross_entropy_float32,
    mse,
    stablemax,
    stablemax_float32,
)

shapes = st.tuples(st.integers(1, 6), st.integers(2, 7), st.integers(0, 1000))


def logits_and_targets(shape, scale=3.0):
    rows, classes, seed = shape
    rng = np.random.default_rng(seed)
    logits = (rng.normal(size=(rows, classes)) * scale).astype(np.float32)
    return logits, rng.integers(0, classes, rows)


@given(shapes)
def test_cross_entropy_is_the_mean_surprise_in_nats(shape):
    logits, targets = logits_and_targets(shape)
    wide = logits.astype(np.float64)
    surprise = np.log(np.exp(wide).sum(1)) - wide[np.arange(len(wide)), targets]
    loss = cross_entropy(torch.from_numpy(logits), torch.from_numpy(targets))
    assert loss.dtype == torch.float64
    assert loss.item() == pytest.approx(surprise.mean(), rel=1e-12)


@given(shapes)
def test_mse_is_the_mean_square_of_all_entries(shape):
    logits, targets = logits_and_targets(shape)
    one_hot = np.eye(logits.shape[1])[targets]
    loss = mse(torch.from_numpy(logits), torch.from_numpy(targets))
    assert loss.dtype == torch.float64
    assert loss.item() == pytest.approx(((logits - one_hot) ** 2).mean(), rel=1e-12)


@given(shapes)
def test_stablemax_is_the_surprise_of_its_own_probabilities(shape):
    logits, targets = logits_and_targets(shape)
    x = logits.astype(np.float64)
    s = np.array([[v + 1 if v >= 0 else 1 / (1 - v) for v in row] for row in x])
    chance = (s / s.sum(1, keepdims=True))[np.arange(len(x)), targets]
    loss = stablemax(torch.from_numpy(logits), torch.from_numpy(targets))
    assert loss.dtype == torch.float64
    assert loss.item() == pytest.approx(-np.log(chance).mean(), rel=1e-12)


def test_stablemax_has_finite_gradients_where_its_branches_would_not():
    # At 1 the lower branch would divide by 0; at 0 the two branches meet.
    logits = torch.tensor([[1.0, 0.0, -1.0, 1e6, -1e6]], dtype=torch.float64)
    logits.requires_grad_()
    target = torch.tensor([0])
    stablemax(logits, target).backward()
    assert logits.grad.isfinite().all()
    assert torch.autograd.gradcheck(
        lambda x: stablemax(x, target),
        torch.tensor(
            [[1.0, 0.3, -1.0, 50.0, -50.0]], dtype=torch.float64
        ).requires_grad_(),
    )


def test_stablemax_keeps_a_gradient_where_softmax_has_none_left():
    def slope(loss):
        logits = torch.tensor([[200.0, 0.0]], requires_grad=True)
        loss(logits, torch.tensor([0])).backward()
        return abs(logits.grad[0, 1].item())

    assert slope(cross_entropy_float32) == 0
    assert slope(cross_entropy) < 1e-80
    assert slope(stablemax) > 1e-3
    assert slope(stablemax_float32) > 1e-3


def test_cross_entropy_still_falls_where_float32_would_be_zero():
    logits = torch.tensor([[25.0, 0.0]], requires_grad=True)
    loss = cross_entropy(logits, torch.tensor([0]))
    loss.backward()
    assert loss.item() == pytest.approx(np.log1p(np.exp(-25)), rel=1e-6)
    assert logits.grad[0, 0] < 0 < logits.grad[0, 1]


@pytest.mark.parametrize("name", LOSSES)
def test_losses_of_half_precision_logits_are_taken_in_full_precision(name):
    logits = torch.randn(3, 5, generator=torch.Generator().manual_seed(0)).bfloat16()
    targets = torch.tensor([0, 1, 2])
    exact = LOSSES[name](logits.double(), targets)
    loss = LOSSES[name](logits, targets)
    assert loss.item() == exact.item()
    narrow = name.endswith("float32")
    assert loss.dtype == (torch.float32 if narrow else torch.float64)


@given(shapes)
def test_float16_is_cross_entropy_as_far_as_halves_go(shape):
    logits, targets = map(torch.from_numpy, logits_and_targets(shape))
    found = cross_entropy_float16(logits, targets)
    assert found.dtype == torch.float64
    assert found.item() == pytest.approx(
        cross_entropy(logits, targets).item(), abs=0.02
    )


@pytest.mark.parametrize(
    ("loss", "digits"), [(cross_entropy_float16, 11), (cross_entropy_float32, 24)]
)
def test_a_sum_with_so_many_digits_forgets_what_is_smaller(loss, digits):
    """Above digits · ln 2 no gradient of the right answer; well below, there is one."""
    for beyond in (0.1, 3.0, -4.0):
        lead = digits * math.log(2) + math.log(30) + beyond
        logits = torch.zeros(1, 31)
        logits[0, 0] = lead
        logits.requires_grad_()
        loss(logits, torch.tensor([0])).backward()
        assert bool(logits.grad[0, 0] == 0) == (beyond > 0)
        assert (logits.grad[0, 1:] > 0).all()  # wrong answers keep theirs
