"""From the files in messages/ to messages: their names, languages and headers."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from duly.language.source import Headed, parse_headed
from duly.model.business import Business
from duly.shape.convert import convert
from duly.shape.form import Fields, Reference, Word
from duly.shape.node import MapNode, TextNode
from duly.shape.parsing import NAME
from duly.shape.quote import quote
from duly.shape.record import Record
from duly.shape.scalars import text
from duly.shape.suggest import listed
from duly.template.draft import MessageClass, MessageHeader, MessageSource
from duly.template.scan import Placed
from duly.values.problem import Problem, Span

FOLDER = "messages/"
_FILE = re.compile(rf"({NAME})(?:\.([A-Za-z-]+))?\.md")
_CLASSES: Mapping[str, MessageClass] = {
    "transactional": "transactional",
    "service": "service",
    "marketing": "marketing",
}

HEADER = Fields(
    title="Message",
    about="What stands above the text of a message, between two lines ---.",
    required={
        "subject": text("Subject", "The subject of the mail.", "Your invoice", at_most=200),
        "class": Word(
            title="Class",
            about="What kind of message it is; it decides about consent and hours.",
            one_of=(
                ("transactional", "Part of a sale: an invoice, a receipt, a parcel."),
                ("service", "About the subscription: a reminder, a warning, a notice."),
                ("marketing", "Advertising: only to people who agreed to it."),
            ),
            unknown="is not a class of message",
        ),
    },
    optional={
        "preheader": text("Preheader", "The grey words beside the subject.", at_most=300),
        "topic": Reference(
            title="Topic",
            about="What it is about, from messages: topics: in duly.yaml.",
            to="topic",
            unknown="is not one of the topics in duly.yaml",
            examples=("news",),
        ),
        "sms": text("SMS", "The text for a text message.", at_most=1000),
        "push": text("Push", "The text for the app.", at_most=1000),
    },
    unknown="is not known in the header of a message",
)


@dataclass(frozen=True, slots=True)
class MessageFile:
    """Hold one file by its beginning; ``source`` is None if it could not be read."""

    start: Span
    source: MessageSource | None


@dataclass(frozen=True, slots=True)
class MessageFiles:
    """Hold every message file by name and language, and what is wrong with them."""

    found: Mapping[tuple[str, str], MessageFile] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def names(self) -> Mapping[str, str]:
        """Return the names of the messages."""
        return {name: "" for name, _ in self.found}

    @property
    def classes(self) -> Mapping[str, MessageClass]:
        """Return the class of each message that could be read."""
        return {
            name: file.source.header.message_class
            for (name, _), file in self.found.items()
            if file.source is not None
        }


def read_messages(
    files: Mapping[str, bytes], business: Business, *, is_certain: bool
) -> MessageFiles:
    """Read the message files; ``is_certain``: languages and topics of the business are known."""
    reader = _Reader(business, is_certain)
    for path, data in sorted(files.items()):
        reader.read(path, data)
    if is_certain:
        reader.problems.extend(_missing_languages(reader.found, business))
    reader.problems.extend(_differences(reader.found, business.languages[0]))
    return MessageFiles(reader.found, tuple(sorted(reader.problems)))


@dataclass(slots=True)
class _Reader:
    """Carry what one pass over the files has to remember."""

    business: Business
    is_certain: bool
    found: dict[tuple[str, str], MessageFile] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def read(self, path: str, data: bytes) -> None:
        start = Span(path, 1, 1)
        match = _FILE.fullmatch(path.removeprefix(FOLDER))
        if match is None:
            message = f"{quote(path.removeprefix(FOLDER))} cannot be the name of a message"
            hint = "use letters, digits and dashes, such as welcome.md or welcome.en.md"
            self.problems.append(Problem(start, "bad-name", message, hint))
            return
        language = self._language(match[2] or self.business.languages[0], start)
        key = (match[1], language)
        if key in self.found:
            other = self.found[key].start.file
            message = f"{quote(match[1])} is written twice in this language, also in {other}"
            self.problems.append(Problem(start, "written-twice", message, "keep one of the two"))
            return
        headed, told = parse_headed(data, path)
        self.problems.extend(told)
        source = None if headed is None or told else self._source(headed, language, path)
        self.found[key] = MessageFile(start, source)

    def _language(self, language: str, start: Span) -> str:
        known = self.business.languages
        if self.is_certain and language not in known:
            message = f"{quote(language)} is not one of the languages in duly.yaml"
            hint = f"possible here: {listed(known)}; another one has to stand there first"
            self.problems.append(Problem(start, "unknown-word", message, hint))
        return language

    def _source(self, headed: Headed, language: str, path: str) -> MessageSource | None:
        topics = dict(self.business.topics)
        vocabulary = {"topic": topics} if self.is_certain else {}
        item, told = convert(headed.header, HEADER, vocabulary)
        self.problems.extend(told)
        if not headed.body.strip():
            span = Span(path, headed.body_line - 1, 1, 3)
            hint = "write the text of the mail below the second line ---"
            self.problems.append(Problem(span, "no-text", "this message has no text", hint))
        if item is None or told or not isinstance(headed.header, MapNode):
            return None
        header = item.as_a(Record)
        return MessageSource(
            header=MessageHeader(
                subject=_placed(headed.header, "subject") or Placed("", headed.header.span),
                message_class=_CLASSES[header.need("class", str)],
                preheader=_placed(headed.header, "preheader"),
                topic=header.get_or("topic", ""),
                sms=_placed(headed.header, "sms"),
                push=_placed(headed.header, "push"),
            ),
            body=Placed(headed.body, Span(path, headed.body_line, 1)),
            language=language,
        )


@dataclass(frozen=True, slots=True)
class _Block(Placed):
    """Hold a text all of whose lines stand behind the same indentation."""

    def at(self, offset: int, length: int = 1) -> Span:
        found = Placed.at(self, offset, length)
        is_first = found.line == self.span.line
        return found if is_first else replace(found, column=found.column + self.span.column - 1)


@dataclass(frozen=True, slots=True)
class _Folded(Placed):
    """Hold a text whose lines were joined, or whose signs were written otherwise."""

    def at(self, offset: int, length: int = 1) -> Span:
        return self.span


def _placed(header: MapNode, name: str) -> Placed | None:
    """Return a text of the header with the place of its first letter."""
    entry = header.find(name)
    if entry is None or not isinstance(entry.value, TextNode):
        return None
    node, span = entry.value, entry.value.span
    if node.block is not None:
        return _Block(node.text, node.block)
    quotes = span.length - len(node.text)
    if quotes != (2 if node.quoted else 0):
        return _Folded(node.text, span)
    column = span.column + (1 if node.quoted else 0)
    return Placed(node.text, Span(span.file, span.line, column))


def _missing_languages(
    found: Mapping[tuple[str, str], MessageFile], business: Business
) -> Iterator[Problem]:
    """Tell which messages lack a language: the first is needed, the others are a warning."""
    default = business.languages[0]
    for name in dict.fromkeys(name for name, _ in found):
        written = [language for found_name, language in found if found_name == name]
        start = found[name, written[0]].start
        for language in business.languages:
            if language in written:
                continue
            is_default = language == default
            file = f"{FOLDER}{name}.md" if is_default else f"{FOLDER}{name}.{language}.md"
            yield Problem(
                start,
                "not-written",
                f"{quote(name)} is not written in {quote(language)}"
                + ("" if is_default else f", so it goes out in {quote(default)}"),
                f"add {file}",
                "error" if is_default else "warning",
            )


def _differences(found: Mapping[tuple[str, str], MessageFile], default: str) -> Iterator[Problem]:
    """Tell where a message is of another class or topic than in the first language."""
    for (name, _), file in found.items():
        first = found.get((name, default))
        if first is None or first.source is None or file.source is None:
            continue
        ours, theirs = file.source.header, first.source.header
        for what, one, other in (
            ("class", ours.message_class, theirs.message_class),
            ("topic", ours.topic or "none", theirs.topic or "none"),
        ):
            if one != other:
                message = f"the {what} here is {one}, and {other} in {first.start.file}"
                hint = f"write the same {what} in every language"
                yield Problem(file.start, "differs", message, hint)
