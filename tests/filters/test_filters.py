"""Filters do what their papers say, on any stream of gradients, also after a break."""

import itertools
from collections import deque

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from grokcore import (
    AdamW,
    Band,
    Experiment,
    FixedNorm,
    Gain,
    GrokfastEMA,
    GrokfastMA,
    OrthoGrad,
    filters,
)
from grokcore.training import Trainer

SHAPES = {"matrix": (3, 4), "heads": (2, 3, 2), "bias": (5,)}


def streams(seed, steps, falling=1.0, missing=0.0):
    """Random gradients by parameter for each step; ``None`` where there is none.

    Their scale falls by so much from the first step to the last.
    """
    rng = np.random.default_rng(seed)
    scales = np.geomspace(1, 1 / falling, steps)
    return [
        {
            name: None
            if rng.random() < missing
            else (scale * rng.normal(size=shape)).astype(np.float32)
            for name, shape in SHAPES.items()
        }
        for scale in scales
    ]


def weights(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return {
        name: nn.Parameter(torch.randn(shape, generator=generator))
        for name, shape in SHAPES.items()
    }


def filtered(config, stream, parameters=None):
    """What a filter makes of a stream of float32 gradients, step by step."""
    parameters = parameters or weights()
    act = config.build(parameters)
    return [feed(act, parameters, gradients) for gradients in stream]


def feed(act, parameters, gradients):
    for name, parameter in parameters.items():
        g = gradients[name]
        parameter.grad = None if g is None else torch.from_numpy(g.copy())
    act()
    return {
        name: None if parameter.grad is None else parameter.grad.numpy().copy()
        for name, parameter in parameters.items()
    }


def assert_equal_to(ours, formula, stream, names=SHAPES):
    """To 1e-6 of a step's largest filtered gradient, every element of every step."""
    for name in names:
        seen = [step[name] for step in stream]
        expected = formula([None if g is None else g.astype(float) for g in seen])
        for step, (got, want, g) in enumerate(
            zip((o[name] for o in ours), expected, seen, strict=True)
        ):
            if g is None:
                assert got is None
                continue
            largest = abs(want).max()
            np.testing.assert_allclose(
                got, want, rtol=0, atol=1e-6 * largest, err_msg=f"{name}, step {step}"
            )


# -- the published definitions, in numpy and float64 --------------------------------


def ema(gradients, alpha, lamb):
    mean, out = None, []
    for g in gradients:
        if g is None:
            out.append(None)
            continue
        mean = g if mean is None else alpha * mean + (1 - alpha) * g
        out.append(g + lamb * mean)
    return out


def ma(gradients, window, lamb, wait_until_full=True, start=0):
    held, out = deque(maxlen=window), []
    for step, g in enumerate(gradients):
        if g is None:
            out.append(None)
            continue
        held.append(g)
        acts = (len(held) == window or not wait_until_full) and step >= start
        out.append(g + lamb * np.mean(held, axis=0) if acts else g)
    return out


seeds = st.integers(0, 2**20)
falls = st.sampled_from([1.0, 1e5])
gaps = st.sampled_from([0.0, 0.3])


@given(seeds, falls, gaps, st.sampled_from([0.0, 0.5, 0.98]), st.floats(0, 10))
def test_the_moving_mean_is_the_published_one(seed, falling, missing, alpha, lamb):
    stream = streams(seed, 60, falling, missing)
    ours = filtered(GrokfastEMA(alpha, lamb), stream)
    assert_equal_to(ours, lambda g: ema(g, alpha, lamb), stream)


@given(
    seeds, falls, gaps, st.integers(1, 40), st.floats(0, 10), st.booleans(),
    st.integers(0, 50),
)  # fmt: skip
def test_the_mean_of_the_window_is_the_published_one(
    seed, falling, missing, window, lamb, wait, start
):
    stream = streams(seed, 100, falling, missing)
    ours = filtered(GrokfastMA(window, lamb, wait, start), stream)
    assert_equal_to(ours, lambda g: ma(g, window, lamb, wait, start), stream)


def test_a_long_stream_leaves_nothing_in_the_running_sum():
    # What a float32 sum would have kept from the start is a thousand times the end.
    stream = streams(0, 3_000, falling=1e5)
    ours = filtered(GrokfastMA(window=100, lamb=5.0), stream)
    assert_equal_to(ours, lambda g: ma(g, 100, 5.0), stream)


def test_without_float64_the_sum_is_taken_anew_once_a_window(monkeypatch):
    monkeypatch.setattr(filters.grokfast, "precise", lambda gradient: gradient.dtype)
    stream = streams(0, 3_000, falling=1e5)
    ours = filtered(GrokfastMA(window=100, lamb=5.0), stream)
    for got, want in zip(
        [step["matrix"] for step in ours],
        ma([step["matrix"].astype(float) for step in stream], 100, 5.0),
        strict=True,
    ):
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-5 * abs(want).max())


