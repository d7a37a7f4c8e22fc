"""The checked messages of a workspace, each compiled when it is first asked for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from duly.language.messages import MessageFiles
from duly.language.writing import Sendings, compile_messages
from duly.model.business import Business
from duly.template.message import CompiledMessage

Key = tuple[str, str]  # name and language


@dataclass(frozen=True, slots=True)
class Letters(Mapping[Key, CompiledMessage]):
    """Hold messages that have no mistake; most commands read none, and compiling takes time."""

    messages: MessageFiles
    sent: Sendings
    business: Business
    compiled: dict[Key, CompiledMessage] = field(default_factory=dict, repr=False)

    def __getitem__(self, key: Key) -> CompiledMessage:
        if key not in self.compiled:
            one = MessageFiles({key: self.messages.found[key]})
            self.compiled.update(compile_messages(one, self.sent, self.business))
        return self.compiled[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self.messages.found)

    def __len__(self) -> int:
        return len(self.messages.found)
