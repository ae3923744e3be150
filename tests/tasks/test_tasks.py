"""Tables hold the right answers, splits are partitions, impossible values are named."""

import dataclasses
import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grokcore.tasks import OPERATIONS, ModularTask
from grokcore.tasks.splits import split

TRUNCATED = sorted(name for name, op in OPERATIONS.items() if op.truncated)


def inverse(b, p):
    return next((x for x in range(p) if b * x % p == 1 % p), None)


def divided(a, b, p):
    return None if inverse(b, p) is None else a * inverse(b, p) % p


MODULAR = {
    "add": lambda a, b, p: (a + b) % p,
    "subtract": lambda a, b, p: (a - b) % p,
    "multiply": lambda a, b, p: (a * b) % p,
    "multiply-nonzero": lambda a, b, p: (a * b) % p if b else None,
    "divide": divided,
    "x2+xy+y2": lambda a, b, p: (a**2 + a * b + b**2) % p,
    "x2+xy+y2+x": lambda a, b, p: (a**2 + a * b + b**2 + a) % p,
    "x3+xy2+y": lambda a, b, p: (a**3 + a * b**2 + b) % p,
    "asymmetric": lambda a, b, p: divided(a, b, p) if b % 2 else (a - b) % p,
}


def remainder(x, p):
    """The % of languages that keep the dividend's sign."""
    return int(math.fmod(x, p))


