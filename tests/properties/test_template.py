"""Messages made at random: nothing breaks, nothing grows without end, no value becomes code."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duly.template.draft import check_message
from duly.template.message import MAX_BODY, MAX_SHORT
from duly.template.sandbox import RenderError
from duly.values.money import Money
from duly.values.problem import ProblemsError
from example_message import NAMES, VALUES, compiled, message, problems, rendered

# Pieces that mean something to markdown, to Jinja or to HTML, so that chance puts them together.
PIECES = (
    *"abc \n\n|-*_`#>[](){}%!<&\\\"'.",
    "{{ pay_link }}",
    "{{ subscriber.name | default('x') }}",
    "{{ subscription.plan }}",
    "{{ invoice.total | money }}",
    "{{",
    "}}",
    "{% if subscriber.name %}",
    "{% else %}",
    "{% endif %}",
    "\n{% for line in invoice.lines %}\n",
    "\n{% endfor %}\n",
    "{{ line.text }}",
    "\n| a | b |\n|---|--:|\n",
    "\n| ",
    " | ",
    "\n- ",
    "\n  - ",
    "\n1. ",
    "\n> ",
    "\n\n",
    "    ",
    "**",
    "](",
    "https://a.example/",
    "[pay]({{ pay_link }})",
    "<script>",
    "&amp;",
    "```\n",
    "---\n",
    "{#",
    "#}",
)
bodies = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)

# Whole blocks, so that most of these are messages.
_words = st.lists(
    st.sampled_from([piece for piece in PIECES if not re.search(r"[{%#}]", piece)]), max_size=8
).map("".join)
_BLOCKS = (
    "{{% if subscriber.name %}}{0}{{% endif %}}",
    "\n{{% if subscriber.name %}}\n{0}\n{{% else %}}\n{1}\n{{% endif %}}\n",
    "\n{{% for line in invoice.lines %}}\n- {{{{ line.text }}}} {0}\n{{% endfor %}}\n{1}",
    "\n| a |\n|--:|\n{{% if pay_link %}}\n| {{{{ invoice.total }}}} |\n{{% endif %}}\n{0}",
    "{0} {{{{ subscriber.name | default('x') }}}} {1}",
)
whole_bodies = st.recursive(
    _words,
    lambda inner: st.builds(
        lambda block, one, two: block.format(one, two), st.sampled_from(_BLOCKS), inner, inner
    ),
    max_leaves=8,
)

CODE_OR_MARKUP = (
    "{{ pay_link }}",
    "{% for x in y %}",
    "{# x #}",
    "<script>alert(1)</script>",
    "<img src=x onerror=y>",
    "--></title></style>",
    "<!--\U000f1000-->",
    '" onload="x',
    "' x='",
    "**bold** [x](https://x.example)",
    "\U000f0000\U000f1000\U000f2000\U0010ff00\U0010ff02\U0010ff10\U0010ff13",
    "\r\nBcc: x@example.test",
    "\x00\u2028",
)
hostile = st.one_of(
    st.sampled_from(CODE_OR_MARKUP),
    st.text(max_size=40),
    st.lists(st.sampled_from(CODE_OR_MARKUP), max_size=4).map("".join),
)


class _Tags(HTMLParser):
    """Collect the tags with the names of their attributes, which no value may change."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))


def tags(html: str) -> list[tuple[str, tuple[str, ...]]]:
    parser = _Tags()
    parser.feed(html)
    return parser.found


@given(st.one_of(bodies, whole_bodies))
def test_any_text_is_a_message_or_a_list_of_problems(body: str) -> None:
    source = message(body, subject="x", sms=body)
    told = check_message(source, NAMES)

    if told:
        with pytest.raises(ProblemsError) as error:
            compiled(source)
        assert error.value.problems == told
        assert all(problem.message and problem.hint for problem in told)
    else:
        reached = compiled(source).render(VALUES, locale="ro")
        assert len(reached.html) <= MAX_BODY
        assert len(reached.text) <= MAX_BODY
        assert len(reached.sms or "") <= MAX_SHORT


@given(bodies)
def test_problems_stand_inside_the_text(body: str) -> None:
    lines = body.split("\n")

    for problem in problems(body):
        line = lines[problem.span.line - 5]
        assert 1 <= problem.span.column <= len(line) + 1


EVERYWHERE = (
    "# {{ subscription.plan }}\n\n"
    "*{{ subscription.plan }}* [x {{ subscription.plan }}](https://a.example/?p={{ "
    "subscription.plan }})\n\n"
    "{{ parcel.tracking | default(subscription.plan) | upper }}\n\n"
    "| a | b |\n|---|---|\n"
    "{% for line in invoice.lines %}\n| {{ line.text }} | x |\n{% endfor %}\n"
)


