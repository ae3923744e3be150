"""Pictures of arrays and histories, each with the sentence that says what it shows.

Every drawing function returns a ``Picture``: a matplotlib figure with alt text computed
from the data. Most draw one pair of axes, on request the ``ax`` they are given;
``panels``, ``small_multiples`` and ``table_maps`` make a figure of several.
A ``Flipbook`` puts many pictures behind one slider; ``beside`` puts Flipbooks side by
side. ``live`` draws anew for every choice, where there is a kernel to do it.
"""

from grokcore.show.among import among
from grokcore.show.arrivals import arrivals
from grokcore.show.bars import bars
from grokcore.show.beside import Shelf, beside
from grokcore.show.circle import circle
from grokcore.show.curves import curves
from grokcore.show.digits import digits
from grokcore.show.flipbook import Flipbook
from grokcore.show.grid import prediction_grid
from grokcore.show.heat_map import heat_map
from grokcore.show.interference import interference
from grokcore.show.lines import lines
from grokcore.show.live import live
from grokcore.show.overlay import overlay
from grokcore.show.panels import panels, small_multiples
from grokcore.show.picture import Picture
from grokcore.show.scatter import scatter
from grokcore.show.spectrum import spectrum
from grokcore.show.spectrum_map import spectrum_map
from grokcore.show.style import OKABE_ITO, TRAIN, VALIDATION, readable, shades, style
from grokcore.show.tables import table_map, table_maps
from grokcore.show.transformer import transformer
from grokcore.show.waves import waves

__all__ = [
    "OKABE_ITO",
    "TRAIN",
    "VALIDATION",
    "Flipbook",
    "Picture",
    "Shelf",
    "among",
    "arrivals",
    "bars",
    "beside",
    "circle",
    "curves",
    "digits",
    "heat_map",
    "interference",
    "lines",
    "live",
    "overlay",
    "panels",
    "prediction_grid",
    "readable",
    "scatter",
    "shades",
    "small_multiples",
    "spectrum",
    "spectrum_map",
    "style",
    "table_map",
    "table_maps",
    "transformer",
    "waves",
]
