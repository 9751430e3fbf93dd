"""What a user installs is the package the source tree shows.

`signproof/theory`, `/checks`, `/counterexamples` and `/report` are links to top-level folders. A wheel
holds no links, so this builds one, both ways a wheel comes to be, and uses it where no checkout is in sight.
"""

import os
import shutil
import stat
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from places import ROOT

LINKS = sorted(p.name for p in (ROOT / "signproof").iterdir() if p.is_symlink())

# A PYTHONPATH would let the checkout in by the back door.
ENV = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env=ENV, text=True, capture_output=True, timeout=60)


def succeed(*command: str | Path, cwd: Path) -> str:
    done = run(*command, cwd=cwd)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout.strip()


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy to build in: leftovers in `build/` find their way into a wheel."""
    copy = tmp_path_factory.mktemp("packaging") / "tree"
    leftovers = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "out", "*.egg-info")
    shutil.copytree(ROOT, copy, symlinks=True, ignore=leftovers)
    return copy


@pytest.fixture(scope="module")
def expected(tree: Path) -> set[str]:
    """Every file of the package but its notes, so that no data can be forgotten."""
    inside = [tree / "signproof", *(tree / name for name in LINKS)]
    files = [p for folder in inside for p in folder.rglob("*") if p.is_file() and p.suffix != ".md"]
    paths = {p.relative_to(tree).as_posix() for p in files}
    return {p if p.startswith("signproof/") else f"signproof/{p}" for p in paths}


@pytest.fixture(scope="module")
def sdist(tree: Path) -> Path:
    """The source archive; the wheel that `build` makes from it lies beside it."""
    succeed(sys.executable, "-m", "build", "--no-isolation", "--outdir", "dist", cwd=tree)
    (archive,) = (tree / "dist").glob("*.tar.gz")
    return archive


@pytest.fixture(scope="module")
def wheel(tree: Path) -> Path:
    """The wheel as `pip install .` makes it, straight from the links."""
    succeed(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", "direct", cwd=tree)
    (archive,) = (tree / "direct").glob("*.whl")
    return archive


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a fresh environment that has the wheel and its dependencies only."""
    home = tmp_path_factory.mktemp("fresh")
    venv.create(home, symlinks=os.name == "posix")
    paths = sysconfig.get_paths("venv", {"base": str(home), "platbase": str(home)})
    python = Path(paths["scripts"]) / "python"
    pip = (sys.executable, "-m", "pip", "--python", python)
    succeed(*pip, "install", "--no-deps", "--no-index", wheel, cwd=home)
    # The dependencies are borrowed. A folder added by a .pth file comes last and has its own .pth
    # files left unread, so an editable signproof among them stays out of reach.
    ours = sysconfig.get_paths()
    lines = dict.fromkeys([ours["purelib"], ours["platlib"]])
    Path(paths["purelib"], "dependencies.pth").write_text("\n".join(lines), encoding="utf-8")
    return Path(paths["scripts"])


def test_the_links_lead_to_top_level_folders() -> None:
    assert {"theory", "checks", "counterexamples", "report"} <= set(LINKS)
    assert all((ROOT / "signproof" / name).resolve() == ROOT / name for name in LINKS)


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path, expected: set[str]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        entries = archive.infolist()
        names = {e.filename for e in entries if not PurePosixPath(e.filename).parts[0].endswith(".dist-info")}
        (scripts,) = (e for e in entries if e.filename.endswith(".dist-info/entry_points.txt"))
        assert names == expected
        assert not any(stat.S_ISLNK(e.external_attr >> 16) for e in entries)
        announced = archive.read(scripts).decode().splitlines()
        assert {"signproof = signproof.cli:main", "[pytest11]", "signproof = signproof.pytest_plugin"} <= {*announced}


def test_the_source_archive_makes_the_same_wheel(sdist: Path, wheel: Path) -> None:
    with tarfile.open(sdist) as archive:
        assert not [m.name for m in archive.getmembers() if not (m.isfile() or m.isdir())]
    (again,) = sdist.parent.glob("*.whl")
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(again) as other:
        assert sorted(one.namelist()) == sorted(other.namelist())


def test_the_wheel_works_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    python = installed / "python"
    where = Path(succeed(python, "-c", "import signproof; print(signproof.__file__)", cwd=tmp_path))
    assert where.is_relative_to(installed.parent)
    for name in LINKS:
        failed = run(python, "-c", f"import {name}", cwd=tmp_path)
        assert f"ModuleNotFoundError: No module named '{name}'" in failed.stderr
    for name in LINKS:
        succeed(python, "-c", f"import signproof.{name}", cwd=tmp_path)
    assert "verify" in succeed(installed / "signproof", "--help", cwd=tmp_path)


def test_pytest_finds_the_plugin_by_itself(installed: Path, tmp_path: Path) -> None:
    claim = "Claim(id='mine/claim', statement=alpha > 0, domain=(alpha > 1,))"
    text = f"from signproof import Claim\nfrom signproof.theory.symbols import alpha\nclaim = {claim}\n"
    (tmp_path / "test_mine.py").write_text(text, encoding="utf-8")
    printed = succeed(installed / "python", "-m", "pytest", "-v", cwd=tmp_path)
    assert "test_mine.py::claim::proof PASSED" in printed
    assert "test_mine.py::claim::check PASSED" in printed
