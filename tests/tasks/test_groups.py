"""Groups, tables that are none, and what is shown of them."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grokcore import Experiment, GroupTask, ImageMLPConfig
from grokcore.tasks import cayley, squares

NAMES = ["S3", "S4", "A4", "C7", "C12", "D4", "D5", "C2 x C2", "S3 × C4", "A5"]
every_group = pytest.mark.parametrize("name", NAMES)

#: A loop of five elements: an identity and inverses, and no associativity.
LOOP = (
    (0, 1, 2, 3, 4),
    (1, 0, 3, 4, 2),
    (2, 4, 0, 1, 3),
    (3, 2, 4, 0, 1),
    (4, 3, 1, 2, 0),
)


# -- tables ------------------------------------------------------------------------


@every_group
def test_a_named_table_is_a_group(name):
    table = cayley.named(name)
    assert cayley.broken_axiom(table) is None
    assert squares.is_latin(table)
    inverse = cayley.inverses(table)
    every = torch.arange(len(table))
    assert (table[every, inverse] == table[0, inverse[0]]).all()


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_shuffles_are_composed_as_functions(n):
    rows = [*itertools.permutations(range(n))]
    expected = [[rows.index(tuple(a[x] for x in b)) for b in rows] for a in rows]
    assert cayley.symmetric(n).tolist() == expected


@pytest.mark.parametrize("n", [3, 4, 5])
def test_even_shuffles_are_half_of_all_and_products_of_three_cycles(n):
    table = cayley.alternating(n)
    assert len(table) == math.factorial(n) // 2
    rows = cayley.permutations(n).double()
    signs = torch.linalg.det(torch.nn.functional.one_hot(rows.long()).double())
    even = [tuple(r) for r in rows[signs > 0].long().tolist()]
    a, b = len(even) - 1, 1
    product = tuple(even[a][x] for x in even[b])
    assert even[table[a, b]] == product


@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_a_polygon_is_turned_and_flipped(n):
    """Against the maps of the plane themselves, as functions of a complex number."""

    def moved(element, z):
        turn, flip = element % n, element // n
        return np.exp(2j * np.pi * turn / n) * (z.conjugate() if flip else z)

    table, z = cayley.dihedral(n), 0.3 + 0.7j
    for a, b in itertools.product(range(2 * n), repeat=2):
        assert np.isclose(moved(a, moved(b, z)), moved(int(table[a, b]), z))


def test_pairs_are_multiplied_part_by_part():
    one, other = cayley.named("S3"), cayley.named("C4")
    table = cayley.direct_product(one, other)
    for a, b in itertools.product(range(24), repeat=2):
        first = one[a // 4, b // 4].item()
        assert table[a, b] == 4 * first + (a + b) % 4
    assert torch.equal(cayley.named("S3 x C4"), table)


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("Q8", "has 'Q8' in it; allowed: S3"),
        ("S5 +", "has 'S5 \\+' in it"),
        ("A1", "has 'A1'"),
        ("C0", "has 'C0'"),
        ("", "has ''"),
        ("C1", "has 1 elements; allowed: 2 to 1,000"),
        ("S7", "has 5,040 elements"),
        ("S99", "is too large"),
        ("C1001", "has 1,001 elements"),
    ],
)
def test_other_names_are_refused(name, complaint):
    with pytest.raises(ValueError, match=complaint):
        GroupTask(name)


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        (((0, 1), (1,)), "no table: row 1 has 1 entries, and there are 2 rows"),
        (((0, 1), (1, 2)), "no closure: 1 · 1 = 2 is none of the 2 elements 0 … 1"),
        (((0, 1), (0, 1)), "no identity: 0 leaves .* one side, but 1 · 0 = 0"),
        (((0, 0), (1, 1)), "no identity: 0 leaves .* one side, but 0 · 1 = 0"),
        (((1, 0), (1, 0)), r"no identity: no row .* \(0 is none, since 0 · 0 = 1\)"),
        (((0, 1), (1, 1)), "no inverse: there is no b with 1 · b = b · 1 = 0"),
        (LOOP, "no associativity: "),
    ],
)
def test_the_axiom_that_fails_is_named(table, complaint):
    with pytest.raises(ValueError, match=complaint):
        GroupTask(table)


def test_where_associativity_fails_it_does():
    said = cayley.broken_axiom(LOOP)
    a, b, c = (
        int(x)
        for x in said.split(": ")[1]
        .translate(str.maketrans("()", "  "))
        .split("=")[0]
        .split(" · ")
    )
    table = np.array(LOOP)
    assert table[table[a, b], c] != table[a, table[b, c]]


@given(st.sampled_from(NAMES), st.randoms(use_true_random=False))
def test_a_group_under_other_names_is_one_and_with_a_wrong_cell_is_none(name, dice):
    table = cayley.named(name)
    n = len(table)
    names = torch.tensor(dice.sample(range(n), n))
    back = names.argsort()
    other = names[table[back][:, back]]
    assert cayley.broken_axiom(other) is None
    a, b = dice.randrange(n), dice.randrange(n)
    other[a, b] = (other[a, b] + 1 + dice.randrange(n - 1)) % n
    assert cayley.broken_axiom(other) is not None


def test_sizes_have_limits():
    with pytest.raises(ValueError, match="a table of 1 rows; allowed: 2 to 1,000"):
        GroupTask([[0]])
    for no_table in (5, [0, 1], [[0, 1.5], [1, 0]], [["0"]], None):
        with pytest.raises(
            ValueError, match="group: should be a name, such as 'S5', or"
        ):
            GroupTask(no_table)
    with pytest.raises(ValueError, match="leaves nothing to train on"):
        GroupTask("C2", train_fraction=0.1)
    with pytest.raises(ValueError, match="GroupTask asks about equations"):
        Experiment(task=GroupTask("S3"), model=ImageMLPConfig())


# -- squares -----------------------------------------------------------------------


@given(st.sampled_from(NAMES), st.integers(0, 5), st.integers(1, 50))
def test_switches_leave_a_latin_square(name, seed, times):
    table = cayley.named(name)
    assert squares.is_latin(squares.switched(table, seed, times))


def test_many_switches_leave_nothing_of_the_table():
    table = cayley.named("S4")
    other = squares.switched(table, seed=0)
    assert squares.is_latin(other)
    assert (other == table).double().mean() < 0.15
    assert torch.equal(other, squares.switched(table, seed=0))
    assert not torch.equal(other, squares.switched(table, seed=1))
    assert torch.equal(table, cayley.named("S4"))  # the table itself is as it was


def test_a_table_whose_lines_are_one_cycle_stays():
    table = cayley.named("C5")  # from any row to any other leads one cycle of five
    assert torch.equal(squares.switched(table, seed=0), table)


def test_what_is_no_latin_square_is_told():
    assert not squares.is_latin(torch.tensor([[0, 1], [0, 1]]))
    assert not squares.is_latin(torch.tensor([[0, 0], [1, 1]]))


# -- the task ----------------------------------------------------------------------


@every_group
@pytest.mark.parametrize("scramble", ["none", "names", "square", "answers"])
def test_a_table_is_shown_in_part(name, scramble):
    task = GroupTask(name, train_fraction=0.4, split_seed=3, scramble=scramble)
    data, n = task.data(), task.numbers
    assert data.operands.tolist() == [[a, b] for a in range(n) for b in range(n)]
    assert torch.equal(data.targets.view(n, n), task.table())
    assert data.targets.bincount(minlength=n).tolist() == [n] * n
    assert len(data.train) == task.train_rows == int(0.4 * n * n)
    split = torch.cat([data.train, data.val]).sort().values
    assert torch.equal(split, torch.arange(n * n))
    assert squares.is_latin(task.table()) or scramble == "answers"


def test_new_names_hide_a_group_and_a_search_finds_it():
    task = GroupTask("S3", scramble="names", split_seed=1)
    table = task.table()
    assert cayley.broken_axiom(table) is not None
    # Some renaming of the answers alone gives a group again.
    found = (torch.tensor(names)[table] for names in itertools.permutations(range(6)))
    assert any(cayley.broken_axiom(other) is None for other in found)


def test_a_table_of_ones_own_is_the_named_one():
    own = GroupTask(cayley.named("S3").tolist(), train_fraction=0.5)
    named = GroupTask("S3", train_fraction=0.5)
    assert all(map(torch.equal, own.data(), named.data()))
    assert own.formula == "a · b in a group of 6" and own.name == "group-6"
    experiment = Experiment(task=own)
    assert Experiment.from_json(experiment.to_json()) == experiment
    assert experiment.key != Experiment(task=named).key
    assert experiment.name.startswith("group-6-transformer-")


def test_tokens_are_those_of_sums():
    task = GroupTask("S3", token_format="a ∘ b =")
    assert task.vocabulary == 8
    assert task.data().tokens[7].tolist() == [1, 7, 1, 6]
