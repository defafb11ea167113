"""Microsoft's Open XML SDK says what is wrong with a workbook (npm package in `package.json`).

It installs itself on first use into `.cache/ooxml`, which tells git to ignore it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from filelock import FileLock

_HERE = Path(__file__).parent
_CACHE = _HERE.parents[1] / ".cache" / "ooxml"
_PROGRAM = _CACHE / "node_modules" / "@xarsh" / "ooxml-validator" / "dist" / "src" / "cli.js"
_INSTALL_SECONDS = 300
_FILE_SECONDS = 60


class EngineMissing(Exception):
    """The validator is not here and could not be installed; the text says why."""


def require() -> None:
    """Install the validator where it is missing. Without it the test skips, or fails if it must."""
    try:
        install()
    except EngineMissing as reason:
        message = f"Microsoft's validator is missing: {reason}. To install: apt install nodejs npm"
        if os.environ.get("GATEBOOK_REQUIRE_ENGINES") == "1":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)


def install() -> None:
    """Install what `package-lock.json` names, once. Raises EngineMissing."""
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        raise EngineMissing("node or npm was not found")
    _CACHE.mkdir(parents=True, exist_ok=True)
    _CACHE.parent.joinpath(".gitignore").write_text("*\n", "utf-8")
    lock = (_HERE / "package-lock.json").read_text("utf-8")
    installed = _CACHE / "installed.json"
    # Tests run in several processes: the first installs, the others wait.
    with FileLock(_CACHE.with_name("ooxml.lock")):
        if _PROGRAM.exists() and installed.exists() and installed.read_text("utf-8") == lock:
            return
        for name in ("package.json", "package-lock.json"):
            shutil.copy(_HERE / name, _CACHE / name)
        command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        try:
            done = subprocess.run(
                command, cwd=_CACHE, capture_output=True, text=True, timeout=_INSTALL_SECONDS
            )
        except subprocess.TimeoutExpired as late:
            raise EngineMissing(f"npm ci took longer than {_INSTALL_SECONDS} seconds") from late
        if done.returncode or not _PROGRAM.exists():
            raise EngineMissing(f"npm ci failed: {done.stderr.strip()[-500:]}")
        installed.write_text(lock, "utf-8")


def validate(paths: Iterable[Path]) -> dict[Path, list[str]]:
    """What the SDK says against each file; an empty list where nothing."""
    files = list(paths)
    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(files, pool.map(_validate_one, files), strict=True))


def _validate_one(path: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        # On a copy: the SDK replaces addresses it cannot parse, in the file itself, and is content.
        copy = Path(folder, "checked.xlsx")
        shutil.copy(path, copy)
        done = subprocess.run(
            ["node", str(_PROGRAM), str(copy)],
            capture_output=True,
            text=True,
            timeout=_FILE_SECONDS,
        )
        if done.returncode not in (0, 1):
            raise RuntimeError(f"the validator stopped at {path}: {done.stderr.strip()}")
        errors = [_line(error) for error in json.loads(done.stdout)["errors"]]
        if copy.read_bytes() != path.read_bytes():
            errors.append("a link has an address that the SDK cannot parse")
        return errors


def _line(error: dict[str, object]) -> str:
    return f"{error.get('path')}: {error.get('description') or error.get('errorType')}"
