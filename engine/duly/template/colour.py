"""Colours a reader can read: contrast as WCAG 2.2 defines it."""

import re

from duly.errors import InputError

# WCAG 2.2, success criterion 1.4.3, level AA, for text of normal size.
LEAST_CONTRAST = 4.5

_WHITE, _BLACK = "#ffffff", "#000000"
_STEPS = 20


def check_colour(colour: str) -> None:
    """Raise InputError unless the text is a colour such as ``#2f5d50``."""
    if not re.fullmatch("#[0-9a-fA-F]{6}", colour):
        raise InputError(f'"{colour}" is not a colour; write one such as "#2f5d50"')


def readable_on(background: str, colour: str) -> str:
    """Return the colour, lightened or darkened just enough to be read on the background."""
    target = ink_on(background)
    steps = (_mix(colour, target, step) for step in range(_STEPS))
    return next((mixed for mixed in steps if contrast(mixed, background) >= LEAST_CONTRAST), target)


def ink_on(background: str) -> str:
    """Return white or black, whichever is easier to read on the background."""
    is_dark = contrast(_WHITE, background) >= contrast(_BLACK, background)
    return _WHITE if is_dark else _BLACK


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Weigh the linear parts as WCAG 2.2 does for relative luminance."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in _channels(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mix(colour: str, target: str, step: int) -> str:
    pairs = zip(_channels(colour), _channels(target), strict=True)
    return "#" + "".join(f"{round(own + (aim - own) * step / _STEPS):02x}" for own, aim in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
