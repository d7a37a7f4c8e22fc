"""Tells a story to the engine and to the reference, compares, and shrinks a story that differs."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import datetime
from itertools import groupby

from sim.decided import Decided, by_engine, by_reference
from sim.reference import Reference
from sim.story import Apply, Book, Fact, SignUp, Story, Subscribe, Tick
from sim.told_engine import ToldEngine

MOST_TRIES = 400
MOST_LINES = 12


def differences(engine: ToldEngine, story: Story) -> tuple[str, ...]:
    """Tell a story to both; returns what one of them decided and the other did not."""
    reference = Reference(story.shop)
    engine.clear()
    tell(engine, reference, story)
    return compare(by_engine(engine.database, story), by_reference(reference))


def tell(engine: ToldEngine, reference: Reference, story: Story) -> None:
    """Let everything happen that can, in both worlds; people who come together are told at once."""
    for _, together in groupby(story.events, key=_occasion):
        events = list(together)
        at, first = events[0]
        if isinstance(first, Tick):
            engine.look(first, at)
            reference.tick(at, first.failing)
            continue
        facts = [fact for at, fact in events if reference.tell(fact, at)]
        people = [fact for fact in facts if isinstance(fact, SignUp)]
        if people:
            engine.welcome(people, at)
        elif facts:
            engine.tell(facts[0], at)


def _occasion(event: tuple[datetime, Fact | Tick]) -> object:
    at, fact = event
    return (at, fact.take_over_on) if isinstance(fact, SignUp) else id(event)


def compare(engine: Decided, reference: Decided) -> tuple[str, ...]:
    """Say what differs, a line each."""
    lines = []
    for name in (one.name for one in fields(Decided)):
        mine, theirs = getattr(engine, name), getattr(reference, name)
        lines += [f"{name} of the engine only: {_said(line)}" for line in mine - theirs]
        lines += [f"{name} of the reference only: {_said(line)}" for line in theirs - mine]
    return tuple(sorted(lines))


def _said(line: tuple[object, ...]) -> str:
    return ", ".join(str(part) for part in line)


def shrink(story: Story, fails: Callable[[Story], bool]) -> Story:
    """Drop whatever can go: people, then rules, then ticks and facts one by one."""
    tries = MOST_TRIES
    smaller = True
    while smaller and tries > 0:
        smaller = False
        for candidate in _smaller(story):
            tries -= 1
            if tries < 0:
                break
            if fails(candidate):
                story, smaller = candidate, True
                break
    return story


def _smaller(story: Story) -> Iterator[Story]:
    events = story.events
    count = len(events)
    people = sorted({fact.person for _, fact in events if isinstance(fact, SignUp)})
    for share in (people[: len(people) // 2], people[len(people) // 2 :]):
        if len(share) > 1:
            yield _without_people(story, share)
    for person in people:
        yield _without_people(story, [person])
    for name in sorted({law.name for _, fact in events for law in _book(fact).laws}):
        yield _without_rule(story, name)
    size = count // 4
    while size >= 1:
        for start in range(1, count, size):
            yield replace(story, events=events[:start] + events[start + size :])
        size //= 4


def _book(fact: Fact | Tick) -> Book:
    return fact.book if isinstance(fact, Apply) else Book(())


def _without_people(story: Story, people: list[str]) -> Story:
    def is_kept(fact: Fact | Tick) -> bool:
        if isinstance(fact, SignUp | Subscribe):
            return fact.person not in people
        whose = getattr(fact, "person", None) or getattr(fact, "subscription", "").split("/")[0]
        return whose not in people

    return replace(story, events=tuple(one for one in story.events if is_kept(one[1])))


def _without_rule(story: Story, name: str) -> Story:
    def change(fact: Fact | Tick) -> Fact | Tick:
        match fact:
            case Apply(book):
                laws = tuple(law for law in book.laws if law.name != name)
                return Apply(replace(book, laws=laws))
            case Tick(failing):
                return Tick(tuple(one for one in failing if one != name))
            case _:
                return fact

    return replace(story, events=tuple((at, change(fact)) for at, fact in story.events))


def retell(story: Story, found: tuple[str, ...]) -> str:
    """Write a story and what differs, for people."""
    lines = [f"the shop: {story.shop}"]
    lines += [f"{at:%Y-%m-%d %H:%M} {fact}" for at, fact in story.events]
    return "\n".join([*lines, "", *found[:MOST_LINES]])
