"""Losses and optimizers against formulas written out by hand."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from grokcore import SGD, Adam, AdamW
from grokcore.losses import LOSSES, cross_entropy, mse
from grokcore.training import Trainer

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


def test_cross_entropy_still_falls_where_float32_would_be_zero():
    logits = torch.tensor([[25.0, 0.0]], requires_grad=True)
    loss = cross_entropy(logits, torch.tensor([0]))
    loss.backward()
    assert loss.item() == pytest.approx(np.log1p(np.exp(-25)), rel=1e-6)
    assert logits.grad[0, 0] < 0 < logits.grad[0, 1]


@pytest.mark.parametrize("name", LOSSES)
def test_losses_of_half_precision_logits_are_float64(name):
    logits = torch.randn(3, 5, generator=torch.Generator().manual_seed(0)).bfloat16()
    targets = torch.tensor([0, 1, 2])
    exact = LOSSES[name](logits.double(), targets)
    assert LOSSES[name](logits, targets).item() == exact.item()


# -- optimizers ------------------------------------------------------------------


def adamw(w, gradients, lr, weight_decay, betas, eps, coupled=False):
    m = v = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        if coupled:
            g = g + weight_decay * w
        else:
            w = w * (1 - lr * weight_decay)
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g**2
        m_hat, v_hat = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
        w = w - lr * m_hat / (np.sqrt(v_hat) + eps)
    return w


def sgd(w, gradients, lr, momentum, nesterov, weight_decay):
    velocity = None
    for g in gradients:
        g = g + weight_decay * w
        velocity = g if velocity is None else momentum * velocity + g
        w = w - lr * (g + momentum * velocity if nesterov else velocity)
    return w


def after_steps(optimizer, w, gradients):
    parameter = nn.Parameter(torch.from_numpy(w.copy()))
    steps = optimizer.build([parameter])
    for g in gradients:
        parameter.grad = torch.from_numpy(g.copy())
        steps.step()
    return parameter.detach().numpy()


@pytest.fixture
def problem():
    rng = np.random.default_rng(0)
    return rng.normal(size=(3, 4)), rng.normal(size=(6, 3, 4))


def test_adamw_decays_apart_from_the_gradient(problem):
    settings = {"lr": 0.03, "weight_decay": 0.7, "betas": (0.8, 0.95), "eps": 1e-6}
    np.testing.assert_allclose(
        after_steps(AdamW(**settings), *problem),
        adamw(*problem, **settings),
        rtol=1e-12,
    )


def test_adam_couples_its_decay_into_the_gradient(problem):
    settings = {"lr": 0.03, "weight_decay": 0.7, "betas": (0.8, 0.95), "eps": 1e-6}
    np.testing.assert_allclose(
        after_steps(Adam(**settings), *problem),
        adamw(*problem, **settings, coupled=True),
        rtol=1e-12,
    )


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_sgd_steps_down_the_gradient(problem, momentum):
    settings = {
        "lr": 0.05,
        "momentum": momentum,
        "nesterov": False,
        "weight_decay": 0.1,
    }
    np.testing.assert_allclose(
        after_steps(SGD(**settings), *problem), sgd(*problem, **settings), rtol=1e-12
    )


def test_nesterov_looks_ahead(problem):
    settings = {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}
    np.testing.assert_allclose(
        after_steps(SGD(**settings), *problem), sgd(*problem, **settings), rtol=1e-12
    )


@pytest.mark.parametrize("optimizer", [AdamW(), Adam(), SGD()])
def test_steps_are_fused_where_torch_has_that(optimizer, monkeypatch):
    weights = [nn.Parameter(torch.ones(2))]
    whole = optimizer.build(weights)
    assert whole.defaults["fused"]

    class NoKernel(type(whole)):
        def __init__(self, parameters, fused=None, **settings):
            if fused:
                raise RuntimeError("`fused=True` requires … supported devices")
            super().__init__(parameters, **settings)

    monkeypatch.setattr(torch.optim, type(whole).__name__, NoKernel)
    assert optimizer.build(iter(weights)).defaults == whole.defaults | {"fused": None}


@pytest.mark.parametrize(
    ("make", "given_value", "allowed"),
    [
        (lambda: AdamW(lr=0.0), "0.0", "greater than 0"),
        (lambda: AdamW(lr=-1.0), "-1.0", "greater than 0"),
        (lambda: AdamW(lr=float("inf")), "inf", "finite"),
        (lambda: AdamW(lr="0.1"), "'0.1'", "valid number"),
        (lambda: AdamW(betas=(0.9, 1.0)), "1.0", "less than 1"),
        (lambda: AdamW(weight_decay=-0.1), "-0.1", "greater than or equal to 0"),
        (lambda: Adam(eps=0.0), "0.0", "greater than 0"),
        (lambda: SGD(momentum=1.0), "1.0", "less than 1"),
        (lambda: SGD(nesterov=True), "nesterov=True", "(0, 1)"),
        (lambda: SGD(betas=(0.9, 0.9)), "betas", "Unexpected keyword"),
    ],
)
def test_an_impossible_optimizer_is_refused_with_what_is_allowed(
    make, given_value, allowed
):
    with pytest.raises(ValueError) as error:
        make()
    assert given_value in str(error.value)
    assert allowed in str(error.value)


def test_the_learning_rate_rises_linearly_over_the_warm_up(tiny):
    optimizer = SGD(lr=0.1)
    trainer = Trainer(tiny(optimizer=optimizer, warmup=4, epochs=7), device="cpu")
    seen = []

    def watch(state):
        weight = state.model.unembed.W_U
        seen.append((weight.detach().clone(), weight.grad.clone()))

    trainer.train([watch])
    for step, (before, after) in enumerate(itertools.pairwise(seen)):
        rate = 0.1 * min(1, (step + 1) / 4)
        expected = before[0] - rate * before[1]
        torch.testing.assert_close(after[0], expected, rtol=1e-6, atol=1e-8)
    assert len(seen) == 8
