"""File names that sort by time, read well and can never leave their folder."""

import hashlib
import re
import unicodedata
from datetime import datetime

from duly_connectors.outbox.book import Kind

FOLDERS: dict[Kind, str] = {"email": "mails", "sms": "sms", "push": "push", "parcel": "parcels"}
_SUFFIXES: dict[Kind, str] = {"email": "html", "sms": "txt", "push": "txt", "parcel": "txt"}

_WORD_LENGTH = 48
_KEY_LENGTH = 12
_STRANGE = re.compile(r"[^A-Za-z0-9@+_.]+")
_DOTS = re.compile(r"\.{2,}")


def file_name(kind: Kind, at: datetime, *, name: str, addressee: str, key: str) -> str:
    """Name the file of a delivery, relative to the outbox, with ``/`` between the folders.

    ``at`` is aware UTC; the key's digest at the end keeps two deliveries of one second apart.
    """
    words = (f"{at:%H%M%S}", tidy(name), tidy(addressee), short_key(key))
    return f"{FOLDERS[kind]}/{at:%Y-%m-%d}/{'-'.join(words)}.{_SUFFIXES[kind]}"


def short_key(key: str) -> str:
    """Return what stands for a key where people look at it."""
    return digest(key)[:_KEY_LENGTH]


def digest(key: str) -> str:
    """Return a key's digest: letters and digits only, whatever the key is made of."""
    return hashlib.sha256(key.encode()).hexdigest()


def tidy(text: str) -> str:
    """Reduce a text to letters, digits and ``@ + _ . -``: accents go, the rest becomes ``-``."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = _DOTS.sub(".", _STRANGE.sub("-", plain))[:_WORD_LENGTH].strip("-.")
    return words or "unnamed"
