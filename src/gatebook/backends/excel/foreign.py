"""Files that are no .xlsx workbook, whatever their name says: what they are, and what to do."""

from __future__ import annotations

from gatebook.backends.excel.package import SAVE_AGAIN, Package
from gatebook.backends.protocol import Unreadable

SAVE_AS_XLSX = (
    "Open it in your spreadsheet program and save it as Excel Workbook (.xlsx): "
    "File > Save As, or File > Export in Numbers."
)
_UNFINISHED = (
    "Wait until the sync program or the download has finished, then try again; "
    "or fetch the file again."
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK"

# What the first bytes say (lower case, without leading space and byte order mark), and the remedy.
_BEGINNINGS: tuple[tuple[bytes, str, str], ...] = (
    (b"%pdf", "the file is a PDF, not a workbook", "Use the workbook that the PDF was made from."),
    (b"{\\rtf", "the file is a text document (RTF), not a workbook", SAVE_AS_XLSX),
    (b"<!doctype html", "the file is a web page, not a workbook", SAVE_AS_XLSX),
    (b"<html", "the file is a web page, not a workbook", SAVE_AS_XLSX),
    (b"<table", "the file is a web page, not a workbook", SAVE_AS_XLSX),
    (
        b"<?xml",
        "the file is XML, such as an old XML Spreadsheet or a web page, not an .xlsx workbook",
        SAVE_AS_XLSX,
    ),
    (
        b"version https://git-lfs",
        "the file is only a pointer to a workbook that Git keeps elsewhere (Git LFS)",
        "Run `git lfs pull` in that folder.",
    ),
    (b"\x1f\x8b", "the file is a packed archive (gzip)", "Unpack it first."),
    (b"7z\xbc\xaf", "the file is a packed archive (7z)", "Unpack it first."),
    (b"rar!", "the file is a packed archive (RAR)", "Unpack it first."),
)


def refuse_foreign(data: bytes) -> None:
    """Raises Unreadable for a file that is no zip, saying what it is."""
    if not data:
        raise Unreadable(
            "the file is empty (0 bytes)", "Save the workbook again, or fetch a complete copy."
        )
    if data.startswith(_OLE):
        raise _ole(data)
    if data.startswith(_ZIP):
        return
    head = data[:2_000].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for beginning, reason, remedy in _BEGINNINGS:
        if head.startswith(beginning):
            raise Unreadable(reason, remedy)
    if not data[:4_096].strip(b"\0"):
        raise Unreadable(
            "the file holds only zeros: its content has not arrived yet",
            _UNFINISHED,
        )
    if _is_text(data[:4_000]):
        raise Unreadable("the file is plain text, such as CSV, named like a workbook", SAVE_AS_XLSX)
    if b"PK\x05\x06" in data[-70_000:]:
        # A zip with something before it: some mail gateways put a few lines there.
        return
    raise Unreadable("the file is no .xlsx workbook: it does not begin like one", SAVE_AGAIN)


def refuse_other_zip(package: Package, main: str) -> None:
    """Raises Unreadable for a zip of something else. `main`: the part that should list the tabs."""
    if main.lower().endswith(".bin"):
        raise Unreadable("the file is a binary workbook (.xlsb)", SAVE_AS_XLSX)
    if main in package:
        folder = main.lower().partition("/")[0]
        if folder in ("word", "ppt"):
            what = {"word": "Word document", "ppt": "PowerPoint presentation"}[folder]
            raise Unreadable(f"the file is a {what}, not a workbook", SAVE_AS_XLSX)
        return
    if "mimetype" in package and b"opendocument" in package.read("mimetype"):
        raise Unreadable(
            "the file is an OpenDocument file (.ods), as LibreOffice writes, named like a workbook",
            SAVE_AS_XLSX,
        )
    if any(name.endswith(".iwa") or name == "index.zip" for name in package.names()):
        raise Unreadable("the file is an Apple Numbers or Pages document", SAVE_AS_XLSX)
    if any(name.endswith((".xlsx", ".xlsm")) for name in package.names()):
        raise Unreadable(
            "the file is a zip with workbooks inside",
            "Unpack it, and use the workbooks that come out.",
        )
    raise Unreadable(f"the file is a zip without a workbook in it: {main!r} is missing", SAVE_AGAIN)


def _ole(data: bytes) -> Unreadable:
    """What an old-style Office container holds; names in it are UTF-16."""

    def has(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if has("DRMEncrypted"):
        return Unreadable(
            "the file is encrypted by a sensitivity label",
            "Ask its owner to open it in Excel, choose a label that does not encrypt "
            "(Home > Sensitivity), and save it.",
        )
    if has("EncryptedPackage"):
        return Unreadable(
            "the file is encrypted with a password or by a sensitivity label",
            "Open it in Excel and save it without: File > Info > Protect Workbook > Encrypt with "
            "Password (clear it), or choose a label that does not encrypt (Home > Sensitivity).",
        )
    if has("Workbook") or has("Book"):
        return Unreadable("the file is an old Excel workbook (.xls)", SAVE_AS_XLSX)
    return Unreadable("the file is an old Office file, not an .xlsx workbook", SAVE_AS_XLSX)


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not any(byte < 9 or 13 < byte < 27 for byte in head)
