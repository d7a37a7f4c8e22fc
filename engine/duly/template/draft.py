"""A message as its author wrote it: read, and checked as a whole."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

from duly.template.arrange import Kinds, arrange, first_crossing
from duly.template.block import PAIRING, nest
from duly.template.check import check_tags
from duly.template.filters import is_address
from duly.template.markdown import parse
from duly.template.name import Name
from duly.template.scan import BLOCK, VALUE, Placed, Scan, Tag, number_of, scan
from duly.template.tree import Block, addresses, levels
from duly.values.problem import Problem, Span

MessageClass = Literal["transactional", "service", "marketing"]

UNSUBSCRIBE_LINK = "unsubscribe_link"

_NO_TEXT = Scan("", (), ())


@dataclass(frozen=True, slots=True)
class MessageHeader:
    """Hold what stands between the ``---`` lines; the texts may hold tags and know their place."""

    subject: Placed
    message_class: MessageClass
    preheader: Placed | None = None
    topic: str = ""
    sms: Placed | None = None
    push: Placed | None = None


@dataclass(frozen=True, slots=True)
class MessageSource:
    """Hold one message in one language (``en``, ``ro``) as it stands in its file."""

    header: MessageHeader
    body: Placed
    language: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Hold the parts of a message with their tags, numbered through all parts."""

    subject: Scan
    preheader: Scan
    body: Scan
    sms: Scan
    push: Scan
    blocks: tuple[Block, ...]
    links: frozenset[Span]
    problems: tuple[Problem, ...]

    @property
    def parts(self) -> tuple[Scan, ...]:
        """Return the parts in the order of their tags' numbers."""
        return self.subject, self.preheader, self.body, self.sms, self.push

    @property
    def tags(self) -> tuple[Tag, ...]:
        """Return all tags; the number of a tag is its place here."""
        return tuple(tag for part in self.parts for tag in part.tags)


def read_draft(source: MessageSource) -> Draft:
    """Cut a message into its parts; what cannot be read is among its problems."""
    header = source.header
    scans: list[Scan] = []
    first = 0
    for text in (header.subject, header.preheader, source.body, header.sms, header.push):
        part = scan(text, first=first) if text is not None else _NO_TEXT
        first += len(part.tags)
        scans.append(part)
    subject, preheader, body, sms, push = scans
    tags = tuple(tag for part in scans for tag in part.tags)
    blocks, problems = _read_body(body, tags, source.body)
    links = frozenset(
        tags[number_of(address[0])].span
        for address in addresses(blocks)
        if address and _is_value(address[0])
    )
    told = [problem for part in scans for problem in part.problems]
    return Draft(subject, preheader, body, sms, push, blocks, links, (*told, *problems))


def check_message(source: MessageSource, names: Mapping[str, Name]) -> tuple[Problem, ...]:
    """Return every problem of a message that may show these names, in the order of places."""
    return check_draft(read_draft(source), source, names)


def check_draft(
    draft: Draft, source: MessageSource, names: Mapping[str, Name]
) -> tuple[Problem, ...]:
    """Return every problem of a message that has been read already."""
    problems = list(draft.problems)
    for part in draft.parts:
        found = check_tags(part.tags, names, draft.links)
        # A tag that could not be read leaves its partner alone: that is one mistake, not two.
        problems += (p for p in found if not (part.problems and p.code in PAIRING))
    problems += _header_problems(source.header, names)
    return tuple(sorted(set(problems)))


def _header_problems(header: MessageHeader, names: Mapping[str, Name]) -> Iterator[Problem]:
    if not header.subject.text.strip():
        yield Problem(
            header.subject.span,
            "empty-subject",
            "this message has no subject",
            "write in a few words what it is about, such as subject: Your invoice",
        )
    if header.message_class == "marketing" and UNSUBSCRIBE_LINK not in names:
        yield Problem(
            header.subject.span,
            "no-unsubscribe",
            "a marketing message needs a link to unsubscribe, and none is known here",
            "send it by mail, or choose class: service if it is no advertising",
        )


def _read_body(
    body: Scan, tags: tuple[Tag, ...], source: Placed
) -> tuple[tuple[Block, ...], tuple[Problem, ...]]:
    """Return the blocks of a body and what is wrong with how they hang together."""
    parsed = parse(body.text)
    if parsed is None:
        return (), (_too_deep(source),)
    _, unpaired = nest(body.tags)
    if unpaired or body.problems:
        # The tags tell their problems themselves; what they leave apart would be told twice.
        whole = (address for address in addresses(parsed) if _is_whole(address, source))
        return (), _address_problems(whole, tags, source)
    kinds: Kinds = {
        character: tags[number_of(character)].kind
        for character in body.text
        if _is_block(character)
    }
    blocks = arrange(parsed, kinds)
    problems = _crossings(blocks, tags, kinds)
    return blocks, (*problems, *_address_problems(addresses(blocks), tags, source))


def _crossings(blocks: tuple[Block, ...], tags: tuple[Tag, ...], kinds: Kinds) -> list[Problem]:
    """Say which tags have their partner elsewhere; of two partners the first one is named."""
    found = [first_crossing(level, kinds) for level in levels(blocks)]
    alone = [tags[number_of(character)] for character in found if character is not None]
    openers = [tag for tag in alone if tag.kind in {"if", "for"}]
    return [_crossing(tag) for tag in openers or alone]


def _is_value(character: str) -> bool:
    return VALUE <= ord(character) < BLOCK


def _is_block(character: str) -> bool:
    return ord(character) >= BLOCK


def _is_whole(address: str, source: Placed) -> bool:
    """Tell whether an address stands in the text as it is read: no lost tag was a part of it."""
    written = _words_before_value(address)
    is_plain = bool(written) and not any(_is_block(character) for character in address)
    return is_plain and f"]({written}" in source.text


def _address_problems(
    found: Iterable[str], tags: tuple[Tag, ...], source: Placed
) -> tuple[Problem, ...]:
    problems = (_address_problem(address, tags, source) for address in found)
    return tuple(problem for problem in problems if problem is not None)


def _words_before_value(address: str) -> str:
    return "".join(takewhile(lambda character: not _is_value(character), address))


def _address_problem(address: str, tags: tuple[Tag, ...], source: Placed) -> Problem | None:
    block = next((character for character in address if _is_block(character)), None)
    if block is not None:
        return Problem(
            tags[number_of(block)].span,
            "bad-address",
            "a condition cannot stand inside the address of a link",
            "put {% if … %} and {% endif %} around the whole link",
        )
    literal = "".join("x" if _is_value(character) else character for character in address)
    if address and (_is_value(address[0]) or is_address(literal)):
        return None
    written = _words_before_value(address)
    offset = max(0, source.text.find(f"]({written}") + len("]("))
    shown = "".join("…" if _is_value(character) else character for character in address)
    return Problem(
        source.at(offset, len(written)),
        "bad-address",
        f'"{shown}" is not a whole address, a mail cannot lead there',
        "write it with https:// (or mailto:, tel:), or as {{ pay_link }}",
    )


def _crossing(tag: Tag) -> Problem:
    return Problem(
        tag.span,
        "crossed-tag",
        f'this "{tag.kind}" stands in one part of the text and its partner in another',
        "put both on lines of their own, around whole paragraphs, rows or items",
    )


def _too_deep(source: Placed) -> Problem:
    return Problem(
        source.at(0),
        "too-deep",
        "lists, quotes or stresses stand in one another too deeply here",
        "write it with fewer levels",
    )
