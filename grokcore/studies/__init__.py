"""Studies: experiments that answer one question together, each over several seeds.

Their runs ship with the package, most of them their histories alone, in
``recorded/studies``; a run that does not ship is looked for in the store. A file has
those of one subject.
"""

from grokcore.studies.architectures import ARCHITECTURES
from grokcore.studies.base import Study
from grokcore.studies.data import BATCHES, DATA, FRACTIONS, SHARES, band_arm
from grokcore.studies.grokfast import GROKFAST
from grokcore.studies.groups import GROUPS
from grokcore.studies.live import LIVE, ORDERED
from grokcore.studies.numerics import LENGTHS, NUMERICS, PACE, held
from grokcore.studies.optimization import OPTIMIZATION
from grokcore.studies.optimizers import OPTIMIZERS
from grokcore.studies.race import LEARNING_RATES, RACE
from grokcore.studies.tasks import TASKS
from grokcore.studies.theories import THEORIES
from grokcore.studies.transfer import TRANSFER

__all__ = [
    "BATCHES",
    "FRACTIONS",
    "LEARNING_RATES",
    "LENGTHS",
    "ORDERED",
    "PACE",
    "SHARES",
    "STUDIES",
    "Study",
    "band_arm",
    "held",
]

#: All studies by name.
STUDIES: dict[str, Study] = (
    LIVE
    | TASKS
    | OPTIMIZATION
    | OPTIMIZERS
    | DATA
    | ARCHITECTURES
    | NUMERICS
    | GROKFAST
    | RACE
    | TRANSFER
    | THEORIES
    | GROUPS
)
