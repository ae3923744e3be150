"""The fast forward pass is the plain one; initial weights are what they claim."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from grokcore import EmbeddingMLPConfig, LSTMConfig, ModularTask, TransformerConfig
from grokcore.models.layers import look_up


@st.composite
def tasks(draw):
    reading = draw(st.sampled_from(["modular", "modular", "truncated"]))
    return ModularTask(
        "subtract" if reading == "truncated" else "add",
        p=draw(st.integers(3, 9)),
        train_fraction=0.5,
        token_format=draw(st.sampled_from(["a b =", "a ∘ b ="])),
        operands=2 if reading == "truncated" else draw(st.integers(2, 4)),
        reading=reading,
    )


@st.composite
def transformers(draw):
    heads = draw(st.integers(1, 3))
    return TransformerConfig(
        layers=draw(st.integers(1, 3)),
        width=heads * draw(st.integers(1, 6)),
        heads=heads,
        mlp_width=draw(st.none() | st.integers(1, 20)),
        activation=draw(st.sampled_from(["relu", "gelu"])),
        norm=draw(st.sampled_from(["none", "none", "pre", "post", "stream"])),
        biases=draw(st.sampled_from(["none", "mlp", "blocks", "all"])),
        outputs=draw(st.sampled_from(["numbers", "vocabulary"])),
        init=draw(st.sampled_from(["transformer_lens", "pytorch"])),
    )


def built(config, task, seed=0):
    """A model in float64 with every parameter random, zero-initialized ones too."""
    model = config.build(task, seed=seed).double()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.3 * torch.randn(parameter.shape, generator=generator)
    return model


def some_tokens(task, rows, seed):
    table = task.data()
    generator = torch.Generator().manual_seed(seed)
    return table.tokens[torch.randint(len(table.tokens), (rows,), generator=generator)]


def logits_and_gradients(model, logits, seed):
    weights = torch.randn(
        logits.shape, generator=torch.Generator().manual_seed(seed), dtype=logits.dtype
    )
    model.zero_grad()
    (logits * weights).sum().backward()
    return logits.detach(), {n: p.grad.clone() for n, p in model.named_parameters()}


def assert_same(fast, plain):
    torch.testing.assert_close(fast[0], plain[0], rtol=1e-8, atol=1e-10)
    # Where attention has made up its mind, a gradient is what rounding leaves of the
    # difference of large ones, larger than any seen here; how much, the processor says.
    largest = max(gradient.abs().max().item() for gradient in plain[1].values())
    for name, gradient in plain[1].items():
        torch.testing.assert_close(
            fast[1][name],
            gradient,
            rtol=1e-7,
            atol=1e-11 * max(1e3, largest),
            msg=lambda m, n=name: n + m,
        )


# Few rows leave the weights apart, many let them be multiplied first.
@given(transformers(), tasks(), st.integers(1, 300), st.integers(0, 2**20))
def test_the_fast_pass_and_its_gradients_are_those_of_the_plain_one(
    config, task, rows, seed
):
    model, tokens = built(config, task, seed), some_tokens(task, rows, seed)
    fast = logits_and_gradients(model, model(tokens), seed)
    plain = logits_and_gradients(model, model.forward_plain(tokens)[:, -1], seed)
    classes = {"numbers": task.numbers, "vocabulary": task.vocabulary}
    assert fast[0].shape == (rows, classes[config.outputs])
    assert_same(fast, plain)


@given(
    st.integers(1, 9),
    st.integers(1, 9),
    tasks(),
    st.integers(1, 60),
    st.integers(0, 2**20),
)
def test_the_fast_mlp_and_its_gradients_are_those_of_the_plain_one(
    width, neurons, task, rows, seed
):
    model = built(EmbeddingMLPConfig(width=width, mlp_width=neurons), task, seed)
    tokens = some_tokens(task, rows, seed)
    fast = logits_and_gradients(model, model(tokens), seed)
    plain = logits_and_gradients(model, model.forward_plain(tokens), seed)
    assert_same(fast, plain)


@pytest.mark.parametrize("shape", [(5, 3), (5, 2, 3), (1, 4), (5, 0)])
def test_a_row_gathers_the_gradients_of_all_who_looked_it_up(shape):
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(shape, generator=generator, dtype=torch.float64)
    rows.requires_grad_()
    index = torch.arange(9) % shape[0] // 2  # some more than once, some never
    one_hot = nn.functional.one_hot(index, shape[0]).double()
    found, expected = look_up(rows, index), torch.tensordot(one_hot, rows, 1)
    assert torch.equal(found, expected)
    upstream = torch.randn(found.shape, generator=generator, dtype=torch.float64)
    torch.testing.assert_close(
        torch.autograd.grad(found, rows, upstream),
        torch.autograd.grad(expected, rows, upstream),
    )


@pytest.mark.parametrize("norm", ["none", "pre"])
def test_float32_logits_agree_at_the_size_of_the_paper(norm):
    task = ModularTask("add", p=113)
    model = TransformerConfig(norm=norm).build(task, seed=0)
    tokens = task.data().tokens[::7]
    with torch.no_grad():
        fast, plain = model(tokens), model.forward_plain(tokens)[:, -1]
    assert (fast - plain).abs().max() < 1e-5


@pytest.mark.parametrize("config", [TransformerConfig(width=8), EmbeddingMLPConfig(4)])
def test_tokens_of_another_layout_are_refused(config):
    task = ModularTask("add", p=7, train_fraction=0.5)
    model = config.build(task, seed=0)
    with pytest.raises(ValueError, match=r"shape \(1, 4\); expected \[N, 3\]"):
        model(torch.zeros(1, 4, dtype=torch.long))
    with pytest.raises(ValueError, match="token 6 at position 2; this model expects 7"):
        model(torch.tensor([[1, 2, 7], [1, 2, 6]]))


@pytest.mark.parametrize(
    "config",
    [
        TransformerConfig(width=8),
        TransformerConfig(width=8, dropout=0.1),
        EmbeddingMLPConfig(4),
        LSTMConfig(width=4, hidden_width=4),
    ],
)
@pytest.mark.parametrize("operands", [[[1]], [[1, 2, 3]], [1, 2]])
def test_more_operands_or_fewer_are_refused(config, operands):
    model = config.build(ModularTask("add", p=7, train_fraction=0.5), seed=0)
    with pytest.raises(ValueError, match=r"operands have shape .*; expected \[N, 2\]"):
        model.answer(torch.tensor(operands))


# -- dropout ---------------------------------------------------------------------


def test_dropout_changes_nothing_in_evaluation_mode():
    task = ModularTask("add", p=7, train_fraction=0.5)
    tokens = task.data().tokens
    with_dropout, without = (
        TransformerConfig(layers=2, width=8, heads=2, dropout=rate)
        .build(task, seed=0)
        .eval()
        for rate in (0.5, 0.0)
    )
    assert torch.equal(with_dropout(tokens), without(tokens))


def test_dropout_drops_apart_for_each_example_while_training():
    task = ModularTask("add", p=7, train_fraction=0.5)
    model = TransformerConfig(width=8, heads=2, dropout=0.5).build(task, seed=0)
    row = task.data().tokens[:1].repeat(50, 1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        logits = model.train()(row)
    assert len(logits.unique(dim=0)) == 50
    calm = model.eval()(row)
    torch.testing.assert_close(calm, calm[:1].expand_as(calm))


# -- initial weights -------------------------------------------------------------


def test_transformer_lens_initialization_has_its_standard_deviation():
    task = ModularTask("add", p=113)
    model = TransformerConfig(layers=2, biases="all", norm="pre").build(task, seed=0)
    for name, parameter in model.named_parameters():
        matrix = name.rpartition(".")[2]
        if matrix.startswith("W_"):
            n = parameter.numel()
            assert abs(parameter.mean()) < 5 * 0.0707 / n**0.5, name
            expected = 0.8 / 128**0.5
            assert abs(parameter.std() / expected - 1) < 5 / (2 * n) ** 0.5, name
        else:
            assert (parameter == (matrix == "w")).all(), name


def test_pytorch_initialization_has_the_ranges_of_torch_modules():
    task, width, neurons = ModularTask("add", p=113), 128, 300
    config = TransformerConfig(mlp_width=neurons, biases="all", init="pytorch")
    model = config.build(task, seed=0)
    attn, mlp = model.blocks[0].attn, model.blocks[0].mlp
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        attention = nn.MultiheadAttention(width, 4)
        first, second = nn.Linear(width, neurons), nn.Linear(neurons, width)
        unembed = nn.Linear(width, 113)
    pairs = {
        "W_Q": (attn.W_Q, attention.in_proj_weight),
        "W_K": (attn.W_K, attention.in_proj_weight),
        "W_V": (attn.W_V, attention.in_proj_weight),
        "W_O": (attn.W_O, attention.out_proj.weight),
        "W_in": (mlp.W_in, first.weight),
        "b_in": (mlp.b_in, first.bias),
        "W_out": (mlp.W_out, second.weight),
        "b_out": (mlp.b_out, second.bias),
        "W_U": (model.unembed.W_U, unembed.weight),
        "b_U": (model.unembed.b_U, unembed.bias),
    }
    for name, (ours, theirs) in pairs.items():
        few = ours.dim() == 1
        ratio = ours.abs().max() / theirs.abs().max()
        assert abs(ratio - 1) < (0.08 if few else 0.01), name
        assert abs(ours.std() / theirs.std() - 1) < (0.25 if few else 0.02), name
    for bias in (attn.b_Q, attn.b_K, attn.b_V, attn.b_O):
        assert (bias == 0).all()
    for matrix in (model.embed.W_E, model.pos_embed.W_pos):
        assert abs(matrix.std() - 1) < 0.1


def test_the_mlp_starts_with_the_ranges_of_torch_modules():
    task = ModularTask("add", p=53)
    model = EmbeddingMLPConfig().build(task, seed=0)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        first, second = nn.Linear(256, 128), nn.Linear(128, 53, bias=False)
    for ours, theirs in (
        (model.mlp.W_in, first.weight),
        (model.mlp.b_in, first.bias),
        (model.unembed.W_U, second.weight),
    ):
        assert abs(ours.abs().max() / theirs.abs().max() - 1) < 0.05
    assert abs(model.W_E.std() - 1) < 0.05


@pytest.mark.parametrize(
    "config",
    [
        TransformerConfig(width=8),
        TransformerConfig(init="pytorch"),
        EmbeddingMLPConfig(),
    ],
)
def test_the_seed_decides_the_weights_and_disturbs_nothing_else(config):
    task = ModularTask("add", p=7, train_fraction=0.5)
    before = torch.get_rng_state()
    one, same, other = (config.build(task, seed).state_dict() for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["embed.W_E"], other["embed.W_E"])


def test_names_and_shapes_are_those_of_transformer_lens():
    task = ModularTask("add", p=7, train_fraction=0.5)
    config = TransformerConfig(width=12, heads=3, mlp_width=5, biases="all", norm="pre")
    shapes = {k: tuple(v.shape) for k, v in config.build(task, 0).state_dict().items()}
    assert shapes == {
        "embed.W_E": (8, 12),
        "pos_embed.W_pos": (3, 12),
        "blocks.0.attn.W_Q": (3, 12, 4),
        "blocks.0.attn.W_K": (3, 12, 4),
        "blocks.0.attn.W_V": (3, 12, 4),
        "blocks.0.attn.W_O": (3, 4, 12),
        "blocks.0.attn.b_Q": (3, 4),
        "blocks.0.attn.b_K": (3, 4),
        "blocks.0.attn.b_V": (3, 4),
        "blocks.0.attn.b_O": (12,),
        "blocks.0.mlp.W_in": (12, 5),
        "blocks.0.mlp.W_out": (5, 12),
        "blocks.0.mlp.b_in": (5,),
        "blocks.0.mlp.b_out": (12,),
        "blocks.0.ln1.w": (12,),
        "blocks.0.ln1.b": (12,),
        "blocks.0.ln2.w": (12,),
        "blocks.0.ln2.b": (12,),
        "ln_final.w": (12,),
        "ln_final.b": (12,),
        "unembed.W_U": (12, 7),
        "unembed.b_U": (7,),
    }


# -- impossible values ------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "given_value", "allowed"),
    [
        ({"layers": 0}, "0", "greater than or equal to 1"),
        ({"width": 0}, "0", "greater than or equal to 1"),
        ({"width": 12, "heads": 5}, "heads=5", "[1, 2, 3, 4, 6, 12]"),
        ({"mlp_width": 0}, "0", "greater than or equal to 1"),
        ({"activation": "silu"}, "'silu'", "'relu' or 'gelu'"),
        ({"norm": "rms"}, "'rms'", "'none', 'pre', 'post' or 'stream'"),
        ({"dropout": 1.0}, "1.0", "less than 1"),
        ({"dropout": -0.1}, "-0.1", "greater than or equal to 0"),
        ({"biases": True}, "True", "'none', 'mlp', 'blocks' or 'all'"),
        ({"init": "zeros"}, "'zeros'", "'transformer_lens' or 'pytorch'"),
        ({"layers": 1.5}, "1.5", "valid integer"),
        ({"depth": 2}, "depth", "is no field of"),
    ],
)
def test_an_impossible_model_is_refused_with_what_is_allowed(
    fields, given_value, allowed
):
    with pytest.raises(ValueError) as error:
        TransformerConfig(**fields)
    assert given_value in str(error.value)
    assert allowed in str(error.value)


def test_an_impossible_mlp_is_refused():
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        EmbeddingMLPConfig(width=0)


# -- the network of published code -------------------------------------------------


class PublishedBlock(nn.Module):
    """The block that Grokfast's experiments use (Lee et al. 2024), of torch's layers.

    What enters attention, normed, is also what the residual goes on from.
    """

    def __init__(self, width, heads):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = nn.MultiheadAttention(width, heads, batch_first=True)
        self.mlp_in, self.mlp_out = (
            nn.Linear(width, 4 * width),
            nn.Linear(4 * width, width),
        )

    def forward(self, x):
        mask = torch.full((x.shape[1],) * 2, float("-inf"), dtype=x.dtype).triu(1)
        x = self.ln1(x)
        x = x + self.attn(x, x, x, attn_mask=mask, need_weights=False)[0]
        hidden = nn.functional.gelu(self.mlp_in(self.ln2(x)))
        return x + self.mlp_out(hidden)

    @torch.no_grad()
    def load(self, block):
        """Take the weights of ours, which are transposed and split by heads."""
        attn, mlp = block.attn, block.mlp
        side_by_side = [w.mT.flatten(0, 1) for w in (attn.W_Q, attn.W_K, attn.W_V)]
        self.attn.in_proj_weight.copy_(torch.cat(side_by_side))
        biases = [b.flatten() for b in (attn.b_Q, attn.b_K, attn.b_V)]
        self.attn.in_proj_bias.copy_(torch.cat(biases))
        self.attn.out_proj.weight.copy_(attn.W_O.flatten(0, 1).T)
        self.attn.out_proj.bias.copy_(attn.b_O)
        for linear, weight, bias in (
            (self.mlp_in, mlp.W_in.T, mlp.b_in),
            (self.mlp_out, mlp.W_out.T, mlp.b_out),
            (self.ln1, block.ln1.w, block.ln1.b),
            (self.ln2, block.ln2.w, block.ln2.b),
        ):
            linear.weight.copy_(weight)
            linear.bias.copy_(bias)


def test_the_network_of_grokfast_is_the_one_that_torchs_layers_make():
    task = ModularTask(
        "multiply-nonzero", p=7, train_fraction=0.5, token_format="a ∘ b ="
    )
    config = TransformerConfig(
        layers=2,
        width=12,
        heads=3,
        norm="stream",
        activation="gelu",
        biases="blocks",
        outputs="vocabulary",
        init="pytorch",
    )
    model = built(config, task)
    tokens = task.data().tokens
    assert tokens.shape == (42, 4) and 0 not in tokens[:, 2]
    x = model.embed.W_E[tokens] + model.pos_embed.W_pos
    for ours in model.blocks:
        block = PublishedBlock(12, 3).double()
        block.load(ours)
        x = block(x)
    x = nn.functional.layer_norm(x[:, -1], (12,), model.ln_final.w, model.ln_final.b)
    logits = x @ model.unembed.W_U
    assert model.unembed.b_U is None and logits.shape == (42, 9)
    torch.testing.assert_close(model(tokens), logits, rtol=1e-9, atol=1e-10)


def test_initial_weights_of_torch_have_the_spread_of_torchs_layers():
    config = TransformerConfig(biases="blocks", outputs="vocabulary", init="pytorch")
    task = ModularTask("add", p=97)
    model, block = config.build(task, seed=0), PublishedBlock(128, 4)
    attn, theirs = model.blocks[0].attn, block.attn
    for ours, torchs in (
        (attn.W_Q, theirs.in_proj_weight),
        (attn.W_V, theirs.in_proj_weight),
        (attn.W_O, theirs.out_proj.weight),
        (model.blocks[0].mlp.W_in, block.mlp_in.weight),
        (model.blocks[0].mlp.W_out, block.mlp_out.weight),
        (model.blocks[0].mlp.b_in, block.mlp_in.bias),
        (model.unembed.W_U, nn.Linear(128, 98, bias=False).weight),
        (model.embed.W_E, nn.Embedding(98, 128).weight),
    ):
        assert ours.std().item() == pytest.approx(torchs.std().item(), rel=0.1)
        small = torchs.abs().max() < 1
        assert not small or ours.abs().max().item() == pytest.approx(
            torchs.abs().max().item(), rel=0.02
        )
    for bias in (attn.b_Q, attn.b_K, attn.b_V, attn.b_O):
        assert not bias.any()
    assert not theirs.in_proj_bias.any() and not theirs.out_proj.bias.any()
