"""Optimizers against formulas written out by hand."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from grokcore import SGD, Adam, AdamW, Muon, TransformerConfig
from grokcore.training import Trainer

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
    steps = optimizer.build({"w": parameter})
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
    weights = {"w": nn.Parameter(torch.ones(2))}
    whole = optimizer.build(weights)
    assert whole.defaults["fused"]

    class NoKernel(type(whole)):
        def __init__(self, parameters, fused=None, **settings):
            if fused:
                raise RuntimeError("`fused=True` requires … supported devices")
            super().__init__(parameters, **settings)

    monkeypatch.setattr(torch.optim, type(whole).__name__, NoKernel)
    assert optimizer.build(weights).defaults == whole.defaults | {"fused": None}


# -- Muon ------------------------------------------------------------------------


def orthogonalized(matrix, steps=5):
    """Newton–Schulz toward the nearest orthogonal matrix (Jordan et al. 2024)."""
    x = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
    x = x / np.linalg.norm(x)
    for _ in range(steps):
        gram = x @ x.T
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return x.T if matrix.shape[0] > matrix.shape[1] else x


needs_muon = pytest.mark.skipif(
    not hasattr(torch.optim, "Muon"), reason="needs torch 2.9 or newer"
)


@pytest.fixture
def muon_problem(tiny):
    """A transformer's parameters with random gradients, and what they were."""
    task = tiny().task
    model = TransformerConfig(width=16, heads=2).build(task, seed=0)
    parameters = dict(model.named_parameters())
    generator = torch.Generator().manual_seed(1)
    before = {n: p.detach().clone().double().numpy() for n, p in parameters.items()}

    def give_gradients():
        for p in parameters.values():
            p.grad = torch.randn(p.shape, generator=generator)
        return {n: p.grad.double().numpy() for n, p in parameters.items()}

    return parameters, before, give_gradients


@needs_muon
def test_muon_takes_each_matrix_of_each_head_and_adamw_the_rest(muon_problem):
    parameters, before, give_gradients = muon_problem
    muon = Muon(lr=0.02, weight_decay=0.5, momentum=0.0, nesterov=False)
    optimizer = muon.build(parameters)
    gradients = give_gradients()
    optimizer.step()
    for name, parameter in parameters.items():
        w, g, after = before[name], gradients[name], parameter.detach().numpy()
        shrunk = w * (1 - 0.02 * 0.5)
        if "blocks" not in name or w.ndim == 1:
            # The first step of AdamW is the sign of the gradient.
            np.testing.assert_allclose(after, shrunk - 0.02 * np.sign(g), atol=1e-6)
            continue
        for i in np.ndindex(w.shape[:-2]):  # a head, or the whole matrix
            step = orthogonalized(g[i]) * 0.02 * 0.2 * max(w[i].shape) ** 0.5
            # torch iterates in bfloat16, which is good to about a hundredth.
            np.testing.assert_allclose(
                after[i], shrunk[i] - step, atol=0.06 * abs(step).max()
            )


@needs_muon
def test_muon_leaves_no_gradient_and_no_memory_apart(muon_problem):
    parameters, _, give_gradients = muon_problem
    optimizer = Muon().build(parameters)
    give_gradients()
    optimizer.step()
    W_Q = parameters["blocks.0.attn.W_Q"]
    for i, part in enumerate(W_Q):
        assert torch.equal(optimizer.parameters[f"blocks.0.attn.W_Q.{i}"], part)
    optimizer.zero_grad()
    assert all(
        p.grad is None for p in (*parameters.values(), *optimizer.parameters.values())
    )


@needs_muon
def test_a_run_with_muon_that_was_cut_ends_with_the_same_bits(tiny):
    experiment = tiny(optimizer=Muon(lr=1e-2), warmup=4, epochs=12)
    whole, kept = Trainer(experiment, device="cpu"), {}

    def keep(state):
        if state.step == 7:
            now = state.trainer.state().items()
            kept.update((name, tensor.clone()) for name, tensor in now)

    whole.train([keep])
    again = Trainer(experiment, device="cpu")
    again.restore(kept)
    again.train()
    assert again.history == whole.history
    for name, parameter in whole.parameters.items():
        assert torch.equal(again.parameters[name], parameter)


def test_muon_says_which_torch_it_needs(monkeypatch, muon_problem):
    monkeypatch.delattr(torch.optim, "Muon", raising=False)
    with pytest.raises(RuntimeError, match=r"needs torch 2\.9 or newer, this is torch"):
        Muon().build(muon_problem[0])


def test_muon_refuses_a_model_without_inner_matrices():
    with pytest.raises(ValueError, match=r"no matrix inside a block in \['embed.W_E'"):
        Muon().build({"embed.W_E": nn.Parameter(torch.ones(3, 2))})


@pytest.mark.parametrize(
    ("make", "given_value", "allowed"),
    [
        (lambda: Muon(momentum=1.0), "1.0", "less than 1"),
        (lambda: Muon(newton_schulz_steps=0), "0", "greater than or equal to 1"),
        (lambda: Muon(adjust_lr="none"), "'none'", "'match_rms_adamw' or 'original'"),
        (lambda: AdamW(lr=0.0), "0.0", "greater than 0"),
        (lambda: AdamW(lr=-1.0), "-1.0", "greater than 0"),
        (lambda: AdamW(lr=float("inf")), "inf", "finite"),
        (lambda: AdamW(lr="0.1"), "'0.1'", "valid number"),
        (lambda: AdamW(betas=(0.9, 1.0)), "1.0", "less than 1"),
        (lambda: AdamW(weight_decay=-0.1), "-0.1", "greater than or equal to 0"),
        (lambda: Adam(eps=0.0), "0.0", "greater than 0"),
        (lambda: SGD(momentum=1.0), "1.0", "less than 1"),
        (lambda: SGD(nesterov=True), "nesterov=True", "(0, 1)"),
        (lambda: SGD(betas=(0.9, 0.9)), "betas", "is no field of"),
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
