"""Workbooks in stores behind fsspec: the same files as on a disk, read-only, troubles in plain words."""

from __future__ import annotations

import errno
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from gatebook.backends.excel import limits
from gatebook.backends.excel.listing import list_location
from gatebook.backends.excel.read import read_workbook
from gatebook.backends.protocol import Listing, Passed, Source, Unreadable, Unwritable
from gatebook.backends.remote.addresses import is_remote, shown
from gatebook.backends.remote.backend import RemoteBackend
from gatebook.backends.remote.store import THREADS
from gatebook.loading import Judgement, load
from tests.support.builders import TODAY, TWELVE
from tests.support.drawn import book
from tests.support.hostile import sound_workbook
from tests.support.typed_sheets import draw_blank

ETAG = "5d41402abc4b2a76b9719d911017c592"


class Shelf(MemoryFileSystem):  # type: ignore[misc]
    """A store in memory that can be slow, fail, and tell more of its files, as real ones do."""

    protocol = "shelf"
    async_impl = True
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]

    remembered: ClassVar[dict[str, list[Any]]] = {}
    extra: ClassVar[dict[str, Any]] = {}
    troubles: ClassVar[dict[str, Exception]] = {}
    fetched: ClassVar[list[tuple[str, int, int]]] = []
    on_fetch: ClassVar[Callable[[], None]] = staticmethod(lambda: None)

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return str(super()._strip_protocol(path.replace("shelf://", "memory://", 1)))

    def _maybe_fail(self, path: str) -> None:
        if trouble := self.troubles.get(self._strip_protocol(path)):
            raise trouble

    def info(self, path: str, **options: Any) -> dict[str, Any]:
        """One entry."""
        self._maybe_fail(path)
        return {**super().info(path, **options), **self.extra}

    def ls(self, path: str, detail: bool = True, **options: Any) -> list[Any]:
        """A folder's entries, as they were the first time."""
        self._maybe_fail(path)
        if path not in self.remembered:
            self.remembered[path] = super().ls(path, detail, **options)
        return [{**one, **self.extra} for one in self.remembered[path]]

    def invalidate_cache(self, path: str | None = None) -> None:
        """Ask anew."""
        self.remembered.clear()

    def cat_file(
        self, path: str, start: int | None = None, end: int | None = None, **options: Any
    ) -> bytes:
        """Some bytes of a file."""
        self._maybe_fail(path)
        if path in self.store and not self.store[path].size:
            raise OSError(errno.EINVAL, "InvalidRange")
        self.fetched.append((path, start or 0, end or 0))
        type(self).on_fetch()
        return bytes(super().cat_file(path, start, end, **options))


class Counter(Shelf):
    """The same, with a library that bears one request at a time."""

    protocol = "counter"
    async_impl = False

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return str(super()._strip_protocol(path.replace("counter://", "memory://", 1)))


@pytest.fixture(autouse=True)
def _stores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are empty and known to fsspec; nothing is left of an earlier test."""
    for kind in (Shelf, Counter):
        fsspec.register_implementation(str(kind.protocol), kind, clobber=True)
        kind.clear_instance_cache()
    for name in ("store", "remembered", "extra", "troubles"):
        monkeypatch.setattr(Shelf, name, {})
    monkeypatch.setattr(Shelf, "fetched", [])
    monkeypatch.setattr(Shelf, "on_fetch", lambda: None)


@pytest.fixture
def remote() -> RemoteBackend:
    """The backend under test."""
    return RemoteBackend()


def put(*names: str, data: bytes = b"x" * 7) -> None:
    """Small files on the shelf."""
    files = fsspec.filesystem("shelf")
    for name in names:
        files.pipe_file(f"/{name}", data)


def locations(listing: Listing) -> list[str]:
    """Where the readable files are."""
    return [source.location for source in listing.sources]


def passed(listing: Listing, location: str) -> Passed:
    """Why one file was passed over."""
    (found,) = [note for note in listing.passed if note.location == location]
    return found


def refusal(remote: RemoteBackend, location: str) -> Unreadable:
    """What is said where a location cannot be listed."""
    with pytest.raises(Unreadable) as caught:
        remote.list(location)
    return caught.value


# Places ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A folder of a real store: its address, and how a test puts a file there."""

    root: str
    write: Callable[[str, bytes], object]


