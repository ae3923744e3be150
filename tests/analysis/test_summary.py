"""A summary says what is planted in a model, and of any table."""

import pytest
import torch

from grokcore import EmbeddingMLPConfig, ModularTask, TransformerConfig
from grokcore.analysis.summary import summarize
from grokcore.models import by_hand
from grokcore.tasks.operations import OPERATIONS


@pytest.mark.parametrize(("algorithm", "explained"), [("clock", 1), ("pizza", 0.81)])
def test_a_model_built_by_hand_is_recognized(algorithm, explained):
    summary = summarize(by_hand(59, (3, 8, 29), algorithm=algorithm, scale=5.0))
    assert summary.formula == "(a + b) mod 59"
    assert summary.pairs == 59**2
    assert summary.score.accuracy == 1
    assert summary.frequencies == pytest.approx({3: 1 / 3, 8: 1 / 3, 29: 1 / 3})
    assert summary.pure == 1
    assert summary.coefficients == pytest.approx({3: 5, 8: 5, 29: 5}, abs=0.02)
    assert summary.explained == pytest.approx(explained, abs=0.005)
    assert summary.active == by_hand_neurons(algorithm)


def by_hand_neurons(algorithm):
    model = by_hand(59, (3, 8, 29), algorithm=algorithm)
    return (model.blocks[0].mlp.W_in != 0).any(0).sum().item()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_has_its_own_table(operation):
    p = 7
    task = ModularTask(operation, p=p, train_fraction=0.5)
    model = TransformerConfig(width=8, heads=2).build(task, seed=0)
    table = task.data()
    with torch.no_grad():
        right = model(table.tokens).argmax(-1) == table.targets
    summary = summarize(model, operation)
    assert summary.pairs == len(table.tokens)
    assert summary.score.accuracy == pytest.approx(right.double().mean().item())
    assert summary.formula == task.formula


def test_an_untrained_model_has_no_key_frequencies():
    model = TransformerConfig().build(ModularTask(p=59), seed=0)
    summary = summarize(model)
    assert summary.frequencies == summary.coefficients == {}
    assert "key frequencies: none stands out of the embedding" in str(summary)
    assert "logits" not in str(summary)


def test_other_models_are_summarized_without_their_neurons():
    task = ModularTask("divide", p=7, train_fraction=0.5)
    summary = summarize(EmbeddingMLPConfig(8, 4).build(task, seed=0), "divide")
    assert summary.active is summary.pure is None
    assert str(summary).startswith("embedding MLP for 7 numbers: width 8, 4 neurons\n")


def test_layers_and_norm_are_named():
    task = ModularTask(p=7, train_fraction=0.5)
    model = TransformerConfig(layers=2, width=8, heads=2, norm="pre").build(task, 0)
    sizes = "2 layers, width 8, 2 heads, 32 neurons, pre layer norm"
    assert summarize(model).sizes == f"transformer for 7 numbers: {sizes}"


def test_what_has_no_table_to_look_at_is_refused():
    small = by_hand(p=7, frequencies=(1,))
    with pytest.raises(ValueError, match=r"operation='plus'; allowed: \['add', "):
        summarize(small, "plus")
    task = ModularTask(p=7, operands=3, train_fraction=0.5)
    with pytest.raises(ValueError, match="takes 3 operands; allowed: 2"):
        summarize(TransformerConfig().build(task, seed=0))
    large = ModularTask(p=301)
    with pytest.raises(ValueError, match=r"answers with 301 numbers.* 300 or fewer"):
        summarize(TransformerConfig().build(large, seed=0))
