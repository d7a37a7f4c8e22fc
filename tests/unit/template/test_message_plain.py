"""What those read who read no HTML, and the single lines of a message."""

import pytest

from duly.template.sandbox import RenderError
from example_message import VALUES, message, rendered


def text(body: str, **values: object) -> str:
    """Return the plain part without the foot of the business."""
    whole = rendered(body, values={**VALUES, **values}).text
    return whole.split("This message is about", 1)[0].strip()


@pytest.mark.parametrize(
    ("body", "plain"),
    [
        ("# Hello\n\n**Ana** and *Ion*, `x`", "Hello\n\nAna and Ion, x"),
        ("a\nb  \nc", "a b\nc"),
        ("[Pay]({{ pay_link }})", "Pay: https://pay.example/i/17?k=a&l=ro"),
        ("<https://a.example>", "https://a.example"),
        ("<ana@a.example>", "ana@a.example"),
        ("[a@b.example](mailto:a@b.example)", "a@b.example"),
        ("![A cup](https://a.example/cup.png)", "A cup"),
        ("- a\n- b\n  - c\n\n1. d\n2. e", "- a\n- b\n  - c\n\n1. d\n2. e"),
        ("- a\n\n  b\n- c", "- a\n  b\n- c"),
        ("> a\n>\n> - b", "> a\n\n> - b"),
        ("a\n\n---\n\nb", "a\n\n----------\n\nb"),
        ("```\na\n  b\n```", "a\n  b"),
        ("a &amp; b \\* c <d>", "a & b * c <d>"),
        (
            "{% for l in invoice.lines %}\n- {{ l.text }}\n{% endfor %}\n- end\n\nx",
            "- Small box\n- Extra bag\n- end\n\nx",
        ),
        (
            "{% for l in invoice.lines %}\n1. {{ l.text }}\n{% endfor %}",
            "- Small box\n- Extra bag",
        ),
        ("a\n\n{% if parcel.tracking %}\nb\n{% endif %}\n\nc", "a\n\nc"),
        (
            "> {% for l in invoice.lines %}\n> {{ l.text }}\n> {% endfor %}",
            "> Small box\n\n> Extra bag",
        ),
    ],
)
def test_no_markup_is_left_in_the_plain_part(body: str, plain: str) -> None:
    assert text(body) == plain


def test_tables_are_aligned_for_their_values() -> None:
    body = (
        "| Item | Note | Amount |\n|---|:-:|---:|\n"
        "{% for line in invoice.lines %}\n"
        "| {{ line.text }} | {{ line.note | default('-') }} | {{ line.amount }} |\n"
        "{% endfor %}\n| **Total** | | **{{ invoice.total }}** |\n"
    )

    assert text(body).replace("\u00a0", " ").split("\n") == [
        "Item       Note      Amount",
        "Small box   -     RON 89.00",
        "Extra bag  new    RON 35.00",
        "Total            RON 124.00",
    ]


def items(*texts: str) -> str:
    """Return the plain part of a table with one row a text."""
    body = (
        "| Item | N |\n|---|--:|\n{% for l in invoice.lines %}\n| {{ l.text }} | 1 |\n{% endfor %}"
    )
    return text(body, invoice={"lines": [{"text": item} for item in texts]})


def test_a_long_cell_goes_on_below() -> None:
    assert items("Ethiopia Yirgacheffe, washed, roasted medium, winter edition").split("\n") == [
        "Item" + " " * 43 + "N",
        "Ethiopia Yirgacheffe, washed, roasted medium,  1",
        "winter edition",
    ]


def test_a_long_word_stands_out_and_widens_nothing() -> None:
    assert items("x" * 80, "y").split("\n") == [
        "Item" + " " * 48 + "N",
        "x" * 80 + "  1",
        "y" + " " * 51 + "1",
    ]


def test_a_value_with_line_breaks_stays_in_its_cell() -> None:
    assert items("a\nb", "c") == "Item  N\na b   1\nc     1"


@pytest.mark.parametrize("value", ["<b>&amp;", "{{ x }}{% if y %}", "# x\n- y", "a'\"b"])
def test_values_stand_in_the_plain_part_as_they_are(value: str) -> None:
    assert text("Hi {{ subscription.plan }}.", subscription={"plan": value}) == f"Hi {value}."


def test_braces_that_meet_when_markup_falls_away_are_no_code() -> None:
    body = "{**{** pay_link **}**}"

    assert text(body) == "{{ pay_link }}"


