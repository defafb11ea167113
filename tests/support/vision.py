"""What an eye makes of two colours: contrast, difference, and how the colour-blind see them.

Colours are "#RRGGBB", as in `sheets.model`; channels and luminances run from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import dist
from types import MappingProxyType

Triple = tuple[float, float, float]
Matrix = tuple[Triple, Triple, Triple]

# Linear sRGB to CIE XYZ, and the white that goes with it (D65). Source: IEC 61966-2-1.
_TO_XYZ: Matrix = (
    (0.4124, 0.3576, 0.1805),
    (0.2126, 0.7152, 0.0722),
    (0.0193, 0.1192, 0.9505),
)
_WHITE: Triple = (0.9505, 1.0, 1.089)

# How linear RGB looks to an eye that lacks one kind of cone: severity 1.0. Source: Machado, Oliveira,
# Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE
# Transactions on Visualization and Computer Graphics 15(6), 2009; the matrices are on its web page.
EYES: Mapping[str, Matrix] = MappingProxyType(
    {
        "full colour": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
        "protanopia": (
            (0.152286, 1.052583, -0.204868),
            (0.114503, 0.786281, 0.099216),
            (-0.003882, -0.048116, 1.051998),
        ),
        "deuteranopia": (
            (0.367322, 0.860646, -0.227968),
            (0.280085, 0.672501, 0.047413),
            (-0.011820, 0.042940, 0.968881),
        ),
        "tritanopia": (
            (1.255528, -0.076749, -0.178779),
            (-0.078411, 0.930809, 0.147602),
            (0.004733, 0.691367, 0.303900),
        ),
    }
)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two colours: 1 (the same) to 21 (black on white)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def difference(one: str, other: str, eye: str = "full colour") -> float:
    """How far apart two fills look to one of EYES: CIE 1976 delta E, of which 2.3 can just be seen."""
    return dist(_lab(_seen(one, eye)), _lab(_seen(other, eye)))


def lightness(colour: str) -> float:
    """CIE L*, what is left of a colour in grey: 0 (black) to 100 (white)."""
    return _lab(_linear(colour))[0]


def _linear(colour: str) -> Triple:
    """The channels in proportion to light. Raises ValueError for anything but "#RRGGBB"."""
    if len(colour) != 7 or colour[0] != "#":
        raise ValueError(f"{colour!r} is no colour such as #1F2933")
    red, green, blue = (_of_light(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return red, green, blue


def _of_light(channel: float) -> float:
    # Source: IEC 61966-2-1, with the limit as WCAG 2.2 has it; no 8-bit colour tells the two apart.
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _luminance(colour: str) -> float:
    return _times(_TO_XYZ, _linear(colour))[1]


def _seen(colour: str, eye: str) -> Triple:
    red, green, blue = (min(max(part, 0.0), 1.0) for part in _times(EYES[eye], _linear(colour)))
    return red, green, blue


def _times(matrix: Matrix, vector: Triple) -> Triple:
    one, two, three = (
        sum(factor * part for factor, part in zip(row, vector, strict=True)) for row in matrix
    )
    return one, two, three


def _lab(linear: Triple) -> Triple:
    """CIE L*, a*, b* of linear RGB. Source: CIE 15, with its exact limits (24/116)³ and 841/108."""
    x, y, z = (
        part ** (1 / 3) if part > (24 / 116) ** 3 else part * 841 / 108 + 16 / 116
        for part in (a / b for a, b in zip(_times(_TO_XYZ, linear), _WHITE, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)
