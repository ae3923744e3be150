"""What is learned: functions by their difficulty, and what a split gives away.

Those of chapter 02.
"""

from grokcore.catalogue import CATALOGUE
from grokcore.optimizers import AdamW
from grokcore.studies.base import Study, seeds

__all__ = ["TASKS"]

#: The four functions of the port to Julia, in both readings where they differ.
_FUNCTIONS = {
    "addition": {"operation": "add"},
    "subtraction": {"operation": "subtract"},
    "subtraction, truncated": {"operation": "subtract", "reading": "truncated"},
    "asymmetric": {"operation": "asymmetric"},
    "asymmetric, truncated": {"operation": "asymmetric", "reading": "truncated"},
    "a³ + ab² + b": {"operation": "x3+xy2+y"},
    "a³ + ab² + b, 95%": {"operation": "x3+xy2+y", "train_fraction": 0.95},
}

_OWN = CATALOGUE["dropout-p97"]
# The same network, with what makes it generalize.
_DECAYING = _OWN.replace(
    dropout=0.0,
    optimizer=AdamW(lr=1e-3, weight_decay=1.0),
    epochs=1_000,
    max_steps=10_000,
)

TASKS = {
    "functions": Study(
        question="Which of four functions is harder, for a network with weight decay?",
        arms={
            name: seeds(_DECAYING.replace(**changes))
            for name, changes in _FUNCTIONS.items()
        },
        budget=10_000,
    ),
    "functions-dropout": Study(
        question="The same in the port's own setting, as far as 20,000 steps go?",
        arms={
            name: seeds(_OWN.replace(**changes), [0])
            for name, changes in _FUNCTIONS.items()
            if name not in ("subtraction", "asymmetric")
        },
        budget=20_000,
    ),
}
