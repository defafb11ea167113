"""What happens when the library skips a part of a workbook: its warnings and return codes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


class DrawFault(RuntimeError):
    """A part of a workbook was not drawn: a fault of the program, not of the person who runs it."""


def done(code: int | None, tab: str, what: str) -> None:
    """Check a return code of XlsxWriter: anything but 0 means that it skipped the feature."""
    if code:
        raise DrawFault(f"tab {tab!r}: {what} was not drawn (XlsxWriter returned {code})")


@contextmanager
def warnings_as_errors() -> Iterator[None]:
    """XlsxWriter warns where it skips something; here that is a DrawFault."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", category=UserWarning, module=r"xlsxwriter(\.|$)")
        try:
            yield
        except UserWarning as warning:
            raise DrawFault(f"XlsxWriter skipped a part of the workbook: {warning}") from warning
