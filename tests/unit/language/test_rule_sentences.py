"""A rule as one sentence, in English and in Romanian."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import duly
from duly.language.words import sentence
from duly.template.language import translator
from language_files import rule_of

ENGINE = Path(duly.__file__).resolve().parent
SPEAKING = ("triggers", "actions", "condition", "language")


def patterns() -> Iterator[str]:
    """Yield every pattern that stands in a call of translate."""
    for part in SPEAKING:
        for file in sorted((ENGINE / part).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_bytes())):
                if isinstance(node, ast.Call) and _name(node.func) in {"translate", "_translate"}:
                    match node.args:
                        case [ast.Constant(value=str(pattern))]:
                            yield pattern
                        case _:
                            raise AssertionError(f"{file}:{node.lineno}: no constant pattern")


def _name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


PATTERNS = sorted(set(patterns()))

RULES = [
    (
        "when: {cycle_due: }, do: [{invoice: {message: your-invoice}}, charge: ]",
        "When a new cycle starts: issue the invoice and send it, then send the message "
        "your-invoice by email, then charge the stored payment method.",
        "Când începe un ciclu nou: emite factura și o trimite, apoi trimite mesajul your-invoice "
        "prin email, apoi încasează prin metoda de plată salvată.",
    ),
    (
        "when: {invoice_paid: , subscription_ended: }, only_if: {country: RO, "
        "subscription.taste: mild}, once_per: 90 days, "
        "do: [{notify: {message: welcome, by: {first_of: [sms, email]}}}]",
        "When an invoice is paid in full or a subscription ends, only if country is RO and "
        "subscription.taste is mild: send the message welcome by sms or email. "
        "At most once in 90 days.",
        "Când o factură este plătită integral sau un abonament se încheie, numai dacă country este "
        "RO și subscription.taste este mild: trimite mesajul welcome prin sms sau email. "
        "Cel mult o dată în 90 days.",
    ),
    (
        "when: {payment_failed: {first_time: yes}}, stop_when: {invoice_paid: }, timeline: ["
        "{day: 0, do: [{notify: {message: welcome}}]}, {after: 2 hours, do: [charge: ]}, "
        "{day: 7, only_if: {invoice.is_paid: no}, do: [pause: ]}]",
        "When a payment is refused for the first time: at once send the message welcome by email; "
        "after 2 hours charge the stored payment method; on day 7 pause the subscription (only if "
        "invoice.is_paid is no). It stops when an invoice is paid in full.",
        "Când o plată este refuzată prima dată: imediat trimite mesajul welcome prin email; după "
        "2 hours încasează prin metoda de plată salvată; în ziua 7 pune abonamentul în pauză "
        "(numai dacă invoice.is_paid este nu). Se oprește când o factură este plătită integral.",
    ),
]


@pytest.mark.parametrize(("written", "english", "romanian"), RULES)
def test_a_rule_is_one_sentence(written: str, english: str, romanian: str) -> None:
    rule = rule_of(f"rules: {{a: {{{written}}}}}")

    assert rule.sentence == english
    assert sentence(rule, translator("ro")) == romanian


@pytest.mark.parametrize(
    ("once_per", "said"),
    [
        ("cycle", "At most once a cycle."),
        ("calendar_year", "At most once a calendar year."),
        ("ever", "At most once ever."),
        ("occurrence", "Each time it happens."),
        ("1 month", "At most once in 1 month."),
    ],
)
def test_a_limit_is_said_if_it_is_not_the_usual_one(once_per: str, said: str) -> None:
    rule = rule_of(
        "rules: {a: {when: {invoice_paid: }, do: [resume: ], once_per: " + once_per + "}}"
    )

    assert rule.sentence.endswith(f"let the subscription go on. {said}")


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_is_translated_with_all_its_places(pattern: str) -> None:
    romanian = translator("ro")(pattern)

    assert romanian != pattern
    assert _places(romanian) == _places(pattern)


def _places(pattern: str) -> set[str]:
    return {part.partition("}")[0] for part in pattern.split("{")[1:]}


def test_there_are_patterns_to_translate() -> None:
    assert len(PATTERNS) > 50
