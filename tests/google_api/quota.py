"""Quotas that refuse: so many reads and writes a minute for each user.

Sheets: https://developers.google.com/workspace/sheets/api/limits. Drive:
https://developers.google.com/workspace/drive/api/guides/limits and …/handle-errors.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.google_api.errors import ApiError

_MINUTE = timedelta(minutes=1)


@dataclass
class Quota:
    """Requests a minute and user; None: without a limit."""

    reads: int | None = None
    writes: int | None = None
    drive: int | None = None
    _seen: dict[tuple[str, str], deque[datetime]] = field(default_factory=dict)

    def take(self, api: str, kind: str, user: str, now: datetime) -> None:
        """Count a request, or refuse it. Refused ones count too."""
        limit = self.drive if api == "drive" else getattr(self, f"{kind}s")
        if limit is None:
            return
        times = self._seen.setdefault((api if api == "drive" else kind, user), deque())
        while times and now - times[0] >= _MINUTE:
            times.popleft()
        times.append(now)
        if len(times) > limit:
            raise (user_rate_limit() if api == "drive" else resource_exhausted(kind))


def resource_exhausted(kind: str = "read", *, retry_after: int | None = None) -> ApiError:
    """What Sheets says when a minute's quota is used up."""
    name = f"{kind.title()} requests"
    details = [
        {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "RATE_LIMIT_EXCEEDED",
            "domain": "googleapis.com",
            "metadata": {"service": "sheets.googleapis.com", "quota_limit_value": "60"},
        }
    ]
    return ApiError(
        429,
        f"Quota exceeded for quota metric '{name}' and limit '{name} per minute per user'"
        " of service 'sheets.googleapis.com' for consumer 'project_number:123456789012'.",
        details=details,
        reason="rateLimitExceeded",
        domain="usageLimits",
        headers={} if retry_after is None else {"Retry-After": str(retry_after)},
    )


def user_rate_limit(reason: str = "userRateLimitExceeded") -> ApiError:
    """What Drive says: 403, with `userRateLimitExceeded` or `rateLimitExceeded`."""
    message = "User Rate Limit Exceeded" if reason.startswith("user") else "Rate Limit Exceeded"
    return ApiError(403, message, reason=reason, domain="usageLimits")
