"""The sheet of digits frames what is read wrong, and says which."""

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from grokcore import show

IMAGES = np.random.default_rng(0).random((23, 28, 28))
TARGETS = np.arange(23) % 10


def frames(picture):
    return [p for p in picture.ax.patches if isinstance(p, Rectangle)]


@pytest.mark.parametrize("wrong", [[], [4], [0, 9, 10, 22]])
def test_what_is_read_wrong_is_framed_and_named(wrong):
    answers = TARGETS.copy()
    answers[wrong] = (answers[wrong] + 3) % 10
    picture = show.digits(IMAGES, answers, TARGETS, "step 5")
    assert len(picture.ax.images) == 23
    places = [(round(f.get_x()), round(f.get_y() / 1.34)) for f in frames(picture)]
    assert places == [(i % 10, i // 10) for i in wrong]
    assert [t.get_text() for t in picture.ax.texts] == [str(answers[i]) for i in wrong]
    assert picture.alt.startswith(f"Step 5: {23 - len(wrong)} of 23 images are read")
    told = ", ".join(f"{TARGETS[i]} as {answers[i]}" for i in wrong)
    assert (told in picture.alt) and ("wrong" in picture.alt) == bool(wrong)


def test_frames_of_a_flipbook_have_one_size():
    one, other = (show.digits(IMAGES, TARGETS * 0 + x, TARGETS) for x in (0, 1))
    assert (one.figure.get_size_inches() == other.figure.get_size_inches()).all()


@pytest.mark.parametrize(
    ("images", "answers"),
    [(IMAGES[:0], []), (IMAGES, TARGETS[:5]), (IMAGES[:, 1:], TARGETS)],
)
def test_other_shapes_are_refused(images, answers):
    with pytest.raises(ValueError, match="expected"):
        show.digits(images, answers, TARGETS[: len(images)])
