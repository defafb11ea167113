"""Finds what makes Excel say "we found a problem with some content": what no schema can see.

Microsoft's SDK accepts most of it. Limits are from Excel's "specifications and limits" page.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from math import isfinite
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element, ParseError, fromstring

from openpyxl.utils import FORMULAE

from gatebook.domain.cells import Cell, Range

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}
_QUOTED = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')*')""")
_CALL = re.compile(r"([A-Za-z_][A-Za-z0-9_.]*)\(")
_NAME = re.compile(r"(?:_xlnm\.)?[^\W\d][\w.\\]*|\\[\w.\\]*")
_CELL_LIKE = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*|[RrCc]")
# Functions after Excel 2007 that are nevertheless stored without a prefix.
_UNPREFIXED = {"NETWORKDAYS.INTL", "WORKDAY.INTL", "ECMA.CEILING", "ISO.CEILING"}
_TAB_OF = re.compile(r"(?:'((?:[^']|'')+)'|([^'!,:()\s]+))!")


def lint(path: Path) -> list[str]:
    """What Excel would repair or refuse in a workbook; an empty list where nothing."""
    with zipfile.ZipFile(path) as package:
        doubled = [name for name, times in Counter(package.namelist()).items() if times > 1]
        parts = {name: package.read(name) for name in package.namelist()}
    problems = [f"{name}: stands twice in the package" for name in doubled]
    trees: dict[str, Element] = {}
    for name, content in parts.items():
        try:
            trees[name] = _without_namespaces(fromstring(content))
        except ParseError as problem:
            problems.append(f"{name}: no well-formed XML ({problem})")
    if not problems:
        problems = [*_package(trees), *_workbook(trees), *_charts(trees)]
        for name, tree in trees.items():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                problems += [f"{name}: {problem}" for problem in _sheet(name, tree, trees)]
        problems += _text(trees)
    return problems


def _without_namespaces(tree: Element) -> Element:
    for element in tree.iter():
        element.tag = element.tag.rpartition("}")[2]
    return tree


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _package(trees: dict[str, Element]) -> Iterator[str]:
    """Every part has a content type, every relation a target."""
    types = trees["[Content_Types].xml"]
    endings = {element.get("Extension") for element in types.iter("Default")}
    named = {(element.get("PartName") or "").lstrip("/") for element in types.iter("Override")}
    for name in trees:
        if name not in named and name.rpartition(".")[2] not in endings:
            yield f"{name}: has no content type"
    for name in named - trees.keys():
        yield f"{name}: has a content type and is not there"
    for name in trees:
        if name.endswith(".rels"):
            yield from (f"{name}: {problem}" for problem in _relations_problems(name, trees))


def _relations_problems(name: str, trees: dict[str, Element]) -> Iterator[str]:
    ids = Counter(relation.get("Id") for relation in trees[name])
    yield from (f"relation {one} stands twice" for one, times in ids.items() if times > 1)
    folder = PurePosixPath(name).parent.parent
    for relation in trees[name]:
        target = relation.get("Target") or ""
        if relation.get("TargetMode") == "External":
            if _length(target) > 2_079:
                yield f"the address {target[:40]}… is longer than 2,079 characters"
        elif _resolved(folder, target) not in trees:
            yield f"relation {relation.get('Id')} leads to {target}, which is not there"


