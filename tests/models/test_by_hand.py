"""Weights from trigonometry alone add modulo p, and as the formulas say."""

import math

import pytest
import torch

from grokcore import ModularTask, TransformerConfig
from grokcore.models import by_hand

ALGORITHMS = ["clock", "two pizzas", "pizza"]
FREQUENCIES = [(1,), (1, 51), (1, 6, 43), (1, 41, 45, 52), (1, 14, 20, 44, 52)]


def table(model, p):
    """Logits [p, p, p] and the right answers [p, p]."""
    numbers = torch.arange(p)
    operands = torch.cartesian_prod(numbers, numbers)
    answers = (numbers[:, None] + numbers) % p
    return model.double().answer(operands).view(p, p, p), answers


def right(model, p):
    logits, answers = table(model, p)
    return logits.argmax(-1) == answers


def margin(model, p):
    """The smallest margin over all pairs."""
    logits, answers = table(model, p)
    answers = answers.unsqueeze(-1)
    others = logits.scatter(-1, answers, -math.inf).amax(-1)
    return (logits.gather(-1, answers).squeeze(-1) - others).min().item()


def ideal(p, frequencies, factor, scale=10.0):
    """Σ_k α f(w_k(a − b)/2) cos w_k(a + b − c) over the table."""
    n = torch.arange(p).double()
    logits = 0
    for k in frequencies:
        w = 2 * math.pi * k / p
        half_difference = w * (n[:, None] - n) / 2
        wave = torch.cos(w * (n[:, None, None] + n[None, :, None] - n))
        logits = logits + scale * factor(half_difference).unsqueeze(-1) * wave
    return logits


FACTORS = {
    "pizza": lambda x: math.pi / 2 * x.cos().abs(),
    "two pizzas": lambda x: math.pi / 4 * (x.cos().abs() + x.sin().abs()),
    "clock": torch.ones_like,
}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("frequencies", FREQUENCIES, ids=len)
def test_every_pair_is_right_even_with_one_frequency(algorithm, frequencies):
    model = by_hand(113, frequencies, algorithm=algorithm)
    numbers = torch.arange(113)
    operands = torch.cartesian_prod(numbers, numbers)  # in float32, as it is used
    assert torch.equal(model.answer(operands).argmax(-1), operands.sum(1) % 113)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize(
    ("p", "frequencies"),
    [
        (3, (1,)),
        (7, (3,)),
        (7, (1, 2, 3)),
        (15, (3, 5)),
        (59, (29,)),
        (91, (7, 13)),
        (97, (5, 48)),
        (127, (1, 10, 12, 36, 51, 54)),
    ],
)
def test_any_odd_modulus_will_do(p, frequencies, algorithm):
    assert right(by_hand(p, frequencies, algorithm=algorithm), p).all()