def test_nothing_is_amplified_before_the_window_is_full():
    stream = streams(1, 12)
    ours = filtered(GrokfastMA(window=10, lamb=5.0), stream)
    for step in range(9):
        assert np.array_equal(ours[step]["bias"], stream[step]["bias"])
    assert not np.array_equal(ours[9]["bias"], stream[9]["bias"])


def test_the_first_step_of_the_moving_mean_is_amplified_in_full():
    (stream,) = streams(2, 1)
    (ours,) = filtered(GrokfastEMA(alpha=0.98, lamb=2.0), [stream])
    np.testing.assert_allclose(ours["heads"], 3 * stream["heads"], rtol=1e-6)


@given(seeds, st.floats(0, 10))
def test_a_constant_gradient_is_multiplied_by_one_plus_lambda(seed, lamb):
    (gradient,) = streams(seed, 1)
    for config in (
        GrokfastEMA(0.9, lamb),
        GrokfastMA(5, lamb, wait_until_full=False),
        Gain(lamb),
    ):
        for step in filtered(config, [gradient] * 12):
            for name, g in gradient.items():
                np.testing.assert_allclose(step[name], (1 + lamb) * g, rtol=1e-5)


def orthograd(gradients, w):
    """Without what points along the weights, as long as before."""
    out = []
    for g in gradients:
        if g is None:
            out.append(None)
            continue
        across = g - (w * g).sum() / (w * w).sum() * w
        out.append(across * np.linalg.norm(g) / np.linalg.norm(across))
    return out


@given(seeds, falls, gaps)
def test_orthograd_is_the_published_one(seed, falling, missing):
    parameters, stream = weights(seed), streams(seed, 20, falling, missing)
    ours = filtered(OrthoGrad(), stream, parameters)
    for name, parameter in parameters.items():
        w = parameter.detach().numpy().astype(float)
        assert_equal_to(ours, lambda g, w=w: orthograd(g, w), stream, [name])


@given(seeds)
def test_orthograd_leaves_lengths_and_what_is_orthogonal(seed):
    parameters = weights(seed)
    (stream,) = streams(seed, 1)
    (ours,) = filtered(OrthoGrad(), [stream], parameters)
    for name, parameter in parameters.items():
        w = parameter.detach().numpy().ravel()
        g, got = stream[name].ravel(), ours[name].ravel()
        assert abs(w @ got) < 1e-5 * np.linalg.norm(w) * np.linalg.norm(got)
        assert np.linalg.norm(got) == pytest.approx(np.linalg.norm(g), rel=1e-5)


@given(seeds, falls, gaps, st.sampled_from([0.0, 0.5, 0.98]))
def test_a_band_is_a_part_of_the_gradient_at_its_length(seed, falling, missing, alpha):
    stream = streams(seed, 30, falling, missing)
    slow, fast = (filtered(Band(keep, alpha), stream) for keep in ("slow", "fast"))
    means = {}
    for step, gradients in enumerate(stream):
        there = [name for name, g in gradients.items() if g is not None]
        for name in there:
            g = gradients[name].astype(float)
            means[name] = alpha * means.get(name, g) + (1 - alpha) * g
        whole, mean, got_slow, got_fast = (
            np.concatenate([given[name].ravel() for name in there] or [np.zeros(0)])
            for given in (gradients, means, slow[step], fast[step])
        )
        length = np.linalg.norm(whole)
        for got, part in ((got_slow, mean), (got_fast, whole - mean)):
            size = np.linalg.norm(part)
            if size < 1e-4 * length:  # rounding is all that is left of it
                continue
            np.testing.assert_allclose(got, part * length / size, atol=1e-3 * length)


def test_the_first_gradient_has_no_fast_part():
    (first,) = streams(0, 1)
    (got,) = filtered(Band("fast"), [first])
    assert all((g == 0).all() for g in got.values())


def test_orthograd_takes_weights_of_zero_and_gradients_along_the_weights():
    w = nn.Parameter(torch.zeros(3))
    w.grad = torch.tensor([1.0, 2.0, 3.0])
    OrthoGrad().build({"w": w})()
    assert w.grad.tolist() == [1.0, 2.0, 3.0]
    along = nn.Parameter(torch.tensor([1.0, 0.0]))
    along.grad = torch.tensor([2.0, 0.0])
    OrthoGrad().build({"along": along})()
    assert along.grad.isfinite().all()


CONFIGS = [
    GrokfastEMA(0.9, 2.0),
    GrokfastMA(7, 5.0),
    GrokfastMA(7, 5.0, wait_until_full=False, start=9),
    OrthoGrad(),
    Gain(1.0),
    Band("slow", 0.9),
    Band("fast", 0.9),
]