def _resolved(folder: PurePosixPath, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    steps: list[str] = []
    for step in (folder / target).parts:
        if step == "..":
            steps.pop()
        else:
            steps.append(step)
    return "/".join(steps)


def _related(name: str, trees: dict[str, Element], kind: str) -> dict[str, str]:
    """Ids and targets of a part's relations of one kind ("table")."""
    part = PurePosixPath(name)
    relations = trees.get(f"{part.parent}/_rels/{part.name}.rels")
    if relations is None:
        return {}
    return {
        relation.get("Id", ""): relation.get("Target", "")
        for relation in relations
        if (relation.get("Type") or "").endswith(f"/{kind}")
    }


def _tab_names(trees: dict[str, Element]) -> list[str]:
    return [sheet.get("name", "") for sheet in trees["xl/workbook.xml"].iter("sheet")]


def _workbook(trees: dict[str, Element]) -> Iterator[str]:
    """Tab names, and the names that are defined for ranges."""
    book = trees["xl/workbook.xml"]
    names = _tab_names(trees)
    for name in names:
        if _length(name) > 31:
            yield f"tab {name!r}: the name is longer than 31 characters"
        if re.search(r"[\[\]:*?/\\]", name) or name.strip("'") != name or not name:
            yield f"tab {name!r}: the name has a character that Excel does not take"
        if name.casefold() == "history":
            yield "tab 'History': Excel keeps this name for itself"
    folded = Counter(name.casefold() for name in names)
    yield from (f"tab {name!r}: the name is there twice" for name in folded if folded[name] > 1)
    states = [sheet.get("state", "visible") for sheet in book.iter("sheet")]
    shown = next(iter(book.iter("workbookView")), Element("none")).get("activeTab", "0")
    if states[int(shown)] != "visible":
        yield "the tab that is open is hidden"
    yield from _defined_names(book, names)


def _defined_names(book: Element, tabs: list[str]) -> Iterator[str]:
    places = Counter(
        ((name.get("name") or "").casefold(), name.get("localSheetId"))
        for name in book.iter("definedName")
    )
    yield from (f"name {place[0]!r}: defined twice" for place in places if places[place] > 1)
    for defined in book.iter("definedName"):
        name, refers_to = defined.get("name", ""), defined.text or ""
        if not _NAME.fullmatch(name) or _CELL_LIKE.fullmatch(name) or _length(name) > 255:
            yield f"name {name!r}: not a name that Excel takes"
        if int(defined.get("localSheetId", "0")) >= len(tabs):
            yield f"name {name!r}: belongs to a tab that is not there"
        yield from (f"name {name!r}: {problem}" for problem in _references(refers_to, tabs))


def _references(formula: str, tabs: list[str]) -> Iterator[str]:
    """Tabs that a formula names: they must be there, and quoted where Excel needs it."""
    known = {tab.casefold() for tab in tabs}
    rest = _TAB_OF.sub("", formula)
    if "'" in rest:
        yield f"an apostrophe in {formula!r} is not doubled, or the tab's name not quoted"
    for quoted, bare in _TAB_OF.findall(formula):
        tab = quoted.replace("''", "'") or bare
        if tab.casefold() not in known:
            yield f"{formula!r} names the tab {tab!r}, which is not there"
        elif bare and not re.fullmatch(r"[^\W\d][\w.]*", bare):
            yield f"the tab's name in {formula!r} is not quoted"


def _charts(trees: dict[str, Element]) -> Iterator[str]:
    """Charts on ranges of tabs that are there."""
    for name, tree in trees.items():
        if name.startswith("xl/charts/chart"):
            for formula in tree.iter("f"):
                found = _references(formula.text or "", _tab_names(trees))
                yield from (f"{name}: {problem}" for problem in found)


def _text(trees: dict[str, Element]) -> Iterator[str]:
    for name, tree in trees.items():
        for item in (*tree.iter("si"), *tree.iter("is")):
            text = "".join(part.text or "" for part in item.iter("t"))
            if _length(text) > 32_767:
                yield f"{name}: the text {text[:30]!r}… is longer than 32,767 characters"


def _sheet(name: str, tree: Element, trees: dict[str, Element]) -> Iterator[str]:
    yield from _cells(tree, trees)
    yield from _merges(tree)
    yield from _validations(tree)
    yield from _colour_rules(tree, trees)
    yield from _links(name, tree, trees)
    yield from _tables(name, tree, trees)


def _cells(tree: Element, trees: dict[str, Element]) -> Iterator[str]:
    texts = len(trees.get("xl/sharedStrings.xml", Element("none")))
    looks = len(next(trees["xl/styles.xml"].iter("cellXfs")))
    before = Cell(-1, -1)
    for element in tree.iter("c"):
        place = element.get("r", "")
        cell = Cell.parse(place)
        if cell <= before:
            yield f"{place}: stands twice, or not in order"
        before = cell
        if int(element.get("s", "0")) >= looks:
            yield f"{place}: has a style that is not there"
        value = element.findtext("v")
        if value is not None:
            yield from (
                f"{place}: {problem}" for problem in _value(element.get("t", "n"), value, texts)
            )
        formula = element.findtext("f")
        if formula:
            yield from (f"{place}: {problem}" for problem in formula_problems(formula))


def _value(kind: str, value: str, texts: int) -> Iterator[str]:
    if kind == "s" and not 0 <= int(value) < texts:
        yield "has a text that is not there"
    elif kind == "n" and value and not _is_number(value):
        yield f"{value!r} is no number"
    elif kind == "b" and value not in ("0", "1"):
        yield f"{value!r} is neither true nor false"
    elif kind == "e" and value not in _ERRORS:
        yield f"{value!r} is no error value"
    elif kind == "str" and _length(value) > 32_767:
        yield "the formula's text is longer than 32,767 characters"


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def formula_problems(formula: str) -> Iterator[str]:
    """What Excel would refuse in a formula as it is stored."""
    if _length(formula) > 8_192:
        yield "the formula is longer than 8,192 characters"
    if formula.startswith("="):
        yield "the formula begins with '='"
    parts = _QUOTED.split(formula)
    if any(_length(part[1:-1].replace('""', '"')) > 255 for part in parts[1::2]):
        yield "a text inside the formula is longer than 255 characters"
    bare = "".join(parts[0::2])
    if '"' in bare or bare.count("(") != bare.count(")"):
        yield f"a quote or a bracket of {formula!r} is open"
    if ";" in re.sub(r"\{[^}]*\}", "", bare):
        yield f"{formula!r} separates with ';', which is stored as ','"
    for function in _CALL.findall(bare):
        if not function.startswith("_xlfn.") and function.upper() not in FORMULAE | _UNPREFIXED:
            yield f"function {function} lacks its prefix _xlfn., or is none"


def _ranges(text: str | None) -> list[Range]:
    return [Range.parse(one) for one in (text or "").split()]


def _overlap(one: Range, other: Range) -> bool:
    return (
        one.first.row <= other.last.row
        and other.first.row <= one.last.row
        and one.first.column <= other.last.column
        and other.first.column <= one.last.column
    )


def _overlapping(ranges: Iterable[Range]) -> Iterator[str]:
    for one, other in combinations(ranges, 2):
        if _overlap(one, other):
            yield f"{one.a1} and {other.a1} overlap"


def _merges(tree: Element) -> Iterator[str]:
    merges = [Range.parse(merge.get("ref", "")) for merge in tree.iter("mergeCell")]
    yield from (f"merged cells {problem}" for problem in _overlapping(merges))
    yield from (f"{m.a1}: one cell cannot be merged" for m in merges if m.first == m.last)


def _validations(tree: Element) -> Iterator[str]:
    for validation in tree.iter("dataValidation"):
        where = f"validation of {validation.get('sqref')}"
        if not _ranges(validation.get("sqref")):
            yield "a validation has no cells"
        for limit, attribute in (
            (32, "promptTitle"), (32, "errorTitle"), (255, "prompt"), (255, "error"),
        ):  # fmt: skip
            if _length(validation.get(attribute, "")) > limit:
                yield f"{where}: {attribute} is longer than {limit} characters"
        for formula in (*validation.iter("formula1"), *validation.iter("formula2")):
            text = formula.text or ""
            is_list = text.startswith('"') and validation.get("type") == "list"
            length = _length(text) - 2 if is_list else _length(text)
            if length > 255:
                yield f"{where}: its list or formula is longer than 255 characters"
            elif not is_list:
                yield from (f"{where}: {problem}" for problem in formula_problems(text))


def _colour_rules(tree: Element, trees: dict[str, Element]) -> Iterator[str]:
    looks = sum(1 for _ in trees["xl/styles.xml"].iter("dxf"))
    for block in tree.iter("conditionalFormatting"):
        where = f"colour rule of {block.get('sqref')}"
        if not _ranges(block.get("sqref")):
            yield "a colour rule has no cells"
        for rule in block.iter("cfRule"):
            if not 0 <= int(rule.get("dxfId", "0")) < max(looks, 1) or (
                rule.get("dxfId") and not looks
            ):
                yield f"{where}: has a style that is not there"
            for formula in rule.iter("formula"):
                found = formula_problems(formula.text or "")
                yield from (f"{where}: {problem}" for problem in found)


def _links(name: str, tree: Element, trees: dict[str, Element]) -> Iterator[str]:
    links = list(tree.iter("hyperlink"))
    if len(links) > 65_530:
        yield f"{len(links)} links on one sheet; Excel takes 65,530"
    known = _related(name, trees, "hyperlink")
    for link in links:
        identity = link.get(_RELATION)
        if identity is not None and identity not in known:
            yield f"link of {link.get('ref')}: leads nowhere"
        if _length(link.get("location", "")) > 2_079:
            yield f"link of {link.get('ref')}: the place is longer than 2,079 characters"


def _tables(name: str, tree: Element, trees: dict[str, Element]) -> Iterator[str]:
    folder = PurePosixPath(name).parent
    targets = _related(name, trees, "table").values()
    # One that is not there has been reported with the relations.
    found = [trees.get(_resolved(folder, target)) for target in targets]
    tables = [table for table in found if table is not None]
    ranges = [Range.parse(table.get("ref", "")) for table in tables]
    yield from (f"tables {problem}" for problem in _overlapping(ranges))
    filtered = tree.find("autoFilter")
    for table, area in zip(tables, ranges, strict=True):
        called = table.get("displayName", "")
        if filtered is not None and _overlap(Range.parse(filtered.get("ref", "")), area):
            yield f"table {called!r}: the sheet's filter lies over it"
        if not _NAME.fullmatch(called) or _CELL_LIKE.fullmatch(called):
            yield f"table {called!r}: not a name that Excel takes"
        columns = [column.get("name", "") for column in table.iter("tableColumn")]
        folded = Counter(column.casefold() for column in columns)
        yield from (f"table {called!r}: column {c!r} twice" for c in folded if folded[c] > 1)
        for offset, column in enumerate(columns):
            shown = _shown(tree, trees, area.first.right(offset))
            if shown != column:
                yield f"table {called!r}: column {column!r} has the header {shown!r}"


def _shown(tree: Element, trees: dict[str, Element], cell: Cell) -> str:
    """The text that stands in a cell."""
    for element in tree.iter("c"):
        if element.get("r") == cell.a1:
            if element.get("t") == "s":
                item = list(trees["xl/sharedStrings.xml"])[int(element.findtext("v", "0"))]
                return "".join(part.text or "" for part in item.iter("t"))
            return element.findtext("v", "")
    return ""
