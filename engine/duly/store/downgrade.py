"""Answer whoever asks for a way back: there is none."""

from typing import NoReturn

from duly.errors import OutsideError


def downgrade() -> NoReturn:
    """Refuse to undo a revision; every revision names this as its way back."""
    raise OutsideError(
        "the tables do not go back to an older revision; restore the backup made before the "
        "upgrade and run the version of duly that made it"
    )
