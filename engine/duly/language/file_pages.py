"""The reference pages of the files of a workspace, written from what may stand in them."""

from collections.abc import Iterator, Mapping

from duly.language.any_business import ANY_BUSINESS
from duly.language.catalog_shape import CATALOG
from duly.language.editor import schemas
from duly.language.messages import HEADER
from duly.language.page import BY_HAND, holds
from duly.language.rules_shape import rules_shape
from duly.language.settings_shape import SETTINGS
from duly.messaging.names import message_names, offer_names
from duly.model.about import About
from duly.shape.form import Choice, Fields, ListOf, MapOf, OneOrMany, Shape, Shared
from duly.template.filters import FILTERS
from duly.template.name import WORDS, Name

# What has a page of its own.
_ELSEWHERE = {"when": "triggers.md", "do": "actions.md", "stop_when": "triggers.md"}
_COMPARED = (
    ("`plan: box-small`", "Is this."),
    ("`plan: [box-small, box-large]`", "Is one of these."),
)
_WRITTEN = {
    "not": "{not: paused}",
    "known": "{known: yes}",
    "or_missing": "{at_least: 3, or_missing: yes}",
    "contains": "{contains: Main Street}",
    "at_least": "{at_least: 2}",
    "more_than": "{more_than: 50.00 RON}",
    "at_most": "{at_most: 2}",
    "less_than": "{less_than: 2}",
    "between": "{between: [2, 5]}",
    "within": "{within: last 30 days}",
    "longer_ago_than": "{longer_ago_than: 6 months}",
}
_GROUPS = ("any_of", "none_of", "segment", "any_subscription", "formula")
_ANY_OF_THEIRS = "One of the subscriber's subscriptions fulfils all of these."
_SETTINGS_EXAMPLE = """\
```yaml
business: {name: Corner Coffee, country: RO, email: hello@corner.example}
zone: Europe/Bucharest
languages: [ro, en]
currency: RON
environment: test
messages:
  from: Corner Coffee <hello@corner.example>
connectors:
  mail: {use: outbox}
  cards: {use: sandbox}
payments: [cards]
fields:
  cups_a_day: {type: whole}
```
"""
_CATALOG_EXAMPLE = """\
```yaml
currency: RON
taxes:
  food:
    RO: [{rate: 9%, until: 2025-07-31}, {rate: 11%, from: 2025-08-01}]
products:
  beans: {name: Beans 250 g, tax: food}
plans:
  box-small:
    name: {ro: Cutia mică, en: Small box}
    prices:
      box-small-2026: {amount: 89.00 RON, every: 1 month, tax: food}
    parcel:
      items: [{product: beans, count: 2}]
  box-large:
    name: {ro: Cutia mare, en: Large box}
    prices:
      box-large-2026: {amount: 149.00 RON, every: 1 month, tax: food}
```
"""


def rules_page() -> str:
    """Write what may stand in a file of rules."""
    head = [
        "# Rules and segments\n",
        BY_HAND,
        "What may stand in a file of `rules/`. What starts a rule is in [triggers](triggers.md), "
        "what it can do in\n[actions](actions.md), how to ask about facts in "
        "[conditions](conditions.md).\n",
    ]
    return "\n".join([*head, *_sections("", rules_shape())])


def conditions_page() -> str:
    """Write how facts are compared."""
    definitions = schemas()["rules"]["definitions"]
    assert isinstance(definitions, dict), "the schema of rules defines the comparisons"
    groups = definitions["condition"]["properties"]
    rows = [
        *_COMPARED,
        *((f"`{written}`", definitions[word]["description"]) for word, written in _WRITTEN.items()),
        *((f"`{word}:`", groups[word].get("description", _ANY_OF_THEIRS)) for word in _GROUPS),
    ]
    lines = [
        "# Conditions\n",
        BY_HAND,
        "What may stand under `only_if:` and `members:`. On the left stands a [field](fields.md), "
        "on the right\nwhat it has to be; all lines have to hold. A rule about subscriptions may "
        "ask about its subscriber too.\n",
        "```yaml",
        "only_if:",
        "  subscription.status: active",
        "  subscription.plan: [box-small, box-large]",
        "  subscription.months_active: {at_least: 6}",
        "  any_of:",
        "    - pays_by: card",
        "    - open_balance: {less_than: 20.00 RON}",
        "```\n",
        "| written | holds if |",
        "|---|---|",
        *(f"| {written} | {says} |" for written, says in rows),
        "",
        "Several words in one pair of braces have to hold together: `{at_least: 2, less_than: 5}`.",
        "A fact that is not known makes its line unknown, and the rule does not start: add",
        "`or_missing: yes` where that is not what you mean.\n",
    ]
    return "\n".join(lines)


def settings_page() -> str:
    """Write what may stand in duly.yaml."""
    head = ["# duly.yaml\n", BY_HAND, "Who you are and how you work.\n", _SETTINGS_EXAMPLE]
    return "\n".join([*head, *_sections("", SETTINGS)])


