"""What is written from the code is as the code has it now."""

from pathlib import Path

import pytest

from duly.cli.generate import PAGES

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_current(name: str) -> None:
    page = ROOT / name

    assert page.exists(), f"{name} is missing: run ./dev generate"
    assert page.read_text(encoding="utf-8") == PAGES[name](), f"{name} is old: run ./dev generate"
