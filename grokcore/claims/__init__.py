"""The claims ledger: what the literature says, and what our runs say back.

Each row has a statement, its source, the experiments that test it, a number a seed, and
a verdict that is computed from the numbers. ``grokcore claims`` prints the ledger; the
page "What the literature claims" is made from it.

>>> from grokcore.claims import CLAIMS, check, select
>>> (claim,) = select(CLAIMS, ["N.2c"])
>>> result = check(claim)
>>> result.write(result.findings[0]), result.verdict
('5.3%', 'reproduced')
"""

from grokcore.claims.architectures import ARCHITECTURES
from grokcore.claims.data import DATA
from grokcore.claims.groups import GROUPS
from grokcore.claims.ledger import (
    Claim,
    Finding,
    Result,
    Setting,
    check,
    missing,
    select,
)
from grokcore.claims.mechanism import MECHANISM
from grokcore.claims.numerics import NUMERICS
from grokcore.claims.optimization import OPTIMIZATION
from grokcore.claims.optimizers import OPTIMIZERS
from grokcore.claims.speed import SPEED
from grokcore.claims.tasks import TASKS
from grokcore.claims.theories import THEORIES
from grokcore.claims.transfer import TRANSFER
from grokcore.claims.values import Value, Within

__all__ = [
    "CLAIMS",
    "SOURCES",
    "Claim",
    "Finding",
    "Result",
    "Setting",
    "Value",
    "Within",
    "check",
    "missing",
    "select",
]

#: The rows, in order.
CLAIMS: tuple[Claim, ...] = (
    *MECHANISM,
    *TASKS,
    *OPTIMIZATION,
    *ARCHITECTURES,
    *DATA,
    *OPTIMIZERS,
    *SPEED,
    *NUMERICS,
    *TRANSFER,
    *THEORIES,
    *GROUPS,
)

#: Who says so: a name, and the key in the book's references, if there is one.
SOURCES = {
    "S0": ("R. Nagaraj (2024)", "nagaraj2024grokking"),
    "N": ("Nanda et al. (2023)", "nanda2023progress"),
    "S1": ("a port to Julia (2023)", None),
    "P": ("Power et al. (2022)", "power2022grokking"),
    "S2": ("O. Kitouni (2022)", "kitouni2022thoughts"),
    "S3": ("D. Mamay's replication", "mamay_grokking"),
    "S4": ("Chen et al., a report on modular addition", None),
    "L.1": ("Lee et al. (2024)", "lee2024grokfast"),
    "L.2": ("Prieto et al. (2025)", "prieto2025edge"),
    "L.3": ("Tveit et al. (2025)", "tveit2025muon"),
    "L.4": ("Liu et al. (2023)", "liu2023omnigrok"),
    "L.5": ("Liu et al. (2023)", "liu2023omnigrok"),
    "L.6": ("two reports of 2026", None),
    "T.1": ("Varma et al. (2023)", "varma2023explaining"),
    "T.2": ("Kumar et al. (2023)", "kumar2024grokking"),
    "T.3": ("Mallinar et al. (2024)", "mallinar2024emergence"),
    "T.4": ("Lyu and Li (2020)", "lyu2020gradient"),
    "G.1": ("Chughtai et al. (2023)", "chughtai2023toy"),
    "G.2": ("Stander et al. (2023)", "stander2023cosets"),
}
