"""What is written from the code is as the code has it now."""

from pathlib import Path

import pytest

from duly.cli.generate import PAGES
from duly.language.workspace import read_workspace
from language_files import OUTLETS

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_current(name: str) -> None:
    page = ROOT / name

    assert page.exists(), f"{name} is missing: run ./dev generate"
    assert page.read_text(encoding="utf-8") == PAGES[name](), f"{name} is old: run ./dev generate"


def example(page: str) -> bytes:
    text = (ROOT / f"docs/reference/{page}.md").read_text(encoding="utf-8")
    return text.split("```yaml\n")[1].split("```")[0].encode()


def test_the_examples_of_the_pages_are_a_workspace() -> None:
    rule = b"rules:\n  bill:\n    when: {cycle_due: }\n    do: [invoice: , charge: ]\n"
    only_if = b"".join(b"    " + line for line in example("conditions").splitlines(keepends=True))
    files = {
        "duly.yaml": example("settings"),
        "catalog.yaml": example("catalog"),
        "rules/bill.yaml": rule + only_if,
    }

    reading = read_workspace(files, environment={}, outlets=OUTLETS)

    assert reading.problems == ()
    assert reading.ruleset is not None