@pytest.mark.parametrize(
    ("p", "frequencies"), [(6, (1,)), (8, (3, 4)), (50, (3, 11, 24))]
)
def test_with_even_p_a_pizza_alone_fails_and_only_half_a_turn_apart(p, frequencies):
    for algorithm in ("clock", "two pizzas"):
        assert right(by_hand(p, frequencies, algorithm=algorithm), p).all()
    logits, answers = table(by_hand(p, frequencies, algorithm="pizza"), p)
    numbers = torch.arange(p)
    opposite = (numbers[:, None] - numbers) % p == p // 2
    assert (logits.argmax(-1) == answers)[~opposite].all()
    there = logits[opposite]
    torch.testing.assert_close(there, there.roll(p // 2, -1), atol=1e-4, rtol=0)


def aliased(phases, offsets):
    """The most that a sum over so many phases can be off, as a share of its value.

    A neuron's half sum has the harmonics 2m with the weights 3/(4m² − 1), the half
    difference 2r with 1/(4r² − 1), both in units of the term that is wanted, m = 1 and
    r = 0. Where m = 1 + nq and r = nq − sh with whole q and h, the sums over n phases
    and s offsets cannot tell them from it.
    """
    whole = torch.arange(-300, 301)
    q, h = torch.meshgrid(whole, whole, indexing="ij")
    m, r = 1 + phases * q, phases * q - offsets * h
    weights = 3 / (4.0 * m**2 - 1).abs() / (4.0 * r**2 - 1).abs()
    return weights.sum().item() - 1


@pytest.mark.parametrize(
    ("algorithm", "neurons", "phases", "offsets"),
    [
        ("clock", 75, 5, 4),
        ("clock", 512, 13, 12),
        ("clock", 1200, 19, 21),
        ("two pizzas", 30, 5, 2),
        ("two pizzas", 512, 85, 2),
        ("pizza", 15, 5, 1),
        ("pizza", 512, 169, 1),
    ],
)
def test_logits_follow_the_closed_formula(algorithm, neurons, phases, offsets):
    frequencies = (1, 14, 29)
    model = by_hand(59, frequencies, algorithm=algorithm, neurons=neurons)
    used = (model.blocks[0].mlp.W_out != 0).any(1).sum().item()
    assert used == 3 * phases * offsets
    error = table(model, 59)[0] - ideal(59, frequencies, FACTORS[algorithm])
    bound = aliased(phases, offsets)
    if algorithm != "clock":  # what the formula's own |cos| holds is no error
        bound -= sum(2 / (4 * (offsets * h) ** 2 - 1) for h in range(1, 301))
    float32 = 1e-4
    assert error.abs().max() < 3 * 10 * (bound + float32)


@pytest.mark.parametrize(
    ("algorithm", "share"),
    [
        ("clock", 1),
        ("two pizzas", (4 / math.pi) ** 2 / (1 + 2 / math.pi)),
        ("pizza", (2 / math.pi) ** 2 / (1 / 2)),
    ],
)
def test_the_share_that_cosines_of_the_sum_explain(algorithm, share):
    logits, _ = table(by_hand(algorithm=algorithm), 113)
    cosines = ideal(113, (1, 14, 20, 44, 52), torch.ones_like)
    explained = (logits * cosines).sum() ** 2 / cosines.square().sum()
    assert explained / logits.square().sum() == pytest.approx(share, abs=5e-4)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_margin_grows_with_the_frequencies(algorithm):
    margins = [
        margin(by_hand(113, f, algorithm=algorithm), 113) for f in FREQUENCIES[::2]
    ]
    assert margins == sorted(margins)
    assert margins[0] > 0
    assert margins[-1] > 100 * margins[0]


def test_the_margin_grows_with_the_neurons_up_to_that_of_the_formula():
    logits = ideal(113, (1, 14, 20, 44, 52), torch.ones_like)[0, 0]
    limit = (logits[0] - logits[1:].max()).item()
    for algorithm, fewest in (("clock", 125), ("two pizzas", 50)):
        few, many = (
            margin(by_hand(algorithm=algorithm, neurons=neurons), 113)
            for neurons in (fewest, 512)
        )
        assert few < many < limit
    assert margin(by_hand(), 113) > 0.99 * limit


@pytest.mark.parametrize("scale", [0.1, 25.0])
def test_scale_is_the_height_of_each_cosine(scale):
    logits, _ = table(by_hand(scale=scale), 113)
    reference, _ = table(by_hand(scale=1.0), 113)
    torch.testing.assert_close(logits, scale * reference, atol=1e-5 * scale, rtol=0)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_embedding_has_its_frequencies_alone(algorithm):
    model = by_hand(59, (2, 9, 29), algorithm=algorithm)
    power = torch.fft.rfft(model.W_E[:59], dim=0).abs().square().sum(1)
    assert (power > 1e-6).nonzero().flatten().tolist() == [2, 9, 29]
    assert (model.W_E[59] == 0).all()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_both_forward_passes_agree(algorithm):
    model = by_hand(algorithm=algorithm, width=96, heads=3, neurons=300)
    tokens = ModularTask(p=113).data().tokens[::101]
    plain = model.forward_plain(tokens)[:, -1]
    torch.testing.assert_close(model(tokens), plain, atol=1e-3, rtol=0)
    assert plain.abs().max() > 10


def test_the_weights_fit_the_models_that_are_trained():
    trained = TransformerConfig().build(ModularTask(p=113), seed=3)
    trained.load_state_dict(by_hand().state_dict())
    assert right(trained, 113).all()
    assert trained.config.neurons == by_hand().config.neurons


def test_it_is_ready_to_be_looked_at():
    model = by_hand()
    assert not model.training
    assert not any(parameter.requires_grad for parameter in model.parameters())
    assert not any(b.any() for n, b in model.named_parameters() if ".b_" in n)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"frequencies": (0, 1)}, r"frequencies=\(0, 1\).* 1 to 56"),
        ({"frequencies": (57,)}, r"frequencies=\(57,\).* 1 to 56"),
        ({"frequencies": (3, 3)}, r"frequencies=\(3, 3\).* each once"),
        ({"frequencies": ()}, r"frequencies=\(\).* at least one"),
        ({"p": 15, "frequencies": (3, 6)}, "the divisor 3 in common, so c and c \\+ 5"),
        ({"p": 1}, "p=1; allowed: 2 or more"),
        ({"width": 32}, "width=32 is too small for 5 frequencies; allowed: 33 or"),
        ({"heads": 16}, r"heads=16 .* allowed: \[2, 4, 8\]"),
        ({"heads": 1}, r"heads=1 in the algorithm 'clock' .* allowed: \[2, 4, 8\]"),
        ({"heads": 3}, r"heads=3 in the algorithm .* allowed: \[2, 4, 8\]"),
        ({"neurons": 124}, "neurons=124 are too few .* allowed: 125 or more"),
        ({"neurons": 49, "algorithm": "two pizzas"}, "allowed: 50 or more"),
        ({"neurons": 24, "algorithm": "pizza"}, "allowed: 25 or more"),
        (
            {"algorithm": "watch"},
            r"algorithm='watch'; allowed: \['clock', 'two pizzas'",
        ),
    ],
)
def test_bad_arguments_are_refused_with_what_is_allowed(arguments, message):
    with pytest.raises(ValueError, match=message):
        by_hand(**arguments)


@pytest.mark.parametrize(
    ("algorithm", "least"), [("clock", 125), ("two pizzas", 50), ("pizza", 25)]
)
def test_as_few_neurons_as_allowed_do(algorithm, least):
    model = by_hand(algorithm=algorithm, neurons=least, width=66, heads=2)
    assert right(model, 113).all()
