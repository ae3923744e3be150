"""Files that are whole or not there: tensors, tables and text, without pickle.

Every file is written under a temporary name, flushed to the disk, and renamed. Every
failure to read or write is a :class:`StoreError` that names the file and a way out.
"""

import errno
import io
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load, save
from torch import Tensor

__all__ = [
    "RECORDED",
    "StoreError",
    "exists",
    "looking",
    "read_json",
    "read_table",
    "read_tensors",
    "reading",
    "remove_leftovers",
    "train_again",
    "within",
    "write_json",
    "write_table",
    "write_tensors",
    "write_text",
]


#: What ships with the package: runs of the catalogue by name, and more.
RECORDED = Path(__file__).parents[1] / "recorded"


class StoreError(RuntimeError):
    """A file of the run store cannot be read or written."""


def write_tensors(path: Path, tensors: dict[str, Tensor]) -> None:
    """Write named tensors as safetensors."""
    whole = {name: t.detach().cpu().contiguous() for name, t in tensors.items()}
    _write(path, save(whole, {"crc32": _checksum(whole)}))


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read what :func:`write_tensors` wrote."""
    with reading(path):
        content = path.read_bytes()
        tensors = load(content)
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        # Other tools write safetensors without a checksum.
        expected = header.get("__metadata__", {}).get("crc32")
        if expected is not None and expected != _checksum(tensors):
            raise ValueError("its checksum does not fit its content")
        return tensors


def _checksum(tensors: dict[str, Tensor]) -> str:
    crc = 0
    for name, tensor in sorted(tensors.items()):
        label = f"{name} {tensor.dtype} {tuple(tensor.shape)}"
        crc = zlib.crc32(label.encode(), crc)
        crc = zlib.crc32(tensor.reshape(-1).view(torch.uint8).numpy(), crc)
    return f"{crc:08x}"


def write_table(
    path: Path, columns: dict[str, np.ndarray], *, packed: bool = False
) -> None:
    """Write named columns as a compressed npz.

    ``packed`` is for the thousands that ship. It writes columns of one kind as one
    array, named ``"step,epoch,…"``: each array of an npz costs some hundred bytes,
    whatever is in it.
    """
    if packed:
        kinds: dict[tuple, list[str]] = {}
        for name, column in columns.items():
            kinds.setdefault((column.dtype.str, column.shape), []).append(name)
        columns = {
            ",".join(names): np.stack([columns[name] for name in names])
            if len(names) > 1
            else columns[names[0]]
            for names in kinds.values()
        }
    buffer = io.BytesIO()
    # LZMA, which numpy reads as well, takes a tenth less room for what ships.
    method = zipfile.ZIP_LZMA if packed else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, column in columns.items():
            entry = zipfile.ZipInfo(f"{name}.npy")  # of no date: the same bytes again
            entry.compress_type = method
            with archive.open(entry, "w") as file:
                np.lib.format.write_array(file, column, allow_pickle=False)
    _write(path, buffer.getvalue())


def read_table(path: Path) -> dict[str, np.ndarray]:
    """Read what :func:`write_table` wrote."""
    # From memory, since numpy leaves a file that it cannot read open.
    with reading(path):
        content = io.BytesIO(path.read_bytes())
        with np.load(content, allow_pickle=False) as table:
            columns: dict[str, np.ndarray] = {}
            for names in table.files:
                packed = "," in names
                found = table[names] if packed else [table[names]]
                columns |= zip(names.split(","), found, strict=True)
            return columns


def write_json(path: Path, content: dict, *, indent: int | None = 2) -> None:
    """Write JSON, UTF-8: indented, for people; on one line where ``indent`` is None."""
    separators = (",", ":") if indent is None else None
    text = json.dumps(content, indent=indent, separators=separators, ensure_ascii=False)
    _write(path, text.encode())


def write_text(path: Path, text: str) -> None:
    """Write text, UTF-8."""
    _write(path, text.encode())


def read_json(path: Path) -> dict:
    """Read what :func:`write_json` wrote."""
    with reading(path):
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError(f"holds {type(content).__name__}, not an object")
        return content


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            _to_the_disk(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        help = "Free some space there" if full else "See that it can be written to"
        raise StoreError(
            f"cannot write {path}: {error}. {help}, or choose another folder "
            f"(GROKCORE_STORE says where runs are stored); what was stored before is "
            f"intact."
        ) from error


def _to_the_disk(descriptor: int) -> None:
    """Flush a file, where its drive can do that; some network drives cannot."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP):
            raise


def remove_leftovers(folder: Path) -> None:
    """Delete what a killed process left half written in a run's folder."""
    for path in folder.rglob(".*.[0-9]*"):
        path.unlink(missing_ok=True)


@contextmanager
def looking(folder: Path) -> Iterator[None]:
    """Turn a folder that cannot be looked into into a :class:`StoreError`."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"cannot look into {folder}: {error}. If it is on a drive, connect that "
            f"again; or point GROKCORE_STORE to another folder."
        ) from error


def exists(path: Path) -> bool:
    """Whether a file is there.

    Raises:
        StoreError: if that cannot be told.
    """
    with looking(path.parent):
        try:  # not Path.exists, to which some Pythons say False whatever is wrong
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True


def within(folder: Path) -> list[Path]:
    """Return what is in a folder, by name; nothing if it is not there.

    Raises:
        StoreError: if that cannot be told.
    """
    with looking(folder):
        try:
            return sorted(Path(entry.path) for entry in os.scandir(folder))
        except (FileNotFoundError, NotADirectoryError):
            return []


#: How the folder of a run in the store ends: with eight digits of a key.
_RUN = re.compile(r"-[0-9a-f]{8}$")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever goes wrong while ``path`` is read into a :class:`StoreError`."""
    try:
        yield
    except Exception as error:  # what a garbled zip raises is anybody's guess
        raise StoreError(
            f"cannot read {path}: {error}. {_way_out(path, error)}"
        ) from error


def _way_out(path: Path, error: Exception) -> str:
    folder = path.parent.parent if path.parent.name == "snapshots" else path.parent
    if path.is_relative_to(RECORDED):
        return "It ships with grokcore: reinstall grokcore to have it back."
    lost = isinstance(error, FileNotFoundError)
    if isinstance(error, OSError) and error.errno and not lost:
        # The system's word, not a parser's.
        return "It may be whole: see that it can be read, and try again."
    if not folder.exists():
        return "There is no run."
    if not _RUN.search(folder.name):
        return "That is no run of the store, so nothing was changed."
    if lost:
        return train_again(folder)
    return (
        f"It is damaged, or not from this version of grokcore ({version('grokcore')}). "
        f"{train_again(folder)}"
    )


def train_again(folder: Path) -> str:
    """Say how to be rid of a run that cannot be read."""
    return (
        f"Delete the folder {folder} to train this run again; no other run is touched."
    )
