"""Makes files that a reader must refuse, or survive: damaged, disguised, and made to harm.

Each maker writes one file. `REFUSED` names them all with a word that the refusal must hold; other
tests use `write_hostile(folder)` to fill a folder with them.
"""

from __future__ import annotations

import os
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# The number of the user "nobody" on Linux.
_NOBODY = 65_534
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sheet_xml(body: str, attributes: str = "", main: str = MAIN, relations: str = RELATIONS) -> str:
    """A sheet's part around the rows (and what follows them) of `body`."""
    return (
        f'{DECLARATION}<worksheet xmlns="{main}" xmlns:r="{relations}"{attributes}>{body}'
        "</worksheet>"
    )


def package_parts(
    sheet: str | Mapping[str, str],
    strings: str = "",
    main: str = MAIN,
    relations: str = RELATIONS,
    workbook_properties: str = "",
) -> dict[str, str]:
    """The parts of a workbook written by hand; `sheet` is one sheet's XML, or XML by tab name.

    `strings` is what stands inside the table of shared texts.
    """
    sheets = {"Sheet1": sheet} if isinstance(sheet, str) else dict(sheet)
    tags, links, parts = [], [], {}
    for number, (name, xml) in enumerate(sheets.items(), 1):
        tags.append(f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>')
        links.append(_link(f"rId{number}", relations, "worksheet", f"worksheets/s{number}.xml"))
        parts[f"xl/worksheets/s{number}.xml"] = xml
    if strings:
        links.append(_link("rIdS", relations, "sharedStrings", "sharedStrings.xml"))
        parts["xl/sharedStrings.xml"] = f'{DECLARATION}<sst xmlns="{main}">{strings}</sst>'
    return {
        "[Content_Types].xml": _content_types(list(parts)),
        "_rels/.rels": _relationships([_link("rId1", relations, "officeDocument", "xl/book.xml")]),
        "xl/book.xml": f'{DECLARATION}<workbook xmlns="{main}" xmlns:r="{relations}">'
        f"{workbook_properties}<sheets>{''.join(tags)}</sheets></workbook>",
        "xl/_rels/book.xml.rels": _relationships(links),
        **parts,
    }


def zipped(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of parts; XML that declares UTF-16 is stored so."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            if isinstance(content, str) and 'encoding="UTF-16"' in content[:60]:
                content = content.encode("utf-16")
            archive.writestr(name, content)
    return out.getvalue()


def sound_workbook() -> bytes:
    """A workbook with nothing wrong, as XlsxWriter makes it."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Review")
        for row in range(60):
            sheet.write_string(row, 0, f"Gate {row}")
            sheet.write_number(row, 1, row / 3)
    return out.getvalue()


def _link(identity: str, relations: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{identity}" Type="{relations}/{kind}" Target="{target}"/>'


def _relationships(links: list[str]) -> str:
    return f'{DECLARATION}<Relationships xmlns="{PACKAGE}">{"".join(links)}</Relationships>'


def _content_types(parts: list[str]) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = [("xl/book.xml", "sheet.main")]
    overrides += [(p, "sharedStrings" if "shared" in p else "worksheet") for p in parts]
    return (
        f'{DECLARATION}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(
            f'<Override PartName="/{part}" ContentType="{kind}.{word}+xml"/>'
            for part, word in overrides
        )
        + "</Types>"
    )


def empty() -> bytes:
    """Nothing at all."""
    return b""


def only_zeros() -> bytes:
    """What some sync programs leave until the content arrives."""
    return bytes(20_000)


def truncated() -> bytes:
    """The first half of a workbook."""
    whole = sound_workbook()
    return whole[: len(whole) // 2]


def flipped_bit() -> bytes:
    """One bit changed in the shared texts, stored unpacked so that only the checksum shows it."""
    with zipfile.ZipFile(BytesIO(sound_workbook())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    data = bytearray(zipped(parts, zipfile.ZIP_STORED))
    data[data.index(b"Gate 7") + 5] ^= 1
    return bytes(data)


def flipped_bits_anywhere(seed: int) -> bytes:
    """A sound workbook with one random bit changed."""
    data = bytearray(sound_workbook())
    chance = random.Random(seed)
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def encrypted() -> bytes:
    """The outside of a workbook with a password: an old-style container with these names in it."""
    return (
        OLE
        + bytes(500)
        + "EncryptionInfo".encode("utf-16-le")
        + bytes(40)
        + ("EncryptedPackage".encode("utf-16-le") + bytes(2_000))
    )


def labelled() -> bytes:
    """The outside of a workbook that a sensitivity label encrypts."""
    return encrypted() + "DRMEncryptedDataSpace".encode("utf-16-le")


def old_xls() -> bytes:
    """The outside of an Excel 97 workbook."""
    return OLE + bytes(500) + "Workbook".encode("utf-16-le") + bytes(2_000)


def old_office() -> bytes:
    """The outside of some other old Office file."""
    return OLE + bytes(2_000)


def csv_text() -> bytes:
    """A text table."""
    return "System;Pilot lead\nSupport assistant;Ana Müller\n".encode()


def utf16_text() -> bytes:
    """What Excel calls Unicode text."""
    return "System\tPilot lead\n".encode("utf-16")


def html() -> bytes:
    """What many web applications call an Excel export."""
    return b"\xef\xbb\xbf\n<html><body><table><tr><td>System</td></tr></table></body></html>"


def xml_spreadsheet() -> bytes:
    """XML Spreadsheet 2003."""
    return b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'


def pdf() -> bytes:
    """A printed form."""
    return b"%PDF-1.7\n" + bytes(range(256)) * 4


def gzip() -> bytes:
    """A packed archive."""
    return b"\x1f\x8b\x08" + zlib.compress(b"x" * 400)


def lfs_pointer() -> bytes:
    """What a checkout without Git LFS holds."""
    return b"version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 12345\n"


def noise() -> bytes:
    """Bytes that are nothing."""
    return random.Random(5).randbytes(3_000).replace(b"PK", b"pk")


def ods() -> bytes:
    """An OpenDocument spreadsheet."""
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": kind, "content.xml": "<office/>"})


def numbers() -> bytes:
    """An Apple Numbers document."""
    return zipped({"Index/Document.iwa": b"\0" * 50, "preview.jpg": b"\xff\xd8"})


def zip_of_workbooks() -> bytes:
    """What a mail program makes of several attachments."""
    return zipped({"reviews/support.xlsx": sound_workbook()})


def plain_zip() -> bytes:
    """A zip of something else."""
    return zipped({"readme.txt": "hello"})


def _with_main(target: str) -> bytes:
    rels = _relationships([_link("rId1", RELATIONS, "officeDocument", target)])
    return zipped({"_rels/.rels": rels, target: "<document/>"})


def word() -> bytes:
    """A Word document."""
    return _with_main("word/document.xml")


def powerpoint() -> bytes:
    """A presentation."""
    return _with_main("ppt/presentation.xml")


def xlsb() -> bytes:
    """A binary workbook."""
    return _with_main("xl/workbook.bin")


def zip_bomb() -> bytes:
    """A sheet of 900 MB of spaces in 1 MB."""
    parts = package_parts(sheet_xml("<sheetData/>"))
    out = BytesIO(zipped(parts))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        # The spaces are packed once and spliced in many times, which is quick to make.
        info = zipfile.ZipInfo("xl/big.xml")
        info.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(info, "w") as part:
            part.write(b" " * 3_000_000)
    return _declare(out.getvalue(), "xl/big.xml", size=900_000_000)


def packed_too_well() -> bytes:
    """A sheet of 30 MB that packs a thousand times over."""
    return zipped(package_parts(sheet_xml("<sheetData>" + " " * 30_000_000 + "</sheetData>")))


def part_too_big() -> bytes:
    """A sheet whose directory entry says 60 MB."""
    data = zipped(package_parts(sheet_xml("<sheetData/>")))
    return _declare(data, "xl/worksheets/s1.xml", size=60_000_000)


def lying_size() -> bytes:
    """A sheet that unpacks to more than its directory entry says."""
    body = "<sheetData>" + " " * 5_000_000 + "</sheetData>"
    data = zipped(package_parts(sheet_xml(body)))
    return _declare(data, "xl/worksheets/s1.xml", size=5_000)


def _declare(data: bytes, name: str, size: int) -> bytes:
    """The same zip with another unpacked size in its directory."""
    changed = bytearray(data)
    entry = changed.rindex(b"PK\x01\x02", 0, changed.rindex(name.encode()))
    struct.pack_into("<I", changed, entry + 24, size)
    return bytes(changed)


def too_many_parts() -> bytes:
    """A zip of 6,000 parts."""
    return zipped({f"xl/p{n}.xml": b"" for n in range(6_000)}, zipfile.ZIP_STORED)


def entity_bomb() -> bytes:
    """Entities that unfold to billions of characters."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE worksheet [<!ENTITY e0 "lol">{levels}]>'
    sheet = sheet_xml('<sheetData><row r="1"><c r="A1" t="str"><v>&e9;</v></c></row></sheetData>')
    return zipped(package_parts(sheet.replace("<worksheet", doctype + "<worksheet", 1)))


def entity_in_strings() -> bytes:
    """An entity that would read a file of the machine, in the shared texts."""
    parts = package_parts(
        sheet_xml('<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData>'),
        "<si><t>&secret;</t></si>",
    )
    doctype = '<!DOCTYPE sst [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
    strings = parts["xl/sharedStrings.xml"].replace("<sst", doctype + "<sst", 1)
    return zipped({**parts, "xl/sharedStrings.xml": strings})


def entity_in_workbook() -> bytes:
    """A document type declaration in the list of tabs."""
    parts = package_parts(sheet_xml("<sheetData/>"))
    book = parts["xl/book.xml"].replace("<workbook", "<!DOCTYPE workbook><workbook", 1)
    return zipped({**parts, "xl/book.xml": book})


def nested_too_deep() -> bytes:
    """A sheet of 150,000 open elements, in noise that does not pack well."""
    # Letters at random keep the packing below the limit for its ratio.
    chance = random.Random(1)
    names = [f"{chance.choice('abdeghij')}{chance.randrange(10_000)}" for _ in range(150_000)]
    body = "".join(f"<{name}>" for name in names)
    close = "".join(f"</{name}>" for name in reversed(names))
    return zipped(package_parts(sheet_xml(body + close)))


def cells_in_cells() -> bytes:
    """Cells nested a hundred thousand deep."""
    sheet = sheet_xml(
        "<sheetData><row><!-- x -->" + "<c>" * 30_000 + "</c>" * 30_000 + "</row></sheetData>"
    )
    return zipped(package_parts(sheet))


def no_proper_xml() -> bytes:
    """A sheet that ends in the middle."""
    return zipped(package_parts(sheet_xml("<sheetData><row>")))


def string_out_of_range() -> bytes:
    """A cell that refers to a shared text that is not there."""
    body = '<sheetData><row r="1"><c r="A1" t="s"><v>99</v></c></row></sheetData>'
    return zipped(package_parts(sheet_xml(body), "<si><t>only one</t></si>"))


def missing_sheet() -> bytes:
    """A workbook whose sheet is not in the zip."""
    parts = package_parts(sheet_xml("<sheetData/>"))
    del parts["xl/worksheets/s1.xml"]
    return zipped(parts)


def same_name_twice() -> bytes:
    """Two parts of one name, of which programs read one or the other."""
    out = BytesIO(sound_workbook())
    with zipfile.ZipFile(out, "a") as archive:
        # A name in other case: Python would warn of the very same one.
        archive.writestr("xl/Workbook.xml", "<workbook/>")
    return out.getvalue()


def zip_password() -> bytes:
    """A zip whose parts are encrypted the zip way."""
    data = bytearray(zipped(package_parts(sheet_xml("<sheetData/>"))))
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    return bytes(data)


def odd_packing() -> bytes:
    """Parts packed by bzip2, which no workbook uses."""
    return zipped(package_parts(sheet_xml("<sheetData/>")), zipfile.ZIP_BZIP2)


def no_tabs() -> bytes:
    """A workbook part that lists nothing."""
    parts = package_parts(sheet_xml("<sheetData/>"))
    return zipped({**parts, "xl/book.xml": f'<workbook xmlns="{MAIN}"><sheets/></workbook>'})


class Refused(NamedTuple):
    """How to make a file, and words that its refusal holds."""

    make: Callable[[], bytes]
    words: str


REFUSED: dict[str, Refused] = {
    "empty": Refused(empty, "empty"),
    "only-zeros": Refused(only_zeros, "only zeros"),
    "truncated": Refused(truncated, "damaged"),
    "flipped-bit": Refused(flipped_bit, "damaged"),
    "encrypted": Refused(encrypted, "with a password"),
    "labelled": Refused(labelled, "encrypted by a sensitivity label"),
    "old-xls": Refused(old_xls, ".xls"),
    "old-office": Refused(old_office, "old Office"),
    "csv": Refused(csv_text, "CSV"),
    "utf16-text": Refused(utf16_text, "text"),
    "html": Refused(html, "web page"),
    "xml-spreadsheet": Refused(xml_spreadsheet, "XML"),
    "pdf": Refused(pdf, "PDF"),
    "gzip": Refused(gzip, "archive"),
    "lfs-pointer": Refused(lfs_pointer, "Git LFS"),
    "noise": Refused(noise, "no .xlsx workbook"),
    "ods": Refused(ods, ".ods"),
    "numbers": Refused(numbers, "Numbers"),
    "zip-of-workbooks": Refused(zip_of_workbooks, "workbooks inside"),
    "plain-zip": Refused(plain_zip, "without a workbook"),
    "word": Refused(word, "Word"),
    "powerpoint": Refused(powerpoint, "PowerPoint"),
    "xlsb": Refused(xlsb, ".xlsb"),
    "zip-bomb": Refused(zip_bomb, "limit"),
    "packed-too-well": Refused(packed_too_well, "times"),
    "part-too-big": Refused(part_too_big, "limit"),
    "lying-size": Refused(lying_size, "damaged"),
    "too-many-parts": Refused(too_many_parts, "parts"),
    "entity-bomb": Refused(entity_bomb, "entities"),
    "entity-in-strings": Refused(entity_in_strings, "entities"),
    "entity-in-workbook": Refused(entity_in_workbook, "entities"),
    "nested-too-deep": Refused(nested_too_deep, "levels deep"),
    "cells-in-cells": Refused(cells_in_cells, "levels deep"),
    "no-proper-xml": Refused(no_proper_xml, "no proper XML"),
    "string-out-of-range": Refused(string_out_of_range, "does not hold"),
    "missing-sheet": Refused(missing_sheet, "missing"),
    "no-tabs": Refused(no_tabs, "no tabs"),
    "same-name-twice": Refused(same_name_twice, "two parts"),
    "zip-password": Refused(zip_password, "password"),
    "odd-packing": Refused(odd_packing, "packed in a way"),
}


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the superuser's rights, who may read and write everything.

    What is imported meanwhile is not found: that user may not read this user's libraries.
    """
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@contextmanager
def closed() -> Iterator[Path]:
    """A folder with "book.xlsx" and the folder "closed", neither of which may be read.

    The superuser may read everything, so tests that run as root become somebody else meanwhile.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "open.xlsx").write_bytes(sound_workbook())
        (folder / "open.xlsx").chmod(0o644)
        (folder / "book.xlsx").write_bytes(sound_workbook())
        (folder / "closed").mkdir()
        for path in (folder / "book.xlsx", folder / "closed"):
            path.chmod(0)
        try:
            with as_nobody():
                yield folder
        finally:
            (folder / "closed").chmod(0o700)


def write_hostile(folder: Path) -> dict[str, Path]:
    """Write every refused file into a folder as NAME.xlsx; returns their paths by name."""
    paths = {}
    for name, case in REFUSED.items():
        paths[name] = folder / f"{name}.xlsx"
        paths[name].write_bytes(case.make())
    return paths
