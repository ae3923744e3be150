"""Progress bars: shown in terminals and live kernels, off with GROKCORE_PROGRESS=0."""

import os
from typing import Any

__all__ = ["progress_bar", "switched_off"]


def switched_off() -> bool:
    """Whether this page will be stored, so that nothing on it may need a kernel.

    The build of the book and the tests of the notebooks say so with
    ``GROKCORE_PROGRESS=0``.
    """
    return os.environ.get("GROKCORE_PROGRESS") == "0"


def progress_bar(*, show: bool | None = None, **options: Any):
    """Return a ``tqdm`` bar.

    ``show=None`` decides by itself: no bar where standard error is a file or a pipe,
    nor where the environment has ``GROKCORE_PROGRESS=0``, as the build of the book
    does (a bar would become widget state there, which loads scripts from elsewhere).
    """
    from tqdm.auto import tqdm

    if switched_off():
        show = False
    return tqdm(disable=None if show is None else not show, **options)