TRUNCATING = {
    "subtract": lambda a, b, p: remainder(a - b, p),
    "divide": lambda a, b, p: remainder(a // b, p),
    "asymmetric": lambda a, b, p: remainder(a // b if b % 2 else a - b, p),
}


@pytest.mark.filterwarnings("ignore:.*is not prime")
@pytest.mark.parametrize("p", [2, 5, 6, 9, 13])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_modular_table_is_that_of_a_naive_loop(operation, p):
    table = ModularTask(operation, p=p, train_fraction=0.5).data()
    rows = [(a, b, MODULAR[operation](a, b, p)) for a in range(p) for b in range(p)]
    rows = [row for row in rows if row[2] is not None]
    assert torch.cat([table.operands, table.targets[:, None]], 1).tolist() == [
        list(row) for row in rows
    ]


@pytest.mark.parametrize("p", [2, 6, 13])
@pytest.mark.parametrize("operation", TRUNCATED)
def test_every_truncated_table_is_that_of_a_naive_loop(operation, p):
    task = ModularTask(operation, p=p, train_fraction=0.5, reading="truncated")
    table = task.data()
    numbers = range(1, p + 1)
    rows = [
        [a + p, b + p, TRUNCATING[operation](a, b, p) + p]
        for a in numbers
        for b in numbers
    ]
    assert torch.cat([table.operands, table.targets[:, None]], 1).tolist() == rows
    assert table.targets.min() >= 0
    assert table.targets.max() < task.numbers == 2 * p + 1


def test_every_operation_has_a_loop_to_be_checked_against():
    assert OPERATIONS.keys() == MODULAR.keys()
    assert sorted(TRUNCATING) == TRUNCATED


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_is_symmetric_exactly_where_it_says_so(operation):
    p = 13
    table = ModularTask(operation, p=p, train_fraction=0.5).data()
    answers = {
        tuple(pair): answer
        for pair, answer in zip(
            table.operands.tolist(), table.targets.tolist(), strict=True
        )
    }
    swapped = [answers[a, b] == answers[b, a] for a, b in answers if (b, a) in answers]
    assert all(swapped) == OPERATIONS[operation].symmetric


@pytest.mark.parametrize("operation", ["add", "multiply"])
@pytest.mark.parametrize(("p", "k"), [(5, 3), (3, 5), (4, 4)])
def test_many_operands_are_combined_one_after_the_other(operation, p, k):
    table = ModularTask(operation, p=p, operands=k, train_fraction=0.5).data()
    combine = sum if operation == "add" else math.prod
    rows = list(itertools.product(range(p), repeat=k))
    assert table.operands.tolist() == [list(row) for row in rows]
    assert table.targets.tolist() == [combine(row) % p for row in rows]


@pytest.mark.parametrize(("p", "k", "size"), [(5, 3, 40), (113, 6, 1_000), (7, 2, 49)])
def test_a_sample_holds_distinct_rows_with_their_answers(p, k, size):
    task = ModularTask("add", p=p, operands=k, sample=size, train_fraction=0.5)
    table = task.data()
    rows = [tuple(row) for row in table.operands.tolist()]
    assert len(set(rows)) == len(rows) == size
    assert all(0 <= x < p for row in rows for x in row)
    assert table.targets.tolist() == [sum(row) % p for row in rows]
    assert torch.equal(task.data().operands, table.operands)


@pytest.mark.parametrize("fields", [{}, {"operands": 3, "sample": 50}])
def test_shuffled_answers_are_as_many_of_each_in_another_order(fields):
    one, other = (
        ModularTask("add", p=7, train_fraction=0.5, shuffled=shuffled, **fields).data()
        for shuffled in (False, True)
    )
    assert torch.equal(one.operands, other.operands)
    assert torch.equal(one.train, other.train)
    assert torch.equal(one.targets.sort().values, other.targets.sort().values)
    agree = (one.targets == other.targets).double().mean()
    assert agree < 0.4  # one in seven, if chance has it


def test_answers_are_shuffled_by_the_seed_of_the_split():
    def shuffled(seed):
        task = ModularTask("add", p=7, train_fraction=0.5, split_seed=seed)
        return dataclasses.replace(task, shuffled=True).data().targets

    assert torch.equal(shuffled(0), shuffled(0))
    assert not torch.equal(shuffled(0), shuffled(1))


def test_a_sample_depends_on_the_seed_of_the_split():
    samples = [
        ModularTask("add", p=11, sample=50, split_seed=seed).data().operands
        for seed in (1, 2)
    ]
    assert not torch.equal(*samples)


@pytest.mark.parametrize("operation", ["divide", "asymmetric"])
def test_a_sample_has_its_size_where_some_pairs_have_no_answer(operation):
    table = ModularTask(operation, p=7, sample=42, train_fraction=0.5).data()
    rows = [tuple(row) for row in table.operands.tolist()]
    assert len(set(rows)) == len(rows) == 42
    assert table.targets.tolist() == [MODULAR[operation](a, b, 7) for a, b in rows]


@pytest.mark.parametrize(
    ("token_format", "k", "expected"),
    [
        ("a b =", 2, [3, 4, 7]),
        ("a ∘ b =", 2, [3, 8, 4, 7]),
        ("a b =", 3, [3, 4, 5, 7]),
        ("a ∘ b =", 3, [3, 8, 4, 8, 5, 7]),
    ],
)
def test_tokens_are_written_as_the_format_says(token_format, k, expected):
    task = ModularTask(
        "add", p=7, operands=k, token_format=token_format, train_fraction=0.5
    )
    table = task.data()
    row = table.operands.tolist().index([3, 4, 5][:k])
    assert table.tokens[row].tolist() == expected
    assert task.vocabulary == max(expected) + 1
    assert [t for t in task.layout if t is not None] == [t for t in expected if t >= 7]


def test_tokens_of_the_truncated_reading_come_after_all_its_numbers():
    task = ModularTask("subtract", p=5, reading="truncated", token_format="a ∘ b =")
    first = task.data().tokens[0].tolist()
    # 1 − 1 with values −5 … 5 stored as 0 … 10, then "=" and the operator.
    assert first == [6, 12, 6, 11]
    assert task.vocabulary == 13


@given(
    operation=st.sampled_from(sorted(OPERATIONS)),
    p=st.sampled_from([3, 5, 7, 11]),
    fraction=st.floats(0.2, 0.8),
    seed=st.integers(0, 2**40),
    token_format=st.sampled_from(["a b =", "a ∘ b ="]),
)
def test_a_split_is_a_reproducible_partition(
    operation, p, fraction, seed, token_format
):
    task = ModularTask(operation, p, fraction, seed, token_format)
    table, again = task.data(), task.data()
    n = len(table.operands)
    assert torch.equal(torch.cat([table.train, table.val]).sort()[0], torch.arange(n))
    assert len(table.train) == int(n * fraction)
    assert all(torch.equal(*pair) for pair in zip(table, again, strict=True))
    for part in (table.train, table.val):
        assert torch.equal(part, part.sort().values)


def test_another_seed_makes_another_split_of_the_same_table():
    one, two = (ModularTask(p=11, split_seed=seed).data() for seed in (1, 2))
    assert torch.equal(one.targets, two.targets)
    assert not torch.equal(one.train, two.train)


def test_the_split_of_the_paper_is_reproduced_row_for_row():
    table = ModularTask("add", p=113, train_fraction=0.3, split_seed=598).data()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(598)
        order = torch.randperm(113 * 113)
    assert torch.equal(table.train, order[:3830].sort().values)
    assert torch.equal(table.val, order[3830:].sort().values)


def test_making_a_table_leaves_the_global_random_state_alone():
    before = torch.get_rng_state()
    ModularTask(p=7, sample=20).data()
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("fields", "given_value", "allowed"),
    [
        ({"p": 1}, "1", "greater than or equal to 2"),
        ({"p": -5}, "-5", "greater than or equal to 2"),
        ({"p": 2**21}, str(2**21), "less than or equal to 1048576"),
        ({"p": 7.0}, "7.0", "valid integer"),
        ({"p": "7"}, "'7'", "valid integer"),
        ({"p": True}, "True", "valid integer"),
        ({"train_fraction": 0.0}, "0.0", "greater than 0"),
        ({"train_fraction": 1.0}, "1.0", "less than 1"),
        ({"train_fraction": float("nan")}, "nan", "finite"),
        ({"train_fraction": 1e-9}, "1e-09", "allowed: 1/12,769 or more"),
        ({"split_seed": -1}, "-1", "greater than or equal to 0"),
        ({"operation": "power"}, "'power'", "'add', 'subtract', 'multiply'"),
        ({"token_format": "a+b="}, "'a+b='", "'a b =' or 'a ∘ b ='"),
        ({"operands": 1}, "1", "greater than or equal to 2"),
        ({"operation": "subtract", "operands": 3}, "3", "['add', 'multiply']"),
        ({"operands": 5}, "113^5", "sample="),
        ({"operands": 10, "sample": 50}, "113^10", "63 bits"),
        ({"p": 5, "sample": 26}, "26", "25"),
        ({"operation": "divide", "p": 5, "sample": 21}, "21", "20"),
        ({"sample": 1}, "1", "greater than or equal to 2"),
        ({"reading": "real"}, "'real'", "'modular' or 'truncated'"),
        ({"reading": "truncated"}, "'add'", "['subtract', 'divide', 'asymmetric']"),
        ({"modulus": 7}, "modulus", "is no field of"),
    ],
)
def test_an_impossible_value_is_refused_with_what_is_allowed(
    fields, given_value, allowed
):
    with pytest.raises(ValueError) as error:
        ModularTask(**fields)
    assert given_value in str(error.value)
    assert allowed in str(error.value)


@pytest.mark.parametrize("operation", ["divide", "asymmetric"])
def test_a_composite_modulus_warns_where_an_inverse_is_needed(operation):
    with pytest.warns(UserWarning, match="6 is not prime"):
        ModularTask(operation, p=6, train_fraction=0.5)


def test_a_composite_modulus_is_silent_where_no_inverse_is_needed():
    for operation in OPERATIONS.keys() - {"divide", "asymmetric"}:
        ModularTask(operation, p=6, train_fraction=0.5)
    ModularTask("divide", p=6, train_fraction=0.5, reading="truncated")


def test_a_formula_says_which_remainder_is_meant():
    assert ModularTask("divide", p=7).formula == "(a / b) mod 7"
    assert ModularTask("divide", p=7, reading="truncated").formula == "(a / b) rem 7"
    assert ModularTask(p=5, operands=3).formula == "(a1 + a2 + a3) mod 5"


# -- mirrors -----------------------------------------------------------------------

WHOLE = sorted(OPERATIONS.keys() - {"divide", "multiply-nonzero", "asymmetric"})


def sides(task):
    """By cell: whether it is trained on."""
    table, p = task.data(), task.p
    shown = torch.zeros(p * p, dtype=torch.bool)
    shown[table.train] = True
    return shown.view(p, p)


mirrored = given(
    operation=st.sampled_from(WHOLE),
    p=st.integers(2, 12),
    fraction=st.floats(0.26, 0.74),
    seed=st.integers(0, 2**40),
)


@mirrored
def test_mirror_images_lie_together(operation, p, fraction, seed):
    task = ModularTask(operation, p, fraction, seed, mirrors="together")
    shown = sides(task)
    assert torch.equal(shown, shown.T)


@mirrored
def test_mirror_images_lie_apart_as_far_as_the_fraction_allows(
    operation, p, fraction, seed
):
    task = ModularTask(operation, p, fraction, seed, mirrors="apart")
    shown = sides(task)
    off = ~torch.eye(p, dtype=torch.bool)
    both, neither = shown & shown.T & off, ~shown & ~shown.T & off
    pairs = p * (p - 1) // 2
    shown_off = int((shown & off).sum())
    assert int(both.sum()) == 2 * max(0, shown_off - pairs)
    assert int(neither.sum()) == 2 * max(0, pairs - shown_off)


@mirrored
def test_splits_by_mirror_images_have_the_size_of_any(operation, p, fraction, seed):
    tasks = [
        ModularTask(operation, p, fraction, seed, mirrors=mirrors)
        for mirrors in ("anywhere", "together", "apart")
    ]
    for task in tasks:
        table = task.data()
        rows = torch.cat([table.train, table.val]).sort().values
        assert torch.equal(rows, torch.arange(p * p))
        assert len(table.train) == task.train_rows == int(p * p * fraction)
    together, apart = (sides(task).diagonal() for task in tasks[1:])
    assert int(together.sum()) == int(apart.sum())
    assert abs(int(together.sum()) - p * fraction) <= 1
    assert tasks[0] == ModularTask(operation, p, fraction, seed)


@given(p=st.integers(2, 30), seed=st.integers(0, 2**40))
def test_half_of_a_table_can_hold_one_of_each_pair(p, seed):
    shown = sides(ModularTask("add", p, 0.5, seed, mirrors="apart"))
    on = torch.eye(p, dtype=torch.bool)
    odd = (shown == shown.T) & ~on
    assert odd.sum() <= 2  # where the diagonal has one cell more, one pair is whole


@given(n=st.integers(1, 24), mirrors=st.sampled_from(["together", "apart"]))
def test_a_split_of_any_size_can_be_had(n, mirrors):
    order = torch.randperm(25, generator=torch.Generator().manual_seed(n))
    train, val = split(order, n, mirrors)
    assert len(train) == n
    assert torch.equal(torch.cat([train, val]).sort().values, torch.arange(25))


def test_another_seed_mirrors_other_cells():
    for mirrors in ("together", "apart"):
        one, two = (
            sides(ModularTask("add", 11, 0.5, seed, mirrors=mirrors)) for seed in (1, 2)
        )
        assert not torch.equal(one, two)


@pytest.mark.filterwarnings("ignore:.*is not prime")
@pytest.mark.parametrize(
    "fields",
    [
        {"operation": "multiply-nonzero"},
        {"operation": "divide"},
        {"operation": "asymmetric", "p": 15},
        {"operands": 3, "p": 5},
        {"sample": 50},
    ],
)
def test_mirror_images_need_a_table_of_all_pairs(fields):
    with pytest.raises(ValueError, match=r"mirrors='apart' needs a table of all pairs"):
        ModularTask(**({"p": 13} | fields), mirrors="apart")
    ModularTask("asymmetric", p=13, mirrors="apart")
    ModularTask("divide", p=12, reading="truncated", mirrors="apart")