def catalog_page() -> str:
    """Write what may stand in catalog.yaml."""
    head = ["# catalog.yaml\n", BY_HAND, "What you sell, and the taxes on it.\n", _CATALOG_EXAMPLE]
    return "\n".join([*head, *_sections("", CATALOG)])


def messages_page() -> str:
    """Write what may stand in a message."""
    lines = [
        "# Messages\n",
        BY_HAND,
        "A message is a file in `messages/`: `welcome.md` in the first language of `duly.yaml`, "
        "`welcome.en.md`\nin English. Between two lines `---` stands its header, below them the "
        "text in Markdown.\n",
        "```markdown",
        "---",
        "subject: Your invoice {{ invoice.number }}",
        "class: transactional",
        "---",
        "Hello{% if subscriber.first_name %} {{ subscriber.first_name }}{% endif %},",
        "",
        "{{ invoice.total | money }} is due on {{ invoice.due_on | date }}.",
        "```\n",
        *_sections("", HEADER),
        "## What a text can show\n",
        "Between `{{` and `}}`, in any message:\n",
        *_names(message_names(ANY_BUSINESS, About.SUBSCRIBER, brings=frozenset())),
        "If the rule is about a subscription or an invoice:\n",
        *_names(_more(About.SUBSCRIPTION, frozenset({"cycle"}))),
        "If the rule starts with an invoice, or issues one before:\n",
        *_names(_more(About.INVOICE, frozenset({"cycle", "invoice"}))),
        "In the message of an offer:\n",
        *_names(offer_names({"plan": "", "discount": "", "for": ""})),
        "`{% if NAME %} … {% else %} … {% endif %}` shows a part only if the name has a value, and",
        "`{% for line in invoice.lines %} … {% endfor %}` repeats a part.\n",
        "## Filters\n",
        "| written | takes | gives |",
        "|---|---|---|",
        *(_filter(name) for name in FILTERS),
        "",
    ]
    return "\n".join(lines)


def _more(about: About, brings: frozenset[str]) -> Mapping[str, Name]:
    """Return the names that are there for this and not for everything before it."""
    before = {About.SUBSCRIPTION: About.SUBSCRIBER, About.INVOICE: About.SUBSCRIPTION}[about]
    known = message_names(ANY_BUSINESS, before, brings=brings - {"invoice"})
    found = message_names(ANY_BUSINESS, about, brings=brings)
    return {name: kind for name, kind in found.items() if name not in known}


def _names(names: Mapping[str, Name]) -> Iterator[str]:
    yield "| name | holds |\n|---|---|"
    for name, kind in sorted(names.items()):
        missing = " *May be missing.*" if kind.may_be_missing else ""
        inside = f" of {', '.join(f'`{one}`' for one in kind.fields)}" if kind.fields else ""
        yield f"| `{name}` | {WORDS[kind.kind]}{inside}.{missing} |"
    yield ""


def _filter(name: str) -> str:
    found = FILTERS[name]
    takes = " or ".join(dict.fromkeys(WORDS[kind] for kind in sorted(found.takes)))
    gives = WORDS[found.gives] if found.gives else "the same"
    return f"| `{found.example}` | {takes} | {gives} |".replace(" | ", " \\| ", 1)


def _sections(path: str, shape: Fields) -> Iterator[str]:
    """Write the table of some names, then of the names inside each of them."""
    if path:
        yield f"## {path}\n"
        yield f"{shape.about}\n"
    yield "| name | holds | meaning |\n|---|---|---|"
    for name, inner in shape.shapes.items():
        needed = " (needed)" if name in shape.required else ""
        yield f"| `{name}`{needed} | {_says(name, inner)} | {_about(inner)} |"
    yield ""
    if shape.not_yet:
        yield f"Not there yet: {', '.join(f'`{word}`' for word in shape.not_yet)}.\n"
    for name, inner in shape.shapes.items():
        below = _inside(inner)
        if below is not None and name not in _ELSEWHERE:
            yield from _sections(" → ".join(filter(None, (path, f"{name}{_key(inner)}"))), below)


def _says(name: str, shape: Shape) -> str:
    if name in _ELSEWHERE:
        return f"see [{_ELSEWHERE[name].removesuffix('.md')}]({_ELSEWHERE[name]})"
    if name in ("only_if", "members"):
        return "see [conditions](conditions.md)"
    return "see below" if _inside(shape) is not None else holds(shape)


def _about(shape: Shape) -> str:
    return shape.shape.about if isinstance(shape, Shared) else shape.about


def _key(shape: Shape) -> str:
    return " → *a name*" if isinstance(shape, MapOf) else ""


def _inside(shape: Shape) -> Fields | None:
    """Return the names that stand inside a value, if it has any."""
    match shape:
        case Fields() if shape.shapes:
            return shape
        case MapOf(value=value):
            return _inside(value)
        case ListOf(item=item) | OneOrMany(item=item):
            return _inside(item)
        case Choice(named=Fields() as named, one=None):
            return named
        case Shared(shape=inner):
            return _inside(inner)
        case _:
            return None
