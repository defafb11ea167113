"""What people install: the wheel, the source archive, the editable install, and the locks."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_CHECKOUT = Path(__file__).parents[2]
# What is built once serves all tests here, so one worker runs them.
pytestmark = pytest.mark.xdist_group("packaging")

# Says where gatebook was imported from, what a template begins with, and which files of a checkout
# were opened for it (other than the libraries in its .venv, which these installs borrow).
_PROBE = """
import json, os, sys
checkout, source = sys.argv[1:]
if source:
    sys.path.insert(0, source)
opened = []
def watch(event, arguments):
    path = arguments[0] if event == "open" else None
    if isinstance(path, str) and os.path.abspath(path).startswith(checkout + os.sep):
        opened.append(os.path.relpath(path, checkout))
sys.addaudithook(watch)
import gatebook
from gatebook.templates import template_text
print(json.dumps({
    "at": gatebook.__file__,
    "text": template_text("twelve-gates.toml"),
    "opened": [path for path in opened if not path.startswith(".venv" + os.sep)],
}))
"""


@dataclass(frozen=True)
class _Probed:
    at: Path
    text: str
    opened: list[str]


def _run(*command: object, cwd: Path) -> str:
    """Standard output of a command that must succeed."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _build(folder: Path, *what: str) -> None:
    _run(
        *(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, *what),
        cwd=_CHECKOUT,
    )


def _only(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    _build(folder)
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    return _only(dist, "*.whl")


def _install(wheel: Path, venv: Path) -> Path:
    """Install a wheel alone into a new venv that borrows the libraries of ours; its Python."""
    _run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=venv.parent)
    python = venv / "bin" / "python"
    _run(
        *(sys.executable, "-m", "pip", "--python", python, "install"),
        *("--quiet", "--no-deps", "--no-index", wheel),
        cwd=venv.parent,
    )
    # Only its libraries: the .pth files in a folder that is borrowed this way are not read, so our
    # own editable gatebook stays out of sight.
    site = _only(venv, "lib/python*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a venv with the wheel in it."""
    return _install(wheel, tmp_path_factory.mktemp("installed") / "venv")


def _probe(python: Path, cwd: Path, source: str = "") -> _Probed:
    answer = json.loads(_run(python, "-I", "-c", _PROBE, _CHECKOUT, source, cwd=cwd))
    return _Probed(Path(answer["at"]), answer["text"], answer["opened"])


def _built_in_checklist() -> str:
    return (_CHECKOUT / "templates" / "twelve-gates.toml").read_text(encoding="utf-8")


def test_the_wheel_needs_no_file_of_the_checkout(installed: Path, tmp_path: Path) -> None:
    probed = _probe(installed, tmp_path)
    assert probed.at.is_relative_to(installed.parents[1])
    assert probed.text == _built_in_checklist()
    assert probed.opened == []


def test_an_editable_install_reads_the_checkout(tmp_path: Path) -> None:
    _run(
        *(sys.executable, "-c", "import sys, hatchling.build as b; b.build_editable(sys.argv[1])"),
        tmp_path,
        cwd=_CHECKOUT,
    )
    probed = _probe(_install(_only(tmp_path, "*.whl"), tmp_path / "venv"), tmp_path)
    assert probed.at == _CHECKOUT / "src" / "gatebook" / "__init__.py"
    assert probed.text == _built_in_checklist()
    assert str(Path("templates", "twelve-gates.toml")) in probed.opened


def test_a_checkout_works_without_any_install(tmp_path: Path) -> None:
    probed = _probe(Path(sys.executable), tmp_path, source=str(_CHECKOUT / "src"))
    assert probed.at == _CHECKOUT / "src" / "gatebook" / "__init__.py"
    assert probed.text == _built_in_checklist()


@pytest.mark.parametrize("way", ["gatebook", "python -m gatebook"])
def test_the_command_starts(installed: Path, tmp_path: Path, way: str) -> None:
    program, *arguments = way.split()
    assert "Usage:" in _run(installed.parent / program, *arguments, "--help", cwd=tmp_path)


def test_the_source_archive_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    _build(tmp_path, "--wheel")
    assert _only(tmp_path, "*.whl").read_bytes() == wheel.read_bytes()


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        about = archive.read(metadata).decode()
    info = metadata.partition("/")[0]
    templates = {path.name for path in (_CHECKOUT / "templates").iterdir() if path.is_file()}
    assert {name.partition("/")[0] for name in names} == {"gatebook", info}
    assert {f"gatebook/_templates/{name}" for name in templates} <= names
    assert {"gatebook/py.typed", f"{info}/licenses/LICENSE"} <= names
    assert "Requires-Python: >=3.11" in about


def _pins(lock: str) -> dict[str, str]:
    """Version of each package in a lock, by its normal name. Checks that each has a hash."""
    text = (_CHECKOUT / "requirements" / lock).read_text(encoding="utf-8")
    entries = re.findall(
        r"^([\w.-]+)==([^\s;]+)[^\n]*\n((?: +--hash=sha256:\S+[^\n]*\n)+)", text, re.M
    )
    assert len(entries) == len(re.findall(r"^[^\s#]", text, re.M))
    assert "://" not in text
    return {canonicalize_name(name): version for name, version, _ in entries}


@pytest.fixture(scope="module")
def project() -> dict[str, dict[str, list[str]]]:
    """pyproject.toml."""
    with (_CHECKOUT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


def _unmet(wanted: list[str], pins: dict[str, str]) -> list[str]:
    """The requirements that a lock does not meet."""
    return [
        text
        for text in wanted
        if pins.get(canonicalize_name(Requirement(text).name), "0")
        not in Requirement(text).specifier
    ]


def test_the_locks_meet_what_the_project_asks_for(
    project: dict[str, dict[str, list[str]]],
) -> None:
    run, test = _pins("run.txt"), _pins("test.txt")
    assert _unmet(project["project"]["dependencies"], run) == []
    assert _unmet(project["dependency-groups"]["test"], test) == []
    assert _unmet(project["build-system"]["requires"], test) == []


def test_tests_run_with_the_versions_that_people_get() -> None:
    run, test = _pins("run.txt"), _pins("test.txt")
    assert run.items() <= test.items()
