"""The description of what may be written: the schema decides the type, not the spelling.

From one shape come the conversion (``convert``) and the schema for editors (``editor``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

# A text that looks like a number or like yes and no reaches an editor as such.
ANY_TEXT = ["string", "number", "boolean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """Describe one value with a form of its own, such as an amount or a date.

    ``parse`` turns the text into the value; it raises InputError with one sentence, a semicolon
    and the fix. ``noun`` completes "takes ...": "an amount of money". ``editor`` holds the words
    of the editor schema that describe the form: ``type``, ``pattern``, ``minimum``.
    """

    title: str
    about: str
    noun: str
    code: str
    parse: Callable[[str], object]
    examples: tuple[str, ...]
    editor: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Describe a closed set of words, each with a sentence; the value is the word.

    ``unknown`` completes the sentence about another word: "is not a way to settle". ``not_yet``
    are words that the language plans and this version does not know.
    """

    title: str
    about: str
    one_of: tuple[tuple[str, str], ...]
    unknown: str = "is not one of the words that fit here"
    not_yet: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Return the words without their sentences."""
        return tuple(word for word, _ in self.one_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Describe a name that is defined elsewhere, such as a plan; the value is the name.

    ``to`` says which names count: the key of a vocabulary. Without a vocabulary for it every
    name passes. ``unknown`` completes the sentence about another name: "is not a plan".
    ``not_yet`` are words that the language plans and this version does not know.
    """

    title: str
    about: str
    to: str
    unknown: str
    examples: tuple[str, ...]
    not_yet: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WordOr:
    """Describe a value that is one of a few words, or else has a form: ``cycle`` or ``90 days``."""

    title: str
    about: str
    word: Word
    other: Scalar


OneValue = Scalar | Word | Reference | WordOr


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf:
    """Describe a list; the value is a tuple of Items.

    Single values stand in it once each, unless ``may_repeat``.
    """

    title: str
    about: str
    item: "Shape"
    at_least: int = 0
    may_repeat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOrMany:
    """Describe one value or a list of them, each once; the value is always a tuple of Items.

    The single shape is one value or names with values, never itself a list.
    """

    title: str
    about: str
    item: "OneValue | Fields | MapOf | Free | Shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class MapOf:
    """Describe names that the author chooses, each with a value; the value is a Record.

    ``empty_ok`` lets the name above them stand alone (``rules:``); the value is then empty.
    """

    title: str
    about: str
    key: Scalar | Word | Reference
    value: "Shape"
    empty_ok: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Describe a closed set of names, each with its own shape; the value is a Record.

    ``unknown`` completes the sentence about another name: "is not something a rule can wait for".
    ``count``: of a set of kinds ``some`` (at least one) or exactly ``one`` may have to be there.
    ``empty_ok`` lets a name stand alone (``resume:``); the value is then an empty Record.
    ``not_yet`` are names that the language plans and this version does not know.
    """

    title: str
    about: str
    required: Mapping[str, "Shape"] = field(default_factory=dict)
    optional: Mapping[str, "Shape"] = field(default_factory=dict)
    unknown: str = "is not known here"
    not_yet: tuple[str, ...] = ()
    empty_ok: bool = False
    count: Literal["any", "some", "one"] = "any"

    def __post_init__(self) -> None:
        if self.required and self.empty_ok:
            raise ValueError(f"{self.title}: what may be empty cannot need {list(self.required)}")

    @property
    def shapes(self) -> Mapping[str, "Shape"]:
        """Return all names with their shapes, the required ones first."""
        return {**self.required, **self.optional}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Describe a value whose form picks its shape: one value, a list, or names with values."""

    title: str
    about: str
    one: "OneValue | None" = None
    many: "ListOf | None" = None
    named: "Fields | MapOf | Free | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """Leave what is written as a Node for a later pass; ``editor`` is its editor schema.

    Only ``forms`` may be written; an empty place counts as a form of its own. ``example`` is one
    line of YAML.
    """

    title: str
    about: str
    example: str
    editor: Mapping[str, object]
    forms: tuple[Literal["text", "list", "names", "empty"], ...] = ("text", "list", "names")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Name a shape that stands in several places, so that the editor schema holds it once."""

    name: str
    shape: "ListOf | OneOrMany | MapOf | Fields | Choice | Free"


Shape = OneValue | ListOf | OneOrMany | MapOf | Fields | Choice | Free | Shared
