"""The bridge to TransformerLens has our logits."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grokcore import ModularTask, TransformerConfig
from grokcore.lens import to_bridge

pytestmark = pytest.mark.filterwarnings("ignore")  # those of another library


def built(config, task, seed=0):
    """A model with every parameter random, zero-initialized ones too."""
    model = config.build(task, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.2 * torch.randn(parameter.shape, generator=generator)
    return model


@st.composite
def configs(draw):
    heads = draw(st.integers(1, 3))
    return TransformerConfig(
        layers=draw(st.integers(1, 3)),
        width=heads * draw(st.integers(2, 6)),
        heads=heads,
        mlp_width=draw(st.none() | st.integers(1, 20)),
        activation=draw(st.sampled_from(["relu", "gelu"])),
        norm=draw(st.sampled_from(["none", "pre"])),
        biases=draw(st.sampled_from(["none", "mlp", "all"])),
        init=draw(st.sampled_from(["transformer_lens", "pytorch"])),
        dropout=draw(st.sampled_from([0.0, 0.5])),
    )


@settings(max_examples=12)
@given(
    configs(),
    st.integers(3, 7),
    st.sampled_from(["a b =", "a ∘ b ="]),
    st.integers(2, 3),
    st.integers(0, 2**20),
)
def test_the_bridge_has_the_logits_of_both_passes(config, p, layout, operands, seed):
    task = ModularTask(p=p, train_fraction=0.5, token_format=layout, operands=operands)
    model = built(config, task, seed).eval()
    tokens = task.data().tokens[:100]
    with torch.no_grad():
        bridged = to_bridge(model).double()(tokens)
        plain, fast = model.double().forward_plain(tokens), model(tokens)
    assert bridged.shape == plain.shape
    assert (bridged - plain).abs().max() < 1e-9
    assert (bridged[:, -1] - fast).abs().max() < 1e-9


@pytest.mark.parametrize(
    "config",
    [
        TransformerConfig(biases="none"),
        TransformerConfig(layers=2, norm="pre", activation="gelu"),
        TransformerConfig(layers=2, norm="pre", biases="all", init="pytorch"),
    ],
)
def test_float32_logits_agree_at_the_size_of_the_papers(config):
    task = ModularTask(p=97)
    model = config.build(task, seed=999)
    tokens = task.data().tokens[::11]
    with torch.no_grad():
        difference = to_bridge(model)(tokens)[:, -1] - model(tokens)
    assert difference.abs().max() < 1e-4


@pytest.fixture
def model():
    task = ModularTask(p=7, train_fraction=0.5)
    return built(TransformerConfig(layers=2, width=8, heads=2), task)


def test_hooks_and_the_cache_work(model):
    tokens = torch.tensor([[1, 2, 7], [3, 4, 7]])
    bridge = to_bridge(model)
    logits, cache = bridge.run_with_cache(tokens)
    pattern = cache["blocks.1.attn.hook_pattern"]
    assert pattern.shape == (2, 2, 3, 3)
    torch.testing.assert_close(pattern.sum(-1), torch.ones(2, 2, 3))

    def silence(activation, hook):
        return torch.zeros_like(activation)

    patched = bridge.run_with_hooks(
        tokens, fwd_hooks=[("blocks.1.hook_mlp_out", silence)]
    )
    assert not torch.allclose(patched[:, -1], logits[:, -1])


def test_the_bridge_has_a_copy_of_the_weights(model):
    tokens = torch.tensor([[1, 2, 7]])
    bridge = to_bridge(model)
    before = bridge(tokens).clone()
    with torch.no_grad():
        model.embed.W_E.zero_()
    assert torch.equal(bridge(tokens), before)


def test_post_norm_is_refused_with_what_is_allowed():
    task = ModularTask(p=7, train_fraction=0.5)
    model = TransformerConfig(width=8, norm="post").build(task, seed=0)
    with pytest.raises(ValueError, match=r"norm='post'.*allowed: 'none', 'pre'"):
        to_bridge(model)