@pytest.fixture(params=["memory", "file", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Each store that can be run here. S3 needs s3fs and moto[server], which no lock holds."""
    if request.param == "s3":
        yield from _s3(request)
        return
    files = fsspec.filesystem(request.param)
    folder = "/there" if request.param == "memory" else (tmp_path / "there").as_posix()
    files.makedirs(folder, exist_ok=True)
    address = "memory://there" if request.param == "memory" else (tmp_path / "there").as_uri()

    def write(name: str, data: bytes) -> None:
        path = f"{folder}/{name}"
        files.makedirs(path.rpartition("/")[0], exist_ok=True)
        files.pipe_file(path, data)

    yield Place(address, write)
    files.rm(folder, recursive=True)


def _s3(request: pytest.FixtureRequest) -> Iterator[Place]:
    pytest.importorskip("s3fs", reason="to run it: pip install s3fs moto[server]")
    server = pytest.importorskip("moto.server", reason="to run it: pip install s3fs moto[server]")
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    patch = request.getfixturevalue("monkeypatch")
    for name, value in (("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "secret")):
        patch.setenv(name, value)
    patch.setitem(fsspec.config.conf, "s3", {"endpoint_url": f"http://{host}:{port}"})
    files = fsspec.filesystem("s3")
    files.mkdir("bucket")
    try:
        yield Place(
            "s3://bucket/there", lambda name, data: files.pipe(f"bucket/there/{name}", data)
        )
    finally:
        files.rm("bucket", recursive=True)
        running.stop()


FILES = (
    "b.xlsx",
    "A.XLSX",
    "B2.xlsx",
    "c/y.xlsx",
    "c/z.xlsm",
    "c/d/a.xlsx",
    "~$b.xlsx",
    ".~lock.b.xlsx#",
    "b - needs attention.xlsx",
    ".hidden.xlsx",
    ".h/a.xlsx",
    "old.xls",
    "sheet.ods",
    "table.csv",
    "notes.md",
    "README",
    "a.numbers/inner.xlsx",
    "r [2026]/a[1].xlsx",
    "with space/é #1.xlsx",
)
PATTERNS = (
    "",
    "/",
    "/c",
    "/b.xlsx",
    "/*.xlsx",
    "/[bB]*.xlsx",
    "/?.xlsx",
    "/*/y.xlsx",
    "/**",
    "/**/a.xlsx",
    "/**/d/*.xlsx",
    "/**/*.xlsx",
    "/**/*.xls",
    "/c/**/*",
    "/*",
    "/.h/*.xlsx",
    "/.h",
    "/r [2026]",
    "/r [2026]/a[1].xlsx",
    "/old.xls",
    "/table.csv",
    "/~$b.xlsx",
)


@pytest.mark.skipif(sys.platform == "win32", reason="a disk there knows no upper and lower case")
def test_the_same_files_as_on_a_disk(
    place: Place, remote: RemoteBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One rule for both: which are read, in which order, which are not and why."""
    for name in FILES:
        place.write(name, b"x" * 7)
        (tmp_path / "disk" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "disk" / name).write_bytes(b"x" * 7)
    monkeypatch.chdir(tmp_path)
    for pattern in PATTERNS:
        here, there = list_location(f"disk{pattern}"), remote.list(f"{place.root}{pattern}")
        expected = [s.replace("disk", place.root, 1) for s in locations(here)]
        # Of a pattern a disk gives each folder's own matches first.
        in_order = sorted if "**" in pattern else list
        assert in_order(locations(there)) == in_order(expected), pattern
        assert {(p.location, p.reason, p.remedy, p.problem) for p in there.passed} == {
            (p.location.replace("disk", place.root, 1), p.reason, p.remedy, p.problem)
            for p in here.passed
        }, pattern
        assert {s.size for s in there.sources} <= {7}


def test_a_workbook_says_the_same_as_on_a_disk(
    place: Place, remote: RemoteBackend, tmp_path: Path
) -> None:
    """And so does an empty file, of which a store can send no first part."""
    (tmp_path / "a.xlsx").write_bytes(sound_workbook())
    place.write("a #1?.xlsx", (tmp_path / "a.xlsx").read_bytes())
    place.write("empty.xlsx", b"")
    first, empty = remote.list(place.root).sources
    assert remote.read(first) == read_workbook(tmp_path / "a.xlsx")
    with pytest.raises(Unreadable, match="empty"):
        remote.read(empty)


def test_a_change_after_the_listing_is_read_and_seen_by_the_next(
    place: Place, remote: RemoteBackend
) -> None:
    """Harmless: what is there now is read, and the next listing has other stamps than the last."""
    place.write("a.xlsx", b"PK not a workbook")
    (before,) = remote.list(place.root).sources
    time.sleep(0.01)
    place.write("a.xlsx", sound_workbook())
    assert len(remote.read(before)) == 1
    (after,) = remote.list(place.root).sources
    assert (before.modified, before.size, before.version) != (
        after.modified,
        after.size,
        after.version,
    )


def test_what_is_not_there_is_said_with_what_is_near(place: Place, remote: RemoteBackend) -> None:
    """PAINS 30."""
    place.write("support.xlsx", b"x")
    assert f"'{place.root}/support.xlsx'" in refusal(remote, f"{place.root}/Suport.xlsx").remedy
    assert f"'{place.root}/q' does not exist" in refusal(remote, f"{place.root}/q/w/a.xlsx").reason
    assert "matches the pattern" in refusal(remote, f"{place.root}/*.ods").reason
    assert "matches the pattern" in refusal(remote, f"{place.root}/q/*.xlsx").reason


# Addresses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "ours"),
    [
        ("s3://bucket/reviews/**/*.xlsx", True),
        ("gs://bucket", True),
        ("abfs://box@account.dfs.core.windows.net/reviews", True),
        ("sftp://host/reviews", True),
        ("memory://reviews", True),
        ("https://docs.google.com/spreadsheets/d/1", False),
        ("HTTP://host/reviews", False),
        ("reviews/a.xlsx", False),
        ("C:/reviews", False),
        ("C://reviews", False),
        ("", False),
    ],
)
def test_which_locations_are_ours(location: str, ours: bool) -> None:
    """Addresses, but no web pages and no drives."""
    assert is_remote(location) is ours


@pytest.mark.parametrize(
    ("location", "printed"),
    [
        ("sftp://ana:pa55/w@rd@host:22/r", "sftp://ana:***@host:22/r"),
        ("sftp://ana:1234@host/r", "sftp://ana:***@host/r"),
        ("https://ana:pa55@host/r", "https://ana:***@host/r"),
        ("abfs://box/r?sv=2024&sig=pa55", "abfs://box/r?…"),
        ("sftp://host:22/a@b.xlsx", "sftp://host:22/a@b.xlsx"),
        ("abfs://box@account.dfs.core.windows.net/r", "abfs://box@account.dfs.core.windows.net/r"),
        ("s3://bucket/?.xlsx", "s3://bucket/?.xlsx"),
        ("reviews/a?b=c.xlsx", "reviews/a?b=c.xlsx"),
    ],
)
def test_secrets_in_addresses_are_neither_taken_nor_shown(
    remote: RemoteBackend, location: str, printed: str
) -> None:
    """They would end up in logs, the ledger and the portfolio."""
    assert shown(location) == printed
    if printed != location:
        said = refusal(remote, location)
        assert printed in said.reason
        assert "pa55" not in said.reason + said.remedy
        assert "1234" not in said.reason + said.remedy


@pytest.mark.parametrize(
    ("location", "word"),
    [
        ("s3://", "Name the bucket"),
        ("s3:///", "Name the bucket"),
        ("s3://buck*/r", "may be patterns"),
        ("simplecache::s3://bucket/r", "s3://bucket/folder"),
        ("shelv://r", "Did you mean shelf://"),
        ("shelf://a::b/r", "one address"),
    ],
)
def test_addresses_that_mean_nothing(remote: RemoteBackend, location: str, word: str) -> None:
    """What to write instead."""
    assert word in refusal(remote, location).remedy


# Listing -----------------------------------------------------------------------------------------


WHEN = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "version"),
    [
        ({"LastModified": WHEN, "ETag": f'"{ETAG}"', "VersionId": None}, ETAG),  # s3fs
        ({"mtime": WHEN, "updated": "2026", "generation": "17", "etag": "CJ="}, "17"),  # gcsfs
        ({"last_modified": WHEN, "etag": '"0x1E43"'}, "0x1E43"),  # adlfs
        ({"mtime": WHEN}, ""),  # sftp
        ({"mtime": WHEN.timestamp()}, ""),  # local files
        ({"modify": "20261123083000"}, ""),  # ftp
        ({"modified": "2026-11-23T08:30:00Z"}, ""),
        ({"modified": WHEN.replace(tzinfo=None)}, ""),
    ],
)
def test_stamps_as_the_libraries_tell_them(
    remote: RemoteBackend, told: dict[str, object], version: str
) -> None:
    """The same whether a file is listed with its folder or alone."""
    put("r/a.xlsx")
    Shelf.extra.update(told)
    expected = Source("shelf://r/a.xlsx", WHEN.timestamp(), 7, version=version)
    assert remote.list("shelf://r/a.xlsx").sources == (expected,)
    assert remote.list("shelf://r/*.xlsx").sources == (expected,)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows")
