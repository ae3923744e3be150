"""Pictures of arrays and histories, each with the sentence that says what it shows.

Every drawing function returns a ``Picture``: a matplotlib figure with alt text computed
from the data. ``curves``, ``overlay`` and ``prediction_grid`` draw one pair of axes, on
request the ``ax`` they are given; ``panels`` and ``small_multiples`` make a figure of
several. A ``Flipbook`` puts many pictures behind one slider.
"""

from grokcore.show.curves import curves
from grokcore.show.flipbook import Flipbook
from grokcore.show.grid import prediction_grid
from grokcore.show.overlay import overlay
from grokcore.show.panels import panels, small_multiples
from grokcore.show.picture import Picture
from grokcore.show.style import OKABE_ITO, TRAIN, VALIDATION, readable, shades, style

__all__ = [
    "OKABE_ITO",
    "TRAIN",
    "VALIDATION",
    "Flipbook",
    "Picture",
    "curves",
    "overlay",
    "panels",
    "prediction_grid",
    "readable",
    "shades",
    "small_multiples",
    "style",
]
