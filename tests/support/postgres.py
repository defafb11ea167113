"""A PostgreSQL server of the tests' own, in a folder that goes with it, and fresh databases in it."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

INSTALL = "apt install postgresql"
USER = "gatebook"
_START_SECONDS = 60
# What is gained by skipping the disk's "it is on the platter" is lost only in a power cut.
_FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=16MB")


def programs() -> Path | None:
    """The folder with the server's programs; Debian keeps them out of the PATH."""
    for found in (shutil.which("initdb"), shutil.which("pg_ctl")):
        if found and Path(found).resolve().with_name("postgres").exists():
            return Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(versions, key=lambda path: int(path.parts[-3].split(".")[0]), default=None)
    return newest.parent if newest else None


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. Its one user, `USER`, signs in with `password`."""

    port: int
    password: str

    def url(self, database: str) -> str:
        """The address of a database, for SQLAlchemy."""
        return f"postgresql+psycopg://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A connection in which every statement counts at once."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=USER, password=self.password,
            dbname=database, autocommit=True, connect_timeout=5,
        )  # fmt: skip

    def new_database(self) -> str:
        """Make an empty database; its name."""
        name = f"test_{secrets.token_hex(6)}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return name


@contextmanager
def running_server(bin_folder: Path) -> Iterator[Server]:
    """Start a server on a free port of this machine; stop it at the end and remove its folder."""
    home = Path(tempfile.mkdtemp(prefix="gatebook-postgres-"))
    try:
        account = _account(home)
        password = secrets.token_hex(8)
        words = home / "password"
        words.write_text(password, encoding="utf-8")
        if account:
            shutil.chown(words, account)
        subprocess.run(
            [bin_folder / "initdb", "-D", home / "data", "-U", USER, "-A", "scram-sha-256",
             "--pwfile", words, "-E", "UTF8", "--locale", "C", "--no-sync"],
            check=True, capture_output=True, user=account, cwd=home, timeout=_START_SECONDS,
        )  # fmt: skip
        with _process(bin_folder, home, account, password) as server:
            yield server
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _account(home: Path) -> str | None:
    """Whose server it is: PostgreSQL refuses to run as root. None: whoever runs the tests."""
    if os.name != "posix" or os.geteuid() != 0:
        return None
    shutil.chown(home, "postgres")
    return "postgres"


@contextmanager
def _process(bin_folder: Path, home: Path, account: str | None, password: str) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    settings = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", *_FAST]
    command = [str(bin_folder / "postgres"), "-D", str(home / "data")]
    command += [part for setting in settings for part in ("-c", setting)]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, user=account, cwd=home)
    try:
        server = Server(port, password)
        _wait_for(server, process, home / "log")
        yield server
    finally:
        # "Fast shutdown": open sessions are ended.
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(psycopg.OperationalError):
            server.connect().close()
            return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}")
