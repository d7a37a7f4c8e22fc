"""What the reader of the HTML part sees, and what never becomes markup."""

import re

import pytest

from duly.errors import InputError
from duly.template.letterhead import Letterhead
from duly.template.message import compile_message
from duly.template.sandbox import RenderError
from example_message import LETTERHEAD, NAMES, VALUES, message, rendered, sheet

_STYLE = re.compile(r' (?:style|class|align|border|cellpadding|cellspacing|width|role)="[^"]*"')


def plain_html(body: str, **values: object) -> str:
    """Return the HTML of a body without its styles."""
    html = sheet(rendered(body, values={**VALUES, **values}).html)
    return _STYLE.sub("", html).split(">", 1)[1].split("</td></tr>\n<tr><td", 1)[0].strip()


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("Hello **{{ subscription.plan }}**!", "<p>Hello <strong>box-small</strong>!</p>"),
        ("# Plan {{ subscription.plan }}", "<h1>Plan box-small</h1>"),
        ("a  \nb\nc", "<p>a<br>b c</p>"),
        ("`{{ subscription.plan }}` *x*", "<p><code>box-small</code> <em>x</em></p>"),
        ("    indented\n", "<p>indented</p>"),
        ("a\n\n---\n\nb", "<p>a</p>\n<hr>\n<p>b</p>"),
        ("{# nobody reads this #}x", "<p>x</p>"),
        ("> quoted", "<blockquote>\n<p>quoted</p>\n</blockquote>"),
        ("```\n a {{ subscription.plan }}\n```", "<pre> a box-small</pre>"),
        (
            "[see]({{ pay_link }}) it",
            '<p><a href="https://pay.example/i/17?k=a&amp;l=ro">see</a> it</p>',
        ),
        (
            "x [write](https://a.example/?m={{ subscriber.email }}&n=1)",
            '<p>x <a href="https://a.example/?m=ana@example.test&amp;n=1">write</a></p>',
        ),
        (
            "![A cup](https://a.example/cup.png)",
            '<p><img alt="A cup" src="https://a.example/cup.png"></p>',
        ),
    ],
)
def test_markdown_becomes_html(body: str, html: str) -> None:
    assert plain_html(body) == html


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("{% if pay_link %}\nyes\n{% endif %}", "<p>yes</p>"),
        ("{% if parcel.tracking %}\nyes\n{% endif %}", ""),
        ("{% if parcel.tracking %}yes{% endif %}", ""),
        ("{% if parcel.tracking %}a{% else %}b{% endif %}", "<p>b</p>"),
        (
            "{% if parcel.tracking %}\na\n{% elif pay_link %}\nb\n{% endif %}\nc",
            "<p>b</p>\n<p>c</p>",
        ),
        ("a\n{% if pay_link %}\nb\n{% endif %}\nc", "<p>a</p>\n<p>b</p>\n<p>c</p>"),
        ("{% if pay_link %}\n        deep\n{% endif %}", "<p>deep</p>"),
        ("a {% if pay_link %}b{% endif %} c", "<p>a b c</p>"),
        (
            "{% for line in invoice.lines %}\n- {{ line.text }}\n{% endfor %}\n- end",
            "<ul>\n<li>Small box</li>\n<li>Extra bag</li>\n<li>end</li>\n</ul>",
        ),
        (
            "{% for l in invoice.lines %}{{ l.text }}{% if l.note %} ({{ l.note }}){% endif %};"
            "{% endfor %}",
            "<p>Small box;Extra bag (new);</p>",
        ),
        ("> {% if pay_link %}\n> a\n> {% endif %}", "<blockquote>\n<p>a</p>\n</blockquote>"),
        (
            "- a\n  {% if pay_link %}\n  b\n  {% endif %}\n- c",
            "<ul>\n<li>a<p>b</p>\n</li>\n<li>c</li>\n</ul>",
        ),
        ("{% for a in parcel.items | default('') %}x{% endfor %}", None),
    ],
)
def test_blocks_leave_no_empty_paragraphs_and_lists_stay_whole(body: str, html: str | None) -> None:
    if html is None:
        with pytest.raises(Exception, match="problem"):
            plain_html(body)
    else:
        assert plain_html(body).replace("\n\n", "\n") == html


def test_a_row_is_repeated_for_each_line() -> None:
    body = (
        "| Item | Amount |\n|---|---:|\n"
        "{% for line in invoice.lines %}\n| {{ line.text }} | {{ line.amount | money }} |\n"
        "{% endfor %}\n| **Total** | **{{ invoice.total }}** |\n"
    )

    html = sheet(rendered(body, locale="ro").html)

    table = html.split("</table>")[0]
    rows = [re.findall(r">([^<>\n]+)</", row) for row in table.split("<tr>")[1:]]
    assert rows == [
        ["Item", "Amount"],
        ["Small box", "89,00\u00a0RON"],
        ["Extra bag", "35,00\u00a0RON"],
        ["Total", "124,00\u00a0RON"],
    ]
    assert re.findall(r'class="cell (\w+)( total)?"', html)[-2:] == [
        ("left", " total"),
        ("right", " total"),
    ]


