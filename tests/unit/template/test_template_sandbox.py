"""The fence behind the check: what Jinja may compile and reach, whoever wrote it."""

from collections.abc import Callable

import pytest
from babel import Locale

from duly.errors import InputError
from duly.template.sandbox import (
    CLOSE_BLOCK,
    CLOSE_VALUE,
    OPEN_BLOCK,
    OPEN_VALUE,
    RenderError,
    build,
    run,
)


def code(text: str) -> str:
    """Put the inner signs where authors write braces."""
    for braces, sign in (
        ("{{", OPEN_VALUE),
        ("}}", CLOSE_VALUE),
        ("{%", OPEN_BLOCK),
        ("%}", CLOSE_BLOCK),
    ):
        text = text.replace(braces, sign)
    return text


def written(text: str, *, limit: int = 1_000, **values: object) -> str:
    template = build(code(text), escaped=False)
    return run(template, values, locale=Locale("en"), limit=limit)


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ x._y }}",
        "{{ _x }}",
        "{{ x['__class__'] }}",
        "{{ x() }}",
        "{{ range(10) }}",
        "{{ 'a' * 10 }}",
        "{{ 10 ** 9 }}",
        "{{ 1 + 1 }}",
        "{{ 'a' ~ 'b' }}",
        "{{ '%s' % x }}",
        "{{ [1, 2] }}",
        "{{ {'a': 1} }}",
        "{{ x[1:2] }}",
        "{{ x if x }}",
        "{{ x is defined }}",
        "{{ x | attr('y') }}",
        "{{ x | map('upper') }}",
        "{{ x | format(1) }}",
        "{{ x | safe }}",
        "{{ x | default(value='a') }}",
        "{{ x | default(*y) }}",
        "{% for a in range(9) %}{% endfor %}",
        "{% for a in x | join %}{% endfor %}",
        "{% for a, b in x %}{% endfor %}",
        "{% for a in x if a %}{% endfor %}",
        "{% for a in x recursive %}{% endfor %}",
        "{% set x = 1 %}",
        "{% set x %}a{% endset %}",
        "{% macro f() %}{% endmacro %}",
        "{% call x() %}{% endcall %}",
        "{% filter upper %}{% endfilter %}",
        "{% include 'a' %}",
        "{% import 'a' as b %}",
        "{% extends 'a' %}",
        "{% block a %}{% endblock %}",
        "{% with a = 1 %}{% endwith %}",
        "{% autoescape false %}{% endautoescape %}",
        "{% raw %}{% endraw",
        "{% if x %}",
    ],
)
def test_what_is_not_listed_is_not_compiled(text: str) -> None:
    with pytest.raises(InputError, match=r"a message cannot use|cannot be compiled"):
        build(code(text), escaped=True)


def test_names_are_read_from_mappings_and_nowhere_else() -> None:
    assert written("{{ x.items }}", x={"items": "two bags"}) == "two bags"
    for value in ("text", ["list"], object(), {"a": 1}):
        with pytest.raises(RenderError, match='"upper" is missing'):
            written("{{ x.upper }}", x=value)


def test_jinja_brings_no_names_of_its_own() -> None:
    for name in ("range", "dict", "lipsum", "cycler", "joiner", "namespace", "self", "loop"):
        with pytest.raises(RenderError):
            written(f"{{{{ {name} }}}}")


def test_what_authors_write_as_braces_is_text_here() -> None:
    source = "{{ x }} {% if x %} {# x #}"

    template = build(source, escaped=True)

    assert run(template, {}, locale=Locale("en"), limit=100) == source


def test_writing_stops_at_the_limit() -> None:
    seen = 0

    def endless() -> object:
        nonlocal seen
        while True:
            seen += 1
            yield "x"

    with pytest.raises(RenderError, match="longer than 50 characters"):
        written("{% for a in x %}{{ a }}{% endfor %}", x=endless(), limit=50)
    assert seen == 51


@pytest.mark.parametrize(
    ("build_value", "reason"),
    [
        (lambda: {"a": {"b": None}}, '"b" is missing'),
        (dict, '"x.a.b" is missing'),
        (lambda: {"a": None}, '"a.b" is missing'),
    ],
)
def test_a_missing_value_is_named(build_value: Callable[[], object], reason: str) -> None:
    value = build_value() or None

    with pytest.raises(RenderError, match=reason):
        written("{{ x.a.b }}", x=value)
