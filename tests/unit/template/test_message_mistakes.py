"""What a message may not say, where it says it, and what to write instead."""

import pytest

from duly.template.draft import check_message
from duly.template.message import compile_message
from duly.values.problem import Problem, ProblemsError
from example_message import BODY_LINE, LETTERHEAD, NAMES, message, problems


def one(body: str) -> Problem:
    (problem,) = problems(body)
    return problem


@pytest.mark.parametrize(
    ("body", "code", "column", "length", "hint"),
    [
        ("{{ subscriber.nmae }}", "unknown-name", 4, 15, "did you mean subscriber.name?"),
        ("Hi {{plan}}", "unknown-name", 6, 4, "did you mean subscription.plan?"),
        ("{{ nmae }}", "unknown-name", 4, 4, "did you mean subscriber.name?"),
        ("{{ pay_lnik }}", "unknown-name", 4, 8, "did you mean pay_link?"),
        ("{{ parcel }}", "unknown-name", 4, 6, "such as parcel.items"),
        ("{{ invoice.qqq }}", "unknown-name", 4, 11, "knows invoice.due_on, invoice.lines"),
        ("{{ loop.index }}", "unknown-name", 4, 10, "this message knows"),
        ("{{ self }}", "unknown-name", 4, 4, "this message knows"),
        ("{{ subscriber.name }}", "may-be-missing", 4, 15, "subscriber.name | default('…')"),
        ("{{ subscriber.name | upper }}", "may-be-missing", 4, 15, "{% if subscriber.name %}"),
        ("{{ pay_link | default(subscriber.name) }}", "may-be-missing", 23, 15, "default"),
        (
            '{% if subscriber.name == "Ana" %}x{% endif %}',
            "may-be-missing",
            7,
            15,
            "{% if subscriber.name and … %}",
        ),
        ("{% for i in parcel.items %}x{% endfor %}", "may-be-missing", 13, 12, "{% if parcel.it"),
        ("{{ invoice.total | mony }}", "unknown-filter", 20, 4, 'did you mean "money"?'),
        ("{{ invoice.total | attr('minor') }}", "unknown-filter", 20, 4, "messages know money"),
        ("{{ invoice.total | date }}", "wrong-type", 20, 4, "{{ invoice.due_on | date }}"),
        ("{{ invoice.total | upper }}", "wrong-type", 20, 5, "a link or a text"),
        ("{{ subscription.add_ons | join(5) }}", "wrong-type", 27, 4, 'join(", ")'),
        ("{{ subscription.add_ons }}", "wrong-type", 1, 26, 'join(", ")'),
        ("{{ invoice.lines }}", "wrong-type", 1, 19, "{% for item in invoice.lines %}"),
        ("{{ subscriber.is_company }}", "wrong-type", 1, 27, "write {% if … %}"),
        ("{{ not subscriber.is_company }}", "wrong-type", 4, 25, "{% if … %}"),
        ("{% if invoice.total > 5 %}x{% endif %}", "wrong-type", 7, 17, "open_amount"),
        ('{% if subscription.cycle == "x" %}x{% endif %}', "wrong-type", 7, 25, "two numbers"),
        ("{% for x in invoice.total %}x{% endfor %}", "wrong-type", 13, 13, "parcel.items"),
        ("{{ pay_link | default }}", "unreadable-tag", 15, 7, 'default("friend")'),
        ("{{ pay_link(1) }}", "not-in-messages", 4, 11, "leave out the brackets"),
        ("{{ 'a'.upper }}", "unreadable-tag", 4, 9, "write one name"),
        ("{{ pay_link[0] }}", "not-in-messages", 12, 1, "with dots"),
        ("{{ subscription.cycle + 1 }}", "not-in-messages", 23, 1, "worked out by rules"),
        ("{{ pay_link ~ pay_link }}", "not-in-messages", 13, 1, "each in its own"),
        ("{{ pay_link is defined }}", "not-in-messages", 13, 2, "{% if parcel.tracking %}"),
        ("{{ pay_link if pay_link }}", "not-in-messages", 13, 2, "{% endif %}"),
        ('{% if pay_link in "x" %}x{% endif %}', "not-in-messages", 16, 2, "or"),
        ("{% if pay_link == none %}x{% endif %}", "not-in-messages", 19, 4, "{% if not"),
        ("{{ subscriber.__class__ }}", "not-in-messages", 15, 9, "do not"),
        ("{{ pay_link | default(“x”) }}", "unreadable-tag", 4, 23, 'straight quotes: "…"'),
        ("{{ pay_link, 1 }}", "unreadable-tag", 4, 11, "write one name"),
        ("{{ pay_link ! }}", "unreadable-tag", 4, 10, "subscriber.name"),
        ("{{ }}", "empty-tag", 1, 5, "{{ subscriber.name }}"),
        ("{{- pay_link -}}", "not-in-messages", 1, 16, 'leave out the "-"'),
        ("{{ pay_link", "unclosed-tag", 1, 2, 'close it with "}}"'),
        ("{{ pay_link }", "unclosed-tag", 1, 2, 'close it with "}}"'),
        ("pay_link }}", "unopened-tag", 10, 2, 'write "{{" before it'),
        ("{% if pay_link %}x", "unclosed-tag", 1, 17, "{% endif %} where it ends"),
        ("{% for l in invoice.lines %}x", "unclosed-tag", 1, 28, "{% endfor %}"),
        ("x{% endif %}", "misplaced-tag", 2, 11, "{% if … %} before it"),
        ("x{% else %}", "misplaced-tag", 2, 10, "one {% else %}"),
        ("{% include 'x' %}", "unknown-tag", 1, 17, "messages know {% if %}"),
        ("{% set x = 1 %}", "unknown-tag", 1, 15, "messages know {% if %}"),
        ("{% macro f() %}", "unknown-tag", 1, 15, "messages know {% if %}"),
        ("{% elseif pay_link %}", "unknown-tag", 1, 21, "did you mean {% elif"),
        ("{% if %}", "unreadable-tag", 1, 8, "write {% if subscriber.name %}"),
        ("{% for a, b in invoice.lines %}", "unreadable-tag", 1, 31, "{% for line in invoice.li"),
        ("{% for pay_link in invoice.lines %}x{% endfor %}", "not-in-messages", 1, 35, "item in"),
        ("{% for _x in invoice.lines %}x{% endfor %}", "not-in-messages", 1, 29, "item in"),
        ("**{% if pay_link %}** x{% endif %}", "crossed-tag", 3, 17, "lines of their own"),
        ("{% if pay_link %}a\n\nb{% endif %}", "crossed-tag", 1, 17, "lines of their own"),
        ("[x](shop.example)", "bad-address", 5, 12, "https://"),
        ("[x](javascript:alert)", "bad-address", 5, 16, "https://"),
        ("[x]({% if pay_link %}{{ pay_link }}{% endif %})", "bad-address", 5, 17, "whole link"),
        ("[x]({{ subscriber.email }})", "wrong-type", 8, 16, "pay_link, unsubscribe_link"),
        ("![x](cat.png)", "bad-address", 6, 7, "https://"),
        ("a\U000f0001", "private-character", 2, 1, "delete it"),
        (">" * 30 + " x", "too-deep", 1, 1, "fewer levels"),
        ("{{ 'x" + "x" * 300 + "' }}", "too-long", 1, 309, "outside of the tag"),
    ],
)
def test_a_mistake_is_placed_and_has_a_fix(
    body: str, code: str, column: int, length: int, hint: str
) -> None:
    problem = one(body)

    assert (problem.code, problem.span.line) == (code, BODY_LINE)
    assert (problem.span.column, problem.span.length) == (column, length)
    assert hint in problem.hint


