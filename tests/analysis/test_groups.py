"""Irreps, cosets, and networks that are made of them."""

import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grokcore import EmbeddingMLPConfig, GroupTask
from grokcore.analysis import fourier
from grokcore.analysis.groups import cosets, inside, irreps, representations
from grokcore.models import shuffles_by_hand
from grokcore.tasks.cayley import broken_axiom, named, permutations

SHAPES = [s for n in (1, 2, 3, 4, 5) for s in representations.partitions(n)]


def noise(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


# -- representations -----------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_matrices_multiply_as_shuffles_do(shape):
    matrices = representations.orthogonal_form(shape)
    d = matrices.shape[1]
    eye = torch.eye(d, dtype=torch.float64).expand_as(matrices)
    torch.testing.assert_close(matrices @ matrices.mT, eye)
    table = named(f"S{sum(shape)}") if sum(shape) > 1 else torch.zeros(1, 1).long()
    torch.testing.assert_close(matrices[:, None] @ matrices, matrices[table])


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_dimension_is_that_of_the_hook_length_formula(shape):
    columns = [sum(row > j for row in shape) for j in range(shape[0])]
    hooks = (
        shape[i] - j + columns[j] - i - 1
        for i in range(len(shape))
        for j in range(shape[i])
    )
    d = math.factorial(sum(shape)) // math.prod(hooks)
    assert len(representations.tableaux(shape)) == d


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_entries_of_all_matrices_are_an_orthogonal_basis(n):
    """Schur's orthogonality; and all functions on the group are made of them."""
    rows = []
    for shape in representations.partitions(n):
        matrices = representations.orthogonal_form(shape)
        scale = math.sqrt(matrices.shape[1] / len(matrices))
        rows.append(scale * matrices.flatten(1).T)
    basis = torch.cat(rows)
    eye = torch.eye(math.factorial(n), dtype=torch.float64)
    torch.testing.assert_close(basis @ basis.T, eye)


def test_the_character_of_a_swap_is_the_known_one():
    swaps = {
        shape: round(float(representations.orthogonal_form(shape)[1].trace()))
        for shape in representations.partitions(5)
    }
    assert swaps == {
        (5,): 1,
        (4, 1): 2,
        (3, 2): 1,
        (3, 1, 1): 0,
        (2, 2, 1): -1,
        (2, 1, 1, 1): -2,
        (1, 1, 1, 1, 1): -1,
    }


@pytest.mark.parametrize("shape", [(1, 2), (0,), (), (7,), (2, -1)])
def test_what_is_no_shape_is_refused(shape):
    with pytest.raises(ValueError, match="is no partition of 1 to 6"):
        representations.orthogonal_form(shape)


# -- irreps --------------------------------------------------------------------------

DIMENSIONS = {
    "S4": (1, 1, 4, 9, 9),
    "S5": (1, 1, 16, 16, 25, 25, 36),
    "A4": (1, 2, 9),  # two complex ones are one pair
    "A5": (1, 9, 9, 16, 25),
    "D4": (1, 1, 1, 1, 4),
    "D5": (1, 1, 4, 4),
    "C7": (1, 2, 2, 2),
    "C6": (1, 1, 2, 2),
    "C3 x S3": (1, 1, 2, 2, 4, 8),
}


@pytest.mark.parametrize("name", DIMENSIONS)
def test_a_group_falls_into_its_irreps(name):
    table = named(name)
    found, n = irreps.irreps(table), len(table)
    assert found.dimensions == DIMENSIONS[name]
    parts = found.projectors
    eye = torch.eye(n, dtype=torch.float64)
    torch.testing.assert_close(parts.sum(0), eye)
    for i, j in itertools.combinations_with_replacement(range(len(parts)), 2):
        expected = parts[i] if i == j else torch.zeros_like(eye)
        torch.testing.assert_close(parts[i] @ parts[j], expected)
    # No part changes when its functions are shifted from either side.
    for shift in (table[1], table[:, 1]):
        moved = parts[:, shift][:, :, shift]
        torch.testing.assert_close(moved, parts)
    torch.testing.assert_close(parts[0], torch.full((n, n), 1 / n).double())


@pytest.mark.parametrize("n", [3, 4, 5])
def test_irreps_of_shuffles_are_those_of_youngs_matrices(n):
    found = irreps.irreps(named(f"S{n}"))
    left = {*range(len(found.names))}
    for shape in representations.partitions(n):
        matrices = representations.orthogonal_form(shape)
        entries = matrices.flatten(1) * math.sqrt(matrices.shape[1] / len(matrices))
        (same,) = (
            i for i in left if torch.allclose(entries @ entries.T, found.projectors[i])
        )
        left.remove(same)
    assert not left


@pytest.mark.parametrize("p", [7, 8, 59])
def test_on_a_clock_they_are_the_frequencies(p):
    found = irreps.irreps(named(f"C{p}"))
    parts = {
        tuple(fourier.rows([k], p)): fourier.basis(p)[fourier.rows([k], p)]
        for k in fourier.frequencies(p)
    }
    waves = [row.T @ row for row in parts.values()]
    if p % 2 == 0:  # the one without a sine has dimension 1, and stands first
        waves = [waves[-1], *waves[:-1]]
    torch.testing.assert_close(found.projectors[1:], torch.stack(waves))
    x = noise(p, 4)
    spectrum = fourier.spectrum(x)
    order = (
        [len(spectrum) - 1, *range(len(spectrum) - 1)] if p % 2 == 0 else slice(None)
    )
    torch.testing.assert_close(irreps.power(x, found)[1:], spectrum[order])


@given(st.randoms(use_true_random=False))
def test_names_of_the_elements_do_not_matter(dice):
    table = named("S4")
    names = torch.tensor(dice.sample(range(24), 24))
    back = names.argsort()
    found = irreps.irreps(names[table[back][:, back]])
    assert found.dimensions == DIMENSIONS["S4"]


def test_what_is_no_group_is_refused():
    table = GroupTask("S4", scramble="square").table()
    with pytest.raises((ValueError, IndexError)):
        irreps.irreps(table)


def test_power_and_parts_add_up():
    found, x = irreps.irreps(named("S4")), noise(24, 3, 5)
    assert irreps.power(x, found).sum().item() == pytest.approx(x.square().sum().item())
    along = irreps.power(x.movedim(0, 2), found, dim=2)
    torch.testing.assert_close(along, irreps.power(x, found))
    kept = irreps.keep(x, found, ["3", "1′"])
    assert sum(irreps.share(kept, found)[n] for n in ("3", "1′")) == pytest.approx(1)
    torch.testing.assert_close(irreps.keep(kept, found, ["3", "1′"]), kept)
    assert irreps.share(torch.zeros(24), found) == dict.fromkeys(found.names[1:], 0.0)


def test_random_functions_have_as_much_as_an_irrep_has_dimensions():
    found = irreps.irreps(named("S5"))
    for name, part in irreps.share(noise(120, 4_000), found).items():
        d = found.dimensions[found.names.index(name)]
        assert part == pytest.approx(d / 119, rel=0.05)


def test_names_are_looked_up():
    found = irreps.irreps(named("S4"))
    assert found.find("2") == [2]
    with pytest.raises(ValueError, match=r"no irrep '7'; there are .*'3′'"):
        irreps.keep(noise(24), found, ["7"])
    with pytest.raises(ValueError, match="name one twice"):
        found.find(["2", "2"])


def test_characters_explain_what_is_made_of_them_and_a_table_of_answers_too():
    table = named("S4")
    found = irreps.irreps(table)
    planted = found.projectors[3][table] + 2 * found.projectors[4][table]
    shares = irreps.characters_in(planted, found, table)
    assert sum(shares.values()) == pytest.approx(1)
    # Σ P² is the dimension: 9 each, once and four times.
    assert shares["3′"] == pytest.approx(0.8)
    right = torch.nn.functional.one_hot(table).double()
    for name, part in irreps.characters_in(right, found, table).items():
        d = found.dimensions[found.names.index(name)]
        assert part == pytest.approx(d / 23)
    assert sum(irreps.characters_in(noise(24, 24, 24), found, table).values()) < 0.01
    # A constant for each pair is no answer.
    moved = planted + noise(24, 24, 1)
    assert irreps.characters_in(moved, found, table) == pytest.approx(shares)


# -- cosets --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "count"), [("C12", 6), ("D4", 10), ("A4", 10), ("S4", 30), ("A5", 59)]
)
def test_all_subgroups_are_found(name, count):
    table = named(name)
    found = cosets.subgroups(table)
    assert (
        len(found) == len({*found}) == count - 2
    )  # not the trivial one, nor the whole
    for h in found:
        own = table[list(h)][:, list(h)]
        assert broken_axiom(torch.searchsorted(torch.tensor(h), own)) is None
    assert [len(h) for h in found] == sorted(map(len, found), reverse=True)
    assert cosets.subgroups(table, smallest=3) == [h for h in found if len(h) > 2]