@given(hostile, hostile)
def test_no_value_becomes_markup_or_code(plan: str, text: str) -> None:
    ready = compiled(
        message(EVERYWHERE, subject="{{ subscription.plan }}", preheader="{{ subscription.plan }}")
    )
    calm = {"subscription": {"plan": "x"}, "invoice": {"lines": [{"text": "x"}]}}
    wild = {"subscription": {"plan": plan}, "invoice": {"lines": [{"text": text}]}}

    reached = ready.render(wild, locale="en")

    assert tags(reached.html) == tags(ready.render(calm, locale="en").html)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\U000f0000-\U0010ffff]", reached.html)
    assert not re.search("[\U000f0000-\U0010ffff]", reached.text)
    assert not re.search("[\x00-\x1f\x7f\x85\u2028\u2029]", reached.subject)


@given(st.integers(1, 60), st.integers(1, 20_000))
def test_no_text_is_longer_than_its_limit(rows: int, width: int) -> None:
    body = "| a | b |\n|---|---|\n{% for l in invoice.lines %}\n| {{ l.text }} | y |\n{% endfor %}"
    values = {"invoice": {"lines": [{"text": "x" * width}] * rows}}

    try:
        reached = rendered(body, values=values)
    except RenderError:
        assert rows * width > MAX_BODY // 2  # it was long indeed
    else:
        assert len(reached.html) <= MAX_BODY
        assert len(reached.text) <= 2 * MAX_BODY


@given(st.integers(-(10**12), 10**12), st.sampled_from(["RON", "EUR", "JPY", "KWD"]))
def test_an_amount_keeps_every_digit(minor: int, currency: str) -> None:
    reached = rendered("{{ invoice.total }}", values={"invoice": {"total": Money(minor, currency)}})

    digits = re.sub(r"\D", "", reached.text.split("\n")[0])
    assert int(digits) == abs(minor)


ATTACKS = (
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ subscriber.__init__.__globals__ }}",
    "{{ subscriber['__class__'] }}",
    "{{ subscriber|attr('__class__') }}",
    "{{ self.__init__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ lipsum.__globals__ }}",
    "{{ config }}",
    "{{ namespace() }}",
    "{{ dict(a=1) }}",
    "{{ range(10**9) }}",
    "{% for x in range(10**9) %}x{% endfor %}",
    "{% for x in range(1000000000) %}x{% endfor %}",
    "{% for x in 'aaaa' %}x{% endfor %}",
    "{% for x in subscription.plan %}x{% endfor %}",
    "{{ 'a' * 10**9 }}",
    "{{ 10**10**10 }}",
    "{{ 'a'.join('bb') }}",
    "{{ 'a'.ljust(999999999) }}",
    "{{ 'a'.center(999999999) }}",
    "{{ '{0.__class__}'.format(subscriber) }}",
    "{{ '%999999999s' % 'a' }}",
    "{{ '%999999999s' | format('a') }}",
    "{{ 'a' | center(999999999) }}",
    "{{ 'a' | indent(999999999) }}",
    "{{ invoice.lines | map(attribute='__class__') | join }}",
    "{{ invoice.lines | map('upper') }}",
    "{{ invoice.lines | batch(2) }}",
    "{{ invoice.lines | tojson }}",
    "{{ subscription.plan | safe }}",
    "{{ subscription.plan | urlize }}",
    "{{ subscription.plan | default('" + "A" * 100_000 + "') }}",
    "{{ subscription.plan | default(" + "(" * 200 + "1" + ")" * 200 + ") }}",
    "{% for a in invoice.lines %}{% for b in invoice.lines %}x{% endfor %}{% endfor %}",
    "{% for a in invoice.lines recursive %}{{ loop(a) }}{% endfor %}",
    "{% for a in invoice.lines if a %}x{% endfor %}",
    "{% if x %}" * 2_000,
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% from 'x' import y %}",
    "{% extends 'x' %}",
    "{% set x = 'a' %}",
    "{% macro x() %}{% endmacro %}",
    "{% call x() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% block x %}{% endblock %}",
    "{% with x = 1 %}{% endwith %}",
    "{% raw %}x{% endraw %}",
    "{% autoescape false %}x{% endautoescape %}",
    "{% do x %}",
    "{% debug %}",
    "{{ subscription.plan ~ subscription.plan }}",
    "{{ subscription.plan[0:1] }}",
    "{{ [subscription.plan] }}",
    "{{ {'a': 1} }}",
    "{{ not " + "not " * 5_000 + "pay_link }}",
    "{{ " + "-" * 5_000 + "1 }}",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](//evil.example)",
    "[x]({{ subscription.plan }})",
    "![x](file:///etc/passwd)",
)


@pytest.mark.parametrize("body", ATTACKS, ids=range(len(ATTACKS)))
def test_an_attack_is_refused_with_its_place(body: str) -> None:
    told = problems(body)

    assert told
    assert all(problem.severity == "error" and problem.hint for problem in told)
    with pytest.raises(ProblemsError):
        compiled(message(body))
