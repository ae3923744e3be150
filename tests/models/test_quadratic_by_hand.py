"""Six squares a frequency add modulo p, exactly."""

import math

import pytest
import torch
import torch.nn.functional as F

from grokcore.models import quadratic_by_hand


def table(p):
    n = torch.arange(p)
    return torch.cartesian_prod(n, n), (n[:, None] + n) % p


@pytest.mark.parametrize("p", [3, 9, 31, 97])
def test_with_all_frequencies_the_outputs_are_the_one_hot_answers(p):
    operands, answers = table(p)
    model = quadratic_by_hand(p)
    outputs = model.answer(operands).view(p, p, p)
    torch.testing.assert_close(outputs, F.one_hot(answers, p).double())
    assert model.config.mlp_width == 3 * (p - 1) + 1


@pytest.mark.parametrize("frequencies", [(3,), (1, 15), (2, 7, 11)])
def test_the_outputs_are_cosines_and_nothing_else(frequencies):
    p = 31
    operands, answers = table(p)
    outputs = quadratic_by_hand(p, frequencies).answer(operands).view(p, p, p)
    turn = 2 * math.pi * (answers[:, :, None] - torch.arange(p)).double() / p
    waves = sum(torch.cos(k * turn) for k in frequencies)
    torch.testing.assert_close(outputs, 2 / p * waves + 1 / p)
    assert torch.equal(outputs.argmax(-1), answers)


@pytest.mark.parametrize(
    ("p", "frequencies", "message"),
    [
        (8, None, r"p=8; allowed: odd numbers"),
        (7, (), r"frequencies=\(\); allowed: numbers from 1 to 3"),
        (7, (1, 1), r"each once"),
        (7, (4,), r"numbers from 1 to 3"),
        (9, (3,), r"divisor 3 in common"),
    ],
)
def test_what_is_impossible_is_refused(p, frequencies, message):
    with pytest.raises(ValueError, match=message):
        quadratic_by_hand(p, frequencies)
