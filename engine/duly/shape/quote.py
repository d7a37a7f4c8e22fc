"""How words of somebody's file are quoted in a sentence: on one line and not endlessly."""

import re

LONGEST = 60

# Everything YAML 1.1 (section 5.1) does not count as printable, and three of its line breaks
# that no editor shows: next line, line separator, paragraph separator.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)


def visible(text: str) -> str:
    """Put a sign in the place of each character that cannot be seen or steers a terminal."""
    return INVISIBLE.sub("\ufffd", text)


def clip(text: str) -> str:
    """Cut a text short and bring it onto one line."""
    line = visible(" ".join(text.split()) if "\n" in text else text)
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}\u2026"


def quote(text: str) -> str:
    """Quote what somebody wrote."""
    return f'"{clip(text)}"'


def rewrite(value: str) -> str:
    """Tell how to write a value that needs quotes, with the quotes that fit it."""
    if len(value) > LONGEST:
        return "put the value in quotes"
    sign = "'" if '"' in value or "\\" in value else '"'
    return f"write {sign}{value}{sign}"
