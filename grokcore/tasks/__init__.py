"""What is learned: tables of equations, or images, and which rows are shown."""

from grokcore.config import any_of
from grokcore.tasks.digits import DigitsTask
from grokcore.tasks.groups import GroupTask
from grokcore.tasks.modular import ModularTask, Table
from grokcore.tasks.operations import OPERATIONS, Operation, OperationName

__all__ = [
    "OPERATIONS",
    "DigitsTask",
    "GroupTask",
    "ModularTask",
    "Operation",
    "OperationName",
    "Table",
    "Task",
]


#: Any of the descriptions above, told apart by ``kind`` in JSON.
Task = any_of(ModularTask, GroupTask, DigitsTask, kind="modular")
