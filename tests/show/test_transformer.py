"""The way through a transformer: every token, every part and every size is there."""

import pytest

from grokcore import show

SIZES = {"width": 128, "heads": 4, "neurons": 512, "answers": 113}


def words(picture):
    return [text.get_text() for text in picture.ax.texts]


def test_the_parts_stand_from_above_in_the_order_in_which_they_act():
    picture = show.transformer(["5", "9", "="], **SIZES)
    heights = {t.get_text(): t.get_position()[1] for t in picture.ax.texts}
    order = ["tokens", "embedding + position", "attention", "MLP", "logits"]
    assert sorted(order, key=heights.get) == order
    assert picture.ax.yaxis_inverted()
    assert heights["4 heads"] < heights["residual stream"] < heights["512 neurons"]


@pytest.mark.parametrize("tokens", ["5=", "59=", ["47", "85", "12", "="]])
def test_every_token_has_a_column_in_order(tokens):
    picture = show.transformer(tokens, **SIZES)
    columns = [words(picture).index(token) for token in tokens]
    places = [picture.ax.texts[i].get_position()[0] for i in columns]
    assert places == sorted(places) and len(set(places)) == len(tokens)
    assert f"Tokens {', '.join(tokens[:-1])} and = each" in picture.alt


def test_sizes_are_written_and_said():
    picture = show.transformer("59=", width=64, heads=1, neurons=2_048, answers=97)
    assert {"1 head", "2,048 neurons", "97 numbers: W_U"} <= set(words(picture))
    assert "1 attention head (W_Q, W_K, W_V, W_O) reads" in picture.alt
    assert "vector of 64 numbers" in picture.alt and "97 logits" in picture.alt


def test_what_is_no_transformer_is_refused():
    with pytest.raises(ValueError, match="'heads': 0"):
        show.transformer("59=", **SIZES | {"heads": 0})
    with pytest.raises(ValueError, match="at least two"):
        show.transformer("=", **SIZES)
