"""The reference pages of the language, written from the kinds and the fields."""

from collections.abc import Iterable, Iterator

from duly.condition.catalogue import Field, short_name
from duly.condition.fields import field_catalogue
from duly.condition.planned import PLANNED_FIELDS
from duly.language.any_business import ANY_BUSINESS
from duly.language.kinds import action_kinds, trigger_kinds
from duly.shape.example import example
from duly.shape.form import Choice, Fields, Free, MapOf, OneOrMany, Scalar, Shape, Word, WordOr
from duly.shape.suggest import LISTED
from duly.trigger import Trigger

BY_HAND = "Written from the code by `./dev generate`; do not edit by hand.\n"


def triggers_page() -> str:
    """Write what a rule can wait for."""
    kinds = trigger_kinds().values()
    head = [
        "# Triggers\n",
        BY_HAND,
        "What can stand under `when:`. A rule starts when any of its triggers happens. Those",
        "marked *stops* can stand under `stop_when:` too, without anything behind the colon.\n",
    ]
    parts = []
    for kind in kinds:
        about = kind.about if kind.in_segment is Trigger.in_segment else "what its segment is about"
        facts = [f"About: {about}.", f"Once per: {kind.once_per}, if the rule does not say."]
        if kind.is_event:
            facts.append("*Stops.*")
        parts.append(_kind(kind.name, kind.shape, f"when:\n  {kind.example}", facts))
    return "\n".join([*head, *parts])


def actions_page() -> str:
    """Write what a rule can do."""
    kinds = action_kinds().values()
    head = ["# Actions\n", BY_HAND, "What can stand under `do:`, in the order it is done.\n"]
    parts = []
    for kind in kinds:
        facts = [f"Class: {kind.job_class}."]
        if kind.needs:
            facts.append(f"Needs: {', '.join(sorted(kind.needs))}.")
        parts.append(_kind(kind.name, kind.shape, f"do:\n  - {kind.example}", facts))
    return "\n".join([*head, *parts])


def fields_page() -> str:
    """Write what conditions and formulas can name."""
    lines = [
        "# Fields\n",
        BY_HAND,
        "What conditions (`only_if:`, `members:`) and formulas can name. Fields of the subscriber",
        "can also be written with `subscriber.` before them. A field marked *may be missing* can",
        "be unknown for somebody: then a comparison with it is unknown too, and the rule does not",
        "start. Your own fields from `duly.yaml` come to these.\n",
    ]
    fields = field_catalogue(ANY_BUSINESS)
    consent = fields.find("consent.marketing")
    known = sorted(fields.fields.values(), key=lambda field: field.name)
    for about in ("subscriber", "subscription", "invoice", "payment"):
        lines += [f"## {about.capitalize()}\n", "| field | holds | meaning |", "|---|---|---|"]
        lines += [_field(field) for field in known if field.about == about]
        if about == "subscriber" and consent is not None:
            lines.append(_field(consent))
        lines.append("")
    planned = (f"{name}*" if name.endswith(".") else name for name in sorted(PLANNED_FIELDS))
    names = ", ".join(f"`{short_name(name)}`" for name in planned)
    return "\n".join([*lines, f"Not there yet: {names}.\n"])


def _kind(name: str, shape: Fields, written: str, facts: Iterable[str]) -> str:
    lines = [f"## {name}\n", f"{shape.about}\n", " ".join(facts) + "\n"]
    lines += ["```yaml", written, "```\n"]
    rows = list(_parameters(shape))
    if rows:
        lines += ["| parameter | holds | meaning |", "|---|---|---|", *rows, ""]
    if shape.not_yet:
        lines.append(f"Not there yet: {', '.join(f'`{word}`' for word in shape.not_yet)}.\n")
    return "\n".join(lines)


def _parameters(shape: Fields) -> Iterator[str]:
    for name, inner in shape.shapes.items():
        needed = " (needed)" if name in shape.required else ""
        about = getattr(inner, "about", "")
        yield f"| `{name}`{needed} | {holds(inner)} | {about} |"


def holds(shape: Shape) -> str:
    """Say in a few words what a parameter takes."""
    match shape:
        case Scalar():
            return f"{shape.noun}, such as `{shape.examples[0]}`"
        case Word():
            return " or ".join(f"`{word}`" for word in shape.words)
        case WordOr():
            return f"{holds(shape.word)}, or {holds(shape.other)}"
        case OneOrMany():
            return f"{holds(shape.item)}; or a list of them"
        case Choice(one=one) if one is not None:
            ways = [holds(one)]
            if shape.many is not None:
                ways.append(f"a list such as `{example(shape.many)}`")
            if shape.named is not None:
                ways.append(f"`{example(shape.named)}`")
            return "; ".join(ways)
        case Free():
            return f"names, such as `{shape.example}`"
        case MapOf(value=Free() as value):
            return f"a name with names, such as `{value.example}`"
        case Fields() | MapOf():
            return ", ".join(f"`{name}`" for name in getattr(shape, "shapes", {}))
        case _:
            return f"a name, such as `{example(shape)}`"


def _field(field: Field) -> str:
    words = field.one_of if len(field.one_of) <= LISTED else ()
    kind = " or ".join(f"`{word}`" for word in words) or field.type.holds
    unit = f" of {field.unit}" if field.unit else ""
    missing = " *May be missing.*" if field.may_be_missing else ""
    return f"| `{short_name(field.name)}` | {kind}{unit} | {field.sentence}{missing} |"
