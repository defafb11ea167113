"""Signing in: who Google sees, with which scopes; what is said of a sign-in that does not work."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gspread.auth
import pytest

from gatebook.backends.google.signin import SCOPES, Purpose, SignIn, SignInError, identity
from gatebook.backends.google.transport import DRIVE, Reach, Transport
from tests.backends.google.conftest import AUTH
from tests.conformance.desks import GoogleDesk, Ran
from tests.conformance.test_portfolio import sync
from tests.google_api.auth import private_key
from tests.google_api.server import GoogleServer

ROBOT = "sheet-robot@pilot-reviews.iam.gserviceaccount.com"
OTHER = "gatebook@pilot-reviews.iam.gserviceaccount.com"
MIA = "mia@example.com"
# The scopes that docs/google.md promises, by purpose: for a person, for a service account.
PROMISED: dict[Purpose, tuple[set[str], set[str]]] = {
    "read": (2 * ({"spreadsheets.readonly", "drive.metadata.readonly"},)),
    "write": (2 * ({"spreadsheets", "drive.metadata.readonly"},)),
    "create": ({"drive.file"}, {"drive"}),
}
PURPOSES = list(PROMISED)


def seen_by_google(server: GoogleServer, how: SignIn, purpose: Purpose) -> tuple[str, set[str]]:
    """Who Google takes us for, and what the token is good for."""
    who = identity(how, purpose)
    reach = Reach(server.sheets_url, server.drive_url, first_wait=0.001, patience=1)
    sender = Transport(who.credentials, reach)
    about = sender.request("get", f"{DRIVE}/drive/v3/about", params={"fields": "user"}).json()
    token = server.auth.tokens[str(who.credentials.token)]
    return about["user"]["emailAddress"], {scope.removeprefix(AUTH) for scope in token.scopes}


def key_file(server: GoogleServer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> SignIn:
    return SignIn(str(server.service_account_file(folder)))


def environment(server: GoogleServer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> SignIn:
    key = server.service_account_file(folder)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))
    return SignIn()


def gcloud(server: GoogleServer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> SignIn:
    """What `gcloud auth application-default login` leaves, in gcloud's own folder."""
    key = server.service_account_file(folder)
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(folder))
    key.rename(folder / "application_default_credentials.json")
    return SignIn()


