"""Cuts a text into words and tags; each tag becomes one character that markdown leaves alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from duly.template.name import closest
from duly.values.problem import Problem, Span

TagKind = Literal["value", "if", "elif", "else", "endif", "for", "endfor"]

MAX_TEXT = 20_000
MAX_TAGS = 500  # of all parts of a message together, with what cannot be read
MAX_TAG = 300

# Characters of a private plane, one range a use; the position in a range is the tag's number.
SPAN_OF_RANGE = 0x1000
VALUE = 0xF0000
BLOCK = 0xF1000
ADDRESS = 0xF2000  # a value that is a whole address, or its beginning
IN_ADDRESS = 0xF3000  # a value inside an address

_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_OPENING = re.compile(r"\{\{|\{%|\{#|\}\}|%\}")
_ENDS = {
    "{{": re.compile(r"""((?:"[^"\n]*"|'[^'\n]*'|(?!\}\})[^"'\n])*)\}\}"""),
    "{%": re.compile(r"""((?:"[^"\n]*"|'[^'\n]*'|(?!%\})[^"'\n])*)%\}"""),
    "{#": re.compile(r"((?:(?!#\}).)*)#\}", re.DOTALL),
}
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
_WORD = re.compile(r"\s*([^\W\d]\w*|)\s*")
_FOR = re.compile(r"([^\W\d]\w*)\s+in\s+(?=\S)")
_BLOCK_WORDS: tuple[TagKind, ...] = ("if", "elif", "else", "endif", "for", "endfor")
_EXAMPLES = {
    "if": "{% if subscriber.name %}",
    "elif": "{% elif subscriber.name %}",
    "for": "{% for line in invoice.lines %}",
    "else": "{% else %}",
    "endif": "{% endif %}",
    "endfor": "{% endfor %}",
}


@dataclass(frozen=True, slots=True)
class Placed:
    """Hold a text of a file; ``span`` marks its first character."""

    text: str
    span: Span

    def at(self, offset: int, length: int = 1) -> Span:
        """Place a stretch of the text inside the file."""
        line = self.text.count("\n", 0, offset)
        column = offset - self.text.rfind("\n", 0, offset) - 1
        if line == 0:
            column += self.span.column - 1
        return Span(self.span.file, self.span.line + line, column + 1, max(1, length))


@dataclass(frozen=True, slots=True)
class Tag:
    """Hold one ``{{ }}`` or ``{% %}``: what it does, and the expression in it with its place."""

    kind: TagKind
    span: Span
    expression: Placed
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Scan:
    """Hold a text whose tags are single characters, and the tags in their order."""

    text: str
    tags: tuple[Tag, ...]
    problems: tuple[Problem, ...]


def find_private(text: str) -> str | None:
    """Return the first character of the text that stands for nothing, or for a tag."""
    found = _PRIVATE.search(text)
    return found[0] if found else None


def number_of(character: str) -> int:
    """Return which tag of its message a character stands for."""
    return (ord(character) - VALUE) % SPAN_OF_RANGE


def scan(source: Placed, *, first: int = 0) -> Scan:
    """Cut a text at its tags and number them from ``first``; comments are dropped."""
    refusal = _unusable(source)
    if refusal is not None:
        return Scan("", (), (refusal,))
    parts: list[str] = []
    tags: list[Tag] = []
    problems: list[Problem] = []
    for piece in _pieces(source):
        match piece:
            case str():
                parts.append(piece)
            case Tag():
                base = VALUE if piece.kind == "value" else BLOCK
                parts.append(chr(base + first + len(tags)))
                tags.append(piece)
            case Problem():
                problems.append(piece)
        if first + len(tags) + len(problems) > MAX_TAGS:
            problems.append(_too_many(source))
            break
    return Scan("".join(parts), tuple(tags[:MAX_TAGS]), tuple(problems))


def _unusable(source: Placed) -> Problem | None:
    if len(source.text) > MAX_TEXT:
        return Problem(
            source.at(0),
            "too-long",
            f"this text has {len(source.text)} characters, a message has at most {MAX_TEXT}",
            "shorten it, or link to a page",
        )
    found = _PRIVATE.search(source.text)
    if found is None:
        return None
    return Problem(
        source.at(found.start()),
        "private-character",
        f"the character U+{ord(found[0]):04X} here looks different for each reader",
        "delete it, or use a picture",
    )


