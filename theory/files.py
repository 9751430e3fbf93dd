"""Files that are written: whole or not at all, as what they were.

A file is written beside its place under a name that nobody can guess, handed to the disk, and moved there: readers see
the old one or the new one, never a part. A file that is there keeps its mode and its owner, a symbolic link is followed
and stays, and a pipe, a terminal or a device is written into.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # not on this system: what is left behind is told by its age alone
    fcntl = None  # type: ignore[assignment]

PART = re.compile(r"\.signproof-[0-9a-f]{16}\.part")
"""What is being written, beside the place that it is meant for."""
YOUNG, OLD = 2, 86_400
"""Seconds after which a part that nobody holds was left behind; and if it is not known whether somebody does."""
FEW = 500
"""Files of a folder up to which each is handed to the disk by itself, not all at once."""
EXCHANGE, HERE = 2, -100
"""Linux's RENAME_EXCHANGE and AT_FDCWD."""
BESIDE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY)
"""Where nothing can be put beside a file, or in its place, the file itself may still be written."""

Content = str | bytes


def write_atomically(path: Path, content: Content) -> None:
    """Write one file, text as UTF-8; its folder is made. Raises OSError with the path as its `filename`."""
    write_together({path: content})


def write_together(files: Mapping[Path, Content]) -> None:
    """Write files so that, if one cannot be written, the old ones all stay; folders are made. The last of them is
    replaced last. Raises OSError with the path that was meant as its `filename`.
    """
    parts: dict[Path, Path | None] = {}
    place, held = Path(), []
    try:
        for place, content in files.items():
            if is_stream(place):
                continue
            target = Path(os.path.realpath(place))
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.parent not in {part.parent for part in parts.values() if part is not None}:
                _sweep(target.parent)
            parts[place], opened = _part(target, content)
            held += [] if opened is None else [opened]
        for place, content in files.items():
            part = parts.get(place)
            if is_stream(place):
                _pour(place, content)
            elif part is None or not _moved(part, Path(os.path.realpath(place))):
                _overwrite(place, content)
        for folder in {part.parent for part in parts.values() if part is not None}:
            _flush(folder)
    except OSError as error:
        if error.strerror:
            error.filename = str(place)  # not the temporary one beside it
        error.filename2 = None
        raise
    finally:
        for descriptor in held:
            os.close(descriptor)
        for part in parts.values():
            if part is not None:
                part.unlink(missing_ok=True)


def write_folder(folder: Path, files: Mapping[str, Content]) -> None:
    """Make a folder hold these files and nothing else, as one: a reader sees the old folder or the new one.

    Whoever calls it knows that nothing else is in it. Raises OSError with the folder as its `filename`.
    """
    target = Path(os.path.realpath(folder))
    part = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target.parent)
        with _new_folder(target) as part:
            for name, content in files.items():
                place = part / name
                place.parent.mkdir(parents=True, exist_ok=True)
                os.close(_created(place, content, flush=len(files) <= FEW))
            if len(files) > FEW:
                os.sync()
            for inner in (*filter(Path.is_dir, part.rglob("*")), part):
                _flush(inner)
            _swap(part, target)
            _flush(target.parent)
    except OSError as error:
        error.filename, error.filename2 = str(folder), None
        raise
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)


def swappable(folder: Path) -> bool:
    """Whether a folder can be replaced as one: it is no mount, and nothing that this process stands in."""
    target = Path(os.path.realpath(folder))
    if not target.exists():
        return True
    stands = target in (here := Path.cwd(), *here.parents)
    owned = not hasattr(os, "geteuid") or os.geteuid() in (0, target.stat().st_uid)
    return owned and not stands and not os.path.ismount(target) and os.access(target.parent, os.W_OK)


def writable(path: Path) -> None:
    """Raises OSError, with the path as its `filename`, if a file could not be written there as things are now."""
    try:
        if is_stream(path):
            if not os.access(path, os.W_OK):
                raise OSError(errno.EACCES, os.strerror(errno.EACCES))
            return
        target = Path(os.path.realpath(path))
        there = next(folder for folder in (target, *target.parents) if _exists(folder))
        if there == target:
            os.close(os.open(target, os.O_WRONLY))
        elif not there.is_dir():
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        else:
            folder_writable(there)
    except OSError as error:
        error.filename = str(path)
        raise


def folder_writable(folder: Path) -> None:
    """Raises OSError, with the folder as its `filename`, if no file can be made in it or where it would be."""
    try:
        target = Path(os.path.realpath(folder))
        there = next(place for place in (target, *target.parents) if _exists(place))
        name = there / _name()
        os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        name.unlink()
    except OSError as error:
        error.filename = str(folder)
        raise


def is_stream(path: Path) -> bool:
    """Whether a path is no file to be replaced: a pipe, a terminal, another device, or what a process has open."""
    if _descriptor(path) is not None:
        return True
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def is_standard_output(path: Path) -> bool:
    """Whether what is written there goes where this process prints."""
    return _descriptor(path) == 1