def federation(server: GoogleServer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> SignIn:
    return SignIn(str(server.federation_file(folder)))


def impersonation(server: GoogleServer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> SignIn:
    server.robot(OTHER)
    server.auth.impersonators.add((ROBOT, OTHER))
    key = str(server.service_account_file(folder))
    return SignIn(key, impersonate=OTHER, iam=f"{server.url}/iamcredentials")


def subject(server: GoogleServer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> SignIn:
    server.person(MIA)
    granted = {scope for scopes in SCOPES.values() for scope in scopes}
    server.auth.delegated[ROBOT] = frozenset(granted)
    return SignIn(str(server.service_account_file(folder)), subject=MIA)


Way = Callable[[GoogleServer, Path, pytest.MonkeyPatch], SignIn]
# The way to sign in → who Google sees. A person has the narrower scopes.
WAYS: list[tuple[Way, str]] = [
    (key_file, ROBOT),
    (environment, ROBOT),
    (gcloud, ROBOT),
    (federation, ROBOT),
    (impersonation, OTHER),
    (subject, MIA),
]


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize(("way", "address"), WAYS, ids=[way.__name__ for way, _ in WAYS])
def test_who_google_sees_and_for_what(
    way: Way,
    address: str,
    purpose: Purpose,
    google_server: GoogleServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    how = way(google_server, tmp_path, monkeypatch)
    for_person, for_robot = PROMISED[purpose]
    wanted = for_person if address == MIA else for_robot
    assert seen_by_google(google_server, how, purpose) == (address, wanted)


def test_scopes_are_those_promised() -> None:
    for purpose, (for_person, _) in PROMISED.items():
        assert set(SCOPES[purpose]) == {AUTH + scope for scope in for_person}


def test_a_person_gets_what_they_agreed_to(
    google_server: GoogleServer, person_file: Callable[..., Path]
) -> None:
    """Google refuses to give a saved sign-in any scope that it was not made with."""
    agreed = {"spreadsheets", "drive.metadata.readonly", "drive.file"}
    how = SignIn(str(person_file(MIA, *agreed)))
    for purpose in PURPOSES:
        assert seen_by_google(google_server, how, purpose) == (MIA, agreed)


def test_federation_asks_nobody_else(google_server: GoogleServer, tmp_path: Path) -> None:
    """The library would look up a project's id at a third API, for which there is no scope."""
    how = SignIn(str(google_server.federation_file(tmp_path)))
    identity(how, "read")
    assert google_server.requests == []
    seen_by_google(google_server, how, "read")
    assert [one.api for one in google_server.requests] == ["sts", "iamcredentials", "drive"]


def test_what_is_named_goes_before_the_environment(
    google_server: GoogleServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "theirs").mkdir()
    theirs = google_server.service_account_file(tmp_path / "theirs", OTHER)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(theirs))
    ours = SignIn(str(google_server.service_account_file(tmp_path)))
    assert seen_by_google(google_server, ours, "read")[0] == ROBOT
    assert seen_by_google(google_server, SignIn(), "read")[0] == OTHER


class TestInTheBrowser:
    """`oauth = true`: gspread's folder."""

    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        folder = tmp_path / "gspread"
        folder.mkdir()
        monkeypatch.setattr(gspread.auth, "DEFAULT_CONFIG_DIR", folder)
        client = folder / "credentials.json"
        monkeypatch.setattr(gspread.auth, "DEFAULT_CREDENTIALS_FILENAME", client)
        return folder

    def test_without_a_client_it_says_where_one_belongs(self, folder: Path) -> None:
        with pytest.raises(SignInError, match=r"no OAuth client at .*credentials\.json"):
            identity(SignIn(oauth=True), "read")

    def test_what_was_agreed_to_for_reading_is_kept_for_reading(
        self, folder: Path, google_server: GoogleServer, person_file: Callable[..., Path]
    ) -> None:
        """Another app's sign-in in the same folder, and one for less, are not taken for it."""
        scopes = ["spreadsheets.readonly", "drive.metadata.readonly"]
        saved = json.loads(person_file(MIA, *scopes).read_text(encoding="utf-8"))
        kept = folder / f"gatebook-{'+'.join(scopes)}.json"
        kept.write_text(json.dumps(saved), encoding="utf-8")
        kept.chmod(0o644)
        (folder / "authorized_user.json").write_text(json.dumps(saved), encoding="utf-8")
        how = SignIn(oauth=True)
        assert seen_by_google(google_server, how, "read") == (MIA, set(scopes))
        if os.name == "posix":
            assert kept.stat().st_mode & 0o077 == 0
        with pytest.raises(SignInError, match="no OAuth client"):
            identity(how, "write")

    def test_a_damaged_one_is_named(self, folder: Path) -> None:
        kept = folder / "gatebook-drive.file.json"
        kept.write_text('{"refresh_token": "1//KEPT"}', encoding="utf-8")
        with pytest.raises(SignInError) as refused:
            identity(SignIn(oauth=True), "create")
        assert str(kept) in refused.value.remedy
        assert "KEPT" not in refused.value.reason + refused.value.remedy


SECRET = "MIIEvQIBADANBgkqSECRET"
PEM = f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----\n"
KEY = {
    "type": "service_account",
    "client_email": ROBOT,
    "private_key": PEM,
    "token_uri": "https://oauth2.googleapis.com/token",
}
PERSON = {
    "type": "authorized_user",
    "client_id": "app",
    "client_secret": SECRET,
    "refresh_token": SECRET,
}
POOL = {
    "type": "external_account",
    "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/x",
    "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
    "token_url": "https://sts.googleapis.com/v1/token",
    "credential_source": {"file": "token.txt"},
}


def without(info: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in info.items() if key != name}


# What the file holds → what is said of it.
DAMAGED: list[tuple[str, object, str]] = [
    ("nothing there", None, "is not there"),
    ("a folder", "folder", "is a folder"),
    ("empty", b"", "it is empty"),
    ("blank", b" \n", "it is empty"),
    ("text", b"hello", "it is no JSON"),
    ("a bare PEM key", PEM.encode(), "it is no JSON"),
    ("bytes", b"\xff\xfe\x00", "it is no JSON"),
    ("cut off", json.dumps(KEY).encode()[:-5], "it is no JSON"),
    ("very deep", b"[" * 100_000, "it is no JSON"),
    ("a list", [KEY], "it has no “type”"),
    ("no type", without(KEY, "type"), "it has no “type”"),
    ("an odd type", KEY | {"type": 7}, "it has no “type”"),
    ("an unknown type", KEY | {"type": "potato"}, "its “type” is unknown"),
    ("an OAuth client", {"installed": PERSON}, "it is an OAuth client"),
    ("no key", without(KEY, "private_key"), "it lacks “private_key”"),
    ("no address", without(KEY, "client_email"), "it lacks “client_email”"),
    ("a damaged key", KEY, "what stands in it is damaged"),
    ("a number for a key", KEY | {"private_key": 7}, "what stands in it is damaged"),
    ("no refresh token", without(PERSON, "refresh_token"), "it lacks “refresh_token”"),
    ("no source", without(POOL, "credential_source"), "it lacks “credential_source”"),
    ("an odd source", POOL | {"credential_source": SECRET}, "what stands in it is damaged"),
    (
        "a stranger's token host",
        KEY | {"token_uri": "https://example.com/token"},
        "would send the sign-in to https://example.com/token",
    ),
    (
        "a stranger's exchange",
        POOL | {"token_url": "https://sts.example.com/v1"},
        "would send the sign-in to https://sts.example.com/v1",
    ),
    (
        "a stranger behind an account",
        {
            "type": "impersonated_service_account",
            "service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/x",
            "source_credentials": KEY | {"token_uri": "https://example.com/token"},
        },
        "would send the sign-in to https://example.com/token",
    ),
]


@pytest.mark.parametrize(("content", "said"), [d[1:] for d in DAMAGED], ids=[d[0] for d in DAMAGED])
@pytest.mark.parametrize("named_by", ["an option", "the environment"])
def test_a_damaged_file_is_told_and_not_quoted(
    content: object, said: str, named_by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "key.json"
    if content == "folder":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        path.write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    with pytest.raises(SignInError) as refused:
        identity(SignIn(str(path) if named_by == "an option" else ""), "read")
    error = refused.value
    assert f"the file {path}" in error.reason
    assert ("GOOGLE_APPLICATION_CREDENTIALS" in error.reason) == (named_by == "the environment")
    assert said in error.reason
    assert error.remedy.endswith(".")
    assert SECRET not in "".join(traceback.format_exception(error)) + error.remedy


def test_without_any_sign_in_it_says_which_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")  # this machine is none of Google Cloud's
    with pytest.raises(SignInError) as refused:
        identity(SignIn(), "read")
    assert refused.value.reason == "no sign-in to Google was found"
    for way in ("--credentials", "GOOGLE_APPLICATION_CREDENTIALS", "gcloud", "docs/google.md"):
        assert way in refused.value.remedy


def test_a_person_cannot_act_for_another(person_file: Callable[..., Path]) -> None:
    with pytest.raises(SignInError, match=r"cannot act for bo@example\.com"):
        identity(SignIn(str(person_file(MIA, "spreadsheets")), subject="bo@example.com"), "read")


def revoked(desk: GoogleDesk) -> None:
    desk.server.auth.service_accounts.clear()


def signed_by_another(desk: GoogleDesk) -> None:
    path = desk.config.parent / "service_account.json"
    info = json.loads(path.read_text(encoding="utf-8"))
    from cryptography.hazmat.primitives import serialization as pem
    from cryptography.hazmat.primitives.asymmetric import rsa

    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    shape = (pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption())
    info["private_key"] = made.private_bytes(*shape).decode()
    path.write_text(json.dumps(info), encoding="utf-8")


# What became of the sign-in → the option given, what is said, what to do.
REFUSED: list[tuple[Callable[[GoogleDesk], None] | None, tuple[str, ...], str, str]] = [
    (revoked, (), "does not accept it any more", "Make a new key"),
    (signed_by_another, (), "does not accept it any more", "Make a new key"),
    (None, ("--subject", MIA), "may not act for this person", "domain-wide delegation"),
    (None, ("--impersonate", OTHER), "may not act as the service account", "Token Creator"),
]


@pytest.mark.parametrize(("what", "options", "said", "remedy"), REFUSED)
def test_what_google_says_of_a_sign_in(
    what: Callable[[GoogleDesk], None] | None,
    options: tuple[str, ...],
    said: str,
    remedy: str,
    desk: GoogleDesk,
) -> None:
    if what:
        what(desk)
    with_iam(desk)
    for command in ("doctor", "check", "sync"):
        target = ("--portfolio", desk.portfolio) if command == "sync" else ()
        ran = desk.run(command, desk.reviews, *target, *options)
        assert ran.code == 2
        assert "signing in to Google failed" in ran.out + ran.err
        assert said in ran.out + ran.err
        assert remedy in ran.out + ran.err


def with_iam(desk: GoogleDesk) -> None:
    text = desk.config.read_text(encoding="utf-8")
    line = f'iam_api = "{desk.server.url}/iamcredentials"\n'
    desk.config.write_text(text + line, encoding="utf-8")


def tokens_given(desk: GoogleDesk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every token that the server gives from now on."""
    given: list[str] = []
    issue = desk.server.auth.issue

    def noted(email: str, client: str, scopes: frozenset[str]) -> str:
        given.append(issue(email, client, scopes))
        return given[-1]

    monkeypatch.setattr(desk.server.auth, "issue", noted)
    return given


def crash(desk: GoogleDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> object:
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr("gatebook.backends.google.backend.grids_of", broken)


# Everything that can go wrong after a token was given.
TROUBLES = ["nothing", "api off", "fault", "expired", "revoked", "crash", "not shared"]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_keys_and_tokens_are_never_shown(
    trouble: str,
    desk: GoogleDesk,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Not on either output, not with --debug, not in a traceback, not in any library's log."""
    given = tokens_given(desk, monkeypatch)
    caplog.set_level("DEBUG")
    place = desk.run("new", "Helper", "--lead", "Mia Kovac", "--to", desk.reviews).out.strip()
    shown = [place]
    if trouble == "api off":
        desk.server.disabled_apis.add("sheets")
    elif trouble == "fault":
        desk.server.faults.at_random(1, 1.0, ["502-html", "503", "reset"])
        text = desk.config.read_text(encoding="utf-8").replace("patience = 20", "patience = 0.05")
        desk.config.write_text(text, encoding="utf-8")
    elif trouble == "expired":
        desk.server.after("spreadsheets.get", lambda _request: desk.server.auth.expire())
    elif trouble == "revoked":
        desk.server.after("files.list", lambda _request: revoked(desk))
        desk.server.after("files.list", lambda _request: desk.server.auth.expire())
    elif trouble == "crash":
        crash(desk, monkeypatch)
    elif trouble == "not shared":
        desk.server.share(place.split("/")[-2], ROBOT, "")
    for run in (
        lambda: desk.run("check", desk.reviews, "--debug"),
        lambda: sync(desk, "--debug", "--verbose", "--json"),
        lambda: desk.run("doctor", desk.reviews, desk.portfolio, "--debug"),
        lambda: desk.run("new", "B", "--lead", "Mia", "--to", desk.reviews, "--debug"),
    ):
        shown += outcome(run)
    text = "\n".join([*shown, caplog.text])
    assert given
    lines = [line for line in private_key().splitlines() if "-----" not in line]
    for secret in [*given, *lines]:
        assert secret not in text
    assert "-----BEGIN" not in text


def outcome(run: Callable[[], Ran]) -> list[str]:
    """What a command printed, or the traceback that --debug lets through."""
    try:
        ran = run()
    except Exception as crashed:
        return traceback.format_exception(crashed)
    return [ran.out, ran.err]
