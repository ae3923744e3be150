"""What is learned: tables of equations, or images, and which rows are shown."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

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


def _modular_unless_it_says_otherwise(task: Any) -> Any:
    if isinstance(task, dict):
        return {"kind": "modular"} | task
    if not isinstance(task, ModularTask | GroupTask | DigitsTask):
        raise PydanticCustomError(
            "task", "should be a ModularTask, a GroupTask or a DigitsTask"
        )
    return task


#: Any of the descriptions above, told apart by ``kind`` in JSON.
Task = Annotated[
    ModularTask | GroupTask | DigitsTask,
    Field(discriminator="kind"),
    BeforeValidator(_modular_unless_it_says_otherwise),
]
