"""Colours as Sheets keeps them: eight bits a channel, the old field and the new one in step."""

from __future__ import annotations

import struct
from typing import Any

from tests.google_api.jsontypes import Json


def _shortest(value: float) -> float:
    """The shortest number that is the same 32-bit float: 0.49803922 for 127/255."""
    single = struct.unpack("f", struct.pack("f", value))[0]
    for digits in range(1, 10):
        short = float(f"{single:.{digits}g}")
        if struct.unpack("f", struct.pack("f", short))[0] == single:
            return short
    return value


_LEVELS: tuple[float, ...] = tuple(_shortest(level / 255) for level in range(256))
# The theme of a new spreadsheet. Recorded.
_THEME_BYTES = {
    "TEXT": (0, 0, 0),
    "BACKGROUND": (255, 255, 255),
    "ACCENT1": (66, 133, 244),
    "ACCENT2": (234, 67, 53),
    "ACCENT3": (251, 188, 4),
    "ACCENT4": (52, 168, 83),
    "ACCENT5": (255, 109, 1),
    "ACCENT6": (70, 189, 198),
    "LINK": (17, 85, 204),
}


def rounded(color: Json) -> Json:
    """A colour in eight bits (0.5 reads back as 0.49803922; recorded), without zeros."""
    # The hair's breadth keeps a colour that was read and is written again the same.
    levels = {name: int(color.get(name, 0) * 255 + 0.001) for name in ("red", "green", "blue")}
    kept: Json = {name: _number(level) for name, level in levels.items() if level}
    if "alpha" in color:
        kept["alpha"] = color["alpha"]
    return kept


def _number(level: int) -> float | int:
    return 1 if level == 255 else _LEVELS[level]


def theme_color(name: str) -> Json:
    """The colour of a theme's slot."""
    levels = zip(("red", "green", "blue"), _THEME_BYTES.get(name, (0, 0, 0)), strict=True)
    return {channel: _number(level) for channel, level in levels if level}


def theme() -> list[Json]:
    """`spreadsheetTheme.themeColors` of a new spreadsheet."""
    return [{"colorType": name, "color": {"rgbColor": theme_color(name)}} for name in _THEME_BYTES]


def settled(value: Any) -> Any:
    """An object with its colours in eight bits, and `xColor` and `xColorStyle` both set.

    When both are given, the style wins, as the discovery document says.
    """
    if isinstance(value, list):
        return [settled(item) for item in value]
    if not isinstance(value, dict):
        return value
    result: Json = {}
    for key, item in value.items():
        if _is_color(key, item):
            result.setdefault(key, rounded(item))
            result.setdefault(f"{key}Style", {"rgbColor": rounded(item)})
        elif key.endswith("olorStyle") and isinstance(item, dict):
            plain = rounded(item["rgbColor"]) if "rgbColor" in item else None
            result[key] = item if plain is None else {"rgbColor": plain}
            old = theme_color(item.get("themeColor", "")) if plain is None else plain
            result[key.removesuffix("Style")] = old
        else:
            result[key] = settled(item)
    return result


def _is_color(key: str, item: object) -> bool:
    return key.lower().endswith("color") and key != "rgbColor" and isinstance(item, dict)


def out_of_range(value: Any) -> list[str]:
    """The channels of a request that are not within 0 to 1."""
    found = []
    if isinstance(value, dict):
        for key, item in value.items():
            if _is_color(key, item) or key == "rgbColor":
                found += [
                    f"{name}: {level}"
                    for name, level in item.items()
                    if isinstance(level, (int, float)) and not 0 <= level <= 1
                ]
            else:
                found += out_of_range(item)
    elif isinstance(value, list):
        for item in value:
            found += out_of_range(item)
    return found
