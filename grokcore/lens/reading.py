"""A model from a file that other code has written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load

from grokcore.lens.state_dicts import from_state_dict
from grokcore.models import Transformer

__all__ = ["read"]

#: How files begin that Git LFS has not fetched, and both kinds of pickles of torch.
_POINTER, _PICKLES = b"version https://git-lfs", (b"PK\x03\x04", b"\x80")

#: What the beginning of numpy's files has: an array's, and an archive's of arrays.
_NUMPY = (b"\x93NUMPY", b".npy")


def read(path: Path | str, **options: Any) -> Transformer:
    """Read a ``.safetensors`` file.

    The snapshots of our own runs are such files. A pickle (``.pt``, ``.pth``) is never
    opened, since it can run any code. If you trust one, these two lines read it, where
    torch refuses all but tensors::

        weights = torch.load(path, weights_only=True, map_location="cpu")
        model = gc.lens.from_state_dict(weights)

    Args:
        path: of the file.
        **options: ``layout``, ``heads``, ``activation`` and ``norm``, as for
            :func:`~grokcore.lens.state_dicts.from_state_dict`.

    Raises:
        ValueError: if the file cannot be read, or holds no such model.

    >>> import grokcore as gc
    >>> recorded = gc.load("nanda-p113")
    >>> read(recorded.folder / "snapshots" / "18000.safetensors").config.heads
    4
    """
    path = Path(path).expanduser()
    if not path.exists():
        raise ValueError(f"there is no file {path}")
    try:
        # Not mapped into memory: some drives cannot do that.
        content = path.read_bytes()
        weights = load(content)
    except OSError as error:
        folder = "it is a folder; name the file in it"
        help = folder if path.is_dir() else "see that it can be read"
        raise ValueError(f"cannot read {path}: {error}; {help}") from error
    except SafetensorError as error:
        raise ValueError(
            f"cannot read {path}: {_what_it_is(content, error)}"
        ) from error
    try:
        return from_state_dict(weights, **options)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _what_it_is(content: bytes, error: SafetensorError) -> str:
    if not content:
        return "it is empty; write or download it again"
    if content.startswith(_POINTER):
        return (
            "it is a pointer of Git LFS, and the file itself was not downloaded; "
            "install git-lfs and call git lfs pull there"
        )
    if any(mark in content[:256] for mark in _NUMPY):
        return (
            "it is a file of numpy: weights = dict(numpy.load(path)), by the names of "
            "grokcore.lens.namings, then gc.lens.from_state_dict(weights)"
        )
    if content.startswith(_PICKLES):
        return (
            "it is a pickle, which can run any code, and not a .safetensors file. If "
            "you trust it: weights = torch.load(path, weights_only=True, "
            'map_location="cpu"), then gc.lens.from_state_dict(weights)'
        )
    if b'"weight_map"' in content:
        return (
            "it is a list of the files that have the weights: join what "
            "safetensors.torch.load_file reads of each, and pass it to "
            "gc.lens.from_state_dict"
        )
    if line := _first_line(content):
        return (
            f"it is a text that begins with {line!r}, and no .safetensors file; if "
            f"it was downloaded, that is what the server answered"
        )
    return f"{error}; it is cut short, or no .safetensors file"


def _first_line(content: bytes) -> str:
    """Of a text; nothing of what is none."""
    text = content[:80].decode("utf-8-sig", "replace").rstrip("\ufffd").strip()
    line = text.partition("\n")[0].strip()
    return line if line.isprintable() and "\ufffd" not in line else ""
