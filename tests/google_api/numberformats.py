"""How a number looks in a cell: `formattedValue` for general numbers, patterns, dates and times.

Patterns: https://developers.google.com/workspace/sheets/api/guides/formats. Enough of them for
what people and programs put into sheets; en_US only. Colours and conditions of patterns and
fractions (`# ?/?`) are not emulated.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

# Day 0 of Sheets, for which 1900 is not a leap year (`DateTimeRenderOption`, discovery document).
EPOCH = datetime(1899, 12, 30)

_DEFAULTS = {
    "TEXT": "@",
    "NUMBER": "#,##0.00",
    "PERCENT": "0.00%",
    "CURRENCY": '"$"#,##0.00',
    "DATE": "m/d/yyyy",
    "TIME": "h:mm:ss am/pm",
    "DATE_TIME": "m/d/yyyy h:mm:ss",
    "SCIENTIFIC": "0.00E+00",
}
DATE_KINDS = ("DATE", "TIME", "DATE_TIME")
_DATE_TOKEN = re.compile(
    r'"[^"]*"|\\.|am/pm|a/p|y+|m+|d+|h+|s+|0+|\[h+\]|\[m+\]|\[s+\]|.', re.I | re.S
)
_NUMBER_TOKEN = re.compile(r'"[^"]*"|\\.|_.|\*.|[#0?,.]+(?:[eE][+-]0+)?|.', re.S)


def shown(number: float, kind: str = "", pattern: str = "") -> str:
    """A number as a cell shows it under a number format (`NumberFormat.type` and `.pattern`)."""
    pattern = pattern or _DEFAULTS.get(kind, "")
    if not pattern or pattern.lower() == "general" or pattern == "@":
        return general(number)
    if kind in DATE_KINDS or (not kind and _looks_like_date(pattern)):
        return date_text(number, pattern)
    sections = _sections(pattern)
    if len(sections) > 1 and number < 0:
        return _number_text(-number, sections[1])
    if len(sections) > 2 and number == 0:
        return _number_text(number, sections[2])
    return _number_text(number, sections[0])


def general(number: float) -> str:
    """The automatic format: up to ten digits after the point, whole numbers in full to 15 digits."""
    if float(number).is_integer() and abs(number) < 1e15:
        return str(int(number))
    if 1e-5 <= abs(number) < 1e15:
        text = f"{Decimal(repr(float(number))):f}"
        whole = len(text.lstrip("-").partition(".")[0])
        decimals = max(0, 10 - (whole if text.lstrip("-")[0] != "0" else 0))
        return _trimmed(f"{_rounded(number, decimals):f}")
    mantissa, _, exponent = f"{number:.5E}".partition("E")
    return f"{_trimmed(mantissa)}E{int(exponent):+03d}"


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rounded(number: float, decimals: int) -> Decimal:
    step = Decimal(1).scaleb(-decimals)
    return Decimal(repr(float(number))).quantize(step, ROUND_HALF_UP)


def _sections(pattern: str) -> list[str]:
    return re.findall(r'(?:"[^"]*"|\\.|[^;"\\])+', pattern) or [pattern]


def _looks_like_date(pattern: str) -> bool:
    return bool(re.search(r"[ydhs]|m{1,5}", re.sub(r'"[^"]*"|\\.', "", pattern), re.I))


def _number_text(number: float, section: str) -> str:
    tokens = _NUMBER_TOKEN.findall(section)
    percent = "%" in tokens
    text, done = "", False
    for token in tokens:
        if token[0] in "#0?." and not done:
            text += _digits(number * 100 if percent else number, token)
            done = True
        elif token.startswith('"'):
            text += token[1:-1]
        elif token.startswith("\\"):
            text += token[1:]
        elif token == "@":
            text += general(number)
        elif token[0] not in "_*":
            text += token
    if number < 0 and text.startswith("$-"):
        return "-$" + text[2:]
    return text


def _digits(number: float, token: str) -> str:
    if "e" in token.lower():
        mantissa, _, exponent = token.lower().partition("e")
        decimals = len(mantissa.partition(".")[2])
        base, _, power = f"{number:.{decimals}E}".partition("E")
        sign = "-" if int(power) < 0 else ("+" if exponent[0] == "+" else "")
        return f"{base}E{sign}{abs(int(power)):0{len(exponent) - 1}d}"
    whole, _, fraction = token.partition(".")
    thousands = "," in whole.rstrip(",")
    text = f"{abs(_rounded(number, len(fraction))):{',' if thousands else ''}f}"
    integral, point, decimals_text = text.partition(".")
    least = fraction.rstrip("#?").count("0")
    while len(decimals_text) > least and decimals_text.endswith("0"):
        decimals_text = decimals_text[:-1]
    integral = integral.rjust(whole.count("0"), "0")
    if "0" not in whole and integral == "0":
        integral = ""
    sign = "-" if _rounded(number, len(fraction)) < 0 else ""
    return sign + integral + (point + decimals_text if decimals_text else "")


def date_text(serial: float, pattern: str) -> str:
    """A serial number under a date pattern."""
    moment = EPOCH + timedelta(seconds=round(serial * 86400))
    tokens = _DATE_TOKEN.findall(pattern)
    twelve = any(token.lower() in ("am/pm", "a/p") for token in tokens)
    pieces = []
    for index, token in enumerate(tokens):
        if token.startswith('"'):
            pieces.append(token[1:-1])
        elif token.startswith("\\"):
            pieces.append(token[1:])
        elif token[0] in "mM" and _is_minutes(tokens, index):
            pieces.append(f"{moment.minute:0{min(len(token), 2)}d}")
        else:
            pieces.append(_date_piece(moment, token, twelve, serial))
    return "".join(pieces)


def _is_minutes(tokens: list[str], index: int) -> bool:
    """An m is minutes beside hours or seconds: `h:mm`, `mm:ss`."""
    bare = [(at, token.strip("[]").lower()) for at, token in enumerate(tokens)]
    letters = [(at, token[0]) for at, token in bare if token[:1].isalpha()]
    order = [letter for _, letter in letters]
    here = [at for at, _ in letters].index(index)
    before = order[here - 1] if here else ""
    after = order[here + 1] if here + 1 < len(order) else ""
    return before == "h" or after == "s"


def _date_piece(moment: datetime, token: str, twelve: bool, serial: float) -> str:
    letter, size = token[0].lower(), len(token)
    if token.lower() in ("am/pm", "a/p"):
        return ("AM" if moment.hour < 12 else "PM")[: 2 if size > 3 else 1]
    if letter == "y":
        return f"{moment.year % 100:02d}" if size <= 2 else f"{moment.year:04d}"
    if letter == "m":
        names = {3: f"{moment:%b}", 4: f"{moment:%B}", 5: f"{moment:%b}"[0]}
        return names.get(size, f"{moment.month:0{min(size, 2)}d}")
    if letter == "d":
        names = {3: f"{moment:%a}", 4: f"{moment:%A}"}
        return names.get(size, f"{moment.day:0{min(size, 2)}d}")
    if letter == "h":
        hour = moment.hour % 12 or 12 if twelve else moment.hour
        return f"{hour:0{min(size, 2)}d}"
    if letter == "s":
        return f"{moment.second:0{min(size, 2)}d}"
    if letter == "[":
        return f"{int(round(serial * 86400) // 3600):0{size - 2}d}"
    return token
