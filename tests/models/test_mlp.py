"""MLPs over numbers: deeper ones, one-hot ones, squares; and over pixels."""

import pytest
import torch
import torch.nn.functional as F

import grokcore as gc
from grokcore import DigitsTask, EmbeddingMLPConfig, ImageMLPConfig, ModularTask

TASK = ModularTask(p=7, train_fraction=0.5)


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("activation", ["relu", "gelu", "square"])
@pytest.mark.parametrize("biases", ["none", "mlp"])
def test_an_mlp_is_matrices_and_a_function_between_them(layers, activation, biases):
    config = EmbeddingMLPConfig(5, 9, layers, activation, biases)
    model = config.build(TASK, seed=1).double()
    function = {"relu": F.relu, "gelu": F.gelu, "square": lambda x: x * x}[activation]
    table = TASK.data()
    x = torch.cat([model.W_E[table.operands[:, i]] for i in (0, 1)], dim=1)
    for layer in (model.mlp, *model.deeper):
        pre = x @ layer.W_in
        x = function(pre if biases == "none" else pre + layer.b_in)
    torch.testing.assert_close(model.neurons(table.operands), x)
    torch.testing.assert_close(model(table.tokens), x @ model.unembed.W_U)


@pytest.mark.parametrize("biases", ["none", "mlp"])
def test_without_an_embedding_the_input_is_one_hot(biases):
    config = EmbeddingMLPConfig(None, 9, activation="square", biases=biases)
    model = config.build(TASK, seed=1).double()
    table = TASK.data()
    one_hot = F.one_hot(table.operands, 7).double().flatten(1)  # [B, 2 p]
    first = model.W_E.view(7, 2, 9).transpose(0, 1).flatten(0, 1)  # [2 p, M]
    pre = one_hot @ first + (0 if biases == "none" else model.mlp.b_in)
    torch.testing.assert_close(model(table.tokens), pre.square() @ model.unembed.W_U)
    assert "mlp.W_in" not in model.state_dict()


def test_what_is_new_leaves_the_old_network_as_it_was():
    """Runs from before these fields are found, and go on, by their weights' names."""
    state = EmbeddingMLPConfig(4, 3).build(TASK, seed=0).state_dict()
    assert {n: (*w.shape,) for n, w in state.items()} == {
        "embed.W_E": (7, 4),
        "mlp.W_in": (8, 3),
        "mlp.b_in": (3,),
        "unembed.W_U": (3, 7),
    }
    generator = torch.Generator().manual_seed(0)
    drawn = torch.empty(7, 4).normal_(generator=generator)
    assert torch.equal(state["embed.W_E"], drawn)


def test_an_image_mlp_is_torchs_sequence_of_layers():
    model = ImageMLPConfig(mlp_width=20, layers=2).build(DigitsTask(), seed=2)
    x = torch.rand(3, 784)
    first, second, third = model.layers
    torch.testing.assert_close(model(x), third(second(first(x).relu()).relu()))
    assert [layer.out_features for layer in model.layers] == [20, 20, 10]
    for layer in model.layers:
        assert layer.weight.abs().max() <= layer.in_features**-0.5


def test_an_image_mlp_is_a_function_of_its_seed_and_leaves_the_global_one_alone():
    before = torch.get_rng_state()
    one, same, other = (ImageMLPConfig(8).build(DigitsTask(), s) for s in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), before)
    W = [m.layers[0].weight for m in (one, same, other)]
    assert torch.equal(W[0], W[1]) and not torch.equal(W[0], W[2])


def test_an_image_mlp_refuses_another_number_of_pixels():
    model = ImageMLPConfig(8).build(DigitsTask(), seed=0)
    with pytest.raises(ValueError, match=r"shape \(3, 100\); expected \[B, 784\]"):
        model(torch.rand(3, 100))


@pytest.mark.parametrize("width", [None, 8])
@pytest.mark.parametrize("layers", [1, 2])
def test_in_pairs_the_logits_begin_at_0_and_learn(width, layers):
    config = EmbeddingMLPConfig(
        width=width, mlp_width=12, layers=layers, paired=True, output_scale=100.0
    )
    model = config.build(ModularTask("add", p=5, train_fraction=0.5), seed=0)
    operands = torch.cartesian_prod(torch.arange(5), torch.arange(5))
    assert model.answer(operands).abs().max() < 1e-4
    # Neurons are there, and none of the halves stays what the other one is.
    assert model.neurons(operands).std() > 0
    loss = F.cross_entropy(model.answer(operands), operands.sum(1) % 5)
    loss.backward()
    assert model.unembed.W_U.grad.abs().max() > 0


def test_the_output_scale_multiplies_logits_and_nothing_else():
    task = ModularTask("add", p=5, train_fraction=0.5)
    one, ten = (
        EmbeddingMLPConfig(width=8, mlp_width=12, output_scale=a).build(task, seed=0)
        for a in (1.0, 10.0)
    )
    operands, tokens = task.data().operands, task.data().tokens
    assert torch.allclose(10 * one.answer(operands), ten.answer(operands))
    assert torch.allclose(10 * one(tokens), ten.forward_plain(tokens), atol=1e-5)
    assert torch.equal(one.neurons(operands), ten.neurons(operands))


def test_a_scale_of_one_and_no_pairs_are_no_news():
    """Runs that were stored before there were these fields keep their keys."""
    plain = gc.Experiment(model=EmbeddingMLPConfig())
    told = gc.Experiment(model=EmbeddingMLPConfig(output_scale=1.0, paired=False))
    assert plain.key == told.key
    assert plain.replace(output_scale=2.0).key != plain.key


def test_pairs_take_an_even_number_of_neurons():
    with pytest.raises(ValueError, match="even mlp_width, not 7"):
        EmbeddingMLPConfig(mlp_width=7, paired=True)