def _too_many(source: Placed) -> Problem:
    return Problem(
        source.at(0),
        "too-long",
        f"this message has more than {MAX_TAGS} places marked by {{{{ }}}} or {{% %}}",
        "make it two messages, or use {% for %} over a list",
    )


def _pieces(source: Placed) -> Iterator[str | Tag | Problem]:
    position = 0
    while opening := _OPENING.search(source.text, position):
        yield source.text[position : opening.start()]
        sign = opening[0]
        if sign not in _ENDS:
            yield _unopened(source, opening)
            position = opening.end()
            continue
        end = _ENDS[sign].match(source.text, opening.end())
        if end is None:
            yield _unclosed(source, opening)
            position = opening.end()
            continue
        position = end.end()
        if sign != "{#":
            inner = Placed(end[1], source.at(end.start(1)))
            yield _tag(sign, inner, source.at(opening.start(), position - opening.start()))
    yield source.text[position:]


def _tag(sign: str, inner: Placed, span: Span) -> Tag | Problem:
    if len(inner.text) > MAX_TAG:
        return Problem(
            span,
            "too-long",
            f"this tag has {len(inner.text)} characters, a tag has at most {MAX_TAG}",
            "write long text outside of the tag",
        )
    stripped = inner.text.strip()
    if stripped[:1] in {"-", "+"} or stripped[-1:] in {"-", "+"}:
        return Problem(
            span,
            "not-in-messages",
            f'"{sign}{inner.text}{_CLOSING[sign]}" has a sign at its edge that messages do not use',
            'leave out the "-" or "+"',
        )
    return _value(inner, span) if sign == "{{" else _block(inner, span)


def _value(inner: Placed, span: Span) -> Tag | Problem:
    if not inner.text.strip():
        return Problem(
            span,
            "empty-tag",
            "there is no name between {{ and }}",
            "write a name, such as {{ subscriber.name }}",
        )
    return Tag("value", span, inner)


def _block(inner: Placed, span: Span) -> Tag | Problem:
    word = _WORD.match(inner.text)
    written = word[1] if word else ""
    kind = next((known for known in _BLOCK_WORDS if known == written), None)
    if kind is None or word is None:
        return _unknown_block(written, inner, span)
    rest = Placed(inner.text[word.end() :], inner.at(word.end()))
    if kind == "for":
        return _loop(rest, span)
    takes_expression = kind in {"if", "elif"}
    if takes_expression != bool(rest.text.strip()):
        return _misread(kind, inner, span)
    return Tag(kind, span, rest)


def _loop(rest: Placed, span: Span) -> Tag | Problem:
    head = _FOR.match(rest.text)
    if head is None:
        return _misread("for", replace(rest, text=f" for {rest.text}"), span)
    return Tag("for", span, Placed(rest.text[head.end() :], rest.at(head.end())), variable=head[1])


def _misread(kind: str, inner: Placed, span: Span) -> Problem:
    return Problem(
        span,
        "unreadable-tag",
        f'"{{%{inner.text}%}}" is not a whole "{kind}"',
        f"write {_EXAMPLES[kind]}",
    )


def _unknown_block(written: str, inner: Placed, span: Span) -> Problem:
    meant = closest({"elseif": "elif"}.get(written, written), _BLOCK_WORDS) if written else None
    hint = (
        f"did you mean {_EXAMPLES[meant]}?"
        if meant
        else "messages know {% if %}, {% elif %}, {% else %}, {% endif %}, {% for %}, {% endfor %}"
    )
    shown = written or inner.text.strip()
    return Problem(span, "unknown-tag", f'"{shown}" is not something a message can do', hint)


def _unopened(source: Placed, sign: re.Match[str]) -> Problem:
    opening = "{{" if sign[0] == "}}" else "{%"
    return Problem(
        source.at(sign.start(), 2),
        "unopened-tag",
        f'"{sign[0]}" ends something that "{opening}" did not begin',
        f'write "{opening}" before it, or delete it',
    )


def _unclosed(source: Placed, sign: re.Match[str]) -> Problem:
    return Problem(
        source.at(sign.start(), 2),
        "unclosed-tag",
        f'"{sign[0]}" has no "{_CLOSING[sign[0]]}" on its line',
        f'close it with "{_CLOSING[sign[0]]}", and check its quotes',
    )
