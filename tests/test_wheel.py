"""The package that is built works where there is no source tree, migrations and texts and all."""

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

pytest.importorskip("ensurepip", reason="this Python cannot make an environment with pip in it")

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
CARRIED = {"daemon", "storage", "migrations", "pyproject.toml", "README.md", "LICENSE"}
BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
TEXT = "Pier reopens\n\nThe harbour council said on Saturday that the old pier is open again.\n"


def run(*command: str | Path, cwd: Path) -> str:
    """What it wrote to stdout; it must end with 0, and must not see this source tree."""
    environ = {"PATH": os.defpath, "HOME": str(cwd), "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        command, cwd=cwd, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as the container image builds it: from what it carries, and no more."""
    source, dist = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in CARRIED:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, source / name)
    subprocess.run(
        [sys.executable, "-c", BUILD, dist], cwd=source, check=True, stdout=subprocess.DEVNULL
    )
    return next(dist.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment in which the wheel is installed, beside our dependencies."""
    place = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(place, with_pip=True, symlinks=True)
    python = place / "bin" / "python"
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([python, "-I", *install], cwd=place, check=True)
    packages = next(place.glob("lib/python*/site-packages"))
    # a path in a .pth file is only looked through: an editable newsd in it stays asleep
    (packages / "dependencies.pth").write_text("\n".join(p for p in sys.path if "site-pack" in p))
    return python.parent


def test_the_image_is_built_from_the_same_files() -> None:
    copied = set(re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE))
    assert set(" ".join(copied).split()) - {"requirements.lock"} == CARRIED
    let_through = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert set(let_through) - {"requirements.lock"} == CARRIED


def test_the_wheel_holds_all_that_is_read_at_run_time_and_no_tests(wheel: Path) -> None:
    held = set(ZipFile(wheel).namelist())
    ours = {
        str(path.relative_to(ROOT))
        for top in ("daemon", "storage", "migrations")
        for path in (ROOT / top).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {
        "daemon/tag/mediatopics.txt",
        "daemon/tag/ATTRIBUTION.txt",
        "daemon/demo/news.toml",
    } <= ours
    assert ours - held - {"migrations/script.py.mako"} == set()
    assert {name.partition("/")[0] for name in held if "dist-info" not in name} == {
        "daemon", "storage", "migrations",
    }  # fmt: skip


def test_it_works_far_from_its_source(installed: Path, tmp_path: Path) -> None:
    newsd = installed / "newsd"
    assert re.fullmatch(r"newsd \d+\.\d+\S*\n", run(newsd, "--version", cwd=tmp_path))
    assert run(newsd, "once", cwd=tmp_path).startswith("polls 0, failed 0")
    assert run(newsd, "db", "check", cwd=tmp_path) == "the tables are as they should be\n"
    (tmp_path / "pier.txt").write_text(TEXT)
    assert '"created": 1' in run(newsd, "ingest", "pier.txt", "--json", cwd=tmp_path)
    assert "Pier reopens" in run(newsd, "articles", "list", "--language", "en", cwd=tmp_path)


def test_its_demo_has_its_texts(installed: Path, tmp_path: Path) -> None:
    code = "from daemon.demo.stories import load_edition; from datetime import datetime, UTC; \
        print(len(load_edition(datetime(2025, 10, 18, tzinfo=UTC)).channels))"
    assert int(run(installed / "python", "-c", code, cwd=tmp_path)) > 5
