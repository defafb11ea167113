"""Quotas, faults, hooks: each shows, and a change is made exactly when the plan says so."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import requests

from tests.google_api.app import Request
from tests.google_api.clients import ANA, BO, Http
from tests.google_api.faults import KINDS, Fault, Faults
from tests.google_api.server import GoogleServer

PUT = {"valueInputOption": "RAW"}


def write(http: Http, file_id: str, text: str = "x") -> requests.Response:
    address = f"/v4/spreadsheets/{file_id}/values/A1"
    return http.call("PUT", address, {"values": [[text]]}, **PUT)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("kind", "status"), [("429", 429), ("429-retry-after", 429), ("500", 500), ("503", 503)]
)
def test_a_refusal_before_or_after_the_change(
    http: Http, file_id: str, kind: str, status: int, after: bool
) -> None:
    server = http.server
    if after and kind.startswith("429"):
        with pytest.raises(ValueError, match="before anything is done"):
            server.faults.at("values.update", 1, kind, after=True)
        return
    server.faults.at("values.update", 1, kind, after=after)
    answer = write(http, file_id)
    assert answer.status_code == status
    assert ("Retry-After" in answer.headers) == (kind == "429-retry-after")
    assert server.edit(file_id).value("A1") == ("x" if after else None)
    assert write(http, file_id).status_code == 200


@pytest.mark.parametrize("after", [False, True])
def test_a_closed_connection(http: Http, file_id: str, after: bool) -> None:
    http.server.faults.at("values.update", 1, "reset", after=after)
    with pytest.raises(requests.ConnectionError):
        write(http, file_id)
    assert http.server.edit(file_id).value("A1") == ("x" if after else None)


def test_a_body_that_breaks_off(http: Http, file_id: str) -> None:
    http.server.faults.at("values.update", 1, "truncated")
    with pytest.raises(requests.RequestException):
        write(http, file_id)
    assert http.server.edit(file_id).value("A1") == "x"


def test_a_page_of_html(http: Http, file_id: str) -> None:
    http.server.faults.at("values.update", 1, "502-html")
    answer = write(http, file_id)
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html; charset=UTF-8")


def test_a_slow_answer(http: Http, file_id: str) -> None:
    http.server.faults.slowness = 0.2
    http.server.faults.at("values.update", 1, "slow")
    began = time.monotonic()
    assert write(http, file_id).status_code == 200
    assert time.monotonic() - began >= 0.2


def test_drive_refuses_by_403(http: Http, file_id: str) -> None:
    http.server.faults.at("files.get", 1, "403-rate")
    error = http.call("GET", f"/drive/v3/files/{file_id}").json()["error"]
    assert error["errors"][0] == {
        "message": "User Rate Limit Exceeded",
        "domain": "usageLimits",
        "reason": "userRateLimitExceeded",
    }


def test_the_third_batch(http: Http, file_id: str) -> None:
    http.server.faults.at("spreadsheets.batchUpdate", 3, "503", after=True)
    address = f"/v4/spreadsheets/{file_id}:batchUpdate"
    statuses = [
        http.call("POST", address, {"requests": [{"addSheet": {}}]}).status_code for _ in range(4)
    ]
    assert statuses == [200, 200, 503, 200]
    assert len(http.server.edit(file_id).titles()) == 5


def test_faults_at_random_follow_the_seed() -> None:
    def plan(seed: int) -> list[Fault | None]:
        faults = Faults()
        faults.at_random(seed, 0.1, [*KINDS, Fault("503", after=True)])
        return [faults.next("sheets.spreadsheets.get", "drive") for _ in range(2000)]

    assert plan(1) == plan(1) != plan(2)
    hits = Counter(fault.kind for fault in plan(1) if fault)
    assert 150 < hits.total() < 250
    assert set(hits) == set(KINDS)


class Clock:
    """A clock that tests turn."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_a_quota_refuses_until_the_minute_is_over(google_server: GoogleServer) -> None:
    clock = google_server.clock = Clock()
    google_server.quota.reads, google_server.quota.writes = 3, 1
    file_id = google_server.spreadsheet("Review", ANA, share={BO: "reader"})
    ana, bo = Http(google_server), Http(google_server, BO)

    def read(http: Http) -> int:
        return http.call("GET", f"/v4/spreadsheets/{file_id}").status_code

    assert [read(ana) for _ in range(5)] == [200, 200, 200, 429, 429]
    assert read(bo) == 200
    assert [write(ana, file_id).status_code for _ in range(2)] == [200, 429]
    clock.now += timedelta(seconds=59)
    assert read(ana) == 429
    clock.now += timedelta(seconds=2)
    assert [read(ana), write(ana, file_id).status_code] == [200, 200]
    google_server.quota.drive = 0
    answer = ana.call("GET", f"/drive/v3/files/{file_id}")
    reason = answer.json()["error"]["errors"][0]["reason"]
    assert (answer.status_code, reason) == (403, "userRateLimitExceeded")


def test_an_edit_between_read_and_write(http: Http, file_id: str) -> None:
    server = http.server
    server.edit(file_id).type("A1", "before")

    def edit(request: Request) -> None:
        server.edit(file_id).type("A1", "meanwhile")

    server.after("values.get", edit)
    assert http.values(file_id, "A1") == [["before"]]
    assert http.values(file_id, "A1") == [["meanwhile"]]
    assert server.edit(file_id).value("A1") == "meanwhile"


def test_every_change_is_a_new_version(google_server: GoogleServer) -> None:
    clock = google_server.clock = Clock()
    file_id = google_server.spreadsheet("Review", ANA)
    http = Http(google_server)

    def state() -> tuple[str, str]:
        found = http.get(f"/drive/v3/files/{file_id}", fields="version,modifiedTime")
        return found["version"], found["modifiedTime"]

    assert state() == ("1", "2026-11-23T09:00:00.000Z")
    http.values(file_id, "A1")
    assert state()[0] == "1"
    clock.now += timedelta(seconds=1.5)
    google_server.edit(file_id).type("A1", "x")
    assert state() == ("2", "2026-11-23T09:00:01.500Z")
    write(http, file_id)
    http.call("PATCH", f"/drive/v3/files/{file_id}", {"name": "Renamed"})
    assert state()[0] == "4"
    assert google_server.edit(file_id).document.properties["title"] == "Renamed"


def test_the_log_says_who_did_what(http: Http, file_id: str) -> None:
    server = http.server
    write(http, file_id)
    http.values(file_id, "A1")
    http.call("GET", f"/drive/v3/files/{file_id}")
    assert server.counted() == {
        "sheets.spreadsheets.values.update": 1,
        "sheets.spreadsheets.values.get": 1,
        "drive.files.get": 1,
    }
    first = server.sent()[0]
    assert (first.user, first.kind, first.api, first.status) == (ANA, "write", "sheets", 200)
    assert first.body == {"values": [["x"]]}
    server.forget()
    assert server.sent() == []


def test_requests_at_the_same_time_are_all_kept(http: Http, file_id: str) -> None:
    def append() -> None:
        address = f"/v4/spreadsheets/{file_id}/values/A1:append"
        assert http.call("POST", address, {"values": [["x"]]}, **PUT).status_code == 200

    threads = [threading.Thread(target=append) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert http.values(file_id, "A:A") == [["x"]] * 12
