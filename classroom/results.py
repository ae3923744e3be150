"""What comes out of a sandbox: JSON of a known shape and a limited size.

Whatever wrote it ran beside a student's code, so nothing here is trusted. It is read as
data, never unpickled, and refused if it is too long or not as described.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

__all__ = ["MAX_BYTES", "Answer", "Grade", "Report", "Unreadable", "read"]

#: The longest report that is read.
MAX_BYTES = 200_000

_Text = Annotated[str, Field(max_length=4_000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Answer(_Strict):
    """What one question's tests say.

    Attributes:
        score: points.
        possible: points of all its tests.
        messages: of the tests that did not pass.
    """

    score: float = Field(ge=0)
    possible: float = Field(ge=0)
    messages: list[_Text] = Field(max_length=20)


class Report(_Strict):
    """What was found out about a submission.

    Attributes:
        answers: by the names of the questions.
        trouble: why there are none or not all, or what had to be left out, or "".
    """

    answers: dict[str, Answer] = Field(max_length=50)
    trouble: _Text = ""


class Grade(BaseModel):
    """What one submission got.

    Attributes:
        submission: the name of its file, as far as it can be written down.
        exercises: which ones it answers, or "".
        status: "graded"; "stopped", by a limit; or "failed".
        reason: what went wrong, or "".
        score: points of the questions that tests can grade.
        possible: how many there are of them.
        by_hand: how many more a person can give.
        answers: by the names of the questions.
        seconds: how long it took.
        contained: whether it was kept in a sandbox.
    """

    submission: str
    exercises: str = ""
    status: str = "graded"
    reason: str = ""
    score: float = 0
    possible: float = 0
    by_hand: float = 0
    answers: dict[str, Answer] = {}
    seconds: float = 0
    contained: bool = True


class Unreadable(Exception):
    """A report that is missing, too long, or not of the shape it should have."""


def read(text: bytes, points: dict[str, float]) -> Report:
    """Read a report.

    Args:
        text: JSON.
        points: what each question that has tests is worth.

    Raises:
        Unreadable: with the reason. The points must be those of the assignment.
    """
    if not text:
        raise Unreadable("no result was left")
    if len(text) > MAX_BYTES:
        raise Unreadable(f"the result is longer than {MAX_BYTES:,} bytes")
    try:
        report = Report.model_validate_json(text)
    except ValidationError as error:
        raise Unreadable(f"the result is not one: {error.errors()[0]['msg']}") from None
    for name, answer in report.answers.items():
        if name not in points:
            raise Unreadable(f"the result has a question {name!r} that is not one")
        if answer.possible != points[name] or answer.score > answer.possible:
            raise Unreadable(
                f"the result gives {answer.score:g} of {answer.possible:g} for {name}, "
                f"which is worth {points[name]:g}"
            )
    return report
