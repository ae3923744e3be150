"""Spectra show the shares that the power has, and name the key frequencies."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from grokcore import show
from grokcore.analysis import fourier


def embedding(p=113, keys=(14, 35, 36, 56), width=64, noise=0.05):
    generator = torch.Generator().manual_seed(0)
    n = torch.arange(p)[:, None] * torch.tensor(keys) * 2 * torch.pi / p
    waves = torch.cat([n.cos(), n.sin()], dim=1)
    mix = torch.randn(2 * len(keys), width, generator=generator)
    return waves @ mix + noise * torch.randn(p, width, generator=generator)


def heights(picture):
    return np.array([bar.get_height() for bar in picture.ax.patches])


def test_bars_are_shares_and_keys_stand_out():
    x = embedding()
    keys = fourier.key_frequencies(x)
    picture = show.spectrum(fourier.spectrum(x), keys)
    bars = heights(picture)[:56]
    np.testing.assert_allclose(bars.sum(), 1)
    np.testing.assert_allclose(
        bars[[k - 1 for k in keys]].sum(), fourier.share(x, keys)
    )
    colors = [to_hex(bar.get_facecolor()) for bar in picture.ax.patches[:56]]
    assert [k + 1 for k, c in enumerate(colors) if c == "#009e73"] == list(keys)
    assert [text.get_text() for text in picture.ax.texts] == [str(k) for k in keys]


def test_alt_tells_the_shares():
    alt = show.spectrum([2, 1, 5, 2], keys=[3, 1], null=[1, 1, 1, 2]).alt
    assert alt == (
        "Share of power of 4 frequencies. The key frequencies 1 and 3 carry 70%, the "
        "others at most 20% each. Untrained, they carry 40%, and no frequency more "
        "than 40%."
    )
    assert show.spectrum([2, 1, 5, 2]).alt.endswith(
        "The largest is 50% at frequency 3."
    )
    assert show.spectrum([3], keys=[1]).alt.endswith(
        "The key frequency 1 carries 100%."
    )


def test_names_of_neighbors_do_not_touch():
    power = np.ones(56)
    power[[33, 34, 35]] = 30
    picture = show.spectrum(power, [34, 35, 36])
    picture.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in picture.ax.texts]
    boxes.sort(key=lambda box: box.x0)
    assert all(a.x1 <= b.x0 for a, b in pairwise(boxes))


def test_the_reference_is_named_over_everything_there():
    picture = show.spectrum([5, 1, 1, 1, 1, 1], keys=[1], null=[1] * 6)
    (name,) = [t for t in picture.ax.texts if t.get_text() == "untrained"]
    assert name.xy[1] == pytest.approx(1 / 6)
    assert name.xy[0] > 2


def test_limit_fixes_the_axis():
    assert show.spectrum([1, 2], limit=0.9).ax.get_ylim() == (0, 0.9)
    with pytest.raises(ValueError, match="limit=0 must be above 0"):
        show.spectrum([1, 2], limit=0)


@pytest.mark.parametrize(
    ("power", "options", "message"),
    [
        ([[1.0]], {}, r"power has shape \[1, 1\]; it must be \[F\]"),
        ([], {}, "not empty"),
        ([1, np.inf], {}, r"power holds inf at \[1\]"),
        ([1, -1], {}, "power ranges from -1 to 1; it must be 0 or more"),
        ([0, 0], {}, "somewhere above 0"),
        (
            [1, 2],
            {"keys": [3]},
            r"keys=\[3\] must be different whole numbers from 1 to 2",
        ),
        ([1, 2], {"keys": [1, 1]}, "must be different"),
        ([1, 2], {"null": [1, 2, 3]}, r"null has shape \[3\]; it must be \[2\]"),
    ],
)
def test_what_is_no_spectrum_is_refused(power, options, message):
    with pytest.raises(ValueError, match=message):
        show.spectrum(power, **options)


def test_map_sorts_dimensions_by_their_strongest_frequency():
    x = embedding()
    amplitudes = fourier.amplitudes(x)
    keys = fourier.key_frequencies(x)
    picture = show.spectrum_map(amplitudes, keys, limit=20, title="Trained")
    (image,) = picture.ax.images
    drawn = np.asarray(image.get_array())
    assert (np.diff(drawn.argmax(axis=0)) >= 0).all()
    np.testing.assert_allclose(np.sort(drawn, axis=1), np.sort(amplitudes, axis=1))
    assert image.get_clim() == (0, 20)
    assert [text.get_text() for text in picture.ax.texts] == [str(k) for k in keys]
    assert (
        "In 64 of 64 dimensions the strongest frequency is one of the key frequencies "
        "14, 35, 36 and 56."
    ) in picture.alt
    assert picture.alt.startswith("Trained: Amplitudes of 56 frequencies in 64 ")
    assert f"at most {float(amplitudes.max()):.3g}" in picture.alt


def test_map_names_keys_apart():
    table = np.ones((56, 8))
    picture = show.spectrum_map(table, [10, 11, 12, 40])
    picture.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in picture.ax.texts]
    rows = sorted((box.y0, box.y1) for box in boxes)
    assert all(a[1] <= b[0] + 1 for a, b in pairwise(rows))


@pytest.mark.parametrize(
    ("amplitudes", "message"),
    [
        ([1.0, 2.0], r"amplitudes has shape \[2\]; it must be \[F, D\]"),
        ([[1.0, np.nan]], "amplitudes holds nan"),
        ([[1.0, -2.0]], "amplitudes go down to -2"),
    ],
)
def test_what_is_no_map_is_refused(amplitudes, message):
    with pytest.raises(ValueError, match=message):
        show.spectrum_map(amplitudes)


def test_both_draw_on_the_axes_given():
    for draw in (show.spectrum, show.spectrum_map):
        ax = Figure().subplots()
        data = np.ones(3) if draw is show.spectrum else np.ones((3, 2))
        assert draw(data, ax=ax).ax is ax
