"""Sentences in the language of their reader, from the catalogues that ship with duly."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import read_po

_LANGUAGES_KEPT = 64
_CATALOGUES = Path(__file__).resolve().parent.parent / "locale"


@lru_cache(maxsize=_LANGUAGES_KEPT)
def translator(language: str) -> Callable[[str], str]:
    """Return what turns an English sentence into one of the language, ``ro`` or ``ro-RO``.

    A sentence without a translation, and every sentence of a language without a catalogue, stays
    English.
    """
    sentences = _sentences(language.replace("_", "-").split("-")[0].lower())
    return lambda sentence: sentences.get(sentence, sentence)


def _sentences(language: str) -> dict[str, str]:
    path = _CATALOGUES / language / "LC_MESSAGES" / "duly.po"
    if not language.isalpha() or not path.is_file():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {
        message.id: message.string
        for message in catalogue
        if isinstance(message.id, str)
        and isinstance(message.string, str)
        and message.id
        and message.string
        and not message.fuzzy
    }
