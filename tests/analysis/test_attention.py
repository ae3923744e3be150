"""Activations are those of the model; planted waves and patterns are found again."""

import math

import pytest
import torch

from grokcore import ModularTask, TransformerConfig
from grokcore.analysis.activations import activations, table_tokens
from grokcore.analysis.attention import fit_pattern, fit_wave
from grokcore.lens import to_bridge


def built(config, task):
    """A model with every parameter random, zero-initialized ones too."""
    model = config.build(task, seed=1)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.2 * torch.randn(parameter.shape, generator=generator)
    return model.double()


CONFIGS = {
    "one layer": TransformerConfig(width=12, heads=3),
    "two layers, pre": TransformerConfig(layers=2, width=12, heads=2, norm="pre"),
    "all biases, gelu": TransformerConfig(
        layers=2, width=8, heads=2, norm="pre", biases="all", activation="gelu"
    ),
    "post, dropout": TransformerConfig(
        layers=2, width=8, heads=2, norm="post", dropout=0.5
    ),
}


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("layout", ["a b =", "a ∘ b ="])
def test_logits_are_those_of_the_model(name, layout):
    task = ModularTask(p=6, train_fraction=0.5, token_format=layout)
    model = built(CONFIGS[name], task)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    inside = activations(model)
    assert model.training
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())
    expected = model.eval()(task.data().tokens).detach().view(6, 6, 6)
    torch.testing.assert_close(inside.logits, expected)
    heads, length = model.config.heads, len(model.layout)
    assert inside.scores.shape == inside.pattern.shape == (6, 6, heads, length)
    torch.testing.assert_close(inside.pattern, inside.scores.softmax(-1))
    assert not any(part.requires_grad for part in vars(inside).values())


@pytest.mark.filterwarnings("ignore")  # those of another library
@pytest.mark.parametrize("name", ["one layer", "two layers, pre", "all biases, gelu"])
def test_every_part_is_that_of_the_bridges_cache(name):
    task = ModularTask(p=6, train_fraction=0.5, token_format="a ∘ b =")
    model = built(CONFIGS[name], task)
    inside = activations(model)
    _, cache = to_bridge(model).double().run_with_cache(task.data().tokens)
    last = f"blocks.{model.config.layers - 1}"
    query = cache[f"{last}.attn.hook_q"][:, -1]
    keys = cache[f"{last}.attn.hook_k"]
    # Its hook_attn_scores holds the pattern (TransformerLens 4.3), so: by hand.
    scores = (query[:, None] * keys).sum(-1).transpose(1, 2) / keys.shape[-1] ** 0.5
    for part, expected in (
        (inside.scores, scores),
        (inside.pattern, cache[f"{last}.attn.hook_pattern"][:, :, -1]),
        (inside.neurons, cache[f"{last}.mlp.hook_post"][:, -1]),
    ):
        torch.testing.assert_close(part.flatten(0, 1), expected)


def test_the_table_has_a_row_for_each_a():
    task = ModularTask(p=5, train_fraction=0.5, token_format="a ∘ b =")
    tokens = table_tokens(CONFIGS["one layer"].build(task, seed=0))
    assert tokens.shape == (5, 5, 4)
    assert tokens[3, 1].tolist() == [3, 6, 1, 5]
    assert torch.equal(tokens.flatten(0, 1), task.data().tokens)


def test_answers_beyond_the_numbers_add_no_rows():
    """Other code's models may have a logit for the equals sign, too."""
    task = ModularTask(p=5, train_fraction=0.5)
    model = CONFIGS["one layer"].build(task, seed=0)
    model.unembed.W_U = torch.nn.Parameter(torch.randn(12, 6))
    assert activations(model).logits.shape == (5, 5, 6)


def test_three_operands_are_refused():
    task = ModularTask(p=3, train_fraction=0.5, operands=3)
    with pytest.raises(ValueError, match="takes 3 operands; allowed: 2"):
        activations(CONFIGS["one layer"].build(task, seed=0))


@pytest.mark.parametrize("name", CONFIGS)
def test_a_model_can_be_made_to_attend_otherwise(name):
    model = built(CONFIGS[name], ModularTask(p=5, train_fraction=0.5))
    own = activations(model)
    again = activations(model, own.pattern)
    for part, expected in vars(own).items():
        torch.testing.assert_close(getattr(again, part), expected)
    half = activations(model, torch.tensor([0.5, 0.5, 0.0]))
    assert (half.pattern[2, 3] == torch.tensor([0.5, 0.5, 0.0])).all()
    assert torch.equal(half.scores, own.scores)
    assert not torch.allclose(half.logits, own.logits)


