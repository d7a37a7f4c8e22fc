"""Files of mistakes: what somebody wrote, and every word of what they are told.

Each case starts with a line ``=== name``; a line ``~~~`` parts the text from the answer.
"""

from pathlib import Path


def read_mistakes(path: Path) -> list[tuple[str, str, str]]:
    """Return name, text and answer of every case of a file."""
    cases = []
    for part in path.read_text(encoding="utf-8").split("=== ")[1:]:
        name, _, rest = part.partition("\n")
        text, _, told = rest.partition("~~~\n")
        cases.append((name, text, told.strip("\n")))
    return cases
