"""A transformer of one layer as a drawing: what goes where, and in which shape."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch

from grokcore.show._axes import axes_or_new
from grokcore.show._words import count, listed
from grokcore.show.picture import Picture, titled
from grokcore.show.style import FAINT, INK, OKABE_ITO, PAPER, SMALL, readable, style

_EMBED, _HEADS, _NEURONS = (
    readable(OKABE_ITO[color]) for color in ("green", "blue", "vermilion")
)

# Inches from the left and from above.
_STREAM, _BESIDE = 2.75, 3.2
_TOP, _ATTENTION, _MLP, _END = 0.3, 2.25, 3.75, 5.1
_HEIGHT = 5.45
_BOX = (0.15, 1.75)


@style()
def transformer(
    tokens: Sequence[str],
    *,
    width: int,
    heads: int,
    neurons: int,
    answers: int,
    title: str = "",
    ax: Axes | None = None,
) -> Picture:
    """Draw the way of an equation through a transformer of one layer, from above.

    The answer is read at the last token, so what the others do not send there is left
    out.

    Args:
        tokens: what the equation is made of, at least two.
        width: numbers in the vector of each token.
        heads: of attention.
        neurons: of the layer.
        answers: how many logits there are.
        title: written above the figure.
        ax: the axes to draw on; a new figure by default.

    Returns:
        A Picture whose alt text tells the way in words.

    Raises:
        ValueError: if there are less than two tokens, or a size is below 1.

    >>> picture = transformer("59=", width=128, heads=4, neurons=512, answers=113)
    >>> print(picture.alt)
    The way of an equation through a transformer. Tokens 5, 9 and = each become a \
