"""The LSTM is torch's, token by token, and reads the equation in its order."""

import pytest
import torch
from torch import nn

from grokcore import LSTMConfig, ModularTask


def built(layers=2, layout="a b =", **task):
    task = ModularTask(p=7, train_fraction=0.5, token_format=layout, **task)
    config = LSTMConfig(layers=layers, width=6, hidden_width=10)
    return config.build(task, seed=3).double(), task.data()


@pytest.mark.parametrize("layout", ["a b =", "a ∘ b ="])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("operands", [2, 3])
def test_it_is_torchs_lstm_over_all_tokens(layout, layers, operands):
    model, table = built(layers, layout, operands=operands)
    states, _ = model.lstm(model.embed.W_E[table.tokens])
    expected = states[:, -1] @ model.unembed.W_U
    torch.testing.assert_close(model(table.tokens), expected)
    torch.testing.assert_close(model.forward_plain(table.tokens), expected)


def test_its_weights_are_drawn_as_torch_draws_them():
    model, _ = built()
    reference = nn.LSTM(6, 10, 2)
    assert {n: w.shape for n, w in model.lstm.named_parameters()} == {
        n: w.shape for n, w in reference.named_parameters()
    }
    bound = 10**-0.5
    flat = torch.cat([w.flatten() for w in model.lstm.parameters()])
    assert flat.abs().max() <= bound and flat.std() > 0.5 * bound


def test_embedded_operands_give_the_same_logits():
    model, table = built(layout="a ∘ b =")
    given = model.embed.W_E[table.operands]
    torch.testing.assert_close(model.forward_embedded(given), model(table.tokens))


def test_the_order_of_the_operands_matters():
    model, _ = built()
    one, other = model(torch.tensor([[2, 5, 7], [5, 2, 7]]))
    assert not torch.allclose(one, other)
