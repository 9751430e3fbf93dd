"""Files are written whole or not at all, and stay what they were."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time

import pytest

from signproof.theory import files
from signproof.theory.files import is_stream, writable, write_atomically, write_folder, write_together

AS_ROOT = os.geteuid() == 0


def full(descriptor):
    raise OSError(28, "No space left on device")


def parts(folder):
    return [place for place in folder.iterdir() if files.PART.fullmatch(place.name)]


def test_mode_owner_and_links_stay(tmp_path):
    real, link, chain = tmp_path / "real.json", tmp_path / "link.json", tmp_path / "chain.json"
    real.write_text("old")
    link.symlink_to(real)
    chain.symlink_to("link.json")
    os.chmod(real, 0o640)
    owner = (12345, 54321) if AS_ROOT else (os.geteuid(), os.getegid())
    os.chown(real, *owner)
    write_atomically(chain, "new")
    found = real.stat()
    assert real.read_text() == "new" and link.is_symlink() and chain.is_symlink() and not real.is_symlink()
    assert stat.S_IMODE(found.st_mode) == 0o640 and (found.st_uid, found.st_gid) == owner


def test_a_link_to_what_is_not_there_yet_is_followed(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "there/file")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "there/file").read_bytes() == b"new"


def test_a_new_file_has_the_mode_that_the_user_s_mask_leaves(tmp_path):
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "a/b", "")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a/b").stat().st_mode) == 0o640


def test_a_pipe_is_written_into(tmp_path):
    fifo, read = tmp_path / "fifo", []
    os.mkfifo(fifo)
    reader = threading.Thread(target=lambda: read.append(fifo.read_bytes()))
    reader.start()
    writable(fifo)
    write_atomically(fifo, "through")
    reader.join(10)
    assert read == [b"through"] and stat.S_ISFIFO(fifo.stat().st_mode)


@pytest.mark.parametrize("name", ["/dev/null", "/dev/full"])
def test_a_device_is_written_into_and_stays(name):
    before = os.stat(name)
    assert is_stream(name)
    if name == "/dev/full":
        with pytest.raises(OSError, match="No space left") as raised:
            write_atomically(name, "x")
        assert raised.value.filename == name
    else:
        write_atomically(name, "x")
    after = os.stat(name)
    assert (before.st_ino, before.st_rdev, before.st_mode) == (after.st_ino, after.st_rdev, after.st_mode)


def test_what_a_process_has_open_is_written_into_wherever_it_goes(tmp_path):
    code = (
        "import sys; from signproof.theory.files import write_atomically as w; print('first'); w(sys.argv[1], 'last')"
    )
    for name in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"):
        with open(tmp_path / "out", "w") as out:
            subprocess.run([sys.executable, "-c", code, name], stdout=out, check=True)
        assert (tmp_path / "out").read_text() == "first\nlast"
        piped = subprocess.run([sys.executable, "-c", code, name], capture_output=True, check=True)
        assert piped.stdout == b"first\nlast"


def test_all_old_files_stay_if_one_cannot_be_written(tmp_path):
    (tmp_path / "a").write_text("old a")
    (tmp_path / "b").mkdir()
    with pytest.raises(IsADirectoryError) as raised:
        write_together({tmp_path / "a": "new a", tmp_path / "b": "new b"})
    assert raised.value.filename == str(tmp_path / "b")
    assert (tmp_path / "a").read_text() == "old a" and not parts(tmp_path)


@pytest.mark.parametrize("number", ["Directory", "Full", "Long", "Under a file", "Device"])
def test_what_cannot_be_written_is_said_with_the_path_that_was_meant(tmp_path, monkeypatch, number):
    (tmp_path / "file").write_text("")
    place = {
        "Directory": tmp_path,
        "Long": tmp_path / ("n" * 300),
        "Under a file": tmp_path / "file/x/y",
        "Device": "/proc/none/x",
    }.get(number, tmp_path / "x")
    if number == "Full":
        monkeypatch.setattr(
            os, "fsync", lambda descriptor: (_ for _ in ()).throw(OSError(28, "No space left on device"))
        )
    with pytest.raises(OSError) as raised:
        write_atomically(place, "x")
    assert raised.value.filename == str(place) and raised.value.strerror
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file"]
    if number not in ("Full", "Directory"):
        with pytest.raises(OSError):
            writable(place)


KILLED = """
import os, sys
from pathlib import Path
from signproof.theory import files
os.replace = files._swap = lambda *paths: os.kill(os.getpid(), 9)
place, new = Path(sys.argv[1]), {"a": "new", "b": "new"}
if sys.argv[2] == "folder":
    files.write_folder(place, new)
files.write_together({place / name: content for name, content in new.items()})
"""


@pytest.mark.parametrize("kind", ["files", "folder"])
def test_a_killed_run_leaves_the_old_ones_and_the_next_one_sweeps(tmp_path, kind):
    place = tmp_path / "site"
    write_folder(place, {"a": "old"})
    killed = subprocess.run([sys.executable, "-c", KILLED, place, kind], check=False)
    assert killed.returncode == -signal.SIGKILL and (place / "a").read_text() == "old"
    left = parts(tmp_path) + parts(place)
    assert left
    for part in left:
        os.utime(part, (time.time() - 60,) * 2)
    held = place / f".signproof-{'0' * 16}.part"
    held.write_text("of a run that is alive")
    os.utime(held, (time.time() - 60,) * 2)
    with open(held) as opened:
        files._lock(opened.fileno())
        write_folder(tmp_path / "other", {"a": "other"})
        write_atomically(place / "a", "newer")
        assert parts(tmp_path) + parts(place) == [held]
    assert (place / "a").read_text() == "newer"


@pytest.mark.parametrize("exchange", [True, False])
def test_a_folder_is_replaced_as_one(tmp_path, monkeypatch, exchange):
    if not exchange:
        monkeypatch.setattr(sys, "platform", "another")
    place = tmp_path / "site"
    write_folder(place, {"index.html": "1", "claims/a.html": "1"})
    os.chmod(place, 0o750)
    write_folder(place, {"index.html": "2", "claims/b.html": "2"})
    names = sorted(str(each.relative_to(place)) for each in place.rglob("*"))
    assert names == ["claims", "claims/b.html", "index.html"] and (place / "index.html").read_text() == "2"
    assert stat.S_IMODE(place.stat().st_mode) == 0o750 and [*tmp_path.iterdir()] == [place]


def test_readers_of_a_folder_see_the_old_one_or_the_new_one(tmp_path):
    place, seen, going = tmp_path / "site", set(), True
    write_folder(place, {"a": "0", "b": "0"})

    def look():
        while going:
            descriptor = os.open(place, os.O_RDONLY)  # that folder, whatever becomes of its name
            try:
                pair = []
                for name in ("a", "b"):
                    with open(os.open(name, os.O_RDONLY, dir_fd=descriptor)) as opened:
                        pair.append(opened.read())
                seen.add(tuple(pair))
            except FileNotFoundError:
                pass  # that one is being removed
            finally:
                os.close(descriptor)

    reader = threading.Thread(target=look)
    reader.start()
    for number in range(1, 40):
        write_folder(place, {"a": str(number), "b": str(number)})
    going = False
    reader.join()
    assert seen and all(a == b for a, b in seen)