vector of 128 numbers, from the embedding W_E and the position W_pos. 4 attention \
heads (W_Q, W_K, W_V, W_O) read the vectors of all 3, and add to that of =. 512 \
neurons (W_in, ReLU, W_out) read the vector of =, and add to it. The unembedding W_U \
turns it into 113 logits.
    """
    sizes = {"width": width, "heads": heads, "neurons": neurons, "answers": answers}
    if wrong := {name: size for name, size in sizes.items() if size < 1}:
        raise ValueError(f"sizes must be at least 1, not {wrong}")
    *others, last = map(str, tokens)
    if not others:
        raise ValueError(f"tokens={tokens!r} must be at least two")
    ax = axes_or_new(ax, height=_HEIGHT + 0.3 * bool(title))
    ax.set(xlim=(0, 6.4), ylim=(_HEIGHT, 0))
    ax.set_axis_off()
    _others(ax, others)
    _stream(ax, last)
    _beside(ax, _ATTENTION, f"{heads} head{'s' * (heads > 1)}", _HEADS)
    _beside(ax, _MLP, f"{count(neurons)} neurons", _NEURONS)
    _explain(ax, _TOP, "tokens", f"{len(others) + 1} numbers")
    vectors = f"{len(others) + 1} vectors of {count(width)}: W_E, W_pos"
    _explain(ax, 1.1, "embedding + position", vectors, _EMBED)
    _explain(ax, _ATTENTION, "attention", "W_Q, W_K, W_V; adds by W_O", _HEADS)
    _explain(ax, _MLP, "MLP", "W_in, ReLU; adds by W_out", _NEURONS)
    _explain(ax, _END, "logits", f"{count(answers)} numbers: W_U")
    return titled(ax, _alt([*others, last], sizes), title)


def _others(ax: Axes, tokens: Sequence[str]) -> None:
    """The columns of all tokens but the last; they end in the heads."""
    left, right = _BOX[0] + 0.35, _BOX[1] - 0.35
    step = (right - left) / max(len(tokens) - 1, 1)
    for i, token in enumerate(tokens):
        x = left + i * step if len(tokens) > 1 else (left + right) / 2
        _token(ax, x, token)
        _arrow(ax, (x, _TOP + 0.2), (x, _ATTENTION - 0.32))
        _dot(ax, x, 1.1)


def _stream(ax: Axes, token: str) -> None:
    """The residual stream of the last token, from its embedding to the logits."""
    _token(ax, _STREAM, token)
    _arrow(ax, (_STREAM, _TOP + 0.2), (_STREAM, _END - 0.22), width=2.6)
    _dot(ax, _STREAM, 1.1)
    _box(ax, (_STREAM - 0.3, _END - 0.2), 0.6, 0.4, INK)
    ax.text(_STREAM, _END, "?", ha="center", va="center", fontweight="bold")
    between = (_ATTENTION + _MLP) / 2 + 0.02
    ax.text(_BESIDE, between, "residual stream", va="center", fontweight="bold")
    ax.plot([_STREAM + 0.08, _BESIDE - 0.08], [between] * 2, color=FAINT, linewidth=0.8)


def _beside(ax: Axes, y: float, name: str, color: str) -> None:
    """A box that reads from the stream and adds to it."""
    left, right = _BOX
    _box(ax, (left, y - 0.3), right - left, 0.6, color)
    ax.text(
        (left + right) / 2,
        y,
        name,
        ha="center",
        va="center",
        color=color,
        fontweight="bold",
    )
    _arrow(ax, (_STREAM, y - 0.42), (right, y - 0.14), color)
    _arrow(ax, (right, y + 0.14), (_STREAM - 0.1, y + 0.36), color)
    ax.add_patch(
        Circle((_STREAM, y + 0.38), 0.11, facecolor=PAPER, edgecolor=color, zorder=4)
    )
    ax.text(_STREAM, y + 0.38, "+", ha="center", va="center", color=color, zorder=5)


def _token(ax: Axes, x: float, token: str) -> None:
    _box(ax, (x - 0.22, _TOP - 0.2), 0.44, 0.4, INK)
    ax.text(x, _TOP, token, ha="center", va="center", fontweight="bold")


def _dot(ax: Axes, x: float, y: float) -> None:
    ax.add_patch(Circle((x, y), 0.09, color=_EMBED, zorder=4))


def _box(
    ax: Axes, corner: tuple[float, float], width: float, height: float, color: str
) -> None:
    ax.add_patch(
        FancyBboxPatch(
            corner,
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.08",
            facecolor=PAPER,
            edgecolor=color,
            linewidth=1.4,
            zorder=3,
        )
    )


def _arrow(
    ax: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    color: str = INK,
    width: float = 1.4,
) -> None:
    ax.annotate(
        "",
        end,
        xytext=start,
        zorder=2,
        arrowprops={
            "arrowstyle": "-|>,head_width=0.25,head_length=0.5",
            "color": color,
            "linewidth": width,
            "shrinkA": 0,
            "shrinkB": 0,
        },
    )


def _explain(ax: Axes, y: float, what: str, how: str, color: str = INK) -> None:
    ax.text(_BESIDE, y - 0.03, what, va="bottom", color=color, fontweight="bold")
    ax.text(_BESIDE, y + 0.03, how, va="top", color=FAINT, fontsize=SMALL)


def _alt(tokens: Sequence[str], sizes: dict[str, int]) -> str:
    last, heads = tokens[-1], sizes["heads"]
    read = (
        "head (W_Q, W_K, W_V, W_O) reads"
        if heads == 1
        else ("heads (W_Q, W_K, W_V, W_O) read")
    )
    add = "adds" if heads == 1 else "add"
    return (
        f"The way of an equation through a transformer. Tokens {listed(tokens)} each "
        f"become a vector of {count(sizes['width'])} numbers, from the embedding W_E "
        f"and the position W_pos. {heads} attention {read} the vectors of all "
        f"{len(tokens)}, and {add} to that of {last}. {count(sizes['neurons'])} "
        f"neurons (W_in, ReLU, W_out) read the vector of {last}, and add to it. The "
        f"unembedding W_U turns it into {count(sizes['answers'])} logits."
    )