def test_the_plain_part_ends_with_the_business() -> None:
    whole = rendered(message("x", language="ro", message_class="marketing")).text

    assert whole.split("\n") == [
        "x",
        "",
        "Mesaj trimis cu acordul de a primi noutăți de la Cafeaua Noastră.",
        "Dezabonare: https://pay.example/u/1",
        "",
        "Cafeaua Noastră SRL",
        "Str. Horea 10, Cluj-Napoca",
        "",
    ]


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("Ana", "Hi Ana"),
        ("Ana\r\nBcc: all@example.test", "Hi Ana Bcc: all@example.test"),
        ("Ana\x00\x0b\u2028\x85Pop\t", "Hi Ana Pop"),
        ("<Ana> & co", "Hi <Ana> & co"),
    ],
)
def test_a_subject_is_one_line_whatever_the_value(name: str, subject: str) -> None:
    values = {**VALUES, "subscriber": {"name": name, "email": "a@b.example"}}
    source = message(
        "x",
        subject="Hi {{ subscriber.name | default('you') }}",
        preheader="Hi {{ subscriber.name | default('you') }}",
    )

    reached = rendered(source, values=values)

    assert (reached.subject, reached.preheader) == (subject, subject)


def test_variants_for_other_channels_are_plain_and_short() -> None:
    source = message(
        "x", sms="Pay {{ invoice.total }}: {{ pay_link }}", push="& {{ invoice.total }}"
    )

    reached = rendered(source, locale="ro")

    assert reached.sms == "Pay 124,00 RON: https://pay.example/i/17?k=a&l=ro"
    assert reached.push == "& 124,00 RON"


def test_channels_without_a_variant_have_none() -> None:
    assert (rendered("x").sms, rendered("x").push, rendered("x").preheader) == (None, None, "")


def test_amounts_and_dates_follow_the_locale_of_the_reader() -> None:
    source = message("{{ invoice.total | money }}, {{ invoice.due_on | date }}")
    first_lines = {
        locale: rendered(source, locale=locale).text.split("\n")[0].replace("\u00a0", " ")
        for locale in ("en", "en-GB", "ro", "de_AT", "nowhere")
    }

    assert first_lines == {
        "en": "RON 124.00, January 15, 2026",
        "en-GB": "RON 124.00, 15 January 2026",
        "ro": "124,00 RON, 15 ianuarie 2026",
        "de_AT": "RON 124,00, 15. Jänner 2026",
        "nowhere": "RON 124.00, January 15, 2026",  # the message is in English
    }


@pytest.mark.parametrize(
    ("body", "values", "reason"),
    [
        ("{{ subscription.plan }}", {"subscription": {}}, '"plan" is missing'),
        ("{{ subscription.plan }}", {"subscription": {"plan": None}}, '"plan" is missing'),
        ("{{ subscription.plan }}", {"subscription": None}, '"subscription.plan" is missing'),
        ("{{ pay_link }}", {"pay_link": None}, '"pay_link" is missing'),
        ("{{ subscription.plan }}", {"subscription": {"plan": ["x"]}}, "list cannot be shown"),
        ("{{ subscription.plan }}", {"subscription": {"plan": True}}, "yes or no"),
        ("{{ invoice.total | money }}", {"invoice": {"total": 5}}, "int cannot be changed"),
        ("{% for l in invoice.lines %}x{% endfor %}", {"invoice": {"lines": 5}}, "does not fit"),
        (
            "{% if subscription.cycle > 3 %}x{% endif %}",
            {"subscription": {"cycle": "a"}},
            "not fit",
        ),
        ("{{ subscription.plan }}", {"subscription": {"plan": "x" * 400_001}}, "400000 characters"),
    ],
)
def test_a_value_that_does_not_fit_is_told_and_nothing_is_written(
    body: str, values: dict[str, object], reason: str
) -> None:
    with pytest.raises(RenderError, match=reason):
        rendered(body, values={**VALUES, **values})


@pytest.mark.parametrize(
    ("value", "shown"),
    [("x", "yes"), ("", "no"), (None, "no"), (0, "no"), (2, "yes"), (False, "no"), ([], "no")],
)
def test_if_asks_whether_there_is_something(value: object, shown: str) -> None:
    body = "{% if not subscription.plan %}no{% else %}yes{% endif %}"

    assert text(body, subscription={"plan": value}) == shown
