"""What a shift or a neighbor gives away, against loops over plain numbers."""

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grokcore.analysis.giveaways import nearest_answers, shift_agreement
from grokcore.tasks import ModularTask


def table(operation, p):
    return ModularTask(operation, p=p, train_fraction=0.5).data().targets.view(p, p)


@given(p=st.integers(2, 9), seed=st.integers(0, 99))
def test_a_shift_keeps_what_a_loop_says(p, seed):
    answers = torch.randint(3, (p, p), generator=torch.manual_seed(seed))
    kept = shift_agreement(answers)
    for i in range(p):
        for j in range(p):
            same = [
                answers[a, b] == answers[(a + i) % p, (b + j) % p]
                for a in range(p)
                for b in range(p)
            ]
            assert kept[i, j] == pytest.approx(sum(same) / p**2)


def test_sums_and_differences_are_constant_along_a_shift_and_products_are_not():
    p = 13
    assert all(shift_agreement(table("add", p))[i, -i] == 1 for i in range(p))
    assert all(shift_agreement(table("subtract", p))[i, i] == 1 for i in range(p))
    for operation in ("add", "subtract"):
        assert (shift_agreement(table(operation, p)) == 1).sum() == p
    products = shift_agreement(table("multiply", p))
    products[0, 0] = 0
    # a b = (a + i)(b + j) is a line: p cells of p², and all of one axis where i j = 0.
    assert products.max() == 1 / p


@given(
    p=st.integers(2, 7),
    seed=st.integers(0, 99),
    share=st.floats(0.2, 0.9),
    within=st.sampled_from(["table", "column"]),
)
def test_neighbors_answer_as_a_loop_says(p, seed, share, within):
    dice = torch.manual_seed(seed)
    answers = torch.randint(4, (p, p), generator=dice)
    shown = torch.rand(p, p, generator=dice) < share
    shown[0, 0] = shown[-1, -1] = True
    found = nearest_answers(answers, shown, within)
    cells = [tuple(cell) for cell in shown.nonzero().tolist()]
    for a in range(p):
        for b in range(p):
            far = {
                cell: (cell[0] - a) ** 2 + (cell[1] - b) ** 2
                for cell in cells
                if cell != (a, b) and (within == "table" or cell[1] == b)
            }
            if not far:
                assert found[a, b] == -1
                continue
            nearest = [cell for cell in far if far[cell] == min(far.values())]
            votes = Counter(int(answers[cell]) for cell in nearest)
            best = min(c for c in votes if votes[c] == max(votes.values()))
            assert found[a, b] == best


def test_what_is_no_table_is_refused():
    square = torch.zeros(3, 3, dtype=torch.long)
    with pytest.raises(ValueError, match=r"shape \(3, 2\); expected \[p, p\]"):
        shift_agreement(square[:, :2])
    with pytest.raises(ValueError, match="with 1 cells; expected bool"):
        nearest_answers(square, torch.arange(9).view(3, 3) == 4)
