"""What a sync of Google spreadsheets costs, beside the usual gspread loop, on the same test server.

Run by `scripts/bench --google [--sheets 500]`. The server runs in a process of its own, so that its
work is not counted; nothing is paced, so that the wall time is that of the work. What Google's quota
of 60 reads a minute would make of it stands beside.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))

from gatebook.backends.google.addresses import folder_address, spreadsheet_address  # noqa: E402
from gatebook.domain.review import Review  # noqa: E402
from gatebook.sheets.review_form import review_workbook  # noqa: E402
from gatebook.wiring import built_in, settings  # noqa: E402
from tests.google_api.server import GoogleServer  # noqa: E402
from tests.support.builders import passing_review, stamp_of  # noqa: E402

PERSON = "mia.kovac@example.com"
TODAY = "2026-11-23"
# https://developers.google.com/workspace/sheets/api/limits: reads a minute for one user.
QUOTA = 60

NAIVE = """
import sys
import gspread, google.auth
from google.oauth2.service_account import Credentials
key, sheets, drive, folder = sys.argv[1:]
class Redirected(gspread.HTTPClient):
    def request(self, method, endpoint, *args, **kwargs):
        there = endpoint.replace("https://sheets.googleapis.com", sheets)
        return super().request(method, there.replace("https://www.googleapis.com", drive), *args, **kwargs)
scopes = ["https://www.googleapis.com/auth/spreadsheets", "https://www.googleapis.com/auth/drive"]
client = gspread.Client(Credentials.from_service_account_file(key, scopes=scopes), http_client=Redirected)
query = {"q": f"'{folder}' in parents", "pageSize": 1000,
         "supportsAllDrives": "true", "includeItemsFromAllDrives": "true"}
files = client.http_client.request("get", "https://www.googleapis.com/drive/v3/files", params=query)
for file in files.json()["files"]:
    for tab in client.open_by_key(file["id"]).worksheets():
        tab.get_all_values()
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one way cost: requests at the server, seconds on the clock."""

    what: str
    reads: int
    requests: int
    wall: float

    @property
    def at_quota(self) -> str:
        """Minutes that the reads alone take at Google's pace."""
        return "no wait" if self.reads <= QUOTA else f"{self.reads / QUOTA:.1f} min"


def measure(sheets: int) -> list[Cost]:
    """The costs of each way, in turn."""
    with GoogleServer() as server, tempfile.TemporaryDirectory() as place:
        # An hour ago: what changed in the last minutes is always read once more.
        server.clock = lambda: datetime.now(UTC) - timedelta(hours=1)
        robot = server.robot().email
        drive = server.shared_drive("Reviews", {robot: "fileOrganizer", PERSON: "organizer"})
        portfolio = server.spreadsheet("Portfolio", PERSON, share={robot: "writer"})
        key = server.service_account_file(Path(place))
        config = write_config(server, Path(place), key)
        costs = [
            counted(
                server, f"`gatebook new` for {sheets} systems", lambda: fill(config, drive, sheets)
            )
        ]
        sync = [
            *("sync", folder_address(drive), "--portfolio", spreadsheet_address(portfolio)),
            *("--today", TODAY, "--config", str(config)),
        ]
        for what, changed, status in (
            ("all new", 0, ""), ("0 changed", 0, ""),
            ("5 changed", 5, "Red"), (f"{sheets} changed", sheets, "Yellow"),
        ):  # fmt: skip
            edit(server, changed, status)
            name = f"`gatebook sync` of {sheets} spreadsheets, {what}"
            costs.append(counted(server, name, lambda: run("-m", "gatebook", *sync)))
        naive = ["-c", NAIVE, str(key), server.sheets_url, server.drive_url, drive]
        costs.append(
            counted(server, f"the gspread loop over the same {sheets}", lambda: run(*naive))
        )
    return costs


def write_config(server: GoogleServer, folder: Path, key: Path) -> Path:
    """A gatebook.toml for the server, without a pace."""
    path = folder / "gatebook.toml"
    path.write_text(
        f"""ledger = "sqlite:///{(folder / "ledger.db").as_posix()}"

[google]
credentials = "{key.as_posix()}"
cache = "{(folder / "answers").as_posix()}"
reads_per_minute = 1000000
writes_per_minute = 1000000
sheets_api = "{server.sheets_url}"
drive_api = "{server.drive_url}"
""",
        encoding="utf-8",
    )
    return path


def fill(config: Path, drive: str, sheets: int) -> None:
    """Make the reviews."""
    backend, checklist = settings(str(config)).google("create"), built_in()
    for number in range(sheets):
        review = sample(number)
        backend.create(
            review_workbook(review, checklist),
            folder_address(drive),
            f"system {number:04} review",
            review.stamp.review_id,
        )


def sample(number: int) -> Review:
    """A passing review of its own system."""
    stamp = stamp_of(built_in(), f"system-{number:04}", f"review-{number:04}")
    return passing_review(system=f"System {number:04}", stamp=stamp)


def edit(server: GoogleServer, count: int, status: str) -> None:
    """Somebody marks a gate of so many of them anew, so that the portfolio changes too."""
    files = [file for file in server.store.files.values() if file.name.startswith("system ")]
    for file in files[:count]:
        server.edit(file.id, PERSON).paste("Review!D13", [[status]])


def counted(server: GoogleServer, what: str, work: Callable[[], None]) -> Cost:
    """Do some work, and say what the server saw of it."""
    server.forget()
    start = time.perf_counter()
    work()
    wall = time.perf_counter() - start
    seen = server.counted()
    reads = sum(
        n for name, n in seen.items() if name.startswith("sheets") and "get" in name.lower()
    )
    cost = Cost(what, reads, sum(seen.values()), wall)
    print(f"{what}: {cost.requests} requests, {wall:.1f} s", file=sys.stderr)
    return cost


def run(*arguments: str) -> None:
    """Run a program of this Python. Raises CalledProcessError if it fails."""
    subprocess.run(
        [sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, timeout=1800
    )


def table(costs: list[Cost]) -> str:
    """The costs as Markdown."""
    lines = [
        "| measured | requests | wall time here | its reads at Google's quota |",
        "|---|---|---|---|",
    ]
    lines += [f"| {c.what} | {c.requests:,} | {c.wall:.1f} s | {c.at_quota} |" for c in costs]
    return "\n".join(lines)
