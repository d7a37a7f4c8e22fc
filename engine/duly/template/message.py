"""A message on its way to readers: compiled once, then only filled in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import jinja2
from jinja2 import nodes

from duly.template import html, plain
from duly.template.draft import (
    UNSUBSCRIBE_LINK,
    Draft,
    MessageHeader,
    MessageSource,
    check_draft,
    read_draft,
)
from duly.template.expression import Expression, read
from duly.template.letterhead import Letterhead, Page, on_paper, plain_foot
from duly.template.name import Name
from duly.template.sandbox import (
    CLOSE_BLOCK,
    CLOSE_VALUE,
    OPEN_BLOCK,
    OPEN_VALUE,
    build,
    run,
    walk,
)
from duly.template.scan import (
    ADDRESS,
    IN_ADDRESS,
    SPAN_OF_RANGE,
    VALUE,
    Placed,
    Tag,
    number_of,
)
from duly.template.shown import locale_of
from duly.values.problem import ProblemsError

MAX_LINE = 900  # characters of a subject or preheader
MAX_SHORT = 2_000  # characters of an SMS or push
MAX_BODY = 400_000  # characters of the HTML or plain part

_TAG = re.compile(f"<!--([{chr(VALUE)}-\U000fffff])-->|([{chr(VALUE)}-\U000fffff])")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """Hold what one reader gets; subject and preheader are single lines without controls."""

    subject: str
    preheader: str
    html: str
    text: str
    sms: str | None
    push: str | None


@dataclass(frozen=True, slots=True)
class CompiledMessage:
    """Hold a checked message of one language, ready to be filled in any number of times."""

    header: MessageHeader
    language: str
    names: frozenset[str]  # what it tells of: subscriber, invoice
    _subject: jinja2.Template
    _preheader: jinja2.Template
    _html: jinja2.Template
    _text: jinja2.Template
    _sms: jinja2.Template | None
    _push: jinja2.Template | None

    def render(self, values: Mapping[str, object], *, locale: str) -> RenderedMessage:
        """Write the message with these values, amounts and dates the way the locale does.

        ``values`` are nested mappings, ``{"invoice": {"total": Money(…), "lines": [{…}]}}``; None
        and absent are both missing. Raises RenderError for a value that is missing or does not
        fit, and when a part grows beyond its limit.
        """
        place = locale_of(locale, self.language)

        def write(template: jinja2.Template, limit: int) -> str:
            return run(template, values, locale=place, limit=limit)

        return RenderedMessage(
            subject=_one_line(write(self._subject, MAX_LINE)),
            preheader=_one_line(write(self._preheader, MAX_LINE)),
            html=write(self._html, MAX_BODY),
            text=plain.finish(write(self._text, MAX_BODY)),
            sms=_short(write(self._sms, MAX_SHORT)) if self._sms else None,
            push=_short(write(self._push, MAX_SHORT)) if self._push else None,
        )


def compile_message(
    source: MessageSource, names: Mapping[str, Name], letterhead: Letterhead
) -> CompiledMessage:
    """Check a message and make it ready to be sent; raises ProblemsError with all its problems.

    ``names`` is everything that any rule using the message can bring.
    """
    draft = read_draft(source)
    problems = check_draft(draft, source, names)
    if problems:
        raise ProblemsError(problems)
    page, tags = _page(draft, source)
    text = plain.write(draft.blocks) + plain_foot(page, letterhead)
    return CompiledMessage(
        header=source.header,
        language=source.language,
        names=frozenset(_names(tags)),
        _subject=_template(draft.subject.text, tags),
        _preheader=_template(draft.preheader.text, tags),
        _html=build(_expanded(on_paper(page, letterhead), tags), escaped=True),
        _text=_template(text, tags),
        _sms=_template(draft.sms.text, tags) if source.header.sms else None,
        _push=_template(draft.push.text, tags) if source.header.push else None,
    )


def _page(draft: Draft, source: MessageSource) -> tuple[Page, tuple[Tag, ...]]:
    """Return the page and all its tags: the author's and the one that unsubscribes."""
    tags = draft.tags
    unsubscribe = ""
    if source.header.message_class == "marketing":
        unsubscribe = chr(ADDRESS + len(tags))
        span = source.header.subject.span
        tags = (*tags, Tag("value", span, Placed(UNSUBSCRIBE_LINK, span)))
    page = Page(
        language=source.language,
        title=draft.subject.text,
        preheader=draft.preheader.text,
        body=html.write(draft.blocks),
        unsubscribe=unsubscribe,
    )
    return page, tags


def _names(tags: tuple[Tag, ...]) -> Iterator[str]:
    for tag in tags:
        expression = read(tag.expression)
        if isinstance(expression, Expression):  # an else has none
            yield from (node.name for node in walk(expression.tree) if isinstance(node, nodes.Name))


def _template(text: str, tags: tuple[Tag, ...]) -> jinja2.Template:
    return build(_expanded(text, tags), escaped=False)


def _expanded(text: str, tags: tuple[Tag, ...]) -> str:
    """Put what Jinja runs in the place of the characters that stand for it."""
    return _TAG.sub(lambda found: _code(found[1] or found[2], tags), text)


def _code(character: str, tags: tuple[Tag, ...]) -> str:
    tag = tags[number_of(character)]
    expression = tag.expression.text
    if tag.kind == "value":
        use = ord(character) - ord(character) % SPAN_OF_RANGE
        hidden = {ADDRESS: "|_address", IN_ADDRESS: "|_in_address"}.get(use, "")
        return f"{OPEN_VALUE}{expression}{hidden}{CLOSE_VALUE}"
    head = f"for {tag.variable} in " if tag.kind == "for" else f"{tag.kind} "
    return f"{OPEN_BLOCK}{head}{expression}{CLOSE_BLOCK}"


def _one_line(text: str) -> str:
    return _CONTROLS.sub(" ", text).strip()


def _short(text: str) -> str:
    """Return the text with plain spaces only: another one turns a whole SMS into UCS-2."""
    return text.replace("\u00a0", " ").replace("\u202f", " ").strip()
