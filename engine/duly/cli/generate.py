"""Write what is written from the code: schemas and reference pages; ``./dev generate`` runs it."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from duly.language.editor import schema_text
from duly.language.file_pages import (
    catalog_page,
    conditions_page,
    messages_page,
    rules_page,
    settings_page,
)
from duly.language.page import actions_page, fields_page, triggers_page
from duly.tables.page import page as tables_page

PAGES: Mapping[str, Callable[[], str]] = {
    "docs/reference/actions.md": actions_page,
    "docs/reference/catalog.md": catalog_page,
    "docs/reference/conditions.md": conditions_page,
    "docs/reference/fields.md": fields_page,
    "docs/reference/messages.md": messages_page,
    "docs/reference/rules.md": rules_page,
    "docs/reference/settings.md": settings_page,
    "docs/reference/tables.md": tables_page,
    "docs/reference/triggers.md": triggers_page,
    "schemas/catalog.schema.json": partial(schema_text, "catalog"),
    "schemas/import.schema.json": partial(schema_text, "import"),
    "schemas/message.schema.json": partial(schema_text, "message"),
    "schemas/rules.schema.json": partial(schema_text, "rules"),
    "schemas/settings.schema.json": partial(schema_text, "settings"),
}


def write(root: Path) -> tuple[str, ...]:
    """Write every page below ``root``; returns the names of those that changed."""
    changed = []
    for name, make in PAGES.items():
        path = root / name
        text = make()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed.append(name)
    return tuple(changed)


if __name__ == "__main__":
    for name in write(Path(__file__).resolve().parents[3]):
        print(f"wrote {name}")
