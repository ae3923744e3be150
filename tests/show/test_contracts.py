"""What every drawing keeps to; whoever adds one gets these tests by its example."""

import doctest
import inspect

import matplotlib
import pytest
from matplotlib.figure import Figure

from grokcore import show
from grokcore.show import Picture

DRAWINGS = {
    name: function
    for name in show.__all__
    if inspect.isfunction(function := getattr(show, name))
    and function.__annotations__.get("return") in ("Picture", Picture)
}
every_drawing = pytest.mark.parametrize("name", DRAWINGS)


@pytest.fixture
def drawn(monkeypatch):
    """Run the example of a drawing; return its pictures."""
    begin = Picture.__init__

    def run(name):
        pictures = []

        def remember(self, *arguments, **named):
            begin(self, *arguments, **named)
            pictures.append(self)

        monkeypatch.setattr(Picture, "__init__", remember)
        module = inspect.getmodule(DRAWINGS[name])
        (example,) = doctest.DocTestFinder(recurse=False).find(
            DRAWINGS[name], name, globs=vars(module).copy()
        )
        result = doctest.DocTestRunner(
            optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
        ).run(example)
        assert result.attempted and not result.failed
        assert pictures, "the example draws nothing"
        return pictures

    return run


def test_there_are_drawings():
    assert len(DRAWINGS) > 10


@every_drawing
def test_a_drawing_says_what_it_shows_and_leaves_the_style_as_it_was(name, drawn):
    before = dict(matplotlib.rcParams)
    for picture in drawn(name):
        assert picture.alt.endswith((".", "!", "?")) and " " in picture.alt
        assert "nan" not in picture.alt.lower().split()
        assert picture.alt.split(".")[0][:20] in picture.html.replace("&amp;", "&")
        assert isinstance(picture.figure, Figure) and picture.figure.axes
        assert picture.image.width <= 2 * 100 * show.style.__globals__["WIDTH"] + 2
    assert dict(matplotlib.rcParams) == before


@every_drawing
def test_the_same_drawing_is_the_same_to_the_last_bit(name, drawn):
    one, two = drawn(name)[-1], drawn(name)[-1]
    assert one.alt == two.alt
    assert one.image.tobytes() == two.image.tobytes()


@every_drawing
def test_a_drawing_refuses_what_it_does_not_know(name):
    with pytest.raises(TypeError, match="no_such_option"):
        DRAWINGS[name](no_such_option=1)