def test_a_pattern_that_does_not_fit_is_refused():
    model = CONFIGS["one layer"].build(ModularTask(p=5, train_fraction=0.5), seed=0)
    with pytest.raises(ValueError, match=r"shape \(4,\); expected \[5, 5, 3, 3\]"):
        activations(model, torch.zeros(4))


# Waves and patterns


@pytest.mark.parametrize("p", [2, 3, 11, 12, 15, 59])
def test_every_planted_wave_is_found(p):
    n = torch.arange(p)
    for k in range(1, p // 2 + 1):
        phases = torch.tensor([[0.0], [0.3], [1.2]], dtype=torch.float64)
        fit = fit_wave(7 - 2 * torch.cos(2 * math.pi * k * n / p + phases))
        assert fit.frequency.tolist() == [k] * 3
        torch.testing.assert_close(fit.explained, torch.ones(3, dtype=torch.float64))


def test_explained_is_the_share_of_the_variance():
    n = 2 * math.pi * torch.arange(13) / 13
    fit = fit_wave(3 * torch.cos(4 * n) + 1 * torch.sin(6 * n))
    assert fit.frequency.item() == 4
    assert fit.explained.item() == pytest.approx(0.9)


def test_waves_keep_their_other_axes_and_constants_have_no_frequency():
    wave = torch.randn(2, 4, 13)
    wave[1, 2] = 0.3
    fit = fit_wave(wave)
    assert fit.frequency.shape == fit.explained.shape == (2, 4)
    assert (fit.frequency[1, 2], fit.explained[1, 2]) == (0, 0)
    assert torch.count_nonzero(fit.frequency) == 7


def pattern(p, k, amplitude, phase):
    w, n = 2 * math.pi * k / p, torch.arange(p, dtype=torch.float64)
    wave = torch.cos(w * (n + phase))
    return 0.5 + amplitude * (wave[:, None] - wave)


@pytest.mark.parametrize(
    ("p", "k", "amplitude", "phase"),
    [
        (59, 5, 0.3, 2.0),
        (59, 29, 0.2, 1.9),
        (59, 1, -0.1, 50.0),  # half a period further on, with the sign of C changed
        (15, 5, 0.2, 0.7),
        (12, 6, 0.25, 1.0),
        (12, 5, 0.25, 0.1),
    ],
)
def test_a_planted_pattern_is_found(p, k, amplitude, phase):
    fit = fit_pattern(pattern(p, k, amplitude, phase))
    period = p / k
    expected = phase if amplitude > 0 else phase + period / 2
    assert fit.frequency == k
    assert fit.amplitude == pytest.approx(abs(amplitude))
    assert 0 <= fit.phase <= period
    turns = (fit.phase - expected) / period
    assert turns - round(turns) == pytest.approx(0, abs=1e-9)
    assert fit.explained == pytest.approx(1)


@pytest.mark.parametrize("p", [11, 12])
def test_the_fit_is_least_squares(p):
    """Against a search by lstsq, and refitted with the values it returned."""
    noisy = pattern(p, 4, 0.1, 1.3) + 0.1 * torch.randn(
        p, p, generator=torch.Generator().manual_seed(0)
    )
    residuals = []
    for k in range(1, p // 2 + 1):
        n = 2 * math.pi * k * torch.arange(p, dtype=torch.float64) / p
        terms = [wave[:, None] - wave for wave in (n.cos(), n.sin())]
        columns = torch.stack(terms, -1).flatten(0, 1)
        target = (noisy - noisy.mean()).flatten()[:, None]
        solution = torch.linalg.lstsq(columns, target, driver="gelsd").solution
        residuals.append((target - columns @ solution).square().sum().item())
    fit = fit_pattern(noisy)
    total = (noisy - noisy.mean()).square().sum().item()
    assert fit.frequency == residuals.index(min(residuals)) + 1
    assert fit.explained == pytest.approx(1 - min(residuals) / total)
    again = pattern(p, fit.frequency, fit.amplitude, fit.phase) - 0.5 + noisy.mean()
    assert (noisy - again).square().sum().item() == pytest.approx(min(residuals))


def test_another_mean_than_one_half_changes_nothing():
    shifted = fit_pattern(pattern(11, 3, 0.1, 0.0) - 0.3)
    assert (shifted.frequency, shifted.amplitude) == (3, pytest.approx(0.1))
    assert shifted.explained == pytest.approx(1)


def test_a_pattern_that_does_not_vary_has_no_frequency():
    fit = fit_pattern(torch.full((7, 7), 0.3))
    assert (fit.frequency, fit.amplitude, fit.explained) == (0, 0, 0)


@pytest.mark.parametrize("shape", [(7, 6), (7,), (7, 7, 2)])
def test_what_is_no_pattern_is_refused(shape):
    with pytest.raises(ValueError, match=r"has shape .*; expected \[p, p"):
        fit_pattern(torch.zeros(shape))