def test_cosets_are_blocks_of_one_size():
    table = named("S4")
    for h, side in itertools.product(cosets.subgroups(table), ("left", "right")):
        labels = cosets.cosets(table, h, side)
        assert (labels.bincount() == len(h)).all()
        g, x = 7, h[1]
        other = table[g, x] if side == "left" else table[x, g]
        assert labels[g] == labels[other]


def test_those_that_keep_a_thing_tell_where_it_goes_and_where_it_came_from():
    table, rows = named("S4"), permutations(4)
    keep = tuple((rows[:, 2] == 2).nonzero()[:, 0].tolist())
    goes, came = rows[:, 2], rows.argsort(1)[:, 2]
    for side, place in (("left", goes), ("right", came)):
        labels = cosets.cosets(table, keep, side)
        assert all(len({*labels[place == i].tolist()}) == 1 for i in range(4))


def test_other_sides_and_sets_are_refused():
    table = named("S3")
    with pytest.raises(ValueError, match="side='up'; allowed: 'left'"):
        cosets.cosets(table, (0, 1), "up")
    with pytest.raises(ValueError, match="no subgroup: products are missing"):
        cosets.cosets(table, (0, 1, 2))


def test_blocks_explain_what_is_one_number_on_each():
    labels = torch.arange(120) % 6
    x = noise(6, 10)[labels]
    torch.testing.assert_close(cosets.averaged(x, labels), x)
    torch.testing.assert_close(cosets.explained(x, labels), torch.ones(10).double())
    assert (cosets.explained(torch.ones(120, 3), labels) == 0).all()
    shares = cosets.explained(noise(120, 3_000), labels)
    assert shares.mean().item() == pytest.approx(5 / 119, rel=0.05)