def test_a_place_counts_lines_from_the_start_of_the_file() -> None:
    problem = one("Hello,\n\nyour plan is {{ plan }}.\n")

    assert (problem.span.line, problem.span.column) == (BODY_LINE + 2, 17)


def test_all_mistakes_of_all_parts_are_told_at_once() -> None:
    source = message("{{ one }}\n{{ two }}", subject="{{ three }}", sms="{{ four }}")

    found = [problem.message.split('"')[1] for problem in check_message(source, NAMES)]

    assert found == ["three", "four", "one", "two"]


def test_a_mistake_in_the_subject_is_placed_behind_its_key() -> None:
    (problem,) = check_message(message("x", subject="Hi {{ plan }}"), NAMES)

    assert (problem.span.line, problem.span.column) == (2, 16)


def test_a_list_inside_a_list_belongs_to_the_outer_item() -> None:
    body = "{% for l in invoice.lines %}{% for m in invoice.lines %}x{% endfor %}{% endfor %}"

    assert one(body).message == (
        'a list inside a list goes over what belongs to "l", not "invoice.lines"'
    )


def test_lists_stand_two_deep_and_not_three() -> None:
    two = "{% for l in invoice.lines %}{% for p in l.parts %}{{ p.name }}{% endfor %}{% endfor %}"
    three = two.replace("{{ p.name }}", "{% for q in l.parts %}x{% endfor %}")

    assert problems(two) == ()
    assert one(three).code == "too-deep"


