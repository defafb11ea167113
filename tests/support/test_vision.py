"""The measure of colours is right: published values, and what must hold for any colour."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.vision import EYES, contrast, difference, lightness

_COLOURS = st.integers(0, 0xFFFFFF).map("#{:06X}".format)
_GREYS = st.integers(0, 255).map(lambda level: f"#{level:02X}{level:02X}{level:02X}")


@pytest.mark.parametrize(
    ("colour", "ratio"),
    # #767676 is known as the lightest grey that may stand on white, #777777 as just too light.
    [("#000000", 21.0), ("#767676", 4.54), ("#777777", 4.48), ("#FF0000", 4.00), ("#FFFFFF", 1.0)],
)
def test_contrast_with_white_is_what_wcag_calculators_say(colour: str, ratio: float) -> None:
    assert contrast(colour, "#FFFFFF") == pytest.approx(ratio, abs=0.005)


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ("#000000", 0.0),
        ("#FF0000", 53.24),
        ("#00FF00", 87.73),
        ("#0000FF", 32.30),
        ("#777777", 50.03),
    ],
)
def test_lightness_is_what_cie_tables_say(colour: str, expected: float) -> None:
    assert lightness(colour) == pytest.approx(expected, abs=0.02)


def test_difference_is_the_distance_in_cielab() -> None:
    # Red is L* 53.24, a* 80.09, b* 67.20; white lies on the axis at L* 100.
    assert difference("#FF0000", "#FFFFFF") == pytest.approx(114.5, abs=0.1)


@given(_COLOURS, _COLOURS)
def test_contrast_has_no_order_and_its_limits(one: str, other: str) -> None:
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21


@pytest.mark.parametrize("eye", EYES)
@given(one=_GREYS, other=_GREYS)
def test_greys_look_the_same_to_every_eye(eye: str, one: str, other: str) -> None:
    assert difference(one, other, eye) == pytest.approx(difference(one, other), abs=0.01)


def test_an_eye_without_red_or_green_takes_olive_for_a_brown_red() -> None:
    """Of two colours of one lightness, the pair that everybody else tells apart at once."""
    for eye in ("protanopia", "deuteranopia"):
        assert difference("#A06030", "#6C7430", eye) < 20 < difference("#A06030", "#6C7430")


def test_what_is_no_colour_is_refused() -> None:
    for text in ("red", "#FFF", "1F2933#", "#12345678"):
        with pytest.raises(ValueError, match="no colour"):
            lightness(text)
