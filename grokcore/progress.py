"""Progress bars: shown in terminals and live kernels, off with GROKCORE_PROGRESS=0."""

import os
from typing import Any

__all__ = ["progress_bar"]


def progress_bar(*, show: bool | None = None, **options: Any):
    """Return a ``tqdm`` bar.

    ``show=None`` decides by itself: no bar where standard error is a file or a pipe,
    nor where the environment has ``GROKCORE_PROGRESS=0``, as the build of the book
    does (a bar would become widget state there, which loads scripts from elsewhere).
    """
    from tqdm.auto import tqdm

    if os.environ.get("GROKCORE_PROGRESS") == "0":
        show = False
    return tqdm(disable=None if show is None else not show, **options)
