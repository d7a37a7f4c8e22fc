"""What may be written about the channels of a message, and what it means."""

from duly.shape.form import Choice, Fields, ListOf, Reference, Word

EMAIL = "email"

CHANNEL = Word(
    title="Channel",
    about="The way a message goes.",
    one_of=(
        (EMAIL, "By e-mail."),
        ("sms", "By text message; the message has an sms: text for it."),
        ("push", "To the app; the message has a push: text for it."),
    ),
    unknown="is not a way to send a message",
    not_yet=("letter", "post"),
)

FIRST_OF = Fields(
    title="First of",
    about="The first of these channels that reaches the subscriber.",
    required={
        "first_of": ListOf(
            title="First of", about="Channels, the best one first.", item=CHANNEL, at_least=1
        )
    },
    unknown="is not a way to choose a channel",
)

BY = Choice(
    title="By",
    about="One channel, several (each gets the message), or the first that works. Else: email.",
    one=CHANNEL,
    many=ListOf(title="By", about="All of these channels.", item=CHANNEL, at_least=1),
    named=FIRST_OF,
)

BY_ONE = Choice(
    title="By",
    about="One channel, or the first that works. Else: email.",
    one=CHANNEL,
    named=FIRST_OF,
)

MESSAGE = Reference(
    title="Message",
    about="The message: a file in messages/ without its ending.",
    to="message",
    unknown="is not a message of this business",
    examples=("your-invoice",),
)


def ways(by: object) -> tuple[tuple[str, ...], ...]:
    """Return each sending with its channels, the first that works; by mail if nothing is written.

    ``sms`` is one sending; ``[sms, email]`` are two; ``{first_of: [sms, email]}`` is one with two
    channels.
    """
    match by:
        case None:
            return ((EMAIL,),)
        case str():
            return ((by,),)
        case tuple():
            return tuple((channel,) for channel in by)
        case {"first_of": tuple() as channels}:
            return (channels,)
        case _:
            raise TypeError(f"{by!r} says no channels")
