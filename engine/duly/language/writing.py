"""Messages seen from the rules that send them: what each may show, and is it all there."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from duly.language.lint import brought
from duly.language.messages import MessageFiles
from duly.messaging.names import Names, message_names, offer_names
from duly.model.about import About
from duly.model.business import Business
from duly.rule import Rule
from duly.shape.quote import quote
from duly.template.draft import MessageHeader, MessageSource, check_message
from duly.template.letterhead import Letterhead
from duly.template.message import CompiledMessage, compile_message
from duly.values.problem import Problem, Span

_OF_OFFERS = {"plan": "", "discount": "", "for": ""}
_EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Sending:
    """Say that a rule sends a message: what that may show, and by which channels it goes."""

    rule: str
    names: Names
    by: tuple[str, ...]


Sendings = Mapping[str, tuple[Sending, ...]]  # by message


def sendings(rules: Iterable[Rule], business: Business) -> Sendings:
    """List who sends each message."""
    found: dict[str, list[Sending]] = {}
    for rule in rules:
        there = brought(rule)
        for entry in rule.entries:
            for step in entry.steps:
                letter = step.action.letter
                if letter is not None:
                    names = message_names(business, rule.about, brings=there)
                    sending = Sending(rule.name, {**names, **letter.names}, letter.by)
                    found.setdefault(letter.message, []).append(sending)
                there |= step.action.makes
    return {message: tuple(sent) for message, sent in found.items()}


def check_messages(messages: MessageFiles, sent: Sendings, business: Business) -> Iterator[Problem]:
    """Find what is wrong with the texts, for every rule that sends them."""
    for (name, _), file in messages.found.items():
        senders = sent.get(name, ())
        if file.source is not None:
            yield from _text_problems(file.source, senders or (_nobody(business),))
            yield from _channel_problems(file.start, file.source.header, senders)
    if not business.sender:
        yield from _without_sender(messages, sent)


def _nobody(business: Business) -> Sending:
    """Stand for the sender of a message that no rule sends: it may show everything."""
    names = message_names(business, About.INVOICE, brings=frozenset({"invoice", "cycle"}))
    return Sending("", {**names, **offer_names(_OF_OFFERS)}, ())


def _text_problems(source: MessageSource, senders: tuple[Sending, ...]) -> Iterator[Problem]:
    """Check a text for each sender; what only some of them lack is told with their names."""
    told = [(sending, set(check_message(source, sending.names))) for sending in senders]
    common = set.intersection(*(problems for _, problems in told))
    yield from common
    for sending, problems in told:
        for problem in problems - common:
            message = f"{problem.message} when the rule {quote(sending.rule)} sends it"
            yield replace(problem, message=message)


def _channel_problems(
    start: Span, header: MessageHeader, senders: tuple[Sending, ...]
) -> Iterator[Problem]:
    """Warn of a text message that would be a whole mail."""
    texts = {"sms": header.sms, "push": header.push}
    for channel, text in texts.items():
        rules = [sending.rule for sending in senders if channel in sending.by]
        if rules and text is None:
            message = (
                f"the rule {quote(rules[0])} sends this by {channel}, and it has no text for that"
            )
            hint = f'add "{channel}: …" to its header, else the whole mail is sent'
            yield Problem(start, "no-short-text", message, hint, "warning")


def _without_sender(messages: MessageFiles, sent: Sendings) -> Iterator[Problem]:
    """Warn once if a mail would come from nobody."""
    for (name, _), file in messages.found.items():
        if any(_EMAIL in sending.by for sending in sent.get(name, ())):
            message = "mails have no sender"
            hint = 'add "messages: {from: My Shop <hello@example.com>}" to duly.yaml'
            yield Problem(file.start, "no-sender", message, hint, "warning")
            return


def compile_messages(
    messages: MessageFiles, sent: Sendings, business: Business
) -> Mapping[tuple[str, str], CompiledMessage]:
    """Make checked messages ready to be sent; raises InputError for what the paper cannot show."""
    letterhead = Letterhead(
        business=business.name,
        legal_name=business.legal_name or business.name,
        address=", ".join(part for part in business.address.values() if part),
        web=business.web,
    )
    compiled = {}
    for (name, language), file in messages.found.items():
        if file.source is not None:
            known: Names = {}
            for sending in sent.get(name, ()) or (_nobody(business),):
                known = {**known, **sending.names}
            compiled[name, language] = compile_message(file.source, known, letterhead)
    return compiled