# -- networks ------------------------------------------------------------------------


@pytest.mark.parametrize("width", [16, None])
@pytest.mark.parametrize("biases", ["mlp", "none"])
def test_a_network_taken_apart_answers_as_before(width, biases):
    task = GroupTask("S3")
    sizes = {"width": width, "mlp_width": 8, "output_scale": 2.0}
    model = EmbeddingMLPConfig(**sizes, biases=biases).build(task, seed=0)
    logits = model.answer(task.data().operands).double().view(6, 6, 6)
    net = inside.Inside.of(model)
    torch.testing.assert_close(net.logits(), logits, atol=1e-5, rtol=0)
    torch.testing.assert_close(net.replaced(lambda x: x), net.logits())
    only_bias = net.replaced(torch.zeros_like)
    assert torch.equal(only_bias[0, 0], only_bias[3, 4])


def test_other_networks_are_refused():
    for config in ({"layers": 2}, {"activation": "square"}):
        model = EmbeddingMLPConfig(**config).build(GroupTask("S3"), seed=0)
        with pytest.raises(ValueError, match="one layer of ReLUs"):
            inside.Inside.of(model)


def test_of_nested_subgroups_the_larger_one_is_named():
    blocks = inside.blocks_of(named("S4"))
    rows = permutations(4)
    x = noise(4, 5)[rows[:, 1]]
    share, place = inside.best_blocks(x, blocks)
    assert (share > 0.99).all()
    assert {(len(blocks[i].subgroup), blocks[i].side) for i in place} == {(6, "left")}
    torch.testing.assert_close(inside.on_blocks(x, blocks), x)
    dice = torch.Generator().manual_seed(0)
    assert (inside.on_blocks(x, blocks, dice) - x).abs().max() > 0.1


def test_a_function_is_left_with_its_irrep_or_a_random_one_of_that_size():
    found = irreps.irreps(named("S4"))
    x = irreps.keep(noise(24, 6), found, ["3′"]) + 0.1 * noise(24, 6, seed=1) + 5
    _, place = inside.best_irrep(x, found)
    assert place.tolist() == found.find(["3′"]) * 6
    kept = inside.in_irrep(x, found)
    torch.testing.assert_close(kept, irreps.keep(x, found, ["1", "3′"]))
    other = inside.in_irrep(x, found, torch.Generator().manual_seed(0))
    torch.testing.assert_close(irreps.keep(other, found, ["1", "3′"]), other)
    torch.testing.assert_close(other.norm(dim=0), kept.norm(dim=0))
    assert not torch.allclose(other, kept)


@pytest.mark.parametrize("n", [3, 4])
def test_both_accounts_are_true_of_the_network_made_by_hand(n):
    found = inside.measures(shuffles_by_hand(n), named(f"S{n}"))
    for name in (
        "accuracy",
        "irreps_only",
        "cosets_only",
        "irrep_share",
        "coset_share",
    ):
        assert found[name] == pytest.approx(1)
    assert max(found["irreps_random"], found["cosets_random"]) < 0.5
    (main,) = (k for k, v in found.items() if k.startswith("power ") and v > 0.99)
    assert main == f"power {n - 1}"


def test_only_some_products_may_be_asked():
    task = GroupTask("S3")
    model, table = EmbeddingMLPConfig().build(task, seed=0), task.table()
    right = inside.Inside.of(model).logits().argmax(-1) == table
    assert inside.measures(model, table, right)["accuracy"] == 1
    assert inside.measures(model, table, ~right)["accuracy"] == 0
