"""What is learned: tables of equations, or images, and which rows are shown."""

from typing import Annotated

from pydantic import Field

from grokcore.tasks.digits import DigitsTask
from grokcore.tasks.modular import ModularTask, Table
from grokcore.tasks.operations import OPERATIONS, Operation, OperationName

__all__ = [
    "OPERATIONS",
    "DigitsTask",
    "ModularTask",
    "Operation",
    "OperationName",
    "Table",
    "Task",
]

#: Any of the descriptions above, told apart by ``kind`` in JSON.
Task = Annotated[ModularTask | DigitsTask, Field(discriminator="kind")]