def _descriptor(path: Path) -> int | None:
    """The number of what this process has open under a path such as /dev/stdout; None for other paths."""
    seen = os.path.abspath(path)
    for _ in range(40):  # links in a row
        found = re.fullmatch(rf"/(?:dev|proc/(?:self|thread-self|{os.getpid()}))/fd/(\d{{1,9}})", seen)
        if found:
            return int(found[1])
        if not os.path.islink(seen):
            return None
        seen = os.path.join(os.path.realpath(os.path.dirname(seen)), os.readlink(seen))
        seen = os.path.normpath(seen)
    return None


def _pour(path: Path, content: Content) -> None:
    """Write into what is open or can be opened, and is not replaced."""
    number = _descriptor(path)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    descriptor = os.open(path, os.O_WRONLY) if number is None else os.dup(number)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(_bytes(content))


def _part(target: Path, content: Content) -> tuple[Path | None, int | None]:
    """A part with the content beside a file, and its lock; neither if the file has to be written where it is."""
    part = target.parent / _name()
    try:
        before = os.stat(target)
    except FileNotFoundError:
        before = None
    if before is not None and stat.S_ISDIR(before.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    opened = None
    try:
        opened = _created(part, content)
        if before is not None:
            _as_before(opened, before)
    except OSError as error:
        if opened is not None:
            os.close(opened)
        part.unlink(missing_ok=True)
        if before is None or error.errno not in BESIDE:
            raise
        return None, None
    except BaseException:  # Ctrl-C
        part.unlink(missing_ok=True)
        raise
    return part, opened


def _created(place: Path, content: Content, flush: bool = True) -> int:
    """A new file with a content that is on the disk, held open and locked."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(place, flags, 0o666)  # less what the user's umask takes away
    try:
        _lock(descriptor)
        place.write_bytes(_bytes(content))
        if flush:
            os.fsync(descriptor)
    except BaseException:
        os.close(descriptor)
        place.unlink(missing_ok=True)
        raise
    return descriptor


def _as_before(descriptor: int, before: os.stat_result) -> None:
    """Give a new file the owner and the mode of the one it replaces. Raises PermissionError if it may not have them."""
    if not hasattr(os, "fchown"):
        return
    now = os.fstat(descriptor)
    if (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
        os.fchown(descriptor, before.st_uid, before.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(before.st_mode))


def _moved(part: Path, target: Path) -> bool:
    """Move a part to its place; whether that could be done, as it cannot where a file is a mount of its own."""
    try:
        os.replace(part, target)
    except OSError as error:
        if error.errno not in BESIDE or not target.is_file():
            raise
        return False
    return True


def _overwrite(path: Path, content: Content) -> None:
    """Write a file where it is: it can be neither replaced nor given its owner again."""
    with open(os.open(path, os.O_WRONLY | os.O_TRUNC), "wb") as opened:
        opened.write(_bytes(content))
        opened.flush()
        os.fsync(opened.fileno())


@contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """A new folder beside another, locked, with its mode and owner."""
    part = target.parent / _name()
    part.mkdir()
    descriptor = os.open(part, os.O_RDONLY)
    try:
        _lock(descriptor)
        with suppress(FileNotFoundError):
            _as_before(descriptor, os.stat(target))
        yield part
    finally:
        os.close(descriptor)


def _swap(part: Path, target: Path) -> None:
    """Put a new folder in the place of an old one; the old one is then where the new one was."""
    if not target.exists():
        os.rename(part, target)
        return
    exchange = getattr(ctypes.CDLL(None), "renameat2", None) if sys.platform == "linux" else None
    if exchange is not None and exchange(HERE, os.fsencode(part), HERE, os.fsencode(target), EXCHANGE) == 0:
        return
    aside = part.with_name(_name())  # two steps, where the system has not one for it
    os.rename(target, aside)
    try:
        os.rename(part, target)
    except BaseException:
        os.rename(aside, target)
        raise
    os.rename(aside, part)


def _sweep(folder: Path) -> None:
    """Remove parts that runs which were killed left behind in a folder."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if PART.fullmatch(entry.name) and _abandoned(entry):
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                else:
                    os.unlink(entry.path)


def _abandoned(entry: os.DirEntry) -> bool:
    age = time.time() - entry.stat(follow_symlinks=False).st_mtime
    if fcntl is None or entry.is_symlink():
        return age > OLD
    descriptor = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return age > OLD
    finally:
        os.close(descriptor)
    return age > YOUNG


def _lock(descriptor: int) -> None:
    if fcntl is not None:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _flush(folder: Path) -> None:
    """Hand a folder's entries to the disk, where that can be asked for."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _name() -> str:
    return f".signproof-{secrets.token_hex(8)}.part"


def _exists(path: Path) -> bool:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _bytes(content: Content) -> bytes:
    return content.encode() if isinstance(content, str) else content
