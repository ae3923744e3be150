"""The way to other people's tools and weights: TransformerLens, and plain files.

Reading weights does without TransformerLens.
"""

from grokcore.lens.bridge import from_bridge, to_bridge
from grokcore.lens.reading import read
from grokcore.lens.state_dicts import from_state_dict

__all__ = ["from_bridge", "from_state_dict", "read", "to_bridge"]
