"""A cell of the file, as formulas read it."""

from dataclasses import dataclass, field

from duly.condition.types import Type
from duly.errors import InputError
from duly.language.mapping_format import FileFormat
from duly.language.mapping_readers import in_minor, read_amount, read_yes_no
from duly.shape.quote import quote
from duly.values.money import Money


@dataclass(frozen=True, slots=True)
class FileCell:
    """Hold the text under a heading; a blank one is missing."""

    heading: str
    text: str = field(repr=False)
    form: FileFormat
    currency: str

    def read(self, kind: Type) -> object | None:
        """Return the cell as a type, None if it is empty; raises InputError if it is neither."""
        if not self.text:
            return None
        try:
            return self._as(kind)
        except InputError as error:
            raise InputError(f"{self.heading} is {quote(self.text)}, which {error}") from error

    def _as(self, kind: Type) -> object:
        match kind:
            case Type.NUMBER | Type.WHOLE | Type.SHARE:
                number = self.form.number(self.text)
                if kind is Type.WHOLE and number.denominator != 1:
                    raise InputError("is no whole number")
                return number
            case Type.DATE:
                return self.form.date(self.text)
            case Type.YES_NO:
                return read_yes_no(self.text)
            case Type.MONEY:
                return self._money()
            case _:
                return self.text

    def _money(self) -> Money:
        return in_minor(read_amount(self.text, self.currency, self.form), self.currency)
