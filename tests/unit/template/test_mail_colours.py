"""Words in a colour can be read on their ground."""

import pytest

from duly.template.colour import contrast, ink_on, readable_on


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),  # (1 + 0.05) / (0 + 0.05)
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),  # the grey just too light for WCAG AA
    ],
)
def test_contrast_is_counted_as_wcag_does(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)


@pytest.mark.parametrize("ground", ["#ffffff", "#f4f4f1", "#161615", "#20201e"])
@pytest.mark.parametrize("colour", ["#2f5d50", "#ffd23f", "#000000", "#ffffff", "#777777"])
def test_a_colour_becomes_readable(ground: str, colour: str) -> None:
    assert contrast(readable_on(ground, colour), ground) >= 4.5


def test_a_readable_colour_is_kept() -> None:
    assert readable_on("#ffffff", "#2f5d50") == "#2f5d50"


@pytest.mark.parametrize(
    ("ground", "ink"), [("#2f5d50", "#ffffff"), ("#ffd23f", "#000000"), ("#777777", "#000000")]
)
def test_words_on_a_button_are_white_or_black(ground: str, ink: str) -> None:
    assert ink_on(ground) == ink
