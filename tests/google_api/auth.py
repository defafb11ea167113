"""Who calls: token endpoints, keys made on the spot, and what a token is good for.

Service accounts: https://developers.google.com/identity/protocols/oauth2/service-account;
federation: https://cloud.google.com/iam/docs/workload-identity-federation.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import jwt

from tests.google_api.document import Ids
from tests.google_api.errors import ApiError
from tests.google_api.jsontypes import Json

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
EXCHANGE_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
CLOUD = "https://www.googleapis.com/auth/cloud-platform"
# The old name under which gspread's tests ask for spreadsheets.
_ALIASES = {"https://spreadsheets.google.com/feeds": "https://www.googleapis.com/auth/spreadsheets"}
LIFETIME = 3599


@dataclass(frozen=True)
class Token:
    """An access token: the account, the app, the scopes."""

    email: str
    client: str
    scopes: frozenset[str]


@dataclass(frozen=True)
class Account:
    """A service account with a key, or a person's consent to an app (with a refresh token)."""

    email: str
    client: str
    scopes: frozenset[str] = frozenset()


class OAuthError(Exception):
    """A refusal of a token endpoint: status, error, description (RFC 6749, 5.2)."""

    def __init__(self, code: int, error: str, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.body: Json = {"error": error, "error_description": description}


@cache
def private_key() -> str:
    """A key made on the spot, once for the process."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode("ascii")


@cache
def _public_key() -> str:
    key = serialization.load_pem_private_key(private_key().encode("ascii"), password=None)
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode("ascii")
    )


class Auth:
    """The tokens, and the accounts that can get one."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self.tokens: dict[str, Token] = {}
        # Service accounts by address; people's consents by refresh token.
        self.service_accounts: dict[str, Account] = {}
        self.refresh_tokens: dict[str, Account] = {}
        # Tokens of other identity providers → the name of the federated identity.
        self.subject_tokens: dict[str, str] = {}
        # Who may act as whom: (address or identity, service account).
        self.impersonators: set[tuple[str, str]] = set()
        # Domain-wide delegation: service account → scopes granted by the domain's administrator.
        self.delegated: dict[str, frozenset[str]] = {}

    def issue(self, email: str, client: str, scopes: frozenset[str]) -> str:
        """A new access token."""
        token = "ya29." + self._ids.text(40)
        known = frozenset(_ALIASES.get(scope, scope) for scope in scopes)
        self.tokens[token] = Token(email, client, known)
        return token

    def expire(self) -> None:
        """All tokens run out."""
        self.tokens.clear()

    def token(self, header: str) -> Token:
        """The token of an Authorization header; 401 without a good one."""
        kind, _, text = header.partition(" ")
        token = self.tokens.get(text.strip()) if kind.lower() == "bearer" else None
        if token is None:
            raise ApiError(
                401,
                "Request had invalid authentication credentials. Expected OAuth 2 access token,"
                " login cookie or other valid authentication credential. See"
                " https://developers.google.com/identity/sign-in/web/devconsole-project.",
                reason="authError",
                headers={"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'},
            )
        return token

    # The token endpoint.

    def grant(self, form: dict[str, str], url: str) -> Json:
        """The answer of `/token`."""
        kind = form.get("grant_type", "")
        if kind == JWT_GRANT:
            return self._service_account(form.get("assertion", ""), url)
        if kind == "refresh_token":
            return self._refresh(form)
        raise OAuthError(400, "unsupported_grant_type", f"Invalid grant_type: {kind}")

    def _service_account(self, assertion: str, url: str) -> Json:
        try:
            # google-auth names Google's own endpoint, wherever the key's token_uri leads.
            wanted = [url, "https://oauth2.googleapis.com/token"]
            claims = jwt.decode(assertion, certs=_public_key(), audience=wanted)  # type: ignore[no-untyped-call]
        except Exception as error:  # google-auth raises several kinds for a bad assertion.
            raise OAuthError(400, "invalid_grant", f"Invalid JWT Signature. {error}") from error
        account = self.service_accounts.get(claims.get("iss", ""))
        if account is None:
            raise OAuthError(400, "invalid_grant", "Invalid grant: account not found")
        scopes = frozenset(claims.get("scope", "").split())
        if not scopes:
            raise OAuthError(400, "invalid_scope", "Empty or missing scope not allowed.")
        email = claims.get("sub") or account.email
        if email != account.email and not scopes <= self.delegated.get(account.email, frozenset()):
            raise OAuthError(
                401,
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens using this method, or client"
                " not authorized for any of the scopes requested.",
            )
        return self._granted(email, account.client, scopes)

    def _refresh(self, form: dict[str, str]) -> Json:
        account = self.refresh_tokens.get(form.get("refresh_token", ""))
        if account is None or form.get("client_id") != account.client:
            raise OAuthError(400, "invalid_grant", "Token has been expired or revoked.")
        asked = frozenset(form.get("scope", "").split())
        if not asked <= account.scopes:
            raise OAuthError(400, "invalid_scope", "Some requested scopes were invalid.")
        return self._granted(account.email, account.client, asked or account.scopes)

    def _granted(self, email: str, client: str, scopes: frozenset[str]) -> Json:
        return {
            "access_token": self.issue(email, client, scopes),
            "expires_in": LIFETIME,
            "token_type": "Bearer",
            "scope": " ".join(sorted(scopes)),
        }

    # Federation and impersonation.

    def exchange(self, form: dict[str, str]) -> Json:
        """The answer of STS: a token of another provider becomes a federated one."""
        if form.get("grant_type") != EXCHANGE_GRANT:
            raise OAuthError(400, "unsupported_grant_type", "Unsupported grant type.")
        identity = self.subject_tokens.get(_subject(form.get("subject_token", "")))
        if identity is None:
            raise OAuthError(400, "invalid_grant", "The subject token is not known.")
        scopes = frozenset(form.get("scope", CLOUD).split())
        return {
            "access_token": self.issue(identity, identity, scopes),
            "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "token_type": "Bearer",
            "expires_in": LIFETIME,
        }

    def impersonate(self, caller: str, target: str, body: Json) -> Json:
        """The answer of `generateAccessToken`."""
        account = self.service_accounts.get(target)
        if account is None or (caller, target) not in self.impersonators:
            raise ApiError(
                403,
                "Permission 'iam.serviceAccounts.getAccessToken' denied on resource"
                " (or it may not exist).",
                details=[
                    {
                        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                        "reason": "IAM_PERMISSION_DENIED",
                        "domain": "iam.googleapis.com",
                        "metadata": {"permission": "iam.serviceAccounts.getAccessToken"},
                    }
                ],
            )
        if not body.get("scope"):
            raise ApiError(400, "Scope is required.")
        expires = datetime.now(UTC) + timedelta(seconds=LIFETIME)
        return {
            "accessToken": self.issue(target, account.client, frozenset(body["scope"])),
            "expireTime": expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }


def _subject(text: str) -> str:
    """The token itself, when it comes wrapped in JSON."""
    try:
        wrapped = json.loads(text)
    except ValueError:
        return text
    return str(wrapped.get("token", text)) if isinstance(wrapped, dict) else text


def key_file(account: Account, token_url: str) -> Json:
    """The JSON key of a service account, whose token endpoint is this server's."""
    return {
        "type": "service_account",
        "project_id": account.email.partition("@")[2].partition(".")[0],
        "private_key_id": "made-on-the-spot",
        "private_key": private_key(),
        "client_email": account.email,
        "client_id": account.client,
        "token_uri": token_url,
        "universe_domain": "googleapis.com",
    }


def federation_file(account: Account, root: str, subject_file: str) -> Json:
    """The configuration of workload identity federation, without any key."""
    return {
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/x",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": f"{root}/sts/v1/token",
        "service_account_impersonation_url": (
            f"{root}/iamcredentials/v1/projects/-/serviceAccounts/"
            f"{account.email}:generateAccessToken"
        ),
        "credential_source": {"file": subject_file},
    }