def test_names_of_a_loop_end_with_it() -> None:
    body = "{% for line in invoice.lines %}{{ line.text }}{% endfor %}{{ line.text }}"

    assert one(body).span.column == 62


@pytest.mark.parametrize(
    "body",
    [
        "{% if subscriber.name %}{{ subscriber.name }}{% endif %}",
        "{% if not subscriber.name %}x{% else %}{{ subscriber.name }}{% endif %}",
        "{% if subscriber.name and subscriber.name != 'Ana' %}x{% endif %}",
        "{% if not subscriber.name or subscriber.name == 'Ana' %}x{% endif %}",
        "{% if parcel.items and subscriber.name %}{{ subscriber.name }}{% endif %}",
        "{% if pay_link %}{% elif not subscriber.name %}{% else %}{{ subscriber.name }}{% endif %}",
        "{{ subscriber.name | default('friend') }}",
        "{{ subscriber.name | upper | default('friend') }}",
        "{{ subscriber.name | default(subscriber.email) }}",
        "{{ subscriber.name | default('„prieten”') }}",
        "{% for l in invoice.lines %}{% if l.note %}{{ l.note }}{% endif %}{% endfor %}",
    ],
)
def test_a_value_is_not_missing_where_somebody_looked(body: str) -> None:
    assert problems(body) == ()


@pytest.mark.parametrize(
    "body",
    [
        "{% if subscriber.name or pay_link %}{{ subscriber.name }}{% endif %}",
        "{% if not subscriber.name %}{{ subscriber.name }}{% endif %}",
        "{% if subscriber.name %}x{% endif %}{{ subscriber.name }}",
        "{% if subscriber.name %}x{% else %}{{ subscriber.name }}{% endif %}",
    ],
)
def test_a_value_may_be_missing_where_nobody_looked(body: str) -> None:
    assert one(body).code == "may-be-missing"


def test_a_tag_that_cannot_be_read_does_not_accuse_its_partner() -> None:
    assert [problem.code for problem in problems("{% for l of invoice.lines %}x{% endfor %}")] == [
        "unreadable-tag"
    ]


def test_too_many_tags_are_told_once() -> None:
    assert [problem.code for problem in problems("{{ pay_link }}" * 600)] == ["too-long"]


def test_a_body_has_an_end() -> None:
    assert one("x" * 20_001).code == "too-long"


def test_a_subject_is_not_empty() -> None:
    (problem,) = check_message(message("x", subject="  "), NAMES)

    assert problem.code == "empty-subject"


def test_marketing_needs_a_link_to_unsubscribe() -> None:
    names = {path: name for path, name in NAMES.items() if path != "unsubscribe_link"}

    (problem,) = check_message(message("x", message_class="marketing"), names)

    assert problem.code == "no-unsubscribe"


def test_a_message_with_mistakes_is_not_compiled() -> None:
    with pytest.raises(ProblemsError) as error:
        compile_message(message("{{ one }} {{ two }}"), NAMES, LETTERHEAD)

    assert len(error.value.problems) == 2