def test_times_without_a_zone_are_utc(
    remote: RemoteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever this machine stands."""
    put("r/a.xlsx")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        for told in (WHEN.replace(tzinfo=None), "20261123083000"):
            Shelf.extra["modified"] = told
            assert remote.list("shelf://r").sources[0].modified == WHEN.timestamp()
    time.tzset()


def test_a_listing_is_as_the_store_is_now(remote: RemoteBackend) -> None:
    """Libraries remember folders; what came since would be missing from the next sync."""
    put("r/a.xlsx")
    assert len(remote.list("shelf://r").sources) == 1
    put("r/b.xlsx")
    assert len(remote.list("shelf://r").sources) == 2


def test_an_empty_folder_is_no_error(remote: RemoteBackend) -> None:
    """There is something there, only nothing in it."""
    fsspec.filesystem("shelf").mkdir("/r")
    assert remote.list("shelf://r") == Listing(())


def test_too_many_files(remote: RemoteBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole bucket, given by mistake, ends with a message; not every folder of it is asked for."""
    put(*(f"r/{n}/{m}.txt" for n in range(4) for m in range(5)))
    monkeypatch.setattr(limits, "MAX_ENTRIES", 10)
    before = threading.active_count()
    ended = refusal(remote, "shelf://r/**/*.xlsx")
    assert "more than 10" in ended.reason
    # Nobody is left at work, also while the message is still held.
    assert threading.active_count() == before
    assert "more than 10" in refusal(remote, "shelf://r").reason


def test_folders_nested_too_deep_are_a_problem(
    remote: RemoteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are named, not silently cut off."""
    put("r/a/b/c/d.xlsx")
    monkeypatch.setattr(limits, "MAX_FOLDERS_DEEP", 2)
    assert passed(remote.list("shelf://r"), "shelf://r/a/b/c").problem


def test_a_closed_folder_is_a_problem_and_the_rest_is_read(remote: RemoteBackend) -> None:
    """One that went away meanwhile is nothing."""
    put("r/a.xlsx", "r/closed/b.xlsx", "r/gone/c.xlsx")
    Shelf.troubles["/r/closed"] = PermissionError("AccessDenied")
    Shelf.troubles["/r/gone"] = FileNotFoundError("/r/gone")
    listing = remote.list("shelf://r")
    assert locations(listing) == ["shelf://r/a.xlsx"]
    assert [(note.location, note.problem) for note in listing.passed] == [
        ("shelf://r/closed", True)
    ]


def test_half_a_listing_is_none(remote: RemoteBackend) -> None:
    """A store that fails in the middle must not make systems look gone."""
    put("r/a.xlsx", "r/x/b.xlsx")
    Shelf.troubles["/r/x"] = ConnectionResetError()
    assert "could not be reached" in refusal(remote, "shelf://r").reason


def test_a_folder_may_be_listed_by_who_may_not_ask_for_it(
    remote: RemoteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 policies allow listing under a prefix; asking for a single object is another permission."""
    put("r/a.xlsx")

    def closed(self: Shelf, path: str, **options: Any) -> dict[str, Any]:
        raise PermissionError("Forbidden")

    monkeypatch.setattr(Shelf, "info", closed)
    assert locations(remote.list("shelf://r")) == ["shelf://r/a.xlsx"]
    assert locations(remote.list("shelf://r/*.xlsx")) == ["shelf://r/a.xlsx"]
    assert "may not" in refusal(remote, "shelf://r/a.xlsx").reason


def test_links(tmp_path: Path, remote: RemoteBackend) -> None:
    """A link to a file is that file; links to folders could lead in circles and are named."""
    (tmp_path / "r").mkdir()
    (tmp_path / "r/a.xlsx").write_bytes(b"x" * 7)
    try:
        (tmp_path / "r/link.xlsx").symlink_to("a.xlsx")
        (tmp_path / "r/gone.xlsx").symlink_to("nowhere.xlsx")
        (tmp_path / "r/loop").symlink_to(tmp_path / "r", target_is_directory=True)
    except OSError:
        pytest.skip("this account may not make links (Windows)")
    root = (tmp_path / "r").as_uri()
    listing = remote.list(root)
    assert [(s.location, s.size) for s in listing.sources] == [
        (f"{root}/a.xlsx", 7),
        (f"{root}/link.xlsx", 7),
    ]
    assert passed(listing, f"{root}/gone.xlsx").problem
    assert passed(listing, f"{root}/loop").problem


# Reading -----------------------------------------------------------------------------------------


def test_a_large_file_is_not_fetched(
    remote: RemoteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor more of it than the limit where it grew after the listing."""
    put("r/a.xlsx", data=b"x" * 500)
    (small,) = remote.list("shelf://r").sources
    put("r/a.xlsx", data=b"x" * 5_000)
    (large,) = remote.list("shelf://r").sources
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 1_000)
    for source, fetched in ((large, []), (small, [("/r/a.xlsx", 0, 1_001)])):
        with pytest.raises(Unreadable, match="larger than"):
            remote.read(source)
        assert Shelf.fetched == fetched


def test_a_file_that_is_gone_or_empty(remote: RemoteBackend) -> None:
    """As on a disk; and so is one without contents."""
    put("r/a.xlsx")
    put("r/empty.xlsx", data=b"")
    gone, empty = remote.list("shelf://r").sources
    fsspec.filesystem("shelf").rm("/r/a.xlsx")
    for source, said in ((gone, "not there"), (empty, "0 bytes")):
        with pytest.raises(Unreadable, match=said):
            remote.read(source)


def test_reviews_are_judged_from_a_store(remote: RemoteBackend, tmp_path: Path) -> None:
    """All the way: listed, read, parsed, and named by the address."""
    put("r/a.xlsx", "r/b.xlsx", data=draw_blank(TWELVE, tmp_path / "blank.xlsx").read_bytes())
    put("r/broken.xlsx")
    how = Judgement({TWELVE.id: TWELVE}, TWELVE, TODAY)
    loaded = load([(remote, "shelf://r"), (remote, "shelf://r/*.xlsx")], how)
    assert loaded.files == 3
    assert [one.review.location for one in loaded.judged] == [
        "shelf://r/a.xlsx",
        "shelf://r/b.xlsx",
    ]
    assert [problem.location for problem in loaded.problems] == ["shelf://r/broken.xlsx"]


def test_nothing_is_written(remote: RemoteBackend) -> None:
    """Read-only."""
    with pytest.raises(Unwritable, match="only reads"):
        remote.draw(book(), "shelf://r/portfolio.xlsx")
    assert not remote.keeps_other_tabs
    assert Shelf.store == {}


# Many at once ------------------------------------------------------------------------------------


def test_files_are_read_several_at_once_in_order(remote: RemoteBackend) -> None:
    """Each fetch waits for another one to be under way; one by one, none would ever come back."""
    put(*(f"r/{n:02}.xlsx" for n in range(4 * THREADS)), data=sound_workbook())
    together = threading.Barrier(2, timeout=20)
    Shelf.on_fetch = lambda: (together.wait(), None)[1]
    sources = remote.list("shelf://r").sources
    read = list(remote.each(lambda source: (source, len(remote.read(source))), sources))
    assert read == [(source, 1) for source in sources]


@pytest.mark.parametrize(("store", "most"), [("shelf", THREADS), ("counter", 1)])
def test_no_more_at_once_than_the_store_bears(remote: RemoteBackend, store: str, most: int) -> None:
    """A bounded number; one where the library has one connection."""
    put(*(f"r/{n:02}.xlsx" for n in range(3 * THREADS)))
    lock, now, peak = threading.Lock(), 0, 0

    def job(_source: Source) -> None:
        nonlocal now, peak
        with lock:
            now += 1
            peak = max(peak, now)
        time.sleep(0.005)
        with lock:
            now -= 1

    assert len(list(remote.each(job, remote.list(f"{store}://r").sources))) == 3 * THREADS
    assert 1 <= peak <= most
    assert list(remote.each(job, ())) == []


def test_a_backend_goes_to_other_processes(remote: RemoteBackend, tmp_path: Path) -> None:
    """After use too; what it had open stays here."""
    (tmp_path / "a.xlsx").write_bytes(sound_workbook())
    sources = remote.list(tmp_path.as_uri()).sources
    assert pickle.loads(pickle.dumps(remote)).list(tmp_path.as_uri()).sources == sources
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(remote.read, sources[0]).result() == remote.read(sources[0])


def test_start_up_does_not_pay_for_it() -> None:
    """DESIGN, rule 10: fsspec is imported with the first store."""
    code = "import sys, gatebook.backends.remote.backend; sys.exit('fsspec' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# Troubles ----------------------------------------------------------------------------------------


def error(
    name: str, text: str = "", *, base: type[Exception] = Exception, **more: Any
) -> Exception:
    """An error of a library that is not installed here, by its name and what it carries."""
    made: Exception = type(name, (base,), {})(text)
    for key, value in more.items():
        setattr(made, key, value)
    return made


def from_aws(code: str) -> Exception:
    """How s3fs hands on an answer of S3: an error of Python's, made from botocore's."""
    made = PermissionError("The AWS Access Key Id AKIAPA55PA55PA55PA55 does not exist.")
    made.__cause__ = error("ClientError", response={"Error": {"Code": code}})
    return made


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (error("NoCredentialsError", "Unable to locate credentials"), "sign-in"),
        (from_aws("InvalidAccessKeyId"), "InvalidAccessKeyId"),
        (from_aws("ExpiredToken"), "did not accept the sign-in"),
        (from_aws("AccessDenied"), "may not list or read"),
        (error("RefreshError", base=error("GoogleAuthError").__class__), "sign-in"),
        (error("HttpError", "Anonymous caller has no access", code=401), "sign-in"),
        (OSError("Forbidden: https://storage.example/b?sig=pa55"), "may not list or read"),
        (error("ClientAuthenticationError", status_code=403), "sign-in"),
        (ValueError("unable to connect: provide account_name"), "sign-in"),
        (error("HttpResponseError", status_code=403), "may not list or read"),
        (FileNotFoundError("The specified bucket does not exist"), "nothing at"),
        (error("ResourceNotFoundError", status_code=404), "nothing at"),
        (error("EndpointConnectionError", "https://pa55"), "could not be reached"),
        (error("ServiceRequestError"), "could not be reached"),
        (error("HttpError", code=503), "could not be reached"),
        (TimeoutError(), "could not be reached"),
        (RuntimeError("bad thing at https://u:pa55@h/?sig=pa55, token=pa55"), "bad thing"),
        (RuntimeError("bad key 'pa55pa55pa55pa55pa55pa55'"), "bad key"),
        (RuntimeError(), "no message"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_troubles_of_a_store(remote: RemoteBackend, trouble: Exception, said: str) -> None:
    """No credentials, no permission, nothing there, no network: each with what to do, no secret."""
    put("r/a.xlsx")
    sources = remote.list("shelf://r").sources
    for path in ("", "/", "/r", "/r/a.xlsx"):
        Shelf.troubles[path] = trouble
    for location in ("shelf://r", "shelf://r/a.xlsx", "shelf://r/**/*.xlsx"):
        told = refusal(remote, location)
        if "*" not in location or said != "nothing at":
            assert said in told.reason
        assert told.remedy
        assert "pa55" not in (told.reason + told.remedy).lower()
    with pytest.raises(Unreadable) as caught:
        remote.read(sources[0])
    assert "pa55" not in (caught.value.reason + caught.value.remedy).lower()


@pytest.mark.parametrize(
    ("location", "install"),
    [
        ("s3://bucket/r", "pip install fsspec s3fs"),
        ("gs://bucket/r", "pip install fsspec gcsfs"),
        ("abfs://box/r", "pip install fsspec adlfs"),
        ("abfss://box/r", "pip install fsspec adlfs"),
        ("sftp://host/r", "pip install fsspec paramiko"),
        ("box://r", "boxfs"),
    ],
)
@pytest.mark.parametrize("also", [(), ("fsspec", "fsspec.core")], ids=["library", "fsspec"])
def test_libraries_that_are_not_installed(
    remote: RemoteBackend,
    monkeypatch: pytest.MonkeyPatch,
    location: str,
    install: str,
    also: tuple[str, ...],
) -> None:
    """The store's own, or fsspec itself: what to install."""
    for name in ("s3fs", "gcsfs", "adlfs", "paramiko", "boxfs", *also):
        monkeypatch.setitem(sys.modules, name, None)
    loaded = sys.modules["fsspec.registry"]._registry
    monkeypatch.delitem(loaded, location.partition("://")[0], raising=False)
    monkeypatch.delitem(sys.modules, "fsspec.implementations.sftp", raising=False)
    said = refusal(remote, location)
    assert "not installed" in said.reason
    assert (install if not also or "box:" not in location else "pip install fsspec") in said.remedy
