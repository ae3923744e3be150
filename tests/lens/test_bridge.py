"""The bridge to TransformerLens has our logits."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from grokcore import ModularTask, TransformerConfig
from grokcore.analysis import fourier
from grokcore.lens import from_bridge, read, to_bridge

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
        biases=draw(st.sampled_from(["none", "mlp", "blocks", "all"])),
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


@settings(max_examples=6)
@given(configs(), st.sampled_from(["a b =", "a ∘ b ="]), st.integers(2, 3))
def test_there_and_back_nothing_changes(config, layout, operands):
    task = ModularTask(p=5, train_fraction=0.5, token_format=layout, operands=operands)
    model = built(config, task).eval()
    again = from_bridge(to_bridge(model))
    assert again.layout == model.layout
    tokens = task.data().tokens
    torch.testing.assert_close(again(tokens), model(tokens))


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


def native(**changes):
    from transformer_lens.model_bridge import TransformerBridge

    settings = {
        "n_layers": 1,
        "d_model": 48,
        "n_heads": 4,
        "d_head": 12,
        "d_mlp": 96,
        "n_ctx": 3,
        "d_vocab": 24,
        "act_fn": "relu",
        "normalization_type": None,
        "initializer_range": 0.8 / 48**0.5,
        "seed": 0,
    }
    return TransformerBridge.boot_native(settings | changes)


@pytest.fixture(scope="module")
def trained():
    """A native model with as many outputs as tokens, trained by a plain loop."""
    bridge, p = native(seed=2), 23
    numbers = torch.arange(p)
    operands = torch.cartesian_prod(numbers, numbers)
    tokens = torch.cat((operands, torch.full((p * p, 1), p)), 1)
    answers = operands.sum(1) % p
    shown = torch.randperm(p * p, generator=torch.Generator().manual_seed(0))[:423]
    optimizer = torch.optim.AdamW(
        bridge.parameters(), lr=1e-2, betas=(0.9, 0.98), weight_decay=2.0
    )
    for _ in range(350):
        loss = torch.nn.functional.cross_entropy(
            bridge(tokens[shown])[:, -1], answers[shown]
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return bridge, tokens, answers


def test_a_model_trained_by_a_plain_loop_gives_its_key_frequencies(trained):
    bridge, tokens, answers = trained
    model = from_bridge(bridge)
    with torch.no_grad():
        expected = bridge(tokens)[:, -1]
    torch.testing.assert_close(model(tokens), expected[:, :23], atol=1e-4, rtol=0)
    assert (model(tokens).argmax(-1) == answers).float().mean() > 0.99

    W_E = model.W_E[:23]
    keys = fourier.key_frequencies(W_E)
    assert 1 <= len(keys) <= 4
    assert fourier.share(W_E, keys) > 0.8
    power = torch.fft.rfft(W_E, dim=0).abs().square().sum(1)[1:]
    assert set(keys) == {int(k) + 1 for k in power.topk(len(keys)).indices}

    model.embed.W_E[:23] = fourier.keep(W_E, keys)
    assert (model(tokens).argmax(-1) == answers).float().mean() > 0.99


def test_a_saved_bridge_can_be_read(trained, tmp_path):
    bridge, tokens, _ = trained
    path = tmp_path / "bridge.safetensors"
    save_file(bridge.state_dict(), path)
    expected = from_bridge(bridge)(tokens)
    assert torch.equal(read(path, heads=4)(tokens), expected)


def test_layer_norm_and_gelu_come_from_the_bridges_settings():
    bridge = native(normalization_type="LN", act_fn="gelu", n_layers=2)
    model = from_bridge(bridge)
    assert (model.config.norm, model.config.activation) == ("pre", "gelu")
    tokens = torch.tensor([[1, 2, 23], [3, 4, 23]])
    with torch.no_grad():
        expected = bridge(tokens)[:, -1, :23]
    torch.testing.assert_close(model(tokens), expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"act_fn": "silu"}, r"act_fn='silu' .*; allowed: \('relu', 'gelu'\)"),
        ({"normalization_type": "LNPre"}, "normalization_type='LNPre' has no counter"),
        ({"normalization_type": "RMS"}, "normalization_type='RMS' has no counterpart"),
        ({"attention_dir": "bidirectional"}, "attention_dir='bidirectional'"),
        ({"attn_scale": 2.0}, r"attn_scale=2.0 .* allowed: \(-1.0,\)"),
        ({"output_logits_soft_cap": 30.0}, "output_logits_soft_cap=30.0"),
        ({"attn_only": True}, "missing .*mlp.W_in"),
        ({"gated_mlp": True}, "unknown tensor 'blocks.0.mlp.gate.weight'"),
        ({"d_head": 6}, "4 heads of width 6, but embed.W_E has width 48"),
        ({"positional_embedding_type": "rotary"}, "missing .*pos_embed.W_pos"),
    ],
)
def test_what_our_transformer_cannot_do_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        from_bridge(native(**changes))