def test_a_condition_right_below_a_table_stays_below_it() -> None:
    body = "| a | b |\n|---|---|\n| c | d |\n{% if parcel.tracking %}\nx\n{% endif %}\n"

    assert plain_html(body).endswith("</tr>\n</tbody></table></div>")


def test_a_table_without_words_in_its_head_has_no_head() -> None:
    assert "<th" not in plain_html("| | |\n|---|---|\n| a | b |")


def test_a_link_alone_is_a_button() -> None:
    html = sheet(rendered("[Pay **now**]({{ pay_link }})").html)

    assert 'class="button-link" href="https://pay.example/i/17?k=a&amp;l=ro"' in html
    assert "Pay <strong>now</strong></a></td></tr></tbody></table>" in html


def test_a_link_alone_in_a_condition_is_a_button() -> None:
    html = sheet(rendered("{% if pay_link %}[Pay]({{ pay_link }}){% endif %}").html)

    assert html.count('class="button-link"') == 1
    assert "<p" not in html


def test_markup_of_the_author_is_text() -> None:
    assert (
        plain_html("<b>x</b> &amp; <script>") == "<p>&lt;b&gt;x&lt;/b&gt; &amp; &lt;script&gt;</p>"
    )


@pytest.mark.parametrize(
    ("value", "html"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("{{ invoice.number }}{% if x %}", "{{ invoice.number }}{% if x %}"),
        ("**bold** [x](y)", "**bold** [x](y)"),
        ('" onclick="x', "&#34; onclick=&#34;x"),
        ("a\x00b\u0007c\U000f0000d\U0010ff00", "abcd"),
    ],
)
def test_a_value_is_never_markup_or_code(value: str, html: str) -> None:
    body = "Hi {{ subscription.plan }}."

    assert plain_html(body, subscription={"plan": value}) == f"<p>Hi {html}.</p>"


def test_a_value_that_claims_to_be_safe_is_escaped() -> None:
    class Safe(str):
        __slots__ = ()

        def __html__(self) -> str:
            return str(self)

    assert plain_html("{{ subscription.plan }}", subscription={"plan": Safe("<b>")}) == (
        "<p>&lt;b&gt;</p>"
    )


def test_text_in_quotes_is_escaped() -> None:
    assert plain_html("{{ parcel.tracking | default('<i>') }}") == "<p>&lt;i&gt;</p>"


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "https://a b", 'https://a"x', "a.example", ""]
)
def test_a_value_that_is_no_address_is_not_linked(link: str) -> None:
    with pytest.raises(RenderError, match="not a whole address"):
        rendered("[x]({{ pay_link }})", values={**VALUES, "pay_link": link})


def test_a_value_inside_an_address_stays_inside_its_place() -> None:
    values = {**VALUES, "subscriber": {"email": 'a&b=c#"/?'}}

    html = sheet(rendered("x [y](https://a.example/?m={{ subscriber.email }})", values=values).html)

    assert 'href="https://a.example/?m=a%26b%3Dc%23%22%2F%3F"' in html


def test_a_mail_shows_the_business_and_speaks_its_language() -> None:
    page = rendered(message("x", language="ro", preheader="Plan {{ subscription.plan }}")).html

    assert '<html lang="ro"' in page
    assert ">Cafeaua Noastră</span>" in page
    assert "Cafeaua Noastră SRL<br>Str. Horea 10, Cluj-Napoca" in page
    assert "Acest mesaj privește abonamentul la Cafeaua Noastră." in page
    assert "Plan box-small" in page
    assert "Dezabonare" not in page
    assert "@media (prefers-color-scheme: dark)" in page
    assert "{{" not in page


def test_marketing_has_a_link_to_unsubscribe() -> None:
    page = rendered(message("x", language="ro", message_class="marketing")).html

    assert re.search(r'href="https://pay.example/u/1"[^>]*>Dezabonare</a>', page)


def test_marketing_without_its_link_is_not_written() -> None:
    values = {name: value for name, value in VALUES.items() if name != "unsubscribe_link"}

    with pytest.raises(RenderError, match='the value "unsubscribe_link" is missing'):
        rendered(message("x", message_class="marketing"), values=values)


def test_the_name_of_a_business_is_escaped_and_leads_to_its_site() -> None:
    letterhead = Letterhead("Bean & <Co>", "Bean & Co", web="https://bean.example/?a=1&b=2")

    page = compile_message(message("x"), NAMES, letterhead).render(VALUES, locale="en").html

    assert re.search(r'href="https://bean.example/\?a=1&amp;b=2"[^>]*>Bean &amp; &lt;Co&gt;<', page)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"accent": "green"}, '"green" is not a colour'),
        ({"accent": "#12345"}, '"#12345" is not a colour'),
        ({"web": "bean.example"}, '"bean.example" is not a web address'),
        ({"address": "a\U000f0001"}, r"U\+F0001"),
    ],
)
def test_a_letterhead_that_cannot_be_used_is_refused(fields: dict[str, str], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        Letterhead("Bean", "Bean Ltd", **fields)


def test_one_compiled_message_serves_many_readers() -> None:
    ready = compile_message(message("{{ subscription.plan }}"), NAMES, LETTERHEAD)

    texts = [
        ready.render({"subscription": {"plan": plan}}, locale="en").text.split("\n")[0]
        for plan in ("one", "two")
    ]

    assert texts == ["one", "two"]
