"""How numbers are read aloud: in every sentence, readout and label."""

import math

import pytest

from app import theme


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.234, "1.23"),
        (0.04567, "0.0457"),
        (12345, "12,345"),
        (99.96, "100"),
        (9.996, "10.0"),
        (-0.5, "−0.500"),
        (1.2e-5, "1.20e-5"),
        (-1.2e-5, "−1.20e-5"),
        (1.5e9, "1.50e9"),
        (2e-12, "2.00e-12"),
        (2e12, "2.00e12"),
        (0.0, "0"),
        (-math.inf, "−∞"),
        (math.nan, "NaN"),
    ],
)
def test_a_number_is_read_in_three_significant_digits(value, text):
    assert theme.number(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.45, "45 %"),
        (0.997, "99.7 %"),
        (0.00312, "0.312 %"),
        (1.0, "100 %"),
        (12.3, "1,230 %"),
        (-0.034, "−3.4 %"),
        (0.0, "0 %"),
        (math.nan, "NaN %"),
    ],
)
def test_a_share_is_read_in_percent(share, text):
    assert theme.percent(share) == text


def test_a_difference_carries_its_sign():
    assert theme.signed(0.7) == "+0.70"
    assert theme.signed(-0.0512, 3) == "−0.051"


@pytest.mark.parametrize("value", [5e-3, 0.5, 64, 1e-5, 3e4, 0.0, True, "gelu", 0.025])
def test_a_setting_in_a_link_reads_back_to_itself(value):
    read = {"true": True, "false": False}.get(theme.knob(value), theme.knob(value))
    assert type(value)(read) == value
