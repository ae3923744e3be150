"""Sliders where there is a kernel; a sentence where the page will be stored."""

import pytest

from grokcore.show import lines, live


def draw(slope, start=0):
    return lines({"y": [start, start + slope]}, x=[0, 1])


@pytest.fixture
def kernel(monkeypatch):
    monkeypatch.delenv("GROKCORE_PROGRESS")


@pytest.mark.usefixtures("kernel")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_every_choice_has_a_slider_that_starts_in_the_middle():
    panel = live(draw, slope=[1, 2, 3], start=(0, 5))
    sliders = {slider.description: slider for slider in panel.children[:-1]}
    assert {n: s.value for n, s in sliders.items()} == {"slope": 2, "start": 5}
    assert list(sliders["slope"].options) == [1, 2, 3]


@pytest.mark.usefixtures("kernel")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_moving_a_slider_draws_anew():
    drawn = []

    def watched(**chosen):
        drawn.append(chosen)
        return draw(**chosen)

    panel = live(watched, slope=[1, 2, 3])
    panel.children[0].value = 3
    panel.update()
    assert drawn[-1] == {"slope": 3}


def test_a_stored_page_says_what_is_missing():
    stored = live(draw, slope=[1, 2], start=[0])
    assert repr(stored) == "In a live notebook there are sliders here: slope, start."
    assert "slope, start" in stored._repr_markdown_()


@pytest.mark.parametrize("choices", [{}, {"slope": []}])
def test_nothing_to_choose_from_is_refused(choices):
    with pytest.raises(ValueError, match="choices="):
        live(draw, **choices)
