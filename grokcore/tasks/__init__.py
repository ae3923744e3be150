"""What is learned: tables of equations, and which of their rows are shown."""

from grokcore.tasks.modular import ModularTask, Table
from grokcore.tasks.operations import OPERATIONS, Operation, OperationName

__all__ = ["OPERATIONS", "ModularTask", "Operation", "OperationName", "Table"]