@pytest.mark.parametrize("config", CONFIGS, ids=repr)
@pytest.mark.parametrize("cut", [0, 3, 12])
def test_a_filter_goes_on_elsewhere_with_the_same_bits(config, cut):
    stream = streams(4, 20, missing=0.2)
    whole = filtered(config, stream)
    parameters = weights()
    first = config.build(parameters)
    for gradients in stream[:cut]:
        feed(first, parameters, gradients)
    kept = {name: tensor.clone() for name, tensor in first.state().items()}
    second = config.build(parameters)
    second.restore(kept)
    for gradients, want in zip(stream[cut:], whole[cut:], strict=True):
        got = feed(second, parameters, gradients)
        for name in SHAPES:
            assert (got[name] is None) == (want[name] is None)
            assert got[name] is None or np.array_equal(got[name], want[name])


@pytest.mark.parametrize(
    ("make", "given_value", "allowed"),
    [
        (lambda: GrokfastEMA(alpha=1.0), "1.0", "less than 1"),
        (lambda: GrokfastEMA(lamb=-1.0), "-1.0", "greater than or equal to 0"),
        (lambda: GrokfastMA(window=0), "0", "greater than or equal to 1"),
        (lambda: GrokfastMA(start=-1), "-1", "greater than or equal to 0"),
        (lambda: Gain(lamb=float("nan")), "nan", "finite"),
        (lambda: Band("low"), "'low'", "'slow' or 'fast'"),
        (lambda: Band("slow", alpha=1.0), "1.0", "less than 1"),
        (lambda: FixedNorm(share=0.0), "0.0", "greater than 0"),
        (lambda: Experiment(filter=AdamW()), "AdamW", "filter"),
        (lambda: Experiment(filter="ema"), "'ema'", "filter"),
    ],
)
def test_an_impossible_filter_is_refused_with_what_is_allowed(
    make, given_value, allowed
):
    with pytest.raises(ValueError) as error:
        make()
    assert given_value in str(error.value)
    assert allowed in str(error.value)


# -- in training ---------------------------------------------------------------------


def trained(experiment, callbacks=()):
    trainer = Trainer(experiment, device="cpu")
    trainer.train(callbacks)
    return trainer


def test_a_filter_acts_between_backward_and_the_step(tiny):
    # SGD shows what it was given: the weights move by lr × the filtered gradient.
    from grokcore import SGD

    experiment = tiny(optimizer=SGD(lr=0.1), filter=GrokfastEMA(0.5, 2.0), epochs=6)
    seen = []

    def watch(state):
        weight = state.model.unembed.W_U
        raw = None if state.last else weight.grad.clone().double().numpy()
        seen.append((weight.detach().clone().double().numpy(), raw))

    trained(experiment, [watch])
    moves = [(a[0] - b[0]) / 0.1 for a, b in itertools.pairwise(seen)]
    expected = ema([gradient for _, gradient in seen[:-1]], 0.5, 2.0)
    for move, want in zip(moves, expected, strict=True):
        np.testing.assert_allclose(move, want, atol=2e-5)


def test_filters_that_do_nothing_change_no_bit(tiny):
    plain = trained(tiny()).history
    for nothing in (GrokfastMA(window=50), GrokfastEMA(0.5, lamb=0.0), Gain(lamb=0.0)):
        assert trained(tiny(filter=nothing)).history == plain


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_the_norm_of_all_weights_stays_where_it_was_put(tiny, share):
    free, fixed = tiny(), tiny(projection=FixedNorm(share))
    start = trained(free).history[0]["weight_norm"]
    norms = [row["weight_norm"] for row in trained(fixed).history]
    np.testing.assert_allclose(norms, share * start, rtol=1e-6)


@pytest.mark.parametrize(
    "changes",
    [
        {"filter": GrokfastMA(window=7)},
        {"projection": FixedNorm(0.8)},
    ],
    ids=["ma", "fixed norm"],
)
@pytest.mark.parametrize("cut", [1, 10, 17])
def test_a_run_that_was_cut_ends_with_the_same_bits(tiny, changes, cut):
    experiment = tiny(batch_size=8, epochs=10, **changes)
    whole = trained(experiment)
    kept = {}

    def keep(state):
        if state.step == cut:
            now = state.trainer.state().items()
            kept.update((name, tensor.clone()) for name, tensor in now)

    trained(experiment, [keep])
    again = Trainer(experiment, device="cpu")
    again.restore(kept)
    again.train()
    assert again.history == whole.history
    for name, parameter in whole.parameters.items():
        assert torch.equal(again.parameters[name], parameter)
